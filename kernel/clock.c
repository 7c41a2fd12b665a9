// SPDX-License-Identifier: MIT
/*
 * DOC: time as programs ask for it: clocks, sleeps, alarm and the interval
 * timer. The clocks are lib/platform.h's two, and the CPU's time that
 * kernel/sched.c counts. Sleeps end by signals with -EINTR and the rest.
 */
#include "kernel/process.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "lib/slab.h"
#include "lib/timer.h"
#include "lib/uapi/time.h"

/* The clock's value, -EINVAL for one that is not here. */
static int read_clock(int id, u64 *ns)
{
	switch (id) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*ns = ktime_get_real_ns();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*ns = ktime_get_ns();
		return 0;
	case CLOCK_PROCESS_CPUTIME_ID:
		*ns = process_cpu_ns(current->process);
		return 0;
	case CLOCK_THREAD_CPUTIME_ID:
		*ns = task_cpu_ns(current);
		return 0;
	default:
		return -EINVAL;
	}
}

static int put_timespec(struct timespec __user *to, u64 ns)
{
	struct timespec ts = ns_to_timespec(ns);

	return copy_to_user(to, &ts, sizeof(ts)) ? -EFAULT : 0;
}

SYSCALL_DEFINE2(clock_gettime, int, id, struct timespec __user *, to)
{
	u64 ns;
	int err = read_clock(id, &ns);

	return err ? err : put_timespec(to, ns);
}

SYSCALL_DEFINE2(clock_getres, int, id, struct timespec __user *, to)
{
	u64 ns;
	int err = read_clock(id, &ns);

	if (err || !to)
		return err;
	return put_timespec(to, 1);
}

SYSCALL_DEFINE2(gettimeofday, struct timeval __user *, to, void __user *, tz)
{
	u64 us = ktime_get_real_ns() / NSEC_PER_USEC;
	struct timeval tv = { (s64)(us / 1000000), (s64)(us % 1000000) };
	int utc[2] = { 0, 0 };

	if (to && copy_to_user(to, &tv, sizeof(tv)))
		return -EFAULT;
	if (tz && copy_to_user(tz, utc, sizeof(utc)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE1(time, s64 __user *, to)
{
	s64 now = (s64)(ktime_get_real_ns() / NSEC_PER_SEC);

	if (to && put_user(now, to))
		return -EFAULT;
	return now;
}

/* Sleep until @until of the monotonic clock; what is left if a signal came. */
static u64 sleep_until(u64 until)
{
	u64 now;

	for (;;) {
		now = ktime_get_ns();
		if (now >= until)
			return 0;
		task_prepare();
		if (task_signal_pending())
			return until - now;
		(void)schedule_timeout(until - now);
	}
}

static long do_sleep(u64 ns, struct timespec __user *rest)
{
	u64 now = ktime_get_ns();
	u64 left = sleep_until(ns < ~0ULL - now ? now + ns : ~0ULL - 1);

	if (!left)
		return 0;
	if (rest && put_timespec(rest, left))
		return -EFAULT;
	return -EINTR;
}

SYSCALL_DEFINE2(nanosleep, const struct timespec __user *, req,
		struct timespec __user *, rest)
{
	struct timespec ts;

	if (copy_from_user(&ts, req, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	return do_sleep(timespec_to_ns(&ts), rest);
}

SYSCALL_DEFINE4(clock_nanosleep, int, id, int, flags,
		const struct timespec __user *, req, struct timespec __user *,
		rest)
{
	struct timespec ts;
	u64 now, at;
	int err;

	if (id == CLOCK_THREAD_CPUTIME_ID || (flags & ~TIMER_ABSTIME))
		return -EINVAL;
	err = read_clock(id, &now);
	if (err)
		return err;
	if (copy_from_user(&ts, req, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	at = timespec_to_ns(&ts);
	if (!(flags & TIMER_ABSTIME))
		return do_sleep(at, rest);
	return at > now ? do_sleep(at - now, NULL) : 0;
}

/* --- alarm, setitimer --- */

struct alarm {
	struct hrtimer timer; /* first: struct process knows it as the timer */
	struct process *process;
	u64 interval_ns;
};

static void alarm_rings(struct hrtimer *t)
{
	struct alarm *a = container_of(t, struct alarm, timer);

	signal_send(a->process, SIGALRM, SIGNAL_FROM_KERNEL);
	if (a->interval_ns)
		hrtimer_start(t, ktime_get_ns() + a->interval_ns);
}

static struct alarm *get_alarm(struct process *p)
{
	struct alarm *a;

	if (p->alarm)
		return container_of(p->alarm, struct alarm, timer);
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return NULL;
	hrtimer_init(&a->timer, alarm_rings);
	a->process = p;
	p->alarm = &a->timer;
	return a;
}

/* What is left of a running timer, and its interval. */
static void alarm_left(const struct process *p, u64 *left, u64 *interval)
{
	const struct alarm *a;
	u64 now = ktime_get_ns();

	*left = 0;
	*interval = 0;
	if (!p->alarm)
		return;
	a = container_of(p->alarm, struct alarm, timer);
	*interval = a->interval_ns;
	if (hrtimer_is_queued(&a->timer))
		*left = a->timer.expires_ns > now ? a->timer.expires_ns - now
						  : 1;
}

static int alarm_set(struct process *p, u64 ns, u64 interval)
{
	struct alarm *a = get_alarm(p);

	if (!a)
		return -ENOMEM;
	hrtimer_cancel(&a->timer);
	a->interval_ns = interval;
	if (ns)
		hrtimer_start(&a->timer, ktime_get_ns() + ns);
	return 0;
}

SYSCALL_DEFINE1(alarm, u32, seconds)
{
	struct process *p = current->process;
	u64 left, interval;

	alarm_left(p, &left, &interval);
	if (alarm_set(p, seconds * NSEC_PER_SEC, 0) != 0)
		return 0;
	return (long)DIV_ROUND_UP(left, NSEC_PER_SEC);
}

/* Nanoseconds, at most a century; false if malformed. */
static bool timeval_to_ns(const struct timeval *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return false;
	*ns = (u64)min_t(s64, tv->tv_sec, 3155760000LL) * NSEC_PER_SEC +
	      (u64)tv->tv_usec * NSEC_PER_USEC;
	return true;
}

static int put_itimer(struct itimerval __user *to)
{
	struct itimerval it;
	u64 left, interval;

	alarm_left(current->process, &left, &interval);
	it.it_value = ns_to_timeval(left);
	it.it_interval = ns_to_timeval(interval);
	return copy_to_user(to, &it, sizeof(it)) ? -EFAULT : 0;
}

/* ITIMER_REAL (0) only: the others would need CPU time accounting. */
SYSCALL_DEFINE2(getitimer, int, which, struct itimerval __user *, to)
{
	return which == 0 ? put_itimer(to) : -EINVAL;
}

SYSCALL_DEFINE3(setitimer, int, which, const struct itimerval __user *, new,
		struct itimerval __user *, old)
{
	struct itimerval it = { 0 };
	u64 ns, interval;
	int err;

	if (which != 0)
		return -EINVAL;
	if (new &&copy_from_user(&it, new, sizeof(it)))
		return -EFAULT;
	if (!timeval_to_ns(&it.it_value, &ns) ||
	    !timeval_to_ns(&it.it_interval, &interval))
		return -EINVAL;
	if (old) {
		err = put_itimer(old);
		if (err)
			return err;
	}
	return alarm_set(current->process, ns, interval);
}

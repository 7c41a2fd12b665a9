// SPDX-License-Identifier: MIT
/*
 * DOC: timerfd (timerfd_create(2)): a timer that is a file. A read takes how
 * often it has expired and waits while that is never; poll() sees it.
 *
 * A timer with an interval is not set again when it expires but when somebody
 * asks: what passed meanwhile is counted then, so that no interval, however
 * short, keeps the machine busy. The wall clock is never set here, so
 * TFD_TIMER_CANCEL_ON_SET has nothing to cancel.
 *
 * State: struct timerfd, by tasks with softirqs off and by its timer.
 */
#include "lib/bug.h"
#include "lib/file.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/syscalls.h"
#include "lib/timer.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/time.h"
#include "lib/uio.h"

#define CLOCK_REALTIME_ALARM    8
#define CLOCK_BOOTTIME_ALARM    9
#define TFD_TIMER_CANCEL_ON_SET 2

struct timerfd {
	struct hrtimer timer;
	struct wait_queue_head wq;
	u64 ticks;
	u64 interval_ns; /* 0: once */
	u64 expires_ns;  /* of the monotonic clock; 0: disarmed */
	bool realtime;   /* how absolute times are meant */
};

static void timerfd_expires(struct hrtimer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, timer);

	t->ticks++;
	wake_up_poll(&t->wq, EPOLLIN | EPOLLRDNORM);
}

/* Count the intervals since it expired, and set it for the next one. */
static void catch_up(struct timerfd *t)
{
	u64 n, now = ktime_get_ns();

	if (!t->expires_ns || hrtimer_is_queued(&t->timer))
		return;
	if (!t->interval_ns) {
		t->expires_ns = 0;
		return;
	}
	n = now > t->expires_ns ? (now - t->expires_ns) / t->interval_ns : 0;
	t->ticks += n;
	t->expires_ns += (n + 1) * t->interval_ns;
	hrtimer_start(&t->timer, t->expires_ns);
}

static u64 take_ticks(struct timerfd *t)
{
	u64 ticks;

	local_bh_disable();
	if (t->ticks)
		catch_up(t);
	ticks = t->ticks;
	t->ticks = 0;
	local_bh_enable();
	return ticks;
}

static ssize_t timerfd_read(struct file *f, struct iov_iter *to)
{
	struct timerfd *t = f->private_data;
	u64 v;
	int err;

	if (iov_iter_count(to) < sizeof(v))
		return -EINVAL;
	while (!(v = take_ticks(t))) {
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&t->wq, READ_ONCE(t->ticks));
		if (err)
			return err;
	}
	return copy_to_iter(&v, sizeof(v), to) == sizeof(v) ? sizeof(v)
							    : -EFAULT;
}

static u32 timerfd_poll(struct file *f, struct poll_table *pt)
{
	struct timerfd *t = f->private_data;

	poll_wait(f, &t->wq, pt);
	return READ_ONCE(t->ticks) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int timerfd_release(struct file *f)
{
	struct timerfd *t = f->private_data;

	hrtimer_cancel(&t->timer);
	kfree(t);
	return 0;
}

static const struct file_operations timerfd_ops = {
	.name = "timerfd",
	.read_iter = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
};

SYSCALL_DEFINE2(timerfd_create, int, clock, u32, flags)
{
	struct timerfd *t;
	struct file *f;
	int fd;

	if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
	     clock != CLOCK_BOOTTIME && clock != CLOCK_REALTIME_ALARM &&
	     clock != CLOCK_BOOTTIME_ALARM) ||
	    (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK)))
		return -EINVAL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	hrtimer_init(&t->timer, timerfd_expires);
	init_waitqueue_head(&t->wq);
	t->realtime = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
	f = file_alloc(&timerfd_ops, t, O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(t);
		return -ENOMEM;
	}
	fd = fd_install(task_files(), f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

/* The file, with a reference, if it is one of these. */
static struct file *timerfd_get(int fd, int *err)
{
	struct file *f = fget(fd);

	*err = -EBADF;
	if (f && f->f_op != &timerfd_ops) {
		*err = -EINVAL;
		fput(f);
		f = NULL;
	}
	return f;
}

/* What is left, and the interval; softirqs off. */
static struct itimerspec what_is_left(struct timerfd *t)
{
	u64 now = ktime_get_ns(), left = 0;

	catch_up(t);
	if (t->expires_ns)
		left = t->expires_ns > now ? t->expires_ns - now : 1;
	return (struct itimerspec){ ns_to_timespec(t->interval_ns),
				    ns_to_timespec(left) };
}

/* When @value is, by the monotonic clock; 0: never. */
static u64 moment(const struct timerfd *t, const struct timespec *value,
		  bool absolute)
{
	u64 ns = timespec_to_ns(value), now = ktime_get_ns(), behind = 0;

	if (!ns)
		return 0;
	if (!absolute)
		return ns < ~0ULL - now ? now + ns : ~0ULL - 1;
	if (t->realtime)
		behind = ktime_get_real_ns() - now;
	return ns > behind ? ns - behind : 1;
}

static void set(struct timerfd *t, const struct itimerspec *to, bool absolute)
{
	hrtimer_cancel(&t->timer);
	t->ticks = 0;
	t->interval_ns = timespec_to_ns(&to->it_interval);
	t->expires_ns = moment(t, &to->it_value, absolute);
	if (t->expires_ns)
		hrtimer_start(&t->timer, t->expires_ns);
}

SYSCALL_DEFINE4(timerfd_settime, int, fd, int, flags,
		const struct itimerspec __user *, uto,
		struct itimerspec __user *, uold)
{
	struct itimerspec to, old;
	struct file *f;
	int err;

	if (copy_from_user(&to, uto, sizeof(to)))
		return -EFAULT;
	if ((flags & ~(TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) ||
	    !timespec_valid(&to.it_value) || !timespec_valid(&to.it_interval))
		return -EINVAL;
	f = timerfd_get(fd, &err);
	if (!f)
		return err;
	local_bh_disable();
	old = what_is_left(f->private_data);
	set(f->private_data, &to, flags & TIMER_ABSTIME);
	local_bh_enable();
	fput(f);
	return uold && copy_to_user(uold, &old, sizeof(old)) ? -EFAULT : 0;
}

SYSCALL_DEFINE2(timerfd_gettime, int, fd, struct itimerspec __user *, uto)
{
	struct itimerspec now;
	struct file *f;
	int err;

	f = timerfd_get(fd, &err);
	if (!f)
		return err;
	local_bh_disable();
	now = what_is_left(f->private_data);
	local_bh_enable();
	fput(f);
	return copy_to_user(uto, &now, sizeof(now)) ? -EFAULT : 0;
}

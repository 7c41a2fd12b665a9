// SPDX-License-Identifier: MIT
/*
 * DOC: futex(): what threads and C libraries sleep on. A sleeper is known by
 * its address space and address, so only threads of one address space meet
 * here. FUTEX_WAIT, WAKE, their BITSET forms, REQUEUE and CMP_REQUEUE; the
 * rest is -ENOSYS. The list is short: one CPU, few threads, no lock.
 */
#include "kernel/futex.h"
#include "kernel/mm.h"
#include "kernel/sched.h"
#include "kernel/uaccess.h"
#include "lib/syscalls.h"
#include "lib/uapi/time.h"
#include "lib/wait.h"

#define FUTEX_WAIT           0
#define FUTEX_WAKE           1
#define FUTEX_REQUEUE        3
#define FUTEX_CMP_REQUEUE    4
#define FUTEX_WAIT_BITSET    9
#define FUTEX_WAKE_BITSET    10
#define FUTEX_CMD_MASK       0x7f
#define FUTEX_CLOCK_REALTIME 0x100

struct futex_waiter {
	struct list_head entry; /* empty once woken */
	const struct mm *mm;
	u64 addr;
	u32 bits;
	struct task *task;
};

static LIST_HEAD(waiters); /* in the order of their coming */

/**
 * futex_wake() - Wake sleepers.
 * @mm:   the address space.
 * @addr: the word's address.
 * @n:    at most so many.
 * @bits: only those with one of these bits.
 *
 * Context: task.
 * Return:  how many were woken.
 */
int futex_wake(const struct mm *mm, u64 addr, u32 n, u32 bits)
{
	struct futex_waiter *w, *next;
	int woken = 0;

	list_for_each_entry_safe (w, next, &waiters, entry) {
		if ((u32)woken >= n)
			break;
		if (w->mm != mm || w->addr != addr || !(w->bits & bits))
			continue;
		list_del_init(&w->entry);
		task_wake(w->task);
		woken++;
	}
	return woken;
}

/* Move up to @n sleepers from one word to another. */
static int futex_requeue(const struct mm *mm, u64 from, u64 to, u32 n)
{
	struct futex_waiter *w;
	u32 moved = 0;

	list_for_each_entry (w, &waiters, entry) {
		if (moved >= n)
			break;
		if (w->mm != mm || w->addr != from)
			continue;
		w->addr = to;
		moved++;
	}
	return (int)moved;
}

static long futex_wait(u64 addr, u32 val, u32 bits, u64 left)
{
	struct futex_waiter w = {
		.mm = current->mm, .addr = addr, .bits = bits, .task = current
	};
	u32 now;

	if (get_user(now, (u32 __user *)addr))
		return -EFAULT;
	if (now != val)
		return -EAGAIN;
	list_add_tail(&w.entry, &waiters);
	for (;;) {
		task_prepare();
		if (list_empty(&w.entry))
			return 0;
		if (task_signal_pending() || left == 0) {
			list_del(&w.entry);
			return left == 0 ? -ETIMEDOUT : -EINTR;
		}
		left = schedule_timeout(left);
	}
}

/* Nanoseconds to wait: @absolute times are of the given clock. */
static int futex_timeout(const struct timespec __user *uts, bool absolute,
			 bool realtime, u64 *left)
{
	struct timespec ts;
	u64 now, at;

	*left = MAX_SCHEDULE_TIMEOUT;
	if (!uts)
		return 0;
	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	*left = timespec_to_ns(&ts);
	if (absolute) {
		at = *left;
		now = realtime ? ktime_get_real_ns() : ktime_get_ns();
		*left = at > now ? at - now : 0;
	}
	return 0;
}

SYSCALL_DEFINE6(futex, u64, addr, u32, op, u32, val, u64, arg4, u64, addr2, u32,
		val3)
{
	const struct timespec __user *uts = (const void __user *)arg4;
	u32 cmd = op & FUTEX_CMD_MASK, now;
	int err, woken;
	u64 left;

	if (addr & 3)
		return -EINVAL;
	if (!access_ok((void __user *)addr, 4))
		return -EFAULT;
	switch (cmd) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		if (cmd == FUTEX_WAIT)
			val3 = ~0U;
		if (!val3)
			return -EINVAL;
		err = futex_timeout(uts, cmd == FUTEX_WAIT_BITSET,
				    op & FUTEX_CLOCK_REALTIME, &left);
		return err ? err : futex_wait(addr, val, val3, left);
	case FUTEX_WAKE:
		return futex_wake(current->mm, addr, val, ~0U);
	case FUTEX_WAKE_BITSET:
		return val3 ? futex_wake(current->mm, addr, val, val3)
			    : -EINVAL;
	case FUTEX_CMP_REQUEUE:
		if (get_user(now, (u32 __user *)addr))
			return -EFAULT;
		if (now != val3)
			return -EAGAIN;
		fallthrough;
	case FUTEX_REQUEUE:
		if (addr2 & 3)
			return -EINVAL;
		woken = futex_wake(current->mm, addr, val, ~0U);
		return woken +
		       futex_requeue(current->mm, addr, addr2, (u32)arg4);
	default:
		return -ENOSYS;
	}
}

// SPDX-License-Identifier: MIT
/*
 * DOC: eventfd: a counter that is a file. A write adds, a read takes all (or
 * one, EFD_SEMAPHORE) and waits while it is zero; poll() sees both sides.
 * Tasks only: no lock.
 */
#include "lib/bug.h"
#include "lib/file.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/poll.h"
#include "lib/uio.h"

#define EFD_SEMAPHORE 1U
#define COUNT_MAX     (~0ULL - 1)

struct eventfd {
	u64 count;
	bool semaphore;
	struct wait_queue_head wq;
};

static ssize_t eventfd_read(struct file *f, struct iov_iter *to)
{
	struct eventfd *e = f->private_data;
	u64 v;
	int err;

	if (iov_iter_count(to) < sizeof(v))
		return -EINVAL;
	if (!e->count) {
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&e->wq, e->count != 0);
		if (err)
			return err;
	}
	v = e->semaphore ? 1 : e->count;
	e->count -= v;
	wake_up_poll(&e->wq, EPOLLOUT | EPOLLWRNORM);
	return copy_to_iter(&v, sizeof(v), to) == sizeof(v) ? sizeof(v)
							    : -EFAULT;
}

static ssize_t eventfd_write(struct file *f, struct iov_iter *from)
{
	struct eventfd *e = f->private_data;
	u64 v;
	int err;

	if (iov_iter_count(from) < sizeof(v))
		return -EINVAL;
	if (copy_from_iter(&v, sizeof(v), from) != sizeof(v))
		return -EFAULT;
	if (v == ~0ULL)
		return -EINVAL;
	if (v > COUNT_MAX - e->count) {
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&e->wq,
					       v <= COUNT_MAX - e->count);
		if (err)
			return err;
	}
	e->count += v;
	wake_up_poll(&e->wq, EPOLLIN | EPOLLRDNORM);
	return sizeof(v);
}

static u32 eventfd_poll(struct file *f, struct poll_table *pt)
{
	struct eventfd *e = f->private_data;
	u32 mask = 0;

	poll_wait(f, &e->wq, pt);
	if (e->count)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (e->count < COUNT_MAX)
		mask |= EPOLLOUT | EPOLLWRNORM;
	return mask;
}

static int eventfd_release(struct file *f)
{
	kfree(f->private_data);
	return 0;
}

static const struct file_operations eventfd_ops = {
	.name = "eventfd",
	.read_iter = eventfd_read,
	.write_iter = eventfd_write,
	.poll = eventfd_poll,
	.release = eventfd_release,
};

static long do_eventfd(u32 count, u32 flags)
{
	struct eventfd *e;
	struct file *f;
	int fd;

	if (flags & ~(u32)(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	init_waitqueue_head(&e->wq);
	f = file_alloc(&eventfd_ops, e, O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(e);
		return -ENOMEM;
	}
	fd = fd_install(task_files(), f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

SYSCALL_DEFINE1(eventfd, u32, count)
{
	return do_eventfd(count, 0);
}

SYSCALL_DEFINE2(eventfd2, u32, count, u32, flags)
{
	return do_eventfd(count, flags);
}

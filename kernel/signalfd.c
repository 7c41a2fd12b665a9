// SPDX-License-Identifier: MIT
/*
 * DOC: signalfd (signalfd(2)): signals that a program blocks and reads from a
 * file instead. A read takes pending signals of the set and waits while there
 * is none; poll() sees them. They are always those of who asks, whoever made
 * the file: the file itself holds only the set.
 *
 * State: the set, and one queue of all who wait; tasks only, but for the queue,
 * which kernel/signal.c wakes from any context.
 */
#include "kernel/process.h"
#include "lib/file.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/poll.h"
#include "lib/uio.h"

struct wait_queue_head signalfd_wait = { LIST_HEAD_INIT(signalfd_wait.head) };

/* uAPI linux/signalfd.h; what is never filled here is left unnamed. */
struct signalfd_siginfo {
	u32 ssi_signo;
	s32 ssi_errno;
	s32 ssi_code;
	u32 ssi_pid;
	u32 ssi_uid;
	u32 unused_[5];
	s32 ssi_status;
	u8 pad_[84];
};
static_assert(sizeof(struct signalfd_siginfo) == 128, "uAPI linux/signalfd.h");

struct signalfd {
	u64 set; /* bit n-1: signal n */
};

static ssize_t signalfd_read(struct file *f, struct iov_iter *to)
{
	const struct signalfd *s = f->private_data;
	struct signalfd_siginfo out = { 0 };
	size_t left = iov_iter_count(to) / sizeof(out);
	struct siginfo info;
	ssize_t done = 0;
	int err;

	if (!left)
		return -EINVAL;
	while (left) {
		if (!signal_take(s->set, &info)) {
			if (done)
				break;
			if (f->f_flags & O_NONBLOCK)
				return -EAGAIN;
			err = wait_event_interruptible(
				&signalfd_wait, signal_is_pending(s->set));
			if (err)
				return err;
			continue;
		}
		out.ssi_signo = (u32)info.si_signo;
		out.ssi_code = info.si_code;
		out.ssi_pid = (u32)info.si_child.pid;
		out.ssi_status = info.si_child.status;
		if (copy_to_iter(&out, sizeof(out), to) != sizeof(out))
			return done ? done : -EFAULT;
		done += sizeof(out);
		left--;
	}
	return done;
}

static u32 signalfd_poll(struct file *f, struct poll_table *pt)
{
	const struct signalfd *s = f->private_data;

	poll_wait(f, &signalfd_wait, pt);
	return signal_is_pending(s->set) ? EPOLLIN : 0;
}

static int signalfd_release(struct file *f)
{
	kfree(f->private_data);
	return 0;
}

static const struct file_operations signalfd_ops = {
	.name = "signalfd",
	.read_iter = signalfd_read,
	.poll = signalfd_poll,
	.release = signalfd_release,
};

static long signalfd_create(u64 set, u32 flags)
{
	struct signalfd *s = kmalloc(sizeof(*s), GFP_KERNEL);
	struct file *f;
	int fd;

	if (!s)
		return -ENOMEM;
	s->set = set;
	f = file_alloc(&signalfd_ops, s, O_RDWR | (flags & O_NONBLOCK));
	if (!f) {
		kfree(s);
		return -ENOMEM;
	}
	fd = fd_install(task_files(), f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

static long signalfd_change(int fd, u64 set)
{
	struct file *f = fget(fd);
	struct signalfd *s;
	long ret = -EINVAL;

	if (!f)
		return -EBADF;
	if (f->f_op == &signalfd_ops) {
		s = f->private_data;
		s->set = set;
		wake_up(&signalfd_wait);
		ret = fd;
	}
	fput(f);
	return ret;
}

static long do_signalfd(int fd, const u64 __user *uset, size_t size, u32 flags)
{
	u64 set;

	if (size != sizeof(set) || (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK)))
		return -EINVAL;
	if (copy_from_user(&set, uset, sizeof(set)))
		return -EFAULT;
	set &= ~(SIGBIT(SIGKILL) | SIGBIT(SIGSTOP));
	return fd == -1 ? signalfd_create(set, flags)
			: signalfd_change(fd, set);
}

SYSCALL_DEFINE3(signalfd, int, fd, const u64 __user *, set, size_t, size)
{
	return do_signalfd(fd, set, size, 0);
}

SYSCALL_DEFINE4(signalfd4, int, fd, const u64 __user *, set, size_t, size, u32,
		flags)
{
	return do_signalfd(fd, set, size, flags);
}

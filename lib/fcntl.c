// SPDX-License-Identifier: MIT
/*
 * DOC: system calls about descriptors themselves: close, dup, fcntl, and the
 * part of ioctl that is the same for every file. What a file's own ioctl
 * does not know is -ENOTTY.
 */
#include "lib/file.h"
#include "lib/locks.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/ioctls.h"

/* What F_SETFL may change. */
#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)

SYSCALL_DEFINE1(close, int, fd)
{
	return close_fd(task_files(), fd);
}

SYSCALL_DEFINE3(close_range, u32, first, u32, last, u32, flags)
{
	struct files_struct *files = task_files();
	u32 fd;

	if (flags || first > last)
		return -EINVAL;
	for (fd = first; fd <= last && fd < files->max_fds; fd++)
		if (files->fd[fd])
			close_fd(files, (int)fd);
	return 0;
}

static long dup_from(int oldfd, int from, bool cloexec)
{
	struct file *f = fget(oldfd);
	int fd;

	if (!f)
		return -EBADF;
	fd = fd_install(task_files(), f, from, cloexec);
	if (fd < 0)
		fput(f);
	return fd;
}

static long dup_to(int oldfd, int newfd, bool cloexec)
{
	struct file *f = fget(oldfd);
	int fd;

	if (!f)
		return -EBADF;
	fd = fd_replace(task_files(), f, newfd, cloexec);
	if (fd < 0)
		fput(f);
	return fd;
}

SYSCALL_DEFINE1(dup, int, oldfd)
{
	return dup_from(oldfd, 0, false);
}

SYSCALL_DEFINE2(dup2, int, oldfd, int, newfd)
{
	struct file *f;

	if (oldfd != newfd)
		return dup_to(oldfd, newfd, false);
	f = fget(oldfd);
	if (!f)
		return -EBADF;
	fput(f);
	return newfd;
}

SYSCALL_DEFINE3(dup3, int, oldfd, int, newfd, int, flags)
{
	if (oldfd == newfd || (flags & ~O_CLOEXEC))
		return -EINVAL;
	return dup_to(oldfd, newfd, flags & O_CLOEXEC);
}

static long fcntl_file(struct file *f, int fd, u32 cmd, u64 arg)
{
	struct files_struct *files = task_files();

	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (arg >= files->rlimit_nofile)
			return -EINVAL;
		return dup_from(fd, (int)arg, cmd == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return fd_cloexec(files, fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		fd_set_cloexec(files, fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return f->f_flags & ~O_CLOEXEC;
	case F_SETFL:
		f->f_flags =
			(f->f_flags & ~SETFL_MASK) | ((u32)arg & SETFL_MASK);
		return 0;
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock(f, fd, cmd, arg);
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE3(fcntl, int, fd, u32, cmd, u64, arg)
{
	struct file *f = fget(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = fcntl_file(f, fd, cmd, arg);
	fput(f);
	return ret;
}

static long ioctl_file(struct file *f, int fd, u32 cmd, unsigned long arg)
{
	long ret;
	int on;

	switch (cmd) {
	case FIOCLEX:
	case FIONCLEX:
		fd_set_cloexec(task_files(), fd, cmd == FIOCLEX);
		return 0;
	case FIONBIO:
	case FIOASYNC:
		if (copy_from_user(&on, (void __user *)arg, sizeof(on)))
			return -EFAULT;
		f->f_flags &= ~(u32)(cmd == FIONBIO ? O_NONBLOCK : O_ASYNC);
		if (on)
			f->f_flags |= cmd == FIONBIO ? O_NONBLOCK : O_ASYNC;
		return 0;
	default:
		if (!f->f_op->ioctl)
			return -ENOTTY;
		ret = f->f_op->ioctl(f, cmd, arg);
		return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
	}
}

SYSCALL_DEFINE3(ioctl, int, fd, u32, cmd, unsigned long, arg)
{
	struct file *f = fget(fd);
	long ret;

	if (!f)
		return -EBADF;
	ret = ioctl_file(f, fd, cmd, arg);
	fput(f);
	return ret;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: pipes: a ring of 64 KiB between two files. Writes of up to PIPE_BUF
 * bytes are not mixed with others (POSIX); a writer without a reader gets
 * SIGPIPE and -EPIPE; a reader without a writer gets the end.
 *
 * State: head and tail run freely, their difference is what is in the ring.
 * Tasks only, which do not preempt each other, and no copying sleeps: no lock.
 */
#include "lib/page.h"
#include "lib/bug.h"
#include "lib/file.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/ioctls.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/stat.h"
#include "lib/uio.h"

#define PIPE_ORDER 4
#define PIPE_SIZE  ((u32)(PAGE_SIZE << PIPE_ORDER))
#define PIPE_BUF   4096U

struct pipe {
	struct page *page;
	u32 head, tail; /* written and read so far, modulo 2^32 */
	u32 readers, writers;
	struct wait_queue_head rd_wait, wr_wait;
};

static u32 pipe_used(const struct pipe *p)
{
	return p->head - p->tail;
}

static u32 pipe_free(const struct pipe *p)
{
	return PIPE_SIZE - pipe_used(p);
}

/* Between the ring at @at and @it, until @n bytes or a fault. */
static u32 ring_copy(struct pipe *p, u32 at, struct iov_iter *it, u32 n)
{
	u32 done = 0, pos, len, got;
	u8 *ring = page_address(p->page);

	while (done < n) {
		pos = (at + done) % PIPE_SIZE;
		len = min(n - done, PIPE_SIZE - pos);
		if (it->source)
			got = (u32)copy_from_iter(ring + pos, len, it);
		else
			got = (u32)copy_to_iter(ring + pos, len, it);
		done += got;
		if (got < len)
			break;
	}
	return done;
}

static ssize_t pipe_read(struct file *f, struct iov_iter *to)
{
	struct pipe *p = f->private_data;
	u32 n;
	int err;

	if (!iov_iter_count(to))
		return 0;
	if (!pipe_used(p) && p->writers) {
		if (f->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_event_interruptible(&p->rd_wait,
					       pipe_used(p) || !p->writers);
		if (err)
			return err;
	}
	if (!pipe_used(p))
		return 0;
	n = (u32)min_t(size_t, pipe_used(p), iov_iter_count(to));
	n = ring_copy(p, p->tail, to, n);
	if (!n)
		return -EFAULT;
	p->tail += n;
	wake_up_poll(&p->wr_wait, EPOLLOUT | EPOLLWRNORM);
	return n;
}

/* Wait for @want bytes of room, or for the end of the readers. */
static int pipe_wait_room(struct file *f, struct pipe *p, u32 want)
{
	if (pipe_free(p) >= want || !p->readers)
		return 0;
	if (f->f_flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(&p->wr_wait,
					pipe_free(p) >= want || !p->readers);
}

static ssize_t pipe_write(struct file *f, struct iov_iter *from)
{
	struct pipe *p = f->private_data;
	size_t left = iov_iter_count(from), all = left;
	u32 want = all <= PIPE_BUF ? (u32)all : 1;
	int err = 0;
	u32 n, got;

	while (left) {
		err = pipe_wait_room(f, p, want);
		if (err)
			break;
		if (!p->readers) {
			task_raise_signal(SIGPIPE);
			err = -EPIPE;
			break;
		}
		n = (u32)min_t(size_t, left, pipe_free(p));
		got = ring_copy(p, p->head, from, n);
		p->head += got;
		left -= got;
		if (got)
			wake_up_poll(&p->rd_wait, EPOLLIN | EPOLLRDNORM);
		if (got < n) {
			err = -EFAULT;
			break;
		}
	}
	return left < all ? (ssize_t)(all - left) : err;
}

static u32 pipe_poll_read(struct file *f, struct poll_table *pt)
{
	struct pipe *p = f->private_data;
	u32 mask = 0;

	poll_wait(f, &p->rd_wait, pt);
	if (pipe_used(p))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (!p->writers)
		mask |= EPOLLHUP;
	return mask;
}

static u32 pipe_poll_write(struct file *f, struct poll_table *pt)
{
	struct pipe *p = f->private_data;
	u32 mask = 0;

	poll_wait(f, &p->wr_wait, pt);
	if (pipe_free(p) >= PIPE_BUF)
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (!p->readers)
		mask |= EPOLLERR;
	return mask;
}

static long pipe_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct pipe *p = f->private_data;
	int n = (int)pipe_used(p);

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	return copy_to_user((void __user *)arg, &n, sizeof(n)) ? -EFAULT : 0;
}

static int pipe_fstat(struct file *f, struct kstat *st)
{
	*st = (struct kstat){ .mode = S_IFIFO | 0600, .nlink = 1 };
	return 0;
}

static void pipe_put(struct pipe *p)
{
	if (p->readers || p->writers)
		return;
	put_page(p->page);
	kfree(p);
}

static int pipe_release_read(struct file *f)
{
	struct pipe *p = f->private_data;

	p->readers--;
	wake_up_poll(&p->wr_wait, EPOLLOUT | EPOLLERR);
	pipe_put(p);
	return 0;
}

static int pipe_release_write(struct file *f)
{
	struct pipe *p = f->private_data;

	p->writers--;
	wake_up_poll(&p->rd_wait, EPOLLIN | EPOLLHUP);
	pipe_put(p);
	return 0;
}

static const struct file_operations pipe_read_ops = {
	.name = "pipe",
	.read_iter = pipe_read,
	.poll = pipe_poll_read,
	.ioctl = pipe_ioctl,
	.fstat = pipe_fstat,
	.release = pipe_release_read,
};

static const struct file_operations pipe_write_ops = {
	.name = "pipe",
	.write_iter = pipe_write,
	.poll = pipe_poll_write,
	.ioctl = pipe_ioctl,
	.fstat = pipe_fstat,
	.release = pipe_release_write,
};

static struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->page = alloc_pages(GFP_KERNEL, PIPE_ORDER);
	if (!p->page) {
		kfree(p);
		return NULL;
	}
	init_waitqueue_head(&p->rd_wait);
	init_waitqueue_head(&p->wr_wait);
	return p;
}

/* Both ends, with one reference each. */
static int pipe_files(u32 flags, struct file **rd, struct file **wr)
{
	struct pipe *p = pipe_alloc();

	if (!p)
		return -ENOMEM;
	flags &= O_NONBLOCK;
	*rd = file_alloc(&pipe_read_ops, p, O_RDONLY | flags);
	if (!*rd) {
		pipe_put(p);
		return -ENOMEM;
	}
	p->readers = 1;
	*wr = file_alloc(&pipe_write_ops, p, O_WRONLY | flags);
	if (!*wr) {
		fput(*rd);
		return -ENOMEM;
	}
	p->writers = 1;
	return 0;
}

static long do_pipe2(int __user *fildes, u32 flags)
{
	struct files_struct *files = task_files();
	struct file *rd, *wr;
	int fds[2], err;

	if (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
		return -EINVAL;
	err = pipe_files(flags, &rd, &wr);
	if (err)
		return err;
	fds[0] = fd_install(files, rd, 0, flags & O_CLOEXEC);
	if (fds[0] < 0) {
		fput(rd);
		fput(wr);
		return fds[0];
	}
	fds[1] = fd_install(files, wr, 0, flags & O_CLOEXEC);
	if (fds[1] < 0) {
		close_fd(files, fds[0]);
		fput(wr);
		return fds[1];
	}
	if (copy_to_user(fildes, fds, sizeof(fds))) {
		close_fd(files, fds[0]);
		close_fd(files, fds[1]);
		return -EFAULT;
	}
	return 0;
}

SYSCALL_DEFINE1(pipe, int __user *, fildes)
{
	return do_pipe2(fildes, 0);
}

SYSCALL_DEFINE2(pipe2, int __user *, fildes, u32, flags)
{
	return do_pipe2(fildes, flags);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: pipes: a ring of 16 references to pages between two files. What is
 * written is copied into pages of the pipe's own, up to 64 KiB; what splice()
 * and sendfile() bring are references to others' pages. Writes of up to
 * PIPE_BUF bytes are not mixed with others (POSIX); a writer without a reader
 * gets SIGPIPE and -EPIPE; a reader without a writer gets the end.
 *
 * State: head and tail count buffers and run freely, their difference is what
 * is in the ring. Tasks only, which do not preempt each other, and no copying
 * sleeps: no lock.
 */
#include "lib/pipe.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/ioctls.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/stat.h"
#include "lib/uio.h"

#define PIPE_BUF 4096U

struct pipe_buffer {
	struct page *page; /* a reference */
	u32 offset, len;
	bool own; /* a page of the pipe's: a write may go on behind len */
};

struct pipe {
	struct pipe_buffer bufs[PIPE_BUFFERS];
	u32 head, tail; /* buffers filled and emptied so far, modulo 2^32 */
	u32 used;       /* bytes */
	u32 readers, writers;
	u32 ino;            /* anon_ino() */
	struct page *spare; /* one page for the next write, or NULL */
	struct wait_queue_head rd_wait, wr_wait;
};

/* --- the ring --- */

static struct pipe_buffer *pipe_buf(struct pipe *p, u32 i)
{
	return &p->bufs[i % PIPE_BUFFERS];
}

static u32 free_buffers(const struct pipe *p)
{
	return PIPE_BUFFERS - (p->head - p->tail);
}

/* Bytes that a write can add behind the last buffer's. */
static u32 tail_room(struct pipe *p)
{
	const struct pipe_buffer *b = pipe_buf(p, p->head - 1);

	return p->head != p->tail && b->own
		       ? (u32)PAGE_SIZE - b->offset - b->len
		       : 0;
}

static u32 pipe_room(struct pipe *p)
{
	return tail_room(p) + free_buffers(p) * (u32)PAGE_SIZE;
}

/**
 * pipe_push() - Put others' memory into a pipe.
 * @p:     the pipe; a buffer is free.
 * @piece: the bytes.
 *
 * Ownership: takes over the reference on the page.
 * Context:   task.
 */
void pipe_push(struct pipe *p, const struct bio_vec *piece)
{
	BUG_ON(!free_buffers(p));
	*pipe_buf(p, p->head++) =
		(struct pipe_buffer){ piece->bv_page, piece->bv_offset,
				      piece->bv_len, false };
	p->used += piece->bv_len;
	wake_up_poll(&p->rd_wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * pipe_bytes() - How much is in a pipe.
 * @p: the pipe.
 *
 * Return: bytes.
 */
size_t pipe_bytes(const struct pipe *p)
{
	return p->used;
}

/**
 * pipe_peek() - Name what comes next.
 * @p:      the pipe.
 * @len:    bytes at most.
 * @pieces: filled.
 * @nr:     in: their number; out: how many were filled.
 *
 * Ownership: the references stay the pipe's, until pipe_consume().
 * Context:   task.
 * Return:    bytes in the pieces.
 */
size_t pipe_peek(struct pipe *p, size_t len, struct bio_vec *pieces, u32 *nr)
{
	const struct pipe_buffer *b;
	size_t total = 0;
	u32 i;

	for (i = 0; i < *nr && p->tail + i != p->head && total < len; i++) {
		b = pipe_buf(p, p->tail + i);
		pieces[i].bv_page = b->page;
		pieces[i].bv_offset = b->offset;
		pieces[i].bv_len = (u32)min_t(size_t, b->len, len - total);
		total += pieces[i].bv_len;
	}
	*nr = i;
	return total;
}

static void drop_buffer(struct pipe *p, struct pipe_buffer *b)
{
	if (b->own && !p->spare && page_count(b->page) == 1)
		p->spare = b->page;
	else
		put_page(b->page);
}

/**
 * pipe_consume() - The next bytes have been read.
 * @p: the pipe.
 * @n: how many; at most what is there.
 *
 * Context: task; wakes writers.
 */
void pipe_consume(struct pipe *p, size_t n)
{
	struct pipe_buffer *b;
	u32 part;

	p->used -= (u32)n;
	while (n) {
		b = pipe_buf(p, p->tail);
		part = (u32)min_t(size_t, n, b->len);
		b->offset += part;
		b->len -= part;
		n -= part;
		if (!b->len) {
			drop_buffer(p, b);
			p->tail++;
		}
	}
	wake_up_poll(&p->wr_wait, EPOLLOUT | EPOLLWRNORM);
}

/* --- reading --- */

/**
 * pipe_wait_readable() - Sleep until there is something to read.
 * @p:       the pipe.
 * @noblock: do not sleep.
 *
 * Context: task.
 * Return:  1; 0: there is nothing, and no writer; -EAGAIN, -ERESTARTSYS.
 */
int pipe_wait_readable(struct pipe *p, bool noblock)
{
	int err;

	if (!p->used && p->writers) {
		if (noblock)
			return -EAGAIN;
		err = wait_event_interruptible(&p->rd_wait,
					       p->used || !p->writers);
		if (err)
			return err;
	}
	return p->used != 0;
}

static ssize_t pipe_read(struct file *f, struct iov_iter *to)
{
	struct pipe *p = f->private_data;
	u32 done = 0, n, got;
	int err;

	if (!iov_iter_count(to))
		return 0;
	err = pipe_wait_readable(p, f->f_flags & O_NONBLOCK);
	if (err <= 0)
		return err;
	while (p->used && iov_iter_count(to)) {
		const struct pipe_buffer *b = pipe_buf(p, p->tail);

		n = (u32)min_t(size_t, b->len, iov_iter_count(to));
		got = (u32)copy_to_iter((u8 *)page_address(b->page) + b->offset,
					n, to);
		pipe_consume(p, got);
		done += got;
		if (got < n)
			break;
	}
	return done ? (ssize_t)done : -EFAULT;
}

/* --- writing --- */

/* Wait for @want bytes of room, or for the end of the readers. */
static int pipe_wait_room(struct pipe *p, u32 want, bool noblock)
{
	if (pipe_room(p) >= want || !p->readers)
		return 0;
	if (noblock)
		return -EAGAIN;
	return wait_event_interruptible(&p->wr_wait,
					pipe_room(p) >= want || !p->readers);
}

static int no_reader(void)
{
	task_raise_signal(SIGPIPE);
	return -EPIPE;
}

/**
 * pipe_wait_free() - Sleep until a buffer is free.
 * @p:       the pipe.
 * @noblock: do not sleep.
 *
 * Context: task.
 * Return:  how many are; -EPIPE (with SIGPIPE): nobody reads; -EAGAIN,
 *          -ERESTARTSYS.
 */
int pipe_wait_free(struct pipe *p, bool noblock)
{
	int err = 0;

	if (!free_buffers(p) && p->readers) {
		if (noblock)
			return -EAGAIN;
		err = wait_event_interruptible(&p->wr_wait,
					       free_buffers(p) || !p->readers);
	}
	if (err)
		return err;
	return p->readers ? (int)free_buffers(p) : no_reader();
}

/* The buffer that the next byte goes to; NULL: no memory. There is room. */
static struct pipe_buffer *write_buffer(struct pipe *p)
{
	struct page *page = p->spare;

	if (tail_room(p))
		return pipe_buf(p, p->head - 1);
	if (!page)
		page = alloc_page(GFP_KERNEL);
	if (!page)
		return NULL;
	p->spare = NULL;
	*pipe_buf(p, p->head) = (struct pipe_buffer){ page, 0, 0, true };
	return pipe_buf(p, p->head++);
}

/* Nothing came into the last buffer: it goes. */
static void unwrite_buffer(struct pipe *p)
{
	struct pipe_buffer *b = pipe_buf(p, p->head - 1);

	if (p->head == p->tail || b->len)
		return;
	p->head--;
	drop_buffer(p, b);
}

/* Up to @n bytes, for which there is room; fewer: *@err says why. */
static u32 write_some(struct pipe *p, struct iov_iter *from, u32 n, int *err)
{
	struct pipe_buffer *b;
	u32 done = 0, part, got;

	while (done < n) {
		*err = -ENOMEM;
		b = write_buffer(p);
		if (!b)
			break;
		*err = -EFAULT;
		part = min(n - done, (u32)PAGE_SIZE - b->offset - b->len);
		got = (u32)copy_from_iter((u8 *)page_address(b->page) +
						  b->offset + b->len,
					  part, from);
		b->len += got;
		p->used += got;
		done += got;
		if (got < part)
			break;
		*err = 0;
	}
	unwrite_buffer(p);
	return done;
}

/* The pages themselves (ITER_PAGES), each a buffer. */
static ssize_t write_pieces(struct file *f, struct pipe *p,
			    struct iov_iter *from)
{
	size_t all = iov_iter_count(from);
	struct bio_vec piece;
	int err = 0;

	while (iov_iter_count(from)) {
		err = pipe_wait_free(p, f->f_flags & O_NONBLOCK);
		if (err < 0)
			break;
		if (!iov_iter_get_piece(from, iov_iter_count(from), &piece))
			break;
		pipe_push(p, &piece);
	}
	all -= iov_iter_count(from);
	return all ? (ssize_t)all : err;
}

static ssize_t pipe_write(struct file *f, struct iov_iter *from)
{
	struct pipe *p = f->private_data;
	size_t left = iov_iter_count(from), all = left;
	u32 want = all <= PIPE_BUF ? (u32)all : 1;
	int err = 0;
	u32 got;

	if (from->hints & ITER_PAGES)
		return write_pieces(f, p, from);
	while (left) {
		err = pipe_wait_room(p, want, f->f_flags & O_NONBLOCK);
		if (err)
			break;
		if (!p->readers) {
			err = no_reader();
			break;
		}
		got = write_some(p, from,
				 (u32)min_t(size_t, left, pipe_room(p)), &err);
		left -= got;
		if (got)
			wake_up_poll(&p->rd_wait, EPOLLIN | EPOLLRDNORM);
		if (err)
			break;
	}
	return left < all ? (ssize_t)(all - left) : err;
}

/* --- poll, ioctl, life --- */

static u32 pipe_poll_read(struct file *f, struct poll_table *pt)
{
	struct pipe *p = f->private_data;
	u32 mask = 0;

	poll_wait(f, &p->rd_wait, pt);
	if (p->used)
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
	if (free_buffers(p))
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (!p->readers)
		mask |= EPOLLERR;
	return mask;
}

static long pipe_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct pipe *p = f->private_data;
	int n = (int)p->used;

	if (cmd != FIONREAD)
		return -ENOIOCTLCMD;
	return copy_to_user((void __user *)arg, &n, sizeof(n)) ? -EFAULT : 0;
}

static int pipe_fstat(struct file *f, struct kstat *st)
{
	struct pipe *p = f->private_data;

	*st = (struct kstat){ .ino = anon_ino(&p->ino),
			      .mode = S_IFIFO | 0600,
			      .nlink = 1 };
	return 0;
}

static void pipe_put(struct pipe *p)
{
	if (p->readers || p->writers)
		return;
	for (; p->tail != p->head; p->tail++)
		put_page(pipe_buf(p, p->tail)->page);
	if (p->spare)
		put_page(p->spare);
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

static struct file *pipe_reopen(struct file *f, u32 flags);

static const struct file_operations pipe_read_ops = {
	.name = "pipe",
	.reopen = pipe_reopen,
	.read_iter = pipe_read,
	.poll = pipe_poll_read,
	.ioctl = pipe_ioctl,
	.fstat = pipe_fstat,
	.release = pipe_release_read,
};

static const struct file_operations pipe_write_ops = {
	.name = "pipe",
	.reopen = pipe_reopen,
	.write_iter = pipe_write,
	.poll = pipe_poll_write,
	.ioctl = pipe_ioctl,
	.fstat = pipe_fstat,
	.release = pipe_release_write,
};

/* file_operations.reopen: one more end, of either side. */
static struct file *pipe_reopen(struct file *f, u32 flags)
{
	struct pipe *p = f->private_data;
	bool write = (flags & O_ACCMODE) == O_WRONLY;
	struct file *end;

	if ((flags & O_ACCMODE) == O_RDWR)
		return ERR_PTR(-ENXIO); /* an end is of one side */
	end = file_alloc(write ? &pipe_write_ops : &pipe_read_ops, p,
			 flags & (O_ACCMODE | O_NONBLOCK));
	if (!end)
		return ERR_PTR(-ENOMEM);
	if (write)
		p->writers++;
	else
		p->readers++;
	return end;
}

/**
 * pipe_of_reader() - The pipe whose reading end a file is.
 * @f: any file.
 *
 * Return: it, or NULL.
 */
struct pipe *pipe_of_reader(const struct file *f)
{
	return f->f_op == &pipe_read_ops ? f->private_data : NULL;
}

/**
 * pipe_of_writer() - The pipe whose writing end a file is.
 * @f: any file.
 *
 * Return: it, or NULL.
 */
struct pipe *pipe_of_writer(const struct file *f)
{
	return f->f_op == &pipe_write_ops ? f->private_data : NULL;
}

static struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
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

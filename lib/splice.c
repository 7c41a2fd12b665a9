// SPDX-License-Identifier: MIT
/*
 * DOC: splice(): bytes go from or to a pipe as references to pages (rows S1,
 * B4). A file with memory of its own (get_piece) gives it; of any other, pages
 * are read and given. Out of a pipe a file is written with the pages
 * (ITER_PAGES): a TCP socket refers to them, others copy.
 *
 * One of the two files is a pipe; errors and their order are those of Linux.
 * Task context, no state.
 */
#include "lib/errno.h"
#include "lib/pipe.h"
#include "lib/read_write.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uio.h"

/* uAPI linux/fcntl.h of glibc: MOVE and GIFT mean nothing here. */
#define SPLICE_F_NONBLOCK 2U
#define SPLICE_F_MORE     4U
#define SPLICE_F_ALL      15U

/* One splice(). */
struct splice {
	struct file *in, *out;
	loff_t pos;   /* in the file that is no pipe */
	bool has_pos; /* the program's, not the file's own */
	size_t len;
	bool noblock; /* of the pipe */
	bool more;
};

/* --- into a pipe --- */

/* Memory that the file has. */
static ssize_t give_pieces(struct splice *s, struct pipe *p, u32 room)
{
	struct bio_vec pieces[PIPE_BUFFERS];
	u32 i;
	ssize_t n;

	n = file_get_pieces(s->in, s->pos, s->len, pieces, &room);
	for (i = 0; n > 0 && i < room; i++)
		pipe_push(p, &pieces[i]);
	return n;
}

/* As many pages as are wanted and as there is memory for. */
static u32 take_pages(struct bio_vec *pages, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		pages[i].bv_page = alloc_page(GFP_KERNEL);
		pages[i].bv_offset = 0;
		pages[i].bv_len = PAGE_SIZE;
		if (!pages[i].bv_page)
			break;
	}
	return i;
}

/* Read as read() does, or as the file would for splice(). */
static ssize_t read_for_splice(struct splice *s, struct iov_iter *to)
{
	loff_t own = s->in->f_pos;
	ssize_t n;

	if (s->in->f_op->splice_read)
		return s->in->f_op->splice_read(s->in, to);
	if (s->has_pos)
		s->in->f_pos = s->pos;
	n = file_read(s->in, to);
	if (s->has_pos)
		s->in->f_pos = own;
	else
		s->pos = s->in->f_pos - max(n, (ssize_t)0);
	return n;
}

/* Read into new pages, and give those. */
static ssize_t give_copies(struct splice *s, struct pipe *p, u32 room)
{
	struct bio_vec pages[PIPE_BUFFERS];
	size_t len = min_t(size_t, s->len, room * PAGE_SIZE), left;
	u32 nr = take_pages(pages, (u32)DIV_ROUND_UP(len, PAGE_SIZE)), i;
	struct iov_iter to;
	ssize_t n = -ENOMEM;

	if (nr) {
		iov_iter_bvec(&to, false, pages, nr,
			      min_t(size_t, len, nr * PAGE_SIZE));
		n = read_for_splice(s, &to);
	}
	left = (size_t)max(n, (ssize_t)0);
	for (i = 0; i < nr; i++) {
		pages[i].bv_len = (u32)min_t(size_t, left, PAGE_SIZE);
		left -= pages[i].bv_len;
		if (pages[i].bv_len)
			pipe_push(p, &pages[i]);
		else
			put_page(pages[i].bv_page);
	}
	return n;
}

static ssize_t splice_to_pipe(struct splice *s, struct pipe *p)
{
	int room = pipe_wait_free(p, s->noblock);
	ssize_t n;

	if (room < 0)
		return room;
	if (s->in->f_op->get_piece)
		n = give_pieces(s, p, (u32)room);
	else
		n = give_copies(s, p, (u32)room);
	if (n > 0)
		s->pos += n;
	return n;
}

/* --- out of a pipe --- */

static ssize_t write_pieces_out(struct splice *s, struct iov_iter *from)
{
	loff_t own = s->out->f_pos;
	ssize_t n;

	if (!s->out->f_op->llseek)
		return file_write(s->out, from);
	s->out->f_pos = s->pos;
	n = file_write(s->out, from);
	s->pos = s->out->f_pos;
	if (s->has_pos)
		s->out->f_pos = own;
	return n;
}

/* What is there now, at most @len bytes; 0 only if that is nothing. */
static ssize_t splice_some_out(struct splice *s, struct pipe *p, size_t len)
{
	struct bio_vec pieces[PIPE_BUFFERS];
	u32 nr = PIPE_BUFFERS;
	size_t all = pipe_peek(p, len, pieces, &nr);
	struct iov_iter it;
	ssize_t n;

	iov_iter_bvec(&it, true, pieces, nr, all);
	if (s->more || (all < len && all < pipe_bytes(p)))
		it.hints |= ITER_MORE;
	n = write_pieces_out(s, &it);
	if (n > 0)
		pipe_consume(p, (size_t)n);
	return n;
}

static ssize_t splice_from_pipe(struct splice *s, struct pipe *p)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < s->len) {
		/* What has gone out is enough: do not wait for more. */
		n = pipe_wait_readable(p, s->noblock || done);
		if (n <= 0)
			break;
		n = splice_some_out(s, p, s->len - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done ? (ssize_t)done : n;
}

/* From pipe to pipe: as much as is there and fits. */
static ssize_t splice_pipes(struct splice *s, struct pipe *from,
			    struct pipe *to)
{
	struct bio_vec pieces[PIPE_BUFFERS];
	u32 nr, i;
	size_t n;
	int err;

	err = pipe_wait_readable(from, s->noblock);
	if (err <= 0)
		return err;
	err = pipe_wait_free(to, s->noblock);
	if (err < 0)
		return err;
	nr = (u32)err;
	n = pipe_peek(from, s->len, pieces, &nr);
	for (i = 0; i < nr; i++) {
		get_page(pieces[i].bv_page);
		pipe_push(to, &pieces[i]);
	}
	pipe_consume(from, n);
	return (ssize_t)n;
}

/* --- the call --- */

/* A program's offset: only of a file that can be read or written at one. */
static int get_offset(struct splice *s, const struct file *f,
		      const loff_t __user *off)
{
	s->pos = f->f_pos;
	s->has_pos = off != NULL;
	if (!off)
		return 0;
	if (!f->f_op->llseek)
		return -EINVAL;
	if (copy_from_user(&s->pos, off, sizeof(s->pos)))
		return -EFAULT;
	return s->pos < 0 ? -EINVAL : 0;
}

static ssize_t put_offset(const struct splice *s, struct file *f,
			  loff_t __user *off, ssize_t n)
{
	if (!off) {
		if (f->f_op->llseek && n > 0)
			f->f_pos = s->pos;
		return n;
	}
	return copy_to_user(off, &s->pos, sizeof(s->pos)) ? -EFAULT : n;
}

static ssize_t do_splice(struct splice *s, loff_t __user *off_in,
			 loff_t __user *off_out)
{
	struct pipe *from = pipe_of_reader(s->in);
	struct pipe *to = pipe_of_writer(s->out);
	ssize_t n;

	if ((from && off_in) || (to && off_out))
		return -ESPIPE;
	if ((from && (s->in->f_flags & O_NONBLOCK)) ||
	    (to && (s->out->f_flags & O_NONBLOCK)))
		s->noblock = true;
	if (from && to)
		return from == to ? -EINVAL : splice_pipes(s, from, to);
	if (!from && !to)
		return -EINVAL;
	n = from ? get_offset(s, s->out, off_out)
		 : get_offset(s, s->in, off_in);
	if (n)
		return n;
	if (to) {
		n = splice_to_pipe(s, to);
		return put_offset(s, s->in, off_in, n);
	}
	if (s->out->f_flags & O_APPEND)
		return -EINVAL;
	n = splice_from_pipe(s, from);
	return put_offset(s, s->out, off_out, n);
}

static bool may(const struct file *f, u32 not_this)
{
	return (f->f_flags & O_ACCMODE) != not_this && !(f->f_flags & O_PATH);
}

SYSCALL_DEFINE6(splice, int, fd_in, loff_t __user *, off_in, int, fd_out,
		loff_t __user *, off_out, size_t, len, u32, flags)
{
	struct splice s = { .noblock = flags & SPLICE_F_NONBLOCK,
			    .more = flags & SPLICE_F_MORE };
	ssize_t n = -EBADF;

	if (!len)
		return 0;
	if (flags & ~SPLICE_F_ALL)
		return -EINVAL;
	s.len = min(len, MAX_RW_COUNT);
	s.in = fget(fd_in);
	s.out = fget(fd_out);
	if (s.in && s.out && may(s.in, O_WRONLY) && may(s.out, O_RDONLY))
		n = do_splice(&s, off_in, off_out);
	if (s.in)
		fput(s.in);
	if (s.out)
		fput(s.out);
	return n;
}

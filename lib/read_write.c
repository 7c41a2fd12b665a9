// SPDX-License-Identifier: MIT
/*
 * DOC: read(), write() and their kin: the descriptor becomes a file, the
 * program's memory an iov_iter, and the file's operation does the rest. User
 * memory is touched only through the iterator. Lengths are checked as Linux
 * does: negative is -EINVAL, more than MAX_RW_COUNT is cut.
 */
#include "lib/read_write.h"
#include "lib/file.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uio.h"

/**
 * file_read() - Read as read() does.
 * @f:  the file.
 * @to: where to.
 *
 * Context: task; may sleep.
 * Return:  bytes, 0 at the end, or a negative errno.
 */
ssize_t file_read(struct file *f, struct iov_iter *to)
{
	if ((f->f_flags & O_ACCMODE) == O_WRONLY || (f->f_flags & O_PATH))
		return -EBADF;
	if (!f->f_op->read_iter)
		return f->f_op->iterate ? -EISDIR : -EINVAL;
	return f->f_op->read_iter(f, to);
}

/**
 * file_write() - Write as write() does.
 * @f:    the file.
 * @from: the bytes.
 *
 * Context: task; may sleep.
 * Return:  bytes or a negative errno.
 */
ssize_t file_write(struct file *f, struct iov_iter *from)
{
	if ((f->f_flags & O_ACCMODE) == O_RDONLY || (f->f_flags & O_PATH))
		return -EBADF;
	if (!f->f_op->write_iter)
		return -EINVAL;
	return f->f_op->write_iter(f, from);
}

static ssize_t rw_iter(struct file *f, struct iov_iter *it)
{
	return it->source ? file_write(f, it) : file_read(f, it);
}

/* At *@pos instead of the file's own place, which stays. */
static ssize_t rw_iter_at(struct file *f, struct iov_iter *it, loff_t *pos)
{
	loff_t own = f->f_pos;
	ssize_t n;

	if (!f->f_op->llseek)
		return -ESPIPE;
	f->f_pos = *pos;
	n = rw_iter(f, it);
	*pos = f->f_pos;
	f->f_pos = own;
	return n;
}

static ssize_t rw_buf(int fd, void __user *buf, size_t count, bool source,
		      loff_t *pos)
{
	struct file *f = fget(fd);
	struct iov_iter it;
	ssize_t n = -EINVAL;

	if (!f)
		return -EBADF;
	if ((ssize_t)count >= 0) {
		iov_iter_ubuf(&it, source, buf, min(count, MAX_RW_COUNT));
		n = pos ? rw_iter_at(f, &it, pos) : rw_iter(f, &it);
	}
	fput(f);
	return n;
}

static ssize_t rw_vec(int fd, const struct iovec __user *vec, u64 nr,
		      bool source, loff_t *pos)
{
	struct iovec fast[UIO_FASTIOV], *iov;
	struct file *f = fget(fd);
	struct iov_iter it;
	ssize_t n;

	if (!f)
		return -EBADF;
	n = import_iovec(source, vec, nr, fast, &iov, &it);
	if (n >= 0)
		n = pos ? rw_iter_at(f, &it, pos) : rw_iter(f, &it);
	if (iov != fast)
		kfree(iov);
	fput(f);
	return n;
}

SYSCALL_DEFINE3(read, int, fd, void __user *, buf, size_t, count)
{
	return rw_buf(fd, buf, count, false, NULL);
}

SYSCALL_DEFINE3(write, int, fd, void __user *, buf, size_t, count)
{
	struct file *f = fget_own(fd);

	if (f && f->f_op->write_buf)
		return f->f_op->write_buf(f, buf, count);
	return rw_buf(fd, buf, count, true, NULL);
}

SYSCALL_DEFINE3(readv, int, fd, const struct iovec __user *, vec, u64, nr)
{
	return rw_vec(fd, vec, nr, false, NULL);
}

SYSCALL_DEFINE3(writev, int, fd, const struct iovec __user *, vec, u64, nr)
{
	return rw_vec(fd, vec, nr, true, NULL);
}

SYSCALL_DEFINE4(pread64, int, fd, void __user *, buf, size_t, count, loff_t,
		pos)
{
	return pos < 0 ? -EINVAL : rw_buf(fd, buf, count, false, &pos);
}

SYSCALL_DEFINE4(pwrite64, int, fd, void __user *, buf, size_t, count, loff_t,
		pos)
{
	return pos < 0 ? -EINVAL : rw_buf(fd, buf, count, true, &pos);
}

/* The fifth argument is the high half of the offset on 32-bit machines. */
SYSCALL_DEFINE4(preadv, int, fd, const struct iovec __user *, vec, u64, nr,
		loff_t, pos)
{
	return pos < 0 ? -EINVAL : rw_vec(fd, vec, nr, false, &pos);
}

SYSCALL_DEFINE4(pwritev, int, fd, const struct iovec __user *, vec, u64, nr,
		loff_t, pos)
{
	return pos < 0 ? -EINVAL : rw_vec(fd, vec, nr, true, &pos);
}

SYSCALL_DEFINE3(lseek, int, fd, loff_t, off, int, whence)
{
	struct file *f = fget(fd);
	loff_t pos = -ESPIPE;

	if (!f)
		return -EBADF;
	if (f->f_op->llseek)
		pos = f->f_op->llseek(f, off, whence);
	fput(f);
	return pos;
}

/* As much as one round of copying holds. */
#define SENDFILE_CHUNK 65536U
/* Places of a file's memory that one round names. */
#define SENDFILE_PIECES 16U

/*
 * One round by copying: read into @buf, write it out. What the target did not
 * take is not counted, and *@pos stands behind what it took.
 */
static ssize_t sendfile_copy(struct file *out, struct file *in, loff_t *pos,
			     void *buf, size_t len, bool more)
{
	struct kvec v = { buf, len };
	loff_t start = *pos;
	struct iov_iter it;
	ssize_t got, put;

	iov_iter_kvec(&it, false, &v, 1, len);
	got = rw_iter_at(in, &it, pos);
	if (got <= 0)
		return got;
	v.iov_len = (size_t)got;
	iov_iter_kvec(&it, true, &v, 1, v.iov_len);
	if (more && got == len)
		it.hints |= ITER_MORE;
	put = file_write(out, &it);
	*pos = start + max(put, (ssize_t)0);
	return put;
}

static ssize_t sendfile_copying(struct file *out, struct file *in, loff_t *pos,
				size_t count)
{
	size_t done = 0, len;
	ssize_t n = 0;
	void *buf;

	buf = kmalloc(min_t(size_t, count, SENDFILE_CHUNK), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	while (done < count) {
		len = min_t(size_t, count - done, SENDFILE_CHUNK);
		n = sendfile_copy(out, in, pos, buf, len, done + len < count);
		if (n <= 0)
			break;
		done += (size_t)n;
		if ((size_t)n < len && (out->f_flags & O_NONBLOCK))
			break;
	}
	kfree(buf);
	return done ? (ssize_t)done : n;
}

/**
 * file_get_pieces() - Name a file's own memory.
 * @in:     a file with get_piece.
 * @pos:    from where.
 * @len:    how many bytes at most.
 * @pieces: filled.
 * @nr:     in: their number; out: how many were filled.
 *
 * Ownership: each piece's page has a reference that is the caller's.
 * Context:   task.
 * Return:    bytes in them; 0 at the end; a negative errno if there is none.
 */
ssize_t file_get_pieces(struct file *in, loff_t pos, size_t len,
			struct bio_vec *pieces, u32 *nr)
{
	size_t total = 0;
	ssize_t n = 0;
	u32 i;

	for (i = 0; i < *nr && total < len; i++) {
		n = in->f_op->get_piece(in, pos + (loff_t)total, len - total,
					&pieces[i]);
		if (n <= 0)
			break;
		total += (size_t)n;
	}
	*nr = i;
	return total ? (ssize_t)total : n;
}

/* Does the file go on at @pos? */
static bool file_goes_on(struct file *in, loff_t pos)
{
	struct bio_vec piece;

	if (in->f_op->get_piece(in, pos, 1, &piece) <= 0)
		return false;
	put_page(piece.bv_page);
	return true;
}

/*
 * One round without copying: the target gets the file's own memory, and copies
 * what it cannot refer to. *@offered is how much that was.
 */
static ssize_t sendfile_pieces(struct file *out, struct file *in, loff_t pos,
			       size_t len, size_t *offered)
{
	struct bio_vec pieces[SENDFILE_PIECES];
	u32 nr = SENDFILE_PIECES, i;
	struct iov_iter it;
	ssize_t n;

	n = file_get_pieces(in, pos, len, pieces, &nr);
	*offered = (size_t)max(n, (ssize_t)0);
	if (n <= 0)
		return n;
	iov_iter_bvec(&it, true, pieces, nr, *offered);
	if (*offered < len && file_goes_on(in, pos + n))
		it.hints |= ITER_MORE;
	n = file_write(out, &it);
	for (i = 0; i < nr; i++)
		put_page(pieces[i].bv_page);
	return n;
}

static ssize_t sendfile_by_reference(struct file *out, struct file *in,
				     loff_t *pos, size_t count)
{
	size_t done = 0, offered;
	ssize_t n = 0;

	if ((in->f_flags & O_ACCMODE) == O_WRONLY || (in->f_flags & O_PATH))
		return -EBADF;
	while (done < count) {
		n = sendfile_pieces(out, in, *pos, count - done, &offered);
		if (n <= 0)
			break;
		*pos += n;
		done += (size_t)n;
		if (n < offered)
			break;
	}
	return done ? (ssize_t)done : n;
}

static ssize_t do_sendfile(struct file *out, struct file *in, loff_t *pos,
			   size_t count)
{
	if (!in->f_op->llseek || (out->f_flags & O_APPEND))
		return -EINVAL;
	if (in->f_op->get_piece)
		return sendfile_by_reference(out, in, pos, count);
	return sendfile_copying(out, in, pos, count);
}

SYSCALL_DEFINE4(sendfile, int, out_fd, int, in_fd, loff_t __user *, offset,
		size_t, count)
{
	struct file *in = fget(in_fd), *out = fget(out_fd);
	ssize_t n = -EBADF;
	loff_t pos;

	if (!in || !out)
		goto out_put;
	pos = in->f_pos;
	n = -EFAULT;
	if (offset && copy_from_user(&pos, offset, sizeof(pos)))
		goto out_put;
	n = -EINVAL;
	if (pos < 0 || (ssize_t)count < 0)
		goto out_put;
	n = do_sendfile(out, in, &pos, min(count, MAX_RW_COUNT));
	if (!offset)
		in->f_pos = pos;
	else if (copy_to_user(offset, &pos, sizeof(pos)))
		n = -EFAULT;
out_put:
	if (in)
		fput(in);
	if (out)
		fput(out);
	return n;
}

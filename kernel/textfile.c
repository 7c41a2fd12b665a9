// SPDX-License-Identifier: MIT
/*
 * DOC: files whose text the kernel makes when they are read, and takes when
 * they are written, as in /proc. The name and the inode are kernel/ramfs.c's;
 * their size is shown as 0, as Linux does. A write is a whole value, wherever
 * the file's place is.
 *
 * A long text is made record by record. The inode remembers where the last
 * reader was, so that who reads on does not begin again; another reader does,
 * and finds the same. What comes and goes meanwhile may be missed.
 *
 * Made at boot by boot/proc_sys.c and boot/proc_net.c; opened by
 * kernel/namei.c.
 */
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/page.h"
#include "lib/slab.h"
#include "lib/uapi/poll.h"
#include "lib/uio.h"

#define TEXT_MAX PAGE_SIZE

/* Records from the file's place on, as many bytes as are wanted. */
static ssize_t read_records(struct file *f, struct iov_iter *to, char *text)
{
	struct inode *inode = file_inode(f);
	loff_t at = inode->txt.at;
	u64 pos = inode->txt.pos, next;
	ssize_t len, done = 0;
	size_t n, skip;

	if (f->f_pos < at)
		at = (loff_t)(pos = 0);
	while (iov_iter_count(to)) {
		next = pos;
		len = inode->text->next(inode->txt.arg, &next, text, TEXT_MAX);
		if (len <= 0)
			break;
		if (f->f_pos < at + len) {
			skip = (size_t)(f->f_pos - at);
			n = min(iov_iter_count(to), (size_t)len - skip);
			if (copy_to_iter(text + skip, n, to) != n)
				return done ? done : -EFAULT;
			done += (ssize_t)n;
			f->f_pos += (loff_t)n;
			if (skip + n < (size_t)len)
				break;
		}
		at += len;
		pos = next;
	}
	inode->txt.at = at;
	inode->txt.pos = pos;
	return done;
}

static ssize_t read_whole(struct file *f, struct iov_iter *to, char *text)
{
	const struct inode *inode = file_inode(f);
	ssize_t len;
	size_t n;

	len = inode->text->show(inode->txt.arg, text, TEXT_MAX);
	if (len > f->f_pos) {
		n = min(iov_iter_count(to), (size_t)(len - f->f_pos));
		len = (ssize_t)copy_to_iter(text + f->f_pos, n, to);
		f->f_pos += len;
		if (n && !len)
			len = -EFAULT;
	} else if (len > 0) {
		len = 0;
	}
	return len;
}

static ssize_t text_read(struct file *f, struct iov_iter *to)
{
	char *text = kmalloc(TEXT_MAX, GFP_KERNEL);
	ssize_t len;

	if (!text)
		return -ENOMEM;
	len = file_inode(f)->text->next ? read_records(f, to, text)
					: read_whole(f, to, text);
	kfree(text);
	return len;
}

static ssize_t text_write(struct file *f, struct iov_iter *from)
{
	const struct inode *inode = file_inode(f);
	size_t n = iov_iter_count(from);
	char *text;
	int err;

	if (n >= TEXT_MAX)
		return -EINVAL;
	text = kmalloc(n + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = -EFAULT;
	if (copy_from_iter(text, n, from) == n) {
		text[n] = 0;
		err = inode->text->store(inode->txt.arg, text);
	}
	kfree(text);
	if (err)
		return err;
	f->f_pos += (loff_t)n;
	return (ssize_t)n;
}

static loff_t text_llseek(struct file *f, loff_t off, int whence)
{
	loff_t base = whence == SEEK_CUR ? f->f_pos : 0;

	if (whence != SEEK_SET && whence != SEEK_CUR)
		return -EINVAL;
	if (__builtin_add_overflow(base, off, &off) || off < 0)
		return -EINVAL;
	f->f_pos = off;
	return off;
}

static u32 text_poll(struct file *f, struct poll_table *pt)
{
	return EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;
}

const struct file_operations text_file_ops = {
	.name = "text",
	.read_iter = text_read,
	.write_iter = text_write,
	.poll = text_poll,
	.llseek = text_llseek,
	.fstat = inode_fstat,
	.release = inode_release,
};

/**
 * text_file_create() - Make such a file, and the directories on its way.
 * @path: absolute.
 * @ops:  static.
 * @arg:  handed to them.
 *
 * Context: boot task.
 * Return:  0; -EEXIST: the name is taken; another negative errno.
 */
int text_file_create(const char *path, const struct text_ops *ops,
		     const void *arg)
{
	char name[NAME_MAX + 1];
	struct inode *dir, *inode;
	bool trailing;
	int err = path_make_parents(path);

	if (!err)
		err = path_parent(AT_FDCWD, path, &dir, name, &trailing);
	if (err)
		return err;
	err = -EEXIST;
	if (dir_lookup(dir, name))
		goto out_put_dir;
	err = -ENOMEM;
	inode = inode_create(S_IFREG | (ops->store ? 0644 : 0444), 0);
	if (!inode)
		goto out_put_dir;
	inode->text = ops;
	inode->txt.arg = arg;
	err = dir_add(dir, name, inode);
	iput(inode);
out_put_dir:
	iput(dir);
	return err;
}

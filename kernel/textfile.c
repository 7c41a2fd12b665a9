// SPDX-License-Identifier: MIT
/*
 * DOC: files whose text the kernel makes when they are read, and takes when
 * they are written, as in /proc. The name and the inode are kernel/ramfs.c's;
 * their size is shown as 0, as Linux does. A write is a whole value, wherever
 * the file's place is.
 *
 * A long text is made record by record. The inode remembers where the last
 * reader was, so that who reads on does not begin again, and the record that it
 * has read in part, so that its lines are whole; another reader begins again.
 * What comes and goes meanwhile may be missed.
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

/* The inode's place, which nobody else has now, at @f's or before it. A reader
 * of a record's beginning gets a new one. */
static struct text_place take_place(struct file *f)
{
	struct inode *inode = file_inode(f);
	struct text_place p = inode->txt.place;

	inode->txt.place.text = NULL;
	inode->txt.place.len = 0;
	if (f->f_pos <= p.at)
		p.len = 0;
	if (f->f_pos < p.at)
		p.at = (loff_t)(p.pos = 0);
	if (!p.text)
		p.text = kmalloc(TEXT_MAX, GFP_KERNEL);
	return p;
}

static void give_place(struct inode *inode, struct text_place *p)
{
	if (!p->len) {
		kfree(p->text);
		p->text = NULL;
	}
	kfree(inode->txt.place.text); /* who read meanwhile */
	inode->txt.place = *p;
}

static bool make_record(const struct inode *inode, struct text_place *p)
{
	ssize_t len;

	p->next = p->pos;
	len = inode->text->next(inode->txt.arg, &p->next, p->text, TEXT_MAX);
	p->len = len > 0 ? (size_t)len : 0;
	return p->len;
}

/* Records from the file's place on, as many bytes as are wanted. */
static ssize_t read_records(struct file *f, struct iov_iter *to)
{
	struct inode *inode = file_inode(f);
	struct text_place p = take_place(f);
	ssize_t done = p.text ? 0 : -ENOMEM;
	size_t n, skip;

	while (p.text && iov_iter_count(to) &&
	       (p.len || make_record(inode, &p))) {
		skip = (size_t)(f->f_pos - p.at);
		if (skip < p.len) {
			n = min(iov_iter_count(to), p.len - skip);
			if (copy_to_iter(p.text + skip, n, to) != n) {
				done = done ?: -EFAULT;
				break;
			}
			done += (ssize_t)n;
			f->f_pos += (loff_t)n;
			if (skip + n < p.len)
				break;
		}
		p.at += (loff_t)p.len;
		p.pos = p.next;
		p.len = 0;
	}
	give_place(inode, &p);
	return done;
}

static ssize_t read_whole(struct file *f, struct iov_iter *to)
{
	const struct inode *inode = file_inode(f);
	char *text = kmalloc(TEXT_MAX, GFP_KERNEL);
	ssize_t len;
	size_t n;

	if (!text)
		return -ENOMEM;
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
	kfree(text);
	return len;
}

static ssize_t text_read(struct file *f, struct iov_iter *to)
{
	return file_inode(f)->text->next ? read_records(f, to)
					 : read_whole(f, to);
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
	struct inode *inode;
	int err = path_make_parents(path);

	if (err)
		return err;
	inode = inode_create(S_IFREG | (ops->store ? 0644 : 0444), 0);
	if (!inode)
		return -ENOMEM;
	inode->text = ops;
	inode->txt.arg = arg;
	err = path_add(AT_FDCWD, path, inode);
	iput(inode);
	return err;
}

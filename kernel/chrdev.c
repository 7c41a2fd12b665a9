// SPDX-License-Identifier: MIT
/*
 * DOC: character devices: null, zero, full, random, urandom (major 1) and
 * the terminal's names: tty and console (major 5), ttyS0 (4, 64). Opened by
 * kernel/namei.c; numbers from Linux's devices list. The nodes themselves are
 * made at boot or come with the initramfs.
 */
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/uapi/poll.h"
#include "lib/uio.h"

static ssize_t null_read(struct file *f, struct iov_iter *to)
{
	return 0;
}

static ssize_t null_write(struct file *f, struct iov_iter *from)
{
	size_t n = iov_iter_count(from);

	iov_iter_advance(from, n);
	return (ssize_t)n;
}

static ssize_t zero_read(struct file *f, struct iov_iter *to)
{
	static const u8 zeros[512];
	ssize_t done = 0;
	size_t n, got;

	while (iov_iter_count(to)) {
		n = min(iov_iter_count(to), sizeof(zeros));
		got = copy_to_iter(zeros, n, to);
		done += (ssize_t)got;
		if (got < n)
			return done ? done : -EFAULT;
		if (task_signal_pending())
			break;
	}
	return done;
}

static ssize_t full_write(struct file *f, struct iov_iter *from)
{
	return -ENOSPC;
}

static ssize_t random_read(struct file *f, struct iov_iter *to)
{
	ssize_t done = 0;
	u8 bytes[256];
	size_t n, got;

	while (iov_iter_count(to)) {
		n = min(iov_iter_count(to), sizeof(bytes));
		get_random_bytes(bytes, n);
		got = copy_to_iter(bytes, n, to);
		done += (ssize_t)got;
		if (got < n)
			return done ? done : -EFAULT;
		if (task_signal_pending())
			break;
	}
	return done;
}

static u32 always_ready(struct file *f, struct poll_table *pt)
{
	return EPOLLIN | EPOLLRDNORM | EPOLLOUT | EPOLLWRNORM;
}

static loff_t no_seek(struct file *f, loff_t off, int whence)
{
	return 0;
}

#define MEM_DEVICE(var, dev, rd, wr)                \
	static const struct file_operations var = { \
		.name = dev,                        \
		.read_iter = rd,                    \
		.write_iter = wr,                   \
		.poll = always_ready,               \
		.llseek = no_seek,                  \
		.fstat = inode_fstat,               \
		.release = inode_release,           \
	}
MEM_DEVICE(null_ops, "null", null_read, null_write);
MEM_DEVICE(zero_ops, "zero", zero_read, null_write);
MEM_DEVICE(full_ops, "full", zero_read, full_write);
MEM_DEVICE(random_ops, "random", random_read, null_write);

static const struct {
	u64 rdev;
	const struct file_operations *ops;
} devices[] = {
	{ 0x103, &null_ops },   { 0x105, &zero_ops },   { 0x107, &full_ops },
	{ 0x108, &random_ops }, { 0x109, &random_ops }, { 0x500, &tty_ops },
	{ 0x501, &tty_ops },    { 0x440, &tty_ops }, /* ttyS0: 4, 64 */
};

/**
 * chrdev_open() - Open a device node.
 * @inode: S_IFCHR; the file takes a reference.
 * @flags: O_*.
 *
 * Context: task.
 * Return:  the file with one reference; -ENXIO for a number that has no
 *          driver, -ENOMEM.
 */
struct file *chrdev_open(struct inode *inode, u32 flags)
{
	struct file *f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		if (devices[i].rdev != inode->rdev)
			continue;
		f = file_alloc(devices[i].ops, inode,
			       flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY |
					 O_CLOEXEC));
		if (!f)
			return ERR_PTR(-ENOMEM);
		iget(inode);
		return f;
	}
	return ERR_PTR(-ENXIO);
}

/**
 * file_is_dev_zero() - Is it /dev/zero, whose mapping is anonymous memory?
 * @f: any file.
 *
 * Context: any.
 * Return:  true if so.
 */
bool file_is_dev_zero(const struct file *f)
{
	return f->f_op == &zero_ops;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: flock(2): a lock on a whole file that belongs to the open file, so that
 * what dup() and fork() make shares it. Advisory: reads and writes do not ask.
 * Called by programs, and by kernel/ramfs.c when an open file ends.
 *
 * State: the locks there are; tasks only.
 */
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/syscalls.h"

#define LOCK_SH 1U
#define LOCK_EX 2U
#define LOCK_NB 4U
#define LOCK_UN 8U

struct flock {
	struct list_head entry; /* in locks */
	const struct file *file;
	bool exclusive;
};

static LIST_HEAD(locks);
static struct wait_queue_head unlocked = { LIST_HEAD_INIT(unlocked.head) };

static struct flock *lock_of(const struct file *f)
{
	struct flock *l;

	list_for_each_entry (l, &locks, entry)
		if (l->file == f)
			return l;
	return NULL;
}

/* Whether another open file's lock stands in the way. */
static bool is_free(const struct file *f, bool exclusive)
{
	struct flock *l;

	list_for_each_entry (l, &locks, entry)
		if (l->file != f && file_inode(l->file) == file_inode(f) &&
		    (exclusive || l->exclusive))
			return false;
	return true;
}

/**
 * flock_release() - An open file ends, and its lock with it.
 * @f: one of the file tree's.
 *
 * Context: task.
 */
void flock_release(const struct file *f)
{
	struct flock *l = list_empty(&locks) ? NULL : lock_of(f);

	if (!l)
		return;
	list_del(&l->entry);
	kfree(l);
	wake_up(&unlocked);
}

static long take(struct file *f, bool exclusive, bool wait)
{
	struct flock *l = kmalloc(sizeof(*l), GFP_KERNEL), *other;
	int err = 0;

	if (!l)
		return -ENOMEM;
	/* Another kind of lock is given up first, as on Linux. */
	flock_release(f);
	if (!is_free(f, exclusive))
		err = wait ? wait_event_interruptible(&unlocked,
						      is_free(f, exclusive))
			   : -EAGAIN;
	other = lock_of(f); /* who shares the file was quicker */
	if (err || other) {
		kfree(l);
		if (!err) {
			other->exclusive = exclusive;
			wake_up(&unlocked);
		}
		return err;
	}
	l->file = f;
	l->exclusive = exclusive;
	list_add(&l->entry, &locks);
	return 0;
}

SYSCALL_DEFINE2(flock, int, fd, u32, op)
{
	u32 kind = op & ~LOCK_NB;
	struct flock *l;
	struct file *f;
	long err = 0;

	if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
		return -EINVAL;
	f = fget(fd);
	if (!f)
		return -EBADF;
	l = lock_of(f);
	if (!file_has_inode(f))
		err = -EINVAL;
	else if (kind == LOCK_UN)
		flock_release(f);
	else if (!l || l->exclusive != (kind == LOCK_EX))
		err = take(f, kind == LOCK_EX, !(op & LOCK_NB));
	fput(f);
	return err;
}

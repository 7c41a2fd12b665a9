// SPDX-License-Identifier: MIT
/*
 * DOC: record locks (fcntl(2), POSIX.1-2017): ranges of a file, shared or
 * exclusive. The owner is the program, as its table of descriptors, which
 * loses them when it closes any descriptor of the file; or the open file
 * (F_OFD_*), which has them to its end. Advisory: reads and writes do not ask.
 * Called by lib/fcntl.c, and by lib/fdtable.c when descriptors and files end.
 *
 * An owner's locks on a file stand together, by their place, and never overlap
 * or touch one of their kind. State: the locks and who waits for one; tasks
 * only.
 */
#include "lib/locks.h"
#include "lib/file.h"
#include "lib/list.h"
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"

#define OFFSET_MAX 0x7fffffffffffffffLL
/* Owners in a row who wait for the next, as in Linux. */
#define MAX_DEADLK_ITERATIONS 10

struct record_lock {
	struct list_head entry; /* in locks */
	const void *of;         /* what stands for the file */
	const void *owner;      /* struct files_struct, or struct file */
	loff_t start, end;      /* of the last byte */
	s32 pid;                /* who took it; -1: an open file */
	s16 type;
};

/* An owner that sleeps until another one's lock is gone. */
struct lock_wait {
	struct list_head entry; /* in waits */
	const void *owner, *blocker;
};

static LIST_HEAD(locks);
static LIST_HEAD(waits);
static struct wait_queue_head unlocked = { LIST_HEAD_INIT(unlocked.head) };
static u32 changes;

static const void *file_key(const struct file *f)
{
	return f->private_data ? f->private_data : (const void *)f->f_op;
}

static bool is_own(const struct record_lock *l, const struct record_lock *r)
{
	return l->of == r->of && l->owner == r->owner;
}

/* The first lock that stands in the way of @r. */
static struct record_lock *conflict(const struct record_lock *r)
{
	struct record_lock *l;

	list_for_each_entry (l, &locks, entry)
		if (l->of == r->of && l->owner != r->owner &&
		    l->start <= r->end && r->start <= l->end &&
		    (l->type == F_WRLCK || r->type == F_WRLCK))
			return l;
	return NULL;
}

static void changed(void)
{
	changes++;
	wake_up(&unlocked);
}

static void lock_free(struct record_lock *l)
{
	list_del(&l->entry);
	kfree(l);
}

/**
 * locks_remove() - An owner gives up all it has locked of a file.
 * @f:     the file.
 * @owner: a table of descriptors, or @f itself.
 *
 * Context: task.
 */
void locks_remove(const struct file *f, const void *owner)
{
	struct record_lock *l, *n;
	bool any = false;

	list_for_each_entry_safe (l, n, &locks, entry) {
		if (l->owner != owner || l->of != file_key(f))
			continue;
		lock_free(l);
		any = true;
	}
	if (any)
		changed();
}

/* Take @r's range out of a lock that has @l's; @rest is for what would remain
 * behind it. Whether @rest was used. */
static bool cut(struct record_lock *l, const struct record_lock *r,
		struct record_lock *rest)
{
	if (l->start >= r->start && l->end <= r->end) {
		lock_free(l);
	} else if (l->start >= r->start) {
		l->start = r->end + 1;
	} else if (l->end <= r->end) {
		l->end = r->start - 1;
	} else {
		*rest = *l;
		rest->start = r->end + 1;
		l->end = r->start - 1;
		list_add(&rest->entry, &l->entry);
		return true;
	}
	return false;
}

static bool touches(const struct record_lock *l, const struct record_lock *r)
{
	return (r->start == 0 || l->end >= r->start - 1) &&
	       (l->start == 0 || r->end >= l->start - 1);
}

/* The owner's range is of @r's type now; @r, and @rest, if it was used, belong
 * to the list. Whether it was. */
static bool apply(struct record_lock *r, struct record_lock *rest)
{
	struct list_head *at = NULL;
	struct record_lock *l, *n;
	bool used = false;

	list_for_each_entry_safe (l, n, &locks, entry) {
		if (!is_own(l, r))
			continue;
		if (l->type == r->type && touches(l, r)) {
			r->start = min(r->start, l->start);
			r->end = max(r->end, l->end);
			lock_free(l);
		} else if (l->start <= r->end && r->start <= l->end) {
			used = cut(l, r, rest);
		}
	}
	if (r->type == F_UNLCK)
		return used;
	list_for_each_entry (l, &locks, entry) {
		if (is_own(l, r) && l->start > r->end) {
			at = &l->entry;
			break;
		}
		if (is_own(l, r))
			at = l->entry.next;
	}
	list_add_tail(&r->entry, at ? at : &locks);
	return used;
}

static int set_lock(const struct record_lock *wanted)
{
	struct record_lock *r = kmalloc(sizeof(*r), GFP_KERNEL);
	struct record_lock *rest = kmalloc(sizeof(*rest), GFP_KERNEL);

	if (!r || !rest) {
		kfree(r);
		kfree(rest);
		return -ENOLCK;
	}
	*r = *wanted;
	if (!apply(r, rest))
		kfree(rest);
	if (r->type == F_UNLCK)
		kfree(r);
	changed();
	return 0;
}

/* Whether @blocker waits, over others perhaps, for @owner. */
static bool would_deadlock(const void *owner, const void *blocker)
{
	const struct lock_wait *w;
	int i;

	for (i = 0; i < MAX_DEADLK_ITERATIONS; i++) {
		const void *next = NULL;

		list_for_each_entry (w, &waits, entry)
			if (w->owner == blocker)
				next = w->blocker;
		if (!next)
			return false;
		if (next == owner)
			return true;
		blocker = next;
	}
	return false;
}

/* Until nothing stands in the way of @r. */
static int wait_for_lock(const struct record_lock *r)
{
	struct lock_wait w = { .owner = r->owner };
	const struct record_lock *l;
	u32 seen;
	int err;

	while ((l = conflict(r))) {
		if (r->pid != -1 && would_deadlock(r->owner, l->owner))
			return -EDEADLK;
		w.blocker = l->owner;
		seen = changes;
		list_add(&w.entry, &waits);
		err = wait_event_interruptible(&unlocked, changes != seen);
		list_del(&w.entry);
		if (err)
			return err;
	}
	return 0;
}

/* Where an offset of @whence is counted from. */
static int base_of(struct file *f, int whence, loff_t *base)
{
	struct kstat st = { 0 };

	*base = 0;
	if (whence == SEEK_CUR) {
		*base = f->f_pos;
	} else if (whence == SEEK_END) {
		if (f->f_op->fstat && f->f_op->fstat(f, &st) == 0)
			*base = (loff_t)st.size;
	} else if (whence != SEEK_SET) {
		return -EINVAL;
	}
	return 0;
}

/* The range that @u means, and its type. */
static int lock_from_user(struct file *f, const struct user_flock *u,
			  struct record_lock *r)
{
	loff_t base;
	int err = base_of(f, u->l_whence, &base);

	if (err)
		return err;
	if (u->l_start > OFFSET_MAX - base)
		return -EOVERFLOW;
	r->start = base + u->l_start;
	if (r->start < 0)
		return -EINVAL;
	r->end = OFFSET_MAX;
	if (u->l_len > 0) {
		if (u->l_len - 1 > OFFSET_MAX - r->start)
			return -EOVERFLOW;
		r->end = r->start + (u->l_len - 1);
	} else if (u->l_len < 0) {
		if (r->start + u->l_len < 0)
			return -EINVAL;
		r->end = r->start - 1;
		r->start += u->l_len;
	}
	r->type = u->l_type;
	if (r->type != F_RDLCK && r->type != F_WRLCK && r->type != F_UNLCK)
		return -EINVAL;
	return 0;
}

static long get_lock(const struct record_lock *r, struct user_flock *u,
		     struct user_flock __user *uarg)
{
	const struct record_lock *l;

	if (r->type == F_UNLCK)
		return -EINVAL;
	l = conflict(r);
	u->l_type = F_UNLCK;
	if (l) {
		u->l_type = l->type;
		u->l_whence = SEEK_SET;
		u->l_start = l->start;
		u->l_len = l->end == OFFSET_MAX ? 0 : l->end - l->start + 1;
		u->l_pid = l->pid;
	}
	return copy_to_user(uarg, u, sizeof(*u)) ? -EFAULT : 0;
}

static int check_mode(const struct file *f, int type)
{
	u32 mode = f->f_flags & O_ACCMODE;

	if ((type == F_RDLCK && mode == O_WRONLY) ||
	    (type == F_WRLCK && mode == O_RDONLY))
		return -EBADF;
	return 0;
}

/* The descriptor is closed or another file's after a wait: so are its locks. */
static bool is_gone(const struct file *f, int fd)
{
	struct file *now = fget(fd);

	if (now)
		fput(now);
	return now != f;
}

/**
 * fcntl_lock() - F_GETLK, F_SETLK, F_SETLKW and their F_OFD_* kin.
 * @f:   the file; the caller holds a reference.
 * @fd:  its descriptor.
 * @cmd: which of them.
 * @arg: where the program's struct flock is.
 *
 * Context: task; F_SETLKW and F_OFD_SETLKW sleep.
 * Return:  0; -EAGAIN: another has it; -EDEADLK, -EBADF, -EINVAL, -EOVERFLOW,
 *          -ENOLCK, -EFAULT, -ERESTARTSYS.
 */
long fcntl_lock(struct file *f, int fd, u32 cmd, u64 arg)
{
	struct user_flock __user *uarg = (struct user_flock __user *)arg;
	bool ofd = cmd >= F_OFD_GETLK;
	bool get = cmd == F_GETLK || cmd == F_OFD_GETLK;
	bool wait = cmd == F_SETLKW || cmd == F_OFD_SETLKW;
	struct record_lock r = {
		.of = file_key(f),
		.owner = ofd ? (const void *)f : task_files(),
		.pid = ofd ? -1 : task_tgid(),
	};
	struct user_flock u;
	int err;

	if (f->f_flags & O_PATH)
		return -EBADF;
	if (copy_from_user(&u, uarg, sizeof(u)))
		return -EFAULT;
	err = lock_from_user(f, &u, &r);
	if (!err && !get)
		err = check_mode(f, r.type);
	if (!err && ofd && u.l_pid)
		err = -EINVAL;
	if (err)
		return err;
	if (get)
		return get_lock(&r, &u, uarg);
	if (r.type != F_UNLCK && conflict(&r))
		err = wait ? wait_for_lock(&r) : -EAGAIN;
	if (!err)
		err = set_lock(&r);
	if (!err && !ofd && r.type != F_UNLCK && is_gone(f, fd)) {
		locks_remove(f, r.owner);
		return -EBADF;
	}
	return err;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: poll(), select() and their p-forms: ask every file, and if none is
 * ready sleep on the wait queues that the files named in the first round. A
 * file stays referenced while an entry hangs on its queue, so closing it
 * meanwhile does no harm. A signal ends the wait with -EINTR.
 */
#include "lib/poll.h"
#include "lib/slab.h"
#include "lib/syscalls.h"

struct poll_entry {
	struct wait_queue_entry wait;
	struct wait_queue_head *q;
	struct file *f; /* one reference */
	u32 key;        /* the events that this entry is for */
};

#define FIRST_ENTRIES 4
#define BLOCK_ENTRIES 32

struct poll_block {
	struct poll_block *next;
	u32 used;
	struct poll_entry entry[BLOCK_ENTRIES];
};

/* All entries of one call. */
struct poll_wqueues {
	struct poll_table pt;
	u32 key; /* of the file being asked */
	int error;
	u32 used;
	struct poll_entry first[FIRST_ENTRIES];
	struct poll_block *blocks;
};

static struct poll_entry *entry_get(struct poll_wqueues *p)
{
	struct poll_block *b = p->blocks;

	if (p->used < FIRST_ENTRIES)
		return &p->first[p->used++];
	if (!b || b->used == BLOCK_ENTRIES) {
		b = kzalloc(sizeof(*b), GFP_KERNEL);
		if (!b)
			return NULL;
		b->next = p->blocks;
		p->blocks = b;
	}
	return &b->entry[b->used++];
}

static void entry_wake(struct wait_queue_entry *w, u32 key)
{
	struct poll_entry *e = container_of(w, struct poll_entry, wait);

	if (!key || (key & e->key))
		task_wake(w->task);
}

static void entry_add(struct file *f, struct wait_queue_head *q,
		      struct poll_table *pt)
{
	struct poll_wqueues *p = container_of(pt, struct poll_wqueues, pt);
	struct poll_entry *e = entry_get(p);

	if (!e) {
		p->error = -ENOMEM;
		return;
	}
	init_waitqueue_entry(&e->wait, task_current());
	e->wait.func = entry_wake;
	e->q = q;
	e->key = p->key;
	e->f = f;
	get_file(f);
	add_wait_queue(q, &e->wait);
}

static void poll_initwait(struct poll_wqueues *p)
{
	p->pt.qproc = entry_add;
	p->key = 0;
	p->error = 0;
	p->used = 0;
	p->blocks = NULL;
}

static void entry_drop(struct poll_entry *e)
{
	remove_wait_queue(e->q, &e->wait);
	fput(e->f);
}

static void poll_freewait(struct poll_wqueues *p)
{
	struct poll_block *b;
	u32 i;

	for (i = 0; i < p->used; i++)
		entry_drop(&p->first[i]);
	while ((b = p->blocks)) {
		p->blocks = b->next;
		for (i = 0; i < b->used; i++)
			entry_drop(&b->entry[i]);
		kfree(b);
	}
}

/* Ask @fd; the first time its queues are joined. -EBADF as @none. */
static u32 ask_fd(struct poll_wqueues *p, int fd, u32 events, u32 none)
{
	struct file *f = fget(fd);
	u32 mask;

	if (!f)
		return none;
	p->key = events | EPOLLERR | EPOLLHUP;
	mask = vfs_poll(f, &p->pt) & p->key;
	fput(f);
	if (mask)
		p->pt.qproc = NULL; /* no sleep will follow */
	return mask;
}

/*
 * The loop of all of them: @round asks every file and returns how many are
 * ready, or a negative errno.
 */
static long poll_loop(struct poll_wqueues *p, u64 *left_ns,
		      long (*round)(struct poll_wqueues *p, void *arg),
		      void *arg)
{
	bool last = false;
	long n;

	if (!*left_ns) {
		p->pt.qproc = NULL;
		last = true;
	}
	for (;;) {
		task_prepare();
		n = round(p, arg);
		p->pt.qproc = NULL;
		if (n || last)
			break;
		n = p->error;
		if (n)
			break;
		n = -EINTR;
		if (task_signal_pending())
			break;
		*left_ns = schedule_timeout(*left_ns);
		last = !*left_ns;
	}
	return n;
}

/**
 * timeout_from_user() - Read a time limit.
 * @ts:      the program's, or NULL.
 * @left_ns: gets it.
 *
 * Return: 0, -EFAULT or -EINVAL.
 */
int timeout_from_user(const struct timespec __user *ts, u64 *left_ns)
{
	struct timespec t;

	*left_ns = MAX_SCHEDULE_TIMEOUT;
	if (!ts)
		return 0;
	if (copy_from_user(&t, ts, sizeof(t)))
		return -EFAULT;
	if (!timespec_valid(&t))
		return -EINVAL;
	*left_ns = timespec_to_ns(&t);
	return 0;
}

/**
 * sigmask_from_user() - Use a signal mask until this system call has ended.
 * @mask: the program's, or NULL.
 * @size: its size, which must be 8.
 *
 * Return: 0, -EINVAL or -EFAULT.
 */
int sigmask_from_user(const u64 __user *mask, size_t size)
{
	u64 m;

	if (!mask)
		return 0;
	if (size != sizeof(m))
		return -EINVAL;
	if (copy_from_user(&m, mask, sizeof(m)))
		return -EFAULT;
	task_set_temp_sigmask(m);
	return 0;
}

/* The rest of the time is told as Linux does; a fault here is no error. */
static void timeout_to_user(struct timespec __user *ts, u64 left_ns)
{
	struct timespec t = ns_to_timespec(left_ns);

	if (ts && left_ns != MAX_SCHEDULE_TIMEOUT &&
	    copy_to_user(ts, &t, sizeof(t)))
		return;
}

struct poll_call {
	struct pollfd *fds;
	u32 n;
};

static long poll_round(struct poll_wqueues *p, void *arg)
{
	struct poll_call *c = arg;
	long ready = 0;
	u32 i, mask;

	for (i = 0; i < c->n; i++) {
		mask = 0;
		if (c->fds[i].fd >= 0)
			mask = ask_fd(p, c->fds[i].fd, (u16)c->fds[i].events,
				      EPOLLNVAL);
		c->fds[i].revents = (s16)mask;
		if (mask)
			ready++;
	}
	return ready;
}

static long do_poll(struct pollfd __user *ufds, u32 n, u64 *left_ns)
{
	struct poll_wqueues p;
	struct poll_call c = { .n = n };
	long ret;
	u32 i;

	if (n > task_files()->rlimit_nofile)
		return -EINVAL;
	c.fds = kmalloc((n ?: 1) * sizeof(*c.fds), GFP_KERNEL);
	if (!c.fds)
		return -ENOMEM;
	ret = -EFAULT;
	if (copy_from_user(c.fds, ufds, n * sizeof(*c.fds)))
		goto out_free;
	poll_initwait(&p);
	ret = poll_loop(&p, left_ns, poll_round, &c);
	poll_freewait(&p);
	for (i = 0; i < n && ret >= 0; i++)
		if (copy_to_user(&ufds[i].revents, &c.fds[i].revents,
				 sizeof(c.fds[i].revents)))
			ret = -EFAULT;
out_free:
	kfree(c.fds);
	return ret;
}

SYSCALL_DEFINE3(poll, struct pollfd __user *, fds, u32, n, int, timeout_ms)
{
	u64 left = timeout_ms < 0 ? MAX_SCHEDULE_TIMEOUT
				  : (u64)timeout_ms * NSEC_PER_MSEC;

	return do_poll(fds, n, &left);
}

SYSCALL_DEFINE5(ppoll, struct pollfd __user *, fds, u32, n,
		struct timespec __user *, ts, const u64 __user *, sigmask,
		size_t, size)
{
	u64 left;
	long ret;

	ret = timeout_from_user(ts, &left);
	if (!ret)
		ret = sigmask_from_user(sigmask, size);
	if (ret)
		return ret;
	ret = do_poll(fds, n, &left);
	timeout_to_user(ts, left);
	return ret;
}

#define SELECT_IN  (EPOLLRDNORM | EPOLLRDBAND | EPOLLIN | EPOLLHUP | EPOLLERR)
#define SELECT_OUT (EPOLLWRBAND | EPOLLWRNORM | EPOLLOUT | EPOLLERR)
#define SELECT_EX  (EPOLLPRI)

enum {
	SET_IN,
	SET_OUT,
	SET_EX,
	NR_SETS
};
static const u32 set_events[NR_SETS] = { SELECT_IN, SELECT_OUT, SELECT_EX };

struct select_call {
	u32 n;     /* descriptors looked at */
	u32 words; /* of each set */
	u64 *want[NR_SETS], *ready[NR_SETS];
};

static bool bit_is_set(const u64 *set, u32 fd)
{
	return (set[fd / 64] >> (fd % 64)) & 1;
}

static u32 wanted_events(const struct select_call *c, u32 fd)
{
	u32 events = 0, k;

	for (k = 0; k < NR_SETS; k++)
		if (bit_is_set(c->want[k], fd))
			events |= set_events[k];
	return events;
}

static long select_round(struct poll_wqueues *p, void *arg)
{
	struct select_call *c = arg;
	u32 fd, k, events, mask;
	long ready = 0;

	for (fd = 0; fd < c->n; fd++) {
		events = wanted_events(c, fd);
		if (!events)
			continue;
		mask = ask_fd(p, (int)fd, events, EPOLLNVAL);
		if (mask & EPOLLNVAL)
			return -EBADF;
		for (k = 0; k < NR_SETS; k++) {
			if (!(mask & set_events[k]) ||
			    !bit_is_set(c->want[k], fd))
				continue;
			c->ready[k][fd / 64] |= 1ULL << (fd % 64);
			ready++;
		}
	}
	return ready;
}

static int sets_from_user(struct select_call *c, u64 __user *const *usets)
{
	u32 k;

	for (k = 0; k < NR_SETS; k++)
		if (usets[k] &&
		    copy_from_user(c->want[k], usets[k], c->words * 8))
			return -EFAULT;
	return 0;
}

static int sets_to_user(const struct select_call *c, u64 __user *const *usets)
{
	u32 k;

	for (k = 0; k < NR_SETS; k++)
		if (usets[k] &&
		    copy_to_user(usets[k], c->ready[k], c->words * 8))
			return -EFAULT;
	return 0;
}

static long do_select(int n, u64 __user *const *usets, u64 *left_ns)
{
	struct select_call c;
	struct poll_wqueues p;
	u64 *mem;
	long ret;
	u32 k;

	if (n < 0)
		return -EINVAL;
	/* Nothing can be open beyond the table. */
	c.n = min((u32)n, task_files()->max_fds);
	c.words = DIV_ROUND_UP(c.n, 64U);
	mem = kcalloc(2 * NR_SETS * max(c.words, 1U), sizeof(u64), GFP_KERNEL);
	if (!mem)
		return -ENOMEM;
	for (k = 0; k < NR_SETS; k++) {
		c.want[k] = mem + k * c.words;
		c.ready[k] = mem + (NR_SETS + k) * c.words;
	}
	ret = sets_from_user(&c, usets);
	if (ret)
		goto out_free;
	poll_initwait(&p);
	ret = poll_loop(&p, left_ns, select_round, &c);
	poll_freewait(&p);
	if (ret >= 0 && sets_to_user(&c, usets))
		ret = -EFAULT;
out_free:
	kfree(mem);
	return ret;
}

SYSCALL_DEFINE5(select, int, n, u64 __user *, in, u64 __user *, out,
		u64 __user *, ex, struct timeval __user *, utv)
{
	u64 __user *usets[NR_SETS] = { in, out, ex };
	u64 left = MAX_SCHEDULE_TIMEOUT;
	struct timespec ts;
	struct timeval tv;
	long ret;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		ts.tv_sec = tv.tv_sec + tv.tv_usec / 1000000;
		ts.tv_nsec = tv.tv_usec % 1000000 * (s64)NSEC_PER_USEC;
		left = timespec_to_ns(&ts);
	}
	ret = do_select(n, usets, &left);
	if (utv) {
		ts = ns_to_timespec(left);
		tv.tv_sec = ts.tv_sec;
		tv.tv_usec = ts.tv_nsec / (s64)NSEC_PER_USEC;
		if (copy_to_user(utv, &tv, sizeof(tv)))
			return ret; /* as timeout_to_user() */
	}
	return ret;
}

/* The sixth argument points to a mask's address and size. */
SYSCALL_DEFINE6(pselect6, int, n, u64 __user *, in, u64 __user *, out,
		u64 __user *, ex, struct timespec __user *, ts,
		const void __user *, usig)
{
	u64 __user *usets[NR_SETS] = { in, out, ex };
	struct {
		const u64 __user *mask;
		size_t size;
	} sig = { NULL, 0 };
	u64 left;
	long ret;

	if (usig && copy_from_user(&sig, usig, sizeof(sig)))
		return -EFAULT;
	ret = timeout_from_user(ts, &left);
	if (!ret)
		ret = sigmask_from_user(sig.mask, sig.size);
	if (ret)
		return ret;
	ret = do_select(n, usets, &left);
	timeout_to_user(ts, left);
	return ret;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: epoll. An instance keeps the watched descriptors in a tree and those
 * that may be ready in a list; a file's wake-up (any context) only moves its
 * item to the list and wakes the waiters. epoll_wait() takes items off the
 * list, asks each file again, and puts a level-triggered one that is ready
 * back at the end.
 *
 * An item holds no reference on its file: the file's end removes it
 * (eventpoll_release). The ready lists are changed with interrupts off; all
 * else only by tasks, and nothing here sleeps but epoll_wait().
 *
 * EPOLLEXCLUSIVE is accepted and wakes all that asked for it, which its
 * definition (at least one) allows.
 */
#include "lib/eventpoll.h"
#include "lib/err.h"
#include "lib/poll.h"
#include "lib/rbtree.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"

/* Not events: how to report them. */
#define EP_PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
/* What may stand beside EPOLLEXCLUSIVE. */
#define EP_EXCLUSIVE_OK                                              \
	(EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM | EPOLLERR | \
	 EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)
/* Instances that may watch each other in a chain, as in Linux. */
#define EP_MAX_NESTS  4
#define EP_MAX_EVENTS (0x7fffffff / sizeof(struct epoll_event))

struct eventpoll {
	struct file *file; /* its own; no reference */
	struct rb_root items;
	struct list_head ready;
	struct wait_queue_head wq;        /* epoll_wait() */
	struct wait_queue_head poll_wait; /* whoever polls this instance */
};

/* An item's place in one wait queue of its file. */
struct ep_wait {
	struct wait_queue_entry wait;
	struct wait_queue_head *q; /* NULL: not in use */
	struct epitem *item;
	struct ep_wait *next;
};

struct epitem {
	struct rb_node node;        /* by file and fd */
	struct list_head ready;     /* in ep->ready */
	struct list_head file_link; /* in file->f_ep */
	struct ep_wait wait;        /* most files have one queue; more follow */
	struct eventpoll *ep;
	struct file *file;
	int fd;
	struct epoll_event event;
};

struct ep_poll_table {
	struct poll_table pt;
	struct epitem *item;
	bool failed;
};

static struct kmem_cache *item_cache; /* made by the first epoll_create() */

static u32 item_poll(const struct epitem *item, struct poll_table *pt)
{
	return vfs_poll(item->file, pt) & item->event.events & ~EP_PRIVATE_BITS;
}

/* From the file's wait queue: interrupts are off. */
static void item_wake(struct wait_queue_entry *w, u32 key)
{
	struct epitem *item = container_of(w, struct ep_wait, wait)->item;
	struct eventpoll *ep = item->ep;

	if (!(item->event.events & ~EP_PRIVATE_BITS))
		return; /* EPOLLONESHOT has fired */
	if (key && !(key & item->event.events))
		return;
	if (list_empty(&item->ready))
		list_add_tail(&item->ready, &ep->ready);
	wake_up(&ep->wq);
	wake_up_poll(&ep->poll_wait, EPOLLIN | EPOLLRDNORM);
}

/* To the end of the ready list, without telling anyone. */
static void item_list_ready(struct epitem *item)
{
	unsigned long flags = local_irq_save();

	if (list_empty(&item->ready))
		list_add_tail(&item->ready, &item->ep->ready);
	local_irq_restore(flags);
}

static void item_make_ready(struct epitem *item)
{
	item_list_ready(item);
	wake_up(&item->ep->wq);
	wake_up_poll(&item->ep->poll_wait, EPOLLIN | EPOLLRDNORM);
}

static void item_queue(struct file *f, struct wait_queue_head *q,
		       struct poll_table *pt)
{
	struct ep_poll_table *ept = container_of(pt, struct ep_poll_table, pt);
	struct epitem *item = ept->item;
	struct ep_wait *w = &item->wait;

	if (w->q)
		w = kmalloc(sizeof(*w), GFP_KERNEL);
	if (!w) {
		ept->failed = true;
		return;
	}
	init_waitqueue_entry(&w->wait, NULL);
	w->wait.func = item_wake;
	w->q = q;
	w->item = item;
	w->next = NULL;
	if (w != &item->wait) {
		w->next = item->wait.next;
		item->wait.next = w;
	}
	add_wait_queue(q, &w->wait);
}

static void item_remove(struct epitem *item)
{
	struct ep_wait *w = &item->wait, *next;
	unsigned long flags;

	if (w->q)
		remove_wait_queue(w->q, &w->wait);
	for (w = w->next; w; w = next) {
		next = w->next;
		remove_wait_queue(w->q, &w->wait);
		kfree(w);
	}
	list_del(&item->file_link);
	rb_erase(&item->node, &item->ep->items);
	flags = local_irq_save();
	list_del_init(&item->ready);
	local_irq_restore(flags);
	kmem_cache_free(item_cache, item);
}

/**
 * eventpoll_release_file() - A file ends: nobody watches it any more.
 * @f: the file; its last reference is gone.
 *
 * Context: task.
 */
void eventpoll_release_file(struct file *f)
{
	struct epitem *item, *n;

	list_for_each_entry_safe (item, n, &f->f_ep, file_link)
		item_remove(item);
}

static int item_compare(const struct file *f, int fd, const struct epitem *item)
{
	if (f != item->file)
		return (uintptr_t)f < (uintptr_t)item->file ? -1 : 1;
	return fd < item->fd ? -1 : fd > item->fd;
}

/* The item, or where it would hang. */
static struct epitem *item_find(struct eventpoll *ep, const struct file *f,
				int fd, struct rb_node **parent,
				struct rb_node ***link)
{
	struct epitem *item;
	int cmp;

	*parent = NULL;
	*link = &ep->items.rb_node;
	while (**link) {
		*parent = **link;
		item = rb_entry(*parent, struct epitem, node);
		cmp = item_compare(f, fd, item);
		if (!cmp)
			return item;
		*link = cmp < 0 ? &(*parent)->left : &(*parent)->right;
	}
	return NULL;
}

static u32 ep_poll(struct file *f, struct poll_table *pt)
{
	struct eventpoll *ep = f->private_data;
	struct epitem *item;

	poll_wait(f, &ep->poll_wait, pt);
	list_for_each_entry (item, &ep->ready, ready)
		if (item_poll(item, NULL))
			return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static int ep_release(struct file *f)
{
	struct eventpoll *ep = f->private_data;
	struct rb_node *n;

	while ((n = rb_first(&ep->items)))
		item_remove(rb_entry(n, struct epitem, node));
	kfree(ep);
	return 0;
}

static const struct file_operations eventpoll_ops = {
	.name = "eventpoll",
	.poll = ep_poll,
	.release = ep_release,
};

static struct eventpoll *ep_of(const struct file *f)
{
	return f->f_op == &eventpoll_ops ? f->private_data : NULL;
}

/* How many instances deep @ep watches; EP_MAX_NESTS + 1 is too many, which a
 * ring through @stop is as well. */
static int depth_below(const struct eventpoll *ep, const struct eventpoll *stop,
		       int level)
{
	const struct eventpoll *sub;
	const struct rb_node *n;
	int deepest = 0, d;

	if (ep == stop || level > EP_MAX_NESTS)
		return EP_MAX_NESTS + 1;
	for (n = rb_first(&ep->items); n; n = rb_next(n)) {
		sub = ep_of(rb_entry((struct rb_node *)(uintptr_t)n,
				     struct epitem, node)
				    ->file);
		if (!sub)
			continue;
		d = 1 + depth_below(sub, stop, level + 1);
		deepest = max(deepest, d);
	}
	return deepest;
}

/* How many instances deep @ep is watched. */
static int depth_above(const struct eventpoll *ep, int level)
{
	const struct epitem *item;
	int deepest = 0, d;

	if (level > EP_MAX_NESTS)
		return level;
	list_for_each_entry (item, &ep->file->f_ep, file_link) {
		d = 1 + depth_above(item->ep, level + 1);
		deepest = max(deepest, d);
	}
	return deepest;
}

static int ep_insert(struct eventpoll *ep, const struct epoll_event *event,
		     struct file *f, int fd, struct rb_node *parent,
		     struct rb_node **link)
{
	struct ep_poll_table ept = { .pt.qproc = item_queue };
	struct eventpoll *sub = ep_of(f);
	struct epitem *item;
	u32 mask;

	if (sub &&
	    1 + depth_below(sub, ep, 1) + depth_above(ep, 1) > EP_MAX_NESTS)
		return -ELOOP;
	item = kmem_cache_zalloc(item_cache, GFP_KERNEL);
	if (!item)
		return -ENOMEM;
	INIT_LIST_HEAD(&item->ready);
	item->ep = ep;
	item->file = f;
	item->fd = fd;
	item->event = *event;
	list_add_tail(&item->file_link, &f->f_ep);
	rb_link_node(&item->node, parent, link);
	rb_insert_color(&item->node, &ep->items);
	ept.item = item;
	mask = item_poll(item, &ept.pt);
	if (ept.failed) {
		item_remove(item);
		return -ENOMEM;
	}
	if (mask)
		item_make_ready(item);
	return 0;
}

static int ep_modify(struct epitem *item, const struct epoll_event *event)
{
	if (item->event.events & EPOLLEXCLUSIVE)
		return -EINVAL;
	item->event = *event;
	if (item_poll(item, NULL))
		item_make_ready(item);
	return 0;
}

static bool exclusive_ok(const struct epoll_event *event, int op,
			 const struct file *f)
{
	if (!(event->events & EPOLLEXCLUSIVE))
		return true;
	return op == EPOLL_CTL_ADD && !ep_of(f) &&
	       !(event->events & ~EP_EXCLUSIVE_OK);
}

static int ep_ctl(struct file *epf, int op, struct file *f, int fd,
		  struct epoll_event *event)
{
	struct rb_node *parent, **link;
	struct eventpoll *ep = ep_of(epf);
	struct epitem *item;

	if (!f->f_op->poll)
		return -EPERM;
	if (!ep || epf == f || !exclusive_ok(event, op, f))
		return -EINVAL;
	event->events |= EPOLLERR | EPOLLHUP;
	item = item_find(ep, f, fd, &parent, &link);
	switch (op) {
	case EPOLL_CTL_ADD:
		return item ? -EEXIST
			    : ep_insert(ep, event, f, fd, parent, link);
	case EPOLL_CTL_DEL:
		if (!item)
			return -ENOENT;
		item_remove(item);
		return 0;
	case EPOLL_CTL_MOD:
		return item ? ep_modify(item, event) : -ENOENT;
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE4(epoll_ctl, int, epfd, int, op, int, fd,
		struct epoll_event __user *, uevent)
{
	struct epoll_event event = { 0 };
	struct file *epf, *f;
	long ret = -EBADF;

	if (op != EPOLL_CTL_DEL &&
	    copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	epf = fget(epfd);
	f = fget(fd);
	if (epf && f)
		ret = ep_ctl(epf, op, f, fd, &event);
	if (f)
		fput(f);
	if (epf)
		fput(epf);
	return ret;
}

static long do_epoll_create(u32 flags)
{
	struct eventpoll *ep;
	struct file *f;
	int fd;

	if (!item_cache)
		item_cache = kmem_cache_create("eventpoll_epi",
					       sizeof(struct epitem), 0);
	ep = item_cache ? kzalloc(sizeof(*ep), GFP_KERNEL) : NULL;
	if (!ep)
		return -ENOMEM;
	ep->items = RB_ROOT;
	INIT_LIST_HEAD(&ep->ready);
	init_waitqueue_head(&ep->wq);
	init_waitqueue_head(&ep->poll_wait);
	f = file_alloc(&eventpoll_ops, ep, O_RDWR);
	if (!f) {
		kfree(ep);
		return -ENOMEM;
	}
	ep->file = f;
	fd = fd_install(task_files(), f, 0, flags & EPOLL_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

SYSCALL_DEFINE1(epoll_create1, u32, flags)
{
	return flags & ~(u32)EPOLL_CLOEXEC ? -EINVAL : do_epoll_create(flags);
}

SYSCALL_DEFINE1(epoll_create, int, size)
{
	return size <= 0 ? -EINVAL : do_epoll_create(0);
}

/* The next item that may be ready, off its list. */
static struct epitem *take_ready(struct list_head *from)
{
	unsigned long flags = local_irq_save();
	struct epitem *item;

	item = list_first_entry_or_null(from, struct epitem, ready);
	if (item)
		list_del_init(&item->ready);
	local_irq_restore(flags);
	return item;
}

/* Put @front before what has become ready meanwhile. */
static void put_back(struct eventpoll *ep, struct list_head *front)
{
	unsigned long flags = local_irq_save();

	list_splice_tail_init(&ep->ready, front);
	list_splice_tail_init(front, &ep->ready);
	local_irq_restore(flags);
}

/* Ask what lies in the ready list and report it; count or -EFAULT. */
static int ep_send_events(struct eventpoll *ep, struct epoll_event __user *to,
			  int max_events)
{
	struct epoll_event out;
	struct epitem *item;
	LIST_HEAD(list);
	unsigned long flags;
	int n = 0;

	flags = local_irq_save();
	list_splice_tail_init(&ep->ready, &list);
	local_irq_restore(flags);
	while (n < max_events && (item = take_ready(&list))) {
		/* Off the list already: an event from here on puts it back. */
		out.events = item_poll(item, NULL);
		out.data = item->event.data;
		if (!out.events)
			continue;
		if (copy_to_user(&to[n], &out, sizeof(out))) {
			item_list_ready(item);
			n = n ?: -EFAULT;
			break;
		}
		n++;
		if (item->event.events & EPOLLONESHOT)
			item->event.events &= EP_PRIVATE_BITS;
		else if (!(item->event.events & EPOLLET))
			item_list_ready(item);
	}
	put_back(ep, &list);
	return n;
}

static long ep_wait_events(struct eventpoll *ep, struct epoll_event __user *to,
			   int max_events, u64 left)
{
	struct wait_queue_entry wait;
	int n;

	init_waitqueue_entry(&wait, task_current());
	for (;;) {
		prepare_to_wait(&ep->wq, &wait);
		n = ep_send_events(ep, to, max_events);
		if (n || !left)
			break;
		n = -EINTR;
		if (task_signal_pending())
			break;
		left = schedule_timeout(left);
	}
	finish_wait(&ep->wq, &wait);
	return n;
}

static long do_epoll_wait(int epfd, struct epoll_event __user *to,
			  int max_events, u64 left)
{
	struct file *f;
	long ret = -EINVAL;

	if (max_events <= 0 || (size_t)max_events > EP_MAX_EVENTS)
		return -EINVAL;
	f = fget(epfd);
	if (!f)
		return -EBADF;
	if (ep_of(f))
		ret = ep_wait_events(ep_of(f), to, max_events, left);
	fput(f);
	return ret;
}

static u64 timeout_of_ms(int ms)
{
	return ms < 0 ? MAX_SCHEDULE_TIMEOUT : (u64)ms * NSEC_PER_MSEC;
}

SYSCALL_DEFINE4(epoll_wait, int, epfd, struct epoll_event __user *, to, int,
		max_events, int, timeout_ms)
{
	return do_epoll_wait(epfd, to, max_events, timeout_of_ms(timeout_ms));
}

SYSCALL_DEFINE6(epoll_pwait, int, epfd, struct epoll_event __user *, to, int,
		max_events, int, timeout_ms, const u64 __user *, sigmask,
		size_t, size)
{
	int err = sigmask_from_user(sigmask, size);

	return err ? err
		   : do_epoll_wait(epfd, to, max_events,
				   timeout_of_ms(timeout_ms));
}

SYSCALL_DEFINE6(epoll_pwait2, int, epfd, struct epoll_event __user *, to, int,
		max_events, const struct timespec __user *, ts,
		const u64 __user *, sigmask, size_t, size)
{
	u64 left;
	int err;

	err = timeout_from_user(ts, &left);
	if (!err)
		err = sigmask_from_user(sigmask, size);
	return err ? err : do_epoll_wait(epfd, to, max_events, left);
}

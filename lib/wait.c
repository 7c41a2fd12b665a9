// SPDX-License-Identifier: MIT
/*
 * DOC: wait queues. A waiter announces itself (prepare_to_wait), looks at its
 * condition, and only then sleeps; a wake-up between the two is remembered by
 * task_prepare()/task_block(), so none is lost. The lists are changed with
 * interrupts off, because a console's interrupt wakes its reader too.
 */
#include "lib/wait.h"
#include "lib/timer.h"

/**
 * init_waitqueue_head() - An empty queue.
 * @q: the queue.
 */
void init_waitqueue_head(struct wait_queue_head *q)
{
	INIT_LIST_HEAD(&q->head);
}

/**
 * init_waitqueue_entry() - A waiter that is on no queue.
 * @w: the entry.
 * @t: the task to wake.
 */
void init_waitqueue_entry(struct wait_queue_entry *w, struct task *t)
{
	INIT_LIST_HEAD(&w->entry);
	w->func = NULL;
	w->task = t;
	w->exclusive = false;
}

/* Exclusive waiters behind the others: those are all woken first. */
static void enqueue(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	if (w->exclusive)
		list_add_tail(&w->entry, &q->head);
	else
		list_add(&w->entry, &q->head);
}

/**
 * add_wait_queue() - Join a queue until remove_wait_queue().
 * @q: the queue.
 * @w: the entry; on no queue now.
 *
 * Context: any.
 */
void add_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	unsigned long flags = local_irq_save();

	enqueue(q, w);
	local_irq_restore(flags);
}

/**
 * remove_wait_queue() - Leave a queue; harmless when not on it.
 * @q: the queue.
 * @w: the entry.
 *
 * Context: any.
 */
void remove_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	unsigned long flags = local_irq_save();

	list_del_init(&w->entry);
	local_irq_restore(flags);
}

/**
 * wake_up_poll() - Something changed: wake all, and one of the exclusive.
 * @q:   the queue.
 * @key: EPOLL* bits that became ready; 0 for any.
 *
 * A waiter's func runs with interrupts off and may take its own entry off.
 *
 * Context: any.
 */
void wake_up_poll(struct wait_queue_head *q, u32 key)
{
	struct wait_queue_entry *w, *n;
	unsigned long flags;

	if (list_empty(&q->head))
		return;
	flags = local_irq_save();
	list_for_each_entry_safe (w, n, &q->head, entry) {
		bool exclusive = w->exclusive;

		if (w->func)
			w->func(w, key);
		else
			task_wake(w->task);
		if (exclusive)
			break;
	}
	local_irq_restore(flags);
}

/**
 * prepare_to_wait() - Announce that the task is about to sleep on @q.
 * @q: the queue.
 * @w: the task's entry; joined unless it is on @q already.
 *
 * Test the condition after this call and before schedule_timeout().
 *
 * Context: task.
 */
void prepare_to_wait(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	unsigned long flags = local_irq_save();

	if (list_empty(&w->entry))
		enqueue(q, w);
	local_irq_restore(flags);
	task_prepare();
}

struct sleeper {
	struct hrtimer timer;
	struct task *task;
};

static void sleeper_wake(struct hrtimer *t)
{
	task_wake(container_of(t, struct sleeper, timer)->task);
}

/**
 * schedule_timeout() - Sleep until woken, for a limited time.
 * @timeout_ns: the limit; MAX_SCHEDULE_TIMEOUT for none.
 *
 * Call task_prepare() or prepare_to_wait() before.
 *
 * Context: task, softirqs enabled; sleeps.
 * Return:  what is left of the time; 0 when it ran out;
 *          MAX_SCHEDULE_TIMEOUT for MAX_SCHEDULE_TIMEOUT.
 */
u64 schedule_timeout(u64 timeout_ns)
{
	struct sleeper s = { .task = task_current() };
	u64 now, end;

	if (timeout_ns == MAX_SCHEDULE_TIMEOUT) {
		task_block();
		return timeout_ns;
	}
	now = ktime_get_ns();
	if (__builtin_add_overflow(now, timeout_ns, &end))
		end = MAX_SCHEDULE_TIMEOUT - 1;
	hrtimer_init(&s.timer, sleeper_wake);
	hrtimer_start(&s.timer, end);
	task_block();
	hrtimer_cancel(&s.timer);
	now = ktime_get_ns();
	return end > now ? end - now : 0;
}

/**
 * finish_wait() - The end of what prepare_to_wait() began.
 * @q: the queue.
 * @w: the task's entry.
 *
 * Context: task.
 */
void finish_wait(struct wait_queue_head *q, struct wait_queue_entry *w)
{
	remove_wait_queue(q, w);
}

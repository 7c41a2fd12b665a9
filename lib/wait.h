/* SPDX-License-Identifier: MIT */
/*
 * DOC: wait queues: tasks that sleep until a condition may have changed, and
 * pollers that are told of it. Woken from any context.
 */
#pragma once

#include "lib/errno.h"
#include "lib/list.h"
#include "lib/platform.h"

struct wait_queue_entry {
	struct list_head entry;
	/* NULL: wake @task. @key: the poll bits that became ready, 0 is any. */
	void (*func)(struct wait_queue_entry *w, u32 key);
	struct task *task;
	bool exclusive; /* at most one of these is woken a call */
};

struct wait_queue_head {
	struct list_head head;
};

#define MAX_SCHEDULE_TIMEOUT ((u64)~0ULL)

void init_waitqueue_head(struct wait_queue_head *q);
void init_waitqueue_entry(struct wait_queue_entry *w, struct task *t);
void add_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w);
void remove_wait_queue(struct wait_queue_head *q, struct wait_queue_entry *w);
void wake_up_poll(struct wait_queue_head *q, u32 key);

static inline void wake_up(struct wait_queue_head *q)
{
	wake_up_poll(q, 0);
}

static inline bool waitqueue_active(const struct wait_queue_head *q)
{
	return !list_empty(&q->head);
}

/*
 * Announce, test the condition, then sleep for at most @timeout_ns; what is
 * left of it comes back (0: it ran out; MAX_SCHEDULE_TIMEOUT never does).
 */
void prepare_to_wait(struct wait_queue_head *q, struct wait_queue_entry *w);
u64 schedule_timeout(u64 timeout_ns);
void finish_wait(struct wait_queue_head *q, struct wait_queue_entry *w);

/* 0 once @cond holds, -ETIME when *@left_ns ran out, -ERESTARTSYS. */
#define wait_event_interruptible_timeout(q, cond, left_ns)         \
	({                                                         \
		struct wait_queue_entry wqe_;                      \
		int wev_ = 0;                                      \
		init_waitqueue_entry(&wqe_, task_current());       \
		for (;;) {                                         \
			prepare_to_wait(q, &wqe_);                 \
			if (cond)                                  \
				break;                             \
			if (task_signal_pending()) {               \
				wev_ = -ERESTARTSYS;               \
				break;                             \
			}                                          \
			if (*(left_ns) == 0) {                     \
				wev_ = -ETIME;                     \
				break;                             \
			}                                          \
			*(left_ns) = schedule_timeout(*(left_ns)); \
		}                                                  \
		finish_wait(q, &wqe_);                             \
		wev_;                                              \
	})
#define wait_event_interruptible(q, cond)                          \
	({                                                         \
		u64 wevl_ = MAX_SCHEDULE_TIMEOUT;                  \
		wait_event_interruptible_timeout(q, cond, &wevl_); \
	})

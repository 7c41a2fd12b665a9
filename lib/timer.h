/* SPDX-License-Identifier: MIT */
/*
 * DOC: two kinds of timer, both run from TIMER_SOFTIRQ.
 *
 * timer_list: a hierarchical wheel of 1 ms ticks, O(1) to set and to stop,
 * for protocol timers that mostly never fire. An expiry is rounded up to the
 * next tick. hrtimer: an ordered tree, exact to the nanosecond, for pacing
 * and queue watchdogs. The machine's one-shot clock is armed for the earliest
 * of all; an idle machine takes no tick.
 */
#pragma once

#include "lib/list.h"
#include "lib/rbtree.h"

#define TIMER_TICK_NS NSEC_PER_MSEC

struct timer_list {
	struct hlist_node entry; /* in a wheel slot while pending */
	u64 tick;                /* rounded-up expiry */
	void (*function)(struct timer_list *t);
};

struct hrtimer {
	struct rb_node node; /* its own parent: not queued */
	u64 expires_ns;
	void (*function)(struct hrtimer *t);
};

#define from_timer(var, t, field) container_of(t, __typeof__(*var), field)

void timers_init(void);
void timer_setup(struct timer_list *t, void (*fn)(struct timer_list *));
/* (Re)arm for @expires_ns of ktime_get_ns(); true if it was pending. */
bool mod_timer(struct timer_list *t, u64 expires_ns);
/* True if it was pending. Afterwards its function is not running either. */
bool del_timer(struct timer_list *t);

static inline bool timer_pending(const struct timer_list *t)
{
	return !hlist_unhashed(&t->entry);
}

static inline u64 timer_expires_ns(const struct timer_list *t)
{
	return t->tick * TIMER_TICK_NS;
}

void hrtimer_init(struct hrtimer *t, void (*fn)(struct hrtimer *));
void hrtimer_start(struct hrtimer *t, u64 expires_ns);
bool hrtimer_cancel(struct hrtimer *t);

static inline bool hrtimer_is_queued(const struct hrtimer *t)
{
	return t->node.parent != &t->node;
}

/* The earliest expiry of all, or U64_MAX: when the machine may sleep until. */
u64 timers_next_expiry(void);

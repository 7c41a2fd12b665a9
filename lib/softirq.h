/* SPDX-License-Identifier: MIT */
/*
 * DOC: deferred work between hard interrupt and task: raised anywhere, run
 * when the last local_bh_disable() ends or the outermost interrupt returns.
 */
#pragma once

#include "lib/platform.h"

enum {
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	TTY_SOFTIRQ,
	NR_SOFTIRQS,
};

/* > 0 while softirqs may not run; moved only by the functions below. */
extern u32 softirq_disable_count;
/* Bit n: softirq n is raised. Written with interrupts off. */
extern u32 softirq_pending_mask;

typedef void softirq_fn(void);
/* What it did before comes back. */
softirq_fn *open_softirq(int nr, softirq_fn *action);
void raise_softirq(int nr);
/* Run what is pending; from the outermost interrupt's end or bh enable. */
void do_softirq(void);
/* True inside a softirq action. */
bool in_serving_softirq(void);

static inline void local_bh_disable(void)
{
	softirq_disable_count++;
	barrier();
}

/* For who ends in a call: true, and do_softirq() is the caller's to call. */
static __force_inline bool local_bh_enable_pending(void)
{
	barrier();
	if (--softirq_disable_count != 0)
		return false;
	return READ_ONCE(softirq_pending_mask) != 0;
}

static __force_inline void local_bh_enable(void)
{
	if (local_bh_enable_pending())
		do_softirq();
}

static inline bool in_softirq(void)
{
	return softirq_disable_count != 0;
}

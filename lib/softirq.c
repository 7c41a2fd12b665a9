// SPDX-License-Identifier: MIT
/*
 * DOC: hard interrupt -> softirq -> task. A driver's interrupt handler only
 * raises a softirq; the work runs here with interrupts on and softirqs off,
 * so a softirq never nests in another one.
 *
 * State: the pending mask (written with interrupts off) and the disable
 * count, which the outermost owner brings back to zero.
 */
#include "lib/softirq.h"
#include "lib/bug.h"

/* Rounds before the rest waits for the next occasion, so that a flood of
 * interrupts cannot keep the tasks from running for ever. */
#define SOFTIRQ_MAX_ROUNDS 10

u32 softirq_disable_count;
u32 softirq_pending_mask;

static softirq_fn *actions[NR_SOFTIRQS];
static bool serving;

/**
 * open_softirq() - Register what softirq @nr does.
 * @nr:     TIMER_SOFTIRQ, NET_TX_SOFTIRQ or NET_RX_SOFTIRQ.
 * @action: runs in softirq context, interrupts on.
 *
 * Return: the action that it replaces, NULL for none.
 */
softirq_fn *open_softirq(int nr, softirq_fn *action)
{
	softirq_fn *old;

	BUG_ON(nr < 0 || nr >= NR_SOFTIRQS);
	old = actions[nr];
	actions[nr] = action;
	return old;
}

/**
 * raise_softirq() - Ask for one run of softirq @nr.
 * @nr: which.
 *
 * Outside interrupt and softirq context it runs before this returns.
 *
 * Context: any.
 */
void raise_softirq(int nr)
{
	unsigned long flags = local_irq_save();

	softirq_pending_mask |= 1U << nr;
	local_irq_restore(flags);
	if (!softirq_disable_count && !in_hardirq())
		do_softirq();
}

/**
 * in_serving_softirq() - Whether an action runs right now.
 *
 * Return: true inside an action, false in a task that only disabled them.
 */
bool in_serving_softirq(void)
{
	return serving;
}

/**
 * do_softirq() - Run the pending softirqs, lowest number first.
 *
 * Context: task or the end of the outermost hard interrupt; returns at once
 * when softirqs are disabled or already running.
 */
void do_softirq(void)
{
	unsigned long flags;
	u32 pending;
	int round, nr;

	if (softirq_disable_count || in_hardirq())
		return;
	softirq_disable_count++;
	serving = true;
	for (round = 0; round < SOFTIRQ_MAX_ROUNDS; round++) {
		flags = local_irq_save();
		pending = softirq_pending_mask;
		softirq_pending_mask = 0;
		local_irq_restore(flags);
		if (!pending)
			break;
		for (nr = 0; nr < NR_SOFTIRQS; nr++)
			if ((pending & (1U << nr)) && actions[nr])
				actions[nr]();
	}
	serving = false;
	softirq_disable_count--;
}

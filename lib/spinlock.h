/* SPDX-License-Identifier: MIT */
/*
 * DOC: locks of a machine with one CPU and no preemption. What a lock excludes
 * is softirq (spin_lock_bh) or hardirq (spin_lock_irqsave); the lock word
 * itself proves at run time that it is neither taken twice nor dropped twice.
 * docs/LOCKING.md has the order: socket, neighbour, qdisc, driver.
 */
#pragma once

#include "lib/bug.h"
#include "lib/softirq.h"

typedef struct spinlock {
	bool held;
} spinlock_t;

#define DEFINE_SPINLOCK(n) spinlock_t n = { false }

static inline void spin_lock_init(spinlock_t *l)
{
	l->held = false;
}

static inline void spin_lock(spinlock_t *l)
{
	BUG_ON(l->held);
	l->held = true;
}

static inline void spin_unlock(spinlock_t *l)
{
	BUG_ON(!l->held);
	l->held = false;
}

static inline bool spin_is_locked(const spinlock_t *l)
{
	return l->held;
}

static inline void spin_lock_bh(spinlock_t *l)
{
	local_bh_disable();
	spin_lock(l);
}

static inline void spin_unlock_bh(spinlock_t *l)
{
	spin_unlock(l);
	local_bh_enable();
}

#define spin_lock_irqsave(l, flags)         \
	do {                                \
		(flags) = local_irq_save(); \
		spin_lock(l);               \
	} while (0)
#define spin_unlock_irqrestore(l, flags)  \
	do {                              \
		spin_unlock(l);           \
		local_irq_restore(flags); \
	} while (0)

#define lockdep_assert_held(l) WARN_ON_ONCE(!(l)->held)

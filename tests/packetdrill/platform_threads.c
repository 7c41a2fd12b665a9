// SPDX-License-Identifier: MIT
/*
 * DOC: the clock and the tasks of lib/platform.h for a program with threads.
 *
 * A big lock makes one thread at a time "the CPU". task_block() gives it up
 * and sleeps; wakes come from whoever runs the stack meanwhile, mostly from
 * the thread that steps the clock. A thread that was woken owes an answer:
 * time stands still until it sleeps again or has read the clock, so that what
 * it measures does not depend on the machine's scheduler. The wait for that is
 * bounded in real time, as a thread may also end without a look at the clock.
 *
 * The thread that called platform_init() has nobody to wake it: when it
 * blocks, it steps the clock itself.
 */
#include <pthread.h>
#include <time.h>
#include "lib/bug.h"
#include "lib/file.h"
#include "lib/page.h"
#include "lib/softirq.h"
#include "tests/packetdrill/platform_threads.h"

#define SETTLE_MAX_S 1

struct thread_task {
	pthread_cond_t cond;
	bool first;   /* called platform_init() */
	bool blocked; /* sleeps in task_block() */
	bool woken;
	bool owing; /* woken, and has neither slept nor looked since */
};

static pthread_mutex_t big = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t settled = PTHREAD_COND_INITIALIZER;
static u32 nr_owing;
static u32 nr_sleeping;
static u64 wakes;
static u64 now_ns = 1000 * NSEC_PER_SEC;
static u64 armed_ns = ~0ULL;
static __thread struct thread_task self = {
	.cond = PTHREAD_COND_INITIALIZER,
};

static void owes_no_more(struct thread_task *t)
{
	if (!t->owing)
		return;
	t->owing = false;
	nr_owing--;
	pthread_cond_broadcast(&settled);
}

void platform_init(void)
{
	self.first = true;
}

void platform_enter(void)
{
	pthread_mutex_lock(&big);
}

void platform_leave(void)
{
	pthread_mutex_unlock(&big);
}

void platform_settle(void)
{
	struct timespec end;

	if (!nr_owing || self.owing)
		return;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += SETTLE_MAX_S;
	while (nr_owing)
		if (pthread_cond_timedwait(&settled, &big, &end) != 0)
			break;
}

bool platform_step(u64 until_ns)
{
	u64 t = min(armed_ns, until_ns);

	if (t == ~0ULL)
		return false;
	if (t > now_ns)
		now_ns = t;
	if (armed_ns <= now_ns) {
		armed_ns = ~0ULL;
		raise_softirq(TIMER_SOFTIRQ);
	}
	if (softirq_pending_mask)
		do_softirq();
	platform_settle();
	return true;
}

bool platform_saw_time(void)
{
	bool owed = self.owing;

	owes_no_more(&self);
	return owed;
}

u64 platform_wakes(void)
{
	return wakes;
}

u32 platform_sleepers(void)
{
	return nr_sleeping;
}

bool platform_has_timer(void)
{
	return armed_ns != ~0ULL;
}

u64 ktime_get_ns(void)
{
	return now_ns;
}

u64 ktime_get_real_ns(void)
{
	return 1700000000ULL * NSEC_PER_SEC + now_ns;
}

void clock_arm(u64 deadline_ns)
{
	armed_ns = deadline_ns;
}

struct task *task_current(void)
{
	return (struct task *)&self;
}

void task_prepare(void)
{
	self.woken = false;
}

void task_block(void)
{
	unsigned long irqs_off = local_irq_save();

	local_irq_restore(irqs_off);
	BUG_ON(softirq_disable_count || irqs_off);
	while (!self.woken) {
		if (softirq_pending_mask) {
			do_softirq();
		} else if (self.first) {
			if (!platform_step(~0ULL))
				panic("blocked for ever: no timer is armed");
		} else {
			owes_no_more(&self);
			self.blocked = true;
			nr_sleeping++;
			pthread_cond_wait(&self.cond, &big);
			nr_sleeping--;
			self.blocked = false;
		}
	}
}

void task_wake(struct task *task)
{
	struct thread_task *t = (struct thread_task *)task;

	t->woken = true;
	if (!t->blocked || t->owing)
		return;
	t->owing = true;
	nr_owing++;
	wakes++;
	pthread_cond_signal(&t->cond);
}

/* What packetdrill gives it frees after the call: a copy stands in. */
struct page *pin_user_page(const void __user *addr)
{
	const u8 *at = (const u8 *)((__force uintptr_t)addr & PAGE_MASK);
	struct page *page;

	if (!at)
		return NULL;
	page = alloc_page(GFP_KERNEL);
	if (page)
		memcpy(page_address(page), at, PAGE_SIZE);
	return page;
}

void task_yield(void)
{
	if (softirq_pending_mask)
		do_softirq();
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the clock and the tasks of lib/platform.h on the host, for suites: one
 * task, and virtual time that moves only in test_advance_ns() or while that
 * task is blocked.
 */
#include "lib/bug.h"
#include "lib/softirq.h"
#include "tests/fixtures/pin.h"

static u64 now_ns = 1000 * NSEC_PER_SEC;
static u64 armed_ns = ~0ULL;

static bool woken;
static bool (*idle_hook)(void *arg);
static void *idle_arg;

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

/* Move to @t and take the clock's interrupt there if it is due. */
static void clock_run_to(u64 t)
{
	if (t > now_ns)
		now_ns = t;
	if (armed_ns <= now_ns) {
		armed_ns = ~0ULL;
		raise_softirq(TIMER_SOFTIRQ);
	}
}

void test_advance_ns(u64 ns)
{
	u64 end = now_ns + ns;

	while (armed_ns <= end)
		clock_run_to(armed_ns);
	now_ns = end;
	if (softirq_pending_mask)
		do_softirq();
}

u64 test_next_timer_ns(void)
{
	return armed_ns;
}

struct task *task_current(void)
{
	static char the_task;

	return (struct task *)&the_task;
}

void task_prepare(void)
{
	woken = false;
}

void task_block(void)
{
	unsigned long irqs_off = local_irq_save();

	local_irq_restore(irqs_off);
	BUG_ON(softirq_disable_count || irqs_off);
	while (!woken) {
		if (softirq_pending_mask) {
			do_softirq();
			continue;
		}
		if (idle_hook && idle_hook(idle_arg))
			continue;
		if (armed_ns == ~0ULL)
			panic("blocked for ever: no timer, no frame");
		clock_run_to(armed_ns);
	}
}

void task_wake(struct task *t)
{
	BUG_ON(t != task_current());
	woken = true;
}

struct page *pin_user_page(const void __user *addr)
{
	u8 byte;

	return copy_from_user(&byte, addr, 1) ? NULL : test_pin(addr);
}

void task_yield(void)
{
	if (softirq_pending_mask)
		do_softirq();
	if (idle_hook)
		idle_hook(idle_arg);
}

void test_set_idle_hook(bool (*hook)(void *arg), void *arg)
{
	idle_hook = hook;
	idle_arg = arg;
}

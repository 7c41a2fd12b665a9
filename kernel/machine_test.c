// SPDX-License-Identifier: MIT
/*
 * DOC: paging, exceptions, time, tasks, the command line and randomness, on
 * the running machine.
 */
#include "kernel/cmdline.h"
#include "kernel/io.h"
#include "kernel/irq.h"
#include "kernel/kallsyms.h"
#include "kernel/page_alloc.h"
#include "kernel/random.h"
#include "kernel/sched.h"
#include "kernel/time.h"
#include "lib/kunit.h"
#include "lib/softirq.h"
#include "lib/timer.h"
#include "lib/wait.h"
#include "tests/guest/real_clock.h"

extern char __text_start[], __rodata_start[];

/* Count entries below @table that are writable and executable. */
static u32 count_wx(phys_addr_t table, int level, u32 from)
{
	pte_t *e = phys_to_virt(table);
	u32 i, n = 0;

	for (i = from; i < 512; i++) {
		if (!(e[i] & PTE_P))
			continue;
		if (level == 0 || (level < 3 && (e[i] & PTE_PS)))
			n += (e[i] & PTE_W) && !(e[i] & PTE_NX);
		else
			n += count_wx(e[i] & PTE_ADDR, level - 1, 0);
	}
	return n;
}

static void paging_maps_nothing_writable_and_executable(struct kunit *test)
{
	u64 *root = phys_to_virt(kernel_root);
	u32 i;

	KUNIT_EXPECT_EQ(test, count_wx(kernel_root, 3, 256), 0);
	for (i = 0; i < 256; i++)
		KUNIT_EXPECT_EQ(test, root[i], 0);
}

/* Whether a store to @p is allowed; the exception table takes a fault. */
static bool can_write(void *p)
{
	int ok = 0;

	__asm__ volatile("1:	lock orb $0, (%1)\n"
			 "	movl $1, %0\n"
			 "2:\n" _ASM_EXTABLE("1b", "2b")
			 : "+r"(ok)
			 : "r"(p)
			 : "memory", "cc");
	return ok;
}

static void paging_protects_text_and_rodata(struct kunit *test)
{
	static char data[1];
	char on_stack[8];

	KUNIT_EXPECT_TRUE(test, can_write(data));
	KUNIT_EXPECT_TRUE(test, can_write(on_stack));
	KUNIT_EXPECT_FALSE(test, can_write(__text_start));
	KUNIT_EXPECT_FALSE(test, can_write(__rodata_start));
	/* Nor by way of the direct map. */
	KUNIT_EXPECT_FALSE(test,
			   can_write(phys_to_virt(virt_to_phys(__text_start))));
	KUNIT_EXPECT_FALSE(
		test, can_write(phys_to_virt(virt_to_phys(__rodata_start))));
	KUNIT_EXPECT_FALSE(test, can_write(NULL));
	/* Not canonical: a general protection fault. */
	KUNIT_EXPECT_FALSE(test, can_write((void *)0x0000900000000000UL));
}

static void paging_leaves_a_hole_under_each_stack(struct kunit *test)
{
	u64 base = current->kstack_top - KSTACK_SIZE;

	KUNIT_EXPECT_TRUE(test, can_write((void *)base));
	KUNIT_EXPECT_FALSE(test, can_write((void *)(base - 8)));
}

static void page_table_root_maps_and_unmaps(struct kunit *test)
{
	u64 before = nr_free_pages(), va = 0x400000;
	phys_addr_t root = alloc_page_table_root();
	struct page *page = alloc_page(__GFP_ZERO);

	KUNIT_ASSERT_TRUE(test, root != 0);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_NULL(test, walk_page(root, va));
	KUNIT_ASSERT_EQ(
		test, map_page(root, va, page_to_phys(page), PTE_KERNEL_RW), 0);
	task_set_cr3(root);
	*(volatile u64 *)va = 0x1234;
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), 0x1234);
	KUNIT_EXPECT_EQ(test, unmap_page(root, va) & PTE_ADDR,
			page_to_phys(page));
	KUNIT_EXPECT_FALSE(test, can_write((void *)va));
	task_set_cr3(kernel_root);
	put_page(page);
	free_page_table_root(root);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void kallsyms_names_a_function(struct kunit *test)
{
	unsigned long off = 0;
	const char *name;

	name = kallsyms_lookup((unsigned long)kallsyms_names_a_function + 3,
			       &off);
	KUNIT_ASSERT_NOT_NULL(test, name);
	KUNIT_EXPECT_STREQ(test, name, "kallsyms_names_a_function");
	KUNIT_EXPECT_EQ(test, off, 3);
	KUNIT_EXPECT_NULL(test, kallsyms_lookup(0x1000, &off));
}

struct pit_reading {
	u64 before_ns, after_ns;
	u16 count;
};

static struct pit_reading read_pit(void)
{
	struct pit_reading r = { .before_ns = ktime_get_ns() };
	u8 lo;

	outb(0x43, 0x80);
	lo = inb(0x42);
	r.count = (u16)(lo | inb(0x42) << 8);
	r.after_ns = ktime_get_ns();
	return r;
}

/* 10 ms of the 8254, 1193182 Hz; its readings bracket what the clock may say,
 * so that a host that stops us in between does no harm. */
static void ktime_moves_with_the_pit(struct kunit *test)
{
	struct pit_reading first, last;
	u64 pit_ns;

	outb(0x61, (u8)((inb(0x61) & ~2) | 1));
	outb(0x43, 0xb0);
	outb(0x42, 0xff);
	outb(0x42, 0xff);
	do
		first = read_pit();
	while (first.count > 0xfff0);
	do
		last = read_pit();
	while ((u16)(first.count - last.count) < 11932);
	pit_ns = (u64)(u16)(first.count - last.count) * NSEC_PER_SEC / 1193182;
	/* Within 0.5 %. */
	KUNIT_EXPECT_GT(test, (last.after_ns - first.before_ns) * 201 / 200,
			pit_ns);
	KUNIT_EXPECT_LT(test, (last.before_ns - first.after_ns) * 199 / 200,
			pit_ns);
}

static void clock_alarm_comes_on_time(struct kunit *test)
{
	u64 taken = time_interrupts(), start = ktime_get_ns(), left, late;

	task_prepare();
	left = schedule_timeout(3 * NSEC_PER_MSEC);
	late = ktime_get_ns() - start - 3 * NSEC_PER_MSEC;
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_GT(test, time_interrupts(), taken);
	/* The host may be busy; but not early. */
	KUNIT_EXPECT_LT(test, late, 200 * NSEC_PER_MSEC);
}

static void ktime_get_real_is_a_date_of_this_century(struct kunit *test)
{
	u64 s = ktime_get_real_ns() / NSEC_PER_SEC;

	KUNIT_EXPECT_GT(test, s, 1577836800ULL); /* 2020 */
	KUNIT_EXPECT_LT(test, s, 4102444800ULL); /* 2100 */
}

struct ping {
	struct task *a, *b;
	u32 turns, a_runs, b_runs;
};

static void ping_other(void *arg)
{
	struct ping *p = arg;

	while (p->b_runs < p->turns) {
		task_prepare();
		p->b_runs++;
		task_wake(p->a);
		task_block();
	}
	task_wake(p->a);
}

static void task_wake_and_block_alternate(struct kunit *test)
{
	struct ping p = { .a = current, .turns = 200 };
	u64 before;

	before = nr_free_pages();
	p.b = task_create("ping", ping_other, &p);
	KUNIT_ASSERT_NOT_NULL(test, p.b);
	KUNIT_EXPECT_PTR_EQ(test, task_find(p.b->pid), p.b);
	KUNIT_EXPECT_LT(test, nr_free_pages(), before);
	task_start(p.b);
	while (p.a_runs < p.turns) {
		task_prepare();
		task_block();
		p.a_runs++;
		if (p.b_runs < p.turns || p.a_runs < p.turns)
			task_wake(p.b);
	}
	KUNIT_EXPECT_EQ(test, p.b_runs, p.turns);
	task_wake(p.b);
	task_yield();
	task_yield();
	/* It ended by itself and its stack came back. */
	KUNIT_EXPECT_GE(test, nr_free_pages() + 8, before);
}

static u32 order_seen;

static void note_order(void *arg)
{
	order_seen = order_seen * 10 + (u32)(u64)arg;
}

static void task_yield_runs_others_in_order(struct kunit *test)
{
	struct task *t;
	u64 i;

	order_seen = 0;
	for (i = 1; i <= 4; i++) {
		t = task_create("order", note_order, (void *)i);
		KUNIT_ASSERT_NOT_NULL(test, t);
		task_start(t);
	}
	KUNIT_EXPECT_EQ(test, order_seen, 0);
	task_yield();
	KUNIT_EXPECT_EQ(test, order_seen, 1234);
}

/* A signal to the group may come while fork() is not yet done. */
static void task_woken_before_its_start_runs_once(struct kunit *test)
{
	struct task *t = task_create("early", note_order, (void *)7);

	KUNIT_ASSERT_NOT_NULL(test, t);
	order_seen = 0;
	task_wake(t);
	task_yield();
	KUNIT_EXPECT_EQ(test, order_seen, 0);
	task_start(t);
	task_yield();
	task_yield();
	KUNIT_EXPECT_EQ(test, order_seen, 7);
}

static void task_create_fails_without_memory(struct kunit *test)
{
	u64 before = nr_free_pages();
	struct task *t = task_create("never", note_order, NULL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	task_destroy(t);
	KUNIT_EXPECT_GE(test, nr_free_pages() + 8, before);
}

static bool never_mine(void *arg)
{
	return false;
}

static void request_irq_checks_its_line(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, request_irq(16, never_mine, test, "x"), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(2, never_mine, test, "x"), -EINVAL);
	KUNIT_ASSERT_EQ(test, request_irq(5, never_mine, test, "x"), 0);
	free_irq(5, test);
}

/* Transmitter empty: COM1's interrupt comes as soon as it is asked for. */
static u32 uart_irqs;
static bool softirq_was_late, softirq_ran;

static bool uart_irq(void *arg)
{
	u8 cause = inb(0x3fa); /* reading IIR takes the cause away */

	if (cause & 1)
		return false;
	uart_irqs++;
	softirq_was_late = in_hardirq() && !softirq_ran;
	raise_softirq(NET_TX_SOFTIRQ);
	return true;
}

static void note_softirq(void)
{
	softirq_ran = !in_hardirq() && in_serving_softirq();
}

static void irq_reaches_its_handler_then_the_softirq(struct kunit *test)
{
	u64 before = irq_count(4), start = ktime_get_ns();
	softirq_fn *old;

	uart_irqs = 0;
	softirq_ran = false;
	softirq_was_late = false;
	old = open_softirq(NET_TX_SOFTIRQ, note_softirq);
	KUNIT_ASSERT_EQ(test, request_irq(4, uart_irq, &uart_irqs, "test"), 0);
	outb(0x3f9, 2);
	while (!uart_irqs && ktime_get_ns() - start < 100 * NSEC_PER_MSEC)
		cpu_relax();
	outb(0x3f9, 0);
	free_irq(4, &uart_irqs);
	open_softirq(NET_TX_SOFTIRQ, old);
	KUNIT_EXPECT_EQ(test, uart_irqs, 1);
	KUNIT_EXPECT_EQ(test, irq_count(4), before + 1);
	KUNIT_EXPECT_TRUE(test, softirq_was_late);
	KUNIT_EXPECT_TRUE(test, softirq_ran);
}

static void cmdline_knows_its_own_words(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, cmdline_get("no.such.option"));
	KUNIT_EXPECT_TRUE(test, cmdline_get("kunit") != NULL);
	KUNIT_EXPECT_EQ(test, cmdline_u64("no.such.option", 7), 7);
	KUNIT_EXPECT_TRUE(test, cmdline_flag("no.such.option", true));
}

static void get_random_bytes_does_not_repeat(struct kunit *test)
{
	u64 a[64], b[64];
	u32 i, bit, ones = 0;

	get_random_bytes(a, sizeof(a));
	get_random_bytes(b, sizeof(b));
	for (i = 0; i < ARRAY_SIZE(a); i++) {
		KUNIT_EXPECT_NE(test, a[i], b[i]);
		for (bit = 0; bit < 64; bit++)
			ones += a[i] >> bit & 1;
	}
	/* 4096 bits: mean 2048, six standard deviations are 192. */
	KUNIT_EXPECT_GT(test, ones, 2048 - 192);
	KUNIT_EXPECT_LT(test, ones, 2048 + 192);
}

static const struct kunit_case machine_cases[] = {
	KUNIT_CASE(paging_maps_nothing_writable_and_executable),
	KUNIT_CASE(paging_protects_text_and_rodata),
	KUNIT_CASE(paging_leaves_a_hole_under_each_stack),
	KUNIT_CASE(page_table_root_maps_and_unmaps),
	KUNIT_CASE(kallsyms_names_a_function),
	KUNIT_CASE(ktime_moves_with_the_pit),
	KUNIT_CASE(clock_alarm_comes_on_time),
	KUNIT_CASE(ktime_get_real_is_a_date_of_this_century),
	KUNIT_CASE(task_wake_and_block_alternate),
	KUNIT_CASE(task_yield_runs_others_in_order),
	KUNIT_CASE(task_woken_before_its_start_runs_once),
	KUNIT_CASE(task_create_fails_without_memory),
	KUNIT_CASE(request_irq_checks_its_line),
	KUNIT_CASE(irq_reaches_its_handler_then_the_softirq),
	KUNIT_CASE(cmdline_knows_its_own_words),
	KUNIT_CASE(get_random_bytes_does_not_repeat),
	{ 0 },
};

/* These are about the machine's own clock and interrupts. */
static int machine_test_init(struct kunit *test)
{
	test_use_real_clock(true);
	return 0;
}

static void machine_test_exit(struct kunit *test)
{
	test_use_real_clock(false);
}

static const struct kunit_suite machine_suite = {
	.name = "machine",
	.init = machine_test_init,
	.exit = machine_test_exit,
	.test_cases = machine_cases,
};
kunit_test_suite(machine_suite);

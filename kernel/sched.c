// SPDX-License-Identifier: MIT
/*
 * DOC: the scheduler: a FIFO of ready tasks. The kernel is never preempted;
 * a task gives the CPU away when it blocks or yields, and at its return to
 * ring 3 when need_resched is set: by the slice timer, which runs only while
 * others are ready, or by a task that an interrupt woke. With nothing ready
 * the machine halts in schedule(), on the stack of whoever came last: if that
 * same task is woken next, nothing was switched.
 *
 * A kernel stack lies in an area of its own with an unmapped gap below it.
 * The FPU belongs to ring 3: its state is exchanged when a task with ring 3
 * state takes the place of another one's, never for kernel tasks.
 *
 * State: run_queue and the states, changed with interrupts off; task_list and
 * the stacks, changed by tasks only.
 */
#include "kernel/sched.h"
#include "kernel/io.h"
#include "kernel/page_alloc.h"
#include "kernel/sched_int.h"
#include "kernel/time.h"
#include "kernel/trap_int.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/timer.h"
#include "lib/vsprintf.h"
#include "lib/uapi/signal.h"

#define KSTACK_SLOT  (2 * KSTACK_SIZE) /* half of it is the gap */
#define KSTACK_SLOTS 1024
#define KSTACK_PAGES (1U << KSTACK_ORDER)
#define FXSAVE_FCW   0
#define FXSAVE_MXCSR 24

void switch_stacks(u64 *save_sp, u64 load_sp);
void task_first_entry(void);
void task_begin(void);

extern char df_stack_guard[], nmi_stack_guard[], mc_stack_guard[];

static struct task boot_task = { .name = "swapper" };
static LIST_HEAD(run_queue);
static struct task *dead_task; /* to be freed once its stack is left */
static struct task *fpu_owner; /* whose ring 3 registers the FPU holds */
static struct hrtimer slice_timer;
static bool idle;
static int next_pid = 1;
static u64 loaded_cr3;
static u64 run_since;   /* TSC at which the current task began to run */
static u64 idle_cycles; /* when nobody did */
static u64 nr_switches;

static u64 slot_bitmap[KSTACK_SLOTS / 64];

struct task *current_task = &boot_task;
struct files_struct *current_files; /* of current_task */
struct list_head task_list = LIST_HEAD_INIT(task_list);
bool need_resched;
u64 current_kstack_top;

static u64 slot_base(u32 slot)
{
	return KSTACK_AREA_BASE + slot * KSTACK_SLOT + KSTACK_SIZE;
}

static int slot_take(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(slot_bitmap); i++) {
		u32 bit;

		if (!~slot_bitmap[i])
			continue;
		bit = (u32)__builtin_ctzll(~slot_bitmap[i]);
		slot_bitmap[i] |= 1ULL << bit;
		return (int)(i * 64 + bit);
	}
	return -1;
}

static void kstack_free(u64 top)
{
	u64 base = top - KSTACK_SIZE;
	u32 slot = (u32)((base - KSTACK_AREA_BASE) / KSTACK_SLOT);
	struct page *page;
	u32 i;

	page = phys_to_page(*walk_page(kernel_root, base) & PTE_ADDR);
	for (i = 0; i < KSTACK_PAGES; i++)
		unmap_page(kernel_root, base + i * PAGE_SIZE);
	put_page(page);
	slot_bitmap[slot / 64] &= ~(1ULL << (slot % 64));
}

/* The top of a new stack, 0 without memory. */
static u64 kstack_alloc(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, KSTACK_ORDER);
	int slot = page ? slot_take() : -1;
	u64 base;
	u32 i;

	if (slot < 0)
		goto out_put_page;
	base = slot_base((u32)slot);
	for (i = 0; i < KSTACK_PAGES; i++)
		if (map_page(kernel_root, base + i * PAGE_SIZE,
			     page_to_phys(page) + i * PAGE_SIZE,
			     PTE_KERNEL_RW | PTE_G) < 0)
			goto out_unmap;
	return base + KSTACK_SIZE;

out_unmap:
	while (i-- > 0)
		unmap_page(kernel_root, base + i * PAGE_SIZE);
	slot_bitmap[slot / 64] &= ~(1ULL << (slot % 64));
out_put_page:
	if (page)
		put_page(page);
	return 0;
}

static void fpu_clean_image(u8 *image)
{
	memset(image, 0, 512);
	*(u16 *)(image + FXSAVE_FCW) = 0x37f;
	*(u32 *)(image + FXSAVE_MXCSR) = 0x1f80;
}

/**
 * fpu_save() - Store ring 3's FPU registers as an FXSAVE image.
 * @image512: 512 bytes, 16-byte aligned.
 *
 * Context: task, of the current program.
 */
void fpu_save(void *image512)
{
	__asm__ volatile("fxsave64 (%0)" ::"r"(image512) : "memory");
}

/**
 * fpu_restore() - Load ring 3's FPU registers from an FXSAVE image.
 * @image512: 512 bytes, 16-byte aligned; reserved MXCSR bits must be clear.
 *
 * Context: task, of the current program.
 */
void fpu_restore(const void *image512)
{
	__asm__ volatile("fxrstor64 (%0)" ::"r"(image512) : "memory");
}

/**
 * fpu_reset() - Give the current task a clean FPU, as exec does.
 *
 * Context: task.
 */
void fpu_reset(void)
{
	fpu_clean_image(current->fpu);
	fpu_restore(current->fpu);
	fpu_owner = current;
}

/**
 * fpu_copy_to() - Give a new task the current one's FPU, as fork does.
 * @child: not started yet.
 *
 * Context: task.
 */
void fpu_copy_to(struct task *child)
{
	if (fpu_owner == current)
		fpu_save(child->fpu);
	else
		memcpy(child->fpu, current->fpu, sizeof(child->fpu));
}

static void fpu_switch(struct task *next)
{
	if (!next->user || fpu_owner == next)
		return;
	if (fpu_owner)
		fpu_save(fpu_owner->fpu);
	fpu_restore(next->fpu);
	fpu_owner = next;
}

/**
 * task_set_cr3() - The current task's page tables are others from now on.
 * @cr3: physical address of the root.
 *
 * Context: task.
 */
void task_set_cr3(u64 cr3)
{
	unsigned long flags = local_irq_save();

	current->cr3 = cr3;
	loaded_cr3 = cr3;
	write_cr3(cr3);
	local_irq_restore(flags);
}

/**
 * task_set_tls() - Make the current task one with ring 3 state.
 * @fs_base, @gs_base: its segment bases, canonical.
 *
 * Context: task.
 */
void task_set_tls(u64 fs_base, u64 gs_base)
{
	unsigned long flags = local_irq_save();

	current->user = true;
	current->fs_base = fs_base;
	current->gs_base = gs_base;
	wrmsr(MSR_FS_BASE, fs_base);
	wrmsr(MSR_GS_BASE, gs_base);
	local_irq_restore(flags);
}

static void task_free(struct task *t)
{
	if (fpu_owner == t)
		fpu_owner = NULL;
	kstack_free(t->kstack_top);
	kfree(t);
}

/* On the new stack: what the old one could not do about itself. */
static void finish_switch(void)
{
	struct task *t = dead_task;

	dead_task = NULL;
	if (t)
		task_free(t);
}

/* What the CPU has done since @run_since was for @cycles. */
static void account(u64 *cycles)
{
	u64 now = rdtsc();

	*cycles += now - run_since;
	run_since = now;
}

/* Interrupts off. Returns when @prev runs again. */
static void switch_to(struct task *prev, struct task *next)
{
	account(&prev->cycles);
	nr_switches++;
	fpu_switch(next);
	/* Also for a kernel task: the last program's tables may go away. */
	if (next->cr3 != loaded_cr3) {
		loaded_cr3 = next->cr3;
		write_cr3(next->cr3);
	}
	if (next->user) {
		wrmsr(MSR_FS_BASE, next->fs_base);
		wrmsr(MSR_GS_BASE, next->gs_base);
	}
	tss_set_stack(next->kstack_top);
	current_kstack_top = next->kstack_top;
	current_task = next;
	current_files = next->files;
	need_resched = false;
	switch_stacks(&prev->sp, next->sp);
	finish_switch();
}

/* Interrupts off, on return too: until some task is ready or softirqs have
 * made it so. */
static void wait_for_ready(void)
{
	if (!list_empty(&run_queue))
		return;
	account(&current_task->cycles);
	idle = true;
	while (list_empty(&run_queue)) {
		if (softirq_pending_mask) {
			local_irq_enable();
			do_softirq();
			local_irq_disable();
			continue;
		}
		cpu_idle();
	}
	idle = false;
	account(&idle_cycles);
}

/**
 * schedule() - Let the next ready task run; halt until there is one.
 *
 * The caller has left the run queue, or has put itself at its end.
 *
 * Context: task, softirqs enabled.
 */
void schedule(void)
{
	unsigned long flags = local_irq_save();
	struct task *prev = current_task, *next;

	BUG_ON(softirq_disable_count || in_hardirq());
	wait_for_ready();
	next = list_first_entry(&run_queue, struct task, run);
	list_del(&next->run);
	if (next != prev)
		switch_to(prev, next);
	local_irq_restore(flags);
}

/* Interrupts off. */
static void make_ready(struct task *t)
{
	t->state = TASK_RUNNING;
	list_add_tail(&t->run, &run_queue);
	if (idle)
		return;
	/* Somebody runs: its turn ends when its slice does, or at once if an
	 * interrupt brought the news. */
	if (in_hardirq() || in_serving_softirq())
		need_resched = true;
	else if (!hrtimer_is_queued(&slice_timer))
		hrtimer_start(&slice_timer, ktime_get_ns() + SCHED_SLICE_NS);
}

static void slice_over(struct hrtimer *t)
{
	need_resched = !list_empty(&run_queue);
	if (need_resched)
		hrtimer_start(t, ktime_get_ns() + SCHED_SLICE_NS);
}

/**
 * task_current() - Who runs.
 *
 * Return: the task; in an interrupt or softirq the one that it interrupted.
 */
struct task *task_current(void)
{
	return current_task;
}

/**
 * task_prepare() - Announce that the current task is about to block.
 *
 * Context: task.
 */
void task_prepare(void)
{
	current_task->woken = false;
}

/**
 * task_block() - Sleep until task_wake(), unless it came since the prepare.
 *
 * Context: task, softirqs enabled.
 */
void task_block(void)
{
	unsigned long flags = local_irq_save();

	while (!current_task->woken) {
		current_task->state = TASK_BLOCKED;
		schedule();
	}
	local_irq_restore(flags);
}

/**
 * task_wake() - Let a task return from task_block().
 * @t: any task; nothing happens if it is not blocked, except that its next
 *     task_block() returns at once.
 *
 * Context: any.
 */
void task_wake(struct task *t)
{
	unsigned long flags = local_irq_save();

	t->woken = true;
	if (t->state == TASK_BLOCKED)
		make_ready(t);
	local_irq_restore(flags);
}

/**
 * task_yield() - Let every task that is ready run once, then go on.
 *
 * Context: task, softirqs enabled.
 */
void task_yield(void)
{
	unsigned long flags;

	if (softirq_pending_mask)
		do_softirq();
	flags = local_irq_save();
	need_resched = false;
	if (!list_empty(&run_queue)) {
		list_add_tail(&current_task->run, &run_queue);
		schedule();
	}
	local_irq_restore(flags);
}

/**
 * task_files() - The current task's descriptors.
 *
 * Return: the table; NULL for a kernel task and in softirq.
 */
struct files_struct *task_files(void)
{
	if (in_hardirq() || in_serving_softirq())
		return NULL;
	return current_task->files;
}

/**
 * task_signal_pending() - Whether a sleep of the current task should end.
 *
 * A stopped program's SIGSTOP lets it sleep on (kernel/jobctl.c).
 *
 * Return: true if a signal that is not blocked is pending.
 */
bool task_signal_pending(void)
{
	return current_task->sigpending & ~current_task->sigblocked &
	       ~BIT(SIGSTOP - 1);
}

/**
 * task_begin() - A new task's first C function; entry.S calls it.
 *
 * Context: interrupts off, as the switch left them.
 */
void task_begin(void)
{
	finish_switch();
	local_irq_enable();
	current_task->fn(current_task->arg);
	task_exit();
}

/**
 * task_create() - Make a task; see kernel/sched.h for the fields to set.
 * @name: copied.
 * @fn:   what it runs, with interrupts on; its return is task_exit().
 * @arg:  its argument.
 *
 * Context: task.
 * Return: the task, not ready; NULL without memory.
 */
struct task *task_create(const char *name, void (*fn)(void *arg), void *arg)
{
	struct task *t = kzalloc(sizeof(*t), GFP_KERNEL);
	u64 *sp;

	if (!t)
		return NULL;
	t->kstack_top = kstack_alloc();
	if (!t->kstack_top) {
		kfree(t);
		return NULL;
	}
	strscpy(t->name, name, sizeof(t->name));
	t->pid = next_pid++;
	t->state = TASK_NEW;
	t->cr3 = kernel_root;
	t->fn = fn;
	t->arg = arg;
	fpu_clean_image(t->fpu);
	/* What switch_stacks() pops: six registers and a return address, with
	 * the stack then aligned as at a function's call. */
	sp = (u64 *)t->kstack_top;
	*--sp = 0;
	*--sp = (u64)task_first_entry;
	sp -= 6;
	memset(sp, 0, 6 * sizeof(*sp));
	t->sp = (u64)sp;
	list_add_tail(&t->all, &task_list);
	return t;
}

/**
 * task_destroy() - Undo task_create().
 * @t: never started.
 */
void task_destroy(struct task *t)
{
	list_del(&t->all);
	task_free(t);
}

/**
 * task_start() - Make a created task ready.
 * @t: the task.
 *
 * Context: any.
 */
void task_start(struct task *t)
{
	unsigned long flags = local_irq_save();

	make_ready(t);
	local_irq_restore(flags);
}

/**
 * task_exit() - End the current task.
 *
 * Context: task; mm, files and process are gone already.
 */
void task_exit(void)
{
	struct task *t = current_task;

	BUG_ON(t == &boot_task);
	local_irq_disable();
	list_del(&t->all);
	if (fpu_owner == t)
		fpu_owner = NULL;
	t->user = false;
	t->state = TASK_DEAD;
	dead_task = t;
	schedule();
	BUG();
}

/**
 * task_find() - Look a task up.
 * @pid: its number.
 *
 * Return: the task or NULL.
 */
struct task *task_find(int pid)
{
	struct task *t;

	list_for_each_entry (t, &task_list, all)
		if (t->pid == pid)
			return t;
	return NULL;
}

/**
 * task_cpu_ns() - How long a task has had the CPU.
 * @t: the task; the present one's time counts up to now.
 *
 * Context: task.
 */
u64 task_cpu_ns(const struct task *t)
{
	return cycles_to_ns(t->cycles +
			    (t == current_task ? rdtsc() - run_since : 0));
}

/**
 * sched_idle_ns() - How long nothing was ready.
 *
 * Context: task.
 */
u64 sched_idle_ns(void)
{
	return cycles_to_ns(idle_cycles);
}

/**
 * sched_switches() - How often the CPU has gone from one task to another.
 *
 * Context: any.
 */
u64 sched_switches(void)
{
	return nr_switches;
}

/**
 * sched_init() - Make the boot stack the first task, and unmap the pages
 * under the stacks of the image.
 * @stack_guard: address of the page below the boot stack.
 * @stack_top:   the boot stack's upper end.
 *
 * Context: boot, once, on that stack.
 */
void sched_init(u64 stack_guard, u64 stack_top)
{
	u64 cr0, cr4;

	unmap_page(kernel_root, stack_guard);
	unmap_page(kernel_root, (u64)df_stack_guard);
	unmap_page(kernel_root, (u64)nmi_stack_guard);
	unmap_page(kernel_root, (u64)mc_stack_guard);
	run_since = rdtsc();
	boot_task.kstack_top = stack_top;
	boot_task.cr3 = kernel_root;
	loaded_cr3 = kernel_root;
	fpu_clean_image(boot_task.fpu);
	list_add_tail(&boot_task.all, &task_list);
	current_kstack_top = boot_task.kstack_top;
	tss_set_stack(boot_task.kstack_top);
	hrtimer_init(&slice_timer, slice_over);
	/* FXSAVE and SSE exceptions for ring 3; no emulation, native errors. */
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	cr0 = (cr0 & ~(BIT(2) | BIT(3))) | BIT(1) | BIT(5);
	__asm__ volatile("mov %0, %%cr0" ::"r"(cr0));
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	cr4 |= BIT(9) | BIT(10);
	__asm__ volatile("mov %0, %%cr4" ::"r"(cr4));
}

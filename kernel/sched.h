/* SPDX-License-Identifier: MIT */
/*
 * DOC: tasks. One CPU; the kernel is never preempted: a task runs until it
 * blocks, yields or returns to ring 3 with its slice used up. With nothing
 * ready the machine halts on the stack of the task that blocked last, so
 * that waiting costs no switch.
 */
#pragma once

#include "kernel/trap.h"
#include "lib/list.h"
#include "lib/platform.h"

#define KSTACK_ORDER   2
#define KSTACK_SIZE    (PAGE_SIZE << KSTACK_ORDER)
#define TASK_COMM_LEN  16
#define SCHED_SLICE_NS (10 * NSEC_PER_MSEC)

enum task_state {
	TASK_RUNNING, /* on the CPU or in the run queue */
	TASK_BLOCKED,
	TASK_NEW, /* until task_start(): no wake-up makes it ready */
	TASK_DEAD,
};

struct mm;      /* a program's address space: kernel/mm.h */
struct process; /* what the programs layer keeps for a program */
struct thread;  /* and for each of its threads: kernel/process.h */

struct task {
	/* Saved stack pointer while not running; the callee-saved registers
	 * are on that stack. entry.S knows that this is the first field. */
	u64 sp;
	u64 kstack_top; /* where ring 3 enters; below the stack is a hole */
	u64 cr3;        /* physical root; the kernel's own for a kernel task */
	u64 fs_base;    /* ring 3's TLS */
	u64 gs_base;    /* ring 3's; the kernel uses no GS */
	u64 sigpending; /* bit n-1: signal n is pending */
	u64 sigblocked;
	enum task_state state;
	bool woken; /* task_wake() since the last task_prepare() */
	bool user;  /* has ring 3 state: FPU, fs_base, gs_base */
	int pid;
	char name[TASK_COMM_LEN];
	struct mm *mm;              /* NULL for a kernel task */
	struct files_struct *files; /* NULL for a kernel task */
	struct process *process;    /* NULL for a kernel task */
	struct thread *thread;      /* NULL for a kernel task */
	struct pt_regs *user_regs;  /* frame of the entry from ring 3 */
	struct list_head run;       /* in the run queue while ready */
	struct list_head all;       /* in task_list */
	u64 cycles; /* of the CPU's, up to when it last gave it away */
	void (*fn)(void *arg);
	void *arg;
	/* FXSAVE image (Intel SDM 1, section 10.5.1). */
	u8 fpu[512] __aligned(16);
};

extern struct task *current_task;
extern struct list_head task_list;
/* Another task should run at the next return to ring 3. */
extern bool need_resched;
/* kstack_top of the current task: the system call entry loads it. */
extern u64 current_kstack_top;

#define current READ_ONCE(current_task)

/* Give @t, which may be the current task, other descriptors, or none. */
static inline void task_set_files(struct task *t, struct files_struct *files)
{
	t->files = files;
	if (t == current_task)
		current_files = files;
}

/* The boot stack becomes the first task ("swapper", pid 0); the page at
 * @stack_guard, below it, is unmapped. */
void sched_init(u64 stack_guard, u64 stack_top);
/*
 * A new task that will run @fn(@arg); not yet ready: set its fields (mm, cr3,
 * files, process, user), then task_start(). NULL: no memory.
 */
struct task *task_create(const char *name, void (*fn)(void *arg),
			 void *arg) __must_check;
void task_start(struct task *t);
/* Undo task_create() of a task that was never started. */
void task_destroy(struct task *t);
/* End the current task: stack and struct are freed once another one runs.
 * mm, files and process must have been dropped by the caller. */
void task_exit(void) __noreturn;
struct task *task_find(int pid);
/* How long it has had the CPU; how long nobody has. */
u64 task_cpu_ns(const struct task *t);
u64 sched_idle_ns(void);
/* How often the CPU has gone from one to another. */
u64 sched_switches(void);
/* Give the CPU away: to the next ready task, or halt until there is one. */
void schedule(void);
/* The current task's address space changed (exec, exit): load it now. */
void task_set_cr3(u64 cr3);
/* Mark the current task as one with ring 3 state and load @fs, @gs. */
void task_set_tls(u64 fs_base, u64 gs_base);
/* A clean FPU for exec; a copy of the current task's for fork. */
void fpu_reset(void);
void fpu_copy_to(struct task *child);
/* The current task's FPU registers into, and from, a signal frame's image. */
void fpu_save(void *image512);
void fpu_restore(const void *image512);

static inline bool task_work_pending(const struct task *t)
{
	return (t->sigpending & ~t->sigblocked) != 0;
}

/* SPDX-License-Identifier: MIT */
/* DOC: the gate for programs: SYSCALL entry and the dispatch array. */
#pragma once

#include "kernel/sched.h"
#include "kernel/trap.h"
#include "lib/syscalls.h"

/* One more than the highest number of lib/uapi/unistd.h. */
#define NR_SYSCALLS 451

/* Fill the array from the `syscalls` table and open the gate (MSRs). */
void syscall_init(void);
/* Linux's name of @nr, NULL if Linux has none either. */
const char *syscall_name(u64 nr);

/* Frame of the program's entry: at the top of the kernel stack, except
 * before the task's first step into ring 3. */
static inline struct pt_regs *task_pt_regs(const struct task *t)
{
	return t->user_regs;
}

/*
 * Handlers that change the frame beyond ax (exec, sigreturn) say so: the exit
 * then restores every register by iretq instead of the short way.
 */
static inline void frame_was_changed(struct pt_regs *regs)
{
	regs->vector = 0;
}

/* The same for a call that is still a call, and may be restarted. */
static inline void frame_exits_slowly(struct pt_regs *regs)
{
	regs->vector |= 1;
}

static inline bool frame_is_syscall(const struct pt_regs *regs)
{
	return regs->vector & VECTOR_SYSCALL;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: what becomes of a program that faults: user_trap() turns exceptions into
 * pages (kernel/mm.c) or into signals, and finds who has to end when there is
 * no page. Called by kernel/traps.c; owns no state.
 */
#include "kernel/process.h"
#include "kernel/uaccess.h"
#include "lib/printk.h"

static bool has_handler(const struct task *t, int sig)
{
	return t->process->action[sig - 1].handler > SIG_IGN &&
	       !(t->sigblocked & SIGBIT(sig));
}

/* Who ends when a page cannot be had for @t: its own program, but the first
 * one only if there is no other; else the youngest of these. */
static struct process *oom_victim(const struct task *t)
{
	struct process *p, *found = t->process;

	if (t->process->pid != 1)
		return found;
	list_for_each_entry (p, &process_list, all)
		if (p->pid != 1 && !p->group_exiting &&
		    !list_empty(&p->threads))
			found = p;
	return found;
}

/* There is no page for @t; true: there soon will be, of another program's. */
static bool out_of_memory(struct task *t)
{
	struct process *p = oom_victim(t);
	struct task *v = t;

	if (p != t->process)
		v = list_first_entry(&p->threads, struct thread, entry)->task;
	if (!(v->sigpending & SIGBIT(SIGKILL)))
		pr_err("Out of memory: killed %s[%d], %llu KiB mapped, "
		       "%llu KiB free\n",
		       v->name, v->pid, v->mm->nr_pages * 4,
		       nr_free_pages() * 4);
	if (v == t)
		pending_add(&t->sigpending, SIGBIT(SIGKILL));
	else
		signal_send_task(v, SIGKILL, SIGNAL_FROM_KERNEL);
	return v != t;
}

static bool user_page_fault(struct pt_regs *regs, u64 err, u64 addr)
{
	struct task *t = current;
	enum mm_fault res = MM_FAULT_MAPERR;
	int sig;

	/* The kernel touches a program's pages only inside stac and clac. */
	if (!user_mode(regs) && cpu_has_smap && !(regs->flags & X86_FLAGS_AC))
		return false;
	if (addr < USER_SPACE_END && t->mm)
		res = mm_handle_fault(t->mm, addr, err);
	if (res == MM_FAULT_OK)
		return true;
	/* Not in the kernel: a lock that it holds may be what the other waits
	 * for. */
	if (res == MM_FAULT_OOM && out_of_memory(t) && user_mode(regs)) {
		task_yield();
		return true;
	}
	if (!user_mode(regs))
		return false;
	if (res == MM_FAULT_OOM)
		return true;
	sig = res == MM_FAULT_BUS ? SIGBUS : SIGSEGV;
	if (!has_handler(t, sig))
		pr_err("%s[%d]: %s at %llx ip %016llx sp %016llx error %llx\n",
		       t->name, t->pid,
		       sig == SIGBUS ? "bus error" : "segfault", addr, regs->ip,
		       regs->sp, err);
	force_signal(sig,
		     sig == SIGBUS            ? BUS_ADRERR
		     : res == MM_FAULT_ACCERR ? SEGV_ACCERR
					      : SEGV_MAPERR,
		     addr);
	return true;
}

static const struct {
	const char *what;
	int sig, code;
} traps[32] = {
	[VECTOR_DE] = { "divide error", SIGFPE, FPE_INTDIV },
	[VECTOR_DB] = { "debug trap", SIGTRAP, TRAP_BRKPT },
	[VECTOR_BP] = { "breakpoint", SIGTRAP, SI_KERNEL },
	[VECTOR_OF] = { "overflow", SIGSEGV, SI_KERNEL },
	[VECTOR_BR] = { "bounds", SIGSEGV, SI_KERNEL },
	[VECTOR_UD] = { "invalid opcode", SIGILL, ILL_ILLOPN },
	[VECTOR_TS] = { "invalid TSS", SIGSEGV, SI_KERNEL },
	[VECTOR_NP] = { "segment not present", SIGBUS, SI_KERNEL },
	[VECTOR_SS] = { "stack segment", SIGBUS, SI_KERNEL },
	[VECTOR_GP] = { "general protection fault", SIGSEGV, SI_KERNEL },
	[VECTOR_MF] = { "x87 error", SIGFPE, SI_KERNEL },
	[VECTOR_AC] = { "alignment check", SIGBUS, SI_KERNEL },
	[VECTOR_XM] = { "SIMD error", SIGFPE, SI_KERNEL },
};

/**
 * user_trap() - An exception of a program, or of the kernel on its memory.
 * @regs:   the frame.
 * @vector: exception number.
 * @err:    its error code.
 * @cr2:    address of a page fault.
 *
 * Context: task, interrupts on.
 * Return:  false if it is the kernel's own fault.
 */
bool user_trap(struct pt_regs *regs, int vector, u64 err, u64 cr2)
{
	struct task *t = current;
	int sig;

	if (vector == VECTOR_PF)
		return t->process && user_page_fault(regs, err, cr2);
	if (!user_mode(regs) || vector < 0 || vector > 31 ||
	    !traps[vector].what)
		return false;
	sig = traps[vector].sig;
	if (!has_handler(t, sig))
		pr_err("traps: %s[%d] trap %s ip:%llx sp:%llx error:%llx\n",
		       t->name, t->pid, traps[vector].what, regs->ip, regs->sp,
		       err);
	force_signal(sig, traps[vector].code, regs->ip);
	return true;
}

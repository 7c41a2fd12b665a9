// SPDX-License-Identifier: MIT
/*
 * DOC: the frame on a program's stack in which a signal's handler runs, and the
 * stack that a program may name for it. kernel/signal.c has it built;
 * rt_sigreturn() takes it down. Frame layout: uAPI asm/sigcontext.h and the
 * System V ABI, AMD64 supplement, section 3.2.2 (red zone), 3.4.1. State: none
 * of its own.
 */
#include "kernel/process.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "lib/printk.h"

/* Flags that a program may set by rt_sigreturn: the arithmetic ones, DF, TF,
 * AC; never IF, IOPL or NT. */
#define FLAGS_USER 0x40dd5UL

struct rt_sigframe {
	u64 pretcode; /* where the handler returns to: SA_RESTORER */
	struct ucontext uc;
	struct siginfo info;
};

static bool on_alt_stack(const struct thread *th, u64 sp)
{
	return th->sas_size && sp > th->sas_sp &&
	       sp - th->sas_sp <= th->sas_size;
}

static void fill_context(struct sigcontext *c, const struct pt_regs *r)
{
	*c = (struct sigcontext){
		.r8 = r->r8,
		.r9 = r->r9,
		.r10 = r->r10,
		.r11 = r->r11,
		.r12 = r->r12,
		.r13 = r->r13,
		.r14 = r->r14,
		.r15 = r->r15,
		.di = r->di,
		.si = r->si,
		.bp = r->bp,
		.bx = r->bx,
		.dx = r->dx,
		.ax = r->ax,
		.cx = r->cx,
		.sp = r->sp,
		.ip = r->ip,
		.flags = r->flags,
		.cs = (u16)r->cs,
		.ss = (u16)r->ss,
	};
}

/**
 * signal_build_frame() - Have ring 3 go on in a handler.
 * @regs: the frame that ring 3 will be entered with.
 * @a:    the handler.
 * @info: what it is told; its signal.
 * @mask: signals that are blocked once more when it returns.
 *
 * Context: task of a program.
 * Return:  false if the program's stack cannot take it.
 */
bool signal_build_frame(struct pt_regs *regs, const struct ksigaction *a,
			const struct siginfo *info, u64 mask)
{
	struct thread *th = current->thread;
	u8 fpu[512] __aligned(16);
	struct rt_sigframe f;
	u64 sp = regs->sp - 128, fp; /* below the red zone */

	if ((a->flags & SA_ONSTACK) && th->sas_size &&
	    !on_alt_stack(th, regs->sp))
		sp = th->sas_sp + th->sas_size;
	fp = ALIGN_DOWN(sp - sizeof(fpu), 64UL);
	sp = ALIGN_DOWN(fp - sizeof(f), 16UL) - 8;

	memset(&f, 0, sizeof(f));
	f.pretcode = a->restorer;
	f.uc.uc_stack.ss_sp = th->sas_sp;
	f.uc.uc_stack.ss_size = th->sas_size;
	f.uc.uc_stack.ss_flags = th->sas_size ? 0 : SS_DISABLE;
	fill_context(&f.uc.uc_mcontext, regs);
	f.uc.uc_mcontext.fpstate = fp;
	f.uc.uc_mcontext.oldmask = mask;
	f.uc.uc_sigmask = mask;
	f.info = *info;
	fpu_save(fpu);
	memset(fpu + 464, 0, 48); /* no extended state follows */
	if (copy_to_user((void __user *)fp, fpu, sizeof(fpu)) ||
	    copy_to_user((void __user *)sp, &f, sizeof(f)))
		return false;
	regs->di = (u64)info->si_signo;
	regs->si = sp + offsetof(struct rt_sigframe, info);
	regs->dx = sp + offsetof(struct rt_sigframe, uc);
	regs->ax = 0;
	regs->sp = sp;
	regs->ip = a->handler;
	regs->flags &= ~(X86_FLAGS_DF | X86_FLAGS_TF);
	return true;
}

static void restore_context(struct pt_regs *r, const struct sigcontext *c)
{
	r->r8 = c->r8;
	r->r9 = c->r9;
	r->r10 = c->r10;
	r->r11 = c->r11;
	r->r12 = c->r12;
	r->r13 = c->r13;
	r->r14 = c->r14;
	r->r15 = c->r15;
	r->di = c->di;
	r->si = c->si;
	r->bp = c->bp;
	r->bx = c->bx;
	r->dx = c->dx;
	r->ax = c->ax;
	r->cx = c->cx;
	r->sp = c->sp;
	r->ip = c->ip;
	r->flags = (c->flags & FLAGS_USER) | X86_FLAGS_IF | 2;
	r->cs = USER_CS;
	r->ss = USER_DS;
}

/* MXCSR bits that the CPU does not know would fault in FXRSTOR. */
static bool restore_fpu(u64 fp)
{
	u8 fpu[512] __aligned(16), now[512] __aligned(16);
	u32 mxcsr, known;

	if (!fp)
		return true;
	if (copy_from_user(fpu, (const void __user *)fp, sizeof(fpu)))
		return false;
	fpu_save(now);
	memcpy(&known, now + 28, sizeof(known));
	if (!known)
		known = 0xffbf; /* Intel SDM 1, section 11.6.6 */
	memcpy(&mxcsr, fpu + 24, sizeof(mxcsr));
	mxcsr &= known;
	memcpy(fpu + 24, &mxcsr, sizeof(mxcsr));
	fpu_restore(fpu);
	return true;
}

SYSCALL_DEFINE0(rt_sigreturn)
{
	struct task *t = current;
	struct pt_regs *regs = task_pt_regs(t);
	u64 sp = regs->sp - 8; /* the handler's return took pretcode */
	struct rt_sigframe f;

	if (copy_from_user(&f, (const void __user *)sp, sizeof(f)) ||
	    f.uc.uc_mcontext.ip >= USER_SPACE_END ||
	    !restore_fpu(f.uc.uc_mcontext.fpstate)) {
		pr_err("%s[%d]: bad signal frame at sp %llx\n", t->name, t->pid,
		       sp);
		force_signal(SIGSEGV, SI_KERNEL, sp);
		return 0;
	}
	signal_set_blocked(t, f.uc.uc_sigmask);
	restore_context(regs, &f.uc.uc_mcontext);
	frame_was_changed(regs);
	return (long)regs->ax;
}

SYSCALL_DEFINE2(sigaltstack, const struct linux_stack_t __user *, new,
		struct linux_stack_t __user *, old)
{
	struct thread *th = current->thread;
	bool in_use = on_alt_stack(th, task_pt_regs(current)->sp);
	struct linux_stack_t was = {
		.ss_sp = th->sas_sp,
		.ss_size = th->sas_size,
		.ss_flags = !th->sas_size ? SS_DISABLE
			    : in_use      ? SS_ONSTACK
					  : 0,
	};
	struct linux_stack_t ss;

	if (new) {
		if (copy_from_user(&ss, new, sizeof(ss)))
			return -EFAULT;
		if (in_use)
			return -EPERM;
		if (ss.ss_flags & ~(SS_DISABLE | SS_ONSTACK))
			return -EINVAL;
		if (ss.ss_flags & SS_DISABLE) {
			ss.ss_sp = 0;
			ss.ss_size = 0;
		} else if (ss.ss_size < MINSIGSTKSZ) {
			return -ENOMEM;
		}
		th->sas_sp = ss.ss_sp;
		th->sas_size = ss.ss_size;
	}
	if (old && copy_to_user(old, &was, sizeof(was)))
		return -EFAULT;
	return 0;
}

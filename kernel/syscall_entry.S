/* SPDX-License-Identifier: MIT */
/*
 * DOC: where SYSCALL lands (Intel SDM 2B, SYSCALL and SYSRET): rcx holds the
 * program's rip, r11 its flags, interrupts are off by SFMASK, and the stack
 * is still the program's. One CPU, so the scratch word and the stack top are
 * plain variables and no SWAPGS is needed.
 *
 * The frame is a whole struct pt_regs, because fork and signals read it. The
 * way back restores only what C may have changed: the callee-saved registers
 * still hold the program's values. A handler that rewrites the frame, or that
 * has borrowed the signal mask, marks the frame (kernel/syscall.h) and leaves
 * through iretq.
 */
#define VECTOR_SYSCALL	 0x100
#define KERNEL_ENOSYS	 38
#define NR_SYSCALLS	 451

/* struct pt_regs */
#define R_R11	 48
#define R_R10	 56
#define R_R9	 64
#define R_R8	 72
#define R_AX	 80
#define R_DX	 96
#define R_SI	 104
#define R_DI	 112
#define R_VECTOR 120
#define R_IP	 136
#define R_SP	 160
/* struct task: asserted in syscall.c */
#define T_SIGPENDING 40
#define T_SIGBLOCKED 48

	.text
	.balign	64
	.globl	entry_SYSCALL_64
	.type	entry_SYSCALL_64, @function
entry_SYSCALL_64:
	movq	%rsp, syscall_user_sp
	movq	current_kstack_top, %rsp
	pushq	$0x1b			/* ss: USER_DS */
	pushq	syscall_user_sp
	pushq	%r11			/* flags */
	pushq	$0x23			/* cs: USER_CS */
	pushq	%rcx			/* ip */
	pushq	%rax			/* orig_ax */
	pushq	$VECTOR_SYSCALL
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	$-KERNEL_ENOSYS		/* ax */
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	sti
	cmpq	$NR_SYSCALLS, %rax
	jae	.Lunknown
	movq	%r10, %rcx
	call	*syscall_table(,%rax,8)
.Ldone:
	movq	%rax, R_AX(%rsp)
	cli
	movq	current_task, %rdx
	movq	T_SIGBLOCKED(%rdx), %rcx
	notq	%rcx
	testq	T_SIGPENDING(%rdx), %rcx
	jnz	.Lwork
	cmpb	$0, need_resched
	jne	.Lwork
	cmpl	$0, softirq_pending_mask
	jne	.Lwork
	cmpq	$VECTOR_SYSCALL, R_VECTOR(%rsp)
	jne	.Lslow
	movq	R_IP(%rsp), %rcx
	movq	%rcx, %rdx
	shrq	$47, %rdx		/* SYSRET must not see such an rip */
	jnz	.Liret
	movq	R_R11(%rsp), %r11
	movq	R_R10(%rsp), %r10
	movq	R_R9(%rsp), %r9
	movq	R_R8(%rsp), %r8
	movq	R_DX(%rsp), %rdx
	movq	R_SI(%rsp), %rsi
	movq	R_DI(%rsp), %rdi
	movq	R_SP(%rsp), %rsp
	sysretq

.Lslow:
	movq	%rsp, %rdi
	call	signal_restore_mask
.Lwork:
	movq	%rsp, %rdi
	call	user_return_work
.Liret:
	movq	%rsp, %rdi
	jmp	return_to_user

.Lunknown:
	movq	%rax, %rdi
	call	sys_unknown
	jmp	.Ldone
	.size	entry_SYSCALL_64, . - entry_SYSCALL_64

	.bss
	.balign	8
syscall_user_sp:
	.quad	0

	.section .note.GNU-stack, "", @progbits

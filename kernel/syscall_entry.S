/* SPDX-License-Identifier: MIT */
/*
 * DOC: where SYSCALL lands (Intel SDM 2B, SYSCALL and SYSRET): rcx holds the
 * program's rip, r11 its flags, interrupts are off by SFMASK, and the stack
 * is still the program's. One CPU, so the scratch word and the stack top are
 * plain variables and no SWAPGS is needed.
 *
 * The frame is a struct pt_regs with what C may change or a signal needs: what
 * a handler finds in it are ip, sp, flags, orig_ax and the arguments. The way
 * back restores only these; the callee-saved registers still hold the program's
 * values, rcx is ip and r11 flags. Work before the return, or a handler that
 * has borrowed the signal mask (kernel/syscall.h), completes the frame first
 * and leaves through iretq. fork() needs the whole frame at once
 * (entry_fork and its like); a handler that rewrites the frame completes it
 * itself.
 *
 * SYSRET faults in ring 0 when rcx is no canonical address. It always is one:
 * no program has memory in the last page below 1 << 47 (USER_SPACE_END).
 */
#define VECTOR_SYSCALL	 0x100
#define NR_SYSCALLS	 451

/* struct pt_regs */
#define R_R15	 0
#define R_R14	 8
#define R_R13	 16
#define R_R12	 24
#define R_BP	 32
#define R_BX	 40
#define R_R11	 48
#define R_R10	 56
#define R_R9	 64
#define R_R8	 72
#define R_AX	 80
#define R_CX	 88
#define R_DX	 96
#define R_SI	 104
#define R_DI	 112
#define R_VECTOR 120
#define R_IP	 136
#define R_FLAGS	 152
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
	subq	$16, %rsp		/* cx, ax */
	pushq	%r8
	pushq	%r9
	pushq	%r10
	subq	$56, %rsp		/* r11, bx, bp, r12 to r15 */
	sti
	cmpq	$NR_SYSCALLS, %rax
	jae	.Lunknown
	movq	%r10, %rcx
	call	*syscall_table(,%rax,8)
.Ldone:
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
	movq	R_FLAGS(%rsp), %r11
	movq	R_R10(%rsp), %r10
	movq	R_R9(%rsp), %r9
	movq	R_R8(%rsp), %r8
	movq	R_DX(%rsp), %rdx
	movq	R_SI(%rsp), %rsi
	movq	R_DI(%rsp), %rdi
	movq	R_SP(%rsp), %rsp
	sysretq

/* The frame belongs to another place in the program, or a mask is restored. */
.Lslow:
	call	complete_frame
	movq	%rsp, %rdi
	call	signal_restore_mask
	jmp	.Luser_work
.Lwork:
	call	complete_frame
.Luser_work:
	movq	%rsp, %rdi
	call	user_return_work
	movq	%rsp, %rdi
	jmp	return_to_user

.Lunknown:
	movq	%rax, %rdi
	call	sys_unknown
	jmp	.Ldone
	.size	entry_SYSCALL_64, . - entry_SYSCALL_64

/* What the entry left out, into the frame at \at(%rsp). */
	.macro	fill_frame at
	movq	\at + R_IP(%rsp), %r11
	movq	%r11, \at + R_CX(%rsp)
	movq	\at + R_FLAGS(%rsp), %r11
	movq	%r11, \at + R_R11(%rsp)
	movq	%rbx, \at + R_BX(%rsp)
	movq	%rbp, \at + R_BP(%rsp)
	movq	%r12, \at + R_R12(%rsp)
	movq	%r13, \at + R_R13(%rsp)
	movq	%r14, \at + R_R14(%rsp)
	movq	%r15, \at + R_R15(%rsp)
	.endm

/* rax is a call's result. A handler that rewrote the frame filled all of it. */
	.type	complete_frame, @function
complete_frame:
	movq	%rax, 8 + R_AX(%rsp)
	testl	$VECTOR_SYSCALL, 8 + R_VECTOR(%rsp)
	jz	1f
	fill_frame 8
1:	ret
	.size	complete_frame, . - complete_frame

/* In the dispatch array, for handlers that read the whole frame. */
	.irp	name, clone, clone3, fork, vfork
	.globl	entry_\name
	.type	entry_\name, @function
entry_\name:
	fill_frame 8
	jmp	sys_\name
	.size	entry_\name, . - entry_\name
	.endr

/* In the dispatch array's every place, where calls are counted: rax has the
 * number still, the stack and the arguments are the handler's. */
	.globl	entry_counted
	.type	entry_counted, @function
entry_counted:
	incq	syscall_counts(,%rax,8)
	jmp	*syscall_counted(,%rax,8)
	.size	entry_counted, . - entry_counted

	.bss
	.balign	8
syscall_user_sp:
	.quad	0

	.section .note.GNU-stack, "", @progbits

/* SPDX-License-Identifier: MIT */
/*
 * DOC: the way into the kernel by exception and interrupt, the way back, and
 * the switch from one task's stack to another's. Every vector's stub pushes
 * what the CPU did not, so that the stack holds a struct pt_regs. There is no
 * per-CPU data behind GS (one CPU), hence no SWAPGS.
 */
#include "kernel/smap.h"

	.text

/* Error codes are pushed by the CPU for 8, 10-14, 17, 21, 29 and 30. */
	.balign	16
	.globl	trap_stubs
trap_stubs:
	.set	vector, 0
	.rept	64
	.balign	16
	.if	(vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
	.else
	pushq	$0
	.endif
	pushq	$vector
	jmp	trap_common
	.set	vector, vector + 1
	.endr

	.balign	64
trap_common:
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%rax
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
	cld
	SMAP	clac
	movq	%rsp, %rdi
	call	trap_dispatch
	jmp	restore_regs

/* void return_to_user(struct pt_regs *regs) */
	.globl	return_to_user
return_to_user:
	cli
	movq	%rdi, %rsp
restore_regs:
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$16, %rsp
	.globl	trap_iretq
trap_iretq:
	iretq

/* void switch_stacks(u64 *save_sp, u64 load_sp): the C ABI's callee-saved
 * registers travel on the stack; the rest the compiler has saved. */
	.balign	16
	.globl	switch_stacks
switch_stacks:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret

/* The return address of a new task's first switch. */
	.globl	task_first_entry
task_first_entry:
	xorl	%ebp, %ebp
	call	task_begin
	ud2

/* Stacks of the exceptions that cannot trust the current one. */
	.section .stacks, "aw", @nobits
	.balign	4096
	.globl	df_stack_guard, df_stack_top, nmi_stack_guard, nmi_stack_top
	.globl	mc_stack_guard, mc_stack_top
df_stack_guard:
	.skip	4096
	.skip	8192
df_stack_top:
nmi_stack_guard:
	.skip	4096
	.skip	8192
nmi_stack_top:
mc_stack_guard:
	.skip	4096
	.skip	8192
mc_stack_top:

	.section .note.GNU-stack, "", @progbits

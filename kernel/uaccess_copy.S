/* SPDX-License-Identifier: MIT */
/*
 * DOC: size_t copy_user(void *to, const void *from, size_t n): the copy
 * between kernel and user memory. Returns the bytes that were not copied.
 *
 * 64 bytes a round with general registers, which measures best under QEMU's
 * TCG and well on hardware; then words, half a word, bytes. Any access may fault: the
 * exception table leads to the byte loop, which goes on to the very byte that
 * cannot be reached, so that the count returned is exact.
 */
	.macro EX label, to
	.pushsection __ex_table, "a"
	.balign 4
	.long	\label - .
	.long	\to - .
	.popsection
	.endm
	.macro USER insn:vararg
9999:	\insn
	EX	9999b, .Lbytes
	.endm

	.text
	.balign	64
	.globl	copy_user
	.type	copy_user, @function
copy_user:
	cmpq	$64, %rdx
	jb	.Lwords
.Lblock:
	USER	movq (%rsi), %rax
	USER	movq 8(%rsi), %rcx
	USER	movq 16(%rsi), %r8
	USER	movq 24(%rsi), %r9
	USER	movq %rax, (%rdi)
	USER	movq %rcx, 8(%rdi)
	USER	movq %r8, 16(%rdi)
	USER	movq %r9, 24(%rdi)
	USER	movq 32(%rsi), %rax
	USER	movq 40(%rsi), %rcx
	USER	movq 48(%rsi), %r8
	USER	movq 56(%rsi), %r9
	USER	movq %rax, 32(%rdi)
	USER	movq %rcx, 40(%rdi)
	USER	movq %r8, 48(%rdi)
	USER	movq %r9, 56(%rdi)
	addq	$64, %rsi
	addq	$64, %rdi
	subq	$64, %rdx
	cmpq	$64, %rdx
	jae	.Lblock
.Lwords:
	cmpq	$8, %rdx
	jb	.Lhalf
	USER	movq (%rsi), %rax
	USER	movq %rax, (%rdi)
	addq	$8, %rsi
	addq	$8, %rdi
	subq	$8, %rdx
	jmp	.Lwords
.Lhalf:
	cmpq	$4, %rdx
	jb	.Lbytes
	USER	movl (%rsi), %eax
	USER	movl %eax, (%rdi)
	addq	$4, %rsi
	addq	$4, %rdi
	subq	$4, %rdx
.Lbytes:
	testq	%rdx, %rdx
	jz	.Lend
1:	movb	(%rsi), %al
2:	movb	%al, (%rdi)
	EX	1b, .Lend
	EX	2b, .Lend
	incq	%rsi
	incq	%rdi
	decq	%rdx
	jmp	.Lbytes
.Lend:
	movq	%rdx, %rax
	ret
	.size	copy_user, . - copy_user

	.section .note.GNU-stack, "", @progbits

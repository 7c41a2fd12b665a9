/* SPDX-License-Identifier: MIT */
/*
 * DOC: the copies between kernel and user memory, with and without the
 * Internet checksum of the bytes (RFC 1071).
 *
 * 64 bytes a round with general registers, which measures best under QEMU's
 * TCG and well on hardware; then what the low bits of the length say, largest
 * piece first. Carries are counted apart: an addition with carry from another
 * such is slow under TCG. Any access may fault: the exception table leads out.
 */
#include "kernel/smap.h"

	.macro EX label, to
	.pushsection __ex_table, "a"
	.balign 4
	.long	\label - .
	.long	\to - .
	.popsection
	.endm
	.macro USER to, insn:vararg
9999:	\insn
	EX	9999b, \to
	.endm

/* 32 bytes at \at. */
	.macro COPY32 at
	USER	.Lbytes, movq \at(%rsi), %rax
	USER	.Lbytes, movq \at+8(%rsi), %rcx
	USER	.Lbytes, movq \at+16(%rsi), %r8
	USER	.Lbytes, movq \at+24(%rsi), %r9
	USER	.Lbytes, movq %rax, \at(%rdi)
	USER	.Lbytes, movq %rcx, \at+8(%rdi)
	USER	.Lbytes, movq %r8, \at+16(%rdi)
	USER	.Lbytes, movq %r9, \at+24(%rdi)
	.endm

/* 16 bytes at \at, summed: the two words in rax and r9, carries in r10. */
	.macro SUM16 at
	USER	.Lnosum, movq \at(%rsi), %rcx
	USER	.Lnosum, movq \at+8(%rsi), %r8
	movq	%rcx, \at(%rdi)
	movq	%r8, \at+8(%rdi)
	addq	%rcx, %rax
	adcq	%r8, %r9
	adcq	$0, %r10
	.endm

	.section .text.page0, "ax", @progbits
/*
 * size_t copy_user(void *to, const void *from, size_t n)
 * Returns the bytes that were not copied; exact: after a fault it goes on by
 * bytes, to the very one that cannot be reached.
 */
	.balign	64
	.globl	copy_user
	.type	copy_user, @function
copy_user:
	leaq	(%rsi,%rdx), %r10	/* where the source ends */
	SMAP	stac
	subq	$64, %rdx
	jb	.Lpieces
.Lblock:
	COPY32	0
	COPY32	32
	addq	$64, %rsi
	addq	$64, %rdi
	subq	$64, %rdx
	jae	.Lblock
.Lpieces:
	testb	$32, %dl
	jz	1f
	COPY32	0
	addq	$32, %rsi
	addq	$32, %rdi
1:	testb	$16, %dl
	jz	2f
	USER	.Lbytes, movq (%rsi), %rax
	USER	.Lbytes, movq 8(%rsi), %rcx
	USER	.Lbytes, movq %rax, (%rdi)
	USER	.Lbytes, movq %rcx, 8(%rdi)
	addq	$16, %rsi
	addq	$16, %rdi
2:	testb	$8, %dl
	jz	3f
	USER	.Lbytes, movq (%rsi), %rax
	USER	.Lbytes, movq %rax, (%rdi)
	addq	$8, %rsi
	addq	$8, %rdi
3:	testb	$7, %dl
	jz	6f
	testb	$4, %dl
	jz	4f
	USER	.Lbytes, movl (%rsi), %eax
	USER	.Lbytes, movl %eax, (%rdi)
	addq	$4, %rsi
	addq	$4, %rdi
4:	testb	$2, %dl
	jz	5f
	USER	.Lbytes, movw (%rsi), %ax
	USER	.Lbytes, movw %ax, (%rdi)
	addq	$2, %rsi
	addq	$2, %rdi
5:	testb	$1, %dl
	jz	6f
	USER	.Lbytes, movb (%rsi), %al
	USER	.Lbytes, movb %al, (%rdi)
6:	xorl	%eax, %eax
	SMAP	clac
	ret
.Lbytes:
	cmpq	%r10, %rsi
	je	8f
	USER	8f, movb (%rsi), %al
	USER	8f, movb %al, (%rdi)
	incq	%rsi
	incq	%rdi
	jmp	.Lbytes
8:	movq	%r10, %rax
	subq	%rsi, %rax
	SMAP	clac
	ret
	.size	copy_user, . - copy_user

/*
 * __wsum csum_copy_user(void *to, const void *from, size_t n)
 * Only @from is a program's. Returns the sum, begun at minus zero so that it
 * is never 0; 0 after a fault. The accumulators are 64 bits wide, and pieces
 * below 8 bytes go to the carries, which have room for them.
 */
	.balign	64
	.globl	csum_copy_user
	.type	csum_copy_user, @function
csum_copy_user:
	movl	$0xffffffff, %eax
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	SMAP	stac
	subq	$64, %rdx
	jb	.Lsum_pieces
.Lsum_block:
	SUM16	0
	SUM16	16
	SUM16	32
	SUM16	48
	addq	$64, %rsi
	addq	$64, %rdi
	subq	$64, %rdx
	jae	.Lsum_block
.Lsum_pieces:
	testb	$32, %dl
	jz	1f
	SUM16	0
	SUM16	16
	addq	$32, %rsi
	addq	$32, %rdi
1:	testb	$16, %dl
	jz	2f
	SUM16	0
	addq	$16, %rsi
	addq	$16, %rdi
2:	testb	$8, %dl
	jz	3f
	USER	.Lnosum, movq (%rsi), %rcx
	movq	%rcx, (%rdi)
	addq	%rcx, %rax
	adcq	$0, %r10
	addq	$8, %rsi
	addq	$8, %rdi
3:	testb	$7, %dl
	jz	6f
	testb	$4, %dl
	jz	4f
	USER	.Lnosum, movl (%rsi), %ecx
	movl	%ecx, (%rdi)
	addq	%rcx, %r10
	addq	$4, %rsi
	addq	$4, %rdi
4:	testb	$2, %dl
	jz	5f
	USER	.Lnosum, movzwl (%rsi), %ecx
	movw	%cx, (%rdi)
	addq	%rcx, %r10
	addq	$2, %rsi
	addq	$2, %rdi
5:	testb	$1, %dl
	jz	6f
	USER	.Lnosum, movzbl (%rsi), %ecx
	movb	%cl, (%rdi)
	addq	%rcx, %r10
6:	SMAP	clac
	addq	%r9, %rax
	adcq	%r10, %rax
	adcq	$0, %rax
	movq	%rax, %rcx
	shrq	$32, %rcx
	addl	%ecx, %eax
	adcl	$0, %eax
	ret
.Lnosum:
	xorl	%eax, %eax
	SMAP	clac
	ret
	.size	csum_copy_user, . - csum_copy_user

	.section .note.GNU-stack, "", @progbits

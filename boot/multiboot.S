/* SPDX-License-Identifier: MIT */
/*
 * DOC: the first instructions. Multiboot 1 and 2 and PVH all enter start32 in
 * 32-bit protected mode with paging off; here the first page tables are made
 * and long mode begins. Control then never returns to low addresses.
 *
 *	eax = 0x2badb002, ebx = info	multiboot 1
 *	eax = 0x36d76289, ebx = info	multiboot 2
 *	ebx = info that starts with 0x336ec578	PVH (eax is not defined: qboot
 *		leaves multiboot 1's number there)
 *
 * The boot map: the first 4 GiB at 0 (until paging_init()), at the direct
 * map's base, and the first GiB at the image's base.
 */
#define KERNEL_MAP_BASE	0xffffffff80000000
#define PHYS(x)		((x) - KERNEL_MAP_BASE)

#define MB1_MAGIC	0x1badb002
#define MB1_FLAGS	0x00010003	/* aligned modules, memory, addresses */
#define MB2_MAGIC	0xe85250d6
#define PVH_MAGIC	0x336ec578

#define CR0_PG_WP_PE	0x80010001
#define CR4_PAE		0x20
#define MSR_EFER	0xc0000080
#define EFER_NXE_LME	0x900
#define CPUID_NX_LM	0x20100000

	.section .boot.header, "a"
	.balign 8
mb1_header:
	.long	MB1_MAGIC
	.long	MB1_FLAGS
	.long	-(MB1_MAGIC + MB1_FLAGS)
	.long	mb1_header
	.long	__image_start_phys
	.long	__load_end_phys
	.long	__image_end_phys
	.long	start32

	.balign 8
mb2_header:
	.long	MB2_MAGIC
	.long	0			/* i386 protected mode */
	.long	mb2_end - mb2_header
	.long	-(MB2_MAGIC + (mb2_end - mb2_header))
	.word	1, 1			/* optional information request */
	.long	24
	.long	1, 3, 6, 15		/* command line, modules, map, ACPI */
	.word	6, 0			/* modules page-aligned */
	.long	8
	.word	0, 0
	.long	8
mb2_end:

	.section .note.pvh, "a", @note
	.balign 4
	.long	4, 4, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	start32

	.section .boot, "ax"
	.code32
	.globl	start32
start32:
	cld
	cli
	movl	$PHYS(boot_stack_top), %esp
	movl	%eax, %edi
	movl	%ebx, %esi
	cmpl	$PVH_MAGIC, (%ebx)
	jne	1f
	movl	$PVH_MAGIC, %edi
1:
	/* A 64-bit CPU with no-execute pages, or a message and the end. */
	movl	$0x80000001, %eax
	cpuid
	andl	$CPUID_NX_LM, %edx
	cmpl	$CPUID_NX_LM, %edx
	jne	no_long_mode

	/* Four directories of 2 MiB pages: 4 GiB. */
	movl	$PHYS(boot_pd), %ebx
	movl	$0x83, %eax
	movl	$2048, %ecx
2:	movl	%eax, (%ebx)
	addl	$0x200000, %eax
	addl	$8, %ebx
	decl	%ecx
	jnz	2b
	movl	$PHYS(boot_pd) + 0x0003, PHYS(boot_pdpt_low)
	movl	$PHYS(boot_pd) + 0x1003, PHYS(boot_pdpt_low) + 8
	movl	$PHYS(boot_pd) + 0x2003, PHYS(boot_pdpt_low) + 16
	movl	$PHYS(boot_pd) + 0x3003, PHYS(boot_pdpt_low) + 24
	movl	$PHYS(boot_pd) + 0x0003, PHYS(boot_pdpt_high) + 510 * 8
	movl	$PHYS(boot_pdpt_low) + 3, PHYS(boot_pml4)
	movl	$PHYS(boot_pdpt_low) + 3, PHYS(boot_pml4) + 273 * 8
	movl	$PHYS(boot_pdpt_high) + 3, PHYS(boot_pml4) + 511 * 8

	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$PHYS(boot_pml4), %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_NXE_LME, %eax
	wrmsr
	movl	$CR0_PG_WP_PE, %eax
	movl	%eax, %cr0
	lgdt	boot_gdt_ptr
	ljmp	$0x08, $start64_low

no_long_mode:
	movl	$no_long_mode_text, %esi
	movw	$0x3f8, %dx
3:	lodsb
	testb	%al, %al
	jz	4f
	outb	%al, %dx
	jmp	3b
4:	movb	$127, %al
	outb	%al, $0xf4
5:	hlt
	jmp	5b
no_long_mode_text:
	.asciz	"doorbell: this CPU has no 64-bit mode with NX\r\n"

	.balign 8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
boot_gdt_ptr:
	.word	23
	.long	boot_gdt

	.code64
start64_low:
	movabsq	$start64, %rax
	jmp	*%rax

	.text
start64:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movq	$boot_stack_top, %rsp
	xorl	%ebp, %ebp
	/* The upper halves of edi and esi are zero since 32-bit mode. */
	movl	%edi, %edi
	movl	%esi, %esi
	call	start_kernel
	ud2

	.bss
	.balign 4096
boot_pml4:
	.skip	4096
boot_pdpt_low:
	.skip	4096
boot_pdpt_high:
	.skip	4096
boot_pd:
	.skip	4 * 4096

	.section .stacks, "aw", @nobits
	.balign 4096
	.globl	boot_stack_guard, boot_stack_top
boot_stack_guard:
	.skip	4096
	.skip	16384
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

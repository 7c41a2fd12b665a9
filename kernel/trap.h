/* SPDX-License-Identifier: MIT */
/*
 * DOC: the frame that every entry into the kernel leaves on the stack, and
 * who looks at it. Exceptions and interrupts come in through kernel/entry.S;
 * the system call entry (kernel/syscall_entry.S) builds the same frame.
 */
#pragma once

#include "lib/types.h"

/* Descriptor table layout, in the order that SYSCALL and SYSRET demand. */
#define KERNEL_CS 0x08
#define KERNEL_DS 0x10
#define USER_DS   0x1b
#define USER_CS   0x23
#define TSS_SEL   0x28

#define X86_FLAGS_CF 0x001UL
#define X86_FLAGS_TF 0x100UL
#define X86_FLAGS_IF 0x200UL
#define X86_FLAGS_DF 0x400UL
#define X86_FLAGS_NT 0x4000UL
#define X86_FLAGS_AC 0x40000UL

#define VECTOR_DE  0
#define VECTOR_DB  1
#define VECTOR_NMI 2
#define VECTOR_BP  3
#define VECTOR_OF  4
#define VECTOR_BR  5
#define VECTOR_UD  6
#define VECTOR_NM  7
#define VECTOR_DF  8
#define VECTOR_TS  10
#define VECTOR_NP  11
#define VECTOR_SS  12
#define VECTOR_GP  13
#define VECTOR_PF  14
#define VECTOR_MF  16
#define VECTOR_AC  17
#define VECTOR_MC  18
#define VECTOR_XM  19

#define PF_ERR_PRESENT 0x01
#define PF_ERR_WRITE   0x02
#define PF_ERR_USER    0x04
#define PF_ERR_RSVD    0x08
#define PF_ERR_FETCH   0x10

/* 176 bytes: a frame at a 16-byte aligned stack top keeps the alignment. */
struct pt_regs {
	u64 r15, r14, r13, r12, bp, bx;
	u64 r11, r10, r9, r8, ax, cx, dx, si, di;
	u64 vector;  /* exception or interrupt; VECTOR_SYSCALL for syscall */
	u64 orig_ax; /* error code of an exception; system call number */
	u64 ip, cs, flags, sp, ss;
};
#define VECTOR_SYSCALL 0x100

static_assert(sizeof(struct pt_regs) == 176, "entry.S relies on it");
static_assert(offsetof(struct pt_regs, vector) == 120, "entry.S relies on it");

static inline bool user_mode(const struct pt_regs *regs)
{
	return (regs->cs & 3) == 3;
}

void traps_init(void);

/*
 * The two hooks of kernel/process.c for ring 3, called with interrupts on.
 * user_trap(): an exception in ring 3, or a page fault of the kernel at a
 * user address; false means "not mine" and for a kernel fault then the
 * exception table is asked. user_signal_work(): deliver what is pending,
 * before ring 3 is entered again; called if task_work_pending().
 */
bool user_trap(struct pt_regs *regs, int vector, u64 err, u64 cr2);
void user_signal_work(struct pt_regs *regs);

/*
 * Called with interrupts off before every return to ring 3, by entry.S and
 * by the system call exit: softirqs, another task's turn, signals. Returns
 * with interrupts off and nothing left to do.
 */
void user_return_work(struct pt_regs *regs);

/* Reload every register from @regs and iretq; for the first entry of a task,
 * with @regs at the top of its kernel stack or anywhere else. */
void return_to_user(struct pt_regs *regs) __noreturn;

/*
 * Where kernel code may fault on user memory: `fault` is the address of the
 * instruction, `fixup` where to go on, both relative to themselves.
 * In assembler text: _ASM_EXTABLE("1b", "2f").
 */
struct exception_entry {
	s32 fault, fixup;
};
#define _ASM_EXTABLE(from, to)            \
	".pushsection __ex_table,\"a\"\n" \
	".balign 4\n"                     \
	".long " from " - .\n"            \
	".long " to " - .\n"              \
	".popsection\n"

/* SMAP: kernel access to user pages only as in kernel/smap.h. */
extern bool cpu_has_smap;

/* Print registers, code bytes and a backtrace at KERN_EMERG. */
void show_regs(const struct pt_regs *regs);
/* Symbolised return addresses on the stack from @sp up. */
void show_backtrace(u64 ip, u64 sp);

// SPDX-License-Identifier: MIT
/*
 * DOC: descriptor tables and exceptions. entry.S brings every vector to
 * trap_dispatch(). An exception of ring 3 belongs to the program
 * (user_trap()); one of the kernel is a user copy's, which the exception
 * table ends, or a bug: then the report is printed and the machine ends.
 * Double fault, NMI and machine check have stacks of their own (IST), so a
 * kernel stack that ran into its guard page is reported too.
 */
#include "kernel/trap.h"
#include "kernel/io.h"
#include "kernel/irq_int.h"
#include "kernel/kallsyms.h"
#include "kernel/machine.h"
#include "kernel/paging.h"
#include "kernel/sched.h"
#include "kernel/trap_int.h"
#include "lib/bug.h"
#include "lib/printk.h"
#include "lib/softirq.h"
#include "lib/vsprintf.h"

#define NR_VECTORS    64
#define STUB_BYTES    16
#define BACKTRACE_MAX 24

struct idt_gate {
	u16 offset_low, selector;
	u8 ist, type;
	u16 offset_mid;
	u32 offset_high, reserved;
};

/* Intel SDM 3A, figure 8-11. */
struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3, iomap_base;
} __packed;

struct table_ptr {
	u16 limit;
	u64 base;
} __packed;

void trap_dispatch(struct pt_regs *regs);

extern char trap_stubs[], trap_iretq[];
extern char df_stack_top[], nmi_stack_top[], mc_stack_top[];
extern const struct exception_entry __start___ex_table[];
extern const struct exception_entry __stop___ex_table[];

bool cpu_has_smap;

static struct idt_gate idt[NR_VECTORS] __aligned(16);
static struct tss tss __aligned(16);
static u64 gdt[7] __aligned(16) = {
	0,
	0x00af9b000000ffff, /* KERNEL_CS */
	0x00cf93000000ffff, /* KERNEL_DS */
	0x00cff3000000ffff, /* USER_DS */
	0x00affb000000ffff, /* USER_CS */
};

static const char *const names[] = {
	"divide error",
	"debug",
	"NMI",
	"breakpoint",
	"overflow",
	"bound range",
	"invalid opcode",
	"no FPU",
	"double fault",
	"coprocessor",
	"invalid TSS",
	"segment not present",
	"stack segment",
	"general protection",
	"page fault",
	"reserved",
	"x87 error",
	"alignment check",
	"machine check",
	"SIMD error",
};

static u64 read_cr2(void)
{
	u64 v;

	__asm__ volatile("mov %%cr2, %0" : "=r"(v));
	return v;
}

static void set_gate(u32 vector, u8 ist)
{
	u64 addr = (u64)trap_stubs + vector * STUB_BYTES;

	idt[vector] = (struct idt_gate){
		.offset_low = (u16)addr,
		.selector = KERNEL_CS,
		.ist = ist,
		/* Interrupt gate; int3 and into may come from ring 3. */
		.type = vector == VECTOR_BP || vector == VECTOR_OF ? 0xee
								   : 0x8e,
		.offset_mid = (u16)(addr >> 16),
		.offset_high = (u32)(addr >> 32),
	};
}

/**
 * traps_init() - Load GDT, TSS and IDT.
 *
 * From here on an exception is reported, with names, instead of resetting the
 * machine.
 */
void traps_init(void)
{
	struct table_ptr gdt_ptr = { sizeof(gdt) - 1, (u64)gdt };
	struct table_ptr idt_ptr = { sizeof(idt) - 1, (u64)idt };
	u64 base = (u64)&tss;
	u32 i;

	vsprintf_set_symbols(kallsyms_lookup);
	gdt[5] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | 0x89ULL << 40 |
		 (base >> 24 & 0xff) << 56;
	gdt[6] = base >> 32;
	tss.ist[0] = (u64)df_stack_top;
	tss.ist[1] = (u64)nmi_stack_top;
	tss.ist[2] = (u64)mc_stack_top;
	tss.iomap_base = sizeof(tss);
	for (i = 0; i < NR_VECTORS; i++)
		set_gate(i, 0);
	set_gate(VECTOR_DF, 1);
	set_gate(VECTOR_NMI, 2);
	set_gate(VECTOR_MC, 3);
	__asm__ volatile("lgdt %0\n\t"
			 "lidt %1\n\t"
			 "pushq %2\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\tmov %w3, %%ds\n\t"
			 "mov %w3, %%es\n\t"
			 "mov %w3, %%ss\n\t"
			 "ltr %w4"
			 :
			 : "m"(gdt_ptr), "m"(idt_ptr), "i"(KERNEL_CS),
			   "r"(KERNEL_DS), "r"(TSS_SEL)
			 : "rax", "memory");
}

/**
 * tss_set_stack() - Where the CPU switches to when ring 3 is interrupted.
 * @top: the current task's kernel stack top.
 */
void tss_set_stack(u64 top)
{
	tss.rsp[0] = top;
}

/* One 8-byte word of kernel memory that may not be mapped. */
static bool peek(u64 addr, u64 *v)
{
	u64 tmp = 0;
	int ok = 0;

	if (addr < DIRECT_MAP_BASE || !IS_ALIGNED(addr, 8))
		return false;
	__asm__ volatile("1:	movq (%2), %0\n"
			 "	movl $1, %1\n"
			 "2:\n" _ASM_EXTABLE("1b", "2b")
			 : "+r"(tmp), "+r"(ok)
			 : "r"(addr)
			 : "memory");
	*v = tmp;
	return ok;
}

/* Whether the instruction before @ret is a call (Intel SDM 2A, CALL): E8 with
 * 32 bits, or FF /2 with no, 8 or 32 bits of displacement, or an index too. */
static bool follows_call(u64 ret)
{
	static const u8 lengths[] = { 2, 3, 4, 6, 7 };
	const u8 *p = (const u8 *)ret;
	u32 i;

	if (!kernel_text_address(ret) || !kernel_text_address(ret - 7))
		return false;
	if (p[-5] == 0xe8)
		return true;
	for (i = 0; i < ARRAY_SIZE(lengths); i++)
		if (p[-lengths[i]] == 0xff &&
		    (p[1 - lengths[i]] & 0x38) == 0x10)
			return true;
	return false;
}

/**
 * show_backtrace() - Print the functions that lead to @ip.
 * @ip: where.
 * @sp: the stack there.
 *
 * The hot folders are built without frame pointers, so every word that can be
 * a return address is shown; one may be left over from an earlier call.
 *
 * Context: any; reads only memory that is mapped.
 */
void show_backtrace(u64 ip, u64 sp)
{
	u64 end = sp + KSTACK_SIZE, word;
	int shown = 0;

	printk(KERN_EMERG "Call trace:\n");
	printk(KERN_EMERG "  %pS\n", (void *)ip);
	for (; sp < end && shown < BACKTRACE_MAX && peek(sp, &word); sp += 8) {
		if (!follows_call(word))
			continue;
		printk(KERN_EMERG "  %pS\n", (void *)word);
		shown++;
	}
}

static void show_code(u64 ip)
{
	char text[3 * 16 + 1];
	u64 word = 0;
	u32 i, n = 0;

	if (!kernel_text_address(ip))
		return;
	for (i = 0; i < 16; i++) {
		u64 at = ip + i;

		if (!peek(ALIGN_DOWN(at, 8ULL), &word))
			break;
		text[n++] = "0123456789abcdef"[word >> (8 * (at % 8) + 4) & 15];
		text[n++] = "0123456789abcdef"[word >> (8 * (at % 8)) & 15];
		text[n++] = ' ';
	}
	text[n] = 0;
	printk(KERN_EMERG "Code at RIP: %s\n", text);
}

/**
 * show_regs() - Print a frame: registers, code bytes, backtrace.
 * @regs: the frame; of ring 3 too, then without a backtrace.
 *
 * Context: any.
 */
void show_regs(const struct pt_regs *r)
{
	printk(KERN_EMERG "RIP %04llx:%016llx %pS\n", r->cs, r->ip,
	       (void *)r->ip);
	printk(KERN_EMERG "RSP %04llx:%016llx FLAGS %08llx\n", r->ss, r->sp,
	       r->flags);
	printk(KERN_EMERG "RAX %016llx RBX %016llx RCX %016llx\n", r->ax, r->bx,
	       r->cx);
	printk(KERN_EMERG "RDX %016llx RSI %016llx RDI %016llx\n", r->dx, r->si,
	       r->di);
	printk(KERN_EMERG "RBP %016llx R8  %016llx R9  %016llx\n", r->bp, r->r8,
	       r->r9);
	printk(KERN_EMERG "R10 %016llx R11 %016llx R12 %016llx\n", r->r10,
	       r->r11, r->r12);
	printk(KERN_EMERG "R13 %016llx R14 %016llx R15 %016llx\n", r->r13,
	       r->r14, r->r15);
	if (user_mode(r))
		return;
	show_code(r->ip);
	show_backtrace(r->ip, ALIGN(r->sp, 8));
}

static void describe_page_fault(u64 err, u64 cr2)
{
	const char *what = err & PF_ERR_FETCH   ? "execution"
			   : err & PF_ERR_WRITE ? "write"
						: "read";

	printk(KERN_EMERG "%s of %016llx: %s%s\n", what, cr2,
	       err & PF_ERR_PRESENT ? "not permitted" : "not mapped",
	       cr2 < PAGE_SIZE        ? " (NULL pointer)"
	       : cr2 < USER_SPACE_END ? " (user address)"
				      : "");
}

static void __noreturn die(struct pt_regs *regs, u64 cr2)
{
	static bool dying;
	const char *name = regs->vector < ARRAY_SIZE(names)
				   ? names[regs->vector]
				   : "exception";

	local_irq_disable();
	if (dying)
		machine_exit(MACHINE_STATUS_PANIC);
	dying = true;
	printk(KERN_EMERG "KERNEL EXCEPTION: %s, error code %llx, task %s\n",
	       name, regs->orig_ax, current ? current->name : "(boot)");
	if (regs->vector == VECTOR_PF)
		describe_page_fault(regs->orig_ax, cr2);
	if (regs->vector == VECTOR_DF)
		printk(KERN_EMERG "kernel stack overflow? CR2 %016llx\n", cr2);
	show_regs(regs);
	machine_exit(MACHINE_STATUS_PANIC);
}

static bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_entry *e;

	for (e = __start___ex_table; e < __stop___ex_table; e++) {
		if ((u64)&e->fault + e->fault != regs->ip)
			continue;
		regs->ip = (u64)&e->fixup + e->fixup;
		return true;
	}
	return false;
}

/* Whether the kernel's fault at @regs->ip is one that was provided for. */
static bool fixup_exists(struct pt_regs *regs)
{
	struct pt_regs probe = *regs;

	return fixup_exception(&probe);
}

static void user_exception(struct pt_regs *regs, u64 cr2)
{
	if (regs->vector == VECTOR_NMI || regs->vector == VECTOR_DF ||
	    regs->vector == VECTOR_MC)
		die(regs, cr2);
	local_irq_enable();
	if (!user_trap(regs, (int)regs->vector, regs->orig_ax, cr2))
		die(regs, cr2);
	local_irq_disable();
}

/**
 * user_return_work() - What is due before ring 3 goes on.
 * @regs: the frame that will be restored.
 *
 * Context: interrupts off, on entry and on return.
 */
void user_return_work(struct pt_regs *regs)
{
	if (READ_ONCE(softirq_pending_mask)) {
		local_irq_enable();
		do_softirq();
		local_irq_disable();
	}
	while (need_resched || task_work_pending(current)) {
		local_irq_enable();
		if (need_resched)
			task_yield();
		if (task_work_pending(current))
			user_signal_work(regs);
		local_irq_disable();
	}
}

/*
 * IRETQ refused a frame that a program made up (sigreturn, ptrace-like calls):
 * all other registers are the program's already, so take the five that it was
 * to load and let the fault be the program's.
 */
static void blame_ring3(struct pt_regs *regs)
{
	const u64 *frame = (const u64 *)regs->sp;

	regs->ip = frame[0];
	regs->cs = USER_CS;
	regs->flags = frame[2] | X86_FLAGS_IF;
	regs->sp = frame[3];
	regs->ss = USER_DS;
}

static void kernel_exception(struct pt_regs *regs, u64 cr2)
{
	int vector = (int)regs->vector;

	if (regs->ip == (u64)trap_iretq) {
		blame_ring3(regs);
		user_exception(regs, cr2);
		user_return_work(regs);
		return;
	}
	if (vector == VECTOR_PF && cr2 < USER_SPACE_END && fixup_exists(regs) &&
	    current && current->mm) {
		if (regs->flags & X86_FLAGS_IF)
			local_irq_enable();
		if (user_trap(regs, vector, regs->orig_ax, cr2)) {
			local_irq_disable();
			return;
		}
		local_irq_disable();
	}
	if ((vector == VECTOR_PF || vector == VECTOR_GP) &&
	    fixup_exception(regs))
		return;
	die(regs, cr2);
}

/**
 * trap_dispatch() - The C side of every exception and interrupt.
 * @regs: the frame that entry.S made; restored when this returns.
 *
 * Context: interrupts off, on entry and on return.
 */
void trap_dispatch(struct pt_regs *regs)
{
	u64 cr2;

	if (regs->vector >= VECTOR_IRQ_BASE) {
		irq_dispatch((u32)regs->vector);
	} else {
		cr2 = read_cr2();
		if (!user_mode(regs)) {
			kernel_exception(regs, cr2);
			return;
		}
		user_exception(regs, cr2);
	}
	if (user_mode(regs))
		user_return_work(regs);
}

/**
 * panic() - Report a broken invariant and end the machine.
 * @fmt: what is wrong.
 *
 * Context: any.
 */
void panic(const char *fmt, ...)
{
	static bool panicking;
	char text[256];
	va_list ap;

	local_irq_disable();
	if (panicking)
		machine_exit(MACHINE_STATUS_PANIC);
	panicking = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printk(KERN_EMERG "KERNEL PANIC: %s\n", text);
	show_backtrace((u64)__builtin_return_address(0),
		       (u64)__builtin_frame_address(0) + 16);
	machine_exit(MACHINE_STATUS_PANIC);
}

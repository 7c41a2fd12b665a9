// SPDX-License-Identifier: MIT
/*
 * DOC: the dispatch array behind kernel/syscall_entry.S. Each SYSCALL_DEFINE
 * leaves an entry in the `syscalls` linker table; at boot they are sorted
 * into an array that the entry code indexes with the program's rax. What
 * nobody defines answers -ENOSYS, and says its name once.
 *
 * With `doorbell.calls` on the command line every entry of the array is
 * entry_counted, which counts and goes on to what was there: who does not ask
 * pays nothing.
 *
 * Intel SDM 3A, section 5.8.8, "Fast System Calls in 64-Bit Mode".
 */
#include "kernel/syscall.h"
#include "kernel/cmdline.h"
#include "kernel/io.h"
#include "kernel/stats.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"

typedef long (*syscall_fn)(u64, u64, u64, u64, u64, u64);

static_assert(offsetof(struct task, sigpending) == 40, "syscall_entry.S");
static_assert(offsetof(struct task, sigblocked) == 48, "syscall_entry.S");
static_assert(offsetof(struct pt_regs, ip) == 136, "syscall_entry.S");
static_assert(offsetof(struct pt_regs, ax) == 80, "syscall_entry.S");
static_assert(offsetof(struct pt_regs, flags) == 152, "syscall_entry.S");
static_assert(NR_SYSCALLS == 451, "syscall_entry.S");

extern const struct syscall_def __start_syscalls[], __stop_syscalls[];
void entry_SYSCALL_64(void);
/* These copy the caller's registers: syscall_entry.S fills the frame first. */
long entry_clone(u64, u64, u64, u64, u64, u64);
long entry_clone3(u64, u64, u64, u64, u64, u64);
long entry_fork(u64, u64, u64, u64, u64, u64);
long entry_vfork(u64, u64, u64, u64, u64, u64);
long entry_counted(u64, u64, u64, u64, u64, u64);
long sys_unknown(u64 nr);

/* Read by the entry code only; written once at boot. */
syscall_fn syscall_table[NR_SYSCALLS];
syscall_fn syscall_counted[NR_SYSCALLS]; /* what entry_counted goes on to */
u64 syscall_counts[NR_SYSCALLS];

/* Bit set: this number was named already. */
static u64 named[DIV_ROUND_UP(NR_SYSCALLS, 64)];

/* For a number that Linux does not have either. */
long sys_unknown(u64 nr)
{
	static bool said;

	if (!said) {
		said = true;
		pr_warn("%s[%d]: unknown system call number %llu\n",
			current->name, current->pid, nr);
	}
	return -ENOSYS;
}

static long sys_not_implemented(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	u64 nr = task_pt_regs(current)->orig_ax;
	const char *name = syscall_name(nr);

	if (!name)
		return sys_unknown(nr);
	if (!(named[nr / 64] & BIT(nr % 64))) {
		named[nr / 64] |= BIT(nr % 64);
		pr_warn("%s[%d]: system call %s (%llu) is not implemented\n",
			current->name, current->pid, name, nr);
	}
	return -ENOSYS;
}

static void report_counts(void *arg)
{
	char name[48];
	u32 nr;

	for (nr = 0; nr < NR_SYSCALLS; nr++) {
		if (!syscall_counts[nr] || !syscall_name(nr))
			continue;
		scnprintf(name, sizeof(name), "call.%s", syscall_name(nr));
		stats_print(name, syscall_counts[nr]);
	}
}

static void count_calls(void)
{
	u32 nr;

	for (nr = 0; nr < NR_SYSCALLS; nr++) {
		syscall_counted[nr] = syscall_table[nr];
		syscall_table[nr] = entry_counted;
	}
	stats_register(report_counts, NULL);
}

/**
 * syscall_init() - Fill the dispatch array and open the gate.
 *
 * Context: boot, once, before the first program.
 */
void syscall_init(void)
{
	const struct syscall_def *d;
	int i;

	for (i = 0; i < NR_SYSCALLS; i++)
		syscall_table[i] = sys_not_implemented;
	for (d = __start_syscalls; d < __stop_syscalls; d++) {
		BUG_ON(d->nr >= NR_SYSCALLS);
		syscall_table[d->nr] = d->fn;
	}
	syscall_table[__NR_clone] = entry_clone;
	syscall_table[__NR_clone3] = entry_clone3;
	syscall_table[__NR_fork] = entry_fork;
	syscall_table[__NR_vfork] = entry_vfork;
	if (cmdline_flag("doorbell.calls", false))
		count_calls();
	/* SYSRET loads cs from bits 63:48 plus 16 and ss from plus 8. */
	wrmsr(MSR_STAR, (u64)(USER_CS - 16) << 48 | (u64)KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (u64)entry_SYSCALL_64);
	wrmsr(MSR_SFMASK, X86_FLAGS_TF | X86_FLAGS_IF | X86_FLAGS_DF |
				  X86_FLAGS_NT | X86_FLAGS_AC);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
}

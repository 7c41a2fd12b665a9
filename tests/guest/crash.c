// SPDX-License-Identifier: MIT
/*
 * DOC: what ends the machine, each in a run of its own: boot the test image
 * with `kunit=crash crash=NAME` and look at the report and the status, which
 * must be MACHINE_STATUS_PANIC.
 */
#include "tests/guest/crash.h"
#include "kernel/cmdline.h"
#include "kernel/machine.h"
#include "lib/printk.h"

static noinline u64 use_up_stack(u64 depth)
{
	volatile u64 frame[32];

	frame[0] = depth;
	if (depth == ~0ULL)
		return 0;
	return use_up_stack(depth + 1) + frame[0];
}

static const char read_only[] = "read-only";

/**
 * crash_if_asked() - Fail as crash=NAME says: null, stack, rodata, nx, ud or
 * panic. Does not return if it is on the command line.
 */
void crash_if_asked(void)
{
	const char *how = cmdline_get("crash");
	static char code[] = { (char)0xc3 };

	if (!how)
		return;
	if (strcmp(how, "null") == 0)
		*(volatile int *)0x10 = 1;
	else if (strcmp(how, "stack") == 0)
		use_up_stack(0);
	else if (strcmp(how, "rodata") == 0)
		*(volatile char *)(u64)read_only = 1;
	else if (strcmp(how, "nx") == 0)
		((void (*)(void))(u64)code)();
	else if (strcmp(how, "ud") == 0)
		__asm__ volatile("ud2");
	else if (strcmp(how, "panic") == 0)
		panic("as asked: %d", 42);
	pr_err("crash=%s did not end the machine\n", how);
	machine_exit(1);
}

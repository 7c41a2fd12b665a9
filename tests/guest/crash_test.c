// SPDX-License-Identifier: MIT
/*
 * DOC: what ends the machine, each in a run of its own: boot the test image
 * with `kunit=crash crash=NAME` and look at the report and the status, which
 * must be MACHINE_STATUS_PANIC. Without crash= the case is skipped.
 */
#include "kernel/cmdline.h"
#include "kernel/sched.h"
#include "lib/kunit.h"

static noinline u64 use_up_stack(u64 depth)
{
	volatile u64 frame[32];

	frame[0] = depth;
	if (depth == ~0ULL)
		return 0;
	return use_up_stack(depth + 1) + frame[0];
}

static void crash_as_asked(struct kunit *test)
{
	const char *how = cmdline_get("crash");
	static char code[] = { (char)0xc3 };

	if (!how)
		kunit_skip(test, "needs crash=NAME");
	if (strcmp(how, "null") == 0)
		*(volatile int *)0x10 = 1;
	else if (strcmp(how, "stack") == 0)
		use_up_stack(0);
	else if (strcmp(how, "rodata") == 0)
		*(volatile char *)(u64)test->name = 1;
	else if (strcmp(how, "nx") == 0)
		((void (*)(void))(u64)code)();
	else if (strcmp(how, "ud") == 0)
		__asm__ volatile("ud2");
	else if (strcmp(how, "panic") == 0)
		panic("as asked: %d", 42);
	KUNIT_FAIL(test, "crash=%s did not end the machine", how);
}

static const struct kunit_case crash_cases[] = {
	KUNIT_CASE(crash_as_asked),
	{ 0 },
};

static const struct kunit_suite crash_suite = {
	.name = "crash",
	.test_cases = crash_cases,
};
kunit_test_suite(crash_suite);

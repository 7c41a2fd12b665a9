// SPDX-License-Identifier: MIT
/*
 * DOC: runs the suites that the linker collected and reports in KTAP
 * version 1. Called by the test image's boot and by tests/host/main.c.
 */
#include "lib/kunit.h"
#include "lib/vsprintf.h"

extern const struct kunit_suite *const __start_kunit_suites[];
extern const struct kunit_suite *const __stop_kunit_suites[];

static bool glob_match(const char *glob, const char *s)
{
	for (; *glob; glob++, s++) {
		if (*glob == '*') {
			do {
				if (glob_match(glob + 1, s))
					return true;
			} while (*s++);
			return false;
		}
		if (!*s || (*glob != '?' && *glob != *s))
			return false;
	}
	return !*s;
}

/**
 * kunit_fail() - Record a failed expectation and say where and why.
 * @test: the running case.
 * @file, @line: of the expectation.
 * @fmt:  what was expected and what was found.
 */
void kunit_fail(struct kunit *test, const char *file, int line, const char *fmt,
		...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	test->failed = true;
	printk("    # %s: %s:%d: %s\n", test->name, file, line, text);
}

static void run_case(const struct kunit_suite *suite,
		     const struct kunit_case *c, u32 nr,
		     struct kunit_totals *totals)
{
	struct kunit test = { .name = c->name };
	u32 warnings = warn_count();

	if (suite->init && suite->init(&test) != 0)
		KUNIT_FAIL(&test, "init failed");
	else
		c->run_case(&test);
	if (suite->exit)
		suite->exit(&test);
	if (warn_count() != warnings)
		KUNIT_FAIL(&test, "a warning was raised");
	if (test.failed)
		totals->failed++;
	else if (test.skip_reason)
		totals->skipped++;
	else
		totals->passed++;
	printk("    %s %u %s%s%s\n", test.failed ? "not ok" : "ok", nr, c->name,
	       test.skip_reason ? " # SKIP " : "",
	       test.skip_reason ? test.skip_reason : "");
}

static void run_suite(const struct kunit_suite *suite, u32 nr,
		      struct kunit_totals *totals)
{
	const struct kunit_case *c;
	u32 failed = totals->failed;
	u32 cases = 0;

	for (c = suite->test_cases; c->run_case; c++)
		cases++;
	printk("    KTAP version 1\n    # Subtest: %s\n    1..%u\n",
	       suite->name, cases);
	for (c = suite->test_cases; c->run_case; c++)
		run_case(suite, c, (u32)(c - suite->test_cases) + 1, totals);
	printk("%s %u %s\n", totals->failed == failed ? "ok" : "not ok", nr,
	       suite->name);
}

/**
 * kunit_run_all() - Run the linked suites and report in KTAP.
 * @glob: which suites, by name with * and ?; NULL for all.
 *
 * Context: task.
 * Return: how many cases passed, failed and were skipped.
 */
struct kunit_totals kunit_run_all(const char *glob)
{
	struct kunit_totals totals = { 0 };
	const struct kunit_suite *const *s;
	u32 suites = 0, nr = 0;

	for (s = __start_kunit_suites; s < __stop_kunit_suites; s++)
		if (!glob || glob_match(glob, (*s)->name))
			suites++;
	printk("KTAP version 1\n1..%u\n", suites);
	for (s = __start_kunit_suites; s < __stop_kunit_suites; s++)
		if (!glob || glob_match(glob, (*s)->name))
			run_suite(*s, ++nr, &totals);
	printk("# totals: passed %u, failed %u, skipped %u\n", totals.passed,
	       totals.failed, totals.skipped);
	return totals;
}

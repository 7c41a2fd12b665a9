// SPDX-License-Identifier: MIT
/*
 * DOC: where a broken invariant is reported. The count lets the test runner
 * turn any warning into a failed test.
 */
#include "lib/bug.h"
#include "lib/printk.h"

static u32 warnings; /* since start; read by the test runner only */

/**
 * warn_report() - Report one broken invariant and count it.
 * @file, @line, @cond: where, and the expression that held.
 *
 * Context: any but the inside of printk.
 */
void warn_report(const char *file, int line, const char *cond)
{
	warnings++;
	pr_err("WARNING: %s:%d %s\n", file, line, cond);
}

/**
 * warn_count() - How many invariants were found broken since start.
 *
 * Return: the count; never reset.
 */
u32 warn_count(void)
{
	return warnings;
}

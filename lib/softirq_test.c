// SPDX-License-Identifier: MIT
/* DOC: softirqs run once, after the last disable, never nested. */
#include "lib/kunit.h"
#include "lib/softirq.h"

static u32 runs, depth, deepest;

static void count_run(void)
{
	runs++;
	depth++;
	if (depth > deepest)
		deepest = depth;
	if (runs == 1)
		raise_softirq(NET_TX_SOFTIRQ);
	depth--;
}

static void raise_softirq_runs_after_bh_enable(struct kunit *test)
{
	softirq_fn *old;

	runs = 0;
	deepest = 0;
	old = open_softirq(NET_TX_SOFTIRQ, count_run);
	local_bh_disable();
	raise_softirq(NET_TX_SOFTIRQ);
	KUNIT_EXPECT_EQ(test, runs, 0);
	local_bh_enable();
	/* Raised again from inside: a second round, not a nested one. */
	KUNIT_EXPECT_EQ(test, runs, 2);
	KUNIT_EXPECT_EQ(test, deepest, 1);
	open_softirq(NET_TX_SOFTIRQ, old);
}

static const struct kunit_case softirq_cases[] = {
	KUNIT_CASE(raise_softirq_runs_after_bh_enable),
	{ 0 },
};

static const struct kunit_suite softirq_suite = {
	.name = "softirq",
	.test_cases = softirq_cases,
};
kunit_test_suite(softirq_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: a million netlink messages that lie; the guest has some thousands of the
 * same (net/netlink/netlink_test.c).
 */
#include "lib/kunit.h"
#include "tests/fixtures/netlink_fuzz.h"

static void netlink_survives_a_million_lies(struct kunit *test)
{
	struct netlink_fuzz_result r = netlink_fuzz(test, 1000000);

	KUNIT_EXPECT_EQ(test, r.missing, 0);
	KUNIT_EXPECT_GT(test, r.answered, 500000);
	KUNIT_EXPECT_GT(test, r.refused, 400000);
	KUNIT_EXPECT_GT(test, r.einval, 100000);
	KUNIT_EXPECT_EQ(test, r.unsaid, 0);
	KUNIT_EXPECT_GT(test, r.set, 50);
}

static const struct kunit_case netlink_fuzz_cases[] = {
	KUNIT_CASE(netlink_survives_a_million_lies), {}
};

static const struct kunit_suite netlink_fuzz_suite = {
	.name = "netlink_fuzz",
	.test_cases = netlink_fuzz_cases,
};
kunit_test_suite(netlink_fuzz_suite);

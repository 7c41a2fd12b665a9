// SPDX-License-Identifier: MIT
/* DOC: a stack's set-up and its undoing; names of counters and reasons. */
#include "lib/errno.h"
#include "lib/slab.h"
#include "net/core/netdevice.h"
#include "tests/fixtures/net_fixture.h"

/* Whichever allocation fails, the set-up undoes itself; the fixture's exit
 * finds nothing left. Without a failure it succeeds and is torn down. */
static void net_setup_survives_each_failing_allocation(struct kunit *test)
{
	bool fired = true;
	struct net *net;
	u32 nth;
	int err;

	for (nth = 1; fired && nth < 1000; nth++) {
		net = kzalloc(sizeof(*net), GFP_KERNEL);
		test_fail_nth_alloc(nth);
		err = net_setup(net);
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		if (!err)
			net_teardown(net);
		if (!fired)
			KUNIT_EXPECT_EQ(test, err, 0);
		kfree(net);
	}
	KUNIT_EXPECT_FALSE(test, fired);
	KUNIT_EXPECT_GE(test, nth, 2);
}

static void net_setup_makes_lo_and_defaults(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	KUNIT_EXPECT_STREQ(test, f->net->loopback_dev->name, "lo");
	KUNIT_EXPECT_EQ(test, f->net->loopback_dev->ifindex, 1);
	KUNIT_EXPECT_EQ(test, f->net->loopback_dev->mtu, 65536);
	KUNIT_EXPECT_EQ(test, f->eth0->ifindex, 2);
	KUNIT_EXPECT_EQ(test, f->net->sysctl_wmem_max, 4U << 20);
	KUNIT_EXPECT_PTR_EQ(test, dev_get_by_name(f->net, "eth0"), f->eth0);
}

/* One list makes enum and names: the ends and a middle one agree. */
static void names_follow_their_enums(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, snmp_names[MIB_Ip_InReceives].name,
			   "InReceives");
	KUNIT_EXPECT_STREQ(test, snmp_names[MIB_Tcp_RetransSegs].group, "Tcp");
	KUNIT_EXPECT_STREQ(test, snmp_names[MIB_IpExt_InCsumErrors].group,
			   "IpExt");
	KUNIT_EXPECT_STREQ(test, skb_drop_names[SKB_DROP_REASON_NEIGH_FAILED],
			   "NEIGH_FAILED");
	KUNIT_EXPECT_STREQ(test, skb_drop_names[NR_SKB_DROP_REASONS - 1],
			   "SECURITY_HOOK");
}

static const struct kunit_case net_cases[] = {
	KUNIT_CASE(net_setup_survives_each_failing_allocation),
	KUNIT_CASE(net_setup_makes_lo_and_defaults),
	KUNIT_CASE(names_follow_their_enums),
	{ 0 },
};

static const struct kunit_suite net_suite = {
	.name = "net_namespace",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = net_cases,
};
kunit_test_suite(net_suite);

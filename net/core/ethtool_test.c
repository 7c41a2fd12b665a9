// SPDX-License-Identifier: MIT
/* DOC: SIOCETHTOOL against a device that answers little: features, names,
   what is not supported, and bad memory. */
#include "lib/errno.h"
#include "lib/uapi/if.h"
#include "net/core/ethtool.h"
#include "tests/fixtures/net_fixture.h"

static int ask(struct net_fixture *f, void *command)
{
	struct ifreq ifr = { .ifr_name = "eth0" };

	ifr.u.ifru_data = (void __user *)command;
	return dev_ethtool(f->net, (void __user *)&ifr);
}

static u32 value(struct net_fixture *f, u32 cmd)
{
	struct ethtool_value v = { cmd, 77 };

	KUNIT_EXPECT_EQ(f->test, ask(f, &v), 0);
	return v.data;
}

static int set(struct net_fixture *f, u32 cmd, u32 data)
{
	struct ethtool_value v = { cmd, data };

	return ask(f, &v);
}

static void dev_ethtool_switches_only_what_the_device_lets(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	f->eth0->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	KUNIT_EXPECT_EQ(test, dev_set_features(f->eth0, NETIF_F_SG), 0);
	KUNIT_EXPECT_EQ(test, value(f, ETHTOOL_GSG), 1);
	KUNIT_EXPECT_EQ(test, value(f, ETHTOOL_GTSO), 0);
	KUNIT_EXPECT_EQ(test, set(f, ETHTOOL_STXCSUM, 1), 0);
	KUNIT_EXPECT_EQ(test, set(f, ETHTOOL_STSO, 1), 0);
	KUNIT_EXPECT_EQ(test, value(f, ETHTOOL_GTSO), 1);
	/* TSO without sums is no TSO. */
	KUNIT_EXPECT_EQ(test, set(f, ETHTOOL_STXCSUM, 0), 0);
	KUNIT_EXPECT_EQ(test, value(f, ETHTOOL_GTSO), 0);
	KUNIT_EXPECT_EQ(test, set(f, ETHTOOL_SRXCSUM, 1), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, set(f, ETHTOOL_SFLAGS, ETH_FLAG_TXVLAN),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, set(f, ETHTOOL_SFLAGS, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, value(f, ETHTOOL_GFLAGS), 0);
}

static void dev_ethtool_sets_features_by_mask(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct {
		struct ethtool_sfeatures head;
		struct ethtool_set_features_block block;
	} s = { { ETHTOOL_SFEATURES, 1 }, { 0, 0 } };
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block block;
	} g = { { ETHTOOL_GFEATURES, 1 }, { 0, 0, 0, 0 } };

	f->eth0->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM;
	s.block.valid = NETIF_F_SG | NETIF_F_HW_CSUM;
	s.block.requested = NETIF_F_SG | NETIF_F_HW_CSUM;
	KUNIT_EXPECT_EQ(test, ask(f, &s), 0);
	s.block.valid = NETIF_F_SG | NETIF_F_RXCSUM;
	KUNIT_EXPECT_EQ(test, ask(f, &s), ETHTOOL_F_UNSUPPORTED);
	s.block.valid = 1U << 31;
	KUNIT_EXPECT_EQ(test, ask(f, &s), -EINVAL);
	s.head.size = 2;
	KUNIT_EXPECT_EQ(test, ask(f, &s), -EINVAL);
	KUNIT_EXPECT_EQ(test, ask(f, &g), 0);
	KUNIT_EXPECT_EQ(test, g.head.size, 1);
	KUNIT_EXPECT_EQ(test, g.block.available, f->eth0->hw_features);
	KUNIT_EXPECT_EQ(test, g.block.active, f->eth0->features);
}

static void dev_ethtool_names_every_feature(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct {
		struct ethtool_sset_info head;
		u32 count[2];
	} info = { { ETHTOOL_GSSET_INFO, 0,
		     1ULL << ETH_SS_FEATURES | 1ULL << ETH_SS_STATS |
			     1ULL << 63 },
		   { 0, 77 } };
	struct {
		struct ethtool_gstrings head;
		char names[32][ETH_GSTRING_LEN];
	} s = { .head = { ETHTOOL_GSTRINGS, ETH_SS_FEATURES, 0 } };
	u32 i;

	KUNIT_EXPECT_EQ(test, ask(f, &info), 0);
	KUNIT_EXPECT_EQ(test, info.head.sset_mask, 1ULL << ETH_SS_FEATURES);
	KUNIT_EXPECT_EQ(test, info.count[1], 77);
	KUNIT_EXPECT_EQ(test, ask(f, &s), 0);
	KUNIT_EXPECT_EQ(test, s.head.len, info.count[0]);
	for (i = 0; i < s.head.len; i++)
		KUNIT_EXPECT_NE(test, s.names[i][0], 0);
	s.head.string_set = ETH_SS_STATS; /* the driver has none */
	KUNIT_EXPECT_EQ(test, ask(f, &s), -EOPNOTSUPP);
}

static void dev_ethtool_refuses_what_nobody_answers(struct kunit *test)
{
	static const u32 commands[] = {
		ETHTOOL_GDRVINFO,   ETHTOOL_GLINKSETTINGS,
		ETHTOOL_GRINGPARAM, ETHTOOL_SRINGPARAM,
		ETHTOOL_GCOALESCE,  ETHTOOL_SCOALESCE,
		ETHTOOL_GSTATS,     ETHTOOL_NWAY_RST,
		0x7fffffff,         0,
	};
	struct net_fixture *f = test->priv;
	struct ifreq ifr = { .ifr_name = "nosuch" };
	u32 buffer[64] = { 0 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		buffer[0] = commands[i];
		KUNIT_EXPECT_EQ(test, ask(f, buffer), -EOPNOTSUPP);
	}
	KUNIT_EXPECT_EQ(test, dev_ethtool(f->net, (void __user *)&ifr),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, value(f, ETHTOOL_GLINK), 1);
}

static void dev_ethtool_survives_bad_memory(struct kunit *test)
{
	static const u32 commands[] = {
		ETHTOOL_GSSET_INFO, ETHTOOL_GSTRINGS,  ETHTOOL_GFEATURES,
		ETHTOOL_SFEATURES,  ETHTOOL_GPERMADDR, ETHTOOL_STSO,
	};
	struct net_fixture *f = test->priv;
	u32 buffer[128] = { 0 };
	u32 i;

	KUNIT_EXPECT_EQ(test, ask(f, NULL), -EFAULT);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		buffer[0] = commands[i];
		buffer[1] = ETH_SS_FEATURES;
		test_bad_user_range(&buffer[1], sizeof(buffer) - 4);
		KUNIT_EXPECT_EQ(test, ask(f, buffer), -EFAULT);
		test_bad_user_range(NULL, 0);
	}
	buffer[0] = ETHTOOL_GPERMADDR;
	buffer[1] = ETH_ALEN - 1;
	KUNIT_EXPECT_EQ(test, ask(f, buffer), -EINVAL);
}

static const struct kunit_case ethtool_cases[] = {
	KUNIT_CASE(dev_ethtool_switches_only_what_the_device_lets),
	KUNIT_CASE(dev_ethtool_sets_features_by_mask),
	KUNIT_CASE(dev_ethtool_names_every_feature),
	KUNIT_CASE(dev_ethtool_refuses_what_nobody_answers),
	KUNIT_CASE(dev_ethtool_survives_bad_memory),
	{ 0 },
};

static const struct kunit_suite ethtool_suite = {
	.name = "ethtool",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = ethtool_cases,
};
kunit_test_suite(ethtool_suite);

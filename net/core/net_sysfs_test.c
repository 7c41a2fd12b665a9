// SPDX-License-Identifier: MIT
/* DOC: a device's attributes as text: values, writing, refusals. */
#include "lib/errno.h"
#include "net/core/net_sysfs.h"
#include "tests/fixtures/net_fixture.h"

#define TEXT_MAX 128

static const struct netdev_attr *find(u8 dir, const char *name)
{
	const struct netdev_attr *a;
	u32 i;

	for (i = 0; (a = netdev_attr_at(i)) != NULL; i++)
		if (a->dir == dir && strcmp(a->name, name) == 0)
			return a;
	BUG();
}

static const char *text_of(struct net_device *dev, u8 dir, const char *name)
{
	static char text[TEXT_MAX];
	int n = netdev_attr_show(find(dir, name), dev, 0, text, sizeof(text));

	if (n < 0)
		return "?";
	BUG_ON(n == 0 || text[n - 1] != '\n');
	text[n - 1] = 0;
	return text;
}

static int write_to(struct net_device *dev, u8 dir, const char *name,
		    const char *text)
{
	return netdev_attr_store(find(dir, name), dev, 0, text);
}

/* Each says something, in its turn and in a room that is too small. */
static void netdev_attr_show_tells_of_the_device(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *dev = f->eth0;
	const struct netdev_attr *a;
	char text[TEXT_MAX];
	u32 i;

	for (i = 0; (a = netdev_attr_at(i)) != NULL; i++) {
		int n = netdev_attr_show(a, dev, 0, text, sizeof(text));

		KUNIT_EXPECT_TRUE(test, n > 1 || n == -EINVAL);
		n = netdev_attr_show(a, dev, 0, text, 3);
		KUNIT_EXPECT_LE(test, n, 2);
	}
	dev->stats.tx_packets = 5000000000ULL;
	dev->_tx[0].dql.limit = 4711;
	dev->_tx[0].dql.num_queued = dev->_tx[0].dql.num_completed + 77;
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "mtu"), "1500");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "ifindex"), "2");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "iflink"), "2");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "type"), "1");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "dev_id"), "0x0");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "flags"), "0x1003");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "broadcast"),
			   "ff:ff:ff:ff:ff:ff");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "carrier"), "1");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_ATTR, "operstate"), "up");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_STATISTICS, "tx_packets"),
			   "5000000000");
	KUNIT_EXPECT_STREQ(
		test, text_of(dev, NETDEV_STATISTICS, "rx_nohandler"), "0");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_TX_BQL, "limit"), "4711");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_TX_BQL, "inflight"), "77");
	KUNIT_EXPECT_STREQ(test, text_of(dev, NETDEV_TX_BQL, "hold_time"),
			   "1000");
	KUNIT_EXPECT_STREQ(
		test, text_of(f->net->loopback_dev, NETDEV_ATTR, "operstate"),
		"unknown");
	dev->_tx[0].dql.num_queued -= 77;
}

/* Linux: a link that is down has no carrier, speed or duplex to tell. */
static void netdev_attr_show_of_a_closed_device(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, write_to(f->eth0, NETDEV_ATTR, "flags", "0x1002"),
			0);
	KUNIT_EXPECT_FALSE(test, netif_running(f->eth0));
	KUNIT_EXPECT_STREQ(test, text_of(f->eth0, NETDEV_ATTR, "operstate"),
			   "down");
	KUNIT_EXPECT_STREQ(test, text_of(f->eth0, NETDEV_ATTR, "carrier"), "?");
	KUNIT_EXPECT_STREQ(test, text_of(f->eth0, NETDEV_ATTR, "speed"), "?");
	KUNIT_EXPECT_STREQ(test, text_of(f->eth0, NETDEV_ATTR, "duplex"), "?");
	KUNIT_EXPECT_EQ(test,
			write_to(f->eth0, NETDEV_ATTR, "flags", "0x1003\n"), 0);
	KUNIT_EXPECT_TRUE(test, netif_running(f->eth0));
}

static void netdev_attr_store_sets_and_refuses(struct kunit *test)
{
	static const struct {
		u8 dir;
		const char *name, *text;
		int err;
		const char *then;
	} writes[] = {
		{ NETDEV_ATTR, "mtu", "1400\n", 0, "1400" },
		{ NETDEV_ATTR, "mtu", "0x500", 0, "1280" },
		{ NETDEV_ATTR, "mtu", "", -EINVAL, "1280" },
		{ NETDEV_ATTR, "mtu", "\n", -EINVAL, "1280" },
		{ NETDEV_ATTR, "mtu", "-1\n", -EINVAL, "1280" },
		{ NETDEV_ATTR, "mtu", "1400 1400", -EINVAL, "1280" },
		{ NETDEV_ATTR, "mtu", "max", -EINVAL, "1280" },
		{ NETDEV_ATTR, "mtu", "4294968796", -EINVAL, "1280" },
		{ NETDEV_ATTR, "mtu", "99999999999999999999999999", -ERANGE,
		  "1280" },
		{ NETDEV_ATTR, "mtu", "+1400\n", 0, "1400" },
		{ NETDEV_ATTR, "mtu", "++1300\n", -EINVAL, "1400" },
		{ NETDEV_ATTR, "tx_queue_len", "7\n", 0, "7" },
		{ NETDEV_ATTR, "tx_queue_len", "4294967296", -ERANGE, "7" },
		{ NETDEV_ATTR, "flags", "0x1103", -EINVAL, "0x1003" },
		{ NETDEV_TX_BQL, "limit_max", "3000\n", 0, "3000" },
		{ NETDEV_TX_BQL, "limit_max", "max\n", 0, "1073741824" },
		{ NETDEV_TX_BQL, "limit_max", "1073741825", -EINVAL,
		  "1073741824" },
		{ NETDEV_TX_BQL, "limit_max", "4294967296", -ERANGE,
		  "1073741824" },
		{ NETDEV_TX_BQL, "limit_max", "0x100", -EINVAL, "1073741824" },
		{ NETDEV_TX_BQL, "limit_max", "maximum", -EINVAL,
		  "1073741824" },
		{ NETDEV_TX_BQL, "limit_min", "0100", 0, "100" },
		{ NETDEV_TX_BQL, "limit", "200", 0, "200" },
	};
	struct net_fixture *f = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(writes); i++) {
		KUNIT_EXPECT_EQ(test,
				write_to(f->eth0, writes[i].dir, writes[i].name,
					 writes[i].text),
				writes[i].err);
		KUNIT_EXPECT_STREQ(
			test, text_of(f->eth0, writes[i].dir, writes[i].name),
			writes[i].then);
	}
	KUNIT_EXPECT_NULL(test, find(NETDEV_ATTR, "type")->store);
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(netdev_attr_show_tells_of_the_device),
	KUNIT_CASE(netdev_attr_show_of_a_closed_device),
	KUNIT_CASE(netdev_attr_store_sets_and_refuses),
	{ 0 },
};

static const struct kunit_suite suite = {
	.name = "net_sysfs",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

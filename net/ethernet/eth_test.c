// SPDX-License-Identifier: MIT
/* DOC: Ethernet headers out and in (IEEE 802.3, clause 3; row N5). */
#include "net/core/neighbour.h"
#include "tests/fixtures/net_fixture.h"

static const u8 peer[ETH_ALEN] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };

static void eth_header_writes_fourteen_bytes(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	const struct header_ops *h = f->eth0->header_ops;
	struct sk_buff *skb = fixture_skb(f, 10);
	u8 expect[ETH_HLEN] = {
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* destination */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, /* source: the device */
		0x08, 0x06,                         /* ARP */
	};

	KUNIT_EXPECT_EQ(test,
			h->create(skb, f->eth0, ETH_P_ARP, peer, NULL, 10),
			ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + 10);
	KUNIT_EXPECT_MEMEQ(test, skb->data, expect, ETH_HLEN);
	skb_pull(skb, ETH_HLEN);
	/* No destination yet: told by the sign. */
	KUNIT_EXPECT_EQ(test, h->create(skb, f->eth0, ETH_P_IP, NULL, peer, 10),
			-ETH_HLEN);
	KUNIT_EXPECT_MEMEQ(test, skb->data + ETH_ALEN, peer, ETH_ALEN);
	kfree_skb(skb);
}

static void eth_header_cache_ends_at_the_network_header(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour n = { .dev = f->eth0 };
	struct sk_buff *skb = fixture_skb(f, 10);

	memcpy(n.ha, peer, ETH_ALEN);
	f->eth0->header_ops->cache(&n, &n.hh, htons(ETH_P_IP));
	KUNIT_EXPECT_EQ(test, n.hh.hh_len, ETH_HLEN);
	f->eth0->header_ops->create(skb, f->eth0, ETH_P_IP, peer, NULL, 10);
	KUNIT_EXPECT_MEMEQ(test, n.hh.hh_data + HH_DATA_MAX - ETH_HLEN,
			   skb->data, ETH_HLEN);
	kfree_skb(skb);
}

static void eth_type_trans_tells_whom_it_is_for(struct kunit *test)
{
	static const struct {
		u8 dest[ETH_ALEN];
		u8 pkt_type;
	} cases[] = {
		{ { 0x02, 0, 0, 0, 0, 0x0a }, PACKET_HOST },
		{ { 0x02, 0, 0, 0, 0, 0x0b }, PACKET_OTHERHOST },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, PACKET_BROADCAST },
		{ { 0x01, 0x00, 0x5e, 0, 0, 1 }, PACKET_MULTICAST },
	};
	struct net_fixture *f = test->priv;
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		skb = fixture_skb(f, 60);
		memcpy(skb->data, cases[i].dest, ETH_ALEN);
		skb->data[12] = 0x08;
		skb->data[13] = 0x00;
		KUNIT_EXPECT_EQ(test, eth_type_trans(skb, f->eth0),
				htons(ETH_P_IP));
		KUNIT_EXPECT_EQ(test, skb->pkt_type, cases[i].pkt_type);
		KUNIT_EXPECT_EQ(test, skb->len, 46);
		KUNIT_EXPECT_EQ(test, skb->data - skb_mac_header(skb), 14);
		kfree_skb(skb);
	}
	skb = fixture_skb(f, ETH_HLEN - 1);
	KUNIT_EXPECT_EQ(test, eth_type_trans(skb, f->eth0), 0);
	kfree_skb(skb);
}

static const struct kunit_case eth_cases[] = {
	KUNIT_CASE(eth_header_writes_fourteen_bytes),
	KUNIT_CASE(eth_header_cache_ends_at_the_network_header),
	KUNIT_CASE(eth_type_trans_tells_whom_it_is_for),
	{ 0 },
};

static const struct kunit_suite eth_suite = {
	.name = "eth",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = eth_cases,
};
kunit_test_suite(eth_suite);

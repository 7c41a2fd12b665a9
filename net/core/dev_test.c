// SPDX-License-Identifier: MIT
/* DOC: the device layer: transmit, what software does for the device, taps,
   receive, NAPI, loopback, byte queue limits (rows Q1, Q5, D5, D8). */
#include "lib/checksum.h"
#include "lib/err.h"
#include "net/core/dev_int.h"
#include "net/core/gso.h"
#include "net/core/sch_generic.h"
#include "tests/fixtures/net_fixture.h"

static const u8 eth_test_header[ETH_HLEN] = {
	0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* destination */
	0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, /* source */
	0x88, 0xb5,                         /* IEEE 802 local experimental 1 */
};
#define TEST_PROTO 0x88b5

/* A frame with link header and @len bytes of payload. */
static struct sk_buff *frame_skb(struct net_fixture *f, u32 len)
{
	struct sk_buff *skb = fixture_skb(f, len);

	if (skb) {
		memcpy(skb_push(skb, ETH_HLEN), eth_test_header, ETH_HLEN);
		skb->protocol = htons(TEST_PROTO);
	}
	return skb;
}

static void dev_queue_xmit_sends_at_once(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct Qdisc *q = f->eth0->_tx[0].qdisc;

	KUNIT_EXPECT_STREQ(test, q->ops->id, "pfifo_fast");
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(frame_skb(f, 46)), 0);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, 60);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, eth_test_header, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, f->doorbells, 1);
	KUNIT_EXPECT_EQ(test, q->bstats_packets, 1);
	KUNIT_EXPECT_EQ(test, q->bstats_bytes, 60);
	KUNIT_EXPECT_EQ(test, q->qstats.qlen, 0);
}

static void dev_queue_xmit_down_is_enetdown(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_DEV_READY], was = *drops;
	struct net_fixture *f = test->priv;

	dev_close(f->eth0);
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(frame_skb(f, 46)), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(frame_skb(f, 46)), 0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
}

static void dev_queue_xmit_without_carrier_drops(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_QDISC_DROP], was = *drops;
	struct net_fixture *f = test->priv;

	netif_carrier_off(f->eth0);
	KUNIT_EXPECT_FALSE(test, f->eth0->flags & IFF_RUNNING);
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(frame_skb(f, 46)), NET_XMIT_CN);
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
	netif_carrier_on(f->eth0);
	KUNIT_EXPECT_TRUE(test, f->eth0->flags & IFF_RUNNING);
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(frame_skb(f, 46)), 0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
}

/* --- software in place of the device --- */

static struct sk_buff *partial_skb(struct net_fixture *f)
{
	struct sk_buff *skb = frame_skb(f, 100);
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	skb_fill_page_desc(skb, 0, page, 0, 300);
	skb->len += 300;
	skb->data_len += 300;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + ETH_HLEN + 20);
	skb->csum_offset = 6;
	memset(skb->data + ETH_HLEN + 26, 0, 2);
	return skb;
}

static void validate_does_what_the_device_cannot(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	/* No features: linear and summed; all but the field counts 0..99. */
	dev_queue_xmit(partial_skb(f));
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(
		test,
		csum_fold(csum_partial(f->tx[0].data + ETH_HLEN + 20, 380, 0)),
		0);
	/* HW_CSUM and SG: left alone. */
	f->eth0->features = NETIF_F_SG | NETIF_F_HW_CSUM;
	dev_queue_xmit(partial_skb(f));
	KUNIT_EXPECT_EQ(test, f->tx[1].ip_summed, CHECKSUM_PARTIAL);
	/* IP_CSUM is for IPv4 only. */
	f->eth0->features = NETIF_F_SG | NETIF_F_IP_CSUM;
	dev_queue_xmit(partial_skb(f));
	KUNIT_EXPECT_EQ(test, f->tx[2].ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_MEMEQ(test, f->tx[2].data, f->tx[0].data, f->tx[0].len);
}

static void validate_without_memory_drops_and_counts(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_NOMEM], was = *drops;
	struct net_fixture *f = test->priv;
	struct sk_buff *skb = partial_skb(f);

	/* Linear room for the fragment must be allocated. */
	test_fail_nth_alloc(1);
	dev_queue_xmit(skb);
	if (!test_fail_fired())
		return;
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
}

/* A protocol whose header is 8 bytes, the first of which counts segments. */
#define TEST_GSO_TYPE 0x8000

static struct sk_buff *test_segment(struct sk_buff *skb, u64 features)
{
	struct sk_buff *segs, *s;
	u8 i = 0;

	segs = skb_segment(skb, ETH_HLEN + 8, features);
	if (IS_ERR(segs))
		return segs;
	for (s = segs; s; s = s->next)
		s->data[ETH_HLEN] = i++;
	return segs;
}

static struct gso_protocol test_gso = {
	.gso_type = TEST_GSO_TYPE,
	.segment = test_segment,
};

static u32 destroyed, destroyed_truesize;

static void gso_destructor(struct sk_buff *skb)
{
	destroyed++;
	destroyed_truesize = skb->truesize;
}

static struct sk_buff *gso_skb(struct net_fixture *f, u32 head, u32 payload)
{
	struct sk_buff *skb = frame_skb(f, 8 + head);
	struct page *page;
	u32 i, n, k;

	for (k = 0; k < head; k++)
		skb->data[ETH_HLEN + 8 + k] = (u8)k;
	for (i = 0; payload > head && i < MAX_SKB_FRAGS; i++) {
		n = min_t(u32, payload - head, 1000);
		page = alloc_page(GFP_KERNEL);
		if (!page)
			break;
		for (k = 0; k < n; k++)
			((u8 *)page_address(page))[k] = (u8)(head + k);
		head += n;
		skb_fill_page_desc(skb, i, page, 0, n);
		skb->len += n;
		skb->data_len += n;
		skb->truesize += PAGE_SIZE;
	}
	skb_shinfo(skb)->gso_size = 700;
	skb_shinfo(skb)->gso_segs = (u16)DIV_ROUND_UP(payload, 700);
	skb_shinfo(skb)->gso_type = TEST_GSO_TYPE;
	return skb;
}

/* Row T13: whoever cuts, the segments' bytes are the same. */
static void gso_cuts_at_every_segment_boundary(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u32 round, i, at, k, truesize;
	struct sk_buff *skb;

	if (!test_gso.list.next)
		gso_register(&test_gso);
	for (round = 0; round < 4; round++) {
		fixture_tx_reset(f);
		f->eth0->features = round & 1 ? NETIF_F_SG : 0;
		destroyed = 0;
		skb = gso_skb(f, round & 2 ? 0 : 50, 5000);
		skb->destructor = gso_destructor;
		truesize = skb->truesize;
		KUNIT_EXPECT_EQ(test, dev_queue_xmit(skb), 0);
		KUNIT_ASSERT_EQ(test, f->tx_frames, 8);
		KUNIT_EXPECT_EQ(test, f->doorbells, 1); /* xmit_more */
		KUNIT_EXPECT_EQ(test, destroyed, 1);
		KUNIT_EXPECT_EQ(test, destroyed_truesize, truesize);
		for (i = 0, at = 0; i < 8; i++) {
			u32 n = i < 7 ? 700 : 100;
			const u8 *p = f->tx[i].data + ETH_HLEN + 8;

			KUNIT_EXPECT_EQ(test, f->tx[i].len, ETH_HLEN + 8 + n);
			KUNIT_EXPECT_EQ(test, f->tx[i].data[ETH_HLEN], i);
			for (k = 0; k < n; k++, at++)
				if (p[k] != (u8)at)
					KUNIT_FAIL(test, "byte %u of %u", k, i);
		}
	}
}

static void gso_survives_each_failing_allocation(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	bool fired = true;
	struct sk_buff *skb;
	u32 nth;

	if (!test_gso.list.next)
		gso_register(&test_gso);
	f->eth0->features = NETIF_F_SG;
	for (nth = 1; fired; nth++) {
		fixture_tx_reset(f);
		destroyed = 0;
		skb = gso_skb(f, 0, 3000);
		skb->destructor = gso_destructor;
		test_fail_nth_alloc(nth);
		dev_queue_xmit(skb);
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		KUNIT_EXPECT_EQ(test, destroyed, 1);
		KUNIT_EXPECT_EQ(test, f->tx_frames, fired ? 0 : 5);
	}
	KUNIT_EXPECT_GT(test, nth, 6); /* at least one a segment */
}

static void gso_of_unknown_protocol_is_dropped(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_SKB_GSO_SEG];
	struct net_fixture *f = test->priv;
	struct sk_buff *skb = gso_skb(f, 0, 3000);
	u64 was = *drops;

	skb_shinfo(skb)->gso_type = 0x4000;
	dev_queue_xmit(skb);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
}

/* --- taps and handlers --- */

struct catcher {
	struct packet_type pt;
	u32 frames, outgoing, last_len;
};

static int catch_frame(struct sk_buff *skb, struct net_device *dev,
		       struct packet_type *pt, struct net_device *orig_dev)
{
	struct catcher *c = container_of(pt, struct catcher, pt);

	c->frames++;
	c->outgoing += skb->pkt_type == PACKET_OUTGOING;
	c->last_len = skb->len;
	consume_skb(skb);
	return 0;
}

/* Row D8: each frame once, sent and received, on one device or on all. */
static void taps_see_each_frame_once(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct catcher all = { .pt = { .type = htons(ETH_P_ALL),
				       .net = f->net,
				       .func = catch_frame } };
	struct catcher one = all, proto = all;

	one.pt.dev = f->eth0;
	proto.pt.type = htons(TEST_PROTO);
	dev_add_pack(&all.pt);
	dev_add_pack(&one.pt);
	dev_add_pack(&proto.pt);
	dev_queue_xmit(frame_skb(f, 46));
	KUNIT_EXPECT_EQ(test, all.frames, 1);
	KUNIT_EXPECT_EQ(test, one.frames, 1);
	KUNIT_EXPECT_EQ(test, all.outgoing + one.outgoing, 2);
	KUNIT_EXPECT_EQ(test, all.last_len, 60);
	KUNIT_EXPECT_EQ(test, proto.frames, 0);
	fixture_rx(f, f->tx[0].data, f->tx[0].len);
	KUNIT_EXPECT_EQ(test, all.frames, 2);
	KUNIT_EXPECT_EQ(test, one.frames, 2);
	KUNIT_EXPECT_EQ(test, proto.frames, 1);
	KUNIT_EXPECT_EQ(test, proto.last_len, 46);
	dev_remove_pack(&all.pt);
	dev_remove_pack(&one.pt);
	dev_remove_pack(&proto.pt);
	fixture_rx(f, f->tx[0].data, f->tx[0].len);
	KUNIT_EXPECT_EQ(test, proto.frames, 1);
}

static void frames_of_unknown_type_are_counted(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_UNHANDLED_PROTO];
	u64 was = *drops;

	fixture_rx(test->priv, eth_test_header, sizeof(eth_test_header));
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
}

/* Every length of frame, every byte random: nothing but counters changes. */
static void rx_survives_random_frames(struct kunit *test)
{
	static u8 frame[1600];
	u32 len;

	for (len = 0; len <= sizeof(frame); len++) {
		get_random_bytes(frame, len);
		fixture_rx(test->priv, frame, len);
	}
}

static void netif_rx_full_backlog_drops(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_CPU_BACKLOG];
	struct net_fixture *f = test->priv;
	u64 was = *drops;
	u32 i;

	f->net->sysctl_netdev_max_backlog = 5;
	local_bh_disable();
	for (i = 0; i < 8; i++)
		fixture_rx(f, eth_test_header, sizeof(eth_test_header));
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, *drops - was, 3);
}

/* --- NAPI --- */

static struct napi_struct test_napi;
static int napi_left, napi_polls;
static bool napi_again;

static int test_poll(struct napi_struct *napi, int budget)
{
	int work = min(napi_left, budget);

	napi_polls++;
	napi_left -= work;
	if (napi_again) { /* an interrupt comes during the poll */
		napi_again = false;
		napi_schedule(napi);
	}
	if (work < budget)
		napi_complete_done(napi, work);
	return work;
}

static void napi_polls_until_done(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	netif_napi_add(f->eth0, &test_napi, test_poll);
	napi_polls = 0;
	KUNIT_EXPECT_FALSE(test, napi_schedule(&test_napi)); /* disabled */
	napi_enable(&test_napi);
	napi_left = 1000; /* more than the budget of one run, 300 */
	KUNIT_EXPECT_TRUE(test, napi_schedule(&test_napi));
	KUNIT_EXPECT_EQ(test, napi_left, 0);
	KUNIT_EXPECT_EQ(test, napi_polls, 16);
	KUNIT_EXPECT_FALSE(test, test_napi.scheduled);
	/* A schedule during the poll is not lost. */
	napi_polls = 0;
	napi_again = true;
	napi_schedule(&test_napi);
	KUNIT_EXPECT_EQ(test, napi_polls, 2);
	napi_disable(&test_napi);
	netif_napi_del(&test_napi);
}

/* --- lo --- */

static void loopback_brings_back_what_was_sent(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *lo = f->net->loopback_dev;
	struct catcher c = { .pt = { .type = htons(TEST_PROTO),
				     .func = catch_frame } };
	struct sk_buff *skb;

	dev_add_pack(&c.pt);
	destroyed = 0;
	skb = fixture_skb(f, 64);
	skb->dev = lo;
	skb->destructor = gso_destructor;
	lo->header_ops->create(skb, lo, TEST_PROTO, NULL, NULL, skb->len);
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(skb), 0);
	/* Not below the sender: from NET_RX. The charge has ended. */
	KUNIT_EXPECT_EQ(test, c.frames, 0);
	KUNIT_EXPECT_EQ(test, destroyed, 1);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, c.frames, 1);
	KUNIT_EXPECT_EQ(test, c.last_len, 64);
	KUNIT_EXPECT_EQ(test, lo->stats.rx_packets, 1);
	dev_remove_pack(&c.pt);
}

/* A device that sends through itself must not take the stack with it. */
static netdev_tx_t loop_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_queue_xmit(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops loop_ops = { .ndo_start_xmit = loop_xmit };

static void loop_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->tx_path_noqueue = true;
	dev->netdev_ops = &loop_ops;
}

static void noqueue_recursion_is_cut(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_RECURSION_LIMIT];
	struct net_fixture *f = test->priv;
	struct net_device *dev = alloc_netdev_mqs(0, "loop%d", loop_setup, 1);
	struct sk_buff *skb = frame_skb(f, 46);
	u64 was = *drops;

	KUNIT_ASSERT_EQ(test, register_netdev(f->net, dev), 0);
	KUNIT_EXPECT_STREQ(test, dev->name, "loop0");
	KUNIT_EXPECT_EQ(test, dev_open(dev), 0);
	skb->dev = dev;
	dev_queue_xmit(skb);
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
	KUNIT_EXPECT_EQ(test, dev->xmit_recursion, 0);
	unregister_netdev(dev);
	free_netdev(dev);
}

/* --- registry --- */

static void register_netdev_names_and_finds(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *dev = alloc_netdev_mqs(8, "eth%d", ether_setup, 2);
	struct net_device *twin = alloc_netdev_mqs(0, "eth0", ether_setup, 1);

	dev->netdev_ops = f->eth0->netdev_ops;
	KUNIT_EXPECT_EQ(test, register_netdev(f->net, dev), 0);
	KUNIT_EXPECT_STREQ(test, dev->name, "eth1");
	KUNIT_EXPECT_PTR_EQ(test, dev_get_by_name(f->net, "eth1"), dev);
	KUNIT_EXPECT_PTR_EQ(test, dev_get_by_index(f->net, dev->ifindex), dev);
	KUNIT_EXPECT_NULL(test, dev_get_by_name(f->net, "eth2"));
	KUNIT_EXPECT_EQ(test, register_netdev(f->net, twin), -EEXIST);
	KUNIT_EXPECT_EQ(test, dev_set_mtu(dev, 67), -EINVAL);
	KUNIT_EXPECT_EQ(test, dev_set_mtu(dev, 1501), -EINVAL);
	KUNIT_EXPECT_EQ(test, dev_set_mtu(dev, 576), 0);
	KUNIT_EXPECT_EQ(test, dev->mtu, 576);
	KUNIT_EXPECT_NULL(
		test, alloc_netdev_mqs(0, "sixteen-bytes-xx", ether_setup, 1));
	unregister_netdev(dev);
	free_netdev(dev);
	free_netdev(twin);
}

/* --- byte queue limits --- */

/* A ring that ran dry with more waiting gets a higher limit; one that is
 * never emptied keeps less and less standing. */
static void dql_limit_follows_the_ring(struct kunit *test)
{
	struct dql dql;
	u32 i, grown;

	dql_init(&dql);
	KUNIT_EXPECT_EQ(test, dql.limit, 0);
	for (i = 0; i < 20; i++) { /* queue over the limit, empty, again */
		while (dql_avail(&dql) >= 0) {
			dql_queued(&dql, 1514);
		}
		dql_completed(&dql, (u32)(dql.num_queued - dql.num_completed));
	}
	grown = dql.limit;
	KUNIT_EXPECT_GE(test, grown, 2 * 1514);
	dql_reset(&dql);
	KUNIT_EXPECT_EQ(test, dql_avail(&dql), 0);
}

/* What a long-lived device has sent in all says nothing about its ring. */
static void dql_limit_is_the_same_after_20_gigabytes(struct kunit *test)
{
	struct dql dql;
	u32 i;

	dql_init(&dql);
	dql.num_queued = 20000000000U;
	dql.num_completed = 20000000000U;
	for (i = 0; i < 20; i++) {
		while (dql_avail(&dql) >= 0)
			dql_queued(&dql, 1514);
		dql_completed(&dql, 1514);
		dql_completed(&dql, (u32)(dql.num_queued - dql.num_completed));
	}
	KUNIT_EXPECT_LT(test, dql.limit, 100 * 1514);
}

/* Row Q5: over the limit the queue stops, a completion starts it again. */
static void bql_stops_and_wakes_the_queue(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct netdev_queue *txq = &f->eth0->_tx[0];
	u32 i, rounds = 0;

	f->hold = true;
	f->bql = true;
	for (i = 0; i < 50; i++)
		dev_queue_xmit(frame_skb(f, 1500));
	KUNIT_EXPECT_TRUE(test, txq->state & __QUEUE_STATE_STACK_XOFF);
	KUNIT_EXPECT_LT(test, f->ring.qlen, 50);
	KUNIT_EXPECT_EQ(test, f->ring.qlen + txq->qdisc->qstats.qlen, 50);
	KUNIT_EXPECT_EQ(test, txq->qdisc->qstats.backlog,
			txq->qdisc->qstats.qlen * 1514);
	while (f->ring.qlen && rounds++ < 100)
		fixture_complete(f, UINT32_MAX);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 50);
	KUNIT_EXPECT_EQ(test, txq->qdisc->qstats.qlen, 0);
	/* As the limit grew, several frames shared a doorbell. */
	KUNIT_EXPECT_LT(test, f->doorbells, 50);
}

static void dev_consume_skb_irq_frees_in_net_tx(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test->priv, 10);

	destroyed = 0;
	skb->destructor = gso_destructor;
	local_bh_disable();
	dev_consume_skb_irq(skb);
	KUNIT_EXPECT_EQ(test, destroyed, 0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, destroyed, 1);
}

/* Two stacks back to back: nothing of one is seen by the other but frames. */
static bool lose_second(void *arg, u32 index, const u8 *frame, u32 len)
{
	return index == 1;
}

static void wire_delays_and_loses(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct catcher c = { .pt = { .type = htons(TEST_PROTO),
				     .func = catch_frame } };
	u32 i;

	dev_add_pack(&c.pt);
	f->wire.to = f; /* a cable back into the same port */
	f->wire.delay_ns = 10 * NSEC_PER_MSEC;
	f->wire.lose = lose_second;
	for (i = 0; i < 3; i++)
		dev_queue_xmit(frame_skb(f, 46));
	test_advance_ns(9 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, c.frames, 0);
	test_advance_ns(1 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, c.frames, 2);
	KUNIT_EXPECT_EQ(test, f->wire.lost, 1);
	dev_remove_pack(&c.pt);
}

static const struct kunit_case dev_cases[] = {
	KUNIT_CASE(dev_queue_xmit_sends_at_once),
	KUNIT_CASE(dev_queue_xmit_down_is_enetdown),
	KUNIT_CASE(dev_queue_xmit_without_carrier_drops),
	KUNIT_CASE(validate_does_what_the_device_cannot),
	KUNIT_CASE(validate_without_memory_drops_and_counts),
	KUNIT_CASE(gso_cuts_at_every_segment_boundary),
	KUNIT_CASE(gso_survives_each_failing_allocation),
	KUNIT_CASE(gso_of_unknown_protocol_is_dropped),
	KUNIT_CASE(taps_see_each_frame_once),
	KUNIT_CASE(frames_of_unknown_type_are_counted),
	KUNIT_CASE(rx_survives_random_frames),
	KUNIT_CASE(netif_rx_full_backlog_drops),
	KUNIT_CASE(napi_polls_until_done),
	KUNIT_CASE(loopback_brings_back_what_was_sent),
	KUNIT_CASE(noqueue_recursion_is_cut),
	KUNIT_CASE(register_netdev_names_and_finds),
	KUNIT_CASE(dql_limit_follows_the_ring),
	KUNIT_CASE(dql_limit_is_the_same_after_20_gigabytes),
	KUNIT_CASE(bql_stops_and_wakes_the_queue),
	KUNIT_CASE(dev_consume_skb_irq_frees_in_net_tx),
	KUNIT_CASE(wire_delays_and_loses),
	{ 0 },
};

static const struct kunit_suite dev_suite = {
	.name = "dev",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = dev_cases,
};
kunit_test_suite(dev_suite);

// SPDX-License-Identifier: MIT
/* DOC: the queueing engine: bypass, busy and stopped devices, quota, order,
   watchdog, the default disciplines (rows Q1, Q2, Q5). */
#include "net/core/sch_generic.h"
#include "lib/err.h"
#include "net/core/dev_int.h"
#include "tests/fixtures/net_fixture.h"

static struct sk_buff *prio_skb(struct net_fixture *f, u32 len, u32 priority)
{
	struct sk_buff *skb = fixture_skb(f, len);

	skb->priority = priority;
	return skb;
}

static struct Qdisc *root(struct net_fixture *f)
{
	return f->eth0->_tx[0].qdisc;
}

static void busy_device_gets_the_same_packet_again(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	f->busy = 3;
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(prio_skb(f, 100, 0)), 0);
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(prio_skb(f, 101, 0)), 0);
	if (softirq_pending_mask)
		do_softirq();
	KUNIT_EXPECT_EQ(test, f->tx_frames, 2);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, 100);
	KUNIT_EXPECT_EQ(test, f->tx[1].len, 101);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.requeues, 3);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.qlen, 0);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.backlog, 0);
	/* Statistics count a packet once, however often it was tried. */
	KUNIT_EXPECT_EQ(test, root(f)->bstats_packets, 2);
	KUNIT_EXPECT_EQ(test, root(f)->bstats_bytes, 201);
}

static void stopped_queue_keeps_order_and_wakes(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u32 i;

	f->hold = true;
	f->ring_size = 4;
	for (i = 0; i < 300; i++)
		KUNIT_EXPECT_EQ(test, dev_queue_xmit(prio_skb(f, 60 + i, 0)),
				0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 4);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.qlen, 296);
	for (i = 0; i < 300 && f->ring.qlen; i++)
		fixture_complete(f, 3);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 300);
	for (i = 0; i < 300; i++)
		KUNIT_EXPECT_EQ(test, f->tx[i].len, 60 + i);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.qlen, 0);
}

/* A burst whose middle finds the ring full: the rest goes first, in order. */
static void refused_rest_of_a_burst_keeps_order(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct dql *dql = &f->eth0->_tx[0].dql;
	u32 i;

	dql->min_limit = 100000;
	dql_reset(dql);
	f->bql = true;
	f->hold = true;
	f->ring_size = 1;
	for (i = 0; i < 10; i++)
		dev_queue_xmit(prio_skb(f, 60 + i, 0));
	f->ring_size = 3;
	fixture_complete(f, 1);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 4);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.requeues, 6);
	for (i = 0; i < 10; i++)
		fixture_complete(f, 3);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 10);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, f->tx[i].len, 60 + i);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.backlog, 0);
}

/* The first of a burst is refused twice: it stays the first. */
static void refused_packet_stays_before_the_rest(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct dql *dql = &f->eth0->_tx[0].dql;
	u32 i;

	dql->min_limit = 100000;
	dql_reset(dql);
	f->bql = true;
	f->hold = true;
	f->ring_size = 1;
	for (i = 0; i < 6; i++)
		dev_queue_xmit(prio_skb(f, 60 + i, 0));
	f->ring_size = 0;
	f->busy = 2;
	fixture_complete(f, 1);
	if (softirq_pending_mask)
		do_softirq();
	KUNIT_ASSERT_EQ(test, f->tx_frames, 6);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, f->tx[i].len, 60 + i);
	fixture_complete(f, UINT32_MAX);
}

/* Without a stop, more than the quota waits for NET_TX but all of it goes. */
static void quota_continues_in_net_tx(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u32 i;

	f->hold = true;
	f->ring_size = 1;
	for (i = 0; i < 200; i++)
		dev_queue_xmit(prio_skb(f, 60 + i, 0));
	f->ring_size = 0;
	local_bh_disable();
	fixture_complete(f, 1); /* schedules the qdisc */
	qdisc_run(root(f));
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1 + 64);
	KUNIT_EXPECT_TRUE(test, root(f)->scheduled);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, f->tx_frames, 200);
	fixture_complete(f, UINT32_MAX);
}

/* tc-pfifo_fast: band 0 (interactive) before 1 (best effort) before 2. */
static void pfifo_fast_serves_bands_in_order(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u32 i;

	f->hold = true;
	f->ring_size = 1;
	dev_queue_xmit(prio_skb(f, 1000, 0)); /* fills the ring */
	for (i = 0; i <= TC_PRIO_MAX; i++)
		dev_queue_xmit(prio_skb(f, 100 + i, i));
	f->ring_size = 0;
	fixture_complete(f, 1);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 17);
	for (i = 2; i < 17; i++)
		KUNIT_EXPECT_LE(test,
				sch_default_prio2band[f->tx[i - 1].len - 100],
				sch_default_prio2band[f->tx[i].len - 100]);
	KUNIT_EXPECT_EQ(test, f->tx[1].len, 106); /* TC_PRIO_INTERACTIVE */
	KUNIT_EXPECT_EQ(test, f->tx[2].len, 107); /* TC_PRIO_CONTROL */
	KUNIT_EXPECT_EQ(test, f->tx[16].len, 105);
	fixture_complete(f, UINT32_MAX);
}

static void pfifo_fast_drops_beyond_its_limit(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_QDISC_DROP], was = *drops;
	struct net_fixture *f = test->priv;
	u32 i;

	f->hold = true;
	f->ring_size = 1;
	root(f)->limit = 10;
	for (i = 0; i < 11; i++)
		KUNIT_EXPECT_EQ(test, dev_queue_xmit(prio_skb(f, 60, 0)), 0);
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(prio_skb(f, 60, 0)),
			NET_XMIT_DROP);
	KUNIT_EXPECT_EQ(test, net_xmit_errno(NET_XMIT_DROP), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.drops, 1);
	KUNIT_EXPECT_EQ(test, root(f)->qstats.qlen, 10);
}

/* Row D7: a ring that stands still is reported, again and again; one that
 * was woken is not. An idle device has no timer. */
static void watchdog_reports_a_stuck_ring(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	KUNIT_EXPECT_FALSE(test, timer_pending(&f->eth0->watchdog_timer));
	f->hold = true;
	f->ring_size = 1;
	dev_queue_xmit(prio_skb(f, 60, 0));
	dev_queue_xmit(prio_skb(f, 60, 0));
	test_advance_ns(4 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->timeouts, 0);
	test_advance_ns(2 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->timeouts, 1);
	test_advance_ns(5 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->timeouts, 2);
	f->ring_size = 0;
	fixture_complete(f, UINT32_MAX);
	test_advance_ns(20 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->timeouts, 2);
	KUNIT_EXPECT_FALSE(test, timer_pending(&f->eth0->watchdog_timer));
	fixture_complete(f, UINT32_MAX);
}

/* The byte limits stopped the queue, not the ring: after the driver's reset
 * what waits goes without a new packet pushing it. */
static void watchdog_moves_what_the_byte_limit_held(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u32 i;

	f->bql = true;
	f->hold = true;
	f->resets = true;
	for (i = 0; i < 4 || !root(f)->qstats.qlen; i++)
		dev_queue_xmit(prio_skb(f, 1000, 0));
	test_advance_ns(11 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, f->timeouts, 1);
	KUNIT_EXPECT_GT(test, f->tx_frames, i - root(f)->qstats.qlen - 1);
	KUNIT_EXPECT_FALSE(test, root(f)->qstats.qlen &&
					 !netif_xmit_stopped(&f->eth0->_tx[0]));
	fixture_complete(f, UINT32_MAX);
}

/* What a queue holds when its device goes is dropped and counted, not leaked;
 * a scheduled qdisc that is freed is not run (ASan). */
static void dev_close_drops_what_is_queued(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_QDISC_DROP], was = *drops;
	struct net_fixture *f = test->priv;
	u32 i;

	f->hold = true;
	f->ring_size = 1;
	for (i = 0; i < 5; i++)
		dev_queue_xmit(prio_skb(f, 60, i));
	local_bh_disable();
	__netif_schedule(root(f));
	dev_close(f->eth0);
	dev_shutdown(f->eth0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, *drops - was, 4);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	dev_queue_xmit(prio_skb(f, 60, 0));
	KUNIT_EXPECT_EQ(test, f->tx_frames, 2);
}

static void dev_open_without_memory_works_without_queue(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	dev_close(f->eth0);
	dev_shutdown(f->eth0);
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	KUNIT_EXPECT_TRUE(test, test_fail_fired());
	KUNIT_EXPECT_STREQ(test, root(f)->ops->id, "noqueue");
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(prio_skb(f, 60, 0)), 0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
}

/* A TCP packet of 3 segments: the wire carries the headers three times. */
static void qdisc_pkt_len_counts_segment_headers(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct sk_buff *skb = fixture_skb(f, 14 + 20 + 20 + 3000);

	skb_set_network_header(skb, 14);
	skb_set_transport_header(skb, 34);
	skb->data[34 + 12] = 0x50; /* data offset: 5 words */
	KUNIT_EXPECT_EQ(test, qdisc_pkt_len(skb), 3054);
	skb_shinfo(skb)->gso_size = 1000;
	skb_shinfo(skb)->gso_segs = 3;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	KUNIT_EXPECT_EQ(test, qdisc_pkt_len(skb), 3 * (1000 + 54));
	kfree_skb(skb);
}

static const struct kunit_case sch_cases[] = {
	KUNIT_CASE(busy_device_gets_the_same_packet_again),
	KUNIT_CASE(stopped_queue_keeps_order_and_wakes),
	KUNIT_CASE(refused_rest_of_a_burst_keeps_order),
	KUNIT_CASE(refused_packet_stays_before_the_rest),
	KUNIT_CASE(quota_continues_in_net_tx),
	KUNIT_CASE(pfifo_fast_serves_bands_in_order),
	KUNIT_CASE(pfifo_fast_drops_beyond_its_limit),
	KUNIT_CASE(watchdog_reports_a_stuck_ring),
	KUNIT_CASE(watchdog_moves_what_the_byte_limit_held),
	KUNIT_CASE(dev_close_drops_what_is_queued),
	KUNIT_CASE(dev_open_without_memory_works_without_queue),
	KUNIT_CASE(qdisc_pkt_len_counts_segment_headers),
	{ 0 },
};

static const struct kunit_suite sch_suite = {
	.name = "sch_generic",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = sch_cases,
};
kunit_test_suite(sch_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: the ring-full laboratory: the driver on the card itself. TCTL.EN clear
 * freezes the model, so that the ring fills as it does on a slow wire; set
 * again it drains. The device's own counters (8254x SDM, 13.7) are the judge.
 * Needs a card whose wire leads nowhere; without one the cases are skipped.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/kunit.h"
#include "lib/softirq.h"
#include "tests/guest/real_clock.h"

#define FRAME_BYTES 60U

static struct e1000_adapter *adapter;
static bool opened_here;

static u32 frozen_tctl(u32 tctl)
{
	return tctl & ~(u32)E1000_TCTL_EN;
}

static void freeze(void)
{
	e1000_write(adapter, E1000_TCTL,
		    frozen_tctl(e1000_read(adapter, E1000_TCTL)));
}

static void thaw(void)
{
	e1000_write(adapter, E1000_TCTL,
		    e1000_read(adapter, E1000_TCTL) | E1000_TCTL_EN);
}

/* A broadcast frame of an experimental type (IEEE 802, 9.2.3). */
static struct sk_buff *frame(void)
{
	struct sk_buff *skb = alloc_skb(FRAME_BYTES, GFP_KERNEL);
	u8 *p;

	if (!skb)
		return NULL;
	p = skb_put(skb, FRAME_BYTES);
	memset(p, 0, FRAME_BYTES);
	memset(p, 0xff, ETH_ALEN);
	memcpy(p + ETH_ALEN, adapter->netdev->dev_addr, ETH_ALEN);
	p[12] = 0x88;
	p[13] = 0xb5;
	skb->dev = adapter->netdev;
	skb->protocol = htons(0x88b5);
	return skb;
}

/* One frame straight to the driver; the queue's lock as the core holds it. */
static netdev_tx_t to_driver(struct sk_buff *skb)
{
	struct netdev_queue *txq = netdev_get_tx_queue(adapter->netdev, 0);
	netdev_tx_t rc;

	local_bh_disable();
	adapter->netdev->xmit_more = false;
	spin_lock(&txq->xmit_lock);
	rc = e1000_xmit_frame(skb, adapter->netdev);
	spin_unlock(&txq->xmit_lock);
	local_bh_enable();
	return rc;
}

static void reclaim(void)
{
	local_bh_disable();
	e1000_clean_tx_irq(adapter);
	local_bh_enable();
}

/* Fill the frozen ring until the driver refuses; how many it took. */
static u32 fill(struct kunit *test)
{
	struct sk_buff *skb;
	u32 taken = 0;

	while (taken <= E1000_TX_RING) {
		skb = frame();
		if (!skb) {
			KUNIT_FAIL(test, "no memory for a frame");
			break;
		}
		if (to_driver(skb) == NETDEV_TX_BUSY) {
			consume_skb(skb); /* it is still ours */
			break;
		}
		taken++;
	}
	return taken;
}

static void full_ring_stops_the_queue_and_loses_nothing(struct kunit *test)
{
	struct netdev_queue *txq;
	u64 sent;
	u32 taken;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	txq = netdev_get_tx_queue(adapter->netdev, 0);
	sent = adapter->stats.tx_packets;
	(void)e1000_read(adapter, E1000_GPTC);
	(void)e1000_read(adapter, E1000_TPT);
	freeze();
	taken = fill(test);
	KUNIT_EXPECT_GT(test, taken, E1000_TX_RING / 2);
	KUNIT_EXPECT_LT(test, taken, E1000_TX_RING);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_GPTC), 0);
	thaw();
	reclaim();
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_GPTC), taken);
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_TPT), taken);
	KUNIT_EXPECT_EQ(test, adapter->stats.tx_packets - sent, taken);
	KUNIT_EXPECT_EQ(test, adapter->tx.next_to_clean,
			adapter->tx.next_to_use);
}

static void ring_wraps_many_times_and_counts_as_the_device(struct kunit *test)
{
	u64 sent;
	u32 i;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	sent = adapter->stats.tx_packets;
	(void)e1000_read(adapter, E1000_GPTC);
	for (i = 0; i < 20 * E1000_TX_RING + 7; i++) {
		struct sk_buff *skb = frame();

		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_ASSERT_EQ(test, to_driver(skb), NETDEV_TX_OK);
	}
	reclaim();
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_GPTC), i);
	KUNIT_EXPECT_EQ(test, adapter->stats.tx_packets - sent, i);
}

static void
timeout_empties_a_hung_ring_and_the_queue_goes_on(struct kunit *test)
{
	struct netdev_queue *txq;
	s64 live;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	txq = netdev_get_tx_queue(adapter->netdev, 0);
	live = skb_live_count();
	(void)e1000_read(adapter, E1000_GPTC);
	freeze();
	KUNIT_EXPECT_GT(test, fill(test), 0);
	e1000_tx_timeout(adapter->netdev);
	KUNIT_EXPECT_EQ(test, skb_live_count(), live);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_GPTC), 0);
	KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	reclaim();
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_GPTC), 1);
	KUNIT_EXPECT_EQ(test, skb_live_count(), live);
}

static const struct kunit_case e1000_cases[] = {
	KUNIT_CASE(full_ring_stops_the_queue_and_loses_nothing),
	KUNIT_CASE(ring_wraps_many_times_and_counts_as_the_device),
	KUNIT_CASE(timeout_empties_a_hung_ring_and_the_queue_goes_on),
	{ 0 },
};

static int e1000_test_init(struct kunit *test)
{
	struct net_device *dev = dev_get_by_name(&init_net, "eth0");

	(void)test;
	adapter = NULL;
	opened_here = false;
	if (!dev)
		return 0;
	test_use_real_clock(true);
	if (!netif_running(dev)) {
		if (dev_open(dev) != 0)
			return 0;
		opened_here = true;
	}
	adapter = netdev_priv(dev);
	return 0;
}

static void e1000_test_exit(struct kunit *test)
{
	(void)test;
	if (!adapter)
		return;
	if (opened_here)
		dev_close(adapter->netdev);
	test_use_real_clock(false);
}

static const struct kunit_suite e1000_suite = {
	.name = "e1000",
	.init = e1000_test_init,
	.exit = e1000_test_exit,
	.test_cases = e1000_cases,
};
kunit_test_suite(e1000_suite);

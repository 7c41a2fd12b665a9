// SPDX-License-Identifier: MIT
/*
 * DOC: the ring-full laboratory: the driver on the card itself. TCTL.EN clear
 * freezes the model, so that the ring fills as it does on a slow wire; set
 * again it drains. The device's own counters (8254x SDM, 13.7) are the judge.
 * Needs a card on whose wire nobody answers; without one the cases are skipped.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/errno.h"
#include "lib/kunit.h"
#include "lib/softirq.h"
#include "tests/guest/real_clock.h"
#include "tests/host/host.h"

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

/* As the transmit watchdog calls it: in softirq. */
static void time_out(void)
{
	local_bh_disable();
	e1000_tx_timeout(adapter->netdev);
	local_bh_enable();
}

/* Fill the frozen ring until the driver refuses; how many it took. */
static u32 fill(struct kunit *test)
{
	struct sk_buff *skb;
	u32 taken = 0;

	while (taken <= adapter->tx.mask + 1) {
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
	KUNIT_EXPECT_GT(test, taken, E1000_RING_DEFAULT / 2);
	KUNIT_EXPECT_LT(test, taken, E1000_RING_DEFAULT);
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
	for (i = 0; i < 20 * E1000_RING_DEFAULT + 7; i++) {
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
	time_out();
	KUNIT_EXPECT_EQ(test, skb_live_count(), live);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_GPTC), 0);
	KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	reclaim();
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_GPTC), 1);
	KUNIT_EXPECT_EQ(test, skb_live_count(), live);
}

static u32 device_sent(void)
{
	(void)e1000_read(adapter, E1000_TPT);
	return e1000_read(adapter, E1000_GPTC);
}

static void resize_takes_along_what_waits(struct kunit *test)
{
	struct netdev_queue *txq;
	u32 taken;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	txq = netdev_get_tx_queue(adapter->netdev, 0);
	(void)device_sent();
	freeze();
	taken = fill(test);
	KUNIT_EXPECT_EQ(test, e1000_resize_tx(adapter, E1000_RING_MIN), -EBUSY);
	KUNIT_EXPECT_EQ(test, adapter->tx.mask, E1000_RING_DEFAULT - 1);
	freeze();
	KUNIT_EXPECT_EQ(test, e1000_resize_tx(adapter, 1024), 0);
	/* The new ring was thawed with what was in the old one. */
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, device_sent(), taken);
	KUNIT_EXPECT_EQ(test, adapter->tx.next_to_clean,
			adapter->tx.next_to_use);
	KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, device_sent(), 1);
	KUNIT_EXPECT_EQ(test, e1000_resize_tx(adapter, E1000_RING_DEFAULT), 0);
}

static void resize_survives_each_allocation_failure(struct kunit *test)
{
	struct e1000_tx_ring before;
	u32 n;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	before = adapter->tx;
	for (n = 1; n <= 8; n++) {
		test_fail_nth_alloc(n);
		if (e1000_resize_tx(adapter, 512) == 0)
			break;
		KUNIT_EXPECT_MEMEQ(test, &adapter->tx, &before, sizeof(before));
		KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
		before = adapter->tx;
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, n, 3); /* descriptors, then the skbs' places */
	KUNIT_EXPECT_EQ(test, e1000_resize_tx(adapter, E1000_RING_DEFAULT), 0);
	for (n = 1; n <= 8; n++) {
		test_fail_nth_alloc(n);
		if (e1000_resize_rx(adapter, 128) == 0)
			break;
		KUNIT_EXPECT_EQ(test, adapter->rx.mask, E1000_RING_DEFAULT - 1);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, n, 3);
	KUNIT_EXPECT_EQ(test, adapter->rx.mask, 127);
	KUNIT_EXPECT_EQ(test, e1000_resize_rx(adapter, E1000_RING_DEFAULT), 0);
}

/* Masked, the device tells nobody; the driver's own timer looks. */
static void lost_interrupt_is_made_good_by_the_watchdog(struct kunit *test)
{
	u64 timeouts, end;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	timeouts = adapter->stats.tx_timeouts;
	(void)device_sent();
	freeze();
	KUNIT_EXPECT_GT(test, fill(test), 0);
	e1000_write(adapter, E1000_IMC, ~0U);
	thaw();
	mod_timer(&adapter->watchdog, ktime_get_ns());
	for (end = ktime_get_ns() + 5 * NSEC_PER_SEC;
	     adapter->tx.next_to_clean != adapter->tx.next_to_use &&
	     ktime_get_ns() < end;)
		task_yield();
	KUNIT_EXPECT_EQ(test, adapter->tx.next_to_clean,
			adapter->tx.next_to_use);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(netdev_get_tx_queue(
					 adapter->netdev, 0)));
	KUNIT_EXPECT_EQ(test, adapter->stats.tx_timeouts, timeouts);
	/* Unmasked again. */
	KUNIT_EXPECT_TRUE(test,
			  e1000_read(adapter, E1000_IMS) & E1000_ICR_TXDW);
}

/* The transmit watchdog finds that all has been sent: it resets nothing. */
static void timeout_after_a_lost_interrupt_drops_nothing(struct kunit *test)
{
	u64 dropped = skb_drop_counts[SKB_DROP_REASON_TX_TIMEOUT];
	u32 taken;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	(void)device_sent();
	freeze();
	taken = fill(test);
	thaw();
	time_out();
	KUNIT_EXPECT_EQ(test, device_sent(), taken);
	KUNIT_EXPECT_EQ(test, skb_drop_counts[SKB_DROP_REASON_TX_TIMEOUT],
			dropped);
}

static void a_ring_that_hangs_again_resets_the_device(struct kunit *test)
{
	u64 resets;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	resets = adapter->stats.resets;
	freeze();
	fill(test);
	time_out();
	KUNIT_EXPECT_EQ(test, adapter->stats.resets, resets);
	freeze();
	fill(test);
	time_out();
	KUNIT_EXPECT_EQ(test, adapter->stats.resets, resets + 1);
	KUNIT_EXPECT_TRUE(test,
			  e1000_read(adapter, E1000_RCTL) & E1000_RCTL_EN);
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_RDT), adapter->rx.mask);
	(void)device_sent();
	KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, device_sent(), 1);
	/* What was sent since lets the next one begin with the ring alone. */
	freeze();
	fill(test);
	time_out();
	KUNIT_EXPECT_EQ(test, adapter->stats.resets, resets + 1);
}

static bool stands_still(void)
{
	bool still;

	local_bh_disable();
	still = e1000_tx_stands_still(adapter);
	local_bh_enable();
	return still;
}

/* One frame that does not leave stops no queue, and is found all the same. */
static void a_hang_shows_though_no_queue_is_stopped(struct kunit *test)
{
	struct netdev_queue *txq;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	txq = netdev_get_tx_queue(adapter->netdev, 0);
	KUNIT_EXPECT_FALSE(test, stands_still());
	txq->dql.limit = 64 * FRAME_BYTES; /* as learnt from earlier traffic */
	freeze();
	KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	KUNIT_EXPECT_FALSE(test, netif_xmit_stopped(txq));
	KUNIT_EXPECT_FALSE(test, stands_still()); /* it may be new */
	KUNIT_EXPECT_TRUE(test, stands_still());
	thaw();
	KUNIT_EXPECT_FALSE(test, stands_still());
	/* Another one each time: it goes on. */
	freeze();
	KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	KUNIT_EXPECT_FALSE(test, stands_still());
	thaw();
	freeze();
	KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	KUNIT_EXPECT_FALSE(test, stands_still());
	time_out();
	KUNIT_EXPECT_FALSE(test, stands_still());
	KUNIT_EXPECT_EQ(test, adapter->tx.next_to_use, 0);
}

static u64 counter(const char *name)
{
	static char names[64][ETH_GSTRING_LEN];
	static u64 values[64];
	const struct ethtool_ops *ops = adapter->netdev->ethtool_ops;
	u32 i, n = ops->get_stats_count(adapter->netdev);

	BUG_ON(n > 64);
	ops->get_strings(adapter->netdev, names);
	ops->get_ethtool_stats(adapter->netdev, values);
	for (i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return values[i];
	panic("no counter %s", name);
}

static void counters_agree_with_the_devices_own(struct kunit *test)
{
	u64 packets, bytes, theirs, octets, broadcast;
	u32 i;

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	packets = counter("tx_packets");
	bytes = counter("tx_bytes");
	theirs = counter("device_tx_packets");
	octets = counter("device_tx_octets");
	broadcast = counter("tx_broadcast");
	for (i = 0; i < 1000; i++)
		KUNIT_EXPECT_EQ(test, to_driver(frame()), NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, counter("tx_packets") - packets, 1000);
	KUNIT_EXPECT_EQ(test, counter("tx_bytes") - bytes, 1000 * FRAME_BYTES);
	KUNIT_EXPECT_EQ(test, counter("device_tx_packets") - theirs, 1000);
	/* With the CRC. */
	KUNIT_EXPECT_EQ(test, counter("device_tx_octets") - octets,
			1000 * (FRAME_BYTES + ETH_FCS_LEN));
	KUNIT_EXPECT_EQ(test, counter("tx_broadcast") - broadcast, 1000);
}

static int set_coalesce(struct net_device *dev,
			const struct ethtool_coalesce *c)
{
	u32 word;

	return ethtool_set(dev, ETHTOOL_SCOALESCE, c, &word);
}

static void moderation_is_bounded_and_reaches_the_device(struct kunit *test)
{
	struct net_device *dev;
	struct ethtool_coalesce c = { .rx_coalesce_usecs = 100,
				      .tx_coalesce_usecs = 50 };

	if (!adapter)
		kunit_skip(test, "no e1000 here");
	dev = adapter->netdev;
	KUNIT_EXPECT_EQ(test, set_coalesce(dev, &c), 0);
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_ITR), 100 * 1000 / 256);
	KUNIT_EXPECT_EQ(test, e1000_read(adapter, E1000_TADV), 98);
	c.rx_coalesce_usecs = E1000_ITR_MAX_US + 1;
	KUNIT_EXPECT_EQ(test, set_coalesce(dev, &c), -EINVAL);
	c.rx_coalesce_usecs = 0;
	c.tx_max_coalesced_frames = 1;
	KUNIT_EXPECT_EQ(test, set_coalesce(dev, &c), -EOPNOTSUPP);
	c = (struct ethtool_coalesce){ .rx_coalesce_usecs = 32,
				       .tx_coalesce_usecs = 32 };
	KUNIT_EXPECT_EQ(test, set_coalesce(dev, &c), 0);
}

static const struct kunit_case e1000_cases[] = {
	KUNIT_CASE(resize_takes_along_what_waits),
	KUNIT_CASE(resize_survives_each_allocation_failure),
	KUNIT_CASE(lost_interrupt_is_made_good_by_the_watchdog),
	KUNIT_CASE(timeout_after_a_lost_interrupt_drops_nothing),
	KUNIT_CASE(a_ring_that_hangs_again_resets_the_device),
	KUNIT_CASE(a_hang_shows_though_no_queue_is_stopped),
	KUNIT_CASE(counters_agree_with_the_devices_own),
	KUNIT_CASE(moderation_is_bounded_and_reaches_the_device),
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

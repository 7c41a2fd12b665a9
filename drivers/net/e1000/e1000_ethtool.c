// SPDX-License-Identifier: MIT
/*
 * DOC: what ethtool(8) may ask of an e1000 and set: ring sizes, interrupt
 * moderation, counters, the link. The device's own counters (8254x SDM, 13.7)
 * are 32 bits and clear when read, so that they are summed up here; beside
 * those of the driver they show what was handed over and what was sent.
 *
 * Task context; e1000_update_stats() also softirq. Called by
 * net/core/ethtool.c. State: e1000_stats.hw, with softirqs off.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/errno.h"
#include "lib/softirq.h"
#include "lib/vsprintf.h"

/* --- counters --- */

static const struct {
	u16 reg, offset; /* of struct e1000_hw_stats */
} hw_counters[] = {
#define HW(reg, name)                                      \
	{                                                  \
		reg, offsetof(struct e1000_hw_stats, name) \
	}
	HW(E1000_CRCERRS, crcerrs), HW(E1000_RXERRC, rxerrc),
	HW(E1000_MPC, mpc),         HW(E1000_ECOL, ecol),
	HW(E1000_LATECOL, latecol), HW(E1000_COLC, colc),
	HW(E1000_RLEC, rlec),       HW(E1000_GPRC, gprc),
	HW(E1000_BPRC, bprc),       HW(E1000_MPRC, mprc),
	HW(E1000_GPTC, gptc),       HW(E1000_RNBC, rnbc),
	HW(E1000_RUC, ruc),         HW(E1000_ROC, roc),
	HW(E1000_MPTC, mptc),       HW(E1000_BPTC, bptc),
	HW(E1000_TSCTC, tsctc),     HW(E1000_TSCTFC, tsctfc),
#undef HW
};

/* 64 bits: the upper half clears both (13.7.20, 13.7.21). */
static u64 read_octets(struct e1000_adapter *a, u32 low, u32 high)
{
	u64 n = e1000_read(a, low);

	return n | (u64)e1000_read(a, high) << 32;
}

/**
 * e1000_update_stats() - Add what the device has counted since the last time.
 * @a: the adapter.
 *
 * Context: task or softirq.
 */
void e1000_update_stats(struct e1000_adapter *a)
{
	struct e1000_hw_stats *hw = &a->stats.hw;
	u32 i;

	local_bh_disable();
	for (i = 0; i < ARRAY_SIZE(hw_counters); i++)
		*(u64 *)((u8 *)hw + hw_counters[i].offset) +=
			e1000_read(a, hw_counters[i].reg);
	/* The model makes GPTC a copy of TPT: both begin again together. */
	(void)e1000_read(a, E1000_TPT);
	hw->gorc += read_octets(a, E1000_GORCL, E1000_GORCH);
	hw->gotc += read_octets(a, E1000_GOTCL, E1000_GOTCH);
	local_bh_enable();
}

static const struct {
	char name[ETH_GSTRING_LEN];
	u32 offset; /* of struct e1000_stats */
} shown[] = {
#define DRV(name, field)                                  \
	{                                                 \
		name, offsetof(struct e1000_stats, field) \
	}
	/* The driver's. */
	DRV("rx_packets", rx_packets),
	DRV("tx_packets", tx_packets),
	DRV("rx_bytes", rx_bytes),
	DRV("tx_bytes", tx_bytes),
	DRV("rx_errors", rx_errors),
	DRV("rx_length_errors", rx_length_errors),
	DRV("alloc_rx_buff_failed", rx_no_memory),
	DRV("tx_tcp_seg_packets", tx_tso),
	DRV("tx_context_descriptors", tx_contexts),
	DRV("tx_doorbells", doorbells),
	DRV("interrupts", interrupts),
	DRV("tx_busy", tx_busy),
	DRV("tx_restart_queue", tx_restart_queue),
	DRV("tx_timeout_count", tx_timeouts),
	DRV("device_resets", resets),
	/* The device's, octets with the CRC. */
	DRV("device_rx_packets", hw.gprc),
	DRV("device_tx_packets", hw.gptc),
	DRV("device_rx_octets", hw.gorc),
	DRV("device_tx_octets", hw.gotc),
	DRV("rx_broadcast", hw.bprc),
	DRV("tx_broadcast", hw.bptc),
	DRV("rx_multicast", hw.mprc),
	DRV("tx_multicast", hw.mptc),
	DRV("rx_crc_errors", hw.crcerrs),
	DRV("rx_missed_errors", hw.mpc),
	DRV("rx_no_buffer_count", hw.rnbc),
	DRV("rx_short_length_errors", hw.ruc),
	DRV("rx_long_length_errors", hw.roc),
	DRV("collisions", hw.colc),
	DRV("tx_aborted_errors", hw.ecol),
	DRV("tx_window_errors", hw.latecol),
	DRV("tx_tcp_seg_good", hw.tsctc),
	DRV("tx_tcp_seg_failed", hw.tsctfc),
#undef DRV
};

static u32 get_stats_count(struct net_device *dev)
{
	return ARRAY_SIZE(shown);
}

static void get_strings(struct net_device *dev, char (*names)[32])
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(shown); i++)
		memcpy(names[i], shown[i].name, ETH_GSTRING_LEN);
}

static void get_stats(struct net_device *dev, u64 *values)
{
	struct e1000_adapter *a = netdev_priv(dev);
	u32 i;

	e1000_update_stats(a);
	for (i = 0; i < ARRAY_SIZE(shown); i++)
		values[i] =
			*(const u64 *)((const u8 *)&a->stats + shown[i].offset);
}

/* --- the device and its link --- */

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	const struct e1000_adapter *a = netdev_priv(dev);

	strscpy(info->driver, "e1000", sizeof(info->driver));
	strscpy(info->version, "doorbell", sizeof(info->version));
	strscpy(info->fw_version, "N/A", sizeof(info->fw_version));
	snprintf(info->bus_info, sizeof(info->bus_info), "0000:%02x:%02x.%u",
		 a->pdev->bus, a->pdev->slot, a->pdev->func);
}

static u32 get_link(struct net_device *dev)
{
	return e1000_link_up(netdev_priv(dev));
}

static int get_link_ksettings(struct net_device *dev,
			      struct ethtool_link_ksettings *ks)
{
	static const u16 speeds[] = { 10, 100, 1000, 1000 };
	u32 status = e1000_read(netdev_priv(dev), E1000_STATUS);
	bool up = status & E1000_STATUS_LU;

	ks->supported = ETHTOOL_LINK_MODE_10baseT_Half |
			ETHTOOL_LINK_MODE_10baseT_Full |
			ETHTOOL_LINK_MODE_100baseT_Half |
			ETHTOOL_LINK_MODE_100baseT_Full |
			ETHTOOL_LINK_MODE_1000baseT_Full |
			ETHTOOL_LINK_MODE_Autoneg | ETHTOOL_LINK_MODE_TP;
	ks->advertising = ks->supported;
	ks->base.speed = SPEED_UNKNOWN;
	ks->base.duplex = DUPLEX_UNKNOWN;
	if (up) {
		ks->base.speed = speeds[(status & E1000_STATUS_SPEED) >>
					E1000_STATUS_SPEED_SHIFT];
		ks->base.duplex =
			status & E1000_STATUS_FD ? DUPLEX_FULL : DUPLEX_HALF;
	}
	ks->base.port = PORT_TP;
	ks->base.autoneg = AUTONEG_ENABLE;
	return 0;
}

/* IEEE 802.3, 22.2.4.1.7. The link goes and comes, with an interrupt each. */
static int nway_reset(struct net_device *dev)
{
	return e1000_phy_write(netdev_priv(dev), E1000_PHY_CTRL,
			       E1000_PHY_CTRL_AUTONEG | E1000_PHY_CTRL_RESTART);
}

/* --- rings and moderation --- */

static void get_ringparam(struct net_device *dev,
			  struct ethtool_ringparam *ring)
{
	const struct e1000_adapter *a = netdev_priv(dev);

	ring->rx_max_pending = E1000_RING_MAX;
	ring->tx_max_pending = E1000_RING_MAX;
	ring->rx_pending = a->rx.mask + 1;
	ring->tx_pending = a->tx.mask + 1;
}

/* Rounded up to what the rings can be; what is smaller than they can be is
 * refused. */
static int set_ringparam(struct net_device *dev,
			 const struct ethtool_ringparam *ring)
{
	struct e1000_adapter *a = netdev_priv(dev);
	int err;

	if (ring->rx_pending < E1000_RING_MIN ||
	    ring->tx_pending < E1000_RING_MIN)
		return -EINVAL;
	err = e1000_resize_tx(a, e1000_ring_size(ring->tx_pending));
	return err ?: e1000_resize_rx(a, e1000_ring_size(ring->rx_pending));
}

static int get_coalesce(struct net_device *dev, struct ethtool_coalesce *c)
{
	const struct e1000_adapter *a = netdev_priv(dev);

	c->rx_coalesce_usecs = a->itr_us;
	c->tx_coalesce_usecs = a->tx_us;
	return 0;
}

static int set_coalesce(struct net_device *dev,
			const struct ethtool_coalesce *c)
{
	struct e1000_adapter *a = netdev_priv(dev);

	if (c->rx_coalesce_usecs > E1000_ITR_MAX_US ||
	    c->tx_coalesce_usecs > E1000_TX_MAX_US)
		return -EINVAL;
	a->itr_us = c->rx_coalesce_usecs;
	a->tx_us = c->tx_coalesce_usecs;
	e1000_set_moderation(a);
	return 0;
}

/* Flow control is off in both directions (13.4.1), and not negotiated. */
static void get_pauseparam(struct net_device *dev,
			   struct ethtool_pauseparam *pause)
{
	u32 ctrl = e1000_read(netdev_priv(dev), E1000_CTRL);

	pause->rx_pause = !!(ctrl & E1000_CTRL_RFCE);
	pause->tx_pause = !!(ctrl & E1000_CTRL_TFCE);
}

static u32 get_msglevel(struct net_device *dev)
{
	const struct e1000_adapter *a = netdev_priv(dev);

	return a->msg_enable;
}

static void set_msglevel(struct net_device *dev, u32 level)
{
	struct e1000_adapter *a = netdev_priv(dev);

	a->msg_enable = level;
}

const struct ethtool_ops e1000_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = get_link,
	.get_link_ksettings = get_link_ksettings,
	.nway_reset = nway_reset,
	.get_ringparam = get_ringparam,
	.set_ringparam = set_ringparam,
	.supported_coalesce_params =
		ETHTOOL_COALESCE_RX_USECS | ETHTOOL_COALESCE_TX_USECS,
	.get_coalesce = get_coalesce,
	.set_coalesce = set_coalesce,
	.get_pauseparam = get_pauseparam,
	.get_msglevel = get_msglevel,
	.set_msglevel = set_msglevel,
	.get_stats_count = get_stats_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_stats,
};

// SPDX-License-Identifier: MIT
/*
 * DOC: the e1000 (82540EM, 82545EM): probe, open, interrupt, poll.
 *
 * pci_init() calls the probe, which brings the device up as far as reception
 * (see e1000_rx.c for why so early) and registers eth%d. The interrupt handler
 * reads the cause, masks and schedules NAPI; the poll frees sent packets,
 * delivers received ones and unmasks when it runs dry. Every two seconds a
 * timer polls too, so that a lost interrupt costs no more than that.
 *
 * On the command line, by the names that Linux's driver has for them:
 * e1000.TxDescriptors, e1000.RxDescriptors, e1000.InterruptThrottleRate (a
 * second; 0: no limit), e1000.TxIntDelay (units of 1.024 us); and
 * e1000.offload=on for sums and TSO by the device. ethtool(8) changes all of
 * it later.
 *
 * State: struct e1000_adapter. Rings: see e1000.h for their locks.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "kernel/cmdline.h"
#include "kernel/irq.h"
#include "kernel/stats.h"

#define PCI_VENDOR_INTEL 0x8086

#define E1000_INTERRUPTS                                                       \
	(E1000_ICR_TXDW | E1000_ICR_LSC | E1000_ICR_RXSEQ | E1000_ICR_RXDMT0 | \
	 E1000_ICR_RXO | E1000_ICR_RXT0)

#define DEFAULT_ITR_RATE 31250 /* 32 us apart */
#define MIN_ITR_RATE     100
#define DEFAULT_TX_DELAY 32
#define WATCHDOG_NS      (2ULL * NSEC_PER_SEC)

static void e1000_update_link(struct e1000_adapter *a)
{
	bool up = e1000_link_up(a);

	if (up == netif_carrier_ok(a->netdev))
		return;
	if (a->msg_enable & NETIF_MSG_LINK)
		pr_info("%s: link is %s\n", a->netdev->name,
			up ? "up" : "down");
	if (up)
		netif_carrier_on(a->netdev);
	else
		netif_carrier_off(a->netdev);
}

/* Hardirq: the line may be shared, so a cause of zero is somebody else's. */
static bool e1000_intr(void *arg)
{
	struct e1000_adapter *a = arg;
	u32 icr = e1000_read(a, E1000_ICR);

	if (!icr)
		return false;
	a->stats.interrupts++;
	if (icr & (E1000_ICR_LSC | E1000_ICR_RXSEQ))
		a->link_changed = true;
	e1000_write(a, E1000_IMC, ~0U);
	napi_schedule(&a->napi);
	return true;
}

static int e1000_poll(struct napi_struct *napi, int budget)
{
	struct e1000_adapter *a =
		container_of(napi, struct e1000_adapter, napi);
	int done;

	if (unlikely(a->link_changed)) {
		a->link_changed = false;
		e1000_update_link(a);
	}
	e1000_clean_tx_irq(a);
	done = e1000_clean_rx_irq(a, budget);
	if (done < budget && napi_complete_done(napi, done))
		e1000_write(a, E1000_IMS, E1000_INTERRUPTS);
	return done;
}

/*
 * Look after what an interrupt should have told: the link, frames, completed
 * packets; and whether the device still sends. TIMER softirq.
 */
static void e1000_watchdog(struct timer_list *t)
{
	struct e1000_adapter *a = from_timer(a, t, watchdog);

	e1000_update_link(a);
	if (unlikely(e1000_tx_stands_still(a)))
		e1000_tx_timeout(a->netdev);
	napi_schedule(&a->napi);
	mod_timer(t, ktime_get_ns() + WATCHDOG_NS);
}

static int e1000_open(struct net_device *dev)
{
	struct e1000_adapter *a = netdev_priv(dev);
	int err;

	err = request_irq(a->pdev->irq, e1000_intr, a, dev->name);
	if (err)
		return err;
	napi_enable(&a->napi);
	e1000_update_link(a);
	mod_timer(&a->watchdog, ktime_get_ns() + WATCHDOG_NS);
	e1000_write(a, E1000_IMS, E1000_INTERRUPTS);
	/* Frames may already wait: the ring has been open since the probe. */
	e1000_write(a, E1000_ICS, E1000_ICR_RXT0);
	return 0;
}

static int e1000_stop(struct net_device *dev)
{
	struct e1000_adapter *a = netdev_priv(dev);

	e1000_write(a, E1000_IMC, ~0U);
	del_timer(&a->watchdog);
	napi_disable(&a->napi);
	free_irq(a->pdev->irq, a);
	/* The ring stays: what it holds is on the wire within microseconds. */
	e1000_clean_tx_irq(a);
	return 0;
}

static void e1000_get_stats64(struct net_device *dev,
			      struct rtnl_link_stats64 *s)
{
	struct e1000_adapter *a = netdev_priv(dev);

	e1000_update_stats(a);
	s->tx_packets = a->stats.tx_packets;
	s->tx_bytes = a->stats.tx_bytes;
	s->rx_packets = a->stats.rx_packets;
	s->rx_bytes = a->stats.rx_bytes;
	s->rx_missed_errors = a->stats.hw.mpc;
	s->rx_crc_errors = a->stats.hw.crcerrs;
	s->rx_length_errors = a->stats.rx_length_errors;
	s->rx_errors = a->stats.rx_errors + a->stats.rx_length_errors;
	s->multicast = a->stats.hw.mprc;
	s->collisions = a->stats.hw.colc;
	s->rx_dropped += a->stats.rx_no_memory;
}

static int e1000_set_mac_address(struct net_device *dev, const u8 *addr)
{
	struct e1000_adapter *a = netdev_priv(dev);

	e1000_set_mac(a, addr);
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	return 0;
}

static void e1000_set_rx_mode(struct net_device *dev)
{
	e1000_set_multicast(netdev_priv(dev));
}

static int e1000_set_features(struct net_device *dev, u64 features)
{
	struct e1000_adapter *a = netdev_priv(dev);
	int err = features & NETIF_F_TSO ? e1000_alloc_headers(a) : 0;

	if (!err)
		e1000_set_vlan(a, features & NETIF_F_HW_VLAN_CTAG_TX);
	return err;
}

/**
 * e1000_reinit() - Reset the whole device and go on with empty rings.
 * @a: running; both rings lose what they hold.
 *
 * Context: softirq, the queue's lock held.
 */
void e1000_reinit(struct e1000_adapter *a)
{
	a->stats.resets++;
	e1000_update_stats(a);
	if (e1000_reset_hw(a))
		pr_err("%s: the reset does not end\n", a->netdev->name);
	e1000_drain_tx(a);
	e1000_set_mac(a, a->netdev->dev_addr);
	e1000_set_vlan(a, a->netdev->features & NETIF_F_HW_VLAN_CTAG_TX);
	e1000_start_rx(a);
	e1000_start_tx(a);
	e1000_write(a, E1000_IMS, E1000_INTERRUPTS);
}

static const struct net_device_ops e1000_netdev_ops = {
	.ndo_open = e1000_open,
	.ndo_stop = e1000_stop,
	.ndo_start_xmit = e1000_xmit_frame,
	.ndo_features_check = e1000_features_check,
	.ndo_get_stats64 = e1000_get_stats64,
	.ndo_set_mac_address = e1000_set_mac_address,
	.ndo_set_rx_mode = e1000_set_rx_mode,
	.ndo_tx_timeout = e1000_tx_timeout,
	.ndo_set_features = e1000_set_features,
};

/* At the machine's end, for whoever asked (doorbell.stats). */
static void e1000_report(void *arg)
{
	const struct e1000_adapter *a = arg;

	stats_print("boot.first_frame_ns", a->stats.first_frame_ns);
	stats_print("e1000.tx_frames", a->stats.tx_packets);
	stats_print("e1000.tx_tso", a->stats.tx_tso);
	stats_print("e1000.tx_contexts", a->stats.tx_contexts);
	stats_print("e1000.rx_frames", a->stats.rx_packets);
	stats_print("e1000.doorbells", a->stats.doorbells);
	stats_print("e1000.interrupts", a->stats.interrupts);
	stats_print("e1000.tx_busy", a->stats.tx_busy);
	stats_print("e1000.tx_timeouts", a->stats.tx_timeouts);
}

/* A number of the command line. One out of bounds is named and not used. */
static u64 number_param(const char *name, u64 least, u64 most, u64 dflt)
{
	u64 v = cmdline_u64(name, dflt);

	if (v >= least && v <= most)
		return v;
	pr_err("%s=%llu: from %llu to %llu; it is %llu\n", name, v, least, most,
	       dflt);
	return dflt;
}

static u32 ring_param(const char *name)
{
	return e1000_ring_size(number_param(
		name, E1000_RING_MIN, E1000_RING_MAX, E1000_RING_DEFAULT));
}

static void moderation_params(struct e1000_adapter *a)
{
	u64 rate = cmdline_u64("e1000.InterruptThrottleRate", DEFAULT_ITR_RATE);

	if (rate)
		rate = number_param("e1000.InterruptThrottleRate", MIN_ITR_RATE,
				    1000000, DEFAULT_ITR_RATE);
	a->itr_us = rate ? (u32)(1000000 / rate) : 0;
	a->tx_us = (u32)(number_param("e1000.TxIntDelay", 0,
				      E1000_TX_MAX_US * 1000 / 1024,
				      DEFAULT_TX_DELAY) *
			 1024 / 1000);
}

static int e1000_bring_up(struct e1000_adapter *a)
{
	struct net_device *dev = a->netdev;
	int err;

	a->regs = ioremap(a->pdev->bar[0].start, E1000_REGS_SIZE);
	if (!a->regs)
		return -ENOMEM;
	err = e1000_reset_hw(a);
	if (err)
		return err;
	err = e1000_read_mac(a, dev->dev_addr);
	if (err)
		return err;
	memcpy(dev->perm_addr, dev->dev_addr, ETH_ALEN);
	e1000_set_mac(a, dev->dev_addr);
	e1000_set_vlan(a, true);
	err = e1000_setup_rx(a, ring_param("e1000.RxDescriptors"));
	if (err)
		return err;
	err = e1000_setup_tx(a, ring_param("e1000.TxDescriptors"));
	if (err)
		e1000_free_rx(a);
	return err;
}

static int e1000_probe(struct pci_dev *pdev)
{
	struct e1000_adapter *a;
	struct net_device *dev;
	int err;

	err = pci_enable_device(pdev);
	if (err)
		return err;
	pci_set_master(pdev);
	dev = alloc_netdev_mqs(sizeof(*a), "eth%d", ether_setup, 1);
	if (!dev)
		return -ENOMEM;
	a = netdev_priv(dev);
	a->msg_enable = NETIF_MSG_DRV | NETIF_MSG_PROBE | NETIF_MSG_LINK;
	a->netdev = dev;
	a->pdev = pdev;
	dev->netdev_ops = &e1000_netdev_ops;
	dev->rx_bare = true;
	dev->ethtool_ops = &e1000_ethtool_ops;
	dev->vlan_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	dev->tso_short_last = true; /* e1000_features_check() */
	dev->hw_features = dev->vlan_features | NETIF_F_HW_VLAN_CTAG_TX;
	dev->features = NETIF_F_SG | NETIF_F_HW_VLAN_CTAG_TX;
	if (cmdline_flag("e1000.offload", false))
		dev->features = dev->hw_features;
	moderation_params(a);
	timer_setup(&a->watchdog, e1000_watchdog);
	err = e1000_bring_up(a);
	if (err)
		goto out_free_netdev;
	dev->watchdog_timeo_ns = 5 * NSEC_PER_SEC;
	netif_napi_add(dev, &a->napi, e1000_poll);
	err = register_netdev(&init_net, dev);
	if (err)
		goto out_free_rings;
	pdev->driver_data = dev;
	stats_register(e1000_report, a);
	pr_info("%s: e1000 %04x:%04x at %02x:%02x.%u, irq %u, %pM\n", dev->name,
		pdev->vendor, pdev->device, pdev->bus, pdev->slot, pdev->func,
		pdev->irq, dev->dev_addr);
	return 0;

out_free_rings:
	netif_napi_del(&a->napi);
	e1000_free_tx(a);
	e1000_free_rx(a);
out_free_netdev:
	free_netdev(dev);
	pr_err("e1000: %02x:%02x.%u: probe failed (error %d)\n", pdev->bus,
	       pdev->slot, pdev->func, err);
	return err;
}

static const struct pci_device_id e1000_ids[] = {
	{ PCI_VENDOR_INTEL, 0x100e }, /* 82540EM: QEMU, VirtualBox */
	{ PCI_VENDOR_INTEL, 0x1015 }, /* 82540EM, LOM */
	{ PCI_VENDOR_INTEL, 0x100f }, /* 82545EM, copper: QEMU, VMware */
	{ 0, 0 },
};

static const struct pci_driver e1000_driver = {
	.name = "e1000",
	.id_table = e1000_ids,
	.probe = e1000_probe,
};
pci_register_driver(e1000_driver);

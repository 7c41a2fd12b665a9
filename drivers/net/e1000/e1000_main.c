// SPDX-License-Identifier: MIT
/*
 * DOC: the e1000 (82540EM, 82545EM): probe, open, interrupt, poll.
 *
 * pci_init() calls the probe, which brings the device up as far as reception
 * (see e1000_rx.c for why so early) and registers eth%d. The interrupt handler
 * reads the cause, masks and schedules NAPI; the poll frees sent packets,
 * delivers received ones and unmasks when it runs dry.
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

/* Interrupts at least 32 us apart: at most 31,250 a second. */
#define E1000_ITR_32_US (32 * 1000 / 256)

static void e1000_update_link(struct e1000_adapter *a)
{
	bool up = e1000_link_up(a);

	if (up == netif_carrier_ok(a->netdev))
		return;
	pr_info("%s: link is %s\n", a->netdev->name, up ? "up" : "down");
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

static int e1000_open(struct net_device *dev)
{
	struct e1000_adapter *a = netdev_priv(dev);
	int err;

	err = request_irq(a->pdev->irq, e1000_intr, a, dev->name);
	if (err)
		return err;
	napi_enable(&a->napi);
	e1000_update_link(a);
	e1000_write(a, E1000_ITR, E1000_ITR_32_US);
	e1000_write(a, E1000_IMS, E1000_INTERRUPTS);
	/* Frames may already wait: the ring has been open since the probe. */
	e1000_write(a, E1000_ICS, E1000_ICR_RXT0);
	return 0;
}

static int e1000_stop(struct net_device *dev)
{
	struct e1000_adapter *a = netdev_priv(dev);

	e1000_write(a, E1000_IMC, ~0U);
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

	a->stats.missed += e1000_read(a, E1000_MPC);
	a->stats.crc_errors += e1000_read(a, E1000_CRCERRS);
	s->tx_packets = a->stats.tx_packets;
	s->tx_bytes = a->stats.tx_bytes;
	s->rx_packets = a->stats.rx_packets;
	s->rx_bytes = a->stats.rx_bytes;
	s->rx_missed_errors = a->stats.missed;
	s->rx_crc_errors = a->stats.crc_errors;
	s->rx_length_errors = a->stats.rx_length_errors;
	s->rx_errors = a->stats.rx_errors + a->stats.rx_length_errors;
	s->rx_dropped += a->stats.rx_no_memory;
}

static int e1000_set_mac_address(struct net_device *dev, const u8 *addr)
{
	struct e1000_adapter *a = netdev_priv(dev);

	e1000_set_mac(a, addr);
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	return 0;
}

static const struct net_device_ops e1000_netdev_ops = {
	.ndo_open = e1000_open,
	.ndo_stop = e1000_stop,
	.ndo_start_xmit = e1000_xmit_frame,
	.ndo_features_check = e1000_features_check,
	.ndo_get_stats64 = e1000_get_stats64,
	.ndo_set_mac_address = e1000_set_mac_address,
	.ndo_tx_timeout = e1000_tx_timeout,
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
	e1000_set_mac(a, dev->dev_addr);
	err = e1000_setup_rx(a);
	if (err)
		return err;
	err = e1000_setup_tx(a);
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
	a->netdev = dev;
	a->pdev = pdev;
	a->offload = cmdline_flag("e1000.offload", false);
	err = e1000_bring_up(a);
	if (err)
		goto out_free_netdev;
	dev->netdev_ops = &e1000_netdev_ops;
	dev->features = NETIF_F_SG;
	if (a->offload)
		dev->features |= NETIF_F_HW_CSUM | NETIF_F_TSO;
	dev->hw_features = dev->features;
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

// SPDX-License-Identifier: MIT
/*
 * DOC: the transmit ring: descriptors, the doorbell, completion (8254x SDM,
 * sections 3.3, 3.4 and 14.5).
 *
 * e1000_xmit_frame() is called by dev_hard_start_xmit() with the queue's
 * xmit_lock held and softirqs off. It fills one legacy descriptor for each
 * linear part or fragment and rings the doorbell (TDT) once a burst: while
 * netdev_xmit_more() says that another frame follows, the write waits. What is
 * already done when the doorbell returns is reclaimed at once; the interrupt
 * (through NAPI, e1000_clean_tx_irq) takes the rest. Cost: one uncached write
 * a burst; reading DD is an ordinary load.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/slab.h"

/* The most descriptors a packet takes: linear part, fragments, each cut at
 * E1000_TXD_MAX_LEN; and one slot stays free so that TDT never meets TDH. */
#define TX_WORST_CASE (MAX_SKB_FRAGS + 1U + 65536U / E1000_TXD_MAX_LEN + 1U)
/* A stopped queue is woken when this much is free: not for every frame. */
#define TX_WAKE_THRESHOLD (2U * TX_WORST_CASE)

static_assert((E1000_TX_RING & (E1000_TX_RING - 1)) == 0, "masked by size - 1");
static_assert(E1000_TX_RING * sizeof(struct e1000_tx_desc) % 128 == 0,
	      "8254x SDM, 13.4.37: TDLEN in units of 128 bytes");
static_assert(E1000_TX_RING > TX_WAKE_THRESHOLD, "or no packet would fit");

static u32 tx_unused(const struct e1000_tx_ring *r)
{
	return E1000_TX_RING - 1 - (r->next_to_use - r->next_to_clean);
}

static struct e1000_tx_desc *tx_desc(const struct e1000_tx_ring *r, u32 i)
{
	return &r->desc[i & (E1000_TX_RING - 1)];
}

/* Section 14.5, "Transmit Initialization". */
static void tx_start(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;

	r->next_to_use = 0;
	r->next_to_clean = 0;
	r->tail = 0;
	/* Ring base and length; 16-byte aligned by the allocator. */
	e1000_write(a, E1000_TDBAL, (u32)r->dma);
	e1000_write(a, E1000_TDBAH, (u32)(r->dma >> 32));
	e1000_write(a, E1000_TDLEN,
		    E1000_TX_RING * (u32)sizeof(struct e1000_tx_desc));
	/* Head and tail. */
	e1000_write(a, E1000_TDH, 0);
	e1000_write(a, E1000_TDT, 0);
	/* Completion interrupts wait up to 64 us for company (IDE). */
	e1000_write(a, E1000_TIDV, 32);
	e1000_write(a, E1000_TADV, 64);
	/* Inter-packet gap, then enable with padding and full-duplex values. */
	e1000_write(a, E1000_TIPG,
		    E1000_TIPG_IPGT |
			    E1000_TIPG_IPGR1 << E1000_TIPG_IPGR1_SHIFT |
			    E1000_TIPG_IPGR2 << E1000_TIPG_IPGR2_SHIFT);
	e1000_write(a, E1000_TCTL,
		    E1000_TCTL_EN | E1000_TCTL_PSP |
			    E1000_COLLISION_THRESHOLD << E1000_TCTL_CT_SHIFT |
			    E1000_COLLISION_DISTANCE_FD
				    << E1000_TCTL_COLD_SHIFT);
}

/**
 * e1000_setup_tx() - Allocate the ring and start the transmit unit.
 * @a: after e1000_reset_hw().
 *
 * Context: boot.
 * Return:  0 or -ENOMEM with nothing left allocated.
 */
int e1000_setup_tx(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;

	r->skb = kcalloc(E1000_TX_RING, sizeof(struct sk_buff *), GFP_KERNEL);
	if (!r->skb)
		return -ENOMEM;
	r->desc = dma_alloc_coherent(E1000_TX_RING * sizeof(*r->desc), &r->dma);
	if (!r->desc) {
		kfree(r->skb);
		r->skb = NULL;
		return -ENOMEM;
	}
	tx_start(a);
	return 0;
}

/**
 * e1000_free_tx() - Stop the transmit unit and free ring and packets.
 * @a: after e1000_setup_tx().
 */
void e1000_free_tx(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;

	e1000_drain_tx(a);
	dma_free_coherent(E1000_TX_RING * sizeof(*r->desc), r->desc, r->dma);
	kfree(r->skb);
	r->desc = NULL;
	r->skb = NULL;
}

/**
 * e1000_drain_tx() - Take back every packet, sent or not.
 * @a: the adapter; the transmit unit is stopped by this.
 *
 * What TCP holds it sends again; the rest counts as dropped.
 *
 * Context: softirqs off.
 */
void e1000_drain_tx(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;
	struct sk_buff *skb;

	e1000_write(a, E1000_TCTL, E1000_TCTL_PSP);
	(void)e1000_read(a, E1000_STATUS);
	for (; r->next_to_clean != r->next_to_use; r->next_to_clean++) {
		skb = r->skb[r->next_to_clean & (E1000_TX_RING - 1)];
		r->skb[r->next_to_clean & (E1000_TX_RING - 1)] = NULL;
		kfree_skb_reason(skb, SKB_DROP_REASON_TX_TIMEOUT);
	}
	netdev_tx_reset_queue(netdev_get_tx_queue(a->netdev, 0));
}

/* One buffer, cut where a descriptor cannot hold it. */
static u32 tx_map(struct e1000_tx_ring *r, u32 i, const void *data, u32 len)
{
	dma_addr_t dma = dma_map(data);
	struct e1000_tx_desc *d;
	u32 n;

	do {
		n = min(len, E1000_TXD_MAX_LEN);
		d = tx_desc(r, i++);
		d->addr = cpu_to_le64(dma);
		d->length = cpu_to_le16(n);
		d->cso = 0;
		d->cmd = E1000_TXD_CMD_IFCS;
		d->status = 0;
		d->css = 0;
		d->special = cpu_to_le16(0);
		dma += n;
		len -= n;
	} while (len);
	return i;
}

/* The tail write: from here on the device owns what was filled in. */
static void tx_doorbell(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;

	if (r->tail == r->next_to_use)
		return;
	if (unlikely(!a->stats.first_frame_ns))
		a->stats.first_frame_ns = ktime_get_ns();
	r->tail = r->next_to_use;
	a->stats.doorbells++;
	dma_wmb(); /* descriptors before the doorbell */
	e1000_write(a, E1000_TDT, r->next_to_use & (E1000_TX_RING - 1));
}

/* Walk DD in order and free what is done; packets and bytes are credited. */
static void tx_reclaim(struct e1000_adapter *a)
{
	struct netdev_queue *txq = netdev_get_tx_queue(a->netdev, 0);
	struct e1000_tx_ring *r = &a->tx;
	u32 bytes = 0, packets = 0;
	struct sk_buff *skb;
	u32 i = r->next_to_clean;

	while (i != r->next_to_use) {
		u32 last = i;

		/* Only a packet's last descriptor has RS, so only it gets DD;
		 * it is the one with the skb. One that still waits for its
		 * doorbell has the status 0 that tx_map() gave it. */
		while (!r->skb[last & (E1000_TX_RING - 1)])
			last++;
		if (!(READ_ONCE(tx_desc(r, last)->status) & E1000_TXD_STAT_DD))
			break;
		dma_rmb(); /* DD before anything else of the packet */
		skb = r->skb[last & (E1000_TX_RING - 1)];
		r->skb[last & (E1000_TX_RING - 1)] = NULL;
		bytes += skb->len;
		packets++;
		i = last + 1;
		r->next_to_clean = i;
		consume_skb(skb);
	}
	if (!packets)
		return;
	netdev_tx_completed_queue(txq, packets, bytes);
	if (unlikely(netif_tx_queue_stopped(txq)) &&
	    tx_unused(r) >= TX_WAKE_THRESHOLD)
		netif_tx_wake_queue(txq);
}

/**
 * e1000_xmit_frame() - Hand one frame to the device.
 * @skb: a complete Ethernet frame, linear part and fragments.
 * @dev: the e1000's.
 *
 * Ownership: on NETDEV_TX_OK the ring owns @skb until its descriptor is done;
 *            on NETDEV_TX_BUSY the caller keeps it.
 * Context:   task or softirq, softirqs off, txq->xmit_lock held.
 * Return:    NETDEV_TX_OK, or NETDEV_TX_BUSY when the ring has no room (the
 *            queue is stopped then).
 */
netdev_tx_t e1000_xmit_frame(struct sk_buff *skb, struct net_device *dev)
{
	struct e1000_adapter *a = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct e1000_tx_ring *r = &a->tx;
	struct e1000_tx_desc *last;
	u32 i = r->next_to_use;
	u32 f;

	if (unlikely(tx_unused(r) < TX_WORST_CASE)) {
		tx_doorbell(a);
		tx_reclaim(a);
		if (tx_unused(r) < TX_WORST_CASE) {
			netif_tx_stop_queue(txq);
			a->stats.tx_busy++;
			return NETDEV_TX_BUSY;
		}
	}
	if (likely(skb_headlen(skb)))
		i = tx_map(r, i, skb->data, skb_headlen(skb));
	for (f = 0; f < info->nr_frags; f++)
		i = tx_map(r, i, skb_frag_address(&info->frags[f]),
			   skb_frag_size(&info->frags[f]));

	/* RS: report status; IDE: the interrupt may wait for others. */
	last = tx_desc(r, i - 1);
	last->cmd |= E1000_TXD_CMD_EOP | E1000_TXD_CMD_RS | E1000_TXD_CMD_IDE;
	r->skb[(i - 1) & (E1000_TX_RING - 1)] = skb;
	r->next_to_use = i;
	a->stats.tx_packets++;
	a->stats.tx_bytes += skb->len;
	netdev_tx_sent_queue(txq, skb->len);

	if (unlikely(tx_unused(r) < TX_WORST_CASE))
		netif_tx_stop_queue(txq); /* before the doorbell: see below */
	if (!netdev_xmit_more(dev) || netif_xmit_stopped(txq)) {
		tx_doorbell(a);
		/* A stop that the device has already made good is undone. */
		tx_reclaim(a);
	}
	return NETDEV_TX_OK;
}

/**
 * e1000_clean_tx_irq() - Free what the device has sent; wake the queue.
 * @a: the adapter.
 *
 * Context: NAPI poll (NET_RX softirq).
 */
void e1000_clean_tx_irq(struct e1000_adapter *a)
{
	struct netdev_queue *txq = netdev_get_tx_queue(a->netdev, 0);

	spin_lock(&txq->xmit_lock);
	tx_reclaim(a);
	spin_unlock(&txq->xmit_lock);
}

/**
 * e1000_tx_timeout() - The queue has been stopped for too long: start over.
 * @dev: the e1000's.
 *
 * Context: TIMER softirq, from the transmit watchdog.
 */
void e1000_tx_timeout(struct net_device *dev)
{
	struct e1000_adapter *a = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);

	a->stats.tx_timeouts++;
	pr_err("%s: transmit ring hung (TDH %u, TDT %u); resetting it\n",
	       dev->name, e1000_read(a, E1000_TDH), e1000_read(a, E1000_TDT));
	spin_lock_bh(&txq->xmit_lock);
	e1000_drain_tx(a);
	tx_start(a);
	spin_unlock_bh(&txq->xmit_lock);
	netif_tx_wake_queue(txq);
}

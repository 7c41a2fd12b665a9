// SPDX-License-Identifier: MIT
/*
 * DOC: the rings' life beside the way of a packet: made, started, emptied,
 * changed in size while they run, and started over by the transmit watchdog
 * (8254x SDM, sections 14.4 and 14.5).
 *
 * A change of size takes what waits in the transmit ring along, descriptor by
 * descriptor, so nothing is lost or sent twice. What a restart drops TCP still
 * holds, and sends again.
 *
 * Task context, or softirq for the watchdog. State: struct e1000_tx_ring and
 * struct e1000_rx_ring, under xmit_lock or with softirqs off.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/core/sch_generic.h"

static_assert(E1000_RING_MIN * sizeof(struct e1000_tx_desc) % 128 == 0,
	      "8254x SDM, 13.4.37: TDLEN in units of 128 bytes");
static_assert(E1000_RING_MIN > E1000_TX_WAKE, "or no packet would fit");

/* A frame that is being received when the unit is switched off still comes:
 * the longest at 10 Mbit/s. */
#define RX_LAST_FRAME_US 1300

/**
 * e1000_ring_size() - A ring's size that is at least what was asked for.
 * @wanted: descriptors.
 *
 * Return: a power of two, E1000_RING_MIN to E1000_RING_MAX.
 */
u32 e1000_ring_size(u64 wanted)
{
	u32 size = E1000_RING_MIN;

	while (size < wanted && size < E1000_RING_MAX)
		size *= 2;
	return size;
}

/* --- transmit --- */

static int alloc_ring(struct e1000_tx_ring *r, u32 size)
{
	r->mask = size - 1;
	r->full = r->mask - E1000_TX_WORST_CASE;
	r->desc = dma_alloc_coherent(size * sizeof(*r->desc), &r->dma);
	if (!r->desc)
		return -ENOMEM;
	r->skb = kzalloc(size * sizeof(struct sk_buff *), GFP_KERNEL);
	if (r->skb)
		return 0;
	dma_free_coherent(size * sizeof(*r->desc), r->desc, r->dma);
	r->desc = NULL;
	return -ENOMEM;
}

static int alloc_headers(struct e1000_tx_ring *r)
{
	r->headers = dma_alloc_coherent(((size_t)r->mask + 1) * E1000_TX_HEADER,
					&r->headers_dma);
	return r->headers ? 0 : -ENOMEM;
}

/* The memory alone. */
static void free_ring(struct e1000_tx_ring *r)
{
	size_t size = (size_t)r->mask + 1;

	if (r->headers)
		dma_free_coherent(size * E1000_TX_HEADER, r->headers,
				  r->headers_dma);
	r->headers = NULL;
	kfree(r->skb);
	dma_free_coherent(size * sizeof(*r->desc), r->desc, r->dma);
	r->desc = NULL;
}

static void tx_unit(struct e1000_adapter *a, u32 enable)
{
	e1000_write(a, E1000_TCTL,
		    enable | E1000_TCTL_PSP |
			    E1000_COLLISION_THRESHOLD << E1000_TCTL_CT_SHIFT |
			    E1000_COLLISION_DISTANCE_FD
				    << E1000_TCTL_COLD_SHIFT);
}

/**
 * e1000_start_tx() - Give the device the ring with what waits in it.
 * @a: the ring is allocated and begins at its first descriptor; the unit is
 *     off.
 *
 * Section 14.5, "Transmit Initialization".
 *
 * Context: task or softirq, the queue's lock held or nobody sending.
 */
void e1000_start_tx(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;

	/* Ring base and length; 16-byte aligned by the allocator. */
	e1000_write(a, E1000_TDBAL, (u32)r->dma);
	e1000_write(a, E1000_TDBAH, (u32)(r->dma >> 32));
	e1000_write(a, E1000_TDLEN,
		    (r->mask + 1) * (u32)sizeof(struct e1000_tx_desc));
	/* Head and tail. */
	e1000_write(a, E1000_TDH, 0);
	e1000_write(a, E1000_TDT, 0);
	e1000_set_moderation(a);
	/* Inter-packet gap, then enable with padding and full-duplex values. */
	e1000_write(a, E1000_TIPG,
		    E1000_TIPG_IPGT |
			    E1000_TIPG_IPGR1 << E1000_TIPG_IPGR1_SHIFT |
			    E1000_TIPG_IPGR2 << E1000_TIPG_IPGR2_SHIFT);
	tx_unit(a, E1000_TCTL_EN);
	r->tail = r->next_to_use;
	if (r->next_to_use) {
		dma_wmb(); /* descriptors before the doorbell */
		e1000_write(a, E1000_TDT, r->next_to_use & r->mask);
	}
}

/**
 * e1000_setup_tx() - Allocate the ring and start the transmit unit.
 * @a:    after e1000_reset_hw(); its features are known.
 * @size: descriptors, a power of two.
 *
 * Context: boot.
 * Return:  0 or -ENOMEM with nothing left allocated.
 */
int e1000_setup_tx(struct e1000_adapter *a, u32 size)
{
	int err = alloc_ring(&a->tx, size);

	if (err)
		return err;
	if ((a->netdev->features & NETIF_F_TSO) && alloc_headers(&a->tx)) {
		free_ring(&a->tx);
		return -ENOMEM;
	}
	e1000_start_tx(a);
	return 0;
}

/**
 * e1000_alloc_headers() - What TSO needs, when it is switched on later.
 * @a: after e1000_setup_tx(); it stays until the ring goes.
 *
 * Context: task.
 * Return:  0 or -ENOMEM.
 */
int e1000_alloc_headers(struct e1000_adapter *a)
{
	return a->tx.headers ? 0 : alloc_headers(&a->tx);
}

/**
 * e1000_drain_tx() - Take back every packet, sent or not.
 * @a: the adapter; the transmit unit is stopped by this.
 *
 * What TCP holds it sends again; the rest counts as dropped. The ring begins
 * at its first descriptor again.
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
		skb = r->skb[r->next_to_clean & r->mask];
		r->skb[r->next_to_clean & r->mask] = NULL;
		kfree_skb_reason(skb, SKB_DROP_REASON_TX_TIMEOUT);
	}
	r->next_to_use = 0;
	r->next_to_clean = 0;
	r->csum_context = 0;
	r->seen_busy = false;
	netdev_tx_reset_queue(netdev_get_tx_queue(a->netdev, 0));
}

/**
 * e1000_free_tx() - Stop the transmit unit and free ring and packets.
 * @a: after e1000_setup_tx().
 *
 * Context: task.
 */
void e1000_free_tx(struct e1000_adapter *a)
{
	local_bh_disable();
	e1000_drain_tx(a);
	local_bh_enable();
	free_ring(&a->tx);
}

/* One descriptor that was not sent, and a TSO header that it may refer to. */
static void move_desc(struct e1000_tx_ring *to, u32 i,
		      const struct e1000_tx_ring *from, u32 j)
{
	u64 at = le64_to_cpu(from->desc[j & from->mask].addr) -
		 from->headers_dma;

	to->desc[i] = from->desc[j & from->mask];
	to->skb[i] = from->skb[j & from->mask];
	if (!from->headers || at != (j & from->mask) * E1000_TX_HEADER)
		return;
	memcpy(to->headers + i * E1000_TX_HEADER, from->headers + at,
	       E1000_TX_HEADER);
	to->desc[i].addr = cpu_to_le64(to->headers_dma + i * E1000_TX_HEADER);
}

/* The queue's lock is held and nothing waits for its doorbell. The device
 * ends the packet that it is sending and stops (13.4.33); it keeps its
 * checksum context. */
static int replace_tx(struct e1000_adapter *a, struct e1000_tx_ring *new)
{
	struct e1000_tx_ring *old = &a->tx;
	u32 i, n;

	if (old->next_to_use - old->next_to_clean > new->full)
		return -EBUSY;
	tx_unit(a, 0);
	(void)e1000_read(a, E1000_STATUS);
	e1000_reclaim_tx(a);
	n = old->next_to_use - old->next_to_clean;
	for (i = 0; i < n; i++)
		move_desc(new, i, old, old->next_to_clean + i);
	new->next_to_use = n;
	new->csum_context = old->csum_context;
	swap(*old, *new);
	e1000_start_tx(a);
	return 0;
}

/**
 * e1000_resize_tx() - Another number of descriptors, while it runs.
 * @a:    after e1000_setup_tx().
 * @size: a power of two.
 *
 * Context: task.
 * Return:  0; -ENOMEM; -EBUSY: more waits in the ring than the new one holds.
 *          On failure nothing has changed.
 */
int e1000_resize_tx(struct e1000_adapter *a, u32 size)
{
	struct netdev_queue *txq = netdev_get_tx_queue(a->netdev, 0);
	struct e1000_tx_ring new = { 0 };
	int err;

	if (size == a->tx.mask + 1)
		return 0;
	err = alloc_ring(&new, size);
	if (err)
		return err;
	if (a->tx.headers)
		err = alloc_headers(&new);
	if (!err) {
		spin_lock_bh(&txq->xmit_lock);
		e1000_reclaim_tx(a);
		err = replace_tx(a, &new);
		e1000_reclaim_tx(a);
		spin_unlock_bh(&txq->xmit_lock);
		if (e1000_tx_unused(&a->tx) >= E1000_TX_WAKE)
			netif_tx_wake_queue(txq);
	}
	free_ring(&new);
	return err;
}

/* --- receive --- */

/**
 * e1000_resize_rx() - Another number of receive descriptors, while it runs.
 * @a:    after e1000_setup_rx().
 * @size: a power of two.
 *
 * What was received is delivered. Frames on the wire meanwhile are lost, as
 * the unit must be off (14.4); QEMU's model then stays deaf for a second.
 *
 * Context: task.
 * Return:  0 or -ENOMEM, with nothing changed.
 */
int e1000_resize_rx(struct e1000_adapter *a, u32 size)
{
	struct e1000_rx_ring old = a->rx;
	int err;

	if (size == old.mask + 1)
		return 0;
	local_bh_disable();
	e1000_write(a, E1000_RCTL, 0);
	(void)e1000_read(a, E1000_STATUS);
	udelay(RX_LAST_FRAME_US);
	e1000_clean_rx_irq(a, (int)old.mask + 1);
	err = e1000_setup_rx(a, size);
	if (err) {
		a->rx = old;
		e1000_start_rx(a);
	}
	local_bh_enable();
	if (err)
		return err;
	dma_free_coherent(((size_t)old.mask + 1) * E1000_RX_BUFFER, old.buffers,
			  old.buffers_dma);
	dma_free_coherent(((size_t)old.mask + 1) * sizeof(*old.desc), old.desc,
			  old.dma);
	return 0;
}

/* --- the transmit watchdog --- */

/**
 * e1000_tx_stands_still() - Whether nothing was sent since the last call.
 * @a: running; the driver's timer asks.
 *
 * The core's watchdog sees a hung ring only once that has stopped its queue. A
 * few packets do not, and TCP does not send again what the ring still holds.
 *
 * Context: TIMER softirq.
 * Return:  true if the packet that waited first then still does.
 */
bool e1000_tx_stands_still(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;
	bool busy, before = r->seen_busy;
	u32 clean = r->seen_clean;

	e1000_clean_tx_irq(a);
	busy = r->next_to_clean != r->next_to_use &&
	       netif_carrier_ok(a->netdev);
	r->seen_busy = busy;
	r->seen_clean = r->next_to_clean;
	return busy && before && r->next_to_clean == clean;
}

/**
 * e1000_tx_timeout() - The ring has stood still for too long.
 * @dev: the e1000's.
 *
 * If the device has sent all the same, only its interrupt was lost. Else the
 * transmit unit starts over with an empty ring; if that has not helped before,
 * the whole device does.
 *
 * Context: TIMER softirq, from the transmit watchdog or the driver's timer.
 */
void e1000_tx_timeout(struct net_device *dev)
{
	struct e1000_adapter *a = netdev_priv(dev);
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	u32 clean = a->tx.next_to_clean;
	bool whole;

	a->stats.tx_timeouts++;
	e1000_clean_tx_irq(a);
	if (a->tx.next_to_clean != clean ||
	    (clean == a->tx.next_to_use && !netif_xmit_stopped(txq))) {
		if (a->msg_enable & NETIF_MSG_DRV)
			pr_warn("%s: a transmit interrupt was lost\n",
				dev->name);
		napi_schedule(&a->napi);
		return;
	}
	whole = a->tx.restarted && a->tx.next_to_clean == 0;
	if (a->msg_enable & NETIF_MSG_DRV)
		pr_err("%s: transmit ring hung (TDH %u, TDT %u); resetting "
		       "%s\n",
		       dev->name, e1000_read(a, E1000_TDH),
		       e1000_read(a, E1000_TDT), whole ? "the device" : "it");
	spin_lock_bh(&txq->xmit_lock);
	if (whole) {
		e1000_reinit(a);
	} else {
		e1000_drain_tx(a);
		e1000_start_tx(a);
	}
	a->tx.restarted = true;
	spin_unlock_bh(&txq->xmit_lock);
	netif_tx_wake_queue(txq);
}

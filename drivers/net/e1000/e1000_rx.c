// SPDX-License-Identifier: MIT
/*
 * DOC: the receive ring (8254x SDM, sections 3.2 and 14.4): fixed buffers,
 * polled by NAPI, each good frame copied into an skb and given to
 * netif_receive_skb().
 *
 * RCTL is written exactly once, at probe: the QEMU model is deaf for a second
 * after each write, so this one starts as early as the machine can. Hence the
 * device always hears frames to other stations, which the protocols drop, and
 * IFF_PROMISC is only for packet sockets to look at.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/errno.h"
#include "net/wire/vlan.h"

/* Descriptors are given back this many at a time: one register write each. */
#define RX_RETURN_BATCH 32U

static_assert(E1000_RING_MIN >= 2 * RX_RETURN_BATCH, "or it would run dry");
static_assert(E1000_RX_BUFFER >= ETH_FRAME_LEN + 4 + 4,
	      "frame, VLAN tag, and CRC if it is not stripped");

/**
 * e1000_setup_rx() - Allocate ring and buffers; start the receive unit.
 * @a:    after e1000_set_mac().
 * @size: descriptors, a power of two.
 *
 * Context: task; the receive unit is off.
 * Return:  0 or -ENOMEM with nothing left allocated.
 */
int e1000_setup_rx(struct e1000_adapter *a, u32 size)
{
	struct e1000_rx_ring *r = &a->rx;

	r->mask = size - 1;
	r->desc = dma_alloc_coherent(size * sizeof(*r->desc), &r->dma);
	if (!r->desc)
		return -ENOMEM;
	r->buffers = dma_alloc_coherent((size_t)size * E1000_RX_BUFFER,
					&r->buffers_dma);
	if (!r->buffers) {
		dma_free_coherent(size * sizeof(*r->desc), r->desc, r->dma);
		r->desc = NULL;
		return -ENOMEM;
	}
	e1000_start_rx(a);
	return 0;
}

/**
 * e1000_start_rx() - Give the device the ring, empty, and start it.
 * @a: the ring is allocated, the receive unit off.
 *
 * Section 14.4, "Receive Initialization". Interrupts stay as they are.
 *
 * Context: task or softirq.
 */
void e1000_start_rx(struct e1000_adapter *a)
{
	struct e1000_rx_ring *r = &a->rx;
	u32 i;

	for (i = 0; i <= r->mask; i++) {
		r->desc[i].addr =
			cpu_to_le64(r->buffers_dma + i * E1000_RX_BUFFER);
		r->desc[i].status = 0;
	}
	r->next_to_clean = 0;
	r->discarding = false;

	e1000_write(a, E1000_RDBAL, (u32)r->dma);
	e1000_write(a, E1000_RDBAH, (u32)(r->dma >> 32));
	e1000_write(a, E1000_RDLEN,
		    (r->mask + 1) * (u32)sizeof(struct e1000_rx_desc));
	e1000_write(a, E1000_RDH, 0);
	dma_wmb(); /* descriptors before the tail */
	/* One short of full: head meeting tail means empty. */
	e1000_write(a, E1000_RDT, r->mask);
	e1000_write(a, E1000_RDTR, 0);
	e1000_write(a, E1000_RXCSUM, 0);
	e1000_write(a, E1000_RCTL,
		    E1000_RCTL_EN | E1000_RCTL_UPE | E1000_RCTL_BAM |
			    E1000_RCTL_SZ_2048 | E1000_RCTL_SECRC);
}

/**
 * e1000_free_rx() - Stop the receive unit and free ring and buffers.
 * @a: after e1000_setup_rx().
 *
 * Context: task or softirq.
 */
void e1000_free_rx(struct e1000_adapter *a)
{
	struct e1000_rx_ring *r = &a->rx;
	size_t size = (size_t)r->mask + 1;

	e1000_write(a, E1000_RCTL, 0);
	(void)e1000_read(a, E1000_STATUS);
	dma_free_coherent(size * E1000_RX_BUFFER, r->buffers, r->buffers_dma);
	dma_free_coherent(size * sizeof(*r->desc), r->desc, r->dma);
	r->buffers = NULL;
	r->desc = NULL;
}

/* Room for a frame of @len bytes; a failure costs this frame and no more. */
static struct sk_buff *rx_alloc(struct e1000_adapter *a, u32 len)
{
	struct sk_buff *skb = netdev_alloc_skb(a->netdev, len);

	if (unlikely(!skb))
		a->stats.rx_no_memory++;
	return skb;
}

static void rx_up(struct e1000_adapter *a, struct sk_buff *skb)
{
	a->stats.rx_packets++;
	a->stats.rx_bytes += skb->len;
	skb->protocol = eth_type_trans(skb, a->netdev);
	netif_receive_skb(skb);
}

/* Copy the frame out and send it up. The buffer stays the ring's. */
static void rx_deliver(struct e1000_adapter *a, const u8 *data, u32 len)
{
	struct sk_buff *skb;

	if (netif_receive_bare(a->netdev, data, len)) {
		a->stats.rx_packets++;
		a->stats.rx_bytes += len;
		return;
	}
	skb = rx_alloc(a, len);
	if (unlikely(!skb))
		return;
	memcpy(skb_put(skb, len), data, len);
	rx_up(a, skb);
}

/* The device took a tag out: it goes back in on the way, so that taps and
 * net/ethernet/vlan.c see the frame as it was on the wire. */
static void rx_deliver_tagged(struct e1000_adapter *a, const u8 *data, u32 len,
			      u16 tci)
{
	struct sk_buff *skb = rx_alloc(a, len + VLAN_HLEN);
	u8 *p;

	if (!skb)
		return;
	p = skb_put(skb, len + VLAN_HLEN);
	memcpy(p, data, 2 * ETH_ALEN);
	vlan_put_tag(p + 2 * ETH_ALEN, tci);
	memcpy(p + 2 * ETH_ALEN + VLAN_HLEN, data + 2 * ETH_ALEN,
	       len - 2 * ETH_ALEN);
	rx_up(a, skb);
}

/* Judge one descriptor that the device has written. */
static void rx_one(struct e1000_adapter *a, const struct e1000_rx_desc *d,
		   const u8 *data)
{
	struct e1000_rx_ring *r = &a->rx;
	u32 len = le16_to_cpu(d->length);
	u8 kind = d->status & (E1000_RXD_STAT_EOP | E1000_RXD_STAT_VP);

	if (unlikely(!(kind & E1000_RXD_STAT_EOP) || r->discarding)) {
		/* Longer than a buffer: the rest of it goes too. */
		r->discarding = !(kind & E1000_RXD_STAT_EOP);
		a->stats.rx_length_errors++;
		return;
	}
	if (unlikely(d->errors & E1000_RXD_ERR_FRAME)) {
		a->stats.rx_errors++;
		return;
	}
	if (unlikely(len < ETH_HLEN || len > E1000_RX_BUFFER)) {
		a->stats.rx_length_errors++;
		return;
	}
	if (unlikely(kind & E1000_RXD_STAT_VP))
		rx_deliver_tagged(a, data, len, le16_to_cpu(d->special));
	else
		rx_deliver(a, data, len);
}

/**
 * e1000_clean_rx_irq() - Deliver at most @budget received frames.
 * @a:      the adapter.
 * @budget: most frames to take.
 *
 * Context: NAPI poll (NET_RX softirq).
 * Return:  how many were taken.
 */
int e1000_clean_rx_irq(struct e1000_adapter *a, int budget)
{
	struct e1000_rx_ring *r = &a->rx;
	struct e1000_rx_desc *d;
	u32 pending = 0;
	int done = 0;
	u32 i;

	while (done < budget) {
		i = r->next_to_clean & r->mask;
		d = &r->desc[i];
		if (!(READ_ONCE(d->status) & E1000_RXD_STAT_DD))
			break;
		dma_rmb(); /* DD before the rest of the descriptor */
		rx_one(a, d, r->buffers + (size_t)i * E1000_RX_BUFFER);
		d->status = 0;
		r->next_to_clean++;
		done++;
		if (++pending == RX_RETURN_BATCH) {
			dma_wmb();
			e1000_write(a, E1000_RDT, i);
			pending = 0;
		}
	}
	if (pending) {
		dma_wmb(); /* status cleared before the device may write it */
		e1000_write(a, E1000_RDT, (r->next_to_clean - 1) & r->mask);
	}
	return done;
}

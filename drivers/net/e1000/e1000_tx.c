// SPDX-License-Identifier: MIT
/*
 * DOC: the transmit ring: descriptors, the doorbell, completion (8254x SDM,
 * sections 3.3, 3.4 and 14.5).
 *
 * e1000_xmit_frame() is called by dev_hard_start_xmit() with the queue's
 * xmit_lock held and softirqs off. It fills one descriptor for each linear part
 * or fragment, a legacy one when the frame needs nothing done and data
 * descriptors behind a context descriptor when it does, and rings the doorbell
 * (TDT) once a burst: while netdev_xmit_more() says that another frame follows,
 * the write waits. What is already done when the doorbell returns is reclaimed
 * at once; the interrupt (through NAPI, e1000_clean_tx_irq) takes the rest.
 * Cost: one uncached write a burst; reading DD is an ordinary load.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/checksum.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "net/core/sch_generic.h"
#include "net/wire/ip.h"
#include "net/wire/tcp.h"

/* For any packet, whatever it takes. */
static bool tx_has_room(const struct e1000_tx_ring *r)
{
	return r->next_to_use - r->next_to_clean <= r->full;
}

static struct e1000_tx_desc *tx_desc(const struct e1000_tx_ring *r, u32 i)
{
	return &r->desc[i & r->mask];
}

/* What the descriptors of one packet have in common. */
struct tx_kind {
	u64 fields; /* E1000_TXD_FIELDS(), E1000_TXD_VLAN() */
	u32 taken;  /* bytes of the linear part that are in the ring already */
	u32 next;   /* the first descriptor that is still free */
};
/* Of a frame that needs nothing done: legacy ones. */
#define TX_PLAIN E1000_TXD_FIELDS(0, E1000_TXD_CMD_IFCS, 0)
/* Of the last: RS: report status; IDE: the interrupt may wait for others. */
#define TX_LAST (E1000_TXD_CMD_EOP | E1000_TXD_CMD_RS | E1000_TXD_CMD_IDE)

/* One buffer, cut where a descriptor cannot hold it; the last descriptor. */
static __force_inline struct e1000_tx_desc *
tx_map(struct e1000_tx_ring *r, u32 *i, dma_addr_t dma, u32 len, u64 fields)
{
	struct e1000_tx_desc *d = tx_desc(r, (*i)++);

	while (unlikely(len > E1000_TXD_MAX_LEN)) {
		d->addr = cpu_to_le64(dma);
		d->fields = cpu_to_le64(fields | E1000_TXD_MAX_LEN);
		dma += E1000_TXD_MAX_LEN;
		len -= E1000_TXD_MAX_LEN;
		d = tx_desc(r, (*i)++);
	}
	d->addr = cpu_to_le64(dma);
	d->fields = cpu_to_le64(fields | len);
	return d;
}

/* A context descriptor (3.3.6) at @i. */
static void tx_context(struct e1000_adapter *a, u32 i,
		       const struct e1000_context_desc *c)
{
	memcpy(tx_desc(&a->tx, i), c, sizeof(*c));
	a->stats.tx_contexts++;
}

/*
 * Let the device put the transport checksum in: the field holds the pseudo
 * header's sum. The device remembers the last context, and all TCP (or all
 * UDP) frames without IP options share one, so it is rarely sent.
 */
static void tx_checksum(struct e1000_adapter *a, const struct sk_buff *skb,
			struct tx_kind *kind)
{
	u32 start = skb->csum_start - skb_headroom(skb);
	u32 where = start + skb->csum_offset;
	struct e1000_context_desc c = {
		.tucss = (u8)start,
		.tucso = (u8)where,
		.cmd_paylen = cpu_to_le32(E1000_TUCMD_DEXT),
	};

	if (a->tx.csum_context != (start << 8 | where)) {
		a->tx.csum_context = start << 8 | where;
		tx_context(a, kind->next++, &c);
	}
	kind->fields &= E1000_TXD_VLAN_MASK;
	kind->fields |= E1000_TXD_FIELDS(
		E1000_TXD_DTYP_DATA, E1000_TXD_CMD_IFCS | E1000_TXD_CMD_DEXT,
		E1000_TXD_POPTS_TXSM);
}

static const struct tcphdr *tcp_header(const struct sk_buff *skb)
{
	return (const void *)(skb->data + skb_transport_offset(skb));
}

static u32 tso_header_len(const struct sk_buff *skb)
{
	return (u32)skb_transport_offset(skb) + tcp_header(skb)->doff * 4U;
}

/*
 * Let the device cut a TCP packet (3.5): it adds to sequence number and IP id,
 * sets total length and both sums in each segment, and clears FIN and PSH in
 * all but the last. For that the header says length 0, IP checksum 0, and the
 * TCP field holds the pseudo header's sum without a length.
 *
 * The header is changed in a copy: the packet's own may be shared with a tap.
 * The context goes with every such packet, as it holds the payload's length;
 * the device keeps it apart from the one for sums alone.
 */
static void tx_segment(struct e1000_adapter *a, const struct sk_buff *skb,
		       struct tx_kind *kind)
{
	u32 hdr_len = tso_header_len(skb), slot;
	u32 ip = (u32)skb_network_offset(skb);
	u32 tcp = (u32)skb_transport_offset(skb);
	struct e1000_context_desc c = {
		.ipcss = (u8)ip,
		.ipcso = (u8)(ip + offsetof(struct iphdr, check)),
		.ipcse = cpu_to_le16((u16)(tcp - 1)),
		.tucss = (u8)tcp,
		.tucso = (u8)(tcp + offsetof(struct tcphdr, check)),
		.cmd_paylen =
			cpu_to_le32(E1000_TUCMD_DEXT | E1000_TUCMD_TSE |
				    E1000_TUCMD_IP | E1000_TUCMD_TCP |
				    ((skb->len - hdr_len) & E1000_PAYLEN_MASK)),
		.hdrlen = (u8)hdr_len,
		.mss = cpu_to_le16(skb_shinfo(skb)->gso_size),
	};
	struct tcphdr *th;
	struct iphdr *iph;
	u8 *header;

	tx_context(a, kind->next++, &c);
	slot = (kind->next & a->tx.mask) * E1000_TX_HEADER;
	header = a->tx.headers + slot;
	memcpy(header, skb->data, hdr_len);
	iph = (struct iphdr *)(void *)(header + ip);
	th = (struct tcphdr *)(void *)(header + tcp);
	iph->tot_len = htons(0);
	iph->check = (__force __sum16)0;
	th->check = (__force __sum16) ~(__force u16)csum_tcpudp_magic(
		iph->saddr, iph->daddr, 0, IPPROTO_TCP, 0);
	a->stats.tx_tso++;

	kind->fields &= E1000_TXD_VLAN_MASK;
	kind->fields |= E1000_TXD_FIELDS(
		E1000_TXD_DTYP_DATA,
		E1000_TXD_CMD_IFCS | E1000_TXD_CMD_DEXT | E1000_TXD_CMD_TSE,
		E1000_TXD_POPTS_IXSM | E1000_TXD_POPTS_TXSM);
	kind->taken = hdr_len;
	tx_map(&a->tx, &kind->next, a->tx.headers_dma + slot, hdr_len,
	       kind->fields);
}

/**
 * e1000_features_check() - Whether the device may cut this packet.
 * @skb:      a GSO packet that starts at the link header.
 * @dev:      the e1000's.
 * @features: what it can do in general.
 *
 * Software cuts, and the device only sums, when
 * - the payload is a whole number of segments: QEMU's model sends what it has
 *   gathered at the end of the packet, and after a full last segment that is
 *   one more, empty one (TCP makes few such packets: dev->tso_short_last);
 * - CWR is set: it belongs into the first segment only (RFC 3168, section
 *   6.1.2), and the device repeats it in all;
 * - the headers are not in the linear part, or longer than a slot.
 *
 * Context: any.
 * Return:  @features, or without NETIF_F_TSO.
 */
u64 e1000_features_check(const struct sk_buff *skb,
			 const struct net_device *dev, u64 features)
{
	u32 hdr_len, mss = skb_shinfo(skb)->gso_size;

	(void)dev;
	if (skb_headlen(skb) <
	    (u32)skb_transport_offset(skb) + sizeof(struct tcphdr))
		return features & ~(u64)NETIF_F_TSO;
	hdr_len = tso_header_len(skb);
	if (tcp_header(skb)->cwr || hdr_len > E1000_TX_HEADER ||
	    hdr_len > skb_headlen(skb) || (skb->len - hdr_len) % mss == 0)
		return features & ~(u64)NETIF_F_TSO;
	return features;
}

/* The tail write: from here on the device owns what was filled in. */
static __force_inline void tx_doorbell(struct e1000_adapter *a)
{
	struct e1000_tx_ring *r = &a->tx;
	u32 tail = r->next_to_use;

	if (unlikely(!a->stats.first_frame_ns))
		a->stats.first_frame_ns = ktime_get_ns();
	r->tail = tail;
	a->stats.doorbells++;
	dma_wmb(); /* descriptors before the doorbell */
	e1000_write(a, E1000_TDT, tail & r->mask);
}

/* Walk DD in order and free what is done; packets and bytes are credited. */
static __force_inline void tx_reclaim(struct e1000_adapter *a,
				      struct netdev_queue *txq)
{
	struct e1000_tx_ring *r = &a->tx;
	struct sk_buff **skbs = r->skb, *skb;
	u32 i = r->next_to_clean, last;
	u32 bytes = 0, packets = 0;
	const u32 mask = r->mask;

	while (i != r->next_to_use) {
		/* Only a packet's last descriptor has RS, so only it gets DD;
		 * it is the one with the skb. One that still waits for its
		 * doorbell has the status 0 that tx_map() gave it. */
		for (last = i; !(skb = skbs[last & mask]);)
			last++;
		if (!(READ_ONCE(r->desc[last & mask].status) &
		      E1000_TXD_STAT_DD))
			break;
		dma_rmb(); /* DD before anything else of the packet */
		skbs[last & mask] = NULL;
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
	    e1000_tx_unused(r) >= E1000_TX_WAKE) {
		a->stats.tx_restart_queue++;
		netif_tx_wake_queue(txq);
	}
}

/* The ring is full, as far as is known: look again. */
static noinline bool tx_make_room(struct e1000_adapter *a,
				  struct netdev_queue *txq)
{
	if (a->tx.tail != a->tx.next_to_use)
		tx_doorbell(a);
	tx_reclaim(a, txq);
	if (tx_has_room(&a->tx))
		return true;
	netif_tx_stop_queue(txq);
	a->stats.tx_busy++;
	return false;
}

/* A frame for which the device, or the clock, has more to do. A tag makes no
 * other descriptors: VLE and the tag go into those that there are (3.3.3.1). */
static noinline struct tx_kind tx_prepare(struct e1000_adapter *a,
					  struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct tx_kind kind = { TX_PLAIN, 0, a->tx.next_to_use };

	if (skb->vlan_present)
		kind.fields |= E1000_TXD_VLAN(skb->vlan_tci);
	skb_tx_timestamp(skb);
	if (info->gso_size) {
		a->stats.tx_packets += info->gso_segs - 1U;
		a->stats.tx_bytes += qdisc_pkt_len(skb) - skb->len;
		tx_segment(a, skb, &kind);
	} else if (skb->ip_summed == CHECKSUM_PARTIAL) {
		tx_checksum(a, skb, &kind);
	}
	return kind;
}

/* Nothing to be done, in one piece that one descriptor can hold. */
static __force_inline bool tx_is_plain(const struct sk_buff *skb)
{
	return !skb_shinfo(skb)->flags_ && skb->ip_summed != CHECKSUM_PARTIAL &&
	       skb->len <= E1000_TXD_MAX_LEN;
}

/* The descriptors of any frame; the last one's index. */
static __force_inline u32 tx_fill(struct e1000_adapter *a, struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct e1000_tx_ring *r = &a->tx;
	struct tx_kind kind = { TX_PLAIN, 0, r->next_to_use };
	struct e1000_tx_desc *last;
	u32 f, i;

	if (skb_xmit_extra(info) || skb->ip_summed == CHECKSUM_PARTIAL)
		kind = tx_prepare(a, skb);
	i = kind.next;
	if (likely(skb_headlen(skb) > kind.taken))
		last = tx_map(r, &i, dma_map(skb->data + kind.taken),
			      skb_headlen(skb) - kind.taken, kind.fields);
	else
		last = tx_desc(r, i - 1); /* TSO's header was all of it */
	for (f = 0; f < info->nr_frags; f++)
		last = tx_map(r, &i, dma_map(skb_frag_address(&info->frags[f])),
			      skb_frag_size(&info->frags[f]), kind.fields);
	last->cmd |= TX_LAST;
	return i - 1;
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
	struct e1000_tx_ring *r = &a->tx;
	struct e1000_tx_desc *d;
	u32 i, len = skb->len;

	if (unlikely(!tx_has_room(r)) && !tx_make_room(a, txq))
		return NETDEV_TX_BUSY;
	i = r->next_to_use;
	if (likely(tx_is_plain(skb))) {
		d = tx_desc(r, i);
		d->addr = cpu_to_le64(dma_map(skb->data));
		d->fields = cpu_to_le64(
			E1000_TXD_FIELDS(0, E1000_TXD_CMD_IFCS | TX_LAST, 0) |
			len);
	} else {
		i = tx_fill(a, skb);
	}
	r->skb[i++ & r->mask] = skb;
	r->next_to_use = i;
	a->stats.tx_packets++;
	a->stats.tx_bytes += len;
	netdev_tx_sent_queue(txq, len);

	if (unlikely(i - r->next_to_clean > r->full))
		netif_tx_stop_queue(txq); /* before the doorbell: see below */
	if (likely(!netdev_xmit_more(dev)) || netif_xmit_stopped(txq)) {
		tx_doorbell(a);
		/* A stop that the device has already made good is undone. */
		tx_reclaim(a, txq);
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
	tx_reclaim(a, txq);
	spin_unlock(&txq->xmit_lock);
}

/**
 * e1000_reclaim_tx() - The same for who holds the queue's lock.
 * @a: the adapter.
 *
 * Context: task or softirq, softirqs off.
 */
void e1000_reclaim_tx(struct e1000_adapter *a)
{
	tx_reclaim(a, netdev_get_tx_queue(a->netdev, 0));
}

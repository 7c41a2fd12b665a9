// SPDX-License-Identifier: MIT
/*
 * DOC: the device layer's transmit half (rows Q1, D8). dev_queue_xmit() takes
 * every packet from above: with a qdisc it is queued or, when the qdisc is
 * empty and allows it, goes straight on; without one (lo) it goes straight on
 * always. Then it is made fit for the device (validate_xmit_skb_list()), shown
 * to the taps and given to ndo_start_xmit(). NET_TX runs what had to wait.
 *
 * Who calls: neigh_output() from above, sch_generic.c from the side. Cost on
 * the direct way: some fifty instructions, no lock taken twice, the clock not
 * read.
 *
 * State: softnet (qdiscs waiting for NET_TX, skbs waiting to be freed).
 * Guarded by disabled softirqs; the free list also by disabled interrupts.
 */
#include "net/core/dev_int.h"
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/uapi/net_tstamp.h"
#include "net/core/sch_generic.h"
#include "net/core/timestamping.h"
#include "net/core/zerocopy.h"
#include "net/wire/vlan.h"

/* Depth of devices stacked on devices, or of a loop among them. */
#define XMIT_RECURSION_LIMIT 8

u32 xmit_gen = 1;

static struct {
	struct Qdisc *output_queue, **output_queue_tail;
	struct sk_buff *completion_queue;
} softnet;

/* --- taps --- */

static bool ptype_wants(const struct packet_type *pt,
			const struct net_device *dev)
{
	return (!pt->net || pt->net == dev->nd_net) &&
	       (!pt->dev || pt->dev == dev);
}

static void xmit_nit_list(struct list_head *list, struct sk_buff *skb,
			  struct net_device *dev)
{
	struct packet_type *pt, *tmp;
	struct sk_buff *n;

	list_for_each_entry_safe (pt, tmp, list, list) {
		if (!ptype_wants(pt, dev))
			continue;
		/* A packet socket does not hear itself. */
		if (skb->sk && skb->sk == pt->af_packet_priv)
			continue;
		n = skb_clone(skb, GFP_ATOMIC);
		if (!n)
			return; /* a tap may miss a frame, the wire may not */
		if (skb_orphan_frags_rx(n, GFP_ATOMIC)) {
			consume_skb(n);
			return;
		}
		skb_reset_mac_header(n);
		n->pkt_type = PACKET_OUTGOING;
		pt->func(n, dev, pt, dev);
	}
}

/* Show a frame to the taps before the driver has it (row D8). */
static noinline void dev_queue_xmit_nit(struct sk_buff *skb,
					struct net_device *dev)
{
	xmit_nit_list(&ptype_all, skb, dev);
	xmit_nit_list(&dev->ptype_all, skb, dev);
}

/* --- to the driver --- */

/**
 * dev_hard_start_xmit() - Give a chain of frames to the driver.
 * @first: chained by next, each ready for the device.
 * @dev:   the device.
 * @txq:   its queue; xmit_lock is held.
 * @ret:   the driver's last answer.
 *
 * All but the last are announced with netdev_xmit_more(), so that one doorbell
 * serves the chain.
 *
 * Ownership: what is returned is the caller's again, the rest is gone.
 * Context:   task or softirq, softirqs disabled.
 * Return:    NULL, or the rest of the chain that the driver had no room for.
 */
struct sk_buff *dev_hard_start_xmit(struct sk_buff *first,
				    struct net_device *dev,
				    struct netdev_queue *txq, int *ret)
{
	struct sk_buff *skb = first, *next;
	int rc = NETDEV_TX_OK;

	while (skb) {
		next = skb->next;
		skb->next = NULL;
		if (unlikely(netdev_nr_taps))
			dev_queue_xmit_nit(skb, dev);
		dev->xmit_more = next != NULL;
		rc = dev->netdev_ops->ndo_start_xmit(skb, dev);
		if (unlikely(rc == NETDEV_TX_BUSY)) {
			skb->next = next;
			dev->xmit_more = false;
			break;
		}
		skb = next;
		if (unlikely(skb && netif_xmit_stopped(txq))) {
			rc = NETDEV_TX_BUSY;
			dev->xmit_more = false;
			break;
		}
	}
	*ret = rc;
	return skb;
}

static bool can_checksum(const struct sk_buff *skb, u64 features)
{
	if (features & NETIF_F_HW_CSUM)
		return true;
	return (features & NETIF_F_IP_CSUM) && skb->protocol == htons(ETH_P_IP);
}

static bool can_segment(const struct sk_buff *skb, u64 features)
{
	const struct net_device *dev = skb->dev;

	if (!(features & NETIF_F_TSO) ||
	    skb_shinfo(skb)->gso_type != SKB_GSO_TCPV4 ||
	    !can_checksum(skb, features))
		return false;
	return !dev->netdev_ops->ndo_features_check ||
	       (dev->netdev_ops->ndo_features_check(skb, dev, features) &
		NETIF_F_TSO);
}

/* Nothing left for software to do? The common answer is yes. A packet that is
 * to be stamped takes the long way, where somebody looks. */
static __force_inline bool xmit_ready(const struct sk_buff *skb, u64 features)
{
	const struct skb_shared_info *si = skb_shinfo(skb);

	if (skb_xmit_extra(si) && (si->tx_flags || !can_segment(skb, features)))
		return false;
	if (skb_is_nonlinear(skb) &&
	    (!(features & NETIF_F_SG) || si->frag_list))
		return false;
	return skb->ip_summed != CHECKSUM_PARTIAL ||
	       can_checksum(skb, features);
}

/* One packet that is not GSO for the device: linear, summed; or NULL. */
static struct sk_buff *validate_one(struct sk_buff *skb, u64 features)
{
	if (skb_is_nonlinear(skb) &&
	    (!(features & NETIF_F_SG) || skb_shinfo(skb)->frag_list) &&
	    skb_linearize(skb) != 0) {
		kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
		return NULL;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    !can_checksum(skb, features) && skb_checksum_help(skb) != 0) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SKB_CSUM);
		return NULL;
	}
	return skb;
}

/* A tag that the device does not put in goes in here; NULL: dropped. */
static struct sk_buff *vlan_push_inside(struct sk_buff *skb)
{
	u8 *p;

	if (skb_cow_head(skb, VLAN_HLEN)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
		return NULL;
	}
	p = skb_push(skb, VLAN_HLEN);
	memmove(p, p + VLAN_HLEN, 2 * ETH_ALEN);
	vlan_put_tag(p + 2 * ETH_ALEN, skb->vlan_tci);
	skb_reset_mac_header(skb);
	skb->vlan_present = 0;
	return skb;
}

static noinline struct sk_buff *validate_slow(struct sk_buff *skb, u64 features)
{
	struct sk_buff *segs, *head = NULL, **pp = &head, *next;

	if (skb->vlan_present && !(features & NETIF_F_HW_VLAN_CTAG_TX)) {
		skb = vlan_push_inside(skb);
		if (!skb)
			return NULL;
	}
	if (!skb_is_gso(skb) || can_segment(skb, features))
		return validate_one(skb, features);
	segs = skb_gso_segment(skb, features);
	if (IS_ERR(segs)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SKB_GSO_SEG);
		return NULL;
	}
	consume_skb(skb);
	for (; segs; segs = next) {
		next = segs->next;
		segs->next = NULL;
		*pp = validate_one(segs, features);
		if (*pp)
			pp = &(*pp)->next;
	}
	return head;
}

/**
 * validate_xmit_skb_list() - Do in software what the device cannot.
 * @skb: a chain.
 * @dev: the device, by whose features is judged.
 *
 * Segments GSO packets, makes them linear, puts checksums in place, each only
 * where the device lacks the feature.
 *
 * Ownership: consumes @skb; the caller owns the result.
 * Context:   task or softirq.
 * Return:    the chain of ready frames; NULL if all were dropped (counted).
 */
struct sk_buff *validate_xmit_skb_list(struct sk_buff *skb,
				       struct net_device *dev)
{
	struct sk_buff *head = NULL, **pp = &head, *next;

	for (; skb; skb = next) {
		next = skb->next;
		if (likely(xmit_ready(skb, dev->features))) {
			*pp = skb;
			pp = &skb->next;
			continue;
		}
		skb->next = NULL;
		*pp = validate_slow(skb, dev->features);
		while (*pp)
			pp = &(*pp)->next;
	}
	*pp = NULL;
	return head;
}

/* --- from above --- */

static struct netdev_queue *netdev_core_pick_tx(struct net_device *dev,
						struct sk_buff *skb)
{
	u32 n = dev->num_tx_queues;

	if (likely(n == 1))
		return &dev->_tx[0];
	/* One flow stays on one queue, so its order is kept. */
	skb->queue_mapping = (u16)(((u64)skb->hash * n) >> 32);
	return &dev->_tx[skb->queue_mapping];
}

/* Q6: the packet is at the queueing discipline. */
static __force_inline void sched_timestamp(struct sk_buff *skb)
{
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_SCHED_TSTAMP))
		__skb_tstamp_tx(skb, skb->sk, SCM_TSTAMP_SCHED);
}

/*
 * Past an empty qdisc. A frame that needs nothing done goes to the driver
 * right here: what dev_hard_start_xmit() does for a chain, written out for
 * one, as this is the way of nearly every packet.
 */
static __force_inline void dev_xmit_bypass(struct sk_buff *skb, struct Qdisc *q,
					   struct net_device *dev,
					   struct netdev_queue *txq)
{
	bool go_on;

	if (likely(xmit_ready(skb, dev->features) && !netdev_nr_taps)) {
		qdisc_bstats_update(q, skb);
		dev_xmit_plain(skb, q, dev, txq);
		return;
	}
	q->running = true;
	qdisc_bstats_update(q, skb);
	sched_timestamp(skb);
	go_on = sch_direct_xmit(skb, q, dev, txq, true);
	/* The driver's completions may have queued more meanwhile. */
	if (unlikely(q->qstats.qlen) && go_on)
		__qdisc_run(q);
	q->running = false;
}

static int dev_xmit_qdisc(struct sk_buff *skb, struct Qdisc *q)
{
	struct sk_buff *to_free = NULL;
	int rc;

	sched_timestamp(skb);
	spin_lock(&q->lock);
	rc = q->enqueue(skb, q, &to_free);
	spin_unlock(&q->lock);
	qdisc_run(q);
	if (unlikely(to_free))
		kfree_skb_list_reason(to_free, SKB_DROP_REASON_QDISC_DROP);
	return rc;
}

/* A device without queue: lo, dummy. It takes the frame or it is lost. */
static int dev_xmit_noqueue(struct sk_buff *skb, struct net_device *dev,
			    struct netdev_queue *txq)
{
	int rc = NETDEV_TX_BUSY;

	if (dev->xmit_recursion >= XMIT_RECURSION_LIMIT) {
		kfree_skb_reason(skb, SKB_DROP_REASON_RECURSION_LIMIT);
		return -ENETDOWN;
	}
	sched_timestamp(skb);
	skb = validate_xmit_skb_list(skb, dev);
	if (!skb)
		return -ENOMEM;
	dev->xmit_recursion++;
	if (!netif_xmit_stopped(txq))
		skb = dev_hard_start_xmit(skb, dev, txq, &rc);
	dev->xmit_recursion--;
	if (likely(!skb))
		return NET_XMIT_SUCCESS;
	kfree_skb_list_reason(skb, SKB_DROP_REASON_FULL_RING);
	return -ENETDOWN;
}

/* Through the qdisc, or past it, or to a device that has none. */
static __force_inline int __dev_xmit_skb(struct sk_buff *skb,
					 struct net_device *dev,
					 struct netdev_queue *txq)
{
	struct Qdisc *q = txq->qdisc;

	if (likely(qdisc_may_bypass(q, txq))) {
		dev_xmit_bypass(skb, q, dev, txq);
		return NET_XMIT_SUCCESS;
	}
	return q->enqueue ? dev_xmit_qdisc(skb, q)
			  : dev_xmit_noqueue(skb, dev, txq);
}

/**
 * dev_queue_xmit() - Send a frame.
 * @skb: starts at the link header; skb->dev is the device, skb->priority
 *       chooses the band.
 *
 * The route is released here: below, nobody asks for it.
 *
 * Ownership: consumes @skb on every path.
 * Context:   task or softirq; does not sleep. No lock of a device or qdisc is
 *            held, except that of a device stacked above.
 * Return:    0 if sent or queued; NET_XMIT_DROP, NET_XMIT_CN from the qdisc
 *            (net_xmit_errno() converts); -ENETDOWN for a device that is down.
 */
int dev_queue_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	int rc;

	skb_reset_mac_header(skb);
	skb_dst_drop(skb);
	if (unlikely(!(dev->flags & IFF_UP))) {
		kfree_skb_reason(skb, SKB_DROP_REASON_DEV_READY);
		return -ENETDOWN;
	}
	local_bh_disable();
	rc = __dev_xmit_skb(skb, dev, netdev_core_pick_tx(dev, skb));
	local_bh_enable();
	return rc;
}

/* --- NET_TX --- */

/**
 * __netif_schedule() - Let NET_TX run a qdisc.
 * @q: not builtin; on the list at most once.
 *
 * Context: task or softirq.
 */
void __netif_schedule(struct Qdisc *q)
{
	if (q->scheduled || (q->flags & TCQ_F_BUILTIN))
		return;
	local_bh_disable();
	q->scheduled = true;
	q->next_sched = NULL;
	*softnet.output_queue_tail = q;
	softnet.output_queue_tail = &q->next_sched;
	raise_softirq(NET_TX_SOFTIRQ);
	local_bh_enable();
}

/**
 * __netif_unschedule() - Undo __netif_schedule() before @q is freed.
 * @q: the qdisc.
 *
 * Context: task or softirq.
 */
void __netif_unschedule(struct Qdisc *q)
{
	struct Qdisc **pp = &softnet.output_queue;

	if (!q->scheduled)
		return;
	while (*pp != q)
		pp = &(*pp)->next_sched;
	*pp = q->next_sched;
	if (!*pp)
		softnet.output_queue_tail = pp;
	q->scheduled = false;
}

/**
 * netif_tx_wake_queue() - The ring has room again.
 * @q: the queue.
 *
 * Context: task or softirq (a driver's NAPI poll).
 */
void netif_tx_wake_queue(struct netdev_queue *q)
{
	if (!netif_tx_queue_stopped(q))
		return;
	netif_tx_start_queue(q);
	__netif_schedule(q->qdisc);
}

/**
 * dev_consume_skb_irq() - Free a sent packet from hard interrupt.
 * @skb: the last reference; its destructor runs in NET_TX.
 *
 * Ownership: consumes @skb.
 * Context:   any.
 */
void dev_consume_skb_irq(struct sk_buff *skb)
{
	unsigned long flags = local_irq_save();

	skb->next = softnet.completion_queue;
	softnet.completion_queue = skb;
	local_irq_restore(flags);
	raise_softirq(NET_TX_SOFTIRQ);
}

static void net_tx_action(void)
{
	unsigned long flags = local_irq_save();
	struct sk_buff *done = softnet.completion_queue, *next;
	struct Qdisc *q, *last;

	softnet.completion_queue = NULL;
	local_irq_restore(flags);
	for (; done; done = next) {
		next = done->next;
		done->next = NULL;
		consume_skb(done);
	}
	/* Those that reschedule themselves wait for the next run: stop after
	 * the one that is last now. A qdisc cannot be freed meanwhile. */
	if (!softnet.output_queue)
		return;
	last = container_of(softnet.output_queue_tail, struct Qdisc,
			    next_sched);
	do {
		q = softnet.output_queue;
		__netif_unschedule(q);
		qdisc_run(q);
	} while (q != last && softnet.output_queue);
}

/**
 * net_tx_init() - Make NET_TX ready; a second call does nothing.
 *
 * Context: boot.
 */
void net_tx_init(void)
{
	if (softnet.output_queue_tail)
		return;
	softnet.output_queue_tail = &softnet.output_queue;
	open_softirq(NET_TX_SOFTIRQ, net_tx_action);
}

/* --- byte queue limits --- */

/**
 * netdev_tx_restart_queue() - After a completion: below the byte limit again?
 * @q: the queue, stopped by it.
 *
 * Context: task or softirq.
 */
void netdev_tx_restart_queue(struct netdev_queue *q)
{
	if (dql_avail(&q->dql) < 0)
		return;
	q->state &= ~__QUEUE_STATE_STACK_XOFF;
	q->trans_start = 0;
	__netif_schedule(q->qdisc);
}

/**
 * netdev_tx_reset_queue() - The ring was emptied without completions.
 * @q: the queue.
 *
 * Context: the device is stopped or being reset.
 */
void netdev_tx_reset_queue(struct netdev_queue *q)
{
	q->state &= ~__QUEUE_STATE_STACK_XOFF;
	q->trans_start = 0;
	dql_reset(&q->dql);
}

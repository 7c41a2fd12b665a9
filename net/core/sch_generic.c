// SPDX-License-Identifier: MIT
/*
 * DOC: the engine between qdisc and device (rows Q1, Q2): take packets out as
 * long as the device has room, hand them over in bursts, put back what it
 * refused, stop after a quota and go on in NET_TX. Also the disciplines that
 * always exist: noop (a device without carrier), noqueue (lo) and pfifo_fast,
 * the default; and the transmit watchdog.
 *
 * Called by dev.c (a packet came, or NET_TX) and by the device's life
 * (dev_activate() and the like). State: each Qdisc, guarded by its lock within
 * disabled softirqs; q->running says that someone further up the stack is
 * already moving its packets.
 *
 * Ownership: enqueue() gives the qdisc the skb; dequeue() gives it back.
 */
#include "net/core/sch_generic.h"
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "net/core/dev_int.h"
#include "net/wire/tcp.h"
#include "net/wire/udp.h"

#define QDISC_RUN_QUOTA 64 /* packets; Linux: net.core.dev_weight */

const u8 sch_default_prio2band[TC_PRIO_MAX + 1] = {
	1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
};

/* Written at boot. */
static LIST_HEAD(qdisc_base);

/* --- noop and noqueue --- */

static int noop_enqueue(struct sk_buff *skb, struct Qdisc *q,
			struct sk_buff **to_free)
{
	qdisc_drop(skb, q, to_free);
	return NET_XMIT_CN;
}

static struct sk_buff *noop_dequeue(struct Qdisc *q)
{
	return NULL;
}

static const struct Qdisc_ops noop_qdisc_ops = {
	.id = "noop",
	.enqueue = noop_enqueue,
	.dequeue = noop_dequeue,
	.peek = noop_dequeue,
};

static const struct Qdisc_ops noqueue_qdisc_ops = {
	.id = "noqueue",
};

/* Drops everything. Shared by all idle queues: it has no packets. */
struct Qdisc noop_qdisc = {
	.enqueue = noop_enqueue,
	.dequeue = noop_dequeue,
	.ops = &noop_qdisc_ops,
	.flags = TCQ_F_BUILTIN,
	/* Never run: there is nothing to move, and no device to it. */
	.running = true,
};

/* No enqueue: dev_queue_xmit() goes straight to the device. */
struct Qdisc noqueue_qdisc = {
	.ops = &noqueue_qdisc_ops,
	.flags = TCQ_F_BUILTIN,
	.running = true,
};

/* --- pfifo_fast --- */

#define PFIFO_FAST_BANDS 3

struct pfifo_fast_priv {
	struct sk_buff_head band[PFIFO_FAST_BANDS];
};

static int pfifo_fast_init(struct Qdisc *q, const struct nlattr *opt)
{
	struct pfifo_fast_priv *p = qdisc_priv(q);
	int i;

	for (i = 0; i < PFIFO_FAST_BANDS; i++)
		skb_queue_head_init(&p->band[i]);
	q->limit = q->dev_queue->dev->tx_queue_len;
	q->flags |= TCQ_F_CAN_BYPASS;
	return 0;
}

static int pfifo_fast_enqueue(struct sk_buff *skb, struct Qdisc *q,
			      struct sk_buff **to_free)
{
	struct pfifo_fast_priv *p = qdisc_priv(q);
	u8 band = sch_default_prio2band[skb->priority & TC_PRIO_MAX];

	if (unlikely(q->qstats.qlen >= q->limit))
		return qdisc_drop(skb, q, to_free);
	return qdisc_enqueue_tail(skb, q, &p->band[band]);
}

static struct sk_buff *pfifo_fast_dequeue(struct Qdisc *q)
{
	struct pfifo_fast_priv *p = qdisc_priv(q);
	int i;

	for (i = 0; i < PFIFO_FAST_BANDS; i++)
		if (!skb_queue_empty(&p->band[i]))
			return qdisc_dequeue_head(q, &p->band[i]);
	return NULL;
}

static struct sk_buff *pfifo_fast_peek(struct Qdisc *q)
{
	struct pfifo_fast_priv *p = qdisc_priv(q);
	int i;

	for (i = 0; i < PFIFO_FAST_BANDS; i++)
		if (!skb_queue_empty(&p->band[i]))
			return skb_peek(&p->band[i]);
	return NULL;
}

static void pfifo_fast_reset(struct Qdisc *q)
{
	struct pfifo_fast_priv *p = qdisc_priv(q);
	int i;

	for (i = 0; i < PFIFO_FAST_BANDS; i++)
		skb_queue_purge_reason(&p->band[i], SKB_DROP_REASON_QDISC_DROP);
}

static u32 pfifo_fast_dump(const struct Qdisc *q, void *opt)
{
	struct tc_prio_qopt *qopt = opt;

	qopt->bands = PFIFO_FAST_BANDS;
	memcpy(qopt->priomap, sch_default_prio2band, sizeof(qopt->priomap));
	return sizeof(*qopt);
}

struct Qdisc_ops pfifo_fast_ops = {
	.id = "pfifo_fast",
	.priv_size = sizeof(struct pfifo_fast_priv),
	.enqueue = pfifo_fast_enqueue,
	.dequeue = pfifo_fast_dequeue,
	.peek = pfifo_fast_peek,
	.init = pfifo_fast_init,
	.reset = pfifo_fast_reset,
	.dump = pfifo_fast_dump,
};

/* --- a qdisc's life --- */

/**
 * register_qdisc() - Make a discipline known by its name.
 * @ops: static.
 *
 * Context: boot.
 */
void register_qdisc(struct Qdisc_ops *ops)
{
	list_add_tail(&ops->list, &qdisc_base);
}

/**
 * qdisc_lookup_ops() - Find a discipline.
 * @id: its name, as tc writes it.
 *
 * Return: the ops; NULL.
 */
const struct Qdisc_ops *qdisc_lookup_ops(const char *id)
{
	struct Qdisc_ops *ops;

	list_for_each_entry (ops, &qdisc_base, list)
		if (strcmp(ops->id, id) == 0)
			return ops;
	return NULL;
}

/**
 * qdisc_gso_pkt_len() - What a GSO packet will be on the wire.
 * @skb: starts at the link header.
 *
 * Return: bytes: the packet's, and one more set of headers for each further
 *         segment.
 */
u32 qdisc_gso_pkt_len(const struct sk_buff *skb)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	u32 hdr_len = (u32)skb_transport_offset(skb);
	const struct tcphdr *th;
	struct tcphdr buf;

	if (si->gso_type & SKB_GSO_TCPV4) {
		th = skb_header_pointer(skb, hdr_len, sizeof(buf), &buf);
		hdr_len += th ? th->doff * 4U : 0;
	} else {
		hdr_len += (u32)sizeof(struct udphdr);
	}
	return skb->len + (si->gso_segs ? si->gso_segs - 1U : 0) * hdr_len;
}

/**
 * qdisc_create() - A discipline.
 * @txq:    the queue it will serve.
 * @ops:    the discipline.
 * @opt:    TCA_OPTIONS as the discipline has them, or NULL: its defaults.
 *
 * Ownership: the caller's until grafted; qdisc_put() frees it.
 * Context:   task or softirq.
 * Return:    the qdisc; ERR_PTR(-ENOMEM) or the errno of its init.
 */
struct Qdisc *qdisc_create(struct netdev_queue *txq,
			   const struct Qdisc_ops *ops,
			   const struct nlattr *opt)
{
	size_t head = ALIGN(sizeof(struct Qdisc), 64UL);
	struct Qdisc *q = kzalloc(head + ops->priv_size, GFP_ATOMIC);
	int err;

	if (!q)
		return ERR_PTR(-ENOMEM);
	q->priv = (u8 *)q + head;
	q->enqueue = ops->enqueue;
	q->dequeue = ops->dequeue;
	q->ops = ops;
	q->dev_queue = txq;
	spin_lock_init(&q->lock);
	skb_queue_head_init(&q->q);
	skb_queue_head_init(&q->gso_skb);
	err = ops->init ? ops->init(q, opt) : 0;
	if (err) {
		kfree(q);
		return ERR_PTR(err);
	}
	return q;
}

/**
 * qdisc_create_dflt() - A discipline with its default parameters.
 * @txq, @ops: as for qdisc_create().
 *
 * Return: as qdisc_create().
 */
struct Qdisc *qdisc_create_dflt(struct netdev_queue *txq,
				const struct Qdisc_ops *ops)
{
	return qdisc_create(txq, ops, NULL);
}

/**
 * qdisc_create_class() - What a class has until it is given another one.
 * @up: the qdisc with the class.
 *
 * Return: as qdisc_create().
 */
struct Qdisc *qdisc_create_class(struct Qdisc *up)
{
	const struct Qdisc_ops *ops = qdisc_lookup_ops("pfifo");
	struct Qdisc *q;

	if (WARN_ON(!ops)) /* net/sched/ brings both */
		return ERR_PTR(-ENOENT);
	q = qdisc_create_dflt(up->dev_queue, ops);
	if (!IS_ERR(q)) {
		q->flags |= TCQ_F_INVISIBLE;
		q->up = up;
	}
	return q;
}

/**
 * qdisc_reset() - Drop all that a discipline holds.
 * @q: empty afterwards.
 *
 * Context: task or softirq, softirqs disabled.
 */
void qdisc_reset(struct Qdisc *q)
{
	if (q->flags & TCQ_F_BUILTIN)
		return;
	if (q->ops->reset)
		q->ops->reset(q);
	skb_queue_purge_reason(&q->gso_skb, SKB_DROP_REASON_QDISC_DROP);
	q->qstats.qlen = 0;
	q->qstats.backlog = 0;
}

/**
 * qdisc_put() - Free a discipline and what it holds.
 * @q: serves no queue any more; a builtin one stays.
 *
 * Context: task or softirq; not while it runs.
 */
void qdisc_put(struct Qdisc *q)
{
	if (!q || (q->flags & TCQ_F_BUILTIN))
		return;
	BUG_ON(q->running);
	local_bh_disable();
	__netif_unschedule(q);
	qdisc_reset(q);
	local_bh_enable();
	if (q->ops->destroy)
		q->ops->destroy(q);
	kfree(q);
}

/* --- the engine --- */

/* Packets that go with @skb under one doorbell, as far as the ring's byte
 * limit allows. */
static u32 bulk_dequeue(struct Qdisc *q, struct sk_buff *skb)
{
	s64 room = dql_avail(&q->dev_queue->dql) - skb->len;
	u32 n = 1;

	while (room > 0 && q->qstats.qlen && n < QDISC_RUN_QUOTA) {
		skb->next = q->dequeue(q);
		if (!skb->next)
			break;
		skb = skb->next;
		room -= skb->len;
		n++;
	}
	skb->next = NULL;
	return n;
}

/* What goes next: first what the device refused, which is ready already. */
static struct sk_buff *dequeue_skb(struct Qdisc *q, bool *validate,
				   u32 *packets)
{
	struct sk_buff *skb = skb_peek(&q->gso_skb);

	if (netif_xmit_frozen_or_stopped(q->dev_queue))
		return NULL;
	*packets = 1;
	*validate = !skb;
	if (unlikely(skb)) {
		__skb_unlink(skb, &q->gso_skb);
		qdisc_qstats_sub(q, skb);
		return skb;
	}
	skb = q->dequeue(q);
	if (skb)
		*packets = bulk_dequeue(q, skb);
	return skb;
}

/**
 * dev_requeue_skb() - The device did not take these: they stay first in line.
 * @skb: a chain, ready for the device.
 * @q:   whose they were.
 *
 * Ownership: consumes @skb.
 * Context:   softirqs disabled.
 */
void dev_requeue_skb(struct sk_buff *skb, struct Qdisc *q)
{
	struct sk_buff *next, *prev = NULL;

	/* Before those that were refused with it and not tried again yet. */
	for (; skb; prev = skb, skb = next) {
		next = skb->next;
		if (prev)
			__skb_queue_after(&q->gso_skb, prev, skb);
		else
			__skb_queue_head(&q->gso_skb, skb);
		qdisc_qstats_add(q, skb);
		q->qstats.requeues++;
	}
	if (netif_xmit_frozen_or_stopped(q->dev_queue))
		netdev_watchdog_up(q->dev_queue->dev);
	else
		__netif_schedule(q);
}

/**
 * sch_direct_xmit() - One packet or chain to the device.
 * @skb:      off the queue.
 * @q:        whose it was, and is again if the device refuses.
 * @dev:      the device.
 * @txq:      its queue.
 * @validate: it has not been through validate_xmit_skb_list() yet.
 *
 * Ownership: consumes @skb.
 * Context:   softirqs disabled, q->running set.
 * Return:    true: go on; false: the device is full, the rest was requeued.
 */
bool sch_direct_xmit(struct sk_buff *skb, struct Qdisc *q,
		     struct net_device *dev, struct netdev_queue *txq,
		     bool validate)
{
	int rc = NETDEV_TX_OK;

	if (validate) {
		skb = validate_xmit_skb_list(skb, dev);
		if (unlikely(!skb))
			return true;
	}
	spin_lock(&txq->xmit_lock);
	if (likely(!netif_xmit_frozen_or_stopped(txq)))
		skb = dev_hard_start_xmit(skb, dev, txq, &rc);
	spin_unlock(&txq->xmit_lock);
	if (likely(!skb))
		return true;
	dev_requeue_skb(skb, q);
	return false;
}

/**
 * __qdisc_run() - Move packets to the device until it is enough.
 * @q: q->running is set by the caller.
 *
 * After 64 packets the rest waits for NET_TX, so that a sender returns to its
 * program and other softirqs get their turn.
 *
 * Context: softirqs disabled.
 */
void __qdisc_run(struct Qdisc *q)
{
	struct netdev_queue *txq = q->dev_queue;
	int quota = QDISC_RUN_QUOTA;
	struct sk_buff *skb;
	u32 packets;
	bool validate;

	while (q->qstats.qlen) {
		spin_lock(&q->lock);
		skb = dequeue_skb(q, &validate, &packets);
		spin_unlock(&q->lock);
		if (!skb) {
			if (netif_xmit_frozen_or_stopped(txq))
				netdev_watchdog_up(txq->dev);
			return;
		}
		if (!sch_direct_xmit(skb, q, txq->dev, txq, validate))
			return;
		quota -= (int)packets;
		if (quota <= 0) {
			if (q->qstats.qlen)
				__netif_schedule(q);
			return;
		}
	}
}

/* --- the watchdog --- */

/* A reset that ended a stop of the byte limits has told nobody. */
static void kick_queues(struct net_device *dev)
{
	u32 i;

	for (i = 0; i < dev->num_tx_queues; i++)
		if (!netif_xmit_stopped(&dev->_tx[i]))
			__netif_schedule(dev->_tx[i].qdisc);
}

/* Report queues that have stood still too long; true while any is stopped. */
static bool watchdog_check(struct net_device *dev, u64 now)
{
	bool stopped = false, late = false;
	u32 i;

	for (i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = &dev->_tx[i];

		if (!netif_xmit_stopped(txq))
			continue;
		stopped = true;
		if (!txq->trans_start)
			txq->trans_start = now;
		if (now - txq->trans_start < dev->watchdog_timeo_ns)
			continue;
		late = true;
		txq->trans_start = now;
	}
	if (late) {
		pr_warn("%s: transmit queue timed out\n", dev->name);
		dev->stats.tx_errors++;
		dev->netdev_ops->ndo_tx_timeout(dev);
		kick_queues(dev);
	}
	return stopped;
}

static void dev_watchdog(struct timer_list *t)
{
	struct net_device *dev = from_timer(dev, t, watchdog_timer);
	u64 now = ktime_get_ns();

	if (netif_running(dev) && watchdog_check(dev, now))
		mod_timer(t, now + dev->watchdog_timeo_ns);
}

/**
 * netdev_watchdog_up() - A packet found the ring stopped: keep an eye on it.
 * @dev: one without ndo_tx_timeout is not watched.
 *
 * The timer runs only while a queue is stopped, so an idle or busy machine
 * takes no tick for it. It fires after one or two times watchdog_timeo_ns.
 *
 * Context: task or softirq.
 */
void netdev_watchdog_up(struct net_device *dev)
{
	u64 now;

	if (!dev->netdev_ops->ndo_tx_timeout || !dev->watchdog_timeo_ns ||
	    timer_pending(&dev->watchdog_timer))
		return;
	now = ktime_get_ns();
	watchdog_check(dev, now);
	mod_timer(&dev->watchdog_timer, now + dev->watchdog_timeo_ns);
}

/* --- a device's queues --- */

/**
 * dev_init_scheduler() - A new device: every queue has noop.
 * @dev: being made.
 */
void dev_init_scheduler(struct net_device *dev)
{
	u32 i;

	for (i = 0; i < dev->num_tx_queues; i++) {
		dev->_tx[i].qdisc = &noop_qdisc;
		dev->_tx[i].qdisc_sleeping = &noop_qdisc;
	}
	dev->qdisc = &noop_qdisc;
	timer_setup(&dev->watchdog_timer, dev_watchdog);
}

static bool dev_is_activated(const struct net_device *dev)
{
	return netif_running(dev) && dev->carrier;
}

/**
 * dev_graft_qdisc() - Replace what a queue uses.
 * @txq: the queue.
 * @q:   from qdisc_create_dflt(); NULL is noop.
 *
 * Ownership: the queue owns @q; the old one is freed with what it holds.
 * Context:   task.
 * Return:    0; -EBUSY from inside that queue's own transmission.
 */
int dev_graft_qdisc(struct netdev_queue *txq, struct Qdisc *q)
{
	struct net_device *dev = txq->dev;
	struct Qdisc *old = txq->qdisc_sleeping;

	if (!q)
		q = &noop_qdisc;
	if (old->running && !(old->flags & TCQ_F_BUILTIN))
		return -EBUSY;
	local_bh_disable();
	txq->qdisc_sleeping = q;
	if (dev_is_activated(dev))
		txq->qdisc = q;
	if (dev->num_tx_queues == 1)
		dev->qdisc = q;
	xmit_gen_bump();
	local_bh_enable();
	if (old != q)
		qdisc_put(old);
	return 0;
}

/**
 * qdisc_graft_class() - Replace what a class of a qdisc uses.
 * @parent: has that class, and queues by itself.
 * @minor:  the class, from 1.
 * @q:      from qdisc_create(), with an enqueue function.
 *
 * Ownership: the class owns @q; the old one is freed with what it holds.
 * Context:   task.
 */
void qdisc_graft_class(struct Qdisc *parent, u32 minor, struct Qdisc *q)
{
	struct Qdisc **slot = parent->ops->leaf(parent, minor), *old = *slot;
	struct Qdisc *p;

	local_bh_disable();
	for (p = parent; p; p = p->up) {
		p->qstats.qlen -= old->qstats.qlen;
		p->qstats.backlog -= old->qstats.backlog;
	}
	q->up = parent;
	*slot = q;
	local_bh_enable();
	qdisc_put(old);
}

/* pfifo_fast on the only queue, or mq with one on each; without memory the
 * device works without queues. */
static void attach_default_qdiscs(struct net_device *dev)
{
	const struct Qdisc_ops *mq = NULL;
	struct Qdisc *q;
	u32 i;

	if (dev->num_tx_queues > 1)
		mq = qdisc_lookup_ops("mq");
	if (dev->tx_path_noqueue || !dev->tx_queue_len) {
		q = &noqueue_qdisc;
	} else {
		q = qdisc_create_dflt(&dev->_tx[0], mq ? mq : &pfifo_fast_ops);
		if (IS_ERR(q)) {
			pr_warn("%s: no memory for a qdisc\n", dev->name);
			q = &noqueue_qdisc;
		}
	}
	dev->qdisc = q;
	if (q->ops == mq)
		return; /* it attached its children itself */
	for (i = 0; i < dev->num_tx_queues; i++)
		dev->_tx[i].qdisc_sleeping = q;
}

/**
 * dev_activate() - Start a device's queues.
 * @dev: up; nothing happens without carrier.
 *
 * Context: task or softirq.
 */
void dev_activate(struct net_device *dev)
{
	u32 i;

	if (dev->qdisc == &noop_qdisc)
		attach_default_qdiscs(dev);
	if (!dev->carrier)
		return;
	local_bh_disable();
	for (i = 0; i < dev->num_tx_queues; i++)
		dev->_tx[i].qdisc = dev->_tx[i].qdisc_sleeping;
	xmit_gen_bump();
	local_bh_enable();
}

/**
 * dev_deactivate() - Stop a device's queues; what they hold is dropped.
 * @dev: going down, or without carrier.
 *
 * Context: task or softirq.
 */
void dev_deactivate(struct net_device *dev)
{
	u32 i;

	local_bh_disable();
	for (i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = &dev->_tx[i];

		txq->qdisc = &noop_qdisc;
		__netif_unschedule(txq->qdisc_sleeping);
		qdisc_reset(txq->qdisc_sleeping);
		txq->trans_start = 0;
	}
	del_timer(&dev->watchdog_timer);
	xmit_gen_bump();
	local_bh_enable();
}

/**
 * dev_shutdown() - Free a device's disciplines.
 * @dev: being unregistered.
 *
 * Context: task.
 */
void dev_shutdown(struct net_device *dev)
{
	struct Qdisc *root = dev->qdisc;
	u32 i;

	dev_deactivate(dev);
	for (i = 0; i < dev->num_tx_queues; i++) {
		struct Qdisc *q = dev->_tx[i].qdisc_sleeping;

		dev->_tx[i].qdisc_sleeping = &noop_qdisc;
		if (q != root)
			qdisc_put(q);
	}
	dev->qdisc = &noop_qdisc;
	qdisc_put(root);
}

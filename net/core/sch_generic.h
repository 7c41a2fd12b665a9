/* SPDX-License-Identifier: MIT */
/*
 * DOC: queueing disciplines: the ops a discipline provides, what every qdisc
 * has, and the engine that moves packets from it to the device (rows Q1, Q2).
 */
#pragma once

#include "lib/spinlock.h"
#include "lib/timer.h"
#include "lib/uapi/netlink.h"
#include "net/core/netdevice.h"
#include "net/core/skbuff.h"

struct Qdisc;

struct Qdisc_ops {
	const char *id; /* "pfifo_fast" */
	u32 priv_size;
	/*
	 * Owns @skb afterwards. NET_XMIT_SUCCESS, NET_XMIT_CN, or
	 * NET_XMIT_DROP with the dropped skb chained on *@to_free (the caller
	 * frees that chain after the lock).
	 */
	int (*enqueue)(struct sk_buff *skb, struct Qdisc *q,
		       struct sk_buff **to_free);
	struct sk_buff *(*dequeue)(struct Qdisc *q);
	struct sk_buff *(*peek)(struct Qdisc *q);
	int (*init)(struct Qdisc *q, const struct nlattr *opt);
	void (*reset)(struct Qdisc *q);
	void (*destroy)(struct Qdisc *q);
	/* New parameters while it runs; NULL: they cannot change. */
	int (*change)(struct Qdisc *q, const struct nlattr *opt);
	/* TCA_OPTIONS' bytes, at most TC_OPTIONS_MAX; how many. */
	u32 (*dump)(const struct Qdisc *q, void *opt);
	/* Where class @minor, from 1, has its qdisc; NULL: no such class.
	 * Without this function there are no classes. */
	struct Qdisc **(*leaf)(const struct Qdisc *q, u32 minor);
	struct list_head list; /* the registry's */
};

#define TCQ_F_BUILTIN    BIT(0)
#define TCQ_F_CAN_BYPASS BIT(1) /* empty: a packet may skip it */
#define TCQ_F_INGRESS    BIT(2)
#define TCQ_F_INVISIBLE  BIT(3) /* a class's default: tc does not list it */

#define TC_OPTIONS_MAX 24
#define TC_H_MAJ(h)    ((h)&0xffff0000U)
#define TC_H_MIN(h)    ((h)&0x0000ffffU)
/* uAPI linux/pkt_sched.h. */
struct tc_prio_qopt {
	s32 bands;
	u8 priomap[16];
};

struct gnet_stats_queue {
	u32 qlen;    /* packets now */
	u32 backlog; /* bytes now */
	u32 drops, requeues, overlimits;
};

struct Qdisc {
	/* NULL: noqueue, the packet goes straight to the device. */
	int (*enqueue)(struct sk_buff *skb, struct Qdisc *q,
		       struct sk_buff **to_free);
	struct sk_buff *(*dequeue)(struct Qdisc *q);
	const struct Qdisc_ops *ops;
	u32 flags; /* TCQ_F_* */
	u32 limit; /* packets or bytes, by discipline */
	u32 handle;
	struct Qdisc *up; /* whose class it serves; NULL: a root, or mq's */
	struct netdev_queue *dev_queue;
	spinlock_t lock;
	bool running;   /* someone is in __qdisc_run() */
	bool scheduled; /* on the NET_TX output queue */
	struct Qdisc *next_sched;
	struct sk_buff_head q;       /* the plain disciplines' packets */
	struct sk_buff_head gso_skb; /* requeued: goes out first */
	struct gnet_stats_queue qstats;
	u64 bstats_bytes, bstats_packets;
	void *priv;
};

static inline void *qdisc_priv(const struct Qdisc *q)
{
	return q->priv;
}

/* Bytes on the wire that the packet stands for, with GSO headers. */
u32 qdisc_gso_pkt_len(const struct sk_buff *skb);
static inline u32 qdisc_pkt_len(const struct sk_buff *skb)
{
	return likely(!skb_is_gso(skb)) ? skb->len : qdisc_gso_pkt_len(skb);
}

void register_qdisc(struct Qdisc_ops *ops);
const struct Qdisc_ops *qdisc_lookup_ops(const char *id);
/* ERR_PTR on failure; not yet attached. */
struct Qdisc *qdisc_create(struct netdev_queue *txq,
			   const struct Qdisc_ops *ops,
			   const struct nlattr *opt) __must_check;
struct Qdisc *qdisc_create_dflt(struct netdev_queue *txq,
				const struct Qdisc_ops *ops) __must_check;
/* What a class has by itself: a pfifo that is not shown. */
struct Qdisc *qdisc_create_class(struct Qdisc *up) __must_check;
void qdisc_put(struct Qdisc *q);
/* Make @q the root of @dev's queue; frees the old one. */
int dev_graft_qdisc(struct netdev_queue *txq, struct Qdisc *q);
void qdisc_graft_class(struct Qdisc *parent, u32 minor, struct Qdisc *q);
/* Default disciplines on, queues on; and off with everything dropped. */
void dev_activate(struct net_device *dev);
void dev_deactivate(struct net_device *dev);
void dev_init_scheduler(struct net_device *dev);
void dev_shutdown(struct net_device *dev);

/* Move packets to the device until empty, stopped or out of quota. */
void __qdisc_run(struct Qdisc *q);
/* The same unless someone is already at it. */
static inline void qdisc_run(struct Qdisc *q)
{
	if (q->running)
		return;
	q->running = true;
	__qdisc_run(q);
	q->running = false;
}
/* One packet or chain to the device; false: stop (queue stopped or busy). */
bool sch_direct_xmit(struct sk_buff *skb, struct Qdisc *q,
		     struct net_device *dev, struct netdev_queue *txq,
		     bool validate);
/* Put back, first in line, what the device refused. */
void dev_requeue_skb(struct sk_buff *skb, struct Qdisc *q);
/* Nothing is in the qdisc or on its way out of it, and the device takes more.
 * One branch. */
static __force_inline bool qdisc_is_idle(const struct Qdisc *q,
					 const struct netdev_queue *txq)
{
	return !(q->qstats.qlen | (u32)q->running |
		 (u32)netif_xmit_frozen_or_stopped(txq));
}

/* Whether the qdisc is empty, lets a packet past, and the device takes it. */
static __force_inline bool qdisc_may_bypass(const struct Qdisc *q,
					    const struct netdev_queue *txq)
{
	return (q->flags & TCQ_F_CAN_BYPASS) && qdisc_is_idle(q, txq);
}

/*
 * A frame for which software has nothing left to do, past an empty qdisc: what
 * dev_hard_start_xmit() does for a chain, written out for one. Softirqs are
 * off, qdisc_may_bypass() holds, the qdisc has counted the frame, and no tap
 * wants it. Consumes @skb.
 */
static __force_inline void dev_xmit_plain(struct sk_buff *skb, struct Qdisc *q,
					  struct net_device *dev,
					  struct netdev_queue *txq)
{
	netdev_tx_t rc;

	q->running = true;
	spin_lock(&txq->xmit_lock);
	rc = dev->netdev_ops->ndo_start_xmit(skb, dev);
	spin_unlock(&txq->xmit_lock);
	if (unlikely(rc == NETDEV_TX_BUSY))
		dev_requeue_skb(skb, q);
	/* The driver's completions may have queued more meanwhile. */
	else if (unlikely(q->qstats.qlen))
		__qdisc_run(q);
	q->running = false;
}
/* Put @q on the NET_TX list; and take it off, before it is freed. */
void __netif_schedule(struct Qdisc *q);
void __netif_unschedule(struct Qdisc *q);
/* A frame has been in a stopped ring for watchdog_timeo_ns: tell the driver. */
void netdev_watchdog_up(struct net_device *dev);

extern struct Qdisc_ops pfifo_fast_ops, pfifo_qdisc_ops, bfifo_qdisc_ops,
	mq_qdisc_ops, prio_qdisc_ops;
extern struct Qdisc noop_qdisc, noqueue_qdisc;
/* skb->priority & 15 to one of three bands (uAPI TC_PRIO_*). */
#define TC_PRIO_MAX 15
extern const u8 sch_default_prio2band[TC_PRIO_MAX + 1];

/* Helpers of the disciplines. */
static inline int qdisc_drop(struct sk_buff *skb, struct Qdisc *q,
			     struct sk_buff **to_free)
{
	skb->next = *to_free;
	*to_free = skb;
	q->qstats.drops++;
	return NET_XMIT_DROP;
}

static inline void qdisc_bstats_update(struct Qdisc *q,
				       const struct sk_buff *skb)
{
	if (likely(!skb_is_gso(skb))) {
		q->bstats_bytes += skb->len;
		q->bstats_packets++;
		return;
	}
	q->bstats_bytes += qdisc_gso_pkt_len(skb);
	q->bstats_packets += skb_shinfo(skb)->gso_segs;
}

static inline void qdisc_qstats_add(struct Qdisc *q, const struct sk_buff *skb)
{
	q->qstats.qlen++;
	q->qstats.backlog += qdisc_pkt_len(skb);
}

static inline void qdisc_qstats_sub(struct Qdisc *q, const struct sk_buff *skb)
{
	q->qstats.qlen--;
	q->qstats.backlog -= qdisc_pkt_len(skb);
}

/* The plain queue: in at the tail of @h, out at its head, counted in @q. */
static inline int qdisc_enqueue_tail(struct sk_buff *skb, struct Qdisc *q,
				     struct sk_buff_head *h)
{
	__skb_queue_tail(h, skb);
	qdisc_qstats_add(q, skb);
	return NET_XMIT_SUCCESS;
}

static inline struct sk_buff *qdisc_dequeue_head(struct Qdisc *q,
						 struct sk_buff_head *h)
{
	struct sk_buff *skb = __skb_dequeue(h);

	if (skb) {
		qdisc_qstats_sub(q, skb);
		qdisc_bstats_update(q, skb);
	}
	return skb;
}
/* Drop all that is queued, in the discipline and requeued. */
void qdisc_reset(struct Qdisc *q);
/* sch_*.c register theirs here, in boot order. */
void net_sched_init(void);

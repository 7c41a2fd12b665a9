// SPDX-License-Identifier: MIT
/*
 * DOC: pfifo and bfifo: one queue, limited in packets or in bytes; what comes
 * when it is full is dropped (row Q2). Called by the engine, sch_generic.c,
 * and by classful disciplines as a class's queue.
 */
#include "lib/errno.h"
#include "net/core/sch_generic.h"

/* uAPI linux/pkt_sched.h: struct tc_fifo_qopt. */
struct tc_fifo_qopt {
	u32 limit;
};

/* @least: a limit below it has no room for a packet, and then none may pass
 * by the queue either. */
static int fifo_limit(struct Qdisc *q, const struct nlattr *opt, u32 least)
{
	struct tc_fifo_qopt qopt;

	if (opt) {
		if (opt->nla_len < sizeof(*opt) + sizeof(qopt))
			return -EINVAL;
		memcpy(&qopt, opt + 1, sizeof(qopt));
		q->limit = qopt.limit;
	}
	if (q->limit >= least)
		q->flags |= TCQ_F_CAN_BYPASS;
	else
		q->flags &= ~(u32)TCQ_F_CAN_BYPASS;
	return 0;
}

static u32 fifo_dump(const struct Qdisc *q, void *opt)
{
	struct tc_fifo_qopt *qopt = opt;

	qopt->limit = q->limit;
	return sizeof(*qopt);
}

static int pfifo_change(struct Qdisc *q, const struct nlattr *opt)
{
	return fifo_limit(q, opt, 1);
}

/* By default as many packets as the device wants queued. */
static int pfifo_init(struct Qdisc *q, const struct nlattr *opt)
{
	const struct net_device *dev = q->dev_queue->dev;

	q->limit = dev->tx_queue_len ? dev->tx_queue_len : 1;
	return pfifo_change(q, opt);
}

static u32 full_frame(const struct Qdisc *q)
{
	const struct net_device *dev = q->dev_queue->dev;

	return dev->mtu + dev->hard_header_len;
}

static int bfifo_change(struct Qdisc *q, const struct nlattr *opt)
{
	return fifo_limit(q, opt, full_frame(q));
}

/* By default as many bytes as that number of full frames has. */
static int bfifo_init(struct Qdisc *q, const struct nlattr *opt)
{
	const struct net_device *dev = q->dev_queue->dev;

	q->limit = (dev->tx_queue_len ? dev->tx_queue_len : 1) * full_frame(q);
	return bfifo_change(q, opt);
}

static int pfifo_enqueue(struct sk_buff *skb, struct Qdisc *q,
			 struct sk_buff **to_free)
{
	if (unlikely(q->qstats.qlen >= q->limit))
		return qdisc_drop(skb, q, to_free);
	return qdisc_enqueue_tail(skb, q, &q->q);
}

static int bfifo_enqueue(struct sk_buff *skb, struct Qdisc *q,
			 struct sk_buff **to_free)
{
	u32 len = qdisc_pkt_len(skb);

	if (unlikely(q->qstats.backlog > q->limit ||
		     len > q->limit - q->qstats.backlog))
		return qdisc_drop(skb, q, to_free);
	return qdisc_enqueue_tail(skb, q, &q->q);
}

static struct sk_buff *fifo_dequeue(struct Qdisc *q)
{
	return qdisc_dequeue_head(q, &q->q);
}

static struct sk_buff *fifo_peek(struct Qdisc *q)
{
	return skb_peek(&q->q);
}

static void fifo_reset(struct Qdisc *q)
{
	skb_queue_purge_reason(&q->q, SKB_DROP_REASON_QDISC_DROP);
}

struct Qdisc_ops pfifo_qdisc_ops = {
	.id = "pfifo",
	.enqueue = pfifo_enqueue,
	.dequeue = fifo_dequeue,
	.peek = fifo_peek,
	.init = pfifo_init,
	.change = pfifo_change,
	.dump = fifo_dump,
	.reset = fifo_reset,
};

struct Qdisc_ops bfifo_qdisc_ops = {
	.id = "bfifo",
	.enqueue = bfifo_enqueue,
	.dequeue = fifo_dequeue,
	.peek = fifo_peek,
	.init = bfifo_init,
	.change = bfifo_change,
	.dump = fifo_dump,
	.reset = fifo_reset,
};

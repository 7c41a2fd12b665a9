// SPDX-License-Identifier: MIT
/*
 * DOC: prio: bands in strict order, each a pfifo; a packet's band is its
 * priority's class (handle:band) if that is one of ours, else by the map
 * (row Q2). A band is served only while all before it are empty.
 *
 * Called by the engine, sch_generic.c. State: the bands, guarded by the
 * qdisc's lock; qlen and backlog of prio are the sums of its bands'.
 */
#include "lib/err.h"
#include "net/core/sch_generic.h"

#define TCQ_PRIO_BANDS     16
#define TCQ_MIN_PRIO_BANDS 2
#define PRIO_DEFAULT_BANDS 3

struct prio_priv {
	u32 bands;
	u8 prio2band[TC_PRIO_MAX + 1];
	struct Qdisc *queues[TCQ_PRIO_BANDS];
};

static int prio_parse(struct prio_priv *p, const struct nlattr *opt)
{
	struct tc_prio_qopt qopt;
	u32 i;

	if (opt->nla_len < sizeof(*opt) + sizeof(qopt))
		return -EINVAL;
	memcpy(&qopt, opt + 1, sizeof(qopt));
	if (qopt.bands < TCQ_MIN_PRIO_BANDS || qopt.bands > TCQ_PRIO_BANDS)
		return -EINVAL;
	for (i = 0; i <= TC_PRIO_MAX; i++)
		if (qopt.priomap[i] >= qopt.bands)
			return -EINVAL;
	p->bands = (u32)qopt.bands;
	memcpy(p->prio2band, qopt.priomap, sizeof(p->prio2band));
	return 0;
}

static void prio_destroy(struct Qdisc *q)
{
	struct prio_priv *p = qdisc_priv(q);
	u32 i;

	for (i = 0; i < p->bands; i++)
		qdisc_put(p->queues[i]);
}

static int prio_init(struct Qdisc *q, const struct nlattr *opt)
{
	struct prio_priv *p = qdisc_priv(q);
	struct Qdisc *child;
	int err;
	u32 i;

	p->bands = PRIO_DEFAULT_BANDS;
	memcpy(p->prio2band, sch_default_prio2band, sizeof(p->prio2band));
	err = opt ? prio_parse(p, opt) : 0;
	if (err)
		return err;
	for (i = 0; i < p->bands; i++) {
		child = qdisc_create_class(q);
		if (IS_ERR(child)) {
			prio_destroy(q); /* bands not made yet are NULL */
			return (int)PTR_ERR(child);
		}
		p->queues[i] = child;
	}
	return 0;
}

static u32 prio_dump(const struct Qdisc *q, void *opt)
{
	const struct prio_priv *p = qdisc_priv(q);
	struct tc_prio_qopt *qopt = opt;

	qopt->bands = (s32)p->bands;
	memcpy(qopt->priomap, p->prio2band, sizeof(qopt->priomap));
	return sizeof(*qopt);
}

static struct Qdisc **prio_leaf(const struct Qdisc *q, u32 minor)
{
	struct prio_priv *p = qdisc_priv(q);

	return minor && minor <= p->bands ? &p->queues[minor - 1] : NULL;
}

static struct Qdisc *prio_classify(struct prio_priv *p, struct Qdisc *q,
				   const struct sk_buff *skb)
{
	u32 band = TC_H_MIN(skb->priority) - 1;

	if (!q->handle || TC_H_MAJ(skb->priority) != q->handle ||
	    band >= p->bands)
		band = p->prio2band[skb->priority & TC_PRIO_MAX];
	return p->queues[band];
}

static int prio_enqueue(struct sk_buff *skb, struct Qdisc *q,
			struct sk_buff **to_free)
{
	struct Qdisc *child = prio_classify(qdisc_priv(q), q, skb);
	u32 len = qdisc_pkt_len(skb);
	int rc = child->enqueue(skb, child, to_free);

	if (rc == NET_XMIT_SUCCESS) {
		q->qstats.qlen++;
		q->qstats.backlog += len;
	} else {
		q->qstats.drops++;
	}
	return rc;
}

static struct sk_buff *prio_dequeue(struct Qdisc *q)
{
	struct prio_priv *p = qdisc_priv(q);
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < p->bands; i++) {
		skb = p->queues[i]->dequeue(p->queues[i]);
		if (!skb)
			continue;
		qdisc_qstats_sub(q, skb);
		qdisc_bstats_update(q, skb);
		return skb;
	}
	return NULL;
}

static struct sk_buff *prio_peek(struct Qdisc *q)
{
	struct prio_priv *p = qdisc_priv(q);
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < p->bands; i++) {
		skb = p->queues[i]->ops->peek(p->queues[i]);
		if (skb)
			return skb;
	}
	return NULL;
}

static void prio_reset(struct Qdisc *q)
{
	struct prio_priv *p = qdisc_priv(q);
	u32 i;

	for (i = 0; i < p->bands; i++)
		qdisc_reset(p->queues[i]);
}

struct Qdisc_ops prio_qdisc_ops = {
	.id = "prio",
	.priv_size = sizeof(struct prio_priv),
	.enqueue = prio_enqueue,
	.dequeue = prio_dequeue,
	.peek = prio_peek,
	.init = prio_init,
	.reset = prio_reset,
	.destroy = prio_destroy,
	.dump = prio_dump,
	.leaf = prio_leaf,
};

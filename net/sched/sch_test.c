// SPDX-License-Identifier: MIT
/* DOC: the disciplines: pfifo, bfifo, prio, mq (row Q2). */
#include "lib/err.h"
#include "net/core/sch_generic.h"
#include "tests/fixtures/net_fixture.h"

static struct netdev_queue *txq0(struct net_fixture *f)
{
	return &f->eth0->_tx[0];
}

static struct sk_buff *prio_skb(struct net_fixture *f, u32 len, u32 priority)
{
	struct sk_buff *skb = fixture_skb(f, len);

	skb->priority = priority;
	return skb;
}

/* Free what a discipline refused, as dev_queue_xmit() does. */
static int put(struct Qdisc *q, struct sk_buff *skb)
{
	struct sk_buff *to_free = NULL;
	int rc = q->enqueue(skb, q, &to_free);

	kfree_skb_list_reason(to_free, SKB_DROP_REASON_QDISC_DROP);
	return rc;
}

static u32 take_len(struct Qdisc *q)
{
	struct sk_buff *peek = q->ops->peek(q), *skb = q->dequeue(q);
	u32 len = 0;

	if (skb != peek)
		return UINT32_MAX;
	if (skb)
		len = skb->len;
	kfree_skb(skb);
	return len;
}

static struct Qdisc *make(struct net_fixture *f, const char *id)
{
	const struct Qdisc_ops *ops = qdisc_lookup_ops(id);

	return ops ? qdisc_create_dflt(txq0(f), ops) : ERR_PTR(-ENOENT);
}

static void pfifo_limits_packets(struct kunit *test)
{
	struct Qdisc *q = make(test->priv, "pfifo");
	u32 i;

	KUNIT_ASSERT_EQ(test, IS_ERR(q), 0);
	KUNIT_EXPECT_EQ(test, q->limit, 1000);
	q->limit = 3;
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, put(q, prio_skb(test->priv, 60 + i, 0)),
				i < 3 ? NET_XMIT_SUCCESS : NET_XMIT_DROP);
	KUNIT_EXPECT_EQ(test, q->qstats.drops, 2);
	KUNIT_EXPECT_EQ(test, q->qstats.backlog, 60 + 61 + 62);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, take_len(q), 60 + i);
	KUNIT_EXPECT_EQ(test, take_len(q), 0);
	KUNIT_EXPECT_EQ(test, q->qstats.backlog, 0);
	qdisc_put(q);
}

/* A queue without room for one packet must not be passed by either. */
static void pfifo_without_room_lets_nothing_by(struct kunit *test)
{
	struct {
		struct nlattr head;
		u32 limit;
	} opt = { { sizeof(opt), 0 }, 0 };
	struct net_fixture *f = test->priv;
	struct Qdisc *q = qdisc_create(txq0(f), &pfifo_qdisc_ops, &opt.head);
	struct sk_buff *skb = fixture_skb(f, 60);

	KUNIT_ASSERT_EQ(test, IS_ERR(q), 0);
	KUNIT_EXPECT_EQ(test, q->flags & TCQ_F_CAN_BYPASS, 0);
	KUNIT_ASSERT_EQ(test, dev_graft_qdisc(txq0(f), q), 0);
	skb->dev = f->eth0;
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(skb), NET_XMIT_DROP);
	KUNIT_EXPECT_EQ(test, q->qstats.drops, 1);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
}

static void bfifo_limits_bytes(struct kunit *test)
{
	struct Qdisc *q = make(test->priv, "bfifo");

	KUNIT_ASSERT_EQ(test, IS_ERR(q), 0);
	KUNIT_EXPECT_EQ(test, q->limit, 1000 * 1514);
	q->limit = 200;
	KUNIT_EXPECT_EQ(test, put(q, prio_skb(test->priv, 100, 0)), 0);
	KUNIT_EXPECT_EQ(test, put(q, prio_skb(test->priv, 101, 0)),
			NET_XMIT_DROP);
	KUNIT_EXPECT_EQ(test, put(q, prio_skb(test->priv, 100, 0)), 0);
	KUNIT_EXPECT_EQ(test, put(q, prio_skb(test->priv, 1, 0)),
			NET_XMIT_DROP);
	KUNIT_EXPECT_EQ(test, q->qstats.qlen, 2);
	qdisc_put(q); /* frees what is queued */
}

static void fifo_init_reads_its_option(struct kunit *test)
{
	struct Qdisc *q = make(test->priv, "pfifo");
	struct {
		struct nlattr nla;
		u32 limit;
	} opt = { { sizeof(opt), 0 }, 7 };

	KUNIT_EXPECT_EQ(test, q->ops->init(q, &opt.nla), 0);
	KUNIT_EXPECT_EQ(test, q->limit, 7);
	opt.nla.nla_len = sizeof(opt.nla) + 3;
	KUNIT_EXPECT_EQ(test, q->ops->init(q, &opt.nla), -EINVAL);
	qdisc_put(q);
}

static void prio_serves_low_bands_first(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct Qdisc *q = make(f, "prio");

	KUNIT_ASSERT_EQ(test, IS_ERR(q), 0);
	put(q, prio_skb(f, 102, 2)); /* bulk: band 2 */
	put(q, prio_skb(f, 100, 0)); /* best effort: band 1 */
	put(q, prio_skb(f, 106, 6)); /* interactive: band 0 */
	put(q, prio_skb(f, 107, 7));
	q->handle = 0x10000;
	put(q, prio_skb(f, 103, 0x10003)); /* class 1:3: band 2 */
	put(q, prio_skb(f, 104, 0x10009)); /* no such class: by the map */
	KUNIT_EXPECT_EQ(test, q->qstats.qlen, 6);
	KUNIT_EXPECT_EQ(test, take_len(q), 106);
	KUNIT_EXPECT_EQ(test, take_len(q), 107);
	KUNIT_EXPECT_EQ(test, take_len(q), 100);
	KUNIT_EXPECT_EQ(test, take_len(q), 104);
	KUNIT_EXPECT_EQ(test, take_len(q), 102);
	KUNIT_EXPECT_EQ(test, take_len(q), 103);
	KUNIT_EXPECT_EQ(test, take_len(q), 0);
	KUNIT_EXPECT_EQ(test, q->qstats.qlen, 0);
	KUNIT_EXPECT_EQ(test, q->qstats.backlog, 0);
	qdisc_put(q);
}

static void prio_init_survives_each_failing_allocation(struct kunit *test)
{
	bool fired = true;
	struct Qdisc *q;
	u32 nth;

	for (nth = 1; fired; nth++) {
		test_fail_nth_alloc(nth);
		q = make(test->priv, "prio");
		fired = test_fail_fired();
		KUNIT_EXPECT_EQ(test, IS_ERR(q), fired);
		if (!IS_ERR(q))
			qdisc_put(q);
	}
	KUNIT_EXPECT_EQ(test, nth, 6); /* itself and three bands */
}

/* Grafted in place of the default, packets go through it. */
static void graft_replaces_the_root(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct Qdisc *q = make(f, "prio");
	u32 i;

	f->hold = true;
	f->ring_size = 1;
	dev_queue_xmit(prio_skb(f, 60, 0));
	dev_queue_xmit(prio_skb(f, 61, 0)); /* dropped with the old root */
	KUNIT_EXPECT_EQ(test, dev_graft_qdisc(txq0(f), q), 0);
	KUNIT_EXPECT_PTR_EQ(test, f->eth0->qdisc, q);
	dev_queue_xmit(prio_skb(f, 102, 2));
	dev_queue_xmit(prio_skb(f, 106, 6));
	for (i = 0; i < 4; i++)
		fixture_complete(f, 1);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 3);
	KUNIT_EXPECT_EQ(test, f->tx[1].len, 106);
	KUNIT_EXPECT_EQ(test, f->tx[2].len, 102);
	KUNIT_EXPECT_EQ(test, q->bstats_packets, 2);
	KUNIT_EXPECT_EQ(test, dev_graft_qdisc(txq0(f), NULL), 0);
	KUNIT_EXPECT_EQ(test, dev_queue_xmit(prio_skb(f, 60, 0)), NET_XMIT_CN);
}

static u32 queue_frames[4];

static netdev_tx_t count_xmit(struct sk_buff *skb, struct net_device *dev)
{
	queue_frames[skb->queue_mapping]++;
	consume_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops count_ops = { .ndo_start_xmit = count_xmit };

/* One flow keeps to one queue; many flows use all; each has its own child. */
static void mq_spreads_flows_over_queues(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *dev = alloc_netdev_mqs(0, "mq%d", ether_setup, 4);
	struct sk_buff *skb;
	u32 i, k, used;

	dev->netdev_ops = &count_ops;
	KUNIT_ASSERT_EQ(test, register_netdev(f->net, dev), 0);
	KUNIT_EXPECT_EQ(test, dev_open(dev), 0);
	KUNIT_EXPECT_STREQ(test, dev->qdisc->ops->id, "mq");
	KUNIT_EXPECT_TRUE(test, dev->_tx[0].qdisc != dev->_tx[3].qdisc);
	for (i = 0; i < 32; i++) {
		memset(queue_frames, 0, sizeof(queue_frames));
		for (k = 0; k < 3; k++) {
			skb = fixture_skb(f, 60);
			skb->dev = dev;
			skb->hash = i * 0x9e3779b1U;
			dev_queue_xmit(skb);
		}
		for (k = 0, used = 0; k < 4; k++)
			used += queue_frames[k] == 3;
		KUNIT_EXPECT_EQ(test, used, 1);
	}
	for (k = 0; k < 4; k++)
		KUNIT_EXPECT_GT(test, dev->_tx[k].qdisc->bstats_packets, 0);
	unregister_netdev(dev);
	free_netdev(dev);
}

/* A class of a class: what it held is gone from all above it. */
static void graft_class_counts_at_every_level(struct kunit *test)
{
	struct Qdisc *root = make(test->priv, "prio");
	struct Qdisc *inner = make(test->priv, "prio");
	struct Qdisc *leaf = make(test->priv, "pfifo");

	KUNIT_ASSERT_EQ(test, IS_ERR(root) || IS_ERR(inner) || IS_ERR(leaf), 0);
	qdisc_graft_class(root, 1, inner);
	/* Priority 6 is the first band of both. */
	KUNIT_EXPECT_EQ(test, put(root, prio_skb(test->priv, 100, 6)), 0);
	KUNIT_EXPECT_EQ(test, root->qstats.qlen, 1);
	KUNIT_EXPECT_EQ(test, inner->qstats.qlen, 1);
	qdisc_graft_class(inner, 1, leaf);
	KUNIT_EXPECT_EQ(test, inner->qstats.qlen, 0);
	KUNIT_EXPECT_EQ(test, root->qstats.qlen, 0);
	KUNIT_EXPECT_EQ(test, root->qstats.backlog, 0);
	qdisc_put(root);
}

/* What is refused has changed nothing. */
static void fifo_change_refuses_whole(struct kunit *test)
{
	struct nlattr cut = { sizeof(cut), 0 };
	struct Qdisc *q = make(test->priv, "pfifo");

	KUNIT_ASSERT_EQ(test, IS_ERR(q), 0);
	q->limit = 7;
	KUNIT_EXPECT_EQ(test, q->ops->change(q, &cut), -EINVAL);
	KUNIT_EXPECT_EQ(test, q->limit, 7);
	qdisc_put(q);
}

static const struct kunit_case sched_cases[] = {
	KUNIT_CASE(pfifo_limits_packets),
	KUNIT_CASE(pfifo_without_room_lets_nothing_by),
	KUNIT_CASE(bfifo_limits_bytes),
	KUNIT_CASE(fifo_init_reads_its_option),
	KUNIT_CASE(prio_serves_low_bands_first),
	KUNIT_CASE(prio_init_survives_each_failing_allocation),
	KUNIT_CASE(graft_replaces_the_root),
	KUNIT_CASE(graft_class_counts_at_every_level),
	KUNIT_CASE(fifo_change_refuses_whole),
	KUNIT_CASE(mq_spreads_flows_over_queues),
	{ 0 },
};

static const struct kunit_suite sched_suite = {
	.name = "sched",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = sched_cases,
};
kunit_test_suite(sched_suite);

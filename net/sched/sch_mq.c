// SPDX-License-Identifier: MIT
/*
 * DOC: mq: the root of a device with several transmit queues. It queues
 * nothing itself: each queue has a pfifo_fast of its own, which
 * dev_queue_xmit() uses directly (row Q2). The children belong to the queues
 * and are freed with them.
 */
#include "lib/err.h"
#include "net/core/sch_generic.h"

static void mq_detach(struct net_device *dev, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		qdisc_put(dev->_tx[i].qdisc_sleeping);
		dev->_tx[i].qdisc_sleeping = &noop_qdisc;
	}
}

static int mq_init(struct Qdisc *q, const struct nlattr *opt)
{
	struct net_device *dev = q->dev_queue->dev;
	struct Qdisc *child;
	u32 i;

	if (dev->num_tx_queues < 2)
		return -EOPNOTSUPP;
	for (i = 0; i < dev->num_tx_queues; i++) {
		child = qdisc_create_dflt(&dev->_tx[i], &pfifo_fast_ops);
		if (IS_ERR(child)) {
			mq_detach(dev, i);
			return (int)PTR_ERR(child);
		}
		dev->_tx[i].qdisc_sleeping = child;
	}
	return 0;
}

static struct Qdisc **mq_leaf(const struct Qdisc *q, u32 minor)
{
	struct net_device *dev = q->dev_queue->dev;

	return minor && minor <= dev->num_tx_queues
		       ? &dev->_tx[minor - 1].qdisc_sleeping
		       : NULL;
}

struct Qdisc_ops mq_qdisc_ops = {
	.id = "mq",
	.init = mq_init,
	.leaf = mq_leaf,
};

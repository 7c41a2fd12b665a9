// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_*QDISC, RTM_*TCLASS, RTM_*TFILTER: roots and classes set, shown
 * with what they counted, told of, and given back.
 */
#include "lib/err.h"
#include "net/core/sch_generic.h"
#include "net/netlink/rtnl_int.h"
#include "tests/fixtures/netlink.h"

#define TC_HDR  ((u32)sizeof(struct tcmsg))
#define ADD     (NLM_F_CREATE | NLM_F_EXCL)
#define REPLACE (NLM_F_CREATE | NLM_F_REPLACE)

/* What the device has when nobody asks for anything: pfifo_fast. */
static int init(struct kunit *test)
{
	struct net_fixture *f;
	int err = net_fixture_init(test);

	if (err)
		return err;
	f = test->priv;
	dev_close(f->eth0);
	f->eth0->tx_queue_len = 1000;
	KUNIT_EXPECT_EQ(test, dev_graft_qdisc(&f->eth0->_tx[0], NULL), 0);
	return dev_open(f->eth0);
}

/* @opt: the first word of TCA_OPTIONS; 0: none. */
static int qdisc(struct nl_test *t, u16 type, u16 flags, u32 parent, u32 handle,
		 const char *kind, u32 opt)
{
	struct tcmsg tcm = { .tcm_ifindex = t->f->eth0->ifindex,
			     .tcm_handle = handle,
			     .tcm_parent = parent };
	u32 words[5] = { opt };

	nl_message(t, type, (u16)(NLM_F_ACK | flags), &tcm, sizeof(tcm));
	if (kind)
		nl_attr(t, TCA_KIND, kind, (u32)strlen(kind) + 1);
	if (opt)
		nl_attr(t, TCA_OPTIONS, words, sizeof(words));
	return nl_talk(t);
}

static int add(struct nl_test *t, u32 parent, u32 handle, const char *kind,
	       u32 opt)
{
	return qdisc(t, RTM_NEWQDISC, ADD, parent, handle, kind, opt);
}

static int del(struct nl_test *t, u32 parent, u32 handle)
{
	return qdisc(t, RTM_DELQDISC, 0, parent, handle, NULL, 0);
}

/* Message number @nr of a dump of eth0; NULL past the last. */
static const struct nlmsghdr *dumped(struct nl_test *t, u16 type, u32 nr)
{
	struct tcmsg tcm = { .tcm_ifindex = t->f->eth0->ifindex };
	const struct nlmsghdr *h, *found = NULL;

	nl_message(t, type, NLM_F_DUMP, &tcm, sizeof(tcm));
	nl_send(t, t->req, t->len);
	while ((h = nl_next(t, t->sock)) && h->nlmsg_type != NLMSG_DONE)
		if (!nr--)
			found = h;
	return found;
}

static struct tcmsg tcm_of(const struct nlmsghdr *h)
{
	struct tcmsg tcm = { 0 };

	if (h)
		memcpy(&tcm, nlmsg_data(h), sizeof(tcm));
	return tcm;
}

static const char *kind_of(const struct nlmsghdr *h)
{
	return h ? nla_data(nl_find(h, TC_HDR, TCA_KIND)) : "none";
}

static void rtnl_newqdisc_sets_the_root(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	const struct nlmsghdr *h;
	const struct nlattr *a;

	h = dumped(t, RTM_GETQDISC, 0);
	KUNIT_EXPECT_STREQ(test, kind_of(h), "pfifo_fast");
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_parent, TC_H_ROOT);
	KUNIT_EXPECT_EQ(test, del(t, TC_H_ROOT, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0, "pfifo", 77), 0);
	h = dumped(t, RTM_GETQDISC, 0);
	KUNIT_EXPECT_STREQ(test, kind_of(h), "pfifo");
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_handle, 0x80010000U);
	a = nl_find(h, TC_HDR, TCA_OPTIONS);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, nla_len(a), 4);
	KUNIT_EXPECT_EQ(test, nla_get_u32(a), 77);
	KUNIT_EXPECT_NULL(test, dumped(t, RTM_GETQDISC, 1));
	KUNIT_EXPECT_EQ(test, del(t, TC_H_ROOT, 0x90000), -EINVAL);
	KUNIT_EXPECT_EQ(test, del(t, TC_H_ROOT, 0), 0);
	KUNIT_EXPECT_STREQ(test, kind_of(dumped(t, RTM_GETQDISC, 0)),
			   "pfifo_fast");
	nl_end(t);
}

static void rtnl_newqdisc_follows_its_flags(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);

	KUNIT_EXPECT_EQ(test,
			qdisc(t, RTM_NEWQDISC, 0, TC_H_ROOT, 0, "pfifo", 5),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0x50000, "pfifo", 5), 0);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0x60000, "pfifo", 5), -EEXIST);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0x50000, "pfifo", 5), -EEXIST);
	KUNIT_EXPECT_EQ(
		test,
		qdisc(t, RTM_NEWQDISC, REPLACE, TC_H_ROOT, 0x60001, "pfifo", 5),
		-EINVAL);
	KUNIT_EXPECT_EQ(
		test,
		qdisc(t, RTM_NEWQDISC, REPLACE, TC_H_ROOT, 0x50000, "bfifo", 5),
		-EINVAL);
	/* The same kind keeps what is there, and its handle. */
	KUNIT_EXPECT_EQ(
		test, qdisc(t, RTM_NEWQDISC, REPLACE, TC_H_ROOT, 0, "pfifo", 9),
		0);
	KUNIT_EXPECT_EQ(test, t->f->eth0->qdisc->handle, 0x50000);
	KUNIT_EXPECT_EQ(test, t->f->eth0->qdisc->limit, 9);
	KUNIT_EXPECT_EQ(test, qdisc(t, RTM_NEWQDISC, 0, 0, 0x50000, NULL, 11),
			0);
	KUNIT_EXPECT_EQ(test, t->f->eth0->qdisc->limit, 11);
	KUNIT_EXPECT_EQ(test,
			qdisc(t, RTM_NEWQDISC, REPLACE, TC_H_ROOT, 0x60000,
			      "bfifo", 9000),
			0);
	KUNIT_EXPECT_EQ(test, t->f->eth0->qdisc->handle, 0x60000);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0, "nonsense", 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0, "mq", 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0, "prio", 99), -EINVAL);
	KUNIT_EXPECT_EQ(test, t->f->eth0->qdisc->handle, 0x60000);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0, "noqueue", 0), 0);
	KUNIT_EXPECT_NULL(test, t->f->eth0->qdisc->enqueue);
	nl_end(t);
}

/* A ring of one frame that stays: two wait, two are dropped. */
static void rtnl_dump_qdiscs_shows_what_was_counted(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	const struct nlattr *a, *inner;
	struct gnet_stats_queue qs;
	struct sk_buff *skb;
	const struct nlmsghdr *h;
	u32 i;

	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0, "pfifo", 2), 0);
	t->f->hold = true;
	t->f->ring_size = 1;
	for (i = 0; i < 5; i++) {
		skb = fixture_skb(t->f, 100);
		skb->dev = t->f->eth0;
		(void)dev_queue_xmit(skb);
	}
	h = dumped(t, RTM_GETQDISC, 0);
	KUNIT_ASSERT_NOT_NULL(test, h);
	a = nl_find(h, TC_HDR, TCA_STATS2);
	KUNIT_ASSERT_NOT_NULL(test, a);
	inner = nla_data(a);
	KUNIT_EXPECT_EQ(test, inner->nla_type, TCA_STATS_BASIC);
	KUNIT_EXPECT_EQ(test, *(const u64 *)nla_data(inner), 100);
	inner = (const void *)((const u8 *)inner + NLMSG_ALIGN(inner->nla_len));
	KUNIT_EXPECT_EQ(test, inner->nla_type, TCA_STATS_QUEUE);
	memcpy(&qs, nla_data(inner), sizeof(qs));
	KUNIT_EXPECT_EQ(test, qs.qlen, 2);
	KUNIT_EXPECT_EQ(test, qs.backlog, 200);
	KUNIT_EXPECT_EQ(test, qs.drops, 2);
	fixture_complete(t->f, UINT32_MAX);
	fixture_complete(t->f, UINT32_MAX);
	fixture_complete(t->f, UINT32_MAX);
	nl_end(t);
}

static void rtnl_newqdisc_sets_a_class(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	const struct nlmsghdr *h;
	u32 i;

	KUNIT_EXPECT_EQ(test, add(t, 0x10001, 0x100000, "pfifo", 5), -ENOENT);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0x10000, "prio", 0), 0);
	KUNIT_EXPECT_EQ(test, add(t, 0x10004, 0x100000, "pfifo", 5), -ENOENT);
	KUNIT_EXPECT_EQ(test, add(t, 0x10002, 0x100000, "pfifo", 5), 0);
	KUNIT_EXPECT_EQ(test, add(t, 0x100001, 0, "pfifo", 5), -EOPNOTSUPP);
	/* Defaults are not listed, classes are. */
	h = dumped(t, RTM_GETQDISC, 1);
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_handle, 0x100000);
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_parent, 0x10002);
	KUNIT_EXPECT_NULL(test, dumped(t, RTM_GETQDISC, 2));
	h = dumped(t, RTM_GETTCLASS, 1);
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_handle, 0x10002);
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_info, 0x100000);
	KUNIT_EXPECT_NULL(test, dumped(t, RTM_GETTCLASS, 3));
	KUNIT_EXPECT_EQ(test, del(t, 0x10002, 0), 0);
	KUNIT_EXPECT_EQ(test, del(t, 0x10002, 0), -ENOENT);
	KUNIT_EXPECT_NULL(test, dumped(t, RTM_GETQDISC, 1));
	/* One in the other, but not for ever. */
	for (i = 1; i < 8; i++)
		KUNIT_EXPECT_EQ(
			test, add(t, i << 16 | 1, (i + 1) << 16, "prio", 0), 0);
	KUNIT_EXPECT_EQ(test, add(t, 0x80001, 0x90000, "prio", 0), -ELOOP);
	KUNIT_EXPECT_EQ(test, del(t, TC_H_ROOT, 0), 0);
	nl_end(t);
}

static netdev_tx_t drop_xmit(struct sk_buff *skb, struct net_device *dev)
{
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops drop_ops = { .ndo_start_xmit = drop_xmit };

/* A device with several queues: mq and one qdisc for each queue. */
static void rtnl_dump_qdiscs_shows_mq(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct net_device *eth0 = t->f->eth0;
	struct net_device *dev = alloc_netdev_mqs(0, "mq%d", ether_setup, 4);
	const struct nlmsghdr *h;

	dev->netdev_ops = &drop_ops;
	KUNIT_ASSERT_EQ(test, register_netdev(t->f->net, dev), 0);
	KUNIT_EXPECT_EQ(test, dev_open(dev), 0);
	dev->_tx[2].qdisc->bstats_packets = 7;
	t->f->eth0 = dev;
	h = dumped(t, RTM_GETQDISC, 0);
	KUNIT_EXPECT_STREQ(test, kind_of(h), "mq");
	KUNIT_EXPECT_EQ(test,
			((const struct tc_stats *)nla_data(
				 nl_find(h, TC_HDR, TCA_STATS)))
				->packets,
			7);
	h = dumped(t, RTM_GETQDISC, 4);
	KUNIT_EXPECT_STREQ(test, kind_of(h), "pfifo_fast");
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_parent, 4);
	KUNIT_EXPECT_NULL(test, dumped(t, RTM_GETQDISC, 5));
	KUNIT_EXPECT_EQ(test, tcm_of(dumped(t, RTM_GETTCLASS, 3)).tcm_handle,
			4);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0, "pfifo", 5), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, add(t, 1, 0, "pfifo", 5), -ENOENT);
	KUNIT_EXPECT_EQ(test, del(t, TC_H_ROOT, 0), -ENOENT);
	t->f->eth0 = eth0;
	unregister_netdev(dev);
	free_netdev(dev);
	nl_end(t);
}

static int other(struct nl_test *t, u16 type, u32 parent, u32 handle)
{
	return qdisc(t, type, NLM_F_CREATE, parent, handle, "u32", 0);
}

static void rtnl_newclass_and_filter_refuse(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);

	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0x50000, "pfifo", 5), 0);
	KUNIT_EXPECT_EQ(test, other(t, RTM_NEWTCLASS, 0x50000, 0x50001),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, other(t, RTM_NEWTCLASS, 0x60000, 0x60001),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, other(t, RTM_NEWTFILTER, 0x60000, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, other(t, RTM_NEWTFILTER, 0x50000, 0), -EINVAL);
	KUNIT_EXPECT_EQ(
		test,
		qdisc(t, RTM_NEWQDISC, REPLACE, TC_H_ROOT, 0x60000, "prio", 0),
		0);
	KUNIT_EXPECT_EQ(test, other(t, RTM_NEWTCLASS, 0x60000, 0x60001),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, other(t, RTM_NEWTFILTER, 0x60000, 0), -ENOENT);
	KUNIT_EXPECT_NULL(test, dumped(t, RTM_GETTFILTER, 0));
	nl_end(t);
}

static void rtnl_newqdisc_is_told(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct nl_test *m = nl_begin(test->priv, NETLINK_ROUTE);
	const struct nlmsghdr *h;

	nl_option(m, NETLINK_ADD_MEMBERSHIP, RTNLGRP_TC);
	KUNIT_EXPECT_EQ(test, add(t, TC_H_ROOT, 0x50000, "pfifo", 5), 0);
	h = nl_next(m, m->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, RTM_NEWQDISC);
	KUNIT_EXPECT_EQ(test, tcm_of(h).tcm_handle, 0x50000);
	KUNIT_EXPECT_EQ(test, del(t, TC_H_ROOT, 0), 0);
	h = nl_next(m, m->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, RTM_DELQDISC);
	KUNIT_EXPECT_NULL(test, nl_next(m, m->sock));
	nl_end(m);
	nl_end(t);
}

static const struct kunit_case rtnl_qdisc_cases[] = {
	KUNIT_CASE(rtnl_newqdisc_sets_the_root),
	KUNIT_CASE(rtnl_newqdisc_follows_its_flags),
	KUNIT_CASE(rtnl_dump_qdiscs_shows_what_was_counted),
	KUNIT_CASE(rtnl_newqdisc_sets_a_class),
	KUNIT_CASE(rtnl_dump_qdiscs_shows_mq),
	KUNIT_CASE(rtnl_newclass_and_filter_refuse),
	KUNIT_CASE(rtnl_newqdisc_is_told),
	{}
};

static const struct kunit_suite rtnl_qdisc_suite = {
	.name = "rtnl_qdisc",
	.init = init,
	.exit = net_fixture_exit,
	.test_cases = rtnl_qdisc_cases,
};
kunit_test_suite(rtnl_qdisc_suite);

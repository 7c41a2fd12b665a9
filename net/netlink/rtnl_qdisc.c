// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_*QDISC, RTM_*TCLASS, RTM_*TFILTER: what tc(8) shows and sets of the
 * queueing disciplines of a device: its root, and the qdisc of each class of a
 * classful one (prio, mq). Classes come and go with their qdisc; there are no
 * filters. A root can be set on a device with one queue; one with several
 * keeps its mq, whose handle is 0: its classes are shown and
 * cannot be named.
 *
 * A qdisc is named by its place, the root or a class, or by its handle. What
 * was not asked for (a device's or a class's default) has handle 0 and gives
 * way to whatever is.
 *
 * No state. Called by rtnetlink.c in task context; calls sch_generic.c.
 */
#include "lib/err.h"
#include "lib/softirq.h"
#include "net/core/sch_generic.h"
#include "net/netlink/rtnl_int.h"

/* A packet goes through so many qdiscs, one inside the other. */
#define QDISC_DEPTH_MAX 8U
/* The first handle that is given when none is asked for. */
#define QDISC_AUTO_HANDLE 0x80010000U

static const struct nla_policy tc_policy[TCA_MAX + 1] = {
	[TCA_KIND] = { .kind = NLA_STRING, .len = IFNAMSIZ - 1 },
};

/* --- the tree --- */

/* A qdisc and its place: the root of a device, or class @minor of @up. */
struct qdisc_at {
	struct net_device *dev;
	struct Qdisc *q, *up; /* up NULL: q is the root */
	u32 minor, depth;
};

/* All of it, each before what is in it, until @fn says other than 0. */
static int walk(const struct qdisc_at *at,
		int (*fn)(const struct qdisc_at *at, void *arg), void *arg)
{
	struct qdisc_at sub = { at->dev, NULL, at->q, 1, at->depth + 1 };
	struct Qdisc **slot;
	int ret = fn(at, arg);

	for (; !ret && at->q->ops->leaf; sub.minor++) {
		slot = at->q->ops->leaf(at->q, sub.minor);
		if (!slot)
			break;
		sub.q = *slot;
		ret = walk(&sub, fn, arg);
	}
	return ret;
}

static struct qdisc_at root_of(struct net_device *dev)
{
	return (struct qdisc_at){ .dev = dev, .q = dev->qdisc };
}

struct find_arg {
	u32 handle;
	struct qdisc_at found;
};

static int has_handle(const struct qdisc_at *at, void *arg)
{
	struct find_arg *f = arg;

	if (!f->handle || at->q->handle != f->handle)
		return 0;
	f->found = *at;
	return 1;
}

static bool find_handle(struct net_device *dev, u32 handle,
			struct qdisc_at *found)
{
	struct find_arg f = { .handle = handle };
	struct qdisc_at root = root_of(dev);

	if (!walk(&root, has_handle, &f))
		return false;
	if (found)
		*found = f.found;
	return true;
}

/* --- showing --- */

struct tc_obj {
	struct qdisc_at at;
	u16 type;
};

static void add_stats(struct gnet_stats_queue *qs, struct gnet_stats_basic *b,
		      const struct Qdisc *q)
{
	b->bytes += q->bstats_bytes;
	b->packets += (u32)q->bstats_packets;
	qs->qlen += q->qstats.qlen;
	qs->backlog += q->qstats.backlog;
	qs->drops += q->qstats.drops;
	qs->requeues += q->qstats.requeues;
	qs->overlimits += q->qstats.overlimits;
}

/* mq counts nothing itself: its queues do. */
static int put_tc_stats(struct sk_buff *skb, const struct Qdisc *q)
{
	struct gnet_stats_queue qs = { 0 };
	struct gnet_stats_basic b = { 0 };
	struct tc_stats st;
	struct Qdisc **slot;
	struct nlattr *nest;
	u32 i;

	add_stats(&qs, &b, q);
	if (!q->enqueue && q->ops->leaf)
		for (i = 1; (slot = q->ops->leaf(q, i)); i++)
			add_stats(&qs, &b, *slot);
	st = (struct tc_stats){ .bytes = b.bytes,
				.packets = b.packets,
				.drops = qs.drops,
				.overlimits = qs.overlimits,
				.qlen = qs.qlen,
				.backlog = qs.backlog };
	nest = nla_nest_start(skb, TCA_STATS2);
	if (!nest || nla_put(skb, TCA_STATS_BASIC, sizeof(b), &b) ||
	    nla_put(skb, TCA_STATS_QUEUE, sizeof(qs), &qs))
		return -EMSGSIZE;
	return nla_nest_end(skb, nest)
		       ?: nla_put(skb, TCA_STATS, sizeof(st), &st);
}

static int put_qdisc_attrs(struct sk_buff *skb, const struct Qdisc *q)
{
	u64 opt[TC_OPTIONS_MAX / 8];
	u32 n = q->ops->dump ? q->ops->dump(q, opt) : 0;
	int err = nla_put_string(skb, TCA_KIND, q->ops->id);

	if (n)
		err = err ?: nla_put(skb, TCA_OPTIONS, n, opt);
	err = err ?: nla_put_u8(skb, TCA_HW_OFFLOAD, 0);
	return err ?: put_tc_stats(skb, q);
}

static int end_tc(struct sk_buff *skb, struct nlmsghdr *h, int err)
{
	if (err)
		nlmsg_cancel(skb, h);
	else
		nlmsg_end(skb, h);
	return err;
}

static int fill_qdisc(const struct rtnl_out *o, const void *obj)
{
	const struct qdisc_at *at = &((const struct tc_obj *)obj)->at;
	struct tcmsg *tcm;
	struct nlmsghdr *h;
	int err;

	h = nlmsg_put(o->skb, o->portid, o->seq,
		      ((const struct tc_obj *)obj)->type, sizeof(*tcm),
		      o->flags);
	if (!h)
		return -EMSGSIZE;
	tcm = nlmsg_data(h);
	tcm->tcm_ifindex = at->dev->ifindex;
	tcm->tcm_handle = at->q->handle;
	tcm->tcm_parent = at->up ? at->up->handle | at->minor : TC_H_ROOT;
	/* Who refers to it: its place, and each queue of the device. */
	tcm->tcm_info = at->up ? 1 : 1 + at->dev->num_tx_queues;
	local_bh_disable(); /* the numbers belong together */
	err = put_qdisc_attrs(o->skb, at->q);
	local_bh_enable();
	return end_tc(o->skb, h, err);
}

static int fill_class(const struct rtnl_out *o, const struct qdisc_at *at)
{
	struct tcmsg *tcm;
	struct nlmsghdr *h;
	int err;

	h = nlmsg_put(o->skb, o->portid, o->seq, RTM_NEWTCLASS, sizeof(*tcm),
		      o->flags);
	if (!h)
		return -EMSGSIZE;
	tcm = nlmsg_data(h);
	tcm->tcm_ifindex = at->dev->ifindex;
	tcm->tcm_handle = at->up->handle | at->minor;
	tcm->tcm_parent = at->up->enqueue ? at->up->handle : TC_H_ROOT;
	tcm->tcm_info = at->q->handle;
	local_bh_disable();
	err = nla_put_string(o->skb, TCA_KIND, at->up->ops->id)
		      ?: put_tc_stats(o->skb, at->q);
	local_bh_enable();
	return end_tc(o->skb, h, err);
}

struct dump_arg {
	struct rtnl_out out;
	bool invisible;
	u32 parent; /* classes: of this qdisc only; 0: of all */
	u64 skip, seen;
};

static int dump_qdisc(const struct qdisc_at *at, void *arg)
{
	struct tc_obj obj = { *at, RTM_NEWQDISC };
	struct dump_arg *d = arg;

	if (d->seen++ < d->skip || at->q == &noop_qdisc ||
	    ((at->q->flags & TCQ_F_INVISIBLE) && !d->invisible))
		return 0;
	return fill_qdisc(&d->out, &obj) ? 1 : 0;
}

static int dump_class(const struct qdisc_at *at, void *arg)
{
	struct dump_arg *d = arg;

	if (d->seen++ < d->skip || !at->up ||
	    (d->parent && at->up->handle != TC_H_MAJ(d->parent)))
		return 0;
	return fill_class(&d->out, at) ? 1 : 0;
}

/* args[0]: ifindex of the device that is being shown, [1]: how many of its
 * qdiscs were. */
static int dump_tree(struct netlink_callback *cb, struct dump_arg *d,
		     struct net_device *dev,
		     int (*fn)(const struct qdisc_at *at, void *arg))
{
	struct qdisc_at root = root_of(dev);

	if (dev->ifindex != (int)cb->args[0]) {
		cb->args[0] = (u64)dev->ifindex;
		cb->args[1] = 0;
	}
	d->skip = cb->args[1];
	d->seen = 0;
	if (!walk(&root, fn, d))
		return 0;
	cb->args[1] = d->seen - 1;
	return 1;
}

/* An old program sends one byte of header; then it means all. */
static int dump_request(struct netlink_callback *cb, const struct nlattr **tb,
			struct tcmsg *tcm)
{
	struct nl_request r = { .net = cb->net, .nlh = cb->nlh, .x = &cb->x };

	memset(tcm, 0, sizeof(*tcm));
	memset(tb, 0, (TCA_MAX + 1) * sizeof(*tb));
	if (cb->nlh->nlmsg_len < NLMSG_HDRLEN + sizeof(*tcm))
		return 0;
	memcpy(tcm, nlmsg_data(cb->nlh), sizeof(*tcm));
	return nlmsg_parse(&r, sizeof(*tcm), tb, TCA_MAX, tc_policy);
}

/**
 * rtnl_dump_qdiscs() - RTM_GETQDISC: those of a device, or of all.
 * @skb: filled.
 * @cb:  args[0], [1]: where it is.
 *
 * Return: 1: more to come; 0; -EINVAL and its like.
 */
int rtnl_dump_qdiscs(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *tb[TCA_MAX + 1];
	struct dump_arg d = { .out = rtnl_dump_out(skb, cb) };
	struct net_device *dev;
	struct tcmsg tcm;
	int err = dump_request(cb, tb, &tcm);

	if (err)
		return err;
	d.invisible = tb[TCA_DUMP_INVISIBLE];
	list_for_each_entry (dev, &cb->net->dev_base_head, dev_list) {
		if (dev->ifindex < (int)cb->args[0] ||
		    (tcm.tcm_ifindex && dev->ifindex != tcm.tcm_ifindex))
			continue;
		if (dump_tree(cb, &d, dev, dump_qdisc))
			return 1;
	}
	return 0;
}

/**
 * rtnl_dump_classes() - RTM_GETTCLASS: those of a device.
 * @skb: filled.
 * @cb:  args[0], [1]: where it is.
 *
 * Return: 1: more to come; 0; -EINVAL and its like.
 */
int rtnl_dump_classes(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *tb[TCA_MAX + 1];
	struct dump_arg d = { .out = rtnl_dump_out(skb, cb) };
	struct net_device *dev;
	struct tcmsg tcm;
	int err = dump_request(cb, tb, &tcm);

	if (err)
		return err;
	dev = tcm.tcm_ifindex > 0 ? dev_get_by_index(cb->net, tcm.tcm_ifindex)
				  : NULL;
	d.parent = tcm.tcm_parent;
	return dev ? dump_tree(cb, &d, dev, dump_class) : 0;
}

/* --- what a request names --- */

struct tc_req {
	const struct tcmsg *tcm;
	const struct nlattr *kind, *opt; /* NULL: none */
	struct qdisc_at at; /* q NULL: nobody asked for what is there */
};

static int parse_tc(const struct nl_request *r, struct tc_req *q)
{
	const struct nlattr *tb[TCA_MAX + 1];
	int err = nlmsg_parse(r, sizeof(*q->tcm), tb, TCA_MAX, tc_policy);

	if (err)
		return err;
	memset(q, 0, sizeof(*q));
	q->tcm = nlmsg_data(r->nlh);
	q->kind = tb[TCA_KIND];
	q->opt = tb[TCA_OPTIONS];
	q->at.dev = rtnl_dev(r, q->tcm->tcm_ifindex, NULL);
	return q->at.dev ? 0 : -ENODEV;
}

/* The class that tcm_parent names. */
static int find_class(const struct nl_request *r, struct tc_req *q)
{
	struct qdisc_at *at = &q->at, up;
	struct Qdisc **slot = NULL;

	if (!find_handle(at->dev, TC_H_MAJ(q->tcm->tcm_parent), &up))
		return nl_err(r->x, -ENOENT, "Failed to find specified qdisc");
	at->up = up.q;
	at->minor = TC_H_MIN(q->tcm->tcm_parent);
	at->depth = up.depth + 1;
	if (!up.q->ops->leaf)
		return nl_err(r->x, -EOPNOTSUPP,
			      "Parent qdisc is not classful");
	slot = up.q->ops->leaf(up.q, at->minor);
	if (!slot)
		return nl_err(r->x, -ENOENT, "Specified class not found");
	at->q = *slot;
	return 0;
}

/* The place that tcm_parent names, or that of the qdisc with the handle. */
static int find_place(const struct nl_request *r, struct tc_req *q)
{
	const struct tcmsg *tcm = q->tcm;
	int err = 0;

	if (!tcm->tcm_parent && !tcm->tcm_handle)
		return nl_err(r->x, -EINVAL, "Handle cannot be zero");
	if (!tcm->tcm_parent &&
	    !find_handle(q->at.dev, tcm->tcm_handle, &q->at))
		return nl_err(r->x, -ENOENT,
			      "Failed to find qdisc with specified handle");
	if (tcm->tcm_parent == TC_H_ROOT)
		q->at = root_of(q->at.dev);
	else if (tcm->tcm_parent)
		err = find_class(r, q);
	return err;
}

static bool other_kind(const struct tc_req *q)
{
	char kind[IFNAMSIZ];

	return q->kind && (nla_strscpy(kind, q->kind, sizeof(kind)) ||
			   strcmp(kind, q->at.q->ops->id) != 0);
}

/* --- changing --- */

static void tell(const struct qdisc_at *at, u16 type)
{
	struct tc_obj obj = { *at, type };

	if (at->q->handle)
		rtnl_news(dev_net(at->dev), RTNLGRP_TC, fill_qdisc, &obj);
}

/* Put @q, which the place owns from here on, in place of what is there. */
static int graft(const struct tc_req *req, struct Qdisc *q)
{
	struct qdisc_at at = req->at;
	int err = 0;

	if (at.q)
		tell(&at, RTM_DELQDISC);
	if (at.up)
		qdisc_graft_class(at.up, at.minor, q);
	else
		err = dev_graft_qdisc(&at.dev->_tx[0], q);
	if (err) {
		qdisc_put(q);
		return err;
	}
	at.q = q;
	tell(&at, RTM_NEWQDISC);
	return 0;
}

/* A handle that none of the device's has. */
static u32 auto_handle(struct net_device *dev)
{
	u32 h = QDISC_AUTO_HANDLE;

	while (h && find_handle(dev, h, NULL))
		h += 0x10000U;
	return h;
}

static struct Qdisc *create(const struct nl_request *r,
			    const struct tc_req *req)
{
	const struct Qdisc_ops *ops;
	struct Qdisc *q;
	char kind[IFNAMSIZ] = "";

	if (req->kind)
		(void)nla_strscpy(kind, req->kind, sizeof(kind));
	if (!req->at.up && strcmp(kind, noqueue_qdisc.ops->id) == 0)
		return &noqueue_qdisc;
	ops = qdisc_lookup_ops(kind);
	if (!ops) {
		(void)nl_err(r->x, 0, "Specified qdisc kind is unknown");
		return ERR_PTR(-ENOENT);
	}
	/* mq is what a device with several queues begins with. */
	if (!ops->enqueue)
		return ERR_PTR(-EOPNOTSUPP);
	q = qdisc_create(&req->at.dev->_tx[0], ops, req->opt);
	if (PTR_ERR(q) == -EINVAL)
		(void)nl_err_attr(r->x, 0, req->opt, "Invalid parameters");
	return q;
}

static int create_and_graft(const struct nl_request *r,
			    const struct tc_req *req)
{
	struct Qdisc *q;

	if (!req->at.up && req->at.dev->num_tx_queues > 1)
		return nl_err(r->x, -EOPNOTSUPP,
			      "A device with several queues keeps its mq");
	if (req->at.depth >= QDISC_DEPTH_MAX)
		return nl_err(r->x, -ELOOP, "Too many qdiscs in each other");
	q = create(r, req);
	if (IS_ERR(q))
		return (int)PTR_ERR(q);
	if (!(q->flags & TCQ_F_BUILTIN))
		q->handle = req->tcm->tcm_handle ?: auto_handle(req->at.dev);
	return graft(req, q);
}

static int change(const struct nl_request *r, const struct tc_req *req)
{
	struct Qdisc *q = req->at.q;
	int err = 0;

	if (r->nlh->nlmsg_flags & NLM_F_EXCL)
		return nl_err(r->x, -EEXIST,
			      "Exclusivity flag on, cannot modify");
	if (other_kind(req))
		return nl_err(r->x, -EINVAL, "Invalid qdisc name");
	if (req->opt && !q->ops->change)
		return nl_err(
			r->x, -EINVAL,
			"Change operation not supported by specified qdisc");
	local_bh_disable();
	if (req->opt)
		err = q->ops->change(q, req->opt);
	xmit_gen_bump();
	local_bh_enable();
	if (err)
		return nl_err_attr(r->x, err, req->opt, "Invalid parameters");
	tell(&req->at, RTM_NEWQDISC);
	return 0;
}

/* Somebody asked for what is there, and a handle was given that is not its. */
static int replace_by_handle(const struct nl_request *r,
			     const struct tc_req *req)
{
	u16 flags = r->nlh->nlmsg_flags;

	if (req->at.q && !(flags & NLM_F_REPLACE))
		return nl_err(r->x, -EEXIST,
			      "NLM_F_REPLACE needed to override");
	if (TC_H_MIN(req->tcm->tcm_handle))
		return nl_err(r->x, -EINVAL, "Invalid minor handle");
	if (find_handle(req->at.dev, req->tcm->tcm_handle, NULL))
		return nl_err(r->x, flags & NLM_F_EXCL ? -EEXIST : -EOPNOTSUPP,
			      "Another qdisc of the device has this handle");
	if (!(flags & NLM_F_CREATE))
		return nl_err(r->x, -ENOENT,
			      "Qdisc not found. To create "
			      "specify NLM_F_CREATE flag");
	return create_and_graft(r, req);
}

/**
 * rtnl_newqdisc() - RTM_NEWQDISC: make a qdisc, replace one or change one.
 * @r: the request. With a handle: that one or none; without: another kind, or
 *     NLM_F_EXCL, makes a new one, the same kind changes what is there.
 *
 * Return: 0; -ENODEV; -ENOENT: no such place or kind; -EEXIST; -EINVAL: its
 *         parameters; -EOPNOTSUPP; -ELOOP; -ENOMEM.
 */
int rtnl_newqdisc(const struct nl_request *r)
{
	u16 flags = r->nlh->nlmsg_flags;
	struct tc_req q;
	int err = parse_tc(r, &q) ?: find_place(r, &q);

	if (err)
		return err;
	if (!q.at.q->handle)
		q.at.q = NULL;
	if (q.tcm->tcm_handle &&
	    (!q.at.q || q.at.q->handle != q.tcm->tcm_handle))
		return replace_by_handle(r, &q);
	if (!q.at.q && !(flags & NLM_F_CREATE))
		return nl_err(r->x, -ENOENT,
			      "Qdisc not found. To create "
			      "specify NLM_F_CREATE flag");
	if (!q.at.q ||
	    (!q.tcm->tcm_handle && ((flags & NLM_F_EXCL) || other_kind(&q))))
		return create_and_graft(r, &q);
	return change(r, &q);
}

/* What a place has when nobody asks for anything. */
static int graft_default(const struct tc_req *q)
{
	struct Qdisc *dflt;
	int err;

	if (!q->at.up) {
		tell(&q->at, RTM_DELQDISC);
		err = dev_graft_qdisc(&q->at.dev->_tx[0], NULL);
		if (!err && netif_running(q->at.dev))
			dev_activate(q->at.dev);
		return err;
	}
	dflt = qdisc_create_class(q->at.up);
	if (IS_ERR(dflt))
		return (int)PTR_ERR(dflt);
	return graft(q, dflt);
}

static int find_existing(const struct nl_request *r, struct tc_req *q)
{
	int err = parse_tc(r, q) ?: find_place(r, q);

	if (err)
		return err;
	if (q->tcm->tcm_handle && q->at.q->handle != q->tcm->tcm_handle)
		return nl_err(r->x, -EINVAL, "Invalid handle");
	if (other_kind(q))
		return nl_err(r->x, -EINVAL, "Invalid qdisc name");
	return 0;
}

/**
 * rtnl_delqdisc() - RTM_DELQDISC: the default comes back, what waits is lost.
 * @r: the request.
 *
 * Return: 0; -ENODEV; -ENOENT: there is only the default; -EINVAL; -ENOMEM.
 */
int rtnl_delqdisc(const struct nl_request *r)
{
	struct tc_req q;
	int err = find_existing(r, &q);

	if (err)
		return err;
	if (!q.tcm->tcm_parent)
		return nl_err(r->x, -EINVAL, "Classid cannot be zero");
	if (!q.at.q->handle)
		return nl_err(r->x, -ENOENT,
			      "Cannot delete qdisc with handle of zero");
	return graft_default(&q);
}

/**
 * rtnl_getqdisc() - RTM_GETQDISC, one of them.
 * @r: the request.
 *
 * Return: 0; -ENODEV; -ENOENT; -EINVAL.
 */
int rtnl_getqdisc(const struct nl_request *r)
{
	struct tc_obj obj = { .type = RTM_NEWQDISC };
	struct tc_req q;
	int err = find_existing(r, &q);

	if (err)
		return err;
	obj.at = q.at;
	return rtnl_answer(r, fill_qdisc, &obj);
}

/* --- classes and filters, of which none can be made --- */

/**
 * rtnl_newclass() - RTM_NEWTCLASS, RTM_DELTCLASS.
 * @r: the request.
 *
 * Return: -ENODEV; -ENOENT: no such qdisc; -EINVAL: it has no classes;
 *         -EOPNOTSUPP: its classes are what they are.
 */
int rtnl_newclass(const struct nl_request *r)
{
	struct qdisc_at at;
	struct tc_req q;
	int err = parse_tc(r, &q);
	u32 parent;

	if (err)
		return err;
	parent = TC_H_MAJ(q.tcm->tcm_handle) ?: TC_H_MAJ(q.tcm->tcm_parent);
	if (!find_handle(q.at.dev, parent, &at))
		return -ENOENT;
	if (!at.q->ops->leaf)
		return nl_err(r->x, -EINVAL, "This qdisc has no classes");
	return nl_err(r->x, -EOPNOTSUPP, "The classes of this qdisc are fixed");
}

/**
 * rtnl_newfilter() - RTM_NEWTFILTER, RTM_DELTFILTER.
 * @r: the request.
 *
 * Return: -ENODEV; -EINVAL: no such qdisc, or one without classes; -ENOENT:
 *         there is no classifier.
 */
int rtnl_newfilter(const struct nl_request *r)
{
	struct qdisc_at at;
	struct tc_req q;
	int err = parse_tc(r, &q);

	if (err)
		return err;
	at = root_of(q.at.dev);
	if (q.tcm->tcm_parent &&
	    !find_handle(q.at.dev, TC_H_MAJ(q.tcm->tcm_parent), &at))
		return nl_err(r->x, -EINVAL, "Parent Qdisc doesn't exists");
	if (!at.q->ops->leaf)
		return nl_err(r->x, -EINVAL, "Qdisc not classful");
	return nl_err(r->x, -ENOENT, "TC classifier not found");
}

// SPDX-License-Identifier: MIT
/*
 * DOC: NETLINK_ROUTE: links, addresses, routes and neighbours, asked for,
 * changed and watched by ip(8). Here is which message goes where, and how news
 * of a change become messages; each object has a file of its own, which calls
 * the functions of the stack that there are (dev_registry.c, devinet.c, fib.c,
 * neighbour.c). Other objects
 * are refused with EOPNOTSUPP.
 *
 * No state. Requests: task context. News: where the change happens, softirq
 * too. Called by af_netlink.c, the device notifier and rtnl_hooks.
 */
#include "lib/err.h"
#include "net/core/rtnl_hooks.h"
#include "net/netlink/rtnl_int.h"

static int dump_nothing(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}

/* By message type; families: AF_INET and what is of no family. */
static const struct rtnl_handler {
	u8 type;
	bool inet; /* belongs to AF_INET; others have none of it */
	int (*doit)(const struct nl_request *r);
	int (*dump)(struct sk_buff *skb, struct netlink_callback *cb);
} handlers[] = {
	{ RTM_NEWLINK, false, rtnl_newlink, NULL },
	{ RTM_SETLINK, false, rtnl_newlink, NULL },
	{ RTM_DELLINK, false, rtnl_dellink, NULL },
	{ RTM_GETLINK, false, rtnl_getlink, rtnl_dump_links },
	{ RTM_NEWADDR, true, rtnl_newaddr, NULL },
	{ RTM_DELADDR, true, rtnl_deladdr, NULL },
	{ RTM_GETADDR, true, NULL, rtnl_dump_addrs },
	{ RTM_NEWROUTE, true, rtnl_newroute, NULL },
	{ RTM_DELROUTE, true, rtnl_delroute, NULL },
	{ RTM_GETROUTE, true, rtnl_getroute, rtnl_dump_routes },
	{ RTM_NEWNEIGH, true, rtnl_newneigh, NULL },
	{ RTM_DELNEIGH, true, rtnl_delneigh, NULL },
	{ RTM_GETNEIGH, true, rtnl_getneigh, rtnl_dump_neighs },
	{ RTM_GETRULE, true, NULL, rtnl_dump_rules },
	{ RTM_NEWQDISC, false, rtnl_newqdisc, NULL },
	{ RTM_DELQDISC, false, rtnl_delqdisc, NULL },
	{ RTM_GETQDISC, false, rtnl_getqdisc, rtnl_dump_qdiscs },
	{ RTM_NEWTCLASS, false, rtnl_newclass, NULL },
	{ RTM_DELTCLASS, false, rtnl_newclass, NULL },
	{ RTM_GETTCLASS, false, NULL, rtnl_dump_classes },
	{ RTM_NEWTFILTER, false, rtnl_newfilter, NULL },
	{ RTM_DELTFILTER, false, rtnl_newfilter, NULL },
	{ RTM_GETTFILTER, false, NULL, dump_nothing },
	{ RTM_GETNEIGHTBL, true, NULL, rtnl_dump_neightbl },
	{ RTM_GETNETCONF, true, rtnl_getnetconf, rtnl_dump_netconf },
};

static const struct rtnl_handler *find_handler(u16 type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].type == type)
			return &handlers[i];
	return NULL;
}

static int rtnetlink_dump(const struct nl_request *r, u8 family)
{
	const struct rtnl_handler *h = find_handler(r->nlh->nlmsg_type);

	if (!h || !h->dump)
		return -EOPNOTSUPP;
	if (h->inet && family != AF_UNSPEC && family != AF_INET)
		return netlink_dump_start(r, dump_nothing);
	return netlink_dump_start(r, h->dump);
}

static int rtnetlink_rcv(const struct nl_request *r)
{
	u16 type = r->nlh->nlmsg_type;
	const struct rtnl_handler *h;
	bool get = (type & 3) == 2;
	u8 family;

	if (type < RTM_NEWLINK || type > RTM_MAX)
		return -EOPNOTSUPP;
	if (r->nlh->nlmsg_len < NLMSG_HDRLEN + 1)
		return 0;
	family = *(const u8 *)nlmsg_data(r->nlh);
	if (!get && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (get && (r->nlh->nlmsg_flags & NLM_F_DUMP))
		return rtnetlink_dump(r, family);
	h = find_handler(type);
	if (!h || !h->doit)
		return -EOPNOTSUPP;
	if (h->inet && family != AF_INET)
		return family == AF_UNSPEC ? -EAFNOSUPPORT : -EOPNOTSUPP;
	return h->doit(r);
}

/* --- for the objects --- */

/**
 * rtnl_dev() - The device that a request names.
 * @r:       the request.
 * @ifindex: its number; 0: it says the name.
 * @name:    the attribute, or NULL.
 *
 * Return: the device, not held; NULL.
 */
struct net_device *rtnl_dev(const struct nl_request *r, int ifindex,
			    const struct nlattr *name)
{
	char text[IFNAMSIZ];

	if (ifindex > 0)
		return dev_get_by_index(r->net, ifindex);
	if (!name || nla_strscpy(text, name, sizeof(text)))
		return NULL;
	return dev_get_by_name(r->net, text);
}

/**
 * rtnl_answer() - One object to who asked.
 * @r:    the request.
 * @fill: puts the message; 0 or -EMSGSIZE.
 * @obj:  passed to @fill.
 *
 * Return: 0, -ENOBUFS, -EMSGSIZE.
 */
int rtnl_answer(const struct nl_request *r,
		int (*fill)(const struct rtnl_out *o, const void *obj),
		const void *obj)
{
	struct rtnl_out o = { .net = r->net,
			      .skb = nlmsg_new(GFP_KERNEL),
			      .portid = r->portid,
			      .seq = r->nlh->nlmsg_seq };
	int err;

	if (!o.skb)
		return -ENOBUFS;
	err = fill(&o, obj);
	if (err) {
		kfree_skb(o.skb);
		return err;
	}
	(void)netlink_reply(r, o.skb); /* who does not read hears ENOBUFS */
	return 0;
}

/**
 * rtnl_news() - An object that changed to a group.
 * @net:   the stack.
 * @group: RTNLGRP_*.
 * @fill:  puts the message.
 * @obj:   passed to @fill.
 *
 * Context: task or softirq; costs a look at the sockets if nobody listens.
 */
void rtnl_news(struct net *net, u32 group,
	       int (*fill)(const struct rtnl_out *o, const void *obj),
	       const void *obj)
{
	struct rtnl_out o = { .net = net };

	if (!netlink_has_listeners(net, NETLINK_ROUTE, group))
		return;
	o.skb = nlmsg_new(GFP_ATOMIC);
	if (!o.skb)
		return;
	if (fill(&o, obj))
		kfree_skb(o.skb);
	else
		netlink_broadcast(net, NETLINK_ROUTE, group, o.skb, 0);
}

static void rtnl_dev_event(struct notifier_block *nb, enum netdev_event event,
			   struct net_device *dev)
{
	netlink_tables_changed(dev_net(dev));
	rtnl_link_event(dev, event);
}

static struct notifier_block rtnl_dev_notifier = { .call = rtnl_dev_event };

static const struct rtnl_hooks hooks = {
	.ifaddr = rtnl_addr_event,
	.route = rtnl_route_event,
	.neigh = rtnl_neigh_event,
};

static const struct netlink_family rtnetlink_family = {
	.protocol = NETLINK_ROUTE,
	.max_group = RTNLGRP_MAX,
	.rcv = rtnetlink_rcv,
};

/**
 * rtnetlink_init() - Answer requests and tell news from now on; once, at boot.
 */
void rtnetlink_init(void)
{
	netlink_register(&rtnetlink_family);
	register_netdevice_notifier(&rtnl_dev_notifier);
	rtnl_hooks = &hooks;
}

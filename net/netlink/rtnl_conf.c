// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_GETNETCONF and RTM_GETNEIGHTBL: settings, as `ip netconf` and
 * `ip ntable` show them. Devices have none of their own: each tells those of
 * the stack, and there is one ARP table with one set of parameters.
 *
 * No state. Called by rtnetlink.c.
 */
#include "lib/err.h"
#include "net/netlink/rtnl_int.h"

/* --- RTM_GETNETCONF --- */

static int fill_netconf(const struct rtnl_out *o, const void *obj)
{
	const int *ifindex = obj;
	struct nlmsghdr *h = nlmsg_put(o->skb, o->portid, o->seq,
				       RTM_NEWNETCONF, 1, o->flags);
	/* What is not there is off. */
	static const u8 off[] = { NETCONFA_RP_FILTER, NETCONFA_MC_FORWARDING,
				  NETCONFA_PROXY_NEIGH,
				  NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN };
	int err;
	u32 i;

	if (!h)
		return -EMSGSIZE;
	*(u8 *)nlmsg_data(h) = AF_INET;
	err = nla_put_u32(o->skb, NETCONFA_IFINDEX, (u32)*ifindex);
	err = err
		      ?: nla_put_u32(o->skb, NETCONFA_FORWARDING,
				     net_ipv4(o->net)->sysctl_ip_forward);
	for (i = 0; i < ARRAY_SIZE(off) && !err; i++)
		err = nla_put_u32(o->skb, off[i], 0);
	if (err)
		nlmsg_cancel(o->skb, h);
	else
		nlmsg_end(o->skb, h);
	return err;
}

/**
 * rtnl_dump_netconf() - RTM_GETNETCONF of every device, then of all and of
 * those to come.
 * @skb: filled.
 * @cb:  args[0]: the last ifindex that was shown; args[1]: how many of the
 *       others.
 *
 * Return: 1: more to come; 0.
 */
int rtnl_dump_netconf(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const int others[] = { NETCONFA_IFINDEX_ALL,
				      NETCONFA_IFINDEX_DEFAULT };
	struct rtnl_out o = rtnl_dump_out(skb, cb);
	struct net_device *dev;

	list_for_each_entry (dev, &cb->net->dev_base_head, dev_list) {
		if (dev->ifindex <= (int)cb->args[0])
			continue;
		if (fill_netconf(&o, &dev->ifindex))
			return 1;
		cb->args[0] = (u64)dev->ifindex;
	}
	for (; cb->args[1] < ARRAY_SIZE(others); cb->args[1]++)
		if (fill_netconf(&o, &others[cb->args[1]]))
			return 1;
	return 0;
}

/**
 * rtnl_getnetconf() - RTM_GETNETCONF, one of them. @r: the request.
 *
 * Return: 0; -EINVAL: there is none such.
 */
int rtnl_getnetconf(const struct nl_request *r)
{
	static const struct nla_policy policy[NETCONFA_MAX + 1] = {
		[NETCONFA_IFINDEX] = { .kind = NLA_U32 },
	};
	const struct nlattr *tb[NETCONFA_MAX + 1], *a;
	int err = nlmsg_parse(r, 1, tb, NETCONFA_MAX, policy), ifindex;

	if (err)
		return err;
	a = tb[NETCONFA_IFINDEX];
	if (!a)
		return nl_err(r->x, -EINVAL, "No device is named");
	ifindex = (int)nla_get_u32(a);
	if (ifindex != NETCONFA_IFINDEX_ALL &&
	    ifindex != NETCONFA_IFINDEX_DEFAULT &&
	    !dev_get_by_index(r->net, ifindex))
		return nl_err_attr(r->x, -EINVAL, a, "No such device");
	return rtnl_answer(r, fill_netconf, &ifindex);
}

/* --- RTM_GETNEIGHTBL --- */

static int put_ms(struct sk_buff *skb, u16 type, u64 ns)
{
	u64 ms = ns / NSEC_PER_MSEC;

	return nla_put(skb, type, sizeof(ms), &ms);
}

static int put_parms(struct sk_buff *skb, const struct neigh_parms *p)
{
	const struct {
		u16 type;
		u32 value;
	} numbers[] = {
		{ NDTPA_REFCNT, 1 },
		{ NDTPA_QUEUE_LENBYTES, p->queue_len_bytes },
		{ NDTPA_QUEUE_LEN,
		  p->queue_len_bytes / SKB_TRUESIZE(ETH_FRAME_LEN) },
		{ NDTPA_APP_PROBES, 0 },
		{ NDTPA_UCAST_PROBES, p->ucast_probes },
		{ NDTPA_MCAST_PROBES, p->mcast_probes },
	};
	const struct {
		u16 type;
		u64 ns;
	} times[] = {
		{ NDTPA_REACHABLE_TIME, p->reachable_time_ns },
		{ NDTPA_BASE_REACHABLE_TIME, p->base_reachable_time_ns },
		{ NDTPA_RETRANS_TIME, p->retrans_time_ns },
		{ NDTPA_GC_STALETIME, p->gc_staletime_ns },
		{ NDTPA_DELAY_PROBE_TIME, p->delay_probe_time_ns },
		{ NDTPA_LOCKTIME, p->locktime_ns },
	};
	struct nlattr *nest = nla_nest_start(skb, NDTA_PARMS);
	int err = nest ? 0 : -EMSGSIZE;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers) && !err; i++)
		err = nla_put_u32(skb, numbers[i].type, numbers[i].value);
	for (i = 0; i < ARRAY_SIZE(times) && !err; i++)
		err = put_ms(skb, times[i].type, times[i].ns);
	return err ?: nla_nest_end(skb, nest);
}

/**
 * rtnl_dump_neightbl() - RTM_GETNEIGHTBL: the ARP table's bounds and times.
 * @skb: filled.
 * @cb:  the dump.
 *
 * Return: 0; -EMSGSIZE.
 */
int rtnl_dump_neightbl(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct neigh_table *tbl = &net_ipv4(cb->net)->arp_tbl;
	struct nlmsghdr *h = nlmsg_put(skb, cb->portid, cb->seq,
				       RTM_NEWNEIGHTBL, 4, cb->flags);
	int err;

	if (!h)
		return -EMSGSIZE;
	*(u8 *)nlmsg_data(h) = AF_INET;
	err = nla_put_string(skb, NDTA_NAME, "arp_cache");
	err = err
		      ?: put_ms(skb, NDTA_GC_INTERVAL,
				tbl->parms.base_reachable_time_ns);
	err = err ?: nla_put_u32(skb, NDTA_THRESH1, tbl->gc_thresh1);
	err = err ?: nla_put_u32(skb, NDTA_THRESH2, tbl->gc_thresh2);
	err = err ?: nla_put_u32(skb, NDTA_THRESH3, tbl->gc_thresh3);
	err = err ?: put_parms(skb, &tbl->parms);
	if (!err)
		nlmsg_end(skb, h);
	return err;
}

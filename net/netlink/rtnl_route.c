// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_*ROUTE and RTM_GETRULE: the forwarding table as `ip route` shows,
 * asks and sets it, and the rules that there are: local, main, default. One
 * next hop a route.
 *
 * No state. Called by rtnetlink.c; calls net/ipv4/fib.c and route.c.
 */
#include "lib/err.h"
#include "net/ipv4/tcp.h"
#include "net/netlink/rtnl_int.h"

static const struct nla_policy route_policy[RTA_MAX + 1] = {
	[RTA_DST] = { .kind = NLA_U32 },
	[RTA_SRC] = { .kind = NLA_U32 },
	[RTA_IIF] = { .kind = NLA_U32 },
	[RTA_OIF] = { .kind = NLA_U32 },
	[RTA_GATEWAY] = { .kind = NLA_U32 },
	[RTA_PRIORITY] = { .kind = NLA_U32 },
	[RTA_PREFSRC] = { .kind = NLA_U32 },
	[RTA_METRICS] = { .kind = NLA_NESTED },
	[RTA_MULTIPATH] = { .kind = NLA_REJECT },
	[RTA_FLOW] = { .kind = NLA_REJECT },
	[RTA_TABLE] = { .kind = NLA_U32 },
	[RTA_MARK] = { .kind = NLA_U32 },
	[RTA_VIA] = { .kind = NLA_REJECT },
	[RTA_ENCAP_TYPE] = { .kind = NLA_REJECT },
	[RTA_ENCAP] = { .kind = NLA_REJECT },
	[RTA_UID] = { .kind = NLA_U32 },
	[RTA_IP_PROTO] = { .kind = NLA_U8 },
	[RTA_SPORT] = { .kind = NLA_U16 },
	[RTA_DPORT] = { .kind = NLA_U16 },
	[RTA_NH_ID] = { .kind = NLA_REJECT },
};

/* The stack's metrics by their numbers in messages, where RTAX_LOCK is 1 and
 * CC_ALGO a name; 0: not one of ours. */
#define UAPI_RTAX_LOCK    1
#define UAPI_RTAX_CC_ALGO 16
#define UAPI_RTAX_MAX     17
static const u8 metric_of[UAPI_RTAX_MAX + 1] = {
	[2] = RTAX_MTU,
	[3] = RTAX_WINDOW,
	[4] = RTAX_RTT,
	[6] = RTAX_SSTHRESH,
	[7] = RTAX_CWND,
	[8] = RTAX_ADVMSS,
	[9] = RTAX_REORDERING,
	[10] = RTAX_HOPLIMIT,
	[11] = RTAX_INITCWND,
	[12] = RTAX_FEATURES,
	[13] = RTAX_RTO_MIN,
	[14] = RTAX_INITRWND,
	[15] = RTAX_QUICKACK,
	[16] = RTAX_CC_ALGO,
	[17] = RTAX_FASTOPEN_NO_COOKIE,
};

/* --- showing --- */

/* The bits of a lock, from one numbering to the other. */
static u32 lock_bits(u32 lock, bool to_uapi)
{
	u32 i, out = 0;

	for (i = 2; i <= UAPI_RTAX_MAX; i++) {
		u32 ours = metric_of[i];

		if (ours && (lock & (1U << (to_uapi ? ours : i))))
			out |= 1U << (to_uapi ? i : ours);
	}
	return out;
}

static int put_metric(struct sk_buff *skb, u16 type, u32 v)
{
	const char *name;

	if (type != UAPI_RTAX_CC_ALGO)
		return nla_put_u32(skb, type, v);
	name = tcp_ca_get_name_by_key(v);
	return name ? nla_put_string(skb, type, name) : 0;
}

static int put_metrics(struct sk_buff *skb, const u32 *metrics)
{
	u32 lock = lock_bits(metrics[RTAX_LOCK], true);
	struct nlattr *nest = NULL;
	u16 i;
	int err;

	for (i = UAPI_RTAX_LOCK; i <= UAPI_RTAX_MAX; i++) {
		u32 v = i == UAPI_RTAX_LOCK ? lock
			: metric_of[i]      ? metrics[metric_of[i]]
					    : 0;

		if (!v)
			continue;
		if (!nest)
			nest = nla_nest_start(skb, RTA_METRICS);
		err = nest ? put_metric(skb, i, v) : -EMSGSIZE;
		if (err)
			return err;
	}
	return nest ? nla_nest_end(skb, nest) : 0;
}

struct route_obj {
	const struct fib_config *cfg;
	u16 type;
};

static int put_route_attrs(struct sk_buff *skb, const struct fib_config *cfg)
{
	int err = nla_put_u32(skb, RTA_TABLE, cfg->table);

	if (cfg->prefix_len)
		err = err ?: nla_put(skb, RTA_DST, sizeof(cfg->dst), &cfg->dst);
	if (cfg->metric)
		err = err ?: nla_put_u32(skb, RTA_PRIORITY, cfg->metric);
	err = err ?: put_metrics(skb, cfg->metrics);
	err = err ?: nla_put_addr(skb, RTA_PREFSRC, cfg->prefsrc);
	err = err ?: nla_put_addr(skb, RTA_GATEWAY, cfg->gateway);
	if (cfg->dev)
		err = err ?: nla_put_u32(skb, RTA_OIF, (u32)cfg->dev->ifindex);
	return err;
}

static int fill_route(const struct rtnl_out *o, const void *obj)
{
	const struct route_obj *ro = obj;
	const struct fib_config *cfg = ro->cfg;
	struct rtmsg *rtm;
	struct nlmsghdr *h;

	h = nlmsg_put(o->skb, o->portid, o->seq, ro->type, sizeof(*rtm),
		      o->flags);
	if (!h)
		return -EMSGSIZE;
	rtm = nlmsg_data(h);
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = cfg->prefix_len;
	rtm->rtm_table = (u8)cfg->table;
	rtm->rtm_protocol = cfg->protocol;
	rtm->rtm_scope = cfg->scope;
	rtm->rtm_type = cfg->type;
	if (put_route_attrs(o->skb, cfg)) {
		nlmsg_cancel(o->skb, h);
		return -EMSGSIZE;
	}
	nlmsg_end(o->skb, h);
	return 0;
}

static int dump_one(const struct fib_config *cfg, void *arg)
{
	const struct route_obj ro = { cfg, RTM_NEWROUTE };

	return fill_route(arg, &ro) ? 1 : 0;
}

/* What a dump asks for may be a question about cached routes: there are none
 * to be listed. */
static bool asks_for_cache(const struct netlink_callback *cb)
{
	const struct rtmsg *rtm = nlmsg_data(cb->nlh);

	return cb->nlh->nlmsg_len >= NLMSG_HDRLEN + sizeof(*rtm) &&
	       (rtm->rtm_flags & RTM_F_CLONED);
}

/**
 * rtnl_dump_routes() - RTM_GETROUTE, all of them.
 * @skb: filled.
 * @cb:  args[0..1]: the struct fib_cursor of the next route.
 *
 * Return: 1: more to come; 0.
 */
int rtnl_dump_routes(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct rtnl_out o = rtnl_dump_out(skb, cb);
	struct fib_cursor at;

	static_assert(sizeof(at) == 2 * sizeof(cb->args[0]), "args[0..1]");
	if (asks_for_cache(cb))
		return 0;
	memcpy(&at, cb->args, sizeof(at));
	if (!fib_walk_from(cb->net, &at, dump_one, &o))
		return 0;
	memcpy(cb->args, &at, sizeof(at));
	return 1;
}

/**
 * rtnl_route_event() - News of a route (rtnl_hooks).
 * @net:  the stack.
 * @cfg:  the route.
 * @gone: it was removed.
 */
void rtnl_route_event(struct net *net, const struct fib_config *cfg, bool gone)
{
	struct route_obj ro = { cfg, gone ? RTM_DELROUTE : RTM_NEWROUTE };

	netlink_tables_changed(net);
	rtnl_news(net, RTNLGRP_IPV4_ROUTE, fill_route, &ro);
}

/**
 * rtnl_dump_rules() - RTM_GETRULE: those that fib_lookup() follows.
 * @skb: filled.
 * @cb:  the dump.
 *
 * Return: 0; -EMSGSIZE.
 */
int rtnl_dump_rules(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct {
		u32 priority, table;
	} rules[] = { { 0, RT_TABLE_LOCAL },
		      { 32766, RT_TABLE_MAIN },
		      { 32767, RT_TABLE_DEFAULT } };
	struct fib_rule_hdr *frh;
	struct nlmsghdr *h;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		h = nlmsg_put(skb, cb->portid, cb->seq, RTM_NEWRULE,
			      sizeof(*frh), cb->flags);
		if (!h)
			return -EMSGSIZE;
		frh = nlmsg_data(h);
		frh->family = AF_INET;
		frh->table = (u8)rules[i].table;
		frh->action = FR_ACT_TO_TBL;
		err = nla_put_u32(skb, FRA_TABLE, rules[i].table);
		err = err ?: nla_put_u32(skb, FRA_SUPPRESS_PREFIXLEN, ~0U);
		err = err ?: nla_put_u8(skb, FRA_PROTOCOL, RTPROT_KERNEL);
		if (rules[i].priority)
			err = err
				      ?: nla_put_u32(skb, FRA_PRIORITY,
						     rules[i].priority);
		if (err)
			return err;
		nlmsg_end(skb, h);
	}
	return 0;
}

/* --- setting --- */

static int parse_metric(const struct nl_request *r, u32 type,
			const struct nlattr *a, u32 *metrics)
{
	char name[16];

	if (type == UAPI_RTAX_CC_ALGO) {
		if (nla_strscpy(name, a, sizeof(name)))
			return -EINVAL;
		metrics[RTAX_CC_ALGO] = tcp_ca_get_key_by_name(name);
		return metrics[RTAX_CC_ALGO]
			       ? 0
			       : nl_err(r->x, -EINVAL,
					"Unknown tcp congestion algorithm");
	}
	if (type == UAPI_RTAX_LOCK)
		metrics[RTAX_LOCK] = lock_bits(nla_get_u32(a), false);
	else if (metric_of[type])
		metrics[metric_of[type]] = nla_get_u32(a);
	else
		return nl_err_attr(r->x, -EOPNOTSUPP, a,
				   "Unsupported route metric");
	return 0;
}

static int parse_metrics(const struct nl_request *r, const struct nlattr *nest,
			 u32 *metrics)
{
	static const struct nla_policy policy[UAPI_RTAX_MAX + 1] = {
		[0 ... 15] = { .kind = NLA_U32 },
		[UAPI_RTAX_CC_ALGO] = { .kind = NLA_STRING, .len = 15 },
		[17] = { .kind = NLA_U32 },
	};
	const struct nlattr *tb[UAPI_RTAX_MAX + 1];
	u32 i;
	int err;

	if (!nest)
		return 0;
	err = nla_parse_nested(tb, UAPI_RTAX_MAX, nest, policy, NLA_STRICT,
			       r->x);
	for (i = 1; i <= UAPI_RTAX_MAX && !err; i++)
		if (tb[i])
			err = parse_metric(r, i, tb[i], metrics);
	return err;
}

static int check_prefix(const struct nl_request *r, const struct rtmsg *rtm,
			__be32 dst)
{
	if (rtm->rtm_dst_len > 32)
		return nl_err(r->x, -EINVAL, "Invalid prefix length");
	if (dst & ~inet_make_mask(rtm->rtm_dst_len))
		return nl_err(r->x, -EINVAL,
			      "Invalid prefix for given prefix length");
	if (rtm->rtm_src_len || rtm->rtm_tos)
		return nl_err(r->x, -EOPNOTSUPP,
			      "Routes go by destination only");
	return 0;
}

static int parse_route(const struct nl_request *r, struct fib_config *cfg)
{
	const struct rtmsg *rtm = nlmsg_data(r->nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	int err = nlmsg_parse(r, sizeof(*rtm), tb, RTA_MAX, route_policy);

	if (err)
		return err;
	cfg->dst = nla_addr(tb[RTA_DST]);
	err = check_prefix(r, rtm, cfg->dst);
	if (err)
		return err;
	cfg->prefix_len = rtm->rtm_dst_len;
	cfg->type = rtm->rtm_type;
	cfg->scope = rtm->rtm_scope;
	cfg->protocol = rtm->rtm_protocol;
	cfg->table =
		tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	cfg->table = cfg->table ?: RT_TABLE_MAIN;
	if (cfg->table < RT_TABLE_DEFAULT || cfg->table > RT_TABLE_LOCAL)
		return nl_err_attr(r->x, -EOPNOTSUPP, tb[RTA_TABLE],
				   "The tables are local, main, default");
	cfg->gateway = nla_addr(tb[RTA_GATEWAY]);
	cfg->prefsrc = nla_addr(tb[RTA_PREFSRC]);
	if (tb[RTA_PRIORITY])
		cfg->metric = nla_get_u32(tb[RTA_PRIORITY]);
	if (tb[RTA_OIF] && nla_get_u32(tb[RTA_OIF])) {
		cfg->dev =
			dev_get_by_index(r->net, (int)nla_get_u32(tb[RTA_OIF]));
		if (!cfg->dev)
			return -ENODEV;
	}
	return parse_metrics(r, tb[RTA_METRICS], cfg->metrics);
}

/* The first route of @cfg's prefix and metric. */
static bool find_route(struct net *net, const struct fib_config *cfg,
		       struct fib_config *found)
{
	const struct fib_config like = {
		.table = cfg->table,
		.dst = cfg->dst,
		.prefix_len = cfg->prefix_len,
		.metric = cfg->metric,
	};

	/* With a metric of 0 the least one is found. */
	return fib_table_find(net, &like, found) &&
	       found->metric == cfg->metric;
}

/* Why the table does not take @cfg. */
static int explain(const struct nl_request *r, const struct fib_config *cfg,
		   int err)
{
	if (err == -ENETUNREACH || (err == -EINVAL && cfg->gateway))
		r->x->msg = "Nexthop has invalid gateway";
	else if (err == -ENETDOWN)
		r->x->msg = "Device for nexthop is not up";
	else if (err == -EINVAL)
		r->x->msg = "Invalid prefix, type, scope or metric";
	return err;
}

/**
 * rtnl_newroute() - RTM_NEWROUTE: add, replace, change, append.
 * @r: the request.
 *
 * Return: 0; -EEXIST, -ENOENT by its flags; -ENODEV, -ENETDOWN, -ENETUNREACH,
 *         -EINVAL, -EOPNOTSUPP, -ENOBUFS.
 */
int rtnl_newroute(const struct nl_request *r)
{
	u16 flags = r->nlh->nlmsg_flags;
	struct fib_config cfg = { 0 }, old;
	int err = parse_route(r, &cfg);

	if (err)
		return err;
	if (find_route(r->net, &cfg, &old)) {
		if (flags & NLM_F_EXCL)
			return -EEXIST;
		if (flags & NLM_F_REPLACE)
			return explain(r, &cfg,
				       fib_table_replace(r->net, &old, &cfg));
	} else if (!(flags & NLM_F_CREATE)) {
		return -ENOENT;
	}
	return explain(r, &cfg, fib_table_insert(r->net, &cfg));
}

/**
 * rtnl_delroute() - RTM_DELROUTE: the first route that fits.
 * @r: the request.
 *
 * Return: 0; -ESRCH; -ENODEV, -EINVAL, -EOPNOTSUPP.
 */
int rtnl_delroute(const struct nl_request *r)
{
	struct fib_config cfg = { 0 };
	int err = parse_route(r, &cfg);

	return err ?: fib_table_delete(r->net, &cfg);
}

/* --- `ip route get` --- */

struct flow_obj {
	const struct flowi4 *fl4;
	const struct rtable *rt;
	__be32 src; /* what was asked for; 0: any */
};

static u32 flow_flags(const struct rtable *rt)
{
	switch (rt->rt_type) {
	case RTN_LOCAL:
		return RTM_F_CLONED | RTCF_LOCAL;
	case RTN_BROADCAST:
		return RTM_F_CLONED | RTCF_BROADCAST | RTCF_LOCAL;
	case RTN_MULTICAST:
		return RTM_F_CLONED | RTCF_MULTICAST;
	default:
		return RTM_F_CLONED;
	}
}

static int put_flow_attrs(struct sk_buff *skb, const struct flow_obj *fo)
{
	const struct rtable *rt = fo->rt;
	struct rta_cacheinfo ci = { 0 };
	u64 now = ktime_get_ns();
	int err = nla_put_addr(skb, RTA_DST, fo->fl4->daddr);

	if (rt->rt_pmtu && rt->rt_pmtu_expires_ns > now)
		ci.rta_expires = (s32)ns_to_clock(rt->rt_pmtu_expires_ns - now);
	err = err ?: nla_put_u32(skb, RTA_OIF, (u32)rt->dst.dev->ifindex);
	err = err ?: nla_put_addr(skb, RTA_SRC, fo->src);
	if (!fo->src)
		err = err ?: nla_put_addr(skb, RTA_PREFSRC, fo->fl4->saddr);
	if (rt->rt_uses_gateway)
		err = err ?: nla_put_addr(skb, RTA_GATEWAY, rt->rt_gateway);
	err = err ?: put_metrics(skb, rt->dst.metrics);
	if (fo->fl4->flowi4_mark)
		err = err ?: nla_put_u32(skb, RTA_MARK, fo->fl4->flowi4_mark);
	err = err ?: nla_put_u32(skb, RTA_UID, 0);
	return err ?: nla_put(skb, RTA_CACHEINFO, sizeof(ci), &ci);
}

/* The table is always main, as on Linux, where main has local's routes as long
 * as nobody makes a rule. */
static int fill_flow(const struct rtnl_out *o, const void *obj)
{
	const struct flow_obj *fo = obj;
	struct rtmsg *rtm;
	struct nlmsghdr *h;

	h = nlmsg_put(o->skb, o->portid, o->seq, RTM_NEWROUTE, sizeof(*rtm),
		      o->flags);
	if (!h)
		return -EMSGSIZE;
	rtm = nlmsg_data(h);
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_tos = fo->fl4->flowi4_tos;
	rtm->rtm_src_len = fo->src ? 32 : 0;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_type = fo->rt->rt_type;
	rtm->rtm_flags = flow_flags(fo->rt);
	if (nla_put_u32(o->skb, RTA_TABLE, RT_TABLE_MAIN) ||
	    put_flow_attrs(o->skb, fo)) {
		nlmsg_cancel(o->skb, h);
		return -EMSGSIZE;
	}
	nlmsg_end(o->skb, h);
	return 0;
}

/* RTM_F_FIB_MATCH: the entry of the table that decides. */
static int answer_match(const struct nl_request *r, const struct flowi4 *fl4)
{
	struct fib_config like = { 0 }, found;
	const struct route_obj ro = { &found, RTM_NEWROUTE };
	struct fib_result res;
	int err = fib_lookup(r->net, fl4, &res);

	if (err == -EINVAL)
		return nl_err(r->x, err, "The route says: invalid argument");
	if (err)
		return err;
	like.prefix_len = res.prefix_len;
	like.dst = fl4->daddr & inet_make_mask(res.prefix_len);
	like.type = res.type;
	like.dev = res.dev;
	like.gateway = res.gateway;
	for (like.table = RT_TABLE_LOCAL; like.table >= RT_TABLE_DEFAULT;
	     like.table--)
		if (fib_table_find(r->net, &like, &found))
			return rtnl_answer(r, fill_route, &ro);
	return -ESRCH;
}

/**
 * rtnl_getroute() - RTM_GETROUTE, the way to one destination.
 * @r: the request.
 *
 * Return: 0; what the route says: -ENETUNREACH, -EHOSTUNREACH, -EACCES,
 *         -EINVAL; -EOPNOTSUPP: the way of a received packet (iif).
 */
int rtnl_getroute(const struct nl_request *r)
{
	const struct rtmsg *rtm = nlmsg_data(r->nlh);
	const struct nlattr *tb[RTA_MAX + 1];
	struct flow_obj fo;
	struct flowi4 fl4 = { 0 };
	struct rtable *rt;
	int err = nlmsg_parse(r, sizeof(*rtm), tb, RTA_MAX, route_policy);

	if (err)
		return err;
	if (tb[RTA_IIF] && nla_get_u32(tb[RTA_IIF]))
		return nl_err_attr(r->x, -EOPNOTSUPP, tb[RTA_IIF],
				   "Only the way out is looked up");
	fl4.daddr = nla_addr(tb[RTA_DST]);
	fl4.saddr = nla_addr(tb[RTA_SRC]);
	fl4.flowi4_tos = rtm->rtm_tos;
	if (tb[RTA_OIF])
		fl4.flowi4_oif = (int)nla_get_u32(tb[RTA_OIF]);
	if (tb[RTA_MARK])
		fl4.flowi4_mark = nla_get_u32(tb[RTA_MARK]);
	if (rtm->rtm_flags & RTM_F_FIB_MATCH)
		return answer_match(r, &fl4);
	rt = ip_route_output_flow(r->net, &fl4, NULL);
	if (PTR_ERR(rt) == -EINVAL)
		return nl_err(r->x, -EINVAL,
			      "Nothing goes there, or from there");
	if (IS_ERR(rt))
		return (int)PTR_ERR(rt);
	fo.fl4 = &fl4;
	fo.rt = rt;
	fo.src = nla_addr(tb[RTA_SRC]);
	err = rtnl_answer(r, fill_flow, &fo);
	ip_rt_put(rt);
	return err;
}

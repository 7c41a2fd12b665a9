/* SPDX-License-Identifier: MIT */
/* DOC: what the object families of rtnetlink (rtnl_*.c) share. */
#pragma once

#include "lib/uapi/rtnetlink.h"
#include "net/ipv4/route.h"
#include "net/netlink/netlink.h"

/* Where the messages of one answer, dump or piece of news go. */
struct rtnl_out {
	struct net *net;
	struct sk_buff *skb;
	u32 portid, seq;
	u16 flags;
};
static inline struct rtnl_out rtnl_dump_out(struct sk_buff *skb,
					    const struct netlink_callback *cb)
{
	return (struct rtnl_out){ cb->net, skb, cb->portid, cb->seq,
				  cb->flags };
}

static inline u32 ns_to_clock(u64 ns)
{
	return (u32)(ns / (NSEC_PER_SEC / 100));
}

/* An IPv4 address in an attribute: 0 and no attribute are the same. */
static inline __be32 nla_addr(const struct nlattr *a)
{
	return a ? (__force __be32)nla_get_u32(a) : htonl(0);
}
static inline int nla_put_addr(struct sk_buff *skb, u16 type, __be32 addr)
{
	return addr ? nla_put(skb, type, sizeof(addr), &addr) : 0;
}

struct net_device *rtnl_dev(const struct nl_request *r, int ifindex,
			    const struct nlattr *name);
/* Answer @r by what @fill puts; -EMSGSIZE of it cannot be. */
int rtnl_answer(const struct nl_request *r,
		int (*fill)(const struct rtnl_out *o, const void *obj),
		const void *obj);
/* Tell a group, if anybody listens. Task or softirq. */
void rtnl_news(struct net *net, u32 group,
	       int (*fill)(const struct rtnl_out *o, const void *obj),
	       const void *obj);

int rtnl_newlink(const struct nl_request *r);
int rtnl_dellink(const struct nl_request *r);
/* Devices that are made and removed: rtnl_vlan.c. */
struct net_device *rtnl_make_vlan(const struct nl_request *r,
				  const struct nlattr *const *tb);
int rtnl_put_vlan(struct sk_buff *skb, const struct net_device *dev);
int rtnl_getlink(const struct nl_request *r);
int rtnl_dump_links(struct sk_buff *skb, struct netlink_callback *cb);
void rtnl_link_event(struct net_device *dev, enum netdev_event event);

int rtnl_newaddr(const struct nl_request *r);
int rtnl_deladdr(const struct nl_request *r);
int rtnl_dump_addrs(struct sk_buff *skb, struct netlink_callback *cb);
void rtnl_addr_event(struct net_device *dev, const struct in_ifaddr *ifa,
		     bool gone);

int rtnl_newroute(const struct nl_request *r);
int rtnl_delroute(const struct nl_request *r);
int rtnl_getroute(const struct nl_request *r);
int rtnl_dump_routes(struct sk_buff *skb, struct netlink_callback *cb);
int rtnl_dump_rules(struct sk_buff *skb, struct netlink_callback *cb);
void rtnl_route_event(struct net *net, const struct fib_config *cfg, bool gone);

int rtnl_newneigh(const struct nl_request *r);
int rtnl_delneigh(const struct nl_request *r);
int rtnl_getneigh(const struct nl_request *r);
int rtnl_dump_neighs(struct sk_buff *skb, struct netlink_callback *cb);
void rtnl_neigh_event(const struct neighbour *n, bool gone);

int rtnl_getnetconf(const struct nl_request *r);
int rtnl_dump_netconf(struct sk_buff *skb, struct netlink_callback *cb);
int rtnl_dump_neightbl(struct sk_buff *skb, struct netlink_callback *cb);

int rtnl_newqdisc(const struct nl_request *r);
int rtnl_delqdisc(const struct nl_request *r);
int rtnl_getqdisc(const struct nl_request *r);
int rtnl_dump_qdiscs(struct sk_buff *skb, struct netlink_callback *cb);
int rtnl_newclass(const struct nl_request *r);
int rtnl_dump_classes(struct sk_buff *skb, struct netlink_callback *cb);
int rtnl_newfilter(const struct nl_request *r);

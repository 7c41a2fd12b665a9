/* SPDX-License-Identifier: MIT */
/*
 * DOC: routing: addresses of devices (devinet.c), the forwarding table
 * (fib.c), and rtable, the cached answer for one flow (route.c).
 */
#pragma once

#include "net/core/dst.h"
#include "net/core/netdevice.h"
#include "net/ipv4/inet_sock.h"
#include "net/wire/ip.h"

/* Route types and scopes (uAPI linux/rtnetlink.h). */
#define RTN_UNSPEC      0
#define RTN_UNICAST     1
#define RTN_LOCAL       2
#define RTN_BROADCAST   3
#define RTN_ANYCAST     4
#define RTN_MULTICAST   5
#define RTN_BLACKHOLE   6
#define RTN_UNREACHABLE 7
#define RTN_PROHIBIT    8

/* Who made it: the kernel, an administrator's command. */
#define RTPROT_KERNEL 2
#define RTPROT_BOOT   3

#define RT_SCOPE_UNIVERSE 0
#define RT_SCOPE_SITE     200
#define RT_SCOPE_LINK     253
#define RT_SCOPE_HOST     254
#define RT_SCOPE_NOWHERE  255

#define RT_TABLE_DEFAULT 253
#define RT_TABLE_MAIN    254
#define RT_TABLE_LOCAL   255

/* The key of a look-up; the answer's saddr is filled in. */
struct flowi4 {
	int flowi4_oif;
	u32 flowi4_mark;
	u8 flowi4_tos;
	u8 flowi4_scope;
	u8 flowi4_proto;
	u8 flowi4_flags;
	__be32 saddr, daddr;
	__be16 fl4_sport, fl4_dport;
};

struct rtable {
	struct dst_entry dst;
	u8 rt_type; /* RTN_* */
	bool rt_is_input;
	bool rt_uses_gateway;
	bool rt_mtu_locked; /* perhaps: rt_sends_df() */
	__be32 rt_gateway;  /* next hop; 0: the destination itself */
	__be32 rt_src;      /* preferred source of the route */
	/* Output to one host, nothing learned about the path, and an MTU that
	 * may be believed: that MTU. 0: there is something to ask. */
	u32 rt_plain_mtu;
	u32 rt_pmtu; /* learned (exception); 0: none */
	u64 rt_pmtu_expires_ns;
	struct neighbour *rt_neigh; /* of the next hop, one reference */
	/* The question it answers: what the cache compares (route.c). */
	__be32 rt_dst, rt_key_src;
	int rt_key_if; /* device asked for; of arrival, when input */
	u32 rt_mark;
	u8 rt_key_scope, rt_key_flags;
	struct list_head rt_list; /* every live rtable of the stack */
};

/* flowi4_flags */
#define FLOWI_FLAG_ANYSRC BIT(0) /* saddr need not be ours */

/* A flow from a socket's own settings; the cheap way to set one up. */
static inline void flowi4_init_output(struct flowi4 *fl4, int oif, u32 mark,
				      u8 tos, u8 scope, u8 proto, u8 flags,
				      __be32 daddr, __be32 saddr, __be16 dport,
				      __be16 sport)
{
	fl4->flowi4_oif = oif;
	fl4->flowi4_mark = mark;
	fl4->flowi4_tos = tos;
	fl4->flowi4_scope = scope;
	fl4->flowi4_proto = proto;
	fl4->flowi4_flags = flags;
	fl4->saddr = saddr;
	fl4->daddr = daddr;
	fl4->fl4_sport = sport;
	fl4->fl4_dport = dport;
}

static inline struct rtable *dst_rtable(struct dst_entry *dst)
{
	return container_of(dst, struct rtable, dst);
}

static inline struct rtable *skb_rtable(const struct sk_buff *skb)
{
	return dst_rtable(skb_dst(skb));
}

/* One route, as `ip route` would show it. Addresses in network order. */
struct fib_config {
	__be32 dst;
	u8 prefix_len;
	u8 type, scope, protocol;
	u32 table;
	__be32 gateway;
	__be32 prefsrc;
	struct net_device *dev;
	u32 metric; /* priority: lower wins */
	u32 metrics[RTAX_NR_];
};
struct fib_result {
	u8 type, scope, prefix_len;
	__be32 gateway, prefsrc;
	struct net_device *dev;
	const u32 *metrics;
};
int fib_table_insert(struct net *net,
		     const struct fib_config *cfg) __must_check;
int fib_table_delete(struct net *net,
		     const struct fib_config *cfg) __must_check;
bool fib_table_find(struct net *net, const struct fib_config *like,
		    struct fib_config *found);
int fib_table_replace(struct net *net, const struct fib_config *old,
		      const struct fib_config *new) __must_check;
/* Longest prefix, then lowest metric, local table first. -ENETUNREACH ... */
int fib_lookup(struct net *net, const struct flowi4 *fl4,
	       struct fib_result *res) __must_check;
/* In table order; @fn returns non-zero to stop. */
int fib_walk(struct net *net,
	     int (*fn)(const struct fib_config *cfg, void *arg), void *arg);
/* A place in the tables; zeroed: the beginning. */
struct fib_cursor {
	u32 table, key, plen, alias;
};
int fib_walk_from(struct net *net, struct fib_cursor *at,
		  int (*fn)(const struct fib_config *cfg, void *arg),
		  void *arg);

/* Addresses. */
struct in_ifaddr {
	struct list_head list;
	__be32 ifa_local, ifa_address, ifa_mask, ifa_broadcast;
	u8 ifa_prefixlen, ifa_scope, ifa_proto;
	bool secondary;
	char ifa_label[IFNAMSIZ];
	u64 changed_ns; /* ktime */
};
struct in_device {
	struct net_device *dev;
	struct list_head ifa_list;
};
/* Adds the local, broadcast and connected routes too. */
int inet_addr_add(struct net_device *dev, __be32 local, u8 prefix_len,
		  __be32 broadcast) __must_check;
/* The same with peer, scope and label as @ifa says; copied. */
int inet_ifa_add(struct net_device *dev,
		 const struct in_ifaddr *ifa) __must_check;
int inet_addr_del(struct net_device *dev, __be32 local, u8 prefix_len);
void inet_ifa_del(struct net_device *dev, struct in_ifaddr *ifa);
bool inet_same_subnet(const struct in_ifaddr *a, const struct in_ifaddr *b);
__be32 inet_select_addr(const struct net_device *dev, __be32 dst, int scope);
/* RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST or RTN_UNICAST. */
u8 inet_addr_type(struct net *net, __be32 addr);
struct net_device *inet_addr_owner(struct net *net, __be32 addr);

/*
 * Where a packet of ours goes; one reference for the caller, fl4->saddr and
 * flowi4_oif filled. ERR_PTR: -ENETUNREACH, -EHOSTUNREACH, -EINVAL, -EACCES.
 */
struct rtable *ip_route_output_flow(struct net *net, struct flowi4 *fl4,
				    const struct sock *sk) __must_check;
/* Source address and route for a connection to @daddr (fl4 is set up). */
struct rtable *ip_route_connect(struct flowi4 *fl4, __be32 dst, __be32 src,
				int oif, u8 protocol, __be16 sport,
				__be16 dport, const struct sock *sk);
/* Sets skb's dst for a received packet; 0 or a negative errno (drop). */
int ip_route_input(struct sk_buff *skb, __be32 daddr, __be32 saddr, u8 tos,
		   struct net_device *dev, enum skb_drop_reason *reason);
static inline void ip_rt_put(struct rtable *rt)
{
	if (rt)
		dst_release(&rt->dst);
}
/* Every cached route becomes stale. */
void rt_cache_flush(struct net *net);
struct neighbour *rt_find_neighbour(struct rtable *rt);
/* The neighbour of @rt's next hop, found once and kept; no reference.
 * ERR_PTR(-ENOBUFS): the table is full. */
static inline struct neighbour *rt_neighbour(struct rtable *rt)
{
	struct neighbour *n = rt->rt_neigh;

	return likely(n && !n->dead) ? n : rt_find_neighbour(rt);
}
/* RFC 4861, section 7.3.1: the destination has answered by way of this route,
 * so its next hop, if it is known, is reachable. Softirqs disabled. */
static inline void rt_confirm_neigh(struct rtable *rt)
{
	if (rt->rt_neigh && !rt->rt_neigh->dead)
		neigh_confirm(rt->rt_neigh);
}
int ip_rt_net_init(struct net *net) __must_check;
void ip_rt_net_exit(struct net *net);
/* @dev goes away: nothing may point at it any more. */
void ip_rt_dev_gone(struct net *net, struct net_device *dev);
int fib_net_init(struct net *net) __must_check;
void fib_net_exit(struct net *net);
/* Remove every route through @dev; their number. */
u32 fib_flush_dev(struct net *net, const struct net_device *dev);
u32 fib_flush_src(struct net *net, __be32 src);
int devinet_net_init(struct net *net) __must_check;
void devinet_net_exit(struct net *net);
void devinet_init(void);
struct in_device *in_dev_get(const struct net_device *dev);
/* SIOCSARP, SIOCGARP, SIOCDARP (arp_ioctl.c); ATF_* as these show them. */
int arp_ioctl(struct net *net, u32 cmd, void __user *arg);
int arp_state_to_flags(u8 nud_state);
/* SIOCGIF*, SIOCSIF*, SIOCADDRT, SIOCDELRT (devinet_ioctl.c). */
int devinet_ioctl(struct net *net, u32 cmd, void __user *arg);
/* Learned path MTU towards fl4->daddr (RFC 1191); exceptions with expiry. */
void ipv4_update_pmtu(struct sk_buff *skb, struct net *net, u32 mtu, int oif,
		      u8 protocol);
void ipv4_sk_update_pmtu(struct sk_buff *skb, struct sock *sk, u32 mtu);
/* TTL: the route's, or the default. */
static inline int ip4_dst_hoplimit(const struct dst_entry *dst)
{
	return (int)(dst_metric(dst, RTAX_HOPLIMIT)
			     ?: dst->net->ipv4->sysctl_ip_default_ttl);
}
/* __sk_dst_check(), with the usual case, a route that is right, in place. */
static inline struct dst_entry *sk_rt_check(struct sock *sk)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	if (likely(dst && !dst->obsolete))
		return dst;
	return __sk_dst_check(sk, 0);
}
/* dst_mtu(), with the usual case, nothing learned, written out. */
static inline u32 rt_mtu(const struct rtable *rt)
{
	if (likely(rt->rt_plain_mtu))
		return rt->rt_plain_mtu;
	if (unlikely(rt->rt_pmtu))
		return dst_mtu(&rt->dst);
	return min(rt->dst.metrics[RTAX_MTU] ?: rt->dst.dev->mtu, IP_MAX_MTU);
}

/* Whether what ICMP says of the path counts for @sk. */
static inline bool ip_sk_accept_pmtu(const struct sock *sk)
{
	u8 d = inet_sk(sk)->pmtudisc;

	return d != IP_PMTUDISC_INTERFACE && d != IP_PMTUDISC_OMIT;
}
bool rt_mtu_lock_holds(const struct rtable *rt);
/* Whether packets whose socket WANTs path MTU discovery have DF: not where a
 * router asked for less than may be believed, so that a forged message does
 * not stop them, nor where whoever set the route has locked its MTU. */
static inline bool rt_sends_df(const struct rtable *rt)
{
	return likely(!rt->rt_mtu_locked) || !rt_mtu_lock_holds(rt);
}

static inline bool ipv4_is_multicast(__be32 a)
{
	return (ntohl(a) & 0xf0000000U) == 0xe0000000U;
}
static inline bool ipv4_is_loopback(__be32 a)
{
	return (ntohl(a) & 0xff000000U) == 0x7f000000U;
}
static inline bool ipv4_is_lbcast(__be32 a)
{
	return a == htonl(0xffffffffU);
}
static inline bool ipv4_is_zeronet(__be32 a)
{
	return (ntohl(a) & 0xff000000U) == 0;
}
static inline __be32 inet_make_mask(int prefix_len)
{
	return prefix_len ? htonl(~0U << (32 - prefix_len)) : htonl(0U);
}
/* The length of a contiguous mask. */
static inline u8 inet_mask_len(__be32 mask)
{
	u32 m = ntohl(mask);
	u8 len = 0;

	for (; m; m <<= 1)
		len++;
	return len;
}

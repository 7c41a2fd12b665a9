/* SPDX-License-Identifier: MIT */
/*
 * DOC: dst_entry, the answer to "where does this packet go": device, next
 * step, metrics. struct rtable (net/ipv4/route.h) begins with one. A socket
 * caches one and checks it by generation (row I1).
 */
#pragma once

#include "lib/bug.h"
#include "net/core/net_namespace.h"
#include "net/core/skbuff.h"

struct neighbour;
struct dst_entry;

struct dst_ops {
	u16 family;
	/* NULL: @dst has become stale. */
	struct dst_entry *(*check)(struct dst_entry *dst, u32 cookie);
	u32 (*mtu)(const struct dst_entry *dst);
	u32 (*advmss)(const struct dst_entry *dst);
	/* The path took no more than @mtu bytes (ICMP, RFC 1191). */
	void (*update_pmtu)(struct dst_entry *dst, struct sock *sk, u32 mtu);
	/* The neighbour this packet's next hop resolves to; no reference. */
	struct neighbour *(*neigh_lookup)(struct dst_entry *dst,
					  const void *daddr);
	void (*destroy)(struct dst_entry *dst);
};

enum {
	RTAX_LOCK, /* bits 1 << RTAX_*: what is learnt or asked for yields */
	RTAX_MTU,
	RTAX_WINDOW, /* the largest that we offer */
	RTAX_RTT,    /* ms: of the first RTO */
	RTAX_SSTHRESH,
	RTAX_CWND, /* with its lock: the largest cwnd */
	RTAX_ADVMSS,
	RTAX_REORDERING,
	RTAX_HOPLIMIT,
	RTAX_INITCWND,
	RTAX_FEATURES, /* RTAX_FEATURE_* */
	RTAX_RTO_MIN,  /* ms */
	RTAX_INITRWND,
	RTAX_QUICKACK,
	RTAX_CC_ALGO, /* a module of TCP's, by tcp_ca_get_key_by_name() */
	RTAX_FASTOPEN_NO_COOKIE,
	RTAX_NR_,
};

#define RTAX_FEATURE_ECN 1U

struct dst_entry {
	struct net_device *dev;
	const struct dst_ops *ops;
	struct net *net;
	int (*input)(struct sk_buff *skb);
	int (*output)(struct net *net, struct sock *sk, struct sk_buff *skb);
	u32 refcnt;
	bool obsolete;         /* the tables it was made from have changed */
	int error;             /* input and output give this errno */
	u32 metrics[RTAX_NR_]; /* 0: not set */
};

static inline void dst_hold(struct dst_entry *dst)
{
	dst->refcnt++;
}

static inline struct dst_entry *dst_clone(struct dst_entry *dst)
{
	if (dst)
		dst_hold(dst);
	return dst;
}

static inline struct dst_entry *dst_check(struct dst_entry *dst, u32 cookie)
{
	return dst->ops->check(dst, cookie);
}

static inline u32 dst_mtu(const struct dst_entry *dst)
{
	return dst->ops->mtu(dst);
}

static inline u32 dst_metric(const struct dst_entry *dst, u32 which)
{
	return dst->metrics[which];
}

static inline bool dst_metric_locked(const struct dst_entry *dst, u32 which)
{
	return dst->metrics[RTAX_LOCK] & (1U << which);
}

static inline u32 dst_metric_advmss(const struct dst_entry *dst)
{
	return dst->metrics[RTAX_ADVMSS] ?: dst->ops->advmss(dst);
}

static inline int dst_output(struct net *net, struct sock *sk,
			     struct sk_buff *skb)
{
	return skb_dst(skb)->output(net, sk, skb);
}

static inline int dst_input(struct sk_buff *skb)
{
	return skb_dst(skb)->input(skb);
}

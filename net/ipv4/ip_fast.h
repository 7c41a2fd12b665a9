/* SPDX-License-Identifier: MIT */
/*
 * DOC: what the short ways of UDP (udp_fast.c) and TCP (tcp_output_fast.c) have
 * in common: when a route lets frames be made from a template, and the
 * template's link and IP header. Both are asked when a template is learnt, not
 * for each frame; what would change an answer increments xmit_gen
 * (net/core/netdevice.h).
 *
 * Context: softirqs off, so that the neighbour stays as it is.
 */
#pragma once

#include "lib/checksum.h"
#include "net/core/neighbour.h"
#include "net/core/sch_generic.h"
#include "net/ipv4/ip.h"
#include "net/netfilter/netfilter.h"

/*
 * Whether frames of @sk by way of @rt can be made from a template: one host,
 * reached through a neighbour whose link header is ready; no hook or tap; a
 * device with one queue, whose qdisc a packet may pass when it is empty.
 */
static inline bool ip_fast_possible(const struct sock *sk,
				    const struct rtable *rt)
{
	const struct net *net = sock_net(sk);
	const struct net_device *dev = rt->dst.dev;

	return rt->rt_plain_mtu && rt->rt_neigh &&
	       rt->rt_neigh->hh.hh_len == ETH_HLEN &&
	       !net->nf_hooks_ipv4[NF_INET_LOCAL_OUT] &&
	       !net->nf_hooks_ipv4[NF_INET_POST_ROUTING] && !netdev_nr_taps &&
	       netif_running(dev) && dev->num_tx_queues == 1 &&
	       (dev->_tx[0].qdisc->flags & TCQ_F_CAN_BYPASS);
}

/*
 * The headers that stay: @link, of HH_DATA_MAX bytes, and @iph, DF set, its
 * length, identification and checksum left 0.
 */
static inline void ip_fast_headers(void *link, struct iphdr *iph,
				   const struct sock *sk,
				   const struct rtable *rt, __be32 saddr)
{
	memcpy(link, rt->rt_neigh->hh.hh_data, HH_DATA_MAX);
	ip_start_header(iph, 0, inet_sk(sk)->tos);
	iph->frag_off = htons(IP_DF);
	iph->ttl = ip_select_ttl(inet_sk(sk), &rt->dst);
	iph->protocol = (u8)sk->sk_protocol;
	iph->saddr = saddr;
	iph->daddr = rt->rt_dst;
}

/* The sum of @len bytes, folded, not inverted (RFC 1071). */
static inline u32 ip_fast_sum(const void *p, size_t len)
{
	return (u16) ~(__force u16)csum_fold(csum_partial(p, len, 0));
}

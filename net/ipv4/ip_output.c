// SPDX-License-Identifier: MIT
/*
 * DOC: the IP layer's way out (rows I1, I3, I4).
 *
 *	ip_queue_xmit       a connected transport's segment: route, header
 *	ip_local_out        length, checksum, OUTPUT hook
 *	ip_output           counters, POSTROUTING hook
 *	ip_finish_output    does it fit? cut what does not
 *	ip_finish_output2   headroom, neighbour, device
 *
 * Documents: RFC 791, RFC 1122 section 3, RFC 1191, RFC 6864. No state of its
 * own. Runs in task or softirq and never sleeps. Called by the transports;
 * calls route.c, ip_options.c, ip_fragment.c, netfilter and neighbour.h.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/softirq.h"
#include "net/core/neighbour.h"
#include "net/ipv4/ip.h"
#include "net/netfilter/netfilter.h"
#include "net/wire/tcp.h"
#include "net/wire/udp.h"

/**
 * ip_send_check() - Fill in the header checksum (RFC 791, section 3.1).
 * @iph: the header, complete but for it.
 */
void ip_send_check(struct iphdr *iph)
{
	iph->check = 0;
	iph->check = ip_fast_csum(iph, iph->ihl);
}

/* --- the last steps --- */

static void ip_count_cast(struct net *net, u8 type)
{
	if (type == RTN_MULTICAST)
		NET_INC_STATS(net, IpExt_OutMcastPkts);
	else if (type == RTN_BROADCAST)
		NET_INC_STATS(net, IpExt_OutBcastPkts);
}

/* The neighbour has to be found, or to be asked for. */
static noinline int ip_neigh_slow(struct rtable *rt, struct sk_buff *skb)
{
	struct neighbour *n = rt_neighbour(rt);

	if (unlikely(IS_ERR(n))) {
		kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_CREATEFAIL);
		return (int)PTR_ERR(n);
	}
	return neigh_output(n, skb);
}

/* The route's neighbour must not change under a task's hands. */
static __force_inline int ip_finish_output2(struct net *net, struct sock *sk,
					    struct sk_buff *skb)
{
	struct rtable *rt = skb_rtable(skb);
	struct neighbour *n;
	int ret;

	local_bh_disable();
	n = rt->rt_neigh;
	ret = likely(n && neigh_hh_ready(n)) ? neigh_output(n, skb)
					     : ip_neigh_slow(rt, skb);
	local_bh_enable();
	return ret;
}

/**
 * ip_skb_dst_mtu() - What this packet may measure on its way.
 * @sk:  the socket, or NULL; its probes ignore what was learned (RFC 4821).
 * @skb: with its route.
 *
 * Return: bytes of IP packet.
 */
u32 ip_skb_dst_mtu(const struct sock *sk, const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (sk && sk->sk_family == AF_INET &&
	    sk->__sk_common.skc_kind == SK_FULL &&
	    inet_sk(sk)->pmtudisc >= IP_PMTUDISC_PROBE)
		return min(dst->dev->mtu, IP_MAX_MTU);
	return rt_mtu(container_of(dst, struct rtable, dst));
}

/* Bytes of IP packet that the largest segment of a GSO packet will have. */
static u32 ip_gso_seglen(const struct sk_buff *skb)
{
	u32 hdr = skb_network_header_len(skb);

	if (skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4)
		hdr += ((const struct tcphdr *)skb_transport_header(skb))
			       ->doff *
		       4U;
	else
		hdr += sizeof(struct udphdr);
	return hdr + skb_shinfo(skb)->gso_size;
}

static int ip_fragment(struct net *net, struct sock *sk, struct sk_buff *skb,
		       u32 mtu)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (!(iph->frag_off & htons(IP_DF)) || skb->ignore_df)
		return ip_do_fragment(net, sk, skb, ip_finish_output2);
	/* RFC 1191, section 3: said to ourselves, the message reaches the
	 * socket by the same way as a router's. */
	NET_INC_STATS(net, Ip_FragFails);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, htonl(mtu));
	kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_BIG);
	return -EMSGSIZE;
}

/* The path got narrower after the segment size was chosen. */
static int ip_finish_output_gso(struct net *net, struct sock *sk,
				struct sk_buff *skb, u32 mtu)
{
	struct sk_buff *segs, *next;
	int err, ret = 0;

	if (ip_gso_seglen(skb) <= mtu)
		return ip_finish_output2(net, sk, skb);
	skb_reset_mac_header(skb);
	segs = skb_gso_segment(skb, skb_dst(skb)->dev->features &
					    ~(u64)(NETIF_F_TSO | NETIF_F_GSO));
	if (IS_ERR(segs)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SKB_GSO_SEG);
		return -ENOMEM;
	}
	consume_skb(skb);
	for (; segs; segs = next) {
		next = segs->next;
		segs->next = NULL;
		err = ip_fragment(net, sk, segs, mtu);
		if (err && !ret)
			ret = err;
	}
	return ret;
}

/* Too long, GSO, or not to one host: ask what fits. */
static noinline int ip_finish_output_slow(struct net *net, struct sock *sk,
					  struct sk_buff *skb)
{
	u32 mtu = ip_skb_dst_mtu(sk, skb);

	ip_count_cast(net, skb_rtable(skb)->rt_type);
	if (skb_is_gso(skb))
		return ip_finish_output_gso(net, sk, skb, mtu);
	if (skb->len > mtu)
		return ip_fragment(net, sk, skb, mtu);
	return ip_finish_output2(net, sk, skb);
}

static inline int ip_finish_output(struct net *net, struct sock *sk,
				   struct sk_buff *skb)
{
	if (likely(skb->len <= skb_rtable(skb)->rt_plain_mtu))
		return ip_finish_output2(net, sk, skb);
	return ip_finish_output_slow(net, sk, skb);
}

static __force_inline int __ip_output(struct net *net, struct sock *sk,
				      struct sk_buff *skb)
{
	struct net_device *dev = skb_dst(skb)->dev;

	NET_INC_STATS(net, Ip_OutTransmits);
	NET_ADD_STATS(net, IpExt_OutOctets, skb->len);
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IP);
	if (likely(!net->nf_hooks_ipv4[NF_INET_POST_ROUTING]) ||
	    (IPCB(skb)->flags & IPSKB_REROUTED))
		return ip_finish_output(net, sk, skb);
	return NF_HOOK(NF_INET_POST_ROUTING, net, sk, skb, NULL, dev,
		       ip_finish_output);
}

/**
 * ip_output() - A packet of ours to one host.
 * @net: the stack. @sk: the socket, or NULL.
 * @skb: starts at the IP header, route set.
 *
 * Ownership: consumes @skb.
 * Context:   task or softirq.
 * Return:    0, NET_XMIT_* or a negative errno.
 */
int ip_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return __ip_output(net, sk, skb);
}

/* dst_output(), with the usual way in place. */
static __force_inline int ip_dst_output(struct net *net, struct sock *sk,
					struct sk_buff *skb)
{
	if (likely(skb_dst(skb)->output == ip_output))
		return __ip_output(net, sk, skb);
	return dst_output(net, sk, skb);
}

/* A copy for the listeners on this host, as if it had been received. */
static void ip_loop_copy(struct net *net, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);

	if (!copy)
		return;
	/* By way of lo, where a source of our own is no martian. */
	skb_orphan(copy);
	skb_dst_drop(copy);
	skb_reset_mac_header(copy);
	copy->dev = net->loopback_dev;
	copy->protocol = htons(ETH_P_IP);
	copy->pkt_type = PACKET_LOOPBACK;
	copy->ip_summed = CHECKSUM_UNNECESSARY;
	netif_rx(copy);
}

/**
 * ip_mc_output() - A packet of ours to a group or to everyone.
 * @net: the stack. @sk: the socket, or NULL.
 * @skb: starts at the IP header, route set.
 *
 * A broadcast is also ours to hear (RFC 1122, section 3.3.6). TTL 0 never
 * leaves the host (RFC 1112, section 6.1).
 *
 * Ownership: consumes @skb.
 * Context:   task or softirq.
 * Return:    0, NET_XMIT_* or a negative errno.
 */
int ip_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct rtable *rt = skb_rtable(skb);

	if (rt->rt_type == RTN_BROADCAST &&
	    !(rt->dst.dev->flags & IFF_LOOPBACK))
		ip_loop_copy(net, skb);
	if (rt->rt_type == RTN_MULTICAST && ip_hdr(skb)->ttl == 0) {
		consume_skb(skb);
		return 0;
	}
	return ip_output(net, sk, skb);
}

/* --- from the transports --- */

/**
 * ip_route_me_harder() - Find a new way after a hook changed the packet's key.
 * @net: the stack. @sk: the socket, or NULL.
 * @skb: starts at the IP header; gets the new route.
 *
 * Ownership: stays with the caller.
 * Context:   task or softirq.
 * Return:    0 or a negative errno.
 */
int ip_route_me_harder(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, sk ? sk->sk_bound_dev_if : 0, skb->mark,
			   iph->tos, RT_SCOPE_UNIVERSE, iph->protocol,
			   FLOWI_FLAG_ANYSRC, iph->daddr, iph->saddr, 0, 0);
	rt = ip_route_output_flow(net, &fl4, sk);
	if (IS_ERR(rt))
		return (int)PTR_ERR(rt);
	skb_dst_drop(skb);
	skb_dst_set(skb, &rt->dst);
	return 0;
}

/* After the OUTPUT hook: the packet may want another route now. */
static int ip_local_out_finish(struct net *net, struct sock *sk,
			       struct sk_buff *skb)
{
	const struct rtable *rt = skb_rtable(skb);
	int err;

	if (ip_hdr(skb)->daddr != rt->rt_dst || skb->mark != rt->rt_mark) {
		err = ip_route_me_harder(net, sk, skb);
		if (err) {
			NET_INC_STATS(net, Ip_OutNoRoutes);
			kfree_skb_reason(skb, SKB_DROP_REASON_IP_OUTNOROUTES);
			return err;
		}
	}
	return dst_output(net, sk, skb);
}

static __force_inline int __ip_local_out(struct net *net, struct sock *sk,
					 struct sk_buff *skb)
{
	struct iphdr *iph = ip_hdr(skb);

	NET_INC_STATS(net, Ip_OutRequests);
	iph->tot_len = htons((u16)skb->len);
	ip_send_check(iph);
	skb->protocol = htons(ETH_P_IP);
	if (likely(!net->nf_hooks_ipv4[NF_INET_LOCAL_OUT]))
		return ip_dst_output(net, sk, skb);
	return NF_HOOK(NF_INET_LOCAL_OUT, net, sk, skb, NULL, skb_dst(skb)->dev,
		       ip_local_out_finish);
}

/**
 * ip_local_out() - Send a complete packet of ours on its way.
 * @net: the stack. @sk: the socket, or NULL.
 * @skb: starts at the IP header, which lacks only length and checksum; route
 *       set.
 *
 * Ownership: consumes @skb.
 * Context:   task or softirq.
 * Return:    0, NET_XMIT_* or a negative errno.
 */
int ip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return __ip_local_out(net, sk, skb);
}

/**
 * ip_dont_fragment() - Whether a socket's packets carry DF.
 * @sk:  the socket. @dst: the route.
 *
 * Return: by IP_MTU_DISCOVER (RFC 1191): DO and PROBE always; WANT as
 *         rt_sends_df() says.
 */
bool ip_dont_fragment(const struct sock *sk, const struct dst_entry *dst)
{
	switch (inet_sk(sk)->pmtudisc) {
	case IP_PMTUDISC_DO:
	case IP_PMTUDISC_PROBE:
		return true;
	case IP_PMTUDISC_WANT:
		return rt_sends_df(container_of(dst, struct rtable, dst));
	default:
		return false;
	}
}

/* The socket's cached route, or a new one that it keeps. */
static struct rtable *ip_sk_route(struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct dst_entry *dst = sk_rt_check(sk);
	__be32 daddr = inet->inet_daddr;
	struct flowi4 fl4;
	struct rtable *rt;

	if (likely(dst))
		return dst_rtable(dst);
	if (inet->inet_opt && inet->inet_opt->srr)
		daddr = inet->inet_opt->faddr;
	rt = ip_route_connect(&fl4, daddr, inet->inet_saddr,
			      sk->sk_bound_dev_if, sk->sk_protocol,
			      inet->inet_sport, inet->inet_dport, sk);
	if (!IS_ERR(rt))
		sk_setup_caps(sk, &rt->dst);
	return rt;
}

/* RFC 4861, section 7.3.1: the peer has answered. */
static noinline void ip_confirm_neigh(struct sock *sk, struct rtable *rt)
{
	sk->sk_dst_pending_confirm = false;
	local_bh_disable();
	rt_confirm_neigh(rt);
	local_bh_enable();
}

/**
 * ip_queue_xmit() - Send a transport segment of a connected socket.
 * @sk:  the socket; addresses, options and ttl are its own.
 * @skb: starts at the transport header, MAX_TCP_HEADER bytes of headroom; may
 *       already have a route.
 * @tos: type of service, ECN bits included.
 *
 * Ownership: consumes @skb.
 * Context:   task or softirq, socket owned.
 * Return:    0, NET_XMIT_*, -EHOSTUNREACH without a route, or another errno.
 */
int ip_queue_xmit(struct sock *sk, struct sk_buff *skb, u8 tos)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct ip_options *opt = inet->inet_opt;
	u32 optlen = opt ? opt->optlen : 0;
	struct net *net = sock_net(sk);
	struct rtable *rt;
	struct iphdr *iph;

	if (likely(!skb_dst(skb))) {
		rt = ip_sk_route(sk);
		if (IS_ERR(rt))
			goto no_route;
		skb_dst_set_noref(skb, &rt->dst);
	}
	rt = skb_rtable(skb);
	if (unlikely(sk->sk_dst_pending_confirm))
		ip_confirm_neigh(sk, rt);
	/* RFC 791, section 3.1: strict means no gateway in between. */
	if (unlikely(opt && opt->is_strictroute && rt->rt_uses_gateway))
		goto no_route;

	iph = skb_push(skb, (u32)sizeof(*iph) + optlen);
	skb_reset_network_header(skb);
	ip_start_header(iph, optlen, tos);
	iph->frag_off = ip_dont_fragment(sk, &rt->dst) && !skb->ignore_df
				? htons(IP_DF)
				: htons(0);
	iph->ttl = ip_select_ttl(inet, &rt->dst);
	iph->protocol = sk->sk_protocol;
	iph->saddr = inet->inet_saddr;
	iph->daddr = opt && opt->srr ? opt->faddr : inet->inet_daddr;
	memset(IPCB(skb), 0,
	       sizeof(*IPCB(skb))); /* the transport's until now */
	if (unlikely(optlen))
		ip_options_build(skb, opt, inet->inet_daddr, inet->inet_saddr);
	ip_select_ident(net, skb, sk, max_t(int, 1, skb_shinfo(skb)->gso_segs));
	skb->priority = sk->sk_priority;
	skb->mark = sk->sk_mark;
	return __ip_local_out(net, sk, skb);

no_route:
	NET_INC_STATS(net, Ip_OutNoRoutes);
	kfree_skb_reason(skb, SKB_DROP_REASON_IP_OUTNOROUTES);
	return -EHOSTUNREACH;
}

/**
 * ip_build_and_send_pkt() - Send a segment for a socket that is not complete.
 * @skb:   starts at the transport header, with headroom.
 * @sk:    whose settings count (a listener for its SYN-ACKs).
 * @rt:    the route; a reference that the caller keeps.
 * @saddr: source. @daddr: destination.
 * @opt:   options, or NULL. @tos: type of service.
 *
 * Ownership: consumes @skb.
 * Context:   softirq or task.
 * Return:    0, NET_XMIT_* or a negative errno.
 */
int ip_build_and_send_pkt(struct sk_buff *skb, const struct sock *sk,
			  struct rtable *rt, __be32 saddr, __be32 daddr,
			  const struct ip_options *opt, u8 tos)
{
	const struct inet_sock *inet = inet_sk(sk);
	u32 optlen = opt ? opt->optlen : 0;
	struct net *net = sock_net(sk);
	struct iphdr *iph;

	dst_hold(&rt->dst);
	skb_dst_drop(skb);
	skb_dst_set(skb, &rt->dst);
	iph = skb_push(skb, sizeof(*iph) + optlen);
	skb_reset_network_header(skb);
	ip_start_header(iph, optlen, tos);
	iph->ttl = ip_select_ttl(inet, &rt->dst);
	iph->protocol = sk->sk_protocol;
	iph->saddr = saddr;
	iph->daddr = opt && opt->srr ? opt->faddr : daddr;
	/* RFC 6864, section 4.1: an atomic packet, if it may not be cut. */
	iph->frag_off =
		ip_dont_fragment(sk, &rt->dst) ? htons(IP_DF) : htons(0);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	if (optlen)
		ip_options_build(skb, opt, daddr, saddr);
	ip_select_ident(net, skb, NULL, 1);
	if (!skb->mark)
		skb->mark = sk->sk_mark;
	skb->priority = sk->sk_priority;
	return ip_local_out(net, skb->sk, skb);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the IP layer's way in (row I5; RFC 791, RFC 1122 section 3).
 *
 *	ip_rcv		   header checks, PREROUTING hook
 *	ip_rcv_finish	   route, options
 *	ip_local_deliver   fragments put together, INPUT hook
 *	ip_deliver_finish  raw sockets, then the transport
 *
 * No state. Softirq. Called by the device layer for ETH_P_IP; calls route.c,
 * ip_defrag.c and, by inet_protos[], the transports.
 */
#include "lib/checksum.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/tcp.h"
#include "net/netfilter/netfilter.h"

/* --- delivery --- */

static int ip_deliver_finish(struct net *net, struct sock *sk,
			     struct sk_buff *skb)
{
	u8 protocol = ip_hdr(skb)->protocol;
	const struct net_protocol *p = inet_protos[protocol];
	bool raw;

	skb_pull(skb, skb_network_header_len(skb));
	raw = raw_local_deliver(skb, protocol);
	if (p) {
		NET_INC_STATS(net, Ip_InDelivers);
		return p->handler(skb);
	}
	if (raw) {
		NET_INC_STATS(net, Ip_InDelivers);
		consume_skb(skb);
		return 0;
	}
	NET_INC_STATS(net, Ip_InUnknownProtos);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, 0);
	kfree_skb_reason(skb, SKB_DROP_REASON_IP_NOPROTO);
	return 0;
}

/**
 * ip_local_deliver() - A packet for this host.
 * @skb: starts at the IP header, route set.
 *
 * Ownership: consumes @skb.
 * Context:   softirq.
 * Return:    0 or a negative errno; nobody acts on it.
 */
int ip_local_deliver(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);

	if (unlikely(ip_hdr(skb)->frag_off & htons(IP_MF | IP_OFFSET))) {
		skb = ip_defrag(net, skb);
		if (!skb)
			return 0;
	}
	return NF_HOOK(NF_INET_LOCAL_IN, net, NULL, skb, skb->dev, NULL,
		       ip_deliver_finish);
}

/* --- routing --- */

static int ip_rcv_drop(struct net *net, struct sk_buff *skb, int err,
		       enum skb_drop_reason reason)
{
	if (err == -EHOSTUNREACH || err == -EINVAL || err == -ENOENT)
		NET_INC_STATS(net, Ip_InAddrErrors);
	else if (err == -ENETUNREACH)
		NET_INC_STATS(net, IpExt_InNoRoutes);
	else
		NET_INC_STATS(net, Ip_InDiscards);
	kfree_skb_reason(skb, reason);
	return NET_RX_DROP;
}

static int ip_rcv_finish(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	enum skb_drop_reason reason = SKB_DROP_REASON_NOT_SPECIFIED;
	const struct iphdr *iph = ip_hdr(skb);
	int err;

	err = ip_route_input(skb, iph->daddr, iph->saddr, iph->tos, skb->dev,
			     &reason);
	if (unlikely(err))
		return ip_rcv_drop(net, skb, err, reason);
	if (unlikely(iph->ihl > 5) && !ip_options_rcv(skb)) {
		NET_INC_STATS(net, Ip_InHdrErrors);
		kfree_skb_reason(skb, SKB_DROP_REASON_IP_INHDR);
		return NET_RX_DROP;
	}
	switch (skb_rtable(skb)->rt_type) {
	case RTN_MULTICAST:
		NET_INC_STATS(net, IpExt_InMcastPkts);
		break;
	case RTN_BROADCAST:
		NET_INC_STATS(net, IpExt_InBcastPkts);
		break;
	default:
		/* RFC 1122, section 3.3.6: one host's address in a frame for
		 * all is a trap. */
		if (skb->pkt_type == PACKET_BROADCAST ||
		    skb->pkt_type == PACKET_MULTICAST)
			return ip_rcv_drop(net, skb, -EINVAL,
					   SKB_DROP_REASON_IP_INADDRERRORS);
	}
	return dst_input(skb);
}

/* --- header checks --- */

/* 0, or why the header is wrong; counts it. */
static enum skb_drop_reason ip_rcv_check(struct net *net, struct sk_buff *skb)
{
	const struct iphdr *iph;
	u32 len;

	if (!pskb_may_pull(skb, sizeof(*iph)))
		goto bad;
	iph = ip_hdr(skb);
	if (iph->ihl < 5 || iph->version != 4 ||
	    !pskb_may_pull(skb, iph->ihl * 4U))
		goto bad;
	iph = ip_hdr(skb);
	if (unlikely((__force u16)ip_fast_csum(iph, iph->ihl))) {
		NET_INC_STATS(net, IpExt_InCsumErrors);
		NET_INC_STATS(net, Ip_InHdrErrors);
		return SKB_DROP_REASON_IP_CSUM;
	}
	len = ntohs(iph->tot_len);
	if (skb->len < len) {
		NET_INC_STATS(net, IpExt_InTruncatedPkts);
		return SKB_DROP_REASON_PKT_TOO_SMALL;
	}
	if (len < iph->ihl * 4U)
		goto bad;
	/* Ethernet pads short frames: what is beyond is not the packet. */
	if (pskb_trim(skb, len)) {
		NET_INC_STATS(net, Ip_InDiscards);
		return SKB_DROP_REASON_NOMEM;
	}
	return SKB_DROP_REASON_NOT_SPECIFIED;
bad:
	NET_INC_STATS(net, Ip_InHdrErrors);
	return SKB_DROP_REASON_IP_INHDR;
}

/**
 * ip_rcv() - Handler of ETH_P_IP.
 * @skb: starts at the IP header; network header set. @dev: of arrival.
 * @pt: the registration. @orig_dev: the device that received it first.
 *
 * Ownership: consumes @skb.
 * Context:   softirq.
 * Return:    NET_RX_SUCCESS or NET_RX_DROP, or what the transport said.
 */
int ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	   struct net_device *orig_dev)
{
	struct net *net = dev_net(dev);
	enum skb_drop_reason reason;

	if (!net->ipv4 || skb->pkt_type == PACKET_OTHERHOST) {
		kfree_skb_reason(skb, SKB_DROP_REASON_OTHERHOST);
		return NET_RX_DROP;
	}
	if (!dev->rx_bare && skb->ip_summed == CHECKSUM_NONE &&
	    skb->pkt_type == PACKET_HOST &&
	    tcp_v4_rcv_bare(dev, skb->data, skb_headlen(skb))) {
		consume_skb(skb);
		return NET_RX_SUCCESS;
	}
	NET_INC_STATS(net, Ip_InReceives);
	NET_ADD_STATS(net, IpExt_InOctets, skb->len);
	reason = ip_rcv_check(net, skb);
	if (unlikely(reason != SKB_DROP_REASON_NOT_SPECIFIED)) {
		kfree_skb_reason(skb, reason);
		return NET_RX_DROP;
	}
	skb_set_transport_header(skb, (int)ip_hdrlen(skb));
	skb_orphan(skb);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->iif = skb->skb_iif;
	return NF_HOOK(NF_INET_PRE_ROUTING, net, NULL, skb, dev, NULL,
		       ip_rcv_finish);
}

static struct packet_type ip_packet_type = {
	.type = htons(ETH_P_IP),
	.func = ip_rcv,
	.bare = tcp_v4_rcv_bare,
};

/**
 * ip_init() - Receive IPv4 from every device; once, at boot.
 */
void ip_init(void)
{
	dev_add_pack(&ip_packet_type);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: address resolution (rows N1, N4; RFC 826, RFC 5227, RFC 1122 section
 * 2.3.2): ARP's part of the neighbour cache. It knows which addresses need no
 * question (broadcast, groups, links without addresses), how to ask, and what
 * to believe.
 *
 * An entry changes its link address only by the answer to a question that is
 * open. Who merely says so, by a request of his own, gratuitously or in a
 * reply that nobody asked for, can make a reachable entry suspect, so that it
 * is verified; he cannot redirect it.
 *
 * State: netns_ipv4.arp_tbl. Softirq, or task with softirqs off. Called by
 * neighbour.c and the device layer.
 */
#include "lib/err.h"
#include "net/core/neighbour.h"
#include "net/ipv4/ip.h"
#include "net/wire/arp.h"

#define ARP_LEN (sizeof(struct arphdr) + sizeof(struct arp_eth_ip))

/* --- sending --- */

static void arp_fill(struct sk_buff *skb, int type, __be32 dest_ip,
		     __be32 src_ip, const u8 *src_hw, const u8 *target_hw)
{
	struct arphdr *arp = skb_put(skb, ARP_LEN);
	struct arp_eth_ip *body = (struct arp_eth_ip *)(arp + 1);

	arp->ar_hrd = htons(ARPHRD_ETHER);
	arp->ar_pro = htons(ETH_P_IP);
	arp->ar_hln = ETH_ALEN;
	arp->ar_pln = 4;
	arp->ar_op = htons(type);
	memcpy(body->ar_sha, src_hw, ETH_ALEN);
	body->ar_sip = src_ip;
	if (target_hw)
		memcpy(body->ar_tha, target_hw, ETH_ALEN);
	else
		memset(body->ar_tha, 0, ETH_ALEN);
	body->ar_tip = dest_ip;
}

/**
 * arp_send() - Send an ARP packet.
 * @dev:       the link. @type: ARPOP_REQUEST or ARPOP_REPLY. @ptype: ETH_P_ARP.
 * @dest_ip:   whom it is about. @src_ip: who asks or answers.
 * @dest_hw:   who gets the frame, NULL: everyone.
 * @src_hw:    ours, NULL: the device's.
 * @target_hw: the target's, NULL: unknown, zero.
 *
 * Lost for want of memory like on the wire: whoever needs an answer repeats.
 *
 * Context: task or softirq.
 */
void arp_send(struct net_device *dev, int type, int ptype, __be32 dest_ip,
	      __be32 src_ip, const u8 *dest_hw, const u8 *src_hw,
	      const u8 *target_hw)
{
	u32 ll = LL_RESERVED_SPACE(dev);
	struct sk_buff *skb;

	if ((dev->flags & IFF_NOARP) || !dev->header_ops)
		return;
	skb = alloc_skb(ll + ARP_LEN, GFP_ATOMIC);
	if (!skb)
		return;
	skb_reserve(skb, ll);
	skb_reset_network_header(skb);
	arp_fill(skb, type, dest_ip, src_ip, src_hw ?: dev->dev_addr,
		 target_hw);
	skb->dev = dev;
	skb->protocol = htons(ptype);
	if (dev->header_ops->create(skb, dev, (u16)ptype,
				    dest_hw ?: dev->broadcast,
				    src_hw ?: dev->dev_addr, skb->len) < 0) {
		kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_HH_FILLFAIL);
		return;
	}
	dev_queue_xmit(skb);
}

/* Our address in the question: the waiting packet's source if it is ours
 * (RFC 1122 leaves it open; the target's subnet is second best). */
static __be32 arp_source(const struct neighbour *n, const struct sk_buff *skb,
			 __be32 target)
{
	struct net *net = n->tbl->net;

	if (skb && skb->protocol == htons(ETH_P_IP) &&
	    inet_addr_type(net, ip_hdr(skb)->saddr) == RTN_LOCAL &&
	    !ipv4_is_loopback(ip_hdr(skb)->saddr))
		return ip_hdr(skb)->saddr;
	return inet_select_addr(n->dev, target, RT_SCOPE_LINK);
}

/* Ask everyone; or, to verify what is believed, only him (RFC 1122, section
 * 2.3.2.1, mechanism 2). */
static void arp_solicit(struct neighbour *n, struct sk_buff *skb)
{
	__be32 target;

	memcpy(&target, n->primary_key, sizeof(target));
	arp_send(n->dev, ARPOP_REQUEST, ETH_P_ARP, target,
		 arp_source(n, skb, target),
		 n->nud_state & NUD_VALID ? n->ha : NULL, NULL, NULL);
}

/* No answer: the packet's sender hears of it by ICMP, as from a router. */
static void arp_error_report(struct neighbour *n, struct sk_buff *skb)
{
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0);
	kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_FAILED);
}

static const struct neigh_ops arp_ops = {
	.solicit = arp_solicit,
	.error_report = arp_error_report,
};

/* RFC 1112, section 6.4: 01:00:5e and the low 23 bits. */
static void arp_mc_map(__be32 group, u8 *ha)
{
	u32 a = ntohl(group);

	ha[0] = 0x01;
	ha[1] = 0x00;
	ha[2] = 0x5e;
	ha[3] = (a >> 16) & 0x7f;
	ha[4] = (u8)(a >> 8);
	ha[5] = (u8)a;
}

static int arp_constructor(struct neighbour *n)
{
	struct net_device *dev = n->dev;
	__be32 addr;
	u8 type;

	memcpy(&addr, n->primary_key, sizeof(addr));
	n->ops = &arp_ops;
	type = inet_addr_type(n->tbl->net, addr);
	if (type == RTN_MULTICAST)
		arp_mc_map(addr, n->ha);
	else if (dev->flags & (IFF_NOARP | IFF_LOOPBACK))
		memcpy(n->ha, dev->dev_addr, dev->addr_len);
	else if (type == RTN_BROADCAST)
		memcpy(n->ha, dev->broadcast, dev->addr_len);
	else
		return 0;
	n->nud_state = NUD_NOARP;
	return 0;
}

/* --- receiving --- */

/* RFC 826: an Ethernet and IPv4 packet whose addresses can be a host's. */
static bool arp_valid(const struct arphdr *arp, const struct arp_eth_ip *body)
{
	if (arp->ar_hrd != htons(ARPHRD_ETHER) ||
	    arp->ar_pro != htons(ETH_P_IP) || arp->ar_hln != ETH_ALEN ||
	    arp->ar_pln != 4)
		return false;
	if (arp->ar_op != htons(ARPOP_REQUEST) &&
	    arp->ar_op != htons(ARPOP_REPLY))
		return false;
	/* RFC 1812, section 3.3.2: a group address is not believed. */
	return !(body->ar_sha[0] & 1) && !ipv4_is_multicast(body->ar_sip) &&
	       !ipv4_is_lbcast(body->ar_sip) &&
	       !ipv4_is_loopback(body->ar_sip) &&
	       !ipv4_is_multicast(body->ar_tip) &&
	       !ipv4_is_lbcast(body->ar_tip) && !ipv4_is_loopback(body->ar_tip);
}

/* Someone's word, not an answer: it may fill an empty entry. */
static void arp_learn(struct neighbour *n, const u8 *sha)
{
	bool asked = n->nud_state & (NUD_INCOMPLETE | NUD_NONE | NUD_FAILED);

	neigh_update(n, sha, NUD_STALE,
		     asked ? NEIGH_UPDATE_F_OVERRIDE
			   : NEIGH_UPDATE_F_WEAK_OVERRIDE);
}

/* A question to us: answer, and note who asks, for we shall write to him. */
static void arp_request_for_us(struct net *net, struct net_device *dev,
			       const struct arp_eth_ip *body)
{
	struct neighbour *n;

	arp_send(dev, ARPOP_REPLY, ETH_P_ARP, body->ar_sip, body->ar_tip,
		 body->ar_sha, NULL, body->ar_sha);
	if (!body->ar_sip) /* RFC 5227, section 2.1.1: a probe claims nothing */
		return;
	n = neigh_lookup(&net->ipv4->arp_tbl, &body->ar_sip, dev);
	if (IS_ERR(n))
		return;
	arp_learn(n, body->ar_sha);
	neigh_release(n);
}

/* A reply, or an announcement: news only about an entry that exists. */
static void arp_hear(struct net *net, struct net_device *dev,
		     const struct arphdr *arp, const struct arp_eth_ip *body,
		     bool to_us)
{
	struct neighbour *n =
		neigh_find(&net->ipv4->arp_tbl, &body->ar_sip, dev);

	if (!n)
		return;
	if (arp->ar_op == htons(ARPOP_REPLY) && to_us &&
	    (n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)))
		/* The question is open. While we verify an address, only its
		 * owner's answer counts. */
		neigh_update(n, body->ar_sha, NUD_REACHABLE,
			     n->nud_state & NUD_INCOMPLETE
				     ? NEIGH_UPDATE_F_OVERRIDE
				     : 0);
	else if (body->ar_sip == body->ar_tip)
		arp_learn(n, body->ar_sha);
	neigh_release(n);
}

static void arp_process(struct net *net, struct net_device *dev,
			const struct arphdr *arp, const struct arp_eth_ip *body,
			u8 pkt_type)
{
	bool ours = inet_addr_type(net, body->ar_tip) == RTN_LOCAL;

	if (body->ar_sip && inet_addr_type(net, body->ar_sip) == RTN_LOCAL)
		return; /* our own echo, or a forger */
	if (arp->ar_op == htons(ARPOP_REQUEST) && ours)
		arp_request_for_us(net, dev, body);
	else if (body->ar_sip)
		arp_hear(net, dev, arp, body, ours && pkt_type == PACKET_HOST);
}

/* Handler of ETH_P_ARP: softirq; consumes @skb. */
static int arp_rcv(struct sk_buff *skb, struct net_device *dev,
		   struct packet_type *pt, struct net_device *orig_dev)
{
	const struct arphdr *arp;

	if ((dev->flags & (IFF_NOARP | IFF_LOOPBACK)) ||
	    skb->pkt_type == PACKET_OTHERHOST || !dev_net(dev)->ipv4) {
		kfree_skb_reason(skb, SKB_DROP_REASON_OTHERHOST);
		return NET_RX_DROP;
	}
	arp = pskb_may_pull(skb, ARP_LEN) ? (const void *)skb->data : NULL;
	if (!arp || !arp_valid(arp, (const struct arp_eth_ip *)(arp + 1))) {
		kfree_skb_reason(skb, SKB_DROP_REASON_ARP_INVALID);
		return NET_RX_DROP;
	}
	arp_process(dev_net(dev), dev, arp,
		    (const struct arp_eth_ip *)(arp + 1), skb->pkt_type);
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

static struct packet_type arp_packet_type = {
	.type = htons(ETH_P_ARP),
	.func = arp_rcv,
};

/**
 * arp_net_init() - Make a stack's cache.
 * @net: the stack.
 *
 * Return: 0 or -ENOMEM.
 */
int arp_net_init(struct net *net)
{
	struct neigh_table *tbl = &net->ipv4->arp_tbl;

	tbl->family = AF_INET;
	tbl->key_len = sizeof(__be32);
	tbl->protocol = htons(ETH_P_IP);
	tbl->constructor = arp_constructor;
	return neigh_table_init(net, tbl);
}

/**
 * arp_net_exit() - Free it; no route refers to an entry any more.
 * @net: the stack.
 */
void arp_net_exit(struct net *net)
{
	neigh_table_clear(&net->ipv4->arp_tbl);
}

/**
 * arp_init() - Receive ARP from every device; once, at boot.
 */
void arp_init(void)
{
	dev_add_pack(&arp_packet_type);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: UDP, receiving (RFC 768, RFC 1122 section 4.1.3): a datagram finds its
 * socket, waits in the receive queue within SO_RCVBUF, and is read; an ICMP
 * error finds the socket whose datagram it is about (row U4).
 *
 * No state of its own. udp_rcv() and udp_err() run in softirq, called by
 * ip_input.c and icmp.c; udp_recvmsg() in task context.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/uapi/tcp.h"
#include "net/ipv4/udp_int.h"

/* The sum over datagram and pseudo-header is right, or was not made. */
static bool udp_csum_ok(struct sk_buff *skb, u32 len)
{
	const struct iphdr *iph = ip_hdr(skb);
	__wsum sum;

	if (!udp_hdr(skb)->check || skb->ip_summed == CHECKSUM_UNNECESSARY ||
	    skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	sum = csum_tcpudp_nofold(iph->saddr, iph->daddr, len, IPPROTO_UDP, 0);
	return csum_fold(skb_checksum(skb, 0, len, sum)) == 0;
}

/* Length and sum; 0, or the reason to drop it. */
static enum skb_drop_reason udp_check(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	u32 len;

	if (!pskb_may_pull(skb, sizeof(struct udphdr)))
		return SKB_DROP_REASON_PKT_TOO_SMALL;
	len = ntohs(udp_hdr(skb)->len);
	if (len < sizeof(struct udphdr) || len > skb->len)
		return SKB_DROP_REASON_PKT_TOO_SMALL;
	if (len < skb->len && pskb_trim(skb, len))
		return SKB_DROP_REASON_NOMEM;
	if (!udp_csum_ok(skb, len)) {
		NET_INC_STATS(net, Udp_InCsumErrors);
		return SKB_DROP_REASON_UDP_CSUM;
	}
	return SKB_DROP_REASON_NOT_SPECIFIED;
}

/* Into the receive queue; consumes @skb. */
static void udp_queue_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	int err;

	skb_dst_drop(skb);
	err = sock_queue_rcv_skb(sk, skb);
	if (!err) {
		NET_INC_STATS(net, Udp_InDatagrams);
		return;
	}
	if (err == -EPERM)
		sk->sk_drops++;
	else
		NET_INC_STATS(net, Udp_RcvbufErrors);
	NET_INC_STATS(net, Udp_InErrors);
	kfree_skb_reason(skb, sock_rcv_drop_reason(err));
}

/* To every socket that listens; consumes @skb. */
static void udp_deliver_many(struct net *net, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *uh = udp_hdr(skb);
	u16 dnum = ntohs(uh->dest);
	struct sock *sk, *last = NULL;
	struct sk_buff *copy;

	hlist_for_each_entry (sk, udp_port_chain(net, dnum), sk_node) {
		if (!udp_mcast_match(sk, iph->saddr, uh->source, iph->daddr,
				     dnum, skb->skb_iif))
			continue;
		if (last) {
			copy = skb_clone(skb, GFP_ATOMIC);
			if (copy)
				udp_queue_rcv(last, copy);
			else
				NET_INC_STATS(net, Udp_RcvbufErrors);
		}
		last = sk;
	}
	if (last)
		udp_queue_rcv(last, skb);
	else
		kfree_skb_reason(skb, SKB_DROP_REASON_NO_SOCKET);
}

/**
 * udp_rcv() - Take a datagram.
 * @skb: starts at the UDP header, route set.
 *
 * Without a socket for it the sender is told (RFC 1122, section 4.1.3.1),
 * unless it spoke to many.
 *
 * Ownership: consumes @skb.
 * Context:   softirq.
 * Return:    0.
 */
int udp_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	enum skb_drop_reason reason = udp_check(skb);
	const struct iphdr *iph = ip_hdr(skb);
	struct sock *sk;

	if (reason != SKB_DROP_REASON_NOT_SPECIFIED) {
		NET_INC_STATS(net, Udp_InErrors);
		kfree_skb_reason(skb, reason);
		return 0;
	}
	if (skb_rtable(skb)->rt_type != RTN_LOCAL) {
		udp_deliver_many(net, skb);
		return 0;
	}
	sk = udp_lookup(net, iph->saddr, udp_hdr(skb)->source, iph->daddr,
			ntohs(udp_hdr(skb)->dest), skb->skb_iif);
	if (sk) {
		udp_queue_rcv(sk, skb);
		return 0;
	}
	NET_INC_STATS(net, Udp_NoPorts);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	kfree_skb_reason(skb, SKB_DROP_REASON_NO_SOCKET);
	return 0;
}

/* --- errors --- */

/* What the message means to the program; false: nothing. */
static bool udp_err_meaning(struct sock *sk, struct sk_buff *skb, u32 info,
			    int *err, bool *hard)
{
	const struct icmphdr *icmph = icmp_hdr(skb);

	*hard = false;
	switch (icmph->type) {
	case ICMP_TIME_EXCEEDED:
		*err = EHOSTUNREACH;
		return true;
	case ICMP_PARAMETERPROB:
		*err = EPROTO;
		*hard = true;
		return true;
	case ICMP_DEST_UNREACH:
		break;
	default:
		return false;
	}
	if (icmph->code == ICMP_FRAG_NEEDED) {
		ipv4_sk_update_pmtu(skb, sk, info);
		*err = EMSGSIZE;
		*hard = true;
		return inet_sk(sk)->pmtudisc != IP_PMTUDISC_DONT;
	}
	if (icmph->code > NR_ICMP_UNREACH)
		return false;
	*err = icmp_err_convert[icmph->code].error;
	*hard = icmp_err_convert[icmph->code].fatal;
	return true;
}

/**
 * udp_err() - An ICMP error about a datagram of ours.
 * @skb:  data at the quoted IP header, of which the transport's first 8 bytes
 *        are there; transport_header at the ICMP header.
 * @info: the MTU of a "fragmentation needed".
 *
 * A program that asked for errors (IP_RECVERR) gets each; any other only the
 * hard ones, and only on a connected socket (RFC 1122, section 4.1.3.3).
 *
 * Ownership: stays with the caller.
 * Context:   softirq.
 * Return:    whether a socket was found.
 */
int udp_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct udphdr *uh =
		(const struct udphdr *)(skb->data + iph->ihl * 4U);
	struct net *net = dev_net(skb->dev);
	struct sock *sk;
	bool hard;
	int err;

	sk = udp_lookup(net, iph->daddr, uh->dest, iph->saddr,
			ntohs(uh->source), skb->skb_iif);
	if (!sk)
		return false;
	if (!udp_err_meaning(sk, skb, info, &err, &hard))
		return true;
	if (inet_sk(sk)->recverr)
		ip_icmp_error(sk, skb, err, uh->dest, info, (u8 *)(uh + 1));
	else if (!hard || sk->sk_state != TCP_ESTABLISHED)
		return true;
	sk->sk_err = err;
	sk->sk_error_report(sk);
	return true;
}

/* --- reading --- */

/* The sender's name and the control messages. */
static void udp_recv_meta(struct sock *sk, struct msghdr *msg,
			  struct sk_buff *skb)
{
	struct sockaddr_in *sin = msg->msg_name;

	if (sin) {
		memset(sin, 0, sizeof(*sin));
		sin->sin_family = AF_INET;
		sin->sin_port = udp_hdr(skb)->source;
		sin->sin_addr.s_addr = ip_hdr(skb)->saddr;
		msg->msg_namelen = sizeof(*sin);
	}
	if (sk->sk_cmsg_flags)
		ip_recv_cmsgs(msg, sk, skb);
}

/**
 * udp_recvmsg() - Read a datagram.
 * @sk:    the socket. @msg: filled; MSG_TRUNC is set when it was longer.
 * @len:   room. @flags: MSG_PEEK, MSG_TRUNC (return the whole length),
 *         MSG_DONTWAIT, MSG_ERRQUEUE.
 *
 * Context: task; sleeps until there is one.
 * Return:  bytes, or a negative errno.
 */
ssize_t udp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags)
{
	struct sk_buff *skb;
	u32 ulen, copied;
	int err;

	if (flags & MSG_ERRQUEUE)
		return ip_recv_error(sk, msg, len);
	skb = skb_recv_datagram(sk, flags, &err);
	if (!skb)
		return err;
	ulen = skb->len - (u32)sizeof(struct udphdr);
	copied = (u32)min_t(size_t, len, ulen);
	if (copied < ulen)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_iter(skb, sizeof(struct udphdr), &msg->msg_iter,
				     copied);
	if (!err)
		udp_recv_meta(sk, msg, skb);
	skb_free_datagram(sk, skb);
	if (err)
		return err;
	return flags & MSG_TRUNC ? (ssize_t)ulen : (ssize_t)copied;
}

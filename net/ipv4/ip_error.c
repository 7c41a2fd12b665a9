// SPDX-License-Identifier: MIT
/*
 * DOC: IPv4's reports on a socket's error queue (rows S6, U4): what ICMP said
 * about a packet, or what was found wrong here, for programs that set
 * IP_RECVERR.
 *
 * No state of its own. The two writers run in softirq or task, the reader in
 * task context. Called by the transports and ip_append.c.
 */
#include "net/core/errqueue.h"
#include "lib/err.h"
#include "lib/uapi/net_tstamp.h"
#include "net/ipv4/ip.h"

/* What IP_RECVERR's control message holds. */
struct ip_errhdr {
	struct sock_extended_err ee;
	struct sockaddr_in offender;
};

/**
 * ip_icmp_error() - Report an ICMP error to a socket.
 * @sk:      the socket.
 * @skb:     the ICMP packet: data at the quoted IP header, network and
 *           transport header at the outer ones.
 * @err:     positive errno. @port: the peer's, quoted. @info: the MTU.
 * @payload: the quoted packet's data, in @skb.
 *
 * Ownership: @skb stays the caller's.
 * Context:   softirq.
 */
void ip_icmp_error(struct sock *sk, struct sk_buff *skb, int err, __be16 port,
		   u32 info, u8 *payload)
{
	const struct icmphdr *icmph = icmp_hdr(skb);
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	u32 skip = (u32)(payload - skb->data);
	struct sock_exterr_skb *serr;
	struct sk_buff *report;

	if (!inet_sk(sk)->recverr)
		return;
	report = skb_clone(skb, GFP_ATOMIC);
	if (!report)
		return;
	serr = SKB_EXT_ERR(report);
	serr->ee = (struct sock_extended_err){
		.ee_errno = (u32)err,
		.ee_origin = SO_EE_ORIGIN_ICMP,
		.ee_type = icmph->type,
		.ee_code = icmph->code,
		.ee_info = info,
	};
	serr->addr_offset =
		(u16)((const u8 *)&quoted->daddr - skb_network_header(skb));
	serr->port = port;
	if (!skb_pull(report, skip) || sock_queue_err_skb(sk, report))
		kfree_skb_reason(report, SKB_DROP_REASON_SOCKET_RCVBUFF);
}

/**
 * ip_local_error() - Report what is wrong with a packet before it is sent.
 * @sk:    the socket. @err: positive errno.
 * @daddr, @port: where it should have gone. @info: for EMSGSIZE the MTU.
 *
 * Context: task.
 */
void ip_local_error(struct sock *sk, int err, __be32 daddr, __be16 port,
		    u32 info)
{
	struct sock_exterr_skb *serr;
	struct sk_buff *report;
	struct iphdr *iph;

	if (!inet_sk(sk)->recverr)
		return;
	report = alloc_skb(sizeof(*iph), GFP_ATOMIC);
	if (!report)
		return;
	iph = skb_put(report, sizeof(*iph));
	skb_reset_network_header(report);
	memset(iph, 0, sizeof(*iph));
	iph->daddr = daddr;
	serr = SKB_EXT_ERR(report);
	serr->ee = (struct sock_extended_err){
		.ee_errno = (u32)err,
		.ee_origin = SO_EE_ORIGIN_LOCAL,
		.ee_info = info,
	};
	serr->addr_offset = offsetof(struct iphdr, daddr);
	serr->port = port;
	skb_pull(report, sizeof(*iph)); /* there is no payload to return */
	if (sock_queue_err_skb(sk, report))
		kfree_skb_reason(report, SKB_DROP_REASON_SOCKET_RCVBUFF);
}

/* Whom the packet was for. */
static void ip_recv_error_name(struct msghdr *msg, const struct sk_buff *skb,
			       const struct sock_exterr_skb *serr)
{
	struct sockaddr_in *sin = msg->msg_name;

	if (!sin || (serr->ee.ee_origin != SO_EE_ORIGIN_ICMP &&
		     serr->ee.ee_origin != SO_EE_ORIGIN_LOCAL && !serr->port))
		return;
	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	memcpy(&sin->sin_addr, skb_network_header(skb) + serr->addr_offset,
	       sizeof(sin->sin_addr));
	sin->sin_port = serr->port;
	msg->msg_namelen = sizeof(*sin);
}

/* Whether @skb is a packet with an IP header, of which more can be told. */
static bool ip_recv_error_has_packet(const struct sock *sk,
				     const struct sk_buff *skb,
				     const struct sock_exterr_skb *serr)
{
	if (serr->ee.ee_origin == SO_EE_ORIGIN_TIMESTAMPING)
		return (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_CMSG) &&
		       !serr->opt_stats && skb->len && skb->skb_iif;
	return serr->ee.ee_origin == SO_EE_ORIGIN_ICMP;
}

/* The report, and who made it. */
static void ip_recv_error_cmsg(struct msghdr *msg, struct sock *sk,
			       struct sk_buff *skb,
			       const struct sock_exterr_skb *serr)
{
	struct ip_errhdr hdr;

	memset(&hdr, 0, sizeof(hdr));
	hdr.ee = serr->ee;
	if (sk->sk_cmsg_flags & SK_CMSG_TIMESTAMP)
		sock_recv_tx_timestamp(msg, sk, skb);
	if (ip_recv_error_has_packet(sk, skb, serr)) {
		hdr.offender.sin_family = AF_INET;
		hdr.offender.sin_addr.s_addr = ip_hdr(skb)->saddr;
		if (sk->sk_cmsg_flags)
			ip_cmsg_recv(msg, sk, skb);
	}
	put_cmsg(msg, SOL_IP, IP_RECVERR, sizeof(hdr), &hdr);
}

/**
 * ip_recv_error() - recvmsg() with MSG_ERRQUEUE.
 * @sk: the socket. @msg: gets the quoted data, the peer's name, and the report
 *      as a control message. @len: room.
 *
 * Context: task; does not wait.
 * Return:  bytes of quoted data, -EAGAIN, -EFAULT.
 */
ssize_t ip_recv_error(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct sk_buff *skb = sock_dequeue_err_skb(sk);
	struct sock_exterr_skb *serr;
	u32 copied;
	int err;

	if (!skb)
		return -EAGAIN;
	copied = (u32)min_t(size_t, skb->len, len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_iter(skb, 0, &msg->msg_iter, copied);
	if (!err) {
		serr = SKB_EXT_ERR(skb);
		ip_recv_error_name(msg, skb, serr);
		ip_recv_error_cmsg(msg, sk, skb, serr);
		msg->msg_flags |= MSG_ERRQUEUE;
	}
	consume_skb(skb);
	return err ? err : (ssize_t)copied;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: TCP's IPv4 side: connect(), segments in, ICMP errors, the answers that
 * no socket sends (RST and ACK for strangers, for TIME_WAIT and for half-open
 * connections), initial sequence numbers, and a stack's TCP settings.
 *
 * tcp_v4_rcv() runs in softirq. It finds the socket and, if a task owns it,
 * leaves the segment on the backlog; release_sock() brings it to
 * tcp_v4_do_rcv() later.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/siphash.h"
#include "lib/slab.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/tcp_conn_int.h"
#include "net/ipv4/tcp_fastopen.h"

/* --- numbers that cannot be guessed --- */

/**
 * secure_tcp_seq() - Initial sequence number (RFC 6528).
 * @net: the stack, whose key counts. @saddr, @sport: ours. @daddr, @dport:
 * the peer's.
 *
 * SipHash of the four-tuple, plus a clock of 64 ns ticks.
 *
 * Return: the number.
 */
u32 secure_tcp_seq(struct net *net, __be32 saddr, __be32 daddr, __be16 sport,
		   __be16 dport)
{
	const struct netns_ipv4 *ipv4 = net_ipv4(net);
	const siphash_key_t key = { { ipv4->isn_key[0], ipv4->isn_key[1] } };
	u64 hash = siphash_3u32(
		(__force u32)saddr, (__force u32)daddr,
		(u32)(__force u16)sport << 16 | (__force u16)dport, &key);

	return (u32)hash + (u32)(ktime_get_ns() >> 6);
}

/**
 * secure_tcp_ts_off() - Offset of our timestamps (RFC 7323, section 5.4).
 * @net: the stack. @saddr: ours. @daddr: the peer's.
 *
 * The same for each connection between two hosts, so that PAWS holds over a
 * change of ports.
 *
 * Return: the offset; 0 when tcp_timestamps is 2.
 */
u32 secure_tcp_ts_off(struct net *net, __be32 saddr, __be32 daddr)
{
	const struct netns_ipv4 *ipv4 = net_ipv4(net);
	const siphash_key_t key = { { ipv4->ts_key[0], ipv4->ts_key[1] } };

	if (ipv4->sysctl_tcp_timestamps != 1)
		return 0;
	return (u32)siphash_2u32((__force u32)saddr, (__force u32)daddr, &key);
}

/* --- connect --- */

static int connect_route(struct sock *sk, __be32 daddr, __be16 dport,
			 struct rtable **rtp, struct flowi4 *fl4)
{
	struct inet_sock *inet = inet_sk(sk);
	__be32 nexthop = daddr;
	struct rtable *rt;

	if (inet->inet_opt && inet->inet_opt->srr)
		nexthop = inet->inet_opt->faddr;
	rt = ip_route_connect(fl4, nexthop, inet->inet_saddr,
			      sk->sk_bound_dev_if, IPPROTO_TCP,
			      inet->inet_sport, dport, sk);
	if (IS_ERR(rt)) {
		if (PTR_ERR(rt) == -ENETUNREACH)
			NET_INC_STATS(sock_net(sk), Ip_OutNoRoutes);
		return (int)PTR_ERR(rt);
	}
	if (rt->rt_type == RTN_MULTICAST || rt->rt_type == RTN_BROADCAST) {
		ip_rt_put(rt);
		return -ENETUNREACH;
	}
	*rtp = rt;
	return 0;
}

/* What an earlier connection of this socket left behind. */
static void connect_forget_past(struct sock *sk, __be32 daddr)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->rx_opt.ts_recent_stamp_s && sk->sk_daddr != daddr) {
		tp->rx_opt.ts_recent = 0;
		tp->rx_opt.ts_recent_stamp_s = 0;
		tp->write_seq = 0;
	}
}

static void connect_names(struct sock *sk, __be32 saddr, __be32 daddr,
			  __be16 dport)
{
	struct inet_sock *inet = inet_sk(sk);

	if (!inet->inet_saddr)
		inet->inet_saddr = saddr;
	if (!inet->inet_rcv_saddr)
		inet->inet_rcv_saddr = inet->inet_saddr;
	inet->inet_dport = dport;
	inet->inet_daddr = daddr;
}

/* Back to TCP_CLOSE: the SYN could not be sent. */
static void connect_undo(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	tcp_set_state(sk, TCP_CLOSE);
	sk_dst_reset(sk);
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK)) {
		inet->inet_saddr = 0;
		inet->inet_rcv_saddr = 0;
	}
	inet->inet_dport = 0;
}

/**
 * tcp_v4_send_syn() - The last step of connect(): the SYN.
 * @sk: owned, SYN_SENT; TCP_CLOSE again if it fails.
 * @fo: what it takes along, with Fast Open; or NULL.
 *
 * Context: task.
 * Return:  as tcp_connect().
 */
int tcp_v4_send_syn(struct sock *sk, struct tcp_fastopen_request *fo)
{
	int err = tcp_connect(sk, fo);

	if (err)
		connect_undo(sk);
	return err;
}

/**
 * tcp_v4_connect() - Begin a connection (proto.connect of TCP).
 * @sk: owned, TCP_CLOSE. @addr: a sockaddr_in of @len bytes.
 *
 * With defer_connect, or with TCP_FASTOPEN_CONNECT and a cookie at hand, the
 * SYN waits for the first write.
 *
 * Context: task.
 * Return:  0 with the SYN sent (or to be sent again by the timer); -EINVAL,
 *          -EAFNOSUPPORT, -ENETUNREACH, -EADDRNOTAVAIL, -ENOBUFS.
 */
int tcp_v4_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;
	struct inet_sock *inet = inet_sk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct net *net = sock_net(sk);
	struct tcp_fastopen_request fo = { .data = NULL };
	struct flowi4 fl4 = { 0 };
	struct rtable *rt = NULL;
	__be32 daddr;
	int err;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET)
		return -EAFNOSUPPORT;
	daddr = sin->sin_addr.s_addr;
	err = connect_route(sk, daddr, sin->sin_port, &rt, &fl4);
	if (err)
		return err;
	/* 0.0.0.0 means this host (RFC 1122, section 3.2.1.3). */
	if (!inet->inet_opt || !inet->inet_opt->srr)
		daddr = fl4.daddr;
	connect_forget_past(sk, daddr);
	connect_names(sk, fl4.saddr, daddr, sin->sin_port);
	inet_csk(sk)->icsk_ext_hdr_len =
		inet->inet_opt ? inet->inet_opt->optlen : 0;
	tp->rx_opt.mss_clamp = TCP_MSS_DEFAULT;

	tcp_set_state(sk, TCP_SYN_SENT);
	err = inet_hash_connect(sk);
	if (err) {
		ip_rt_put(rt);
		connect_undo(sk);
		return err;
	}
	sk->sk_gso_type = SKB_GSO_TCPV4;
	sk_setup_caps(sk, &rt->dst);
	if (!tp->write_seq)
		tp->write_seq =
			secure_tcp_seq(net, inet->inet_saddr, daddr,
				       inet->inet_sport, inet->inet_dport);
	tp->tsoffset = secure_tcp_ts_off(net, inet->inet_saddr, daddr);
	get_random_bytes(&inet->inet_id, sizeof(inet->inet_id));
	if (tcp_fastopen_defer_connect(sk, &fo))
		return 0;
	return tcp_v4_send_syn(sk, tp->fastopen_connect ? &fo : NULL);
}

/* --- checksum --- */

static bool device_sums(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;

	return !dst ||
	       (dst->dev->features & (NETIF_F_HW_CSUM | NETIF_F_IP_CSUM));
}

/**
 * tcp_v4_send_check() - Prepare or compute the checksum of a segment.
 * @sk:  whose addresses count.
 * @skb: starts at the transport header. It is left to the device where there
 *       is one that can, or to the segmenting of a GSO packet
 *       (CHECKSUM_PARTIAL), else complete (CHECKSUM_NONE): now the header is
 *       ours to write, further down it would have to be copied.
 */
void tcp_v4_send_check(struct sock *sk, struct sk_buff *skb)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct tcphdr *th = tcp_hdr(skb);

	if (!device_sums(sk) && !skb_is_gso(skb)) {
		th->check = 0;
		th->check = csum_tcpudp_magic(
			inet->inet_saddr, inet->inet_daddr, skb->len,
			IPPROTO_TCP, skb_checksum(skb, 0, skb->len, 0));
		skb->ip_summed = CHECKSUM_NONE;
		return;
	}
	th->check = (__force __sum16) ~(__force u16)csum_tcpudp_magic(
		inet->inet_saddr, inet->inet_daddr, skb->len, IPPROTO_TCP, 0);
	skb->csum_start = (u16)(skb_transport_header(skb) - skb->head);
	skb->csum_offset = offsetof(struct tcphdr, check);
}

static bool checksum_is_good(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	__wsum sum;

	if (skb->ip_summed == CHECKSUM_UNNECESSARY ||
	    skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		sum = skb->csum;
	else if (likely(!skb_is_nonlinear(skb)))
		sum = csum_partial(skb->data, skb->len, 0);
	else
		sum = skb_checksum(skb, 0, skb->len, 0);
	return csum_tcpudp_magic(iph->saddr, iph->daddr, skb->len, IPPROTO_TCP,
				 sum) == 0;
}

/* --- answers without a socket --- */

/* A segment that answers @skb; flags are of the flags byte. */
struct tcp_reply {
	u32 seq, ack_seq;
	u16 window;
	u8 flags;
	u8 tos;
	bool tstamp; /* with the two below */
	u32 tsval, tsecr;
	int oif;
};

static void reply_fill(struct sk_buff *skb, const struct sk_buff *to,
		       const struct tcp_reply *r)
{
	const struct tcphdr *th = tcp_hdr(to);
	u32 hlen = sizeof(struct tcphdr) +
		   (r->tstamp ? TCPOLEN_TSTAMP_ALIGNED : 0);
	struct tcphdr *rth = skb_put(skb, hlen);
	u8 *opt = (u8 *)(rth + 1);

	memset(rth, 0, sizeof(*rth));
	rth->source = th->dest;
	rth->dest = th->source;
	rth->seq = htonl(r->seq);
	rth->ack_seq = htonl(r->ack_seq);
	rth->doff = (u8)(hlen / 4) & 0xf;
	((u8 *)rth)[13] = r->flags;
	rth->window = htons(r->window);
	if (r->tstamp) {
		put_unaligned_be32(TCPOPT_NOP << 24 | TCPOPT_NOP << 16 |
					   TCPOPT_TIMESTAMP << 8 |
					   TCPOLEN_TIMESTAMP,
				   opt);
		put_unaligned_be32(r->tsval, opt + 4);
		put_unaligned_be32(r->tsecr, opt + 8);
	}
	rth->check =
		csum_tcpudp_magic(ip_hdr(to)->daddr, ip_hdr(to)->saddr, hlen,
				  IPPROTO_TCP, csum_partial(rth, hlen, 0));
}

/* Route and header for a segment without a socket. The reply may be lost for
 * want of memory: the peer will ask again. */
static void reply_send(struct net *net, const struct sk_buff *to,
		       const struct tcp_reply *r)
{
	const struct iphdr *iph = ip_hdr(to);
	struct flowi4 fl4 = { 0 };
	struct sk_buff *skb;
	struct iphdr *riph;
	struct rtable *rt;

	flowi4_init_output(&fl4, r->oif, to->mark, r->tos, 0, IPPROTO_TCP,
			   FLOWI_FLAG_ANYSRC, iph->saddr, iph->daddr,
			   tcp_hdr(to)->source, tcp_hdr(to)->dest);
	rt = ip_route_output_flow(net, &fl4, NULL);
	if (IS_ERR(rt))
		return;
	skb = alloc_skb(MAX_TCP_HEADER, GFP_ATOMIC);
	if (!skb) {
		ip_rt_put(rt);
		return;
	}
	skb_reserve(skb, MAX_TCP_HEADER - sizeof(struct tcphdr) -
				 TCPOLEN_TSTAMP_ALIGNED);
	skb_reset_transport_header(skb);
	reply_fill(skb, to, r);
	skb_dst_set(skb, &rt->dst);
	riph = skb_push(skb, sizeof(*riph));
	skb_reset_network_header(skb);
	memset(riph, 0, sizeof(*riph));
	riph->version = IPVERSION;
	riph->ihl = sizeof(*riph) / 4;
	riph->tos = r->tos;
	riph->frag_off = htons(IP_DF);
	riph->ttl = (u8)ip4_dst_hoplimit(&rt->dst);
	riph->protocol = IPPROTO_TCP;
	riph->saddr = iph->daddr;
	riph->daddr = iph->saddr;
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	NET_INC_STATS(net, Tcp_OutSegs);
	ip_local_out(net, NULL, skb);
}

static u32 segment_len(const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);

	return (u32)th->syn + th->fin + skb->len - th->doff * 4U;
}

/**
 * tcp_v4_send_reset() - Answer a segment with RST (RFC 9293, 3.5.2).
 * @sk:  the socket it was for, or NULL.
 * @skb: the segment, transport header at its data; not consumed.
 *
 * Never for a RST, and never to or from an address that is not a host's.
 *
 * Context: softirq.
 */
void tcp_v4_send_reset(const struct sock *sk, struct sk_buff *skb)
{
	struct net *net =
		sk ? sock_net(sk)
		   : (skb->dev ? dev_net(skb->dev) : skb_dst(skb)->net);
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcp_reply r = { .flags = TCPHDR_RST };

	if (th->rst)
		return;
	if (!sk && skb_dst(skb) && skb_rtable(skb)->rt_type != RTN_LOCAL)
		return;
	if (th->ack) {
		r.seq = ntohl(th->ack_seq);
	} else {
		r.flags |= TCPHDR_ACK;
		r.ack_seq = ntohl(th->seq) + segment_len(skb);
	}
	r.oif = sk ? sk->sk_bound_dev_if : 0;
	NET_INC_STATS(net, Tcp_OutRsts);
	reply_send(net, skb, &r);
}

/**
 * tcp_v4_timewait_ack() - The ACK that a TIME_WAIT answers with.
 * @tw:  the TIME_WAIT. @skb: what it answers; not consumed.
 */
void tcp_v4_timewait_ack(struct tcp_timewait_sock *tw, struct sk_buff *skb)
{
	struct tcp_reply r = {
		.seq = tw->tw_snd_nxt,
		.ack_seq = tw->tw_rcv_nxt,
		.window = (u16)(tw->tw_rcv_wnd >> tw->tw_rcv_wscale),
		.flags = TCPHDR_ACK,
		.tos = tw->tw_tos,
		.tstamp = tw->tstamp_ok,
		.tsval = tcp_time_stamp_ms(ktime_get_ns()) + tw->tw_ts_offset,
		.tsecr = tw->tw_ts_recent,
		.oif = tw->__tw_common.skc_bound_dev_if,
	};

	reply_send(tw->__tw_common.skc_net, skb, &r);
}

/**
 * tcp_v4_reqsk_ack() - The ACK that a half-open connection answers with.
 * @sk:  the listener, or the child of a Fast Open, which may have sent more
 *       than its SYN-ACK.
 * @req: the half-open connection. @skb: what it answers; not consumed.
 */
void tcp_v4_reqsk_ack(const struct sock *sk, const struct request_sock *req,
		      struct sk_buff *skb)
{
	u32 window = min(req->rsk_rcv_wnd, 65535U);
	struct tcp_reply r = {
		.seq = sk->sk_state == TCP_LISTEN ? req->snt_isn + 1
						  : tcp_sk(sk)->snd_nxt,
		.ack_seq = req->rcv_nxt,
		.window = (u16)window,
		.flags = TCPHDR_ACK,
		.tos = req->tos,
		.tstamp = req->tstamp_ok,
		.tsval = tcp_time_stamp_ms(ktime_get_ns()) + req->ts_off,
		.tsecr = req->ts_recent,
		.oif = req->__req_common.skc_bound_dev_if,
	};

	reply_send(req->__req_common.skc_net, skb, &r);
}

/* --- segments in --- */

/* The shortest header, in words, that a signature fits into. */
#define MD5_DOFF ((sizeof(struct tcphdr) + TCPOLEN_MD5SIG + 3) / 4)

/**
 * tcp_v4_do_rcv() - Process a segment for a full socket nobody else uses.
 * @sk:  the socket: owned by this task (backlog), or by nobody (softirq).
 * @skb: transport header at its data, TCP_SKB_CB filled.
 *
 * Ownership: consumes @skb.
 * Return:    0.
 */
int tcp_v4_do_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct sock *child;

	if (likely(sk->sk_state == TCP_ESTABLISHED)) {
		tcp_rcv_established(sk, skb);
		return 0;
	}
	if (sk->sk_state == TCP_LISTEN) {
		child = tcp_cookie_check(sk, skb);
		if (!child)
			return 0;
		if (child != sk) {
			tcp_child_process(sk, child, skb);
			return 0;
		}
	}
	if (tcp_rcv_state_process(sk, skb) == 1) {
		tcp_v4_send_reset(sk, skb);
		kfree_skb_reason(skb, SKB_DROP_REASON_TCP_RESET);
	}
	return 0;
}

static void fill_cb(struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	cb->seq = ntohl(th->seq);
	cb->end_seq = cb->seq + segment_len(skb);
	cb->ack_seq = ntohl(th->ack_seq);
	cb->tcp_flags = ((const u8 *)th)[13];
	cb->ip_dsfield = ip_hdr(skb)->tos;
	cb->sacked = 0;
	cb->tcp_gso_segs = 1;
	cb->has_rxtstamp = 0;
	cb->tw_isn = 0;
}

/* Length and checksum; the drop reason, or 0 when the segment is sound. */
static enum skb_drop_reason segment_check(struct net *net, struct sk_buff *skb)
{
	if (skb->pkt_type != PACKET_HOST)
		return SKB_DROP_REASON_OTHERHOST;
	NET_INC_STATS(net, Tcp_InSegs);
	if (!pskb_may_pull(skb, sizeof(struct tcphdr)) ||
	    tcp_hdr(skb)->doff < sizeof(struct tcphdr) / 4 ||
	    !pskb_may_pull(skb, tcp_hdr(skb)->doff * 4U)) {
		NET_INC_STATS(net, Tcp_InErrs);
		return SKB_DROP_REASON_PKT_TOO_SMALL;
	}
	if (!checksum_is_good(skb)) {
		NET_INC_STATS(net, Tcp_InCsumErrors);
		NET_INC_STATS(net, Tcp_InErrs);
		return SKB_DROP_REASON_TCP_CSUM;
	}
	return SKB_DROP_REASON_NOT_SPECIFIED;
}

static void rcv_full_sock(struct sock *sk, struct sk_buff *skb)
{
	u32 limit = sk->sk_rcvbuf + sk->sk_sndbuf + 64 * 1024;

	if (likely(sk->sk_state != TCP_LISTEN)) {
		inet_note_clear(sock_net(sk), sk, skb);
		tcp_segs_in(tcp_sk(sk), skb);
	}
	/* A listener keeps no state that its owner could be in the middle of:
	 * its queue is guarded by softirqs being off. */
	if (!sock_owned_by_user(sk) || sk->sk_state == TCP_LISTEN) {
		tcp_v4_do_rcv(sk, skb);
	} else if (sk_add_backlog(sk, skb, limit)) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPBacklogDrop);
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_BACKLOG);
	}
}

/* A segment for a half-open connection. */
static void rcv_request(struct request_sock *req, struct sk_buff *skb)
{
	struct sock *listener = req->rsk_listener;
	struct sock *child;

	sock_hold(listener);
	child = tcp_check_req(listener, skb, req);
	if (child)
		tcp_child_process(listener, child, skb);
	else
		kfree_skb_reason(skb, SKB_DROP_REASON_TCP_INVALID_SEQUENCE);
	sock_put(listener);
}

/* A segment for a TIME_WAIT. True: @skb is a SYN for the listener behind it,
 * which comes back in *@sk with a reference. */
static bool rcv_timewait(struct net *net, struct sock **sk, struct sk_buff *skb)
{
	struct tcp_timewait_sock *tw = (struct tcp_timewait_sock *)*sk;
	const struct tcphdr *th = tcp_hdr(skb);
	struct sock *listener;

	switch (tcp_timewait_state_process(tw, skb, th)) {
	case TCP_TW_SYN:
		listener = inet_lookup_listener(net, ip_hdr(skb)->daddr,
						ntohs(th->dest),
						(int)skb->skb_iif);
		if (listener) {
			/* RFC 1122, section 4.2.2.13: begin beyond whatever
			 * the old connection may have sent; 0 says none. */
			TCP_SKB_CB(skb)->tw_isn =
				tw->tw_snd_nxt + 65535 + 2 ?: 1;
			tcp_timewait_kill(tw);
			tcp_gen_put(*sk);
			*sk = listener;
			return true;
		}
		fallthrough;
	case TCP_TW_ACK:
		tcp_v4_timewait_ack(tw, skb);
		break;
	case TCP_TW_RST:
		tcp_v4_send_reset(NULL, skb);
		tcp_timewait_kill(tw);
		break;
	case TCP_TW_SUCCESS:
		break;
	}
	tcp_gen_put(*sk);
	consume_skb(skb);
	return false;
}

/**
 * tcp_v4_rcv() - A segment from IP (net_protocol.handler of TCP).
 * @skb: transport header at its data, network header before it.
 *
 * Ownership: consumes @skb.
 * Context:   NET_RX softirq.
 * Return:    0.
 */
int tcp_v4_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	enum skb_drop_reason bad = segment_check(net, skb);
	const struct tcphdr *th;
	struct sock *sk;

	if (bad) {
		kfree_skb_reason(skb, bad);
		return 0;
	}
	th = tcp_hdr(skb);
	sk = __inet_lookup_skb(net, skb, th->source, th->dest,
			       (int)skb->skb_iif);
	if (!sk) {
		tcp_v4_send_reset(NULL, skb);
		kfree_skb_reason(skb, SKB_DROP_REASON_NO_SOCKET);
		return 0;
	}
	/* RFC 2385, section 2.0: a signature that cannot be right. A header
	 * that has room for one is longer than that of any usual segment. */
	if (unlikely(th->doff >= MD5_DOFF) && tcp_has_md5(th)) {
		NET_INC_STATS(net, TcpExt_TCPMD5Unexpected);
		tcp_gen_put(sk);
		kfree_skb_reason(skb, SKB_DROP_REASON_TCP_MD5UNEXPECTED);
		return 0;
	}
	fill_cb(skb);
	if (sk->__sk_common.skc_kind == SK_TIMEWAIT &&
	    !rcv_timewait(net, &sk, skb))
		return 0;
	if (sk->__sk_common.skc_kind == SK_REQUEST)
		rcv_request((struct request_sock *)sk, skb);
	else
		rcv_full_sock(sk, skb);
	tcp_gen_put(sk);
	return 0;
}

/* --- ICMP errors --- */

/**
 * tcp_v4_mtu_reduced() - Act on the path MTU that ICMP reported.
 * @sk: owned, or in softirq and not owned; tp->mtu_info is the MTU.
 *
 * Context: softirq, or release_sock().
 */
void tcp_v4_mtu_reduced(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	struct dst_entry *dst;
	u32 mtu;

	if ((TCPF(sk->sk_state) & (TCPF(TCP_LISTEN) | TCPF(TCP_CLOSE))) ||
	    !ip_sk_accept_pmtu(sk))
		return;
	mtu = tcp_sk(sk)->mtu_info;
	dst = inet_csk_update_pmtu(sk, mtu);
	if (!dst)
		return;
	/* Something is about to be wrong: remember it, in case it is final. */
	if (mtu < dst_mtu(dst) && ip_dont_fragment(sk, dst))
		sk->sk_err_soft = EMSGSIZE;
	mtu = dst_mtu(dst);
	if (inet->pmtudisc != IP_PMTUDISC_DONT &&
	    inet_csk(sk)->icsk_pmtu_cookie > mtu) {
		if (inet_csk(sk)->icsk_mtup.probe_size > mtu)
			tcp_mtup_probe_failed(sk);
		tcp_sync_mss(sk, mtu);
		/* RFC 1191, section 6.5: what was too large goes again. */
		tcp_simple_retransmit(sk);
	}
}

/* RFC 1122, 4.2.3.9: hard errors end only what is not yet established. A Fast
 * Open that the program has is as good as that. */
static void err_report(struct sock *sk, int err, bool owned)
{
	bool in_use = tcp_passive_fastopen(sk) && !tcp_sk(sk)->fastopen_rsk->sk;

	if ((TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) &&
	    !in_use) {
		if (owned) {
			sk->sk_err_soft = err;
			return;
		}
		sk->sk_err = err;
		sk->sk_error_report(sk);
		tcp_done(sk);
		return;
	}
	if (!owned && inet_sk(sk)->recverr) {
		sk->sk_err = err;
		sk->sk_error_report(sk);
	} else {
		sk->sk_err_soft = err;
	}
}

static void err_full_sock(struct sock *sk, struct sk_buff *skb,
			  const struct icmphdr *icmp, u32 seq, u32 info)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool owned = sock_owned_by_user(sk);
	u32 una = tp->snd_una;
	int err;

	/* RFC 5927, section 4.1: it must be about something in flight. The
	 * SYN-ACK of a Fast Open is. */
	if (tcp_passive_fastopen(sk))
		una = tp->fastopen_rsk->snt_isn;
	if (sk->sk_state != TCP_LISTEN && !between(seq, una, tp->snd_nxt)) {
		NET_INC_STATS(sock_net(sk), TcpExt_OutOfWindowIcmps);
		return;
	}
	if (icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED) {
		if (sk->sk_state == TCP_LISTEN)
			return;
		tp->mtu_info = info;
		if (!owned)
			tcp_v4_mtu_reduced(sk);
		else if (!(sk->sk_tsq_flags & TCP_MTU_REDUCED_DEFERRED))
			sk->sk_tsq_flags |= TCP_MTU_REDUCED_DEFERRED;
		return;
	}
	switch (icmp->type) {
	case ICMP_PARAMETERPROB:
		err = EPROTO;
		break;
	case ICMP_DEST_UNREACH:
		if (icmp->code > NR_ICMP_UNREACH)
			return;
		err = icmp_err_convert[icmp->code].error;
		break;
	case ICMP_TIME_EXCEEDED:
		err = EHOSTUNREACH;
		break;
	default: /* source quench (RFC 6633), redirect (IP's business) */
		return;
	}
	if (sk->sk_state != TCP_LISTEN)
		err_report(sk, err, owned);
}

/* Does the error end a half-open connection? No program has it yet, so that
 * also "unreachable for now" (RFC 1122, section 4.2.3.9) is enough: whoever is
 * there will ask again. */
static bool err_ends_request(const struct icmphdr *icmp)
{
	if (icmp->type != ICMP_DEST_UNREACH)
		return icmp->type == ICMP_PARAMETERPROB ||
		       icmp->type == ICMP_TIME_EXCEEDED;
	return icmp->code == ICMP_NET_UNREACH ||
	       icmp->code == ICMP_HOST_UNREACH ||
	       (icmp->code <= NR_ICMP_UNREACH &&
		icmp_err_convert[icmp->code].fatal);
}

/**
 * tcp_v4_err() - An ICMP error about a segment of ours.
 * @skb:  data at the quoted IP header; the ICMP header is at the transport
 *        header. At least 8 bytes of the quoted segment are there.
 * @info: the MTU of "fragmentation needed".
 *
 * Ownership: @skb stays the caller's.
 * Context:   NET_RX softirq.
 * Return:    1 if a socket matched, else 0.
 */
int tcp_v4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const u8 *th = skb->data + iph->ihl * 4;
	const struct icmphdr *icmp = icmp_hdr(skb);
	struct net *net = dev_net(skb->dev);
	__be16 sport = htons(get_unaligned_be16(th));
	__be16 dport = htons(get_unaligned_be16(th + 2));
	u32 seq = get_unaligned_be32(th + 4);
	struct sock *sk;

	sk = inet_lookup_established(net, iph->daddr, dport, iph->saddr,
				     ntohs(sport), (int)skb->skb_iif);
	if (!sk) {
		NET_INC_STATS(net, Icmp_InErrors);
		return 0;
	}
	if (sk->__sk_common.skc_kind == SK_FULL) {
		if (sock_owned_by_user(sk) && icmp->type != ICMP_DEST_UNREACH)
			NET_INC_STATS(net, TcpExt_LockDroppedIcmps);
		err_full_sock(sk, skb, icmp, seq, info);
	} else if (sk->__sk_common.skc_kind == SK_REQUEST) {
		struct request_sock *req = (struct request_sock *)sk;

		/* RFC 5927: only the SYN-ACK we sent can be meant. */
		if (seq != req->snt_isn)
			NET_INC_STATS(net, TcpExt_OutOfWindowIcmps);
		else if (err_ends_request(icmp))
			tcp_reqsk_drop(req);
	}
	tcp_gen_put(sk);
	return 1;
}

/* --- a stack's settings --- */

static void tcp_sysctls(struct netns_ipv4 *n)
{
	u64 limit = totalram_pages() / 8;

	n->sysctl_tcp_rmem[0] = PAGE_SIZE;
	n->sysctl_tcp_rmem[1] = 131072;
	n->sysctl_tcp_rmem[2] =
		(u32)clamp_t(u64, limit * PAGE_SIZE / 2, 131072, 6U << 20);
	n->sysctl_tcp_wmem[0] = PAGE_SIZE;
	n->sysctl_tcp_wmem[1] = 16384;
	n->sysctl_tcp_wmem[2] =
		(u32)clamp_t(u64, limit * PAGE_SIZE / 2, 65536, 4U << 20);
	n->sysctl_tcp_mem[0] = limit / 4 * 3;
	n->sysctl_tcp_mem[1] = limit;
	n->sysctl_tcp_mem[2] = limit / 4 * 6;
	n->sysctl_tcp_sack = 1;
	n->sysctl_tcp_window_scaling = 1;
	n->sysctl_tcp_timestamps = 1;
	n->sysctl_tcp_ecn = 2;
	n->sysctl_tcp_ecn_fallback = 1;
	n->sysctl_tcp_dsack = 1;
	n->sysctl_tcp_frto = 2;
	n->sysctl_tcp_recovery = 1;
	n->sysctl_tcp_early_retrans = 3;
	n->sysctl_tcp_retries1 = 3;
	n->sysctl_tcp_retries2 = 15;
	n->sysctl_tcp_syn_retries = 6;
	n->sysctl_tcp_synack_retries = 5;
	n->sysctl_tcp_syn_linear_timeouts = 4;
	n->sysctl_tcp_syncookies = 1;
	n->sysctl_tcp_tw_reuse = 2;
	n->sysctl_tcp_tw_reuse_delay = 1000;
	n->sysctl_tcp_slow_start_after_idle = 1;
	n->sysctl_tcp_moderate_rcvbuf = 1;
	n->sysctl_tcp_autocorking = 1;
	n->sysctl_tcp_min_tso_segs = 2;
	n->sysctl_tcp_tso_rtt_log = 9;
	n->sysctl_tcp_fastopen = 1;
	n->sysctl_tcp_app_win = 31;
	n->sysctl_tcp_reordering = 3;
	n->sysctl_tcp_max_reordering = 300;
	n->sysctl_tcp_base_mss = 1024;
	n->sysctl_tcp_min_snd_mss = TCP_MIN_SND_MSS;
	n->sysctl_tcp_mtu_probe_floor = TCP_MIN_SND_MSS;
	n->sysctl_tcp_probe_interval = 600;
	n->sysctl_tcp_probe_threshold = 8;
	n->sysctl_tcp_fin_timeout = 60;
	n->sysctl_tcp_keepalive_time = 7200;
	n->sysctl_tcp_keepalive_intvl = 75;
	n->sysctl_tcp_keepalive_probes = 9;
	n->sysctl_tcp_limit_output_bytes = 1U << 20;
	n->sysctl_tcp_challenge_ack_limit = TCP_CHALLENGE_NO_LIMIT;
	n->sysctl_tcp_invalid_ratelimit = 500;
	n->sysctl_tcp_min_rtt_wlen = 300;
	n->sysctl_tcp_notsent_lowat = ~0U;
	n->sysctl_tcp_pacing_ss_ratio = 200;
	n->sysctl_tcp_pacing_ca_ratio = 120;
	n->sysctl_tcp_rto_min_us = 200000;
	n->sysctl_tcp_rto_max_ms = (u32)(TCP_RTO_MAX / NSEC_PER_MSEC);
	n->sysctl_tcp_comp_sack_delay_ns = 1000000;
	n->sysctl_tcp_comp_sack_slack_ns = 100000;
	/* Linux: 44. At 5 % loss it costs BBR a quarter in the simulator. */
	n->sysctl_tcp_comp_sack_nr = 0;
	n->tcp_congestion_control = &cubictcp;
	n->tcp_allowed_ca = BIT(cubictcp.key) | BIT(tcp_reno.key);
	n->tcp_hystart_detect = TCP_HYSTART_PLUS_PLUS;
}

/**
 * tcp_net_init() - TCP's part of a new stack: settings, keys, tables.
 * @net: its netns_ipv4 exists.
 *
 * Return: 0 or -ENOMEM.
 */
int tcp_net_init(struct net *net)
{
	struct netns_ipv4 *n = net_ipv4(net);
	int err = tcp_fastopen_net_init(net);

	if (err)
		return err;
	tcp_sysctls(n);
	get_random_bytes(n->isn_key, sizeof(n->isn_key));
	get_random_bytes(n->ts_key, sizeof(n->ts_key));
	get_random_bytes(n->syncookie_key, sizeof(n->syncookie_key));
	err = inet_hashinfo_init(net);
	if (err) {
		tcp_fastopen_net_exit(net);
		return err;
	}
	n->sysctl_tcp_max_syn_backlog =
		max(128U, (n->hashinfo->ehash_mask + 1) / 128);
	/* What outlives its program is a part of what memory can hold. */
	n->sysctl_tcp_max_tw_buckets = n->hashinfo->ehash_mask + 1;
	n->sysctl_tcp_max_orphans = (n->hashinfo->ehash_mask + 1) / 2;
	return 0;
}

/* Connections that their programs have closed and that the peer has not: with
 * their stack they end unsaid. */
static void orphans_purge(struct net *net)
{
	struct inet_hashinfo *h = net_ipv4(net)->hashinfo;
	struct hlist_node *next;
	struct sock *sk;
	u32 i;

	if (!h || !net_ipv4(net)->tcp_orphans)
		return;
	local_bh_disable();
	for (i = 0; i <= h->ehash_mask; i++)
		hlist_for_each_entry_safe (sk, next, &h->ehash[i], sk_node)
			if (sk->__sk_common.skc_kind == SK_FULL &&
			    sock_flag(sk, SOCK_DEAD))
				tcp_done(sk);
	local_bh_enable();
}

/**
 * tcp_net_exit() - Undo tcp_net_init(): TIME_WAITs, orphans and tables.
 * @net: no socket of a program's is left in it.
 */
void tcp_net_exit(struct net *net)
{
	orphans_purge(net);
	tcp_timewait_purge(net);
	inet_hashinfo_free(net);
	tcp_fastopen_net_exit(net);
}

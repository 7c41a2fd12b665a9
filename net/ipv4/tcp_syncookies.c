// SPDX-License-Identifier: MIT
/*
 * DOC: SYN cookies (RFC 4987, section 3.6, and D. J. Bernstein's design): a
 * listener whose queue is full answers with an initial sequence number from
 * which the last ACK proves the handshake, and keeps no memory.
 *
 *	isn = H0(addresses, ports) + peer's isn + (count << 24)
 *	      + (H1(addresses, ports, count) + MSS index) mod 2^24
 *
 * count is a clock of minutes; H0 and H1 are SipHash with two keys. What else
 * the SYN asked for rides in the low bits of our timestamp, when it had one.
 */
#include "lib/err.h"
#include "lib/siphash.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/tcp_int.h"

#define COOKIE_BITS    24
#define COOKIE_MASK    ((1U << COOKIE_BITS) - 1)
#define COOKIE_PERIOD  (60 * NSEC_PER_SEC)
#define MAX_COOKIE_AGE 2U /* periods */

/* Timestamp bits: window scale (15: none), SACK, ECN. */
#define TSBITS        6
#define TSMASK        ((1U << TSBITS) - 1)
#define TS_OPT_WSCALE 0xfU
#define TS_OPT_SACK   0x10U
#define TS_OPT_ECN    0x20U

/* The commonest peers' sizes, in ascending order. */
static const u16 mss_table[] = { 536, 1300, 1440, 1460 };

static u32 cookie_count(void)
{
	return (u32)(ktime_get_ns() / COOKIE_PERIOD);
}

static u32 cookie_hash(const struct net *net, const struct iphdr *iph,
		       const struct tcphdr *th, u32 count, int which)
{
	const u64 *k = net_ipv4(net)->syncookie_key[which];
	const siphash_key_t key = { { k[0], k[1] } };

	return (u32)siphash_4u32(
		(__force u32)iph->saddr, (__force u32)iph->daddr,
		(u32)(__force u16)th->source << 16 | (__force u16)th->dest,
		count, &key);
}

/**
 * tcp_cookie_isn() - The sequence number of a SYN-ACK without state.
 * @sk:  the listener. @skb: the SYN.
 * @mss: the peer's; becomes what the cookie can say of it.
 *
 * Return: the number.
 */
u32 tcp_cookie_isn(struct sock *sk, const struct sk_buff *skb, u16 *mss)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th = tcp_hdr(skb);
	u32 count = cookie_count();
	u32 i;

	inet_csk(sk)->icsk_accept_queue->cookie_stamp_ns = ktime_get_ns();
	for (i = ARRAY_SIZE(mss_table) - 1; i; i--)
		if (*mss >= mss_table[i])
			break;
	*mss = mss_table[i];
	return cookie_hash(sock_net(sk), iph, th, 0, 0) + ntohl(th->seq) +
	       (count << COOKIE_BITS) +
	       ((cookie_hash(sock_net(sk), iph, th, count, 1) + i) &
		COOKIE_MASK);
}

/**
 * tcp_cookie_encode_options() - Let our timestamp carry the SYN's options.
 * @req: the answer to a SYN with timestamps; ts_off is moved so that the low
 *       bits of the TSval say them.
 */
void tcp_cookie_encode_options(struct request_sock *req)
{
	u32 now = tcp_time_stamp_ms(req->snt_synack_ns);
	u32 bits = req->wscale_ok ? req->snd_wscale : TS_OPT_WSCALE;
	u32 ts;

	if (req->sack_ok)
		bits |= TS_OPT_SACK;
	if (req->ecn_ok)
		bits |= TS_OPT_ECN;
	ts = ((now + req->ts_off) & ~TSMASK) | bits;
	/* Never ahead of the clock: PAWS at the peer. */
	if ((s32)(ts - (now + req->ts_off)) > 0)
		ts -= 1U << TSBITS;
	req->ts_off = ts - now;
}

/* The MSS that a genuine cookie names, or 0. */
static u16 cookie_mss(const struct sock *sk, const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct tcphdr *th = tcp_hdr(skb);
	u32 cookie = ntohl(th->ack_seq) - 1;
	u32 count = cookie_count();
	u32 age, index;

	cookie -= cookie_hash(sock_net(sk), iph, th, 0, 0) + ntohl(th->seq) - 1;
	age = (count - (cookie >> COOKIE_BITS)) & ((u32)-1 >> COOKIE_BITS);
	if (age >= MAX_COOKIE_AGE)
		return 0;
	index = (cookie - cookie_hash(sock_net(sk), iph, th, count - age, 1)) &
		COOKIE_MASK;
	return index < ARRAY_SIZE(mss_table) ? mss_table[index] : 0;
}

/* Only a listener that sends cookies takes them: at any other time an ACK that
 * guesses right by chance must not make a connection. */
static bool cookies_are_out(const struct sock *sk)
{
	u64 sent = inet_csk(sk)->icsk_accept_queue->cookie_stamp_ns;

	return sent && ktime_get_ns() - sent <= MAX_COOKIE_AGE * COOKIE_PERIOD;
}

/* The options back out of the timestamp that the peer echoes. */
static void cookie_decode_options(struct request_sock *req,
				  const struct tcp_options_received *opt)
{
	u32 bits = opt->rcv_tsecr;

	req->tstamp_ok = opt->saw_tstamp;
	if (!opt->saw_tstamp)
		return;
	req->ts_recent = opt->rcv_tsval;
	req->sack_ok = bits & TS_OPT_SACK;
	req->ecn_ok = bits & TS_OPT_ECN;
	req->wscale_ok = (bits & TS_OPT_WSCALE) != TS_OPT_WSCALE;
	req->snd_wscale = req->wscale_ok ? bits & TS_OPT_WSCALE : 0;
}

static struct sock *cookie_child(struct sock *sk, struct sk_buff *skb, u16 mss)
{
	struct tcp_options_received opt = { .tstamp_ok = 1 };
	struct request_sock *req = tcp_reqsk_from_ack(sk, skb);
	struct sock *child;

	if (!req)
		return NULL;
	tcp_parse_options(sock_net(sk), skb, &opt, false, NULL);
	req->mss = mss;
	req->snt_isn = ntohl(tcp_hdr(skb)->ack_seq) - 1;
	req->rcv_isn = ntohl(tcp_hdr(skb)->seq) - 1;
	req->rcv_nxt = req->rcv_isn + 1;
	cookie_decode_options(req, &opt);
	child = tcp_reqsk_complete(sk, skb, req);
	if (!child)
		tcp_reqsk_put(req);
	return child;
}

/**
 * tcp_cookie_check() - Is this segment the ACK of a cookie?
 * @sk:  the listener, for which no half-open connection was found.
 * @skb: the segment.
 *
 * Context: softirq, or the listener's backlog.
 * Return:  the new connection with a reference for the caller; @sk: go on with
 *          the listener (it is no such ACK); NULL: it was one, and @skb has
 *          been dropped for want of room.
 */
struct sock *tcp_cookie_check(struct sock *sk, struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct net *net = sock_net(sk);
	struct sock *child;
	u16 mss;

	if (!th->ack || th->syn || th->rst ||
	    !net_ipv4(net)->sysctl_tcp_syncookies || !cookies_are_out(sk))
		return sk;
	mss = cookie_mss(sk, skb);
	if (!mss) {
		NET_INC_STATS(net, TcpExt_SyncookiesFailed);
		return sk;
	}
	NET_INC_STATS(net, TcpExt_SyncookiesRecv);
	child = cookie_child(sk, skb, mss);
	if (!child)
		kfree_skb_reason(skb, SKB_DROP_REASON_TCP_LISTEN_OVERFLOW);
	return child;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: segments of a connection: what may be believed, and the short way of
 * what was expected.
 *
 * tcp_rcv_established() first compares a segment with the one that follows
 * from the state (header prediction, Van Jacobson, 1990); anything else is
 * checked by tcp_validate_incoming() in the order of RFC 9293, section
 * 3.10.7.4: time stamps (RFC 7323), sequence, RST and SYN (RFC 5961). What an
 * ACK means is tcp_ack.c's, what becomes of data tcp_rcvqueue.c's, the other
 * states tcp_state.c's.
 *
 * State: the socket's, which is owned by the caller or by nobody in softirq;
 * the stack's count of challenge ACKs. Called by tcp_v4_do_rcv().
 */
#include "net/ipv4/tcp_conn_int.h"

/* Consume a segment that has no effect. */
static void discard(struct sk_buff *skb, enum skb_drop_reason reason)
{
	kfree_skb_reason(skb, reason);
}

/* --- ACKs that strangers can provoke --- */

static bool oow_rate_limited(struct net *net, enum snmp_mib mib, u64 *last_ns)
{
	u64 now = ktime_get_ns();
	u64 interval =
		net_ipv4(net)->sysctl_tcp_invalid_ratelimit * NSEC_PER_MSEC;

	if (*last_ns && now - *last_ns < interval) {
		net->mib.v[mib]++;
		return true;
	}
	*last_ns = now;
	return false;
}

/**
 * tcp_oow_rate_limited() - May an out-of-window segment have its ACK now?
 * @net:     the stack.
 * @skb:     the segment; one with data is never limited, since a sender that
 *           recovers needs the answer.
 * @mib:     counts the refusals.
 * @last_ns: when the last such ACK went; 0: never.
 *
 * Two ends that each think the other's ACKs invalid would otherwise answer
 * each other for ever.
 *
 * Return: true: keep silent.
 */
bool tcp_oow_rate_limited(struct net *net, const struct sk_buff *skb,
			  enum snmp_mib mib, u64 *last_ns)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (cb->seq != cb->end_seq && !tcp_hdr(skb)->syn)
		return false;
	return oow_rate_limited(net, mib, last_ns);
}

/**
 * tcp_send_challenge_ack() - Let the real peer confirm what might be forged.
 * @sk: the connection.
 *
 * RFC 5961, section 3.2. Limited for each connection and, by a count that an
 * observer cannot predict (section 7; CVE-2016-5696), for the stack.
 */
void tcp_send_challenge_ack(struct sock *sk)
{
	struct net *net = sock_net(sk);
	struct netns_ipv4 *n = net_ipv4(net);
	u64 now = ktime_get_ns();
	u32 limit, half;

	if (oow_rate_limited(net, MIB_TcpExt_TCPACKSkippedChallenge,
			     &tcp_sk(sk)->last_oow_ack_time_ns))
		return;
	limit = n->sysctl_tcp_challenge_ack_limit;
	if (limit != TCP_CHALLENGE_NO_LIMIT) {
		if (!n->tcp_challenge_stamp_ns ||
		    now - n->tcp_challenge_stamp_ns >= NSEC_PER_SEC) {
			u32 r;

			get_random_bytes(&r, sizeof(r));
			half = (limit + 1) / 2;
			n->tcp_challenge_stamp_ns = now;
			n->tcp_challenge_count = half + (limit ? r % limit : 0);
		}
		if (!n->tcp_challenge_count)
			return;
		n->tcp_challenge_count--;
	}
	NET_INC_STATS(net, TcpExt_TCPChallengeACK);
	tcp_send_ack(sk);
}

/* --- is it to be believed? --- */

/* How old a stamp may be for its ACK to have been overtaken: an RTO, by the
 * fastest clock that RFC 7323, section 5.4 expects, and a fifth. */
static s32 replay_window(const struct sock *sk)
{
	u64 ms = inet_csk(sk)->icsk_rto_ns / NSEC_PER_MSEC;

	return (s32)min(ms * 12 / 10, 0x7fffffffULL);
}

/* A stamp older than the last one: a pure ACK that was overtaken on its way is
 * harmless (0), and one from before what has come since means nothing. */
static enum skb_drop_reason paws_judge(const struct sock *sk,
				       const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 window = (u32)ntohs(th->window) << tp->rx_opt.snd_wscale;

	if (!th->ack || cb->seq != cb->end_seq)
		return SKB_DROP_REASON_TCP_RFC7323_PAWS;
	if (cb->seq != tp->rcv_nxt)
		return before(cb->seq, tp->rcv_nxt)
			       ? SKB_DROP_REASON_TCP_RFC7323_PAWS_ACK
			       : SKB_DROP_REASON_TCP_RFC7323_PAWS;
	if (cb->ack_seq != tp->snd_una ||
	    tcp_may_update_window(tp, cb->ack_seq, cb->seq, window) ||
	    (s32)(tp->rx_opt.ts_recent - tp->rx_opt.rcv_tsval) >
		    replay_window(sk))
		return SKB_DROP_REASON_TCP_RFC7323_PAWS;
	return SKB_DROP_REASON_NOT_SPECIFIED;
}

/* RFC 9293, section 3.10.7.4, first: does it fall into the window? A segment
 * that begins there and ends beyond is taken only when nothing is queued.
 * Return: 0, or why it is not acceptable. */
static enum skb_drop_reason sequence_check(const struct sock *sk,
					   const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 edge = tp->rcv_nxt + tcp_max_receive_window(tp);

	if (before(cb->end_seq, tp->rcv_wup))
		return SKB_DROP_REASON_TCP_OLD_SEQUENCE;
	if (likely(!after(cb->end_seq - tcp_hdr(skb)->fin, edge)))
		return 0;
	if (after(cb->seq, edge))
		return SKB_DROP_REASON_TCP_INVALID_SEQUENCE;
	if (skb_queue_empty(&sk->sk_receive_queue))
		return 0;
	return SKB_DROP_REASON_TCP_INVALID_END_SEQUENCE;
}

/* After the peer's FIN its RST may carry the FIN's own number. */
static bool rst_at_fin(const struct sock *sk, const struct tcp_skb_cb *cb)
{
	return cb->seq == tcp_sk(sk)->rcv_nxt - 1 &&
	       (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE_WAIT) |
				      TCPF(TCP_LAST_ACK) | TCPF(TCP_CLOSING)));
}

/* RFC 5961, section 3.2: only a RST with exactly the next number counts; with
 * SACK the peer's next may be at the end of the highest block. */
static bool rst_exact(const struct sock *sk, const struct tcp_skb_cb *cb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 i, high;

	if (cb->seq == tp->rcv_nxt || rst_at_fin(sk, cb))
		return true;
	if (!tcp_is_sack(tp) || !tp->rx_opt.num_sacks)
		return false;
	high = tp->selective_acks[0].end_seq;
	for (i = 1; i < tp->rx_opt.num_sacks; i++)
		if (after(tp->selective_acks[i].end_seq, high))
			high = tp->selective_acks[i].end_seq;
	return cb->seq == high;
}

/* RFC 5961, section 4.2: whatever its number, a SYN is only challenged. */
static bool syn_challenge(struct sock *sk, struct sk_buff *skb)
{
	NET_INC_STATS(sock_net(sk), Tcp_InErrs);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPSYNChallenge);
	tcp_send_challenge_ack(sk);
	discard(skb, SKB_DROP_REASON_TCP_INVALID_SYN);
	return false;
}

static void duplicate_ack(struct sock *sk, struct sk_buff *skb,
			  enum snmp_mib skipped)
{
	if (!tcp_oow_rate_limited(sock_net(sk), skb, skipped,
				  &tcp_sk(sk)->last_oow_ack_time_ns))
		tcp_send_dupack(sk, skb);
}

static bool out_of_sequence(struct sock *sk, struct sk_buff *skb,
			    const struct tcphdr *th,
			    enum skb_drop_reason reason)
{
	if (th->rst) {
		if (rst_at_fin(sk, TCP_SKB_CB(skb))) {
			tcp_reset(sk, skb);
			reason = SKB_DROP_REASON_TCP_RESET;
		}
	} else if (th->syn) {
		return syn_challenge(sk, skb);
	} else {
		if (reason != SKB_DROP_REASON_TCP_OLD_SEQUENCE)
			NET_INC_STATS(sock_net(sk), TcpExt_BeyondWindow);
		duplicate_ack(sk, skb, MIB_TcpExt_TCPACKSkippedSeq);
	}
	discard(skb, reason);
	return false;
}

/* The SYN,ACK of a simultaneous open (RFC 9293, section 3.5, figure 7): the
 * SYN came before, and is answered as what comes twice; the ACK counts. */
static bool opens_both(const struct sock *sk, const struct sk_buff *skb,
		       const struct tcphdr *th)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	return sk->sk_state == TCP_SYN_RECV && th->ack &&
	       cb->seq + 1 == cb->end_seq && cb->end_seq == tp->rcv_nxt &&
	       cb->ack_seq == tp->snd_nxt;
}

/* RFC 7323, section 5.3: what the time stamp says is old is answered, or, if
 * it asks for nothing, not even that. */
static bool paws_reject(struct sock *sk, struct sk_buff *skb,
			enum skb_drop_reason reason)
{
	if (tcp_hdr(skb)->syn)
		return syn_challenge(sk, skb);
	if (reason == SKB_DROP_REASON_TCP_RFC7323_PAWS_ACK) {
		NET_INC_STATS(sock_net(sk), TcpExt_PAWSOldAck);
	} else {
		NET_INC_STATS(sock_net(sk), TcpExt_PAWSEstab);
		duplicate_ack(sk, skb, MIB_TcpExt_TCPACKSkippedPAWS);
	}
	discard(skb, reason);
	return false;
}

/**
 * tcp_validate_incoming() - The checks of RFC 9293, section 3.10.7.4, steps 1
 * to 4: time stamp, sequence number, RST, SYN.
 * @sk:  in any state from ESTABLISHED on; nobody else works on it.
 * @skb: the segment, its control block filled.
 * @th:  its header.
 *
 * What is not acceptable is answered as the RFCs want it (RFC 7323, section
 * 5.3; RFC 5961, sections 3 and 4), at a limited rate.
 *
 * Ownership: true: @skb stays the caller's; false: it is consumed.
 * Context:   softirq, or task (backlog).
 * Return:    whether to go on with the segment.
 */
bool tcp_validate_incoming(struct sock *sk, struct sk_buff *skb,
			   const struct tcphdr *th)
{
	enum skb_drop_reason reason;

	/* Not for a RST, whose sender may have forgotten its clock (RFC 7323,
	 * section 5.2). */
	if (tcp_fast_parse_options(sk, skb) &&
	    !tcp_paws_check(&tcp_sk(sk)->rx_opt, TCP_PAWS_WINDOW) && !th->rst) {
		reason = paws_judge(sk, skb);
		if (reason)
			return paws_reject(sk, skb, reason);
	}
	reason = sequence_check(sk, skb);
	if (reason)
		return out_of_sequence(sk, skb, th, reason);
	if (th->rst) {
		if (rst_exact(sk, TCP_SKB_CB(skb)))
			tcp_reset(sk, skb);
		else
			tcp_send_challenge_ack(sk);
		discard(skb, SKB_DROP_REASON_TCP_RESET);
		return false;
	}
	if (th->syn && !opens_both(sk, skb, th))
		return syn_challenge(sk, skb);
	return true;
}

/* --- the expected segment --- */

/* Is it the one that follows, and with a stamp that is not older? */
static bool predicted(struct sock *sk, const struct sk_buff *skb,
		      const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_predicted(tp, th, TCP_SKB_CB(skb)->tcp_flags))
		return false;
	tp->rx_opt.saw_tstamp = 0;
	if (tp->rx_opt.tstamp_ok && tp->tcp_header_len > sizeof(*th)) {
		if (!tcp_fast_parse_options(sk, skb) ||
		    (s32)(tp->rx_opt.rcv_tsval - tp->rx_opt.ts_recent) < 0)
			return false;
	} else {
		tp->rx_opt.sacks = NULL;
		tp->rx_opt.nr_sacks = 0;
	}
	return true;
}

static void predicted_ack(struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	tcp_predicted_ts_recent(tcp_sk(sk));
	NET_INC_STATS(sock_net(sk), TcpExt_TCPHPAcks);
	if (!tcp_ack_fast(sk, cb->seq, cb->ack_seq) &&
	    tcp_ack(sk, skb, 0) < 0) {
		discard(skb, SKB_DROP_REASON_TCP_OLD_ACK);
		return;
	}
	consume_skb(skb);
	tcp_data_snd_check(sk);
}

static void predicted_data(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	bool acks = cb->ack_seq != tp->snd_una;

	tcp_predicted_ts_recent(tp);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPHPHits);
	if (acks && !tcp_ack_fast(sk, cb->seq, cb->ack_seq) &&
	    tcp_ack(sk, skb, FLAG_DATA) < 0) {
		discard(skb, SKB_DROP_REASON_TCP_OLD_ACK);
		return;
	}
	tcp_data_queue(sk, skb);
	if (acks)
		tcp_data_snd_check(sk);
	tcp_ack_snd_check(sk);
}

/**
 * tcp_rcv_established() - A segment of a connection in ESTABLISHED.
 * @sk:  the connection.
 * @skb: starts at the TCP header, which is checked and linear; its control
 *       block is filled.
 *
 * Ownership: consumes @skb.
 * Context:   softirq, or the owner working off the backlog.
 */
void tcp_rcv_established(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	int verdict;

	tcp_mstamp_refresh(tp);
	if (likely(predicted(sk, skb, th))) {
		if (cb->seq == cb->end_seq) {
			predicted_ack(sk, skb);
			return;
		}
		if (!after(cb->end_seq, tp->rcv_nxt + tcp_receive_window(tp))) {
			predicted_data(sk, skb);
			return;
		}
	}
	/* RFC 9293, section 3.10.7.4, fifth: without ACK it says nothing. */
	if (!th->ack && !th->rst && !th->syn) {
		discard(skb, SKB_DROP_REASON_TCP_FLAGS);
		return;
	}
	if (!tcp_validate_incoming(sk, skb, th))
		return;
	verdict = tcp_ack(sk, skb, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT);
	if (verdict < 0) {
		/* RFC 9293, section 3.10.7.4, fifth: answer an ACK of what was
		 * not sent. */
		if (verdict == -SKB_DROP_REASON_TCP_ACK_UNSENT_DATA)
			tcp_send_challenge_ack(sk);
		discard(skb, (enum skb_drop_reason)(-verdict));
		return;
	}
	tcp_urg(sk, skb, th);
	tcp_data_queue(sk, skb);
	tcp_data_snd_check(sk);
	tcp_ack_snd_check(sk);
}

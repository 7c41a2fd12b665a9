// SPDX-License-Identifier: MIT
/*
 * DOC: how much the peer may send, how fast we acknowledge, and how large the
 * buffers become: the receive window grows with what the program reads in a
 * round trip (dynamic right-sizing), the send buffer with cwnd; ACKs are quick
 * at the start and after trouble, else delayed (RFC 1122, section 4.2.3.2; RFC
 * 5681, section 4.2).
 *
 * Called by tcp_rcvqueue.c, tcp_input.c and tcp.c with the socket locked.
 * A part of the receive buffer is kept for what packets cost beyond their
 * payload: scaling_ratio, learnt from the largest packets.
 */
#include "net/ipv4/tcp_int.h"

/* --- space --- */

/* How much window @space bytes of buffer can promise. */
static inline u32 tcp_win_from_space(const struct sock *sk, u32 space)
{
	return (u32)((u64)space * tcp_sk(sk)->scaling_ratio >>
		     TCP_RMEM_TO_WIN_SCALE);
}

/* The reverse. */
static u32 tcp_space_from_win(const struct sock *sk, u64 win)
{
	return (u32)min((win << TCP_RMEM_TO_WIN_SCALE) /
				tcp_sk(sk)->scaling_ratio,
			0x7fffffffULL);
}

/**
 * tcp_space() - Window that the free part of the receive buffer can promise.
 * @sk: locked.
 *
 * Return: bytes.
 */
u32 tcp_space(const struct sock *sk)
{
	u64 used = (u64)sk->sk_backlog_len + sk->sk_rmem_alloc;

	if (used >= sk->sk_rcvbuf)
		return 0;
	return tcp_win_from_space(sk, sk->sk_rcvbuf - (u32)used);
}

/**
 * tcp_full_space() - The same for an empty buffer.
 * @sk: any socket.
 */
u32 tcp_full_space(const struct sock *sk)
{
	return tcp_win_from_space(sk, sk->sk_rcvbuf);
}

/**
 * tcp_receive_window() - What is left of the window last offered.
 * @tp: the connection.
 *
 * Return: bytes from rcv_nxt on.
 */
u32 tcp_receive_window(const struct tcp_sock *tp)
{
	s32 win = (s32)(tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt);

	return win > 0 ? (u32)win : 0;
}

/**
 * tcp_max_receive_window() - What is left of the largest window ever offered.
 * @tp: the connection.
 *
 * A peer may have sent by that before it learnt of a smaller one (RFC 7323,
 * section 2.4).
 *
 * Return: bytes from rcv_nxt on.
 */
u32 tcp_max_receive_window(const struct tcp_sock *tp)
{
	s32 win = (s32)(tp->rcv_mwnd_seq - tp->rcv_nxt);

	return win > 0 ? (u32)win : 0;
}

/**
 * tcp_set_window_clamp() - The window may become so large.
 * @sk:  locked.
 * @val: bytes; a small value is raised to what always works.
 */
void tcp_set_window_clamp(struct sock *sk, u32 val)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 old = tp->window_clamp;

	val = max(val, SOCK_MIN_RCVBUF / 2);
	tp->window_clamp = val;
	if (val < old)
		tp->rcv_ssthresh = min(tp->rcv_ssthresh, val);
	else if (val > old)
		tp->rcv_ssthresh = max(min(tp->rcv_wnd, val), tp->rcv_ssthresh);
}

/* --- the peer's segment size --- */

/**
 * tcp_initialize_rcv_mss() - First guess of what the peer's segments carry.
 * @sk: locked.
 */
void tcp_initialize_rcv_mss(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 hint = min((u32)tp->advmss, tp->mss_cache);

	hint = min(hint, tp->rcv_wnd / 2);
	hint = min(hint, TCP_MSS_DEFAULT);
	inet_csk(sk)->icsk_ack.rcv_mss = (u16)max(hint, TCP_MIN_MSS);
}

/* How much of a packet's memory is payload, by a packet of the peer's largest
 * size. */
static void learn_scaling_ratio(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 ratio = ((u64)skb->len << TCP_RMEM_TO_WIN_SCALE) / skb->truesize;

	ratio = clamp_t(u64, ratio, 1, 255);
	if (ratio == tp->scaling_ratio)
		return;
	tp->scaling_ratio = (u8)ratio;
	tcp_set_window_clamp(sk, tcp_full_space(sk));
	tp->rcvq_space.space = min(tp->rcvq_space.space, tp->window_clamp);
}

/**
 * tcp_measure_rcv_mss() - What size are the peer's segments?
 * @sk:  locked.
 * @skb: one with data, without its header.
 *
 * The largest segment seen is what the peer can send. A smaller one counts if
 * two in a row have the same length and nothing marks them as the end of a
 * message: the path may have become narrower.
 */
void tcp_measure_rcv_mss(struct sock *sk, const struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	u32 lss = icsk->icsk_ack.last_seg_size, hdr = th->doff * 4U;
	u32 len = skb_shinfo(skb)->gso_size ?: skb->len;

	icsk->icsk_ack.last_seg_size = 0;
	if (len >= icsk->icsk_ack.rcv_mss) {
		if (unlikely(len != icsk->icsk_ack.rcv_mss))
			learn_scaling_ratio(sk, skb);
		icsk->icsk_ack.rcv_mss = (u16)min(len, (u32)tcp_sk(sk)->advmss);
		/* A full one, and yet the end of a message. */
		if (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_PSH)
			icsk->icsk_ack.pending |= ICSK_ACK_PUSHED;
		return;
	}
	len += hdr;
	if (len >= TCP_MSS_DEFAULT + sizeof(*th) ||
	    (len >= TCP_MIN_MSS + sizeof(*th) && !th->fin && !th->urg &&
	     !th->syn && !th->psh)) {
		len -= tcp_sk(sk)->tcp_header_len;
		icsk->icsk_ack.last_seg_size = (u16)len;
		if (len == lss) {
			icsk->icsk_ack.rcv_mss = (u16)len;
			return;
		}
	}
	/* A second one while an ACK waits: the program may be slow. */
	if (icsk->icsk_ack.pending & ICSK_ACK_PUSHED)
		icsk->icsk_ack.pending |= ICSK_ACK_PUSHED2;
	icsk->icsk_ack.pending |= ICSK_ACK_PUSHED;
}

/* --- quick and delayed ACKs --- */

/**
 * tcp_incr_quickack() - Acknowledge the next segments at once.
 * @sk:            locked.
 * @max_quickacks: at most so many; half a window of them is enough.
 */
void tcp_incr_quickack(struct sock *sk, u32 max_quickacks)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 mss = max(icsk->icsk_ack.rcv_mss, (u16)1);
	u32 n = tcp_sk(sk)->rcv_wnd / (2U * mss);

	n = min(n ?: 2U, max_quickacks);
	if (n > icsk->icsk_ack.quick)
		icsk->icsk_ack.quick = (u8)n;
}

/**
 * tcp_enter_quickack_mode() - Something went wrong: the sender needs ACKs.
 * @sk:            locked.
 * @max_quickacks: as tcp_incr_quickack().
 */
void tcp_enter_quickack_mode(struct sock *sk, u32 max_quickacks)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	tcp_incr_quickack(sk, max_quickacks);
	icsk->icsk_ack.pingpong = 0;
	icsk->icsk_ack.ato_ns = TCP_ATO_MIN;
}

static bool tcp_in_quickack_mode(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;

	return (dst && dst_metric(dst, RTAX_QUICKACK)) ||
	       (icsk->icsk_ack.quick && !inet_csk_in_pingpong_mode(sk));
}

/**
 * tcp_ack_snd_check() - The segment is processed: acknowledge now or later?
 * @sk: locked.
 *
 * Now: for every second full segment, if the window can be offered anew; in
 * quick mode; when asked for; and while there is a gap (RFC 5681, section
 * 4.2), or a moment later for several of those.
 */
void tcp_ack_snd_check(struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!inet_csk_ack_scheduled(sk))
		return;
	if ((tp->rcv_nxt - tp->rcv_wup > icsk->icsk_ack.rcv_mss &&
	     ((s32)(tp->rcv_nxt - tp->copied_seq) < sk->sk_rcvlowat ||
	      __tcp_select_window(sk) >= tp->rcv_wnd)) ||
	    tcp_in_quickack_mode(sk) ||
	    (icsk->icsk_ack.pending & ICSK_ACK_NOW)) {
		tcp_send_ack(sk);
		return;
	}
	if (likely(RB_EMPTY_ROOT(&tp->out_of_order_queue)))
		tcp_send_delayed_ack(sk);
	else if (!tcp_compress_ack(sk))
		tcp_send_ack(sk);
}

/* RFC 3168, section 6.1.3: a CE mark is echoed until CWR comes. */
static void ecn_check_ce(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(tp->ecn_flags & TCP_ECN_OK))
		return;
	switch (TCP_SKB_CB(skb)->ip_dsfield & IPTOS_ECN_MASK) {
	case 0:
		/* Not ECN-capable after all: a retransmission, so the sender
		 * is in trouble. */
		if (tp->ecn_flags & TCP_ECN_SEEN)
			tcp_enter_quickack_mode(sk, 2);
		break;
	case 3:
		tcp_ca_event(sk, CA_EVENT_ECN_IS_CE);
		if (!(tp->ecn_flags & TCP_ECN_DEMAND_CWR)) {
			tcp_enter_quickack_mode(sk, 2);
			tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
		}
		tp->ecn_flags |= TCP_ECN_SEEN;
		break;
	default:
		tcp_ca_event(sk, CA_EVENT_ECN_NO_CE);
		tp->ecn_flags |= TCP_ECN_SEEN;
		break;
	}
}

/* --- the round trip as the receiver sees it --- */

/* Scaled by 8. Samples by the window may be long by the sender's pauses, so
 * only a shorter one counts. */
static void rcv_rtt_update(struct tcp_sock *tp, u32 sample_us, bool win_dep)
{
	u32 old = tp->rcv_rtt_est.rtt_us;

	if (!old)
		tp->rcv_rtt_est.rtt_us = sample_us << 3;
	else if (!win_dep)
		tp->rcv_rtt_est.rtt_us = old - (old >> 3) + sample_us;
	else
		tp->rcv_rtt_est.rtt_us = min(old, sample_us << 3);
}

/* Without time stamps: how long does a whole window take? */
static void rcv_rtt_measure(struct tcp_sock *tp)
{
	u64 us;

	if (tp->rcv_rtt_est.time_ns) {
		if (before(tp->rcv_nxt, tp->rcv_rtt_est.seq))
			return;
		us = (tp->tcp_mstamp_ns - tp->rcv_rtt_est.time_ns) /
		     NSEC_PER_USEC;
		rcv_rtt_update(tp, (u32)min(max(us, 1ULL), 1ULL << 28), true);
	}
	tp->rcv_rtt_est.seq = tp->rcv_nxt + tp->rcv_wnd;
	tp->rcv_rtt_est.time_ns = tp->tcp_mstamp_ns;
}

static void rcv_rtt_measure_ts(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 ms;

	if (!tp->rx_opt.saw_tstamp || !tp->rx_opt.rcv_tsecr ||
	    cb->end_seq - cb->seq < inet_csk(sk)->icsk_ack.rcv_mss)
		return;
	ms = tcp_time_stamp_ms(tp->tcp_mstamp_ns) - tp->rx_opt.rcv_tsecr;
	if (ms < 1U << 18)
		rcv_rtt_update(tp, max(ms, 1U) * 1000, false);
}

/* --- growing the window --- */

/* How much a packet that is mostly overhead may still raise the window. */
static u32 grow_for_overhead(const struct sock *sk, const struct sk_buff *skb)
{
	u32 truesize = tcp_win_from_space(sk, skb->truesize) >> 1;
	u32 window =
		tcp_win_from_space(sk, tcp_net(sk)->sysctl_tcp_rmem[2]) >> 1;

	while (tcp_sk(sk)->rcv_ssthresh <= window) {
		if (truesize <= skb->len)
			return 2U * inet_csk(sk)->icsk_ack.rcv_mss;
		truesize >>= 1;
		window >>= 1;
	}
	return 0;
}

/**
 * tcp_grow_window() - A packet arrived whose memory was worth its payload.
 * @sk:  locked.
 * @skb: it; the next window may be larger.
 */
void tcp_grow_window(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s64 room = (s64)min(tp->window_clamp, tcp_space(sk)) - tp->rcv_ssthresh;
	u32 incr;

	if (room <= 0)
		return;
	if (tcp_win_from_space(sk, skb->truesize) <= skb->len)
		incr = 2U * tp->advmss;
	else
		incr = grow_for_overhead(sk, skb);
	if (incr) {
		incr = max(incr, 2 * skb->len);
		tp->rcv_ssthresh += min((u32)room, incr);
		inet_csk(sk)->icsk_ack.quick |= 1;
	}
}

/**
 * tcp_clamp_window() - The buffer overflows: let it grow, or close the window.
 * @sk: locked.
 */
void tcp_clamp_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 limit = tcp_net(sk)->sysctl_tcp_rmem[2];

	inet_csk(sk)->icsk_ack.quick = 0;
	if (sk->sk_rcvbuf < limit && !(sk->sk_userlocks & SOCK_RCVBUF_LOCK) &&
	    !tcp_memory_is_short())
		sk->sk_rcvbuf =
			max(sk->sk_rcvbuf, min(sk->sk_rmem_alloc, limit));
	if (sk->sk_rmem_alloc > sk->sk_rcvbuf)
		tp->rcv_ssthresh = min(tp->window_clamp, 2U * tp->advmss);
}

/**
 * tcp_event_data_recv() - Payload was queued: ACK timing, window, estimates.
 * @sk:  locked.
 * @skb: the segment, without its header.
 *
 * The ATO follows the gaps between segments.
 */
void tcp_event_data_recv(struct sock *sk, struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tp->tcp_mstamp_ns, gap, ato = icsk->icsk_ack.ato_ns;

	inet_csk_schedule_ack(sk);
	tcp_measure_rcv_mss(sk, skb);
	rcv_rtt_measure(tp);
	rcv_rtt_measure_ts(sk, skb);
	if (!ato) {
		/* The first data: the sender is in slow start. */
		tcp_incr_quickack(sk, TCP_MAX_QUICKACKS);
		icsk->icsk_ack.ato_ns = TCP_ATO_MIN;
	} else {
		gap = now - icsk->icsk_ack.lrcvtime_ns;
		if (gap <= TCP_ATO_MIN / 2)
			icsk->icsk_ack.ato_ns = (ato >> 1) + TCP_ATO_MIN / 2;
		else if (gap < ato)
			icsk->icsk_ack.ato_ns =
				min((ato >> 1) + gap, icsk->icsk_rto_ns);
		else if (gap > icsk->icsk_rto_ns)
			/* The sender restarts, too. */
			tcp_incr_quickack(sk, TCP_MAX_QUICKACKS);
	}
	icsk->icsk_ack.lrcvtime_ns = now;
	ecn_check_ce(sk, skb);
	if (skb->len >= 128)
		tcp_grow_window(sk, skb);
}

/* --- buffers --- */

/* Room for two windows, by what their packets cost. */
static void sndbuf_expand(struct sock *sk)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = max((u32)tp->rx_opt.mss_clamp, tp->mss_cache);
	/* The head comes in powers of two, the struct beside it does not. */
	u32 beside = SKB_DATA_ALIGN(sizeof(struct sk_buff));
	u64 per_seg =
		beside +
		roundup_pow_of_two(SKB_TRUESIZE(mss + MAX_TCP_HEADER) - beside);
	u64 segs = max(TCP_INIT_CWND, tp->snd_cwnd), mem;

	segs = max(segs, (u64)tp->reordering + 1);
	mem = segs * per_seg * (ca->sndbuf_expand ? ca->sndbuf_expand(sk) : 2);
	if (sk->sk_sndbuf < mem)
		sk->sk_sndbuf =
			(u32)min(mem, (u64)max(tcp_net(sk)->sysctl_tcp_wmem[2],
					       sk->sk_sndbuf));
}

/**
 * tcp_init_buffer_space() - The connection is established: first windows.
 * @sk: locked.
 */
void tcp_init_buffer_space(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 maxwin, mss = tp->advmss;
	u8 app_win = tcp_net(sk)->sysctl_tcp_app_win;

	if (!(sk->sk_userlocks & SOCK_SNDBUF_LOCK))
		sndbuf_expand(sk);
	tcp_mstamp_refresh(tp);
	tp->rcvq_space.time_ns = tp->tcp_mstamp_ns;
	tp->rcvq_space.seq = tp->copied_seq;

	maxwin = tcp_full_space(sk);
	if (tp->window_clamp >= maxwin) {
		tp->window_clamp = maxwin;
		if (app_win && maxwin > 4 * mss)
			tp->window_clamp = max(
				maxwin - (app_win < 32 ? maxwin >> app_win : 0),
				4 * mss);
	}
	/* One segment in reserve, so that the last one always fits. */
	if (app_win && tp->window_clamp > 2 * mss &&
	    tp->window_clamp + mss > maxwin)
		tp->window_clamp = max(2 * mss, maxwin - mss);
	tp->rcv_ssthresh = min(tp->rcv_ssthresh, tp->window_clamp);
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->rcvq_space.space = min(tp->rcv_ssthresh, TCP_INIT_CWND * mss);
	tp->rcvq_space.space = min(tp->rcvq_space.space, tp->rcv_wnd);
}

/**
 * tcp_rcvbuf_grow() - The program takes so much in a round trip.
 * @sk:     locked.
 * @newval: bytes.
 *
 * The buffer follows, for a sender that may double its rate within a round
 * trip, and one round trip late. What waits beyond a gap needs room, too.
 */
void tcp_rcvbuf_grow(struct sock *sk, u32 newval)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 oldval = tp->rcvq_space.space, buf;
	u64 win = 2ULL * newval;

	tp->rcvq_space.space = newval;
	if (!tcp_net(sk)->sysctl_tcp_moderate_rcvbuf ||
	    (sk->sk_userlocks & SOCK_RCVBUF_LOCK) || !oldval)
		return;
	win += 2 * (win * (newval - oldval) / oldval);
	if (tp->ooo_last_skb)
		win += TCP_SKB_CB(tp->ooo_last_skb)->end_seq - tp->rcv_nxt;
	buf = min(tcp_space_from_win(sk, win), tcp_net(sk)->sysctl_tcp_rmem[2]);
	if (buf > sk->sk_rcvbuf) {
		sk->sk_rcvbuf = buf;
		tp->window_clamp = tcp_full_space(sk);
	}
}

/**
 * tcp_rcv_space_adjust() - The program has read: does the buffer limit it?
 * @sk: locked.
 *
 * Once a round trip: when more was read than ever before in one, the window
 * was the limit, and the buffer grows.
 */
void tcp_rcv_space_adjust(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 copied;
	u64 us;

	tcp_mstamp_refresh(tp);
	us = (tp->tcp_mstamp_ns - tp->rcvq_space.time_ns) / NSEC_PER_USEC;
	if (us < tp->rcv_rtt_est.rtt_us >> 3 || tp->rcv_rtt_est.rtt_us == 0)
		return;
	copied = tp->copied_seq - tp->rcvq_space.seq;
	if (copied > tp->rcvq_space.space)
		tcp_rcvbuf_grow(sk, copied);
	tp->rcvq_space.seq = tp->copied_seq;
	tp->rcvq_space.time_ns = tp->tcp_mstamp_ns;
}

/* A writer waits and data was acknowledged: more room, and wake it. */
static void check_space(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!sk->sk_socket || !(sk->sk_socket->flags & SOCK_NOSPACE))
		return;
	if (!(sk->sk_userlocks & SOCK_SNDBUF_LOCK) &&
	    tcp_packets_in_flight(tp) < tp->snd_cwnd) {
		sndbuf_expand(sk);
		tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	}
	sk->sk_write_space(sk);
	if (!(sk->sk_socket && (sk->sk_socket->flags & SOCK_NOSPACE)))
		tcp_chrono_stop(sk, TCP_CHRONO_SNDBUF_LIMITED);
}

/**
 * tcp_data_snd_check() - The segment is processed: can we send more?
 * @sk: locked.
 */
void tcp_data_snd_check(struct sock *sk)
{
	tcp_push_pending_frames(sk);
	check_space(sk);
}

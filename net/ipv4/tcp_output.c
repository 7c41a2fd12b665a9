// SPDX-License-Identifier: MIT
/*
 * DOC: what may leave now. tcp_write_xmit() takes packets from the head of
 * sk_write_queue while every gate is open: pacing, congestion window, the
 * peer's window, Nagle, TSO deferral, and the small-queue limit that keeps
 * the queues below short (row T4).
 *
 * Called by tcp_sendmsg() through tcp_push_one() and
 * __tcp_push_pending_frames(), by tcp_ack.c when an ACK opened a window, by
 * the pacing timer, and by tcp_wfree() through a softirq when the driver has
 * sent something. The socket is locked, except in tcp_wfree().
 *
 * State: tsq_list, the sockets whose TX completion lets them go on. It is
 * touched in softirq and by tasks with softirqs off.
 */
#include "net/ipv4/tcp_int.h"

static LIST_HEAD(tsq_list);
static struct hrtimer tsq_timer;

/* --- what limited the sender, for tcp_info --- */

static void chrono_set(struct tcp_sock *tp, u8 type)
{
	u64 now = ktime_get_ns();

	if (tp->chrono_type > TCP_CHRONO_UNSPEC)
		tp->chrono_stat_ns[tp->chrono_type - 1] +=
			now - tp->chrono_start_ns;
	tp->chrono_start_ns = now;
	tp->chrono_type = type;
}

/**
 * tcp_chrono_start() - From now on time counts for @type.
 * @sk:   locked.
 * @type: TCP_CHRONO_*; a later one outranks an earlier one.
 */
void tcp_chrono_start(struct sock *sk, u8 type)
{
	if (type > tcp_sk(sk)->chrono_type)
		chrono_set(tcp_sk(sk), type);
}

/**
 * tcp_chrono_stop() - @type does not limit any more.
 * @sk:   locked.
 * @type: TCP_CHRONO_*; being busy ends only when nothing is left to send.
 */
void tcp_chrono_stop(struct sock *sk, u8 type)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->chrono_type == TCP_CHRONO_UNSPEC)
		return;
	if (tcp_rtx_and_write_queues_empty(sk))
		chrono_set(tp, TCP_CHRONO_UNSPEC);
	else if (type == tp->chrono_type)
		chrono_set(tp, TCP_CHRONO_BUSY);
}

/* --- congestion window validation (RFC 7661, RFC 2861) --- */

/**
 * tcp_cwnd_restart() - Take back what idleness has made stale.
 * @sk:       locked; tcp_write_xmit() calls it, nobody else.
 * @delta_ns: since data was last sent; more than one RTO.
 *
 * The window halves for each RTO without traffic, not below the restart window
 * (RFC 5681, section 4.1), and ssthresh remembers three quarters of it.
 */
void tcp_cwnd_restart(struct sock *sk, u64 delta_ns)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 restart = tcp_init_cwnd(tp, sk->sk_dst_cache);
	u32 cwnd = tp->snd_cwnd;
	s64 left = (s64)delta_ns;
	s64 rto = (s64)inet_csk(sk)->icsk_rto_ns;

	tcp_ca_event(sk, CA_EVENT_CWND_RESTART);
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	restart = min(restart, cwnd);
	while ((left -= rto) > 0 && cwnd > restart)
		cwnd >>= 1;
	tp->snd_cwnd = max(cwnd, restart);
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->snd_cwnd_used = 0;
}

static void slow_start_after_idle_check(struct sock *sk)
{
	const struct sk_buff *skb = tcp_send_head(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 idle;

	/* A FIN is no data that would begin a period of sending. */
	if (skb && !skb->len)
		return;
	if (!tcp_net(sk)->sysctl_tcp_slow_start_after_idle || tp->packets_out ||
	    inet_csk(sk)->icsk_ca_ops->cong_control || !tp->lsndtime_ns)
		return;
	idle = tcp_age_ns(tp, tp->lsndtime_ns);
	/* Once for each idle period: the stamp is newer afterwards. */
	if (idle > inet_csk(sk)->icsk_rto_ns &&
	    tp->snd_cwnd_stamp_ns < tp->tcp_mstamp_ns &&
	    tp->snd_cwnd_stamp_ns <=
		    tp->lsndtime_ns + inet_csk(sk)->icsk_rto_ns)
		tcp_cwnd_restart(sk, idle);
}

static bool sndbuf_limited(const struct sock *sk)
{
	return sk->sk_socket && (sk->sk_socket->flags & SOCK_NOSPACE);
}

/* The application did not fill the window for an RTO: RFC 2861, section 3.1. */
static void cwnd_application_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_ca_state == TCP_CA_Open && sk->sk_socket &&
	    !sndbuf_limited(sk)) {
		u32 used = max(tp->snd_cwnd_used,
			       tcp_init_cwnd(tp, sk->sk_dst_cache));

		if (used < tp->snd_cwnd) {
			tp->snd_ssthresh = tcp_current_ssthresh(sk);
			tp->snd_cwnd = (tp->snd_cwnd + used) >> 1;
		}
		tp->snd_cwnd_used = 0;
	}
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
}

/*
 * Remember over one window of data whether cwnd was what limited us: only
 * then may congestion control raise it.
 */
static void tcp_cwnd_validate(struct sock *sk, bool is_cwnd_limited)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!before(tp->snd_una, tp->cwnd_usage_seq) || is_cwnd_limited ||
	    (!tp->is_cwnd_limited && tp->packets_out > tp->max_packets_out)) {
		tp->is_cwnd_limited = is_cwnd_limited;
		tp->max_packets_out = tp->packets_out;
		tp->cwnd_usage_seq = tp->snd_nxt;
	}
	if (tcp_is_cwnd_limited(sk)) {
		tp->snd_cwnd_used = 0;
		tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
		return;
	}
	tp->snd_cwnd_used = max(tp->snd_cwnd_used, tp->packets_out);
	if (tcp_net(sk)->sysctl_tcp_slow_start_after_idle &&
	    tp->tcp_mstamp_ns - tp->snd_cwnd_stamp_ns >=
		    inet_csk(sk)->icsk_rto_ns &&
	    !inet_csk(sk)->icsk_ca_ops->cong_control)
		cwnd_application_limited(sk);
	/* Everything is sent, the window is open, and the program waits. */
	if (skb_queue_empty(&sk->sk_write_queue) && sndbuf_limited(sk) &&
	    (TCPF(sk->sk_state) &
	     (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT))))
		tcp_chrono_start(sk, TCP_CHRONO_SNDBUF_LIMITED);
}

/* --- the gates --- */

/* How many segments cwnd permits now, not more than half of it at once. */
static u32 tcp_cwnd_test(const struct tcp_sock *tp)
{
	u32 in_flight = tcp_packets_in_flight(tp), cwnd = tp->snd_cwnd;

	if (in_flight >= cwnd)
		return 0;
	return min(max(cwnd >> 1, 1U), cwnd - in_flight);
}

/**
 * tcp_snd_wnd_permits() - Does the peer's window take the next segment?
 * @tp:      locked.
 * @skb:     at the head of the write queue.
 * @mss_now: of a larger packet only this much counts.
 */
bool tcp_snd_wnd_permits(const struct tcp_sock *tp, const struct sk_buff *skb,
			 u32 mss_now)
{
	u32 end = TCP_SKB_CB(skb)->end_seq;

	if (skb->len > mss_now)
		end = TCP_SKB_CB(skb)->seq + mss_now;
	return !after(end, tcp_wnd_end(tp));
}

/* Minshall: an earlier small segment is still unacknowledged. */
static bool small_in_flight(const struct tcp_sock *tp)
{
	return after(tp->snd_sml, tp->snd_una) &&
	       !after(tp->snd_sml, tp->snd_nxt);
}

/* Whether a runt of less than a full segment must wait. */
static bool nagle_holds(const struct tcp_sock *tp, bool partial, int nonagle)
{
	return partial &&
	       ((nonagle & TCP_NAGLE_CORK) ||
		(!nonagle && tp->packets_out && small_in_flight(tp)));
}

/*
 * RFC 1122, section 4.2.3.4, in Minshall's form: a small segment waits only
 * for an earlier small one.
 */
static bool tcp_nagle_permits(const struct tcp_sock *tp,
			      const struct sk_buff *skb, u32 mss_now,
			      int nonagle)
{
	if ((nonagle & TCP_NAGLE_PUSH) || tp->urg_mode ||
	    (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN))
		return true;
	return !nagle_holds(tp, skb->len < mss_now, nonagle);
}

/*
 * How much to send at once: about 1 ms at the pacing rate, more when the RTT
 * is short, at least @min_segs segments.
 */
static u32 tcp_tso_autosize(const struct sock *sk, u32 mss_now, u32 min_segs)
{
	u64 bytes = sk->sk_pacing_rate >> sk->sk_pacing_shift;
	u32 r = tcp_min_rtt(tcp_sk(sk)) >> tcp_net(sk)->sysctl_tcp_tso_rtt_log;

	if (r < 32)
		bytes += tcp_gso_max_size(sk) >> r;
	bytes = min(bytes, (u64)tcp_gso_max_size(sk));
	return max((u32)bytes / mss_now, min_segs);
}

/**
 * tcp_tso_segs() - How many segments one packet may stand for now.
 * @sk:      locked.
 * @mss_now: bytes of a segment.
 */
u32 tcp_tso_segs(struct sock *sk, u32 mss_now)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	u32 min_segs = ca->min_tso_segs ? ca->min_tso_segs(sk)
					: tcp_net(sk)->sysctl_tcp_min_tso_segs;

	return max(min(tcp_tso_autosize(sk, mss_now, min_segs),
		       (u32)sk->sk_gso_max_segs),
		   1U);
}

/*
 * Where to cut: at what the windows take, and at a whole number of segments
 * unless the rest may go too.
 */
static u32 split_point(const struct sock *sk, const struct sk_buff *skb,
		       u32 mss_now, u32 max_segs, int nonagle)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 window = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;
	u32 max_len = mss_now * max_segs, needed, partial;

	if (max_len <= window && !tcp_skb_is_last(sk, skb))
		return max_len;
	needed = min(skb->len, window);
	if (max_len <= needed)
		return max_len;
	partial = needed % mss_now;
	if (nagle_holds(tp, partial != 0, nonagle))
		return needed - partial;
	return needed;
}

/* The same for a device that does not cut whole segments: one is left short
 * where there is a cut anyway. */
static noinline u32 split_point_short(const struct sock *sk,
				      const struct sk_buff *skb, u32 mss_now,
				      u32 max_segs, int nonagle)
{
	u32 window = tcp_wnd_end(tcp_sk(sk)) - TCP_SKB_CB(skb)->seq, at;

	/* One that was filled, with more behind it, is no runt. */
	if (skb->len <= min(window, mss_now * max_segs) &&
	    !tcp_skb_is_last(sk, skb))
		return skb->len;
	at = split_point(sk, skb, mss_now, max_segs, nonagle);
	return at > mss_now && at < skb->len && at % mss_now == 0
		       ? at - TCP_TSO_CUT_GAP
		       : at;
}

/* Is it shorter than its number of segments, as Minshall sees it? */
static bool is_small(const struct sock *sk, const struct sk_buff *skb,
		     u32 mss_now)
{
	u32 segs = tcp_skb_pcount(skb), len = skb->len;

	if (segs > 1 && tcp_tso_wants_short_last(sk))
		len += TCP_TSO_FILL_GAP;
	return len < segs * mss_now;
}

/* Why a packet that could go in part is held back. */
struct defer_reason {
	bool cwnd_limited, rwnd_limited;
};

/*
 * Whether to wait for the next ACK so that one larger packet can go instead
 * of two: only when the last one went less than 1 ms ago, the windows do not
 * take all there is nor a third of a window, and the ACK is due soon.
 */
static bool tso_should_defer(struct sock *sk, struct sk_buff *skb, u32 max_segs,
			     struct defer_reason *why)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 send_win, cong_win, limit, in_flight = tcp_packets_in_flight(tp);
	const struct sk_buff *head;

	if (inet_csk(sk)->icsk_ca_state >= TCP_CA_Recovery)
		return false;
	if ((s64)(tp->tcp_mstamp_ns - tp->tcp_wstamp_ns) > (s64)NSEC_PER_MSEC)
		return false;
	send_win = tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq;
	cong_win = (tp->snd_cwnd - in_flight) * tp->mss_cache;
	limit = min(send_win, cong_win);
	if (limit >= max_segs * tp->mss_cache)
		return false;
	if (!tcp_skb_is_last(sk, skb) && limit >= skb->len)
		return false;
	if (limit >= min(tp->snd_wnd, tp->snd_cwnd * tp->mss_cache) / 3)
		return false;
	head = tcp_rtx_queue_head(sk);
	if (!head)
		return false;
	/* The head went out too recently: its ACK is half an RTT away. */
	if ((s64)(tp->tcp_mstamp_ns - head->tstamp -
		  (u64)(tp->srtt_us >> 4) * NSEC_PER_USEC) < 0)
		return false;
	if (cong_win < send_win) {
		if (cong_win <= skb->len) {
			why->cwnd_limited = true;
			return true;
		}
	} else if (send_win <= skb->len) {
		why->rwnd_limited = true;
		return true;
	}
	/* Nothing will be added behind a FIN or an end of record. */
	return !(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) &&
	       !TCP_SKB_CB(skb)->eor;
}

/* --- small queues (row T12) --- */

/**
 * tcp_small_queue_check() - Are too many of our bytes below already?
 * @sk:     locked.
 * @skb:    about to be sent.
 * @factor: binary logarithm of how much more is allowed; 1 for resends.
 *
 * About 1 ms worth at the pacing rate is allowed, two packets at least; without
 * anything unacknowledged one more always goes, or nothing would ever call
 * back.
 *
 * Return: true: wait for tcp_wfree(), which will go on.
 */
bool tcp_small_queue_check(struct sock *sk, const struct sk_buff *skb,
			   u32 factor)
{
	u64 limit = sk->sk_pacing_rate >> sk->sk_pacing_shift;

	limit = max(limit, 2ULL * skb->truesize);
	if (sk->sk_pacing_status == SK_PACING_NONE)
		limit = min(limit,
			    (u64)tcp_net(sk)->sysctl_tcp_limit_output_bytes);
	limit <<= factor;
	if (sk->sk_wmem_alloc <= limit || tcp_rtx_queue_empty(sk))
		return false;
	sk->sk_tsq_flags |= TCP_TSQ_THROTTLED;
	return true;
}

/**
 * tcp_tsq_write() - Go on after a TX completion or a pacing delay.
 * @sk: locked, or not owned in softirq.
 */
void tcp_tsq_write(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(TCPF(sk->sk_state) &
	      (TCPF(TCP_ESTABLISHED) | TCPF(TCP_FIN_WAIT1) | TCPF(TCP_CLOSING) |
	       TCPF(TCP_CLOSE_WAIT) | TCPF(TCP_LAST_ACK))))
		return;
	if (tp->lost_out > tp->retrans_out &&
	    tp->snd_cwnd > tcp_packets_in_flight(tp)) {
		tcp_mstamp_refresh(tp);
		tcp_xmit_retransmit_queue(sk);
	}
	tcp_write_xmit(sk, tcp_current_mss(sk), tp->nonagle, 0, GFP_ATOMIC);
}

static void tsq_handler(struct sock *sk)
{
	if (sock_owned_by_user(sk))
		sk->sk_tsq_flags |= TCP_TSQ_DEFERRED;
	else
		tcp_tsq_write(sk);
}

static void tsq_run(struct hrtimer *t)
{
	struct tcp_sock *tp;
	struct sock *sk;
	LIST_HEAD(todo);

	list_splice_tail_init(&tsq_list, &todo);
	while (!list_empty(&todo)) {
		tp = list_first_entry(&todo, struct tcp_sock, tsq_node);
		sk = (struct sock *)tp;
		list_del_init(&tp->tsq_node);
		sk->sk_tsq_flags &= ~(u32)TCP_TSQ_QUEUED;
		tsq_handler(sk);
		sock_put(sk);
	}
}

/**
 * tcp_wfree() - The driver has freed a segment: skb->destructor.
 * @skb: being freed; skb->sk holds a reference of its own.
 *
 * A socket that tcp_small_queue_check() stopped goes on in the timer softirq,
 * which runs as soon as the caller has let go of the device.
 */
void tcp_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	sk->sk_wmem_alloc -= skb->truesize;
	if (likely(!(sk->sk_tsq_flags & TCP_TSQ_THROTTLED))) {
		sock_put(sk);
		return;
	}
	sk->sk_tsq_flags &= ~(u32)TCP_TSQ_THROTTLED;
	if (sk->sk_tsq_flags & TCP_TSQ_QUEUED) {
		sock_put(sk);
		return;
	}
	sk->sk_tsq_flags |= TCP_TSQ_QUEUED; /* keeps the reference */
	list_add_tail(&tcp_sk(sk)->tsq_node, &tsq_list);
	if (!tsq_timer.function)
		hrtimer_init(&tsq_timer, tsq_run);
	hrtimer_start(&tsq_timer, ktime_get_ns());
}

/* --- pacing --- */

/**
 * tcp_pace_kick() - The pacing timer: go on sending.
 * @t: pacing_timer of a socket; its reference is dropped.
 *
 * Context: softirq.
 */
void tcp_pace_kick(struct hrtimer *t)
{
	struct tcp_sock *tp = from_timer(tp, t, pacing_timer);
	struct sock *sk = (struct sock *)tp;

	tsq_handler(sk);
	sock_put(sk); /* the timer's */
}

/**
 * tcp_pacing_check() - Must the next packet wait for its time?
 * @sk: locked.
 *
 * Return: true: wait; the timer is set and will go on.
 */
bool tcp_pacing_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (likely(sk->sk_pacing_status != SK_PACING_NEEDED))
		return false;
	/* Less than a microsecond is no delay worth a timer. */
	if (tp->tcp_wstamp_ns < tp->tcp_mstamp_ns + NSEC_PER_USEC)
		return false;
	if (!hrtimer_is_queued(&tp->pacing_timer)) {
		sock_hold(sk);
		hrtimer_start(&tp->pacing_timer, tp->tcp_wstamp_ns);
	}
	return true;
}

/* --- sending --- */

/* @skb, on no queue, waits for its ACK from now on. */
static void new_data_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior_packets = tp->packets_out;

	tp->snd_nxt = TCP_SKB_CB(skb)->end_seq;
	tcp_rtx_queue_insert(sk, skb);
	if (!tp->highest_sack)
		tp->highest_sack = skb;
	tp->packets_out += tcp_skb_pcount(skb);
	if (!prior_packets ||
	    inet_csk(sk)->icsk_pending == ICSK_TIME_LOSS_PROBE)
		tcp_rearm_rto(sk);
	NET_ADD_STATS(sock_net(sk), TcpExt_TCPOrigDataSent,
		      tcp_skb_pcount(skb));
}

/**
 * tcp_event_new_data_sent() - A packet is on its way for the first time.
 * @sk:  locked.
 * @skb: moves from the head of the write queue to the retransmit queue.
 */
void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb)
{
	__skb_unlink(skb, &sk->sk_write_queue);
	new_data_sent(sk, skb);
}
static u32 init_tso_segs(struct sk_buff *skb, u32 mss_now)
{
	u32 segs = tcp_skb_pcount(skb);

	if (!segs || (segs > 1 && tcp_skb_mss(skb) != mss_now) ||
	    (segs == 1 && skb->len > mss_now)) {
		tcp_set_skb_tso_segs(skb, mss_now);
		segs = tcp_skb_pcount(skb);
	}
	return segs;
}

/* One pass of the gates for the packet at the head. */
struct xmit_pass {
	u32 mss_now, max_segs;
	int nonagle, push_one;
	bool cwnd_limited, rwnd_limited;
};

/* True if @skb, cut to what may go, is to be sent now. */
static bool xmit_gates(struct sock *sk, struct sk_buff *skb,
		       struct xmit_pass *x, gfp_t gfp)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 segs = init_tso_segs(skb, x->mss_now), limit = x->mss_now;
	struct defer_reason why = { false, false };
	u32 quota = tcp_cwnd_test(tp);

	/* A lone FIN is not held by cwnd; a loss probe ignores it. */
	if (!quota && ((TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) && segs == 1))
		quota = 1;
	if (!quota) {
		if (x->push_one != 2)
			return false;
		quota = 1;
	}
	if (unlikely(!tcp_snd_wnd_permits(tp, skb, x->mss_now))) {
		x->rwnd_limited = true;
		return false;
	}
	if (segs == 1) {
		if (!tcp_nagle_permits(tp, skb, x->mss_now,
				       tcp_skb_is_last(sk, skb)
					       ? x->nonagle
					       : TCP_NAGLE_PUSH))
			return false;
	} else if (!x->push_one &&
		   tso_should_defer(sk, skb, x->max_segs, &why)) {
		x->cwnd_limited |= why.cwnd_limited;
		x->rwnd_limited |= why.rwnd_limited;
		return false;
	}
	if (segs > 1 && !tp->urg_mode) {
		quota = min(quota, x->max_segs);
		limit = unlikely(tcp_tso_wants_short_last(sk))
				? split_point_short(sk, skb, x->mss_now, quota,
						    x->nonagle)
				: split_point(sk, skb, x->mss_now, quota,
					      x->nonagle);
	}
	if (skb->len > limit &&
	    unlikely(tcp_fragment(sk, false, skb, limit, x->mss_now, gfp)))
		return false;
	return !tcp_small_queue_check(sk, skb, 0);
}

static bool xmit_after(struct sock *sk, struct xmit_pass *x, u32 sent)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (x->rwnd_limited)
		tcp_chrono_start(sk, TCP_CHRONO_RWND_LIMITED);
	else
		tcp_chrono_stop(sk, TCP_CHRONO_RWND_LIMITED);
	x->cwnd_limited |= tcp_packets_in_flight(tp) >= tp->snd_cwnd;
	if (likely(sent || x->cwnd_limited))
		tcp_cwnd_validate(sk, x->cwnd_limited);
	if (likely(sent)) {
		if (tcp_in_cwnd_reduction(sk))
			tp->prr_out += sent;
		if (x->push_one != 2)
			tcp_schedule_loss_probe(sk, false);
		return false;
	}
	return !tp->packets_out && !skb_queue_empty(&sk->sk_write_queue);
}

/**
 * tcp_write_xmit() - Send from the write queue what every rule permits.
 * @sk:       locked.
 * @mss_now:  bytes of a full segment.
 * @nonagle:  TCP_NAGLE_* for the last packet.
 * @push_one: 0: as much as there is; 1: one packet; 2: one packet, a loss
 *            probe, whatever cwnd says.
 * @gfp:      for clones and parts.
 *
 * Context: task or softirq.
 * Return:  true if nothing is in flight although data waits: someone must probe
 * the peer's window.
 */
bool tcp_write_xmit(struct sock *sk, u32 mss_now, int nonagle, int push_one,
		    gfp_t gfp)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct xmit_pass x = { .mss_now = mss_now,
			       .nonagle = nonagle,
			       .push_one = push_one };
	struct sk_buff *skb;
	u32 sent = 0;

	tcp_mstamp_refresh(tp);
	if (!tp->packets_out)
		slow_start_after_idle_check(sk);
	/* The only segment larger than mss_now goes before the others. */
	if (unlikely(inet_csk(sk)->icsk_mtup_enabled) && !push_one &&
	    tcp_send_head(sk)) {
		enum tcp_mtu_probe probe = tcp_mtu_probe(sk, gfp);

		if (probe == TCP_MTU_PROBE_WAIT)
			return false;
		sent = probe == TCP_MTU_PROBE_SENT;
	}
	x.max_segs = tcp_tso_segs(sk, mss_now);
	while ((skb = tcp_send_head(sk))) {
		if (tcp_pacing_check(sk) || !xmit_gates(sk, skb, &x, gfp))
			break;
		/* tcp_sendmsg() queues an skb before it has copied into it. */
		if (TCP_SKB_CB(skb)->end_seq == TCP_SKB_CB(skb)->seq)
			break;
		if (unlikely(tcp_transmit_skb(sk, skb, true, gfp)))
			break;
		tcp_event_new_data_sent(sk, skb);
		if (is_small(sk, skb, mss_now))
			tp->snd_sml = TCP_SKB_CB(skb)->end_seq;
		sent += tcp_skb_pcount(skb);
		if (push_one)
			break;
	}
	return xmit_after(sk, &x, sent);
}

/**
 * __tcp_push_pending_frames() - Send what may go; probe if nothing may.
 * @sk:      locked.
 * @cur_mss: of a full segment, from tcp_current_mss().
 * @nonagle: TCP_NAGLE_* for the last packet.
 */
void __tcp_push_pending_frames(struct sock *sk, u32 cur_mss, int nonagle)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (unlikely(sk->sk_state == TCP_CLOSE))
		return;
	if (!tcp_write_xmit(sk, cur_mss, nonagle, 0, GFP_ATOMIC))
		return;
	/* Data, but nothing in flight that an ACK could come for. */
	if (!tcp_sk(sk)->packets_out && !icsk->icsk_pending)
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_PROBE0,
					  max(icsk->icsk_rto_ns, TCP_RTO_MIN),
					  tcp_rto_max_ns(sk));
}

/**
 * tcp_may_send_at_once() - Would a packet of @len bytes, queued now, leave now?
 * @sk:  locked, or softirqs are off and it is not owned; its template is right
 *       for it (tcp_fast_is_right()).
 * @len: bytes, of one segment at most.
 *
 * The common answer is yes: nothing waits above or below, and no gate of
 * tcp_write_xmit() is shut. Where one of them would have to think, it is no.
 */
bool tcp_may_send_at_once(const struct sock *sk, u32 len)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	return !sk->sk_wmem_alloc && skb_queue_empty(&sk->sk_write_queue) &&
	       sk->sk_pacing_status == SK_PACING_NONE &&
	       icsk->icsk_ca_state == TCP_CA_Open && !icsk->icsk_mtup_enabled &&
	       tcp_packets_in_flight(tp) < tp->snd_cwnd &&
	       !after(tp->write_seq + len, tcp_wnd_end(tp)) &&
	       !nagle_holds(tp, len < tp->mss_cache, tp->nonagle);
}

/**
 * tcp_send_at_once() - Send a packet that never was in the write queue.
 * @sk:  as tcp_may_send_at_once(), which said yes.
 * @skb: one segment, complete; the socket's, charged.
 *
 * Ownership: the retransmit queue's; the write queue's if it could not be sent,
 * and the rest is tcp_write_xmit()'s.
 */
void tcp_send_at_once(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct xmit_pass x = { .mss_now = tp->mss_cache };

	tcp_mstamp_refresh(tp);
	if (!tp->packets_out)
		slow_start_after_idle_check(sk);
	if (unlikely(tcp_transmit_fast(sk, skb, GFP_ATOMIC))) {
		__skb_queue_tail(&sk->sk_write_queue, skb);
		__tcp_push_pending_frames(sk, x.mss_now, TCP_NAGLE_PUSH);
		return;
	}
	new_data_sent(sk, skb);
	if (skb->len < x.mss_now)
		tp->snd_sml = TCP_SKB_CB(skb)->end_seq;
	xmit_after(sk, &x, 1);
}

/**
 * tcp_push_one() - Send the packet at the head before more is queued.
 * @sk:      locked; the write queue is not empty.
 * @mss_now: of a full segment.
 */
void tcp_push_one(struct sock *sk, u32 mss_now)
{
	tcp_write_xmit(sk, mss_now, TCP_NAGLE_PUSH, 1, GFP_ATOMIC);
}

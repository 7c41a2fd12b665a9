// SPDX-License-Identifier: MIT
/*
 * DOC: the round trip: smoothed RTT and RTO (RFC 6298), the minimum over a
 * window of time, and what is derived from them: pacing rate, the ssthresh to
 * remember. Called by tcp_ack.c and at the end of the handshake, with the
 * socket locked.
 *
 * srtt_us is scaled by 8, mdev_us and rttvar_us by 4; microseconds.
 */
#include "net/ipv4/tcp_int.h"

/* --- windowed minimum ---
 *
 * Three samples: the minimum of the window, and the best since each of the
 * last two, so that when the first grows too old the next is at hand (Kathleen
 * Nichols' filter).
 */
static void minmax_reset(struct minmax *m, struct minmax_sample s)
{
	m->s[0] = s;
	m->s[1] = s;
	m->s[2] = s;
}

static void minmax_age(struct minmax *m, u32 win_ms, struct minmax_sample s)
{
	u32 age = s.t_ms - m->s[0].t_ms;

	if (age > win_ms) {
		m->s[0] = m->s[1];
		m->s[1] = m->s[2];
		m->s[2] = s;
		if (s.t_ms - m->s[0].t_ms > win_ms) {
			m->s[0] = m->s[1];
			m->s[1] = m->s[2];
		}
	} else if (m->s[1].t_ms == m->s[0].t_ms && age > win_ms / 4) {
		m->s[1] = s;
		m->s[2] = s;
	} else if (m->s[2].t_ms == m->s[1].t_ms && age > win_ms / 2) {
		m->s[2] = s;
	}
}

static void minmax_running_min(struct minmax *m, u32 win_ms, u32 now, u32 v)
{
	struct minmax_sample s = { now ?: 1, v };

	if (!m->s[0].t_ms || v <= m->s[0].v || s.t_ms - m->s[2].t_ms > win_ms) {
		minmax_reset(m, s);
		return;
	}
	if (v <= m->s[1].v) {
		m->s[1] = s;
		m->s[2] = s;
	} else if (v <= m->s[2].v) {
		m->s[2] = s;
	}
	minmax_age(m, win_ms, s);
}

/**
 * tcp_min_rtt() - The least RTT of the last sysctl_tcp_min_rtt_wlen seconds.
 * @tp: the connection.
 *
 * Return: microseconds; ~0 before the first sample.
 */
u32 tcp_min_rtt(const struct tcp_sock *tp)
{
	return tp->rtt_min.s[0].t_ms ? tp->rtt_min.s[0].v : ~0U;
}

static void update_min_rtt(struct sock *sk, u32 rtt_us, bool maybe_delayed)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 win = tcp_net(sk)->sysctl_tcp_min_rtt_wlen * 1000U;

	/* The peer may have held this ACK back: no reason to forget a lower
	 * one that is only old. */
	if (maybe_delayed && rtt_us > tcp_min_rtt(tp))
		return;
	minmax_running_min(&tp->rtt_min, win,
			   (u32)(tp->tcp_mstamp_ns / NSEC_PER_MSEC),
			   rtt_us ?: 1000U);
}

/* --- RFC 6298 --- */

/**
 * tcp_rto_min_ns() - The least variation that an RTO allows for.
 * @sk: the socket.
 *
 * Return: ns.
 */
u64 tcp_rto_min_ns(const struct sock *sk)
{
	u32 us = inet_csk(sk)->icsk_rto_min_us
			 ?: tcp_net(sk)->sysctl_tcp_rto_min_us;

	return us ? (u64)us * NSEC_PER_USEC : TCP_RTO_MIN;
}

/**
 * tcp_choose_rto_min() - Whose minimum counts: the route's, if it is locked,
 * else that of TCP_RTO_MIN_US, else the stack's.
 * @sk:  locked.
 * @dst: its route, or NULL.
 */
void tcp_choose_rto_min(struct sock *sk, const struct dst_entry *dst)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_rto_min_us = icsk->icsk_rto_min_opt_us;
	if (dst && dst_metric_locked(dst, RTAX_RTO_MIN))
		icsk->icsk_rto_min_us = dst_metric(dst, RTAX_RTO_MIN) * 1000;
}

/* The first sample: RFC 6298, section 2.2. */
static void rtt_first(struct tcp_sock *tp, u32 rtt_us, u32 floor_us)
{
	tp->srtt_us = rtt_us << 3;
	tp->mdev_us = rtt_us << 1;
	tp->rttvar_us = max(tp->mdev_us, floor_us);
	tp->mdev_max_us = tp->rttvar_us;
	tp->rtt_seq = tp->snd_nxt;
}

/*
 * Section 2.3, with two refinements that keep the RTO from jumping: a sample
 * below srtt raises the deviation at an eighth of the usual gain, and rttvar
 * follows the largest deviation of each round trip, at once upwards and by a
 * quarter downwards, never below the minimum RTO.
 */
static void rtt_estimate(struct tcp_sock *tp, u32 rtt_us, u32 floor_us)
{
	s64 err = (s64)rtt_us - (tp->srtt_us >> 3);
	s64 dev;

	tp->srtt_us = (u32)(tp->srtt_us + err);
	if (err < 0) {
		dev = -err - (tp->mdev_us >> 2);
		if (dev > 0)
			dev >>= 3;
	} else {
		dev = err - (tp->mdev_us >> 2);
	}
	tp->mdev_us = (u32)(tp->mdev_us + dev);
	if (tp->mdev_us > tp->mdev_max_us) {
		tp->mdev_max_us = tp->mdev_us;
		tp->rttvar_us = max(tp->rttvar_us, tp->mdev_max_us);
	}
	if (after(tp->snd_una, tp->rtt_seq)) {
		if (tp->mdev_max_us < tp->rttvar_us)
			tp->rttvar_us -= (tp->rttvar_us - tp->mdev_max_us) >> 2;
		tp->rtt_seq = tp->snd_nxt;
		tp->mdev_max_us = floor_us;
	}
}

static void tcp_rtt_estimator(struct sock *sk, u32 rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 floor_us = (u32)(tcp_rto_min_ns(sk) / NSEC_PER_USEC);

	if (tp->srtt_us)
		rtt_estimate(tp, rtt_us, floor_us);
	else
		rtt_first(tp, rtt_us, floor_us);
	tp->srtt_us = max(tp->srtt_us, 1U);
}

/**
 * tcp_set_rto() - The RTO from the present estimate.
 * @sk: locked.
 *
 * In whole milliseconds, rounded up; rttvar is at least the minimum RTO, so
 * the sum needs no floor of its own.
 */
void tcp_set_rto(struct sock *sk)
{
	inet_csk(sk)->icsk_rto_ns =
		min(__tcp_set_rto(tcp_sk(sk)), tcp_rto_max_ns(sk));
}

/* RFC 7323, section 4: how old the echoed time stamp is; < 0: unusable. */
static s64 timestamp_rtt_us(const struct tcp_sock *tp)
{
	u32 delta;

	if (!tp->rx_opt.saw_tstamp || !tp->rx_opt.rcv_tsecr)
		return -1;
	delta = tcp_time_stamp_ms(tp->tcp_mstamp_ns) - tp->rx_opt.rcv_tsecr;
	if (delta > 0x7fffffffU / 1000)
		return -1;
	return (s64)max(delta, 1U) * 1000;
}

/**
 * tcp_rtt_measured() - A sample enters into the estimate, the minimum and the
 * RTO.
 * @sk:            locked.
 * @rtt_us:        microseconds.
 * @min_us:        what counts for the minimum: of the packet sent last.
 * @maybe_delayed: the peer may have held the ACK back.
 */
void tcp_rtt_measured(struct sock *sk, u32 rtt_us, u32 min_us,
		      bool maybe_delayed)
{
	update_min_rtt(sk, min_us, maybe_delayed);
	tcp_rtt_estimator(sk, rtt_us);
	tcp_set_rto(sk);
	inet_csk(sk)->icsk_backoff = 0; /* RFC 6298, section 5.7 */
}

/**
 * tcp_ack_update_rtt() - What an ACK says of the round trip.
 * @sk:          locked.
 * @flag:        FLAG_*.
 * @seq_rtt_us:  of what was acknowledged; negative: it was resent (Karn).
 * @sack_rtt_us: of what was SACKed; negative: nothing.
 * @ca_rtt_us:   what congestion control is to see.
 * @rs:          rtt_us is set.
 *
 * Where neither can be used the time stamp helps out (RFC 7323, section 4).
 *
 * Return: whether the estimate has changed.
 */
bool tcp_ack_update_rtt(struct sock *sk, int flag, s64 seq_rtt_us,
			s64 sack_rtt_us, s64 ca_rtt_us, struct rate_sample *rs)
{
	if (seq_rtt_us < 0)
		seq_rtt_us = sack_rtt_us;
	if (seq_rtt_us < 0 && (flag & FLAG_ACKED)) {
		seq_rtt_us = timestamp_rtt_us(tcp_sk(sk));
		if (seq_rtt_us >= 0)
			ca_rtt_us = seq_rtt_us;
	}
	rs->rtt_us = ca_rtt_us;
	if (seq_rtt_us < 0)
		return false;
	tcp_rtt_measured(sk, (u32)seq_rtt_us,
			 (u32)(ca_rtt_us < 0 ? seq_rtt_us : ca_rtt_us),
			 flag & FLAG_ACK_MAYBE_DELAYED);
	return true;
}

/**
 * tcp_synack_rtt_meas() - The handshake's round trip, on the passive side.
 * @sk:      locked.
 * @sent_ns: when the SYN-ACK was sent; 0: it was resent, no sample.
 */
void tcp_synack_rtt_meas(struct sock *sk, u64 sent_ns)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rate_sample rs;
	s64 rtt_us = -1;

	if (sent_ns) {
		tcp_mstamp_refresh(tp);
		rtt_us = (s64)((tp->tcp_mstamp_ns - sent_ns) / NSEC_PER_USEC);
	}
	tcp_ack_update_rtt(sk, FLAG_SYN_ACKED, rtt_us, -1, rtt_us, &rs);
}

/**
 * tcp_dst_metrics() - A connection begins on a route: what it says at once.
 * @sk:  locked, or nobody else's yet.
 * @dst: its route.
 */
void tcp_dst_metrics(struct sock *sk, const struct dst_entry *dst)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_cwnd_clamp = ~0U;
	if (dst_metric_locked(dst, RTAX_CWND) && dst_metric(dst, RTAX_CWND))
		tp->snd_cwnd_clamp = dst_metric(dst, RTAX_CWND);
	tcp_choose_rto_min(sk, dst);
}

/* The SYN is small and its round trip may be, too: what the route says of
 * larger packets is for the first RTO, as if it had been measured. */
static void rto_from_route(struct sock *sk, const struct dst_entry *dst)
{
	u64 rtt = dst ? (u64)dst_metric(dst, RTAX_RTT) * NSEC_PER_MSEC : 0;

	if (rtt > (u64)(tcp_sk(sk)->srtt_us >> 3) * NSEC_PER_USEC)
		inet_csk(sk)->icsk_rto_ns =
			min(rtt + max(2 * rtt, tcp_rto_min_ns(sk)),
			    tcp_rto_max_ns(sk));
}

/**
 * tcp_init_metrics() - The connection starts: what is known of the path.
 * @sk: locked.
 *
 * Without a sample from the handshake (its SYN was resent) the RTO is 3 s
 * (RFC 6298, section 5.7). What the handshake's time-outs did to ssthresh
 * does not count.
 */
void tcp_init_metrics(struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ssthresh = dst ? dst_metric(dst, RTAX_SSTHRESH) : 0;

	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	if (ssthresh)
		tp->snd_ssthresh = min(ssthresh, tp->snd_cwnd_clamp);
	if (dst && dst_metric(dst, RTAX_REORDERING))
		tp->reordering = dst_metric(dst, RTAX_REORDERING);
	if (!tp->srtt_us) {
		tp->rttvar_us = (u32)(TCP_TIMEOUT_FALLBACK / NSEC_PER_USEC);
		tp->mdev_us = tp->rttvar_us;
		tp->mdev_max_us = tp->rttvar_us;
		inet_csk(sk)->icsk_rto_ns = TCP_TIMEOUT_FALLBACK;
	}
	rto_from_route(sk, dst);
}

/**
 * tcp_clear_retrans() - Nothing is lost, resent or SACKed.
 * @tp: locked.
 */
void tcp_clear_retrans(struct tcp_sock *tp)
{
	tp->retrans_out = 0;
	tp->lost_out = 0;
	tp->undo_marker = 0;
	tp->undo_retrans = -1;
	tp->sacked_out = 0;
}

/**
 * tcp_current_ssthresh() - The ssthresh worth remembering.
 * @sk: locked.
 *
 * Return: segments: three quarters of what cwnd has reached, if that is more.
 */
u32 tcp_current_ssthresh(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_in_cwnd_reduction(sk))
		return tp->snd_ssthresh;
	return max(tp->snd_ssthresh, (tp->snd_cwnd >> 1) + (tp->snd_cwnd >> 2));
}

/**
 * tcp_update_pacing_rate() - cwnd per srtt, and some more.
 * @sk: locked.
 *
 * Twice that in early slow start, when cwnd doubles each round trip, and 1.2
 * times afterwards (sysctls), so that pacing never is what limits.
 */
void tcp_update_pacing_rate(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);
	u64 rate = (u64)tp->mss_cache * ((1000000 / 100) << 3);

	if (tp->snd_cwnd < tp->snd_ssthresh / 2)
		rate *= n->sysctl_tcp_pacing_ss_ratio;
	else
		rate *= n->sysctl_tcp_pacing_ca_ratio;
	rate *= max(tp->snd_cwnd, tp->packets_out);
	if (likely(tp->srtt_us))
		rate /= tp->srtt_us;
	sk->sk_pacing_rate = min(rate, sk->sk_max_pacing_rate);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: BBR version 3 (draft-ietf-ccwg-bbr-06): instead of filling the queue
 * until it drops, keep a model of the path, its bandwidth and its least round
 * trip, send at that rate and keep about that much in flight. Pacing is TCP's
 * own (tcp_pacing_check()); loss is answered by the model, not by a halved
 * window.
 *
 *	Startup -> Drain -> ProbeBW: Down -> Cruise -> Refill -> Up -> Down ...
 *	from each of them every 5 s, unless the queue was empty anyway: ProbeRTT
 *
 * This file has the operations that tcp_ack.c, tcp_loss.c and tcp_output.c call
 * with the socket locked, and turns the model into pacing rate and cwnd
 * (section 5.6). State: struct bbr, at icsk_ca_priv.
 *
 * Deviations, besides tcp_bbr_model.c's: BBR.bw is not stored but taken from
 * max_bw and bw_shortterm when it is needed; below 1.2 Mbit/s a quantum is one
 * segment, not two.
 */
#include "net/ipv4/tcp_bbr_int.h"
#include "lib/uapi/inet_diag.h"

/* Section 2.5: PacingMarginPercent. */
#define BBR_PACING_MARGIN_PCT 1
/* Section 2.8: Headroom. */
#define BBR_HEADROOM_PCT 15
/* The rate below which two segments at once would be a burst. */
#define BBR_MIN_TSO_RATE (1200000 / 8)
/* Section 2.16.2: ProbeRTTCwndGain. */
#define BBR_PROBE_RTT_CWND_PCT 50

/* Section 5.6.1, in percent. */
static const u16 bbr_pacing_gain_pct[] = {
	[BBR_STARTUP] = 277,         [BBR_DRAIN] = 50,
	[BBR_PROBE_BW_DOWN] = 90,    [BBR_PROBE_BW_CRUISE] = 100,
	[BBR_PROBE_BW_REFILL] = 100, [BBR_PROBE_BW_UP] = 125,
	[BBR_PROBE_RTT] = 100,
};
static const u16 bbr_cwnd_gain_pct[] = {
	[BBR_STARTUP] = 200,
	[BBR_DRAIN] = 200,
	[BBR_PROBE_BW_DOWN] = 200,
	[BBR_PROBE_BW_CRUISE] = 200,
	[BBR_PROBE_BW_REFILL] = 200,
	[BBR_PROBE_BW_UP] = 225,
	[BBR_PROBE_RTT] = BBR_PROBE_RTT_CWND_PCT,
};

/* --- pacing rate: section 5.6.2 --- */

/* Bytes/s of @gain_pct / 100 times @bw. */
static u64 bbr_rate(const struct sock *sk, u32 bw, u32 gain_pct)
{
	u64 rate = (u64)bw * tcp_sk(sk)->mss_cache * gain_pct / 100;

	return rate * (USEC_PER_SEC / 100 * (100 - BBR_PACING_MARGIN_PCT)) >>
	       BBR_BW_SHIFT;
}

static void bbr_init_pacing_rate(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 rtt_us = USEC_PER_MSEC;
	u64 bw, rate;

	if (tp->srtt_us) {
		rtt_us = max(tp->srtt_us >> 3, 1U);
		bbr_sk(sk)->has_seen_rtt = 1;
	}
	bw = (u64)tcp_init_cwnd(tp, sk->sk_dst_cache) << BBR_BW_SHIFT;
	bw = min(bw / rtt_us, (u64)BBR_INFINITE);
	rate = bbr_rate(sk, (u32)bw, bbr_pacing_gain_pct[BBR_STARTUP]);
	sk->sk_pacing_rate = min(rate, sk->sk_max_pacing_rate);
}

static void bbr_set_pacing_rate(struct sock *sk, u32 gain_pct)
{
	struct bbr *bbr = bbr_sk(sk);
	u64 rate;

	if (unlikely(!bbr->has_seen_rtt && tcp_sk(sk)->srtt_us))
		bbr_init_pacing_rate(sk);
	rate = min(bbr_rate(sk, bbr_bw(bbr), gain_pct), sk->sk_max_pacing_rate);
	/* Until the pipe has been full once a sample may be low only because
	 * the program sent little. */
	if (bbr->full_bw_reached || rate > sk->sk_pacing_rate)
		sk->sk_pacing_rate = max(rate, 1ULL);
}

/* --- how much may be in flight: section 5.6.4 --- */

/**
 * bbr_bdp() - BDPMultiple(): bandwidth times the least round trip.
 * @sk:       locked.
 * @bw:       segments per us << BBR_BW_SHIFT.
 * @gain_pct: multiple, in percent.
 *
 * Return: segments, rounded up; the initial window before there is a round trip
 * to go by.
 */
u32 bbr_bdp(const struct sock *sk, u32 bw, u32 gain_pct)
{
	const struct bbr *bbr = bbr_sk(sk);
	u64 bdp;

	if (unlikely(bbr->min_rtt_us == BBR_INFINITE))
		return tcp_init_cwnd(tcp_sk(sk), sk->sk_dst_cache);
	bdp = ((u64)bw * bbr->min_rtt_us >> 8) * gain_pct / 100;
	bdp = (bdp + (1U << (BBR_BW_SHIFT - 8)) - 1) >> (BBR_BW_SHIFT - 8);
	return (u32)min(bdp, (u64)TCP_INFINITE_SSTHRESH);
}

/*
 * What full throughput takes beyond the path itself: a burst in our queue, one
 * being cut to segments, one that the peer merges (section 5.5.8.1).
 */
static u32 bbr_quantization_budget(struct sock *sk, u32 cwnd)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	cwnd = max(cwnd, 3 * tcp_tso_segs(sk, tp->mss_cache));
	cwnd = max(cwnd, BBR_MIN_PIPE_CWND);
	if (bbr_sk(sk)->state == BBR_PROBE_BW_UP)
		cwnd += 2;
	return cwnd;
}

/**
 * bbr_inflight() - Inflight(): what must be in flight for @gain_pct of @bw.
 * @sk:       locked.
 * @bw:       segments per us << BBR_BW_SHIFT.
 * @gain_pct: multiple, in percent.
 */
u32 bbr_inflight(struct sock *sk, u32 bw, u32 gain_pct)
{
	return bbr_quantization_budget(sk, bbr_bdp(sk, bw, gain_pct));
}

/**
 * bbr_inflight_with_headroom() - Leave others room below inflight_longterm.
 * @bbr: the state.
 */
u32 bbr_inflight_with_headroom(const struct bbr *bbr)
{
	u32 longterm = bbr->inflight_longterm, headroom;

	if (longterm == BBR_INFINITE)
		return BBR_INFINITE;
	headroom = (u32)((u64)longterm * BBR_HEADROOM_PCT / 100);
	headroom = max(headroom, 1U);
	return max(longterm > headroom ? longterm - headroom : 0,
		   BBR_MIN_PIPE_CWND);
}

/**
 * bbr_target_inflight() - The BDP, unless congestion has cut cwnd below it.
 * @sk: locked.
 */
u32 bbr_target_inflight(const struct sock *sk)
{
	return min(bbr_bdp(sk, bbr_bw(bbr_sk(sk)), 100), tcp_sk(sk)->snd_cwnd);
}

/**
 * bbr_probe_rtt_cwnd() - What ProbeRTT leaves in flight (section 5.6.4.5).
 * @sk: locked.
 */
u32 bbr_probe_rtt_cwnd(const struct sock *sk)
{
	return max(bbr_bdp(sk, bbr_bw(bbr_sk(sk)), BBR_PROBE_RTT_CWND_PCT),
		   BBR_MIN_PIPE_CWND);
}

/**
 * bbr_save_cwnd() - Remember the window that was good (section 5.6.4.4).
 * @sk: locked; about to enter recovery or ProbeRTT.
 */
void bbr_save_cwnd(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);

	if (inet_csk(sk)->icsk_ca_state < TCP_CA_Recovery &&
	    bbr->state != BBR_PROBE_RTT)
		bbr->prior_cwnd = tp->snd_cwnd;
	else
		bbr->prior_cwnd = max(bbr->prior_cwnd, tp->snd_cwnd);
}

/**
 * bbr_restore_cwnd() - Back to that window, unless it is larger by now.
 * @sk: locked.
 */
void bbr_restore_cwnd(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_cwnd = max(tp->snd_cwnd, bbr_sk(sk)->prior_cwnd);
}

/* Section 5.6.4.7: BoundCwndForModel(). */
static u32 bbr_model_cap(const struct bbr *bbr)
{
	u32 cap = BBR_INFINITE;

	if (bbr->state == BBR_PROBE_RTT || bbr->state == BBR_PROBE_BW_CRUISE)
		cap = bbr_inflight_with_headroom(bbr);
	else if (bbr_in_probe_bw(bbr))
		cap = bbr->inflight_longterm;
	cap = min(cap, bbr->inflight_shortterm);
	return max(cap, BBR_MIN_PIPE_CWND);
}

/* Section 5.6.4.6: down at once, up by what was delivered. */
static void bbr_set_cwnd(struct sock *sk, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);
	u32 cwnd = tp->snd_cwnd, max_inflight;

	max_inflight = bbr_bdp(sk, bbr_bw(bbr), bbr_cwnd_gain_pct[bbr->state]);
	max_inflight += max(bbr->extra_acked[0], bbr->extra_acked[1]);
	max_inflight = bbr_quantization_budget(sk, max_inflight);
	if (bbr->full_bw_reached)
		cwnd = min(cwnd + acked, max_inflight);
	else if (cwnd < max_inflight ||
		 tp->delivered < tcp_init_cwnd(tp, sk->sk_dst_cache))
		cwnd += acked;
	cwnd = max(cwnd, BBR_MIN_PIPE_CWND);
	if (bbr->state == BBR_PROBE_RTT)
		cwnd = min(cwnd, bbr_probe_rtt_cwnd(sk));
	cwnd = min(cwnd, bbr_model_cap(bbr));
	tp->snd_cwnd = min(cwnd, tp->snd_cwnd_clamp);
}

/* --- the operations --- */

/* Section 5.2.1. */
static void bbr_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);

	memset(bbr, 0, sizeof(*bbr));
	bbr_model_init(sk);
	bbr->undo_state = BBR_UNDO_NONE;
	bbr->probe_up_acked_per_inc = BBR_INFINITE;
	bbr->ack_phase = BBR_ACKS_INIT;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	bbr_init_pacing_rate(sk);
	bbr_enter_startup(bbr);
	if (sk->sk_pacing_status == SK_PACING_NONE)
		sk->sk_pacing_status = SK_PACING_NEEDED;
}

/* Section 5.2.3. */
static void bbr_cong_control(struct sock *sk, const struct rate_sample *rs)
{
	struct bbr *bbr = bbr_sk(sk);
	struct bbr_sample s = { .rs = rs, .data = rs->prior_mstamp_ns != 0 };

	if (s.data && rs->delivered > 0 && rs->interval_us > 0)
		s.bw = (u32)min(((u64)rs->delivered << BBR_BW_SHIFT) /
					(u64)rs->interval_us,
				(u64)BBR_INFINITE - 1);
	if (unlikely(bbr->cwr_entered)) {
		bbr->cwr_entered = 0;
		if (rs->is_ece)
			bbr_congestion_mark(sk, rs);
	}
	bbr_latest_delivery_signals(sk, &s);
	bbr_congestion_signals(sk, &s);
	bbr_ack_aggregation(sk, &s);
	bbr_check_full_bw(bbr, &s);
	bbr_check_startup_done(sk, &s);
	bbr_check_drain_done(sk);
	bbr_update_probe_bw(sk, &s);
	bbr_update_min_rtt(sk, rs);
	bbr_check_probe_rtt(sk, &s);
	bbr_advance_delivery_signals(bbr, &s);

	bbr_set_pacing_rate(sk, bbr_pacing_gain_pct[bbr->state]);
	bbr_set_cwnd(sk, rs->acked_sacked);
}

/* A recovery begins; ssthresh itself means nothing to BBR. */
static u32 bbr_ssthresh(struct sock *sk)
{
	bbr_save_cwnd(sk);
	return tcp_sk(sk)->snd_ssthresh;
}

/* Section 5.5.11.2: nothing was lost after all. */
static u32 bbr_undo_cwnd(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->is_loss_in_round = 0;
	bbr_reset_full_bw(bbr);
	bbr->bw_shortterm = max(bbr->bw_shortterm, bbr->undo_bw_shortterm);
	bbr->inflight_shortterm =
		max(bbr->inflight_shortterm, bbr->undo_inflight_shortterm);
	bbr->inflight_longterm =
		max(bbr->inflight_longterm, bbr->undo_inflight_longterm);
	if (bbr->undo_state == BBR_STARTUP && bbr->state != BBR_STARTUP) {
		bbr->full_bw_reached = 0;
		if (bbr->state != BBR_PROBE_RTT)
			bbr_enter_startup(bbr);
	} else if (bbr->undo_state == BBR_PROBE_BW_UP &&
		   bbr->state != BBR_PROBE_BW_UP &&
		   bbr->state != BBR_PROBE_RTT) {
		bbr_start_probe_bw_refill(sk);
	}
	bbr->undo_state = BBR_UNDO_NONE;
	return max(tcp_sk(sk)->snd_cwnd, bbr->prior_cwnd);
}

/*
 * Section 5.6.4.4: the end of a recovery; its beginning is bbr_ssthresh(). CWR
 * is entered once in a window, so that is how often ECE counts (RFC 3168,
 * section 6.1.2); whether it was ECE is seen in bbr_cong_control(), which
 * comes next.
 */
static void bbr_set_state(struct sock *sk, u8 new_state)
{
	if (inet_csk(sk)->icsk_ca_state >= TCP_CA_Recovery &&
	    new_state < TCP_CA_Recovery)
		bbr_restore_cwnd(sk);
	if (new_state == TCP_CA_CWR)
		bbr_sk(sk)->cwr_entered = 1;
	if (new_state < TCP_CA_CWR)
		bbr_sk(sk)->in_loss_episode = 0;
}

/* Section 5.4.1: the idle pipe fills at the path's rate, not in a burst. */
static void bbr_restart_from_idle(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);

	if (!tp->app_limited)
		return;
	bbr->idle_restart = 1;
	bbr->extra_acked_start_ns = tp->tcp_mstamp_ns;
	bbr->extra_acked_delivered = 0;
	if (bbr_in_probe_bw(bbr))
		bbr_set_pacing_rate(sk, 100);
	else if (bbr->state == BBR_PROBE_RTT)
		bbr_check_probe_rtt_done(sk);
}

static void bbr_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	if (ev == CA_EVENT_TX_START)
		bbr_restart_from_idle(sk);
	else if (ev == CA_EVENT_TLP_RECOVERY)
		bbr_note_loss(sk);
}

/* Section 5.6.3; below 1.2 Mbit/s one segment is the smallest quantum. */
static u32 bbr_min_tso_segs(struct sock *sk)
{
	return sk->sk_pacing_rate < BBR_MIN_TSO_RATE ? 1 : 2;
}

/* Recovery needs a window in flight, one lost, and one of new data. */
static u32 bbr_sndbuf_expand(struct sock *sk)
{
	return 3;
}

/* TCP_CC_INFO: gains are fractions of 256. */
static size_t bbr_get_info(struct sock *sk, void *buf, size_t len)
{
	const struct bbr *bbr = bbr_sk(sk);
	u64 bw = (u64)bbr_bw(bbr) * tcp_sk(sk)->mss_cache * USEC_PER_SEC >>
		 BBR_BW_SHIFT;
	struct tcp_bbr_info info = {
		.bbr_bw_lo = (u32)bw,
		.bbr_bw_hi = (u32)(bw >> 32),
		.bbr_min_rtt = bbr->min_rtt_us,
		.bbr_pacing_gain = bbr_pacing_gain_pct[bbr->state] * 256 / 100,
		.bbr_cwnd_gain = bbr_cwnd_gain_pct[bbr->state] * 256 / 100,
	};

	len = min(len, sizeof(info));
	memcpy(buf, &info, len);
	return len;
}

struct tcp_congestion_ops tcp_bbr = {
	.name = "bbr",
	.priv_size = sizeof(struct bbr),
	.init = bbr_init,
	.ssthresh = bbr_ssthresh,
	.undo_cwnd = bbr_undo_cwnd,
	.cong_control = bbr_cong_control,
	.set_state = bbr_set_state,
	.cwnd_event = bbr_cwnd_event,
	.skb_marked_lost = bbr_skb_marked_lost,
	.min_tso_segs = bbr_min_tso_segs,
	.sndbuf_expand = bbr_sndbuf_expand,
	.get_info = bbr_get_info,
	.info_attr = INET_DIAG_BBRINFO,
};

// SPDX-License-Identifier: MIT
/*
 * DOC: BBR's state machine (draft-ietf-ccwg-bbr-06, section 5.3).
 *
 * Startup doubles the rate each round trip until bandwidth stops growing or
 * loss says so, Drain empties the queue that this has made. ProbeBW then goes
 * round: Down sends less than the path takes, Cruise as much, Refill fills the
 * pipe for a round trip, Up sends more, to find out whether there is more.
 * ProbeRTT keeps little in flight for 200 ms, so that everybody's queue is gone
 * and the true round trip is seen.
 *
 * Called by bbr_cong_control() for each ACK, with the socket locked. Pacing and
 * cwnd gains follow from the state (tcp_bbr.c).
 */
#include "net/ipv4/tcp_bbr_int.h"

/* Section 5.3.1.3: StartupFullLossCnt. */
#define BBR_STARTUP_FULL_LOSS_CNT 6
/* Section 5.3.2. */
#define BBR_DRAIN_MAX_ROUNDS 3
/* Section 5.3.3.8.2, T_bbr: 2 s and up to one more. */
#define BBR_PROBE_WAIT_BASE_US (2 * USEC_PER_SEC)
#define BBR_PROBE_WAIT_RAND_US USEC_PER_SEC
/* T_reno_bound. */
#define BBR_PROBE_MAX_ROUNDS 63U
/* Section 5.3.3.9: RaiseInflightLongtermSlope(). */
#define BBR_PROBE_UP_MAX_ROUNDS 30
/* Section 2.16.2. */
#define BBR_PROBE_RTT_DURATION_MS 200

/* --- Startup and Drain --- */

/**
 * bbr_enter_startup() - Look for the bandwidth by doubling.
 * @bbr: the state.
 */
void bbr_enter_startup(struct bbr *bbr)
{
	bbr->state = BBR_STARTUP;
}

static void bbr_enter_drain(struct bbr *bbr)
{
	bbr->state = BBR_DRAIN;
	bbr->drain_rounds = 0;
}

/**
 * bbr_startup_too_high() - Loss or marks say that Startup has filled the pipe.
 * @sk: locked; in Startup.
 */
void bbr_startup_too_high(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->undo_state = BBR_STARTUP;
	bbr->full_bw_now = 1;
	bbr->full_bw_reached = 1;
	bbr->inflight_longterm =
		max(bbr_bdp(sk, bbr_bw(bbr), 100), bbr->inflight_latest);
	bbr_enter_drain(bbr);
}

/*
 * Section 5.3.1.3: a round trip after the first loss, still in recovery, more
 * than a probe may cost, and at many places. Without SACK any loss will do.
 */
static bool bbr_startup_high_loss(const struct sock *sk,
				  const struct bbr_sample *s)
{
	const struct bbr *bbr = bbr_sk(sk);

	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Recovery)
		return false;
	if (!tcp_is_sack(tcp_sk(sk)))
		return bbr->is_loss_in_round || s->rs->losses > 0;
	return bbr->loss_round_start &&
	       bbr->loss_events >= BBR_STARTUP_FULL_LOSS_CNT &&
	       bbr_inflight_too_high(sk, s->rs->lost, s->rs->tx_in_flight);
}

/**
 * bbr_check_startup_done() - Is it time to drain?
 * @sk: locked.
 * @s:  the ACK's sample.
 */
void bbr_check_startup_done(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	if (bbr->state != BBR_STARTUP)
		return;
	if (bbr->full_bw_reached)
		bbr_enter_drain(bbr);
	else if (bbr_startup_high_loss(sk, s))
		bbr_startup_too_high(sk);
	if (bbr->loss_round_start)
		bbr->loss_events = 0;
}

/**
 * bbr_check_drain_done() - Is the queue of Startup gone?
 * @sk: locked.
 */
void bbr_check_drain_done(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	if (bbr->state != BBR_DRAIN)
		return;
	if (tcp_packets_in_flight(tcp_sk(sk)) <=
		    bbr_inflight(sk, bbr_bw(bbr), 100) ||
	    bbr->drain_rounds > BBR_DRAIN_MAX_ROUNDS)
		bbr_start_probe_bw_down(sk);
}

/* --- ProbeBW --- */

static u32 bbr_random(u32 below)
{
	u32 r;

	get_random_bytes(&r, sizeof(r));
	return (u32)((u64)r * below >> 32);
}

/* At different times for different flows, or they would collide for ever. */
static void bbr_pick_probe_wait(struct bbr *bbr)
{
	bbr->rounds_since_probe_up = (u8)bbr_random(2);
	bbr->bw_probe_wait_us = (u32)(BBR_PROBE_WAIT_BASE_US +
				      bbr_random(BBR_PROBE_WAIT_RAND_US));
}

/**
 * bbr_start_probe_bw_down() - A new cycle: first send less than is delivered.
 * @sk: locked.
 */
void bbr_start_probe_bw_down(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);

	bbr_reset_congestion_signals(bbr);
	bbr->probe_up_acked_per_inc = BBR_INFINITE;
	bbr_pick_probe_wait(bbr);
	bbr->cycle_stamp_ns = tp->tcp_mstamp_ns;
	bbr->ack_phase = BBR_ACKS_PROBE_STOPPING;
	bbr_start_round(bbr, tp);
	bbr->state = BBR_PROBE_BW_DOWN;
}

/**
 * bbr_start_probe_bw_refill() - Fill the pipe before more is tried.
 * @sk: locked.
 */
void bbr_start_probe_bw_refill(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr_reset_short_term(bbr);
	bbr->probe_up_rounds = 0;
	bbr->probe_up_acked = 0;
	bbr->prev_probe_precautionary = 0;
	bbr->ack_phase = BBR_ACKS_REFILLING;
	bbr_start_round(bbr, tcp_sk(sk));
	bbr->state = BBR_PROBE_BW_REFILL;
}

/* inflight_longterm grows by 1, 2, 4, ... segments in a round trip. */
static void bbr_raise_longterm_slope(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->probe_up_acked_per_inc =
		max(tcp_sk(sk)->snd_cwnd >> bbr->probe_up_rounds, 1U);
	if (bbr->probe_up_rounds < BBR_PROBE_UP_MAX_ROUNDS)
		bbr->probe_up_rounds++;
}

static void bbr_start_probe_bw_up(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->is_bw_probe_sample = 1;
	bbr->ack_phase = BBR_ACKS_PROBE_STARTING;
	bbr_start_round(bbr, tcp_sk(sk));
	bbr_reset_full_bw(bbr);
	bbr->full_bw = s->bw;
	bbr->state = BBR_PROBE_BW_UP;
	bbr_raise_longterm_slope(sk);
}

/* The window is what limits, and inflight_longterm limits the window. */
static bool bbr_limited_by_longterm(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->is_cwnd_limited &&
	       tp->snd_cwnd >= bbr_sk(sk)->inflight_longterm;
}

static void bbr_probe_longterm_upward(struct sock *sk,
				      const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);
	u32 delta;

	if (!bbr_limited_by_longterm(sk))
		return;
	bbr->probe_up_acked += s->rs->acked_sacked;
	delta = bbr->probe_up_acked / bbr->probe_up_acked_per_inc;
	bbr->probe_up_acked -= delta * bbr->probe_up_acked_per_inc;
	bbr->inflight_longterm += delta;
	if (bbr->round_start)
		bbr_raise_longterm_slope(sk);
}

/* A round trip after the probe its last ACKs are in. Return: as below. */
static bool bbr_probe_feedback_done(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->is_bw_probe_sample = 0;
	bbr->ack_phase = BBR_ACKS_INIT;
	if (!bbr_in_probe_bw(bbr))
		return false;
	if (!s->rs->is_app_limited)
		bbr_advance_max_bw(bbr);
	/* The careful probe went well: now one that stays up. */
	if (!bbr->prev_probe_precautionary || bbr->prev_probe_too_high)
		return false;
	bbr_start_probe_bw_refill(sk);
	return true;
}

/* Section 5.3.3.9: AdaptLongTermModel(). Return: the state has changed. */
static bool bbr_adapt_long_term(struct sock *sk, const struct bbr_sample *s)
{
	const struct rate_sample *rs = s->rs;
	struct bbr *bbr = bbr_sk(sk);

	if (bbr->round_start) {
		if (bbr->ack_phase == BBR_ACKS_PROBE_STARTING)
			bbr->ack_phase = BBR_ACKS_PROBE_FEEDBACK;
		if (bbr->ack_phase == BBR_ACKS_PROBE_STOPPING &&
		    bbr_probe_feedback_done(sk, s))
			return true;
	}
	if (!s->data || bbr->inflight_longterm == BBR_INFINITE ||
	    bbr_inflight_too_high(sk, rs->lost, rs->tx_in_flight))
		return false;
	bbr->inflight_longterm = max(bbr->inflight_longterm, rs->tx_in_flight);
	if (bbr->state == BBR_PROBE_BW_UP)
		bbr_probe_longterm_upward(sk, s);
	return false;
}

/* After 2 to 3 s, or as many round trips as Reno would need to grow as much. */
static bool bbr_time_to_probe(struct sock *sk)
{
	const struct bbr *bbr = bbr_sk(sk);
	u64 wait_ns = (u64)bbr->bw_probe_wait_us * NSEC_PER_USEC;
	u32 rounds = min(bbr_target_inflight(sk), BBR_PROBE_MAX_ROUNDS);

	if (tcp_sk(sk)->tcp_mstamp_ns <= bbr->cycle_stamp_ns + wait_ns &&
	    bbr->rounds_since_probe_up < rounds)
		return false;
	bbr_start_probe_bw_refill(sk);
	return true;
}

static bool bbr_time_to_cruise(struct sock *sk)
{
	const struct bbr *bbr = bbr_sk(sk);
	u32 inflight = tcp_packets_in_flight(tcp_sk(sk));

	return inflight <= bbr_inflight_with_headroom(bbr) &&
	       inflight <= bbr_inflight(sk, bbr_max_bw(bbr), 100);
}

static bool bbr_time_to_go_down(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	/* Section 5.3.3.6: only touch the level that was too high before. */
	if (bbr->prev_probe_too_high &&
	    tcp_packets_in_flight(tcp_sk(sk)) >= bbr->inflight_longterm) {
		bbr->prev_probe_precautionary = 1;
		return true;
	}
	if (!bbr_limited_by_longterm(sk))
		return bbr->full_bw_now;
	/* Bandwidth cannot show while inflight_longterm is in its way. */
	bbr_reset_full_bw(bbr);
	bbr->full_bw = s->bw;
	return false;
}

/**
 * bbr_update_probe_bw() - One ACK's step through the cycle.
 * @sk: locked.
 * @s:  the ACK's sample.
 */
void bbr_update_probe_bw(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	if (!bbr->full_bw_reached || bbr_adapt_long_term(sk, s))
		return;
	switch (bbr->state) {
	case BBR_PROBE_BW_DOWN:
		if (!bbr_time_to_probe(sk) && bbr_time_to_cruise(sk))
			bbr->state = BBR_PROBE_BW_CRUISE;
		break;
	case BBR_PROBE_BW_CRUISE:
		bbr_time_to_probe(sk);
		break;
	case BBR_PROBE_BW_REFILL:
		if (bbr->round_start)
			bbr_start_probe_bw_up(sk, s);
		break;
	case BBR_PROBE_BW_UP:
		if (bbr_time_to_go_down(sk, s)) {
			bbr->prev_probe_too_high = 0; /* not yet */
			bbr_start_probe_bw_down(sk);
		}
		break;
	default:
		break;
	}
}

/* --- ProbeRTT: section 5.3.4.3 --- */

/* The pipe is as good as empty: straight to Cruise, and probe late. */
static void bbr_exit_probe_rtt(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr_reset_short_term(bbr);
	if (!bbr->full_bw_reached) {
		bbr_enter_startup(bbr);
		return;
	}
	bbr_start_probe_bw_down(sk);
	bbr->state = BBR_PROBE_BW_CRUISE;
}

/**
 * bbr_check_probe_rtt_done() - Have the 200 ms passed?
 * @sk: locked; in ProbeRTT, its round trip is over or nothing is in flight.
 */
void bbr_check_probe_rtt_done(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);
	u32 now = bbr_now_ms(tcp_sk(sk));

	if (!bbr->probe_rtt_timing || (s32)(now - bbr->probe_rtt_done_ms) <= 0)
		return;
	bbr->probe_rtt_min_stamp_ms = now; /* the next is due in 5 s */
	bbr_restore_cwnd(sk);
	bbr_exit_probe_rtt(sk);
}

static void bbr_handle_probe_rtt(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);

	/* So little is sent that the rate says nothing about the path. */
	tp->app_limited = (tp->delivered + tcp_packets_in_flight(tp)) ?: 1;
	if (bbr->probe_rtt_timing) {
		if (bbr->round_start)
			bbr->probe_rtt_round_done = 1;
		if (bbr->probe_rtt_round_done)
			bbr_check_probe_rtt_done(sk);
	} else if (tcp_packets_in_flight(tp) <= bbr_probe_rtt_cwnd(sk)) {
		bbr->probe_rtt_done_ms =
			bbr_now_ms(tp) + BBR_PROBE_RTT_DURATION_MS;
		bbr->probe_rtt_timing = 1;
		bbr->probe_rtt_round_done = 0;
		bbr_start_round(bbr, tp);
	}
}

/**
 * bbr_check_probe_rtt() - Is ProbeRTT due, or over?
 * @sk: locked.
 * @s:  the ACK's sample.
 */
void bbr_check_probe_rtt(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	if (bbr->state != BBR_PROBE_RTT && bbr->probe_rtt_expired &&
	    !bbr->idle_restart) {
		bbr_save_cwnd(sk);
		bbr->state = BBR_PROBE_RTT;
		bbr->probe_rtt_timing = 0;
		bbr->ack_phase = BBR_ACKS_PROBE_STOPPING;
		bbr_start_round(bbr, tcp_sk(sk));
	}
	if (bbr->state == BBR_PROBE_RTT)
		bbr_handle_probe_rtt(sk);
	if (s->data && s->rs->delivered > 0)
		bbr->idle_restart = 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: BBR's state, shared by its three files:
 *
 *	tcp_bbr.c	 the operations; pacing rate and cwnd from the model
 *	tcp_bbr_model.c  the model: round trips, bandwidth, aggregation, loss
 *	tcp_bbr_probe.c  the states that probe: Startup, Drain, ProbeBW,
 *ProbeRTT
 *
 * Sections cited in them are of draft-ietf-ccwg-bbr-06, and variables have its
 * names. Data is counted in segments, as everywhere in this TCP (section 2 lets
 * an implementation choose), bandwidth in segments per microsecond << 24.
 */
#pragma once

#include "net/ipv4/tcp_int.h"

#define BBR_BW_SHIFT 24
#define BBR_INFINITE (~0U)

#define BBR_MIN_PIPE_CWND 4U /* section 2.8: MinPipeCwnd */
#define BBR_BETA_PCT      70U
#define BBR_LOSS_PCT      2U /* LossThresh */

enum bbr_state {
	BBR_STARTUP,
	BBR_DRAIN,
	BBR_PROBE_BW_DOWN,
	BBR_PROBE_BW_CRUISE,
	BBR_PROBE_BW_REFILL,
	BBR_PROBE_BW_UP,
	BBR_PROBE_RTT,
	BBR_UNDO_NONE, /* undo_state only: nothing to return to */
};

/* What the ACKs that come in now tell of the bandwidth probe: section 2.14. */
enum bbr_ack_phase {
	BBR_ACKS_INIT,
	BBR_ACKS_REFILLING,
	BBR_ACKS_PROBE_STARTING,
	BBR_ACKS_PROBE_FEEDBACK,
	BBR_ACKS_PROBE_STOPPING,
};

struct bbr {
	u64 extra_acked_start_ns;
	u64 cycle_stamp_ns; /* when this ProbeBW cycle began */
	u32 bw_probe_wait_us;

	/* Path model, long term. max_bw: of the previous cycle, of this one. */
	u32 max_bw[2];
	u32 inflight_longterm;
	u32 min_rtt_us, min_rtt_stamp_ms;
	u32 probe_rtt_min_us, probe_rtt_min_stamp_ms;
	u32 probe_rtt_done_ms; /* valid if probe_rtt_timing */
	/* Aggregation: greatest of the older and of the current rounds. */
	u32 extra_acked[2], extra_acked_delivered;

	/* Short term; BBR_INFINITE: no bound. */
	u32 bw_shortterm, inflight_shortterm;
	u32 bw_latest, inflight_latest; /* greatest of this round trip */

	/* Ends of round trips, as values of tp->delivered. */
	u32 next_round_delivered, loss_round_delivered;

	u32 full_bw;
	u32 probe_up_acked, probe_up_acked_per_inc;

	/* As they were before a loss that may turn out not to be one. */
	u32 prior_cwnd;
	u32 undo_bw_shortterm, undo_inflight_shortterm, undo_inflight_longterm;

	u8 rounds_since_probe_up, probe_up_rounds;
	u8 drain_rounds, extra_acked_rounds;
	u8 loss_events; /* gaps of this round, for leaving Startup */

	u32 state : 3, undo_state : 3, ack_phase : 3;
	u32 full_bw_count : 2, full_bw_reached : 1, full_bw_now : 1;
	u32 round_start : 1, loss_round_start : 1, is_loss_in_round : 1;
	u32 cwr_entered : 1, is_bw_probe_sample : 1;
	u32 prev_probe_too_high : 1, prev_probe_precautionary : 1;
	u32 probe_rtt_expired : 1, probe_rtt_timing : 1;
	u32 probe_rtt_round_done : 1;
	u32 idle_restart : 1, has_seen_rtt : 1;
	u32 in_loss_episode : 1; /* what is to be undone is saved */
};

/* One ACK's rate sample. */
struct bbr_sample {
	const struct rate_sample *rs;
	u32 bw;    /* 0: no reliable one */
	bool data; /* something was delivered */
};

static inline struct bbr *bbr_sk(const struct sock *sk)
{
	return inet_csk_ca(sk);
}

static inline u32 bbr_now_ms(const struct tcp_sock *tp)
{
	return (u32)(tp->tcp_mstamp_ns / NSEC_PER_MSEC);
}

static inline u32 bbr_max_bw(const struct bbr *bbr)
{
	return max(bbr->max_bw[0], bbr->max_bw[1]);
}

/* Section 5.5.10.3: BoundBWForModel(). */
static inline u32 bbr_bw(const struct bbr *bbr)
{
	return min(bbr_max_bw(bbr), bbr->bw_shortterm);
}

static inline bool bbr_in_probe_bw(const struct bbr *bbr)
{
	return bbr->state >= BBR_PROBE_BW_DOWN && bbr->state <= BBR_PROBE_BW_UP;
}

/* Section 5.3.3.9: IsProbingBW(). */
static inline bool bbr_is_accelerating(const struct bbr *bbr)
{
	return bbr->state == BBR_STARTUP || bbr->state == BBR_PROBE_BW_REFILL ||
	       bbr->state == BBR_PROBE_BW_UP;
}

static inline void bbr_start_round(struct bbr *bbr, const struct tcp_sock *tp)
{
	bbr->next_round_delivered = tp->delivered;
}

/* --- tcp_bbr.c --- */
/* The BDP by @bw, times @gain_pct / 100. */
u32 bbr_bdp(const struct sock *sk, u32 bw, u32 gain_pct);
/* The same with what offloads and delayed ACKs need: Inflight(). */
u32 bbr_inflight(struct sock *sk, u32 bw, u32 gain_pct);
u32 bbr_inflight_with_headroom(const struct bbr *bbr);
u32 bbr_target_inflight(const struct sock *sk);
u32 bbr_probe_rtt_cwnd(const struct sock *sk);
void bbr_save_cwnd(struct sock *sk);
void bbr_restore_cwnd(struct sock *sk);

/* --- tcp_bbr_model.c --- */
void bbr_model_init(struct sock *sk);
void bbr_reset_short_term(struct bbr *bbr);
void bbr_reset_congestion_signals(struct bbr *bbr);
void bbr_reset_full_bw(struct bbr *bbr);
void bbr_advance_max_bw(struct bbr *bbr);
void bbr_latest_delivery_signals(struct sock *sk, const struct bbr_sample *s);
void bbr_congestion_signals(struct sock *sk, const struct bbr_sample *s);
void bbr_ack_aggregation(struct sock *sk, const struct bbr_sample *s);
void bbr_check_full_bw(struct bbr *bbr, const struct bbr_sample *s);
void bbr_update_min_rtt(struct sock *sk, const struct rate_sample *rs);
void bbr_advance_delivery_signals(struct bbr *bbr, const struct bbr_sample *s);
bool bbr_inflight_too_high(const struct sock *sk, u32 lost, u32 tx_in_flight);
void bbr_note_loss(struct sock *sk);
void bbr_skb_marked_lost(struct sock *sk, const struct sk_buff *skb);
void bbr_congestion_mark(struct sock *sk, const struct rate_sample *rs);

/* --- tcp_bbr_probe.c --- */
void bbr_enter_startup(struct bbr *bbr);
void bbr_startup_too_high(struct sock *sk);
void bbr_check_startup_done(struct sock *sk, const struct bbr_sample *s);
void bbr_check_drain_done(struct sock *sk);
void bbr_update_probe_bw(struct sock *sk, const struct bbr_sample *s);
void bbr_check_probe_rtt(struct sock *sk, const struct bbr_sample *s);
void bbr_check_probe_rtt_done(struct sock *sk);
void bbr_start_probe_bw_down(struct sock *sk);
void bbr_start_probe_bw_refill(struct sock *sk);

// SPDX-License-Identifier: MIT
/*
 * DOC: BBR's model of the path (draft-ietf-ccwg-bbr-06, section 5.5): what each
 * ACK tells of bandwidth, round trip and aggregation, and what losses tell.
 *
 * Long term, renewed by probing: max_bw, the greatest rate delivered in this
 * ProbeBW cycle and the one before; min_rtt over 10 s; inflight_longterm,
 * beyond which too much was lost. Short term, forgotten when the next probe
 * starts: bw_shortterm and inflight_shortterm, lowered once in each round trip
 * with loss toward what was delivered in it.
 *
 * Called by bbr_cong_control() and the operations of tcp_bbr.c, socket locked.
 *
 * Deviations. The greatest aggregation is kept in two halves of five rounds, so
 * it is remembered for five to ten of them (section 5.5.9 has ten). State to
 * undo is saved where an episode of loss begins, not again in each of its round
 * trips (section 5.5.11 says the one, its pseudocode does the other, and so
 * would forget that this very episode has ended a probe). A single segment lost
 * of fewer than 50 is more than 2 %, but no sign of a rate: a probe bears one
 * (with 1 % of random loss at 20 Mbit/s and 20 ms that is 92 instead of 80 % of
 * the link). The draft leaves the answer to ECN open but wants one (section
 * 3.7): a mark counts as a loss does, and ends a probe at once.
 */
#include "net/ipv4/tcp_bbr_int.h"

/* Section 2.16. */
#define BBR_MIN_RTT_FILTER_MS     10000U
#define BBR_PROBE_RTT_INTERVAL_MS 5000U
/* Section 2.12: ExtraAckedFilterLen, by halves. */
#define BBR_EXTRA_ACKED_HALF 5U
/* Section 5.3.1.2. */
#define BBR_FULL_BW_GROWTH_PCT 125U
#define BBR_FULL_BW_ROUNDS     3U
/* Section 5.3.1.3: more gaps than that need not be counted. */
#define BBR_LOSS_EVENTS_MAX 255U

/**
 * bbr_model_init() - Nothing is known but the handshake's round trip.
 * @sk: locked; the rest of the state is zero.
 */
void bbr_model_init(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);

	bbr->min_rtt_us = tcp_min_rtt(tp);
	bbr->min_rtt_stamp_ms = bbr_now_ms(tp);
	bbr->probe_rtt_min_us = bbr->min_rtt_us;
	bbr->probe_rtt_min_stamp_ms = bbr->min_rtt_stamp_ms;
	bbr->extra_acked_start_ns = tp->tcp_mstamp_ns;
	bbr->inflight_longterm = BBR_INFINITE;
	bbr->next_round_delivered = tp->delivered;
	bbr->loss_round_delivered = tp->delivered;
	bbr_reset_short_term(bbr);
}

/**
 * bbr_reset_short_term() - Forget what recent losses suggested.
 * @bbr: the state.
 */
void bbr_reset_short_term(struct bbr *bbr)
{
	bbr->bw_shortterm = BBR_INFINITE;
	bbr->inflight_shortterm = BBR_INFINITE;
}

/**
 * bbr_reset_congestion_signals() - Begin to look at delivery and loss anew.
 * @bbr: the state.
 */
void bbr_reset_congestion_signals(struct bbr *bbr)
{
	bbr->is_loss_in_round = 0;
	bbr->bw_latest = 0;
	bbr->inflight_latest = 0;
}

/**
 * bbr_reset_full_bw() - Begin to look for the plateau anew.
 * @bbr: the state.
 */
void bbr_reset_full_bw(struct bbr *bbr)
{
	bbr->full_bw = 0;
	bbr->full_bw_count = 0;
	bbr->full_bw_now = 0;
}

/* --- bandwidth: sections 5.5.1 to 5.5.6 --- */

static void bbr_update_round(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->round_start = 0;
	if (!s->data ||
	    before(s->rs->prior_delivered, bbr->next_round_delivered))
		return;
	bbr_start_round(bbr, tcp_sk(sk));
	bbr->round_start = 1;
	if (bbr->rounds_since_probe_up < 0xff)
		bbr->rounds_since_probe_up++;
	if (bbr->drain_rounds < 0xff)
		bbr->drain_rounds++;
	if (bbr->extra_acked_rounds < 0xff)
		bbr->extra_acked_rounds++;
}

static void bbr_update_max_bw(struct bbr *bbr, const struct bbr_sample *s)
{
	/* What the program held back counts only if it shows more. */
	if (s->bw && (s->bw >= bbr_max_bw(bbr) || !s->rs->is_app_limited))
		bbr->max_bw[1] = max(bbr->max_bw[1], s->bw);
}

/**
 * bbr_advance_max_bw() - A ProbeBW cycle is over: forget the one before it.
 * @bbr: the state.
 *
 * A cycle without a sample makes nothing known obsolete.
 */
void bbr_advance_max_bw(struct bbr *bbr)
{
	if (!bbr->max_bw[1])
		return;
	bbr->max_bw[0] = bbr->max_bw[1];
	bbr->max_bw[1] = 0;
}

/**
 * bbr_check_full_bw() - Three rounds without a quarter more: the pipe is full.
 * @bbr: the state.
 * @s:   the ACK's sample.
 */
void bbr_check_full_bw(struct bbr *bbr, const struct bbr_sample *s)
{
	if (bbr->full_bw_now || !bbr->round_start || !s->bw ||
	    s->rs->is_app_limited)
		return;
	if ((u64)s->bw * 100 >= (u64)bbr->full_bw * BBR_FULL_BW_GROWTH_PCT) {
		bbr_reset_full_bw(bbr);
		bbr->full_bw = s->bw;
		return;
	}
	if (++bbr->full_bw_count < BBR_FULL_BW_ROUNDS)
		return;
	bbr->full_bw_now = 1;
	bbr->full_bw_reached = 1;
}

/* --- round trip: section 5.3.4.3 --- */

/**
 * bbr_update_min_rtt() - The least round trip, and whether it is due again.
 * @sk: locked.
 * @rs: the ACK's sample.
 *
 * A sample that the peer may have delayed does not replace a lower one that is
 * only old.
 */
void bbr_update_min_rtt(struct sock *sk, const struct rate_sample *rs)
{
	u32 now = bbr_now_ms(tcp_sk(sk)), rtt_us = (u32)rs->rtt_us;
	struct bbr *bbr = bbr_sk(sk);

	bbr->probe_rtt_expired =
		now - bbr->probe_rtt_min_stamp_ms > BBR_PROBE_RTT_INTERVAL_MS;
	if (rs->rtt_us >= 0 &&
	    (rtt_us < bbr->probe_rtt_min_us ||
	     (bbr->probe_rtt_expired && !rs->is_ack_delayed))) {
		bbr->probe_rtt_min_us = max(rtt_us, 1U);
		bbr->probe_rtt_min_stamp_ms = now;
	}
	if (bbr->probe_rtt_min_us < bbr->min_rtt_us ||
	    now - bbr->min_rtt_stamp_ms > BBR_MIN_RTT_FILTER_MS) {
		bbr->min_rtt_us = bbr->probe_rtt_min_us;
		bbr->min_rtt_stamp_ms = bbr->probe_rtt_min_stamp_ms;
	}
}

/* --- aggregation: section 5.5.9 --- */

/* Segments that should have been delivered since the interval began. */
static u32 bbr_expected_acked(const struct sock *sk)
{
	const struct bbr *bbr = bbr_sk(sk);
	u64 us = (tcp_sk(sk)->tcp_mstamp_ns - bbr->extra_acked_start_ns) /
		 NSEC_PER_USEC;

	/* Longer than any that matters, and no overflow. */
	us = min(us, (u64)BBR_INFINITE);
	return (u32)min((u64)bbr_bw(bbr) * us >> BBR_BW_SHIFT,
			(u64)BBR_INFINITE);
}

static void bbr_extra_acked_rotate(struct bbr *bbr)
{
	u32 rounds = bbr->full_bw_reached ? BBR_EXTRA_ACKED_HALF : 1;

	if (!bbr->round_start || bbr->extra_acked_rounds < rounds)
		return;
	bbr->extra_acked_rounds = 0;
	bbr->extra_acked[0] = bbr->extra_acked[1];
	bbr->extra_acked[1] = 0;
}

/**
 * bbr_ack_aggregation() - How much more is ACKed at once than the rate says?
 * @sk: locked.
 * @s:  the ACK's sample.
 */
void bbr_ack_aggregation(struct sock *sk, const struct bbr_sample *s)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *bbr = bbr_sk(sk);
	u32 expected = bbr_expected_acked(sk), extra;

	if (!s->rs->acked_sacked)
		return;
	bbr_extra_acked_rotate(bbr);
	if (bbr->extra_acked_delivered <= expected) {
		bbr->extra_acked_delivered = 0;
		bbr->extra_acked_start_ns = tp->tcp_mstamp_ns;
		expected = 0;
	}
	bbr->extra_acked_delivered += s->rs->acked_sacked;
	extra = min(bbr->extra_acked_delivered - expected, tp->snd_cwnd);
	bbr->extra_acked[1] = max(bbr->extra_acked[1], extra);
}

/* --- loss: section 5.5.10 --- */

/**
 * bbr_latest_delivery_signals() - The best of this round trip, so far.
 * @sk: locked.
 * @s:  the ACK's sample; the first step of an ACK.
 */
void bbr_latest_delivery_signals(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->loss_round_start = 0;
	if (!s->data)
		return;
	bbr->bw_latest = max(bbr->bw_latest, s->bw);
	if (s->rs->delivered > 0)
		bbr->inflight_latest =
			max(bbr->inflight_latest, (u32)s->rs->delivered);
	if (before(s->rs->prior_delivered, bbr->loss_round_delivered))
		return;
	bbr->loss_round_delivered = tcp_sk(sk)->delivered;
	bbr->loss_round_start = 1;
}

/**
 * bbr_advance_delivery_signals() - The next round trip begins with this ACK.
 * @bbr: the state.
 * @s:   the ACK's sample; the last step of the model.
 */
void bbr_advance_delivery_signals(struct bbr *bbr, const struct bbr_sample *s)
{
	if (!bbr->loss_round_start)
		return;
	bbr->bw_latest = s->bw;
	bbr->inflight_latest = s->rs->delivered > 0 ? (u32)s->rs->delivered : 0;
}

static u32 bbr_beta(u32 v)
{
	return (u32)((u64)v * BBR_BETA_PCT / 100);
}

/* Section 5.5.10.3: toward what was delivered, at most 30 % a round trip. */
static void bbr_adapt_lower_bounds(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	if (bbr_is_accelerating(bbr) || !bbr->is_loss_in_round)
		return;
	if (bbr->bw_shortterm == BBR_INFINITE)
		bbr->bw_shortterm = bbr_max_bw(bbr);
	if (bbr->inflight_shortterm == BBR_INFINITE)
		bbr->inflight_shortterm = tcp_sk(sk)->snd_cwnd;
	bbr->bw_shortterm = max(bbr->bw_latest, bbr_beta(bbr->bw_shortterm));
	bbr->inflight_shortterm =
		max(bbr->inflight_latest, bbr_beta(bbr->inflight_shortterm));
}

/**
 * bbr_congestion_signals() - Round trip, bandwidth; once a round, losses.
 * @sk: locked.
 * @s:  the ACK's sample.
 */
void bbr_congestion_signals(struct sock *sk, const struct bbr_sample *s)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr_update_round(sk, s);
	bbr_update_max_bw(bbr, s);
	if (!bbr->loss_round_start)
		return;
	bbr_adapt_lower_bounds(sk);
	bbr->is_loss_in_round = 0;
}

/**
 * bbr_inflight_too_high() - Was more lost than a probe may cost?
 * @sk:           locked.
 * @lost:         segments, since a packet was sent.
 * @tx_in_flight: segments in flight when it was.
 */
bool bbr_inflight_too_high(const struct sock *sk, u32 lost, u32 tx_in_flight)
{
	/* One alone tells no rate. */
	if (lost > 1 && (u64)lost * 100 > (u64)tx_in_flight * BBR_LOSS_PCT)
		return true;
	return lost && !tcp_is_sack(tcp_sk(sk));
}

/**
 * bbr_note_loss() - Something was lost; the round's end will answer.
 * @sk: locked.
 */
void bbr_note_loss(struct sock *sk)
{
	struct bbr *bbr = bbr_sk(sk);

	if (!bbr->is_loss_in_round)
		bbr->loss_round_delivered = tcp_sk(sk)->delivered;
	bbr->is_loss_in_round = 1;
	if (bbr->in_loss_episode)
		return;
	bbr->in_loss_episode = 1;
	bbr_save_cwnd(sk);
	bbr->undo_state = BBR_UNDO_NONE;
	bbr->undo_bw_shortterm = bbr->bw_shortterm;
	bbr->undo_inflight_shortterm = bbr->inflight_shortterm;
	bbr->undo_inflight_longterm = bbr->inflight_longterm;
}

/* The probe put too much into the path: @tx_in_flight is where it began. */
static void bbr_handle_inflight_too_high(struct sock *sk, u32 tx_in_flight,
					 bool app_limited)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr->prev_probe_too_high = 1;
	bbr->is_bw_probe_sample = 0; /* once for each probe */
	if (!app_limited)
		bbr->inflight_longterm =
			max(tx_in_flight, bbr_beta(bbr_target_inflight(sk)));
	if (bbr->state != BBR_PROBE_BW_UP)
		return;
	bbr->undo_state = BBR_PROBE_BW_UP;
	bbr_start_probe_bw_down(sk);
}

/* At which segment of the packet did losses exceed the threshold? */
static u32 bbr_inflight_at_loss(u32 tx_in_flight, u32 lost, u32 size)
{
	u32 before_it = tx_in_flight - min(tx_in_flight, size);
	u32 lost_before = lost - min(lost, size);
	u64 tolerated = (u64)BBR_LOSS_PCT * before_it;
	u64 had = 100ULL * lost_before;

	if (had >= tolerated)
		return before_it;
	return before_it + (u32)((tolerated - had) / (100 - BBR_LOSS_PCT));
}

/* Does a gap begin here, or does the one before it go on? */
static bool bbr_is_new_gap(const struct sk_buff *skb)
{
	const struct sk_buff *prev = tcp_skb_rb_prev(skb);

	return !prev || !(TCP_SKB_CB(prev)->sacked & TCPCB_LOST);
}

/**
 * bbr_skb_marked_lost() - One packet is lost: HandleLostPacket().
 * @sk:  locked.
 * @skb: in the retransmit queue, its marks and tp->lost up to date.
 */
void bbr_skb_marked_lost(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct bbr *bbr = bbr_sk(sk);
	u32 lost, tx_in_flight;

	bbr_note_loss(sk);
	if (bbr->state == BBR_STARTUP &&
	    bbr->loss_events < BBR_LOSS_EVENTS_MAX && bbr_is_new_gap(skb))
		bbr->loss_events++;
	if (!bbr->is_bw_probe_sample)
		return;
	lost = tcp_sk(sk)->lost - cb->tx_lost;
	tx_in_flight = cb->tx_in_flight;
	if (!bbr_inflight_too_high(sk, lost, tx_in_flight))
		return;
	tx_in_flight =
		bbr_inflight_at_loss(tx_in_flight, lost, tcp_skb_pcount(skb));
	bbr_handle_inflight_too_high(sk, tx_in_flight, cb->is_app_limited);
}

/**
 * bbr_congestion_mark() - ECE, the first of this window (RFC 3168).
 * @sk: locked.
 * @rs: the ACK's sample.
 */
void bbr_congestion_mark(struct sock *sk, const struct rate_sample *rs)
{
	struct bbr *bbr = bbr_sk(sk);

	bbr_note_loss(sk);
	if (bbr->state == BBR_STARTUP)
		bbr_startup_too_high(sk);
	else if (bbr->is_bw_probe_sample && rs->prior_mstamp_ns)
		bbr_handle_inflight_too_high(sk, rs->tx_in_flight,
					     rs->is_app_limited);
}

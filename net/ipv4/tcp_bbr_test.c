// SPDX-License-Identifier: MIT
/*
 * DOC: BBR against draft-ietf-ccwg-bbr-06: each case gives cong_control rate
 * samples as a path would, and looks at state, pacing rate and window. Numbers
 * of sections and of appendix A's test cases are the draft's.
 *
 * The path here delivers one segment of 1000 bytes in 1024 us, its round trip
 * is 40 times that: a BDP of 40 segments, and no rounding.
 */
#include "net/ipv4/tcp_bbr_int.h"
#include "tests/fixtures/fake_tcp.h"

#define SEG_US  1024U
#define BDP     40U
#define RTT_US  (BDP * SEG_US)
#define BW      ((1U << BBR_BW_SHIFT) / SEG_US)
#define RATE_BY (FAKE_TCP_MSS * USEC_PER_SEC / SEG_US) /* bytes/s */

static struct bbr *state_of(struct fake_tcp *t)
{
	return bbr_sk(t->sk);
}

/* An ACK for @acked segments; their last was sent when delivered was @prior. */
struct ack {
	u32 acked, prior, interval_us;
	u32 rtt_us, lost, tx_in_flight;
	bool app_limited;
};

static void ack(struct fake_tcp *t, const struct ack *a)
{
	struct tcp_sock *tp = t->tp;
	struct rate_sample rs = {
		.prior_mstamp_ns = 1,
		.prior_delivered = a->prior,
		.interval_us = a->interval_us,
		.rtt_us = a->rtt_us,
		.acked_sacked = a->acked,
		.lost = a->lost,
		.tx_in_flight = a->tx_in_flight,
		.is_app_limited = a->app_limited,
	};

	tcp_mstamp_refresh(tp);
	tp->delivered += a->acked;
	rs.delivered = (s32)(tp->delivered - a->prior);
	tcp_bbr.cong_control(t->sk, &rs);
}

/* A round trip: @segs sent at once are delivered evenly within @us. */
static void round_of(struct fake_tcp *t, u32 segs, u32 us, bool app_limited)
{
	struct ack a = { .acked = 1,
			 .prior = t->tp->delivered,
			 .rtt_us = us,
			 .tx_in_flight = segs,
			 .app_limited = app_limited };
	u32 i;

	for (i = 1; i <= segs; i++) {
		test_advance_ns(us / segs * NSEC_PER_USEC);
		a.interval_us = us / segs * i;
		ack(t, &a);
	}
}

static void full_rounds(struct fake_tcp *t, u32 n)
{
	while (n--)
		round_of(t, BDP, RTT_US, false);
}

/* The path's rate is found, the pipe full, the queue drained. */
static void to_cruise(struct fake_tcp *t)
{
	full_rounds(t, 4);
	t->tp->packets_out = BDP / 2;
	full_rounds(t, 2);
	t->tp->packets_out = BDP;
}

static void to_state(struct kunit *test, enum bbr_state state)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	for (i = 0; i < 200 && state_of(t)->state != state; i++)
		full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, state);
}

static int bbr_test_init(struct kunit *test)
{
	int err = fake_tcp_init(test);
	struct fake_tcp *t = test->priv;

	if (err)
		return err;
	test_advance_ns(NSEC_PER_SEC);
	tcp_mstamp_refresh(t->tp);
	t->tp->srtt_us = RTT_US << 3;
	t->tp->rtt_min.s[0] = (struct minmax_sample){ 1, RTT_US };
	return tcp_set_congestion_control(t->sk, "bbr");
}

static void bbr_test_exit(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	tcp_cleanup_congestion_control(t->sk);
	fake_tcp_exit(test);
}

/* Section 5.6.2: 10 segments in 40.96 ms, 2.77 times that, less one percent. */
static void bbr_begins_at_the_initial_window_per_rtt(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	KUNIT_EXPECT_EQ(test, t->sk->sk_pacing_status, SK_PACING_NEEDED);
	KUNIT_EXPECT_LE(test, t->sk->sk_pacing_rate, 669507);
	KUNIT_EXPECT_GE(test, t->sk->sk_pacing_rate, 669400);
}

/* The same without a round trip from the handshake: 1 ms, and again with the
 * first sample. */
static void bbr_paces_anew_with_the_first_rtt(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	t->tp->srtt_us = 0;
	t->tp->rtt_min.s[0].t_ms = 0;
	tcp_init_congestion_control(t->sk);
	KUNIT_EXPECT_GE(test, t->sk->sk_pacing_rate, 27000000);
	KUNIT_EXPECT_EQ(test, bbr_bdp(t->sk, BW, 100), TCP_INIT_CWND);
	t->tp->srtt_us = RTT_US << 3;
	round_of(t, 10, RTT_US, false);
	KUNIT_EXPECT_LE(test, t->sk->sk_pacing_rate, 700000);
}

/* A.1: three rounds with less than a quarter more end Startup; pacing then at
 * half the rate, less one percent. */
static void bbr_leaves_startup_on_a_plateau(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 segs;

	t->tp->packets_out = 3 * BDP;
	for (segs = 5; segs <= BDP; segs *= 2) {
		round_of(t, segs, RTT_US, false);
		KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	}
	round_of(t, BDP, RTT_US, false);
	round_of(t, BDP * 6 / 5, RTT_US, false);
	KUNIT_EXPECT_EQ(test, state_of(t)->full_bw_count, 2);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	round_of(t, BDP, RTT_US, false);
	KUNIT_EXPECT_EQ(test, state_of(t)->full_bw_now, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_DRAIN);
	KUNIT_EXPECT_LE(test, t->sk->sk_pacing_rate, RATE_BY * 6 / 5 / 2);
	KUNIT_EXPECT_GE(test, t->sk->sk_pacing_rate, RATE_BY * 59 / 100);
	KUNIT_EXPECT_LE(test, bbr_max_bw(state_of(t)), BW * 6 / 5 * 102 / 100);
	KUNIT_EXPECT_GE(test, bbr_max_bw(state_of(t)), BW * 6 / 5 * 98 / 100);
}

/* A.7: what the program limits is no plateau, and lowers no estimate. */
static void bbr_stays_in_startup_while_the_program_limits(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	round_of(t, BDP, RTT_US, false);
	for (i = 0; i < 20; i++)
		round_of(t, BDP / 4, RTT_US, true);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	KUNIT_EXPECT_EQ(test, state_of(t)->full_bw_count, 0);
	KUNIT_EXPECT_GE(test, bbr_max_bw(state_of(t)), BW - 1);
	/* But a higher one counts (section 5.5.4). */
	round_of(t, 2 * BDP, RTT_US, true);
	KUNIT_EXPECT_GE(test, bbr_max_bw(state_of(t)), 2 * BW - 2);
}

/* Every other of @n packets is lost, each with @in_flight when it was sent. */
static void lose(struct fake_tcp *t, u32 n, u32 in_flight)
{
	struct sk_buff *skb[64];
	u32 i;

	for (i = 0; i < 2 * n; i++) {
		skb[i] = fake_tcp_sent(t, 1);
		TCP_SKB_CB(skb[i])->tx_in_flight = in_flight;
		TCP_SKB_CB(skb[i])->tx_lost = t->tp->lost;
		TCP_SKB_CB(skb[i])->is_app_limited = 0;
	}
	for (i = 0; i < n; i++)
		tcp_mark_skb_lost(t->sk, skb[2 * i]);
}

/* A.2, section 5.3.1.3: six gaps and 2 % in a round of recovery. */
static void bbr_leaves_startup_on_loss(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct ack end = { .interval_us = RTT_US, .rtt_us = RTT_US };

	t->tp->packets_out = 3 * BDP;
	round_of(t, BDP, RTT_US, true);
	lose(t, 5, BDP);
	inet_csk(t->sk)->icsk_ca_state = TCP_CA_Recovery;
	round_of(t, BDP, RTT_US, true);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	lose(t, 6, BDP);
	end.acked = end.tx_in_flight = BDP;
	end.prior = t->tp->delivered;
	end.lost = 6;
	end.app_limited = true;
	test_advance_ns(RTT_US * NSEC_PER_USEC);
	ack(t, &end);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_DRAIN);
	KUNIT_EXPECT_EQ(test, state_of(t)->full_bw_reached, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, BDP);
	/* A.18: not lost after all: on with Startup. */
	tcp_bbr.undo_cwnd(t->sk);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	KUNIT_EXPECT_EQ(test, state_of(t)->full_bw_reached, 0);
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, BBR_INFINITE);
}

/* One gap, however long, is one burst. */
static void bbr_counts_gaps_not_packets(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < 10; i++) {
		skb = fake_tcp_sent(t, 1);
		tcp_mark_skb_lost(t->sk, skb);
	}
	KUNIT_EXPECT_EQ(test, state_of(t)->loss_events, 1);
}

/* A.3: Drain ends when no more than the BDP is in flight; section 2.7: gain
 * 0.5. */
static void bbr_drains_to_the_bdp(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	t->tp->packets_out = 2 * BDP;
	full_rounds(t, 4);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_DRAIN);
	t->tp->packets_out = BDP + 1;
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_DRAIN);
	t->tp->packets_out = BDP;
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_CRUISE);
}

/* A.4: or after three rounds. */
static void bbr_drains_three_rounds_at_most(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	t->tp->packets_out = 2 * BDP;
	full_rounds(t, 4);
	full_rounds(t, 3);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_DRAIN);
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_DOWN);
}

static void expect_rate(struct kunit *test, u32 pct)
{
	struct fake_tcp *t = test->priv;
	u64 want = RATE_BY * 99 * pct / 10000;

	KUNIT_EXPECT_LE(test, t->sk->sk_pacing_rate, want + 1);
	KUNIT_EXPECT_GE(test, t->sk->sk_pacing_rate, want - want / 1000 - 1);
}

/* Section 5.6.1: gains of the cycle; 5.3.3.8: as long as Reno's. */
static void bbr_goes_round_the_probe_bw_states(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 rounds = 0;

	to_cruise(t);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_CRUISE);
	expect_rate(test, 100);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 2 * BDP + 1);
	while (state_of(t)->state == BBR_PROBE_BW_CRUISE && rounds++ < 100)
		full_rounds(t, 1);
	/* 40 round trips for a BDP of 40: 1.6 s, before T_bbr's 2 s. */
	KUNIT_EXPECT_GE(test, rounds, BDP - 5);
	KUNIT_EXPECT_LE(test, rounds, BDP + 2);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_REFILL);
	expect_rate(test, 100);
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_UP);
	expect_rate(test, 125);
	t->tp->packets_out = BDP + 1;
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 2 * BDP + BDP / 4 + 1 + 2);
	/* A.5: three rounds without a quarter more. */
	full_rounds(t, 2);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_DOWN);
	expect_rate(test, 90);
	/* A.8: at the BDP. */
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_DOWN);
	t->tp->packets_out = BDP;
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_CRUISE);
}

/* A.9: Down without a chance to cruise still ends: then it probes. */
static void bbr_probes_from_down_in_time(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	t->tp->packets_out = 2 * BDP;
	to_state(test, BBR_PROBE_BW_DOWN);
	to_state(test, BBR_PROBE_BW_REFILL);
}

/* Section 5.5.6: two cycles later the old rate is forgotten (A.16). */
static void bbr_forgets_bandwidth_in_two_cycles(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i, cycle;

	to_cruise(t);
	for (cycle = 0; cycle < 3; cycle++) {
		for (i = 0; i < 200; i++) {
			round_of(t, BDP / 10, RTT_US, false);
			if (state_of(t)->state == BBR_PROBE_BW_UP)
				break;
		}
		for (i = 0; i < 6; i++)
			round_of(t, BDP / 10, RTT_US, false);
	}
	KUNIT_EXPECT_LE(test, bbr_max_bw(state_of(t)), BW / 10);
}

/* A.21, section 5.5.10.2: too much lost in Up: that was too much in flight. */
static void bbr_probe_that_loses_sets_inflight_longterm(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	lose(t, 1, 60); /* 1.7 % */
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_UP);
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, BBR_INFINITE);
	t->tp->lost = 0;
	lose(t, 2, 60); /* 3.3 % */
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_DOWN);
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, 59);
	/* Section 2.8: 15 % of headroom, in Cruise. */
	KUNIT_EXPECT_EQ(test, bbr_inflight_with_headroom(state_of(t)), 51);
	/* Once for each probe. */
	lose(t, 5, 20);
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, 59);
	/* A.18: spurious: the probe is begun again. */
	t->tp->snd_cwnd = 10;
	t->tp->snd_cwnd = tcp_bbr.undo_cwnd(t->sk);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 2 * BDP + BDP / 4 + 1 + 2);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_REFILL);
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, BBR_INFINITE);
}

/* A deviation from section 5.5.10.2: one lost segment of 20 is no rate. */
static void bbr_probe_bears_a_single_loss(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	lose(t, 1, 20);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_UP);
	/* Without SACK any is one too many. */
	t->tp->rx_opt.sack_ok = 0;
	lose(t, 1, 20);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_DOWN);
}

/* Never below 0.7 of the target, as CUBIC (section 5.5.10.2). */
static void bbr_inflight_longterm_keeps_seven_tenths(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	lose(t, 3, 5);
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, BDP * 7 / 10);
}

/* Section 5.5.10.2: where in a burst losses became too many. */
static void bbr_finds_the_prefix_that_was_safe(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct sk_buff *skb;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	skb = fake_tcp_sent(t, 30);
	TCP_SKB_CB(skb)->tx_in_flight = 230;
	TCP_SKB_CB(skb)->tx_lost = t->tp->lost;
	TCP_SKB_CB(skb)->is_app_limited = 0;
	tcp_mark_skb_lost(t->sk, skb);
	/* 200 before it, of which none was lost: 4 more reach 2 %. */
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_longterm, 204);
}

/* Section 5.3.3.5: 1, 2, 4 ... segments more in each round trip (A.15). */
static void bbr_raises_inflight_longterm_faster_and_faster(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i, before, step = 0;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	state_of(t)->inflight_longterm = BDP;
	for (i = 0; i < 5; i++) {
		t->tp->snd_cwnd = state_of(t)->inflight_longterm;
		t->tp->is_cwnd_limited = true;
		before = state_of(t)->inflight_longterm;
		round_of(t, before, RTT_US, false);
		step = state_of(t)->inflight_longterm - before;
		KUNIT_EXPECT_GE(test, step, 1U << i);
		KUNIT_EXPECT_LE(test, step, (2U << i) + 5);
		KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_UP);
	}
}

/* Section 5.3.3.6: after a probe that lost, only touch the level; if that
 * goes well, probe again at once. */
static void bbr_probes_with_precaution_after_loss(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	lose(t, 3, 50);
	t->tp->lost = t->tp->lost_out = 0;
	t->tp->packets_out = BDP / 2;
	to_state(test, BBR_PROBE_BW_UP);
	t->tp->packets_out = state_of(t)->inflight_longterm;
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_DOWN);
	KUNIT_EXPECT_EQ(test, state_of(t)->prev_probe_precautionary, 1);
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_REFILL);
}

/* Section 5.5.10.3: loss in Cruise lowers the bounds to what was delivered,
 * 30 % at most, once a round trip; the next probe forgets it. */
static void bbr_slows_down_to_what_is_delivered(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 cwnd;

	to_cruise(t);
	full_rounds(t, 1);
	cwnd = t->tp->snd_cwnd;
	lose(t, 1, BDP);
	KUNIT_EXPECT_EQ(test, bbr_bw(state_of(t)), bbr_max_bw(state_of(t)));
	round_of(t, BDP * 9 / 10, RTT_US, false);
	KUNIT_EXPECT_GE(test, bbr_bw(state_of(t)), BW * 9 / 10 - 2);
	KUNIT_EXPECT_LE(test, bbr_bw(state_of(t)), BW);
	/* No less than 0.7 of the window, whatever was delivered. */
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_shortterm, cwnd * 7 / 10);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, cwnd * 7 / 10);
	to_state(test, BBR_PROBE_BW_REFILL);
	KUNIT_EXPECT_EQ(test, bbr_bw(state_of(t)), bbr_max_bw(state_of(t)));
	KUNIT_EXPECT_EQ(test, state_of(t)->inflight_shortterm, BBR_INFINITE);
}

/* Without loss in the round nothing is lowered. */
static void bbr_does_not_slow_down_without_loss(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	round_of(t, BDP / 2, RTT_US, false);
	round_of(t, BDP / 2, RTT_US, false);
	KUNIT_EXPECT_EQ(test, state_of(t)->bw_shortterm, BBR_INFINITE);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 2 * BDP + 1);
}

/* A.10: after 5 s without a lower round trip, half the BDP for 200 ms. */
static void bbr_probes_the_round_trip(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 cwnd, i;
	u64 since;

	to_cruise(t);
	cwnd = t->tp->snd_cwnd;
	for (i = 0; i < 200 && state_of(t)->state != BBR_PROBE_RTT; i++)
		round_of(t, BDP + 1, RTT_US + 1000, false);
	KUNIT_EXPECT_GE(test, i, 4700 / 41);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_RTT);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, BDP / 2 + 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->min_rtt_us, RTT_US);
	/* The time runs from when so little is in flight. */
	full_rounds(t, 8);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_RTT);
	t->tp->packets_out = BDP / 2;
	since = ktime_get_ns();
	while (state_of(t)->state == BBR_PROBE_RTT && i++ < 400)
		round_of(t, BDP / 2, RTT_US, true);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - since, 200 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - since, 320 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_CRUISE);
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, cwnd - 2);
	/* What little was sent has not lowered the rate. */
	KUNIT_EXPECT_GE(test, bbr_bw(state_of(t)), BW - 1);
}

/* A.20: out of Startup, and back into it. */
static void bbr_probe_rtt_returns_to_startup(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	for (i = 0; i < 200 && state_of(t)->state != BBR_PROBE_RTT; i++)
		round_of(t, 10, RTT_US, true);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_RTT);
	for (i = 0; i < 20 && state_of(t)->state == BBR_PROBE_RTT; i++)
		round_of(t, 4, RTT_US, true);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
}

/* A.11: a connection that was idle has drained the queue already; section
 * 5.4.1: it starts at the path's rate. */
static void bbr_restarts_from_idle_at_the_rate(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	to_state(test, BBR_PROBE_BW_UP);
	t->tp->packets_out = 0;
	t->tp->app_limited = t->tp->delivered;
	test_advance_ns(6 * NSEC_PER_SEC);
	tcp_mstamp_refresh(t->tp);
	tcp_bbr.cwnd_event(t->sk, CA_EVENT_TX_START);
	KUNIT_EXPECT_EQ(test, state_of(t)->idle_restart, 1);
	expect_rate(test, 100);
	t->tp->packets_out = BDP;
	round_of(t, BDP, RTT_US + 500, true);
	KUNIT_EXPECT_NE(test, state_of(t)->state, BBR_PROBE_RTT);
	KUNIT_EXPECT_EQ(test, state_of(t)->idle_restart, 0);
}

/* A.14: four segments, however small the BDP. */
static void bbr_keeps_four_segments(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	for (i = 0; i < 8; i++)
		round_of(t, 1, 100000, false);
	KUNIT_EXPECT_LE(test, bbr_bdp(t->sk, bbr_bw(state_of(t)), 100), 1);
	state_of(t)->inflight_shortterm = 1;
	round_of(t, 1, 100000, false);
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, BBR_MIN_PIPE_CWND);
}

/* Section 5.5.9: what comes in bursts widens the window (A.13), and is
 * forgotten after ten rounds. */
static void bbr_allows_for_aggregated_acks(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct ack burst = { .acked = 30,
			     .interval_us = RTT_US,
			     .rtt_us = RTT_US,
			     .tx_in_flight = BDP };
	u32 i;

	to_cruise(t);
	full_rounds(t, 12);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 2 * BDP + 1);
	/* 30 segments at once that the rate would bring in 30 ms. */
	burst.prior = t->tp->delivered - 5;
	burst.interval_us = 35 * 1000;
	ack(t, &burst);
	KUNIT_EXPECT_GE(test, state_of(t)->extra_acked[1], 30);
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, 2 * BDP + 25);
	test_advance_ns(30 * NSEC_PER_MSEC);
	for (i = 0; i < 12; i++)
		full_rounds(t, 1);
	KUNIT_EXPECT_LE(test, t->tp->snd_cwnd, 2 * BDP + 5);
}

/* Section 5.6.4.4: an RTO leaves one segment; recovery's end gives all back. */
static void bbr_restores_the_window_after_recovery(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 cwnd;

	to_cruise(t);
	cwnd = t->tp->snd_cwnd;
	t->tp->packets_out = 0;
	fake_tcp_sent(t, 1);
	tcp_enter_loss(t->sk);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 1);
	KUNIT_EXPECT_EQ(test, t->tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	tcp_set_ca_state(t->sk, TCP_CA_Open);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, cwnd);
}

/* RFC 3168 and section 3.7: ECE ends Startup; later it is what a loss is. */
static void bbr_takes_a_mark_for_congestion(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct rate_sample rs = { .prior_mstamp_ns = 1,
				  .interval_us = RTT_US,
				  .rtt_us = RTT_US,
				  .acked_sacked = 2,
				  .delivered = BDP,
				  .tx_in_flight = BDP,
				  .is_ece = true };

	full_rounds(t, 1);
	rs.prior_delivered = t->tp->delivered - BDP;
	/* Within CWR further ones are the same event. */
	tcp_bbr.cong_control(t->sk, &rs);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	tcp_enter_cwr(t->sk);
	t->tp->packets_out = 2 * BDP;
	tcp_bbr.cong_control(t->sk, &rs);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_DRAIN);
	tcp_set_ca_state(t->sk, TCP_CA_Open);

	t->tp->packets_out = BDP / 2;
	full_rounds(t, 3);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_PROBE_BW_CRUISE);
	tcp_enter_cwr(t->sk);
	rs.prior_delivered = t->tp->delivered - BDP;
	tcp_bbr.cong_control(t->sk, &rs);
	round_of(t, BDP, RTT_US, false);
	KUNIT_EXPECT_NE(test, state_of(t)->inflight_shortterm, BBR_INFINITE);
}

/* A queue of this machine that was full is no mark: no ECE came. */
static void bbr_ignores_cwr_without_ece(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	full_rounds(t, 1);
	tcp_enter_cwr(t->sk);
	full_rounds(t, 1);
	KUNIT_EXPECT_EQ(test, state_of(t)->state, BBR_STARTUP);
	KUNIT_EXPECT_EQ(test, state_of(t)->is_loss_in_round, 0);
}

/* RFC 8985, section 7.4, and section 5.5.10.3: the probe repaired a loss. */
static void bbr_counts_what_a_loss_probe_repaired(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	tcp_bbr.cwnd_event(t->sk, CA_EVENT_TLP_RECOVERY);
	KUNIT_EXPECT_EQ(test, state_of(t)->is_loss_in_round, 1);
	full_rounds(t, 1);
	KUNIT_EXPECT_NE(test, state_of(t)->inflight_shortterm, BBR_INFINITE);
}

/* RFC 1191, section 6.5: what was too large for the path tells nothing of its
 * bandwidth. */
static void bbr_takes_no_mtu_for_a_loss(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 lost = t->tp->lost;

	fake_tcp_sent(t, 4);
	t->tp->mss_cache = FAKE_TCP_MSS / 2;
	t->tp->snd_cwnd = 0; /* marks are all that matters here */
	tcp_simple_retransmit(t->sk);
	KUNIT_EXPECT_EQ(test, t->tp->lost_out, 4);
	KUNIT_EXPECT_EQ(test, t->tp->lost, lost);
	KUNIT_EXPECT_EQ(test, state_of(t)->is_loss_in_round, 0);
}

/* An ACK that brings no data or no usable sample changes no estimate. */
static void bbr_bears_acks_without_a_sample(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct rate_sample rs = { .delivered = -1,
				  .interval_us = -1,
				  .rtt_us = -1 };
	u32 rounds;

	to_cruise(t);
	rounds = state_of(t)->rounds_since_probe_up;
	tcp_bbr.cong_control(t->sk, &rs);
	rs.prior_mstamp_ns = 1;
	rs.prior_delivered = t->tp->delivered - BDP;
	tcp_bbr.cong_control(t->sk, &rs);
	KUNIT_EXPECT_EQ(test, state_of(t)->rounds_since_probe_up, rounds);
	KUNIT_EXPECT_EQ(test, bbr_max_bw(state_of(t)), BW);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 2 * BDP + 1);
}

/* SO_MAX_PACING_RATE and snd_cwnd_clamp bound what the model wants. */
static void bbr_obeys_the_programs_bounds(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	t->sk->sk_max_pacing_rate = 500000;
	t->tp->snd_cwnd_clamp = 30;
	to_cruise(t);
	KUNIT_EXPECT_EQ(test, t->sk->sk_pacing_rate, 500000);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 30);
}

/* uAPI linux/inet_diag.h. */
static void bbr_tells_its_estimates(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct tcp_bbr_info info;

	to_cruise(t);
	KUNIT_EXPECT_EQ(test, tcp_bbr.get_info(t->sk, &info, sizeof(info)),
			sizeof(info));
	KUNIT_EXPECT_EQ(test, info.bbr_min_rtt, RTT_US);
	KUNIT_EXPECT_GE(test, info.bbr_bw_lo, RATE_BY - 1000);
	KUNIT_EXPECT_LE(test, info.bbr_bw_lo, RATE_BY);
	KUNIT_EXPECT_EQ(test, info.bbr_bw_hi, 0);
	KUNIT_EXPECT_EQ(test, info.bbr_pacing_gain, 256);
	KUNIT_EXPECT_EQ(test, info.bbr_cwnd_gain, 512);
	/* A program's buffer may be shorter. */
	KUNIT_EXPECT_EQ(test, tcp_bbr.get_info(t->sk, &info, 8), 8);
}

/* Section 5.6.3: 1 ms at the rate, at least two segments. */
static void bbr_sends_small_quanta(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	to_cruise(t);
	KUNIT_EXPECT_EQ(test, tcp_tso_segs(t->sk, FAKE_TCP_MSS), 2);
	t->sk->sk_pacing_rate = 100000000;
	KUNIT_EXPECT_GE(test, tcp_tso_segs(t->sk, FAKE_TCP_MSS), 60);
	t->sk->sk_pacing_rate = 100000;
	KUNIT_EXPECT_EQ(test, tcp_tso_segs(t->sk, FAKE_TCP_MSS), 1);
}

static const struct kunit_case bbr_cases[] = {
	KUNIT_CASE(bbr_begins_at_the_initial_window_per_rtt),
	KUNIT_CASE(bbr_paces_anew_with_the_first_rtt),
	KUNIT_CASE(bbr_leaves_startup_on_a_plateau),
	KUNIT_CASE(bbr_stays_in_startup_while_the_program_limits),
	KUNIT_CASE(bbr_leaves_startup_on_loss),
	KUNIT_CASE(bbr_counts_gaps_not_packets),
	KUNIT_CASE(bbr_drains_to_the_bdp),
	KUNIT_CASE(bbr_drains_three_rounds_at_most),
	KUNIT_CASE(bbr_goes_round_the_probe_bw_states),
	KUNIT_CASE(bbr_probes_from_down_in_time),
	KUNIT_CASE(bbr_forgets_bandwidth_in_two_cycles),
	KUNIT_CASE(bbr_probe_that_loses_sets_inflight_longterm),
	KUNIT_CASE(bbr_probe_bears_a_single_loss),
	KUNIT_CASE(bbr_inflight_longterm_keeps_seven_tenths),
	KUNIT_CASE(bbr_finds_the_prefix_that_was_safe),
	KUNIT_CASE(bbr_raises_inflight_longterm_faster_and_faster),
	KUNIT_CASE(bbr_probes_with_precaution_after_loss),
	KUNIT_CASE(bbr_slows_down_to_what_is_delivered),
	KUNIT_CASE(bbr_does_not_slow_down_without_loss),
	KUNIT_CASE(bbr_probes_the_round_trip),
	KUNIT_CASE(bbr_probe_rtt_returns_to_startup),
	KUNIT_CASE(bbr_restarts_from_idle_at_the_rate),
	KUNIT_CASE(bbr_keeps_four_segments),
	KUNIT_CASE(bbr_allows_for_aggregated_acks),
	KUNIT_CASE(bbr_restores_the_window_after_recovery),
	KUNIT_CASE(bbr_takes_a_mark_for_congestion),
	KUNIT_CASE(bbr_ignores_cwr_without_ece),
	KUNIT_CASE(bbr_counts_what_a_loss_probe_repaired),
	KUNIT_CASE(bbr_takes_no_mtu_for_a_loss),
	KUNIT_CASE(bbr_bears_acks_without_a_sample),
	KUNIT_CASE(bbr_obeys_the_programs_bounds),
	KUNIT_CASE(bbr_tells_its_estimates),
	KUNIT_CASE(bbr_sends_small_quanta),
	{}
};

static const struct kunit_suite bbr_suite = {
	.name = "tcp_bbr",
	.init = bbr_test_init,
	.exit = bbr_test_exit,
	.test_cases = bbr_cases,
};
kunit_test_suite(bbr_suite);

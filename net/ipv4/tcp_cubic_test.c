// SPDX-License-Identifier: MIT
/* DOC: CUBIC against the formulas of RFC 9438, HyStart++ of RFC 9406. */
#include "tests/fixtures/fake_tcp.h"

#define RTT_MS 100U

static void ack_round(struct fake_tcp *t, u32 rtt_ms)
{
	const struct tcp_congestion_ops *ca = &cubictcp;
	struct ack_sample s = { .pkts_acked = 1, .rtt_us = (s32)rtt_ms * 1000 };
	u32 n = t->tp->snd_cwnd, i;

	test_advance_ns(rtt_ms * NSEC_PER_MSEC);
	tcp_mstamp_refresh(t->tp);
	t->tp->snd_una = t->tp->snd_nxt;
	t->tp->snd_nxt += n * FAKE_TCP_MSS;
	t->tp->is_cwnd_limited = true;
	for (i = 0; i < n; i++) {
		t->tp->snd_una++;
		ca->pkts_acked(t->sk, &s);
		ca->cong_avoid(t->sk, 0, 1);
	}
}

static int cubic_test_init(struct kunit *test)
{
	int err = fake_tcp_init(test);
	struct fake_tcp *t = test->priv;

	if (err)
		return err;
	inet_csk(t->sk)->icsk_ca_ops = &cubictcp;
	tcp_init_congestion_control(t->sk);
	return 0;
}

/* Section 4.6: beta is 0.7; section 4.7: the plateau of the next epoch is
 * lower when the last one was not reached. */
static void cubic_ssthresh_is_seven_tenths(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	t->tp->snd_cwnd = 100;
	KUNIT_EXPECT_EQ(test, cubictcp.ssthresh(t->sk), 70);
	t->tp->snd_cwnd = 10;
	KUNIT_EXPECT_EQ(test, cubictcp.ssthresh(t->sk), 7);
	t->tp->snd_cwnd = 1;
	KUNIT_EXPECT_EQ(test, cubictcp.ssthresh(t->sk), 2);
}

/*
 * Section 4.2: with W_max = 1000 and cwnd = 700, K = cbrt(300 / 0.4) = 9.09 s.
 * At each whole second the window is within 3 % of C (t - K)^3 + W_max.
 */
static void cubic_window_follows_the_curve(struct kunit *test)
{
	/* 0.4 (t - 9.086)^3 + 1000 for t = 0, 3, 6, 9, 12, 15 */
	static const u32 want[] = { 700, 910, 988, 1000, 1010, 1083 };
	struct fake_tcp *t = test->priv;
	u32 i, k;

	t->tp->snd_cwnd = 1000;
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	KUNIT_EXPECT_EQ(test, t->tp->snd_ssthresh, 700);
	t->tp->snd_cwnd = 700;
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, want[i] * 97 / 100);
		KUNIT_EXPECT_LE(test, t->tp->snd_cwnd, want[i] * 103 / 100);
		for (k = 0; k < 3000 / RTT_MS; k++)
			ack_round(t, RTT_MS);
	}
}

/* Section 4.3: where Reno would be faster, Reno's window. With 2 ms of RTT
 * and 20 segments, 100 round trips are 0.2 s: the curve has not moved. */
static void cubic_is_never_slower_than_reno(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	t->tp->snd_cwnd = 30;
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	t->tp->snd_cwnd = t->tp->snd_ssthresh; /* 21 */
	for (i = 0; i < 100; i++)
		ack_round(t, 2);
	/* 17 round trips at 0.53 to 30, then one segment a round trip. */
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, 90);
}

/* RFC 9406: the RTT rises by more than an eighth: CSS, then the end of slow
 * start, long before loss. */
static void cubic_hystart_ends_slow_start(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	for (i = 0; i < 4; i++)
		ack_round(t, 50);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 160);
	for (i = 0; i < 8; i++)
		ack_round(t, 60 + 2 * i);
	KUNIT_EXPECT_LT(test, t->tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	KUNIT_EXPECT_LT(test, t->tp->snd_cwnd, 2000);
}

/* A steady RTT never ends it: cwnd doubles each round trip. */
static void cubic_slow_start_doubles(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	for (i = 0; i < 6; i++)
		ack_round(t, 50);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 640);
	KUNIT_EXPECT_EQ(test, t->tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
}

/* Section 4.3: HyStart++ is for the first slow start alone. */
static void cubic_hystart_leaves_later_slow_starts_alone(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	t->tp->snd_ssthresh = 5000;
	for (i = 0; i < 8; i++)
		ack_round(t, 50 + 10 * i);
	KUNIT_EXPECT_EQ(test, t->tp->snd_ssthresh, 5000);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 2560);
}

/* tcp_cubic.hystart_detect=2: as Linux has it, out at the ninth sample. */
static void cubic_hystart_by_delay_leaves_at_once(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	tcp_net(t->sk)->tcp_hystart_detect = TCP_HYSTART_DELAY;
	ack_round(t, 50);
	ack_round(t, 50);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 40);
	ack_round(t, 57);
	KUNIT_EXPECT_EQ(test, t->tp->snd_ssthresh, 48);
	KUNIT_EXPECT_LE(test, t->tp->snd_cwnd, 50);
}

static void cubic_without_hystart(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	tcp_net(t->sk)->tcp_hystart_detect = 0;
	for (i = 0; i < 6; i++)
		ack_round(t, 50 + 20 * i);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, 640);
}

/* Section 4.9: a loss that was none: the curve goes on where it was. */
static void cubic_undo_continues_the_epoch(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i, before;

	t->tp->snd_cwnd = 1000;
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	t->tp->snd_cwnd = 700;
	for (i = 0; i < 30; i++)
		ack_round(t, RTT_MS); /* 3 s: 910 */
	before = t->tp->snd_cwnd;
	t->tp->prior_cwnd = before;
	t->tp->snd_cwnd = cubictcp.ssthresh(t->sk);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, before * 717 / 1024);
	t->tp->snd_cwnd = cubictcp.undo_cwnd(t->sk);
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, before);
	for (i = 0; i < 30; i++)
		ack_round(t, RTT_MS); /* 6 s: 988 */
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, 988 * 97 / 100);
	KUNIT_EXPECT_LE(test, t->tp->snd_cwnd, 988 * 103 / 100);
}

/* The same of a time-out, which forgets the plateau (section 4.8). */
static void cubic_undo_of_a_timeout_restores_the_plateau(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	t->tp->snd_cwnd = 1000;
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	t->tp->snd_cwnd = 700;
	for (i = 0; i < 30; i++)
		ack_round(t, RTT_MS);
	t->tp->prior_cwnd = t->tp->snd_cwnd;
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	cubictcp.set_state(t->sk, TCP_CA_Loss);
	t->tp->snd_cwnd = 1;
	t->tp->snd_cwnd = cubictcp.undo_cwnd(t->sk);
	t->tp->snd_ssthresh = 700;
	for (i = 0; i < 60; i++)
		ack_round(t, RTT_MS); /* 9 s: on the plateau */
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, 1000 * 97 / 100);
	KUNIT_EXPECT_LE(test, t->tp->snd_cwnd, 1000 * 103 / 100);
}

/* Section 4.7: below the last plateau, the next is lower by (1 + beta) / 2. */
static void cubic_fast_convergence_releases_bandwidth(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	t->tp->snd_cwnd = 1000;
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	t->tp->snd_cwnd = 800; /* lost again before it was back */
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	t->tp->snd_cwnd = 560;
	for (i = 0; i < 90; i++)
		ack_round(t, RTT_MS);
	/* K = cbrt(120 / 0.4) = 6.7 s: at 9 s flat above 680, not 800. */
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, 670);
	KUNIT_EXPECT_LE(test, t->tp->snd_cwnd, 700);
}

/* Section 5.8: while the program does not fill the window, the curve waits. */
static void cubic_does_not_grow_on_time_unused(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i, before;

	t->tp->snd_cwnd = 1000;
	t->tp->snd_ssthresh = cubictcp.ssthresh(t->sk);
	t->tp->snd_cwnd = 700;
	for (i = 0; i < 10; i++)
		ack_round(t, RTT_MS);
	before = t->tp->snd_cwnd; /* 788 after 1 s */
	for (i = 0; i < 300; i++) {
		test_advance_ns(RTT_MS * NSEC_PER_MSEC);
		tcp_mstamp_refresh(t->tp);
		t->tp->is_cwnd_limited = false;
		t->tp->max_packets_out = 10;
		cubictcp.cong_avoid(t->sk, 0, 10);
	}
	KUNIT_EXPECT_EQ(test, t->tp->snd_cwnd, before);
	for (i = 0; i < 20; i++)
		ack_round(t, RTT_MS);
	/* 3 s of growth in all: 910. */
	KUNIT_EXPECT_GE(test, t->tp->snd_cwnd, 910 * 97 / 100);
	KUNIT_EXPECT_LE(test, t->tp->snd_cwnd, 910 * 103 / 100);
}

static const struct kunit_case tcp_cubic_cases[] = {
	KUNIT_CASE(cubic_ssthresh_is_seven_tenths),
	KUNIT_CASE(cubic_window_follows_the_curve),
	KUNIT_CASE(cubic_is_never_slower_than_reno),
	KUNIT_CASE(cubic_hystart_ends_slow_start),
	KUNIT_CASE(cubic_slow_start_doubles),
	KUNIT_CASE(cubic_hystart_leaves_later_slow_starts_alone),
	KUNIT_CASE(cubic_hystart_by_delay_leaves_at_once),
	KUNIT_CASE(cubic_without_hystart),
	KUNIT_CASE(cubic_undo_continues_the_epoch),
	KUNIT_CASE(cubic_undo_of_a_timeout_restores_the_plateau),
	KUNIT_CASE(cubic_fast_convergence_releases_bandwidth),
	KUNIT_CASE(cubic_does_not_grow_on_time_unused),
	{ 0 },
};

static const struct kunit_suite tcp_cubic_suite = {
	.name = "tcp_cubic",
	.init = cubic_test_init,
	.exit = fake_tcp_exit,
	.test_cases = tcp_cubic_cases,
};
kunit_test_suite(tcp_cubic_suite);

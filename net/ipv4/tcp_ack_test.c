// SPDX-License-Identifier: MIT
/* DOC: RTT and RTO, the windowed minimum, SACK blocks as they come in. */
#include "tests/fixtures/fake_tcp.h"

static void sample(struct fake_tcp *t, u64 rtt_us)
{
	test_advance_ns(rtt_us * NSEC_PER_USEC);
	tcp_synack_rtt_meas(t->sk, ktime_get_ns() - rtt_us * NSEC_PER_USEC);
}

/* RFC 6298, section 2.2: SRTT = R, RTTVAR = R/2, RTO = SRTT + 4 RTTVAR. */
static void tcp_rtt_first_sample_sets_rto(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	sample(t, 300000);
	KUNIT_EXPECT_EQ(test, t->tp->srtt_us >> 3, 300000);
	KUNIT_EXPECT_EQ(test, t->tp->mdev_us >> 2, 150000);
	KUNIT_EXPECT_EQ(test, inet_csk(t->sk)->icsk_rto_ns,
			900 * NSEC_PER_MSEC);
}

/* The variation is 200 ms at least, so a 10 ms path has an RTO of 210 ms. */
static void tcp_rtt_small_sample_has_min_variation(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	sample(t, 10000);
	KUNIT_EXPECT_EQ(test, inet_csk(t->sk)->icsk_rto_ns,
			210 * NSEC_PER_MSEC);
	sample(t, 10300);
	KUNIT_EXPECT_EQ(test, t->tp->srtt_us, 80300);
	KUNIT_EXPECT_EQ(test, inet_csk(t->sk)->icsk_rto_ns,
			211 * NSEC_PER_MSEC);
}

/* RFC 6298, section 2.3: SRTT moves by an eighth of the error. */
static void tcp_rtt_follows_by_an_eighth(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	sample(t, 100000);
	sample(t, 180000);
	KUNIT_EXPECT_EQ(test, t->tp->srtt_us >> 3, 110000);
	sample(t, 30000);
	KUNIT_EXPECT_EQ(test, t->tp->srtt_us >> 3, 100000);
}

/* RFC 6298, section 5.7: a resent SYN gives no sample; then 3 s. */
static void tcp_init_metrics_without_sample_falls_back(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	tcp_synack_rtt_meas(t->sk, 0);
	KUNIT_EXPECT_EQ(test, t->tp->srtt_us, 0);
	tcp_init_metrics(t->sk);
	KUNIT_EXPECT_EQ(test, inet_csk(t->sk)->icsk_rto_ns, 3 * NSEC_PER_SEC);
}

static void tcp_min_rtt_forgets_after_its_window(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	net_ipv4(t->f->net)->sysctl_tcp_min_rtt_wlen = 10;
	KUNIT_EXPECT_EQ(test, tcp_min_rtt(t->tp), ~0U);
	sample(t, 5000);
	sample(t, 9000);
	KUNIT_EXPECT_EQ(test, tcp_min_rtt(t->tp), 5000);
	test_advance_ns(6 * NSEC_PER_SEC);
	sample(t, 8000);
	KUNIT_EXPECT_EQ(test, tcp_min_rtt(t->tp), 5000);
	test_advance_ns(6 * NSEC_PER_SEC);
	sample(t, 8500);
	KUNIT_EXPECT_EQ(test, tcp_min_rtt(t->tp), 8000);
}

/* --- SACK --- */

static void tcp_sack_marks_what_it_covers(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct sk_buff *skb[5];
	const u32 b[][2] = { { 2001, 4001 } };
	u32 i;

	for (i = 0; i < 5; i++)
		skb[i] = fake_tcp_sent(t, 1);
	KUNIT_EXPECT_EQ(test, fake_tcp_sack(t, b, 1) & FLAG_DATA_SACKED,
			FLAG_DATA_SACKED);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test,
				TCP_SKB_CB(skb[i])->sacked & TCPCB_SACKED_ACKED,
				i == 2 || i == 3);
	KUNIT_EXPECT_EQ(test, t->tp->sacked_out, 2);
	KUNIT_EXPECT_PTR_EQ(test, t->tp->highest_sack, skb[4]);
	KUNIT_EXPECT_EQ(test, t->tp->delivered, 2);
	/* The same again is no news. */
	KUNIT_EXPECT_EQ(test, fake_tcp_sack(t, b, 1) & FLAG_DATA_SACKED, 0);
	KUNIT_EXPECT_EQ(test, t->tp->sacked_out, 2);
}

/* A block that is inverted, beyond snd_nxt, empty, or old: no effect. */
static void tcp_sack_ignores_impossible_blocks(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	const u32 b[][2] = {
		{ 4001, 2001 }, { 3001, 9001 }, { 2001, 2001 }, { 9001, 9999 }
	};
	const u32 whole[][2] = { { 1, 5001 } };
	u64 *discards = &t->f->net->mib.v[MIB_TcpExt_TCPSACKDiscard];
	u64 was = *discards;
	u32 i;

	for (i = 0; i < 5; i++)
		fake_tcp_sent(t, 1);
	fake_tcp_sack(t, b, 4);
	KUNIT_EXPECT_EQ(test, t->tp->sacked_out, 0);
	KUNIT_EXPECT_EQ(test, *discards - was, 4);
	/* From snd_una on it would have been acknowledged. */
	fake_tcp_sack(t, whole, 1);
	KUNIT_EXPECT_EQ(test, t->tp->sacked_out, 0);
}

/* Blocks of one ACK in any order, and one that grows. */
static void tcp_sack_takes_blocks_in_any_order(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	const u32 b[][2] = { { 7001, 8001 }, { 3001, 4001 }, { 5001, 6001 } };
	const u32 c[][2] = { { 7001, 10001 }, { 3001, 4001 }, { 5001, 6001 } };
	u32 i;

	for (i = 0; i < 10; i++)
		fake_tcp_sent(t, 1);
	fake_tcp_sack(t, b, 3);
	KUNIT_EXPECT_EQ(test, t->tp->sacked_out, 3);
	fake_tcp_sack(t, c, 3);
	KUNIT_EXPECT_EQ(test, t->tp->sacked_out, 5);
	KUNIT_EXPECT_NULL(test, t->tp->highest_sack);
}

/* A hole filled late, never resent, is reordering (RFC 8985, section 6.2). */
static void tcp_sack_detects_reordering(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	const u32 b[][2] = { { 7001, 8001 } };
	const u32 c[][2] = { { 1001, 2001 }, { 7001, 8001 } };
	u32 i;

	for (i = 0; i < 8; i++)
		fake_tcp_sent(t, 1);
	fake_tcp_sack(t, b, 1);
	KUNIT_EXPECT_EQ(test, t->tp->reord_seen, 0);
	fake_tcp_sack(t, c, 2);
	KUNIT_EXPECT_EQ(test, t->tp->reord_seen, 1);
	KUNIT_EXPECT_EQ(test, t->tp->reordering, 7);
}

/* More duplicates than resends: not believed, nothing is undone. */
static void tcp_sack_doubts_surplus_dsacks(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	const u32 b[][2] = { { 1, 1001 } };

	fake_tcp_sent(t, 1);
	fake_tcp_sent(t, 1);
	t->tp->snd_una = 1001;
	KUNIT_EXPECT_EQ(test, fake_tcp_sack(t, b, 1) & FLAG_DSACKING_ACK, 0);
	t->tp->total_retrans = 5;
	t->tp->undo_marker = 1;
	t->tp->undo_retrans = 1;
	KUNIT_EXPECT_EQ(test, fake_tcp_sack(t, b, 1) & FLAG_DSACKING_ACK,
			FLAG_DSACKING_ACK);
	KUNIT_EXPECT_EQ(test, t->tp->undo_retrans, 0);
}

/*
 * Every second of 100,000 segments SACKed, one ACK each with the three last
 * blocks: each ACK is O(log n), so this ends within moments.
 */
static void tcp_sack_of_100000_in_flight_is_not_quadratic(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	/* 4 KiB each: fewer where memory is short. */
	u32 n = totalram_pages() > 200000 ? 100000 : 10000;
	u32 b[3][2] = { { 0 } };
	u32 i, j;

	for (i = 0; i < n; i++)
		fake_tcp_sent(t, 1);
	for (i = 1; i < n; i += 2) {
		for (j = 0; j < 3; j++) {
			b[j][0] = 1 + (i - 2 * (j < i / 2 ? j : 0)) * 1000;
			b[j][1] = b[j][0] + 1000;
		}
		fake_tcp_sack(t, b, 3);
	}
	KUNIT_EXPECT_EQ(test, t->tp->sacked_out, n / 2);
}

static const struct kunit_case tcp_ack_cases[] = {
	KUNIT_CASE(tcp_rtt_first_sample_sets_rto),
	KUNIT_CASE(tcp_rtt_small_sample_has_min_variation),
	KUNIT_CASE(tcp_rtt_follows_by_an_eighth),
	KUNIT_CASE(tcp_init_metrics_without_sample_falls_back),
	KUNIT_CASE(tcp_min_rtt_forgets_after_its_window),
	KUNIT_CASE(tcp_sack_marks_what_it_covers),
	KUNIT_CASE(tcp_sack_ignores_impossible_blocks),
	KUNIT_CASE(tcp_sack_takes_blocks_in_any_order),
	KUNIT_CASE(tcp_sack_detects_reordering),
	KUNIT_CASE(tcp_sack_doubts_surplus_dsacks),
	KUNIT_CASE(tcp_sack_of_100000_in_flight_is_not_quadratic),
	{ 0 },
};

static const struct kunit_suite tcp_ack_suite = {
	.name = "tcp_ack",
	.init = fake_tcp_init,
	.exit = fake_tcp_exit,
	.test_cases = tcp_ack_cases,
};
kunit_test_suite(tcp_ack_suite);

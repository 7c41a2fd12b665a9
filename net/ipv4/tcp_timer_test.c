// SPDX-License-Identifier: MIT
/* DOC: RTO and back-off, probes, keepalive, giving up, delayed ACKs; by the
 * clock. */
#include "tests/fixtures/tcp_peer.h"

/* The segment just taken left @ms after @t0, within the timer's tick. */
static void expect_ms(struct kunit *test, const struct tcp_peer *p, u64 t0,
		      u64 ms)
{
	u64 at = p->got.at_ns - t0;

	KUNIT_EXPECT_GE(test, at, ms * NSEC_PER_MSEC);
	KUNIT_EXPECT_LE(test, at, (ms + 2) * NSEC_PER_MSEC);
}

/* RFC 6298, section 5.5: 0.2, 0.4, 0.8 ... s; cwnd is one segment. */
static void tcp_retransmit_timer_backs_off(struct kunit *test)
{
	static const u32 at_ms[] = { 200, 600, 1400, 3000, 6200 };
	struct tcp_peer *p;
	struct socket *s;
	u64 t0;
	u32 i;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	t0 = ktime_get_ns();
	peer_write(s, 0, 2000, 0);
	peer_expect(p, ".", 1, 1460, 1);
	peer_expect(p, "P.", 1461, 540, 1);
	test_advance_ns(7 * NSEC_PER_SEC);
	for (i = 0; i < ARRAY_SIZE(at_ms); i++) {
		peer_expect(p, ".", 1, 1460, 1);
		expect_ms(test, p, t0, at_ms[i]);
	}
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, 1);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_ca_state, TCP_CA_Loss);
	peer_send(p, ".", 1, 0, 2001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_backoff, 5);
	/* Karn: nothing was measured, the back-off stays (section 3). */
	tcp_peer_end(p, s);
}

/* TCP_INFO: three time-outs, all in one recovery, and how long it took. */
static void tcp_info_counts_timeouts(struct kunit *test)
{
	struct tcp_info info;
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_write(s, 0, 1000, 0);
	test_advance_ns(2 * NSEC_PER_SEC);
	tcp_get_info(s->sk, &info);
	KUNIT_EXPECT_EQ(test, info.tcpi_total_rto, 3);
	KUNIT_EXPECT_EQ(test, info.tcpi_total_rto_recoveries, 1);
	/* The first came after 200 ms. */
	KUNIT_EXPECT_GE(test, info.tcpi_total_rto_time, 1790);
	KUNIT_EXPECT_LE(test, info.tcpi_total_rto_time, 1800);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 1001, 65535, NULL);
	test_advance_ns(NSEC_PER_SEC);
	tcp_get_info(s->sk, &info);
	KUNIT_EXPECT_EQ(test, info.tcpi_total_rto, 3);
	KUNIT_EXPECT_LE(test, info.tcpi_total_rto_time, 1800);
	tcp_peer_end(p, s);
}

/* RFC 8985, section 7: with SACK a lost tail is probed before the RTO. */
static void tcp_loss_probe_goes_before_the_rto(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u64 t0;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1000 sackok");
	/* A round trip of 50 ms. */
	peer_write(s, 0, 1000, 0);
	peer_expect(p, "P.", 1, 1000, 1);
	test_advance_ns(50 * NSEC_PER_MSEC);
	peer_send(p, ".", 1, 0, 1001, 65535, NULL);
	tcp_sk(s->sk)->srtt_us = 50000 << 3;
	t0 = ktime_get_ns();
	peer_write(s, 1000, 3000, 0);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 3);
	test_advance_ns(110 * NSEC_PER_MSEC);
	peer_expect(p, "P.", 3001, 1000, 1);
	expect_ms(test, p, t0, 102);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_ca_state, TCP_CA_Open);
	/* It shows what is missing: fast recovery, no RTO. */
	peer_send(p, ".", 1, 0, 1001, 65535, "sack=3001-4001 nop nop");
	test_advance_ns(30 * NSEC_PER_MSEC);
	peer_expect(p, ".", 1001, 1000, 1);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_ca_state, TCP_CA_Recovery);
	KUNIT_EXPECT_EQ(test,
			((struct net_fixture *)test->priv)
				->net->mib.v[MIB_TcpExt_TCPTimeouts],
			0);
	tcp_peer_end(p, s);
}

/* RFC 5482: the program's own limit, to the millisecond. */
static void tcp_user_timeout_ends_the_connection(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_setsockopt(s, SOL_TCP, TCP_USER_TIMEOUT, 1000);
	peer_write(s, 0, 10, 0);
	test_advance_ns(1150 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err, 0);
	test_advance_ns(100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err, ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_CLOSE);
	tcp_peer_end(p, s);
}

/* RFC 1122, section 4.2.3.5: fifteen back-offs from 0.2 s make 924.6 s after
 * the first retransmission; the RTO after that is at 1044.6 s. */
static void tcp_write_timeout_gives_up_after_retries2(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_write(s, 0, 10, 0);
	test_advance_ns(1044 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err, 0);
	test_advance_ns(NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err, ETIMEDOUT);
	tcp_peer_end(p, s);
}

/* RFC 9293, section 3.8.6.1: the closed window is asked for, ever less often,
 * for as long as the peer answers. */
static void tcp_probe_timer_probes_a_closed_window(struct kunit *test)
{
	static const u32 at_ms[] = { 200, 600, 1400, 3000 };
	struct tcp_peer *p;
	struct socket *s;
	u64 t0;
	u32 i;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_write(s, 0, 10, 0);
	peer_expect(p, "P.", 1, 10, 1);
	peer_send(p, ".", 1, 0, 11, 0, NULL);
	t0 = ktime_get_ns();
	peer_write(s, 10, 10, 0);
	for (i = 0; i < ARRAY_SIZE(at_ms); i++) {
		u64 gap = t0 + at_ms[i] * NSEC_PER_MSEC - ktime_get_ns();

		test_advance_ns(gap + 2 * NSEC_PER_MSEC);
		/* One before snd_una: no byte of payload. */
		peer_expect(p, ".", 10, 0, 1);
		expect_ms(test, p, t0, at_ms[i]);
	}
	peer_expect_none(p);
	peer_send(p, ".", 1, 0, 11, 1000, NULL);
	peer_expect(p, "P.", 11, 10, 1);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_backoff, 0);
	tcp_peer_end(p, s);
}

/* RFC 1122, section 4.2.3.6. */
static void tcp_keepalive_probes_and_gives_up(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u64 t0;
	u32 i;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_setsockopt(s, SOL_TCP, TCP_KEEPIDLE, 10);
	peer_setsockopt(s, SOL_TCP, TCP_KEEPINTVL, 2);
	peer_setsockopt(s, SOL_TCP, TCP_KEEPCNT, 3);
	peer_setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, 1);
	t0 = ktime_get_ns();
	test_advance_ns(11 * NSEC_PER_SEC);
	peer_expect(p, ".", 0, 0, 1);
	expect_ms(test, p, t0, 10000);
	/* An answer: all is well, for another 10 s. */
	peer_send(p, ".", 1, 0, 1, 65535, NULL);
	t0 = ktime_get_ns();
	test_advance_ns(17 * NSEC_PER_SEC);
	for (i = 0; i < 3; i++) {
		peer_expect(p, ".", 0, 0, 1);
		expect_ms(test, p, t0, 10000 + 2000 * i);
	}
	peer_expect(p, "R.", 1, 0, 1);
	expect_ms(test, p, t0, 16000);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err, ETIMEDOUT);
	tcp_peer_end(p, s);
}

/* RFC 1122, section 4.2.3.2: every second full segment at once; a lone one
 * after 40 ms, once the first quick ACKs are used up. */
static void tcp_delack_timer_acks_a_lone_segment(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u32 seq = 1, i;
	u64 t0;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1000");
	for (i = 0; i < 40; i++, seq += 1000) {
		peer_send(p, ".", seq, 1000, 1, 65535, NULL);
		peer_read(test, s, seq - 1, 1000, 0);
	}
	peer_flush(p);
	inet_csk(s->sk)->icsk_ack.quick = 0;
	inet_csk(s->sk)->icsk_ack.ato_ns = TCP_ATO_MIN;
	test_advance_ns(NSEC_PER_MSEC);
	if (inet_csk_ack_scheduled(s->sk)) {
		test_advance_ns(100 * NSEC_PER_MSEC);
		peer_flush(p);
		inet_csk(s->sk)->icsk_ack.ato_ns = TCP_ATO_MIN;
	}
	tcp_sk(s->sk)->rcv_ssthresh = tcp_sk(s->sk)->window_clamp;
	t0 = ktime_get_ns();
	peer_send(p, ".", seq, 1000, 1, 65535, NULL);
	peer_expect_none(p);
	test_advance_ns(60 * NSEC_PER_MSEC);
	peer_expect(p, ".", 1, 0, seq + 1000);
	expect_ms(test, p, t0, 40);
	tcp_peer_end(p, s);
}

static const struct kunit_case tcp_timer_cases[] = {
	KUNIT_CASE(tcp_retransmit_timer_backs_off),
	KUNIT_CASE(tcp_info_counts_timeouts),
	KUNIT_CASE(tcp_loss_probe_goes_before_the_rto),
	KUNIT_CASE(tcp_user_timeout_ends_the_connection),
	KUNIT_CASE(tcp_write_timeout_gives_up_after_retries2),
	KUNIT_CASE(tcp_probe_timer_probes_a_closed_window),
	KUNIT_CASE(tcp_keepalive_probes_and_gives_up),
	KUNIT_CASE(tcp_delack_timer_acks_a_lone_segment),
	{ 0 },
};

static const struct kunit_suite tcp_timer_suite = {
	.name = "tcp_timer",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = tcp_timer_cases,
};
kunit_test_suite(tcp_timer_suite);

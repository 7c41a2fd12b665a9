// SPDX-License-Identifier: MIT
/* DOC: what leaves, when, and how it is cut; judged by a scripted peer. */
#include "tests/fixtures/tcp_peer.h"

/* RFC 1122, section 4.2.3.4: a second small segment waits for the first. */
static void tcp_write_xmit_holds_a_runt_behind_a_runt(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_write(s, 0, 100, 0);
	peer_expect(p, "P.", 1, 100, 1);
	peer_write(s, 100, 100, 0);
	peer_write(s, 200, 100, 0);
	peer_expect_none(p);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	peer_expect(p, "P.", 101, 200, 1);
	tcp_peer_end(p, s);
}

/* Minshall: a full segment in flight holds nothing back. */
static void tcp_write_xmit_sends_a_runt_behind_full_segments(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_write(s, 0, 1460, 0);
	peer_expect(p, "P.", 1, 1460, 1);
	peer_write(s, 1460, 10, 0);
	peer_expect(p, "P.", 1461, 10, 1);
	peer_write(s, 1470, 10, 0);
	peer_expect_none(p);
	tcp_peer_end(p, s);
}

static void tcp_write_xmit_nodelay_sends_at_once(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u32 i;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1460");
	peer_setsockopt(s, SOL_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 4; i++) {
		peer_write(s, 10 * i, 10, 0);
		peer_expect(p, "P.", 1 + 10 * i, 10, 1);
	}
	tcp_peer_end(p, s);
}

/* RFC 6928: ten segments; each ACK in slow start lets two more go for one. */
static void tcp_write_xmit_obeys_cwnd(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u32 i;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1000 ws=7");
	peer_write(s, 0, 40000, 0);
	for (i = 0; i < 10; i++) {
		if (!peer_next(p))
			break;
		KUNIT_EXPECT_EQ(test, p->got.len, 1000);
		KUNIT_EXPECT_EQ(test, p->got.seq, 1 + 1000 * i);
	}
	KUNIT_EXPECT_EQ(test, i, 10);
	peer_expect_none(p);
	peer_send(p, ".", 1, 0, 2001, 10000, NULL);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, 12);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 4);
	peer_send(p, ".", 1, 0, 14001, 10000, NULL);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, 24);
	tcp_peer_end(p, s);
}

/* Never beyond the peer's window; the rest of it is used when nothing small is
 * in flight, and not afterwards (RFC 9293, section 3.8.6.2.1). */
static void tcp_write_xmit_obeys_the_peers_window(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1000");
	peer_send(p, ".", 1, 0, 1, 2500, NULL);
	peer_write(s, 0, 10000, 0);
	peer_expect(p, ".", 1, 1000, 1);
	peer_expect(p, ".", 1001, 1000, 1);
	peer_expect(p, "P.", 2001, 500, 1);
	peer_expect_none(p);
	/* Now 2001 to 4001: the runt is in flight, so one full segment. */
	peer_send(p, ".", 1, 0, 2001, 2000, NULL);
	peer_expect(p, ".", 2501, 1000, 1);
	peer_expect_none(p);
	tcp_peer_end(p, s);
}

/* Only the end of what the program wrote is marked. */
static void tcp_write_xmit_pushes_the_last_segment(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1000");
	peer_write(s, 0, 3500, 0);
	peer_expect(p, ".", 1, 1000, 1);
	peer_expect(p, ".", 1001, 1000, 1);
	peer_expect(p, ".", 2001, 1000, 1);
	peer_expect(p, "P.", 3001, 500, 1);
	peer_expect_none(p);
	tcp_peer_end(p, s);
}

/* Room for two windows: heads in powers of two, a struct beside each. */
static void tcp_sndbuf_starts_at_two_windows(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct tcp_peer *p;
	struct socket *s;

	f->net->ipv4->sysctl_tcp_wmem[1] = 4096;
	p = tcp_peer_new(f);
	s = peer_connected(p, "mss=1000");
	KUNIT_EXPECT_EQ(
		test, s->sk->sk_sndbuf,
		2 * 10 * (2048 + SKB_DATA_ALIGN(sizeof(struct sk_buff))));
	tcp_peer_end(p, s);
}

/* RFC 5681, section 4.1: idle for long, the window is the initial one. */
static void tcp_cwnd_restart_after_idle(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1000 ws=7");
	peer_write(s, 0, 10000, 0);
	peer_send(p, ".", 1, 0, 10001, 10000, NULL);
	peer_write(s, 10000, 20000, 0);
	peer_send(p, ".", 1, 0, 30001, 10000, NULL);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, 40);
	peer_flush(p);
	test_advance_ns(5 * NSEC_PER_SEC);
	peer_write(s, 30000, 40000, 0);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, 10);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 10);
	tcp_peer_end(p, s);
}

/* Pacing (row T12): with a rate set, packets leave at its pace. */
static void tcp_pacing_spreads_segments(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u64 t0, last = 0;
	u32 n = 0;

	p = tcp_peer_new(test->priv);
	s = peer_connected(p, "mss=1000 ws=7");
	peer_write(s, 0, 10000, 0);
	peer_send(p, ".", 1, 0, 10001, 10000, NULL);
	peer_flush(p);
	/* 100 kB/s: 10 ms for each 1000 bytes. */
	peer_setsockopt(s, SOL_SOCKET, SO_MAX_PACING_RATE, 100000);
	t0 = ktime_get_ns();
	peer_write(s, 10000, 20000, 0);
	test_advance_ns(180 * NSEC_PER_MSEC);
	while (peer_next(p)) {
		n++;
		last = p->got.at_ns;
	}
	KUNIT_EXPECT_GE(test, n, 16);
	KUNIT_EXPECT_LE(test, n, 20);
	/* Ten at once, as a short RTT permits, and their time later ten. */
	KUNIT_EXPECT_GE(test, last - t0, 90 * NSEC_PER_MSEC);
	tcp_peer_end(p, s);
}

/* RFC 7323: the SYN offers, later segments carry time stamps. */
static void tcp_connect_offers_what_the_sysctls_allow(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct tcp_peer *p;
	struct socket *s;

	/* Not what this machine's memory suggests. */
	net_ipv4(f->net)->sysctl_tcp_rmem[2] = 6U << 20;
	p = tcp_peer_new(f);
	s = peer_socket(p);
	peer_connect(p, s);
	peer_expect(p, "S", 0, 0, 0);
	KUNIT_EXPECT_EQ(test, p->got.mss, 1460);
	KUNIT_EXPECT_TRUE(test, p->got.sack_ok);
	KUNIT_EXPECT_TRUE(test, p->got.has_ts);
	KUNIT_EXPECT_TRUE(test, p->got.has_wscale);
	KUNIT_EXPECT_EQ(test, p->got.wscale, 7);
	peer_send(p, "S.", 0, 0, 1, 65535, "mss=1400 sackok ts ws=5");
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_TRUE(test, p->got.has_ts);
	peer_write(s, 0, 3000, 0);
	/* 1400 less the 12 bytes of the option. */
	peer_expect(p, ".", 1, 1388, 1);
	tcp_peer_end(p, s);
}

static const struct kunit_case tcp_output_cases[] = {
	KUNIT_CASE(tcp_write_xmit_holds_a_runt_behind_a_runt),
	KUNIT_CASE(tcp_write_xmit_sends_a_runt_behind_full_segments),
	KUNIT_CASE(tcp_write_xmit_nodelay_sends_at_once),
	KUNIT_CASE(tcp_write_xmit_obeys_cwnd),
	KUNIT_CASE(tcp_write_xmit_obeys_the_peers_window),
	KUNIT_CASE(tcp_write_xmit_pushes_the_last_segment),
	KUNIT_CASE(tcp_sndbuf_starts_at_two_windows),
	KUNIT_CASE(tcp_cwnd_restart_after_idle),
	KUNIT_CASE(tcp_pacing_spreads_segments),
	KUNIT_CASE(tcp_connect_offers_what_the_sysctls_allow),
	{ 0 },
};

static const struct kunit_suite tcp_output_suite = {
	.name = "tcp_output",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = tcp_output_cases,
};
kunit_test_suite(tcp_output_suite);

// SPDX-License-Identifier: MIT
/* DOC: probes of the path's MTU (RFC 4821) against a scripted peer: how they
 * are made of what is queued, what they cost, and what becomes of them. The
 * search as a whole: tests/packetdrill/scripts/mtu-probing/. */
#include "lib/uapi/tcp.h"
#include "net/ipv4/tcp_int.h"
#include "tests/fixtures/tcp_peer.h"

#define LOW   1064U /* of tcp_base_mss, 1024 */
#define HIGH  1500U
#define FIRST 1242U /* payload half way */

/* A connection of ours that probes, its cwnd large enough. */
static struct socket *probing(struct kunit *test, struct tcp_peer **p)
{
	struct netns_ipv4 *n = ((struct net_fixture *)test->priv)->net->ipv4;
	struct socket *s;

	n->sysctl_tcp_mtu_probing = 2;
	n->sysctl_tcp_timestamps = 0;
	*p = tcp_peer_new(test->priv);
	s = peer_connected(*p, "mss=1460 sackok");
	tcp_sk(s->sk)->snd_cwnd = 20;
	return s;
}

static s64 mib(struct kunit *test, enum snmp_mib id)
{
	return (s64)((struct net_fixture *)test->priv)->net->mib.v[id];
}

/* RFC 4821, sections 7.2 and 7.3: where the search begins. */
static void
tcp_mtup_init_searches_from_base_mss_to_the_peers(struct kunit *test)
{
	struct inet_connection_sock *icsk;
	struct tcp_peer *p;
	struct socket *s = probing(test, &p);

	icsk = inet_csk(s->sk);
	KUNIT_EXPECT_TRUE(test, icsk->icsk_mtup_enabled);
	KUNIT_EXPECT_EQ(test, icsk->icsk_mtup.search_low, LOW);
	KUNIT_EXPECT_EQ(test, icsk->icsk_mtup.search_high, HIGH);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 1024);
	tcp_peer_end(p, s);
}

/* The queue's first packet is shorter than the probe: it takes over bytes of
 * the next ones, and they come out in order. */
static void tcp_mtu_probe_joins_what_is_queued(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s = probing(test, &p);
	struct sk_buff *skb[3];
	u32 i;

	peer_write(s, 0, 100, 0);
	peer_expect(p, "P.", 1, 100, 1);
	/* Held back by cwnd; for as long as they are written, parted. */
	tcp_sk(s->sk)->snd_cwnd = 1;
	for (i = 0; i < 3; i++) {
		peer_write(s, 100 + i * 200, 200, 0);
		skb[i] = skb_peek_tail(&s->sk->sk_write_queue);
		TCP_SKB_CB(skb[i])->eor = 1;
	}
	KUNIT_EXPECT_EQ(test, skb_queue_len(&s->sk->sk_write_queue), 3);
	for (i = 0; i < 3; i++)
		TCP_SKB_CB(skb[i])->eor = 0;
	tcp_sk(s->sk)->snd_cwnd = 20;
	peer_write(s, 700, 6000, MSG_MORE);
	peer_expect(p, "P.", 101, FIRST, 1);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_mtup.probe_size,
			FIRST + 40);
	KUNIT_EXPECT_EQ(test,
			tcp_sk(s->sk)->mtu_probe.probe_seq_end -
				tcp_sk(s->sk)->mtu_probe.probe_seq_start,
			FIRST);
	tcp_peer_end(p, s);
}

/* Each allocation on the way may fail: nothing is lost or sent twice, and the
 * data goes, probe or not. */
static void tcp_mtu_probe_survives_any_failed_allocation(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s = probing(test, &p);
	struct tcp_sock *tp;
	u32 nth, next;

	for (nth = 1; nth < 12; nth++) {
		tp = tcp_sk(s->sk);
		tp->snd_cwnd = 1;
		peer_write(s, 0, 1024, 0);
		peer_flush(p);
		peer_write(s, 1024, 7000, 0);
		tp->snd_cwnd = 20;
		test_fail_nth_alloc(nth);
		peer_send(p, ".", 1, 0, 1025, 65535, NULL);
		test_fail_nth_alloc(0);
		/* The first may not have been received. */
		peer_send(p, ".", 1, 0, 1025, 65535, NULL);
		test_advance_ns(NSEC_PER_SEC);
		next = 1025;
		while (peer_next(p)) /* compares every byte */
			next = max(next, p->got.seq + p->got.len);
		KUNIT_EXPECT_EQ(test, next, 8025);
		KUNIT_EXPECT_EQ(test, tp->snd_nxt - tp->snd_una, 7000);
		sock_release(s);
		peer_send(p, "R", 1, 0, 0, 0, NULL);
		peer_reset(p, (u16)(PEER_PORT + nth), 0);
		s = peer_connected(p, "mss=1460 sackok");
	}
	tcp_peer_end(p, s);
}

/* RFC 4821, section 7.6.1; cwnd is as many bytes as before. */
static void tcp_mtup_acked_raises_the_mss(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s = probing(test, &p);
	struct tcp_sock *tp = tcp_sk(s->sk);

	peer_write(s, 0, 6000, 0);
	peer_expect(p, ".", 1, FIRST, 1);
	KUNIT_EXPECT_EQ(test, tp->snd_cwnd, 19);
	/* Not all of it: nothing is known yet. */
	peer_send(p, ".", 1, 0, 1025, 65535, NULL);
	KUNIT_EXPECT_EQ(test, tp->mss_cache, 1024);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 1 + FIRST, 65535, NULL);
	KUNIT_EXPECT_EQ(test, tp->mss_cache, FIRST);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_mtup.search_low,
			FIRST + 40);
	KUNIT_EXPECT_EQ(test, tp->snd_cwnd, 19 * LOW / (FIRST + 40));
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPMTUPSuccess), 1);
	tcp_peer_end(p, s);
}

/* A probe that was resent, in parts, says nothing when it is acknowledged. */
static void tcp_mtup_acked_ignores_a_resent_probe(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s = probing(test, &p);

	peer_write(s, 0, 6000, 0);
	peer_flush(p);
	test_advance_ns(2 * NSEC_PER_SEC); /* the RTO */
	KUNIT_EXPECT_GT(test, peer_flush(p), 0);
	peer_send(p, ".", 1, 0, 6001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 1024);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPMTUPSuccess), 0);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPMTUPFail), 0);
	tcp_peer_end(p, s);
}

/* RFC 4821, section 7.6.2, without SACK: three duplicates. */
static void tcp_mtup_probe_lost_is_no_congestion(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s = probing(test, &p);
	struct tcp_sock *tp = tcp_sk(s->sk);
	u32 i;

	tp->rx_opt.sack_ok = 0;
	peer_send(p, ".", 1, 0, 1, 65535, NULL);
	peer_write(s, 0, 6000, 0);
	peer_flush(p);
	for (i = 0; i < 3; i++)
		peer_send(p, ".", 1, 0, 1, 65535, NULL);
	peer_expect(p, ".", 1, 1024, 1);
	KUNIT_EXPECT_EQ(test, tp->snd_cwnd, 20);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_mtup.search_high,
			FIRST + 39);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPMTUPFail), 1);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPRenoRecovery), 0);
	tcp_peer_end(p, s);
}

/* RFC 4821, section 7.7: down to the floor, not below. */
static void tcp_mtu_black_hole_halves_down_to_the_floor(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s = probing(test, &p);
	struct netns_ipv4 *n = net_ipv4(sock_net(s->sk));
	u32 i;

	n->sysctl_tcp_mtu_probe_floor = 200;
	tcp_mtu_black_hole(s->sk);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 512);
	for (i = 0; i < 5; i++)
		tcp_mtu_black_hole(s->sk);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 200);
	n->sysctl_tcp_mtu_probing = 0;
	n->sysctl_tcp_mtu_probe_floor = 48;
	tcp_mtu_black_hole(s->sk);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 200);
	tcp_peer_end(p, s);
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(tcp_mtup_init_searches_from_base_mss_to_the_peers),
	KUNIT_CASE(tcp_mtu_probe_joins_what_is_queued),
	KUNIT_CASE(tcp_mtu_probe_survives_any_failed_allocation),
	KUNIT_CASE(tcp_mtup_acked_raises_the_mss),
	KUNIT_CASE(tcp_mtup_acked_ignores_a_resent_probe),
	KUNIT_CASE(tcp_mtup_probe_lost_is_no_congestion),
	KUNIT_CASE(tcp_mtu_black_hole_halves_down_to_the_floor),
	{}
};

static const struct kunit_suite suite = {
	.name = "tcp_mtu_probe",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

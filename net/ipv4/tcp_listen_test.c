// SPDX-License-Identifier: MIT
/*
 * DOC: listeners and TIME_WAIT against a scripted peer: half-open connections
 * and their timer, queues that are full, SYN cookies (RFC 4987),
 * TCP_DEFER_ACCEPT, the end of a listener; what a TIME_WAIT answers (RFC 9293,
 * section 3.10.7.4; RFC 1337; RFC 6191).
 */
#include "lib/err.h"
#include "lib/uapi/poll.h"
#include "net/ipv4/route.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(p, name) ((p)->f->net->mib.v[MIB_##name])

static u32 half_open(const struct socket *l)
{
	return inet_csk(l->sk)->icsk_accept_queue->qlen;
}

/* --- half-open connections --- */

/* SYN-ACK at 0, 1, 3, 7, 15, 31 s, then nothing is left (RFC 6298). */
static void tcp_synack_is_sent_again(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);
	u64 start;
	int i;

	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	start = peer_expect(p, "S.", 0, 0, 1)->at_ns;
	for (i = 1; i <= 5; i++) {
		u64 due = ((1ULL << i) - 1) * NSEC_PER_SEC;

		test_advance_ns((1ULL << (i - 1)) * NSEC_PER_SEC +
				NSEC_PER_MSEC);
		KUNIT_EXPECT_LT(test,
				peer_expect(p, "S.", 0, 0, 1)->at_ns - start -
					due,
				20 * NSEC_PER_MSEC);
	}
	KUNIT_EXPECT_EQ(test, half_open(l), 1);
	test_advance_ns(33 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, half_open(l), 0);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPTimeouts), 6);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPSynRetrans), 5);
	sock_release(l);
}

static void tcp_syn_again_is_answered_again(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);

	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	/* Not for each of a flood. */
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, half_open(l), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPACKSkippedSynRecv), 1);
	sock_release(l);
}

/* RFC 9293, section 3.10.7.4, SYN-RECEIVED. */
static void tcp_half_open_refuses(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);
	int err;

	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	peer_send(p, ".", 1, 0, 2, 5000, NULL); /* of what we did not send */
	peer_expect(p, "R", 2, 0, 0);
	KUNIT_EXPECT_EQ(test, half_open(l), 1);
	peer_send(p, ".", 10000000, 0, 1, 5000, NULL); /* out of the window */
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, half_open(l), 1);
	peer_send(p, "R", 10000000, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, half_open(l), 1);
	peer_send(p, "R", 1, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, half_open(l), 0);
	KUNIT_EXPECT_NULL(test, peer_accept(l, &err));
	peer_expect_none(p);
	sock_release(l);
}

/* RFC 5961, section 3.2 holds here too: a RST elsewhere in the window is
 * challenged. */
static void tcp_half_open_challenges_rst(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);

	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	peer_send(p, "R", 100, 0, 0, 0, NULL);
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, half_open(l), 1);
	sock_release(l);
}

static void tcp_listener_ignores(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);

	peer_send(p, "SF", 0, 0, 0, 5000, NULL);
	peer_send(p, "R", 0, 0, 0, 5000, NULL);
	peer_send(p, "F", 0, 0, 0, 5000, NULL);
	peer_expect_none(p);
	p->stack_isn_known = true;
	peer_send(p, ".", 1, 0, 99, 5000, NULL);
	peer_expect(p, "R", 99, 0, 0);
	KUNIT_EXPECT_EQ(test, half_open(l), 0);
	sock_release(l);
}

/* --- full queues --- */

static void tcp_accept_queue_full(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 1), *s;
	int i, err;

	for (i = 0; i < 2; i++) {
		peer_reset(p, (u16)(PEER_PORT + i), 80);
		peer_handshake(p, "mss=1000");
	}
	KUNIT_EXPECT_EQ(test, l->sk->sk_ack_backlog, 2);
	/* A third SYN is not even answered. */
	peer_reset(p, PEER_PORT + 2, 80);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_ListenOverflows), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_ListenDrops), 1);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	sock_release(s);
	peer_flush(p);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	sock_release(l);
}

/* The last ACK meets a full queue: the connection waits half-open, and the
 * peer's data completes it later. */
static void tcp_last_ack_meets_full_queue(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 0), *s, *s2;
	int err;

	peer_reset(p, PEER_PORT, 80);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	/* Another one comes first: the queue of 0 holds one. */
	{
		u32 isn = p->stack_isn;

		peer_reset(p, PEER_PORT + 1, 80);
		p->f->net->ipv4->sysctl_tcp_syncookies = 0;
		l->sk->sk_max_ack_backlog = 5;
		peer_handshake(p, "mss=1000");
		l->sk->sk_max_ack_backlog = 0;
		peer_reset(p, PEER_PORT, 80);
		p->stack_isn = isn;
		p->stack_isn_known = true;
	}
	peer_send(p, ".", 1, 0, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, half_open(l), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_ListenOverflows), 1);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	peer_send(p, "P.", 1, 100, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, half_open(l), 0);
	s2 = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s2);
	KUNIT_EXPECT_EQ(test, peer_read(test, s2, 0, 200, 0), 100);
	sock_release(s);
	sock_release(s2);
	sock_release(l);
}

static void tcp_abort_on_overflow(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);

	p->f->net->ipv4->sysctl_tcp_abort_on_overflow = 1;
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	l->sk->sk_max_ack_backlog = 0;
	l->sk->sk_ack_backlog = 1;
	peer_send(p, ".", 1, 0, 1, 5000, NULL);
	peer_expect(p, "R", 1, 0, 0);
	KUNIT_EXPECT_EQ(test, half_open(l), 0);
	l->sk->sk_ack_backlog = 0;
	sock_release(l);
}

/* --- SYN cookies --- */

/* Fill the queue with half-open connections of other peers. */
static void flood(struct tcp_peer *p, const struct socket *l)
{
	u16 port;

	for (port = 20000; port < 20100; port++) {
		peer_reset(p, port, 80);
		peer_send(p, "S", 0, 0, 0, 5000, "mss=1460");
		if (MIB(p, TcpExt_SyncookiesSent) ||
		    MIB(p, TcpExt_TCPReqQFullDrop))
			break;
	}
	KUNIT_EXPECT_LE(p->test, half_open(l), l->sk->sk_max_ack_backlog + 1);
	peer_reset(p, PEER_PORT, 80);
}

static void tcp_cookies_when_queue_is_full(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 3), *s;
	const struct peer_segment *g;
	s64 before;
	int err;

	flood(p, l);
	before = test_live_allocations();
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1400 sackok ts ws=5");
	g = peer_expect(p, "S.", 0, 0, 1);
	KUNIT_EXPECT_TRUE(test, g->has_ts && g->sack_ok && g->has_wscale);
	/* Nothing is remembered. */
	KUNIT_EXPECT_EQ(test, test_live_allocations(), before);
	test_advance_ns(50 * NSEC_PER_MSEC);
	peer_send(p, "P.", 1, 100, 1, 5000, "ts");
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rx_opt.mss_clamp, 1300);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rx_opt.snd_wscale, 5);
	KUNIT_EXPECT_TRUE(test, tcp_sk(s->sk)->rx_opt.sack_ok);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 200, 0), 100);
	peer_flush(p);
	/* Both windows are as the handshake said. */
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_wnd, 5000 << 5);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, 0), 100);
	g = peer_expect(p, "P.", 1, 100, 101);
	KUNIT_EXPECT_TRUE(test, g->has_ts);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_SyncookiesRecv), 1);
	sock_release(s);
	sock_release(l);
}

/* What a cookie's stamp says stays, though the clock may tick before the
 * packet is built: window scale 7, SACK. */
static void tcp_cookie_stamp_outlasts_a_tick(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 3);
	struct tcp_options_received opt = { .tstamp_ok = 1 };
	struct request_sock req = {
		.ir_loc_addr = p->stack_ip,
		.ir_rmt_addr = p->ip,
		.snd_wscale = 7,
		.tstamp_ok = true,
		.sack_ok = true,
		.wscale_ok = true,
		.cookie_ts = true,
		.snt_synack_ns = ktime_get_ns(),
	};
	struct flowi4 fl4 = { .daddr = p->ip };
	struct rtable *rt = ip_route_output_flow(p->f->net, &fl4, l->sk);
	struct sk_buff *skb;

	KUNIT_ASSERT_TRUE(test, !IS_ERR(rt));
	tcp_cookie_encode_options(&req);
	test_advance_ns(NSEC_PER_MSEC);
	skb = tcp_make_synack(l->sk, &rt->dst, &req, NULL);
	ip_rt_put(rt);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	tcp_parse_options(p->f->net, skb, &opt, false, NULL);
	KUNIT_EXPECT_TRUE(test, opt.saw_tstamp);
	KUNIT_EXPECT_EQ(test, opt.rcv_tsval & 0x3f, 0x17);
	consume_skb(skb);
	sock_release(l);
}

/* Without time stamps only the MSS survives. */
static void tcp_cookie_without_time_stamps(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 3), *s;
	const struct peer_segment *g;
	int err;

	flood(p, l);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1460 sackok ws=5");
	g = peer_expect(p, "S.", 0, 0, 1);
	KUNIT_EXPECT_FALSE(test, g->sack_ok || g->has_wscale);
	peer_send(p, ".", 1, 0, 1, 5000, NULL);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rx_opt.mss_clamp, 1460);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rx_opt.snd_wscale, 0);
	sock_release(s);
	sock_release(l);
}

/* A guessed cookie, one of another peer, and one that is too old. */
static void tcp_bad_cookies_are_reset(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 3);
	u32 isn;
	int err;

	flood(p, l);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1460");
	peer_expect(p, "S.", 0, 0, 1);
	peer_send(p, ".", 1, 0, 12345, 5000, NULL);
	peer_expect(p, "R", 12345, 0, 0);
	isn = p->stack_isn;
	peer_reset(p, PEER_PORT + 1, 80);
	p->stack_isn = isn;
	p->stack_isn_known = true;
	peer_send(p, ".", 1, 0, 1, 5000, NULL);
	peer_expect(p, "R", 1, 0, 0);
	peer_reset(p, PEER_PORT, 80);
	p->stack_isn = isn;
	p->stack_isn_known = true;
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_SyncookiesFailed), 2);
	test_advance_ns(180 * NSEC_PER_SEC);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 1, 5000, NULL);
	peer_expect(p, "R", 1, 0, 0);
	/* No cookie has been sent for so long that none is looked at. */
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_SyncookiesFailed), 2);
	KUNIT_EXPECT_NULL(test, peer_accept(l, &err));
	sock_release(l);
}

static void tcp_full_queue_without_cookies_drops(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 3);

	p->f->net->ipv4->sysctl_tcp_syncookies = 0;
	flood(p, l);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1460");
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPReqQFullDrop), 2);
	sock_release(l);
}

/* --- TCP_DEFER_ACCEPT --- */

static void tcp_defer_accept_waits_for_data(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *s;
	int err;

	KUNIT_EXPECT_EQ(test, peer_setsockopt(l, SOL_TCP, TCP_DEFER_ACCEPT, 3),
			0);
	peer_handshake(p, "mss=1000");
	KUNIT_EXPECT_NULL(test, peer_accept(l, &err));
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPDeferAcceptDrop), 1);
	peer_send(p, "P.", 1, 10, 1, 5000, NULL);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 100, 0), 10);
	sock_release(s);
	sock_release(l);
}

/* --- the end of a listener --- */

static void tcp_listener_close_resets(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);

	peer_handshake(p, "mss=1000"); /* waits for accept() */
	peer_reset(p, PEER_PORT + 1, 80);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1); /* half-open */
	peer_reset(p, PEER_PORT, 80);
	p->any_payload = true;
	sock_release(l);
	KUNIT_EXPECT_TRUE(test, peer_next(p));
	KUNIT_EXPECT_EQ(test, p->got.flags, TCPHDR_RST | TCPHDR_ACK);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
	test_advance_ns(10 * NSEC_PER_SEC);
	peer_expect_none(p);
}

static void tcp_listener_survives_any_failed_allocation(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *s;
	u32 n, tries;
	int err;

	for (n = 1; n < 30; n++) {
		peer_reset(p, (u16)(PEER_PORT + n), 80);
		s = NULL;
		test_fail_nth_alloc(n);
		for (tries = 0; tries < 4 && !s; tries++) {
			if (!p->stack_isn_known)
				peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
			peer_next(p);
			if (p->stack_isn_known)
				peer_send(p, "P.", 1, 10, 1, 5000, NULL);
			test_advance_ns(2 * NSEC_PER_SEC);
			peer_flush(p);
			/* The fixture's own allocations may be the n-th. */
			s = peer_accept(l, &err);
		}
		test_fail_nth_alloc(0);
		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 100, 0), 10);
		sock_release(s);
	}
	sock_release(l);
}

/* --- TIME_WAIT --- */

static struct socket *to_time_wait(struct tcp_peer *p, const char *options)
{
	const char *ts = options && strstr(options, "ts") ? "ts" : NULL;
	struct socket *l = peer_listener(p, 80, 5), *s;
	int err;

	peer_handshake(p, options);
	s = peer_accept(l, &err);
	BUG_ON(!s);
	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, "F.", 1, 0, 2, 5000, ts);
	peer_expect(p, ".", 2, 0, 2);
	KUNIT_EXPECT_EQ(p->test, p->f->net->ipv4->tw_count, 1);
	return l;
}

static void tcp_time_wait_answers(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = to_time_wait(p, "mss=1000");

	peer_send(p, ".", 2, 0, 2, 5000, NULL); /* nothing to say */
	peer_expect_none(p);
	peer_send(p, "P.", 2, 10, 2, 5000, NULL); /* data: only acknowledged */
	peer_expect(p, ".", 2, 0, 2);
	peer_send(p, "S", 0, 0, 0, 5000, NULL); /* an old SYN */
	peer_expect(p, ".", 2, 0, 2);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	/* A RST ends it (RFC 9293), unless RFC 1337 is asked for. */
	p->f->net->ipv4->sysctl_tcp_rfc1337 = 1;
	peer_send(p, "R", 2, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	p->f->net->ipv4->sysctl_tcp_rfc1337 = 0;
	peer_send(p, "R", 2, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	sock_release(l);
}

/* RFC 9293, section 3.6.1; RFC 6191: a new SYN beyond the old numbers. */
static void tcp_time_wait_lets_a_new_syn_in(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = to_time_wait(p, "mss=1000"), *s;
	u32 old = p->stack_isn;
	int err;

	p->isn += 100;
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	/* Our own number is beyond the old ones, too (RFC 1122, 4.2.2.13). */
	KUNIT_EXPECT_TRUE(test, after(p->stack_isn, old + 2));
	peer_send(p, ".", 1, 0, 1, 5000, NULL);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	sock_release(s);
	sock_release(l);
}

/* A later time stamp does as well (RFC 6191, section 2). */
static void tcp_time_wait_lets_a_newer_stamp_in(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = to_time_wait(p, "mss=1000 sackok ts");

	test_advance_ns(2 * NSEC_PER_SEC);
	p->isn -= 1000;
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000 sackok ts");
	peer_expect(p, "S.", 0, 0, 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	sock_release(l);
}

static int connect_again(struct tcp_peer *p)
{
	struct socket *s = peer_socket(p);
	int err = peer_connect(p, s);

	sock_release(s);
	return err;
}

/* RFC 6191: our own port comes back tcp_tw_reuse_delay after the peer's FIN,
 * and not before that: the peer may still send. */
static void tcp_time_wait_is_taken_over_in_time(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct netns_ipv4 *n = p->f->net->ipv4;
	struct socket *s;

	n->sysctl_tcp_tw_reuse = 1;
	n->sysctl_ip_local_port_range[0] = 40000;
	n->sysctl_ip_local_port_range[1] = 40000;
	s = peer_connected(p, "mss=1000 sackok ts");
	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, ".", 1, 0, 2, 5000, "ts");
	KUNIT_EXPECT_EQ(test, n->tw_count, 1); /* in FIN-WAIT-2 */
	test_advance_ns(5 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, connect_again(p), -EADDRNOTAVAIL);
	peer_send(p, "F.", 1, 0, 2, 5000, "ts");
	peer_expect(p, ".", 2, 0, 2);
	test_advance_ns(900 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, connect_again(p), -EADDRNOTAVAIL);
	test_advance_ns(200 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, connect_again(p), -EINPROGRESS);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TWRecycled), 1);
	KUNIT_EXPECT_EQ(test, n->tw_count, 0);
}

/* Too many: the oldest rule is that none is made. */
static void tcp_time_wait_limit(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s;

	p->f->net->ipv4->sysctl_tcp_max_tw_buckets = 0;
	s = peer_connected(p, "mss=1000");
	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, "F.", 1, 0, 2, 5000, NULL);
	peer_expect(p, ".", 2, 0, 2);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPTimeWaitOverflow), 1);
}

static const struct kunit_case listen_cases[] = {
	KUNIT_CASE(tcp_synack_is_sent_again),
	KUNIT_CASE(tcp_syn_again_is_answered_again),
	KUNIT_CASE(tcp_half_open_refuses),
	KUNIT_CASE(tcp_half_open_challenges_rst),
	KUNIT_CASE(tcp_listener_ignores),
	KUNIT_CASE(tcp_accept_queue_full),
	KUNIT_CASE(tcp_last_ack_meets_full_queue),
	KUNIT_CASE(tcp_abort_on_overflow),
	KUNIT_CASE(tcp_cookies_when_queue_is_full),
	KUNIT_CASE(tcp_cookie_stamp_outlasts_a_tick),
	KUNIT_CASE(tcp_cookie_without_time_stamps),
	KUNIT_CASE(tcp_bad_cookies_are_reset),
	KUNIT_CASE(tcp_full_queue_without_cookies_drops),
	KUNIT_CASE(tcp_defer_accept_waits_for_data),
	KUNIT_CASE(tcp_listener_close_resets),
	KUNIT_CASE(tcp_listener_survives_any_failed_allocation),
	KUNIT_CASE(tcp_time_wait_answers),
	KUNIT_CASE(tcp_time_wait_lets_a_new_syn_in),
	KUNIT_CASE(tcp_time_wait_lets_a_newer_stamp_in),
	KUNIT_CASE(tcp_time_wait_is_taken_over_in_time),
	KUNIT_CASE(tcp_time_wait_limit),
	{}
};

static const struct kunit_suite tcp_listen_suite = {
	.name = "tcp_listen",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = listen_cases,
};
kunit_test_suite(tcp_listen_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: the state machine against a scripted peer: the handshake from either
 * side, closing in every order, segments in states where they should not be
 * (RFC 9293, sections 3.5, 3.6 and 3.10.7).
 */
#include "lib/uapi/poll.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(p, name) ((p)->f->net->mib.v[MIB_##name])

static int state_of(const struct socket *sock)
{
	return sock->sk->sk_state;
}

/* --- opening --- */

/* RFC 9293, figure 6; RFC 7323, section 2.2; RFC 2018, section 2. */
static void tcp_connect_offers_and_agrees_options(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	const struct peer_segment *g;

	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EINPROGRESS);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EALREADY);
	g = peer_expect(p, "S", 0, 0, 0);
	KUNIT_EXPECT_EQ(test, g->mss, 1460);
	KUNIT_EXPECT_TRUE(test, g->sack_ok && g->has_ts && g->has_wscale);
	KUNIT_EXPECT_EQ(test, g->tsecr, 0);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_SYN_SENT);
	KUNIT_EXPECT_EQ(test, peer_poll(s), 0);
	peer_send(p, "S.", 0, 0, 1, 1000, "mss=1200 sackok ts ws=3");
	g = peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_TRUE(test, g->has_ts);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), 0);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EISCONN);
	/* The window of a SYN is not scaled; later ones are. */
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_wnd, 1000);
	peer_send(p, ".", 1, 0, 1, 1000, "ts");
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_wnd, 8000);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 1188);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_ActiveOpens), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_CurrEstab), 1);
	sock_release(s);
}

/* What the peer does not offer is not used (RFC 7323, section 1.3). */
static void tcp_connect_without_options(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);
	const struct tcp_sock *tp = tcp_sk(s->sk);

	KUNIT_EXPECT_EQ(test, tp->mss_cache, 536); /* RFC 9293, 3.7.1 */
	KUNIT_EXPECT_FALSE(test, tp->rx_opt.tstamp_ok);
	KUNIT_EXPECT_FALSE(test, tp->rx_opt.sack_ok);
	KUNIT_EXPECT_EQ(test, tp->rx_opt.rcv_wscale, 0);
	KUNIT_EXPECT_LE(test, tp->window_clamp, 65535);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 600, 0), 600);
	KUNIT_EXPECT_FALSE(test, peer_expect(p, ".", 1, 536, 1)->has_ts);
	sock_release(s);
}

static void tcp_listen_accepts(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *s;
	const struct peer_segment *g;
	int err;

	KUNIT_EXPECT_NULL(test, peer_accept(l, &err));
	KUNIT_EXPECT_EQ(test, err, -EAGAIN);
	KUNIT_EXPECT_EQ(test, peer_poll(l), 0);
	peer_send(p, "S", 0, 0, 0, 1000, "mss=1000 sackok ts ws=2");
	g = peer_expect(p, "S.", 0, 0, 1);
	KUNIT_EXPECT_EQ(test, g->mss, 1460);
	KUNIT_EXPECT_TRUE(test, g->sack_ok && g->has_ts && g->has_wscale);
	KUNIT_EXPECT_NULL(test, peer_accept(l, &err));
	peer_send(p, ".", 1, 0, 1, 1000, "ts");
	KUNIT_EXPECT_TRUE(test, peer_poll(l) & EPOLLIN);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 988);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_wnd, 4000);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_PassiveOpens), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_CurrEstab), 1);
	peer_expect_none(p);
	sock_release(s);
	sock_release(l);
}

/* The last ACK brings data; the child has it before accept(). */
static void tcp_listen_takes_data_with_last_ack(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *s;
	int err;

	peer_send(p, "S", 0, 0, 0, 1000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	peer_send(p, "P.", 1, 100, 1, 1000, NULL);
	peer_expect(p, ".", 1, 0, 101);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 200, 0), 100);
	sock_release(s);
	sock_release(l);
}

/* RFC 9293, figure 8. */
static void tcp_simultaneous_open(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	const struct peer_segment *g;

	peer_connect(p, s);
	peer_expect(p, "S", 0, 0, 0);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000 sackok ts ws=2");
	g = peer_expect(p, "S.", 0, 0, 1);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_SYN_RECV);
	KUNIT_EXPECT_TRUE(test, g->has_ts && g->sack_ok && g->has_wscale);
	peer_send(p, ".", 1, 0, 1, 5000, "ts");
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_wnd, 20000);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, 0), 10);
	peer_expect(p, "P.", 1, 10, 1);
	peer_send(p, "P.", 1, 10, 11, 5000, "ts");
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 20, 0), 10);
	sock_release(s);
}

/* An ACK of what was not sent is answered by RST and changes nothing
 * (RFC 9293, section 3.10.7.3, first). */
static void tcp_synsent_refuses_wrong_ack(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	peer_connect(p, s);
	peer_expect(p, "S", 0, 0, 0);
	peer_send(p, "S.", 0, 0, 2, 5000, NULL);
	peer_expect(p, "R", 2, 0, 0);
	peer_send(p, ".", 0, 0, 0, 5000, NULL);
	peer_expect(p, "R", 0, 0, 0);
	/* Neither is a RST with a wrong ACK, or without one, believed. */
	peer_send(p, "R.", 0, 0, 7, 0, NULL);
	peer_send(p, "R", 0, 0, 0, 0, NULL);
	/* A FIN, or an ACK without SYN, is not an answer. */
	peer_send(p, "F.", 0, 0, 1, 5000, NULL);
	peer_send(p, ".", 0, 0, 1, 5000, NULL);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_SYN_SENT);
	peer_send(p, "S.", 0, 0, 1, 5000, NULL);
	peer_expect(p, ".", 1, 0, 1);
	sock_release(s);
}

/* Options of a SYN-ACK that was not for us are forgotten. */
static void tcp_synsent_forgets_refused_options(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	peer_connect(p, s);
	peer_expect(p, "S", 0, 0, 0);
	peer_send(p, "S.", 0, 0, 9, 5000, "mss=100 sackok ws=9");
	peer_expect(p, "R", 9, 0, 0);
	peer_send(p, "S.", 0, 0, 1, 5000, NULL);
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 536);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rx_opt.snd_wscale, 0);
	KUNIT_EXPECT_FALSE(test, tcp_sk(s->sk)->rx_opt.sack_ok);
	sock_release(s);
}

static void tcp_connect_refused(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	peer_connect(p, s);
	peer_expect(p, "S", 0, 0, 0);
	peer_send(p, "R.", 0, 0, 1, 0, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE);
	KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLERR);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_AttemptFails), 1);
	/* The socket can be used again. */
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EINPROGRESS);
	sock_release(s);
}

/* SYN at 0, 1, 3, 7, 15, 31, 63 s, then ETIMEDOUT at 127 s (RFC 6298). */
static void tcp_connect_times_out(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	u64 start, sum = 0;
	u32 i;

	peer_connect(p, s);
	start = peer_expect(p, "S", 0, 0, 0)->at_ns;
	/* Five at a steady pace, then doubling; 127 s in all at least. */
	for (i = 0; i < 10; i++) {
		u64 wait = NSEC_PER_SEC << (i < 5 ? 0 : i - 4), at;

		test_advance_ns(wait + NSEC_PER_MSEC);
		at = peer_expect(p, "S", 0, 0, 0)->at_ns;
		sum += wait;
		KUNIT_EXPECT_LE(test, at - start - sum, 20 * NSEC_PER_MSEC);
	}
	test_advance_ns(64 * NSEC_PER_SEC + 10 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPAbortOnTimeout), 1);
	sock_release(s);
}

/* --- closing --- */

/* RFC 9293, figure 12, from the side that closes first. */
static void tcp_close_first_goes_to_time_wait(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, ".", 1, 0, 2, 5000, NULL);
	peer_send(p, "F.", 1, 0, 2, 5000, NULL);
	peer_expect(p, ".", 2, 0, 2);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	/* The FIN again is acknowledged again. */
	test_advance_ns(NSEC_PER_SEC);
	peer_send(p, "F.", 1, 0, 2, 5000, NULL);
	peer_expect(p, ".", 2, 0, 2);
	/* Two MSL of 60 s in all (RFC 9293, section 3.4.2, shortened). */
	test_advance_ns(59 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	test_advance_ns(2 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
}

static void tcp_close_last_is_gone(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	peer_send(p, "F.", 1, 0, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE_WAIT);
	test_advance_ns(NSEC_PER_SEC);
	peer_expect(p, ".", 1, 0, 2);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), 0);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & (EPOLLIN | EPOLLRDHUP | EPOLLHUP),
			EPOLLIN | EPOLLRDHUP);
	/* A half-closed connection still sends. */
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, 0), 10);
	peer_expect(p, "P.", 1, 10, 2);
	peer_send(p, ".", 2, 0, 11, 5000, NULL);
	sock_release(s);
	peer_expect(p, "F.", 11, 0, 2);
	peer_send(p, ".", 2, 0, 12, 5000, NULL);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_CurrEstab), 0);
}

/* RFC 9293, figure 13. */
static void tcp_simultaneous_close(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, "F.", 1, 0, 1, 5000, NULL);
	peer_expect(p, ".", 2, 0, 2);
	peer_send(p, ".", 2, 0, 2, 5000, NULL);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
	peer_expect_none(p);
}

/* FIN and the ACK of ours in one segment: FIN_WAIT1 to TIME_WAIT. */
static void tcp_fin_ack_in_one(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, "F.", 1, 0, 2, 5000, NULL);
	peer_expect(p, ".", 2, 0, 2);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
}

/* shutdown(SHUT_WR): our FIN goes, the peer's data still comes. */
static void tcp_half_close_receives(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	KUNIT_EXPECT_EQ(test, s->ops->shutdown(s, SHUT_WR), 0);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, ".", 1, 0, 2, 5000, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_FIN_WAIT2);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 1, MSG_NOSIGNAL), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), 0);
	peer_send(p, "P.", 1, 500, 2, 5000, NULL);
	test_advance_ns(NSEC_PER_SEC);
	peer_expect(p, ".", 2, 0, 501);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 1000, 0), 500);
	/* FIN with data. */
	peer_send(p, "FP.", 501, 100, 2, 5000, NULL);
	peer_expect(p, ".", 2, 0, 602);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 500, 1000, 0), 100);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 600, 1000, 0), 0);
	KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLHUP);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	sock_release(s);
}

/* A FIN before its data waits for the gap. */
static void tcp_fin_out_of_order(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	peer_send(p, "F.", 101, 0, 1, 5000, NULL);
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	peer_send(p, "P.", 1, 100, 1, 5000, NULL);
	peer_expect(p, ".", 1, 0, 102);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE_WAIT);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 200, 0), 100);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 100, 200, 0), 0);
	sock_release(s);
}

/* RFC 1122, section 4.2.2.13 and RFC 2525, section 2.17: closing over unread
 * data resets. */
static void tcp_close_with_unread_data_resets(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	peer_send(p, "P.", 1, 100, 1, 5000, NULL);
	test_advance_ns(NSEC_PER_SEC);
	peer_flush(p);
	sock_release(s);
	peer_expect(p, "R.", 1, 0, 101);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPAbortOnClose), 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
}

/* Data for a program that has gone (RFC 1122, section 4.2.2.13). */
static void tcp_data_after_close_resets(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, "P.", 1, 100, 2, 5000, NULL);
	peer_expect(p, "R", 2, 0, 0);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPAbortOnData), 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
	/* The same when the ACK of the FIN came before: FIN_WAIT2. */
	peer_reset(p, PEER_PORT + 1, 0);
	s = peer_connected(p, NULL);
	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, ".", 1, 0, 2, 5000, NULL);
	peer_send(p, "P.", 1, 100, 2, 5000, NULL);
	peer_expect(p, "R", 2, 0, 0);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPAbortOnData), 2);
}

/* SO_LINGER with 0: close() resets (RFC 9293, section 3.10.5). */
static void tcp_linger_zero_resets(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	sock_set_flag(s->sk, SOCK_LINGER);
	s->sk->sk_lingertime_ns = 0;
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, 0), 10);
	peer_expect(p, "P.", 1, 10, 1);
	sock_release(s);
	peer_expect(p, "R.", 11, 0, 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
}

/* An orphan whose FIN is never acknowledged ends, without TIME_WAIT. */
static void tcp_orphan_gives_up(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 1);
	test_advance_ns(300 * NSEC_PER_SEC);
	KUNIT_EXPECT_GE(test, peer_flush(p), 5);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
}

/* A peer that never closes is let go after tcp_fin_timeout. */
static void tcp_fin_wait2_ends(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, ".", 1, 0, 2, 5000, NULL);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	test_advance_ns(61 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	/* Its late FIN finds nobody. */
	peer_send(p, "F.", 1, 0, 2, 5000, NULL);
	peer_expect(p, "R", 2, 0, 0);
}

/* --- resets --- */

static void tcp_reset_established(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	peer_send(p, "R", 1, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & (EPOLLERR | EPOLLHUP),
			EPOLLERR | EPOLLHUP);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), 0);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, 0), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), 13);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_EstabResets), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_CurrEstab), 0);
	sock_release(s);
}

/* After the peer's FIN its RST means a broken pipe. */
static void tcp_reset_in_close_wait_is_epipe(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, NULL);

	peer_send(p, "F.", 1, 0, 1, 5000, NULL);
	/* RFC 5961 with the FIN's own number, as some peers do. */
	peer_send(p, "R.", 1, 0, 1, 0, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, MSG_NOSIGNAL), -EPIPE);
	sock_release(s);
}

/* A segment for no socket: RFC 9293, section 3.10.7.1. */
static void tcp_no_socket_resets(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct tcp_peer *q = p;

	p->stack_port = 9;
	p->stack_isn = 1000;
	p->stack_isn_known = true;
	peer_send(p, "S", 0, 0, 0, 100, NULL);
	peer_expect(p, "R.", 0U - 1000U, 0, 1);
	peer_send(p, "FP.", 5, 10, 77, 100, NULL);
	peer_expect(p, "R", 77, 0, 0);
	peer_send(p, "P", 5, 10, 0, 100, NULL);
	peer_expect(p, "R.", 0U - 1000U, 0, 15);
	peer_send(p, "R", 5, 0, 0, 100, NULL);
	peer_send(p, "R.", 5, 0, 77, 100, NULL);
	q->bad_csum = true;
	peer_send(p, "S", 0, 0, 0, 100, NULL);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InCsumErrors), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_OutRsts), 3);
}

/* --- calls in states where they have little to do --- */

/* A connection that was never made is forgotten without a word. */
static void tcp_close_in_syn_sent_is_silent(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	peer_connect(p, s);
	peer_expect(p, "S", 0, 0, 0);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, MSG_NOSIGNAL), -EAGAIN);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), -EAGAIN);
	sock_release(s);
	peer_expect_none(p);
	/* Its SYN-ACK finds nobody. */
	peer_send(p, "S.", 0, 0, 1, 5000, NULL);
	peer_expect(p, "R", 1, 0, 0);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tcp_orphans, 0);
}

static void tcp_calls_without_connection(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	int err;

	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, MSG_NOSIGNAL), -EPIPE);
	KUNIT_EXPECT_EQ(test, s->ops->shutdown(s, SHUT_RDWR), -ENOTCONN);
	KUNIT_EXPECT_NULL(test, peer_accept(s, &err));
	KUNIT_EXPECT_EQ(test, err, -EINVAL);
	KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLHUP);
	/* An unbound socket that listens gets a port; twice is no error. */
	KUNIT_EXPECT_EQ(test, s->ops->listen(s, 5), 0);
	KUNIT_EXPECT_NE(test, s->sk->sk_num, 0);
	KUNIT_EXPECT_EQ(test, s->ops->listen(s, 9), 0);
	KUNIT_EXPECT_EQ(test, s->sk->sk_max_ack_backlog, 9);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EISCONN);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, MSG_NOSIGNAL), -EPIPE);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), -ENOTCONN);
	sock_release(s);
}

/* shutdown(SHUT_RD): the reader is done, the peer may go on. */
static void tcp_shutdown_of_reading(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 0, 0), 0); /* nothing */
	KUNIT_EXPECT_EQ(test, s->ops->shutdown(s, SHUT_RD), 0);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), 0);
	KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLRDHUP);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, 0), 10);
	peer_expect(p, "P.", 1, 10, 1);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	sock_release(s);
}

/* Reset while it waits for accept(): accept() gives it, and it says so. */
static void tcp_reset_before_accept(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *s;
	int err;

	peer_handshake(p, "mss=1000");
	peer_send(p, "R", 1, 0, 0, 0, NULL);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), -ECONNRESET);
	sock_release(s);
	sock_release(l);
}

/* The FIN waits behind what is not sent yet, and rides on its last segment. */
static void tcp_fin_waits_for_the_window(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	peer_send(p, ".", 1, 0, 1, 1500, NULL);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 2500, 0), 2500);
	peer_expect(p, ".", 1, 1000, 1);
	KUNIT_EXPECT_EQ(test, s->ops->shutdown(s, SHUT_WR), 0);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_FIN_WAIT1);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 1001, 5000, NULL);
	while (peer_next(p))
		;
	KUNIT_EXPECT_EQ(test, p->got.flags & TCPHDR_FIN, TCPHDR_FIN);
	KUNIT_EXPECT_EQ(test, p->got.seq + p->got.len, 2501);
	peer_send(p, ".", 1, 0, 2502, 5000, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_FIN_WAIT2);
	sock_release(s);
}

static const struct kunit_case state_cases[] = {
	KUNIT_CASE(tcp_close_in_syn_sent_is_silent),
	KUNIT_CASE(tcp_calls_without_connection),
	KUNIT_CASE(tcp_shutdown_of_reading),
	KUNIT_CASE(tcp_reset_before_accept),
	KUNIT_CASE(tcp_fin_waits_for_the_window),
	KUNIT_CASE(tcp_connect_offers_and_agrees_options),
	KUNIT_CASE(tcp_connect_without_options),
	KUNIT_CASE(tcp_listen_accepts),
	KUNIT_CASE(tcp_listen_takes_data_with_last_ack),
	KUNIT_CASE(tcp_simultaneous_open),
	KUNIT_CASE(tcp_synsent_refuses_wrong_ack),
	KUNIT_CASE(tcp_synsent_forgets_refused_options),
	KUNIT_CASE(tcp_connect_refused),
	KUNIT_CASE(tcp_connect_times_out),
	KUNIT_CASE(tcp_close_first_goes_to_time_wait),
	KUNIT_CASE(tcp_close_last_is_gone),
	KUNIT_CASE(tcp_simultaneous_close),
	KUNIT_CASE(tcp_fin_ack_in_one),
	KUNIT_CASE(tcp_half_close_receives),
	KUNIT_CASE(tcp_fin_out_of_order),
	KUNIT_CASE(tcp_close_with_unread_data_resets),
	KUNIT_CASE(tcp_data_after_close_resets),
	KUNIT_CASE(tcp_linger_zero_resets),
	KUNIT_CASE(tcp_orphan_gives_up),
	KUNIT_CASE(tcp_fin_wait2_ends),
	KUNIT_CASE(tcp_reset_established),
	KUNIT_CASE(tcp_reset_in_close_wait_is_epipe),
	KUNIT_CASE(tcp_no_socket_resets),
	{}
};

static const struct kunit_suite tcp_state_suite = {
	.name = "tcp_state",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = state_cases,
};
kunit_test_suite(tcp_state_suite);

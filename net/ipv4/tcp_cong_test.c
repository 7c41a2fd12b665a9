// SPDX-License-Identifier: MIT
/*
 * DOC: where a congestion control's state lives: in the socket if it is small,
 * else allocated; what a child inherits; what happens without memory. The
 * fixture's exit fails on an allocation that is left.
 */
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

#define LARGE 512

static u32 large_inits, large_releases;

static void large_init(struct sock *sk)
{
	memset(inet_csk_ca(sk), 0xa5, LARGE); /* ASan: all of it is ours */
	large_inits++;
}

static void large_release(struct sock *sk)
{
	const u8 *state = inet_csk_ca(sk);

	BUG_ON(state[0] != 0xa5 || state[LARGE - 1] != 0xa5);
	large_releases++;
}

static u32 large_ssthresh(struct sock *sk)
{
	return tcp_sk(sk)->snd_cwnd;
}

static void large_cong_avoid(struct sock *sk, u32 ack, u32 acked)
{
}

static struct tcp_congestion_ops large = {
	.name = "large",
	.priv_size = LARGE,
	.init = large_init,
	.release = large_release,
	.ssthresh = large_ssthresh,
	.undo_cwnd = large_ssthresh,
	.cong_avoid = large_cong_avoid,
};

static int suite_init(struct kunit *test)
{
	large_inits = 0;
	large_releases = 0;
	return net_fixture_init(test)
		       ?: tcp_register_congestion_control(&large);
}

static void suite_exit(struct kunit *test)
{
	list_del(&large.list);
	net_fixture_exit(test);
}

static int set_ca(struct socket *sock, const char *name)
{
	return tcp_set_congestion_control(sock->sk, name);
}

static void tcp_set_congestion_control_allocates_large_state(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1460");
	struct inet_connection_sock *icsk = inet_csk(s->sk);

	KUNIT_EXPECT_PTR_EQ(test, inet_csk_ca(s->sk), icsk->icsk_ca_inline);
	KUNIT_EXPECT_EQ(test, set_ca(s, "large"), 0);
	KUNIT_EXPECT_EQ(test, large_inits, 1);
	KUNIT_EXPECT_TRUE(test, inet_csk_ca(s->sk) != icsk->icsk_ca_inline);
	KUNIT_EXPECT_EQ(test, set_ca(s, "cubic"), 0);
	KUNIT_EXPECT_EQ(test, large_releases, 1);
	KUNIT_EXPECT_PTR_EQ(test, inet_csk_ca(s->sk), icsk->icsk_ca_inline);
	KUNIT_EXPECT_EQ(test, set_ca(s, "large"), 0);
	tcp_peer_end(p, s);
	KUNIT_EXPECT_EQ(test, large_releases, 2);
}

static void tcp_set_congestion_control_without_memory(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1460");

	test_fail_nth_alloc(1);
	KUNIT_EXPECT_EQ(test, set_ca(s, "large"), -ENOMEM);
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_STREQ(test, inet_csk(s->sk)->icsk_ca_ops->name, "cubic");
	KUNIT_EXPECT_EQ(test, set_ca(s, "none such"), -ENOENT);
	tcp_peer_end(p, s);
}

/* A child takes what TCP_CONGESTION chose for its listener, with a state of
 * its own; the stack's default otherwise. */
static void tcp_assign_congestion_control_inherits(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *l = peer_listener(p, 80, 5), *c;
	int err;

	KUNIT_EXPECT_EQ(test, set_ca(l, "large"), 0);
	peer_handshake(p, "mss=1460");
	c = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, c);
	KUNIT_EXPECT_PTR_EQ(test, inet_csk(c->sk)->icsk_ca_ops, &large);
	KUNIT_EXPECT_EQ(test, large_inits, 1);
	KUNIT_EXPECT_TRUE(test, inet_csk_ca(c->sk) != inet_csk_ca(l->sk));
	sock_release(l);
	KUNIT_EXPECT_EQ(test, large_releases, 0);
	tcp_peer_end(p, c);
	KUNIT_EXPECT_EQ(test, large_releases, 1);
}

/* disconnect() gives the state back; the next connection has a fresh one. */
static void tcp_disconnect_renews_large_state(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1460");

	KUNIT_EXPECT_EQ(test, set_ca(s, "large"), 0);
	lock_sock(s->sk);
	KUNIT_EXPECT_EQ(test, tcp_disconnect(s->sk, 0), 0);
	release_sock(s->sk);
	KUNIT_EXPECT_EQ(test, large_releases, 1);
	KUNIT_EXPECT_PTR_EQ(test, inet_csk(s->sk)->icsk_ca_ops, &large);
	KUNIT_EXPECT_EQ(test, ((u8 *)inet_csk_ca(s->sk))[LARGE - 1], 0);
	tcp_peer_end(p, s);
}

/* Linux's tcp_congestion_control, tcp_available_ and tcp_allowed_. */
static void tcp_congestion_control_sysctls(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net *net = f->net;
	char names[64];

	tcp_get_available_congestion_control(names, sizeof(names));
	KUNIT_EXPECT_STREQ(test, names, "reno cubic bbr large");
	tcp_get_allowed_congestion_control(net, names, sizeof(names));
	KUNIT_EXPECT_STREQ(test, names, "reno cubic");

	KUNIT_EXPECT_EQ(test, tcp_set_default_congestion_control(net, "bbr"),
			0);
	KUNIT_EXPECT_STREQ(test, net->ipv4->tcp_congestion_control->name,
			   "bbr");
	/* A default is what everybody may have. */
	tcp_get_allowed_congestion_control(net, names, sizeof(names));
	KUNIT_EXPECT_STREQ(test, names, "reno cubic bbr");
	KUNIT_EXPECT_EQ(test, tcp_set_default_congestion_control(net, "vegas"),
			-ENOENT);
	KUNIT_EXPECT_EQ(test, tcp_set_default_congestion_control(net, ""),
			-ENOENT);
	KUNIT_EXPECT_STREQ(test, net->ipv4->tcp_congestion_control->name,
			   "bbr");

	KUNIT_EXPECT_EQ(test,
			tcp_set_allowed_congestion_control(net, " bbr  reno\n"),
			0);
	tcp_get_allowed_congestion_control(net, names, sizeof(names));
	KUNIT_EXPECT_STREQ(test, names, "reno bbr");
	KUNIT_EXPECT_EQ(test,
			tcp_set_allowed_congestion_control(net, "cubic vegas"),
			-ENOENT);
	tcp_get_allowed_congestion_control(net, names, 7);
	KUNIT_EXPECT_STREQ(test, names, "reno b"); /* cut off */
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(tcp_set_congestion_control_allocates_large_state),
	KUNIT_CASE(tcp_set_congestion_control_without_memory),
	KUNIT_CASE(tcp_assign_congestion_control_inherits),
	KUNIT_CASE(tcp_disconnect_renews_large_state),
	KUNIT_CASE(tcp_congestion_control_sysctls),
	{}
};

static const struct kunit_suite tcp_cong_suite = {
	.name = "tcp_cong",
	.init = suite_init,
	.exit = suite_exit,
	.test_cases = cases,
};
kunit_test_suite(tcp_cong_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: tables: which listener a segment finds, many connections.
 */
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

static int bind_to(struct socket *s, const char *ip, u16 port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = fixture_ip(ip) };

	return s->ops->bind(s, (struct sockaddr *)&sin, sizeof(sin));
}

/* The most specific listener gets the connection. */
static void inet_lookup_listener_prefers(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct net *net = p->f->net;
	struct socket *any = peer_socket(p), *own = peer_socket(p),
		      *dev = peer_socket(p);
	int eth0 = p->f->eth0->ifindex;
	struct sock *sk;

	any->sk->sk_reuseport = 1;
	own->sk->sk_reuseport = 1;
	dev->sk->sk_reuseport = 1;
	dev->sk->sk_bound_dev_if = eth0;
	KUNIT_EXPECT_EQ(test, bind_to(any, "0.0.0.0", 80), 0);
	KUNIT_EXPECT_EQ(test, any->ops->listen(any, 5), 0);
	sk = inet_lookup_listener(net, p->stack_ip, 80, eth0);
	KUNIT_EXPECT_PTR_EQ(test, sk, any->sk);
	sock_put(sk);
	KUNIT_EXPECT_EQ(test, bind_to(dev, "0.0.0.0", 80), 0);
	KUNIT_EXPECT_EQ(test, dev->ops->listen(dev, 5), 0);
	sk = inet_lookup_listener(net, p->stack_ip, 80, eth0);
	KUNIT_EXPECT_PTR_EQ(test, sk, dev->sk);
	sock_put(sk);
	KUNIT_EXPECT_EQ(test, bind_to(own, PEER_STACK_IP, 80), 0);
	KUNIT_EXPECT_EQ(test, own->ops->listen(own, 5), 0);
	sk = inet_lookup_listener(net, p->stack_ip, 80, eth0);
	KUNIT_EXPECT_PTR_EQ(test, sk, own->sk);
	sock_put(sk);
	KUNIT_EXPECT_NULL(test,
			  inet_lookup_listener(net, p->stack_ip, 81, eth0));
	sock_release(any);
	sock_release(own);
	sock_release(dev);
}

/* SO_REUSEPORT: connections spread over the listeners, and one four-tuple
 * always meets the same. */
static void inet_lookup_spreads_over_reuseport(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l[4], *s;
	u32 i, got[4] = { 0 };
	int err;

	for (i = 0; i < 4; i++) {
		l[i] = peer_socket(p);
		l[i]->sk->sk_reuseport = 1;
		KUNIT_EXPECT_EQ(test, bind_to(l[i], "0.0.0.0", 80), 0);
		KUNIT_EXPECT_EQ(test, l[i]->ops->listen(l[i], 100), 0);
	}
	for (i = 0; i < 60; i++) {
		peer_reset(p, (u16)(PEER_PORT + i), 80);
		peer_handshake(p, "mss=1000");
	}
	for (i = 0; i < 4; i++) {
		while ((s = peer_accept(l[i], &err))) {
			got[i]++;
			sock_release(s);
		}
		KUNIT_EXPECT_GE(test, got[i], 4);
		sock_release(l[i]);
	}
	KUNIT_EXPECT_EQ(test, got[0] + got[1] + got[2] + got[3], 60);
}

/* Chains stay short with many connections: the longest of 3000. */
static void inet_ehash_spreads(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct inet_hashinfo *h = p->f->net->ipv4->hashinfo;
	struct socket **s = NULL;
	static struct socket *sockets[3000];
	u32 i, longest = 0, n;

	s = sockets;
	for (i = 0; i < ARRAY_SIZE(sockets); i++) {
		s[i] = peer_socket(p);
		KUNIT_EXPECT_EQ(test, peer_connect(p, s[i]), -EINPROGRESS);
	}
	KUNIT_EXPECT_EQ(test, h->established, ARRAY_SIZE(sockets));
	for (i = 0; i <= h->ehash_mask; i++) {
		struct sock_common *c;

		n = 0;
		hlist_for_each_entry (c, &h->ehash[i], skc_node)
			n++;
		longest = max(longest, n);
	}
	/* 3000 balls: Poisson leaves 3 times the mean plus 8 to chance
	 * smaller than a millionth. */
	KUNIT_EXPECT_LE(test, longest,
			8 + 3 * ARRAY_SIZE(sockets) / (h->ehash_mask + 1));
	for (i = 0; i < ARRAY_SIZE(sockets); i++)
		sock_release(s[i]);
	KUNIT_EXPECT_EQ(test, h->established, 0);
}

/* Connections whose ports share a place among the recent ones: each is found,
 * and none after it has ended. */
static void inet_lookup_shares_recent_places(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct net *net = p->f->net;
	struct inet_hashinfo *h = net->ipv4->hashinfo;
	struct socket *s[3];
	struct sock *sk;
	u32 i, round;

	for (i = 0; i < ARRAY_SIZE(s); i++) {
		s[i] = peer_socket(p);
		KUNIT_EXPECT_EQ(test,
				bind_to(s[i], PEER_STACK_IP,
					(u16)(5000 + i * INET_RECENT)),
				0);
		KUNIT_EXPECT_EQ(test, peer_connect(p, s[i]), -EINPROGRESS);
	}
	for (round = 0; round < ARRAY_SIZE(s); round++) {
		for (i = 0; i < 2 * ARRAY_SIZE(s); i++) {
			struct sock *want = s[i % ARRAY_SIZE(s)]
						    ? s[i % ARRAY_SIZE(s)]->sk
						    : NULL;

			sk = inet_lookup_established(
				net, p->ip, htons(PEER_PORT), p->stack_ip,
				(u16)(5000 + i % ARRAY_SIZE(s) * INET_RECENT),
				p->f->eth0->ifindex);
			KUNIT_EXPECT_PTR_EQ(test, sk, want);
			if (sk)
				sock_put(sk);
		}
		sock_release(s[round]);
		s[round] = NULL;
	}
	for (i = 0; i < INET_RECENT; i++)
		KUNIT_EXPECT_NULL(test, h->recent[i].sk);
}

static const struct kunit_case hashtables_cases[] = {
	KUNIT_CASE(inet_lookup_listener_prefers),
	KUNIT_CASE(inet_lookup_spreads_over_reuseport),
	KUNIT_CASE(inet_ehash_spreads),
	KUNIT_CASE(inet_lookup_shares_recent_places),
	{}
};

static const struct kunit_suite inet_hashtables_suite = {
	.name = "inet_hashtables",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = hashtables_cases,
};
kunit_test_suite(inet_hashtables_suite);

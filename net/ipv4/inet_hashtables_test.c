// SPDX-License-Identifier: MIT
/*
 * DOC: ports and tables: who may bind beside whom, ephemeral ports (RFC 6056),
 * which listener a segment finds, many connections.
 */
#include "lib/uapi/fcntl.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

static int suite_init(struct kunit *test)
{
	net_fixture_init(test);
	test->priv = tcp_peer_new(test->priv);
	return 0;
}

static void suite_exit(struct kunit *test)
{
	struct tcp_peer *p = test->priv;

	test->priv = p->f;
	tcp_peer_free(p);
	net_fixture_exit(test);
}

static int bind_to(struct socket *s, const char *ip, u16 port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = fixture_ip(ip) };

	return s->ops->bind(s, (struct sockaddr *)&sin, sizeof(sin));
}

/* Two sockets, each with its options, at the same port. */
static int bind_pair(struct tcp_peer *p, bool reuse1, bool reuse2, bool port1,
		     bool port2, const char *ip1, const char *ip2, bool listen1)
{
	struct socket *a = peer_socket(p), *b = peer_socket(p);
	int err;

	a->sk->sk_reuse = reuse1;
	b->sk->sk_reuse = reuse2;
	a->sk->sk_reuseport = port1;
	b->sk->sk_reuseport = port2;
	KUNIT_EXPECT_EQ(p->test, bind_to(a, ip1, 7000), 0);
	if (listen1)
		KUNIT_EXPECT_EQ(p->test, a->ops->listen(a, 5), 0);
	err = bind_to(b, ip2, 7000);
	sock_release(a);
	sock_release(b);
	return err;
}

static void inet_csk_get_port_conflicts(struct kunit *test)
{
	static const char any[] = "0.0.0.0", own[] = PEER_STACK_IP,
			  lo[] = "127.0.0.1";
	struct tcp_peer *p = test->priv;

	KUNIT_EXPECT_EQ(test, bind_pair(p, 0, 0, 0, 0, any, any, false),
			-EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_pair(p, 0, 0, 0, 0, any, own, false),
			-EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_pair(p, 0, 0, 0, 0, own, any, false),
			-EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_pair(p, 0, 0, 0, 0, own, lo, true), 0);
	/* SO_REUSEADDR: both must have it, and neither may listen. */
	KUNIT_EXPECT_EQ(test, bind_pair(p, 1, 1, 0, 0, any, any, false), 0);
	KUNIT_EXPECT_EQ(test, bind_pair(p, 1, 0, 0, 0, any, any, false),
			-EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_pair(p, 0, 1, 0, 0, any, any, false),
			-EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_pair(p, 1, 1, 0, 0, any, any, true),
			-EADDRINUSE);
	/* SO_REUSEPORT: also listeners. */
	KUNIT_EXPECT_EQ(test, bind_pair(p, 0, 0, 1, 1, any, any, true), 0);
	KUNIT_EXPECT_EQ(test, bind_pair(p, 0, 0, 1, 0, any, any, true),
			-EADDRINUSE);
}

/* Two may bind with SO_REUSEADDR; one may listen. */
static void inet_csk_listen_start_conflicts(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *a = peer_socket(p), *b = peer_socket(p);

	a->sk->sk_reuse = 1;
	b->sk->sk_reuse = 1;
	KUNIT_EXPECT_EQ(test, bind_to(a, "0.0.0.0", 7000), 0);
	KUNIT_EXPECT_EQ(test, bind_to(b, "0.0.0.0", 7000), 0);
	KUNIT_EXPECT_EQ(test, a->ops->listen(a, 5), 0);
	KUNIT_EXPECT_EQ(test, b->ops->listen(b, 5), -EADDRINUSE);
	sock_release(a);
	sock_release(b);
}

/* A server can be started again while its old connections are in TIME_WAIT. */
static void inet_csk_get_port_beside_time_wait(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_accepted(p, "mss=1000"), *l;

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, "F.", 1, 0, 2, 5000, NULL);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	l = peer_socket(p);
	KUNIT_EXPECT_EQ(test, bind_to(l, "0.0.0.0", 80), -EADDRINUSE);
	sock_release(l);
}

static void inet_csk_get_port_chooses(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s[50];
	u32 i, j, in_order = 0;

	for (i = 0; i < ARRAY_SIZE(s); i++) {
		s[i] = peer_socket(p);
		KUNIT_EXPECT_EQ(test, bind_to(s[i], "0.0.0.0", 0), 0);
		KUNIT_EXPECT_GE(test, s[i]->sk->sk_num, 32768);
		KUNIT_EXPECT_LE(test, s[i]->sk->sk_num, 60999);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, s[i]->sk->sk_num,
					s[j]->sk->sk_num);
		if (i && (u32)s[i]->sk->sk_num - s[i - 1]->sk->sk_num <= 2)
			in_order++;
	}
	KUNIT_EXPECT_LT(test, in_order, 10); /* not to be guessed */
	for (i = 0; i < ARRAY_SIZE(s); i++)
		sock_release(s[i]);
}

/* Every port of the range once for each peer, then EADDRNOTAVAIL. */
static void inet_hash_connect_uses_all_ports(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s[101];
	bool seen[100] = { false };
	u32 i;

	p->f->net->ipv4->sysctl_ip_local_port_range[0] = 50000;
	p->f->net->ipv4->sysctl_ip_local_port_range[1] = 50099;
	for (i = 0; i < 100; i++) {
		s[i] = peer_socket(p);
		KUNIT_ASSERT_TRUE(test, peer_connect(p, s[i]) == -EINPROGRESS);
		KUNIT_EXPECT_FALSE(test, seen[s[i]->sk->sk_num - 50000]);
		seen[s[i]->sk->sk_num - 50000] = true;
	}
	s[100] = peer_socket(p);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s[100]), -EADDRNOTAVAIL);
	/* Another port of the peer is another four-tuple. */
	p->port++;
	KUNIT_EXPECT_EQ(test, peer_connect(p, s[100]), -EINPROGRESS);
	for (i = 0; i < ARRAY_SIZE(s); i++)
		sock_release(s[i]);
}

/* A port that was bound on purpose is not taken by connect(). */
static void inet_hash_connect_leaves_bound_ports(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_socket(p), *s = peer_socket(p);

	p->f->net->ipv4->sysctl_ip_local_port_range[0] = 50000;
	p->f->net->ipv4->sysctl_ip_local_port_range[1] = 50000;
	KUNIT_EXPECT_EQ(test, bind_to(l, "0.0.0.0", 50000), 0);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EADDRNOTAVAIL);
	sock_release(l);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EINPROGRESS);
	sock_release(s);
}

/* An explicit port serves many peers, each once. */
static void inet_hash_connect_from_bound_port(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *a = peer_socket(p), *b = peer_socket(p);

	a->sk->sk_reuse = 1;
	b->sk->sk_reuse = 1;
	KUNIT_EXPECT_EQ(test, bind_to(a, "0.0.0.0", 7000), 0);
	KUNIT_EXPECT_EQ(test, bind_to(b, "0.0.0.0", 7000), 0);
	KUNIT_EXPECT_EQ(test, peer_connect(p, a), -EINPROGRESS);
	KUNIT_EXPECT_EQ(test, peer_connect(p, b), -EADDRNOTAVAIL);
	p->port++;
	KUNIT_EXPECT_EQ(test, peer_connect(p, b), -EINPROGRESS);
	sock_release(a);
	sock_release(b);
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

static const struct kunit_case hashtables_cases[] = {
	KUNIT_CASE(inet_csk_get_port_conflicts),
	KUNIT_CASE(inet_csk_listen_start_conflicts),
	KUNIT_CASE(inet_csk_get_port_beside_time_wait),
	KUNIT_CASE(inet_csk_get_port_chooses),
	KUNIT_CASE(inet_hash_connect_uses_all_ports),
	KUNIT_CASE(inet_hash_connect_leaves_bound_ports),
	KUNIT_CASE(inet_hash_connect_from_bound_port),
	KUNIT_CASE(inet_lookup_listener_prefers),
	KUNIT_CASE(inet_lookup_spreads_over_reuseport),
	KUNIT_CASE(inet_ehash_spreads),
	{}
};

static const struct kunit_suite inet_hashtables_suite = {
	.name = "inet_hashtables",
	.init = suite_init,
	.exit = suite_exit,
	.test_cases = hashtables_cases,
};
kunit_test_suite(inet_hashtables_suite);

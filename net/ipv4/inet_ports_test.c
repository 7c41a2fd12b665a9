// SPDX-License-Identifier: MIT
/*
 * DOC: local ports: who may bind beside whom, ephemeral ports (RFC 6056), and
 * that a free one is found at once however few are left.
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

/* --- maps --- */

#define LOW   40000
#define PORTS 3000

static struct socket *many[PORTS];

static void set_range(struct tcp_peer *p, u16 low, u32 ports)
{
	u16 *range = p->f->net->ipv4->sysctl_ip_local_port_range;

	range[0] = low;
	range[1] = (u16)(low + ports - 1);
}

static struct inet_hashinfo *tables(struct tcp_peer *p)
{
	return p->f->net->ipv4->hashinfo;
}

static void fill_range(struct tcp_peer *p)
{
	u32 i;

	set_range(p, LOW, PORTS);
	for (i = 0; i < PORTS; i++) {
		many[i] = peer_socket(p);
		KUNIT_ASSERT_EQ(p->test, peer_connect(p, many[i]),
				-EINPROGRESS);
	}
}

static void release_range(void)
{
	u32 i;

	for (i = 0; i < PORTS; i++)
		if (many[i])
			sock_release(many[i]);
}

/* The last free port costs what the first did, and so does the knowledge that
 * there is none. */
static void inet_hash_connect_is_quick_when_ports_are_few(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct inet_hashinfo *h = tables(p);
	struct socket *s = peer_socket(p);
	static bool seen[PORTS];
	u32 i, j, num;

	memset(seen, 0, sizeof(seen));
	fill_range(p);
	for (i = 0; i < PORTS; i++) {
		num = many[i]->sk->sk_num - LOW;
		KUNIT_ASSERT_TRUE(test, num < PORTS && !seen[num]);
		seen[num] = true;
	}
	KUNIT_EXPECT_LE(test, h->port_probes, PORTS + 100);
	h->port_probes = 0;
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EADDRNOTAVAIL);
	KUNIT_EXPECT_LE(test, h->port_probes, 1);
	for (i = 0; i < 100; i++) {
		j = i * 7919 % PORTS;
		num = many[j]->sk->sk_num;
		sock_release(many[j]);
		h->port_probes = 0;
		many[j] = peer_socket(p);
		KUNIT_EXPECT_EQ(test, peer_connect(p, many[j]), -EINPROGRESS);
		KUNIT_EXPECT_EQ(test, many[j]->sk->sk_num, num);
		KUNIT_EXPECT_LE(test, h->port_probes, 1);
	}
	sock_release(s);
	release_range();
	KUNIT_EXPECT_EQ(test, h->nr_port_maps, 0);
}

/* Does the map say of each port what the table says? */
static void check_map(struct tcp_peer *p)
{
	struct inet_hashinfo *h = tables(p);
	struct port_map *m = NULL, *it;
	struct sock *sk;
	u32 i, used = 0;

	for (i = 0; i < PORT_MAP_CHAINS && !m; i++)
		hlist_for_each_entry (it, &h->port_maps[i], node)
			m = it;
	KUNIT_ASSERT_NOT_NULL(p->test, m);
	for (i = 0; i < 65536; i++) {
		sk = inet_lookup_established(p->f->net, p->ip, htons(p->port),
					     p->stack_ip, (u16)i, 0);
		KUNIT_ASSERT_EQ(p->test, test_bit(i, m->used), sk != NULL);
		if (i % 64 == 0)
			KUNIT_ASSERT_EQ(p->test, test_bit(i / 64, m->full),
					m->used[i / 64] == ~0UL);
		used += sk != NULL;
		if (sk)
			tcp_gen_put(sk);
	}
	KUNIT_EXPECT_EQ(p->test, m->count, used);
}

/* Whatever comes and goes, the map follows: sockets that connect, that are
 * refused, that are closed, that end in TIME_WAIT and leave it; and half-open
 * connections from that address and port. */
static void inet_port_map_follows_the_table(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);
	u32 seed = 7, i, j;

	fill_range(p);
	check_map(p);
	for (i = 0; i < 600; i++) {
		seed = seed * 1664525 + 1013904223;
		j = (seed >> 8) % PORTS;
		if (!many[j]) {
			many[j] = peer_socket(p);
			KUNIT_EXPECT_EQ(test, peer_connect(p, many[j]),
					-EINPROGRESS);
			continue;
		}
		p->stack_port = many[j]->sk->sk_num;
		p->stack_isn = tcp_sk(many[j]->sk)->write_seq - 1;
		p->stack_isn_known = true;
		if (seed >> 31) { /* refused */
			peer_send(p, "R.", 0, 0, 1, 0, NULL);
		} else if (seed >> 30 & 1) { /* to TIME_WAIT */
			peer_send(p, "S.", 0, 0, 1, 5000, "mss=1000");
			lock_sock(many[j]->sk);
			tcp_shutdown(many[j]->sk, SEND_SHUTDOWN);
			release_sock(many[j]->sk);
			peer_send(p, "F.", 1, 0, 2, 5000, NULL);
		}
		sock_release(many[j]);
		many[j] = NULL;
	}
	KUNIT_EXPECT_GE(test, p->f->net->ipv4->tw_count, 20);
	check_map(p);
	peer_reset(p, PEER_PORT, 80);
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	check_map(p);
	test_advance_ns(70 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	for (i = 0; i < PORTS - 40; i++)
		if (many[i]) {
			sock_release(many[i]);
			many[i] = NULL;
		}
	check_map(p);
	release_range();
	sock_release(l);
	KUNIT_EXPECT_EQ(test, tables(p)->nr_port_maps, 0);
}

/* Without a map, for want of memory or of a place, every port is still found.
 */
static void inet_hash_connect_without_map(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct inet_hashinfo *h = tables(p);
	struct socket *s[101];
	u32 i;

	h->max_port_maps = 0;
	set_range(p, LOW, 100);
	for (i = 0; i < 101; i++) {
		s[i] = peer_socket(p);
		KUNIT_EXPECT_EQ(test, peer_connect(p, s[i]),
				i < 100 ? -EINPROGRESS : -EADDRNOTAVAIL);
	}
	KUNIT_EXPECT_EQ(test, h->nr_port_maps, 0);
	h->max_port_maps = 1;
	sock_release(s[50]);
	s[50] = peer_socket(p);
	test_fail_nth_alloc(1); /* the map, unless the walk comes first */
	KUNIT_EXPECT_EQ(test, peer_connect(p, s[50]), -EINPROGRESS);
	test_fail_nth_alloc(0);
	/* Of two crowded destinations one has a map. */
	KUNIT_EXPECT_EQ(test, peer_connect(p, s[100]), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, h->nr_port_maps, 1);
	p->port++;
	for (i = 0; i < 101; i++) {
		many[i] = peer_socket(p);
		KUNIT_EXPECT_EQ(test, peer_connect(p, many[i]),
				i < 100 ? -EINPROGRESS : -EADDRNOTAVAIL);
	}
	KUNIT_EXPECT_EQ(test, h->nr_port_maps, 1);
	for (i = 0; i < 101; i++) {
		sock_release(s[i]);
		sock_release(many[i]);
		many[i] = NULL;
	}
	KUNIT_EXPECT_EQ(test, h->nr_port_maps, 0);
}

/* All ports in use, some by TIME_WAITs that may be taken over (RFC 6191). */
static void inet_hash_connect_takes_a_time_wait_at_last(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s[PORTS / 30], *late = peer_socket(p);
	u32 i, n = ARRAY_SIZE(s);

	p->f->net->ipv4->sysctl_tcp_tw_reuse = 1;
	set_range(p, LOW, n);
	for (i = 0; i < n; i++) {
		s[i] = peer_socket(p);
		KUNIT_EXPECT_EQ(test, peer_connect(p, s[i]), -EINPROGRESS);
		p->stack_port = s[i]->sk->sk_num;
		p->stack_isn = tcp_sk(s[i]->sk)->write_seq - 1;
		p->stack_isn_known = true;
		peer_send(p, "S.", 0, 0, 1, 5000, "mss=1000 ts");
	}
	KUNIT_EXPECT_EQ(test, peer_connect(p, late), -EADDRNOTAVAIL);
	lock_sock(s[60]->sk);
	tcp_shutdown(s[60]->sk, SEND_SHUTDOWN);
	release_sock(s[60]->sk);
	p->stack_port = s[60]->sk->sk_num;
	p->stack_isn = tcp_sk(s[60]->sk)->snd_una - 1;
	peer_send(p, "F.", 1, 0, 2, 5000, "ts");
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
	KUNIT_EXPECT_EQ(test, peer_connect(p, late), -EADDRNOTAVAIL);
	test_advance_ns(2 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, peer_connect(p, late), -EINPROGRESS);
	KUNIT_EXPECT_EQ(test, late->sk->sk_num, p->stack_port);
	KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 0);
	for (i = 0; i < n; i++) {
		sock_set_flag(s[i]->sk, SOCK_LINGER);
		sock_release(s[i]);
	}
	sock_release(late);
}

/* bind() to port 0: each port once, the last one as quickly as the first. */
static void inet_csk_get_port_is_quick_when_ports_are_few(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct inet_hashinfo *h = tables(p);
	struct socket *s = peer_socket(p);
	u32 i;

	set_range(p, LOW, PORTS);
	for (i = 0; i < PORTS; i++) {
		many[i] = peer_socket(p);
		KUNIT_ASSERT_EQ(test, bind_to(many[i], "0.0.0.0", 0), 0);
	}
	KUNIT_EXPECT_LE(test, h->port_probes, 4 * PORTS);
	KUNIT_EXPECT_EQ(test, h->bound.count, PORTS);
	KUNIT_EXPECT_EQ(test, bind_to(s, "0.0.0.0", 0), -EADDRINUSE);
	sock_release(many[1000]);
	many[1000] = NULL;
	h->port_probes = 0;
	KUNIT_EXPECT_EQ(test, bind_to(s, "0.0.0.0", 0), 0);
	KUNIT_EXPECT_EQ(test, h->port_probes, 1);
	sock_release(s);
	release_range();
	KUNIT_EXPECT_EQ(test, h->bound.count, 0);
}

static const struct kunit_case ports_cases[] = {
	KUNIT_CASE(inet_csk_get_port_conflicts),
	KUNIT_CASE(inet_csk_listen_start_conflicts),
	KUNIT_CASE(inet_csk_get_port_beside_time_wait),
	KUNIT_CASE(inet_csk_get_port_chooses),
	KUNIT_CASE(inet_hash_connect_uses_all_ports),
	KUNIT_CASE(inet_hash_connect_leaves_bound_ports),
	KUNIT_CASE(inet_hash_connect_from_bound_port),
	KUNIT_CASE(inet_hash_connect_is_quick_when_ports_are_few),
	KUNIT_CASE(inet_port_map_follows_the_table),
	KUNIT_CASE(inet_hash_connect_without_map),
	KUNIT_CASE(inet_hash_connect_takes_a_time_wait_at_last),
	KUNIT_CASE(inet_csk_get_port_is_quick_when_ports_are_few),
	{}
};

static const struct kunit_suite inet_ports_suite = {
	.name = "inet_ports",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = ports_cases,
};
kunit_test_suite(inet_ports_suite);

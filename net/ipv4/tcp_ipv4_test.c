// SPDX-License-Identifier: MIT
/*
 * DOC: TCP's IPv4 side: what connect() refuses, initial numbers (RFC 6528),
 * ICMP errors and what of them may be believed (RFC 1122, section 4.2.3.9;
 * RFC 5927), path MTU (RFC 1191), segments that no socket should see.
 */
#include "lib/checksum.h"
#include "lib/uapi/poll.h"
#include "net/ipv4/tcp.h"
#include "net/wire/icmp.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(p, name) ((p)->f->net->mib.v[MIB_##name])

static int connect_raw(struct socket *s, u16 family, const char *ip, int len)
{
	struct sockaddr_in sin = { .sin_family = family,
				   .sin_port = htons(80),
				   .sin_addr.s_addr = fixture_ip(ip) };

	return s->ops->connect(s, (struct sockaddr *)&sin, len, SOCK_NONBLOCK);
}

/* --- connect --- */

static void tcp_v4_connect_refuses(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	KUNIT_EXPECT_EQ(test, connect_raw(s, AF_INET, PEER_IP, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, connect_raw(s, 99, PEER_IP, 16), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, connect_raw(s, AF_INET, "192.0.2.1", 16),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, connect_raw(s, AF_INET, "10.0.2.255", 16),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_CLOSE);
	/* None of them leaves a name behind. */
	KUNIT_EXPECT_EQ(test, inet_sk(s->sk)->inet_num, 0);
	KUNIT_EXPECT_EQ(test, s->sk->sk_daddr, 0);
	KUNIT_EXPECT_EQ(test, connect_raw(s, AF_INET, PEER_IP, 16),
			-EINPROGRESS);
	sock_release(s);
}

/* RFC 6528: new each time, unlike for each four-tuple, rising for one. */
static void secure_tcp_seq_rises_and_differs(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct net *net = p->f->net;
	u32 a, b, c;

	a = secure_tcp_seq(net, p->stack_ip, p->ip, htons(1), htons(2));
	c = secure_tcp_seq(net, p->stack_ip, p->ip, htons(3), htons(2));
	test_advance_ns(NSEC_PER_SEC);
	b = secure_tcp_seq(net, p->stack_ip, p->ip, htons(1), htons(2));
	KUNIT_EXPECT_EQ(test, b - a, (u32)(NSEC_PER_SEC / 64));
	KUNIT_EXPECT_NE(test, a, c);
}

/* --- ICMP --- */

static void tcp_v4_err_ends_a_handshake(struct kunit *test)
{
	static const struct {
		u8 code;
		int err;
	} t[] = { { ICMP_PORT_UNREACH, -ECONNREFUSED },
		  { ICMP_HOST_UNREACH, -EHOSTUNREACH },
		  { ICMP_NET_UNREACH, -ENETUNREACH },
		  { ICMP_PKT_FILTERED, -EHOSTUNREACH } };
	struct tcp_peer *p = test->priv;
	struct socket *s;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		peer_reset(p, (u16)(PEER_PORT + i), 0);
		s = peer_socket(p);
		peer_connect(p, s);
		peer_expect(p, "S", 0, 0, 0);
		/* Not about our SYN: RFC 5927, section 4.1. */
		peer_icmp(p, ICMP_DEST_UNREACH, t[i].code, 77, 0);
		KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EALREADY);
		peer_icmp(p, ICMP_DEST_UNREACH, t[i].code, 0, 0);
		KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLERR);
		KUNIT_EXPECT_EQ(test, peer_connect(p, s), t[i].err);
		sock_release(s);
	}
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_OutOfWindowIcmps), 4);
}

/* An established connection only remembers it (RFC 5461, section 3). */
static void tcp_v4_err_is_soft_when_established(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, 0), 100);
	peer_expect(p, "P.", 1, 100, 1);
	peer_icmp(p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 1, 0);
	peer_icmp(p, ICMP_TIME_EXCEEDED, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_FALSE(test, peer_poll(s) & EPOLLERR);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err_soft, EHOSTUNREACH);
	/* ... and says it when it gives up. */
	test_advance_ns(1200 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 1, 0), -EHOSTUNREACH);
	sock_release(s);
}

static void tcp_v4_err_ends_half_open(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);

	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.", 0, 0, 1);
	peer_icmp(p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 5, 0);
	KUNIT_EXPECT_EQ(test, inet_csk(l->sk)->icsk_accept_queue->qlen, 1);
	peer_icmp(p, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0, 0);
	KUNIT_EXPECT_EQ(test, inet_csk(l->sk)->icsk_accept_queue->qlen, 0);
	sock_release(l);
}

/* RFC 1191, section 6: what was too large goes again at once, smaller. */
static void tcp_v4_err_reduces_the_path_mtu(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1460");

	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 2920, 0), 2920);
	peer_expect(p, ".", 1, 1460, 1);
	peer_expect(p, "P.", 1461, 1460, 1);
	/* Forged: about nothing in flight. */
	peer_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 100000, 600);
	KUNIT_EXPECT_EQ(test, tcp_current_mss(s->sk), 1460);
	peer_expect_none(p);
	peer_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1, 1000);
	KUNIT_EXPECT_EQ(test, tcp_current_mss(s->sk), 960);
	peer_expect(p, ".", 1, 960, 1);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 2921, 65535, NULL);
	KUNIT_EXPECT_EQ(test, peer_write(s, 2920, 1000, 0), 1000);
	peer_expect(p, ".", 2921, 960, 1);
	/* Less than any path must take is not believed (CVE-2005-1192). */
	peer_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 2921, 60);
	KUNIT_EXPECT_GE(test, tcp_current_mss(s->sk), 512);
	sock_release(s);
}

/* The settings of ip_no_pmtu_disc, and IP_MTU_DISCOVER's: what a message that
 * asks for 1000 bytes leaves of 1500. */
static void tcp_v4_err_heeds_the_choice_of_discovery(struct kunit *test)
{
	static const struct {
		u8 no_pmtu_disc, pmtudisc;
		u32 pmtu, mss;
	} t[] = {
		{ IP_NO_PMTU_DISC_OFF, IP_PMTUDISC_WANT, 1000, 960 },
		{ IP_NO_PMTU_DISC_OFF, IP_PMTUDISC_DO, 1000, 960 },
		{ IP_NO_PMTU_DISC_OFF, IP_PMTUDISC_PROBE, 1000, 960 },
		{ IP_NO_PMTU_DISC_OFF, IP_PMTUDISC_INTERFACE, 1500, 1460 },
		{ IP_NO_PMTU_DISC_OFF, IP_PMTUDISC_OMIT, 1500, 1460 },
		{ IP_NO_PMTU_DISC_MIN, IP_PMTUDISC_WANT, 552, 512 },
		{ IP_NO_PMTU_DISC_IGNORE, IP_PMTUDISC_WANT, 1500, 1460 },
		{ IP_NO_PMTU_DISC_STRICT, IP_PMTUDISC_WANT, 1000, 960 },
	};
	struct tcp_peer *p = test->priv;
	struct netns_ipv4 *n = p->f->net->ipv4;
	struct socket *s;
	u32 i;

	n->sysctl_mtu_expires = 1;
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		n->sysctl_ip_no_pmtu_disc = t[i].no_pmtu_disc;
		s = peer_connected(p, "mss=1460");
		inet_sk(s->sk)->pmtudisc = t[i].pmtudisc;
		peer_write(s, 0, 1460, 0);
		peer_icmp(p, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, 1, 1000);
		KUNIT_EXPECT_EQ(test, tcp_current_mss(s->sk), t[i].mss);
		KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_pmtu_cookie,
				t[i].pmtu);
		peer_send(p, "R", 1, 0, 0, 0, NULL);
		sock_release(s);
		test_advance_ns(2 * NSEC_PER_SEC);
		peer_reset(p, (u16)(PEER_PORT + 1 + i), 0);
	}
}

/* Quench and redirect are none of TCP's business (RFC 6633). */
static void tcp_v4_err_ignores_source_quench(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	u32 cwnd = tcp_sk(s->sk)->snd_cwnd;

	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, 0), 100);
	peer_icmp(p, ICMP_SOURCE_QUENCH, 0, 1, 0);
	peer_icmp(p, ICMP_REDIRECT, 1, 1, 0x0a000203);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, cwnd);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err_soft, 0);
	sock_release(s);
}

/* --- segments --- */

/* Headers that lie about themselves. */
static void tcp_v4_rcv_drops_bad_headers(struct kunit *test)
{
	static const u8 frame[] = {
		0x02,
		0,
		0,
		0,
		0,
		0x0a,
		0x02,
		0,
		0,
		0,
		0,
		2,
		8,
		0,
		/* IP: 40 bytes, TCP, 10.0.2.2 to 10.0.2.15 */
		0x45,
		0,
		0,
		40,
		0,
		1,
		0x40,
		0,
		64,
		6,
		0,
		0,
		10,
		0,
		2,
		2,
		10,
		0,
		2,
		15,
		/* TCP: data offset 4 */
		0x1f,
		0x90,
		0,
		80,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		0x40,
		2,
		0,
		10,
		0,
		0,
		0,
		0,
	};
	u8 copy[sizeof(frame)];
	__sum16 sum;
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);

	memcpy(copy, frame, sizeof(frame));
	sum = ip_compute_csum(copy + 14, 20);
	memcpy(copy + 24, &sum, 2);
	fixture_rx(p->f, copy, sizeof(copy)); /* header of 16 bytes */
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InErrs), 1);
	copy[46] = 0xf0; /* header of 60 bytes, of which 20 are there */
	fixture_rx(p->f, copy, sizeof(copy));
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InErrs), 2);
	copy[46] = 0x50; /* and now only the checksum is wrong */
	fixture_rx(p->f, copy, sizeof(copy));
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InCsumErrors), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InSegs), 3);
	peer_expect_none(p);
	sock_release(l);
}

/* Loopback: connects to itself by 0.0.0.0, 127.x and its own address. */
static void tcp_v4_connects_over_loopback(struct kunit *test)
{
	static const char *const to[] = { "127.0.0.1", PEER_STACK_IP,
					  "127.9.8.7", "0.0.0.0" };
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *c, *s;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(to); i++) {
		c = peer_socket(p);
		err = connect_raw(c, AF_INET, to[i], 16);
		KUNIT_EXPECT_TRUE(test, err == 0 || err == -EINPROGRESS);
		test_advance_ns(NSEC_PER_MSEC);
		KUNIT_EXPECT_EQ(test, c->sk->sk_state, TCP_ESTABLISHED);
		s = peer_accept(l, &err);
		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_EXPECT_EQ(test, peer_write(c, 0, 5000, 0), 5000);
		test_advance_ns(NSEC_PER_MSEC);
		KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 8000, 0), 5000);
		sock_release(c);
		sock_release(s);
	}
	sock_release(l);
}

/* A socket that connects to itself: simultaneous open with nobody else. */
static void tcp_v4_connects_to_itself(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(80),
				   .sin_addr.s_addr = fixture_ip("127.0.0.1") };

	KUNIT_EXPECT_EQ(
		test, s->ops->bind(s, (struct sockaddr *)&sin, sizeof(sin)), 0);
	connect_raw(s, AF_INET, "127.0.0.1", 16);
	test_advance_ns(NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, 0), 100);
	test_advance_ns(NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 200, 0), 100);
	sock_release(s);
	test_advance_ns(NSEC_PER_SEC);
}

/* RFC 6191 with tcp_tw_reuse 2: over loopback a port comes back after a
 * second, not after a minute. */
static void tcp_v4_connect_takes_over_time_wait(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *c, *s;
	int round, err;

	p->f->net->ipv4->sysctl_ip_local_port_range[0] = 40000;
	p->f->net->ipv4->sysctl_ip_local_port_range[1] = 40000;
	for (round = 0; round < 3; round++) {
		c = peer_socket(p);
		err = connect_raw(c, AF_INET, "127.0.0.1", 16);
		KUNIT_ASSERT_TRUE(test, err == 0 || err == -EINPROGRESS);
		test_advance_ns(NSEC_PER_MSEC);
		s = peer_accept(l, &err);
		KUNIT_ASSERT_NOT_NULL(test, s);
		sock_release(c);
		test_advance_ns(NSEC_PER_MSEC);
		sock_release(s);
		test_advance_ns(NSEC_PER_MSEC);
		KUNIT_EXPECT_EQ(test, p->f->net->ipv4->tw_count, 1);
		c = peer_socket(p);
		KUNIT_EXPECT_EQ(test, connect_raw(c, AF_INET, "127.0.0.1", 16),
				-EADDRNOTAVAIL);
		sock_release(c);
		test_advance_ns(2100 * NSEC_PER_MSEC);
	}
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TWRecycled), 2);
	sock_release(l);
}

static const struct kunit_case ipv4_cases[] = {
	KUNIT_CASE(tcp_v4_connect_refuses),
	KUNIT_CASE(secure_tcp_seq_rises_and_differs),
	KUNIT_CASE(tcp_v4_err_ends_a_handshake),
	KUNIT_CASE(tcp_v4_err_is_soft_when_established),
	KUNIT_CASE(tcp_v4_err_ends_half_open),
	KUNIT_CASE(tcp_v4_err_reduces_the_path_mtu),
	KUNIT_CASE(tcp_v4_err_heeds_the_choice_of_discovery),
	KUNIT_CASE(tcp_v4_err_ignores_source_quench),
	KUNIT_CASE(tcp_v4_rcv_drops_bad_headers),
	KUNIT_CASE(tcp_v4_connects_over_loopback),
	KUNIT_CASE(tcp_v4_connects_to_itself),
	KUNIT_CASE(tcp_v4_connect_takes_over_time_wait),
	{}
};

static const struct kunit_suite tcp_ipv4_suite = {
	.name = "tcp_ipv4",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = ipv4_cases,
};
kunit_test_suite(tcp_ipv4_suite);

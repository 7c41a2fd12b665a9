// SPDX-License-Identifier: MIT
/*
 * DOC: ARP by its frames (rows N1, N2, N4): what is asked and answered, what
 * is believed and what is not; every truncation and every flipped bit.
 */
#include "lib/err.h"
#include "net/core/neighbour.h"
#include "net/ipv4/udp.h"
#include "net/wire/arp.h"
#include "tests/fixtures/inet_socket.h"

static const u8 peer[ETH_ALEN] = { 0x52, 0x55, 0x0a, 0x00, 0x02, 0x02 };
static const u8 thief[ETH_ALEN] = { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66 };

struct arp_frame {
	struct ethhdr eth;
	struct arphdr arp;
	struct arp_eth_ip body;
} __packed;

static struct arp_frame make(struct net_fixture *f, u16 op, const u8 *sha,
			     const char *sip, const char *tip, bool broadcast)
{
	struct arp_frame a;

	memset(&a, 0, sizeof(a));
	memcpy(a.eth.h_dest, broadcast ? f->eth0->broadcast : f->eth0->dev_addr,
	       ETH_ALEN);
	memcpy(a.eth.h_source, sha, ETH_ALEN);
	a.eth.h_proto = htons(ETH_P_ARP);
	a.arp.ar_hrd = htons(ARPHRD_ETHER);
	a.arp.ar_pro = htons(ETH_P_IP);
	a.arp.ar_hln = 6;
	a.arp.ar_pln = 4;
	a.arp.ar_op = htons(op);
	memcpy(a.body.ar_sha, sha, ETH_ALEN);
	a.body.ar_sip = fixture_ip(sip);
	a.body.ar_tip = fixture_ip(tip);
	return a;
}

static struct neighbour *entry(struct net_fixture *f, const char *ip)
{
	__be32 key = fixture_ip(ip);

	return neigh_find(&f->net->ipv4->arp_tbl, &key, f->eth0);
}

static int arp_test_init(struct kunit *test)
{
	int err = net_fixture_init(test);

	if (!err)
		fixture_addr(test->priv, "10.0.2.15", 24);
	return err;
}

/* RFC 826: the question, and the datagram that waited for its answer. */
static void arp_solicit_asks_and_the_packet_follows(struct kunit *test)
{
	static const u8 question[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to everyone */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, /* from eth0 */
		0x08, 0x06,                         /* ARP */
		0x00, 0x01, 0x08, 0x00,             /* Ethernet, IPv4 */
		0x06, 0x04, 0x00, 0x01,             /* lengths, request */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, /* sender */
		0x0a, 0x00, 0x02, 0x0f,             /* 10.0.2.15 */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* target: unknown */
		0x0a, 0x00, 0x02, 0x02,             /* 10.0.2.2 */
	};
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	struct arp_frame reply =
		make(f, ARPOP_REPLY, peer, "10.0.2.2", "10.0.2.15", false);

	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.0.2.2", 7, 0), 1);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, sizeof(question));
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, question, sizeof(question));
	fixture_rx(f, &reply, sizeof(reply));
	KUNIT_ASSERT_EQ(test, f->tx_frames, 2);
	KUNIT_EXPECT_MEMEQ(test, f->tx[1].data, peer, ETH_ALEN);
	sock_release(s);
}

/* RFC 4861, section 7.3.1: what a transport's peer answers is proof, once. */
static void ip_output_confirms_the_neighbour(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	struct arp_frame reply =
		make(f, ARPOP_REPLY, peer, "10.0.2.2", "10.0.2.15", false);
	struct neighbour *n;
	u64 proof;

	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.0.2.2", 7, 0), 1);
	fixture_rx(f, &reply, sizeof(reply));
	n = entry(f, "10.0.2.2");
	KUNIT_ASSERT_NOT_NULL(test, n);
	test_advance_ns(NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test,
			test_sendto(s, "x", 1, "10.0.2.2", 7, MSG_CONFIRM), 1);
	proof = n->confirmed_ns;
	KUNIT_EXPECT_LE(test, ktime_get_ns() - proof, NSEC_PER_SEC / 2);
	test_advance_ns(NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.0.2.2", 7, 0), 1);
	KUNIT_EXPECT_EQ(test, n->confirmed_ns, proof);
	neigh_release(n);
	sock_release(s);
}

/* Three questions, then the socket hears of it: in about three seconds. */
static void arp_error_report_reaches_the_socket(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u64 start = ktime_get_ns();
	u8 buf[4];

	inet_sk(s->sk)->recverr = true;
	KUNIT_EXPECT_EQ(test, test_connect(s, "10.0.2.9", 7), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, NULL, 0, 0), 1);
	KUNIT_EXPECT_EQ(test, test_recvfrom(s, buf, 4, NULL, 0), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 3);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, 4 * NSEC_PER_SEC);
	sock_release(s);
}

static void arp_rcv_answers_for_our_address(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct arp_frame q =
		make(f, ARPOP_REQUEST, peer, "10.0.2.2", "10.0.2.15", true);
	const struct arp_frame *a;
	struct neighbour *n;

	fixture_rx(f, &q, sizeof(q));
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	a = (const struct arp_frame *)f->tx[0].data;
	KUNIT_EXPECT_MEMEQ(test, a->eth.h_dest, peer, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, a->arp.ar_op, htons(ARPOP_REPLY));
	KUNIT_EXPECT_MEMEQ(test, a->body.ar_sha, f->eth0->dev_addr, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, a->body.ar_sip, fixture_ip("10.0.2.15"));
	KUNIT_EXPECT_EQ(test, a->body.ar_tip, fixture_ip("10.0.2.2"));
	n = entry(f, "10.0.2.2");
	KUNIT_ASSERT_NOT_NULL(test, n);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_STALE);
	neigh_release(n);
	/* RFC 5227: a probe is answered and teaches nothing. */
	q = make(f, ARPOP_REQUEST, thief, "0.0.0.0", "10.0.2.15", true);
	fixture_rx(f, &q, sizeof(q));
	KUNIT_EXPECT_EQ(test, f->tx_frames, 2);
	/* Not ours, not answered, not learnt. */
	q = make(f, ARPOP_REQUEST, peer, "10.0.2.7", "10.0.2.8", true);
	fixture_rx(f, &q, sizeof(q));
	KUNIT_EXPECT_EQ(test, f->tx_frames, 2);
	KUNIT_EXPECT_NULL(test, entry(f, "10.0.2.7"));
}

/* Row N4: who merely says so redirects nobody. */
static void arp_rcv_is_not_poisoned(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct arp_frame evil[] = {
		make(f, ARPOP_REPLY, thief, "10.0.2.2", "10.0.2.15", false),
		make(f, ARPOP_REPLY, thief, "10.0.2.2", "10.0.2.2", true),
		make(f, ARPOP_REQUEST, thief, "10.0.2.2", "10.0.2.2", true),
		make(f, ARPOP_REQUEST, thief, "10.0.2.2", "10.0.2.15", true),
	};
	__be32 key = fixture_ip("10.0.2.2");
	struct neighbour *n;
	u32 i;

	/* Nobody asked: no entry appears. */
	fixture_rx(f, &evil[0], sizeof(evil[0]));
	KUNIT_EXPECT_NULL(test, entry(f, "10.0.2.2"));
	n = neigh_lookup(&f->net->ipv4->arp_tbl, &key, f->eth0);
	neigh_update(n, peer, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	for (i = 0; i < ARRAY_SIZE(evil); i++) {
		fixture_rx(f, &evil[i], sizeof(evil[i]));
		KUNIT_EXPECT_MEMEQ(test, n->ha, peer, ETH_ALEN);
		test_advance_ns(2 * NSEC_PER_SEC);
	}
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_STALE); /* to be verified */
	neigh_release(n);
	/* Nor may anyone claim our own address. */
	evil[0] = make(f, ARPOP_REQUEST, thief, "10.0.2.15", "10.0.2.15", true);
	fixture_rx(f, &evil[0], sizeof(evil[0]));
	KUNIT_EXPECT_NULL(test, entry(f, "10.0.2.15"));
}

/* Every length, and every byte of a request changed in every bit. */
static void arp_rcv_survives_every_mutation(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct arp_frame q = make(f, ARPOP_REQUEST, peer, "10.0.2.2",
				  "10.0.2.15", true),
			 m;
	u32 i;

	for (i = ETH_HLEN; i < sizeof(q); i++)
		fixture_rx(f, &q, i);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	for (i = 0; i < sizeof(q) * 8; i++) {
		m = q;
		((u8 *)&m)[i / 8] ^= (u8)(1U << (i & 7));
		fixture_rx(f, &m, sizeof(m));
	}
	fixture_rx(f, &q, sizeof(q));
	KUNIT_EXPECT_GE(test, f->tx_frames, 1);
}

static void arp_rcv_survives_failed_allocations(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct arp_frame q;
	u32 n;

	for (n = 1; n < 12; n++) {
		q = make(f, ARPOP_REQUEST, peer, "10.0.2.2", "10.0.2.15", true);
		q.body.ar_sip = htonl(0x0a000210U + n);
		test_fail_nth_alloc(n);
		fixture_rx(f, &q, sizeof(q));
		test_fail_nth_alloc(0);
	}
	KUNIT_EXPECT_GE(test, f->tx_frames, 1);
}

static const struct kunit_case arp_cases[] = {
	KUNIT_CASE(arp_solicit_asks_and_the_packet_follows),
	KUNIT_CASE(ip_output_confirms_the_neighbour),
	KUNIT_CASE(arp_error_report_reaches_the_socket),
	KUNIT_CASE(arp_rcv_answers_for_our_address),
	KUNIT_CASE(arp_rcv_is_not_poisoned),
	KUNIT_CASE(arp_rcv_survives_every_mutation),
	KUNIT_CASE(arp_rcv_survives_failed_allocations),
	{}
};

static const struct kunit_suite arp_suite = {
	.name = "arp",
	.init = arp_test_init,
	.exit = net_fixture_exit,
	.test_cases = arp_cases,
};
kunit_test_suite(arp_suite);

// SPDX-License-Identifier: MIT
/* DOC: loss detection, recovery and undo against a scripted peer; and bulk
 * transfers between two stacks over bad wires. */
#include "lib/uapi/fcntl.h"
#include "tests/fixtures/tcp_peer.h"

static u8 ca_state(const struct socket *s)
{
	return inet_csk(s->sk)->icsk_ca_state;
}

static u64 mib(struct kunit *test, enum snmp_mib id)
{
	return ((struct net_fixture *)test->priv)->net->mib.v[id];
}

/* A connection with a round trip of @ms and @segs of 1000 bytes in flight. */
static struct socket *in_flight(struct tcp_peer *p, const char *options, u32 ms,
				u32 segs)
{
	struct socket *s = peer_connected(p, options);

	peer_write(s, 0, 1000, 0);
	test_advance_ns(ms * NSEC_PER_MSEC);
	peer_send(p, ".", 1, 0, 1001, 65535, NULL);
	tcp_sk(s->sk)->srtt_us = ms * 1000 << 3;
	tcp_sk(s->sk)->rtt_min.s[0].v = ms * 1000;
	tcp_sk(s->sk)->rtt_min.s[1].v = ms * 1000;
	tcp_sk(s->sk)->rtt_min.s[2].v = ms * 1000;
	tcp_sk(s->sk)->snd_cwnd = 10;
	peer_flush(p);
	peer_write(s, 1000, segs * 1000, 0);
	peer_flush(p);
	test_advance_ns(ms * NSEC_PER_MSEC);
	return s;
}

/* RFC 5681, section 3.2: three SACKed segments above the hole. */
static void tcp_sack_recovery_resends_the_hole(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = in_flight(p, "mss=1000 sackok", 50, 10);
	peer_send(p, ".", 1, 0, 1001, 65535, "nop nop sack=2001-3001");
	peer_send(p, ".", 1, 0, 1001, 65535, "nop nop sack=2001-4001");
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Disorder);
	peer_flush(p); /* limited transmit has nothing to send */
	peer_send(p, ".", 1, 0, 1001, 65535, "nop nop sack=2001-5001");
	peer_expect(p, ".", 1001, 1000, 1);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Recovery);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_ssthresh, 7);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->lost_out, 1);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->retrans_out, 1);
	/* All of it: cwnd is ssthresh (RFC 6937, section 3), and the seven
	 * segments that this ACK delivers are CUBIC's first growth. */
	peer_send(p, ".", 1, 0, 11001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Open);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, 8);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPTimeouts), 0);
	tcp_peer_end(p, s);
}

/* RFC 6582: three duplicate ACKs, then each partial ACK resends the next. */
static void tcp_newreno_resends_a_hole_an_ack(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u32 i;

	p = tcp_peer_new(test->priv);
	s = in_flight(p, "mss=1000", 50, 10);
	for (i = 0; i < 2; i++)
		peer_send(p, ".", 1, 0, 1001, 65535, NULL);
	peer_expect_none(p);
	peer_send(p, ".", 1, 0, 1001, 65535, NULL);
	peer_expect(p, ".", 1001, 1000, 1);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Recovery);
	peer_send(p, ".", 1, 0, 4001, 65535, NULL);
	peer_expect(p, ".", 4001, 1000, 1);
	peer_send(p, ".", 1, 0, 11001, 65535, NULL);
	/* Kept until something above is acknowledged (section 4.1). */
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Recovery);
	peer_write(s, 11000, 1000, 0);
	peer_send(p, ".", 1, 0, 12001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Open);
	tcp_peer_end(p, s);
}

/* RFC 6937: while cwnd comes down, about 7 segments for 10 delivered. */
static void tcp_cwnd_reduction_is_proportional(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u32 i, sent = 0;
	static const char *const blocks[] = {
		"nop nop sack=2001-5001",  "nop nop sack=2001-6001",
		"nop nop sack=2001-7001",  "nop nop sack=2001-8001",
		"nop nop sack=2001-9001",  "nop nop sack=2001-10001",
		"nop nop sack=2001-11001",
	};

	p = tcp_peer_new(test->priv);
	s = in_flight(p, "mss=1000 sackok", 50, 10);
	peer_write(s, 11000, 30000, 0);
	peer_flush(p);
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		peer_send(p, ".", 1, 0, 1001, 65535, blocks[i]);
		sent += peer_flush(p);
	}
	/* 9 of 10 delivered: 7 / 10 of that, rounded up. */
	KUNIT_EXPECT_EQ(test, sent, 7);
	KUNIT_EXPECT_LE(test, tcp_packets_in_flight(tcp_sk(s->sk)), 7);
	tcp_peer_end(p, s);
}

/* RFC 3708: the resend was reported as a duplicate, so cwnd comes back. */
static void tcp_undo_by_dsack(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = in_flight(p, "mss=1000 sackok", 50, 10);
	peer_send(p, ".", 1, 0, 1001, 65535, "nop nop sack=2001-5001");
	peer_expect(p, ".", 1001, 1000, 1);
	/* The original was only late. */
	peer_send(p, ".", 1, 0, 5001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Recovery);
	peer_send(p, ".", 1, 0, 5001, 65535, "nop nop sack=1001-2001");
	KUNIT_EXPECT_NE(test, ca_state(s), TCP_CA_Recovery);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_cwnd, 10);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_ssthresh,
			TCP_INFINITE_SSTHRESH);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPDSACKUndo), 1);
	tcp_peer_end(p, s);
}

/* RFC 5682: after a spurious RTO the first ACKs are for originals; new data
 * goes instead of retransmissions, and the next SACK settles it. */
static void tcp_frto_detects_a_spurious_rto(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	((struct net_fixture *)test->priv)
		->net->ipv4->sysctl_tcp_early_retrans = 0;
	s = in_flight(p, "mss=1000 sackok", 50, 10);
	peer_write(s, 11000, 10000, 0);
	peer_flush(p);
	test_advance_ns(600 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Loss);
	KUNIT_EXPECT_GE(test, peer_flush(p), 1);
	/* Everything was late: ACKs of the originals. */
	peer_send(p, ".", 1, 0, 3001, 65535, NULL);
	KUNIT_EXPECT_TRUE(test, peer_next(p));
	KUNIT_EXPECT_EQ(test, p->got.seq, 11001); /* new data */
	peer_flush(p);
	peer_send(p, ".", 1, 0, 4001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Open);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPSpuriousRTOs), 1);
	KUNIT_EXPECT_GE(test, tcp_sk(s->sk)->snd_cwnd, 10);
	tcp_peer_end(p, s);
}

/* RFC 2018, section 8: what was SACKed and then dropped is sent again. */
static void tcp_reneging_resends_everything(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;
	u32 i;

	p = tcp_peer_new(test->priv);
	s = in_flight(p, "mss=1000 sackok", 50, 4);
	peer_send(p, ".", 1, 0, 1001, 65535, "nop nop sack=2001-5001");
	peer_flush(p);
	/* It has the hole now and yet stops before the SACKed data. */
	peer_send(p, ".", 1, 0, 2001, 65535, NULL);
	test_advance_ns(60 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, mib(test, MIB_TcpExt_TCPSACKReneging), 1);
	peer_expect(p, ".", 2001, 1000, 1);
	peer_send(p, ".", 1, 0, 3001, 65535, NULL);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, peer_next(p));
		KUNIT_EXPECT_EQ(test, p->got.seq, 3001 + 1000 * i);
	}
	peer_send(p, ".", 1, 0, 5001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->packets_out, 0);
	tcp_peer_end(p, s);
}

/* RFC 8985, section 6.2: within a quarter of the RTT it may be reordering,
 * once reordering was seen; then the timer decides. */
static void tcp_rack_waits_for_reordered_data(struct kunit *test)
{
	struct tcp_peer *p;
	struct socket *s;

	p = tcp_peer_new(test->priv);
	s = in_flight(p, "mss=1000 sackok", 80, 10);
	tcp_sk(s->sk)->reord_seen = 1;
	peer_send(p, ".", 1, 0, 1001, 65535, "nop nop sack=2001-5001");
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Disorder);
	peer_expect_none(p);
	/* It comes within 10 ms: nothing was lost. */
	test_advance_ns(5 * NSEC_PER_MSEC);
	peer_send(p, ".", 1, 0, 5001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Open);
	/* The next hole stays: after a quarter of the RTT it goes again. */
	peer_send(p, ".", 1, 0, 5001, 65535, "nop nop sack=6001-9001");
	peer_expect_none(p);
	test_advance_ns(30 * NSEC_PER_MSEC);
	peer_expect(p, ".", 5001, 1000, 1);
	KUNIT_EXPECT_EQ(test, ca_state(s), TCP_CA_Recovery);
	tcp_peer_end(p, s);
}

static const struct kunit_case tcp_recovery_cases[] = {
	KUNIT_CASE(tcp_sack_recovery_resends_the_hole),
	KUNIT_CASE(tcp_newreno_resends_a_hole_an_ack),
	KUNIT_CASE(tcp_cwnd_reduction_is_proportional),
	KUNIT_CASE(tcp_undo_by_dsack),
	KUNIT_CASE(tcp_frto_detects_a_spurious_rto),
	KUNIT_CASE(tcp_reneging_resends_everything),
	KUNIT_CASE(tcp_rack_waits_for_reordered_data),
	{ 0 },
};

static const struct kunit_suite tcp_recovery_suite = {
	.name = "tcp_recovery",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = tcp_recovery_cases,
};
kunit_test_suite(tcp_recovery_suite);

/* --- bulk, over a bad wire --- */

#define BULK_PORT 9000

static struct socket *stack_socket(struct net_fixture *f)
{
	struct socket *s = NULL;

	BUG_ON(sock_create(f->net, AF_INET, SOCK_STREAM, 0, &s) != 0);
	return s;
}

static struct sockaddr_in stack_addr(const char *ip)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons(BULK_PORT) };

	a.sin_addr.s_addr = fixture_ip(ip);
	return a;
}

struct bulk {
	struct kunit *test;
	struct socket *tx, *rx;
	u32 total, written, read;
	u64 took_ns;
};

static bool bulk_read(struct bulk *b)
{
	ssize_t n = peer_read(b->test, b->rx, b->read, 65536, MSG_DONTWAIT);

	if (n <= 0)
		return false;
	b->read += (u32)n;
	return true;
}

static bool bulk_write(struct bulk *b)
{
	u32 want = min(b->total - b->written, 65536U);
	ssize_t n = want ? peer_write(b->tx, b->written, want, 0) : 0;

	if (n <= 0)
		return false;
	b->written += (u32)n;
	return true;
}

/* Connect a to b, move @total bytes, close both. */
static void bulk_run(struct kunit *test, u32 total)
{
	struct fixture_pair *pair = test->priv;
	struct bulk b = { .test = test, .total = total };
	struct socket *listener = stack_socket(pair->b);
	struct sockaddr_in addr = stack_addr("10.0.0.2");
	u64 t0 = ktime_get_ns();
	int err = -EAGAIN;
	u32 i;

	KUNIT_EXPECT_EQ(
		test,
		listener->ops->bind(listener, (void *)&addr, sizeof(addr)), 0);
	KUNIT_EXPECT_EQ(test, listener->ops->listen(listener, 5), 0);
	b.tx = stack_socket(pair->a);
	b.tx->ops->connect(b.tx, (void *)&addr, sizeof(addr), O_NONBLOCK);
	for (i = 0; i < 100000 && !b.rx; i++) {
		test_advance_ns(NSEC_PER_MSEC);
		b.rx = peer_accept(listener, &err);
	}
	KUNIT_ASSERT_NOT_NULL(test, b.rx);
	for (i = 0; i < 600000 && b.read < total; i++) {
		while (bulk_write(&b))
			;
		test_advance_ns(NSEC_PER_MSEC);
		while (bulk_read(&b))
			;
	}
	b.took_ns = ktime_get_ns() - t0;
	KUNIT_EXPECT_EQ(test, b.read, total);
	sock_release(b.tx);
	sock_release(b.rx);
	sock_release(listener);
	/* FIN_WAIT and TIME_WAIT end, however much of that is lost. */
	test_advance_ns(400 * NSEC_PER_SEC);
}

static void bulk_wire(struct kunit *test, u64 delay_ns, u32 loss, u32 dup,
		      u32 reorder)
{
	struct fixture_pair *pair = test->priv;
	struct fixture_wire *w[2] = { &pair->a->wire, &pair->b->wire };
	u32 i;

	for (i = 0; i < 2; i++) {
		w[i]->delay_ns = delay_ns;
		w[i]->loss_ppm = loss;
		w[i]->dup_ppm = dup;
		w[i]->reorder_ppm = reorder;
		w[i]->reorder_ns = delay_ns / 3;
		w[i]->seed = 42 + i;
	}
}

static void tcp_bulk_over_a_clean_wire(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	/* 1 Gbit/s: a burst at once would overrun the receiver's backlog. */
	bulk_wire(test, 5 * NSEC_PER_MSEC, 0, 0, 0);
	pair->a->wire.rate_bps = 1000000000;
	bulk_run(test, 4000000);
	KUNIT_EXPECT_EQ(test, pair->a->net->mib.v[MIB_Tcp_RetransSegs], 0);
}

/* What is resent is little more than what was lost. */
static void tcp_bulk_over_a_lossy_wire(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	bulk_wire(test, 5 * NSEC_PER_MSEC, 20000, 0, 0);
	bulk_run(test, 2000000);
	KUNIT_EXPECT_LE(test, pair->a->net->mib.v[MIB_Tcp_RetransSegs],
			pair->a->wire.lost + 4);
}

static void tcp_bulk_over_a_reordering_wire(struct kunit *test)
{
	bulk_wire(test, 5 * NSEC_PER_MSEC, 0, 0, 50000);
	bulk_run(test, 2000000);
}

static void tcp_bulk_over_a_terrible_wire(struct kunit *test)
{
	bulk_wire(test, 10 * NSEC_PER_MSEC, 100000, 50000, 50000);
	bulk_run(test, 300000);
}

/* A queue of 20 packets at 10 Mbit/s: drops by congestion, high use. */
static void tcp_bulk_through_a_bottleneck(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	bulk_wire(test, 10 * NSEC_PER_MSEC, 0, 0, 0);
	pair->a->wire.rate_bps = 10000000;
	pair->a->wire.queue_max = 20;
	bulk_run(test, 3000000);
	KUNIT_EXPECT_GT(test, pair->a->net->mib.v[MIB_Tcp_RetransSegs], 0);
	KUNIT_EXPECT_EQ(test, pair->a->net->mib.v[MIB_TcpExt_TCPTimeouts], 0);
}

static const struct kunit_case tcp_bulk_cases[] = {
	KUNIT_CASE(tcp_bulk_over_a_clean_wire),
	KUNIT_CASE(tcp_bulk_over_a_lossy_wire),
	KUNIT_CASE(tcp_bulk_over_a_reordering_wire),
	KUNIT_CASE(tcp_bulk_over_a_terrible_wire),
	KUNIT_CASE(tcp_bulk_through_a_bottleneck),
	{ 0 },
};

static const struct kunit_suite tcp_bulk_suite = {
	.name = "tcp_bulk",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = tcp_bulk_cases,
};
kunit_test_suite(tcp_bulk_suite);

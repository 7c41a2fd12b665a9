// SPDX-License-Identifier: MIT
/*
 * DOC: what may be believed of a segment, against a scripted peer: sequence
 * checks (RFC 9293, section 3.10.7.4), blind attacks (RFC 5961), time stamps
 * and PAWS (RFC 7323), malformed options, urgent data, overlapping data.
 */
#include "lib/uapi/poll.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(p, name) ((p)->f->net->mib.v[MIB_##name])

static int state_of(const struct socket *sock)
{
	return sock->sk->sk_state;
}

/* --- RST and SYN: RFC 5961 --- */

/* Section 3.2: in the window but not next: challenged; outside: ignored. */
static void tcp_rst_in_window_is_challenged(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	peer_send(p, "R", 100, 0, 0, 0, NULL);
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPChallengeACK), 1);
	peer_send(p, "R", 0U - 10U, 0, 0, 0, NULL);
	peer_send(p, "R", 10000000, 0, 0, 0, NULL);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	peer_send(p, "R", 1, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE);
	sock_release(s);
}

/* Beyond a gap the peer's next number is the end of the highest block. */
static void tcp_rst_at_end_of_sack_is_believed(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");

	peer_send(p, ".", 101, 100, 1, 5000, NULL);
	peer_expect(p, ".", 1, 0, 1);
	peer_send(p, "R", 201, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE);
	sock_release(s);
}

/* Section 4.2: a SYN never resets. */
static void tcp_syn_in_connection_is_challenged(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	peer_send(p, "S", 1, 0, 0, 5000, NULL);
	peer_expect(p, ".", 1, 0, 1);
	test_advance_ns(NSEC_PER_SEC);
	peer_send(p, "S.", 0, 0, 1, 5000, "mss=1000");
	peer_expect(p, ".", 1, 0, 1);
	test_advance_ns(NSEC_PER_SEC);
	peer_send(p, "S", 0U - 100000U, 0, 0, 5000, NULL);
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPSYNChallenge), 3);
	sock_release(s);
}

/* Section 5.2: an ACK of what was not sent, or of what is long past, is
 * answered and not taken. */
static void tcp_ack_out_of_range_is_challenged(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	peer_send(p, ".", 1, 10, 5, 5000, NULL); /* not sent yet */
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), -EAGAIN);
	peer_send(p, ".", 1, 10, 1 - 200000U, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), -EAGAIN);
	peer_flush(p);
	peer_send(p, "P.", 1, 10, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 10, 0), 10);
	sock_release(s);
}

/* Section 7: answers to provocation are few. */
static void tcp_challenge_acks_are_limited(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	int i;

	for (i = 0; i < 100; i++)
		peer_send(p, "R", 100, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPACKSkippedChallenge), 99);
	test_advance_ns(600 * NSEC_PER_MSEC);
	peer_send(p, "R", 100, 0, 0, 0, NULL);
	peer_expect(p, ".", 1, 0, 1);
	/* And never more than the stack's own limit. */
	p->f->net->ipv4->sysctl_tcp_challenge_ack_limit = 0;
	test_advance_ns(2 * NSEC_PER_SEC);
	peer_send(p, "R", 100, 0, 0, 0, NULL);
	peer_expect_none(p);
	sock_release(s);
}

/* --- sequence --- */

static void tcp_old_and_far_segments_are_acked(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	peer_send(p, ".", 1, 100, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 200, 0), 100);
	test_advance_ns(NSEC_PER_SEC);
	peer_flush(p);
	peer_send(p, ".", 1, 100, 1, 5000, NULL); /* all of it old */
	peer_expect(p, ".", 1, 0, 101);
	peer_send(p, ".", 10000000, 100, 1, 5000, NULL); /* beyond */
	peer_expect(p, ".", 1, 0, 101);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 100, 200, 0), -EAGAIN);
	/* Half old, half new: the new half counts. */
	peer_send(p, "P.", 51, 100, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 100, 200, 0), 50);
	sock_release(s);
}

/* No ACK, no RST, no SYN: dropped. */
static void tcp_segment_without_ack_is_dropped(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");

	peer_send(p, "P", 1, 100, 0, 5000, NULL);
	peer_send(p, "FUP", 1, 100, 0, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 200, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_ESTABLISHED);
	peer_expect_none(p);
	sock_release(s);
}

/* Every hole size and order of four pieces comes out right. */
static void tcp_overlapping_pieces_are_sorted(struct kunit *test)
{
	static const struct {
		u32 seq, len;
	} pieces[] = { { 301, 100 }, { 151, 200 }, { 501, 50 }, { 101, 60 },
		       { 401, 300 }, { 51, 20 },   { 1, 120 } };
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		peer_send(p, "P.", pieces[i].seq, pieces[i].len, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 2000, 0), 700);
	KUNIT_EXPECT_EQ(test, s->sk->sk_rmem_alloc, 0);
	sock_release(s);
}

/* RFC 2018, section 4: the block with the newest segment is first. */
static void tcp_sack_blocks_are_reported(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");
	const struct peer_segment *g;

	peer_send(p, ".", 101, 100, 1, 5000, NULL);
	g = peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, g->nr_sacks, 1);
	KUNIT_EXPECT_EQ(test, g->sack[0].from, 101);
	KUNIT_EXPECT_EQ(test, g->sack[0].to, 201);
	peer_send(p, ".", 301, 100, 1, 5000, NULL);
	g = peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, g->nr_sacks, 2);
	KUNIT_EXPECT_EQ(test, g->sack[0].from, 301);
	/* RFC 2883, section 4.1: the duplicate is named first. */
	peer_send(p, ".", 101, 100, 1, 5000, NULL);
	g = peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, g->nr_sacks, 3);
	KUNIT_EXPECT_EQ(test, g->sack[0].from, 101);
	KUNIT_EXPECT_EQ(test, g->sack[0].to, 201);
	peer_send(p, ".", 1, 100, 1, 5000, NULL);
	g = peer_expect(p, ".", 1, 0, 201);
	KUNIT_EXPECT_EQ(test, g->nr_sacks, 1);
	KUNIT_EXPECT_EQ(test, g->sack[0].from, 301);
	peer_send(p, ".", 201, 100, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_expect(p, ".", 1, 0, 401)->nr_sacks, 0);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 1000, 0), 400);
	sock_release(s);
}

/* One byte at a time, backwards: bounded memory, right order. */
static void tcp_single_bytes_backwards(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");
	u32 i;

	for (i = 300; i > 0; i--) {
		peer_send(p, ".", i, 1, 1, 5000, NULL);
		peer_flush(p);
	}
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 1000, 0), 300);
	sock_release(s);
}

/* --- time stamps --- */

/* RFC 7323, section 5.3: older than the last one: dropped and answered. */
static void tcp_paws_drops_old_stamps(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s;
	u32 ecr;

	test_advance_ns(2 * NSEC_PER_SEC);
	s = peer_connected(p, "mss=1000 sackok ts=50000/0");
	ecr = p->ts_recent;
	p->ts_offset = 60000;
	peer_send(p, "P.", 1, 10, 1, 5000, "ts");
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 100, 0), 10);
	test_advance_ns(NSEC_PER_SEC);
	peer_flush(p);
	peer_send(p, "P.", 11, 10, 1, 5000, "ts=40000/0");
	KUNIT_EXPECT_EQ(test, peer_expect(p, ".", 1, 0, 11)->len, 0);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_PAWSEstab), 1);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 10, 100, 0), -EAGAIN);
	/* A RST is believed whatever its stamp (section 5.2). */
	peer_send(p, "R", 11, 0, 0, 0, "ts=40000/0");
	KUNIT_EXPECT_EQ(test, state_of(s), TCP_CLOSE);
	KUNIT_EXPECT_NE(test, ecr, 0);
	sock_release(s);
}

/* Section 4.3: the echo is of the segment at the left edge of what is
 * acknowledged. */
static void tcp_ts_recent_follows_the_left_edge(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok ts=100/0");
	u32 tsv = p->ts_recent;

	KUNIT_EXPECT_EQ(test, p->got.tsecr, 100);
	peer_send(p, ".", 101, 100, 1, 5000, "ts=120/0"); /* a gap */
	KUNIT_EXPECT_EQ(test, peer_expect(p, ".", 1, 0, 1)->tsecr, 100);
	peer_send(p, ".", 1, 100, 1, 5000, "ts=110/0"); /* fills it */
	KUNIT_EXPECT_EQ(test, peer_expect(p, ".", 1, 0, 201)->tsecr, 110);
	KUNIT_EXPECT_TRUE(test, (s32)(p->ts_recent - tsv) >= 0);
	sock_release(s);
}

/* Our own stamps do not tell how long the machine has been up, and differ
 * from host to host (RFC 7323, section 5.4). */
static void tcp_time_stamps_begin_at_random(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct net *net = p->f->net;

	KUNIT_EXPECT_NE(test, secure_tcp_ts_off(net, p->stack_ip, p->ip),
			secure_tcp_ts_off(net, p->stack_ip, p->ip + 1));
	KUNIT_EXPECT_EQ(test, secure_tcp_ts_off(net, p->stack_ip, p->ip),
			secure_tcp_ts_off(net, p->stack_ip, p->ip));
}

/* --- options --- */

/* Whatever is in the options of a SYN, it is answered or dropped, and what
 * was sound before the fault is kept. */
static void tcp_bad_options_are_survived(struct kunit *test)
{
	static const char *const bad[] = {
		"mss=1000 raw=0300",           /* length 0 */
		"mss=1000 raw=0301",           /* length 1 */
		"mss=1000 raw=03280707",       /* beyond the header */
		"mss=1000 raw=080a0102",       /* time stamp cut short */
		"mss=1000 raw=fe020101fd0300", /* unknown kinds, sound */
		"mss=1000 raw=0105ff",         /* SACK with a length of 255 */
		"mss=1000 raw=0204",           /* MSS cut short */
		"mss=1000 raw=02030002",       /* MSS of 3 bytes */
		"mss=1000 raw=22030001",       /* TFO cookie of one byte */
	};
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 50), *s;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		peer_reset(p, (u16)(PEER_PORT + i), 80);
		peer_send(p, "S", 0, 0, 0, 5000, bad[i]);
		peer_expect(p, "S.", 0, 0, 1);
		peer_send(p, ".", 1, 0, 1, 5000, NULL);
		s = peer_accept(l, &err);
		KUNIT_ASSERT_NOT_NULL(test, s);
		KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->mss_cache, 1000);
		KUNIT_EXPECT_FALSE(test, tcp_sk(s->sk)->rx_opt.wscale_ok);
		/* The same in an established connection: data is taken. */
		peer_send(p, "P.", 1, 10, 1, 5000, bad[i] + 9);
		KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 100, 0), 10);
		sock_release(s);
		peer_flush(p);
	}
	KUNIT_EXPECT_GE(test, MIB(p, TcpExt_TCPBadOptions), 12);
	sock_release(l);
}

/* MSS 0 is no MSS; a tiny one is raised to what is bearable
 * (CVE-2019-11479); scale 15 is 14 (RFC 7323, section 2.3). */
static void tcp_extreme_options(struct kunit *test)
{
	static const struct {
		const char *options;
		u32 mss;
		u8 scale;
	} t[] = {
		{ "mss=0", 536, 0 },
		{ "mss=1", 48, 0 },
		{ "mss=47", 48, 0 },
		{ "mss=65535 ws=15", 1460, 14 },
		{ "mss=1460 ws=255", 1460, 14 },
		{ "mss=1460 ws=14", 1460, 14 },
	};
	struct tcp_peer *p = test->priv;
	struct socket *s;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		peer_reset(p, (u16)(PEER_PORT + i), 0);
		s = peer_connected(p, t[i].options);
		KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rx_opt.snd_wscale,
				t[i].scale);
		peer_send(p, ".", 1, 0, 1, 65535, NULL);
		KUNIT_EXPECT_EQ(test, tcp_current_mss(s->sk), t[i].mss);
		sock_release(s);
	}
	/* MSS 0, scales 15 and 255. */
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPBadOptions), 3);
}

/* SACK blocks that are inverted, of what was not sent, or of what is long
 * acknowledged, change nothing (RFC 2018, section 5). */
static void tcp_bad_sack_blocks_are_ignored(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");

	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 3000, 0), 3000);
	peer_expect(p, ".", 1, 1000, 1);
	peer_expect(p, ".", 1001, 1000, 1);
	peer_expect(p, "P.", 2001, 1000, 1);
	peer_send(p, ".", 1, 0, 1, 5000, "sack=2001-1001");
	peer_send(p, ".", 1, 0, 1, 5000, "sack=2001-9001");
	peer_send(p, ".", 1, 0, 1, 5000, "sack=8001-9001");
	peer_send(p, ".", 1, 0, 1, 5000, "sack=1001-1001");
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->sacked_out, 0);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->packets_out, 3);
	peer_send(p, ".", 1, 0, 3001, 5000, NULL);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->packets_out, 0);
	sock_release(s);
}

/* --- urgent data: RFC 9293, section 3.8.5; RFC 6093 --- */

static void tcp_urgent_byte_is_out_of_band(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	struct msghdr msg = { 0 };
	struct kvec kv;
	u8 byte = 0;

	p->urg_ptr = 5; /* the byte before it: the fifth */
	peer_send(p, "UP.", 1, 10, 1, 5000, NULL);
	KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLPRI);
	/* A read stops at the mark. */
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 100, 0), 4);
	kv.iov_base = &byte;
	kv.iov_len = 1;
	iov_iter_kvec(&msg.msg_iter, false, &kv, 1, 1);
	KUNIT_EXPECT_EQ(test, sock_recvmsg(s, &msg, MSG_OOB | MSG_DONTWAIT), 1);
	KUNIT_EXPECT_EQ(test, byte, peer_byte(5));
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 5, 100, 0), 5);
	KUNIT_EXPECT_FALSE(test, peer_poll(s) & EPOLLPRI);
	sock_release(s);
}

/* A pointer anywhere does no harm. */
static void tcp_urgent_pointer_anywhere(struct kunit *test)
{
	static const u16 at[] = { 0, 1, 10, 11, 500, 65535 };
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	u32 i, off = 0;

	sock_set_flag(s->sk, SOCK_URGINLINE);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ssize_t n, all = 0;

		p->urg_ptr = at[i];
		peer_send(p, "UP.", off + 1, 10, 1, 5000, NULL);
		while ((n = peer_read(test, s, off + (u32)all, 100, 0)) > 0)
			all += n;
		KUNIT_EXPECT_EQ(test, all, 10);
		off += 10;
		peer_flush(p);
	}
	sock_release(s);
}

/* --- ECN: RFC 3168, section 6.1 --- */

static void tcp_ecn_is_negotiated_and_echoed(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *s;
	int err;

	peer_send(p, "SEW", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "S.E", 0, 0, 1);
	peer_send(p, ".", 1, 0, 1, 5000, NULL);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	/* Congestion was experienced on the way: ECE until CWR. */
	p->tos = 3;
	peer_send(p, "P.", 1, 100, 1, 5000, NULL);
	peer_expect(p, ".E", 1, 0, 101);
	p->tos = 2;
	peer_send(p, "P.W", 101, 100, 1, 5000, NULL);
	test_advance_ns(NSEC_PER_SEC);
	peer_expect(p, ".", 1, 0, 201);
	/* New data is sent ECN-capable, and ECE halves the window once. */
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 4000, 0), 4000);
	KUNIT_EXPECT_EQ(test, peer_expect(p, ".", 1, 1000, 201)->tos & 3, 2);
	peer_flush(p);
	peer_send(p, ".E", 201, 0, 1001, 5000, NULL);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_ca_state, TCP_CA_CWR);
	peer_send(p, ".", 201, 0, 4001, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_write(s, 4000, 100, 0), 100);
	peer_expect(p, "P.W", 4001, 100, 201);
	sock_release(s);
	sock_release(l);
}

/* A SYN-ACK that says no is taken at its word. */
static void tcp_ecn_refused(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	p->f->net->ipv4->sysctl_tcp_ecn = 1;
	peer_connect(p, s);
	peer_expect(p, "SEW", 0, 0, 0);
	peer_send(p, "S.", 0, 0, 1, 5000, "mss=1000");
	peer_expect(p, ".", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, 0), 10);
	KUNIT_EXPECT_EQ(test, peer_expect(p, "P.", 1, 10, 1)->tos & 3, 0);
	sock_release(s);
}

static const struct kunit_case input_cases[] = {
	KUNIT_CASE(tcp_rst_in_window_is_challenged),
	KUNIT_CASE(tcp_rst_at_end_of_sack_is_believed),
	KUNIT_CASE(tcp_syn_in_connection_is_challenged),
	KUNIT_CASE(tcp_ack_out_of_range_is_challenged),
	KUNIT_CASE(tcp_challenge_acks_are_limited),
	KUNIT_CASE(tcp_old_and_far_segments_are_acked),
	KUNIT_CASE(tcp_segment_without_ack_is_dropped),
	KUNIT_CASE(tcp_overlapping_pieces_are_sorted),
	KUNIT_CASE(tcp_sack_blocks_are_reported),
	KUNIT_CASE(tcp_single_bytes_backwards),
	KUNIT_CASE(tcp_paws_drops_old_stamps),
	KUNIT_CASE(tcp_ts_recent_follows_the_left_edge),
	KUNIT_CASE(tcp_time_stamps_begin_at_random),
	KUNIT_CASE(tcp_bad_options_are_survived),
	KUNIT_CASE(tcp_extreme_options),
	KUNIT_CASE(tcp_bad_sack_blocks_are_ignored),
	KUNIT_CASE(tcp_urgent_byte_is_out_of_band),
	KUNIT_CASE(tcp_urgent_pointer_anywhere),
	KUNIT_CASE(tcp_ecn_is_negotiated_and_echoed),
	KUNIT_CASE(tcp_ecn_refused),
	{}
};

static const struct kunit_suite tcp_input_suite = {
	.name = "tcp_input",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = input_cases,
};
kunit_test_suite(tcp_input_suite);

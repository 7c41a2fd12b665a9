// SPDX-License-Identifier: MIT
/*
 * DOC: time stamps of packets, both ways (rows Q6, S8; net/core/timestamping.c)
 * on sockets of IPv4, against a scripted TCP peer and between two stacks.
 */
#include "lib/uapi/poll.h"
#include "net/core/sch_generic.h"
#include "net/core/timestamping.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/errqueue.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/fixtures/tcp_peer.h"

#define TX_ALL                                                      \
	(SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE | \
	 SOF_TIMESTAMPING_TX_ACK)
#define REPORT (SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID)

static int set_stamps(struct socket *s, u32 flags)
{
	return peer_setsockopt(s, SOL_SOCKET, SO_TIMESTAMPING, (int)flags);
}

static u64 ns_of(struct timespec ts)
{
	return (u64)ts.tv_sec * NSEC_PER_SEC + (u64)ts.tv_nsec;
}

/* The next report is of @type and number @id, made at @at_ns. */
static void expect_report(struct kunit *test, struct socket *s, u32 type,
			  u32 id, u64 at_ns)
{
	struct test_report r = test_read_report(s);

	KUNIT_ASSERT_EQ(test, r.len, 0);
	KUNIT_EXPECT_TRUE(test, r.msg_flags & MSG_ERRQUEUE);
	KUNIT_ASSERT_TRUE(test, r.has_ee);
	KUNIT_EXPECT_EQ(test, r.ee.ee_errno, ENOMSG);
	KUNIT_EXPECT_EQ(test, r.ee.ee_origin, SO_EE_ORIGIN_TIMESTAMPING);
	KUNIT_EXPECT_EQ(test, r.ee.ee_info, type);
	KUNIT_EXPECT_EQ(test, r.ee.ee_data, id);
	KUNIT_ASSERT_TRUE(test, r.has_ts);
	KUNIT_EXPECT_EQ(test, ns_of(r.ts.ts[0]), at_ns);
	KUNIT_EXPECT_EQ(test, ns_of(r.ts.ts[2]), 0);
}

static void expect_no_report(struct kunit *test, struct socket *s)
{
	KUNIT_EXPECT_EQ(test, test_read_report(s).len, -EAGAIN);
}

static void tcp_stamps_the_last_byte_of_each_write(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	u64 t0, t1;

	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, 0), 10);
	peer_expect(p, "P.", 1, 10, 1);
	KUNIT_EXPECT_EQ(test, set_stamps(s, TX_ALL | REPORT), 0);
	t0 = ktime_get_real_ns();
	KUNIT_EXPECT_EQ(test, peer_write(s, 10, 1500, 0), 1500);
	peer_expect(p, ".", 11, 1000, 1);
	peer_expect_none(p); /* Nagle: 500 bytes wait */
	/* The byte that is waited for has not passed any point. */
	expect_no_report(test, s);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & EPOLLERR, 0);
	test_advance_ns(NSEC_PER_MSEC);
	t1 = ktime_get_real_ns();
	peer_send(p, ".", 1, 0, 1011, 65535, NULL);
	peer_expect(p, "P.", 1011, 500, 1);
	KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLERR);
	/* Numbers count from what was unacknowledged: the 10 bytes. */
	expect_report(test, s, SCM_TSTAMP_SCHED, 1509, t1);
	expect_report(test, s, SCM_TSTAMP_SND, 1509, t1);
	expect_no_report(test, s);
	test_advance_ns(NSEC_PER_MSEC);
	peer_send(p, ".", 1, 0, 1511, 65535, NULL);
	expect_report(test, s, SCM_TSTAMP_ACK, 1509, t1 + NSEC_PER_MSEC);
	expect_no_report(test, s);
	KUNIT_EXPECT_TRUE(test, t1 > t0);
	tcp_peer_end(p, s);
}

/* Two requests in one packet: it can carry that of the later byte only. */
static void tcp_keeps_one_request_a_packet(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	u64 t;

	KUNIT_EXPECT_EQ(test, set_stamps(s, TX_ALL | REPORT), 0);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, MSG_MORE), 100);
	KUNIT_EXPECT_EQ(test, peer_write(s, 100, 100, 0), 100);
	t = ktime_get_real_ns();
	peer_expect(p, "P.", 1, 200, 1);
	peer_send(p, ".", 1, 0, 201, 65535, NULL);
	expect_report(test, s, SCM_TSTAMP_SCHED, 199, t);
	expect_report(test, s, SCM_TSTAMP_SND, 199, t);
	expect_report(test, s, SCM_TSTAMP_ACK, 199, t);
	expect_no_report(test, s);
	tcp_peer_end(p, s);
}

/* An ACK of a part, and of all; the request is behind the part. */
static void tcp_waits_for_the_ack_of_the_byte(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(test, set_stamps(s, SOF_TIMESTAMPING_TX_ACK | REPORT),
			0);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 3000, 0), 3000);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 2001, 65535, NULL);
	expect_no_report(test, s);
	peer_send(p, ".", 1, 0, 3001, 65535, NULL);
	expect_report(test, s, SCM_TSTAMP_ACK, 2999, ktime_get_real_ns());
	tcp_peer_end(p, s);
}

/* The byte is in the middle of a packet that the device layer cuts. */
static void tcp_stamps_the_segment_with_the_byte(struct kunit *test)
{
	u32 ts = SOF_TIMESTAMPING_TX_SOFTWARE;
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	u8 data[2000] = { 0 };
	s64 live;
	u64 t;

	p->any_payload = true;
	KUNIT_EXPECT_EQ(test, set_stamps(s, REPORT), 0);
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_TCP, 3 /* TCP_CORK */, 1),
			0);
	KUNIT_EXPECT_EQ(
		test,
		test_send_cmsg(s, data, 900, SO_TIMESTAMPING, &ts, sizeof(ts)),
		900);
	KUNIT_EXPECT_EQ(test, peer_write(s, 900, 2100, 0), 2100);
	t = ktime_get_real_ns();
	peer_expect(p, ".", 1, 1000, 1);
	peer_expect(p, ".", 1001, 1000, 1);
	live = skb_live_count();
	expect_report(test, s, SCM_TSTAMP_SND, 899, t);
	KUNIT_EXPECT_TRUE(test, skb_live_count() < live);
	expect_no_report(test, s);
	tcp_peer_end(p, s);
}

static void tcp_stamps_retransmissions_again(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	u64 t;

	KUNIT_EXPECT_EQ(
		test, set_stamps(s, SOF_TIMESTAMPING_TX_SOFTWARE | REPORT), 0);
	t = ktime_get_real_ns();
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, 0), 100);
	peer_expect(p, "P.", 1, 100, 1);
	expect_report(test, s, SCM_TSTAMP_SND, 99, t);
	while (!peer_next(p)) /* a loss probe or the timer */
		test_advance_ns(NSEC_PER_MSEC);
	expect_report(test, s, SCM_TSTAMP_SND, 99,
		      p->got.at_ns + ktime_get_real_ns() - ktime_get_ns());
	tcp_peer_end(p, s);
}

static void tcp_report_is_the_packet(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	struct test_report r;
	u8 buf[2000];

	KUNIT_EXPECT_EQ(test,
			set_stamps(s, SOF_TIMESTAMPING_TX_SOFTWARE |
					      SOF_TIMESTAMPING_TX_ACK | REPORT),
			0);
	peer_write(s, 0, 100, 0);
	peer_flush(p);
	r = test_recvmsg(s, buf, sizeof(buf), MSG_ERRQUEUE);
	KUNIT_EXPECT_EQ(test, r.len, ETH_HLEN + 20 + 20 + 100);
	KUNIT_EXPECT_EQ(test, r.msg_flags & MSG_TRUNC, 0);
	KUNIT_EXPECT_EQ(test, buf[ETH_HLEN + 40], peer_byte(1));
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	r = test_recvmsg(s, buf, sizeof(buf), MSG_ERRQUEUE);
	KUNIT_EXPECT_EQ(test, r.ee.ee_info, SCM_TSTAMP_ACK);
	KUNIT_EXPECT_EQ(test, r.len, 100);
	KUNIT_EXPECT_EQ(test, buf[99], peer_byte(100));
	tcp_peer_end(p, s);
}

/* OPT_TSONLY: no payload; OPT_STATS: attributes in the order of Linux. */
static void tcp_report_has_statistics(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	struct test_report r;
	u16 head[2];
	u32 at = 0, n = 0;

	KUNIT_EXPECT_EQ(test,
			set_stamps(s, SOF_TIMESTAMPING_OPT_STATS | REPORT),
			-EINVAL);
	KUNIT_EXPECT_EQ(test,
			set_stamps(s, TX_ALL | REPORT |
					      SOF_TIMESTAMPING_OPT_STATS |
					      SOF_TIMESTAMPING_OPT_TSONLY),
			0);
	peer_write(s, 0, 100, 0);
	peer_flush(p);
	r = test_read_report(s);
	KUNIT_EXPECT_EQ(test, r.ee.ee_info, SCM_TSTAMP_SCHED);
	KUNIT_ASSERT_TRUE(test, r.has_stats);
	for (; at + 4 <= r.stats_len; at += ALIGN(head[0], 4U), n++) {
		memcpy(head, r.stats + at, 4);
		KUNIT_ASSERT_TRUE(test, head[0] >= 5 && head[0] <= 12);
		if (n == 0)
			KUNIT_EXPECT_EQ(test, head[1], TCP_NLA_BUSY);
		if (head[1] == TCP_NLA_DATA_SEGS_OUT)
			KUNIT_EXPECT_EQ(test, r.stats[at + 4], 1);
		if (head[1] == TCP_NLA_SNDQ_SIZE)
			KUNIT_EXPECT_EQ(test, r.stats[at + 4], 100);
	}
	KUNIT_EXPECT_EQ(test, at, r.stats_len);
	KUNIT_EXPECT_EQ(test, n, 24);
	tcp_peer_end(p, s);
}

static void tcp_numbers_begin_where_asked(struct kunit *test)
{
	u32 id_tcp = SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_ID_TCP;
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_socket(p);

	/* There is no stream yet. */
	KUNIT_EXPECT_EQ(test, set_stamps(s, SOF_TIMESTAMPING_OPT_ID), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_stamps(s, SOF_TIMESTAMPING_OPT_ID_TCP),
			-EINVAL);
	sock_release(s);
	peer_reset(p, 8080, 0);
	s = peer_connected(p, "mss=1000");
	peer_setsockopt(s, SOL_TCP, 1 /* TCP_NODELAY */, 1);
	/* 100 bytes are sent and not acknowledged. */
	peer_write(s, 0, 100, 0);
	peer_flush(p);
	KUNIT_EXPECT_EQ(test, set_stamps(s, TX_ALL | REPORT | id_tcp), 0);
	peer_write(s, 100, 10, 0);
	peer_send(p, ".", 1, 0, 111, 65535, NULL);
	KUNIT_EXPECT_EQ(test, test_read_report(s).ee.ee_data, 9);
	tcp_peer_end(p, s);
}

static void setsockopt_checks_what_linux_checks(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	struct sock_txtime t = { CLOCK_MONOTONIC, 4 };
	u64 when = 1;

	KUNIT_EXPECT_EQ(test, set_stamps(s, SOF_TIMESTAMPING_MASK + 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, set_stamps(s, TX_ALL), 0);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_TIMESTAMPING),
			TX_ALL);
	/* Set by the old name: the new one knows nothing of it. */
	KUNIT_EXPECT_EQ(test,
			peer_getsockopt(s, SOL_SOCKET, SO_TIMESTAMPING_NEW), 0);
	KUNIT_EXPECT_EQ(
		test, peer_setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1), 0);
	KUNIT_EXPECT_EQ(test,
			peer_getsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS_NEW), 1);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_TIMESTAMP), 0);

	/* SO_TXTIME: eight bytes, known flags, a clock. */
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_SOCKET, SO_TXTIME, 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(
		test, sock_setsockopt(s, SOL_SOCKET, SO_TXTIME, &t, sizeof(t)),
		-EINVAL);
	t = (struct sock_txtime){ 7, 0 };
	KUNIT_EXPECT_EQ(
		test, sock_setsockopt(s, SOL_SOCKET, SO_TXTIME, &t, sizeof(t)),
		-EINVAL);
	fixture_addr(f, "10.0.2.15", 24);
	BUG_ON(test_connect(s, "10.0.2.2", 9));
	KUNIT_EXPECT_EQ(
		test,
		test_send_cmsg(s, "x", 1, SCM_TXTIME, &when, sizeof(when)),
		-EINVAL); /* without the option */
	KUNIT_EXPECT_EQ(test, test_send_cmsg(s, "x", 1, 99, &when, 4), -EINVAL);
	sock_release(s);
}

/* --- datagrams --- */

struct flow {
	struct socket *a, *b;
};

static struct flow udp_flow(struct fixture_pair *p)
{
	struct flow fl = { test_socket(p->a->net, SOCK_DGRAM, 0),
			   test_socket(p->b->net, SOCK_DGRAM, 0) };

	BUG_ON(test_bind(fl.b, "0.0.0.0", 7));
	BUG_ON(test_connect(fl.a, "10.0.0.2", 7));
	/* ARP is over. */
	BUG_ON(test_sendto(fl.a, "x", 1, NULL, 0, 0) != 1);
	test_settle();
	return fl;
}

static void udp_stamps_and_counts_datagrams(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct flow fl = udp_flow(p);
	u32 sw = SOF_TIMESTAMPING_TX_SOFTWARE, none = 0, i, id = 77;
	u64 t;

	KUNIT_EXPECT_EQ(test, set_stamps(fl.a, TX_ALL | REPORT), 0);
	for (i = 0; i < 2; i++) {
		t = ktime_get_real_ns();
		test_sendto(fl.a, "hello", 5, NULL, 0, 0);
		expect_report(test, fl.a, SCM_TSTAMP_SCHED, i, t);
		expect_report(test, fl.a, SCM_TSTAMP_SND, i, t);
		expect_no_report(test, fl.a);
	}
	/* A control message for one datagram: less, none, another number. */
	t = ktime_get_real_ns();
	test_send_cmsg(fl.a, "x", 1, SO_TIMESTAMPING, &sw, sizeof(sw));
	expect_report(test, fl.a, SCM_TSTAMP_SND, 2, t);
	test_send_cmsg(fl.a, "x", 1, SO_TIMESTAMPING, &none, sizeof(none));
	expect_no_report(test, fl.a);
	test_send_cmsg(fl.a, "x", 1, SCM_TS_OPT_ID, &id, sizeof(id));
	expect_report(test, fl.a, SCM_TSTAMP_SCHED, 77, t);
	expect_report(test, fl.a, SCM_TSTAMP_SND, 77, t);
	test_sendto(fl.a, "x", 1, NULL, 0, 0);
	expect_report(test, fl.a, SCM_TSTAMP_SCHED, 3, t);
	id = SOF_TIMESTAMPING_RX_SOFTWARE; /* not of a send */
	KUNIT_EXPECT_EQ(
		test,
		test_send_cmsg(fl.a, "x", 1, SO_TIMESTAMPING, &id, sizeof(id)),
		-EINVAL);
	test_settle();
	sock_release(fl.a);
	sock_release(fl.b);
}

/* Corked, and fragmented by either way: one report, of the first fragment. */
static void udp_stamps_one_fragment(struct kunit *test)
{
	static u8 big[4000];
	struct fixture_pair *p = test->priv;
	struct flow fl = udp_flow(p);
	u64 t = ktime_get_real_ns();

	set_stamps(fl.a, SOF_TIMESTAMPING_TX_SOFTWARE | REPORT);
	KUNIT_EXPECT_EQ(test, test_sendto(fl.a, big, 100, NULL, 0, MSG_MORE),
			100);
	expect_no_report(test, fl.a);
	KUNIT_EXPECT_EQ(test, test_sendto(fl.a, big, 100, NULL, 0, 0), 100);
	expect_report(test, fl.a, SCM_TSTAMP_SND, 0, t);
	KUNIT_EXPECT_EQ(test, test_sendto(fl.a, big, 4000, NULL, 0, 0), 4000);
	expect_report(test, fl.a, SCM_TSTAMP_SND, 1, t);
	expect_no_report(test, fl.a);
	test_settle();
	sock_release(fl.a);
	sock_release(fl.b);
}

/* OPT_CMSG: by which device the packet went. */
static void udp_report_names_the_device(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct flow fl = udp_flow(p);
	struct test_report r;

	set_stamps(fl.a, SOF_TIMESTAMPING_TX_SOFTWARE | REPORT |
				 SOF_TIMESTAMPING_OPT_CMSG);
	peer_setsockopt(fl.a, SOL_IP, IP_PKTINFO, 1);
	test_sendto(fl.a, "x", 1, NULL, 0, 0);
	r = test_read_report(fl.a);
	KUNIT_EXPECT_TRUE(test, r.has_pktinfo);
	KUNIT_EXPECT_EQ(test, r.ifindex, p->a->eth0->ifindex);
	test_settle();
	sock_release(fl.a);
	sock_release(fl.b);
}

static void recvmsg_tells_when_a_datagram_came(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct flow fl = udp_flow(p);
	struct test_report r;
	u8 buf[8];
	u64 t;

	p->a->wire.delay_ns = 3 * NSEC_PER_MSEC;
	(void)test_recvmsg(fl.b, buf, sizeof(buf), 0);
	KUNIT_EXPECT_EQ(test,
			peer_setsockopt(fl.b, SOL_SOCKET, SO_TIMESTAMP, 1), 0);
	t = ktime_get_real_ns() + 3 * NSEC_PER_MSEC;
	test_sendto(fl.a, "x", 1, NULL, 0, 0);
	test_advance_ns(50 * NSEC_PER_MSEC);
	r = test_recvmsg(fl.b, buf, sizeof(buf), 0);
	KUNIT_EXPECT_EQ(test, r.len, 1);
	KUNIT_ASSERT_TRUE(test, r.has_stamp);
	KUNIT_EXPECT_EQ(test, r.stamp_type, SO_TIMESTAMP);
	KUNIT_EXPECT_EQ(test, (u64)r.stamp_sec, t / NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, (u64)r.stamp_frac,
			t % NSEC_PER_SEC / NSEC_PER_USEC);
	KUNIT_EXPECT_TRUE(test, !r.has_ts);

	peer_setsockopt(fl.b, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	set_stamps(fl.b,
		   SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
	t = ktime_get_real_ns() + 3 * NSEC_PER_MSEC;
	test_sendto(fl.a, "x", 1, NULL, 0, 0);
	test_advance_ns(50 * NSEC_PER_MSEC);
	r = test_recvmsg(fl.b, buf, sizeof(buf), 0);
	KUNIT_EXPECT_EQ(test, r.stamp_type, SO_TIMESTAMPNS);
	KUNIT_EXPECT_EQ(test, (u64)r.stamp_frac, t % NSEC_PER_SEC);
	KUNIT_ASSERT_TRUE(test, r.has_ts);
	KUNIT_EXPECT_EQ(test, ns_of(r.ts.ts[0]), t);
	sock_release(fl.a);
	sock_release(fl.b);
}

/* Packets are stamped while somebody wants it, and not longer. */
static void stamping_ends_with_the_last_socket(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	u32 before = netstamp_needed;
	struct flow fl = udp_flow(p);
	struct test_report r;
	u8 buf[8];

	/* Asked for after the packet came: the time of reading. */
	KUNIT_EXPECT_EQ(test, netstamp_needed, before);
	set_stamps(fl.b,
		   SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE);
	peer_setsockopt(fl.b, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	KUNIT_EXPECT_EQ(test, netstamp_needed, before + 1);
	r = test_recvmsg(fl.b, buf, sizeof(buf), 0);
	KUNIT_ASSERT_TRUE(test, r.has_stamp);
	KUNIT_EXPECT_EQ(test, (u64)r.stamp_frac,
			ktime_get_real_ns() % NSEC_PER_SEC);
	peer_setsockopt(fl.b, SOL_SOCKET, SO_TIMESTAMPNS, 0);
	KUNIT_EXPECT_EQ(test, netstamp_needed, before + 1);
	set_stamps(fl.b, 0);
	KUNIT_EXPECT_EQ(test, netstamp_needed, before);
	peer_setsockopt(fl.b, SOL_SOCKET, SO_TIMESTAMP, 1);
	sock_release(fl.a);
	sock_release(fl.b);
	KUNIT_EXPECT_EQ(test, netstamp_needed, before);
}

static void tcp_recvmsg_tells_when_data_came(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s;
	struct test_report r;
	u8 buf[300];
	u64 t;

	s = peer_accepted(p, "mss=1000");
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_SOCKET, SO_TIMESTAMPNS, 1),
			0);
	peer_send(p, "P.", 1, 100, 1, 65535, NULL);
	test_advance_ns(NSEC_PER_MSEC);
	t = ktime_get_real_ns();
	peer_send(p, "P.", 101, 100, 1, 65535, NULL);
	test_advance_ns(NSEC_PER_MSEC);
	/* Of several packets the last. */
	r = test_recvmsg(s, buf, sizeof(buf), 0);
	KUNIT_EXPECT_EQ(test, r.len, 200);
	KUNIT_ASSERT_TRUE(test, r.has_stamp);
	KUNIT_EXPECT_EQ(test, (u64)r.stamp_frac, t % NSEC_PER_SEC);
	tcp_peer_end(p, s);
}

static const struct kunit_case tcp_cases[] = {
	KUNIT_CASE(tcp_stamps_the_last_byte_of_each_write),
	KUNIT_CASE(tcp_keeps_one_request_a_packet),
	KUNIT_CASE(tcp_waits_for_the_ack_of_the_byte),
	KUNIT_CASE(tcp_stamps_the_segment_with_the_byte),
	KUNIT_CASE(tcp_stamps_retransmissions_again),
	KUNIT_CASE(tcp_report_is_the_packet),
	KUNIT_CASE(tcp_report_has_statistics),
	KUNIT_CASE(tcp_numbers_begin_where_asked),
	KUNIT_CASE(tcp_recvmsg_tells_when_data_came),
	KUNIT_CASE(setsockopt_checks_what_linux_checks),
	{}
};

static const struct kunit_suite timestamping_suite = {
	.name = "timestamping",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = tcp_cases,
};
kunit_test_suite(timestamping_suite);

static const struct kunit_case udp_cases[] = {
	KUNIT_CASE(udp_stamps_and_counts_datagrams),
	KUNIT_CASE(udp_stamps_one_fragment),
	KUNIT_CASE(udp_report_names_the_device),
	KUNIT_CASE(recvmsg_tells_when_a_datagram_came),
	KUNIT_CASE(stamping_ends_with_the_last_socket),
	{}
};

static const struct kunit_suite timestamping_udp_suite = {
	.name = "timestamping-udp",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = udp_cases,
};
kunit_test_suite(timestamping_udp_suite);

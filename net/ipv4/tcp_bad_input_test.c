// SPDX-License-Identifier: MIT
/*
 * DOC: bad input that a script cannot say (docs/BAD_INPUT.md): headers cut
 * short, a peer that has our own address, data that is said twice and
 * differently, ICMP errors that quote nonsense; and what costs: floods, and
 * connections that do nothing.
 */
#include "lib/checksum.h"
#include "net/core/dropreason.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(p, name) ((p)->f->net->mib.v[MIB_##name])

/* --- headers --- */

/* Every length and every data offset that a segment of 20 bytes of header and
 * 12 of options can pretend: only the true one reaches the listener. */
static void tcp_header_lies_are_counted(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);
	u8 th[128];
	u32 len, cut, words, bad = 0;

	len = peer_build(p, th, "S", 0, 0, 0, 5000, "mss=1000 nop nop ws=2");
	for (cut = 0; cut < len; cut++) {
		if (cut >= 18)
			peer_sum(p, th, cut);
		peer_send_ip(p, IPPROTO_TCP, th, cut);
		KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InErrs), ++bad);
	}
	for (words = 0; words < 16; words++) {
		if (words >= 5 && words * 4 <= len)
			continue;
		th[12] = (u8)(words << 4);
		peer_sum(p, th, len);
		peer_send_ip(p, IPPROTO_TCP, th, len);
		KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InErrs), ++bad);
	}
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InCsumErrors), 0);
	th[12] = (u8)(len / 4 << 4);
	peer_sum(p, th, len);
	peer_send_ip(p, IPPROTO_TCP, th, len);
	peer_expect(p, "S.", 0, 0, 1);
	sock_release(l);
}

/* CVE-1999-0016: source and destination are the same. RFC 1122, section
 * 3.2.1.3: our own address does not come from outside. */
static void tcp_land_attack_is_dropped(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_IP_LOCAL_SOURCE];
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, PEER_PORT, 5);
	u64 was = *drops;

	p->ip = p->stack_ip;
	p->stack_port = PEER_PORT;
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	KUNIT_EXPECT_EQ(test, *drops, was + 1);
	KUNIT_EXPECT_EQ(test, inet_csk(l->sk)->icsk_accept_queue->qlen, 0);
	peer_expect_none(p);
	sock_release(l);
}

/* --- data --- */

/* The same bytes twice and differently. What is acknowledged is not taken
 * back; of what waits beyond a gap the bytes that follow in sequence win, and
 * each of them is read once (RFC 9293, section 3.10.7.4, seventh). */
static void tcp_overlaps_that_differ(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");

	p->payload_xor = 0x55;
	peer_send(p, "P.", 11, 10, 1, 5000, NULL); /* 11-20, wrong */
	p->payload_xor = 0;
	peer_send(p, "P.", 1, 15, 1, 5000, NULL); /* 1-15, right */
	p->payload_xor = 0x55;
	peer_send(p, "P.", 6, 15, 1, 5000, NULL); /* 6-20 again, wrong */
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rcv_nxt - p->isn, 21);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 15, 0), 15);
	p->any_payload = true;
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 15, 100, MSG_TRUNC), 5);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPDSACKOldSent), 2);
	sock_release(s);
}

/* --- ICMP errors --- */

static void put_sum(u8 *icmp, u32 len)
{
	__sum16 sum;

	icmp[2] = 0;
	icmp[3] = 0;
	sum = ip_compute_csum(icmp, len);
	memcpy(icmp + 2, &sum, 2);
}

/* RFC 1122, section 3.2.2, and RFC 5927: an error ends our SYN only if it
 * quotes it. Cut short anywhere, with any header length, another protocol,
 * port or number, or with a wrong sum, it does nothing, and is counted. */
static void tcp_v4_err_ignores_lies(struct kunit *test)
{
	/* Port unreachable, and the 28 bytes that it quotes. */
	u8 good[36] = { 3, 3, 0,  0, 0, 0,    0, 0,  0x45,
			0, 0, 40, 0, 0, 0x40, 0, 64, IPPROTO_TCP },
	   bad[36];
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	u32 i;

	(void)peer_connect(p, s);
	peer_expect(p, "S", 0, 0, 0);
	memcpy(good + 20, &p->stack_ip, 4);
	memcpy(good + 24, &p->ip, 4);
	good[28] = (u8)(p->stack_port >> 8);
	good[29] = (u8)p->stack_port;
	good[30] = (u8)(p->port >> 8);
	good[31] = (u8)p->port;
	for (i = 0; i < 4; i++)
		good[32 + i] = (u8)(p->stack_isn >> (24 - 8 * i));
	for (i = 0; i < sizeof(good); i++) { /* cut short */
		memcpy(bad, good, sizeof(bad));
		put_sum(bad, i < 4 ? 4 : i);
		peer_send_ip(p, IPPROTO_ICMP, bad, i);
	}
	for (i = 0; i < 16; i++) { /* header length, version */
		memcpy(bad, good, sizeof(bad));
		bad[8] = (u8)(i == 5 ? 0x65 : 0x40 | i);
		put_sum(bad, sizeof(bad));
		peer_send_ip(p, IPPROTO_ICMP, bad, sizeof(bad));
	}
	for (i = 17; i < sizeof(good); i++) { /* protocol to number */
		if (i == 18 || i == 19)
			continue; /* the quoted header's sum: a router's fault
				   */
		memcpy(bad, good, sizeof(bad));
		bad[i] ^= 0x80;
		put_sum(bad, sizeof(bad));
		peer_send_ip(p, IPPROTO_ICMP, bad, sizeof(bad));
	}
	put_sum(good, sizeof(good));
	good[2] ^= 1;
	peer_send_ip(p, IPPROTO_ICMP, good, sizeof(good));
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_SYN_SENT);
	KUNIT_EXPECT_EQ(test, MIB(p, Icmp_InCsumErrors), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_OutOfWindowIcmps), 4);
	KUNIT_EXPECT_GT(test, MIB(p, Icmp_InErrors), 40);
	good[2] ^= 1;
	peer_send_ip(p, IPPROTO_ICMP, good, sizeof(good));
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err, ECONNREFUSED);
	sock_release(s);
}

/* --- what costs --- */

/* RFC 4987: 10,000 SYNs that nobody completes cost a backlog's memory, and a
 * real peer gets through meanwhile. */
static void tcp_syn_flood_has_a_price_limit(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 16), *s;
	s64 before = test_live_allocations(), most = 0;
	u32 i;
	int err;

	for (i = 0; i < 10000; i++) {
		peer_reset(p, (u16)(10000 + i), 80);
		peer_send(p, "S", 0, 0, 0, 5000, "mss=1460");
		most = max(most, test_live_allocations() - before);
	}
	KUNIT_EXPECT_EQ(test, inet_csk(l->sk)->icsk_accept_queue->qlen, 17);
	KUNIT_EXPECT_LT(test, most, 100);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_SyncookiesSent), 10000 - 17);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPReqQFullDoCookies), 10000 - 17);
	peer_reset(p, 5000, 80);
	peer_handshake(p, "mss=1460");
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	sock_release(s);
	test_advance_ns(100 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, inet_csk(l->sk)->icsk_accept_queue->qlen, 0);
	sock_release(l);
}

/* Every second byte of the window, one at a time: memory stays within the
 * buffer, what has to go is counted, and the stream comes out right. */
static void tcp_one_byte_flood_has_a_price_limit(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");
	u32 i, most = 0;
	ssize_t n, all = 0;

	s->sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	for (i = 3; i < 40000; i += 2) {
		peer_send(p, ".", i, 1, 1, 5000, NULL);
		peer_flush(p);
		most = max(most, s->sk->sk_rmem_alloc);
	}
	KUNIT_EXPECT_LE(test, most, s->sk->sk_rcvbuf + 4096);
	KUNIT_EXPECT_GT(test, MIB(p, TcpExt_OfoPruned), 0);
	KUNIT_EXPECT_GT(test, MIB(p, TcpExt_PruneCalled), 0);
	for (i = 1; i < 20001; i += 1000) {
		peer_send(p, "P.", i, 1000, 1, 5000, NULL);
		while ((n = peer_read(test, s, (u32)all, 4000, 0)) > 0)
			all += n;
		peer_flush(p);
	}
	KUNIT_EXPECT_GE(test, all, 20000);
	sock_release(s);
}

/* What asks for nothing but an answer gets two in a second: two ends that each
 * think the other's ACKs invalid do not talk for ever. */
static void tcp_far_acks_are_limited(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 ts=50000/0");
	u32 i;

	for (i = 0; i < 1000; i++)
		peer_send(p, ".", 100000000, 0, 1, 5000, "ts=50001/0");
	KUNIT_EXPECT_EQ(test, peer_flush(p), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_BeyondWindow), 1000);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPACKSkippedSeq), 999);
	test_advance_ns(600 * NSEC_PER_MSEC);
	for (i = 0; i < 1000; i++)
		peer_send(p, ".", 1, 0, 1, 100, "ts=10000/0");
	KUNIT_EXPECT_EQ(test, peer_flush(p), 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_PAWSEstab), 1000);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPACKSkippedPAWS), 999);
	sock_release(s);
}

/* While the program works on the socket, segments wait: at most as much as
 * both buffers, and 64 KiB. */
static void tcp_backlog_flood_has_a_price_limit(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000 sackok");
	s64 before = test_live_allocations(), most = 0;
	u32 i;

	lock_sock(s->sk);
	for (i = 0; i < 5000; i++) {
		peer_send(p, ".", 3 + 2 * i, 1, 1, 5000, NULL);
		most = max(most, test_live_allocations() - before);
	}
	KUNIT_EXPECT_LT(test, most, 2000);
	KUNIT_EXPECT_GT(test, MIB(p, TcpExt_TCPBacklogDrop), 1000);
	release_sock(s->sk);
	peer_flush(p);
	peer_send(p, "P.", 1, 1000, 1, 5000, NULL);
	KUNIT_EXPECT_GE(test, peer_read(test, s, 0, 20000, 0), 1000);
	sock_release(s);
}

/* A sender that goes on when the window is closed is dropped, counted and
 * told; what was taken is right, and it goes on when there is room. */
static void tcp_sender_that_ignores_the_window(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	u32 i, taken;

	s->sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	s->sk->sk_rcvbuf = 8192;
	for (i = 0; i < 100; i++) {
		peer_send(p, "P.", tcp_sk(s->sk)->rcv_nxt - p->isn, 1000, 1,
			  5000, NULL);
		KUNIT_EXPECT_LE(test, s->sk->sk_rmem_alloc, 8192 + 4096);
	}
	KUNIT_EXPECT_GT(test, MIB(p, TcpExt_TCPZeroWindowDrop), 50);
	KUNIT_EXPECT_GT(test, MIB(p, TcpExt_TCPRcvQDrop), 0);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->rcv_wnd, 0);
	taken = tcp_sk(s->sk)->rcv_nxt - p->isn - 1;
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 100000, 0), taken);
	peer_flush(p);
	peer_send(p, "P.", taken + 1, 1000, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, taken, 100000, 0), 1000);
	sock_release(s);
}

/* Peers that never acknowledge a FIN: tcp_max_orphans bounds what they cost,
 * and the next one is reset. */
static void tcp_orphans_are_bounded(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct netns_ipv4 *n = p->f->net->ipv4;
	struct socket *s;
	u32 i;

	n->sysctl_tcp_max_orphans = 3;
	for (i = 0; i < 10; i++) {
		peer_reset(p, (u16)(6000 + i), 0);
		s = peer_connected(p, "mss=1000");
		peer_write(s, 0, 100, 0);
		sock_release(s);
		KUNIT_EXPECT_LE(test, n->tcp_orphans, 4);
	}
	KUNIT_EXPECT_GE(test, MIB(p, TcpExt_TCPAbortOnMemory), 6);
	test_advance_ns(1000 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, n->tcp_orphans, 0);
}

/* Without keepalive an idle connection has nothing to wait for: no timer of its
 * is armed. */
static void tcp_idle_connection_has_no_timer(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *s, *idle[50];
	const struct inet_connection_sock *icsk;
	int err;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		peer_reset(p, (u16)(3000 + i), 80);
		peer_handshake(p, "mss=1000 sackok");
		s = peer_accept(l, &err);
		KUNIT_ASSERT_NOT_NULL(test, s);
		idle[i] = s;
		/* Data both ways, a delayed ACK, a probe for its loss. */
		peer_send(p, "P.", 1, 10, 1, 5000, NULL);
		KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 100, 0), 10);
		KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, 0), 100);
		peer_send(p, ".", 11, 0, 101, 5000, NULL);
		test_advance_ns(NSEC_PER_SEC);
		icsk = inet_csk(s->sk);
		KUNIT_EXPECT_FALSE(test,
				   timer_pending(&icsk->icsk_retransmit_timer));
		KUNIT_EXPECT_FALSE(test,
				   timer_pending(&icsk->icsk_delack_timer));
		KUNIT_EXPECT_FALSE(test, timer_pending(&s->sk->sk_timer));
		peer_flush(p);
	}
	for (i = 0; i < ARRAY_SIZE(idle); i++)
		sock_release(idle[i]);
	sock_release(l);
}

static const struct kunit_case bad_input_cases[] = {
	KUNIT_CASE(tcp_header_lies_are_counted),
	KUNIT_CASE(tcp_land_attack_is_dropped),
	KUNIT_CASE(tcp_overlaps_that_differ),
	KUNIT_CASE(tcp_v4_err_ignores_lies),
	KUNIT_CASE(tcp_syn_flood_has_a_price_limit),
	KUNIT_CASE(tcp_one_byte_flood_has_a_price_limit),
	KUNIT_CASE(tcp_far_acks_are_limited),
	KUNIT_CASE(tcp_backlog_flood_has_a_price_limit),
	KUNIT_CASE(tcp_sender_that_ignores_the_window),
	KUNIT_CASE(tcp_orphans_are_bounded),
	KUNIT_CASE(tcp_idle_connection_has_no_timer),
	{}
};

static const struct kunit_suite tcp_bad_input_suite = {
	.name = "tcp_bad_input",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = bad_input_cases,
};
kunit_test_suite(tcp_bad_input_suite);

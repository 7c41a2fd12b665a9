// SPDX-License-Identifier: MIT
/* DOC: reassembly, SACK blocks that we send, bounds on what is kept. */
#include "tests/fixtures/fake_tcp.h"

static void in(struct fake_tcp *t, u32 seq, u32 len)
{
	tcp_mstamp_refresh(t->tp);
	tcp_data_queue(t->sk, fake_tcp_segment(t, seq, len, TCPHDR_ACK));
}

/* Every byte from 1 to rcv_nxt is in the receive queue, as it was sent. */
static void expect_stream(struct kunit *test, struct fake_tcp *t)
{
	struct sk_buff *skb;
	u32 at = 1, i;
	u8 byte;

	skb_queue_walk (&t->sk->sk_receive_queue, skb) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		KUNIT_EXPECT_FALSE(test, after(cb->seq, at));
		for (i = at - cb->seq; i < skb->len; i++, at++) {
			if (skb_copy_bits(skb, i, &byte, 1) != 0 ||
			    byte != (u8)at) {
				KUNIT_FAIL(test, "byte %u is %02x", at, byte);
				return;
			}
		}
	}
	KUNIT_EXPECT_EQ(test, at, t->tp->rcv_nxt);
}

static void tcp_data_queue_takes_data_in_order(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	in(t, 1, 1000);
	in(t, 1001, 1000);
	KUNIT_EXPECT_EQ(test, t->tp->rcv_nxt, 2001);
	KUNIT_EXPECT_EQ(test, t->tp->bytes_received, 2000);
	KUNIT_EXPECT_EQ(test, t->data_ready, 2);
	KUNIT_EXPECT_TRUE(test, inet_csk_ack_scheduled(t->sk));
	expect_stream(test, t);
}

/* RFC 2018, section 4: the block that just changed comes first. */
static void tcp_data_queue_keeps_gaps_and_reports_them(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct tcp_sock *tp = t->tp;

	in(t, 2001, 1000);
	in(t, 6001, 1000);
	in(t, 4001, 1000);
	KUNIT_EXPECT_EQ(test, tp->rcv_nxt, 1);
	KUNIT_EXPECT_EQ(test, tp->rx_opt.num_sacks, 3);
	KUNIT_EXPECT_EQ(test, tp->selective_acks[0].start_seq, 4001);
	KUNIT_EXPECT_EQ(test, tp->selective_acks[1].start_seq, 6001);
	KUNIT_EXPECT_EQ(test, tp->selective_acks[2].start_seq, 2001);
	in(t, 5001, 1000); /* joins two of them */
	KUNIT_EXPECT_EQ(test, tp->rx_opt.num_sacks, 2);
	KUNIT_EXPECT_EQ(test, tp->selective_acks[0].start_seq, 4001);
	KUNIT_EXPECT_EQ(test, tp->selective_acks[0].end_seq, 7001);
	in(t, 1, 2000);
	KUNIT_EXPECT_EQ(test, tp->rcv_nxt, 3001);
	KUNIT_EXPECT_EQ(test, tp->rx_opt.num_sacks, 1);
	in(t, 3001, 1000);
	KUNIT_EXPECT_EQ(test, tp->rcv_nxt, 7001);
	KUNIT_EXPECT_EQ(test, tp->rx_opt.num_sacks, 0);
	/* RFC 5681, section 4.2: at once when the gap is filled. */
	KUNIT_EXPECT_TRUE(test,
			  inet_csk(t->sk)->icsk_ack.pending & ICSK_ACK_NOW);
	expect_stream(test, t);
}

/* Overlaps of every kind; RFC 2883 reports what came twice. */
static void tcp_data_queue_resolves_overlaps(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct tcp_sock *tp = t->tp;

	in(t, 2001, 1000);
	in(t, 2501, 1000); /* the end overlaps */
	KUNIT_EXPECT_EQ(test, tp->rx_opt.dsack, 1);
	KUNIT_EXPECT_EQ(test, tp->duplicate_sack[0].start_seq, 2501);
	KUNIT_EXPECT_EQ(test, tp->duplicate_sack[0].end_seq, 3001);
	in(t, 1501, 3000); /* covers both */
	KUNIT_EXPECT_EQ(test, tp->duplicate_sack[0].start_seq, 2001);
	KUNIT_EXPECT_EQ(test, tp->duplicate_sack[0].end_seq, 3501);
	in(t, 2201, 100); /* inside */
	KUNIT_EXPECT_EQ(test, tp->duplicate_sack[0].start_seq, 2201);
	KUNIT_EXPECT_EQ(test, tp->rx_opt.num_sacks, 1);
	KUNIT_EXPECT_EQ(test, tp->selective_acks[0].start_seq, 1501);
	KUNIT_EXPECT_EQ(test, tp->selective_acks[0].end_seq, 4501);
	in(t, 1, 1600);
	KUNIT_EXPECT_EQ(test, tp->rcv_nxt, 4501);
	in(t, 1, 5000); /* partly old */
	KUNIT_EXPECT_EQ(test, tp->rcv_nxt, 5001);
	KUNIT_EXPECT_EQ(test, tp->duplicate_sack[0].end_seq, 4501);
	expect_stream(test, t);
}

static void tcp_data_queue_answers_old_data_at_once(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	in(t, 1, 1000);
	inet_csk(t->sk)->icsk_ack.quick = 0;
	in(t, 1, 1000);
	KUNIT_EXPECT_EQ(test, t->tp->rcv_nxt, 1001);
	KUNIT_EXPECT_EQ(test, t->tp->rx_opt.dsack, 1);
	KUNIT_EXPECT_GT(test, inet_csk(t->sk)->icsk_ack.quick, 0);
}

/* A segment beyond the window, or into a closed one, is not kept. */
static void tcp_data_queue_refuses_beyond_window(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	in(t, 65536, 1000);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&t->tp->out_of_order_queue));
	t->tp->rcv_wnd = 0;
	in(t, 1, 1);
	KUNIT_EXPECT_EQ(test, t->tp->rcv_nxt, 1);
	KUNIT_EXPECT_EQ(test, t->data_ready, 0);
}

/* Thousands of one-byte segments cost hardly more than their bytes. */
static void tcp_data_queue_packs_tiny_segments(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	for (i = 0; i < 2000; i++)
		in(t, 1 + i, 1);
	KUNIT_EXPECT_EQ(test, t->tp->rcv_nxt, 2001);
	KUNIT_EXPECT_LT(test, t->sk->sk_rmem_alloc, 40000);
	expect_stream(test, t);
}

/* Every second byte, from the top: memory stays within the buffer. */
static void tcp_data_queue_bounds_what_is_out_of_order(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 i;

	t->sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	for (i = 0; i < 20000; i++)
		in(t, 3 + 2 * i, 1);
	KUNIT_EXPECT_LT(test, t->sk->sk_rmem_alloc, t->sk->sk_rcvbuf + 4096);
	KUNIT_EXPECT_GT(test,
			t->f->net->mib.v[MIB_TcpExt_OfoPruned] +
				t->f->net->mib.v[MIB_TcpExt_TCPOFODrop],
			0);
	/* In order it goes on. */
	in(t, 1, 2);
	KUNIT_EXPECT_GT(test, t->tp->rcv_nxt, 2);
	expect_stream(test, t);
}

/* Many peers with open windows must not take the machine's last pages: far
 * less than the buffer is kept, and the next byte in sequence still comes. */
static void tcp_data_queue_keeps_little_when_memory_is_short(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 was = t->sk->sk_rcvbuf, i;

	test_set_memory_short(true);
	for (i = 0; i < 40; i++)
		in(t, 2001 + 1500 * i, 1000);
	KUNIT_EXPECT_LT(test, t->sk->sk_rmem_alloc, 16384);
	for (i = 0; i < 40; i++)
		in(t, t->tp->rcv_nxt, 1000);
	test_set_memory_short(false);
	KUNIT_EXPECT_LT(test, t->sk->sk_rmem_alloc, 16384);
	KUNIT_EXPECT_EQ(test, t->sk->sk_rcvbuf, was);
	KUNIT_EXPECT_GT(test, t->tp->rcv_nxt, 1000);
	expect_stream(test, t);
}

/* A pseudo-random mix of pieces, repeats and overlaps: the stream is whole. */
static void tcp_data_queue_rebuilds_any_order(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	u32 x = 12345, seq, len, i;

	for (i = 0; i < 3000; i++) {
		x = x * 1664525 + 1013904223;
		seq = 1 + (x >> 8) % 30000;
		len = 1 + (x >> 24) * 5;
		in(t, seq, len);
	}
	for (seq = 1; seq < 31500; seq += 700)
		in(t, seq, 700);
	KUNIT_EXPECT_EQ(test, t->tp->rcv_nxt, 31501);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&t->tp->out_of_order_queue));
	expect_stream(test, t);
}

/* SWS avoidance (RFC 9293, section 3.8.6.2.2): no crumbs of window. */
static void tcp_select_window_opens_by_segments_only(struct kunit *test)
{
	struct fake_tcp *t = test->priv;

	KUNIT_EXPECT_EQ(test, __tcp_select_window(t->sk), 65535);
	t->sk->sk_rmem_alloc = t->sk->sk_rcvbuf - 1500;
	KUNIT_EXPECT_EQ(test, __tcp_select_window(t->sk), 0);
	t->sk->sk_rmem_alloc = 0;
	t->tp->rcv_wnd = 3000;
	t->tp->rcv_ssthresh = 3500;
	KUNIT_EXPECT_EQ(test, __tcp_select_window(t->sk), 3000);
	t->tp->rcv_ssthresh = 4100;
	KUNIT_EXPECT_EQ(test, __tcp_select_window(t->sk), 4000);
}

static void tcp_urg_finds_the_byte(struct kunit *test)
{
	struct fake_tcp *t = test->priv;
	struct sk_buff *skb =
		fake_tcp_segment(t, 1, 10, TCPHDR_ACK | TCPHDR_URG);

	tcp_hdr(skb)->urg_ptr = htons(4); /* after the fourth byte */
	tcp_urg(t->sk, skb, tcp_hdr(skb));
	KUNIT_EXPECT_EQ(test, t->tp->urg_data, TCP_URG_VALID | 4);
	KUNIT_EXPECT_EQ(test, t->tp->urg_seq, 4);
	kfree_skb(skb);
	/* Far outside of the segment: announced, not read. */
	skb = fake_tcp_segment(t, 1, 10, TCPHDR_ACK | TCPHDR_URG);
	tcp_hdr(skb)->urg_ptr = htons(0xffff);
	tcp_urg(t->sk, skb, tcp_hdr(skb));
	KUNIT_EXPECT_EQ(test, t->tp->urg_data, TCP_URG_NOTYET);
	kfree_skb(skb);
}

static const struct kunit_case tcp_rcvqueue_cases[] = {
	KUNIT_CASE(tcp_data_queue_takes_data_in_order),
	KUNIT_CASE(tcp_data_queue_keeps_gaps_and_reports_them),
	KUNIT_CASE(tcp_data_queue_resolves_overlaps),
	KUNIT_CASE(tcp_data_queue_answers_old_data_at_once),
	KUNIT_CASE(tcp_data_queue_refuses_beyond_window),
	KUNIT_CASE(tcp_data_queue_packs_tiny_segments),
	KUNIT_CASE(tcp_data_queue_bounds_what_is_out_of_order),
	KUNIT_CASE(tcp_data_queue_keeps_little_when_memory_is_short),
	KUNIT_CASE(tcp_data_queue_rebuilds_any_order),
	KUNIT_CASE(tcp_select_window_opens_by_segments_only),
	KUNIT_CASE(tcp_urg_finds_the_byte),
	{ 0 },
};

static const struct kunit_suite tcp_rcvqueue_suite = {
	.name = "tcp_rcvqueue",
	.init = fake_tcp_init,
	.exit = fake_tcp_exit,
	.test_cases = tcp_rcvqueue_cases,
};
kunit_test_suite(tcp_rcvqueue_suite);

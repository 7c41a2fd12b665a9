// SPDX-License-Identifier: MIT
/*
 * DOC: the short way of an expected ACK: its state is that of tcp_ack(), and
 * for each reason to refuse an ACK nothing has changed and tcp_ack() has it.
 * Both ways see the same clock, so that it is the host's.
 */
#include "net/ipv4/tcp_int.h"
#include "tests/fixtures/tcp_peer.h"

#define TEST_MSS 1000U

/* What an ACK may change, sequence numbers relative to the first byte. */
struct books {
	u32 una, nxt, wl1, up, cwnd, cwnd_cnt, cwnd_used, ssthresh;
	u32 packets_out, sacked_out, lost_out, retrans_out, delivered, lost;
	u32 srtt, mdev, mdev_max, rttvar, rtt_seq, min[3];
	u32 rate_delivered, app_limited, rack_rtt, rack_end, reo_steps;
	u32 sent, queued, wmem, sml, reordering, segs_out;
	u64 rto, timeout, rate_interval, first_tx, delivered_at, rack_at;
	u64 bytes_acked, pacing, cwnd_at, ack_at, ca[ICSK_CA_INLINE];
	u8 pending, state, backoff, retransmits, rack_advanced, app, chrono;
	u8 confirm;
};

static u64 began_ns; /* of the pass */

static u64 since(u64 at)
{
	return at ? at - began_ns : 0;
}

/* CUBIC's times and numbers, made relative. */
static void keep_ca(struct books *b, const struct sock *sk, u32 isn)
{
	u32 *w = (u32 *)b->ca, i;

	memcpy(b->ca, inet_csk(sk)->icsk_ca_inline, sizeof(b->ca));
	for (i = 0; i < 2 * ICSK_CA_INLINE; i++) {
		if (w[i] - isn < 1U << 24)
			w[i] -= isn;
		else if (w[i] - (u32)(began_ns / NSEC_PER_MSEC) < 1U << 20 &&
			 w[i] > 100000)
			w[i] -= (u32)(began_ns / NSEC_PER_MSEC);
	}
}

static void keep_books(struct books *b, struct sock *sk, u32 isn)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 i;

	memset(b, 0, sizeof(*b));
	b->una = tp->snd_una - isn;
	b->nxt = tp->snd_nxt - isn;
	b->up = tp->snd_up - isn;
	b->sml = tp->snd_sml - isn;
	b->rtt_seq = tp->rtt_seq - isn;
	b->wl1 = tp->snd_wl1 - tp->rcv_nxt;
	b->rack_end = tp->rack.end_seq ? tp->rack.end_seq - isn : 0;
	b->cwnd = tp->snd_cwnd;
	b->cwnd_cnt = tp->snd_cwnd_cnt;
	b->cwnd_used = tp->snd_cwnd_used;
	b->ssthresh = tp->snd_ssthresh;
	b->packets_out = tp->packets_out;
	b->sacked_out = tp->sacked_out;
	b->lost_out = tp->lost_out;
	b->retrans_out = tp->retrans_out;
	b->delivered = tp->delivered;
	b->lost = tp->lost;
	b->srtt = tp->srtt_us;
	b->mdev = tp->mdev_us;
	b->mdev_max = tp->mdev_max_us;
	b->rttvar = tp->rttvar_us;
	for (i = 0; i < 3; i++)
		b->min[i] = tp->rtt_min.s[i].v;
	b->rate_delivered = tp->rate_delivered;
	b->rate_interval = tp->rate_interval_us;
	b->app = tp->rate_app_limited;
	b->app_limited = tp->app_limited;
	b->rack_rtt = tp->rack.rtt_us;
	b->rack_at = since(tp->rack.mstamp_ns);
	b->rack_advanced = tp->rack.advanced;
	b->reo_steps = tp->rack.reo_wnd_steps ?: 1; /* 0 means 1 */
	b->first_tx = since(tp->first_tx_mstamp_ns);
	b->delivered_at = since(tp->delivered_mstamp_ns);
	b->bytes_acked = tp->bytes_acked;
	b->segs_out = tp->segs_out;
	b->reordering = tp->reordering;
	b->cwnd_at = since(tp->snd_cwnd_stamp_ns);
	b->ack_at = since(tp->rcv_tstamp_ns);
	b->chrono = tp->chrono_type;
	b->sent = tp->data_segs_out;
	b->queued = sk->sk_write_queue.qlen;
	b->wmem = sk->sk_wmem_queued;
	b->pacing = sk->sk_pacing_rate;
	b->confirm = sk->sk_dst_pending_confirm;
	b->rto = icsk->icsk_rto_ns;
	b->timeout = icsk->icsk_pending ? since(icsk->icsk_timeout_ns) : 0;
	b->pending = icsk->icsk_pending;
	b->state = icsk->icsk_ca_state;
	b->backoff = icsk->icsk_backoff;
	b->retransmits = icsk->icsk_retransmits;
	keep_ca(b, sk, isn);
}

/* The connection takes an ACK, by tcp_ack() or first by tcp_ack_fast(). Whether
 * the latter took it. */
static bool take_ack(struct sock *sk, u32 ack, bool fast)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	bool taken = false;

	lock_sock(sk);
	tcp_mstamp_refresh(tp);
	tp->rx_opt.saw_tstamp = 0;
	tp->rx_opt.sacks = NULL;
	tp->rx_opt.nr_sacks = 0;
	if (fast)
		taken = tcp_ack_fast(sk, tp->rcv_nxt, ack);
	if (!taken) {
		skb = alloc_skb(64, GFP_KERNEL);
		skb_reset_transport_header(skb);
		memset(skb_put(skb, sizeof(struct tcphdr)), 0,
		       sizeof(struct tcphdr));
		memset(TCP_SKB_CB(skb), 0, sizeof(struct tcp_skb_cb));
		TCP_SKB_CB(skb)->seq = tp->rcv_nxt;
		TCP_SKB_CB(skb)->end_seq = tp->rcv_nxt;
		TCP_SKB_CB(skb)->ack_seq = ack;
		tcp_ack(sk, skb, 0);
		kfree_skb(skb);
	}
	tcp_data_snd_check(sk);
	release_sock(sk);
	return taken;
}

/* --- the same numbers --- */

struct rng {
	u64 x;
};

static u32 pick(struct rng *r, u32 n)
{
	r->x = r->x * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(r->x >> 33) % n;
}

#define ROUNDS 400

static void abort_now(struct tcp_peer *p, struct socket *s)
{
	sock_set_flag(s->sk, SOCK_LINGER); /* for no time: aborted */
	s->sk->sk_lingertime_ns = 0;
	sock_release(s);
	peer_flush(p);
}

/* A connection at a whole second, as some of the state is in milliseconds; its
 * sequence numbers are far from 0, for keep_ca() to know them by. */
static struct socket *connection(struct tcp_peer *p, const char *options)
{
	struct socket *s;

	for (;;) {
		test_advance_ns(NSEC_PER_SEC - ktime_get_ns() % NSEC_PER_SEC);
		began_ns = ktime_get_ns();
		peer_reset(p, PEER_PORT, 0);
		s = peer_connected(p, options);
		if (tcp_sk(s->sk)->snd_una + (1U << 26) >= 1U << 27)
			return s;
		abort_now(p, s);
	}
}

/* Writes, pauses and ACKs of whole segments by @seed; the books after each.
 * How many ACKs went the short way. */
static u32 transfer(struct kunit *test, const char *options, u64 seed,
		    bool fast, struct books *b)
{
	struct tcp_peer *p = test->priv;
	u32 i, flight, ack, isn, taken = 0, off = 0;
	struct rng r = { seed };
	struct tcp_sock *tp;
	struct socket *s;

	s = connection(p, options);
	tp = tcp_sk(s->sk);
	isn = tp->snd_una;
	for (i = 0; i < ROUNDS; i++) {
		ssize_t n;

		if (pick(&r, 3) && tp->write_seq - tp->snd_una < 60000) {
			n = peer_write(s, off, 1 + pick(&r, 12000),
				       MSG_DONTWAIT);
			if (n > 0)
				off += (u32)n;
		}
		test_advance_ns(pick(&r, 9) * NSEC_PER_MSEC +
				pick(&r, 7) * 313);
		flight = tp->snd_nxt - tp->snd_una;
		if (flight) {
			ack = (1 + pick(&r, 1 + flight / TEST_MSS)) * TEST_MSS;
			ack = pick(&r, 4) ? min(ack, flight) : flight;
			taken += take_ack(s->sk, tp->snd_una + ack, fast);
		}
		peer_flush(p);
		keep_books(&b[i], s->sk, isn);
	}
	abort_now(p, s);
	return taken;
}

static struct books by_ack[ROUNDS], by_fast[ROUNDS];

static void compare(struct kunit *test, const char *options, u32 least)
{
	u64 seed;
	u32 i, taken;

	for (seed = 1; seed <= 6; seed++) {
		transfer(test, options, seed, false, by_ack);
		taken = transfer(test, options, seed, true, by_fast);
		KUNIT_EXPECT_GT(test, taken, least);
		for (i = 0; i < ROUNDS; i++) {
			if (!memcmp(&by_ack[i], &by_fast[i], sizeof(by_ack[i])))
				continue;
			KUNIT_FAIL(test, "seed %llu: ACK %u differs",
				   (unsigned long long)seed, i);
			break;
		}
	}
}

static void tcp_ack_fast_is_tcp_ack(struct kunit *test)
{
	compare(test, "mss=1000 ws=7", ROUNDS / 3);
}

static void tcp_ack_fast_is_tcp_ack_with_sack(struct kunit *test)
{
	compare(test, "mss=1000 sackok ws=7", ROUNDS / 3);
}

/* --- each reason to refuse --- */

/* Eight segments in flight, and an RTT known. */
static struct socket *in_flight(struct tcp_peer *p, const char *options)
{
	struct socket *s = peer_connected(p, options);

	KUNIT_EXPECT_EQ(p->test, peer_write(s, 0, 2000, 0), 2000);
	test_advance_ns(NSEC_PER_MSEC);
	KUNIT_EXPECT_TRUE(p->test,
			  take_ack(s->sk, tcp_sk(s->sk)->snd_nxt, true));
	KUNIT_EXPECT_EQ(p->test, peer_write(s, 2000, 8000, 0), 8000);
	test_advance_ns(NSEC_PER_MSEC);
	return s;
}

static struct tcp_sock was; /* too large for the stack */

/* An ACK of @bytes is refused, and nothing has changed. */
static void expect_refused(struct kunit *test, struct sock *sk, u32 bytes)
{
	struct tcp_sock *tp = tcp_sk(sk);

	lock_sock(sk);
	memcpy(&was, tp, sizeof(was));
	KUNIT_EXPECT_FALSE(test,
			   tcp_ack_fast(sk, tp->rcv_nxt, tp->snd_una + bytes));
	KUNIT_EXPECT_EQ(test, memcmp(&was, tp, sizeof(was)), 0);
	release_sock(sk);
}

static void expect_taken(struct kunit *test, struct sock *sk, u32 bytes)
{
	KUNIT_EXPECT_TRUE(test,
			  take_ack(sk, tcp_sk(sk)->snd_una + bytes, true));
}

static void tcp_ack_fast_refuses_what_acks_nothing(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");

	expect_refused(test, s->sk, 0);
	expect_refused(test, s->sk, 0U - 1000);
	expect_refused(test, s->sk, 500); /* a part of one segment */
	expect_taken(test, s->sk, 1000);
	sock_release(s);
}

/* A hole, and all the time until it is filled. */
static void tcp_ack_fast_refuses_sacked(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");

	peer_send(p, ".", 1, 0, 2001, 65535, "nop nop sack=4001-5001");
	expect_refused(test, s->sk, 1000);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_ca_state, TCP_CA_Disorder);
	peer_send(p, ".", 1, 0, 5001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_ca_state, TCP_CA_Open);
	expect_taken(test, s->sk, 1000);
	sock_release(s);
}

/* A probe of the tail, which its ACK must explain. */
static void tcp_ack_fast_refuses_after_a_probe(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");

	test_advance_ns(100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_NE(test, tcp_sk(s->sk)->tlp_high_seq, 0);
	expect_refused(test, s->sk, 8000);
	sock_release(s);
}

/* The RTO has passed: what was resent is not a measure. */
static void tcp_ack_fast_refuses_after_a_timeout(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000");

	test_advance_ns(NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, inet_csk(s->sk)->icsk_ca_state, TCP_CA_Loss);
	expect_refused(test, s->sk, 1000);
	sock_release(s);
}

/* CWR after ECN, or any other state in which cwnd falls. */
static void tcp_ack_fast_refuses_in_cwr(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");

	tcp_enter_cwr(s->sk);
	expect_refused(test, s->sk, 1000);
	sock_release(s);
}

/* What waits for an ACK, a stamp or the MTU's search, is told. */
static void tcp_ack_fast_refuses_marked_packets(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");
	struct tcp_skb_cb *cb = TCP_SKB_CB(tcp_rtx_queue_head(s->sk));

	cb->txstamp_ack = 1;
	expect_refused(test, s->sk, 8000);
	cb->txstamp_ack = 0;
	cb->mtu_probe = 1;
	expect_refused(test, s->sk, 8000);
	cb->mtu_probe = 0;
	cb->sacked = TCPCB_EVER_RETRANS;
	expect_refused(test, s->sk, 8000);
	cb->sacked = 0;
	expect_taken(test, s->sk, 8000);
	sock_release(s);
}

/* RACK adapts its window, or a D-SACK is to be judged. */
static void tcp_ack_fast_refuses_while_rack_adapts(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");
	struct tcp_sock *tp = tcp_sk(s->sk);

	tp->rack.dsack_seen = true;
	expect_refused(test, s->sk, 1000);
	tp->rack.dsack_seen = false;
	tp->rack.reo_wnd_persist = 1;
	expect_refused(test, s->sk, 1000);
	tp->rack.reo_wnd_persist = 0;
	tp->rack.reo_wnd_steps = 2; /* starts again at 1 */
	expect_refused(test, s->sk, 1000);
	take_ack(s->sk, tp->snd_una + 1000, false);
	KUNIT_EXPECT_EQ(test, tp->rack.reo_wnd_steps, 1);
	expect_taken(test, s->sk, 1000);
	sock_release(s);
}

/* Who goes by rate samples gets them from tcp_ack(). */
static void tcp_ack_fast_refuses_for_bbr(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");

	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(s->sk, "bbr"), 0);
	expect_refused(test, s->sk, 1000);
	sock_release(s);
}

/* Resent in another order than that of the numbers. */
static void tcp_ack_fast_refuses_another_order(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p, "mss=1000 sackok");
	struct tcp_sock *tp = tcp_sk(s->sk);

	list_move_tail(&tcp_rtx_queue_head(s->sk)->tcp_tsorted_anchor,
		       &tp->tsorted_sent_queue);
	if (tcp_rtx_queue_head(s->sk) == tcp_rtx_queue_tail(s->sk))
		expect_taken(test, s->sk, 1000); /* one packet of GSO */
	else
		expect_refused(test, s->sk, 1000);
	sock_release(s);
}

static const struct kunit_case fast_cases[] = {
	KUNIT_CASE(tcp_ack_fast_is_tcp_ack),
	KUNIT_CASE(tcp_ack_fast_is_tcp_ack_with_sack),
	KUNIT_CASE(tcp_ack_fast_refuses_what_acks_nothing),
	KUNIT_CASE(tcp_ack_fast_refuses_sacked),
	KUNIT_CASE(tcp_ack_fast_refuses_after_a_probe),
	KUNIT_CASE(tcp_ack_fast_refuses_after_a_timeout),
	KUNIT_CASE(tcp_ack_fast_refuses_in_cwr),
	KUNIT_CASE(tcp_ack_fast_refuses_marked_packets),
	KUNIT_CASE(tcp_ack_fast_refuses_while_rack_adapts),
	KUNIT_CASE(tcp_ack_fast_refuses_for_bbr),
	KUNIT_CASE(tcp_ack_fast_refuses_another_order),
	{},
};

static const struct kunit_suite tcp_ack_fast_suite = {
	.name = "tcp_ack_fast",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = fast_cases,
};
kunit_test_suite(tcp_ack_fast_suite);

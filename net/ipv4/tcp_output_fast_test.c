// SPDX-License-Identifier: MIT
/*
 * DOC: the short way of a TCP segment against the ordinary one: the same frames
 * and counts, whatever the options and the device; void after each change; and
 * left alone where a segment is not as usual.
 */
#include "lib/errno.h"
#include "lib/file.h"
#include "lib/softirq.h"
#include "lib/uapi/fcntl.h"
#include "net/core/sch_generic.h"
#include "net/ipv4/sysctl.h"
#include "net/ipv4/tcp_int.h"
#include "tests/fixtures/changes.h"
#include "tests/fixtures/tcp_books.h"
#include "tests/fixtures/tcp_peer.h"

#define PLAIN   "mss=1460 sackok ws=7"
#define STAMPED "mss=1460 sackok ws=7 ts"
#define ALL_OFF (NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_IP_CSUM | NETIF_F_TSO)

static bool is_fast(const struct socket *s)
{
	return s->sk->sk_xmit_gen == xmit_gen;
}

/* A connection with @len bytes in flight, not acknowledged. */
static struct socket *with_data(struct kunit *test, struct tcp_peer *p,
				const char *options, u32 len)
{
	struct socket *s = peer_connected(p, options);

	fixture_know(p->f, FIXTURE_OTHER, 3, NUD_PERMANENT);
	fixture_know(p->f, PEER_IP, 2, NUD_PERMANENT);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, len, 0), len);
	BUG_ON(!tcp_rtx_queue_head(s->sk));
	return s;
}

/* The packet in flight once more; by the ordinary way if so said. */
static struct netns_mib send_head(struct net_fixture *f, struct socket *s,
				  bool ordinary)
{
	struct netns_mib before = f->net->mib, after;
	u32 n;

	fixture_tx_reset(f);
	if (ordinary)
		s->sk->sk_xmit_gen = 0;
	inet_sk(s->sk)->inet_id = 1000;
	tcp_transmit_skb(s->sk, tcp_rtx_queue_head(s->sk), true, GFP_ATOMIC);
	after = f->net->mib;
	for (n = 0; n < NR_SNMP_MIB; n++)
		after.v[n] -= before.v[n];
	return after;
}

static u8 frame[2][70000];

/* Both ways; everything that can be seen must be the same. */
static void compare_ways(struct kunit *test, struct tcp_peer *p,
			 struct socket *s, bool fast)
{
	struct net_fixture *f = p->f;
	struct Qdisc *q = f->eth0->_tx[0].qdisc;
	u64 packets[2], bytes[2];
	struct netns_mib mib[2];
	u32 len[2], n[2], i;
	u8 summed[2];

	for (i = 0; i < 2; i++) {
		packets[i] = q->bstats_packets;
		bytes[i] = q->bstats_bytes;
		if (i)
			KUNIT_EXPECT_EQ(test, is_fast(s), fast);
		mib[i] = send_head(f, s, i == 0);
		packets[i] = q->bstats_packets - packets[i];
		bytes[i] = q->bstats_bytes - bytes[i];
		n[i] = f->tx_frames;
		KUNIT_EXPECT_GE(test, n[i], 1);
		len[i] = f->tx[0].len;
		summed[i] = f->tx[0].ip_summed;
		memcpy(frame[i], f->tx[0].data, len[i]);
	}
	KUNIT_EXPECT_EQ(test, n[0], n[1]);
	KUNIT_EXPECT_EQ(test, len[0], len[1]);
	KUNIT_EXPECT_MEMEQ(test, frame[0], frame[1], len[0]);
	KUNIT_EXPECT_EQ(test, summed[0], summed[1]);
	KUNIT_EXPECT_MEMEQ(test, &mib[0], &mib[1], sizeof(mib[0]));
	KUNIT_EXPECT_EQ(test, packets[0], packets[1]);
	KUNIT_EXPECT_EQ(test, bytes[0], bytes[1]);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	fixture_tx_reset(f);
}

/* --- the same frames --- */

/* The device can do these from now on, and no more. */
static void set_features(struct net_fixture *f, u64 features)
{
	f->eth0->features &= ~(u64)ALL_OFF;
	f->eth0->features |= features;
	xmit_gen_bump();
}

static void compare_features(struct kunit *test, struct tcp_peer *p,
			     struct socket *s)
{
	static const u64 features[] = { 0, NETIF_F_SG,
					NETIF_F_SG | NETIF_F_HW_CSUM,
					NETIF_F_SG | NETIF_F_HW_CSUM |
						NETIF_F_TSO };
	u64 before = p->f->eth0->features;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		set_features(p->f, features[i]);
		compare_ways(test, p, s, true);
	}
	set_features(p->f, before);
}

/* Lengths around every piece that a sum has, the longest, and with more than
 * that a packet that is cut by software or by the device. */
static void compare_lengths(struct kunit *test, const char *options)
{
	static const u16 lens[] = { 1,  2,  3,   4,   7,   8,    9,    15,  16,
				    63, 64, 100, 536, 999, 1447, 1448, 7001 };
	struct tcp_peer *p = tcp_peer_new(test->priv);
	const char *ts = strstr(options, "ts") ? "ts" : NULL;
	struct socket *s = with_data(test, p, options, 5);
	u32 i, at = 5;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		peer_send(p, ".", 1, 0, 1 + at, 1000, ts);
		KUNIT_EXPECT_EQ(test, peer_write(s, at, lens[i], 0), lens[i]);
		at += lens[i];
		BUG_ON(!tcp_rtx_queue_head(s->sk));
		compare_features(test, p, s);
	}
	KUNIT_EXPECT_GT(test, tcp_skb_pcount(tcp_rtx_queue_head(s->sk)), 1);
	sock_release(s);
	tcp_peer_free(p);
}

static void tcp_fast_makes_the_ordinary_segment(struct kunit *test)
{
	compare_lengths(test, PLAIN);
}

static void tcp_fast_makes_the_ordinary_stamped_segment(struct kunit *test)
{
	compare_lengths(test, STAMPED);
}

static void tcp_fast_follows_every_option(struct kunit *test)
{
	static const struct {
		int level, name, v;
	} options[] = {
		{ SOL_IP, IP_TOS, 0x10 },
		{ SOL_IP, IP_TTL, 3 },
		{ SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO },
		{ SOL_SOCKET, SO_PRIORITY, 6 },
		{ SOL_SOCKET, SO_MARK, 5 },
		{ SOL_SOCKET, SO_RCVBUF, 20000 },
		{ SOL_TCP, TCP_WINDOW_CLAMP, 9000 },
	};
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = with_data(test, p, STAMPED, 700);
	u32 i;

	/* Each stays, so that they add up. */
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		KUNIT_EXPECT_EQ(test,
				peer_setsockopt(s, options[i].level,
						options[i].name, options[i].v),
				0);
		KUNIT_EXPECT_FALSE(test, is_fast(s));
		send_head(p->f, s, true); /* the new route, its neighbour */
		compare_ways(test, p, s, true);
	}
	sock_release(s);
	tcp_peer_free(p);
}

/* A connection sends, is acknowledged and sends again, all by the template. */
static void tcp_fast_carries_a_connection(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, PLAIN);
	u32 i, at = 0;

	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, peer_write(s, at, 1000 + i, 0), 1000 + i);
		peer_expect(p, "P.", 1 + at, 1000 + i, 1);
		if (i)
			KUNIT_EXPECT_TRUE(test, is_fast(s));
		at += 1000 + i;
		peer_send(p, ".", 1, 0, 1 + at, 1000, NULL);
	}
	/* Data that arrives moves the ACK field of the next. */
	peer_send(p, "P.", 1, 300, 1 + at, 1000, NULL);
	peer_flush(p);
	KUNIT_EXPECT_EQ(test, peer_write(s, at, 10, 0), 10);
	peer_expect(p, "P.", 1 + at, 10, 301);
	/* The FIN goes this way, too. */
	peer_send(p, ".", 301, 0, 11 + at, 1000, NULL);
	sock_release(s);
	peer_flush(p);
	tcp_peer_free(p);
}

/*
 * What is summed as it is copied stays right when packets are appended to, cut,
 * trimmed, joined and resent. The peer checks every sum.
 */
static void tcp_fast_sums_what_becomes_of_a_packet(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s;
	u32 i, at = 5;

	set_features(p->f, NETIF_F_SG);
	s = with_data(test, p, PLAIN, 5);
	peer_flush(p);
	/* Odd and even pieces, in one packet, while Nagle holds it. */
	for (i = 1; i < 40; i++) {
		KUNIT_EXPECT_EQ(test, peer_write(s, at, i, 0), i);
		at += i;
	}
	peer_expect_none(p);
	KUNIT_EXPECT_TRUE(test, TCP_SKB_CB(tcp_send_head(s->sk))->summed);
	peer_send(p, ".", 1, 0, 6, 1000, NULL);
	peer_expect(p, "P.", 6, at - 5, 1);
	compare_ways(test, p, s, true);
	/* The peer has the first 100: the rest is resent. */
	peer_send(p, ".", 1, 0, 106, 1000, NULL);
	peer_flush(p);
	KUNIT_EXPECT_EQ(
		test, tcp_trim_head(s->sk, tcp_rtx_queue_head(s->sk), 100), 0);
	KUNIT_EXPECT_FALSE(test, TCP_SKB_CB(tcp_rtx_queue_head(s->sk))->summed);
	compare_ways(test, p, s, true);
	/* One that is cut in two. */
	KUNIT_EXPECT_EQ(test, peer_write(s, at, 901, MSG_EOR), 901);
	peer_flush(p);
	KUNIT_EXPECT_EQ(test,
			tcp_fragment(s->sk, true, tcp_rtx_queue_tail(s->sk),
				     301, 301, GFP_ATOMIC),
			0);
	compare_ways(test, p, s, true);
	peer_send(p, ".", 1, 0, 1 + at, 1000, NULL);
	peer_flush(p);
	compare_ways(test, p, s, true);
	sock_release(s);
	tcp_peer_free(p);
}

/* --- a small write --- */

/* What a socket that was opened by a system call has. */
static struct file fake_file;
static u8 bytes[4000];

/* The pattern from @at on, by the system call's short way. */
static ssize_t write_fast(struct socket *s, u32 at, size_t len)
{
	u32 i;

	for (i = 0; i < min(len, sizeof(bytes)); i++)
		bytes[i] = peer_byte(1 + at + i);
	s->file = &fake_file;
	fake_file.f_flags = O_NONBLOCK;
	return tcp_prot.send_fast(s->sk, bytes, len, MSG_NOSIGNAL, NULL, 0);
}

/* What of a connection's state a write leaves behind. */
struct snapshot {
	u32 unacked, unsent, pushed, small, cwnd, out, max_out, limited;
	u32 segs_out, data_segs_out, app_limited, delivered, pending, chrono;
	u64 bytes_sent, timeout_ns, queued, below, busy_ns, last_sent_ns;
};

static struct snapshot snapshot_of(const struct socket *s)
{
	const struct inet_connection_sock *icsk = inet_csk(s->sk);
	const struct tcp_sock *tp = tcp_sk(s->sk);

	return (struct snapshot){
		.unacked = tp->snd_nxt - tp->snd_una,
		.unsent = tp->write_seq - tp->snd_nxt,
		.pushed = tp->write_seq - tp->pushed_seq,
		.small = tp->snd_nxt - tp->snd_sml,
		.cwnd = tp->snd_cwnd,
		.out = tp->packets_out,
		.max_out = tp->max_packets_out,
		.limited = tp->is_cwnd_limited,
		.segs_out = tp->segs_out,
		.data_segs_out = tp->data_segs_out,
		.app_limited = tp->app_limited,
		.delivered = tp->delivered,
		.pending = icsk->icsk_pending,
		.chrono = tp->chrono_type,
		.bytes_sent = tp->bytes_sent,
		.timeout_ns = icsk->icsk_pending
				      ? icsk->icsk_timeout_ns - ktime_get_ns()
				      : 0,
		.queued = s->sk->sk_wmem_queued,
		.below = s->sk->sk_wmem_alloc,
		.busy_ns = tp->chrono_stat_ns[0],
		.last_sent_ns = ktime_get_ns() - tp->lsndtime_ns,
	};
}

#define STEPS 300

/* Writes, ACKs and time by a script; @fast: by the short way. */
static void run_script(struct kunit *test, struct tcp_peer *p, bool fast,
		       struct snapshot *out)
{
	struct socket *s = peer_connected(p, PLAIN);
	u32 i, n, at = 0, r = 1, taken = 0;
	ssize_t sent;

	for (i = 0; i < STEPS; i++) {
		r = r * 1103515245 + 12345;
		n = r >> 16;
		if (n % 8 == 0)
			peer_setsockopt(s, SOL_TCP, TCP_NODELAY, n / 8 % 2);
		if (n % 4 == 0)
			peer_send(p, ".", 1, 0,
				  1 + tcp_sk(s->sk)->snd_nxt - p->stack_isn - 1,
				  1 + n % 2000, NULL);
		if (n % 16 == 1)
			test_advance_ns((1 + n % 300) * NSEC_PER_MSEC);
		if (fast) {
			taken += is_fast(s);
			sent = write_fast(s, at, 1 + n % 1460);
		} else {
			s->sk->sk_xmit_gen = 0;
			sent = peer_write(s, at, 1 + n % 1460, MSG_DONTWAIT);
		}
		if (sent > 0)
			at += (u32)sent;
		tcp_check_books(test, s->sk);
		out[i] = snapshot_of(s);
		while (peer_next(p))
			;
	}
	if (fast)
		KUNIT_EXPECT_GT(test, taken, STEPS / 2);
	sock_release(s);
	test_advance_ns(10 * 60 * NSEC_PER_SEC);
	peer_flush(p);
}

static void tcp_send_fast_leaves_what_a_write_leaves(struct kunit *test)
{
	static struct snapshot snap[2][STEPS];
	struct tcp_peer *p = tcp_peer_new(test->priv);
	u32 i;

	for (i = 0; i < 2; i++) {
		run_script(test, p, i, snap[i]);
		peer_reset(p, PEER_PORT, 0);
	}
	for (i = 0; i < STEPS; i++)
		KUNIT_EXPECT_MEMEQ(test, &snap[0][i], &snap[1][i],
				   sizeof(snap[0][i]));
	tcp_peer_free(p);
}

/* Where it is not a usual write the ordinary way waits, or fails. */
static void tcp_send_fast_fails_as_a_write(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = with_data(test, p, PLAIN, 100);

	peer_setsockopt(s, SOL_TCP, TCP_NODELAY, 1);
	send_head(p->f, s, true);
	peer_flush(p);
	KUNIT_ASSERT_TRUE(test, is_fast(s));
	KUNIT_EXPECT_EQ(test, write_fast(s, 100, 0), 0);
	KUNIT_EXPECT_EQ(test, write_fast(s, 100, (size_t)-1), -EINVAL);
	peer_expect_none(p);
	/* Longer than a segment. */
	KUNIT_EXPECT_EQ(test, write_fast(s, 100, 1461), 1461);
	peer_expect(p, ".", 101, 1460, 1);
	peer_expect(p, "P.", 1561, 1, 1);
	/* A page that cannot be read. */
	test_bad_user_range(bytes + 5, 1);
	KUNIT_EXPECT_EQ(test, write_fast(s, 1561, 4), 4);
	peer_expect(p, "P.", 1562, 4, 1);
	KUNIT_EXPECT_EQ(
		test,
		tcp_prot.send_fast(s->sk, bytes + 5, 1, MSG_NOSIGNAL, NULL, 0),
		-EFAULT);
	test_bad_user_range(NULL, 0);
	peer_expect_none(p);
	tcp_check_books(test, s->sk);
	/* The peer's window is shut. */
	peer_send(p, ".", 1, 0, 1566, 0, NULL);
	KUNIT_EXPECT_EQ(test, write_fast(s, 1565, 10), 10);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->write_seq - tcp_sk(s->sk)->snd_nxt,
			10);
	/* What waits goes first. */
	KUNIT_EXPECT_EQ(test, write_fast(s, 1575, 10), 10);
	peer_send(p, ".", 1, 0, 1566, 1000, NULL);
	peer_expect(p, "P.", 1566, 20, 1);
	/* A cork, and its end. */
	peer_send(p, ".", 1, 0, 1586, 1000, NULL);
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 1);
	KUNIT_EXPECT_EQ(test, write_fast(s, 1585, 10), 10);
	peer_expect_none(p);
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 0);
	peer_expect(p, "P.", 1586, 10, 1);
	/* No more. */
	s->ops->shutdown(s, SHUT_WR);
	KUNIT_EXPECT_EQ(test, write_fast(s, 1595, 10), -EPIPE);
	sock_release(s);
	peer_flush(p);
	tcp_peer_free(p);
}

/* --- not as usual --- */

static void tcp_fast_leaves_the_rest_alone(struct kunit *test)
{
	static const u8 nop[4] = { 1, 1, 1, 0 };
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = with_data(test, p, PLAIN, 100);

	compare_ways(test, p, s, true);
	/* Without DF each packet has an identification of its own. */
	peer_setsockopt(s, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	send_head(p->f, s, true);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	peer_setsockopt(s, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
	compare_ways(test, p, s, true);
	s->ops->setsockopt(s, SOL_IP, IP_OPTIONS, nop, sizeof(nop));
	compare_ways(test, p, s, false);
	s->ops->setsockopt(s, SOL_IP, IP_OPTIONS, NULL, 0);
	compare_ways(test, p, s, true);
	peer_flush(p);
	/* A hole is told with the next data. */
	peer_send(p, ".", 1001, 500, 101, 1000, NULL);
	peer_flush(p);
	KUNIT_EXPECT_EQ(test, peer_write(s, 100, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, peer_expect(p, "P.", 101, 100, 1)->nr_sacks, 1);
	/* Urgent data, too. */
	KUNIT_EXPECT_EQ(test, peer_write(s, 200, 1, MSG_OOB), 1);
	KUNIT_EXPECT_EQ(test, peer_expect(p, "PU.", 201, 1, 1)->urg_ptr, 1);
	sock_release(s);
	tcp_peer_free(p);
}

/* A qdisc that holds something keeps the order. */
static void tcp_fast_waits_behind_the_queue(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = with_data(test, p, PLAIN, 100);
	struct net_fixture *f = p->f;

	compare_ways(test, p, s, true);
	peer_flush(p);
	f->hold = true;
	f->ring_size = 1;
	KUNIT_EXPECT_EQ(test, peer_write(s, 100, 1460, 0), 1460);
	KUNIT_EXPECT_EQ(test, peer_write(s, 1560, 1460, 0), 1460);
	peer_expect(p, "P.", 101, 1460, 1);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, f->eth0->_tx[0].qdisc->qstats.qlen, 1);
	fixture_complete(f, 1);
	fixture_complete(f, UINT32_MAX);
	f->hold = false;
	peer_expect(p, "P.", 1561, 1460, 1);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	sock_release(s);
	tcp_peer_free(p);
}

/* --- changes --- */

static void change_neighbour(struct net_fixture *f, struct socket *s)
{
	fixture_know(f, FIXTURE_OTHER, 9, NUD_PERMANENT);
}

static void doubt_neighbour(struct net_fixture *f, struct socket *s)
{
	fixture_know(f, FIXTURE_OTHER, 9, NUD_STALE);
}

static void add_hook(struct net_fixture *f, struct socket *s)
{
	fixture_add_hook(f, NF_INET_LOCAL_OUT);
}

static void learn_pmtu(struct net_fixture *f, struct socket *s)
{
	struct dst_entry *dst = s->sk->sk_dst_cache;

	dst->ops->update_pmtu(dst, NULL, 1200);
}

static void change_mtu(struct net_fixture *f, struct socket *s)
{
	BUG_ON(dev_set_mtu(f->eth0, 1400));
}

static void change_ttl(struct net_fixture *f, struct socket *s)
{
	BUG_ON(sysctl_set(f->net, sysctl_find("net.ipv4.ip_default_ttl"),
			  "63"));
}

static void change_mark(struct net_fixture *f, struct socket *s)
{
	BUG_ON(peer_setsockopt(s, SOL_SOCKET, SO_MARK, 7));
}

static void change_tos(struct net_fixture *f, struct socket *s)
{
	BUG_ON(peer_setsockopt(s, SOL_IP, IP_TOS, 0x20));
}

/*
 * After each change the next segment is what the ordinary way makes; what is
 * learnt then is void with the next change. Each stays, so that they add up.
 */
static void tcp_fast_is_void_after_a_change(struct kunit *test)
{
	static void (*const changes[])(struct net_fixture *,
				       struct socket *) = {
		change_tos,          change_mark,
		change_ttl,          fixture_change_route,
		change_neighbour,    doubt_neighbour,
		change_neighbour,    add_hook,
		fixture_remove_hook, fixture_add_tap,
		fixture_remove_tap,  learn_pmtu,
		change_mtu,          fixture_attach_qdisc,
	};
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = with_data(test, p, STAMPED, 700);
	struct net_fixture *f = p->f;
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		send_head(f, s, false);
		send_head(f, s, false);
		changes[i](f, s);
		KUNIT_EXPECT_FALSE(test, is_fast(s));
		send_head(f, s, false);
		n = f->tx[0].len;
		KUNIT_EXPECT_GE(test, f->tx_frames, 1);
		memcpy(frame[0], f->tx[0].data, n);
		send_head(f, s, true);
		KUNIT_EXPECT_EQ(test, f->tx[0].len, n);
		KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, frame[0], n);
	}
	sock_release(s);
	tcp_peer_free(p);
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(tcp_fast_makes_the_ordinary_segment),
	KUNIT_CASE(tcp_fast_makes_the_ordinary_stamped_segment),
	KUNIT_CASE(tcp_fast_follows_every_option),
	KUNIT_CASE(tcp_fast_carries_a_connection),
	KUNIT_CASE(tcp_fast_sums_what_becomes_of_a_packet),
	KUNIT_CASE(tcp_send_fast_leaves_what_a_write_leaves),
	KUNIT_CASE(tcp_send_fast_fails_as_a_write),
	KUNIT_CASE(tcp_fast_leaves_the_rest_alone),
	KUNIT_CASE(tcp_fast_waits_behind_the_queue),
	KUNIT_CASE(tcp_fast_is_void_after_a_change),
	{}
};

static const struct kunit_suite suite = {
	.name = "tcp_output_fast",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

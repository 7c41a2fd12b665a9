// SPDX-License-Identifier: MIT
/*
 * DOC: bulk transfers between two stacks over wires that delay, lose, double
 * and reorder, in virtual time: every byte arrives once, in order, in both
 * directions, whatever the options; and nothing is left afterwards.
 */
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "net/core/sock.h"
#include "net/core/socket.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/net_fixture.h"

#define PORT  5001
#define CHUNK 16384

/* One direction of a transfer. */
struct flow {
	struct socket *from, *to;
	u64 size, sent, received;
	bool fin_sent, done;
};

static u8 pattern(u64 i)
{
	return (u8)(i * 167 + (i >> 8) + (i >> 16) * 3);
}

static u8 chunk[CHUNK];

static struct socket *new_socket(struct net_fixture *f)
{
	struct socket *sock = NULL;

	BUG_ON(sock_create(f->net, AF_INET, SOCK_STREAM, 0, &sock));
	return sock;
}

static int connect_to(struct socket *s, const char *ip, u16 port, u32 flags)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = fixture_ip(ip) };

	return s->ops->connect(s, (struct sockaddr *)&sin, sizeof(sin), flags);
}

static struct socket *listen_on(struct net_fixture *f, u16 port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port) };
	struct socket *s = new_socket(f);

	s->sk->sk_reuse = 1;
	BUG_ON(s->ops->bind(s, (struct sockaddr *)&sin, sizeof(sin)));
	BUG_ON(s->ops->listen(s, 8));
	return s;
}

static struct socket *accept_from(struct socket *l)
{
	struct socket *s = sock_alloc(l->net);

	BUG_ON(!s);
	s->type = l->type;
	s->ops = l->ops;
	if (!l->ops->accept(l, s, 0)) /* waits */
		return s;
	sock_release(s);
	return NULL;
}

/* Write what the send buffer takes; then the FIN. Whether anything moved. */
static bool flow_send(struct kunit *test, struct flow *w)
{
	struct kvec kv = { chunk, 0 };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	ssize_t n;
	u64 i;

	if (w->sent == w->size) {
		if (w->fin_sent)
			return false;
		w->fin_sent = true;
		return !w->from->ops->shutdown(w->from, SHUT_WR);
	}
	kv.iov_len = min((u64)CHUNK, w->size - w->sent);
	for (i = 0; i < kv.iov_len; i++)
		chunk[i] = pattern(w->sent + i);
	iov_iter_kvec(&msg.msg_iter, true, &kv, 1, kv.iov_len);
	n = sock_sendmsg(w->from, &msg);
	if (n == -EAGAIN)
		return false;
	KUNIT_EXPECT_GT(test, n, 0);
	if (n <= 0) {
		w->size = w->sent;
		return false;
	}
	w->sent += (u64)n;
	return true;
}

static bool flow_receive(struct kunit *test, struct flow *w)
{
	struct kvec kv = { chunk, CHUNK };
	struct msghdr msg = { 0 };
	ssize_t n, i;

	if (w->done)
		return false;
	iov_iter_kvec(&msg.msg_iter, false, &kv, 1, CHUNK);
	n = sock_recvmsg(w->to, &msg, MSG_DONTWAIT);
	if (n == -EAGAIN)
		return false;
	KUNIT_EXPECT_GE(test, n, 0);
	if (n <= 0) {
		w->done = true;
		return true;
	}
	for (i = 0; i < n; i++) {
		if (chunk[i] == pattern(w->received + (u64)i))
			continue;
		KUNIT_FAIL(test, "byte %llu: %02x, not %02x",
			   w->received + (u64)i, chunk[i],
			   pattern(w->received + (u64)i));
		w->done = true;
		return true;
	}
	w->received += (u64)n;
	return true;
}

/* Both directions at once; virtual nanoseconds that it took. */
static u64 run_flows(struct kunit *test, struct flow *w, u32 nr, u64 limit_s)
{
	u64 start = ktime_get_ns(), limit = start + limit_s * NSEC_PER_SEC;
	bool busy = true, moved;
	u32 i;

	while (busy && ktime_get_ns() < limit) {
		moved = false;
		busy = false;
		for (i = 0; i < nr; i++) {
			moved |= flow_send(test, &w[i]);
			moved |= flow_receive(test, &w[i]);
			busy |= !w[i].done;
		}
		if (!moved)
			test_advance_ns(NSEC_PER_MSEC);
	}
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, w[i].received, w[i].size);
	return ktime_get_ns() - start;
}

/* @up bytes from a to b and @down back, over the wires as they are set. */
static u64 transfer(struct kunit *test, u64 up, u64 down, u64 limit_s)
{
	struct fixture_pair *pair = test->priv;
	struct socket *l = listen_on(pair->b, PORT);
	struct socket *c = new_socket(pair->a), *s;
	struct flow w[2] = { { .size = up }, { .size = down } };
	u64 took;

	KUNIT_EXPECT_EQ(test, connect_to(c, "10.0.0.2", PORT, 0), 0);
	s = accept_from(l);
	KUNIT_EXPECT_TRUE(test, s != NULL);
	if (!s)
		return 0;
	w[0].from = c;
	w[0].to = s;
	w[1].from = s;
	w[1].to = c;
	took = run_flows(test, w, 2, limit_s);
	sock_release(c);
	sock_release(s);
	sock_release(l);
	/* Close in peace. */
	test_advance_ns(300 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, pair->a->net->ipv4->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, pair->b->net->ipv4->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, pair->a->net->ipv4->tw_count, 0);
	KUNIT_EXPECT_EQ(test, pair->b->net->ipv4->tw_count, 0);
	return took;
}

static void set_wires(struct kunit *test, u64 delay_ns, u64 rate_bps,
		      u32 loss_ppm)
{
	struct fixture_pair *pair = test->priv;
	struct fixture_wire *w[2] = { &pair->a->wire, &pair->b->wire };
	u32 i;

	for (i = 0; i < 2; i++) {
		w[i]->delay_ns = delay_ns;
		w[i]->rate_bps = rate_bps;
		w[i]->loss_ppm = loss_ppm;
		w[i]->seed = 7 + i;
	}
}

static void tcp_bulk_without_delay(struct kunit *test)
{
	transfer(test, 3000000, 0, 60);
}

static void tcp_bulk_both_ways(struct kunit *test)
{
	set_wires(test, 5 * NSEC_PER_MSEC, 0, 0);
	transfer(test, 2000000, 1500000, 60);
}

static void tcp_bulk_one_byte(struct kunit *test)
{
	set_wires(test, NSEC_PER_MSEC, 0, 0);
	transfer(test, 1, 1, 10);
	transfer(test, 0, 1, 10);
}

/* 10 Mbit/s, 20 ms: the line is the limit. */
static void tcp_bulk_fills_the_line(struct kunit *test)
{
	u64 took;

	set_wires(test, 10 * NSEC_PER_MSEC, 10000000, 0);
	took = transfer(test, 4000000, 0, 60);
	/* 3.2 s of payload; 4 % of headers, slow start. */
	KUNIT_EXPECT_LT(test, took, 4000 * NSEC_PER_MSEC);
}

/* A short queue at the bottleneck drops. */
static void tcp_bulk_through_a_short_queue(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	u64 took;

	set_wires(test, 10 * NSEC_PER_MSEC, 10000000, 0);
	pair->a->wire.queue_max = 20;
	took = transfer(test, 4000000, 0, 60);
	KUNIT_EXPECT_LT(test, took, 5000 * NSEC_PER_MSEC);
}

static void tcp_bulk_loss(struct kunit *test)
{
	set_wires(test, 10 * NSEC_PER_MSEC, 0, 10000);
	transfer(test, 3000000, 1000000, 300);
}

static void tcp_bulk_heavy_loss(struct kunit *test)
{
	set_wires(test, 5 * NSEC_PER_MSEC, 0, 100000);
	transfer(test, 300000, 300000, 3000);
}

static void tcp_bulk_loss_without_sack(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	pair->a->net->ipv4->sysctl_tcp_sack = 0;
	set_wires(test, 10 * NSEC_PER_MSEC, 0, 20000);
	transfer(test, 1000000, 0, 1000);
}

static void tcp_bulk_loss_without_timestamps(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	pair->a->net->ipv4->sysctl_tcp_timestamps = 0;
	pair->b->net->ipv4->sysctl_tcp_window_scaling = 0;
	set_wires(test, 10 * NSEC_PER_MSEC, 0, 20000);
	transfer(test, 1000000, 0, 1000);
}

static void tcp_bulk_reno(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	pair->a->net->ipv4->tcp_congestion_control = &tcp_reno;
	set_wires(test, 10 * NSEC_PER_MSEC, 20000000, 10000);
	pair->a->wire.queue_max = 50;
	transfer(test, 2000000, 0, 300);
}

/* BBR fills the line as well, and through 1 % of loss at random still sends
 * twice what CUBIC does. */
static u64 timed_with(struct kunit *test, const struct tcp_congestion_ops *ca,
		      u32 loss_ppm)
{
	struct fixture_pair *pair = test->priv;

	pair->a->net->ipv4->tcp_congestion_control = ca;
	set_wires(test, 10 * NSEC_PER_MSEC, 20000000, 0);
	pair->a->wire.loss_ppm = loss_ppm;
	return transfer(test, 10000000, 0, 300);
}

static void tcp_bulk_bbr(struct kunit *test)
{
	u64 bbr;

	/* 4.2 s of payload; 4 % of headers, Startup. */
	KUNIT_EXPECT_LT(test, timed_with(test, &tcp_bbr, 0),
			4700 * NSEC_PER_MSEC);
	bbr = timed_with(test, &tcp_bbr, 10000);
	KUNIT_EXPECT_LT(test, bbr, 7000 * NSEC_PER_MSEC);
	KUNIT_EXPECT_GT(test, timed_with(test, &cubictcp, 10000), 2 * bbr);
}

/* From some time on a wire is ten times as fast. */
struct faster {
	struct fixture_wire *wire;
	u64 from_ns;
};

static bool become_faster(void *arg, u32 index, const u8 *frame, u32 len)
{
	struct faster *f = arg;

	if (ktime_get_ns() >= f->from_ns)
		f->wire->rate_bps = 100000000;
	return false;
}

/* Draft-ietf-ccwg-bbr-06, appendix A.15: all of it is found in O(log(BDP))
 * round trips: 2.3 MB in the first 2 s, then 20 MB in 1.7 s and some. */
static void tcp_bulk_bbr_finds_ten_times_the_rate(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	struct faster f = { &pair->a->wire, ktime_get_ns() + 2 * NSEC_PER_SEC };

	pair->a->net->ipv4->tcp_congestion_control = &tcp_bbr;
	set_wires(test, 10 * NSEC_PER_MSEC, 10000000, 0);
	pair->a->wire.lose = become_faster;
	pair->a->wire.lose_arg = &f;
	KUNIT_EXPECT_LT(test, transfer(test, 22000000, 0, 60),
			4900 * NSEC_PER_MSEC);
	pair->a->wire.lose = NULL;
}

static void tcp_bulk_bbr_in_trouble(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	pair->a->net->ipv4->tcp_congestion_control = &tcp_bbr;
	pair->b->net->ipv4->tcp_congestion_control = &tcp_bbr;
	set_wires(test, 5 * NSEC_PER_MSEC, 10000000, 100000);
	pair->a->wire.queue_max = 20;
	pair->a->wire.dup_ppm = 50000;
	pair->a->wire.reorder_ppm = 100000;
	pair->a->wire.reorder_ns = 4 * NSEC_PER_MSEC;
	transfer(test, 300000, 300000, 300);
	pair->a->net->ipv4->sysctl_tcp_sack = 0;
	pair->a->net->ipv4->sysctl_tcp_timestamps = 0;
	set_wires(test, 5 * NSEC_PER_MSEC, 10000000, 20000);
	transfer(test, 1000000, 0, 300);
}

static void tcp_bulk_reordered_and_doubled(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	set_wires(test, 10 * NSEC_PER_MSEC, 0, 5000);
	pair->a->wire.reorder_ppm = 100000;
	pair->a->wire.reorder_ns = 4 * NSEC_PER_MSEC;
	pair->a->wire.dup_ppm = 50000;
	pair->b->wire.reorder_ppm = 50000;
	pair->b->wire.reorder_ns = 30 * NSEC_PER_MSEC;
	pair->b->wire.dup_ppm = 50000;
	transfer(test, 2000000, 500000, 300);
}

static void tcp_bulk_ecn(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;

	pair->a->net->ipv4->sysctl_tcp_ecn = 1;
	set_wires(test, 5 * NSEC_PER_MSEC, 0, 5000);
	transfer(test, 1000000, 0, 300);
}

/* Small buffers: the window closes and opens all the time. */
static void tcp_bulk_small_buffers(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	u32 i;

	for (i = 0; i < 3; i++) {
		pair->a->net->ipv4->sysctl_tcp_wmem[i] = 8192;
		pair->b->net->ipv4->sysctl_tcp_rmem[i] = 8192;
	}
	set_wires(test, NSEC_PER_MSEC, 0, 10000);
	transfer(test, 300000, 0, 600);
}

/* Loopback: 64 KiB packets, checksums never computed. */
static void tcp_bulk_loopback(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	struct socket *l = listen_on(pair->a, PORT);
	struct socket *c = new_socket(pair->a), *s;
	struct flow w = { .size = 5000000 };

	KUNIT_EXPECT_EQ(test, connect_to(c, "127.0.0.1", PORT, 0), 0);
	s = accept_from(l);
	KUNIT_ASSERT_NOT_NULL(test, s);
	w.from = c;
	w.to = s;
	run_flows(test, &w, 1, 60);
	sock_release(c);
	sock_release(s);
	sock_release(l);
}

/* One small transfer with an allocation to fail somewhere in it. */
static void transfer_with_failure(struct kunit *test, u32 n)
{
	struct fixture_pair *pair = test->priv;
	struct socket *l = listen_on(pair->b, PORT), *c = NULL, *s;
	struct flow w = { .size = 30000 };
	u32 i;

	test_fail_nth_alloc(n);
	if (sock_create(pair->a->net, AF_INET, SOCK_STREAM, 0, &c))
		goto out_listener;
	if (connect_to(c, "10.0.0.2", PORT, 0))
		goto out_client;
	s = sock_alloc(pair->b->net);
	if (!s)
		goto out_client;
	s->type = l->type;
	s->ops = l->ops;
	if (l->ops->accept(l, s, 0))
		goto out_server;
	w.from = c;
	w.to = s;
	for (i = 0; i < 20000 && !w.done; i++) {
		struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
		size_t part = min(w.size - w.sent, (u64)CHUNK);
		struct kvec kv = { chunk, part };
		ssize_t got;
		u64 k;

		for (k = 0; k < kv.iov_len; k++)
			chunk[k] = pattern(w.sent + k);
		iov_iter_kvec(&msg.msg_iter, true, &kv, 1, kv.iov_len);
		got = kv.iov_len ? sock_sendmsg(c, &msg) : 0;
		if (got > 0)
			w.sent += (u64)got;
		else if (!kv.iov_len && !w.fin_sent)
			w.fin_sent = !c->ops->shutdown(c, SHUT_WR);
		if (!flow_receive(test, &w))
			test_advance_ns(NSEC_PER_MSEC);
	}
	KUNIT_EXPECT_EQ(test, w.received, w.size);
out_server:
	sock_release(s);
out_client:
	sock_release(c);
out_listener:
	test_fail_nth_alloc(0);
	sock_release(l);
	test_advance_ns(NSEC_PER_SEC);
}

/* The n-th allocation fails, whichever it is: the call it was for says so, or
 * the transfer still completes; nothing leaks. */
static void tcp_bulk_survives_any_failed_allocation(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	u32 n;

	set_wires(test, NSEC_PER_MSEC, 0, 0);
	for (n = 1; n < 300 && !test->failed; n++)
		transfer_with_failure(test, n);
	test_advance_ns(300 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, pair->a->net->ipv4->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, pair->b->net->ipv4->tcp_orphans, 0);
}

static const struct kunit_case bulk_cases[] = {
	KUNIT_CASE(tcp_bulk_without_delay),
	KUNIT_CASE(tcp_bulk_both_ways),
	KUNIT_CASE(tcp_bulk_one_byte),
	KUNIT_CASE(tcp_bulk_fills_the_line),
	KUNIT_CASE(tcp_bulk_through_a_short_queue),
	KUNIT_CASE(tcp_bulk_loss),
	KUNIT_CASE(tcp_bulk_heavy_loss),
	KUNIT_CASE(tcp_bulk_loss_without_sack),
	KUNIT_CASE(tcp_bulk_loss_without_timestamps),
	KUNIT_CASE(tcp_bulk_reno),
	KUNIT_CASE(tcp_bulk_bbr),
	KUNIT_CASE(tcp_bulk_bbr_finds_ten_times_the_rate),
	KUNIT_CASE(tcp_bulk_bbr_in_trouble),
	KUNIT_CASE(tcp_bulk_reordered_and_doubled),
	KUNIT_CASE(tcp_bulk_ecn),
	KUNIT_CASE(tcp_bulk_small_buffers),
	KUNIT_CASE(tcp_bulk_loopback),
	KUNIT_CASE(tcp_bulk_survives_any_failed_allocation),
	{}
};

static const struct kunit_suite tcp_bulk_suite = {
	.name = "tcp_bulk",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = bulk_cases,
};
kunit_test_suite(tcp_bulk_suite);

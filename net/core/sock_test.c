// SPDX-License-Identifier: MIT
/*
 * DOC: struct sock with a protocol that does nothing: life, owner lock and
 * backlog (S4), accounting and waiting (S5), wake-ups (S7), the error queue.
 */
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/tcp.h"
#include "net/core/errqueue.h"
#include "net/core/sock.h"
#include "tests/fixtures/net_fixture.h"

struct sock_fixture {
	struct net net;
	struct socket *sock;
	struct sock *sk;
	s64 live;
	u32 rcv_count; /* packets given to backlog_rcv */
	u32 rcv_order[16];
	u32 release_cbs;
	u32 destructs;
	u32 softirqs_off; /* ends that no softirq can interrupt */
	u32 wakes;
	u32 wake_key;
	struct wait_queue_entry wait;
};

static struct sock_fixture *sf;

static int idle_backlog_rcv(struct sock *sk, struct sk_buff *skb)
{
	if (sf->rcv_count < 16)
		sf->rcv_order[sf->rcv_count] = skb->mark;
	sf->rcv_count++;
	/* What arrives while one is processed is processed too. */
	if (skb->mark == 100) {
		struct sk_buff *more = alloc_skb(64, GFP_ATOMIC);

		more->mark = 101;
		if (sk_add_backlog(sk, more, 1U << 20))
			kfree_skb(more);
	}
	consume_skb(skb);
	return 0;
}

static void idle_release_cb(struct sock *sk)
{
	sf->release_cbs++;
}

static struct proto idle_prot = {
	.name = "IDLE",
	.obj_size = sizeof(struct sock),
	.backlog_rcv = idle_backlog_rcv,
	.release_cb = idle_release_cb,
};

static void idle_destruct(struct sock *sk)
{
	sf->destructs++;
	sf->softirqs_off += softirq_disable_count != 0;
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
}

static void count_wake(struct wait_queue_entry *w, u32 key)
{
	sf->wakes++;
	sf->wake_key = key;
}

static int sock_test_init(struct kunit *test)
{
	s64 live;

	fixture_boot();
	test_take_signal();
	live = test_live_allocations();
	sf = kzalloc(sizeof(*sf), GFP_KERNEL);
	if (!sf)
		return -ENOMEM;
	test->priv = sf;
	sf->live = live;
	sf->net.sysctl_wmem_max = 212992;
	sf->net.sysctl_wmem_default = 212992;
	sf->net.sysctl_rmem_max = 212992;
	sf->net.sysctl_rmem_default = 212992;
	sf->sock = sock_alloc(&sf->net);
	sf->sk = sk_alloc(&sf->net, AF_INET, GFP_KERNEL, &idle_prot);
	if (!sf->sock || !sf->sk)
		return -ENOMEM;
	sf->sock->type = SOCK_DGRAM;
	sock_init_data(sf->sock, sf->sk);
	sf->sk->sk_destruct = idle_destruct;
	init_waitqueue_entry(&sf->wait, task_current());
	sf->wait.func = count_wake;
	add_wait_queue(&sf->sock->wq, &sf->wait);
	return 0;
}

static void sock_test_exit(struct kunit *test)
{
	s64 live = sf->live;

	if (sf->sk) {
		sock_orphan(sf->sk);
		sock_put(sf->sk);
		KUNIT_EXPECT_EQ(test, sf->destructs, 1);
		/* The TX completion of its last packet asks the same. */
		KUNIT_EXPECT_NE(test, sf->softirqs_off, 0);
	}
	remove_wait_queue(&sf->sock->wq, &sf->wait);
	sock_release(sf->sock);
	kfree(sf);
	KUNIT_EXPECT_EQ(test, idle_prot.sockets_inuse, 0);
	KUNIT_EXPECT_EQ(test, test_live_allocations(), live);
}

static struct sk_buff *marked_skb(u32 mark)
{
	struct sk_buff *skb = alloc_skb(200, GFP_KERNEL);

	BUG_ON(!skb);
	skb->mark = mark;
	skb_put(skb, 100);
	return skb;
}

static void release_sock_processes_backlog_in_order(struct kunit *test)
{
	struct sock *sk = sf->sk;
	u32 marks[] = { 7, 100, 8 }, i;

	lock_sock(sk);
	KUNIT_EXPECT_TRUE(test, sock_owned_by_user(sk));
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(
			test,
			sk_add_backlog(sk, marked_skb(marks[i]), 1U << 20), 0);
	KUNIT_EXPECT_EQ(test, sf->rcv_count, 0);
	release_sock(sk);
	KUNIT_EXPECT_FALSE(test, sock_owned_by_user(sk));
	KUNIT_EXPECT_EQ(test, sf->rcv_count, 4);
	KUNIT_EXPECT_EQ(test, sf->rcv_order[0], 7);
	KUNIT_EXPECT_EQ(test, sf->rcv_order[1], 100);
	KUNIT_EXPECT_EQ(test, sf->rcv_order[2], 8);
	KUNIT_EXPECT_EQ(test, sf->rcv_order[3], 101);
	KUNIT_EXPECT_EQ(test, sf->release_cbs, 1);
	KUNIT_EXPECT_EQ(test, sk->sk_backlog_len, 0);
}

static void sk_add_backlog_has_a_limit(struct kunit *test)
{
	struct sk_buff *skb = marked_skb(1);
	u32 limit = 10 * skb->truesize, added = 0;

	lock_sock(sf->sk);
	while (!sk_add_backlog(sf->sk, skb, limit)) {
		added++;
		skb = marked_skb(1);
	}
	KUNIT_EXPECT_EQ(test, added, 11);
	kfree_skb(skb);
	sk_flush_backlog(sf->sk);
	KUNIT_EXPECT_EQ(test, sf->rcv_count, 11);
	KUNIT_EXPECT_TRUE(test, sock_owned_by_user(sf->sk));
	release_sock(sf->sk);
}

/* The driver still has a packet when the socket is closed. */
static void sock_outlives_its_reference_for_sent_packets(struct kunit *test)
{
	struct sock *sk = sf->sk;
	struct sk_buff *skb;
	int err;

	skb = sock_alloc_send_skb(sk, 500, true, &err);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, sk->sk_wmem_alloc, skb->truesize);
	sock_orphan(sk);
	sock_put(sk);
	sf->sk = NULL;
	KUNIT_EXPECT_EQ(test, sf->destructs, 0);
	consume_skb(skb);
	KUNIT_EXPECT_EQ(test, sf->destructs, 1);
}

/* S5, S7: no room is -EAGAIN; half of it free again wakes the poller. */
static void sock_alloc_send_skb_stops_at_sndbuf(struct kunit *test)
{
	struct sk_buff_head sent;
	struct sk_buff *skb;
	int err, n = 0;

	sf->sk->sk_sndbuf = 20000;
	skb_queue_head_init(&sent);
	while ((skb = sock_alloc_send_skb(sf->sk, 1000, true, &err))) {
		__skb_queue_tail(&sent, skb);
		n++;
	}
	KUNIT_EXPECT_EQ(test, err, -EAGAIN);
	KUNIT_EXPECT_GE(test, sf->sk->sk_wmem_alloc, 20000);
	KUNIT_EXPECT_EQ(test, datagram_poll(NULL, sf->sock, NULL) & EPOLLOUT,
			0);
	KUNIT_EXPECT_EQ(test, sf->wakes, 0);
	while ((skb = __skb_dequeue(&sent))) {
		consume_skb(skb);
		if (sf->wakes == 1) {
			KUNIT_EXPECT_LE(test, 2 * sf->sk->sk_wmem_alloc, 20000);
			KUNIT_EXPECT_TRUE(test, sf->wake_key & EPOLLOUT);
		}
	}
	KUNIT_EXPECT_GT(test, sf->wakes, 0);
	KUNIT_EXPECT_EQ(test, sf->sk->sk_wmem_alloc, 0);
	KUNIT_EXPECT_TRUE(test, datagram_poll(NULL, sf->sock, NULL) & EPOLLOUT);
}

struct late_free {
	struct timer_list timer;
	struct sk_buff *skb;
};

static void late_free_run(struct timer_list *t)
{
	struct late_free *l = from_timer(l, t, timer);

	consume_skb(l->skb);
}

static void sock_alloc_send_skb_waits_and_times_out(struct kunit *test)
{
	struct late_free l;
	struct sk_buff *skb;
	u64 before;
	int err;

	sf->sk->sk_sndbuf = 2000;
	l.skb = sock_alloc_send_skb(sf->sk, 4000, false, &err);
	KUNIT_ASSERT_NOT_NULL(test, l.skb);
	sf->sk->sk_sndtimeo_ns = 20 * NSEC_PER_MSEC;
	before = ktime_get_ns();
	KUNIT_EXPECT_NULL(test, sock_alloc_send_skb(sf->sk, 1, false, &err));
	KUNIT_EXPECT_EQ(test, err, -EAGAIN);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - before, 20 * NSEC_PER_MSEC);
	timer_setup(&l.timer, late_free_run);
	mod_timer(&l.timer, ktime_get_ns() + 5 * NSEC_PER_MSEC);
	skb = sock_alloc_send_skb(sf->sk, 1, false, &err);
	KUNIT_EXPECT_TRUE(test, skb != NULL);
	consume_skb(skb);
	sf->sk->sk_err = ECONNREFUSED;
	KUNIT_EXPECT_NULL(test, sock_alloc_send_skb(sf->sk, 1, false, &err));
	KUNIT_EXPECT_EQ(test, err, -ECONNREFUSED);
	sf->sk->sk_shutdown = SEND_SHUTDOWN;
	KUNIT_EXPECT_NULL(test, sock_alloc_send_skb(sf->sk, 1, false, &err));
	KUNIT_EXPECT_EQ(test, err, -EPIPE);
	sf->sk->sk_shutdown = 0;
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_NULL(test, sock_alloc_send_skb(sf->sk, 1, false, &err));
	if (test_fail_fired())
		KUNIT_EXPECT_EQ(test, err, -ENOBUFS);
	test_fail_nth_alloc(0);
}

static void skb_recv_datagram_takes_peeks_and_ends(struct kunit *test)
{
	struct sock *sk = sf->sk;
	struct sk_buff *skb, *peek;
	int err;

	KUNIT_EXPECT_NULL(test, skb_recv_datagram(sk, MSG_DONTWAIT, &err));
	KUNIT_EXPECT_EQ(test, err, -EAGAIN);
	KUNIT_EXPECT_EQ(test, sock_queue_rcv_skb(sk, marked_skb(5)), 0);
	KUNIT_EXPECT_EQ(test, sock_queue_rcv_skb(sk, marked_skb(6)), 0);
	KUNIT_EXPECT_EQ(test, sf->wakes, 2);
	KUNIT_EXPECT_TRUE(test, datagram_poll(NULL, sf->sock, NULL) & EPOLLIN);
	peek = skb_recv_datagram(sk, MSG_PEEK, &err);
	skb = skb_recv_datagram(sk, 0, &err);
	KUNIT_EXPECT_PTR_EQ(test, peek, skb);
	KUNIT_EXPECT_EQ(test, skb->mark, 5);
	skb_free_datagram(sk, peek);
	KUNIT_EXPECT_GT(test, sk->sk_rmem_alloc, skb->truesize);
	skb_free_datagram(sk, skb);
	skb_free_datagram(sk, skb_recv_datagram(sk, 0, &err));
	KUNIT_EXPECT_EQ(test, sk->sk_rmem_alloc, 0);
	sk->sk_rcvtimeo_ns = 3 * NSEC_PER_MSEC;
	KUNIT_EXPECT_NULL(test, skb_recv_datagram(sk, 0, &err));
	KUNIT_EXPECT_EQ(test, err, -EAGAIN);
	sk->sk_shutdown = RCV_SHUTDOWN;
	KUNIT_EXPECT_NULL(test, skb_recv_datagram(sk, 0, &err));
	KUNIT_EXPECT_EQ(test, err, 0);
}

static void sock_queue_rcv_skb_stops_at_rcvbuf(struct kunit *test)
{
	struct sk_buff *skb = marked_skb(1);

	sf->sk->sk_rcvbuf = 3 * skb->truesize;
	while (!sock_queue_rcv_skb(sf->sk, skb))
		skb = marked_skb(1);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&sf->sk->sk_receive_queue), 3);
	KUNIT_EXPECT_EQ(test, sf->sk->sk_drops, 1);
}

/* S6: reports in order; sk_err follows what the queue says next. */
static void error_queue_keeps_order_and_sk_err(struct kunit *test)
{
	struct sk_buff *skb;
	u32 errnos[] = { EHOSTUNREACH, ECONNREFUSED }, i;

	for (i = 0; i < 2; i++) {
		skb = marked_skb(i);
		memset(skb->cb, 0, sizeof(skb->cb));
		SKB_EXT_ERR(skb)->ee.ee_errno = errnos[i];
		SKB_EXT_ERR(skb)->ee.ee_origin = SO_EE_ORIGIN_ICMP;
		KUNIT_EXPECT_EQ(test, sock_queue_err_skb(sf->sk, skb), 0);
	}
	sf->sk->sk_err = EHOSTUNREACH;
	KUNIT_EXPECT_EQ(test, sf->wakes, 2);
	KUNIT_EXPECT_EQ(test, sf->wake_key, EPOLLERR);
	KUNIT_EXPECT_TRUE(test, datagram_poll(NULL, sf->sock, NULL) & EPOLLERR);
	skb = sock_dequeue_err_skb(sf->sk);
	KUNIT_EXPECT_EQ(test, skb->mark, 0);
	KUNIT_EXPECT_EQ(test, sf->sk->sk_err, ECONNREFUSED);
	consume_skb(skb);
	consume_skb(sock_dequeue_err_skb(sf->sk));
	KUNIT_EXPECT_EQ(test, sf->sk->sk_err, 0);
	KUNIT_EXPECT_NULL(test, sock_dequeue_err_skb(sf->sk));
}

static void late_space_run(struct timer_list *t)
{
	sf->sk->sk_wmem_queued = 100;
	sk_stream_write_space(sf->sk);
}

static void sk_stream_wait_memory_follows_the_third_rule(struct kunit *test)
{
	struct sock *sk = sf->sk;
	struct timer_list t;
	u64 timeo = 10 * NSEC_PER_MSEC;

	lock_sock(sk);
	sk->sk_sndbuf = 9000;
	sk->sk_wmem_queued = 9000;
	KUNIT_EXPECT_EQ(test, sk_stream_wait_memory(sk, &timeo), -EAGAIN);
	KUNIT_EXPECT_EQ(test, timeo, 0);
	/* Not woken before a third of the buffer is free. */
	sf->wakes = 0;
	sk->sk_wmem_queued = 6001;
	sk_stream_write_space(sk);
	KUNIT_EXPECT_EQ(test, sf->wakes, 0);
	sk->sk_wmem_queued = 6000;
	sk_stream_write_space(sk);
	KUNIT_EXPECT_EQ(test, sf->wakes, 1);
	/* Nobody has met a full buffer since: silence. */
	sk_stream_write_space(sk);
	KUNIT_EXPECT_EQ(test, sf->wakes, 1);
	sk->sk_wmem_queued = 9000;
	timeo = MAX_SCHEDULE_TIMEOUT;
	timer_setup(&t, late_space_run);
	mod_timer(&t, ktime_get_ns() + 3 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, sk_stream_wait_memory(sk, &timeo), 0);
	KUNIT_EXPECT_TRUE(test, sock_owned_by_user(sk));
	sk->sk_wmem_queued = 9000;
	sk->sk_shutdown = SEND_SHUTDOWN;
	KUNIT_EXPECT_EQ(test, sk_stream_wait_memory(sk, &timeo), -EPIPE);
	sk->sk_shutdown = 0;
	sk->sk_wmem_queued = 0;
	release_sock(sk);
}

static void sk_stream_error_raises_sigpipe(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sk_stream_error(sf->sk, MSG_NOSIGNAL, -EPIPE),
			-EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), 0);
	sf->sk->sk_err = ECONNRESET;
	KUNIT_EXPECT_EQ(test, sk_stream_error(sf->sk, 0, -EPIPE), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, sk_stream_error(sf->sk, 0, -EAGAIN), -EAGAIN);
	KUNIT_EXPECT_EQ(test, test_take_signal(), 0);
	KUNIT_EXPECT_EQ(test, sk_stream_error(sf->sk, 0, -EPIPE), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), SIGPIPE);
}

static void sk_stream_wait_connect_tells_why_not(struct kunit *test)
{
	struct sock *sk = sf->sk;
	u64 timeo = 5 * NSEC_PER_MSEC;

	lock_sock(sk);
	KUNIT_EXPECT_EQ(test, sk_stream_wait_connect(sk, &timeo), -EPIPE);
	sk->sk_state = TCP_SYN_SENT;
	KUNIT_EXPECT_EQ(test, sk_stream_wait_connect(sk, &timeo), -EAGAIN);
	sk->sk_err = ETIMEDOUT;
	KUNIT_EXPECT_EQ(test, sk_stream_wait_connect(sk, &timeo), -ETIMEDOUT);
	sk->sk_state = TCP_ESTABLISHED;
	KUNIT_EXPECT_EQ(test, sk_stream_wait_connect(sk, &timeo), 0);
	release_sock(sk);
}

static void sk_clone_lock_copies_nothing_that_is_owned(struct kunit *test)
{
	struct sock *copy;

	KUNIT_EXPECT_EQ(test, sock_queue_rcv_skb(sf->sk, marked_skb(1)), 0);
	sf->sk->sk_priority = 5;
	copy = sk_clone_lock(sf->sk, GFP_ATOMIC);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, copy->sk_refcnt, 2);
	KUNIT_EXPECT_EQ(test, copy->sk_priority, 5);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&copy->sk_receive_queue));
	KUNIT_EXPECT_EQ(test, copy->sk_rmem_alloc, 0);
	KUNIT_EXPECT_NULL(test, copy->sk_wq);
	sock_put(copy);
	sock_put(copy);
	KUNIT_EXPECT_EQ(test, sf->destructs, 1);
	sf->destructs = 0;
}

static void sk_timer_run(struct timer_list *t)
{
	struct sock *sk = from_timer(sk, t, sk_timer);

	sock_put(sk);
}

static void sk_reset_timer_holds_a_reference(struct kunit *test)
{
	struct sock *sk = sf->sk;

	timer_setup(&sk->sk_timer, sk_timer_run);
	sk_reset_timer(sk, &sk->sk_timer, ktime_get_ns() + NSEC_PER_MSEC);
	sk_reset_timer(sk, &sk->sk_timer, ktime_get_ns() + 5 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, sk->sk_refcnt, 2);
	sk_stop_timer(sk, &sk->sk_timer);
	sk_stop_timer(sk, &sk->sk_timer);
	KUNIT_EXPECT_EQ(test, sk->sk_refcnt, 1);
	sk_reset_timer(sk, &sk->sk_timer, ktime_get_ns() + NSEC_PER_MSEC);
	test_advance_ns(10 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, sk->sk_refcnt, 1);
}

static void sk_page_frag_refill_falls_back_and_reuses(struct kunit *test)
{
	struct page_frag *pf = sk_page_frag(sf->sk);
	struct page *page;

	KUNIT_ASSERT_TRUE(test, sk_page_frag_refill(sf->sk, pf));
	KUNIT_EXPECT_EQ(test, pf->size, 8 * PAGE_SIZE);
	page = pf->page;
	pf->offset = pf->size - 10;
	KUNIT_EXPECT_TRUE(test, sk_page_frag_refill(sf->sk, pf));
	KUNIT_EXPECT_PTR_EQ(test, pf->page, page); /* only ours: from 0 again */
	KUNIT_EXPECT_EQ(test, pf->offset, 0);
	get_page(page);
	pf->offset = pf->size - 10;
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_TRUE(test, sk_page_frag_refill(sf->sk, pf));
	if (test_fail_fired())
		KUNIT_EXPECT_EQ(test, pf->size, PAGE_SIZE);
	test_fail_nth_alloc(0);
	put_page(page);
	put_page(pf->page); /* net_teardown() does it */
}

static void test_dst_destroy(struct dst_entry *dst)
{
	sf->softirqs_off += softirq_disable_count != 0;
	dst->obsolete = true;
}

/* Softirqs walk the tables that a route leaves with its last reference. */
static void dst_release_ends_a_route_with_softirqs_off(struct kunit *test)
{
	static const struct dst_ops ops = { .destroy = test_dst_destroy };
	struct dst_entry dst = { .ops = &ops, .refcnt = 2 };

	dst_release(&dst);
	KUNIT_EXPECT_FALSE(test, dst.obsolete);
	dst_release(&dst);
	KUNIT_EXPECT_TRUE(test, dst.obsolete);
	KUNIT_EXPECT_EQ(test, sf->softirqs_off, 1);
	sf->softirqs_off = 0;
}

static const struct kunit_case sock_cases[] = {
	KUNIT_CASE(release_sock_processes_backlog_in_order),
	KUNIT_CASE(sk_add_backlog_has_a_limit),
	KUNIT_CASE(sock_outlives_its_reference_for_sent_packets),
	KUNIT_CASE(sock_alloc_send_skb_stops_at_sndbuf),
	KUNIT_CASE(sock_alloc_send_skb_waits_and_times_out),
	KUNIT_CASE(skb_recv_datagram_takes_peeks_and_ends),
	KUNIT_CASE(sock_queue_rcv_skb_stops_at_rcvbuf),
	KUNIT_CASE(error_queue_keeps_order_and_sk_err),
	KUNIT_CASE(sk_stream_wait_memory_follows_the_third_rule),
	KUNIT_CASE(sk_stream_error_raises_sigpipe),
	KUNIT_CASE(sk_stream_wait_connect_tells_why_not),
	KUNIT_CASE(sk_clone_lock_copies_nothing_that_is_owned),
	KUNIT_CASE(sk_reset_timer_holds_a_reference),
	KUNIT_CASE(dst_release_ends_a_route_with_softirqs_off),
	KUNIT_CASE(sk_page_frag_refill_falls_back_and_reuses),
	{ 0 },
};

static const struct kunit_suite sock_suite = {
	.name = "sock",
	.init = sock_test_init,
	.exit = sock_test_exit,
	.test_cases = sock_cases,
};
kunit_test_suite(sock_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: the driver's laboratory, with TCP in it: two cards on one hub, a stack
 * of its own on each, blocking writers on the one and readers on the other.
 * What can go wrong between driver and device does so in mid-transfer: the
 * transmit unit stands still, interrupts are lost, the ring hangs, the device
 * is reset, frames find no memory. Every byte must arrive once and in order;
 * the readers compare each with a pattern of its place in the stream.
 *
 * In real time. Without two e1000s the cases are skipped.
 */
#include "drivers/net/e1000/e1000.h"
#include "kernel/sched.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/wait.h"
#include "net/core/sch_generic.h"
#include "net/ipv4/route.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/guest/real_clock.h"

#define CHUNK       (32U << 10)
#define MAX_STREAMS 4U
#define PORT        5001
#define PATIENCE_NS (20 * NSEC_PER_SEC)
#define NO_LIMIT    (1U << 29) /* of bytes in the ring */

/* One connection: a task that writes at one end, one that reads at the other.
 */
struct stream {
	struct socket *out, *in;
	u64 sent, received;
	u64 bad; /* bytes that differ from the pattern */
	long write_err, read_err;
	bool enough; /* the writer may end */
	bool writer_over, reader_over;
	struct task *writer;
	u8 wrote[CHUNK], read[CHUNK];
};

static struct lab {
	struct e1000_adapter *a, *b; /* a sends, b receives */
	struct net *net_a, *net_b;
	struct netdev_queue *txq; /* a's */
	u64 patience;             /* its watchdog's */
	struct stream *streams[MAX_STREAMS];
	u32 nr_streams;
} lab;

static u8 pattern(u64 at)
{
	return (u8)(at * 7 + (at >> 8) * 5 + (at >> 16) * 3 + (at >> 24));
}

/* --- the two tasks of a stream --- */

static ssize_t transfer(struct socket *sock, void *data, size_t len, bool out)
{
	struct kvec kv = { data, len };
	struct msghdr msg = { 0 };

	iov_iter_kvec(&msg.msg_iter, out, &kv, 1, len);
	return out ? sock_sendmsg(sock, &msg) : sock_recvmsg(sock, &msg, 0);
}

static void write_stream(void *arg)
{
	struct stream *s = arg;
	ssize_t n;
	u32 i;

	while (!s->enough) {
		for (i = 0; i < CHUNK; i++)
			s->wrote[i] = pattern(s->sent + i);
		n = transfer(s->out, s->wrote, CHUNK, true);
		if (n <= 0) {
			s->write_err = n;
			break;
		}
		s->sent += (u64)n;
	}
	s->out->ops->shutdown(s->out, SHUT_WR);
	s->writer_over = true;
}

static void read_stream(void *arg)
{
	struct stream *s = arg;
	ssize_t n, i;

	while ((n = transfer(s->in, s->read, CHUNK, false)) > 0) {
		for (i = 0; i < n; i++)
			s->bad += s->read[i] != pattern(s->received + (u64)i);
		s->received += (u64)n;
	}
	s->read_err = n;
	s->reader_over = true;
}

static void start_task(void (*fn)(void *arg), struct stream *s)
{
	struct task *t = task_create("stream", fn, s);

	BUG_ON(!t);
	if (fn == write_stream)
		s->writer = t;
	task_start(t);
}

/* Connected, from a to b; its tasks run from the next wait on. */
static struct stream *start_stream(void)
{
	struct stream *s = kzalloc(sizeof(*s), GFP_KERNEL);
	u16 port = (u16)(PORT + lab.nr_streams);
	struct socket *listener = test_socket(lab.net_b, SOCK_STREAM, 0);

	BUG_ON(!s || lab.nr_streams == MAX_STREAMS);
	s->out = test_socket(lab.net_a, SOCK_STREAM, 0);
	BUG_ON(test_bind(listener, "10.9.0.2", port) ||
	       listener->ops->listen(listener, 1) ||
	       test_connect(s->out, "10.9.0.2", port));
	s->in = sock_alloc(lab.net_b);
	BUG_ON(!s->in);
	s->in->type = listener->type;
	s->in->ops = listener->ops;
	BUG_ON(listener->ops->accept(listener, s->in, 0));
	sock_release(listener);
	lab.streams[lab.nr_streams++] = s;
	start_task(write_stream, s);
	start_task(read_stream, s);
	return s;
}

static void sleep_ms(u64 ms)
{
	task_prepare();
	schedule_timeout(ms * NSEC_PER_MSEC);
}

/* Let the tasks run until it holds; whether it came to that. */
#define wait_until(cond)                                 \
	({                                               \
		u64 end_ = ktime_get_ns() + PATIENCE_NS; \
		while (!(cond) && ktime_get_ns() < end_) \
			sleep_ms(1);                     \
		!!(cond);                                \
	})

static bool all_over(void)
{
	u32 i;

	for (i = 0; i < lab.nr_streams; i++)
		if (!lab.streams[i]->writer_over ||
		    !lab.streams[i]->reader_over)
			return false;
	return true;
}

static bool all_blocked(void)
{
	u32 i;

	for (i = 0; i < lab.nr_streams; i++)
		if (lab.streams[i]->writer->state != TASK_BLOCKED)
			return false;
	return true;
}

/* The end of every transfer: all of it, once, in order. */
static void expect_all_arrived(struct kunit *test)
{
	u32 i;

	for (i = 0; i < lab.nr_streams; i++)
		lab.streams[i]->enough = true;
	KUNIT_ASSERT_TRUE(test, wait_until(all_over()));
	for (i = 0; i < lab.nr_streams; i++) {
		const struct stream *s = lab.streams[i];

		KUNIT_EXPECT_EQ(test, s->write_err, 0);
		KUNIT_EXPECT_EQ(test, s->read_err, 0);
		KUNIT_EXPECT_EQ(test, s->received, s->sent);
		KUNIT_EXPECT_EQ(test, s->bad, 0);
	}
}

/* --- what is done to the card --- */

static void set_tctl(u32 clear, u32 set)
{
	u32 tctl = e1000_read(lab.a, E1000_TCTL);

	e1000_write(lab.a, E1000_TCTL, (tctl & ~clear) | set);
}

static void freeze(void)
{
	set_tctl(E1000_TCTL_EN, 0);
}

static void thaw(void)
{
	set_tctl(0, E1000_TCTL_EN);
}

/* Its interrupts, and those that wait, are gone. */
static void lose_interrupts(struct e1000_adapter *a)
{
	unsigned long flags = local_irq_save();

	e1000_write(a, E1000_IMC, ~0U);
	(void)e1000_read(a, E1000_ICR);
	local_irq_restore(flags);
}

/* The ring's byte limit: no more than that, and no less. */
static void pin_limit(u32 bytes)
{
	local_bh_disable();
	lab.txq->dql.min_limit = bytes;
	lab.txq->dql.limit = bytes;
	local_bh_enable();
}

/* --- cases --- */

#define NEEDS_LAB(test) \
	if (!lab.net_a) \
	kunit_skip(test, "no two e1000s here")

static void frozen_card_blocks_the_writer_at_the_byte_limit(struct kunit *test)
{
	u64 sent, received;
	struct stream *s;
	u32 limit;

	NEEDS_LAB(test);
	s = start_stream();
	KUNIT_ASSERT_TRUE(test, wait_until(s->received > 256U << 10));
	freeze();
	/* The byte limit stops the queue long before the ring is full. */
	KUNIT_ASSERT_TRUE(test, wait_until(netif_xmit_stopped(lab.txq) &&
					   s->writer->state == TASK_BLOCKED));
	KUNIT_EXPECT_TRUE(test, lab.txq->state & __QUEUE_STATE_STACK_XOFF);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(lab.txq));
	limit = lab.txq->dql.limit;
	KUNIT_EXPECT_LT(test, dql_avail(&lab.txq->dql), 0);
	sleep_ms(20); /* what was on its way is over */
	sent = s->sent;
	received = s->received;
	sleep_ms(300); /* past a retransmission time-out */
	KUNIT_EXPECT_EQ(test, s->sent, sent);
	KUNIT_EXPECT_EQ(test, s->received, received);
	thaw();
	/* It ran dry with more waiting behind the limit: that has moved. */
	KUNIT_EXPECT_TRUE(test, wait_until(lab.txq->dql.limit > limit));
	expect_all_arrived(test);
	KUNIT_EXPECT_FALSE(test, netif_xmit_stopped(lab.txq));
}

static void full_ring_stops_the_queue_and_every_writer(struct kunit *test)
{
	u64 restarts, dropped;
	u32 i;

	NEEDS_LAB(test);
	restarts = lab.a->stats.tx_restart_queue;
	dropped = lab.a->netdev->stats.tx_dropped;
	KUNIT_ASSERT_EQ(test, e1000_resize_tx(lab.a, E1000_RING_MIN), 0);
	pin_limit(NO_LIMIT);
	for (i = 0; i < MAX_STREAMS; i++)
		start_stream();
	KUNIT_ASSERT_TRUE(
		test,
		wait_until(lab.streams[MAX_STREAMS - 1]->received > 64U << 10));
	freeze();
	KUNIT_EXPECT_TRUE(test, wait_until(netif_tx_queue_stopped(lab.txq) &&
					   all_blocked()));
	KUNIT_EXPECT_GT(test, lab.a->tx.next_to_use - lab.a->tx.next_to_clean,
			lab.a->tx.full);
	sleep_ms(50);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(lab.txq));
	thaw();
	expect_all_arrived(test);
	KUNIT_EXPECT_GT(test, lab.a->stats.tx_restart_queue, restarts);
	KUNIT_EXPECT_EQ(test, lab.a->netdev->stats.tx_dropped, dropped);
	pin_limit(0);
	KUNIT_EXPECT_EQ(test, e1000_resize_tx(lab.a, E1000_RING_DEFAULT), 0);
}

/* The first time the driver's timer comes when it comes; then it is hurried. */
static void lost_interrupts_cost_time_and_no_byte(struct kunit *test)
{
	u64 timeouts, received;
	struct stream *s;
	u32 i;

	NEEDS_LAB(test);
	timeouts = lab.a->stats.tx_timeouts;
	s = start_stream();
	for (i = 0; i < 8; i++) {
		received = s->received;
		KUNIT_ASSERT_TRUE(test, wait_until(s->received >
						   received + (128U << 10)));
		lose_interrupts(lab.a);
		lose_interrupts(lab.b);
		sleep_ms(20);
		received = s->received;
		if (!i)
			continue;
		sleep_ms(20);
		KUNIT_EXPECT_EQ(test, s->received, received);
		mod_timer(&lab.b->watchdog, ktime_get_ns());
		mod_timer(&lab.a->watchdog, ktime_get_ns());
	}
	expect_all_arrived(test);
	KUNIT_EXPECT_EQ(test, lab.a->stats.tx_timeouts, timeouts);
}

static void hung_ring_is_emptied_and_tcp_sends_again(struct kunit *test)
{
	u64 dropped = skb_drop_counts[SKB_DROP_REASON_TX_TIMEOUT];
	struct net_device *dev;
	u64 timeouts, received;
	struct stream *s;
	u32 i;

	NEEDS_LAB(test);
	dev = lab.a->netdev;
	s = start_stream();
	dev->watchdog_timeo_ns = 50 * NSEC_PER_MSEC;
	for (i = 0; i < 4; i++) {
		received = s->received;
		KUNIT_ASSERT_TRUE(test, wait_until(s->received >
						   received + (256U << 10)));
		timeouts = lab.a->stats.tx_timeouts;
		freeze();
		/* The watchdog's reset switches the unit on again. */
		KUNIT_ASSERT_TRUE(
			test, wait_until(lab.a->stats.tx_timeouts > timeouts));
	}
	KUNIT_EXPECT_GE(test, skb_drop_counts[SKB_DROP_REASON_TX_TIMEOUT],
			dropped + 4);
	expect_all_arrived(test);
}

/* A few packets stop no queue, and TCP sends none again that the ring holds:
 * the driver's timer has to find out. */
static void hang_with_little_to_send_ends_too(struct kunit *test)
{
	u64 timeouts;

	NEEDS_LAB(test);
	start_stream();
	expect_all_arrived(test); /* so the neighbour is known */
	timeouts = lab.a->stats.tx_timeouts;
	freeze();
	start_stream(); /* which waits for the answer to its SYN */
	KUNIT_EXPECT_EQ(test, lab.a->stats.tx_timeouts, timeouts + 1);
	expect_all_arrived(test);
}

static void reset_card(struct e1000_adapter *a)
{
	struct netdev_queue *txq = netdev_get_tx_queue(a->netdev, 0);

	local_bh_disable();
	spin_lock(&txq->xmit_lock);
	e1000_reinit(a);
	spin_unlock(&txq->xmit_lock);
	netif_tx_wake_queue(txq);
	local_bh_enable();
}

/* Both directions lose what they hold, and both cards are deaf for a while. */
static void reset_of_either_card_loses_nothing_of_tcp(struct kunit *test)
{
	struct stream *s;

	NEEDS_LAB(test);
	s = start_stream();
	KUNIT_ASSERT_TRUE(test, wait_until(s->received > 1U << 20));
	reset_card(lab.a);
	KUNIT_ASSERT_TRUE(test, wait_until(s->received > 3U << 20));
	reset_card(lab.b);
	expect_all_arrived(test);
}

/* Take one received frame off b's ring by hand, with or without memory for it.
 * Whether there was one. */
static bool take_frame(bool memory)
{
	bool took;

	local_bh_disable();
	if (!memory)
		test_fail_nth_alloc(1);
	took = e1000_clean_rx_irq(lab.b, 1) == 1;
	test_fail_nth_alloc(0);
	local_bh_enable();
	return took;
}

/*
 * One frame in 25 finds no memory, and once all that are in the ring: more
 * than the ring has descriptors, so that one which did not go back to the
 * device would be missed. b's interrupts are off; the loop stands for its poll.
 */
static void receive_ring_does_not_starve_without_memory(struct kunit *test)
{
	u64 failed, taken = 0, expected = 0, end;
	const struct e1000_stats *stats;
	bool memory, burst = false;

	NEEDS_LAB(test);
	stats = &lab.b->stats;
	failed = stats->rx_no_memory;
	KUNIT_ASSERT_EQ(test, e1000_resize_rx(lab.b, E1000_RING_MIN), 0);
	start_stream();
	end = ktime_get_ns() + PATIENCE_NS;
	while (expected < 2 * E1000_RING_MIN && ktime_get_ns() < end) {
		lose_interrupts(lab.b);
		memory = taken % 25 && !burst;
		if (take_frame(memory)) {
			taken++;
			expected += !memory;
			burst |= taken == 500;
		} else {
			burst = false;
			sleep_ms(1);
		}
	}
	KUNIT_EXPECT_EQ(test, expected, 2 * E1000_RING_MIN);
	KUNIT_EXPECT_EQ(test, stats->rx_no_memory - failed, expected);
	e1000_write(lab.b, E1000_ICS, E1000_ICR_RXT0);
	mod_timer(&lab.b->watchdog, ktime_get_ns());
	expect_all_arrived(test);
	KUNIT_EXPECT_EQ(test, e1000_resize_rx(lab.b, E1000_RING_DEFAULT), 0);
}

static const struct kunit_case e1000_tcp_cases[] = {
	KUNIT_CASE(frozen_card_blocks_the_writer_at_the_byte_limit),
	KUNIT_CASE(full_ring_stops_the_queue_and_every_writer),
	KUNIT_CASE(lost_interrupts_cost_time_and_no_byte),
	KUNIT_CASE(hung_ring_is_emptied_and_tcp_sends_again),
	KUNIT_CASE(hang_with_little_to_send_ends_too),
	KUNIT_CASE(reset_of_either_card_loses_nothing_of_tcp),
	KUNIT_CASE(receive_ring_does_not_starve_without_memory),
	{ 0 },
};

/* --- life --- */

static struct net *own_stack(struct net_device *dev, const char *ip)
{
	struct net *net = kzalloc(sizeof(*net), GFP_KERNEL);
	__be32 local = fixture_ip(ip);

	BUG_ON(!net || net_setup(net));
	unregister_netdev(dev);
	BUG_ON(register_netdev(net, dev) || dev_open(net->loopback_dev) ||
	       dev_open(dev) ||
	       inet_addr_add(dev, local, 24, local | htonl(0xff)));
	return net;
}

static void give_back(struct net *net, struct net_device *dev)
{
	unregister_netdev(dev);
	net_teardown(net);
	kfree(net);
	BUG_ON(register_netdev(&init_net, dev));
}

static int e1000_tcp_init(struct kunit *test)
{
	struct net_device *a = dev_get_by_name(&init_net, "eth0");
	struct net_device *b = dev_get_by_name(&init_net, "eth1");

	memset(&lab, 0, sizeof(lab));
	(void)test;
	if (!a || !b)
		return 0;
	test_use_real_clock(true);
	lab.a = netdev_priv(a);
	lab.b = netdev_priv(b);
	lab.net_a = own_stack(a, "10.9.0.1");
	lab.net_b = own_stack(b, "10.9.0.2");
	lab.txq = netdev_get_tx_queue(a, 0);
	lab.patience = a->watchdog_timeo_ns;
	return 0;
}

static void end_stream(struct stream *s)
{
	/* Whoever still waits is woken by the reset. */
	sock_set_flag(s->out->sk, SOCK_LINGER);
	s->out->sk->sk_lingertime_ns = 0;
	s->enough = true;
	while (!s->writer_over || !s->reader_over) {
		s->in->ops->shutdown(s->in, SHUT_RDWR);
		s->out->ops->shutdown(s->out, SHUT_RDWR);
		sleep_ms(1);
	}
	sock_release(s->out);
	sock_release(s->in);
	kfree(s);
}

static void e1000_tcp_exit(struct kunit *test)
{
	u32 i;

	(void)test;
	if (!lab.net_a)
		return;
	thaw(); /* a case may have ended early */
	pin_limit(0);
	lab.a->netdev->watchdog_timeo_ns = lab.patience;
	for (i = 0; i < lab.nr_streams; i++)
		end_stream(lab.streams[i]);
	give_back(lab.net_a, lab.a->netdev);
	give_back(lab.net_b, lab.b->netdev);
	test_use_real_clock(false);
}

static const struct kunit_suite e1000_tcp_suite = {
	.name = "e1000_tcp",
	.init = e1000_tcp_init,
	.exit = e1000_tcp_exit,
	.test_cases = e1000_tcp_cases,
};
kunit_test_suite(e1000_tcp_suite);

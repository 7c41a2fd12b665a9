// SPDX-License-Identifier: MIT
/*
 * DOC: TCP's calls from both ends (rows T1, T3, T6, S5-S8): two whole stacks
 * joined by a wire. What each segment looks like is the scripted peer's
 * business (tcp_offload_test.c, tcp_state_test.c).
 */
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/time.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/fixtures/tcp_peer.h"

#define PORT 80

/* c on stack a is connected to s on stack b. */
struct conn {
	struct kunit *test;
	struct socket *listener, *c, *s;
};

static struct net *net_a(struct kunit *test)
{
	return ((struct fixture_pair *)test->priv)->a->net;
}

static struct net *net_b(struct kunit *test)
{
	return ((struct fixture_pair *)test->priv)->b->net;
}

static struct socket *listener_new(struct kunit *test)
{
	struct socket *l = test_socket(net_b(test), SOCK_STREAM, 0);

	KUNIT_EXPECT_EQ(test, test_bind(l, "10.0.0.2", PORT), 0);
	KUNIT_EXPECT_EQ(test, l->ops->listen(l, 8), 0);
	return l;
}

static struct conn conn_open(struct kunit *test)
{
	struct conn k = { .test = test, .listener = listener_new(test) };
	int err;

	k.c = test_socket(net_a(test), SOCK_STREAM, 0);
	KUNIT_EXPECT_EQ(test, test_connect(k.c, "10.0.0.2", PORT), 0);
	test_settle();
	k.s = peer_accept(k.listener, &err);
	KUNIT_EXPECT_EQ(test, err, 0);
	return k;
}

static void set_linger(struct socket *s, int seconds)
{
	struct linger l = { 1, seconds };

	sock_setsockopt(s, SOL_SOCKET, SO_LINGER, (__force void __user *)&l,
			sizeof(l));
}

static void conn_release(struct socket *s)
{
	if (!s)
		return;
	sock_release(s);
}

/* Close what is open, and wait until nothing of the connection is left. */
static void conn_end(struct conn *k)
{
	conn_release(k->c);
	conn_release(k->s);
	sock_release(k->listener);
	test_settle();
	test_advance_ns(200 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(k->test, net_ipv4(net_a(k->test))->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(k->test, net_ipv4(net_b(k->test))->tcp_orphans, 0);
}

static u64 mib(struct net *net, enum snmp_mib id)
{
	return net->mib.v[id];
}

static ssize_t send_now(struct socket *s, u32 off, size_t len)
{
	return peer_write(s, off, len, 0);
}

static int get_err(struct socket *s)
{
	return peer_getsockopt(s, SOL_SOCKET, SO_ERROR);
}

static int ioctl_int(struct socket *s, u32 cmd)
{
	int val = -1, err;

	err = s->ops->ioctl(s, cmd, (unsigned long)(uintptr_t)&val);
	return err ?: val;
}

/* --- data --- */

/* Write @total bytes in pieces while reading at the other end. */
static void transfer(struct conn *k, u32 total)
{
	u32 sent = 0, got = 0, idle = 0, piece = 1;
	ssize_t n;

	while (got < total && idle < 20000) {
		piece = piece * 1103515245 + 12345;
		n = sent < total ? send_now(k->c, sent,
					    min(1 + (piece >> 8) % 30000,
						total - sent))
				 : -EAGAIN;
		if (n > 0)
			sent += (u32)n;
		else
			KUNIT_EXPECT_EQ(k->test, n, -EAGAIN);
		while ((n = peer_read(k->test, k->s, got, 65536,
				      MSG_DONTWAIT)) > 0)
			got += (u32)n;
		KUNIT_EXPECT_EQ(k->test, n, -EAGAIN);
		test_advance_ns(NSEC_PER_MSEC);
		idle++;
	}
	KUNIT_EXPECT_EQ(k->test, got, total);
}

static void tcp_transfer_is_exact(struct kunit *test)
{
	struct conn k = conn_open(test);

	transfer(&k, 2000000);
	KUNIT_EXPECT_EQ(test, ioctl_int(k.c, SIOCOUTQ), 0);
	KUNIT_EXPECT_EQ(test, k.c->sk->sk_wmem_queued, 0);
	KUNIT_EXPECT_EQ(test, k.c->sk->sk_wmem_alloc, 0);
	conn_end(&k);
}

/* Loss, duplication and reordering both ways, 5 ms each. */
static void tcp_transfer_survives_a_bad_wire(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	struct fixture_wire *w[2] = { &pair->a->wire, &pair->b->wire };
	struct conn k;
	int i;

	k = conn_open(test);
	for (i = 0; i < 2; i++) {
		w[i]->delay_ns = 5 * NSEC_PER_MSEC;
		w[i]->loss_ppm = 20000;
		w[i]->dup_ppm = 10000;
		w[i]->reorder_ppm = 20000;
		w[i]->reorder_ns = 3 * NSEC_PER_MSEC;
		w[i]->seed = 42 + (u64)i;
	}
	transfer(&k, 600000);
	for (i = 0; i < 2; i++) {
		w[i]->loss_ppm = 0;
		w[i]->dup_ppm = 0;
		w[i]->reorder_ppm = 0;
	}
	conn_end(&k);
}

/* S5: a full buffer is -EAGAIN, and EPOLLOUT comes back with the space. */
static void tcp_sendmsg_full_buffer_is_eagain(struct kunit *test)
{
	struct conn k = conn_open(test);
	u32 sent = 0, got = 0;
	ssize_t n;

	peer_setsockopt(k.c, SOL_SOCKET, SO_SNDBUF, 20000);
	peer_setsockopt(k.s, SOL_SOCKET, SO_RCVBUF, 8000);
	do {
		while ((n = send_now(k.c, sent, 10000)) > 0)
			sent += (u32)n;
		test_settle();
		n = send_now(k.c, sent, 1);
		sent += n > 0;
	} while (n > 0);
	KUNIT_EXPECT_EQ(test, n, -EAGAIN);
	KUNIT_EXPECT_GT(test, sent, 20000);
	KUNIT_EXPECT_EQ(test, peer_poll(k.c) & EPOLLOUT, 0);
	while (got < sent) {
		n = peer_read(test, k.s, got, 65536, MSG_DONTWAIT);
		if (n > 0)
			got += (u32)n;
		else
			test_advance_ns(300 * NSEC_PER_MSEC);
	}
	test_settle();
	KUNIT_EXPECT_NE(test, peer_poll(k.c) & EPOLLOUT, 0);
	conn_end(&k);
}

static bool idle_read(void *arg)
{
	struct conn *k = arg;
	static u8 buf[65536];

	return test_recvfrom(k->s, buf, sizeof(buf), NULL, MSG_DONTWAIT) > 0;
}

/* S5: a blocking write returns when all is queued, or SO_SNDTIMEO is over. */
static void tcp_sendmsg_blocks_until_there_is_room(struct kunit *test)
{
	struct conn k = conn_open(test);
	struct timeval tv = { .tv_sec = 2 };
	u8 *data = kzalloc(400000, GFP_KERNEL);
	u64 before;
	ssize_t n;

	test_set_idle_hook(idle_read, &k);
	KUNIT_EXPECT_EQ(test, test_sendto(k.c, data, 400000, NULL, 0, 0),
			400000);
	test_set_idle_hook(NULL, NULL);
	test_settle();

	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(k.c, SOL_SOCKET, SO_SNDTIMEO,
					(__force void __user *)&tv, sizeof(tv)),
			0);
	before = ktime_get_ns();
	do
		n = test_sendto(k.c, data, 400000, NULL, 0, 0);
	while (n > 0);
	KUNIT_EXPECT_EQ(test, n, -EAGAIN);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - before, 2 * NSEC_PER_SEC);
	kfree(data);
	conn_end(&k);
}

/* S6: an interrupted write reports what it has queued, then -EINTR. */
static void tcp_sendmsg_stops_for_a_signal(struct kunit *test)
{
	struct conn k = conn_open(test);
	u8 *data = kzalloc(400000, GFP_KERNEL);
	ssize_t n;

	peer_setsockopt(k.c, SOL_SOCKET, SO_SNDBUF, 20000);
	test_set_signal_pending(true);
	n = test_sendto(k.c, data, 400000, NULL, 0, 0);
	KUNIT_EXPECT_GT(test, n, 0);
	KUNIT_EXPECT_LT(test, n, 400000);
	n = test_sendto(k.c, data, 400000, NULL, 0, 0);
	if (n > 0)
		n = test_sendto(k.c, data, 400000, NULL, 0, 0);
	KUNIT_EXPECT_EQ(test, n, -ERESTARTSYS);
	test_set_signal_pending(false);
	kfree(data);
	conn_end(&k);
}

/* S6: after shutdown, and without a connection: -EPIPE and SIGPIPE. */
static void tcp_sendmsg_without_connection_is_epipe(struct kunit *test)
{
	struct conn k = conn_open(test);
	struct socket *s = test_socket(net_a(test), SOCK_STREAM, 0);

	test_take_signal();
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, NULL, 0, 0), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), SIGPIPE);
	sock_release(s);

	KUNIT_EXPECT_EQ(test, k.c->ops->shutdown(k.c, SHUT_WR), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(k.c, "x", 1, NULL, 0, MSG_NOSIGNAL),
			-EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(k.c, "x", 1, NULL, 0, 0), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), SIGPIPE);
	KUNIT_EXPECT_EQ(test, test_sendto(k.c, "x", 1, NULL, 0, MSG_FASTOPEN),
			-EISCONN);
	conn_end(&k);
}

/* T1: the bytes before a bad page are sent; a bad first byte is -EFAULT. */
static void tcp_sendmsg_fault_keeps_what_was_copied(struct kunit *test)
{
	struct conn k = conn_open(test);
	u8 *data = kmalloc(10000, GFP_KERNEL);
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };
	struct iovec iov[2];
	u32 i;

	for (i = 0; i < 10000; i++)
		data[i] = peer_byte(i + 1);
	iov[0] = (struct iovec){ (__force void __user *)data, 5000 };
	iov[1] = (struct iovec){ (__force void __user *)(data + 5000), 5000 };
	test_bad_user_range(data + 5000, 10);
	iov_iter_init(&msg.msg_iter, true, iov, 2, 10000);
	KUNIT_EXPECT_EQ(test, sock_sendmsg(k.c, &msg), 5000);
	iov_iter_ubuf(&msg.msg_iter, true, (__force void __user *)(data + 5000),
		      5000);
	KUNIT_EXPECT_EQ(test, sock_sendmsg(k.c, &msg), -EFAULT);
	test_bad_user_range(NULL, 0);
	test_settle();
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 10000, MSG_DONTWAIT),
			5000);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 1, MSG_DONTWAIT),
			-EAGAIN);
	kfree(data);
	conn_end(&k);
}

/* TCP_NOTSENT_LOWAT bounds what is queued beyond the window. */
static void tcp_notsent_lowat_bounds_the_queue(struct kunit *test)
{
	struct conn k = conn_open(test);
	u32 sent = 0;
	ssize_t n;

	peer_setsockopt(k.c, SOL_SOCKET, SO_SNDBUF, 200000);
	peer_setsockopt(k.s, SOL_SOCKET, SO_RCVBUF, 4000);
	KUNIT_EXPECT_EQ(test,
			peer_setsockopt(k.c, SOL_TCP, TCP_NOTSENT_LOWAT, 10000),
			0);
	while ((n = send_now(k.c, sent, 1000)) > 0) {
		sent += (u32)n;
		test_advance_ns(NSEC_PER_MSEC);
	}
	KUNIT_EXPECT_EQ(test, n, -EAGAIN);
	KUNIT_EXPECT_LE(test, ioctl_int(k.c, SIOCOUTQNSD), 10000 + 66000);
	KUNIT_EXPECT_GE(test, ioctl_int(k.c, SIOCOUTQNSD), 10000);
	conn_end(&k);
}

/* --- reading --- */

static void tcp_recvmsg_peek_trunc_waitall(struct kunit *test)
{
	struct conn k = conn_open(test);

	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 10, MSG_DONTWAIT),
			-EAGAIN);
	send_now(k.c, 0, 100);
	test_settle();
	KUNIT_EXPECT_EQ(test, ioctl_int(k.s, SIOCINQ), 100);
	KUNIT_EXPECT_EQ(
		test, peer_read(test, k.s, 0, 40, MSG_PEEK | MSG_DONTWAIT), 40);
	KUNIT_EXPECT_EQ(test,
			peer_read(test, k.s, 0, 200, MSG_PEEK | MSG_DONTWAIT),
			100);
	KUNIT_EXPECT_EQ(test, ioctl_int(k.s, SIOCINQ), 100);
	/* Thrown away, not copied. */
	KUNIT_EXPECT_EQ(
		test,
		test_recvfrom(k.s, NULL, 30, NULL, MSG_TRUNC | MSG_DONTWAIT),
		30);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 30, 10, 0), 10);
	/* All of it, or as much as there is at the end. */
	k.c->ops->shutdown(k.c, SHUT_WR);
	test_settle();
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 40, 500, MSG_WAITALL), 60);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 10, 0), 0);
	conn_end(&k);
}

static void tcp_recvmsg_waits_at_most_rcvtimeo(struct kunit *test)
{
	struct conn k = conn_open(test);
	struct timeval tv = { .tv_sec = 1 };
	u64 before = ktime_get_ns();
	u8 buf[10];

	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(k.s, SOL_SOCKET, SO_RCVTIMEO,
					(__force void __user *)&tv, sizeof(tv)),
			0);
	KUNIT_EXPECT_EQ(test, test_recvfrom(k.s, buf, 10, NULL, 0), -EAGAIN);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - before, NSEC_PER_SEC);
	/* SO_RCVLOWAT: fewer do not make it readable. */
	peer_setsockopt(k.s, SOL_SOCKET, SO_RCVLOWAT, 50);
	send_now(k.c, 0, 20);
	test_settle();
	KUNIT_EXPECT_EQ(test, peer_poll(k.s) & EPOLLIN, 0);
	send_now(k.c, 20, 30);
	test_settle();
	KUNIT_EXPECT_NE(test, peer_poll(k.s) & EPOLLIN, 0);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 100, 0), 50);
	/* A listener and a fresh socket have nothing to read. */
	KUNIT_EXPECT_EQ(test, peer_read(test, k.listener, 0, 1, 0), -ENOTCONN);
	conn_end(&k);
}

/* RFC 6093: the last byte of MSG_OOB is urgent, apart from the stream. */
static void tcp_urgent_byte_is_apart(struct kunit *test)
{
	struct conn k = conn_open(test);
	u8 byte = 0;

	KUNIT_EXPECT_EQ(test, test_recvfrom(k.s, &byte, 1, NULL, MSG_OOB),
			-EINVAL);
	send_now(k.c, 0, 10);
	KUNIT_EXPECT_EQ(test, peer_write(k.c, 10, 1, MSG_OOB), 1);
	test_settle();
	send_now(k.c, 11, 5);
	test_settle();
	KUNIT_EXPECT_NE(test, peer_poll(k.s) & EPOLLPRI, 0);
	KUNIT_EXPECT_EQ(test, test_recvfrom(k.s, &byte, 1, NULL, MSG_OOB), 1);
	KUNIT_EXPECT_EQ(test, byte, peer_byte(11));
	KUNIT_EXPECT_EQ(test, test_recvfrom(k.s, &byte, 1, NULL, MSG_OOB),
			-EINVAL);
	/* The read stops at the mark, then goes on behind it. */
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 100, MSG_DONTWAIT), 10);
	KUNIT_EXPECT_EQ(test, ioctl_int(k.s, SIOCATMARK), 1);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 11, 100, MSG_DONTWAIT), 5);
	conn_end(&k);
}

/* --- the end --- */

static void tcp_close_both_ways(struct kunit *test)
{
	struct conn k = conn_open(test);

	KUNIT_EXPECT_EQ(test, mib(net_a(test), MIB_Tcp_CurrEstab), 1);
	send_now(k.c, 0, 10);
	KUNIT_EXPECT_EQ(test, k.c->ops->shutdown(k.c, SHUT_WR), 0);
	/* The ACK of the FIN may be delayed. */
	test_advance_ns(300 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, k.c->sk->sk_state, TCP_FIN_WAIT2);
	KUNIT_EXPECT_EQ(test, k.s->sk->sk_state, TCP_CLOSE_WAIT);
	KUNIT_EXPECT_EQ(test, peer_poll(k.s) & (EPOLLRDHUP | EPOLLHUP),
			EPOLLRDHUP);
	/* Half closed: the other direction goes on. */
	send_now(k.s, 0, 50);
	test_settle();
	KUNIT_EXPECT_EQ(test, peer_read(test, k.c, 0, 100, 0), 50);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 100, 0), 10);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 100, 0), 0);
	sock_release(k.s);
	k.s = NULL;
	test_settle();
	KUNIT_EXPECT_EQ(test, peer_read(test, k.c, 0, 100, 0), 0);
	KUNIT_EXPECT_EQ(test, net_ipv4(net_a(test))->tw_count, 1);
	KUNIT_EXPECT_EQ(test, peer_poll(k.c) & EPOLLHUP, EPOLLHUP);
	conn_end(&k);
	KUNIT_EXPECT_EQ(test, net_ipv4(net_a(test))->tw_count, 0);
	KUNIT_EXPECT_EQ(test, mib(net_a(test), MIB_Tcp_CurrEstab), 0);
	KUNIT_EXPECT_EQ(test, mib(net_b(test), MIB_Tcp_CurrEstab), 0);
}

/* RFC 2525, section 2.17: unread data at close() is a reset. */
static void tcp_close_with_unread_data_resets(struct kunit *test)
{
	struct conn k = conn_open(test);

	send_now(k.c, 0, 10);
	test_settle();
	sock_release(k.s);
	k.s = NULL;
	test_settle();
	KUNIT_EXPECT_EQ(test, mib(net_b(test), MIB_TcpExt_TCPAbortOnClose), 1);
	KUNIT_EXPECT_EQ(test, k.c->sk->sk_state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, peer_poll(k.c) & (EPOLLERR | EPOLLHUP),
			EPOLLERR | EPOLLHUP);
	KUNIT_EXPECT_EQ(test, test_sendto(k.c, "x", 1, NULL, 0, MSG_NOSIGNAL),
			-ECONNRESET);
	/* Reported once. */
	KUNIT_EXPECT_EQ(test, test_sendto(k.c, "x", 1, NULL, 0, MSG_NOSIGNAL),
			-EPIPE);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.c, 0, 1, 0), 0);
	conn_end(&k);
}

static void tcp_close_linger_zero_resets(struct kunit *test)
{
	struct conn k = conn_open(test);

	set_linger(k.c, 0);
	sock_release(k.c);
	k.c = NULL;
	test_settle();
	KUNIT_EXPECT_EQ(test, mib(net_a(test), MIB_TcpExt_TCPAbortOnData), 1);
	KUNIT_EXPECT_EQ(test, get_err(k.s), ECONNRESET);
	KUNIT_EXPECT_EQ(test, get_err(k.s), 0);
	conn_end(&k);
}

/* SO_LINGER with a time: close() waits for the ACK of the FIN. */
static void tcp_close_linger_waits(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	struct conn k = conn_open(test);
	u64 before;

	pair->a->wire.delay_ns = 100 * NSEC_PER_MSEC;
	set_linger(k.c, 5);
	send_now(k.c, 0, 1000);
	before = ktime_get_ns();
	sock_release(k.c);
	k.c = NULL;
	KUNIT_EXPECT_GE(test, ktime_get_ns() - before, 100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_LT(test, ktime_get_ns() - before, NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, peer_read(test, k.s, 0, 2000, 0), 1000);
	conn_end(&k);
}

/* The port is the socket's own again, and another connection works. */
static void tcp_disconnect_makes_it_fresh(struct kunit *test)
{
	struct conn k = conn_open(test);
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct socket *again;
	int err;

	transfer(&k, 50000);
	KUNIT_EXPECT_EQ(test, k.c->ops->connect(k.c, &none, sizeof(none), 0),
			0);
	test_settle();
	KUNIT_EXPECT_EQ(test, get_err(k.s), ECONNRESET);
	KUNIT_EXPECT_EQ(test, get_err(k.c), ECONNRESET);
	KUNIT_EXPECT_EQ(test, k.c->sk->sk_wmem_queued, 0);
	KUNIT_EXPECT_EQ(test, k.c->sk->sk_num, 0);

	KUNIT_EXPECT_EQ(test, test_connect(k.c, "10.0.0.2", PORT), 0);
	test_settle();
	again = peer_accept(k.listener, &err);
	KUNIT_EXPECT_EQ(test, err, 0);
	sock_release(k.s);
	k.s = again;
	transfer(&k, 50000);
	conn_end(&k);
}

static void tcp_connect_refused(struct kunit *test)
{
	struct socket *s = test_socket(net_a(test), SOCK_STREAM, 0);

	KUNIT_EXPECT_EQ(test, test_connect(s, "10.0.0.2", 9), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & EPOLLHUP, EPOLLHUP);
	sock_release(s);
}

/* --- options --- */

static const struct {
	int name, bad_low, low, high, bad_high;
} ranges[] = {
	{ TCP_MAXSEG, 87, 88, 32767, 32768 },
	{ TCP_KEEPIDLE, 0, 1, 32767, 32768 },
	{ TCP_KEEPINTVL, 0, 1, 32767, 32768 },
	{ TCP_KEEPCNT, 0, 1, 127, 128 },
	{ TCP_SYNCNT, 0, 1, 127, 128 },
	{ TCP_THIN_LINEAR_TIMEOUTS, -1, 0, 1, 2 },
	{ TCP_INQ, -1, 0, 1, 2 },
};

static void tcp_sockopt_ranges(struct kunit *test)
{
	struct socket *s = test_socket(net_a(test), SOCK_STREAM, 0);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		int name = ranges[i].name;

		KUNIT_EXPECT_EQ(
			test,
			peer_setsockopt(s, SOL_TCP, name, ranges[i].bad_low),
			-EINVAL);
		KUNIT_EXPECT_EQ(
			test,
			peer_setsockopt(s, SOL_TCP, name, ranges[i].bad_high),
			-EINVAL);
		KUNIT_EXPECT_EQ(
			test, peer_setsockopt(s, SOL_TCP, name, ranges[i].low),
			0);
		KUNIT_EXPECT_EQ(
			test, peer_setsockopt(s, SOL_TCP, name, ranges[i].high),
			0);
		KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, name),
				ranges[i].high);
	}
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_TCP, TCP_ULP, 1),
			-ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, 999), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test,
			s->ops->setsockopt(s, SOL_TCP, TCP_NODELAY,
					   (__force void __user *)&i, 3),
			-EINVAL);
	sock_release(s);
}

static void tcp_sockopt_defaults(struct kunit *test)
{
	struct socket *s = test_socket(net_a(test), SOCK_STREAM, 0);

	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_NODELAY), 0);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_MAXSEG), 536);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_KEEPIDLE), 7200);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_KEEPINTVL), 75);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_KEEPCNT), 9);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_SYNCNT), 6);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_LINGER2), 60);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_SNDBUF), 16384);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_RCVBUF),
			131072);
	/* 10 s are over after the SYN-ACK's fourth transmission. */
	peer_setsockopt(s, SOL_TCP, TCP_DEFER_ACCEPT, 10);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_DEFER_ACCEPT),
			15);
	peer_setsockopt(s, SOL_TCP, TCP_LINGER2, -5);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_TCP, TCP_LINGER2), -1);
	sock_release(s);
}

static void tcp_congestion_by_name(struct kunit *test)
{
	struct socket *s = test_socket(net_a(test), SOCK_STREAM, 0);
	char name[16] = { 0 };
	int len = sizeof(name);

	KUNIT_EXPECT_EQ(test,
			s->ops->getsockopt(s, SOL_TCP, TCP_CONGESTION,
					   (__force void __user *)name,
					   (__force int __user *)&len),
			0);
	KUNIT_EXPECT_STREQ(test, name, "cubic");
	KUNIT_EXPECT_EQ(test,
			s->ops->setsockopt(s, SOL_TCP, TCP_CONGESTION,
					   (__force void __user *)"reno", 4),
			0);
	KUNIT_EXPECT_EQ(test,
			s->ops->setsockopt(s, SOL_TCP, TCP_CONGESTION,
					   (__force void __user *)"none", 4),
			-ENOENT);
	s->ops->getsockopt(s, SOL_TCP, TCP_CONGESTION,
			   (__force void __user *)name,
			   (__force int __user *)&len);
	KUNIT_EXPECT_STREQ(test, name, "reno");
	sock_release(s);
}

static void tcp_info_tells_the_truth(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	struct conn k = conn_open(test);
	struct tcp_info info;

	pair->a->wire.delay_ns = 10 * NSEC_PER_MSEC;
	pair->b->wire.delay_ns = 10 * NSEC_PER_MSEC;
	transfer(&k, 300000);
	test_advance_ns(100 * NSEC_PER_MSEC);
	tcp_get_info(k.c->sk, &info);
	KUNIT_EXPECT_EQ(test, info.tcpi_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, info.tcpi_options & 7,
			TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE);
	KUNIT_EXPECT_EQ(test, info.tcpi_bytes_sent, 300000);
	/* The SYN counts, as in Linux. */
	KUNIT_EXPECT_EQ(test, info.tcpi_bytes_acked, 300001);
	KUNIT_EXPECT_EQ(test, info.tcpi_unacked, 0);
	KUNIT_EXPECT_EQ(test, info.tcpi_notsent_bytes, 0);
	KUNIT_EXPECT_EQ(test, info.tcpi_snd_mss, 1448);
	KUNIT_EXPECT_EQ(test, info.tcpi_pmtu, 1500);
	KUNIT_EXPECT_GE(test, info.tcpi_rtt, 15000);
	KUNIT_EXPECT_LE(test, info.tcpi_rtt, 70000);
	KUNIT_EXPECT_GT(test, info.tcpi_busy_time, 0);
	KUNIT_EXPECT_GT(test, info.tcpi_delivery_rate, 0);
	tcp_get_info(k.s->sk, &info);
	KUNIT_EXPECT_EQ(test, info.tcpi_bytes_received, 300000);
	tcp_get_info(k.listener->sk, &info);
	KUNIT_EXPECT_EQ(test, info.tcpi_state, TCP_LISTEN);
	KUNIT_EXPECT_EQ(test, info.tcpi_sacked, 8);
	conn_end(&k);
}

/* --- memory --- */

/* Each allocation of a connect() fails in turn: an error or a retry, and
 * nothing is left. */
static void tcp_connect_survives_each_failed_allocation(struct kunit *test)
{
	struct socket *l, *s, *got;
	u32 n;
	int err;
	bool fired = true;

	l = listener_new(test);
	for (n = 1; fired && n < 200; n++) {
		s = test_socket(net_a(test), SOCK_STREAM, 0);
		set_linger(s, 0);
		test_fail_nth_alloc(n);
		err = test_connect(s, "10.0.0.2", PORT);
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		if (err)
			KUNIT_EXPECT_TRUE(test, err == -ENOMEM ||
							err == -ENOBUFS ||
							err == -EHOSTUNREACH ||
							err == -EADDRNOTAVAIL);
		test_settle();
		sock_release(s);
		while ((got = peer_accept(l, &err)))
			sock_release(got);
		test_settle();
	}
	KUNIT_EXPECT_LT(test, n, 200);
	sock_release(l);
	test_advance_ns(200 * NSEC_PER_SEC);
}

/* Each allocation of a transfer fails in turn: every byte arrives. */
static void tcp_sendmsg_survives_each_failed_allocation(struct kunit *test)
{
	bool fired = true;
	u32 n, i, got;
	struct conn k;
	ssize_t ret;
	u8 *buf;

	k = conn_open(test);
	buf = kmalloc(40000, GFP_KERNEL);
	for (i = 0; i < 40000; i++)
		buf[i] = peer_byte(i + 1);
	for (n = 1; fired && n < 400; n++) {
		test_fail_nth_alloc(n);
		ret = test_sendto(k.c, buf, 40000, NULL, 0, 0);
		KUNIT_EXPECT_EQ(test, ret, 40000);
		for (got = 0, i = 0; got < 40000 && i < 200; i++) {
			struct kvec kv;
			struct msghdr msg = { 0 };
			static u8 in[40000];

			kv = (struct kvec){ in, sizeof(in) - got };
			iov_iter_kvec(&msg.msg_iter, false, &kv, 1, kv.iov_len);
			ret = sock_recvmsg(k.s, &msg, MSG_DONTWAIT);
			if (ret <= 0) {
				test_advance_ns(100 * NSEC_PER_MSEC);
				continue;
			}
			KUNIT_EXPECT_MEMEQ(test, in, buf + got, (size_t)ret);
			got += (u32)ret;
		}
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		KUNIT_ASSERT_EQ(test, got, 40000);
	}
	KUNIT_EXPECT_LT(test, n, 400);
	kfree(buf);
	conn_end(&k);
}

/* --- everything at once --- */

#define STRESS_SOCKETS 6

static u32 stress_seed;

static u32 pick(u32 n)
{
	stress_seed = stress_seed * 1664525 + 1013904223;
	return (stress_seed >> 8) % n;
}

static void stress_option(struct socket *s)
{
	static const int names[] = {
		TCP_NODELAY,          TCP_CORK,
		TCP_QUICKACK,         TCP_MAXSEG,
		TCP_NOTSENT_LOWAT,    TCP_WINDOW_CLAMP,
		TCP_LINGER2,          TCP_USER_TIMEOUT,
		TCP_KEEPIDLE,         TCP_FASTOPEN,
		TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_NO_COOKIE
	};

	if (pick(4) == 0)
		peer_setsockopt(s, SOL_SOCKET, pick(2) ? SO_SNDBUF : SO_RCVBUF,
				(int)pick(60000));
	else if (pick(4) == 0)
		peer_setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (int)pick(2));
	else if (pick(4) == 0)
		set_linger(s, 0);
	else
		peer_setsockopt(s, SOL_TCP, names[pick(ARRAY_SIZE(names))],
				(int)pick(3000));
}

/* Allocations may fail here, as everywhere. */
static void stress_accept(struct socket **slot, struct socket *listener)
{
	struct socket *s = sock_alloc(listener->net);

	if (!s)
		return;
	s->type = listener->type;
	s->ops = listener->ops;
	if (listener->ops->accept(listener, s, O_NONBLOCK))
		sock_release(s);
	else
		*slot = s;
}

/* One call on one socket, with arguments that may make no sense. */
static void stress_call(struct socket **slot, struct net *net, const char *peer,
			struct socket *listener)
{
	static const u32 flags[] = { 0,        MSG_MORE,  MSG_OOB,    MSG_EOR,
				     MSG_PEEK, MSG_TRUNC, MSG_WAITALL };
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in sin = test_sin(peer, pick(8) ? PORT : 9);
	u32 f = flags[pick(ARRAY_SIZE(flags))] | MSG_DONTWAIT | MSG_NOSIGNAL;
	static u8 buf[70000];
	struct socket *s = *slot;
	struct tcp_info info;

	switch (s ? pick(21) : pick(3)) {
	case 0:
		if (!s && !sock_create(net, AF_INET, SOCK_STREAM, 0, &s))
			*slot = s;
		break;
	case 1:
		if (!s)
			stress_accept(slot, listener);
		break;
	case 2:
		if (s && pick(4) == 0) {
			sock_release(s);
			*slot = NULL;
		}
		break;
	case 3:
	case 4:
	case 5:
		s->ops->connect(s, (struct sockaddr *)&sin, sizeof(sin),
				O_NONBLOCK);
		break;
	case 6:
		if (pick(4) == 0)
			s->ops->connect(s, &none, sizeof(none), O_NONBLOCK);
		break;
	case 7:
		if (pick(4) == 0)
			s->ops->shutdown(s, (int)pick(3));
		break;
	case 8:
		stress_option(s);
		break;
	case 9:
		peer_poll(s);
		ioctl_int(s, pick(2) ? SIOCINQ : SIOCOUTQ);
		lock_sock(s->sk);
		tcp_get_info(s->sk, &info);
		release_sock(s->sk);
		break;
	case 10:
	case 11:
	case 12:
	case 13:
	case 14:
		test_sendto(s, buf, pick(sizeof(buf)), NULL, 0,
			    f & ~(u32)(MSG_PEEK | MSG_TRUNC));
		break;
	case 15:
		test_sendto(s, buf, pick(4000), peer, ntohs(sin.sin_port),
			    MSG_FASTOPEN | MSG_DONTWAIT | MSG_NOSIGNAL);
		break;
	default:
		test_recvfrom(s, buf, pick(sizeof(buf)), NULL,
			      (int)(f & ~(u32)(MSG_MORE | MSG_EOR)));
		break;
	}
}

static void stress(struct kunit *test, u32 calls)
{
	const u32 tfo =
		TFO_CLIENT_ENABLE | TFO_SERVER_ENABLE | TFO_SERVER_WO_SOCKOPT1;
	struct fixture_pair *pair = test->priv;
	struct fixture_wire *w[2] = { &pair->a->wire, &pair->b->wire };
	struct socket *l;
	struct socket *a[STRESS_SOCKETS] = { NULL };
	struct socket *b[STRESS_SOCKETS] = { NULL };
	u32 i, j;

	net_ipv4(net_a(test))->sysctl_tcp_fastopen = tfo;
	net_ipv4(net_b(test))->sysctl_tcp_fastopen = tfo;
	l = listener_new(test);
	for (i = 0; i < calls; i++) {
		j = pick(STRESS_SOCKETS);
		if (pick(20) == 0)
			test_fail_nth_alloc(1 + pick(20));
		if (pick(200) == 0)
			for (j = 0; j < 2; j++) {
				w[j]->loss_ppm = pick(3) * 50000;
				w[j]->dup_ppm = pick(2) * 50000;
				w[j]->reorder_ppm = pick(2) * 50000;
				w[j]->reorder_ns = NSEC_PER_MSEC;
				w[j]->delay_ns = pick(20) * NSEC_PER_MSEC;
			}
		j %= STRESS_SOCKETS;
		if (pick(2))
			stress_call(&a[j], pair->a->net, "10.0.0.2", l);
		else
			stress_call(&b[j], pair->b->net, "10.0.0.2", l);
		if (pick(3) == 0)
			test_advance_ns(pick(pick(50) ? 5000000 : 2000000000));
	}
	test_fail_nth_alloc(0);
	for (j = 0; j < 2; j++)
		w[j]->loss_ppm = 0;
	for (j = 0; j < STRESS_SOCKETS; j++) {
		if (a[j])
			sock_release(a[j]);
		if (b[j])
			sock_release(b[j]);
	}
	sock_release(l);
	/* Longer than any orphan tries (sysctl_tcp_orphan_retries). */
	test_advance_ns(3600 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, net_ipv4(net_a(test))->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, net_ipv4(net_b(test))->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, net_ipv4(net_a(test))->tw_count, 0);
	KUNIT_EXPECT_EQ(test, net_ipv4(net_b(test))->tw_count, 0);
	KUNIT_EXPECT_EQ(test, mib(net_a(test), MIB_Tcp_CurrEstab), 0);
	KUNIT_EXPECT_EQ(test, mib(net_b(test), MIB_Tcp_CurrEstab), 0);
	KUNIT_EXPECT_GT(test, mib(net_b(test), MIB_TcpExt_TCPFastOpenPassive),
			0);
}

/* Calls in any order, on a bad wire, with failing allocations: no warning, no
 * access to freed memory (ASan), and in the end nothing is left. */
static void tcp_random_calls_leave_nothing(struct kunit *test)
{
	stress_seed = 1;
	stress(test, 6000);
}

static const struct kunit_case tcp_cases[] = {
	KUNIT_CASE(tcp_transfer_is_exact),
	KUNIT_CASE(tcp_transfer_survives_a_bad_wire),
	KUNIT_CASE(tcp_sendmsg_full_buffer_is_eagain),
	KUNIT_CASE(tcp_sendmsg_blocks_until_there_is_room),
	KUNIT_CASE(tcp_sendmsg_stops_for_a_signal),
	KUNIT_CASE(tcp_sendmsg_without_connection_is_epipe),
	KUNIT_CASE(tcp_sendmsg_fault_keeps_what_was_copied),
	KUNIT_CASE(tcp_notsent_lowat_bounds_the_queue),
	KUNIT_CASE(tcp_recvmsg_peek_trunc_waitall),
	KUNIT_CASE(tcp_recvmsg_waits_at_most_rcvtimeo),
	KUNIT_CASE(tcp_urgent_byte_is_apart),
	KUNIT_CASE(tcp_close_both_ways),
	KUNIT_CASE(tcp_close_with_unread_data_resets),
	KUNIT_CASE(tcp_close_linger_zero_resets),
	KUNIT_CASE(tcp_close_linger_waits),
	KUNIT_CASE(tcp_disconnect_makes_it_fresh),
	KUNIT_CASE(tcp_connect_refused),
	KUNIT_CASE(tcp_sockopt_ranges),
	KUNIT_CASE(tcp_sockopt_defaults),
	KUNIT_CASE(tcp_congestion_by_name),
	KUNIT_CASE(tcp_info_tells_the_truth),
	KUNIT_CASE(tcp_connect_survives_each_failed_allocation),
	KUNIT_CASE(tcp_sendmsg_survives_each_failed_allocation),
	KUNIT_CASE(tcp_random_calls_leave_nothing),
	{ 0 },
};

static const struct kunit_suite tcp_suite = {
	.name = "tcp",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = tcp_cases,
};
kunit_test_suite(tcp_suite);

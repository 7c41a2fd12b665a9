// SPDX-License-Identifier: MIT
/*
 * DOC: MSG_ZEROCOPY (row B4, net/core/zerocopy.c) with TCP against a scripted
 * peer and with UDP: which pages are held how long, and what the error queue
 * says of them.
 */
#include "lib/page.h"
#include "lib/uapi/poll.h"
#include "net/core/errqueue.h"
#include "net/core/zerocopy.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/errqueue.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/fixtures/tcp_peer.h"

/* The program's memory: 32 pages with the pattern of the stream. */
#define MEM_ORDER 5U
#define MEM_BYTES ((u32)PAGE_SIZE << MEM_ORDER)
static struct page *mem_run;
static u8 *mem;

static int zerocopy_init(struct kunit *test)
{
	int err = net_fixture_init(test);
	struct net_fixture *f = test->priv;
	u32 i;

	if (err)
		return err;
	f->eth0->features |= NETIF_F_SG;
	mem_run = alloc_pages(GFP_KERNEL, MEM_ORDER);
	BUG_ON(!mem_run);
	mem = page_address(mem_run);
	for (i = 0; i < MEM_BYTES; i++)
		mem[i] = peer_byte(1 + i);
	test_pin_region(mem);
	return 0;
}

static void zerocopy_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	KUNIT_EXPECT_EQ(test, zerocopy_loans, 0);
	test_pin_region(NULL);
	put_page(mem_run);
	net_fixture_exit(test);
}

static ssize_t send_iter(struct socket *s, struct msghdr *msg, u32 flags)
{
	msg->msg_flags = flags | MSG_ZEROCOPY | MSG_DONTWAIT;
	return sock_sendmsg(s, msg);
}

/* Send @n bytes of the program's memory from @off on. */
static ssize_t zc_send(struct socket *s, u32 off, size_t n, u32 flags)
{
	struct msghdr msg = { 0 };

	iov_iter_ubuf(&msg.msg_iter, true, (__force void __user *)(mem + off),
		      n);
	return send_iter(s, &msg, flags);
}

static ssize_t zc_sendv(struct socket *s, const struct iovec *v, size_t nr,
			u32 flags)
{
	struct msghdr msg = { 0 };
	size_t total = 0, i;

	for (i = 0; i < nr; i++)
		total += v[i].iov_len;
	iov_iter_init(&msg.msg_iter, true, v, nr, total);
	return send_iter(s, &msg, flags);
}

/* The next report: calls @lo to @hi. */
static void expect_note(struct kunit *test, struct socket *s, u32 lo, u32 hi,
			u8 code)
{
	struct test_report r = test_read_report(s);

	KUNIT_ASSERT_EQ(test, r.len, 0);
	KUNIT_EXPECT_TRUE(test, r.msg_flags & MSG_ERRQUEUE);
	KUNIT_ASSERT_TRUE(test, r.has_ee);
	KUNIT_EXPECT_EQ(test, r.ee.ee_errno, 0);
	KUNIT_EXPECT_EQ(test, r.ee.ee_origin, SO_EE_ORIGIN_ZEROCOPY);
	KUNIT_EXPECT_EQ(test, r.ee.ee_type, 0);
	KUNIT_EXPECT_EQ(test, r.ee.ee_code, code);
	KUNIT_EXPECT_EQ(test, r.ee.ee_info, lo);
	KUNIT_EXPECT_EQ(test, r.ee.ee_data, hi);
	KUNIT_EXPECT_FALSE(test, r.has_ts);
}

static void expect_no_note(struct kunit *test, struct socket *s)
{
	KUNIT_EXPECT_EQ(test, test_read_report(s).len, -EAGAIN);
}

static struct socket *zc_connected(struct tcp_peer *p, const char *options)
{
	struct socket *s = peer_connected(p, options);

	BUG_ON(peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 1));
	return s;
}

/* The peer acknowledges all that was written, as it comes. */
static void ack_all(struct tcp_peer *p, struct socket *s)
{
	const struct tcp_sock *tp = tcp_sk(s->sk);
	u32 i;

	for (i = 0; i < 100 && tp->snd_una != tp->write_seq; i++) {
		peer_flush(p);
		peer_send(p, ".", 1, 0, tp->snd_nxt - p->stack_isn, 65535,
			  NULL);
	}
	peer_flush(p);
}

static u64 mib(const struct tcp_peer *p, u32 which)
{
	return p->f->net->mib.v[which];
}

/* --- TCP --- */

/* Held until the last byte is acknowledged; then the program learns it. */
static void tcp_refers_to_the_programs_pages(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000 sackok");

	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 12288, 0), 12288);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 3);
	/* Every byte is compared with the pattern. */
	peer_expect(p, ".", 1, 1000, 1);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 9);
	peer_send(p, ".", 1, 0, 10001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 3);
	expect_no_note(test, s);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & EPOLLERR, 0);
	peer_send(p, ".", 1, 0, 12289, 65535, NULL);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	KUNIT_EXPECT_TRUE(test, peer_poll(s) & EPOLLERR);
	expect_note(test, s, 0, 0, 0);
	expect_no_note(test, s);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & EPOLLERR, 0);
	/* It is no error of the connection. */
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_ERROR), 0);
	KUNIT_EXPECT_EQ(test, mib(p, MIB_Doorbell_SentByReference), 12288);
	KUNIT_EXPECT_EQ(test, mib(p, MIB_Doorbell_CopiedAfterAll), 0);
	tcp_peer_end(p, s);
}

/* Pages that lie together are one fragment, from any place in the first. */
static void tcp_joins_pages_that_lie_together(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1400");
	const struct sk_buff *skb;

	p->any_payload = true;
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 4000, 1000, 0), 1000);
	skb = skb_peek_tail(&s->sk->sk_write_queue);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 1);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->frags[0].size, 1000);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 2);
	/* Two pages are charged, not 1,000 bytes. */
	KUNIT_EXPECT_GE(test, s->sk->sk_wmem_queued, 2 * PAGE_SIZE);
	KUNIT_EXPECT_LT(test, s->sk->sk_wmem_queued, 3 * PAGE_SIZE);
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 0);
	peer_expect(p, "P.", 1, 1000, 1);
	tcp_peer_end(p, s);
}

/* The segment is summed anew each time: what is sent again is what the memory
 * holds then. */
static void tcp_resends_what_the_page_holds(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	const struct peer_segment *g;

	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	peer_expect(p, "P.", 1, 100, 1);
	memset(mem, 'z', 100);
	test_advance_ns(2 * NSEC_PER_SEC);
	p->any_payload = true;
	g = peer_expect(p, "P.", 1, 100, 1);
	KUNIT_ASSERT_NOT_NULL(test, g);
	KUNIT_EXPECT_EQ(test, g->data[0], 'z');
	KUNIT_EXPECT_EQ(test, g->data[99], 'z');
	tcp_peer_end(p, s);
}

/* Acknowledged, but the device still reads the packet: not yet. */
static void tcp_waits_for_the_device(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");

	p->f->hold = true;
	p->f->ring_size = 100;
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 1);
	expect_no_note(test, s);
	fixture_complete(p->f, UINT32_MAX);
	p->f->hold = false;
	expect_note(test, s, 0, 0, 0);
	tcp_peer_end(p, s);
}

/* Notes that follow one another become one, until somebody has read it. */
static void reports_are_ranges(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	u32 i;

	peer_setsockopt(s, SOL_TCP, TCP_NODELAY, 1);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, zc_send(s, i * 100, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 6);
	peer_send(p, ".", 1, 0, 250, 65535, NULL); /* half of a call */
	expect_note(test, s, 0, 1, 0);
	expect_no_note(test, s);
	peer_send(p, ".", 1, 0, 401, 65535, NULL);
	peer_send(p, ".", 1, 0, 501, 65535, NULL);
	expect_note(test, s, 2, 4, 0);
	peer_send(p, ".", 1, 0, 601, 65535, NULL);
	expect_note(test, s, 5, 5, 0);
	KUNIT_EXPECT_EQ(test, s->sk->sk_zcnotes, 0);
	tcp_peer_end(p, s);
}

/* What was copied is told apart, by the code. */
static void reports_do_not_mix_codes(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");

	peer_setsockopt(s, SOL_TCP, TCP_NODELAY, 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	p->f->eth0->features &= ~(u64)NETIF_F_SG;
	KUNIT_EXPECT_EQ(test, zc_send(s, 100, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	peer_send(p, ".", 1, 0, 201, 65535, NULL);
	expect_note(test, s, 0, 0, 0);
	expect_note(test, s, 1, 1, SO_EE_CODE_ZEROCOPY_COPIED);
	expect_no_note(test, s);
	KUNIT_EXPECT_EQ(test, mib(p, MIB_Doorbell_SentByReference), 100);
	peer_flush(p);
	tcp_peer_end(p, s);
}

/* Calls that end up in one packet share a note. */
static void tcp_calls_share_a_note(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");

	peer_setsockopt(s, SOL_TCP, TCP_CORK, 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, zc_send(s, 100, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, peer_write(s, 200, 100, 0), 100); /* copied */
	KUNIT_EXPECT_EQ(test, zc_send(s, 300, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, s->sk->sk_zcnotes, 1);
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 0);
	peer_expect(p, "P.", 1, 400, 1);
	expect_no_note(test, s);
	peer_send(p, ".", 1, 0, 401, 65535, NULL);
	expect_note(test, s, 0, 2, 0);
	tcp_peer_end(p, s);
}

/* A note tells of 512 KiB at most. A call that begins another begins a packet,
 * too, so that each packet's end is the end of no note but its own. */
static void tcp_packet_has_one_note(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	struct iovec v[6];
	ssize_t n;
	u32 i;

	p->any_payload = true;
	for (i = 0; i < 6; i++)
		v[i] = (struct iovec){ (__force void __user *)mem, MEM_BYTES };
	peer_setsockopt(s, SOL_SOCKET, SO_SNDBUF, 20000);
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	n = zc_sendv(s, v, 6, 0);
	KUNIT_EXPECT_GT(test, n, 0);
	KUNIT_EXPECT_LT(test, n, MEM_BYTES);
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 0);
	peer_expect(p, "P.", 1, 100, 1);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	expect_note(test, s, 0, 0, 0);
	expect_no_note(test, s);
	ack_all(p, s);
	expect_note(test, s, 1, 1, 0);
	tcp_peer_end(p, s);
}

/* MAX_SKB_FRAGS places in memory fill a packet. */
static void tcp_fills_a_packet_with_places(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	struct iovec v[20];
	u32 i;

	p->any_payload = true;
	for (i = 0; i < 20; i++)
		v[i] = (struct iovec){ (__force void __user *)(mem + i * 20),
				       10 };
	/* Each place counts as a page. */
	peer_setsockopt(s, SOL_SOCKET, SO_SNDBUF, 100000);
	KUNIT_EXPECT_EQ(test, zc_sendv(s, v, 20, 0), 200);
	peer_expect(p, "P.", 1, 170, 1);
	peer_send(p, ".", 1, 0, 171, 65535, NULL);
	peer_expect(p, "P.", 171, 30, 1);
	expect_no_note(test, s);
	peer_send(p, ".", 1, 0, 201, 65535, NULL);
	expect_note(test, s, 0, 0, 0);
	tcp_peer_end(p, s);
}

/* The flag alone is no more than a hint that nobody understands. */
static void flag_is_ignored_without_the_option(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	peer_expect(p, "P.", 1, 100, 1);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	expect_no_note(test, s);
	/* And a call without bytes, or without the flag, has no number. */
	peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, peer_write(s, 100, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, zc_send(s, 200, 100, 0), 100);
	peer_send(p, ".", 1, 0, 201, 65535, NULL);
	peer_send(p, ".", 1, 0, 301, 65535, NULL);
	expect_note(test, s, 0, 0, 0);
	peer_flush(p);
	/* Switched off, it is ignored again; numbers go on afterwards. */
	peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 0);
	KUNIT_EXPECT_EQ(test, zc_send(s, 300, 100, 0), 100);
	peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 400, 100, 0), 100);
	peer_send(p, ".", 1, 0, 401, 65535, NULL);
	peer_send(p, ".", 1, 0, 501, 65535, NULL);
	expect_note(test, s, 1, 1, 0);
	peer_flush(p);
	tcp_peer_end(p, s);
}

static void so_zerocopy_is_checked(struct kunit *test)
{
	static const struct {
		int type, protocol;
	} others[] = {
		{ SOCK_RAW, IPPROTO_UDP },
		{ SOCK_DGRAM, IPPROTO_ICMP },
	};
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_STREAM, 0);
	u32 i;

	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_ZEROCOPY), 0);
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, -1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 1),
			0);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_ZEROCOPY), 1);
	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 0),
			0);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_ZEROCOPY), 0);
	sock_release(s);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		s = test_socket(f->net, others[i].type, others[i].protocol);
		KUNIT_EXPECT_EQ(test,
				peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 1),
				-EOPNOTSUPP);
		sock_release(s);
	}
}

/* A child has the listener's option, and numbers of its own. */
static void tcp_child_counts_for_itself(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *l = peer_listener(p, 80, 5), *s;
	int err;

	peer_setsockopt(l, SOL_SOCKET, SO_ZEROCOPY, 1);
	l->sk->sk_zckey = 5;
	peer_handshake(p, "mss=1000");
	s = peer_accept(l, &err);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(s, SOL_SOCKET, SO_ZEROCOPY), 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	peer_expect(p, "P.", 1, 100, 1);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	expect_note(test, s, 0, 0, 0);
	sock_release(l);
	tcp_peer_end(p, s);
}

/* Notes that nobody reads take option memory, which ends. */
static void notes_have_a_limit(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	struct sk_buff *one;

	peer_setsockopt(s, SOL_TCP, TCP_NODELAY, 1);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	one = alloc_skb(0, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, one);
	p->f->net->sysctl_optmem_max = one->truesize * 2;
	consume_skb(one);
	KUNIT_EXPECT_EQ(test, zc_send(s, 100, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, zc_send(s, 200, 100, 0), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, peer_write(s, 200, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, peer_flush(p), 3);
	peer_send(p, ".", 1, 0, 301, 65535, NULL);
	/* The two are one report now, which takes the place of one. */
	KUNIT_EXPECT_EQ(test, zc_send(s, 300, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, zc_send(s, 400, 100, 0), -ENOBUFS);
	expect_note(test, s, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, zc_send(s, 400, 100, 0), 100);
	peer_send(p, ".", 1, 0, 501, 65535, NULL);
	expect_note(test, s, 2, 3, 0);
	peer_flush(p);
	tcp_peer_end(p, s);
}

/* Memory that ends: the pages before are sent. */
static void tcp_sends_up_to_a_bad_page(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");

	test_bad_user_range(mem + PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, zc_send(s, PAGE_SIZE, 100, 0), -EFAULT);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	KUNIT_EXPECT_EQ(test, zc_send(s, 3096, 2000, 0), 1000);
	test_bad_user_range(NULL, 0);
	p->any_payload = true;
	peer_expect(p, "P.", 1, 1000, 1);
	peer_send(p, ".", 1, 0, 1001, 65535, NULL);
	expect_note(test, s, 0, 0, 0); /* the other had none */
	expect_no_note(test, s);
	tcp_peer_end(p, s);
}

/* A full send buffer: a part of it, or nothing and no number. */
static void tcp_sends_what_there_is_room_for(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	ssize_t n;

	peer_setsockopt(s, SOL_SOCKET, SO_SNDBUF, 20000);
	n = zc_send(s, 0, MEM_BYTES, 0);
	KUNIT_EXPECT_GT(test, n, 0);
	KUNIT_EXPECT_LT(test, n, MEM_BYTES);
	KUNIT_EXPECT_EQ(test, zc_send(s, (u32)n, 100, 0), -EAGAIN);
	ack_all(p, s);
	expect_note(test, s, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, zc_send(s, (u32)n, 100, 0), 100);
	ack_all(p, s);
	expect_note(test, s, 1, 1, 0);
	tcp_peer_end(p, s);
}

/* The end of the socket with pages still out: they come back all the same. */
static void pages_outlive_the_socket(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	peer_expect(p, "P.", 1, 100, 1);
	sock_release(s);
	peer_expect(p, "F.", 101, 0, 1);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 1);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	peer_send(p, "R.", 1, 0, 102, 0, NULL);
	tcp_peer_free(p);
}

/* An abort while the device has the packet; and reports nobody has read. */
static void abort_leaves_nothing(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	peer_expect(p, "P.", 1, 100, 1);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	p->f->hold = true;
	p->f->ring_size = 100;
	KUNIT_EXPECT_EQ(test, zc_send(s, 100, 100, 0), 100);
	tcp_peer_end(p, s);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 1);
	fixture_complete((struct net_fixture *)test->priv, UINT32_MAX);
}

/* A reset by the peer: the pages come back at once, with a report. */
static void reset_reports(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	peer_expect(p, "P.", 1, 100, 1);
	peer_send(p, "R.", 1, 0, 1, 0, NULL);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	expect_note(test, s, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, MSG_NOSIGNAL), -ECONNRESET);
	expect_no_note(test, s);
	tcp_peer_end(p, s);
}

/* Each allocation fails once: a call is taken or refused whole, and each one
 * that was taken is told of. */
static void tcp_zerocopy_without_memory(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	u32 n, sent = 0, calls = 0;
	struct test_report r;
	ssize_t got;

	p->any_payload = true;
	peer_setsockopt(s, SOL_TCP, TCP_NODELAY, 1);
	for (n = 1; n < 30; n++) {
		test_fail_nth_alloc(n);
		got = zc_send(s, 4000, 200, 0);
		if (got > 0) {
			sent += (u32)got;
			calls++;
		}
		if (!test_fail_fired())
			break;
		test_fail_nth_alloc(0);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_GT(test, n, 3);
	KUNIT_EXPECT_GT(test, calls, 0);
	test_advance_ns(5 * NSEC_PER_SEC);
	peer_flush(p);
	peer_send(p, ".", 1, 0, 1 + sent, 65535, NULL);
	r = test_read_report(s);
	KUNIT_EXPECT_EQ(test, r.len, 0);
	KUNIT_EXPECT_EQ(test, r.ee.ee_info, 0);
	KUNIT_EXPECT_EQ(test, r.ee.ee_data, calls - 1);
	tcp_peer_end(p, s);
}

/* --- where packets may stay for any time --- */

struct tap {
	struct packet_type pt;
	struct sk_buff *last;
};

static int tap_keeps(struct sk_buff *skb, struct net_device *dev,
		     struct packet_type *pt, struct net_device *orig_dev)
{
	struct tap *t = container_of(pt, struct tap, pt);

	if (t->last)
		kfree_skb(t->last);
	t->last = skb;
	return 0;
}

/* A tap keeps its frame: it has a copy, and the program its page. */
static void tap_gets_a_copy(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = zc_connected(p, "mss=1000");
	struct tap t = { .pt = { .type = htons(ETH_P_ALL),
				 .func = tap_keeps } };
	u8 got[2];

	dev_add_pack(&t.pt);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	dev_remove_pack(&t.pt);
	peer_expect(p, "P.", 1, 100, 1);
	peer_send(p, ".", 1, 0, 101, 65535, NULL);
	expect_note(test, s, 0, 0, SO_EE_CODE_ZEROCOPY_COPIED);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	KUNIT_EXPECT_EQ(test, mib(p, MIB_Doorbell_CopiedAfterAll), 100);
	memset(mem, 'z', 100);
	KUNIT_ASSERT_NOT_NULL(test, t.last);
	KUNIT_EXPECT_EQ(test, skb_copy_bits(t.last, t.last->len - 100, got, 2),
			0);
	KUNIT_EXPECT_EQ(test, got[0], peer_byte(1));
	KUNIT_EXPECT_EQ(test, got[1], peer_byte(2));
	kfree_skb(t.last);
	tcp_peer_end(p, s);
}

/* Over lo, the reader may wait for ever. */
static void loopback_gets_a_copy(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *a = test_socket(f->net, SOCK_DGRAM, 0),
		      *b = test_socket(f->net, SOCK_DGRAM, 0);
	u8 buf[4000];

	KUNIT_EXPECT_EQ(test, test_bind(b, "127.0.0.1", 7), 0);
	KUNIT_EXPECT_EQ(test, test_connect(a, "127.0.0.1", 7), 0);
	peer_setsockopt(a, SOL_SOCKET, SO_ZEROCOPY, 1);
	KUNIT_EXPECT_EQ(test, zc_send(a, 500, 4000, 0), 4000);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 0);
	expect_note(test, a, 0, 0, SO_EE_CODE_ZEROCOPY_COPIED);
	KUNIT_EXPECT_EQ(test, test_recvmsg(b, buf, sizeof(buf), 0).len, 4000);
	KUNIT_EXPECT_EQ(test, memcmp(buf, mem + 500, 4000), 0);
	sock_release(a);
	sock_release(b);
}

/* No memory for the copy: a datagram is lost, and the device counts it. */
static void loopback_without_memory(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *a = test_socket(f->net, SOCK_DGRAM, 0);
	u64 lost = f->net->loopback_dev->stats.tx_dropped;
	u32 n, notes = 0, calls = 0;
	struct test_report r;

	KUNIT_EXPECT_EQ(test, test_connect(a, "127.0.0.1", 7), 0);
	peer_setsockopt(a, SOL_SOCKET, SO_ZEROCOPY, 1);
	for (n = 1; n < 30; n++) {
		test_fail_nth_alloc(n);
		if (zc_send(a, 4000, 200, 0) == 200)
			calls++;
		if (!test_fail_fired())
			break;
		test_fail_nth_alloc(0);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_GT(test, f->net->loopback_dev->stats.tx_dropped, lost);
	for (;;) {
		r = test_read_report(a);
		if (r.len == -EAGAIN)
			break;
		if (r.len >= 0 && r.ee.ee_origin == SO_EE_ORIGIN_ZEROCOPY)
			notes += r.ee.ee_data - r.ee.ee_info + 1;
	}
	KUNIT_EXPECT_EQ(test, notes, calls);
	sock_release(a);
}

/* --- UDP --- */

/* A socket to a neighbour that is known, by a device that sums. */
static struct socket *udp_to_the_wire(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = test_socket(p->f->net, SOCK_DGRAM, 0);

	BUG_ON(test_connect(s, PEER_IP, 7));
	BUG_ON(peer_setsockopt(s, SOL_SOCKET, SO_ZEROCOPY, 1));
	tcp_peer_free(p);
	((struct net_fixture *)test->priv)->eth0->features |= NETIF_F_HW_CSUM;
	fixture_tx_reset((struct net_fixture *)test->priv);
	return s;
}

static void udp_refers_to_the_programs_pages(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = udp_to_the_wire(test);
	const struct iphdr *iph;
	u32 i;

	f->hold = true;
	f->ring_size = 100;
	KUNIT_EXPECT_EQ(test, zc_send(s, 3500, 1200, 0), 1200);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 10, 0), 10);
	KUNIT_EXPECT_EQ(test, test_pinned_pages(), 3);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 2);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 28 + 1200);
	KUNIT_EXPECT_EQ(test, f->tx[0].ip_summed, CHECKSUM_PARTIAL);
	iph = (const struct iphdr *)(const void *)(f->tx[0].data + ETH_HLEN);
	KUNIT_EXPECT_EQ(test, ntohs(iph->tot_len), 1228);
	for (i = 0; i < 1200; i++)
		if (f->tx[0].data[ETH_HLEN + 28 + i] != mem[3500 + i])
			break;
	KUNIT_EXPECT_EQ(test, i, 1200);
	KUNIT_EXPECT_GT(test, s->sk->sk_wmem_alloc, 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, f->net->mib.v[MIB_Doorbell_SentByReference],
			1210);
	expect_no_note(test, s);
	fixture_complete(f, 1);
	expect_note(test, s, 0, 0, 0);
	fixture_complete(f, UINT32_MAX);
	expect_note(test, s, 1, 1, 0);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	sock_release(s);
}

/* A sum of ours, fragments, a corked datagram, no gathering: copied. */
static void udp_copies_when_it_must(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = udp_to_the_wire(test);

	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 3000, 0), 3000);
	expect_note(test, s, 0, 0, SO_EE_CODE_ZEROCOPY_COPIED);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, MSG_MORE), 100);
	KUNIT_EXPECT_EQ(test, zc_send(s, 100, 100, 0), 100);
	expect_note(test, s, 1, 2, SO_EE_CODE_ZEROCOPY_COPIED);
	f->eth0->features &= ~(u64)NETIF_F_HW_CSUM;
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	f->eth0->features |= NETIF_F_HW_CSUM;
	f->eth0->features &= ~(u64)NETIF_F_SG;
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), 100);
	expect_note(test, s, 3, 4, SO_EE_CODE_ZEROCOPY_COPIED);
	KUNIT_EXPECT_EQ(test, f->net->mib.v[MIB_Doorbell_SentByReference], 0);
	sock_release(s);
}

/* What fails has no number, and holds nothing. */
static void udp_zerocopy_fails_cleanly(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = udp_to_the_wire(test);
	struct iovec v[18];
	u32 i;

	for (i = 0; i < 18; i++)
		v[i] = (struct iovec){ (__force void __user *)(mem + i * 20),
				       10 };
	KUNIT_EXPECT_EQ(test, zc_sendv(s, v, 18, 0), -EMSGSIZE);
	test_bad_user_range(mem + PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, zc_send(s, 4000, 200, 0), -EFAULT);
	test_bad_user_range(NULL, 0);
	f->net->sysctl_optmem_max = 10;
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, 0), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 100, MSG_MORE), -ENOBUFS);
	f->net->sysctl_optmem_max = 131072;
	KUNIT_EXPECT_EQ(test, zc_send(s, 0, 0, 0), 0); /* an empty datagram */
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, zc_sendv(s, v, 17, 0), 170);
	expect_note(test, s, 0, 0, 0);
	expect_no_note(test, s);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	sock_release(s);
}

static const struct kunit_case zerocopy_cases[] = {
	KUNIT_CASE(tcp_refers_to_the_programs_pages),
	KUNIT_CASE(tcp_joins_pages_that_lie_together),
	KUNIT_CASE(tcp_resends_what_the_page_holds),
	KUNIT_CASE(tcp_waits_for_the_device),
	KUNIT_CASE(reports_are_ranges),
	KUNIT_CASE(reports_do_not_mix_codes),
	KUNIT_CASE(tcp_calls_share_a_note),
	KUNIT_CASE(tcp_packet_has_one_note),
	KUNIT_CASE(tcp_fills_a_packet_with_places),
	KUNIT_CASE(flag_is_ignored_without_the_option),
	KUNIT_CASE(so_zerocopy_is_checked),
	KUNIT_CASE(tcp_child_counts_for_itself),
	KUNIT_CASE(notes_have_a_limit),
	KUNIT_CASE(tcp_sends_up_to_a_bad_page),
	KUNIT_CASE(tcp_sends_what_there_is_room_for),
	KUNIT_CASE(pages_outlive_the_socket),
	KUNIT_CASE(abort_leaves_nothing),
	KUNIT_CASE(reset_reports),
	KUNIT_CASE(tcp_zerocopy_without_memory),
	KUNIT_CASE(tap_gets_a_copy),
	KUNIT_CASE(loopback_gets_a_copy),
	KUNIT_CASE(loopback_without_memory),
	KUNIT_CASE(udp_refers_to_the_programs_pages),
	KUNIT_CASE(udp_copies_when_it_must),
	KUNIT_CASE(udp_zerocopy_fails_cleanly),
	{}
};

static const struct kunit_suite zerocopy_suite = {
	.name = "zerocopy",
	.init = zerocopy_init,
	.exit = zerocopy_exit,
	.test_cases = zerocopy_cases,
};
kunit_test_suite(zerocopy_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: sending pages without copying them (row B4), against a scripted peer.
 */
#include "lib/page.h"
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "net/core/sock.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

/* @n pages of the pattern from @off on; one reference each is ours. */
static void fill_pages(struct bio_vec *v, u32 n, u32 off)
{
	u32 i, j;

	for (i = 0; i < n; i++) {
		u8 *p;

		v[i] = (struct bio_vec){ alloc_page(GFP_KERNEL), PAGE_SIZE, 0 };
		BUG_ON(!v[i].bv_page);
		p = page_address(v[i].bv_page);
		for (j = 0; j < PAGE_SIZE; j++)
			p[j] = peer_byte(off + 1 + i * (u32)PAGE_SIZE + j);
	}
}

static void put_pages(struct kunit *test, struct bio_vec *v, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, page_count(v[i].bv_page), 1);
		put_page(v[i].bv_page);
	}
}

static ssize_t send_pages(struct socket *s, struct bio_vec *v, u32 n,
			  size_t len, u32 flags)
{
	struct msghdr msg = { .msg_flags =
				      flags | MSG_SPLICE_PAGES | MSG_DONTWAIT };

	iov_iter_bvec(&msg.msg_iter, true, v, n, len);
	return s->ops->sendmsg(s, &msg, len);
}

/* The pages go out as they are, and come back with the ACK. */
static void tcp_sends_pages_without_a_copy(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000 sackok");
	struct bio_vec v[2];

	fill_pages(v, 2, 0);
	KUNIT_EXPECT_EQ(test, send_pages(s, v, 2, 8192, 0), 8192);
	KUNIT_EXPECT_EQ(test, page_count(v[0].bv_page), 2);
	KUNIT_EXPECT_EQ(test, p->f->net->mib.v[MIB_Doorbell_SentByReference],
			8192);
	/* Every byte is compared with the pattern. */
	KUNIT_EXPECT_EQ(test, peer_flush(p), 9);
	peer_send(p, ".", 1, 0, 4001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, page_count(v[0].bv_page), 2);
	peer_send(p, ".", 1, 0, 5001, 65535, NULL);
	KUNIT_EXPECT_EQ(test, page_count(v[0].bv_page), 1);
	KUNIT_EXPECT_EQ(test, page_count(v[1].bv_page), 2);
	peer_send(p, ".", 1, 0, 8193, 65535, NULL);
	put_pages(test, v, 2);
	tcp_peer_end(p, s);
}

/* What follows in memory extends the fragment; copied bytes may lie between. */
static void tcp_joins_pieces_and_mixes_them(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	struct bio_vec v[3], part[20];
	const struct sk_buff *skb;
	u32 i;

	fill_pages(v, 3, 0);
	for (i = 0; i < 20; i++)
		part[i] = (struct bio_vec){ v[0].bv_page, 10, i * 10 };
	KUNIT_EXPECT_EQ(test, send_pages(s, part, 20, 200, MSG_MORE), 200);
	skb = skb_peek_tail(&s->sk->sk_write_queue);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 1);
	KUNIT_EXPECT_EQ(test, page_count(v[0].bv_page), 2);
	KUNIT_EXPECT_EQ(test, peer_write(s, 200, 100, MSG_MORE), 100);
	part[0] = (struct bio_vec){ v[0].bv_page, 300, 300 };
	KUNIT_EXPECT_EQ(test, send_pages(s, part, 1, 300, 0), 300);
	peer_expect(p, "P.", 1, 600, 1);
	peer_send(p, ".", 1, 0, 601, 65535, NULL);
	put_pages(test, v, 3);
	tcp_peer_end(p, s);
}

/* MAX_SKB_FRAGS pieces fill a packet, however short they are. */
static void tcp_fills_a_packet_with_pieces(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	struct bio_vec v[1], part[20];
	u32 i;

	p->any_payload = true;
	fill_pages(v, 1, 0);
	for (i = 0; i < 20; i++)
		part[i] = (struct bio_vec){ v[0].bv_page, 10, i * 20 };
	KUNIT_EXPECT_EQ(test, send_pages(s, part, 20, 200, 0), 200);
	peer_expect(p, "P.", 1, 170, 1);
	peer_expect_none(p); /* Nagle */
	peer_send(p, ".", 1, 0, 171, 65535, NULL);
	peer_expect(p, "P.", 171, 30, 1);
	peer_send(p, ".", 1, 0, 201, 65535, NULL);
	put_pages(test, v, 1);
	tcp_peer_end(p, s);
}

/* A full send buffer takes part of it; the rest of the walk stays. */
static void tcp_stops_at_a_full_buffer(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	struct bio_vec v[16];
	ssize_t n;

	KUNIT_EXPECT_EQ(test, peer_setsockopt(s, SOL_SOCKET, SO_SNDBUF, 10000),
			0);
	fill_pages(v, 16, 0);
	n = send_pages(s, v, 16, 16 * PAGE_SIZE, 0);
	KUNIT_EXPECT_TRUE(test, n > 0 && n < 16 * (ssize_t)PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, send_pages(s, v, 1, 10, 0), -EAGAIN);
	peer_flush(p);
	tcp_peer_end(p, s);
	put_pages(test, v, 16);
}

static void tcp_sends_pages_without_memory(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = peer_connected(p, "mss=1000");
	struct bio_vec v[1];
	u32 n;

	p->any_payload = true;
	fill_pages(v, 1, 0);
	for (n = 1; n < 30; n++) {
		test_fail_nth_alloc(n);
		(void)send_pages(s, v, 1, 100, 0);
		if (!test_fail_fired())
			break;
		test_fail_nth_alloc(0);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_GT(test, n, 2);
	tcp_peer_end(p, s);
	put_pages(test, v, 1);
}

static const struct kunit_case splice_cases[] = {
	KUNIT_CASE(tcp_sends_pages_without_a_copy),
	KUNIT_CASE(tcp_joins_pieces_and_mixes_them),
	KUNIT_CASE(tcp_fills_a_packet_with_pieces),
	KUNIT_CASE(tcp_stops_at_a_full_buffer),
	KUNIT_CASE(tcp_sends_pages_without_memory),
	{}
};

static const struct kunit_suite splice_suite = {
	.name = "tcp-pages",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = splice_cases,
};
kunit_test_suite(splice_suite);

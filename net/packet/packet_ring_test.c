// SPDX-License-Identifier: MIT
/*
 * DOC: rings of AF_PACKET as a program sees them: it asks for pages as a
 * mapping does, reads what the kernel wrote, and gives frames and blocks back.
 * Offsets are those of the uAPI (linux/if_packet.h), written out.
 */
#include "lib/slab.h"
#include "lib/uapi/poll.h"
#include "net/packet/packet_int.h"
#include "tests/fixtures/net_fixture.h"

#define BLOCK     8192U
#define BLOCKS    3U
#define MAX_PAGES 8U

struct ring_test {
	struct net_fixture *f;
	struct socket *sock;
	struct page *pages[MAX_PAGES]; /* mapped */
	u32 nr_pages;
};

static int ask(struct socket *sock, const struct tpacket_req3 *req, u32 len)
{
	return sock->ops->setsockopt(sock, SOL_PACKET, PACKET_RX_RING,
				     (void __user *)(uintptr_t)req, len);
}

static int set_int(struct socket *sock, int name, int v)
{
	return sock->ops->setsockopt(sock, SOL_PACKET, name, (void __user *)&v,
				     sizeof(v));
}

static struct socket *open_version(struct net_fixture *f, int type, int version)
{
	struct socket *sock = NULL;

	BUG_ON(sock_create(f->net, AF_PACKET, type,
			   (__force u16)htons(ETH_P_ALL), &sock));
	BUG_ON(set_int(sock, PACKET_VERSION, version));
	return sock;
}

static const struct tpacket_req3 req_v3 = {
	.tp_block_size = BLOCK,
	.tp_block_nr = BLOCKS,
	.tp_frame_size = 2048,
	.tp_frame_nr = 12,
	.tp_retire_blk_tov = 20,
};
static const struct tpacket_req3 req_v2 = {
	.tp_block_size = PAGE_SIZE,
	.tp_block_nr = 2,
	.tp_frame_size = 2048,
	.tp_frame_nr = 4,
};

static void map(struct ring_test *t, u32 nr)
{
	for (t->nr_pages = 0; t->nr_pages < nr; t->nr_pages++)
		t->pages[t->nr_pages] = t->sock->ops->mmap_page(
			t->sock, (u64)t->nr_pages * PAGE_SIZE);
}

static void unmap(struct ring_test *t)
{
	while (t->nr_pages)
		put_page(t->pages[--t->nr_pages]);
}

static struct ring_test begin(struct kunit *test, int type, int version)
{
	struct ring_test t = { .f = test->priv };
	bool v3 = version == TPACKET_V3;

	t.sock = open_version(t.f, type, version);
	KUNIT_EXPECT_EQ(
		test, v3 ? ask(t.sock, &req_v3, 28) : ask(t.sock, &req_v2, 16),
		0);
	map(&t, v3 ? 6 : 2);
	return t;
}

static void end(struct ring_test *t)
{
	unmap(t);
	sock_release(t->sock);
}

static u8 *at(const struct ring_test *t, u32 off)
{
	return (u8 *)page_address(t->pages[off / PAGE_SIZE]) + off % PAGE_SIZE;
}

static u32 word(const struct ring_test *t, u32 off)
{
	u32 v;

	memcpy(&v, at(t, off), sizeof(v));
	return v;
}

static u16 half(const struct ring_test *t, u32 off)
{
	u16 v;

	memcpy(&v, at(t, off), sizeof(v));
	return v;
}

static void give_back(const struct ring_test *t, u32 off)
{
	memset(at(t, off), 0, 4);
}

/* A frame of @len bytes that begins with our address and counts up. */
static void frame_in(struct ring_test *t, u32 len)
{
	u8 frame[1600];
	u32 i;

	for (i = 0; i < len; i++)
		frame[i] = (u8)i;
	memcpy(frame, t->f->eth0->dev_addr, ETH_ALEN);
	memcpy(frame + 12, "\x88\xb5", 2);
	fixture_rx(t->f, frame, len);
}

static bool same_bytes(const struct ring_test *t, u32 off, u32 from, u32 to)
{
	for (; from < to; from++)
		if (*at(t, off + from) != (u8)from)
			return false;
	return true;
}

static u32 poll_bits(struct socket *sock)
{
	struct file f = { .private_data = sock };

	return sock->ops->poll(&f, sock, NULL);
}

static struct tpacket_stats_v3 statistics(struct socket *sock)
{
	struct tpacket_stats_v3 st = { 0 };
	int len = sizeof(st);

	(void)!sock->ops->getsockopt(sock, SOL_PACKET, PACKET_STATISTICS,
				     (void __user *)&st, (int __user *)&len);
	return st;
}

/* --- version 3 --- */

static void v3_block_retires_in_time(struct kunit *test)
{
	struct ring_test t = begin(test, SOCK_RAW, TPACKET_V3);
	u32 second;

	frame_in(&t, 100);
	frame_in(&t, 60);
	KUNIT_EXPECT_EQ(test, word(&t, 8), TP_STATUS_KERNEL);
	KUNIT_EXPECT_FALSE(test, poll_bits(t.sock) & EPOLLIN);
	test_advance_ns(25 * NSEC_PER_MSEC);
	KUNIT_EXPECT_TRUE(test, poll_bits(t.sock) & EPOLLIN);
	KUNIT_EXPECT_EQ(test, word(&t, 0), 2); /* version */
	KUNIT_EXPECT_EQ(test, word(&t, 4), 48);
	KUNIT_EXPECT_EQ(test, word(&t, 8), 0x21); /* user, by time */
	KUNIT_EXPECT_EQ(test, word(&t, 12), 2);
	KUNIT_EXPECT_EQ(test, word(&t, 16), 48);
	KUNIT_EXPECT_EQ(test, word(&t, 24), 1); /* sequence */
	/* tp_next_offset, snaplen, len, status, mac, net */
	second = 48 + word(&t, 48);
	KUNIT_EXPECT_EQ(test, word(&t, 48 + 12), 100);
	KUNIT_EXPECT_EQ(test, word(&t, 48 + 16), 100);
	KUNIT_EXPECT_EQ(test, word(&t, 48 + 20) & 0xff, TP_STATUS_USER);
	KUNIT_EXPECT_EQ(test, half(&t, 48 + 24), 82);
	KUNIT_EXPECT_EQ(test, half(&t, 48 + 26), 96);
	KUNIT_EXPECT_EQ(test, word(&t, 48), ALIGN(82 + 100, 8));
	KUNIT_EXPECT_TRUE(test, same_bytes(&t, 48 + 82, 14, 100));
	KUNIT_EXPECT_EQ(test, half(&t, 48 + 48), AF_PACKET);
	KUNIT_EXPECT_EQ(test, word(&t, second), 0); /* the last one */
	KUNIT_EXPECT_EQ(test, word(&t, second + 12), 60);
	KUNIT_EXPECT_TRUE(test, same_bytes(&t, second + 82, 14, 60));
	KUNIT_EXPECT_EQ(test, word(&t, 20), second + ALIGN(82 + 60, 8));
	/* An idle ring needs no clock. */
	KUNIT_EXPECT_EQ(test, word(&t, BLOCK + 8), TP_STATUS_KERNEL);
	test_advance_ns(100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, word(&t, BLOCK + 8), TP_STATUS_KERNEL);
	give_back(&t, 8);
	KUNIT_EXPECT_FALSE(test, poll_bits(t.sock) & EPOLLIN);
	end(&t);
}

/* 5 packets of 1514 bytes fill a block; three blocks; then it is frozen. */
static void v3_full_queue_freezes_and_thaws(struct kunit *test)
{
	struct ring_test t = begin(test, SOCK_RAW, TPACKET_V3);
	struct tpacket_stats_v3 st;
	u32 i;

	for (i = 0; i < 5; i++)
		frame_in(&t, 1514);
	KUNIT_EXPECT_EQ(test, word(&t, 8), TP_STATUS_KERNEL);
	frame_in(&t, 1514);
	KUNIT_EXPECT_EQ(test, word(&t, 8), TP_STATUS_USER);
	KUNIT_EXPECT_EQ(test, word(&t, 12), 5);
	for (i = 6; i < 20; i++)
		frame_in(&t, 1514);
	KUNIT_EXPECT_EQ(test, word(&t, 2 * BLOCK + 8), TP_STATUS_USER);
	KUNIT_EXPECT_EQ(test, word(&t, 2 * BLOCK + 24), 3);
	st = statistics(t.sock);
	KUNIT_EXPECT_EQ(test, st.tp_packets, 20);
	KUNIT_EXPECT_EQ(test, st.tp_drops, 5);
	KUNIT_EXPECT_EQ(test, st.tp_freeze_q_cnt, 1);
	/* A block in the middle does not help, the next one does. */
	give_back(&t, BLOCK + 8);
	frame_in(&t, 1514);
	KUNIT_EXPECT_EQ(test, statistics(t.sock).tp_drops, 1);
	give_back(&t, 8);
	frame_in(&t, 200);
	KUNIT_EXPECT_EQ(test, statistics(t.sock).tp_drops, 0);
	test_advance_ns(25 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, word(&t, 8) & 0xff, 0x21);
	KUNIT_EXPECT_EQ(test, word(&t, 12), 1);
	KUNIT_EXPECT_EQ(test, word(&t, 24), 4);
	end(&t);
}

/* Lost packets are told with the next block, until somebody asks. */
static void v3_block_says_that_packets_were_lost(struct kunit *test)
{
	struct ring_test t = begin(test, SOCK_RAW, TPACKET_V3);
	u32 i;

	for (i = 0; i < 17; i++)
		frame_in(&t, 1514);
	give_back(&t, 8);
	frame_in(&t, 1514);
	test_advance_ns(25 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, word(&t, 8),
			TP_STATUS_USER | TP_STATUS_BLK_TMO | TP_STATUS_LOSING);
	end(&t);
}

static void v3_dgram_and_reserve_move_the_packet(struct kunit *test)
{
	struct ring_test t = { .f = test->priv };

	t.sock = open_version(t.f, SOCK_DGRAM, TPACKET_V3);
	KUNIT_EXPECT_EQ(test, set_int(t.sock, PACKET_RESERVE, 32), 0);
	KUNIT_EXPECT_EQ(test, ask(t.sock, &req_v3, 28), 0);
	map(&t, 6);
	frame_in(&t, 100);
	test_advance_ns(25 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, half(&t, 48 + 24), 80 + 16 + 32);
	KUNIT_EXPECT_EQ(test, half(&t, 48 + 26), 80 + 16 + 32);
	KUNIT_EXPECT_EQ(test, word(&t, 48 + 16), 86);
	KUNIT_EXPECT_TRUE(test, same_bytes(&t, 48 + 128 - 14, 14, 100));
	end(&t);
}

/* A program that scribbles over its blocks harms nobody but itself. */
static void v3_believes_nothing_but_the_status(struct kunit *test)
{
	struct ring_test t = begin(test, SOCK_RAW, TPACKET_V3);
	u32 i, j;

	for (i = 0; i < 50; i++) {
		frame_in(&t, 60 + i * 29);
		for (j = 0; j < t.nr_pages; j++)
			memset(page_address(t.pages[j]), 0xff, PAGE_SIZE);
		for (j = 0; j < BLOCKS; j++)
			give_back(&t, j * BLOCK + 8);
		if (i % 7 == 0)
			test_advance_ns(25 * NSEC_PER_MSEC);
	}
	KUNIT_EXPECT_EQ(test, statistics(t.sock).tp_packets, 50);
	end(&t);
}

/* --- versions 1 and 2 --- */

static void v2_frames_go_round(struct kunit *test)
{
	struct ring_test t = begin(test, SOCK_RAW, TPACKET_V2);
	u32 i;

	for (i = 0; i < 6; i++)
		frame_in(&t, 100 + i);
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, word(&t, i * 2048) & 0xff, 1);
		KUNIT_EXPECT_EQ(test, word(&t, i * 2048 + 4), 100 + i);
		KUNIT_EXPECT_EQ(test, word(&t, i * 2048 + 8), 100 + i);
		KUNIT_EXPECT_EQ(test, half(&t, i * 2048 + 12), 66);
		KUNIT_EXPECT_EQ(test, half(&t, i * 2048 + 14), 80);
		KUNIT_EXPECT_TRUE(test,
				  same_bytes(&t, i * 2048 + 66, 14, 100 + i));
		KUNIT_EXPECT_EQ(test, half(&t, i * 2048 + 32), AF_PACKET);
	}
	KUNIT_EXPECT_TRUE(test, poll_bits(t.sock) & EPOLLIN);
	give_back(&t, 0);
	frame_in(&t, 200);
	KUNIT_EXPECT_EQ(test, word(&t, 4), 200);
	KUNIT_EXPECT_EQ(test, word(&t, 0) & 0xff,
			TP_STATUS_USER | TP_STATUS_LOSING);
	KUNIT_EXPECT_EQ(test, statistics(t.sock).tp_drops, 2);
	end(&t);
}

static void v1_cuts_to_the_frame(struct kunit *test)
{
	struct ring_test t = { .f = test->priv };
	struct tpacket_req3 req = req_v2;

	req.tp_frame_size = 128;
	req.tp_frame_nr = 64;
	t.sock = open_version(t.f, SOCK_RAW, TPACKET_V1);
	KUNIT_EXPECT_EQ(test, ask(t.sock, &req, 16), 0);
	map(&t, 2);
	frame_in(&t, 100);
	KUNIT_EXPECT_EQ(test, word(&t, 0) & 0xff, 1);
	KUNIT_EXPECT_EQ(test, word(&t, 8), 100);       /* tp_len */
	KUNIT_EXPECT_EQ(test, word(&t, 12), 128 - 66); /* tp_snaplen */
	KUNIT_EXPECT_EQ(test, half(&t, 16), 66);
	KUNIT_EXPECT_TRUE(test, same_bytes(&t, 66, 14, 62));
	KUNIT_EXPECT_EQ(test, word(&t, 128), 0); /* the next one is untouched */
	end(&t);
}

/* --- life --- */

static void ring_is_judged(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_version(f, SOCK_RAW, TPACKET_V3);
	static const struct {
		u32 size, nr, frame, frames, priv;
	} wrong[] = {
		{ 4095, 1, 2048, 2, 0 },          { 0, 1, 2048, 2, 0 },
		{ 0x80000000, 1, 2048, 2, 0 },    { 4096, 1, 64, 64, 0 },
		{ 4096, 1, 2056, 1, 0 },          { 4096, 1, 8192, 0, 0 },
		{ 4096, 1, 2048, 3, 0 },          { 4096, 1, 2048, 2, 4000 },
		{ 4096, 1, 2048, 2, ~0U },        { 4096, 0, 2048, 1, 0 },
		{ 4096, 0x80000001, 2048, 2, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct tpacket_req3 req = {
			.tp_block_size = wrong[i].size,
			.tp_block_nr = wrong[i].nr,
			.tp_frame_size = wrong[i].frame,
			.tp_frame_nr = wrong[i].frames,
			.tp_sizeof_priv = wrong[i].priv,
		};

		KUNIT_EXPECT_EQ(test, ask(sock, &req, 28), -EINVAL);
	}
	KUNIT_EXPECT_EQ(test, ask(sock, &req_v3, 27), -EINVAL);
	KUNIT_EXPECT_EQ(test, ask(sock, &req_v3, 28), 0);
	KUNIT_EXPECT_EQ(test, ask(sock, &req_v3, 28), -EBUSY);
	KUNIT_EXPECT_EQ(test, set_int(sock, PACKET_VERSION, TPACKET_V1),
			-EBUSY);
	KUNIT_EXPECT_EQ(test, set_int(sock, PACKET_RESERVE, 4), -EBUSY);
	sock_release(sock);
}

static void ring_stays_while_it_is_mapped(struct kunit *test)
{
	struct ring_test t = begin(test, SOCK_RAW, TPACKET_V3);
	struct tpacket_req3 none = { 0 };
	u32 i;

	KUNIT_EXPECT_EQ(test, t.sock->ops->mmap(t.sock, 0, 3 * BLOCK), 0);
	KUNIT_EXPECT_EQ(test, t.sock->ops->mmap(t.sock, 0, 2 * BLOCK), -EINVAL);
	KUNIT_EXPECT_EQ(test, t.sock->ops->mmap(t.sock, BLOCK, 2 * BLOCK),
			-EINVAL);
	KUNIT_EXPECT_NULL(test, t.sock->ops->mmap_page(t.sock, 3 * BLOCK));
	for (i = 0; i < 6; i++) {
		KUNIT_EXPECT_EQ(test, ask(t.sock, &none, 28), -EBUSY);
		put_page(t.pages[--t.nr_pages]);
	}
	frame_in(&t, 100); /* the timer is set */
	KUNIT_EXPECT_EQ(test, ask(t.sock, &none, 28), 0);
	KUNIT_EXPECT_EQ(test, t.sock->ops->mmap(t.sock, 0, 3 * BLOCK), -EINVAL);
	test_advance_ns(30 * NSEC_PER_MSEC);
	/* Now it has a queue; which a new ring empties. */
	frame_in(&t, 100);
	KUNIT_EXPECT_TRUE(test, poll_bits(t.sock) & EPOLLIN);
	KUNIT_EXPECT_EQ(test, ask(t.sock, &req_v3, 28), 0);
	KUNIT_EXPECT_FALSE(test, poll_bits(t.sock) & EPOLLIN);
	frame_in(&t, 100);
	end(&t);
}

/* Each allocation fails once: nothing is left, and the socket works on. */
static void ring_needs_memory(struct kunit *test)
{
	struct ring_test t = { .f = test->priv };
	u32 i;

	t.sock = open_version(t.f, SOCK_RAW, TPACKET_V3);
	test_set_memory_short(true);
	KUNIT_EXPECT_EQ(test, ask(t.sock, &req_v3, 28), -ENOMEM);
	test_set_memory_short(false);
	for (i = 1; i <= 7; i++) {
		test_fail_nth_alloc(i);
		KUNIT_EXPECT_EQ(test, ask(t.sock, &req_v3, 28), -ENOMEM);
		KUNIT_EXPECT_TRUE(test, test_fail_fired());
	}
	frame_in(&t, 100);
	KUNIT_EXPECT_TRUE(test, poll_bits(t.sock) & EPOLLIN);
	sock_release(t.sock);
}

static const struct kunit_case ring_cases[] = {
	KUNIT_CASE(v3_block_retires_in_time),
	KUNIT_CASE(v3_full_queue_freezes_and_thaws),
	KUNIT_CASE(v3_block_says_that_packets_were_lost),
	KUNIT_CASE(v3_dgram_and_reserve_move_the_packet),
	KUNIT_CASE(v3_believes_nothing_but_the_status),
	KUNIT_CASE(v2_frames_go_round),
	KUNIT_CASE(v1_cuts_to_the_frame),
	KUNIT_CASE(ring_is_judged),
	KUNIT_CASE(ring_stays_while_it_is_mapped),
	KUNIT_CASE(ring_needs_memory),
	{},
};

static const struct kunit_suite ring_suite = {
	.name = "packet_ring",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = ring_cases,
};
kunit_test_suite(ring_suite);

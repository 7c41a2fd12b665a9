// SPDX-License-Identifier: MIT
/* DOC: sk_buff: room, sharing, truesize, destructors, memory failure
   (rows B1, B2, B3). */
#include "lib/checksum.h"
#include "lib/errno.h"
#include "net/core/skbuff.h"
#include "tests/fixtures/net_fixture.h"

static u32 destroyed;

static void count_destructor(struct sk_buff *skb)
{
	destroyed++;
}

/* @head linear bytes, then @n page fragments of @size; bytes 0, 1, 2, ... */
static struct sk_buff *frag_skb(struct net_fixture *f, u32 head, u32 n,
				u32 size)
{
	struct sk_buff *skb = fixture_skb(f, head);
	struct page *page;
	u32 i, k, at = head;
	u8 *p;

	if (!skb)
		return NULL;
	for (i = 0; i < n; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page) {
			kfree_skb(skb);
			return NULL;
		}
		p = page_address(page);
		for (k = 0; k < size; k++)
			p[100 + k] = (u8)at++;
		skb_fill_page_desc(skb, i, page, 100, size);
		skb->len += size;
		skb->data_len += size;
		skb->truesize += PAGE_SIZE;
	}
	return skb;
}

static bool counts_up(const struct sk_buff *skb, u8 first)
{
	u32 i;
	u8 b;

	for (i = 0; i < skb->len; i++)
		if (skb_copy_bits(skb, i, &b, 1) != 0 || b != (u8)(first + i))
			return false;
	return true;
}

static void alloc_skb_gives_room_and_truesize(struct kunit *test)
{
	static const u32 sizes[] = { 0,    1,    63,   320,  321,  1514,
				     1728, 1729, 2048, 2200, 4096, 70000 };
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		skb = alloc_skb(sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_GE(test, skb_tailroom(skb), sizes[i]);
		KUNIT_EXPECT_EQ(test, skb_headroom(skb), 0);
		KUNIT_EXPECT_EQ(test, skb->len, 0);
		KUNIT_EXPECT_EQ(test, skb->truesize,
				SKB_TRUESIZE(skb->end - skb->head));
		/* All of the promised room is really there (ASan). */
		memset(skb_put(skb, skb_tailroom(skb)), 0xee,
		       skb_tailroom(skb));
		kfree_skb(skb);
	}
	KUNIT_EXPECT_NULL(test, alloc_skb(UINT32_MAX, GFP_KERNEL));
}

static void skb_push_pull_put_move_the_ends(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test->priv, 100);

	KUNIT_EXPECT_EQ(test, skb_headroom(skb), 64);
	skb_push(skb, 14);
	KUNIT_EXPECT_EQ(test, skb->len, 114);
	KUNIT_EXPECT_EQ(test, skb_headroom(skb), 50);
	KUNIT_EXPECT_PTR_EQ(test, skb_pull(skb, 14), skb->head + 64);
	KUNIT_EXPECT_NULL(test, skb_pull(skb, 101));
	KUNIT_EXPECT_EQ(test, skb->len, 100);
	KUNIT_EXPECT_FALSE(test, pskb_may_pull(skb, 101));
	KUNIT_EXPECT_EQ(test, pskb_trim(skb, 40), 0);
	KUNIT_EXPECT_EQ(test, skb->len, 40);
	KUNIT_EXPECT_EQ(test, skb->tail - skb->data, 40);
	kfree_skb(skb);
}

static void skb_clone_shares_the_buffer(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test->priv, 100), *n;

	skb->destructor = count_destructor;
	destroyed = 0;
	n = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, n);
	KUNIT_EXPECT_PTR_EQ(test, n->head, skb->head);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->dataref, 2);
	KUNIT_EXPECT_TRUE(test, skb_cloned(skb) && skb_cloned(n));
	KUNIT_EXPECT_NULL(test, n->destructor);
	KUNIT_EXPECT_EQ(test, n->truesize, skb->truesize);
	consume_skb(n);
	KUNIT_EXPECT_EQ(test, destroyed, 0);
	KUNIT_EXPECT_FALSE(test, skb_cloned(skb));
	consume_skb(skb);
	KUNIT_EXPECT_EQ(test, destroyed, 1);
}

static void kfree_skb_destroys_at_the_last_reference(struct kunit *test)
{
	u64 *count = &skb_drop_counts[SKB_DROP_REASON_QDISC_DROP], was = *count;
	struct sk_buff *skb = fixture_skb(test->priv, 100);

	destroyed = 0;
	skb->destructor = count_destructor;
	skb_get(skb);
	kfree_skb_reason(skb, SKB_DROP_REASON_QDISC_DROP);
	KUNIT_EXPECT_EQ(test, destroyed, 0);
	KUNIT_EXPECT_EQ(test, *count, was);
	kfree_skb_reason(skb, SKB_DROP_REASON_QDISC_DROP);
	KUNIT_EXPECT_EQ(test, destroyed, 1);
	KUNIT_EXPECT_EQ(test, *count, was + 1);
	kfree_skb(NULL);
}

static void skb_clone_of_fclone_needs_no_memory(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb_fclone(200, GFP_KERNEL), *n, *m;
	u32 order;

	for (order = 0; order < 2; order++) {
		test_fail_nth_alloc(1);
		n = skb_clone(skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, n);
		KUNIT_EXPECT_FALSE(test, test_fail_fired());
		/* The twin is taken: the next clone allocates, and fails. */
		KUNIT_EXPECT_NULL(test, skb_clone(skb, GFP_KERNEL));
		KUNIT_EXPECT_TRUE(test, test_fail_fired());
		m = skb_clone(n, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, m);
		consume_skb(n);
		consume_skb(m);
	}
	/* The clone may outlive the original. */
	n = skb_clone(skb, GFP_KERNEL);
	consume_skb(skb);
	skb_put(n, 10);
	consume_skb(n);
}

/* TCP must not retransmit what still waits below it. */
static void skb_fclone_busy_while_the_clone_is_below(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb_fclone(200, GFP_KERNEL), *n;
	struct sock *sk = (struct sock *)(void *)&destroyed; /* an identity */

	KUNIT_EXPECT_FALSE(test, skb_fclone_busy(sk, skb));
	n = skb_clone(skb, GFP_KERNEL);
	n->sk = sk;
	KUNIT_EXPECT_TRUE(test, skb_fclone_busy(sk, skb));
	n->sk = NULL; /* orphaned, as lo does */
	KUNIT_EXPECT_FALSE(test, skb_fclone_busy(sk, skb));
	consume_skb(n);
	KUNIT_EXPECT_FALSE(test, skb_fclone_busy(sk, skb));
	consume_skb(skb);
}

static void pskb_expand_head_keeps_bytes_and_headers(struct kunit *test)
{
	struct sk_buff *skb = frag_skb(test->priv, 50, 3, 70), *n;
	u32 truesize = skb->truesize, osize = (u32)(skb->end - skb->head);

	skb_set_transport_header(skb, 20);
	n = skb_clone(skb, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, pskb_expand_head(n, 100, 200, GFP_KERNEL), 0);
	KUNIT_EXPECT_FALSE(test, skb_cloned(n));
	KUNIT_EXPECT_FALSE(test, skb_cloned(skb));
	KUNIT_EXPECT_EQ(test, skb_headroom(n), 164);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(n), 20);
	KUNIT_EXPECT_EQ(test, n->truesize,
			truesize + (u32)(n->end - n->head) - osize);
	KUNIT_EXPECT_TRUE(test, counts_up(n, 0));
	KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
	KUNIT_EXPECT_EQ(test, page_count(skb_shinfo(n)->frags[0].page), 2);
	consume_skb(skb);
	KUNIT_EXPECT_TRUE(test, counts_up(n, 0));
	consume_skb(n);
}

static void skb_cow_head_copies_only_if_needed(struct kunit *test)
{
	struct sk_buff *skb = fixture_skb(test->priv, 50), *n;
	u8 *head = skb->head;

	KUNIT_EXPECT_EQ(test, skb_cow_head(skb, 64), 0);
	KUNIT_EXPECT_PTR_EQ(test, skb->head, head);
	n = skb_clone(skb, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, skb_cow_head(n, 64), 0);
	KUNIT_EXPECT_TRUE(test, n->head != head);
	KUNIT_EXPECT_EQ(test, skb_cow_head(skb, 65), 0);
	KUNIT_EXPECT_GE(test, skb_headroom(skb), 65);
	consume_skb(n);
	consume_skb(skb);
}

static void pskb_may_pull_takes_from_frags(struct kunit *test)
{
	u32 n;

	for (n = 0; n <= 10 + 4 * 33; n++) {
		struct sk_buff *skb = frag_skb(test->priv, 10, 4, 33);

		KUNIT_EXPECT_TRUE(test, pskb_may_pull(skb, n));
		KUNIT_EXPECT_GE(test, skb_headlen(skb), n);
		KUNIT_EXPECT_EQ(test, skb->len, 10 + 4 * 33);
		KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
		kfree_skb(skb);
	}
}

/* A clone's bytes must not move when the original is pulled or trimmed. */
static void pskb_trim_leaves_clones_alone(struct kunit *test)
{
	u32 len;

	for (len = 0; len <= 142; len++) {
		struct sk_buff *skb = frag_skb(test->priv, 10, 4, 33), *n;

		n = skb_clone(skb, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, pskb_trim(n, len), 0);
		KUNIT_EXPECT_EQ(test, n->len, len);
		KUNIT_EXPECT_TRUE(test, counts_up(n, 0));
		KUNIT_EXPECT_EQ(test, skb->len, 142);
		KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
		kfree_skb(n);
		kfree_skb(skb);
	}
}

static void skb_split_divides_at_any_byte(struct kunit *test)
{
	u32 len;

	for (len = 0; len <= 142; len++) {
		struct sk_buff *skb = frag_skb(test->priv, 10, 4, 33);
		struct sk_buff *rest = alloc_skb(10, GFP_KERNEL);

		skb_split(skb, rest, len);
		KUNIT_EXPECT_EQ(test, skb->len, len);
		KUNIT_EXPECT_EQ(test, rest->len, 142 - len);
		KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
		KUNIT_EXPECT_TRUE(test, counts_up(rest, (u8)len));
		kfree_skb(skb);
		kfree_skb(rest);
	}
}

/* A list of two packets behind the linear part, as reassembly makes it. */
static struct sk_buff *list_skb(struct net_fixture *f)
{
	struct sk_buff *skb = frag_skb(f, 10, 1, 20);
	struct sk_buff *a = fixture_skb(f, 30), *b = fixture_skb(f, 40);
	u32 i;

	for (i = 0; i < 30; i++)
		a->data[i] = (u8)(30 + i);
	for (i = 0; i < 40; i++)
		b->data[i] = (u8)(60 + i);
	a->next = b;
	skb_shinfo(skb)->frag_list = a;
	skb->len += 70;
	skb->data_len += 70;
	return skb;
}

static void frag_list_is_walked_pulled_and_trimmed(struct kunit *test)
{
	struct sk_buff *skb, *n;
	u32 len;

	for (len = 0; len <= 100; len++) {
		skb = list_skb(test->priv);
		KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
		n = skb_clone(skb, GFP_KERNEL);
		KUNIT_EXPECT_TRUE(test, pskb_may_pull(n, len));
		KUNIT_EXPECT_TRUE(test, counts_up(n, 0));
		KUNIT_EXPECT_EQ(test, pskb_trim(n, len), 0);
		KUNIT_EXPECT_EQ(test, n->len, len);
		KUNIT_EXPECT_TRUE(test, counts_up(n, 0));
		KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
		kfree_skb(n);
		KUNIT_EXPECT_EQ(test, pskb_trim(skb, len), 0);
		KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
		kfree_skb(skb);
	}
}

/* RFC 1071, section 2(B): the pieces' parity must not change the sum. */
static void skb_checksum_is_that_of_the_flat_bytes(struct kunit *test)
{
	struct sk_buff *skb = frag_skb(test->priv, 11, 5, 33);
	u8 flat[11 + 5 * 33];
	u32 off, len;

	KUNIT_ASSERT_EQ(test, skb_copy_bits(skb, 0, flat, sizeof(flat)), 0);
	for (off = 0; off < 60; off++)
		for (len = 0; len <= sizeof(flat) - off; len += 7)
			KUNIT_EXPECT_EQ(
				test, csum_fold(skb_checksum(skb, off, len, 5)),
				csum_fold(csum_partial(flat + off, len, 5)));
	KUNIT_EXPECT_EQ(test, skb_copy_bits(skb, 1, flat, sizeof(flat)),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, skb_copy_bits(skb, UINT32_MAX, flat, 1), -EFAULT);
	kfree_skb(skb);
}

static void skb_checksum_help_fills_the_field(struct kunit *test)
{
	struct sk_buff *skb = frag_skb(test->priv, 30, 2, 33), *n;
	__sum16 pseudo = (__force __sum16)0x1234, sum;
	u8 before;

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + 8);
	skb->csum_offset = 6;
	KUNIT_EXPECT_EQ(test, skb_store_bits(skb, 14, &pseudo, 2), 0);
	before = skb->data[14];
	n = skb_clone(skb, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, skb_checksum_help(n), 0);
	KUNIT_EXPECT_EQ(test, n->ip_summed, CHECKSUM_NONE);
	/* Field and covered bytes then sum to the pseudo header's inverse:
	 * a receiver, who adds it, gets all ones. */
	KUNIT_EXPECT_EQ(test,
			csum_fold(skb_checksum(n, 8, n->len - 8,
					       (__force __wsum)0x1234)),
			0);
	KUNIT_EXPECT_EQ(test, skb_copy_bits(n, 14, &sum, 2), 0);
	KUNIT_EXPECT_NE(test, sum, 0);
	KUNIT_EXPECT_EQ(test, skb->data[14], before); /* the clone only */
	kfree_skb(n);
	kfree_skb(skb);
}

static void skb_header_pointer_copies_only_if_needed(struct kunit *test)
{
	struct sk_buff *skb = frag_skb(test->priv, 20, 1, 30);
	u8 buf[20];

	KUNIT_EXPECT_PTR_EQ(test, skb_header_pointer(skb, 4, 16, buf),
			    skb->data + 4);
	KUNIT_EXPECT_PTR_EQ(test, skb_header_pointer(skb, 10, 20, buf), buf);
	KUNIT_EXPECT_EQ(test, buf[19], 29);
	KUNIT_EXPECT_NULL(test, skb_header_pointer(skb, 31, 20, buf));
	kfree_skb(skb);
}

/* Row B3: whichever allocation fails, the packet is intact and none leaks. */
static void skb_survives_each_failing_allocation(struct kunit *test)
{
	struct sk_buff *skb, *n, *m, *copy;
	bool fired = true;
	u32 nth;

	for (nth = 1; fired; nth++) {
		skb = list_skb(test->priv);
		test_fail_nth_alloc(nth);
		n = skb_clone(skb, GFP_ATOMIC);
		m = pskb_copy(skb, GFP_ATOMIC);
		copy = skb_copy(skb, GFP_ATOMIC);
		if (n && pskb_expand_head(n, 32, 32, GFP_ATOMIC) == 0 &&
		    skb_cow_head(n, 512) == 0)
			KUNIT_EXPECT_GE(test, skb_headroom(n), 512);
		if (n && pskb_trim(n, 65) == 0)
			KUNIT_EXPECT_EQ(test, n->len, 65);
		if (m && skb_linearize(m) == 0)
			KUNIT_EXPECT_EQ(test, m->data_len, 0);
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		KUNIT_EXPECT_TRUE(test, counts_up(skb, 0));
		KUNIT_EXPECT_TRUE(test, !n || counts_up(n, 0));
		KUNIT_EXPECT_TRUE(test, !m || counts_up(m, 0));
		KUNIT_EXPECT_TRUE(test, !copy || counts_up(copy, 0));
		kfree_skb(n);
		kfree_skb(m);
		kfree_skb(copy);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_GT(test, nth, 8);
}

static const struct kunit_case skbuff_cases[] = {
	KUNIT_CASE(alloc_skb_gives_room_and_truesize),
	KUNIT_CASE(skb_push_pull_put_move_the_ends),
	KUNIT_CASE(skb_clone_shares_the_buffer),
	KUNIT_CASE(kfree_skb_destroys_at_the_last_reference),
	KUNIT_CASE(skb_clone_of_fclone_needs_no_memory),
	KUNIT_CASE(skb_fclone_busy_while_the_clone_is_below),
	KUNIT_CASE(pskb_expand_head_keeps_bytes_and_headers),
	KUNIT_CASE(skb_cow_head_copies_only_if_needed),
	KUNIT_CASE(pskb_may_pull_takes_from_frags),
	KUNIT_CASE(pskb_trim_leaves_clones_alone),
	KUNIT_CASE(skb_split_divides_at_any_byte),
	KUNIT_CASE(frag_list_is_walked_pulled_and_trimmed),
	KUNIT_CASE(skb_checksum_is_that_of_the_flat_bytes),
	KUNIT_CASE(skb_checksum_help_fills_the_field),
	KUNIT_CASE(skb_header_pointer_copies_only_if_needed),
	KUNIT_CASE(skb_survives_each_failing_allocation),
	{ 0 },
};

static const struct kunit_suite skbuff_suite = {
	.name = "skbuff",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = skbuff_cases,
};
kunit_test_suite(skbuff_suite);

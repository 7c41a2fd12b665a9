// SPDX-License-Identifier: MIT
/* DOC: the checksum loops against a sum of byte pairs (RFC 1071, section 1). */
#include "lib/checksum.h"
#include "lib/kunit.h"
#include "lib/page.h"
#include "lib/slab.h"

#define LEN_MAX 300U

/* Two bytes at a time, high byte first, carries added back at once. */
static u16 reference(const u8 *p, size_t len, u16 sum)
{
	u32 s = sum;
	size_t i;

	for (i = 0; i < len; i++) {
		s += i & 1 ? p[i] : (u32)p[i] * 256U;
		s = (s & 0xffffU) + (s >> 16);
	}
	return (u16)s;
}

static u16 folded(__wsum sum)
{
	return (u16)~ntohs((__force __be16)csum_fold(sum));
}

/* +0 and -0 are the same number. */
static bool same(u16 a, u16 b)
{
	return a % 0xffffU == b % 0xffffU;
}

/* Run over the middle of two pages, so that words lie on both. */
static void csum_partial_equals_reference_everywhere(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	u8 *mem, *p;
	u32 off, len, bad = 0;

	KUNIT_ASSERT_NOT_NULL(test, page);
	mem = page_address(page);
	get_random_bytes(mem, 2 * PAGE_SIZE);
	for (off = 0; off < 16; off++)
		for (len = 0; len <= LEN_MAX; len++) {
			p = mem + PAGE_SIZE - LEN_MAX / 2 + off;
			if (!same(folded(csum_partial(p, len, 0)),
				  reference(p, len, 0)))
				bad++;
			if (!same(folded(csum_partial(
					  p, len,
					  (__force __wsum)htonl(0x1234ffffU))),
				  reference(p, len, 0x1234)))
				bad++;
		}
	KUNIT_EXPECT_EQ(test, bad, 0);
	put_page(page);
}

static void csum_partial_carries_in_runs_of_ones(struct kunit *test)
{
	u8 ones[256];
	u32 len;

	memset(ones, 0xff, sizeof(ones));
	for (len = 2; len <= sizeof(ones); len++)
		KUNIT_EXPECT_TRUE(test, same(folded(csum_partial(ones, len, 0)),
					     reference(ones, len, 0)));
	KUNIT_EXPECT_EQ(test, folded(csum_partial(ones, 0, 0)), 0);
}

static void csum_partial_copy_copies_and_sums(struct kunit *test)
{
	u8 *src = kmalloc(LEN_MAX + 8, GFP_KERNEL);
	u8 *dst = kmalloc(LEN_MAX + 8, GFP_KERNEL);
	u32 off, len, bad = 0;
	__wsum sum;

	KUNIT_ASSERT_TRUE(test, src && dst);
	get_random_bytes(src, LEN_MAX + 8);
	for (off = 0; off < 8; off++)
		for (len = 0; len <= LEN_MAX; len++) {
			memset(dst, 0xa5, LEN_MAX + 8);
			sum = csum_partial_copy(src + off, dst + (off * 3) % 8,
						len, 0);
			if (sum != csum_partial(src + off, len, 0) ||
			    memcmp(src + off, dst + (off * 3) % 8, len) != 0)
				bad++;
			if ((off * 3) % 8 + len < LEN_MAX + 8 &&
			    dst[(off * 3) % 8 + len] != 0xa5)
				bad++;
		}
	KUNIT_EXPECT_EQ(test, bad, 0);
	kfree(src);
	kfree(dst);
}

static void csum_block_add_joins_at_odd_places(struct kunit *test)
{
	u8 buf[101];
	u32 cut;
	__wsum s;

	get_random_bytes(buf, sizeof(buf));
	for (cut = 0; cut <= sizeof(buf); cut++) {
		s = csum_block_add(
			csum_partial(buf, cut, 0),
			csum_partial(buf + cut, sizeof(buf) - cut, 0), cut);
		KUNIT_EXPECT_TRUE(test,
				  same(folded(s), reference(buf, 101, 0)));
		s = csum_block_sub(
			s, csum_partial(buf + cut, sizeof(buf) - cut, 0), cut);
		KUNIT_EXPECT_TRUE(test,
				  same(folded(s), reference(buf, cut, 0)));
	}
}

/* RFC 1071, section 3: the words 0001 f203 f4f5 f6f7 sum to ddf2. */
static void csum_partial_gives_the_rfcs_example(struct kunit *test)
{
	static const u8 words[] = { 0x00, 0x01, 0xf2, 0x03,
				    0xf4, 0xf5, 0xf6, 0xf7 };

	KUNIT_EXPECT_EQ(test, folded(csum_partial(words, 8, 0)), 0xddf2);
}

/* Header of a datagram from 192.168.0.1 to 192.168.0.199, sum b861. */
static void ip_fast_csum_of_a_known_header(struct kunit *test)
{
	u8 h[20] = {
		0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
		0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7
	};
	__sum16 sum = ip_fast_csum(h, 5);

	KUNIT_EXPECT_EQ(test, ntohs((__force __be16)sum), 0xb861);
	memcpy(h + 10, &sum, 2);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(h, 5), 0);
}

static void csum_replace_equals_summing_again(struct kunit *test)
{
	u32 i, bad = 0;
	u8 h[20];
	__sum16 sum;
	__be32 old4, new4;
	__be16 old2, new2;

	for (i = 0; i < 2000; i++) {
		get_random_bytes(h, sizeof(h));
		memset(h + 10, 0, 2);
		if (i % 4 == 0)
			memset(h + 12, 0xff, 4);
		sum = ip_fast_csum(h, 5);
		memcpy(&old4, h + 12, 4);
		get_random_bytes(&new4, 4);
		if (i % 8 == 1)
			new4 = 0;
		memcpy(h + 12, &new4, 4);
		csum_replace4(&sum, old4, new4);
		if (sum != ip_fast_csum(h, 5))
			bad++;
		memcpy(&old2, h + 4, 2);
		get_random_bytes(&new2, 2);
		memcpy(h + 4, &new2, 2);
		csum_replace2(&sum, old2, new2);
		if (sum != ip_fast_csum(h, 5))
			bad++;
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

/* RFC 1624, section 4: checksum dd2f, field 5555 becomes 3285: 0000. */
static void csum_replace2_gives_the_rfcs_example(struct kunit *test)
{
	__sum16 sum = (__force __sum16)htons(0xdd2f);

	csum_replace2(&sum, htons(0x5555), htons(0x3285));
	KUNIT_EXPECT_EQ(test, (__force u16)sum, 0);
}

static void csum_tcpudp_magic_sums_the_pseudo_header(struct kunit *test)
{
	u8 msg[12 + 13] = { 10, 0, 2, 15, 10, 0, 2, 2, 0, 17, 0, 13 };
	__be32 saddr, daddr;
	__sum16 sum;

	get_random_bytes(msg + 12, 13);
	memcpy(&saddr, msg, 4);
	memcpy(&daddr, msg + 4, 4);
	sum = csum_tcpudp_magic(saddr, daddr, 13, 17,
				csum_partial(msg + 12, 13, 0));
	KUNIT_EXPECT_EQ(test, ntohs((__force __be16)sum),
			(u16)~reference(msg, sizeof(msg), 0));
}

static const struct kunit_case checksum_cases[] = {
	KUNIT_CASE(csum_partial_equals_reference_everywhere),
	KUNIT_CASE(csum_partial_carries_in_runs_of_ones),
	KUNIT_CASE(csum_partial_copy_copies_and_sums),
	KUNIT_CASE(csum_block_add_joins_at_odd_places),
	KUNIT_CASE(csum_partial_gives_the_rfcs_example),
	KUNIT_CASE(ip_fast_csum_of_a_known_header),
	KUNIT_CASE(csum_replace_equals_summing_again),
	KUNIT_CASE(csum_replace2_gives_the_rfcs_example),
	KUNIT_CASE(csum_tcpudp_magic_sums_the_pseudo_header),
	{ 0 },
};

static const struct kunit_suite checksum_suite = {
	.name = "checksum",
	.test_cases = checksum_cases,
};
kunit_test_suite(checksum_suite);

// SPDX-License-Identifier: MIT
/* DOC: SipHash-2-4 against the paper's vectors; hash helpers in range. */
#include "lib/hash.h"
#include "lib/kunit.h"
#include "lib/siphash.h"

/* Key 00 01 .. 0f, as in the paper. */
static const siphash_key_t paper_key = { { 0x0706050403020100ULL,
					   0x0f0e0d0c0b0a0908ULL } };

static void fill(u8 *p, size_t n)
{
	while (n) {
		n--;
		p[n] = (u8)n;
	}
}

/* Appendix A has the 15-byte one; the others are the authors' vectors for
 * the inputs 00 01 02 .. of each length. */
static void siphash_gives_the_papers_vectors(struct kunit *test)
{
	u8 in[16];

	fill(in, sizeof(in));
	KUNIT_EXPECT_TRUE(test,
			  siphash(in, 15, &paper_key) == 0xa129ca6149be45e5ULL);
	KUNIT_EXPECT_TRUE(test,
			  siphash(in, 0, &paper_key) == 0x726fdb47dd0e0e31ULL);
	KUNIT_EXPECT_TRUE(test,
			  siphash(in, 1, &paper_key) == 0x74f839c593dc67fdULL);
	KUNIT_EXPECT_TRUE(test,
			  siphash(in, 8, &paper_key) == 0x93f5f5799a932462ULL);
}

static void siphash_of_words_is_siphash_of_their_bytes(struct kunit *test)
{
	const siphash_key_t *k = &paper_key;
	u64 q[4] = { 1, ~0ULL, 0x0123456789abcdefULL, 42 };
	u32 d[4] = { 7, 0x89abcdefU, 0, ~0U };

	KUNIT_EXPECT_TRUE(test, siphash_1u64(q[0], k) == siphash(q, 8, k));
	KUNIT_EXPECT_TRUE(test,
			  siphash_2u64(q[0], q[1], k) == siphash(q, 16, k));
	KUNIT_EXPECT_TRUE(test, siphash_3u64(q[0], q[1], q[2], k) ==
					siphash(q, 24, k));
	KUNIT_EXPECT_TRUE(test, siphash_4u64(q[0], q[1], q[2], q[3], k) ==
					siphash(q, 32, k));
	KUNIT_EXPECT_TRUE(test, siphash_1u32(d[0], k) == siphash(d, 4, k));
	KUNIT_EXPECT_TRUE(test,
			  siphash_2u32(d[0], d[1], k) == siphash(d, 8, k));
	KUNIT_EXPECT_TRUE(test, siphash_3u32(d[0], d[1], d[2], k) ==
					siphash(d, 12, k));
	KUNIT_EXPECT_TRUE(test, siphash_4u32(d[0], d[1], d[2], d[3], k) ==
					siphash(d, 16, k));
}

static void hash_helpers_stay_in_range_and_spread(struct kunit *test)
{
	u32 hits[16] = { 0 };
	u32 i;

	for (i = 0; i < 1600; i++) {
		KUNIT_EXPECT_LT(test, hash_64(i, 7), 128);
		KUNIT_EXPECT_LT(test, reciprocal_scale(hash_mix32(i), 10), 10);
		hits[hash_32(i, 4)]++;
		hits[hash_3words(i, 2 * i, 5, 1) % 16]++;
	}
	for (i = 0; i < 16; i++) {
		KUNIT_EXPECT_GT(test, hits[i], 120);
		KUNIT_EXPECT_LT(test, hits[i], 280);
	}
}

static const struct kunit_case siphash_cases[] = {
	KUNIT_CASE(siphash_gives_the_papers_vectors),
	KUNIT_CASE(siphash_of_words_is_siphash_of_their_bytes),
	KUNIT_CASE(hash_helpers_stay_in_range_and_spread),
	{ 0 },
};

static const struct kunit_suite siphash_suite = {
	.name = "siphash",
	.test_cases = siphash_cases,
};
kunit_test_suite(siphash_suite);

// SPDX-License-Identifier: MIT
/* DOC: every length and alignment of the memory functions, against bytes. */
#include "lib/kunit.h"
#include "lib/slab.h"

#define SPAN 320

struct buffers {
	u8 a[SPAN + 64], b[SPAN + 64], want[SPAN + 64];
};

static void fill(u8 *p, size_t n, u8 seed)
{
	size_t i;

	for (i = 0; i < n; i++) {
		p[i] = (u8)(i * 7 + seed);
		barrier();
	}
}

static bool same(const u8 *a, const u8 *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void memcpy_copies_every_length(struct kunit *test)
{
	struct buffers *x = kmalloc(sizeof(*x), GFP_KERNEL);
	size_t n, off, i;

	KUNIT_ASSERT_NOT_NULL(test, x);
	for (n = 0; n <= SPAN; n++) {
		for (off = 0; off < 9; off++) {
			fill(x->a, sizeof(x->a), 1);
			fill(x->b, sizeof(x->b), 99);
			fill(x->want, sizeof(x->want), 99);
			for (i = 0; i < n; i++)
				x->want[off + i] = x->a[8 - off + i];
			memcpy(x->b + off, x->a + 8 - off, n);
			if (!same(x->b, x->want, sizeof(x->b)))
				KUNIT_FAIL(test, "%zu bytes at %zu", n, off);
		}
	}
	kfree(x);
}

static void memmove_overlaps_both_ways(struct kunit *test)
{
	struct buffers *x = kmalloc(sizeof(*x), GFP_KERNEL);
	size_t n, from, to, i;

	KUNIT_ASSERT_NOT_NULL(test, x);
	for (n = 0; n <= 150; n++) {
		for (from = 0; from < 80; from += 3) {
			to = 79 - from;
			fill(x->a, sizeof(x->a), 5);
			fill(x->want, sizeof(x->want), 5);
			fill(x->b, sizeof(x->b), 5);
			for (i = 0; i < n; i++)
				x->want[to + i] = x->b[from + i];
			memmove(x->a + to, x->a + from, n);
			if (!same(x->a, x->want, sizeof(x->a)))
				KUNIT_FAIL(test, "%zu bytes, %zu to %zu", n,
					   from, to);
		}
	}
	kfree(x);
}

static void memset_and_memcmp_see_every_byte(struct kunit *test)
{
	struct buffers *x = kmalloc(sizeof(*x), GFP_KERNEL);
	size_t n, i;

	KUNIT_ASSERT_NOT_NULL(test, x);
	for (n = 0; n <= SPAN; n++) {
		fill(x->a, sizeof(x->a), 3);
		fill(x->want, sizeof(x->want), 3);
		for (i = 0; i < n; i++) {
			x->want[5 + i] = 0xc3;
			barrier();
		}
		memset(x->a + 5, 0xc3, n);
		KUNIT_EXPECT_TRUE(test, same(x->a, x->want, sizeof(x->a)));
		KUNIT_EXPECT_EQ(test, memcmp(x->a, x->want, n + 6), 0);
		x->want[n + 5] = (u8)(x->a[n + 5] + 1);
		if (x->want[n + 5])
			KUNIT_EXPECT_LT(test, memcmp(x->a, x->want, n + 6), 0);
		KUNIT_EXPECT_EQ(test, memcmp(x->a, x->want, n + 5), 0);
	}
	kfree(x);
}

static void str_functions_end_where_they_should(struct kunit *test)
{
	const char *s = "one two one";

	KUNIT_EXPECT_EQ(test, strlen(s), 11);
	KUNIT_EXPECT_EQ(test, strlen(""), 0);
	KUNIT_EXPECT_EQ(test, strnlen(s, 4), 4);
	KUNIT_EXPECT_EQ(test, strcmp("ab", "ab"), 0);
	KUNIT_EXPECT_LT(test, strcmp("ab", "abc"), 0);
	KUNIT_EXPECT_GT(test, strcmp("\xff", "a"), 0);
	KUNIT_EXPECT_EQ(test, strncmp("abx", "aby", 2), 0);
	KUNIT_EXPECT_EQ(test, strncmp("abx", "aby", 0), 0);
	KUNIT_EXPECT_PTR_EQ(test, strchr(s, 't'), s + 4);
	KUNIT_EXPECT_PTR_EQ(test, strchr(s, 0), s + 11);
	KUNIT_EXPECT_NULL(test, strchr(s, 'x'));
	KUNIT_EXPECT_PTR_EQ(test, strrchr(s, 'o'), s + 8);
	KUNIT_EXPECT_PTR_EQ(test, strstr(s, "two"), s + 4);
	KUNIT_EXPECT_PTR_EQ(test, strstr(s, ""), s);
	KUNIT_EXPECT_NULL(test, strstr(s, "three"));
	KUNIT_EXPECT_PTR_EQ(test, memchr(s, 'w', 11), s + 5);
	KUNIT_EXPECT_NULL(test, memchr(s, 'w', 5));
}

static const struct kunit_case string_cases[] = {
	KUNIT_CASE(memcpy_copies_every_length),
	KUNIT_CASE(memmove_overlaps_both_ways),
	KUNIT_CASE(memset_and_memcmp_see_every_byte),
	KUNIT_CASE(str_functions_end_where_they_should),
	{ 0 },
};

static const struct kunit_suite string_suite = {
	.name = "string",
	.test_cases = string_cases,
};
kunit_test_suite(string_suite);

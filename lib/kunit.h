/* SPDX-License-Identifier: MIT */
/*
 * DOC: KUnit's interface, KTAP version 1 output. A suite sits beside its
 * module (neighbour.c, neighbour_test.c); the same source runs on the host
 * under ASan and UBSan and in the booted image. A warning (WARN_ON) during a
 * test fails it.
 */
#pragma once

#include "lib/bug.h"
#include "lib/printk.h"

struct kunit {
	const char *name;
	void *priv; /* set by the suite's init */
	bool failed;
	const char *skip_reason;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);     /* before each case; may be NULL */
	void (*exit)(struct kunit *test);    /* after each case; may be NULL */
	const struct kunit_case *test_cases; /* ends with an empty one */
};

struct kunit_totals {
	u32 passed, failed, skipped;
};

/* clang-format off */
#define KUNIT_CASE(fn) { .run_case = fn, .name = #fn }
/* clang-format on */
/* The linker collects the suites; order within the table is link order. */
#define kunit_test_suite(suite)                                  \
	static const struct kunit_suite *const kunit_ptr_##suite \
		__attribute__((used, section("kunit_suites"))) = &(suite)

/* Run each suite whose name matches @glob (* and ?); NULL is all. */
struct kunit_totals kunit_run_all(const char *glob);

void kunit_fail(struct kunit *test, const char *file, int line, const char *fmt,
		...) __printf(4, 5);
#define kunit_skip(test, reason)                \
	do {                                    \
		(test)->skip_reason = (reason); \
		return;                         \
	} while (0)

#define KUNIT_FAIL(test, ...) kunit_fail(test, __FILE__, __LINE__, __VA_ARGS__)
#define KUNIT_BINARY_(test, l, op, r, bail)                                    \
	do {                                                                   \
		s64 kl_ = (s64)(l), kr_ = (s64)(r);                            \
		if (!(kl_ op kr_)) {                                           \
			kunit_fail(test, __FILE__, __LINE__,                   \
				   "%s %s %s: %lld (0x%llx), %lld (0x%llx)",   \
				   #l, #op, #r, kl_, (u64)kl_, kr_, (u64)kr_); \
			bail;                                                  \
		}                                                              \
	} while (0)
#define KUNIT_NOTHING_           ((void)0)
#define KUNIT_EXPECT_EQ(t, l, r) KUNIT_BINARY_(t, l, ==, r, KUNIT_NOTHING_)
#define KUNIT_EXPECT_NE(t, l, r) KUNIT_BINARY_(t, l, !=, r, KUNIT_NOTHING_)
#define KUNIT_EXPECT_LT(t, l, r) KUNIT_BINARY_(t, l, <, r, KUNIT_NOTHING_)
#define KUNIT_EXPECT_LE(t, l, r) KUNIT_BINARY_(t, l, <=, r, KUNIT_NOTHING_)
#define KUNIT_EXPECT_GT(t, l, r) KUNIT_BINARY_(t, l, >, r, KUNIT_NOTHING_)
#define KUNIT_EXPECT_GE(t, l, r) KUNIT_BINARY_(t, l, >=, r, KUNIT_NOTHING_)
#define KUNIT_EXPECT_TRUE(t, c)  KUNIT_BINARY_(t, !!(c), ==, 1, KUNIT_NOTHING_)
#define KUNIT_EXPECT_FALSE(t, c) KUNIT_BINARY_(t, !!(c), ==, 0, KUNIT_NOTHING_)
#define KUNIT_EXPECT_NULL(t, p) \
	KUNIT_BINARY_(t, (uintptr_t)(p), ==, 0, KUNIT_NOTHING_)
#define KUNIT_EXPECT_PTR_EQ(t, a, b) \
	KUNIT_BINARY_(t, (uintptr_t)(a), ==, (uintptr_t)(b), KUNIT_NOTHING_)
/* The ASSERT forms end the case (they return from the calling function). */
/* clang-format off */
#define KUNIT_ASSERT_EQ(t, l, r) KUNIT_BINARY_(t, l, ==, r, return)
#define KUNIT_ASSERT_TRUE(t, c)  KUNIT_BINARY_(t, !!(c), ==, 1, return)
#define KUNIT_ASSERT_NOT_NULL(t, p) \
	KUNIT_BINARY_(t, (uintptr_t)(p), !=, 0, return)
/* clang-format on */
#define KUNIT_EXPECT_MEMEQ(t, a, b, n)                                       \
	do {                                                                 \
		const u8 *ka_ = (const void *)(a), *kb_ = (const void *)(b); \
		size_t ki_, kn_ = (n);                                       \
		for (ki_ = 0; ki_ < kn_ && ka_[ki_] == kb_[ki_]; ki_++)      \
			;                                                    \
		if (ki_ < kn_)                                               \
			kunit_fail(t, __FILE__, __LINE__,                    \
				   "%s, %s differ at byte %zu: %02x, %02x",  \
				   #a, #b, ki_, ka_[ki_], kb_[ki_]);         \
	} while (0)
#define KUNIT_EXPECT_STREQ(t, a, b)                                         \
	do {                                                                \
		const char *ks_ = (a), *kt_ = (b);                          \
		if (strcmp(ks_, kt_) != 0)                                  \
			kunit_fail(t, __FILE__, __LINE__,                   \
				   "%s == %s: \"%s\", \"%s\"", #a, #b, ks_, \
				   kt_);                                    \
	} while (0)

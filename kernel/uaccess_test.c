// SPDX-License-Identifier: MIT
/* DOC: the copies between kernel and user memory, up to the very byte that
 * faults. A mapping with a hole behind it stands for a program's memory. */
#include "kernel/uaccess.h"
#include "lib/checksum.h"
#include "lib/kunit.h"
#include "lib/page.h"
#include "lib/slab.h"

#define LEN_MAX 300U

/* kernel/uaccess_copy.S */
size_t copy_user(void *to, const void *from, size_t n);
__wsum csum_copy_user(void *to, const void *from, size_t n);

struct uaccess_mem {
	struct page *page;
	u8 *edge; /* PAGE_SIZE bytes before a hole */
	u8 *out;
};

/* +0 and -0 are the same number. */
static bool same_sum(__wsum a, __wsum b)
{
	return (__force u16)csum_fold(a) % 0xffffU ==
	       (__force u16)csum_fold(b) % 0xffffU;
}

static void copies_every_length_at_every_offset(struct kunit *test)
{
	struct uaccess_mem *m = test->priv;
	u32 off, len, bad = 0;

	for (off = 0; off < 16; off++)
		for (len = 0; len <= LEN_MAX; len++) {
			u8 *to = m->out + (off * 5) % 16, *from = m->edge + off;

			memset(m->out, 0xa5, LEN_MAX + 32);
			bad += copy_user(to, from, len) != 0;
			bad += memcmp(to, from, len) != 0 || to[len] != 0xa5;
			memset(m->out, 0xa5, LEN_MAX + 32);
			bad += !same_sum(csum_copy_user(to, from, len),
					 csum_partial(from, len, 0));
			bad += memcmp(to, from, len) != 0 || to[len] != 0xa5;
		}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

static void copy_user_stops_at_the_byte_that_faults(struct kunit *test)
{
	struct uaccess_mem *m = test->priv;
	u32 there, len, bad = 0;
	u8 *edge;

	for (there = 0; there <= 130; there++)
		for (len = there + 1; len <= LEN_MAX; len += 7) {
			edge = m->edge + PAGE_SIZE - there;
			memset(m->out, 0xa5, LEN_MAX + 32);
			bad += copy_user(m->out, edge, len) != len - there;
			bad += memcmp(m->out, edge, there) != 0;
			bad += m->out[there] != 0xa5;
			bad += copy_user(edge, m->out, len) != len - there;
			bad += memcmp(m->out, edge, there) != 0;
			bad += csum_copy_user(m->out, edge, len) != 0;
		}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

static void csum_copy_user_never_gives_zero(struct kunit *test)
{
	struct uaccess_mem *m = test->priv;
	u32 len;

	memset(m->edge, 0, LEN_MAX);
	for (len = 0; len <= LEN_MAX; len++)
		KUNIT_EXPECT_TRUE(test,
				  csum_copy_user(m->out, m->edge, len) != 0);
	memset(m->edge, 0xff, LEN_MAX);
	for (len = 0; len <= LEN_MAX; len++)
		KUNIT_EXPECT_TRUE(test,
				  same_sum(csum_copy_user(m->out, m->edge, len),
					   csum_partial(m->edge, len, 0)));
}

static int uaccess_test_init(struct kunit *test)
{
	struct uaccess_mem *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	test->priv = m;
	m->page = alloc_pages(GFP_KERNEL, 0);
	m->out = kmalloc(LEN_MAX + 32, GFP_KERNEL);
	if (!m->page || !m->out)
		return -ENOMEM;
	m->edge = (__force u8 *)ioremap(virt_to_phys(page_address(m->page)),
					PAGE_SIZE);
	if (!m->edge)
		return -ENOMEM;
	get_random_bytes(m->edge, PAGE_SIZE);
	return 0;
}

static void uaccess_test_exit(struct kunit *test)
{
	struct uaccess_mem *m = test->priv;

	kfree(m->out);
	put_page(m->page);
	kfree(m);
}

static const struct kunit_case uaccess_cases[] = {
	KUNIT_CASE(copies_every_length_at_every_offset),
	KUNIT_CASE(copy_user_stops_at_the_byte_that_faults),
	KUNIT_CASE(csum_copy_user_never_gives_zero),
	{ 0 },
};

static const struct kunit_suite uaccess_suite = {
	.name = "uaccess",
	.init = uaccess_test_init,
	.exit = uaccess_test_exit,
	.test_cases = uaccess_cases,
};
kunit_test_suite(uaccess_suite);

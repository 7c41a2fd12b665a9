// SPDX-License-Identifier: MIT
/* DOC: pages and objects: alignment, merging, exhaustion and recovery. */
#include "kernel/page_alloc.h"
#include "kernel/slab.h"
#include "kernel/slab_int.h"
#include "lib/kunit.h"

static void alloc_pages_gives_aligned_runs(struct kunit *test)
{
	struct page *p[MAX_ORDER + 1];
	u64 before = nr_free_pages();
	u32 order;

	for (order = 0; order <= 6; order++) {
		p[order] = alloc_pages(__GFP_ZERO, order);
		KUNIT_ASSERT_NOT_NULL(test, p[order]);
		KUNIT_EXPECT_EQ(test, page_count(p[order]), 1);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED(page_to_phys(p[order]),
						   PAGE_SIZE << order));
		KUNIT_EXPECT_PTR_EQ(test, virt_to_page(page_address(p[order])),
				    p[order]);
		KUNIT_EXPECT_NULL(test, memchr(page_address(p[order]), 0x5a,
					       PAGE_SIZE << order));
	}
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before - 127);
	for (order = 0; order <= 6; order++)
		put_page(p[order]);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void get_page_keeps_the_run(struct kunit *test)
{
	u64 before = nr_free_pages();
	struct page *p = alloc_page(0);

	KUNIT_ASSERT_NOT_NULL(test, p);
	get_page(p);
	put_page(p);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before - 1);
	put_page(p);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void alloc_pages_fails_and_recovers(struct kunit *test)
{
	u64 before = nr_free_pages();
	struct page *p, *chain = NULL;
	u32 order, runs = 0;

	/* Everything, largest runs first, chained through the runs. */
	for (order = MAX_ORDER + 1; order-- > 0;) {
		while ((p = page_run_alloc(0, order)) != NULL) {
			*(struct page **)page_address(p) = chain;
			chain = p;
			runs++;
		}
	}
	KUNIT_EXPECT_EQ(test, nr_free_pages(), 0);
	KUNIT_EXPECT_NULL(test, alloc_page(0));
	KUNIT_EXPECT_NULL(test, kmalloc(100000, 0));
	for (; chain; chain = p) {
		p = *(struct page **)page_address(chain);
		page_run_free(chain);
	}
	KUNIT_EXPECT_GE(test, nr_free_pages(), before);
	/* All merged again: the largest run is there. */
	p = alloc_pages(0, runs > 64 ? 6 : 4);
	KUNIT_EXPECT_TRUE(test, p != NULL);
	if (p)
		put_page(p);
}

static void alloc_pages_refuses_beyond_max_order(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, alloc_pages(0, MAX_ORDER + 1));
	KUNIT_EXPECT_NULL(test, kmalloc((PAGE_SIZE << MAX_ORDER) + 1, 0));
	KUNIT_EXPECT_NULL(test, kmalloc(~0UL, 0));
}

static void kmalloc_sizes_do_not_overlap(struct kunit *test)
{
	static u8 *p[400];
	size_t size;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(p); i++) {
		size = i < 300 ? i * 17 : i * 100;
		p[i] = kmalloc(size, i & 1 ? __GFP_ZERO : 0);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((u64)p[i], 16));
		if ((i & 1) && size)
			KUNIT_EXPECT_EQ(test, p[i][0] | p[i][size - 1], 0);
		memset(p[i], (int)i, size);
	}
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		size = i < 300 ? i * 17 : i * 100;
		for (j = 0; j < size && p[i][j] == (u8)i; j++)
			;
		KUNIT_EXPECT_EQ(test, j, size);
		kfree(p[i]);
	}
	kfree(NULL);
}

static void kmem_cache_gives_back_its_pages(struct kunit *test)
{
	static void *obj[1000];
	struct kmem_cache *c;
	u64 before;
	u32 i;

	slab_shrink();
	before = nr_free_pages();
	c = kmem_cache_create("test", 200, 64);
	KUNIT_ASSERT_NOT_NULL(test, c);
	for (i = 0; i < ARRAY_SIZE(obj); i++) {
		obj[i] = kmem_cache_alloc(c, 0);
		KUNIT_ASSERT_NOT_NULL(test, obj[i]);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((u64)obj[i], 64));
	}
	KUNIT_EXPECT_LT(test, nr_free_pages(), before);
	for (i = 0; i < ARRAY_SIZE(obj); i++)
		kmem_cache_free(c, obj[i * 7 % ARRAY_SIZE(obj)]);
	slab_shrink();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	KUNIT_EXPECT_EQ(test, c->slabs, 0);
	kmem_cache_destroy(c);
}

static const struct kunit_case page_alloc_cases[] = {
	KUNIT_CASE(alloc_pages_gives_aligned_runs),
	KUNIT_CASE(get_page_keeps_the_run),
	KUNIT_CASE(alloc_pages_fails_and_recovers),
	KUNIT_CASE(alloc_pages_refuses_beyond_max_order),
	KUNIT_CASE(kmalloc_sizes_do_not_overlap),
	KUNIT_CASE(kmem_cache_gives_back_its_pages),
	{ 0 },
};

static const struct kunit_suite page_alloc_suite = {
	.name = "page_alloc",
	.test_cases = page_alloc_cases,
};
kunit_test_suite(page_alloc_suite);

// SPDX-License-Identifier: MIT
/* DOC: address spaces: areas cut and joined, faults, copy-on-write, nothing
 * left over. Spaces are built beside the loaded one and written by mm_write().
 */
#include "kernel/mm.h"
#include "kernel/trap.h"
#include "lib/errno.h"
#include "lib/kunit.h"
#include "lib/page.h"
#include "lib/uapi/mman.h"
#include "tests/host/host.h"

#define A  0x10000000UL
#define RW (PROT_READ | PROT_WRITE)

static u32 count_areas(const struct mm *mm)
{
	struct vm_area *a;
	u32 n = 0;

	list_for_each_entry (a, &mm->areas, entry)
		n++;
	return n;
}

static u8 byte_at(struct mm *mm, u64 addr)
{
	pte_t *pte = walk_page(mm->root, addr);

	if (!pte || !*pte)
		return 0xee;
	return ((u8 *)phys_to_virt(*pte & PTE_ADDR))[addr & ~PAGE_MASK];
}

static struct mm *three_pages(struct kunit *test)
{
	struct mm *mm = mm_create();

	if (!mm || mm_map(mm, A, 3 * PAGE_SIZE, RW, false, NULL, 0, 0) != 0)
		KUNIT_FAIL(test, "no memory");
	return mm;
}

static void mm_unmap_cuts_a_hole(struct kunit *test)
{
	struct mm *mm = three_pages(test);

	KUNIT_EXPECT_EQ(test, mm_write(mm, A, "1", 1), 0);
	KUNIT_EXPECT_EQ(test, mm_write(mm, A + PAGE_SIZE, "2", 1), 0);
	KUNIT_EXPECT_EQ(test, mm->nr_pages, 2);
	KUNIT_EXPECT_EQ(test, mm_unmap(mm, A + PAGE_SIZE, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, count_areas(mm), 2);
	KUNIT_EXPECT_EQ(test, mm->nr_pages, 1);
	KUNIT_EXPECT_EQ(test, mm_write(mm, A + PAGE_SIZE, "x", 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, mm_write(mm, A + 2 * PAGE_SIZE, "3", 1), 0);
	mm_put(mm);
}

static void mm_handle_fault_honours_rights(struct kunit *test)
{
	struct mm *mm = three_pages(test);

	KUNIT_EXPECT_EQ(test,
			mm_map(mm, A, PAGE_SIZE, PROT_READ, false, NULL, 0, 0),
			0);
	KUNIT_EXPECT_EQ(test, mm_handle_fault(mm, A, 0), MM_FAULT_OK);
	KUNIT_EXPECT_EQ(test, mm_handle_fault(mm, A, PF_ERR_WRITE),
			MM_FAULT_ACCERR);
	KUNIT_EXPECT_EQ(test, mm_handle_fault(mm, A, PF_ERR_FETCH),
			MM_FAULT_ACCERR);
	KUNIT_EXPECT_EQ(test, mm_handle_fault(mm, A - 1, 0), MM_FAULT_MAPERR);
	KUNIT_EXPECT_TRUE(test, *walk_page(mm->root, A) & PTE_NX);
	KUNIT_EXPECT_FALSE(test, *walk_page(mm->root, A) & PTE_W);
	mm_put(mm);
}

/* Both sides of a fork see the old bytes, and then only their own. */
static void mm_fork_copies_on_write(struct kunit *test)
{
	struct mm *mm = three_pages(test), *child;

	KUNIT_EXPECT_EQ(test, mm_write(mm, A, "p", 1), 0);
	child = mm_fork(mm);
	KUNIT_ASSERT_NOT_NULL(test, child);
	KUNIT_EXPECT_EQ(test, byte_at(child, A), 'p');
	KUNIT_EXPECT_FALSE(test, *walk_page(mm->root, A) & PTE_W);
	KUNIT_EXPECT_EQ(test, mm_write(child, A, "c", 1), 0);
	KUNIT_EXPECT_EQ(test, byte_at(mm, A), 'p');
	KUNIT_EXPECT_EQ(test, byte_at(child, A), 'c');
	KUNIT_EXPECT_EQ(test, mm_write(mm, A, "q", 1), 0);
	KUNIT_EXPECT_EQ(test, byte_at(child, A), 'c');
	mm_put(child);
	KUNIT_EXPECT_EQ(test, byte_at(mm, A), 'q');
	mm_put(mm);
}

/* A page that is held outlives its mapping and its space; a page that is not
 * there yet is brought in; what the program cannot read is not to be had. */
static void mm_get_page_holds_it(struct kunit *test)
{
	struct mm *mm = three_pages(test);
	struct page *first, *again, *second;
	u64 free;

	KUNIT_EXPECT_EQ(test, mm_write(mm, A + 5, "1", 1), 0);
	first = mm_get_page(mm, A + 5);
	again = mm_get_page(mm, A);
	second = mm_get_page(mm, A + PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_ASSERT_NOT_NULL(test, second);
	KUNIT_EXPECT_PTR_EQ(test, first, again);
	KUNIT_EXPECT_EQ(test, page_count(first), 3);
	KUNIT_EXPECT_EQ(test, mm->nr_pages, 2);
	put_page(again);
	/* No copy on write: what the program writes now is seen. */
	KUNIT_EXPECT_EQ(test, mm_write(mm, A + 5, "2", 1), 0);
	KUNIT_EXPECT_EQ(test, ((u8 *)page_address(first))[5], '2');

	KUNIT_EXPECT_EQ(test, mm_unmap(mm, A, PAGE_SIZE), 0);
	KUNIT_EXPECT_NULL(test, mm_get_page(mm, A));
	KUNIT_EXPECT_NULL(test, mm_get_page(mm, A + 3 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test,
			mm_map(mm, A, PAGE_SIZE, PROT_NONE, false, NULL, 0, 0),
			0);
	KUNIT_EXPECT_NULL(test, mm_get_page(mm, A));
	KUNIT_EXPECT_EQ(test, page_count(first), 1);
	mm_put(mm);
	KUNIT_EXPECT_EQ(test, page_count(second), 1);
	KUNIT_EXPECT_EQ(test, ((u8 *)page_address(first))[5], '2');
	free = nr_free_pages();
	put_page(first);
	put_page(second);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free + 2);
}

/* Each allocation of building and forking a space fails once: no leak. */
static void mm_fork_survives_every_failed_allocation(struct kunit *test)
{
	s64 live = test_live_allocations();
	u64 free = nr_free_pages();
	struct mm *mm, *child;
	bool fired = true;
	u32 n;

	for (n = 1; fired && n < 100; n++) {
		test_fail_nth_alloc(n);
		child = NULL;
		mm = mm_create();
		if (mm &&
		    mm_map(mm, A, 2 * PAGE_SIZE, RW, false, NULL, 0, 0) == 0 &&
		    mm_write(mm, A, "x", 1) == 0)
			child = mm_fork(mm);
		if (child && mm_write(child, A, "y", 1) == 0)
			KUNIT_EXPECT_EQ(test, byte_at(mm, A), 'x');
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		if (child)
			mm_put(child);
		if (mm)
			mm_put(mm);
	}
	KUNIT_EXPECT_GT(test, n, 8);
	KUNIT_EXPECT_EQ(test, test_live_allocations(), live);
	/* A slab or two may have stayed with its cache. */
	KUNIT_EXPECT_LE(test, free - nr_free_pages(), 8);
}

static void mm_find_gap_goes_down_from_the_top(struct kunit *test)
{
	struct mm *mm = mm_create();
	u64 first, second;

	KUNIT_ASSERT_NOT_NULL(test, mm);
	first = mm_find_gap(mm, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, first, USER_MMAP_TOP - 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test,
			mm_map(mm, first, 2 * PAGE_SIZE, RW, false, NULL, 0, 0),
			0);
	second = mm_find_gap(mm, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, second, first - PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, mm_find_gap(mm, USER_SPACE_END - PAGE_SIZE), 0);
	mm_put(mm);
}

static const struct kunit_case mm_cases[] = {
	KUNIT_CASE(mm_unmap_cuts_a_hole),
	KUNIT_CASE(mm_handle_fault_honours_rights),
	KUNIT_CASE(mm_fork_copies_on_write),
	KUNIT_CASE(mm_get_page_holds_it),
	KUNIT_CASE(mm_fork_survives_every_failed_allocation),
	KUNIT_CASE(mm_find_gap_goes_down_from_the_top),
	{ 0 },
};

static const struct kunit_suite mm_suite = {
	.name = "mm",
	.test_cases = mm_cases,
};
kunit_test_suite(mm_suite);

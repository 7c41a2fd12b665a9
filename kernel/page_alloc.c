// SPDX-License-Identifier: MIT
/*
 * DOC: a buddy allocator for physical pages. Free runs of each order are kept
 * in lists whose nodes lie in the free pages themselves. A run of order n is
 * aligned to its size, so its buddy is found by one exclusive or.
 *
 * Starting up touches no page: RAM stays in `regions` and enters the lists
 * piece by piece, at most one 4 MiB block at a time, when they run empty; the
 * struct pages of a block are cleared at that moment. A boot that uses 1 MiB
 * pays for one block, whatever the machine has.
 *
 * A few small runs that were freed last are kept unmerged and given out first.
 *
 * State: free_lists, hot, regions, the counters; guarded against softirq by
 * local_bh_disable(). Hard interrupts neither allocate nor free.
 */
#include "kernel/page_alloc.h"
#include "kernel/boot_info.h"
#include "kernel/slab.h"
#include "lib/list.h"
#include "lib/softirq.h"

#define BLOCK_PAGES (1UL << MAX_ORDER)
#define MAX_REGIONS (BOOT_MAX_RANGES + 4)

#define HOT_ORDERS 4
#define HOT_RUNS   8

struct region {
	u64 next, end; /* frames that no list has seen yet */
};

struct page *mem_map;

static struct list_head free_lists[MAX_ORDER + 1];
static u32 free_orders; /* bit n: free_lists[n] is not empty */
/* Freed a moment ago, not merged: what comes and goes skips the lists. */
static struct page *hot[HOT_ORDERS][HOT_RUNS];
static u32 nr_hot[HOT_ORDERS];
static struct region regions[MAX_REGIONS];
static u32 nr_regions, cur_region;
static u8 *block_ready; /* struct pages of the 4 MiB block are valid */
static u64 nr_frames, nr_total, nr_free;

static struct list_head *page_node(struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}

static struct page *node_page(struct list_head *node)
{
	return virt_to_page(node);
}

static void list_free_run(struct page *page, u32 order)
{
	page->refcount = 0;
	page->order = (u8)order;
	page->flags = PG_BUDDY;
	list_add(page_node(page), &free_lists[order]);
	free_orders |= 1U << order;
}

static void unlist_free_run(struct page *page)
{
	list_del(page_node(page));
	page->flags = 0;
	if (list_empty(&free_lists[page->order]))
		free_orders &= ~(1U << page->order);
}

/* Give a run back, merging it with its free buddies. */
static void free_run(u64 pfn, u32 order)
{
	struct page *buddy;

	for (; order < MAX_ORDER; order++) {
		buddy = &mem_map[pfn ^ (1UL << order)];
		if (buddy->refcount || buddy->flags != PG_BUDDY ||
		    buddy->order != order)
			break;
		unlist_free_run(buddy);
		pfn &= ~(1UL << order);
	}
	list_free_run(&mem_map[pfn], order);
}

/* Move frames [@pfn, @end) of one block into the lists, as large as fits. */
static void seed_block(u64 pfn, u64 end)
{
	u32 order;
	u64 block = pfn / BLOCK_PAGES;

	if (!block_ready[block]) {
		memset(&mem_map[block * BLOCK_PAGES], 0,
		       BLOCK_PAGES * sizeof(struct page));
		block_ready[block] = 1;
	}
	while (pfn < end) {
		order = pfn ? (u32)__builtin_ctzll(pfn) : MAX_ORDER;
		order = min_t(u32, order, MAX_ORDER);
		order = min_t(u32, order, ilog2(end - pfn));
		free_run(pfn, order);
		pfn += 1UL << order;
	}
}

/* One more block of untouched RAM; false when there is none left. */
static bool grow(void)
{
	struct region *r;
	u64 end;

	for (; cur_region < nr_regions; cur_region++) {
		r = &regions[cur_region];
		if (r->next >= r->end)
			continue;
		end = min(ALIGN_DOWN(r->next, BLOCK_PAGES) + BLOCK_PAGES,
			  r->end);
		seed_block(r->next, end);
		r->next = end;
		return true;
	}
	return false;
}

static struct page *take_run(u32 order)
{
	struct page *page;
	u32 fit = free_orders >> order, have;

	if (!fit)
		return NULL;
	have = order + (u32)__builtin_ctz(fit);
	page = node_page(free_lists[have].next);
	unlist_free_run(page);
	while (have > order) {
		have--;
		list_free_run(page + (1UL << have), have);
	}
	return page;
}

static void drain_hot(void)
{
	u32 order;

	for (order = 0; order < HOT_ORDERS; order++)
		while (nr_hot[order])
			free_run((u64)(hot[order][--nr_hot[order]] - mem_map),
				 order);
}

static struct page *take_run_hard(u32 order)
{
	struct page *page;

	drain_hot();
	while ((page = take_run(order)) == NULL)
		if (!grow())
			break;
	if (!page && slab_shrink()) {
		drain_hot();
		page = take_run(order);
	}
	return page;
}

/**
 * page_run_alloc() - Take a run of 2^@order pages.
 * @flags: __GFP_ZERO clears it.
 * @order: 0 to MAX_ORDER.
 *
 * When RAM is short the slab caches give back what they keep in reserve.
 *
 * Context: task or softirq.
 * Return: the head page with one reference, NULL if there is no such run.
 */
struct page *page_run_alloc(gfp_t flags, u32 order)
{
	struct page *page;

	if (order > MAX_ORDER)
		return NULL;
	local_bh_disable();
	if (order < HOT_ORDERS && nr_hot[order])
		page = hot[order][--nr_hot[order]];
	else
		page = take_run(order);
	if (unlikely(!page))
		page = take_run_hard(order);
	if (likely(page)) {
		nr_free -= 1UL << order;
		page->virt = phys_to_virt(page_to_phys(page));
		page->refcount = 1;
		page->order = (u8)order;
		page->private_ = 0;
	}
	local_bh_enable();
	if (page && (flags & __GFP_ZERO))
		memset(page->virt, 0, PAGE_SIZE << order);
	return page;
}

/**
 * page_run_free() - Take a run back.
 * @page: its head.
 *
 * Context: task or softirq.
 */
void page_run_free(struct page *page)
{
	u32 order = page->order;

	BUG_ON(page->flags == PG_BUDDY);
	local_bh_disable();
	nr_free += 1UL << order;
	page->refcount = 0;
	page->flags = 0;
	if (order < HOT_ORDERS && nr_hot[order] < HOT_RUNS)
		hot[order][nr_hot[order]++] = page;
	else
		free_run((u64)(page - mem_map), order);
	local_bh_enable();
}

/**
 * alloc_pages() - Allocate a reference-counted run of 2^@order pages.
 * @flags: __GFP_ZERO clears it.
 * @order: 0 to MAX_ORDER.
 *
 * Context: task or softirq.
 * Return: the head page with one reference, NULL if there is no such run.
 */
struct page *alloc_pages(gfp_t flags, unsigned int order)
{
	return page_run_alloc(flags, order);
}

/**
 * free_page_run() - Take back a run; put_page() calls it.
 * @page: its head, no longer referenced.
 *
 * Context: task or softirq.
 */
void free_page_run(struct page *page)
{
	page_run_free(page);
}

/**
 * page_alloc_add() - Add RAM that was in use since boot.
 * @start, @end: physical, page-aligned; nothing happens if empty.
 *
 * Context: task.
 */
void page_alloc_add(phys_addr_t start, phys_addr_t end)
{
	u64 pfn = start >> PAGE_SHIFT, last = end >> PAGE_SHIFT, stop;

	last = min(last, nr_frames);
	local_bh_disable();
	for (; pfn < last; pfn = stop) {
		stop = min(ALIGN_DOWN(pfn, BLOCK_PAGES) + BLOCK_PAGES, last);
		seed_block(pfn, stop);
		nr_total += stop - pfn;
		nr_free += stop - pfn;
	}
	local_bh_enable();
}

/* Cut @bytes for mem_map out of a region below 4 GiB, from its end. */
static void *cut_from_regions(u64 bytes)
{
	u64 frames = DIV_ROUND_UP(bytes, PAGE_SIZE);
	struct region *r;
	u32 i;

	for (i = nr_regions; i-- > 0;) {
		r = &regions[i];
		if (r->end > 0x100000 || r->end - r->next < frames)
			continue;
		r->end -= frames;
		return phys_to_virt(r->end << PAGE_SHIFT);
	}
	panic("memory: no room for the table of %llu frames", nr_frames);
}

/**
 * page_alloc_init() - Take over the boot loader's RAM.
 *
 * Touches no page but its own table of blocks.
 */
void page_alloc_init(void)
{
	struct boot_range *r;
	u64 blocks;
	u32 i;

	if (!boot_info.nr_ranges)
		panic("memory: the boot loader reports no RAM");
	for (i = 0; i <= MAX_ORDER; i++)
		INIT_LIST_HEAD(&free_lists[i]);
	nr_frames = boot_info.ram[boot_info.nr_ranges - 1].end >> PAGE_SHIFT;
	/* The archive is not in the list, but it has frames too. */
	nr_frames = max(nr_frames, (u64)boot_info.initrd_end >> PAGE_SHIFT);
	nr_frames = ALIGN(nr_frames, BLOCK_PAGES);
	blocks = nr_frames / BLOCK_PAGES;
	for (i = 0; i < boot_info.nr_ranges; i++) {
		r = &boot_info.ram[i];
		regions[nr_regions++] = (struct region){ r->start >> PAGE_SHIFT,
							 r->end >> PAGE_SHIFT };
	}
	mem_map = cut_from_regions(nr_frames * sizeof(*mem_map) + blocks);
	block_ready = (u8 *)&mem_map[nr_frames];
	memset(block_ready, 0, blocks);
	for (i = 0; i < nr_regions; i++)
		nr_total += regions[i].end - regions[i].next;
	nr_free = nr_total;
}

/**
 * max_pfn() - How far mem_map reaches.
 *
 * Return: frames, RAM or not.
 */
u64 max_pfn(void)
{
	return nr_frames;
}

/**
 * totalram_pages() - RAM that the allocator manages.
 *
 * Return: pages.
 */
u64 totalram_pages(void)
{
	return nr_total;
}

/**
 * nr_free_pages() - RAM that is free now, touched or not.
 *
 * Return: pages; the slab caches' reserves count as used.
 */
u64 nr_free_pages(void)
{
	return nr_free;
}

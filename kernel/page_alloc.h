/* SPDX-License-Identifier: MIT */
/*
 * DOC: physical pages. The interface for everyone is alloc_pages() of
 * lib/platform.h; here is what the boot and the slab layer need besides.
 */
#pragma once

#include "kernel/paging.h"
#include "lib/page.h"

#define MAX_ORDER 10 /* the largest run: 4 MiB */

/* struct page.flags while the allocators own the page. */
#define PG_BUDDY 0x81 /* heads a free run */
#define PG_SLAB  0x82 /* private_ is the cache's number */
#define PG_LARGE 0x83 /* heads a large kmalloc() */

extern struct page *mem_map; /* one entry a page frame, from frame 0 */

static inline struct page *virt_to_page(const void *p)
{
	return &mem_map[((u64)p - DIRECT_MAP_BASE) >> PAGE_SHIFT];
}

static inline struct page *phys_to_page(phys_addr_t pa)
{
	return &mem_map[pa >> PAGE_SHIFT];
}

static inline phys_addr_t page_to_phys(const struct page *page)
{
	return (phys_addr_t)(page - mem_map) << PAGE_SHIFT;
}

/* From boot_info's RAM. */
void page_alloc_init(void);
/* More RAM, page-aligned, that was in use until now. */
void page_alloc_add(phys_addr_t start, phys_addr_t end);
/* First frame number beyond the RAM that mem_map covers. */
u64 max_pfn(void);

/*
 * What alloc_pages() and free_page_run() are made of; the slab layer's way,
 * so that its own pages are not counted as somebody's allocations.
 */
struct page *page_run_alloc(gfp_t flags, u32 order) __must_check;
void page_run_free(struct page *page);

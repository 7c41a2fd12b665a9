/* SPDX-License-Identifier: MIT */
/*
 * DOC: references to page runs; loans, which stand for pages that somebody else
 * counts; and page_frag, the bump allocator from which skb fragments are cut.
 */
#pragma once

#include "lib/bug.h"
#include "lib/count.h"
#include "lib/platform.h"

static inline struct page *alloc_page(gfp_t flags)
{
	return alloc_pages(flags, 0);
}

static inline void *page_address(const struct page *page)
{
	return page->virt;
}

static inline size_t page_size(const struct page *page)
{
	return PAGE_SIZE << page->order;
}

static inline void get_page(struct page *page)
{
	page->refcount++;
}

/*
 * Memory on loan: page.virt points into pages of others, and whoever made the
 * loan learns when its last reference is gone (lib/page.c). Everything that
 * holds pages by reference can hold it, and need not know.
 */
#define PG_LOAN 0x84 /* page.flags */

struct page_loan {
	struct page page; /* flags PG_LOAN */
	void (*ended)(struct page_loan *loan);
};

/* put_page() of the last reference; do not call otherwise. */
void page_release(struct page *page);

static inline void put_page(struct page *page)
{
	/* A sender's page: tasks and TX completions give it back. */
	u32 was = count_fetch_sub(&page->refcount, 1);

	WARN_ON_ONCE(was == 0);
	if (was == 1)
		page_release(page);
}

static inline u32 page_count(const struct page *page)
{
	return page->refcount;
}

/* A part of a page run that is neither copied nor owned by who names it; a
 * reference on the page keeps the bytes there. */
struct bio_vec {
	struct page *bv_page;
	u32 bv_len;
	u32 bv_offset;
};

/* The unused rest of a page run; it holds one reference of its own. */
struct page_frag {
	struct page *page;
	u32 offset;
	u32 size;
};

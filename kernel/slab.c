// SPDX-License-Identifier: MIT
/*
 * DOC: slab_caches of fixed-size objects, and kmalloc() on top of them. A cache
 * keeps a magazine, a small stack of free objects, so that the ordinary
 * allocation is one load and the ordinary free one store. Behind it are
 * slabs: page runs aligned to their size, with a header and objects; the
 * header counts, so an empty slab can go back to the page allocator
 * (Bonwick and Adams, "Magazines and Vmem", USENIX 2001).
 *
 * kfree() finds the cache by the page's number in mem_map: PG_SLAB pages
 * carry the cache's index, PG_LARGE pages head a run of their own.
 *
 * State: each cache; guarded against softirq by local_bh_disable().
 */
#include "kernel/slab.h"
#include "kernel/page_alloc.h"
#include "kernel/slab_int.h"
#include "lib/list.h"
#include "lib/softirq.h"
#include "lib/printk.h"

#define MAGAZINE_BATCH 16
#define KMALLOC_MAX    4096 /* larger ones are page runs */
#define KMALLOC_STEP   16
#define MIN_ALIGN      16

struct slab {
	struct list_head node; /* in cache->partial unless full */
	void *free;            /* returned objects, linked by first word */
	u8 *fresh;             /* objects from here on were never given out */
	u16 inuse, total;
	u16 listed;
};

static const u16 kmalloc_sizes[] = {
	16,  32,  48,  64,   96,   128,  192,  256,
	384, 512, 768, 1024, 1536, 2048, 3072, 4096,
};

struct kmem_cache slab_caches[MAX_CACHES];
static bool cache_used[MAX_CACHES];
/* Cache of a request of n bytes: entry (n + 15) / 16. */
static u8 kmalloc_class[KMALLOC_MAX / KMALLOC_STEP + 1];

static struct slab *slab_of(const struct kmem_cache *c, const void *obj)
{
	return (void *)((u64)obj & ~((PAGE_SIZE << c->order) - 1));
}

static struct slab *slab_create(struct kmem_cache *c)
{
	struct page *page = page_run_alloc(GFP_ATOMIC, c->order);
	struct slab *s;
	u32 i;

	if (!page)
		return NULL;
	for (i = 0; i < 1U << c->order; i++) {
		page[i].flags = PG_SLAB;
		page[i].private_ = c->index;
	}
	s = page_address(page);
	s->free = NULL;
	s->fresh = (u8 *)s + c->first;
	s->inuse = 0;
	s->total = (u16)c->per_slab;
	s->listed = 1;
	list_add(&s->node, &c->partial);
	c->slabs++;
	return s;
}

static void slab_destroy(struct kmem_cache *c, struct slab *s)
{
	struct page *page = virt_to_page(s);
	u32 i;

	list_del(&s->node);
	c->slabs--;
	for (i = 0; i < 1U << c->order; i++)
		page[i].flags = 0;
	page_run_free(page);
}

static void *slab_take(struct kmem_cache *c, struct slab *s)
{
	void *obj = s->free;

	if (obj) {
		s->free = *(void **)obj;
	} else {
		obj = s->fresh;
		s->fresh += c->size;
	}
	if (++s->inuse == s->total) {
		list_del_init(&s->node);
		s->listed = 0;
	}
	return obj;
}

static void slab_give(struct kmem_cache *c, void *obj)
{
	struct slab *s = slab_of(c, obj);

	*(void **)obj = s->free;
	s->free = obj;
	s->inuse--;
	if (!s->listed) {
		list_add(&s->node, &c->partial);
		s->listed = 1;
	}
	/* Keep one empty slab: the next refill would ask for it again. */
	if (!s->inuse && c->partial.next != c->partial.prev)
		slab_destroy(c, s);
}

/* The magazine is empty: fill half of it. One object for the caller. */
static noinline void *refill(struct kmem_cache *c)
{
	struct slab *s;

	while (c->avail < MAGAZINE_BATCH) {
		if (list_empty(&c->partial)) {
			/* More slabs than needed now only for the first. */
			if (c->avail || !slab_create(c))
				break;
		}
		s = list_entry(c->partial.next, struct slab, node);
		c->magazine[c->avail++] = slab_take(c, s);
	}
	return c->avail ? c->magazine[--c->avail] : NULL;
}

/* The magazine is full: give its oldest objects back. */
static noinline void flush(struct kmem_cache *c, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		slab_give(c, c->magazine[i]);
	c->avail -= n;
	memmove(c->magazine, c->magazine + n, c->avail * sizeof(void *));
}

static noinline void *softirq_before(void *obj)
{
	do_softirq();
	return obj;
}

/* The rest of kmem_cache_alloc(), with softirqs off: they are on afterwards. */
static noinline void *alloc_slow(struct kmem_cache *c, gfp_t flags)
{
	void *obj = c->avail ? c->magazine[--c->avail] : refill(c);

	local_bh_enable();
	if ((flags & __GFP_ZERO) && obj)
		memset(obj, 0, c->size);
	return obj;
}

/* The rest of kmem_cache_free(), the same. */
static noinline void free_slow(struct kmem_cache *c, void *obj)
{
	if (c->avail == MAGAZINE)
		flush(c, MAGAZINE_BATCH);
	c->magazine[c->avail++] = obj;
	local_bh_enable();
}

static void cache_setup(struct kmem_cache *c, const char *name, size_t size,
			size_t align)
{
	align = max_t(size_t, align, MIN_ALIGN);
	c->index = (u16)(c - slab_caches);
	c->name = name;
	c->size = (u32)ALIGN(size, align);
	c->first = (u32)ALIGN(sizeof(struct slab), align);
	c->order = c->size > 1024 ? 3 : c->size > 256 ? 1 : 0;
	while (((PAGE_SIZE << c->order) - c->first) / c->size < 4)
		c->order++;
	c->per_slab = (u32)(((PAGE_SIZE << c->order) - c->first) / c->size);
	c->avail = 0;
	c->slabs = 0;
	INIT_LIST_HEAD(&c->partial);
	cache_used[c->index] = true;
}

/**
 * slab_init() - Make the slab_caches behind kmalloc().
 */
void slab_init(void)
{
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(kmalloc_sizes); i++) {
		cache_setup(&slab_caches[i], "kmalloc", kmalloc_sizes[i], 0);
		for (; n * KMALLOC_STEP <= kmalloc_sizes[i]; n++)
			kmalloc_class[n] = (u8)i;
	}
}

/**
 * slab_shrink() - Give the caches' reserves back to the page allocator.
 *
 * Context: task or softirq; alloc_pages() calls it when RAM is short.
 * Return: whether any page came free.
 */
bool slab_shrink(void)
{
	u64 before = nr_free_pages();
	struct kmem_cache *c;
	struct slab *s;

	local_bh_disable();
	for (c = slab_caches; c < slab_caches + MAX_CACHES; c++) {
		if (!cache_used[c - slab_caches])
			continue;
		flush(c, c->avail);
		if (list_empty(&c->partial))
			continue;
		/* slab_give() leaves at most one empty slab, any place. */
		list_for_each_entry (s, &c->partial, node) {
			if (s->inuse)
				continue;
			slab_destroy(c, s);
			break;
		}
	}
	local_bh_enable();
	return nr_free_pages() != before;
}

/**
 * kmem_cache_create() - A cache of objects of one size.
 * @name:  for reports; kept by reference.
 * @size:  bytes.
 * @align: at least 16 is given; a power of two up to a page.
 *
 * Return: the cache, NULL if there are too many.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align)
{
	u32 i;

	for (i = ARRAY_SIZE(kmalloc_sizes); i < MAX_CACHES; i++) {
		if (cache_used[i])
			continue;
		cache_setup(&slab_caches[i], name, size, align);
		return &slab_caches[i];
	}
	return NULL;
}

/**
 * kmem_cache_destroy() - End a cache that has no object left.
 * @c: the cache; NULL is allowed.
 */
void kmem_cache_destroy(struct kmem_cache *c)
{
	struct slab *s, *next;

	if (!c)
		return;
	local_bh_disable();
	flush(c, c->avail);
	list_for_each_entry_safe (s, next, &c->partial, node)
		if (!s->inuse)
			slab_destroy(c, s);
	if (WARN_ON(c->slabs))
		pr_err("slab: %s still has objects\n", c->name);
	else
		cache_used[c->index] = false;
	local_bh_enable();
}

/**
 * kmem_cache_alloc() - One object.
 * @c:     its cache.
 * @flags: __GFP_ZERO clears it.
 *
 * Context: task or softirq.
 * Return: the object, NULL when RAM is short.
 */
__hot void *kmem_cache_alloc(struct kmem_cache *c, gfp_t flags)
{
	void *obj;

	/* What is rare is a call at the end, so that the rest needs no stack.
	 */
	local_bh_disable();
	if (unlikely(!c->avail || (flags & __GFP_ZERO)))
		return alloc_slow(c, flags);
	obj = c->magazine[--c->avail];
	if (likely(!local_bh_enable_pending()))
		return obj;
	return softirq_before(obj);
}

/**
 * kmem_cache_free() - Give an object back.
 * @c:   the cache it came from.
 * @obj: the object; NULL is allowed.
 *
 * Context: task or softirq.
 */
__hot void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	if (unlikely(!obj))
		return;
	local_bh_disable();
	if (unlikely(c->avail == MAGAZINE)) {
		free_slow(c, obj);
		return;
	}
	c->magazine[c->avail++] = obj;
	if (unlikely(local_bh_enable_pending()))
		do_softirq();
}

static noinline void *kmalloc_large(size_t size, gfp_t flags)
{
	struct page *page;
	u32 order;

	if (size > PAGE_SIZE << MAX_ORDER)
		return NULL;
	order = fls_u64((size - 1) >> PAGE_SHIFT);
	page = page_run_alloc(flags, order);
	if (!page)
		return NULL;
	page->flags = PG_LARGE;
	return page_address(page);
}

/**
 * kmalloc() - Memory of any size, at least 16-byte aligned.
 * @size:  bytes; 0 gives a smallest object.
 * @flags: __GFP_ZERO clears it.
 *
 * Context: task or softirq.
 * Return: the memory, NULL when RAM is short.
 */
__hot void *kmalloc(size_t size, gfp_t flags)
{
	u32 step;

	if (unlikely(size > KMALLOC_MAX))
		return kmalloc_large(size, flags);
	step = (u32)(size + KMALLOC_STEP - 1) / KMALLOC_STEP;
	return kmem_cache_alloc(&slab_caches[kmalloc_class[step]], flags);
}

/**
 * kfree() - Free what kmalloc() gave, or do nothing for NULL.
 * @p: the memory.
 *
 * Context: task or softirq.
 */
__hot void kfree(const void *p)
{
	struct page *page;

	if (!p)
		return;
	page = virt_to_page(p);
	if (likely(page->flags == PG_SLAB)) {
		kmem_cache_free(&slab_caches[page->private_],
				(void *)(uintptr_t)p);
		return;
	}
	BUG_ON(page->flags != PG_LARGE);
	page_run_free(page);
}

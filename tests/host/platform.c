// SPDX-License-Identifier: MIT
/*
 * DOC: lib/platform.h on the host, but for its clock and its tasks, which
 * platform_task.c provides for one task and tests/packetdrill/ for threads: a
 * seeded generator; a count of live objects and an allocator that fails on
 * request. Objects come from malloc one by one, so ASan sees every overrun
 * and every use after free.
 */
#include <stdio.h>
#include <stdlib.h>
#include "lib/bug.h"
#include "lib/checksum.h"
#include "lib/file.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/vsprintf.h"
#include "tests/host/host.h"

struct kmem_cache {
	size_t size;
	size_t align;
};

static s64 live;
static u32 fail_countdown;
static bool fail_fired;

static bool irqs_off, in_irq;
static int raised_signal;
static bool signal_pending;
struct files_struct *current_files;
static const char *bad_start;
static size_t bad_len;
static u64 rng_state = 0x9e3779b97f4a7c15ULL;

static void *take(size_t size, size_t align, gfp_t flags)
{
	void *p = NULL;

	if (fail_countdown && --fail_countdown == 0) {
		fail_fired = true;
		return NULL;
	}
	/* malloc() aligns to 16 by itself, and is the faster one. */
	if (align <= 16)
		p = malloc(size ? size : 1);
	else if (posix_memalign(&p, align, size ? size : 1) != 0)
		p = NULL;
	if (!p)
		return NULL;
	memset(p, flags & __GFP_ZERO ? 0 : 0x5a, size);
	live++;
	return p;
}

static void give(void *p)
{
	if (!p)
		return;
	live--;
	free(p);
}

void *kmalloc(size_t size, gfp_t flags)
{
	return take(size, 16, flags);
}

void kfree(const void *p)
{
	give((void *)(uintptr_t)p);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align)
{
	struct kmem_cache *c = malloc(sizeof(*c));

	BUG_ON(!c || !name);
	c->size = size;
	c->align = align;
	return c;
}

void *kmem_cache_alloc(struct kmem_cache *c, gfp_t flags)
{
	return take(c->size, c->align, flags);
}

void kmem_cache_free(struct kmem_cache *c, void *obj)
{
	BUG_ON(!c);
	give(obj);
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	free(c);
}

struct page *alloc_pages(gfp_t flags, unsigned int order)
{
	struct page *page = take(sizeof(*page), 16, __GFP_ZERO);

	if (!page)
		return NULL;
	page->virt = take(PAGE_SIZE << order, PAGE_SIZE, flags);
	if (!page->virt) {
		give(page);
		return NULL;
	}
	page->refcount = 1;
	page->order = (u8)order;
	return page;
}

void free_page_run(struct page *page)
{
	give(page->virt);
	give(page);
}

u64 totalram_pages(void)
{
	return 262144;
}

static bool memory_short;

u64 nr_free_pages(void)
{
	return memory_short ? 0 : 262144;
}

void test_set_memory_short(bool is_short)
{
	memory_short = is_short;
}

unsigned long local_irq_save(void)
{
	unsigned long was = irqs_off;

	irqs_off = true;
	return was;
}

void local_irq_restore(unsigned long flags)
{
	irqs_off = flags;
}

bool in_hardirq(void)
{
	return in_irq;
}

bool task_signal_pending(void)
{
	return signal_pending;
}

void task_set_temp_sigmask(u64 mask)
{
	/* No signal ever waits for its mask here. */
	(void)mask;
}

void test_set_signal_pending(bool pending)
{
	signal_pending = pending;
}

struct files_struct *task_files(void)
{
	return current_files;
}

void test_set_files(struct files_struct *files)
{
	current_files = files;
}

void task_raise_signal(int sig)
{
	raised_signal = sig;
}

int task_tgid(void)
{
	return 1;
}

int test_take_signal(void)
{
	int sig = raised_signal;

	raised_signal = 0;
	return sig;
}

bool capable(int cap)
{
	return cap >= 0;
}

static bool is_bad(const char *p, size_t n)
{
	if (!n)
		return false;
	if ((uintptr_t)p < PAGE_SIZE)
		return true;
	return bad_start && p < bad_start + bad_len && p + n > bad_start;
}

size_t copy_from_user(void *to, const void __user *from, size_t n)
{
	if (is_bad((const char *)from, n))
		return n;
	if (n)
		memcpy(to, (const void *)from, n);
	return 0;
}

__wsum csum_and_copy_from_user(const void __user *src, void *dst, size_t len)
{
	if (copy_from_user(dst, src, len))
		return 0;
	return csum_partial(dst, len, (__force __wsum)UINT32_MAX);
}

size_t copy_to_user(void __user *to, const void *from, size_t n)
{
	if (is_bad((char *)to, n))
		return n;
	if (n)
		memcpy((void *)to, from, n);
	return 0;
}

void test_bad_user_range(const void *p, size_t n)
{
	bad_start = p;
	bad_len = n;
}

int printk(const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	if (fmt[0] == '<' && fmt[1] && fmt[2] == '>')
		fmt += 3;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fputs(text, stdout);
	return n;
}

void panic(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("panic: %s\n", text);
	fflush(stdout);
	abort();
}

/* splitmix64: short, seeded, and the same in every run. */
void get_random_bytes(void *buf, size_t n)
{
	u8 *out = buf;
	u64 z;

	for (; n; n--) {
		rng_state += 0x9e3779b97f4a7c15ULL;
		z = rng_state;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
		*out++ = (u8)(z ^ (z >> 31));
	}
}

void test_fail_nth_alloc(u32 n)
{
	fail_countdown = n;
	fail_fired = false;
}

bool test_fail_fired(void)
{
	return fail_fired;
}

s64 test_live_allocations(void)
{
	return live;
}

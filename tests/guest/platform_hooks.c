// SPDX-License-Identifier: MIT
/*
 * DOC: tests/host/host.h in the booted image. The linker puts the __wrap_
 * functions below between callers and the kernel (--wrap, Makefile): they
 * count, refuse and poison allocations and let a kernel task stand for a
 * program. Suites run on a clock that moves only when a test moves it or every
 * task is blocked, as on the host; the machine's own suite takes the real one.
 */
#include "kernel/io.h"
#include "kernel/page_alloc.h"
#include "kernel/sched.h"
#include "kernel/sched_int.h"
#include "kernel/slab_int.h"
#include "kernel/time_int.h"
#include "lib/bug.h"
#include "lib/checksum.h"
#include "lib/kunit.h"
#include "lib/softirq.h"
#include "tests/guest/crash.h"
#include "tests/guest/real_clock.h"
#include "tests/fixtures/pin.h"

#define POISON_NEW  0x5a
#define POISON_FREE 0x6b

/* The linker's names: what a caller reaches, and what it meant. */
#define WRAP(ret, name, ...)            \
	ret __wrap_##name(__VA_ARGS__); \
	ret __real_##name(__VA_ARGS__)

WRAP(void *, kmalloc, size_t size, gfp_t flags);
WRAP(void, kfree, const void *p);
WRAP(void *, kmem_cache_alloc, struct kmem_cache *c, gfp_t flags);
WRAP(void, kmem_cache_free, struct kmem_cache *c, void *obj);
WRAP(struct page *, alloc_pages, gfp_t flags, unsigned int order);
WRAP(void, free_page_run, struct page *page);
WRAP(size_t, copy_from_user, void *to, const void __user *from, size_t n);
WRAP(size_t, copy_to_user, void __user *to, const void *from, size_t n);
WRAP(__wsum, csum_and_copy_from_user, const void __user *src, void *dst,
     size_t len);
WRAP(struct files_struct *, task_files, void);
WRAP(bool, task_signal_pending, void);
WRAP(void, task_raise_signal, int sig);
WRAP(struct page *, pin_user_page, const void __user *addr);
WRAP(u64, nr_free_pages, void);
WRAP(void, cpu_idle, void);
WRAP(u64, ktime_get_ns, void);
WRAP(u64, ktime_get_real_ns, void);
WRAP(void, clock_arm, u64 deadline_ns);
WRAP(struct kunit_totals, kunit_run_all, const char *glob);

static s64 live;
static u32 fail_countdown;
static bool fail_fired;
static const char *bad_start;
static size_t bad_len;
static int raised_signal;
static bool signal_pending;
static struct files_struct *test_files;
static bool (*idle_hook)(void *arg);
static void *idle_arg;
static bool virtual_clock;
static u64 virtual_ns, virtual_armed_ns = ~0ULL;

static bool refuse(void)
{
	if (!fail_countdown || --fail_countdown)
		return false;
	fail_fired = true;
	return true;
}

static void *counted(void *p, size_t size, gfp_t flags)
{
	if (p)
		live++;
	if (p && !(flags & __GFP_ZERO))
		memset(p, POISON_NEW, size);
	return p;
}

static void uncounted(void *p, size_t size)
{
	live--;
	memset(p, POISON_FREE, size);
}

void *__wrap_kmalloc(size_t size, gfp_t flags)
{
	if (refuse())
		return NULL;
	return counted(__real_kmalloc(size, flags), size, flags);
}

void __wrap_kfree(const void *p)
{
	struct page *page;

	if (!p)
		return;
	page = virt_to_page(p);
	uncounted((void *)(uintptr_t)p,
		  page->flags == PG_SLAB ? slab_caches[page->private_].size
					 : PAGE_SIZE << page->order);
	__real_kfree(p);
}

void *__wrap_kmem_cache_alloc(struct kmem_cache *c, gfp_t flags)
{
	if (refuse())
		return NULL;
	return counted(__real_kmem_cache_alloc(c, flags), c->size, flags);
}

void __wrap_kmem_cache_free(struct kmem_cache *c, void *obj)
{
	if (!obj)
		return;
	uncounted(obj, c->size);
	__real_kmem_cache_free(c, obj);
}

struct page *__wrap_alloc_pages(gfp_t flags, unsigned int order)
{
	struct page *page;

	if (refuse())
		return NULL;
	page = __real_alloc_pages(flags, order);
	if (page)
		counted(page->virt, PAGE_SIZE << order, flags);
	return page;
}

void __wrap_free_page_run(struct page *page)
{
	uncounted(page->virt, PAGE_SIZE << page->order);
	__real_free_page_run(page);
}

static bool memory_short;

u64 __wrap_nr_free_pages(void)
{
	return memory_short ? 0 : __real_nr_free_pages();
}

void test_set_memory_short(bool is_short)
{
	memory_short = is_short;
}

static bool is_bad(const char *p, size_t n)
{
	if (!n)
		return false;
	if ((u64)p < PAGE_SIZE)
		return true;
	return bad_start && p < bad_start + bad_len && p + n > bad_start;
}

/* A test runs in a kernel task: its "user memory" is the kernel's. */
size_t __wrap_copy_from_user(void *to, const void __user *from, size_t n)
{
	if (current->mm)
		return __real_copy_from_user(to, from, n);
	if (is_bad((const char *)from, n))
		return n;
	memcpy(to, (const void *)from, n);
	return 0;
}

__wsum __wrap_csum_and_copy_from_user(const void __user *src, void *dst,
				      size_t len)
{
	if (current->mm)
		return __real_csum_and_copy_from_user(src, dst, len);
	if (is_bad((const char *)src, len))
		return 0;
	return csum_partial_copy((const void *)src, dst, len,
				 (__force __wsum)UINT32_MAX);
}

size_t __wrap_copy_to_user(void __user *to, const void *from, size_t n)
{
	if (current->mm)
		return __real_copy_to_user(to, from, n);
	if (is_bad((char *)to, n))
		return n;
	memcpy((void *)to, from, n);
	return 0;
}

struct files_struct *__wrap_task_files(void)
{
	return current->files ? __real_task_files() : test_files;
}

bool __wrap_task_signal_pending(void)
{
	return signal_pending || __real_task_signal_pending();
}

void __wrap_task_raise_signal(int sig)
{
	if (current->process)
		__real_task_raise_signal(sig);
	else
		raised_signal = sig;
}

/* A suite's memory is the kernel's; that of a program is pinned as always. */
struct page *__wrap_pin_user_page(const void __user *addr)
{
	u8 byte;

	if (!virtual_clock)
		return __real_pin_user_page(addr);
	return copy_from_user(&byte, addr, 1) ? NULL : test_pin(addr);
}

/* --- time --- */

u64 __wrap_ktime_get_ns(void)
{
	return virtual_clock ? virtual_ns : __real_ktime_get_ns();
}

u64 __wrap_ktime_get_real_ns(void)
{
	return virtual_clock ? 1700000000ULL * NSEC_PER_SEC + virtual_ns
			     : __real_ktime_get_real_ns();
}

void __wrap_clock_arm(u64 deadline_ns)
{
	if (virtual_clock)
		virtual_armed_ns = deadline_ns;
	else
		__real_clock_arm(deadline_ns);
}

void test_use_real_clock(bool on)
{
	unsigned long flags = local_irq_save();

	if (on && virtual_clock) {
		/* Go on from here: time never turns back. */
		clock_tsc_base =
			rdtsc() -
			clock_scale(virtual_ns, ~0ULL / clock_ns_per_tsc);
		virtual_clock = false;
		__real_clock_arm(virtual_armed_ns);
	} else if (!on && !virtual_clock) {
		virtual_ns = __real_ktime_get_ns();
		virtual_armed_ns = clock_armed_ns;
		__real_clock_arm(~0ULL);
		virtual_clock = true;
	}
	local_irq_restore(flags);
}

/* Move to @t and take the clock's interrupt there if it is due. */
static void clock_run_to(u64 t)
{
	if (t > virtual_ns)
		virtual_ns = t;
	if (virtual_armed_ns <= virtual_ns) {
		virtual_armed_ns = ~0ULL;
		raise_softirq(TIMER_SOFTIRQ);
	}
}

/* Every task is blocked: nothing comes from outside, so time may jump. */
void __wrap_cpu_idle(void)
{
	if (!virtual_clock) {
		__real_cpu_idle();
		return;
	}
	local_irq_enable();
	if (idle_hook && idle_hook(idle_arg)) {
		local_irq_disable();
		return;
	}
	if (virtual_armed_ns == ~0ULL)
		panic("blocked for ever: no timer, no frame");
	clock_run_to(virtual_armed_ns);
	local_irq_disable();
}

void test_advance_ns(u64 ns)
{
	u64 end = virtual_ns + ns;

	while (virtual_armed_ns <= end)
		clock_run_to(virtual_armed_ns);
	virtual_ns = end;
	if (softirq_pending_mask)
		do_softirq();
}

/* Suites run on virtual time, as on the host. */
struct kunit_totals __wrap_kunit_run_all(const char *glob)
{
	struct kunit_totals totals;

	crash_if_asked();
	test_use_real_clock(false);
	totals = __real_kunit_run_all(glob);
	test_use_real_clock(true);
	return totals;
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

void test_bad_user_range(const void *p, size_t n)
{
	bad_start = p;
	bad_len = n;
}

int test_take_signal(void)
{
	int sig = raised_signal;

	raised_signal = 0;
	return sig;
}

void test_set_signal_pending(bool pending)
{
	signal_pending = pending;
}

void test_set_files(struct files_struct *files)
{
	test_files = files;
}

void test_set_idle_hook(bool (*hook)(void *arg), void *arg)
{
	idle_hook = hook;
	idle_arg = arg;
}

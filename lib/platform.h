/* SPDX-License-Identifier: MIT */
/*
 * DOC: everything that net/ and lib/ see of the world outside themselves.
 *
 * The guest implements it in kernel/, the host build in
 * tests/host/platform.c, where allocation fails on request, the clock moves
 * only when a test moves it, and randomness is seeded. `make layers` reads
 * this file: an undefined symbol of net/ or lib/ that no permitted folder
 * provides must be declared here.
 */
#pragma once

#include "lib/types.h"

/* Allocation. GFP_KERNEL may not sleep either: nothing here ever sleeps. */
#define GFP_KERNEL 0U
#define GFP_ATOMIC 1U
#define __GFP_ZERO 2U

/* At least 16-byte aligned; NULL when memory is short. */
void *kmalloc(size_t size, gfp_t flags) __must_check;
void kfree(const void *p);

/* Fixed-size objects; @ctor-less, contents undefined unless __GFP_ZERO. */
struct kmem_cache;
struct kmem_cache *kmem_cache_create(const char *name, size_t size,
				     size_t align) __must_check;
void *kmem_cache_alloc(struct kmem_cache *c, gfp_t flags) __must_check;
void kmem_cache_free(struct kmem_cache *c, void *obj);
/* Only for an empty cache. */
void kmem_cache_destroy(struct kmem_cache *c);

/*
 * A reference-counted run of 2^order pages. The head page alone is counted:
 * see get_page() and put_page() in lib/page.h.
 */
struct page {
	void *virt;   /* address of the first byte */
	u32 refcount; /* of the run, in its head page; 0 is free */
	u8 order;     /* the run is 2^order pages */
	u8 flags;     /* the owner's */
	u16 private_; /* the owner's */
};
/* One reference for the caller; contents undefined unless __GFP_ZERO. */
struct page *alloc_pages(gfp_t flags, unsigned int order) __must_check;
/* Called by page_release() when the count reaches zero. */
void free_page_run(struct page *page);
/* Pages of RAM in all and free now: sizes hash tables and memory limits. */
u64 totalram_pages(void);
u64 nr_free_pages(void);

/* Time. Monotonic since boot, and the calendar's (since 1970). */
u64 ktime_get_ns(void);
u64 ktime_get_real_ns(void);
/*
 * One interrupt at @deadline_ns of ktime_get_ns(), or never for U64_MAX; a
 * new call replaces the old one. The interrupt raises TIMER_SOFTIRQ.
 */
void clock_arm(u64 deadline_ns);

/* Interrupts of this CPU. */
unsigned long local_irq_save(void) __must_check;
void local_irq_restore(unsigned long flags);
bool in_hardirq(void);

/*
 * Tasks. A task announces with task_prepare() that it is about to block;
 * task_block() then returns at once if task_wake() came in between, so that
 * no wake-up is lost. wait queues (lib/wait.h) are what everyone else uses.
 */
struct task;
struct files_struct;
struct task *task_current(void);
void task_prepare(void);
void task_block(void);
void task_wake(struct task *t);
/* Let others run, then go on. */
void task_yield(void);
bool task_signal_pending(void);
/* Until this system call ends, or a handler it lets in has been entered, the
 * task's signal mask is @mask (ppoll and its kin). */
void task_set_temp_sigmask(u64 mask);
/* SIGPIPE and the like to the current task. */
void task_raise_signal(int sig);
/* The number of the program that runs; 0: none. */
int task_tgid(void);
/* The current task's descriptors; NULL in softirq or for a kernel task. */
struct files_struct *task_files(void);
/* The same for a system call, where the answer is at hand. */
extern struct files_struct *current_files;
/* uAPI linux/capability.h. Programs are root, and may put some down. */
#define CAP_NET_BIND_SERVICE 10
#define CAP_NET_ADMIN        12
#define CAP_NET_RAW          13
bool capable(int cap);

/*
 * The page that holds the byte at @addr of the current task's memory, brought
 * in if need be: virt is the page's first byte. The caller's reference keeps it
 * through munmap() and the program's end. NULL: the program may not read there,
 * or memory is short.
 */
struct page *pin_user_page(const void __user *addr) __must_check;

/* User memory: the number of bytes NOT copied, 0 when all were. */
size_t copy_from_user(void *to, const void __user *from, size_t n) __must_check;
size_t copy_to_user(void __user *to, const void *from, size_t n) __must_check;
/* The Internet checksum of what was copied, never 0; 0: not all was. */
__wsum csum_and_copy_from_user(const void __user *src, void *dst,
			       size_t len) __must_check;

/* Messages. "<3>text" or KERN_ERR "text"; without a level it is KERN_INFO. */
int printk(const char *fmt, ...) __printf(1, 2);
void panic(const char *fmt, ...) __printf(1, 2) __noreturn;

void get_random_bytes(void *buf, size_t n);

/* The C library's, with the C library's meaning. */
void *memcpy(void *d, const void *s, size_t n);
void *memmove(void *d, const void *s, size_t n);
void *memset(void *d, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
/* Known small sizes become moves, in the freestanding build too. */
#define memcpy(d, s, n)  __builtin_memcpy(d, s, n)
#define memmove(d, s, n) __builtin_memmove(d, s, n)
#define memset(d, c, n)  __builtin_memset(d, c, n)
#define memcmp(a, b, n)  __builtin_memcmp(a, b, n)
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *hay, const char *needle);

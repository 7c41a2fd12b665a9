/* SPDX-License-Identifier: MIT */
/*
 * DOC: the integer types, annotations and small macros that every file uses.
 *
 * Only freestanding compiler headers are included, so the same text serves
 * the guest and the host build.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef u32 gfp_t;
#ifndef __ssize_t_defined
typedef long ssize_t;
#define __ssize_t_defined
#endif
typedef s64 loff_t_;
#define loff_t loff_t_

#ifdef __CHECKER__
#define __bitwise __attribute__((bitwise))
#define __force   __attribute__((force))
#define __user    __attribute__((noderef, address_space(1)))
#define __iomem   __attribute__((noderef, address_space(2)))
#else
#define __bitwise
#define __force
#define __user
#define __iomem
#endif

/* Wire and device fields carry their byte order in the type; sparse checks. */
typedef u16 __bitwise __le16;
typedef u16 __bitwise __be16;
typedef u32 __bitwise __le32;
typedef u32 __bitwise __be32;
typedef u64 __bitwise __le64;
typedef u64 __bitwise __be64;
/* A 16-bit ones' complement sum ready for a header, and one still unfolded. */
typedef u16 __bitwise __sum16;
typedef u32 __bitwise __wsum;

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define __packed       __attribute__((packed))
#define __aligned(n)   __attribute__((aligned(n)))
#define __noreturn     __attribute__((noreturn))
#define __maybe_unused __attribute__((unused))
#define __must_check   __attribute__((warn_unused_result))
#define __printf(f, a) __attribute__((format(printf, f, a)))
#define __force_inline inline __attribute__((always_inline))
#define noinline       __attribute__((noinline))
#define __section(s)   __attribute__((section(s)))
#define __hot          __attribute__((hot))
#define __cold         __attribute__((cold))
#define fallthrough    __attribute__((fallthrough))
#define static_assert _Static_assert
#define barrier()        __asm__ volatile("" ::: "memory")
#define READ_ONCE(x)     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define ARRAY_SIZE(a)         (sizeof(a) / sizeof((a)[0]))
#define BIT(n)                (1UL << (n))
#define ALIGN(x, a)           (((x) + (a)-1) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a)      ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a)      (((x) & ((__typeof__(x))(a)-1)) == 0)
#define DIV_ROUND_UP(n, d)    (((n) + (d)-1) / (d))
#define sizeof_field(t, f)    sizeof(((t *)0)->f)
#define container_of(p, t, f) ((t *)((char *)(p)-offsetof(t, f)))

#define min(a, b)                                  \
	({                                         \
		__typeof__(a) min_a_ = (a);        \
		__typeof__(b) min_b_ = (b);        \
		(void)(&min_a_ == &min_b_);        \
		min_a_ < min_b_ ? min_a_ : min_b_; \
	})
#define max(a, b)                                  \
	({                                         \
		__typeof__(a) max_a_ = (a);        \
		__typeof__(b) max_b_ = (b);        \
		(void)(&max_a_ == &max_b_);        \
		max_a_ > max_b_ ? max_a_ : max_b_; \
	})
#define min_t(t, a, b)                                 \
	({                                             \
		t mint_a_ = (a);                       \
		t mint_b_ = (b);                       \
		mint_a_ < mint_b_ ? mint_a_ : mint_b_; \
	})
#define max_t(t, a, b)                                 \
	({                                             \
		t maxt_a_ = (a);                       \
		t maxt_b_ = (b);                       \
		maxt_a_ > maxt_b_ ? maxt_a_ : maxt_b_; \
	})
#define clamp_t(t, v, lo, hi) min_t(t, max_t(t, v, lo), hi)
#define swap(a, b)                           \
	do {                                 \
		__typeof__(a) swap_t_ = (a); \
		(a) = (b);                   \
		(b) = swap_t_;               \
	} while (0)

/* Zero @n bytes, known and a multiple of 8, by so many stores: between 40 and
 * a few hundred bytes gcc makes of memset() a string instruction, which is slow
 * to start on hardware and under emulation. */
static __force_inline void clear_words(void *p, size_t n)
{
	u64 zero = 0;

	__asm__("" : "+r"(zero)); /* or it would see a memset again */
#pragma GCC unroll 32
	for (size_t i = 0; i < n / 8; i++)
		__builtin_memcpy((char *)p + i * 8, &zero, 8);
}

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define NSEC_PER_SEC  1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_USEC 1000ULL
#define USEC_PER_SEC  1000000ULL
#define USEC_PER_MSEC 1000ULL

static inline u32 fls_u64(u64 x)
{
	return x ? 64 - (u32)__builtin_clzll(x) : 0;
}

static inline u32 ilog2(u64 x)
{
	return fls_u64(x) - 1;
}

static inline u64 roundup_pow_of_two(u64 x)
{
	return x <= 1 ? 1 : 1ULL << fls_u64(x - 1);
}

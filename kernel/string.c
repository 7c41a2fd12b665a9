// SPDX-License-Identifier: MIT
/*
 * DOC: the C library's memory and string functions. Copies are an unrolled
 * loop of 64-bit words, which QEMU's translator runs nine times faster than
 * `rep movsb`; on a CPU whose string moves are fast (ERMS, Intel SDM 1,
 * section 7.3.9.3) large blocks use those. The choice is made once.
 *
 * The hot functions lie on one page: QEMU never chains a translated block
 * that crosses one.
 */
#include "kernel/string.h"
#include "kernel/io.h"
#include "kernel/time.h"
#include "lib/platform.h"

/* The functions themselves, not the compiler's. */
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#define __page0 __section(".text.page0") __aligned(64)
/* Below this the start-up of a string instruction costs more than it saves. */
#define REP_MIN 256

typedef u64 __attribute__((may_alias, aligned(1))) word;
typedef u32 __attribute__((may_alias, aligned(1))) half;

static bool use_rep;

/**
 * string_init() - Choose between loops and string instructions.
 */
void string_init(void)
{
	u32 a, b = 0, c, d, max;

	cpuid(0, 0, &max, &a, &c, &d);
	if (max >= 7)
		cpuid(7, 0, &a, &b, &c, &d);
	use_rep = (b & BIT(9)) && !hypervisor_is_tcg();
}

/* Up to 15 bytes, by overlapping words: no loop, no byte steps. */
static __force_inline void copy_tail(u8 *d, const u8 *s, size_t n)
{
	if (n >= 8) {
		u64 first = *(const word *)s;
		u64 last = *(const word *)(s + n - 8);

		*(word *)d = first;
		*(word *)(d + n - 8) = last;
	} else if (n >= 4) {
		u32 first = *(const half *)s;
		u32 last = *(const half *)(s + n - 4);

		*(half *)d = first;
		*(half *)(d + n - 4) = last;
	} else if (n) {
		u8 mid = s[n / 2], last = s[n - 1];

		d[0] = s[0];
		d[n / 2] = mid;
		d[n - 1] = last;
	}
}

__page0 void *memcpy(void *dst, const void *src, size_t n)
{
	u8 *d = dst;
	const u8 *s = src;

	if (use_rep && n >= REP_MIN) {
		__asm__ volatile("rep movsb"
				 : "+D"(d), "+S"(s), "+c"(n)
				 :
				 : "memory");
		return dst;
	}
	for (; n >= 64; n -= 64, d += 64, s += 64) {
		u64 a0 = ((const word *)s)[0], a1 = ((const word *)s)[1];
		u64 a2 = ((const word *)s)[2], a3 = ((const word *)s)[3];
		u64 a4, a5, a6, a7;

		((word *)d)[0] = a0;
		((word *)d)[1] = a1;
		((word *)d)[2] = a2;
		((word *)d)[3] = a3;
		a4 = ((const word *)s)[4];
		a5 = ((const word *)s)[5];
		a6 = ((const word *)s)[6];
		a7 = ((const word *)s)[7];
		((word *)d)[4] = a4;
		((word *)d)[5] = a5;
		((word *)d)[6] = a6;
		((word *)d)[7] = a7;
	}
	for (; n >= 16; n -= 16, d += 16, s += 16) {
		u64 a0 = ((const word *)s)[0], a1 = ((const word *)s)[1];

		((word *)d)[0] = a0;
		((word *)d)[1] = a1;
	}
	copy_tail(d, s, n);
	return dst;
}

__page0 void *memmove(void *dst, const void *src, size_t n)
{
	u8 *d = (u8 *)dst + n;
	const u8 *s = (const u8 *)src + n;

	/* Forward is right unless the target begins inside the source. */
	if ((u64)dst - (u64)src >= n) {
		/* Every step of memcpy loads all it stores before storing,
		 * and goes upwards, so an overlap from below is harmless. */
		if ((u64)src - (u64)dst >= 64 || n < 16)
			return memcpy(dst, src, n);
		d = dst;
		s = src;
		for (; n >= 8; n -= 8, d += 8, s += 8) {
			*(word *)d = *(const word *)s;
			barrier();
		}
		copy_tail(d, s, n);
		return dst;
	}
	for (; n >= 16; n -= 16) {
		u64 a1 = ((const word *)s)[-1], a0 = ((const word *)s)[-2];

		d -= 16;
		s -= 16;
		((word *)d)[0] = a0;
		((word *)d)[1] = a1;
	}
	copy_tail(dst, src, n);
	return dst;
}

__page0 void *memset(void *dst, int c, size_t n)
{
	u64 v = (u8)c * 0x0101010101010101ULL;
	u8 *d = dst;

	if (use_rep && n >= REP_MIN) {
		__asm__ volatile("rep stosb"
				 : "+D"(d), "+c"(n)
				 : "a"(c)
				 : "memory");
		return dst;
	}
	for (; n >= 64; n -= 64, d += 64) {
		((word *)d)[0] = v;
		((word *)d)[1] = v;
		((word *)d)[2] = v;
		((word *)d)[3] = v;
		((word *)d)[4] = v;
		((word *)d)[5] = v;
		((word *)d)[6] = v;
		((word *)d)[7] = v;
	}
	for (; n >= 8; n -= 8, d += 8) {
		*(word *)d = v;
		barrier();
	}
	for (; n; n--) {
		*d++ = (u8)c;
		barrier();
	}
	return dst;
}

__page0 int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n >= 8; n -= 8, x += 8, y += 8) {
		u64 v = *(const word *)x, w = *(const word *)y;

		if (v != w)
			return __builtin_bswap64(v) < __builtin_bswap64(w) ? -1
									   : 1;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const u8 *p = s;

	for (; n; n--, p++)
		if (*p == (u8)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	for (; *p; p++)
		barrier();
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && s[i]; i++)
		barrier();
	return i;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		barrier();
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; n--, a++, b++)
		barrier();
	return n ? (u8)*a - (u8)*b : 0;
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++)
		if (!*s)
			return NULL;
	return (char *)(uintptr_t)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)(uintptr_t)last;
}

char *strstr(const char *hay, const char *needle)
{
	size_t n = strlen(needle);

	for (; strncmp(hay, needle, n) != 0; hay++)
		if (!*hay)
			return NULL;
	return (char *)(uintptr_t)hay;
}

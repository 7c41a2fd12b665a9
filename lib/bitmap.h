/* SPDX-License-Identifier: MIT */
/* DOC: bits in an array of words, with Linux's names and arguments. */
#pragma once

#include "lib/types.h"

#define BITS_PER_LONG    64
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)

static inline bool test_bit(unsigned long nr, const unsigned long *addr)
{
	return addr[nr / BITS_PER_LONG] >> nr % BITS_PER_LONG & 1;
}

static inline void __set_bit(unsigned long nr, unsigned long *addr)
{
	addr[nr / BITS_PER_LONG] |= 1UL << nr % BITS_PER_LONG;
}

static inline void __clear_bit(unsigned long nr, unsigned long *addr)
{
	addr[nr / BITS_PER_LONG] &= ~(1UL << nr % BITS_PER_LONG);
}

/* The first bit from @offset on that is 0; @size: there is none below it. */
static inline unsigned long find_next_zero_bit(const unsigned long *addr,
					       unsigned long size,
					       unsigned long offset)
{
	unsigned long word = offset / BITS_PER_LONG, zeros;

	if (offset >= size)
		return size;
	zeros = ~addr[word] & ~0UL << offset % BITS_PER_LONG;
	while (!zeros) {
		if (++word * BITS_PER_LONG >= size)
			return size;
		zeros = ~addr[word];
	}
	return min(word * BITS_PER_LONG + (unsigned long)__builtin_ctzl(zeros),
		   size);
}

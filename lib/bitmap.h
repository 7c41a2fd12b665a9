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

/* The same in O(1) for all that matters, through a summary: bit n of @full
 * says that word n of @addr has no 0. */
static inline unsigned long find_next_zero_bit_2(const unsigned long *addr,
						 const unsigned long *full,
						 unsigned long size,
						 unsigned long offset)
{
	unsigned long end = min(ALIGN(offset + 1, BITS_PER_LONG), size);

	if (offset >= size)
		return size;
	offset = find_next_zero_bit(addr, end, offset);
	if (offset < end || end == size)
		return offset;
	offset = find_next_zero_bit(full, BITS_TO_LONGS(size),
				    end / BITS_PER_LONG);
	return find_next_zero_bit(addr, size, offset * BITS_PER_LONG);
}

static inline void __set_bit_2(unsigned long nr, unsigned long *addr,
			       unsigned long *full)
{
	__set_bit(nr, addr);
	if (addr[nr / BITS_PER_LONG] == ~0UL)
		__set_bit(nr / BITS_PER_LONG, full);
}

static inline void __clear_bit_2(unsigned long nr, unsigned long *addr,
				 unsigned long *full)
{
	__clear_bit(nr, addr);
	__clear_bit(nr / BITS_PER_LONG, full);
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: hash functions for tables whose keys nobody chooses against us. A
 * table that strangers can fill takes siphash (lib/siphash.h) instead.
 */
#pragma once

#include "lib/types.h"

/* Multiplicative hashing: 2^n divided by the golden ratio (Knuth, The Art of
 * Computer Programming, volume 3, section 6.4). The high bits are the good
 * ones. */
#define GOLDEN_RATIO_32 0x61C88647U
#define GOLDEN_RATIO_64 0x61C8864680B583EBULL

/* @bits: 1..32 wanted. */
static inline u32 hash_32(u32 val, unsigned int bits)
{
	return (val * GOLDEN_RATIO_32) >> (32 - bits);
}

static inline u32 hash_64(u64 val, unsigned int bits)
{
	return (u32)((val * GOLDEN_RATIO_64) >> (64 - bits));
}

static inline u32 hash_ptr(const void *p, unsigned int bits)
{
	return hash_64((u64)(uintptr_t)p, bits);
}

/* Each bit of the result depends on each bit of the argument (the finalizer
 * of MurmurHash3, which its author placed in the public domain). */
static inline u32 hash_mix32(u32 h)
{
	h ^= h >> 16;
	h *= 0x85ebca6bU;
	h ^= h >> 13;
	h *= 0xc2b2ae35U;
	return h ^ (h >> 16);
}

/* Three words and a seed, as for addresses and ports. */
static inline u32 hash_3words(u32 a, u32 b, u32 c, u32 seed)
{
	u32 h = hash_mix32(a + seed);

	h = hash_mix32(h ^ (b + GOLDEN_RATIO_32));
	return hash_mix32(h ^ (c + 2 * GOLDEN_RATIO_32));
}

static inline u32 hash_2words(u32 a, u32 b, u32 seed)
{
	return hash_3words(a, b, 0, seed);
}

/* A uniform hash scaled to 0..n-1 without a division. */
static inline u32 reciprocal_scale(u32 val, u32 n)
{
	return (u32)(((u64)val * n) >> 32);
}

/* SPDX-License-Identifier: MIT */
/* DOC: conveniences over the platform's allocator. */
#pragma once

#include "lib/platform.h"

static inline void *kzalloc(size_t size, gfp_t flags)
{
	void *p = kmalloc(size, flags | __GFP_ZERO);

#ifdef __clang_analyzer__ /* it does not know what __GFP_ZERO says */
	if (p)
		memset(p, 0, size);
#endif
	return p;
}

static inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return kzalloc(bytes, flags);
}

static inline void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t flags)
{
	return kmem_cache_alloc(c, flags | __GFP_ZERO);
}

/* SPDX-License-Identifier: MIT */
/* DOC: a cache from inside, for slab.c and for tests that look into it. */
#pragma once

#include "lib/list.h"

#define MAX_CACHES 96
#define MAGAZINE   32

struct kmem_cache {
	u32 avail; /* objects in the magazine */
	u16 index;
	u8 order; /* of a slab's page run */
	u32 size; /* stride of objects */
	void *magazine[MAGAZINE];
	struct list_head partial; /* slabs with a free object */
	u32 first;                /* offset of a slab's first object */
	u32 per_slab;
	const char *name;
	s64 slabs;
};

extern struct kmem_cache slab_caches[MAX_CACHES];

/* SPDX-License-Identifier: MIT */
/* DOC: what the rest of kernel/ needs of the object caches. */
#pragma once

#include "lib/slab.h"

void slab_init(void);
/* Give every reserve back to the page allocator; true if that freed any. */
bool slab_shrink(void);

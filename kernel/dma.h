/* SPDX-License-Identifier: MIT */
/*
 * DOC: memory as a bus master sees it. There is no IOMMU and x86 DMA is
 * coherent, so a bus address is the physical one.
 */
#pragma once

#include "kernel/paging.h"

typedef u64 dma_addr_t;

/* Zeroed, page-aligned, physically contiguous; NULL: no memory. */
void *dma_alloc_coherent(size_t size, dma_addr_t *dma) __must_check;
void dma_free_coherent(size_t size, void *va, dma_addr_t dma);

/* Bus address of @p (kmalloc, slab, page run: all in the direct map; not a
 * stack or the image) for a transfer. */
static inline dma_addr_t dma_map(const void *p)
{
	return (u64)p - DIRECT_MAP_BASE;
}

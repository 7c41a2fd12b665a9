/* SPDX-License-Identifier: MIT */
/*
 * DOC: virtual memory. The map, all of it in the upper half:
 *
 *	ffff888000000000  all RAM, writable, never executable (the image's
 *			  text and rodata read-only)
 *	ffffc90000000000  kernel stacks, each above an unmapped page
 *	ffffe90000000000  device memory (ioremap), uncached
 *	ffffffff80000000  the image, by sections: RX, R, RW
 *
 * The lower half is a program's. The four upper entries exist from boot on,
 * so a new root is a copy of the kernel's upper half and stays right.
 */
#pragma once

#include "lib/types.h"

#define DIRECT_MAP_BASE  0xffff888000000000UL
#define KSTACK_AREA_BASE 0xffffc90000000000UL
#define IOREMAP_BASE     0xffffe90000000000UL
#define KERNEL_MAP_BASE  0xffffffff80000000UL
/* First address that is not a program's: one page short of the hole. */
#define USER_SPACE_END 0x00007ffffffff000UL

#define PTE_P    0x001UL
#define PTE_W    0x002UL
#define PTE_U    0x004UL
#define PTE_PWT  0x008UL
#define PTE_PCD  0x010UL
#define PTE_A    0x020UL
#define PTE_D    0x040UL
#define PTE_PS   0x080UL /* 2 MiB, in a directory entry */
#define PTE_G    0x100UL
#define PTE_SW1  0x200UL /* three bits for the owner of the mapping */
#define PTE_SW2  0x400UL
#define PTE_SW3  0x800UL
#define PTE_NX   0x8000000000000000UL
#define PTE_ADDR 0x000ffffffffff000UL

#define PTE_KERNEL_RW (PTE_P | PTE_W | PTE_NX | PTE_A | PTE_D)
#define PTE_KERNEL_RO (PTE_P | PTE_NX | PTE_A)
#define PTE_KERNEL_RX (PTE_P | PTE_A)
#define PTE_DEVICE    (PTE_KERNEL_RW | PTE_PCD | PTE_PWT)

typedef u64 pte_t;
typedef u64 phys_addr_t;

static inline void *phys_to_virt(phys_addr_t pa)
{
	return (void *)(DIRECT_MAP_BASE + pa);
}

/* Of an address in the direct map or in the image; not of a kernel stack. */
static inline phys_addr_t virt_to_phys(const volatile void *va)
{
	u64 a = (u64)va;

	return a >= KERNEL_MAP_BASE ? a - KERNEL_MAP_BASE : a - DIRECT_MAP_BASE;
}

/* The kernel's own root, physical: what a kernel task runs on. */
extern phys_addr_t kernel_root;

/* Build the final map from the linker's sections and drop the boot's. */
void paging_init(void);

/* A root with the kernel half shared and an empty lower half; 0: no memory. */
phys_addr_t alloc_page_table_root(void) __must_check;
/* Free a root and the tables of its lower half; the pages mapped there must
 * have been unmapped before. Not the root that is loaded. */
void free_page_table_root(phys_addr_t root);
/* The leaf entry of @va, NULL if a table is missing. A 2 MiB entry has PS. */
pte_t *walk_page(phys_addr_t root, u64 va);
/* The same, with missing tables made; NULL: no memory. */
pte_t *walk_page_alloc(phys_addr_t root, u64 va) __must_check;
/* Map one page; replaces what was there. 0 or -ENOMEM. */
int map_page(phys_addr_t root, u64 va, phys_addr_t pa, u64 flags) __must_check;
/* The entry that was there (0: none), now absent and flushed. */
pte_t unmap_page(phys_addr_t root, u64 va);

static inline void flush_tlb_page(u64 va)
{
	__asm__ volatile("invlpg (%0)" ::"r"(va) : "memory");
}

static inline u64 read_cr3(void)
{
	u64 v;

	__asm__ volatile("mov %%cr3, %0" : "=r"(v));
	return v;
}

static inline void write_cr3(u64 v)
{
	__asm__ volatile("mov %0, %%cr3" ::"r"(v) : "memory");
}

/* Uncached mapping of device memory, kept for ever; NULL: no memory. */
void __iomem *ioremap(phys_addr_t pa, size_t size) __must_check;

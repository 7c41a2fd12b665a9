// SPDX-License-Identifier: MIT
/*
 * DOC: four-level page tables (Intel SDM 3A, section 4.5). paging_init()
 * replaces the boot's map by the final one: nothing is both writable and
 * executable, also not by way of the direct map; the lower half is empty.
 * RAM is mapped by 2 MiB pages except around the image.
 *
 * State: kernel_root's tables, changed by tasks only.
 */
#include "kernel/paging.h"
#include "kernel/boot_info.h"
#include "kernel/dma.h"
#include "kernel/io.h"
#include "kernel/page_alloc.h"
#include "kernel/trap.h"
#include "lib/errno.h"

#define ENTRIES     512
#define LARGE_PAGE  (2UL << 20)
#define TABLE_FLAGS (PTE_P | PTE_W | PTE_U | PTE_A)

#define CR4_PGE  BIT(7)
#define CR4_SMEP BIT(20)
#define CR4_SMAP BIT(21)
/* Intel SDM 2A, CPUID, leaf 7. */
#define CPU_SMEP BIT(7)
#define CPU_SMAP BIT(20)

extern char __text_start[], __text_end[], __rodata_start[], __rodata_end[];
extern char __data_start[], __image_end[], __image_start_phys[];
extern const s32 __start___smap_sites[], __stop___smap_sites[];

phys_addr_t kernel_root;

static u64 ioremap_next = IOREMAP_BASE;

static inline u32 table_index(u64 va, int level)
{
	return (va >> (12 + 9 * level)) & (ENTRIES - 1);
}

static phys_addr_t alloc_table(void)
{
	struct page *page = alloc_page(__GFP_ZERO);

	return page ? page_to_phys(page) : 0;
}

/* The entry for @va at @level (0: page, 1: 2 MiB), tables made if @make. */
static pte_t *walk(phys_addr_t root, u64 va, int level, bool make)
{
	pte_t *e;
	phys_addr_t table;
	int l;

	for (l = 3;; l--) {
		e = (pte_t *)phys_to_virt(root) + table_index(va, l);
		if (l == level || (*e & PTE_PS && l < 3))
			return e;
		if (!(*e & PTE_P)) {
			table = make ? alloc_table() : 0;
			if (!table)
				return NULL;
			*e = table | TABLE_FLAGS;
		}
		root = *e & PTE_ADDR;
	}
}

/**
 * walk_page() - The entry that maps @va.
 * @root: physical address of the top table.
 * @va:   any address.
 *
 * Return: the entry, maybe not present; NULL if a table is missing.
 */
pte_t *walk_page(phys_addr_t root, u64 va)
{
	return walk(root, va, 0, false);
}

/**
 * walk_page_alloc() - As walk_page(), making the tables that are missing.
 * @root, @va: as there.
 *
 * Return: the entry, NULL without memory.
 */
pte_t *walk_page_alloc(phys_addr_t root, u64 va)
{
	return walk(root, va, 0, true);
}

/**
 * map_page() - Map one page.
 * @root:  physical address of the top table.
 * @va:    page-aligned.
 * @pa:    page-aligned.
 * @flags: PTE_*.
 *
 * Return: 0 or -ENOMEM.
 */
int map_page(phys_addr_t root, u64 va, phys_addr_t pa, u64 flags)
{
	pte_t *e = walk_page_alloc(root, va);
	bool was;

	if (!e)
		return -ENOMEM;
	was = *e & PTE_P;
	*e = pa | flags;
	if (was)
		flush_tlb_page(va);
	return 0;
}

/**
 * unmap_page() - Remove the mapping of one page.
 * @root: physical address of the top table.
 * @va:   page-aligned.
 *
 * Return: the entry that was there, 0 if none.
 */
pte_t unmap_page(phys_addr_t root, u64 va)
{
	pte_t *e = walk_page(root, va);
	pte_t old;

	if (!e || !(*e & PTE_P))
		return 0;
	old = *e;
	*e = 0;
	flush_tlb_page(va);
	return old;
}

/**
 * alloc_page_table_root() - The top table of a new address space.
 *
 * Return: its physical address, the kernel's half shared; 0: no memory.
 */
phys_addr_t alloc_page_table_root(void)
{
	phys_addr_t root = alloc_table();

	if (root)
		memcpy((pte_t *)phys_to_virt(root) + ENTRIES / 2,
		       (pte_t *)phys_to_virt(kernel_root) + ENTRIES / 2,
		       PAGE_SIZE / 2);
	return root;
}

static void free_tables(phys_addr_t table, int level, u32 entries)
{
	pte_t *e = phys_to_virt(table);
	u32 i;

	for (i = 0; level && i < entries; i++)
		if ((e[i] & PTE_P) && !(e[i] & PTE_PS))
			free_tables(e[i] & PTE_ADDR, level - 1, ENTRIES);
	put_page(phys_to_page(table));
}

/**
 * free_page_table_root() - Free a top table and its lower half's tables.
 * @root: not the loaded one; the pages mapped there are the caller's.
 */
void free_page_table_root(phys_addr_t root)
{
	BUG_ON(root == kernel_root || root == (read_cr3() & PTE_ADDR));
	free_tables(root, 3, ENTRIES / 2);
}

/* @size bytes of whole pages, before the map is in use; a table is looked for
 * only where the one before it ends. */
static void must_map(u64 va, phys_addr_t pa, u64 size, u64 flags)
{
	u64 end = va + size;
	pte_t *e = NULL;

	for (; va < end; va += PAGE_SIZE, pa += PAGE_SIZE, e++) {
		if (!e || IS_ALIGNED(va, LARGE_PAGE))
			e = walk_page_alloc(kernel_root, va);
		if (!e)
			panic("memory: no room for the kernel's page tables");
		*e = pa | flags | PTE_G;
	}
}

static void map_image(const char *start, const char *end, u64 flags)
{
	must_map((u64)start, virt_to_phys(start), (u64)(end - start), flags);
}

/* [start, end) of RAM in the direct map, by the largest pages that fit. */
static void map_direct(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t stop;
	pte_t *e;

	while (start < end) {
		if (!IS_ALIGNED(start, LARGE_PAGE) ||
		    end - start < LARGE_PAGE) {
			stop = min(end, ALIGN(start + 1, LARGE_PAGE));
			must_map((u64)phys_to_virt(start), start, stop - start,
				 PTE_KERNEL_RW);
			start = stop;
			continue;
		}
		e = walk(kernel_root, (u64)phys_to_virt(start), 1, true);
		if (!e)
			panic("memory: no room for the direct map");
		*e = start | PTE_KERNEL_RW | PTE_G | PTE_PS;
		start += LARGE_PAGE;
	}
}

/* [start, end) and the rest of its 2 MiB pages, from @floor on. */
static void map_large(phys_addr_t start, phys_addr_t end, phys_addr_t floor)
{
	start = max(ALIGN_DOWN(start, LARGE_PAGE), floor);
	map_direct(start, max(start, ALIGN(end, LARGE_PAGE)));
}

static void map_ram(void)
{
	phys_addr_t image = (phys_addr_t)__image_start_phys;
	phys_addr_t data = virt_to_phys(__data_start);
	phys_addr_t floor = ALIGN(virt_to_phys(__image_end), LARGE_PAGE);
	u32 i;

	map_direct(0, image);
	/* The second way to the image's text and rodata is read-only too. */
	must_map((u64)phys_to_virt(image), image, data - image, PTE_KERNEL_RO);
	map_direct(data, floor);
	for (i = 0; i < boot_info.nr_ranges; i++)
		map_large(boot_info.ram[i].start, boot_info.ram[i].end, floor);
	map_large(boot_info.initrd_start, boot_info.initrd_end, floor);
}

/* CPUID.(EAX=07H,ECX=0):EBX. */
static u32 cpu_features(void)
{
	u32 a, b, c, d;

	cpuid(0, 0, &a, &b, &c, &d);
	if (a < 7)
		return 0;
	cpuid(7, 0, &a, &b, &c, &d);
	return b;
}

/* A CPU without SMAP does not know STAC and CLAC either: put three-byte NOPs
 * in their place, while text can still be written. */
static void patch_smap_sites(void)
{
	static const u8 nop[] = { 0x0f, 0x1f, 0x00 };
	const s32 *site;

	for (site = __start___smap_sites; site < __stop___smap_sites; site++)
		memcpy((u8 *)site + *site, nop, sizeof(nop));
}

static void enable_cpu_protection(u32 features)
{
	u64 cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	cr4 |= CR4_PGE;
	if (features & CPU_SMEP)
		cr4 |= CR4_SMEP;
	if (cpu_has_smap)
		cr4 |= CR4_SMAP;
	__asm__ volatile("mov %0, %%cr4" ::"r"(cr4) : "memory");
}

/**
 * paging_init() - Build the final kernel map and switch to it.
 *
 * Context: boot, after page_alloc_init(), whose first pages lie below 4 GiB.
 */
void paging_init(void)
{
	u32 features = cpu_features();

	cpu_has_smap = features & CPU_SMAP;
	if (!cpu_has_smap)
		patch_smap_sites();
	kernel_root = alloc_table();
	if (!kernel_root)
		panic("memory: no page for the first table");
	map_ram();
	map_image(__text_start, __text_end, PTE_KERNEL_RX);
	map_image(__rodata_start, __rodata_end, PTE_KERNEL_RO);
	map_image(__data_start, __image_end, PTE_KERNEL_RW);
	/* Top entries that every program's root copies must exist from now. */
	if (!walk_page_alloc(kernel_root, KSTACK_AREA_BASE) ||
	    !walk_page_alloc(kernel_root, IOREMAP_BASE))
		panic("memory: no room for the kernel's page tables");
	write_cr3(kernel_root);
	enable_cpu_protection(features);
}

/**
 * ioremap() - Map device registers, uncached.
 * @pa:   physical address, any alignment.
 * @size: bytes.
 *
 * Return: where @pa is visible from now on, NULL without memory.
 */
void __iomem *ioremap(phys_addr_t pa, size_t size)
{
	phys_addr_t start = ALIGN_DOWN(pa, PAGE_SIZE);
	phys_addr_t end = ALIGN(pa + size, PAGE_SIZE);
	u64 va = ioremap_next;

	for (; start < end; start += PAGE_SIZE, ioremap_next += PAGE_SIZE)
		if (map_page(kernel_root, ioremap_next, start,
			     PTE_DEVICE | PTE_G) < 0)
			return NULL;
	ioremap_next += PAGE_SIZE;
	return (void __iomem *)(va + (pa & ~PAGE_MASK));
}

/**
 * dma_alloc_coherent() - Memory that a device and the CPU share.
 * @size: bytes; whole pages, a power of two of them, are used.
 * @dma:  set to the bus address.
 *
 * Return: zeroed memory, NULL when RAM is short.
 */
void *dma_alloc_coherent(size_t size, dma_addr_t *dma)
{
	struct page *page;

	page = alloc_pages(__GFP_ZERO, fls_u64((size - 1) >> PAGE_SHIFT));
	if (!page)
		return NULL;
	*dma = page_to_phys(page);
	return page_address(page);
}

/**
 * dma_free_coherent() - Free what dma_alloc_coherent() gave.
 * @size, @va, @dma: as given there.
 */
void dma_free_coherent(size_t size, void *va, dma_addr_t dma)
{
	WARN_ON_ONCE(virt_to_phys(va) != dma);
	put_page(virt_to_page(va));
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: what the boot loader told, in one form for multiboot 1, multiboot 2
 * and PVH. Filled by boot/boot_info.c before memory exists.
 */
#pragma once

#include "kernel/paging.h"

#define BOOT_MAX_RANGES 32

struct boot_range {
	phys_addr_t start, end; /* usable RAM, page-aligned inwards */
};

struct boot_info {
	const char *protocol; /* "multiboot", "multiboot2", "pvh" */
	char loader[32];
	u32 nr_ranges;
	struct boot_range ram[BOOT_MAX_RANGES]; /* ascending, disjoint */
	phys_addr_t initrd_start, initrd_end;   /* cpio archive; equal: none */
	phys_addr_t rsdp; /* ACPI root pointer, 0: unknown */
};

extern struct boot_info boot_info;

/* The initial file system's archive in the direct map; NULL: none. */
const void *boot_initrd(size_t *size);

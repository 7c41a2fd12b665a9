// SPDX-License-Identifier: MIT
/*
 * DOC: what the boot loader told, kept for the rest of the kernel. boot/ fills
 * it before memory exists; the page allocator, paging and the initial file
 * system read it. Nobody changes it afterwards.
 */
#include "kernel/boot_info.h"

struct boot_info boot_info;

/**
 * boot_initrd() - The initial file system's archive.
 * @size: set to its bytes.
 *
 * Return: the archive in the direct map, NULL if there is none.
 */
const void *boot_initrd(size_t *size)
{
	*size = boot_info.initrd_end - boot_info.initrd_start;
	return *size ? phys_to_virt(boot_info.initrd_start) : NULL;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the image's own symbol table. tools/kallsyms.py makes it from `nm`
 * after a first link; the second link puts it at the end of rodata. Names
 * follow each other in address order, so only the offsets need an array.
 */
#include "kernel/kallsyms.h"
#include "lib/platform.h"

extern char __text_start[], __text_end[];

/* Absent in the first link. */
extern const u32 kallsyms_count __attribute__((weak));
extern const u32 kallsyms_offsets[] __attribute__((weak));
extern const char kallsyms_names[] __attribute__((weak));

/**
 * kernel_text_address() - Whether code of the image lies at @addr.
 * @addr: any.
 *
 * Return: true inside .text.
 */
bool kernel_text_address(u64 addr)
{
	return addr >= (u64)__text_start && addr < (u64)__text_end;
}

/**
 * kallsyms_lookup() - Which function holds @addr.
 * @addr:   any.
 * @offset: set to the distance from its start.
 *
 * Context: any.
 * Return: its name, NULL outside the text or without a table.
 */
const char *kallsyms_lookup(unsigned long addr, unsigned long *offset)
{
	const char *name = kallsyms_names;
	u32 off, lo = 0, hi, mid;

	if (!kernel_text_address(addr) || !&kallsyms_count || !kallsyms_count)
		return NULL;
	off = (u32)(addr - (u64)__text_start);
	hi = kallsyms_count;
	while (hi - lo > 1) {
		mid = (lo + hi) / 2;
		if (kallsyms_offsets[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	*offset = off - kallsyms_offsets[lo];
	while (lo-- > 0)
		name += strlen(name) + 1;
	return name;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: a program's address space: an ordered list of areas, and pages that
 * are brought in by the fault that first needs them. Pages are counted runs
 * of order 0; fork shares them and the first write copies.
 */
#pragma once

#include "kernel/paging.h"
#include "lib/file.h"
#include "lib/list.h"

/* Where mappings go, downwards, and the stack's size and guard. */
#define USER_STACK_TOP   (USER_SPACE_END - PAGE_SIZE)
#define USER_STACK_SIZE  (8UL << 20)
#define USER_STACK_GUARD (1UL << 20)
#define USER_MMAP_TOP    (USER_STACK_TOP - USER_STACK_SIZE - USER_STACK_GUARD)
#define USER_MMAP_LOW    0x10000UL
/* Where a position-independent program is put. */
#define USER_DYN_BASE 0x555555554000UL

struct vm_area {
	struct list_head entry; /* in mm->areas, ascending */
	u64 start, end;         /* page-aligned, end exclusive */
	u32 prot;               /* PROT_* */
	bool shared;            /* MAP_SHARED: not copied by fork or write */
	struct file *file;      /* NULL: zeroes; else a reference */
	u64 off;                /* of @start in the file */
	u64 file_end;           /* file bytes from here on read as zero */
};

struct mm {
	u32 refcount;
	phys_addr_t root;
	struct list_head areas;
	u64 brk_start, brk;
	u64 nr_pages; /* mapped now */
	/* What /proc tells of it. Arguments end where the environment begins.
	 */
	u64 arg_start, env_start, env_end;
	struct file *exe; /* a reference; NULL: none */
};

/* An empty space; one reference. NULL: no memory. */
struct mm *mm_create(void) __must_check;
struct mm *mm_fork(struct mm *src) __must_check;
void mm_get(struct mm *mm);
/* The last reference frees every page and table; not the loaded root then. */
void mm_put(struct mm *mm);

/*
 * Map [@addr, @addr + @len), replacing what is there. @file gives the bytes
 * from @off up to @file_end; a reference is taken. 0 or a negative errno.
 */
int mm_map(struct mm *mm, u64 addr, u64 len, u32 prot, bool shared,
	   struct file *file, u64 off, u64 file_end) __must_check;
int mm_unmap(struct mm *mm, u64 addr, u64 len) __must_check;
/* The highest free range of @len below the stack; 0: none. */
u64 mm_find_gap(const struct mm *mm, u64 len);

enum mm_fault {
	MM_FAULT_OK,
	MM_FAULT_MAPERR, /* SIGSEGV, nothing is mapped there */
	MM_FAULT_ACCERR, /* SIGSEGV, not allowed */
	MM_FAULT_BUS,    /* SIGBUS, beyond the file */
	MM_FAULT_OOM,
};
/* A page fault at @addr with the CPU's error code @err. */
enum mm_fault mm_handle_fault(struct mm *mm, u64 addr, u64 err);

/* Write to or read from another (not loaded) space, as exec does. */
struct page *mm_get_page(struct mm *mm, u64 addr) __must_check;
int mm_write(struct mm *mm, u64 addr, const void *from, size_t n) __must_check;
size_t mm_read(struct mm *mm, u64 addr, void *to, size_t n);

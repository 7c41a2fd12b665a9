/* SPDX-License-Identifier: MIT */
/*
 * DOC: a reader of "newc" cpio archives, the format of an initramfs: headers
 * of hexadecimal text, names and data padded to four bytes, several archives
 * one after the other. It only points into the archive and never allocates.
 */
#pragma once

#include "lib/types.h"

/* The longest name taken, with its final zero (Linux: PATH_MAX). */
#define CPIO_NAME_MAX 4096

struct cpio_entry {
	const char *name; /* zero-terminated, inside the archive */
	const u8 *data;   /* @size bytes: the file, or a symlink's target */
	u64 size;
	u32 ino;
	u32 mode; /* S_IF* and permissions */
	u32 nlink;
	u32 mtime; /* seconds since 1970 */
	u32 dev_major, dev_minor;
	u32 rdev_major, rdev_minor;
};

struct cpio_iter {
	const u8 *start;
	u64 size;
	u64 pos;           /* of the next header */
	bool new_archive;  /* the last step crossed a trailer */
	const char *error; /* what was wrong, once cpio_next() failed */
};

void cpio_iter_init(struct cpio_iter *it, const void *start, u64 size);
int cpio_next(struct cpio_iter *it, struct cpio_entry *e) __must_check;

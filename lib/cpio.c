// SPDX-License-Identifier: MIT
/*
 * DOC: the initramfs archive reader. kernel/initramfs.c walks an archive
 * with it; everything in the archive is untrusted, so each length is compared
 * with what is left before it is used and nothing is ever read past the end.
 *
 * Format: cpio(5), "New ASCII Format", and the kernel's "initramfs buffer
 * format": a header is 110 characters, "070701" (or "070702" with a checksum)
 * and 13 numbers of 8 hexadecimal digits; header and name together, and the
 * data, are padded to four bytes counted from the start of the archive; an
 * entry named "TRAILER!!!" ends one archive, after which zero bytes and then
 * another archive may follow. No state beyond the iterator; no locks.
 */
#include "lib/cpio.h"
#include "lib/errno.h"
#include "lib/platform.h"

#define CPIO_HEADER_LEN 110
#define CPIO_MAGIC_LEN  6

/* Order of the numbers in a header, cpio(5). */
enum {
	CPIO_INO,
	CPIO_MODE,
	CPIO_UID,
	CPIO_GID,
	CPIO_NLINK,
	CPIO_MTIME,
	CPIO_FILESIZE,
	CPIO_DEVMAJOR,
	CPIO_DEVMINOR,
	CPIO_RDEVMAJOR,
	CPIO_RDEVMINOR,
	CPIO_NAMESIZE,
	CPIO_CHECK,
	CPIO_NR_FIELDS,
};

static_assert(CPIO_MAGIC_LEN + 8 * CPIO_NR_FIELDS == CPIO_HEADER_LEN,
	      "cpio(5), New ASCII Format");

static int cpio_fail(struct cpio_iter *it, int err, const char *why)
{
	it->error = why;
	return err;
}

static int hex_digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool cpio_fields(const u8 *p, u32 *field)
{
	int i, j, digit;

	for (i = 0; i < CPIO_NR_FIELDS; i++) {
		field[i] = 0;
		for (j = 0; j < 8; j++) {
			digit = hex_digit(*p++);
			if (digit < 0)
				return false;
			field[i] = field[i] << 4 | (u32)digit;
		}
	}
	return true;
}

static bool is_magic(const u8 *p)
{
	return memcmp(p, "070701", CPIO_MAGIC_LEN) == 0 ||
	       memcmp(p, "070702", CPIO_MAGIC_LEN) == 0;
}

/* Why the bytes at the iterator are no header. */
static int cpio_bad_magic(struct cpio_iter *it, const u8 *p, u64 left)
{
	if (left >= 2 && p[0] == 0x1f && p[1] == 0x8b)
		return cpio_fail(it, -EOPNOTSUPP,
				 "compressed (gzip): unpack it first");
	if (left >= 6 && memcmp(p,
				"\xfd"
				"7zXZ\0",
				6) == 0)
		return cpio_fail(it, -EOPNOTSUPP,
				 "compressed (xz): unpack it first");
	if (left >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0)
		return cpio_fail(it, -EOPNOTSUPP,
				 "compressed (zstd): unpack it first");
	if (left >= 6 && memcmp(p, "070707", 6) == 0)
		return cpio_fail(it, -EINVAL,
				 "old cpio format: use cpio -H newc");
	if (left < CPIO_HEADER_LEN)
		return cpio_fail(it, -EINVAL, "truncated header");
	return cpio_fail(it, -EINVAL, "no cpio magic");
}

static void cpio_skip_zeros(struct cpio_iter *it)
{
	while (it->pos < it->size && it->start[it->pos] == 0)
		it->pos++;
}

/* One header, its name and its data; the iterator moves behind them. */
static int cpio_parse(struct cpio_iter *it, struct cpio_entry *e)
{
	u64 left = it->size - it->pos, name_end, data_end;
	const u8 *p = it->start + it->pos;
	u32 f[CPIO_NR_FIELDS];

	if (left < CPIO_HEADER_LEN || !is_magic(p))
		return cpio_bad_magic(it, p, left);
	if (!cpio_fields(p + CPIO_MAGIC_LEN, f))
		return cpio_fail(it, -EINVAL, "bad digit in a header");
	if (f[CPIO_NAMESIZE] == 0 || f[CPIO_NAMESIZE] > CPIO_NAME_MAX)
		return cpio_fail(it, -EINVAL, "bad name length");
	/* 32-bit fields in 64-bit sums: nothing here can wrap. */
	name_end = CPIO_HEADER_LEN + (u64)f[CPIO_NAMESIZE];
	if (name_end > left)
		return cpio_fail(it, -EINVAL, "truncated name");
	if (p[name_end - 1] != 0)
		return cpio_fail(it, -EINVAL, "name without its end");
	name_end = ALIGN(it->pos + name_end, 4) - it->pos;
	data_end = name_end + f[CPIO_FILESIZE];
	if (f[CPIO_FILESIZE] && data_end > left)
		return cpio_fail(it, -EINVAL, "truncated data");

	e->name = (const char *)p + CPIO_HEADER_LEN;
	e->data = p + min(name_end, left);
	e->size = f[CPIO_FILESIZE];
	e->ino = f[CPIO_INO];
	e->mode = f[CPIO_MODE];
	e->nlink = f[CPIO_NLINK];
	e->mtime = f[CPIO_MTIME];
	e->dev_major = f[CPIO_DEVMAJOR];
	e->dev_minor = f[CPIO_DEVMINOR];
	e->rdev_major = f[CPIO_RDEVMAJOR];
	e->rdev_minor = f[CPIO_RDEVMINOR];
	it->pos = min(ALIGN(it->pos + data_end, 4), it->size);
	return 0;
}

/**
 * cpio_iter_init() - Begin to read archives.
 * @it:    the iterator.
 * @start: first byte, at least 4-byte aligned when written; it must stay in
 *         place for as long as entries are used.
 * @size:  bytes in all.
 *
 * Context: any.
 */
void cpio_iter_init(struct cpio_iter *it, const void *start, u64 size)
{
	it->start = start;
	it->size = size;
	it->pos = 0;
	it->new_archive = true;
	it->error = NULL;
}

/**
 * cpio_next() - Read the next entry.
 * @it: the iterator; after an error its @error says what is wrong at @pos,
 *      and it must not be used further.
 * @e:  filled in; it points into the archive.
 *
 * Trailers and the zero bytes between archives are stepped over; an archive
 * without a trailer ends where the bytes end, as in Linux.
 *
 * Context: any.
 * Return:  1 with an entry, 0 at the end, -EINVAL for a corrupt or truncated
 *          archive, -EOPNOTSUPP for a compressed one.
 */
int cpio_next(struct cpio_iter *it, struct cpio_entry *e)
{
	int err;

	if (it->pos)
		it->new_archive = false;
	for (;;) {
		cpio_skip_zeros(it);
		if (it->pos == it->size)
			return 0;
		err = cpio_parse(it, e);
		if (err)
			return err;
		if (strcmp(e->name, "TRAILER!!!") != 0)
			return 1;
		it->new_archive = true;
	}
}

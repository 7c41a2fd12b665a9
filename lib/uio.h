/* SPDX-License-Identifier: MIT */
/*
 * DOC: iov_iter: where a system call's bytes are. A walk over one or more
 * ranges of user or kernel memory; copying advances it. Of page ranges
 * (bio_vec) the pages can be had instead of the bytes.
 */
#pragma once

#include "lib/page.h"

#define UIO_MAXIOV 1024
/* No transfer is longer than this in one call, as in Linux. */
#define MAX_RW_COUNT 0x7ffff000UL

struct iovec {
	void __user *iov_base;
	size_t iov_len;
};

struct kvec {
	void *iov_base;
	size_t iov_len;
};

/* iov_iter.hints */
#define ITER_MORE  1 /* a write that another follows at once (sendfile) */
#define ITER_PAGES 2 /* of bio_vecs: iov_iter_get_piece() */

struct iov_iter {
	bool user;      /* user memory, to be checked; else kernel memory */
	bool source;    /* bytes are read from it (a write); else written */
	u8 hints;       /* ITER_* */
	size_t count;   /* bytes left in all */
	size_t offset;  /* into the first range */
	size_t nr_segs; /* ranges left */
	union {
		const struct iovec *iov;
		const struct kvec *kvec;
		const struct bio_vec *bvec;
	};
	struct iovec ubuf; /* backing for the one-range form */
};

static inline size_t iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

/* Walk one range of user memory, @count bytes at @buf. */
static inline void iov_iter_ubuf(struct iov_iter *i, bool source,
				 void __user *buf, size_t count)
{
	i->user = true;
	i->source = source;
	i->hints = 0;
	i->count = count;
	i->offset = 0;
	i->nr_segs = 1;
	i->iov = NULL;
	i->ubuf.iov_base = buf;
	i->ubuf.iov_len = count;
}
void iov_iter_init(struct iov_iter *i, bool source, const struct iovec *iov,
		   size_t nr_segs, size_t count);
void iov_iter_kvec(struct iov_iter *i, bool source, const struct kvec *kvec,
		   size_t nr_segs, size_t count);
void iov_iter_bvec(struct iov_iter *i, bool source, const struct bio_vec *bvec,
		   size_t nr_segs, size_t count);
/* Where the next bytes of user memory are, and how many of them in a row. */
void __user *iov_iter_user_addr(struct iov_iter *i, size_t *len);
/* The next bytes of page ranges, by reference. */
size_t iov_iter_get_piece(struct iov_iter *i, size_t max,
			  struct bio_vec *piece) __must_check;
/* Bytes really copied: fewer than asked means a fault at that place. */
size_t copy_from_iter(void *to, size_t n, struct iov_iter *i) __must_check;
size_t copy_to_iter(const void *from, size_t n,
		    struct iov_iter *i) __must_check;
/* Copy and add the Internet checksum of the bytes to *@sum, even offset. */
size_t csum_and_copy_from_iter(void *to, size_t n, __wsum *sum,
			       struct iov_iter *i) __must_check;
void iov_iter_advance(struct iov_iter *i, size_t n);
/* Undo the last @n bytes of copying (Linux: iov_iter_revert). */
void iov_iter_revert(struct iov_iter *i, size_t n);
/*
 * Import @nr user iovecs: lengths checked (-EINVAL), copied to @fast (of
 * UIO_FASTIOV) or allocated into *@iovp, which the caller kfree()s if it is
 * not @fast. Return: total bytes or a negative errno.
 */
#define UIO_FASTIOV 8
ssize_t import_iovec(bool source, const struct iovec __user *uvec, u64 nr,
		     struct iovec *fast, struct iovec **iovp,
		     struct iov_iter *i) __must_check;

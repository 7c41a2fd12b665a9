// SPDX-License-Identifier: MIT
/*
 * DOC: walking the memory of a read or a write. An iterator over one user
 * range keeps it inside (iov is NULL), so that it can be copied; one over
 * several points to the caller's array. All copying goes range by range and
 * stops at the first fault, with the iterator left there.
 */
#include "lib/uio.h"
#include "lib/bug.h"
#include "lib/checksum.h"
#include "lib/errno.h"

static const struct iovec *this_seg(const struct iov_iter *i)
{
	return i->iov ? i->iov : &i->ubuf;
}

/**
 * iov_iter_init() - Walk several ranges of user memory.
 * @i:       the iterator.
 * @source:  bytes are read from it.
 * @iov:     the ranges; stays until the walk ends.
 * @nr_segs: how many.
 * @count:   the bytes in all of them.
 */
void iov_iter_init(struct iov_iter *i, bool source, const struct iovec *iov,
		   size_t nr_segs, size_t count)
{
	*i = (struct iov_iter){ .user = true,
				.source = source,
				.iov = iov,
				.nr_segs = nr_segs,
				.count = count };
}

/**
 * iov_iter_kvec() - Walk several ranges of kernel memory.
 * @i:       the iterator.
 * @source:  bytes are read from it.
 * @kvec:    the ranges; stays until the walk ends.
 * @nr_segs: how many.
 * @count:   the bytes in all of them.
 */
void iov_iter_kvec(struct iov_iter *i, bool source, const struct kvec *kvec,
		   size_t nr_segs, size_t count)
{
	*i = (struct iov_iter){ .source = source,
				.kvec = kvec,
				.nr_segs = nr_segs,
				.count = count };
}

/**
 * iov_iter_bvec() - Walk several ranges of pages.
 * @i:       the iterator.
 * @source:  bytes are read from it.
 * @bvec:    the ranges; stays until the walk ends, and so do the pages.
 * @nr_segs: how many.
 * @count:   the bytes in all of them.
 */
void iov_iter_bvec(struct iov_iter *i, bool source, const struct bio_vec *bvec,
		   size_t nr_segs, size_t count)
{
	*i = (struct iov_iter){ .source = source,
				.hints = ITER_PAGES,
				.bvec = bvec,
				.nr_segs = nr_segs,
				.count = count };
}

/* iter_chunk() of page ranges. */
static size_t page_chunk(struct iov_iter *i, char **p)
{
	while (i->offset >= i->bvec->bv_len) {
		BUG_ON(i->nr_segs <= 1);
		i->offset = 0;
		i->nr_segs--;
		i->bvec++;
	}
	*p = (char *)page_address(i->bvec->bv_page) + i->bvec->bv_offset +
	     i->offset;
	return min(i->bvec->bv_len - i->offset, i->count);
}

/* The bytes left in the present range, which starts at *@p; empty ranges are
 * skipped. Only while count is not 0. */
static size_t iter_chunk(struct iov_iter *i, char **p)
{
	const struct iovec *seg = this_seg(i);
	size_t len;

	if (i->hints & ITER_PAGES)
		return page_chunk(i, p);
	while (i->offset >= seg->iov_len) {
		BUG_ON(i->nr_segs <= 1 || !i->iov);
		i->offset = 0;
		i->nr_segs--;
		i->iov++;
		seg = i->iov;
	}
	*p = (__force char *)seg->iov_base + i->offset;
	len = seg->iov_len - i->offset;
	return min(len, i->count);
}

static void iter_step(struct iov_iter *i, size_t n)
{
	i->offset += n;
	i->count -= n;
}

/* Whether all that is left is one range of user memory. */
static bool one_user_range(const struct iov_iter *i)
{
	return likely(!i->iov && i->user);
}

static void __user *range_at(const struct iov_iter *i)
{
	return (char __user *)i->ubuf.iov_base + i->offset;
}

/**
 * copy_from_iter() - Take bytes out of the walk.
 * @to: kernel memory.
 * @n:  how many are wanted.
 * @i:  the iterator; advances by what was copied.
 *
 * Context: task, for user memory.
 * Return:  bytes copied; fewer than @n at the end or at a fault.
 */
size_t copy_from_iter(void *to, size_t n, struct iov_iter *i)
{
	size_t done = 0, len, left = 0;
	char *p;

	n = min(n, i->count);
	if (one_user_range(i)) {
		done = n - copy_from_user(to, range_at(i), n);
		iter_step(i, done);
		return done;
	}
	while (done < n && !left) {
		len = iter_chunk(i, &p);
		len = min(len, n - done);
		if (i->user)
			left = copy_from_user((char *)to + done,
					      (__force void __user *)p, len);
		else
			memcpy((char *)to + done, p, len);
		iter_step(i, len - left);
		done += len - left;
	}
	return done;
}

/**
 * copy_to_iter() - Put bytes where the walk is.
 * @from: kernel memory.
 * @n:    how many.
 * @i:    the iterator; advances by what was copied.
 *
 * Context: task, for user memory.
 * Return:  bytes copied; fewer than @n at the end or at a fault.
 */
size_t copy_to_iter(const void *from, size_t n, struct iov_iter *i)
{
	size_t done = 0, len, left = 0;
	char *p;

	n = min(n, i->count);
	while (done < n && !left) {
		len = iter_chunk(i, &p);
		len = min(len, n - done);
		if (i->user)
			left = copy_to_user((__force void __user *)p,
					    (const char *)from + done, len);
		else
			memcpy(p, (const char *)from + done, len);
		iter_step(i, len - left);
		done += len - left;
	}
	return done;
}

/**
 * csum_and_copy_from_iter() - Take bytes out of the walk and sum them.
 * @to:  kernel memory.
 * @n:   how many are wanted.
 * @sum: what was copied is added, as if it began at an even place.
 * @i:   the iterator; advances by what was copied.
 *
 * Context: task, for user memory.
 * Return:  bytes copied; fewer than @n at the end or at a fault.
 */
size_t csum_and_copy_from_iter(void *to, size_t n, __wsum *sum,
			       struct iov_iter *i)
{
	size_t done = 0, len, left = 0;
	__wsum part;
	char *p;

	n = min(n, i->count);
	if (one_user_range(i)) {
		part = csum_and_copy_from_user(range_at(i), to, n);
		if (likely(part)) {
			*sum = csum_add(*sum, part);
			iter_step(i, n);
			return n;
		}
	}
	while (done < n && !left) {
		len = iter_chunk(i, &p);
		len = min(len, n - done);
		if (i->user) {
			left = copy_from_user((char *)to + done,
					      (__force void __user *)p, len);
			part = csum_partial((char *)to + done, len - left, 0);
		} else {
			part = csum_partial_copy(p, (char *)to + done, len, 0);
		}
		*sum = csum_block_add(*sum, part, done);
		iter_step(i, len - left);
		done += len - left;
	}
	return done;
}

/**
 * iov_iter_user_addr() - Where a walk over user memory is.
 * @i:   the iterator, of user memory, not at its end; empty ranges are skipped.
 * @len: the bytes left in that range.
 *
 * Return: the address, in a program's memory.
 */
void __user *iov_iter_user_addr(struct iov_iter *i, size_t *len)
{
	char *p;

	*len = iter_chunk(i, &p);
	return (__force void __user *)p;
}

/**
 * iov_iter_get_piece() - Take bytes out of a walk over pages, by reference.
 * @i:     the iterator, with ITER_PAGES; advances by what was taken.
 * @max:   how many bytes at most.
 * @piece: where they are.
 *
 * Ownership: one reference on the page is the caller's.
 * Return:    the bytes, which lie in one range; 0 at the end.
 */
size_t iov_iter_get_piece(struct iov_iter *i, size_t max, struct bio_vec *piece)
{
	size_t n;
	char *p;

	if (!i->count || !max)
		return 0;
	n = min(page_chunk(i, &p), max);
	piece->bv_page = i->bvec->bv_page;
	piece->bv_offset = i->bvec->bv_offset + (u32)i->offset;
	piece->bv_len = (u32)n;
	get_page(piece->bv_page);
	iter_step(i, n);
	return n;
}

/**
 * iov_iter_advance() - Skip bytes.
 * @i: the iterator.
 * @n: how many; at most iov_iter_count().
 */
void iov_iter_advance(struct iov_iter *i, size_t n)
{
	size_t len;
	char *p;

	BUG_ON(n > i->count);
	while (n) {
		len = iter_chunk(i, &p);
		len = min(len, n);
		iter_step(i, len);
		n -= len;
	}
}

/**
 * iov_iter_revert() - Go back over bytes that were copied or skipped.
 * @i: the iterator.
 * @n: how many; at most what it has advanced.
 */
void iov_iter_revert(struct iov_iter *i, size_t n)
{
	i->count += n;
	while (n > i->offset) {
		n -= i->offset;
		BUG_ON(!i->iov);
		i->nr_segs++;
		if (i->hints & ITER_PAGES)
			i->offset = (--i->bvec)->bv_len;
		else
			i->offset = (--i->iov)->iov_len;
	}
	i->offset -= n;
}

/**
 * import_iovec() - Copy in and check a user's array of ranges.
 * @source: bytes will be read from them.
 * @uvec:   the array.
 * @nr:     its length; at most UIO_MAXIOV.
 * @fast:   room for UIO_FASTIOV ranges.
 * @iovp:   set to the array used: @fast, or one for the caller to kfree().
 * @i:      set up to walk it.
 *
 * What would go beyond MAX_RW_COUNT bytes in all is cut off.
 *
 * Context: task.
 * Return:  the bytes in all, or a negative errno with *@iovp = @fast.
 */
ssize_t import_iovec(bool source, const struct iovec __user *uvec, u64 nr,
		     struct iovec *fast, struct iovec **iovp,
		     struct iov_iter *i)
{
	struct iovec *iov = fast;
	size_t total = 0;
	int err = -EFAULT;
	u64 k;

	*iovp = fast;
	if (nr > UIO_MAXIOV)
		return -EINVAL;
	if (nr > UIO_FASTIOV) {
		iov = kmalloc(nr * sizeof(*iov), GFP_KERNEL);
		if (!iov)
			return -ENOMEM;
	}
	if (copy_from_user(iov, uvec, nr * sizeof(*iov)))
		goto out_free;
	err = -EINVAL;
	for (k = 0; k < nr; k++) {
		if ((ssize_t)iov[k].iov_len < 0)
			goto out_free;
		iov[k].iov_len = min(iov[k].iov_len, MAX_RW_COUNT - total);
		total += iov[k].iov_len;
	}
	iov_iter_init(i, source, iov, nr, total);
	*iovp = iov;
	return (ssize_t)total;

out_free:
	if (iov != fast)
		kfree(iov);
	return err;
}

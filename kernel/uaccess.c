// SPDX-License-Identifier: MIT
/*
 * DOC: user memory. Every system call reaches a program's bytes through
 * here and nowhere else. A range outside the lower half is refused before it
 * is touched; a page that is not there yet is brought in by the page fault
 * (kernel/mm.c); one that cannot be ends the copy through the exception
 * table. SMAP is lifted only inside the copy (kernel/uaccess_copy.S).
 */
#include "kernel/uaccess.h"
#include "kernel/trap.h"

/* kernel/uaccess_copy.S */
size_t copy_user(void *to, const void *from, size_t n);
__wsum csum_copy_user(void *to, const void *from, size_t n);

/* No byte of the range is in the kernel's half. Where the halves do not meet
 * and where a program has no page, the copy itself faults and says so. */
static bool in_lower_half(const void __user *addr, size_t n)
{
	u64 start = (__force u64)addr;

	return (s64)(start | n | (start + n)) >= 0;
}

/**
 * copy_from_user() - Read a program's memory.
 * @to:   kernel memory of @n bytes.
 * @from: the program's address; anything may be in it.
 * @n:    bytes.
 *
 * Context: task with an address space; may allocate a page.
 * Return:  bytes not copied; 0 is success.
 */
size_t copy_from_user(void *to, const void __user *from, size_t n)
{
	if (unlikely(!in_lower_half(from, n)))
		return n;
	return copy_user(to, (__force const void *)from, n);
}

/**
 * copy_to_user() - Write a program's memory.
 * @to:   the program's address; anything may be in it.
 * @from: kernel memory of @n bytes.
 * @n:    bytes.
 *
 * Context: task with an address space; may allocate a page.
 * Return:  bytes not copied; 0 is success.
 */
size_t copy_to_user(void __user *to, const void *from, size_t n)
{
	if (unlikely(!in_lower_half(to, n)))
		return n;
	return copy_user((__force void *)to, from, n);
}

/**
 * csum_and_copy_from_user() - Read a program's memory and sum it.
 * @src: the program's address; anything may be in it.
 * @dst: kernel memory of @len bytes.
 * @len: bytes.
 *
 * Context: as copy_from_user().
 * Return:  the sum, as if the bytes began at an even place, never 0 (a sum of
 *          zeros is minus zero); 0 if not all could be read.
 */
__wsum csum_and_copy_from_user(const void __user *src, void *dst, size_t len)
{
	if (unlikely(!in_lower_half(src, len)))
		return 0;
	return csum_copy_user(dst, (__force const void *)src, len);
}

/**
 * strncpy_from_user() - Read a program's string.
 * @dst:  kernel memory of @size bytes.
 * @src:  the program's address.
 * @size: room, at least 1.
 *
 * Copied in pieces that end at page boundaries, so a string that ends just
 * before an unmapped page is read whole.
 *
 * Context: as copy_from_user().
 * Return:  the length without its zero; @size if no zero was found in @size
 *          bytes; -EFAULT.
 */
ssize_t strncpy_from_user(char *dst, const char __user *src, size_t size)
{
	size_t done = 0, chunk, got;
	const char *zero;

	while (done < size) {
		chunk = min_t(size_t, 256, size - done);
		chunk = min_t(size_t, chunk,
			      PAGE_SIZE -
				      ((__force u64)(src + done) & ~PAGE_MASK));
		got = chunk - copy_from_user(dst + done, src + done, chunk);
		zero = memchr(dst + done, 0, got);
		if (zero)
			return zero - dst;
		if (got < chunk)
			return -EFAULT;
		done += chunk;
	}
	return (ssize_t)size;
}

/**
 * clear_user() - Zero a program's memory.
 * @to: the program's address.
 * @n:  bytes.
 *
 * Context: as copy_to_user().
 * Return:  bytes not cleared.
 */
size_t clear_user(void __user *to, size_t n)
{
	static const u8 zeros[256];
	size_t chunk, left;

	while (n) {
		chunk = min(n, sizeof(zeros));
		left = copy_to_user(to, zeros, chunk);
		if (left)
			return n - chunk + left;
		to = (u8 __user *)to + chunk;
		n -= chunk;
	}
	return 0;
}

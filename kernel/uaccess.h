/* SPDX-License-Identifier: MIT */
/*
 * DOC: conveniences over copy_from_user() and copy_to_user() for the system
 * calls of kernel/: single values, strings, zeroes.
 */
#pragma once

#include "kernel/paging.h"
#include "lib/errno.h"
#include "lib/platform.h"

/* True if [@addr, @addr + @n) lies in a program's half. */
static inline bool access_ok(const void __user *addr, size_t n)
{
	return n <= USER_SPACE_END && (__force u64)addr <= USER_SPACE_END - n;
}

/* One value of the pointed-to type; 0 or -EFAULT. */
#define get_user(x, ptr)                                                 \
	(copy_from_user(                                                 \
		 &(x), (ptr),                                            \
		 sizeof(*(ptr)) +                                        \
			 0 * sizeof((ptr) == (__typeof__(x) __user *)0)) \
		 ? -EFAULT                                               \
		 : 0)
#define put_user(x, ptr)                                                  \
	({                                                                \
		__typeof__(*(ptr)) pu_v_ = (x);                           \
		copy_to_user((ptr), &pu_v_, sizeof(pu_v_)) ? -EFAULT : 0; \
	})

/* Length without the zero, -EFAULT, or @size when there is no zero in it. */
ssize_t strncpy_from_user(char *dst, const char __user *src,
			  size_t size) __must_check;
/* Bytes not cleared. */
size_t clear_user(void __user *to, size_t n) __must_check;

/* SPDX-License-Identifier: MIT */
/*
 * DOC: an errno inside a pointer. A function that returns NULL for one cause
 * only (no memory) does not need this; every other pointer function does.
 */
#pragma once

#include "lib/types.h"
#include "lib/errno.h"

#define MAX_ERRNO 4095

static inline void *ERR_PTR(long err)
{
	return (void *)err;
}

static inline long PTR_ERR(const void *p)
{
	long err = (long)p;

#ifdef __clang_analyzer__ /* it does not see that IS_ERR() makes p < 0 */
	if (err >= 0)
		__builtin_unreachable();
#endif
	return err;
}

static inline bool IS_ERR(const void *p)
{
	return (unsigned long)p >= (unsigned long)-MAX_ERRNO;
}

static inline bool IS_ERR_OR_NULL(const void *p)
{
	return !p || IS_ERR(p);
}

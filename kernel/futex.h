/* SPDX-License-Identifier: MIT */
/* DOC: sleeping on a word of user memory. */
#pragma once

#include "lib/types.h"

struct mm;

/* Wake at most @n that sleep on @addr with a bit of @bits; how many were. */
int futex_wake(const struct mm *mm, u64 addr, u32 n, u32 bits);

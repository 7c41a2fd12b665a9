/* SPDX-License-Identifier: MIT */
/*
 * DOC: counters that a task and a softirq both change while softirqs are on.
 *
 * An interrupt may come between any two instructions of a task, and softirqs
 * run at its end. A subtraction whose result is looked at is compiled to load,
 * subtract, store, and loses what a softirq did in between; this one is a
 * single instruction. Additions without a result are one anyway.
 */
#pragma once

#include "lib/types.h"

/* Add @n to *@v. Return: what it was before. */
static inline u32 count_fetch_add(u32 *v, u32 n)
{
	return __atomic_fetch_add(v, n, __ATOMIC_RELAXED);
}

/* Take @n from *@v. Return: whether nothing is left; *@under: whether there
 * was less. */
static inline bool count_sub_and_test(u32 *v, u32 n, bool *under)
{
	bool zero;

	__asm__ volatile("subl %3, %0"
			 : "+m"(*v), "=@ccz"(zero), "=@ccc"(*under)
			 : "ri"(n)
			 : "memory");
	return zero;
}

/* Take @n from *@v. Return: what it was before. */
static inline u32 count_fetch_sub(u32 *v, u32 n)
{
	return __atomic_fetch_sub(v, n, __ATOMIC_RELAXED);
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: what a host test may do to the world: move the clock, make the n-th
 * allocation fail, mark user memory as bad, and look at what is left over.
 * The guest test image has its own implementation in tests/guest/, so that a
 * suite written against this header runs in both.
 */
#pragma once

#include "lib/types.h"

/* Move time forward by @ns, running timers and softirqs on the way. In the
 * guest this waits. */
void test_advance_ns(u64 ns);
/* When the clock is armed for, by ktime_get_ns(); ~0: never. */
u64 test_next_timer_ns(void);

/* Let the @n-th allocation from now (1 is the next) and only it fail; 0 ends
 * the plan. Return of _fired(): whether the planned failure happened. */
void test_fail_nth_alloc(u32 n);
bool test_fail_fired(void);
/* Let nr_free_pages() say that nothing is left. */
void test_set_memory_short(bool is_short);
/* Allocations, slab objects and page runs that are live now. */
s64 test_live_allocations(void);

/* From now on user copies that touch [p, p+n) fail; NULL ends it. */
void test_bad_user_range(const void *p, size_t n);
/* 32 pages from @base on are struct pages in a row when they are pinned; NULL
 * ends it. Others are pages on their own. */
void test_pin_region(const void *base);
/* References to pages of "user memory" that are held now (pin_user_page()). */
u32 test_pinned_pages(void);
/* The last signal raised at the current task since the last call; 0: none. */
int test_take_signal(void);

/*
 * Called while the current task is blocked with nothing else to do, before
 * time moves on: a fixture delivers frames here. Return true if something
 * was done. NULL: nothing.
 */
void test_set_idle_hook(bool (*hook)(void *arg), void *arg);

/* The descriptors of the current task (task_files()); NULL: none. */
struct files_struct;
void test_set_files(struct files_struct *files);
/* Whether task_signal_pending() says so from now on. */
void test_set_signal_pending(bool pending);

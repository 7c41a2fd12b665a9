/* SPDX-License-Identifier: MIT */
/*
 * DOC: the host platform for a program with threads: one big lock, and a
 * virtual clock that moves when somebody steps it.
 */
#pragma once

#include "lib/types.h"

/* The calling thread is the one that never waits for a step of another. */
void platform_init(void);
/* Every call into the stack stands between these two. */
void platform_enter(void);
void platform_leave(void);
/* Inside: let every thread that was woken go on, until it sleeps again or has
 * read the clock. */
void platform_settle(void);
/* Inside: move to the next timer or to @until_ns, whichever is first, and run
 * what is due. False: @until_ns is never and there is no timer. */
bool platform_step(u64 until_ns);
/* Inside: the calling thread knows the time now; true if it came back from
 * sleep and nobody had moved the clock since. */
bool platform_saw_time(void);
/* How often a sleeping thread has been woken. */
u64 platform_wakes(void);
/* Inside: how many threads sleep; whether any timer is armed. */
u32 platform_sleepers(void);
bool platform_has_timer(void);

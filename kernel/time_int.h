/* SPDX-License-Identifier: MIT */
/* DOC: the clock from inside, for time.c and for tests that move it. */
#pragma once

#include "lib/types.h"

extern u64 clock_tsc_base;   /* TSC at time 0 */
extern u64 clock_ns_per_tsc; /* 32.32 fixed point */
extern u64 clock_armed_ns;   /* when TIMER_SOFTIRQ is due; U64_MAX: never */

static inline u64 clock_scale(u64 v, u64 mult)
{
	return (u64)(((unsigned __int128)v * mult) >> 32);
}

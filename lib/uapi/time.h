/* SPDX-License-Identifier: MIT */
/* DOC: times as programs see them (uAPI linux/time.h, linux/time_types.h). */
#pragma once

#include "lib/types.h"

struct timespec {
	s64 tv_sec;
	s64 tv_nsec;
};

struct timeval {
	s64 tv_sec;
	s64 tv_usec;
};

struct itimerspec {
	struct timespec it_interval;
	struct timespec it_value;
};

struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};

#define CLOCK_REALTIME           0
#define CLOCK_MONOTONIC          1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID  3
#define CLOCK_MONOTONIC_RAW      4
#define CLOCK_REALTIME_COARSE    5
#define CLOCK_MONOTONIC_COARSE   6
#define CLOCK_BOOTTIME           7
#define CLOCK_TAI                11
#define TIMER_ABSTIME            1

/* False for what nanosleep() and friends answer with -EINVAL. */
static inline bool timespec_valid(const struct timespec *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 &&
	       ts->tv_nsec < (s64)NSEC_PER_SEC;
}

/* Nanoseconds, at most U64_MAX - 1: "for ever" stays a caller's word. */
static inline u64 timespec_to_ns(const struct timespec *ts)
{
	if ((u64)ts->tv_sec >= 18446744073ULL)
		return ~0ULL - 1;
	return (u64)ts->tv_sec * NSEC_PER_SEC + (u64)ts->tv_nsec;
}

static inline struct timespec ns_to_timespec(u64 ns)
{
	return (struct timespec){ (s64)(ns / NSEC_PER_SEC),
				  (s64)(ns % NSEC_PER_SEC) };
}

static inline struct timeval ns_to_timeval(u64 ns)
{
	return (struct timeval){ (s64)(ns / NSEC_PER_SEC),
				 (s64)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

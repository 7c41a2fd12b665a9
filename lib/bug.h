/* SPDX-License-Identifier: MIT */
/*
 * DOC: statements of our own invariants, in every build. What the network or
 * a program sent never reaches one of these.
 */
#pragma once

#include "lib/platform.h"

#define BUG_ON(cond)                                                       \
	do {                                                               \
		if (unlikely(cond))                                        \
			panic("BUG: %s:%d %s", __FILE__, __LINE__, #cond); \
	} while (0)
#define BUG() panic("BUG: %s:%d", __FILE__, __LINE__)

/* Prints and counts; the test runner fails a test during which it counts. */
void warn_report(const char *file, int line, const char *cond);
u32 warn_count(void);

#define WARN_ON(cond)                                           \
	({                                                      \
		bool warn_c_ = (cond);                          \
		if (unlikely(warn_c_))                          \
			warn_report(__FILE__, __LINE__, #cond); \
		unlikely(warn_c_);                              \
	})
#define WARN_ON_ONCE(cond)                                      \
	({                                                      \
		static bool warn_once_;                         \
		bool warn_c_ = (cond);                          \
		if (unlikely(warn_c_) && !warn_once_) {         \
			warn_once_ = true;                      \
			warn_report(__FILE__, __LINE__, #cond); \
		}                                               \
		unlikely(warn_c_);                              \
	})

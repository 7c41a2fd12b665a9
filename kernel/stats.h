/* SPDX-License-Identifier: MIT */
/*
 * DOC: counters reported when the machine ends, one line each on port 0xe9,
 * when `doorbell.stats` is on the command line (docs/LAUNCHER.md).
 */
#pragma once

#include "lib/types.h"

/* Call @fn(@arg) at the end; it prints with stats_print(). Boot only. */
void stats_register(void (*fn)(void *arg), void *arg);
void stats_print(const char *name, u64 value);
/* Run the reports, if they were asked for; once the last program has ended. */
void stats_report(void);

// SPDX-License-Identifier: MIT
/*
 * DOC: what the machine reports of itself when it ends, for the launcher's
 * report and for those who measure. Registered at boot, run by
 * machine_exit(); one line a counter on port 0xe9 (docs/LAUNCHER.md).
 */
#include "kernel/stats.h"
#include "lib/bug.h"
#include "lib/vsprintf.h"
#include "kernel/cmdline.h"
#include "kernel/io.h"

#define DEBUGCON_PORT   0xe9
#define STATS_REPORTERS 16

static struct {
	void (*fn)(void *arg);
	void *arg;
} reporters[STATS_REPORTERS]; /* filled at boot, then only read */
static u32 nr_reporters;

/**
 * stats_register() - Add a report to the machine's end.
 * @fn:  prints with stats_print(); runs once, interrupts off.
 * @arg: for @fn.
 *
 * Context: boot.
 */
void stats_register(void (*fn)(void *arg), void *arg)
{
	if (WARN_ON(nr_reporters == STATS_REPORTERS))
		return;
	reporters[nr_reporters].fn = fn;
	reporters[nr_reporters].arg = arg;
	nr_reporters++;
}

/**
 * stats_print() - Report one counter.
 * @name:  dotted, without blanks.
 * @value: its value.
 *
 * Context: inside a report.
 */
void stats_print(const char *name, u64 value)
{
	char line[96];
	int n = scnprintf(line, sizeof(line), "stats: %s %llu\n", name, value);
	int i;

	for (i = 0; i < n; i++)
		outb(DEBUGCON_PORT, (u8)line[i]);
}

/**
 * stats_report() - Run the reports if `doorbell.stats` asked for them.
 *
 * Context: the machine's end, interrupts off.
 */
void stats_report(void)
{
	u32 i;

	if (!cmdline_flag("doorbell.stats", false))
		return;
	for (i = 0; i < nr_reporters; i++)
		reporters[i].fn(reporters[i].arg);
}

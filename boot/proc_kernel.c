// SPDX-License-Identifier: MIT
/*
 * DOC: what free(1) and scripts read of the machine: meminfo, uptime, cpuinfo.
 * proc(5) has the formats. Called by boot/proc.c.
 */
#include "boot/proc.h"
#include "kernel/io.h"
#include "kernel/time.h"
#include "kernel/vfs.h"
#include "lib/platform.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"

#define PAGE_KIB (PAGE_SIZE / 1024)

static ssize_t show_meminfo(const void *arg, char *text, size_t size)
{
	u64 free = nr_free_pages() * PAGE_KIB;

	return scnprintf(text, size,
			 "MemTotal:       %8llu kB\n"
			 "MemFree:        %8llu kB\n"
			 "MemAvailable:   %8llu kB\n"
			 "Buffers:        %8u kB\n"
			 "Cached:         %8u kB\n"
			 "SwapTotal:      %8u kB\n"
			 "SwapFree:       %8u kB\n",
			 totalram_pages() * PAGE_KIB, free, free, 0, 0, 0, 0);
}

/* Seconds since the boot; those of them that were idle nobody counts. */
static ssize_t show_uptime(const void *arg, char *text, size_t size)
{
	u64 ms = ktime_get_ns() / NSEC_PER_MSEC;

	return scnprintf(text, size, "%llu.%02llu 0.00\n", ms / 1000,
			 ms % 1000 / 10);
}

/* A register's four characters, lowest byte first. */
static void put_chars(char *to, u32 reg)
{
	memcpy(to, &reg, sizeof(reg));
}

/* CPUID 0 and 0x80000002 to 4 (Intel SDM 2A, CPUID). */
static ssize_t show_cpuinfo(const void *arg, char *text, size_t size)
{
	char vendor[13] = "", brand[49] = "";
	u32 a, b, c, d, i;

	cpuid(0, 0, &a, &b, &c, &d);
	put_chars(vendor, b);
	put_chars(vendor + 4, d);
	put_chars(vendor + 8, c);
	cpuid(0x80000000, 0, &a, &b, &c, &d);
	for (i = 0; i < 3 && a >= 0x80000004; i++) {
		u32 r[4];

		cpuid(0x80000002 + i, 0, &r[0], &r[1], &r[2], &r[3]);
		memcpy(brand + 16 * i, r, sizeof(r));
	}
	return scnprintf(text, size,
			 "processor\t: 0\n"
			 "vendor_id\t: %s\n"
			 "model name\t: %s\n"
			 "cpu MHz\t\t: %u.%03u\n\n",
			 vendor, brand, tsc_khz() / 1000, tsc_khz() % 1000);
}

static const struct {
	const char *path;
	struct text_ops ops;
} files[] = {
	{ "/proc/meminfo", { .show = show_meminfo } },
	{ "/proc/uptime", { .show = show_uptime } },
	{ "/proc/cpuinfo", { .show = show_cpuinfo } },
};

/**
 * proc_kernel_fill() - Make the files.
 *
 * Context: task, the first to look into /proc or /sys.
 */
void proc_kernel_fill(void)
{
	int err;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		err = text_file_create(files[i].path, &files[i].ops, NULL);
		if (err && err != -EEXIST)
			pr_warn("%s: not made (error %d)\n", files[i].path,
				err);
	}
}

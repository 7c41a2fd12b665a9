// SPDX-License-Identifier: MIT
/*
 * DOC: what free(1), ps(1), top(1) and scripts read of the machine: meminfo,
 * uptime, stat, /proc/sys/kernel. proc(5) has the formats. Called by
 * boot/proc.c.
 */
#include "boot/proc.h"
#include "kernel/io.h"
#include "kernel/process.h"
#include "kernel/time.h"
#include "kernel/vfs.h"
#include "lib/platform.h"
#include "lib/printk.h"
#include "lib/uapi/resource.h"
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

static ssize_t show_uptime(const void *arg, char *text, size_t size)
{
	u64 up = ktime_get_ns() / NSEC_PER_TICK;
	u64 idle = sched_idle_ns() / NSEC_PER_TICK;

	return scnprintf(text, size, "%llu.%02llu %llu.%02llu\n", up / 100,
			 up % 100, idle / 100, idle % 100);
}

/* Tasks that could run, and all of them. */
static u32 count_tasks(u32 *all)
{
	const struct task *t;
	u32 ready = 0;

	*all = 0;
	list_for_each_entry (t, &task_list, all) {
		(*all)++;
		ready += t->state == TASK_RUNNING;
	}
	return ready;
}

/* How many run on average nobody counts. */
static ssize_t show_loadavg(const void *arg, char *text, size_t size)
{
	u32 all, ready = count_tasks(&all);

	return scnprintf(text, size, "0.00 0.00 0.00 %u/%u %d\n", ready, all,
			 process_last_pid());
}

/* Time is either a task's or idle. */
static ssize_t show_stat(const void *arg, char *text, size_t size)
{
	u64 up = ktime_get_ns(), idle = sched_idle_ns();
	u64 busy = up > idle ? (up - idle) / NSEC_PER_TICK : 0;
	u32 all, ready = count_tasks(&all);

	idle /= NSEC_PER_TICK;
	return scnprintf(text, size,
			 "cpu  %llu 0 0 %llu 0 0 0 0 0 0\n"
			 "cpu0 %llu 0 0 %llu 0 0 0 0 0 0\n"
			 "ctxt %llu\n"
			 "btime %llu\n"
			 "processes %u\n"
			 "procs_running %u\n"
			 "procs_blocked 0\n",
			 busy, idle, busy, idle, sched_switches(),
			 (ktime_get_real_ns() - up) / NSEC_PER_SEC,
			 (u32)process_last_pid(), ready);
}

static ssize_t show_version(const void *arg, char *text, size_t size)
{
	return scnprintf(text, size, "%s version %s %s\n", uts.sysname,
			 uts.release, uts.version);
}

static ssize_t show_filesystems(const void *arg, char *text, size_t size)
{
	return scnprintf(text, size,
			 "nodev\trootfs\nnodev\tproc\nnodev\tsysfs\n");
}

/* A string of its own: @arg. */
static ssize_t show_string(const void *arg, char *text, size_t size)
{
	return scnprintf(text, size, "%s\n", (const char *)arg);
}

static ssize_t show_pid_max(const void *arg, char *text, size_t size)
{
	return scnprintf(text, size, "%d\n", PID_MAX);
}

/* A name ends with its line; what is too long is cut, as on Linux. */
static int store_name(char *name, const char *text)
{
	char *end;

	strscpy(name, text, sizeof(uts.nodename));
	end = strchr(name, '\n');
	if (end)
		*end = 0;
	return 0;
}

static int store_hostname(const void *arg, const char *text)
{
	return store_name(uts.nodename, text);
}

static int store_domainname(const void *arg, const char *text)
{
	return store_name(uts.domainname, text);
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

#define KERNEL "/proc/sys/kernel/"

static const struct {
	const char *path;
	struct text_ops ops;
	const void *arg;
} files[] = {
	{ "/proc/meminfo", { .show = show_meminfo }, NULL },
	{ "/proc/uptime", { .show = show_uptime }, NULL },
	{ "/proc/cpuinfo", { .show = show_cpuinfo }, NULL },
	{ "/proc/loadavg", { .show = show_loadavg }, NULL },
	{ "/proc/stat", { .show = show_stat }, NULL },
	{ "/proc/version", { .show = show_version }, NULL },
	{ "/proc/filesystems", { .show = show_filesystems }, NULL },
	{ KERNEL "ostype", { .show = show_string }, uts.sysname },
	{ KERNEL "osrelease", { .show = show_string }, uts.release },
	{ KERNEL "version", { .show = show_string }, uts.version },
	{ KERNEL "hostname",
	  { .show = show_string, .store = store_hostname },
	  uts.nodename },
	{ KERNEL "domainname",
	  { .show = show_string, .store = store_domainname },
	  uts.domainname },
	{ KERNEL "pid_max", { .show = show_pid_max }, NULL },
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
		err = text_file_create(files[i].path, &files[i].ops,
				       files[i].arg);
		if (err && err != -EEXIST)
			pr_warn("%s: not made (error %d)\n", files[i].path,
				err);
	}
}

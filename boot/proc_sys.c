// SPDX-License-Identifier: MIT
/*
 * DOC: /proc/sys/net: a file for each setting of init_net
 * (net/ipv4/sysctl_net_ipv4.c), and below /sys/module for what is a module's
 * parameter in Linux. Called by boot/proc.c.
 */
#include "boot/proc.h"
#include "kernel/vfs.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"
#include "net/core/net_namespace.h"
#include "net/ipv4/sysctl.h"

static ssize_t show(const void *arg, char *text, size_t size)
{
	return (ssize_t)sysctl_get(&init_net, arg, text, size);
}

static int store(const void *arg, const char *text)
{
	return sysctl_set(&init_net, arg, text);
}

static const struct text_ops writable = { .show = show, .store = store };
static const struct text_ops read_only = { .show = show };

/**
 * proc_sys_fill() - Make the files.
 *
 * Context: task, the first to look into /proc or /sys.
 */
void proc_sys_fill(void)
{
	const struct ctl_table *t;
	char path[64];
	int err;
	u32 i;

	for (i = 0; (t = sysctl_at(i)) != NULL; i++) {
		snprintf(path, sizeof(path), "%s%s",
			 t->procname[0] == '/' ? "" : "/proc/sys/",
			 t->procname);
		err = text_file_create(
			path, t->read_only ? &read_only : &writable, t);
		if (err && err != -EEXIST)
			pr_warn("%s: not made (error %d)\n", path, err);
	}
}

// SPDX-License-Identifier: MIT
/*
 * DOC: /proc/net: what init_net shows (net/ipv4/proc.c), a file each. They are
 * there from the start, as those of boot/proc_sys.c are. Called by
 * start_kernel().
 */
#include "boot/proc_net.h"
#include "kernel/vfs.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"
#include "net/core/net_namespace.h"
#include "net/ipv4/proc.h"

static ssize_t next(const void *arg, u64 *pos, char *text, size_t size)
{
	const struct proc_net_file *file = arg;

	return (ssize_t)file->next(&init_net, pos, text, size);
}

static const struct text_ops read_only = { .next = next };

/**
 * proc_net_init() - Make the files.
 *
 * Context: boot task, after initramfs_unpack().
 */
void proc_net_init(void)
{
	const struct proc_net_file *file;
	char path[64];
	int err;
	u32 i;

	for (i = 0; (file = proc_net_at(i)) != NULL; i++) {
		snprintf(path, sizeof(path), "/proc/net/%s", file->name);
		err = text_file_create(path, &read_only, file);
		if (err && err != -EEXIST)
			pr_warn("%s: not made (error %d)\n", path, err);
	}
}

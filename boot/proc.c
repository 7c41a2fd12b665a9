// SPDX-License-Identifier: MIT
/*
 * DOC: /proc and /sys are filled when a program first looks into one of them:
 * most programs never do, and a hundred files cost half of the boot. There is
 * no mount; a name that the archive has taken stays the archive's. Called by
 * start_kernel() once the archive is unpacked.
 */
#include "boot/proc.h"
#include "kernel/vfs.h"
#include "lib/printk.h"

static void fill(void)
{
	static bool filled;

	if (filled)
		return;
	filled = true;
	proc_sys_fill();
	proc_net_fill();
	proc_kernel_fill();
}

/**
 * proc_init() - Let the files appear on first use.
 *
 * Context: boot task, after initramfs_unpack().
 */
void proc_init(void)
{
	static const char *const trees[] = { "/proc/", "/sys/" };
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(trees); i++) {
		err = dir_fill_on_use(trees[i], fill);
		if (err)
			pr_warn("%s: not made (error %d)\n", trees[i], err);
	}
}

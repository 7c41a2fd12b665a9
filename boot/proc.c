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

static void link_to(const char *path, const char *to)
{
	int err = symlink_create(path, to);

	if (err && err != -EEXIST)
		pr_warn("%s: not made (error %d)\n", path, err);
}

static void fill(void)
{
	static bool filled;
	int err;

	if (filled)
		return;
	filled = true;
	proc_sys_fill();
	proc_net_fill();
	proc_kernel_fill();
	sys_net_fill();
	link_to("/proc/mounts", "self/mounts");
	err = procfs_init();
	if (err)
		pr_warn("/proc: no processes (error %d)\n", err);
}

/**
 * proc_init() - Let the files appear on first use.
 *
 * Context: boot task, after initramfs_unpack().
 */
void proc_init(void)
{
	static const char *const trees[] = { "/proc/", "/sys/" };
	static const char *const links[][2] = {
		{ "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" },
	};
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(trees); i++) {
		err = dir_fill_on_use(trees[i], fill);
		if (err)
			pr_warn("%s: not made (error %d)\n", trees[i], err);
	}
	for (i = 0; i < ARRAY_SIZE(links); i++)
		link_to(links[i][0], links[i][1]);
}

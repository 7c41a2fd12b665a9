// SPDX-License-Identifier: MIT
/*
 * DOC: /proc/net: what init_net shows (net/ipv4/proc.c), a file each, sockets
 * of the other families, and vlan/config, which vconfig(8) asks for. Called by
 * boot/proc.c.
 */
#include "boot/proc.h"
#include "kernel/vfs.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"
#include "net/core/net_namespace.h"
#include "net/ethernet/vlan.h"
#include "net/ipv4/proc.h"
#include "net/netlink/netlink.h"
#include "net/packet/packet.h"
#include "net/unix/af_unix.h"

static const struct proc_net_file families[] = {
	{ "netlink", netlink_proc_next },
	{ "packet", packet_proc_next },
	{ "unix", unix_proc_next },
};

static ssize_t next(const void *arg, u64 *pos, char *text, size_t size)
{
	const struct proc_net_file *file = arg;

	return (ssize_t)file->next(&init_net, pos, text, size);
}

static ssize_t show_vlans(const void *arg, char *text, size_t size)
{
	return vlan_show(&init_net, text, size);
}

static const struct text_ops records = { .next = next };
static const struct text_ops vlans = { .show = show_vlans };

static void make(const char *name, const struct text_ops *ops, const void *arg)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/net/%s", name);
	err = text_file_create(path, ops, arg);
	if (err && err != -EEXIST)
		pr_warn("%s: not made (error %d)\n", path, err);
}

/**
 * proc_net_fill() - Make the files.
 *
 * Context: task, the first to look into /proc or /sys.
 */
void proc_net_fill(void)
{
	const struct proc_net_file *file;
	u32 i;

	for (i = 0; (file = proc_net_at(i)) != NULL; i++)
		make(file->name, &records, file);
	for (i = 0; i < ARRAY_SIZE(families); i++)
		make(families[i].name, &records, &families[i]);
	make("vlan/config", &vlans, NULL);
}

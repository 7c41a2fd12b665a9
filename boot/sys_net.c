// SPDX-License-Identifier: MIT
/*
 * DOC: /sys/class/net: a directory for each device of init_net, with what
 * net/core/net_sysfs.c shows of it. Nothing is stored: an inode is made when
 * its name is looked up, and knows the device by its index. So a new name is
 * there at once, and who has a file open of a device that has gone hears
 * ENODEV. On Linux /sys/class/net/DEV is a link to such a directory below
 * /sys/devices. Called by boot/proc.c.
 */
#include "boot/proc.h"
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"
#include "net/core/net_sysfs.h"
#include "net/core/netdevice.h"

/* A directory's kind; of those with attributes, enum netdev_attr_dir. */
enum {
	DIR_QUEUES = NETDEV_TX_BQL + 1,
	DIR_RX_QUEUE, /* nothing can be set of it */
};

struct sys_inode {
	struct inode inode;
	int ifindex;
	u32 queue;
	u8 kind;                        /* of a directory */
	const struct netdev_attr *attr; /* of a file */
};

/* They look up what has them, too. */
static const struct inode_operations dev_dir_ops;

static struct sys_inode *sys_i(struct inode *inode)
{
	return container_of(inode, struct sys_inode, inode);
}

/* The same each time, and no other's. */
static u64 ino_of(int ifindex, u32 queue, u32 kind, u32 place)
{
	return BIT(61) | (u64)(u32)ifindex << 24 | queue << 12 | kind << 8 |
	       place;
}

static struct inode *make(struct inode *parent, u32 mode, int ifindex,
			  u32 queue, u32 kind)
{
	struct sys_inode *si = inode_create_in(sizeof(*si), mode, 0);

	if (!si)
		return ERR_PTR(-ENOMEM);
	si->ifindex = ifindex;
	si->queue = queue;
	si->kind = (u8)kind;
	si->inode.ino = ino_of(ifindex, queue, kind, 0);
	si->inode.nlink = 1;
	si->inode.op = &dev_dir_ops;
	si->inode.parent = parent;
	iget(parent);
	return &si->inode;
}

/* inode_operations.release of a file; a directory's parent is iput()'s. */
static void attr_release(struct inode *inode)
{
	iput(inode->parent);
}

static const struct inode_operations attr_ops = { .release = attr_release };

/* --- texts --- */

static ssize_t attr_show(const void *arg, char *text, size_t size)
{
	const struct sys_inode *si = arg;
	struct net_device *dev = dev_get_by_index(&init_net, si->ifindex);

	return dev ? netdev_attr_show(si->attr, dev, si->queue, text, size)
		   : -ENODEV;
}

static int attr_store(const void *arg, const char *text)
{
	const struct sys_inode *si = arg;
	struct net_device *dev = dev_get_by_index(&init_net, si->ifindex);

	return dev ? netdev_attr_store(si->attr, dev, si->queue, text)
		   : -ENODEV;
}

static const struct text_ops read_only = { .show = attr_show };
static const struct text_ops writable = { .show = attr_show,
					  .store = attr_store };

static struct inode *make_attr(struct inode *dir, const struct netdev_attr *a,
			       u32 place)
{
	const struct sys_inode *d = sys_i(dir);
	struct inode *inode = make(dir, S_IFREG | (a->store ? 0644 : 0444),
				   d->ifindex, d->queue, d->kind);

	if (IS_ERR(inode))
		return inode;
	inode->ino = ino_of(d->ifindex, d->queue, d->kind, place + 1);
	inode->op = &attr_ops;
	inode->text = a->store ? &writable : &read_only;
	inode->txt.arg = sys_i(inode);
	inode->size = PAGE_SIZE; /* as Linux says of each */
	sys_i(inode)->attr = a;
	return inode;
}

/* --- directories below a device's --- */

struct sub_dir {
	char name[20];
	u8 kind;
	u32 queue;
};

/* The directories in one of @kind, one after the other; false past the last. */
static bool sub_dir_at(const struct sys_inode *d, const struct net_device *dev,
		       u32 i, struct sub_dir *sub)
{
	static const struct {
		const char *name;
		u8 in, kind;
	} fixed[] = {
		{ "queues", NETDEV_ATTR, DIR_QUEUES },
		{ "statistics", NETDEV_ATTR, NETDEV_STATISTICS },
		{ "byte_queue_limits", NETDEV_TX_QUEUE, NETDEV_TX_BQL },
		{ "rx-0", DIR_QUEUES, DIR_RX_QUEUE },
	};
	u32 k;

	sub->queue = d->queue;
	for (k = 0; k < ARRAY_SIZE(fixed); k++) {
		if (fixed[k].in != d->kind || i--)
			continue;
		strscpy(sub->name, fixed[k].name, sizeof(sub->name));
		sub->kind = fixed[k].kind;
		return true;
	}
	if (d->kind != DIR_QUEUES || i >= dev->num_tx_queues)
		return false;
	snprintf(sub->name, sizeof(sub->name), "tx-%u", i);
	sub->kind = NETDEV_TX_QUEUE;
	sub->queue = i;
	return true;
}

static struct inode *dev_lookup(struct inode *dir, const char *name)
{
	const struct sys_inode *d = sys_i(dir);
	struct net_device *dev = dev_get_by_index(&init_net, d->ifindex);
	const struct netdev_attr *a;
	struct sub_dir sub;
	u32 i;

	if (!dev)
		return ERR_PTR(-ENOENT);
	for (i = 0; (a = netdev_attr_at(i)) != NULL; i++)
		if (a->dir == d->kind && strcmp(a->name, name) == 0)
			return make_attr(dir, a, i);
	for (i = 0; sub_dir_at(d, dev, i, &sub); i++)
		if (strcmp(sub.name, name) == 0)
			return make(dir, S_IFDIR | 0755, d->ifindex, sub.queue,
				    sub.kind);
	return ERR_PTR(-ENOENT);
}

/* Attributes by their place in the table, then directories. */
static void dev_iterate(struct inode *dir, loff_t *pos, struct dir_context *ctx)
{
	const struct sys_inode *d = sys_i(dir);
	struct net_device *dev = dev_get_by_index(&init_net, d->ifindex);
	u32 place = (u32)(*pos - DIR_OP_POS), i;
	const struct netdev_attr *a;
	struct sub_dir sub;

	for (i = 0; dev && (a = netdev_attr_at(i)) != NULL; i++) {
		if (i < place || a->dir != d->kind)
			continue;
		if (!dir_emit(ctx, a->name, pos, DIR_OP_POS + i + 1,
			      ino_of(d->ifindex, d->queue, d->kind, i + 1),
			      S_IFREG))
			return;
	}
	for (place = place > i ? place - i : 0;
	     dev && sub_dir_at(d, dev, place, &sub); place++) {
		if (!dir_emit(ctx, sub.name, pos, DIR_OP_POS + i + place + 1,
			      ino_of(d->ifindex, sub.queue, sub.kind, 0),
			      S_IFDIR))
			return;
	}
}

static const struct inode_operations dev_dir_ops = { .lookup = dev_lookup,
						     .iterate = dev_iterate };

/* --- /sys/class/net --- */

static struct inode *net_lookup(struct inode *dir, const char *name)
{
	const struct net_device *dev = dev_get_by_name(&init_net, name);

	return dev ? make(dir, S_IFDIR | 0755, dev->ifindex, 0, NETDEV_ATTR)
		   : ERR_PTR(-ENOENT);
}

static void net_iterate(struct inode *dir, loff_t *pos, struct dir_context *ctx)
{
	int from = (int)(*pos - DIR_OP_POS);
	const struct net_device *dev;

	/* The list is in the order of the indices. */
	list_for_each_entry (dev, &init_net.dev_base_head, dev_list) {
		if (dev->ifindex >= from &&
		    !dir_emit(ctx, dev->name, pos,
			      DIR_OP_POS + dev->ifindex + 1,
			      ino_of(dev->ifindex, 0, NETDEV_ATTR, 0), S_IFDIR))
			return;
	}
}

static const struct inode_operations net_ops = { .lookup = net_lookup,
						 .iterate = net_iterate };

/**
 * sys_net_fill() - Let /sys/class/net show the devices.
 *
 * Context: task, the first to look into /proc or /sys.
 */
void sys_net_fill(void)
{
	int err = dir_set_ops("/sys/class/net/", &net_ops);

	if (err)
		pr_warn("/sys/class/net: not made (error %d)\n", err);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: a device's attributes as text, in the forms of Linux's
 * (Documentation/ABI/testing/sysfs-class-net). A table: most are numbers that
 * lie somewhere in the device; the others have a function.
 *
 * Called by boot/sys_net.c, which makes the files, and by net/netlink. State:
 * none; what is written goes where ioctl() and netlink bring it, too.
 */
#include "net/core/net_sysfs.h"
#include "lib/errno.h"
#include "lib/uapi/rtnetlink.h"
#include "lib/vsprintf.h"
#include "net/core/ethtool.h"
#include "net/core/netdevice.h"

/* --- shown --- */

/**
 * netdev_operstate() - Whether a device can pass packets.
 * @dev: registered.
 *
 * Context: any.
 * Return:  IF_OPER_*; a device without a link of its own says it does not know.
 */
u8 netdev_operstate(const struct net_device *dev)
{
	if (!netif_running(dev) || !netif_carrier_ok(dev))
		return IF_OPER_DOWN;
	return dev->flags & IFF_LOOPBACK ? IF_OPER_UNKNOWN : IF_OPER_UP;
}

static int put_addr(const struct net_device *dev, const u8 *addr, char *text,
		    size_t size)
{
	return scnprintf(text, size, dev->addr_len ? "%pM\n" : "\n", addr);
}

static int show_address(struct net_device *dev, u32 queue, char *text,
			size_t size)
{
	return put_addr(dev, dev->dev_addr, text, size);
}

static int show_broadcast(struct net_device *dev, u32 queue, char *text,
			  size_t size)
{
	return put_addr(dev, dev->broadcast, text, size);
}

static int show_carrier(struct net_device *dev, u32 queue, char *text,
			size_t size)
{
	if (!netif_running(dev))
		return -EINVAL;
	return scnprintf(text, size, "%d\n", netif_carrier_ok(dev));
}

/* Without what the state of the link adds. */
static int show_flags(struct net_device *dev, u32 queue, char *text,
		      size_t size)
{
	return scnprintf(text, size, "0x%x\n",
			 dev->flags & ~(u32)(IFF_RUNNING | IFF_LOWER_UP));
}

static int show_iflink(struct net_device *dev, u32 queue, char *text,
		       size_t size)
{
	return scnprintf(text, size, "%d\n", dev_get_iflink(dev));
}

static int show_operstate(struct net_device *dev, u32 queue, char *text,
			  size_t size)
{
	static const char *const names[] = { [IF_OPER_UNKNOWN] = "unknown",
					     [IF_OPER_DOWN] = "down",
					     [IF_OPER_UP] = "up" };

	return scnprintf(text, size, "%s\n", names[netdev_operstate(dev)]);
}

static int link_settings(struct net_device *dev,
			 struct ethtool_link_ksettings *ks)
{
	if (!netif_running(dev) || ethtool_get_link_ksettings(dev, ks))
		return -EINVAL;
	return 0;
}

static int show_speed(struct net_device *dev, u32 queue, char *text,
		      size_t size)
{
	struct ethtool_link_ksettings ks;
	int err = link_settings(dev, &ks);

	return err ?: scnprintf(text, size, "%d\n", (int)ks.base.speed);
}

static int show_duplex(struct net_device *dev, u32 queue, char *text,
		       size_t size)
{
	struct ethtool_link_ksettings ks;
	int err = link_settings(dev, &ks);

	return err
		       ?: scnprintf(text, size, "%s\n",
				    ks.base.duplex == DUPLEX_FULL ? "full"
				    : ks.base.duplex == DUPLEX_HALF
					    ? "half"
					    : "unknown");
}

static int show_uevent(struct net_device *dev, u32 queue, char *text,
		       size_t size)
{
	return scnprintf(text, size, "INTERFACE=%s\nIFINDEX=%d\n", dev->name,
			 dev->ifindex);
}

static int show_inflight(struct net_device *dev, u32 queue, char *text,
			 size_t size)
{
	const struct dql *dql = &dev->_tx[queue].dql;

	return scnprintf(text, size, "%u\n",
			 (u32)(dql->num_queued - dql->num_completed));
}

static int show_hold_time(struct net_device *dev, u32 queue, char *text,
			  size_t size)
{
	return scnprintf(text, size, "%llu\n",
			 DQL_SLACK_HOLD_NS / NSEC_PER_MSEC);
}

/* --- written --- */

static int store_mtu(const struct netdev_attr *attr, struct net_device *dev,
		     u32 queue, u64 value)
{
	return value > UINT32_MAX ? -EINVAL : dev_set_mtu(dev, (u32)value);
}

static int store_tx_queue_len(const struct netdev_attr *attr,
			      struct net_device *dev, u32 queue, u64 value)
{
	if (value > UINT32_MAX)
		return -ERANGE;
	dev_change_tx_queue_len(dev, (u32)value);
	return 0;
}

/* Up and down; the others follow from something else. */
static int store_flags(const struct netdev_attr *attr, struct net_device *dev,
		       u32 queue, u64 value)
{
	if ((value ^ dev->flags) & (IFF_PROMISC | IFF_ALLMULTI | IFF_NOARP))
		return -EINVAL;
	if (value & IFF_UP)
		return dev_open(dev);
	dev_close(dev);
	return 0;
}

/* What Linux asks the driver for, and few have. */
static int store_unsupported(const struct netdev_attr *attr,
			     struct net_device *dev, u32 queue, u64 value)
{
	return -EOPNOTSUPP;
}

/* A limit of a queue's bytes, where the attribute lies. */
static int store_limit(const struct netdev_attr *attr, struct net_device *dev,
		       u32 queue, u64 value)
{
	u32 bytes = (u32)value;

	if (value > DQL_MAX_LIMIT)
		return value > UINT32_MAX ? -ERANGE : -EINVAL;
	memcpy((u8 *)&dev->_tx[queue] + attr->offset, &bytes, sizeof(bytes));
	return 0;
}

/* --- the table --- */

#define NUMBER(s, member) \
	.size = sizeof_field(s, member), .offset = offsetof(s, member)
#define DEV(name_, member)                                       \
	{                                                        \
		.name = name_, NUMBER(struct net_device, member) \
	}
#define SHOW(name_, show_)                   \
	{                                    \
		.name = name_, .show = show_ \
	}
/* A counter that nothing here counts is 0. */
#define NO_STAT(name_)                                  \
	{                                               \
		.name = name_, .dir = NETDEV_STATISTICS \
	}
#define STAT(name_)                                       \
	{                                                 \
		.name = #name_, .dir = NETDEV_STATISTICS, \
		NUMBER(struct rtnl_link_stats64, name_)   \
	}
#define BQL(name_, member)                                                    \
	{                                                                     \
		.name = name_, .dir = NETDEV_TX_BQL,                          \
		NUMBER(struct netdev_queue, dql.member), .store = store_limit \
	}

static const struct netdev_attr attrs[] = {
	DEV("addr_len", addr_len),
	SHOW("address", show_address),
	SHOW("broadcast", show_broadcast),
	{ .name = "carrier", .show = show_carrier, .store = store_unsupported },
	DEV("carrier_changes", carrier_changes),
	{ .name = "dev_id", .hex = true },
	SHOW("duplex", show_duplex),
	{ .name = "flags", .show = show_flags, .store = store_flags },
	DEV("ifindex", ifindex),
	SHOW("iflink", show_iflink),
	{ .name = "mtu", NUMBER(struct net_device, mtu), .store = store_mtu },
	SHOW("operstate", show_operstate),
	SHOW("speed", show_speed),
	{ .name = "tx_queue_len",
	  NUMBER(struct net_device, tx_queue_len),
	  .store = store_tx_queue_len },
	DEV("type", type),
	SHOW("uevent", show_uevent),
	STAT(collisions),
	STAT(multicast),
	STAT(rx_bytes),
	NO_STAT("rx_compressed"),
	STAT(rx_crc_errors),
	STAT(rx_dropped),
	STAT(rx_errors),
	STAT(rx_fifo_errors),
	STAT(rx_frame_errors),
	STAT(rx_length_errors),
	STAT(rx_missed_errors),
	NO_STAT("rx_nohandler"),
	STAT(rx_over_errors),
	STAT(rx_packets),
	STAT(tx_aborted_errors),
	STAT(tx_bytes),
	STAT(tx_carrier_errors),
	NO_STAT("tx_compressed"),
	STAT(tx_dropped),
	STAT(tx_errors),
	STAT(tx_fifo_errors),
	NO_STAT("tx_heartbeat_errors"),
	STAT(tx_packets),
	NO_STAT("tx_window_errors"),
	{ .name = "tx_maxrate",
	  .dir = NETDEV_TX_QUEUE,
	  NUMBER(struct netdev_queue, tx_maxrate),
	  .store = store_unsupported },
	{ .name = "hold_time", .dir = NETDEV_TX_BQL, .show = show_hold_time },
	{ .name = "inflight", .dir = NETDEV_TX_BQL, .show = show_inflight },
	BQL("limit", limit),
	BQL("limit_max", max_limit),
	BQL("limit_min", min_limit),
};

/**
 * netdev_attr_at() - A device's attributes one after the other.
 * @i: from 0.
 *
 * Context: any.
 * Return:  it, or NULL past the last.
 */
const struct netdev_attr *netdev_attr_at(u32 i)
{
	return i < ARRAY_SIZE(attrs) ? &attrs[i] : NULL;
}

static u64 number_at(const void *base, const struct netdev_attr *attr)
{
	u64 v = 0;

	memcpy(&v, (const u8 *)base + attr->offset, attr->size);
	return v;
}

/**
 * netdev_attr_show() - The text of an attribute.
 * @attr:  it.
 * @dev:   registered.
 * @queue: of an attribute of a queue, which one; below num_tx_queues.
 * @text:  @size bytes.
 * @size:  room.
 *
 * Context: task.
 * Return:  the length, or a negative errno: the device cannot tell.
 */
int netdev_attr_show(const struct netdev_attr *attr, struct net_device *dev,
		     u32 queue, char *text, size_t size)
{
	struct rtnl_link_stats64 stats;
	const void *base = dev;

	if (attr->show)
		return attr->show(dev, queue, text, size);
	if (attr->dir == NETDEV_STATISTICS) {
		dev_get_stats(dev, &stats);
		base = &stats;
	} else if (attr->dir != NETDEV_ATTR) {
		base = &dev->_tx[queue];
	}
	return scnprintf(text, size, attr->hex ? "0x%llx\n" : "%llu\n",
			 number_at(base, attr));
}

/**
 * netdev_attr_store() - Write an attribute.
 * @attr:  one that can be.
 * @dev:   registered.
 * @queue: as for netdev_attr_show().
 * @text:  a number, or "max" for a limit, which is decimal; a line's end may
 *         follow.
 *
 * Context: task.
 * Return:  0; -EPERM; -EINVAL: no number; -ERANGE: too large a one; or what
 *          the device says.
 */
int netdev_attr_store(const struct netdev_attr *attr, struct net_device *dev,
		      u32 queue, const char *text)
{
	bool limit = attr->dir == NETDEV_TX_BQL;
	u64 value = DQL_MAX_LIMIT;
	int err = 0;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (!limit || (strcmp(text, "max") != 0 && strcmp(text, "max\n") != 0))
		err = kstrtou64(text + (*text == '+'), limit ? 10 : 0, &value);
	return err ?: attr->store(attr, dev, queue, value);
}

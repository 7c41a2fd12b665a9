/* SPDX-License-Identifier: MIT */
/* DOC: a device's attributes as text: what /sys/class/net/DEV holds. */
#pragma once

#include "lib/types.h"

struct net_device;

/* Where an attribute lies. */
enum netdev_attr_dir {
	NETDEV_ATTR,       /* the device's folder */
	NETDEV_STATISTICS, /* statistics/ */
	NETDEV_TX_QUEUE,   /* queues/tx-N/ */
	NETDEV_TX_BQL,     /* queues/tx-N/byte_queue_limits/ */
};

struct netdev_attr {
	const char *name;
	u8 dir;  /* enum netdev_attr_dir */
	u8 size; /* of a number in the device, its queue or counters; 0: none */
	u16 offset;
	bool hex;
	/* Otherwise: the length of the text or a negative errno. */
	int (*show)(struct net_device *dev, u32 queue, char *text, size_t size);
	/* NULL: it cannot be written. */
	int (*store)(const struct netdev_attr *attr, struct net_device *dev,
		     u32 queue, u64 value);
};

/* One after the other, from 0; NULL past the last. */
const struct netdev_attr *netdev_attr_at(u32 i);
int netdev_attr_show(const struct netdev_attr *attr, struct net_device *dev,
		     u32 queue, char *text, size_t size);
int netdev_attr_store(const struct netdev_attr *attr, struct net_device *dev,
		      u32 queue, const char *text) __must_check;
/* IF_OPER_* */
u8 netdev_operstate(const struct net_device *dev);

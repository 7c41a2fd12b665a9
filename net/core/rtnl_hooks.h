/* SPDX-License-Identifier: MIT */
/*
 * DOC: who hears of changes of the tables below: netlink, which registers
 * itself here at boot, so that they need not know it. Links have the notifier
 * chain of netdevice.h.
 */
#pragma once

#include "lib/types.h"

struct fib_config;
struct in_ifaddr;
struct neighbour;
struct net;
struct net_device;

struct rtnl_hooks {
	/* @dev gets the address, or has lost it. Task. */
	void (*ifaddr)(struct net_device *dev, const struct in_ifaddr *ifa,
		       bool gone);
	void (*route)(struct net *net, const struct fib_config *cfg, bool gone);
	/* Its state or address has changed. Softirqs off, no lock held. */
	void (*neigh)(const struct neighbour *n, bool gone);
};

/* NULL: nobody. Set once, at boot. */
extern const struct rtnl_hooks *rtnl_hooks;

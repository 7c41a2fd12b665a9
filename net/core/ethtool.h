/* SPDX-License-Identifier: MIT */
/*
 * DOC: what a driver answers to ethtool(8) (rows D5, D7, O1). A NULL operation
 * is -EOPNOTSUPP, as Linux's. All in task context.
 */
#pragma once

#include "lib/uapi/ethtool.h"
#include "net/core/netdevice.h"

/* The three masks follow the uAPI's struct; one word each. */
struct ethtool_link_ksettings {
	struct ethtool_link_settings base;
	u32 supported, advertising, lp_advertising;
};

struct ethtool_ops {
	void (*get_drvinfo)(struct net_device *dev,
			    struct ethtool_drvinfo *info);
	u32 (*get_link)(struct net_device *dev);
	int (*get_link_ksettings)(struct net_device *dev,
				  struct ethtool_link_ksettings *ks);
	int (*nway_reset)(struct net_device *dev);
	void (*get_ringparam)(struct net_device *dev,
			      struct ethtool_ringparam *ring);
	/* No more than the maxima is asked for. */
	int (*set_ringparam)(struct net_device *dev,
			     const struct ethtool_ringparam *ring);
	int (*get_coalesce)(struct net_device *dev, struct ethtool_coalesce *c);
	int (*set_coalesce)(struct net_device *dev,
			    const struct ethtool_coalesce *c);
	/* Counters: how many, their names, their values. */
	u32 (*get_stats_count)(struct net_device *dev);
	void (*get_strings)(struct net_device *dev, char (*names)[32]);
	void (*get_ethtool_stats)(struct net_device *dev, u64 *values);
};

extern const struct ethtool_ops default_ethtool_ops;

/* SIOCETHTOOL; @ifr is an ifreq of the user's. */
int dev_ethtool(struct net *net, void __user *ifr);

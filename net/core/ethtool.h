/* SPDX-License-Identifier: MIT */
/*
 * DOC: what a driver answers to ethtool(8) (rows D5, D7, O1). A NULL operation
 * is -EOPNOTSUPP, as Linux's. All in task context. The ioctl (ethtool.c) and
 * netlink (net/netlink/ethnl.c) ask by the same calls.
 */
#pragma once

#include "lib/uapi/ethtool.h"
#include "net/core/netdevice.h"

/* The three masks follow the uAPI's struct; one word each. */
struct ethtool_link_ksettings {
	struct ethtool_link_settings base;
	u32 supported, advertising, lp_advertising;
};

/* Classes of a driver's messages, by bit; Linux's names are ETH_SS_MSG_CLASSES.
 */
#define NETIF_MSG_DRV   BIT(0)
#define NETIF_MSG_PROBE BIT(1)
#define NETIF_MSG_LINK  BIT(2)

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
	u32 supported_coalesce_params; /* ETHTOOL_COALESCE_* */
	int (*get_coalesce)(struct net_device *dev, struct ethtool_coalesce *c);
	int (*set_coalesce)(struct net_device *dev,
			    const struct ethtool_coalesce *c);
	void (*get_pauseparam)(struct net_device *dev,
			       struct ethtool_pauseparam *pause);
	/* NETIF_MSG_*: what the driver says on the console. */
	u32 (*get_msglevel)(struct net_device *dev);
	void (*set_msglevel)(struct net_device *dev, u32 level);
	/* Counters: how many, their names, their values. */
	u32 (*get_stats_count)(struct net_device *dev);
	void (*get_strings)(struct net_device *dev, char (*names)[32]);
	void (*get_ethtool_stats)(struct net_device *dev, u64 *values);
};

extern const struct ethtool_ops default_ethtool_ops;

/* The struct of the largest command that ethtool_get() answers. */
#define ETHTOOL_DATA_MAX sizeof(struct ethtool_drvinfo)
int ethtool_get(struct net_device *dev, u32 cmd, void *data) __must_check;
int ethtool_set(struct net_device *dev, u32 cmd, const void *data,
		u32 *word) __must_check;
int ethtool_get_link_ksettings(struct net_device *dev,
			       struct ethtool_link_ksettings *ks) __must_check;
/* Features that no command switches. */
u64 ethtool_never_changed(const struct net_device *dev);

/* Names of a set that is no device's, one after the other, "" ends; NULL. */
const char *ethtool_names(u32 set);
u32 ethtool_sset_count(struct net_device *dev, u32 set);
void ethtool_sset_strings(struct net_device *dev, u32 set,
			  char (*names)[ETH_GSTRING_LEN]);

/* Hears of what ethtool_set() has set; NULL: nobody. Set once, at boot. */
extern void (*ethtool_notify)(struct net_device *dev, u32 cmd);

/* SIOCETHTOOL; @ifr is an ifreq of the user's. */
int dev_ethtool(struct net *net, void __user *ifr);

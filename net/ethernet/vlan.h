/* SPDX-License-Identifier: MIT */
/* DOC: VLAN devices (row N5): see vlan.c. */
#pragma once

#include "net/core/netdevice.h"
#include "net/wire/vlan.h"

/* Once, at boot. */
void vlan_init(void);
/* What rtnetlink makes, shows and removes by unregister_netdev(). */
struct net_device *register_vlan_device(struct net_device *real,
					const char *name,
					u16 vlan_id) __must_check;
bool is_vlan_dev(const struct net_device *dev);
u16 vlan_dev_vlan_id(const struct net_device *dev);
/* SIOCSIFVLAN, SIOCGIFVLAN. */
int vlan_ioctl_handler(struct net *net, void __user *arg);
/* `vlan=NAME:DEVICE` of the command line; both are up afterwards. */
int vlan_config(struct net *net, const char *word);
/* /proc/net/vlan/config; bytes without the terminating zero. */
int vlan_show(const struct net *net, char *text, size_t size);

/* SPDX-License-Identifier: MIT */
/* DOC: what the files of the device layer (dev*.c, loopback.c,
   net_namespace.c) share among themselves. */
#pragma once

#include "net/core/netdevice.h"

/* Taps on every device: ETH_P_ALL without a device (dev_rx.c). */
extern struct list_head ptype_all;

/* Unregister every device that is left in @net. */
void dev_net_exit(struct net *net);
/* Forget packets of @dev that wait in the receive backlog. */
void netdev_flush_backlog(struct net_device *dev);
/* The receive half of net_dev_init(). */
void net_rx_init(void);
/* The transmit half (dev.c). */
void net_tx_init(void);
/* Make lo in @net. */
int loopback_net_init(struct net *net) __must_check;

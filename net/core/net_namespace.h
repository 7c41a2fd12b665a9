/* SPDX-License-Identifier: MIT */
/*
 * DOC: struct net: one complete, isolated stack. The machine runs init_net;
 * a test makes a fresh one and frees it, and so starts from nothing.
 *
 * Upper layers hang their state here through opaque pointers that they
 * allocate in a pernet init, so that net/core knows none of their types.
 */
#pragma once

#include "lib/list.h"
#include "lib/page.h"
#include "lib/platform.h"
#include "net/core/snmp.h"
#include "net/core/nf_hooks.h"

struct net_device;
struct netns_ipv4;
struct netns_netlink;

struct net {
	struct list_head dev_base_head; /* every net_device, by dev_list */
	int last_ifindex;
	struct net_device *loopback_dev;
	struct netns_ipv4 *ipv4; /* net/ipv4's: tables and sysctls */
	struct netns_mib mib;
	struct page_frag page_frag; /* sk_page_frag() */
	/* One pointer a hook; NULL costs a load and a branch (row F1). */
	struct nf_hook_entries *nf_hooks_ipv4[NF_INET_NUMHOOKS];
	/* net.core sysctls, Linux's names, defaults and units. */
	u32 sysctl_wmem_max, sysctl_wmem_default;
	u32 sysctl_rmem_max, sysctl_rmem_default;
	u32 sysctl_netdev_max_backlog;
	u32 sysctl_somaxconn;
	u32 sysctl_optmem_max;
	u32 hash_seed; /* random: keeps table positions unpredictable */
	struct netns_netlink *netlink; /* net/netlink's: sockets, groups */
};

extern struct net init_net;

/* What a layer sets up in each new stack; registered once, in init order. */
struct pernet_operations {
	const char *name;
	int (*init)(struct net *net);  /* 0 or a negative errno */
	void (*exit)(struct net *net); /* undoes init */
	struct list_head list;         /* the registry's */
};

void register_pernet_ops(struct pernet_operations *ops);
/* Run every registered init on @net, zeroed by the caller; undone on error. */
int net_setup(struct net *net) __must_check;
/* Run every exit in reverse order. */
void net_teardown(struct net *net);

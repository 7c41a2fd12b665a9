// SPDX-License-Identifier: MIT
/*
 * DOC: struct net, one isolated stack: the registry of what each layer sets
 * up in it. boot/main.c sets up init_net once every layer is registered; a
 * test sets up one of its own.
 *
 * State: the registry, written at boot only.
 */
#include "net/core/net_namespace.h"
#include "net/core/dev_int.h"
#include "net/core/netdevice.h"
#include "net/core/rtnl_hooks.h"

struct net init_net;

const struct rtnl_hooks *rtnl_hooks;

static LIST_HEAD(pernet_list);

/**
 * register_pernet_ops() - Take part in the set-up of every later stack.
 * @ops: static; init order is registration order.
 *
 * Context: boot.
 */
void register_pernet_ops(struct pernet_operations *ops)
{
	list_add_tail(&ops->list, &pernet_list);
}

/* Undo every init before that of @ops, the last one first. */
static void pernet_undo(struct net *net, struct pernet_operations *ops)
{
	struct list_head *p;

	for (p = ops->list.prev; p != &pernet_list; p = p->prev) {
		ops = list_entry(p, struct pernet_operations, list);
		if (ops->exit)
			ops->exit(net);
	}
}

/**
 * net_setup() - Make a complete stack out of zeroed memory.
 * @net: zeroed.
 *
 * Context: task.
 * Return:  0; a negative errno of the layer that failed, everything undone.
 */
int net_setup(struct net *net)
{
	struct pernet_operations *ops;
	int err;

	INIT_LIST_HEAD(&net->dev_base_head);
	net->sysctl_wmem_max = 4U << 20;
	net->sysctl_wmem_default = 212992;
	net->sysctl_rmem_max = 4U << 20;
	net->sysctl_rmem_default = 212992;
	net->sysctl_netdev_max_backlog = 1000;
	net->sysctl_somaxconn = 4096;
	net->sysctl_optmem_max = 131072;
	get_random_bytes(&net->hash_seed, sizeof(net->hash_seed));
	list_for_each_entry (ops, &pernet_list, list) {
		err = ops->init ? ops->init(net) : 0;
		if (err) {
			dev_net_exit(net);
			pernet_undo(net, ops);
			return err;
		}
	}
	return 0;
}

/**
 * net_teardown() - End a stack that net_setup() made.
 * @net: nobody sends or receives through it any more.
 *
 * Devices go first, while every layer still hears of it.
 *
 * Context: task.
 */
void net_teardown(struct net *net)
{
	dev_net_exit(net);
	if (net->page_frag.page)
		put_page(net->page_frag.page);
	net->page_frag = (struct page_frag){ NULL, 0, 0 };
	pernet_undo(net,
		    list_entry(&pernet_list, struct pernet_operations, list));
}

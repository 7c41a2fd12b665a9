// SPDX-License-Identifier: MIT
/*
 * DOC: network devices as objects: made, named, registered in a stack, opened,
 * closed, and the events that tell the layers above.
 *
 * Called by drivers (make and register) and by configuration (open, MTU).
 * State: each net's dev_base_head, and the notifier chain; both change in task
 * context only.
 */
#include "net/core/netdevice.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/vsprintf.h"
#include "net/core/dev_int.h"
#include "net/core/ethtool.h"
#include "net/core/sch_generic.h"

#define MAX_NAME_UNITS 1024

static LIST_HEAD(netdev_chain);

static void call_netdevice_notifiers(struct net_device *dev,
				     enum netdev_event event)
{
	struct notifier_block *nb, *tmp;

	xmit_gen_bump();
	list_for_each_entry_safe (nb, tmp, &netdev_chain, list)
		nb->call(nb, event, dev);
}

/**
 * register_netdevice_notifier() - Hear of devices from now on.
 * @nb: static; called in registration order, in task context.
 *
 * Context: boot, before the first device is registered.
 */
void register_netdevice_notifier(struct notifier_block *nb)
{
	list_add_tail(&nb->list, &netdev_chain);
}

static void netdev_init_queue(struct net_device *dev, u32 i)
{
	struct netdev_queue *q = &dev->_tx[i];

	q->dev = dev;
	q->qdisc = &noop_qdisc;
	q->qdisc_sleeping = &noop_qdisc;
	spin_lock_init(&q->xmit_lock);
	dql_init(&q->dql);
}

/**
 * alloc_netdev_mqs() - A device that is not registered yet.
 * @priv_size: bytes for the driver, zeroed, at netdev_priv().
 * @name:      up to 15 characters; %d becomes the first free number.
 * @setup:     fills what its type has in common, as ether_setup().
 * @txqs:      transmit queues, at least 1.
 *
 * Ownership: the caller's, until free_netdev().
 * Context:   task.
 * Return:    the device; NULL without memory or for a bad name.
 */
struct net_device *alloc_netdev_mqs(u32 priv_size, const char *name,
				    void (*setup)(struct net_device *),
				    u32 txqs)
{
	size_t head = ALIGN(sizeof(struct net_device), 64UL);
	size_t queues = ALIGN(sizeof(struct netdev_queue) * txqs, 64UL);
	struct net_device *dev;
	u32 i;

	if (!txqs || strlen(name) >= IFNAMSIZ)
		return NULL;
	dev = kzalloc(head + queues + priv_size, GFP_KERNEL);
	if (!dev)
		return NULL;
	memcpy(dev->name, name, strlen(name));
	dev->_tx = (struct netdev_queue *)((u8 *)dev + head);
	dev->priv = (u8 *)dev + head + queues;
	dev->num_tx_queues = txqs;
	dev->refcnt = 1;
	dev->carrier = true;
	dev->gso_max_size = 65536;
	dev->gso_max_segs = 65535;
	dev->qdisc = &noop_qdisc;
	dev->ethtool_ops = &default_ethtool_ops;
	INIT_LIST_HEAD(&dev->ptype_all);
	INIT_LIST_HEAD(&dev->napi_list);
	for (i = 0; i < txqs; i++)
		netdev_init_queue(dev, i);
	dev_init_scheduler(dev);
	setup(dev);
	return dev;
}

/**
 * dev_put() - Drop a reference of dev_hold().
 * @dev: freed with the last one.
 */
void dev_put(struct net_device *dev)
{
	BUG_ON(dev->refcnt == 0);
	if (--dev->refcnt != 0)
		return;
	if (dev->priv_destructor)
		dev->priv_destructor(dev);
	kfree(dev);
}

/**
 * free_netdev() - The owner is done with the device.
 * @dev: not registered (any more).
 *
 * Memory goes when the last reference does, so a queued packet or a neighbour
 * never points into freed memory.
 */
void free_netdev(struct net_device *dev)
{
	BUG_ON(dev->registered);
	dev_put(dev);
}

/* Put the first free number in place of %d. */
static int dev_alloc_name(struct net *net, struct net_device *dev)
{
	const char *p = strchr(dev->name, '%');
	char name[IFNAMSIZ], prefix[IFNAMSIZ];
	u32 i;

	if (!p)
		return dev_get_by_name(net, dev->name) ? -EEXIST : 0;
	if (p[1] != 'd' || p[2])
		return -EINVAL;
	memset(prefix, 0, sizeof(prefix));
	memcpy(prefix, dev->name, (size_t)(p - dev->name));
	for (i = 0; i < MAX_NAME_UNITS; i++) {
		if (snprintf(name, sizeof(name), "%s%u", prefix, i) >= IFNAMSIZ)
			return -EINVAL;
		if (!dev_get_by_name(net, name)) {
			memcpy(dev->name, name, IFNAMSIZ);
			return 0;
		}
	}
	return -ENFILE;
}

/* Features that make no sense without others; and the one that every device
 * has, because net/core/gso.c cuts what the device cannot (row T13). */
static u64 netdev_fix_features(u64 features)
{
	if (!(features & (NETIF_F_IP_CSUM | NETIF_F_HW_CSUM)))
		features &= ~(NETIF_F_TSO);
	if (!(features & NETIF_F_SG))
		features &= ~(NETIF_F_TSO);
	return features | NETIF_F_GSO;
}

/**
 * register_netdev() - Make a device part of a stack.
 * @net: the stack.
 * @dev: from alloc_netdev_mqs(), its ops and address filled in.
 *
 * Context: task.
 * Return:  0; -EEXIST, -EINVAL or -ENFILE for the name.
 */
int register_netdev(struct net *net, struct net_device *dev)
{
	int err = dev_alloc_name(net, dev);

	if (err)
		return err;
	dev->nd_net = net;
	dev->ifindex = ++net->last_ifindex;
	dev->features = netdev_fix_features(dev->features);
	dev->registered = true;
	list_add_tail(&dev->dev_list, &net->dev_base_head);
	call_netdevice_notifiers(dev, NETDEV_REGISTER);
	return 0;
}

/**
 * unregister_netdev() - Take a device out of its stack.
 * @dev: closed first if it is up; nothing of it is queued afterwards.
 *
 * Context: task.
 */
void unregister_netdev(struct net_device *dev)
{
	if (!dev->registered)
		return;
	dev_close(dev);
	call_netdevice_notifiers(dev, NETDEV_UNREGISTER);
	dev_shutdown(dev);
	netdev_flush_backlog(dev);
	list_del(&dev->dev_list);
	dev->registered = false;
	if (dev->nd_net->loopback_dev == dev)
		dev->nd_net->loopback_dev = NULL;
	if (dev->needs_free_netdev)
		free_netdev(dev);
}

/**
 * dev_net_exit() - Unregister every device that is left in a stack.
 * @net: being torn down.
 *
 * Context: task.
 */
void dev_net_exit(struct net *net)
{
	/* The youngest first: a VLAN device before the one below it, which
	 * would take it along. */
	while (!list_empty(&net->dev_base_head))
		unregister_netdev(list_entry(net->dev_base_head.prev,
					     struct net_device, dev_list));
}

static void dev_update_running(struct net_device *dev)
{
	u32 bits = IFF_RUNNING | IFF_LOWER_UP;

	if (netif_running(dev) && dev->carrier)
		dev->flags |= bits;
	else
		dev->flags &= ~bits;
}

/**
 * dev_open() - Bring a device up.
 * @dev: registered; already up is fine.
 *
 * Context: task.
 * Return:  0; -ENODEV; the driver's errno.
 */
int dev_open(struct net_device *dev)
{
	int err = 0;

	if (!dev->registered)
		return -ENODEV;
	if (netif_running(dev))
		return 0;
	if (dev->netdev_ops->ndo_open)
		err = dev->netdev_ops->ndo_open(dev);
	if (err)
		return err;
	dev->flags |= IFF_UP;
	dev_update_running(dev);
	dev_activate(dev);
	call_netdevice_notifiers(dev, NETDEV_UP);
	return 0;
}

/**
 * dev_close() - Take a device down; what its queues hold is dropped.
 * @dev: already down is fine.
 *
 * Context: task.
 */
void dev_close(struct net_device *dev)
{
	if (!netif_running(dev))
		return;
	call_netdevice_notifiers(dev, NETDEV_GOING_DOWN);
	dev_deactivate(dev);
	if (dev->netdev_ops->ndo_stop)
		dev->netdev_ops->ndo_stop(dev);
	dev->flags &= ~(u32)IFF_UP;
	dev_update_running(dev);
	call_netdevice_notifiers(dev, NETDEV_DOWN);
}

/**
 * dev_set_mtu() - Change the longest network-layer packet.
 * @dev: registered.
 * @mtu: bytes, from dev->min_mtu to dev->max_mtu.
 *
 * Context: task.
 * Return:  0; -EINVAL; the driver's errno.
 */
int dev_set_mtu(struct net_device *dev, u32 mtu)
{
	int err = 0;

	if (mtu < dev->min_mtu || (dev->max_mtu && mtu > dev->max_mtu))
		return -EINVAL;
	if (mtu == dev->mtu)
		return 0;
	if (dev->netdev_ops->ndo_change_mtu)
		err = dev->netdev_ops->ndo_change_mtu(dev, mtu);
	if (err)
		return err;
	dev->mtu = mtu;
	call_netdevice_notifiers(dev, NETDEV_CHANGEMTU);
	return 0;
}

static bool dev_valid_name(const char *name)
{
	const char *p;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (p = name; *p; p++)
		if (*p == '/' || *p == ':' || *p == ' ' ||
		    (*p >= '\t' && *p <= '\r'))
			return false;
	return p - name < IFNAMSIZ;
}

/**
 * dev_change_name() - Give a device another name.
 * @dev:  registered; up or down.
 * @name: one to 15 characters; %d becomes the first free number.
 *
 * Context: task.
 * Return:  0; -EINVAL, -EEXIST, -ENFILE.
 */
int dev_change_name(struct net_device *dev, const char *name)
{
	char old[IFNAMSIZ];
	int err;

	if (!dev_valid_name(name))
		return -EINVAL;
	if (strcmp(dev->name, name) == 0)
		return 0;
	memcpy(old, dev->name, IFNAMSIZ);
	memset(dev->name, 0, IFNAMSIZ);
	/* A name in use is found under the other device only. */
	if (dev_get_by_name(dev_net(dev), name)) {
		memcpy(dev->name, old, IFNAMSIZ);
		return -EEXIST;
	}
	memcpy(dev->name, name, strlen(name));
	err = strchr(name, '%') ? dev_alloc_name(dev_net(dev), dev) : 0;
	if (err) {
		memcpy(dev->name, old, IFNAMSIZ);
		return err;
	}
	call_netdevice_notifiers(dev, NETDEV_CHANGENAME);
	return 0;
}

/**
 * dev_set_mac_address() - Change a device's own link address.
 * @dev:  registered.
 * @addr: dev->addr_len bytes.
 *
 * Context: task.
 * Return:  0; -EOPNOTSUPP: the driver cannot; -EADDRNOTAVAIL: a group's, or
 *          zero; the driver's errno.
 */
int dev_set_mac_address(struct net_device *dev, const u8 *addr)
{
	static const u8 zero[MAX_ADDR_LEN];
	int err;

	if (!dev->netdev_ops->ndo_set_mac_address)
		return -EOPNOTSUPP;
	if ((addr[0] & 1) || memcmp(addr, zero, dev->addr_len) == 0)
		return -EADDRNOTAVAIL;
	err = dev->netdev_ops->ndo_set_mac_address(dev, addr);
	if (err)
		return err;
	memcpy(dev->dev_addr, addr, dev->addr_len);
	call_netdevice_notifiers(dev, NETDEV_CHANGEADDR);
	return 0;
}

static void change_rx_mode(struct net_device *dev, u32 *count, u32 flag,
			   int inc)
{
	u32 was = dev->flags;

	WARN_ON(inc < 0 && !*count);
	*count += (u32)inc;
	dev->flags = *count ? dev->flags | flag : dev->flags & ~flag;
	if (dev->flags != was && dev->netdev_ops->ndo_set_rx_mode)
		dev->netdev_ops->ndo_set_rx_mode(dev);
}

/**
 * dev_set_promiscuity() - One more, or one less, wants to hear all frames.
 * @dev: registered.
 * @inc: 1 or -1.
 *
 * Context: task.
 */
void dev_set_promiscuity(struct net_device *dev, int inc)
{
	change_rx_mode(dev, &dev->promiscuity, IFF_PROMISC, inc);
}

/**
 * dev_set_allmulti() - The same of frames to groups.
 * @dev: registered.
 * @inc: 1 or -1.
 *
 * Context: task.
 */
void dev_set_allmulti(struct net_device *dev, int inc)
{
	change_rx_mode(dev, &dev->allmulti, IFF_ALLMULTI, inc);
}

/**
 * dev_change_tx_queue_len() - Change how much the default qdisc holds.
 * @dev: registered; a qdisc that is there already keeps its limit.
 * @len: packets.
 *
 * Context: task.
 */
void dev_change_tx_queue_len(struct net_device *dev, u32 len)
{
	if (dev->tx_queue_len == len)
		return;
	dev->tx_queue_len = len;
	call_netdevice_notifiers(dev, NETDEV_CHANGETXQLEN);
}

/**
 * dev_set_features() - Switch what the device does for us.
 * @dev:    registered.
 * @wanted: NETIF_F_*; what hw_features does not have stays as it is, and what
 *          makes no sense without others goes with them.
 *
 * Context: task.
 * Return:  0; the driver's errno, with nothing changed.
 */
int dev_set_features(struct net_device *dev, u64 wanted)
{
	u64 features = (dev->features & ~dev->hw_features) |
		       (wanted & dev->hw_features);
	int err = 0;

	features = netdev_fix_features(features);
	if (features == dev->features)
		return 0;
	if (dev->netdev_ops->ndo_set_features)
		err = dev->netdev_ops->ndo_set_features(dev, features);
	if (err)
		return err;
	dev->features = features;
	call_netdevice_notifiers(dev, NETDEV_FEAT_CHANGE);
	return 0;
}

/**
 * dev_get_by_name() - Find a device.
 * @net:  the stack.
 * @name: all of it.
 *
 * Return: the device, not held; NULL.
 */
struct net_device *dev_get_by_name(struct net *net, const char *name)
{
	struct net_device *dev;

	list_for_each_entry (dev, &net->dev_base_head, dev_list)
		if (strncmp(dev->name, name, IFNAMSIZ) == 0)
			return dev;
	return NULL;
}

/**
 * dev_get_by_index() - Find a device.
 * @net:     the stack.
 * @ifindex: from 1.
 *
 * Return: the device, not held; NULL.
 */
struct net_device *dev_get_by_index(struct net *net, int ifindex)
{
	struct net_device *dev;

	list_for_each_entry (dev, &net->dev_base_head, dev_list)
		if (dev->ifindex == ifindex)
			return dev;
	return NULL;
}

/**
 * dev_get_stats() - A device's counters.
 * @dev: the device.
 * @s:   filled: dev->stats, with what the driver's ndo_get_stats64 changes.
 */
void dev_get_stats(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	*s = dev->stats;
	if (dev->netdev_ops->ndo_get_stats64)
		dev->netdev_ops->ndo_get_stats64(dev, s);
}

/**
 * netif_carrier_on() - The link came up.
 * @dev: its queues start if it is up.
 *
 * Context: task or softirq.
 */
void netif_carrier_on(struct net_device *dev)
{
	if (dev->carrier)
		return;
	dev->carrier = true;
	if (!dev->registered)
		return;
	dev->carrier_changes++;
	dev_update_running(dev);
	if (netif_running(dev))
		dev_activate(dev);
	call_netdevice_notifiers(dev, NETDEV_CHANGE);
}

/**
 * netif_carrier_off() - The link is lost: what is sent meanwhile is dropped.
 * @dev: the device.
 *
 * Context: task or softirq.
 */
void netif_carrier_off(struct net_device *dev)
{
	if (!dev->carrier)
		return;
	dev->carrier = false;
	if (!dev->registered)
		return;
	dev->carrier_changes++;
	dev_update_running(dev);
	if (netif_running(dev))
		dev_deactivate(dev);
	call_netdevice_notifiers(dev, NETDEV_CHANGE);
}

static struct pernet_operations loopback_ops = {
	.name = "lo",
	.init = loopback_net_init,
};

/**
 * net_dev_init() - Start the device layer; a second call does nothing.
 *
 * Context: boot, after skb_init() and before net_setup().
 */
void net_dev_init(void)
{
	if (loopback_ops.list.next)
		return;
	net_tx_init();
	net_rx_init();
	register_pernet_ops(&loopback_ops);
}

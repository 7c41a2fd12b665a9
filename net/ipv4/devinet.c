// SPDX-License-Identifier: MIT
/*
 * DOC: IPv4 addresses of devices (row I7), and what follows from them: an
 * address of a device that is up puts its routes into the table (local,
 * broadcast, connected), and a device that goes down takes them away.
 *
 * State: struct in_device at net_device.ip_ptr, one a device, addresses in the
 * order in which they were added; the first of a subnet is its primary one.
 * Changed in task context. Called by devinet_ioctl.c, ipconfig.c, dhcp.c and
 * by the device layer's events; calls fib.c and route.c.
 */
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "net/core/neighbour.h"
#include "net/core/rtnl_hooks.h"
#include "net/ipv4/route.h"

/**
 * in_dev_get() - IPv4's part of a device.
 * @dev: the device.
 *
 * Return: NULL if it has none (no stack, or no memory when it came).
 */
struct in_device *in_dev_get(const struct net_device *dev)
{
	return dev->ip_ptr;
}

/* --- routes that an address brings --- */

static void fib_magic(bool add, struct net_device *dev, u8 type, __be32 dst,
		      u8 prefix_len, const struct in_ifaddr *ifa)
{
	struct fib_config cfg = {
		.dst = dst,
		.prefix_len = prefix_len,
		.type = type,
		.protocol = RTPROT_KERNEL,
		.prefsrc = ifa->ifa_local,
		.dev = dev,
		.table = type == RTN_UNICAST ? RT_TABLE_MAIN : RT_TABLE_LOCAL,
		.scope = type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK,
	};
	int err;

	err = add ? fib_table_insert(dev_net(dev), &cfg)
		  : fib_table_delete(dev_net(dev), &cfg);
	/* Two addresses of a subnet share routes: the second finds them there,
	 * and the last to go finds them gone. */
	if (err && err != -EEXIST && err != -ESRCH)
		pr_err("%s: route for %pI4: error %d\n", dev->name, &dst, err);
}

static void fib_ifaddr(bool add, struct net_device *dev,
		       const struct in_ifaddr *ifa)
{
	__be32 prefix = ifa->ifa_address & ifa->ifa_mask;

	fib_magic(add, dev, RTN_LOCAL, ifa->ifa_local, 32, ifa);
	if (ifa->ifa_broadcast && !ipv4_is_lbcast(ifa->ifa_broadcast))
		fib_magic(add, dev, RTN_BROADCAST, ifa->ifa_broadcast, 32, ifa);
	if (ifa->secondary || ipv4_is_zeronet(prefix) ||
	    (ifa->ifa_prefixlen == 32 && prefix == ifa->ifa_local))
		return;
	fib_magic(add, dev, dev->flags & IFF_LOOPBACK ? RTN_LOCAL : RTN_UNICAST,
		  prefix, ifa->ifa_prefixlen, ifa);
	if (ifa->ifa_prefixlen >= 31) /* RFC 3021: no broadcast address */
		return;
	fib_magic(add, dev, RTN_BROADCAST, prefix | ~ifa->ifa_mask, 32, ifa);
}

/**
 * inet_same_subnet() - Whether two addresses of a device are of one subnet.
 * @a, @b: the addresses.
 */
bool inet_same_subnet(const struct in_ifaddr *a, const struct in_ifaddr *b)
{
	return a->ifa_mask == b->ifa_mask &&
	       ((a->ifa_address ^ b->ifa_address) & a->ifa_mask) == 0;
}

/* --- adding and removing --- */

static int inet_addr_insert(struct in_device *in_dev, struct in_ifaddr *ifa)
{
	struct in_ifaddr *other;

	list_for_each_entry (other, &in_dev->ifa_list, list) {
		if (!inet_same_subnet(other, ifa))
			continue;
		if (other->ifa_local == ifa->ifa_local)
			return -EEXIST;
		ifa->secondary = true;
	}
	list_add_tail(&ifa->list, &in_dev->ifa_list);
	return 0;
}

/**
 * inet_ifa_add() - Give a device an address.
 * @dev: the device; its routes appear now if it is up, else later.
 * @new: the address, whose peer (ifa_address, 0: the same), prefix length,
 *       broadcast address, scope, label (empty: the device's name) count.
 *
 * Context: task.
 * Return:  0; -EEXIST; -EINVAL (multicast, broadcast or 0.0.0.0, bad length);
 *          -ENODEV (no IPv4 on it); -ENOBUFS.
 */
int inet_ifa_add(struct net_device *dev, const struct in_ifaddr *new)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct in_ifaddr *ifa;
	int err;

	if (!in_dev)
		return -ENODEV;
	if (!new->ifa_local || new->ifa_prefixlen > 32 ||
	    ipv4_is_multicast(new->ifa_local) || ipv4_is_lbcast(new->ifa_local))
		return -EINVAL;
	ifa = kzalloc(sizeof(*ifa), GFP_KERNEL);
	if (!ifa)
		return -ENOBUFS;
	*ifa = *new;
	ifa->ifa_address = new->ifa_address ?: new->ifa_local;
	ifa->ifa_mask = inet_make_mask(ifa->ifa_prefixlen);
	ifa->secondary = false;
	ifa->changed_ns = ktime_get_ns();
	if (!ifa->ifa_label[0])
		memcpy(ifa->ifa_label, dev->name, IFNAMSIZ);
	err = inet_addr_insert(in_dev, ifa);
	if (err) {
		kfree(ifa);
		return err;
	}
	if (rtnl_hooks)
		rtnl_hooks->ifaddr(dev, ifa, false);
	if (netif_running(dev))
		fib_ifaddr(true, dev, ifa);
	rt_cache_flush(dev_net(dev));
	return 0;
}

/**
 * inet_addr_add() - Give a device an ordinary address.
 * @dev:        the device; its routes appear now if it is up, else later.
 * @local:      the address.
 * @prefix_len: 0 to 32.
 * @broadcast:  0: the subnet's last address, if the prefix has one.
 *
 * Context: task.
 * Return:  as inet_ifa_add().
 */
int inet_addr_add(struct net_device *dev, __be32 local, u8 prefix_len,
		  __be32 broadcast)
{
	struct in_ifaddr ifa = {
		.ifa_local = local,
		.ifa_prefixlen = prefix_len,
		.ifa_scope = ipv4_is_loopback(local) ? RT_SCOPE_HOST
						     : RT_SCOPE_UNIVERSE,
	};

	if ((dev->flags & IFF_BROADCAST) && prefix_len < 31)
		ifa.ifa_broadcast =
			broadcast ?: local | ~inet_make_mask(prefix_len);
	return inet_ifa_add(dev, &ifa);
}

/* What two addresses have in common is one route, of the first's making. */
static bool inet_shares_routes(const struct in_ifaddr *a,
			       const struct in_ifaddr *b)
{
	return a->ifa_local == b->ifa_local ||
	       (!a->secondary && !((a->ifa_address ^ b->ifa_address) &
				   a->ifa_mask & b->ifa_mask));
}

/* The next address of @gone's subnet takes its place, and who shared routes
 * with it has them again. */
static void inet_promote(struct net_device *dev, const struct in_ifaddr *gone)
{
	bool heir = !gone->secondary;
	struct in_ifaddr *ifa;

	list_for_each_entry (ifa, &in_dev_get(dev)->ifa_list, list) {
		if (heir && inet_same_subnet(ifa, gone)) {
			ifa->secondary = false;
			heir = false;
		}
		if (netif_running(dev) && inet_shares_routes(ifa, gone))
			fib_ifaddr(true, dev, ifa);
	}
}

/**
 * inet_ifa_del() - Take one of its addresses from a device.
 * @dev: the device.
 * @ifa: of its list; freed.
 *
 * What still used the address goes, and with the device's last one all.
 *
 * Context: task.
 */
void inet_ifa_del(struct net_device *dev, struct in_ifaddr *ifa)
{
	struct net *net = dev_net(dev);

	list_del(&ifa->list);
	if (rtnl_hooks)
		rtnl_hooks->ifaddr(dev, ifa, true);
	fib_ifaddr(false, dev, ifa);
	inet_promote(dev, ifa);
	if (inet_addr_type(net, ifa->ifa_local) != RTN_LOCAL)
		fib_flush_src(net, ifa->ifa_local);
	if (list_empty(&in_dev_get(dev)->ifa_list)) {
		fib_flush_dev(net, dev);
		neigh_ifdown(&net->ipv4->arp_tbl, dev);
	}
	rt_cache_flush(net);
	kfree(ifa);
}

/**
 * inet_addr_del() - Take an address from a device.
 * @dev:        the device.
 * @local:      the address.
 * @prefix_len: its length.
 *
 * Context: task.
 * Return:  0 or -EADDRNOTAVAIL.
 */
int inet_addr_del(struct net_device *dev, __be32 local, u8 prefix_len)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct in_ifaddr *ifa;

	if (!in_dev)
		return -EADDRNOTAVAIL;
	list_for_each_entry (ifa, &in_dev->ifa_list, list) {
		if (ifa->ifa_local != local || ifa->ifa_prefixlen != prefix_len)
			continue;
		inet_ifa_del(dev, ifa);
		return 0;
	}
	return -EADDRNOTAVAIL;
}

/* --- questions --- */

static __be32 inet_select_from(const struct in_device *in_dev, __be32 dst,
			       int scope)
{
	const struct in_ifaddr *ifa;
	__be32 first = 0;

	list_for_each_entry (ifa, &in_dev->ifa_list, list) {
		if (ifa->ifa_scope > scope || ifa->secondary)
			continue;
		if (!dst || !((dst ^ ifa->ifa_address) & ifa->ifa_mask))
			return ifa->ifa_local;
		if (!first)
			first = ifa->ifa_local;
	}
	return first;
}

/**
 * inet_select_addr() - The source address for packets out of a device.
 * @dev:   the device.
 * @dst:   next hop or destination: an address of its subnet is best; 0: any.
 * @scope: how far it must be valid: RT_SCOPE_*.
 *
 * A device without addresses borrows from another (RFC 1122, section 3.3.4.3
 * leaves the choice to the host).
 *
 * Return: the address, 0 if there is none.
 */
__be32 inet_select_addr(const struct net_device *dev, __be32 dst, int scope)
{
	const struct in_device *in_dev = in_dev_get(dev);
	const struct net_device *other;
	__be32 addr = in_dev ? inet_select_from(in_dev, dst, scope) : 0;

	if (addr)
		return addr;
	list_for_each_entry (other, &dev_net(dev)->dev_base_head, dev_list) {
		in_dev = in_dev_get(other);
		if (!in_dev || other == dev)
			continue;
		/* What is valid on one link only cannot be lent. */
		if (scope != RT_SCOPE_LINK)
			addr = inet_select_from(in_dev, 0, scope);
		if (addr)
			return addr;
	}
	return 0;
}

/**
 * inet_addr_type() - What kind of address this is for us.
 * @net:  the stack.
 * @addr: the address.
 *
 * Return: RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST or RTN_UNICAST.
 */
u8 inet_addr_type(struct net *net, __be32 addr)
{
	struct flowi4 fl4 = { .daddr = addr };
	struct fib_result res;

	if (ipv4_is_zeronet(addr) || ipv4_is_lbcast(addr))
		return RTN_BROADCAST;
	if (ipv4_is_multicast(addr))
		return RTN_MULTICAST;
	if (fib_lookup(net, &fl4, &res))
		return RTN_UNICAST;
	return res.type == RTN_LOCAL || res.type == RTN_BROADCAST ? res.type
								  : RTN_UNICAST;
}

/**
 * inet_addr_owner() - The device whose address this is.
 * @net:  the stack.
 * @addr: the address; all of 127.0.0.0/8 is loopback's.
 *
 * Return: the device (no reference), NULL if the address is not ours.
 */
struct net_device *inet_addr_owner(struct net *net, __be32 addr)
{
	struct flowi4 fl4 = { .daddr = addr };
	struct fib_result res;

	if (fib_lookup(net, &fl4, &res) || res.type != RTN_LOCAL)
		return NULL;
	return res.dev;
}

/* --- devices that come and go --- */

static void inetdev_create(struct net_device *dev)
{
	struct in_device *in_dev;

	if (dev->ip_ptr)
		return;
	in_dev = kzalloc(sizeof(*in_dev), GFP_KERNEL);
	if (!in_dev) {
		pr_err("%s: no memory for IPv4\n", dev->name);
		return;
	}
	in_dev->dev = dev;
	INIT_LIST_HEAD(&in_dev->ifa_list);
	dev->ip_ptr = in_dev;
}

static void inetdev_up(struct net_device *dev)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct in_ifaddr *ifa;

	if (!in_dev)
		return;
	list_for_each_entry (ifa, &in_dev->ifa_list, list)
		fib_ifaddr(true, dev, ifa);
	if ((dev->flags & IFF_LOOPBACK) && list_empty(&in_dev->ifa_list) &&
	    inet_addr_add(dev, INADDR_LOOPBACK, 8, 0))
		pr_err("%s: no memory for its address\n", dev->name);
	rt_cache_flush(dev_net(dev));
}

static void inetdev_down(struct net_device *dev)
{
	fib_flush_dev(dev_net(dev), dev);
	rt_cache_flush(dev_net(dev));
	neigh_ifdown(&dev_net(dev)->ipv4->arp_tbl, dev);
}

static void inetdev_destroy(struct net_device *dev)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct in_ifaddr *ifa, *tmp;

	if (!in_dev)
		return;
	inetdev_down(dev);
	list_for_each_entry_safe (ifa, tmp, &in_dev->ifa_list, list) {
		list_del(&ifa->list);
		kfree(ifa);
	}
	ip_rt_dev_gone(dev_net(dev), dev);
	dev->ip_ptr = NULL;
	kfree(in_dev);
}

static void inetdev_event(struct notifier_block *nb, enum netdev_event event,
			  struct net_device *dev)
{
	/* Loopback comes before IPv4 of its stack and goes after it. */
	if (!dev_net(dev)->ipv4)
		return;
	switch (event) {
	case NETDEV_REGISTER:
		inetdev_create(dev);
		break;
	case NETDEV_UP:
		inetdev_up(dev);
		break;
	case NETDEV_DOWN:
		inetdev_down(dev);
		break;
	case NETDEV_CHANGEMTU:
		rt_cache_flush(dev_net(dev));
		break;
	case NETDEV_CHANGEADDR:
		neigh_changeaddr(&dev_net(dev)->ipv4->arp_tbl, dev);
		break;
	case NETDEV_UNREGISTER:
		inetdev_destroy(dev);
		break;
	default:
		break;
	}
}

static struct notifier_block inetdev_notifier = { .call = inetdev_event };

/**
 * devinet_init() - Hear of every device's events from now on; once, at boot.
 */
void devinet_init(void)
{
	register_netdevice_notifier(&inetdev_notifier);
}

/**
 * devinet_net_init() - Take on the devices that a new stack already has.
 * @net: the stack.
 *
 * Context: task.
 * Return:  0.
 */
int devinet_net_init(struct net *net)
{
	struct net_device *dev;

	list_for_each_entry (dev, &net->dev_base_head, dev_list) {
		inetdev_create(dev);
		if (netif_running(dev))
			inetdev_up(dev);
	}
	return 0;
}

/**
 * devinet_net_exit() - Take the addresses from every device of a stack.
 * @net: the stack.
 *
 * Context: task.
 */
void devinet_net_exit(struct net *net)
{
	struct net_device *dev;

	list_for_each_entry (dev, &net->dev_base_head, dev_list)
		inetdev_destroy(dev);
}

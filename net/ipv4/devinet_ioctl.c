// SPDX-License-Identifier: MIT
/*
 * DOC: the interface and route ioctls that ifconfig(8) and route(8) use, on
 * any AF_INET socket.
 *
 * No state. Task context. Called by inet_ioctl(); calls devinet.c, fib.c and
 * the device layer.
 */
#include "lib/err.h"
#include "lib/uapi/if.h"
#include "lib/uapi/if_vlan.h"
#include "lib/vsprintf.h"
#include "net/core/ethtool.h"
#include "net/ethernet/vlan.h"
#include "net/ipv4/route.h"

static_assert(sizeof_field(struct ifreq, ifr_name) == IFNAMSIZ, "uAPI");

/* --- asking --- */

static struct in_ifaddr *first_addr(const struct net_device *dev)
{
	const struct in_device *in_dev = in_dev_get(dev);

	return in_dev ? list_first_entry_or_null(&in_dev->ifa_list,
						 struct in_ifaddr, list)
		      : NULL;
}

static void set_in(struct ifreq *ifr, __be32 addr)
{
	memset(&ifr->u, 0, sizeof(ifr->u));
	ifr->u.ifru_in.sin_family = AF_INET;
	ifr->u.ifru_in.sin_addr.s_addr = addr;
}

static int get_addr(const struct net_device *dev, u32 cmd, struct ifreq *ifr)
{
	const struct in_ifaddr *ifa = first_addr(dev);

	if (!ifa)
		return -EADDRNOTAVAIL;
	switch (cmd) {
	case SIOCGIFNETMASK:
		set_in(ifr, ifa->ifa_mask);
		return 0;
	case SIOCGIFBRDADDR:
		set_in(ifr, ifa->ifa_broadcast);
		return 0;
	default:
		set_in(ifr, ifa->ifa_local);
		return 0;
	}
}

static void get_hwaddr(const struct net_device *dev, struct ifreq *ifr)
{
	memset(&ifr->u, 0, sizeof(ifr->u));
	ifr->u.ifru_addr.sa_family = dev->type;
	memcpy(ifr->u.ifru_addr.sa_data, dev->dev_addr, dev->addr_len);
}

static u16 get_flags(const struct net_device *dev)
{
	u16 flags = (u16)dev->flags & (u16)~IFF_RUNNING;

	if (netif_running(dev) && netif_carrier_ok(dev))
		flags |= IFF_RUNNING;
	return flags;
}

/* One SIOCGIF* about @dev; -ENOIOCTLCMD: it is none. */
static int dev_get(const struct net_device *dev, u32 cmd, struct ifreq *ifr)
{
	switch (cmd) {
	case SIOCGIFFLAGS:
		ifr->u.ifru_flags = get_flags(dev);
		return 0;
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
	case SIOCGIFBRDADDR:
	case SIOCGIFNETMASK:
		return get_addr(dev, cmd, ifr);
	case SIOCGIFMETRIC:
		ifr->u.ifru_ivalue = 0;
		return 0;
	case SIOCGIFMTU:
		ifr->u.ifru_ivalue = (int)dev->mtu;
		return 0;
	case SIOCGIFHWADDR:
		get_hwaddr(dev, ifr);
		return 0;
	case SIOCGIFINDEX:
		ifr->u.ifru_ivalue = dev->ifindex;
		return 0;
	case SIOCGIFTXQLEN:
		ifr->u.ifru_ivalue = (int)dev->tx_queue_len;
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}

/* --- setting --- */

static int set_flags(struct net_device *dev, u16 flags)
{
	if ((flags & IFF_UP) && !netif_running(dev))
		return dev_open(dev);
	if (!(flags & IFF_UP) && netif_running(dev))
		dev_close(dev);
	return 0;
}

/* Without a mask the class of the address says it (RFC 791, section 3.2),
 * which is what ifconfig(8) expects. */
static u8 classful_len(__be32 addr)
{
	u32 a = ntohl(addr);

	if (!(a & 0x80000000U))
		return 8;
	return (a & 0xc0000000U) == 0x80000000U ? 16 : 24;
}

/* Put one address in the place of the first one. */
static int replace_addr(struct net_device *dev, __be32 addr, u8 prefix_len,
			__be32 broadcast)
{
	const struct in_ifaddr *old = first_addr(dev);
	int err = 0;

	if (old)
		err = inet_addr_del(dev, old->ifa_local, old->ifa_prefixlen);
	if (err || !addr)
		return err;
	return inet_addr_add(dev, addr, prefix_len, broadcast);
}

static int set_addr(struct net_device *dev, u32 cmd, const struct ifreq *ifr)
{
	__be32 addr = ifr->u.ifru_in.sin_addr.s_addr;
	const struct in_ifaddr *ifa = first_addr(dev);
	u32 m;

	if (ifr->u.ifru_in.sin_family != AF_INET)
		return -EAFNOSUPPORT;
	if (cmd == SIOCSIFADDR)
		return replace_addr(dev, addr, classful_len(addr), 0);
	if (!ifa)
		return -EADDRNOTAVAIL;
	if (cmd == SIOCSIFBRDADDR)
		return replace_addr(dev, ifa->ifa_local, ifa->ifa_prefixlen,
				    addr);
	m = ~ntohl(addr);
	if (m & (m + 1)) /* the ones must come first */
		return -EINVAL;
	return replace_addr(dev, ifa->ifa_local, (u8)(32 - fls_u64(m)), 0);
}

static int dev_set(struct net_device *dev, u32 cmd, const struct ifreq *ifr)
{
	switch (cmd) {
	case SIOCSIFFLAGS:
		return set_flags(dev, ifr->u.ifru_flags);
	case SIOCSIFADDR:
	case SIOCSIFBRDADDR:
	case SIOCSIFNETMASK:
		return set_addr(dev, cmd, ifr);
	case SIOCSIFMTU:
		return dev_set_mtu(dev, (u32)ifr->u.ifru_ivalue);
	default:
		return -ENOIOCTLCMD;
	}
}

/* --- routes --- */

static int route_config(struct net *net, const struct rtentry *rt,
			struct fib_config *cfg)
{
	u32 m = ~ntohl(rt->rt_genmask.sin_addr.s_addr);
	char name[IFNAMSIZ] = "";

	memset(cfg, 0, sizeof(*cfg));
	if (rt->rt_dst.sin_family != AF_INET)
		return -EAFNOSUPPORT;
	if (rt->rt_flags & RTF_HOST)
		m = 0;
	if (m & (m + 1))
		return -EINVAL;
	cfg->dst = rt->rt_dst.sin_addr.s_addr;
	cfg->prefix_len = (u8)(32 - fls_u64(m));
	cfg->type = rt->rt_flags & RTF_REJECT ? RTN_UNREACHABLE : RTN_UNICAST;
	cfg->protocol = RTPROT_BOOT;
	cfg->scope = RT_SCOPE_LINK;
	cfg->metrics[RTAX_MTU] = (u32)rt->rt_mtu;
	cfg->metrics[RTAX_WINDOW] = (u32)rt->rt_window;
	if (rt->rt_metric)
		cfg->metric = (u32)rt->rt_metric - 1;
	if (rt->rt_dev) {
		if (copy_from_user(name, rt->rt_dev, IFNAMSIZ - 1))
			return -EFAULT;
		cfg->dev = dev_get_by_name(net, name);
		if (!cfg->dev)
			return -ENODEV;
	}
	if (rt->rt_flags & RTF_GATEWAY) {
		cfg->gateway = rt->rt_gateway.sin_addr.s_addr;
		cfg->scope = RT_SCOPE_UNIVERSE;
	}
	return 0;
}

static int route_ioctl(struct net *net, u32 cmd, void __user *arg)
{
	struct fib_config cfg;
	struct rtentry rt;
	int err;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (copy_from_user(&rt, arg, sizeof(rt)))
		return -EFAULT;
	err = route_config(net, &rt, &cfg);
	if (err)
		return err;
	return cmd == SIOCADDRT ? fib_table_insert(net, &cfg)
				: fib_table_delete(net, &cfg);
}

/* --- entry --- */

/* Every device with an address, as far as there is room. */
static int ifconf(struct net *net, void __user *arg)
{
	const struct net_device *dev;
	struct ifconf ifc;
	struct ifreq ifr;
	int used = 0;

	if (copy_from_user(&ifc, arg, sizeof(ifc)))
		return -EFAULT;
	list_for_each_entry (dev, &net->dev_base_head, dev_list) {
		if (!first_addr(dev))
			continue;
		if (ifc.ifc_buf) {
			if (ifc.ifc_len - used < (int)sizeof(ifr))
				break;
			memset(&ifr, 0, sizeof(ifr));
			strscpy(ifr.ifr_name, dev->name, IFNAMSIZ);
			set_in(&ifr, first_addr(dev)->ifa_local);
			if (copy_to_user((char __user *)ifc.ifc_buf + used,
					 &ifr, sizeof(ifr)))
				return -EFAULT;
		}
		used += (int)sizeof(ifr);
	}
	ifc.ifc_len = used;
	return copy_to_user(arg, &ifc, sizeof(ifc)) ? -EFAULT : 0;
}

static int ifname(struct net *net, void __user *arg)
{
	const struct net_device *dev;
	struct ifreq ifr;

	if (copy_from_user(&ifr, arg, sizeof(ifr)))
		return -EFAULT;
	dev = dev_get_by_index(net, ifr.u.ifru_ivalue);
	if (!dev)
		return -ENODEV;
	strscpy(ifr.ifr_name, dev->name, IFNAMSIZ);
	return copy_to_user(arg, &ifr, sizeof(ifr)) ? -EFAULT : 0;
}

static bool is_dev_ioctl(u32 cmd)
{
	return cmd >= SIOCGIFFLAGS && cmd <= SIOCGIFTXQLEN;
}

static int dev_ioctl(struct net *net, u32 cmd, void __user *arg)
{
	struct net_device *dev;
	struct ifreq ifr;
	int err;

	if (copy_from_user(&ifr, arg, sizeof(ifr)))
		return -EFAULT;
	ifr.ifr_name[IFNAMSIZ - 1] = '\0';
	dev = dev_get_by_name(net, ifr.ifr_name);
	if (!dev)
		return -ENODEV;
	err = dev_get(dev, cmd, &ifr);
	if (!err)
		return copy_to_user(arg, &ifr, sizeof(ifr)) ? -EFAULT : 0;
	if (err != -ENOIOCTLCMD)
		return err;
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	return dev_set(dev, cmd, &ifr);
}

/**
 * devinet_ioctl() - An interface, route or neighbour ioctl.
 * @net: the stack. @cmd: SIOC*. @arg: a struct of lib/uapi/if.h.
 *
 * Context: task.
 * Return:  0, a negative errno, or -ENOIOCTLCMD: not one of these.
 */
int devinet_ioctl(struct net *net, u32 cmd, void __user *arg)
{
	switch (cmd) {
	case SIOCADDRT:
	case SIOCDELRT:
		return route_ioctl(net, cmd, arg);
	case SIOCGIFCONF:
		return ifconf(net, arg);
	case SIOCGIFNAME:
		return ifname(net, arg);
	case SIOCGIFVLAN:
	case SIOCSIFVLAN:
		return vlan_ioctl_handler(net, arg);
	case SIOCSARP:
	case SIOCGARP:
	case SIOCDARP:
		return arp_ioctl(net, cmd, arg);
	case SIOCETHTOOL:
		return dev_ethtool(net, arg);
	default:
		return is_dev_ioctl(cmd) ? dev_ioctl(net, cmd, arg)
					 : -ENOIOCTLCMD;
	}
}

// SPDX-License-Identifier: MIT
/*
 * DOC: SIOCSARP, SIOCGARP, SIOCDARP: what arp(8) sets, asks and deletes, as
 * arp(7) has them. Proxy entries (ATF_PUBL) there are none.
 *
 * No state: the entries are arp_tbl's. Task context. Called by
 * devinet_ioctl(); calls net/core/neighbour.c.
 */
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/uapi/if.h"
#include "lib/vsprintf.h"
#include "net/ipv4/route.h"

/**
 * arp_state_to_flags() - What arp(8) calls a state.
 * @nud_state: NUD_*.
 *
 * Return: ATF_*.
 */
int arp_state_to_flags(u8 nud_state)
{
	if (nud_state & NUD_PERMANENT)
		return ATF_COM | ATF_PERM;
	return nud_state & NUD_VALID ? ATF_COM : 0;
}

static __be32 address(const struct arpreq *r)
{
	return r->arp_pa.sin_addr.s_addr;
}

/* The device that is named, or the one by which @r's address is reached. */
static struct net_device *device(struct net *net, struct arpreq *r)
{
	struct flowi4 fl4 = { .daddr = address(r) };
	struct net_device *dev;
	struct rtable *rt;

	r->arp_dev[IFNAMSIZ - 1] = '\0';
	if (r->arp_dev[0]) {
		dev = dev_get_by_name(net, r->arp_dev);
		return dev ?: ERR_PTR(-ENODEV);
	}
	rt = ip_route_output_flow(net, &fl4, NULL);
	if (IS_ERR(rt))
		return ERR_PTR(PTR_ERR(rt));
	dev = rt->dst.dev;
	ip_rt_put(rt);
	return dev;
}

static int set(struct net *net, const struct arpreq *r, struct net_device *dev)
{
	__be32 key = address(r);
	u8 state = r->arp_flags & ATF_PERM ? NUD_PERMANENT : NUD_STALE;
	struct neighbour *n;
	int err;

	if (r->arp_ha.sa_family && r->arp_ha.sa_family != dev->type)
		return -EINVAL;
	n = neigh_lookup(&net->ipv4->arp_tbl, &key, dev);
	if (IS_ERR(n))
		return (int)PTR_ERR(n);
	err = neigh_update(
		n, r->arp_flags & ATF_COM ? (u8 *)r->arp_ha.sa_data : NULL,
		state, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	return err;
}

static void get(const struct neighbour *n, struct arpreq *r)
{
	memset(&r->arp_ha, 0, sizeof(r->arp_ha));
	r->arp_ha.sa_family = n->dev->type;
	memcpy(r->arp_ha.sa_data, n->ha, n->dev->addr_len);
	strscpy(r->arp_dev, n->dev->name, IFNAMSIZ);
	r->arp_flags = arp_state_to_flags(n->nud_state);
}

/* The request, with softirqs off: no entry and no device goes away. */
static int request(struct net *net, u32 cmd, struct arpreq *r)
{
	__be32 key = address(r);
	struct net_device *dev = device(net, r);
	struct neighbour *n;
	int err = 0;

	if (IS_ERR(dev))
		return (int)PTR_ERR(dev);
	if (cmd == SIOCSARP)
		return set(net, r, dev);
	n = neigh_find(&net->ipv4->arp_tbl, &key, dev);
	if (!n)
		return -ENXIO;
	if (n->nud_state & NUD_NOARP)
		err = -ENXIO;
	else if (cmd == SIOCGARP)
		get(n, r);
	else
		err = neigh_delete(n);
	neigh_release(n);
	return err;
}

/**
 * arp_ioctl() - SIOCSARP, SIOCGARP or SIOCDARP.
 * @net: the stack. @cmd: which. @arg: a struct arpreq.
 *
 * Context: task.
 * Return:  0; -ENXIO: there is no such entry; -ENODEV, -EINVAL,
 *          -EPFNOSUPPORT, -EPERM, -EFAULT, -ENETUNREACH; -EOPNOTSUPP for a
 *          proxy entry.
 */
int arp_ioctl(struct net *net, u32 cmd, void __user *arg)
{
	struct arpreq r;
	int err;

	if (cmd != SIOCGARP && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (copy_from_user(&r, arg, sizeof(r)))
		return -EFAULT;
	if (r.arp_pa.sin_family != AF_INET)
		return -EPFNOSUPPORT;
	if (r.arp_flags & ATF_PUBL)
		return cmd == SIOCSARP ? -EOPNOTSUPP : -ENXIO;
	if (r.arp_flags & (ATF_NETMASK | ATF_DONTPUB))
		return -EINVAL;
	if (r.arp_flags & ATF_PERM)
		r.arp_flags |= ATF_COM;
	local_bh_disable();
	err = request(net, cmd, &r);
	local_bh_enable();
	if (!err && cmd == SIOCGARP && copy_to_user(arg, &r, sizeof(r)))
		err = -EFAULT;
	return err;
}

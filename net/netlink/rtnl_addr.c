// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_*ADDR: IPv4 addresses of devices, as `ip addr` shows and sets them.
 * An address lasts until it is deleted: a lifetime is refused.
 *
 * No state. Called by rtnetlink.c; calls net/ipv4/devinet.c.
 */
#include "lib/err.h"
#include "net/netlink/rtnl_int.h"

static const struct nla_policy addr_policy[IFA_MAX + 1] = {
	[IFA_ADDRESS] = { .kind = NLA_U32 },
	[IFA_LOCAL] = { .kind = NLA_U32 },
	[IFA_LABEL] = { .kind = NLA_STRING, .len = IFNAMSIZ - 1 },
	[IFA_BROADCAST] = { .kind = NLA_U32 },
	[IFA_CACHEINFO] = { .kind = NLA_ANY,
			    .len = sizeof(struct ifa_cacheinfo) },
	[IFA_FLAGS] = { .kind = NLA_U32 },
	[IFA_RT_PRIORITY] = { .kind = NLA_U32 },
	[IFA_TARGET_NETNSID] = { .kind = NLA_U32 },
	[IFA_PROTO] = { .kind = NLA_U8 },
};

/* --- showing --- */

struct addr_obj {
	const struct net_device *dev;
	const struct in_ifaddr *ifa;
	u16 type;
};

static int put_addr_attrs(struct sk_buff *skb, const struct in_ifaddr *ifa,
			  u32 flags)
{
	struct ifa_cacheinfo ci = {
		.ifa_prefered = INFINITY_LIFE_TIME,
		.ifa_valid = INFINITY_LIFE_TIME,
		.cstamp = ns_to_clock(ifa->changed_ns),
		.tstamp = ns_to_clock(ifa->changed_ns),
	};
	int err = nla_put_addr(skb, IFA_ADDRESS, ifa->ifa_address)
			  ?: nla_put_addr(skb, IFA_LOCAL, ifa->ifa_local);

	err = err ?: nla_put_addr(skb, IFA_BROADCAST, ifa->ifa_broadcast);
	err = err ?: nla_put_string(skb, IFA_LABEL, ifa->ifa_label);
	if (ifa->ifa_proto)
		err = err ?: nla_put_u8(skb, IFA_PROTO, ifa->ifa_proto);
	err = err ?: nla_put_u32(skb, IFA_FLAGS, flags);
	return err ?: nla_put(skb, IFA_CACHEINFO, sizeof(ci), &ci);
}

static int fill_addr(const struct rtnl_out *o, const void *obj)
{
	const struct addr_obj *a = obj;
	struct ifaddrmsg *ifm;
	struct nlmsghdr *h;

	h = nlmsg_put(o->skb, o->portid, o->seq, a->type, sizeof(*ifm),
		      o->flags);
	if (!h)
		return -EMSGSIZE;
	ifm = nlmsg_data(h);
	ifm->ifa_family = AF_INET;
	ifm->ifa_prefixlen = a->ifa->ifa_prefixlen;
	ifm->ifa_flags = IFA_F_PERMANENT;
	if (a->ifa->secondary)
		ifm->ifa_flags |= IFA_F_SECONDARY;
	ifm->ifa_scope = a->ifa->ifa_scope;
	ifm->ifa_index = (u32)a->dev->ifindex;
	if (put_addr_attrs(o->skb, a->ifa, ifm->ifa_flags)) {
		nlmsg_cancel(o->skb, h);
		return -EMSGSIZE;
	}
	nlmsg_end(o->skb, h);
	return 0;
}

/* The addresses of one device, the first @cb->args[1] were shown. */
static int dump_device(const struct rtnl_out *o, struct netlink_callback *cb,
		       struct net_device *dev)
{
	struct in_device *in_dev = in_dev_get(dev);
	struct addr_obj a = { .dev = dev, .type = RTM_NEWADDR };
	struct in_ifaddr *ifa;
	u32 i = 0;

	if (!in_dev)
		return 0;
	list_for_each_entry (ifa, &in_dev->ifa_list, list) {
		if (i++ < cb->args[1])
			continue;
		a.ifa = ifa;
		if (fill_addr(o, &a))
			return 1;
		cb->args[1]++;
	}
	return 0;
}

/* With strict checking the request's header is a filter. */
static int dump_ifindex(const struct netlink_callback *cb)
{
	const struct ifaddrmsg *ifm = nlmsg_data(cb->nlh);

	if (!cb->strict || cb->nlh->nlmsg_len < NLMSG_HDRLEN + sizeof(*ifm))
		return 0;
	return (int)ifm->ifa_index;
}

/**
 * rtnl_dump_addrs() - RTM_GETADDR.
 * @skb: filled.
 * @cb:  args[0]: ifindex of the device that is being shown, [1]: how many of
 *       its addresses were.
 *
 * Return: 1: more to come; 0; -ENODEV.
 */
int rtnl_dump_addrs(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct rtnl_out o = rtnl_dump_out(skb, cb);
	int only = dump_ifindex(cb);
	struct net_device *dev;

	if (only && !dev_get_by_index(cb->net, only))
		return -ENODEV;
	if (only)
		o.flags |= NLM_F_DUMP_FILTERED;
	list_for_each_entry (dev, &cb->net->dev_base_head, dev_list) {
		if (dev->ifindex < (int)cb->args[0] ||
		    (only && dev->ifindex != only))
			continue;
		if (dev->ifindex != (int)cb->args[0]) {
			cb->args[0] = (u64)dev->ifindex;
			cb->args[1] = 0;
		}
		if (dump_device(&o, cb, dev))
			return 1;
	}
	return 0;
}

/**
 * rtnl_addr_event() - News of an address (rtnl_hooks).
 * @dev:  its device.
 * @ifa:  the address.
 * @gone: it is being removed.
 */
void rtnl_addr_event(struct net_device *dev, const struct in_ifaddr *ifa,
		     bool gone)
{
	struct addr_obj a = { dev, ifa, gone ? RTM_DELADDR : RTM_NEWADDR };

	netlink_tables_changed(dev_net(dev));
	rtnl_news(dev_net(dev), RTNLGRP_IPV4_IFADDR, fill_addr, &a);
}

/* --- setting --- */

static struct in_ifaddr *find_ifa(struct net_device *dev,
				  const struct in_ifaddr *like)
{
	struct in_ifaddr *ifa;

	list_for_each_entry (ifa, &in_dev_get(dev)->ifa_list, list)
		if (ifa->ifa_local == like->ifa_local &&
		    inet_same_subnet(ifa, like))
			return ifa;
	return NULL;
}

static int check_lifetime(const struct nl_request *r, const struct nlattr *a)
{
	const struct ifa_cacheinfo *ci;

	if (!a)
		return 0;
	ci = nla_data(a);
	if (!ci->ifa_valid || ci->ifa_prefered > ci->ifa_valid)
		return nl_err(r->x, -EINVAL, "address lifetime invalid");
	if (ci->ifa_valid != INFINITY_LIFE_TIME ||
	    ci->ifa_prefered != INFINITY_LIFE_TIME)
		return nl_err_attr(r->x, -EOPNOTSUPP, a,
				   "Addresses do not expire here");
	return 0;
}

static int parse_new(const struct nl_request *r, struct net_device **dev,
		     struct in_ifaddr *ifa)
{
	const struct ifaddrmsg *ifm = nlmsg_data(r->nlh);
	const struct nlattr *tb[IFA_MAX + 1];
	int err = nlmsg_parse(r, sizeof(*ifm), tb, IFA_MAX, addr_policy);

	if (err)
		return err;
	if (ifm->ifa_prefixlen > 32)
		return nl_err(r->x, -EINVAL, "ipv4: Invalid prefix length");
	if (!tb[IFA_LOCAL])
		return nl_err(r->x, -EINVAL,
			      "ipv4: Local address is not supplied");
	*dev = dev_get_by_index(r->net, (int)ifm->ifa_index);
	if (!*dev)
		return nl_err(r->x, -ENODEV, "ipv4: Device not found");
	if (!in_dev_get(*dev))
		return -ENOBUFS;
	ifa->ifa_local = nla_addr(tb[IFA_LOCAL]);
	ifa->ifa_address = nla_addr(tb[IFA_ADDRESS]) ?: ifa->ifa_local;
	ifa->ifa_broadcast = nla_addr(tb[IFA_BROADCAST]);
	ifa->ifa_prefixlen = ifm->ifa_prefixlen;
	ifa->ifa_mask = inet_make_mask(ifm->ifa_prefixlen);
	ifa->ifa_scope = ifm->ifa_scope;
	if (tb[IFA_PROTO])
		ifa->ifa_proto = (u8)nla_get_u32(tb[IFA_PROTO]);
	if (tb[IFA_LABEL])
		(void)nla_strscpy(ifa->ifa_label, tb[IFA_LABEL], IFNAMSIZ);
	return check_lifetime(r, tb[IFA_CACHEINFO]);
}

/**
 * rtnl_newaddr() - RTM_NEWADDR.
 * @r: the request.
 *
 * Return: 0; -EEXIST; -ENODEV, -EINVAL, -EOPNOTSUPP, -ENOBUFS.
 */
int rtnl_newaddr(const struct nl_request *r)
{
	struct in_ifaddr ifa = { 0 };
	struct net_device *dev;
	int err = parse_new(r, &dev, &ifa);

	if (err)
		return err;
	if (find_ifa(dev, &ifa)) {
		if ((r->nlh->nlmsg_flags & NLM_F_EXCL) ||
		    !(r->nlh->nlmsg_flags & NLM_F_REPLACE))
			return nl_err(r->x, -EEXIST,
				      "ipv4: Address already assigned");
		return 0; /* it lasts for ever already */
	}
	err = inet_ifa_add(dev, &ifa);
	return err == -EINVAL ? nl_err(r->x, err,
				       "ipv4: Not an address for a "
				       "device")
			      : err;
}

static bool ifa_is(const struct in_ifaddr *ifa, const struct ifaddrmsg *ifm,
		   const struct nlattr **tb)
{
	if (tb[IFA_LOCAL] && ifa->ifa_local != nla_addr(tb[IFA_LOCAL]))
		return false;
	if (tb[IFA_LABEL] &&
	    strncmp(ifa->ifa_label, nla_data(tb[IFA_LABEL]),
		    min_t(u32, nla_len(tb[IFA_LABEL]), IFNAMSIZ)) != 0)
		return false;
	return !tb[IFA_ADDRESS] ||
	       (ifm->ifa_prefixlen == ifa->ifa_prefixlen &&
		!((nla_addr(tb[IFA_ADDRESS]) ^ ifa->ifa_address) &
		  ifa->ifa_mask));
}

/**
 * rtnl_deladdr() - RTM_DELADDR: the first address that fits.
 * @r: the request.
 *
 * Return: 0; -EADDRNOTAVAIL, -ENODEV, -EINVAL.
 */
int rtnl_deladdr(const struct nl_request *r)
{
	const struct ifaddrmsg *ifm = nlmsg_data(r->nlh);
	const struct nlattr *tb[IFA_MAX + 1];
	struct in_ifaddr *ifa;
	struct net_device *dev;
	int err = nlmsg_parse(r, sizeof(*ifm), tb, IFA_MAX, addr_policy);

	if (err)
		return err;
	dev = dev_get_by_index(r->net, (int)ifm->ifa_index);
	if (!dev || !in_dev_get(dev))
		return nl_err(r->x, -ENODEV, "ipv4: Device not found");
	list_for_each_entry (ifa, &in_dev_get(dev)->ifa_list, list)
		if (ifa_is(ifa, ifm, tb)) {
			inet_ifa_del(dev, ifa);
			return 0;
		}
	return nl_err(r->x, -EADDRNOTAVAIL, "ipv4: Address not found");
}

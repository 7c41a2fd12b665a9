// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_*LINK: devices as `ip link` shows and sets them: up and down, name,
 * MTU, queue length, link address; those of a VLAN are made and removed
 * (rtnl_vlan.c), others are not.
 *
 * No state. Called by rtnetlink.c; calls net/core/dev_registry.c.
 */
#include "lib/err.h"
#include "net/core/net_sysfs.h"
#include "net/core/sch_generic.h"
#include "net/ethernet/vlan.h"
#include "net/netlink/rtnl_int.h"

static const struct nla_policy link_policy[IFLA_MAX + 1] = {
	[IFLA_ADDRESS] = { .kind = NLA_BINARY, .len = 32 },
	[IFLA_BROADCAST] = { .kind = NLA_BINARY, .len = 32 },
	[IFLA_IFNAME] = { .kind = NLA_STRING, .len = IFNAMSIZ - 1 },
	[IFLA_MTU] = { .kind = NLA_U32 },
	[IFLA_LINK] = { .kind = NLA_U32 },
	[IFLA_MASTER] = { .kind = NLA_U32 },
	[IFLA_TXQLEN] = { .kind = NLA_U32 },
	[IFLA_OPERSTATE] = { .kind = NLA_U8 },
	[IFLA_LINKMODE] = { .kind = NLA_U8 },
	[IFLA_LINKINFO] = { .kind = NLA_NESTED },
	[IFLA_NET_NS_PID] = { .kind = NLA_U32 },
	[IFLA_NET_NS_FD] = { .kind = NLA_U32 },
	[IFLA_AF_SPEC] = { .kind = NLA_NESTED },
	[IFLA_GROUP] = { .kind = NLA_U32 },
	[IFLA_EXT_MASK] = { .kind = NLA_U32 },
	[IFLA_CARRIER] = { .kind = NLA_U8 },
	[IFLA_ALT_IFNAME] = { .kind = NLA_STRING, .len = 127 },
};

/* --- showing --- */

/* The 25 counters of Linux, of which ours are the first 19. */
static int put_stats(struct sk_buff *skb, struct net_device *dev)
{
	struct rtnl_link_stats64 st;
	u64 wide[25] = { 0 };
	u32 narrow[24], i;

	static_assert(sizeof(st) <= sizeof(wide), "uAPI linux/if_link.h");
	dev_get_stats(dev, &st);
	memcpy(wide, &st, sizeof(st));
	for (i = 0; i < ARRAY_SIZE(narrow); i++)
		narrow[i] = (u32)wide[i];
	return nla_put(skb, IFLA_STATS64, sizeof(wide), wide)
		       ?: nla_put(skb, IFLA_STATS, sizeof(narrow), narrow);
}

static int put_af_spec(struct sk_buff *skb, const struct net_device *dev)
{
	u32 conf[IPV4_DEVCONF_COUNT] = { 0 };
	struct nlattr *spec, *inet;

	conf[0] = net_ipv4(dev_net(dev))->sysctl_ip_forward;
	spec = nla_nest_start(skb, IFLA_AF_SPEC);
	inet = spec ? nla_nest_start(skb, AF_INET) : NULL;
	if (!inet || nla_put(skb, IFLA_INET_CONF, sizeof(conf), conf))
		return -EMSGSIZE;
	return nla_nest_end(skb, inet) ?: nla_nest_end(skb, spec);
}

static int put_numbers(struct sk_buff *skb, const struct net_device *dev)
{
	const struct {
		u16 type;
		u32 value;
	} all[] = {
		{ IFLA_TXQLEN, dev->tx_queue_len },
		{ IFLA_MTU, dev->mtu },
		{ IFLA_MIN_MTU, dev->min_mtu },
		{ IFLA_MAX_MTU, dev->max_mtu },
		{ IFLA_GROUP, 0 },
		{ IFLA_PROMISCUITY, dev->promiscuity },
		{ IFLA_NUM_TX_QUEUES, dev->num_tx_queues },
		{ IFLA_NUM_RX_QUEUES, 1 },
		{ IFLA_CARRIER_CHANGES, dev->carrier_changes },
		{ IFLA_GSO_MAX_SEGS, dev->gso_max_segs },
		{ IFLA_GSO_MAX_SIZE, dev->gso_max_size },
	};
	int err = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(all) && !err; i++)
		err = nla_put_u32(skb, all[i].type, all[i].value);
	return err;
}

static int put_link_attrs(struct sk_buff *skb, struct net_device *dev)
{
	static const u8 none[MAX_ADDR_LEN];
	int err = nla_put_string(skb, IFLA_IFNAME, dev->name)
			  ?: put_numbers(skb, dev);

	err = err ?: nla_put_u8(skb, IFLA_OPERSTATE, netdev_operstate(dev));
	err = err ?: nla_put_u8(skb, IFLA_LINKMODE, 0);
	err = err ?: nla_put_u8(skb, IFLA_CARRIER, netif_carrier_ok(dev));
	err = err ?: nla_put_string(skb, IFLA_QDISC, dev->qdisc->ops->id);
	if (dev->addr_len) {
		err = err
			      ?: nla_put(skb, IFLA_ADDRESS, dev->addr_len,
					 dev->dev_addr);
		err = err
			      ?: nla_put(skb, IFLA_BROADCAST, dev->addr_len,
					 dev->broadcast);
	}
	if (!err && dev_get_iflink(dev) != dev->ifindex)
		err = nla_put_u32(skb, IFLA_LINK, (u32)dev_get_iflink(dev));
	if (memcmp(dev->perm_addr, none, sizeof(none)) != 0)
		err = err
			      ?: nla_put(skb, IFLA_PERM_ADDRESS, dev->addr_len,
					 dev->perm_addr);
	return err;
}

struct link_obj {
	struct net_device *dev;
	u16 type;
	u32 change, ext_mask;
};

static int fill_link(const struct rtnl_out *o, const void *obj)
{
	const struct link_obj *l = obj;
	struct net_device *dev = l->dev;
	struct ifinfomsg *ifm;
	struct nlmsghdr *h;
	int err;

	h = nlmsg_put(o->skb, o->portid, o->seq, l->type, sizeof(*ifm),
		      o->flags);
	if (!h)
		return -EMSGSIZE;
	ifm = nlmsg_data(h);
	ifm->ifi_type = dev->type;
	ifm->ifi_index = dev->ifindex;
	ifm->ifi_flags = dev->flags;
	ifm->ifi_change = l->change;
	err = put_link_attrs(o->skb, dev);
	if (!err && !(l->ext_mask & RTEXT_FILTER_SKIP_STATS))
		err = put_stats(o->skb, dev);
	err = err ?: put_af_spec(o->skb, dev);
	if (!err && is_vlan_dev(dev))
		err = rtnl_put_vlan(o->skb, dev);
	if (err)
		nlmsg_cancel(o->skb, h);
	else
		nlmsg_end(o->skb, h);
	return err;
}

/* A dump's request may be shorter than its header: busybox sends one byte. */
static u32 dump_ext_mask(struct netlink_callback *cb)
{
	const struct nlattr *tb[IFLA_MAX + 1];
	struct nl_request r = { .net = cb->net, .nlh = cb->nlh, .x = &cb->x };

	if (cb->nlh->nlmsg_len < NLMSG_HDRLEN + sizeof(struct ifinfomsg))
		return 0;
	if (nlmsg_parse(&r, sizeof(struct ifinfomsg), tb, IFLA_MAX,
			link_policy))
		return 0;
	return tb[IFLA_EXT_MASK] ? nla_get_u32(tb[IFLA_EXT_MASK]) : 0;
}

/**
 * rtnl_dump_links() - RTM_GETLINK, all of them.
 * @skb: filled.
 * @cb:  args[0]: the last ifindex that was shown.
 *
 * Return: 1: more to come; 0.
 */
int rtnl_dump_links(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct rtnl_out o = rtnl_dump_out(skb, cb);
	struct link_obj l = { .type = RTM_NEWLINK,
			      .ext_mask = dump_ext_mask(cb) };

	/* By number: a device that comes or goes meanwhile moves no other. */
	list_for_each_entry (l.dev, &cb->net->dev_base_head, dev_list) {
		if (l.dev->ifindex <= (int)cb->args[0])
			continue;
		if (fill_link(&o, &l))
			return 1;
		cb->args[0] = (u64)l.dev->ifindex;
	}
	return 0;
}

static int parse_link(const struct nl_request *r, const struct nlattr **tb,
		      struct net_device **dev)
{
	const struct ifinfomsg *ifm = nlmsg_data(r->nlh);
	int err = nlmsg_parse(r, sizeof(*ifm), tb, IFLA_MAX, link_policy);

	if (err)
		return err;
	if (ifm->ifi_index < 0)
		return nl_err(r->x, -EINVAL, "ifindex can't be negative");
	*dev = rtnl_dev(r, ifm->ifi_index,
			tb[IFLA_IFNAME] ?: tb[IFLA_ALT_IFNAME]);
	/* By this ip(8) finds out whether there is RTM_NEWLINK. */
	if (!*dev && !ifm->ifi_index && !tb[IFLA_IFNAME] &&
	    !tb[IFLA_ALT_IFNAME] && !tb[IFLA_LINKINFO])
		return r->nlh->nlmsg_type == RTM_NEWLINK
			       ? -ENODEV
			       : nl_err(r->x, -EINVAL, "No device is named");
	return 0;
}

/**
 * rtnl_getlink() - RTM_GETLINK, one of them.
 * @r: the request.
 *
 * Return: 0; -ENODEV, -EINVAL.
 */
int rtnl_getlink(const struct nl_request *r)
{
	const struct nlattr *tb[IFLA_MAX + 1];
	struct link_obj l = { .type = RTM_NEWLINK };
	int err = parse_link(r, tb, &l.dev);

	if (err)
		return err;
	if (!l.dev)
		return -ENODEV;
	if (tb[IFLA_EXT_MASK])
		l.ext_mask = nla_get_u32(tb[IFLA_EXT_MASK]);
	return rtnl_answer(r, fill_link, &l);
}

/**
 * rtnl_link_event() - News of a device.
 * @dev:   the device.
 * @event: what happened to it.
 *
 * Context: task or softirq.
 */
void rtnl_link_event(struct net_device *dev, enum netdev_event event)
{
	bool gone = event == NETDEV_UNREGISTER;
	struct link_obj l = { .dev = dev,
			      .type = gone ? RTM_DELLINK : RTM_NEWLINK };

	if (event == NETDEV_GOING_DOWN || !dev_net(dev)->ipv4)
		return;
	if (event == NETDEV_UP || event == NETDEV_DOWN)
		l.change = IFF_UP;
	rtnl_news(dev_net(dev), RTNLGRP_LINK, fill_link, &l);
}

/* --- setting --- */

static int set_flags(const struct nl_request *r, struct net_device *dev)
{
	const struct ifinfomsg *ifm = nlmsg_data(r->nlh);

	if (!(ifm->ifi_change & IFF_UP) && (ifm->ifi_change || !ifm->ifi_flags))
		return 0;
	if (ifm->ifi_flags & IFF_UP)
		return dev_open(dev);
	dev_close(dev);
	return 0;
}

static int set_mtu(const struct nl_request *r, struct net_device *dev,
		   const struct nlattr *a)
{
	u32 mtu = nla_get_u32(a);

	if (mtu < dev->min_mtu)
		return nl_err(r->x, -EINVAL, "mtu less than device minimum");
	if (dev->max_mtu && mtu > dev->max_mtu)
		return nl_err(r->x, -EINVAL, "mtu greater than device maximum");
	return dev_set_mtu(dev, mtu);
}

static int set_name(const struct nl_request *r, struct net_device *dev,
		    const struct nlattr *a)
{
	char name[IFNAMSIZ];
	int err = nla_strscpy(name, a, sizeof(name)) ? -EINVAL : 0;

	if (!err && name[0])
		err = dev_change_name(dev, name);
	return err == -EINVAL ? nl_err_attr(r->x, err, a, "Invalid name") : err;
}

static int set_mac(const struct nl_request *r, struct net_device *dev,
		   const struct nlattr *a)
{
	int err = -EINVAL;

	if (nla_len(a) >= dev->addr_len)
		err = dev_set_mac_address(dev, nla_data(a));
	return err == -EINVAL
		       ? nl_err_attr(r->x, err, a, "Invalid link address")
		       : err;
}

/* What cannot be is refused before anything is changed. */
static int check_settable(const struct nl_request *r,
			  const struct net_device *dev,
			  const struct nlattr **tb)
{
	const struct ifinfomsg *ifm = nlmsg_data(r->nlh);
	static const u8 refused[] = { IFLA_MASTER, IFLA_NET_NS_PID,
				      IFLA_NET_NS_FD, IFLA_CARRIER,
				      IFLA_BROADCAST };
	u32 i;

	if ((ifm->ifi_flags ^ dev->flags) & ifm->ifi_change & ~(u32)IFF_UP)
		return nl_err(r->x, -EOPNOTSUPP,
			      "Of the flags only IFF_UP can be set");
	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (tb[refused[i]])
			return nl_err_attr(r->x, -EOPNOTSUPP, tb[refused[i]],
					   "This cannot be set");
	if (tb[IFLA_LINKINFO])
		return nl_err_attr(r->x, -EOPNOTSUPP, tb[IFLA_LINKINFO],
				   "A device stays of the kind that it is");
	if (tb[IFLA_GROUP] && nla_get_u32(tb[IFLA_GROUP]))
		return nl_err_attr(r->x, -EOPNOTSUPP, tb[IFLA_GROUP],
				   "There are no groups of devices");
	return 0;
}

static int set_link(const struct nl_request *r, struct net_device *dev,
		    const struct nlattr **tb)
{
	const struct nlattr *mac = tb[IFLA_ADDRESS];
	int err = check_settable(r, dev, tb);

	if (!err && mac)
		err = set_mac(r, dev, mac);
	if (!err && tb[IFLA_MTU])
		err = set_mtu(r, dev, tb[IFLA_MTU]);
	if (!err && tb[IFLA_IFNAME])
		err = set_name(r, dev, tb[IFLA_IFNAME]);
	if (!err && tb[IFLA_TXQLEN])
		dev_change_tx_queue_len(dev, nla_get_u32(tb[IFLA_TXQLEN]));
	return err ?: set_flags(r, dev);
}

/* A device that there was not; what else the request says is set, or it goes
 * again. */
static int make_link(const struct nl_request *r, const struct nlattr **tb)
{
	const struct ifinfomsg *ifm = nlmsg_data(r->nlh);
	struct net_device *dev;
	int err;

	if (ifm->ifi_index)
		return nl_err(r->x, -EOPNOTSUPP, "An index cannot be chosen");
	dev = rtnl_make_vlan(r, tb);
	if (IS_ERR(dev))
		return (int)PTR_ERR(dev);
	tb[IFLA_IFNAME] = NULL;
	tb[IFLA_LINKINFO] = NULL;
	err = set_link(r, dev, tb);
	if (err)
		unregister_netdev(dev);
	return err;
}

/**
 * rtnl_dellink() - RTM_DELLINK.
 * @r: the request.
 *
 * Return: 0; -ENODEV; -EINVAL; -EOPNOTSUPP: it is none that was made.
 */
int rtnl_dellink(const struct nl_request *r)
{
	const struct nlattr *tb[IFLA_MAX + 1];
	struct net_device *dev;
	int err = parse_link(r, tb, &dev);

	if (err)
		return err;
	if (!dev)
		return -ENODEV;
	if (!is_vlan_dev(dev))
		return -EOPNOTSUPP;
	unregister_netdev(dev);
	return 0;
}

/**
 * rtnl_newlink() - RTM_NEWLINK and RTM_SETLINK.
 * @r: the request.
 *
 * Return: 0; -ENODEV; -EEXIST; -EOPNOTSUPP: such devices are not made here, or
 *         the setting is none of ours; what the setting says.
 */
int rtnl_newlink(const struct nl_request *r)
{
	const struct nlattr *tb[IFLA_MAX + 1];
	struct net_device *dev;
	int err = parse_link(r, tb, &dev);

	if (err)
		return err;
	if (!dev && r->nlh->nlmsg_type == RTM_NEWLINK &&
	    (r->nlh->nlmsg_flags & NLM_F_CREATE))
		return make_link(r, tb);
	if (!dev)
		return -ENODEV;
	if (r->nlh->nlmsg_type == RTM_NEWLINK &&
	    (r->nlh->nlmsg_flags & NLM_F_EXCL))
		return -EEXIST;
	return set_link(r, dev, tb);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: SIOCETHTOOL: what ethtool(8) asks and sets, as far as a device answers
 * it (net/core/ethtool.h). The core knows about features; the driver about
 * rings, moderation, counters and the link.
 *
 * No state. Task context. Called by the interface ioctls.
 */
#include "net/core/ethtool.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/uapi/if.h"
#include "lib/vsprintf.h"

/* A device whose driver has none. */
const struct ethtool_ops default_ethtool_ops;

/* --- features --- */

/* Linux's names, by bit of NETIF_F_*. */
static const char feature_names[][ETH_GSTRING_LEN] = {
	"tx-scatter-gather",
	"tx-checksum-ipv4",
	"tx-checksum-ip-generic",
	"tx-tcp-segmentation",
	"tx-generic-segmentation",
	"rx-checksum",
	"tx-lockless",
	"loopback",
	"tx-vlan-hw-insert",
};
static_assert(NETIF_F_HW_VLAN_CTAG_TX == BIT(ARRAY_SIZE(feature_names) - 1),
	      "a name for each feature");

/* Commands that get and set a feature by itself; set is 0 where none may. */
static const struct {
	u32 get, set;
	u64 features;
} old_commands[] = {
	{ ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM, NETIF_F_IP_CSUM | NETIF_F_HW_CSUM },
	{ ETHTOOL_GSG, ETHTOOL_SSG, NETIF_F_SG },
	{ ETHTOOL_GTSO, ETHTOOL_STSO, NETIF_F_TSO },
	{ ETHTOOL_GRXCSUM, ETHTOOL_SRXCSUM, NETIF_F_RXCSUM },
	{ ETHTOOL_GGSO, ETHTOOL_SGSO, NETIF_F_GSO },
	{ ETHTOOL_GGRO, 0, 0 },
};

static int put(void __user *to, const void *from, size_t n)
{
	return copy_to_user(to, from, n) ? -EFAULT : 0;
}

static int put_value(void __user *arg, u32 cmd, u32 data)
{
	struct ethtool_value v = { cmd, data };

	return put(arg, &v, sizeof(v));
}

static int set_some_features(struct net_device *dev, u64 which, bool on)
{
	u64 wanted = on ? dev->features | which : dev->features & ~which;

	if (!(which & dev->hw_features))
		return wanted == dev->features ? 0 : -EOPNOTSUPP;
	return dev_set_features(dev, wanted);
}

/* -ENOIOCTLCMD: @cmd is none of these. */
static int old_feature(struct net_device *dev, u32 cmd, void __user *arg)
{
	struct ethtool_value v;
	u32 i;

	if (copy_from_user(&v, arg, sizeof(v)))
		return -EFAULT;
	for (i = 0; i < ARRAY_SIZE(old_commands); i++) {
		u64 which = old_commands[i].features;

		if (cmd == old_commands[i].get)
			return put_value(arg, cmd, !!(dev->features & which));
		if (cmd && cmd == old_commands[i].set)
			return set_some_features(dev, which, v.data);
	}
	if (cmd == ETHTOOL_GFLAGS)
		return put_value(arg, cmd,
				 dev->features & NETIF_F_HW_VLAN_CTAG_TX
					 ? ETH_FLAG_TXVLAN
					 : 0);
	if (cmd == ETHTOOL_SFLAGS)
		return v.data & ~(u32)ETH_FLAG_TXVLAN
			       ? -EINVAL
			       : set_some_features(dev, NETIF_F_HW_VLAN_CTAG_TX,
						   v.data);
	return -ENOIOCTLCMD;
}

static int get_features(struct net_device *dev, void __user *arg)
{
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block block;
	} f = { .block = {
			.available = (u32)dev->hw_features,
			.requested = (u32)dev->features,
			.active = (u32)dev->features,
			.never_changed = (u32)(dev->features & NETIF_F_LLTX),
		} };
	u32 room;

	if (copy_from_user(&f.head, arg, sizeof(f.head)))
		return -EFAULT;
	room = f.head.size;
	f.head.size = 1;
	return put(arg, &f, room ? sizeof(f) : sizeof(f.head));
}

/* The answer's bits say what was not done as asked. */
static int set_features(struct net_device *dev, void __user *arg)
{
	struct {
		struct ethtool_sfeatures head;
		struct ethtool_set_features_block block;
	} f;
	u64 valid, wanted;
	int ret = 0, err;

	if (copy_from_user(&f, arg, sizeof(f)))
		return -EFAULT;
	if (f.head.size != 1 || f.block.valid >> ARRAY_SIZE(feature_names))
		return -EINVAL;
	valid = f.block.valid;
	if (valid & ~dev->hw_features) {
		valid &= dev->hw_features;
		ret |= ETHTOOL_F_UNSUPPORTED;
	}
	wanted = (dev->features & ~valid) | (f.block.requested & valid);
	err = dev_set_features(dev, wanted);
	if (err)
		return err;
	if ((dev->features ^ f.block.requested) & valid)
		ret |= ETHTOOL_F_WISH;
	return ret;
}

/* --- names and counters --- */

/* How many strings a set has; 0: no such set. */
static u32 sset_count(struct net_device *dev, u32 set)
{
	if (set == ETH_SS_FEATURES)
		return ARRAY_SIZE(feature_names);
	if (set == ETH_SS_STATS && dev->ethtool_ops->get_stats_count)
		return dev->ethtool_ops->get_stats_count(dev);
	return 0;
}

static int get_sset_info(struct net_device *dev, void __user *arg)
{
	struct ethtool_sset_info info;
	u64 asked;
	u32 set, n, at = 0;

	if (copy_from_user(&info, arg, sizeof(info)))
		return -EFAULT;
	asked = info.sset_mask;
	info.sset_mask = 0;
	for (set = 0; set < 64; set++) {
		if (!(asked >> set & 1))
			continue;
		n = sset_count(dev, set);
		if (!n)
			continue;
		info.sset_mask |= 1ULL << set;
		if (put((u8 __user *)arg + sizeof(info) + 4UL * at++, &n, 4))
			return -EFAULT;
	}
	return put(arg, &info, sizeof(info));
}

static int get_strings(struct net_device *dev, void __user *arg)
{
	struct ethtool_gstrings head;
	char(*names)[ETH_GSTRING_LEN];
	int err;
	u32 n;

	if (copy_from_user(&head, arg, sizeof(head)))
		return -EFAULT;
	n = sset_count(dev, head.string_set);
	if (!n)
		return -EOPNOTSUPP;
	names = kzalloc(n * sizeof(*names), GFP_KERNEL);
	if (!names)
		return -ENOMEM;
	if (head.string_set == ETH_SS_FEATURES)
		memcpy(names, feature_names, sizeof(feature_names));
	else
		dev->ethtool_ops->get_strings(dev, names);
	head.len = n;
	err = put(arg, &head, sizeof(head))
		      ?: put((u8 __user *)arg + sizeof(head), names,
			     n * sizeof(*names));
	kfree(names);
	return err;
}

static int get_stats(struct net_device *dev, void __user *arg)
{
	struct ethtool_stats head;
	u64 *values;
	u32 n = sset_count(dev, ETH_SS_STATS);
	int err;

	if (!n)
		return -EOPNOTSUPP;
	if (copy_from_user(&head, arg, sizeof(head)))
		return -EFAULT;
	values = kzalloc(n * sizeof(*values), GFP_KERNEL);
	if (!values)
		return -ENOMEM;
	dev->ethtool_ops->get_ethtool_stats(dev, values);
	head.n_stats = n;
	err = put(arg, &head, sizeof(head))
		      ?: put((u8 __user *)arg + sizeof(head), values,
			     n * sizeof(*values));
	kfree(values);
	return err;
}

/* --- the driver --- */

static int get_drvinfo(struct net_device *dev, void __user *arg)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (!dev->ethtool_ops->get_drvinfo)
		return -EOPNOTSUPP;
	dev->ethtool_ops->get_drvinfo(dev, &info);
	info.n_stats = sset_count(dev, ETH_SS_STATS);
	return put(arg, &info, sizeof(info));
}

/* The first call learns the masks' length, by its negative; the second one
 * says it. */
static int get_link_ksettings(struct net_device *dev, void __user *arg)
{
	struct ethtool_link_ksettings ks;
	int err;

	if (!dev->ethtool_ops->get_link_ksettings)
		return -EOPNOTSUPP;
	if (copy_from_user(&ks.base, arg, sizeof(ks.base)))
		return -EFAULT;
	if (ks.base.link_mode_masks_nwords != 1) {
		memset(&ks.base, 0, sizeof(ks.base));
		ks.base.cmd = ETHTOOL_GLINKSETTINGS;
		ks.base.link_mode_masks_nwords = -1;
		return put(arg, &ks.base, sizeof(ks.base));
	}
	memset(&ks, 0, sizeof(ks));
	err = dev->ethtool_ops->get_link_ksettings(dev, &ks);
	ks.base.cmd = ETHTOOL_GLINKSETTINGS;
	ks.base.link_mode_masks_nwords = 1;
	return err ?: put(arg, &ks, sizeof(ks));
}

static int get_ring(struct net_device *dev, void __user *arg)
{
	struct ethtool_ringparam ring = { .cmd = ETHTOOL_GRINGPARAM };

	if (!dev->ethtool_ops->get_ringparam)
		return -EOPNOTSUPP;
	dev->ethtool_ops->get_ringparam(dev, &ring);
	return put(arg, &ring, sizeof(ring));
}

static int set_ring(struct net_device *dev, void __user *arg)
{
	struct ethtool_ringparam ring, limit = { 0 };

	if (!dev->ethtool_ops->set_ringparam)
		return -EOPNOTSUPP;
	if (copy_from_user(&ring, arg, sizeof(ring)))
		return -EFAULT;
	dev->ethtool_ops->get_ringparam(dev, &limit);
	if (ring.rx_pending > limit.rx_max_pending ||
	    ring.rx_mini_pending > limit.rx_mini_max_pending ||
	    ring.rx_jumbo_pending > limit.rx_jumbo_max_pending ||
	    ring.tx_pending > limit.tx_max_pending)
		return -EINVAL;
	return dev->ethtool_ops->set_ringparam(dev, &ring);
}

static int coalesce(struct net_device *dev, u32 cmd, void __user *arg)
{
	const struct ethtool_ops *ops = dev->ethtool_ops;
	struct ethtool_coalesce c = { .cmd = ETHTOOL_GCOALESCE };
	int err;

	if (cmd == ETHTOOL_GCOALESCE) {
		if (!ops->get_coalesce)
			return -EOPNOTSUPP;
		err = ops->get_coalesce(dev, &c);
		return err ?: put(arg, &c, sizeof(c));
	}
	if (!ops->set_coalesce)
		return -EOPNOTSUPP;
	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	return ops->set_coalesce(dev, &c);
}

static int get_link(struct net_device *dev, void __user *arg)
{
	return put_value(arg, ETHTOOL_GLINK,
			 netif_running(dev) && dev->ethtool_ops->get_link
				 ? dev->ethtool_ops->get_link(dev)
				 : netif_carrier_ok(dev));
}

static int get_perm_addr(struct net_device *dev, void __user *arg)
{
	struct ethtool_perm_addr a;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	if (a.size < dev->addr_len)
		return -EINVAL;
	a.size = dev->addr_len;
	return put(arg, &a, sizeof(a))
		       ?: put((u8 __user *)arg + sizeof(a), dev->dev_addr,
			      a.size);
}

static int get_command(struct net_device *dev, u32 cmd, void __user *arg)
{
	switch (cmd) {
	case ETHTOOL_GDRVINFO:
		return get_drvinfo(dev, arg);
	case ETHTOOL_GLINK:
		return get_link(dev, arg);
	case ETHTOOL_GLINKSETTINGS:
		return get_link_ksettings(dev, arg);
	case ETHTOOL_GRINGPARAM:
		return get_ring(dev, arg);
	case ETHTOOL_GCOALESCE:
		return coalesce(dev, cmd, arg);
	case ETHTOOL_GSSET_INFO:
		return get_sset_info(dev, arg);
	case ETHTOOL_GSTRINGS:
		return get_strings(dev, arg);
	case ETHTOOL_GSTATS:
		return get_stats(dev, arg);
	case ETHTOOL_GFEATURES:
		return get_features(dev, arg);
	case ETHTOOL_GPERMADDR:
		return get_perm_addr(dev, arg);
	default:
		return -ENOIOCTLCMD;
	}
}

static int set_command(struct net_device *dev, u32 cmd, void __user *arg)
{
	switch (cmd) {
	case ETHTOOL_SRINGPARAM:
		return set_ring(dev, arg);
	case ETHTOOL_SCOALESCE:
		return coalesce(dev, cmd, arg);
	case ETHTOOL_SFEATURES:
		return set_features(dev, arg);
	case ETHTOOL_NWAY_RST:
		return dev->ethtool_ops->nway_reset
			       ? dev->ethtool_ops->nway_reset(dev)
			       : -EOPNOTSUPP;
	default:
		return -ENOIOCTLCMD;
	}
}

static bool only_reads(u32 cmd)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(old_commands); i++)
		if (cmd == old_commands[i].get)
			return true;
	return cmd == ETHTOOL_GFLAGS;
}

/**
 * dev_ethtool() - SIOCETHTOOL.
 * @net: the stack.
 * @ifr: the user's struct ifreq: a device's name, a pointer to the command.
 *
 * Context: task.
 * Return:  0 or what the command returns (ETHTOOL_F_* bits); -EOPNOTSUPP for
 *          what the device or we do not know; -EPERM; -EFAULT; -ENODEV.
 */
int dev_ethtool(struct net *net, void __user *ifr)
{
	struct net_device *dev;
	struct ifreq req;
	u32 cmd;
	int err;

	if (copy_from_user(&req, ifr, sizeof(req)))
		return -EFAULT;
	req.ifr_name[IFNAMSIZ - 1] = '\0';
	dev = dev_get_by_name(net, req.ifr_name);
	if (!dev)
		return -ENODEV;
	if (copy_from_user(&cmd, req.u.ifru_data, sizeof(cmd)))
		return -EFAULT;
	err = get_command(dev, cmd, req.u.ifru_data);
	if (err == -ENOIOCTLCMD && only_reads(cmd))
		err = old_feature(dev, cmd, req.u.ifru_data);
	if (err != -ENOIOCTLCMD)
		return err;
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	err = set_command(dev, cmd, req.u.ifru_data);
	if (err == -ENOIOCTLCMD)
		err = old_feature(dev, cmd, req.u.ifru_data);
	return err == -ENOIOCTLCMD ? -EOPNOTSUPP : err;
}

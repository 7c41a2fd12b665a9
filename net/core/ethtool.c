// SPDX-License-Identifier: MIT
/*
 * DOC: SIOCETHTOOL: what ethtool(8) asks and sets, as far as a device answers
 * it (net/core/ethtool.h). The core knows about features; the driver about
 * rings, moderation, counters and the link.
 *
 * No state. Task context. Called by the interface ioctls and, for the same
 * facts, by generic netlink (net/netlink/ethnl.c).
 */
#include "net/core/ethtool.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/uapi/if.h"
#include "lib/uapi/net_tstamp.h"
#include "lib/vsprintf.h"

/* A device whose driver has none. */
const struct ethtool_ops default_ethtool_ops;

void (*ethtool_notify)(struct net_device *dev, u32 cmd);

/* --- names --- */

/* Linux's. Features: by bit of NETIF_F_*. */
static const struct {
	u32 set;
	const char *names;
} global_sets[] = {
	{ ETH_SS_FEATURES,
	  "tx-scatter-gather\0"
	  "tx-checksum-ipv4\0"
	  "tx-checksum-ip-generic\0"
	  "tx-tcp-segmentation\0"
	  "tx-generic-segmentation\0"
	  "rx-checksum\0"
	  "tx-lockless\0"
	  "loopback\0"
	  "tx-vlan-hw-insert\0"
	  /* Of no device here; ethtool(8) has lines for them. */
	  "rx-gro\0"
	  "rx-lro\0"
	  "rx-vlan-hw-parse\0"
	  "rx-ntuple-filter\0"
	  "rx-hashing\0" },
	{ ETH_SS_LINK_MODES, "10baseT/Half\0"
			     "10baseT/Full\0"
			     "100baseT/Half\0"
			     "100baseT/Full\0"
			     "1000baseT/Half\0"
			     "1000baseT/Full\0"
			     "Autoneg\0"
			     "TP\0" },
	{ ETH_SS_MSG_CLASSES, "drv\0probe\0link\0timer\0ifdown\0ifup\0"
			      "rx_err\0tx_err\0tx_queued\0intr\0tx_done\0"
			      "rx_status\0pktdata\0hw\0wol\0" },
	{ ETH_SS_SOF_TIMESTAMPING, "hardware-transmit\0"
				   "software-transmit\0"
				   "hardware-receive\0"
				   "software-receive\0"
				   "software-system-clock\0"
				   "hardware-legacy-clock\0"
				   "hardware-raw-clock\0" },
	{ ETH_SS_STATS_STD, "eth-phy\0eth-mac\0eth-ctrl\0rmon\0" },
};
#define NR_FEATURES 14
static_assert(NETIF_F_HW_VLAN_CTAG_TX == BIT(NR_FEATURES - 6),
	      "a name for each feature");

/**
 * ethtool_names() - The strings of a set.
 * @set: ETH_SS_*.
 *
 * Return: them, each with its zero, an empty one at the end; NULL: a device has
 *         it, or nobody.
 */
const char *ethtool_names(u32 set)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(global_sets); i++)
		if (global_sets[i].set == set)
			return global_sets[i].names;
	return NULL;
}

/**
 * ethtool_sset_count() - How many strings a set has.
 * @dev: whose; NULL for a set that is no device's.
 * @set: ETH_SS_*.
 *
 * Return: it; 0: there is no such set.
 */
u32 ethtool_sset_count(struct net_device *dev, u32 set)
{
	const char *s = ethtool_names(set);
	u32 n = 0;

	for (; s && *s; s += strlen(s) + 1)
		n++;
	if (set == ETH_SS_STATS && dev && dev->ethtool_ops->get_stats_count)
		return dev->ethtool_ops->get_stats_count(dev);
	return n;
}

/**
 * ethtool_sset_strings() - The strings of a set.
 * @dev:   whose.
 * @set:   one that has some.
 * @names: gets ethtool_sset_count() of them; zeroed.
 */
void ethtool_sset_strings(struct net_device *dev, u32 set,
			  char (*names)[ETH_GSTRING_LEN])
{
	const char *s = ethtool_names(set);

	if (!s)
		dev->ethtool_ops->get_strings(dev, names);
	for (; s && *s; s += strlen(s) + 1)
		strscpy(*names++, s, ETH_GSTRING_LEN);
}

/* --- features --- */

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
	u64 which = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(old_commands); i++) {
		which = old_commands[i].features;
		if (cmd == old_commands[i].get)
			return put_value(arg, cmd, !!(dev->features & which));
		if (cmd && cmd == old_commands[i].set)
			break;
	}
	if (cmd == ETHTOOL_GFLAGS)
		return put_value(arg, cmd,
				 dev->features & NETIF_F_HW_VLAN_CTAG_TX
					 ? ETH_FLAG_TXVLAN
					 : 0);
	if (i == ARRAY_SIZE(old_commands) && cmd != ETHTOOL_SFLAGS)
		return -ENOIOCTLCMD;
	if (copy_from_user(&v, arg, sizeof(v)))
		return -EFAULT;
	if (cmd != ETHTOOL_SFLAGS)
		return set_some_features(dev, which, v.data);
	if (v.data & ~(u32)ETH_FLAG_TXVLAN)
		return -EINVAL;
	return set_some_features(dev, NETIF_F_HW_VLAN_CTAG_TX, v.data);
}

/**
 * ethtool_never_changed() - Features that no command switches.
 * @dev: the device.
 *
 * Return: NETIF_F_*.
 */
u64 ethtool_never_changed(const struct net_device *dev)
{
	return dev->features & NETIF_F_LLTX;
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
			.never_changed = (u32)ethtool_never_changed(dev),
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
	if (f.head.size != 1 || f.block.valid >> NR_FEATURES)
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
		n = ethtool_sset_count(dev, set);
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
	n = ethtool_sset_count(dev, head.string_set);
	if (!n)
		return -EOPNOTSUPP;
	names = kzalloc(n * sizeof(*names), GFP_KERNEL);
	if (!names)
		return -ENOMEM;
	ethtool_sset_strings(dev, head.string_set, names);
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
	u32 n = ethtool_sset_count(dev, ETH_SS_STATS);
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

/* --- the driver: what has one struct a command --- */

static int read_drvinfo(struct net_device *dev, void *data)
{
	struct ethtool_drvinfo *info = data;

	if (!dev->ethtool_ops->get_drvinfo)
		return -EOPNOTSUPP;
	dev->ethtool_ops->get_drvinfo(dev, info);
	info->n_stats = ethtool_sset_count(dev, ETH_SS_STATS);
	return 0;
}

static int read_link(struct net_device *dev, void *data)
{
	struct ethtool_value *v = data;

	v->data = netif_running(dev) && dev->ethtool_ops->get_link
			  ? dev->ethtool_ops->get_link(dev)
			  : netif_carrier_ok(dev);
	return 0;
}

static int read_msglevel(struct net_device *dev, void *data)
{
	struct ethtool_value *v = data;

	if (!dev->ethtool_ops->get_msglevel)
		return -EOPNOTSUPP;
	v->data = dev->ethtool_ops->get_msglevel(dev);
	return 0;
}

static int write_msglevel(struct net_device *dev, const void *data, u32 *word)
{
	const struct ethtool_value *v = data;

	if (!dev->ethtool_ops->set_msglevel)
		return -EOPNOTSUPP;
	dev->ethtool_ops->set_msglevel(dev, v->data);
	return 0;
}

static int read_ring(struct net_device *dev, void *data)
{
	if (!dev->ethtool_ops->get_ringparam)
		return -EOPNOTSUPP;
	dev->ethtool_ops->get_ringparam(dev, data);
	return 0;
}

/* Words: the four maxima, then what is wanted of each. */
static int write_ring(struct net_device *dev, const void *data, u32 *word)
{
	const u32 *wanted = data;
	u32 limit[9] = { 0 }, i;

	static_assert(sizeof(limit) == sizeof(struct ethtool_ringparam), "");
	if (!dev->ethtool_ops->set_ringparam)
		return -EOPNOTSUPP;
	dev->ethtool_ops->get_ringparam(dev, (void *)limit);
	for (i = 1; i <= 4; i++) {
		*word = i + 4;
		if (wanted[i + 4] > limit[i])
			return -EINVAL;
	}
	*word = 0;
	return dev->ethtool_ops->set_ringparam(dev, data);
}

static int read_coalesce(struct net_device *dev, void *data)
{
	return dev->ethtool_ops->get_coalesce
		       ? dev->ethtool_ops->get_coalesce(dev, data)
		       : -EOPNOTSUPP;
}

static int write_coalesce(struct net_device *dev, const void *data, u32 *word)
{
	u32 known = dev->ethtool_ops->supported_coalesce_params, i;
	const u32 *wanted = data;

	if (!dev->ethtool_ops->set_coalesce)
		return -EOPNOTSUPP;
	for (i = 1; i < sizeof(struct ethtool_coalesce) / sizeof(u32); i++)
		if (wanted[i] && !(known >> (i - 1) & 1))
			return -EOPNOTSUPP;
	return dev->ethtool_ops->set_coalesce(dev, data);
}

static int read_pause(struct net_device *dev, void *data)
{
	if (!dev->ethtool_ops->get_pauseparam)
		return -EOPNOTSUPP;
	dev->ethtool_ops->get_pauseparam(dev, data);
	return 0;
}

/* Every device's packets are stamped in software, both ways. */
static int read_ts_info(struct net_device *dev, void *data)
{
	struct ethtool_ts_info *info = data;

	info->so_timestamping = SOF_TIMESTAMPING_TX_SOFTWARE |
				SOF_TIMESTAMPING_RX_SOFTWARE |
				SOF_TIMESTAMPING_SOFTWARE;
	info->phc_index = -1;
	return 0;
}

static const struct access {
	u8 get, set; /* ETHTOOL_*; 0: cannot be set */
	u8 size;
	int (*read)(struct net_device *dev, void *data);
	int (*write)(struct net_device *dev, const void *data, u32 *word);
} accesses[] = {
	{ ETHTOOL_GDRVINFO, 0, sizeof(struct ethtool_drvinfo), read_drvinfo,
	  NULL },
	{ ETHTOOL_GLINK, 0, sizeof(struct ethtool_value), read_link, NULL },
	{ ETHTOOL_GMSGLVL, ETHTOOL_SMSGLVL, sizeof(struct ethtool_value),
	  read_msglevel, write_msglevel },
	{ ETHTOOL_GRINGPARAM, ETHTOOL_SRINGPARAM,
	  sizeof(struct ethtool_ringparam), read_ring, write_ring },
	{ ETHTOOL_GCOALESCE, ETHTOOL_SCOALESCE, sizeof(struct ethtool_coalesce),
	  read_coalesce, write_coalesce },
	{ ETHTOOL_GPAUSEPARAM, 0, sizeof(struct ethtool_pauseparam), read_pause,
	  NULL },
	{ ETHTOOL_GET_TS_INFO, 0, sizeof(struct ethtool_ts_info), read_ts_info,
	  NULL },
};

/* Who gets or sets by @cmd; NULL: none of these. */
static const struct access *find_access(u32 cmd)
{
	u32 i;

	for (i = 0; cmd && i < ARRAY_SIZE(accesses); i++)
		if (accesses[i].get == cmd || accesses[i].set == cmd)
			return &accesses[i];
	return NULL;
}

/**
 * ethtool_get() - What the struct of a command tells.
 * @dev:  the device.
 * @cmd:  ETHTOOL_G*, of a struct in accesses[].
 * @data: the struct, of at most ETHTOOL_DATA_MAX bytes.
 *
 * Return: 0; -EOPNOTSUPP: the device does not know.
 */
int ethtool_get(struct net_device *dev, u32 cmd, void *data)
{
	const struct access *a = find_access(cmd);

	if (!a)
		return -EOPNOTSUPP;
	memset(data, 0, a->size);
	memcpy(data, &cmd, sizeof(cmd));
	return a->read(dev, data);
}

/**
 * ethtool_set() - Set by a command's struct, and tell of it.
 * @dev:  the device.
 * @cmd:  ETHTOOL_S*.
 * @data: the struct.
 * @word: which word of it was refused; 0: nobody says.
 *
 * Return: 0; -EOPNOTSUPP; -EINVAL; the driver's errno.
 */
int ethtool_set(struct net_device *dev, u32 cmd, const void *data, u32 *word)
{
	const struct access *a = find_access(cmd);
	int err;

	*word = 0;
	if (!a || !a->write)
		return -EOPNOTSUPP;
	err = a->write(dev, data, word);
	if (!err && ethtool_notify)
		ethtool_notify(dev, a->get);
	return err;
}

/* -ENOIOCTLCMD: @cmd is none of these, or sets what is only asked here. */
static int access_user(struct net_device *dev, u32 cmd, bool set,
		       void __user *arg)
{
	u32 data[ETHTOOL_DATA_MAX / sizeof(u32)], word;
	const struct access *a = find_access(cmd);
	int err;

	if (!a || set != (a->set == cmd))
		return -ENOIOCTLCMD;
	/* What it does not know is not set either, whatever the pointer. */
	err = ethtool_get(dev, a->get, data);
	if (err)
		return err;
	if (!set)
		return put(arg, data, a->size);
	return copy_from_user(data, arg, a->size)
		       ? -EFAULT
		       : ethtool_set(dev, cmd, data, &word);
}

/**
 * ethtool_get_link_ksettings() - The link's modes, speed and port.
 * @dev: the device.
 * @ks:  filled.
 *
 * Return: 0; -EOPNOTSUPP; the driver's errno.
 */
int ethtool_get_link_ksettings(struct net_device *dev,
			       struct ethtool_link_ksettings *ks)
{
	if (!dev->ethtool_ops->get_link_ksettings)
		return -EOPNOTSUPP;
	memset(ks, 0, sizeof(*ks));
	return dev->ethtool_ops->get_link_ksettings(dev, ks);
}

/* The first call learns the masks' length, by its negative; the second one
 * says it. */
static int get_link_ksettings(struct net_device *dev, void __user *arg)
{
	struct ethtool_link_settings asked;
	struct ethtool_link_ksettings ks;
	int err = ethtool_get_link_ksettings(dev, &ks);

	if (err)
		return err;
	if (copy_from_user(&asked, arg, sizeof(asked)))
		return -EFAULT;
	if (asked.link_mode_masks_nwords != 1) {
		memset(&ks.base, 0, sizeof(ks.base));
		ks.base.cmd = ETHTOOL_GLINKSETTINGS;
		ks.base.link_mode_masks_nwords = -1;
		return put(arg, &ks.base, sizeof(ks.base));
	}
	ks.base.cmd = ETHTOOL_GLINKSETTINGS;
	ks.base.link_mode_masks_nwords = 1;
	return put(arg, &ks, sizeof(ks));
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
		       ?: put((u8 __user *)arg + sizeof(a), dev->perm_addr,
			      a.size);
}

static int get_command(struct net_device *dev, u32 cmd, void __user *arg)
{
	switch (cmd) {
	case ETHTOOL_GLINKSETTINGS:
		return get_link_ksettings(dev, arg);
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
		return access_user(dev, cmd, false, arg);
	}
}

static int set_command(struct net_device *dev, u32 cmd, void __user *arg)
{
	switch (cmd) {
	case ETHTOOL_SFEATURES:
		return set_features(dev, arg);
	case ETHTOOL_NWAY_RST:
		return dev->ethtool_ops->nway_reset
			       ? dev->ethtool_ops->nway_reset(dev)
			       : -EOPNOTSUPP;
	default:
		return access_user(dev, cmd, true, arg);
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

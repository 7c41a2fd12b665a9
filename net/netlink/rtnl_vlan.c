// SPDX-License-Identifier: MIT
/*
 * DOC: the devices that `ip link add` makes: VLANs, 802.1Q. IFLA_LINKINFO says
 * the kind and, in IFLA_INFO_DATA, what only this kind has: the identifier; the
 * flag that is always on, and the protocol that is always this one, if they are
 * said. Uapi linux/if_link.h.
 *
 * No state. Called by rtnl_link.c; calls net/ethernet/vlan.c.
 */
#include "lib/err.h"
#include "lib/uapi/if_vlan.h"
#include "lib/vsprintf.h"
#include "net/ethernet/vlan.h"
#include "net/netlink/rtnl_int.h"

struct ifla_vlan_flags {
	u32 flags, mask;
};

static const struct nla_policy info_policy[IFLA_INFO_DATA + 1] = {
	[IFLA_INFO_KIND] = { .kind = NLA_STRING, .len = 15 },
	[IFLA_INFO_DATA] = { .kind = NLA_NESTED },
};
static const struct nla_policy vlan_policy[IFLA_VLAN_MAX + 1] = {
	[IFLA_VLAN_ID] = { .kind = NLA_U16 },
	[IFLA_VLAN_FLAGS] = { .kind = NLA_BINARY,
			      .len = sizeof(struct ifla_vlan_flags) },
	[3] = { .kind = NLA_REJECT }, /* egress */
	[4] = { .kind = NLA_REJECT }, /* ingress */
	[IFLA_VLAN_PROTOCOL] = { .kind = NLA_U16 },
};

static int check_flags(const struct nl_request *r, const struct nlattr *a)
{
	struct ifla_vlan_flags f;

	if (!a)
		return 0;
	if (nla_len(a) != sizeof(f))
		return nl_err_attr(r->x, -EINVAL, a, "Invalid VLAN flags");
	memcpy(&f, nla_data(a), sizeof(f));
	if ((f.flags & f.mask) != (VLAN_FLAG_REORDER_HDR & f.mask))
		return nl_err_attr(r->x, -EINVAL, a, "Invalid VLAN flags");
	return 0;
}

/* The identifier that the data says, or a negative errno. */
static int parse_vlan(const struct nl_request *r, const struct nlattr *data)
{
	const struct nlattr *tb[IFLA_VLAN_MAX + 1];
	int err;
	u16 id;

	if (!data)
		return nl_err(r->x, -EINVAL, "VLAN properties not specified");
	err = nla_parse_nested(tb, IFLA_VLAN_MAX, data, vlan_policy, NLA_STRICT,
			       r->x);
	if (!err && tb[IFLA_VLAN_PROTOCOL] &&
	    (__force __be16)nla_get_u32(tb[IFLA_VLAN_PROTOCOL]) !=
		    htons(ETH_P_8021Q))
		err = nl_err_attr(r->x, -EPROTONOSUPPORT,
				  tb[IFLA_VLAN_PROTOCOL],
				  "Invalid VLAN protocol");
	if (!err && !tb[IFLA_VLAN_ID])
		err = nl_err(r->x, -EINVAL, "VLAN id not specified");
	err = err ?: check_flags(r, tb[IFLA_VLAN_FLAGS]);
	if (err)
		return err;
	id = (u16)nla_get_u32(tb[IFLA_VLAN_ID]);
	if (!id || id >= VLAN_N_VID - 1)
		return nl_err_attr(r->x, -ERANGE, tb[IFLA_VLAN_ID],
				   "Invalid VLAN id");
	return id;
}

static int refusal(const struct nl_request *r, int err)
{
	if (err == -EOPNOTSUPP)
		return nl_err(r->x, err, "VLANs not supported on device");
	if (err == -EEXIST)
		return nl_err(r->x, err, "VLAN device already exists");
	return err;
}

/* The name that is asked for, or the first free one of the kind. */
static int choose_name(struct net *net, const struct nlattr *name, char *text)
{
	int n = 0;

	if (name)
		return nla_strscpy(text, name, IFNAMSIZ) ? -EINVAL : 0;
	do {
		snprintf(text, IFNAMSIZ, "vlan%d", n);
	} while (dev_get_by_name(net, text) && ++n < VLAN_N_VID);
	return 0;
}

static struct net_device *make(const struct nl_request *r,
			       const struct nlattr *link,
			       const struct nlattr *name,
			       const struct nlattr *data)
{
	struct net_device *real, *dev;
	char text[IFNAMSIZ];
	int id = parse_vlan(r, data);

	if (id < 0)
		return ERR_PTR(id);
	if (!link)
		return ERR_PTR(nl_err(r->x, -EINVAL, "link not specified"));
	real = dev_get_by_index(r->net, (int)nla_get_u32(link));
	if (!real)
		return ERR_PTR(nl_err_attr(r->x, -ENODEV, link,
					   "link does not exist"));
	if (choose_name(r->net, name, text))
		return ERR_PTR(-EINVAL);
	dev = register_vlan_device(real, text, (u16)id);
	return IS_ERR(dev) ? ERR_PTR(refusal(r, (int)PTR_ERR(dev))) : dev;
}

/**
 * rtnl_make_vlan() - Make the device that a request describes.
 * @r:  RTM_NEWLINK.
 * @tb: its attributes.
 *
 * Return: the device, not up; -EOPNOTSUPP: a kind that is none of ours;
 *         -EINVAL, -ENODEV, -ERANGE, -EEXIST, -EPROTONOSUPPORT, -ENOBUFS.
 */
struct net_device *rtnl_make_vlan(const struct nl_request *r,
				  const struct nlattr *const *tb)
{
	const struct nlattr *info[IFLA_INFO_DATA + 1] = { NULL };
	char kind[16] = "";
	int err = 0;

	if (tb[IFLA_LINKINFO])
		err = nla_parse_nested(info, IFLA_INFO_DATA, tb[IFLA_LINKINFO],
				       info_policy, NLA_STRICT, r->x);
	if (err)
		return ERR_PTR(err);
	if (!info[IFLA_INFO_KIND] ||
	    nla_strscpy(kind, info[IFLA_INFO_KIND], sizeof(kind)) ||
	    strcmp(kind, "vlan") != 0)
		return ERR_PTR(
			nl_err(r->x, -EOPNOTSUPP, "Unknown device type"));
	return make(r, tb[IFLA_LINK], tb[IFLA_IFNAME], info[IFLA_INFO_DATA]);
}

/**
 * rtnl_put_vlan() - What only a VLAN device has: IFLA_LINKINFO.
 * @skb: the message.
 * @dev: the device.
 *
 * Return: 0 or -EMSGSIZE.
 */
int rtnl_put_vlan(struct sk_buff *skb, const struct net_device *dev)
{
	static const struct ifla_vlan_flags flags = { VLAN_FLAG_REORDER_HDR,
						      ~0U };
	struct nlattr *info = nla_nest_start(skb, IFLA_LINKINFO), *data;
	int err;

	if (!info)
		return -EMSGSIZE;
	err = nla_put_string(skb, IFLA_INFO_KIND, "vlan");
	data = err ? NULL : nla_nest_start(skb, IFLA_INFO_DATA);
	if (!data)
		return -EMSGSIZE;
	err = nla_put_u16(skb, IFLA_VLAN_PROTOCOL,
			  (__force u16)htons(ETH_P_8021Q));
	err = err ?: nla_put_u16(skb, IFLA_VLAN_ID, vlan_dev_vlan_id(dev));
	err = err ?: nla_put(skb, IFLA_VLAN_FLAGS, sizeof(flags), &flags);
	return err ?: nla_nest_end(skb, data) ?: nla_nest_end(skb, info);
}

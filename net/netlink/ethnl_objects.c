// SPDX-License-Identifier: MIT
/*
 * DOC: the objects of the family "ethtool" that are more than a row of numbers:
 * names, the link, features, messages, time stamps, standard counters.
 *
 * No state. Called by ethnl.c through its table; calls net/core/ethtool.c.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/netlink/ethnl_int.h"

/* --- names --- */

static int put_strings(struct sk_buff *skb, struct net_device *dev, u32 set,
		       u32 n)
{
	struct nlattr *all, *one;
	char(*names)[ETH_GSTRING_LEN];
	int err = 0;
	u32 i;

	all = nla_nest_start(skb, ETHTOOL_A_STRINGSET_STRINGS | NLA_F_NESTED);
	if (!all)
		return -EMSGSIZE;
	names = kzalloc(n * sizeof(*names), GFP_KERNEL);
	if (!names)
		return -ENOMEM;
	ethtool_sset_strings(dev, set, names);
	for (i = 0; i < n && !err; i++) {
		names[i][ETH_GSTRING_LEN - 1] = '\0';
		one = nla_nest_start(skb,
				     ETHTOOL_A_STRINGS_STRING | NLA_F_NESTED);
		err = !one ? -EMSGSIZE
			   : nla_put_u32(skb, ETHTOOL_A_STRING_INDEX, i)
			     ?: nla_put_string(skb, ETHTOOL_A_STRING_VALUE,
					       names[i])
			     ?: nla_nest_end(skb, one);
	}
	kfree(names);
	return err ?: nla_nest_end(skb, all);
}

static int put_set(struct ethnl_req *q, u32 set)
{
	u32 n = ethtool_sset_count(q->dev, set);
	struct nlattr *nest;
	int err;

	if (!n)
		return 0;
	nest = nla_nest_start(q->skb,
			      ETHTOOL_A_STRINGSETS_STRINGSET | NLA_F_NESTED);
	if (!nest)
		return -EMSGSIZE;
	err = nla_put_u32(q->skb, ETHTOOL_A_STRINGSET_ID, set)
		      ?: nla_put_u32(q->skb, ETHTOOL_A_STRINGSET_COUNT, n);
	if (!err && !q->tb[ETHTOOL_A_STRSET_COUNTS_ONLY])
		err = put_strings(q->skb, q->dev, set, n);
	return err ?: nla_nest_end(q->skb, nest);
}

/* Which sets are asked for, a bit each; none is all. */
static int wanted_sets(const struct ethnl_req *q, u32 *wanted)
{
	static const struct nla_policy policy[] = {
		[ETHTOOL_A_STRINGSET_ID] = { .kind = NLA_U32 },
	};
	const struct nlattr *sets = q->tb[ETHTOOL_A_STRSET_STRINGSETS], *a;
	const struct nlattr *tb[ETHTOOL_A_STRINGSET_ID + 1];
	u32 id, left = sets ? nla_len(sets) : 0;
	int err;

	*wanted = sets ? 0 : UINT32_MAX;
	for (a = sets ? nla_data(sets) : NULL; a && nla_ok(a, left);
	     a = nla_next(a, &left)) {
		if ((a->nla_type & NLA_TYPE_MASK) !=
		    ETHTOOL_A_STRINGSETS_STRINGSET)
			return nl_err_attr(q->x, -EINVAL, a,
					   "Unknown attribute type");
		err = nla_parse_nested(tb, ETHTOOL_A_STRINGSET_ID, a, policy,
				       NLA_EXACT, q->x);
		if (err)
			return err;
		if (!tb[ETHTOOL_A_STRINGSET_ID])
			return nl_err_attr(q->x, -EINVAL, a,
					   "no string set id specified");
		id = nla_get_u32(tb[ETHTOOL_A_STRINGSET_ID]);
		if (id >= ETH_SS_COUNT)
			return nl_err_attr(q->x, -EOPNOTSUPP, a,
					   "unknown string set id");
		*wanted |= 1U << id;
	}
	return 0;
}

/**
 * ethnl_fill_strset() - STRSET: names of what has bits or counters.
 * @q: the request; with a device also the names that are its own.
 *
 * Return: 0; -EMSGSIZE, -ENOMEM; -EINVAL: a device's set without a device;
 *         -EOPNOTSUPP: there is no such set.
 */
int ethnl_fill_strset(struct ethnl_req *q)
{
	const u32 of_a_device = 1U << ETH_SS_TEST | 1U << ETH_SS_STATS |
				1U << ETH_SS_PRIV_FLAGS |
				1U << ETH_SS_PHY_STATS;
	struct nlattr *nest;
	u32 wanted, set;
	int err = wanted_sets(q, &wanted);

	if (err)
		return err;
	if (!q->dev && wanted != UINT32_MAX && (wanted & of_a_device))
		return nl_err(q->x, -EINVAL,
			      "requested per device strings without dev");
	nest = nla_nest_start(q->skb,
			      ETHTOOL_A_STRSET_STRINGSETS | NLA_F_NESTED);
	if (!nest)
		return -EMSGSIZE;
	for (set = 0; set < ETH_SS_COUNT && !err; set++)
		if (wanted >> set & 1)
			err = put_set(q, set);
	return err ?: nla_nest_end(q->skb, nest);
}

/* --- the link --- */

/* Fields of one byte of the link's settings. */
struct link_field {
	u8 attr, offset;
};
#define LINK_FIELD(attr, field)                                     \
	{                                                           \
		attr, offsetof(struct ethtool_link_settings, field) \
	}

static int put_link_fields(struct sk_buff *skb,
			   const struct ethtool_link_ksettings *ks,
			   const struct link_field *f, u32 n)
{
	int err = 0;

	for (; n && !err; n--, f++)
		err = nla_put_u8(skb, f->attr,
				 ((const u8 *)&ks->base)[f->offset]);
	return err;
}

/**
 * ethnl_fill_linkinfo() - LINKINFO: port and transceiver. @q: the request.
 *
 * Return: 0, -EMSGSIZE, what the device says.
 */
int ethnl_fill_linkinfo(struct ethnl_req *q)
{
	static const struct link_field fields[] = {
		LINK_FIELD(ETHTOOL_A_LINKINFO_PORT, port),
		LINK_FIELD(ETHTOOL_A_LINKINFO_PHYADDR, phy_address),
		LINK_FIELD(ETHTOOL_A_LINKINFO_TP_MDIX, eth_tp_mdix),
		LINK_FIELD(ETHTOOL_A_LINKINFO_TP_MDIX_CTRL, eth_tp_mdix_ctrl),
		LINK_FIELD(ETHTOOL_A_LINKINFO_TRANSCEIVER, transceiver),
	};
	struct ethtool_link_ksettings ks;
	int err = ethtool_get_link_ksettings(q->dev, &ks);

	return err ?: put_link_fields(q->skb, &ks, fields, ARRAY_SIZE(fields));
}

/**
 * ethnl_fill_linkmodes() - LINKMODES: what the link can do and does.
 * @q: the request.
 *
 * Return: 0, -EMSGSIZE, what the device says.
 */
int ethnl_fill_linkmodes(struct ethnl_req *q)
{
	static const struct link_field fields[] = {
		LINK_FIELD(ETHTOOL_A_LINKMODES_AUTONEG, autoneg),
		LINK_FIELD(ETHTOOL_A_LINKMODES_DUPLEX, duplex),
	};
	struct ethtool_link_ksettings ks;
	int err = ethtool_get_link_ksettings(q->dev, &ks);

	err = err ?: put_link_fields(q->skb, &ks, fields, ARRAY_SIZE(fields));
	err = err
		      ?: nla_put_u32(q->skb, ETHTOOL_A_LINKMODES_SPEED,
				     ks.base.speed);
	err = err
		      ?: ethnl_put_bitset(q, ETHTOOL_A_LINKMODES_OURS,
					  ks.advertising, &ks.supported,
					  ETH_SS_LINK_MODES);
	if (!err && ks.lp_advertising)
		err = ethnl_put_bitset(q, ETHTOOL_A_LINKMODES_PEER,
				       ks.lp_advertising, NULL,
				       ETH_SS_LINK_MODES);
	return err;
}

/* --- messages --- */

/**
 * ethnl_fill_debug() - DEBUG: of what the driver tells. @q: the request.
 *
 * Return: 0, -EMSGSIZE, -EOPNOTSUPP.
 */
int ethnl_fill_debug(struct ethnl_req *q)
{
	struct ethtool_value v;
	int err = ethtool_get(q->dev, ETHTOOL_GMSGLVL, &v);

	return err
		       ?: ethnl_put_bitset(q, ETHTOOL_A_DEBUG_MSGMASK, v.data,
					   NULL, ETH_SS_MSG_CLASSES);
}

/**
 * ethnl_set_debug() - DEBUG_SET. @r: the request, @q: the same, parsed.
 *
 * Return: 0, -EINVAL, -ERANGE, -EOPNOTSUPP.
 */
int ethnl_set_debug(const struct nl_request *r, struct ethnl_req *q)
{
	const struct nlattr *a = q->tb[ETHTOOL_A_DEBUG_MSGMASK];
	struct ethtool_value v;
	u32 bits, mask, wanted, word;
	int err = ethtool_get(q->dev, ETHTOOL_GMSGLVL, &v);

	if (err || !a)
		return err;
	err = ethnl_parse_bitset(a, ETH_SS_MSG_CLASSES, &bits, &mask, q->x);
	wanted = (v.data & ~mask) | (bits & mask);
	if (err || wanted == v.data)
		return err;
	v.data = wanted;
	return ethtool_set(q->dev, ETHTOOL_SMSGLVL, &v, &word);
}

/* --- features --- */

/**
 * ethnl_fill_features() - FEATURES: which there are, and which are on.
 * @q: the request.
 *
 * Return: 0 or -EMSGSIZE.
 */
int ethnl_fill_features(struct ethnl_req *q)
{
	u32 all = (1U << ethtool_sset_count(NULL, ETH_SS_FEATURES)) - 1;
	u32 on = (u32)q->dev->features;

	return ethnl_put_bitset(q, ETHTOOL_A_FEATURES_HW,
				(u32)q->dev->hw_features, &all,
				ETH_SS_FEATURES)
		       ?: ethnl_put_bitset(q, ETHTOOL_A_FEATURES_WANTED, on,
					   NULL, ETH_SS_FEATURES)
		       ?: ethnl_put_bitset(q, ETHTOOL_A_FEATURES_ACTIVE, on,
					   NULL, ETH_SS_FEATURES)
		       ?: ethnl_put_bitset(q, ETHTOOL_A_FEATURES_NOCHANGE,
					   (u32)ethtool_never_changed(q->dev),
					   NULL, ETH_SS_FEATURES);
}

/* What was wanted and is not, and what has changed. */
static int features_reply(const struct nl_request *r, struct ethnl_req *q,
			  u32 wanted, u32 missed, u32 changed)
{
	struct nlmsghdr *h;
	int err;

	q->skb = nlmsg_new(GFP_KERNEL);
	if (!q->skb)
		return -ENOBUFS;
	h = ethnl_put(q, r->portid, r->nlh->nlmsg_seq, 0,
		      ETHTOOL_MSG_FEATURES_SET_REPLY);
	err = h ? 0 : -EMSGSIZE;
	err = err
		      ?: ethnl_put_bitset(q, ETHTOOL_A_FEATURES_WANTED,
					  wanted & missed, &missed,
					  ETH_SS_FEATURES);
	err = err
		      ?: ethnl_put_bitset(q, ETHTOOL_A_FEATURES_ACTIVE,
					  (u32)q->dev->features & changed,
					  &changed, ETH_SS_FEATURES);
	if (err) {
		kfree_skb(q->skb);
		return err;
	}
	nlmsg_end(q->skb, h);
	(void)netlink_reply(r, q->skb);
	return 0;
}

/**
 * ethnl_set_features() - FEATURES_SET, which tells what came of it.
 * @r: the request.
 * @q: the same, parsed.
 *
 * Return: 0: it is in the reply what could not be; -EINVAL, -ERANGE,
 *         -EOPNOTSUPP, -ENOBUFS; the driver's errno.
 */
int ethnl_set_features(const struct nl_request *r, struct ethnl_req *q)
{
	const struct nlattr *a = q->tb[ETHTOOL_A_FEATURES_WANTED];
	u32 bits, mask, wanted, before = (u32)q->dev->features;
	int err;

	if (!a)
		return nl_err(q->x, -EINVAL, "no features are named");
	err = ethnl_parse_bitset(a, ETH_SS_FEATURES, &bits, &mask, q->x);
	wanted = (before & ~mask) | (bits & mask);
	err = err ?: dev_set_features(q->dev, wanted);
	if (err || (q->flags & ETHTOOL_FLAG_OMIT_REPLY))
		return err;
	return features_reply(r, q, wanted,
			      (wanted ^ (u32)q->dev->features) & mask,
			      before ^ (u32)q->dev->features);
}

/* --- time stamps --- */

/**
 * ethnl_fill_tsinfo() - TSINFO: which time stamps packets get.
 * @q: the request.
 *
 * Return: 0, -EMSGSIZE.
 */
int ethnl_fill_tsinfo(struct ethnl_req *q)
{
	struct ethtool_ts_info info;
	int err = ethtool_get(q->dev, ETHTOOL_GET_TS_INFO, &info);

	return err
		       ?: ethnl_put_bitset(q, ETHTOOL_A_TSINFO_TIMESTAMPING,
					   info.so_timestamping, NULL,
					   ETH_SS_SOF_TIMESTAMPING);
}

/* --- standard counters --- */

/**
 * ethnl_fill_stats() - STATS: groups of counters, which no driver has.
 * @q: the request.
 *
 * Return: 0, -EMSGSIZE, -EINVAL, -EOPNOTSUPP.
 */
int ethnl_fill_stats(struct ethnl_req *q)
{
	const struct nlattr *a = q->tb[ETHTOOL_A_STATS_GROUPS];
	u32 groups = 0, mask, i;
	struct nlattr *nest;
	int err = 0;

	if (a)
		err = ethnl_parse_bitset(a, ETH_SS_STATS_STD, &groups, &mask,
					 q->x);
	if (!err && !groups)
		err = nl_err(q->x, -EINVAL, "no stats requested");
	for (i = 0; groups >> i && !err; i++) {
		if (!(groups >> i & 1))
			continue;
		nest = nla_nest_start(q->skb,
				      ETHTOOL_A_STATS_GRP | NLA_F_NESTED);
		err = !nest ? -EMSGSIZE
			    : nla_put_u32(q->skb, ETHTOOL_A_STATS_GRP_ID, i)
			      ?: nla_put_u32(q->skb, ETHTOOL_A_STATS_GRP_SS_ID,
					     ETH_SS_STATS_ETH_PHY + i)
			      ?: nla_nest_end(q->skb, nest);
	}
	return err;
}

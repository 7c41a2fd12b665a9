// SPDX-License-Identifier: MIT
/*
 * DOC: generic netlink's family "ethtool": what ethtool(8) asks and sets, for
 * one device or, asked only, for all, and news of what was set. Most objects
 * are the struct that SIOCETHTOOL gives, an attribute for each word of it; the
 * others have functions in ethnl_objects.c. What no driver here answers is
 * refused with EOPNOTSUPP, as by Linux for an operation that a driver lacks.
 *
 * State: the number of the last piece of news. Task context. Called by
 * genetlink.c; calls net/core/ethtool.c, which calls back with news.
 */
#include "lib/err.h"
#include "net/netlink/ethnl_int.h"

/* Attribute n is word n - 1 of the struct of @cmd, from the header's on. */
struct ethnl_object {
	u8 get, reply; /* the first of its messages */
	u8 header;     /* attribute; 0: ETHTOOL_A_HEADER */
	u8 max;        /* attribute of a GET; 0: the header */
	u8 words;      /* that many, if there is no @fill */
	u8 cmd;        /* ETHTOOL_G*, of these; ETHTOOL_S* sets them */
	u8 set_cmd, set_first;
	u8 set_max; /* attribute of a SET, of which some are refused */
	u32 bytes;  /* bit n: attribute n is of one byte */
	const struct nla_policy *policy; /* of a GET, or of what @set sets */
	int (*fill)(struct ethnl_req *q);
	int (*set)(const struct nl_request *r, struct ethnl_req *q);
};

static const struct nla_policy nest_policy[] = {
	[ETHTOOL_A_HEADER] = { .kind = NLA_NESTED },
	[2] = { .kind = NLA_NESTED },
};
static const struct nla_policy strset_policy[] = {
	[ETHTOOL_A_HEADER] = { .kind = NLA_NESTED },
	[ETHTOOL_A_STRSET_STRINGSETS] = { .kind = NLA_NESTED },
	[ETHTOOL_A_STRSET_COUNTS_ONLY] = { .kind = NLA_FLAG },
};
static const struct nla_policy features_policy[] = {
	[ETHTOOL_A_HEADER] = { .kind = NLA_NESTED },
	[ETHTOOL_A_FEATURES_WANTED] = { .kind = NLA_NESTED },
};
static const struct nla_policy stats_policy[] = {
	[ETHTOOL_A_STATS_HEADER] = { .kind = NLA_NESTED },
	[ETHTOOL_A_STATS_GROUPS] = { .kind = NLA_NESTED },
};

static const struct ethnl_object objects[] = {
	{ .get = ETHTOOL_MSG_STRSET_GET,
	  .reply = ETHTOOL_MSG_STRSET_GET_REPLY,
	  .max = ETHTOOL_A_STRSET_COUNTS_ONLY,
	  .policy = strset_policy,
	  .fill = ethnl_fill_strset },
	{ .get = ETHTOOL_MSG_LINKINFO_GET,
	  .reply = ETHTOOL_MSG_LINKINFO_GET_REPLY,
	  .fill = ethnl_fill_linkinfo },
	{ .get = ETHTOOL_MSG_LINKMODES_GET,
	  .reply = ETHTOOL_MSG_LINKMODES_GET_REPLY,
	  .fill = ethnl_fill_linkmodes },
	{ .get = ETHTOOL_MSG_LINKSTATE_GET,
	  .reply = ETHTOOL_MSG_LINKSTATE_GET_REPLY,
	  .words = 1,
	  .cmd = ETHTOOL_GLINK,
	  .bytes = BIT(ETHTOOL_A_LINKSTATE_LINK) },
	{ .get = ETHTOOL_MSG_DEBUG_GET,
	  .reply = ETHTOOL_MSG_DEBUG_GET_REPLY,
	  .cmd = ETHTOOL_GMSGLVL,
	  .set_max = ETHTOOL_A_DEBUG_MSGMASK,
	  .policy = nest_policy,
	  .fill = ethnl_fill_debug,
	  .set = ethnl_set_debug },
	{ .get = ETHTOOL_MSG_FEATURES_GET,
	  .reply = ETHTOOL_MSG_FEATURES_GET_REPLY,
	  .set_max = ETHTOOL_A_FEATURES_WANTED,
	  .policy = features_policy,
	  .fill = ethnl_fill_features,
	  .set = ethnl_set_features },
	{ .get = ETHTOOL_MSG_RINGS_GET,
	  .reply = ETHTOOL_MSG_RINGS_GET_REPLY,
	  .words = 8,
	  .cmd = ETHTOOL_GRINGPARAM,
	  .set_cmd = ETHTOOL_SRINGPARAM,
	  .set_first = ETHTOOL_A_RINGS_RX,
	  .set_max = ETHTOOL_A_RINGS_TX_PUSH },
	{ .get = ETHTOOL_MSG_COALESCE_GET,
	  .reply = ETHTOOL_MSG_COALESCE_GET_REPLY,
	  .words = 22,
	  .cmd = ETHTOOL_GCOALESCE,
	  .set_cmd = ETHTOOL_SCOALESCE,
	  .set_first = ETHTOOL_A_COALESCE_RX_USECS,
	  .set_max = ETHTOOL_A_COALESCE_MAX,
	  .bytes = BIT(ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX) |
		   BIT(ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX) },
	{ .get = ETHTOOL_MSG_PAUSE_GET,
	  .reply = ETHTOOL_MSG_PAUSE_GET_REPLY,
	  .words = 3,
	  .cmd = ETHTOOL_GPAUSEPARAM,
	  .bytes = BIT(ETHTOOL_A_PAUSE_AUTONEG) | BIT(ETHTOOL_A_PAUSE_RX) |
		   BIT(ETHTOOL_A_PAUSE_TX) },
	{ .get = ETHTOOL_MSG_TSINFO_GET,
	  .reply = ETHTOOL_MSG_TSINFO_GET_REPLY,
	  .fill = ethnl_fill_tsinfo },
	{ .get = ETHTOOL_MSG_STATS_GET,
	  .reply = ETHTOOL_MSG_STATS_GET_REPLY,
	  .header = ETHTOOL_A_STATS_HEADER,
	  .max = ETHTOOL_A_STATS_GROUPS,
	  .policy = stats_policy,
	  .fill = ethnl_fill_stats },
	/* A port without a module has nothing to tell, as on Linux. */
	{ .get = ETHTOOL_MSG_MODULE_GET,
	  .reply = ETHTOOL_MSG_MODULE_GET_REPLY },
};

/* A command that sets or acts is the administrator's. */
#define OP_GET (GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP | GENL_CMD_CAP_HASPOL)
#define OP_SET (GENL_CMD_CAP_DO | GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_HASPOL)
static const u8 ethnl_ops[ETHTOOL_MSG_USER_MAX + 1] = {
	[ETHTOOL_MSG_STRSET_GET] = OP_GET,
	[ETHTOOL_MSG_LINKINFO_GET] = OP_GET,
	[ETHTOOL_MSG_LINKINFO_GET + 1] = OP_SET,
	[ETHTOOL_MSG_LINKMODES_GET] = OP_GET,
	[ETHTOOL_MSG_LINKMODES_GET + 1] = OP_SET,
	[ETHTOOL_MSG_LINKSTATE_GET] = OP_GET,
	[ETHTOOL_MSG_DEBUG_GET] = OP_GET,
	[ETHTOOL_MSG_DEBUG_SET] = OP_SET,
	[ETHTOOL_MSG_WOL_GET] = OP_GET | GENL_UNS_ADMIN_PERM,
	[ETHTOOL_MSG_WOL_GET + 1] = OP_SET,
	[ETHTOOL_MSG_FEATURES_GET] = OP_GET,
	[ETHTOOL_MSG_FEATURES_SET] = OP_SET,
	[13] = OP_GET, /* private flags */
	[14] = OP_SET,
	[ETHTOOL_MSG_RINGS_GET] = OP_GET,
	[ETHTOOL_MSG_RINGS_SET] = OP_SET,
	[ETHTOOL_MSG_CHANNELS_GET] = OP_GET,
	[ETHTOOL_MSG_CHANNELS_GET + 1] = OP_SET,
	[ETHTOOL_MSG_COALESCE_GET] = OP_GET,
	[ETHTOOL_MSG_COALESCE_SET] = OP_SET,
	[ETHTOOL_MSG_PAUSE_GET] = OP_GET,
	[ETHTOOL_MSG_PAUSE_GET + 1] = OP_SET,
	[ETHTOOL_MSG_EEE_GET] = OP_GET,
	[ETHTOOL_MSG_EEE_GET + 1] = OP_SET,
	[ETHTOOL_MSG_TSINFO_GET] = OP_GET,
	[26] = OP_SET, /* tests of the cable */
	[27] = OP_SET,
	[28] = OP_GET, /* tunnels */
	[29] = OP_GET, /* FEC */
	[30] = OP_SET,
	[31] = OP_GET | GENL_UNS_ADMIN_PERM, /* a module's memory */
	[ETHTOOL_MSG_STATS_GET] = OP_GET,
	[33] = OP_GET, /* clocks */
	[ETHTOOL_MSG_MODULE_GET] = OP_GET,
	[ETHTOOL_MSG_MODULE_GET + 1] = OP_SET,
	[36] = OP_GET, /* power over Ethernet */
	[37] = OP_SET,
};

static u32 news_seq;

static const struct ethnl_object *find_object(u8 cmd)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		if (objects[i].get == cmd ||
		    ((objects[i].set_cmd || objects[i].set) &&
		     objects[i].get + 1 == cmd))
			return &objects[i];
	return NULL;
}

static u16 header_attr(const struct ethnl_object *o)
{
	return o && o->header ? o->header : ETHTOOL_A_HEADER;
}

/* --- requests --- */

static int find_dev(struct net *net, struct ethnl_req *q,
		    const struct nlattr *header, const struct nlattr *index,
		    const struct nlattr *name)
{
	char text[IFNAMSIZ];

	if (index) {
		q->dev = dev_get_by_index(net, (int)nla_get_u32(index));
		if (!q->dev)
			return nl_err_attr(q->x, -ENODEV, index,
					   "no device matches ifindex");
	}
	if (!name)
		return 0;
	if (nla_strscpy(text, name, sizeof(text)))
		text[0] = '\0'; /* too long to be one's */
	if (index)
		return strcmp(text, q->dev->name)
			       ? nl_err_attr(q->x, -ENODEV, header,
					     "ifindex and name do not match")
			       : 0;
	q->dev = dev_get_by_name(net, text);
	return q->dev ? 0
		      : nl_err_attr(q->x, -ENODEV, name,
				    "no device matches name");
}

/* The device and the flags that a request's header says. */
static int parse_header(struct net *net, struct ethnl_req *q,
			const struct nlattr *header)
{
	static const struct nla_policy policy[] = {
		[ETHTOOL_A_HEADER_DEV_INDEX] = { .kind = NLA_U32 },
		[ETHTOOL_A_HEADER_DEV_NAME] = { .kind = NLA_NUL_STRING,
						.len = 127 },
		[ETHTOOL_A_HEADER_FLAGS] = { .kind = NLA_U32 },
	};
	u32 known = ETHTOOL_FLAG_COMPACT_BITSETS | ETHTOOL_FLAG_OMIT_REPLY;
	const struct nlattr *tb[ETHTOOL_A_HEADER_FLAGS + 1], *flags;
	int err;

	if (!header)
		return 0;
	err = nla_parse_nested(tb, ETHTOOL_A_HEADER_FLAGS, header, policy,
			       NLA_EXACT, q->x);
	if (err)
		return err;
	flags = tb[ETHTOOL_A_HEADER_FLAGS];
	if (flags)
		q->flags = nla_get_u32(flags);
	if (q->o && q->o->cmd == ETHTOOL_GPAUSEPARAM)
		known |= ETHTOOL_FLAG_STATS;
	if (q->flags & ~known)
		return nl_err_attr(q->x, -EINVAL, flags, "reserved bit set");
	return find_dev(net, q, header, tb[ETHTOOL_A_HEADER_DEV_INDEX],
			tb[ETHTOOL_A_HEADER_DEV_NAME]);
}

/* What a SET by words may say: numbers; what no driver has is refused. */
static void words_policy(const struct ethnl_object *o, struct nla_policy *p)
{
	u32 i;

	for (i = o->set_first; i <= o->set_max; i++)
		p[i].kind = i > o->words + 1U   ? NLA_REJECT
			    : o->bytes >> i & 1 ? NLA_U8
						: NLA_U32;
}

/* @q gets its device, if one is named, and its attributes. */
static int parse_request(const struct nl_request *r, struct ethnl_req *q,
			 bool set)
{
	struct nla_policy words[ETHNL_ATTR_MAX + 1] = {
		[ETHTOOL_A_HEADER] = { .kind = NLA_NESTED }
	};
	const struct nla_policy *policy = words;
	const struct ethnl_object *o = q->o;
	u32 max = ETHTOOL_A_HEADER;
	int err;

	q->x = r->x;
	if (set && o)
		max = o->set_max;
	else if (o && o->max)
		max = o->max;
	if (set && o && !o->set)
		words_policy(o, words);
	else if (o && max > ETHTOOL_A_HEADER)
		policy = o->policy;
	/* What is refused anyhow may say what it likes. */
	if (o)
		err = genlmsg_parse(r, q->tb, max, policy);
	else
		err = nlmsg_parse(r, GENL_HDRLEN, q->tb, max, policy);
	return err ?: parse_header(r->net, q, q->tb[header_attr(o)]);
}

/* Names may be nobody's. */
static int need_dev(const struct ethnl_req *q, u8 cmd)
{
	const struct nlattr *header = q->tb[header_attr(q->o)];

	if (!header)
		return nl_err(q->x, -EINVAL, "request header missing");
	if (q->dev || cmd == ETHTOOL_MSG_STRSET_GET)
		return 0;
	return nl_err_attr(q->x, -EINVAL, header,
			   "neither ifindex nor name specified");
}

/* --- answers --- */

static int put_header(struct sk_buff *skb, u16 type,
		      const struct net_device *dev)
{
	struct nlattr *nest = nla_nest_start(skb, type | NLA_F_NESTED);

	if (!nest)
		return -EMSGSIZE;
	return nla_put_u32(skb, ETHTOOL_A_HEADER_DEV_INDEX, (u32)dev->ifindex)
		       ?: nla_put_string(skb, ETHTOOL_A_HEADER_DEV_NAME,
					 dev->name)
		       ?: nla_nest_end(skb, nest);
}

/**
 * ethnl_put() - Begin an answer or a piece of news.
 * @q:      where to, and the device.
 * @portid: of whom it is for.
 * @seq:    the request's.
 * @flags:  NLM_F_*.
 * @cmd:    ETHTOOL_MSG_*_REPLY, _NTF.
 *
 * Return: the message, for nlmsg_end(); NULL: no room.
 */
struct nlmsghdr *ethnl_put(struct ethnl_req *q, u32 portid, u32 seq, u16 flags,
			   u8 cmd)
{
	struct nlmsghdr *h =
		genlmsg_put(q->skb, portid, seq, &ethnl_family, flags, cmd);

	if (h && q->dev && put_header(q->skb, header_attr(q->o), q->dev)) {
		nlmsg_cancel(q->skb, h);
		return NULL;
	}
	return h;
}

/* Whether a word is told: of rings those that there are, of moderation those
 * that the driver knows. */
static bool is_told(const struct ethnl_req *q, u32 i, const u32 *words)
{
	if (q->o->cmd == ETHTOOL_GRINGPARAM)
		return words[i > 4 ? i - 4 : i];
	if (q->o->cmd == ETHTOOL_GCOALESCE)
		return words[i] ||
		       q->dev->ethtool_ops->supported_coalesce_params >>
				       (i - 1) &
			       1;
	return true;
}

static int fill_words(const struct ethnl_req *q)
{
	u32 words[ETHTOOL_DATA_MAX / sizeof(u32)] = { 0 }, i;
	const struct ethnl_object *o = q->o;
	int err = o->cmd ? ethtool_get(q->dev, o->cmd, words) : 0;

	for (i = 1; i <= o->words && !err; i++)
		if (is_told(q, i, words))
			err = o->bytes >> (i + 1) & 1
				      ? nla_put_u8(q->skb, (u16)(i + 1),
						   (u8)words[i])
				      : nla_put_u32(q->skb, (u16)(i + 1),
						    words[i]);
	if (!err && o->cmd == ETHTOOL_GRINGPARAM)
		err = nla_put_u8(q->skb, ETHTOOL_A_RINGS_TX_PUSH, 0);
	return err;
}

static int fill(struct ethnl_req *q, u32 portid, u32 seq, u16 flags, u8 cmd)
{
	struct nlmsghdr *h = ethnl_put(q, portid, seq, flags, cmd);
	int err;

	if (!h)
		return -EMSGSIZE;
	err = q->o->fill ? q->o->fill(q) : fill_words(q);
	if (err)
		nlmsg_cancel(q->skb, h);
	else
		nlmsg_end(q->skb, h);
	return err;
}

static int ethnl_get(const struct nl_request *r, struct ethnl_req *q)
{
	int err;

	q->skb = nlmsg_new(GFP_KERNEL);
	if (!q->skb)
		return -ENOBUFS;
	err = fill(q, r->portid, r->nlh->nlmsg_seq, 0, q->o->reply);
	if (err) {
		kfree_skb(q->skb);
		return err;
	}
	(void)netlink_reply(r, q->skb);
	return 0;
}

/* args[0]: the last ifindex that was told. */
static int ethnl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nl_request r = { .net = cb->net, .nlh = cb->nlh, .x = &cb->x };
	struct ethnl_req q = { .o = find_object(genl_cmd(cb->nlh)) };
	int err = parse_request(&r, &q, false);

	if (err == -ENODEV)
		err = 0; /* it went since the dump began */
	if (err || !q.o)
		return err;
	q.skb = skb;
	list_for_each_entry (q.dev, &cb->net->dev_base_head, dev_list) {
		if (q.dev->ifindex <= (int)cb->args[0])
			continue;
		err = fill(&q, cb->portid, cb->seq, cb->flags, q.o->reply);
		if (err == -EMSGSIZE && skb->len)
			return 1;
		if (err && err != -EOPNOTSUPP)
			return err;
		cb->args[0] = (u64)q.dev->ifindex;
	}
	return 0;
}

/* What the header says of a device does not count: all of them are told. */
static int ethnl_start(const struct nl_request *r, u8 cmd)
{
	struct ethnl_req q = { .o = find_object(cmd) };
	u32 groups, mask;
	int err = parse_request(r, &q, false);

	if (err || cmd != ETHTOOL_MSG_STATS_GET)
		return err;
	if (!q.tb[ETHTOOL_A_STATS_GROUPS])
		return nl_err(r->x, -EINVAL, "no stats requested");
	return ethnl_parse_bitset(q.tb[ETHTOOL_A_STATS_GROUPS],
				  ETH_SS_STATS_STD, &groups, &mask, r->x);
}

/* --- setting --- */

/* Take over what the request says; true: something is another. -EINVAL: the
 * driver does not know a setting. */
static int change_words(const struct ethnl_req *q, u32 *words)
{
	u32 known = q->dev->ethtool_ops->supported_coalesce_params, i, v;
	int changed = 0;

	for (i = 1; i <= q->o->words; i++) {
		const struct nlattr *a = q->tb[i + 1];

		if (!a)
			continue;
		if (q->o->cmd == ETHTOOL_GCOALESCE && !(known >> (i - 1) & 1))
			return nl_err_attr(
				q->x, -EINVAL, a,
				"cannot modify an unsupported parameter");
		v = nla_get_u32(a);
		changed |= v != words[i];
		words[i] = v;
	}
	return changed;
}

static int set_words(const struct ethnl_req *q)
{
	u32 words[ETHTOOL_DATA_MAX / sizeof(u32)], word;
	int err = ethtool_get(q->dev, q->o->cmd, words);

	if (err)
		return err;
	err = change_words(q, words);
	if (err <= 0)
		return err;
	words[0] = q->o->set_cmd;
	err = ethtool_set(q->dev, q->o->set_cmd, words, &word);
	if (err != -EINVAL)
		return err;
	return word ? nl_err_attr(q->x, err, q->tb[word + 1],
				  "requested ring size exceeds maximum")
		    : nl_err(q->x, err, "the device cannot do this");
}

static int ethnl_doit(const struct nl_request *r, u8 cmd)
{
	struct ethnl_req q = { .o = find_object(cmd) };
	bool set = q.o && q.o->get != cmd;
	int err = parse_request(r, &q, set) ?: need_dev(&q, cmd);

	if (err)
		return err;
	if (!q.o)
		return -EOPNOTSUPP;
	if (!set)
		return ethnl_get(r, &q);
	return q.o->set ? q.o->set(r, &q) : set_words(&q);
}

/* --- news --- */

static void ethnl_news(struct net_device *dev, const struct ethnl_object *o)
{
	struct netlink_ext_ack x = { NULL, NULL };
	struct ethnl_req q = { .o = o, .dev = dev, .x = &x };
	struct net *net = dev_net(dev);

	if (!netlink_has_listeners(net, NETLINK_GENERIC, ethnl_family.group_id))
		return;
	q.flags = ETHTOOL_FLAG_COMPACT_BITSETS;
	q.skb = nlmsg_new(GFP_ATOMIC);
	if (!q.skb)
		return;
	if (fill(&q, 0, ++news_seq, 0,
		 o->get == ETHTOOL_MSG_FEATURES_GET ? ETHTOOL_MSG_FEATURES_NTF
						    : o->reply + 1))
		kfree_skb(q.skb);
	else
		netlink_broadcast(net, NETLINK_GENERIC, ethnl_family.group_id,
				  q.skb, 0);
}

static void ethnl_was_set(struct net_device *dev, u32 cmd)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		if (objects[i].cmd == cmd)
			ethnl_news(dev, &objects[i]);
}

static void ethnl_dev_event(struct notifier_block *nb, enum netdev_event event,
			    struct net_device *dev)
{
	if (event == NETDEV_FEAT_CHANGE)
		ethnl_news(dev, find_object(ETHTOOL_MSG_FEATURES_GET));
}

static struct notifier_block ethnl_dev_notifier = { .call = ethnl_dev_event };

const struct genl_family ethnl_family = {
	.id = GENL_START_ALLOC,
	.version = ETHTOOL_GENL_VERSION,
	.nr_cmds = ARRAY_SIZE(ethnl_ops),
	.name = ETHTOOL_GENL_NAME,
	.op_flags = ethnl_ops,
	.group = ETHTOOL_MCGRP_MONITOR_NAME,
	.group_id = 1,
	.doit = ethnl_doit,
	.start = ethnl_start,
	.dump = ethnl_dump,
};

/**
 * ethnl_init() - Tell news from now on; once, at boot.
 */
void ethnl_init(void)
{
	register_netdevice_notifier(&ethnl_dev_notifier);
	ethtool_notify = ethnl_was_set;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: NETLINK_GENERIC: families that are found by name, and the controller
 * that tells of them. A request goes to the family of its type if that has the
 * command and the program may give it.
 *
 * No state; the families are a table. Task context. Called by af_netlink.c;
 * calls the genl_family.
 */
#include "net/netlink/genetlink.h"
#include "lib/err.h"

static const struct genl_family ctrl_family;
static const struct genl_family *const families[] = { &ctrl_family,
						      &ethnl_family };

/**
 * genlmsg_put() - Append a message of a family.
 * @skb:    where to.
 * @portid: of whom it is for, 0: everyone.
 * @seq:    the request's.
 * @fam:    the family.
 * @flags:  NLM_F_*.
 * @cmd:    the family's.
 *
 * Return: the message, for nlmsg_end(); NULL: no room.
 */
struct nlmsghdr *genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
			     const struct genl_family *fam, u16 flags, u8 cmd)
{
	struct nlmsghdr *h =
		nlmsg_put(skb, portid, seq, fam->id, GENL_HDRLEN, flags);
	struct genlmsghdr *g;

	if (!h)
		return NULL;
	g = nlmsg_data(h);
	g->cmd = cmd;
	g->version = fam->version;
	return h;
}

/**
 * genlmsg_parse() - The attributes of a request, as strictly as can be.
 * @r: the request.
 * @tb, @max, @policy: as for nla_parse().
 *
 * Return: 0; as nla_parse().
 */
int genlmsg_parse(const struct nl_request *r, const struct nlattr **tb, u32 max,
		  const struct nla_policy *policy)
{
	const u8 *attrs = (const u8 *)nlmsg_data(r->nlh) + GENL_HDRLEN;

	return nla_parse(tb, max, attrs,
			 r->nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, policy,
			 NLA_EXACT, r->x);
}

/* --- the controller --- */

static int put_op(struct sk_buff *skb, u8 cmd, u8 flags)
{
	struct nlattr *op = nla_nest_start(skb, cmd);

	if (!op)
		return -EMSGSIZE;
	return nla_put_u32(skb, CTRL_ATTR_OP_ID, cmd)
		       ?: nla_put_u32(skb, CTRL_ATTR_OP_FLAGS, flags)
		       ?: nla_nest_end(skb, op);
}

static int put_ops(struct sk_buff *skb, const struct genl_family *fam)
{
	struct nlattr *ops = nla_nest_start(skb, CTRL_ATTR_OPS);
	int err = ops ? 0 : -EMSGSIZE;
	u8 cmd;

	for (cmd = 0; cmd < fam->nr_cmds && !err; cmd++)
		if (fam->op_flags[cmd])
			err = put_op(skb, cmd, fam->op_flags[cmd]);
	return err ?: nla_nest_end(skb, ops);
}

static int put_group(struct sk_buff *skb, const struct genl_family *fam)
{
	struct nlattr *all = nla_nest_start(skb, CTRL_ATTR_MCAST_GROUPS);
	struct nlattr *one = all ? nla_nest_start(skb, 1) : NULL;

	if (!one)
		return -EMSGSIZE;
	return nla_put_u32(skb, CTRL_ATTR_MCAST_GRP_ID, fam->group_id)
		       ?: nla_put_string(skb, CTRL_ATTR_MCAST_GRP_NAME,
					 fam->group)
		       ?: nla_nest_end(skb, one)
		       ?: nla_nest_end(skb, all);
}

static int put_family(struct sk_buff *skb, u32 portid, u32 seq, u16 flags,
		      const struct genl_family *fam)
{
	struct nlmsghdr *h = genlmsg_put(skb, portid, seq, &ctrl_family, flags,
					 CTRL_CMD_NEWFAMILY);
	int err;

	if (!h)
		return -EMSGSIZE;
	err = nla_put_string(skb, CTRL_ATTR_FAMILY_NAME, fam->name);
	err = err ?: nla_put_u16(skb, CTRL_ATTR_FAMILY_ID, fam->id);
	err = err ?: nla_put_u32(skb, CTRL_ATTR_VERSION, fam->version);
	err = err ?: nla_put_u32(skb, CTRL_ATTR_HDRSIZE, 0);
	err = err ?: nla_put_u32(skb, CTRL_ATTR_MAXATTR, fam->maxattr);
	err = err ?: put_ops(skb, fam) ?: put_group(skb, fam);
	if (err)
		nlmsg_cancel(skb, h);
	else
		nlmsg_end(skb, h);
	return err;
}

/* args[0]: how many families have been told. */
static int ctrl_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	for (; cb->args[0] < ARRAY_SIZE(families); cb->args[0]++)
		if (put_family(skb, cb->portid, cb->seq, cb->flags,
			       families[cb->args[0]]))
			return 1;
	return 0;
}

static const struct genl_family *find_family(u16 id, const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (name ? !strcmp(families[i]->name, name)
			 : families[i]->id == id)
			return families[i];
	return NULL;
}

/* CTRL_CMD_GETFAMILY: by name, or by number. Unknown attributes are passed
 * over, as on Linux. */
static int ctrl_getfamily(const struct nl_request *r, u8 cmd)
{
	static const struct nla_policy policy[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_FAMILY_ID] = { .kind = NLA_U16 },
		[CTRL_ATTR_FAMILY_NAME] = { .kind = NLA_NUL_STRING,
					    .len = GENL_NAMSIZ - 1 },
	};
	const struct nlattr *tb[CTRL_ATTR_MAX + 1], *a;
	const struct genl_family *fam;
	char name[GENL_NAMSIZ];
	struct sk_buff *skb;
	int err = nlmsg_parse(r, GENL_HDRLEN, tb, CTRL_ATTR_MAX, policy);

	if (err)
		return err;
	a = tb[CTRL_ATTR_FAMILY_NAME];
	if (!a && !tb[CTRL_ATTR_FAMILY_ID])
		return nl_err(r->x, -EINVAL, "No family is named");
	if (a && nla_strscpy(name, a, sizeof(name)))
		return nl_err_attr(r->x, -EINVAL, a, "Too long a name");
	fam = a ? find_family(0, name)
		: find_family((u16)nla_get_u32(tb[CTRL_ATTR_FAMILY_ID]), NULL);
	if (!fam)
		return -ENOENT;
	skb = nlmsg_new(GFP_KERNEL);
	if (!skb)
		return -ENOBUFS;
	err = put_family(skb, r->portid, r->nlh->nlmsg_seq, 0, fam);
	if (err) {
		kfree_skb(skb);
		return err;
	}
	(void)netlink_reply(r, skb);
	return 0;
}

static const u8 ctrl_ops[CTRL_CMD_GETFAMILY + 1] = {
	[CTRL_CMD_GETFAMILY] =
		GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP | GENL_CMD_CAP_HASPOL,
};

static const struct genl_family ctrl_family = {
	.id = GENL_ID_CTRL,
	.version = 2,
	.nr_cmds = ARRAY_SIZE(ctrl_ops),
	.maxattr = CTRL_ATTR_MAX,
	.name = "nlctrl",
	.op_flags = ctrl_ops,
	.group = "notify",
	.group_id = GENL_ID_CTRL,
	.doit = ctrl_getfamily,
	.dump = ctrl_dump,
};

/* --- requests --- */

static int genl_rcv(const struct nl_request *r)
{
	const struct genl_family *fam = find_family(r->nlh->nlmsg_type, NULL);
	bool dump = (r->nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	u8 cmd, flags;
	int err;

	if (!fam)
		return -ENOENT;
	if (r->nlh->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return nl_err(r->x, -EINVAL, "Invalid header length");
	cmd = genl_cmd(r->nlh);
	flags = cmd < fam->nr_cmds ? fam->op_flags[cmd] : 0;
	if (!(flags & (dump ? GENL_CMD_CAP_DUMP : GENL_CMD_CAP_DO)))
		return -EOPNOTSUPP;
	if ((flags & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM)) &&
	    !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (!dump)
		return fam->doit(r, cmd);
	err = fam->start ? fam->start(r, cmd) : 0;
	return err ?: netlink_dump_start(r, fam->dump);
}

static const struct netlink_family genetlink_family = {
	.protocol = NETLINK_GENERIC,
	.max_group = GENL_ID_CTRL,
	.rcv = genl_rcv,
};

/**
 * genetlink_init() - Answer requests from now on; once, at boot.
 */
void genetlink_init(void)
{
	netlink_register(&genetlink_family);
	ethnl_init();
}

// SPDX-License-Identifier: MIT
/*
 * DOC: generic netlink: the controller; and its family "ethtool" against the
 * ioctl's answers, with what it refuses and where, dumps, and news.
 */
#include "lib/err.h"
#include "lib/uapi/if.h"
#include "net/netlink/ethnl_int.h"
#include "tests/fixtures/ethtool.h"
#include "tests/fixtures/netlink.h"

#define NEST(type) ((type) | NLA_F_NESTED)

struct genl_test {
	struct nl_test *t; /* who asks */
	struct nl_test *m; /* who watches the group */
	struct net_device *dev;
};

static struct genl_test genl_begin(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct genl_test g = { nl_begin(f, NETLINK_GENERIC),
			       nl_begin(f, NETLINK_GENERIC), f->eth0 };

	BUG_ON(nl_option(g.t, NETLINK_EXT_ACK, 1));
	BUG_ON(nl_option(g.t, NETLINK_CAP_ACK, 1));
	BUG_ON(nl_option(g.m, NETLINK_ADD_MEMBERSHIP,
			 (int)ethnl_family.group_id));
	test_ethtool_attach(f->eth0);
	return g;
}

static void genl_end(struct genl_test *g)
{
	nl_end(g->m);
	nl_end(g->t);
}

static void request(struct genl_test *g, u16 family, u8 cmd, u16 flags)
{
	struct genlmsghdr h = { .cmd = cmd, .version = 1 };

	nl_message(g->t, family, flags, &h, sizeof(h));
}

/* A request of "ethtool" for a device, by name. */
static void ask(struct genl_test *g, u8 cmd, u16 flags, const char *name)
{
	u8 nest[32] __aligned(4) = { 0 };
	struct nlattr *a = (void *)nest;
	size_t n = strlen(name) + 1;

	a->nla_type = ETHTOOL_A_HEADER_DEV_NAME;
	a->nla_len = (u16)(NLA_HDRLEN + n);
	memcpy(a + 1, name, n);
	request(g, ethnl_family.id, cmd, flags);
	nl_attr(g->t,
		NEST(cmd == ETHTOOL_MSG_STATS_GET ? ETHTOOL_A_STATS_HEADER
						  : ETHTOOL_A_HEADER),
		nest, NLMSG_ALIGN(a->nla_len));
}

/* The answer to what was asked; NULL: it was refused. */
static const struct nlmsghdr *answer(struct genl_test *g)
{
	const struct nlmsghdr *h;

	nl_send(g->t, g->t->req, g->t->len);
	h = nl_next(g->t, g->t->sock);
	return h && h->nlmsg_type != NLMSG_ERROR ? h : NULL;
}

static const struct nlattr *attr_of(const struct nlmsghdr *h, u16 type)
{
	return h ? nl_find(h, GENL_HDRLEN, type) : NULL;
}

static const struct nlattr *in_nest(const struct nlattr *nest, u16 type)
{
	u32 left = nest ? nla_len(nest) : 0;
	const struct nlattr *a;

	for (a = nest ? nla_data(nest) : NULL; a && nla_ok(a, left);
	     a = nla_next(a, &left))
		if (a->nla_type == type)
			return a;
	return NULL;
}

/* The errno of what was asked, with where and why it was refused. */
static void expect_refusal(struct kunit *test, struct genl_test *g, int err,
			   u32 offset, const char *why)
{
	const struct nlmsghdr *h = (const void *)g->t->buf;
	const struct nlattr *a;

	KUNIT_EXPECT_EQ(test, nl_talk(g->t), err);
	a = nl_find(h, sizeof(struct nlmsgerr), NLMSGERR_ATTR_MSG);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_STREQ(test, (const char *)nla_data(a), why);
	a = nl_find(h, sizeof(struct nlmsgerr), NLMSGERR_ATTR_OFFS);
	KUNIT_EXPECT_EQ(test, a ? nla_get_u32(a) : 0, offset);
}

/* The next news: its command; 0: none. */
static u8 news(struct genl_test *g)
{
	const struct nlmsghdr *h = nl_next(g->m, g->m->sock);

	return h ? genl_cmd(h) : 0;
}

/* What the ioctl tells. */
static int by_ioctl(struct genl_test *g, void *command)
{
	struct ifreq ifr = { .ifr_name = "eth0" };

	ifr.u.ifru_data = (void __user *)command;
	return dev_ethtool(g->t->f->net, (void __user *)&ifr);
}

/* --- the controller --- */

static void ctrl_tells_of_a_family(struct kunit *test)
{
	struct genl_test g = genl_begin(test);
	u16 id = ethnl_family.id, nobody = 999;
	const struct nlattr *ops, *op, *group;
	const struct nlmsghdr *h;

	request(&g, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nl_attr(g.t, CTRL_ATTR_FAMILY_NAME, "ethtool", 8);
	h = answer(&g);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, genl_cmd(h), CTRL_CMD_NEWFAMILY);
	KUNIT_EXPECT_EQ(test, nla_get_u32(attr_of(h, CTRL_ATTR_FAMILY_ID)), id);
	ops = attr_of(h, CTRL_ATTR_OPS);
	op = in_nest(ops, ETHTOOL_MSG_RINGS_SET);
	KUNIT_ASSERT_NOT_NULL(test, op);
	KUNIT_EXPECT_EQ(test, nla_get_u32(in_nest(op, CTRL_ATTR_OP_FLAGS)),
			GENL_CMD_CAP_DO | GENL_CMD_CAP_HASPOL |
				GENL_UNS_ADMIN_PERM);
	op = in_nest(ops, ETHTOOL_MSG_RINGS_GET);
	KUNIT_EXPECT_EQ(test, nla_get_u32(in_nest(op, CTRL_ATTR_OP_FLAGS)),
			GENL_CMD_CAP_DO | GENL_CMD_CAP_DUMP |
				GENL_CMD_CAP_HASPOL);
	group = in_nest(attr_of(h, CTRL_ATTR_MCAST_GROUPS), 1);
	KUNIT_EXPECT_STREQ(test,
			   (const char *)nla_data(
				   in_nest(group, CTRL_ATTR_MCAST_GRP_NAME)),
			   "monitor");
	request(&g, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	nl_attr(g.t, CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
	h = answer(&g);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_STREQ(
		test, (const char *)nla_data(attr_of(h, CTRL_ATTR_FAMILY_NAME)),
		"ethtool");
	request(&g, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	nl_attr(g.t, CTRL_ATTR_FAMILY_ID, &nobody, sizeof(nobody));
	KUNIT_EXPECT_EQ(test, nl_talk(g.t), -ENOENT);
	request(&g, GENL_ID_CTRL, CTRL_CMD_MAX, NLM_F_ACK);
	KUNIT_EXPECT_EQ(test, nl_talk(g.t), -EOPNOTSUPP);
	request(&g, nobody, 1, NLM_F_ACK);
	KUNIT_EXPECT_EQ(test, nl_talk(g.t), -ENOENT);
	request(&g, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	expect_refusal(test, &g, -EINVAL, 0, "No family is named");
	genl_end(&g);
}

static void ctrl_dumps_every_family(struct kunit *test)
{
	static const char *const names[] = { "nlctrl", "ethtool" };
	struct genl_test g = genl_begin(test);
	const struct nlmsghdr *h;
	u32 i;

	request(&g, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_DUMP);
	h = answer(&g);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_ASSERT_NOT_NULL(test, h);
		KUNIT_EXPECT_EQ(test, h->nlmsg_flags, NLM_F_MULTI);
		KUNIT_EXPECT_STREQ(test,
				   (const char *)nla_data(
					   attr_of(h, CTRL_ATTR_FAMILY_NAME)),
				   names[i]);
		h = nl_next(g.t, g.t->sock);
	}
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, NLMSG_DONE);
	genl_end(&g);
}

/* --- what is asked --- */

/* Each word of the ioctl's struct that is told is the same. */
static void expect_words(struct kunit *test, struct genl_test *g, u8 msg,
			 u32 cmd, u32 nr_words, u32 nr_told)
{
	u32 words[ETHTOOL_DATA_MAX / 4] = { cmd }, i, told = 0;
	const struct nlmsghdr *h;
	const struct nlattr *a;

	KUNIT_EXPECT_EQ(test, by_ioctl(g, words), 0);
	ask(g, msg, 0, "eth0");
	h = answer(g);
	KUNIT_ASSERT_NOT_NULL(test, h);
	for (i = 1; i <= nr_words; i++) {
		a = attr_of(h, (u16)(i + 1));
		told += a != NULL;
		KUNIT_EXPECT_EQ(test, a ? nla_get_u32(a) : 0, words[i]);
	}
	KUNIT_EXPECT_EQ(test, told, nr_told);
}

static void ethnl_get_tells_what_the_ioctl_tells(struct kunit *test)
{
	struct genl_test g = genl_begin(test);
	u32 ks[64] = { ETHTOOL_GLINKSETTINGS };
	struct ethtool_link_settings *base = (void *)ks;
	const struct nlattr *ours;
	const struct nlmsghdr *h;

	/* No mini or jumbo rings; of moderation what the driver knows. */
	expect_words(test, &g, ETHTOOL_MSG_RINGS_GET, ETHTOOL_GRINGPARAM, 8, 4);
	expect_words(test, &g, ETHTOOL_MSG_COALESCE_GET, ETHTOOL_GCOALESCE, 22,
		     2);
	expect_words(test, &g, ETHTOOL_MSG_PAUSE_GET, ETHTOOL_GPAUSEPARAM, 3,
		     3);
	expect_words(test, &g, ETHTOOL_MSG_LINKSTATE_GET, ETHTOOL_GLINK, 1, 1);
	base->link_mode_masks_nwords = 1;
	KUNIT_EXPECT_EQ(test, by_ioctl(&g, ks), 0);
	ask(&g, ETHTOOL_MSG_LINKINFO_GET, 0, "eth0");
	h = answer(&g);
	KUNIT_EXPECT_EQ(test, nla_get_u32(attr_of(h, ETHTOOL_A_LINKINFO_PORT)),
			base->port);
	KUNIT_EXPECT_EQ(test,
			nla_get_u32(attr_of(h, ETHTOOL_A_LINKINFO_PHYADDR)),
			base->phy_address);
	KUNIT_EXPECT_EQ(test,
			nla_get_u32(attr_of(h, ETHTOOL_A_LINKINFO_TP_MDIX)),
			base->eth_tp_mdix);
	KUNIT_EXPECT_EQ(
		test, nla_get_u32(attr_of(h, ETHTOOL_A_LINKINFO_TP_MDIX_CTRL)),
		base->eth_tp_mdix_ctrl);
	KUNIT_EXPECT_EQ(test,
			nla_get_u32(attr_of(h, ETHTOOL_A_LINKINFO_TRANSCEIVER)),
			base->transceiver);
	ask(&g, ETHTOOL_MSG_LINKMODES_GET, 0, "eth0");
	h = answer(&g);
	KUNIT_EXPECT_EQ(test,
			nla_get_u32(attr_of(h, ETHTOOL_A_LINKMODES_SPEED)),
			base->speed);
	KUNIT_EXPECT_EQ(test,
			nla_get_u32(attr_of(h, ETHTOOL_A_LINKMODES_DUPLEX)),
			base->duplex);
	/* Three bits are supported; the first one is not advertised. */
	ours = in_nest(attr_of(h, NEST(ETHTOOL_A_LINKMODES_OURS)),
		       NEST(ETHTOOL_A_BITSET_BITS));
	ours = in_nest(ours, NEST(ETHTOOL_A_BITSET_BITS_BIT));
	KUNIT_EXPECT_STREQ(test,
			   (const char *)nla_data(
				   in_nest(ours, ETHTOOL_A_BITSET_BIT_NAME)),
			   "100baseT/Full");
	KUNIT_EXPECT_NULL(test, in_nest(ours, ETHTOOL_A_BITSET_BIT_VALUE));
	genl_end(&g);
}

/* A set of bits, compact: its value. */
static u32 bits_of(const struct nlmsghdr *h, u16 type)
{
	const struct nlattr *a =
		in_nest(attr_of(h, NEST(type)), ETHTOOL_A_BITSET_VALUE);

	return a ? nla_get_u32(a) : 0xbadbadU;
}

static void ask_compact(struct genl_test *g, u8 cmd)
{
	struct {
		struct nlattr a;
		int index;
		struct nlattr b;
		u32 flags;
	} nest = { { 8, ETHTOOL_A_HEADER_DEV_INDEX },
		   g->dev->ifindex,
		   { 8, ETHTOOL_A_HEADER_FLAGS },
		   ETHTOOL_FLAG_COMPACT_BITSETS };

	request(g, ethnl_family.id, cmd, 0);
	nl_attr(g->t, NEST(ETHTOOL_A_HEADER), &nest, sizeof(nest));
}

static void ethnl_get_tells_bits_as_the_ioctl(struct kunit *test)
{
	struct genl_test g = genl_begin(test);
	struct ethtool_value v = { ETHTOOL_GMSGLVL, 0 };
	struct ethtool_ts_info ts = { .cmd = ETHTOOL_GET_TS_INFO };
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block block;
	} f = { { ETHTOOL_GFEATURES, 1 }, { 0, 0, 0, 0 } };
	const struct nlmsghdr *h;

	KUNIT_EXPECT_EQ(test, by_ioctl(&g, &v), 0);
	ask_compact(&g, ETHTOOL_MSG_DEBUG_GET);
	KUNIT_EXPECT_EQ(test, bits_of(answer(&g), ETHTOOL_A_DEBUG_MSGMASK),
			v.data);
	KUNIT_EXPECT_EQ(test, by_ioctl(&g, &ts), 0);
	ask_compact(&g, ETHTOOL_MSG_TSINFO_GET);
	KUNIT_EXPECT_EQ(test,
			bits_of(answer(&g), ETHTOOL_A_TSINFO_TIMESTAMPING),
			ts.so_timestamping);
	KUNIT_EXPECT_EQ(test, by_ioctl(&g, &f), 0);
	ask_compact(&g, ETHTOOL_MSG_FEATURES_GET);
	h = answer(&g);
	KUNIT_EXPECT_EQ(test, bits_of(h, ETHTOOL_A_FEATURES_HW),
			f.block.available);
	KUNIT_EXPECT_EQ(test, bits_of(h, ETHTOOL_A_FEATURES_WANTED),
			f.block.requested);
	KUNIT_EXPECT_EQ(test, bits_of(h, ETHTOOL_A_FEATURES_ACTIVE),
			f.block.active);
	KUNIT_EXPECT_EQ(test, bits_of(h, ETHTOOL_A_FEATURES_NOCHANGE),
			f.block.never_changed);
	genl_end(&g);
}

static void ethnl_strset_names_what_counts(struct kunit *test)
{
	struct genl_test g = genl_begin(test);
	struct {
		struct nlattr set, id;
		u32 number;
	} nest = { { 12, NEST(ETHTOOL_A_STRINGSETS_STRINGSET) },
		   { 8, ETHTOOL_A_STRINGSET_ID },
		   ETH_SS_STATS };
	const struct nlattr *set, *s;
	u8 i;

	for (i = 0; i < 2; i++) { /* with names, then their count only */
		ask(&g, ETHTOOL_MSG_STRSET_GET, 0, "eth0");
		nl_attr(g.t, NEST(ETHTOOL_A_STRSET_STRINGSETS), &nest,
			sizeof(nest));
		if (i)
			nl_attr(g.t, ETHTOOL_A_STRSET_COUNTS_ONLY, "", 0);
		set = attr_of(answer(&g), NEST(ETHTOOL_A_STRSET_STRINGSETS));
		set = in_nest(set, NEST(ETHTOOL_A_STRINGSETS_STRINGSET));
		KUNIT_ASSERT_NOT_NULL(test, set);
		KUNIT_EXPECT_EQ(
			test,
			nla_get_u32(in_nest(set, ETHTOOL_A_STRINGSET_COUNT)),
			2);
		s = in_nest(set, NEST(ETHTOOL_A_STRINGSET_STRINGS));
		KUNIT_EXPECT_EQ(test, s == NULL, i);
		s = in_nest(in_nest(s, NEST(ETHTOOL_A_STRINGS_STRING)),
			    ETHTOOL_A_STRING_VALUE);
		if (s)
			KUNIT_EXPECT_STREQ(test, (const char *)nla_data(s),
					   "one");
	}
	/* Nobody's set needs no device; a device's does. */
	for (i = 0; i < 2; i++) {
		request(&g, ethnl_family.id, ETHTOOL_MSG_STRSET_GET, NLM_F_ACK);
		nl_attr(g.t, NEST(ETHTOOL_A_HEADER), "", 0);
		nest.number = i ? ETH_SS_STATS : ETH_SS_LINK_MODES;
		nl_attr(g.t, NEST(ETHTOOL_A_STRSET_STRINGSETS), &nest,
			sizeof(nest));
		if (!i)
			KUNIT_ASSERT_NOT_NULL(test, answer(&g));
		while (nl_next(g.t, g.t->sock))
			;
	}
	expect_refusal(test, &g, -EINVAL, 0,
		       "requested per device strings without dev");
	genl_end(&g);
}

/* --- what is refused --- */

static void ethnl_refuses_with_reason_and_place(struct kunit *test)
{
	struct genl_test g = genl_begin(test);
	u32 large = 4097, small = 63, one = 1;

	ask(&g, ETHTOOL_MSG_RINGS_GET, NLM_F_ACK, "nosuch");
	expect_refusal(test, &g, -ENODEV, 24, "no device matches name");
	request(&g, ethnl_family.id, ETHTOOL_MSG_RINGS_GET, NLM_F_ACK);
	expect_refusal(test, &g, -EINVAL, 0, "request header missing");
	nl_attr(g.t, NEST(ETHTOOL_A_HEADER), "", 0);
	expect_refusal(test, &g, -EINVAL, 20,
		       "neither ifindex nor name specified");
	request(&g, ethnl_family.id, ETHTOOL_MSG_RINGS_GET, NLM_F_ACK);
	nl_attr(g.t, ETHTOOL_A_HEADER, "", 0);
	expect_refusal(test, &g, -EINVAL, 20, "NLA_F_NESTED is missing");
	ask(&g, ETHTOOL_MSG_RINGS_GET, NLM_F_ACK, "eth0");
	nl_attr(g.t, 2, &one, sizeof(one));
	expect_refusal(test, &g, -EINVAL, 36, "Unknown attribute type");
	ask(&g, ETHTOOL_MSG_RINGS_SET, NLM_F_ACK, "eth0");
	nl_attr(g.t, ETHTOOL_A_RINGS_RX, &one, sizeof(one));
	nl_attr(g.t, ETHTOOL_A_RINGS_TX, &large, sizeof(large));
	expect_refusal(test, &g, -EINVAL, 44,
		       "requested ring size exceeds maximum");
	ask(&g, ETHTOOL_MSG_RINGS_SET, NLM_F_ACK, "eth0");
	nl_attr(g.t, ETHTOOL_A_RINGS_TX, &small, sizeof(small));
	expect_refusal(test, &g, -EINVAL, 0, "the device cannot do this");
	ask(&g, ETHTOOL_MSG_RINGS_SET, NLM_F_ACK, "eth0");
	nl_attr(g.t, ETHTOOL_A_RINGS_TX_MAX, &one, sizeof(one));
	expect_refusal(test, &g, -EINVAL, 36, "Unsupported attribute");
	ask(&g, ETHTOOL_MSG_COALESCE_SET, NLM_F_ACK, "eth0");
	nl_attr(g.t, ETHTOOL_A_COALESCE_RX_USECS + 1, &one, sizeof(one));
	expect_refusal(test, &g, -EINVAL, 36,
		       "cannot modify an unsupported parameter");
	ask(&g, ETHTOOL_MSG_COALESCE_SET, NLM_F_ACK, "eth0");
	nl_attr(g.t, ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, &one, sizeof(one));
	expect_refusal(test, &g, -EINVAL, 36, "invalid attribute length");
	ask(&g, ETHTOOL_MSG_STATS_GET, NLM_F_ACK, "eth0");
	expect_refusal(test, &g, -EINVAL, 0, "no stats requested");
	KUNIT_EXPECT_EQ(test, test_ethtool.nr_set, 0);
	KUNIT_EXPECT_EQ(test, news(&g), 0);
	genl_end(&g);
}

static void ethnl_refuses_what_no_driver_does(struct kunit *test)
{
	static const u8 cmds[] = { 5,
				   ETHTOOL_MSG_WOL_GET,
				   ETHTOOL_MSG_CHANNELS_GET,
				   ETHTOOL_MSG_EEE_GET,
				   ETHTOOL_MSG_USER_MAX,
				   ETHTOOL_MSG_USER_MAX + 1,
				   0,
				   255 };
	static const u8 unknown_to_lo[] = {
		ETHTOOL_MSG_RINGS_GET,     ETHTOOL_MSG_RINGS_SET,
		ETHTOOL_MSG_COALESCE_GET,  ETHTOOL_MSG_COALESCE_SET,
		ETHTOOL_MSG_PAUSE_GET,     ETHTOOL_MSG_LINKINFO_GET,
		ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_MSG_DEBUG_GET,
	};
	struct genl_test g = genl_begin(test);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		ask(&g, cmds[i], NLM_F_ACK, "eth0");
		KUNIT_EXPECT_EQ(test, nl_talk(g.t), -EOPNOTSUPP);
	}
	for (i = 0; i < ARRAY_SIZE(unknown_to_lo); i++) {
		ask(&g, unknown_to_lo[i], NLM_F_ACK, "lo");
		KUNIT_EXPECT_EQ(test, nl_talk(g.t), -EOPNOTSUPP);
	}
	ask(&g, ETHTOOL_MSG_EEE_GET, NLM_F_ACK, "nosuch");
	KUNIT_EXPECT_EQ(test, nl_talk(g.t), -ENODEV);
	genl_end(&g);
}

/* --- dumps --- */

static u32 dumped(struct genl_test *g, u8 cmd)
{
	const struct nlmsghdr *h;
	u32 n = 0;

	request(g, ethnl_family.id, cmd, NLM_F_DUMP);
	for (h = answer(g); h && h->nlmsg_type != NLMSG_DONE;
	     h = nl_next(g->t, g->t->sock))
		n += h->nlmsg_flags == NLM_F_MULTI;
	return h ? n : 99;
}

static void ethnl_dump_tells_of_who_answers(struct kunit *test)
{
	struct genl_test g = genl_begin(test);

	KUNIT_EXPECT_EQ(test, dumped(&g, ETHTOOL_MSG_LINKSTATE_GET), 2);
	KUNIT_EXPECT_EQ(test, dumped(&g, ETHTOOL_MSG_STRSET_GET), 2);
	KUNIT_EXPECT_EQ(test, dumped(&g, ETHTOOL_MSG_RINGS_GET), 1);
	KUNIT_EXPECT_EQ(test, dumped(&g, ETHTOOL_MSG_EEE_GET), 0);
	KUNIT_EXPECT_EQ(test, dumped(&g, ETHTOOL_MSG_STATS_GET), 99);
	KUNIT_EXPECT_EQ(test, dumped(&g, ETHTOOL_MSG_RINGS_SET), 99);
	genl_end(&g);
}

/* --- what is set, and who hears of it --- */

static int set_number(struct genl_test *g, u8 cmd, u16 type, u32 v)
{
	ask(g, cmd, NLM_F_ACK, "eth0");
	nl_attr(g->t, type, &v, sizeof(v));
	return nl_talk(g->t);
}

static void ethnl_set_tells_the_group(struct kunit *test)
{
	struct genl_test g = genl_begin(test);
	struct ethtool_coalesce c = { .cmd = ETHTOOL_SCOALESCE,
				      .tx_coalesce_usecs = 9 };
	const struct nlmsghdr *h;

	KUNIT_EXPECT_EQ(
		test,
		set_number(&g, ETHTOOL_MSG_RINGS_SET, ETHTOOL_A_RINGS_TX, 1024),
		0);
	KUNIT_EXPECT_EQ(test, test_ethtool.ring.tx_pending, 1024);
	KUNIT_EXPECT_EQ(test, test_ethtool.ring.rx_pending, 256);
	h = nl_next(g.m, g.m->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, genl_cmd(h), ETHTOOL_MSG_RINGS_NTF);
	KUNIT_EXPECT_EQ(test, nla_get_u32(attr_of(h, ETHTOOL_A_RINGS_TX)),
			1024);
	/* The same again is no news, and does not reach the driver. */
	KUNIT_EXPECT_EQ(
		test,
		set_number(&g, ETHTOOL_MSG_RINGS_SET, ETHTOOL_A_RINGS_TX, 1024),
		0);
	KUNIT_EXPECT_EQ(test, test_ethtool.nr_set, 1);
	KUNIT_EXPECT_EQ(test, news(&g), 0);
	/* What the ioctl sets is news, too. */
	KUNIT_EXPECT_EQ(test, by_ioctl(&g, &c), 0);
	KUNIT_EXPECT_EQ(test, news(&g), ETHTOOL_MSG_COALESCE_GET_REPLY + 1);
	KUNIT_EXPECT_EQ(test, news(&g), 0);
	genl_end(&g);
}

/* One bit by its name: on or off. */
static void put_bit_named(struct genl_test *g, u16 type, const char *name,
			  bool on)
{
	u8 nest[64] __aligned(4) = { 0 };
	struct nlattr *bits = (void *)nest, *bit = bits + 1, *a = bits + 2;
	u32 n = (u32)strlen(name) + 1, len = NLMSG_ALIGN(NLA_HDRLEN + n);

	a->nla_type = ETHTOOL_A_BITSET_BIT_NAME;
	a->nla_len = (u16)(NLA_HDRLEN + n);
	memcpy(a + 1, name, n);
	a = (void *)((u8 *)a + len);
	if (on) {
		a->nla_type = ETHTOOL_A_BITSET_BIT_VALUE;
		a->nla_len = NLA_HDRLEN;
		len += NLA_HDRLEN;
	}
	bit->nla_type = NEST(ETHTOOL_A_BITSET_BITS_BIT);
	bit->nla_len = (u16)(NLA_HDRLEN + len);
	bits->nla_type = NEST(ETHTOOL_A_BITSET_BITS);
	bits->nla_len = (u16)(NLA_HDRLEN + bit->nla_len);
	nl_attr(g->t, NEST(type), nest, bits->nla_len);
}

static void ethnl_set_features_tells_what_came_of_it(struct kunit *test)
{
	struct genl_test g = genl_begin(test);
	u64 before = g.dev->features;
	const struct nlmsghdr *h;
	const struct nlattr *bit;

	KUNIT_ASSERT_EQ(test, before & (NETIF_F_HW_CSUM | NETIF_F_RXCSUM), 0);
	ask(&g, ETHTOOL_MSG_FEATURES_SET, 0, "eth0");
	put_bit_named(&g, ETHTOOL_A_FEATURES_WANTED, "tx-checksum-ip-generic",
		      true);
	h = answer(&g);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, genl_cmd(h), ETHTOOL_MSG_FEATURES_SET_REPLY);
	KUNIT_EXPECT_EQ(test, g.dev->features, before | NETIF_F_HW_CSUM);
	KUNIT_EXPECT_EQ(test, news(&g), ETHTOOL_MSG_FEATURES_NTF);
	bit = in_nest(attr_of(h, NEST(ETHTOOL_A_FEATURES_ACTIVE)),
		      NEST(ETHTOOL_A_BITSET_BITS));
	bit = in_nest(bit, NEST(ETHTOOL_A_BITSET_BITS_BIT));
	KUNIT_ASSERT_NOT_NULL(test, in_nest(bit, ETHTOOL_A_BITSET_BIT_VALUE));
	/* What the device has not stays off, and the reply says so. */
	ask(&g, ETHTOOL_MSG_FEATURES_SET, 0, "eth0");
	put_bit_named(&g, ETHTOOL_A_FEATURES_WANTED, "rx-checksum", true);
	h = answer(&g);
	bit = in_nest(attr_of(h, NEST(ETHTOOL_A_FEATURES_WANTED)),
		      NEST(ETHTOOL_A_BITSET_BITS));
	bit = in_nest(bit, NEST(ETHTOOL_A_BITSET_BITS_BIT));
	KUNIT_ASSERT_NOT_NULL(test, bit);
	KUNIT_EXPECT_EQ(test, news(&g), 0);
	ask(&g, ETHTOOL_MSG_FEATURES_SET, NLM_F_ACK, "eth0");
	put_bit_named(&g, ETHTOOL_A_FEATURES_WANTED, "nosuch", true);
	expect_refusal(test, &g, -EOPNOTSUPP, 48, "bit name not found");
	/* Messages of the driver. */
	ask(&g, ETHTOOL_MSG_DEBUG_SET, NLM_F_ACK, "eth0");
	put_bit_named(&g, ETHTOOL_A_DEBUG_MSGMASK, "probe", false);
	KUNIT_EXPECT_EQ(test, nl_talk(g.t), 0);
	KUNIT_EXPECT_EQ(test, test_ethtool.msglevel, 5);
	KUNIT_EXPECT_EQ(test, news(&g), ETHTOOL_MSG_DEBUG_GET_REPLY + 1);
	genl_end(&g);
}

/* A set of words, with more of them than there are bits. */
static int set_compact(struct genl_test *g, u32 size, u32 value, u32 mask,
		       u32 past)
{
	struct {
		struct nlattr a;
		u32 size;
		struct nlattr b;
		u32 value[2];
		struct nlattr c;
		u32 mask[2];
	} nest = { { 8, ETHTOOL_A_BITSET_SIZE },   size,
		   { 12, ETHTOOL_A_BITSET_VALUE }, { value, past },
		   { 12, ETHTOOL_A_BITSET_MASK },  { mask, past } };

	ask(g, ETHTOOL_MSG_DEBUG_SET, NLM_F_ACK, "eth0");
	nl_attr(g->t, NEST(ETHTOOL_A_DEBUG_MSGMASK), &nest, sizeof(nest));
	return nl_talk(g->t);
}

static void ethnl_parse_bitset_minds_its_end(struct kunit *test)
{
	struct genl_test g = genl_begin(test);

	KUNIT_EXPECT_EQ(test, set_compact(&g, 64, 2, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, test_ethtool.msglevel, 6);
	KUNIT_EXPECT_EQ(test, set_compact(&g, 33, 1, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, test_ethtool.msglevel, 7);
	KUNIT_EXPECT_EQ(test, set_compact(&g, 64, 0, 3, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_compact(&g, 64, 0, 1U << 15, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_compact(&g, 32, 0, 3, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_compact(&g, 65, 0, 3, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_compact(&g, UINT32_MAX, 0, 3, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_compact(&g, 0, 0, 3, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, test_ethtool.msglevel, 7);
	genl_end(&g);
}

/* Each allocation fails once: nobody crashes, leaks or is left half set. */
static void ethnl_survives_each_allocation_failure(struct kunit *test)
{
	static const u8 cmds[] = { ETHTOOL_MSG_STRSET_GET,
				   ETHTOOL_MSG_FEATURES_GET,
				   ETHTOOL_MSG_FEATURES_SET,
				   ETHTOOL_MSG_DEBUG_SET };
	struct genl_test g = genl_begin(test);
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		for (n = 1; n < 30; n++) {
			ask(&g, cmds[i], 0, "eth0");
			if (cmds[i] == ETHTOOL_MSG_FEATURES_SET)
				put_bit_named(&g, ETHTOOL_A_FEATURES_WANTED,
					      "tx-scatter-gather", n & 1);
			if (cmds[i] == ETHTOOL_MSG_DEBUG_SET)
				put_bit_named(&g, ETHTOOL_A_DEBUG_MSGMASK,
					      "link", n & 1);
			test_fail_nth_alloc(n);
			nl_send(g.t, g.t->req, g.t->len);
			if (!test_fail_fired())
				break;
			test_fail_nth_alloc(0);
			while (nl_next(g.t, g.t->sock))
				;
		}
		test_fail_nth_alloc(0);
		KUNIT_EXPECT_GT(test, n, 2);
		KUNIT_EXPECT_LT(test, n, 30);
		while (nl_next(g.t, g.t->sock) || nl_next(g.m, g.m->sock))
			;
	}
	genl_end(&g);
}

static const struct kunit_case ethnl_cases[] = {
	KUNIT_CASE(ctrl_tells_of_a_family),
	KUNIT_CASE(ctrl_dumps_every_family),
	KUNIT_CASE(ethnl_get_tells_what_the_ioctl_tells),
	KUNIT_CASE(ethnl_get_tells_bits_as_the_ioctl),
	KUNIT_CASE(ethnl_strset_names_what_counts),
	KUNIT_CASE(ethnl_refuses_with_reason_and_place),
	KUNIT_CASE(ethnl_refuses_what_no_driver_does),
	KUNIT_CASE(ethnl_dump_tells_of_who_answers),
	KUNIT_CASE(ethnl_set_tells_the_group),
	KUNIT_CASE(ethnl_set_features_tells_what_came_of_it),
	KUNIT_CASE(ethnl_parse_bitset_minds_its_end),
	KUNIT_CASE(ethnl_survives_each_allocation_failure),
	{}
};

static const struct kunit_suite ethnl_suite = {
	.name = "ethnl",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = ethnl_cases,
};
kunit_test_suite(ethnl_suite);

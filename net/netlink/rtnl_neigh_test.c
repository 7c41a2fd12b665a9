// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_*NEIGH: entries made, changed, told of and forgotten.
 */
#include "lib/err.h"
#include "net/netlink/rtnl_int.h"
#include "tests/fixtures/netlink.h"

static int neigh(struct nl_test *t, u16 type, u16 flags, const char *ip,
		 const u8 *lladdr, u16 state)
{
	struct ndmsg ndm = { .ndm_family = AF_INET,
			     .ndm_ifindex = t->f->eth0->ifindex,
			     .ndm_state = state };
	__be32 dst = fixture_ip(ip);

	nl_message(t, type, (u16)(NLM_F_ACK | flags), &ndm, sizeof(ndm));
	nl_attr(t, NDA_DST, &dst, sizeof(dst));
	if (lladdr)
		nl_attr(t, NDA_LLADDR, lladdr, ETH_ALEN);
	return nl_talk(t);
}

/* The next news of a neighbour: its type and state; 0: none. */
static u32 neigh_news(struct nl_test *m)
{
	const struct nlmsghdr *h = nl_next(m, m->sock);

	return h ? (u32)h->nlmsg_type << 16 |
			       ((const struct ndmsg *)nlmsg_data(h))->ndm_state
		 : 0;
}

#define NEWS(type, state) ((u32)(type) << 16 | (state))

static void rtnl_newneigh_follows_its_flags(struct kunit *test)
{
	static const u8 mac[2][ETH_ALEN] = { { 2, 0, 0, 0, 0, 1 },
					     { 2, 0, 0, 0, 0, 2 } };
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct nl_test *m = nl_begin(test->priv, NETLINK_ROUTE);

	nl_option(m, NETLINK_ADD_MEMBERSHIP, RTNLGRP_NEIGH);
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_REPLACE, "10.0.0.9",
			      mac[0], NUD_PERMANENT),
			-ENOENT);
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_CREATE, "10.0.0.9", NULL,
			      NUD_REACHABLE),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, neigh(t, RTM_DELNEIGH, 0, "10.0.0.9", NULL, 0),
			-ENOENT);
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_CREATE, "10.0.0.9", mac[0],
			      NUD_INCOMPLETE),
			-EINVAL);
	while (neigh_news(m))
		;
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL,
			      "10.0.0.9", mac[0], NUD_REACHABLE),
			0);
	KUNIT_EXPECT_EQ(test, neigh_news(m), NEWS(RTM_NEWNEIGH, NUD_REACHABLE));
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL,
			      "10.0.0.9", mac[1], NUD_REACHABLE),
			-EEXIST);
	/* Without REPLACE another address is not believed. */
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_CREATE, "10.0.0.9", mac[1],
			      NUD_REACHABLE),
			0);
	KUNIT_EXPECT_EQ(test, neigh_news(m), 0);
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_REPLACE, "10.0.0.9",
			      mac[1], NUD_PERMANENT),
			0);
	KUNIT_EXPECT_EQ(test, neigh_news(m), NEWS(RTM_NEWNEIGH, NUD_PERMANENT));
	KUNIT_EXPECT_EQ(test, neigh(t, RTM_DELNEIGH, 0, "10.0.0.9", NULL, 0),
			0);
	KUNIT_EXPECT_EQ(test, neigh_news(m), NEWS(RTM_NEWNEIGH, NUD_FAILED));
	KUNIT_EXPECT_EQ(test, neigh_news(m), NEWS(RTM_DELNEIGH, NUD_FAILED));
	KUNIT_EXPECT_EQ(test, neigh_news(m), 0);
	nl_end(m);
	nl_end(t);
}

/* What time does to an entry is news; what sending does is not. */
static void rtnl_neigh_event_tells_of_time(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct nl_test *m = nl_begin(test->priv, NETLINK_ROUTE);
	struct neigh_table *tbl = &net_ipv4(t->f->net)->arp_tbl;
	struct neighbour *n;
	__be32 ip = fixture_ip("10.0.0.9");

	fixture_addr(t->f, "10.0.0.1", 24);
	KUNIT_EXPECT_EQ(test,
			neigh(t, RTM_NEWNEIGH, NLM_F_CREATE, "10.0.0.9", mac,
			      NUD_REACHABLE),
			0);
	nl_option(m, NETLINK_ADD_MEMBERSHIP, RTNLGRP_NEIGH);
	test_advance_ns(60 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, neigh_news(m), NEWS(RTM_NEWNEIGH, NUD_STALE));
	n = neigh_find(tbl, &ip, t->f->eth0);
	KUNIT_ASSERT_NOT_NULL(test, n);
	KUNIT_EXPECT_EQ(test, neigh_event_send(n, NULL), 0);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_DELAY);
	KUNIT_EXPECT_EQ(test, neigh_news(m), 0);
	test_advance_ns(5500 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, neigh_news(m), NEWS(RTM_NEWNEIGH, NUD_PROBE));
	test_advance_ns(5 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, neigh_news(m), NEWS(RTM_NEWNEIGH, NUD_FAILED));
	neigh_release(n);
	nl_end(m);
	nl_end(t);
}

/* 1,000 entries are some packets. */
static void rtnl_dump_neighs_shows_each_once(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct neigh_table *tbl = &net_ipv4(t->f->net)->arp_tbl;
	struct ndmsg ndm = { .ndm_family = AF_INET };
	const struct nlmsghdr *h;
	u32 i, n = 0, sum = 0;
	struct neighbour *e;

	for (i = 0; i < 1000; i++) {
		__be32 ip = htonl(0x0a010000U + i);

		e = neigh_lookup(tbl, &ip, t->f->eth0);
		KUNIT_ASSERT_EQ(test, IS_ERR(e), 0);
		KUNIT_EXPECT_EQ(test,
				neigh_update(e, mac, NUD_PERMANENT,
					     NEIGH_UPDATE_F_ADMIN),
				0);
		neigh_release(e);
	}
	t->sock->sk->sk_rcvbuf = 8192;
	nl_message(t, RTM_GETNEIGH, NLM_F_DUMP, &ndm, sizeof(ndm));
	nl_send(t, t->req, t->len);
	for (; (h = nl_next(t, t->sock)) && h->nlmsg_type == RTM_NEWNEIGH; n++)
		sum += ntohl((__force __be32)nla_get_u32(
			       nl_find(h, sizeof(ndm), NDA_DST))) &
		       0xffff;
	KUNIT_EXPECT_EQ(test, n, 1000);
	KUNIT_EXPECT_EQ(test, sum, 999 * 1000 / 2);
	nl_end(t);
}

static const struct kunit_case rtnl_neigh_cases[] = {
	KUNIT_CASE(rtnl_newneigh_follows_its_flags),
	KUNIT_CASE(rtnl_neigh_event_tells_of_time),
	KUNIT_CASE(rtnl_dump_neighs_shows_each_once),
	{}
};

static const struct kunit_suite rtnl_neigh_suite = {
	.name = "rtnl_neigh",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = rtnl_neigh_cases,
};
kunit_test_suite(rtnl_neigh_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: AF_NETLINK as programs use it: ports, groups, requests with their
 * acknowledgements, dumps that go on as they are read, lost news; links and
 * addresses through it; and messages that lie.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/netlink/rtnl_int.h"
#include "tests/fixtures/netlink.h"
#include "tests/fixtures/netlink_fuzz.h"

static void link_request(struct nl_test *t, u16 type, u32 flags, u32 change)
{
	struct ifinfomsg ifm = { .ifi_index = t->f->eth0->ifindex,
				 .ifi_flags = flags,
				 .ifi_change = change };

	nl_message(t, type, NLM_F_ACK, &ifm, sizeof(ifm));
}

static int add_addr(struct nl_test *t, u16 type, const char *ip, u16 flags)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_INET,
				 .ifa_prefixlen = 24,
				 .ifa_index = (u32)t->f->eth0->ifindex };
	__be32 addr = fixture_ip(ip);

	nl_message(t, type, (u16)(NLM_F_ACK | flags), &ifa, sizeof(ifa));
	nl_attr(t, IFA_LOCAL, &addr, sizeof(addr));
	return nl_talk(t);
}

/* --- ports and options --- */

static void netlink_bind_takes_each_port_once(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct socket *other = nl_open(t->f, NETLINK_ROUTE);
	struct socket *third = nl_open(t->f, NETLINK_ROUTE);
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = 5 }, got;
	struct sockaddr_storage ss;

	KUNIT_EXPECT_EQ(test, t->sock->ops->bind(t->sock, (void *)&nl, 8),
			-EINVAL);
	KUNIT_EXPECT_EQ(
		test, t->sock->ops->bind(t->sock, (void *)&nl, sizeof(nl)), 0);
	KUNIT_EXPECT_EQ(test, other->ops->bind(other, (void *)&nl, sizeof(nl)),
			-EADDRINUSE);
	nl.nl_pid = 0;
	KUNIT_EXPECT_EQ(test, other->ops->bind(other, (void *)&nl, sizeof(nl)),
			0);
	KUNIT_EXPECT_EQ(test, other->ops->getname(other, &ss, 0), sizeof(nl));
	memcpy(&got, &ss, sizeof(got));
	/* The program's number, who has one. */
	KUNIT_EXPECT_TRUE(test, task_tgid() ? got.nl_pid == (u32)task_tgid()
					    : got.nl_pid >> 31);
	KUNIT_EXPECT_EQ(test, third->ops->bind(third, (void *)&nl, sizeof(nl)),
			0);
	KUNIT_EXPECT_EQ(test, third->ops->getname(third, &ss, 0), sizeof(nl));
	memcpy(&got, &ss, sizeof(got));
	KUNIT_EXPECT_EQ(test, got.nl_pid >> 31, 1);
	sock_release(third);
	KUNIT_EXPECT_EQ(test, nl_option(t, NETLINK_ADD_MEMBERSHIP, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, nl_option(t, NETLINK_ADD_MEMBERSHIP, 99),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, nl_option(t, 1000, 1), -ENOPROTOOPT);
	sock_release(other);
	nl_end(t);
}

/* --- links --- */

static void rtnl_dump_links_shows_every_device(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct ifinfomsg ifm = { 0 };
	const struct nlmsghdr *h;
	const struct nlattr *a;
	u32 links = 0;

	nl_message(t, RTM_GETLINK, NLM_F_DUMP, &ifm, sizeof(ifm));
	KUNIT_EXPECT_EQ(test, nl_send(t, t->req, t->len), t->len);
	while ((h = nl_next(t, t->sock)) && h->nlmsg_type == RTM_NEWLINK) {
		KUNIT_EXPECT_TRUE(test, h->nlmsg_flags & NLM_F_MULTI);
		KUNIT_EXPECT_EQ(test, h->nlmsg_seq, 77);
		a = nl_find(h, sizeof(ifm), IFLA_IFNAME);
		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_EXPECT_STREQ(test, (const char *)nla_data(a),
				   links ? "eth0" : "lo");
		a = nl_find(h, sizeof(ifm), IFLA_STATS64);
		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_EXPECT_EQ(test, nla_len(a), 200);
		links++;
	}
	KUNIT_EXPECT_EQ(test, links, 2);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, NLMSG_DONE);
	KUNIT_EXPECT_NULL(test, nl_next(t, t->sock));
	nl_end(t);
}

static void rtnl_newlink_sets_a_device(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct net_device *dev = t->f->eth0;
	u32 mtu = 1400;

	link_request(t, RTM_NEWLINK, 0, IFF_UP);
	KUNIT_EXPECT_EQ(test, nl_talk(t), 0);
	KUNIT_EXPECT_FALSE(test, netif_running(dev));
	link_request(t, RTM_SETLINK, IFF_UP, IFF_UP);
	nl_attr(t, IFLA_MTU, &mtu, sizeof(mtu));
	nl_attr(t, IFLA_IFNAME, "wan", 4);
	KUNIT_EXPECT_EQ(test, nl_talk(t), 0);
	KUNIT_EXPECT_TRUE(test, netif_running(dev));
	KUNIT_EXPECT_EQ(test, dev->mtu, 1400);
	KUNIT_EXPECT_STREQ(test, (const char *)dev->name, "wan");
	link_request(t, RTM_NEWLINK, 0, 0);
	nl_attr(t, IFLA_IFNAME, "lo", 3);
	KUNIT_EXPECT_EQ(test, nl_talk(t), -EEXIST);
	link_request(t, RTM_NEWLINK, 0, 0);
	nl_attr(t, IFLA_MASTER, &mtu, sizeof(mtu));
	KUNIT_EXPECT_EQ(test, nl_talk(t), -EOPNOTSUPP);
	link_request(t, RTM_NEWLINK, IFF_PROMISC, IFF_PROMISC);
	KUNIT_EXPECT_EQ(test, nl_talk(t), -EOPNOTSUPP);
	nl_end(t);
}

/* NETLINK_EXT_ACK: the reason in words, and where it is in the request. */
static void netlink_ack_says_why_and_where(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	const struct nlmsghdr *h;
	const struct nlattr *a;
	u16 cut = 1;

	KUNIT_EXPECT_EQ(test, nl_option(t, NETLINK_EXT_ACK, 1), 0);
	KUNIT_EXPECT_EQ(test, nl_option(t, NETLINK_CAP_ACK, 1), 0);
	link_request(t, RTM_NEWLINK, 0, 0);
	nl_attr(t, IFLA_MTU, &cut, sizeof(cut));
	KUNIT_EXPECT_EQ(test, nl_talk(t), -ERANGE);
	h = (const void *)t->buf;
	KUNIT_EXPECT_EQ(test, h->nlmsg_flags, NLM_F_CAPPED | NLM_F_ACK_TLVS);
	a = nl_find(h, sizeof(struct nlmsgerr), NLMSGERR_ATTR_MSG);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_STREQ(test, (const char *)nla_data(a),
			   "Attribute failed policy validation");
	a = nl_find(h, sizeof(struct nlmsgerr), NLMSGERR_ATTR_OFFS);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, nla_get_u32(a), 32);
	nl_end(t);
}

/* --- addresses and news --- */

static void rtnl_newaddr_adds_tells_and_deletes(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct nl_test *m = nl_begin(test->priv, NETLINK_ROUTE);
	const struct nlmsghdr *h;

	KUNIT_EXPECT_EQ(
		test, nl_option(m, NETLINK_ADD_MEMBERSHIP, RTNLGRP_IPV4_IFADDR),
		0);
	KUNIT_EXPECT_EQ(test, add_addr(t, RTM_NEWADDR, "10.1.0.1", NLM_F_EXCL),
			0);
	KUNIT_EXPECT_EQ(test, inet_addr_type(t->f->net, fixture_ip("10.1.0.1")),
			RTN_LOCAL);
	KUNIT_EXPECT_EQ(test, add_addr(t, RTM_NEWADDR, "10.1.0.1", NLM_F_EXCL),
			-EEXIST);
	h = nl_next(m, m->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, RTM_NEWADDR);
	KUNIT_EXPECT_NULL(test, nl_next(m, m->sock));
	KUNIT_EXPECT_EQ(test, add_addr(t, RTM_DELADDR, "10.1.0.1", 0), 0);
	KUNIT_EXPECT_EQ(test, add_addr(t, RTM_DELADDR, "10.1.0.1", 0),
			-EADDRNOTAVAIL);
	h = nl_next(m, m->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, RTM_DELADDR);
	nl_end(m);
	nl_end(t);
}

static void fill_addrs(struct nl_test *t, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		BUG_ON(inet_addr_add(t->f->eth0, htonl(0x0a020001U + i), 16,
				     htonl(0)));
}

/* 300 addresses are some packets: each is read once, in order, and memory
 * never holds more than the buffer. */
static void netlink_dump_goes_on_as_it_is_read(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct ifaddrmsg ifa = { .ifa_family = AF_INET };
	const struct nlmsghdr *h;
	u32 n = 0, reads = 0;

	fill_addrs(t, 300);
	t->sock->sk->sk_rcvbuf = 8192;
	nl_message(t, RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa));
	nl_send(t, t->req, t->len);
	while ((h = nl_next(t, t->sock)) && h->nlmsg_type == RTM_NEWADDR) {
		reads += t->at == NLMSG_ALIGN(h->nlmsg_len);
		if (nla_get_u32(nl_find(h, sizeof(ifa), IFA_LOCAL)) ==
		    (__force u32)htonl(0x0a020001U + n))
			n++;
		KUNIT_EXPECT_LT(test, t->sock->sk->sk_rmem_alloc, 32768);
	}
	KUNIT_EXPECT_EQ(test, n, 300);
	KUNIT_EXPECT_GT(test, reads, 1);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, NLMSG_DONE);
	KUNIT_EXPECT_EQ(test, t->sock->sk->sk_err, 0);
	nl_end(t);
}

/* --- routes --- */

static int route(struct nl_test *t, u16 type, u16 flags, const char *via,
		 u32 metric)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_dst_len = 24,
			     .rtm_table = RT_TABLE_MAIN,
			     .rtm_protocol = 3,
			     .rtm_type = RTN_UNICAST };
	__be32 dst = fixture_ip("198.51.100.0"), gw = fixture_ip(via);

	nl_message(t, type, (u16)(NLM_F_ACK | flags), &rtm, sizeof(rtm));
	nl_attr(t, RTA_DST, &dst, sizeof(dst));
	nl_attr(t, RTA_GATEWAY, &gw, sizeof(gw));
	nl_attr(t, RTA_PRIORITY, &metric, sizeof(metric));
	return nl_talk(t);
}

static __be32 gateway_of(struct nl_test *t)
{
	struct flowi4 fl4 = { .daddr = fixture_ip("198.51.100.7") };
	struct fib_result res;

	return fib_lookup(t->f->net, &fl4, &res) ? htonl(0) : res.gateway;
}

static void rtnl_newroute_follows_its_flags(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct nl_test *m = nl_begin(test->priv, NETLINK_ROUTE);
	const struct nlmsghdr *h;

	fixture_addr(t->f, "10.1.0.1", 24);
	nl_option(m, NETLINK_ADD_MEMBERSHIP, RTNLGRP_IPV4_ROUTE);
	KUNIT_EXPECT_EQ(test, route(t, RTM_NEWROUTE, 0, "10.1.0.2", 5),
			-ENOENT);
	KUNIT_EXPECT_EQ(test,
			route(t, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
			      "10.9.0.2", 5),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test,
			route(t, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
			      "10.1.0.2", 5),
			0);
	KUNIT_EXPECT_EQ(test, gateway_of(t), fixture_ip("10.1.0.2"));
	h = nl_next(m, m->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, RTM_NEWROUTE);
	KUNIT_EXPECT_EQ(test,
			route(t, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
			      "10.1.0.3", 5),
			-EEXIST);
	KUNIT_EXPECT_EQ(test,
			route(t, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
			      "10.1.0.3", 5),
			0);
	KUNIT_EXPECT_EQ(test, gateway_of(t), fixture_ip("10.1.0.3"));
	/* A gateway that cannot be leaves the old route in its place. */
	KUNIT_EXPECT_EQ(test,
			route(t, RTM_NEWROUTE, NLM_F_REPLACE, "10.9.0.2", 5),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, gateway_of(t), fixture_ip("10.1.0.3"));
	KUNIT_EXPECT_EQ(test, route(t, RTM_DELROUTE, 0, "10.1.0.2", 0), -ESRCH);
	KUNIT_EXPECT_EQ(test, route(t, RTM_DELROUTE, 0, "10.1.0.3", 0), 0);
	KUNIT_EXPECT_EQ(test, gateway_of(t), 0);
	nl_end(m);
	nl_end(t);
}

/* More routes than a packet holds, several a prefix: each once. */
static void rtnl_dump_routes_shows_each_once(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct rtmsg rtm = { .rtm_family = AF_INET };
	struct fib_config cfg = { .prefix_len = 24,
				  .type = RTN_UNICAST,
				  .scope = RT_SCOPE_LINK,
				  .dev = t->f->eth0 };
	const struct nlmsghdr *h;
	u32 i, sum = 0, n = 0;

	for (i = 0; i < 600; i++) {
		cfg.dst = htonl(0xc0000000U + ((i / 3) << 8));
		cfg.metric = i + 1;
		KUNIT_EXPECT_EQ(test, fib_table_insert(t->f->net, &cfg), 0);
	}
	t->sock->sk->sk_rcvbuf = 8192;
	nl_message(t, RTM_GETROUTE, NLM_F_DUMP, &rtm, sizeof(rtm));
	nl_send(t, t->req, t->len);
	while ((h = nl_next(t, t->sock)) && h->nlmsg_type == RTM_NEWROUTE) {
		const struct nlattr *a = nl_find(h, sizeof(rtm), RTA_PRIORITY);

		sum += a ? nla_get_u32(a) : 0;
		n += a != NULL;
	}
	KUNIT_EXPECT_EQ(test, n, 600);
	KUNIT_EXPECT_EQ(test, sum, 600 * 601 / 2);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, NLMSG_DONE);
	nl_end(t);
}

static void rtnl_getroute_tells_the_way(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct rtmsg rtm = { .rtm_family = AF_INET, .rtm_dst_len = 32 };
	__be32 dst = fixture_ip("10.1.0.9");
	const struct nlmsghdr *h;
	const struct nlattr *a;

	nl_message(t, RTM_GETROUTE, NLM_F_ACK, &rtm, sizeof(rtm));
	nl_attr(t, RTA_DST, &dst, sizeof(dst));
	KUNIT_EXPECT_EQ(test, nl_talk(t), -ENETUNREACH);
	fixture_addr(t->f, "10.1.0.1", 24);
	nl_message(t, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	nl_attr(t, RTA_DST, &dst, sizeof(dst));
	nl_send(t, t->req, t->len);
	h = nl_next(t, t->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, RTM_NEWROUTE);
	a = nl_find(h, sizeof(rtm), RTA_PREFSRC);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, nla_get_u32(a),
			(__force u32)fixture_ip("10.1.0.1"));
	nl_end(t);
}

static void rtnl_getnetconf_tells_of_one(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	int ifindex = t->f->eth0->ifindex, family = AF_INET, nobody = 99;
	const struct nlmsghdr *h;

	net_ipv4(t->f->net)->sysctl_ip_forward = 1;
	nl_message(t, RTM_GETNETCONF, 0, &family, sizeof(family));
	nl_attr(t, NETCONFA_IFINDEX, &ifindex, sizeof(ifindex));
	nl_send(t, t->req, t->len);
	h = nl_next(t, t->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_type, RTM_NEWNETCONF);
	KUNIT_EXPECT_EQ(test, nla_get_u32(nl_find(h, 1, NETCONFA_FORWARDING)),
			1);
	nl_message(t, RTM_GETNETCONF, NLM_F_ACK, &family, sizeof(family));
	KUNIT_EXPECT_EQ(test, nl_talk(t), -EINVAL);
	nl_attr(t, NETCONFA_IFINDEX, &nobody, sizeof(nobody));
	KUNIT_EXPECT_EQ(test, nl_talk(t), -EINVAL);
	nl_end(t);
}

/* A table that changes between two packets: the rest is marked. */
static void netlink_dump_says_that_the_table_changed(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	struct ifaddrmsg ifa = { .ifa_family = AF_INET };
	const struct nlmsghdr *h;

	fill_addrs(t, 400);
	t->sock->sk->sk_rcvbuf = 4096;
	nl_message(t, RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa));
	nl_send(t, t->req, t->len);
	h = nl_next(t, t->sock);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, h->nlmsg_flags, NLM_F_MULTI);
	KUNIT_EXPECT_EQ(test, inet_addr_del(t->f->eth0, htonl(0x0a020001U), 16),
			0);
	while ((h = nl_next(t, t->sock)) && h->nlmsg_type != NLMSG_DONE)
		;
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_TRUE(test, h->nlmsg_flags & NLM_F_DUMP_INTR);
	nl_end(t);
}

static void netlink_deliver_tells_of_lost_news(struct kunit *test)
{
	struct nl_test *t = nl_begin(test->priv, NETLINK_ROUTE);
	u32 i;

	KUNIT_EXPECT_EQ(test,
			nl_option(t, NETLINK_ADD_MEMBERSHIP, RTNLGRP_LINK), 0);
	t->sock->sk->sk_rcvbuf = 4096;
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, dev_set_mtu(t->f->eth0, 1000 + i), 0);
	KUNIT_EXPECT_GT(test, t->sock->sk->sk_drops, 0);
	KUNIT_EXPECT_EQ(test, nl_read(t, t->sock, NL_BUF_MAX), -ENOBUFS);
	while (nl_read(t, t->sock, NL_BUF_MAX) > 0)
		;
	KUNIT_EXPECT_EQ(test, dev_set_mtu(t->f->eth0, 1100), 0);
	KUNIT_EXPECT_GT(test, nl_read(t, t->sock, NL_BUF_MAX), 0);
	nl_end(t);
}

/* --- lies --- */

/* On the host there are a million (tests/host/netlink_fuzz_test.c). */
static void netlink_survives_lies(struct kunit *test)
{
	struct netlink_fuzz_result r = netlink_fuzz(test, 8000);

	KUNIT_EXPECT_EQ(test, r.missing, 0);
	KUNIT_EXPECT_GT(test, r.answered, 4000);
	KUNIT_EXPECT_GT(test, r.refused, 3200);
	KUNIT_EXPECT_EQ(test, r.unsaid, 0);
}

static const struct kunit_case netlink_cases[] = {
	KUNIT_CASE(netlink_bind_takes_each_port_once),
	KUNIT_CASE(rtnl_dump_links_shows_every_device),
	KUNIT_CASE(rtnl_newlink_sets_a_device),
	KUNIT_CASE(netlink_ack_says_why_and_where),
	KUNIT_CASE(rtnl_newaddr_adds_tells_and_deletes),
	KUNIT_CASE(netlink_dump_goes_on_as_it_is_read),
	KUNIT_CASE(rtnl_newroute_follows_its_flags),
	KUNIT_CASE(rtnl_dump_routes_shows_each_once),
	KUNIT_CASE(rtnl_getroute_tells_the_way),
	KUNIT_CASE(rtnl_getnetconf_tells_of_one),
	KUNIT_CASE(netlink_dump_says_that_the_table_changed),
	KUNIT_CASE(netlink_deliver_tells_of_lost_news),
	{}
};

static const struct kunit_suite netlink_suite = {
	.name = "netlink",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = netlink_cases,
};
kunit_test_suite(netlink_suite);

/* Their stacks are made by the generator. */
static const struct kunit_case netlink_lies_cases[] = {
	KUNIT_CASE(netlink_survives_lies), {}
};

static const struct kunit_suite netlink_lies_suite = {
	.name = "netlink_lies",
	.test_cases = netlink_lies_cases,
};
kunit_test_suite(netlink_lies_suite);

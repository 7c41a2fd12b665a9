// SPDX-License-Identifier: MIT
/*
 * DOC: routes for packets out and in (rows I1, I5, I6): the cache and its
 * generation, source addresses, martians, path MTU exceptions.
 */
#include "lib/err.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/ipconfig.h"
#include "tests/fixtures/net_fixture.h"

static struct rtable *route(struct net_fixture *f, const char *dst,
			    const char *src)
{
	struct flowi4 fl4 = { .daddr = fixture_ip(dst),
			      .saddr = src ? fixture_ip(src) : 0 };

	return ip_route_output_flow(f->net, &fl4, NULL);
}

static void ip_route_output_flow_caches_by_generation(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct rtable *a, *b, *c;

	fixture_addr(f, "10.0.2.15", 24);
	a = route(f, "10.0.2.2", NULL);
	b = route(f, "10.0.2.2", NULL);
	KUNIT_EXPECT_PTR_EQ(test, a, b);
	KUNIT_EXPECT_EQ(test, a->rt_src, fixture_ip("10.0.2.15"));
	KUNIT_EXPECT_PTR_EQ(test, dst_check(&a->dst, 0), &a->dst);
	rt_cache_flush(f->net);
	KUNIT_EXPECT_NULL(test, dst_check(&a->dst, 0));
	c = route(f, "10.0.2.2", NULL);
	KUNIT_EXPECT_TRUE(test, c != a);
	ip_rt_put(a);
	ip_rt_put(b);
	ip_rt_put(c);
}

static void ip_route_output_flow_checks_the_source(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(test, PTR_ERR(route(f, "10.0.2.2", "10.0.2.16")),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(route(f, "10.0.2.2", "224.0.0.1")),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(route(f, "10.0.2.2", "127.0.0.1")),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(route(f, "8.8.8.8", NULL)), -ENETUNREACH);
}

static void ip_route_output_flow_sends_ours_to_loopback(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct rtable *rt;

	fixture_addr(f, "10.0.2.15", 24);
	rt = route(f, "10.0.2.15", NULL);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(rt));
	KUNIT_EXPECT_PTR_EQ(test, rt->dst.dev, f->net->loopback_dev);
	KUNIT_EXPECT_EQ(test, rt->rt_type, RTN_LOCAL);
	ip_rt_put(rt);
	rt = route(f, "10.0.2.255", NULL);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(rt));
	KUNIT_EXPECT_EQ(test, rt->rt_type, RTN_BROADCAST);
	ip_rt_put(rt);
}

/* Two addresses on one device: the subnet decides. */
static void inet_select_addr_matches_the_subnet(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct rtable *rt;

	fixture_addr(f, "10.0.2.15", 24);
	fixture_addr(f, "192.168.5.1", 24);
	fixture_addr(f, "10.0.2.16", 24); /* secondary */
	rt = route(f, "192.168.5.9", NULL);
	KUNIT_EXPECT_EQ(test, rt->rt_src, fixture_ip("192.168.5.1"));
	ip_rt_put(rt);
	rt = route(f, "10.0.2.2", NULL);
	KUNIT_EXPECT_EQ(test, rt->rt_src, fixture_ip("10.0.2.15"));
	ip_rt_put(rt);
	/* The primary goes: the secondary takes over, route and all. */
	KUNIT_EXPECT_EQ(test,
			inet_addr_del(f->eth0, fixture_ip("10.0.2.15"), 24), 0);
	rt = route(f, "10.0.2.2", NULL);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(rt));
	KUNIT_EXPECT_EQ(test, rt->rt_src, fixture_ip("10.0.2.16"));
	ip_rt_put(rt);
}

/* RFC 1191: learned, believed down to a floor, forgotten after ten minutes. */
static void ipv4_update_pmtu_expires(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct rtable *rt, *other;

	fixture_addr(f, "10.0.2.15", 24);
	rt = route(f, "10.0.2.2", NULL);
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 1200);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 1200);
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 1400); /* never larger */
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 1200);
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 68);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 552);
	rt_cache_flush(f->net);
	other = route(f, "10.0.2.2", NULL);
	KUNIT_EXPECT_EQ(test, dst_mtu(&other->dst), 552);
	ip_rt_put(other);
	other = route(f, "10.0.2.3", NULL);
	KUNIT_EXPECT_EQ(test, dst_mtu(&other->dst), 1500);
	ip_rt_put(other);
	test_advance_ns(601 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 1500);
	ip_rt_put(rt);
}

/* Less than min_pmtu is not believed (RFC 5927, section 7.2): packets may be
 * fragmented on their way, until that is forgotten. Exactly as much is. */
static void rt_sends_df_but_not_where_less_was_asked_for(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct rtable *rt, *other;

	fixture_addr(f, "10.0.2.15", 24);
	rt = route(f, "10.0.2.2", NULL);
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 552);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 552);
	KUNIT_EXPECT_TRUE(test, rt_sends_df(rt));
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 0);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 552);
	KUNIT_EXPECT_FALSE(test, rt_sends_df(rt));
	rt_cache_flush(f->net);
	other = route(f, "10.0.2.2", NULL);
	KUNIT_EXPECT_FALSE(test, rt_sends_df(other));
	ip_rt_put(other);
	test_advance_ns(601 * NSEC_PER_SEC);
	KUNIT_EXPECT_TRUE(test, rt_sends_df(rt));
	ip_rt_put(rt);
}

/* `mtu lock`: ICMP teaches nothing, and there is no DF to begin with. */
static void ipv4_update_pmtu_leaves_a_locked_mtu(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct rtable *rt;

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(
		test, ip_route_config(f->net, "10.0.2.0/24,mtu=lock:1300"), 0);
	rt = route(f, "10.0.2.2", NULL);
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 1200);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 1300);
	KUNIT_EXPECT_FALSE(test, rt_sends_df(rt));
	ip_rt_put(rt);
}

/* The same again: known for longer. */
static void ipv4_update_pmtu_extends_what_is_known(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct rtable *rt;

	fixture_addr(f, "10.0.2.15", 24);
	rt = route(f, "10.0.2.2", NULL);
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 1500);
	KUNIT_EXPECT_EQ(test, rt->rt_pmtu, 0); /* no news */
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 1200);
	test_advance_ns(500 * NSEC_PER_SEC);
	rt->dst.ops->update_pmtu(&rt->dst, NULL, 1200);
	test_advance_ns(500 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 1200);
	test_advance_ns(101 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 1500);
	ip_rt_put(rt);
}

/* More destinations than the exception table holds: bounded, no crash. */
static void ipv4_update_pmtu_is_bounded(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct flowi4 fl4;
	struct rtable *rt;
	u32 i;

	fixture_addr(f, "10.0.0.1", 8);
	for (i = 2; i < 2000; i++) {
		fl4 = (struct flowi4){ .daddr = htonl(0x0a000000U + i) };
		rt = ip_route_output_flow(f->net, &fl4, NULL);
		rt->dst.ops->update_pmtu(&rt->dst, NULL, 1000);
		KUNIT_EXPECT_EQ(test, dst_mtu(&rt->dst), 1000);
		ip_rt_put(rt);
	}
}

static int input(struct net_fixture *f, const char *src, const char *dst)
{
	enum skb_drop_reason reason;
	struct sk_buff *skb = fixture_skb(f, 20);
	int err = ip_route_input(skb, fixture_ip(dst), fixture_ip(src), 0,
				 f->eth0, &reason);

	consume_skb(skb);
	return err;
}

/* RFC 1122, section 3.2.1.3. */
static void ip_route_input_refuses_martians(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "10.0.2.15"), 0);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "10.0.2.15"), 0);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "10.0.2.255"), 0);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "255.255.255.255"), 0);
	KUNIT_EXPECT_EQ(test, input(f, "0.0.0.0", "255.255.255.255"), 0);
	KUNIT_EXPECT_EQ(test, input(f, "8.8.8.8", "10.0.2.15"), 0);
	KUNIT_EXPECT_EQ(test, input(f, "0.0.0.0", "10.0.2.15"), -EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.15", "10.0.2.15"), -EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.255", "10.0.2.15"), -EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "224.0.0.5", "10.0.2.15"), -EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "255.255.255.255", "10.0.2.15"),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "127.0.0.1", "10.0.2.15"), -EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "127.0.0.1"), -EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "0.0.0.0"), -EINVAL);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "10.0.2.16"), -EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "8.8.8.8"), -ENETUNREACH);
	KUNIT_EXPECT_EQ(test, input(f, "10.0.2.2", "224.0.0.5"), -ENOENT);
}

/* RFC 6864: what cannot be a fragment needs no number; what can gets one that
 * the next of its flow does not repeat. */
static void ip_select_ident_counts_a_flow(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct sk_buff *skb = fixture_skb(f, 40);
	struct iphdr *iph = (struct iphdr *)skb->data;
	u16 first;

	skb_reset_network_header(skb);
	memset(iph, 0, sizeof(*iph));
	iph->saddr = fixture_ip("10.0.2.15");
	iph->daddr = fixture_ip("10.0.2.2");
	iph->frag_off = htons(IP_DF);
	iph->id = htons(7);
	ip_select_ident(f->net, skb, NULL, 1);
	KUNIT_EXPECT_EQ(test, iph->id, 0);
	iph->frag_off = 0;
	ip_select_ident(f->net, skb, NULL, 3);
	first = ntohs(iph->id);
	ip_select_ident(f->net, skb, NULL, 1);
	KUNIT_EXPECT_EQ(test, (u16)(ntohs(iph->id) - first), 3);
	consume_skb(skb);
}

static const struct kunit_case route_cases[] = {
	KUNIT_CASE(ip_route_output_flow_caches_by_generation),
	KUNIT_CASE(ip_route_output_flow_checks_the_source),
	KUNIT_CASE(ip_route_output_flow_sends_ours_to_loopback),
	KUNIT_CASE(inet_select_addr_matches_the_subnet),
	KUNIT_CASE(ipv4_update_pmtu_expires),
	KUNIT_CASE(rt_sends_df_but_not_where_less_was_asked_for),
	KUNIT_CASE(ipv4_update_pmtu_leaves_a_locked_mtu),
	KUNIT_CASE(ipv4_update_pmtu_extends_what_is_known),
	KUNIT_CASE(ipv4_update_pmtu_is_bounded),
	KUNIT_CASE(ip_route_input_refuses_martians),
	KUNIT_CASE(ip_select_ident_counts_a_flow),
	{}
};

static const struct kunit_suite route_suite = {
	.name = "route",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = route_cases,
};
kunit_test_suite(route_suite);

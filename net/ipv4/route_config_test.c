// SPDX-License-Identifier: MIT
/*
 * DOC: `route=` in its forms, right and wrong, and what its congctl means for
 * connections: Linux's `ip route ... congctl [lock] NAME`.
 */
#include "lib/errno.h"
#include "lib/err.h"
#include "net/core/sock.h"
#include "net/core/socket.h"
#include "net/ipv4/ipconfig.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/net_fixture.h"

static int lookup(struct net_fixture *f, const char *dst,
		  struct fib_result *res)
{
	struct flowi4 fl4 = { .daddr = fixture_ip(dst) };

	return fib_lookup(f->net, &fl4, res);
}

static void ip_route_config_adds_a_route(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_result res;

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(test,
			ip_route_config(f->net,
					"192.0.2.0/24,via=10.0.2.2,mtu=1400,"
					"initcwnd=20,congctl=bbr"),
			0);
	KUNIT_EXPECT_EQ(test, lookup(f, "192.0.2.77", &res), 0);
	KUNIT_EXPECT_EQ(test, res.gateway, fixture_ip("10.0.2.2"));
	KUNIT_EXPECT_PTR_EQ(test, res.dev, f->eth0);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_MTU], 1400);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_INITCWND], 20);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_CC_ALGO], tcp_bbr.key);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_LOCK], 0);
	/* On the link itself. */
	KUNIT_EXPECT_EQ(test, ip_route_config(f->net, "10.9.0.0/16,dev=eth0"),
			0);
	KUNIT_EXPECT_EQ(test, lookup(f, "10.9.1.1", &res), 0);
	KUNIT_EXPECT_EQ(test, res.gateway, 0);
	KUNIT_EXPECT_EQ(test, ip_route_config(f->net, "default,via=10.0.2.3"),
			0);
	KUNIT_EXPECT_EQ(test, lookup(f, "8.8.8.8", &res), 0);
}

/* Without via and dev: what there is keeps its next hop and attributes. */
static void ip_route_config_changes_a_route(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_result res;

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(test,
			ip_route_config(f->net, "default,via=10.0.2.2,mtu=900"),
			0);
	KUNIT_EXPECT_EQ(
		test, ip_route_config(f->net, "default,congctl=lock:reno"), 0);
	KUNIT_EXPECT_EQ(test, lookup(f, "8.8.8.8", &res), 0);
	KUNIT_EXPECT_EQ(test, res.gateway, fixture_ip("10.0.2.2"));
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_MTU], 900);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_CC_ALGO], tcp_reno.key);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_LOCK], BIT(RTAX_CC_ALGO));
	/* The subnet that comes with the address, too. */
	KUNIT_EXPECT_EQ(test,
			ip_route_config(f->net, "10.0.2.0/24,congctl=bbr"), 0);
	KUNIT_EXPECT_EQ(test, lookup(f, "10.0.2.9", &res), 0);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_CC_ALGO], tcp_bbr.key);
}

/* A change that the table refuses leaves the route as it was. */
static void ip_route_config_keeps_what_it_cannot_change(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_config any = { 0 }, first;

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(test, ip_route_config(f->net, "default,via=10.0.2.2"),
			0);
	KUNIT_EXPECT_EQ(
		test, ip_route_config(f->net, "default,via=10.0.2.2,metric=5"),
		0);
	KUNIT_EXPECT_EQ(test, ip_route_config(f->net, "default,metric=5"),
			-EEXIST);
	KUNIT_ASSERT_TRUE(test, fib_table_find(f->net, &any, &first));
	KUNIT_EXPECT_EQ(test, first.metric, 0);
	any.metric = 5;
	KUNIT_EXPECT_TRUE(test, fib_table_find(f->net, &any, &first));
}

/* Every attribute, with its unit and its lock. */
static void ip_route_config_takes_each_attribute(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_result res;

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(
		test,
		ip_route_config(f->net,
				"default,via=10.0.2.2,mtu=lock:900,window=5,"
				"rtt=2s,ssthresh=6,cwnd=lock:7,advmss=8,"
				"reordering=9,hoplimit=10,features=ecn,"
				"rto_min=11ms,initrwnd=12,quickack=1,"
				"fastopen_no_cookie=1"),
		0);
	KUNIT_EXPECT_EQ(test, lookup(f, "8.8.8.8", &res), 0);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_LOCK],
			BIT(RTAX_MTU) | BIT(RTAX_CWND) | BIT(RTAX_RTO_MIN));
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_MTU], 900);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_WINDOW], 5);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_RTT], 2000);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_SSTHRESH], 6);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_CWND], 7);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_ADVMSS], 8);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_REORDERING], 9);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_HOPLIMIT], 10);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_FEATURES], RTAX_FEATURE_ECN);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_RTO_MIN], 11);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_INITRWND], 12);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_QUICKACK], 1);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_FASTOPEN_NO_COOKIE], 1);
	/* No packet is that long; TTL is a byte. */
	KUNIT_EXPECT_EQ(test,
			ip_route_config(f->net, "default,mtu=99999,"
						"advmss=99999,hoplimit=999"),
			0);
	KUNIT_EXPECT_EQ(test, lookup(f, "8.8.8.8", &res), 0);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_MTU], 65520);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_ADVMSS], 65495);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_HOPLIMIT], 255);
}

static void ip_route_config_refuses_what_is_wrong(struct kunit *test)
{
	static const struct {
		const char *spec;
		int err;
	} wrong[] = {
		{ "", -EINVAL },
		{ "10.0.0", -EINVAL },
		{ "10.0.0.0/33", -EINVAL },
		{ "10.0.0.0/x", -EINVAL },
		{ "10.0.0.1/24,via=10.0.2.2", -EINVAL },
		{ "default,via=", -EINVAL },
		{ "default,via=0.0.0.0", -EINVAL },
		{ "default,via=10.0.2.2,mtu=big", -EINVAL },
		{ "default,via=10.0.2.2,mtu", -EINVAL },
		{ "default,via=10.0.2.2,color=red", -EINVAL },
		{ "default,via=10.0.2.2,,", -EINVAL },
		{ "default,via=10.0.2.2,rto_min=", -EINVAL },
		{ "default,via=10.0.2.2,rto_min=1h", -EINVAL },
		{ "default,via=10.0.2.2,rto_min=121s", -EINVAL },
		{ "default,via=10.0.2.2,rto_min=4294967297s", -EINVAL },
		{ "default,via=10.0.2.2,rtt=99999999999999", -EINVAL },
		{ "default,via=10.0.2.2,features=usec", -EINVAL },
		{ "default,via=10.0.2.2,mtu=lock:", -EINVAL },
		{ "default,dev=eth7", -ENODEV },
		{ "default,congctl=vegas", -ENOENT },
		{ "default,congctl=lock:", -ENOENT },
		{ "default,congctl=bbr", -ESRCH },
		{ "default,via=172.16.0.1", -ENETUNREACH },
		{ "default,via=10.0.2.2,congctl=a-name-that-is-far-too-long-for"
		  "-any-module-that-there-could-be",
		  -EINVAL },
	};
	struct net_fixture *f = test->priv;
	struct fib_result res;
	u32 i;

	fixture_addr(f, "10.0.2.15", 24);
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		KUNIT_EXPECT_EQ(test, ip_route_config(f->net, wrong[i].spec),
				wrong[i].err);
	KUNIT_EXPECT_EQ(test, lookup(f, "8.8.8.8", &res), -ENETUNREACH);
}

static const struct kunit_case route_config_cases[] = {
	KUNIT_CASE(ip_route_config_adds_a_route),
	KUNIT_CASE(ip_route_config_changes_a_route),
	KUNIT_CASE(ip_route_config_keeps_what_it_cannot_change),
	KUNIT_CASE(ip_route_config_takes_each_attribute),
	KUNIT_CASE(ip_route_config_refuses_what_is_wrong),
	{}
};

static const struct kunit_suite route_config_suite = {
	.name = "route_config",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = route_config_cases,
};
kunit_test_suite(route_config_suite);

/* --- connections --- */

static struct socket *new_socket(struct net_fixture *f)
{
	struct socket *sock = NULL;

	BUG_ON(sock_create(f->net, AF_INET, SOCK_STREAM, 0, &sock));
	return sock;
}

/* A connection from a to b: @c and the accepted @s. */
static void connect_pair(struct kunit *test, struct socket *c, struct socket *l,
			 struct socket **s)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(80) };

	KUNIT_EXPECT_EQ(
		test, l->ops->bind(l, (struct sockaddr *)&sin, sizeof(sin)), 0);
	KUNIT_EXPECT_EQ(test, l->ops->listen(l, 1), 0);
	sin.sin_addr.s_addr = fixture_ip("10.0.0.2");
	KUNIT_EXPECT_EQ(
		test,
		c->ops->connect(c, (struct sockaddr *)&sin, sizeof(sin), 0), 0);
	*s = sock_alloc(l->net);
	(*s)->type = l->type;
	(*s)->ops = l->ops;
	KUNIT_EXPECT_EQ(test, l->ops->accept(l, *s, 0), 0);
}

static void end_pair(struct socket *c, struct socket *l, struct socket *s)
{
	sock_release(c);
	sock_release(s);
	sock_release(l);
	test_advance_ns(300 * NSEC_PER_SEC);
}

static const char *ca_of(const struct socket *sock)
{
	return inet_csk(sock->sk)->icsk_ca_ops->name;
}

/* Both ends go by their own route. */
static void tcp_ca_dst_init_takes_the_routes_choice(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *c = new_socket(p->a), *l = new_socket(p->b), *s;

	KUNIT_EXPECT_EQ(
		test, ip_route_config(p->a->net, "10.0.0.0/24,congctl=bbr"), 0);
	KUNIT_EXPECT_EQ(test,
			ip_route_config(p->b->net, "10.0.0.0/24,congctl=reno"),
			0);
	connect_pair(test, c, l, &s);
	KUNIT_EXPECT_STREQ(test, ca_of(c), "bbr");
	KUNIT_EXPECT_STREQ(test, ca_of(s), "reno");
	KUNIT_EXPECT_STREQ(test, ca_of(l), "cubic");
	/* It is a default, no more. */
	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(c->sk, "cubic"), 0);
	end_pair(c, l, s);
}

/* What the program has chosen goes before. */
static void tcp_ca_dst_init_leaves_the_programs_choice(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *c = new_socket(p->a), *l = new_socket(p->b), *s;

	KUNIT_EXPECT_EQ(
		test, ip_route_config(p->a->net, "10.0.0.0/24,congctl=bbr"), 0);
	KUNIT_EXPECT_EQ(
		test, ip_route_config(p->b->net, "10.0.0.0/24,congctl=bbr"), 0);
	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(c->sk, "reno"), 0);
	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(l->sk, "reno"), 0);
	connect_pair(test, c, l, &s);
	KUNIT_EXPECT_STREQ(test, ca_of(c), "reno");
	KUNIT_EXPECT_STREQ(test, ca_of(s), "reno");
	end_pair(c, l, s);
}

/* Unless the route locks its own, and then it stays: EPERM. */
static void tcp_ca_dst_init_enforces_a_locked_choice(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *c = new_socket(p->a), *l = new_socket(p->b), *s;

	KUNIT_EXPECT_EQ(
		test,
		ip_route_config(p->a->net, "10.0.0.0/24,congctl=lock:bbr"), 0);
	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(c->sk, "reno"), 0);
	connect_pair(test, c, l, &s);
	KUNIT_EXPECT_STREQ(test, ca_of(c), "bbr");
	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(c->sk, "cubic"),
			-EPERM);
	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(c->sk, "none such"),
			-EPERM);
	KUNIT_EXPECT_STREQ(test, ca_of(c), "bbr");
	/* The next connection of this socket is free again. */
	lock_sock(c->sk);
	KUNIT_EXPECT_EQ(test, tcp_disconnect(c->sk, 0), 0);
	release_sock(c->sk);
	KUNIT_EXPECT_EQ(test, tcp_set_congestion_control(c->sk, "cubic"), 0);
	end_pair(c, l, s);
}

static const struct kunit_case route_congctl_cases[] = {
	KUNIT_CASE(tcp_ca_dst_init_takes_the_routes_choice),
	KUNIT_CASE(tcp_ca_dst_init_leaves_the_programs_choice),
	KUNIT_CASE(tcp_ca_dst_init_enforces_a_locked_choice),
	{}
};

static const struct kunit_suite route_congctl_suite = {
	.name = "route_congctl",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = route_congctl_cases,
};
kunit_test_suite(route_congctl_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: the forwarding table against a list that is searched from end to end,
 * and the rules of insertion (row I6).
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/ipv4/route.h"
#include "tests/fixtures/net_fixture.h"

static struct fib_config link_route(struct net_fixture *f, __be32 dst, u8 plen,
				    u32 metric)
{
	return (struct fib_config){ .dst = dst,
				    .prefix_len = plen,
				    .type = RTN_UNICAST,
				    .dev = f->eth0,
				    .scope = RT_SCOPE_LINK,
				    .metric = metric };
}

static int lookup(struct net_fixture *f, __be32 dst, struct fib_result *res)
{
	struct flowi4 fl4 = { .daddr = dst };

	return fib_lookup(f->net, &fl4, res);
}

#define NR_PREFIXES 3000

struct model {
	__be32 dst;
	u8 plen;
	bool here;
};

/* The longest prefix of the list, or -1. */
static int model_lookup(const struct model *m, u32 n, __be32 dst)
{
	int best = -1;
	u32 i;

	for (i = 0; i < n; i++) {
		if (m[i].here &&
		    !((dst ^ m[i].dst) & inet_make_mask(m[i].plen)) &&
		    (best < 0 || m[i].plen > best))
			best = m[i].plen;
	}
	return best;
}

static void compare(struct kunit *test, struct net_fixture *f,
		    const struct model *m, u32 queries)
{
	struct fib_result res;
	__be32 dst;
	u32 i;
	int want;

	for (i = 0; i < queries; i++) {
		get_random_bytes(&dst, sizeof(dst));
		/* Half of the questions are near a prefix. */
		if (i & 1)
			dst = m[i % NR_PREFIXES].dst | (dst & htonl(0x1ff));
		if (ipv4_is_loopback(dst))
			continue; /* the local table is asked first */
		want = model_lookup(m, NR_PREFIXES, dst);
		if (lookup(f, dst, &res))
			KUNIT_EXPECT_EQ(test, want, -1);
		else
			KUNIT_EXPECT_EQ(test, res.prefix_len, want);
	}
}

static void fib_lookup_agrees_with_a_linear_search(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct model *m = kcalloc(NR_PREFIXES, sizeof(*m), GFP_KERNEL);
	struct fib_config cfg;
	u32 i;
	u8 r;

	for (i = 0; i < NR_PREFIXES; i += m[i].here) {
		get_random_bytes(&m[i].dst, 4);
		get_random_bytes(&r, 1);
		m[i].plen = 1 + r % 32;
		m[i].dst &= inet_make_mask(m[i].plen);
		cfg = link_route(f, m[i].dst, m[i].plen, 0);
		m[i].here = fib_table_insert(f->net, &cfg) == 0;
	}
	compare(test, f, m, 2000);
	for (i = 0; i < NR_PREFIXES; i += 2) {
		cfg = link_route(f, m[i].dst, m[i].plen, 0);
		KUNIT_EXPECT_EQ(test, fib_table_delete(f->net, &cfg), 0);
		m[i].here = false;
	}
	compare(test, f, m, 2000);
	kfree(m);
}

/* Lower metric first; the next one serves when it is gone. */
static void fib_lookup_prefers_the_lower_metric(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_config a = link_route(f, fixture_ip("10.1.0.0"), 16, 20);
	struct fib_config b = link_route(f, fixture_ip("10.1.0.0"), 16, 10);
	struct fib_result res;

	a.metrics[RTAX_MTU] = 1000;
	b.metrics[RTAX_MTU] = 1300;
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &a), 0);
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &b), 0);
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &b), -EEXIST);
	KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("10.1.2.3"), &res), 0);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_MTU], 1300);
	KUNIT_EXPECT_EQ(test, fib_table_delete(f->net, &b), 0);
	KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("10.1.2.3"), &res), 0);
	KUNIT_EXPECT_EQ(test, res.metrics[RTAX_MTU], 1000);
	KUNIT_EXPECT_EQ(test, fib_table_delete(f->net, &a), 0);
	KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("10.1.2.3"), &res),
			-ENETUNREACH);
}

static void fib_table_insert_refuses_nonsense(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_config c = link_route(f, fixture_ip("10.1.0.1"), 16, 0);

	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), -EINVAL);
	c.prefix_len = 33;
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), -EINVAL);
	c = link_route(f, 0, 0, 0);
	c.dev = NULL;
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), -ENODEV);
	c = link_route(f, 0, 0, 0);
	c.scope = RT_SCOPE_UNIVERSE;
	c.gateway = fixture_ip("10.0.2.2");
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), -ENETUNREACH);
	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), 0);
	c.gateway = fixture_ip("10.0.2.15"); /* ourselves */
	c.metric = 5;
	KUNIT_EXPECT_LT(test, fib_table_insert(f->net, &c), 0);
	c.table = 77;
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), -EINVAL);
}

static void fib_lookup_gives_each_type_its_errno(struct kunit *test)
{
	static const struct {
		u8 type;
		int err;
	} types[] = { { RTN_BLACKHOLE, -EINVAL },
		      { RTN_UNREACHABLE, -EHOSTUNREACH },
		      { RTN_PROHIBIT, -EACCES } };
	struct net_fixture *f = test->priv;
	struct fib_config c = { .dst = fixture_ip("10.7.0.0"),
				.prefix_len = 16 };
	struct fib_result res;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		c.type = types[i].type;
		KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), 0);
		KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("10.7.1.1"), &res),
				types[i].err);
		KUNIT_EXPECT_EQ(test, fib_table_delete(f->net, &c), 0);
	}
}

static int count_route(const struct fib_config *cfg, void *arg)
{
	(*(u32 *)arg)++;
	return 0;
}

/* A device that goes down takes its routes along; up again, the address
 * brings its own back. */
static void fib_flush_dev_empties_the_table(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_config c = { .type = RTN_UNICAST };
	u32 before = 0, after = 0;
	struct fib_result res;

	fib_walk(f->net, count_route, &before);
	fixture_addr(f, "10.0.2.15", 24);
	c.gateway = fixture_ip("10.0.2.2");
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), 0);
	dev_close(f->eth0);
	fib_walk(f->net, count_route, &after);
	KUNIT_EXPECT_EQ(test, after, before);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("10.0.2.9"), &res), 0);
	KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("9.9.9.9"), &res),
			-ENETUNREACH);
}

/* A deleted address takes the routes that prefer it along, and the last one of
 * a device all of its routes. */
static void routes_go_with_their_address(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_config a = { .type = RTN_UNICAST }, b;
	u32 before = 0, after = 0;
	struct fib_result res;

	fib_walk(f->net, count_route, &before);
	fixture_addr(f, "10.0.2.15", 24);
	fixture_addr(f, "172.16.0.1", 16);
	a.gateway = fixture_ip("10.0.2.2");
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &a), 0);
	b = link_route(f, fixture_ip("99.0.0.0"), 8, 0);
	b.prefsrc = fixture_ip("172.16.0.1");
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &b), 0);
	KUNIT_EXPECT_EQ(test, inet_addr_del(f->eth0, b.prefsrc, 16), 0);
	KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("99.1.1.1"), &res), 0);
	KUNIT_EXPECT_EQ(test, res.gateway, a.gateway); /* the default route */
	KUNIT_EXPECT_EQ(test,
			inet_addr_del(f->eth0, fixture_ip("10.0.2.15"), 24), 0);
	fib_walk(f->net, count_route, &after);
	KUNIT_EXPECT_EQ(test, after, before);
}

static u8 type_of(struct net_fixture *f, const char *addr)
{
	struct fib_result res;

	return lookup(f, fixture_ip(addr), &res) ? RTN_UNSPEC : res.type;
}

/* Addresses that overlap share routes; what goes leaves the others theirs. */
static void overlapping_addresses_keep_their_routes(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_config c = link_route(f, fixture_ip("99.0.0.0"), 8, 0);
	__be32 twice = fixture_ip("10.0.2.15");

	fixture_addr(f, "10.0.2.15", 24);
	fixture_addr(f, "10.0.2.15", 25);
	fixture_addr(f, "10.0.2.200", 25);
	c.prefsrc = twice;
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &c), 0);
	KUNIT_EXPECT_EQ(test, inet_addr_del(f->eth0, twice, 25), 0);
	KUNIT_EXPECT_EQ(test, type_of(f, "10.0.2.15"), RTN_LOCAL);
	KUNIT_EXPECT_EQ(test, type_of(f, "10.0.2.9"), RTN_UNICAST);
	KUNIT_EXPECT_EQ(test, type_of(f, "10.0.2.127"), RTN_UNICAST);
	KUNIT_EXPECT_EQ(test, type_of(f, "99.1.1.1"), RTN_UNICAST);
	KUNIT_EXPECT_EQ(test, inet_addr_del(f->eth0, twice, 24), 0);
	KUNIT_EXPECT_EQ(test, type_of(f, "10.0.2.15"), RTN_UNSPEC);
	KUNIT_EXPECT_EQ(test, type_of(f, "99.1.1.1"), RTN_UNSPEC);
	KUNIT_EXPECT_EQ(test, type_of(f, "10.0.2.200"), RTN_LOCAL);
	KUNIT_EXPECT_EQ(test, type_of(f, "10.0.2.255"), RTN_BROADCAST);
}

/* Each allocation of an insertion fails once: nothing changes. */
static void fib_table_insert_survives_failed_allocations(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct fib_config a = link_route(f, fixture_ip("10.1.0.0"), 16, 0);
	struct fib_config b = link_route(f, fixture_ip("10.2.0.0"), 16, 9);
	struct fib_result res;
	u32 n;

	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &a), 0);
	for (n = 1;; n++) {
		test_fail_nth_alloc(n);
		b.prefsrc = htonl(0x0a000001U + n);
		if (!fib_table_insert(f->net, &b))
			break;
		KUNIT_EXPECT_TRUE(test, test_fail_fired());
		KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("10.2.1.1"), &res),
				-ENETUNREACH);
		KUNIT_EXPECT_EQ(test, lookup(f, fixture_ip("10.1.1.1"), &res),
				0);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_GE(test, n, 4);
}

static const struct kunit_case fib_cases[] = {
	KUNIT_CASE(fib_lookup_agrees_with_a_linear_search),
	KUNIT_CASE(fib_lookup_prefers_the_lower_metric),
	KUNIT_CASE(fib_table_insert_refuses_nonsense),
	KUNIT_CASE(fib_lookup_gives_each_type_its_errno),
	KUNIT_CASE(fib_flush_dev_empties_the_table),
	KUNIT_CASE(routes_go_with_their_address),
	KUNIT_CASE(overlapping_addresses_keep_their_routes),
	KUNIT_CASE(fib_table_insert_survives_failed_allocations),
	{}
};

static const struct kunit_suite fib_suite = {
	.name = "fib",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = fib_cases,
};
kunit_test_suite(fib_suite);

// SPDX-License-Identifier: MIT
/* DOC: settings by name: texts to numbers and back, and what is refused. */
#include "net/ipv4/sysctl.h"
#include "lib/errno.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/net_fixture.h"

static int set(struct net_fixture *f, const char *name, const char *text)
{
	const struct ctl_table *t = sysctl_find(name);

	return t ? sysctl_set(f->net, t, text) : -ENODEV;
}

static const char *get(struct net_fixture *f, const char *name)
{
	static char text[SYSCTL_TEXT_MAX];
	const struct ctl_table *t = sysctl_find(name);

	if (!t)
		return "no such";
	sysctl_get(f->net, t, text, sizeof(text));
	return text;
}

static void sysctl_find_takes_dots_and_slashes(struct kunit *test)
{
	const struct ctl_table *t = sysctl_find("net/ipv4/tcp_sack");

	KUNIT_EXPECT_TRUE(test, t != NULL);
	KUNIT_EXPECT_PTR_EQ(test, sysctl_find("net.ipv4.tcp_sack"), t);
	KUNIT_EXPECT_NULL(test, sysctl_find("net.ipv4.tcp_sac"));
	KUNIT_EXPECT_NULL(test, sysctl_find("net.ipv4.tcp_sack2"));
	KUNIT_EXPECT_NULL(test, sysctl_find(""));
}

/* Every number may be written as it was read, so its range holds its default,
 * and fits its place. */
static void sysctl_set_takes_what_get_gave(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	char text[SYSCTL_TEXT_MAX], again[SYSCTL_TEXT_MAX];
	const struct ctl_table *t;
	u32 i;

	for (i = 0; (t = sysctl_at(i)) != NULL; i++) {
		sysctl_get(f->net, t, text, sizeof(text));
		if (sysctl_set(f->net, t, text) != (t->read_only ? -EPERM : 0))
			KUNIT_EXPECT_STREQ(test, t->procname, "taken back");
		sysctl_get(f->net, t, again, sizeof(again));
		KUNIT_EXPECT_STREQ(test, again, text);
		if (t->count)
			KUNIT_EXPECT_TRUE(test, t->max <= ~0ULL >>
							(64 - 8 * t->size));
	}
}

static void sysctl_set_writes_the_field(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct netns_ipv4 *n = f->net->ipv4;

	KUNIT_EXPECT_EQ(test, set(f, "net.ipv4.tcp_sack", "0\n"), 0);
	KUNIT_EXPECT_EQ(test, n->sysctl_tcp_sack, 0);
	KUNIT_EXPECT_STREQ(test, get(f, "net.ipv4.tcp_sack"), "0\n");
	KUNIT_EXPECT_EQ(test, set(f, "net.core.somaxconn", " 0x10 "), 0);
	KUNIT_EXPECT_EQ(test, f->net->sysctl_somaxconn, 16);
	KUNIT_EXPECT_EQ(test,
			set(f, "net.ipv4.tcp_notsent_lowat", "4294967295"), 0);
	KUNIT_EXPECT_EQ(test, n->sysctl_tcp_notsent_lowat, 4294967295U);
}

/* Fewer numbers than there are change the first ones; more are an error. */
static void sysctl_set_takes_several_numbers(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test,
			set(f, "net.ipv4.tcp_rmem", "4096 \t 8192 16384\n"), 0);
	KUNIT_EXPECT_STREQ(test, get(f, "net.ipv4.tcp_rmem"),
			   "4096\t8192\t16384\n");
	KUNIT_EXPECT_EQ(test, set(f, "net.ipv4.tcp_rmem", "5000"), 0);
	KUNIT_EXPECT_STREQ(test, get(f, "net.ipv4.tcp_rmem"),
			   "5000\t8192\t16384\n");
	KUNIT_EXPECT_EQ(test, set(f, "net.ipv4.tcp_rmem", "1 2 3 4"), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(f, "net.ipv4.tcp_rmem", "1 2 x"), -EINVAL);
	KUNIT_EXPECT_STREQ(test, get(f, "net.ipv4.tcp_rmem"),
			   "5000\t8192\t16384\n");
}

static void sysctl_set_refuses_what_means_nothing(struct kunit *test)
{
	static const struct {
		const char *name, *text;
	} bad[] = {
		{ "net.ipv4.tcp_sack", "" },
		{ "net.ipv4.tcp_sack", " \n" },
		{ "net.ipv4.tcp_sack", "2" },
		{ "net.ipv4.tcp_sack", "-1" },
		{ "net.ipv4.tcp_sack", "1x" },
		{ "net.ipv4.tcp_sack", "0x" },
		{ "net.ipv4.tcp_sack", "yes" },
		{ "net.ipv4.tcp_sack", "18446744073709551617" },
		{ "net.ipv4.tcp_notsent_lowat", "4294967296" },
		{ "net.ipv4.ip_default_ttl", "0" },
		{ "net.ipv4.ip_default_ttl", "256" },
		{ "net.ipv4.ip_local_port_range", "5000 4000" },
		{ "net.ipv4.ip_local_port_range", "5000" },
		{ "net.ipv4.ip_local_port_range", "0 65535" },
	};
	struct net_fixture *f = test->priv;
	char before[SYSCTL_TEXT_MAX];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		sysctl_get(f->net, sysctl_find(bad[i].name), before,
			   sizeof(before));
		if (set(f, bad[i].name, bad[i].text) != -EINVAL)
			KUNIT_EXPECT_STREQ(test, bad[i].text, "refused");
		KUNIT_EXPECT_STREQ(test, get(f, bad[i].name), before);
	}
}

static void sysctl_names_congestion_controls(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test,
			set(f, "net.ipv4.tcp_congestion_control", "reno\n"), 0);
	KUNIT_EXPECT_STREQ(test, get(f, "net.ipv4.tcp_congestion_control"),
			   "reno\n");
	KUNIT_EXPECT_EQ(test, set(f, "net.ipv4.tcp_congestion_control", "no"),
			-ENOENT);
	KUNIT_EXPECT_STREQ(test, get(f, "net.ipv4.tcp_congestion_control"),
			   "reno\n");
	KUNIT_EXPECT_TRUE(
		test,
		strstr(get(f, "net.ipv4.tcp_available_congestion_control"),
		       "cubic") != NULL);
	KUNIT_EXPECT_EQ(test,
			set(f, "net.ipv4.tcp_allowed_congestion_control",
			    "reno  bbr\n"),
			0);
	KUNIT_EXPECT_STREQ(test,
			   get(f, "net.ipv4.tcp_allowed_congestion_control"),
			   "reno bbr\n");
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(sysctl_find_takes_dots_and_slashes),
	KUNIT_CASE(sysctl_set_takes_what_get_gave),
	KUNIT_CASE(sysctl_set_writes_the_field),
	KUNIT_CASE(sysctl_set_takes_several_numbers),
	KUNIT_CASE(sysctl_set_refuses_what_means_nothing),
	KUNIT_CASE(sysctl_names_congestion_controls),
	{ 0 },
};

static const struct kunit_suite suite = {
	.name = "sysctl",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

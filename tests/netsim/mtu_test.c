// SPDX-License-Identifier: MIT
/*
 * DOC: a path that grows narrow in mid-transfer and sends no ICMP: a black
 * hole of path MTU discovery (RFC 2923, section 2.1), and what the search of
 * RFC 4821 makes of it.
 */
#include "tests/netsim/sim_test.h"

#define RTT     (20 * MS)
#define RATE    (20 * MBIT)
#define HEADERS (20U + 20U + 12U) /* with time stamps */

static struct sim_config c;
static struct sim_result r;

static void narrow(u64 bytes, u32 mtu, const char *probing)
{
	test_config(&c, RATE, RTT, bytes);
	c.link.narrow_mtu = mtu;
	c.link.narrow_from_ns = 300 * MS;
	c.link.narrow_to_ns = UINT64_MAX;
	c.sysctl[c.nr_sysctl++] = probing;
}

static u32 snd_mss(void)
{
	return r.flow[0].info.tcpi_snd_mss;
}

/* Without: nothing passes any more, for as long as anyone waits. */
static void mtu_black_hole_without_probing_ends_the_flow(struct kunit *test)
{
	narrow(2000000, 1200, "net.ipv4.tcp_mtu_probing=0");
	c.end_ns = 60 * NSEC_PER_SEC;
	sim_run_child(&c, &r);
	KUNIT_EXPECT_FALSE(test, r.flow[0].done);
	KUNIT_EXPECT_LT(test, r.flow[0].received, 1000000);
}

/* With: time-outs of about 3 s, then segments of tcp_base_mss; and the search
 * finds the path's MTU to within tcp_probe_threshold. */
static void mtu_black_hole_is_left_by_probing(struct kunit *test)
{
	narrow(20000000, 1200, "net.ipv4.tcp_mtu_probing=1");
	test_run(test, &c, &r);
	KUNIT_EXPECT_LE(test, snd_mss(), 1200 - HEADERS);
	KUNIT_EXPECT_GT(test, snd_mss(), 1200 - HEADERS - 8);
	/* 8 s of transfer at the link's rate, small packets' cost. */
	KUNIT_EXPECT_LT(test, r.flow[0].done_ns, 14 * NSEC_PER_SEC);
}

/* Narrower than tcp_base_mss: half of that is tried next. */
static void mtu_black_hole_below_base_mss(struct kunit *test)
{
	narrow(5000000, 700, "net.ipv4.tcp_mtu_probing=1");
	test_run(test, &c, &r);
	KUNIT_EXPECT_LE(test, snd_mss(), 700 - HEADERS);
	KUNIT_EXPECT_GE(test, snd_mss(), 512 - 8);
}

/* The path widens again: after tcp_probe_interval a search finds it. */
static void mtu_search_follows_a_path_that_widens(struct kunit *test)
{
	narrow(60000000, 1200, "net.ipv4.tcp_mtu_probing=1");
	c.link.narrow_to_ns = 10 * NSEC_PER_SEC;
	c.sysctl[c.nr_sysctl++] = "net.ipv4.tcp_probe_interval=12";
	test_run(test, &c, &r);
	KUNIT_EXPECT_GT(test, snd_mss(), MSS - 8);
}

/* Probing from the start on a path without a fault: it costs no
 * retransmission, and ends at the full size. */
static void mtu_search_on_a_good_path(struct kunit *test)
{
	test_config(&c, RATE, RTT, 5000000);
	c.sysctl[c.nr_sysctl++] = "net.ipv4.tcp_mtu_probing=2";
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_total_retrans, 0);
	KUNIT_EXPECT_GT(test, snd_mss(), MSS - 8);
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(mtu_black_hole_without_probing_ends_the_flow),
	KUNIT_CASE(mtu_black_hole_is_left_by_probing),
	KUNIT_CASE(mtu_black_hole_below_base_mss),
	KUNIT_CASE(mtu_search_follows_a_path_that_widens),
	KUNIT_CASE(mtu_search_on_a_good_path),
	{}
};

static const struct kunit_suite suite = {
	.name = "netsim_mtu",
	.test_cases = cases,
};
kunit_test_suite(suite);

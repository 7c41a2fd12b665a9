// SPDX-License-Identifier: MIT
/*
 * DOC: 100,000 segments in flight cost no more each than 12,500: marking what
 * is SACKed, finding what is lost, resending it and the receiver's
 * out-of-order queue are counted in basic blocks (steps.c).
 *
 * Segments are small, so that this many take little memory; the window is
 * 1 GiB, by a shift of 14 (RFC 7323, section 2.3).
 */
#include "tests/netsim/sim_test.h"

#define SCALE_MTU 300U
#define SCALE_MSS (SCALE_MTU - 52)

static struct sim_config c;
static struct sim_result r;

/* @flight segments fill the line; four times as many are sent. */
static void scale_config(u32 flight)
{
	test_config(&c, flight * SCALE_MTU * 8ULL * 2, 500 * MS,
		    4ULL * flight * SCALE_MSS);
	c.mtu = SCALE_MTU;
	c.flow[0].cc = "reno";
	c.sysctl[c.nr_sysctl++] =
		"net.ipv4.tcp_rmem=4096 2147483647 2147483647";
	c.sysctl[c.nr_sysctl++] =
		"net.ipv4.tcp_wmem=4096 1073741824 2147483647";
	c.sysctl[c.nr_sysctl++] = "net.ipv4.tcp_mem=4194304 4194304 4194304";
}

/* Of the second half of a full flight one segment in @one_in is lost, and of
 * what is resent then, too. */
static void lose(u32 flight, u32 one_in)
{
	c.link.drop[0] = (struct sim_drop){ 2 * flight + flight / 2,
					    3 * flight + flight / 4, one_in };
	c.link.nr_drop = 1;
}

/* Basic blocks for a segment; 0: this program does not count. */
static u64 steps(struct kunit *test)
{
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_snd_wscale, 14);
	KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_total_rto, 0);
	printk("    # %u segments, %u resent, %llu blocks a segment\n",
	       r.flow[0].info.tcpi_data_segs_out,
	       r.flow[0].info.tcpi_total_retrans,
	       r.steps / r.flow[0].info.tcpi_data_segs_out);
	return r.steps / r.flow[0].info.tcpi_data_segs_out;
}

static void compare(struct kunit *test, void (*prepare)(u32 flight))
{
	u64 few, many;

	scale_config(12500);
	prepare(12500);
	few = steps(test);
	if (!few)
		kunit_skip(test, "this program does not count");
	scale_config(100000);
	prepare(100000);
	many = steps(test);
	KUNIT_EXPECT_GT(test, r.max_events, 100000);
	/* The trees are three levels deeper. */
	KUNIT_EXPECT_LT(test, many, few + few / 5);
}

static void one_in_hundred(u32 flight)
{
	lose(flight, 100);
}

static void one_in_two(u32 flight)
{
	lose(flight, 2);
}

/* Each hole of the out-of-order queue is filled a while later. */
static void reordered(u32 flight)
{
	c.link.reorder = PARTS(20);
	c.link.reorder_ns = 20 * MS;
}

static void netsim_scale_one_in_hundred_lost(struct kunit *test)
{
	compare(test, one_in_hundred);
}

static void netsim_scale_half_lost(struct kunit *test)
{
	compare(test, one_in_two);
}

static void netsim_scale_reordered(struct kunit *test)
{
	compare(test, reordered);
}

static const struct kunit_case scale_cases[] = {
	KUNIT_CASE(netsim_scale_one_in_hundred_lost),
	KUNIT_CASE(netsim_scale_half_lost),
	KUNIT_CASE(netsim_scale_reordered),
	{}
};

static const struct kunit_suite scale_suite = {
	.name = "scale",
	.test_cases = scale_cases,
};
kunit_test_suite(scale_suite);

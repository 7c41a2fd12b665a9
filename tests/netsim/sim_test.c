// SPDX-License-Identifier: MIT
/*
 * DOC: the simulator itself: that it repeats, and that the link does what it
 * is told.
 */
#include "tests/netsim/sim_test.h"

static struct sim_config c;
static struct sim_result r, again;

static void everything_at_once(void)
{
	test_config(&c, 10 * MBIT, 20 * MS, 300000);
	c.nr_flows = 3;
	c.flow[1].bytes = c.flow[2].bytes = 200000;
	c.flow[1].cc = "reno";
	c.link.queue_packets = 50;
	c.link.loss = PARTS(50);
	c.link.jitter_ns = MS;
	c.link.reorder = PARTS(50);
	c.link.reorder_ns = 5 * MS;
	c.link.duplicate = PARTS(50);
	c.link.corrupt = PARTS(50);
	c.back.loss = PARTS(50);
}

static void netsim_repeats(struct kunit *test)
{
	everything_at_once();
	test_run(test, &c, &r);
	test_run(test, &c, &again);
	KUNIT_EXPECT_MEMEQ(test, &r, &again, sizeof(r));
	KUNIT_EXPECT_GT(test, r.link.lost, 0);
	KUNIT_EXPECT_GT(test, r.back.lost, 0);
	KUNIT_EXPECT_GT(test, r.link.reordered, 0);
	KUNIT_EXPECT_GT(test, r.link.duplicated, 0);
	KUNIT_EXPECT_GT(test, r.link.corrupted, 0);
	c.seed = 2;
	test_run(test, &c, &again);
	KUNIT_EXPECT_NE(test, r.hash, again.hash);
}

/* 40 segments by 12 ms each, one round trip for the handshake, half of one for
 * the last segment; nothing else costs time. */
static void netsim_keeps_the_rate(struct kunit *test)
{
	test_config(&c, MBIT, 20 * MS, 40 * MSS);
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.link.bytes,
			60 + 52 + 40 * 1500 + 52); /* SYN, ACK, FIN or ACK */
	KUNIT_EXPECT_GE(test, r.flow[0].done_ns, 30 * MS + 40 * 12 * MS);
	KUNIT_EXPECT_LE(test, r.flow[0].done_ns, 32 * MS + 40 * 12 * MS);
}

static void netsim_drops_at_the_tail_of_a_full_queue(struct kunit *test)
{
	test_config(&c, 5 * MBIT, 20 * MS, 400000);
	c.link.queue_packets = 8;
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.link.max_packets, 8);
	KUNIT_EXPECT_GT(test, r.link.queue_drops, 0);
	KUNIT_EXPECT_EQ(test, r.link.lost, 0);
	KUNIT_EXPECT_EQ(test, r.link.frames,
			r.link.delivered + r.link.queue_drops);
	/* The last to enter waits for the seven before it. */
	KUNIT_EXPECT_LE(test, r.link.max_wait_ns, 7 * 1500 * 8 * 200);

	c.link.queue_packets = 0;
	c.link.queue_bytes = 6000;
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.link.max_packets, 4);
	KUNIT_EXPECT_GT(test, r.link.queue_drops, 0);
}

static void netsim_drops_what_is_chosen(struct kunit *test)
{
	test_config(&c, 10 * MBIT, 20 * MS, 100000);
	c.link.drop[0] = (struct sim_drop){ 20, 40, 5 };
	c.link.nr_drop = 1;
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.link.lost, 5);
	KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_total_retrans, 5);

	test_config(&c, 10 * MBIT, 20 * MS, 100000);
	test_drop_byte(&c, 50000, 2);
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.link.lost, 2);
	KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_total_retrans, 2);
}

/* One in 50, of more than 1400: within four standard deviations. */
static void netsim_loses_by_chance(struct kunit *test)
{
	test_config(&c, 0, 2 * MS, 2000000);
	c.link.loss = PARTS(50);
	test_run(test, &c, &r);
	KUNIT_EXPECT_GT(test, r.link.lost, r.link.frames / 50 - 22);
	KUNIT_EXPECT_LT(test, r.link.lost, r.link.frames / 50 + 22);
	KUNIT_EXPECT_EQ(test, r.link.frames, r.link.delivered + r.link.lost);
}

/* Bad for one frame in 21 on the average: 1/100 in, 1/5 out. */
static void netsim_loses_in_bursts(struct kunit *test)
{
	test_config(&c, 0, 2 * MS, 2000000);
	c.link.ge_enter = PARTS(100);
	c.link.ge_leave = PARTS(5);
	c.link.ge_loss = PARTS(2);
	test_run(test, &c, &r);
	KUNIT_EXPECT_GT(test, r.link.lost, r.link.frames / 80);
	KUNIT_EXPECT_LT(test, r.link.lost, r.link.frames / 25);
}

/* The receiver finds every damaged frame, and compares every byte. */
static void netsim_damage_is_found(struct kunit *test)
{
	test_config(&c, 0, 2 * MS, 1000000);
	c.link.corrupt = PARTS(40);
	c.back.corrupt = PARTS(40);
	test_run(test, &c, &r);
	KUNIT_EXPECT_GT(test, r.link.corrupted, 8);
	KUNIT_EXPECT_GT(test, r.back.corrupted, 4);
	KUNIT_EXPECT_GT(test, r.flow[0].info.tcpi_total_retrans, 8);
}

static void netsim_marks_instead_of_dropping(struct kunit *test)
{
	test_config(&c, 10 * MBIT, 20 * MS, 1000000);
	c.link.mark_packets = 15;
	c.sysctl[c.nr_sysctl++] = "net.ipv4.tcp_ecn=1";
	test_run(test, &c, &r);
	KUNIT_EXPECT_GT(test, r.link.marked, 0);
	KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_total_retrans, 0);
	KUNIT_EXPECT_GT(test, r.flow[0].info.tcpi_delivered_ce, 0);
	/* One round trip too late, as ever. */
	KUNIT_EXPECT_LT(test, r.link.max_packets, 80);
}

static const struct kunit_case sim_cases[] = {
	KUNIT_CASE(netsim_repeats),
	KUNIT_CASE(netsim_keeps_the_rate),
	KUNIT_CASE(netsim_drops_at_the_tail_of_a_full_queue),
	KUNIT_CASE(netsim_drops_what_is_chosen),
	KUNIT_CASE(netsim_loses_by_chance),
	KUNIT_CASE(netsim_loses_in_bursts),
	KUNIT_CASE(netsim_damage_is_found),
	KUNIT_CASE(netsim_marks_instead_of_dropping),
	{}
};

static const struct kunit_suite sim_suite = {
	.name = "netsim",
	.test_cases = sim_cases,
};
kunit_test_suite(sim_suite);

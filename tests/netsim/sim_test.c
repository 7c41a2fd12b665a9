// SPDX-License-Identifier: MIT
/*
 * DOC: the simulator itself: that it repeats, and that each impairment does
 * what it says.
 */
#include "lib/kunit.h"
#include "tests/netsim/sim.h"

/* 10 Mbit/s, 20 ms. */
static void plain(struct sim_config *c)
{
	sim_config_init(c);
	c->link.rate_bps = 10000000;
	c->link.delay_ns = 10 * NSEC_PER_MSEC;
	c->back.delay_ns = 10 * NSEC_PER_MSEC;
	c->link.queue_packets = 50;
	c->flow[0].bytes = 300000;
}

static void run(struct kunit *test, const struct sim_config *c,
		struct sim_result *r)
{
	u32 i;

	sim_run_child(c, r);
	KUNIT_EXPECT_EQ(test, r->err, 0);
	KUNIT_EXPECT_EQ(test, r->leaked, 0);
	for (i = 0; i < c->nr_flows; i++) {
		KUNIT_EXPECT_EQ(test, r->flow[i].err, 0);
		KUNIT_EXPECT_EQ(test, r->flow[i].received, c->flow[i].bytes);
	}
}

static struct sim_config c;
static struct sim_result r, again;

static void sim_repeats(struct kunit *test)
{
	plain(&c);
	c.nr_flows = 3;
	c.flow[1].bytes = c.flow[2].bytes = 200000;
	c.flow[1].cc = "reno";
	c.link.loss = SIM_PPB / 50;
	c.link.jitter_ns = NSEC_PER_MSEC;
	c.link.reorder = SIM_PPB / 50;
	c.link.reorder_ns = 5 * NSEC_PER_MSEC;
	c.link.duplicate = SIM_PPB / 50;
	c.link.corrupt = SIM_PPB / 50;
	c.back.loss = SIM_PPB / 50;
	run(test, &c, &r);
	run(test, &c, &again);
	KUNIT_EXPECT_MEMEQ(test, &r, &again, sizeof(r));
	KUNIT_EXPECT_GT(test, r.link.lost, 0);
	KUNIT_EXPECT_GT(test, r.link.reordered, 0);
	KUNIT_EXPECT_GT(test, r.link.duplicated, 0);
	KUNIT_EXPECT_GT(test, r.link.corrupted, 0);
	c.seed = 2;
	run(test, &c, &again);
	KUNIT_EXPECT_NE(test, r.hash, again.hash);
}

static const struct kunit_case sim_cases[] = { KUNIT_CASE(sim_repeats), {} };

static const struct kunit_suite sim_suite = {
	.name = "netsim",
	.test_cases = sim_cases,
};
kunit_test_suite(sim_suite);

/* SPDX-License-Identifier: MIT */
/* DOC: what the suites of the simulator share. */
#pragma once

#include "lib/kunit.h"
#include "tests/netsim/sim.h"

#define MSS      1448U /* of 1500 bytes, with time stamps */
#define MBIT     1000000ULL
#define MS       NSEC_PER_MSEC
#define PARTS(n) (SIM_PPB / (n)) /* one in @n */

/* One flow of @bytes over @rate_bps and @rtt_ns; the queue takes anything. */
static inline void test_config(struct sim_config *c, u64 rate_bps, u64 rtt_ns,
			       u64 bytes)
{
	sim_config_init(c);
	c->link.rate_bps = rate_bps;
	c->link.delay_ns = rtt_ns / 2;
	c->back.delay_ns = rtt_ns / 2;
	c->flow[0].bytes = bytes;
}

static inline void test_drop_byte(struct sim_config *c, u64 offset, u32 times)
{
	c->link.drop_byte[c->link.nr_drop_byte++] =
		(struct sim_drop_byte){ 0, offset, times };
}

/* Run; everything must have arrived, and nothing be left. */
static inline void test_run(struct kunit *test, const struct sim_config *c,
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

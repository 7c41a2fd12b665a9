// SPDX-License-Identifier: MIT
/*
 * DOC: how losses, reordering and silence are recovered from, seen from
 * outside: completion times and counts on a link that does one thing wrong
 * (RFC 8985, RFC 6298, RFC 6675).
 */
#include "tests/netsim/sim_test.h"

#define RTT  (20 * MS)
#define RATE (20 * MBIT)
/* 100 segments; alone on the link it takes 113 ms. */
#define BYTES (100U * MSS)

static struct sim_config c;
static struct sim_result r;

static u32 resent(void)
{
	return r.flow[0].info.tcpi_total_retrans;
}

static u32 rtos(void)
{
	return r.flow[0].info.tcpi_total_rto;
}

/* What the transfer takes when nothing is lost. */
static u64 undisturbed(struct kunit *test)
{
	test_config(&c, RATE, RTT, BYTES);
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, resent(), 0);
	return r.flow[0].done_ns;
}

/* How much later it is done without the last @n segments, each lost @times
 * times. */
static u64 tail_costs(struct kunit *test, u32 n, u32 times)
{
	u64 base = undisturbed(test);
	u32 i;

	for (i = 0; i < n; i++)
		test_drop_byte(&c, BYTES - 1 - i * MSS, times);
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, r.link.lost, n * times);
	return r.flow[0].done_ns - base;
}

/* One in flight: the probe waits 2 SRTT and the peer's longest delayed ACK
 * (RFC 8985, section 7.2). */
static void recovery_last_segment_costs_one_probe(struct kunit *test)
{
	u64 late = tail_costs(test, 1, 1);

	KUNIT_EXPECT_EQ(test, rtos(), 0);
	KUNIT_EXPECT_EQ(test, resent(), 1);
	KUNIT_EXPECT_LT(test, late, 200 * MS + 3 * RTT);
}

/* Two and more: 2 SRTT, then RACK has the rest after one more round trip. */
static void recovery_tail_costs_one_probe(struct kunit *test)
{
	u64 late;
	u32 n;

	for (n = 2; n <= 10; n++) {
		late = tail_costs(test, n, 1);
		KUNIT_EXPECT_EQ(test, rtos(), 0);
		KUNIT_EXPECT_EQ(test, resent(), n);
		KUNIT_EXPECT_LT(test, late, 8 * RTT); /* the queue's too */
	}
}

/* The probe is lost as well: now only a time-out helps. */
static void recovery_lost_probe_costs_one_timeout(struct kunit *test)
{
	tail_costs(test, 1, 2);
	KUNIT_EXPECT_EQ(test, rtos(), 1);
	KUNIT_EXPECT_EQ(test, resent(), 2);
}

/* A resend that is lost is known from what was sent after it. */
static void recovery_lost_resends_cost_no_timeout(struct kunit *test)
{
	u64 base = undisturbed(test);

	test_drop_byte(&c, 20 * MSS, 3);
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, rtos(), 0);
	KUNIT_EXPECT_EQ(test, resent(), 3);
	KUNIT_EXPECT_LT(test, r.flow[0].done_ns - base, 6 * RTT);
}

/* Each segment that is lost is sent once more, and no other is. */
static void recovery_resends_what_was_lost(struct kunit *test)
{
	u32 seed;

	for (seed = 1; seed <= 5; seed++) {
		test_config(&c, RATE, RTT, 1000000);
		c.seed = seed;
		c.link.loss = PARTS(50);
		test_run(test, &c, &r);
		KUNIT_EXPECT_GT(test, resent(), 4);
		/* A handshake's frame, or the last ACK, may be among them. */
		KUNIT_EXPECT_LE(test, resent(), r.link.lost);
		KUNIT_EXPECT_GE(test, resent() + 2, r.link.lost);
		KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_dsack_dups, 0);
	}
}

/* Two segments' time late: fewer pass than three. */
static void recovery_little_reordering_resends_nothing(struct kunit *test)
{
	test_config(&c, RATE, RTT, 2000000);
	c.link.reorder = PARTS(50);
	c.link.reorder_ns = MS;
	test_run(test, &c, &r);
	KUNIT_EXPECT_GT(test, r.link.reordered, 20);
	KUNIT_EXPECT_EQ(test, resent(), 0);
}

/*
 * Six pass: the first is taken for lost, and shown not to be by a D-SACK;
 * from then on a quarter of the RTT is waited for, and more with each further
 * D-SACK (RFC 8985, section 6.2, step 4).
 */
static void recovery_learns_reordering(struct kunit *test)
{
	test_config(&c, RATE, RTT, 3000000);
	c.link.reorder = PARTS(50);
	c.link.reorder_ns = 4 * MS;
	test_run(test, &c, &r);
	KUNIT_EXPECT_GT(test, r.link.reordered, 30);
	KUNIT_EXPECT_LE(test, resent(), 3);
	KUNIT_EXPECT_EQ(test, r.flow[0].info.tcpi_dsack_dups, resent());
	KUNIT_EXPECT_GT(test, r.flow[0].info.tcpi_reord_seen, 0);
	/* The window was given back: the line is full. */
	KUNIT_EXPECT_GT(test, sim_goodput_bps(&r, 0), RATE * 90 / 100);
}

static void recovery_of_a_third_lost_completes(struct kunit *test)
{
	u32 seed;

	for (seed = 1; seed <= 3; seed++) {
		test_config(&c, RATE, RTT, 100000);
		c.seed = seed;
		c.link.loss = PARTS(10) * 3;
		c.back.loss = PARTS(10) * 3;
		test_run(test, &c, &r);
	}
}

/*
 * Silence from the first flight on: a probe, then time-outs. The handshake
 * gave RTT 20 ms, so RTO is 220 ms (20 + 200, Linux's least variance), and
 * doubles: with n of them lost the next comes (2^(n+1) - 1) RTO after the
 * first (RFC 6298, section 5.5).
 */
static void recovery_timeouts_back_off(struct kunit *test)
{
	u64 rto = 220 * MS, until;
	u32 n;

	for (n = 1; n <= 6; n++) {
		test_config(&c, RATE, RTT, 10 * MSS);
		/* SYN, ACK; ten segments, FIN, the probe, n time-outs. */
		c.link.drop[0] = (struct sim_drop){ 2, 13 + n, 1 };
		c.link.nr_drop = 1;
		test_run(test, &c, &r);
		KUNIT_EXPECT_EQ(test, r.link.lost, 12 + n);
		KUNIT_EXPECT_EQ(test, rtos(), n + 1);
		until = rto * ((1U << (n + 1)) - 1);
		KUNIT_EXPECT_GT(test, r.flow[0].done_ns, until);
		KUNIT_EXPECT_LT(test, r.flow[0].done_ns,
				until * 101 / 100 + 12 * RTT);
	}
}

/* @sysctl set, the link stops for a second in mid-flight. */
static void stall(struct kunit *test, const char *sysctl)
{
	u64 base;

	test_config(&c, RATE, RTT, 2000000);
	test_run(test, &c, &r);
	base = r.flow[0].done_ns;
	c.link.stall_from_ns = 300 * MS;
	c.link.stall_to_ns = 1300 * MS;
	if (sysctl)
		c.sysctl[c.nr_sysctl++] = sysctl;
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, rtos(), 1);
	KUNIT_EXPECT_EQ(test, resent(), 1);
	KUNIT_EXPECT_LT(test, r.flow[0].done_ns, base + 1000 * MS + RTT);
}

/* Nothing was lost: the time stamps of the ACKs say so (RFC 3522), or, without
 * them, that data came in which was never resent (RFC 5682). */
static void recovery_spurious_timeout_costs_one_segment(struct kunit *test)
{
	stall(test, NULL);
	stall(test, "net.ipv4.tcp_timestamps=0");
}

static void recovery_of_bursts(struct kunit *test)
{
	u32 seed;

	for (seed = 1; seed <= 3; seed++) {
		test_config(&c, RATE, RTT, 1000000);
		c.seed = seed;
		c.link.ge_enter = PARTS(100);
		c.link.ge_leave = PARTS(3);
		c.link.ge_loss = SIM_PPB;
		test_run(test, &c, &r);
		KUNIT_EXPECT_GT(test, r.link.lost, 3);
		KUNIT_EXPECT_LE(test, resent(), r.link.lost + 2);
	}
}

/* RFC 6582, from counts alone. */
static void recovery_without_sack(struct kunit *test)
{
	test_config(&c, RATE, RTT, 1000000);
	c.link.loss = PARTS(50);
	c.sysctl[c.nr_sysctl++] = "net.ipv4.tcp_sack=0";
	test_run(test, &c, &r);
	KUNIT_EXPECT_LE(test, resent(), 2 * r.link.lost);
}

static u64 goodput_at_loss(struct kunit *test, const char *cc, u32 loss)
{
	test_config(&c, 100 * MBIT, RTT, 3000000);
	c.link.queue_packets = 200;
	c.link.loss = loss;
	c.flow[0].cc = cc;
	test_run(test, &c, &r);
	KUNIT_EXPECT_EQ(test, rtos(), 0);
	return sim_goodput_bps(&r, 0);
}

/*
 * At one loss in a hundred and 20 ms what a window that halves can reach is
 * MSS / RTT * sqrt(1.5 / p) = 7.1 Mbit/s (Mathis, Semke, Mahdavi, Ott, 1997),
 * less a little for delayed ACKs. docs/CONGESTION.md has Linux's figures.
 */
static void recovery_goodput_at_one_percent(struct kunit *test)
{
	KUNIT_EXPECT_GT(test, goodput_at_loss(test, "reno", PARTS(100)),
			6 * MBIT);
	KUNIT_EXPECT_GT(test, goodput_at_loss(test, "cubic", PARTS(100)),
			64 * MBIT / 10);
	/* A model that takes no single loss for congestion fills the line. */
	KUNIT_EXPECT_GT(test, goodput_at_loss(test, "bbr", PARTS(100)),
			60 * MBIT);
}

static const struct kunit_case recovery_cases[] = {
	KUNIT_CASE(recovery_last_segment_costs_one_probe),
	KUNIT_CASE(recovery_tail_costs_one_probe),
	KUNIT_CASE(recovery_lost_probe_costs_one_timeout),
	KUNIT_CASE(recovery_lost_resends_cost_no_timeout),
	KUNIT_CASE(recovery_resends_what_was_lost),
	KUNIT_CASE(recovery_little_reordering_resends_nothing),
	KUNIT_CASE(recovery_learns_reordering),
	KUNIT_CASE(recovery_of_a_third_lost_completes),
	KUNIT_CASE(recovery_timeouts_back_off),
	KUNIT_CASE(recovery_spurious_timeout_costs_one_segment),
	KUNIT_CASE(recovery_of_bursts),
	KUNIT_CASE(recovery_without_sack),
	KUNIT_CASE(recovery_goodput_at_one_percent),
	{}
};

static const struct kunit_suite recovery_suite = {
	.name = "netsim_recovery",
	.test_cases = recovery_cases,
};
kunit_test_suite(recovery_suite);

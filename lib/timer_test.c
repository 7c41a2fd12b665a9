// SPDX-License-Identifier: MIT
/*
 * DOC: timers run once, in order, never early, and late by less than a tick.
 * Expiries are compared with a plain array of times.
 */
#include "lib/kunit.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/timer.h"
#include "tests/host/host.h"

#define MANY  100000U
#define CHUNK 1000U /* probes an allocation */

struct probe {
	struct timer_list timer;
	u64 want_ns;
	u32 runs;
};

static u32 fired, wrong;
static u64 last_tick;

static u32 next_random(u32 *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 4;
}

static void probe_run(struct timer_list *t)
{
	struct probe *p = from_timer(p, t, timer);
	u64 now = ktime_get_ns();

	p->runs++;
	fired++;
	if (now < p->want_ns || !in_serving_softirq())
		wrong++;
	if (now - p->want_ns >= TIMER_TICK_NS)
		wrong++;
	if (t->tick < last_tick || timer_pending(t))
		wrong++;
	last_tick = t->tick;
}

static int timer_test_init(struct kunit *test)
{
	timers_init();
	fired = 0;
	wrong = 0;
	last_tick = 0;
	return 0;
}

static void mod_timer_fires_once_rounded_up(struct kunit *test)
{
	struct probe p = { .runs = 0 };
	u64 now = ktime_get_ns();

	timer_setup(&p.timer, probe_run);
	p.want_ns = now + 5 * NSEC_PER_MSEC + 1;
	KUNIT_EXPECT_FALSE(test, mod_timer(&p.timer, p.want_ns));
	KUNIT_EXPECT_TRUE(test, timer_pending(&p.timer));
	KUNIT_EXPECT_GE(test, timer_expires_ns(&p.timer), p.want_ns);
	KUNIT_EXPECT_LT(test, timer_expires_ns(&p.timer),
			p.want_ns + TIMER_TICK_NS);
	KUNIT_EXPECT_LE(test, timers_next_expiry(), timer_expires_ns(&p.timer));
	test_advance_ns(5 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 0);
	test_advance_ns(20 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 1);
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&p.timer));
	KUNIT_EXPECT_FALSE(test, del_timer(&p.timer));
}

static void mod_timer_moves_and_del_timer_stops(struct kunit *test)
{
	struct probe p = { .runs = 0 };
	u64 now = ktime_get_ns();

	timer_setup(&p.timer, probe_run);
	mod_timer(&p.timer, now + 10 * NSEC_PER_MSEC);
	p.want_ns = now + 30 * NSEC_PER_MSEC;
	KUNIT_EXPECT_TRUE(test, mod_timer(&p.timer, p.want_ns));
	test_advance_ns(20 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 0);
	KUNIT_EXPECT_TRUE(test, del_timer(&p.timer));
	KUNIT_EXPECT_FALSE(test, del_timer(&p.timer));
	test_advance_ns(30 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 0);
}

static void mod_timer_in_the_past_fires_next_tick(struct kunit *test)
{
	struct probe p = { .want_ns = 0 };

	timer_setup(&p.timer, probe_run);
	mod_timer(&p.timer, 0);
	test_advance_ns(2 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 1);
	mod_timer(&p.timer, ~0ULL); /* as good as never */
	test_advance_ns(2 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 1);
	KUNIT_EXPECT_TRUE(test, del_timer(&p.timer));
}

static void periodic_run(struct timer_list *t)
{
	struct probe *p = from_timer(p, t, timer);

	if (++p->runs < 100)
		mod_timer(t, ktime_get_ns() + NSEC_PER_MSEC);
}

static void free_itself(struct timer_list *t)
{
	struct probe *p = from_timer(p, t, timer);

	fired++;
	kfree(p);
}

static void timer_function_may_set_or_free_its_timer(struct kunit *test)
{
	struct probe p = { .runs = 0 };
	struct probe *dyn = kmalloc(sizeof(*dyn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dyn);
	timer_setup(&dyn->timer, free_itself);
	timer_setup(&p.timer, periodic_run);
	mod_timer(&dyn->timer, ktime_get_ns() + NSEC_PER_MSEC);
	mod_timer(&p.timer, ktime_get_ns());
	test_advance_ns(250 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 100);
	KUNIT_EXPECT_EQ(test, fired, 1);
	KUNIT_EXPECT_FALSE(test, timer_pending(&p.timer));
}

static struct probe *victim;

static void stop_other(struct timer_list *t)
{
	fired++;
	del_timer(&victim->timer);
}

/* Both are due at the same tick, and so already off the wheel. */
static void timer_function_may_stop_another_due_one(struct kunit *test)
{
	struct probe a = { .runs = 0 }, b = { .runs = 0 };
	u64 when = ktime_get_ns() + 3 * NSEC_PER_MSEC;

	timer_setup(&a.timer, stop_other);
	timer_setup(&b.timer, probe_run);
	victim = &b;
	mod_timer(&a.timer, when);
	mod_timer(&b.timer, when);
	test_advance_ns(10 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, fired, 1);
	KUNIT_EXPECT_EQ(test, b.runs, 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&b.timer));
}

/* Every distance in powers of two: each level and each cascade. */
static void wheel_fires_exactly_at_all_distances(struct kunit *test)
{
	static struct probe p[2 * 34];
	u64 now = ktime_get_ns();
	u32 i;

	for (i = 0; i < ARRAY_SIZE(p); i++) {
		p[i].runs = 0;
		timer_setup(&p[i].timer, probe_run);
		p[i].want_ns =
			now + ((1ULL << (i / 2)) + i % 2) * NSEC_PER_MSEC;
		mod_timer(&p[i].timer, p[i].want_ns);
	}
	for (i = 0; i < ARRAY_SIZE(p) && fired < 2 * 34; i++)
		test_advance_ns((1ULL << (i / 2)) * NSEC_PER_MSEC);
	for (i = 0; i < ARRAY_SIZE(p); i++)
		KUNIT_EXPECT_EQ(test, p[i].runs, 1);
	KUNIT_EXPECT_EQ(test, wrong, 0);
}

static struct probe *many[MANY / CHUNK];

static struct probe *many_at(u32 i)
{
	return &many[i / CHUNK][i % CHUNK];
}

static bool many_alloc(void)
{
	u32 i;

	for (i = 0; i < MANY / CHUNK; i++) {
		many[i] = kcalloc(CHUNK, sizeof(struct probe), GFP_KERNEL);
		if (!many[i])
			return false;
	}
	return true;
}

static void many_free(void)
{
	u32 i;

	for (i = 0; i < MANY / CHUNK; i++) {
		kfree(many[i]);
		many[i] = NULL;
	}
}

static void wheel_is_exact_with_100000_timers(struct kunit *test)
{
	u32 seed = 7, i, stopped = 0, bad = 0;
	struct probe *p;
	u64 now;

	if (!many_alloc()) {
		many_free();
		kunit_skip(test, "not enough memory");
	}
	now = ktime_get_ns();
	for (i = 0; i < MANY; i++) {
		p = many_at(i);
		timer_setup(&p->timer, probe_run);
		/* In the guest all of them lie ahead of the set-up's end. */
		p->want_ns = now + NSEC_PER_SEC +
			     next_random(&seed) % 500 * NSEC_PER_MSEC +
			     next_random(&seed) % NSEC_PER_MSEC;
		mod_timer(&p->timer, now + 3600 * NSEC_PER_SEC);
		mod_timer(&p->timer, p->want_ns);
	}
	for (i = 0; i < MANY; i += 3)
		stopped += del_timer(&many_at(i)->timer);
	test_advance_ns(now + 2 * NSEC_PER_SEC - ktime_get_ns());
	KUNIT_EXPECT_EQ(test, stopped, DIV_ROUND_UP(MANY, 3));
	KUNIT_EXPECT_EQ(test, fired, MANY - stopped);
	KUNIT_EXPECT_EQ(test, wrong, 0);
	for (i = 0; i < MANY; i++)
		if (many_at(i)->runs != !!(i % 3) ||
		    timer_pending(&many_at(i)->timer))
			bad++;
	KUNIT_EXPECT_EQ(test, bad, 0);
	many_free();
}

/* A year of idling is one step, then the wheel is as exact as before. */
static void wheel_survives_a_long_idle(struct kunit *test)
{
	struct probe p = { .runs = 0 };

	test_advance_ns(365ULL * 86400 * NSEC_PER_SEC);
	timer_setup(&p.timer, probe_run);
	p.want_ns = ktime_get_ns() + 200 * NSEC_PER_MSEC;
	mod_timer(&p.timer, p.want_ns);
	KUNIT_EXPECT_EQ(test, timers_next_expiry(), timer_expires_ns(&p.timer));
	test_advance_ns(201 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 1);
	KUNIT_EXPECT_EQ(test, wrong, 0);
	KUNIT_EXPECT_TRUE(test, timers_next_expiry() == ~0ULL);
}

struct hr_probe {
	struct hrtimer timer;
	u64 ran_ns;
	u32 runs;
	u32 again;
};

static void hr_probe_run(struct hrtimer *t)
{
	struct hr_probe *p = from_timer(p, t, timer);

	p->ran_ns = ktime_get_ns();
	p->runs++;
	if (p->again) {
		p->again--;
		hrtimer_start(t, 0);
	}
}

static void hrtimer_runs_in_order_and_exactly(struct kunit *test)
{
	struct hr_probe p[8] = { 0 };
	u64 now = ktime_get_ns();
	u32 i;

	for (i = 0; i < 8; i++) {
		hrtimer_init(&p[i].timer, hr_probe_run);
		hrtimer_start(&p[i].timer, now + (8 - i) * 300007ULL);
	}
	hrtimer_start(&p[7].timer, now + 9 * 300007ULL);
	KUNIT_EXPECT_TRUE(test, hrtimer_cancel(&p[3].timer));
	KUNIT_EXPECT_FALSE(test, hrtimer_cancel(&p[3].timer));
	test_advance_ns(20 * NSEC_PER_MSEC);
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_EQ(test, p[i].runs, i != 3);
		KUNIT_EXPECT_FALSE(test, hrtimer_is_queued(&p[i].timer));
		if (i != 3)
			KUNIT_EXPECT_EQ(test, p[i].ran_ns,
					p[i].timer.expires_ns);
	}
	KUNIT_EXPECT_GE(test, p[7].ran_ns, p[0].ran_ns);
}

static void hrtimer_set_for_the_past_lets_others_run(struct kunit *test)
{
	struct hr_probe p = { .again = 50 };
	struct probe wheel_one = { .runs = 0 };

	hrtimer_init(&p.timer, hr_probe_run);
	timer_setup(&wheel_one.timer, probe_run);
	mod_timer(&wheel_one.timer, 0);
	hrtimer_start(&p.timer, 0);
	test_advance_ns(10 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, p.runs, 51);
	KUNIT_EXPECT_EQ(test, wheel_one.runs, 1);
}

static const struct kunit_case timer_cases[] = {
	KUNIT_CASE(mod_timer_fires_once_rounded_up),
	KUNIT_CASE(mod_timer_moves_and_del_timer_stops),
	KUNIT_CASE(mod_timer_in_the_past_fires_next_tick),
	KUNIT_CASE(timer_function_may_set_or_free_its_timer),
	KUNIT_CASE(timer_function_may_stop_another_due_one),
	KUNIT_CASE(wheel_fires_exactly_at_all_distances),
	KUNIT_CASE(wheel_is_exact_with_100000_timers),
	KUNIT_CASE(wheel_survives_a_long_idle),
	KUNIT_CASE(hrtimer_runs_in_order_and_exactly),
	KUNIT_CASE(hrtimer_set_for_the_past_lets_others_run),
	{ 0 },
};

static const struct kunit_suite timer_suite = {
	.name = "timer",
	.init = timer_test_init,
	.test_cases = timer_cases,
};
kunit_test_suite(timer_suite);

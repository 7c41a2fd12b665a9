// SPDX-License-Identifier: MIT
/* DOC: sleeping with a limit, and who is woken. */
#include "lib/kunit.h"
#include "lib/timer.h"
#include "lib/wait.h"
#include "tests/host/host.h"

struct counter {
	struct wait_queue_entry wait;
	u32 calls;
	u32 key;
};

static void count_call(struct wait_queue_entry *w, u32 key)
{
	struct counter *c = container_of(w, struct counter, wait);

	c->calls++;
	c->key = key;
}

static void counter_init(struct counter *c, bool exclusive)
{
	init_waitqueue_entry(&c->wait, task_current());
	c->wait.func = count_call;
	c->wait.exclusive = exclusive;
	c->calls = 0;
}

static void wake_up_wakes_all_and_one_exclusive(struct kunit *test)
{
	struct wait_queue_head q;
	struct counter c[4];
	u32 i;

	init_waitqueue_head(&q);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&q));
	wake_up(&q);
	for (i = 0; i < 4; i++) {
		counter_init(&c[i], i < 2);
		add_wait_queue(&q, &c[i].wait);
	}
	wake_up_poll(&q, 5);
	KUNIT_EXPECT_EQ(test, c[0].calls + c[1].calls, 1);
	KUNIT_EXPECT_EQ(test, c[2].calls + c[3].calls, 2);
	KUNIT_EXPECT_EQ(test, c[3].key, 5);
	for (i = 0; i < 4; i++)
		remove_wait_queue(&q, &c[i].wait);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&q));
}

static void schedule_timeout_sleeps_its_time(struct kunit *test)
{
	u64 before = ktime_get_ns();

	task_prepare();
	KUNIT_EXPECT_EQ(test, schedule_timeout(2 * NSEC_PER_MSEC + 7), 0);
	KUNIT_EXPECT_EQ(test, ktime_get_ns() - before, 2 * NSEC_PER_MSEC + 7);
}

struct waker {
	struct timer_list timer;
	struct wait_queue_head q;
	bool ready;
};

static void waker_run(struct timer_list *t)
{
	struct waker *w = from_timer(w, t, timer);

	w->ready = true;
	wake_up(&w->q);
}

static void wait_event_returns_what_is_left(struct kunit *test)
{
	struct waker w = { .ready = false };
	u64 left = NSEC_PER_SEC;

	timers_init();
	init_waitqueue_head(&w.q);
	timer_setup(&w.timer, waker_run);
	mod_timer(&w.timer, ktime_get_ns() + 5 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test,
			wait_event_interruptible_timeout(&w.q, w.ready, &left),
			0);
	KUNIT_EXPECT_GT(test, left, 0);
	KUNIT_EXPECT_LE(test, left, 995 * NSEC_PER_MSEC);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&w.q));

	w.ready = false;
	left = NSEC_PER_MSEC;
	KUNIT_EXPECT_EQ(test,
			wait_event_interruptible_timeout(&w.q, w.ready, &left),
			-ETIME);
	KUNIT_EXPECT_EQ(test, left, 0);
	KUNIT_EXPECT_FALSE(test, waitqueue_active(&w.q));
}

static void wait_event_keeps_an_early_wake_up(struct kunit *test)
{
	struct wait_queue_entry w;
	struct wait_queue_head q;

	init_waitqueue_head(&q);
	init_waitqueue_entry(&w, task_current());
	prepare_to_wait(&q, &w);
	wake_up(&q); /* between the test of the condition and the sleep */
	KUNIT_EXPECT_TRUE(test, schedule_timeout(MAX_SCHEDULE_TIMEOUT) ==
					MAX_SCHEDULE_TIMEOUT);
	finish_wait(&q, &w);
}

static const struct kunit_case wait_cases[] = {
	KUNIT_CASE(wake_up_wakes_all_and_one_exclusive),
	KUNIT_CASE(schedule_timeout_sleeps_its_time),
	KUNIT_CASE(wait_event_returns_what_is_left),
	KUNIT_CASE(wait_event_keeps_an_early_wake_up),
	{ 0 },
};

static const struct kunit_suite wait_suite = {
	.name = "wait",
	.test_cases = wait_cases,
};
kunit_test_suite(wait_suite);

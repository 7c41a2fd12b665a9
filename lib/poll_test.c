// SPDX-License-Identifier: MIT
/*
 * DOC: poll(), select() and epoll on pipes, through the system calls.
 */
#include "lib/kunit.h"
#include "lib/poll.h"
#include "lib/timer.h"
#include "lib/uapi/fcntl.h"
#include "tests/host/host.h"

long sys_read(int fd, void __user *buf, size_t count);
long sys_write(int fd, void __user *buf, size_t count);
long sys_close(int fd);
long sys_dup(int fd);
long sys_pipe2(int __user *fds, u32 flags);
long sys_poll(struct pollfd __user *fds, u32 n, int timeout_ms);
long sys_ppoll(struct pollfd __user *fds, u32 n, struct timespec __user *ts,
	       const u64 __user *sigmask, size_t size);
long sys_select(int n, u64 __user *in, u64 __user *out, u64 __user *ex,
		struct timeval __user *utv);
long sys_eventfd2(u32 count, u32 flags);
long sys_timerfd_create(int clock, u32 flags);
long sys_timerfd_settime(int fd, int flags, const struct itimerspec __user *to,
			 struct itimerspec __user *old);
long sys_timerfd_gettime(int fd, struct itimerspec __user *to);
long sys_epoll_create1(u32 flags);
long sys_epoll_ctl(int epfd, int op, int fd, struct epoll_event __user *ev);
long sys_epoll_wait(int epfd, struct epoll_event __user *to, int max_events,
		    int timeout_ms);

struct poll_fixture {
	struct files_struct *files;
	s64 live;
	int rd, wr; /* a pipe */
	int ep;
};

static struct poll_fixture fx;

static int poll_test_init(struct kunit *test)
{
	int p[2];

	fx.live = test_live_allocations();
	fx.files = files_alloc();
	if (!fx.files)
		return -ENOMEM;
	test_set_files(fx.files);
	if (sys_pipe2(p, O_NONBLOCK))
		return -ENOMEM;
	fx.rd = p[0];
	fx.wr = p[1];
	fx.ep = (int)sys_epoll_create1(0);
	return 0;
}

static void poll_test_exit(struct kunit *test)
{
	files_put(fx.files);
	test_set_files(NULL);
	KUNIT_EXPECT_EQ(test, test_live_allocations(), fx.live);
}

static void put_byte(void)
{
	u8 c = 1;

	BUG_ON(sys_write(fx.wr, &c, 1) != 1);
}

static void take_bytes(void)
{
	u8 buf[64];

	while (sys_read(fx.rd, buf, sizeof(buf)) > 0)
		;
}

static void late_byte(struct timer_list *t)
{
	put_byte();
}

static struct timer_list late;

static void put_byte_after_ms(u64 ms)
{
	timer_setup(&late, late_byte);
	mod_timer(&late, ktime_get_ns() + ms * NSEC_PER_MSEC);
}

static void poll_reports_each_file(struct kunit *test)
{
	struct pollfd p[4] = { { .events = POLLIN },
			       { .events = POLLIN | POLLOUT },
			       { .fd = 99, .events = POLLIN },
			       { .fd = -1, .events = POLLIN, .revents = 7 } };

	p[0].fd = fx.rd;
	p[1].fd = fx.wr;
	KUNIT_EXPECT_EQ(test, sys_poll(p, 4, 0), 2);
	KUNIT_EXPECT_EQ(test, p[0].revents, 0);
	KUNIT_EXPECT_EQ(test, p[1].revents, POLLOUT);
	KUNIT_EXPECT_EQ(test, p[2].revents, POLLNVAL);
	KUNIT_EXPECT_EQ(test, p[3].revents, 0);
	sys_close(fx.wr);
	KUNIT_EXPECT_EQ(test, sys_poll(p, 1, -1), 1);
	KUNIT_EXPECT_EQ(test, p[0].revents, POLLHUP);
	KUNIT_EXPECT_EQ(test, sys_poll(p, 2000, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_poll(NULL, 1, 0), -EFAULT);
}

static void poll_sleeps_until_ready_or_timeout(struct kunit *test)
{
	struct pollfd p = { .events = POLLIN };
	struct timespec ts = { 1, 0 };
	u64 before;

	p.fd = fx.rd;
	before = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, 30), 0);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - before, 30 * NSEC_PER_MSEC);
	put_byte_after_ms(10);
	KUNIT_EXPECT_EQ(test, sys_ppoll(&p, 1, &ts, NULL, 0), 1);
	KUNIT_EXPECT_EQ(test, p.revents, POLLIN);
	KUNIT_EXPECT_EQ(test, ts.tv_sec, 0);
	KUNIT_EXPECT_GT(test, ts.tv_nsec, 980000000);
	take_bytes();
	test_set_signal_pending(true);
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, -1), -EINTR);
	test_set_signal_pending(false);
	ts.tv_nsec = -1;
	KUNIT_EXPECT_EQ(test, sys_ppoll(&p, 1, &ts, NULL, 0), -EINVAL);
}

/* More files than the entries that fit on the stack. */
static void poll_survives_allocation_failure(struct kunit *test)
{
	struct pollfd p[100];
	u32 i, nth;
	long ret;

	for (i = 0; i < 100; i++)
		p[i] = (struct pollfd){ .fd = fx.rd, .events = POLLIN };
	for (nth = 1; nth < 10; nth++) {
		test_fail_nth_alloc(nth);
		ret = sys_poll(p, 100, 1);
		if (!test_fail_fired())
			break;
		KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_GT(test, nth, 3);
}

static void select_reports_in_sets(struct kunit *test)
{
	struct timeval tv = { 0, 20000 };
	u64 in = 0, out = 0;

	in = 1ULL << fx.rd;
	out = 1ULL << fx.wr;
	KUNIT_EXPECT_EQ(test, sys_select(64, &in, &out, NULL, NULL), 1);
	KUNIT_EXPECT_EQ(test, in, 0);
	KUNIT_EXPECT_EQ(test, out, 1ULL << fx.wr);
	in = 1ULL << fx.rd;
	KUNIT_EXPECT_EQ(test, sys_select(64, &in, NULL, NULL, &tv), 0);
	KUNIT_EXPECT_EQ(test, tv.tv_usec, 0);
	put_byte();
	in = 1ULL << fx.rd;
	out = 1ULL << fx.wr;
	KUNIT_EXPECT_EQ(test, sys_select(64, &in, &out, NULL, NULL), 2);
	in = 1ULL << 60;
	KUNIT_EXPECT_EQ(test, sys_select(64, &in, NULL, NULL, NULL), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_select(-1, &in, NULL, NULL, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_select(0, NULL, NULL, NULL, &tv), 0);
	tv.tv_usec = -1;
	KUNIT_EXPECT_EQ(test, sys_select(0, NULL, NULL, NULL, &tv), -EINVAL);
}

static long watch(int op, int fd, u32 events)
{
	struct epoll_event ev = { .events = events, .data = 0x1234567890ULL };

	return sys_epoll_ctl(fx.ep, op, fd, &ev);
}

static void epoll_level_triggered_repeats(struct kunit *test)
{
	struct epoll_event out[4];

	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN), 0);
	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN), -EEXIST);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 0);
	put_byte();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, -1), 1);
	KUNIT_EXPECT_EQ(test, out[0].events, EPOLLIN);
	KUNIT_EXPECT_TRUE(test, out[0].data == 0x1234567890ULL);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, -1), 1);
	take_bytes();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 0);
	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_DEL, fx.rd, 0), 0);
	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_DEL, fx.rd, 0), -ENOENT);
	put_byte();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 0);
}

static void epoll_edge_triggered_reports_each_edge(struct kunit *test)
{
	struct epoll_event out[4];

	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN | EPOLLET),
			0);
	put_byte();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 1);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 0);
	put_byte();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 1);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 0);
}

static void epoll_oneshot_fires_once_until_modified(struct kunit *test)
{
	struct epoll_event out[4];

	KUNIT_EXPECT_EQ(test,
			watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN | EPOLLONESHOT), 0);
	put_byte();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 1);
	put_byte();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 0);
	KUNIT_EXPECT_EQ(test,
			watch(EPOLL_CTL_MOD, fx.rd, EPOLLIN | EPOLLONESHOT), 0);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 1);
	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_MOD, fx.wr, EPOLLIN), -ENOENT);
}

static void epoll_wait_sleeps_until_an_event(struct kunit *test)
{
	struct epoll_event out[4];
	u64 before;

	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN), 0);
	before = ktime_get_ns();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 25), 0);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - before, 25 * NSEC_PER_MSEC);
	put_byte_after_ms(10);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, -1), 1);
	take_bytes();
	test_set_signal_pending(true);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, -1), -EINTR);
	test_set_signal_pending(false);
}

static void epoll_forgets_a_closed_file(struct kunit *test)
{
	struct epoll_event out[4];
	int copy;

	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN), 0);
	put_byte();
	copy = (int)sys_dup(fx.rd);
	/* The open file lives in the copy: still watched. */
	KUNIT_EXPECT_EQ(test, sys_close(fx.rd), 0);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 1);
	KUNIT_EXPECT_EQ(test, sys_close(copy), 0);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, out, 4, 0), 0);
}

/* Two ready files and room for one event: both get their turn. */
static void epoll_wait_is_fair_between_files(struct kunit *test)
{
	struct epoll_event out;
	u32 seen = 0, i;

	put_byte();
	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN), 0);
	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_ADD, fx.wr, EPOLLOUT), 0);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, &out, 1, 0), 1);
		seen |= out.events;
	}
	KUNIT_EXPECT_EQ(test, seen, EPOLLIN | EPOLLOUT);
}

static void epoll_ctl_checks_its_arguments(struct kunit *test)
{
	struct epoll_event ev = { .events = EPOLLIN };

	KUNIT_EXPECT_EQ(test, sys_epoll_create1(1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(fx.ep, EPOLL_CTL_ADD, fx.rd, NULL),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(fx.ep, EPOLL_CTL_ADD, 99, &ev),
			-EBADF);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(99, EPOLL_CTL_ADD, fx.rd, &ev),
			-EBADF);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(fx.rd, EPOLL_CTL_ADD, fx.wr, &ev),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(fx.ep, EPOLL_CTL_ADD, fx.ep, &ev),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, watch(9, fx.rd, EPOLLIN), -EINVAL);
	KUNIT_EXPECT_EQ(test,
			watch(EPOLL_CTL_ADD, fx.rd,
			      EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT),
			-EINVAL);
	KUNIT_EXPECT_EQ(
		test, watch(EPOLL_CTL_ADD, fx.rd, EPOLLIN | EPOLLEXCLUSIVE), 0);
	KUNIT_EXPECT_EQ(test, watch(EPOLL_CTL_MOD, fx.rd, EPOLLIN), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, &ev, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.rd, &ev, 1, 0), -EINVAL);
	put_byte();
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, NULL, 1, 0), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, &ev, 1, 0), 1);
}

static void epoll_nests_but_not_in_rings_or_too_deep(struct kunit *test)
{
	struct epoll_event ev = { .events = EPOLLIN }, out;
	int ep[7], i;

	for (i = 0; i < 7; i++)
		ep[i] = (int)sys_epoll_create1(0);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(
			test,
			sys_epoll_ctl(ep[i + 1], EPOLL_CTL_ADD, ep[i], &ev), 0);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(ep[0], EPOLL_CTL_ADD, ep[4], &ev),
			-ELOOP);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(ep[5], EPOLL_CTL_ADD, ep[4], &ev),
			-ELOOP);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(ep[0], EPOLL_CTL_ADD, fx.rd, &ev),
			0);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(ep[4], &out, 1, 0), 0);
	put_byte(); /* seen through five instances */
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(ep[4], &out, 1, 0), 1);
}

static void epoll_ctl_undoes_when_it_fails(struct kunit *test)
{
	struct epoll_event ev = { .events = EPOLLIN };
	u32 nth;
	long ret;

	for (nth = 1; nth < 5; nth++) {
		test_fail_nth_alloc(nth);
		ret = sys_epoll_ctl(fx.ep, EPOLL_CTL_ADD, fx.rd, &ev);
		if (!test_fail_fired())
			break;
		KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, nth, 2);
}

static struct wait_queue_head three_queues[3];

static u32 three_poll(struct file *f, struct poll_table *pt)
{
	int i;

	for (i = 0; i < 3; i++)
		poll_wait(f, &three_queues[i], pt);
	return EPOLLIN;
}

static const struct file_operations three_ops = {
	.name = "three",
	.poll = three_poll,
};

static bool three_active(void)
{
	return waitqueue_active(&three_queues[0]) ||
	       waitqueue_active(&three_queues[1]) ||
	       waitqueue_active(&three_queues[2]);
}

/* Any queue of a file that has several wakes; failure leaves none behind. */
static void epoll_follows_every_queue_of_a_file(struct kunit *test)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET }, out;
	int fd, i;
	u32 nth;

	for (i = 0; i < 3; i++)
		init_waitqueue_head(&three_queues[i]);
	fd = fd_install(task_files(), file_alloc(&three_ops, NULL, O_RDWR), 0,
			false);
	for (nth = 1; nth <= 3; nth++) {
		test_fail_nth_alloc(nth);
		KUNIT_EXPECT_EQ(test,
				sys_epoll_ctl(fx.ep, EPOLL_CTL_ADD, fd, &ev),
				-ENOMEM);
		KUNIT_EXPECT_FALSE(test, three_active());
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, sys_epoll_ctl(fx.ep, EPOLL_CTL_ADD, fd, &ev), 0);
	KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, &out, 1, 0), 1);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, &out, 1, 0), 0);
		wake_up(&three_queues[i]);
		KUNIT_EXPECT_EQ(test, sys_epoll_wait(fx.ep, &out, 1, 0), 1);
	}
	KUNIT_EXPECT_EQ(test, sys_close(fd), 0);
	KUNIT_EXPECT_FALSE(test, three_active());
}

static void eventfd_counts_and_polls(struct kunit *test)
{
	struct pollfd p = { .events = POLLIN | POLLOUT };
	u64 v = 5;
	int fd;

	KUNIT_EXPECT_EQ(test, sys_eventfd2(0, 0x40), -EINVAL);
	fd = (int)sys_eventfd2(2, O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, sys_write(fd, &v, 8), 8);
	KUNIT_EXPECT_EQ(test, sys_write(fd, &v, 7), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_read(fd, &v, 8), 8);
	KUNIT_EXPECT_EQ(test, v, 7);
	KUNIT_EXPECT_EQ(test, sys_read(fd, &v, 8), -EAGAIN);
	p.fd = fd;
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, p.revents, POLLOUT);
	v = ~0ULL - 1;
	KUNIT_EXPECT_EQ(test, sys_write(fd, &v, 8), 8);
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, p.revents, POLLIN);
	v = 1;
	KUNIT_EXPECT_EQ(test, sys_write(fd, &v, 8), -EAGAIN);
	fd = (int)sys_eventfd2(3, 1);
	KUNIT_EXPECT_EQ(test, sys_read(fd, &v, 8), 8);
	KUNIT_EXPECT_EQ(test, v, 1);
}

static u64 read_ticks(int fd)
{
	u64 v = 0;

	return sys_read(fd, &v, 8) == 8 ? v : 0;
}

static void timerfd_counts_and_polls(struct kunit *test)
{
	struct itimerspec once = { .it_value.tv_nsec = NSEC_PER_MSEC };
	struct itimerspec often = { { 1, 0 }, { 0, NSEC_PER_MSEC } };
	struct itimerspec always = { { 0, 1 }, { 0, 1 } }, never = { 0 }, now;
	struct pollfd p = { .events = POLLIN | POLLOUT };
	int fd = (int)sys_timerfd_create(CLOCK_MONOTONIC, O_NONBLOCK);
	u64 v;

	p.fd = fd;
	KUNIT_ASSERT_TRUE(test, fd >= 0);
	KUNIT_EXPECT_EQ(test, sys_read(fd, &v, 8), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, 0, &once, NULL), 0);
	KUNIT_EXPECT_EQ(test, sys_read(fd, &v, 7), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, -1), 1);
	KUNIT_EXPECT_EQ(test, p.revents, POLLIN);
	KUNIT_EXPECT_EQ(test, read_ticks(fd), 1);
	KUNIT_EXPECT_EQ(test, sys_read(fd, &v, 8), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_timerfd_gettime(fd, &now), 0);
	KUNIT_EXPECT_EQ(test, timespec_to_ns(&now.it_value), 0);
	/* With an interval; what is left is what the next setting gives. */
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, 0, &often, NULL), 0);
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, -1), 1);
	KUNIT_EXPECT_GE(test, read_ticks(fd), 1);
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, 0, &always, &now), 0);
	KUNIT_EXPECT_EQ(test, now.it_interval.tv_sec, 1);
	v = timespec_to_ns(&now.it_value);
	KUNIT_EXPECT_TRUE(test, v > 0 && v <= NSEC_PER_SEC);
	/* The shortest interval: the machine lives, and counts them all. */
	KUNIT_EXPECT_EQ(test, sys_poll(NULL, 0, 1), 0);
	KUNIT_EXPECT_GE(test, read_ticks(fd), NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, 0, &never, NULL), 0);
	KUNIT_EXPECT_EQ(test, sys_read(fd, &v, 8), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_close(fd), 0);
}

static void timerfd_knows_both_clocks(struct kunit *test)
{
	struct itimerspec at = { 0 }, now;
	int fd = (int)sys_timerfd_create(CLOCK_REALTIME, 0);
	u64 left;

	KUNIT_ASSERT_TRUE(test, fd >= 0);
	at.it_value = ns_to_timespec(ktime_get_real_ns() + 10 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, TIMER_ABSTIME, &at, NULL),
			0);
	KUNIT_EXPECT_EQ(test, sys_timerfd_gettime(fd, &now), 0);
	left = timespec_to_ns(&now.it_value);
	KUNIT_EXPECT_TRUE(test,
			  left > 5 * NSEC_PER_SEC && left <= 10 * NSEC_PER_SEC);
	/* A moment that is over: at once, and the read that waits returns. */
	at.it_value = ns_to_timespec(1);
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, TIMER_ABSTIME, &at, NULL),
			0);
	KUNIT_EXPECT_EQ(test, read_ticks(fd), 1);
	KUNIT_EXPECT_EQ(test, sys_close(fd), 0);
}

static void timerfd_checks_its_arguments(struct kunit *test)
{
	struct itimerspec bad = { .it_value.tv_nsec = NSEC_PER_SEC };
	int fd = (int)sys_timerfd_create(CLOCK_BOOTTIME, 0);
	int other = (int)sys_eventfd2(0, 0);

	KUNIT_EXPECT_EQ(test, sys_timerfd_create(CLOCK_MONOTONIC_RAW, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_timerfd_create(CLOCK_MONOTONIC, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, 0, &bad, NULL), -EINVAL);
	bad.it_value.tv_nsec = 0;
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(fd, 4, &bad, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_timerfd_settime(other, 0, &bad, NULL),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_timerfd_gettime(other, &bad), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_timerfd_gettime(1000, &bad), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_close(fd), 0);
	KUNIT_EXPECT_EQ(test, sys_close(other), 0);
}

static const struct kunit_case poll_cases[] = {
	KUNIT_CASE(eventfd_counts_and_polls),
	KUNIT_CASE(timerfd_counts_and_polls),
	KUNIT_CASE(timerfd_knows_both_clocks),
	KUNIT_CASE(timerfd_checks_its_arguments),
	KUNIT_CASE(poll_reports_each_file),
	KUNIT_CASE(poll_sleeps_until_ready_or_timeout),
	KUNIT_CASE(poll_survives_allocation_failure),
	KUNIT_CASE(select_reports_in_sets),
	KUNIT_CASE(epoll_level_triggered_repeats),
	KUNIT_CASE(epoll_edge_triggered_reports_each_edge),
	KUNIT_CASE(epoll_oneshot_fires_once_until_modified),
	KUNIT_CASE(epoll_wait_sleeps_until_an_event),
	KUNIT_CASE(epoll_forgets_a_closed_file),
	KUNIT_CASE(epoll_wait_is_fair_between_files),
	KUNIT_CASE(epoll_ctl_checks_its_arguments),
	KUNIT_CASE(epoll_nests_but_not_in_rings_or_too_deep),
	KUNIT_CASE(epoll_ctl_undoes_when_it_fails),
	KUNIT_CASE(epoll_follows_every_queue_of_a_file),
	{ 0 },
};

static const struct kunit_suite poll_suite = {
	.name = "poll",
	.init = poll_test_init,
	.exit = poll_test_exit,
	.test_cases = poll_cases,
};
kunit_test_suite(poll_suite);

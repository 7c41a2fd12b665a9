// SPDX-License-Identifier: MIT
/*
 * DOC: a machine full of connections that do nothing has nothing to do: its
 * clock is armed for no time at all. On the host, where no other timer runs.
 */
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

static void tcp_idle_connections_let_the_machine_sleep(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *l = peer_listener(p, 80, 5), *idle[200];
	int err;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(idle); i++) {
		peer_reset(p, (u16)(3000 + i), 80);
		peer_handshake(p, "mss=1000 sackok");
		idle[i] = peer_accept(l, &err);
		KUNIT_ASSERT_NOT_NULL(test, idle[i]);
		peer_send(p, "P.", 1, 10, 1, 5000, NULL);
		KUNIT_EXPECT_EQ(test, peer_write(idle[i], 0, 100, 0), 100);
		peer_send(p, ".", 11, 0, 101, 5000, NULL);
		peer_flush(p);
	}
	KUNIT_EXPECT_NE(test, test_next_timer_ns(), ~0ULL);
	test_advance_ns(NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, test_next_timer_ns(), ~0ULL);
	for (i = 0; i < ARRAY_SIZE(idle); i++)
		sock_release(idle[i]);
	sock_release(l);
	tcp_peer_free(p);
}

static const struct kunit_case idle_cases[] = {
	KUNIT_CASE(tcp_idle_connections_let_the_machine_sleep), {}
};

static const struct kunit_suite tcp_idle_suite = {
	.name = "tcp_idle",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = idle_cases,
};
kunit_test_suite(tcp_idle_suite);

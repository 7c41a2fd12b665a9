// SPDX-License-Identifier: MIT
/*
 * DOC: a peer, a program and a network that do anything: seeded random
 * segments near and far from the window with random flags and options, ICMP
 * errors, system calls, the clock, memory that fails. Nothing may crash, warn,
 * leak or stop, and what the program reads is what a sane peer sent.
 */
#include "lib/uapi/poll.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_books.h"
#include "tests/fixtures/tcp_peer.h"

struct fuzz {
	struct kunit *test;
	struct tcp_peer *p;
	u64 seed;
	struct socket *sock, *listener;
	u32 written;
	bool gentle; /* nothing that ends the connection */
};

static u32 rnd(struct fuzz *z, u32 below)
{
	u64 v = z->seed += 0x9e3779b97f4a7c15ULL;

	v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9ULL;
	v = (v ^ (v >> 27)) * 0x94d049bb133111ebULL;
	return (u32)((v ^ (v >> 31)) % below);
}

/* A number at, near, or anywhere around @at. */
static u32 near(struct fuzz *z, u32 at)
{
	switch (rnd(z, 8)) {
	case 0:
		return at + rnd(z, 3) - 1;
	case 1:
		return at + rnd(z, 3000) - 1500;
	case 2:
		return at + rnd(z, 200000) - 100000;
	case 3:
		return rnd(z, 0xffffffffU);
	default:
		return at;
	}
}

static u32 expected_seq(const struct fuzz *z)
{
	const struct tcp_sock *tp;

	if (!z->sock)
		return 1;
	tp = tcp_sk(z->sock->sk);
	return tp->rcv_nxt ? tp->rcv_nxt - z->p->isn : 1;
}

static u32 expected_ack(struct fuzz *z)
{
	const struct tcp_sock *tp;
	u32 lo, hi;

	if (!z->sock)
		return 1;
	tp = tcp_sk(z->sock->sk);
	lo = tp->snd_una - z->p->stack_isn;
	hi = tp->snd_nxt - z->p->stack_isn;
	return rnd(z, 2) ? hi : lo + rnd(z, hi - lo + 1);
}

static void append(char *s, const char *word)
{
	if (*s)
		memcpy(s + strlen(s), " ", 2);
	memcpy(s + strlen(s), word, strlen(word) + 1);
}

static void random_options(struct fuzz *z, char *s)
{
	static const char *const words[] = {
		"ts",          "ts=5/5",   "mss=1000",   "ws=15",
		"sackok",      "nop",      "sack=1-500", "sack=1001-2001",
		"sack=900-10", "raw=0500", "raw=050a",   "raw=2202",
		"raw=01",      "raw=fd07", "mss=0",      "sack=3000-99999",
		"raw=0e03aa",  "raw=08",
	};
	u32 n = rnd(z, 3);

	*s = '\0';
	while (n--)
		append(s, words[rnd(z, ARRAY_SIZE(words))]);
}

static void random_segment(struct fuzz *z)
{
	static const char *const flags[] = {
		".",   ".",  ".",  "P.",  "P.",       "F.", "FP.",
		"R",   "R.", "S",  "S.",  "SF",       "",   "U.",
		"UP.", ".E", ".W", "SEW", "FSRP.UEW",
	};
	char options[80];
	u32 seq = near(z, expected_seq(z)), ack = near(z, expected_ack(z));
	const char *f = flags[rnd(z, rnd(z, 4) ? 5 : ARRAY_SIZE(flags))];
	u32 len = rnd(z, 3) ? rnd(z, 1400) : 0;
	u16 win = (u16)(rnd(z, 4) ? 20000 : rnd(z, 65536));

	if (z->gentle && (strchr(f, 'R') || strchr(f, 'F')))
		f = "P.";
	random_options(z, options);
	z->p->tos = (u8)rnd(z, 4);
	z->p->urg_ptr = (u16)rnd(z, 3000);
	peer_send(z->p, f, seq, len, ack, win, options);
}

static void random_call(struct fuzz *z)
{
	struct socket *s = z->sock;
	ssize_t n;

	switch (rnd(z, 12)) {
	case 0:
		n = peer_write(s, z->written, rnd(z, 9000),
			       (rnd(z, 4) ? 0 : MSG_MORE) | MSG_NOSIGNAL);
		if (n > 0)
			z->written += (u32)n;
		break;
	case 1:
		n = peer_write(s, z->written, 1 + rnd(z, 5),
			       (rnd(z, 4) ? MSG_EOR : MSG_OOB) | MSG_NOSIGNAL);
		if (n > 0)
			z->written += (u32)n;
		break;
	case 2:
		/* What was read depends on an insane peer: not compared. */
		peer_read(z->test, s, 0, 3000, MSG_TRUNC);
		break;
	case 3:
		peer_read(z->test, s, 0, 1 + rnd(z, 100),
			  MSG_TRUNC | (rnd(z, 2) ? MSG_PEEK : MSG_OOB));
		break;
	case 4:
		peer_poll(s);
		break;
	case 5:
		if (!z->gentle && rnd(z, 20) == 0)
			s->ops->shutdown(s, (int)rnd(z, 3));
		break;
	case 6:
		peer_setsockopt(s, SOL_TCP, (int)rnd(z, 40),
				(int)rnd(z, rnd(z, 2) ? 4 : 100000));
		break;
	case 7:
		peer_getsockopt(s, SOL_TCP, (int)rnd(z, 40));
		break;
	case 8:
		if (rnd(z, 8) == 0)
			sock_set_flag(s->sk, SOCK_URGINLINE);
		break;
	default:
		break;
	}
}

static void random_icmp(struct fuzz *z)
{
	static const u8 types[] = { 3, 3, 3, 4, 5, 11, 12, 99 };

	peer_icmp(z->p, types[rnd(z, ARRAY_SIZE(types))], (u8)rnd(z, 17),
		  near(z, expected_ack(z)), rnd(z, 2000));
}

static void random_event(struct fuzz *z)
{
	switch (rnd(z, 10)) {
	case 0:
		test_advance_ns(rnd(z, 300) * NSEC_PER_MSEC);
		break;
	case 1:
		if (rnd(z, 10) == 0)
			test_advance_ns(rnd(z, 100) * NSEC_PER_SEC);
		break;
	case 2:
		random_icmp(z);
		break;
	case 3:
	case 4:
	case 5:
		random_call(z);
		break;
	case 6:
		if (rnd(z, 4) == 0)
			test_fail_nth_alloc(1 + rnd(z, 5));
		break;
	default:
		random_segment(z);
	}
	/* The frame buffer of the fixture is finite. */
	peer_flush(z->p);
}

/* One connection's life, begun actively or passively. */
static void one_life(struct fuzz *z, u32 round, u32 events)
{
	static const char *const syn[] = { "mss=1000 sackok ts ws=4", "mss=536",
					   "mss=1460 sackok",
					   "mss=100 ts ws=14", "" };
	struct tcp_peer *p = z->p;
	const char *options = syn[rnd(z, ARRAY_SIZE(syn))];
	u32 i;
	int err;

	peer_reset(p, (u16)(1024 + round), 0);
	z->written = 0;
	z->listener = NULL;
	if (rnd(z, 2)) {
		z->sock = peer_connected(p, options);
	} else {
		z->listener = peer_listener(p, 80, 5);
		peer_handshake(p, options);
		z->sock = peer_accept(z->listener, &err);
	}
	KUNIT_ASSERT_TRUE(z->test, z->sock != NULL);
	for (i = 0; i < events && !z->test->failed; i++) {
		random_event(z);
		tcp_check_books(z->test, z->sock->sk);
		KUNIT_EXPECT_GE(z->test, tcp_sk(z->sock->sk)->snd_cwnd, 1);
	}
	test_fail_nth_alloc(0);
	if (z->test->failed)
		KUNIT_FAIL(z->test, "round %u, event %u", round, i);
	sock_release(z->sock);
	z->sock = NULL;
	for (i = 0; i < 20; i++)
		random_segment(z);
	if (z->listener)
		sock_release(z->listener);
	peer_flush(p);
}

static void fuzz_lives(struct kunit *test, u64 seed, u32 rounds, u32 events,
		       bool gentle)
{
	struct fuzz z = {
		.test = test, .p = test->priv, .seed = seed, .gentle = gentle
	};
	struct netns_ipv4 *n = z.p->f->net->ipv4;
	u32 i;

	z.p->any_payload = true;
	for (i = 0; i < rounds && !test->failed; i++) {
		n->sysctl_tcp_ecn = (u8)rnd(&z, 3);
		if (n->sysctl_tcp_ecn == 1)
			n->sysctl_tcp_ecn = 2;
		n->tcp_congestion_control = rnd(&z, 2) ? &cubictcp : &tcp_reno;
		n->sysctl_tcp_rmem[1] = rnd(&z, 2) ? 131072 : 8192;
		one_life(&z, i, events);
		/* TIME_WAITs hold port 80, which is bound again. */
		test_advance_ns(300 * NSEC_PER_SEC);
		test_take_signal();
	}
	test_advance_ns(1000 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, n->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, n->tw_count, 0);
}

static void tcp_survives_anything_in_short_lives(struct kunit *test)
{
	fuzz_lives(test, 1, 400, 60, false);
}

static void tcp_survives_anything_in_long_lives(struct kunit *test)
{
	fuzz_lives(test, 2, 40, 1000, true);
}

/* Anything at a listener: half-open connections, cookies, nothing. */
static void tcp_listener_survives_anything(struct kunit *test)
{
	struct fuzz z = { .test = test, .p = test->priv, .seed = 3 };
	struct socket *l = peer_listener(z.p, 80, 4), *s;
	u32 i;
	int err;

	z.p->any_payload = true;
	for (i = 0; i < 20000 && !test->failed; i++) {
		z.p->port = (u16)(5000 + rnd(&z, 12));
		random_segment(&z);
		peer_flush(z.p);
		if (rnd(&z, 50) == 0)
			test_advance_ns(rnd(&z, 2000) * NSEC_PER_MSEC);
		if (rnd(&z, 100) == 0)
			test_fail_nth_alloc(1 + rnd(&z, 8));
		if (rnd(&z, 30) == 0) {
			s = peer_accept(l, &err);
			if (s)
				sock_release(s);
		}
	}
	test_fail_nth_alloc(0);
	sock_release(l);
	test_advance_ns(1000 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, z.p->f->net->ipv4->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, z.p->f->net->ipv4->tw_count, 0);
}

static const struct kunit_case fuzz_cases[] = {
	KUNIT_CASE(tcp_survives_anything_in_short_lives),
	KUNIT_CASE(tcp_survives_anything_in_long_lives),
	KUNIT_CASE(tcp_listener_survives_anything),
	{}
};

static const struct kunit_suite tcp_fuzz_suite = {
	.name = "tcp_fuzz",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = fuzz_cases,
};
kunit_test_suite(tcp_fuzz_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: 100,000 segments, each a valid one with up to four faults, in every
 * state of RFC 9293, section 3.3.2: bits and bytes, header fields, options,
 * lengths, the checksum. Seeded. After each one the socket's books agree, the
 * segment was counted, and little was said in answer; at the end nothing is
 * left. On the host only, for the time it would take in the guest.
 */
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_books.h"
#include "tests/fixtures/tcp_peer.h"

#define LIVES    168 /* of each state */
#define SEGMENTS 50  /* in a life */

/* One segment may open the window, or be answered: no more than this. */
#define MOST_ANSWERS 64

struct mutant {
	struct kunit *test;
	struct tcp_peer *p;
	u64 seed;
	struct socket *sock, *listener;
	u32 seq, ack; /* relative: what a valid segment would say */
	const char *flags;
	u8 bytes[256];
	u32 len;
};

static u32 rnd(struct mutant *m, u32 below)
{
	u64 v = m->seed += 0x9e3779b97f4a7c15ULL;

	v = (v ^ (v >> 30)) * 0xbf58476d1ce4e5b9ULL;
	v = (v ^ (v >> 27)) * 0x94d049bb133111ebULL;
	return (u32)((v ^ (v >> 31)) % below);
}

/* --- every state --- */

static const char *syn_options(struct mutant *m)
{
	static const char *const all[] = { "mss=1000 sackok ts ws=4", "mss=536",
					   "mss=1460 sackok", "mss=100 ts",
					   "" };

	return all[rnd(m, ARRAY_SIZE(all))];
}

static void to_closed(struct mutant *m)
{
	m->p->stack_port = 80;
	m->flags = "S";
}

static void to_listen(struct mutant *m)
{
	m->listener = peer_listener(m->p, 80, 3);
	m->flags = "S";
}

static void to_syn_sent(struct mutant *m)
{
	m->sock = peer_socket(m->p);
	(void)peer_connect(m->p, m->sock);
	peer_next(m->p);
	m->ack = 1;
	m->flags = "S.";
}

static void to_half_open(struct mutant *m)
{
	to_listen(m);
	peer_send(m->p, "S", 0, 0, 0, 5000, syn_options(m));
	peer_next(m->p);
	m->seq = 1;
	m->ack = 1;
	m->flags = ".";
}

/* Both sent a SYN. */
static void to_syn_recv(struct mutant *m)
{
	to_syn_sent(m);
	peer_send(m->p, "S", 0, 0, 0, 5000, syn_options(m));
	m->seq = 1;
	m->flags = ".";
}

static void to_established(struct mutant *m)
{
	m->sock = peer_connected(m->p, syn_options(m));
	/* Some of it in flight, a gap before what was received. */
	peer_write(m->sock, 0, 3000, 0);
	peer_send(m->p, "P.", 501, 100, 1, 5000, NULL);
	m->seq = 1;
	m->ack = 1 + rnd(m, 200);
	m->flags = "P.";
}

static void to_fin_wait1(struct mutant *m)
{
	m->sock = peer_connected(m->p, syn_options(m));
	m->sock->ops->shutdown(m->sock, SHUT_WR);
	m->seq = 1;
	m->ack = 2;
	m->flags = "F.";
}

static void to_fin_wait2(struct mutant *m)
{
	to_fin_wait1(m);
	peer_send(m->p, ".", 1, 0, 2, 5000, NULL);
}

static void to_closing(struct mutant *m)
{
	to_fin_wait1(m);
	peer_send(m->p, "F.", 1, 0, 1, 5000, NULL);
	m->seq = 2;
	m->flags = ".";
}

static void to_close_wait(struct mutant *m)
{
	to_established(m);
	peer_send(m->p, "FP.", 1, 600, 1, 5000, NULL);
	m->seq = 602;
	m->flags = ".";
}

static void to_last_ack(struct mutant *m)
{
	m->sock = peer_connected(m->p, syn_options(m));
	peer_send(m->p, "F.", 1, 0, 1, 5000, NULL);
	m->sock->ops->shutdown(m->sock, SHUT_WR);
	m->seq = 2;
	m->ack = 2;
	m->flags = ".";
}

static void to_time_wait(struct mutant *m)
{
	to_fin_wait2(m);
	peer_send(m->p, "F.", 1, 0, 2, 5000, NULL);
	m->seq = 2;
	m->flags = ".";
}

static void (*const states[])(struct mutant *m) = {
	to_closed,   to_listen,      to_syn_sent,  to_half_open,
	to_syn_recv, to_established, to_fin_wait1, to_fin_wait2,
	to_closing,  to_close_wait,  to_last_ack,  to_time_wait,
};

/* --- faults --- */

static void build(struct mutant *m)
{
	static const char *const options[] = { NULL,
					       NULL,
					       "ts",
					       "sack=1-101",
					       "ts sack=101-201 sack=1-51",
					       "mss=1000 sackok ts ws=7" };
	static const char *const flags[] = { ".",  "P.", "F.", "R",
					     "R.", "S",  "S.", "UP." };

	m->len = peer_build(
		m->p, m->bytes,
		rnd(m, 3) ? m->flags : flags[rnd(m, ARRAY_SIZE(flags))], m->seq,
		rnd(m, 2) ? rnd(m, 150) : 0, m->ack, (u16)rnd(m, 65536),
		options[rnd(m, ARRAY_SIZE(options))]);
}

/* A byte of an option, more likely one that means something. */
static u8 option_byte(struct mutant *m)
{
	static const u8 likely[] = { 0,  1,  2,  3,  4,   5,   8, 10,
				     18, 19, 29, 34, 254, 255, 40 };

	return rnd(m, 3) ? likely[rnd(m, ARRAY_SIZE(likely))] : (u8)rnd(m, 256);
}

static void mutate(struct mutant *m)
{
	u8 *b = m->bytes;
	u32 i, at = rnd(m, max(m->len, 1U)), n;

	switch (rnd(m, 9)) {
	case 0:
		b[at] ^= (u8)(1U << rnd(m, 8));
		break;
	case 1:
		b[at] = (u8)rnd(m, 256);
		break;
	case 2: /* flags */
		b[13] = (u8)rnd(m, 256);
		break;
	case 3: /* data offset */
		b[12] = (u8)rnd(m, 256);
		break;
	case 4: /* a number, far or near */
		i = rnd(m, 2) ? 4 : 8;
		b[i + rnd(m, 4)] ^= (u8)(1U << rnd(m, 8));
		break;
	case 5: /* window, urgent pointer */
		b[(rnd(m, 2) ? 14 : 18) + rnd(m, 2)] = (u8)rnd(m, 256);
		break;
	case 6: /* options */
		n = 1 + rnd(m, 40);
		for (i = 0; i < n; i++)
			b[20 + i] = option_byte(m);
		b[12] = (u8)((5 + rnd(m, 11)) << 4);
		m->len = max(m->len, 60U);
		break;
	case 7:
		m->len = rnd(m, m->len + 1);
		break;
	case 8: /* longer, by what lay there */
		m->len = min(m->len + rnd(m, 40), (u32)sizeof(m->bytes));
		break;
	}
}

static void send_mutant(struct mutant *m)
{
	struct netns_mib *mib = &m->p->f->net->mib;
	u64 segs = mib->v[MIB_Tcp_InSegs], errs = mib->v[MIB_Tcp_InErrs];
	bool sum = rnd(m, 16), shorter = m->len < 20;

	if (m->len >= 18 && sum)
		peer_sum(m->p, m->bytes, m->len);
	peer_send_ip(m->p, IPPROTO_TCP, m->bytes, m->len);
	KUNIT_EXPECT_EQ(m->test, mib->v[MIB_Tcp_InSegs], segs + 1);
	if (shorter)
		KUNIT_EXPECT_EQ(m->test, mib->v[MIB_Tcp_InErrs], errs + 1);
	KUNIT_EXPECT_LE(m->test, peer_flush(m->p), MOST_ANSWERS);
}

/* --- a life --- */

static void program(struct mutant *m)
{
	switch (rnd(m, 12)) {
	case 0:
		peer_write(m->sock, 0, rnd(m, 3000), MSG_NOSIGNAL);
		break;
	case 1:
		peer_read(m->test, m->sock, 0, rnd(m, 2000), MSG_TRUNC);
		break;
	default:
		break;
	}
}

static void life(struct mutant *m, u32 state, u32 round)
{
	u32 i, n;
	int err;

	peer_reset(m->p, (u16)(1024 + round), 0);
	m->sock = NULL;
	m->listener = NULL;
	m->seq = 0;
	m->ack = 0;
	states[state](m);
	peer_flush(m->p);
	for (i = 0; i < SEGMENTS && !m->test->failed; i++) {
		build(m);
		for (n = rnd(m, 5); n; n--)
			mutate(m);
		send_mutant(m);
		if (rnd(m, 8) == 0)
			test_advance_ns(rnd(m, 300) * NSEC_PER_MSEC);
		if (m->listener && !m->sock)
			m->sock = peer_accept(m->listener, &err);
		if (!m->sock)
			continue;
		program(m);
		tcp_check_books(m->test, m->sock->sk);
	}
	if (m->test->failed)
		KUNIT_FAIL(m->test, "state %u, life %u, segment %u", state,
			   round, i);
	if (m->sock)
		sock_release(m->sock);
	if (m->listener)
		sock_release(m->listener);
	/* TIME_WAITs hold port 80, which is bound again. */
	test_advance_ns(300 * NSEC_PER_SEC);
	peer_flush(m->p);
	test_take_signal();
}

static void tcp_survives_mutants_in_every_state(struct kunit *test)
{
	struct mutant m = { .test = test,
			    .p = tcp_peer_new(test->priv),
			    .seed = 4 };
	struct netns_ipv4 *n = m.p->f->net->ipv4;
	u32 state, round;

	m.p->any_payload = true;
	for (state = 0; state < ARRAY_SIZE(states); state++)
		for (round = 0; round < LIVES && !test->failed; round++)
			life(&m, state, round);
	test_advance_ns(1000 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, n->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, n->tw_count, 0);
	KUNIT_EXPECT_GE(test, m.p->f->net->mib.v[MIB_Tcp_InSegs], 100000);
	tcp_peer_free(m.p);
}

static const struct kunit_case mutate_cases[] = {
	KUNIT_CASE(tcp_survives_mutants_in_every_state), {}
};

static const struct kunit_suite tcp_mutate_suite = {
	.name = "tcp_mutate",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = mutate_cases,
};
kunit_test_suite(tcp_mutate_suite);

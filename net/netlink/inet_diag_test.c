// SPDX-License-Identifier: MIT
/*
 * DOC: NETLINK_SOCK_DIAG: what ss(8) sees of sockets of each kind, filters,
 * dumps longer than a buffer, sockets ended by order.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/netlink/inet_diag_int.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/fixtures/netlink.h"
#include "tests/fixtures/tcp_peer.h"

#define HDR ((u32)sizeof(struct inet_diag_msg))

static void diag_message(struct nl_test *t, u8 protocol, u32 states)
{
	struct inet_diag_req_v2 req = {
		.sdiag_family = AF_INET,
		.sdiag_protocol = protocol,
		.idiag_ext = 0xff,
		.idiag_states = states,
	};

	nl_message(t, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &req, sizeof(req));
}

/* The message about the socket of a state in a new dump; NULL. */
static const struct nlmsghdr *dump_one(struct nl_test *t, u8 state)
{
	const struct nlmsghdr *h, *found = NULL;
	const struct inet_diag_msg *m;

	nl_send(t, t->req, t->len);
	while ((h = nl_next(t, t->sock)) && h->nlmsg_type != NLMSG_DONE) {
		m = nlmsg_data(h);
		if (h->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
		    m->idiag_state == state)
			found = h;
	}
	return found;
}

static u32 dump_count(struct nl_test *t)
{
	const struct nlmsghdr *h;
	u32 n = 0;

	nl_send(t, t->req, t->len);
	while ((h = nl_next(t, t->sock)) &&
	       h->nlmsg_type == SOCK_DIAG_BY_FAMILY)
		n++;
	return h && h->nlmsg_type == NLMSG_DONE ? n : UINT32_MAX;
}

static void inet_diag_shows_a_listener(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	const struct inet_diag_msg *m;
	const struct nlmsghdr *h;
	struct tcp_info info;

	diag_message(t, IPPROTO_TCP, UINT32_MAX);
	h = dump_one(t, TCP_LISTEN);
	KUNIT_ASSERT_NOT_NULL(test, h);
	m = nlmsg_data(h);
	KUNIT_EXPECT_EQ(test, m->idiag_family, AF_INET);
	KUNIT_EXPECT_EQ(test, ntohs(m->id.idiag_sport), 80);
	KUNIT_EXPECT_EQ(test, m->idiag_rqueue, 0);
	KUNIT_EXPECT_EQ(test, m->idiag_wqueue, 5);
	KUNIT_ASSERT_NOT_NULL(test, nl_find(h, HDR, INET_DIAG_INFO));
	memcpy(&info, nla_data(nl_find(h, HDR, INET_DIAG_INFO)), sizeof(info));
	KUNIT_EXPECT_EQ(test, info.tcpi_state, TCP_LISTEN);
	KUNIT_EXPECT_EQ(test, info.tcpi_delivery_rate_app_limited, 0);
	diag_message(t, IPPROTO_TCP, TCPF(TCP_ESTABLISHED));
	KUNIT_EXPECT_EQ(test, dump_count(t), 0);
	nl_end(t);
	sock_release(l);
}

static void inet_diag_shows_a_connection(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	const struct inet_diag_msg *m;
	const struct nlmsghdr *h;
	const struct nlattr *a;

	KUNIT_ASSERT_EQ(test, peer_write(s, 0, 500, 0), 500);
	diag_message(t, IPPROTO_TCP, TCPF(TCP_ESTABLISHED));
	h = dump_one(t, TCP_ESTABLISHED);
	KUNIT_ASSERT_NOT_NULL(test, h);
	m = nlmsg_data(h);
	KUNIT_EXPECT_EQ(test, m->id.idiag_dport, s->sk->sk_dport);
	KUNIT_EXPECT_EQ(test, m->id.idiag_dst[0], s->sk->sk_daddr);
	KUNIT_EXPECT_EQ(test, m->idiag_wqueue, 500);
	KUNIT_EXPECT_EQ(test, m->idiag_timer, 1);
	KUNIT_EXPECT_GT(test, m->idiag_expires, 0);
	a = nl_find(h, HDR, INET_DIAG_CONG);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_STREQ(test, (const char *)nla_data(a), "cubic");
	a = nl_find(h, HDR, INET_DIAG_SKMEMINFO);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, nla_len(a), 36);
	KUNIT_EXPECT_EQ(test,
			((const u32 *)nla_data(a))[SK_MEMINFO_WMEM_QUEUED],
			s->sk->sk_wmem_queued);
	KUNIT_EXPECT_NULL(test, nl_find(h, HDR, INET_DIAG_BBRINFO));
	nl_end(t);
	sock_release(s);
}

static void inet_diag_shows_bbr(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	const struct nlmsghdr *h;
	const struct nlattr *a;

	KUNIT_ASSERT_EQ(test, tcp_set_congestion_control(s->sk, "bbr"), 0);
	diag_message(t, IPPROTO_TCP, TCPF(TCP_ESTABLISHED));
	h = dump_one(t, TCP_ESTABLISHED);
	KUNIT_ASSERT_NOT_NULL(test, h);
	a = nl_find(h, HDR, INET_DIAG_BBRINFO);
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_EXPECT_EQ(test, nla_len(a), sizeof(struct tcp_bbr_info));
	nl_end(t);
	sock_release(s);
}

static void inet_diag_shows_a_half_open_connection(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	const struct inet_diag_msg *m;
	const struct nlmsghdr *h;

	peer_send(p, "S", 0, 0, 0, 10000, "mss=1000");
	diag_message(t, IPPROTO_TCP, TCPF(TCP_SYN_RECV));
	h = dump_one(t, TCP_SYN_RECV);
	KUNIT_ASSERT_NOT_NULL(test, h);
	m = nlmsg_data(h);
	KUNIT_EXPECT_EQ(test, ntohs(m->id.idiag_sport), 80);
	KUNIT_EXPECT_EQ(test, m->idiag_timer, 1);
	KUNIT_EXPECT_EQ(test, h->nlmsg_len, NLMSG_HDRLEN + HDR);
	peer_flush(p);
	nl_end(t);
	sock_release(l);
}

/* A raw socket may have TCP's number, and has none of its state. */
static void inet_diag_shows_a_raw_socket(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = test_socket(p->f->net, SOCK_RAW, IPPROTO_TCP);
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	const struct nlmsghdr *h;

	diag_message(t, IPPROTO_RAW, UINT32_MAX);
	h = dump_one(t, TCP_CLOSE);
	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_NULL(test, nl_find(h, HDR, INET_DIAG_INFO));
	KUNIT_ASSERT_NOT_NULL(test, nl_find(h, HDR, INET_DIAG_SKMEMINFO));
	nl_end(t);
	sock_release(s);
}

/* --- filters --- */

struct bc_case {
	u8 len, op[20];
	int err;
};

/* Operation, yes, no (little-endian), operands. */
static const struct bc_case bc_cases[] = {
	{ 4, { INET_DIAG_BC_NOP, 4, 0, 0 }, 0 },
	{ 4, { INET_DIAG_BC_AUTO, 4, 8, 0 }, 0 },
	{ 8, { INET_DIAG_BC_S_GE, 8, 12, 0, 0, 0, 80, 0 }, 0 },
	{ 12, { INET_DIAG_BC_D_COND, 12, 16, 0, 0, 0, 0, 0, 80 }, 0 },
	{ 8, { INET_DIAG_BC_JMP, 4, 8, 0, INET_DIAG_BC_NOP, 4, 0, 0 }, 0 },
	/* cut: the operand of a port, an address, a mark */
	{ 4, { INET_DIAG_BC_S_GE, 4, 8, 0 }, -EINVAL },
	{ 12, { INET_DIAG_BC_S_COND, 12, 16, 0, AF_INET, 8 }, -EINVAL },
	{ 8, { INET_DIAG_BC_MARK_COND, 8, 12, 0 }, -EINVAL },
	/* a prefix longer than its address; a family that is none */
	{ 16, { INET_DIAG_BC_S_COND, 16, 20, 0, AF_INET, 33 }, -EINVAL },
	{ 16, { INET_DIAG_BC_S_COND, 16, 20, 0, 77, 8 }, -EINVAL },
	/* jumps: on the spot, too far, not by whole operations */
	{ 4, { INET_DIAG_BC_NOP, 0, 0, 0 }, -EINVAL },
	{ 4, { INET_DIAG_BC_JMP, 4, 12, 0 }, -EINVAL },
	{ 4, { INET_DIAG_BC_NOP, 8, 0, 0 }, -EINVAL },
	{ 8, { INET_DIAG_BC_JMP, 4, 6, 0, INET_DIAG_BC_NOP, 4 }, -EINVAL },
	/* into an operand */
	{ 12, { INET_DIAG_BC_JMP, 4, 8, 0, INET_DIAG_BC_S_GE, 8, 8 }, -EINVAL },
	{ 4, { 99, 4, 8, 0 }, -EINVAL },
	{ 3, { INET_DIAG_BC_NOP, 4, 0 }, -EINVAL },
};

static void inet_diag_bc_check_knows_programs(struct kunit *test)
{
	struct netlink_ext_ack x = { 0 };
	const struct bc_case *c;
	struct {
		struct nlattr a;
		u8 op[20];
	} bc;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bc_cases); i++) {
		c = &bc_cases[i];
		bc.a.nla_len = (u16)(NLA_HDRLEN + c->len);
		memcpy(bc.op, c->op, sizeof(bc.op));
		KUNIT_EXPECT_EQ(
			test, inet_diag_bc_check(&bc.a, &x) == c->err ? i : 999,
			i);
	}
}

/* dport >= 7000 and dst 10/8: the way ss writes it. */
static void inet_diag_bc_run_filters(struct kunit *test)
{
	struct {
		struct nlattr a;
		struct inet_diag_bc_op ge, port, cond;
		struct inet_diag_hostcond host;
		__be32 addr;
	} bc = {
		.a = { sizeof(bc), INET_DIAG_REQ_BYTECODE },
		.ge = { INET_DIAG_BC_D_GE, 8, 32 },
		.port = { 0, 0, 7000 },
		.cond = { INET_DIAG_BC_D_COND, 16, 20 },
		.host = { AF_INET, 8, -1 },
		.addr = fixture_ip("10.0.0.0"),
	};
	struct inet_diag_entry e = { .daddr = fixture_ip("10.9.9.9"),
				     .dport = 7000 };
	struct netlink_ext_ack x = { 0 };

	static_assert(sizeof(bc) == 28, "no gaps");
	bc.ge.no = 28; /* 24 bytes of program, and 4 more: no */
	KUNIT_EXPECT_EQ(test, inet_diag_bc_check(&bc.a, &x), 0);
	KUNIT_EXPECT_TRUE(test, inet_diag_bc_run(&bc.a, &e));
	e.dport = 6999;
	KUNIT_EXPECT_FALSE(test, inet_diag_bc_run(&bc.a, &e));
	e.dport = 7001;
	e.daddr = fixture_ip("11.9.9.9");
	KUNIT_EXPECT_FALSE(test, inet_diag_bc_run(&bc.a, &e));
}

static void inet_diag_filters_a_dump(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5),
		      *l2 = peer_listener(p, 81, 5);
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	struct inet_diag_bc_op eq[2] = { { INET_DIAG_BC_S_EQ, 8, 12 },
					 { 0, 0, 81 } };

	diag_message(t, IPPROTO_TCP, UINT32_MAX);
	KUNIT_EXPECT_EQ(test, dump_count(t), 2);
	nl_attr(t, INET_DIAG_REQ_BYTECODE, eq, sizeof(eq));
	KUNIT_EXPECT_EQ(test, dump_count(t), 1);
	eq[0].yes = 6;
	diag_message(t, IPPROTO_TCP, UINT32_MAX);
	nl_attr(t, INET_DIAG_REQ_BYTECODE, eq, sizeof(eq));
	KUNIT_EXPECT_EQ(test, nl_talk(t), -EINVAL);
	diag_message(t, 132 /* SCTP */, UINT32_MAX);
	KUNIT_EXPECT_EQ(test, nl_talk(t), -ENOENT);
	nl_end(t);
	sock_release(l);
	sock_release(l2);
}

/* --- many --- */

#define MANY 10000U

static void inet_diag_dump_goes_on_over_buffers(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket **all = kcalloc(MANY, sizeof(*all), GFP_KERNEL);
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, all);
	for (i = 0; i < MANY; i++) {
		all[i] = test_socket(p->f->net, SOCK_DGRAM, 0);
		KUNIT_ASSERT_EQ(
			test, test_bind(all[i], "0.0.0.0", (u16)(1024 + i)), 0);
	}
	t->sock->sk->sk_rcvbuf = 8192;
	diag_message(t, IPPROTO_UDP, UINT32_MAX);
	KUNIT_EXPECT_EQ(test, dump_count(t), MANY);
	for (i = 0; i < MANY; i++)
		sock_release(all[i]);
	kfree(all);
	nl_end(t);
}

/* --- ended by order --- */

static int destroy(struct nl_test *t, u8 protocol,
		   const struct inet_diag_sockid *id)
{
	struct inet_diag_req_v2 req = { .sdiag_family = AF_INET,
					.sdiag_protocol = protocol,
					.id = *id };

	nl_message(t, SOCK_DESTROY, NLM_F_ACK, &req, sizeof(req));
	return nl_talk(t);
}

static struct inet_diag_sockid id_of(struct nl_test *t, u8 protocol, u8 state)
{
	const struct nlmsghdr *h;

	diag_message(t, protocol, TCPF(state));
	h = dump_one(t, state);
	BUG_ON(!h);
	return ((const struct inet_diag_msg *)nlmsg_data(h))->id;
}

static void inet_diag_destroy_resets_a_connection(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_connected(p, "mss=1000");
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	struct inet_diag_sockid id = id_of(t, IPPROTO_TCP, TCP_ESTABLISHED);

	id.idiag_cookie[0] ^= 1;
	KUNIT_EXPECT_EQ(test, destroy(t, IPPROTO_TCP, &id), -ESTALE);
	id.idiag_cookie[0] ^= 1;
	KUNIT_EXPECT_EQ(test, destroy(t, IPPROTO_TCP, &id), 0);
	peer_expect(p, "R.", 1, 0, 1);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 10, MSG_NOSIGNAL),
			-ECONNABORTED);
	KUNIT_EXPECT_EQ(test, destroy(t, IPPROTO_TCP, &id), -ENOENT);
	nl_end(t);
	sock_release(s);
}

static void inet_diag_destroy_ends_each_kind(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5), *u;
	struct nl_test *t = nl_begin(p->f, NETLINK_SOCK_DIAG);
	struct inet_diag_sockid id;
	int err;

	peer_send(p, "S", 0, 0, 0, 10000, "mss=1000");
	peer_flush(p);
	id = id_of(t, IPPROTO_TCP, TCP_SYN_RECV);
	KUNIT_EXPECT_EQ(test, destroy(t, IPPROTO_TCP, &id), 0);
	KUNIT_EXPECT_EQ(test, destroy(t, IPPROTO_TCP, &id), -ENOENT);
	id = id_of(t, IPPROTO_TCP, TCP_LISTEN);
	KUNIT_EXPECT_EQ(test, destroy(t, IPPROTO_TCP, &id), 0);
	KUNIT_EXPECT_NULL(test, peer_accept(l, &err));
	KUNIT_EXPECT_EQ(test, err, -EINVAL);
	sock_release(l);

	u = test_socket(p->f->net, SOCK_DGRAM, 0);
	KUNIT_EXPECT_EQ(test, test_bind(u, "0.0.0.0", 53), 0);
	id = id_of(t, IPPROTO_UDP, TCP_CLOSE);
	KUNIT_EXPECT_EQ(test, destroy(t, IPPROTO_UDP, &id), 0);
	KUNIT_EXPECT_EQ(test, u->sk->sk_err, ECONNABORTED);
	sock_release(u);
	nl_end(t);
}

static const struct kunit_case inet_diag_cases[] = {
	KUNIT_CASE(inet_diag_shows_a_listener),
	KUNIT_CASE(inet_diag_shows_a_connection),
	KUNIT_CASE(inet_diag_shows_bbr),
	KUNIT_CASE(inet_diag_shows_a_half_open_connection),
	KUNIT_CASE(inet_diag_shows_a_raw_socket),
	KUNIT_CASE(inet_diag_bc_check_knows_programs),
	KUNIT_CASE(inet_diag_bc_run_filters),
	KUNIT_CASE(inet_diag_filters_a_dump),
	KUNIT_CASE(inet_diag_dump_goes_on_over_buffers),
	KUNIT_CASE(inet_diag_destroy_resets_a_connection),
	KUNIT_CASE(inet_diag_destroy_ends_each_kind),
	{}
};

static const struct kunit_suite inet_diag_suite = {
	.name = "inet_diag",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = inet_diag_cases,
};
kunit_test_suite(inet_diag_suite);

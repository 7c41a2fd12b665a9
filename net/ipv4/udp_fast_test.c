// SPDX-License-Identifier: MIT
/*
 * DOC: the short way of a UDP datagram against the ordinary one: the same
 * frames and counts, whatever the options; void after each change; and the same
 * answers where something is not as usual.
 */
#include "lib/errno.h"
#include "lib/softirq.h"
#include "net/core/sch_generic.h"
#include "net/ipv4/sysctl.h"
#include "net/ipv4/udp_int.h"
#include "tests/fixtures/changes.h"
#include "tests/fixtures/inet_socket.h"

static u8 data[2000];
/* What a socket that was opened by a system call has. */
static struct file fake_file;

static struct socket *open_socket(struct net_fixture *f)
{
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * 13 + (i >> 8));
	s->file = &fake_file;
	return s;
}

static struct socket *open_connected(struct net_fixture *f)
{
	struct socket *s = open_socket(f);

	BUG_ON(test_bind(s, "0.0.0.0", 12345));
	BUG_ON(test_connect(s, FIXTURE_PEER, 7));
	return s;
}

static void start(struct net_fixture *f)
{
	fixture_addr(f, "10.0.2.15", 24);
	fixture_know(f, FIXTURE_PEER, 2, NUD_PERMANENT);
	fixture_know(f, FIXTURE_OTHER, 3, NUD_PERMANENT);
}

static bool is_fast(const struct socket *s)
{
	return s->sk->sk_xmit_gen == xmit_gen;
}

/* By the system call's short way; @name NULL: to the connected peer. */
static ssize_t send_fast(struct socket *s, size_t len,
			 const struct sockaddr_in *name, u32 flags)
{
	return udp_prot.send_fast(s->sk, data, len, flags, name,
				  name ? (int)sizeof(*name) : 0);
}

static ssize_t send_ordinary(struct socket *s, size_t len, const char *ip)
{
	s->sk->sk_xmit_gen = 0;
	return test_sendto(s, data, len, ip, ip ? 7 : 0, MSG_DONTWAIT);
}

/* The first datagram finds the route's neighbour, the second is the model. */
static void teach(struct kunit *test, struct socket *s)
{
	send_ordinary(s, 9, NULL);
	send_ordinary(s, 9, NULL);
	KUNIT_ASSERT_TRUE(test, is_fast(s));
	fixture_tx_reset(test->priv);
}

static int set_option(struct socket *s, int level, int name, int v)
{
	if (level == SOL_SOCKET)
		return sock_setsockopt(s, level, name, &v, sizeof(v));
	return s->ops->setsockopt(s, level, name, &v, sizeof(v));
}

/* --- the same frames --- */

/* Send @len bytes both ways; everything that can be seen must be the same. */
static void compare_ways(struct kunit *test, struct socket *s, size_t len,
			 const char *ip)
{
	struct sockaddr_in sin = test_sin(FIXTURE_PEER, 7);
	struct net_fixture *f = test->priv;
	struct Qdisc *q = f->eth0->_tx[0].qdisc;
	struct netns_mib before, way[2];
	u64 packets = q->bstats_packets, bytes = q->bstats_bytes;
	u32 i;

	send_ordinary(s, 9, ip); /* the route knows its neighbour */
	packets++;
	bytes += 42 + 9;
	fixture_tx_reset(f);
	for (i = 0; i < 2; i++) {
		before = f->net->mib;
		inet_sk(s->sk)->inet_id = 1000;
		if (i)
			KUNIT_EXPECT_TRUE(test, is_fast(s));
		KUNIT_EXPECT_EQ(test,
				i ? send_fast(s, len, ip ? &sin : NULL, 0)
				  : send_ordinary(s, len, ip),
				(ssize_t)len);
		way[i] = f->net->mib;
		for (u32 n = 0; n < NR_SNMP_MIB; n++)
			way[i].v[n] -= before.v[n];
	}
	KUNIT_ASSERT_EQ(test, f->tx_frames, 2);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, f->tx[1].len);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, f->tx[1].data, f->tx[0].len);
	KUNIT_EXPECT_EQ(test, f->tx[1].ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_MEMEQ(test, &way[0], &way[1], sizeof(way[0]));
	KUNIT_EXPECT_EQ(test, q->bstats_packets, packets + 2);
	KUNIT_EXPECT_EQ(test, q->bstats_bytes, bytes + 2 * f->tx[0].len);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
}

/* Lengths around every piece that the copy has, and the longest. */
static void udp_fast_makes_the_ordinary_frame(struct kunit *test)
{
	static const u16 lens[] = { 0,  1,   2,   3,   4,    7,   8,  9,
				    15, 16,  17,  18,  31,   32,  63, 64,
				    65, 260, 261, 700, 1471, 1472 };
	struct net_fixture *f = test->priv;
	struct socket *c, *u;
	u32 i;

	start(f);
	c = open_connected(f);
	u = open_socket(f);
	KUNIT_EXPECT_EQ(test, send_ordinary(u, 1, FIXTURE_PEER), 1);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		compare_ways(test, c, lens[i], NULL);
		compare_ways(test, u, lens[i], FIXTURE_PEER);
	}
	sock_release(c);
	sock_release(u);
}

static void udp_fast_follows_every_option(struct kunit *test)
{
	static const struct {
		int level, name, v;
	} options[] = {
		{ SOL_IP, IP_TOS, 0x10 },
		{ SOL_IP, IP_TTL, 3 },
		{ SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO },
		{ SOL_IP, IP_RECVERR, 1 },
		{ SOL_SOCKET, SO_PRIORITY, 6 },
		{ SOL_SOCKET, SO_MARK, 5 },
		{ SOL_SOCKET, SO_BROADCAST, 1 },
		{ SOL_SOCKET, SO_SNDBUF, 100000 },
	};
	struct net_fixture *f = test->priv;
	struct socket *c, *u;
	u32 i;

	start(f);
	c = open_connected(f);
	u = open_socket(f);
	/* Each stays, so that they add up. */
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		send_ordinary(u, 1, FIXTURE_PEER);
		KUNIT_EXPECT_EQ(test,
				set_option(c, options[i].level, options[i].name,
					   options[i].v),
				0);
		KUNIT_EXPECT_EQ(test,
				set_option(u, options[i].level, options[i].name,
					   options[i].v),
				0);
		KUNIT_EXPECT_EQ(test, c->sk->sk_xmit_gen, 0);
		KUNIT_EXPECT_EQ(test, u->sk->sk_xmit_gen, 0);
		compare_ways(test, c, 100, NULL);
		compare_ways(test, u, 100, FIXTURE_PEER);
	}
	sock_release(c);
	sock_release(u);
}

/* RFC 768: a sum of zero goes as ones on this way too. */
static void udp_fast_sends_zero_checksum_as_ones(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s;
	const u8 *sum;
	u32 v;

	start(f);
	s = open_connected(f);
	teach(test, s);
	for (v = 0; v <= 0xffff; v++) {
		data[0] = (u8)v;
		data[1] = (u8)(v >> 8);
		KUNIT_EXPECT_EQ(test, send_fast(s, 2, NULL, 0), 2);
		KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
		sum = f->tx[0].data + ETH_HLEN + 20 + 6;
		KUNIT_EXPECT_TRUE(test, sum[0] || sum[1]);
		if (sum[0] == 0xff && sum[1] == 0xff)
			break;
		fixture_tx_reset(f);
	}
	KUNIT_EXPECT_TRUE(test, v <= 0xffff);
	sock_release(s);
}

/* --- learning --- */

static void udp_fast_learns_the_peer_named_twice(struct kunit *test)
{
	struct sockaddr_in peer, other;
	struct net_fixture *f = test->priv;
	struct socket *s;

	start(f);
	peer = test_sin(FIXTURE_PEER, 7);
	other = test_sin(FIXTURE_OTHER, 7);
	s = open_socket(f);
	test_sendto(s, data, 9, FIXTURE_PEER, 7, 0);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	test_sendto(s, data, 9, FIXTURE_PEER, 7, 0);
	KUNIT_EXPECT_TRUE(test, is_fast(s));
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, NULL, 0), -EDESTADDRREQ);
	KUNIT_EXPECT_TRUE(test, is_fast(s));
	/* Another peer's frame is another peer's. */
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, &other, 0), 9);
	KUNIT_EXPECT_EQ(test, f->tx[2].data[5], 3);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, &other, 0), 9);
	KUNIT_EXPECT_TRUE(test, is_fast(s));
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, &peer, 0), 9);
	KUNIT_EXPECT_EQ(test, f->tx[4].data[5], 2);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 5);
	sock_release(s);
}

/* What could differ from one datagram to the next has no template. */
static void udp_fast_leaves_the_rest_alone(struct kunit *test)
{
	static const u8 nop[4] = { 1, 1, 1, 0 };
	struct net_fixture *f = test->priv;
	struct socket *s;
	int one = 1;

	start(f);
	s = open_connected(f);
	set_option(s, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	send_ordinary(s, 9, NULL);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	set_option(s, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	send_ordinary(s, 9, NULL);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	set_option(s, SOL_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
	set_option(s, SOL_SOCKET, SO_NO_CHECK, 1);
	send_ordinary(s, 9, NULL);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	set_option(s, SOL_SOCKET, SO_NO_CHECK, 0);
	s->ops->setsockopt(s, SOL_IP, IP_OPTIONS, nop, sizeof(nop));
	send_ordinary(s, 9, NULL);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	s->ops->setsockopt(s, SOL_IP, IP_OPTIONS, NULL, 0);
	sock_setsockopt(s, SOL_SOCKET, SO_DONTROUTE, &one, sizeof(one));
	compare_ways(test, s, 9, NULL);
	f->eth0->features |= NETIF_F_HW_CSUM;
	xmit_gen_bump();
	send_ordinary(s, 9, NULL);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	f->eth0->features &= ~(u64)NETIF_F_HW_CSUM;
	sock_release(s);
	s = open_connected(f);
	test_connect(s, "127.0.0.1", 7);
	send_ordinary(s, 9, NULL);
	KUNIT_EXPECT_FALSE(test, is_fast(s));
	sock_release(s);
}

/* --- changes --- */

static void add_hook(struct net_fixture *f, struct socket *s)
{
	fixture_add_hook(f, NF_INET_POST_ROUTING);
}

static int may_send(struct socket *sock, struct msghdr *msg, size_t size)
{
	return 0;
}

static void change_neighbour(struct net_fixture *f, struct socket *s)
{
	fixture_know(f, FIXTURE_PEER, 9, NUD_PERMANENT);
}

static void doubt_neighbour(struct net_fixture *f, struct socket *s)
{
	fixture_know(f, FIXTURE_PEER, 2, NUD_STALE);
}

static void fail_neighbour(struct net_fixture *f, struct socket *s)
{
	fixture_know(f, FIXTURE_PEER, 2, NUD_FAILED);
}

static void change_mtu(struct net_fixture *f, struct socket *s)
{
	BUG_ON(dev_set_mtu(f->eth0, f->eth0->mtu == 1500 ? 600 : 1500));
}

static void learn_pmtu(struct net_fixture *f, struct socket *s)
{
	struct dst_entry *dst = s->sk->sk_dst_cache;

	dst->ops->update_pmtu(dst, NULL, 700);
}

static void lose_carrier(struct net_fixture *f, struct socket *s)
{
	netif_carrier_off(f->eth0);
}

static void find_carrier(struct net_fixture *f, struct socket *s)
{
	netif_carrier_on(f->eth0);
}

static void set_hook(struct net_fixture *f, struct socket *s)
{
	security_set_sendmsg_hook(may_send);
}

static void unset_hook(struct net_fixture *f, struct socket *s)
{
	security_set_sendmsg_hook(NULL);
}

static void change_ttl(struct net_fixture *f, struct socket *s)
{
	BUG_ON(sysctl_set(f->net, sysctl_find("net.ipv4.ip_default_ttl"),
			  f->net->ipv4->sysctl_ip_default_ttl == 64 ? "63"
								    : "64"));
}

static void change_peer(struct net_fixture *f, struct socket *s)
{
	BUG_ON(test_connect(s, FIXTURE_OTHER, 9));
}

static void begin_datagram(struct net_fixture *f, struct socket *s)
{
	test_sendto(s, data, 100, NULL, 0, MSG_MORE);
}

static void take_address(struct net_fixture *f, struct socket *s)
{
	inet_addr_del(f->eth0, fixture_ip("10.0.2.15"), 24);
}

static void give_address(struct net_fixture *f, struct socket *s)
{
	fixture_addr(f, "10.0.2.15", 24);
	fixture_know(f, FIXTURE_PEER, 2, NUD_PERMANENT);
}

static void open_device(struct net_fixture *f, struct socket *s)
{
	BUG_ON(dev_open(f->eth0));
	fixture_know(f, FIXTURE_PEER, 2, NUD_PERMANENT);
	fixture_know(f, FIXTURE_OTHER, 3, NUD_PERMANENT);
}

static void close_device(struct net_fixture *f, struct socket *s)
{
	dev_close(f->eth0);
}

/* After each change the next datagram is what the ordinary way makes of it. */
static void udp_fast_ends_with_each_change(struct kunit *test)
{
	static const struct {
		void (*change)(struct net_fixture *f, struct socket *s);
		void (*undo)(struct net_fixture *f, struct socket *s);
	} changes[] = {
		{ add_hook, fixture_remove_hook },
		{ fixture_add_tap, fixture_remove_tap },
		{ set_hook, unset_hook },
		{ fixture_attach_qdisc, NULL },
		{ change_mtu, change_mtu },
		{ change_ttl, change_ttl },
		{ change_neighbour, NULL },
		{ doubt_neighbour, change_neighbour },
		{ fail_neighbour, change_neighbour },
		{ lose_carrier, find_carrier },
		{ change_peer, NULL },
		{ begin_datagram, NULL },
		{ fixture_change_route, NULL },
		{ take_address, give_address },
		{ close_device, open_device },
		{ learn_pmtu, NULL },
	};
	struct net_fixture *f = test->priv;
	ssize_t fast, ordinary;
	struct socket *s;
	u32 i;

	start(f);
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		s = open_connected(f);
		teach(test, s);
		changes[i].change(f, s);
		KUNIT_EXPECT_FALSE(test, is_fast(s));
		inet_sk(s->sk)->inet_id = 1;
		fast = send_fast(s, 100, NULL, MSG_DONTWAIT);
		inet_sk(s->sk)->inet_id = 1;
		if (changes[i].change == begin_datagram)
			begin_datagram(f, s);
		ordinary = send_ordinary(s, 100, NULL);
		KUNIT_EXPECT_EQ(test, fast, ordinary);
		if (f->tx_frames ==
		    2) { /* else there was none, or a question */
			KUNIT_EXPECT_EQ(test, f->tx[0].len, f->tx[1].len);
			KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, f->tx[1].data,
					   f->tx[0].len);
		}
		if (changes[i].undo)
			changes[i].undo(f, s);
		sock_release(s);
	}
}

/* --- not as usual --- */

static void udp_fast_answers_as_the_ordinary_way(struct kunit *test)
{
	struct sockaddr_in name = test_sin(FIXTURE_OTHER, 7);
	struct net_fixture *f = test->priv;
	struct socket *s;

	start(f);
	s = open_connected(f);
	teach(test, s);
	s->sk->sk_err = ECONNREFUSED;
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, NULL, 0), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, NULL, 0), 9);
	KUNIT_EXPECT_EQ(test, send_fast(s, 65508, NULL, 0), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, send_fast(s, (size_t)-1, NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, &name, 0), 9);
	KUNIT_EXPECT_EQ(test, f->tx[1].data[5], 3);
	KUNIT_EXPECT_EQ(test, send_ordinary(s, 9, NULL), 9);
	KUNIT_ASSERT_TRUE(test, is_fast(s));
	test_bad_user_range(data + 5, 1);
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, NULL, 0), -EFAULT);
	test_bad_user_range(&name, sizeof(name));
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, &name, 0), -EFAULT);
	test_bad_user_range(NULL, 0);
	skb_drop_kept();
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_EQ(test, send_fast(s, 9, NULL, 0), 9);
	KUNIT_EXPECT_TRUE(test, test_fail_fired());
	KUNIT_EXPECT_EQ(test, f->tx_frames, 4);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	KUNIT_EXPECT_EQ(test, s->ops->shutdown(s, 1), 0);
	KUNIT_EXPECT_EQ(test, s->sk->sk_xmit_gen, 0);
	sock_release(s);
}

/* A full device: nothing is lost, nothing overtakes, the writer is held. */
static void udp_fast_waits_for_the_device(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct Qdisc *q;
	struct socket *s;
	u32 i;

	start(f);
	s = open_connected(f);
	q = f->eth0->_tx[0].qdisc;
	teach(test, s);
	f->busy = 1;
	KUNIT_EXPECT_EQ(test, send_fast(s, 10, NULL, 0), 10);
	KUNIT_EXPECT_EQ(test, q->qstats.requeues, 1);
	test_settle();
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
	f->hold = true;
	f->ring_size = 2;
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, send_fast(s, 20 + i, NULL, 0), 20 + i);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 3);
	KUNIT_EXPECT_EQ(test, q->qstats.qlen, 3);
	s->sk->sk_sndbuf = s->sk->sk_wmem_alloc;
	KUNIT_EXPECT_EQ(test, send_fast(s, 30, NULL, MSG_DONTWAIT), -EAGAIN);
	f->hold = false;
	fixture_complete(f, UINT32_MAX);
	test_settle();
	KUNIT_ASSERT_EQ(test, f->tx_frames, 6);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, f->tx[1 + i].len, 42 + 20 + i);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	sock_release(s);
}

/* A packet that comes back is taken again, unless somebody had to do with it.
 */
static void udp_fast_reuses_what_came_back_unchanged(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct sk_buff *skb, *clone;
	struct socket *s;

	start(f);
	s = open_connected(f);
	teach(test, s);
	f->hold = true;
	send_fast(s, 20, NULL, 0);
	skb = skb_peek(&f->ring);
	f->hold = false;
	fixture_complete(f, UINT32_MAX);
	f->hold = true;
	send_fast(s, 30, NULL, 0);
	KUNIT_EXPECT_PTR_EQ(test, skb_peek(&f->ring), skb);
	clone = skb_clone(skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	f->hold = false;
	fixture_complete(f, UINT32_MAX);
	f->hold = true;
	send_fast(s, 40, NULL, 0); /* the clone still has the bytes */
	KUNIT_EXPECT_FALSE(test, skb_peek(&f->ring)->head == clone->head);
	KUNIT_EXPECT_EQ(test, clone->len, 42 + 30);
	consume_skb(clone);
	f->hold = false;
	fixture_complete(f, UINT32_MAX);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 3);
	sock_release(s);
}

static const struct kunit_case udp_fast_cases[] = {
	KUNIT_CASE(udp_fast_makes_the_ordinary_frame),
	KUNIT_CASE(udp_fast_follows_every_option),
	KUNIT_CASE(udp_fast_sends_zero_checksum_as_ones),
	KUNIT_CASE(udp_fast_learns_the_peer_named_twice),
	KUNIT_CASE(udp_fast_leaves_the_rest_alone),
	KUNIT_CASE(udp_fast_ends_with_each_change),
	KUNIT_CASE(udp_fast_answers_as_the_ordinary_way),
	KUNIT_CASE(udp_fast_waits_for_the_device),
	KUNIT_CASE(udp_fast_reuses_what_came_back_unchanged),
	{}
};

static const struct kunit_suite udp_fast_suite = {
	.name = "udp_fast",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = udp_fast_cases,
};
kunit_test_suite(udp_fast_suite);

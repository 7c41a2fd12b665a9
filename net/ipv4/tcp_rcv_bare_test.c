// SPDX-License-Identifier: MIT
/*
 * DOC: an ACK taken from the bytes of its packet: it counts as the ordinary way
 * counts it; whatever is not as usual is left to that, untouched.
 */
#include "lib/checksum.h"
#include "net/ipv4/tcp.h"
#include "net/netfilter/netfilter.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(p, name) ((p)->f->net->mib.v[MIB_##name])

/* An ACK of the peer's, padded as Ethernet pads it. */
struct packet {
	u8 bytes[64] __aligned(4);
	u32 len;
};

static struct iphdr *ip_of(struct packet *k)
{
	return (struct iphdr *)(void *)k->bytes;
}

static void sum_ip(struct packet *k)
{
	ip_of(k)->check = 0;
	ip_of(k)->check = ip_fast_csum(ip_of(k), 5);
}

static void build(struct tcp_peer *p, struct packet *k, const char *flags,
		  u32 seq, u32 ack, u16 win, const char *options)
{
	u8 th[128];
	u32 n = peer_build(p, th, flags, seq, 0, ack, win, options);
	struct iphdr *iph = ip_of(k);

	memset(k->bytes, 0, sizeof(k->bytes));
	BUG_ON(sizeof(*iph) + n > sizeof(k->bytes));
	memcpy(iph + 1, th, n);
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 64;
	iph->protocol = IPPROTO_TCP;
	iph->tot_len = htons((u16)(sizeof(*iph) + n));
	iph->saddr = p->ip;
	iph->daddr = p->stack_ip;
	sum_ip(k);
	k->len = max((u32)sizeof(*iph) + n, 46U);
}

static bool rcv(struct tcp_peer *p, const struct packet *k)
{
	bool done;

	local_bh_disable();
	done = tcp_v4_rcv_bare(p->f->eth0, k->bytes, k->len);
	local_bh_enable();
	return done;
}

/* 3,000 bytes in flight, 1,000 acknowledged the ordinary way. */
static struct socket *in_flight(struct tcp_peer *p)
{
	struct socket *s = peer_connected(p, "mss=1000");

	KUNIT_EXPECT_EQ(p->test, peer_write(s, 0, 4000, 0), 4000);
	peer_send(p, ".", 1, 0, 1001, 5000, NULL); /* the window is known */
	peer_flush(p);
	return s;
}

static void tcp_rcv_bare_counts(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p);
	u64 in = MIB(p, Ip_InReceives), octets = MIB(p, IpExt_InOctets);
	u64 local = MIB(p, Ip_InDelivers), segs = MIB(p, Tcp_InSegs);
	u64 acks = MIB(p, TcpExt_TCPHPAcks);
	u32 una = tcp_sk(s->sk)->snd_una, was = tcp_sk(s->sk)->segs_in;
	struct packet k = { 0 };

	build(p, &k, ".", 1, 2001, 5000, NULL);
	KUNIT_EXPECT_TRUE(test, rcv(p, &k));
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_una - una, 1000);
	KUNIT_EXPECT_EQ(test, MIB(p, Ip_InReceives) - in, 1);
	/* As ip_rcv() counts them: with the padding of the frame. */
	KUNIT_EXPECT_EQ(test, MIB(p, IpExt_InOctets) - octets, 46);
	KUNIT_EXPECT_EQ(test, MIB(p, Ip_InDelivers) - local, 1);
	KUNIT_EXPECT_EQ(test, MIB(p, Tcp_InSegs) - segs, 1);
	KUNIT_EXPECT_EQ(test, MIB(p, TcpExt_TCPHPAcks) - acks, 1);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->segs_in - was, 1);
	KUNIT_EXPECT_FALSE(test, rcv(p, &k)); /* again: a duplicate */
	sock_release(s);
}

/* Each is refused, no number has changed, and the good one is taken. */
static void tcp_rcv_bare_leaves_the_unusual(struct kunit *test)
{
	static const struct {
		const char *flags;
		u32 seq, ack;
		u16 win;
		const char *options;
	} odd[] = {
		{ "F.", 1, 2001, 5000, NULL },
		{ "R.", 1, 2001, 5000, NULL },
		{ "E.", 1, 2001, 5000, NULL },
		{ ".", 2, 2001, 5000, NULL },
		{ ".", 1, 9001, 5000, NULL },
		{ ".", 1, 1001, 5000, NULL },
		{ ".", 1, 2001, 6000, NULL },
		{ ".", 1, 2001, 5000, "ts=1/1" },
		{ ".", 1, 2001, 5000, "nop nop nop nop" },
	};
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p);
	u64 in = MIB(p, Ip_InReceives);
	u32 una = tcp_sk(s->sk)->snd_una, i;
	struct packet good = { 0 }, k = { 0 };

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		build(p, &k, odd[i].flags, odd[i].seq, odd[i].ack, odd[i].win,
		      odd[i].options);
		KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	}
	build(p, &good, ".", 1, 2001, 5000, NULL);
	for (i = 0; i < 40; i++) { /* any wrong byte of the headers */
		k = good;
		k.bytes[i] ^= 0x10;
		KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	}
	k = good;
	ip_of(&k)->frag_off = htons(IP_MF);
	sum_ip(&k);
	KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	k = good;
	k.len = 39;
	KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_una, una);
	KUNIT_EXPECT_EQ(test, MIB(p, Ip_InReceives), in);
	KUNIT_EXPECT_TRUE(test, rcv(p, &good));
	sock_release(s);
}

static u32 drop_all(void *priv, struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	return NF_DROP;
}

/* A hook, a route, a raw socket, an owner: the ordinary way has them all. */
static void tcp_rcv_bare_needs_a_clear_way(struct kunit *test)
{
	const struct nf_hook_ops ops = { .hook = drop_all,
					 .hooknum = NF_INET_LOCAL_IN };
	struct tcp_peer *p = test->priv;
	struct socket *s = in_flight(p), *raw = NULL;
	u32 una = tcp_sk(s->sk)->snd_una;
	struct packet k = { 0 };

	build(p, &k, ".", 1, 2001, 5000, NULL);
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(p->f->net, &ops), 0);
	KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	peer_send(p, ".", 1, 0, 2001, 5000, NULL); /* dropped */
	KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->snd_una, una);
	nf_unregister_net_hook(p->f->net, &ops);
	peer_send(p, ".", 1, 0, 2001, 5000, NULL); /* learnt again */

	build(p, &k, ".", 1, 3001, 5000, NULL);
	KUNIT_EXPECT_EQ(
		test,
		sock_create(p->f->net, AF_INET, SOCK_RAW, IPPROTO_TCP, &raw),
		0);
	KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	sock_release(raw);
	lock_sock(s->sk);
	KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	release_sock(s->sk);
	rt_cache_flush(p->f->net);
	KUNIT_EXPECT_FALSE(test, rcv(p, &k));
	peer_send(p, ".", 1, 0, 3001, 5000, NULL);
	build(p, &k, ".", 1, 4001, 5000, NULL);
	KUNIT_EXPECT_TRUE(test, rcv(p, &k));
	sock_release(s);
}

static const struct kunit_case bare_cases[] = {
	KUNIT_CASE(tcp_rcv_bare_counts),
	KUNIT_CASE(tcp_rcv_bare_leaves_the_unusual),
	KUNIT_CASE(tcp_rcv_bare_needs_a_clear_way),
	{},
};

static const struct kunit_suite tcp_rcv_bare_suite = {
	.name = "tcp_rcv_bare",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = bare_cases,
};
kunit_test_suite(tcp_rcv_bare_suite);

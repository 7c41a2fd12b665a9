// SPDX-License-Identifier: MIT
/*
 * DOC: the IP layer in and out (rows I1-I5): header checks, fragments in every
 * order and of every malice, ICMP, options, hooks; random and changed frames.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "net/core/neighbour.h"
#include "net/ipv4/udp.h"
#include "net/netfilter/netfilter.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(f, name) ((f)->net->mib.v[MIB_##name])

static const u8 peer[ETH_ALEN] = { 0x52, 0x55, 0x0a, 0x00, 0x02, 0x02 };

static void know(struct net_fixture *f, const char *ip)
{
	__be32 key = fixture_ip(ip);
	struct neighbour *n =
		neigh_lookup(&f->net->ipv4->arp_tbl, &key, f->eth0);

	neigh_update(n, peer, NUD_PERMANENT, NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
}

static int ip_test_init(struct kunit *test)
{
	int err = net_fixture_init(test);

	if (err)
		return err;
	fixture_addr(test->priv, "10.0.2.15", 24);
	know(test->priv, "10.0.2.2");
	return 0;
}

/* A frame from 10.0.2.2 to us with @len bytes of @payload; its length. */
static u32 frame(struct net_fixture *f, u8 *buf, u8 proto, u16 id, u16 frag_off,
		 const void *payload, u32 len)
{
	struct ethhdr *eth = (struct ethhdr *)buf;
	struct iphdr *iph = (struct iphdr *)(eth + 1);

	memcpy(eth->h_dest, f->eth0->dev_addr, ETH_ALEN);
	memcpy(eth->h_source, peer, ETH_ALEN);
	eth->h_proto = htons(ETH_P_IP);
	memset(iph, 0, sizeof(*iph));
	ip_start_header(iph, 0, 0);
	iph->tot_len = htons((u16)(20 + len));
	iph->id = htons(id);
	iph->frag_off = htons(frag_off);
	iph->ttl = 64;
	iph->protocol = proto;
	iph->saddr = fixture_ip("10.0.2.2");
	iph->daddr = fixture_ip("10.0.2.15");
	ip_send_check(iph);
	memcpy(iph + 1, payload, len);
	return ETH_HLEN + 20 + len;
}

static void deliver(struct net_fixture *f, u8 proto, u16 id, u16 frag_off,
		    const void *payload, u32 len)
{
	static u8 buf[8192]; /* not allocated: that may be made to fail */

	fixture_rx(f, buf, frame(f, buf, proto, id, frag_off, payload, len));
}

/* A UDP datagram to port 7 without checksum in @d; its length. */
static u32 udp_bytes(u8 *d, u32 len)
{
	struct udphdr *uh = (struct udphdr *)d;
	u32 i;

	uh->source = htons(9);
	uh->dest = htons(7);
	uh->len = htons((u16)(8 + len));
	uh->check = 0;
	for (i = 0; i < len; i++)
		d[8 + i] = (u8)(i * 3 + 1);
	return 8 + len;
}

/* --- fragments in --- */

#define FRAG_DATA 4000

struct frag_test {
	struct net_fixture *f;
	struct socket *s;
	u8 data[FRAG_DATA + 8], got[FRAG_DATA];
	u32 len;
};

static struct frag_test *frag_start(struct kunit *test)
{
	struct frag_test *t = kzalloc(sizeof(*t), GFP_KERNEL);

	t->f = test->priv;
	t->s = test_socket(t->f->net, SOCK_DGRAM, 0);
	KUNIT_EXPECT_EQ(test, test_bind(t->s, "10.0.2.15", 7), 0);
	t->len = udp_bytes(t->data, FRAG_DATA - 8);
	return t;
}

/* Bytes [from, to) of the datagram as a fragment; to 0: the last one. */
static void piece(struct frag_test *t, u16 id, u32 from, u32 to)
{
	u16 off = (u16)(from / 8);

	if (to && to < t->len)
		off |= IP_MF;
	else
		to = t->len;
	deliver(t->f, IPPROTO_UDP, id, off, t->data + from, to - from);
}

static ssize_t frag_got(struct frag_test *t)
{
	return test_recvfrom(t->s, t->got, sizeof(t->got), NULL, MSG_DONTWAIT);
}

static void frag_end(struct frag_test *t)
{
	sock_release(t->s);
	kfree(t);
}

static void ip_defrag_takes_any_order(struct kunit *test)
{
	static const u8 orders[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 },
					{ 2, 0, 3, 1 }, { 1, 3, 0, 2 },
					{ 3, 0, 1, 2 }, { 0, 2, 1, 3 } };
	struct frag_test *t = frag_start(test);
	u32 i, j, k;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		for (j = 0; j < 4; j++) {
			KUNIT_EXPECT_EQ(test, frag_got(t), -EAGAIN);
			k = orders[i][j];
			piece(t, (u16)i, k * 1000, k * 1000 + 1000);
			piece(t, (u16)i, k * 1000, k * 1000 + 1000);
			if (j == 3)
				break;
		}
		KUNIT_EXPECT_EQ(test, frag_got(t), t->len - 8);
		KUNIT_EXPECT_MEMEQ(test, t->got, t->data + 8, t->len - 8);
		/* The doubled last piece began a new queue. */
		test_advance_ns(31 * NSEC_PER_SEC);
	}
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmOKs), ARRAY_SIZE(orders));
	frag_end(t);
}

/* RFC 5722 and RFC 1858: nothing of the datagram survives. */
static void ip_defrag_refuses_overlaps_and_lies(struct kunit *test)
{
	struct frag_test *t = frag_start(test);
	u64 fails;

	piece(t, 1, 0, 1000);
	piece(t, 1, 992, 2000); /* overlaps by 8 */
	piece(t, 1, 1000, 0);
	KUNIT_EXPECT_EQ(test, frag_got(t), -EAGAIN);
	fails = MIB(t->f, Ip_ReasmFails);
	KUNIT_EXPECT_GE(test, fails, 1);
	/* A middle piece that is no multiple of 8. */
	deliver(t->f, IPPROTO_UDP, 2, IP_MF, t->data, 1001);
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmFails), fails + 1);
	/* Two different ends; a piece beyond the end. */
	piece(t, 3, 3000, 0);
	deliver(t->f, IPPROTO_UDP, 3, 2000 / 8, t->data + 2000, 400);
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmFails), fails + 2);
	piece(t, 4, 3000, 0);
	deliver(t->f, IPPROTO_UDP, 4, 8000 / 8 | IP_MF, t->data, 800);
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmFails), fails + 3);
	/* The ping of death: beyond 65,535. */
	deliver(t->f, IPPROTO_UDP, 5, 65528 / 8, t->data, 1000);
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmFails), fails + 4);
	/* An empty piece. */
	deliver(t->f, IPPROTO_UDP, 6, IP_MF, t->data, 0);
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmFails), fails + 5);
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmOKs), 0);
	frag_end(t);
}

/* RFC 792: code 1 of Time Exceeded, when the first piece is there. */
static void ip_defrag_reports_the_timeout(struct kunit *test)
{
	struct frag_test *t = frag_start(test);
	const u8 *icmp;

	piece(t, 1, 1000, 2000); /* without the first: silence */
	test_advance_ns(31 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, t->f->tx_frames, 0);
	piece(t, 2, 0, 1000);
	test_advance_ns(31 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, MIB(t->f, Ip_ReasmTimeout), 2);
	KUNIT_ASSERT_EQ(test, t->f->tx_frames, 1);
	icmp = t->f->tx[0].data + ETH_HLEN + 20;
	KUNIT_EXPECT_EQ(test, icmp[0], ICMP_TIME_EXCEEDED);
	KUNIT_EXPECT_EQ(test, icmp[1], ICMP_EXC_FRAGTIME);
	KUNIT_EXPECT_EQ(test, icmp[8], 0x45); /* the quoted header */
	KUNIT_EXPECT_MEMEQ(test, icmp + 28, t->data, 8);
	frag_end(t);
}

/* RFC 8900, section 3.7: memory has a limit, and the newest still gets in. */
static void ip_defrag_bounds_its_memory(struct kunit *test)
{
	struct frag_test *t = frag_start(test);
	s64 before = test_live_allocations();
	u32 i;

	t->f->net->ipv4->sysctl_ipfrag_high_thresh = 64 * 1024;
	for (i = 0; i < 2000; i++)
		piece(t, (u16)i, 0, 1000);
	KUNIT_EXPECT_LE(test, test_live_allocations() - before, 3 * 64);
	KUNIT_EXPECT_GE(test, MIB(t->f, Ip_ReasmFails), 1900);
	piece(t, 5000, 0, 2000 - 600);
	piece(t, 5000, 1400, 2600);
	piece(t, 5000, 2600, 0);
	KUNIT_EXPECT_EQ(test, frag_got(t), t->len - 8);
	frag_end(t);
}

static void ip_defrag_survives_failed_allocations(struct kunit *test)
{
	struct frag_test *t = frag_start(test);
	u32 n;

	for (n = 1; n < 25; n++) {
		test_fail_nth_alloc(n);
		piece(t, (u16)n, 2000, 0);
		piece(t, (u16)n, 1000, 2000);
		piece(t, (u16)n, 0, 1000);
		test_fail_nth_alloc(0);
		frag_got(t);
	}
	test_advance_ns(31 * NSEC_PER_SEC);
	frag_end(t);
}

/* Random pieces of few datagrams: whatever comes out must be the data. */
static void ip_defrag_random_pieces(struct kunit *test)
{
	struct frag_test *t = frag_start(test);
	u32 r[4], i, from, to;
	ssize_t n;

	for (i = 0; i < 20000; i++) {
		get_random_bytes(r, sizeof(r));
		from = r[0] % (FRAG_DATA / 8) * 8;
		to = r[1] & 3 ? from + 8 + r[2] % 100 * 8 : 0;
		if (to >= t->len)
			to = 0;
		if (!to && t->len - from > 1480)
			continue;
		piece(t, (u16)(r[3] % 4), from, to);
		n = frag_got(t);
		if (n > 0)
			KUNIT_EXPECT_MEMEQ(test, t->got, t->data + 8, n);
	}
	test_advance_ns(31 * NSEC_PER_SEC);
	frag_end(t);
}

/* --- ICMP --- */

static u32 echo(u8 *d, u32 len)
{
	struct icmphdr *h = (struct icmphdr *)d;
	u32 i;

	memset(h, 0, sizeof(*h));
	h->type = ICMP_ECHO;
	h->un.echo.id = htons(0x1234);
	h->un.echo.sequence = htons(1);
	for (i = 0; i < len; i++)
		d[8 + i] = (u8)i;
	h->checksum = ip_compute_csum(d, 8 + len);
	return 8 + len;
}

static void icmp_echo_returns_every_byte(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	const u8 *ip, *icmp;
	u8 d[128];
	u32 len = echo(d, 56);

	deliver(f, IPPROTO_ICMP, 1, 0, d, len);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	ip = f->tx[0].data + ETH_HLEN;
	icmp = ip + 20;
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 20 + len);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip + 12), 0x0a00020f);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip + 16), 0x0a000202);
	KUNIT_EXPECT_EQ(test, (__force u16)ip_fast_csum(ip, 5), 0);
	KUNIT_EXPECT_EQ(test, icmp[0], ICMP_ECHOREPLY);
	KUNIT_EXPECT_EQ(test, (__force u16)ip_compute_csum(icmp, len), 0);
	KUNIT_EXPECT_MEMEQ(test, icmp + 4, d + 4, len - 4);
	d[20] ^= 1; /* a wrong sum is not answered */
	deliver(f, IPPROTO_ICMP, 1, 0, d, len);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, MIB(f, Icmp_InCsumErrors), 1);
}

/* Each type has its counter, also those that nobody acts on. */
static void icmp_rcv_counts_by_type(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u32 i, mib, len;
	u8 d[64];

	for (i = 0; i < 256; i++) {
		len = echo(d, 8);
		d[0] = (u8)i;
		put_unaligned_be16(0, d + 2);
		memcpy(d + 2, &(__sum16){ ip_compute_csum(d, len) }, 2);
		deliver(f, IPPROTO_ICMP, (u16)i, 0, d, len);
	}
	KUNIT_EXPECT_EQ(test, MIB(f, Icmp_InMsgs), 256);
	for (mib = MIB_Icmp_InDestUnreachs; mib <= MIB_Icmp_InAddrMaskReps;
	     mib++)
		KUNIT_EXPECT_EQ(test, f->net->mib.v[mib], 1);
	KUNIT_EXPECT_EQ(test, MIB(f, Icmp_OutEchoReps), 1);
	KUNIT_EXPECT_EQ(test, MIB(f, Icmp_OutMsgs), 1);
}

/* RFC 1812, section 4.3.2.8: a flood of wrong datagrams is not a flood of
 * answers. */
static void icmp_send_is_rate_limited(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u8 d[64];
	u32 len = udp_bytes(d, 20), i;

	for (i = 0; i < 100; i++)
		deliver(f, IPPROTO_UDP, 1, 0, d, len);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 6); /* one host's burst */
	KUNIT_EXPECT_EQ(test, MIB(f, Icmp_OutRateLimitHost), 44);
	KUNIT_EXPECT_EQ(test, MIB(f, Icmp_OutRateLimitGlobal), 50);
	test_advance_ns(NSEC_PER_SEC);
	deliver(f, IPPROTO_UDP, 1, 0, d, len);
	deliver(f, IPPROTO_UDP, 1, 0, d, len);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 7);
}

/* RFC 1122, section 3.2.2: about these nothing is said. */
static void icmp_send_keeps_silent(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u8 d[64], buf[256];
	u32 len = udp_bytes(d, 20), n;

	deliver(f, IPPROTO_UDP, 1, 5, d, len); /* a later fragment */
	n = frame(f, buf, IPPROTO_UDP, 1, 0, d, len);
	memset(buf, 0xff, ETH_ALEN); /* a broadcast frame */
	fixture_rx(f, buf, n);
	n = frame(f, buf, 200, 1, 0, d, len); /* from 0.0.0.0, to all */
	memset(buf, 0xff, ETH_ALEN);
	memset(buf + ETH_HLEN + 12, 0, 4);
	memset(buf + ETH_HLEN + 16, 0xff, 4);
	ip_send_check((struct iphdr *)(buf + ETH_HLEN));
	fixture_rx(f, buf, n);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	deliver(f, 200, 1, 0, d, len); /* an unknown protocol: this is told */
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].data[ETH_HLEN + 21], ICMP_PROT_UNREACH);
}

/* RFC 1191: "fragmentation needed" narrows the path of our datagram. */
static void icmp_frag_needed_lowers_the_mtu(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u8 d[8 + 28];
	struct icmphdr *h = (struct icmphdr *)d;
	struct dst_entry *dst;

	KUNIT_EXPECT_EQ(test, test_connect(s, "10.0.2.2", 7), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, NULL, 0, 0), 1);
	memset(d, 0, 8);
	h->type = ICMP_DEST_UNREACH;
	h->code = ICMP_FRAG_NEEDED;
	h->un.frag.mtu = htons(1300);
	memcpy(d + 8, f->tx[0].data + ETH_HLEN, 28);
	h->checksum = ip_compute_csum(d, sizeof(d));
	deliver(f, IPPROTO_ICMP, 1, 0, d, sizeof(d));
	dst = __sk_dst_check(s->sk, 0);
	KUNIT_ASSERT_NOT_NULL(test, dst);
	KUNIT_EXPECT_EQ(test, dst_mtu(dst), 1300);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, NULL, 0, 0), -EMSGSIZE);
	sock_release(s);
}

/* --- IP out --- */

/* RFC 791: sizes, offsets, MF, one identification, options by copy bit. */
static void ip_do_fragment_cuts_by_the_book(struct kunit *test)
{
	static const u8 opts[] = { IPOPT_RR,     7, 4, 0, 0,        0, 0,
				   IPOPT_RA | 0, 4, 0, 0, IPOPT_END };
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u8 *data = kzalloc(4000, GFP_KERNEL);
	const struct iphdr *iph, *first;
	u32 i, off = 0;

	inet_sk(s->sk)->pmtudisc = IP_PMTUDISC_DONT;
	inet_sk(s->sk)->inet_opt = ip_options_get(opts, sizeof(opts));
	KUNIT_EXPECT_EQ(test, test_sendto(s, data, 4000, "10.0.2.2", 7, 0),
			4000);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 3);
	first = (const struct iphdr *)(f->tx[0].data + ETH_HLEN);
	for (i = 0; i < 3; i++) {
		iph = (const struct iphdr *)(f->tx[i].data + ETH_HLEN);
		KUNIT_EXPECT_EQ(test, iph->ihl, 8);
		KUNIT_EXPECT_EQ(test, (__force u16)ip_fast_csum(iph, 8), 0);
		KUNIT_EXPECT_EQ(test, iph->id, first->id);
		KUNIT_EXPECT_EQ(test, ntohs(iph->frag_off),
				off / 8 | (i < 2 ? IP_MF : 0));
		KUNIT_EXPECT_LE(test, ntohs(iph->tot_len), 1500);
		/* Record route only in the first, router alert in all. */
		KUNIT_EXPECT_EQ(test, ((const u8 *)(iph + 1))[0],
				i ? IPOPT_NOOP : IPOPT_RR);
		KUNIT_EXPECT_EQ(test, ((const u8 *)(iph + 1))[7], IPOPT_RA);
		off += ntohs(iph->tot_len) - 32U;
	}
	KUNIT_EXPECT_EQ(test, off, 4008);
	kfree(data);
	sock_release(s);
}

static void ip_fragment_respects_df(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u8 *data = kzalloc(4000, GFP_KERNEL);

	inet_sk(s->sk)->pmtudisc = IP_PMTUDISC_DO;
	KUNIT_EXPECT_EQ(test, test_sendto(s, data, 1472, "10.0.2.2", 7, 0),
			1472);
	KUNIT_EXPECT_EQ(test, test_sendto(s, data, 1473, "10.0.2.2", 7, 0),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
	kfree(data);
	sock_release(s);
}

/* A strict route's next hop must be on the link (row I2). */
static void ip_options_source_route_goes_to_the_first_hop(struct kunit *test)
{
	static const u8 opts[] = { IPOPT_LSRR, 7, 4, 10, 0, 2, 2, 0 };
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	const u8 *ip;

	inet_sk(s->sk)->inet_opt = ip_options_get(opts, sizeof(opts));
	KUNIT_ASSERT_TRUE(test, !IS_ERR(inet_sk(s->sk)->inet_opt));
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "99.1.2.3", 7, 0), 1);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	ip = f->tx[0].data + ETH_HLEN;
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip + 16), 0x0a000202);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip + 20 + 3), 0x63010203);
	sock_release(s);
}

/* Every string of options up to 40 random bytes is either refused or safe to
 * build and to fragment. */
static void ip_options_parse_survives_random_bytes(struct kunit *test)
{
	struct ip_options *opt;
	u8 data[MAX_IPOPTLEN], len;
	u32 i;

	for (i = 0; i < 100000; i++) {
		get_random_bytes(data, sizeof(data));
		get_random_bytes(&len, 1);
		len %= MAX_IPOPTLEN + 1;
		if (len > 4 && (i & 1)) { /* likelier to be taken */
			data[0] = (u8[]){ IPOPT_RR, IPOPT_TS, IPOPT_LSRR,
					  IPOPT_SSRR }[data[0] & 3];
			data[1] = len;
			data[2] = (u8)(4 + (data[0] == IPOPT_TS) +
				       data[2] % 9 * 4);
		}
		opt = ip_options_get(data, len);
		if (IS_ERR_OR_NULL(opt))
			continue;
		ip_options_fragment(opt->data, opt->optlen);
		kfree(opt);
	}
	KUNIT_EXPECT_TRUE(test, IS_ERR(ip_options_get(data, 41)));
}

/* Received options: recorded route in the answer, malformed ones reported. */
static void ip_options_rcv_records_the_route(struct kunit *test)
{
	static const u8 rr[] = { IPOPT_RR, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	struct net_fixture *f = test->priv;
	u8 buf[256], d[64];
	struct iphdr *iph = (struct iphdr *)(buf + ETH_HLEN);
	const u8 *ip;
	u32 len = echo(d, 8), n;

	n = frame(f, buf, IPPROTO_ICMP, 1, 0, d, len);
	memmove(buf + ETH_HLEN + 32, buf + ETH_HLEN + 20, len);
	memcpy(buf + ETH_HLEN + 20, rr, 12);
	iph->ihl = 8;
	iph->tot_len = htons((u16)(32 + len));
	ip_send_check(iph);
	fixture_rx(f, buf, n + 12);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	ip = f->tx[0].data + ETH_HLEN;
	KUNIT_EXPECT_EQ(test, ip[0], 0x48);
	KUNIT_EXPECT_EQ(test, ip[20 + 2], 12); /* both places are taken */
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip + 20 + 3), 0x0a00020f);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(ip + 20 + 7), 0x0a00020f);
	buf[ETH_HLEN + 21] = 60; /* longer than the header */
	ip_send_check(iph);
	fixture_rx(f, buf, n + 12);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 2);
	ip = f->tx[1].data + ETH_HLEN;
	KUNIT_EXPECT_EQ(test, ip[20], ICMP_PARAMETERPROB);
	KUNIT_EXPECT_EQ(test, ip[24], 20); /* the pointer */
}

/* IP_RECVOPTS: as they came, our address recorded; IP_RETOPTS: what an answer
 * takes along, without the alert to routers. */
static void options_are_told_to_the_program(struct kunit *test)
{
	static const u8 opts[] = { IPOPT_RA, 4, 0, 0, IPOPT_RR, 7,
				   4,        0, 0, 0, 0,        IPOPT_END };
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_RAW, 200);
	u8 buf[128], got[64], control[128] __aligned(8) = { 0 };
	struct iphdr *iph = (struct iphdr *)(buf + ETH_HLEN);
	struct kvec kv = { got, sizeof(got) };
	struct msghdr msg = { .msg_control = control,
			      .msg_controllen = sizeof(control) };
	const struct cmsghdr *c = (const struct cmsghdr *)control;
	const u8 *at = control + sizeof(*c);
	u32 n = frame(f, buf, 200, 1, 0, "payload.payload.", 16);

	peer_setsockopt(s, SOL_IP, IP_RECVOPTS, 1);
	peer_setsockopt(s, SOL_IP, IP_RETOPTS, 1);
	memmove(buf + ETH_HLEN + 32, buf + ETH_HLEN + 20, 16);
	memcpy(buf + ETH_HLEN + 20, opts, 12);
	iph->ihl = 8;
	iph->tot_len = htons(48);
	ip_send_check(iph);
	fixture_rx(f, buf, n + 12);
	iov_iter_kvec(&msg.msg_iter, false, &kv, 1, sizeof(got));
	KUNIT_ASSERT_EQ(test, sock_recvmsg(s, &msg, MSG_DONTWAIT), 48);
	KUNIT_EXPECT_EQ(test, c->cmsg_type, IP_RECVOPTS);
	KUNIT_EXPECT_EQ(test, c->cmsg_len, CMSG_LEN(12));
	KUNIT_EXPECT_EQ(test, at[0], IPOPT_RA);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(at + 7), 0x0a00020f);
	c = (const struct cmsghdr *)(control + CMSG_SPACE(12));
	at = (const u8 *)(c + 1);
	KUNIT_EXPECT_EQ(test, c->cmsg_type, IP_RETOPTS);
	KUNIT_EXPECT_EQ(test, c->cmsg_len, CMSG_LEN(8));
	KUNIT_EXPECT_EQ(test, at[0], IPOPT_RR);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(at + 3), 0x0a00020f);
	sock_release(s);
}

/* --- hooks (rows F1, I3) --- */

static u32 redirect(void *priv, struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	struct iphdr *iph = ip_hdr(skb);

	if (iph->daddr == fixture_ip("10.0.2.2")) {
		iph->daddr = fixture_ip("192.168.9.9");
		ip_send_check(iph);
	}
	return NF_ACCEPT;
}

static u32 refuse(void *priv, struct sk_buff *skb,
		  const struct nf_hook_state *state)
{
	return NF_DROP;
}

static void ip_local_out_reroutes_after_a_hook(struct kunit *test)
{
	static const struct nf_hook_ops ops = { .hook = redirect,
						.hooknum = NF_INET_LOCAL_OUT };
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	static const u8 other[ETH_ALEN] = { 2, 9, 9, 9, 9, 9 };
	__be32 key = fixture_ip("192.168.9.9");
	struct neighbour *n;

	fixture_addr(f, "192.168.9.1", 24);
	n = neigh_lookup(&f->net->ipv4->arp_tbl, &key, f->eth0);
	neigh_update(n, other, NUD_PERMANENT, NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &ops), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.0.2.2", 7, 0), 1);
	nf_unregister_net_hook(f->net, &ops);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, other, ETH_ALEN);
	sock_release(s);
}

static void ip_hooks_can_refuse_everywhere(struct kunit *test)
{
	static const u8 hooks[] = { NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING,
				    NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN };
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	struct nf_hook_ops ops = { .hook = refuse };
	u8 d[64];
	u32 i, len = echo(d, 8);

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		ops.hooknum = hooks[i];
		KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &ops), 0);
		if (i < 2)
			KUNIT_EXPECT_EQ(
				test, test_sendto(s, "x", 1, "10.0.2.2", 7, 0),
				-EPERM);
		else
			deliver(f, IPPROTO_ICMP, 1, 0, d, len);
		nf_unregister_net_hook(f->net, &ops);
	}
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	sock_release(s);
}

/* --- anything at all --- */

/* Every length and every flipped bit of a good frame, then noise behind a
 * good Ethernet header; afterwards the stack still answers. */
static void ip_rcv_survives_every_mutation(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u8 d[256], buf[512], m[512];
	u32 kind, i, j, n, r;

	KUNIT_EXPECT_EQ(test, test_bind(s, "0.0.0.0", 7), 0);
	for (kind = 0; kind < 3; kind++) {
		n = kind == 0
			    ? frame(f, buf, IPPROTO_ICMP, 1, 0, d, echo(d, 40))
		    : kind == 1 ? frame(f, buf, IPPROTO_UDP, 1, 0, d,
					udp_bytes(d, 40))
				: frame(f, buf, IPPROTO_TCP, 1, 0, d, 40);
		for (i = ETH_HLEN; i < n; i++)
			fixture_rx(f, buf, i);
		for (i = ETH_HLEN * 8; i < n * 8; i++) {
			memcpy(m, buf, n);
			m[i / 8] ^= (u8)(1U << (i & 7));
			fixture_rx(f, m, n);
			ip_send_check((struct iphdr *)(m + ETH_HLEN));
			if ((m[ETH_HLEN] & 0xf) * 4 <= (int)(n - ETH_HLEN))
				fixture_rx(f, m, n);
		}
	}
	for (i = 0; i < 20000; i++) {
		get_random_bytes(&r, sizeof(r));
		n = ETH_HLEN + r % 400;
		get_random_bytes(m + ETH_HLEN, n - ETH_HLEN);
		memcpy(m, buf, ETH_HLEN);
		/* Mostly a header that gets past the first checks. */
		if ((i & 7) && n >= ETH_HLEN + 60) {
			struct iphdr *iph = (struct iphdr *)(m + ETH_HLEN);

			iph->version = 4;
			iph->ihl = (u8)(5 + (r >> 20) % 11) & 0xf;
			iph->tot_len = htons((u16)(n - ETH_HLEN));
			iph->saddr = fixture_ip("10.0.2.2");
			iph->daddr = fixture_ip("10.0.2.15");
			j = (r >> 24) & 3;
			iph->protocol = j == 0 ? 1 : j == 1 ? 17 : 6;
			if (r & 0x1000)
				iph->frag_off = 0;
			ip_send_check(iph);
		}
		fixture_rx(f, m, n);
	}
	test_advance_ns(40 * NSEC_PER_SEC);
	while (test_recvfrom(s, d, sizeof(d), NULL, MSG_DONTWAIT) >= 0)
		;
	fixture_tx_reset(f);
	deliver(f, IPPROTO_ICMP, 1, 0, d, echo(d, 40));
	KUNIT_EXPECT_GE(test, f->tx_frames, 1);
	sock_release(s);
}

/* --- raw and ping sockets (row U5) --- */

static void ping_socket_gets_its_reply(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, IPPROTO_ICMP);
	struct socket *r = test_socket(f->net, SOCK_RAW, IPPROTO_ICMP);
	struct sockaddr_in from;
	u8 d[64], got[64];
	u32 len = echo(d, 16);

	KUNIT_EXPECT_EQ(test, test_sendto(s, d, len, "10.0.2.2", 0, 0), len);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	memcpy(d, f->tx[0].data + ETH_HLEN + 20, len);
	KUNIT_EXPECT_EQ(test, (__force u16)ip_compute_csum(d, len), 0);
	d[0] = ICMP_ECHOREPLY;
	d[2] = 0;
	d[3] = 0;
	((struct icmphdr *)d)->checksum = ip_compute_csum(d, len);
	deliver(f, IPPROTO_ICMP, 1, 0, d, len);
	KUNIT_EXPECT_EQ(test, test_recvfrom(s, got, 64, &from, MSG_DONTWAIT),
			len);
	KUNIT_EXPECT_MEMEQ(test, got, d, len);
	KUNIT_EXPECT_EQ(test, from.sin_addr.s_addr, fixture_ip("10.0.2.2"));
	/* The raw socket sees the same with its IP header. */
	KUNIT_EXPECT_EQ(test, test_recvfrom(r, got, 64, NULL, MSG_DONTWAIT),
			len + 20);
	d[0] = ICMP_DEST_UNREACH;
	KUNIT_EXPECT_EQ(test, test_sendto(s, d, len, "10.0.2.2", 0, 0),
			-EINVAL);
	sock_release(s);
	sock_release(r);
}

static void raw_socket_sends_its_own_header(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_RAW, IPPROTO_RAW);
	u8 buf[128];
	u32 n = frame(f, buf, 99, 0, 0, "payload", 7);
	struct iphdr *iph = (struct iphdr *)(buf + ETH_HLEN);

	iph->saddr = 0;
	iph->daddr = fixture_ip("10.0.2.2");
	KUNIT_EXPECT_EQ(test,
			test_sendto(s, iph, n - ETH_HLEN, "10.0.2.2", 0, 0),
			n - ETH_HLEN);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	iph = (struct iphdr *)(uintptr_t)(f->tx[0].data + ETH_HLEN);
	KUNIT_EXPECT_EQ(test, iph->protocol, 99);
	KUNIT_EXPECT_EQ(test, iph->saddr, fixture_ip("10.0.2.15"));
	KUNIT_EXPECT_EQ(test, (__force u16)ip_fast_csum(iph, 5), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, iph, 10, "10.0.2.2", 0, 0),
			-EINVAL);
	sock_release(s);
}

static const struct kunit_case ip_cases[] = {
	KUNIT_CASE(ip_defrag_takes_any_order),
	KUNIT_CASE(ip_defrag_refuses_overlaps_and_lies),
	KUNIT_CASE(ip_defrag_reports_the_timeout),
	KUNIT_CASE(ip_defrag_bounds_its_memory),
	KUNIT_CASE(ip_defrag_survives_failed_allocations),
	KUNIT_CASE(ip_defrag_random_pieces),
	KUNIT_CASE(icmp_echo_returns_every_byte),
	KUNIT_CASE(icmp_rcv_counts_by_type),
	KUNIT_CASE(icmp_send_is_rate_limited),
	KUNIT_CASE(icmp_send_keeps_silent),
	KUNIT_CASE(icmp_frag_needed_lowers_the_mtu),
	KUNIT_CASE(ip_do_fragment_cuts_by_the_book),
	KUNIT_CASE(ip_fragment_respects_df),
	KUNIT_CASE(ip_options_source_route_goes_to_the_first_hop),
	KUNIT_CASE(ip_options_parse_survives_random_bytes),
	KUNIT_CASE(ip_options_rcv_records_the_route),
	KUNIT_CASE(options_are_told_to_the_program),
	KUNIT_CASE(ip_local_out_reroutes_after_a_hook),
	KUNIT_CASE(ip_hooks_can_refuse_everywhere),
	KUNIT_CASE(ip_rcv_survives_every_mutation),
	KUNIT_CASE(ping_socket_gets_its_reply),
	KUNIT_CASE(raw_socket_sends_its_own_header),
	{}
};

static const struct kunit_suite ip_suite = {
	.name = "ip",
	.init = ip_test_init,
	.exit = net_fixture_exit,
	.test_cases = ip_cases,
};
kunit_test_suite(ip_suite);

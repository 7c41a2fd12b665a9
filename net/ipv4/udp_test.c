// SPDX-License-Identifier: MIT
/*
 * DOC: UDP from socket to frame and back (rows U1, U2, U4): two stacks on a
 * wire, and one stack with its frames recorded.
 */
#include "lib/checksum.h"
#include "lib/slab.h"
#include "net/core/errqueue.h"
#include "net/ipv4/udp_int.h"
#include "tests/fixtures/inet_socket.h"

static void fill(u8 *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (u8)(i * 7 + (i >> 8));
}

/* The neighbour of a recording device answers no question: set it by hand. */
static void know_peer(struct net_fixture *f, const char *ip)
{
	static const u8 mac[ETH_ALEN] = { 0x52, 0x55, 0x0a, 0, 2, 2 };
	__be32 key = fixture_ip(ip);
	struct neighbour *n =
		neigh_lookup(&f->net->ipv4->arp_tbl, &key, f->eth0);

	neigh_update(n, mac, NUD_PERMANENT, NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
}

/* RFC 768, RFC 791: every byte of the frame of a first datagram. */
static void udp_sendmsg_makes_the_frame(struct kunit *test)
{
	static const u8 expected[] = {
		0x52, 0x55, 0x0a, 0x00, 0x02, 0x02, /* to 10.0.2.2's MAC */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, /* from eth0 */
		0x08, 0x00,                         /* IPv4 */
		0x45, 0x00,                         /* version, length; TOS */
		0x00, 0x21,                         /* 33 bytes in all */
		0x00, 0x00,             /* atomic: no identification */
		0x40, 0x00,             /* DF */
		0x40, 0x11,             /* TTL 64, UDP */
		0x22, 0xbc,             /* header checksum */
		0x0a, 0x00, 0x02, 0x0f, /* 10.0.2.15 */
		0x0a, 0x00, 0x02, 0x02, /* 10.0.2.2 */
		0x30, 0x39, 0x00, 0x07, /* ports 12345, 7 */
		0x00, 0x0d,             /* 13 bytes of UDP */
		0x73, 0xb1,             /* checksum */
		'h',  'e',  'l',  'l',  'o',
	};
	struct net_fixture *f = test->priv;
	struct socket *s;

	fixture_addr(f, "10.0.2.15", 24);
	know_peer(f, "10.0.2.2");
	s = test_socket(f->net, SOCK_DGRAM, 0);
	KUNIT_EXPECT_EQ(test, test_bind(s, "0.0.0.0", 12345), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "hello", 5, "10.0.2.2", 7, 0), 5);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, sizeof(expected));
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, expected, sizeof(expected));
	sock_release(s);
}

/* RFC 768: a sum of zero is sent as all ones. */
static void udp_sendmsg_sends_zero_checksum_as_ones(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	__be32 saddr = fixture_ip("10.0.2.15"), daddr = fixture_ip("10.0.2.2");
	__be16 fill_in, hdr[4] = { htons(12345), htons(7), htons(10), 0 };
	const u8 *sum;
	struct socket *s;
	__wsum csum;

	fixture_addr(f, "10.0.2.15", 24);
	know_peer(f, "10.0.2.2");
	csum = csum_partial(hdr, sizeof(hdr), 0);
	fill_in = (__force __be16)csum_tcpudp_magic(saddr, daddr, 10,
						    IPPROTO_UDP, csum);
	s = test_socket(f->net, SOCK_DGRAM, 0);
	KUNIT_EXPECT_EQ(test, test_bind(s, "10.0.2.15", 12345), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, &fill_in, 2, "10.0.2.2", 7, 0), 2);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	sum = f->tx[0].data + ETH_HLEN + 20 + 6;
	KUNIT_EXPECT_EQ(test, sum[0], 0xff);
	KUNIT_EXPECT_EQ(test, sum[1], 0xff);
	sock_release(s);
}

/* RFC 1122, section 4.1.3.5, and Linux's errno for each. */
static void udp_sendmsg_refuses_what_cannot_be_sent(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u8 *big = kzalloc(65536, GFP_KERNEL);

	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.9.9.9", 7, 0),
			-ENETUNREACH);
	KUNIT_EXPECT_EQ(test, f->net->mib.v[MIB_Ip_OutNoRoutes], 1);
	fixture_addr(f, "10.0.2.15", 24);
	know_peer(f, "10.0.2.2");
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, NULL, 0, 0),
			-EDESTADDRREQ);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.0.2.2", 0, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.0.2.255", 7, 0),
			-EACCES);
	KUNIT_EXPECT_EQ(test, test_sendto(s, big, 65508, "10.0.2.2", 7, 0),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, test_sendto(s, big, 65536, "10.0.2.2", 7, 0),
			-EMSGSIZE);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "x", 1, "10.0.2.2", 7, MSG_OOB),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	kfree(big);
	sock_release(s);
}

static void udp_sendmsg_broadcasts_when_allowed(struct kunit *test)
{
	static const u8 all[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u8 buf[8];

	fixture_addr(f, "10.0.2.15", 24);
	sock_set_flag(s->sk, SOCK_BROADCAST);
	KUNIT_EXPECT_EQ(test, test_bind(s, "0.0.0.0", 68), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "all", 3, "10.0.2.255", 68, 0), 3);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, all, ETH_ALEN);
	test_settle(); /* and we hear it ourselves */
	KUNIT_EXPECT_EQ(test, test_recvfrom(s, buf, 8, NULL, MSG_DONTWAIT), 3);
	sock_release(s);
}

/* RFC 1112, section 6.4. */
static void udp_sendmsg_maps_groups_to_ethernet(struct kunit *test)
{
	static const u8 mac[ETH_ALEN] = { 0x01, 0x00, 0x5e, 0x7f, 0x02, 0x03 };
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	struct fib_config cfg = { .type = RTN_UNICAST,
				  .dev = f->eth0,
				  .scope = RT_SCOPE_LINK };

	fixture_addr(f, "10.0.2.15", 24);
	KUNIT_EXPECT_EQ(test, fib_table_insert(f->net, &cfg), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "m", 1, "239.255.2.3", 9, 0), 1);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, mac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, f->tx[0].data[ETH_HLEN + 8], 1); /* TTL */
	sock_release(s);
}

/* Two writes and a cork make one datagram (row U2). */
static void udp_cork_builds_one_datagram(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);

	fixture_addr(f, "10.0.2.15", 24);
	know_peer(f, "10.0.2.2");
	KUNIT_EXPECT_EQ(test, test_sendto(s, "abc", 3, "10.0.2.2", 7, MSG_MORE),
			3);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "de", 2, NULL, 0, MSG_MORE), 2);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "f", 1, NULL, 0, 0), 1);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 28 + 6);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data + ETH_HLEN + 28, "abcdef", 6);
	/* One that is never finished leaves nothing behind. */
	KUNIT_EXPECT_EQ(test, test_sendto(s, "abc", 3, "10.0.2.2", 7, MSG_MORE),
			3);
	sock_release(s);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
}

static const struct kunit_case udp_frame_cases[] = {
	KUNIT_CASE(udp_sendmsg_makes_the_frame),
	KUNIT_CASE(udp_sendmsg_sends_zero_checksum_as_ones),
	KUNIT_CASE(udp_sendmsg_refuses_what_cannot_be_sent),
	KUNIT_CASE(udp_sendmsg_broadcasts_when_allowed),
	KUNIT_CASE(udp_sendmsg_maps_groups_to_ethernet),
	KUNIT_CASE(udp_cork_builds_one_datagram),
	{}
};

static const struct kunit_suite udp_frame_suite = {
	.name = "udp_frame",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = udp_frame_cases,
};
kunit_test_suite(udp_frame_suite);

/* --- two stacks --- */

/* One datagram of @len bytes, in pieces of @step, from a to b. */
static void transfer(struct kunit *test, struct socket *from, struct socket *to,
		     u8 *data, u8 *got, u32 len, u32 step)
{
	u32 off = 0, n;

	do {
		n = step < len - off ? step : len - off;
		KUNIT_EXPECT_EQ(test,
				test_sendto(from, data + off, n,
					    off ? NULL : "10.0.0.2", 7,
					    off + n < len ? MSG_MORE : 0),
				n);
		off += n;
	} while (off < len);
	test_settle();
	memset(got, 0, 65536);
	KUNIT_EXPECT_EQ(test, test_recvfrom(to, got, 65536, NULL, MSG_DONTWAIT),
			len);
	KUNIT_EXPECT_MEMEQ(test, got, data, len);
}

/* Each size around the boundaries of fragments, whole and in odd pieces: the
 * 8-byte rule, fraggap, and the sum over pieces at odd places. */
static void udp_datagrams_of_every_shape_arrive(struct kunit *test)
{
	static const u32 sizes[] = { 0,    1,    1471, 1472, 1473,  1480,
				     1481, 2952, 2953, 4000, 10001, 65507 };
	static const u32 steps[] = { 65536, 1479, 1480, 1481, 777, 33 };
	struct fixture_pair *p = test->priv;
	struct socket *a = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *b = test_socket(p->b->net, SOCK_DGRAM, 0);
	u8 *data = kmalloc(65536, GFP_KERNEL);
	u8 *got = kmalloc(65536, GFP_KERNEL);
	u32 i, j;

	fill(data, 65536);
	KUNIT_EXPECT_EQ(test, test_bind(b, "10.0.0.2", 7), 0);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		for (j = 0; j < ARRAY_SIZE(steps); j++)
			transfer(test, a, b, data, got, sizes[i], steps[j]);
	KUNIT_EXPECT_EQ(test, p->b->net->mib.v[MIB_Udp_InErrors], 0);
	KUNIT_EXPECT_EQ(test, p->b->net->mib.v[MIB_Ip_ReasmFails], 0);
	kfree(data);
	kfree(got);
	sock_release(a);
	sock_release(b);
}

/* RFC 1122, section 4.1.3.3: a closed port is heard of when connected. */
static void udp_connected_socket_hears_port_unreachable(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *a = test_socket(p->a->net, SOCK_DGRAM, 0);
	u8 buf[4];

	KUNIT_EXPECT_EQ(test, test_sendto(a, "x", 1, "10.0.0.2", 9, 0), 1);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(a, buf, 4, NULL, MSG_DONTWAIT),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, test_connect(a, "10.0.0.2", 9), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(a, "x", 1, NULL, 0, 0), 1);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(a, buf, 4, NULL, MSG_DONTWAIT),
			-ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, p->b->net->mib.v[MIB_Udp_NoPorts], 2);
	sock_release(a);
}

/* A router between the two takes no more than @mtu: its answer to the frame of
 * a that was sent last. */
static void send_frag_needed(struct fixture_pair *p, __be32 daddr, u16 sport,
			     u16 mtu)
{
	struct {
		struct iphdr ip;
		struct icmphdr icmp;
		struct iphdr quoted;
		struct udphdr uh;
	} m = {
		.ip = { .version = 4,
			.ihl = 5,
			.tot_len = htons(sizeof(m)),
			.ttl = 64,
			.protocol = IPPROTO_ICMP,
			.saddr = daddr,
			.daddr = fixture_ip("10.0.0.1") },
		.icmp = { .type = ICMP_DEST_UNREACH,
			  .code = ICMP_FRAG_NEEDED,
			  .un.frag.mtu = htons(mtu) },
		.quoted = { .version = 4,
			    .ihl = 5,
			    .tot_len = htons(1500),
			    .protocol = IPPROTO_UDP,
			    .saddr = fixture_ip("10.0.0.1"),
			    .daddr = daddr },
		.uh = { .source = htons(sport), .dest = htons(9) },
	};
	u8 frame[ETH_HLEN + sizeof(m)] = { 0 };

	m.ip.check = ip_fast_csum(&m.ip, 5);
	m.icmp.checksum =
		csum_fold(csum_partial(&m.icmp, sizeof(m) - sizeof(m.ip), 0));
	memcpy(frame, p->a->eth0->dev_addr, ETH_ALEN);
	frame[12] = 0x08; /* ETH_P_IP */
	memcpy(frame + ETH_HLEN, &m, sizeof(m));
	fixture_rx(p->a, frame, sizeof(frame));
	test_settle();
}

/* IP_MTU_DISCOVER: what is learnt, what the program is told, what it may send
 * after that. One destination each: what is learnt is a route's. */
static void udp_err_heeds_the_choice_of_discovery(struct kunit *test)
{
	static const struct {
		const char *dst;
		u8 pmtudisc, no_pmtu_disc;
		int mtu, err, fits; /* of 1472 bytes: 0 or -EMSGSIZE */
	} t[] = {
		{ "10.0.0.10", IP_PMTUDISC_WANT, 0, 1000, EMSGSIZE, 1472 },
		{ "10.0.0.11", IP_PMTUDISC_DO, 0, 1000, EMSGSIZE, -EMSGSIZE },
		{ "10.0.0.12", IP_PMTUDISC_PROBE, 0, 1000, EMSGSIZE, 1472 },
		{ "10.0.0.13", IP_PMTUDISC_DONT, 0, 1000, 0, 1472 },
		{ "10.0.0.14", IP_PMTUDISC_INTERFACE, 0, 1500, EMSGSIZE, 1472 },
		{ "10.0.0.15", IP_PMTUDISC_OMIT, 0, 1500, EMSGSIZE, 1472 },
		/* UDP cannot verify what is quoted. */
		{ "10.0.0.16", IP_PMTUDISC_WANT, 3, 1500, 0, 1472 },
		{ "10.0.0.17", IP_PMTUDISC_WANT, 2, 1500, 0, 1472 },
		{ "10.0.0.18", IP_PMTUDISC_WANT, 1, 552, EMSGSIZE, 1472 },
	};
	struct fixture_pair *p = test->priv;
	static u8 data[1472];
	struct socket *s;
	int mtu, len;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		s = test_socket(p->a->net, SOCK_DGRAM, 0);
		p->a->net->ipv4->sysctl_ip_no_pmtu_disc = t[i].no_pmtu_disc;
		inet_sk(s->sk)->pmtudisc = t[i].pmtudisc;
		KUNIT_EXPECT_EQ(test, test_bind(s, "0.0.0.0", (u16)(100 + i)),
				0);
		KUNIT_EXPECT_EQ(test, test_connect(s, t[i].dst, 9), 0);
		send_frag_needed(p, fixture_ip(t[i].dst), (u16)(100 + i), 1000);
		KUNIT_EXPECT_EQ(test, s->sk->sk_err, t[i].err);
		s->sk->sk_err = 0;
		len = sizeof(mtu);
		KUNIT_EXPECT_EQ(test,
				ip_getsockopt(s->sk, SOL_IP, IP_MTU,
					      (void __user *)&mtu,
					      (int __user *)&len),
				0);
		KUNIT_EXPECT_EQ(test, mtu, t[i].mtu);
		KUNIT_EXPECT_EQ(test,
				test_sendto(s, data, sizeof(data), NULL, 0,
					    MSG_DONTWAIT),
				t[i].fits);
		sock_release(s);
	}
}

/* IP_RECVERR: the report names the error, its maker and the data. */
static void udp_error_queue_reports_icmp(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *a = test_socket(p->a->net, SOCK_DGRAM, 0);
	u8 data[8], control[128];
	struct sockaddr_in from = { 0 };
	struct kvec kv = { data, sizeof(data) };
	struct msghdr msg = { .msg_name = &from,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	const struct sock_extended_err *ee;
	const struct cmsghdr *c;

	inet_sk(a->sk)->recverr = true;
	KUNIT_EXPECT_EQ(test, test_sendto(a, "quoted", 6, "10.0.0.2", 9, 0), 6);
	test_settle();
	iov_iter_kvec(&msg.msg_iter, false, &kv, 1, sizeof(data));
	KUNIT_EXPECT_EQ(test, sock_recvmsg(a, &msg, MSG_ERRQUEUE), 6);
	KUNIT_EXPECT_MEMEQ(test, data, "quoted", 6);
	KUNIT_EXPECT_EQ(test, from.sin_port, htons(9));
	KUNIT_EXPECT_EQ(test, from.sin_addr.s_addr, fixture_ip("10.0.0.2"));
	KUNIT_EXPECT_TRUE(test, msg.msg_flags & MSG_ERRQUEUE);
	c = (const struct cmsghdr *)control;
	ee = (const struct sock_extended_err *)(c + 1);
	KUNIT_EXPECT_EQ(test, c->cmsg_type, IP_RECVERR);
	KUNIT_EXPECT_EQ(test, ee->ee_errno, ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, ee->ee_origin, SO_EE_ORIGIN_ICMP);
	KUNIT_EXPECT_EQ(test, ee->ee_code, ICMP_PORT_UNREACH);
	sock_release(a);
}

static void udp_recvmsg_peeks_and_truncates(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *a = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *b = test_socket(p->b->net, SOCK_DGRAM, 0);
	struct sockaddr_in from;
	u8 buf[8];
	int val;

	KUNIT_EXPECT_EQ(test, test_bind(b, "0.0.0.0", 7), 0);
	KUNIT_EXPECT_EQ(test, test_bind(a, "0.0.0.0", 5000), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(a, "abcdef", 6, "10.0.0.2", 7, 0), 6);
	test_settle();
	KUNIT_EXPECT_EQ(test, udp_prot.ioctl(b->sk, SIOCINQ, &val), 0);
	KUNIT_EXPECT_EQ(test, val, 6);
	KUNIT_EXPECT_EQ(
		test, test_recvfrom(b, buf, 3, &from, MSG_PEEK | MSG_TRUNC), 6);
	KUNIT_EXPECT_EQ(test, from.sin_port, htons(5000));
	KUNIT_EXPECT_EQ(test, from.sin_addr.s_addr, fixture_ip("10.0.0.1"));
	KUNIT_EXPECT_EQ(test, test_recvfrom(b, buf, 3, &from, 0), 3);
	KUNIT_EXPECT_MEMEQ(test, buf, "abc", 3);
	KUNIT_EXPECT_EQ(test, test_recvfrom(b, buf, 3, &from, MSG_DONTWAIT),
			-EAGAIN);
	sock_release(a);
	sock_release(b);
}

/* Only the peer's datagrams reach a connected socket; the rest go to the
 * other owner of the port. */
static void udp_lookup_prefers_the_connected_socket(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *a = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *any = test_socket(p->b->net, SOCK_DGRAM, 0);
	struct socket *peer = test_socket(p->b->net, SOCK_DGRAM, 0);
	u8 buf[8];

	any->sk->sk_reuse = 1;
	peer->sk->sk_reuse = 1;
	KUNIT_EXPECT_EQ(test, test_bind(any, "0.0.0.0", 7), 0);
	KUNIT_EXPECT_EQ(test, test_bind(peer, "0.0.0.0", 7), 0);
	KUNIT_EXPECT_EQ(test, test_connect(peer, "10.0.0.1", 5000), 0);
	KUNIT_EXPECT_EQ(test, test_bind(a, "0.0.0.0", 5000), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(a, "one", 3, "10.0.0.2", 7, 0), 3);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(any, buf, 8, NULL, MSG_DONTWAIT),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, test_recvfrom(peer, buf, 8, NULL, MSG_DONTWAIT),
			3);
	KUNIT_EXPECT_EQ(test, test_connect(peer, "10.0.0.1", 5001), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(a, "two", 3, "10.0.0.2", 7, 0), 3);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(any, buf, 8, NULL, MSG_DONTWAIT),
			3);
	sock_release(a);
	sock_release(any);
	sock_release(peer);
}

/* bind() rules of Linux. */
static void inet_bind_checks_address_and_port(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *x = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *y = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct sockaddr_storage name;

	KUNIT_EXPECT_EQ(test, test_bind(x, "10.0.0.77", 7), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, test_bind(x, "10.0.0.1", 7), 0);
	KUNIT_EXPECT_EQ(test, test_bind(x, "10.0.0.1", 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, test_bind(y, "0.0.0.0", 7), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, test_bind(y, "127.0.0.1", 7), 0);
	KUNIT_EXPECT_EQ(test, inet_getname(x, &name, false), 16);
	KUNIT_EXPECT_EQ(test, ((struct sockaddr_in *)&name)->sin_port,
			htons(7));
	KUNIT_EXPECT_EQ(test, inet_getname(x, &name, true), -ENOTCONN);
	sock_release(x);
	sock_release(y);
}

/* The n-th allocation of a send fails: an errno, and nothing is left. */
static void udp_sendmsg_survives_each_failed_allocation(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *a = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *b = test_socket(p->b->net, SOCK_DGRAM, 0);
	u8 *data = kzalloc(5000, GFP_KERNEL);
	u8 *got = kzalloc(5000, GFP_KERNEL);
	u32 n;

	KUNIT_EXPECT_EQ(test, test_bind(b, "10.0.0.2", 7), 0);
	for (n = 1; n < 60; n++) {
		rt_cache_flush(p->a->net);
		test_fail_nth_alloc(n);
		test_sendto(a, data, 5000, "10.0.0.2", 7, 0);
		test_settle();
		test_fail_nth_alloc(0);
		test_recvfrom(b, got, 5000, NULL, MSG_DONTWAIT);
	}
	test_advance_ns(31 * NSEC_PER_SEC); /* incomplete datagrams expire */
	KUNIT_EXPECT_EQ(test, test_sendto(a, data, 5000, "10.0.0.2", 7, 0),
			5000);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(b, got, 5000, NULL, MSG_DONTWAIT),
			5000);
	kfree(data);
	kfree(got);
	sock_release(a);
	sock_release(b);
}

static void udp_loopback_needs_no_device(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *a = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *b = test_socket(p->a->net, SOCK_DGRAM, 0);
	u8 *data = kmalloc(65536, GFP_KERNEL), *got = kmalloc(65536, 0);

	fill(data, 65536);
	KUNIT_EXPECT_EQ(test, test_bind(b, "127.0.0.1", 7), 0);
	KUNIT_EXPECT_EQ(test, test_sendto(a, data, 65507, "127.0.0.1", 7, 0),
			65507);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(b, got, 65536, NULL, MSG_DONTWAIT),
			65507);
	KUNIT_EXPECT_MEMEQ(test, data, got, 65507);
	KUNIT_EXPECT_EQ(test, p->a->tx_frames, 0);
	kfree(data);
	kfree(got);
	sock_release(a);
	sock_release(b);
}

static const struct kunit_case udp_pair_cases[] = {
	KUNIT_CASE(udp_datagrams_of_every_shape_arrive),
	KUNIT_CASE(udp_connected_socket_hears_port_unreachable),
	KUNIT_CASE(udp_err_heeds_the_choice_of_discovery),
	KUNIT_CASE(udp_error_queue_reports_icmp),
	KUNIT_CASE(udp_recvmsg_peeks_and_truncates),
	KUNIT_CASE(udp_lookup_prefers_the_connected_socket),
	KUNIT_CASE(inet_bind_checks_address_and_port),
	KUNIT_CASE(udp_sendmsg_survives_each_failed_allocation),
	KUNIT_CASE(udp_loopback_needs_no_device),
	{}
};

static const struct kunit_suite udp_pair_suite = {
	.name = "udp_pair",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = udp_pair_cases,
};
kunit_test_suite(udp_pair_suite);

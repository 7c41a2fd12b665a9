// SPDX-License-Identifier: MIT
/*
 * DOC: AF_PACKET: what comes in and goes out as a socket sees it, what it
 * sends, names, options, memberships, statistics, devices that go; rings of all
 * versions; and calls made at random.
 */
#include "lib/slab.h"
#include "lib/uapi/filter.h"
#include "lib/uapi/if_vlan.h"
#include "lib/uapi/poll.h"
#include "net/core/filter.h"
#include "net/packet/packet_int.h"
#include "net/wire/arp.h"
#include "tests/fixtures/inet_socket.h"

#define ALL ETH_P_ALL

static const u8 peer_mac[ETH_ALEN] = { 2, 0, 0, 0, 9, 9 };

static struct socket *open_packet(struct net *net, int type, u16 proto)
{
	struct socket *sock = NULL;

	BUG_ON(sock_create(net, AF_PACKET, type, (__force u16)htons(proto),
			   &sock));
	return sock;
}

static int set_opt(struct socket *sock, int name, const void *val, u32 len)
{
	return sock->ops->setsockopt(sock, SOL_PACKET, name,
				     (void __user *)(uintptr_t)val, len);
}

static int set_int_opt(struct socket *sock, int name, int v)
{
	return set_opt(sock, name, &v, sizeof(v));
}

static int get_opt(struct socket *sock, int name, void *val, int *len)
{
	return sock->ops->getsockopt(sock, SOL_PACKET, name, (void __user *)val,
				     (int __user *)len);
}

static int bind_ll(struct socket *sock, int ifindex, u16 proto)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET,
				   .sll_ifindex = ifindex,
				   .sll_protocol = htons(proto) };

	return sock->ops->bind(sock, (struct sockaddr *)&sll, sizeof(sll));
}

/* A frame of @len bytes of data for @dest arrives on eth0. */
static void frame_in(struct net_fixture *f, const u8 *dest, u16 proto, u32 len)
{
	u8 frame[2048] __aligned(8);
	struct ethhdr eth = { .h_proto = htons(proto) };
	u32 i;

	memcpy(eth.h_dest, dest, ETH_ALEN);
	memcpy(eth.h_source, peer_mac, ETH_ALEN);
	memcpy(frame, &eth, sizeof(eth));
	for (i = 0; i < len; i++)
		frame[ETH_HLEN + i] = (u8)i;
	fixture_rx(f, frame, ETH_HLEN + len);
}

static ssize_t recv_ll(struct socket *sock, void *buf, size_t len,
		       struct sockaddr_ll *sll, int flags)
{
	struct sockaddr_storage name;
	struct kvec kv = { buf, len };
	struct msghdr msg = { .msg_name = &name };
	ssize_t n;

	iov_iter_kvec(&msg.msg_iter, false, &kv, 1, len);
	n = sock_recvmsg(sock, &msg, flags | MSG_DONTWAIT);
	if (n >= 0 && sll)
		memcpy(sll, &name, sizeof(*sll));
	return n;
}

static ssize_t send_ll(struct socket *sock, const void *buf, size_t len,
		       const struct sockaddr_ll *sll)
{
	struct sockaddr_storage name;
	struct kvec kv = { (void *)(uintptr_t)buf, len };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };

	if (sll) {
		memcpy(&name, sll, sizeof(*sll));
		msg.msg_name = &name;
		msg.msg_namelen = sizeof(*sll);
	}
	iov_iter_kvec(&msg.msg_iter, true, &kv, 1, len);
	return sock_sendmsg(sock, &msg);
}

static u32 count_queue(struct socket *sock)
{
	u8 buf[8];
	u32 n = 0;

	while (recv_ll(sock, buf, sizeof(buf), NULL, 0) >= 0)
		n++;
	return n;
}

/* --- receiving --- */

static void packet_rcv_raw_has_the_link_header_dgram_not(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *raw = open_packet(f->net, SOCK_RAW, ALL);
	struct socket *dgram = open_packet(f->net, SOCK_DGRAM, 0x88b5);
	struct sockaddr_ll sll;
	u8 buf[128];

	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	KUNIT_EXPECT_EQ(test, recv_ll(raw, buf, sizeof(buf), &sll, 0), 64);
	KUNIT_EXPECT_MEMEQ(test, buf, f->eth0->dev_addr, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, buf[14 + 49], 49);
	KUNIT_EXPECT_EQ(test, sll.sll_family, AF_PACKET);
	KUNIT_EXPECT_EQ(test, ntohs(sll.sll_protocol), 0x88b5);
	KUNIT_EXPECT_EQ(test, sll.sll_ifindex, f->eth0->ifindex);
	KUNIT_EXPECT_EQ(test, sll.sll_hatype, ARPHRD_ETHER);
	KUNIT_EXPECT_EQ(test, sll.sll_pkttype, PACKET_HOST);
	KUNIT_EXPECT_EQ(test, sll.sll_halen, ETH_ALEN);
	KUNIT_EXPECT_MEMEQ(test, sll.sll_addr, peer_mac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, recv_ll(dgram, buf, sizeof(buf), &sll, 0), 50);
	KUNIT_EXPECT_EQ(test, buf[49], 49);
	/* Another type; and a short read with the whole length. */
	frame_in(f, f->eth0->broadcast, 0x88b6, 50);
	KUNIT_EXPECT_EQ(test, recv_ll(dgram, buf, 8, NULL, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, recv_ll(raw, buf, 8, &sll, MSG_TRUNC), 64);
	KUNIT_EXPECT_EQ(test, sll.sll_pkttype, PACKET_BROADCAST);
	sock_release(dgram);
	sock_release(raw);
}

static void packet_rcv_sees_what_leaves_with_eth_p_all(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *all = open_packet(f->net, SOCK_RAW, ALL);
	struct socket *dgram = open_packet(f->net, SOCK_DGRAM, ALL);
	struct socket *ip = open_packet(f->net, SOCK_RAW, ETH_P_IP);
	struct socket *in = open_packet(f->net, SOCK_RAW, ALL);
	struct sockaddr_ll sll;
	u8 buf[128];

	KUNIT_EXPECT_EQ(test, set_int_opt(in, PACKET_IGNORE_OUTGOING, 1), 0);
	fixture_addr(f, "10.0.2.15", 24);
	{
		struct socket *udp = test_socket(f->net, SOCK_DGRAM, 0);

		/* The question for the address comes first. */
		KUNIT_EXPECT_EQ(test,
				test_sendto(udp, "x", 1, "10.0.2.2", 9, 0), 1);
		sock_release(udp);
	}
	KUNIT_EXPECT_EQ(test, recv_ll(all, buf, sizeof(buf), &sll, 0), 42);
	KUNIT_EXPECT_EQ(test, sll.sll_pkttype, PACKET_OUTGOING);
	KUNIT_EXPECT_EQ(test, ntohs(sll.sll_protocol), ETH_P_ARP);
	KUNIT_EXPECT_MEMEQ(test, sll.sll_addr, f->eth0->dev_addr, ETH_ALEN);
	KUNIT_EXPECT_MEMEQ(test, buf, f->tx[0].data, 42);
	KUNIT_EXPECT_EQ(test, recv_ll(dgram, buf, sizeof(buf), &sll, 0), 28);
	KUNIT_EXPECT_MEMEQ(test, buf, f->tx[0].data + 14, 28);
	KUNIT_EXPECT_EQ(test, recv_ll(ip, buf, 8, NULL, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, recv_ll(in, buf, 8, NULL, 0), -EAGAIN);
	sock_release(in);
	sock_release(ip);
	sock_release(dgram);
	sock_release(all);
}

/* A filter's program begins where the data begins. */
static void packet_rcv_filters_and_cuts(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, ALL);
	static const struct sock_filter type_is[] = {
		{ .code = BPF_LD | BPF_ABS | BPF_H, .k = 12 },
		{ .code = BPF_JMP | BPF_JEQ, .jf = 1, .k = 0x88b5 },
		{ .code = BPF_RET, .k = 20 },
		{ .code = BPF_RET, .k = 0 },
	};
	struct sock_fprog fprog = {
		.len = 4,
		.filter = (struct sock_filter __user *)(uintptr_t)type_is,
	};
	struct tpacket_stats st;
	int len = sizeof(st);
	u8 buf[128];

	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER,
					(void __user *)&fprog, sizeof(fprog)),
			0);
	frame_in(f, f->eth0->dev_addr, 0x88b6, 50);
	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	KUNIT_EXPECT_EQ(test, recv_ll(sock, buf, sizeof(buf), NULL, 0), 20);
	KUNIT_EXPECT_EQ(test, recv_ll(sock, buf, sizeof(buf), NULL, 0),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, get_opt(sock, PACKET_STATISTICS, &st, &len), 0);
	KUNIT_EXPECT_EQ(test, st.tp_packets, 1);
	sock_release(sock);
}

static void packet_rcv_counts_what_has_no_room(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, 0x88b5);
	struct tpacket_stats st;
	int i, len = sizeof(st), small = 0;

	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(sock, SOL_SOCKET, SO_RCVBUF,
					(void __user *)&small, sizeof(small)),
			0);
	for (i = 0; i < 20; i++)
		frame_in(f, f->eth0->dev_addr, 0x88b5, 1000);
	KUNIT_EXPECT_EQ(test, get_opt(sock, PACKET_STATISTICS, &st, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 8);
	KUNIT_EXPECT_EQ(test, st.tp_packets, 20);
	KUNIT_EXPECT_EQ(test, st.tp_packets - st.tp_drops, count_queue(sock));
	KUNIT_EXPECT_GT(test, st.tp_drops, 10);
	KUNIT_EXPECT_LT(test, st.tp_drops, 20);
	/* Reading clears. */
	KUNIT_EXPECT_EQ(test, get_opt(sock, PACKET_STATISTICS, &st, &len), 0);
	KUNIT_EXPECT_EQ(test, st.tp_packets + st.tp_drops, 0);
	sock_release(sock);
}

static void packet_rcv_stamps_and_tells_beside(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, ALL);
	u8 control[128] __aligned(8), buf[32];
	struct kvec kv = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct tpacket_auxdata aux;
	struct cmsghdr c;
	int on = 1;

	KUNIT_EXPECT_EQ(test, set_int_opt(sock, PACKET_AUXDATA, 1), 0);
	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(sock, SOL_SOCKET, SO_TIMESTAMPNS,
					(void __user *)&on, sizeof(on)),
			0);
	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	iov_iter_kvec(&msg.msg_iter, false, &kv, 1, sizeof(buf));
	KUNIT_EXPECT_EQ(test, sock_recvmsg(sock, &msg, MSG_DONTWAIT), 32);
	KUNIT_EXPECT_TRUE(test, msg.msg_flags & MSG_TRUNC);
	memcpy(&c, control, sizeof(c));
	KUNIT_EXPECT_EQ(test, c.cmsg_type, SO_TIMESTAMPNS);
	memcpy(&c, control + 32, sizeof(c));
	memcpy(&aux, control + 48, sizeof(aux));
	KUNIT_EXPECT_EQ(test, c.cmsg_level, SOL_PACKET);
	KUNIT_EXPECT_EQ(test, c.cmsg_type, PACKET_AUXDATA);
	KUNIT_EXPECT_EQ(test, aux.tp_status, TP_STATUS_USER);
	KUNIT_EXPECT_EQ(test, aux.tp_len, 64);
	KUNIT_EXPECT_EQ(test, aux.tp_snaplen, 64);
	KUNIT_EXPECT_EQ(test, aux.tp_net, 14);
	sock_release(sock);
}

static u32 poll_bits(struct socket *sock)
{
	struct file f = { .private_data = sock };

	return sock->ops->poll(&f, sock, NULL);
}

static void packet_poll_says_what_waits(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, ALL);

	KUNIT_EXPECT_FALSE(test, poll_bits(sock) & EPOLLIN);
	KUNIT_EXPECT_TRUE(test, poll_bits(sock) & EPOLLOUT);
	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	KUNIT_EXPECT_TRUE(test, poll_bits(sock) & EPOLLIN);
	sock_release(sock);
}

/* --- sending --- */

static void packet_sendmsg_raw_sends_the_bytes(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, 0);
	struct socket *tap = open_packet(f->net, SOCK_RAW, ALL);
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = f->eth0->ifindex };
	u8 frame[64] = { 2, 0, 0, 0, 9, 9, 2, 0, 0, 0, 8, 8, 0x88, 0xb5, 1, 2 };
	u8 buf[128];

	KUNIT_EXPECT_EQ(test, send_ll(sock, frame, 64, NULL), -ENXIO);
	KUNIT_EXPECT_EQ(test, send_ll(sock, frame, 64, &to), 64);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, 64);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, frame, 64);
	/* Others hear it, the sender does not. */
	KUNIT_EXPECT_EQ(test, recv_ll(tap, buf, sizeof(buf), NULL, 0), 64);
	KUNIT_EXPECT_EQ(test, bind_ll(sock, f->eth0->ifindex, ALL), 0);
	KUNIT_EXPECT_EQ(test, send_ll(sock, frame, 60, NULL), 60);
	KUNIT_EXPECT_EQ(test, count_queue(sock), 0);
	KUNIT_EXPECT_EQ(test, count_queue(tap), 1);
	sock_release(tap);
	sock_release(sock);
}

static void packet_sendmsg_dgram_makes_the_header(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_DGRAM, 0);
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = f->eth0->ifindex,
				  .sll_protocol = htons(0x88b5),
				  .sll_halen = ETH_ALEN,
				  .sll_addr = { 2, 0, 0, 0, 9, 9 } };

	KUNIT_EXPECT_EQ(test, send_ll(sock, "hello", 5, &to), 5);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, peer_mac, ETH_ALEN);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data + 6, f->eth0->dev_addr,
			   ETH_ALEN);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data + 12, "\x88\xb5hello", 7);
	/* Bound, but to nobody: there is no address to send to. */
	KUNIT_EXPECT_EQ(test, bind_ll(sock, f->eth0->ifindex, 0x88b5), 0);
	KUNIT_EXPECT_EQ(test, send_ll(sock, "hello", 5, NULL), -EINVAL);
	sock_release(sock);
}

static void packet_sendmsg_judges(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *raw = open_packet(f->net, SOCK_RAW, 0);
	struct socket *dgram = open_packet(f->net, SOCK_DGRAM, 0);
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = f->eth0->ifindex };
	static u8 big[1600];

	memset(big, 0, sizeof(big));
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 13, &to), -EINVAL);
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 14, &to), 14);
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 1514, &to), 1514);
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 1515, &to), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 1519, &to), -EMSGSIZE);
	big[12] = 0x81; /* a tag makes four bytes of room */
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 1518, &to), 1518);
	KUNIT_EXPECT_EQ(test, send_ll(dgram, big, 1500, &to), 1500);
	KUNIT_EXPECT_EQ(test, send_ll(dgram, big, 1501, &to), -EMSGSIZE);
	to.sll_family = AF_INET;
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 64, &to), -EINVAL);
	to.sll_family = AF_PACKET;
	to.sll_ifindex = 99;
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 64, &to), -ENXIO);
	to.sll_ifindex = f->eth0->ifindex;
	dev_close(f->eth0);
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 64, &to), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_EQ(test, send_ll(raw, big, 64, &to), -ENOBUFS);
	KUNIT_EXPECT_TRUE(test, test_fail_fired());
	sock_release(dgram);
	sock_release(raw);
}

/* --- names --- */

static void packet_bind_chooses_device_and_type(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, 0);
	struct sockaddr_ll sll = { .sll_family = AF_INET };
	struct sockaddr_storage name;

	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	KUNIT_EXPECT_EQ(test, count_queue(sock), 0); /* no type, no frames */
	KUNIT_EXPECT_EQ(test, bind_ll(sock, 99, ALL), -ENODEV);
	KUNIT_EXPECT_EQ(
		test,
		sock->ops->bind(sock, (struct sockaddr *)&sll, sizeof(sll)),
		-EINVAL);
	sll.sll_family = AF_PACKET;
	KUNIT_EXPECT_EQ(
		test,
		sock->ops->bind(sock, (struct sockaddr *)&sll, sizeof(sll) - 1),
		-EINVAL);
	KUNIT_EXPECT_EQ(test, bind_ll(sock, f->net->loopback_dev->ifindex, ALL),
			0);
	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	KUNIT_EXPECT_EQ(test, count_queue(sock), 0);
	KUNIT_EXPECT_EQ(test, bind_ll(sock, f->eth0->ifindex, 0x88b5), 0);
	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	frame_in(f, f->eth0->dev_addr, 0x88b6, 50);
	KUNIT_EXPECT_EQ(test, count_queue(sock), 1);
	KUNIT_EXPECT_EQ(test, sock->ops->getname(sock, &name, 0), 18);
	memcpy(&sll, &name, sizeof(sll));
	KUNIT_EXPECT_EQ(test, sll.sll_ifindex, f->eth0->ifindex);
	KUNIT_EXPECT_EQ(test, ntohs(sll.sll_protocol), 0x88b5);
	KUNIT_EXPECT_EQ(test, sll.sll_hatype, ARPHRD_ETHER);
	KUNIT_EXPECT_MEMEQ(test, sll.sll_addr, f->eth0->dev_addr, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, sock->ops->getname(sock, &name, 1), -EOPNOTSUPP);
	sock_release(sock);
}

static void packet_follows_its_device(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, ALL);
	u8 buf[8];

	KUNIT_EXPECT_EQ(test, bind_ll(sock, f->eth0->ifindex, 0), 0);
	dev_close(f->eth0);
	KUNIT_EXPECT_EQ(test, recv_ll(sock, buf, 8, NULL, 0), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, recv_ll(sock, buf, 8, NULL, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, netdev_nr_taps, 0);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	KUNIT_EXPECT_EQ(test, netdev_nr_taps, 1);
	frame_in(f, f->eth0->dev_addr, 0x88b5, 50);
	KUNIT_EXPECT_EQ(test, count_queue(sock), 1);
	/* Bound while it is down. */
	dev_close(f->eth0);
	KUNIT_EXPECT_EQ(test, bind_ll(sock, f->eth0->ifindex, 0), 0);
	KUNIT_EXPECT_EQ(test, recv_ll(sock, buf, 8, NULL, 0), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	KUNIT_EXPECT_EQ(test, netdev_nr_taps, 1);
	sock_release(sock);
	KUNIT_EXPECT_EQ(test, netdev_nr_taps, 0);
}

static void packet_outlives_its_device(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, ALL);
	struct packet_mreq mr = { .mr_type = PACKET_MR_PROMISC };
	struct vlan_ioctl_args a = { .cmd = ADD_VLAN_CMD, .u.VID = 5 };
	struct net_device *vlan;
	u8 buf[64] = { 0 };

	memcpy(a.device1, "eth0", 5);
	KUNIT_ASSERT_EQ(test,
			sock->ops->ioctl(sock, SIOCSIFVLAN, (unsigned long)&a),
			0);
	vlan = dev_get_by_name(f->net, "eth0.5");
	KUNIT_ASSERT_NOT_NULL(test, vlan);
	KUNIT_EXPECT_EQ(test, dev_open(vlan), 0);
	KUNIT_EXPECT_EQ(test, bind_ll(sock, vlan->ifindex, 0), 0);
	mr.mr_ifindex = vlan->ifindex;
	KUNIT_EXPECT_EQ(
		test, set_opt(sock, PACKET_ADD_MEMBERSHIP, &mr, sizeof(mr)), 0);
	unregister_netdev(vlan);
	KUNIT_EXPECT_EQ(test, recv_ll(sock, buf, 8, NULL, 0), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, send_ll(sock, buf, 64, NULL), -ENXIO);
	KUNIT_EXPECT_EQ(test,
			set_opt(sock, PACKET_DROP_MEMBERSHIP, &mr, sizeof(mr)),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, netdev_nr_taps, 0);
	sock_release(sock);
}

static void packet_create_takes_two_types(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, ALL);
	struct sockaddr_ll sll = { .sll_family = AF_PACKET };
	struct socket *none;

	KUNIT_EXPECT_EQ(test,
			sock_create(f->net, AF_PACKET, SOCK_STREAM, 0, &none),
			-ESOCKTNOSUPPORT);
	KUNIT_EXPECT_EQ(test,
			sock_create(f->net, AF_PACKET, SOCK_PACKET, 0, &none),
			-ESOCKTNOSUPPORT);
	KUNIT_EXPECT_EQ(test,
			sock->ops->connect(sock, (struct sockaddr *)&sll,
					   sizeof(sll), 0),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sock->ops->listen(sock, 1), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sock->ops->shutdown(sock, SHUT_RD), -EOPNOTSUPP);
	sock_release(sock);
	test_fail_nth_alloc(2);
	KUNIT_EXPECT_EQ(test,
			sock_create(f->net, AF_PACKET, SOCK_RAW, 0, &none),
			-ENOBUFS);
	KUNIT_EXPECT_TRUE(test, test_fail_fired());
}

/* --- options --- */

static void packet_memberships_are_counted(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *a = open_packet(f->net, SOCK_RAW, 0);
	struct socket *b = open_packet(f->net, SOCK_RAW, 0);
	struct packet_mreq mr = { .mr_ifindex = f->eth0->ifindex,
				  .mr_type = PACKET_MR_PROMISC };

	KUNIT_EXPECT_EQ(test, set_opt(a, PACKET_ADD_MEMBERSHIP, &mr, 16), 0);
	KUNIT_EXPECT_EQ(test, set_opt(a, PACKET_ADD_MEMBERSHIP, &mr, 16), 0);
	KUNIT_EXPECT_EQ(test, set_opt(b, PACKET_ADD_MEMBERSHIP, &mr, 16), 0);
	KUNIT_EXPECT_EQ(test, f->eth0->promiscuity, 2);
	KUNIT_EXPECT_TRUE(test, f->eth0->flags & IFF_PROMISC);
	KUNIT_EXPECT_EQ(test, set_opt(a, PACKET_DROP_MEMBERSHIP, &mr, 16), 0);
	KUNIT_EXPECT_EQ(test, f->eth0->promiscuity, 2);
	KUNIT_EXPECT_EQ(test, set_opt(a, PACKET_DROP_MEMBERSHIP, &mr, 16), 0);
	KUNIT_EXPECT_EQ(test, f->eth0->promiscuity, 1);
	KUNIT_EXPECT_EQ(test, set_opt(a, PACKET_DROP_MEMBERSHIP, &mr, 16),
			-EADDRNOTAVAIL);
	mr.mr_type = PACKET_MR_ALLMULTI;
	KUNIT_EXPECT_EQ(test, set_opt(b, PACKET_ADD_MEMBERSHIP, &mr, 16), 0);
	mr.mr_type = PACKET_MR_MULTICAST;
	KUNIT_EXPECT_EQ(test, set_opt(b, PACKET_ADD_MEMBERSHIP, &mr, 16),
			-EINVAL); /* of no length */
	mr.mr_alen = ETH_ALEN;
	mr.mr_address[0] = 1;
	KUNIT_EXPECT_EQ(test, set_opt(b, PACKET_ADD_MEMBERSHIP, &mr, 16), 0);
	KUNIT_EXPECT_EQ(test, f->eth0->allmulti, 2);
	mr.mr_alen = 9;
	KUNIT_EXPECT_EQ(test, set_opt(b, PACKET_ADD_MEMBERSHIP, &mr, 16),
			-EINVAL);
	mr.mr_ifindex = 99;
	mr.mr_alen = 0;
	KUNIT_EXPECT_EQ(test, set_opt(b, PACKET_ADD_MEMBERSHIP, &mr, 16),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, set_opt(b, PACKET_ADD_MEMBERSHIP, &mr, 15),
			-EINVAL);
	sock_release(a);
	sock_release(b);
	KUNIT_EXPECT_EQ(test, f->eth0->promiscuity + f->eth0->allmulti, 0);
	KUNIT_EXPECT_FALSE(test, f->eth0->flags & (IFF_PROMISC | IFF_ALLMULTI));
}

/* What is for others is heard by who asked for it alone. */
static void packet_rcv_hears_others_when_promiscuous(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, ALL);
	struct packet_mreq mr = { .mr_ifindex = f->eth0->ifindex,
				  .mr_type = PACKET_MR_PROMISC };

	frame_in(f, peer_mac, 0x88b5, 50);
	KUNIT_EXPECT_EQ(test, count_queue(sock), 0);
	KUNIT_EXPECT_EQ(test, set_opt(sock, PACKET_ADD_MEMBERSHIP, &mr, 16), 0);
	frame_in(f, peer_mac, 0x88b5, 50);
	KUNIT_EXPECT_EQ(test, count_queue(sock), 1);
	sock_release(sock);
}

static void packet_options_are_checked(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = open_packet(f->net, SOCK_RAW, 0);
	static const int flags[] = { PACKET_AUXDATA, PACKET_ORIGDEV,
				     PACKET_IGNORE_OUTGOING };
	static const int sizes[] = { 32, 32, 48 };
	int i, v, len = sizeof(v);
	u8 bad[16];

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		KUNIT_EXPECT_EQ(test, set_int_opt(sock, flags[i], 1), 0);
		KUNIT_EXPECT_EQ(test, get_opt(sock, flags[i], &v, &len), 0);
		KUNIT_EXPECT_EQ(test, v, 1);
	}
	KUNIT_EXPECT_EQ(test, set_int_opt(sock, PACKET_IGNORE_OUTGOING, 2),
			-EINVAL);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, set_int_opt(sock, PACKET_VERSION, i), 0);
		v = i;
		KUNIT_EXPECT_EQ(test, get_opt(sock, PACKET_HDRLEN, &v, &len),
				0);
		KUNIT_EXPECT_EQ(test, v, sizes[i]);
	}
	KUNIT_EXPECT_EQ(test, set_int_opt(sock, PACKET_VERSION, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_int_opt(sock, PACKET_RESERVE, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_int_opt(sock, PACKET_RESERVE, 7), 0);
	KUNIT_EXPECT_EQ(test, get_opt(sock, PACKET_RESERVE, &v, &len), 0);
	KUNIT_EXPECT_EQ(test, v, 7);
	v = 3;
	KUNIT_EXPECT_EQ(test, get_opt(sock, PACKET_HDRLEN, &v, &len), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_opt(sock, PACKET_AUXDATA, &v, 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_int_opt(sock, 9999, 1), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, get_opt(sock, 9999, &v, &len), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test,
			sock->ops->setsockopt(sock, SOL_IP, PACKET_AUXDATA,
					      (void __user *)&v, sizeof(v)),
			-ENOPROTOOPT);
	test_bad_user_range(bad, sizeof(bad));
	KUNIT_EXPECT_EQ(test, set_opt(sock, PACKET_ADD_MEMBERSHIP, bad, 16),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, set_opt(sock, PACKET_AUXDATA, bad, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test, set_opt(sock, PACKET_RX_RING, bad, 28), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_opt(sock, PACKET_STATISTICS, bad, &len),
			-EFAULT);
	test_bad_user_range(NULL, 0);
	sock_release(sock);
}

/* --- templates --- */

/* While a tap is open no frame leaves by UDP's short way, unseen. */
static void packet_tap_sees_each_datagram(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *udp = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *rx = test_socket(p->b->net, SOCK_DGRAM, 0);
	struct socket *tap;
	u32 i;

	KUNIT_EXPECT_EQ(test, test_bind(rx, "10.0.0.2", 9), 0);
	KUNIT_EXPECT_EQ(test, test_connect(udp, "10.0.0.2", 9), 0);
	for (i = 0; i < 3; i++) {
		test_sendto(udp, "x", 1, NULL, 0, 0);
		test_settle();
	}
	KUNIT_EXPECT_EQ(test, udp->sk->sk_xmit_gen, xmit_gen);
	tap = open_packet(p->a->net, SOCK_RAW, ALL);
	KUNIT_EXPECT_NE(test, udp->sk->sk_xmit_gen, xmit_gen);
	for (i = 0; i < 5; i++)
		test_sendto(udp, "x", 1, NULL, 0, 0);
	KUNIT_EXPECT_NE(test, udp->sk->sk_xmit_gen, xmit_gen);
	KUNIT_EXPECT_EQ(test, count_queue(tap), 5);
	sock_release(tap);
	test_sendto(udp, "x", 1, NULL, 0, 0);
	KUNIT_EXPECT_EQ(test, udp->sk->sk_xmit_gen, xmit_gen);
	test_settle();
	sock_release(rx);
	sock_release(udp);
}

/* --- at random --- */

static u32 rnd(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(*state >> 33);
}

static void random_set(struct socket *sock, u64 *s)
{
	u32 words[8], i, len = rnd(s) % 33;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = rnd(s) % 8 ? rnd(s) % 4 : 0U - rnd(s) % 5;
	if (rnd(s) % 2) { /* nearly a ring */
		words[0] = (1 + rnd(s) % 3) * PAGE_SIZE;
		words[1] = rnd(s) % 4;
		words[2] = rnd(s) % 2 ? 1024 : rnd(s) % 5000;
		words[3] = words[2] ? words[0] / words[2] * words[1] : 0;
		words[3] += rnd(s) % 8 == 0;
		words[4] = rnd(s) % 20;
		words[5] = rnd(s) % 4 ? rnd(s) % 100 : rnd(s);
		len = rnd(s) % 2 ? 16 : 28;
	}
	(void)!set_opt(sock, (int)(rnd(s) % 25), words, len);
}

static void random_calls_leave_nothing_behind(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *socks[3] = { NULL };
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	struct page *held[8] = { NULL };
	u8 buf[1600] = { 0 };
	u64 s = 7;
	u32 i, j;
	int len;

	for (i = 0; i < 20000; i++) {
		struct socket **sp = &socks[rnd(&s) % 3];

		if (!*sp)
			*sp = open_packet(f->net,
					  rnd(&s) % 2 ? SOCK_RAW : SOCK_DGRAM,
					  (u16)(rnd(&s) % 2 ? ALL : 0x88b5));
		switch (rnd(&s) % 12) {
		case 0:
			if (rnd(&s) % 8 == 0) {
				sock_release(*sp);
				*sp = NULL;
			}
			break;
		case 1:
			(void)!bind_ll(*sp, (int)(rnd(&s) % 4) - 1,
				       (u16)(rnd(&s) % 3 ? ALL : rnd(&s)));
			break;
		case 2:
			to.sll_ifindex = (int)(rnd(&s) % 4);
			to.sll_protocol = htons((u16)rnd(&s));
			send_ll(*sp, buf, rnd(&s) % sizeof(buf), &to);
			break;
		case 3:
			recv_ll(*sp, buf, rnd(&s) % sizeof(buf), NULL,
				(int)rnd(&s) & (MSG_PEEK | MSG_TRUNC));
			break;
		case 4:
			len = (int)(rnd(&s) % 20);
			(void)!get_opt(*sp, (int)(rnd(&s) % 25), buf, &len);
			break;
		case 5:
			poll_bits(*sp);
			break;
		case 6: /* a program maps a page, another goes, and writes */
			j = rnd(&s) % ARRAY_SIZE(held);
			if (held[j])
				put_page(held[j]);
			held[j] = (*sp)->ops->mmap_page(*sp, rnd(&s) % 12 *
								     PAGE_SIZE);
			if (held[j] && rnd(&s) % 2)
				memset(page_address(held[j]),
				       rnd(&s) % 2 ? 0 : (int)rnd(&s), 4096);
			break;
		case 7:
			test_advance_ns(rnd(&s) % 10 * NSEC_PER_MSEC);
			break;
		case 8:
		case 9:
			frame_in(f, f->eth0->dev_addr, 0x88b5, rnd(&s) % 1500);
			break;
		default:
			random_set(*sp, &s);
			break;
		}
		fixture_tx_reset(f);
	}
	for (j = 0; j < ARRAY_SIZE(held); j++)
		if (held[j])
			put_page(held[j]);
	for (j = 0; j < 3; j++)
		if (socks[j])
			sock_release(socks[j]);
	KUNIT_EXPECT_EQ(test, netdev_nr_taps, 0);
	KUNIT_EXPECT_EQ(test, f->eth0->promiscuity + f->eth0->allmulti, 0);
}

static const struct kunit_case packet_cases[] = {
	KUNIT_CASE(packet_rcv_raw_has_the_link_header_dgram_not),
	KUNIT_CASE(packet_rcv_sees_what_leaves_with_eth_p_all),
	KUNIT_CASE(packet_rcv_filters_and_cuts),
	KUNIT_CASE(packet_rcv_counts_what_has_no_room),
	KUNIT_CASE(packet_rcv_stamps_and_tells_beside),
	KUNIT_CASE(packet_rcv_hears_others_when_promiscuous),
	KUNIT_CASE(packet_poll_says_what_waits),
	KUNIT_CASE(packet_sendmsg_raw_sends_the_bytes),
	KUNIT_CASE(packet_sendmsg_dgram_makes_the_header),
	KUNIT_CASE(packet_sendmsg_judges),
	KUNIT_CASE(packet_bind_chooses_device_and_type),
	KUNIT_CASE(packet_follows_its_device),
	KUNIT_CASE(packet_outlives_its_device),
	KUNIT_CASE(packet_create_takes_two_types),
	KUNIT_CASE(packet_memberships_are_counted),
	KUNIT_CASE(packet_options_are_checked),
	KUNIT_CASE(random_calls_leave_nothing_behind),
	{},
};

static const struct kunit_suite packet_suite = {
	.name = "packet",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = packet_cases,
};
kunit_test_suite(packet_suite);

static const struct kunit_case packet_pair_cases[] = {
	KUNIT_CASE(packet_tap_sees_each_datagram),
	{},
};

static const struct kunit_suite packet_pair_suite = {
	.name = "packet_pair",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = packet_pair_cases,
};
kunit_test_suite(packet_pair_suite);

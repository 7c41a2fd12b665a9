// SPDX-License-Identifier: MIT
/* DOC: VLAN devices on a device that puts no tag in, one that does, and what
   comes back from the wire. */
#include "net/ethernet/vlan.h"
#include "lib/errno.h"
#include "lib/uapi/if_vlan.h"
#include "net/ipv4/route.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/fixtures/net_fixture.h"

static int command(struct net_fixture *f, int cmd, const char *dev, int value,
		   s16 qos)
{
	struct vlan_ioctl_args a = { .cmd = cmd,
				     .u.VID = value,
				     .vlan_qos = qos };

	memcpy(a.device1, dev, strlen(dev) + 1);
	return vlan_ioctl_handler(f->net, (void __user *)&a);
}

/* eth0.5 with an address, up. */
static struct net_device *vlan5(struct net_fixture *f)
{
	struct net_device *dev;

	KUNIT_EXPECT_EQ(f->test, command(f, ADD_VLAN_CMD, "eth0", 5, 0), 0);
	dev = dev_get_by_name(f->net, "eth0.5");
	BUG_ON(!dev);
	KUNIT_EXPECT_EQ(f->test, dev_open(dev), 0);
	KUNIT_EXPECT_EQ(f->test,
			inet_addr_add(dev, fixture_ip("10.5.0.1"), 24, 0), 0);
	return dev;
}

static const u8 peer_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 9 };

static void know_peer(struct net_fixture *f, struct net_device *dev)
{
	__be32 ip = fixture_ip("10.5.0.9");
	struct neighbour *n = neigh_lookup(&f->net->ipv4->arp_tbl, &ip, dev);

	BUG_ON(!n);
	neigh_update(n, peer_mac, NUD_PERMANENT, NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
}

/* --- sending --- */

static void the_tag_goes_in_between_addresses_and_type(struct kunit *test)
{
	static const u8 head[] = { 2, 0, 0, 0, 0, 9,
				   /* to */ };
	struct net_fixture *f = test->priv;
	struct net_device *dev = vlan5(f);
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	const u8 *p;

	know_peer(f, dev);
	fixture_tx_reset(f);
	KUNIT_EXPECT_EQ(
		test, command(f, SET_VLAN_EGRESS_PRIORITY_CMD, "eth0.5", 0, 3),
		0);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "hello", 5, "10.5.0.9", 7, 0), 5);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	p = f->tx[0].data;
	KUNIT_EXPECT_EQ(test, f->tx[0].len, VLAN_ETH_HLEN + 20 + 8 + 5);
	KUNIT_EXPECT_MEMEQ(test, p, head, ETH_ALEN);
	KUNIT_EXPECT_MEMEQ(test, p + 6, f->eth0->dev_addr, ETH_ALEN);
	KUNIT_EXPECT_MEMEQ(test, p + 12, "\x81\x00\x60\x05\x08\x00\x45", 7);
	KUNIT_EXPECT_MEMEQ(test, p + f->tx[0].len - 5, "hello", 5);
	KUNIT_EXPECT_EQ(test, dev->stats.tx_packets, 1);
	sock_release(s);
}

static void the_device_gets_the_tag_beside_the_frame(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *dev = vlan5(f);
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);

	f->eth0->hw_features |= NETIF_F_HW_VLAN_CTAG_TX;
	KUNIT_EXPECT_EQ(
		test,
		dev_set_features(f->eth0,
				 f->eth0->features | NETIF_F_HW_VLAN_CTAG_TX),
		0);
	know_peer(f, dev);
	fixture_tx_reset(f);
	KUNIT_EXPECT_EQ(test, test_sendto(s, "hello", 5, "10.5.0.9", 7, 0), 5);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 20 + 8 + 5);
	sock_release(s);
}

static void without_memory_for_the_tag_the_frame_is_counted(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *dev = vlan5(f);
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	u32 n, sent;

	know_peer(f, dev);
	for (n = 1; n < 10; n++) {
		fixture_tx_reset(f);
		test_fail_nth_alloc(n);
		sent = f->tx_frames;
		(void)test_sendto(s, "hello", 5, "10.5.0.9", 7, 0);
		if (!test_fail_fired())
			break;
		KUNIT_EXPECT_EQ(test, f->tx_frames, sent);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1);
	sock_release(s);
}

/* --- receiving --- */

/* UDP 10.5.0.9:7 to 10.5.0.1:@port, tagged. */
static u32 tagged(struct net_fixture *f, u8 *p, u16 tci, u8 type_low)
{
	static const u8 rest[] = {
		0x45, 0, 0, 29, 0,  0, 0, 0, 64, 17, 0x66, 0xbd, /* IPv4 */
		10,   5, 0, 9,  10, 5, 0, 1, 0,  7,  0,    99,
		0,    9, 0, 0, /* UDP without a sum */
		'x',
	};

	memcpy(p, f->eth0->dev_addr, ETH_ALEN);
	memcpy(p + 6, peer_mac, ETH_ALEN);
	vlan_put_tag(p + 12, tci);
	p[16] = 0x08;
	p[17] = type_low;
	memcpy(p + VLAN_ETH_HLEN, rest, sizeof(rest));
	return VLAN_ETH_HLEN + sizeof(rest);
}

static void a_tagged_frame_comes_in_by_its_device(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *dev = vlan5(f);
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	struct sockaddr_in from;
	u8 frame[64], byte = 0;
	u64 dropped = f->eth0->stats.rx_dropped;
	u32 len;

	KUNIT_EXPECT_EQ(test, test_bind(s, "10.5.0.1", 99), 0);
	len = tagged(f, frame, 0x6005, 0);
	fixture_rx(f, frame, len);
	KUNIT_EXPECT_EQ(test, test_recvfrom(s, &byte, 1, &from, MSG_DONTWAIT),
			1);
	KUNIT_EXPECT_EQ(test, byte, 'x');
	KUNIT_EXPECT_EQ(test, dev->stats.rx_packets, 1);
	KUNIT_EXPECT_EQ(test, dev->stats.rx_bytes, len - VLAN_HLEN);
	/* Another VLAN's is nobody's, and counted. */
	fixture_rx(f, frame, tagged(f, frame, 6, 0));
	KUNIT_EXPECT_EQ(test, f->eth0->stats.rx_dropped, dropped + 1);
	/* Cut inside the tag, at each byte. */
	for (len = ETH_HLEN; len < VLAN_ETH_HLEN; len++)
		fixture_rx(f, frame, len);
	KUNIT_EXPECT_EQ(test, test_recvfrom(s, &byte, 1, &from, MSG_DONTWAIT),
			-EAGAIN);
	/* Of identifier 0 it is the device's own. */
	fixture_rx(f, frame, tagged(f, frame, 0xe000, 0));
	KUNIT_EXPECT_EQ(test, dev->stats.rx_packets, 1);
	sock_release(s);
}

/* --- life --- */

static void vlan_ioctl_checks_what_it_is_asked(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct vlan_ioctl_args a = { .cmd = GET_VLAN_VID_CMD,
				     .device1 = "eth0.5" };

	KUNIT_EXPECT_EQ(test, command(f, ADD_VLAN_CMD, "eth9", 5, 0), -ENODEV);
	KUNIT_EXPECT_EQ(test, command(f, ADD_VLAN_CMD, "lo", 5, 0),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, command(f, ADD_VLAN_CMD, "eth0", -1, 0), -ERANGE);
	KUNIT_EXPECT_EQ(test, command(f, ADD_VLAN_CMD, "eth0", 0, 0), -ERANGE);
	KUNIT_EXPECT_EQ(test, command(f, ADD_VLAN_CMD, "eth0", 4095, 0),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, command(f, DEL_VLAN_CMD, "eth0", 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, command(f, ADD_VLAN_CMD, "eth0", 5, 0), 0);
	KUNIT_EXPECT_EQ(test, command(f, ADD_VLAN_CMD, "eth0", 5, 0), -EEXIST);
	KUNIT_EXPECT_EQ(test, vlan_ioctl_handler(f->net, (void __user *)&a), 0);
	KUNIT_EXPECT_EQ(test, a.u.VID, 5);
	a.cmd = GET_VLAN_REALDEV_NAME_CMD;
	KUNIT_EXPECT_EQ(test, vlan_ioctl_handler(f->net, (void __user *)&a), 0);
	KUNIT_EXPECT_STREQ(test, a.u.device2, "eth0");
	KUNIT_EXPECT_EQ(
		test, command(f, SET_VLAN_EGRESS_PRIORITY_CMD, "eth0.5", 0, 8),
		-EINVAL);
	KUNIT_EXPECT_EQ(
		test,
		command(f, SET_VLAN_INGRESS_PRIORITY_CMD, "eth0.5", 0, -1),
		-EINVAL);
	KUNIT_EXPECT_EQ(test, command(f, 77, "eth0.5", 0, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, command(f, SET_VLAN_NAME_TYPE_CMD, "", 9, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, vlan_ioctl_handler(f->net, NULL), -EFAULT);
	KUNIT_EXPECT_EQ(test, command(f, DEL_VLAN_CMD, "eth0.5", 0, 0), 0);
	KUNIT_EXPECT_NULL(test, dev_get_by_name(f->net, "eth0.5"));
}

static int any_address(struct net_device *dev, const u8 *addr)
{
	return 0;
}

static void a_vlan_follows_the_device_below(struct kunit *test)
{
	static const u8 other[ETH_ALEN] = { 2, 0, 0, 0, 0, 7 };
	struct net_fixture *f = test->priv;
	const struct net_device_ops *was = f->eth0->netdev_ops;
	struct net_device_ops ops;
	struct net_device *dev = vlan5(f);

	netif_carrier_off(f->eth0);
	KUNIT_EXPECT_FALSE(test, netif_carrier_ok(dev));
	netif_carrier_on(f->eth0);
	KUNIT_EXPECT_TRUE(test, netif_carrier_ok(dev));
	KUNIT_EXPECT_EQ(test, dev_set_mtu(dev, 1501), -ERANGE);
	KUNIT_EXPECT_EQ(test, dev_set_mtu(f->eth0, 1400), 0);
	KUNIT_EXPECT_EQ(test, dev->mtu, 1400);
	/* The card hears one address. */
	KUNIT_EXPECT_EQ(test, dev_set_mac_address(dev, other), -EOPNOTSUPP);
	ops = *was;
	ops.ndo_set_mac_address = any_address;
	f->eth0->netdev_ops = &ops;
	KUNIT_EXPECT_EQ(test, dev_set_mac_address(f->eth0, other), 0);
	f->eth0->netdev_ops = was;
	KUNIT_EXPECT_MEMEQ(test, dev->dev_addr, other, ETH_ALEN);
	dev_close(f->eth0);
	KUNIT_EXPECT_FALSE(test, netif_running(dev));
	KUNIT_EXPECT_EQ(test, dev_open(dev), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, dev_open(f->eth0), 0);
	KUNIT_EXPECT_TRUE(test, netif_running(dev));
}

/* A socket that is bound to it, one that sends by a template. */
static void a_vlan_goes_while_sockets_hold_it(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct net_device *dev = vlan5(f);
	struct socket *bound = test_socket(f->net, SOCK_DGRAM, 0);
	struct socket *s = test_socket(f->net, SOCK_DGRAM, 0);
	char name[IFNAMSIZ] = "eth0.5";
	int i, len = sizeof(name);

	know_peer(f, dev);
	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(bound, SOL_SOCKET, SO_BINDTODEVICE,
					(void __user *)name, 7),
			0);
	KUNIT_EXPECT_EQ(test, test_connect(s, "10.5.0.9", 7), 0);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, test_sendto(s, "hello", 5, NULL, 0, 0),
				5);
	fixture_tx_reset(f);
	unregister_netdev(dev);
	KUNIT_EXPECT_LT(test, test_sendto(s, "hello", 5, NULL, 0, 0), 0);
	KUNIT_EXPECT_LT(test, test_sendto(s, "hello", 5, "10.5.0.9", 7, 0), 0);
	KUNIT_EXPECT_LT(test, test_sendto(bound, "hello", 5, "10.0.2.2", 7, 0),
			0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	KUNIT_EXPECT_EQ(test,
			sock_getsockopt(bound, SOL_SOCKET, SO_BINDTODEVICE,
					(void __user *)name,
					(int __user *)&len),
			-ENODEV);
	sock_release(bound);
	sock_release(s);
}

static void vlan_config_names_what_is_wrong(struct kunit *test)
{
	static const char *const bad[] = {
		"",
		":",
		"eth0.5",
		"eth0.5:",
		"eth0.5:eth9",
		"eth0.:eth0",
		"eth0.0:eth0",
		"eth0.4095:eth0",
		"eth0.12345:eth0",
		"a-name-that-is-too-long.5:eth0",
	};
	struct net_fixture *f = test->priv;
	char text[256];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_LT(test, vlan_config(f->net, bad[i]), 0);
	KUNIT_EXPECT_EQ(test, vlan_config(f->net, "office0007:eth0"), 0);
	KUNIT_EXPECT_TRUE(test,
			  netif_running(dev_get_by_name(f->net, "office0007")));
	KUNIT_EXPECT_GT(test, vlan_show(f->net, text, sizeof(text)), 0);
	KUNIT_EXPECT_TRUE(test, strstr(text, "office0007     | 7  | eth0\n"));
}

static const struct kunit_case vlan_cases[] = {
	KUNIT_CASE(the_tag_goes_in_between_addresses_and_type),
	KUNIT_CASE(the_device_gets_the_tag_beside_the_frame),
	KUNIT_CASE(without_memory_for_the_tag_the_frame_is_counted),
	KUNIT_CASE(a_tagged_frame_comes_in_by_its_device),
	KUNIT_CASE(vlan_ioctl_checks_what_it_is_asked),
	KUNIT_CASE(a_vlan_follows_the_device_below),
	KUNIT_CASE(a_vlan_goes_while_sockets_hold_it),
	KUNIT_CASE(vlan_config_names_what_is_wrong),
	{ 0 },
};

static const struct kunit_suite vlan_suite = {
	.name = "vlan",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = vlan_cases,
};
kunit_test_suite(vlan_suite);

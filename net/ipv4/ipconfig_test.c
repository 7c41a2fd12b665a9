// SPDX-License-Identifier: MIT
/*
 * DOC: `ip=` in every form, right and wrong, and DHCP against a server that
 * answers, loses, refuses and lies.
 */
#include "net/ipv4/ipconfig.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "tests/fixtures/inet_socket.h"

static void ipconfig_parse_takes_every_field(struct kunit *test)
{
	struct ipconfig c;

	KUNIT_EXPECT_EQ(test,
			ipconfig_parse("10.0.2.15:10.0.2.3:10.0.2.2:"
				       "255.255.255.0:box:eth0:off:10.0.2.3:"
				       "10.0.2.4:10.0.2.5",
				       &c),
			0);
	KUNIT_EXPECT_EQ(test, c.client, fixture_ip("10.0.2.15"));
	KUNIT_EXPECT_EQ(test, c.server, fixture_ip("10.0.2.3"));
	KUNIT_EXPECT_EQ(test, c.gateway, fixture_ip("10.0.2.2"));
	KUNIT_EXPECT_EQ(test, c.netmask, fixture_ip("255.255.255.0"));
	KUNIT_EXPECT_STREQ(test, c.hostname, "box");
	KUNIT_EXPECT_STREQ(test, c.device, "eth0");
	KUNIT_EXPECT_FALSE(test, c.dhcp);
	KUNIT_EXPECT_EQ(test, c.dns[1], fixture_ip("10.0.2.4"));
	KUNIT_EXPECT_EQ(test, c.ntp, fixture_ip("10.0.2.5"));
}

static void ipconfig_parse_fills_what_is_left_out(struct kunit *test)
{
	struct ipconfig c;

	KUNIT_EXPECT_EQ(test, ipconfig_parse("dhcp", &c), 0);
	KUNIT_EXPECT_TRUE(test, c.dhcp);
	KUNIT_EXPECT_EQ(test, ipconfig_parse(":::::eth1:dhcp", &c), 0);
	KUNIT_EXPECT_TRUE(test, c.dhcp);
	KUNIT_EXPECT_STREQ(test, c.device, "eth1");
	KUNIT_EXPECT_EQ(test, ipconfig_parse("::::box::on", &c), 0);
	KUNIT_EXPECT_TRUE(test, c.dhcp);
	KUNIT_EXPECT_EQ(test, ipconfig_parse("off", &c), 1);
	KUNIT_EXPECT_EQ(test, ipconfig_parse("none", &c), 1);
	KUNIT_EXPECT_EQ(test, ipconfig_parse("10.1.2.3::", &c), 0);
	KUNIT_EXPECT_EQ(test, c.netmask, fixture_ip("255.0.0.0"));
	KUNIT_EXPECT_EQ(test, ipconfig_parse("192.168.7.3:", &c), 0);
	KUNIT_EXPECT_EQ(test, c.netmask, fixture_ip("255.255.255.0"));
	KUNIT_EXPECT_EQ(test, ipconfig_parse("10.1.2.3:::255.255.255.255", &c),
			0);
}

static void ipconfig_parse_refuses_malformed_values(struct kunit *test)
{
	static const char *const bad[] = {
		"",
		"yes",
		"10.0.2.15",
		"10.0.2:",
		"10.0.2.256:",
		"10.0.2.15.1:",
		"10.0.2.15 :",
		"10..2.15:",
		"1234.0.2.15:",
		"::10.0.2.x",
		"10.0.2.15:::255.0.255.0",
		":::::eth0:off",
		"10.0.2.15:::255.255.255.0::eth0:perhaps",
		"10.0.2.15:::::an-interface-name-too-long",
		"1.2.3.4:1:2",
		"10.0.2.15:::::::1.1.1.1:1.1.1.1:1.1.1.1:x",
		"224.0.0.1:",
		"255.255.255.255:",
		"127.0.0.1:",
		"10.0.2.0:::255.255.255.0",
		"10.0.2.255:::255.255.255.0",
	};
	struct ipconfig c;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (ipconfig_parse(bad[i], &c) != -EINVAL)
			KUNIT_FAIL(test, "ip=%s was taken", bad[i]);
	}
}

static void ip_auto_config_sets_address_and_gateway(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct flowi4 fl4 = { .daddr = fixture_ip("1.1.1.1") };
	struct rtable *rt;
	char buf[80];

	KUNIT_EXPECT_EQ(test,
			ip_auto_config(f->net,
				       "10.0.2.15::10.0.2.2:255.255.255.0::"
				       "eth0:off:10.0.2.3"),
			0);
	rt = ip_route_output_flow(f->net, &fl4, NULL);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(rt));
	KUNIT_EXPECT_EQ(test, rt->rt_gateway, fixture_ip("10.0.2.2"));
	KUNIT_EXPECT_EQ(test, fl4.saddr, fixture_ip("10.0.2.15"));
	ip_rt_put(rt);
	ipconfig_resolv_conf(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "nameserver 10.0.2.3\n");
	KUNIT_EXPECT_EQ(test, ipconfig_resolv_conf(buf, 5), 4);
	/* The announcement, RFC 5227. */
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 28);
	KUNIT_EXPECT_EQ(test, ip_auto_config(f->net, "10.0.2.16:::::eth7"),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, ip_auto_config(f->net, "rubbish"), -EINVAL);
}

/* RFC 3442's neighbour: the gateway of a /32 is on the link. */
static void
ip_auto_config_reaches_a_gateway_outside_the_subnet(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct flowi4 fl4 = { .daddr = fixture_ip("1.1.1.1") };
	struct rtable *rt;

	KUNIT_EXPECT_EQ(test,
			ip_auto_config(f->net, "10.5.5.5::172.16.0.1:"
					       "255.255.255.255"),
			0);
	rt = ip_route_output_flow(f->net, &fl4, NULL);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(rt));
	KUNIT_EXPECT_EQ(test, rt->rt_gateway, fixture_ip("172.16.0.1"));
	ip_rt_put(rt);
}

static void dhcp_configure_gives_up_without_server(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	u64 start = ktime_get_ns();

	KUNIT_EXPECT_EQ(test, ip_auto_config(f->net, "dhcp"), -ETIMEDOUT);
	KUNIT_EXPECT_GE(test, f->tx_frames, 5);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - start, 15 * NSEC_PER_SEC);
	KUNIT_EXPECT_LE(test, ktime_get_ns() - start, 47 * NSEC_PER_SEC);
}

/* RFC 2131, section 4.1: the fields of the first frame. */
static void dhcp_discover_frame_is_well_formed(struct kunit *test)
{
	static const u8 ip[] = {
		0x40, 0x11, /* TTL, UDP */
	};
	struct net_fixture *f = test->priv;
	const u8 *p, *m;

	KUNIT_EXPECT_EQ(test, ip_auto_config(f->net, "dhcp"), -ETIMEDOUT);
	p = f->tx[0].data;
	m = p + ETH_HLEN + 28;
	KUNIT_EXPECT_EQ(test, p[0] & p[5], 0xff);
	KUNIT_EXPECT_MEMEQ(test, p + ETH_HLEN + 8, ip, sizeof(ip));
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(p + ETH_HLEN + 12), 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(p + ETH_HLEN + 16),
			0xffffffff);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(p + ETH_HLEN + 20), 68);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(p + ETH_HLEN + 22), 67);
	KUNIT_EXPECT_EQ(test, m[0], 1);     /* BOOTREQUEST */
	KUNIT_EXPECT_EQ(test, m[10], 0x80); /* broadcast flag */
	KUNIT_EXPECT_MEMEQ(test, m + 28, f->eth0->dev_addr, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(m + 236), 0x63825363);
	KUNIT_EXPECT_EQ(test, m[240], 53); /* message type */
	KUNIT_EXPECT_EQ(test, m[242], 1);  /* DISCOVER */
	KUNIT_EXPECT_GE(test, f->tx[0].len, ETH_HLEN + 28 + 300);
}

static const struct kunit_case ipconfig_cases[] = {
	KUNIT_CASE(ipconfig_parse_takes_every_field),
	KUNIT_CASE(ipconfig_parse_fills_what_is_left_out),
	KUNIT_CASE(ipconfig_parse_refuses_malformed_values),
	KUNIT_CASE(ip_auto_config_sets_address_and_gateway),
	KUNIT_CASE(ip_auto_config_reaches_a_gateway_outside_the_subnet),
	KUNIT_CASE(dhcp_configure_gives_up_without_server),
	KUNIT_CASE(dhcp_discover_frame_is_well_formed),
	{}
};

static const struct kunit_suite ipconfig_suite = {
	.name = "ipconfig",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = ipconfig_cases,
};
kunit_test_suite(ipconfig_suite);

/* --- a server on the other end --- */

struct dhcp_server {
	struct socket *sock;
	u32 seen, ignore, naks; /* of the next questions */
	bool mutate;            /* flip one bit of each answer */
	u32 cut;                /* send only so many bytes; 0: all */
	u8 msg[600];
};

static u8 *put_opt(u8 *p, u8 code, const char *data, u8 len)
{
	p[0] = code;
	p[1] = len;
	memcpy(p + 2, data, len);
	return p + 2 + len;
}

/* Turn the question in s->msg into its answer; length. */
static size_t server_answer(struct dhcp_server *s)
{
	u8 type = s->msg[242], *p = s->msg + 240;
	char reply = type == 1 ? 2 : 5;

	if (type == 3 && s->naks) {
		s->naks--;
		reply = 6;
	}
	s->msg[0] = 2;
	memcpy(s->msg + 16, "\x0a\x00\x00\x4d", 4); /* yiaddr 10.0.0.77 */
	memset(p, 0, sizeof(s->msg) - 240);
	p = put_opt(p, 53, &reply, 1);
	p = put_opt(p, 54, "\x0a\x00\x00\x02", 4);
	p = put_opt(p, 1, "\xff\xff\xff\x00", 4);
	p = put_opt(p, 3, "\x0a\x00\x00\x02", 4);
	p = put_opt(p, 6, "\x0a\x00\x00\x03\x08\x08\x08\x08", 8);
	p = put_opt(p, 15, "example.org", 11);
	p = put_opt(p, 26, "\x05\x78", 2); /* 1400 */
	p = put_opt(p, 51, "\x00\x00\x0e\x10", 4);
	*p++ = 255;
	return (size_t)(p - s->msg);
}

static bool server_poll(void *arg)
{
	struct dhcp_server *s = arg;
	size_t n;
	u32 bit;

	if (test_recvfrom(s->sock, s->msg, sizeof(s->msg), NULL, MSG_DONTWAIT) <
	    240)
		return false;
	s->seen++;
	if (s->ignore) {
		s->ignore--;
		return true;
	}
	n = server_answer(s);
	if (s->mutate) {
		get_random_bytes(&bit, sizeof(bit));
		s->msg[bit / 8 % n] ^= (u8)(1U << (bit & 7));
	}
	if (s->cut)
		n = s->cut;
	test_sendto(s->sock, s->msg, n, "255.255.255.255", 68, 0);
	return true;
}

static void server_start(struct kunit *test, struct dhcp_server *s)
{
	struct fixture_pair *p = test->priv;

	memset(s, 0, sizeof(*s));
	s->sock = test_socket(p->b->net, SOCK_DGRAM, 0);
	sock_set_flag(s->sock->sk, SOCK_BROADCAST);
	s->sock->sk->sk_bound_dev_if = p->b->eth0->ifindex;
	KUNIT_EXPECT_EQ(test, test_bind(s->sock, "0.0.0.0", 67), 0);
	test_set_idle_hook(server_poll, s);
}

static void server_stop(struct dhcp_server *s)
{
	test_set_idle_hook(NULL, NULL);
	sock_release(s->sock);
}

static void dhcp_configure_takes_the_lease(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct net *net = p->a->net;
	struct dhcp_server s;
	struct flowi4 fl4 = { .daddr = fixture_ip("1.1.1.1") };
	struct rtable *rt;
	char buf[120];

	server_start(test, &s);
	s.ignore = 2; /* the first questions get lost */
	KUNIT_EXPECT_EQ(test, ip_auto_config(net, "::::box:eth0:dhcp"), 0);
	KUNIT_EXPECT_EQ(test, s.seen, 4);
	KUNIT_EXPECT_EQ(test, inet_addr_type(net, fixture_ip("10.0.0.77")),
			RTN_LOCAL);
	KUNIT_EXPECT_EQ(test, p->a->eth0->mtu, 1400);
	KUNIT_EXPECT_EQ(test, ipconfig_get()->lease_ns, 3600 * NSEC_PER_SEC);
	KUNIT_EXPECT_STREQ(test, ipconfig_get()->hostname, "box");
	ipconfig_resolv_conf(buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf,
			   "search example.org\n"
			   "nameserver 10.0.0.3\n"
			   "nameserver 8.8.8.8\n");
	rt = ip_route_output_flow(net, &fl4, NULL);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(rt));
	KUNIT_EXPECT_EQ(test, rt->rt_gateway, fixture_ip("10.0.0.2"));
	ip_rt_put(rt);
	server_stop(&s);
}

static void dhcp_configure_starts_over_after_nak(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct dhcp_server s;

	server_start(test, &s);
	s.naks = 1;
	KUNIT_EXPECT_EQ(test, ip_auto_config(p->a->net, "dhcp"), 0);
	KUNIT_EXPECT_EQ(test,
			inet_addr_del(p->a->eth0, fixture_ip("10.0.0.77"), 24),
			0);
	s.naks = 2;
	KUNIT_EXPECT_EQ(test, ip_auto_config(p->a->net, "dhcp"), -ECONNREFUSED);
	server_stop(&s);
}

/* Bad bytes and short messages: an errno or an address, never a fault. */
static void dhcp_configure_survives_a_broken_server(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct dhcp_server s;
	struct ipconfig c;
	int i, err;

	server_start(test, &s);
	s.mutate = true;
	for (i = 0; i < 300; i++) {
		memset(&c, 0, sizeof(c));
		err = dhcp_configure(p->a->net, p->a->eth0, &c);
		KUNIT_EXPECT_TRUE(test, err == 0 || err == -ETIMEDOUT ||
						err == -ECONNREFUSED ||
						err == -EPROTO);
	}
	s.mutate = false;
	for (i = 230; i < 300; i++) {
		s.cut = (u32)i;
		memset(&c, 0, sizeof(c));
		err = dhcp_configure(p->a->net, p->a->eth0, &c);
		KUNIT_EXPECT_TRUE(test, err == 0 || err == -ETIMEDOUT);
	}
	server_stop(&s);
}

static const struct kunit_case dhcp_cases[] = {
	KUNIT_CASE(dhcp_configure_takes_the_lease),
	KUNIT_CASE(dhcp_configure_starts_over_after_nak),
	KUNIT_CASE(dhcp_configure_survives_a_broken_server),
	{}
};

static const struct kunit_suite dhcp_suite = {
	.name = "dhcp",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = dhcp_cases,
};
kunit_test_suite(dhcp_suite);

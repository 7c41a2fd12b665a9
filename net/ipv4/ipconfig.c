// SPDX-License-Identifier: MIT
/*
 * DOC: the `ip=` of the command line, in Linux's syntax:
 *
 *	client:server:gateway:netmask:hostname:device:autoconf:dns0:dns1:ntp
 *	off | none | on | any | dhcp
 *
 * Fields may be empty and trailing ones left out. autoconf is off, none, on,
 * any, both or dhcp; a client address without it means off. A wrong value is
 * named in a message and nothing is configured.
 *
 * State: what is in force. Task context, at boot. Calls devinet.c, fib.c,
 * arp.c and dhcp.c.
 */
#include "net/ipv4/ipconfig.h"
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"
#include "net/wire/arp.h"

static struct ipconfig in_force;

/* --- parsing --- */

/**
 * ipconfig_parse_addr() - "a.b.c.d", nothing else.
 * @s:   the text. @len: its bytes.
 * @ip:  the address, if it is one.
 */
bool ipconfig_parse_addr(const char *s, size_t len, __be32 *ip)
{
	u32 part = 0, digits = 0, dots = 0, addr = 0;
	size_t i;

	for (i = 0; i <= len; i++) {
		if (i < len && s[i] >= '0' && s[i] <= '9') {
			part = part * 10 + (u32)(s[i] - '0');
			if (++digits > 3 || part > 255)
				return false;
		} else if (i == len || s[i] == '.') {
			if (!digits || (i < len && ++dots > 3))
				return false;
			addr = addr << 8 | part;
			part = 0;
			digits = 0;
		} else {
			return false;
		}
	}
	*ip = htonl(addr);
	return dots == 3;
}

static bool mask_ok(__be32 mask)
{
	u32 zeros = ~ntohl(mask);

	return (zeros & (zeros + 1)) == 0;
}

static bool word_is(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(s, word, len);
}

/* 1: on, 0: off, -1: neither. */
static int parse_autoconf(const char *s, size_t len)
{
	static const char *const on[] = { "on", "any", "both", "dhcp" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(on); i++)
		if (word_is(s, len, on[i]))
			return 1;
	return word_is(s, len, "off") || word_is(s, len, "none") ? 0 : -1;
}

static int parse_addr_field(const char *what, const char *s, size_t len,
			    __be32 *ip)
{
	if (ipconfig_parse_addr(s, len, ip))
		return 0;
	pr_err("ip=: %s \"%.*s\" is not an IPv4 address\n", what, (int)len, s);
	return -EINVAL;
}

static int parse_name_field(const char *what, const char *s, size_t len,
			    char *to, size_t size)
{
	if (len >= size) {
		pr_err("ip=: %s \"%.*s\" is longer than %zu characters\n", what,
		       (int)len, s, size - 1);
		return -EINVAL;
	}
	memcpy(to, s, len);
	to[len] = '\0';
	return 0;
}

static int parse_mask_field(const char *s, size_t len, __be32 *mask)
{
	int err = parse_addr_field("netmask", s, len, mask);

	if (!err && !mask_ok(*mask)) {
		pr_err("ip=: netmask %.*s has a hole\n", (int)len, s);
		return -EINVAL;
	}
	return err;
}

enum {
	FIELD_CLIENT,
	FIELD_SERVER,
	FIELD_GATEWAY,
	FIELD_NETMASK,
	FIELD_HOSTNAME,
	FIELD_DEVICE,
	FIELD_AUTOCONF,
	FIELD_DNS0,
	FIELD_DNS1,
	FIELD_NTP,
	NR_FIELDS,
};

static int parse_auto_field(const char *s, size_t len, int *autoconf)
{
	*autoconf = parse_autoconf(s, len);
	if (*autoconf >= 0)
		return 0;
	pr_err("ip=: autoconf \"%.*s\": say off, none, on, any, both or dhcp\n",
	       (int)len, s);
	return -EINVAL;
}

static int parse_field(u32 field, const char *s, size_t len, struct ipconfig *c,
		       int *autoconf)
{
	switch (field) {
	case FIELD_CLIENT:
		return parse_addr_field("client", s, len, &c->client);
	case FIELD_SERVER:
		return parse_addr_field("server", s, len, &c->server);
	case FIELD_GATEWAY:
		return parse_addr_field("gateway", s, len, &c->gateway);
	case FIELD_NETMASK:
		return parse_mask_field(s, len, &c->netmask);
	case FIELD_HOSTNAME:
		return parse_name_field("hostname", s, len, c->hostname,
					sizeof(c->hostname));
	case FIELD_DEVICE:
		return parse_name_field("device", s, len, c->device,
					sizeof(c->device));
	case FIELD_AUTOCONF:
		return parse_auto_field(s, len, autoconf);
	case FIELD_DNS0:
	case FIELD_DNS1:
		return parse_addr_field("DNS server", s, len,
					&c->dns[field - FIELD_DNS0]);
	case FIELD_NTP:
		return parse_addr_field("NTP server", s, len, &c->ntp);
	default:
		pr_err("ip=: \"%s\" is one field too many\n", s);
		return -EINVAL;
	}
}

static int parse_fields(const char *arg, struct ipconfig *c)
{
	int autoconf = -1, err;
	const char *s = arg, *end;
	u32 field;

	if (!strchr(arg, ':')) { /* one word: an address needs a colon */
		pr_err("ip=%s: say off, none, on, any, dhcp or client:server:"
		       "gateway:netmask:hostname:device:autoconf\n",
		       arg);
		return -EINVAL;
	}
	for (field = 0;; field++) {
		end = strchr(s, ':') ?: s + strlen(s);
		if (end > s) {
			err = parse_field(field, s, (size_t)(end - s), c,
					  &autoconf);
			if (err)
				return err;
		}
		if (!*end)
			break;
		s = end + 1;
	}
	c->dhcp = autoconf == 1 || (autoconf == -1 && !c->client);
	if (!c->dhcp && !c->client) {
		pr_err("ip=%s: no client address, and autoconf is off\n", arg);
		return -EINVAL;
	}
	return 0;
}

/* Without a netmask the class of the address says it, as in Linux. */
static __be32 classful_mask(__be32 addr)
{
	u32 a = ntohl(addr);

	if (!(a & 0x80000000U))
		return inet_make_mask(8);
	return inet_make_mask((a & 0xc0000000U) == 0x80000000U ? 16 : 24);
}

/* An address that one host on a link can have. */
static int check_client(const struct ipconfig *c)
{
	__be32 host = c->client & ~c->netmask;
	bool wide = c->netmask == inet_make_mask(32) ||
		    c->netmask == inet_make_mask(31);

	if (ipv4_is_multicast(c->client) || ipv4_is_lbcast(c->client) ||
	    ipv4_is_loopback(c->client) || ipv4_is_zeronet(c->client) ||
	    (!wide && (!host || host == (__be32)~c->netmask))) {
		pr_err("ip=: %pI4 is not a host's address\n", &c->client);
		return -EINVAL;
	}
	return 0;
}

/**
 * ipconfig_parse() - Read an `ip=`.
 * @arg: what follows the equals sign. @c: filled.
 *
 * Return: 0; 1: configuration is off; -EINVAL, with a message that names what
 *         is wrong.
 */
int ipconfig_parse(const char *arg, struct ipconfig *c)
{
	int autoconf = parse_autoconf(arg, strlen(arg)), err;

	memset(c, 0, sizeof(*c));
	if (autoconf == 0)
		return 1;
	if (autoconf == 1) {
		c->dhcp = true;
		return 0;
	}
	err = parse_fields(arg, c);
	if (err || c->dhcp)
		return err;
	if (!c->netmask)
		c->netmask = classful_mask(c->client);
	return check_client(c);
}

/* --- applying --- */

static struct net_device *config_device(struct net *net,
					const struct ipconfig *c)
{
	struct net_device *dev;

	if (c->device[0]) {
		dev = dev_get_by_name(net, c->device);
		if (!dev)
			pr_err("ip=: there is no device %s\n", c->device);
		return dev;
	}
	list_for_each_entry (dev, &net->dev_base_head, dev_list) {
		if (!(dev->flags & IFF_LOOPBACK))
			return dev;
	}
	pr_err("ip=: there is no network device\n");
	return NULL;
}

/* A gateway outside the subnet is still on the link (a /32, say). */
static int add_route(struct net *net, struct net_device *dev, __be32 dst,
		     u8 prefix_len, __be32 gateway)
{
	struct fib_config hop = {
		.dst = gateway,
		.prefix_len = 32,
		.type = RTN_UNICAST,
		.scope = RT_SCOPE_LINK,
		.protocol = RTPROT_BOOT,
		.dev = dev,
	};
	struct fib_config cfg = {
		.dst = dst & inet_make_mask(prefix_len),
		.prefix_len = prefix_len,
		.type = RTN_UNICAST,
		.scope = gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
		.protocol = RTPROT_BOOT,
		.gateway = gateway,
		.dev = dev,
	};
	int err = fib_table_insert(net, &cfg);

	if (err != -ENETUNREACH || !gateway)
		return err == -EEXIST ? 0 : err;
	err = fib_table_insert(net, &hop);
	return err ?: fib_table_insert(net, &cfg);
}

static int apply(struct net *net, struct net_device *dev,
		 const struct ipconfig *c)
{
	u8 prefix_len = inet_mask_len(c->netmask);
	u32 i;
	int err;

	if (c->mtu && dev_set_mtu(dev, c->mtu))
		pr_warn("%s: the MTU %u from DHCP is out of range\n", dev->name,
			c->mtu);
	err = inet_addr_add(dev, c->client, prefix_len, 0);
	if (err)
		return err;
	for (i = 0; i < c->nr_routes; i++) {
		err = add_route(net, dev, c->routes[i].dst,
				c->routes[i].prefix_len, c->routes[i].gateway);
		if (err)
			pr_warn("ip=: route to %pI4/%u: error %d\n",
				&c->routes[i].dst, c->routes[i].prefix_len,
				-err);
	}
	if (c->gateway) {
		err = add_route(net, dev, 0, 0, c->gateway);
		if (err) {
			pr_err("ip=: gateway %pI4 cannot be used: error %d\n",
			       &c->gateway, -err);
			return err;
		}
	}
	/* RFC 5227, section 2.3: whoever knew the address's last owner. */
	arp_send(dev, ARPOP_REQUEST, ETH_P_ARP, c->client, c->client, NULL,
		 NULL, NULL);
	return 0;
}

/* lo is there whatever else is. */
static int open_loopback(struct net *net)
{
	return netif_running(net->loopback_dev) ? 0
						: dev_open(net->loopback_dev);
}

static int configure(struct net *net, struct ipconfig *c)
{
	struct net_device *dev = config_device(net, c);
	int err;

	if (!dev)
		return -ENODEV;
	err = netif_running(dev) ? 0 : dev_open(dev);
	if (err) {
		pr_err("ip=: %s does not open: error %d\n", dev->name, -err);
		return err;
	}
	strscpy(c->device, dev->name, sizeof(c->device));
	if (c->dhcp) {
		err = dhcp_configure(net, dev, c);
		if (err)
			return err;
	}
	return apply(net, dev, c);
}

/**
 * ip_auto_config() - Bring the network up as the command line says.
 * @net: the stack, its devices registered.
 * @arg: the value of `ip=`, NULL: none, loopback only.
 *
 * Context: task, at boot; waits for DHCP.
 * Return:  0; -EINVAL with a message for a malformed @arg; -ENODEV;
 *          -ETIMEDOUT: no DHCP server answered.
 */
int ip_auto_config(struct net *net, const char *arg)
{
	struct ipconfig c;
	int err;

	err = open_loopback(net);
	if (err || !arg)
		return err;
	err = ipconfig_parse(arg, &c);
	if (err)
		return err > 0 ? 0 : err;
	err = configure(net, &c);
	if (err)
		return err;
	in_force = c;
	pr_info("%s: %pI4/%d, gateway %pI4\n", c.device, &c.client,
		inet_mask_len(c.netmask), &c.gateway);
	return 0;
}

/**
 * ipconfig_get() - What is in force.
 *
 * Return: all zero before ip_auto_config() succeeded.
 */
const struct ipconfig *ipconfig_get(void)
{
	return &in_force;
}

/**
 * ipconfig_resolv_conf() - The name servers, as resolv.conf(5) has them.
 * @buf: where to. @size: its bytes.
 *
 * Return: bytes written, without the terminating zero.
 */
int ipconfig_resolv_conf(char *buf, size_t size)
{
	int n = 0;
	u32 i;

	if (size)
		buf[0] = '\0';
	if (in_force.domain[0])
		n = scnprintf(buf, size, "search %s\n", in_force.domain);
	for (i = 0; i < IPCONFIG_DNS; i++) {
		if (in_force.dns[i])
			n += scnprintf(buf + n, size - (size_t)n,
				       "nameserver %pI4\n", &in_force.dns[i]);
	}
	return n;
}

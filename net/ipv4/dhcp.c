// SPDX-License-Identifier: MIT
/*
 * DOC: a DHCP client for start-up (RFC 2131, options of RFC 2132 and 3442):
 * DISCOVER, OFFER, REQUEST, ACK, by a UDP socket of the stack bound to the
 * device, from 0.0.0.0 to everyone. Questions are repeated with doubling,
 * randomised delays (RFC 2131, section 4.1).
 *
 * What a server sends is checked byte by byte: length, cookie, transaction,
 * hardware address, options within the message.
 *
 * No state beyond one call. Task context; sleeps. Called by ipconfig.c.
 */
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/wait.h"
#include "net/ipv4/ipconfig.h"
#include "net/wire/arp.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_TRIES       5
#define DHCP_FIRST_NS    NSEC_PER_SEC
#define DHCP_MIN_LEN     300 /* RFC 1542, section 2.1 */
#define DHCP_BROADCAST   0x8000

enum {
	DHCPDISCOVER = 1,
	DHCPOFFER,
	DHCPREQUEST,
	DHCPDECLINE,
	DHCPACK,
	DHCPNAK,
};

enum {
	OPT_PAD = 0,
	OPT_NETMASK = 1,
	OPT_ROUTER = 3,
	OPT_DNS = 6,
	OPT_HOSTNAME = 12,
	OPT_DOMAIN = 15,
	OPT_MTU = 26,
	OPT_NTP = 42,
	OPT_REQUESTED = 50,
	OPT_LEASE = 51,
	OPT_OVERLOAD = 52,
	OPT_TYPE = 53,
	OPT_SERVER_ID = 54,
	OPT_WANTED = 55,
	OPT_MAX_SIZE = 57,
	OPT_CLIENT_ID = 61,
	OPT_ROUTES = 121,
	OPT_END = 255,
};

/* RFC 2131, figure 1. */
struct dhcp_msg {
	u8 op, htype, hlen, hops;
	__be32 xid;
	__be16 secs, flags;
	__be32 ciaddr, yiaddr, siaddr, giaddr;
	u8 chaddr[16];
	u8 sname[64];
	u8 file[128];
	u8 cookie[4];
	u8 options[312];
} __packed;
static_assert(offsetof(struct dhcp_msg, options) == 240, "RFC 2131");

static const u8 dhcp_cookie[4] = { 99, 130, 83, 99 };

struct dhcp {
	struct socket *sock;
	struct net_device *dev;
	__be32 xid;
	u64 start_ns;
	__be32 offered, server_id;
	struct dhcp_msg msg; /* out, and in */
};

/* --- out --- */

static u8 *opt_put(u8 *p, u8 code, const void *data, u8 len)
{
	p[0] = code;
	p[1] = len;
	memcpy(p + 2, data, len);
	return p + 2 + len;
}

static u8 *opt_put_ip(u8 *p, u8 code, __be32 ip)
{
	return ip ? opt_put(p, code, &ip, sizeof(ip)) : p;
}

/* Length of the message of @type in d->msg. */
static size_t dhcp_build(struct dhcp *d, u8 type)
{
	static const u8 wanted[] = { OPT_NETMASK, OPT_ROUTES,   OPT_ROUTER,
				     OPT_DNS,     OPT_HOSTNAME, OPT_DOMAIN,
				     OPT_MTU,     OPT_NTP,      OPT_LEASE };
	struct dhcp_msg *m = &d->msg;
	__be16 max_size = htons(sizeof(*m) + 28);
	u8 id[1 + ETH_ALEN] = { ARPHRD_ETHER };
	u8 *p = m->options;
	size_t len;

	memset(m, 0, sizeof(*m));
	m->op = 1;
	m->htype = ARPHRD_ETHER;
	m->hlen = ETH_ALEN;
	m->xid = d->xid;
	m->secs = htons((u16)((ktime_get_ns() - d->start_ns) / NSEC_PER_SEC));
	/* We cannot receive for an address that we do not have yet. */
	m->flags = htons(DHCP_BROADCAST);
	memcpy(m->chaddr, d->dev->dev_addr, ETH_ALEN);
	memcpy(m->cookie, dhcp_cookie, sizeof(m->cookie));
	memcpy(id + 1, d->dev->dev_addr, ETH_ALEN);
	p = opt_put(p, OPT_TYPE, &type, 1);
	p = opt_put(p, OPT_CLIENT_ID, id, sizeof(id));
	if (type == DHCPREQUEST) {
		p = opt_put_ip(p, OPT_REQUESTED, d->offered);
		p = opt_put_ip(p, OPT_SERVER_ID, d->server_id);
	}
	p = opt_put(p, OPT_MAX_SIZE, &max_size, sizeof(max_size));
	p = opt_put(p, OPT_WANTED, wanted, sizeof(wanted));
	*p++ = OPT_END;
	len = (size_t)(p - (u8 *)m);
	return max_t(size_t, len, DHCP_MIN_LEN);
}

static int dhcp_send(struct dhcp *d, u8 type)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(DHCP_SERVER_PORT),
		.sin_addr.s_addr = INADDR_BROADCAST,
	};
	struct kvec kv = { &d->msg, dhcp_build(d, type) };
	struct msghdr msg = { .msg_name = &sin, .msg_namelen = sizeof(sin) };
	ssize_t n;

	iov_iter_kvec(&msg.msg_iter, true, &kv, 1, kv.iov_len);
	n = inet_sendmsg(d->sock, &msg, kv.iov_len);
	return n < 0 ? (int)n : 0;
}

/* --- in --- */

static __be32 get_ip(const u8 *p)
{
	__be32 ip;

	memcpy(&ip, p, sizeof(ip));
	return ip;
}

/* A name of printable characters without blanks, or nothing. */
static void get_name(const u8 *p, u32 len, char *to)
{
	u32 i;

	if (len && p[len - 1] == '\0')
		len--;
	if (len >= IPCONFIG_NAME)
		return;
	for (i = 0; i < len; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return;
	memcpy(to, p, len);
	to[len] = '\0';
}

/* RFC 3442: width, significant bytes of the destination, router. */
static void get_routes(const u8 *p, u32 len, struct ipconfig *c)
{
	u8 dst[4];
	u32 n, width;

	c->nr_routes = 0;
	while (len && c->nr_routes < IPCONFIG_ROUTES) {
		width = *p;
		n = (width + 7) / 8;
		if (width > 32 || len < 1 + n + 4)
			return;
		memset(dst, 0, sizeof(dst));
		memcpy(dst, p + 1, n);
		c->routes[c->nr_routes++] = (struct ipconfig_route){
			get_ip(dst),
			(u8)width,
			get_ip(p + 1 + n),
		};
		p += 1 + n + 4;
		len -= 1 + n + 4;
	}
}

/* What one reply says. */
struct dhcp_reply {
	u8 type, overload;
	__be32 server_id;
	struct ipconfig c;
};

static void get_dns(const u8 *p, u32 len, struct ipconfig *c)
{
	u32 i;

	for (i = 0; i < IPCONFIG_DNS && i * 4 + 4 <= len; i++)
		c->dns[i] = get_ip(p + i * 4);
}

static void dhcp_option(struct dhcp_reply *r, u8 code, const u8 *p, u32 len)
{
	bool word = len >= 4;

	if (code == OPT_TYPE && len == 1)
		r->type = p[0];
	else if (code == OPT_OVERLOAD && len == 1)
		r->overload = p[0];
	else if (code == OPT_NETMASK && len == 4)
		r->c.netmask = get_ip(p);
	else if (code == OPT_ROUTER && word)
		r->c.gateway = get_ip(p);
	else if (code == OPT_DNS && word)
		get_dns(p, len, &r->c);
	else if (code == OPT_NTP && word)
		r->c.ntp = get_ip(p);
	else if (code == OPT_SERVER_ID && len == 4)
		r->server_id = get_ip(p);
	else if (code == OPT_LEASE && len == 4)
		r->c.lease_ns = get_unaligned_be32(p) * NSEC_PER_SEC;
	else if (code == OPT_MTU && len == 2)
		r->c.mtu = get_unaligned_be16(p);
	else if (code == OPT_HOSTNAME)
		get_name(p, len, r->c.hostname);
	else if (code == OPT_DOMAIN)
		get_name(p, len, r->c.domain);
	else if (code == OPT_ROUTES)
		get_routes(p, len, &r->c);
}

/* False: an option runs over the end. */
static bool dhcp_options(struct dhcp_reply *r, const u8 *p, size_t len)
{
	size_t i = 0;

	while (i < len && p[i] != OPT_END) {
		if (p[i] == OPT_PAD) {
			i++;
			continue;
		}
		if (len - i < 2 || p[i + 1] > len - i - 2)
			return false;
		dhcp_option(r, p[i], p + i + 2, p[i + 1]);
		i += 2U + p[i + 1];
	}
	return true;
}

static bool mask_usable(__be32 mask)
{
	u32 zeros = ~ntohl(mask);

	return mask && (zeros & (zeros + 1)) == 0;
}

/* A reply to our question of @len bytes in d->msg; false: not one. */
static bool dhcp_parse(const struct dhcp *d, size_t len, struct dhcp_reply *r)
{
	const struct dhcp_msg *m = &d->msg;

	memset(r, 0, sizeof(*r));
	if (len < offsetof(struct dhcp_msg, options) || m->op != 2 ||
	    m->xid != d->xid || m->hlen != ETH_ALEN ||
	    memcmp(m->chaddr, d->dev->dev_addr, ETH_ALEN) != 0 ||
	    memcmp(m->cookie, dhcp_cookie, sizeof(m->cookie)) != 0)
		return false;
	if (!dhcp_options(r, m->options,
			  len - offsetof(struct dhcp_msg, options)))
		return false;
	if ((r->overload & 1) && !dhcp_options(r, m->file, sizeof(m->file)))
		return false;
	if ((r->overload & 2) && !dhcp_options(r, m->sname, sizeof(m->sname)))
		return false;
	r->c.client = m->yiaddr;
	r->c.server = m->siaddr;
	if (!mask_usable(r->c.netmask))
		r->c.netmask = inet_make_mask(24);
	if (r->c.nr_routes) /* RFC 3442: then the router option is ignored */
		r->c.gateway = 0;
	return true;
}

/* Wait for OFFER, or ACK or NAK, until @deadline_ns. */
static int dhcp_wait(struct dhcp *d, u8 want, u64 deadline_ns,
		     struct dhcp_reply *r)
{
	struct kvec kv = { &d->msg, sizeof(d->msg) };
	struct msghdr msg;
	ssize_t n;
	u64 now;

	for (;;) {
		now = ktime_get_ns();
		if (now >= deadline_ns)
			return -ETIMEDOUT;
		d->sock->sk->sk_rcvtimeo_ns = deadline_ns - now;
		memset(&msg, 0, sizeof(msg));
		iov_iter_kvec(&msg.msg_iter, false, &kv, 1, kv.iov_len);
		n = inet_recvmsg(d->sock, &msg, kv.iov_len, 0);
		if (n == -EINTR || n == -ERESTARTSYS)
			return (int)n;
		if (n < 0 || !dhcp_parse(d, (size_t)n, r))
			continue;
		if (r->type == want)
			return 0;
		if (r->type == DHCPNAK && want == DHCPACK)
			return -ECONNREFUSED;
	}
}

/* Half to one and a half of @ns. */
static u64 jitter(u64 ns)
{
	u32 r;

	get_random_bytes(&r, sizeof(r));
	return ns / 2 + ((ns * (r >> 16)) >> 16);
}

/* Send @type until @want comes. */
static int dhcp_ask(struct dhcp *d, u8 type, u8 want, struct dhcp_reply *r)
{
	u64 wait_ns = DHCP_FIRST_NS;
	int err = -ETIMEDOUT, i;

	for (i = 0; i < DHCP_TRIES; i++, wait_ns *= 2) {
		err = dhcp_send(d, type);
		if (err && err != -ENOBUFS)
			return err;
		err = dhcp_wait(d, want, ktime_get_ns() + jitter(wait_ns), r);
		if (err != -ETIMEDOUT)
			return err;
	}
	return err;
}

static int dhcp_open(struct net *net, struct dhcp *d)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(DHCP_CLIENT_PORT),
	};
	int err;

	err = sock_create(net, AF_INET, SOCK_DGRAM, IPPROTO_UDP, &d->sock);
	if (err)
		return err;
	sock_set_flag(d->sock->sk, SOCK_BROADCAST);
	d->sock->sk->sk_bound_dev_if = d->dev->ifindex;
	return d->sock->ops->bind(d->sock, (struct sockaddr *)&sin,
				  sizeof(sin));
}

/* The four messages; a refusal starts over once. */
static int dhcp_lease(struct dhcp *d, struct dhcp_reply *r)
{
	int err, round;

	for (round = 0; round < 2; round++) {
		get_random_bytes(&d->xid, sizeof(d->xid));
		err = dhcp_ask(d, DHCPDISCOVER, DHCPOFFER, r);
		if (err)
			return err;
		d->offered = r->c.client;
		d->server_id = r->server_id;
		err = dhcp_ask(d, DHCPREQUEST, DHCPACK, r);
		if (err != -ECONNREFUSED)
			return err;
	}
	return err;
}

/**
 * dhcp_configure() - Get an address and what belongs to it.
 * @net: the stack. @dev: an open Ethernet device.
 * @c:   filled from the ACK; what the command line gave (names, servers)
 *       stays.
 *
 * Context: task; sleeps up to about half a minute.
 * Return:  0; -ETIMEDOUT: no answer; -ECONNREFUSED: refused twice; or another
 *          errno. Each with a message.
 */
int dhcp_configure(struct net *net, struct net_device *dev, struct ipconfig *c)
{
	struct dhcp_reply *r = kzalloc(sizeof(*r), GFP_KERNEL);
	struct dhcp *d = kzalloc(sizeof(*d), GFP_KERNEL);
	int err = -ENOMEM;

	if (!d || !r)
		goto out;
	d->dev = dev;
	d->start_ns = ktime_get_ns();
	err = dhcp_open(net, d);
	if (!err)
		err = dhcp_lease(d, r);
	if (d->sock)
		sock_release(d->sock);
	if (!err && !r->c.client)
		err = -EPROTO;
	if (!err) {
		memcpy(r->c.device, c->device, sizeof(r->c.device));
		if (c->hostname[0])
			memcpy(r->c.hostname, c->hostname, sizeof(c->hostname));
		if (c->dns[0])
			memcpy(r->c.dns, c->dns, sizeof(c->dns));
		r->c.dhcp = true;
		*c = r->c;
	}
out:
	kfree(d);
	kfree(r);
	if (err == -ETIMEDOUT)
		pr_err("%s: no DHCP server answered\n", dev->name);
	else if (err)
		pr_err("%s: DHCP failed: error %d\n", dev->name, -err);
	return err;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: /proc/net of a stack, as text in the forms of Linux's, which netstat,
 * nstat, route, arp and scripts read: counters (snmp, netstat), sockets
 * (sockstat; tcp, udp and raw in proc_sock.c), dev, route, arp.
 *
 * Called by boot/proc_net.c, which makes the files, and by the tests. State:
 * none; what is counted is read as it is.
 */
#include "net/ipv4/proc.h"
#include "lib/softirq.h"
#include "lib/vsprintf.h"
#include "net/core/netdevice.h"
#include "net/core/snmp.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/route.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/udp.h"

/* --- counters --- */

/* What Linux shows of a group before its counters: Ip, that it does not forward
 * (2, RFC 4293) and the TTL; Tcp, RFC 6298's algorithm, the RTO's bounds in ms,
 * and that there is no limit on connections. */
static int put_constants(const struct net *net, const char *group, bool values,
			 char *text, size_t size)
{
	if (strcmp(group, "Ip") == 0)
		return values ? scnprintf(text, size, " 2 %u",
					  net->ipv4->sysctl_ip_default_ttl)
			      : scnprintf(text, size, " Forwarding DefaultTTL");
	if (strcmp(group, "Tcp") == 0)
		return scnprintf(
			text, size, "%s",
			values ? " 1 200 120000 -1"
			       : " RtoAlgorithm RtoMin RtoMax MaxConn");
	return 0;
}

/* A line of a group: the names, or the values. */
static size_t group_line(const struct net *net, const char *group, bool values,
			 char *text, size_t size)
{
	int n = scnprintf(text, size, "%s:", group);
	u32 i;

	n += put_constants(net, group, values, text + n, size - (size_t)n);
	for (i = 0; i < NR_SNMP_MIB; i++) {
		if (strcmp(snmp_names[i].group, group) != 0)
			continue;
		n += values ? scnprintf(text + n, size - (size_t)n, " %llu",
					net->mib.v[i])
			    : scnprintf(text + n, size - (size_t)n, " %s",
					snmp_names[i].name);
	}
	n += scnprintf(text + n, size - (size_t)n, "\n");
	return (size_t)n;
}

/* Two lines for each group: names, values. */
static size_t groups_next(const struct net *net, const char *const *groups,
			  u64 *pos, char *text, size_t size)
{
	const char *group = groups[*pos / 2];

	return group ? group_line(net, group, (*pos)++ % 2, text, size) : 0;
}

static size_t snmp_next(struct net *net, u64 *pos, char *text, size_t size)
{
	static const char *const groups[] = { "Ip", "Icmp", "Tcp", "Udp",
					      NULL };

	return groups_next(net, groups, pos, text, size);
}

static size_t netstat_next(struct net *net, u64 *pos, char *text, size_t size)
{
	static const char *const groups[] = { "TcpExt", "IpExt", "Doorbell",
					      NULL };

	return groups_next(net, groups, pos, text, size);
}

static size_t sockstat_next(struct net *net, u64 *pos, char *text, size_t size)
{
	const struct netns_ipv4 *n = net->ipv4;
	u32 raw = 0;
	struct sock *sk;

	if ((*pos)++)
		return 0;
	hlist_for_each_entry (sk, &n->raw_head, sk_node)
		raw++;
	return (size_t)scnprintf(text, size,
				 "sockets: used %u\n"
				 "TCP: inuse %u orphan %u tw %u alloc %u\n"
				 "UDP: inuse %u\n"
				 "RAW: inuse %u\n",
				 tcp_prot.sockets_inuse - n->tcp_orphans +
					 udp_prot.sockets_inuse + raw,
				 n->hashinfo->established, n->tcp_orphans,
				 n->tw_count, tcp_prot.sockets_inuse,
				 udp_prot.sockets_inuse, raw);
}

/* --- devices --- */

static struct net_device *dev_nth(const struct net *net, u64 nth)
{
	struct net_device *dev;

	list_for_each_entry (dev, &net->dev_base_head, dev_list)
		if (!nth--)
			return dev;
	return NULL;
}

static size_t dev_line(struct net_device *dev, char *text, size_t size)
{
	struct rtnl_link_stats64 s;
	int n;

	dev_get_stats(dev, &s);
	n = scnprintf(text, size,
		      "%6s: %7llu %7llu %4llu %4llu %4llu %5llu %10u %9llu ",
		      dev->name, s.rx_bytes, s.rx_packets, s.rx_errors,
		      s.rx_dropped + s.rx_missed_errors, s.rx_fifo_errors,
		      s.rx_length_errors + s.rx_over_errors + s.rx_crc_errors +
			      s.rx_frame_errors,
		      0U, s.multicast);
	n += scnprintf(text + n, size - (size_t)n,
		       "%8llu %7llu %4llu %4llu %4llu %5llu %7llu %10u\n",
		       s.tx_bytes, s.tx_packets, s.tx_errors, s.tx_dropped,
		       s.tx_fifo_errors, s.collisions,
		       s.tx_carrier_errors + s.tx_aborted_errors, 0U);
	return (size_t)n;
}

static size_t dev_next(struct net *net, u64 *pos, char *text, size_t size)
{
	static const char head[] =
		"Inter-|   Receive                                          "
		"      |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed "
		"multicast|bytes    packets errs drop fifo colls carrier "
		"compressed\n";
	struct net_device *dev;

	if (!(*pos)++)
		return (size_t)scnprintf(text, size, "%s", head);
	dev = dev_nth(net, *pos - 2);
	return dev ? dev_line(dev, text, size) : 0;
}

/* --- routes --- */

#define ROUTE_LINE_WIDTH 127
/* uAPI linux/route.h */
#define RTF_UP      1U
#define RTF_GATEWAY 2U
#define RTF_HOST    4U
#define RTF_REJECT  0x200U

struct route_nth {
	u64 nth;
	bool found;
	struct fib_config cfg;
};

static int take_nth(const struct fib_config *cfg, void *arg)
{
	struct route_nth *r = arg;

	if (cfg->table != RT_TABLE_MAIN || r->nth--)
		return 0;
	r->cfg = *cfg;
	r->found = true;
	return 1;
}

static u32 route_flags(const struct fib_config *c)
{
	u32 flags = RTF_UP;

	if (c->type == RTN_UNREACHABLE || c->type == RTN_PROHIBIT)
		flags |= RTF_REJECT;
	if (c->gateway)
		flags |= RTF_GATEWAY;
	if (c->prefix_len == 32)
		flags |= RTF_HOST;
	return flags;
}

static size_t route_line(char *text, int n)
{
	while (n < ROUTE_LINE_WIDTH)
		text[n++] = ' ';
	text[n++] = '\n';
	return (size_t)n;
}

static size_t route_next(struct net *net, u64 *pos, char *text, size_t size)
{
	struct route_nth r = { .nth = *pos - 1 };
	const struct fib_config *c = &r.cfg;

	if (!(*pos)++)
		return route_line(text, scnprintf(text, size,
						  "Iface\tDestination\tGateway "
						  "\tFlags\tRefCnt\tUse\tMetric"
						  "\tMask\t\tMTU\tWindow\t"
						  "IRTT"));
	fib_walk(net, take_nth, &r);
	if (!r.found)
		return 0;
	return route_line(
		text,
		scnprintf(text, size,
			  "%s\t%08X\t%08X\t%04X\t%d\t%u\t%u\t%08X\t%u\t%u\t%u",
			  c->dev ? c->dev->name : "*", (__force u32)c->dst,
			  (__force u32)c->gateway, route_flags(c), 0, 0U,
			  c->metric, (__force u32)inet_make_mask(c->prefix_len),
			  c->metrics[RTAX_MTU], c->metrics[RTAX_WINDOW], 0U));
}

/* --- arp --- */

struct arp_text {
	char *text;
	size_t size, len;
};

/* The first that is shown ends the walk. */
static int arp_line(const struct neighbour *n, void *arg)
{
	struct arp_text *t = arg;
	const u8 *ha = n->ha;
	char addr[16];

	if (n->nud_state & NUD_NOARP)
		return 0;
	snprintf(addr, sizeof(addr), "%pI4", n->primary_key);
	t->len = (size_t)scnprintf(
		t->text, t->size,
		"%-16s 0x%-10x0x%-10x%02x:%02x:%02x:%02x:%02x:%02x"
		"     *        %s\n",
		addr, n->dev->type, arp_state_to_flags(n->nud_state), ha[0],
		ha[1], ha[2], ha[3], ha[4], ha[5], n->dev->name);
	return 1;
}

/* *@pos: 0 is the heading, then one more than neigh_for_each()'s. */
static size_t arp_next(struct net *net, u64 *pos, char *text, size_t size)
{
	struct arp_text t = { text, size, 0 };
	u64 at = *pos - 1;

	if (!(*pos)) {
		*pos = 1;
		return (size_t)scnprintf(
			text, size,
			"IP address       HW type     Flags       "
			"HW address            Mask     Device\n");
	}
	if (neigh_for_each(&net->ipv4->arp_tbl, &at, arp_line, &t))
		at++;
	*pos = at + 1;
	return t.len;
}

static const struct proc_net_file files[] = {
	{ "snmp", snmp_next },         { "netstat", netstat_next },
	{ "sockstat", sockstat_next }, { "dev", dev_next },
	{ "route", route_next },       { "arp", arp_next },
	{ "tcp", proc_tcp_next },      { "udp", proc_udp_next },
	{ "raw", proc_raw_next },
};

/**
 * proc_net_at() - The files of /proc/net one after the other.
 * @i: from 0.
 *
 * Context: any.
 * Return:  it, or NULL past the last.
 */
const struct proc_net_file *proc_net_at(u32 i)
{
	return i < ARRAY_SIZE(files) ? &files[i] : NULL;
}

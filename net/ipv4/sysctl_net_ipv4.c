// SPDX-License-Identifier: MIT
/*
 * DOC: the table of settings, net.core's and net.ipv4's: where each lives, and
 * which values mean something. A setting that nothing reads is not in it.
 * Names, units and defaults are Linux's (its Documentation/networking/
 * ip-sysctl); the defaults are set where the stack is set up.
 *
 * Called by boot/proc_sys.c (a file each), boot/network.c (the command line)
 * and the tests. Tasks write, softirqs read: a number is stored at once.
 */
#include "net/ipv4/sysctl.h"
#include "lib/byteorder.h"
#include "lib/errno.h"
#include "lib/vsprintf.h"
#include "net/core/net_namespace.h"
#include "net/core/sock.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/tcp_fastopen.h"

#define SIZE_(s, f, n) (u8)(sizeof(((struct s *)0)->f) / (n))
#define IPV4_(name, field, lo, hi, n, ...)                                  \
	{                                                                   \
		.procname = "net/ipv4/" name,                               \
		.offset = offsetof(struct netns_ipv4, field),               \
		.size = SIZE_(netns_ipv4, field, n), .count = n, .min = lo, \
		.max = hi, __VA_ARGS__                                      \
	}
#define IPV4(name, lo, hi) IPV4_(#name, sysctl_##name, lo, hi, 1)
#define CORE(name, lo, hi)                                                   \
	{                                                                    \
		.procname = "net/core/" #name, .in_net = 1,                  \
		.offset = offsetof(struct net, sysctl_##name),               \
		.size = SIZE_(net, sysctl_##name, 1), .count = 1, .min = lo, \
		.max = hi                                                    \
	}
#define BYTE 255
#define INT  0x7fffffff
#define UINT 0xffffffffU

static int get_ca(const struct net *net, char *text, size_t size)
{
	const struct tcp_congestion_ops *ca = net->ipv4->tcp_congestion_control;

	return scnprintf(text, size, "%s", ca ? ca->name : "reno");
}

static int get_all_ca(const struct net *net, char *text, size_t size)
{
	return tcp_get_available_congestion_control(text, size);
}

static int get_tfo_key(const struct net *net, char *text, size_t size)
{
	char keys[TCP_FASTOPEN_KEY_TEXT];

	tcp_fastopen_print_keys(net, keys);
	return scnprintf(text, size, "%s", keys);
}

static int get_tfo_blackhole(const struct net *net, char *text, size_t size)
{
	return scnprintf(text, size, "%u",
			 net->ipv4->sysctl_tcp_fastopen_blackhole_timeout_sec);
}

/* To write it is also to forget what was met so far. */
static int set_tfo_blackhole(struct net *net, const char *text)
{
	u32 v;

	if (kstrtou32(text, 0, &v) || v > INT)
		return -EINVAL;
	net->ipv4->sysctl_tcp_fastopen_blackhole_timeout_sec = v;
	net->ipv4->fastopen->disable_times = 0;
	return 0;
}

static const struct ctl_table table[] = {
	CORE(wmem_max, SOCK_MIN_SNDBUF, INT),
	CORE(wmem_default, SOCK_MIN_SNDBUF, INT),
	CORE(rmem_max, SOCK_MIN_RCVBUF, INT),
	CORE(rmem_default, SOCK_MIN_RCVBUF, INT),
	CORE(netdev_max_backlog, 0, INT),
	CORE(somaxconn, 0, 65535),
	CORE(optmem_max, 0, INT),
	IPV4(ip_default_ttl, 1, BYTE),
	IPV4(ip_no_pmtu_disc, 0, 3),
	IPV4_("ip_local_port_range", sysctl_ip_local_port_range, 1, 65535, 2,
	      .ascends = 1),
	IPV4(icmp_echo_ignore_all, 0, 1),
	IPV4(icmp_echo_ignore_broadcasts, 0, 1),
	IPV4(icmp_ratelimit, 0, INT),
	IPV4(icmp_ratemask, 0, INT),
	IPV4(icmp_msgs_per_sec, 0, INT),
	IPV4(icmp_msgs_burst, 0, INT),
	IPV4(ipfrag_high_thresh, 0, INT),
	IPV4(ipfrag_time, 0, INT),
	IPV4(ipfrag_max_dist, 0, INT),
	IPV4_("route/min_pmtu", sysctl_min_pmtu, 68, 65535, 1),
	IPV4_("route/mtu_expires", sysctl_mtu_expires, 0, INT, 1),
	IPV4_("tcp_rmem", sysctl_tcp_rmem, 1, INT, 3),
	IPV4_("tcp_wmem", sysctl_tcp_wmem, 1, INT, 3),
	IPV4_("tcp_mem", sysctl_tcp_mem, 0, UINT, 3),
	IPV4(tcp_sack, 0, 1),
	IPV4(tcp_window_scaling, 0, 1),
	IPV4(tcp_timestamps, 0, 2),
	IPV4(tcp_ecn, 0, 2),
	IPV4(tcp_ecn_fallback, 0, 1),
	IPV4(tcp_dsack, 0, 1),
	IPV4(tcp_comp_sack_nr, 0, BYTE),
	IPV4(tcp_comp_sack_delay_ns, 0, INT),
	IPV4(tcp_comp_sack_slack_ns, 0, INT),
	IPV4(tcp_frto, 0, 2),
	IPV4(tcp_recovery, 0, BYTE),
	IPV4(tcp_early_retrans, 0, 4),
	IPV4(tcp_retries1, 0, BYTE),
	IPV4(tcp_retries2, 0, BYTE),
	IPV4(tcp_syn_retries, 1, 127),
	IPV4(tcp_synack_retries, 0, BYTE),
	IPV4(tcp_syn_linear_timeouts, 0, 127),
	IPV4(tcp_orphan_retries, 0, BYTE),
	IPV4(tcp_syncookies, 0, 2),
	IPV4(tcp_abort_on_overflow, 0, 1),
	IPV4(tcp_tw_reuse, 0, 2),
	IPV4(tcp_tw_reuse_delay, 1, 60000),
	IPV4(tcp_rfc1337, 0, 1),
	IPV4(tcp_slow_start_after_idle, 0, 1),
	IPV4(tcp_thin_linear_timeouts, 0, 1),
	IPV4(tcp_moderate_rcvbuf, 0, 1),
	IPV4(tcp_autocorking, 0, 1),
	IPV4(tcp_mtu_probing, 0, 2),
	IPV4(tcp_workaround_signed_windows, 0, 1),
	IPV4(tcp_min_tso_segs, 1, BYTE),
	IPV4(tcp_tso_rtt_log, 0, 31),
	IPV4(tcp_fastopen, 0, INT),
	{ .procname = "net/ipv4/tcp_fastopen_key",
	  .get = get_tfo_key,
	  .set = tcp_fastopen_parse_keys },
	{ .procname = "net/ipv4/tcp_fastopen_blackhole_timeout_sec",
	  .get = get_tfo_blackhole,
	  .set = set_tfo_blackhole },
	IPV4(tcp_shrink_window, 0, 1),
	IPV4(tcp_app_win, 0, 31),
	IPV4(tcp_reordering, 1, BYTE),
	IPV4(tcp_max_reordering, 1, INT),
	IPV4(tcp_base_mss, 48, 65535),
	IPV4(tcp_min_snd_mss, 48, 65535),
	IPV4(tcp_mtu_probe_floor, 48, 65535),
	IPV4(tcp_probe_interval, 0, UINT),
	IPV4(tcp_probe_threshold, 0, INT),
	IPV4(tcp_fin_timeout, 0, INT),
	IPV4(tcp_keepalive_time, 1, INT),
	IPV4(tcp_keepalive_intvl, 1, INT),
	IPV4(tcp_keepalive_probes, 1, BYTE),
	IPV4(tcp_max_syn_backlog, 0, INT),
	IPV4(tcp_max_tw_buckets, 0, INT),
	IPV4(tcp_max_orphans, 0, INT),
	IPV4(tcp_limit_output_bytes, 0, INT),
	IPV4(tcp_challenge_ack_limit, 0, INT),
	IPV4(tcp_invalid_ratelimit, 0, INT),
	IPV4(tcp_min_rtt_wlen, 0, 86400),
	IPV4(tcp_notsent_lowat, 0, UINT),
	IPV4(tcp_pacing_ss_ratio, 0, 1000),
	IPV4(tcp_pacing_ca_ratio, 0, 1000),
	IPV4(tcp_rto_min_us, 1, INT),
	IPV4(tcp_rto_max_ms, 1000, 120000),
	{ .procname = "net/ipv4/tcp_congestion_control",
	  .get = get_ca,
	  .set = tcp_set_default_congestion_control },
	{ .procname = "net/ipv4/tcp_allowed_congestion_control",
	  .get = tcp_get_allowed_congestion_control,
	  .set = tcp_set_allowed_congestion_control },
	{ .procname = "net/ipv4/tcp_available_congestion_control",
	  .get = get_all_ca,
	  .read_only = 1 },
	{ .procname = "/sys/module/tcp_cubic/parameters/hystart_detect",
	  .offset = offsetof(struct netns_ipv4, tcp_hystart_detect),
	  .size = SIZE_(netns_ipv4, tcp_hystart_detect, 1),
	  .count = 1,
	  .max = 7 },
};

/**
 * sysctl_at() - The settings one after the other.
 * @i: from 0.
 *
 * Context: any.
 * Return:  it, or NULL past the last.
 */
const struct ctl_table *sysctl_at(u32 i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && (*a != '.' || *b != '/'))
			return false;
	return *a == *b;
}

/**
 * sysctl_find() - A setting by its name.
 * @name: with dots or slashes between its parts: "net.ipv4.tcp_sack".
 *
 * Context: any.
 * Return:  it, or NULL.
 */
const struct ctl_table *sysctl_find(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (same_name(name, table[i].procname))
			return &table[i];
	return NULL;
}

static u8 *place(const struct net *net, const struct ctl_table *t, u32 n)
{
	u8 *base = t->in_net ? (u8 *)(uintptr_t)net : (u8 *)net->ipv4;

	return base + t->offset + n * t->size;
}

/* Little-endian, as x86 is. */
static s64 load(const struct net *net, const struct ctl_table *t, u32 n)
{
	u64 v = 0;

	memcpy(&v, place(net, t, n), t->size);
	return (s64)v;
}

/**
 * sysctl_get() - A setting as text.
 * @net:  the stack.
 * @t:    the setting.
 * @text: for a line with its end and a zero.
 * @size: at least SYSCTL_TEXT_MAX.
 *
 * Context: any.
 * Return:  the line's length.
 */
size_t sysctl_get(const struct net *net, const struct ctl_table *t, char *text,
		  size_t size)
{
	int len = 0;
	u32 n;

	if (t->get)
		len = t->get(net, text, size - 1);
	for (n = 0; n < t->count; n++)
		len += scnprintf(text + len, size - 1 - (size_t)len,
				 n ? "\t%lld" : "%lld", load(net, t, n));
	text[len++] = '\n';
	text[len] = '\0';
	return (size_t)len;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Take a number off *@text: decimal or 0x and hexadecimal, a minus before it.
 * False: there is none, or too great a one. */
static bool take_number(const char **text, s64 *value)
{
	const char *p = *text, *from;
	bool minus = *p == '-';
	int base = 10;
	s64 v = 0;

	p += minus;
	if (p[0] == '0' && (p[1] | 0x20) == 'x') {
		base = 16;
		p += 2;
	}
	for (from = p; digit(*p) < base && v <= UINT; p++)
		v = v * base + digit(*p);
	*value = minus ? -v : v;
	*text = p;
	return p > from && (is_space(*p) || !*p);
}

/* All numbers, or none: fewer than there are leave the rest as it was. */
static int set_numbers(struct net *net, const struct ctl_table *t,
		       const char *text)
{
	s64 v[4], least = t->min;
	u32 n = 0, i;

	while (n < t->count && *text) {
		if (!take_number(&text, &v[n]) || v[n] < least ||
		    v[n] > (s64)t->max)
			return -EINVAL;
		if (t->ascends)
			least = v[n];
		while (is_space(*text))
			text++;
		n++;
	}
	if (!n || *text || (t->ascends && n < t->count))
		return -EINVAL;
	for (i = 0; i < n; i++)
		memcpy(place(net, t, i), &v[i], t->size);
	return 0;
}

/**
 * sysctl_set() - Change a setting.
 * @net:  the stack.
 * @t:    the setting.
 * @text: the value; blanks before and after it, and the line's end, do not
 *        count.
 *
 * Context: task.
 * Return:  0; -EINVAL: no value of this setting; -ENOENT: no such congestion
 *          control; -EPERM: it cannot be changed.
 */
int sysctl_set(struct net *net, const struct ctl_table *t, const char *text)
{
	char word[SYSCTL_TEXT_MAX];
	size_t n;

	if (t->read_only)
		return -EPERM;
	while (is_space(*text))
		text++;
	n = strlen(text);
	while (n && is_space(text[n - 1]))
		n--;
	if (n >= sizeof(word))
		return -EINVAL;
	memcpy(word, text, n);
	word[n] = '\0';
	xmit_gen_bump();
	return t->set ? t->set(net, word) : set_numbers(net, t, word);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the table of sysctl names that scripts may read and write
 * (docs/PACKETDRILL.md): where in init_net each lives, and how it is spelt.
 */
#include "lib/byteorder.h"
#include "lib/errno.h"
#include "lib/vsprintf.h"
#include "net/core/net_namespace.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/tcp.h"
#include "tests/packetdrill/platform_threads.h"
#include "tests/packetdrill/stack.h"

enum knob_kind {
	KNOB_INT,     /* .count numbers of .size bytes */
	KNOB_CC,      /* the name of a congestion control */
	KNOB_IGNORED, /* taken and given back; the stack has no such choice */
};

struct knob {
	const char *name;
	enum knob_kind kind;
	bool ipv4; /* .offset is into struct netns_ipv4, else struct net */
	u8 size;
	u8 count;
	u32 scale; /* a unit in the file is this many in the field */
	size_t offset;
};

#define SIZE_OF_(s, f) sizeof(((struct s *)0)->f)
#define IPV4_(n, f, c, m)                                                      \
	{                                                                      \
		.name = "net/ipv4/" n, .kind = KNOB_INT, .ipv4 = true,         \
		.size = SIZE_OF_(netns_ipv4, f) / (c), .count = c, .scale = m, \
		.offset = offsetof(struct netns_ipv4, f)                       \
	}
#define IPV4(n)      IPV4_(#n, sysctl_##n, 1, 1)
#define IPV4_N(n, c) IPV4_(#n, sysctl_##n, c, 1)
#define CORE(n)                                                            \
	{                                                                  \
		.name = "net/core/" #n, .kind = KNOB_INT,                  \
		.size = SIZE_OF_(net, sysctl_##n), .count = 1, .scale = 1, \
		.offset = offsetof(struct net, sysctl_##n)                 \
	}
#define IGNORED(n)                              \
	{                                       \
		.name = n, .kind = KNOB_IGNORED \
	}

static const struct knob knobs[] = {
	CORE(wmem_max),
	CORE(wmem_default),
	CORE(rmem_max),
	CORE(rmem_default),
	CORE(netdev_max_backlog),
	CORE(somaxconn),
	IGNORED("net/core/default_qdisc"),
	IGNORED("net/core/optmem_max"),
	IPV4(ip_default_ttl),
	IPV4(ip_no_pmtu_disc),
	IPV4_N(ip_local_port_range, 2),
	IPV4(icmp_ratelimit),
	IPV4(icmp_ratemask),
	IPV4(icmp_msgs_per_sec),
	IPV4(icmp_msgs_burst),
	IPV4_("route/min_pmtu", sysctl_min_pmtu, 1, 1),
	IPV4_("route/mtu_expires", sysctl_mtu_expires, 1, 1),
	IPV4_N(tcp_rmem, 3),
	IPV4_N(tcp_wmem, 3),
	IPV4_N(tcp_mem, 3),
	IPV4(tcp_sack),
	IPV4(tcp_window_scaling),
	IPV4(tcp_timestamps),
	IPV4(tcp_ecn),
	IPV4(tcp_ecn_fallback),
	IPV4(tcp_dsack),
	IPV4(tcp_frto),
	IPV4(tcp_recovery),
	IPV4(tcp_early_retrans),
	IPV4(tcp_retries1),
	IPV4(tcp_retries2),
	IPV4(tcp_syn_retries),
	IPV4(tcp_synack_retries),
	IPV4(tcp_orphan_retries),
	IPV4(tcp_syncookies),
	IPV4(tcp_abort_on_overflow),
	IPV4(tcp_tw_reuse),
	IPV4(tcp_rfc1337),
	IPV4(tcp_slow_start_after_idle),
	IPV4(tcp_thin_linear_timeouts),
	IPV4(tcp_no_metrics_save),
	IPV4(tcp_moderate_rcvbuf),
	IPV4(tcp_autocorking),
	IPV4(tcp_mtu_probing),
	IPV4(tcp_workaround_signed_windows),
	IPV4(tcp_min_tso_segs),
	IPV4(tcp_tso_rtt_log),
	IPV4(tcp_fastopen),
	IPV4(tcp_adv_win_scale),
	IPV4(tcp_app_win),
	IPV4(tcp_reordering),
	IPV4(tcp_max_reordering),
	IPV4(tcp_base_mss),
	IPV4(tcp_min_snd_mss),
	IPV4(tcp_mtu_probe_floor),
	IPV4(tcp_fin_timeout),
	IPV4(tcp_keepalive_time),
	IPV4(tcp_keepalive_intvl),
	IPV4(tcp_keepalive_probes),
	IPV4(tcp_max_syn_backlog),
	IPV4(tcp_max_tw_buckets),
	IPV4(tcp_max_orphans),
	IPV4(tcp_limit_output_bytes),
	IPV4(tcp_challenge_ack_limit),
	IPV4(tcp_invalid_ratelimit),
	IPV4(tcp_min_rtt_wlen),
	IPV4(tcp_notsent_lowat),
	IPV4(tcp_pacing_ss_ratio),
	IPV4(tcp_pacing_ca_ratio),
	IPV4(tcp_rto_min_us),
	IPV4(tcp_comp_sack_delay_ns),
	IPV4(tcp_comp_sack_nr),
	{ .name = "net/ipv4/tcp_congestion_control", .kind = KNOB_CC },
	IGNORED("net/ipv4/tcp_available_congestion_control"),
	IGNORED("net/ipv4/tcp_allowed_congestion_control"),
	IGNORED("net/ipv4/tcp_comp_sack_slack_ns"),
	IGNORED("net/ipv4/tcp_comp_sack_rtt_percent"),
	IGNORED("net/ipv4/tcp_ecn_option"),
	IGNORED("net/ipv4/tcp_ecn_option_beacon"),
	IGNORED("net/ipv4/tcp_fack"),
	IGNORED("net/ipv4/tcp_low_latency"),
	IGNORED("net/ipv4/tcp_fastopen_key"),
	IGNORED("net/ipv4/tcp_fastopen_blackhole_timeout_sec"),
	IGNORED("net/ipv4/tcp_tso_win_divisor"),
	IGNORED("net/ipv4/tcp_shrink_window"),
	IGNORED("net/ipv4/tcp_stdurg"),
	IGNORED("net/ipv4/tcp_retrans_collapse"),
	IGNORED("net/ipv4/tcp_no_ssthresh_metrics_save"),
	IGNORED("net/ipv4/tcp_syn_linear_timeouts"),
	IGNORED("net/ipv4/tcp_migrate_req"),
	IGNORED("net/ipv4/tcp_probe_interval"),
	IGNORED("net/ipv4/tcp_probe_threshold"),
	IGNORED("net/ipv4/tcp_reflect_tos"),
	IGNORED("net/ipv4/tcp_backlog_ack_defer"),
	IGNORED("net/ipv4/tcp_plb_enabled"),
	IGNORED("net/ipv4/tcp_rto_max_ms"),
};

const char *stack_sysctl_name(unsigned int i)
{
	return i < ARRAY_SIZE(knobs) ? knobs[i].name : NULL;
}

static void *place(struct net *net, const struct knob *k, u32 n)
{
	u8 *base = k->ipv4 ? (u8 *)net->ipv4 : (u8 *)net;

	return base + k->offset + (size_t)n * k->size;
}

/* Little-endian, as the host is. */
static u64 load(const struct knob *k, u32 n)
{
	u64 v = 0;

	memcpy(&v, place(&init_net, k, n), k->size);
	return v / k->scale;
}

void stack_sysctl_get(unsigned int i, char *text, unsigned long size)
{
	const struct knob *k = &knobs[i];
	int len = 0;
	u32 n;

	text[0] = '\0';
	if (k->kind == KNOB_CC)
		snprintf(text, size, "%s\n",
			 init_net.ipv4->tcp_congestion_control->name);
	if (k->kind == KNOB_IGNORED)
		snprintf(text, size, "0\n");
	for (n = 0; n < k->count && len < (int)size; n++)
		len += snprintf(text + len, size - (size_t)len, "%llu%c",
				load(k, n), n + 1 < k->count ? '\t' : '\n');
}

/* Decimal or 0x hexadecimal, a sign before it; false: no number here. */
static bool parse_number(const char **text, u64 *value)
{
	const char *p = *text;
	bool minus = false;
	u32 base = 10, digit;
	u64 v = 0;

	while (*p == ' ' || *p == '\t')
		p++;
	if (*p == '-') {
		minus = true;
		p++;
	}
	if (p[0] == '0' && (p[1] | 0x20) == 'x') {
		base = 16;
		p += 2;
	}
	*text = p;
	for (;; p++) {
		digit = (u32)*p - '0';
		if (digit > 9)
			digit = ((u32)*p | 0x20) - 'a' + 10;
		if (digit >= base)
			break;
		v = v * base + digit;
	}
	*value = minus ? 0 - v : v;
	minus = p != *text;
	*text = p;
	return minus;
}

static int set_numbers(struct net *net, const struct knob *k, const char *text)
{
	u64 v;
	u32 n;

	for (n = 0; n < k->count; n++) {
		if (!parse_number(&text, &v))
			return -EINVAL;
		v *= k->scale;
		memcpy(place(net, k, n), &v, k->size);
	}
	return 0;
}

static int set_cc(struct net *net, const char *text)
{
	const struct tcp_congestion_ops *ca;
	char name[16];
	u32 n = 0;

	while (text[n] > ' ' && n < sizeof(name) - 1) {
		name[n] = text[n];
		n++;
	}
	name[n] = '\0';
	ca = tcp_ca_find(name);
	if (!ca)
		return -ENOENT;
	net->ipv4->tcp_congestion_control = ca;
	return 0;
}

static int set(struct net *net, const struct knob *k, const char *text)
{
	switch (k->kind) {
	case KNOB_INT:
		return set_numbers(net, k, text);
	case KNOB_CC:
		return set_cc(net, text);
	default:
		return 0;
	}
}

int stack_sysctl_set(unsigned int i, const char *text)
{
	int err;

	platform_enter();
	err = set(&init_net, &knobs[i], text);
	platform_leave();
	return err;
}

/* "net.ipv4.tcp_sack" is "net/ipv4/tcp_sack". */
static bool same_name(const char *dots, const char *slashes)
{
	for (; *dots && *slashes; dots++, slashes++)
		if (*dots != *slashes && (*dots != '.' || *slashes != '/'))
			return false;
	return *dots == *slashes;
}

int stack_sysctl_write(struct net *net, const char *name, const char *text)
{
	const struct knob *k;

	for (k = knobs; k < knobs + ARRAY_SIZE(knobs); k++)
		if (same_name(name, k->name))
			return set(net ?: &init_net, k, text);
	return -ESRCH;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the sysctls that a script may set, by Linux's names:
 * `sysctl -q net.ipv4.tcp_sack=0`. There is no file system to write to; each
 * name stands for fields of the script's own struct net.
 */
#include <stdlib.h>
#include "tests/packetdrill/runner/pkt.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/tcp.h"

struct sysctl {
	const char *name;
	size_t off, size;
	u32 nr;
	bool core;
};

#define V4(field)                                                              \
	{                                                                      \
		"net.ipv4." #field,                                            \
			offsetof(struct netns_ipv4, sysctl_##field),           \
			sizeof_field(struct netns_ipv4, sysctl_##field), 1,    \
			false                                                  \
	}
#define V4_N(field, n)                                                         \
	{                                                                      \
		"net.ipv4." #field,                                            \
			offsetof(struct netns_ipv4, sysctl_##field),           \
			sizeof_field(struct netns_ipv4, sysctl_##field) / (n), \
			n, false                                               \
	}
#define CORE(field)                                                            \
	{                                                                      \
		"net.core." #field, offsetof(struct net, sysctl_##field),      \
			sizeof_field(struct net, sysctl_##field), 1, true      \
	}

static const struct sysctl sysctls[] = {
	CORE(wmem_max), CORE(wmem_default), CORE(rmem_max), CORE(rmem_default),
	CORE(somaxconn), CORE(netdev_max_backlog),
	V4(ip_default_ttl), V4(ip_no_pmtu_disc), V4_N(ip_local_port_range, 2),
	V4(icmp_ratelimit), V4_N(tcp_rmem, 3), V4_N(tcp_wmem, 3),
	V4(tcp_sack), V4(tcp_window_scaling), V4(tcp_timestamps), V4(tcp_ecn),
	V4(tcp_ecn_fallback), V4(tcp_dsack), V4(tcp_frto), V4(tcp_recovery),
	V4(tcp_early_retrans), V4(tcp_retries1), V4(tcp_retries2),
	V4(tcp_syn_retries), V4(tcp_synack_retries), V4(tcp_orphan_retries),
	V4(tcp_syncookies), V4(tcp_abort_on_overflow), V4(tcp_tw_reuse),
	V4(tcp_rfc1337), V4(tcp_slow_start_after_idle),
	V4(tcp_thin_linear_timeouts), V4(tcp_no_metrics_save),
	V4(tcp_moderate_rcvbuf), V4(tcp_autocorking), V4(tcp_mtu_probing),
	V4(tcp_workaround_signed_windows), V4(tcp_min_tso_segs),
	V4(tcp_tso_rtt_log), V4(tcp_fastopen), V4(tcp_adv_win_scale),
	V4(tcp_app_win), V4(tcp_reordering), V4(tcp_max_reordering),
	V4(tcp_base_mss), V4(tcp_min_snd_mss), V4(tcp_mtu_probe_floor),
	V4(tcp_fin_timeout), V4(tcp_keepalive_time), V4(tcp_keepalive_intvl),
	V4(tcp_keepalive_probes), V4(tcp_max_syn_backlog),
	V4(tcp_max_tw_buckets), V4(tcp_max_orphans),
	V4(tcp_limit_output_bytes), V4(tcp_challenge_ack_limit),
	V4(tcp_invalid_ratelimit), V4(tcp_min_rtt_wlen),
	V4(tcp_notsent_lowat), V4(tcp_pacing_ss_ratio),
	V4(tcp_pacing_ca_ratio), V4(tcp_rto_min_us),
	V4(tcp_comp_sack_delay_ns), V4(tcp_comp_sack_nr),
};

static void store(struct net *net, const struct sysctl *s, const char *value)
{
	char *base = (s->core ? (char *)net : (char *)net->ipv4) + s->off;
	char *end;
	s64 v;
	u32 i;

	for (i = 0; i < s->nr; i++, value = end) {
		v = strtoll(value, &end, 0);
		pkt_check(end != value, "%s: a number is missing", s->name);
		memcpy(base + i * s->size, &v, s->size);
	}
}

static void set(struct net *net, const char *name, const char *value)
{
	u32 i;

	if (strcmp(name, "net.ipv4.tcp_congestion_control") == 0) {
		const struct tcp_congestion_ops *ops = tcp_ca_find(value);

		pkt_check(ops, "no congestion control %s", value);
		net->ipv4->tcp_congestion_control = ops;
		return;
	}
	for (i = 0; i < ARRAY_SIZE(sysctls); i++)
		if (strcmp(name, sysctls[i].name) == 0) {
			store(net, &sysctls[i], value);
			return;
		}
	pkt_check(false, "unknown sysctl %s", name);
}

/* The end of the assignment at @s: values may have spaces in quotes, or be
 * several numbers. */
static char *assignment_end(char *s)
{
	char quote = 0;

	for (; *s; s++) {
		if (*s == '"' || *s == '\'')
			quote = quote ? 0 : *s;
		else if (!quote && (*s == ' ' || *s == ';' || *s == '\n'))
			break;
	}
	return s;
}

/**
 * pkt_sysctl() - Do what `sysctl name=value ...` asks.
 * @net:     the stack.
 * @command: the command line: options (-q, -w) and assignments.
 *
 * Context: task.
 */
void pkt_sysctl(struct net *net, const char *command)
{
	char buf[1024], *s = buf, *end, *eq, *v;

	pkt_check(strlen(command) < sizeof(buf), "too long a command");
	memcpy(buf, command, strlen(command) + 1);
	while (*s) {
		while (*s == ' ' || *s == '\n' || *s == '\t' || *s == ';')
			s++;
		end = assignment_end(s);
		if (*end)
			*end++ = 0;
		eq = strchr(s, '=');
		if (eq) {
			*eq = 0;
			v = eq + 1;
			if (*v == '"' || *v == '\'') {
				v++;
				v[strlen(v) - 1] = 0;
			}
			set(net, s, v);
		} else {
			pkt_check(!*s || *s == '-' || strcmp(s, "sysctl") == 0,
				  "only sysctl is known, not %s", s);
		}
		s = end;
	}
}

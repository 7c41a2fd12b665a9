// SPDX-License-Identifier: MIT
/*
 * DOC: the sysctl names that scripts may read and write
 * (docs/PACKETDRILL.md): the stack's own, and names of Linux's that it has no
 * choice about: these take any value.
 */
#include "lib/errno.h"
#include "lib/vsprintf.h"
#include "net/core/net_namespace.h"
#include "net/ipv4/sysctl.h"
#include "net/ipv4/tcp_fastopen.h"
#include "tests/packetdrill/platform_threads.h"
#include "tests/packetdrill/stack.h"

/* With Linux's defaults; what a script writes is what it reads. */
static struct {
	const char *name;
	char value[24];
} ignored[] = {
	{ "net/core/default_qdisc", "pfifo_fast" },
	{ "net/ipv4/tcp_adv_win_scale", "1" },
	{ "net/ipv4/tcp_backlog_ack_defer", "1" },
	{ "net/ipv4/tcp_early_demux", "1" },
	{ "net/ipv4/tcp_ecn_option", "2" },
	{ "net/ipv4/tcp_ecn_option_beacon", "3" },
	{ "net/ipv4/tcp_fack", "0" },
	{ "net/ipv4/tcp_fwmark_accept", "0" },
	{ "net/ipv4/tcp_l3mdev_accept", "0" },
	{ "net/ipv4/tcp_low_latency", "0" },
	{ "net/ipv4/tcp_migrate_req", "0" },
	{ "net/ipv4/tcp_no_metrics_save", "0" },
	{ "net/ipv4/tcp_no_ssthresh_metrics_save", "1" },
	{ "net/ipv4/tcp_pingpong_thresh", "1" },
	{ "net/ipv4/tcp_plb_cong_thresh", "128" },
	{ "net/ipv4/tcp_plb_enabled", "0" },
	{ "net/ipv4/tcp_plb_idle_rehash_rounds", "3" },
	{ "net/ipv4/tcp_plb_rehash_rounds", "12" },
	{ "net/ipv4/tcp_plb_suspend_rto_sec", "60" },
	{ "net/ipv4/tcp_reflect_tos", "0" },
	{ "net/ipv4/tcp_retrans_collapse", "1" },
	{ "net/ipv4/tcp_stdurg", "0" },
	{ "net/ipv4/tcp_tso_win_divisor", "3" },
};

static u32 nr_settings(void)
{
	static u32 n;

	while (sysctl_at(n))
		n++;
	return n;
}

const char *stack_sysctl_name(unsigned int i)
{
	const struct ctl_table *t = sysctl_at(i);

	if (t)
		return t->procname;
	i -= nr_settings();
	return i < ARRAY_SIZE(ignored) ? ignored[i].name : NULL;
}

void stack_sysctl_get(unsigned int i, char *text, unsigned long size)
{
	const struct ctl_table *t = sysctl_at(i);

	if (t)
		sysctl_get(&init_net, t, text, size);
	else
		snprintf(text, size, "%s\n", ignored[i - nr_settings()].value);
}

/* The line is remembered. */
static int ignore(u32 i, const char *text)
{
	u32 n = 0;

	while (text[n] && text[n] != '\n' && n < sizeof(ignored[i].value) - 1)
		n++;
	memcpy(ignored[i].value, text, n);
	ignored[i].value[n] = '\0';
	return 0;
}

int stack_sysctl_set(unsigned int i, const char *text)
{
	const struct ctl_table *t = sysctl_at(i);
	int err;

	if (!t)
		return ignore(i - nr_settings(), text);
	if (t->read_only)
		return 0;
	platform_enter();
	err = sysctl_set(&init_net, t, text);
	platform_leave();
	return err;
}

/* "net.ipv4.tcp_fack" is "net/ipv4/tcp_fack". */
static bool same_name(const char *dots, const char *slashes)
{
	for (; *dots && *slashes; dots++, slashes++)
		if (*dots != *slashes && (*dots != '.' || *slashes != '/'))
			return false;
	return *dots == *slashes;
}

int stack_sysctl_write(struct net *net, const char *name, const char *text)
{
	const struct ctl_table *t = sysctl_find(name);
	u32 i;

	if (t)
		return sysctl_set(net ?: &init_net, t, text);
	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		if (same_name(name, ignored[i].name))
			return 0;
	return -ESRCH;
}

void stack_tcp_metrics_flush(struct net *net)
{
	platform_enter();
	tcp_fastopen_cache_flush(net ?: &init_net);
	platform_leave();
}

const char *stack_counter(struct net *net, unsigned int i, char name[64],
			  unsigned long long *value)
{
	if (i >= NR_SNMP_MIB)
		return NULL;
	snprintf(name, 64, "%s%s", snmp_names[i].group, snmp_names[i].name);
	*value = (net ?: &init_net)->mib.v[i];
	return name;
}

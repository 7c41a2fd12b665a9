// SPDX-License-Identifier: MIT
/*
 * DOC: what stands in %{ }%: Python's assert statements over the fields of
 * struct tcp_info and the stack's counters by nstat's names, one a line or
 * between semicolons, with or, and, not, comparisons (chained), |, &,
 * + - * / // %, abs(), min(), max() and parentheses. Numbers are integers.
 *
 * A comparison that a time is in is as exact as the backend's clock: within
 * its tolerance both == and < hold. An assert that a counter is in holds where
 * the backend has none: the machine that runs many scripts counts on.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/packetdrill/runner/pkt.h"
#include "lib/uapi/socket.h"
#include "lib/uapi/unistd.h"
#include "net/core/snmp.h"

static const char *at;
static struct tcp_info info;
static s64 slack; /* of the comparison, in the unit of the time in it */

#define F(field)                                             \
	{                                                    \
#field, offsetof(struct tcp_info, field),    \
			sizeof_field(struct tcp_info, field) \
	}
static const struct {
	const char *name;
	size_t off, size;
} fields[] = {
	F(tcpi_state),         F(tcpi_ca_state),
	F(tcpi_retransmits),   F(tcpi_probes),
	F(tcpi_backoff),       F(tcpi_options),
	F(tcpi_rto),           F(tcpi_ato),
	F(tcpi_snd_mss),       F(tcpi_rcv_mss),
	F(tcpi_unacked),       F(tcpi_sacked),
	F(tcpi_lost),          F(tcpi_retrans),
	F(tcpi_fackets),       F(tcpi_last_data_sent),
	F(tcpi_last_ack_sent), F(tcpi_last_data_recv),
	F(tcpi_last_ack_recv), F(tcpi_pmtu),
	F(tcpi_rcv_ssthresh),  F(tcpi_rtt),
	F(tcpi_rttvar),        F(tcpi_snd_ssthresh),
	F(tcpi_snd_cwnd),      F(tcpi_advmss),
	F(tcpi_reordering),    F(tcpi_rcv_rtt),
	F(tcpi_rcv_space),     F(tcpi_total_retrans),
	F(tcpi_pacing_rate),   F(tcpi_max_pacing_rate),
	F(tcpi_bytes_acked),   F(tcpi_bytes_received),
	F(tcpi_segs_out),      F(tcpi_segs_in),
	F(tcpi_notsent_bytes), F(tcpi_min_rtt),
	F(tcpi_data_segs_in),  F(tcpi_data_segs_out),
	F(tcpi_delivery_rate), F(tcpi_busy_time),
	F(tcpi_rwnd_limited),  F(tcpi_sndbuf_limited),
	F(tcpi_delivered),     F(tcpi_delivered_ce),
	F(tcpi_bytes_sent),    F(tcpi_bytes_retrans),
	F(tcpi_dsack_dups),    F(tcpi_reord_seen),
	F(tcpi_rcv_ooopack),   F(tcpi_snd_wnd),
	F(tcpi_rcv_wnd),       F(tcpi_rehash),
};

static bool vacuous; /* the statement asks what nobody knows */

static s64 either(void);

static void space(void)
{
	while (*at == ' ' || *at == '\t' || *at == '\r')
		at++;
}

static bool take(const char *s)
{
	size_t n = strlen(s);

	space();
	if (strncmp(at, s, n) != 0)
		return false;
	if (isalpha((unsigned char)s[0]) &&
	    (isalnum((unsigned char)at[n]) || at[n] == '_'))
		return false;
	at += n;
	return true;
}

/* Fields that are times, and what their unit is. */
static const struct {
	const char *name;
	s64 unit_ns;
} times[] = {
	{ "tcpi_rto", NSEC_PER_USEC },
	{ "tcpi_ato", NSEC_PER_USEC },
	{ "tcpi_rtt", NSEC_PER_USEC },
	{ "tcpi_rttvar", NSEC_PER_USEC },
	{ "tcpi_rcv_rtt", NSEC_PER_USEC },
	{ "tcpi_min_rtt", NSEC_PER_USEC },
	{ "tcpi_busy_time", NSEC_PER_USEC },
	{ "tcpi_rwnd_limited", NSEC_PER_USEC },
	{ "tcpi_sndbuf_limited", NSEC_PER_USEC },
	{ "tcpi_last_data_sent", NSEC_PER_MSEC },
	{ "tcpi_last_data_recv", NSEC_PER_MSEC },
	{ "tcpi_last_ack_recv", NSEC_PER_MSEC },
};

static void allow_for_time(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(times); i++)
		if (strcmp(times[i].name, name) == 0)
			slack = pkt.backend->tolerance_ns / times[i].unit_ns;
}

/* Of the stack, by nstat's name; @vacuous if the backend cannot say. */
static bool counter(const char *name, s64 *value)
{
	u32 i;

	for (i = 0; i < NR_SNMP_MIB; i++) {
		const struct snmp_name *s = &snmp_names[i];
		size_t n = strlen(s->group);

		if (strncmp(name, s->group, n) || strcmp(name + n, s->name))
			continue;
		*value = 0;
		vacuous = !pkt.backend->counter;
		if (!vacuous)
			*value = pkt.backend->counter(i);
		return true;
	}
	return false;
}

static s64 field(const char *name)
{
	u64 v = 0;
	s64 c;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (strcmp(fields[i].name, name) == 0) {
			memcpy(&v, (const char *)&info + fields[i].off,
			       fields[i].size);
			allow_for_time(name);
			return (s64)v;
		}
	if (strcmp(name, "tcpi_snd_wscale") == 0)
		return info.tcpi_snd_wscale;
	if (strcmp(name, "tcpi_rcv_wscale") == 0)
		return info.tcpi_rcv_wscale;
	if (strcmp(name, "tcpi_delivery_rate_app_limited") == 0)
		return info.tcpi_delivery_rate_app_limited;
	if (strcmp(name, "tcpi_fastopen_client_fail") == 0)
		return info.tcpi_fastopen_client_fail;
	if (counter(name, &c))
		return c;
	if (strcmp(name, "True") == 0)
		return 1;
	if (strcmp(name, "False") == 0)
		return 0;
	pkt_check(pkt_symbol(name, &c), "assert: unknown name %s", name);
	return c;
}

static s64 function(const char *name)
{
	s64 a = either(), b = take(",") ? either() : 0;

	pkt_check(take(")"), "assert: no ) before '%.20s'", at);
	if (strcmp(name, "abs") == 0)
		return a < 0 ? -a : a;
	if (strcmp(name, "min") == 0)
		return min(a, b);
	if (strcmp(name, "max") == 0)
		return max(a, b);
	pkt_check(strcmp(name, "int") == 0, "assert: function %s", name);
	return a;
}

static s64 atom(void)
{
	char name[64];
	char *end;
	size_t n = 0;
	s64 v;

	if (take("(")) {
		v = either();
		pkt_check(take(")"), "assert: no ) before '%.20s'", at);
		return v;
	}
	if (take("-"))
		return -atom();
	if (isdigit((unsigned char)*at)) {
		v = strtoll(at, &end, 0);
		at = end;
		return v;
	}
	while ((isalnum((unsigned char)*at) || *at == '_') &&
	       n < sizeof(name) - 1)
		name[n++] = *at++;
	name[n] = 0;
	pkt_check(n, "assert: a value expected before '%.20s'", at);
	return take("(") ? function(name) : field(name);
}

static s64 product(void)
{
	s64 v = atom(), d;

	for (;;) {
		if (take("*")) {
			v *= atom();
		} else if (take("//") || take("/")) {
			d = atom();
			pkt_check(d, "assert: division by 0");
			v /= d;
		} else if (take("%")) {
			d = atom();
			pkt_check(d, "assert: division by 0");
			v %= d;
		} else {
			return v;
		}
	}
}

static s64 sum(void)
{
	s64 v = product();

	for (;;) {
		if (take("+"))
			v += product();
		else if (take("-"))
			v -= product();
		else
			return v;
	}
}

static s64 bits(void)
{
	s64 v = sum();

	for (;;) {
		if (take("&"))
			v &= sum();
		else if (take("|"))
			v |= sum();
		else
			return v;
	}
}

/* Does @l stand to @r as @op says? */
static bool holds(const char *op, s64 l, s64 r)
{
	if (op[0] == '=')
		return l >= r - slack && l <= r + slack;
	if (op[0] == '!')
		return l != r;
	if (op[0] == '<')
		return op[1] ? l <= r + slack : l < r + slack + !!slack;
	return op[1] ? l >= r - slack : l > r - slack - !!slack;
}

static s64 comparison(void)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };
	s64 l, r, ok = 1, outer = slack;
	bool any = false;
	u32 i;

	slack = 0;
	for (l = bits();; l = r, any = true) {
		for (i = 0; i < ARRAY_SIZE(ops) && !take(ops[i]); i++)
			;
		if (i == ARRAY_SIZE(ops))
			break;
		r = bits();
		ok &= holds(ops[i], l, r);
	}
	slack = max(slack, outer); /* in parentheses, of another one */
	return any ? ok : l;
}

static s64 negation(void)
{
	return take("not") ? !negation() : comparison();
}

static s64 both(void)
{
	s64 v = negation(), w;

	while (take("and")) {
		w = negation();
		v = v && w;
	}
	return v;
}

static s64 either(void)
{
	s64 v = both(), w;

	while (take("or")) {
		w = both();
		v = v || w;
	}
	return v;
}

static void statement(void)
{
	const char *from = at;
	char shown[64] = "";

	if (!take("assert")) {
		pkt_check(!*at || *at == '\n' || *at == ';' || *at == '#',
			  "%%{ }%%: '%.40s' is no assert", at);
	} else {
		s64 ok;
		int n;

		vacuous = false;
		ok = either();
		n = (int)(at - from);

		if (take(","))
			snprintf(shown, sizeof(shown), ": it is %lld",
				 either());
		pkt_check(ok || vacuous, "%.*s fails%s", n, from, shown);
	}
	if (*at == '#')
		while (*at && *at != '\n')
			at++;
	space();
	pkt_check(!*at || *at == '\n' || *at == ';',
		  "%%{ }%%: '%.40s' left over", at);
}

static void get_info(void)
{
	u32 outer = pkt_mem_begin();
	struct tcp_info *got = pkt_mem(sizeof(*got));
	int *len = pkt_mem(sizeof(*len));

	*len = sizeof(*got);
	pkt_check(pkt_syscall(__NR_getsockopt, pkt.info_fd, SOL_TCP, TCP_INFO,
			      (long)got, (long)len, 0) == 0,
		  "no tcp_info of descriptor %d", pkt.info_fd);
	info = *got;
	pkt_mem_end(outer);
}

/**
 * pkt_assert() - Check what a script says of the connection.
 * @text: the statements.
 *
 * Context: any, a blocked call's idle time too.
 */
void pkt_assert(const char *text)
{
	/* Counters are there without a connection, too. */
	if (strstr(text, "tcpi_"))
		get_info();
	for (at = text;;) {
		slack = 0;
		statement();
		if (!*at)
			return;
		at++;
	}
}

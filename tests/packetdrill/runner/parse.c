// SPDX-License-Identifier: MIT
/* DOC: from a script's text to its events; see docs/PKT.md. */
#include <ctype.h>
#include <stdlib.h>
#include "tests/fixtures/net_fixture.h"
#include "tests/packetdrill/runner/pkt.h"
#include "net/wire/icmp.h"
#include "net/wire/tcp.h"

static const char *at;
static u32 line;

/* --- characters --- */

static void *fresh(size_t n)
{
	void *p = calloc(1, n);

	if (!p)
		pkt_fail(line, "out of memory");
	return p;
}

static void skip_space(void)
{
	for (;;) {
		if (*at == '\n') {
			line++;
			at++;
		} else if (isspace((unsigned char)*at)) {
			at++;
		} else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
			while (*at && *at != '\n')
				at++;
		} else if (at[0] == '/' && at[1] == '*') {
			for (at += 2; *at && strncmp(at, "*/", 2) != 0; at++)
				line += *at == '\n';
			at += *at ? 2 : 0;
		} else {
			return;
		}
	}
}

static bool peek(const char *s)
{
	skip_space();
	return strncmp(at, s, strlen(s)) == 0;
}

static bool take(const char *s)
{
	if (!peek(s))
		return false;
	at += strlen(s);
	return true;
}

static void want(const char *s)
{
	if (!take(s))
		pkt_fail(line, "'%s' expected before '%.20s'", s, at);
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool peek_word(const char *s)
{
	return peek(s) && !in_word(at[strlen(s)]);
}

static bool take_word(const char *s)
{
	if (!peek_word(s))
		return false;
	at += strlen(s);
	return true;
}

static char *copy(const char *from, size_t n)
{
	char *s = fresh(n + 1);

	memcpy(s, from, n);
	return s;
}

static char *word(void)
{
	const char *from;

	skip_space();
	from = at;
	while (in_word(*at))
		at++;
	if (at == from)
		pkt_fail(line, "a word expected before '%.20s'", at);
	return copy(from, (size_t)(at - from));
}

static s64 integer(void)
{
	char *end;
	s64 v;

	skip_space();
	v = strtoll(at, &end, 0);
	if (end == at)
		pkt_fail(line, "a number expected before '%.20s'", at);
	at = end;
	return v;
}

static u32 number(void)
{
	return (u32)integer();
}

/* Seconds, as nanoseconds: 0.2, 10, .05. */
static s64 seconds(void)
{
	s64 ns = 0, unit = NSEC_PER_SEC;
	const char *from;

	skip_space();
	for (from = at; isdigit((unsigned char)*at); at++)
		ns = ns * 10 + (*at - '0') * (s64)NSEC_PER_SEC;
	if (at[0] == '.' && isdigit((unsigned char)at[1]))
		for (at++; isdigit((unsigned char)*at); at++)
			ns += (*at - '0') * (unit /= 10);
	if (at == from)
		pkt_fail(line, "a time expected before '%.20s'", at);
	return ns;
}

/* What stands up to @end, which is skipped. */
static char *text_until(const char *end)
{
	const char *stop = strstr(at, end), *p;
	char *s;

	if (!stop)
		pkt_fail(line, "no %s after this", end);
	s = copy(at, (size_t)(stop - at));
	for (p = at; p < stop; p++)
		line += *p == '\n';
	at = stop + strlen(end);
	return s;
}

/* --- expressions --- */

static struct pkt_expr *expression(void);

static struct pkt_expr *list(const char *end)
{
	struct pkt_expr *first = NULL, **tail = &first;

	while (!take(end)) {
		*tail = expression();
		tail = &(*tail)->next;
		if (!take(","))
			if (!peek(end))
				pkt_fail(line, "',' or '%s' before '%.20s'",
					 end, at);
	}
	return first;
}

static struct pkt_expr *members(void)
{
	struct pkt_expr *first = NULL, **tail = &first;
	char *name;

	while (!take("}")) {
		if (peek("...") || peek("\"") || isdigit((unsigned char)*at)) {
			*tail = expression(); /* {..., 1000} */
		} else {
			name = word();
			if (take("("))
				free(text_until(")"));
			want("=");
			*tail = expression();
			(*tail)->name = name;
		}
		tail = &(*tail)->next;
		take(",");
	}
	return first;
}

static s64 inet_number(const char *s)
{
	return (u32)fixture_ip(s);
}

static s64 function(const char *name)
{
	struct pkt_expr *arg = list(")");

	if (!arg)
		pkt_fail(line, "%s() of nothing", name);
	if (strcmp(name, "htons") == 0)
		return htons((u16)arg->num);
	if (strcmp(name, "htonl") == 0)
		return htonl((u32)arg->num);
	if (strcmp(name, "inet_addr") == 0 && arg->str)
		return inet_number(arg->str);
	pkt_fail(line, "function %s", name);
}

static s64 named_value(void)
{
	char *name = word();
	s64 v;

	if (take("("))
		v = function(name);
	else if (!pkt_symbol(name, &v))
		pkt_fail(line, "unknown name %s", name);
	free(name);
	return v;
}

static struct pkt_expr *primary(void)
{
	struct pkt_expr *e = fresh(sizeof(*e));

	if (take("...")) {
		e->type = EX_ELLIPSIS;
	} else if (take("\"")) {
		e->type = EX_STRING;
		e->str = text_until("\"");
	} else if (take("[")) {
		e->type = EX_ARRAY;
		e->child = list("]");
	} else if (take("{")) {
		e->type = EX_STRUCT;
		e->child = members();
	} else if (take("~")) {
		e->num = ~primary()->num;
	} else if (isdigit((unsigned char)*at) || *at == '-') {
		e->num = integer();
	} else {
		e->num = named_value();
	}
	return e;
}

static struct pkt_expr *expression(void)
{
	struct pkt_expr *e = primary();

	while (take("|"))
		e->num |= primary()->num;
	return e;
}

/* --- packets --- */

static u8 hex_byte(void)
{
	char two[3] = { at[0], at[1], 0 };

	at += 2;
	return (u8)strtoul(two, NULL, 16);
}

static void hex_bytes(struct pkt_option *o)
{
	skip_space();
	while (isxdigit((unsigned char)at[0]) &&
	       isxdigit((unsigned char)at[1]) && o->nr < sizeof(o->bytes))
		o->bytes[o->nr++] = hex_byte();
}

static void stamp(const char *name, u32 *v, bool *any)
{
	want(name);
	*any = take("...");
	if (!*any)
		*v = number();
}

/* A cookie in hexadecimal, `...`, or TFO_COOKIE: what the stack makes for the
 * peer with the key of the public scripts, or with TFO_COOKIE:16 bytes. */
static void cookie(struct pkt_option *o, u8 kind)
{
	static const u8 usual[16] = { 0xa1, 0xa1, 0xa1, 0xa1, 0xb2, 0xb2,
				      0xb2, 0xb2, 0xc3, 0xc3, 0xc3, 0xc3,
				      0xd4, 0xd4, 0xd4, 0xd4 };

	o->kind = kind;
	o->any_val = take("...");
	o->our_cookie = !o->any_val && take_word("TFO_COOKIE");
	if (o->our_cookie && !take(":"))
		memcpy(o->bytes, usual, sizeof(usual));
	else if (!o->any_val)
		hex_bytes(o);
	if (o->our_cookie)
		o->nr = 8;
}

static void option(struct pkt_option *o)
{
	if (take_word("mss")) {
		o->kind = TCPOPT_MSS;
		o->val = number();
	} else if (take_word("nop")) {
		o->kind = TCPOPT_NOP;
	} else if (take_word("eol")) {
		o->kind = TCPOPT_EOL;
	} else if (take_word("sackOK")) {
		o->kind = TCPOPT_SACK_PERM;
	} else if (take_word("wscale")) {
		o->kind = TCPOPT_WINDOW;
		o->val = number();
	} else if (take_word("TS")) {
		o->kind = TCPOPT_TIMESTAMP;
		stamp("val", &o->val, &o->any_val);
		stamp("ecr", &o->ecr, &o->any_ecr);
	} else if (take_word("sack")) {
		o->kind = TCPOPT_SACK;
		for (; o->nr < 8 && !peek(",") && !peek(">"); o->nr += 2) {
			o->edge[o->nr] = number();
			want(":");
			o->edge[o->nr + 1] = number();
		}
	} else if (take_word("FOEXP")) {
		cookie(o, TCPOPT_EXP);
	} else if (take_word("FO")) {
		cookie(o, TCPOPT_FASTOPEN);
	} else if (take_word("raw")) {
		o->kind = PKT_OPT_RAW;
		hex_bytes(o);
	} else {
		pkt_fail(line, "unknown TCP option '%.20s'", at);
	}
}

static void options(struct pkt_packet *p)
{
	if (!take("<"))
		return;
	if (take("...")) {
		p->any_options = true;
		want(">");
		return;
	}
	while (!take(">")) {
		if (p->nr_options == ARRAY_SIZE(p->option))
			pkt_fail(line, "too many TCP options");
		option(&p->option[p->nr_options++]);
		take(",");
	}
}

static void seq_range(struct pkt_packet *p)
{
	u32 end;

	p->seq = number();
	want(":");
	end = number();
	want("(");
	p->len = number();
	want(")");
	if (end != p->seq + p->len)
		pkt_fail(line, "%u:%u is not %u bytes", p->seq, end, p->len);
}

static void tcp_packet(struct pkt_packet *p)
{
	static const char letters[] = "FSRP.UEW";
	const char *l;

	skip_space();
	for (; *at && !isspace((unsigned char)*at); at++) {
		l = strchr(letters, *at);
		if (l)
			p->flags |= (u8)(1U << (l - letters));
		else if (*at != '-')
			pkt_fail(line, "TCP flag '%c'", *at);
	}
	seq_range(p);
	if (take_word("ack")) {
		p->has_ack = true;
		p->ack = number();
	}
	if (take_word("win")) {
		p->has_win = true;
		p->win = number();
	}
	if (take_word("urg")) {
		p->has_urg = true;
		p->urg = number();
	}
	options(p);
	if (p->has_ack != !!(p->flags & TCPHDR_ACK))
		pkt_fail(line, "flag '.' and 'ack' go together");
}

static const struct {
	const char *type, *code;
	u8 nr_type, nr_code;
} icmp_names[] = {
	{ "unreachable", "net_unreachable", 3, 0 },
	{ "unreachable", "host_unreachable", 3, 1 },
	{ "unreachable", "protocol_unreachable", 3, 2 },
	{ "unreachable", "port_unreachable", 3, 3 },
	{ "unreachable", "frag_needed", 3, 4 },
	{ "unreachable", "source_route_failed", 3, 5 },
	{ "unreachable", "net_unknown", 3, 6 },
	{ "unreachable", "host_unknown", 3, 7 },
	{ "unreachable", "net_prohibited", 3, 9 },
	{ "unreachable", "host_prohibited", 3, 10 },
	{ "unreachable", "packet_filtered", 3, 13 },
	{ "time_exceeded", "exc_ttl", 11, 0 },
	{ "time_exceeded", "exc_fragtime", 11, 1 },
	{ "source_quench", NULL, 4, 0 },
	{ "redirect", NULL, 5, 0 },
	{ "parameter_problem", NULL, 12, 0 },
	{ "echo_request", NULL, 8, 0 },
	{ "echo_reply", NULL, 0, 0 },
};

/* What an ICMP message quotes, behind its [. False: that is not it. */
static bool quoted(struct pkt_packet *p)
{
	skip_space();
	if (isdigit((unsigned char)*at)) {
		seq_range(p);
	} else if (take_word("udp")) {
		p->quotes_udp = true;
		want("(");
		p->len = number();
		want(")");
	} else {
		return false;
	}
	want("]");
	return true;
}

static void icmp_packet(struct pkt_packet *p)
{
	char *type = word();
	u32 i;

	p->proto = PKT_ICMP;
	for (i = 0; i < ARRAY_SIZE(icmp_names); i++) {
		if (strcmp(type, icmp_names[i].type) != 0)
			continue;
		if (icmp_names[i].code && !take_word(icmp_names[i].code))
			continue;
		p->type = icmp_names[i].nr_type;
		p->code = icmp_names[i].nr_code;
		free(type);
		if (take_word("mtu"))
			p->mtu = number();
		if (take_word("id"))
			p->id = number();
		if (take("[") && !quoted(p))
			pkt_fail(line, "what does the message quote?");
		return;
	}
	pkt_fail(line, "unknown ICMP type or code");
}

/* [ect0], [ce], [tos 4], [ttl 9], [port 4000], [badcsum]; or what an ICMP
 * message quotes: [1:1001(1000)], [udp (100)]. */
static void brackets(struct pkt_packet *p)
{
	if (quoted(p))
		return;
	p->tos_given = true;
	if (take_word("noecn")) {
		p->tos = 0;
	} else if (take_word("ect01")) {
		p->any_ect = true;
		p->tos = 2;
	} else if (take_word("ect0")) {
		p->tos = 2;
	} else if (take_word("ect1")) {
		p->tos = 1;
	} else if (take_word("ce")) {
		p->tos = 3;
	} else if (take_word("tos")) {
		p->tos = (u8)number();
	} else if (take_word("ttl")) {
		p->tos_given = false;
		p->ttl = (u8)number();
	} else if (take_word("port")) {
		p->tos_given = false;
		p->port = (u16)number();
	} else if (take_word("badcsum")) {
		p->tos_given = false;
		p->bad_csum = true;
	} else {
		pkt_fail(line, "unknown '[%.20s'", at);
	}
	want("]");
}

static struct pkt_packet *packet(bool inbound)
{
	struct pkt_packet *p = fresh(sizeof(*p));

	p->inbound = inbound;
	while (take("["))
		brackets(p);
	if (take_word("icmp")) {
		icmp_packet(p);
	} else if (take_word("udp")) {
		p->proto = PKT_UDP;
		want("(");
		p->len = number();
		want(")");
	} else {
		tcp_packet(p);
	}
	return p;
}

/* --- events --- */

static void event_time(struct pkt_event *ev)
{
	if (take("*")) {
		ev->any_time = true;
		ev->relative = true;
		ev->end_ns = INT64_MAX;
		return;
	}
	ev->relative = take("+");
	ev->start_ns = seconds();
	ev->end_ns = ev->start_ns;
	if (take("~")) {
		take("+");
		ev->end_ns = seconds();
	}
}

static void call(struct pkt_event *ev)
{
	char *name;
	s64 v;

	ev->type = EV_CALL;
	if (take("...")) {
		ev->blocks = true;
		take("+");
		ev->until_ns = seconds();
	}
	ev->text = word();
	want("(");
	ev->args = list(")");
	want("=");
	if (take("...")) {
		ev->any_result = true;
		return;
	}
	skip_space();
	if (isalpha((unsigned char)*at))
		ev->result = expression()->num;
	else
		ev->result = integer();
	while (take("|"))
		ev->result |= primary()->num;
	if (ev->result == -1 && peek("E")) {
		name = word();
		if (!pkt_symbol(name, &v))
			pkt_fail(line, "errno %s", name);
		ev->result_errno = (int)v;
		free(name);
	}
	if (take("("))
		free(text_until(")"));
}

static struct pkt_event *event(void)
{
	struct pkt_event *ev = fresh(sizeof(*ev));

	ev->line = line;
	ev->relative = true;
	if (!peek("`") && !peek("%{"))
		event_time(ev);
	skip_space();
	ev->line = line;
	if (peek("<") || peek(">")) {
		ev->type = EV_PACKET;
		ev->packet = packet(*at++ == '<');
	} else if (take("`")) {
		ev->type = EV_SHELL;
		ev->text = text_until("`");
	} else if (take("%{")) {
		ev->type = EV_CODE;
		ev->text = text_until("}%");
	} else {
		call(ev);
	}
	return ev;
}

static void script_option(struct pkt_script *s)
{
	char *name = word();

	if (take("=")) {
		if (strcmp(name, "mtu") == 0)
			s->mtu = number();
		else
			while (*at && !isspace((unsigned char)*at))
				at++;
	}
	free(name);
}

/**
 * pkt_parse() - Take a script apart.
 * @text: all of it.
 *
 * Context: a runner's process, which ends where the text is wrong.
 * Return:  the script, which lives as long as the process.
 */
struct pkt_script *pkt_parse(char *text)
{
	struct pkt_script *s = fresh(sizeof(*s));
	struct pkt_event **tail = &s->events;

	at = text;
	line = 1;
	while (take("--"))
		script_option(s);
	for (skip_space(); *at; skip_space()) {
		*tail = event();
		tail = &(*tail)->next;
	}
	return s;
}

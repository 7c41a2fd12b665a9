// SPDX-License-Identifier: MIT
/*
 * DOC: the sysctls that a script may set, by Linux's names:
 * `sysctl -q net.ipv4.tcp_sack=0`. The backend knows how. The only other
 * commands are `ip route` (stack_route.c) and `ip tcp_metrics flush all`.
 */
#include "lib/errno.h"
#include "tests/packetdrill/runner/pkt.h"

static void set(const char *name, const char *value)
{
	int err = pkt.backend->sysctl(name, value);

	pkt_check(err != -ESRCH, "unknown sysctl %s", name);
	pkt_check(err == 0, "%s: bad value %s", name, value);
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
 * @command: the command line: options (-q, -w) and assignments; or `ip route
 *           ...`, or `ip tcp_metrics flush all`.
 *
 * Context: task.
 */
void pkt_sysctl(const char *command)
{
	char buf[1024], *s = buf, *end, *eq, *v;

	pkt_check(strlen(command) < sizeof(buf), "too long a command");
	if (strcmp(command, "ip tcp_metrics flush all") == 0) {
		pkt_check(pkt.backend->flush_metrics, "%s cannot: %s",
			  pkt.backend->name, command);
		pkt.backend->flush_metrics();
		return;
	}
	if (strncmp(command, "ip route ", 9) == 0) {
		pkt_check(pkt.backend->ip_route, "%s cannot: %s",
			  pkt.backend->name, command);
		pkt_check(pkt.backend->ip_route(command + 9) == 0,
			  "refused: %s", command);
		return;
	}
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
			set(s, v);
		} else {
			pkt_check(!*s || *s == '-' || strcmp(s, "sysctl") == 0,
				  "only sysctl is known, not %s", s);
		}
		s = end;
	}
}

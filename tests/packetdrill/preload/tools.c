// SPDX-License-Identifier: MIT
/*
 * DOC: nstat, ip, tc and ethtool as a script's commands find them, installed or
 * not: the device that they set up is the stack's. nstat shows the stack's
 * counters. What the others are told goes as a line into $DOORBELL_FOLDER's
 * file of orders, which the stack follows when the command has ended
 * (tests/packetdrill/commands.c):
 *
 *	feature NAME on|off          ethtool -K
 *	qdisc KIND [LIMIT]           tc qdisc add|replace|change; noqueue: del
 *	link up|down, mtu N, qlen N  ip link set
 *	route WORDS                  ip route add|change|replace|del ...
 *	flush                        ip tcp_metrics flush|delete
 *
 * What is not understood is said on standard error, and succeeds: most of it
 * prepares a machine that is not this one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/packetdrill/preload/preload.h"
#include "tests/packetdrill/preload/tools.h"

static FILE *own_file(const char *name, const char *mode)
{
	char path[PATH_MAX_];

	snprintf(path, sizeof(path), "%s/%s", getenv(DOORBELL_FOLDER), name);
	return fopen(path, mode);
}

__attribute__((format(printf, 1, 2))) static void order(const char *fmt, ...)
{
	FILE *f = own_file(DOORBELL_ORDERS, "a");
	va_list ap;

	if (!f)
		return;
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fputc('\n', f);
	fclose(f);
}

/* 0 for the tool's exit status: the script may go on. */
static int has_no_effect(int argc, char **argv)
{
	int i;

	fprintf(stderr, "doorbell: without effect here:");
	for (i = 0; i < argc; i++)
		fprintf(stderr, " %s", argv[i]);
	fputc('\n', stderr);
	return 0;
}

/* The word behind @name, or NULL. */
static const char *word_after(int argc, char **argv, const char *name)
{
	int i;

	for (i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

static int is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return 1;
	return 0;
}

/* --- nstat --- */

struct nstat_options {
	int absolute, zeros, quiet, keep, reset;
	char **patterns;
	int nr_patterns;
};

static void nstat_options(int argc, char **argv, struct nstat_options *o)
{
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, "aznsrjpd:t:")) != -1) {
		o->absolute |= c == 'a';
		o->zeros |= c == 'z';
		o->quiet |= c == 'n';
		o->keep |= c == 's';
		o->reset |= c == 'r';
	}
	o->patterns = argv + optind;
	o->nr_patterns = argc - optind;
}

static int nstat_wants(const struct nstat_options *o, const char *name)
{
	int i;

	for (i = 0; i < o->nr_patterns; i++)
		if (fnmatch(o->patterns[i], name, FNM_CASEFOLD) == 0)
			return 1;
	return !o->nr_patterns;
}

/* What has been counted since the last time, as the options want it. Both
 * files have the same names in the same order. */
static int nstat(int argc, char **argv)
{
	FILE *now = own_file(DOORBELL_COUNTERS, "r");
	FILE *shown = own_file(DOORBELL_SHOWN, "r");
	unsigned long long value, before;
	struct nstat_options o = { 0 };
	char name[64], text[65536] = "";
	size_t n = 0;

	nstat_options(argc, argv, &o);
	if (!o.quiet)
		printf("#kernel\n");
	while (now && fscanf(now, "%63s %llu", name, &value) == 2) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %llu\n",
				      name, value);
		if (!shown || fscanf(shown, "%*s %llu", &before) != 1 ||
		    o.absolute || o.reset)
			before = 0;
		if (!o.quiet && (value != before || o.zeros) &&
		    nstat_wants(&o, name))
			printf("%-32s%-16llu0.0\n", name, value - before);
	}
	if (shown)
		fclose(shown);
	if (now)
		fclose(now);
	shown = o.keep ? NULL : own_file(DOORBELL_SHOWN, "w");
	if (shown) {
		fputs(text, shown);
		fclose(shown);
	}
	fflush(stdout);
	return 0;
}

/* --- ethtool --- */

static int ethtool(int argc, char **argv)
{
	int i;

	if (argc < 4 ||
	    (strcmp(argv[1], "-K") != 0 && strcmp(argv[1], "--features") != 0))
		return has_no_effect(argc, argv);
	for (i = 3; i + 1 < argc; i += 2)
		order("feature %s %s", argv[i], argv[i + 1]);
	return 0;
}

/* --- tc --- */

/* Where the words of a discipline begin: behind its place and its handle. */
static int qdisc_kind(int argc, char **argv)
{
	static const char *const takes_word[] = { "dev", "parent", "handle",
						  NULL };
	int i;

	for (i = 3; i < argc; i++) {
		if (is_one_of(argv[i], takes_word))
			i++;
		else if (strcmp(argv[i], "root") != 0)
			break;
	}
	return i;
}

static int qdisc_is_set(void)
{
	FILE *f = own_file(DOORBELL_QDISC, "r");

	if (f)
		fclose(f);
	return f != NULL;
}

static void qdisc_note(int set)
{
	char path[PATH_MAX_];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", getenv(DOORBELL_FOLDER),
		 DOORBELL_QDISC);
	if (!set) {
		unlink(path);
		return;
	}
	f = fopen(path, "w");
	if (f)
		fclose(f);
}

static int qdisc_delete(void)
{
	if (!qdisc_is_set()) {
		fprintf(stderr,
			"Error: Cannot delete qdisc with handle of zero.\n");
		return 2;
	}
	qdisc_note(0);
	order("qdisc noqueue");
	return 0;
}

static int tc(int argc, char **argv)
{
	static const char *const makes[] = { "add", "replace", "change", "link",
					     NULL };
	static const char *const shows[] = { "show", "list", "ls", NULL };
	const char *limit, *kind;
	int at;

	if (argc < 3 || strncmp(argv[1], "qdisc", strlen(argv[1])) != 0)
		return has_no_effect(argc, argv);
	if (is_one_of(argv[2], shows))
		return 0;
	if (strncmp(argv[2], "delete", strlen(argv[2])) == 0)
		return qdisc_delete();
	at = qdisc_kind(argc, argv);
	if (!is_one_of(argv[2], makes) || at >= argc)
		return has_no_effect(argc, argv);
	if (strcmp(argv[2], "add") == 0 && qdisc_is_set()) {
		fprintf(stderr, "Error: Exclusivity flag on, cannot modify.\n");
		return 2;
	}
	qdisc_note(1);
	kind = argv[at];
	limit = word_after(argc - at, argv + at, "limit");
	order("qdisc %s %s", kind, limit ? limit : "");
	return 0;
}

/* --- ip --- */

/* The words behind `ip route`, but for those that only show. */
static int ip_route(int argc, char **argv)
{
	static const char *const shows[] = { "show", "list", "ls", "get",
					     NULL };
	char text[PATH_MAX_] = "";
	size_t n = 0;
	int i;

	if (argc < 2 || is_one_of(argv[0], shows))
		return has_no_effect(argc, argv);
	for (i = 0; i < argc && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s",
				      argv[i]);
	order("route%s", text);
	return 0;
}

static int ip_link(int argc, char **argv)
{
	const char *mtu = word_after(argc, argv, "mtu");
	const char *qlen = word_after(argc, argv, "txqueuelen");
	int i, known;

	if (!qlen)
		qlen = word_after(argc, argv, "qlen");
	known = mtu || qlen;
	if (mtu)
		order("mtu %s", mtu);
	if (qlen)
		order("qlen %s", qlen);
	for (i = 0; i < argc; i++)
		if (strcmp(argv[i], "up") == 0 ||
		    strcmp(argv[i], "down") == 0) {
			known = 1;
			order("link %s", argv[i]);
		}
	return known ? 0 : has_no_effect(argc, argv);
}

static int ip(int argc, char **argv)
{
	int six = 0;

	while (argc > 1 && argv[1][0] == '-') {
		six |= strcmp(argv[1], "-6") == 0;
		argc--;
		argv++;
	}
	if (argc < 3 || six)
		return has_no_effect(argc, argv);
	if (strcmp(argv[1], "tcp_metrics") == 0) {
		if (argv[2][0] != 's')
			order("flush");
		return 0;
	}
	if (strcmp(argv[1], "route") == 0 || strcmp(argv[1], "r") == 0)
		return ip_route(argc - 2, argv + 2);
	if (strcmp(argv[1], "link") == 0 || strcmp(argv[1], "l") == 0)
		return ip_link(argc - 2, argv + 2);
	return has_no_effect(argc, argv);
}

void be_tool(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} tools[] = {
		{ "nstat", nstat },
		{ "ip", ip },
		{ "tc", tc },
		{ "ethtool", ethtool },
	};
	size_t i;

	for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (strcmp(program_invocation_short_name, tools[i].name) == 0)
			_exit(tools[i].run(argc, argv));
}

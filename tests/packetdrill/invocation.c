// SPDX-License-Identifier: MIT
/*
 * DOC: the options that packetdrill got, on its command line and in the script,
 * for addresses and sizes of the stack's device: the table has no way to tell
 * them. An option of the command line wins over the script's, as in
 * packetdrill; --so_flags= wins over both.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/packetdrill/invocation.h"

#define ARGS_MAX  (256 * 1024)
#define VALUE_MAX 64

/* Those without a value; every other one has one. */
static const char *const switches[] = {
	"--wire_client", "--wire_server",    "--tcp_ts_ecr_scaled",
	"--dry_run",     "--is_anyip",       "--strict_segments",
	"--debug",       "--send_omit_free", "--verbose",
};

static int is_switch(const char *arg)
{
	size_t i;

	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (strcmp(arg, switches[i]) == 0)
			return 1;
	return strcmp(arg, "-v") == 0;
}

/* --- options --- */

static void take_netmask(struct invocation *inv, const char *value)
{
	unsigned int a, b, c, d;

	if (sscanf(value, "%u.%u.%u.%u", &a, &b, &c, &d) == 4)
		inv->prefix_len = (unsigned int)__builtin_popcount(
			(a << 24) | (b << 16) | (c << 8) | d);
}

static void take_dotted(char to[64], const char *value)
{
	sscanf(value, "%63[0-9.]", to);
}

/* --NAME=VALUE, from the command line or a script. */
static void take_option(struct invocation *inv, const char *name,
			const char *value)
{
	if (strcmp(name, "--local_ip") == 0)
		take_dotted(inv->local, value);
	else if (strcmp(name, "--remote_ip") == 0)
		take_dotted(inv->remote, value);
	else if (strcmp(name, "--netmask_ip") == 0)
		take_netmask(inv, value);
	else if (strcmp(name, "--mtu") == 0)
		inv->mtu = (unsigned int)strtoul(value, NULL, 0);
	else if (strcmp(name, "--mss") == 0)
		inv->mss = (unsigned int)strtoul(value, NULL, 0);
	else if (strcmp(name, "--is_anyip") == 0)
		inv->any_ip = 1;
	else if (strcmp(name, "--init_scripts") == 0)
		inv->init_scripts = 1;
	else if (strncmp(name, "--wire_", 7) == 0)
		inv->wire = 1;
}

static void split_option(const char *arg, char name[VALUE_MAX],
			 char value[VALUE_MAX])
{
	name[0] = value[0] = '\0';
	sscanf(arg, "%63[^= \t\n]=%63s", name, value);
}

/* --- the command line --- */

struct arguments {
	char text[ARGS_MAX];
	char *end;
};

static int read_arguments(struct arguments *args)
{
	FILE *f = fopen("/proc/self/cmdline", "r");
	size_t n = 0;

	if (f) {
		n = fread(args->text, 1, sizeof(args->text) - 1, f);
		fclose(f);
	}
	args->text[n] = '\0';
	args->end = args->text + n;
	return n != 0;
}

/* The argument after @arg, or NULL. */
static char *next_argument(struct arguments *args, char *arg)
{
	arg += strlen(arg) + 1;
	return arg < args->end ? arg : NULL;
}

static void take_arguments(struct invocation *inv, struct arguments *args,
			   int script, const char **path, const char **flags)
{
	char *arg = args->text, name[VALUE_MAX], value[VALUE_MAX];
	char *next;

	while ((arg = next_argument(args, arg)) != NULL) {
		if (arg[0] != '-') {
			if (script-- == 0)
				*path = arg;
			continue;
		}
		split_option(arg, name, value);
		next = arg;
		if (!strchr(arg, '=') && !is_switch(arg) &&
		    (strlen(arg) == 2 || arg[1] == '-')) {
			next = next_argument(args, arg);
			if (!next)
				return;
			snprintf(value, sizeof(value), "%s", next);
		}
		if (strcmp(name, "--so_flags") == 0)
			*flags = next == arg ? strchr(arg, '=') + 1 : next;
		take_option(inv, name, value);
		arg = next;
	}
}

/* --- the script --- */

/* Options stand at the beginning of a line, before the first event. */
static void take_script(struct invocation *inv, const char *path)
{
	char line[1024], name[VALUE_MAX], value[VALUE_MAX];
	FILE *f = path ? fopen(path, "r") : NULL;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		if (strncmp(line, "--", 2) != 0)
			continue;
		split_option(line, name, value);
		take_option(inv, name, value);
	}
	fclose(f);
}

/* "local=192.168.0.1/16,mtu=1500,mss=1000", any of them left out. The prefix
 * is said by itself; an address that packetdrill knows, too, stands. */
static void take_flags(struct invocation *inv, const char *flags)
{
	unsigned int prefix_len;
	char local[64];
	const char *p;

	p = strstr(flags, "local=");
	if (p && sscanf(p, "local=%63[0-9.]/%u", local, &prefix_len) == 2) {
		inv->prefix_len = prefix_len;
		strcpy(inv->local, local);
	}
	p = strstr(flags, "mtu=");
	if (p)
		sscanf(p, "mtu=%u", &inv->mtu);
	p = strstr(flags, "mss=");
	if (p)
		sscanf(p, "mss=%u", &inv->mss);
}

void invocation_read(struct invocation *inv, const char *flags, int script)
{
	static struct arguments args;
	const char *path = NULL, *said = NULL;

	memset(inv, 0, sizeof(*inv));
	inv->prefix_len = 16;
	inv->mtu = 1500;
	strcpy(inv->remote, "192.0.2.1");
	if (read_arguments(&args)) {
		take_arguments(inv, &args, script, &path, &said);
		take_script(inv, path);
		take_arguments(inv, &args, script, &path, &said);
	}
	if (!flags)
		flags = said;
	if (flags)
		take_flags(inv, flags);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: a script's commands. Before one runs, the private folder shows what the
 * stack is (settings, counters, tables); afterwards the settings that it wrote
 * are read again, and what tools were told to do (preload/tools.c) is done.
 *
 * Called by interface.c at the start and by packetdrill's system(), on its main
 * thread.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/packetdrill/commands.h"
#include "tests/packetdrill/stack.h"
#include "tests/packetdrill/preload/preload.h"

#define SYSCTL_TEXT 256

/* --- paths --- */

static void own_path(const char *name, char path[PATH_MAX_])
{
	snprintf(path, PATH_MAX_, "%s/%s", getenv(DOORBELL_FOLDER), name);
}

static void make_folders(char *path)
{
	char *p = path + strlen(getenv(DOORBELL_FOLDER)) + 1;

	for (; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

static FILE *make_file(const char *name)
{
	char path[PATH_MAX_];

	own_path(name, path);
	make_folders(path);
	return fopen(path, "w");
}

/* --- settings --- */

/* A name from the root is a module's parameter. */
static const char *sysctl_place(unsigned int i)
{
	const char *name = stack_sysctl_name(i);

	return name + (name[0] == '/');
}

static void sysctl_write(unsigned int i)
{
	FILE *f = make_file(sysctl_place(i));
	char text[SYSCTL_TEXT];

	if (!f)
		return;
	stack_sysctl_get(i, text, sizeof(text));
	fputs(text, f);
	fclose(f);
}

static void sysctl_write_all(void)
{
	unsigned int i;

	for (i = 0; stack_sysctl_name(i); i++)
		sysctl_write(i);
}

/* Before each command all files are made old, so that a file which is not was
 * written by it. */
static void file_age(const char *path)
{
	static const struct timespec old[2] = { { 1, 0 }, { 1, 0 } };

	utimensat(AT_FDCWD, path, old, 0);
}

static int file_is_new(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_mtime != 1;
}

static void sysctl_age_all(void)
{
	char path[PATH_MAX_];
	unsigned int i;

	for (i = 0; stack_sysctl_name(i); i++) {
		own_path(sysctl_place(i), path);
		file_age(path);
	}
}

/* A value that means nothing is told, and reads as what it was. */
static void sysctl_read(unsigned int i, const char *path)
{
	FILE *f = fopen(path, "r");
	char text[SYSCTL_TEXT];
	size_t n;

	if (!f)
		return;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	if (n && stack_sysctl_set(i, text) != 0)
		fprintf(stderr, "doorbell: %s: not a value: %s",
			stack_sysctl_name(i), text);
	sysctl_write(i);
}

static void sysctl_read_new(void)
{
	char path[PATH_MAX_];
	unsigned int i;

	for (i = 0; stack_sysctl_name(i); i++) {
		own_path(sysctl_place(i), path);
		if (file_is_new(path))
			sysctl_read(i, path);
	}
}

/* --- what the stack shows --- */

static void show_counters(void)
{
	FILE *f = make_file(DOORBELL_COUNTERS);
	unsigned long long value;
	unsigned int i;
	char name[64];

	if (!f)
		return;
	for (i = 0; stack_counter(NULL, i, name, &value); i++)
		fprintf(f, "%s %llu\n", name, value);
	fclose(f);
}

static void show_tables(void)
{
	char name[128], text[STACK_RECORD];
	unsigned long long pos;
	unsigned long n;
	const char *file;
	unsigned int i;
	FILE *f;

	for (i = 0; (file = stack_proc_name(i)) != NULL; i++) {
		snprintf(name, sizeof(name), "%s/%s", DOORBELL_PROC_NET, file);
		f = make_file(name);
		if (!f)
			continue;
		pos = 0;
		while ((n = stack_proc_next(i, &pos, text)) > 0)
			fwrite(text, 1, n, f);
		fclose(f);
	}
}

void before_command(void)
{
	sysctl_age_all();
	show_counters();
	show_tables();
}

/* --- what tools were told --- */

static void follow_qdisc(const char *kind, const char *limit)
{
	long n = *limit ? strtol(limit, NULL, 0) : -1;

	if (stack_set_qdisc(kind, n) != 0)
		fprintf(stderr,
			"doorbell: tc: no qdisc %s here: tun0 keeps its own\n",
			kind);
}

static void follow_feature(const char *name, const char *value)
{
	if (stack_set_feature(name, strcmp(value, "on") == 0) != 0)
		fprintf(stderr, "doorbell: ethtool: %s: without effect here\n",
			name);
}

static void follow_link(const char *what, const char *value)
{
	int err;

	if (strcmp(what, "mtu") == 0)
		err = stack_set_mtu((unsigned int)strtoul(value, NULL, 0));
	else if (strcmp(what, "qlen") == 0)
		err = stack_set_queue((unsigned int)strtoul(value, NULL, 0));
	else
		err = stack_set_link(strcmp(value, "up") == 0);
	if (err)
		fprintf(stderr, "doorbell: ip link: %s %s: %s\n", what, value,
			strerror(-err));
}

static void follow(const char *what, const char *a, const char *b)
{
	if (strcmp(what, "qdisc") == 0)
		follow_qdisc(a, b);
	else if (strcmp(what, "feature") == 0)
		follow_feature(a, b);
	else if (strcmp(what, "flush") == 0)
		stack_tcp_metrics_flush(NULL);
	else
		follow_link(what, a);
}

static void follow_route(const char *words)
{
	int err = stack_ip_route(NULL, words);

	if (err)
		fprintf(stderr, "doorbell: ip route %s: %s\n", words,
			strerror(-err));
}

static void follow_orders(void)
{
	char path[PATH_MAX_], line[2048], what[16], a[1024], b[64];
	FILE *f;

	own_path(DOORBELL_ORDERS, path);
	f = fopen(path, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		what[0] = a[0] = b[0] = '\0';
		line[strcspn(line, "\n")] = '\0';
		sscanf(line, "%15s %1023s %63s", what, a, b);
		if (strcmp(what, "route") == 0)
			follow_route(line + strlen("route "));
		else
			follow(what, a, b);
	}
	fclose(f);
	unlink(path);
}

void after_command(void)
{
	fflush(stdout);
	sysctl_read_new();
	follow_orders();
}

void commands_start(void)
{
	static const char *const left[] = { DOORBELL_SHOWN, DOORBELL_ORDERS,
					    DOORBELL_QDISC };
	char path[PATH_MAX_];
	size_t i;

	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		own_path(left[i], path);
		unlink(path);
	}
	sysctl_write_all();
}

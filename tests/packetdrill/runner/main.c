// SPDX-License-Identifier: MIT
/*
 * DOC: `pkt FILE...` runs packetdrill scripts, each in a process and a stack
 * of its own, and reports in KTAP: a folder of scripts is a suite.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct pkt_backend;
extern const struct pkt_backend pkt_host;
void pkt_run(char *text, const struct pkt_backend *backend);

#define SECONDS 60 /* of real time, for a script that does not end */

static unsigned int passed, failed;

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t n = 0;

	if (!f || getdelim(&text, &n, '\0', f) < 0) {
		perror(path);
		_exit(1);
	}
	fclose(f);
	return text;
}

static int run(const char *path)
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		alarm(SECONDS);
		pkt_run(file_text(path), &pkt_host);
		fflush(stdout);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		perror(path);
	return status;
}

/* The part of @path before or after the last slash. */
static const char *folder(const char *path)
{
	static char buf[4096];
	const char *slash = strrchr(path, '/');

	snprintf(buf, sizeof(buf), "%.*s", slash ? (int)(slash - path) : 1,
		 slash ? path : ".");
	return buf;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The scripts from @i on that are in one folder; the index after them. */
static int suite(int argc, char **argv, int i, int nr)
{
	char *name = strdup(folder(argv[i]));
	unsigned int n = 0, bad = 0;
	int ok, from = i;

	if (!name)
		return argc;
	while (i < argc && strcmp(folder(argv[i]), name) == 0)
		i++;
	printf("    KTAP version 1\n    # Subtest: %s\n    1..%d\n", base(name),
	       i - from);
	for (i = from; i < argc && strcmp(folder(argv[i]), name) == 0; i++) {
		ok = run(argv[i]) == 0;
		printf("    %s %u %s\n", ok ? "ok" : "not ok", ++n,
		       base(argv[i]));
		bad += !ok;
	}
	printf("%s %d %s\n", bad ? "not ok" : "ok", nr, base(name));
	passed += n - bad;
	failed += bad;
	free(name);
	return i;
}

int main(int argc, char **argv)
{
	int i = 1, nr = 0;

	printf("KTAP version 1\n");
	while (i < argc)
		i = suite(argc, argv, i, ++nr);
	printf("# totals: passed %u, failed %u, skipped 0\n", passed, failed);
	return failed || !passed;
}

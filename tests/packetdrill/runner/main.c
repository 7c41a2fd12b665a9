// SPDX-License-Identifier: MIT
/*
 * DOC: `pkt FILE...` runs packetdrill scripts, and reports in KTAP: a folder
 * of scripts is a suite. In guest mode each machine's end is a case, too.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/packetdrill/runner/jobs.h"
#include "tests/packetdrill/runner/machine.h"

/* The guest's are mostly waiting; one of the host build keeps a CPU busy. */
#define GUEST_WORKERS 4

static const char usage[] =
	"usage: pkt [OPTION]... SCRIPT...\n"
	"\n"
	"Run packetdrill scripts (docs/PKT.md) and report in KTAP.\n"
	"\n"
	"  --guest       in the booted image, under QEMU: real time, 100 ms\n"
	"                tolerance; without it: in the host build, virtual\n"
	"                time, no tolerance\n"
	"  --image FILE  what to boot (build/pkt-guest.elf)\n"
	"  --qemu PROG   with what (qemu-system-x86_64)\n"
	"  --jobs N      so many at a time: machines (4), or scripts in the\n"
	"                host build (one a CPU)\n"
	"  --trace       show each event and packet\n"
	"  --help        this text\n"
	"\n"
	"With --guest a script that has the comment `// Not in real time:\n"
	"REASON` is left out. One with `// Fails: TEXT` passes if it fails\n"
	"with this text. The status is 0 if every script passed.\n";

struct options {
	struct machine_config machine;
	bool guest, trace;
	int jobs;
};

static struct options parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "guest", no_argument, NULL, 'g' },
		{ "image", required_argument, NULL, 'i' },
		{ "qemu", required_argument, NULL, 'q' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "trace", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .machine = { .qemu = "qemu-system-x86_64",
					  .image = "build/pkt-guest.elf" } };
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'g')
			o.guest = true;
		else if (c == 'i')
			o.machine.image = optarg;
		else if (c == 'q')
			o.machine.qemu = optarg;
		else if (c == 'j')
			o.jobs = atoi(optarg);
		else if (c == 't')
			o.trace = true;
		else {
			fputs(usage, c == 'h' ? stdout : stderr);
			exit(c == 'h' ? 0 : 2);
		}
	}
	if (optind == argc || o.jobs < 0) {
		fputs(usage, stderr);
		exit(2);
	}
	if (!o.jobs)
		o.jobs = o.guest ? GUEST_WORKERS
				 : (int)sysconf(_SC_NPROCESSORS_ONLN);
	return o;
}

/* The part of @path before or after the last slash. */
static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool same_folder(const char *a, const char *b)
{
	size_t n = folder_len(a);

	return n == folder_len(b) && strncmp(a, b, n) == 0;
}

/* The jobs from @j on that are in one folder; the first after them. */
static const struct job *suite(const struct job *j, const struct job *end,
			       int nr, int *passed, int *failed)
{
	char *name = strndup(j->path, folder_len(j->path));
	const struct job *after = j;
	int n = 0, bad = 0;

	while (after < end && same_folder(after->path, j->path))
		after++;
	printf("    KTAP version 1\n    # Subtest: %s\n    1..%d\n",
	       base(name ? name : ""), (int)(after - j));
	for (; j < after; j++) {
		if (j->tries > 1)
			printf("    # late machine, tried %d times: %s\n",
			       j->tries, base(j->path));
		if (!j->passed || j->trace)
			fputs(j->output, stdout);
		printf("    %s %d %s\n", j->passed ? "ok" : "not ok", ++n,
		       base(j->path));
		bad += !j->passed;
	}
	printf("%s %d %s\n", bad ? "not ok" : "ok", nr, base(name ? name : ""));
	*passed += n - bad;
	*failed += bad;
	free(name);
	return after;
}

static void machines_suite(int nr, int bad, int *passed, int *failed)
{
	const char *ok = bad ? "not ok" : "ok";

	printf("    KTAP version 1\n    # Subtest: machines\n    1..1\n"
	       "    %s 1 end_with_nothing_left\n%s %d machines\n",
	       ok, ok, nr);
	*passed += !bad;
	*failed += !!bad;
}

/* The jobs of @argv; those that @guest leaves out are told of. */
static struct job *load(char **argv, bool guest, bool trace, int *n)
{
	struct job *jobs = NULL, j;

	for (*n = 0; *argv; argv++) {
		j = job_load(*argv);
		j.trace = trace;
		if (guest && j.not_timed) {
			printf("# left out: %s: %s\n", *argv, j.not_timed);
			job_free(&j);
			continue;
		}
		jobs = realloc(jobs, (size_t)(*n + 1) * sizeof(*jobs));
		if (!jobs)
			exit(1);
		jobs[(*n)++] = j;
	}
	return jobs;
}

int main(int argc, char **argv)
{
	struct options o = parse(argc, argv);
	int n, nr = 0, passed = 0, failed = 0, bad;
	const struct job *j;
	struct job *jobs;

	printf("KTAP version 1\n");
	jobs = load(argv + optind, o.guest, o.trace, &n);
	bad = jobs_run(jobs, n, o.jobs, o.guest ? &o.machine : NULL);
	for (j = jobs; j < jobs + n;)
		j = suite(j, jobs + n, ++nr, &passed, &failed);
	if (o.guest || bad)
		machines_suite(++nr, bad, &passed, &failed);
	printf("# totals: passed %d, failed %d, skipped 0\n", passed, failed);
	while (n)
		job_free(&jobs[--n]);
	free(jobs);
	return failed || !passed;
}

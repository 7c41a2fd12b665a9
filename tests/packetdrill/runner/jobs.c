// SPDX-License-Identifier: MIT
/*
 * DOC: lets workers run scripts, each script in a process of its own. A
 * worker takes the next job until there is none; in guest mode it boots a
 * machine first, which serves one script after the other, and ends it at the
 * end. Longer jobs come first, so that the workers end together.
 *
 *	main -+- worker 1 -+- QEMU
 *	      |            +- script, script, ...
 *	      +- worker 2 ...
 *
 * What a script prints goes to a file of its own; a process that dies takes
 * those that it started with it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/packetdrill/runner/guest.h"
#include "tests/packetdrill/runner/jobs.h"

void pkt_run(char *text, const struct pkt_backend *backend, bool trace);

#define TRIES       5  /* for one that fails on a machine that is late */
#define SECONDS     90 /* of real time, for a script that does not end */
#define MAX_WORKERS 32

/* What workers and main share. */
struct outcome {
	int status; /* waitpid()'s; -1: not run */
	int tries;
};

struct board {
	int next; /* job to be taken, of order[] */
	int bad_machines;
	struct outcome job[];
};

static struct board *board;
static int *order, *output;

/* --- loading --- */

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t n = 0;

	if (!f || getdelim(&text, &n, '\0', f) < 0) {
		perror(path);
		exit(1);
	}
	fclose(f);
	return text;
}

/* What follows the comment's @title on its line; NULL. */
static char *comment(const char *text, const char *title)
{
	const char *at = strstr(text, title);

	if (!at || (at > text && at[-1] != '\n'))
		return NULL;
	at += strlen(title);
	return strndup(at, strcspn(at, "\n"));
}

/* The sum of the script's relative times. */
static double duration(const char *text)
{
	double sum = 0;

	for (; text; text = strchr(text, '\n')) {
		text += strspn(text, "\n");
		if (text[0] == '+')
			sum += strtod(text, NULL);
	}
	return sum;
}

struct job job_load(const char *path)
{
	struct job j = { .path = path, .text = file_text(path) };

	j.fails = comment(j.text, "// Fails: ");
	j.not_timed = comment(j.text, "// Not in real time: ");
	j.seconds = duration(j.text);
	return j;
}

void job_free(struct job *j)
{
	free(j->text);
	free(j->fails);
	free(j->not_timed);
	free(j->output);
}

/* --- workers --- */

static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

/* In a process of its own; its status. */
static int run_script(const struct job *j, int out,
		      const struct pkt_backend *backend)
{
	pid_t parent = getpid(), child = fork();
	int status = -1;

	if (child == 0) {
		die_with(parent);
		dup2(out, 1);
		alarm(SECONDS);
		pkt_run(j->text, backend, j->trace);
		fflush(stdout);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		perror(j->path);
	return status;
}

/* On a machine that runs; *@booted says whether it still does. @nr is new for
 * each try: the guest may remember the one before. */
static int run_in_guest(const struct job *j, int i, int nr, bool *booted)
{
	int status;

	guest_prepare((unsigned int)nr);
	status = run_script(j, output[i], &pkt_guest);
	if (guest_reset(status != 0, output[i]) != 0) {
		guest_end();
		*booted = false;
		return -1;
	}
	return status;
}

static bool was_late(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == JOB_LATE;
}

static void work(const struct job *jobs, int n,
		 const struct machine_config *config)
{
	bool booted = false;
	int i, at, tries;

	while ((at = __atomic_fetch_add(&board->next, 1, __ATOMIC_RELAXED)) <
	       n) {
		i = order[at];
		for (tries = 1; tries <= TRIES; tries++) {
			if (config && !booted && guest_boot(config) != 0)
				return;
			booted = config;
			board->job[i].tries = tries;
			board->job[i].status =
				config ? run_in_guest(&jobs[i], i,
						      i + (tries - 1) * n,
						      &booted)
				       : run_script(&jobs[i], output[i],
						    &pkt_host);
			if (!was_late(board->job[i].status))
				break;
		}
	}
	if (booted && guest_end() != 0)
		__atomic_fetch_add(&board->bad_machines, 1, __ATOMIC_RELAXED);
}

/* --- all --- */

static const struct job *sorted;

static int longer_first(const void *a, const void *b)
{
	double d = sorted[*(const int *)b].seconds -
		   sorted[*(const int *)a].seconds;

	if (d != 0)
		return d > 0 ? 1 : -1;
	return *(const int *)a - *(const int *)b;
}

static void set_out(const struct job *jobs, int n)
{
	size_t size = sizeof(*board) + (size_t)n * sizeof(board->job[0]);
	int i;

	board = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	order = calloc((size_t)n, sizeof(*order));
	output = calloc((size_t)n, sizeof(*output));
	if (board == MAP_FAILED || !order || !output) {
		perror("memory");
		exit(1);
	}
	for (i = 0; i < n; i++) {
		order[i] = i;
		board->job[i].status = -1;
		output[i] = memfd_create("output", MFD_CLOEXEC);
	}
	sorted = jobs;
	qsort(order, (size_t)n, sizeof(*order), longer_first);
}

static void collect(struct job *j, int i)
{
	int status = board->job[i].status, out = output[i];
	off_t size = lseek(out, 0, SEEK_END);

	j->output = calloc(1, (size_t)(size > 0 ? size : 0) + 1);
	if (!j->output || pread(out, j->output, (size_t)size, 0) != size)
		perror(j->path);
	j->tries = board->job[i].tries;
	j->passed = status == 0;
	if (j->fails)
		j->passed = WIFEXITED(status) && status != 0 &&
			    strstr(j->output, j->fails);
	close(out);
}

int jobs_run(struct job *jobs, int n, int workers,
	     const struct machine_config *config)
{
	pid_t main_pid = getpid();
	int i, bad = 0, status;

	set_out(jobs, n);
	fflush(stdout);
	for (i = 0; i < workers && i < n && i < MAX_WORKERS; i++) {
		if (fork() == 0) {
			die_with(main_pid);
			work(jobs, n, config);
			fflush(stdout);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		bad += status != 0;
	for (i = 0; i < n; i++)
		collect(&jobs[i], i);
	free(order);
	free(output);
	return bad + board->bad_machines;
}

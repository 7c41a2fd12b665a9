/* SPDX-License-Identifier: MIT */
/* DOC: scripts as jobs for several workers. Plain C types. */
#pragma once

#include <stdbool.h>

struct machine_config;

#define JOB_LATE 2 /* a script's exit status: the machine was late */

struct job {
	const char *path;
	char *text;
	bool trace; /* show what happens */
	/* From the script's comments: */
	char *fails;     /* "// Fails: TEXT": it must, and say so */
	char *not_timed; /* "// Not in real time: REASON" */
	double seconds;  /* that it takes, about */
	/* Results. */
	bool passed;
	int tries; /* more than one: the machine was late */
	char *output;
};

/* The script at @path; ends the process if there is none. */
struct job job_load(const char *path);
void job_free(struct job *j);
/*
 * Run @n jobs with @workers workers: against machines of @config, or the host
 * build if that is NULL. The results are in the jobs. Returns how many
 * machines did not end well.
 */
int jobs_run(struct job *jobs, int n, int workers,
	     const struct machine_config *config);

/* SPDX-License-Identifier: MIT */
/* DOC: what the command line says, on its way to a struct sim_config. */
#pragma once

#include "tests/netsim/sim.h"

#define SIM_ARGS_LIST 16

struct sim_args {
	struct sim_config c;
	u64 bytes, stagger_ns, interval_ns;
	char cc[SIM_ARGS_LIST][64];
	u64 extra_ns[SIM_ARGS_LIST];
	u32 nr_cc, nr_extra;
	bool back_delay; /* was given */
	bool terse, work;
	const char *trace;
};

/* Ends the process, with a message, where something is wrong. */
void sim_args_parse(struct sim_args *a, int argc, char **argv);

// SPDX-License-Identifier: MIT
/*
 * DOC: how much work the stack does, without a clock: build/host/netsim-count
 * has TCP, its queues and its timers compiled with a call at each basic block
 * (-fsanitize-coverage=trace-pc), which is counted here. In the other programs
 * the count stays 0.
 */
#include "tests/netsim/sim.h"

void __sanitizer_cov_trace_pc(void);

u64 sim_steps;

void __sanitizer_cov_trace_pc(void)
{
	sim_steps++;
}

/* SPDX-License-Identifier: MIT */
/* DOC: the link between two TUN devices of the host. */
#pragma once

#include "tests/netsim/sim.h"

/* Does not return. */
void sim_tun_run(const struct sim_config *c, int fd_a, int fd_b) __noreturn;

/* SPDX-License-Identifier: MIT */
/*
 * DOC: the booted image as a backend: guest.c makes calls through the agent,
 * guest_wire.c is the link to the card. A worker process boots a machine and
 * lets one script after the other use it, each in a process of its own.
 *
 *	worker   guest_boot() . . . . . . . guest_reset() . . . guest_end()
 *	script            \ pkt_run(&pkt_guest) /        \ ... /
 */
#pragma once

#include "lib/types.h"
#include "tests/packetdrill/runner/backend.h"

struct machine_config;

extern const struct pkt_backend pkt_guest;

/* Boot, and wait until the agent and the card listen. 0 or -1, having said
 * why. */
int guest_boot(const struct machine_config *config);
/* The next script is number @nr: it has addresses and ports of its own. */
void guest_prepare(u32 nr);
/* Undo what a script that has ended left: calls, sockets, settings. If it has
 * @failed, what the console said is written to @out. 0, or -1: the machine is
 * lost. */
int guest_reset(int failed, int out);
/* End the machine; 0 if it had nothing left and nothing to complain of. */
int guest_end(void);

/* --- guest_wire.c --- */

/* Once a worker. 0 or -1. */
int wire_init(void);
/* A new script: frames of others are strangers now. */
void wire_start(u32 nr);
/* What the card has sent: answered, kept for wire_next(), or of a script that
 * is over. @at_ns is by machine_clock(). */
void wire_take(const u8 *frame, u32 len, s64 at_ns);
/* The oldest kept frame, until the next call; NULL. */
const struct pkt_frame *wire_next(void);
bool wire_has_frame(void);
/* A RST to each connection that a script has had. */
void wire_reset_flows(void);
/* A question whose answer says that all frames before it have been taken in;
 * whether one has no answer yet; how many have. */
void wire_ask(void);
bool wire_is_asking(void);
u32 wire_answers(void);

/* SPDX-License-Identifier: MIT */
/*
 * DOC: a booted image whose console and whose network card's wire are in our
 * hand. Plain C types: this file stands beside the C library's headers and
 * beside the project's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct machine_config {
	const char *qemu;  /* program */
	const char *image; /* self-contained, with apps/agent inside */
};

/* What machine_wait() came back with. */
enum machine_news {
	MACHINE_QUIET, /* nothing until then */
	MACHINE_LINE,  /* machine_line: of the console, without its end */
	MACHINE_FRAME, /* machine_frame: what the card has sent */
	MACHINE_GONE,  /* the machine has ended */
};

extern const char *machine_line;
extern const unsigned char *machine_frame;
extern unsigned int machine_frame_len;

/* Nanoseconds of CLOCK_MONOTONIC. */
long long machine_clock(void);
/* 0, or -1 with a message. One machine a process. */
int machine_boot(const struct machine_config *config);
/* The next news, waiting for it until that time. */
enum machine_news machine_wait(long long until);
/* Write to the console. */
void machine_type(const char *text, size_t n);
/* A frame arrives at the card. */
void machine_wire(const void *frame, unsigned int len);
/* Wait for the end of QEMU; its status, or -1 if it had to be killed. What
 * the kernel had to say at its end (docs/LAUNCHER.md) is in *@log. */
int machine_end(long long until, const char **log);
/* At once, in whatever state it is. */
void machine_kill(void);

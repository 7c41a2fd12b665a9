/* SPDX-License-Identifier: MIT */
/*
 * DOC: buffers that are on loan to the kernel (MSG_ZEROCOPY): each may be
 * written again when the error queue has told of every call that used it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LOAN_SLOTS 16
#define LOAN_CALLS 1024 /* not told of yet, at most */

struct loans {
	unsigned char *slot[LOAN_SLOTS];
	unsigned int calls[LOAN_SLOTS]; /* that use it */
	unsigned int current;
	unsigned char user[LOAN_CALLS]; /* a call's slot, by its number */
	uint32_t next, in_flight;       /* numbers; calls not told of */
	uint64_t referred, copied;      /* calls that were told of */
};

/* 0; -1: no memory. */
int loans_init(struct loans *l, size_t size);
/* A buffer that nobody uses, to be filled; NULL: all are on loan. */
unsigned char *loans_buffer(struct loans *l);
/* Whether there may be another call. */
int loans_may_send(const struct loans *l);
/* A call has taken bytes of the buffer. */
void loans_sent(struct loans *l);
/* Read the error queue: how many calls it told of; -1: of one that was not
 * made, or twice. */
int loans_reap(struct loans *l, int sock);

/* SPDX-License-Identifier: MIT */
/* DOC: /proc/net: what each file shows of a stack, as text. */
#pragma once

#include "lib/types.h"

struct net;

struct proc_net_file {
	const char *name; /* below /proc/net */
	/*
	 * Write the record at *@pos, lines with their ends, and move on; the
	 * first is at 0. At most @size bytes, PROC_NET_RECORD always suffice.
	 * Returns the length, 0 past the last one. Any context.
	 */
	size_t (*next)(struct net *net, u64 *pos, char *text, size_t size);
};

#define PROC_NET_RECORD 4096

/* One file after the other, from 0; NULL past the last. */
const struct proc_net_file *proc_net_at(u32 i);

/* proc_sock.c */
size_t proc_tcp_next(struct net *net, u64 *pos, char *text, size_t size);
size_t proc_udp_next(struct net *net, u64 *pos, char *text, size_t size);
size_t proc_raw_next(struct net *net, u64 *pos, char *text, size_t size);

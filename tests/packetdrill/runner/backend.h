/* SPDX-License-Identifier: MIT */
/*
 * DOC: the seam between the interpreter and the stack that a script is about.
 *
 *	 script -> parse.c -> run.c -+- calls.c, memory.c   assert.c   sysctl.c
 *	                             +- packet.c
 *	                                   |
 *	   ================ struct pkt_backend: calls, frames, time
 *============= |                                          | host.c: the host
 *build                  guest.c: the booted image sys_*() in this process
 *orders to apps/agent over the a recording Ethernet device             serial
 *port; machine.c: QEMU, virtual time, tolerance 0               its card's
 *socket, real time, tolerance 100 ms
 *
 * The interpreter knows no stack: whatever it asks of one is an operation
 * here. All times are nanoseconds since the script's start, on the backend's
 * clock.
 *
 * While a system call blocks, the backend runs the script on by calling
 * pkt_blocked(): the host build from its idle hook, the guest's backend while
 * it waits for the agent's answer. So a call is a function call for calls.c,
 * on either side.
 */
#pragma once

#include "lib/types.h"

struct pkt_script;

struct pkt_frame {
	const u8 *data; /* from the Ethernet header on */
	u32 len;
	s64 at_ns; /* when it was sent */
};

/* Memory that a system call points to; at the same place on both sides. */
struct pkt_piece {
	void *p;
	size_t n;
	bool stream; /* payload: goes by fill() and differs(), not by itself */
	bool kept;   /* outlives the call */
};

struct pkt_backend {
	const char *name;
	s64 tolerance_ns; /* how far from its time the stack may do a thing */
	/* A fresh stack for @s; sets local_ip and what follows it in pkt. */
	void (*start)(const struct pkt_script *s);
	/* The script's time is 0 now. */
	void (*start_clock)(void);
	/* All of it came true: what the stack does not give back fails it. */
	void (*finish)(void);
	s64 (*now)(void);
	/* Has the machine under it kept time? A failure counts only then. */
	bool (*is_late)(void);
	/* The script's start by the stack's calendar; NULL: it is not known,
	 * and time stamps are not compared. */
	u64 (*calendar)(void);
	/* Let time go on to @until, or until the stack does something: then
	 * true. */
	bool (*wait)(s64 until);
	/* Linux's number and arguments; a negative errno. */
	long (*call)(long nr, const long args[6],
		     const struct pkt_piece *pieces, u32 n);
	void *(*alloc)(size_t n); /* zeroed; NULL */
	void (*free)(void *p);
	/* A frame for the stack; taken in on return. */
	void (*send)(const u8 *frame, u32 len);
	/* The next frame of the stack, valid until the next call; NULL. */
	const struct pkt_frame *(*receive)(void);
	/* Bytes of the stream from @off on; the first of @n bytes that is none
	 * of these, or -1. */
	void (*fill)(u8 *p, size_t n, u32 off);
	s64 (*differs)(const u8 *p, size_t n, u32 off);
	/* "net.ipv4.tcp_sack". 0 or a negative errno; -ESRCH: no such. */
	int (*sysctl)(const char *name, const char *value);
	/* `ip route` and these words; NULL: it cannot. */
	int (*ip_route)(const char *words);
	/* What the stack remembers of other hosts goes; NULL: it cannot. */
	void (*flush_metrics)(void);
	/* What the stack has counted since the script's start, an enum
	 * snmp_mib; NULL: it cannot say. */
	s64 (*counter)(u32 mib);
};

extern const struct pkt_backend pkt_host;

/*
 * Do an event that is due while the call that the script makes blocks. False:
 * none is; the next is at *@until, and when nothing has happened by then,
 * pkt_overdue() says what is late.
 */
bool pkt_blocked(s64 *until);
void pkt_overdue(void) __noreturn;

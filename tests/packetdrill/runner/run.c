// SPDX-License-Identifier: MIT
/*
 * DOC: runs one script: each event at its time, by the backend's clock, and
 * as near to it as the backend's tolerance says.
 *
 * While a system call of the script blocks, the events after it go on, as far
 * as these are packets, asserts and settings; the next call waits for the
 * blocked one, as in packetdrill.
 */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
#include "tests/packetdrill/runner/pkt.h"

struct pkt_world pkt;

static struct pkt_event *next_event;
static bool next_ready;        /* its times are absolute */
static struct pkt_event *call; /* that is being made */

/* Whether a failure may be the machine's. To ask may fail itself. */
static bool is_late(void)
{
	static bool asked;

	if (asked || !pkt.backend || !pkt.backend->is_late)
		return false;
	asked = true;
	return pkt.backend->is_late();
}

void pkt_fail(u32 line, const char *fmt, ...)
{
	va_list ap;

	printf("    # line %u: ", line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	_exit(is_late() ? PKT_LATE : PKT_FAILED);
}

static s64 now(void)
{
	return pkt.backend->now();
}

/* The last moment for what is to happen at @t. */
static s64 latest(s64 t)
{
	return t == INT64_MAX ? t : t + pkt.backend->tolerance_ns;
}

/* A relative time counts from the end of the event before. */
static void make_absolute(struct pkt_event *ev)
{
	s64 base = ev->relative ? pkt.base_ns : 0;

	if (next_ready)
		return;
	next_ready = true;
	ev->start_ns += base;
	ev->until_ns += base;
	if (!ev->any_time)
		ev->end_ns += base;
	if (latest(ev->start_ns) < now())
		pkt_fail(ev->line, "this is %lld us too late",
			 (now() - ev->start_ns) / 1000);
}

/* It waits for the stack, the others for the clock. */
static bool is_expectation(const struct pkt_event *ev)
{
	return ev->type == EV_PACKET && !ev->packet->inbound;
}

static void make_call(struct pkt_event *ev)
{
	s64 off;

	pkt.base_ns = now();
	call = ev;
	pkt_call(ev);
	call = NULL;
	pkt.event = ev;
	off = now() - (ev->blocks ? ev->until_ns : ev->start_ns);
	if (off > pkt.backend->tolerance_ns || off < -pkt.backend->tolerance_ns)
		pkt_fail(ev->line, "the call ended at %lld us", now() / 1000);
}

/* Do what @ev is. False: its packet has not come yet. */
static bool perform(struct pkt_event *ev)
{
	pkt.event = ev;
	if (pkt.trace && !is_expectation(ev))
		printf("    # at %lld us: line %u\n", now() / 1000, ev->line);
	switch (ev->type) {
	case EV_PACKET:
		if (!ev->packet->inbound)
			return pkt_expect(ev->packet, ev->start_ns, ev->end_ns);
		pkt_send(ev->packet);
		break;
	case EV_CODE:
		pkt_assert(ev->text);
		break;
	case EV_SHELL:
		pkt_sysctl(ev->text);
		break;
	default:
		make_call(ev);
	}
	pkt.base_ns = now();
	return true;
}

static void finished(struct pkt_event *ev)
{
	if (next_event == ev) {
		next_event = ev->next;
		next_ready = false;
	}
}

bool pkt_blocked(s64 *until)
{
	struct pkt_event *ev = next_event;

	*until = latest(call->blocks ? call->until_ns : call->start_ns);
	if (!call->blocks || !ev || ev->type == EV_CALL)
		return false;
	make_absolute(ev);
	if (!is_expectation(ev) && now() < ev->start_ns) {
		*until = min(*until, ev->start_ns);
		return false;
	}
	if (!perform(ev)) {
		pkt.event = call;
		*until = min(*until, latest(ev->end_ns));
		return false;
	}
	finished(ev);
	pkt.event = call;
	return true;
}

void pkt_overdue(void)
{
	const struct pkt_event *ev = next_event;

	if (!call->blocks)
		pkt_fail(call->line, "the call blocks");
	if (next_ready && is_expectation(ev) && now() >= latest(ev->end_ns))
		pkt_fail(ev->line, "no packet comes");
	pkt_fail(call->line, "the call blocks longer");
}

static void run_event(struct pkt_event *ev)
{
	make_absolute(ev);
	if (is_expectation(ev)) {
		while (!perform(ev))
			if (!pkt.backend->wait(latest(ev->end_ns)))
				pkt_fail(ev->line, "no packet comes");
		finished(ev);
		return;
	}
	do {
		pkt.backend->wait(ev->start_ns);
	} while (now() < ev->start_ns);
	if (ev->type == EV_CALL) {
		/* Events that come while it blocks are the next ones. */
		next_event = ev->next;
		next_ready = false;
	}
	perform(ev);
	finished(ev);
}

/**
 * pkt_run() - Run one script; a failure ends the process.
 * @text:    the script.
 * @backend: the stack.
 * @trace:   print each event and packet as it comes.
 *
 * Context: a process of its own.
 */
void pkt_run(char *text, const struct pkt_backend *backend, bool trace)
{
	struct pkt_script *s;

	pkt.trace = trace;
	pkt.info_fd = -1;
	pkt.next_port = 40001;
	s = pkt_parse(text);
	pkt.backend = backend;
	backend->start(s);
	backend->start_clock();
	/* Settings that stand before all else take no time. */
	for (next_event = s->events;
	     next_event && next_event->type == EV_SHELL &&
	     !next_event->start_ns;
	     next_event = next_event->next)
		perform(next_event);
	backend->start_clock();
	pkt.base_ns = 0;
	while (next_event)
		run_event(next_event);
	pkt.event = NULL;
	backend->finish();
}

// SPDX-License-Identifier: MIT
/*
 * DOC: runs one script in a stack of its own. Time is virtual and moves from
 * timer to timer and event to event, so every time in a script is exact.
 *
 * There is one task. While a system call of the script blocks, the host
 * platform's idle hook takes the events after it, as far as these are packets
 * and asserts; the next call waits for the blocked one, as in packetdrill.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/packetdrill/runner/pkt.h"
#include "lib/err.h"
#include "lib/file.h"
#include "lib/softirq.h"
#include "net/ipv4/route.h"

#define LOCAL_IP  "192.168.0.1"
#define REMOTE_IP "192.0.2.1"
#define PREFIX    8 /* one network for both */

struct pkt_world pkt;

static struct pkt_event *next_event;
static bool next_ready;        /* its times are absolute */
static struct pkt_event *call; /* that is being made */

void pkt_fail(u32 line, const char *fmt, ...)
{
	va_list ap;

	printf("    # line %u: ", line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

/**
 * pkt_now() - The script's time.
 *
 * Context: any.
 * Return:  nanoseconds since its start.
 */
s64 pkt_now(void)
{
	return (s64)ktime_get_ns() - pkt.start_ns;
}

/* A relative time counts from the end of the event before. */
static void make_absolute(struct pkt_event *ev)
{
	s64 base = ev->relative ? pkt_now() : 0;

	if (next_ready)
		return;
	next_ready = true;
	ev->start_ns += base;
	ev->until_ns += base;
	if (!ev->any_time)
		ev->end_ns += base;
	if (ev->start_ns < pkt_now())
		pkt_fail(ev->line, "this is %lld ns too late",
			 pkt_now() - ev->start_ns);
}

static s64 next_timer(void)
{
	u64 t = test_next_timer_ns();

	return t == ~0ULL ? INT64_MAX : (s64)t - pkt.start_ns;
}

/* Do what @ev is at its time. False: it waits for a packet. */
static bool perform(struct pkt_event *ev)
{
	pkt.event = ev;
	switch (ev->type) {
	case EV_PACKET:
		if (!ev->packet->inbound)
			return pkt_expect(ev->packet, ev->start_ns, ev->end_ns);
		pkt_send(ev->packet);
		return true;
	case EV_CODE:
		pkt_assert(ev->text);
		return true;
	case EV_SHELL:
		pkt_sysctl(ev->text);
		return true;
	default:
		call = ev;
		pkt_call(ev);
		call = NULL;
		pkt.event = ev;
		if (pkt_now() != (ev->blocks ? ev->until_ns : ev->start_ns))
			pkt_fail(ev->line, "the call ended at %lld us",
				 pkt_now() / 1000);
		return true;
	}
}

static void finished(struct pkt_event *ev)
{
	if (next_event == ev) {
		next_event = ev->next;
		next_ready = false;
	}
}

/* @ev, which expects a packet, has none: until when may time move? */
static s64 wait_limit(const struct pkt_event *ev)
{
	s64 timer = next_timer();

	if (timer > ev->end_ns || timer == INT64_MAX)
		pkt_fail(ev->line, "no packet comes");
	return timer;
}

/* While a call blocks. True: something was done. */
static bool while_blocked(void *arg)
{
	struct pkt_event *ev = next_event;

	if (!call || !call->blocks)
		pkt_fail(call ? call->line : 0, "the call blocks");
	if (pkt_now() > call->until_ns ||
	    (next_timer() > call->until_ns && (!ev || ev->type == EV_CALL)))
		pkt_fail(call->line, "the call blocks longer");
	if (!ev || ev->type == EV_CALL)
		return false;
	make_absolute(ev);
	if (next_timer() <= ev->start_ns)
		return false;
	if (pkt_now() < ev->start_ns) {
		test_advance_ns((u64)(ev->start_ns - pkt_now()));
		return true;
	}
	if (perform(ev)) {
		finished(ev);
		pkt.event = call;
		return true;
	}
	wait_limit(ev);
	return false;
}

static void advance_to(s64 t)
{
	test_advance_ns(t > pkt_now() ? (u64)(t - pkt_now()) : 0);
}

static void run_event(struct pkt_event *ev)
{
	make_absolute(ev);
	advance_to(ev->start_ns);
	if (ev->type == EV_CALL) {
		/* Events that come while it blocks are the next ones. */
		next_event = ev->next;
		next_ready = false;
		perform(ev);
		return;
	}
	while (!perform(ev))
		advance_to(wait_limit(ev));
	finished(ev);
}

static void set_up(const struct pkt_script *s)
{
	static const u8 peer_mac[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0x02 };
	struct neighbour *n;

	pkt.local_ip = fixture_ip(LOCAL_IP);
	pkt.remote_ip = fixture_ip(REMOTE_IP);
	pkt.info_fd = -1;
	pkt.next_port = 40001;
	fixture_addr(pkt.f, LOCAL_IP, PREFIX);
	if (s->mtu)
		pkt_check(dev_set_mtu(pkt.f->eth0, s->mtu) == 0, "mtu %u",
			  s->mtu);
	n = neigh_lookup(&pkt.f->net->ipv4->arp_tbl, &pkt.remote_ip,
			 pkt.f->eth0);
	pkt_check(!IS_ERR(n) && neigh_update(n, peer_mac, NUD_PERMANENT,
					     NEIGH_UPDATE_F_OVERRIDE |
						     NEIGH_UPDATE_F_ADMIN) == 0,
		  "no neighbour");
	neigh_release(n);
	pkt.start_ns = (s64)ktime_get_ns();
	test_set_idle_hook(while_blocked, NULL);
}

/**
 * pkt_run() - Run one script; a failure ends the process.
 * @text: the script.
 *
 * The stack is torn down at the end: what it leaks is a failure.
 *
 * Context: a process of its own.
 * Return:  0, or 1 if the end was not clean.
 */
int pkt_run(char *text)
{
	struct kunit test = { .name = "packetdrill" };
	struct files_struct *files;
	struct pkt_script *s;

	timers_init();
	s = pkt_parse(text);
	pkt_check(net_fixture_init_machine(&test) == 0, "no stack");
	pkt.f = test.priv;
	files = files_alloc();
	pkt_check(files, "no descriptors");
	test_set_files(files);
	set_up(s);
	for (next_event = s->events; next_event;)
		run_event(next_event);
	test_set_idle_hook(NULL, NULL);
	test_set_files(NULL);
	files_put(files);
	net_fixture_exit(&test);
	return test.failed;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: virtual time and the order of events: the stacks' timers, frames that
 * arrive, flows that start, samples. Of events at one instant, timers come
 * first, then frames in the order in which they were sent, then programs.
 *
 * State: struct sim, one at a time.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/bug.h"
#include "lib/timer.h"
#include "net/core/sock.h"
#include "net/ipv4/inet_sock.h"
#include "net/wire/ip.h"
#include "tests/host/host.h"
#include "tests/netsim/sim.h"

#define NEVER   (~0ULL)
#define LINGER  (2 * NSEC_PER_SEC)    /* for the last ACKs, before info */
#define CLOSING (1000 * NSEC_PER_SEC) /* orphans, TIME_WAIT */

struct sim sim;

void sim_config_init(struct sim_config *c)
{
	memset(c, 0, sizeof(*c));
	c->nr_flows = 1;
	c->seed = 1;
	c->mtu = 1500;
	c->end_ns = SIM_END_NS;
}

u64 sim_now(void)
{
	return ktime_get_ns() - sim.start_ns;
}

/* --- the hash of the wire --- */

static void hash_word(u64 w)
{
	u64 h = (sim.r->hash ^ w) * 0x9e3779b97f4a7c15ULL;

	sim.r->hash = h ^ (h >> 29);
}

void sim_note(enum sim_fate fate, u32 link, const struct sk_buff *skb)
{
	u32 i;
	u64 w;

	hash_word(sim_now());
	hash_word((u64)skb->len << 32 | link << 8 | fate);
	if (fate != FATE_SENT && fate != FATE_ARRIVED)
		return;
	for (i = 0; i < skb->len; i += 8) {
		w = 0;
		memcpy(&w, skb->data + i, min(skb->len - i, 8U));
		hash_word(w);
	}
	/* As a capture on the senders has it. */
	if (sim.c->pcap && (fate == FATE_ARRIVED) == (link == 1))
		pcap_write(skb, sim_now());
}

/* --- frames on their way: a heap by time, then by order --- */

static bool earlier(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

void sim_schedule(struct sk_buff *skb, u32 link, u64 at_ns)
{
	struct sim_event e = { at_ns, sim.order++, skb, link };
	u32 i = sim.nr_events++, parent;

	if (i == sim.max_events) {
		sim.max_events = i ? 2 * i : 1024;
		sim.heap =
			realloc(sim.heap, sim.max_events * sizeof(*sim.heap));
		BUG_ON(!sim.heap);
	}
	sim.r->max_events = max(sim.r->max_events, sim.nr_events);
	for (; i; i = parent) {
		parent = (i - 1) / 2;
		if (!earlier(&e, &sim.heap[parent]))
			break;
		sim.heap[i] = sim.heap[parent];
	}
	sim.heap[i] = e;
}

static struct sim_event heap_pop(void)
{
	struct sim_event first = sim.heap[0], last = sim.heap[--sim.nr_events];
	u32 i = 0, child;

	while ((child = 2 * i + 1) < sim.nr_events) {
		if (child + 1 < sim.nr_events &&
		    earlier(&sim.heap[child + 1], &sim.heap[child]))
			child++;
		if (!earlier(&sim.heap[child], &last))
			break;
		sim.heap[i] = sim.heap[child];
		i = child;
	}
	sim.heap[i] = last;
	return first;
}

u64 sim_next_arrival(void)
{
	return sim.nr_events ? sim.heap[0].at_ns : NEVER;
}

void sim_deliver_due(void (*deliver)(struct sim_event *e))
{
	u64 now = ktime_get_ns();
	struct sim_event e;

	while (sim_next_arrival() <= now) {
		e = heap_pop();
		deliver(&e);
	}
}

static void deliver_to_host(struct sim_event *e)
{
	sim_note(FATE_ARRIVED, e->link, e->skb);
	sim.link[e->link].stats->delivered++;
	sim_host_receive(e->skb);
}

/* --- the time that all flows share --- */

static void common_begin(void)
{
	u32 i;

	sim.common_from_ns = sim_now();
	for (i = 0; i < sim.c->nr_flows; i++)
		sim.common_mark[i] = sim.flow[i].r->received;
}

static void common_end(void)
{
	u32 i;

	if (sim.common_from_ns == NEVER || sim.common_to_ns != NEVER)
		return;
	sim.common_to_ns = sim_now();
	sim.r->common_ns = sim.common_to_ns - sim.common_from_ns;
	for (i = 0; i < sim.c->nr_flows; i++)
		sim.r->flow[i].common_bytes =
			sim.flow[i].r->received - sim.common_mark[i];
}

/* --- running --- */

static u64 next_start(void)
{
	u64 t = NEVER;
	u32 i;

	for (i = 0; i < sim.c->nr_flows; i++)
		if (!sim.flow[i].started)
			t = min(t, sim.c->flow[i].start_ns);
	return t;
}

static void start_due(void)
{
	u32 i;

	for (i = 0; i < sim.c->nr_flows; i++)
		if (!sim.flow[i].started &&
		    sim.c->flow[i].start_ns <= sim_now() &&
		    sim_flow_start(&sim.flow[i]) != 0)
			BUG_ON(true);
	if (next_start() == NEVER)
		common_begin();
}

/* When the next timer runs or frame arrives, of sim_now(). */
static u64 next_event(void)
{
	u64 t = min(test_next_timer_ns(), sim_next_arrival());

	return t == NEVER ? t : max(t, ktime_get_ns()) - sim.start_ns;
}

/* Let everything happen until @end (of sim_now()) or, if @flows, until every
 * flow has finished. */
static void run_until(u64 end, bool flows)
{
	u64 sample = sim.c->sample_ns ? sim_now() : NEVER;
	u64 start = flows ? next_start() : NEVER, t;

	for (;;) {
		t = min(end, sample);
		t = min(t, start);
		t = min(t, next_event());
		test_advance_ns(t - sim_now());
		sim_deliver_due(deliver_to_host);
		if (t == start) {
			start_due();
			start = next_start();
		}
		sim_flows_run();
		if (flows && sim.unfinished < sim.c->nr_flows)
			common_end();
		if (t == sample) {
			sim.c->sample(sim.c->sample_arg, sim.c);
			sample += sim.c->sample_ns;
		}
		if (t == end || (flows && !sim.unfinished))
			return;
	}
}

bool sim_flow_info(u32 flow, struct tcp_info *info)
{
	struct socket *s = sim.flow[flow].out;
	int len = sizeof(*info);

	return s && !s->ops->getsockopt(s, IPPROTO_TCP, TCP_INFO, info, &len);
}

u64 sim_flow_received(u32 flow)
{
	return sim.flow[flow].r->received;
}

void sim_queue(u32 *packets, u64 *bytes)
{
	sim_link_settle(&sim.link[0]);
	*packets = sim.link[0].nr_held;
	*bytes = sim.link[0].held_bytes;
}

/* The stacks' generator is seeded, and moves on by each byte that it gives:
 * another seed, other sequence numbers and other rolls of BBR's dice. */
static void draw_seed(u64 seed)
{
	u8 byte;

	for (seed %= 4096; seed; seed--)
		get_random_bytes(&byte, 1);
}

static int sim_begin(const struct sim_config *c, struct sim_result *r)
{
	struct sim_flow *f;
	u32 i;
	int err;

	memset(&sim, 0, sizeof(sim));
	sim.c = c;
	sim.r = r;
	sim.start_ns = ktime_get_ns();
	sim.common_from_ns = NEVER;
	sim.common_to_ns = NEVER;
	sim.unfinished = c->nr_flows;
	INIT_LIST_HEAD(&sim.ready);
	draw_seed(c->seed);
	sim_link_init(&sim.link[0], &c->link, &r->link, 0, c->seed);
	sim_link_init(&sim.link[1], &c->back, &r->back, 1, c->seed);
	if (c->pcap && (err = pcap_open(c->pcap)))
		return err;
	err = sim_hosts_create();
	if (err)
		return err;
	for (i = 0; i < c->nr_flows; i++) {
		f = &sim.flow[i];
		f->c = &c->flow[i];
		f->r = &r->flow[i];
		f->index = i;
		f->host = &sim.host[i + 1];
		INIT_LIST_HEAD(&f->ready);
	}
	return sim_flows_listen();
}

static void sim_finish(struct sim_result *r)
{
	u32 i;

	r->end_ns = sim_now();
	common_end();
	/* The readers are through; the last ACKs are still on their way. */
	run_until(sim_now() + LINGER, false);
	for (i = 0; i < r->nr_flows; i++)
		sim_flow_info(i, &r->flow[i].info);
}

void sim_run(const struct sim_config *c, struct sim_result *r)
{
	s64 before;

	sim_boot();
	before = test_live_allocations() + skb_live_count();
	memset(r, 0, sizeof(*r));
	r->nr_flows = c->nr_flows;
	r->err = sim_begin(c, r);
	if (!r->err) {
		sim_steps = 0;
		run_until(c->end_ns, true);
		r->steps = sim_steps;
		sim_finish(r);
	}
	sim_flows_close();
	if (!r->err)
		run_until(sim_now() + CLOSING, false);
	if (sim.host)
		sim_hosts_destroy();
	while (sim.nr_events)
		consume_skb(heap_pop().skb);
	free(sim.heap);
	sim_link_exit(&sim.link[0]);
	sim_link_exit(&sim.link[1]);
	pcap_close();
	r->leaked = test_live_allocations() + skb_live_count() - before;
}

/* All of @r from the other end of a pipe. */
static bool read_result(int fd, struct sim_result *r)
{
	size_t got = 0;
	ssize_t n = 1;

	while (got < sizeof(*r) && n > 0) {
		n = read(fd, (char *)r + got, sizeof(*r) - got);
		got += n > 0 ? (size_t)n : 0;
	}
	return got == sizeof(*r);
}

void sim_run_child(const struct sim_config *c, struct sim_result *r)
{
	int fds[2], status = -1;
	pid_t child;
	bool ok;

	BUG_ON(pipe(fds) != 0);
	child = fork();
	if (child == 0) {
		close(fds[0]);
		sim_run(c, r);
		_exit(write(fds[1], r, sizeof(*r)) != sizeof(*r));
	}
	close(fds[1]);
	ok = child > 0 && read_result(fds[0], r);
	close(fds[0]);
	if (child > 0)
		waitpid(child, &status, 0);
	if (!ok || status != 0) {
		memset(r, 0, sizeof(*r));
		r->err = -ECHILD;
	}
}

/* --- figures --- */

u64 sim_goodput_bps(const struct sim_result *r, u32 flow)
{
	const struct sim_flow_result *f = &r->flow[flow];
	u64 ns = sim_flow_end(r, flow) - f->start_ns;

	return ns ? (u64)((unsigned __int128)f->received * 8 * NSEC_PER_SEC /
			  ns)
		  : 0;
}

/* Jain, Chiu, Hawe, DEC-TR-301: (sum x)^2 / (n * sum x^2). */
u32 sim_jain(const struct sim_result *r)
{
	unsigned __int128 sum = 0, squares = 0;
	u32 i;

	for (i = 0; i < r->nr_flows; i++) {
		sum += r->flow[i].common_bytes;
		squares += (unsigned __int128)r->flow[i].common_bytes *
			   r->flow[i].common_bytes;
	}
	return squares ? (u32)(sum * sum * 1000 / (r->nr_flows * squares)) : 0;
}

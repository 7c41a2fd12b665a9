// SPDX-License-Identifier: MIT
/*
 * DOC: `netsim` runs one simulation and prints what came of it; `netsim test`
 * runs the simulator's own suites; `netsim tun` is
 * in tun.c. Exit status: 0; 1 if a flow broke or did
 * not finish, or something was left over; 2 for a bad command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include "lib/bug.h"
#include "lib/kunit.h"
#include "lib/timer.h"
#include "net/ipv4/tcp.h"
#include "tests/netsim/args.h"
#include "tests/netsim/tun.h"

/* --- the trace --- */

static void trace_begin(FILE *f)
{
	fputs("time,flow,cwnd,ssthresh,pacing_bps,srtt_us,min_rtt_us,in_flight,"
	      "lost,retrans,ca_state,received,queue_packets,queue_bytes\n",
	      f);
}

static void trace_sample(void *arg, const struct sim_config *c)
{
	struct tcp_info t;
	u64 queue_bytes;
	u32 i, queue;

	sim_queue(&queue, &queue_bytes);
	for (i = 0; i < c->nr_flows; i++) {
		if (!sim_flow_info(i, &t) || !t.tcpi_rtt)
			continue;
		fprintf(arg,
			"%.6f,%u,%u,%u,%llu,%u,%u,%u,%u,%u,%u,%llu,%u,%llu\n",
			(double)sim_now() / 1e9, i, t.tcpi_snd_cwnd,
			t.tcpi_snd_ssthresh,
			t.tcpi_pacing_rate == ~0ULL ? 0
						    : t.tcpi_pacing_rate * 8,
			t.tcpi_rtt, t.tcpi_min_rtt,
			t.tcpi_unacked - t.tcpi_sacked - t.tcpi_lost +
				t.tcpi_retrans,
			t.tcpi_lost, t.tcpi_total_retrans, t.tcpi_ca_state,
			sim_flow_received(i), queue, queue_bytes);
	}
}

/* --- the report --- */

static const char *cc_name(const struct sim_config *c, u32 flow)
{
	return c->flow[flow].cc ?: "default";
}

/* Whether flow @i did what it was to do. */
static bool flow_ok(const struct sim_config *c, const struct sim_result *r,
		    u32 i)
{
	return !r->flow[i].err && (!c->flow[i].bytes || r->flow[i].done);
}

static void print_flow(const struct sim_config *c, const struct sim_result *r,
		       u32 i)
{
	const struct sim_flow_result *f = &r->flow[i];
	double end = (double)sim_flow_end(r, i);

	printf("%4u %-8s %12llu %11.6f %9.3f %7u %5u %4u %8.3f", i,
	       cc_name(c, i), f->received, (end - (double)f->start_ns) / 1e9,
	       (double)sim_goodput_bps(r, i) / 1e6, f->info.tcpi_total_retrans,
	       f->info.tcpi_dsack_dups, f->info.tcpi_total_rto,
	       f->info.tcpi_rtt / 1e3);
	if (f->err)
		printf("  errno %d", -f->err);
	else if (!flow_ok(c, r, i))
		printf("  unfinished");
	printf("\n");
}

static void print_link(const char *name, const struct sim_link_stats *s)
{
	printf("%s: %llu frames, %llu bytes, %llu queue drops, %llu lost, "
	       "%llu reordered, %llu doubled, %llu damaged, %llu marked\n",
	       name, s->frames, s->bytes, s->queue_drops, s->lost, s->reordered,
	       s->duplicated, s->corrupted, s->marked);
	if (s->waited)
		printf("%s queue: at most %u packets, %.3f ms; mean %.3f ms\n",
		       name, s->max_packets, (double)s->max_wait_ns / 1e6,
		       (double)s->wait_ns / (double)s->waited / 1e6);
}

static void print_table(const struct sim_config *c, const struct sim_result *r)
{
	u32 i;

	printf("flow cc              bytes     seconds    Mbit/s retrans dsack "
	       " rto  rtt ms\n");
	for (i = 0; i < r->nr_flows; i++)
		print_flow(c, r, i);
	if (r->nr_flows > 1)
		printf("Jain's index %.3f, over the %.3f s that all were "
		       "sending\n",
		       sim_jain(r) / 1e3, (double)r->common_ns / 1e9);
	print_link("link", &r->link);
	print_link("back", &r->back);
	printf("wire %016llx\n", r->hash);
}

/* Seconds of the slowest, Mbit/s of all until then, resends, RTOs, drops,
 * Jain's index, mean ms queued, hash. */
static void print_line(const struct sim_result *r)
{
	u64 end = 0, bytes = 0;
	u32 i, retrans = 0, rto = 0;

	for (i = 0; i < r->nr_flows; i++) {
		end = max(end, sim_flow_end(r, i));
		bytes += r->flow[i].received;
		retrans += r->flow[i].info.tcpi_total_retrans;
		rto += r->flow[i].info.tcpi_total_rto;
	}
	printf("%.3f %.3f %u %u %llu %.3f %.3f %016llx\n", (double)end / 1e9,
	       end ? (double)bytes * 8e3 / (double)end : 0, retrans, rto,
	       r->link.queue_drops + r->link.lost, sim_jain(r) / 1e3,
	       (double)r->link.wait_ns / 1e6 /
		       (double)max(r->link.waited, 1ULL),
	       r->hash);
}

/* Segments with data that were sent, and basic blocks that ran for them. */
static void print_work(const struct sim_result *r)
{
	u64 segments = 0;
	u32 i;

	for (i = 0; i < r->nr_flows; i++)
		segments += r->flow[i].info.tcpi_data_segs_out;
	printf("%llu %llu\n", segments, r->steps);
}

/* Modules are known only once the layers are up. */
static bool check_cc(const struct sim_config *c)
{
	u32 i;

	sim_boot();
	for (i = 0; i < c->nr_flows; i++)
		if (c->flow[i].cc && !tcp_ca_find(c->flow[i].cc)) {
			fprintf(stderr, "netsim: there is no --cc %s\n",
				c->flow[i].cc);
			return false;
		}
	return true;
}

static int simulate(struct sim_args *a)
{
	static struct sim_result r;
	FILE *trace = NULL;
	int bad = 0;
	u32 i;

	if (a->trace) {
		trace = fopen(a->trace, "w");
		if (!trace) {
			perror(a->trace);
			return 2;
		}
		trace_begin(trace);
		a->c.sample = trace_sample;
		a->c.sample_arg = trace;
	}
	sim_run(&a->c, &r);
	if (trace && fclose(trace) != 0) {
		perror(a->trace);
		return 2;
	}
	if (r.err) {
		fprintf(stderr, "netsim: errno %d\n", -r.err);
		return 2;
	}
	if (a->work)
		print_work(&r);
	else if (a->terse)
		print_line(&r);
	else
		print_table(&a->c, &r);
	for (i = 0; i < r.nr_flows; i++)
		bad |= !flow_ok(&a->c, &r, i);
	if (r.leaked)
		fprintf(stderr, "netsim: %lld allocations are left\n",
			r.leaked);
	return bad || r.leaked;
}

int main(int argc, char **argv)
{
	struct kunit_totals t;
	struct sim_args a;

	timers_init();
	if (argc > 1 && strcmp(argv[1], "test") == 0) {
		t = kunit_run_all(argc > 2 ? argv[2] : NULL);
		return t.failed || !t.passed;
	}
	if (argc > 3 && strcmp(argv[1], "tun") == 0) {
		skb_init();
		sim_args_parse(&a, argc - 3, argv + 3);
		sim_tun_run(&a.c, atoi(argv[2]), atoi(argv[3]));
	}
	sim_args_parse(&a, argc, argv);
	return check_cc(&a.c) ? simulate(&a) : 2;
}

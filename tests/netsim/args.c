// SPDX-License-Identifier: MIT
/*
 * DOC: the command line of netsim: `--name value` or `--name=value`, each
 * described in the tables below, from which --help is written. An option of
 * the link is the return link's with "back-" before its name.
 */
#include <stdio.h>
#include <stdlib.h>
#include "lib/bug.h"
#include "net/ipv4/tcp.h"
#include "tests/netsim/args.h"

static void die(const char *fmt, ...) __printf(1, 2) __noreturn;
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("netsim: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputs(" (--help tells more)\n", stderr);
	va_end(ap);
	exit(2);
}

/* --- lists --- */

/* The next part of a list with commas, copied to @part; NULL at its end. */
static const char *next_part(const char *text, char part[64])
{
	size_t n = 0;

	while (text[n] && text[n] != ',')
		n++;
	if (!n || n > 63)
		return NULL;
	memcpy(part, text, n);
	part[n] = '\0';
	return text[n] ? text + n + 1 : text + n;
}

static u32 split(const char *text, char part[][64], u32 max)
{
	u32 n = 0;

	while (*text) {
		if (n == max)
			return 0;
		text = next_part(text, part[n++]);
		if (!text)
			return 0;
	}
	return n;
}

/* --- the link's --- */

struct link_option {
	const char *name, *arg, *help;
	bool (*set)(const char *text, struct sim_link_config *l);
};

static bool set_rate(const char *text, struct sim_link_config *l)
{
	return parse_rate(text, &l->rate_bps);
}

static bool set_delay(const char *text, struct sim_link_config *l)
{
	return parse_time(text, &l->delay_ns);
}

static bool set_jitter(const char *text, struct sim_link_config *l)
{
	return parse_time(text, &l->jitter_ns);
}

/* A multiple of the bandwidth-delay product is kept as such until all is
 * known: in parts of a thousand. */
static u32 queue_bdp[2];

static bool set_queue(const char *text, struct sim_link_config *l)
{
	size_t len = strlen(text);
	char number[16];
	u64 n;

	if (len > 3 && len < sizeof(number) && !strcmp(text + len - 3, "bdp")) {
		memcpy(number, text, len);
		number[len - 3] = '\0';
		/* 3.5 is 3500 */
		if (!parse_size(number, &n))
			return false;
		l->queue_packets = 0;
		queue_bdp[0] = (u32)(strtod(number, NULL) * 1000);
		return queue_bdp[0] > 0;
	}
	if (!parse_count(text, &n) || n > 1U << 30)
		return false;
	l->queue_packets = (u32)n;
	return true;
}

static bool set_queue_bytes(const char *text, struct sim_link_config *l)
{
	return parse_size(text, &l->queue_bytes);
}

static bool set_mark(const char *text, struct sim_link_config *l)
{
	u64 n;

	if (!parse_count(text, &n) || n > 1U << 30)
		return false;
	l->mark_packets = (u32)n;
	return true;
}

static bool set_loss(const char *text, struct sim_link_config *l)
{
	return parse_chance(text, &l->loss);
}

static bool set_burst(const char *text, struct sim_link_config *l)
{
	char part[3][64];
	u32 n = split(text, part, 3);

	l->ge_loss = SIM_PPB;
	return n >= 2 && parse_chance(part[0], &l->ge_enter) &&
	       parse_chance(part[1], &l->ge_leave) &&
	       (n < 3 || parse_chance(part[2], &l->ge_loss));
}

static bool set_reorder(const char *text, struct sim_link_config *l)
{
	char part[2][64];

	return split(text, part, 2) == 2 &&
	       parse_chance(part[0], &l->reorder) &&
	       parse_time(part[1], &l->reorder_ns);
}

static bool set_stall(const char *text, struct sim_link_config *l)
{
	char part[2][64];

	return split(text, part, 2) == 2 &&
	       parse_time(part[0], &l->stall_from_ns) &&
	       parse_time(part[1], &l->stall_to_ns) &&
	       l->stall_to_ns >= l->stall_from_ns;
}

static bool set_narrow(const char *text, struct sim_link_config *l)
{
	char part[3][64];
	u32 n = split(text, part, 3);
	u64 mtu;

	l->narrow_to_ns = UINT64_MAX;
	if (n < 2 || !parse_count(part[0], &mtu) || !mtu || mtu > UINT32_MAX)
		return false;
	l->narrow_mtu = (u32)mtu;
	return parse_time(part[1], &l->narrow_from_ns) &&
	       (n < 3 || parse_time(part[2], &l->narrow_to_ns));
}

static bool set_duplicate(const char *text, struct sim_link_config *l)
{
	return parse_chance(text, &l->duplicate);
}

static bool set_corrupt(const char *text, struct sim_link_config *l)
{
	return parse_chance(text, &l->corrupt);
}

/* 7, 7-9 or 100-900/10 */
static bool drop_one(char *text, struct sim_drop *d)
{
	char *dash = strchr(text, '-'), *slash = strchr(text, '/');
	u64 first, last, step;

	if (dash)
		*dash = '\0';
	if (slash)
		*slash = '\0';
	if (!parse_count(text, &first) ||
	    !parse_count(dash ? dash + 1 : text, &last) ||
	    !parse_count(slash ? slash + 1 : "1", &step) || !step ||
	    last > UINT32_MAX || step > UINT32_MAX || first > last)
		return false;
	*d = (struct sim_drop){ (u32)first, (u32)last, (u32)step };
	return true;
}

static bool set_drop(const char *text, struct sim_link_config *l)
{
	char part[SIM_MAX_DROPS][64];
	u32 n = split(text, part, SIM_MAX_DROPS), i;

	for (i = 0; i < n; i++)
		if (!drop_one(part[i], &l->drop[i]))
			return false;
	l->nr_drop = n;
	return n;
}

/* OFFSET, FLOW:OFFSET, either with xTIMES behind it */
static bool set_drop_byte(const char *text, struct sim_link_config *l)
{
	char part[SIM_MAX_DROPS][64], *colon, *x;
	u32 n = split(text, part, SIM_MAX_DROPS), i;
	u64 flow, offset, times;

	for (i = 0; i < n; i++) {
		colon = strchr(part[i], ':');
		x = strchr(part[i], 'x');
		if (colon)
			*colon = '\0';
		if (x)
			*x = '\0';
		if (!parse_count(colon ? part[i] : "0", &flow) ||
		    !parse_count(colon ? colon + 1 : part[i], &offset) ||
		    !parse_count(x ? x + 1 : "1", &times) ||
		    flow >= SIM_MAX_FLOWS || times > UINT32_MAX)
			return false;
		l->drop_byte[i] =
			(struct sim_drop_byte){ (u32)flow, offset, (u32)times };
	}
	l->nr_drop_byte = n;
	return n;
}

static const struct link_option link_options[] = {
	{ "rate", "R", "bits a second of IP packets: 10M; 0: any", set_rate },
	{ "delay", "T", "one way: 10ms; back-delay: the same", set_delay },
	{ "jitter", "T", "up to so much more, still in order", set_jitter },
	{ "queue", "N", "packets held at most, or 1.5bdp; 0: any", set_queue },
	{ "queue-bytes", "B", "bytes held at most", set_queue_bytes },
	{ "mark", "N", "ECT packets that find N held get CE", set_mark },
	{ "loss", "P", "1% or 0.01, each frame by itself", set_loss },
	{ "burst", "P,P[,P]",
	  "Gilbert-Elliott: chance to enter, to leave, loss in it (100%)",
	  set_burst },
	{ "reorder", "P,T", "so many come T late, and others pass",
	  set_reorder },
	{ "stall", "T,T", "nothing leaves from one time to the other",
	  set_stall },
	{ "narrow", "N,T[,T]",
	  "packets of more than N bytes vanish from one time to the other",
	  set_narrow },
	{ "duplicate", "P", "so many come twice", set_duplicate },
	{ "corrupt", "P", "so many have one bit turned", set_corrupt },
	{ "drop", "N[-N[/K]],...", "frames by number, from 0; one in K",
	  set_drop },
	{ "drop-byte", "[F:]N[xK],...",
	  "the first K segments with byte N of flow F's stream",
	  set_drop_byte },
};

/* --- the rest --- */

struct option {
	const char *name, *arg, *help;
	bool (*set)(const char *text, struct sim_args *a);
};

static bool set_rtt(const char *text, struct sim_args *a)
{
	u64 rtt;

	if (!parse_time(text, &rtt))
		return false;
	a->c.link.delay_ns = rtt / 2;
	return true;
}

static bool set_flows(const char *text, struct sim_args *a)
{
	u64 n;

	if (!parse_count(text, &n) || !n || n > SIM_MAX_FLOWS)
		return false;
	a->c.nr_flows = (u32)n;
	return true;
}

static bool set_bytes(const char *text, struct sim_args *a)
{
	return parse_size(text, &a->bytes);
}

static bool set_time(const char *text, struct sim_args *a)
{
	return parse_time(text, &a->c.end_ns) && a->c.end_ns;
}

static bool set_cc(const char *text, struct sim_args *a)
{
	a->nr_cc = split(text, a->cc, SIM_ARGS_LIST);
	return a->nr_cc;
}

static bool set_stagger(const char *text, struct sim_args *a)
{
	return parse_time(text, &a->stagger_ns);
}

static bool set_extra(const char *text, struct sim_args *a)
{
	char part[SIM_ARGS_LIST][64];
	u32 i;

	a->nr_extra = split(text, part, SIM_ARGS_LIST);
	for (i = 0; i < a->nr_extra; i++)
		if (!parse_time(part[i], &a->extra_ns[i]))
			return false;
	return a->nr_extra;
}

static bool set_seed(const char *text, struct sim_args *a)
{
	return parse_count(text, &a->c.seed);
}

static bool set_mtu(const char *text, struct sim_args *a)
{
	u64 n;

	if (!parse_count(text, &n) || n < 128 || n > 65535)
		return false;
	a->c.mtu = (u32)n;
	return true;
}

static bool set_sysctl(const char *text, struct sim_args *a)
{
	if (a->c.nr_sysctl == SIM_MAX_SYSCTLS)
		return false;
	a->c.sysctl[a->c.nr_sysctl++] = text;
	return strchr(text, '=') != NULL;
}

static bool set_trace(const char *text, struct sim_args *a)
{
	a->trace = text;
	return *text;
}

static bool set_interval(const char *text, struct sim_args *a)
{
	return parse_time(text, &a->interval_ns) && a->interval_ns;
}

static bool set_pcap(const char *text, struct sim_args *a)
{
	a->c.pcap = text;
	return *text;
}

static bool set_format(const char *text, struct sim_args *a)
{
	a->terse = strcmp(text, "line") == 0;
	a->work = strcmp(text, "work") == 0;
	return a->terse || a->work || strcmp(text, "table") == 0;
}

static const struct option options[] = {
	{ "rtt", "T", "delay of both directions: half of it each", set_rtt },
	{ "flows", "N", "each from a stack of its own (1)", set_flows },
	{ "bytes", "B", "each sends: 10M, 64Ki; 0: until the end", set_bytes },
	{ "time", "T", "the end, whoever has finished (1 h)", set_time },
	{ "cc", "NAME,...", "congestion control, flows in turn", set_cc },
	{ "stagger", "T", "each flow starts so much later", set_stagger },
	{ "extra-delay", "T,...", "more on the way back, flows in turn",
	  set_extra },
	{ "seed", "N", "of every chance (1)", set_seed },
	{ "mtu", "N", "of the stacks' devices (1500)", set_mtu },
	{ "sysctl", "NAME=V", "net.ipv4.tcp_sack=0; may come again",
	  set_sysctl },
	{ "trace", "FILE", "samples of every flow, as CSV", set_trace },
	{ "interval", "T", "between samples (10ms)", set_interval },
	{ "pcap", "FILE", "what the senders send and get", set_pcap },
	{ "format", "F", "table; line: one line, no heading; work: see steps.c",
	  set_format },
};

static void help(void)
{
	size_t i;

	printf("usage: netsim [--NAME VALUE]...\n"
	       "       netsim test [GLOB]\n\n"
	       "Flows of Doorbell's TCP through one bottleneck, in virtual "
	       "time.\nThe same options give the same bytes on the wire.\n\n");
	for (i = 0; i < ARRAY_SIZE(options); i++)
		printf("  --%-12s %-14s %s\n", options[i].name, options[i].arg,
		       options[i].help);
	printf("\nOf the bottleneck; with back- before the name "
	       "(--back-loss 1%%) of the way back:\n\n");
	for (i = 0; i < ARRAY_SIZE(link_options); i++)
		printf("  --%-12s %-14s %s\n", link_options[i].name,
		       link_options[i].arg, link_options[i].help);
	exit(0);
}

/* --- putting it together --- */

static bool set_link(const char *name, const char *value, struct sim_args *a)
{
	bool back = strncmp(name, "back-", 5) == 0;
	u32 was = queue_bdp[0];
	size_t i;

	name += back ? 5 : 0;
	for (i = 0; i < ARRAY_SIZE(link_options); i++) {
		if (strcmp(name, link_options[i].name) != 0)
			continue;
		if (!link_options[i].set(value, back ? &a->c.back : &a->c.link))
			die("--%s does not take `%s'", name, value);
		if (back) {
			queue_bdp[1] = queue_bdp[0];
			queue_bdp[0] = was;
		}
		a->back_delay |= back && strcmp(name, "delay") == 0;
		return true;
	}
	return false;
}

static void set_one(const char *name, const char *value, struct sim_args *a)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (strcmp(name, options[i].name) != 0)
			continue;
		if (!options[i].set(value, a))
			die("--%s does not take `%s'", name, value);
		return;
	}
	if (!set_link(name, value, a))
		die("there is no --%s", name);
}

static void finish_queue(struct sim_args *a, struct sim_link_config *l,
			 u32 thousandths)
{
	u64 rtt = a->c.link.delay_ns + a->c.back.delay_ns;
	u64 packets;

	if (!thousandths)
		return;
	packets = (u64)((double)l->rate_bps * (double)rtt / 8e9 / a->c.mtu *
				thousandths / 1000 +
			0.5);
	l->queue_packets = (u32)max(packets, 1ULL);
}

static void finish(struct sim_args *a)
{
	struct sim_config *c = &a->c;
	u32 i;

	if (!a->back_delay)
		c->back.delay_ns = c->link.delay_ns;
	finish_queue(a, &c->link, queue_bdp[0]);
	finish_queue(a, &c->back, queue_bdp[1]);
	for (i = 0; i < c->nr_flows; i++) {
		c->flow[i].bytes = a->bytes;
		c->flow[i].start_ns = i * a->stagger_ns;
		if (a->nr_cc)
			c->flow[i].cc = a->cc[i % a->nr_cc];
		if (a->nr_extra)
			c->flow[i].extra_ns = a->extra_ns[i % a->nr_extra];
	}
	if (!a->bytes && c->end_ns == SIM_END_NS)
		die("--bytes 0 needs --time");
	if (a->trace)
		c->sample_ns = a->interval_ns;
}

void sim_args_parse(struct sim_args *a, int argc, char **argv)
{
	char name[32];
	const char *eq;
	size_t len;
	int i;

	memset(a, 0, sizeof(*a));
	sim_config_init(&a->c);
	a->bytes = 10000000;
	a->interval_ns = 10 * NSEC_PER_MSEC;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			help();
		if (strncmp(argv[i], "--", 2) != 0)
			die("`%s' is no option", argv[i]);
		eq = strchr(argv[i], '=');
		len = eq ? (size_t)(eq - argv[i]) - 2 : strlen(argv[i]) - 2;
		if (len >= sizeof(name))
			die("there is no %s", argv[i]);
		memcpy(name, argv[i] + 2, len);
		name[len] = '\0';
		if (!eq && i + 1 == argc)
			die("--%s needs a value", name);
		set_one(name, eq ? eq + 1 : argv[++i], a);
	}
	finish(a);
}

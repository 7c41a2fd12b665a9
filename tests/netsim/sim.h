/* SPDX-License-Identifier: MIT */
/*
 * DOC: a network that repeats. Stacks of Doorbell, each a struct net of its
 * own, around one bottleneck, in virtual time:
 *
 *	sender 1 --+                 +--> receiver
 *	sender 2 --+==> forward link =+
 *	   ...   <-+<== return link <=+
 *
 * Programs call sock_sendmsg() and sock_recvmsg(); TCP, IP, the neighbour
 * table and the queueing discipline run as in the guest; a device hands whole
 * Ethernet frames to a link. The same configuration gives the same bytes at
 * the same nanosecond: struct sim_result.hash says so.
 *
 *	stack.c  the stacks and their devices
 *	link.c	 rate, queue, delay, loss and what else happens to a frame
 *	flow.c	 the programs: one writes, one reads and compares
 *	sim.c	 virtual time, the order of events, the results
 *	pcap.c	 the frames as a capture file
 *	steps.c	 how much work it was
 *	tun.c	 the link alone, in real time, for the host's TCP
 *	main.c, args.c	the command line; parse.c: its numbers
 *
 * One simulation is alive at a time. Everything is one task's.
 */
#pragma once

#include "lib/list.h"
#include "lib/uapi/tcp.h"
#include "lib/wait.h"
#include "net/core/net_namespace.h"
#include "net/core/netdevice.h"
#include "net/core/socket.h"

#define SIM_MAX_FLOWS   200
#define SIM_MAX_DROPS   16
#define SIM_PORT        5001  /* the receiver's */
#define SIM_PORT_BASE   40000 /* flow n sends from SIM_PORT_BASE + n */
#define SIM_PPB         1000000000U
#define SIM_MAX_SYSCTLS 32
#define SIM_END_NS      (3600 * NSEC_PER_SEC) /* unless told otherwise */

/* --- what to simulate --- */

/* Frames @first to @last, one in @step, counted from 0 where they enter the
 * link. */
struct sim_drop {
	u32 first, last, step;
};

/* The first @times segments that hold byte @offset of a flow's stream. */
struct sim_drop_byte {
	u32 flow;
	u64 offset;
	u32 times;
};

/* Probabilities are in parts of a billion. */
struct sim_link_config {
	u64 rate_bps;      /* of IP bytes; 0: no limit, and no queue */
	u64 delay_ns;      /* one way */
	u64 jitter_ns;     /* up to so much more, in order still */
	u32 queue_packets; /* held at most, with the one being sent; 0: any */
	u64 queue_bytes;   /* the same in IP bytes; 0: any */
	u32 mark_packets;  /* ECT packets that find so many held get CE */
	u64 stall_from_ns; /* until stall_to_ns nothing leaves */
	u64 stall_to_ns;
	/* From one time to the other packets longer than narrow_mtu vanish
	 * without an ICMP; 0: none. */
	u32 narrow_mtu;
	u64 narrow_from_ns, narrow_to_ns;
	u32 loss;     /* Bernoulli; with ge_*: in the good state */
	u32 ge_enter; /* Gilbert-Elliott: good to bad, by frame */
	u32 ge_leave; /* bad to good */
	u32 ge_loss;  /* in the bad state */
	u32 reorder;  /* these come reorder_ns later than the rest */
	u64 reorder_ns;
	u32 duplicate, corrupt; /* sent twice; one bit turned */
	struct sim_drop drop[SIM_MAX_DROPS];
	u32 nr_drop;
	struct sim_drop_byte drop_byte[SIM_MAX_DROPS];
	u32 nr_drop_byte;
};

struct sim_flow_config {
	const char *cc; /* NULL: the stack's default */
	u64 bytes;      /* to send; 0: until the end */
	u64 start_ns;
	u64 extra_ns; /* its acknowledgements take so much longer */
};

struct sim_config {
	struct sim_link_config link, back;
	struct sim_flow_config flow[SIM_MAX_FLOWS];
	u32 nr_flows;
	u64 seed;
	u64 end_ns; /* virtual time after which it is over */
	u32 mtu;
	const char *sysctl[SIM_MAX_SYSCTLS]; /* "net.ipv4.tcp_sack=0" */
	u32 nr_sysctl;
	u64 sample_ns; /* between two calls of sample(); 0: none */
	void (*sample)(void *arg, const struct sim_config *c);
	void *sample_arg;
	const char *pcap; /* path, or NULL */
};

/* --- what came out --- */

struct sim_link_stats {
	u64 frames, bytes; /* offered */
	u64 delivered;
	u64 queue_drops, lost, duplicated, reordered, corrupted, marked;
	u32 max_packets; /* held at once */
	u64 max_wait_ns; /* until the last bit was sent, less its own time */
	u64 wait_ns, waited; /* sum, and of how many */
};

struct sim_flow_result {
	int err; /* negative errno: the flow broke */
	u64 received;
	bool done; /* the reader saw the end */
	u64 start_ns, done_ns;
	u64 common_bytes;     /* received while every flow was sending */
	struct tcp_info info; /* the sender's, at the end */
};

struct sim_result {
	int err; /* negative errno: nothing was simulated */
	struct sim_link_stats link, back;
	struct sim_flow_result flow[SIM_MAX_FLOWS];
	u32 nr_flows;
	u64 end_ns;
	u64 common_ns;  /* how long all flows were sending */
	u64 hash;       /* of every frame, its time and its fate */
	s64 leaked;     /* skbs and allocations that are left: 0 */
	u32 max_events; /* frames on their way at once, in the queue too */
	u64 steps;      /* basic blocks run; 0: not counted (steps.c) */
};

void sim_config_init(struct sim_config *c);
/* Run to the end. Results are in @r even if flows broke. */
void sim_run(const struct sim_config *c, struct sim_result *r);
/* The same in a process of its own, so that nothing of an earlier run can
 * reach it; @samples stay in that process. */
void sim_run_child(const struct sim_config *c, struct sim_result *r);
/* When it was done, else when it was all over. */
static inline u64 sim_flow_end(const struct sim_result *r, u32 flow)
{
	return r->flow[flow].done ? r->flow[flow].done_ns : r->end_ns;
}
u64 sim_goodput_bps(const struct sim_result *r, u32 flow);
/* Jain's index of the flows' common_bytes, in thousandths. */
u32 sim_jain(const struct sim_result *r);

/* --- looking at a running one, from sample() --- */

u64 sim_now(void); /* ns since the start */
bool sim_flow_info(u32 flow, struct tcp_info *info);
u64 sim_flow_received(u32 flow);
void sim_queue(u32 *packets, u64 *bytes); /* of the forward link */

/* --- between the files --- */

struct sim_host {
	struct net net;
	struct net_device *dev;
	u32 index; /* 0: the receiver */
};

struct sim_held {
	u64 leaves_ns;
	u32 len;
};

enum sim_chance {
	CHANCE_LOSS,
	CHANCE_STATE,
	CHANCE_JITTER,
	CHANCE_REORDER,
	CHANCE_DUPLICATE,
	CHANCE_CORRUPT,
	NR_CHANCES
};

struct sim_link {
	const struct sim_link_config *c;
	struct sim_link_stats *stats;
	u32 id;
	u32 index; /* of the next frame */
	u64 busy_until_ns, last_arrival_ns;
	bool bad; /* Gilbert-Elliott */
	u64 random[NR_CHANCES];
	u32 drop_times[SIM_MAX_DROPS]; /* how often drop_byte[] struck */
	/* What has not left yet: a ring of @size, a power of two. */
	struct sim_held *held;
	u32 size, head, nr_held;
	u64 held_bytes;
};

struct sim_flow {
	const struct sim_flow_config *c;
	struct sim_flow_result *r;
	u32 index;
	struct sim_host *host;
	struct socket *out, *in;
	struct wait_queue_entry wait_out, wait_in;
	struct list_head ready; /* on sim.ready while it may move on */
	u64 sent;
	bool started, shut, finished;
	u32 isn; /* seen on the wire */
	bool isn_known;
};

/* A frame on its way. */
struct sim_event {
	u64 at_ns, order;
	struct sk_buff *skb; /* dev: where it arrives */
	u32 link;
};

struct sim {
	const struct sim_config *c;
	struct sim_result *r;
	struct sim_host *host;
	u32 nr_hosts;
	struct sim_link link[2]; /* forward, return */
	struct sim_flow flow[SIM_MAX_FLOWS];
	struct socket *listener;
	struct wait_queue_entry wait_listener;
	bool accept_ready;
	struct list_head ready;
	struct sim_event *heap;
	u32 nr_events, max_events;
	u64 order;
	u64 start_ns, common_from_ns, common_to_ns;
	u64 common_mark[SIM_MAX_FLOWS];
	u32 unfinished;
};

extern struct sim sim;
extern u64 sim_steps; /* steps.c */

/* stack.c */
void sim_boot(void);
int sim_hosts_create(void);
void sim_hosts_destroy(void);
__be32 sim_host_addr(u32 index);
void sim_host_receive(struct sk_buff *skb);

/* link.c */
void sim_link_init(struct sim_link *l, const struct sim_link_config *c,
		   struct sim_link_stats *stats, u32 id, u64 seed);
void sim_link_exit(struct sim_link *l);
/* Takes over @skb; it starts at its Ethernet header. */
void sim_link_send(struct sim_link *l, struct sk_buff *skb, u64 extra_ns);
/* Forget what has left by now. */
void sim_link_settle(struct sim_link *l);

/* flow.c */
int sim_flows_listen(void);
int sim_flow_start(struct sim_flow *f);
void sim_flows_run(void);
void sim_flows_close(void);
struct sim_flow *sim_flow_of_port(u16 port);

/* sim.c */
enum sim_fate {
	FATE_SENT,
	FATE_QUEUE_FULL,
	FATE_LOST,
	FATE_ARRIVED
};
void sim_note(enum sim_fate fate, u32 link, const struct sk_buff *skb);
void sim_schedule(struct sk_buff *skb, u32 link, u64 at_ns);
u64 sim_next_arrival(void); /* of ktime_get_ns(); ~0: nothing is on its way */
/* What is due by now, in order; @deliver takes over the frame. */
void sim_deliver_due(void (*deliver)(struct sim_event *e));

/* pcap.c */
int pcap_open(const char *path);
void pcap_write(const struct sk_buff *skb, u64 ns);
void pcap_close(void);

/* parse.c: numbers with units; false: not one. */
bool parse_rate(const char *text, u64 *bps);   /* 10M, 1.5G, 0 */
bool parse_time(const char *text, u64 *ns);    /* 20ms, 1.5s, 100us, 2m, 0 */
bool parse_size(const char *text, u64 *size);  /* 10M, 64K, 1Gi */
bool parse_chance(const char *text, u32 *ppb); /* 1%, 0.01 */
bool parse_count(const char *text, u64 *n);

/* SPDX-License-Identifier: MIT */
/*
 * DOC: neighbours: next-hop address to link address, with the reachability
 * states of RFC 4861, section 7.3.2 (also for ARP), the packets that wait for
 * an answer (row N2) and the ready link header (row N3).
 */
#pragma once

#include "lib/spinlock.h"
#include "lib/timer.h"
#include "net/core/netdevice.h"
#include "net/core/skbuff.h"

/* States (uAPI linux/neighbour.h). */
#define NUD_NONE       0x00
#define NUD_INCOMPLETE 0x01
#define NUD_REACHABLE  0x02
#define NUD_STALE      0x04
#define NUD_DELAY      0x08
#define NUD_PROBE      0x10
#define NUD_FAILED     0x20
#define NUD_NOARP      0x40
#define NUD_PERMANENT  0x80
#define NUD_IN_TIMER   (NUD_INCOMPLETE | NUD_REACHABLE | NUD_DELAY | NUD_PROBE)
#define NUD_VALID                                                            \
	(NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | \
	 NUD_DELAY)
#define NUD_CONNECTED (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE)

/* neigh_update() flags */
#define NEIGH_UPDATE_F_OVERRIDE      0x1 /* a different lladdr replaces */
#define NEIGH_UPDATE_F_WEAK_OVERRIDE 0x2 /* it makes the entry suspect */
#define NEIGH_UPDATE_F_ADMIN         0x4

#define HH_DATA_MAX 16 /* header bytes, right-aligned to HH_DATA_MAX */

struct hh_cache {
	u8 hh_len; /* 0: not filled, or in doubt */
	u8 hh_data[HH_DATA_MAX] __aligned(16);
};

/* Linux's names, units in ns; defaults: RFC 4861 section 10, Linux. */
struct neigh_parms {
	u64 base_reachable_time_ns; /* 30 s */
	u64 reachable_time_ns;      /* randomised 0.5 .. 1.5 of the base */
	u64 retrans_time_ns;        /* 1 s */
	u64 gc_staletime_ns;        /* 60 s */
	u64 delay_probe_time_ns;    /* 5 s */
	u32 ucast_probes;           /* 3 */
	u32 mcast_probes;           /* 3 */
	u32 queue_len_bytes;        /* SK_WMEM_MAX 212992 */
	u64 locktime_ns;            /* 1 s */
};

struct neighbour;

struct neigh_ops {
	/*
	 * Ask for the link address. @skb is the packet that waits, may be
	 * NULL, and stays ours. n->probes counts the questions before this
	 * one: below parms.ucast_probes it goes to the address known so far,
	 * from there on to everyone. Softirqs disabled, n->lock not held.
	 */
	void (*solicit)(struct neighbour *n, struct sk_buff *skb);
	/* One waiting packet cannot go: tell its socket; consumes @skb. */
	void (*error_report)(struct neighbour *n, struct sk_buff *skb);
};

struct neigh_table {
	u16 family;
	u16 key_len;
	__be16 protocol; /* htons(ETH_P_*) of what is resolved */
	/* Fill type-specific state (ops, NOARP for loopback/broadcast). */
	int (*constructor)(struct neighbour *n);
	struct neigh_parms parms;
	struct net *net;
	u32 gc_thresh1, gc_thresh2, gc_thresh3; /* 128, 512, 1024 */
	u32 entries;
	u32 hash_bits, hash_rnd;
	struct hlist_head *hash;    /* 1 << hash_bits chains */
	struct timer_list gc_timer; /* runs only above gc_thresh1 */
	u64 last_rand_ns;
	u64 last_flush_ns; /* forced collection */
	/* NDA_* statistics, as /proc/net/stat/arp_cache */
	u64 stat_allocs, stat_destroys, stat_lookups, stat_hits,
		stat_res_failed;
	u64 stat_unres_discards, stat_forced_gc_runs, stat_table_fulls;
};

struct neighbour {
	struct hlist_node hash_node;
	struct neigh_table *tbl;
	struct net_device *dev;
	u32 refcnt;
	spinlock_t lock; /* everything below */
	u8 nud_state;
	u8 dead;
	u8 probes;
	u64 confirmed_ns; /* last proof of reachability */
	u64 used_ns;      /* last use by a sender */
	u64 updated_ns;
	struct timer_list timer;
	struct sk_buff_head arp_queue;
	u32 arp_queue_len_bytes;
	struct hh_cache hh;
	u8 ha[MAX_ADDR_LEN] __aligned(8);
	/* neigh_resolve_output, or neigh_connected_output when CONNECTED. */
	int (*output)(struct neighbour *n, struct sk_buff *skb);
	const struct neigh_ops *ops;
	u8 primary_key[16] __aligned(4);
};

int neigh_table_init(struct net *net, struct neigh_table *tbl) __must_check;
void neigh_table_clear(struct neigh_table *tbl);
/* A counted reference, created if need be; ERR_PTR(-ENOBUFS) when full. */
struct neighbour *neigh_lookup(struct neigh_table *tbl, const void *key,
			       struct net_device *dev) __must_check;
/* A counted reference to one that exists, or NULL. */
struct neighbour *neigh_find(struct neigh_table *tbl, const void *key,
			     struct net_device *dev) __must_check;
/* As neigh_lookup() without taking a reference: use it at once, with softirqs
 * disabled all the while. */
struct neighbour *__neigh_get(struct neigh_table *tbl, const void *key,
			      struct net_device *dev);
void neigh_release(struct neighbour *n);
/* New facts: @lladdr may be NULL (unchanged), @state a NUD_*. */
int neigh_update(struct neighbour *n, const u8 *lladdr, u8 state, u32 flags);
/* Packets move now: start or refresh resolution. 0: may send; 1: wait, and
 * @skb, if any, is consumed (it waits, or was dropped). */
int neigh_event_send(struct neighbour *n, struct sk_buff *skb);
int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb);
int neigh_connected_output(struct neighbour *n, struct sk_buff *skb);
/* Forget every entry of @dev (NULL: of all): it goes down, or its own link
 * address, which is in each ready header, has changed. */
void neigh_ifdown(struct neigh_table *tbl, struct net_device *dev);
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev);
/* Take @n out of its table; the caller's reference stays. */
void neigh_remove(struct neighbour *n);
int neigh_delete(struct neighbour *n);
int neigh_for_each(struct neigh_table *tbl, u64 *pos,
		   int (*fn)(const struct neighbour *n, void *arg), void *arg);
/* The upper layer had an answer: TCP progress confirms (RFC 4861, 7.3.1). */
static inline void neigh_confirm(struct neighbour *n)
{
	n->confirmed_ns = ktime_get_ns();
}

static inline bool neigh_hh_ready(const struct neighbour *n)
{
	return n->hh.hh_len != 0;
}

/* Send by the ready header if there is one, else by n->output. Consumes. */
static inline int neigh_output(struct neighbour *n, struct sk_buff *skb)
{
	u32 len = n->hh.hh_len;

	if (likely(len && skb_headroom(skb) >= HH_DATA_MAX)) {
		memcpy(skb->data - HH_DATA_MAX, n->hh.hh_data, HH_DATA_MAX);
		skb->data -= len;
		skb->len += len;
		return dev_queue_xmit(skb);
	}
	return n->output(n, skb);
}

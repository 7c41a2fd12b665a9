// SPDX-License-Identifier: MIT
/*
 * DOC: the neighbour cache (rows N1-N4): who on the link has the next hop's
 * address, whether he still answers, and the packets that wait to hear it.
 * The states are those of RFC 4861, section 7.3.2, used for ARP too; how to
 * ask and how to read an answer is the protocol's (net/ipv4/arp.c).
 *
 *	NONE -> INCOMPLETE -> REACHABLE <-> STALE -> DELAY -> PROBE -> FAILED
 *
 * Called by IP's output (neigh_output()), by ARP (neigh_update()) and by
 * TCP's progress (neigh_confirm()). Calls neigh_ops and dev_queue_xmit().
 *
 * State: one neigh_table for each protocol and stack, guarded by disabled
 * softirqs; each entry's lock guards what neighbour.h says. The lock is not
 * held across calls out of this file. The table holds one reference; an entry
 * taken out of the table is dead, and lives on only for its holders.
 *
 * Ownership: a waiting packet is the entry's until it is sent, reported as
 * unreachable (neigh_ops.error_report) or dropped with a reason.
 */
#include "net/core/neighbour.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "net/core/rtnl_hooks.h"

#define NEIGH_HASH_BITS_MIN 3
#define NEIGH_HASH_BITS_MAX 16
#define FORCED_GC_EVERY_NS  (5 * NSEC_PER_SEC)
#define RERANDOMISE_NS      (300 * NSEC_PER_SEC)

static void neigh_timer(struct timer_list *t);

/* --- the table --- */

static u32 neigh_hash(const struct neigh_table *tbl, const void *key,
		      const struct net_device *dev)
{
	const u8 *p = key;
	u32 h = (u32)dev->ifindex, word, i;

	for (i = 0; i < tbl->key_len; i += 4) {
		memcpy(&word, p + i, sizeof(word));
		h = (h ^ word) * 0x9e3779b1U + tbl->hash_rnd;
		h ^= h >> 15;
	}
	return (h * 0x9e3779b1U) >> (32 - tbl->hash_bits);
}

static struct neighbour *neigh_search(struct neigh_table *tbl, const void *key,
				      const struct net_device *dev)
{
	struct neighbour *n;

	tbl->stat_lookups++;
	hlist_for_each_entry (n, &tbl->hash[neigh_hash(tbl, key, dev)],
			      hash_node) {
		if (n->dev == dev &&
		    memcmp(n->primary_key, key, tbl->key_len) == 0) {
			tbl->stat_hits++;
			return n;
		}
	}
	return NULL;
}

/* Twice as many chains; without memory the chains just get longer. */
static void neigh_hash_grow(struct neigh_table *tbl)
{
	struct hlist_head *old = tbl->hash, *fresh;
	u32 i, n = 1U << tbl->hash_bits;
	struct neighbour *e;
	struct hlist_node *tmp;

	if (tbl->hash_bits >= NEIGH_HASH_BITS_MAX)
		return;
	fresh = kcalloc(2 * n, sizeof(*fresh), GFP_ATOMIC);
	if (!fresh)
		return;
	tbl->hash = fresh;
	tbl->hash_bits++;
	for (i = 0; i < n; i++) {
		hlist_for_each_entry_safe (e, tmp, &old[i], hash_node) {
			hlist_del_init(&e->hash_node);
			hlist_add_head(&e->hash_node,
				       &fresh[neigh_hash(tbl, e->primary_key,
							 e->dev)]);
		}
	}
	kfree(old);
}

/* RFC 4861, section 6.3.2: between half and one and a half of the base, so
 * that hosts do not probe in step. */
static void neigh_rand_reach_time(struct neigh_table *tbl, u64 now)
{
	struct neigh_parms *p = &tbl->parms;
	u32 r;

	if (p->reachable_time_ns && now - tbl->last_rand_ns < RERANDOMISE_NS)
		return;
	tbl->last_rand_ns = now;
	get_random_bytes(&r, sizeof(r));
	p->reachable_time_ns = p->base_reachable_time_ns / 2 +
			       ((p->base_reachable_time_ns * (r >> 8)) >> 24);
}

static void neigh_destroy(struct neighbour *n)
{
	BUG_ON(!n->dead || timer_pending(&n->timer) ||
	       !skb_queue_empty(&n->arp_queue));
	n->tbl->entries--;
	n->tbl->stat_destroys++;
	dev_put(n->dev);
	kfree(n);
}

/**
 * neigh_release() - Drop a reference.
 * @n: freed with the last one.
 *
 * Context: task or softirq.
 */
void neigh_release(struct neighbour *n)
{
	BUG_ON(n->refcnt == 0);
	if (--n->refcnt == 0)
		neigh_destroy(n);
}

static void neigh_purge_queue(struct neighbour *n, enum skb_drop_reason reason)
{
	skb_queue_purge_reason(&n->arp_queue, reason);
	n->arp_queue_len_bytes = 0;
}

/* --- the output functions an entry switches between --- */

/* Reachable for sure: headers may be ready-made. */
static void neigh_connect(struct neighbour *n)
{
	const struct header_ops *h = n->dev->header_ops;

	if (h && h->cache)
		h->cache(n, &n->hh, n->tbl->protocol);
	n->output = neigh_connected_output;
	xmit_gen_bump();
}

/* In doubt: every packet must pass neigh_event_send(). */
static void neigh_suspect(struct neighbour *n)
{
	n->hh.hh_len = 0;
	n->output = neigh_resolve_output;
	xmit_gen_bump();
}

static void neigh_notify(const struct neighbour *n, bool gone)
{
	if (rtnl_hooks)
		rtnl_hooks->neigh(n, gone);
}

/* It was @old and had the address @ha. What follows only from a program's
 * sending is no news. */
static void neigh_notify_change(const struct neighbour *n, u8 old, const u8 *ha)
{
	if (n->dead || (n->nud_state & (NUD_INCOMPLETE | NUD_DELAY)))
		return;
	if (n->nud_state != old || memcmp(n->ha, ha, sizeof(n->ha)) != 0)
		neigh_notify(n, false);
}

/* Out of the table, with the table's reference. Softirqs are disabled. */
static void neigh_unlink(struct neighbour *n)
{
	neigh_notify(n, true);
	del_timer(&n->timer);
	hlist_del_init(&n->hash_node);
	n->dead = 1;
	n->nud_state = NUD_NONE;
	neigh_suspect(n); /* drops: dead */
	neigh_purge_queue(n, SKB_DROP_REASON_NEIGH_DEAD);
	neigh_release(n);
}

/* Nobody but the table has it, and it is no configuration. */
static bool neigh_is_idle(const struct neighbour *n)
{
	return n->refcnt == 1 && !(n->nud_state & NUD_PERMANENT);
}

/* Collect idle entries that failed or were not used for @age_ns. */
static void neigh_collect(struct neigh_table *tbl, u64 age_ns, u64 now)
{
	struct hlist_node *tmp;
	struct neighbour *n;
	u32 i;

	for (i = 0; i < 1U << tbl->hash_bits; i++) {
		hlist_for_each_entry_safe (n, tmp, &tbl->hash[i], hash_node) {
			if (!neigh_is_idle(n) ||
			    (n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)))
				continue;
			if (n->nud_state == NUD_FAILED ||
			    (now - n->used_ns >= age_ns &&
			     now - n->confirmed_ns >= age_ns))
				neigh_unlink(n);
		}
	}
}

static void neigh_gc_timer(struct timer_list *t)
{
	struct neigh_table *tbl = from_timer(tbl, t, gc_timer);
	u64 now = ktime_get_ns();

	neigh_collect(tbl, tbl->parms.gc_staletime_ns, now);
	if (tbl->entries > tbl->gc_thresh1)
		mod_timer(t, now + tbl->parms.base_reachable_time_ns / 2);
}

/* Room for one more entry? Above gc_thresh2 collect what is idle for 5 s, at
 * gc_thresh3 what is idle at all. */
static bool neigh_make_room(struct neigh_table *tbl, u64 now)
{
	bool full = tbl->entries >= tbl->gc_thresh3;

	if (full || (tbl->entries >= tbl->gc_thresh2 &&
		     now - tbl->last_flush_ns > FORCED_GC_EVERY_NS)) {
		tbl->stat_forced_gc_runs++;
		tbl->last_flush_ns = now;
		neigh_collect(tbl, full ? 0 : FORCED_GC_EVERY_NS, now);
	}
	if (tbl->entries < tbl->gc_thresh3)
		return true;
	tbl->stat_table_fulls++;
	return false;
}

static struct neighbour *neigh_alloc(struct neigh_table *tbl, const void *key,
				     struct net_device *dev)
{
	u64 now = ktime_get_ns();
	struct neighbour *n;
	int err;

	if (!neigh_make_room(tbl, now))
		return ERR_PTR(-ENOBUFS);
	n = kzalloc(sizeof(*n), GFP_ATOMIC);
	if (!n)
		return ERR_PTR(-ENOBUFS);
	n->tbl = tbl;
	n->dev = dev;
	memcpy(n->primary_key, key, tbl->key_len);
	spin_lock_init(&n->lock);
	timer_setup(&n->timer, neigh_timer);
	skb_queue_head_init(&n->arp_queue);
	n->refcnt = 1;
	n->used_ns = now;
	n->updated_ns = now;
	neigh_rand_reach_time(tbl, now);
	n->confirmed_ns = now - 2 * tbl->parms.base_reachable_time_ns;
	n->nud_state = NUD_NONE;
	n->output = neigh_resolve_output;
	err = tbl->constructor ? tbl->constructor(n) : 0;
	if (err) {
		kfree(n);
		return ERR_PTR(err);
	}
	dev_hold(dev);
	if (n->nud_state & NUD_CONNECTED)
		neigh_connect(n);
	return n;
}

/**
 * __neigh_get() - Find or make the entry of a next hop.
 * @tbl: the protocol's.
 * @key: tbl->key_len bytes of address.
 * @dev: the link it is on.
 *
 * Context: softirqs disabled as long as the result is used.
 * Return:  the entry, not counted; ERR_PTR(-ENOBUFS) if the table is full or
 *          memory short, or the constructor's errno.
 */
struct neighbour *__neigh_get(struct neigh_table *tbl, const void *key,
			      struct net_device *dev)
{
	struct neighbour *n = neigh_search(tbl, key, dev);

	if (likely(n))
		return n;
	n = neigh_alloc(tbl, key, dev);
	if (IS_ERR(n))
		return n;
	tbl->stat_allocs++;
	if (++tbl->entries > 1U << tbl->hash_bits)
		neigh_hash_grow(tbl);
	hlist_add_head(&n->hash_node, &tbl->hash[neigh_hash(tbl, key, dev)]);
	if (tbl->entries > tbl->gc_thresh1 && !timer_pending(&tbl->gc_timer))
		mod_timer(&tbl->gc_timer,
			  n->used_ns + tbl->parms.base_reachable_time_ns / 2);
	return n;
}

/**
 * neigh_lookup() - Find or make the entry of a next hop, and keep it.
 * @tbl: the protocol's.
 * @key: tbl->key_len bytes of address.
 * @dev: the link it is on.
 *
 * Ownership: neigh_release() gives the reference back.
 * Context:   task or softirq.
 * Return:    the entry; ERR_PTR as __neigh_get().
 */
struct neighbour *neigh_lookup(struct neigh_table *tbl, const void *key,
			       struct net_device *dev)
{
	struct neighbour *n;

	local_bh_disable();
	n = __neigh_get(tbl, key, dev);
	if (!IS_ERR(n))
		n->refcnt++;
	local_bh_enable();
	return n;
}

/**
 * neigh_find() - Find the entry of an address without making one.
 * @tbl: the protocol's.
 * @key: tbl->key_len bytes of address.
 * @dev: the link it is on.
 *
 * Ownership: neigh_release() gives the reference back.
 * Context:   task or softirq.
 * Return:    the entry; NULL.
 */
struct neighbour *neigh_find(struct neigh_table *tbl, const void *key,
			     struct net_device *dev)
{
	struct neighbour *n;

	local_bh_disable();
	n = neigh_search(tbl, key, dev);
	if (n)
		n->refcnt++;
	local_bh_enable();
	return n;
}

/* --- resolution --- */

/* Nobody answers: tell the socket of every packet that waits. */
static void neigh_invalidate(struct neighbour *n)
{
	struct sk_buff *skb;

	n->tbl->stat_res_failed++;
	while (n->nud_state == NUD_FAILED &&
	       (skb = __skb_dequeue(&n->arp_queue)) != NULL) {
		n->arp_queue_len_bytes -= skb->truesize;
		if (!n->ops || !n->ops->error_report) {
			kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_FAILED);
			continue;
		}
		spin_unlock(&n->lock);
		n->ops->error_report(n, skb);
		spin_lock(&n->lock);
	}
}

/* Ask once; the lock is held, and dropped for the question. */
static void neigh_probe(struct neighbour *n)
{
	struct sk_buff *skb = skb_peek_tail(&n->arp_queue);

	if (skb)
		skb_get(skb);
	spin_unlock(&n->lock);
	n->ops->solicit(n, skb);
	consume_skb(skb);
	spin_lock(&n->lock);
	n->probes++;
}

static u32 neigh_max_probes(const struct neighbour *n)
{
	const struct neigh_parms *p = &n->tbl->parms;

	/* INCOMPLETE starts at ucast_probes: it has no address to ask. */
	return n->nud_state == NUD_PROBE ? p->ucast_probes
					 : p->ucast_probes + p->mcast_probes;
}

/* REACHABLE and its time is over, or DELAY is (RFC 4861, section 7.3.3).
 * Return: when to look again, or 0. */
static u64 neigh_age(struct neighbour *n, u64 now)
{
	const struct neigh_parms *p = &n->tbl->parms;
	u64 proof_ns = n->nud_state == NUD_REACHABLE ? p->reachable_time_ns
						     : p->delay_probe_time_ns;

	if (now - n->confirmed_ns < proof_ns) {
		n->nud_state = NUD_REACHABLE;
		n->updated_ns = now;
		neigh_connect(n);
		return max(n->confirmed_ns + p->reachable_time_ns,
			   now + TIMER_TICK_NS);
	}
	n->updated_ns = now;
	neigh_suspect(n);
	if (n->nud_state == NUD_DELAY) {
		n->nud_state = NUD_PROBE;
		n->probes = 0;
		return now;
	}
	if (now - n->used_ns < p->delay_probe_time_ns) {
		n->nud_state = NUD_DELAY;
		return now + p->delay_probe_time_ns;
	}
	n->nud_state = NUD_STALE;
	return 0;
}

static void neigh_timer(struct timer_list *t)
{
	struct neighbour *n = from_timer(n, t, timer);
	u64 now = ktime_get_ns(), next = now;
	u8 old;

	spin_lock(&n->lock);
	n->refcnt++; /* solicit() and error_report() may end the entry */
	old = n->nud_state;
	if (n->nud_state & (NUD_REACHABLE | NUD_DELAY))
		next = neigh_age(n, now);
	if (n->nud_state & (NUD_INCOMPLETE | NUD_PROBE)) {
		next = now + n->tbl->parms.retrans_time_ns;
		if (n->probes >= neigh_max_probes(n)) {
			n->nud_state = NUD_FAILED;
			n->updated_ns = now;
			neigh_invalidate(n);
			next = 0;
		} else {
			neigh_probe(n);
		}
	}
	if (next && !n->dead && (n->nud_state & NUD_IN_TIMER) &&
	    !timer_pending(t))
		mod_timer(t, next);
	spin_unlock(&n->lock);
	neigh_notify_change(n, old, n->ha);
	neigh_release(n);
}

/* Keep the packet; of too many bytes the oldest go (RFC 1122, 2.3.2.2). */
static void neigh_park(struct neighbour *n, struct sk_buff *skb)
{
	struct sk_buff *oldest;

	if (!skb)
		return;
	while (n->arp_queue_len_bytes + skb->truesize >
		       n->tbl->parms.queue_len_bytes &&
	       (oldest = __skb_dequeue(&n->arp_queue)) != NULL) {
		n->arp_queue_len_bytes -= oldest->truesize;
		n->tbl->stat_unres_discards++;
		kfree_skb_reason(oldest, SKB_DROP_REASON_NEIGH_QUEUEFULL);
	}
	skb_dst_force(skb);
	__skb_queue_tail(&n->arp_queue, skb);
	n->arp_queue_len_bytes += skb->truesize;
}

/* NONE or FAILED, and a packet wants to go: ask at once, then each second. */
static void neigh_start(struct neighbour *n, struct sk_buff *skb, u64 now)
{
	n->nud_state = NUD_INCOMPLETE;
	n->updated_ns = now;
	n->probes = (u8)n->tbl->parms.ucast_probes;
	mod_timer(&n->timer, now + n->tbl->parms.retrans_time_ns);
	neigh_park(n, skb);
	neigh_probe(n);
}

/**
 * neigh_event_send() - A packet wants to go to this neighbour.
 * @n:   held by the caller, or softirqs are disabled.
 * @skb: the packet, or NULL to only start resolution.
 *
 * Ownership: 0: @skb is still the caller's. 1: it is consumed: it waits for
 *            the answer, or was dropped.
 * Context:   task or softirq.
 * Return:    0: send; 1: wait.
 */
int neigh_event_send(struct neighbour *n, struct sk_buff *skb)
{
	int wait = 0;
	u64 now;

	spin_lock_bh(&n->lock);
	if (n->nud_state & NUD_CONNECTED)
		goto out;
	now = ktime_get_ns();
	n->used_ns = now;
	if (n->nud_state & (NUD_DELAY | NUD_PROBE))
		goto out;
	if (n->nud_state == NUD_STALE) {
		/* RFC 4861, section 7.3.3: send, and see whether the upper
		 * layer confirms before asking. */
		n->nud_state = NUD_DELAY;
		n->updated_ns = now;
		mod_timer(&n->timer, now + n->tbl->parms.delay_probe_time_ns);
		goto out;
	}
	wait = 1;
	if (unlikely(n->dead))
		kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_DEAD);
	else if (n->nud_state == NUD_INCOMPLETE)
		neigh_park(n, skb);
	else
		neigh_start(n, skb, now);
out:
	spin_unlock_bh(&n->lock);
	return wait;
}

/* The link header in front of @skb. Consumes it, on failure too. */
static int neigh_xmit(struct neighbour *n, struct sk_buff *skb)
{
	struct net_device *dev = n->dev;
	const struct header_ops *h = dev->header_ops;
	u8 lladdr[MAX_ADDR_LEN];
	int err = 0;

	/* Copy: neigh_update() may change ha meanwhile. */
	spin_lock_bh(&n->lock);
	memcpy(lladdr, n->ha, sizeof(lladdr));
	spin_unlock_bh(&n->lock);
	if (unlikely(skb_headroom(skb) < dev->hard_header_len))
		err = pskb_expand_head(skb, LL_RESERVED_SPACE(dev), 0,
				       GFP_ATOMIC);
	if (!err && h)
		err = h->create(skb, dev, ntohs(n->tbl->protocol), lladdr, NULL,
				skb->len);
	if (unlikely(err < 0)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_HH_FILLFAIL);
		return -ENOMEM;
	}
	return dev_queue_xmit(skb);
}

/**
 * neigh_resolve_output() - Give the packet its link header, or park it.
 * @n:   next hop; the caller holds a reference or has disabled softirqs.
 * @skb: starts at the network header.
 *
 * A valid neighbour sends at once. Any other keeps the newest packets on its
 * arp_queue and asks, so the first packet to a new host is late and not lost
 * (RFC 1122, section 2.3.2.2).
 *
 * Ownership: consumes @skb on every path.
 * Context:   task or softirq; does not sleep.
 * Return:    0 if sent or parked; a negative errno or NET_XMIT_* otherwise.
 */
int neigh_resolve_output(struct neighbour *n, struct sk_buff *skb)
{
	int rc = 0;

	local_bh_disable(); /* @n stays until it was used */
	skb->dev = n->dev;
	if (neigh_event_send(n, skb) == 0)
		rc = neigh_xmit(n, skb);
	local_bh_enable();
	return rc;
}

/**
 * neigh_connected_output() - Give the packet its link header and send it.
 * @n:   next hop in a NUD_CONNECTED state, on a device without ready headers.
 * @skb: starts at the network header.
 *
 * Ownership: consumes @skb on every path.
 * Context:   task or softirq; does not sleep.
 * Return:    as dev_queue_xmit(); -ENOMEM.
 */
int neigh_connected_output(struct neighbour *n, struct sk_buff *skb)
{
	int rc;

	local_bh_disable();
	skb->dev = n->dev;
	rc = neigh_xmit(n, skb);
	local_bh_enable();
	return rc;
}

/* --- answers --- */

/* Valid now: what has waited goes, in the order in which it came. */
static void neigh_send_queue(struct neighbour *n)
{
	struct sk_buff *skb;

	while ((n->nud_state & NUD_VALID) &&
	       (skb = __skb_dequeue(&n->arp_queue)) != NULL) {
		n->arp_queue_len_bytes -= skb->truesize;
		spin_unlock(&n->lock);
		n->output(n, skb);
		spin_lock(&n->lock);
	}
}

/* The neighbour cannot be (or is no longer) reached. */
static void neigh_set_invalid(struct neighbour *n, u8 state)
{
	u8 old = n->nud_state;

	del_timer(&n->timer);
	if (old & NUD_CONNECTED)
		neigh_suspect(n);
	n->nud_state = state;
	n->updated_ns = ktime_get_ns();
	if ((old & (NUD_INCOMPLETE | NUD_PROBE)) && state == NUD_FAILED)
		neigh_invalidate(n);
}

static void neigh_set_state(struct neighbour *n, u8 state, u64 now)
{
	del_timer(&n->timer);
	n->nud_state = state;
	if (state == NUD_REACHABLE)
		mod_timer(&n->timer, now + n->tbl->parms.reachable_time_ns);
	else if (state & NUD_IN_TIMER)
		mod_timer(&n->timer, now);
}

/* @n was or becomes valid; @ha is n->ha if unchanged. */
static void neigh_set_valid(struct neighbour *n, const u8 *ha, u8 state)
{
	u64 now = ktime_get_ns();
	u8 old = n->nud_state;
	bool moved = ha != n->ha;

	if (state & NUD_CONNECTED)
		n->confirmed_ns = now;
	if (state != old || moved)
		n->updated_ns = now;
	if (state != old)
		neigh_set_state(n, state, now);
	if (moved) {
		memcpy(n->ha, ha, n->dev->addr_len);
		if (!(state & NUD_CONNECTED))
			n->confirmed_ns =
				now - 2 * n->tbl->parms.base_reachable_time_ns;
	}
	if (state == old && !moved)
		return;
	if (state & NUD_CONNECTED)
		neigh_connect(n);
	else
		neigh_suspect(n);
	if (!(old & NUD_VALID))
		neigh_send_queue(n);
}

static int neigh_update_locked(struct neighbour *n, const u8 *lladdr, u8 state,
			       u32 flags)
{
	bool was_valid = n->nud_state & NUD_VALID;
	const u8 *ha = n->ha;

	if (n->dead)
		return -EINVAL;
	if (!(flags & NEIGH_UPDATE_F_ADMIN) &&
	    (n->nud_state & (NUD_NOARP | NUD_PERMANENT)))
		return -EPERM;
	if (!(state & NUD_VALID)) {
		neigh_set_invalid(n, state);
		return 0;
	}
	if (!lladdr && !was_valid && n->dev->addr_len)
		return -EINVAL;
	if (lladdr &&
	    (!was_valid || memcmp(lladdr, n->ha, n->dev->addr_len) != 0))
		ha = lladdr;
	if (was_valid && ha != n->ha && !(flags & NEIGH_UPDATE_F_OVERRIDE)) {
		/* Row N4: somebody else claims it. Do not believe him, but
		 * ask again before long. */
		if (!(flags & NEIGH_UPDATE_F_WEAK_OVERRIDE) ||
		    !(n->nud_state & NUD_CONNECTED))
			return 0;
		ha = n->ha;
		state = NUD_STALE;
	} else if (was_valid && ha == n->ha && state == NUD_STALE &&
		   !(flags & NEIGH_UPDATE_F_ADMIN)) {
		state = n->nud_state; /* nothing new */
	}
	neigh_set_valid(n, ha, state);
	return 0;
}

/**
 * neigh_update() - Something was learnt about a neighbour.
 * @n:      held by the caller.
 * @lladdr: dev->addr_len bytes; NULL: as known.
 * @state:  NUD_REACHABLE for an answer to our question, NUD_STALE for what
 *          was only overheard, NUD_FAILED, NUD_PERMANENT, ...
 * @flags:  NEIGH_UPDATE_F_*: whether another address may replace the known
 *          one; without, a change of mind is ignored (row N4).
 *
 * Packets that waited are sent, or reported, before it returns.
 *
 * Context: task or softirq.
 * Return:  0; -EPERM for a permanent entry; -EINVAL for one that is dead, or
 *          would be valid without an address.
 */
int neigh_update(struct neighbour *n, const u8 *lladdr, u8 state, u32 flags)
{
	u8 ha[MAX_ADDR_LEN], old;
	int err;

	spin_lock_bh(&n->lock);
	n->refcnt++; /* the queue may hold the caller's last reference */
	old = n->nud_state;
	memcpy(ha, n->ha, sizeof(ha));
	err = neigh_update_locked(n, lladdr, state, flags);
	spin_unlock(&n->lock);
	neigh_notify_change(n, old, ha);
	neigh_release(n);
	local_bh_enable();
	return err;
}

/* --- devices and tables --- */

/**
 * neigh_ifdown() - Forget every entry of a device.
 * @tbl: the protocol's.
 * @dev: the device; NULL: every device.
 *
 * Context: task or softirq.
 */
void neigh_ifdown(struct neigh_table *tbl, struct net_device *dev)
{
	struct hlist_node *tmp;
	struct neighbour *n;
	u32 i;

	local_bh_disable();
	for (i = 0; i < 1U << tbl->hash_bits; i++)
		hlist_for_each_entry_safe (n, tmp, &tbl->hash[i], hash_node)
			if (!dev || n->dev == dev)
				neigh_unlink(n);
	local_bh_enable();
}

/**
 * neigh_changeaddr() - A device's own link address has changed.
 * @tbl: the protocol's.
 * @dev: the device, whose address is in every ready header.
 *
 * Context: task or softirq.
 */
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev)
{
	neigh_ifdown(tbl, dev);
}

/**
 * neigh_remove() - Forget one entry, whatever its state.
 * @n: held by the caller, who keeps his reference.
 *
 * Context: task or softirq.
 */
void neigh_remove(struct neighbour *n)
{
	local_bh_disable();
	if (!n->dead)
		neigh_unlink(n);
	local_bh_enable();
}

/**
 * neigh_delete() - An administrator takes an entry out; what waits for it is
 * reported as unreachable.
 * @n: held by the caller, who keeps his reference.
 *
 * Context: task or softirq.
 * Return:  0 or what neigh_update() says.
 */
int neigh_delete(struct neighbour *n)
{
	int err = neigh_update(n, NULL, NUD_FAILED,
			       NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_OVERRIDE);

	neigh_remove(n);
	return err;
}

/**
 * neigh_for_each() - Show the entries of a table.
 * @tbl: the protocol's.
 * @pos: where to begin, 0 at first: chain << 32 | place in it.
 * @fn:  called for each, softirqs off; it must not change the table. Not 0
 *       stops, and *@pos is that entry's place.
 * @arg: passed to @fn.
 *
 * A table that changes between two calls may show an entry twice or not.
 *
 * Context: task.
 * Return:  what @fn returned last, or 0.
 */
int neigh_for_each(struct neigh_table *tbl, u64 *pos,
		   int (*fn)(const struct neighbour *n, void *arg), void *arg)
{
	u32 chain = (u32)(*pos >> 32), skip = (u32)*pos, i;
	struct neighbour *n;
	int ret = 0;

	local_bh_disable();
	for (; !ret && chain < 1U << tbl->hash_bits; chain++, skip = 0) {
		i = 0;
		hlist_for_each_entry (n, &tbl->hash[chain], hash_node) {
			if (i++ < skip)
				continue;
			ret = fn(n, arg);
			if (!ret)
				continue;
			*pos = ((u64)chain << 32) | (i - 1);
			break;
		}
	}
	local_bh_enable();
	return ret;
}

static void set_default(u64 *value, u64 dflt)
{
	if (!*value)
		*value = dflt;
}

static void set_default32(u32 *value, u32 dflt)
{
	if (!*value)
		*value = dflt;
}

/**
 * neigh_table_init() - Start a protocol's cache in a stack.
 * @net: the stack.
 * @tbl: family, key_len (4 to 16, of four), protocol and constructor are set;
 *       parameters that are 0 get their defaults (neighbour.h).
 *
 * Context: task.
 * Return:  0 or -ENOMEM.
 */
int neigh_table_init(struct net *net, struct neigh_table *tbl)
{
	struct neigh_parms *p = &tbl->parms;

	BUG_ON(tbl->key_len % 4 ||
	       tbl->key_len > sizeof_field(struct neighbour, primary_key));
	tbl->hash_bits = NEIGH_HASH_BITS_MIN;
	tbl->hash =
		kcalloc(1U << tbl->hash_bits, sizeof(*tbl->hash), GFP_KERNEL);
	if (!tbl->hash)
		return -ENOMEM;
	tbl->net = net;
	get_random_bytes(&tbl->hash_rnd, sizeof(tbl->hash_rnd));
	tbl->last_flush_ns = ktime_get_ns();
	timer_setup(&tbl->gc_timer, neigh_gc_timer);
	set_default(&p->base_reachable_time_ns, 30 * NSEC_PER_SEC);
	set_default(&p->retrans_time_ns, NSEC_PER_SEC);
	set_default(&p->gc_staletime_ns, 60 * NSEC_PER_SEC);
	set_default(&p->delay_probe_time_ns, 5 * NSEC_PER_SEC);
	set_default(&p->locktime_ns, NSEC_PER_SEC);
	set_default32(&p->ucast_probes, 3);
	set_default32(&p->mcast_probes, 3);
	set_default32(&p->queue_len_bytes, 212992);
	set_default32(&tbl->gc_thresh1, 128);
	set_default32(&tbl->gc_thresh2, 512);
	set_default32(&tbl->gc_thresh3, 1024);
	neigh_rand_reach_time(tbl, ktime_get_ns());
	return 0;
}

/**
 * neigh_table_clear() - End a protocol's cache.
 * @tbl: nobody holds an entry any more.
 *
 * Context: task.
 */
void neigh_table_clear(struct neigh_table *tbl)
{
	neigh_ifdown(tbl, NULL);
	del_timer(&tbl->gc_timer);
	WARN_ON(tbl->entries != 0);
	kfree(tbl->hash);
	tbl->hash = NULL;
}

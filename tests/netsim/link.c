// SPDX-License-Identifier: MIT
/*
 * DOC: one direction of the bottleneck. A frame that enters is first counted
 * into the queue or dropped at its tail, then sent at the link's rate, and
 * then, on the wire, it may be lost, doubled, damaged, delayed. Each kind of
 * chance has its own generator, so that adding a loss does not move the
 * duplicates.
 *
 * The queue is never stored: with a fixed rate, when the last bit of a frame
 * leaves is known as it enters.
 */
#include <stdlib.h>
#include "lib/bug.h"
#include "lib/checksum.h"
#include "lib/slab.h"
#include "net/ipv4/tcp.h"
#include "net/wire/ip.h"
#include "tests/netsim/sim.h"

/* splitmix64 */
static u64 draw(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* True with probability @ppb. Always draws, so that the n-th frame meets the
 * n-th number whatever the probabilities are. */
static bool happens(struct sim_link *l, enum sim_chance kind, u32 ppb)
{
	return draw(&l->random[kind]) % SIM_PPB < ppb;
}

void sim_link_init(struct sim_link *l, const struct sim_link_config *c,
		   struct sim_link_stats *stats, u32 id, u64 seed)
{
	u64 state = seed * 2 + id;
	u32 i;

	memset(l, 0, sizeof(*l));
	l->c = c;
	l->stats = stats;
	l->id = id;
	for (i = 0; i < NR_CHANCES; i++)
		l->random[i] = draw(&state);
}

void sim_link_exit(struct sim_link *l)
{
	free(l->held);
	l->held = NULL;
}

/* --- the queue --- */

void sim_link_settle(struct sim_link *l)
{
	u64 now = ktime_get_ns();
	struct sim_held *h;

	while (l->nr_held) {
		h = &l->held[l->head];
		if (h->leaves_ns > now)
			return;
		l->held_bytes -= h->len;
		l->head = (l->head + 1) & (l->size - 1);
		l->nr_held--;
	}
}

static void ring_grow(struct sim_link *l)
{
	u32 size = l->size ? 2 * l->size : 256, i;
	struct sim_held *held = malloc(size * sizeof(*held));

	BUG_ON(!held);
	for (i = 0; i < l->nr_held; i++)
		held[i] = l->held[(l->head + i) & (l->size - 1)];
	free(l->held);
	l->held = held;
	l->head = 0;
	l->size = size;
}

static bool queue_full(const struct sim_link *l, u32 len)
{
	return (l->c->queue_packets && l->nr_held >= l->c->queue_packets) ||
	       (l->c->queue_bytes && l->held_bytes + len > l->c->queue_bytes);
}

/* When sending can begin that could at @t_ns. */
static u64 after_stall(const struct sim_link *l, u64 t_ns)
{
	u64 t = t_ns - sim.start_ns;

	return t >= l->c->stall_from_ns && t < l->c->stall_to_ns
		       ? sim.start_ns + l->c->stall_to_ns
		       : t_ns;
}

/* When the last bit of @len bytes leaves. */
static u64 queue_add(struct sim_link *l, u32 len)
{
	struct sim_link_stats *s = l->stats;
	u64 now = ktime_get_ns();
	u64 starts = after_stall(l, max(now, l->busy_until_ns));

	l->busy_until_ns = starts + len * 8ULL * NSEC_PER_SEC / l->c->rate_bps;
	if (l->nr_held == l->size)
		ring_grow(l);
	l->held[(l->head + l->nr_held) & (l->size - 1)] =
		(struct sim_held){ l->busy_until_ns, len };
	l->nr_held++;
	l->held_bytes += len;
	s->max_packets = max(s->max_packets, l->nr_held);
	s->max_wait_ns = max(s->max_wait_ns, starts - now);
	s->wait_ns += starts - now;
	s->waited++;
	return l->busy_until_ns;
}

/* --- what is in a frame --- */

static struct iphdr *frame_ip(const struct sk_buff *skb)
{
	struct iphdr *iph = (struct iphdr *)(skb->data + ETH_HLEN);

	return skb->len >= ETH_HLEN + sizeof(*iph) && iph->version == 4 ? iph
									: NULL;
}

static struct tcphdr *frame_tcp(const struct sk_buff *skb)
{
	const struct iphdr *iph = frame_ip(skb);

	if (!iph || iph->protocol != IPPROTO_TCP ||
	    skb->len < ETH_HLEN + iph->ihl * 4U + sizeof(struct tcphdr))
		return NULL;
	return (struct tcphdr *)((u8 *)(uintptr_t)iph + iph->ihl * 4U);
}

/* ECT to CE (RFC 3168, section 5). False: not a packet that can be marked. */
static bool mark_ce(struct sk_buff *skb)
{
	struct iphdr *iph = frame_ip(skb);
	__be16 from, to;

	if (!iph || !(iph->tos & IPTOS_ECN_MASK))
		return false;
	from = htons((u16)(0x4500 | iph->tos));
	iph->tos |= IPTOS_ECN_MASK;
	to = htons((u16)(0x4500 | iph->tos));
	csum_replace2(&iph->check, from, to);
	return true;
}

static bool drops_byte(struct sim_link *l, u32 i, const struct sim_flow *f,
		       u32 from, u32 len)
{
	const struct sim_drop_byte *d = &l->c->drop_byte[i];

	if (d->flow != f->index || l->drop_times[i] >= d->times ||
	    (u32)d->offset - from >= len)
		return false;
	l->drop_times[i]++;
	return true;
}

/* Is it a segment that is to be lost, by the bytes that it holds? */
static bool chosen_by_byte(struct sim_link *l, const struct sk_buff *skb)
{
	const struct tcphdr *th = frame_tcp(skb);
	const struct iphdr *iph = frame_ip(skb);
	struct sim_flow *f;
	bool chosen = false;
	u32 i, len;

	if (!th)
		return false;
	f = sim_flow_of_port(ntohs(th->source));
	if (!f)
		return false;
	if (th->syn) {
		f->isn = ntohl(th->seq);
		f->isn_known = true;
		return false;
	}
	len = ntohs(iph->tot_len) - iph->ihl * 4U - th->doff * 4U;
	for (i = 0; i < l->c->nr_drop_byte && f->isn_known; i++)
		chosen |= drops_byte(l, i, f, ntohl(th->seq) - f->isn - 1, len);
	return chosen;
}

static bool chosen_by_index(const struct sim_link *l, u32 index)
{
	const struct sim_drop *d;

	for (d = l->c->drop; d < l->c->drop + l->c->nr_drop; d++)
		if (index >= d->first && index <= d->last &&
		    (index - d->first) % max(d->step, 1U) == 0)
			return true;
	return false;
}

/* --- the wire --- */

/* Gilbert-Elliott: a chain of two states, each with its own loss. */
static bool chance_loses(struct sim_link *l)
{
	const struct sim_link_config *c = l->c;
	bool turn =
		happens(l, CHANCE_STATE, l->bad ? c->ge_leave : c->ge_enter);

	l->bad ^= turn;
	return happens(l, CHANCE_LOSS, l->bad ? c->ge_loss : c->loss);
}

/* A black hole of path MTU discovery (RFC 2923, section 2.1). */
static bool too_wide(const struct sim_link *l, const struct sk_buff *skb)
{
	u64 t = ktime_get_ns() - sim.start_ns;

	return l->c->narrow_mtu && skb->len - ETH_HLEN > l->c->narrow_mtu &&
	       t >= l->c->narrow_from_ns && t < l->c->narrow_to_ns;
}

static bool wire_loses(struct sim_link *l, const struct sk_buff *skb, u32 index)
{
	bool by_byte = chosen_by_byte(l, skb), by_chance = chance_loses(l);

	return by_byte || by_chance || chosen_by_index(l, index) ||
	       too_wide(l, skb);
}

/* Turn one bit behind the link header. */
static void wire_corrupt(struct sim_link *l, struct sk_buff *skb)
{
	u64 r = draw(&l->random[CHANCE_CORRUPT]);
	u32 bit = (u32)(r % ((skb->len - ETH_HLEN) * 8));

	skb->data[ETH_HLEN + bit / 8] ^= (u8)(1U << (bit % 8));
	l->stats->corrupted++;
}

/* A later frame does not overtake, except one that reordering holds up. */
static u64 wire_arrival(struct sim_link *l, u64 leaves_ns)
{
	const struct sim_link_config *c = l->c;
	u64 at = leaves_ns + c->delay_ns;
	u64 late = draw(&l->random[CHANCE_JITTER]);

	if (c->jitter_ns)
		at += late % c->jitter_ns;
	if (happens(l, CHANCE_REORDER, c->reorder)) {
		l->stats->reordered++;
		return max(at, l->last_arrival_ns) + c->reorder_ns;
	}
	l->last_arrival_ns = max(at, l->last_arrival_ns);
	return l->last_arrival_ns;
}

static void wire_double(struct sim_link *l, const struct sk_buff *skb, u64 at)
{
	struct sk_buff *twin = skb_copy(skb, GFP_ATOMIC);

	if (!twin)
		return;
	l->stats->duplicated++;
	sim_schedule(twin, l->id, at);
}

/* Drop @skb, saying so in the hash. */
static void link_drop(struct sim_link *l, struct sk_buff *skb,
		      enum sim_fate fate, u64 *count)
{
	sim_note(fate, l->id, skb);
	(*count)++;
	consume_skb(skb);
}

void sim_link_send(struct sim_link *l, struct sk_buff *skb, u64 extra_ns)
{
	u32 len = skb->len - ETH_HLEN, index = l->index++;
	u64 leaves = after_stall(l, ktime_get_ns()), at;
	bool twice, corrupt;

	sim_note(FATE_SENT, l->id, skb);
	l->stats->frames++;
	l->stats->bytes += len;
	if (l->c->rate_bps) {
		sim_link_settle(l);
		if (queue_full(l, len)) {
			link_drop(l, skb, FATE_QUEUE_FULL,
				  &l->stats->queue_drops);
			return;
		}
		if (l->c->mark_packets && l->nr_held >= l->c->mark_packets &&
		    mark_ce(skb))
			l->stats->marked++;
		leaves = queue_add(l, len);
	}
	at = wire_arrival(l, leaves) + extra_ns;
	twice = happens(l, CHANCE_DUPLICATE, l->c->duplicate);
	corrupt = happens(l, CHANCE_CORRUPT, l->c->corrupt);
	if (wire_loses(l, skb, index)) {
		link_drop(l, skb, FATE_LOST, &l->stats->lost);
		return;
	}
	if (corrupt)
		wire_corrupt(l, skb);
	if (twice)
		wire_double(l, skb, at);
	sim_schedule(skb, l->id, at);
}

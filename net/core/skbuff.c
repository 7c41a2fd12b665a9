// SPDX-License-Identifier: MIT
/*
 * DOC: the life of an sk_buff: allocation, sharing, release (rows B1-B3).
 * What is inside one (fragments, copying, splitting) is skbuff_frag.c's.
 *
 * Struct and buffer come as one object, from a slab cache for each size that
 * the path uses; for TCP with a second struct, the first clone. The object goes
 * when the last of its parts does, as a clone may outlive the struct and a new
 * buffer may take the place of the first. A larger buffer comes from kmalloc().
 * An allocation writes each field once; nothing clears memory that is
 * overwritten anyway. Small frames of a template come back nearly as they were,
 * and are kept so: alloc_skb_frame().
 *
 * State: the caches, made by skb_init(), the count of live structs, and what is
 * kept. There is no lock: one CPU, and no skb is allocated or freed in hard
 * interrupt.
 */
#include "net/core/skbuff.h"
#include "lib/errno.h"
#include "lib/softirq.h"
#include "net/core/dst.h"
#include "net/core/netdevice.h"

#define SHINFO_SIZE SKB_DATA_ALIGN(sizeof(struct skb_shared_info))

/* @parts counts what is in use: structs and buffer. */
struct sk_buff_whole {
	struct sk_buff skb;
	u32 parts;
	u8 buffer[] __aligned(16);
};

struct sk_buff_fclones {
	struct sk_buff skb1; /* SKB_HOME_PAIR */
	struct sk_buff skb2; /* SKB_HOME_TWIN */
	u32 parts;
	bool twin; /* skb2 is in use */
	u8 buffer[] __aligned(16);
};

/*
 * Whole buffers, shared info included: headers alone or a small datagram; an
 * Ethernet frame to send; a 2 KiB receive buffer of a driver.
 */
#define SMALL_BUFFER (320 + SHINFO_SIZE)
#define FRAME_BUFFER (1728 + SHINFO_SIZE)
#define RX_BUFFER    (2048 + NET_SKB_PAD + 64 + SHINFO_SIZE)

static struct kmem_cache *home_caches[SKB_HOME_KEPT + 1], *head_cache;

/*
 * Packets of alloc_skb_frame() that have come back as they were made: nobody
 * below a socket's own way out writes more than data, len and links, and who
 * clones one or gives it another buffer leaves a mark. Softirqs are off.
 */
static struct {
	u32 n;
	struct sk_buff *skb[32];
} kept;
static s64 live_count;

/* --- the parts --- */

/* One part of an object less; the last one frees it. */
static void whole_put(struct sk_buff_whole *whole, u8 home)
{
	if (--whole->parts == 0)
		kmem_cache_free(home_caches[home], whole);
}

static void pair_put(struct sk_buff_fclones *pair)
{
	if (--pair->parts == 0)
		kmem_cache_free(home_caches[SKB_HOME_PAIR], pair);
}

static void head_free(u8 *head, u8 home)
{
	if (home == SKB_HOME_PAIR)
		pair_put(container_of(head, struct sk_buff_fclones, buffer));
	else if (home == SKB_HOME_NONE)
		kfree(head);
	else
		whole_put(container_of(head, struct sk_buff_whole, buffer),
			  home);
}

static u32 skb_buffer_size(const struct sk_buff *skb)
{
	return (u32)(skb->end - skb->head) + SHINFO_SIZE;
}

static __force_inline void shinfo_init(struct skb_shared_info *si)
{
	si->flags_ = 0;
	si->gso_segs = 0;
	si->gso_type = 0;
	si->dataref = 1;
	si->tskey = 0;
	si->frag_list = NULL;
}

/* Give up this skb's share of the buffer; the last one frees it. */
static void skb_release_data(struct sk_buff *skb)
{
	struct skb_shared_info *si = skb_shinfo(skb);
	u32 i;

	if (skb->cloned && --si->dataref != 0)
		return;
	for (i = 0; i < si->nr_frags; i++)
		put_page(si->frags[i].page);
	if (si->frag_list)
		kfree_skb_list_reason(si->frag_list,
				      SKB_DROP_REASON_NOT_SPECIFIED);
	head_free(skb->head, skb->head_home);
}

/* --- structs --- */

/* Every field but the list and hash anchors that queues own. */
static __force_inline void skb_struct_init(struct sk_buff *skb, u8 *head,
					   u32 size, u8 home, u8 head_home)
{
	skb->next = NULL;
	skb->prev = NULL;
	skb->sk = NULL;
	skb->dev = NULL;
	memset(skb->cb, 0, SKB_CB_CLEARED);
	skb->dst = NULL;
	skb->destructor = NULL;
	skb->tstamp = 0;
	skb->len = 0;
	skb->data_len = 0;
	skb->truesize = size + SKB_DATA_ALIGN(sizeof(*skb));
	skb->users = 1;
	skb->head = head;
	skb->data = head;
	skb->tail = head;
	skb->end = head + size - SHINFO_SIZE;
	skb->transport_header = 0;
	skb->network_header = 0;
	skb->mac_header = 0;
	skb->mac_len = 0;
	skb->protocol = 0;
	skb->queue_mapping = 0;
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_NONE;
	skb->dst_noref = 0;
	skb->nohdr = 0;
	skb->ignore_df = 0;
	skb->cloned = 0;
	skb->apart = home != head_home;
	skb->home = home;
	skb->head_home = head_home;
	skb->priority = 0;
	skb->mark = 0;
	skb->hash = 0;
	skb->skb_iif = 0;
	skb->csum = 0;
	skb->vlan_tci = 0;
	skb->vlan_present = 0;
	shinfo_init(skb_shinfo(skb));
	live_count++;
}

static void skb_struct_free(struct sk_buff *skb)
{
	struct sk_buff_fclones *pair;

	if (skb->home == SKB_HOME_NONE) {
		kmem_cache_free(head_cache, skb);
	} else if (skb->home == SKB_HOME_PAIR) {
		pair_put(container_of(skb, struct sk_buff_fclones, skb1));
	} else if (skb->home == SKB_HOME_TWIN) {
		pair = container_of(skb, struct sk_buff_fclones, skb2);
		pair->twin = false;
		pair_put(pair);
	} else {
		whole_put(container_of(skb, struct sk_buff_whole, skb),
			  skb->home);
	}
}

/* Keep a packet for the next alloc_skb_frame(); false: there are enough. */
static __force_inline bool skb_keep(struct sk_buff *skb)
{
	bool keep;

	local_bh_disable();
	keep = kept.n < ARRAY_SIZE(kept.skb);
	if (likely(keep))
		kept.skb[kept.n++] = skb;
	local_bh_enable();
	return keep;
}

static __force_inline void skb_release_all(struct sk_buff *skb)
{
	if (unlikely(skb->dst))
		skb_dst_drop(skb);
	if (likely(skb->destructor))
		skb->destructor(skb);
	live_count--;
	/* Both parts at once, the usual end of a datagram. */
	if (likely(!skb->cloned && !skb->apart && !skb->data_len)) {
		if (skb->home == SKB_HOME_KEPT && skb_keep(skb))
			return;
		kmem_cache_free(home_caches[skb->home], skb);
		return;
	}
	skb_release_data(skb);
	skb_struct_free(skb);
}

/**
 * skb_init() - Make the slab caches; a second call does nothing.
 *
 * Context: boot, before the first skb.
 */
void skb_init(void)
{
	const u32 whole = sizeof(struct sk_buff_whole);
	const struct {
		const char *name;
		u32 size;
	} homes[] = {
		[SKB_HOME_SMALL] = { "skbuff_small", whole + SMALL_BUFFER },
		[SKB_HOME_FRAME] = { "skbuff_frame", whole + FRAME_BUFFER },
		[SKB_HOME_RX] = { "skbuff_rx", whole + RX_BUFFER },
		[SKB_HOME_PAIR] = { "skbuff_fclone",
				    sizeof(struct sk_buff_fclones) +
					    SMALL_BUFFER },
	};
	u32 i;

	if (head_cache)
		return;
	head_cache =
		kmem_cache_create("skbuff_head", sizeof(struct sk_buff), 64);
	BUG_ON(!head_cache);
	for (i = 0; i < ARRAY_SIZE(homes); i++) {
		home_caches[i] =
			kmem_cache_create(homes[i].name, homes[i].size, 64);
		BUG_ON(!home_caches[i]);
	}
	home_caches[SKB_HOME_KEPT] = home_caches[SKB_HOME_SMALL];
}

/**
 * skb_live_count() - How many sk_buff structs exist now.
 *
 * Return: structs, clones included; a test compares before and after.
 */
s64 skb_live_count(void)
{
	return live_count;
}

/* Struct and buffer of one of the sizes. */
static __force_inline struct sk_buff *alloc_whole(u8 home, u32 size, gfp_t gfp)
{
	struct sk_buff_whole *whole = kmem_cache_alloc(home_caches[home], gfp);

	if (unlikely(!whole))
		return NULL;
	whole->parts = 2;
	skb_struct_init(&whole->skb, whole->buffer, size, home, home);
	return &whole->skb;
}

/* Struct and buffer apart, for any size. */
static noinline struct sk_buff *alloc_large(u32 size, gfp_t gfp)
{
	struct sk_buff *skb;
	u8 *head;

	if (size > UINT32_MAX / 2)
		return NULL;
	size = SKB_DATA_ALIGN(size) + SHINFO_SIZE;
	skb = kmem_cache_alloc(head_cache, gfp);
	if (!skb)
		return NULL;
	head = kmalloc(size, gfp);
	if (!head) {
		kmem_cache_free(head_cache, skb);
		return NULL;
	}
	skb_struct_init(skb, head, size, SKB_HOME_NONE, SKB_HOME_NONE);
	skb->apart = 1;
	return skb;
}

/**
 * alloc_skb() - A new, empty packet.
 * @size: bytes of tailroom at least; there is no headroom until
 *        skb_reserve().
 * @gfp:  GFP_KERNEL or GFP_ATOMIC.
 *
 * Ownership: the caller owns the one reference.
 * Context:   task or softirq.
 * Return:    the skb; NULL without memory.
 */
struct sk_buff *alloc_skb(u32 size, gfp_t gfp)
{
	if (likely(size <= SMALL_BUFFER - SHINFO_SIZE))
		return alloc_whole(SKB_HOME_SMALL, SMALL_BUFFER, gfp);
	if (likely(size <= FRAME_BUFFER - SHINFO_SIZE))
		return alloc_whole(SKB_HOME_FRAME, FRAME_BUFFER, gfp);
	if (likely(size <= RX_BUFFER - SHINFO_SIZE))
		return alloc_whole(SKB_HOME_RX, RX_BUFFER, gfp);
	return alloc_large(size, gfp);
}

/**
 * alloc_skb_frame() - A packet for a frame that is ready for the device.
 * @size: bytes from head on.
 *
 * Of a small one that was sent before only the caller's business is undone: it
 * sets data, tail, len, the header positions, dev, sk, destructor, protocol,
 * priority and mark. The rest is as alloc_skb() makes it.
 *
 * Ownership: the caller owns the one reference.
 * Context:   softirqs off.
 * Return:    the skb; NULL without memory.
 */
struct sk_buff *alloc_skb_frame(u32 size)
{
	struct sk_buff *skb;

	if (unlikely(size > SMALL_BUFFER - SHINFO_SIZE))
		return alloc_skb(size, GFP_ATOMIC);
	if (likely(kept.n)) {
		skb = kept.skb[--kept.n];
		skb->users = 1;
		skb->destructor = NULL; /* if it is given up at once */
		live_count++;
		return skb;
	}
	skb = alloc_whole(SKB_HOME_SMALL, SMALL_BUFFER, GFP_ATOMIC);
	if (likely(skb))
		skb->home = SKB_HOME_KEPT;
	return skb;
}

/**
 * skb_drop_kept() - Give back the memory of packets that are kept for reuse.
 *
 * Context: task or softirq.
 */
void skb_drop_kept(void)
{
	local_bh_disable();
	while (kept.n)
		kmem_cache_free(home_caches[SKB_HOME_KEPT], kept.skb[--kept.n]);
	local_bh_enable();
}

/**
 * alloc_skb_fclone() - A new packet whose first clone costs no allocation.
 * @size: bytes of tailroom at least.
 * @gfp:  GFP_KERNEL or GFP_ATOMIC.
 *
 * For TCP, which keeps the original until it is acknowledged and sends clones.
 *
 * Ownership: the caller owns the one reference.
 * Context:   task or softirq.
 * Return:    the skb; NULL without memory.
 */
struct sk_buff *alloc_skb_fclone(u32 size, gfp_t gfp)
{
	struct sk_buff_fclones *pair;
	u32 buffer = SMALL_BUFFER;
	u8 *head;

	pair = kmem_cache_alloc(home_caches[SKB_HOME_PAIR], gfp);
	if (unlikely(!pair))
		return NULL;
	if (likely(size <= SMALL_BUFFER - SHINFO_SIZE)) {
		pair->parts = 2;
		skb_struct_init(&pair->skb1, pair->buffer, buffer,
				SKB_HOME_PAIR, SKB_HOME_PAIR);
	} else {
		buffer = SKB_DATA_ALIGN(size) + SHINFO_SIZE;
		head = size <= UINT32_MAX / 2 ? kmalloc(buffer, gfp) : NULL;
		if (!head) {
			kmem_cache_free(home_caches[SKB_HOME_PAIR], pair);
			return NULL;
		}
		pair->parts = 1;
		skb_struct_init(&pair->skb1, head, buffer, SKB_HOME_PAIR,
				SKB_HOME_NONE);
	}
	pair->skb1.apart = 1;
	pair->skb1.truesize += SKB_DATA_ALIGN(sizeof(struct sk_buff));
	pair->twin = false;
	return &pair->skb1;
}

/**
 * netdev_alloc_skb() - A packet to receive into.
 * @dev: the device it will have come from.
 * @len: bytes of tailroom; NET_SKB_PAD bytes of headroom come on top.
 *
 * Ownership: the caller owns the one reference.
 * Context:   task or softirq.
 * Return:    the skb; NULL without memory.
 */
struct sk_buff *netdev_alloc_skb(struct net_device *dev, u32 len)
{
	struct sk_buff *skb = NULL;

	if (likely(len <= UINT32_MAX - NET_SKB_PAD))
		skb = alloc_skb(len + NET_SKB_PAD, GFP_ATOMIC);
	if (likely(skb)) {
		skb_reserve(skb, NET_SKB_PAD);
		skb->dev = dev;
	}
	return skb;
}

/**
 * kfree_skb_reason() - Drop a packet, saying why.
 * @skb:    may be NULL.
 * @reason: counted when this was the last reference.
 *
 * Ownership: consumes one reference.
 * Context:   task or softirq; the destructor runs in the caller's context.
 */
void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason)
{
	if (unlikely(!skb) || --skb->users != 0)
		return;
	skb_drop_counts[reason]++;
	skb_release_all(skb);
}

/**
 * consume_skb() - The ordinary end of a packet.
 * @skb: may be NULL.
 *
 * Ownership: consumes one reference.
 * Context:   task or softirq; the destructor runs in the caller's context.
 */
void consume_skb(struct sk_buff *skb)
{
	if (likely(skb) && likely(--skb->users == 0))
		skb_release_all(skb);
}

/**
 * kfree_skb_list_reason() - Drop every packet of a chain.
 * @list:   the first, chained by next; may be NULL.
 * @reason: counted for each.
 *
 * Ownership: consumes one reference of each.
 * Context:   task or softirq.
 */
void kfree_skb_list_reason(struct sk_buff *list, enum skb_drop_reason reason)
{
	struct sk_buff *next;

	for (; list; list = next) {
		next = list->next;
		list->next = NULL;
		kfree_skb_reason(list, reason);
	}
}

/**
 * skb_queue_purge_reason() - Drop every packet of a queue.
 * @q:      left empty.
 * @reason: counted for each.
 *
 * Context: task or softirq; the caller holds what guards @q.
 */
void skb_queue_purge_reason(struct sk_buff_head *q, enum skb_drop_reason reason)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(q)) != NULL)
		kfree_skb_reason(skb, reason);
}

/**
 * skb_dst_force() - Make a borrowed route the packet's own.
 * @skb: about to outlive the reference it borrowed from.
 */
void skb_dst_force(struct sk_buff *skb)
{
	if (skb->dst && skb->dst_noref) {
		dst_hold(skb->dst);
		skb->dst_noref = 0;
	}
}

/* --- sharing and copying --- */

/* A struct for a clone of @skb: its free twin, or a fresh one. */
static struct sk_buff *skb_clone_struct(struct sk_buff *skb, gfp_t gfp)
{
	struct sk_buff_fclones *pair;
	struct sk_buff *n;

	if (skb->home == SKB_HOME_PAIR) {
		pair = container_of(skb, struct sk_buff_fclones, skb1);
		if (!pair->twin) {
			pair->twin = true;
			pair->parts++;
			pair->skb2 = *skb;
			pair->skb2.home = SKB_HOME_TWIN;
			return &pair->skb2;
		}
	}
	n = kmem_cache_alloc(head_cache, gfp);
	if (likely(n)) {
		*n = *skb;
		n->home = SKB_HOME_NONE;
	}
	return n;
}

/**
 * skb_clone() - A second packet over the same bytes.
 * @skb: stays as it is; its buffer is shared from now on.
 * @gfp: GFP_KERNEL or GFP_ATOMIC.
 *
 * The clone belongs to no socket (sk and destructor are NULL) and is on no
 * list. Its truesize is the original's: whoever charges it pays in full.
 *
 * Ownership: the caller owns both.
 * Context:   task or softirq.
 * Return:    the clone; NULL without memory.
 */
struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp)
{
	struct sk_buff *n = skb_clone_struct(skb, gfp);

	if (unlikely(!n))
		return NULL;
	n->next = NULL;
	n->prev = NULL;
	n->sk = NULL;
	n->destructor = NULL;
	n->users = 1;
	n->nohdr = 0;
	n->apart = 1;
	n->cloned = 1;
	skb->cloned = 1;
	skb_shinfo(skb)->dataref++;
	if (n->dst && !n->dst_noref)
		dst_hold(n->dst);
	live_count++;
	return n;
}

/**
 * skb_fclone_busy() - Whether the clone that was sent is still below us.
 * @sk:  the socket both belong to.
 * @skb: the original, from alloc_skb_fclone().
 *
 * Return: true while the twin of @skb is in use for @sk: it waits in a qdisc
 *         or in the device's ring.
 */
bool skb_fclone_busy(const struct sock *sk, const struct sk_buff *skb)
{
	const struct sk_buff_fclones *pair;

	if (skb->home != SKB_HOME_PAIR)
		return false;
	pair = container_of(skb, struct sk_buff_fclones, skb1);
	return pair->twin && pair->skb2.sk == sk;
}

/* What a copy inherits: everything but identity, memory and ownership.
 * @off is how much further from head the copy's bytes are. */
static void skb_copy_header(struct sk_buff *n, const struct sk_buff *skb,
			    s32 off)
{
	n->dev = skb->dev;
	memcpy(n->cb, skb->cb, sizeof(n->cb));
	n->dst = skb->dst;
	n->dst_noref = skb->dst_noref;
	if (n->dst && !n->dst_noref)
		dst_hold(n->dst);
	n->tstamp = skb->tstamp;
	n->transport_header = (u16)(skb->transport_header + off);
	n->network_header = (u16)(skb->network_header + off);
	n->mac_header = (u16)(skb->mac_header + off);
	n->mac_len = skb->mac_len;
	n->protocol = skb->protocol;
	n->queue_mapping = skb->queue_mapping;
	n->pkt_type = skb->pkt_type;
	n->ip_summed = skb->ip_summed;
	n->ignore_df = skb->ignore_df;
	n->priority = skb->priority;
	n->mark = skb->mark;
	n->hash = skb->hash;
	n->skb_iif = skb->skb_iif;
	n->csum = skb->csum;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		n->csum_start = (u16)(skb->csum_start + off);
	n->vlan_tci = skb->vlan_tci;
	n->vlan_present = skb->vlan_present;
	skb_shinfo(n)->gso_size = skb_shinfo(skb)->gso_size;
	skb_shinfo(n)->gso_segs = skb_shinfo(skb)->gso_segs;
	skb_shinfo(n)->gso_type = skb_shinfo(skb)->gso_type;
}

/**
 * skb_copy() - A packet of its own with the same bytes, all linear.
 * @skb: untouched.
 * @gfp: GFP_KERNEL or GFP_ATOMIC.
 *
 * Ownership: the caller owns both.
 * Context:   task or softirq.
 * Return:    the copy; NULL without memory.
 */
struct sk_buff *skb_copy(const struct sk_buff *skb, gfp_t gfp)
{
	u32 headroom = skb_headroom(skb);
	struct sk_buff *n = alloc_skb(headroom + skb->len, gfp);

	if (!n)
		return NULL;
	skb_reserve(n, headroom);
	BUG_ON(skb_copy_bits(skb, 0, skb_put(n, skb->len), skb->len) != 0);
	skb_copy_header(n, skb, 0);
	return n;
}

/* Clones of a fragment list: each shared info has members of its own, so
 * that they can be cut. False without memory. */
static bool clone_frag_list(struct sk_buff *from, struct sk_buff **to,
			    gfp_t gfp)
{
	struct sk_buff *head = NULL, **pp = &head, *frag;

	for (frag = from; frag; frag = frag->next) {
		*pp = skb_clone(frag, gfp);
		if (!*pp) {
			kfree_skb_list_reason(head, SKB_DROP_REASON_NOMEM);
			return false;
		}
		pp = &(*pp)->next;
	}
	*to = head;
	return true;
}

/* @n's fragments are @skb's too from here on; false without memory. */
static bool skb_share_frags(struct sk_buff *n, struct sk_buff *skb, gfp_t gfp)
{
	struct skb_shared_info *to = skb_shinfo(n), *from = skb_shinfo(skb);
	u32 i;

	if (!clone_frag_list(from->frag_list, &to->frag_list, gfp))
		return false;
	for (i = 0; i < from->nr_frags; i++) {
		to->frags[i] = from->frags[i];
		get_page(to->frags[i].page);
	}
	to->nr_frags = from->nr_frags;
	return true;
}

/**
 * pskb_copy() - A packet with a linear part of its own; fragments are shared.
 * @skb: untouched, but for its fragments' counts.
 * @gfp: GFP_KERNEL or GFP_ATOMIC.
 *
 * Ownership: the caller owns both.
 * Context:   task or softirq.
 * Return:    the copy; NULL without memory.
 */
struct sk_buff *pskb_copy(struct sk_buff *skb, gfp_t gfp)
{
	u32 headroom = skb_headroom(skb), headlen = skb_headlen(skb);
	struct sk_buff *n = alloc_skb((u32)(skb->end - skb->head), gfp);

	if (!n)
		return NULL;
	skb_reserve(n, headroom);
	memcpy(skb_put(n, headlen), skb->data, headlen);
	if (!skb_share_frags(n, skb, gfp)) {
		consume_skb(n);
		return NULL;
	}
	n->data_len = skb->data_len;
	n->len = skb->len;
	n->truesize += skb->data_len;
	skb_copy_header(n, skb, 0);
	return n;
}

/**
 * pskb_expand_head() - Give the packet a new private linear buffer.
 * @skb:   not shared (users is 1); may be a clone.
 * @nhead: bytes of headroom to add.
 * @ntail: bytes of tailroom to add.
 * @gfp:   GFP_KERNEL or GFP_ATOMIC.
 *
 * Pointers into the old buffer are void afterwards; header offsets follow.
 * truesize follows too, unless a socket has been charged for the old one.
 *
 * Context: task or softirq.
 * Return:  0; -ENOMEM leaves @skb as it was.
 */
int pskb_expand_head(struct sk_buff *skb, u32 nhead, u32 ntail, gfp_t gfp)
{
	struct skb_shared_info *from = skb_shinfo(skb), *to;
	u32 osize = skb_buffer_size(skb), size, used, i;
	struct sk_buff *list = NULL;
	u8 *head;

	BUG_ON(skb_shared(skb));
	if (unlikely(nhead > UINT16_MAX || ntail > UINT32_MAX / 4))
		return -ENOMEM;
	size = SKB_DATA_ALIGN(osize + nhead + ntail);
	head = kmalloc(size, gfp);
	if (unlikely(!head))
		return -ENOMEM;
	if (skb_cloned(skb) && !clone_frag_list(from->frag_list, &list, gfp)) {
		kfree(head);
		return -ENOMEM;
	}
	used = (u32)(skb->tail - skb->head);
	memcpy(head + nhead, skb->head, used);
	to = (struct skb_shared_info *)(head + size - SHINFO_SIZE);
	memcpy(to, from,
	       offsetof(struct skb_shared_info, frags) +
		       from->nr_frags * sizeof(from->frags[0]));
	to->dataref = 1;
	if (skb_cloned(skb)) {
		for (i = 0; i < to->nr_frags; i++)
			get_page(to->frags[i].page);
		to->frag_list = list;
		from->dataref--;
	} else {
		head_free(skb->head, skb->head_home);
	}
	skb->data = head + nhead + (skb->data - skb->head);
	skb->head = head;
	skb->tail = head + nhead + used;
	skb->end = head + size - SHINFO_SIZE;
	skb->transport_header = (u16)(skb->transport_header + nhead);
	skb->network_header = (u16)(skb->network_header + nhead);
	skb->mac_header = (u16)(skb->mac_header + nhead);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->csum_start = (u16)(skb->csum_start + nhead);
	skb->cloned = 0;
	skb->apart = 1;
	skb->head_home = SKB_HOME_NONE;
	skb->nohdr = 0;
	if (!skb->destructor)
		skb->truesize += size - osize;
	return 0;
}

/**
 * skb_cow_head() - Make sure that headers can be pushed and changed.
 * @skb:      not shared.
 * @headroom: bytes needed in front of data.
 *
 * Context: task or softirq.
 * Return:  0; -ENOMEM leaves @skb as it was.
 */
int skb_cow_head(struct sk_buff *skb, u32 headroom)
{
	u32 have = skb_headroom(skb);

	if (likely(have >= headroom && !skb_cloned(skb)))
		return 0;
	return pskb_expand_head(
		skb, have < headroom ? ALIGN(headroom - have, 64U) : 0, 0,
		GFP_ATOMIC);
}

/**
 * skb_ensure_writable() - Make the first bytes linear, private, writable.
 * @skb:       not shared.
 * @write_len: bytes from data on.
 *
 * Context: task or softirq.
 * Return:  0; -ENOMEM without memory or if the packet is shorter.
 */
int skb_ensure_writable(struct sk_buff *skb, u32 write_len)
{
	if (!pskb_may_pull(skb, write_len))
		return -ENOMEM;
	if (!skb_cloned(skb))
		return 0;
	return pskb_expand_head(skb, 0, 0, GFP_ATOMIC);
}

/**
 * skb_over_panic() - Our own code put more bytes than the buffer has room for.
 * @skb: the packet.
 * @n:   bytes wanted.
 */
void skb_over_panic(const struct sk_buff *skb, u32 n)
{
	panic("skb_over_panic: put %u, len %u, tailroom %d", n, skb->len,
	      (int)(skb->end - skb->tail));
}

/**
 * skb_under_panic() - Our own code pushed more bytes than there is headroom.
 * @skb: the packet.
 * @n:   bytes wanted.
 */
void skb_under_panic(const struct sk_buff *skb, u32 n)
{
	panic("skb_under_panic: push %u, len %u, headroom %u", n, skb->len,
	      skb_headroom(skb));
}

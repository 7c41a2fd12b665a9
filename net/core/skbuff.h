/* SPDX-License-Identifier: MIT */
/*
 * DOC: struct sk_buff, a packet on its way (rows B1-B3).
 *
 *	head        data            tail         end
 *	 |  headroom | linear bytes  |  tailroom  | skb_shared_info
 *
 * head <= data <= tail <= end always. The linear bytes are followed, in packet
 * order, by shinfo->frags[] (page fragments) and shinfo->frag_list. len counts
 * all of it, data_len what is not linear. The buffer (head .. shinfo) is shared
 * by clones and counted by shinfo->dataref; the struct is not.
 *
 * truesize is what the packet costs its socket: struct, buffer and fragments.
 */
#pragma once

#include "lib/bug.h"
#include "lib/byteorder.h"
#include "lib/list.h"
#include "lib/page.h"
#include "lib/rbtree.h"
#include "net/core/dropreason.h"

struct dst_entry;
struct iov_iter;
struct net_device;
struct sk_buff;
struct sock;

#define MAX_SKB_FRAGS 17
/* Room for every header below TCP: link header, IP with options, TCP. */
#define LL_MAX_HEADER  32
#define MAX_HEADER     (LL_MAX_HEADER + 16)
#define MAX_TCP_HEADER ALIGN(128 + MAX_HEADER, 64)
#define NET_IP_ALIGN   2
/* Headroom of a received packet, so that it can be answered or sent on. */
#define NET_SKB_PAD 64

/* ip_summed: what is known about, or to be done for, the checksum. */
enum {
	CHECKSUM_NONE,        /* TX: already in place; RX: not checked */
	CHECKSUM_UNNECESSARY, /* RX: good */
	CHECKSUM_COMPLETE,    /* RX: skb->csum is the sum of the bytes */
	CHECKSUM_PARTIAL,     /* TX: from csum_start, store at csum_offset */
};

enum {
	PACKET_HOST,
	PACKET_BROADCAST,
	PACKET_MULTICAST,
	PACKET_OTHERHOST,
	PACKET_OUTGOING,
	PACKET_LOOPBACK,
};

typedef struct skb_frag {
	struct page *page; /* one reference is the fragment's */
	u32 offset;
	u32 size;
} skb_frag_t;

enum {
	SKB_GSO_TCPV4 = 1 << 0,
	SKB_GSO_UDP_L4 = 1 << 1,
};

/* tx_flags: time stamps to be taken on the way out, and a hint */
#define SKBTX_SW_TSTAMP    BIT(1) /* at the device */
#define SKBTX_SCHED_TSTAMP BIT(6) /* at the queueing discipline */
#define SKBTX_ANY_TSTAMP   (SKBTX_SW_TSTAMP | SKBTX_SCHED_TSTAMP)
/* Some clone of this buffer has a tag (vlan_present): the packet takes the long
 * way, where somebody looks. */
#define SKBTX_VLAN BIT(7)

/* At skb->end; one for all clones. */
struct skb_shared_info {
	union {
		struct {
			u16 gso_size; /* payload bytes a segment; 0: not GSO */
			u8 tx_flags;  /* SKBTX_* */
			u8 nr_frags;
		};
		u32 flags_; /* all three: see skb_xmit_extra() */
	};
	u16 gso_segs;
	u16 gso_type;
	u32 dataref;
	struct sk_buff *frag_list; /* chained by next */
	u32 tskey; /* of its report: a number, or the stream's last byte */
	skb_frag_t frags[MAX_SKB_FRAGS];
};

struct sk_buff {
	union {
		struct {
			struct sk_buff *next, *prev;
		};
		struct rb_node rbnode; /* TCP's retransmit queue */
		struct list_head list; /* same place as next, prev */
	};
	struct sock *sk;
	struct net_device *dev;
	/* Control block of the layer that holds the skb now. The first bytes
	 * of a new one are zero, for IP; the rest its user sets. */
#define SKB_CB_CLEARED 16
	u8 cb[48] __aligned(8);
	struct dst_entry *dst;
	void (*destructor)(struct sk_buff *skb);
	u64 tstamp; /* RX arrival or TX departure, ktime ns; 0: none */
	/* TCP: list of unacknowledged skbs in order of transmission time. */
	struct list_head tcp_tsorted_anchor;

	u32 len, data_len;
	u32 truesize;
	u32 users;
	u8 *head, *data, *tail, *end;
	/* From here to the end, eight bytes a store when one is made. */
	u16 transport_header, network_header, mac_header; /* from head */
	u16 mac_len;
	__be16 protocol; /* ETH_P_* */
	u16 queue_mapping;
	u8 ip_summed;     /* CHECKSUM_* */
	u8 cloned : 1;    /* the buffer is, or was, shared */
	u8 apart : 1;     /* the buffer is not of the struct's allocation */
	u8 nohdr : 1;     /* TCP: no header may be built in this buffer */
	u8 ignore_df : 1; /* may be fragmented in spite of DF */
	u8 dst_noref : 1; /* dst is borrowed: do not release it */
	u8 pkt_type : 3;  /* PACKET_* */
	u8 home;          /* SKB_HOME_* of the struct */
	u8 head_home;     /* and of the buffer */
	u32 priority;
	u32 mark;
	u32 hash; /* of the flow; 0: not computed */
	u32 skb_iif;
	union {
		__wsum csum;
		struct {
			u16 csum_start; /* from head */
			u16 csum_offset;
		};
	};
	u16 vlan_tci;
	u16 vlan_present;
};

/* What an sk_buff or a buffer was allocated with (skbuff.c). */
enum {
	SKB_HOME_SMALL, /* one with the other, by size */
	SKB_HOME_FRAME,
	SKB_HOME_RX,
	SKB_HOME_PAIR, /* two structs and a small buffer; of these the first */
	SKB_HOME_KEPT, /* as SMALL, but kept for reuse */
	SKB_HOME_TWIN, /* of a pair, the second */
	SKB_HOME_NONE, /* by itself */
};

#define SKB_DATA_ALIGN(x) ALIGN((u32)(x), 64U)
#define SKB_OVERHEAD                              \
	(SKB_DATA_ALIGN(sizeof(struct sk_buff)) + \
	 SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))
#define SKB_TRUESIZE(x) ((u32)(x) + (u32)SKB_OVERHEAD)
#define SKB_WITH_OVERHEAD(x) \
	((x)-SKB_DATA_ALIGN(sizeof(struct skb_shared_info)))

static inline struct skb_shared_info *skb_shinfo(const struct sk_buff *skb)
{
	return (struct skb_shared_info *)skb->end;
}

/* Whether a packet on its way out is GSO or is to be stamped. The usual one is
 * neither, and one look at the first three bytes tells. */
static inline bool skb_xmit_extra(const struct skb_shared_info *si)
{
	return si->flags_ & 0x00ffffff;
}
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ &&
		      offsetof(struct skb_shared_info, nr_frags) == 3,
	      "skb_xmit_extra() leaves nr_frags out");

/* --- allocation and release (skbuff.c) --- */
void skb_init(void);
/* @size bytes of tailroom, no headroom. NULL: no memory. */
struct sk_buff *alloc_skb(u32 size, gfp_t gfp) __must_check;
/* A frame's, with what it was when it was sent before; skb_drop_kept() ends
 * that. */
struct sk_buff *alloc_skb_frame(u32 size) __must_check;
void skb_drop_kept(void);
/* A pair: skb_clone() of it needs no allocation while the twin is free. */
struct sk_buff *alloc_skb_fclone(u32 size, gfp_t gfp) __must_check;
struct sk_buff *netdev_alloc_skb(struct net_device *dev, u32 len) __must_check;
/* Drop a reference; at the last one count @reason and free. NULL is fine. */
void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason);
/* The same, an ordinary end of life: not counted as a drop. */
void consume_skb(struct sk_buff *skb);
void kfree_skb_list_reason(struct sk_buff *list, enum skb_drop_reason reason);
struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp) __must_check;
/* Is the twin of an fclone pair alive and still charged to @sk? */
bool skb_fclone_busy(const struct sock *sk, const struct sk_buff *skb);
struct sk_buff *skb_copy(const struct sk_buff *skb, gfp_t gfp) __must_check;
/* Private linear part, shared fragments. */
struct sk_buff *pskb_copy(struct sk_buff *skb, gfp_t gfp) __must_check;
/* New buffer with more head- and tailroom; -ENOMEM leaves @skb as it was. */
int pskb_expand_head(struct sk_buff *skb, u32 nhead, u32 ntail,
		     gfp_t gfp) __must_check;
int skb_cow_head(struct sk_buff *skb, u32 headroom) __must_check;
/* The linear part becomes private and writable up to @write_len. */
int skb_ensure_writable(struct sk_buff *skb, u32 write_len) __must_check;
s64 skb_live_count(void);

static inline void kfree_skb(struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_REASON_NOT_SPECIFIED);
}

static inline struct sk_buff *skb_get(struct sk_buff *skb)
{
	skb->users++;
	return skb;
}

static inline bool skb_shared(const struct sk_buff *skb)
{
	return skb->users != 1;
}

static inline bool skb_cloned(const struct sk_buff *skb)
{
	return skb->cloned && skb_shinfo(skb)->dataref != 1;
}

/* --- the linear part --- */
void skb_over_panic(const struct sk_buff *skb, u32 n) __noreturn;
void skb_under_panic(const struct sk_buff *skb, u32 n) __noreturn;

static inline u32 skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}

static inline bool skb_is_nonlinear(const struct sk_buff *skb)
{
	return skb->data_len != 0;
}

static inline u32 skb_headroom(const struct sk_buff *skb)
{
	return (u32)(skb->data - skb->head);
}

static inline u32 skb_tailroom(const struct sk_buff *skb)
{
	return skb_is_nonlinear(skb) ? 0 : (u32)(skb->end - skb->tail);
}

static inline void skb_reserve(struct sk_buff *skb, u32 n)
{
	skb->data += n;
	skb->tail += n;
	if (unlikely(skb->tail > skb->end))
		skb_over_panic(skb, n);
}

static inline void *skb_put(struct sk_buff *skb, u32 n)
{
	u8 *tail = skb->tail;

	BUG_ON(skb_is_nonlinear(skb));
	if (unlikely(n > (u32)(skb->end - tail)))
		skb_over_panic(skb, n);
	skb->tail += n;
	skb->len += n;
	return tail;
}

static inline void *skb_push(struct sk_buff *skb, u32 n)
{
	if (unlikely(n > skb_headroom(skb)))
		skb_under_panic(skb, n);
	skb->data -= n;
	skb->len += n;
	return skb->data;
}

/* NULL if the packet has no @n linear bytes. */
static inline void *skb_pull(struct sk_buff *skb, u32 n)
{
	if (unlikely(n > skb_headlen(skb)))
		return NULL;
	skb->len -= n;
	return skb->data += n;
}

/* Make the first @n bytes linear; false if there are fewer or no memory. */
bool pskb_pull_tail_(struct sk_buff *skb, u32 n);
static inline bool pskb_may_pull(struct sk_buff *skb, u32 n)
{
	if (likely(n <= skb_headlen(skb)))
		return true;
	if (unlikely(n > skb->len))
		return false;
	return pskb_pull_tail_(skb, n);
}

/* Cut the packet to @len bytes; -ENOMEM only if shared fragments need it. */
int pskb_trim(struct sk_buff *skb, u32 len) __must_check;
int skb_linearize(struct sk_buff *skb) __must_check;
/* Copy @len bytes from @offset on; -EFAULT beyond the packet. */
int skb_copy_bits(const struct sk_buff *skb, u32 offset, void *to,
		  u32 len) __must_check;
int skb_store_bits(struct sk_buff *skb, u32 offset, const void *from,
		   u32 len) __must_check;
/* The bytes at @offset, linear: in place, or copied to @buffer; or NULL. */
const void *skb_header_pointer(const struct sk_buff *skb, u32 offset, u32 len,
			       void *buffer);
__wsum skb_checksum(const struct sk_buff *skb, u32 offset, u32 len,
		    __wsum csum);
/* Put a CHECKSUM_PARTIAL sum in place in software. */
int skb_checksum_help(struct sk_buff *skb) __must_check;
/* Fill the iov_iter from the packet; -EFAULT. */
int skb_copy_datagram_iter(const struct sk_buff *skb, u32 offset,
			   struct iov_iter *to, u32 len) __must_check;
/* Split: @skb keeps @len bytes, @skb1 (empty, linear room for what is linear
 * beyond) gets the rest. */
void skb_split(struct sk_buff *skb, struct sk_buff *skb1, u32 len);

/* --- fragments --- */
static inline u32 skb_frag_size(const skb_frag_t *f)
{
	return f->size;
}

static inline u8 *skb_frag_address(const skb_frag_t *f)
{
	return (u8 *)page_address(f->page) + f->offset;
}

/* Takes over a page reference of the caller's. */
static inline void skb_fill_page_desc(struct sk_buff *skb, u32 i,
				      struct page *page, u32 off, u32 size)
{
	skb_frag_t *f = &skb_shinfo(skb)->frags[i];

	BUG_ON(i >= MAX_SKB_FRAGS);
	f->page = page;
	f->offset = off;
	f->size = size;
	skb_shinfo(skb)->nr_frags = (u8)(i + 1);
}

/* Whether bytes at @page+@off directly follow the last fragment. */
static inline bool skb_can_coalesce(const struct sk_buff *skb, u32 i,
				    const struct page *page, u32 off)
{
	const skb_frag_t *f;

	if (i == 0)
		return false;
	f = &skb_shinfo(skb)->frags[i - 1];
	return page == f->page && off == f->offset + f->size;
}

/* Whether @piece can become a fragment, or extends the last one. */
static inline bool skb_has_room_for(const struct sk_buff *skb,
				    const struct bio_vec *piece)
{
	u32 i = skb_shinfo(skb)->nr_frags;

	return i < MAX_SKB_FRAGS ||
	       skb_can_coalesce(skb, i, piece->bv_page, piece->bv_offset);
}

/* The bytes of @piece are the packet's now, and its reference; there is room.
 * truesize is left alone. Return: it became a part of the last fragment. */
static inline bool skb_append_piece(struct sk_buff *skb,
				    const struct bio_vec *piece)
{
	u32 i = skb_shinfo(skb)->nr_frags;
	bool joined =
		skb_can_coalesce(skb, i, piece->bv_page, piece->bv_offset);

	if (joined) {
		skb_shinfo(skb)->frags[i - 1].size += piece->bv_len;
		put_page(piece->bv_page);
	} else {
		skb_fill_page_desc(skb, i, piece->bv_page, piece->bv_offset,
				   piece->bv_len);
	}
	skb->len += piece->bv_len;
	skb->data_len += piece->bv_len;
	return joined;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_size != 0;
}

/* Cut a GSO packet into a chain of ready segments (gso.h); the caller frees
 * @skb afterwards. ERR_PTR on failure. */
struct sk_buff *skb_gso_segment(struct sk_buff *skb, u64 features) __must_check;

/* --- time stamps (timestamping.c) --- */
void __skb_tstamp_tx(struct sk_buff *skb, struct sock *sk, u32 type);

/* For drivers: the device is about to get the packet. */
static inline void skb_tx_timestamp(struct sk_buff *skb)
{
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_SW_TSTAMP))
		__skb_tstamp_tx(skb, skb->sk, 0 /* SCM_TSTAMP_SND */);
}

/* --- header positions --- */
static inline u8 *skb_transport_header(const struct sk_buff *skb)
{
	return skb->head + skb->transport_header;
}

static inline u8 *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}

static inline u8 *skb_mac_header(const struct sk_buff *skb)
{
	return skb->head + skb->mac_header;
}

static inline void skb_reset_transport_header(struct sk_buff *skb)
{
	skb->transport_header = (u16)(skb->data - skb->head);
}

static inline void skb_set_transport_header(struct sk_buff *skb, int off)
{
	skb->transport_header = (u16)(skb->data - skb->head + off);
}

static inline void skb_reset_network_header(struct sk_buff *skb)
{
	skb->network_header = (u16)(skb->data - skb->head);
}

static inline void skb_set_network_header(struct sk_buff *skb, int off)
{
	skb->network_header = (u16)(skb->data - skb->head + off);
}

static inline void skb_reset_mac_header(struct sk_buff *skb)
{
	skb->mac_header = (u16)(skb->data - skb->head);
}

static inline int skb_transport_offset(const struct sk_buff *skb)
{
	return (int)(skb_transport_header(skb) - skb->data);
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return (int)(skb_network_header(skb) - skb->data);
}

static inline u32 skb_network_header_len(const struct sk_buff *skb)
{
	return skb->transport_header - skb->network_header;
}

static inline void skb_orphan(struct sk_buff *skb)
{
	if (skb->destructor) {
		skb->destructor(skb);
		skb->destructor = NULL;
	}
	skb->sk = NULL;
}

/* --- queues --- */
/* The links alone, as sk_buff and sk_buff_head both begin. */
struct sk_buff_list {
	struct sk_buff *next, *prev;
};

struct sk_buff_head {
	/* The ring's sentinel. */
	struct sk_buff *next, *prev;
	u32 qlen;
};
static_assert(offsetof(struct sk_buff, next) ==
			      offsetof(struct sk_buff_list, next) &&
		      offsetof(struct sk_buff, prev) ==
			      offsetof(struct sk_buff_list, prev),
	      "a queue's head stands for an sk_buff in its ring");

/* Of an skb or of the head: only the links are touched. */
static inline struct sk_buff_list *skb_links_(struct sk_buff *skb)
{
	return (struct sk_buff_list *)(void *)skb;
}

static inline void skb_queue_head_init(struct sk_buff_head *q)
{
	q->next = (struct sk_buff *)(void *)q;
	q->prev = (struct sk_buff *)(void *)q;
	q->qlen = 0;
}

static inline bool skb_queue_empty(const struct sk_buff_head *q)
{
	return q->qlen == 0;
}

static inline u32 skb_queue_len(const struct sk_buff_head *q)
{
	return q->qlen;
}

static inline struct sk_buff *skb_peek(const struct sk_buff_head *q)
{
	return q->qlen ? q->next : NULL;
}

static inline struct sk_buff *skb_peek_tail(const struct sk_buff_head *q)
{
	return q->qlen ? q->prev : NULL;
}

static inline bool skb_queue_is_last(const struct sk_buff_head *q,
				     const struct sk_buff *skb)
{
	return skb->next == (const struct sk_buff *)(const void *)q;
}

static inline void __skb_insert(struct sk_buff *skb, struct sk_buff *prev,
				struct sk_buff *next, struct sk_buff_head *q)
{
	skb->next = next;
	skb->prev = prev;
	skb_links_(prev)->next = skb;
	skb_links_(next)->prev = skb;
	q->qlen++;
}

static inline void __skb_queue_tail(struct sk_buff_head *q, struct sk_buff *skb)
{
	__skb_insert(skb, q->prev, (struct sk_buff *)(void *)q, q);
}

static inline void __skb_queue_head(struct sk_buff_head *q, struct sk_buff *skb)
{
	__skb_insert(skb, (struct sk_buff *)(void *)q, q->next, q);
}

static inline void __skb_queue_after(struct sk_buff_head *q,
				     struct sk_buff *prev, struct sk_buff *skb)
{
	__skb_insert(skb, prev, prev->next, q);
}

static inline void __skb_unlink(struct sk_buff *skb, struct sk_buff_head *q)
{
	/* It does not follow what was written through skb_links_().
	 * NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	skb_links_(skb->prev)->next = skb->next;
	skb_links_(skb->next)->prev = skb->prev;
	skb->next = NULL;
	skb->prev = NULL;
	q->qlen--;
}

static inline struct sk_buff *__skb_dequeue(struct sk_buff_head *q)
{
	struct sk_buff *skb = skb_peek(q);

	if (skb)
		__skb_unlink(skb, q);
	return skb;
}

void skb_queue_purge_reason(struct sk_buff_head *q,
			    enum skb_drop_reason reason);

static inline void skb_queue_purge(struct sk_buff_head *q)
{
	skb_queue_purge_reason(q, SKB_DROP_REASON_SOCKET_DESTROYED);
}

#define skb_queue_walk(q, skb)                                      \
	for (skb = (q)->next; skb != (struct sk_buff *)(void *)(q); \
	     skb = skb->next)
#define skb_queue_walk_safe(q, skb, tmp)       \
	for (skb = (q)->next, tmp = skb->next; \
	     skb != (struct sk_buff *)(void *)(q); skb = tmp, tmp = skb->next)

/* --- dst --- */
void dst_release(struct dst_entry *dst);

static inline void skb_dst_drop(struct sk_buff *skb)
{
	if (!skb->dst)
		return;
	if (!skb->dst_noref)
		dst_release(skb->dst);
	skb->dst = NULL;
	skb->dst_noref = 0;
}

/* Takes over a reference. */
static inline void skb_dst_set(struct sk_buff *skb, struct dst_entry *dst)
{
	skb->dst = dst;
	skb->dst_noref = 0;
}

/* Borrows: valid while the caller's reference outlives the call. */
static inline void skb_dst_set_noref(struct sk_buff *skb, struct dst_entry *dst)
{
	skb->dst = dst;
	skb->dst_noref = 1;
}

static inline struct dst_entry *skb_dst(const struct sk_buff *skb)
{
	return skb->dst;
}
/* Turn a borrowed dst into a counted one before the skb is queued. */
void skb_dst_force(struct sk_buff *skb);

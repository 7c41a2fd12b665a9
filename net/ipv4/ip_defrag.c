// SPDX-License-Identifier: MIT
/*
 * DOC: putting fragments together (row I5; RFC 791, section 3.2; RFC 1122,
 * section 3.3.2). A queue a datagram, found by source, destination,
 * identification and protocol; the pieces in a tree by offset.
 *
 * What attacks are refused (RFC 1858, RFC 5722, RFC 8900 section 3.7):
 * overlapping pieces end the whole datagram; a piece beyond 65,535 bytes, a
 * middle piece that is not a multiple of 8, and two different ends likewise.
 * Memory is bounded (ipfrag_high_thresh): beyond it the oldest datagrams go.
 * A source that has sent ipfrag_max_dist other fragments since a datagram's
 * last piece has probably begun to reuse identifications: the old one goes.
 *
 * State: struct ipq_state in netns_ipv4, softirq. Called by ip_input.c.
 */
#include "lib/checksum.h"
#include "lib/siphash.h"
#include "lib/slab.h"
#include "lib/timer.h"
#include "net/ipv4/ip.h"

#define IPQ_BITS  8
#define IPQ_PEERS 1024

/* A datagram that is not complete. */
struct ipq {
	struct hlist_node node;
	struct list_head lru; /* in order of creation */
	struct timer_list timer;
	struct net *net;
	struct rb_root frags; /* skbs by offset */
	struct sk_buff *last; /* the piece with the highest offset */
	__be32 saddr, daddr;
	__be16 id;
	u8 protocol;
	bool seen_end; /* len is the datagram's, else the most seen */
	u8 ecn;        /* OR of BIT(ECN field): RFC 3168, section 5.3 */
	int iif;
	u32 len;  /* payload bytes */
	u32 meat; /* payload bytes here */
	u32 mem;  /* truesize of the pieces */
	u32 rid;  /* the peer's count at the last piece */
};

struct ipq_state {
	struct hlist_head hash[1 << IPQ_BITS];
	struct list_head lru;
	u32 peer_rid[IPQ_PEERS]; /* fragments seen, by source */
	u32 mem;
	siphash_key_t key;
};

/* In skb->cb of a piece. */
struct ipfrag_cb {
	struct inet_skb_parm parm;
	u32 offset, end; /* payload bytes */
};
#define FRAG_CB(skb) ((struct ipfrag_cb *)((skb)->cb))
static_assert(sizeof(struct ipfrag_cb) <= sizeof_field(struct sk_buff, cb),
	      "fits the control block");

static struct sk_buff *frag_skb(struct rb_node *n)
{
	return rb_entry_safe(n, struct sk_buff, rbnode);
}

/* --- queues --- */

static void ipq_free_frags(struct ipq *q, enum skb_drop_reason reason)
{
	struct sk_buff *skb;
	struct rb_node *n;

	while ((n = rb_first(&q->frags))) {
		skb = frag_skb(n);
		rb_erase(n, &q->frags);
		skb->next = NULL;
		skb->prev = NULL;
		kfree_skb_reason(skb, reason);
	}
}

/* Forget the datagram; pieces that are still here are dropped. */
static void ipq_kill(struct ipq *q, enum skb_drop_reason reason)
{
	struct ipq_state *st = q->net->ipv4->frags;

	del_timer(&q->timer);
	hlist_del_init(&q->node);
	list_del(&q->lru);
	ipq_free_frags(q, reason);
	st->mem -= q->mem + (u32)sizeof(*q);
	kfree(q);
}

static void ipq_fail(struct ipq *q, enum skb_drop_reason reason)
{
	NET_INC_STATS(q->net, Ip_ReasmFails);
	ipq_kill(q, reason);
}

/*
 * RFC 792: the sender is told, if the first piece came and we are the host
 * that it wrote to.
 */
static void ipq_report_timeout(struct ipq *q)
{
	struct sk_buff *head = frag_skb(rb_first(&q->frags));
	struct net_device *dev = dev_get_by_index(q->net, q->iif);
	enum skb_drop_reason reason;
	const struct iphdr *iph;

	if (!head || FRAG_CB(head)->offset || !dev)
		return;
	head->dev = dev;
	iph = ip_hdr(head);
	if (ip_route_input(head, iph->daddr, iph->saddr, iph->tos, dev,
			   &reason))
		return;
	if (skb_rtable(head)->rt_type == RTN_LOCAL)
		icmp_send(head, ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, 0);
}

static void ipq_expire(struct timer_list *t)
{
	struct ipq *q = from_timer(q, t, timer);

	NET_INC_STATS(q->net, Ip_ReasmTimeout);
	ipq_report_timeout(q);
	ipq_fail(q, SKB_DROP_REASON_FRAG_REASM_TIMEOUT);
}

static struct hlist_head *ipq_bucket(struct ipq_state *st,
				     const struct iphdr *iph)
{
	u64 h = siphash_3u32((__force u32)iph->saddr, (__force u32)iph->daddr,
			     (u32)(__force u16)iph->id << 8 | iph->protocol,
			     &st->key);

	return &st->hash[h & ((1U << IPQ_BITS) - 1)];
}

static struct ipq *ipq_find(struct hlist_head *h, const struct iphdr *iph,
			    int iif)
{
	struct ipq *q;

	hlist_for_each_entry (q, h, node) {
		if (q->id == iph->id && q->saddr == iph->saddr &&
		    q->daddr == iph->daddr && q->protocol == iph->protocol &&
		    q->iif == iif)
			return q;
	}
	return NULL;
}

static struct ipq *ipq_new(struct net *net, struct hlist_head *h,
			   const struct iphdr *iph, int iif)
{
	struct ipq_state *st = net->ipv4->frags;
	struct ipq *q = kzalloc(sizeof(*q), GFP_ATOMIC);

	if (!q)
		return NULL;
	q->net = net;
	q->saddr = iph->saddr;
	q->daddr = iph->daddr;
	q->id = iph->id;
	q->protocol = iph->protocol;
	q->iif = iif;
	q->frags = RB_ROOT;
	hlist_add_head(&q->node, h);
	list_add_tail(&q->lru, &st->lru);
	st->mem += (u32)sizeof(*q);
	timer_setup(&q->timer, ipq_expire);
	mod_timer(&q->timer, ktime_get_ns() + net->ipv4->sysctl_ipfrag_time *
						      NSEC_PER_SEC);
	return q;
}

/* The oldest datagrams make room for @need more bytes. */
static void ipq_evict(struct net *net, u32 need)
{
	struct ipq_state *st = net->ipv4->frags;
	u32 limit = net->ipv4->sysctl_ipfrag_high_thresh;

	while (st->mem + need > limit && !list_empty(&st->lru))
		ipq_fail(list_first_entry(&st->lru, struct ipq, lru),
			 SKB_DROP_REASON_FRAG_LIMIT);
}

/* Whether @q's identification has probably been reused; notes this piece. */
static bool ipq_too_far(struct ipq *q)
{
	struct netns_ipv4 *n = q->net->ipv4;
	u64 h = siphash_1u32((__force u32)q->saddr, &n->frags->key);
	u32 *rid = &n->frags->peer_rid[h % IPQ_PEERS], since;

	since = ++*rid - q->rid;
	q->rid = *rid;
	return n->sysctl_ipfrag_max_dist && q->last &&
	       since > n->sysctl_ipfrag_max_dist;
}

/* --- one piece --- */

/* 1: put in; 0: exactly what we have already; -1: it overlaps. */
static int ipq_insert(struct ipq *q, struct sk_buff *skb)
{
	struct rb_node **link = &q->frags.rb_node, *parent = NULL;
	const struct ipfrag_cb *cb = FRAG_CB(skb), *at;

	/* Pieces mostly come in order: start at the end. */
	if (q->last && FRAG_CB(q->last)->end <= cb->offset) {
		parent = &q->last->rbnode;
		link = &parent->right;
	}
	while (*link) {
		parent = *link;
		at = FRAG_CB(frag_skb(parent));
		if (cb->end <= at->offset)
			link = &parent->left;
		else if (cb->offset >= at->end)
			link = &parent->right;
		else
			return at->offset == cb->offset && at->end == cb->end
				       ? 0
				       : -1;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &q->frags);
	if (!q->last || FRAG_CB(q->last)->offset < cb->offset)
		q->last = skb;
	return 1;
}

/* Offsets that make sense with what is known of the datagram's end. */
static bool ipq_bounds_ok(struct ipq *q, u32 offset, u32 end, bool more)
{
	if (end > IP_MAX_MTU - sizeof(struct iphdr) || end <= offset)
		return false;
	if (more)
		return (end & 7) == 0 && (!q->seen_end || end <= q->len);
	if (q->seen_end ? end != q->len : end < q->len)
		return false;
	q->seen_end = true;
	q->len = end;
	return true;
}

/* Strip the header, keep what @q needs; the reason to drop, or 0. */
static enum skb_drop_reason ipq_add(struct ipq *q, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	u32 flags = ntohs(iph->frag_off), hlen = ip_hdrlen(skb);
	u32 offset = (flags & IP_OFFSET) * 8, end = offset + skb->len - hlen;
	u8 ecn = (u8)BIT(iph->tos & IPTOS_ECN_MASK);
	int placed;

	if (!ipq_bounds_ok(q, offset, end, flags & IP_MF))
		return SKB_DROP_REASON_IP_INHDR;
	if (!skb_pull(skb, hlen))
		return SKB_DROP_REASON_NOMEM;
	FRAG_CB(skb)->offset = offset;
	FRAG_CB(skb)->end = end;
	placed = ipq_insert(q, skb);
	if (placed <= 0)
		return placed ? SKB_DROP_REASON_FRAG_OVERLAP
			      : SKB_DROP_REASON_DUP_FRAG;
	q->ecn |= ecn;
	q->meat += end - offset;
	q->mem += skb->truesize;
	q->net->ipv4->frags->mem += skb->truesize;
	if (end > q->len)
		q->len = end;
	return SKB_DROP_REASON_NOT_SPECIFIED;
}

/* --- the whole --- */

/* RFC 3168, section 5.3: congestion seen by any piece was seen by all; a mix
 * of ECN-capable and not is an error. */
static bool ipq_ecn(const struct ipq *q, u8 *tos)
{
	bool not_ect = q->ecn & BIT(0), ce = q->ecn & BIT(3);

	if (not_ect && q->ecn != BIT(0))
		return !ce;
	if (ce)
		*tos |= IPTOS_ECN_MASK;
	return true;
}

static struct sk_buff *ipq_take_first(struct ipq *q)
{
	struct sk_buff *skb = frag_skb(rb_first(&q->frags));

	rb_erase(&skb->rbnode, &q->frags);
	skb->next = NULL;
	skb->prev = NULL;
	return skb;
}

/* Hang the other pieces on @head, which has its header in front again. */
static void ipq_chain(struct ipq *q, struct sk_buff *head)
{
	struct sk_buff **tail = &skb_shinfo(head)->frag_list, *f;

	while (!RB_EMPTY_ROOT(&q->frags)) {
		f = ipq_take_first(q);
		skb_dst_drop(f);
		*tail = f;
		tail = &f->next;
		head->len += f->len;
		head->data_len += f->len;
		head->truesize += f->truesize;
	}
}

/* The first piece must be ours to write and free for a frag_list. */
static bool ipq_head_ready(struct sk_buff *head)
{
	if (skb_cloned(head) && pskb_expand_head(head, 0, 0, GFP_ATOMIC))
		return false;
	if (skb_shinfo(head)->frag_list && skb_linearize(head))
		return false;
	return true;
}

/* Everything is here: make one packet of it; NULL: no memory, or refused. */
static struct sk_buff *ipq_reassemble(struct ipq *q)
{
	struct sk_buff *head = frag_skb(rb_first(&q->frags));
	struct net *net = q->net;
	u8 tos = ip_hdr(head)->tos;
	struct iphdr *iph;
	u32 hlen;

	if (!ipq_ecn(q, &tos) || ip_hdrlen(head) + q->len > IP_MAX_MTU ||
	    !ipq_head_ready(head)) {
		ipq_fail(q, SKB_DROP_REASON_FRAG_LIMIT);
		return NULL;
	}
	hlen = ip_hdrlen(head);
	head = ipq_take_first(q);
	skb_push(head, hlen);
	ipq_chain(q, head);
	head->ip_summed = CHECKSUM_NONE;
	iph = ip_hdr(head);
	iph->tot_len = htons((u16)head->len);
	iph->frag_off = 0;
	iph->tos = tos;
	ip_send_check(iph);
	IPCB(head)->flags |= IPSKB_FRAG_COMPLETE;
	ipq_kill(q, SKB_DROP_REASON_NOT_SPECIFIED);
	NET_INC_STATS(net, Ip_ReasmOKs);
	return head;
}

/**
 * ip_defrag() - Take a fragment.
 * @net: the stack.
 * @skb: starts at the IP header; checked, trimmed to its length.
 *
 * Ownership: consumes @skb.
 * Context:   softirq.
 * Return:    the whole datagram, starting at its IP header, as the caller's;
 *            or NULL: more pieces are missing, or it was refused.
 */
struct sk_buff *ip_defrag(struct net *net, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct dst_entry *dst = dst_clone(skb_dst(skb));
	enum skb_drop_reason reason;
	struct hlist_head *h;
	struct ipq *q;

	NET_INC_STATS(net, Ip_ReasmReqds);
	skb_dst_drop(skb);
	ipq_evict(net, skb->truesize);
	h = ipq_bucket(net->ipv4->frags, iph);
	q = ipq_find(h, iph, (int)skb->skb_iif);
	if (q && ipq_too_far(q)) {
		ipq_fail(q, SKB_DROP_REASON_FRAG_TOO_FAR);
		q = NULL;
	}
	if (!q) {
		q = ipq_new(net, h, iph, (int)skb->skb_iif);
		if (q)
			ipq_too_far(q);
	}
	if (!q) {
		NET_INC_STATS(net, Ip_ReasmFails);
		dst_release(dst);
		kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
		return NULL;
	}
	reason = ipq_add(q, skb);
	if (reason != SKB_DROP_REASON_NOT_SPECIFIED) {
		dst_release(dst);
		kfree_skb_reason(skb, reason);
		/* A repeated piece does no harm; a wrong one spoils all. */
		if (reason != SKB_DROP_REASON_DUP_FRAG)
			ipq_fail(q, reason);
		return NULL;
	}
	if (!q->seen_end || q->meat != q->len) {
		dst_release(dst);
		return NULL;
	}
	skb = ipq_reassemble(q);
	if (skb)
		skb_dst_set(skb, dst);
	else
		dst_release(dst);
	return skb;
}

/**
 * ip_defrag_net_init() - Make a stack's fragment store.
 * @net: the stack.
 *
 * Return: 0 or -ENOMEM.
 */
int ip_defrag_net_init(struct net *net)
{
	struct ipq_state *st = kzalloc(sizeof(*st), GFP_KERNEL);

	if (!st)
		return -ENOMEM;
	INIT_LIST_HEAD(&st->lru);
	get_random_bytes(&st->key, sizeof(st->key));
	net->ipv4->frags = st;
	return 0;
}

/**
 * ip_defrag_flush() - Drop every incomplete datagram of a stack.
 * @net: the stack.
 *
 * Context: task.
 */
void ip_defrag_flush(struct net *net)
{
	struct ipq_state *st = net->ipv4->frags;

	local_bh_disable();
	while (!list_empty(&st->lru))
		ipq_kill(list_first_entry(&st->lru, struct ipq, lru),
			 SKB_DROP_REASON_SOCKET_DESTROYED);
	local_bh_enable();
}

/**
 * ip_defrag_net_exit() - Undo ip_defrag_net_init().
 * @net: the stack.
 */
void ip_defrag_net_exit(struct net *net)
{
	ip_defrag_flush(net);
	kfree(net->ipv4->frags);
	net->ipv4->frags = NULL;
}

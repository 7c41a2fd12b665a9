// SPDX-License-Identifier: MIT
/*
 * DOC: the retransmit queue of a connection, and cutting what is queued.
 *
 * Unsent data is a list (sk_write_queue); sent and unacknowledged data is a
 * red-black tree by sequence number (tcp_rtx_queue), so that the place a SACK
 * block names is found in O(log n). Beside it runs tsorted_sent_queue, the same
 * packets in the order in which they were last sent, which RACK walks.
 *
 * Called by tcp_output.c, tcp_ack.c and tcp_sack.c with the socket locked.
 * packets_out, sacked_out, lost_out and retrans_out count segments, not skbs:
 * whoever cuts or drops part of an skb corrects them here.
 */
#include "net/ipv4/tcp_int.h"

/**
 * tcp_rtx_queue_head() - The oldest unacknowledged packet.
 * @sk: locked.
 *
 * Return: it, or NULL.
 */
struct sk_buff *tcp_rtx_queue_head(const struct sock *sk)
{
	return rb_to_skb(rb_first(&sk->tcp_rtx_queue));
}

/**
 * tcp_rtx_queue_tail() - The unacknowledged packet of highest sequence.
 * @sk: locked.
 *
 * Return: it, or NULL.
 */
struct sk_buff *tcp_rtx_queue_tail(const struct sock *sk)
{
	return rb_to_skb(rb_last(&sk->tcp_rtx_queue));
}

/**
 * tcp_rtx_find() - Look up an unacknowledged packet by sequence number.
 * @sk:  locked.
 * @seq: the number.
 *
 * Return: the packet that holds @seq, else the first beyond it, else NULL; in
 * O(log n).
 */
struct sk_buff *tcp_rtx_find(const struct sock *sk, u32 seq)
{
	struct rb_node *n = sk->tcp_rtx_queue.rb_node;
	struct sk_buff *skb, *beyond = NULL;

	while (n) {
		skb = rb_to_skb(n);
		if (before(seq, TCP_SKB_CB(skb)->seq)) {
			beyond = skb;
			n = n->left;
		} else if (!before(seq, TCP_SKB_CB(skb)->end_seq)) {
			n = n->right;
		} else {
			return skb;
		}
	}
	return beyond;
}

/**
 * tcp_rtx_queue_insert() - Put a packet in its place among the unacknowledged.
 * @sk:  locked.
 * @skb: on no queue.
 *
 * Ownership: the queue's.
 */
void tcp_rtx_queue_insert(struct sock *sk, struct sk_buff *skb)
{
	struct rb_node **link = &sk->tcp_rtx_queue.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (before(TCP_SKB_CB(skb)->seq,
			   TCP_SKB_CB(rb_to_skb(parent))->seq))
			link = &parent->left;
		else
			link = &parent->right;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &sk->tcp_rtx_queue);
}

static void tcp_rtx_queue_unlink(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->retransmit_skb_hint == skb)
		tp->retransmit_skb_hint = NULL;
	if (tp->highest_sack == skb)
		tp->highest_sack = tcp_skb_rb_next(skb);
	list_del_init(&skb->tcp_tsorted_anchor);
	rb_erase(&skb->rbnode, &sk->tcp_rtx_queue);
	skb->next = NULL;
	skb->prev = NULL;
}

/**
 * tcp_rtx_queue_unlink_and_free() - The peer has all of this packet.
 * @skb: in the retransmit queue.
 * @sk:  locked.
 *
 * Ownership: consumes @skb; a clone below may live on.
 */
void tcp_rtx_queue_unlink_and_free(struct sk_buff *skb, struct sock *sk)
{
	tcp_rtx_queue_unlink(sk, skb);
	tcp_wmem_free_skb(sk, skb);
}

/**
 * tcp_write_queue_purge() - Forget everything that was sent or is to be.
 * @sk: locked; the connection has ended.
 */
void tcp_write_queue_purge(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	while ((skb = __skb_dequeue(&sk->sk_write_queue)))
		tcp_wmem_free_skb(sk, skb);
	tp->highest_sack = NULL;
	while ((skb = rb_to_skb(sk->tcp_rtx_queue.rb_node)))
		tcp_rtx_queue_unlink_and_free(skb, sk);
	INIT_LIST_HEAD(&tp->tsorted_sent_queue);
	tp->retransmit_skb_hint = NULL;
	tp->highest_sack = NULL;
	tp->packets_out = 0;
	tp->sacked_out = 0;
	tp->lost_out = 0;
	tp->retrans_out = 0;
	inet_csk(sk)->icsk_backoff = 0;
}

/**
 * tcp_set_skb_tso_segs() - Count the segments that a packet stands for.
 * @skb:     a stream packet.
 * @mss_now: bytes of a segment.
 */
void tcp_set_skb_tso_segs(struct sk_buff *skb, u32 mss_now)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (skb->len <= mss_now) {
		cb->tcp_gso_segs = 1;
		cb->tcp_gso_size = 0;
	} else {
		cb->tcp_gso_segs = (u16)DIV_ROUND_UP(skb->len, mss_now);
		cb->tcp_gso_size = (u16)mss_now;
	}
}

/**
 * tcp_adjust_pcount() - A packet stands for fewer segments than was counted.
 * @sk:   locked.
 * @skb:  sent and unacknowledged; its marks tell which counters it is in.
 * @decr: by how many; negative: more.
 */
void tcp_adjust_pcount(struct sock *sk, const struct sk_buff *skb, int decr)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 sacked = TCP_SKB_CB(skb)->sacked;

	tp->packets_out -= decr;
	if (sacked & TCPCB_SACKED_ACKED)
		tp->sacked_out -= decr;
	if (sacked & TCPCB_SACKED_RETRANS)
		tp->retrans_out -= decr;
	if (sacked & TCPCB_LOST)
		tp->lost_out -= decr;
	/* Without SACK, sacked_out is an estimate from duplicate ACKs. */
	if (!tcp_is_sack(tp) && decr > 0)
		tp->sacked_out -= min(tp->sacked_out, (u32)decr);
}

/**
 * tcp_skb_unclone() - Make a packet's buffer its own, so that it may change.
 * @sk:  locked; charged with what the copy costs more.
 * @skb: a clone of it may still be below.
 * @gfp: for the copy.
 *
 * Return: 0; -ENOMEM.
 */
int tcp_skb_unclone(struct sock *sk, struct sk_buff *skb, gfp_t gfp)
{
	u32 truesize = skb->truesize;
	int err;

	if (!skb_cloned(skb))
		return 0;
	err = pskb_expand_head(skb, 0, 0, gfp);
	sk->sk_wmem_queued += skb->truesize - truesize;
	return err;
}

/**
 * tcp_skb_append() - Append the bytes of one queued packet to another.
 * @sk:   locked; charged with what @to costs more.
 * @to:   of a queue.
 * @from: its bytes come next. It keeps them, too: the caller frees it.
 * @gfp:  for a copy of what a clone of @to may hold.
 *
 * Return: false if they do not fit without copying fragments, or without
 * memory: nothing has changed.
 */
bool tcp_skb_append(struct sock *sk, struct sk_buff *to,
		    const struct sk_buff *from, gfp_t gfp)
{
	const struct skb_shared_info *a, *b = skb_shinfo(from);
	u32 i, head = skb_headlen(from);

	if (tcp_skb_unclone(sk, to, gfp) != 0)
		return false;
	a = skb_shinfo(to);
	if (head && (head > skb_tailroom(to) || skb_is_nonlinear(to)))
		return false;
	if (a->nr_frags + b->nr_frags > MAX_SKB_FRAGS)
		return false;
	TCP_SKB_CB(to)->summed = 0;
	if (head)
		memcpy(skb_put(to, head), from->data, head);
	for (i = 0; i < b->nr_frags; i++) {
		const skb_frag_t *f = &b->frags[i];

		get_page(f->page);
		skb_fill_page_desc(to, a->nr_frags, f->page, f->offset,
				   f->size);
	}
	to->len += from->data_len;
	to->data_len += from->data_len;
	to->truesize += from->data_len;
	sk->sk_wmem_queued += from->data_len;
	return true;
}

/* A time stamp request belongs to the part that has the byte it names. */
static void tcp_fragment_tstamp(struct sk_buff *skb, struct sk_buff *rest)
{
	struct skb_shared_info *si = skb_shinfo(skb);
	struct skb_shared_info *si2 = skb_shinfo(rest);

	if (likely(!tcp_has_tx_tstamp(skb)) ||
	    before(si->tskey, TCP_SKB_CB(rest)->seq))
		return;
	si2->tx_flags = si->tx_flags;
	si->tx_flags = 0;
	si2->tskey = si->tskey;
	TCP_SKB_CB(rest)->txstamp_ack = TCP_SKB_CB(skb)->txstamp_ack;
	TCP_SKB_CB(skb)->txstamp_ack = 0;
}

/* The control blocks of the two parts, cut @len bytes after the start. */
static void tcp_fragment_cb(struct sk_buff *skb, struct sk_buff *rest, u32 len)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb), *cb2 = TCP_SKB_CB(rest);

	cb->summed = 0;
	*cb2 = *cb;
	cb2->seq = cb->seq + len;
	cb->end_seq = cb2->seq;
	/* PSH and FIN are of the last byte; a SYN cannot be in both. */
	cb->tcp_flags &= (u8) ~(TCPHDR_FIN | TCPHDR_PSH);
	cb2->tcp_flags &= (u8)~TCPHDR_SYN;
	cb->eor = 0;
	rest->tstamp = skb->tstamp;
	rest->priority = skb->priority;
	rest->mark = skb->mark;
	tcp_fragment_tstamp(skb, rest);
}

/*
 * Small SACKs can make a peer cut our queue to pieces that cost far more
 * memory than their data (CVE-2019-11478): beyond twice the send buffer only
 * the ends may be cut.
 */
static bool tcp_fragment_refused(const struct sock *sk, bool rtx_queue,
				 const struct sk_buff *skb)
{
	u32 limit = sk->sk_sndbuf + 2 * SKB_TRUESIZE(65536);

	return rtx_queue && (sk->sk_wmem_queued >> 1) > limit &&
	       skb != tcp_rtx_queue_head(sk) && skb != tcp_rtx_queue_tail(sk);
}

/**
 * tcp_fragment() - Cut a queued packet in two.
 * @sk:        locked.
 * @rtx_queue: @skb is in the retransmit queue, else in the write queue.
 * @skb:       keeps its first @len bytes.
 * @len:       bytes; less than the packet's.
 * @mss_now:   segment size by which both parts are counted.
 * @gfp:       for the second part, which follows the first in its queue.
 *
 * Return: 0; -EINVAL for a bad @len; -ENOMEM.
 */
int tcp_fragment(struct sock *sk, bool rtx_queue, struct sk_buff *skb, u32 len,
		 u32 mss_now, gfp_t gfp)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 linear, old_pcount = tcp_skb_pcount(skb);
	struct sk_buff *rest;
	int diff;

	if (WARN_ON(len == 0 || len >= skb->len))
		return -EINVAL;
	if (unlikely(tcp_fragment_refused(sk, rtx_queue, skb)))
		return -ENOMEM;
	if (tcp_skb_unclone(sk, skb, gfp) != 0)
		return -ENOMEM;
	linear = len < skb_headlen(skb) ? skb_headlen(skb) - len : 0;
	rest = tcp_stream_alloc_skb(sk, linear, gfp, true);
	if (!rest)
		return -ENOMEM;

	tcp_fragment_cb(skb, rest, len);
	skb_split(skb, rest, len);
	/* The pages' cost moves along; the sum charged stays. */
	skb->truesize -= rest->data_len;
	rest->truesize += rest->data_len;

	if (old_pcount) {
		tcp_set_skb_tso_segs(skb, mss_now);
		tcp_set_skb_tso_segs(rest, mss_now);
		/* When the first part went the second was not in flight yet. */
		if (rtx_queue)
			TCP_SKB_CB(skb)->tx_in_flight -=
				min(TCP_SKB_CB(skb)->tx_in_flight,
				    tcp_skb_pcount(rest));
	}
	if (!rtx_queue) {
		__skb_queue_after(&sk->sk_write_queue, skb, rest);
		return 0;
	}
	diff = (int)(old_pcount - tcp_skb_pcount(skb) - tcp_skb_pcount(rest));
	if (diff && !before(tp->snd_nxt, TCP_SKB_CB(rest)->end_seq))
		tcp_adjust_pcount(sk, skb, diff);
	tcp_rtx_queue_insert(sk, rest);
	if (!list_empty(&skb->tcp_tsorted_anchor))
		list_add(&rest->tcp_tsorted_anchor, &skb->tcp_tsorted_anchor);
	return 0;
}

/* Take @len bytes off the fragments' front. */
static void tcp_pull_frags(struct sk_buff *skb, u32 len)
{
	struct skb_shared_info *si = skb_shinfo(skb);
	u32 i, kept = 0, eaten = len;

	for (i = 0; i < si->nr_frags; i++) {
		skb_frag_t *f = &si->frags[i];

		if (f->size <= eaten) {
			eaten -= f->size;
			put_page(f->page);
			continue;
		}
		f->offset += eaten;
		f->size -= eaten;
		eaten = 0;
		si->frags[kept++] = *f;
	}
	si->nr_frags = (u8)kept;
	skb->len -= len;
	skb->data_len -= len;
}

/**
 * tcp_trim_head() - The peer has acknowledged the beginning of a packet.
 * @sk:  locked.
 * @skb: in the retransmit queue.
 * @len: bytes to drop; less than the packet's.
 *
 * Return: 0; -ENOMEM: nothing has changed.
 */
int tcp_trim_head(struct sock *sk, struct sk_buff *skb, u32 len)
{
	u32 linear = min(len, skb_headlen(skb));
	u32 freed = len - linear;

	if (tcp_skb_unclone(sk, skb, GFP_ATOMIC) != 0)
		return -ENOMEM;
	if (linear)
		skb_pull(skb, linear);
	if (freed) {
		tcp_pull_frags(skb, freed);
		freed = min(freed, skb->truesize);
		skb->truesize -= freed;
		sk->sk_wmem_queued -= freed;
	}
	TCP_SKB_CB(skb)->seq += len;
	TCP_SKB_CB(skb)->summed = 0;
	if (tcp_skb_pcount(skb) > 1)
		tcp_set_skb_tso_segs(skb, tcp_skb_mss(skb));
	return 0;
}

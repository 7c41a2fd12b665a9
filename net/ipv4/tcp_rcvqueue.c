// SPDX-License-Identifier: MIT
/*
 * DOC: payload on its way to the program: in order to sk_receive_queue, out of
 * order to a tree by sequence until the gap is filled (RFC 9293, section
 * 3.10.7.4). What arrives twice is reported by D-SACK (RFC 2883), what waits
 * beyond a gap by SACK blocks, the newest first (RFC 2018, section 4).
 *
 * Called by tcp_input.c with the socket locked, after the sequence check.
 * Memory is bounded by sk_rcvbuf, counted by truesize: over it, the tree gives
 * up its far end first, and at last new segments are dropped. A segment that
 * fits into the free end of the one before it is copied there, so that
 * thousands of tiny ones cost little.
 */
#include "net/ipv4/tcp_int.h"

#define TCP_NUM_SACKS 4

/* --- SACK blocks that we send --- */

/* Grow @b by [seq, end) if they touch. */
static bool sack_extend(struct tcp_sack_block *b, u32 seq, u32 end)
{
	if (after(seq, b->end_seq) || after(b->start_seq, end))
		return false;
	if (before(seq, b->start_seq))
		b->start_seq = seq;
	if (after(end, b->end_seq))
		b->end_seq = end;
	return true;
}

/**
 * tcp_dsack_set() - Tell the sender that it sent this twice.
 * @sk:      locked.
 * @seq:     first duplicate byte.
 * @end_seq: the byte after the last.
 */
void tcp_dsack_set(struct sock *sk, u32 seq, u32 end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp) || !tcp_net(sk)->sysctl_tcp_dsack)
		return;
	if (before(seq, tp->rcv_nxt))
		NET_INC_STATS(sock_net(sk), TcpExt_TCPDSACKOldSent);
	else
		NET_INC_STATS(sock_net(sk), TcpExt_TCPDSACKOfoSent);
	tp->rx_opt.dsack = 1;
	tp->duplicate_sack[0].start_seq = seq;
	tp->duplicate_sack[0].end_seq = end_seq;
}

static void dsack_extend(struct sock *sk, u32 seq, u32 end_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->rx_opt.dsack)
		tcp_dsack_set(sk, seq, end_seq);
	else
		sack_extend(tp->duplicate_sack, seq, end_seq);
}

static void sack_remove_at(struct tcp_sock *tp, u32 i)
{
	for (; i + 1 < tp->rx_opt.num_sacks; i++)
		tp->selective_acks[i] = tp->selective_acks[i + 1];
	tp->rx_opt.num_sacks--;
}

/* The first block has grown: it may touch others now. */
static void sack_coalesce_first(struct tcp_sock *tp)
{
	struct tcp_sack_block *b = tp->selective_acks;
	u32 i = 1;

	while (i < tp->rx_opt.num_sacks) {
		if (sack_extend(b, b[i].start_seq, b[i].end_seq))
			sack_remove_at(tp, i);
		else
			i++;
	}
}

/* [seq, end) was just queued: its block comes first. */
static void sack_new_ofo(struct sock *sk, u32 seq, u32 end)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sack_block *b = tp->selective_acks, cur = { seq, end };
	u32 i, n = tp->rx_opt.num_sacks;

	for (i = 0; i < n; i++) {
		if (sack_extend(&b[i], seq, end)) {
			/* An ACK with time stamps has room for three. */
			if (i >= 3)
				tcp_comp_ack_flush(sk);
			cur = b[i];
			sack_remove_at(tp, i);
			break;
		}
	}
	/* The last block falls off: let it be told before. */
	if (tp->rx_opt.num_sacks == TCP_NUM_SACKS)
		tcp_comp_ack_flush(sk);
	n = min((u32)tp->rx_opt.num_sacks, TCP_NUM_SACKS - 1U);
	for (i = n; i > 0; i--)
		b[i] = b[i - 1];
	b[0] = cur;
	tp->rx_opt.num_sacks = (u8)(n + 1);
	sack_coalesce_first(tp);
}

/* rcv_nxt has advanced: blocks below it are acknowledged. */
static void sack_remove(struct tcp_sock *tp)
{
	u32 i = 0;

	if (RB_EMPTY_ROOT(&tp->out_of_order_queue)) {
		tp->rx_opt.num_sacks = 0;
		return;
	}
	while (i < tp->rx_opt.num_sacks) {
		if (!before(tp->rcv_nxt, tp->selective_acks[i].start_seq))
			sack_remove_at(tp, i);
		else
			i++;
	}
}

/**
 * tcp_send_dupack() - An unacceptable segment: answer with an ACK at once.
 * @sk:  locked.
 * @skb: the segment; a duplicate is reported by D-SACK.
 */
void tcp_send_dupack(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 end = cb->end_seq;

	if (cb->end_seq != cb->seq && before(cb->seq, tp->rcv_nxt)) {
		NET_INC_STATS(sock_net(sk), TcpExt_DelayedACKLost);
		tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
		if (after(end, tp->rcv_nxt))
			end = tp->rcv_nxt;
		tcp_dsack_set(sk, cb->seq, end);
	}
	tcp_send_ack(sk);
}

/* --- memory --- */

static void ofo_drop(struct tcp_sock *tp, struct sk_buff *skb,
		     enum skb_drop_reason reason)
{
	if (tp->ooo_last_skb == skb)
		tp->ooo_last_skb = tcp_skb_rb_prev(skb);
	rb_erase(&skb->rbnode, &tp->out_of_order_queue);
	skb->next = NULL;
	skb->prev = NULL;
	kfree_skb_reason(skb, reason);
}

/*
 * Give up the far end of what is out of order, an eighth of the buffer at a
 * time. The sender has SACKs for it and must resend: RFC 2018, section 8
 * permits that, as a last resort.
 */
static bool prune_ofo_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 floor = sk->sk_rmem_alloc > sk->sk_rcvbuf >> 3
			    ? sk->sk_rmem_alloc - (sk->sk_rcvbuf >> 3)
			    : 0;

	if (RB_EMPTY_ROOT(&tp->out_of_order_queue))
		return false;
	NET_INC_STATS(sock_net(sk), TcpExt_OfoPruned);
	while (tp->ooo_last_skb &&
	       (sk->sk_rmem_alloc > floor || sk->sk_rmem_alloc > sk->sk_rcvbuf))
		ofo_drop(tp, tp->ooo_last_skb,
			 SKB_DROP_REASON_TCP_OFO_QUEUE_PRUNE);
	tp->rx_opt.num_sacks = 0;
	tp->rx_opt.dsack = 0;
	return true;
}

/* Within its buffer; and with little memory free within tcp_rmem[0], or many
 * peers, each within its window, could take all that the machine has. */
static bool rmem_fits(const struct sock *sk)
{
	return sk->sk_rmem_alloc <= sk->sk_rcvbuf &&
	       (sk->sk_rmem_alloc <= tcp_net(sk)->sysctl_tcp_rmem[0] ||
		likely(!tcp_memory_is_short()));
}

/* Room for one more packet? Return: false to drop it. */
static bool rmem_schedule(struct sock *sk)
{
	if (likely(rmem_fits(sk)))
		return true;
	NET_INC_STATS(sock_net(sk), TcpExt_PruneCalled);
	tcp_clamp_window(sk);
	if (rmem_fits(sk))
		return true;
	prune_ofo_queue(sk);
	if (rmem_fits(sk))
		return true;
	NET_INC_STATS(sock_net(sk), TcpExt_RcvPruned);
	return false;
}

/*
 * Copy a small packet into the free end of the one before it in sequence.
 *
 * Return: true if @from is not needed any more; it stays the caller's.
 */
static bool try_coalesce(struct sock *sk, struct sk_buff *to,
			 struct sk_buff *from)
{
	struct tcp_skb_cb *a = TCP_SKB_CB(to), *b = TCP_SKB_CB(from);
	void *p;

	if (a->end_seq != b->seq || (a->tcp_flags & TCPHDR_FIN) ||
	    from->len > skb_tailroom(to) || skb_cloned(to) ||
	    skb_is_nonlinear(from) || !from->len)
		return false;
	p = skb_put(to, from->len);
	memcpy(p, from->data, from->len);
	a->end_seq = b->end_seq;
	a->ack_seq = b->ack_seq;
	a->tcp_flags |= b->tcp_flags;
	to->tstamp = from->tstamp;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPRcvCoalesce);
	return true;
}

/* --- in order --- */

static void rcv_nxt_update(struct tcp_sock *tp, u32 seq)
{
	tp->bytes_received += seq - tp->rcv_nxt;
	tp->rcv_nxt = seq;
}

/* Append to what the program reads. Return: true if it was copied into the
 * packet before: @skb is then the caller's to free. */
static bool queue_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);

	if (tail && try_coalesce(sk, tail, skb)) {
		rcv_nxt_update(tcp_sk(sk), TCP_SKB_CB(skb)->end_seq);
		return true;
	}
	rcv_nxt_update(tcp_sk(sk), TCP_SKB_CB(skb)->end_seq);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	if (!skb->destructor)
		skb_set_owner_r(skb, sk);
	return false;
}

/* The gap is filled: move what follows it, reporting what came twice. */
static void ofo_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const u32 dsack_high = tp->rcv_nxt;
	struct sk_buff *skb;
	bool fin, eaten;

	while ((skb = rb_to_skb(rb_first(&tp->out_of_order_queue)))) {
		struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		if (after(cb->seq, tp->rcv_nxt))
			break;
		if (before(cb->seq, dsack_high)) {
			u32 dsack = dsack_high;

			/* RFC 2883, section 4: the duplicate, no more. */
			if (before(cb->end_seq, dsack))
				dsack = cb->end_seq;
			dsack_extend(sk, cb->seq, dsack);
		}
		if (tp->ooo_last_skb == skb)
			tp->ooo_last_skb = NULL;
		rb_erase(&skb->rbnode, &tp->out_of_order_queue);
		skb->next = NULL;
		skb->prev = NULL;
		if (unlikely(!after(cb->end_seq, tp->rcv_nxt))) {
			kfree_skb_reason(skb, SKB_DROP_REASON_TCP_OLD_DATA);
			continue;
		}
		fin = cb->tcp_flags & TCPHDR_FIN;
		eaten = queue_rcv(sk, skb);
		if (eaten)
			consume_skb(skb);
		if (unlikely(fin)) {
			/* Nothing can follow a FIN. */
			tcp_fin(sk);
			break;
		}
	}
}

static void data_in_order(struct sock *sk, struct sk_buff *skb)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	bool fin = TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN;
	bool eaten = queue_rcv(sk, skb);

	if (skb->len)
		tcp_event_data_recv(sk, skb);
	if (fin)
		tcp_fin(sk);
	if (!RB_EMPTY_ROOT(&tp->out_of_order_queue)) {
		ofo_queue(sk);
		/* RFC 5681, section 4.2: at once when a gap is filled. */
		if (RB_EMPTY_ROOT(&tp->out_of_order_queue))
			icsk->icsk_ack.pending |= ICSK_ACK_NOW;
	}
	if (tp->rx_opt.num_sacks)
		sack_remove(tp);
	if (eaten)
		consume_skb(skb);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}

/* --- out of order --- */

/* Packets that @skb covers, wholly or in part, to the right of it. */
static void ofo_merge_right(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 end = TCP_SKB_CB(skb)->end_seq;
	struct sk_buff *next;

	while ((next = tcp_skb_rb_next(skb))) {
		struct tcp_skb_cb *cb = TCP_SKB_CB(next);

		if (!after(end, cb->seq))
			return;
		if (before(end, cb->end_seq)) {
			dsack_extend(sk, cb->seq, end);
			return;
		}
		dsack_extend(sk, cb->seq, cb->end_seq);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPOFOMerge);
		ofo_drop(tp, next, SKB_DROP_REASON_TCP_OFOMERGE);
	}
	tp->ooo_last_skb = skb;
}

enum ofo_result {
	OFO_QUEUED,
	OFO_COPIED,
	OFO_DUPLICATE
};

/* A same-start packet that @skb covers gives its place to it. */
static void ofo_replace(struct sock *sk, struct sk_buff *old,
			struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(old);

	rb_replace_node(&old->rbnode, &skb->rbnode, &tp->out_of_order_queue);
	if (tp->ooo_last_skb == old)
		tp->ooo_last_skb = skb;
	dsack_extend(sk, cb->seq, cb->end_seq);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPOFOMerge);
	old->next = NULL;
	old->prev = NULL;
	kfree_skb_reason(old, SKB_DROP_REASON_TCP_OFOMERGE);
}

static enum ofo_result ofo_insert(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node **link = &tp->out_of_order_queue.rb_node;
	struct rb_node *parent = NULL;
	u32 seq = TCP_SKB_CB(skb)->seq, end = TCP_SKB_CB(skb)->end_seq;
	struct sk_buff *last = tp->ooo_last_skb;

	/* The usual case: behind everything. */
	if (last && !before(seq, TCP_SKB_CB(last)->end_seq)) {
		if (try_coalesce(sk, last, skb))
			return OFO_COPIED;
		parent = &last->rbnode;
		link = &parent->right;
	}
	while (*link) {
		struct sk_buff *cur = rb_to_skb(*link);
		const struct tcp_skb_cb *cb = TCP_SKB_CB(cur);

		parent = *link;
		if (before(seq, cb->seq)) {
			link = &parent->left;
			continue;
		}
		if (before(seq, cb->end_seq)) {
			if (!after(end, cb->end_seq)) {
				tcp_dsack_set(sk, seq, end);
				return OFO_DUPLICATE;
			}
			if (!after(seq, cb->seq)) {
				ofo_replace(sk, cur, skb);
				ofo_merge_right(sk, skb);
				return OFO_QUEUED;
			}
			tcp_dsack_set(sk, seq, cb->end_seq);
		} else if (seq == cb->end_seq) {
			struct sk_buff *next = tcp_skb_rb_next(cur);

			if ((!next || !after(end, TCP_SKB_CB(next)->seq)) &&
			    try_coalesce(sk, cur, skb))
				return OFO_COPIED;
		}
		link = &parent->right;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &tp->out_of_order_queue);
	ofo_merge_right(sk, skb);
	return OFO_QUEUED;
}

static void data_queue_ofo(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq, end = TCP_SKB_CB(skb)->end_seq;

	inet_csk_schedule_ack(sk);
	tcp_measure_rcv_mss(sk, skb);
	if (unlikely(!rmem_schedule(sk))) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPOFODrop);
		sk->sk_data_ready(sk);
		kfree_skb_reason(skb, SKB_DROP_REASON_PROTO_MEM);
		return;
	}
	NET_INC_STATS(sock_net(sk), TcpExt_TCPOFOQueue);
	tp->rcv_ooopack += skb_shinfo(skb)->gso_segs ?: 1;
	switch (ofo_insert(sk, skb)) {
	case OFO_QUEUED:
		if (tcp_is_sack(tp))
			tcp_grow_window(sk, skb);
		skb_set_owner_r(skb, sk);
		break;
	case OFO_COPIED:
		consume_skb(skb);
		break;
	case OFO_DUPLICATE:
		NET_INC_STATS(sock_net(sk), TcpExt_TCPOFOMerge);
		kfree_skb_reason(skb, SKB_DROP_REASON_TCP_OFOMERGE);
		break;
	}
	if (tcp_is_sack(tp))
		sack_new_ofo(sk, seq, end);
	/* Not for one that no program has accepted, or that it has closed. */
	if (sk->sk_socket)
		tcp_rcvbuf_grow(sk, tp->rcvq_space.space);
}

/* --- the entry point --- */

/* RFC 3168, section 6.1.3: the sender has reacted. Its cwnd may be one
 * segment now, so it needs this ACK. */
static void ecn_accept_cwr(struct sock *sk, const struct sk_buff *skb)
{
	if (!tcp_hdr(skb)->cwr)
		return;
	tcp_sk(sk)->ecn_flags &= (u8)~TCP_ECN_DEMAND_CWR;
	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOW;
}

/* What cannot be queued is answered at once, so that the sender learns the
 * window. */
static void out_of_window(struct sock *sk, struct sk_buff *skb,
			  enum skb_drop_reason reason)
{
	tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
	inet_csk_schedule_ack(sk);
	kfree_skb_reason(skb, reason);
}

/*
 * The buffer is full: the peer is told at once, by a window of nothing.
 *
 * Return: true: an empty queue takes one packet whatever it costs; false:
 *         @skb was dropped.
 */
static bool no_memory_but_taken(struct sock *sk, struct sk_buff *skb)
{
	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_NOMEM | ICSK_ACK_NOW;
	inet_csk_schedule_ack(sk);
	sk->sk_data_ready(sk);
	if (skb_queue_empty(&sk->sk_receive_queue) || !skb->len)
		return true;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPRcvQDrop);
	kfree_skb_reason(skb, SKB_DROP_REASON_PROTO_MEM);
	return false;
}

/**
 * tcp_data_queue() - Payload of an acceptable segment.
 * @sk:  locked.
 * @skb: with or without its TCP header before the data.
 *
 * Ownership: consumes @skb.
 * Context:   task or softirq.
 */
void tcp_data_queue(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 wnd = tcp_receive_window(tp);

	if (cb->seq == cb->end_seq) {
		consume_skb(skb);
		return;
	}
	skb_dst_drop(skb);
	if (skb->data == skb_transport_header(skb))
		skb_pull(skb, tcp_hdr(skb)->doff * 4U);
	ecn_accept_cwr(sk, skb);
	tp->rx_opt.dsack = 0;

	if (!after(cb->end_seq, tp->rcv_nxt)) {
		/* All of it is old: our ACK was lost, or it was resent. */
		NET_INC_STATS(sock_net(sk), TcpExt_DelayedACKLost);
		tcp_dsack_set(sk, cb->seq, cb->end_seq);
		out_of_window(sk, skb, SKB_DROP_REASON_TCP_OLD_DATA);
		return;
	}
	if (!before(cb->seq, tp->rcv_nxt + wnd) && cb->seq != tp->rcv_nxt) {
		out_of_window(sk, skb, SKB_DROP_REASON_TCP_OVERWINDOW);
		return;
	}
	if (after(cb->seq, tp->rcv_nxt)) {
		data_queue_ofo(sk, skb);
		return;
	}
	if (before(cb->seq, tp->rcv_nxt))
		tcp_dsack_set(sk, cb->seq, tp->rcv_nxt);
	/* A bare FIN costs nothing, and refusing it could go on for ever. */
	if (unlikely(wnd == 0) &&
	    !(skb->len == 0 && (cb->tcp_flags & TCPHDR_FIN))) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPZeroWindowDrop);
		out_of_window(sk, skb, SKB_DROP_REASON_TCP_ZEROWINDOW);
		return;
	}
	if (likely(rmem_schedule(sk)) || no_memory_but_taken(sk, skb))
		data_in_order(sk, skb);
}

/* --- urgent data (RFC 6093) --- */

/* A byte of urgent data is announced at @ptr. */
static void check_urg(struct sock *sk, const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ptr = ntohs(th->urg_ptr);
	struct sk_buff *skb;

	/* As everyone does it: the pointer is to the byte after. */
	if (ptr)
		ptr--;
	ptr += ntohl(th->seq);
	if (after(tp->copied_seq, ptr) || before(ptr, tp->rcv_nxt))
		return;
	if (tp->urg_data && !after(ptr, tp->urg_seq))
		return;
	/* A new one comes while the last, unread one is next: skip that. */
	if (tp->urg_seq == tp->copied_seq && tp->urg_data &&
	    !sock_flag(sk, SOCK_URGINLINE) && tp->copied_seq != tp->rcv_nxt) {
		skb = skb_peek(&sk->sk_receive_queue);
		tp->copied_seq++;
		if (skb && !before(tp->copied_seq, TCP_SKB_CB(skb)->end_seq)) {
			__skb_unlink(skb, &sk->sk_receive_queue);
			consume_skb(skb);
		}
	}
	tp->urg_data = TCP_URG_NOTYET;
	tp->urg_seq = ptr;
}

/**
 * tcp_urg() - Look for urgent data in a segment.
 * @sk:  locked.
 * @skb: the segment; not consumed, not yet queued.
 * @th:  its header.
 */
void tcp_urg(struct sock *sk, struct sk_buff *skb, const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 hdr, at;
	u8 byte;

	if (unlikely(th->urg))
		check_urg(sk, th);
	if (likely(tp->urg_data != TCP_URG_NOTYET))
		return;
	hdr = skb->data == skb_transport_header(skb) ? th->doff * 4U : 0;
	at = tp->urg_seq - ntohl(th->seq) - th->syn;
	if (at >= skb->len || at + hdr >= skb->len)
		return;
	if (skb_copy_bits(skb, at + hdr, &byte, 1) != 0)
		return;
	tp->urg_data = (u16)(TCP_URG_VALID | byte);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: selective acknowledgements that come in (RFC 2018, 2883): which packets
 * the peer holds, what a D-SACK tells, and how far the path reorders.
 *
 * Called by tcp_ack() with the socket locked. A block is found in the
 * retransmit queue by a tree search, and what the previous ACK's blocks
 * (recv_sack_cache) already covered is skipped, so that an ACK costs
 * O(log n) for each block and O(1) for each newly SACKed packet.
 *
 * highest_sack is the first packet beyond the highest SACKed one; NULL is the
 * end of what was sent. Without SACK, sacked_out counts duplicate ACKs.
 */
#include "net/ipv4/tcp_int.h"

#define MAX_SACKS 4

/**
 * tcp_count_delivered() - Segments have reached the peer.
 * @tp:        locked.
 * @delivered: how many.
 * @ece:       their ACK had ECE.
 */
void tcp_count_delivered(struct tcp_sock *tp, u32 delivered, bool ece)
{
	tp->delivered += delivered;
	if (!ece)
		return;
	tp->delivered_ce += delivered;
	NET_ADD_STATS(sock_net((struct sock *)tp), TcpExt_TCPDeliveredCE,
		      delivered);
}

/**
 * tcp_highest_sack_seq() - The end of the highest SACKed data.
 * @tp: locked.
 *
 * Return: that; snd_una without any.
 */
u32 tcp_highest_sack_seq(const struct tcp_sock *tp)
{
	if (!tp->sacked_out)
		return tp->snd_una;
	if (!tp->highest_sack)
		return tp->snd_nxt;
	return TCP_SKB_CB(tp->highest_sack)->seq;
}

/* --- reordering --- */

/**
 * tcp_check_sack_reordering() - Data arrived after what is SACKed above it.
 * @sk:      locked.
 * @low_seq: where; how far below the highest SACK is how far the path reorders.
 * @ts:      a time stamp showed it, else a SACK or ACK.
 */
void tcp_check_sack_reordering(struct sock *sk, u32 low_seq, bool ts)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tp->mss_cache, fack = tcp_highest_sack_seq(tp), metric;

	if (!before(low_seq, fack) || !mss)
		return;
	metric = fack - low_seq;
	if (metric > tp->reordering * mss)
		tp->reordering = min(DIV_ROUND_UP(metric, mss),
				     tcp_net(sk)->sysctl_tcp_max_reordering);
	tp->reord_seen++;
	if (ts)
		NET_INC_STATS(sock_net(sk), TcpExt_TCPTSReorder);
	else
		NET_INC_STATS(sock_net(sk), TcpExt_TCPSACKReorder);
}

/* --- without SACK: an estimate from duplicate ACKs (RFC 6582) --- */

/* More duplicates than packets that can have caused them: reordering. */
static void tcp_check_reno_reordering(struct sock *sk, u32 addend)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 holes = min(max(tp->lost_out, 1U), tp->packets_out);

	if (tp->sacked_out + holes <= tp->packets_out)
		return;
	tp->sacked_out = tp->packets_out - holes;
	tp->reordering = min(tp->packets_out + addend,
			     tcp_net(sk)->sysctl_tcp_max_reordering);
	tp->reord_seen++;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPRenoReorder);
}

/**
 * tcp_add_reno_sack() - Without SACK: duplicate ACKs, so segments arrived.
 * @sk:         locked.
 * @num_dupack: how many.
 * @ece:        the ACK had ECE.
 */
void tcp_add_reno_sack(struct sock *sk, u32 num_dupack, bool ece)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior = tp->sacked_out;

	if (!num_dupack)
		return;
	tp->sacked_out += num_dupack;
	tcp_check_reno_reordering(sk, 0);
	if (tp->sacked_out > prior)
		tcp_count_delivered(tp, tp->sacked_out - prior, ece);
}

/**
 * tcp_remove_reno_sacks() - Without SACK: segments were acknowledged; one of
 * them filled the hole, the others had been counted as duplicates.
 * @sk:    locked.
 * @acked: segments that left the queue.
 * @ece:   the ACK had ECE.
 */
void tcp_remove_reno_sacks(struct sock *sk, u32 acked, bool ece)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (acked) {
		tcp_count_delivered(
			tp,
			acked > tp->sacked_out + 1 ? acked - tp->sacked_out : 1,
			ece);
		tp->sacked_out -= min(tp->sacked_out, acked - 1);
	}
	tcp_check_reno_reordering(sk, acked);
}

/**
 * tcp_reset_reno_sack() - Without SACK: forget the estimate.
 * @tp: locked.
 */
void tcp_reset_reno_sack(struct tcp_sock *tp)
{
	tp->sacked_out = 0;
}

/* --- blocks --- */

/*
 * Only what was sent and is not yet acknowledged can be SACKed; a D-SACK may
 * be older, within the episode that could still be undone.
 */
static bool block_valid(const struct tcp_sock *tp, bool dsack, u32 start,
			u32 end)
{
	if (after(end, tp->snd_nxt) || !before(start, end) ||
	    !before(start, tp->snd_nxt))
		return false;
	if (after(start, tp->snd_una))
		return true;
	if (!dsack || !tp->undo_marker || after(end, tp->snd_una))
		return false;
	if (!before(start, tp->undo_marker))
		return true;
	if (!after(end, tp->undo_marker))
		return false;
	return !before(start, end - tp->max_window);
}

/*
 * Duplicates of [start, end) arrived. More of them than were ever resent is
 * the network's (or a liar's) doing, not ours.
 *
 * Return: segments; 0: not to be believed.
 */
static u32 dsack_seen(struct tcp_sock *tp, u32 start, u32 end,
		      struct tcp_sacktag_state *st)
{
	u32 len = end - start, segs = 1;

	if (len > tp->max_window)
		return 0;
	if (len > tp->mss_cache)
		segs = DIV_ROUND_UP(len, tp->mss_cache);
	else if (tp->tlp_high_seq && tp->tlp_high_seq == end)
		st->flag |= FLAG_DSACK_TLP;
	tp->dsack_dups += segs;
	if (tp->dsack_dups > tp->total_retrans)
		return 0;
	tp->rx_opt.sack_ok |= TCP_DSACK_SEEN;
	/* RFC 8985, section 6.2: the loss probe's own duplicate does not show
	 * that the reordering window is too short. */
	if (tp->reord_seen && !(st->flag & FLAG_DSACK_TLP))
		tp->rack.dsack_seen = true;
	st->flag |= FLAG_DSACKING_ACK;
	st->sack_delivered += segs;
	return segs;
}

/* RFC 2883, section 4: below the ACK, or inside the second block. */
static bool check_dsack(struct sock *sk, u32 ack,
			const struct tcp_sack_block *b, u32 n,
			u32 prior_snd_una, struct tcp_sacktag_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 segs;

	if (before(b[0].start_seq, ack))
		NET_INC_STATS(sock_net(sk), TcpExt_TCPDSACKRecv);
	else if (n > 1 && !after(b[0].end_seq, b[1].end_seq) &&
		 !before(b[0].start_seq, b[1].start_seq))
		NET_INC_STATS(sock_net(sk), TcpExt_TCPDSACKOfoRecv);
	else
		return false;
	segs = dsack_seen(tp, b[0].start_seq, b[0].end_seq, st);
	if (!segs) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPDSACKIgnoredDubious);
		return false;
	}
	NET_ADD_STATS(sock_net(sk), TcpExt_TCPDSACKRecvSegs, segs);
	/* The packet itself is gone from the queue: count it here. */
	if (tp->undo_marker && tp->undo_retrans > 0 &&
	    !after(b[0].end_seq, prior_snd_una) &&
	    after(b[0].end_seq, tp->undo_marker))
		tp->undo_retrans = max(0, tp->undo_retrans - (int)segs);
	return true;
}

/* --- tagging --- */

/* The peer holds this packet and did not before. */
static void newly_sacked(struct tcp_sock *tp, struct sk_buff *skb,
			 struct tcp_sacktag_state *st)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 n = tcp_skb_pcount(skb);
	u64 sent = tcp_skb_timestamp_ns(skb);

	tcp_rack_advance(tp, cb->sacked, cb->end_seq, sent);
	if (!(cb->sacked & TCPCB_RETRANS)) {
		/* Never resent, yet something above arrived first. */
		if (before(cb->seq, tcp_highest_sack_seq(tp)) &&
		    before(cb->seq, st->reord))
			st->reord = cb->seq;
		if (!after(cb->end_seq, tp->high_seq))
			st->flag |= FLAG_ORIG_SACK_ACKED;
		if (!st->first_sackt_ns)
			st->first_sackt_ns = sent;
		st->last_sackt_ns = sent;
	}
	if (cb->sacked & TCPCB_LOST) {
		/* A resent one stays marked as such until it is ACKed, unless
		 * it was lost: then both marks go. */
		if (cb->sacked & TCPCB_SACKED_RETRANS) {
			cb->sacked &= (u8)~TCPCB_SACKED_RETRANS;
			tp->retrans_out -= n;
		}
		cb->sacked &= (u8)~TCPCB_LOST;
		tp->lost_out -= n;
	}
	cb->sacked |= TCPCB_SACKED_ACKED;
	st->flag |= FLAG_DATA_SACKED;
	tp->sacked_out += n;
	st->sack_delivered += n;
}

static void tag_one(struct sock *sk, struct sk_buff *skb, bool dup,
		    struct tcp_sacktag_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 n = tcp_skb_pcount(skb);

	if (dup && (cb->sacked & TCPCB_RETRANS)) {
		if (tp->undo_marker && tp->undo_retrans > 0 &&
		    after(cb->end_seq, tp->undo_marker))
			tp->undo_retrans = max(0, tp->undo_retrans - (int)n);
		if ((cb->sacked & TCPCB_SACKED_ACKED) &&
		    before(cb->seq, st->reord))
			st->reord = cb->seq;
	}
	if (!after(cb->end_seq, tp->snd_una))
		return;
	if (!(cb->sacked & TCPCB_SACKED_ACKED)) {
		newly_sacked(tp, skb, st);
		tcp_rate_skb_delivered(sk, skb, st->rate);
		list_del_init(&skb->tcp_tsorted_anchor);
		if (!before(cb->seq, tcp_highest_sack_seq(tp)))
			tp->highest_sack = tcp_skb_rb_next(skb);
	}
	/* The resend arrived and was not needed. */
	if (dup && (cb->sacked & TCPCB_SACKED_RETRANS)) {
		cb->sacked &= (u8)~TCPCB_SACKED_RETRANS;
		tp->retrans_out -= n;
	}
}

/*
 * Does the block cover the packet? A super-packet that it covers in part is
 * cut at the segment boundary, so that both parts can be told apart.
 */
static bool match_skb(struct sock *sk, struct sk_buff *skb, u32 start, u32 end)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	bool from_start = !after(start, cb->seq);
	u32 mss, len, whole;

	if (from_start && !before(end, cb->end_seq))
		return true;
	if (tcp_skb_pcount(skb) <= 1 || !after(cb->end_seq, start))
		return false;
	mss = tcp_skb_mss(skb);
	if (!from_start) {
		len = max(start - cb->seq, mss);
	} else {
		len = end - cb->seq;
		if (len < mss)
			return false;
	}
	/* Only whole segments count as SACKed. */
	whole = len - len % mss;
	if (!from_start && whole < len)
		whole += mss;
	if (whole >= skb->len)
		return from_start;
	if (tcp_fragment(sk, true, skb, whole, mss, GFP_ATOMIC))
		return false;
	return from_start;
}

static void walk_range(struct sock *sk, u32 start, u32 end, bool dup,
		       struct tcp_sacktag_state *st)
{
	struct sk_buff *skb = tcp_rtx_find(sk, start);

	for (; skb && before(TCP_SKB_CB(skb)->seq, end);
	     skb = tcp_skb_rb_next(skb))
		if (match_skb(sk, skb, start, end))
			tag_one(sk, skb, dup, st);
}

/* The parts of [start, end) that the last ACK's blocks did not cover. */
static void walk_uncached(struct sock *sk, u32 start, u32 end,
			  struct tcp_sacktag_state *st)
{
	const struct tcp_sack_block *c = tcp_sk(sk)->recv_sack_cache;
	u32 i;

	for (i = 0; i < MAX_SACKS && before(start, end); i++) {
		if (c[i].start_seq == c[i].end_seq ||
		    !after(c[i].end_seq, start))
			continue;
		if (!before(c[i].start_seq, end))
			break;
		if (before(start, c[i].start_seq))
			walk_range(sk, start, c[i].start_seq, false, st);
		start = c[i].end_seq;
	}
	if (before(start, end))
		walk_range(sk, start, end, false, st);
}

/* Blocks as they came, in host order. */
static u32 read_blocks(const struct tcp_options_received *opt,
		       struct tcp_sack_block *b)
{
	u32 i, n = min((u32)opt->nr_sacks, (u32)MAX_SACKS);

	for (i = 0; i < n; i++) {
		b[i].start_seq = get_unaligned_be32(opt->sacks + 8 * i);
		b[i].end_seq = get_unaligned_be32(opt->sacks + 8 * i + 4);
	}
	return n;
}

static void count_invalid(struct sock *sk, const struct tcp_sack_block *b,
			  bool dup)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (dup) {
		if (!tp->undo_marker)
			NET_INC_STATS(sock_net(sk),
				      TcpExt_TCPDSACKIgnoredNoUndo);
		else
			NET_INC_STATS(sock_net(sk), TcpExt_TCPDSACKIgnoredOld);
	} else if (!(before(b->end_seq, tp->snd_una) ||
		     b->end_seq == tp->snd_una)) {
		/* Old blocks are no fault: an ACK may be late. */
		NET_INC_STATS(sock_net(sk), TcpExt_TCPSACKDiscard);
	}
}

/* Keep what is valid, by ascending start; *@dup: index of the D-SACK or -1. */
static u32 sort_valid(struct sock *sk, struct tcp_sack_block *b, u32 n,
		      u32 prior_snd_una, int *dup)
{
	bool has_dup = *dup == 0;
	u32 i, j, used = 0;

	*dup = -1;
	for (i = 0; i < n; i++) {
		struct tcp_sack_block cur = b[i];
		bool is_dup = has_dup && i == 0;

		if (!block_valid(tcp_sk(sk), is_dup, cur.start_seq,
				 cur.end_seq)) {
			count_invalid(sk, &cur, is_dup);
			continue;
		}
		if (!after(cur.end_seq, prior_snd_una))
			continue;
		for (j = used++;
		     j > 0 && after(b[j - 1].start_seq, cur.start_seq); j--) {
			b[j] = b[j - 1];
			if (*dup == (int)j - 1)
				*dup = (int)j;
		}
		b[j] = cur;
		if (is_dup)
			*dup = (int)j;
	}
	return used;
}

/* What this ACK covered, sorted; the D-SACK may lie inside another block. */
static void save_cache(struct tcp_sock *tp, const struct tcp_sack_block *b,
		       u32 n, int dup)
{
	u32 i, k = 0;

	for (i = 0; i < n; i++)
		if ((int)i != dup)
			tp->recv_sack_cache[k++] = b[i];
	for (; k < MAX_SACKS; k++) {
		tp->recv_sack_cache[k].start_seq = 0;
		tp->recv_sack_cache[k].end_seq = 0;
	}
}

/**
 * tcp_sacktag_write_queue() - Apply the SACK blocks of an ACK.
 * @sk:            locked; rx_opt has the option.
 * @ack_skb:       the segment.
 * @prior_snd_una: snd_una before it.
 * @st:            collects what was learned.
 */
void tcp_sacktag_write_queue(struct sock *sk, const struct sk_buff *ack_skb,
			     u32 prior_snd_una, struct tcp_sacktag_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sack_block b[MAX_SACKS];
	u32 ack = TCP_SKB_CB(ack_skb)->ack_seq, n, i;
	int dup;

	n = read_blocks(&tp->rx_opt, b);
	if (!n)
		return;
	if (!tp->sacked_out)
		tp->highest_sack = tcp_rtx_queue_head(sk);
	st->reord = tp->snd_nxt;
	dup = check_dsack(sk, ack, b, n, prior_snd_una, st) ? 0 : -1;
	/* Too old to say anything about what is in flight now. */
	if (before(ack, prior_snd_una - tp->max_window) || !tp->packets_out)
		return;
	n = sort_valid(sk, b, n, prior_snd_una, &dup);
	for (i = 0; i < n; i++) {
		if ((int)i == dup)
			walk_range(sk, b[i].start_seq, b[i].end_seq, true, st);
		else
			walk_uncached(sk, b[i].start_seq, b[i].end_seq, st);
	}
	save_cache(tp, b, n, dup);
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Loss || tp->undo_marker)
		tcp_check_sack_reordering(sk, st->reord, false);
}

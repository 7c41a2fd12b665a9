// SPDX-License-Identifier: MIT
/*
 * DOC: the ACK that was expected, in one function: it acknowledges the next
 * packets of the queue, none of which was ever resent or SACKed, while nothing
 * is wrong (TCP_CA_Open, no probe, no reordering window being adapted).
 *
 * Then loss detection has nothing to judge, and of all that tcp_ack() does
 * there remain: the round trip, the delivery rate, RACK's latest delivery, the
 * congestion window, the timer. They come out as tcp_ack() has them, to the
 * bit: tests/host/tcp_ack_fast_test.c does each both ways. Everything is looked
 * at before anything is changed, so that a refusal costs a few comparisons, and
 * tcp_ack() starts from the beginning.
 *
 * The packets are found by tsorted_sent_queue: without a resend, the order of
 * sending is that of the sequence numbers. That each begins where the one
 * before it ended is checked.
 *
 * Called by tcp_input.c for a segment that header prediction took, socket
 * locked. A congestion control that goes by rate samples (cong_control: BBR)
 * needs all of tcp_ack().
 */
#include "net/ipv4/tcp_int.h"

/* What an ACK covers. */
struct fast_ack {
	const struct sk_buff *last; /* of it, whole or in part */
	u64 first_ns, last_ns;      /* when the first and the last were sent */
	u32 segs;                   /* segments */
	u32 cut;                    /* bytes of @last, if not all; else 0 */
};

/* Nothing is wrong, and nothing is being found out. */
static bool is_calm(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	return icsk->icsk_ca_state == TCP_CA_Open &&
	       !(tp->sacked_out | tp->lost_out | tp->retrans_out |
		 tp->tlp_high_seq) &&
	       !(tp->rack.reo_wnd_persist | tp->rack.dsack_seen |
		 tp->is_sack_reneg) &&
	       tp->rack.reo_wnd_steps <= 1 && !tp->rto_stamp_ns &&
	       !icsk->icsk_ca_ops->cong_control &&
	       !icsk->icsk_ca_ops->in_ack_event;
}

/* Sent once, and nobody waits for its acknowledgement. */
static bool is_plain(const struct tcp_skb_cb *cb)
{
	return !(cb->sacked | (cb->tcp_flags & TCPHDR_SYN) | cb->txstamp_ack |
		 cb->mtu_probe);
}

/* Of @skb the first segments are acknowledged; how many, 0: that cannot be
 * done here. A clone below would have to be copied. */
static u32 covered_in_part(const struct sk_buff *skb, u32 cut)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (cb->tcp_gso_segs <= 1 || cut >= skb->len || skb_cloned(skb))
		return 0;
	return cb->tcp_gso_segs -
	       DIV_ROUND_UP(skb->len - cut, (u32)cb->tcp_gso_size);
}

/* Whether all that @ack covers is plain, and at the head of both queues. */
static bool survey(const struct tcp_sock *tp, u32 ack, struct fast_ack *f)
{
	const struct list_head *end = &tp->tsorted_sent_queue, *pos = end->next;
	u32 seq = tp->snd_una, segs;
	const struct sk_buff *skb;
	const struct tcp_skb_cb *cb;

	f->first_ns = 0;
	f->segs = 0;
	f->cut = 0;
	do {
		if (unlikely(pos == end))
			return false;
		skb = list_entry(pos, struct sk_buff, tcp_tsorted_anchor);
		cb = TCP_SKB_CB(skb);
		if (unlikely(cb->seq != seq || !is_plain(cb)))
			return false;
		segs = cb->tcp_gso_segs;
		if (after(cb->end_seq, ack)) {
			f->cut = ack - seq;
			segs = covered_in_part(skb, f->cut);
			if (unlikely(!segs))
				return false;
		}
		if (!f->segs)
			f->first_ns = tcp_skb_timestamp_ns(skb);
		f->segs += segs;
		seq = cb->end_seq;
		pos = pos->next;
	} while (before(seq, ack));
	f->last = skb;
	f->last_ns = tcp_skb_timestamp_ns(skb);
	return f->first_ns && cb->tx_delivered_mstamp_ns;
}

/* --- what it teaches --- */

static u32 age_us(const struct tcp_sock *tp, u64 since_ns)
{
	return (u32)(tcp_age_ns(tp, since_ns) / NSEC_PER_USEC);
}

/* The peer may have held the ACK of a single small segment back. @delivered is
 * as tcp_ack() sees it there: without SACK, before this ACK. */
static bool maybe_delayed(const struct tcp_sock *tp, const struct fast_ack *f,
			  u32 bytes, u32 delivered)
{
	return f->segs == 1 && !f->cut && bytes < tp->mss_cache &&
	       TCP_SKB_CB(f->last)->tx_delivered + 1 == delivered;
}

/* The round trip, also RACK's (RFC 8985, section 6.2, steps 1 and 2) and that
 * of the congestion control, which takes the packet sent last. */
static void learn_rtt(struct sock *sk, const struct fast_ack *f, bool delayed)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	struct tcp_sock *tp = tcp_sk(sk);
	u32 last_us = age_us(tp, f->last_ns), first_us = last_us;
	u32 end_seq = TCP_SKB_CB(f->last)->end_seq;
	struct ack_sample sample = {
		.pkts_acked = f->segs,
		.rtt_us = (s32)last_us,
		.in_flight = tp->packets_out + f->segs,
	};

	if (f->first_ns != f->last_ns)
		first_us = age_us(tp, f->first_ns);
	if (tcp_is_sack(tp)) {
		tp->rack.advanced = true;
		tp->rack.rtt_us = last_us;
		if (tcp_rack_sent_after(f->last_ns, tp->rack.mstamp_ns, end_seq,
					tp->rack.end_seq)) {
			tp->rack.mstamp_ns = f->last_ns;
			tp->rack.end_seq = end_seq;
		}
	}
	tcp_rtt_measured(sk, first_us, last_us, delayed);
	if (ca->pkts_acked)
		ca->pkts_acked(sk, &sample);
}

/* tcp_rate_skb_delivered() and tcp_rate_gen() of the packet sent last. */
static void learn_rate(struct tcp_sock *tp, const struct fast_ack *f)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(f->last);
	u32 delivered = tp->delivered - cb->tx_delivered;
	u64 interval_us;

	if (unlikely(tp->app_limited) && after(tp->delivered, tp->app_limited))
		tp->app_limited = 0;
	tp->first_tx_mstamp_ns = f->last_ns;
	tp->delivered_mstamp_ns = tp->tcp_mstamp_ns;
	interval_us = max(f->last_ns - cb->tx_first_mstamp_ns,
			  tcp_age_ns(tp, cb->tx_delivered_mstamp_ns)) /
		      NSEC_PER_USEC;
	if (unlikely(interval_us < tcp_min_rtt(tp)))
		return;
	if (!cb->is_app_limited || (u64)delivered * tp->rate_interval_us >=
					   tp->rate_delivered * interval_us) {
		tp->rate_delivered = delivered;
		tp->rate_interval_us = interval_us;
		tp->rate_app_limited = cb->is_app_limited;
	}
}

/* --- what it changes --- */

static void advance(struct sock *sk, u32 ack, const struct fast_ack *f)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 una = tp->snd_una;

	icsk->icsk_retransmits = 0;
	icsk->icsk_probes_out = 0;
	sk->sk_err_soft = 0;
	sk->sk_dst_pending_confirm = true;
	tp->rcv_tstamp_ns = tp->tcp_mstamp_ns;
	tp->bytes_acked += ack - una;
	tp->snd_una = ack;
	tp->packets_out -= f->segs;
	tp->delivered += f->segs;
	if (likely(between(tp->snd_up, una, ack)))
		tp->snd_up = ack;
	NET_ADD_STATS(sock_net(sk), TcpExt_TCPDelivered, f->segs);
}

static void take_off(struct sock *sk, const struct fast_ack *f)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb, *last = (struct sk_buff *)(uintptr_t)f->last;

	do {
		skb = list_first_entry(&tp->tsorted_sent_queue, struct sk_buff,
				       tcp_tsorted_anchor);
		if (f->cut && skb == last) {
			/* Not cloned, so nothing is allocated. */
			WARN_ON_ONCE(tcp_trim_head(sk, skb, f->cut));
			return;
		}
		tcp_rtx_queue_unlink_and_free(skb, sk);
	} while (skb != last);
	if (tcp_rtx_queue_empty(sk))
		tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
}

/**
 * tcp_ack_fast() - The short way of an ACK, if it may take that.
 * @sk:  locked, ESTABLISHED; tcp_mstamp_ns is now, rx_opt holds the segment's
 *       options.
 * @seq: of the segment: rcv_nxt. Its window is the one that is known, it has
 *       neither SACK blocks nor ECE, and its number is not beyond snd_nxt.
 * @ack: its acknowledgement number.
 *
 * Context: task or softirq.
 * Return:  true: all is done that tcp_ack() would have done; false: nothing
 *          is, it is tcp_ack()'s.
 */
bool tcp_ack_fast(struct sock *sk, u32 seq, u32 ack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 delivered = tp->delivered, bytes = ack - tp->snd_una;
	struct fast_ack f;

	if (unlikely(!after(ack, tp->snd_una) || !is_calm(sk) ||
		     !survey(tp, ack, &f)))
		return false;
	tp->snd_wl1 = seq;
	advance(sk, ack, &f);
	if (tcp_is_sack(tp))
		delivered = tp->delivered;
	learn_rtt(sk, &f, maybe_delayed(tp, &f, bytes, delivered));
	learn_rate(tp, &f);
	take_off(sk, &f);
	if (!tcp_schedule_loss_probe(sk, true))
		tcp_rearm_rto(sk);
	inet_csk(sk)->icsk_ca_ops->cong_avoid(sk, ack, f.segs);
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tcp_update_pacing_rate(sk);
	return true;
}

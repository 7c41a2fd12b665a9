// SPDX-License-Identifier: MIT
/*
 * DOC: delivery rate samples (draft-ietf-ccwg-bbr-06, section 4.1; before that
 * draft-cheng-iccrg-delivery-rate-estimation). Each packet remembers, when
 * sent, how much had been delivered and when, what was lost and in flight; its
 * ACK gives the rate over the flight between, and the loss. The interval is the
 * longer of the send and the ACK phase, so that neither a burst sent nor a
 * burst of ACKs makes the rate look higher than the path is.
 *
 * Called by tcp_output_build.c (sent) and tcp_ack.c (delivered), socket
 * locked.
 */
#include "net/ipv4/tcp_int.h"

/**
 * tcp_rate_skb_sent() - Note the connection's state in a packet being sent.
 * @sk:  locked.
 * @skb: its tstamp is set.
 */
void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	/* After idleness a new flight begins. */
	if (!tp->packets_out) {
		tp->first_tx_mstamp_ns = tcp_skb_timestamp_ns(skb);
		tp->delivered_mstamp_ns = tp->first_tx_mstamp_ns;
	}
	cb->tx_first_mstamp_ns = tp->first_tx_mstamp_ns;
	cb->tx_delivered_mstamp_ns = tp->delivered_mstamp_ns;
	cb->tx_delivered = tp->delivered;
	cb->tx_lost = tp->lost;
	cb->tx_in_flight = tcp_packets_in_flight(tp) + tcp_skb_pcount(skb);
	cb->is_app_limited = tp->app_limited != 0;
}

/**
 * tcp_rate_skb_delivered() - A packet was acknowledged or SACKed.
 * @sk:  locked.
 * @skb: the packet.
 * @rs:  takes the packet sent last of all that one ACK covers.
 */
void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb,
			    struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u64 sent = tcp_skb_timestamp_ns(skb);

	if (!cb->tx_delivered_mstamp_ns)
		return;
	if (!rs->prior_mstamp_ns ||
	    tcp_rack_sent_after(sent, tp->first_tx_mstamp_ns, cb->end_seq,
				rs->last_end_seq)) {
		rs->prior_delivered = cb->tx_delivered;
		rs->prior_lost = cb->tx_lost;
		rs->tx_in_flight = cb->tx_in_flight;
		rs->prior_mstamp_ns = cb->tx_delivered_mstamp_ns;
		rs->is_app_limited = cb->is_app_limited;
		rs->is_retrans = (cb->sacked & TCPCB_RETRANS) != 0;
		rs->last_end_seq = cb->end_seq;
		tp->first_tx_mstamp_ns = sent;
		rs->interval_us =
			(s64)((sent - cb->tx_first_mstamp_ns) / NSEC_PER_USEC);
	}
	/* SACKed now, ACKed later: once is enough. */
	if (cb->sacked & TCPCB_SACKED_ACKED)
		cb->tx_delivered_mstamp_ns = 0;
}

/**
 * tcp_rate_gen() - Make the ACK's sample of the delivery rate.
 * @sk:            locked.
 * @delivered:     segments that the ACK delivered.
 * @lost:          segments that it showed to be lost.
 * @is_sack_reneg: the peer has dropped SACKed data: the counts are not right.
 * @rs:            the sample; interval_us -1: none.
 */
void tcp_rate_gen(struct sock *sk, u32 delivered, u32 lost, bool is_sack_reneg,
		  struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s64 ack_us;

	if (tp->app_limited && after(tp->delivered, tp->app_limited))
		tp->app_limited = 0;
	if (delivered)
		tp->delivered_mstamp_ns = tp->tcp_mstamp_ns;
	rs->acked_sacked = delivered;
	rs->losses = (int)lost;
	if (!rs->prior_mstamp_ns || is_sack_reneg) {
		rs->delivered = -1;
		rs->interval_us = -1;
		return;
	}
	rs->delivered = (s32)(tp->delivered - rs->prior_delivered);
	rs->lost = tp->lost - rs->prior_lost;
	ack_us = (s64)(tcp_age_ns(tp, rs->prior_mstamp_ns) / NSEC_PER_USEC);
	rs->interval_us = max(rs->interval_us, ack_us);
	/* Shorter than any round trip can be: a clock artefact. */
	if (unlikely(rs->interval_us < (s64)tcp_min_rtt(tp))) {
		rs->interval_us = -1;
		return;
	}
	/* An application-limited sample counts only if it shows more. */
	if (!rs->is_app_limited ||
	    (u64)rs->delivered * tp->rate_interval_us >=
		    (u64)tp->rate_delivered * (u64)rs->interval_us) {
		tp->rate_delivered = (u32)rs->delivered;
		tp->rate_interval_us = (u64)rs->interval_us;
		tp->rate_app_limited = rs->is_app_limited;
	}
}

/**
 * __tcp_rate_check_app_limited() - Has the program stopped filling the pipe?
 * @sk: locked; less than a segment waits to be sent.
 */
void __tcp_rate_check_app_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_wmem_alloc < SKB_TRUESIZE(1) &&
	    tcp_packets_in_flight(tp) < tp->snd_cwnd &&
	    tp->lost_out <= tp->retrans_out)
		tp->app_limited =
			(tp->delivered + tcp_packets_in_flight(tp)) ?: 1;
}

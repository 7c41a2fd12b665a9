// SPDX-License-Identifier: MIT
/*
 * DOC: loss detection by time, RACK (RFC 8985): a packet is lost when one sent
 * later has been delivered and a reordering window has passed. The window
 * starts at a quarter of the least RTT, grows with each round trip in which a
 * D-SACK shows that it was too short, and is zero while no reordering was
 * ever seen and enough packets are SACKed. Without SACK, NewReno (RFC 6582).
 *
 * Called by tcp_ack.c after the SACK blocks are applied, and by the timer,
 * with the socket locked. The walk is over tsorted_sent_queue, oldest
 * transmission first, and stops at the first packet that is too young; what
 * is SACKed or marked lost is not on it, so a call costs what it marks and a
 * bounded number of packets more.
 */
#include "net/ipv4/tcp_int.h"

/* sysctl_tcp_recovery */
#define TCP_RACK_STATIC_REO_WND 0x2
#define TCP_RACK_NO_DUPTHRESH   0x4

#define TCP_RACK_RECOVERY_THRESH 16
/* So many packets that wait for the window to pass are looked at one by one. */
#define RACK_MAX_WAITING 32
/* Two ticks: what a timer can be late. */

/**
 * tcp_rack_sent_after() - Was packet 1 sent after packet 2?
 * @t1_ns: when packet 1 was sent.
 * @t2_ns: when packet 2 was.
 * @seq1:  end of packet 1, which decides in the same nanosecond.
 * @seq2:  end of packet 2.
 */
bool tcp_rack_sent_after(u64 t1_ns, u64 t2_ns, u32 seq1, u32 seq2)
{
	return t1_ns > t2_ns || (t1_ns == t2_ns && after(seq1, seq2));
}

/* RFC 8985, section 6.2, step 4. */
static u32 rack_reo_wnd_us(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 steps = tp->rack.reo_wnd_steps ?: 1;

	if (!tp->reord_seen) {
		if (inet_csk(sk)->icsk_ca_state >= TCP_CA_Recovery)
			return 0;
		if (tp->sacked_out >= tp->reordering &&
		    !(tcp_net(sk)->sysctl_tcp_recovery & TCP_RACK_NO_DUPTHRESH))
			return 0;
	}
	return min((tcp_min_rtt(tp) >> 2) * steps, tp->srtt_us >> 3);
}

/* How long a packet sent at @sent_ns has left, in microseconds. */
static s64 rack_remaining_us(const struct tcp_sock *tp, u32 reo_wnd,
			     u64 sent_ns)
{
	return (s64)tp->rack.rtt_us + reo_wnd -
	       (s64)(tcp_age_ns(tp, sent_ns) / NSEC_PER_USEC);
}

/*
 * Section 6.2, step 5: mark what is lost.
 *
 * The later one was sent, the more time it has left, so behind the first that
 * has some nothing is lost; the walk goes on only for the time that the last
 * one has. Where many wait, as with thousands of segments reordered, theirs
 * cannot be more than what the latest delivered would have.
 *
 * Return: microseconds until more may be; 0: nothing waits.
 */
static u32 rack_detect_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb, *n;
	u32 reo_wnd = rack_reo_wnd_us(sk), waiting = 0;
	s64 remaining, wait = 0;

	list_for_each_entry_safe (skb, n, &tp->tsorted_sent_queue,
				  tcp_tsorted_anchor) {
		struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		if ((cb->sacked & TCPCB_LOST) &&
		    !(cb->sacked & TCPCB_SACKED_RETRANS))
			continue;
		if (!tcp_rack_sent_after(tp->rack.mstamp_ns,
					 tcp_skb_timestamp_ns(skb),
					 tp->rack.end_seq, cb->end_seq))
			break;
		remaining = rack_remaining_us(tp, reo_wnd,
					      tcp_skb_timestamp_ns(skb));
		if (remaining <= 0) {
			tcp_mark_skb_lost(sk, skb);
			list_del_init(&skb->tcp_tsorted_anchor);
			continue;
		}
		wait = max(wait, remaining);
		if (++waiting == RACK_MAX_WAITING) {
			remaining = rack_remaining_us(tp, reo_wnd,
						      tp->rack.mstamp_ns);
			wait = max(wait, remaining);
			break;
		}
	}
	return (u32)wait;
}

/**
 * tcp_rack_mark_lost() - After an ACK: what does it show to be lost?
 * @sk: locked.
 *
 * Return: true if the reordering timer was armed in place of the RTO.
 */
bool tcp_rack_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 wait;

	if (!tp->rack.advanced)
		return false;
	tp->rack.advanced = false;
	wait = rack_detect_loss(sk);
	if (wait)
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_REO_TIMEOUT,
					  DIV_ROUND_UP((u64)wait, 1000ULL) *
							  NSEC_PER_MSEC +
						  TCP_TIMEOUT_MIN,
					  inet_csk(sk)->icsk_rto_ns);
	return wait != 0;
}

/**
 * tcp_rack_advance() - A packet was delivered: is it the latest sent of all?
 * @tp:      locked.
 * @sacked:  its TCPCB_* bits.
 * @end_seq: its end.
 * @xmit_ns: when it was last sent.
 */
void tcp_rack_advance(struct tcp_sock *tp, u8 sacked, u32 end_seq, u64 xmit_ns)
{
	u32 rtt_us = (u32)(tcp_age_ns(tp, xmit_ns) / NSEC_PER_USEC);

	/* Section 6.2, step 2: faster than the path can be, so the ACK is for
	 * the original and the resend was for nothing. */
	if (rtt_us < tcp_min_rtt(tp) && (sacked & TCPCB_RETRANS))
		return;
	tp->rack.advanced = true;
	tp->rack.rtt_us = rtt_us;
	if (tcp_rack_sent_after(xmit_ns, tp->rack.mstamp_ns, end_seq,
				tp->rack.end_seq)) {
		tp->rack.mstamp_ns = xmit_ns;
		tp->rack.end_seq = end_seq;
	}
}

/**
 * tcp_rack_reo_timeout() - The reordering window of some packets has passed.
 * @sk: locked; from the timer (section 6.3).
 */
void tcp_rack_reo_timeout(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior_inflight = tcp_packets_in_flight(tp), prior_lost = tp->lost;

	rack_detect_loss(sk);
	if (prior_inflight != tcp_packets_in_flight(tp)) {
		if (icsk->icsk_ca_state != TCP_CA_Recovery) {
			tcp_enter_recovery(sk, false);
			if (!icsk->icsk_ca_ops->cong_control)
				tcp_cwnd_reduction(sk, 1, tp->lost - prior_lost,
						   0);
		}
		tcp_xmit_retransmit_queue(sk);
	}
	if (icsk->icsk_pending != ICSK_TIME_RETRANS)
		tcp_rearm_rto(sk);
}

/**
 * tcp_rack_update_reo_wnd() - Adapt the reordering window, once a round trip.
 * @sk: locked.
 * @rs: the ACK's sample.
 *
 * Section 6.2, step 4: a D-SACK widens it by a quarter of the least RTT; after
 * 16 recoveries without one it starts again.
 */
void tcp_rack_update_reo_wnd(struct sock *sk, const struct rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if ((tcp_net(sk)->sysctl_tcp_recovery & TCP_RACK_STATIC_REO_WND) ||
	    !rs->prior_mstamp_ns)
		return;
	if (before(rs->prior_delivered, tp->rack.last_delivered))
		tp->rack.dsack_seen = false;
	if (tp->rack.dsack_seen) {
		if (tp->rack.reo_wnd_steps < 0xff)
			tp->rack.reo_wnd_steps =
				(u8)((tp->rack.reo_wnd_steps ?: 1) + 1);
		tp->rack.dsack_seen = false;
		tp->rack.last_delivered = tp->delivered;
		tp->rack.reo_wnd_persist = TCP_RACK_RECOVERY_THRESH;
	} else if (!tp->rack.reo_wnd_persist) {
		tp->rack.reo_wnd_steps = 1;
	}
}

/**
 * tcp_newreno_mark_lost() - Without SACK: is the oldest segment lost?
 * @sk:               locked.
 * @snd_una_advanced: the ACK acknowledged new data.
 *
 * The third duplicate ACK says so, and in recovery each partial one (RFC 6582,
 * section 3.2).
 *
 * Return: whether it was marked.
 */
bool tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced)
{
	u8 state = inet_csk(sk)->icsk_ca_state;
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	u32 mss;

	if (!((state < TCP_CA_Recovery && tp->sacked_out >= tp->reordering) ||
	      (state == TCP_CA_Recovery && snd_una_advanced)))
		return false;
	skb = tcp_rtx_queue_head(sk);
	if (!skb || (TCP_SKB_CB(skb)->sacked & TCPCB_LOST))
		return false;
	mss = tcp_skb_mss(skb);
	if (tcp_skb_pcount(skb) > 1 && skb->len > mss &&
	    tcp_fragment(sk, true, skb, mss, mss, GFP_ATOMIC))
		return false;
	tcp_mark_skb_lost(sk, skb);
	return true;
}

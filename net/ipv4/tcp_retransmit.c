// SPDX-License-Identifier: MIT
/*
 * DOC: sending again. tcp_xmit_retransmit_queue() resends what the scoreboard
 * has marked lost, oldest first, as far as cwnd permits; in recovery that is
 * PRR's budget (RFC 6937). tcp_send_loss_probe() is the tail loss probe of
 * RFC 8985, section 7.
 *
 * Called by tcp_ack.c after an ACK, by tcp_timer.c and by tcp_tsq_write(),
 * with the socket locked. retransmit_skb_hint is at or before the first
 * packet that is lost and not resent: tcp_mark_skb_lost() moves it back, the
 * walk here moves it forward, so that no packet is looked at twice for
 * nothing.
 */
#include "net/ipv4/tcp_int.h"

/* A copy of it has not even left the machine: to resend would be to double. */
static bool still_in_host_queue(struct sock *sk, const struct sk_buff *skb)
{
	if (likely(!skb_fclone_busy(sk, skb)))
		return false;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPSpuriousRtxHostQueues);
	return true;
}

/* --- small neighbours become one segment (RFC 9293, section 3.8.1) --- */

static bool may_collapse(const struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	return tcp_skb_pcount(skb) == 1 && !skb_cloned(skb) &&
	       !(cb->sacked & TCPCB_SACKED_ACKED) &&
	       !(cb->tcp_flags & TCPHDR_SYN) && skb->len;
}

static bool collapse_next(struct sock *sk, struct sk_buff *skb,
			  struct sk_buff *next)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb), *ncb = TCP_SKB_CB(next);

	if (!tcp_skb_append(sk, skb, next, GFP_ATOMIC))
		return false;
	cb->end_seq = ncb->end_seq;
	cb->tcp_flags |= ncb->tcp_flags;
	cb->sacked |= ncb->sacked & TCPCB_EVER_RETRANS;
	cb->eor = ncb->eor;
	if (unlikely(tcp_has_tx_tstamp(next))) {
		/* One packet, one request: that of the later byte. */
		cb->txstamp_ack |= ncb->txstamp_ack;
		skb_shinfo(skb)->tx_flags |= skb_shinfo(next)->tx_flags;
		skb_shinfo(skb)->tskey = skb_shinfo(next)->tskey;
	}
	tcp_adjust_pcount(sk, next, (int)tcp_skb_pcount(next));
	tcp_rtx_queue_unlink_and_free(next, sk);
	return true;
}

static void try_collapse(struct sock *sk, struct sk_buff *to, u32 space)
{
	struct sk_buff *next;

	if (TCP_SKB_CB(to)->tcp_flags & TCPHDR_SYN)
		return;
	space -= to->len;
	while (!TCP_SKB_CB(to)->eor && (next = tcp_skb_rb_next(to))) {
		if (!may_collapse(sk, next) || next->len > space)
			return;
		if (after(TCP_SKB_CB(next)->end_seq, tcp_wnd_end(tcp_sk(sk))))
			return;
		space -= next->len;
		if (!collapse_next(sk, to, next))
			return;
	}
}

/* --- one packet --- */

/* What was acknowledged in the meantime is not resent. */
static int skip_acked_head(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 una = tcp_sk(sk)->snd_una;

	if (!before(cb->seq, una))
		return 0;
	if (unlikely(cb->tcp_flags & TCPHDR_SYN)) {
		cb->tcp_flags &= (u8)~TCPHDR_SYN;
		cb->seq++;
		if (!before(cb->seq, una))
			return 0;
	}
	if (unlikely(before(cb->end_seq, una)))
		return -EINVAL;
	return tcp_trim_head(sk, skb, una - cb->seq);
}

/*
 * The packet as it fits the present MSS, the peer's window and @segs. A zero
 * window is tried with the very first packet only.
 */
static int resize_for_resend(struct sock *sk, struct sk_buff *skb, u32 segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tcp_current_mss(sk), len;
	s32 avail = (s32)(tcp_wnd_end(tp) - TCP_SKB_CB(skb)->seq);
	int diff;

	if (avail <= 0) {
		if (TCP_SKB_CB(skb)->seq != tp->snd_una)
			return -EAGAIN;
		avail = (s32)mss;
	}
	len = mss * segs;
	if (len > (u32)avail) {
		len = (u32)avail - (u32)avail % mss;
		if (!len)
			len = (u32)avail;
	}
	if (skb->len > len)
		return tcp_fragment(sk, true, skb, len, mss, GFP_ATOMIC);

	if (tcp_skb_unclone(sk, skb, GFP_ATOMIC) != 0)
		return -ENOMEM;
	diff = (int)tcp_skb_pcount(skb);
	tcp_set_skb_tso_segs(skb, mss);
	diff -= (int)tcp_skb_pcount(skb);
	if (diff)
		tcp_adjust_pcount(sk, skb, diff);
	len = min((u32)avail, mss);
	if (skb->len < len)
		try_collapse(sk, skb, len);
	return 0;
}

static int __tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, int segs)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 n;
	int err;

	icsk->icsk_mtup.probe_size = 0;
	if (still_in_host_queue(sk, skb))
		return -EBUSY;
	err = skip_acked_head(sk, skb);
	if (!err)
		err = resize_for_resend(sk, skb, (u32)segs);
	if (err)
		return err;
	/* RFC 3168, section 6.1.1.1: the second SYN does not ask for ECN. */
	if ((cb->tcp_flags & TCPHDR_SYN_ECN) == TCPHDR_SYN_ECN &&
	    tcp_net(sk)->sysctl_tcp_ecn_fallback)
		cb->tcp_flags &= 0xff ^ (TCPHDR_ECE | TCPHDR_CWR);

	n = tcp_skb_pcount(skb);
	NET_ADD_STATS(sock_net(sk), Tcp_RetransSegs, n);
	if (cb->tcp_flags & TCPHDR_SYN)
		NET_INC_STATS(sock_net(sk), TcpExt_TCPSynRetrans);
	tp->total_retrans += n;
	tp->bytes_retrans += skb->len;
	err = tcp_transmit_skb(sk, skb, true, GFP_ATOMIC);
	/* Even when it failed: the stamp is that of this attempt, and an ACK
	 * for an earlier one must give no RTT sample (Karn). */
	cb->sacked |= TCPCB_EVER_RETRANS;
	if (err && err != -EBUSY)
		NET_ADD_STATS(sock_net(sk), TcpExt_TCPRetransFail, n);
	return err;
}

/**
 * tcp_retransmit_skb() - Send an unacknowledged packet again.
 * @sk:   locked.
 * @skb:  in the retransmit queue.
 * @segs: send at most so many segments of it; the rest is cut off.
 *
 * Return: 0; -EAGAIN beyond the peer's window; -EBUSY while the last copy is
 * still below; -ENOMEM; -EHOSTUNREACH; what IP says.
 */
int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, int segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int err = __tcp_retransmit_skb(sk, skb, segs);

	if (err == 0) {
		TCP_SKB_CB(skb)->sacked |= TCPCB_SACKED_RETRANS;
		tp->retrans_out += tcp_skb_pcount(skb);
	}
	if (!tp->retrans_stamp_ns)
		tp->retrans_stamp_ns = tcp_skb_timestamp_ns(skb);
	if (tp->undo_retrans < 0)
		tp->undo_retrans = 0;
	tp->undo_retrans += (int)tcp_skb_pcount(skb);
	return err;
}

/* --- the queue --- */

static void count_retransmit(struct sock *sk, struct sk_buff *skb)
{
	u32 n = tcp_skb_pcount(skb);

	if (inet_csk(sk)->icsk_ca_state == TCP_CA_Loss)
		NET_ADD_STATS(sock_net(sk), TcpExt_TCPSlowStartRetrans, n);
	else
		NET_ADD_STATS(sock_net(sk), TcpExt_TCPFastRetrans, n);
	if (tcp_in_cwnd_reduction(sk))
		tcp_sk(sk)->prr_out += n;
}

/**
 * tcp_xmit_retransmit_queue() - Resend what is marked lost, as cwnd permits.
 * @sk: locked.
 */
void tcp_xmit_retransmit_queue(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb, *head;
	bool rearm = false;
	u32 max_segs;
	s32 room;

	if (!tp->packets_out || tp->retrans_out >= tp->lost_out)
		return;
	head = tcp_rtx_queue_head(sk);
	max_segs = tcp_tso_segs(sk, tcp_current_mss(sk));
	skb = tp->retransmit_skb_hint ?: head;
	for (; skb; skb = tcp_skb_rb_next(skb)) {
		tp->retransmit_skb_hint = skb;
		room = (s32)(tp->snd_cwnd - tcp_packets_in_flight(tp));
		if (room <= 0 || tp->retrans_out >= tp->lost_out ||
		    tcp_pacing_check(sk))
			break;
		if ((TCP_SKB_CB(skb)->sacked & TCPCB_TAGBITS) != TCPCB_LOST)
			continue;
		if (tcp_small_queue_check(sk, skb, 1) ||
		    tcp_retransmit_skb(sk, skb, (int)min((u32)room, max_segs)))
			break;
		count_retransmit(sk, skb);
		if (skb == head && icsk->icsk_pending != ICSK_TIME_REO_TIMEOUT)
			rearm = true;
	}
	if (!skb)
		tp->retransmit_skb_hint = NULL;
	if (rearm)
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
					  icsk->icsk_rto_ns,
					  tcp_rto_max_ns(sk));
}

/**
 * tcp_non_congestion_loss_retransmit() - Resend what is marked lost for
 * another reason than congestion: cwnd stays.
 * @sk: locked.
 */
void tcp_non_congestion_loss_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Loss) {
		tp->high_seq = tp->snd_nxt;
		tp->snd_ssthresh = tcp_current_ssthresh(sk);
		tp->prior_ssthresh = 0;
		tp->undo_marker = 0;
		tcp_set_ca_state(sk, TCP_CA_Loss);
	}
	tcp_xmit_retransmit_queue(sk);
}

/**
 * tcp_simple_retransmit() - The path MTU has shrunk: what is now too large was
 * dropped, and not by congestion (RFC 1191, section 6.5).
 * @sk: locked; the MSS is already the smaller one.
 *
 * Of a SYN with data no part is too large, since it is queued as two; both are
 * lost.
 */
void tcp_simple_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tcp_current_mss(sk);
	bool all = tp->syn_data && sk->sk_state == TCP_SYN_SENT;
	struct sk_buff *skb;

	for (skb = tcp_rtx_queue_head(sk); skb; skb = tcp_skb_rb_next(skb)) {
		u32 seg = tcp_skb_mss(skb) ?: skb->len;

		if (seg > mss || all)
			tcp_mark_skb_resend(sk, skb);
	}
	if (!tp->lost_out)
		return;
	if (!tcp_is_sack(tp))
		tp->sacked_out =
			min(tp->sacked_out, tp->packets_out - tp->lost_out);
	tcp_non_congestion_loss_retransmit(sk);
}

/* --- tail loss probe --- */

/**
 * tcp_schedule_loss_probe() - Arm the probe in place of the RTO, if allowed.
 * @sk:            locked; something is in flight.
 * @advancing_rto: the RTO is being restarted now, so a full one lies ahead.
 *
 * The probe goes after two smoothed RTTs, and with one segment in flight
 * after a delayed ACK more (RFC 8985, section 7.2).
 *
 * Return: whether it was armed.
 */
bool tcp_schedule_loss_probe(struct sock *sk, bool advancing_rto)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u8 early = tcp_net(sk)->sysctl_tcp_early_retrans;
	u64 timeout = TCP_TIMEOUT_INIT;
	const struct sk_buff *head;
	s64 left;

	if ((early != 3 && early != 4) || !tp->packets_out ||
	    !tcp_is_sack(tp) || unlikely(tp->fastopen_rsk) ||
	    (icsk->icsk_ca_state != TCP_CA_Open &&
	     icsk->icsk_ca_state != TCP_CA_CWR))
		return false;
	if (tp->srtt_us) {
		timeout = (u64)(tp->srtt_us >> 2) * NSEC_PER_USEC;
		if (tp->packets_out == 1)
			timeout += tcp_rto_min_ns(sk);
		else
			timeout += 2 * NSEC_PER_MSEC;
	}
	left = (s64)icsk->icsk_rto_ns;
	head = tcp_rtx_queue_head(sk);
	if (!advancing_rto && head)
		left = (s64)(tcp_skb_timestamp_ns(head) + icsk->icsk_rto_ns -
			     tp->tcp_mstamp_ns);
	if (left > 0)
		timeout = min(timeout, (u64)left);
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_LOSS_PROBE, timeout,
				  tcp_rto_max_ns(sk));
	return true;
}

/* Resend the last segment in flight; false: it could not be. */
static bool probe_with_tail(struct sock *sk, u32 mss)
{
	struct sk_buff *skb = tcp_rtx_queue_tail(sk);
	u32 n;

	if (WARN_ON_ONCE(!skb) || still_in_host_queue(sk, skb))
		return false;
	n = tcp_skb_pcount(skb);
	if (n > 1 && skb->len > (n - 1) * mss) {
		if (tcp_fragment(sk, true, skb, (n - 1) * mss, mss, GFP_ATOMIC))
			return false;
		skb = tcp_skb_rb_next(skb);
	}
	if (!skb || __tcp_retransmit_skb(sk, skb, 1))
		return false;
	tcp_sk(sk)->tlp_retrans = true;
	return true;
}

/**
 * tcp_send_loss_probe() - Two RTTs without an ACK: ask for one.
 * @sk: locked; from the timer.
 *
 * New data if the windows allow, else the last segment again: its ACK or SACK
 * shows what is missing before the RTO (RFC 8985, section 7.3). One probe at a
 * time.
 */
void tcp_send_loss_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tcp_current_mss(sk), before_packets = tp->packets_out;
	struct sk_buff *skb = tcp_send_head(sk);
	bool sent;

	if (tp->tlp_high_seq) {
		tcp_rearm_rto(sk);
		return;
	}
	tp->tlp_retrans = false;
	if (skb && tcp_snd_wnd_permits(tp, skb, mss)) {
		tcp_write_xmit(sk, mss, tp->nonagle, 2, GFP_ATOMIC);
		sent = tp->packets_out > before_packets;
	} else {
		sent = probe_with_tail(sk, mss);
	}
	if (sent) {
		tp->tlp_high_seq = tp->snd_nxt;
		NET_INC_STATS(sock_net(sk), TcpExt_TCPLossProbes);
		inet_csk(sk)->icsk_pending = 0;
	}
	tcp_rearm_rto(sk);
}

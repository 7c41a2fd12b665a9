// SPDX-License-Identifier: MIT
/*
 * DOC: what is lost and what that means: the states Open, Disorder, CWR,
 * Recovery and Loss, the reduction of cwnd on the way (PRR, RFC 6937 and RFC
 * 9937), and the return when the loss turns out not to have been one: D-SACK
 * (RFC 3708), time stamps (Eifel, RFC 3522 and 4015), F-RTO (RFC 5682).
 *
 *	Open	  nothing unusual
 *	Disorder  SACKs or duplicate ACKs, not yet a loss
 *	CWR	  cwnd is being reduced for ECN or local congestion
 *	Recovery  fast retransmit: lost packets go again, cwnd follows PRR
 *	Loss	  after an RTO
 *
 * Recovery and Loss end when all that was outstanding at their start
 * (high_seq) is acknowledged. Called by tcp_ack(), by RACK's timer and by the
 * retransmit timer, with the socket locked.
 */
#include "net/ipv4/tcp_int.h"

/* --- marking --- */

/*
 * The walk of tcp_xmit_retransmit_queue() must start at or before @skb, and
 * from @skb exactly when nothing else waits to be resent.
 */
static void lower_retransmit_hint(struct tcp_sock *tp, struct sk_buff *skb)
{
	const struct sk_buff *hint = tp->retransmit_skb_hint;

	if (tp->retrans_out >= tp->lost_out ||
	    (hint && before(TCP_SKB_CB(skb)->seq, TCP_SKB_CB(hint)->seq)))
		tp->retransmit_skb_hint = skb;
}

/**
 * tcp_mark_skb_resend() - The packet, or its last resend, must go again.
 * @sk:  locked.
 * @skb: in the retransmit queue; nothing happens if it is SACKed, or already
 *       waits to be resent.
 *
 * Return: whether it was marked.
 */
bool tcp_mark_skb_resend(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 n = tcp_skb_pcount(skb);

	if (cb->sacked & TCPCB_SACKED_ACKED)
		return false;
	lower_retransmit_hint(tp, skb);
	if (!(cb->sacked & TCPCB_LOST)) {
		cb->sacked |= TCPCB_LOST;
		tp->lost_out += n;
	} else if (cb->sacked & TCPCB_SACKED_RETRANS) {
		cb->sacked &= (u8)~TCPCB_SACKED_RETRANS;
		tp->retrans_out -= n;
		NET_ADD_STATS(sock_net(sk), TcpExt_TCPLostRetransmit, n);
	} else {
		return false;
	}
	return true;
}

/**
 * tcp_mark_skb_lost() - The same, because the network has lost it.
 * @sk:  locked.
 * @skb: in the retransmit queue. Congestion control is told.
 */
void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	if (!tcp_mark_skb_resend(sk, skb))
		return;
	tcp_sk(sk)->lost += tcp_skb_pcount(skb);
	if (ca->skb_marked_lost)
		ca->skb_marked_lost(sk, skb);
}

/* RFC 8985, section 6.2, or NewReno without SACK. */
static void identify_packet_loss(struct sock *sk, int *ack_flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior_retrans = tp->retrans_out;

	if (tcp_rtx_queue_empty(sk))
		return;
	if (!tcp_is_sack(tp)) {
		tcp_newreno_mark_lost(sk, *ack_flag & FLAG_SND_UNA_ADVANCED);
		return;
	}
	if (tcp_rack_mark_lost(sk))
		*ack_flag &= ~FLAG_SET_XMIT_TIMER;
	if (prior_retrans > tp->retrans_out)
		*ack_flag |= FLAG_LOST_RETRANS;
}

/* --- reduction of cwnd --- */

static void tcp_init_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->high_seq = tp->snd_nxt;
	tp->tlp_high_seq = 0;
	tp->snd_cwnd_cnt = 0;
	tp->prior_cwnd = tp->snd_cwnd;
	tp->prr_delivered = 0;
	tp->prr_out = 0;
	tp->snd_ssthresh = inet_csk(sk)->icsk_ca_ops->ssthresh(sk);
	if (tp->ecn_flags & TCP_ECN_OK)
		tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
}

/**
 * tcp_cwnd_reduction() - Proportional rate reduction, one ACK's step.
 * @sk:          locked; in CWR or Recovery.
 * @newly_acked: segments that it delivered.
 * @newly_lost:  segments that it showed to be lost.
 * @flag:        FLAG_*.
 *
 * For what was delivered, send in proportion ssthresh / prior cwnd; below
 * ssthresh send what was delivered, one more when the ACK makes progress and
 * shows no further loss (RFC 6937, section 3; RFC 9937's choice of the
 * reduction bound).
 */
void tcp_cwnd_reduction(struct sock *sk, u32 newly_acked, u32 newly_lost,
			int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 delta = (s32)(tp->snd_ssthresh - tcp_packets_in_flight(tp));
	s32 sndcnt;

	if (!newly_acked || WARN_ON_ONCE(!tp->prior_cwnd))
		return;
	tp->prr_delivered += newly_acked;
	if (delta < 0) {
		u64 want = (u64)tp->snd_ssthresh * tp->prr_delivered +
			   tp->prior_cwnd - 1;

		sndcnt = (s32)(want / tp->prior_cwnd) - (s32)tp->prr_out;
	} else {
		sndcnt = max((s32)(tp->prr_delivered - tp->prr_out),
			     (s32)newly_acked);
		if ((flag & FLAG_SND_UNA_ADVANCED) && !newly_lost)
			sndcnt++;
		sndcnt = min(delta, sndcnt);
	}
	/* The first retransmission goes in any case. */
	sndcnt = max(sndcnt, tp->prr_out ? 0 : 1);
	tp->snd_cwnd = tcp_packets_in_flight(tp) + (u32)sndcnt;
}

static void end_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (inet_csk(sk)->icsk_ca_ops->cong_control)
		return;
	if (tp->snd_ssthresh < TCP_INFINITE_SSTHRESH &&
	    (inet_csk(sk)->icsk_ca_state == TCP_CA_CWR || tp->undo_marker)) {
		tp->snd_cwnd = tp->snd_ssthresh;
		tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	}
	tcp_ca_event(sk, CA_EVENT_COMPLETE_CWR);
}

/**
 * tcp_enter_cwr() - Congestion without loss: ECN, or the queue below.
 * @sk: locked.
 */
void tcp_enter_cwr(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->prior_ssthresh = 0;
	if (inet_csk(sk)->icsk_ca_state < TCP_CA_CWR) {
		tp->undo_marker = 0;
		tcp_init_cwnd_reduction(sk);
		tcp_set_ca_state(sk, TCP_CA_CWR);
	}
}

/* --- undo --- */

static void init_undo(struct tcp_sock *tp)
{
	tp->undo_marker = tp->snd_una;
	/* What a loss probe resent may come back as D-SACK, too. */
	tp->undo_retrans = tp->retrans_out ? (int)tp->retrans_out : -1;
}

static bool any_retrans_done(const struct sock *sk)
{
	const struct sk_buff *head;

	if (tcp_sk(sk)->retrans_out)
		return true;
	head = tcp_rtx_queue_head(sk);
	return head && (TCP_SKB_CB(head)->sacked & TCPCB_EVER_RETRANS);
}

/**
 * tcp_retrans_stamp_cleanup() - Nothing outstanding was resent: no resend has
 * a time.
 * @sk: locked.
 */
void tcp_retrans_stamp_cleanup(struct sock *sk)
{
	if (!any_retrans_done(sk))
		tcp_sk(sk)->retrans_stamp_ns = 0;
}

/**
 * tcp_tsopt_ecr_before() - Is the echoed time stamp older than @when_ms?
 * @tp:      locked.
 * @when_ms: of our clock.
 *
 * Return: true: the segment answers one sent before that.
 */
bool tcp_tsopt_ecr_before(const struct tcp_sock *tp, u32 when_ms)
{
	return tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr &&
	       before(tp->rx_opt.rcv_tsecr, when_ms);
}

/* Eifel: the echoed time stamp is older than the first resend, so the ACK is
 * for the original. */
static bool packet_delayed(const struct tcp_sock *tp)
{
	return tp->retrans_stamp_ns &&
	       tcp_tsopt_ecr_before(tp,
				    tcp_time_stamp_ms(tp->retrans_stamp_ns));
}

static bool may_undo(const struct tcp_sock *tp)
{
	return tp->undo_marker && (!tp->undo_retrans || packet_delayed(tp));
}

/* Nothing was lost after all; RACK must look at those packets again. */
static void unmark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	for (skb = tcp_rtx_queue_tail(sk); skb; skb = tcp_skb_rb_prev(skb)) {
		struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		if (!(cb->sacked & TCPCB_LOST))
			continue;
		cb->sacked &= (u8)~TCPCB_LOST;
		if (list_empty(&skb->tcp_tsorted_anchor))
			list_add(&skb->tcp_tsorted_anchor,
				 &tp->tsorted_sent_queue);
	}
	tp->lost_out = 0;
	tp->retransmit_skb_hint = NULL;
}

static void undo_cwnd_reduction(struct sock *sk, bool unmark_loss)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (unmark_loss)
		unmark_lost(sk);
	if (tp->prior_ssthresh) {
		tp->snd_cwnd = inet_csk(sk)->icsk_ca_ops->undo_cwnd(sk);
		if (tp->prior_ssthresh > tp->snd_ssthresh) {
			tp->snd_ssthresh = tp->prior_ssthresh;
			tp->ecn_flags &= (u8)~TCP_ECN_QUEUE_CWR;
		}
	}
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->undo_marker = 0;
	tp->rack.advanced = true;
}

/*
 * NewReno stays in recovery until something above high_seq is acknowledged:
 * duplicate ACKs for resent segments would start another fast retransmit (RFC
 * 6582, section 4.1).
 */
static bool non_sack_keeps_state(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->snd_una != tp->high_seq || tcp_is_sack(tp))
		return false;
	tcp_retrans_stamp_cleanup(sk);
	return true;
}

/**
 * tcp_try_undo_recovery() - high_seq is reached, or nothing is outstanding:
 * back to Open, as before if the loss was none.
 * @sk: locked; in Recovery or Loss.
 *
 * Return: true if the state is kept for now.
 */
bool tcp_try_undo_recovery(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (may_undo(tp)) {
		if (inet_csk(sk)->icsk_ca_state == TCP_CA_Loss)
			NET_INC_STATS(sock_net(sk), TcpExt_TCPLossUndo);
		else
			NET_INC_STATS(sock_net(sk), TcpExt_TCPFullUndo);
		undo_cwnd_reduction(sk, false);
	} else if (tp->rack.reo_wnd_persist) {
		tp->rack.reo_wnd_persist--;
	}
	if (non_sack_keeps_state(sk))
		return true;
	tcp_set_ca_state(sk, TCP_CA_Open);
	tp->is_sack_reneg = false;
	return false;
}

/* Every resend was reported as a duplicate. */
static bool try_undo_dsack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->undo_marker || tp->undo_retrans)
		return false;
	tp->rack.reo_wnd_persist = (u8)min(16U, tp->rack.reo_wnd_persist + 1U);
	undo_cwnd_reduction(sk, false);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPDSACKUndo);
	return true;
}

static bool try_undo_loss(struct sock *sk, bool frto_undo)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!frto_undo && !may_undo(tp))
		return false;
	undo_cwnd_reduction(sk, true);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPLossUndo);
	if (frto_undo)
		NET_INC_STATS(sock_net(sk), TcpExt_TCPSpuriousRTOs);
	inet_csk(sk)->icsk_retransmits = 0;
	if (non_sack_keeps_state(sk))
		return true;
	if (frto_undo || tcp_is_sack(tp)) {
		tcp_set_ca_state(sk, TCP_CA_Open);
		tp->is_sack_reneg = false;
	}
	return true;
}

/* --- leaving --- */

static void tcp_try_keep_open(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 state = TCP_CA_Open;

	if (tcp_left_out(tp) || any_retrans_done(sk))
		state = TCP_CA_Disorder;
	if (inet_csk(sk)->icsk_ca_state != state) {
		tcp_set_ca_state(sk, state);
		tp->high_seq = tp->snd_nxt;
	}
}

static void try_to_open(struct sock *sk, int flag)
{
	if (!any_retrans_done(sk))
		tcp_sk(sk)->retrans_stamp_ns = 0;
	if (flag & FLAG_ECE)
		tcp_enter_cwr(sk);
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_CWR)
		tcp_try_keep_open(sk);
}

/* A partial ACK for an original that was only late: back at once. */
static bool try_undo_partial(struct sock *sk, u32 prior_snd_una)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->undo_marker || !packet_delayed(tp))
		return false;
	tcp_check_sack_reordering(sk, prior_snd_una, true);
	/* Our resends are still in flight: wait for what they tell. */
	if (tp->retrans_out)
		return true;
	if (!any_retrans_done(sk))
		tp->retrans_stamp_ns = 0;
	undo_cwnd_reduction(sk, true);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPPartialUndo);
	tcp_try_keep_open(sk);
	return true;
}

/* --- entering --- */

/**
 * tcp_enter_recovery() - A loss is evident: fast retransmit.
 * @sk:      locked; lost packets are marked.
 * @ece_ack: an ECE came with it, so the reduction can not be undone.
 */
void tcp_enter_recovery(struct sock *sk, bool ece_ack)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_is_sack(tp))
		NET_INC_STATS(sock_net(sk), TcpExt_TCPSackRecovery);
	else
		NET_INC_STATS(sock_net(sk), TcpExt_TCPRenoRecovery);
	tp->prior_ssthresh = 0;
	init_undo(tp);
	if (!tcp_in_cwnd_reduction(sk)) {
		if (!ece_ack)
			tp->prior_ssthresh = tcp_current_ssthresh(sk);
		tcp_init_cwnd_reduction(sk);
	}
	tcp_set_ca_state(sk, TCP_CA_Recovery);
}

/* Was it sent so recently that the RTO says nothing about it? */
static bool too_young_to_be_lost(const struct tcp_sock *tp,
				 const struct sk_buff *skb)
{
	u64 age_us = tcp_age_ns(tp, tcp_skb_timestamp_ns(skb)) / NSEC_PER_USEC;

	return age_us < tp->rack.rtt_us;
}

/*
 * RFC 5681, section 3.1; RFC 8985, section 6.3. A SACKed packet at snd_una
 * means that the peer has dropped what it had SACKed (reneged, RFC 2018,
 * section 8): then no SACK counts any more.
 */
static void tcp_timeout_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_queue_head(sk), *skb;
	bool reneged = head && (TCP_SKB_CB(head)->sacked & TCPCB_SACKED_ACKED);

	if (reneged) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPSACKReneging);
		tp->sacked_out = 0;
		tp->is_sack_reneg = true;
		memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
	} else if (!tcp_is_sack(tp)) {
		tcp_reset_reno_sack(tp);
	}
	for (skb = head; skb; skb = tcp_skb_rb_next(skb)) {
		if (reneged)
			TCP_SKB_CB(skb)->sacked &= (u8)~TCPCB_SACKED_ACKED;
		else if (tcp_is_sack(tp) && skb != head &&
			 too_young_to_be_lost(tp, skb))
			continue;
		tcp_mark_skb_lost(sk, skb);
	}
}

/**
 * tcp_enter_loss() - The retransmit timer has fired.
 * @sk: locked.
 *
 * cwnd is what is still in flight and one; ssthresh falls once for each
 * episode (RFC 5681, section 3.1).
 */
void tcp_enter_loss(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	bool new_recovery = icsk->icsk_ca_state < TCP_CA_Recovery;
	u32 reordering = tcp_net(sk)->sysctl_tcp_reordering;

	tcp_timeout_mark_lost(sk);
	if (icsk->icsk_ca_state <= TCP_CA_Disorder ||
	    !after(tp->high_seq, tp->snd_una) ||
	    (icsk->icsk_ca_state == TCP_CA_Loss && !icsk->icsk_retransmits)) {
		tp->prior_ssthresh = tcp_current_ssthresh(sk);
		tp->prior_cwnd = tp->snd_cwnd;
		tp->snd_ssthresh = icsk->icsk_ca_ops->ssthresh(sk);
		tcp_ca_event(sk, CA_EVENT_LOSS);
		init_undo(tp);
	}
	tp->snd_cwnd = tcp_packets_in_flight(tp) + 1;
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	/* Many duplicates and yet an RTO: reordering was overestimated. */
	if (icsk->icsk_ca_state <= TCP_CA_Disorder &&
	    tp->sacked_out >= reordering)
		tp->reordering = min(tp->reordering, reordering);
	tcp_set_ca_state(sk, TCP_CA_Loss);
	tp->high_seq = tp->snd_nxt;
	tp->tlp_high_seq = 0;
	if (tp->ecn_flags & TCP_ECN_OK)
		tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
	/* RFC 5682, section 2.1, step 1: not within another recovery. */
	tp->frto = tcp_net(sk)->sysctl_tcp_frto &&
		   (new_recovery || icsk->icsk_retransmits) &&
		   !icsk->icsk_mtup.probe_size;
}

/* --- the states --- */

/*
 * F-RTO, section 3.1 of RFC 5682 (with SACK).
 *
 * Return: true if this ACK needs nothing more.
 */
static bool frto_step(struct sock *sk, int flag, u32 num_dupack, bool recovered,
		      int *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);

	/* Step 3b: data that was never resent got through. */
	if ((flag & FLAG_ORIG_SACK_ACKED) && try_undo_loss(sk, true))
		return true;
	if (after(tp->snd_nxt, tp->high_seq)) {
		/* Step 3a: a duplicate ACK, so the loss was real. */
		if ((flag & FLAG_DATA_SACKED) || num_dupack)
			tp->frto = false;
	} else if ((flag & FLAG_SND_UNA_ADVANCED) && !recovered) {
		tp->high_seq = tp->snd_nxt;
		/* Step 2b: try new data instead of more retransmissions. */
		if (!skb_queue_empty(&sk->sk_write_queue) &&
		    after(tcp_wnd_end(tp), tp->snd_nxt)) {
			*rexmit = REXMIT_NEW;
			return true;
		}
		tp->frto = false;
	}
	return false;
}

static void process_loss(struct sock *sk, int flag, u32 num_dupack, int *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool recovered = !before(tp->snd_una, tp->high_seq);

	if ((flag & FLAG_SND_UNA_ADVANCED) && try_undo_loss(sk, false))
		return;
	if (tp->frto && frto_step(sk, flag, num_dupack, recovered, rexmit))
		return;
	if (recovered) {
		tcp_try_undo_recovery(sk);
		return;
	}
	if (!tcp_is_sack(tp)) {
		/* Duplicates for data sent after the RTO count again. */
		if (after(tp->snd_nxt, tp->high_seq) && num_dupack)
			tcp_add_reno_sack(sk, num_dupack, flag & FLAG_ECE);
		else if (flag & FLAG_SND_UNA_ADVANCED)
			tcp_reset_reno_sack(tp);
	}
	*rexmit = REXMIT_LOST;
}

/* The peer dropped what it had SACKed? It may be a coalesced ACK on its way:
 * look again soon, by the timer. */
static bool check_sack_reneging(struct sock *sk, int *ack_flag)
{
	u64 delay;

	if (!(*ack_flag & FLAG_SACK_RENEGING) ||
	    !(*ack_flag & FLAG_SND_UNA_ADVANCED))
		return false;
	delay = max((u64)(tcp_sk(sk)->srtt_us >> 4) * NSEC_PER_USEC,
		    10 * NSEC_PER_MSEC);
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, delay,
				  tcp_rto_max_ns(sk));
	*ack_flag &= ~FLAG_SET_XMIT_TIMER;
	return true;
}

/* What ends at high_seq. Return: true if this ACK needs nothing more. */
static bool high_seq_reached(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	switch (inet_csk(sk)->icsk_ca_state) {
	case TCP_CA_CWR:
		/* The CWR flag went with data above high_seq: wait for that. */
		if (tp->snd_una != tp->high_seq) {
			end_cwnd_reduction(sk);
			tcp_set_ca_state(sk, TCP_CA_Open);
		}
		break;
	case TCP_CA_Recovery:
		if (!tcp_is_sack(tp))
			tcp_reset_reno_sack(tp);
		if (tcp_try_undo_recovery(sk))
			return true;
		end_cwnd_reduction(sk);
		break;
	}
	return false;
}

/* In Recovery. Return: true to go on retransmitting. */
static bool in_recovery(struct sock *sk, u32 prior_snd_una, u32 num_dupack,
			int *ack_flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool ece = *ack_flag & FLAG_ECE;

	if (!(*ack_flag & FLAG_SND_UNA_ADVANCED)) {
		if (!tcp_is_sack(tp))
			tcp_add_reno_sack(sk, num_dupack, ece);
	} else if (try_undo_partial(sk, prior_snd_una)) {
		return false;
	}
	if (try_undo_dsack(sk))
		tcp_try_keep_open(sk);
	identify_packet_loss(sk, ack_flag);
	if (inet_csk(sk)->icsk_ca_state != TCP_CA_Recovery) {
		if (!tp->lost_out)
			return false;
		/* Undone, but something else is lost: a new episode. */
		tcp_enter_recovery(sk, ece);
	}
	return true;
}

/* In Open, Disorder or CWR. Return: true to start retransmitting. */
static bool not_in_recovery(struct sock *sk, u32 num_dupack, int *ack_flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool ece = *ack_flag & FLAG_ECE;

	if (!tcp_is_sack(tp)) {
		if (*ack_flag & FLAG_SND_UNA_ADVANCED)
			tcp_reset_reno_sack(tp);
		tcp_add_reno_sack(sk, num_dupack, ece);
	}
	if (inet_csk(sk)->icsk_ca_state <= TCP_CA_Disorder)
		try_undo_dsack(sk);
	identify_packet_loss(sk, ack_flag);
	if (!tp->lost_out) {
		try_to_open(sk, *ack_flag);
		return false;
	}
	if (inet_csk(sk)->icsk_ca_state < TCP_CA_CWR &&
	    tcp_mtup_probe_lost(sk)) {
		tcp_simple_retransmit(sk);
		return false;
	}
	tcp_enter_recovery(sk, ece);
	return true;
}

/**
 * tcp_fastretrans_alert() - An ACK that is not simply the next one.
 * @sk:            locked; the retransmit queue is up to date.
 * @prior_snd_una: snd_una before the ACK.
 * @num_dupack:    1 if it is a duplicate.
 * @ack_flag:      FLAG_*; loses FLAG_SET_XMIT_TIMER when another timer was
 * armed in its place.
 * @rexmit:        out: REXMIT_*; unchanged: nothing to resend.
 */
void tcp_fastretrans_alert(struct sock *sk, u32 prior_snd_una, u32 num_dupack,
			   int *ack_flag, int *rexmit)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	bool go = false;

	if (!tp->packets_out && tp->sacked_out)
		tp->sacked_out = 0;
	if (*ack_flag & FLAG_ECE)
		tp->prior_ssthresh = 0;
	if (check_sack_reneging(sk, ack_flag))
		return;
	if (icsk->icsk_ca_state == TCP_CA_Open)
		tp->retrans_stamp_ns = 0;
	else if (!before(tp->snd_una, tp->high_seq) && high_seq_reached(sk))
		return;

	switch (icsk->icsk_ca_state) {
	case TCP_CA_Recovery:
		go = in_recovery(sk, prior_snd_una, num_dupack, ack_flag);
		break;
	case TCP_CA_Loss:
		process_loss(sk, *ack_flag, num_dupack, rexmit);
		identify_packet_loss(sk, ack_flag);
		if (icsk->icsk_ca_state != TCP_CA_Open &&
		    !(*ack_flag & FLAG_LOST_RETRANS))
			return;
		/* Undone, or a resend was lost again: as if in Open. */
		fallthrough;
	default:
		go = not_in_recovery(sk, num_dupack, ack_flag);
	}
	if (go)
		*rexmit = REXMIT_LOST;
}

/**
 * tcp_process_tlp_ack() - An ACK while a loss probe is out.
 * @sk:   locked; tlp_high_seq is set.
 * @ack:  the number acknowledged.
 * @flag: FLAG_*.
 *
 * If the probe repaired a loss, cwnd must pay for that as for any other (RFC
 * 8985, section 7.4).
 */
void tcp_process_tlp_ack(struct sock *sk, u32 ack, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (before(ack, tp->tlp_high_seq))
		return;
	if (!tp->tlp_retrans || (flag & FLAG_DSACK_TLP)) {
		tp->tlp_high_seq = 0;
	} else if (after(ack, tp->tlp_high_seq)) {
		tcp_init_cwnd_reduction(sk);
		tcp_ca_event(sk, CA_EVENT_TLP_RECOVERY);
		tcp_set_ca_state(sk, TCP_CA_CWR);
		end_cwnd_reduction(sk);
		tcp_try_keep_open(sk);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPLossProbeRecovery);
	} else if (!(flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP |
			     FLAG_DATA_SACKED))) {
		/* A pure duplicate: original and probe both arrived. */
		tp->tlp_high_seq = 0;
	}
}

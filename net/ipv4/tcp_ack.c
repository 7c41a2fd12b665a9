// SPDX-License-Identifier: MIT
/*
 * DOC: what an acknowledgement means. tcp_ack() checks it (RFC 9293, section
 * 3.10.7.4; RFC 5961, section 5), updates the peer's window, applies SACK
 * blocks, takes what is acknowledged off the retransmit queue, measures the
 * round trip, lets tcp_loss.c judge, and lets congestion control decide what
 * may be sent next.
 *
 * Called by tcp_input.c for each segment with ACK, socket locked. The caller
 * sends afterwards (tcp_data_snd_check); only lost data is resent from here.
 */
#include "lib/uapi/net_tstamp.h"
#include "net/core/timestamping.h"
#include "net/ipv4/tcp_int.h"

/**
 * tcp_rearm_rto() - Start the retransmit timer, or stop it when all is acked.
 * @sk: locked.
 *
 * Where a loss probe or a reordering timeout stood in its place, the time that
 * has passed since the oldest packet went counts (RFC 6298, section 5.1-5.3;
 * RFC 8985, section 7.3). While a Fast Open waits for its handshake's last ACK
 * the timer is the SYN-ACK's.
 */
void tcp_rearm_rto(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 rto = icsk->icsk_rto_ns;
	const struct sk_buff *head;
	s64 left;

	if (unlikely(tp->fastopen_rsk) &&
	    icsk->icsk_pending == ICSK_TIME_RETRANS)
		return;
	if (!tp->packets_out) {
		inet_csk_clear_xmit_timer(sk, ICSK_TIME_RETRANS);
		return;
	}
	head = tcp_rtx_queue_head(sk);
	if (head && (icsk->icsk_pending == ICSK_TIME_REO_TIMEOUT ||
		     icsk->icsk_pending == ICSK_TIME_LOSS_PROBE)) {
		left = (s64)(tcp_skb_timestamp_ns(head) + rto -
			     tp->tcp_mstamp_ns);
		rto = left > (s64)NSEC_PER_USEC ? (u64)left : NSEC_PER_USEC;
	}
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS, rto,
				  tcp_rto_max_ns(sk));
}

/* --- window --- */

static void snd_una_update(struct tcp_sock *tp, u32 ack)
{
	tp->bytes_acked += ack - tp->snd_una;
	tp->snd_una = ack;
}

/**
 * tcp_may_update_window() - Does the segment speak of the window of now?
 * @tp: locked. @ack, @ack_seq: its acknowledgement and sequence number.
 * @nwin: the window it says, scaled.
 *
 * Only if it is newer, or of the same age and the window larger (RFC 9293,
 * section 3.10.7.4), or closed: a peer that is out of memory must be believed.
 *
 * Return: whether it does.
 */
bool tcp_may_update_window(const struct tcp_sock *tp, u32 ack, u32 ack_seq,
			   u32 nwin)
{
	return after(ack, tp->snd_una) || after(ack_seq, tp->snd_wl1) ||
	       (ack_seq == tp->snd_wl1 && (nwin > tp->snd_wnd || !nwin));
}

static int ack_update_window(struct sock *sk, const struct sk_buff *skb,
			     u32 ack, u32 ack_seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	u32 nwin = ntohs(th->window);
	int flag = 0;

	if (likely(!th->syn))
		nwin <<= tp->rx_opt.snd_wscale;
	if (tcp_may_update_window(tp, ack, ack_seq, nwin)) {
		flag = FLAG_WIN_UPDATE;
		tp->snd_wl1 = ack_seq;
		tp->snd_wnd = nwin;
		if (nwin > tp->max_window) {
			tp->max_window = nwin;
			tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu_cookie);
		}
	}
	snd_una_update(tp, ack);
	return flag;
}

/* RFC 7323, section 4.3: the segment that covers the last ACK sent. */
static void replace_ts_recent(struct tcp_sock *tp, u32 seq)
{
	struct tcp_options_received *o = &tp->rx_opt;
	u64 now_s = tcp_now_s();

	if (!o->saw_tstamp || after(seq, tp->rcv_wup))
		return;
	if ((s32)(o->ts_recent - o->rcv_tsval) <= 0 || !o->ts_recent ||
	    now_s >= o->ts_recent_stamp_s + TCP_PAWS_24DAYS_S) {
		o->ts_recent = o->rcv_tsval;
		o->ts_recent_stamp_s = now_s;
	}
}

/* --- the retransmit queue --- */

/* Of a super-packet the first segments are acknowledged: how many? */
static u32 tso_acked(struct sock *sk, struct sk_buff *skb)
{
	u32 segs = tcp_skb_pcount(skb);

	if (tcp_trim_head(sk, skb, tcp_sk(sk)->snd_una - TCP_SKB_CB(skb)->seq))
		return 0;
	return segs - tcp_skb_pcount(skb);
}

/* What taking packets off the queue has found out. */
struct clean_state {
	u64 first_ackt_ns, last_ackt_ns;
	u32 reord;
	u32 pkts_acked;
	bool fully_acked;
	int flag;
};

/* @acked segments of @skb are acknowledged: correct every counter. */
static void account_acked(struct sock *sk, struct sk_buff *skb, u32 acked,
			  u32 start_seq, bool ece, struct tcp_sacktag_state *st,
			  struct clean_state *c)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u64 sent = tcp_skb_timestamp_ns(skb);
	u8 sacked = cb->sacked;

	if (unlikely(sacked & TCPCB_RETRANS)) {
		if (sacked & TCPCB_SACKED_RETRANS)
			tp->retrans_out -= acked;
		c->flag |= FLAG_RETRANS_DATA_ACKED;
	} else if (!(sacked & TCPCB_SACKED_ACKED)) {
		c->last_ackt_ns = sent;
		if (!c->first_ackt_ns)
			c->first_ackt_ns = sent;
		if (before(start_seq, c->reord))
			c->reord = start_seq;
		if (!after(cb->end_seq, tp->high_seq))
			c->flag |= FLAG_ORIG_SACK_ACKED;
	}
	if (sacked & TCPCB_SACKED_ACKED) {
		tp->sacked_out -= acked;
	} else if (tcp_is_sack(tp)) {
		tcp_count_delivered(tp, acked, ece);
		/* An ACK older than the resend tells nothing about it. */
		if (!((sacked & TCPCB_RETRANS) &&
		      tcp_tsopt_ecr_before(tp, tcp_time_stamp_ms(sent))))
			tcp_rack_advance(tp, sacked, cb->end_seq, sent);
	}
	if (sacked & TCPCB_LOST)
		tp->lost_out -= acked;
	tp->packets_out -= acked;
	c->pkts_acked += acked;
	tcp_rate_skb_delivered(sk, skb, st->rate);
	if (likely(!(cb->tcp_flags & TCPHDR_SYN))) {
		c->flag |= FLAG_DATA_ACKED;
	} else {
		c->flag |= FLAG_SYN_ACKED;
		tp->retrans_stamp_ns = 0;
	}
}

/* A probe of the path's MTU; or, row Q6: the byte that a send ended with is
 * acknowledged, by this ACK. */
static noinline void ack_marked(struct sock *sk, struct sk_buff *skb,
				u32 prior_snd_una)
{
	u32 key = skb_shinfo(skb)->tskey;

	if (TCP_SKB_CB(skb)->mtu_probe)
		tcp_mtup_acked(sk);
	if (TCP_SKB_CB(skb)->txstamp_ack && !before(key, prior_snd_una) &&
	    before(key, tcp_sk(sk)->snd_una))
		__skb_tstamp_tx(skb, sk, SCM_TSTAMP_ACK);
}

/* Return: the first packet that is not fully acknowledged, or NULL. */
static struct sk_buff *take_acked(struct sock *sk, u32 prior_snd_una, bool ece,
				  struct tcp_sacktag_state *st,
				  struct clean_state *c)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_rtx_queue_head(sk), *next;

	for (; skb; skb = next) {
		struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
		u32 start_seq = cb->seq, acked;

		if (unlikely(cb->txstamp_ack | cb->mtu_probe))
			ack_marked(sk, skb, prior_snd_una);
		if (after(cb->end_seq, tp->snd_una)) {
			if (tcp_skb_pcount(skb) == 1 ||
			    !after(tp->snd_una, cb->seq))
				break;
			acked = tso_acked(sk, skb);
			if (!acked)
				break;
			c->fully_acked = false;
		} else {
			acked = tcp_skb_pcount(skb);
		}
		account_acked(sk, skb, acked, start_seq, ece, st, c);
		if (!c->fully_acked)
			break;
		next = tcp_skb_rb_next(skb);
		tcp_rtx_queue_unlink_and_free(skb, sk);
	}
	return skb;
}

static s64 elapsed_us(const struct tcp_sock *tp, u64 since_ns)
{
	return (s64)(tcp_age_ns(tp, since_ns) / NSEC_PER_USEC);
}

/* A single small segment alone: the peer may have delayed its ACK. */
static bool maybe_delayed(const struct tcp_sock *tp,
			  const struct clean_state *c, u32 prior_sacked,
			  u32 prior_snd_una, const struct rate_sample *rs)
{
	return c->pkts_acked == 1 && c->fully_acked && !prior_sacked &&
	       tp->snd_una - prior_snd_una < tp->mss_cache &&
	       rs->prior_delivered + 1 == tp->delivered &&
	       !(c->flag & (FLAG_CA_ALERT | FLAG_SYN_ACKED));
}

static void tell_ca_acked(struct sock *sk, u32 pkts_acked, s64 ca_rtt_us,
			  const struct rate_sample *rs)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	struct ack_sample sample;

	if (!ca->pkts_acked)
		return;
	sample.pkts_acked = pkts_acked;
	sample.rtt_us = (s32)ca_rtt_us;
	sample.in_flight = rs->prior_in_flight;
	ca->pkts_acked(sk, &sample);
}

/*
 * Remove what is acknowledged, and learn from it.
 *
 * Return: FLAG_*.
 */
static int clean_rtx_queue(struct sock *sk, u32 prior_fack, u32 prior_snd_una,
			   bool ece, struct tcp_sacktag_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct clean_state c = { .reord = tp->snd_nxt, .fully_acked = true };
	u32 prior_sacked = tp->sacked_out;
	s64 seq_rtt = -1, sack_rtt = -1, ca_rtt = -1;
	struct sk_buff *skb = take_acked(sk, prior_snd_una, ece, st, &c);
	bool rtt_update;

	if (!skb)
		tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	else if (TCP_SKB_CB(skb)->sacked & TCPCB_SACKED_ACKED)
		c.flag |= FLAG_SACK_RENEGING;
	if (likely(between(tp->snd_up, prior_snd_una, tp->snd_una)))
		tp->snd_up = tp->snd_una;

	if (c.first_ackt_ns && !(c.flag & FLAG_RETRANS_DATA_ACKED)) {
		seq_rtt = elapsed_us(tp, c.first_ackt_ns);
		ca_rtt = elapsed_us(tp, c.last_ackt_ns);
		if (maybe_delayed(tp, &c, prior_sacked, prior_snd_una,
				  st->rate))
			c.flag |= FLAG_ACK_MAYBE_DELAYED;
	}
	if (st->first_sackt_ns) {
		sack_rtt = elapsed_us(tp, st->first_sackt_ns);
		ca_rtt = elapsed_us(tp, st->last_sackt_ns);
	}
	rtt_update = tcp_ack_update_rtt(sk, c.flag, seq_rtt, sack_rtt, ca_rtt,
					st->rate);
	if (c.flag & FLAG_ACKED) {
		c.flag |= FLAG_SET_XMIT_TIMER;
		if (!tcp_is_sack(tp)) {
			tcp_remove_reno_sacks(sk, c.pkts_acked, ece);
			/* Which of them arrived first cannot be told. */
			if (c.flag & FLAG_RETRANS_DATA_ACKED)
				c.flag &= ~FLAG_ORIG_SACK_ACKED;
		} else if (before(c.reord, prior_fack)) {
			tcp_check_sack_reordering(sk, c.reord, false);
		}
	} else if (skb && rtt_update && sack_rtt >= 0 &&
		   sack_rtt > elapsed_us(tp, tcp_skb_timestamp_ns(skb))) {
		/* The RTO may restart only by data sent before the head. */
		c.flag |= FLAG_SET_XMIT_TIMER;
	}
	tell_ca_acked(sk, c.pkts_acked, ca_rtt, st->rate);
	return c.flag;
}

/* --- after the queue --- */

/* Zero-window probing: does the window take the head now? */
static void ack_probe(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct sk_buff *head = tcp_send_head(sk);
	u64 when;

	if (!head)
		return;
	if (!after(TCP_SKB_CB(head)->end_seq, tcp_wnd_end(tcp_sk(sk)))) {
		icsk->icsk_backoff = 0;
		icsk->icsk_probes_tstamp_ns = 0;
		inet_csk_clear_xmit_timer(sk, ICSK_TIME_PROBE0);
		return;
	}
	when = tcp_clamp_probe0_to_user_timeout(
		sk, tcp_probe0_when_ns(sk, tcp_rto_max_ns(sk)));
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_PROBE0, when,
				  tcp_rto_max_ns(sk));
}

static bool ack_is_dubious(const struct sock *sk, int flag)
{
	return !(flag & FLAG_NOT_DUP) || (flag & FLAG_CA_ALERT) ||
	       inet_csk(sk)->icsk_ca_state != TCP_CA_Open;
}

/* Beyond the usual reordering, SACKed data counts as progress, too. */
static bool may_raise_cwnd(const struct sock *sk, int flag)
{
	if (tcp_sk(sk)->reordering > tcp_net(sk)->sysctl_tcp_reordering)
		return flag & FLAG_FORWARD_PROGRESS;
	return flag & FLAG_DATA_ACKED;
}

static void cong_control(struct sock *sk, u32 ack, u32 acked_sacked, int flag,
			 const struct rate_sample *rs)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;

	if (ca->cong_control) {
		ca->cong_control(sk, rs);
		return;
	}
	if (tcp_in_cwnd_reduction(sk)) {
		tcp_cwnd_reduction(sk, acked_sacked, (u32)rs->losses, flag);
	} else if (may_raise_cwnd(sk, flag)) {
		ca->cong_avoid(sk, ack, acked_sacked);
		tcp_sk(sk)->snd_cwnd_stamp_ns = tcp_sk(sk)->tcp_mstamp_ns;
	}
	tcp_update_pacing_rate(sk);
}

static void xmit_recovery(struct sock *sk, int rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (rexmit == REXMIT_NONE || sk->sk_state == TCP_SYN_SENT)
		return;
	if (unlikely(rexmit == REXMIT_NEW)) {
		__tcp_push_pending_frames(sk, tcp_current_mss(sk),
					  TCP_NAGLE_OFF);
		if (after(tp->snd_nxt, tp->high_seq))
			return;
		tp->frto = false; /* nothing new could go */
	}
	tcp_xmit_retransmit_queue(sk);
}

static u32 newly_delivered(struct sock *sk, u32 prior_delivered)
{
	u32 n = tcp_sk(sk)->delivered - prior_delivered;

	NET_ADD_STATS(sock_net(sk), TcpExt_TCPDelivered, n);
	return n;
}

static void apply_sacks(struct sock *sk, const struct sk_buff *skb,
			u32 prior_snd_una, struct tcp_sacktag_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool ece = st->flag & FLAG_ECE;

	if (!tp->rx_opt.nr_sacks || !tp->rx_opt.sacks || !tcp_is_sack(tp))
		return;
	tcp_sacktag_write_queue(sk, skb, prior_snd_una, st);
	if (st->sack_delivered)
		tcp_count_delivered(tp, st->sack_delivered, ece);
}

/* The ACK is older than another that was seen; its SACKs may be news. */
static int old_ack(struct sock *sk, const struct sk_buff *skb,
		   u32 prior_snd_una, struct tcp_sacktag_state *st)
{
	u32 delivered = tcp_sk(sk)->delivered;
	int rexmit = REXMIT_NONE;

	apply_sacks(sk, skb, prior_snd_una, st);
	if (st->sack_delivered || st->flag) {
		tcp_fastretrans_alert(sk, prior_snd_una, 0, &st->flag, &rexmit);
		newly_delivered(sk, delivered);
		xmit_recovery(sk, rexmit);
	}
	return 0;
}

/* Window, SACKs and ECN of the slow path, into @st->flag. */
static void slow_path(struct sock *sk, const struct sk_buff *skb,
		      u32 prior_snd_una, struct tcp_sacktag_state *st)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcp_sock *tp = tcp_sk(sk);

	if (cb->seq != cb->end_seq)
		st->flag |= FLAG_DATA;
	else
		NET_INC_STATS(sock_net(sk), TcpExt_TCPPureAcks);
	st->flag |= ack_update_window(sk, skb, cb->ack_seq, cb->seq);
	/* RFC 3168, section 6.1.2. */
	if (th->ece && !th->syn && (tp->ecn_flags & TCP_ECN_OK))
		st->flag |= FLAG_ECE;
	apply_sacks(sk, skb, prior_snd_una, st);
}

/* Nothing was in flight before this ACK. */
static void ack_no_queue(struct sock *sk, u32 ack, u32 prior_snd_una,
			 u32 prior_delivered, int flag)
{
	int rexmit = REXMIT_NONE;

	if (flag & FLAG_DSACKING_ACK) {
		tcp_fastretrans_alert(sk, prior_snd_una, 0, &flag, &rexmit);
		newly_delivered(sk, prior_delivered);
	}
	ack_probe(sk);
	if (tcp_sk(sk)->tlp_high_seq)
		tcp_process_tlp_ack(sk, ack, flag);
}

/**
 * tcp_rto_recovered() - Something new has been acknowledged after a time-out.
 * @tp: locked.
 */
void tcp_rto_recovered(struct tcp_sock *tp)
{
	if (!tp->rto_stamp_ns)
		return;
	tp->total_rto_time_ms +=
		(u32)((tp->tcp_mstamp_ns - tp->rto_stamp_ns) / NSEC_PER_MSEC);
	tp->rto_stamp_ns = 0;
}

/**
 * tcp_ack() - A segment with ACK has arrived; its sequence is acceptable.
 * @sk:   locked; tcp_mstamp_ns is now, rx_opt holds the segment's options.
 * @skb:  the segment; not consumed.
 * @flag: FLAG_SLOWPATH unless the window field is as before and there are no
 *        SACK blocks; FLAG_UPDATE_TS_RECENT; FLAG_NO_CHALLENGE_ACK.
 *
 * Context: task or softirq.
 * Return:  1: it was of use or at least new; 0: old; < 0: drop the segment for
 * -(that reason).
 */
int tcp_ack(struct sock *sk, struct sk_buff *skb, int flag)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct rate_sample rs;
	struct tcp_sacktag_state st = { .rate = &rs };
	u32 prior_snd_una = tp->snd_una, ack_seq = TCP_SKB_CB(skb)->seq;
	u32 ack = TCP_SKB_CB(skb)->ack_seq, prior_packets = tp->packets_out;
	u32 prior_delivered = tp->delivered, prior_lost = tp->lost;
	u32 prior_fack, delivered, max_window;
	int rexmit = REXMIT_NONE;

	memset(&rs, 0, sizeof(rs));
	if (before(ack, prior_snd_una)) {
		/* RFC 5961, section 5.2: an ACK from far back is forged. */
		max_window = (u32)min((u64)tp->max_window, tp->bytes_acked);
		if (before(ack, prior_snd_una - max_window)) {
			if (!(flag & FLAG_NO_CHALLENGE_ACK))
				tcp_send_challenge_ack(sk);
			return -(int)SKB_DROP_REASON_TCP_TOO_OLD_ACK;
		}
		return old_ack(sk, skb, prior_snd_una, &st);
	}
	if (after(ack, tp->snd_nxt))
		return -(int)SKB_DROP_REASON_TCP_ACK_UNSENT_DATA;

	st.flag = flag;
	if (after(ack, prior_snd_una)) {
		st.flag |= FLAG_SND_UNA_ADVANCED;
		icsk->icsk_retransmits = 0;
		tcp_rto_recovered(tp);
	}
	prior_fack = tcp_is_sack(tp) ? tcp_highest_sack_seq(tp) : tp->snd_una;
	rs.prior_in_flight = tcp_packets_in_flight(tp);
	if (icsk->icsk_ca_ops->cong_control) /* others do not go by the rate */
		tcp_rate_check_app_limited(sk);
	if (flag & FLAG_UPDATE_TS_RECENT)
		replace_ts_recent(tp, ack_seq);
	if ((st.flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) ==
	    FLAG_SND_UNA_ADVANCED) {
		tp->snd_wl1 = ack_seq;
		snd_una_update(tp, ack);
		st.flag |= FLAG_WIN_UPDATE;
	} else {
		slow_path(sk, skb, prior_snd_una, &st);
	}
	if (icsk->icsk_ca_ops->in_ack_event)
		icsk->icsk_ca_ops->in_ack_event(sk, (u32)st.flag);

	sk->sk_err_soft = 0;
	icsk->icsk_probes_out = 0;
	tp->rcv_tstamp_ns = tp->tcp_mstamp_ns;
	if (!prior_packets) {
		ack_no_queue(sk, ack, prior_snd_una, prior_delivered, st.flag);
		return 1;
	}
	st.flag |= clean_rtx_queue(sk, prior_fack, prior_snd_una,
				   st.flag & FLAG_ECE, &st);
	tcp_rack_update_reo_wnd(sk, &rs);
	if (tp->tlp_high_seq)
		tcp_process_tlp_ack(sk, ack, st.flag);
	if (ack_is_dubious(sk, st.flag)) {
		u32 num_dupack =
			!(st.flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP |
				     FLAG_DSACKING_ACK));

		tcp_fastretrans_alert(sk, prior_snd_una, num_dupack, &st.flag,
				      &rexmit);
	}
	if ((st.flag & FLAG_SET_XMIT_TIMER) &&
	    !tcp_schedule_loss_probe(sk, true))
		tcp_rearm_rto(sk);
	if ((st.flag & FLAG_FORWARD_PROGRESS) || !(st.flag & FLAG_NOT_DUP))
		sk->sk_dst_pending_confirm = true;

	delivered = newly_delivered(sk, prior_delivered);
	rs.is_ack_delayed = (st.flag & FLAG_ACK_MAYBE_DELAYED) != 0;
	rs.is_ece = (st.flag & FLAG_ECE) != 0;
	tcp_rate_gen(sk, delivered, tp->lost - prior_lost, tp->is_sack_reneg,
		     &rs);
	cong_control(sk, ack, delivered, st.flag, &rs);
	xmit_recovery(sk, rexmit);
	return 1;
}

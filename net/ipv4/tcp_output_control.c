// SPDX-License-Identifier: MIT
/*
 * DOC: segments that carry no data of the program's: SYN, FIN, RST, pure
 * ACKs, window and keepalive probes, and when a delayed ACK is due.
 *
 * Called by the state machine, the timers and the receive side with the
 * socket locked; calls tcp_transmit_skb(). SYN and FIN occupy sequence space
 * and are queued for retransmission; the others are sent once.
 */
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

/*
 * The sequence number of a segment without data: snd_nxt, unless the peer's
 * window has shrunk to the left of it; then the last one it takes, within the
 * error of the window scale (RFC 7323, section 2.4).
 */
static u32 acceptable_seq(const struct tcp_sock *tp)
{
	u32 end = tcp_wnd_end(tp);

	if (!before(end, tp->snd_nxt) ||
	    (tp->rx_opt.wscale_ok &&
	     tp->snd_nxt - end < 1U << tp->rx_opt.rcv_wscale))
		return tp->snd_nxt;
	return end;
}

/* --- opening --- */

static void connect_init_mss(struct sock *sk, const struct dst_entry *dst)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->tcp_header_len = sizeof(struct tcphdr);
	if (tcp_net(sk)->sysctl_tcp_timestamps)
		tp->tcp_header_len += TCPOLEN_TSTAMP_ALIGNED;
	if (tp->rx_opt.user_mss)
		tp->rx_opt.mss_clamp = tp->rx_opt.user_mss;
	tp->max_window = 0;
	tcp_mtup_init(sk);
	tcp_sync_mss(sk, dst_mtu(dst));
	tp->advmss = (u16)tcp_mss_clamp(tp, dst_metric_advmss(dst));
	tcp_initialize_rcv_mss(sk);
}

static void connect_init_window(struct sock *sk, const struct dst_entry *dst)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 space = tcp_full_space(sk), mss = tp->advmss;

	if (!tp->window_clamp)
		tp->window_clamp = dst_metric(dst, RTAX_WINDOW);
	if ((sk->sk_userlocks & SOCK_RCVBUF_LOCK) &&
	    (tp->window_clamp > space || tp->window_clamp == 0))
		tp->window_clamp = space;
	if (tp->rx_opt.ts_recent_stamp_s)
		mss -= tp->tcp_header_len - (u32)sizeof(struct tcphdr);
	tcp_select_initial_window(
		sk, space, mss, &tp->rcv_wnd, &tp->window_clamp,
		tcp_net(sk)->sysctl_tcp_window_scaling, &tp->rx_opt.rcv_wscale,
		dst_metric(dst, RTAX_INITRWND));
	tp->rcv_ssthresh = tp->rcv_wnd;
}

static void connect_init_sequence(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	sk->sk_err = 0;
	sock_reset_flag(sk, SOCK_DONE);
	tp->snd_wnd = 0;
	tp->snd_wl1 = 0;
	tcp_write_queue_purge(sk);
	tp->snd_una = tp->write_seq;
	tp->snd_sml = tp->write_seq;
	tp->snd_up = tp->write_seq;
	tp->snd_nxt = tp->write_seq;
	if (likely(!tp->repair))
		tp->rcv_nxt = 0;
	tp->rcv_wup = tp->rcv_nxt;
	tp->copied_seq = tp->rcv_nxt;
	icsk->icsk_rto_ns = TCP_TIMEOUT_INIT;
	icsk->icsk_retransmits = 0;
	tcp_clear_retrans(tp);
}

/**
 * tcp_connect() - Send the SYN (RFC 9293, section 3.5).
 * @sk: locked, SYN_SENT, bound and routed; write_seq is the initial sequence
 *      number.
 * @fo: what it takes along, with Fast Open; or NULL.
 *
 * A SYN that IP could not send is tried again by the timer.
 *
 * Return: 0; -ENOBUFS; -EHOSTUNREACH without a route; -ECONNREFUSED.
 */
int tcp_connect(struct sock *sk, struct tcp_fastopen_request *fo)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	int err;

	if (!sk->sk_dst_cache)
		return -EHOSTUNREACH;
	connect_init_mss(sk, sk->sk_dst_cache);
	connect_init_window(sk, sk->sk_dst_cache);
	connect_init_sequence(sk);
	tcp_ca_dst_init(sk, sk->sk_dst_cache);
	tcp_dst_metrics(sk, sk->sk_dst_cache);

	skb = tcp_stream_alloc_skb(sk, 0, GFP_KERNEL, true);
	if (!skb)
		return -ENOBUFS;
	tcp_init_nondata_skb(skb, tp->write_seq, TCPHDR_SYN);
	/* RFC 3168, section 6.1.1: ECE and CWR in the SYN ask for ECN. */
	tp->ecn_flags = 0;
	if (tcp_net(sk)->sysctl_tcp_ecn == 1 ||
	    (dst_metric(sk->sk_dst_cache, RTAX_FEATURES) & RTAX_FEATURE_ECN)) {
		TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_ECE | TCPHDR_CWR;
		tp->ecn_flags = TCP_ECN_OK;
	}
	tcp_mstamp_refresh(tp);
	tp->retrans_stamp_ns = tp->tcp_mstamp_ns;
	tp->write_seq = TCP_SKB_CB(skb)->end_seq;
	tp->packets_out += tcp_skb_pcount(skb);
	tcp_rtx_queue_insert(sk, skb);

	if (fo) {
		tp->fastopen_req = fo;
		err = tcp_send_syn_data(sk, skb, fo);
		tp->fastopen_req = NULL;
	} else {
		err = tcp_transmit_skb(sk, skb, true, GFP_KERNEL);
	}
	if (err == -ECONNREFUSED)
		return err;
	/* Data that could not go along is queued. */
	skb = tcp_send_head(sk);
	tp->snd_nxt = skb ? TCP_SKB_CB(skb)->seq : tp->write_seq;
	tp->pushed_seq = tp->snd_nxt;
	tp->highest_sack = NULL;
	NET_INC_STATS(sock_net(sk), Tcp_ActiveOpens);
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
				  inet_csk(sk)->icsk_rto_ns,
				  tcp_rto_max_ns(sk));
	return 0;
}

/**
 * tcp_send_synack() - Simultaneous open: our SYN goes again, with an ACK.
 * @sk: locked, SYN_RECV; its SYN is unacknowledged (RFC 9293, figure 8).
 *
 * Return: 0; -EFAULT if there is no SYN; what IP says.
 */
int tcp_send_synack(struct sock *sk)
{
	struct sk_buff *skb = tcp_rtx_queue_head(sk);
	struct tcp_skb_cb *cb;

	if (!skb || !(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_SYN))
		return -EFAULT;
	cb = TCP_SKB_CB(skb);
	if (!(cb->tcp_flags & TCPHDR_ACK)) {
		cb->tcp_flags |= TCPHDR_ACK;
		/* RFC 3168, section 6.1.1: only ECE in the answer. */
		cb->tcp_flags &= 0xff ^ (TCPHDR_ECE | TCPHDR_CWR);
		if (tcp_sk(sk)->ecn_flags & TCP_ECN_OK)
			cb->tcp_flags |= TCPHDR_ECE;
	}
	return tcp_transmit_skb(sk, skb, true, GFP_ATOMIC);
}

/* --- closing --- */

/**
 * tcp_fin_is_owed() - Did memory fail tcp_send_fin()?
 * @sk: locked.
 *
 * Return: true if a FIN has its number but no packet yet.
 */
bool tcp_fin_is_owed(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tcp_rtx_and_write_queues_empty(sk) &&
	       tp->write_seq == tp->snd_nxt + 1 &&
	       (TCPF(sk->sk_state) &
		(TCPF(TCP_FIN_WAIT1) | TCPF(TCP_CLOSING) | TCPF(TCP_LAST_ACK)));
}

/**
 * tcp_send_fin() - No more data will come from here.
 * @sk: locked; its state has already left ESTABLISHED or CLOSE_WAIT.
 *
 * The FIN rides on the last unsent packet. Without memory for one of its own
 * it rides on the last one sent, and goes when that is resent; if nothing is
 * unacknowledged either, its number is taken and the probe timer tries again.
 */
void tcp_send_fin(struct sock *sk)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue), *skb;
	bool owed = tcp_fin_is_owed(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tail) {
		skb = tcp_stream_alloc_skb(sk, 0, GFP_KERNEL, true);
		if (likely(skb)) {
			tcp_init_nondata_skb(skb, tp->write_seq - owed,
					     TCPHDR_ACK | TCPHDR_FIN);
			tp->write_seq = TCP_SKB_CB(skb)->end_seq;
			__skb_queue_tail(&sk->sk_write_queue, skb);
			tcp_chrono_start(sk, TCP_CHRONO_BUSY);
			goto push;
		}
		tail = tcp_rtx_queue_tail(sk);
		if (!tail) {
			tp->write_seq += !owed;
			inet_csk_reset_xmit_timer(sk, ICSK_TIME_PROBE0,
						  TCP_RESOURCE_PROBE_INTERVAL,
						  tcp_rto_max_ns(sk));
			return;
		}
		tp->snd_nxt++;
	}
	TCP_SKB_CB(tail)->tcp_flags |= TCPHDR_FIN;
	TCP_SKB_CB(tail)->end_seq++;
	tp->write_seq++;
push:
	__tcp_push_pending_frames(sk, tcp_current_mss(sk), TCP_NAGLE_OFF);
}

/**
 * tcp_send_active_reset() - Abort: data was lost, or the program wants it.
 * @sk:  locked; RFC 9293, section 3.10.5.
 * @gfp: for the packet.
 */
void tcp_send_active_reset(struct sock *sk, gfp_t gfp)
{
	struct sk_buff *skb = tcp_alloc_control_skb(gfp);
	struct tcp_sock *tp = tcp_sk(sk);

	NET_INC_STATS(sock_net(sk), Tcp_OutRsts);
	if (!skb) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortFailed);
		return;
	}
	tcp_init_nondata_skb(skb, acceptable_seq(tp), TCPHDR_ACK | TCPHDR_RST);
	tcp_mstamp_refresh(tp);
	if (tcp_transmit_skb(sk, skb, false, gfp))
		NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortFailed);
}

/* --- ACKs --- */

/**
 * tcp_send_ack() - An ACK, now.
 * @sk: locked.
 *
 * Without memory the delayed ACK timer tries again.
 */
void tcp_send_ack(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct sk_buff *skb;

	if (sk->sk_state == TCP_CLOSE)
		return;
	skb = tcp_alloc_control_skb(GFP_ATOMIC);
	if (unlikely(!skb)) {
		inet_csk_schedule_ack(sk);
		icsk->icsk_ack.ato_ns = TCP_ATO_MIN;
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_DACK, TCP_DELACK_MAX,
					  tcp_rto_max_ns(sk));
		return;
	}
	tcp_init_nondata_skb(skb, acceptable_seq(tcp_sk(sk)), TCPHDR_ACK);
	tcp_mstamp_refresh(tcp_sk(sk));
	tcp_transmit_skb(sk, skb, false, GFP_ATOMIC);
}

/**
 * tcp_send_delayed_ack() - Let the ACK wait for data to ride on.
 * @sk: locked.
 *
 * Not longer than a round trip, 200 ms at most and 500 ms in no case (RFC
 * 1122, section 4.2.3.2); an ACK that already waits for most of that goes at
 * once.
 */
void tcp_send_delayed_ack(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 ato = icsk->icsk_ack.ato_ns, now = ktime_get_ns(), when, rtt;

	if (ato > TCP_DELACK_MIN) {
		u64 max_ato = 500 * NSEC_PER_MSEC;

		if (inet_csk_in_pingpong_mode(sk) ||
		    (icsk->icsk_ack.pending & ICSK_ACK_PUSHED))
			max_ato = TCP_DELACK_MAX;
		if (tp->srtt_us) {
			rtt = (u64)(tp->srtt_us >> 3) * NSEC_PER_USEC;
			max_ato = min(max_ato, max(rtt, TCP_DELACK_MIN));
		}
		ato = min(ato, max_ato);
	}
	ato = min(ato, icsk->icsk_delack_max_us
			       ? icsk->icsk_delack_max_us * NSEC_PER_USEC
			       : TCP_DELACK_MAX);

	when = now + ato;
	if (icsk->icsk_ack.pending & ICSK_ACK_TIMER) {
		if (icsk->icsk_ack.timeout_ns <= now + (ato >> 2)) {
			tcp_send_ack(sk);
			return;
		}
		when = min(when, icsk->icsk_ack.timeout_ns);
	}
	icsk->icsk_ack.pending |= ICSK_ACK_SCHED | ICSK_ACK_TIMER;
	icsk->icsk_ack.timeout_ns = when;
	sk_reset_timer(sk, &icsk->icsk_delack_timer, when);
}

/* --- probes --- */

/*
 * An ACK that makes the peer answer: with a sequence number that it has
 * already acknowledged, or, @urgent, with the urgent pointer.
 */
static int send_probe_segment(struct sock *sk, bool urgent, enum snmp_mib mib)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_alloc_control_skb(GFP_ATOMIC);

	if (!skb)
		return -1;
	tcp_init_nondata_skb(skb, tp->snd_una - !urgent, TCPHDR_ACK);
	sock_net(sk)->mib.v[mib]++;
	tcp_mstamp_refresh(tp);
	return tcp_transmit_skb(sk, skb, false, GFP_ATOMIC);
}

/* What of the packet at the head fits the window goes as a probe. */
static int probe_with_data(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	u32 mss = tcp_current_mss(sk), seg = tcp_wnd_end(tp) - cb->seq;
	int err;

	if (before(tp->pushed_seq, cb->end_seq))
		tp->pushed_seq = cb->end_seq;
	if (seg < cb->end_seq - cb->seq || skb->len > mss) {
		seg = min(seg, mss);
		cb->tcp_flags |= TCPHDR_PSH;
		if (seg < skb->len &&
		    tcp_fragment(sk, false, skb, seg, mss, GFP_ATOMIC))
			return -1;
	}
	if (!tcp_skb_pcount(skb))
		tcp_set_skb_tso_segs(skb, mss);
	cb->tcp_flags |= TCPHDR_PSH;
	tcp_mstamp_refresh(tp);
	err = tcp_transmit_skb(sk, skb, true, GFP_ATOMIC);
	if (!err)
		tcp_event_new_data_sent(sk, skb);
	return err;
}

/**
 * tcp_write_wakeup() - Provoke an answer from the peer.
 * @sk:  locked.
 * @mib: counter for a probe without data.
 *
 * Return: 0 if something was sent; > 0 if the queue below dropped it; < 0.
 */
int tcp_write_wakeup(struct sock *sk, enum snmp_mib mib)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_send_head(sk);

	if (sk->sk_state == TCP_CLOSE)
		return -1;
	if (skb && before(TCP_SKB_CB(skb)->seq, tcp_wnd_end(tp)))
		return probe_with_data(sk, skb);
	if (between(tp->snd_up, tp->snd_una + 1, tp->snd_una + 0xffff))
		send_probe_segment(sk, true, mib);
	return send_probe_segment(sk, false, mib);
}

/**
 * tcp_send_probe0() - The peer's window is still closed: ask again.
 * @sk: locked; from the persist timer (RFC 9293, section 3.8.6.1).
 *
 * Intervals double up to TCP_RTO_MAX; when the machine itself could not send,
 * the next try comes soon.
 */
void tcp_send_probe0(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 timeout;
	int err = tcp_write_wakeup(sk, MIB_TcpExt_TCPWinProbe);

	if (tcp_sk(sk)->packets_out || skb_queue_empty(&sk->sk_write_queue)) {
		icsk->icsk_probes_out = 0;
		icsk->icsk_backoff = 0;
		icsk->icsk_probes_tstamp_ns = 0;
		return;
	}
	icsk->icsk_probes_out++;
	if (err <= 0) {
		if (icsk->icsk_backoff < tcp_net(sk)->sysctl_tcp_retries2)
			icsk->icsk_backoff++;
		timeout = tcp_probe0_when_ns(sk, tcp_rto_max_ns(sk));
	} else {
		timeout = TCP_RESOURCE_PROBE_INTERVAL;
	}
	timeout = tcp_clamp_probe0_to_user_timeout(sk, timeout);
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_PROBE0, timeout,
				  tcp_rto_max_ns(sk));
}

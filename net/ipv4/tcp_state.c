// SPDX-License-Identifier: MIT
/*
 * DOC: segments in every state but ESTABLISHED (RFC 9293, section 3.10.7):
 * the handshake of the active side, with simultaneous open; the handshake's
 * last ACK on the passive side; closing in every order.
 *
 * Called by tcp_v4_do_rcv() and tcp_child_process(); calls tcp_ack.c for what
 * an ACK means, tcp_rcvqueue.c for data, tcp_listen.c for a SYN to a listener
 * and tcp_minisocks.c for TIME_WAIT.
 *
 * State: the socket's, which is owned by the caller or by nobody in softirq.
 */
#include "net/ipv4/tcp_conn_int.h"
#include "net/ipv4/tcp_fastopen.h"

static int discard(struct sk_buff *skb, enum skb_drop_reason reason)
{
	kfree_skb_reason(skb, reason);
	return 0;
}

/* --- options agreed --- */

static void enable_tstamp(struct tcp_sock *tp)
{
	tp->rx_opt.tstamp_ok = 1;
	tp->tcp_header_len = sizeof(struct tcphdr) + TCPOLEN_TSTAMP_ALIGNED;
	tp->advmss -= TCPOLEN_TSTAMP_ALIGNED;
	tcp_store_ts_recent(tp);
}

/* What the peer's SYN said is in rx_opt; without its consent, nothing. */
static void agree_options(struct tcp_sock *tp)
{
	if (!tp->rx_opt.wscale_ok) {
		tp->rx_opt.snd_wscale = 0;
		tp->rx_opt.rcv_wscale = 0;
		tp->window_clamp = min(tp->window_clamp, 65535U);
	}
	if (tp->rx_opt.saw_tstamp)
		enable_tstamp(tp);
	else
		tp->tcp_header_len = sizeof(struct tcphdr);
}

static void forget_options(struct tcp_sock *tp, u16 mss_clamp)
{
	tp->rx_opt.tstamp_ok = 0;
	tp->rx_opt.saw_tstamp = 0;
	tp->rx_opt.sack_ok = 0;
	tp->rx_opt.wscale_ok = 0;
	tp->rx_opt.snd_wscale = 0;
	tp->rx_opt.mss_clamp = mss_clamp;
}

/* RFC 3168, section 6.1.1: the SYN-ACK says yes with ECE and without CWR. */
static void ecn_rcv_synack(struct tcp_sock *tp, const struct tcphdr *th)
{
	if ((tp->ecn_flags & TCP_ECN_OK) && (!th->ece || th->cwr))
		tp->ecn_flags &= (u8)~TCP_ECN_OK;
}

static void ecn_rcv_syn(struct tcp_sock *tp, const struct tcphdr *th)
{
	if ((tp->ecn_flags & TCP_ECN_OK) && (!th->ece || !th->cwr))
		tp->ecn_flags &= (u8)~TCP_ECN_OK;
}

/* --- established --- */

/**
 * tcp_init_transfer() - The handshake is done: what sending starts from.
 * @sk: the connection, routed.
 */
void tcp_init_transfer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_mtup_init(sk);
	tcp_init_metrics(sk);
	/* RFC 5681, section 3.1: a lost SYN means one segment. A single
	 * retransmission may be for the initial RTO being too short, and
	 * RFC 6298 keeps it at 1 s. */
	if (tp->total_retrans > 1 && tp->undo_marker)
		tp->snd_cwnd = 1;
	else
		tp->snd_cwnd = tcp_init_cwnd(tp, sk->sk_dst_cache);
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	if (!inet_csk(sk)->icsk_ca_initialized)
		tcp_init_congestion_control(sk);
	tcp_init_buffer_space(sk);
	if (!inet_csk(sk)->icsk_ca_ops->cong_control)
		tcp_update_pacing_rate(sk);
}

/**
 * tcp_finish_connect() - Our SYN was answered: the connection exists.
 * @sk:  from SYN_SENT to ESTABLISHED.
 * @skb: the SYN-ACK, or NULL.
 */
void tcp_finish_connect(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_set_state(sk, TCP_ESTABLISHED);
	inet_csk(sk)->icsk_ack.lrcvtime_ns = ktime_get_ns();
	tcp_init_transfer(sk);
	/* The first data is no more idle than the handshake was. */
	tp->lsndtime_ns = tp->tcp_mstamp_ns;
	if (sock_flag(sk, SOCK_KEEPOPEN))
		inet_csk_reset_keepalive_timer(sk, keepalive_time_when_ns(tp));
}

static void tell_program(struct sock *sk)
{
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_state_change(sk);
}

/* --- SYN_SENT --- */

/* RFC 9293, section 3.10.7.3, first and second: an ACK that is for our SYN,
 * and a time stamp that can echo one of ours. */
static bool synsent_ack_ok(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (!after(cb->ack_seq, tp->snd_una) ||
	    after(cb->ack_seq, tp->snd_nxt)) {
		/* The peer is in an older connection of these names, and our
		 * RST will end that: try again soon, not after a whole RTO. */
		if (!inet_csk(sk)->icsk_retransmits)
			inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
						  TCP_TIMEOUT_MIN,
						  tcp_rto_max_ns(sk));
		return false;
	}
	if (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr &&
	    !between(tp->rx_opt.rcv_tsecr,
		     tcp_time_stamp_ms(tp->retrans_stamp_ns),
		     tcp_time_stamp_ms(tp->tcp_mstamp_ns))) {
		NET_INC_STATS(sock_net(sk), TcpExt_PAWSActive);
		return false;
	}
	return true;
}

/* Whether the ACK of the SYN-ACK waits for data that is about to come. Not if
 * the peer has closed already. */
static bool handshake_ack_waits(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state != TCP_ESTABLISHED ||
	    (!sk->sk_write_pending && !icsk->icsk_defer_accept &&
	     !inet_csk_in_pingpong_mode(sk)))
		return false;
	inet_csk_schedule_ack(sk);
	tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_DACK, TCP_DELACK_MAX,
				  tcp_rto_max_ns(sk));
	return true;
}

/* A SYN-ACK for our SYN: fourth step of section 3.10.7.3. @foc: its cookie. */
static void synsent_connected(struct sock *sk, struct sk_buff *skb,
			      const struct tcphdr *th,
			      struct tcp_fastopen_cookie *foc)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq;
	bool resent = false;

	ecn_rcv_synack(tp, th);
	tp->snd_wl1 = seq;
	tcp_ack(sk, skb, FLAG_SLOWPATH);
	tp->rcv_nxt = seq + 1;
	tp->rcv_wup = seq + 1;
	tp->rcv_mwnd_seq = tp->rcv_wup + tp->rcv_wnd;
	/* RFC 7323, section 2.2: the window of a SYN is not scaled. */
	tp->snd_wnd = ntohs(th->window);
	tp->max_window = max(tp->max_window, tp->snd_wnd);
	agree_options(tp);
	tcp_sync_mss(sk, icsk->icsk_pmtu_cookie);
	tcp_initialize_rcv_mss(sk);
	tp->copied_seq = tp->rcv_nxt;
	tcp_finish_connect(sk, skb);
	if (unlikely(tp->syn_fastopen || tp->syn_data))
		resent = tcp_rcv_fastopen_synack(sk, skb, foc);
	tell_program(sk);
	if (!resent && !handshake_ack_waits(sk))
		tcp_send_ack(sk);
	/* Without Fast Open, data and FIN of a SYN-ACK are not taken: they
	 * will come again. */
	tcp_data_snd_check(sk);
}

/* Both ends send a SYN (RFC 9293, figure 8). */
static void synsent_crossed(struct sock *sk, struct sk_buff *skb,
			    const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = TCP_SKB_CB(skb)->seq;

	tcp_set_state(sk, TCP_SYN_RECV);
	agree_options(tp);
	tp->rcv_nxt = seq + 1;
	tp->copied_seq = tp->rcv_nxt;
	tp->rcv_wup = seq + 1;
	tp->rcv_mwnd_seq = tp->rcv_wup + tp->rcv_wnd;
	tp->snd_wnd = ntohs(th->window);
	tp->snd_wl1 = seq;
	tp->max_window = tp->snd_wnd;
	ecn_rcv_syn(tp, th);
	tcp_mtup_init(sk);
	tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu_cookie);
	tcp_initialize_rcv_mss(sk);
	tcp_send_synack(sk);
}

/* RFC 9293, section 3.10.7.3. Return as tcp_rcv_state_process(). */
static int rcv_synsent(struct sock *sk, struct sk_buff *skb,
		       const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_cookie foc = { .len = -1 };
	u16 saved_clamp = tp->rx_opt.mss_clamp;
	enum skb_drop_reason reason;

	/* Nothing was sent that this could answer: as if there were no
	 * connection (RFC 9293, section 3.10.7.1), but a SYN may wait. */
	if (unlikely(tp->defer_connect)) {
		if (th->ack && !th->rst)
			return 1;
		return discard(skb, SKB_DROP_REASON_TCP_CLOSE);
	}
	/* RFC 9293, section 3.7.1: what this SYN-ACK does not say is the
	 * default, whatever the last one said that the data was cut by. */
	if (unlikely(tp->syn_fastopen || tp->syn_data))
		tp->rx_opt.mss_clamp = tp->rx_opt.user_mss ?: TCP_MSS_DEFAULT;
	tcp_parse_options(sock_net(sk), skb, &tp->rx_opt, false, &foc);
	if (tp->rx_opt.saw_tstamp && tp->rx_opt.rcv_tsecr)
		tp->rx_opt.rcv_tsecr -= tp->tsoffset;
	if (th->ack) {
		if (!synsent_ack_ok(sk, skb)) {
			forget_options(tp, saved_clamp);
			if (!th->rst)
				return 1;
			reason = SKB_DROP_REASON_TCP_INVALID_ACK_SEQUENCE;
			return discard(skb, reason);
		}
		if (th->rst) {
			tcp_reset(sk, skb);
			return discard(skb, SKB_DROP_REASON_TCP_RESET);
		}
		if (!th->syn)
			goto drop;
		synsent_connected(sk, skb, th, &foc);
		consume_skb(skb);
		return 0;
	}
	if (th->rst || !th->syn)
		goto drop;
	/* The peer's clock from an earlier connection (RFC 6191). */
	if (tp->rx_opt.ts_recent_stamp_s && tp->rx_opt.saw_tstamp &&
	    tcp_paws_reject(&tp->rx_opt, false))
		goto drop;
	synsent_crossed(sk, skb, th);
	consume_skb(skb);
	return 0;

drop:
	forget_options(tp, saved_clamp);
	return discard(skb, th->rst ? SKB_DROP_REASON_TCP_RESET
				    : SKB_DROP_REASON_TCP_FLAGS);
}

/* --- the peer closes --- */

/**
 * tcp_fin() - The peer's FIN has been reached: no more data will come.
 * @sk: the connection; rcv_nxt is beyond the FIN.
 *
 * RFC 9293, section 3.10.7.4, eighth.
 */
void tcp_fin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node *n;

	inet_csk_schedule_ack(sk);
	sk->sk_shutdown |= RCV_SHUTDOWN;
	sock_set_flag(sk, SOCK_DONE);
	/* Nothing is beyond a FIN; TIME_WAIT or the program frees the rest. */
	while ((n = rb_first(&tp->out_of_order_queue))) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);

		rb_erase(n, &tp->out_of_order_queue);
		kfree_skb_reason(skb, SKB_DROP_REASON_TCP_OFO_QUEUE_PRUNE);
	}
	tp->ooo_last_skb = NULL;
	tp->rx_opt.dsack = 0;
	tp->rx_opt.num_sacks = 0;

	switch (sk->sk_state) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		tcp_set_state(sk, TCP_CLOSE_WAIT);
		inet_csk(sk)->icsk_ack.pingpong = TCP_PINGPONG_THRESH;
		break;
	case TCP_FIN_WAIT1: /* simultaneous close */
		tcp_send_ack(sk);
		tcp_set_state(sk, TCP_CLOSING);
		break;
	case TCP_FIN_WAIT2:
		tcp_send_ack(sk);
		tcp_time_wait(sk, TCP_TIME_WAIT, 0);
		break;
	default: /* CLOSE_WAIT, CLOSING, LAST_ACK: the FIN came again */
		break;
	}
	tell_program(sk);
}

/* --- our side closes --- */

/* Data beyond what the peer has sent so far? */
static bool has_new_data(const struct tcp_sock *tp, const struct sk_buff *skb,
			 const struct tcphdr *th)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	return cb->end_seq != cb->seq &&
	       after(cb->end_seq - th->fin, tp->rcv_nxt);
}

/* Our FIN was acknowledged in FIN_WAIT1. Return: 1: answer with a RST; 0: go
 * on; -1: the segment's work is done. */
static int fin_wait1_acked(struct sock *sk, struct sk_buff *skb,
			   const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 tmo;

	tcp_set_state(sk, TCP_FIN_WAIT2);
	sk->sk_shutdown |= SEND_SHUTDOWN;
	sk->sk_dst_pending_confirm = true;
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		return 0;
	}
	/* Nobody is left to read what comes (RFC 1122, section 4.2.2.13). */
	if (tp->linger2 < 0 || has_new_data(tp, skb, th)) {
		tcp_done(sk);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnData);
		return 1;
	}
	tmo = tcp_fin_time_s(sk) * NSEC_PER_SEC;
	if (tmo > TCP_TIMEWAIT_LEN) {
		inet_csk_reset_keepalive_timer(sk, tmo - TCP_TIMEWAIT_LEN);
	} else if (th->fin || sock_owned_by_user(sk)) {
		/* TIME_WAIT could not take this FIN; wait here for it. */
		inet_csk_reset_keepalive_timer(sk, tmo);
	} else {
		tcp_time_wait(sk, TCP_FIN_WAIT2, tmo);
		return -1;
	}
	return 0;
}

/* A Fast Open is complete: the connection, which is used already, has an
 * ordinary retransmit timer from now on. */
static void fastopen_acked(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	/* The SYN-ACK that went twice was for nothing, says the time stamp. */
	if (icsk->icsk_ca_state == TCP_CA_Loss && !tp->packets_out)
		tcp_try_undo_recovery(sk);
	tcp_rto_recovered(tp);
	icsk->icsk_retransmits = 0;
	/* But not what this ACK has set: it may have begun a recovery. */
	tcp_retrans_stamp_cleanup(sk);
	tcp_fastopen_remove(sk, false);
	tcp_rearm_rto(sk);
}

/* The handshake's last ACK reached us in SYN_RECV. */
static void syn_recv_acked(struct sock *sk, const struct sk_buff *skb,
			   const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct request_sock *req = tp->fastopen_rsk;

	tp->delivered++;
	if (req)
		tp->syn_stamp_ns = req->num_retrans ? 0 : req->snt_synack_ns;
	if (!tp->srtt_us)
		tcp_synack_rtt_meas(sk, tp->syn_stamp_ns);
	if (req) {
		fastopen_acked(sk);
	} else {
		tp->retrans_stamp_ns = 0;
		tcp_init_transfer(sk);
		tp->copied_seq = tp->rcv_nxt;
	}
	tcp_set_state(sk, TCP_ESTABLISHED);
	tell_program(sk);
	tp->snd_una = TCP_SKB_CB(skb)->ack_seq;
	tp->snd_wnd = (u32)ntohs(th->window) << tp->rx_opt.snd_wscale;
	tp->snd_wl1 = TCP_SKB_CB(skb)->seq;
	tp->max_window = max(tp->max_window, tp->snd_wnd);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		inet_csk_reset_keepalive_timer(sk, keepalive_time_when_ns(tp));
	inet_csk(sk)->icsk_ack.lrcvtime_ns = ktime_get_ns();
	tp->lsndtime_ns = tp->tcp_mstamp_ns;
	tcp_initialize_rcv_mss(sk);
	/* shutdown() before there was a connection to close. */
	if (sk->sk_shutdown & SEND_SHUTDOWN)
		tcp_shutdown(sk, SEND_SHUTDOWN);
}

/* RFC 9293, section 3.10.7.4, fifth: what the ACK did to the state. Return as
 * fin_wait1_acked(). */
static int ack_changes_state(struct sock *sk, struct sk_buff *skb,
			     const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool all_acked;

	if (sk->sk_state == TCP_SYN_RECV)
		syn_recv_acked(sk, skb, th);
	else if (unlikely(tp->fastopen_rsk))
		fastopen_acked(sk);
	all_acked = tp->snd_una == tp->write_seq;
	switch (sk->sk_state) {
	case TCP_FIN_WAIT1:
		return all_acked ? fin_wait1_acked(sk, skb, th) : 0;
	case TCP_CLOSING:
		if (!all_acked)
			return 0;
		tcp_time_wait(sk, TCP_TIME_WAIT, 0);
		return -1;
	case TCP_LAST_ACK:
		if (!all_acked)
			return 0;
		tcp_done(sk);
		return -1;
	default:
		return 0;
	}
}

/* Sixth to eighth: urgent pointer, data, FIN. Return: 1: answer with a RST. */
static int take_data(struct sock *sk, struct sk_buff *skb,
		     const struct tcphdr *th)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool beyond_fin = false;

	tcp_urg(sk, skb, th);
	switch (sk->sk_state) {
	case TCP_CLOSE_WAIT:
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		/* After the peer's FIN only what is older can come again; what
		 * is beyond it is nobody's. */
		if (!before(TCP_SKB_CB(skb)->seq, tp->rcv_nxt)) {
			beyond_fin = TCP_SKB_CB(skb)->end_seq !=
				     TCP_SKB_CB(skb)->seq;
			break;
		}
		fallthrough;
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		/* RFC 1122, section 4.2.2.13: the program will not read it. */
		if ((sk->sk_shutdown & RCV_SHUTDOWN) &&
		    has_new_data(tp, skb, th)) {
			NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnData);
			tcp_reset(sk, skb);
			return 1;
		}
		fallthrough;
	case TCP_ESTABLISHED:
		tcp_data_queue(sk, skb);
		skb = NULL;
		break;
	default:
		break;
	}
	if (beyond_fin)
		kfree_skb_reason(skb, SKB_DROP_REASON_TCP_INVALID_SEQUENCE);
	else if (skb)
		consume_skb(skb);
	/* tcp_data_queue() may have ended the connection. */
	if (sk->sk_state != TCP_CLOSE) {
		tcp_data_snd_check(sk);
		tcp_ack_snd_check(sk);
	}
	return 0;
}

/* RFC 9293, section 3.10.7.2. */
static int rcv_listen(struct sock *sk, struct sk_buff *skb,
		      const struct tcphdr *th)
{
	if (th->ack)
		return 1;
	if (th->rst)
		return discard(skb, SKB_DROP_REASON_TCP_RESET);
	if (!th->syn || th->fin)
		return discard(skb, SKB_DROP_REASON_TCP_FLAGS);
	tcp_conn_request(sk, skb);
	consume_skb(skb);
	return 0;
}

/**
 * tcp_rcv_state_process() - A segment in any state but ESTABLISHED.
 * @sk:  the socket; may be in TCP_CLOSE, and at its end, afterwards.
 * @skb: starts at the TCP header, which is checked and linear; its control
 *       block is filled.
 *
 * Ownership: consumes @skb, unless 1 is returned.
 * Context:   softirq, or the owner working off the backlog; the caller holds
 *            a reference of @sk.
 * Return:    1: answer @skb with a RST; 0: it was dealt with.
 */
int tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcphdr *th = tcp_hdr(skb);
	int verdict;

	tcp_mstamp_refresh(tp);
	switch (sk->sk_state) {
	case TCP_CLOSE:
		return discard(skb, SKB_DROP_REASON_TCP_CLOSE);
	case TCP_LISTEN:
		return rcv_listen(sk, skb, th);
	case TCP_SYN_SENT:
		return rcv_synsent(sk, skb, th);
	default:
		break;
	}
	if (unlikely(tp->fastopen_rsk) && !tcp_fastopen_check_req(sk, skb))
		return discard(skb, SKB_DROP_REASON_TCP_INVALID_SEQUENCE);
	if (!th->ack && !th->rst && !th->syn)
		return discard(skb, SKB_DROP_REASON_TCP_FLAGS);
	if (!tcp_validate_incoming(sk, skb, th))
		return 0;
	verdict = tcp_ack(sk, skb,
			  FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT |
				  FLAG_NO_CHALLENGE_ACK);
	if (verdict <= 0 && sk->sk_state == TCP_SYN_RECV)
		return 1;
	if (verdict < 0) {
		tcp_send_challenge_ack(sk);
		return discard(skb, (enum skb_drop_reason)(-verdict));
	}
	verdict = ack_changes_state(sk, skb, th);
	if (verdict < 0) {
		consume_skb(skb);
		return 0;
	}
	return verdict ?: take_data(sk, skb, th);
}

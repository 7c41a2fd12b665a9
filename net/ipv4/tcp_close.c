// SPDX-License-Identifier: MIT
/*
 * DOC: how a connection ends, from this side or the other: close, shutdown,
 * disconnect, reset, and the state variable itself.
 *
 * A closed socket whose connection goes on (FIN not yet acknowledged) is an
 * orphan: no program, sk_socket NULL, counted in tcp_orphans, freed by
 * inet_csk_destroy_sock() when it reaches TCP_CLOSE. After FIN_WAIT2 a small
 * TIME_WAIT socket takes its place.
 *
 * Called by tcp_prot in task context with the socket owned, and by the receive
 * side and the timers. RFC 9293, sections 3.6, 3.10.4, 3.10.5; RFC 2525,
 * section 2.17.
 */
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/uapi/poll.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

/* --- the state --- */

#define CURRENT (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT))

/* RFC 4022: tcpCurrEstab, tcpEstabResets. */
static void count_state_change(struct net *net, int old, int new)
{
	bool was = TCPF(old) & CURRENT, is = TCPF(new) & CURRENT;

	if (was && !is)
		NET_DEC_STATS(net, Tcp_CurrEstab);
	else if (!was && is)
		NET_INC_STATS(net, Tcp_CurrEstab);
	if (was && new == TCP_CLOSE)
		NET_INC_STATS(net, Tcp_EstabResets);
}

/**
 * tcp_set_state() - Enter a state of RFC 9293, section 3.3.2.
 * @sk:    locked.
 * @state: TCP_CLOSE also makes the socket unfindable and gives its port back,
 *         unless the program bound it.
 */
void tcp_set_state(struct sock *sk, int state)
{
	count_state_change(sock_net(sk), sk->sk_state, state);
	if (state == TCP_CLOSE) {
		/* By the old state: it says in which table it is. */
		sk->sk_prot->unhash(sk);
		if (inet_csk(sk)->icsk_bind_hash &&
		    !(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
			inet_put_port(sk);
	}
	sk->sk_state = (u8)state;
}

/**
 * tcp_done() - The connection is over: TCP_CLOSE, whoever waits is told.
 * @sk: locked; an orphan may be freed when the caller drops its reference.
 */
void tcp_done(struct sock *sk)
{
	if (sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV)
		NET_INC_STATS(sock_net(sk), Tcp_AttemptFails);
	tcp_set_state(sk, TCP_CLOSE);
	tcp_clear_xmit_timers(sk);
	if (unlikely(tcp_sk(sk)->fastopen_rsk))
		tcp_fastopen_remove(sk, false);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_state_change(sk);
	else
		inet_csk_destroy_sock(sk);
}

/**
 * tcp_reset() - The peer has sent an acceptable RST.
 * @sk:  locked; the caller holds a reference.
 * @skb: the segment; stays the caller's.
 *
 * RFC 9293, section 3.10.7.4, "second, check the RST bit".
 */
void tcp_reset(struct sock *sk, struct sk_buff *skb)
{
	switch (sk->sk_state) {
	case TCP_SYN_SENT:
		sk->sk_err = ECONNREFUSED;
		break;
	case TCP_CLOSE_WAIT:
		sk->sk_err = EPIPE;
		break;
	case TCP_CLOSE:
		return;
	default:
		sk->sk_err = ECONNRESET;
		break;
	}
	tcp_write_queue_purge(sk);
	tcp_done(sk);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_error_report(sk);
}

static void purge_out_of_order(struct tcp_sock *tp)
{
	struct sk_buff *skb;

	while ((skb = rb_to_skb(rb_first(&tp->out_of_order_queue)))) {
		rb_erase(&skb->rbnode, &tp->out_of_order_queue);
		skb->next = NULL;
		skb->prev = NULL;
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_DESTROYED);
	}
	tp->ooo_last_skb = NULL;
}

/**
 * tcp_destroy_sock() - Give back what the connection held (proto.destroy).
 * @sk: TCP_CLOSE, without a program.
 */
void tcp_destroy_sock(struct sock *sk)
{
	tcp_clear_xmit_timers(sk);
	tcp_cleanup_congestion_control(sk);
	tcp_write_queue_purge(sk);
	tcp_fastopen_active_disable_ofo_check(sk);
	purge_out_of_order(tcp_sk(sk));
	/* Closed with unread data before its handshake was complete. */
	if (unlikely(tcp_sk(sk)->fastopen_rsk))
		tcp_fastopen_remove(sk, false);
	if (inet_csk(sk)->icsk_bind_hash)
		inet_put_port(sk);
	tcp_fast_forget(sk);
}

/* --- shutdown --- */

/* What closing the sending side leads to, and whether a FIN says so. */
static const struct {
	u8 next;
	bool fin;
} on_close[TCP_MAX_STATES] = {
	[TCP_ESTABLISHED] = { TCP_FIN_WAIT1, true },
	[TCP_SYN_SENT] = { TCP_CLOSE, false },
	[TCP_SYN_RECV] = { TCP_FIN_WAIT1, true },
	[TCP_FIN_WAIT1] = { TCP_FIN_WAIT1, false },
	[TCP_FIN_WAIT2] = { TCP_FIN_WAIT2, false },
	[TCP_TIME_WAIT] = { TCP_CLOSE, false },
	[TCP_CLOSE] = { TCP_CLOSE, false },
	[TCP_CLOSE_WAIT] = { TCP_LAST_ACK, true },
	[TCP_LAST_ACK] = { TCP_LAST_ACK, false },
	[TCP_LISTEN] = { TCP_CLOSE, false },
	[TCP_CLOSING] = { TCP_CLOSING, false },
	[TCP_NEW_SYN_RECV] = { TCP_CLOSE, false },
};

/* Take the step; true: a FIN is due. */
static bool close_state(struct sock *sk)
{
	u8 old = sk->sk_state;

	tcp_set_state(sk, on_close[old].next);
	return on_close[old].fin;
}

/**
 * tcp_shutdown() - Close the sending direction (proto.shutdown).
 * @sk:  owned; sk_shutdown is set already.
 * @how: SEND_SHUTDOWN, or without it nothing happens on the wire.
 */
void tcp_shutdown(struct sock *sk, int how)
{
	if (!(how & SEND_SHUTDOWN))
		return;
	if ((TCPF(sk->sk_state) & (TCPF(TCP_ESTABLISHED) | TCPF(TCP_SYN_SENT) |
				   TCPF(TCP_CLOSE_WAIT))) &&
	    close_state(sk))
		tcp_send_fin(sk);
}

/* --- close --- */

/**
 * tcp_check_oom() - Must this orphan make room?
 * @sk:    locked.
 * @shift: doubles its weight so many times: it has little hope.
 *
 * Return: true if there are too many orphans, or too little memory for what
 * it has queued.
 */
bool tcp_check_oom(struct sock *sk, int shift)
{
	const struct netns_ipv4 *n = tcp_net(sk);

	return (u64)n->tcp_orphans << shift > n->sysctl_tcp_max_orphans ||
	       (sk->sk_wmem_queued > SOCK_MIN_SNDBUF && tcp_memory_is_short());
}

/**
 * tcp_fin_time_s() - How long to stay in FIN_WAIT2 without a program.
 * @sk: the socket.
 *
 * Return: seconds: TCP_LINGER2 or the sysctl, but 3.5 RTOs at least.
 */
u32 tcp_fin_time_s(const struct sock *sk)
{
	u64 rto = inet_csk(sk)->icsk_rto_ns;
	u32 least_s = (u32)DIV_ROUND_UP((rto << 2) - (rto >> 1), NSEC_PER_SEC);
	u32 s = tcp_sk(sk)->linger2 > 0 ? (u32)tcp_sk(sk)->linger2
					: tcp_net(sk)->sysctl_tcp_fin_timeout;

	return max(s, least_s);
}

/**
 * keepalive_time_when_ns() - Idle time before the first keepalive probe.
 * @tp: the connection.
 *
 * Return: TCP_KEEPIDLE or the sysctl, in ns.
 */
u64 keepalive_time_when_ns(const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;

	return (u64)(tp->keepalive_time_s
			     ?: tcp_net(sk)->sysctl_tcp_keepalive_time) *
	       NSEC_PER_SEC;
}

/* Drop what the program did not read; how many bytes it was. */
static u32 discard_unread(struct sock *sk)
{
	struct sk_buff *skb;
	u32 unread = 0;

	while ((skb = __skb_dequeue(&sk->sk_receive_queue))) {
		u32 end = TCP_SKB_CB(skb)->end_seq;

		if (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN)
			end--;
		/* What was read before may have come again with it. */
		if (after(end, tcp_sk(sk)->copied_seq))
			unread += end - tcp_sk(sk)->copied_seq;
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_DESTROYED);
	}
	return unread;
}

/* Tell the peer, in the way that fits. */
static void close_connection(struct sock *sk)
{
	if (discard_unread(sk)) {
		/* RFC 2525, section 2.17: data is lost, and the peer must
		 * not believe otherwise. */
		NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnClose);
		if (sk->sk_state != TCP_CLOSE) {
			tcp_set_state(sk, TCP_CLOSE);
			tcp_send_active_reset(sk, GFP_KERNEL);
		}
	} else if (sk->sk_state == TCP_CLOSE) {
		return;
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime_ns) {
		tcp_disconnect(sk, 0);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnData);
	} else if (close_state(sk)) {
		tcp_send_fin(sk);
	}
}

/* An orphan in FIN_WAIT2; true: a TIME_WAIT took its place. */
static bool orphan_fin_wait2(struct sock *sk)
{
	u64 tmo;

	if (tcp_sk(sk)->linger2 < 0) {
		tcp_set_state(sk, TCP_CLOSE);
		tcp_send_active_reset(sk, GFP_ATOMIC);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnLinger);
		return false;
	}
	tmo = (u64)tcp_fin_time_s(sk) * NSEC_PER_SEC;
	if (tmo <= TCP_TIMEWAIT_LEN) {
		tcp_time_wait(sk, TCP_FIN_WAIT2, tmo);
		return true;
	}
	inet_csk_reset_keepalive_timer(sk, tmo - TCP_TIMEWAIT_LEN);
	return false;
}

/* The program is gone; what is left of the connection. Softirqs off. */
static void close_orphan(struct sock *sk, int state)
{
	/* The backlog's last segments find an orphan. */
	net_ipv4(sock_net(sk))->tcp_orphans++;
	sk_flush_backlog(sk);
	/* Then it destroyed itself in the backlog. */
	if (state != TCP_CLOSE && sk->sk_state == TCP_CLOSE)
		return;
	if (sk->sk_state == TCP_FIN_WAIT2 && orphan_fin_wait2(sk))
		return;
	if (sk->sk_state != TCP_CLOSE && tcp_check_oom(sk, 0)) {
		tcp_set_state(sk, TCP_CLOSE);
		tcp_send_active_reset(sk, GFP_ATOMIC);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnMemory);
	}
	if (sk->sk_state == TCP_CLOSE)
		inet_csk_destroy_sock(sk);
}

/**
 * tcp_close() - The last descriptor is closed (proto.close).
 * @sk:         not owned by the caller; its reference is taken over.
 * @timeout_ns: SO_LINGER: wait so long for the peer's ACK; 0: do not wait.
 *
 * Unread data, or SO_LINGER with time 0, resets the connection; else a FIN
 * follows what is queued, and the socket lives on as an orphan.
 *
 * Context: task.
 */
void tcp_close(struct sock *sk, u64 timeout_ns)
{
	int state;

	lock_sock(sk);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (sk->sk_state == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		inet_csk_listen_stop(sk);
	} else {
		close_connection(sk);
		sk_stream_wait_close(sk, timeout_ns);
	}
	state = sk->sk_state;
	sock_hold(sk);
	sock_orphan(sk);
	local_bh_disable();
	close_orphan(sk, state);
	local_bh_enable();
	release_sock(sk);
	sock_put(sk);
}

/* --- disconnect --- */

static bool needs_reset(const struct sock *sk, int state)
{
	if (TCPF(state) &
	    (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT) |
	     TCPF(TCP_FIN_WAIT1) | TCPF(TCP_FIN_WAIT2) | TCPF(TCP_SYN_RECV)))
		return true;
	/* Closing, but the FIN is not even out. */
	return tcp_sk(sk)->snd_nxt != tcp_sk(sk)->write_seq &&
	       (TCPF(state) & (TCPF(TCP_CLOSING) | TCPF(TCP_LAST_ACK)));
}

static void disconnect_state(struct sock *sk)
{
	int old = sk->sk_state;

	if (old != TCP_CLOSE)
		tcp_set_state(sk, TCP_CLOSE);
	if (old == TCP_LISTEN) {
		inet_csk_listen_stop(sk);
	} else if (needs_reset(sk, old)) {
		tcp_send_active_reset(sk, GFP_ATOMIC);
		sk->sk_err = ECONNRESET;
	} else if (old == TCP_SYN_SENT) {
		sk->sk_err = ECONNRESET;
	}
}

/**
 * tcp_abort() - End a connection, or a listener with all its own, from outside.
 * @sk:  not owned; the caller holds a reference.
 * @err: what the program hears; a positive errno.
 *
 * Context: task.
 * Return:  0; -ENOENT: it is closed already.
 */
int tcp_abort(struct sock *sk, int err)
{
	int old;

	lock_sock(sk);
	local_bh_disable();
	old = sk->sk_state;
	if (old != TCP_CLOSE && !sock_flag(sk, SOCK_DEAD)) {
		sk->sk_err = err;
		sk->sk_error_report(sk);
	}
	if (old == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		inet_csk_listen_stop(sk);
	} else if (needs_reset(sk, old)) {
		tcp_send_active_reset(sk, GFP_ATOMIC);
	}
	if (old != TCP_CLOSE) {
		tcp_write_queue_purge(sk);
		tcp_done(sk);
	}
	local_bh_enable();
	release_sock(sk);
	return old == TCP_CLOSE ? -ENOENT : 0;
}

static void disconnect_names(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->inet_dport = 0;
	inet->inet_daddr = 0;
	if (!inet->inet_num)
		inet->inet_sport = 0;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK)) {
		inet->inet_rcv_saddr = 0;
		inet->inet_saddr = 0;
	}
}

/* Everything that was learnt about the path and the peer. */
static void forget_path(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	icsk->icsk_backoff = 0;
	icsk->icsk_retransmits = 0;
	icsk->icsk_probes_out = 0;
	icsk->icsk_probes_tstamp_ns = 0;
	icsk->icsk_rto_ns = TCP_TIMEOUT_INIT;
	memset(&icsk->icsk_ack, 0, sizeof(icsk->icsk_ack));
	icsk->icsk_ack.rcv_mss = TCP_MIN_MSS;
	icsk->icsk_mtup_enabled = false;
	memset(&icsk->icsk_mtup, 0, sizeof(icsk->icsk_mtup));
	tcp_cleanup_congestion_control(sk);
	tcp_assign_congestion_control(sk);
	tcp_set_ca_state(sk, TCP_CA_Open);

	tp->srtt_us = 0;
	tp->mdev_us = (u32)(TCP_TIMEOUT_INIT / NSEC_PER_USEC);
	tp->mdev_max_us = 0;
	tp->rttvar_us = 0;
	memset(&tp->rtt_min, 0, sizeof(tp->rtt_min));
	memset(&tp->rcv_rtt_est, 0, sizeof(tp->rcv_rtt_est));
	memset(&tp->rcvq_space, 0, sizeof(tp->rcvq_space));
	memset(&tp->rack, 0, sizeof(tp->rack));
	tp->rack.reo_wnd_steps = 1;
	tp->reordering = tcp_net(sk)->sysctl_tcp_reordering;
	tp->tlp_high_seq = 0;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	tp->snd_cwnd = TCP_INIT_CWND;
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_used = 0;
	tp->prior_cwnd = 0;
	tp->prior_ssthresh = 0;
	tp->is_cwnd_limited = false;
	tp->max_packets_out = 0;
	tp->is_sack_reneg = false;
	tp->frto = false;
	tp->ecn_flags = 0;
	tp->urg_mode = false;
	tp->window_clamp = 0;
	tcp_clear_retrans(tp);
}

static void forget_options(struct tcp_sock *tp)
{
	u16 user_mss = tp->rx_opt.user_mss;

	memset(&tp->rx_opt, 0, sizeof(tp->rx_opt));
	tp->rx_opt.user_mss = user_mss;
	tp->rx_opt.mss_clamp = TCP_MSS_DEFAULT;
	memset(tp->duplicate_sack, 0, sizeof(tp->duplicate_sack));
	memset(tp->selective_acks, 0, sizeof(tp->selective_acks));
	memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
}

/* Of this connection; what the program has set stays. */
static void forget_fastopen(struct tcp_sock *tp)
{
	tp->syn_fastopen = 0;
	tp->syn_fastopen_exp = 0;
	tp->syn_fastopen_ch = 0;
	tp->syn_data = 0;
	tp->syn_data_acked = 0;
	tp->defer_connect = 0;
	tp->fastopen_client_fail = TFO_STATUS_UNSPEC;
}

/* What tcp_info counts of one connection. */
static void forget_counts(struct tcp_sock *tp)
{
	tp->segs_in = 0;
	tp->segs_out = 0;
	tp->data_segs_in = 0;
	tp->data_segs_out = 0;
	tp->bytes_sent = 0;
	tp->bytes_acked = 0;
	tp->bytes_received = 0;
	tp->bytes_retrans = 0;
	tp->total_retrans = 0;
	tp->total_rto = 0;
	tp->total_rto_recoveries = 0;
	tp->total_rto_time_ms = 0;
	tp->rto_stamp_ns = 0;
	tp->reord_seen = 0;
	tp->dsack_dups = 0;
	tp->rcv_ooopack = 0;
	tp->delivered = 0;
	tp->delivered_ce = 0;
	tp->lost = 0;
	tp->app_limited = ~0U;
	tp->rate_delivered = 0;
	tp->rate_interval_us = 0;
	tp->rate_app_limited = true;
	tp->lsndtime_ns = 0;
	tp->rcv_tstamp_ns = 0;
	tp->chrono_type = TCP_CHRONO_UNSPEC;
	memset(tp->chrono_stat_ns, 0, sizeof(tp->chrono_stat_ns));
}

/**
 * tcp_disconnect() - Dissolve the connection, keep the socket
 * (proto.disconnect): connect(AF_UNSPEC), a failed connect(), SO_LINGER 0.
 * @sk:    owned.
 * @flags: not used.
 *
 * Options that the program set stay; a port or address that it bound, too.
 *
 * Context: task, or softirqs off for a connection that nobody accepted.
 * Return:  0.
 */
int tcp_disconnect(struct sock *sk, int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);

	disconnect_state(sk);
	tcp_clear_xmit_timers(sk);
	if (tp->fastopen_rsk)
		tcp_fastopen_remove(sk, false);
	forget_fastopen(tp);
	skb_queue_purge(&sk->sk_receive_queue);
	tp->copied_seq = tp->rcv_nxt;
	tp->urg_data = 0;
	tcp_write_queue_purge(sk);
	purge_out_of_order(tp);
	disconnect_names(sk);
	sk->sk_shutdown = 0;
	sock_reset_flag(sk, SOCK_DONE);

	/* The next connection of the four-tuple must not be mistaken for
	 * this one: beyond everything the peer could still accept. */
	tp->write_seq += tp->max_window + 2;
	if (!tp->write_seq)
		tp->write_seq = 1;
	forget_path(sk);
	forget_options(tp);
	forget_counts(tp);
	sk_dst_reset(sk);
	sk->sk_error_report(sk);
	return 0;
}

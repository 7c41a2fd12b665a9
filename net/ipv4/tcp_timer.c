// SPDX-License-Identifier: MIT
/*
 * DOC: TCP's timers. One retransmit timer stands for four events
 * (icsk_pending): retransmission, tail loss probe, RACK's reordering timeout
 * and the zero-window probe. Beside it: the delayed ACK and the keepalive
 * timer.
 *
 * The functions run in the timer softirq. A socket that a task owns is not
 * touched: a bit in sk_tsq_flags makes release_sock() do the work. A timer
 * whose time was moved meanwhile rearms itself.
 *
 * RFC 6298 (RTO), RFC 1122, sections 4.2.2.17 (probes), 4.2.3.5 (giving up),
 * 4.2.3.6 (keepalive), RFC 5482 (user timeout).
 */
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

/* --- how long to try --- */

static void tcp_write_err_count(struct sock *sk)
{
	NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnTimeout);
}

/* Give up: the program learns what the network said, or -ETIMEDOUT. */
static void tcp_write_err(struct sock *sk)
{
	sk->sk_err = sk->sk_err_soft ?: ETIMEDOUT;
	sk->sk_error_report(sk);
	tcp_write_queue_purge(sk);
	tcp_done(sk);
	tcp_write_err_count(sk);
}

/*
 * Orphans must not hold memory for long: with too many of them, or short of
 * memory, a connection without a program is reset.
 *
 * Return: true if it was ended.
 */
static bool out_of_resources(struct sock *sk, bool do_reset)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int shift = 0;

	/* The peer has been silent, or keeps its window shut, for long. */
	if (ktime_get_ns() - tp->lsndtime_ns > 2 * tcp_rto_max_ns(sk) ||
	    !do_reset)
		shift++;
	if (sk->sk_err_soft)
		shift++;
	if (!tcp_check_oom(sk, shift))
		return false;
	if (ktime_get_ns() - tp->lsndtime_ns <= TCP_TIMEWAIT_LEN ||
	    (!tp->snd_wnd && !tp->packets_out))
		do_reset = true;
	if (do_reset)
		tcp_send_active_reset(sk, GFP_ATOMIC);
	tcp_done(sk);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPAbortOnMemory);
	return true;
}

static u32 orphan_retries(const struct sock *sk, bool alive)
{
	u32 retries = tcp_net(sk)->sysctl_tcp_orphan_retries;

	if (sk->sk_err_soft && !alive)
		return 0; /* ICMP says it is unreachable: no use */
	if (retries == 0 && alive)
		return 8; /* about 100 s */
	return retries;
}

/* The time that @boundary retransmissions take, doubling from @base. */
static u64 tcp_model_timeout_ns(const struct sock *sk, u32 boundary, u64 base)
{
	u32 thresh = fls_u64(tcp_rto_max_ns(sk) / base) - 1;

	if (boundary <= thresh)
		return ((2ULL << boundary) - 1) * base;
	return ((2ULL << thresh) - 1) * base +
	       (boundary - thresh) * tcp_rto_max_ns(sk);
}

/*
 * Whether the connection has been retransmitting for as long as @boundary
 * back-offs, or @timeout_ns, allow.
 */
static bool retransmits_timed_out(struct sock *sk, u32 boundary, u64 timeout_ns)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 start = tp->retrans_stamp_ns;

	if (!icsk->icsk_retransmits)
		return false;
	if (!start) {
		const struct sk_buff *head = tcp_rtx_queue_head(sk);

		start = head ? tcp_skb_timestamp_ns(head) : 0;
	}
	if (!timeout_ns) {
		u64 base = TCP_RTO_MIN;

		if (TCPF(sk->sk_state) &
		    (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV)))
			base = TCP_TIMEOUT_INIT;
		timeout_ns = tcp_model_timeout_ns(sk, boundary, base);
	}
	return (s64)(tp->tcp_mstamp_ns - start - timeout_ns) >= 0;
}

/* A retransmission is due: is it one too many? True: the connection ended. */
static bool tcp_write_timeout(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);
	u32 until;
	bool expired = false;

	if (TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) {
		u32 most = icsk->icsk_syn_retries ?: n->sysctl_tcp_syn_retries;

		until = most;
		if (sk->sk_state == TCP_SYN_SENT)
			most += n->sysctl_tcp_syn_linear_timeouts;
		expired = icsk->icsk_retransmits >= most;
	} else {
		if (retransmits_timed_out(sk, n->sysctl_tcp_retries1, 0))
			tcp_mtu_black_hole(sk);
		until = n->sysctl_tcp_retries2;
		if (sock_flag(sk, SOCK_DEAD)) {
			bool alive = icsk->icsk_rto_ns < tcp_rto_max_ns(sk);

			until = orphan_retries(sk, alive);
			if (out_of_resources(sk,
					     alive || !retransmits_timed_out(
							      sk, until, 0)))
				return true;
		}
	}
	if (!expired)
		expired = retransmits_timed_out(sk, until,
						icsk->icsk_user_timeout_ns);
	tcp_fastopen_active_detect_blackhole(sk, expired);
	if (expired)
		tcp_write_err(sk);
	return expired;
}

/* --- retransmission --- */

/* The RTO, but not beyond the moment at which the user timeout strikes. */
static u64 clamp_rto_to_user_timeout(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 elapsed;

	if (!icsk->icsk_user_timeout_ns || !tp->retrans_stamp_ns)
		return icsk->icsk_rto_ns;
	elapsed = tcp_age_ns(tp, tp->retrans_stamp_ns);
	if (elapsed >= icsk->icsk_user_timeout_ns)
		return TIMER_TICK_NS;
	return min(icsk->icsk_rto_ns, icsk->icsk_user_timeout_ns - elapsed);
}

/* A user timeout counts from the first retransmission; without one a peer that
 * still answers may keep its window shut. */
static bool zero_window_timed_out(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 user = inet_csk(sk)->icsk_user_timeout_ns;
	u64 limit = 2 * tcp_rto_max_ns(sk), trying;

	trying = tcp_age_ns(
		tp, tp->retrans_stamp_ns
			    ?: tcp_skb_timestamp_ns(tcp_rtx_queue_head(sk)));
	if (user && trying > user)
		return true;
	if (user)
		limit = min(limit, user);
	return tcp_age_ns(tp, tp->rcv_tstamp_ns) > limit && trying > limit;
}

/* The peer shrank its window to nothing with data in flight: the oldest
 * packet serves as the probe, and only long silence ends the connection. */
static void retransmit_into_zero_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (zero_window_timed_out(sk)) {
		tcp_write_err(sk);
		return;
	}
	tcp_enter_loss(sk);
	tcp_retransmit_skb(sk, tcp_rtx_queue_head(sk), 1);
	tp->retransmit_skb_hint = NULL;
	if (!tp->retrans_stamp_ns)
		tp->retrans_stamp_ns = tp->tcp_mstamp_ns;
}

/* Back off, and set the timer for the next try (RFC 6298, section 5.5-5.6). */
static void rearm_after_timeout(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);

	/* Thin streams may retry linearly: with so little in flight they are
	 * no danger to the network. */
	if (sk->sk_state == TCP_ESTABLISHED &&
	    (tp->thin_lto || n->sysctl_tcp_thin_linear_timeouts) &&
	    tp->packets_out < 4 && !tcp_in_slow_start(tp) &&
	    icsk->icsk_retransmits <= 6) {
		icsk->icsk_backoff = 0;
		icsk->icsk_rto_ns = min(__tcp_set_rto(tp), tcp_rto_max_ns(sk));
	} else if (sk->sk_state != TCP_SYN_SENT ||
		   tp->total_rto > n->sysctl_tcp_syn_linear_timeouts) {
		icsk->icsk_backoff++;
		icsk->icsk_rto_ns =
			min(icsk->icsk_rto_ns << 1, tcp_rto_max_ns(sk));
	}
	/* Else the first SYNs, which go at a steady pace: one lost on the way
	 * is more likely than a peer that cannot keep up. */
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
				  clamp_rto_to_user_timeout(sk),
				  tcp_rto_max_ns(sk));
}

static void count_rto(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	tp->total_rto++;
	if (!icsk->icsk_retransmits++) {
		tp->total_rto_recoveries++;
		tp->rto_stamp_ns = tp->tcp_mstamp_ns;
	}
}

/* What the first timeout cut short. */
static void count_failure(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	struct net *net = sock_net(sk);
	bool sack = tcp_sk(sk)->rx_opt.sack_ok;

	if (icsk->icsk_retransmits)
		return;
	switch (icsk->icsk_ca_state) {
	case TCP_CA_Recovery:
		if (sack)
			NET_INC_STATS(net, TcpExt_TCPSackRecoveryFail);
		else
			NET_INC_STATS(net, TcpExt_TCPRenoRecoveryFail);
		break;
	case TCP_CA_Loss:
		NET_INC_STATS(net, TcpExt_TCPLossFailures);
		break;
	case TCP_CA_Disorder:
		if (sack)
			NET_INC_STATS(net, TcpExt_TCPSackFailures);
		else
			NET_INC_STATS(net, TcpExt_TCPRenoFailures);
		break;
	default:
		break;
	}
}

/* A Fast Open's SYN-ACK is not acknowledged: before it is, nothing else goes
 * again. One try more than usual: the program may be using the connection. */
static void fastopen_synack_timer(struct sock *sk, struct request_sock *req)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 most = icsk->icsk_syn_retries
			   ?: tcp_net(sk)->sysctl_tcp_synack_retries + 1U;

	NET_INC_STATS(sock_net(sk), TcpExt_TCPTimeouts);
	if (req->num_timeout >= most) {
		tcp_write_err(sk);
		return;
	}
	/* RFC 5681, section 3.1: one segment, when it was lost twice. */
	if (icsk->icsk_retransmits == 1)
		tcp_enter_loss(sk);
	tcp_rtx_synack(sk, req);
	tp->total_retrans++;
	req->num_timeout++;
	count_rto(sk);
	if (!tp->retrans_stamp_ns)
		tp->retrans_stamp_ns = tp->tcp_mstamp_ns;
	inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
				  req->timeout_ns << req->num_timeout,
				  TCP_RTO_MAX);
}

/**
 * tcp_retransmit_timer() - No ACK for a whole RTO.
 * @sk: locked, or not owned in softirq; tcp_mstamp_ns is now.
 *
 * Everything unacknowledged may be lost: cwnd falls to one segment, the oldest
 * goes again, the RTO doubles (RFC 6298, section 5.4-5.7; RFC 5681, section
 * 3.1).
 */
void tcp_retransmit_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head;

	if (unlikely(tp->fastopen_rsk)) {
		fastopen_synack_timer(sk, tp->fastopen_rsk);
		return;
	}
	if (!tp->packets_out)
		return;
	head = tcp_rtx_queue_head(sk);
	if (WARN_ON_ONCE(!head))
		return;
	if (!tp->snd_wnd && !sock_flag(sk, SOCK_DEAD) &&
	    !(TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV)))) {
		retransmit_into_zero_window(sk);
		if (sk->sk_state != TCP_CLOSE)
			rearm_after_timeout(sk);
		return;
	}
	NET_INC_STATS(sock_net(sk), TcpExt_TCPTimeouts);
	if (tcp_write_timeout(sk))
		return;
	count_failure(sk);
	tcp_enter_loss(sk);
	count_rto(sk);
	head = tcp_rtx_queue_head(sk);
	if (tcp_retransmit_skb(sk, head, 1) > 0) {
		/* The machine is short of something: soon again, without
		 * backing off. */
		inet_csk_reset_xmit_timer(sk, ICSK_TIME_RETRANS,
					  TCP_RESOURCE_PROBE_INTERVAL,
					  tcp_rto_max_ns(sk));
		return;
	}
	rearm_after_timeout(sk);
}

/* --- zero-window probes --- */

/**
 * tcp_probe0_when_ns() - The interval to the next window probe.
 * @sk:     locked.
 * @max_ns: at most.
 *
 * Return: the RTO (RTO_MIN at least), doubled for each probe so far.
 */
u64 tcp_probe0_when_ns(const struct sock *sk, u64 max_ns)
{
	u64 base = max(inet_csk(sk)->icsk_rto_ns, TCP_RTO_MIN);
	u32 backoff = min((u32)inet_csk(sk)->icsk_backoff, 20U);

	return min(base << backoff, max_ns);
}

/**
 * tcp_clamp_probe0_to_user_timeout() - Not later than the user timeout.
 * @sk:      locked.
 * @when_ns: interval to the next probe.
 *
 * Return: the interval to use.
 */
u64 tcp_clamp_probe0_to_user_timeout(const struct sock *sk, u64 when_ns)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u64 elapsed;

	if (!icsk->icsk_user_timeout_ns || !icsk->icsk_probes_tstamp_ns)
		return when_ns;
	elapsed = ktime_get_ns() - icsk->icsk_probes_tstamp_ns;
	if (elapsed >= icsk->icsk_user_timeout_ns)
		return TIMER_TICK_NS;
	return min(when_ns,
		   max(icsk->icsk_user_timeout_ns - elapsed, TIMER_TICK_NS));
}

static void tcp_probe_timer(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 max_probes = tcp_net(sk)->sysctl_tcp_retries2;

	if (unlikely(tcp_fin_is_owed(sk))) {
		tcp_send_fin(sk);
		return;
	}
	if (tp->packets_out || !tcp_send_head(sk)) {
		icsk->icsk_probes_out = 0;
		icsk->icsk_probes_tstamp_ns = 0;
		return;
	}
	/* A peer that answers may keep its window shut as long as it likes
	 * (RFC 1122, section 4.2.2.17): each ACK resets probes_out. */
	if (!icsk->icsk_probes_tstamp_ns) {
		icsk->icsk_probes_tstamp_ns = ktime_get_ns();
	} else if (icsk->icsk_user_timeout_ns &&
		   ktime_get_ns() - icsk->icsk_probes_tstamp_ns >=
			   icsk->icsk_user_timeout_ns) {
		tcp_write_err(sk);
		return;
	}
	if (sock_flag(sk, SOCK_DEAD)) {
		bool alive = tcp_probe0_when_ns(sk, tcp_rto_max_ns(sk)) <
			     tcp_rto_max_ns(sk);

		max_probes = orphan_retries(sk, alive);
		if (!alive && icsk->icsk_backoff >= max_probes) {
			tcp_write_err(sk);
			return;
		}
		if (out_of_resources(sk, true))
			return;
	}
	if (icsk->icsk_probes_out >= max_probes)
		tcp_write_err(sk);
	else
		tcp_send_probe0(sk);
}

/* --- the timers' functions --- */

/**
 * tcp_write_timer_handler() - The retransmit timer's event is due.
 * @sk: locked, or not owned in softirq.
 */
void tcp_write_timer_handler(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	int event;

	if ((TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN))) ||
	    !icsk->icsk_pending)
		return;
	if (icsk->icsk_timeout_ns > ktime_get_ns()) {
		sk_reset_timer(sk, &icsk->icsk_retransmit_timer,
			       icsk->icsk_timeout_ns);
		return;
	}
	tcp_mstamp_refresh(tcp_sk(sk));
	tcp_rate_check_app_limited(sk);
	event = icsk->icsk_pending;
	switch (event) {
	case ICSK_TIME_REO_TIMEOUT:
		tcp_rack_reo_timeout(sk);
		break;
	case ICSK_TIME_LOSS_PROBE:
		tcp_send_loss_probe(sk);
		break;
	case ICSK_TIME_RETRANS:
		icsk->icsk_pending = 0;
		tcp_retransmit_timer(sk);
		break;
	case ICSK_TIME_PROBE0:
		icsk->icsk_pending = 0;
		tcp_probe_timer(sk);
		break;
	}
}

/* Run @handler now, or let release_sock() do it; drops the timer's reference.
 */
static void run_or_defer(struct sock *sk, u32 bit,
			 void (*handler)(struct sock *))
{
	if (!sock_owned_by_user(sk))
		handler(sk);
	else
		sk->sk_tsq_flags |= bit;
	sock_put(sk);
}

static void tcp_write_timer(struct timer_list *t)
{
	struct inet_connection_sock *icsk =
		from_timer(icsk, t, icsk_retransmit_timer);

	run_or_defer(&icsk->icsk_inet.sk, TCP_WRITE_TIMER_DEFERRED,
		     tcp_write_timer_handler);
}

/**
 * tcp_delack_timer_handler() - A delayed ACK has waited long enough.
 * @sk: locked, or not owned in softirq.
 */
void tcp_delack_timer_handler(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return;
	if (tcp_comp_ack_flush(sk) ||
	    !(icsk->icsk_ack.pending & ICSK_ACK_TIMER))
		return;
	if (icsk->icsk_ack.timeout_ns > ktime_get_ns()) {
		sk_reset_timer(sk, &icsk->icsk_delack_timer,
			       icsk->icsk_ack.timeout_ns);
		return;
	}
	icsk->icsk_ack.pending &= (u8)~ICSK_ACK_TIMER;
	if (!inet_csk_ack_scheduled(sk))
		return;
	if (!inet_csk_in_pingpong_mode(sk)) {
		/* No data came to ride on: expect that of the next, too. */
		icsk->icsk_ack.ato_ns =
			min(icsk->icsk_ack.ato_ns << 1, icsk->icsk_rto_ns);
	} else {
		icsk->icsk_ack.pingpong = 0;
		icsk->icsk_ack.ato_ns = TCP_ATO_MIN;
	}
	tcp_mstamp_refresh(tcp_sk(sk));
	tcp_send_ack(sk);
	NET_INC_STATS(sock_net(sk), TcpExt_DelayedACKs);
}

/**
 * tcp_delack_fire() - A timer that ACKs wait for is due.
 * @sk: its reference is dropped.
 *
 * Context: softirq.
 */
void tcp_delack_fire(struct sock *sk)
{
	run_or_defer(sk, TCP_DELACK_TIMER_DEFERRED, tcp_delack_timer_handler);
}

static void tcp_delack_timer(struct timer_list *t)
{
	struct inet_connection_sock *icsk =
		from_timer(icsk, t, icsk_delack_timer);
	struct sock *sk = &icsk->icsk_inet.sk;

	if (sock_owned_by_user(sk))
		NET_INC_STATS(sock_net(sk), TcpExt_DelayedACKLocked);
	tcp_delack_fire(sk);
}

/* --- keepalive, and FIN_WAIT2 of an orphan --- */

static u64 keepalive_intvl_ns(const struct tcp_sock *tp, const struct sock *sk)
{
	return (u64)(tp->keepalive_intvl_s
			     ?: tcp_net(sk)->sysctl_tcp_keepalive_intvl) *
	       NSEC_PER_SEC;
}

static u64 idle_for_ns(const struct sock *sk)
{
	u64 last = max(inet_csk(sk)->icsk_ack.lrcvtime_ns,
		       tcp_sk(sk)->rcv_tstamp_ns);

	return ktime_get_ns() - last;
}

/* Silent for @idle: is the peer given up? */
static bool keepalive_expired(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 probes = tcp_sk(sk)->keepalive_probes
			     ?: tcp_net(sk)->sysctl_tcp_keepalive_probes;

	if (icsk->icsk_user_timeout_ns)
		return idle_for_ns(sk) >= icsk->icsk_user_timeout_ns &&
		       icsk->icsk_probes_out > 0;
	return icsk->icsk_probes_out >= probes;
}

/* Return: when to look again; 0: the connection has ended. */
static u64 keepalive_work(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 time = keepalive_time_when_ns(tp), idle;

	/* What is in flight, or waits for a window, has its own timer. */
	if (tp->packets_out || !skb_queue_empty(&sk->sk_write_queue))
		return time;
	idle = idle_for_ns(sk);
	if (idle < time)
		return time - idle;
	if (keepalive_expired(sk)) {
		tcp_send_active_reset(sk, GFP_ATOMIC);
		tcp_write_err(sk);
		return 0;
	}
	if (tcp_write_wakeup(sk, MIB_TcpExt_TCPKeepAlive) <= 0) {
		icsk->icsk_probes_out++;
		return keepalive_intvl_ns(tp, sk);
	}
	return TCP_RESOURCE_PROBE_INTERVAL;
}

/* An orphan in FIN_WAIT2 has waited for the peer's FIN long enough here; the
 * rest of the time a TIME_WAIT socket, which is small, waits. */
static void fin_wait2_timeout(struct sock *sk)
{
	s64 tmo = (s64)((u64)tcp_fin_time_s(sk) * NSEC_PER_SEC) -
		  (s64)TCP_TIMEWAIT_LEN;

	if (tcp_sk(sk)->linger2 >= 0 && tmo > 0) {
		tcp_time_wait(sk, TCP_FIN_WAIT2, (u64)tmo);
		return;
	}
	tcp_send_active_reset(sk, GFP_ATOMIC);
	tcp_done(sk);
}

static void tcp_keepalive_timer(struct timer_list *t)
{
	struct sock *sk = from_timer(sk, t, sk_timer);
	u64 next;

	if (sock_owned_by_user(sk)) {
		inet_csk_reset_keepalive_timer(sk, 50 * NSEC_PER_MSEC);
		goto out;
	}
	if (sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_CLOSE)
		goto out;
	tcp_mstamp_refresh(tcp_sk(sk));
	if (sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD)) {
		fin_wait2_timeout(sk);
		goto out;
	}
	if (!sock_flag(sk, SOCK_KEEPOPEN) || sk->sk_state == TCP_SYN_SENT)
		goto out;
	next = keepalive_work(sk);
	if (next)
		inet_csk_reset_keepalive_timer(sk, next);
out:
	sock_put(sk);
}

/**
 * tcp_set_keepalive() - SO_KEEPALIVE was set or cleared.
 * @sk:  locked.
 * @val: 0 or 1; SOCK_KEEPOPEN is still as before.
 */
void tcp_set_keepalive(struct sock *sk, int val)
{
	if (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return;
	if (val && !sock_flag(sk, SOCK_KEEPOPEN))
		inet_csk_reset_keepalive_timer(
			sk, keepalive_time_when_ns(tcp_sk(sk)));
	else if (!val)
		inet_csk_delete_keepalive_timer(sk);
}

/* --- life --- */

/**
 * tcp_init_xmit_timers() - Prepare all timers of a new socket.
 * @sk: not yet connected.
 */
void tcp_init_xmit_timers(struct sock *sk)
{
	inet_csk_init_xmit_timers(sk, tcp_write_timer, tcp_delack_timer,
				  tcp_keepalive_timer);
	hrtimer_init(&tcp_sk(sk)->pacing_timer, tcp_pace_kick);
}

/**
 * tcp_clear_xmit_timers() - Stop them all.
 * @sk: locked.
 */
void tcp_clear_xmit_timers(struct sock *sk)
{
	/* The caller's reference outlives the timer's. */
	if (hrtimer_cancel(&tcp_sk(sk)->pacing_timer))
		sock_put(sk);
	inet_csk_clear_xmit_timers(sk);
	tcp_comp_ack_free(sk);
}

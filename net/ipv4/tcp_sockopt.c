// SPDX-License-Identifier: MIT
/*
 * DOC: SOL_TCP: the options of a TCP socket (uAPI linux/tcp.h), with Linux's
 * ranges and errors. What has no effect here is refused, not swallowed.
 *
 * Called by sock_common_setsockopt() and _getsockopt() through tcp_prot; other
 * levels go on to ip_setsockopt(). Task context; the socket is owned meanwhile.
 */
#include "lib/errno.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

#define MAX_TCP_KEEPIDLE  32767
#define MAX_TCP_KEEPINTVL 32767
#define MAX_TCP_KEEPCNT   127
#define MAX_TCP_SYNCNT    127
#define MAX_TCP_LINGER2_S 120

/* States in which what listen() and connect() go by may be changed. */
#define UNCONNECTED (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN))

/* Times of SYN-ACK retransmissions, for TCP_DEFER_ACCEPT. */
#define SYNACK_FIRST_S ((int)(TCP_TIMEOUT_INIT / NSEC_PER_SEC))
#define SYNACK_MAX_S   ((int)(TCP_RTO_MAX / NSEC_PER_SEC))

/* How many retransmissions it takes until @seconds are over. */
static u8 secs_to_retrans(int seconds)
{
	int step = SYNACK_FIRST_S, period = step;
	u8 n;

	if (seconds <= 0)
		return 0;
	for (n = 1; seconds > period && n < 255; n++) {
		step = min(2 * step, SYNACK_MAX_S);
		period += step;
	}
	return n;
}

/* The reverse, rounded up to what is possible. */
static int retrans_to_secs(u8 n)
{
	int step = SYNACK_FIRST_S, period = n ? step : 0;

	while (n > 1) {
		step = min(2 * step, SYNACK_MAX_S);
		period += step;
		n--;
	}
	return period;
}

static bool in_range(int v, int lo, int hi)
{
	return v >= lo && v <= hi;
}

/* --- set --- */

/* Without Nagle what waits goes now. */
static void set_nodelay(struct sock *sk, bool on)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!on) {
		tp->nonagle &= (u8)~TCP_NAGLE_OFF;
		return;
	}
	tp->nonagle |= TCP_NAGLE_OFF | TCP_NAGLE_PUSH;
	tcp_push_pending_frames(sk);
}

static void set_cork(struct sock *sk, bool on)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (on) {
		tp->nonagle |= TCP_NAGLE_CORK;
		return;
	}
	tp->nonagle &= (u8)~TCP_NAGLE_CORK;
	if (tp->nonagle & TCP_NAGLE_OFF)
		tp->nonagle |= TCP_NAGLE_PUSH;
	tcp_push_pending_frames(sk);
}

static void set_quickack(struct sock *sk, int val)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_ack.pingpong = val ? 0 : TCP_PINGPONG_THRESH;
	if (!val ||
	    !(TCPF(sk->sk_state) &
	      (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT))) ||
	    !inet_csk_ack_scheduled(sk))
		return;
	icsk->icsk_ack.pending |= ICSK_ACK_PUSHED;
	tcp_cleanup_rbuf(sk, 1);
	if (!(val & 1)) /* an even number: this once */
		icsk->icsk_ack.pingpong = TCP_PINGPONG_THRESH;
}

/* A running keepalive timer follows. */
static void set_keepidle(struct sock *sk, int val)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 idle, when;

	tp->keepalive_time_s = (u32)val;
	if (!sock_flag(sk, SOCK_KEEPOPEN) ||
	    (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN))))
		return;
	idle = ktime_get_ns() -
	       max(inet_csk(sk)->icsk_ack.lrcvtime_ns, tp->rcv_tstamp_ns);
	when = keepalive_time_when_ns(tp);
	inet_csk_reset_keepalive_timer(sk, when > idle ? when - idle : 0);
}

static int set_window_clamp(struct sock *sk, int val)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!val) {
		if (sk->sk_state != TCP_CLOSE)
			return -EINVAL;
		tp->window_clamp = 0;
		return 0;
	}
	tcp_set_window_clamp(sk, (u32)val);
	return 0;
}

static int set_fastopen_connect(struct sock *sk, int val)
{
	if (!in_range(val, 0, 1))
		return -EINVAL;
	if (!(tcp_net(sk)->sysctl_tcp_fastopen & TFO_CLIENT_ENABLE))
		return -EOPNOTSUPP;
	if (sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	tcp_sk(sk)->fastopen_connect = val & 1;
	return 0;
}

/* One key, or two: the active one and the one before it. */
static int set_fastopen_key(struct sock *sk, const void __user *val, u32 len)
{
	u8 raw[TCP_FASTOPEN_KEY_BUF_LENGTH];

	if (len != TCP_FASTOPEN_KEY_LENGTH && len != sizeof(raw))
		return -EINVAL;
	if (copy_from_user(raw, val, len))
		return -EFAULT;
	return tcp_fastopen_set_keys(sock_net(sk), sk, raw,
				     len / TCP_FASTOPEN_KEY_LENGTH);
}

static int set_congestion(struct sock *sk, const void __user *val, u32 len)
{
	char name[TCP_CA_NAME_MAX] = { 0 };

	if (len < 1)
		return -EINVAL;
	if (copy_from_user(name, val, min(len, TCP_CA_NAME_MAX - 1U)))
		return -EFAULT;
	return tcp_set_congestion_control(sk, name);
}

/* Those that are a number kept within a range; -ENOPROTOOPT: none of them. */
static int set_number(struct sock *sk, int name, int val)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	switch (name) {
	case TCP_MAXSEG:
		if (val && !in_range(val, TCP_MIN_MSS, MAX_TCP_WINDOW))
			return -EINVAL;
		tp->rx_opt.user_mss = (u16)val;
		return 0;
	case TCP_KEEPIDLE:
		if (!in_range(val, 1, MAX_TCP_KEEPIDLE))
			return -EINVAL;
		set_keepidle(sk, val);
		return 0;
	case TCP_KEEPINTVL:
		if (!in_range(val, 1, MAX_TCP_KEEPINTVL))
			return -EINVAL;
		tp->keepalive_intvl_s = (u32)val;
		return 0;
	case TCP_KEEPCNT:
		if (!in_range(val, 1, MAX_TCP_KEEPCNT))
			return -EINVAL;
		tp->keepalive_probes = (u8)val;
		return 0;
	case TCP_SYNCNT:
		if (!in_range(val, 1, MAX_TCP_SYNCNT))
			return -EINVAL;
		icsk->icsk_syn_retries = (u8)val;
		return 0;
	case TCP_LINGER2:
		tp->linger2 = val < 0 ? -1 : min(val, MAX_TCP_LINGER2_S);
		return 0;
	case TCP_USER_TIMEOUT:
		if (val < 0)
			return -EINVAL;
		icsk->icsk_user_timeout_ns = (u64)val * NSEC_PER_MSEC;
		return 0;
	case TCP_THIN_LINEAR_TIMEOUTS:
		if (!in_range(val, 0, 1))
			return -EINVAL;
		tp->thin_lto = (u8)val;
		return 0;
	case TCP_THIN_DUPACK: /* RACK does its work for every stream */
		return in_range(val, 0, 1) ? 0 : -EINVAL;
	case TCP_INQ:
		if (!in_range(val, 0, 1))
			return -EINVAL;
		tp->recvmsg_inq = (u8)val;
		return 0;
	case TCP_RTO_MAX_MS:
		if (!in_range(val, 1000, TCP_RTO_MAX / NSEC_PER_MSEC))
			return -EINVAL;
		icsk->icsk_rto_max_ms = (u32)val;
		return 0;
	case TCP_RTO_MIN_US:
		if (!in_range(val, 1, TCP_RTO_MIN / NSEC_PER_USEC))
			return -EINVAL;
		icsk->icsk_rto_min_opt_us = (u32)val;
		tcp_choose_rto_min(sk, sk->sk_dst_cache);
		return 0;
	case TCP_DELACK_MAX_US:
		if (!in_range(val, 1, TCP_DELACK_MAX / NSEC_PER_USEC))
			return -EINVAL;
		icsk->icsk_delack_max_us = (u32)val;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int set_int(struct sock *sk, int name, int val)
{
	struct tcp_sock *tp = tcp_sk(sk);

	switch (name) {
	case TCP_NODELAY:
		set_nodelay(sk, val);
		return 0;
	case TCP_CORK:
		set_cork(sk, val);
		return 0;
	case TCP_QUICKACK:
		set_quickack(sk, val);
		return 0;
	case TCP_DEFER_ACCEPT:
		inet_csk(sk)->icsk_defer_accept = secs_to_retrans(val);
		return 0;
	case TCP_WINDOW_CLAMP:
		return set_window_clamp(sk, val);
	case TCP_NOTSENT_LOWAT:
		tp->notsent_lowat = (u32)val;
		sk->sk_write_space(sk);
		return 0;
	case TCP_FASTOPEN:
		if (val < 0 || !(TCPF(sk->sk_state) & UNCONNECTED))
			return -EINVAL;
		return tcp_fastopen_queue_tune(sk, (u32)val);
	case TCP_FASTOPEN_CONNECT:
		return set_fastopen_connect(sk, val);
	case TCP_FASTOPEN_NO_COOKIE:
		if (!in_range(val, 0, 1) || !(TCPF(sk->sk_state) & UNCONNECTED))
			return -EINVAL;
		tp->fastopen_no_cookie = val & 1;
		return 0;
	case TCP_TIMESTAMP: /* only of a connection under repair */
		return -EPERM;
	default:
		return set_number(sk, name, val);
	}
}

/**
 * tcp_setsockopt() - proto.setsockopt.
 * @sk:    not owned by the caller.
 * @level: SOL_TCP; any other is IP's.
 * @name:  TCP_*.
 * @val:   the value, in a program's memory.
 * @len:   its length.
 *
 * Context: task.
 * Return:  0; -EINVAL: too short or out of range; -EFAULT; -ENOENT: no such
 *          congestion control; -EPERM; -ENOMEM; -EOPNOTSUPP: Fast Open is
 *          switched off; -ENOPROTOOPT.
 */
int tcp_setsockopt(struct sock *sk, int level, int name, const void __user *val,
		   u32 len)
{
	int ival, err;

	if (level != SOL_TCP)
		return ip_setsockopt(sk, level, name, val, len);
	lock_sock(sk);
	sk->sk_xmit_gen = 0;
	if (name == TCP_CONGESTION) {
		err = set_congestion(sk, val, len);
	} else if (name == TCP_FASTOPEN_KEY) {
		err = set_fastopen_key(sk, val, len);
	} else {
		err = copy_int_from_sockopt(val, len, &ival);
		if (!err)
			err = set_int(sk, name, ival);
	}
	release_sock(sk);
	return err;
}

/* --- get --- */

static int get_maxseg(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->rx_opt.user_mss &&
	    (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN))))
		return tp->rx_opt.user_mss;
	return (int)tp->mss_cache;
}

static int get_linger2(const struct sock *sk)
{
	int v = tcp_sk(sk)->linger2;

	return v ?: (int)tcp_net(sk)->sysctl_tcp_fin_timeout;
}

/* -ENOPROTOOPT: the value is no int. */
static int get_int(const struct sock *sk, int name, int *val)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);

	switch (name) {
	case TCP_MAXSEG:
		*val = get_maxseg(sk);
		return 0;
	case TCP_NODELAY:
		*val = !!(tp->nonagle & TCP_NAGLE_OFF);
		return 0;
	case TCP_CORK:
		*val = !!(tp->nonagle & TCP_NAGLE_CORK);
		return 0;
	case TCP_KEEPIDLE:
		*val = (int)(keepalive_time_when_ns(tp) / NSEC_PER_SEC);
		return 0;
	case TCP_KEEPINTVL:
		*val = (int)(tp->keepalive_intvl_s
				     ?: n->sysctl_tcp_keepalive_intvl);
		return 0;
	case TCP_KEEPCNT:
		*val = tp->keepalive_probes ?: n->sysctl_tcp_keepalive_probes;
		return 0;
	case TCP_SYNCNT:
		*val = icsk->icsk_syn_retries ?: n->sysctl_tcp_syn_retries;
		return 0;
	case TCP_LINGER2:
		*val = get_linger2(sk);
		return 0;
	case TCP_DEFER_ACCEPT:
		*val = retrans_to_secs(icsk->icsk_defer_accept);
		return 0;
	case TCP_WINDOW_CLAMP:
		*val = (int)tp->window_clamp;
		return 0;
	case TCP_QUICKACK:
		*val = !inet_csk_in_pingpong_mode(sk);
		return 0;
	case TCP_USER_TIMEOUT:
		*val = (int)(icsk->icsk_user_timeout_ns / NSEC_PER_MSEC);
		return 0;
	case TCP_NOTSENT_LOWAT:
		*val = (int)tp->notsent_lowat;
		return 0;
	case TCP_THIN_LINEAR_TIMEOUTS:
		*val = tp->thin_lto;
		return 0;
	case TCP_THIN_DUPACK:
		*val = 0;
		return 0;
	case TCP_INQ:
		*val = tp->recvmsg_inq;
		return 0;
	case TCP_FASTOPEN:
		*val = 0;
		if (icsk->icsk_accept_queue)
			*val = (int)icsk->icsk_accept_queue->fastopenq.max_qlen;
		return 0;
	case TCP_FASTOPEN_CONNECT:
		*val = tp->fastopen_connect;
		return 0;
	case TCP_FASTOPEN_NO_COOKIE:
		*val = tp->fastopen_no_cookie;
		return 0;
	case TCP_RTO_MAX_MS:
		*val = (int)(tcp_rto_max_ns(sk) / NSEC_PER_MSEC);
		return 0;
	case TCP_RTO_MIN_US:
		*val = (int)(tcp_rto_min_ns(sk) / NSEC_PER_USEC);
		return 0;
	case TCP_DELACK_MAX_US:
		*val = (int)(icsk->icsk_delack_max_us
				     ?: TCP_DELACK_MAX / NSEC_PER_USEC);
		return 0;
	case TCP_TIMESTAMP:
		*val = (int)(tcp_time_stamp_ms(ktime_get_ns()) + tp->tsoffset);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static int get_info(struct sock *sk, void __user *val, int __user *len)
{
	struct tcp_info info;

	tcp_get_info(sk, &info);
	return put_sockopt(val, len, &info, sizeof(info));
}

/* What the module tells of itself; nothing is fine, too. */
static int get_cc_info(struct sock *sk, void __user *val, int __user *len)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	u8 buf[32] = { 0 };
	size_t n = 0;

	if (ca && ca->get_info)
		n = ca->get_info(sk, buf, sizeof(buf));
	return put_sockopt(val, len, buf, (int)n);
}

static int get_fastopen_key(const struct sock *sk, void __user *val,
			    int __user *len)
{
	u8 raw[TCP_FASTOPEN_KEY_BUF_LENGTH];
	u32 num = tcp_fastopen_get_keys(sock_net(sk), sk, raw);

	return put_sockopt(val, len, raw, (int)num * TCP_FASTOPEN_KEY_LENGTH);
}

static int get_congestion(struct sock *sk, void __user *val, int __user *len)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	char name[TCP_CA_NAME_MAX] = { 0 };

	memcpy(name, ca->name, strnlen(ca->name, sizeof(name) - 1));
	return put_sockopt(val, len, name, sizeof(name));
}

/**
 * tcp_getsockopt() - proto.getsockopt.
 * @sk:    not owned by the caller.
 * @level: SOL_TCP; any other is IP's.
 * @name:  TCP_*.
 * @val:   where to, in a program's memory.
 * @len:   in: room; out: length.
 *
 * Context: task.
 * Return:  0, -EINVAL, -EFAULT, -ENOPROTOOPT.
 */
int tcp_getsockopt(struct sock *sk, int level, int name, void __user *val,
		   int __user *len)
{
	int ival, err;

	if (level != SOL_TCP)
		return ip_getsockopt(sk, level, name, val, len);
	lock_sock(sk);
	switch (name) {
	case TCP_INFO:
		err = get_info(sk, val, len);
		break;
	case TCP_CC_INFO:
		err = get_cc_info(sk, val, len);
		break;
	case TCP_CONGESTION:
		err = get_congestion(sk, val, len);
		break;
	case TCP_FASTOPEN_KEY:
		err = get_fastopen_key(sk, val, len);
		break;
	default:
		err = get_int(sk, name, &ival);
		if (!err)
			err = put_sockopt(val, len, &ival, sizeof(ival));
		break;
	}
	release_sock(sk);
	return err;
}

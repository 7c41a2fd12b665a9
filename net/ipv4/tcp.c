// SPDX-License-Identifier: MIT
/*
 * DOC: TCP as a program sees it: the memory of what it writes, polling, ioctl,
 * and the protocol's registration. Writing is tcp_sendmsg.c, reading
 * tcp_recvmsg.c, the end tcp_close.c, options tcp_sockopt.c.
 *
 * sk_wmem_queued counts the truesize of everything queued.
 *
 * Called by inet_stream_ops through tcp_prot; task context. RFC 9293, section
 * 3.9.1.
 */
#include "lib/err.h"
#include "lib/uapi/net_tstamp.h"
#include "lib/uapi/poll.h"
#include "net/core/errqueue.h"
#include "net/core/timestamping.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

/* --- memory --- */

/**
 * tcp_memory_is_short() - So little is free that writers must wait.
 *
 * Return: true when less than a 64th of the machine's memory is free.
 */
bool tcp_memory_is_short(void)
{
	return nr_free_pages() < totalram_pages() / 64;
}

/**
 * tcp_stream_alloc_skb() - A packet for the write queue.
 * @sk:    locked; is charged the packet's truesize (sk_wmem_queued).
 * @size:  linear bytes after MAX_TCP_HEADER of headroom.
 * @gfp:   allocation flags.
 * @force: also when memory is short: a connection must be able to hold one
 *         packet, or it could never go on.
 *
 * Ownership: the caller's, for tcp_wmem_free_skb() or a queue.
 * Return:    it, from the fclone cache; NULL without memory.
 */
struct sk_buff *tcp_stream_alloc_skb(struct sock *sk, u32 size, gfp_t gfp,
				     bool force)
{
	struct sk_buff *skb;

	if (unlikely(!force && tcp_memory_is_short())) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPMemoryPressures);
		return NULL;
	}
	skb = alloc_skb_fclone(ALIGN(size, 4U) + MAX_TCP_HEADER, gfp);
	if (unlikely(!skb))
		return NULL;
	skb_reserve(skb, MAX_TCP_HEADER);
	skb->ip_summed = CHECKSUM_PARTIAL;
	INIT_LIST_HEAD(&skb->tcp_tsorted_anchor);
	clear_words(TCP_SKB_CB(skb), sizeof(struct tcp_skb_cb));
	sk->sk_wmem_queued += skb->truesize;
	return skb;
}

/**
 * tcp_wmem_free_skb() - Take back the charge of a packet, and free it.
 * @sk:  locked.
 * @skb: on no queue any more; clones of it may live on below.
 *
 * Ownership: consumes @skb.
 */
void tcp_wmem_free_skb(struct sock *sk, struct sk_buff *skb)
{
	WARN_ON_ONCE(sk->sk_wmem_queued < skb->truesize);
	sk->sk_wmem_queued -= skb->truesize;
	consume_skb(skb);
}

/**
 * tcp_stream_memory_free() - TCP_NOTSENT_LOWAT: is there little unsent?
 * @sk:   the socket.
 * @wake: 1: would a woken writer find that the amount has halved?
 *
 * Return: true if more may be queued.
 */
bool tcp_stream_memory_free(const struct sock *sk, u32 wake)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 lowat = tp->notsent_lowat ?: tcp_net(sk)->sysctl_tcp_notsent_lowat;
	u64 unsent = tp->write_seq - tp->snd_nxt;

	return unsent << wake < lowat;
}

/* --- poll and ioctl --- */

/* Are there SO_RCVLOWAT bytes to read, or as many as can come at all? */
static bool stream_is_readable(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int target = sock_rcvlowat(sk, false, 0x7fffffff);
	s32 avail = (s32)(tp->rcv_nxt - tp->copied_seq);

	if (tp->urg_data && tp->urg_seq == tp->copied_seq &&
	    !sock_flag(sk, SOCK_URGINLINE))
		target++;
	if (avail <= 0)
		return false;
	return avail >= target || tcp_memory_is_short() ||
	       tcp_receive_window(tp) <= inet_csk(sk)->icsk_ack.rcv_mss;
}

static u32 poll_writeable(struct sock *sk)
{
	if ((sk->sk_shutdown & SEND_SHUTDOWN) || sk_stream_is_writeable(sk))
		return EPOLLOUT | EPOLLWRNORM;
	/* Wake whoever polls now; the space cannot have come in between:
	 * there is one CPU. */
	sk->sk_socket->flags |= SOCK_NOSPACE | SOCK_ASYNC_NOSPACE;
	return 0;
}

/**
 * tcp_poll() - What a connection or a listener is ready for (proto_ops.poll).
 * @f:    the file.
 * @sock: the socket.
 * @pt:   collects the wait queue.
 *
 * Context: task, socket not owned.
 * Return:  EPOLL* bits.
 */
u32 tcp_poll(struct file *f, struct socket *sock, struct poll_table *pt)
{
	struct sock *sk = sock->sk;
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 mask = 0;

	poll_wait(f, &sock->wq, pt);
	if (sk->sk_state == TCP_LISTEN)
		return inet_csk(sk)->icsk_accept_queue->rskq_accept_head
			       ? EPOLLIN | EPOLLRDNORM
			       : 0;
	if (sk->sk_shutdown == SHUTDOWN_MASK || sk->sk_state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		mask |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (sk->sk_state != TCP_SYN_SENT &&
	    (sk->sk_state != TCP_SYN_RECV || tcp_passive_fastopen(sk))) {
		if (stream_is_readable(sk))
			mask |= EPOLLIN | EPOLLRDNORM;
		mask |= poll_writeable(sk);
		if (tp->urg_data & TCP_URG_VALID)
			mask |= EPOLLPRI;
	} else if (tp->defer_connect) {
		/* The SYN waits for a write. */
		mask |= EPOLLOUT | EPOLLWRNORM;
	}
	mask |= sk_poll_err(sk);
	return mask;
}

/* Bytes that a read would get now, up to the urgent mark. */
static int bytes_to_read(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 n;

	if (TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV)))
		return 0;
	if (tp->urg_data && !sock_flag(sk, SOCK_URGINLINE) &&
	    !before(tp->urg_seq, tp->copied_seq) &&
	    before(tp->urg_seq, tp->rcv_nxt))
		return (int)(tp->urg_seq - tp->copied_seq);
	n = tp->rcv_nxt - tp->copied_seq;
	/* The FIN has a number but is no byte. */
	if (n && sock_flag(sk, SOCK_DONE))
		n--;
	return (int)n;
}

static int bytes_since(const struct sock *sk, u32 seq)
{
	if (TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV)))
		return 0;
	return (int)(tcp_sk(sk)->write_seq - seq);
}

/* proto.ioctl: how much waits, on either side. */
static int tcp_ioctl(struct sock *sk, u32 cmd, int *val)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int err = sk->sk_state == TCP_LISTEN ? -EINVAL : 0;

	lock_sock(sk);
	switch (cmd) {
	case SIOCINQ:
		*val = bytes_to_read(sk);
		break;
	case SIOCATMARK:
		err = 0;
		*val = tp->urg_data && tp->urg_seq == tp->copied_seq;
		break;
	case SIOCOUTQ:
		*val = bytes_since(sk, tp->snd_una);
		break;
	case SIOCOUTQNSD:
		*val = bytes_since(sk, tp->snd_nxt);
		break;
	default:
		err = -ENOIOCTLCMD;
		break;
	}
	release_sock(sk);
	return err;
}

/* --- life --- */

/**
 * tcp_init_sock() - What a new TCP socket begins with.
 * @sk: zeroed beyond what sock_init_data() and inet_create() set.
 */
void tcp_init_sock(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	tp->out_of_order_queue = RB_ROOT;
	sk->tcp_rtx_queue = RB_ROOT;
	tcp_init_xmit_timers(sk);
	INIT_LIST_HEAD(&tp->tsq_node);
	INIT_LIST_HEAD(&tp->tsorted_sent_queue);

	icsk->icsk_rto_ns = TCP_TIMEOUT_INIT;
	tp->mdev_us = (u32)(TCP_TIMEOUT_INIT / NSEC_PER_USEC);
	tp->snd_cwnd = TCP_INIT_CWND;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	tp->snd_cwnd_clamp = ~0U;
	tp->app_limited = ~0U;
	tp->rate_app_limited = true;
	tp->mss_cache = TCP_MSS_DEFAULT;
	tp->rx_opt.mss_clamp = TCP_MSS_DEFAULT;
	tp->reordering = n->sysctl_tcp_reordering;
	tp->rack.reo_wnd_steps = 1;
	tp->scaling_ratio = TCP_DEFAULT_SCALING_RATIO;
	tcp_assign_congestion_control(sk);

	inet_sk(sk)->is_icsk = true;
	sk->sk_destruct = inet_csk_sock_destruct;
	sk->sk_write_space = sk_stream_write_space;
	sk->sk_gso_type = SKB_GSO_TCPV4;
	sk->sk_sndbuf = n->sysctl_tcp_wmem[1];
	sk->sk_rcvbuf = n->sysctl_tcp_rmem[1];
}

static int tcp_v4_init_sock(struct sock *sk)
{
	tcp_init_sock(sk);
	return 0;
}

/**
 * tcp_release_cb() - The owner lets go: what was put off meanwhile.
 * @sk: still owned; the backlog is empty.
 *
 * Context: softirqs off.
 */
void tcp_release_cb(struct sock *sk)
{
	u32 todo = sk->sk_tsq_flags &
		   (TCP_TSQ_DEFERRED | TCP_WRITE_TIMER_DEFERRED |
		    TCP_DELACK_TIMER_DEFERRED | TCP_MTU_REDUCED_DEFERRED);

	if (likely(!todo))
		return;
	sk->sk_tsq_flags &= ~todo;
	if (todo & TCP_TSQ_DEFERRED)
		tcp_tsq_write(sk);
	if (todo & TCP_WRITE_TIMER_DEFERRED)
		tcp_write_timer_handler(sk);
	if (todo & TCP_DELACK_TIMER_DEFERRED)
		tcp_delack_timer_handler(sk);
	if (todo & TCP_MTU_REDUCED_DEFERRED)
		tcp_v4_mtu_reduced(sk);
}

/* proto.stream_pos */
static int tcp_stream_pos(const struct sock *sk, bool written, u32 *pos)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN)))
		return -EINVAL;
	*pos = written ? tp->write_seq : tp->snd_una;
	return 0;
}

struct proto tcp_prot = {
	.name = "TCP",
	.obj_size = sizeof(struct tcp_sock),
	.close = tcp_close,
	.connect = tcp_v4_connect,
	.disconnect = tcp_disconnect,
	.accept = inet_csk_accept,
	.ioctl = tcp_ioctl,
	.init = tcp_v4_init_sock,
	.destroy = tcp_destroy_sock,
	.shutdown = tcp_shutdown,
	.keepalive = tcp_set_keepalive,
	.setsockopt = tcp_setsockopt,
	.getsockopt = tcp_getsockopt,
	.sendmsg = tcp_sendmsg,
	.recvmsg = tcp_recvmsg,
	.send_fast = tcp_send_fast,
	.backlog_rcv = tcp_v4_do_rcv,
	.release_cb = tcp_release_cb,
	.hash = inet_hash,
	.unhash = inet_unhash,
	.get_port = inet_csk_get_port,
	.stream_memory_free = tcp_stream_memory_free,
	.stream_pos = tcp_stream_pos,
	.tstamp_stats = tcp_tstamp_stats,
	.no_autobind = true,
};

static struct inet_protosw tcp_protosw = {
	.type = SOCK_STREAM,
	.protocol = IPPROTO_TCP,
	.prot = &tcp_prot,
	.ops = &inet_stream_ops,
};

static const struct net_protocol tcp_protocol = {
	.handler = tcp_v4_rcv,
	.err_handler = tcp_v4_err,
};

static struct pernet_operations tcp_net_ops = {
	.name = "tcp",
	.init = tcp_net_init,
	.exit = tcp_net_exit,
};

/**
 * tcp_init() - Register TCP: once, after IPv4's own pernet operations.
 *
 * Context: boot.
 */
void tcp_init(void)
{
	if (proto_register(&tcp_prot) ||
	    tcp_register_congestion_control(&tcp_reno) ||
	    tcp_register_congestion_control(&cubictcp) ||
	    tcp_register_congestion_control(&tcp_bbr))
		panic("tcp: cannot register");
	tcp_init_minisocks();
	tcp_offload_init();
	inet_protos[IPPROTO_TCP] = &tcp_protocol;
	inet_register_protosw(&tcp_protosw);
	register_pernet_ops(&tcp_net_ops);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: what every connection-oriented socket does: listen and accept, the
 * three timers, cloning a listener, the end.
 *
 * The accept queue is filled in softirq and emptied by accept(), which turns
 * softirqs off around it; the socket's owner lock is for tasks only here.
 * A pending timer holds a reference on its socket.
 */
#include "net/ipv4/inet_connection_sock.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/tcp_fastopen.h"

/* --- timers --- */

/**
 * inet_csk_init_xmit_timers() - Prepare a socket's timers, none pending.
 * @sk: the socket. @retransmit, @delack, @keepalive: what they run, in
 * softirq.
 */
void inet_csk_init_xmit_timers(struct sock *sk,
			       void (*retransmit)(struct timer_list *),
			       void (*delack)(struct timer_list *),
			       void (*keepalive)(struct timer_list *))
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	timer_setup(&icsk->icsk_retransmit_timer, retransmit);
	timer_setup(&icsk->icsk_delack_timer, delack);
	timer_setup(&sk->sk_timer, keepalive);
	icsk->icsk_pending = 0;
	icsk->icsk_ack.pending = 0;
}

/**
 * inet_csk_clear_xmit_timers() - Stop all three.
 * @sk: the socket.
 */
void inet_csk_clear_xmit_timers(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_pending = 0;
	icsk->icsk_ack.pending = 0;
	sk_stop_timer(sk, &icsk->icsk_retransmit_timer);
	sk_stop_timer(sk, &icsk->icsk_delack_timer);
	sk_stop_timer(sk, &sk->sk_timer);
}

/*
 * The retransmit timer is moved for nearly every ACK, and nearly always to
 * later. Then it stays where it is: when it runs it finds icsk_timeout_ns ahead
 * of it, and sets itself anew (tcp_write_timer_handler()).
 */
static void reset_timer_lazily(struct sock *sk, struct timer_list *t, u64 at)
{
	if (!timer_pending(t) || timer_expires_ns(t) >= at + TIMER_TICK_NS)
		sk_reset_timer(sk, t, at);
}

/**
 * inet_csk_reset_xmit_timer() - (Re)start the timer of one event.
 * @sk:      the socket.
 * @what:    ICSK_TIME_*; all but DACK share the retransmit timer.
 * @when_ns: from now.
 * @max_ns:  at most this.
 */
void inet_csk_reset_xmit_timer(struct sock *sk, int what, u64 when_ns,
			       u64 max_ns)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 at = ktime_get_ns() + min(when_ns, max_ns);

	if (what == ICSK_TIME_DACK) {
		icsk->icsk_ack.pending |= ICSK_ACK_TIMER;
		icsk->icsk_ack.timeout_ns = at;
		sk_reset_timer(sk, &icsk->icsk_delack_timer, at);
		return;
	}
	icsk->icsk_pending = (u8)what;
	icsk->icsk_timeout_ns = at;
	reset_timer_lazily(sk, &icsk->icsk_retransmit_timer, at);
}

/**
 * inet_csk_clear_xmit_timer() - The event is not awaited any more.
 * @sk:   the socket.
 * @what: ICSK_TIME_*.
 */
void inet_csk_clear_xmit_timer(struct sock *sk, int what)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (what == ICSK_TIME_DACK) {
		icsk->icsk_ack.pending = 0;
		icsk->icsk_ack.retry = 0;
		sk_stop_timer(sk, &icsk->icsk_delack_timer);
		return;
	}
	icsk->icsk_pending = 0;
	sk_stop_timer(sk, &icsk->icsk_retransmit_timer);
}

/**
 * inet_csk_reset_keepalive_timer() - (Re)start it, @len_ns from now.
 * @sk: the socket. @len_ns: how long.
 */
void inet_csk_reset_keepalive_timer(struct sock *sk, u64 len_ns)
{
	sk_reset_timer(sk, &sk->sk_timer, ktime_get_ns() + len_ns);
}

/**
 * inet_csk_delete_keepalive_timer() - Stop it.
 * @sk: the socket.
 */
void inet_csk_delete_keepalive_timer(struct sock *sk)
{
	sk_stop_timer(sk, &sk->sk_timer);
}

/* --- listening --- */

/**
 * inet_csk_queue_alloc() - A socket is to listen, now or later.
 * @sk: the socket, owned.
 *
 * Return: its queue, new or not; NULL: no memory.
 */
struct request_sock_queue *inet_csk_queue_alloc(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (!icsk->icsk_accept_queue)
		icsk->icsk_accept_queue =
			kzalloc(sizeof(*icsk->icsk_accept_queue), GFP_KERNEL);
	return icsk->icsk_accept_queue;
}

/**
 * inet_csk_listen_start() - From TCP_CLOSE to TCP_LISTEN.
 * @sk: the socket; an unbound one gets a port. sk_max_ack_backlog is set.
 *
 * The port is asked for again even when it is bound: SO_REUSEADDR lets two
 * sockets bind to one port, but not two of them listen.
 *
 * Context: task, socket owned.
 * Return:  0, -EADDRINUSE or -ENOMEM.
 */
int inet_csk_listen_start(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	struct request_sock_queue *q = inet_csk_queue_alloc(sk);
	u16 port = inet->inet_num;

	if (!q)
		return -ENOMEM;
	/* TCP_FASTOPEN may be set before. */
	*q = (struct request_sock_queue){ .fastopenq = q->fastopenq };
	sk->sk_ack_backlog = 0;
	tcp_set_state(sk, TCP_LISTEN);
	inet_put_port(sk);
	if (inet_csk_get_port(sk, port) == 0) {
		inet->inet_sport = htons(inet->inet_num);
		sk_dst_reset(sk);
		inet_hash(sk);
		return 0;
	}
	inet->inet_num = 0;
	tcp_set_state(sk, TCP_CLOSE);
	return -EADDRINUSE;
}

static struct request_sock *accept_queue_pop(struct sock *sk)
{
	struct request_sock_queue *q = inet_csk(sk)->icsk_accept_queue;
	struct request_sock *req = q->rskq_accept_head;

	if (!req)
		return NULL;
	q->rskq_accept_head = req->dl_next;
	if (!q->rskq_accept_head)
		q->rskq_accept_tail = NULL;
	sk->sk_ack_backlog--;
	return req;
}

/* Nobody will accept this connection: reset it. Softirqs off. A Fast Open's
 * handshake ends with it. */
static void child_forget(struct sock *child)
{
	sock_hold(child);
	tcp_disconnect(child, O_NONBLOCK);
	sock_orphan(child);
	net_ipv4(sock_net(child))->tcp_orphans++;
	inet_csk_destroy_sock(child);
	sock_put(child);
}

/**
 * inet_csk_listen_stop() - Refuse what waits: half-open and complete.
 * @sk: the listener, not findable any more.
 *
 * Context: task, socket owned.
 */
void inet_csk_listen_stop(struct sock *sk)
{
	struct request_sock *req;

	local_bh_disable();
	tcp_reqsk_purge(sk);
	while ((req = accept_queue_pop(sk))) {
		child_forget(req->sk);
		tcp_reqsk_put(req);
	}
	tcp_fastopen_listen_stop(sk);
	local_bh_enable();
}

static bool accept_queue_empty(const struct sock *sk)
{
	return !inet_csk(sk)->icsk_accept_queue->rskq_accept_head;
}

/* Sleep until a connection is complete; socket owned before and after. */
static int wait_for_connection(struct sock *sk, u64 timeo_ns)
{
	struct wait_queue_entry wait;
	int err = 0;

	init_waitqueue_entry(&wait, task_current());
	wait.exclusive = true;
	for (;;) {
		prepare_to_wait(sk->sk_wq, &wait);
		release_sock(sk);
		if (accept_queue_empty(sk) && sk->sk_state == TCP_LISTEN)
			timeo_ns = schedule_timeout(timeo_ns);
		lock_sock(sk);
		if (!accept_queue_empty(sk))
			break;
		err = -EINVAL;
		if (sk->sk_state != TCP_LISTEN)
			break;
		err = sock_intr_errno(timeo_ns);
		if (task_signal_pending())
			break;
		err = -EAGAIN;
		if (!timeo_ns)
			break;
		err = 0;
	}
	finish_wait(sk->sk_wq, &wait);
	return err;
}

/**
 * inet_csk_accept() - The oldest complete connection (proto.accept of TCP).
 * @sk:         the listener.
 * @file_flags: O_NONBLOCK: do not wait.
 * @err:        why there is none.
 *
 * Context: task; waits at most SO_RCVTIMEO.
 * Return:  the connection with the queue's reference, or NULL and *@err:
 *          -EINVAL, -EAGAIN, -EINTR.
 */
struct sock *inet_csk_accept(struct sock *sk, u32 file_flags, int *err)
{
	struct request_sock *req = NULL;
	struct sock *child = NULL;

	lock_sock(sk);
	*err = -EINVAL;
	if (sk->sk_state != TCP_LISTEN)
		goto out;
	*err = 0;
	if (accept_queue_empty(sk)) {
		u64 timeo = sock_rcvtimeo(sk, file_flags & O_NONBLOCK);

		*err = timeo ? wait_for_connection(sk, timeo) : -EAGAIN;
	}
	if (*err)
		goto out;
	local_bh_disable();
	req = accept_queue_pop(sk);
	child = req->sk;
	req->sk = NULL; /* a Fast Open's handshake outlives this */
	tcp_reqsk_put(req);
	local_bh_enable();
out:
	release_sock(sk);
	return child;
}

/**
 * inet_csk_clone_lock() - A new connection's socket out of its listener.
 * @sk:  the listener. @req: the handshake. @gfp: allocation flags.
 *
 * Return: the child with two references, TCP_SYN_RECV, bound to nothing yet;
 *         NULL: no memory.
 */
struct sock *inet_csk_clone_lock(const struct sock *sk,
				 const struct request_sock *req, gfp_t gfp)
{
	struct sock *child = sk_clone_lock(sk, gfp);
	struct inet_connection_sock *icsk;

	if (!child)
		return NULL;
	icsk = inet_csk(child);
	child->sk_state = TCP_SYN_RECV;
	icsk->icsk_bind_hash = NULL;
	child->sk_dport = req->ir_rmt_port;
	child->sk_daddr = req->ir_rmt_addr;
	child->sk_rcv_saddr = req->ir_loc_addr;
	child->sk_num = ntohs(req->ir_loc_port);
	inet_sk(child)->inet_sport = req->ir_loc_port;
	inet_sk(child)->inet_saddr = req->ir_loc_addr;
	inet_sk(child)->inet_opt = NULL;
	icsk->icsk_retransmits = 0;
	icsk->icsk_backoff = 0;
	icsk->icsk_probes_out = 0;
	icsk->icsk_probes_tstamp_ns = 0;
	icsk->icsk_accept_queue = NULL;
	return child;
}

/* --- the end --- */

/**
 * inet_csk_sock_destruct() - Free what such a socket holds, when it is freed.
 * @sk: no reference is left.
 *
 * Context: any but hard interrupt.
 */
void inet_csk_sock_destruct(struct sock *sk)
{
	kfree(inet_csk(sk)->icsk_accept_queue);
	inet_csk(sk)->icsk_accept_queue = NULL;
	inet_sock_destruct(sk);
}

/**
 * inet_csk_destroy_sock() - An orphan has reached TCP_CLOSE: let it go.
 * @sk: state TCP_CLOSE, SOCK_DEAD, counted as an orphan.
 *
 * Drops the reference that the socket's existence stood for.
 *
 * Context: softirqs off.
 */
void inet_csk_destroy_sock(struct sock *sk)
{
	WARN_ON(sk->sk_state != TCP_CLOSE);
	WARN_ON(!sock_flag(sk, SOCK_DEAD));
	sk->sk_prot->destroy(sk);
	sk_stream_kill_queues(sk);
	net_ipv4(sock_net(sk))->tcp_orphans--;
	sock_put(sk);
}

/**
 * inet_csk_update_pmtu() - The path carries no more than @mtu bytes.
 * @sk:  a connected socket.
 * @mtu: from ICMP, or from a probe.
 *
 * Return: the socket's cached route after the change, or NULL.
 */
struct dst_entry *inet_csk_update_pmtu(struct sock *sk, u32 mtu)
{
	struct dst_entry *dst = __sk_dst_check(sk, 0);

	if (!dst)
		return NULL;
	dst->ops->update_pmtu(dst, sk, mtu);
	return __sk_dst_check(sk, 0);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: what stream sockets share: waiting for send space, for a connection,
 * for its end and for data. Each wait announces itself, lets go of the sock
 * (which runs the backlog, and so perhaps fulfils the condition), looks
 * again, sleeps, and owns the sock again at return.
 */
#include "net/core/sock.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/tcp.h"

#define STATE(s) (1U << (s))

/* One round of a wait; @cond is evaluated with the sock owned and then let
 * go. Whether it holds in the end. */
#define sk_wait_event(sk, timeo_ns, cond)                            \
	({                                                           \
		bool swe_ = (cond);                                  \
		release_sock(sk);                                    \
		if (!swe_ && !(cond))                                \
			*(timeo_ns) = schedule_timeout(*(timeo_ns)); \
		lock_sock(sk);                                       \
		(cond);                                              \
	})

static bool stream_has_space(const struct sock *sk)
{
	return sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN) ||
	       sk_stream_memory_free(sk);
}

/**
 * sk_stream_wait_memory() - Wait until more may be queued (S5).
 * @sk:       the sock, owned.
 * @timeo_ns: how long; what is left of it afterwards.
 *
 * Context: task; sleeps with the sock let go.
 * Return:  0; -EPIPE: error or shutdown; -EAGAIN: not in time; -EINTR or
 *          -ERESTARTSYS.
 */
int sk_stream_wait_memory(struct sock *sk, u64 *timeo_ns)
{
	struct wait_queue_entry wait;
	int err = 0;

	init_waitqueue_entry(&wait, task_current());
	for (;;) {
		if (!sk->sk_wq || sk->sk_err ||
		    (sk->sk_shutdown & SEND_SHUTDOWN)) {
			err = -EPIPE;
			break;
		}
		if (sk_stream_memory_free(sk))
			break;
		sk->sk_socket->flags |= SOCK_NOSPACE | SOCK_ASYNC_NOSPACE;
		if (!*timeo_ns) {
			err = -EAGAIN;
			break;
		}
		if (task_signal_pending()) {
			err = sock_intr_errno(*timeo_ns);
			break;
		}
		prepare_to_wait(sk->sk_wq, &wait);
		sk_wait_event(sk, timeo_ns, stream_has_space(sk));
	}
	remove_wait_queue(sk->sk_wq, &wait);
	return err;
}

/**
 * sk_stream_wait_connect() - Wait until the handshake has ended.
 * @sk:       the sock, owned.
 * @timeo_ns: how long; what is left of it afterwards.
 *
 * Context: task; sleeps with the sock let go.
 * Return:  0: connected; the sock's error; -EPIPE: no handshake is under way;
 *          -EAGAIN: not in time; -EINTR or -ERESTARTSYS.
 */
int sk_stream_wait_connect(struct sock *sk, u64 *timeo_ns)
{
	const u32 done = STATE(TCP_ESTABLISHED) | STATE(TCP_CLOSE_WAIT);
	const u32 under_way = STATE(TCP_SYN_SENT) | STATE(TCP_SYN_RECV);
	struct wait_queue_entry wait;
	int err;

	init_waitqueue_entry(&wait, task_current());
	for (;;) {
		err = sock_error(sk);
		if (err || (STATE(sk->sk_state) & done))
			break;
		err = -EPIPE;
		if (!(STATE(sk->sk_state) & under_way) || !sk->sk_wq)
			break;
		err = -EAGAIN;
		if (!*timeo_ns)
			break;
		err = sock_intr_errno(*timeo_ns);
		if (task_signal_pending())
			break;
		prepare_to_wait(sk->sk_wq, &wait);
		sk->sk_write_pending++;
		sk_wait_event(sk, timeo_ns,
			      sk->sk_err || !(STATE(sk->sk_state) & under_way));
		sk->sk_write_pending--;
	}
	remove_wait_queue(sk->sk_wq, &wait);
	return err;
}

/**
 * sk_stream_wait_close() - SO_LINGER: wait until the peer has it all.
 * @sk:      the sock, owned.
 * @timeo_ns: how long at most.
 *
 * Context: task; sleeps with the sock let go.
 */
void sk_stream_wait_close(struct sock *sk, u64 timeo_ns)
{
	const u32 closing =
		STATE(TCP_FIN_WAIT1) | STATE(TCP_CLOSING) | STATE(TCP_LAST_ACK);
	struct wait_queue_entry wait;

	init_waitqueue_entry(&wait, task_current());
	while (timeo_ns && sk->sk_wq && (STATE(sk->sk_state) & closing) &&
	       !task_signal_pending()) {
		prepare_to_wait(sk->sk_wq, &wait);
		sk_wait_event(sk, &timeo_ns, !(STATE(sk->sk_state) & closing));
	}
	remove_wait_queue(sk->sk_wq, &wait);
}

static bool data_arrived(const struct sock *sk, const struct sk_buff *last)
{
	return skb_peek_tail(&sk->sk_receive_queue) != last || sk->sk_err ||
	       (sk->sk_shutdown & RCV_SHUTDOWN);
}

/**
 * sk_wait_data() - Wait until more has been received.
 * @sk:       the sock, owned.
 * @timeo_ns: how long; what is left of it afterwards.
 * @skb:      the last packet of the receive queue that was looked at, or NULL.
 *
 * One sleep: the caller looks for signals and calls again.
 *
 * Context: task; sleeps with the sock let go.
 * Return:  1: data, an error or the end is there; 0: not (yet).
 */
int sk_wait_data(struct sock *sk, u64 *timeo_ns, const struct sk_buff *skb)
{
	struct wait_queue_entry wait;
	int ready;

	if (!sk->sk_wq)
		return 1;
	init_waitqueue_entry(&wait, task_current());
	prepare_to_wait(sk->sk_wq, &wait);
	ready = sk_wait_event(sk, timeo_ns, data_arrived(sk, skb));
	remove_wait_queue(sk->sk_wq, &wait);
	return ready;
}

/**
 * sk_stream_error() - What a send that could not go on returns (S6).
 * @sk:    the sock, owned.
 * @flags: MSG_NOSIGNAL keeps SIGPIPE away.
 * @err:   why; for -EPIPE the sock's own error has precedence.
 *
 * Return: the negative errno.
 */
int sk_stream_error(struct sock *sk, int flags, int err)
{
	if (err == -EPIPE)
		err = sock_error(sk) ?: -EPIPE;
	if (err == -EPIPE && !(flags & MSG_NOSIGNAL))
		task_raise_signal(SIGPIPE);
	return err;
}

/**
 * sk_stream_write_space() - sk_write_space of a stream (S7).
 * @sk: the sock.
 *
 * Writers are woken when a third of the buffer is free, and only if one of
 * them has met a full buffer.
 *
 * Context: task or softirq.
 */
void sk_stream_write_space(struct sock *sk)
{
	struct socket *sock = sk->sk_socket;

	if (!sock || !(sock->flags & SOCK_NOSPACE) ||
	    !sk_stream_is_writeable(sk))
		return;
	sock->flags &= ~(u32)(SOCK_NOSPACE | SOCK_ASYNC_NOSPACE);
	if (sk->sk_wq && waitqueue_active(sk->sk_wq))
		wake_up_poll(sk->sk_wq, EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
}

/**
 * sk_stream_kill_queues() - The end of a stream: nothing may be left.
 * @sk: the sock; the protocol has emptied its write and retransmit queues.
 */
void sk_stream_kill_queues(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
	WARN_ON(!skb_queue_empty(&sk->sk_write_queue));
	WARN_ON(sk->sk_wmem_queued);
}

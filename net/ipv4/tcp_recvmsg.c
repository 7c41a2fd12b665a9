// SPDX-License-Identifier: MIT
/*
 * DOC: reading from a connection: the receive queue is walked from copied_seq
 * on, bytes are copied to the program, packets that are used up are freed, and
 * the peer is told of the room (tcp_cleanup_rbuf()).
 *
 * sk_receive_queue holds what arrived in order; tcp_rcvqueue.c fills it, in
 * softirq or from the backlog. An urgent byte (RFC 6093) stops the walk, and is
 * skipped unless SO_OOBINLINE has it among the others.
 *
 * Called by tcp_prot; task context, socket owned.
 */
#include "lib/errno.h"
#include "net/core/timestamping.h"
#include "net/ipv4/tcp_int.h"

#define TCP_CM_INQ TCP_INQ

/**
 * tcp_cleanup_rbuf() - The program has read: is an ACK due?
 * @sk:     locked.
 * @copied: bytes it took.
 *
 * An ACK goes out when more than a segment is unacknowledged, when the program
 * has emptied the queue after pushed data (it may have nothing to answer), or
 * when the window can be opened to twice what the peer knows of.
 */
void tcp_cleanup_rbuf(struct sock *sk, int copied)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u8 pending = icsk->icsk_ack.pending;
	u32 now, new;

	if (inet_csk_ack_scheduled(sk)) {
		bool pushed = (pending & ICSK_ACK_PUSHED2) ||
			      ((pending & ICSK_ACK_PUSHED) &&
			       !inet_csk_in_pingpong_mode(sk));

		if (tp->rcv_nxt - tp->rcv_wup > icsk->icsk_ack.rcv_mss ||
		    (copied > 0 && pushed && !sk->sk_rmem_alloc)) {
			tcp_send_ack(sk);
			return;
		}
	}
	if (copied <= 0 || (sk->sk_shutdown & RCV_SHUTDOWN))
		return;
	now = tcp_receive_window(tp);
	if (2 * now > tp->window_clamp)
		return;
	new = __tcp_select_window(sk);
	if (new &&new >= 2 * now)
		tcp_send_ack(sk);
}

/* One tcp_recvmsg(). */
struct tcp_recv {
	struct msghdr *msg;
	int flags;
	size_t len; /* room left */
	ssize_t copied;
	ssize_t target; /* do not wait once so much is there */
	u64 timeo_ns;
	u32 *seq; /* the next byte: copied_seq, or with MSG_PEEK a copy */
	u32 peek_seq;
	u64 tstamp_ns;        /* when the last packet read from came */
	u32 skipped;          /* urgent bytes left out of what was peeked at */
	struct sk_buff *last; /* the end of the queue when it was walked */
};

static void eat_skb(struct sock *sk, struct sk_buff *skb)
{
	__skb_unlink(skb, &sk->sk_receive_queue);
	consume_skb(skb);
}

/* The packet that has the byte *@seq, or whose FIN is there. */
static struct sk_buff *find_skb(struct sock *sk, struct tcp_recv *r,
				u32 *offset)
{
	struct sk_buff *skb;

	r->last = skb_peek_tail(&sk->sk_receive_queue);
	skb_queue_walk (&sk->sk_receive_queue, skb) {
		const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

		*offset = *r->seq - cb->seq;
		if (unlikely(cb->tcp_flags & TCPHDR_SYN))
			(*offset)--;
		if (*offset < skb->len || (cb->tcp_flags & TCPHDR_FIN))
			return skb;
	}
	return NULL;
}

/*
 * Nothing more is queued: wait for more?
 *
 * Return: 0: go on; 1: this was all; or a negative errno.
 */
static int recv_wait(struct sock *sk, struct tcp_recv *r)
{
	if (r->copied >= r->target && !sk->sk_backlog.head)
		return 1;
	if (r->copied) {
		if (!r->timeo_ns || sk->sk_err || sk->sk_state == TCP_CLOSE ||
		    (sk->sk_shutdown & RCV_SHUTDOWN) || task_signal_pending())
			return 1;
	} else {
		if (sock_flag(sk, SOCK_DONE))
			return 1;
		if (sk->sk_err)
			return sock_error(sk);
		if (sk->sk_shutdown & RCV_SHUTDOWN)
			return 1;
		if (sk->sk_state == TCP_CLOSE)
			return -ENOTCONN; /* never was connected */
		if (!r->timeo_ns)
			return -EAGAIN;
		if (task_signal_pending())
			return sock_intr_errno(r->timeo_ns);
	}
	if (r->copied >= r->target) {
		sk_flush_backlog(sk);
	} else {
		tcp_cleanup_rbuf(sk, (int)r->copied);
		sk_wait_data(sk, &r->timeo_ns, r->last);
	}
	/* Another reader took what was peeked at: begin again behind it. */
	if ((r->flags & MSG_PEEK) &&
	    r->peek_seq - (u32)r->copied - r->skipped != tcp_sk(sk)->copied_seq)
		r->peek_seq = tcp_sk(sk)->copied_seq;
	return 0;
}

/*
 * How many of @used bytes at *seq come before the urgent one; if that is the
 * first it is stepped over.
 */
static u32 limit_at_urgent(struct sock *sk, struct tcp_recv *r, u32 *offset,
			   u32 used)
{
	u32 dist = tcp_sk(sk)->urg_seq - *r->seq;

	if (dist >= used)
		return used;
	if (dist)
		return dist;
	if (sock_flag(sk, SOCK_URGINLINE))
		return used;
	(*r->seq)++;
	r->skipped++;
	(*offset)++;
	return used - 1;
}

/* Take from @skb. 0: go on; 1: this was all; -EFAULT. */
static int recv_some(struct sock *sk, struct tcp_recv *r, struct sk_buff *skb,
		     u32 offset)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool peek = r->flags & MSG_PEEK;
	u32 used;

	if (offset < skb->len) {
		used = (u32)min_t(size_t, skb->len - offset, r->len);
		if (unlikely(tp->urg_data))
			used = limit_at_urgent(sk, r, &offset, used);
		if (used) {
			if (!(r->flags & MSG_TRUNC) &&
			    skb_copy_datagram_iter(skb, offset,
						   &r->msg->msg_iter, used))
				return -EFAULT;
			r->tstamp_ns = skb->tstamp;
			*r->seq += used;
			r->copied += used;
			r->len -= used;
			tcp_rcv_space_adjust(sk);
		}
		if (unlikely(tp->urg_data) &&
		    after(tp->copied_seq, tp->urg_seq))
			tp->urg_data = 0;
		if (used + offset < skb->len)
			return 0;
	}
	if (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN) {
		(*r->seq)++;
		if (!peek)
			eat_skb(sk, skb);
		return 1;
	}
	if (!peek)
		eat_skb(sk, skb);
	return 0;
}

/* The walk; r->copied, or a negative errno if nothing was copied. */
static ssize_t recv_stream(struct sock *sk, struct tcp_recv *r)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	u32 offset;
	int ret;

	do {
		if (unlikely(tp->urg_data) && tp->urg_seq == *r->seq) {
			/* Nothing for splice(), which must not wait for what
			 * is there already. */
			if (r->copied || (r->flags & MSG_SPLICE_PAGES))
				break;
			if (task_signal_pending())
				return r->timeo_ns
					       ? sock_intr_errno(r->timeo_ns)
					       : -EAGAIN;
		}
		skb = find_skb(sk, r, &offset);
		ret = skb ? recv_some(sk, r, skb, offset) : recv_wait(sk, r);
		if (ret < 0 && !r->copied)
			return ret;
	} while (!ret && r->len);
	tcp_cleanup_rbuf(sk, (int)r->copied);
	return r->copied;
}

/* MSG_OOB: the urgent byte (RFC 9293, section 3.8.5). */
static ssize_t recv_urgent(struct sock *sk, struct msghdr *msg, size_t len,
			   int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 byte = (u8)tp->urg_data;

	if (sock_flag(sk, SOCK_URGINLINE) || !tp->urg_data ||
	    tp->urg_data == TCP_URG_READ)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (tp->urg_data & TCP_URG_VALID) {
		if (!(flags & MSG_PEEK))
			tp->urg_data = TCP_URG_READ;
		msg->msg_flags |= MSG_OOB;
		if (!len) {
			msg->msg_flags |= MSG_TRUNC;
			return 0;
		}
		if (!(flags & MSG_TRUNC) &&
		    copy_to_iter(&byte, 1, &msg->msg_iter) != 1)
			return -EFAULT;
		return 1;
	}
	if (sk->sk_state == TCP_CLOSE || (sk->sk_shutdown & RCV_SHUTDOWN))
		return 0;
	return -EAGAIN; /* announced, not here yet */
}

/* TCP_INQ: what is left; 1 when only the end is, which is worth a call too. */
static int inq_hint(const struct sock *sk)
{
	int inq = (int)(tcp_sk(sk)->rcv_nxt - tcp_sk(sk)->copied_seq);

	return !inq && sock_flag(sk, SOCK_DONE) ? 1 : inq;
}

static ssize_t tcp_recvmsg_locked(struct sock *sk, struct msghdr *msg,
				  size_t len, int flags)
{
	struct tcp_recv r = { .msg = msg, .flags = flags, .len = len };
	ssize_t ret;

	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (unlikely(flags & MSG_OOB))
		return recv_urgent(sk, msg, len, flags);
	r.timeo_ns = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	r.peek_seq = tcp_sk(sk)->copied_seq;
	r.seq = flags & MSG_PEEK ? &r.peek_seq : &tcp_sk(sk)->copied_seq;
	r.target = sock_rcvlowat(sk, flags & MSG_WAITALL,
				 (int)min_t(size_t, len, 0x7fffffff));
	ret = recv_stream(sk, &r);
	if (unlikely(sk->sk_cmsg_flags & SK_CMSG_TIMESTAMP) && r.tstamp_ns &&
	    ret > 0)
		sock_recv_timestamp(msg, sk, r.tstamp_ns);
	return ret;
}

/**
 * tcp_recvmsg() - Read from a connection (proto.recvmsg).
 * @sk:    not owned by the caller.
 * @msg:   where to; gets no name.
 * @len:   room.
 * @flags: MSG_DONTWAIT, _PEEK, _WAITALL, _TRUNC (discard), _OOB, _ERRQUEUE.
 *
 * Context: task; sleeps until SO_RCVLOWAT bytes (MSG_WAITALL: @len) are there,
 *          the connection ends, a signal comes, or SO_RCVTIMEO is over.
 * Return:  bytes; 0 at the end of the stream; else the connection's error,
 *          -ENOTCONN, -EAGAIN, -EINTR, -EFAULT, -EINVAL (no urgent data).
 */
ssize_t tcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags)
{
	bool want_inq;
	ssize_t ret;
	int inq;

	if (unlikely(flags & MSG_ERRQUEUE))
		return ip_recv_error(sk, msg, len);
	lock_sock(sk);
	ret = tcp_recvmsg_locked(sk, msg, len, flags);
	want_inq = tcp_sk(sk)->recvmsg_inq && ret >= 0 && !(flags & MSG_OOB);
	inq = inq_hint(sk);
	release_sock(sk);
	msg->msg_namelen = 0;
	if (unlikely(want_inq))
		put_cmsg(msg, SOL_TCP, TCP_CM_INQ, sizeof(inq), &inq);
	return ret;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: AF_UNIX's bytes: a write is copied into packets on the peer's receive
 * queue, charged to the writer until they are read; a stream's reader takes
 * bytes across packets, the others' a packet at a time. Files that go along
 * (scm.c) end a stream's read, so that they stay with their bytes.
 *
 * Ownership: a packet is the queue's; who takes it off frees it.
 * Called through proto_ops in net/unix/af_unix.c. Tasks only: unix_int.h.
 */
#include "lib/err.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/tcp.h"
#include "net/core/filter.h"
#include "net/unix/unix_int.h"

/* A stream's packet: eight pages with all that belongs to it. */
#define STREAM_SKB_MAX ((u32)SKB_WITH_OVERHEAD(8 * PAGE_SIZE))
/* More references to sockets on their way than this: look for garbage. */
#define MANY_INFLIGHT 16000U

/* --- sending --- */

static int broken_pipe(const struct msghdr *msg)
{
	if (!(msg->msg_flags & MSG_NOSIGNAL))
		task_raise_signal(SIGPIPE);
	return -EPIPE;
}

/* A packet with the next @len bytes of @msg, or an error pointer. */
static struct sk_buff *build(struct sock *sk, struct msghdr *msg, u32 len)
{
	struct sk_buff *skb;
	int err;

	skb = sock_alloc_send_skb(sk, len, msg->msg_flags & MSG_DONTWAIT, &err);
	if (!skb)
		return ERR_PTR(err);
	memset(skb->cb, 0, sizeof(skb->cb));
	if (copy_from_iter(skb_put(skb, len), len, &msg->msg_iter) != len) {
		consume_skb(skb);
		return ERR_PTR(-EFAULT);
	}
	return skb;
}

static void deliver(struct sock *to, struct sk_buff *skb)
{
	__skb_queue_tail(&to->sk_receive_queue, skb);
	to->sk_data_ready(to);
}

static bool takes_no_more(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD) || (sk->sk_shutdown & RCV_SHUTDOWN);
}

/* Bytes taken, or why none was; files go with the first. */
static ssize_t stream_send(struct sock *sk, struct msghdr *msg, size_t len,
			   struct scm_cookie *scm)
{
	u32 most = min(STREAM_SKB_MAX, (sk->sk_sndbuf >> 1) - 64);
	struct sock *peer = unix_sk(sk)->peer;
	struct sk_buff *skb;
	size_t sent = 0;
	u32 n;

	while (sent < len) {
		if (sk->sk_shutdown & SEND_SHUTDOWN)
			return sent ? (ssize_t)sent : broken_pipe(msg);
		n = (u32)min_t(size_t, len - sent, most);
		skb = build(sk, msg, n);
		if (IS_ERR(skb))
			return sent ? (ssize_t)sent : PTR_ERR(skb);
		if (takes_no_more(peer)) {
			consume_skb(skb);
			return sent ? (ssize_t)sent : broken_pipe(msg);
		}
		scm_attach(skb, scm);
		deliver(peer, skb);
		sent += n;
	}
	return (ssize_t)sent;
}

static int begin_send(struct sock *sk, const struct msghdr *msg,
		      struct scm_cookie *scm)
{
	if (msg->msg_flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (unix_tot_inflight > MANY_INFLIGHT)
		unix_gc();
	return scm_send(msg, scm);
}

/**
 * unix_stream_sendmsg() - proto_ops.sendmsg of SOCK_STREAM.
 * @sock: the socket.
 * @msg:  bytes and what goes along with them.
 * @len:  how many bytes.
 *
 * Context: task; sleeps while too much waits to be read.
 * Return:  bytes taken; -EPIPE (with SIGPIPE), -ENOTCONN, -EISCONN, -EAGAIN or
 *          another negative errno.
 */
ssize_t unix_stream_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk, *peer;
	struct scm_cookie scm;
	ssize_t n = begin_send(sk, msg, &scm);

	if (n)
		return n;
	peer = unix_sk(sk)->peer;
	if (msg->msg_namelen)
		n = sk->sk_state == TCP_ESTABLISHED ? -EISCONN : -EOPNOTSUPP;
	else if (!peer)
		n = -ENOTCONN;
	if (!n) {
		sock_hold(peer);
		n = stream_send(sk, msg, len, &scm);
		sock_put(peer);
	}
	scm_destroy(&scm);
	return n;
}

/* Whom a datagram goes to, with a reference for the caller. */
static struct sock *dgram_dest(struct sock *sk, const struct msghdr *msg)
{
	struct sock *peer = unix_sk(sk)->peer;
	int err;

	if (msg->msg_namelen && !unix_has_connections(sk)) {
		err = unix_check_addr(msg->msg_name, msg->msg_namelen);
		return err ? ERR_PTR(err)
			   : unix_find_other(sk, msg->msg_name,
					     msg->msg_namelen);
	}
	if (!peer ||
	    (unix_has_connections(sk) && sk->sk_state != TCP_ESTABLISHED))
		return ERR_PTR(-ENOTCONN);
	sock_hold(peer);
	return peer;
}

/* Whether @to may be sent to now: 0, 1: wait for room, or a negative errno. */
static int dgram_may_send(struct sock *sk, struct sock *to)
{
	const struct sock *back = unix_sk(to)->peer;

	if (sk->sk_shutdown & SEND_SHUTDOWN)
		return -EPIPE;
	if (sock_flag(to, SOCK_DEAD)) {
		if (unix_has_connections(sk))
			return -EPIPE;
		if (unix_sk(sk)->peer == to)
			unix_set_peer(sk, NULL);
		return -ECONNREFUSED;
	}
	if (back && back != sk)
		return -EPERM;
	if (to->sk_shutdown & RCV_SHUTDOWN)
		return -EPIPE;
	/* Who sends to himself would wait for himself. */
	return to != sk && back != sk && unix_queue_full(to);
}

static int dgram_wait_room(struct sock *sk, struct sock *to, bool noblock)
{
	u64 timeo = sock_sndtimeo(sk, noblock);
	int may, err;

	while ((may = dgram_may_send(sk, to)) > 0) {
		if (!timeo)
			return -EAGAIN;
		err = wait_event_interruptible_timeout(
			&unix_sk(to)->peer_wait,
			takes_no_more(to) || !unix_queue_full(to), &timeo);
		if (err == -ERESTARTSYS)
			return sock_intr_errno(timeo);
	}
	return may;
}

static ssize_t dgram_send(struct sock *sk, struct sock *to, struct msghdr *msg,
			  size_t len, struct scm_cookie *scm)
{
	struct sk_buff *skb = build(sk, msg, (u32)len);
	int err;

	if (IS_ERR(skb))
		return PTR_ERR(skb);
	err = dgram_wait_room(sk, to, msg->msg_flags & MSG_DONTWAIT);
	if (err) {
		consume_skb(skb);
		return err;
	}
	if (sk_filter_trim_cap(to, skb, 0)) {
		consume_skb(skb); /* it was sent, and nobody wanted it */
		return (ssize_t)len;
	}
	scm_attach(skb, scm);
	deliver(to, skb);
	return (ssize_t)len;
}

/**
 * unix_dgram_sendmsg() - proto_ops.sendmsg of SOCK_DGRAM and SOCK_SEQPACKET.
 * @sock: the socket.
 * @msg:  one packet, its receiver unless connected, and what goes along.
 * @len:  its length.
 *
 * Context: task; sleeps while the receiver's queue is full.
 * Return:  @len or a negative errno.
 */
ssize_t unix_dgram_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	struct sock *sk = sock->sk, *to;
	struct scm_cookie scm;
	ssize_t n = begin_send(sk, msg, &scm);

	if (n)
		return n;
	if (sock_flag(sk, SOCK_PASSCRED))
		n = unix_autobind(sk);
	if (!n && len > sk->sk_sndbuf - 32)
		n = -EMSGSIZE;
	if (!n) {
		to = dgram_dest(sk, msg);
		n = IS_ERR(to) ? PTR_ERR(to) : 0;
	}
	if (!n) {
		n = dgram_send(sk, to, msg, len, &scm);
		sock_put(to);
	}
	scm_destroy(&scm);
	return n;
}

/* --- receiving --- */

/* The sender's name, if it has one. */
static void sender_name(struct msghdr *msg, const struct sk_buff *skb)
{
	const struct unix_address *a = unix_sk(skb->sk)->addr;

	if (!msg->msg_name || !a)
		return;
	memcpy(msg->msg_name, &a->family, (size_t)a->len);
	msg->msg_namelen = a->len;
}

/**
 * unix_dgram_recvmsg() - proto_ops.recvmsg of SOCK_DGRAM and SOCK_SEQPACKET.
 * @sock:  the socket.
 * @msg:   room for one packet, its sender's name and what came along.
 * @len:   room for bytes; what is longer is cut, with MSG_TRUNC.
 * @flags: MSG_*.
 *
 * Context: task; sleeps until there is one.
 * Return:  bytes, 0 also at the end, or a negative errno.
 */
ssize_t unix_dgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			   int flags)
{
	struct scm_cookie scm = { 0 };
	struct sock *sk = sock->sk;
	struct sk_buff *skb;
	ssize_t ret;
	u32 n;
	int err;

	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (unix_has_connections(sk) && sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	skb = skb_recv_datagram(sk, flags, &err);
	if (!skb)
		return err;
	if (!(flags & MSG_PEEK))
		unix_room_again(sk);
	sender_name(msg, skb);
	n = (u32)min_t(size_t, len, skb->len);
	if (n < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	ret = flags & MSG_TRUNC ? skb->len : n;
	if (copy_to_iter(skb->data, n, &msg->msg_iter) != n)
		ret = -EFAULT;
	scm_detach(skb, &scm, flags & MSG_PEEK);
	if (ret >= 0)
		scm_recv(sk, msg, &scm, flags);
	scm_destroy(&scm);
	skb_free_datagram(sk, skb);
	return ret;
}

static bool same_sender(const struct scm_cookie *a, const struct scm_cookie *b)
{
	return memcmp(&a->creds, &b->creds, sizeof(a->creds)) == 0;
}

/* What one read has had so far. */
struct stream_read {
	struct msghdr *msg;
	size_t left;
	size_t copied;
	struct scm_cookie scm;
	bool peek, done; /* done: no more, whatever waits */
};

/* Bytes of one packet; false: a fault at the first. */
static bool read_packet(struct sock *sk, struct stream_read *r,
			struct sk_buff *skb)
{
	struct unix_skb_parms *cb = unix_cb(skb);
	u32 n = (u32)min_t(size_t, r->left, skb->len - cb->consumed);
	u32 got = (u32)copy_to_iter(skb->data + cb->consumed, n,
				    &r->msg->msg_iter);

	if (n && !got)
		return false;
	if (!r->copied)
		sender_name(r->msg, skb);
	scm_detach(skb, &r->scm, r->peek);
	r->copied += got;
	r->left -= got;
	r->done = r->scm.fp || got < n;
	if (r->peek)
		return true;
	cb->consumed += got;
	if (cb->consumed == skb->len) {
		__skb_unlink(skb, &sk->sk_receive_queue);
		consume_skb(skb);
	}
	return true;
}

/* All that waits, as far as it may be read at once. 0 or a negative errno. */
static int read_queue(struct sock *sk, struct stream_read *r)
{
	struct sk_buff *skb, *next;
	bool creds = sock_flag(sk, SOCK_PASSCRED);

	skb_queue_walk_safe (&sk->sk_receive_queue, skb, next) {
		if (!r->left || r->done)
			break;
		if (creds && r->copied &&
		    !same_sender(&r->scm, &unix_cb(skb)->scm)) {
			r->done = true;
			break;
		}
		if (!read_packet(sk, r, skb))
			return -EFAULT;
	}
	return 0;
}

static bool stream_event(const struct sock *sk)
{
	return !skb_queue_empty(&sk->sk_receive_queue) || sk->sk_err ||
	       (sk->sk_shutdown & RCV_SHUTDOWN);
}

/* Sleep until there is more. 1; 0: there will be none; or a negative errno. */
static int stream_wait(struct sock *sk, u64 *timeo)
{
	int err = sock_error(sk);

	if (err || (sk->sk_shutdown & RCV_SHUTDOWN))
		return err;
	if (!*timeo)
		return -EAGAIN;
	err = wait_event_interruptible_timeout(sk->sk_wq, stream_event(sk),
					       timeo);
	if (err == -ERESTARTSYS)
		return sock_intr_errno(*timeo);
	return 1;
}

static int stream_read_all(struct sock *sk, struct stream_read *r, size_t want,
			   u64 timeo)
{
	int err;

	for (;;) {
		err = read_queue(sk, r);
		if (err || r->done || r->copied >= want ||
		    (r->peek && r->copied))
			return err;
		if (!skb_queue_empty(&sk->sk_receive_queue))
			continue;
		err = stream_wait(sk, &timeo);
		if (err <= 0)
			return err;
	}
}

/**
 * unix_stream_recvmsg() - proto_ops.recvmsg of SOCK_STREAM.
 * @sock:  the socket.
 * @msg:   room for bytes and what came along.
 * @len:   room for bytes.
 * @flags: MSG_*.
 *
 * Context: task; sleeps until there is something.
 * Return:  bytes, 0 at the end, or a negative errno.
 */
ssize_t unix_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			    int flags)
{
	struct stream_read r = { .msg = msg,
				 .left = len,
				 .peek = flags & MSG_PEEK };
	struct sock *sk = sock->sk;
	int err;

	if (sk->sk_state != TCP_ESTABLISHED)
		return -EINVAL;
	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (!len)
		return 0;
	err = stream_read_all(
		sk, &r,
		(size_t)sock_rcvlowat(sk, flags & MSG_WAITALL,
				      (int)min_t(size_t, len, 0x7fffffff)),
		sock_rcvtimeo(sk, flags & MSG_DONTWAIT));
	if (r.copied)
		scm_recv(sk, msg, &r.scm, flags);
	scm_destroy(&r.scm);
	return r.copied ? (ssize_t)r.copied : err;
}

/* --- poll, ioctl --- */

static bool writable(const struct sock *sk)
{
	const struct sock *peer = unix_sk(sk)->peer;

	if (sk->sk_state == TCP_LISTEN)
		return false;
	if (sk->sk_type == SOCK_DGRAM && peer && unix_sk(peer)->peer != sk &&
	    !takes_no_more(peer) && unix_queue_full(peer))
		return false;
	return sock_writeable(sk);
}

/**
 * unix_poll() - proto_ops.poll.
 * @f:    its file.
 * @sock: the socket.
 * @pt:   collects the wait queue, or NULL.
 *
 * Return: EPOLL* bits.
 */
u32 unix_poll(struct file *f, struct socket *sock, struct poll_table *pt)
{
	struct sock *sk = sock->sk;
	u32 mask = 0;

	poll_wait(f, &sock->wq, pt);
	if (sk->sk_err)
		mask |= EPOLLERR;
	if (sk->sk_shutdown == SHUTDOWN_MASK)
		mask |= EPOLLHUP;
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		mask |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
	if (!skb_queue_empty(&sk->sk_receive_queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (unix_has_connections(sk) && sk->sk_state == TCP_CLOSE)
		mask |= EPOLLHUP;
	if (writable(sk))
		mask |= EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
	else
		sock->flags |= SOCK_ASYNC_NOSPACE;
	return mask;
}

static int bytes_waiting(struct sock *sk)
{
	struct sk_buff *skb;
	u32 n = 0;

	skb_queue_walk (&sk->sk_receive_queue, skb) {
		n += skb->len - unix_cb(skb)->consumed;
		if (sk->sk_type != SOCK_STREAM)
			break; /* the next read's alone */
	}
	return (int)n;
}

/**
 * unix_ioctl() - proto.ioctl: SIOCINQ (FIONREAD), SIOCOUTQ. Through
 * inet_ioctl(), as any socket may be asked about devices: if_nametoindex(3)
 * takes one of these.
 * @sk:  the socket. @cmd: the request. @val: the answer.
 *
 * Context: task.
 * Return:  0; -EINVAL: it listens; -ENOIOCTLCMD.
 */
int unix_ioctl(struct sock *sk, u32 cmd, int *val)
{
	switch (cmd) {
	case SIOCINQ:
		if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		*val = bytes_waiting(sk);
		return 0;
	case SIOCOUTQ:
		*val = (int)sk->sk_wmem_alloc;
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}

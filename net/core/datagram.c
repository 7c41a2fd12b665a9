// SPDX-License-Identifier: MIT
/*
 * DOC: what datagram sockets share: taking a packet off the receive queue,
 * waiting for one, and poll(). The queue is filled in softirq, so it is
 * looked at with softirqs off.
 */
#include "net/core/sock.h"
#include "lib/uapi/poll.h"

/* The oldest packet: taken, or with MSG_PEEK only referenced. */
static struct sk_buff *queue_take(struct sock *sk, int flags)
{
	struct sk_buff *skb;

	local_bh_disable();
	skb = skb_peek(&sk->sk_receive_queue);
	if (skb && (flags & MSG_PEEK))
		skb_get(skb);
	else if (skb)
		__skb_unlink(skb, &sk->sk_receive_queue);
	local_bh_enable();
	return skb;
}

static bool datagram_event(const struct sock *sk)
{
	return sk->sk_err || !skb_queue_empty(&sk->sk_receive_queue) ||
	       (sk->sk_shutdown & RCV_SHUTDOWN);
}

/**
 * skb_recv_datagram() - The next packet to read.
 * @sk:    the sock; not owned by the caller.
 * @flags: MSG_DONTWAIT, MSG_PEEK.
 * @err:   set when there is none: the pending error, 0 after shutdown,
 *         -EAGAIN, -EINTR or -ERESTARTSYS.
 *
 * Ownership: the packet is the caller's, for skb_free_datagram().
 * Context:   task; sleeps unless MSG_DONTWAIT.
 * Return:    the packet or NULL.
 */
struct sk_buff *skb_recv_datagram(struct sock *sk, int flags, int *err)
{
	u64 timeo = sock_rcvtimeo(sk, flags & MSG_DONTWAIT);
	struct sk_buff *skb;

	for (;;) {
		*err = sock_error(sk);
		if (*err)
			return NULL;
		skb = queue_take(sk, flags);
		if (skb)
			return skb;
		*err = 0;
		if (sk->sk_shutdown & RCV_SHUTDOWN)
			return NULL;
		*err = -EAGAIN;
		if (!timeo)
			return NULL;
		*err = wait_event_interruptible_timeout(
			sk->sk_wq, datagram_event(sk), &timeo);
		if (*err == -ERESTARTSYS) {
			*err = sock_intr_errno(timeo);
			return NULL;
		}
	}
}

/**
 * skb_free_datagram() - The reader is done with a packet.
 * @sk:  the sock it was charged to.
 * @skb: the packet.
 *
 * Ownership: drops the reader's reference.
 */
void skb_free_datagram(struct sock *sk, struct sk_buff *skb)
{
	consume_skb(skb);
}

/**
 * datagram_ioctl() - proto.ioctl: SIOCOUTQ, bytes not yet on the wire, and
 * SIOCINQ, those of the next datagram.
 * @sk:     the socket. @cmd: which.
 * @header: bytes of a queued packet that its reader does not get.
 * @val:    the answer.
 *
 * Context: task.
 * Return:  0, or -ENOIOCTLCMD.
 */
int datagram_ioctl(struct sock *sk, u32 cmd, u32 header, int *val)
{
	const struct sk_buff *skb;

	switch (cmd) {
	case SIOCOUTQ:
		*val = (int)sk->sk_wmem_alloc;
		return 0;
	case SIOCINQ:
		local_bh_disable();
		skb = skb_peek(&sk->sk_receive_queue);
		*val = skb ? (int)(skb->len - header) : 0;
		local_bh_enable();
		return 0;
	default:
		return -ENOIOCTLCMD;
	}
}

/**
 * datagram_poll() - poll() of a socket without connections (S7).
 * @f:    its file.
 * @sock: the socket.
 * @pt:   collects the wait queue, or NULL.
 *
 * Return: EPOLL* bits.
 */
u32 datagram_poll(struct file *f, struct socket *sock, struct poll_table *pt)
{
	struct sock *sk = sock->sk;
	u32 mask = 0;

	poll_wait(f, &sock->wq, pt);
	mask |= sk_poll_err(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		mask |= EPOLLRDHUP | EPOLLIN | EPOLLRDNORM;
	if (sk->sk_shutdown == SHUTDOWN_MASK)
		mask |= EPOLLHUP;
	if (!skb_queue_empty(&sk->sk_receive_queue))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (sock_writeable(sk))
		mask |= EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND;
	else
		sock->flags |= SOCK_ASYNC_NOSPACE;
	return mask;
}

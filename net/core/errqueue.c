// SPDX-License-Identifier: MIT
/*
 * DOC: the error queue: reports about packets sent earlier (ICMP errors for
 * IP_RECVERR, zero-copy completions), read with MSG_ERRQUEUE. A report is the
 * packet it is about, with a sock_exterr_skb in its cb; it is charged to the
 * receive buffer, so nobody can fill the memory with errors.
 */
#include "net/core/errqueue.h"
#include "lib/uapi/poll.h"
#include "net/core/sock.h"

/**
 * sock_queue_err_skb() - Put a report on the error queue.
 * @sk:  the sock.
 * @skb: the report; SKB_EXT_ERR(skb) is filled.
 *
 * Ownership: takes @skb on success.
 * Context:   task or softirq.
 * Return:    0, or -ENOMEM: the receive buffer is full.
 */
int sock_queue_err_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_rmem_alloc + skb->truesize >= sk->sk_rcvbuf)
		return -ENOMEM;
	skb_set_owner_r(skb, sk);
	skb_dst_force(skb);
	local_bh_disable();
	__skb_queue_tail(&sk->sk_error_queue, skb);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_error_report(sk);
	local_bh_enable();
	return 0;
}

static bool is_icmp_err(const struct sk_buff *skb)
{
	return skb && SKB_EXT_ERR(skb)->ee.ee_origin == SO_EE_ORIGIN_ICMP;
}

/**
 * sock_dequeue_err_skb() - Take the oldest report.
 * @sk: the sock.
 *
 * sk_err is what the next report in the queue says, so that no error is seen
 * twice and none is missed.
 *
 * Ownership: the report is the caller's.
 * Return:    it, or NULL: there is none.
 */
struct sk_buff *sock_dequeue_err_skb(struct sock *sk)
{
	struct sk_buff *skb, *next;

	local_bh_disable();
	skb = __skb_dequeue(&sk->sk_error_queue);
	next = skb_peek(&sk->sk_error_queue);
	if (is_icmp_err(skb) && !is_icmp_err(next))
		sk->sk_err = 0;
	if (skb && is_icmp_err(next)) {
		sk->sk_err = (int)SKB_EXT_ERR(next)->ee.ee_errno;
		sk->sk_error_report(sk);
	}
	local_bh_enable();
	return skb;
}

/**
 * sk_poll_err() - The part of poll() that is about errors and reports.
 * @sk: the sock.
 *
 * Return: EPOLLERR, with SO_SELECT_ERR_QUEUE EPOLLPRI too, or 0.
 */
u32 sk_poll_err(const struct sock *sk)
{
	if (!sk->sk_err && skb_queue_empty(&sk->sk_error_queue))
		return 0;
	return EPOLLERR | (sock_flag(sk, SOCK_SELECT_ERR_QUEUE) ? EPOLLPRI : 0);
}

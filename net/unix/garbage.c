// SPDX-License-Identifier: MIT
/*
 * DOC: sockets that nobody can reach any more: their files are only on their
 * way, in queues of sockets of the same kind (a socket sent through itself).
 * No reference count finds them. So, when a socket is closed while such files
 * are on their way: mark what can be reached from every socket that has a
 * reference elsewhere, through the files in its queue; what is not marked
 * loses its queue, and with it its last references.
 *
 * Called by net/unix/af_unix.c. Tasks only, nothing here sleeps before the
 * packets are freed.
 */
#include "lib/uapi/tcp.h"
#include "net/unix/unix_int.h"

/* A file that is nowhere but on its way. A sock without a socket waits in a
 * listener's queue for accept(). */
static bool only_in_flight(const struct unix_sock *u)
{
	const struct socket *sock = u->sk.sk_socket;

	return !sock || (u->inflight && sock->file &&
			 sock->file->refcount == u->inflight);
}

static void reach(struct unix_sock *u, struct list_head *work)
{
	if (u->reached)
		return;
	u->reached = true;
	list_add_tail(&u->gc_entry, work);
}

/* All that can be had from one socket's queue. */
static void scan(struct unix_sock *u, struct list_head *work)
{
	const struct scm_fp_list *fpl;
	struct sk_buff *skb;
	struct sock *sk;
	u32 i;

	skb_queue_walk (&u->sk.sk_receive_queue, skb) {
		if (u->sk.sk_state == TCP_LISTEN) {
			reach(unix_sk(skb->sk), work);
			continue;
		}
		fpl = unix_cb(skb)->scm.fp;
		for (i = 0; fpl && i < fpl->count; i++) {
			sk = unix_sk_of_file(fpl->fp[i]);
			if (sk)
				reach(unix_sk(sk), work);
		}
	}
}

static void mark(void)
{
	LIST_HEAD(work);
	struct unix_sock *u;

	list_for_each_entry (u, &unix_sockets, link)
		u->reached = false;
	list_for_each_entry (u, &unix_sockets, link)
		if (!only_in_flight(u))
			reach(u, &work);
	while (!list_empty(&work)) {
		u = list_first_entry(&work, struct unix_sock, gc_entry);
		list_del(&u->gc_entry);
		scan(u, &work);
	}
}

/**
 * unix_gc() - Free sockets that are only on their way to each other.
 *
 * Context: task; closes files.
 */
void unix_gc(void)
{
	static bool running;
	struct sk_buff_head hits;
	struct sk_buff *skb;
	struct unix_sock *u;

	if (running)
		return;
	running = true;
	skb_queue_head_init(&hits);
	mark();
	/* A listener's queue goes when the listener is closed, which the others
	 * bring about. */
	list_for_each_entry (u, &unix_sockets, link) {
		if (u->reached || u->sk.sk_state == TCP_LISTEN)
			continue;
		while ((skb = __skb_dequeue(&u->sk.sk_receive_queue)))
			__skb_queue_tail(&hits, skb);
	}
	while ((skb = __skb_dequeue(&hits)))
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_DESTROYED);
	running = false;
}

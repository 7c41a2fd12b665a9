// SPDX-License-Identifier: MIT
/*
 * DOC: TCP as a program sees it: writing (row T1), polling, ioctl, and the
 * protocol's registration. Reading is tcp_recvmsg.c, the end tcp_close.c,
 * options tcp_sockopt.c.
 *
 * tcp_sendmsg() copies the program's bytes into page fragments of the packet
 * at the tail of sk_write_queue, until that has collected size_goal bytes,
 * and then starts the next. What may leave, tcp_output.c decides; this file
 * only says when to look (tcp_push()). sk_wmem_queued counts the truesize of
 * everything queued; a writer that meets sk_sndbuf waits.
 *
 * Called by inet_stream_ops through tcp_prot; task context, socket owned.
 * RFC 9293, section 3.9.1.
 */
#include "lib/err.h"
#include "lib/uapi/net_tstamp.h"
#include "lib/uapi/poll.h"
#include "net/core/errqueue.h"
#include "net/core/timestamping.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

/* So many packets are filled before the backlog gets its turn: ACKs in it
 * make room, and say that the peer has gone. */
#define BACKLOG_EVERY 16

/* A writer that met a shortage of memory tries again after 2 to 200 ms. */
#define MEMORY_NAP_MIN_NS (2 * NSEC_PER_MSEC)
#define MEMORY_NAP_MAX_NS (200 * NSEC_PER_MSEC)

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

/* --- sending --- */

/* One tcp_sendmsg(). */
struct tcp_send {
	struct msghdr *msg;
	int flags;
	u32 mss_now, size_goal;
	u32 skbs; /* filled since the backlog was looked at */
	size_t copied;
	size_t copied_syn; /* what a Fast Open's SYN took */
	u64 timeo_ns;
	u32 tsflags; /* SOF_TIMESTAMPING_*, if there are control messages */
};

static struct sk_buff *write_queue_tail(const struct sock *sk)
{
	return skb_peek_tail(&sk->sk_write_queue);
}

/* RFC 9293, section 3.9.1: the peer's program is to see it up to here. */
static void mark_push(struct tcp_sock *tp, struct sk_buff *skb)
{
	TCP_SKB_CB(skb)->tcp_flags |= TCPHDR_PSH;
	tp->pushed_seq = tp->write_seq;
}

/* Half of the peer's largest window without PSH is too much. */
static bool forced_push(const struct tcp_sock *tp)
{
	return after(tp->write_seq, tp->pushed_seq + (tp->max_window >> 1));
}

/*
 * A small packet may wait for the TX completion of what is below already:
 * then more may have been written. tcp_wfree() goes on.
 */
static bool should_autocork(const struct sock *sk, const struct sk_buff *skb,
			    u32 size_goal)
{
	return skb->len < size_goal && tcp_net(sk)->sysctl_tcp_autocorking &&
	       !tcp_rtx_queue_empty(sk) && !TCP_SKB_CB(skb)->eor &&
	       sk->sk_wmem_alloc > skb->truesize;
}

static void tcp_push(struct sock *sk, int flags, u32 mss_now, int nonagle,
		     u32 size_goal)
{
	struct sk_buff *skb = write_queue_tail(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (!skb)
		return;
	if (!(flags & MSG_MORE) || forced_push(tp))
		mark_push(tp, skb);
	if (unlikely(flags & MSG_OOB)) {
		tp->snd_up = tp->write_seq;
		tp->urg_mode = true;
	}
	if (should_autocork(sk, skb, size_goal)) {
		if (!(sk->sk_tsq_flags & TCP_TSQ_THROTTLED)) {
			NET_INC_STATS(sock_net(sk), TcpExt_TCPAutoCorking);
			sk->sk_tsq_flags |= TCP_TSQ_THROTTLED;
		}
		return;
	}
	if (flags & MSG_MORE)
		nonagle = TCP_NAGLE_CORK;
	__tcp_push_pending_frames(sk, mss_now, nonagle);
}

/* A packet that was begun but got no byte must not stay. */
static void remove_empty_skb(struct sock *sk)
{
	struct sk_buff *skb = write_queue_tail(sk);

	if (!skb || TCP_SKB_CB(skb)->seq != TCP_SKB_CB(skb)->end_seq)
		return;
	__skb_unlink(skb, &sk->sk_write_queue);
	if (skb_queue_empty(&sk->sk_write_queue))
		tcp_chrono_stop(sk, TCP_CHRONO_BUSY);
	tcp_wmem_free_skb(sk, skb);
}

/* A new, empty packet at the end of the write queue; NULL: no memory. */
static __force_inline struct sk_buff *begin_skb(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_stream_alloc_skb(
		sk, 0, GFP_KERNEL, tcp_rtx_and_write_queues_empty(sk));

	if (!skb)
		return NULL;
	TCP_SKB_CB(skb)->seq = tp->write_seq;
	TCP_SKB_CB(skb)->end_seq = tp->write_seq;
	TCP_SKB_CB(skb)->tcp_flags = TCPHDR_ACK;
	__skb_queue_tail(&sk->sk_write_queue, skb);
	if (skb == tcp_send_head(sk))
		tcp_chrono_start(sk, TCP_CHRONO_BUSY);
	tp->nonagle &= (u8)~TCP_NAGLE_PUSH;
	return skb;
}

/* The packet at the tail, if it may take more from @pfrag. */
static struct sk_buff *skb_with_room(struct sock *sk, u32 size_goal,
				     const struct page_frag *pfrag)
{
	struct sk_buff *skb = write_queue_tail(sk);
	u32 frags;

	if (!skb || skb->len >= size_goal || TCP_SKB_CB(skb)->eor)
		return NULL;
	frags = skb_shinfo(skb)->nr_frags;
	if (frags < MAX_SKB_FRAGS ||
	    skb_can_coalesce(skb, frags, pfrag->page, pfrag->offset))
		return skb;
	mark_push(tcp_sk(sk), skb);
	return NULL;
}

/* @n bytes at the fragment's offset are the packet's now. */
static void append_frag(struct sock *sk, struct sk_buff *skb,
			struct page_frag *pfrag, u32 n)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 i = skb_shinfo(skb)->nr_frags;

	if (skb_can_coalesce(skb, i, pfrag->page, pfrag->offset)) {
		skb_shinfo(skb)->frags[i - 1].size += n;
	} else {
		get_page(pfrag->page);
		skb_fill_page_desc(skb, i, pfrag->page, pfrag->offset, n);
	}
	pfrag->offset += n;
	skb->len += n;
	skb->data_len += n;
	skb->truesize += n;
	sk->sk_wmem_queued += n;
	tp->write_seq += n;
	TCP_SKB_CB(skb)->end_seq += n;
	TCP_SKB_CB(skb)->tcp_gso_segs = 0; /* to be counted again */
}

/* A new packet, when a writer may have one; else an error as send_some()'s. */
static __force_inline struct sk_buff *next_skb(struct sock *sk,
					       struct tcp_send *s)
{
	struct sk_buff *skb;

	if (!sk_stream_memory_free(sk))
		return ERR_PTR(-ENOBUFS);
	if (unlikely(s->skbs >= BACKLOG_EVERY)) {
		s->skbs = 0;
		if (sk->sk_backlog.head) {
			sk_flush_backlog(sk);
			return ERR_PTR(-EAGAIN);
		}
	}
	skb = begin_skb(sk);
	if (unlikely(!skb))
		return ERR_PTR(-ENOMEM);
	s->skbs++;
	return skb;
}

/* Whether @piece can become a part of @skb, or extends its last fragment. */
static bool piece_fits(const struct sk_buff *skb, const struct bio_vec *piece)
{
	u32 frags = skb_shinfo(skb)->nr_frags;

	return frags < MAX_SKB_FRAGS ||
	       skb_can_coalesce(skb, frags, piece->bv_page, piece->bv_offset);
}

/* The bytes of @piece are the packet's now, and its reference. */
static void append_piece(struct sock *sk, struct sk_buff *skb,
			 const struct bio_vec *piece)
{
	u32 i = skb_shinfo(skb)->nr_frags, n = piece->bv_len;

	if (skb_can_coalesce(skb, i, piece->bv_page, piece->bv_offset)) {
		skb_shinfo(skb)->frags[i - 1].size += n;
		put_page(piece->bv_page);
	} else {
		skb_fill_page_desc(skb, i, piece->bv_page, piece->bv_offset, n);
	}
	skb->len += n;
	skb->data_len += n;
	skb->truesize += n;
	sk->sk_wmem_queued += n;
	tcp_sk(sk)->write_seq += n;
	TCP_SKB_CB(skb)->end_seq += n;
	TCP_SKB_CB(skb)->tcp_gso_segs = 0; /* to be counted again */
	NET_ADD_STATS(sock_net(sk), Doorbell_SentByReference, n);
}

/* send_some() without a copy: the next bytes are pages, which the packet
 * refers to (row B4). */
static noinline int send_piece(struct sock *sk, struct tcp_send *s)
{
	struct sk_buff *skb = write_queue_tail(sk);
	struct bio_vec piece;
	u32 room = s->size_goal;

	if (skb && (skb->len >= s->size_goal || TCP_SKB_CB(skb)->eor))
		skb = NULL;
	if (skb)
		room -= skb->len;
	if (!iov_iter_get_piece(&s->msg->msg_iter, room, &piece))
		return -EFAULT;
	if (skb && !piece_fits(skb, &piece)) {
		mark_push(tcp_sk(sk), skb);
		skb = NULL;
	}
	if (!skb)
		skb = next_skb(sk, s);
	if (unlikely(IS_ERR(skb))) {
		iov_iter_revert(&s->msg->msg_iter, piece.bv_len);
		put_page(piece.bv_page);
		return (int)PTR_ERR(skb);
	}
	if (!s->copied)
		TCP_SKB_CB(skb)->tcp_flags &= (u8)~TCPHDR_PSH;
	append_piece(sk, skb, &piece);
	s->copied += piece.bv_len;
	return 0;
}

/*
 * Copy the next bytes into the tail packet, at most as many as one fragment
 * of it takes.
 *
 * Return: 0; -EFAULT at a bad address, what came before it is queued; -ENOMEM;
 * -ENOBUFS: the send buffer is full; -EAGAIN: the backlog was run, so that
 * everything may be different.
 */
static int send_some(struct sock *sk, struct tcp_send *s)
{
	struct page_frag *pfrag = sk_page_frag(sk);
	struct sk_buff *skb;
	size_t want, got;

	if (unlikely(!sk_page_frag_refill(sk, pfrag)))
		return -ENOMEM;
	skb = skb_with_room(sk, s->size_goal, pfrag);
	if (!skb) {
		skb = next_skb(sk, s);
		if (unlikely(IS_ERR(skb)))
			return (int)PTR_ERR(skb);
	}
	want = min_t(size_t, s->size_goal - skb->len, msg_data_left(s->msg));
	want = min_t(size_t, want, pfrag->size - pfrag->offset);
	got = copy_from_iter((u8 *)page_address(pfrag->page) + pfrag->offset,
			     want, &s->msg->msg_iter);
	if (likely(got)) {
		/* More follows in this packet: an old PSH is not its end. */
		if (!s->copied)
			TCP_SKB_CB(skb)->tcp_flags &= (u8)~TCPHDR_PSH;
		append_frag(sk, skb, pfrag, (u32)got);
		s->copied += got;
	}
	return likely(got == want) ? 0 : -EFAULT;
}

/* A packet is full while there is more to come: need the layers below look? */
static void push_full(struct sock *sk, const struct tcp_send *s)
{
	struct sk_buff *skb = write_queue_tail(sk);

	if (skb->len < s->size_goal || (s->flags & MSG_OOB))
		return;
	if (forced_push(tcp_sk(sk))) {
		mark_push(tcp_sk(sk), skb);
		__tcp_push_pending_frames(sk, s->mss_now, TCP_NAGLE_PUSH);
	} else if (skb == tcp_send_head(sk)) {
		tcp_push_one(sk, s->mss_now);
	}
}

/* The machine is short of memory, the send buffer is not full: nobody will
 * wake us, so sleep a little. */
static int wait_for_pages(struct sock *sk, u64 *timeo_ns)
{
	struct wait_queue_entry wait;
	u64 nap, left;
	u32 random;

	if (!*timeo_ns)
		return -EAGAIN;
	if (task_signal_pending())
		return sock_intr_errno(*timeo_ns);
	get_random_bytes(&random, sizeof(random));
	nap = MEMORY_NAP_MIN_NS +
	      random % (MEMORY_NAP_MAX_NS - MEMORY_NAP_MIN_NS);
	nap = min(nap, *timeo_ns);
	init_waitqueue_entry(&wait, task_current());
	prepare_to_wait(sk->sk_wq, &wait);
	release_sock(sk);
	left = schedule_timeout(nap);
	lock_sock(sk);
	finish_wait(sk->sk_wq, &wait);
	if (*timeo_ns != MAX_SCHEDULE_TIMEOUT)
		*timeo_ns -= nap - min(left, nap);
	return 0;
}

/* No room (-ENOBUFS) or no memory (-ENOMEM): send what there is, and wait. */
static int wait_for_space(struct sock *sk, struct tcp_send *s, int why)
{
	sk->sk_socket->flags |= SOCK_NOSPACE;
	remove_empty_skb(sk);
	if (s->copied)
		tcp_push(sk, s->flags & ~MSG_MORE, s->mss_now, TCP_NAGLE_PUSH,
			 s->size_goal);
	if (why == -ENOMEM)
		return wait_for_pages(sk, &s->timeo_ns);
	return sk_stream_wait_memory(sk, &s->timeo_ns);
}

/* All of the message; 0, or why it ended early. */
static int send_all(struct sock *sk, struct tcp_send *s)
{
	int err;

	for (;;) {
		s->mss_now = tcp_send_mss(sk, &s->size_goal, s->flags);
		if (sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN))
			return -EPIPE;
		do {
			if (!msg_data_left(s->msg))
				return 0;
			err = unlikely(s->flags & MSG_SPLICE_PAGES)
				      ? send_piece(sk, s)
				      : send_some(sk, s);
			if (!err && msg_data_left(s->msg))
				push_full(sk, s);
		} while (!err);
		if (err == -ENOBUFS || err == -ENOMEM)
			err = wait_for_space(sk, s, err);
		else if (err == -EAGAIN)
			err = 0;
		if (err)
			return err;
	}
}

/* A send ends here: what was asked for of its last byte. */
static noinline void note_end(struct sock *sk, const struct tcp_send *s,
			      int err)
{
	u32 tsflags = s->msg->msg_controllen ? s->tsflags : sk->sk_tsflags;
	struct sk_buff *skb = write_queue_tail(sk);
	struct tcp_skb_cb *cb;

	if (!skb)
		return;
	cb = TCP_SKB_CB(skb);
	if (!err && (s->flags & MSG_EOR))
		cb->eor = 1;
	if (!(s->flags & MSG_TX_STAMP))
		return;
	skb_shinfo(skb)->tx_flags |= sock_tx_flags(tsflags);
	if (tsflags & SOF_TIMESTAMPING_TX_ACK)
		cb->txstamp_ack = 1;
	skb_shinfo(skb)->tskey = cb->end_seq - 1;
}

/* Control messages: a stream has use for what they say of time stamps. */
static noinline int send_cmsgs(struct sock *sk, struct tcp_send *s)
{
	struct sockcm_cookie sockc;

	sockcm_init(&sockc, sk);
	if (sock_cmsg_send(sk, s->msg, &sockc))
		return -EINVAL; /* whatever it was */
	s->tsflags = sockc.tsflags;
	s->flags &= ~MSG_TX_STAMP;
	if (s->tsflags & SOF_TIMESTAMPING_TX_RECORD_MASK)
		s->flags |= MSG_TX_STAMP;
	return 0;
}

/* A write that is to connect, too (RFC 7413). */
static int send_fastopen(struct sock *sk, struct tcp_send *s)
{
	ssize_t err = tcp_sendmsg_fastopen(sk, s->msg, &s->copied_syn);

	if (err && err != -EINPROGRESS)
		s->copied_syn = 0;
	return (int)err;
}

/* Not connected, or not yet. A Fast Open that we accepted may be written to
 * before its handshake is complete. */
static int send_before_established(struct sock *sk, struct tcp_send *s)
{
	int err;

	if (tcp_sk(sk)->defer_connect) {
		err = send_fastopen(sk, s);
		if (err)
			return err;
	}
	if (tcp_passive_fastopen(sk))
		return 0;
	return sk_stream_wait_connect(sk, &s->timeo_ns);
}

static int send_prepare(struct sock *sk, struct tcp_send *s)
{
	int err;

	if (unlikely(s->flags & MSG_FASTOPEN)) {
		err = send_fastopen(sk, s);
		if (err)
			return err;
	}
	tcp_rate_check_app_limited(sk);
	if (unlikely(!(TCPF(sk->sk_state) &
		       (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT)))))
		return send_before_established(sk, s);
	return 0;
}

static ssize_t tcp_sendmsg_locked(struct sock *sk, struct msghdr *msg)
{
	struct tcp_send s;
	int err;

	s.msg = msg;
	s.flags = (int)(msg->msg_flags | sk->sk_msg_flags);
	s.skbs = 0;
	s.copied = 0;
	s.copied_syn = 0;
	s.timeo_ns = sock_sndtimeo(sk, s.flags & MSG_DONTWAIT);
	err = send_prepare(sk, &s);
	if (unlikely(msg->msg_controllen) && !err)
		err = send_cmsgs(sk, &s);
	if (likely(!err)) {
		sk->sk_socket->flags &= ~(u32)SOCK_ASYNC_NOSPACE;
		err = send_all(sk, &s);
	}
	if (unlikely(err))
		remove_empty_skb(sk);
	if (likely(s.copied)) {
		if (unlikely(s.flags & (MSG_EOR | MSG_TX_STAMP)))
			note_end(sk, &s, err);
		tcp_push(sk, s.flags, s.mss_now, tcp_sk(sk)->nonagle,
			 s.size_goal);
		return (ssize_t)(s.copied + s.copied_syn);
	}
	if (likely(!err) || s.copied_syn)
		return (ssize_t)s.copied_syn;
	err = sk_stream_error(sk, s.flags, err);
	/* No ACK will come to wake whoever polls for space. */
	if (err == -EAGAIN && tcp_rtx_and_write_queues_empty(sk))
		sk->sk_write_space(sk);
	return err;
}

/**
 * tcp_sendmsg() - Write to a connection (proto.sendmsg).
 * @sk:   not owned by the caller.
 * @msg:  the bytes; msg_flags: MSG_DONTWAIT, _MORE, _EOR, _OOB, _NOSIGNAL;
 *        _FASTOPEN connects to its name, which is ignored otherwise.
 *        MSG_ZEROCOPY copies unless SO_ZEROCOPY is set, which is not
 *        supported.
 * @size: bytes of @msg.
 *
 * A page that cannot be read ends the write there: the bytes before it are
 * sent.
 *
 * Context: task; sleeps while the send buffer is full, at most SO_SNDTIMEO.
 * Return:  bytes queued, which may be fewer than asked for; else -EPIPE (with
 *          SIGPIPE unless MSG_NOSIGNAL), the connection's error, -EAGAIN,
 *          -EINTR, -EFAULT, -EINVAL (control message); with MSG_FASTOPEN
 *          also as tcp_sendmsg_fastopen().
 */
ssize_t tcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	ssize_t ret;

	lock_sock(sk);
	ret = tcp_sendmsg_locked(sk, msg);
	release_sock(sk);
	return ret;
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

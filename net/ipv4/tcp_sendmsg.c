// SPDX-License-Identifier: MIT
/*
 * DOC: writing to a connection (rows T1, B4).
 *
 * tcp_sendmsg() copies the program's bytes into page fragments of the packet
 * at the tail of sk_write_queue, until that has collected size_goal bytes,
 * and then starts the next. Pages that need not be copied become fragments
 * themselves. What may leave, tcp_output.c decides; this file only says when
 * to look (tcp_push()). A writer that meets sk_sndbuf waits.
 *
 * Called by inet_stream_ops through tcp_prot; task context, socket owned.
 * RFC 9293, section 3.9.1.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/uapi/net_tstamp.h"
#include "net/core/netdevice.h"
#include "net/core/timestamping.h"
#include "net/core/zerocopy.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

/* So many packets are filled before the backlog gets its turn: ACKs in it
 * make room, and say that the peer has gone. */
#define BACKLOG_EVERY 16

/* A writer that met a shortage of memory tries again after 2 to 200 ms. */
#define MEMORY_NAP_MIN_NS (2 * NSEC_PER_MSEC)
#define MEMORY_NAP_MAX_NS (200 * NSEC_PER_MSEC)

/* One tcp_sendmsg(). */
struct tcp_send {
	struct msghdr *msg;
	int flags;
	u32 mss_now, size_goal;
	u32 skbs; /* filled since the backlog was looked at */
	size_t copied;
	size_t copied_syn; /* what a Fast Open's SYN took */
	u64 timeo_ns;
	bool sums;   /* the device does not: copy and sum in one pass */
	u32 tsflags; /* SOF_TIMESTAMPING_*, if there are control messages */
	struct zerocopy_send zc; /* with MSG_ZEROCOPY */
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

static bool piece_fits(const struct tcp_send *s, const struct sk_buff *skb,
		       const struct bio_vec *piece)
{
	if ((s->flags & MSG_ZEROCOPY) && !zerocopy_may_append(&s->zc, skb))
		return false;
	return skb_has_room_for(skb, piece);
}

/* The bytes of @piece are the packet's now, and its reference. */
static void append_piece(struct sock *sk, const struct tcp_send *s,
			 struct sk_buff *skb, const struct bio_vec *piece)
{
	u32 n = piece->bv_len;
	bool joined = skb_append_piece(skb, piece);
	u32 cost = s->flags & MSG_ZEROCOPY ? zerocopy_cost(piece, joined) : n;

	skb->truesize += cost;
	sk->sk_wmem_queued += cost;
	tcp_sk(sk)->write_seq += n;
	TCP_SKB_CB(skb)->summed = 0;
	TCP_SKB_CB(skb)->end_seq += n;
	TCP_SKB_CB(skb)->tcp_gso_segs = 0; /* to be counted again */
	NET_ADD_STATS(sock_net(sk), Doorbell_SentByReference, n);
}

/* The next bytes, by reference; 0, -EFAULT, -ENOMEM. */
static int take_piece(struct tcp_send *s, u32 max, struct bio_vec *piece)
{
	struct iov_iter *from = &s->msg->msg_iter;
	ssize_t n;

	if (s->flags & MSG_ZEROCOPY)
		n = zerocopy_get_piece(&s->zc, from, max, piece);
	else
		n = (ssize_t)iov_iter_get_piece(from, max, piece);
	return n < 0 ? (int)n : n ? 0 : -EFAULT;
}

/* send_some() without a copy: the next bytes are pages, which the packet
 * refers to (row B4). */
static noinline int send_piece(struct sock *sk, struct tcp_send *s)
{
	struct sk_buff *skb = write_queue_tail(sk);
	struct bio_vec piece;
	u32 room = s->size_goal;
	int err;

	if (skb && (skb->len >= s->size_goal || TCP_SKB_CB(skb)->eor))
		skb = NULL;
	if (skb)
		room -= skb->len;
	err = take_piece(s, room, &piece);
	if (unlikely(err))
		return err;
	if (skb && !piece_fits(s, skb, &piece)) {
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
	append_piece(sk, s, skb, &piece);
	s->copied += piece.bv_len;
	return 0;
}

/*
 * Copy @n bytes to the end of @skb. Where the device does not sum, a packet of
 * one segment remembers its sum, and needs not be read again when it is sent
 * and sent again; a larger one would have to be summed by segments.
 */
static __force_inline size_t copy_bytes(struct tcp_send *s, struct sk_buff *skb,
					u8 *to, size_t n)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	__wsum sum = (__force __wsum)0;
	size_t got;

	if (!s->sums || skb->len + n > s->mss_now ||
	    (skb->len && !cb->summed)) {
		cb->summed = 0;
		return copy_from_iter(to, n, &s->msg->msg_iter);
	}
	got = csum_and_copy_from_iter(to, n, &sum, &s->msg->msg_iter);
	cb->csum = skb->len ? csum_block_add(cb->csum, sum, skb->len) : sum;
	cb->summed = 1;
	return got;
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
	got = copy_bytes(s, skb,
			 (u8 *)page_address(pfrag->page) + pfrag->offset, want);
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

/* Whether the device sends fragments; unknown before there is a route. */
static bool device_gathers(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;

	return dst && (dst->dev->features & NETIF_F_SG);
}

/* MSG_ZEROCOPY: a hint, if the program has said that it knows of it; and even
 * then there may be reasons to copy. Flags say what will be. */
static noinline int begin_zerocopy(struct sock *sk, struct tcp_send *s)
{
	size_t size = msg_data_left(s->msg);
	int err;

	s->flags &= ~MSG_ZEROCOPY;
	if (!sock_flag(sk, SOCK_ZEROCOPY) || !size)
		return 0;
	err = zerocopy_begin(&s->zc, sk, size, write_queue_tail(sk));
	if (err)
		return err;
	s->flags |= MSG_ZEROCOPY;
	if (s->msg->msg_iter.user && device_gathers(sk))
		s->flags |= MSG_SPLICE_PAGES;
	else
		zerocopy_copied(&s->zc);
	return 0;
}

static noinline void end_zerocopy(struct sock *sk, struct tcp_send *s)
{
	if (s->copied_syn)
		zerocopy_copied(&s->zc);
	zerocopy_end(&s->zc, sk, s->copied + s->copied_syn != 0);
}

/* A send ends here: what was asked for of its last byte. */
static noinline void note_end(struct sock *sk, struct tcp_send *s, int err)
{
	u32 tsflags = s->msg->msg_controllen ? s->tsflags : sk->sk_tsflags;
	struct sk_buff *skb = write_queue_tail(sk);
	struct tcp_skb_cb *cb;

	if (s->flags & MSG_ZEROCOPY)
		end_zerocopy(sk, s);
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

static noinline int send_prepare_seldom(struct sock *sk, struct tcp_send *s)
{
	int err = s->flags & MSG_ZEROCOPY ? begin_zerocopy(sk, s) : 0;

	if (!err && (s->flags & MSG_FASTOPEN))
		err = send_fastopen(sk, s);
	return err;
}

static int send_prepare(struct sock *sk, struct tcp_send *s)
{
	int err;

	/* The caller has set what is read before it is written. */
	/* cppcheck-suppress ctuuninitvar */
	if (unlikely(s->flags & (MSG_FASTOPEN | MSG_ZEROCOPY))) {
		err = send_prepare_seldom(sk, s);
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
	s.sums = tcp_fast_sums(sk);
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
		if (unlikely(s.flags & (MSG_EOR | MSG_TX_STAMP | MSG_ZEROCOPY)))
			note_end(sk, &s, err);
		tcp_push(sk, s.flags, s.mss_now, tcp_sk(sk)->nonagle,
			 s.size_goal);
		return (ssize_t)(s.copied + s.copied_syn);
	}
	if (unlikely(s.flags & MSG_ZEROCOPY))
		end_zerocopy(sk, &s);
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
 *        _FASTOPEN connects to its name, which is ignored otherwise;
 *        _ZEROCOPY, with SO_ZEROCOPY, refers to the program's pages until
 *        its note comes (net/core/zerocopy.c).
 * @size: bytes of @msg.
 *
 * A page that cannot be read ends the write there: the bytes before it are
 * sent.
 *
 * Context: task; sleeps while the send buffer is full, at most SO_SNDTIMEO.
 * Return:  bytes queued, which may be fewer than asked for; else -EPIPE (with
 *          SIGPIPE unless MSG_NOSIGNAL), the connection's error, -EAGAIN,
 *          -EINTR, -EFAULT, -EINVAL (control message), -ENOBUFS (too many
 *          notes are not read); with MSG_FASTOPEN
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

/* --- a small write --- */

/*
 * Whether a write of @len bytes is as most are: a connection with a right
 * template, nobody in it, nothing that waits, room in its buffer, no wish
 * beyond sending, and a segment that may leave now. Softirqs are off.
 */
static bool is_usual_write(const struct sock *sk, size_t len)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return len - 1 < tp->mss_cache && tcp_fast_is_right(sk, (u32)len) &&
	       !sk->sk_lock.owner && sk->sk_state == TCP_ESTABLISHED &&
	       !(sk->sk_err | sk->sk_shutdown | (int)sk->sk_msg_flags) &&
	       tcp_may_send_at_once(sk, (u32)len) &&
	       sk_stream_memory_free(sk) && !security_sendmsg_hook;
}

/* A program's bytes as the packet's; false: not all could be read. */
static bool fill_segment(struct sock *sk, struct sk_buff *skb,
			 const void __user *buf, u32 len)
{
	struct page_frag *pfrag = sk_page_frag(sk);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct tcp_sock *tp = tcp_sk(sk);
	u8 *to;

	if (!sk_page_frag_refill(sk, pfrag) ||
	    pfrag->size - pfrag->offset < len)
		return false;
	to = (u8 *)page_address(pfrag->page) + pfrag->offset;
	if (tcp_fast_sums(sk)) {
		cb->csum = csum_and_copy_from_user(buf, to, len);
		cb->summed = 1;
		if (unlikely(!cb->csum))
			return false;
	} else if (unlikely(copy_from_user(to, buf, len))) {
		return false;
	}
	get_page(pfrag->page);
	skb_fill_page_desc(skb, 0, pfrag->page, pfrag->offset, len);
	pfrag->offset += len;
	skb->len = len;
	skb->data_len = len;
	skb->truesize += len;
	sk->sk_wmem_queued += len;
	cb->seq = tp->write_seq;
	tp->write_seq += len;
	cb->end_seq = tp->write_seq;
	cb->tcp_flags = TCPHDR_ACK | TCPHDR_PSH;
	cb->tcp_gso_segs = 1;
	return true;
}

/**
 * tcp_send_fast() - proto.send_fast: a send without control messages.
 * @sk:    the connection; has a template that may be void by now.
 * @buf:   the data, in a program's memory. @len: bytes.
 * @flags: of MSG_FAST.
 * @uaddr: ignored, but must be readable. @alen: its size.
 *
 * What fits into a segment that may leave at once does so in one go: softirqs
 * are off meanwhile, so that the socket needs no owner and gets no backlog. Any
 * other write is tcp_sendmsg()'s.
 *
 * Context: task; sleeps while the send buffer is full.
 * Return:  as tcp_sendmsg().
 */
ssize_t tcp_send_fast(struct sock *sk, void __user *buf, size_t len, u32 flags,
		      const void __user *uaddr, int alen)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	local_bh_disable();
	if (unlikely(uaddr || !is_usual_write(sk, len)))
		goto ordinary;
	tcp_rate_check_app_limited(sk);
	skb = tcp_stream_alloc_skb(sk, 0, GFP_ATOMIC, tcp_rtx_queue_empty(sk));
	if (unlikely(!skb))
		goto ordinary;
	if (unlikely(!fill_segment(sk, skb, buf, (u32)len))) {
		tcp_wmem_free_skb(sk, skb);
		goto ordinary;
	}
	tp->pushed_seq = tp->write_seq;
	tp->nonagle &= (u8)~TCP_NAGLE_PUSH;
	sk->sk_socket->flags &= ~(u32)SOCK_ASYNC_NOSPACE;
	tcp_chrono_start(sk, TCP_CHRONO_BUSY);
	tcp_send_at_once(sk, skb);
	local_bh_enable();
	return (ssize_t)len;

ordinary:
	local_bh_enable();
	return sock_send_plain(sk, buf, len, flags, uaddr);
}

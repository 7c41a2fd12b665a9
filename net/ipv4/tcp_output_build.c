// SPDX-License-Identifier: MIT
/*
 * DOC: from a queued packet to a TCP segment handed to IP: options, header,
 * window, flags, checksum, and the notes that the ACK will be judged by.
 *
 * What stays queued for retransmission is the packet without header; a clone
 * of it gets the header in the headroom they share and goes down. The clone
 * is charged to sk_wmem_alloc until the driver has sent it, and tcp_wfree()
 * then lets the socket send more (row T12).
 *
 * Called by tcp_output.c, tcp_retransmit.c and tcp_output_control.c; calls
 * ip_queue_xmit(). The socket is locked. RFC 9293, 7323, 2018, 2883, 3168.
 */
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"
#include "lib/checksum.h"

#define OPTION_MSS       BIT(0)
#define OPTION_TS        BIT(1)
#define OPTION_SACK_PERM BIT(2)
#define OPTION_WSCALE    BIT(3)
#define OPTION_FASTOPEN  BIT(4)

struct tcp_out_options {
	u8 options; /* OPTION_* */
	u8 ws;
	u8 num_sack_blocks;
	u16 mss;
	u32 tsval, tsecr;
	const struct tcp_fastopen_cookie *foc; /* with OPTION_FASTOPEN */
};

/* --- options --- */

static __be32 *put_word(__be32 *p, u8 a, u8 b, u8 c, u8 d)
{
	*p++ = htonl((u32)a << 24 | (u32)b << 16 | (u32)c << 8 | d);
	return p;
}

/* D-SACK first (RFC 2883, section 4), then the blocks, newest first. */
static __be32 *write_sack(__be32 *p, const struct tcp_sock *tp, u32 blocks)
{
	const struct tcp_sack_block *b = tp->selective_acks;
	u32 i;

	p = put_word(p, TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK,
		     (u8)(TCPOLEN_SACK_BASE + blocks * TCPOLEN_SACK_PERBLOCK));
	for (i = 0; i < blocks; i++) {
		const struct tcp_sack_block *s =
			tp->rx_opt.dsack && i == 0 ? tp->duplicate_sack : b++;

		*p++ = htonl(s->start_seq);
		*p++ = htonl(s->end_seq);
	}
	return p;
}

/* RFC 7413, section 4.1.1, or with the magic number of RFC 6994. */
static void write_cookie(__be32 *p, const struct tcp_fastopen_cookie *foc)
{
	u32 len = (u32)foc->len;
	u8 *b = (u8 *)p;

	if (foc->exp) {
		*p = htonl((u32)TCPOPT_EXP << 24 |
			   (TCPOLEN_EXP_FASTOPEN_BASE + len) << 16 |
			   TCPOPT_FASTOPEN_MAGIC);
		b += TCPOLEN_EXP_FASTOPEN_BASE;
	} else {
		*b++ = TCPOPT_FASTOPEN;
		*b++ = (u8)(TCPOLEN_FASTOPEN_BASE + len);
	}
	memcpy(b, foc->val, len);
	for (b += len; (b - (u8 *)p) % 4;)
		*b++ = TCPOPT_NOP;
}

static u32 cookie_size(const struct tcp_fastopen_cookie *foc)
{
	u32 base = foc->exp ? TCPOLEN_EXP_FASTOPEN_BASE : TCPOLEN_FASTOPEN_BASE;

	return ALIGN(base + (u32)foc->len, 4U);
}

/* Everything is padded to words here. */
static void write_options(__be32 *p, const struct tcp_sock *tp,
			  const struct tcp_out_options *o)
{
	u8 left = o->options;

	if (left & OPTION_MSS)
		p = put_word(p, TCPOPT_MSS, TCPOLEN_MSS, (u8)(o->mss >> 8),
			     (u8)o->mss);
	if (left & OPTION_TS) {
		if (left & OPTION_SACK_PERM) /* in place of two NOPs */
			p = put_word(p, TCPOPT_SACK_PERM, TCPOLEN_SACK_PERM,
				     TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP);
		else
			p = put_word(p, TCPOPT_NOP, TCPOPT_NOP,
				     TCPOPT_TIMESTAMP, TCPOLEN_TIMESTAMP);
		left &= (u8)~OPTION_SACK_PERM;
		*p++ = htonl(o->tsval);
		*p++ = htonl(o->tsecr);
	}
	if (left & OPTION_SACK_PERM)
		p = put_word(p, TCPOPT_NOP, TCPOPT_NOP, TCPOPT_SACK_PERM,
			     TCPOLEN_SACK_PERM);
	if (left & OPTION_WSCALE)
		p = put_word(p, TCPOPT_NOP, TCPOPT_WINDOW, TCPOLEN_WINDOW,
			     o->ws);
	if (unlikely(left & OPTION_FASTOPEN))
		write_cookie(p, o->foc);
	if (o->num_sack_blocks)
		write_sack(p, tp, o->num_sack_blocks);
}

static u32 syn_options_size(const struct tcp_out_options *o)
{
	u32 size = TCPOLEN_MSS_ALIGNED;

	if (o->options & OPTION_TS)
		size += TCPOLEN_TSTAMP_ALIGNED;
	else if (o->options & OPTION_SACK_PERM)
		size += TCPOLEN_SACKPERM_ALIGNED;
	if (o->options & OPTION_WSCALE)
		size += TCPOLEN_WSCALE_ALIGNED;
	if (o->options & OPTION_FASTOPEN)
		size += cookie_size(o->foc);
	return size;
}

/* A cookie of 16 bytes fits behind all the others. */
static void add_cookie(struct tcp_out_options *o,
		       const struct tcp_fastopen_cookie *foc)
{
	if (!foc || foc->len < 0)
		return;
	o->options |= OPTION_FASTOPEN;
	o->foc = foc;
}

/* What our SYN may offer: less than at first when the path's MTU has shrunk
 * since. */
static u16 syn_mss(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;
	u32 advmss = tcp_sk(sk)->advmss;

	return (u16)(dst ? min(advmss, dst_metric_advmss(dst)) : advmss);
}

/*
 * A SYN offers what the sysctls allow. A SYN-ACK of a simultaneous open may
 * only answer what the peer's SYN offered (RFC 7323, section 1.3).
 */
static u32 syn_options(const struct sock *sk, const struct sk_buff *skb,
		       struct tcp_out_options *o)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);
	bool first = !(TCP_SKB_CB(skb)->tcp_flags & TCPHDR_ACK);

	o->options = OPTION_MSS;
	o->mss = first ? syn_mss(sk) : tp->advmss;
	/* The option counts no options: RFC 9293, section 3.7.1. */
	if (!first && tp->rx_opt.tstamp_ok)
		o->mss += TCPOLEN_TSTAMP_ALIGNED;
	if (n->sysctl_tcp_timestamps && (first || tp->rx_opt.tstamp_ok)) {
		o->options |= OPTION_TS;
		o->tsval = tcp_time_stamp_ms(skb->tstamp) + tp->tsoffset;
		o->tsecr = tp->rx_opt.ts_recent;
	}
	if (n->sysctl_tcp_window_scaling && (first || tp->rx_opt.wscale_ok)) {
		o->options |= OPTION_WSCALE;
		o->ws = tp->rx_opt.rcv_wscale;
	}
	if (n->sysctl_tcp_sack && (first || tp->rx_opt.sack_ok))
		o->options |= OPTION_SACK_PERM;
	if (unlikely(tp->fastopen_req))
		add_cookie(o, &tp->fastopen_req->cookie);
	return syn_options_size(o);
}

/* How many SACK blocks fit behind @size bytes of other options. */
static u32 sack_blocks_that_fit(const struct tcp_sock *tp, u32 size)
{
	u32 n = tp->rx_opt.num_sacks + tp->rx_opt.dsack;

	if (likely(n == 0))
		return 0;
	return min(n,
		   (MAX_TCP_OPTION_SPACE - size - TCPOLEN_SACK_BASE_ALIGNED) /
			   TCPOLEN_SACK_PERBLOCK);
}

static u32 established_size(const struct tcp_sock *tp, u32 *sack_blocks)
{
	u32 size = tp->rx_opt.tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0;

	*sack_blocks = sack_blocks_that_fit(tp, size);
	if (unlikely(*sack_blocks))
		size += TCPOLEN_SACK_BASE_ALIGNED +
			*sack_blocks * TCPOLEN_SACK_PERBLOCK;
	return size;
}

/**
 * tcp_established_options_size() - Option bytes of a segment sent now.
 * @sk: locked.
 *
 * Return: bytes: time stamps if agreed, SACK blocks if there are any.
 */
u32 tcp_established_options_size(const struct sock *sk)
{
	u32 blocks;

	return established_size(tcp_sk(sk), &blocks);
}

static u32 established_options(const struct sock *sk, const struct sk_buff *skb,
			       struct tcp_out_options *o)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 blocks, size = established_size(tp, &blocks);

	o->options = 0;
	o->num_sack_blocks = (u8)blocks;
	if (likely(tp->rx_opt.tstamp_ok)) {
		o->options = OPTION_TS;
		o->tsval = tcp_time_stamp_ms(skb->tstamp) + tp->tsoffset;
		o->tsecr = tp->rx_opt.ts_recent;
	}
	return size;
}

/* --- header --- */

/* RFC 6093: the pointer is to the byte after the urgent one. */
static void set_urgent(struct tcphdr *th, const struct tcp_sock *tp, u32 seq)
{
	if (before(tp->snd_up, seq + 0x10000)) {
		th->urg_ptr = htons((u16)(tp->snd_up - seq));
		th->urg = 1;
	} else if (after(seq + 0xffff, tp->snd_nxt)) {
		th->urg_ptr = htons(0xffff);
		th->urg = 1;
	}
}

/*
 * RFC 3168, section 6.1: new data is sent ECN-capable, retransmissions and
 * pure ACKs are not; ECE is repeated until CWR answers it.
 *
 * Return: the ECN bits of the IP header.
 */
static u8 set_ecn(struct tcphdr *th, struct tcp_sock *tp, u32 seq, bool data)
{
	u8 ecn = 0;

	if (!(tp->ecn_flags & TCP_ECN_OK))
		return 0;
	if (data && !before(seq, tp->snd_nxt)) {
		ecn = 2; /* ECT(0) */
		if (tp->ecn_flags & TCP_ECN_QUEUE_CWR) {
			tp->ecn_flags &= (u8)~TCP_ECN_QUEUE_CWR;
			th->cwr = 1;
		}
	}
	if (tp->ecn_flags & TCP_ECN_DEMAND_CWR)
		th->ece = 1;
	return ecn;
}

static void fill_header(struct sock *sk, struct tcphdr *th,
			const struct tcp_skb_cb *cb, u32 hdr_len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 *byte = (u8 *)th;

	th->source = inet_sk(sk)->inet_sport;
	th->dest = inet_sk(sk)->inet_dport;
	th->seq = htonl(cb->seq);
	th->ack_seq = htonl(cb->tcp_flags & TCPHDR_ACK ? tp->rcv_nxt : 0);
	byte[12] = (u8)(hdr_len / 4 << 4);
	byte[13] = cb->tcp_flags;
	th->check = 0;
	th->urg_ptr = 0;
	if (unlikely(cb->tcp_flags & TCPHDR_SYN))
		/* RFC 7323, section 2.2: not scaled in a SYN. */
		th->window = htons((u16)min(tp->rcv_wnd, 65535U));
	else
		th->window = htons((u16)tcp_select_window(sk));
	if (unlikely(tp->urg_mode && before(cb->seq, tp->snd_up)))
		set_urgent(th, tp, cb->seq);
}

/* --- what follows from having sent --- */

/* An ACK went out, alone or on data: what was delayed is done. */
static void event_ack_sent(struct sock *sk, u32 segs)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (icsk->icsk_ack.quick) {
		if (segs >= icsk->icsk_ack.quick) {
			icsk->icsk_ack.quick = 0;
			/* Leaving quick mode: delay by the minimum. */
			icsk->icsk_ack.ato_ns = TCP_ATO_MIN;
		} else {
			icsk->icsk_ack.quick -= (u8)segs;
		}
	}
	if (icsk->icsk_ack.pending) {
		tcp_comp_ack_sent(sk);
		inet_csk_clear_xmit_timer(sk, ICSK_TIME_DACK);
	}
}

static void event_data_sent(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tp->tcp_mstamp_ns;

	if (tcp_packets_in_flight(tp) == 0)
		tcp_ca_event(sk, CA_EVENT_TX_START);
	tp->lsndtime_ns = now;
	/* An answer soon after a question: an interactive connection, whose
	 * ACKs can ride on its data. */
	if (now - icsk->icsk_ack.lrcvtime_ns < icsk->icsk_ack.ato_ns)
		icsk->icsk_ack.pingpong = TCP_PINGPONG_THRESH;
}

/**
 * tcp_update_skb_after_send() - Note when the packet was sent, and when the
 * next one may be.
 * @sk:              locked.
 * @skb:             queued for retransmission; its tstamp is set.
 * @prior_wstamp_ns: earliest departure as it was before this packet.
 *
 * With pacing the next departure is later by the time the packet takes at
 * sk_pacing_rate; being late for this one earns credit for half of that.
 */
void tcp_update_skb_after_send(struct sock *sk, struct sk_buff *skb,
			       u64 prior_wstamp_ns)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 rate = sk->sk_pacing_rate, len_ns, credit;

	if (sk->sk_pacing_status != SK_PACING_NONE && rate && rate != ~0ULL &&
	    tp->data_segs_out >= TCP_INIT_CWND) {
		len_ns = (u64)skb->len * NSEC_PER_SEC / rate;
		credit = tp->tcp_wstamp_ns - prior_wstamp_ns;
		len_ns -= min(len_ns / 2, credit);
		tp->tcp_wstamp_ns += len_ns;
	}
	list_move_tail(&skb->tcp_tsorted_anchor, &tp->tsorted_sent_queue);
}

/**
 * tcp_charge_in_flight() - Charge what goes below to the socket until the
 * driver has freed it.
 * @sk:  locked.
 * @skb: the clone, or a segment that is not kept.
 */
void tcp_charge_in_flight(struct sock *sk, struct sk_buff *skb)
{
	skb->sk = sk;
	skb->destructor = tcp_wfree;
	sk->sk_wmem_alloc += skb->truesize;
	sock_hold(sk);
}

static struct sk_buff *clone_for_wire(struct sk_buff *skb, gfp_t gfp)
{
	struct sk_buff *n;

	/* Headers need room; where a caller trimmed or built an skb without
	 * it, the linear part is copied to where there is. */
	if (unlikely(skb_headroom(skb) < MAX_TCP_HEADER)) {
		n = pskb_copy(skb, gfp);
		if (n && skb_cow_head(n, MAX_TCP_HEADER) != 0) {
			consume_skb(n);
			return NULL;
		}
		return n;
	}
	return skb_clone(skb, gfp);
}

/**
 * tcp_note_sent() - A segment has its header and is on its way.
 * @sk:      locked.
 * @cb:      its control block.
 * @payload: bytes.
 * @segs:    segments on the wire.
 */
void tcp_note_sent(struct sock *sk, const struct tcp_skb_cb *cb, u32 payload,
		   u32 segs)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (likely(cb->tcp_flags & TCPHDR_ACK))
		event_ack_sent(sk, segs);
	if (payload) {
		event_data_sent(sk);
		tp->data_segs_out += segs;
		tp->bytes_sent += payload;
	}
	if (after(cb->end_seq, tp->snd_nxt) || cb->seq == cb->end_seq)
		NET_ADD_STATS(sock_net(sk), Tcp_OutSegs, segs);
	tp->segs_out += segs;
}

/**
 * tcp_transmit_skb() - Make a segment of a packet and hand it to IP.
 * @sk:    locked.
 * @skb:   payload, its control block filled; MAX_TCP_HEADER of headroom.
 * @clone: @skb stays queued and a clone is sent; else @skb itself is.
 * @gfp:   for the clone.
 *
 * Ownership: with @clone the original stays the queue's, else consumes @skb.
 * Context:   task or softirq.
 * Return:    0; -ENOBUFS without memory for the clone; what IP says.
 */
int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb, bool clone,
		     gfp_t gfp)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_skb_cb cb;
	struct tcp_out_options opts;
	struct sk_buff *oskb = NULL;
	struct tcphdr *th;
	u64 prior_wstamp = tp->tcp_wstamp_ns;
	u32 hdr_len, payload, segs;
	u8 tos;
	int err;

	if (likely(clone && tcp_fast_permits(sk, skb)))
		return tcp_transmit_fast(sk, skb, gfp);
	tcp_stamp_departure(tp, skb);
	payload = skb->len;
	if (clone) {
		oskb = skb;
		skb = clone_for_wire(oskb, gfp);
		if (unlikely(!skb))
			return -ENOBUFS;
	}
	cb = *TCP_SKB_CB(skb);
	segs = cb.tcp_gso_segs;
	opts.num_sack_blocks = 0;
	if (unlikely(cb.tcp_flags & TCPHDR_SYN))
		hdr_len = syn_options(sk, skb, &opts);
	else
		hdr_len = established_options(sk, skb, &opts);
	hdr_len += (u32)sizeof(struct tcphdr);
	/* A receiver that merges a burst may pass it on at its end (RFC 9293,
	 * section 3.9.1.2, lets the sender choose). */
	if (segs > 1)
		cb.tcp_flags |= TCPHDR_PSH;

	th = skb_push(skb, hdr_len);
	skb_reset_transport_header(skb);
	if (clone || payload)
		tcp_charge_in_flight(sk, skb);
	fill_header(sk, th, &cb, hdr_len);
	write_options((__be32 *)(void *)(th + 1), tp, &opts);
	if (opts.num_sack_blocks)
		tp->rx_opt.dsack = 0; /* told once */
	tos = inet_sk(sk)->tos;
	if (likely(!(cb.tcp_flags & TCPHDR_SYN)))
		tos |= set_ecn(th, tp, cb.seq, payload != 0);
	tcp_set_gso(skb, &cb);
	skb->mark = sk->sk_mark;
	tcp_v4_send_check(sk, skb);

	tcp_note_sent(sk, &cb, payload, segs);

	memset(skb->cb, 0, sizeof(struct inet_skb_parm));
	err = ip_queue_xmit(sk, skb, tos);
	if (oskb && sk->sk_xmit_gen != xmit_gen)
		tcp_fast_learn(sk);
	return tcp_transmit_done(sk, oskb, prior_wstamp, err);
}

/* --- segments without data --- */

/**
 * tcp_alloc_control_skb() - A packet for a segment without data.
 * @gfp: allocation flags.
 *
 * Ownership: the caller's; not charged to the send buffer.
 * Return:    it, with headroom for every header; NULL without memory.
 */
struct sk_buff *tcp_alloc_control_skb(gfp_t gfp)
{
	struct sk_buff *skb = alloc_skb(MAX_TCP_HEADER, gfp);

	if (skb)
		skb_reserve(skb, MAX_TCP_HEADER);
	return skb;
}

/**
 * tcp_init_nondata_skb() - Fill the control block of a segment without data.
 * @skb:   from tcp_alloc_control_skb() or tcp_stream_alloc_skb().
 * @seq:   its sequence number; SYN and FIN take one.
 * @flags: TCPHDR_*.
 */
void tcp_init_nondata_skb(struct sk_buff *skb, u32 seq, u8 flags)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	skb->ip_summed = CHECKSUM_PARTIAL;
	clear_words(cb, sizeof(*cb));
	cb->tcp_flags = flags;
	cb->tcp_gso_segs = 1;
	cb->seq = seq;
	cb->end_seq = seq + !!(flags & (TCPHDR_SYN | TCPHDR_FIN));
}

static u32 synack_options(const struct sock *sk, const struct dst_entry *dst,
			  const struct request_sock *req,
			  const struct tcp_fastopen_cookie *foc, u64 now,
			  struct tcp_out_options *o)
{
	u32 mss = dst_metric_advmss(dst);
	u16 user_mss = tcp_sk(sk)->rx_opt.user_mss;

	if (user_mss && user_mss < mss)
		mss = user_mss;
	o->options = OPTION_MSS;
	o->num_sack_blocks = 0;
	o->mss = (u16)mss;
	if (req->tstamp_ok) {
		o->options |= OPTION_TS;
		o->tsval = tcp_time_stamp_ms(now) + req->ts_off;
		o->tsecr = req->ts_recent;
	}
	if (req->wscale_ok) {
		o->options |= OPTION_WSCALE;
		o->ws = req->rcv_wscale;
	}
	if (req->sack_ok)
		o->options |= OPTION_SACK_PERM;
	add_cookie(o, foc);
	return syn_options_size(o);
}

/**
 * tcp_make_synack() - The answer to a SYN on a listener.
 * @sk:  the listener, or the child of a Fast Open.
 * @dst: the route back: its MSS is offered. Not attached to the packet.
 * @req: the half-open connection; its window and options are decided. Keeps
 *       the time stamp that is sent.
 * @foc: the Fast Open cookie to give; NULL, or a length of -1: none.
 *
 * Ownership: the packet is the caller's; its checksum is in place.
 * Context:   softirq.
 * Return:    it, starting at the TCP header; NULL without memory.
 */
struct sk_buff *tcp_make_synack(const struct sock *sk, struct dst_entry *dst,
				struct request_sock *req,
				const struct tcp_fastopen_cookie *foc)
{
	struct sk_buff *skb = tcp_alloc_control_skb(GFP_ATOMIC);
	struct tcp_out_options opts;
	struct tcphdr *th;
	u32 hdr_len;
	u64 now;

	if (!skb)
		return NULL;
	/* A cookie's stamp is that of tcp_cookie_encode_options(). */
	now = req->cookie_ts ? req->snt_synack_ns : ktime_get_ns();
	hdr_len = (u32)sizeof(*th) +
		  synack_options(sk, dst, req, foc, now, &opts);
	if (req->tstamp_ok) {
		req->snt_tsval_last = opts.tsval;
		if (!req->snt_tsval_first)
			req->snt_tsval_first = opts.tsval;
	}
	th = skb_push(skb, hdr_len);
	skb_reset_transport_header(skb);
	memset(th, 0, sizeof(*th));
	th->source = req->ir_loc_port;
	th->dest = req->ir_rmt_port;
	th->seq = htonl(req->snt_isn);
	th->ack_seq = htonl(req->rcv_nxt);
	th->doff = (u8)(hdr_len / 4) & 0xf;
	th->syn = 1;
	th->ack = 1;
	th->ece = req->ecn_ok;
	th->window = htons((u16)min(req->rsk_rcv_wnd, 65535U));
	write_options((__be32 *)(void *)(th + 1), tcp_sk(sk), &opts);
	th->check =
		csum_tcpudp_magic(req->ir_loc_addr, req->ir_rmt_addr, hdr_len,
				  IPPROTO_TCP, csum_partial(th, hdr_len, 0));
	skb->ip_summed = CHECKSUM_NONE;
	skb->mark = sk->sk_mark;
	skb->tstamp = now;
	NET_INC_STATS(sock_net(sk), Tcp_OutSegs);
	return skb;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the short way of a segment from its packet to the driver, by a
 * template of its headers: what tcp_transmit_skb(), ip_queue_xmit(),
 * neigh_output() and dev_queue_xmit() would put in front of it, byte for byte,
 * in one function.
 *
 * The template. A segment that goes the ordinary way leaves one behind
 * (tcp_fast_learn()) if the next could differ in nothing but numbers, flags,
 * window, time stamp, length and identification. That takes, beside what
 * ip_fast_possible() asks: no IP options; DF set. Sums over what stays are kept
 * with it.
 *
 * When it is right. As with UDP's (udp_fast.c): sk->sk_xmit_gen is xmit_gen as
 * it was then. What could change any frame increments xmit_gen
 * (net/core/netdevice.h says what); what changes one socket, an option, its
 * route, sets its sk_xmit_gen to 0. No reference is held: a device or qdisc
 * that goes away ends its generation.
 *
 * What is looked at for each segment (tcp_fast_permits()): SACK blocks to send,
 * ECN, urgent data, SYN, what it measures. A qdisc that is not empty, a
 * packet to be stamped, or one that the device does not take as it is: it goes
 * to dev_queue_xmit(), headers complete.
 *
 * Called by tcp_transmit_skb(), task or softirq, the socket locked, so that a
 * resent segment goes this way, too; and by tcp_send_at_once() for a packet
 * that enters its queue afterwards, by a task with softirqs off, which nobody
 * can come between. RFC 9293, 7323, 791, 1071.
 */
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/ipv4/ip_fast.h"
#include "net/ipv4/tcp_int.h"

struct tcp_frame {
	u8 link[HH_DATA_MAX]; /* the header is at its end */
	struct iphdr ip;
	struct tcphdr tcp;
	__be32 ts[TCPOLEN_TSTAMP_ALIGNED / 4]; /* if they were agreed */
};
static_assert(offsetof(struct tcp_frame, ts) == 56, "IEEE 802.3, RFC 791");

struct tcp_template {
	struct tcp_frame frame; /* what differs is 0 */
	u32 ip_sum;             /* of the IP header */
	u32 pseudo_sum;         /* addresses and protocol */
	u32 tcp_sum;            /* that, the ports, the options' first word */
	u32 max_seg;            /* payload of one segment */
	u16 hdr_len;            /* of the TCP header */
	bool device_sums;       /* the checksum is left to the device */
	bool gathers;           /* the device sends fragments */
	struct netdev_queue *txq;
};

/* --- learning --- */

/* Whether segments of @sk by way of @rt can be made from a template. */
static bool can_be_fast(const struct sock *sk, const struct rtable *rt)
{
	return ip_fast_possible(sk, rt) && rt->dst.output == ip_output &&
	       !rt->dst.obsolete && ip_dont_fragment(sk, &rt->dst) &&
	       !inet_csk(sk)->icsk_ext_hdr_len && !inet_sk(sk)->inet_opt;
}

static void fill_frame(struct tcp_frame *h, const struct sock *sk,
		       const struct rtable *rt)
{
	memset(h, 0, sizeof(*h));
	ip_fast_headers(h->link, &h->ip, sk, rt, inet_sk(sk)->inet_saddr);
	h->tcp.source = inet_sk(sk)->inet_sport;
	h->tcp.dest = inet_sk(sk)->inet_dport;
	h->ts[0] = htonl((u32)TCPOPT_NOP << 24 | (u32)TCPOPT_NOP << 16 |
			 (u32)TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP);
}

static void fill_template(struct tcp_template *t, const struct sock *sk,
			  const struct rtable *rt)
{
	u64 features = rt->dst.dev->features;
	struct tcp_frame *h = &t->frame;

	fill_frame(h, sk, rt);
	t->hdr_len = (u16)sizeof(h->tcp);
	if (tcp_sk(sk)->rx_opt.tstamp_ok)
		t->hdr_len += TCPOLEN_TSTAMP_ALIGNED;
	t->ip_sum = ip_fast_sum(&h->ip, sizeof(h->ip));
	t->pseudo_sum =
		ip_fast_sum(&h->ip.saddr, 8) + (__force u16)htons(IPPROTO_TCP);
	t->tcp_sum = t->pseudo_sum + ip_fast_sum(&h->tcp, sizeof(h->tcp));
	if (tcp_sk(sk)->rx_opt.tstamp_ok)
		t->tcp_sum += ip_fast_sum(&h->ts[0], 4);
	t->max_seg = rt->rt_plain_mtu - (u32)sizeof(h->ip) - t->hdr_len;
	t->device_sums = features & (NETIF_F_HW_CSUM | NETIF_F_IP_CSUM);
	t->gathers = features & NETIF_F_SG;
	t->txq = netdev_get_tx_queue(rt->dst.dev, 0);
}

/**
 * tcp_fast_learn() - A segment went the ordinary way: keep its headers.
 * @sk: locked.
 *
 * Without memory for it the next one goes the ordinary way, too.
 */
void tcp_fast_learn(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;
	const struct rtable *rt = container_of(dst, struct rtable, dst);

	if (!dst || !(TCPF(sk->sk_state) &
		      (TCPF(TCP_ESTABLISHED) | TCPF(TCP_CLOSE_WAIT))))
		return;
	local_bh_disable(); /* the neighbour stays as it is */
	if (can_be_fast(sk, rt)) {
		if (!tp->template)
			tp->template =
				kmalloc(sizeof(*tp->template), GFP_ATOMIC);
		if (tp->template) {
			fill_template(tp->template, sk, rt);
			sk->sk_xmit_gen = xmit_gen;
		}
	}
	local_bh_enable();
}

/**
 * tcp_fast_sums() - Will segments have to be summed by us?
 * @sk: locked.
 *
 * Return: true if the template says so.
 */
bool tcp_fast_sums(const struct sock *sk)
{
	return sk->sk_xmit_gen == xmit_gen &&
	       !tcp_sk(sk)->template->device_sums;
}

/**
 * tcp_fast_forget() - The connection has ended: give its template back.
 * @sk: sends nothing any more.
 */
void tcp_fast_forget(struct sock *sk)
{
	sk->sk_xmit_gen = 0;
	kfree(tcp_sk(sk)->template);
	tcp_sk(sk)->template = NULL;
}

/* --- sending --- */

/**
 * tcp_fast_is_right() - Is the template right for a segment of @len bytes?
 * @sk:  locked, or softirqs are off and it is not owned.
 * @len: bytes of payload.
 *
 * Return: false also while segments carry what it has no room for.
 */
bool tcp_fast_is_right(const struct sock *sk, u32 len)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return sk->sk_xmit_gen == xmit_gen && len <= tp->template->max_seg &&
	       !(tp->rx_opt.num_sacks | tp->rx_opt.dsack | tp->ecn_flags |
		 tp->urg_mode);
}

/**
 * tcp_fast_permits() - May this packet go by the template?
 * @sk:  locked.
 * @skb: queued.
 */
bool tcp_fast_permits(const struct sock *sk, const struct sk_buff *skb)
{
	const u8 usual = TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN;
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	return tcp_fast_is_right(sk, cb->tcp_gso_size ?: skb->len) &&
	       !(cb->tcp_flags & (u8)~usual) &&
	       skb_headroom(skb) >= MAX_TCP_HEADER;
}

/* The IP header's own numbers. */
static __force_inline void put_ip(struct iphdr *iph,
				  const struct tcp_template *t,
				  struct inet_sock *inet, u32 len, u32 segs)
{
	__be16 tot_len = htons((u16)len), id = htons(inet->inet_id);

	inet->inet_id = (u16)(inet->inet_id + segs);
	iph->tot_len = tot_len;
	iph->id = id;
	iph->check = csum_fold((__force __wsum)(
		t->ip_sum + (__force u16)tot_len + (__force u16)id));
}

/*
 * TCP's numbers; the sum of them and of what the template has, of @len bytes of
 * header and payload.
 */
static __force_inline u64 put_tcp(struct tcp_frame *h,
				  const struct tcp_template *t, struct sock *sk,
				  const struct sk_buff *skb, u8 flags, u32 len)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct tcp_sock *tp = tcp_sk(sk);
	/* Header length and flags, and the window behind them. */
	u32 word = (u32)t->hdr_len << 26 | (u32)flags << 16 |
		   (u16)tcp_select_window(sk);
	__be32 flags_window = htonl(word), tsval;
	u64 sum = (u64)t->tcp_sum + (__force u16)htons((u16)len);

	h->tcp.seq = htonl(cb->seq);
	h->tcp.ack_seq = htonl(tp->rcv_nxt);
	memcpy((u8 *)&h->tcp + 12, &flags_window, 4);
	sum += (u64)(__force u32)h->tcp.seq + (__force u32)h->tcp.ack_seq +
	       (__force u32)flags_window;
	if (likely(t->hdr_len > sizeof(h->tcp))) {
		tsval = htonl(tcp_time_stamp_ms(skb->tstamp) + tp->tsoffset);
		h->ts[0] = t->frame.ts[0];
		h->ts[1] = tsval;
		h->ts[2] = htonl(tp->rx_opt.ts_recent);
		sum += (u64)(__force u32)tsval + (__force u32)h->ts[2];
	}
	return sum;
}

/* Of a packet without headers; what was summed when it was copied is known. */
static __force_inline u32 payload_sum(const struct sk_buff *skb)
{
	if (likely(TCP_SKB_CB(skb)->summed))
		return (__force u32)TCP_SKB_CB(skb)->csum;
	return (__force u32)skb_checksum(skb, 0, skb->len, 0);
}

/* The checksum, or what the device or the segmenting needs to make it. */
static __force_inline void put_sum(struct tcphdr *th, struct sk_buff *skb,
				   const struct tcp_template *t, u64 sum,
				   u32 len)
{
	u32 partial = t->pseudo_sum + (__force u16)htons((u16)len);

	if (likely(!t->device_sums && !skb_is_gso(skb))) {
		sum += payload_sum(skb);
		th->check = csum_fold((__force __wsum)csum_fold64(sum));
		skb->ip_summed = CHECKSUM_NONE;
		return;
	}
	th->check = (__force __sum16) ~(__force u16)csum_fold(
		(__force __wsum)partial);
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct tcphdr, check);
}

/* The frame is complete: past the qdisc if nothing stands in the way. */
static __force_inline int to_device(struct sk_buff *skb,
				    const struct tcp_template *t)
{
	struct netdev_queue *txq = t->txq;
	struct Qdisc *q = txq->qdisc;

	if (unlikely(skb_xmit_extra(skb_shinfo(skb)) || !t->gathers ||
		     !qdisc_is_idle(q, txq)))
		return dev_queue_xmit(skb);
	q->bstats_bytes += skb->len;
	q->bstats_packets++;
	dev_xmit_plain(skb, q, txq->dev, txq);
	return 0;
}

/* RFC 4861, section 7.3.1: the peer has answered. */
static noinline void confirm_neigh(struct sock *sk)
{
	sk->sk_dst_pending_confirm = false;
	rt_confirm_neigh(dst_rtable(sk->sk_dst_cache));
}

/* Headers in front of @skb, a clone without one, and what IP counts. */
static __force_inline void put_headers(struct sock *sk, struct sk_buff *skb,
				       const struct tcp_template *t, u8 flags)
{
	u32 hdr_len = t->hdr_len, len = skb->len + hdr_len;
	u32 segs = TCP_SKB_CB(skb)->tcp_gso_segs;
	struct net *net = sock_net(sk);
	struct tcp_frame *h;
	u64 sum;

	h = (void *)(skb->data - hdr_len - offsetof(struct tcp_frame, tcp));
	memcpy(h, &t->frame, offsetof(struct tcp_frame, ts));
	skb->transport_header = (u16)((u8 *)&h->tcp - skb->head);
	sum = put_tcp(h, t, sk, skb, flags, len);
	put_sum(&h->tcp, skb, t, sum, len);

	len += (u32)sizeof(h->ip);
	put_ip(&h->ip, t, inet_sk(sk), len, segs);
	skb->network_header =
		(u16)(skb->transport_header - sizeof(struct iphdr));
	skb->mac_header = (u16)(skb->network_header - ETH_HLEN);
	skb->data = h->link + HH_DATA_MAX - ETH_HLEN;
	skb->len = len + ETH_HLEN;
	skb->protocol = htons(ETH_P_IP);
	skb->priority = sk->sk_priority;
	skb->mark = sk->sk_mark;
	skb->dev = t->txq->dev;
	NET_INC_STATS(net, Ip_OutRequests);
	NET_INC_STATS(net, Ip_OutTransmits);
	NET_ADD_STATS(net, IpExt_OutOctets, len);
}

/**
 * tcp_transmit_fast() - tcp_transmit_skb() by the template.
 * @sk:   locked.
 * @oskb: stays queued; tcp_fast_permits() it.
 * @gfp:  for the clone.
 *
 * Context: task or softirq.
 * Return:  as tcp_transmit_skb().
 */
int tcp_transmit_fast(struct sock *sk, struct sk_buff *oskb, gfp_t gfp)
{
	const struct tcp_template *t = tcp_sk(sk)->template;
	const struct tcp_skb_cb *cb = TCP_SKB_CB(oskb);
	u64 prior_wstamp = tcp_sk(sk)->tcp_wstamp_ns;
	u32 segs = cb->tcp_gso_segs;
	u8 flags = cb->tcp_flags;
	struct sk_buff *skb;
	int err;

	tcp_stamp_departure(tcp_sk(sk), oskb);
	skb = skb_clone(oskb, gfp);
	if (unlikely(!skb))
		return -ENOBUFS;
	if (segs > 1)
		flags |= TCPHDR_PSH;
	tcp_set_gso(skb, cb);
	tcp_charge_in_flight(sk, skb);
	put_headers(sk, skb, t, flags);
	tcp_note_sent(sk, cb, oskb->len, segs);

	local_bh_disable();
	if (unlikely(sk->sk_dst_pending_confirm))
		confirm_neigh(sk);
	err = to_device(skb, t);
	local_bh_enable();
	return tcp_transmit_done(sk, oskb, prior_wstamp, err);
}

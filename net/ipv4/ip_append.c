// SPDX-License-Identifier: MIT
/*
 * DOC: building a datagram out of what a program gives, in one call or in many
 * (row U2: MSG_MORE, UDP_CORK).
 *
 * The datagram is a queue of packets, each the size of one fragment, with room
 * in front for every header, so that nothing is copied when it must be cut. A
 * packet that turned out not to be the last must end at a multiple of 8 bytes:
 * what it has beyond that (fraggap, at most 7 bytes and what filled the MTU)
 * moves to the front of the next one.
 *
 * A datagram that fits into one packet and comes in one call, the usual case,
 * takes a short way: ip_make_skb().
 *
 * State: inet_sock.cork and sk_write_queue, guarded by the owner lock. Called
 * by udp.c, raw.c and ping.c in task context; may sleep for send space.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "net/ipv4/ip.h"

/* --- copying --- */

/**
 * ip_generic_getfrag() - Copy the program's bytes, summing them if need be.
 * @from: the struct msghdr. @to: where to.
 * @offset: of the datagram's data; the iterator is there already.
 * @len: bytes. @odd: position in @skb, for the sum.
 * @skb: whose csum grows, unless the device will compute it.
 *
 * Return: 0 or -EFAULT.
 */
int ip_generic_getfrag(void *from, char *to, int offset, int len, int odd,
		       struct sk_buff *skb)
{
	struct iov_iter *it = &((struct msghdr *)from)->msg_iter;
	size_t n = (size_t)len;
	__wsum sum = 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return copy_from_iter(to, n, it) == n ? 0 : -EFAULT;
	if (likely(!odd && !skb->csum)) /* the first bytes */
		return csum_and_copy_from_iter(to, n, &skb->csum, it) == n
			       ? 0
			       : -EFAULT;
	if (csum_and_copy_from_iter(to, n, &sum, it) != n)
		return -EFAULT;
	skb->csum = csum_block_add(skb->csum, sum, (size_t)odd);
	return 0;
}

/* --- parameters --- */

static bool ip_sk_ignore_df(const struct sock *sk)
{
	u8 d = inet_sk(sk)->pmtudisc;

	return d < IP_PMTUDISC_DO || d == IP_PMTUDISC_OMIT;
}

static u32 ip_cork_mtu(const struct sock *sk, const struct rtable *rt)
{
	if (unlikely(inet_sk(sk)->pmtudisc >= IP_PMTUDISC_PROBE))
		return min(rt->dst.dev->mtu, IP_MAX_MTU);
	return rt_mtu(rt);
}

/* What of the datagram is to be stamped, and when it is to leave. */
static void ip_cork_stamps(struct sock *sk, struct inet_cork *cork,
			   const struct ipcm_cookie *ipc, u32 flags)
{
	cork->tx_flags = 0;
	cork->has_ts_opt_id = false;
	cork->transmit_time_ns = 0;
	if (flags & MSG_TX_CMSG) {
		cork->tx_flags = sock_tx_flags(ipc->sockc.tsflags);
		cork->has_ts_opt_id = ipc->sockc.has_ts_opt_id;
		cork->ts_opt_id = ipc->sockc.ts_opt_id;
		cork->transmit_time_ns = ipc->sockc.transmit_time_ns;
	} else if (flags & MSG_TX_STAMP) {
		cork->tx_flags = sock_tx_flags(sk->sk_tsflags);
	}
}

/* Take over the route's reference and the call's parameters. */
static int ip_setup_cork(struct sock *sk, struct inet_cork *cork,
			 const struct ipcm_cookie *ipc, struct rtable **rtp,
			 u32 flags)
{
	struct rtable *rt = *rtp;

	cork->fragsize = ip_cork_mtu(sk, rt);
	if (cork->fragsize < IPV4_MIN_MTU)
		return -ENETUNREACH;
	cork->opt = NULL;
	if (unlikely(ipc->opt)) {
		cork->opt = kmalloc(sizeof(*cork->opt), GFP_KERNEL);
		if (!cork->opt)
			return -ENOBUFS;
		*cork->opt = *ipc->opt;
	}
	*rtp = NULL;
	cork->active = true;
	cork->addr = ipc->addr;
	cork->length = 0;
	cork->dst = &rt->dst;
	cork->has_ttl = ipc->ttl >= 0;
	cork->ttl = (u8)ipc->ttl;
	cork->has_tos = ipc->tos >= 0;
	cork->tos = (u8)ipc->tos;
	cork->mark = ipc->mark;
	cork->priority = ipc->priority;
	cork->gso_size = ipc->gso_size;
	ip_cork_stamps(sk, cork, ipc, flags);
	return 0;
}

static void ip_cork_release(struct inet_cork *cork)
{
	cork->active = false;
	kfree(cork->opt);
	cork->opt = NULL;
	dst_release(cork->dst);
	cork->dst = NULL;
}

/* --- appending --- */

/* What stays the same during one call. */
struct ip_append {
	struct sock *sk;
	struct sk_buff_head *queue;
	ip_getfrag *getfrag;
	void *from;
	u32 flags;      /* MSG_* */
	u32 mtu;        /* of a fragment */
	u32 fragheader; /* IP header with options */
	u32 maxfrag;    /* fragment that is not the last: 8-byte payload */
	u32 ll;         /* room for the link header */
	u32 offset;     /* bytes of data copied so far */
	u8 ip_summed;
};

static struct sk_buff *ip_append_alloc(const struct ip_append *a, u32 fraglen,
				       u32 transhdrlen, int *err)
{
	/* More will come: take the whole fragment's room at once. */
	u32 size = a->ll + (a->flags & MSG_MORE ? a->mtu : fraglen);
	struct sk_buff *skb;

	if (transhdrlen)
		return sock_alloc_send_skb(a->sk, size, a->flags & MSG_DONTWAIT,
					   err);
	/* A datagram that was begun may finish, within reason. */
	*err = -ENOBUFS;
	if (a->sk->sk_wmem_alloc > 2 * a->sk->sk_sndbuf)
		return NULL;
	skb = sock_wmalloc(a->sk, size, true, GFP_KERNEL);
	return skb;
}

/* Move what @prev has beyond a full fragment to @to, with its sum. */
static void ip_move_fraggap(struct ip_append *a, struct sk_buff *prev,
			    struct sk_buff *skb, u8 *to, u32 fraggap)
{
	skb->csum = csum_partial_copy(prev->data + a->maxfrag, to, fraggap, 0);
	prev->csum = csum_sub(prev->csum, skb->csum);
	prev->tail -= fraggap;
	prev->len -= fraggap;
}

/*
 * Start a new packet after @prev with as much of *@length as fits. For the
 * first one *@length counts the transport header, which is left blank.
 */
static int ip_append_new(struct ip_append *a, struct sk_buff *prev, u32 *length,
			 u32 *transhdrlen)
{
	u32 fraggap = prev ? prev->len - a->maxfrag : 0;
	u32 datalen = *length + fraggap, copy;
	struct sk_buff *skb;
	u8 *data;
	int err;

	if (datalen > a->mtu - a->fragheader)
		datalen = a->maxfrag - a->fragheader;
	skb = ip_append_alloc(a, datalen + a->fragheader, *transhdrlen, &err);
	if (!skb)
		return err;
	skb->ip_summed = a->ip_summed;
	skb->csum = 0;
	skb_reserve(skb, a->ll);
	data = skb_put(skb, datalen + a->fragheader);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, (int)a->fragheader);
	data += a->fragheader + *transhdrlen;
	copy = datalen - *transhdrlen - fraggap;
	if (fraggap)
		ip_move_fraggap(a, prev, skb, data, fraggap);
	err = copy ? a->getfrag(a->from, (char *)data + fraggap, (int)a->offset,
				(int)copy, (int)fraggap, skb)
		   : 0;
	if (err) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SKB_UCOPY_FAULT);
		return err;
	}
	a->offset += copy;
	*length -= datalen - fraggap;
	*transhdrlen = 0;
	__skb_queue_tail(a->queue, skb);
	return 0;
}

/* Fill up the last packet with @copy bytes. */
static int ip_append_tail(struct ip_append *a, struct sk_buff *skb, u32 copy)
{
	u32 at = skb->len;
	int err;

	err = a->getfrag(a->from, skb_put(skb, copy), (int)a->offset, (int)copy,
			 (int)at, skb);
	if (err) {
		skb->tail -= copy;
		skb->len -= copy;
		return err;
	}
	a->offset += copy;
	return 0;
}

static int ip_append_loop(struct ip_append *a, u32 *length, u32 transhdrlen)
{
	struct sk_buff *skb;
	u32 room;
	int err;

	while (*length) {
		skb = skb_peek_tail(a->queue);
		room = skb && skb->len < a->mtu ? a->mtu - skb->len : 0;
		if (room < *length) /* not the last: end at 8 bytes */
			room = skb && skb->len < a->maxfrag
				       ? a->maxfrag - skb->len
				       : 0;
		if (!room) {
			err = ip_append_new(a, skb, length, &transhdrlen);
			if (err)
				return err;
			continue;
		}
		room = min(room, *length);
		err = ip_append_tail(a, skb, room);
		if (err)
			return err;
		*length -= room;
	}
	return 0;
}

static bool ip_device_sums(const struct sock *sk, const struct net_device *dev)
{
	return (dev->features & (NETIF_F_HW_CSUM | NETIF_F_IP_CSUM)) &&
	       sk->sk_protocol == IPPROTO_UDP;
}

/**
 * ip_takes_pages() - Whether a datagram's payload can be fragments by
 * reference.
 * @sk: the socket. @rt: its route. @ipc: parameters of the call.
 * @length: bytes with the transport header.
 *
 * Return: it fits into one packet without options, and the device gathers and
 *         sums.
 */
bool ip_takes_pages(const struct sock *sk, const struct rtable *rt,
		    const struct ipcm_cookie *ipc, u32 length)
{
	return (rt->dst.dev->features & NETIF_F_SG) &&
	       ip_device_sums(sk, rt->dst.dev) && !ipc->opt &&
	       length + sizeof(struct iphdr) <= ip_cork_mtu(sk, rt);
}

/* One frame, nothing to follow, a device that sums: leave the sum to it. */
static u8 ip_append_summed(const struct sock *sk, const struct inet_cork *cork,
			   u32 length, u32 transhdrlen, u32 flags)
{
	if (transhdrlen && !(flags & MSG_MORE) && !cork->opt &&
	    ip_device_sums(sk, cork->dst->dev) &&
	    length + sizeof(struct iphdr) <= cork->fragsize)
		return CHECKSUM_PARTIAL;
	return CHECKSUM_NONE;
}

static int __ip_append_data(struct sock *sk, struct sk_buff_head *queue,
			    struct inet_cork *cork, ip_getfrag *getfrag,
			    void *from, u32 length, u32 transhdrlen, u32 flags)
{
	u32 optlen = cork->opt ? cork->opt->optlen : 0, max;
	struct ip_append a = {
		.sk = sk,
		.queue = queue,
		.getfrag = getfrag,
		.from = from,
		.flags = flags,
		.mtu = cork->fragsize,
		.fragheader = (u32)sizeof(struct iphdr) + optlen,
		.ll = LL_RESERVED_SPACE(cork->dst->dev) + 16,
	};
	struct sk_buff *tail = skb_peek_tail(queue);
	int err;

	a.maxfrag = ((a.mtu - a.fragheader) & ~7U) + a.fragheader;
	a.ip_summed =
		tail ? tail->ip_summed
		     : ip_append_summed(sk, cork, length, transhdrlen, flags);
	max = (ip_sk_ignore_df(sk) ? IP_MAX_MTU : a.mtu) - a.fragheader;
	if (cork->length + length > max) {
		ip_local_error(sk, EMSGSIZE, cork->addr,
			       inet_sk(sk)->inet_dport, a.mtu - optlen);
		return -EMSGSIZE;
	}
	cork->length += length;
	err = ip_append_loop(&a, &length, transhdrlen);
	if (err) {
		cork->length -= length;
		NET_INC_STATS(sock_net(sk), Ip_OutDiscards);
	}
	return err;
}

/* Where the socket keeps the datagram under construction; NULL: no memory. */
static struct inet_cork *ip_sk_cork(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	if (!inet->cork)
		inet->cork = kzalloc(sizeof(*inet->cork), GFP_KERNEL);
	return inet->cork;
}

/**
 * ip_append_data() - Add to the datagram under construction, or begin one.
 * @sk:      the socket, owned by the caller.
 * @fl4:     the flow (the caller keeps it).
 * @getfrag: copies from @from.
 * @length:  bytes, the transport header included in the first call.
 * @transhdrlen: its bytes; 0 in later calls.
 * @ipc:     parameters, of the first call.
 * @rtp:     the route; its reference is taken in the first call (*@rtp NULL).
 * @flags:   MSG_MORE: the datagram is not complete; MSG_DONTWAIT; MSG_PROBE.
 *
 * Context: task; may sleep for send space.
 * Return:  0; -EMSGSIZE, -EFAULT, -EAGAIN, -ENOBUFS, ...: what was added
 *          before is still there, see ip_flush_pending_frames().
 */
int ip_append_data(struct sock *sk, struct flowi4 *fl4, ip_getfrag *getfrag,
		   void *from, u32 length, u32 transhdrlen,
		   struct ipcm_cookie *ipc, struct rtable **rtp, u32 flags)
{
	struct inet_cork *cork = ip_sk_cork(sk);
	int err;

	if (flags & MSG_PROBE)
		return 0;
	if (!cork)
		return -ENOBUFS;
	if (skb_queue_empty(&sk->sk_write_queue)) {
		err = ip_setup_cork(sk, cork, ipc, rtp, flags);
		if (err)
			return err;
	} else {
		transhdrlen = 0;
	}
	return __ip_append_data(sk, &sk->sk_write_queue, cork, getfrag, from,
				length, transhdrlen, flags);
}

/* --- finishing --- */

/* Whether the datagram goes out whole and says so; see ip_dont_fragment(). */
static bool ip_datagram_df(const struct sock *sk, const struct rtable *rt,
			   u32 len)
{
	switch (inet_sk(sk)->pmtudisc) {
	case IP_PMTUDISC_WANT:
		return len <= rt_mtu(rt) && rt_sends_df(rt);
	case IP_PMTUDISC_DO:
	case IP_PMTUDISC_PROBE:
		return true;
	default:
		return false;
	}
}

/*
 * The IP header of a finished datagram, but for the identification. @tos and
 * @ttl are the socket's if they are negative.
 */
static __force_inline void ip_fill_header(struct sock *sk, struct sk_buff *skb,
					  const struct flowi4 *fl4,
					  const struct rtable *rt, u32 optlen,
					  int tos, int ttl)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool df = ip_datagram_df(sk, rt, skb->len);
	struct iphdr *iph = ip_hdr(skb);

	if (likely(ttl < 0))
		ttl = unlikely(rt->rt_type == RTN_MULTICAST)
			      ? inet->mc_ttl
			      : ip_select_ttl(inet, &rt->dst);
	/* A datagram that goes out whole is atomic: RFC 6864, section 4.1. */
	skb->ignore_df = !df && ip_sk_ignore_df(sk);
	ip_start_header(iph, optlen, tos >= 0 ? (u8)tos : inet->tos);
	iph->frag_off = df ? htons(IP_DF) : htons(0);
	iph->ttl = (u8)ttl;
	iph->protocol = sk->sk_protocol;
	iph->saddr = fl4->saddr;
	iph->daddr = fl4->daddr;
}

/* The IP header of a corked datagram; the route becomes the packet's. */
static void ip_finish_header(struct sock *sk, struct sk_buff *skb,
			     const struct flowi4 *fl4, struct inet_cork *cork)
{
	u32 optlen = cork->opt ? cork->opt->optlen : 0;

	ip_fill_header(sk, skb, fl4, dst_rtable(cork->dst), optlen,
		       cork->has_tos ? cork->tos : -1,
		       cork->has_ttl ? cork->ttl : -1);
	if (unlikely(optlen))
		ip_options_build(skb, cork->opt, cork->addr, fl4->saddr);
	ip_select_ident(sock_net(sk), skb, sk, 1);
	skb->priority = cork->priority;
	skb->mark = cork->mark;
	skb->tstamp = cork->transmit_time_ns;
	skb_setup_tx_timestamp(skb, sk, cork->tx_flags,
			       cork->has_ts_opt_id ? &cork->ts_opt_id : NULL);
	skb_dst_set(skb, cork->dst);
	cork->dst = NULL;
	ip_cork_release(cork);
}

/* The rest of the queue hangs on the first packet, without headers. */
static void ip_chain_queue(struct sk_buff *skb, struct sk_buff_head *queue)
{
	struct sk_buff **tail = &skb_shinfo(skb)->frag_list, *f;

	while ((f = __skb_dequeue(queue))) {
		skb_pull(f, skb_network_header_len(f));
		*tail = f;
		tail = &f->next;
		skb->len += f->len;
		skb->data_len += f->len;
		skb->truesize += f->truesize; /* the charge moves with it */
		f->destructor = NULL;
		f->sk = NULL;
	}
}

static struct sk_buff *__ip_make_skb(struct sock *sk, const struct flowi4 *fl4,
				     struct sk_buff_head *queue,
				     struct inet_cork *cork)
{
	struct sk_buff *skb = __skb_dequeue(queue);

	if (!skb)
		return NULL;
	ip_chain_queue(skb, queue);
	ip_finish_header(sk, skb, fl4, cork);
	return skb;
}

/**
 * ip_finish_skb() - Complete the datagram under construction.
 * @sk:  the socket, owned. @fl4: the flow.
 *
 * Ownership: the packet is the caller's, for ip_send_skb().
 * Return:    it, or NULL if nothing was begun.
 */
struct sk_buff *ip_finish_skb(struct sock *sk, struct flowi4 *fl4)
{
	return __ip_make_skb(sk, fl4, &sk->sk_write_queue, inet_sk(sk)->cork);
}

/* The usual case: one packet, one allocation, no queue, no options. The
 * route's reference becomes the packet's, unless this fails. */
static __force_inline struct sk_buff *
ip_make_one(struct sock *sk, const struct flowi4 *fl4, ip_getfrag *getfrag,
	    void *from, u32 length, u32 transhdrlen,
	    const struct ipcm_cookie *ipc, struct rtable *rt, u32 flags)
{
	u32 ll = LL_RESERVED_SPACE(rt->dst.dev) + 16;
	struct sk_buff *skb;
	u8 *data;
	int err;

	skb = sock_alloc_send_skb(sk, ll + (u32)sizeof(struct iphdr) + length,
				  flags & MSG_DONTWAIT, &err);
	if (unlikely(!skb))
		return ERR_PTR(err);
	if (transhdrlen && ip_device_sums(sk, rt->dst.dev))
		skb->ip_summed = CHECKSUM_PARTIAL;
	skb_reserve(skb, ll);
	data = skb_put(skb, (u32)sizeof(struct iphdr) + length);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(struct iphdr));
	data += sizeof(struct iphdr) + transhdrlen;
	err = length > transhdrlen
		      ? getfrag(from, (char *)data, 0,
				(int)(length - transhdrlen), 0, skb)
		      : 0;
	if (unlikely(err)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SKB_UCOPY_FAULT);
		return ERR_PTR(err);
	}
	ip_fill_header(sk, skb, fl4, rt, 0, ipc->tos, ipc->ttl);
	ip_select_ident(sock_net(sk), skb, sk, 1);
	skb->priority = ipc->priority;
	skb->mark = ipc->mark;
	skb_dst_set(skb, &rt->dst);
	return skb;
}

/**
 * ip_make_skb() - One datagram from one call, apart from the socket's queue.
 * @sk:   the socket; need not be owned.
 * @fl4:  the flow, as routed. @getfrag, @from, @length, @transhdrlen, @ipc,
 * @rtp, @flags: as for ip_append_data(). @cork: the caller's scratch space.
 *
 * Ownership: the packet is the caller's; the route's reference is taken.
 * Context:   task; may sleep for send space.
 * Return:    the packet, NULL for MSG_PROBE, or ERR_PTR.
 */
struct sk_buff *ip_make_skb(struct sock *sk, struct flowi4 *fl4,
			    ip_getfrag *getfrag, void *from, u32 length,
			    u32 transhdrlen, struct ipcm_cookie *ipc,
			    struct rtable **rtp, struct inet_cork *cork,
			    u32 flags)
{
	u32 mtu = ip_cork_mtu(sk, *rtp);
	struct sk_buff_head queue;
	struct sk_buff *skb;
	int err;

	if (unlikely(flags & (MSG_PROBE | MSG_TX_STAMP | MSG_TX_CMSG))) {
		if (flags & MSG_PROBE)
			return NULL;
	} else if (likely(!ipc->opt && length + sizeof(struct iphdr) <= mtu &&
			  mtu >= IPV4_MIN_MTU)) {
		skb = ip_make_one(sk, fl4, getfrag, from, length, transhdrlen,
				  ipc, *rtp, flags);
		if (unlikely(IS_ERR(skb)))
			NET_INC_STATS(sock_net(sk), Ip_OutDiscards);
		else
			*rtp = NULL;
		return skb;
	}
	err = ip_setup_cork(sk, cork, ipc, rtp, flags);
	if (unlikely(err))
		return ERR_PTR(err);
	skb_queue_head_init(&queue);
	err = __ip_append_data(sk, &queue, cork, getfrag, from, length,
			       transhdrlen, flags);
	if (err) {
		skb_queue_purge_reason(&queue, SKB_DROP_REASON_NOT_SPECIFIED);
		ip_cork_release(cork);
		return ERR_PTR(err);
	}
	return __ip_make_skb(sk, fl4, &queue, cork);
}

/**
 * ip_setup_tx_timestamp() - Stamps and time of a packet made elsewhere.
 * @skb: complete. @sk: the sender. @ipc: with MSG_TX_CMSG what the control
 * messages say. @flags: MSG_* of the send.
 */
void ip_setup_tx_timestamp(struct sk_buff *skb, struct sock *sk,
			   const struct ipcm_cookie *ipc, u32 flags)
{
	struct inet_cork cork;

	ip_cork_stamps(sk, &cork, ipc, flags);
	skb->tstamp = cork.transmit_time_ns;
	skb_setup_tx_timestamp(skb, sk, cork.tx_flags,
			       cork.has_ts_opt_id ? &cork.ts_opt_id : NULL);
}

/**
 * ip_send_skb() - Send what ip_make_skb() or ip_finish_skb() made.
 * @net: the stack. @skb: the packet.
 *
 * Ownership: consumes @skb.
 * Return:    0 or a negative errno.
 */
int ip_send_skb(struct net *net, struct sk_buff *skb)
{
	int err = ip_local_out(net, skb->sk, skb);

	if (err > 0)
		err = net_xmit_errno(err);
	if (err)
		NET_INC_STATS(net, Ip_OutDiscards);
	return err;
}

/**
 * ip_push_pending_frames() - Complete and send the datagram.
 * @sk: the socket, owned. @fl4: the flow.
 *
 * Return: 0 (also when there is none) or a negative errno.
 */
int ip_push_pending_frames(struct sock *sk, struct flowi4 *fl4)
{
	struct sk_buff *skb = ip_finish_skb(sk, fl4);

	return skb ? ip_send_skb(sock_net(sk), skb) : 0;
}

/**
 * ip_flush_pending_frames() - Give up the datagram under construction.
 * @sk: the socket, owned.
 */
void ip_flush_pending_frames(struct sock *sk)
{
	skb_queue_purge_reason(&sk->sk_write_queue,
			       SKB_DROP_REASON_NOT_SPECIFIED);
	if (inet_sk(sk)->cork && inet_sk(sk)->cork->active)
		ip_cork_release(inet_sk(sk)->cork);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the short way of a datagram that is like the one before it: same socket,
 * same peer, nothing changed in between. It leaves as an Ethernet frame from
 * one function, and the frame is byte for byte what the ordinary way
 * (udp_sendmsg() down to dev_queue_xmit()) makes.
 *
 * The template. When a datagram goes the ordinary way, udp_fast_learn() looks
 * at its route. If the next one could differ in nothing but length, data and
 * identification, it keeps the headers ready in udp_sock.template, with what
 * they add to the sums. That takes, beside what ip_fast_possible() asks: no
 * options, fragments (DF is always set) or control messages; a sum of ours; no
 * security hook. A send that names its peer is learnt when it names the same
 * one twice.
 *
 * When it is right. sk->sk_xmit_gen is xmit_gen at the time of learning. What
 * could change a frame or its way increments xmit_gen (net/core/netdevice.h
 * says what), and the template of every socket is void. What changes one
 * socket, an option, bind(), connect(), shutdown(), a corked datagram, sets its
 * sk_xmit_gen to 0. Between two generations nothing is looked up, and no
 * reference is held: a device or qdisc that goes away ends its generation.
 *
 * What else may happen is looked at for each datagram: an error to report, a
 * full send buffer, a stopped or filled queue, no memory, a bad address. Then
 * the call goes the ordinary way from its beginning, and waits or fails there.
 *
 * Context: task, softirqs off from the look at the generation until the driver
 * has the frame; a page of the program's may be brought in meanwhile, which
 * does not sleep. Owner of the skb: this function, then the driver.
 * Documents: RFC 768, RFC 791, RFC 1071.
 */
#include "lib/softirq.h"
#include "net/ipv4/ip_fast.h"
#include "net/ipv4/udp_int.h"

/* As ip_make_skb() has it: room for the link header, and 16 bytes more. */
#define FAST_IP_OFFSET 32U
#define FAST_OFFSET    (FAST_IP_OFFSET - ETH_HLEN)
#define FAST_HEADERS   ((u32)sizeof(struct udp_frame) - 2)

static_assert(offsetof(struct udp_frame, ip) == 16 &&
		      sizeof(struct udp_frame) == 44,
	      "IEEE 802.3, RFC 791, RFC 768");

/* --- learning --- */

static u64 name_of(const struct sockaddr_in *sin)
{
	u64 name;

	memcpy(&name, sin, sizeof(name));
	return name;
}

/* Whether this send may be the model of the next one. */
static bool is_repeated(struct sock *sk, const struct msghdr *msg)
{
	struct udp_template *t = &udp_sk(sk)->template;
	u64 name;

	if (!msg->msg_name)
		return sk->sk_xmit_gen != xmit_gen || t->named;
	if (inet_sk(sk)->inet_daddr)
		return false; /* one template: of the connection */
	name = name_of(msg->msg_name);
	if (t->name == name)
		return sk->sk_xmit_gen != xmit_gen;
	t->name = name;
	sk->sk_xmit_gen = 0;
	return false;
}

/* Whether frames of @sk by way of @rt can be made from a template. */
static bool can_be_fast(const struct sock *sk, const struct rtable *rt)
{
	u8 d = inet_sk(sk)->pmtudisc;

	return ip_fast_possible(sk, rt) && rt->rt_plain_mtu > FAST_HEADERS &&
	       (d == IP_PMTUDISC_WANT || d == IP_PMTUDISC_DO) &&
	       sk->sk_protocol == IPPROTO_UDP && !sk->sk_no_check_tx &&
	       !security_sendmsg_hook &&
	       !(rt->dst.dev->features & (NETIF_F_HW_CSUM | NETIF_F_IP_CSUM));
}

static void fill_frame(struct udp_frame *h, const struct sock *sk,
		       const struct rtable *rt, __be32 saddr, __be16 dport)
{
	memset(h, 0, sizeof(*h));
	ip_fast_headers(h, &h->ip, sk, rt, saddr);
	h->udp.source = inet_sk(sk)->inet_sport;
	h->udp.dest = dport;
}

/**
 * udp_fast_learn() - Take a datagram that goes the ordinary way as a model.
 * @sk:    its socket. @msg: a send without control messages and with no flags
 *         beyond MSG_FAST.
 * @rt:    its route. @saddr: its source address.
 *
 * Context: task.
 */
void udp_fast_learn(struct sock *sk, const struct msghdr *msg,
		    const struct rtable *rt, __be32 saddr)
{
	struct udp_template *t = &udp_sk(sk)->template;
	const struct sockaddr_in *sin = msg->msg_name;
	struct udp_frame *h = &t->frame;

	if (!is_repeated(sk, msg))
		return;
	local_bh_disable(); /* the neighbour stays as it is */
	if (can_be_fast(sk, rt)) {
		fill_frame(h, sk, rt, saddr,
			   sin ? sin->sin_port : inet_sk(sk)->inet_dport);
		t->ip_sum = ip_fast_sum(&h->ip, sizeof(h->ip));
		t->udp_sum = ip_fast_sum(&h->ip.saddr, 12) +
			     (__force u16)htons(IPPROTO_UDP);
		t->max_len = rt->rt_plain_mtu - (u32)(sizeof(struct iphdr) +
						      sizeof(struct udphdr));
		t->named = sin != NULL;
		t->txq = netdev_get_tx_queue(rt->dst.dev, 0);
		sk->sk_xmit_gen = xmit_gen;
	}
	local_bh_enable();
}

/* --- sending --- */

/* Whether the template is for the peer that @uaddr names. */
static __force_inline bool is_for(const struct udp_template *t,
				  const void __user *uaddr)
{
	struct sockaddr_in sin;

	if (likely(!uaddr))
		return !t->named;
	return t->named && !copy_from_user(&sin, uaddr, sizeof(sin)) &&
	       name_of(&sin) == t->name;
}

/* The headers of a datagram whose data adds @sum. */
static __force_inline void put_headers(struct udp_frame *h,
				       const struct udp_template *t, u16 id,
				       u32 len, __wsum sum)
{
	__be16 ulen = htons((u16)(len + sizeof(struct udphdr)));
	__be16 tot_len = htons((u16)(len + FAST_HEADERS - ETH_HLEN));
	u32 add = t->udp_sum + 2 * (u32)(__force u16)ulen;
	__sum16 check;

	*h = t->frame;
	h->ip.tot_len = tot_len;
	h->ip.id = htons(id);
	h->ip.check = csum_fold((__force __wsum)(
		t->ip_sum + (__force u16)tot_len + (__force u16)htons(id)));
	h->udp.len = ulen;
	check = csum_fold(csum_add(sum, (__force __wsum)add));
	h->udp.check = likely(check) ? check : CSUM_MANGLED_0;
}

/* The frame is complete in @skb's buffer: make it a packet on its way. */
static __force_inline void put_packet(struct sk_buff *skb, struct sock *sk,
				      struct net_device *dev, u32 frame_len)
{
	skb->data = skb->head + FAST_OFFSET;
	skb->tail = skb->data + frame_len;
	skb->len = frame_len;
	skb->mac_header = FAST_OFFSET;
	skb->network_header = FAST_IP_OFFSET;
	skb->transport_header = FAST_IP_OFFSET + sizeof(struct iphdr);
	skb->protocol = htons(ETH_P_IP);
	skb->priority = sk->sk_priority;
	skb->mark = sk->sk_mark;
	skb->dev = dev;
	skb->sk = sk;
	skb->destructor = sock_wfree;
	sk->sk_wmem_alloc += skb->truesize;
}

static __force_inline void count_sent(struct net *net, struct Qdisc *q,
				      u32 frame_len)
{
	NET_INC_STATS(net, Udp_OutDatagrams);
	NET_INC_STATS(net, Ip_OutRequests);
	NET_INC_STATS(net, Ip_OutTransmits);
	NET_ADD_STATS(net, IpExt_OutOctets, frame_len - ETH_HLEN);
	q->bstats_bytes += frame_len;
	q->bstats_packets++;
}

/**
 * udp_send_fast() - proto.send_fast: a datagram by the template.
 * @sk:    the socket, with a template that may be void by now.
 * @buf:   the data, in a program's memory. @len: bytes.
 * @flags: of MSG_FAST.
 * @uaddr: NULL, or a sockaddr_in in a program's memory. @alen: its size.
 *
 * Context: task; may sleep unless told otherwise.
 * Return:  as udp_sendmsg().
 */
ssize_t udp_send_fast(struct sock *sk, void __user *buf, size_t len, u32 flags,
		      const void __user *uaddr, int alen)
{
	const struct udp_template *t = &udp_sk(sk)->template;
	u32 frame_len = (u32)(len + FAST_HEADERS);
	struct netdev_queue *txq;
	struct sk_buff *skb;
	struct Qdisc *q;
	__wsum sum;
	u16 id = 0;

	local_bh_disable();
	if (unlikely(sk->sk_xmit_gen != xmit_gen || len > t->max_len ||
		     sk->sk_err || sk->sk_wmem_alloc >= sk->sk_sndbuf ||
		     !is_for(t, uaddr)))
		goto ordinary;
	txq = t->txq;
	q = txq->qdisc;
	if (unlikely(!qdisc_is_idle(q, txq)))
		goto ordinary;
	skb = alloc_skb_frame(FAST_OFFSET + frame_len);
	if (unlikely(!skb))
		goto ordinary;
	sum = csum_and_copy_from_user(
		buf, skb->head + FAST_OFFSET + FAST_HEADERS, len);
	if (unlikely(!sum))
		goto ordinary_free;
	if (!t->named)
		id = inet_sk(sk)->inet_id++;
	put_headers((struct udp_frame *)(void *)(skb->head + FAST_OFFSET - 2),
		    t, id, (u32)len, sum);
	put_packet(skb, sk, txq->dev, frame_len);
	count_sent(sock_net(sk), q, frame_len);
	dev_xmit_plain(skb, q, txq->dev, txq);
	local_bh_enable();
	return (ssize_t)len;

ordinary_free:
	consume_skb(skb);
ordinary:
	local_bh_enable();
	return sock_send_plain(sk, buf, len, flags, uaddr);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: TCP's part of software segmentation (row T13): net/core/gso.c cuts the
 * payload and repeats the headers, and here each segment's IP and TCP header
 * becomes what it would have been, had TCP sent the segment by itself.
 *
 * Called by skb_gso_segment() just above the driver, or by ip_output() when a
 * path's MTU has shrunk. No state.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "net/core/gso.h"
#include "net/ipv4/tcp_int.h"

/* The @i-th segment, which is or is not the @last. */
static void fix_ip(struct sk_buff *seg, u16 first_id, u32 i)
{
	struct iphdr *iph = ip_hdr(seg);
	u32 before_ip = (u32)(skb_network_header(seg) - seg->data);

	iph->id = htons((u16)(first_id + i));
	iph->tot_len = htons((u16)(seg->len - before_ip));
	ip_send_check(iph);
}

static void fix_tcp(struct sk_buff *seg, u32 seq, bool first, bool last)
{
	const struct iphdr *iph = ip_hdr(seg);
	struct tcphdr *th = tcp_hdr(seg);
	u32 len = seg->len - (u32)skb_transport_offset(seg);

	th->seq = htonl(seq);
	/* Both are of the last byte (RFC 9293, section 3.9.1); CWR answers one
	 * ECE once (RFC 3168, section 6.1.2). */
	if (!last) {
		th->fin = 0;
		th->psh = 0;
	}
	if (!first)
		th->cwr = 0;
	/* The pseudo header's sum: it depends on the length. Whoever sends
	 * adds the rest. */
	th->check = (__force __sum16) ~(__force u16)csum_tcpudp_magic(
		iph->saddr, iph->daddr, len, IPPROTO_TCP, 0);
	seg->ip_summed = CHECKSUM_PARTIAL;
	seg->csum_start = (u16)(skb_transport_header(seg) - seg->head);
	seg->csum_offset = offsetof(struct tcphdr, check);
}

/* Bytes of all headers, now linear; 0 if they are not sound. */
static u32 pull_headers(struct sk_buff *skb)
{
	u32 off = (u32)skb_transport_offset(skb), doff;

	if (!pskb_may_pull(skb, off + (u32)sizeof(struct tcphdr)))
		return 0;
	doff = tcp_hdr(skb)->doff * 4U;
	if (doff < sizeof(struct tcphdr) || !pskb_may_pull(skb, off + doff))
		return 0;
	return off + doff;
}

/* The segment that has the byte is the one that is stamped. The last one is
 * the socket's already; another one must know it, too. */
static void fix_tstamp(struct sk_buff *seg, u32 seq, u32 mss,
		       const struct skb_shared_info *whole, struct sock *sk)
{
	while (!before(whole->tskey, seq + mss) && seg->next) {
		seg = seg->next;
		seq += mss;
	}
	skb_shinfo(seg)->tx_flags = whole->tx_flags;
	skb_shinfo(seg)->tskey = whole->tskey;
	if (sk && !seg->sk) {
		sock_hold(sk);
		seg->sk = sk;
		seg->destructor = sock_efree;
	}
}

/*
 * gso_protocol.segment.
 *
 * The charge: skb_segment() moves destructor and truesize of @skb to the last
 * segment, so tcp_wfree() takes off sk_wmem_alloc exactly what
 * tcp_transmit_skb() put on it, once, when the last segment has been sent.
 */
static struct sk_buff *tcp4_gso_segment(struct sk_buff *skb, u64 features)
{
	u32 hdr_len = pull_headers(skb), mss = skb_shinfo(skb)->gso_size;
	struct sk_buff *segs, *seg;
	struct sock *sk = skb->sk;
	u32 seq, i = 0;
	u16 id;

	if (!hdr_len || ip_hdr(skb)->protocol != IPPROTO_TCP)
		return ERR_PTR(-EINVAL);
	seq = ntohl(tcp_hdr(skb)->seq);
	id = ntohs(ip_hdr(skb)->id);
	segs = skb_segment(skb, hdr_len, features);
	if (IS_ERR(segs))
		return segs;
	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP))
		fix_tstamp(segs, seq, mss, skb_shinfo(skb), sk);
	for (seg = segs; seg; seg = seg->next) {
		fix_ip(seg, id, i);
		fix_tcp(seg, seq, i == 0, !seg->next);
		seq += mss;
		i++;
	}
	return segs;
}

static struct gso_protocol tcp4_gso = {
	.gso_type = SKB_GSO_TCPV4,
	.segment = tcp4_gso_segment,
};

/**
 * tcp_offload_init() - Register the segmentation. Once, from tcp_init().
 */
void tcp_offload_init(void)
{
	gso_register(&tcp4_gso);
}

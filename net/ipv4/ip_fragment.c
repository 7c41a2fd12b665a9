// SPDX-License-Identifier: MIT
/*
 * DOC: cutting a datagram into fragments (row I4; RFC 791, section 3.2).
 *
 * What ip_append.c built is already cut: a head and a frag_list whose pieces
 * fit, with room in front. Then each piece only needs a header (fast path).
 * Everything else is copied into new packets (slow path).
 *
 * No state. Task or softirq, never sleeps. Called by ip_output.c.
 */
#include "lib/checksum.h"
#include "net/ipv4/ip.h"

/* Where the next fragment stands. */
struct ip_frag {
	u32 hlen;       /* IP header with options */
	u32 mtu;        /* payload bytes of a fragment, multiple of 8 */
	u32 offset;     /* payload bytes before it */
	u32 last_flags; /* MF and offset that the whole packet had */
};

static bool frag_geometry_ok(const struct sk_buff *skb, u32 len, u32 max,
			     bool last)
{
	return len <= max && (last || (len & 7) == 0) && len && skb;
}

/* Whether the frag_list is a set of ready fragments for this path. */
static bool ip_frag_list_usable(const struct sk_buff *skb,
				const struct ip_frag *st, u32 max)
{
	const struct sk_buff *f = skb_shinfo(skb)->frag_list;
	u32 need = st->hlen + LL_RESERVED_SPACE(skb_dst(skb)->dev);

	if (!f || skb_shinfo(skb)->nr_frags || skb_cloned(skb) ||
	    skb->ip_summed == CHECKSUM_PARTIAL ||
	    !frag_geometry_ok(skb, skb_headlen(skb) - st->hlen, max, false))
		return false;
	for (; f; f = f->next) {
		if (!frag_geometry_ok(f, f->len, max, !f->next) ||
		    skb_headroom(f) < need || skb_shared(f) || skb_cloned(f) ||
		    skb_shinfo(f)->frag_list)
			return false;
	}
	return true;
}

/* What a fragment inherits from the packet. */
static void ip_copy_metadata(struct sk_buff *to, struct sk_buff *from)
{
	to->pkt_type = from->pkt_type;
	to->priority = from->priority;
	to->protocol = from->protocol;
	to->mark = from->mark;
	to->dev = from->dev;
	to->tstamp = from->tstamp;
	to->hash = from->hash;
	to->ip_summed = CHECKSUM_NONE;
	skb_dst_drop(to);
	if (skb_dst(from))
		skb_dst_set(to, dst_clone(skb_dst(from)));
	memcpy(to->cb, from->cb, sizeof(to->cb));
}

/* Complete the header of the fragment that @skb now is. */
static void ip_frag_header(struct sk_buff *skb, struct ip_frag *st, bool last)
{
	struct iphdr *iph = ip_hdr(skb);
	u32 off = st->offset / 8 + (st->last_flags & IP_OFFSET);

	if (!last || (st->last_flags & IP_MF))
		off |= IP_MF;
	iph->frag_off = htons((u16)off);
	iph->tot_len = htons((u16)skb->len);
	ip_send_check(iph);
	st->offset += skb->len - st->hlen;
}

/* The header of later fragments: only the options that are copied. */
static void ip_frag_blank_options(u8 *hdr, u32 hlen)
{
	if (hlen > sizeof(struct iphdr))
		ip_options_fragment(hdr + sizeof(struct iphdr),
				    hlen - (u32)sizeof(struct iphdr));
}

/* --- fast path --- */

/* Take the list off @skb; its pieces answer for their own memory again. */
static struct sk_buff *ip_frag_detach(struct sk_buff *skb)
{
	struct sk_buff *list = skb_shinfo(skb)->frag_list, *f;

	skb_shinfo(skb)->frag_list = NULL;
	skb->len = skb_headlen(skb);
	skb->data_len = 0;
	for (f = list; f; f = f->next) {
		skb->truesize -= f->truesize;
		if (skb->sk && skb->destructor == sock_wfree) {
			f->sk = skb->sk;
			f->destructor = sock_wfree;
		}
	}
	return list;
}

static int ip_fragment_fast(struct net *net, struct sock *sk,
			    struct sk_buff *skb, struct ip_frag *st,
			    int (*output)(struct net *, struct sock *,
					  struct sk_buff *))
{
	struct sk_buff *list = ip_frag_detach(skb), *next;
	u8 hdr[60];
	int err;

	memcpy(hdr, ip_hdr(skb), st->hlen);
	ip_frag_blank_options(hdr, st->hlen);
	ip_frag_header(skb, st, false);
	for (;;) {
		next = list;
		if (next) { /* before @skb and its metadata are gone */
			list = next->next;
			next->next = NULL;
			skb_reset_transport_header(next);
			memcpy(skb_push(next, st->hlen), hdr, st->hlen);
			skb_reset_network_header(next);
			ip_copy_metadata(next, skb);
			ip_frag_header(next, st, !list);
		}
		NET_INC_STATS(net, Ip_FragCreates);
		err = output(net, sk, skb);
		if (err || !next)
			break;
		skb = next;
	}
	if (!err) {
		NET_INC_STATS(net, Ip_FragOKs);
		return 0;
	}
	NET_INC_STATS(net, Ip_FragFails);
	kfree_skb_reason(next, SKB_DROP_REASON_NOT_SPECIFIED);
	kfree_skb_list_reason(list, SKB_DROP_REASON_NOT_SPECIFIED);
	return err;
}

/* --- slow path --- */

/* A new packet with the header and @len payload bytes; NULL: no memory. */
static struct sk_buff *ip_frag_copy(struct sk_buff *skb,
				    const struct ip_frag *st, u32 len)
{
	u32 ll = LL_RESERVED_SPACE(skb_dst(skb)->dev);
	struct sk_buff *f = alloc_skb(ll + st->hlen + len, GFP_ATOMIC);

	if (!f)
		return NULL;
	skb_reserve(f, ll);
	skb_put(f, st->hlen + len);
	skb_reset_network_header(f);
	skb_set_transport_header(f, (int)st->hlen);
	if (skb_copy_bits(skb, 0, f->data, st->hlen) ||
	    skb_copy_bits(skb, st->hlen + st->offset, f->data + st->hlen,
			  len)) {
		kfree_skb_reason(f, SKB_DROP_REASON_PKT_TOO_SMALL);
		return NULL;
	}
	ip_copy_metadata(f, skb);
	if (skb->sk && skb->destructor == sock_wfree)
		skb_set_owner_w(f, skb->sk);
	if (st->offset) {
		ip_frag_blank_options(f->data, st->hlen);
	} else { /* the first one stands for the whole */
		skb_shinfo(f)->tx_flags = skb_shinfo(skb)->tx_flags;
		skb_shinfo(f)->tskey = skb_shinfo(skb)->tskey;
	}
	return f;
}

static int ip_fragment_slow(struct net *net, struct sock *sk,
			    struct sk_buff *skb, struct ip_frag *st,
			    int (*output)(struct net *, struct sock *,
					  struct sk_buff *))
{
	u32 left = skb->len - st->hlen, len;
	struct sk_buff *f;
	int err;

	while (left) {
		len = min(left, st->mtu);
		f = ip_frag_copy(skb, st, len);
		if (!f) {
			err = -ENOMEM;
			goto fail;
		}
		left -= len;
		ip_frag_header(f, st, left == 0);
		NET_INC_STATS(net, Ip_FragCreates);
		err = output(net, sk, f);
		if (err)
			goto fail;
	}
	consume_skb(skb);
	NET_INC_STATS(net, Ip_FragOKs);
	return 0;
fail:
	NET_INC_STATS(net, Ip_FragFails);
	kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
	return err;
}

/**
 * ip_do_fragment() - Cut a packet into fragments and send each.
 * @net:    the stack. @sk: the socket, or NULL.
 * @skb:    starts at a complete IP header; may itself be a fragment.
 * @output: gets each fragment; consumes it.
 *
 * Every fragment but the last carries a multiple of 8 bytes and MF; only the
 * first has the options without the copy bit (RFC 791, section 3.1).
 *
 * Ownership: consumes @skb on every path.
 * Context:   task or softirq.
 * Return:    0, or the first error: the rest is dropped then, because a
 *            datagram that lacks a piece is lost.
 */
int ip_do_fragment(struct net *net, struct sock *sk, struct sk_buff *skb,
		   int (*output)(struct net *, struct sock *, struct sk_buff *))
{
	struct ip_frag st = {
		.hlen = ip_hdrlen(skb),
		.last_flags = ntohs(ip_hdr(skb)->frag_off),
	};
	u32 mtu = ip_skb_dst_mtu(sk, skb);
	int err;

	st.mtu = mtu > st.hlen ? (mtu - st.hlen) & ~7U : 0;
	if (!st.mtu) {
		NET_INC_STATS(net, Ip_FragFails);
		kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_BIG);
		return -EMSGSIZE;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		/* The device sums one frame; this sum runs over several. */
		err = skb_checksum_help(skb);
		if (err) {
			NET_INC_STATS(net, Ip_FragFails);
			kfree_skb_reason(skb, SKB_DROP_REASON_SKB_CSUM);
			return err;
		}
	}
	if (ip_frag_list_usable(skb, &st, mtu - st.hlen))
		return ip_fragment_fast(net, sk, skb, &st, output);
	return ip_fragment_slow(net, sk, skb, &st, output);
}

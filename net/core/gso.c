// SPDX-License-Identifier: MIT
/*
 * DOC: generic segmentation: one large packet goes down the stack once and is
 * cut here, just above the driver, when the device cannot cut it itself.
 * Called by validate_xmit_skb_list(); calls the protocol's registered
 * segment(), which calls skb_segment() back.
 *
 * State: the list of protocols, written at boot only.
 */
#include "net/core/gso.h"
#include "lib/err.h"
#include "net/core/netdevice.h"

static LIST_HEAD(gso_protocols);

/**
 * gso_register() - Announce how one kind of GSO packet is segmented.
 * @p: static.
 *
 * Context: boot.
 */
void gso_register(struct gso_protocol *p)
{
	list_add_tail(&p->list, &gso_protocols);
}

/**
 * skb_gso_segment() - Cut a GSO packet into segments that fit the path.
 * @skb:      starts at the link header; untouched but for its charge (below).
 * @features: NETIF_F_* of the device: with NETIF_F_SG the segments share the
 *            payload's pages, else they are linear copies.
 *
 * The socket's charge (destructor, truesize) moves to the last segment, so
 * that the send buffer is free again when all have been sent.
 *
 * Ownership: the caller frees @skb afterwards, and owns the chain.
 * Context:   task or softirq.
 * Return:    the segments, chained by next; ERR_PTR(-EPROTONOSUPPORT),
 *            -ENOMEM, -EINVAL.
 */
struct sk_buff *skb_gso_segment(struct sk_buff *skb, u64 features)
{
	struct gso_protocol *p;

	skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	list_for_each_entry (p, &gso_protocols, list)
		if (p->gso_type & skb_shinfo(skb)->gso_type)
			return p->segment(skb, features);
	return ERR_PTR(-EPROTONOSUPPORT);
}

/* Share the pages of @len payload bytes from @pos on; false: not all of them
 * are in fragments, or they are in too many. */
static bool segment_share(struct sk_buff *seg, struct sk_buff *skb, u32 pos,
			  u32 len)
{
	struct skb_shared_info *si = skb_shinfo(skb);
	u32 start = skb_headlen(skb), i, skip, n, k = 0, left = len;

	if (pos < start || si->frag_list)
		return false;
	for (i = 0; i < si->nr_frags && left; i++) {
		skb_frag_t *f = &si->frags[i];

		if (pos - start < f->size) {
			skip = pos - start;
			n = min(f->size - skip, left);
			get_page(f->page);
			skb_fill_page_desc(seg, k++, f->page, f->offset + skip,
					   n);
			pos += n;
			left -= n;
		}
		start += f->size;
	}
	seg->len += len;
	seg->data_len += len;
	seg->truesize += len;
	return true;
}

/* The segment that carries @len bytes from @pos on. */
static struct sk_buff *segment_one(struct sk_buff *skb, u32 hdr_len, u32 pos,
				   u32 len, u64 features)
{
	u32 headroom = skb_headroom(skb);
	bool share = (features & NETIF_F_SG) && pos >= skb_headlen(skb) &&
		     !skb_shinfo(skb)->frag_list;
	struct sk_buff *seg;

	seg = alloc_skb(headroom + hdr_len + (share ? 0 : len), GFP_ATOMIC);
	if (!seg)
		return NULL;
	skb_reserve(seg, headroom);
	if (skb_copy_bits(skb, 0, skb_put(seg, hdr_len), hdr_len) != 0)
		goto out_free;
	if (share) {
		if (!segment_share(seg, skb, pos, len))
			goto out_free;
	} else if (skb_copy_bits(skb, pos, skb_put(seg, len), len) != 0) {
		goto out_free;
	}
	seg->dev = skb->dev;
	memcpy(seg->cb, skb->cb, sizeof(seg->cb));
	seg->tstamp = skb->tstamp;
	seg->transport_header = skb->transport_header;
	seg->network_header = skb->network_header;
	seg->mac_header = skb->mac_header;
	seg->mac_len = skb->mac_len;
	seg->protocol = skb->protocol;
	seg->queue_mapping = skb->queue_mapping;
	seg->pkt_type = skb->pkt_type;
	seg->ip_summed = skb->ip_summed;
	seg->csum = skb->csum; /* csum_start and csum_offset */
	seg->priority = skb->priority;
	seg->mark = skb->mark;
	seg->hash = skb->hash;
	seg->vlan_tci = skb->vlan_tci;
	seg->vlan_present = skb->vlan_present;
	skb_shinfo(seg)->tx_flags = skb_shinfo(skb)->tx_flags & SKBTX_VLAN;
	return seg;

out_free:
	consume_skb(seg);
	return NULL;
}

/**
 * skb_segment() - Cut a packet's payload at gso_size.
 * @skb:      starts at the link header.
 * @hdr_len:  bytes of header that each segment repeats.
 * @features: NETIF_F_SG: share pages instead of copying.
 *
 * Ownership: as skb_gso_segment().
 * Context:   task or softirq.
 * Return:    the chain; ERR_PTR(-ENOMEM), ERR_PTR(-EINVAL).
 */
struct sk_buff *skb_segment(struct sk_buff *skb, u32 hdr_len, u64 features)
{
	u32 mss = skb_shinfo(skb)->gso_size, pos, n;
	struct sk_buff *head = NULL, **pp = &head, *seg = NULL;

	if (!mss || hdr_len >= skb->len)
		return ERR_PTR(-EINVAL);
	for (pos = hdr_len; pos < skb->len; pos += n) {
		n = min(mss, skb->len - pos);
		seg = segment_one(skb, hdr_len, pos, n, features);
		if (!seg) {
			kfree_skb_list_reason(head, SKB_DROP_REASON_NOMEM);
			return ERR_PTR(-ENOMEM);
		}
		*pp = seg;
		pp = &seg->next;
	}
	if (skb->destructor) {
		seg->sk = skb->sk;
		seg->destructor = skb->destructor;
		swap(seg->truesize, skb->truesize);
		skb->destructor = NULL;
		skb->sk = NULL;
	}
	return head;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: segmentation in software (row T13). net/core knows how to cut bytes;
 * each protocol registers how its headers follow.
 */
#pragma once

#include "lib/list.h"
#include "net/core/skbuff.h"

struct gso_protocol {
	u16 gso_type; /* the SKB_GSO_* bits it serves */
	/*
	 * @skb starts at the link header, its network and transport header
	 * are set. Usually: skb_segment(), then correct each segment's
	 * headers. ERR_PTR on failure; @skb stays the caller's.
	 */
	struct sk_buff *(*segment)(struct sk_buff *skb, u64 features);
	struct list_head list;
};

void gso_register(struct gso_protocol *p);
/*
 * Cut @skb's payload at gso_size: each segment gets a copy of the first
 * @hdr_len bytes (link, network and transport header) and the next piece.
 * Checksums stay CHECKSUM_PARTIAL as @skb's were; lengths and sequence numbers
 * in the headers are the protocol's to correct.
 */
struct sk_buff *skb_segment(struct sk_buff *skb, u32 hdr_len,
			    u64 features) __must_check;

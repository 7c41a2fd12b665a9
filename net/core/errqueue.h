/* SPDX-License-Identifier: MIT */
/*
 * DOC: what lies in skb->cb of a packet on sk_error_queue: the message that
 * IP_RECVERR, MSG_ZEROCOPY and SO_TIMESTAMPING hand to the program.
 */
#pragma once

#include "lib/uapi/socket.h"
#include "net/core/skbuff.h"

struct sock_exterr_skb {
	u8 reserved_[24]; /* the network layer's cb stays readable */
	struct sock_extended_err ee;
	u16 addr_offset; /* from the network header: the peer's address */
	__be16 port;
	bool opt_stats; /* the payload is SCM_TIMESTAMPING_OPT_STATS */
};
static_assert(sizeof(struct sock_exterr_skb) <=
		      sizeof_field(struct sk_buff, cb),
	      "fits the control block");
#define SKB_EXT_ERR(skb) ((struct sock_exterr_skb *)((skb)->cb))

/* SPDX-License-Identifier: MIT */
/*
 * DOC: why a packet was dropped; every discard names one and is counted
 * (row O2). Linux's names where Linux has the reason.
 */
#pragma once

#include "lib/types.h"

/* A list, arranged by hand. */
/* clang-format off */
#define SKB_DROP_REASON_LIST(X)                                                \
	X(NOT_SPECIFIED) X(NO_SOCKET) X(PKT_TOO_SMALL) X(TCP_CSUM)             \
	X(SOCKET_FILTER) X(UDP_CSUM) X(NETFILTER_DROP) X(OTHERHOST) X(IP_CSUM) \
	X(IP_INHDR) X(IP_NOPROTO) X(SOCKET_RCVBUFF) X(PROTO_MEM)               \
	X(SOCKET_BACKLOG) X(TCP_FLAGS) X(TCP_ZEROWINDOW) X(TCP_OLD_DATA)       \
	X(TCP_OVERWINDOW) X(TCP_OFOMERGE) X(TCP_RFC7323_PAWS)                  \
	X(TCP_INVALID_SEQUENCE) X(TCP_INVALID_ACK_SEQUENCE) X(TCP_RESET)       \
	X(TCP_OLD_SEQUENCE) X(TCP_INVALID_END_SEQUENCE)                        \
	X(TCP_INVALID_SYN) X(TCP_CLOSE) X(TCP_OLD_ACK) X(TCP_TOO_OLD_ACK)      \
	X(TCP_ACK_UNSENT_DATA) X(TCP_OFO_QUEUE_PRUNE) X(TCP_OFO_DROP)          \
	X(TCP_LISTEN_OVERFLOW) X(TCP_BAD_OPTIONS) X(IP_OUTNOROUTES)            \
	X(NEIGH_CREATEFAIL) X(NEIGH_FAILED) X(NEIGH_QUEUEFULL) X(NEIGH_DEAD)   \
	X(NEIGH_HH_FILLFAIL) X(QDISC_DROP) X(DEV_READY) X(DEV_HDR)             \
	X(FULL_RING) X(NOMEM) X(HDR_TRUNC) X(SKB_CSUM) X(SKB_GSO_SEG)          \
	X(SKB_UCOPY_FAULT) X(ICMP_CSUM) X(INVALID_PROTO) X(IP_INADDRERRORS)    \
	X(IP_INNOROUTES) X(IP_LOCAL_SOURCE) X(PKT_TOO_BIG) X(DUP_FRAG)         \
	X(FRAG_REASM_TIMEOUT) X(FRAG_TOO_FAR) X(FRAG_LIMIT) X(FRAG_OVERLAP)    \
	X(UNHANDLED_PROTO) X(CPU_BACKLOG) X(ARP_INVALID) X(RECURSION_LIMIT)    \
	X(SOCKET_DESTROYED) X(TX_TIMEOUT) X(TTL_EXCEEDED) X(SECURITY_HOOK)
/* clang-format on */

#define DROP_ENUM_(r) SKB_DROP_REASON_##r,
enum skb_drop_reason {
	SKB_DROP_REASON_LIST(DROP_ENUM_) NR_SKB_DROP_REASONS
};
#undef DROP_ENUM_

extern u64 skb_drop_counts[NR_SKB_DROP_REASONS];
extern const char *const skb_drop_names[NR_SKB_DROP_REASONS];

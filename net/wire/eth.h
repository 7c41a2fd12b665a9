/* SPDX-License-Identifier: MIT */
/* DOC: the Ethernet II header (IEEE 802.3, clause 3) and protocol numbers. */
#pragma once

#include "lib/byteorder.h"

#define ETH_ALEN      6
#define ETH_HLEN      14
#define ETH_ZLEN      60 /* shortest frame, without FCS */
#define ETH_DATA_LEN  1500
#define ETH_FRAME_LEN 1514
#define ETH_FCS_LEN   4

#define ETH_P_IP    0x0800
#define ETH_P_ARP   0x0806
#define ETH_P_8021Q 0x8100
#define ETH_P_IPV6  0x86DD
#define ETH_P_ALL   0x0003

struct ethhdr {
	u8 h_dest[ETH_ALEN];
	u8 h_source[ETH_ALEN];
	__be16 h_proto;
} __packed;
static_assert(sizeof(struct ethhdr) == ETH_HLEN, "IEEE 802.3");

/* SPDX-License-Identifier: MIT */
/* DOC: the ARP packet for IPv4 over Ethernet (RFC 826). */
#pragma once

#include "net/wire/eth.h"

#define ARPHRD_ETHER    1
#define ARPHRD_LOOPBACK 772
#define ARPOP_REQUEST   1
#define ARPOP_REPLY     2

struct arphdr {
	__be16 ar_hrd;
	__be16 ar_pro;
	u8 ar_hln;
	u8 ar_pln;
	__be16 ar_op;
} __packed;
static_assert(sizeof(struct arphdr) == 8, "RFC 826");

/* What follows the fixed part when ar_hln is 6 and ar_pln is 4. */
struct arp_eth_ip {
	u8 ar_sha[ETH_ALEN];
	__be32 ar_sip;
	u8 ar_tha[ETH_ALEN];
	__be32 ar_tip;
} __packed;
static_assert(sizeof(struct arp_eth_ip) == 20, "RFC 826");

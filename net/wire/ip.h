/* SPDX-License-Identifier: MIT */
/* DOC: the IPv4 header (RFC 791, section 3.1) and option numbers. */
#pragma once

#include "lib/byteorder.h"

struct iphdr {
	u8 ihl : 4;     /* header length in 32-bit words, 5 to 15 */
	u8 version : 4; /* 4 */
	u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off; /* IP_DF, IP_MF and the offset in 8-byte units */
	u8 ttl;
	u8 protocol;
	__sum16 check;
	__be32 saddr;
	__be32 daddr;
} __packed __aligned(2);
static_assert(sizeof(struct iphdr) == 20, "RFC 791, section 3.1");

#define IP_CE     0x8000
#define IP_DF     0x4000
#define IP_MF     0x2000
#define IP_OFFSET 0x1FFF

#define IPVERSION      4
#define IPDEFTTL       64
#define MAX_IPOPTLEN   40
#define IP_MAX_MTU     0xFFFFU
#define IPV4_MIN_MTU   68
#define IPTOS_ECN_MASK 3
#define IPTOS_TOS_MASK 0x1E

#define IPOPT_COPY 0x80
#define IPOPT_END  0
#define IPOPT_NOOP 1
#define IPOPT_RR   7
#define IPOPT_TS   68
#define IPOPT_LSRR 131
#define IPOPT_SSRR 137
#define IPOPT_RA   148

#define IPPROTO_IP   0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP  6
#define IPPROTO_UDP  17
#define IPPROTO_IPV6 41
#define IPPROTO_RAW  255
#define IPPROTO_MAX  256

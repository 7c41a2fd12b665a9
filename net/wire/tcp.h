/* SPDX-License-Identifier: MIT */
/* DOC: the TCP header (RFC 9293, section 3.1), flags and option kinds. */
#pragma once

#include "lib/byteorder.h"

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
	u8 ae : 1; /* RFC 9768; zero otherwise */
	u8 res1 : 3;
	u8 doff : 4; /* header length in 32-bit words, 5 to 15 */
	u8 fin : 1;
	u8 syn : 1;
	u8 rst : 1;
	u8 psh : 1;
	u8 ack : 1;
	u8 urg : 1;
	u8 ece : 1;
	u8 cwr : 1;
	__be16 window;
	__sum16 check;
	__be16 urg_ptr;
} __packed __aligned(2);
static_assert(sizeof(struct tcphdr) == 20, "RFC 9293, section 3.1");

/* The flags byte, header byte 13. */
#define TCPHDR_FIN     0x01
#define TCPHDR_SYN     0x02
#define TCPHDR_RST     0x04
#define TCPHDR_PSH     0x08
#define TCPHDR_ACK     0x10
#define TCPHDR_URG     0x20
#define TCPHDR_ECE     0x40
#define TCPHDR_CWR     0x80
#define TCPHDR_SYN_ECN (TCPHDR_SYN | TCPHDR_ECE | TCPHDR_CWR)

/* Option kinds: RFC 9293 3.1, 2018, 7323, 7413. */
#define TCPOPT_EOL            0
#define TCPOPT_NOP            1
#define TCPOPT_MSS            2
#define TCPOPT_WINDOW         3
#define TCPOPT_SACK_PERM      4
#define TCPOPT_SACK           5
#define TCPOPT_TIMESTAMP      8
#define TCPOPT_MD5SIG         19 /* RFC 2385 */
#define TCPOPT_FASTOPEN       34
#define TCPOPT_EXP            254 /* RFC 6994: experiments, told apart by a magic */
#define TCPOPT_FASTOPEN_MAGIC 0xF989U

#define TCPOLEN_MSS               4
#define TCPOLEN_WINDOW            3
#define TCPOLEN_SACK_PERM         2
#define TCPOLEN_TIMESTAMP         10
#define TCPOLEN_MD5SIG            18
#define TCPOLEN_SACK_BASE         2
#define TCPOLEN_SACK_PERBLOCK     8
#define TCPOLEN_FASTOPEN_BASE     2
#define TCPOLEN_EXP_FASTOPEN_BASE 4
/* With the NOPs that align them. */
#define TCPOLEN_MSS_ALIGNED       4
#define TCPOLEN_WSCALE_ALIGNED    4
#define TCPOLEN_SACKPERM_ALIGNED  4
#define TCPOLEN_TSTAMP_ALIGNED    12
#define TCPOLEN_SACK_BASE_ALIGNED 4

#define MAX_TCP_OPTION_SPACE 40
#define MAX_TCP_WINDOW       32767U
#define TCP_MAX_WSCALE       14U /* RFC 7323, section 2.3 */

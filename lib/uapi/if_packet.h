/* SPDX-License-Identifier: MIT */
/*
 * DOC: numbers and layouts of AF_PACKET that programs see (uAPI
 * linux/if_packet.h).
 */
#pragma once

#include "lib/byteorder.h"

#define SOL_PACKET 263

struct sockaddr_ll {
	u16 sll_family;
	__be16 sll_protocol; /* ETH_P_* */
	int sll_ifindex;
	u16 sll_hatype; /* ARPHRD_* */
	u8 sll_pkttype; /* PACKET_HOST ... */
	u8 sll_halen;
	u8 sll_addr[8];
};
static_assert(sizeof(struct sockaddr_ll) == 20, "uAPI linux/if_packet.h");

/* Options. */
#define PACKET_ADD_MEMBERSHIP  1
#define PACKET_DROP_MEMBERSHIP 2
#define PACKET_RX_RING         5
#define PACKET_STATISTICS      6
#define PACKET_AUXDATA         8
#define PACKET_ORIGDEV         9
#define PACKET_VERSION         10
#define PACKET_HDRLEN          11
#define PACKET_RESERVE         12
#define PACKET_TIMESTAMP       17
#define PACKET_IGNORE_OUTGOING 23

struct packet_mreq {
	int mr_ifindex;
	u16 mr_type; /* PACKET_MR_* */
	u16 mr_alen;
	u8 mr_address[8];
};
#define PACKET_MR_MULTICAST 0
#define PACKET_MR_PROMISC   1
#define PACKET_MR_ALLMULTI  2
#define PACKET_MR_UNICAST   3

struct tpacket_stats {
	u32 tp_packets;
	u32 tp_drops;
};
struct tpacket_stats_v3 {
	u32 tp_packets;
	u32 tp_drops;
	u32 tp_freeze_q_cnt;
};

struct tpacket_auxdata {
	u32 tp_status;
	u32 tp_len;
	u32 tp_snaplen;
	u16 tp_mac;
	u16 tp_net;
	u16 tp_vlan_tci;
	u16 tp_vlan_tpid;
};

/* tp_status, block_status */
#define TP_STATUS_KERNEL          0U
#define TP_STATUS_USER            BIT(0)
#define TP_STATUS_LOSING          BIT(2)
#define TP_STATUS_CSUMNOTREADY    BIT(3)
#define TP_STATUS_VLAN_VALID      BIT(4)
#define TP_STATUS_BLK_TMO         BIT(5)
#define TP_STATUS_VLAN_TPID_VALID BIT(6)
#define TP_STATUS_CSUM_VALID      BIT(7)
#define TP_STATUS_GSO_TCP         BIT(8)
#define TP_STATUS_TS_SOFTWARE     BIT(29)

/* --- rings --- */

enum {
	TPACKET_V1,
	TPACKET_V2,
	TPACKET_V3,
};

#define TPACKET_ALIGNMENT 16U
#define TPACKET_ALIGN(x)  ALIGN((u32)(x), TPACKET_ALIGNMENT)

struct tpacket_req {
	u32 tp_block_size; /* a multiple of the page size */
	u32 tp_block_nr;
	u32 tp_frame_size;
	u32 tp_frame_nr;
};
struct tpacket_req3 {
	u32 tp_block_size;
	u32 tp_block_nr;
	u32 tp_frame_size;
	u32 tp_frame_nr;
	u32 tp_retire_blk_tov; /* ms; 0: the kernel's choice */
	u32 tp_sizeof_priv;
	u32 tp_feature_req_word;
};
#define TP_FT_REQ_FILL_RXHASH 0x1U

struct tpacket_hdr {
	unsigned long tp_status;
	u32 tp_len;
	u32 tp_snaplen;
	u16 tp_mac;
	u16 tp_net;
	u32 tp_sec;
	u32 tp_usec;
};

struct tpacket2_hdr {
	u32 tp_status;
	u32 tp_len;
	u32 tp_snaplen;
	u16 tp_mac;
	u16 tp_net;
	u32 tp_sec;
	u32 tp_nsec;
	u16 tp_vlan_tci;
	u16 tp_vlan_tpid;
	u8 tp_padding[4];
};

struct tpacket3_hdr {
	u32 tp_next_offset; /* 0: the block's last */
	u32 tp_sec;
	u32 tp_nsec;
	u32 tp_snaplen;
	u32 tp_len;
	u32 tp_status;
	u16 tp_mac;
	u16 tp_net;
	u32 tp_rxhash;
	u32 tp_vlan_tci;
	u16 tp_vlan_tpid;
	u16 tp_padding;
	u8 tp_padding2[8];
};
static_assert(sizeof(struct tpacket_hdr) == 32 &&
		      sizeof(struct tpacket2_hdr) == 32 &&
		      sizeof(struct tpacket3_hdr) == 48,
	      "uAPI linux/if_packet.h");

struct tpacket_bd_ts {
	u32 ts_sec;
	u32 ts_nsec;
};
struct tpacket_block_desc {
	u32 version;
	u32 offset_to_priv;
	u32 block_status;
	u32 num_pkts;
	u32 offset_to_first_pkt;
	u32 blk_len;
	u64 seq_num;
	struct tpacket_bd_ts ts_first_pkt, ts_last_pkt;
};
static_assert(sizeof(struct tpacket_block_desc) == 48,
	      "uAPI linux/if_packet.h");

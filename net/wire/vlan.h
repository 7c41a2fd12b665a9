/* SPDX-License-Identifier: MIT */
/* DOC: the 802.1Q tag (IEEE 802.1Q, clause 9): four bytes between the
   addresses of an Ethernet frame and its type. */
#pragma once

#include "net/wire/eth.h"

#define VLAN_HLEN       4
#define VLAN_ETH_HLEN   (ETH_HLEN + VLAN_HLEN)
#define VLAN_VID_MASK   0x0fff
#define VLAN_PRIO_SHIFT 13
#define VLAN_N_VID      4096

/* Behind the tag's own type: what eth_type_trans() leaves at the front. */
struct vlan_hdr {
	__be16 h_vlan_TCI;                /* priority, DEI, identifier */
	__be16 h_vlan_encapsulated_proto; /* the frame's type */
};
static_assert(sizeof(struct vlan_hdr) == VLAN_HLEN, "IEEE 802.1Q");

/* The four bytes at @p, which is where the frame's type was. */
static inline void vlan_put_tag(u8 *p, u16 tci)
{
	p[0] = ETH_P_8021Q >> 8;
	p[1] = ETH_P_8021Q & 0xff;
	p[2] = (u8)(tci >> 8);
	p[3] = (u8)tci;
}

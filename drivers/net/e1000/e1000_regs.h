/* SPDX-License-Identifier: MIT */
/*
 * DOC: registers and descriptors of the 82540EM and 82545EM, in the order of
 * the manual: Intel, "PCI/PCI-X Family of Gigabit Ethernet Controllers
 * Software Developer's Manual" (8254x SDM), revision 4.0, chapter 13. Section
 * numbers below are its.
 */
#pragma once

#include "lib/byteorder.h"

#define E1000_CTRL         0x0000 /* 13.4.1 device control */
#define E1000_CTRL_FD      0x00000001
#define E1000_CTRL_LRST    0x00000008
#define E1000_CTRL_ASDE    0x00000020
#define E1000_CTRL_SLU     0x00000040
#define E1000_CTRL_ILOS    0x00000080
#define E1000_CTRL_RST     0x04000000
#define E1000_CTRL_RFCE    0x08000000
#define E1000_CTRL_TFCE    0x10000000
#define E1000_CTRL_VME     0x40000000
#define E1000_CTRL_PHY_RST 0x80000000U

#define E1000_STATUS             0x0008 /* 13.4.2 device status */
#define E1000_STATUS_FD          0x00000001
#define E1000_STATUS_LU          0x00000002
#define E1000_STATUS_SPEED       0x000000c0
#define E1000_STATUS_SPEED_SHIFT 6

#define E1000_EECD 0x0010 /* 13.4.3 EEPROM control */

#define E1000_EERD            0x0014 /* 13.4.4 EEPROM read */
#define E1000_EERD_START      0x00000001
#define E1000_EERD_DONE       0x00000010
#define E1000_EERD_ADDR_SHIFT 8
#define E1000_EERD_DATA_SHIFT 16

#define E1000_MDIC           0x0020 /* 13.4.6 PHY access */
#define E1000_MDIC_REG_SHIFT 16
#define E1000_MDIC_PHY_ADDR  (1U << 21)
#define E1000_MDIC_OP_WRITE  (1U << 26)
#define E1000_MDIC_OP_READ   (2U << 26)
#define E1000_MDIC_READY     (1U << 28)
#define E1000_MDIC_ERROR     (1U << 30)
/* 13.3: the PHY's control register (IEEE 802.3, 22.2.4.1). */
#define E1000_PHY_CTRL          0
#define E1000_PHY_CTRL_LOOPBACK 0x4000
#define E1000_PHY_CTRL_AUTONEG  0x1000
#define E1000_PHY_CTRL_RESTART  0x0200

#define E1000_FCAL 0x0028 /* 13.4.7 flow control address */
#define E1000_FCAH 0x002c
#define E1000_FCT  0x0030
#define E1000_VET  0x0038 /* 13.4.10 VLAN ether type */

#define E1000_ICR        0x00c0 /* 13.4.17 interrupt cause, clears when read */
#define E1000_ICS        0x00c8 /* 13.4.19 */
#define E1000_IMS        0x00d0 /* 13.4.20 mask set */
#define E1000_IMC        0x00d8 /* 13.4.21 mask clear */
#define E1000_ICR_TXDW   0x00000001 /* descriptor written back */
#define E1000_ICR_TXQE   0x00000002 /* queue empty */
#define E1000_ICR_LSC    0x00000004 /* link status change */
#define E1000_ICR_RXSEQ  0x00000008
#define E1000_ICR_RXDMT0 0x00000010 /* few RX descriptors left */
#define E1000_ICR_RXO    0x00000040 /* receiver overrun */
#define E1000_ICR_RXT0   0x00000080 /* receiver timer */

#define E1000_ITR 0x00c4 /* 13.4.18 least time between, 256 ns units */

#define E1000_RCTL         0x0100 /* 13.4.22 receive control */
#define E1000_RCTL_EN      0x00000002
#define E1000_RCTL_UPE     0x00000008
#define E1000_RCTL_MPE     0x00000010
#define E1000_RCTL_LPE     0x00000020
#define E1000_RCTL_BAM     0x00008000
#define E1000_RCTL_SZ_2048 0x00000000
#define E1000_RCTL_SECRC   0x04000000

#define E1000_FCTTV 0x0170 /* 13.4.23 */

#define E1000_TCTL                  0x0400 /* 13.4.33 transmit control */
#define E1000_TCTL_EN               0x00000002
#define E1000_TCTL_PSP              0x00000008
#define E1000_TCTL_CT_SHIFT         4
#define E1000_TCTL_COLD_SHIFT       12
#define E1000_COLLISION_THRESHOLD   0x0f
#define E1000_COLLISION_DISTANCE_FD 0x40

#define E1000_TIPG             0x0410 /* 13.4.34, copper values of table 13-77 */
#define E1000_TIPG_IPGT        10
#define E1000_TIPG_IPGR1       8
#define E1000_TIPG_IPGR1_SHIFT 10
#define E1000_TIPG_IPGR2       6
#define E1000_TIPG_IPGR2_SHIFT 20

#define E1000_RDBAL 0x2800 /* 13.4.25 receive ring */
#define E1000_RDBAH 0x2804
#define E1000_RDLEN 0x2808
#define E1000_RDH   0x2810
#define E1000_RDT   0x2818
#define E1000_RDTR  0x2820 /* 13.4.30 receive delay timer */
#define E1000_RADV  0x282c /* 13.4.31 absolute receive delay */

#define E1000_TDBAL  0x3800 /* 13.4.35 transmit ring */
#define E1000_TDBAH  0x3804
#define E1000_TDLEN  0x3808
#define E1000_TDH    0x3810
#define E1000_TDT    0x3818 /* the doorbell */
#define E1000_TIDV   0x3820 /* 13.4.42 transmit delay, 1.024 us units */
#define E1000_TXDCTL 0x3828
#define E1000_TADV   0x382c /* 13.4.45 absolute transmit delay */

/* 13.7: statistics, 32 bits, cleared when read; H is the upper half. */
#define E1000_CRCERRS 0x4000
#define E1000_RXERRC  0x400c
#define E1000_MPC     0x4010
#define E1000_LATECOL 0x4020
#define E1000_ECOL    0x4018
#define E1000_COLC    0x4028
#define E1000_RLEC    0x4040
#define E1000_GPRC    0x4074
#define E1000_BPRC    0x4078
#define E1000_MPRC    0x407c
#define E1000_GPTC    0x4080
#define E1000_GORCL   0x4088 /* octets; reading H clears both */
#define E1000_GORCH   0x408c
#define E1000_GOTCL   0x4090
#define E1000_GOTCH   0x4094
#define E1000_RNBC    0x40a0
#define E1000_RUC     0x40a4
#define E1000_ROC     0x40ac
#define E1000_RJC     0x40b0
#define E1000_TPT     0x40d4
#define E1000_MPTC    0x40f0
#define E1000_BPTC    0x40f4
#define E1000_TSCTC   0x40f8
#define E1000_TSCTFC  0x40fc

#define E1000_RXCSUM     0x5000 /* 13.4.47 */
#define E1000_MTA        0x5200 /* 13.5.1 multicast table */
#define E1000_MTA_WORDS  128
#define E1000_RAL0       0x5400 /* 13.5.2 receive address 0 */
#define E1000_RAH0       0x5404
#define E1000_RAH_AV     0x80000000U
#define E1000_RA_ENTRIES 16

#define E1000_REGS_SIZE 0x20000

/* 3.3.3: legacy transmit descriptor. */
struct e1000_tx_desc {
	__le64 addr;
	union {
		struct {
			__le16 length; /* at most 16288 bytes */
			u8 cso;
			u8 cmd;
			u8 status;
			u8 css;
			__le16 special;
		};
		__le64 fields; /* all of them: E1000_TXD_FIELDS() */
	};
};
#define E1000_TXD_FIELDS(cso, cmd, css) \
	((u64)(cso) << 16 | (u64)(cmd) << 24 | (u64)(css) << 40)
/* A tag for the device to put in; and all of the fields that say so. */
#define E1000_TXD_VLAN(tci) ((u64)(tci) << 48 | (u64)E1000_TXD_CMD_VLE << 24)
#define E1000_TXD_VLAN_MASK E1000_TXD_VLAN(0xffff)
static_assert(sizeof(struct e1000_tx_desc) == 16, "8254x SDM, table 3-8");

/* 3.3.6: context descriptor: what the data descriptors after it need. */
struct e1000_context_desc {
	u8 ipcss, ipcso; /* IP header: where the sum starts, where it goes */
	__le16 ipcse;    /* and its last byte */
	u8 tucss, tucso; /* the same for TCP or UDP */
	__le16 tucse;    /* 0: to the end of the packet */
	__le32 cmd_paylen;
	u8 status;
	u8 hdrlen;
	__le16 mss;
};
static_assert(sizeof(struct e1000_context_desc) == 16, "8254x SDM, 3.3.6");

#define E1000_TUCMD_TCP   0x01000000U
#define E1000_TUCMD_IP    0x02000000U /* IPv4 */
#define E1000_TUCMD_TSE   0x04000000U
#define E1000_TUCMD_DEXT  0x20000000U
#define E1000_PAYLEN_MASK 0x000fffffU

/* 3.3.7: a data descriptor is laid out as a legacy one; cso holds DTYP (and
 * bits 19:16 of the length), css the packet options. */
#define E1000_TXD_DTYP_DATA  0x10
#define E1000_TXD_CMD_TSE    0x04
#define E1000_TXD_POPTS_IXSM 0x01 /* insert the IP header's sum */
#define E1000_TXD_POPTS_TXSM 0x02 /* insert TCP's or UDP's sum */

#define E1000_TXD_CMD_EOP  0x01
#define E1000_TXD_CMD_IFCS 0x02
#define E1000_TXD_CMD_IC   0x04
#define E1000_TXD_CMD_RS   0x08
#define E1000_TXD_CMD_DEXT 0x20
#define E1000_TXD_CMD_VLE  0x40
#define E1000_TXD_CMD_IDE  0x80
#define E1000_TXD_STAT_DD  0x01

/* 3.2.3: receive descriptor. */
struct e1000_rx_desc {
	__le64 addr;
	__le16 length;
	__le16 csum;
	u8 status;
	u8 errors;
	__le16 special;
};
static_assert(sizeof(struct e1000_rx_desc) == 16, "8254x SDM, table 3-1");

#define E1000_RXD_STAT_DD  0x01
#define E1000_RXD_STAT_EOP 0x02
#define E1000_RXD_STAT_VP  0x08 /* a VLAN tag was taken out: special */
#define E1000_RXD_ERR_CE   0x01
#define E1000_RXD_ERR_SE   0x02
#define E1000_RXD_ERR_SEQ  0x04
#define E1000_RXD_ERR_CXE  0x10
#define E1000_RXD_ERR_RXE  0x80
/* A frame with one of these is not delivered. */
#define E1000_RXD_ERR_FRAME                                        \
	(E1000_RXD_ERR_CE | E1000_RXD_ERR_SE | E1000_RXD_ERR_SEQ | \
	 E1000_RXD_ERR_CXE | E1000_RXD_ERR_RXE)

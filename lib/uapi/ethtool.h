/* SPDX-License-Identifier: MIT */
/* DOC: SIOCETHTOOL (uAPI linux/ethtool.h): what ethtool(8) says to a device,
   by ioctl; lib/uapi/ethtool_netlink.h has the other way. */
#pragma once

#include "lib/types.h"

#define ETHTOOL_GDRVINFO      0x03
#define ETHTOOL_GMSGLVL       0x07
#define ETHTOOL_SMSGLVL       0x08
#define ETHTOOL_NWAY_RST      0x09
#define ETHTOOL_GLINK         0x0a
#define ETHTOOL_GCOALESCE     0x0e
#define ETHTOOL_SCOALESCE     0x0f
#define ETHTOOL_GRINGPARAM    0x10
#define ETHTOOL_SRINGPARAM    0x11
#define ETHTOOL_GPAUSEPARAM   0x12
#define ETHTOOL_GRXCSUM       0x14
#define ETHTOOL_SRXCSUM       0x15
#define ETHTOOL_GTXCSUM       0x16
#define ETHTOOL_STXCSUM       0x17
#define ETHTOOL_GSG           0x18
#define ETHTOOL_SSG           0x19
#define ETHTOOL_GSTRINGS      0x1b
#define ETHTOOL_GSTATS        0x1d
#define ETHTOOL_GTSO          0x1e
#define ETHTOOL_STSO          0x1f
#define ETHTOOL_GPERMADDR     0x20
#define ETHTOOL_GGSO          0x23
#define ETHTOOL_SGSO          0x24
#define ETHTOOL_GFLAGS        0x25
#define ETHTOOL_SFLAGS        0x26
#define ETHTOOL_GGRO          0x2b
#define ETHTOOL_GSSET_INFO    0x37
#define ETHTOOL_GFEATURES     0x3a
#define ETHTOOL_SFEATURES     0x3b
#define ETHTOOL_GET_TS_INFO   0x41
#define ETHTOOL_GLINKSETTINGS 0x4c

#define ETH_FLAG_TXVLAN BIT(7)

#define ETH_GSTRING_LEN 32
/* Sets of strings. */
#define ETH_SS_TEST             0
#define ETH_SS_STATS            1
#define ETH_SS_PRIV_FLAGS       2
#define ETH_SS_FEATURES         4
#define ETH_SS_PHY_STATS        7
#define ETH_SS_LINK_MODES       9
#define ETH_SS_MSG_CLASSES      10
#define ETH_SS_SOF_TIMESTAMPING 12
#define ETH_SS_STATS_STD        16
#define ETH_SS_STATS_ETH_PHY    17
#define ETH_SS_COUNT            21

struct ethtool_value {
	u32 cmd, data;
};

struct ethtool_drvinfo {
	u32 cmd;
	char driver[32], version[32], fw_version[32], bus_info[32];
	char erom_version[32], reserved2[12];
	u32 n_priv_flags, n_stats, testinfo_len, eedump_len, regdump_len;
};
static_assert(sizeof(struct ethtool_drvinfo) == 196, "uAPI");

struct ethtool_coalesce {
	u32 cmd;
	u32 rx_coalesce_usecs, rx_max_coalesced_frames;
	u32 rx_coalesce_usecs_irq, rx_max_coalesced_frames_irq;
	u32 tx_coalesce_usecs, tx_max_coalesced_frames;
	u32 tx_coalesce_usecs_irq, tx_max_coalesced_frames_irq;
	/* stats_block_coalesce_usecs, adaptive moderation and its rates. */
	u32 others[14];
};
static_assert(sizeof(struct ethtool_coalesce) == 92, "uAPI");
/* Which words a driver knows: bit 0 is the first one behind cmd. */
#define ETHTOOL_COALESCE_RX_USECS BIT(0)
#define ETHTOOL_COALESCE_TX_USECS BIT(4)

struct ethtool_ringparam {
	u32 cmd;
	u32 rx_max_pending, rx_mini_max_pending, rx_jumbo_max_pending;
	u32 tx_max_pending;
	u32 rx_pending, rx_mini_pending, rx_jumbo_pending;
	u32 tx_pending;
};
static_assert(sizeof(struct ethtool_ringparam) == 36, "uAPI");

struct ethtool_pauseparam {
	u32 cmd, autoneg, rx_pause, tx_pause;
};

struct ethtool_ts_info {
	u32 cmd, so_timestamping; /* SOF_TIMESTAMPING_* */
	s32 phc_index;            /* -1: no clock */
	u32 tx_types, tx_reserved[3], rx_filters, rx_reserved[3];
};
static_assert(sizeof(struct ethtool_ts_info) == 44, "uAPI");

struct ethtool_gstrings {
	u32 cmd, string_set, len;
	u8 data[];
};

struct ethtool_sset_info {
	u32 cmd, reserved;
	u64 sset_mask; /* in: asked for; out: known */
	u32 data[];
};

struct ethtool_stats {
	u32 cmd, n_stats;
	u64 data[];
};

struct ethtool_perm_addr {
	u32 cmd, size;
	u8 data[];
};

struct ethtool_get_features_block {
	u32 available, requested, active, never_changed;
};
struct ethtool_gfeatures {
	u32 cmd, size; /* blocks */
	struct ethtool_get_features_block features[];
};

struct ethtool_set_features_block {
	u32 valid, requested;
};
struct ethtool_sfeatures {
	u32 cmd, size; /* blocks */
	struct ethtool_set_features_block features[];
};
#define ETHTOOL_F_UNSUPPORTED BIT(0) /* some cannot be changed */
#define ETHTOOL_F_WISH        BIT(1) /* others decided otherwise */

#define DUPLEX_HALF    0x00
#define DUPLEX_FULL    0x01
#define DUPLEX_UNKNOWN 0xff
#define SPEED_UNKNOWN  0xffffffffU
#define PORT_TP        0x00
#define AUTONEG_ENABLE 0x01

/* Link modes, all in the first word of the masks. */
#define ETHTOOL_LINK_MODE_10baseT_Half   BIT(0)
#define ETHTOOL_LINK_MODE_10baseT_Full   BIT(1)
#define ETHTOOL_LINK_MODE_100baseT_Half  BIT(2)
#define ETHTOOL_LINK_MODE_100baseT_Full  BIT(3)
#define ETHTOOL_LINK_MODE_1000baseT_Full BIT(5)
#define ETHTOOL_LINK_MODE_Autoneg        BIT(6)
#define ETHTOOL_LINK_MODE_TP             BIT(7)

struct ethtool_link_settings {
	u32 cmd, speed; /* Mbit/s */
	u8 duplex, port, phy_address, autoneg, mdio_support;
	u8 eth_tp_mdix, eth_tp_mdix_ctrl;
	s8 link_mode_masks_nwords; /* each of the three masks */
	u8 transceiver, master_slave_cfg, master_slave_state, rate_matching;
	u32 reserved[7];
	/* supported, advertising, lp_advertising */
	u32 link_mode_masks[];
};
static_assert(sizeof(struct ethtool_link_settings) == 48, "uAPI");

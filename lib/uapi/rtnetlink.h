/* SPDX-License-Identifier: MIT */
/*
 * DOC: messages and attributes of NETLINK_ROUTE (uAPI linux/rtnetlink.h,
 * linux/if_link.h, linux/if_addr.h, linux/fib_rules.h): what this stack answers
 * or understands.
 */
#pragma once

#include "lib/types.h"

/* New, delete, get, set: four to an object, in this order. */
#define RTM_NEWLINK    16
#define RTM_DELLINK    17
#define RTM_GETLINK    18
#define RTM_SETLINK    19
#define RTM_NEWADDR    20
#define RTM_DELADDR    21
#define RTM_GETADDR    22
#define RTM_NEWROUTE   24
#define RTM_DELROUTE   25
#define RTM_GETROUTE   26
#define RTM_NEWNEIGH   28
#define RTM_DELNEIGH   29
#define RTM_GETNEIGH   30
#define RTM_NEWRULE    32
#define RTM_GETRULE    34
#define RTM_NEWQDISC   36
#define RTM_DELQDISC   37
#define RTM_GETQDISC   38
#define RTM_NEWTCLASS  40
#define RTM_DELTCLASS  41
#define RTM_GETTCLASS  42
#define RTM_NEWTFILTER 44
#define RTM_DELTFILTER 45
#define RTM_GETTFILTER 46
#define RTM_MAX        123

#define RTM_NEWNEIGHTBL 64
#define RTM_GETNEIGHTBL 66
#define RTM_NEWNETCONF  80
#define RTM_GETNETCONF  82

/* uAPI linux/netconf.h. */
enum {
	NETCONFA_IFINDEX = 1,
	NETCONFA_FORWARDING,
	NETCONFA_RP_FILTER,
	NETCONFA_MC_FORWARDING,
	NETCONFA_PROXY_NEIGH,
	NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN,
	NETCONFA_MAX = 8,
};
#define NETCONFA_IFINDEX_ALL     (-1)
#define NETCONFA_IFINDEX_DEFAULT (-2)

/* uAPI linux/neighbour.h; times are milliseconds in 64 bits. */
enum {
	NDTA_NAME = 1,
	NDTA_THRESH1,
	NDTA_THRESH2,
	NDTA_THRESH3,
	NDTA_PARMS = 6,
	NDTA_GC_INTERVAL = 8,
};
enum {
	NDTPA_REFCNT = 2,
	NDTPA_REACHABLE_TIME,
	NDTPA_BASE_REACHABLE_TIME,
	NDTPA_RETRANS_TIME,
	NDTPA_GC_STALETIME,
	NDTPA_DELAY_PROBE_TIME,
	NDTPA_QUEUE_LEN,
	NDTPA_APP_PROBES,
	NDTPA_UCAST_PROBES,
	NDTPA_MCAST_PROBES,
	NDTPA_LOCKTIME = 15,
	NDTPA_QUEUE_LENBYTES,
};

#define RTNLGRP_LINK        1
#define RTNLGRP_NEIGH       3
#define RTNLGRP_TC          4
#define RTNLGRP_IPV4_IFADDR 5
#define RTNLGRP_IPV4_ROUTE  7
#define RTNLGRP_MAX         36

/* --- links --- */
struct ifinfomsg {
	u8 ifi_family, pad_;
	u16 ifi_type;
	int ifi_index;
	u32 ifi_flags, ifi_change;
};

enum {
	IFLA_UNSPEC,
	IFLA_ADDRESS,
	IFLA_BROADCAST,
	IFLA_IFNAME,
	IFLA_MTU,
	IFLA_LINK,
	IFLA_QDISC,
	IFLA_STATS,
	IFLA_MASTER = 10,
	IFLA_TXQLEN = 13,
	IFLA_OPERSTATE = 16,
	IFLA_LINKMODE,
	IFLA_LINKINFO,
	IFLA_NET_NS_PID,
	IFLA_STATS64 = 23,
	IFLA_AF_SPEC = 26,
	IFLA_GROUP,
	IFLA_NET_NS_FD,
	IFLA_EXT_MASK,
	IFLA_PROMISCUITY,
	IFLA_NUM_TX_QUEUES,
	IFLA_NUM_RX_QUEUES,
	IFLA_CARRIER,
	IFLA_CARRIER_CHANGES = 35,
	IFLA_GSO_MAX_SEGS = 40,
	IFLA_GSO_MAX_SIZE,
	IFLA_MIN_MTU = 50,
	IFLA_MAX_MTU,
	IFLA_ALT_IFNAME = 53,
	IFLA_PERM_ADDRESS = 54,
	IFLA_MAX = 66,
};
#define IFLA_INET_CONF     1
#define IFLA_INFO_KIND     1
#define IFLA_INFO_DATA     2
#define IFLA_VLAN_ID       1
#define IFLA_VLAN_FLAGS    2
#define IFLA_VLAN_PROTOCOL 5
#define IFLA_VLAN_MAX      5
#define IPV4_DEVCONF_COUNT 33
#define IF_OPER_UNKNOWN    0
#define IF_OPER_DOWN       2
#define IF_OPER_UP         6

#define RTEXT_FILTER_SKIP_STATS 8

/* --- addresses --- */
struct ifaddrmsg {
	u8 ifa_family, ifa_prefixlen, ifa_flags, ifa_scope;
	u32 ifa_index;
};

enum {
	IFA_UNSPEC,
	IFA_ADDRESS,
	IFA_LOCAL,
	IFA_LABEL,
	IFA_BROADCAST,
	IFA_ANYCAST,
	IFA_CACHEINFO,
	IFA_MULTICAST,
	IFA_FLAGS,
	IFA_RT_PRIORITY,
	IFA_TARGET_NETNSID,
	IFA_PROTO,
	IFA_MAX = IFA_PROTO,
};
#define IFA_F_SECONDARY 0x01
#define IFA_F_PERMANENT 0x80
struct ifa_cacheinfo {
	u32 ifa_prefered, ifa_valid; /* s */
	u32 cstamp, tstamp;          /* 1/100 s since boot */
};
#define INFINITY_LIFE_TIME 0xffffffffU

/* --- routes --- */
struct rtmsg {
	u8 rtm_family, rtm_dst_len, rtm_src_len, rtm_tos;
	u8 rtm_table, rtm_protocol, rtm_scope, rtm_type;
	u32 rtm_flags;
};

enum {
	RTA_UNSPEC,
	RTA_DST,
	RTA_SRC,
	RTA_IIF,
	RTA_OIF,
	RTA_GATEWAY,
	RTA_PRIORITY,
	RTA_PREFSRC,
	RTA_METRICS,
	RTA_MULTIPATH,
	RTA_FLOW = 11,
	RTA_CACHEINFO,
	RTA_TABLE = 15,
	RTA_MARK,
	RTA_VIA = 18,
	RTA_ENCAP_TYPE = 21,
	RTA_ENCAP,
	RTA_UID = 25,
	RTA_IP_PROTO = 27,
	RTA_SPORT,
	RTA_DPORT,
	RTA_NH_ID,
	RTA_MAX = RTA_NH_ID,
};
struct rta_cacheinfo {
	u32 rta_clntref, rta_lastuse;
	s32 rta_expires;
	u32 rta_error, rta_used, rta_id, rta_ts, rta_tsage;
};
#define RTM_F_CLONED    0x200
#define RTM_F_FIB_MATCH 0x2000
#define RTNH_F_ONLINK   4
#define RTCF_LOCAL      0x80000000U
#define RTCF_BROADCAST  0x10000000U
#define RTCF_MULTICAST  0x20000000U

/* --- neighbours (linux/neighbour.h; the states: net/core/neighbour.h) --- */
struct ndmsg {
	u8 ndm_family, pad1_;
	u16 pad2_;
	s32 ndm_ifindex;
	u16 ndm_state;
	u8 ndm_flags, ndm_type;
};
#define NTF_USE   0x01
#define NTF_PROXY 0x08
enum {
	NDA_UNSPEC,
	NDA_DST,
	NDA_LLADDR,
	NDA_CACHEINFO,
	NDA_PROBES,
	NDA_IFINDEX = 8,
	NDA_MASTER,
	NDA_PROTOCOL = 12,
	NDA_MAX = 15,
};
struct nda_cacheinfo {
	u32 ndm_confirmed, ndm_used, ndm_updated; /* 1/100 s ago */
	u32 ndm_refcnt;
};

/* --- queueing disciplines (also linux/gen_stats.h) --- */
struct tcmsg {
	u8 tcm_family, pad1_;
	u16 pad2_;
	int tcm_ifindex;
	u32 tcm_handle, tcm_parent, tcm_info;
};
#define TC_H_ROOT 0xffffffffU
enum {
	TCA_UNSPEC,
	TCA_KIND,
	TCA_OPTIONS,
	TCA_STATS,
	TCA_STATS2 = 7,
	TCA_DUMP_INVISIBLE = 10,
	TCA_HW_OFFLOAD = 12,
	TCA_MAX = 16,
};
#define TCA_STATS_BASIC 1
#define TCA_STATS_QUEUE 3
struct gnet_stats_basic {
	u64 bytes;
	u32 packets, pad_;
};
struct tc_stats {
	u64 bytes;
	u32 packets, drops, overlimits, bps, pps, qlen, backlog, pad_;
};

/* --- rules --- */
struct fib_rule_hdr {
	u8 family, dst_len, src_len, tos;
	u8 table, res1_, res2_, action;
	u32 flags;
};
#define FRA_PRIORITY           6
#define FRA_SUPPRESS_PREFIXLEN 14
#define FRA_TABLE              15
#define FRA_PROTOCOL           21
#define FR_ACT_TO_TBL          1

/* SPDX-License-Identifier: MIT */
/*
 * DOC: messages and attributes of NETLINK_ROUTE (uAPI linux/rtnetlink.h,
 * linux/if_link.h, linux/if_addr.h): what this stack answers or understands.
 */
#pragma once

#include "lib/types.h"

/* New, delete, get, set: four to an object, in this order. */
#define RTM_NEWLINK 16
#define RTM_DELLINK 17
#define RTM_GETLINK 18
#define RTM_SETLINK 19
#define RTM_NEWADDR 20
#define RTM_DELADDR 21
#define RTM_GETADDR 22
#define RTM_MAX     123

#define RTNLGRP_LINK        1
#define RTNLGRP_IPV4_IFADDR 5
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
	IFLA_GSO_MAX_SEGS = 40,
	IFLA_GSO_MAX_SIZE,
	IFLA_MIN_MTU = 50,
	IFLA_MAX_MTU,
	IFLA_ALT_IFNAME = 53,
	IFLA_MAX = 66,
};
#define IFLA_INET_CONF     1
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

/* SPDX-License-Identifier: MIT */
/*
 * DOC: the frame of a netlink message and its attributes and the socket's
 * options (uAPI linux/netlink.h). Numbers are in the machine's byte order.
 */
#pragma once

#include "lib/types.h"

#define NETLINK_ROUTE     0
#define NETLINK_SOCK_DIAG 4
#define NETLINK_GENERIC   16
#define MAX_LINKS         32

struct sockaddr_nl {
	u16 nl_family;
	u16 nl_pad;
	u32 nl_pid;    /* port; 0: the kernel */
	u32 nl_groups; /* bit n - 1: group n */
};

struct nlmsghdr {
	u32 nlmsg_len; /* this header included */
	u16 nlmsg_type;
	u16 nlmsg_flags;
	u32 nlmsg_seq;
	u32 nlmsg_pid;
};
static_assert(sizeof(struct nlmsghdr) == 16, "uAPI linux/netlink.h");

#define NLM_F_REQUEST       0x01
#define NLM_F_MULTI         0x02
#define NLM_F_ACK           0x04
#define NLM_F_DUMP_INTR     0x10
#define NLM_F_DUMP_FILTERED 0x20
/* With GET; */
#define NLM_F_ROOT  0x100
#define NLM_F_MATCH 0x200
#define NLM_F_DUMP  (NLM_F_ROOT | NLM_F_MATCH)
/* with NEW; */
#define NLM_F_REPLACE 0x100
#define NLM_F_EXCL    0x200
#define NLM_F_CREATE  0x400
#define NLM_F_APPEND  0x800
/* with an acknowledgement. */
#define NLM_F_CAPPED   0x100
#define NLM_F_ACK_TLVS 0x200

#define NLMSG_ALIGN(n) ALIGN((u32)(n), 4U)
#define NLMSG_HDRLEN   16U

#define NLMSG_NOOP     1
#define NLMSG_ERROR    2
#define NLMSG_DONE     3
#define NLMSG_MIN_TYPE 0x10

struct nlmsgerr {
	int error; /* a negative errno, or 0 */
	struct nlmsghdr msg;
};
#define NLMSGERR_ATTR_MSG  1
#define NLMSGERR_ATTR_OFFS 2

/* An attribute; nla_len counts this header too, padding not. */
struct nlattr {
	u16 nla_len;
	u16 nla_type;
};
#define NLA_HDRLEN          4U
#define NLA_F_NESTED        0x8000
#define NLA_F_NET_BYTEORDER 0x4000
#define NLA_TYPE_MASK       0x3fff

#define SOL_NETLINK              270
#define NETLINK_ADD_MEMBERSHIP   1
#define NETLINK_DROP_MEMBERSHIP  2
#define NETLINK_PKTINFO          3
#define NETLINK_BROADCAST_ERROR  4
#define NETLINK_NO_ENOBUFS       5
#define NETLINK_LISTEN_ALL_NSID  8
#define NETLINK_LIST_MEMBERSHIPS 9
#define NETLINK_CAP_ACK          10
#define NETLINK_EXT_ACK          11
#define NETLINK_GET_STRICT_CHK   12

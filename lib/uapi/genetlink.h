/* SPDX-License-Identifier: MIT */
/* DOC: generic netlink's header and its controller (uAPI linux/genetlink.h). */
#pragma once

#include "lib/types.h"

#define GENL_NAMSIZ  16
#define GENL_ID_CTRL 0x10
/* The first one that a family may be given. */
#define GENL_START_ALLOC 0x13

struct genlmsghdr {
	u8 cmd, version;
	u16 reserved;
};
#define GENL_HDRLEN 4U

/* What a command may be used for, and by whom. */
#define GENL_ADMIN_PERM     0x01
#define GENL_CMD_CAP_DO     0x02
#define GENL_CMD_CAP_DUMP   0x04
#define GENL_CMD_CAP_HASPOL 0x08
#define GENL_UNS_ADMIN_PERM 0x10

#define CTRL_CMD_NEWFAMILY 1
#define CTRL_CMD_GETFAMILY 3
#define CTRL_CMD_MAX       10

#define CTRL_ATTR_FAMILY_ID    1
#define CTRL_ATTR_FAMILY_NAME  2
#define CTRL_ATTR_VERSION      3
#define CTRL_ATTR_HDRSIZE      4
#define CTRL_ATTR_MAXATTR      5
#define CTRL_ATTR_OPS          6
#define CTRL_ATTR_MCAST_GROUPS 7
#define CTRL_ATTR_MAX          10

#define CTRL_ATTR_OP_ID    1
#define CTRL_ATTR_OP_FLAGS 2

#define CTRL_ATTR_MCAST_GRP_NAME 1
#define CTRL_ATTR_MCAST_GRP_ID   2

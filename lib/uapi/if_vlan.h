/* SPDX-License-Identifier: MIT */
/* DOC: the VLAN ioctls that vconfig(8) uses (uAPI linux/if_vlan.h). */
#pragma once

#include "lib/types.h"

#define SIOCGIFVLAN 0x8982
#define SIOCSIFVLAN 0x8983

enum vlan_ioctl_cmds {
	ADD_VLAN_CMD,
	DEL_VLAN_CMD,
	SET_VLAN_INGRESS_PRIORITY_CMD,
	SET_VLAN_EGRESS_PRIORITY_CMD,
	GET_VLAN_INGRESS_PRIORITY_CMD,
	GET_VLAN_EGRESS_PRIORITY_CMD,
	SET_VLAN_NAME_TYPE_CMD,
	SET_VLAN_FLAG_CMD,
	GET_VLAN_REALDEV_NAME_CMD,
	GET_VLAN_VID_CMD,
};

enum vlan_name_types {
	VLAN_NAME_TYPE_PLUS_VID,            /* vlan0005 */
	VLAN_NAME_TYPE_RAW_PLUS_VID,        /* eth0.0005 */
	VLAN_NAME_TYPE_PLUS_VID_NO_PAD,     /* vlan5 */
	VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD, /* eth0.5 */
	VLAN_NAME_TYPE_HIGHEST,
};

#define VLAN_FLAG_REORDER_HDR 0x1

struct vlan_ioctl_args {
	int cmd;
	char device1[24];
	union {
		char device2[24];
		int VID;
		u32 skb_priority, name_type, bind_type, flag;
	} u;
	s16 vlan_qos;
};
static_assert(sizeof(struct vlan_ioctl_args) == 56, "uAPI");

/* SPDX-License-Identifier: MIT */
/* DOC: what the files of the family "ethtool" (ethnl*.c) share. */
#pragma once

#include "lib/uapi/ethtool_netlink.h"
#include "net/core/ethtool.h"
#include "net/netlink/genetlink.h"

#define ETHNL_ATTR_MAX                                        \
	ETHTOOL_A_COALESCE_MAX /* of what can be asked or set \
				*/

struct ethnl_object;

/* One request or piece of news, and the message that it becomes. */
struct ethnl_req {
	const struct ethnl_object *o;
	struct net_device *dev; /* NULL: none is named */
	u32 flags;              /* ETHTOOL_FLAG_* */
	struct netlink_ext_ack *x;
	const struct nlattr *tb[ETHNL_ATTR_MAX + 1];
	struct sk_buff *skb;
};

/* --- bits with names (ethnl_bitset.c); at most 32 --- */
int ethnl_put_bitset(const struct ethnl_req *q, u16 type, u32 value,
		     const u32 *mask, u32 set);
int ethnl_parse_bitset(const struct nlattr *a, u32 set, u32 *value, u32 *mask,
		       struct netlink_ext_ack *x) __must_check;

/* --- objects (ethnl_objects.c): 0, -EMSGSIZE, or what the device says --- */
int ethnl_fill_strset(struct ethnl_req *q);
int ethnl_fill_linkinfo(struct ethnl_req *q);
int ethnl_fill_linkmodes(struct ethnl_req *q);
int ethnl_fill_debug(struct ethnl_req *q);
int ethnl_fill_features(struct ethnl_req *q);
int ethnl_fill_tsinfo(struct ethnl_req *q);
int ethnl_fill_stats(struct ethnl_req *q);
int ethnl_set_debug(const struct nl_request *r, struct ethnl_req *q);
int ethnl_set_features(const struct nl_request *r, struct ethnl_req *q);

/* --- messages (ethnl.c) --- */
/* The reply's header and its device, in q->skb; NULL: no room. */
struct nlmsghdr *ethnl_put(struct ethnl_req *q, u32 portid, u32 seq, u16 flags,
			   u8 cmd);

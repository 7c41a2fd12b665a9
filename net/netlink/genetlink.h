/* SPDX-License-Identifier: MIT */
/* DOC: generic netlink (genetlink.c): what its families provide and share. */
#pragma once

#include "lib/uapi/genetlink.h"
#include "net/netlink/netlink.h"

struct genl_family {
	u16 id; /* nlmsg_type of its messages */
	u8 version;
	u8 nr_cmds; /* commands are below it */
	u8 maxattr;
	const char *name;
	const u8 *op_flags; /* by command, GENL_*; 0: there is none */
	const char *group;  /* its only one */
	u32 group_id;
	int (*doit)(const struct nl_request *r, u8 cmd);
	/* May this dump begin? */
	int (*start)(const struct nl_request *r, u8 cmd);
	int (*dump)(struct sk_buff *skb, struct netlink_callback *cb);
};
extern const struct genl_family ethnl_family; /* ethnl.c */
void ethnl_init(void);

static inline u8 genl_cmd(const struct nlmsghdr *h)
{
	return ((const struct genlmsghdr *)nlmsg_data(h))->cmd;
}
/* As nlmsg_put(), with the family's header. */
struct nlmsghdr *genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
			     const struct genl_family *fam, u16 flags, u8 cmd);
/* The attributes of a request, NLA_EXACT; @tb gets @max + 1 of them. */
int genlmsg_parse(const struct nl_request *r, const struct nlattr **tb, u32 max,
		  const struct nla_policy *policy) __must_check;

/* SPDX-License-Identifier: MIT */
/* DOC: the filter of inet_diag (inet_diag_bc.c). */
#pragma once

#include "net/ipv4/inet_diag.h"
#include "net/netlink/netlink.h"

/* What a filter can ask about. */
struct inet_diag_entry {
	__be32 saddr, daddr;
	u16 sport, dport;
	u32 ifindex, mark;
	bool bound_port; /* the program chose the local port */
};
int inet_diag_bc_check(const struct nlattr *bc,
		       struct netlink_ext_ack *x) __must_check;
bool inet_diag_bc_run(const struct nlattr *bc, const struct inet_diag_entry *e);

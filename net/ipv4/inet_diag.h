/* SPDX-License-Identifier: MIT */
/* DOC: IPv4's sockets seen from outside: for /proc/net and ss(8). */
#pragma once

#include "lib/uapi/inet_diag.h"
#include "net/core/sock.h"

/* Chains of sockets by skc_node. */
struct inet_diag_table {
	struct hlist_head *chains;
	u32 nr;
};
/* The @i-th table of a protocol, listeners first; false: there is none. */
bool inet_diag_table(const struct net *net, u8 protocol, u32 i,
		     struct inet_diag_table *t);
/* The socket of exactly these ends and cookie, counted (tcp_gen_put());
 * ERR_PTR(-ENOENT), or -ESTALE: it has another cookie. */
struct sock_common *
inet_diag_find(struct net *net, u8 protocol,
	       const struct inet_diag_sockid *id) __must_check;
/* Ends, state, timer, queues. */
void inet_diag_describe(const struct sock_common *c, struct inet_diag_msg *m);
/* TCP_*, of whatever is in a table. */
u8 inet_diag_state(const struct sock_common *c);
/* End it, by order of the administrator. Takes the reference. */
int inet_diag_destroy(u8 protocol, struct sock_common *c);

/* A connection's timer, as idiag_timer, and when it is due. */
u8 tcp_diag_timer(const struct sock *sk, u64 *when_ns);
/* Bytes that wait to be read, or connections to be accepted. */
u32 tcp_diag_rqueue(const struct sock *sk);

/* SPDX-License-Identifier: MIT */
/* DOC: what udp.c (sending, options), udp_input.c (receiving) and udp_table.c
   (ports) share. */
#pragma once

#include "net/ipv4/udp.h"

/* Sockets by local port, and connected ones also by both ends. */
struct udp_table {
	struct hlist_head port[256];
	struct hlist_head peer[256];
	u64 key[2];
};

/* The socket for a datagram, as seen from this host; NULL: nobody's. */
struct sock *udp_lookup(struct net *net, __be32 saddr, __be16 sport,
			__be32 daddr, u16 dnum, int iif);
/* Whether @sk takes a datagram to a group or to everyone. */
bool udp_mcast_match(const struct sock *sk, __be32 saddr, __be16 sport,
		     __be32 daddr, u16 dnum, int iif);
struct hlist_head *udp_port_chain(struct net *net, u16 num);
int udp_get_port(struct sock *sk, u16 snum);
void udp_unhash(struct sock *sk);
/* The peer was set or cleared: (un)hash by both ends. */
void udp_rehash_peer(struct sock *sk);
/* The short way of a datagram that is like the one before (udp_fast.c). */
void udp_fast_learn(struct sock *sk, const struct msghdr *msg,
		    const struct rtable *rt, __be32 saddr);
ssize_t udp_send_fast(struct sock *sk, void __user *buf, size_t len, u32 flags,
		      const void __user *uaddr, int alen);
ssize_t udp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags);

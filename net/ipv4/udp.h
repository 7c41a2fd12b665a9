/* SPDX-License-Identifier: MIT */
/* DOC: UDP sockets (RFC 768, RFC 8085): rows U1, U2, U4. */
#pragma once

#include "net/ipv4/ip.h"
#include "net/wire/udp.h"

#define UDP_CORK    1
#define UDP_SEGMENT 103

/* Two bytes, so that the IP header is aligned. */
struct udp_frame {
	u8 pad[2];
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
};

/* The next datagram's frame, all but what differs: net/ipv4/udp_fast.c. Right
 * while sk_xmit_gen is xmit_gen. */
struct udp_template {
	struct udp_frame frame; /* lengths, sums and identification are 0 */
	u32 ip_sum, udp_sum; /* of the header, and of the pseudo header too */
	u32 max_len;         /* bytes of data */
	bool named;          /* for sends that name the peer, this one: */
	u64 name;            /* the first 8 bytes of its sockaddr_in */
	struct netdev_queue *txq;
};

struct udp_sock {
	struct inet_sock inet;
	u8 pending; /* AF_INET while a datagram is being built */
	u16 len;    /* bytes of the pending datagram, header included */
	u16 gso_size;
	struct flowi4 cork_fl4;
	struct udp_template template;
};

static inline struct udp_sock *udp_sk(const struct sock *sk)
{
	return container_of(inet_sk(sk), struct udp_sock, inet);
}

static inline struct udphdr *udp_hdr(const struct sk_buff *skb)
{
	return (struct udphdr *)skb_transport_header(skb);
}

extern struct proto udp_prot;
void udp_init(void);
int udp_net_init(struct net *net) __must_check;
void udp_net_exit(struct net *net);
/* Also what raw and ping sockets do. */
int udp_connect(struct sock *sk, struct sockaddr *addr, int len);
int udp_disconnect(struct sock *sk, int flags);
/* End the association from outside: @err is what the program hears. */
int udp_abort(struct sock *sk, int err);
void inet_dgram_close(struct sock *sk, u64 timeout_ns);
ssize_t udp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len);
int udp_rcv(struct sk_buff *skb);
int udp_err(struct sk_buff *skb, u32 info);

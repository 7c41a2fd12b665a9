/* SPDX-License-Identifier: MIT */
/* DOC: what the files of net/packet share. */
#pragma once

#include "lib/uapi/if_packet.h"
#include "net/core/netdevice.h"
#include "net/core/sock.h"

struct packet_ring;

/* One PACKET_ADD_MEMBERSHIP, counted. */
struct packet_mclist {
	struct list_head entry;
	int ifindex;
	u32 count;
	u16 type, alen;
	u8 addr[MAX_ADDR_LEN];
};

struct packet_sock {
	struct sock sk;
	struct packet_type prot_hook; /* dev: held */
	bool running;                 /* it is hooked in */
	bool auxdata, origdev, ignore_outgoing;
	u8 version;  /* TPACKET_* of a ring */
	int ifindex; /* 0: every device; -1: the one that is gone */
	u32 reserve; /* bytes before each packet of a ring */
	int tstamp;  /* PACKET_TIMESTAMP: there is but one kind */
	struct tpacket_stats_v3 stats; /* softirqs off */
	struct packet_ring *ring;      /* NULL: to sk_receive_queue */
	struct list_head mclist;
};

/* Of a packet in sk_receive_queue. */
struct packet_skb_cb {
	struct sockaddr_ll sll;
	u32 origlen;
};

static inline struct packet_skb_cb *packet_cb(struct sk_buff *skb)
{
	static_assert(sizeof(struct packet_skb_cb) <= sizeof(skb->cb), "cb");
	return (struct packet_skb_cb *)skb->cb;
}

static inline struct packet_sock *pkt_sk(const struct sock *sk)
{
	return container_of(sk, struct packet_sock, sk);
}

/* TP_STATUS_* that tell of @skb. */
u32 packet_status(const struct sk_buff *skb);
/* Name the frame of @skb, which came in on, or leaves by, @dev. */
void packet_fill_sll(struct sockaddr_ll *sll, const struct sk_buff *skb,
		     const struct net_device *dev);
/* Stop and start to see frames; of the two the latter does nothing for a
 * socket without protocol. */
void packet_hook_off(struct packet_sock *po);
void packet_hook_on(struct packet_sock *po);

/* packet_sockopt.c */
int packet_setsockopt(struct socket *sock, int level, int name,
		      const void __user *val, u32 len);
int packet_getsockopt(struct socket *sock, int level, int name,
		      void __user *val, int __user *len);
/* Memberships of @ifindex, 0: all of them, are over. */
void packet_flush_mclist(struct packet_sock *po, int ifindex);

/* packet_ring.c */
int packet_set_ring(struct packet_sock *po, const struct tpacket_req3 *req);
void packet_free_ring(struct packet_sock *po);
/* sizeof the header of a ring's packet, without the name behind it; 0: there
 * is no such version. */
u32 packet_header_size(u32 version);
/* Into the ring, at most @snaplen bytes; @skb stays the caller's. False: it had
 * no room. */
bool packet_ring_put(struct packet_sock *po, const struct sk_buff *skb,
		     const struct sockaddr_ll *sll, u32 snaplen);
bool packet_ring_readable(const struct packet_ring *ring);
/* Of a mapping from @off on: 0, or why it cannot be. */
int packet_ring_may_map(const struct packet_ring *ring, u64 off, u64 len);
/* Ownership: a reference for the caller. NULL: beyond the ring. */
struct page *packet_ring_page(const struct packet_ring *ring, u64 off);

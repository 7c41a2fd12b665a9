/* SPDX-License-Identifier: MIT */
/*
 * DOC: the IP layer's entry points: sending (ip_output.c), fragments
 * (ip_fragment.c), receiving (ip_input.c), options, ICMP, ARP, and the start-up
 * configuration (ipconfig.c).
 */
#pragma once

#include "net/core/timestamping.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/route.h"
#include "net/wire/icmp.h"
#include "net/wire/ip.h"

/* In skb->cb from IP down to the device. */
struct inet_skb_parm {
	int iif;
	struct ip_options_cb {
		u8 optlen, srr, rr, ts;
		bool is_strictroute, router_alert;
	} opt;
	u16 flags; /* IPSKB_* */
	u16 frag_max_size;
};
static_assert(sizeof(struct inet_skb_parm) <= SKB_CB_CLEARED, "alloc_skb()");
#define IPSKB_FORWARDED     BIT(0)
#define IPSKB_REROUTED      BIT(4)
#define IPSKB_FRAG_COMPLETE BIT(3)
#define IPCB(skb)           ((struct inet_skb_parm *)((skb)->cb))

static inline struct iphdr *ip_hdr(const struct sk_buff *skb)
{
	return (struct iphdr *)skb_network_header(skb);
}

static inline u32 ip_hdrlen(const struct sk_buff *skb)
{
	return ip_hdr(skb)->ihl * 4U;
}

static inline struct icmphdr *icmp_hdr(const struct sk_buff *skb)
{
	return (struct icmphdr *)skb_transport_header(skb);
}

/* Version 4, @optlen bytes of options, @tos. */
static inline void ip_start_header(struct iphdr *iph, u32 optlen, u8 tos)
{
	iph->version = IPVERSION;
	iph->ihl = (u8)((sizeof(*iph) + optlen) / 4) & 0xf;
	iph->tos = tos;
}

void ip_send_check(struct iphdr *iph);
/* The time to live of a socket's unicast packets: IP_TTL, else the route's,
 * else the stack's default. */
static inline u8 ip_select_ttl(const struct inet_sock *inet,
			       const struct dst_entry *dst)
{
	return (u8)(inet->uc_ttl >= 0 ? inet->uc_ttl : ip4_dst_hoplimit(dst));
}
u32 ip_skb_dst_mtu(const struct sock *sk, const struct sk_buff *skb);

/* --- sending --- */
/* Transport segment of a connected socket: route, header, out. Consumes.
 * -EHOSTUNREACH without a route (the caller's transport retries). */
int ip_queue_xmit(struct sock *sk, struct sk_buff *skb, u8 tos);
/* A packet on behalf of a socket that is not full (SYN-ACK, TIME-WAIT). */
int ip_build_and_send_pkt(struct sk_buff *skb, const struct sock *sk,
			  struct rtable *rt, __be32 saddr, __be32 daddr,
			  const struct ip_options *opt, u8 tos);
/* tot_len, checksum, OUTPUT hook, dst_output. Consumes @skb. */
int ip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip_output(struct net *net, struct sock *sk, struct sk_buff *skb);
int ip_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb);
/* Cuts @skb into fragments, each given to @output. Consumes @skb. */
int ip_do_fragment(struct net *net, struct sock *sk, struct sk_buff *skb,
		   int (*output)(struct net *, struct sock *,
				 struct sk_buff *));
/* The identification field (RFC 6864): random start per flow. */
void ip_flow_ident(struct net *net, struct sk_buff *skb, int segs);

/*
 * Fill in the identification, for @segs packets (GSO). RFC 6864, section 4: a
 * packet that can never be a fragment needs none; a connected socket counts
 * (header compression likes that).
 */
static inline void ip_select_ident(struct net *net, struct sk_buff *skb,
				   struct sock *sk, int segs)
{
	struct iphdr *iph = ip_hdr(skb);

	if (unlikely(!(iph->frag_off & htons(IP_DF)) || skb->ignore_df)) {
		ip_flow_ident(net, skb, segs);
	} else if (likely(sk && inet_sk(sk)->inet_daddr)) {
		iph->id = htons(inet_sk(sk)->inet_id);
		inet_sk(sk)->inet_id = (u16)(inet_sk(sk)->inet_id + segs);
	} else {
		iph->id = 0;
	}
}

bool ip_dont_fragment(const struct sock *sk, const struct dst_entry *dst);
void ip_local_error(struct sock *sk, int err, __be32 daddr, __be16 port,
		    u32 info);

/* Control-message parameters of one datagram. */
struct ipcm_cookie {
	__be32 addr, saddr;
	int oif;
	s16 ttl, tos; /* -1: the socket's */
	u32 mark, priority;
	u16 gso_size;
	struct ip_options *opt;
	struct sockcm_cookie sockc; /* with MSG_TX_CMSG; else not filled */
};
void ipcm_init_sk(struct ipcm_cookie *ipc, const struct inet_sock *inet);
/* Reads the control messages; *@flags of the send gets MSG_TX_CMSG. */
int ip_cmsg_send(struct sock *sk, struct msghdr *msg, struct ipcm_cookie *ipc,
		 u32 *flags);
void ip_cmsg_recv(struct msghdr *msg, struct sock *sk, struct sk_buff *skb);
/* The same with SOL_SOCKET's; only if sk_cmsg_flags is not 0. */
void ip_recv_cmsgs(struct msghdr *msg, struct sock *sk, struct sk_buff *skb);
/*
 * Build one datagram from many calls on sk_write_queue (rows U2): @getfrag
 * copies @len bytes at @offset of @from and, unless the device will sum them,
 * adds them to skb->csum.
 */
typedef int ip_getfrag(void *from, char *to, int offset, int len, int odd,
		       struct sk_buff *skb);
int ip_append_data(struct sock *sk, struct flowi4 *fl4, ip_getfrag *getfrag,
		   void *from, u32 length, u32 transhdrlen,
		   struct ipcm_cookie *ipc, struct rtable **rtp, u32 flags);
int ip_generic_getfrag(void *from, char *to, int offset, int len, int odd,
		       struct sk_buff *skb);
/* The queue's datagram, complete with IP header; NULL: nothing queued. */
struct sk_buff *ip_finish_skb(struct sock *sk, struct flowi4 *fl4);
/* Whether a datagram's payload may be fragments, appended to the headers. */
bool ip_takes_pages(const struct sock *sk, const struct rtable *rt,
		    const struct ipcm_cookie *ipc, u32 length);
/* The uncorked case: one datagram from one call, without the queue. */
struct sk_buff *ip_make_skb(struct sock *sk, struct flowi4 *fl4,
			    ip_getfrag *getfrag, void *from, u32 length,
			    u32 transhdrlen, struct ipcm_cookie *ipc,
			    struct rtable **rtp, struct inet_cork *cork,
			    u32 flags);
void ip_setup_tx_timestamp(struct sk_buff *skb, struct sock *sk,
			   const struct ipcm_cookie *ipc, u32 flags);
int ip_send_skb(struct net *net, struct sk_buff *skb);
int ip_push_pending_frames(struct sock *sk, struct flowi4 *fl4);
void ip_flush_pending_frames(struct sock *sk);

/* Look the route of a packet of ours up again after its key was changed. */
int ip_route_me_harder(struct net *net, struct sock *sk,
		       struct sk_buff *skb) __must_check;

/* --- options (ip_options.c; RFC 791, section 3.1) --- */
/* Check @data (@len bytes, as in a header) and note where what is;
 * -EINVAL and the offset of the fault in *@bad. */
int ip_options_parse(const u8 *data, u32 len, struct ip_options_cb *out,
		     u32 *bad) __must_check;
/* Received packet: parse, record route and time; false: drop it. */
bool ip_options_rcv(struct sk_buff *skb);
/* A program's or a control message's option bytes; kfree() the result. */
struct ip_options *ip_options_get(const void *data, u32 len) __must_check;
/* Write @opt behind the fixed header of @skb (ihl is set by the caller). */
void ip_options_build(struct sk_buff *skb, const struct ip_options *opt,
		      __be32 daddr, __be32 saddr);
/* What of the received options goes into the answer (RFC 1122, 3.2.1.8). */
void ip_options_echo(struct ip_options *dopt, const u8 *data,
		     const struct ip_options_cb *cb);
/* Later fragments carry only the options with the copy bit: blank others. */
void ip_options_fragment(u8 *opts, u32 len);

/* --- receiving --- */
int ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt,
	   struct net_device *orig_dev);
int ip_local_deliver(struct sk_buff *skb);
/* A whole datagram, or NULL: kept as a fragment or dropped. */
struct sk_buff *ip_defrag(struct net *net, struct sk_buff *skb);
int ip_defrag_net_init(struct net *net) __must_check;
void ip_defrag_net_exit(struct net *net);
void ip_defrag_flush(struct net *net);
void ip_init(void);

/* --- ICMP (icmp.c) --- */
/* An error about @skb_in, rate limited, never about an error. Not consumed. */
void icmp_send(struct sk_buff *skb_in, int type, int code, __be32 info);
int icmp_rcv(struct sk_buff *skb);
void icmp_out_count(struct net *net, u8 type);
int icmp_net_init(struct net *net) __must_check;
void icmp_net_exit(struct net *net);
void icmp_init(void);
/* Code of an ICMP unreachable to errno (RFC 1122, section 4.2.3.9). */
struct icmp_err {
	int error;
	bool fatal;
};
extern const struct icmp_err icmp_err_convert[NR_ICMP_UNREACH + 1];
void ip_icmp_error(struct sock *sk, struct sk_buff *skb, int err, __be16 port,
		   u32 info, u8 *payload);
ssize_t ip_recv_error(struct sock *sk, struct msghdr *msg, size_t len);

/* --- ARP (arp.c) --- */
int arp_net_init(struct net *net) __must_check;
void arp_net_exit(struct net *net);
void arp_init(void);
/* Announce @ip (RFC 5227). */
void arp_send(struct net_device *dev, int type, int ptype, __be32 dest_ip,
	      __be32 src_ip, const u8 *dest_hw, const u8 *src_hw,
	      const u8 *target_hw);

/* --- raw.c and ping.c: rows U5 --- */
void raw_init(void);
void ping_init(void);
/* A copy of @skb (data at the transport header) to each raw socket that
 * wants it; true if there was one. */
bool raw_local_deliver(struct sk_buff *skb, u8 protocol);
/* An ICMP error about a packet of a raw socket; data at the quoted header. */
void raw_icmp_error(struct sk_buff *skb, u8 protocol, u32 info);
/* An echo reply or an error about an echo request: to its ping socket. */
bool ping_rcv(struct sk_buff *skb);
bool ping_err(struct sk_buff *skb, u32 info);

/* --- socket options (ip_sockglue.c) --- */
int ip_setsockopt(struct sock *sk, int level, int name, const void __user *val,
		  u32 len);
int ip_getsockopt(struct sock *sk, int level, int name, void __user *val,
		  int __user *len);

/* --- start-up (ipconfig.c): ip= in Linux's syntax, or DHCP --- */
/* 0; -EINVAL with a message for a malformed @arg; -ENODEV, -ETIMEDOUT. */
int ip_auto_config(struct net *net, const char *arg);

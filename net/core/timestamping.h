/* SPDX-License-Identifier: MIT */
/*
 * DOC: time stamps of packets (rows Q6, S8): SO_TIMESTAMP, SO_TIMESTAMPNS,
 * SO_TIMESTAMPING, SO_TXTIME, and the control messages of both ways.
 */
#pragma once

#include "net/core/sock.h"

/* What the SOL_SOCKET control messages of one send ask for. */
struct sockcm_cookie {
	u64 transmit_time_ns; /* of ktime_get_ns(); 0: at once */
	u32 tsflags;          /* SOF_TIMESTAMPING_* */
	u32 ts_opt_id;        /* the report's number, ... */
	bool has_ts_opt_id;   /* ... if the program chose it */
	u32 mark, priority;
};

/* The socket's own settings. */
static inline void sockcm_init(struct sockcm_cookie *sockc,
			       const struct sock *sk)
{
	*sockc = (struct sockcm_cookie){ .tsflags = sk->sk_tsflags,
					 .mark = sk->sk_mark,
					 .priority = sk->sk_priority };
}

/* One message of level SOL_SOCKET; 0, -EINVAL or -EPERM. */
int sock_cmsg_one(struct sock *sk, const struct cmsghdr *c,
		  struct sockcm_cookie *sockc) __must_check;
/* All of them; other levels are left to others. */
int sock_cmsg_send(struct sock *sk, struct msghdr *msg,
		   struct sockcm_cookie *sockc) __must_check;

/* SOL_SOCKET; the sock is owned. -ENOPROTOOPT: not an option of ours. */
int sock_set_timestamp_option(struct sock *sk, int name, const void __user *val,
			      u32 len);
int sock_get_timestamp_option(struct sock *sk, int name, void __user *val,
			      int __user *len);

/* SKBTX_* for those bits. */
u8 sock_tx_flags(u32 tsflags);
/* A datagram that is complete is to be stamped: with the number *@id, or NULL:
 * the socket's next. */
void skb_setup_tx_timestamp(struct sk_buff *skb, struct sock *sk, u8 tx_flags,
			    const u32 *id);

/* recvmsg(): add the stamps that the program asked for. @tstamp_ns: when the
 * packet came (ktime_get_ns()), 0: not known. */
void sock_recv_timestamp(struct msghdr *msg, struct sock *sk, u64 tstamp_ns);
/* The same for a report off the error queue. */
void sock_recv_tx_timestamp(struct msghdr *msg, struct sock *sk,
			    const struct sk_buff *report);

/* Sockets that want received packets stamped: one more, one less. */
extern u32 netstamp_needed;
void net_enable_timestamp(void);
void net_disable_timestamp(void);

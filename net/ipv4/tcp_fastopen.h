/* SPDX-License-Identifier: MIT */
/*
 * DOC: TCP Fast Open (RFC 7413): data in the SYN, for a peer that shows the
 * cookie which it got from us before.
 *
 *	tcp_fastopen.c	       keys and cookies; the listener's side
 *	tcp_fastopen_client.c  the SYN with data, and what its answer means
 *	tcp_fastopen_cache.c   cookies that servers gave us, by address
 *
 * A stack's part is one tcp_fastopen_net; a listener that takes Fast Opens
 * has a fastopen_queue; no other socket has more than a few bits of it.
 */
#pragma once

#include "lib/list.h"
#include "lib/siphash.h"
#include "lib/types.h"

struct iphdr;
struct msghdr;
struct net;
struct request_sock;
struct dst_entry;
struct sk_buff;
struct sock;

/* tcp_fastopen, the sysctl; the other bits that Linux lists mean nothing. */
#define TFO_CLIENT_ENABLE          0x001
#define TFO_SERVER_ENABLE          0x002
#define TFO_CLIENT_NO_COOKIE       0x004 /* data in the SYN without one */
#define TFO_SERVER_COOKIE_NOT_REQD 0x200 /* and taken without one */
#define TFO_SERVER_WO_SOCKOPT1     0x400 /* listen() turns it on */

/* tcpi_fastopen_client_fail: why it was no Fast Open. */
enum tcp_fastopen_client_fail {
	TFO_STATUS_UNSPEC,
	TFO_COOKIE_UNAVAILABLE, /* not in the cache, or switched off */
	TFO_DATA_NOT_ACKED,     /* the peer took the SYN alone */
	TFO_SYN_RETRANSMITTED,
};

/* RFC 7413, section 4.1.1. */
#define TCP_FASTOPEN_COOKIE_MIN  4
#define TCP_FASTOPEN_COOKIE_MAX  16
#define TCP_FASTOPEN_COOKIE_SIZE 8 /* of those that we make */

struct tcp_fastopen_cookie {
	u8 val[TCP_FASTOPEN_COOKIE_MAX];
	s8 len;   /* -1: no option; 0: one that asks for a cookie */
	bool exp; /* in the option of experiments (RFC 6994): kind 254 */
};

/* What the SYN of a connect() under way takes along. */
struct tcp_fastopen_request {
	struct tcp_fastopen_cookie cookie;
	struct msghdr *data; /* NULL: nothing is left */
	size_t size;         /* bytes of it */
	size_t copied;       /* of them in the SYN */
};

#define TCP_FASTOPEN_KEY_LENGTH 16
#define TCP_FASTOPEN_KEY_MAX    2
#define TCP_FASTOPEN_KEY_BUF_LENGTH \
	(TCP_FASTOPEN_KEY_LENGTH * TCP_FASTOPEN_KEY_MAX)
/* "a1b2c3d4-...-...-...,a1b2c3d4-...-...-..." */
#define TCP_FASTOPEN_KEY_TEXT (TCP_FASTOPEN_KEY_MAX * 36)

/* The first makes cookies; the second, the one before it, still opens. */
struct tcp_fastopen_keys {
	siphash_key_t key[TCP_FASTOPEN_KEY_MAX];
	u8 num;
};

/* A listener's. Guarded by softirqs being off. */
struct fastopen_queue {
	u32 max_qlen; /* TCP_FASTOPEN; 0: off */
	u32 qlen;     /* children whose handshake is not complete */
	/* Accepted ones that a RST ended count for a minute more. */
	struct request_sock *rst_head, *rst_tail;
	struct tcp_fastopen_keys keys; /* num 0: the stack's count */
};

struct tcp_fastopen_cache_entry;

/* A stack's. Guarded by softirqs being off. */
struct tcp_fastopen_net {
	struct tcp_fastopen_keys keys;
	u32 disable_times;    /* black holes met since the last success */
	u64 disable_stamp_ns; /* when the last one was */
	struct tcp_fastopen_cache_entry **cache; /* chains; NULL: empty */
};

/* --- tcp_fastopen.c --- */
int tcp_fastopen_net_init(struct net *net) __must_check;
void tcp_fastopen_net_exit(struct net *net);
int tcp_fastopen_set_keys(struct net *net, struct sock *sk, const u8 *raw,
			  u32 num) __must_check;
u32 tcp_fastopen_get_keys(const struct net *net, const struct sock *sk,
			  u8 raw[TCP_FASTOPEN_KEY_BUF_LENGTH]);
int tcp_fastopen_parse_keys(struct net *net, const char *text) __must_check;
void tcp_fastopen_print_keys(const struct net *net,
			     char text[TCP_FASTOPEN_KEY_TEXT]);
int tcp_fastopen_queue_tune(struct sock *sk, u32 max_qlen);
void tcp_fastopen_listen(struct sock *sk, u32 backlog);
void tcp_fastopen_listen_stop(struct sock *sk);
bool tcp_fastopen_no_cookie(const struct sock *sk, const struct dst_entry *dst,
			    u32 flag);
struct sock *tcp_try_fastopen(struct sock *sk, struct sk_buff *skb,
			      struct request_sock *req,
			      struct tcp_fastopen_cookie *foc);
void tcp_fastopen_add_skb(struct sock *sk, struct sk_buff *skb);
void tcp_fastopen_remove(struct sock *sk, bool reset);

/* --- tcp_fastopen_client.c --- */
ssize_t tcp_sendmsg_fastopen(struct sock *sk, struct msghdr *msg,
			     size_t *copied);
bool tcp_fastopen_defer_connect(struct sock *sk,
				struct tcp_fastopen_request *fo);
int tcp_send_syn_data(struct sock *sk, struct sk_buff *syn,
		      struct tcp_fastopen_request *fo) __must_check;
bool tcp_rcv_fastopen_synack(struct sock *sk, struct sk_buff *synack,
			     struct tcp_fastopen_cookie *cookie);
void tcp_fastopen_active_disable_ofo_check(struct sock *sk);
void tcp_fastopen_active_detect_blackhole(struct sock *sk, bool expired);

/* --- tcp_fastopen_cache.c --- */
void tcp_fastopen_cache_get(struct sock *sk, u16 *mss,
			    struct tcp_fastopen_cookie *cookie);
void tcp_fastopen_cache_set(struct sock *sk, u16 mss,
			    const struct tcp_fastopen_cookie *cookie,
			    u8 try_exp);
void tcp_fastopen_cache_flush(struct net *net);

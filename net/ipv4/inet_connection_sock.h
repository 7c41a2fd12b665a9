/* SPDX-License-Identifier: MIT */
/*
 * DOC: what a connection-oriented socket has beyond inet_sock: its timers,
 * its accept queue, its congestion control; and the hash tables that find it.
 */
#pragma once

#include "lib/bitmap.h"
#include "lib/hash.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/route.h"
#include "net/ipv4/tcp_fastopen.h"

struct tcp_congestion_ops;
struct request_sock;
struct tcp_options_received;

/* icsk_pending: which event the retransmit timer stands for. */
#define ICSK_TIME_RETRANS     1
#define ICSK_TIME_DACK        2
#define ICSK_TIME_PROBE0      3
#define ICSK_TIME_LOSS_PROBE  5
#define ICSK_TIME_REO_TIMEOUT 6

/* Words of a congestion control's state that every socket has room for. One
 * that needs more gets it allocated (tcp_congestion_ops.priv_size). */
#define ICSK_CA_INLINE 8

enum inet_csk_ack_state {
	ICSK_ACK_SCHED = 1,
	ICSK_ACK_TIMER = 2,
	ICSK_ACK_PUSHED = 4,
	ICSK_ACK_PUSHED2 = 8,
	ICSK_ACK_NOW = 16,
	ICSK_ACK_NOMEM = 32, /* the buffer is full: say so */
};

/* One local port: who is bound to it. */
struct inet_bind_bucket {
	struct hlist_node node;
	struct net *net;
	u16 port;
	s8 fastreuse;
	struct hlist_head owners; /* by skc_bind_node */
};

/* What only a listener has: children that accept() will take, and those whose
 * handshake is not complete. Allocated by listen() or TCP_FASTOPEN, lives as
 * long as its sock. */
struct request_sock_queue {
	struct request_sock *rskq_accept_head, *rskq_accept_tail;
	u32 qlen;            /* requests whose handshake is not complete */
	u32 young;           /* of them, never retransmitted */
	u64 cookie_stamp_ns; /* when the last SYN cookie went; 0: never */
	struct hlist_head syn_list; /* half-open connections, by rsk_node */
	struct fastopen_queue fastopenq;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
	struct request_sock_queue
		*icsk_accept_queue; /* a listener's, or NULL */
	struct inet_bind_bucket *icsk_bind_hash;

	/* Timers and what they stand for. */
	u64 icsk_timeout_ns; /* when the pending event is due */
	struct timer_list icsk_retransmit_timer;
	struct timer_list icsk_delack_timer;
	u64 icsk_rto_ns;
	u8 icsk_pending; /* ICSK_TIME_* or 0 */
	u8 icsk_retransmits;
	u8 icsk_backoff;
	u8 icsk_probes_out;
	u8 icsk_ca_state; /* TCP_CA_* */
	bool icsk_ca_initialized : 1, icsk_ca_setsockopt : 1,
		icsk_ca_dst_locked : 1;
	bool icsk_mtup_enabled; /* RFC 4821: icsk_mtup */
	u16 icsk_ext_hdr_len;   /* IP options */
	u8 icsk_syn_retries;
	u8 icsk_defer_accept; /* TCP_DEFER_ACCEPT, in retransmissions */
	u32 icsk_pmtu_cookie;
	struct {
		u8 pending; /* enum inet_csk_ack_state bits */
		u8 quick;   /* quick ACKs left */
		u8 pingpong;
		u8 retry;
		u16 last_seg_size;
		u16 rcv_mss; /* estimate of the peer's segment size */
		u64 ato_ns;
		u64 timeout_ns;
		u64 lrcvtime_ns; /* last data segment */
	} icsk_ack;
	const struct tcp_congestion_ops *icsk_ca_ops;
	void *icsk_ca_priv; /* the module's state: below, or allocated */
	u64 icsk_ca_inline[ICSK_CA_INLINE];

	/* Seldom. */
	struct {
		u16 search_high, search_low; /* MTU bytes */
		u16 probe_size; /* of what is in flight; 0: none is */
		u64 probe_timestamp_ns;
	} icsk_mtup;
	/* Options of one connection; 0: as everywhere. */
	u32 icsk_rto_max_ms, icsk_delack_max_us;
	/* TCP_RTO_MIN_US; and what counts: the route may overrule it. */
	u32 icsk_rto_min_opt_us, icsk_rto_min_us;
	u64 icsk_probes_tstamp_ns;
	u64 icsk_user_timeout_ns; /* 0: by retries */
};

static inline struct inet_connection_sock *inet_csk(const struct sock *sk)
{
	return container_of(inet_sk(sk), struct inet_connection_sock,
			    icsk_inet);
}

static inline void *inet_csk_ca(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ca_priv;
}

/*
 * Ports of one kind, a bit each: of the stack, those that somebody is bound to;
 * of one destination, those that have a connection to it.
 */
struct port_map {
	struct hlist_node node; /* in inet_hashinfo.port_maps */
	__be32 saddr, daddr;
	__be16 dport;
	u32 count;
	unsigned long *used; /* 65,536 bits */
	unsigned long full[BITS_TO_LONGS(65536 / BITS_PER_LONG)];
};
#define PORT_MAP_CHAINS 32
#define INET_RECENT     64 /* places, a power of two */

/* Who got the last segment of such ports; NULL: nobody. From device @iif
 * nothing but its look-up was in its way when xmit_gen was @gen; 0: never. */
struct inet_recent {
	struct sock_common *sk;
	u32 gen;
	int iif;
};

/* --- hash tables (inet_hashtables.c): sized at boot, SipHash keyed --- */
struct inet_hashinfo {
	struct hlist_head *ehash, *bhash, *lhash;
	u32 ehash_mask, bhash_mask, lhash_mask;
	u64 key[2];
	u32 established; /* sockets in ehash */
	struct inet_recent recent[INET_RECENT];
	/* inet_ports.c */
	u32 nr_port_maps, max_port_maps;
	struct hlist_head port_maps[PORT_MAP_CHAINS];
	struct port_map bound; /* ports with a bucket in bhash */
	u64 port_probes;       /* ports that searches have looked at */
};

static inline struct hlist_head *inet_port_chain(struct hlist_head *table,
						 u32 mask, u16 port)
{
	return &table[hash_mix32(port) & mask];
}

int inet_hashinfo_init(struct net *net) __must_check;
void inet_hashinfo_free(struct net *net);
/* Counted reference: established (also TIME_WAIT, request), else listener. */
struct sock *__inet_lookup_skb(struct net *net, struct sk_buff *skb,
			       __be16 sport, __be16 dport, int iif);
struct sock *inet_lookup_clear(struct net *net, __be32 saddr, __be16 sport,
			       __be32 daddr, __be16 dport, int iif);
void inet_note_clear(struct net *net, const struct sock *sk,
		     const struct sk_buff *skb);
struct sock *inet_lookup_established(struct net *net, __be32 saddr,
				     __be16 sport, __be32 daddr, u16 hnum,
				     int iif);
struct sock *inet_lookup_listener(struct net *net, __be32 daddr, u16 hnum,
				  int iif);
/* Whatever has a four-tuple (skc_hash is set) into the table and out of it. */
void inet_ehash_add(struct inet_hashinfo *h, struct sock_common *c);
void inet_ehash_del(struct inet_hashinfo *h, struct sock_common *c);
void inet_hash_request(struct request_sock *req);
int inet_hash(struct sock *sk); /* by state: listener or established */
void inet_unhash(struct sock *sk);

/* --- local ports (inet_ports.c) --- */
int inet_ports_init(struct inet_hashinfo *h) __must_check;
void inet_ports_free(struct inet_hashinfo *h);
void __inet_port_note(struct inet_hashinfo *h, const struct sock_common *c,
		      bool used);
/* @c enters ehash or leaves it: who keeps a map of its destination hears it. */
static inline void inet_port_note(struct inet_hashinfo *h,
				  const struct sock_common *c, bool used)
{
	if (unlikely(h->nr_port_maps))
		__inet_port_note(h, c, used);
}
/* Choose a port and enter ehash for a connect(): -EADDRNOTAVAIL. */
int inet_hash_connect(struct sock *sk) __must_check;
int inet_csk_get_port(struct sock *sk, u16 snum);
void inet_put_port(struct sock *sk);
int inet_inherit_port(const struct sock *sk, struct sock *child);
void inet_bind_node_leave(struct sock_common *c, struct inet_bind_bucket *tb);

/* --- listen and accept (inet_connection_sock.c) --- */
int inet_csk_listen_start(struct sock *sk);
struct request_sock_queue *inet_csk_queue_alloc(struct sock *sk) __must_check;
void inet_csk_listen_stop(struct sock *sk);
struct sock *inet_csk_accept(struct sock *sk, u32 file_flags, int *err);
void inet_csk_init_xmit_timers(struct sock *sk,
			       void (*retransmit)(struct timer_list *),
			       void (*delack)(struct timer_list *),
			       void (*keepalive)(struct timer_list *));
void inet_csk_clear_xmit_timers(struct sock *sk);
/* @what: ICSK_TIME_*; @when_ns from now, clamped to @max_ns. */
void inet_csk_reset_xmit_timer(struct sock *sk, int what, u64 when_ns,
			       u64 max_ns);
void inet_csk_clear_xmit_timer(struct sock *sk, int what);
void inet_csk_reset_keepalive_timer(struct sock *sk, u64 len_ns);
void inet_csk_delete_keepalive_timer(struct sock *sk);
void inet_csk_destroy_sock(struct sock *sk);
void inet_csk_sock_destruct(struct sock *sk);
struct sock *inet_csk_clone_lock(const struct sock *sk,
				 const struct request_sock *req, gfp_t gfp);
struct dst_entry *inet_csk_update_pmtu(struct sock *sk, u32 mtu);

static inline bool inet_csk_ack_scheduled(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ack.pending & ICSK_ACK_SCHED;
}
static inline void inet_csk_schedule_ack(struct sock *sk)
{
	inet_csk(sk)->icsk_ack.pending |= ICSK_ACK_SCHED;
}

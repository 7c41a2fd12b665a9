/* SPDX-License-Identifier: MIT */
/*
 * DOC: inet_sock, what every IPv4 socket has beyond struct sock, and
 * netns_ipv4, IPv4's state in a struct net.
 */
#pragma once

#include "net/core/neighbour.h"
#include "net/core/sock.h"

struct fib_table;
struct inet_hashinfo;
struct icmp_state;
struct ipq_state;
struct rt_state;
struct udp_table;

struct ip_options {
	u8 optlen;      /* multiple of 4, at most 40 */
	u8 srr, rr, ts; /* offsets of options found in data, 0: none */
	bool is_strictroute;
	bool router_alert;
	__be32 faddr; /* first hop of a source route */
	u8 data[40];
};

/* Parameters of the datagram under construction (UDP_CORK, MSG_MORE). */
struct inet_cork {
	bool active;
	__be32 addr; /* destination */
	__be16 port;
	u32 length;            /* bytes appended, transport header included */
	u32 fragsize;          /* path MTU in use */
	struct dst_entry *dst; /* one reference */
	u8 ttl, tos;
	bool has_tos, has_ttl;
	u32 mark, priority;
	u16 gso_size;
	u8 tx_flags; /* SKBTX_* of the first fragment */
	bool has_ts_opt_id;
	u32 ts_opt_id; /* the number of its report */
	u64 transmit_time_ns;
	struct ip_options *opt;
	__be32 saddr;
};

struct inet_sock {
	struct sock sk;
	/* What the IP header of each packet needs. */
	__be32 inet_saddr; /* source used in packets */
	__be16 inet_sport;
	u16 inet_id; /* counter for unfragmentable packets */
	u8 tos;
	u8 pmtudisc; /* IP_PMTUDISC_* */
	s16 uc_ttl;  /* -1: the default */
	bool hdrincl;
	bool is_icsk;
	bool recverr;
	struct ip_options *inet_opt;
	/* The datagram under construction; NULL before the first one that was
	 * built from several calls. */
	struct inet_cork *cork;
	/* Options. */
	int uc_index, mc_index;
	__be32 mc_addr;
	s16 mc_ttl;
	bool mc_loop;
	bool freebind : 1, bind_address_no_port : 1;
};

#define inet_daddr     sk.sk_daddr
#define inet_rcv_saddr sk.sk_rcv_saddr
#define inet_dport     sk.sk_dport
#define inet_num       sk.sk_num

static inline struct inet_sock *inet_sk(const struct sock *sk)
{
	return container_of((struct sock *)(uintptr_t)sk, struct inet_sock, sk);
}

/*
 * sysctl_ip_no_pmtu_disc: what "fragmentation needed" does. At all but 0 new
 * sockets have IP_PMTUDISC_DONT.
 */
enum {
	IP_NO_PMTU_DISC_OFF,
	IP_NO_PMTU_DISC_MIN,    /* whatever it says, the MTU is min_pmtu now */
	IP_NO_PMTU_DISC_IGNORE, /* nothing */
	IP_NO_PMTU_DISC_STRICT  /* only if the transport can verify it: TCP */
};

/* Local, main and default: the order in which they are asked. */
#define FIB_TABLES 3

/* IPv4's part of a stack. Sysctls have Linux's names, defaults and units. */
struct netns_ipv4 {
	struct neigh_table arp_tbl;
	struct fib_table *fib[FIB_TABLES]; /* in one piece (fib_net_init()) */
	struct inet_hashinfo *hashinfo;    /* TCP's tables */
	struct tcp_fastopen_net *fastopen; /* keys, cookies */
	struct udp_table *udp_table;
	struct hlist_head raw_head, ping_head;
	struct ipq_state *frags;
	struct rt_state *rt;     /* route cache, exceptions, identifications */
	struct icmp_state *icmp; /* per-host rate limits */
	u64 ip_id_key[2];
	u64 isn_key[2]; /* SipHash: RFC 6528 */
	u64 ts_key[2];
	u64 port_key[2]; /* SipHash: RFC 6056 */
	u64 syncookie_key[2][2];

	u8 sysctl_ip_default_ttl;  /* 64 */
	u8 sysctl_ip_no_pmtu_disc; /* IP_NO_PMTU_DISC_*, 0 */
	bool sysctl_ip_forward;    /* 0 */
	bool sysctl_icmp_echo_ignore_all;
	bool sysctl_icmp_echo_ignore_broadcasts; /* 1 */
	u32 sysctl_icmp_ratelimit;               /* ms between, 1000 */
	u32 sysctl_icmp_ratemask;                /* 6168 */
	u32 sysctl_icmp_msgs_per_sec;            /* 1000 */
	u32 sysctl_icmp_msgs_burst;              /* 50 */
	u16 sysctl_ip_local_port_range[2];       /* 32768, 60999 */
	u32 sysctl_ipfrag_high_thresh;           /* bytes, 4 MiB */
	u32 sysctl_ipfrag_time;                  /* s, 30 */
	u32 sysctl_ipfrag_max_dist;              /* 64 */
	u32 sysctl_min_pmtu;                     /* 552 */
	u32 sysctl_mtu_expires;                  /* s, 600 */

	u32 sysctl_tcp_rmem[3], sysctl_tcp_wmem[3];
	u64 sysctl_tcp_mem[3]; /* pages */
	u8 sysctl_tcp_sack, sysctl_tcp_window_scaling, sysctl_tcp_timestamps;
	u8 sysctl_tcp_ecn;          /* 2: only when asked */
	u8 sysctl_tcp_ecn_fallback; /* 1 */
	u8 sysctl_tcp_dsack, sysctl_tcp_frto, sysctl_tcp_recovery;
	u8 sysctl_tcp_early_retrans;                          /* 3 */
	u8 sysctl_tcp_retries1, sysctl_tcp_retries2;          /* 3, 15 */
	u8 sysctl_tcp_syn_retries, sysctl_tcp_synack_retries; /* 6, 5 */
	u8 sysctl_tcp_syn_linear_timeouts;                    /* 4 */
	u8 sysctl_tcp_orphan_retries;                         /* 0: 8 */
	u8 sysctl_tcp_syncookies;                             /* 1 */
	u8 sysctl_tcp_abort_on_overflow;
	u8 sysctl_tcp_tw_reuse;        /* 2 */
	u32 sysctl_tcp_tw_reuse_delay; /* ms, 1000 */
	u8 sysctl_tcp_rfc1337;
	u8 sysctl_tcp_slow_start_after_idle; /* 1 */
	u8 sysctl_tcp_thin_linear_timeouts;
	u8 sysctl_tcp_no_metrics_save;
	u8 sysctl_tcp_moderate_rcvbuf; /* 1 */
	u8 sysctl_tcp_autocorking;     /* 1 */
	u8 sysctl_tcp_mtu_probing;     /* 0 */
	u8 sysctl_tcp_workaround_signed_windows;
	u8 sysctl_tcp_min_tso_segs;                      /* 2 */
	u8 sysctl_tcp_tso_rtt_log;                       /* 9 */
	u8 sysctl_tcp_shrink_window;                     /* 0 */
	u8 sysctl_tcp_app_win;                           /* 31 */
	u8 sysctl_tcp_reordering;                        /* 3 */
	u32 sysctl_tcp_fastopen;                         /* TFO_*, 1 */
	u32 sysctl_tcp_fastopen_blackhole_timeout_sec;   /* 0: never */
	u32 sysctl_tcp_max_reordering;                   /* 300 */
	u32 sysctl_tcp_base_mss, sysctl_tcp_min_snd_mss; /* 1024, 48 */
	u32 sysctl_tcp_mtu_probe_floor;                  /* 48 */
	u32 sysctl_tcp_probe_interval;                   /* s, 600 */
	u32 sysctl_tcp_probe_threshold;                  /* bytes, 8 */
	u32 sysctl_tcp_fin_timeout;                      /* s, 60 */
	u32 sysctl_tcp_keepalive_time, sysctl_tcp_keepalive_intvl; /* s */
	u8 sysctl_tcp_keepalive_probes;                            /* 9 */
	u32 sysctl_tcp_max_syn_backlog, sysctl_tcp_max_tw_buckets;
	u32 sysctl_tcp_max_orphans;
	u32 sysctl_tcp_limit_output_bytes;  /* 1048576 */
	u32 sysctl_tcp_challenge_ack_limit; /* a second; none */
	u32 sysctl_tcp_invalid_ratelimit;   /* ms, 500 */
	u32 sysctl_tcp_min_rtt_wlen;        /* s, 300 */
	u32 sysctl_tcp_notsent_lowat;       /* ~0 */
	u32 sysctl_tcp_pacing_ss_ratio, sysctl_tcp_pacing_ca_ratio; /* % */
	u32 sysctl_tcp_rto_min_us;                                  /* 200000 */
	u32 sysctl_tcp_rto_max_ms;                                  /* 120000 */
	u32 sysctl_tcp_comp_sack_delay_ns, sysctl_tcp_comp_sack_slack_ns;
	u8 sysctl_tcp_comp_sack_nr; /* 0: off; Linux: 44 */
	u8 tcp_hystart_detect;      /* TCP_HYSTART_*, of CUBIC */
	const struct tcp_congestion_ops *tcp_congestion_control; /* default */
	u32 tcp_allowed_ca; /* BIT(key): without CAP_NET_ADMIN, too */
	u32 tcp_challenge_count;
	u64 tcp_challenge_stamp_ns;
	u64 icmp_stamp_ns; /* global ICMP token bucket */
	u32 icmp_credit;
	u32 tcp_orphans;
	u64 tcp_memory_pages;
	u32 tw_count;
};

static inline struct netns_ipv4 *net_ipv4(const struct net *net)
{
	return net->ipv4;
}

/* --- the address family (af_inet.c) --- */
struct inet_protosw {
	u16 type;     /* SOCK_* */
	u16 protocol; /* IPPROTO_*; 0 with IPPROTO_IP: wild */
	struct proto *prot;
	const struct proto_ops *ops;
	bool needs_cap_net_raw;
	struct list_head list;
};
void inet_register_protosw(struct inet_protosw *p);

/* A transport's receive side, found by the protocol number. */
struct net_protocol {
	int (*handler)(struct sk_buff *skb); /* data at transport header */
	/* ICMP error about a packet of ours; skb->data at the quoted IP header;
	 * true if a socket matched. */
	int (*err_handler)(struct sk_buff *skb, u32 info);
};
extern const struct net_protocol *inet_protos[256];

int inet_release(struct socket *sock);
int inet_bind(struct socket *sock, struct sockaddr *addr, int len);
int inet_stream_connect(struct socket *sock, struct sockaddr *addr, int len,
			u32 file_flags);
/* connect() in two steps, for a write that connects: the socket is owned. */
int inet_stream_start(struct socket *sock, struct sockaddr *addr,
		      int len) __must_check;
int inet_stream_finish(struct socket *sock, bool first, bool nonblock,
		       bool more) __must_check;
int inet_dgram_connect(struct socket *sock, struct sockaddr *addr, int len,
		       u32 file_flags);
int inet_accept(struct socket *sock, struct socket *newsock, u32 file_flags);
int inet_getname(struct socket *sock, struct sockaddr_storage *addr, int peer);
int inet_ioctl(struct socket *sock, u32 cmd, unsigned long arg);
int inet_listen(struct socket *sock, int backlog);
int inet_shutdown(struct socket *sock, int how);
ssize_t inet_sendmsg(struct socket *sock, struct msghdr *msg, size_t size);
ssize_t inet_recvmsg(struct socket *sock, struct msghdr *msg, size_t size,
		     int flags);
int sock_common_setsockopt(struct socket *sock, int level, int name,
			   const void __user *val, u32 len);
int sock_common_getsockopt(struct socket *sock, int level, int name,
			   void __user *val, int __user *len);
void inet_sock_destruct(struct sock *sk);
/* Bind an unbound socket to an ephemeral port; -EAGAIN: none is free. */
int inet_autobind(struct sock *sk);
int __inet_bind(struct sock *sk, struct sockaddr *addr, int len);
extern const struct proto_ops inet_stream_ops, inet_dgram_ops, inet_sockraw_ops;
/* Everything of IPv4, in order; registers its pernet operations. */
void inet_init(void);

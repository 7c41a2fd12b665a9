/* SPDX-License-Identifier: MIT */
/*
 * DOC: TCP (RFC 9293): the socket's state and the calls between its files.
 *
 *	tcp.c		  what a program calls; the write queue is filled here
 *	tcp_recvmsg.c	  reading; tcp_close.c: the end, and the state variable
 *	tcp_sockopt.c, tcp_info.c, tcp_offload.c  options; TCP_INFO; GSO
 *	tcp_output.c	  when and how segments leave; retransmission
 *	tcp_output_fast.c a segment from the queue to the driver by a template
 *	tcp_mss.c, tcp_mtu_probe.c  segment sizes; the path's MTU (RFC 4821)
 *	tcp_input.c	  segments of a connection: sequence, RST, SYN checks
 *	tcp_state.c	  segments in all states but ESTABLISHED
 *	tcp_options.c	  options of a received segment
 *	tcp_ack.c	  what an ACK means: RTT, SACK, loss, undo
 *	tcp_recovery.c	  RACK-TLP (RFC 8985)
 *	tcp_rcvqueue.c	  data in: order, window, when to ACK
 *	tcp_timer.c	  RTO, probes, delayed ACK, keepalive
 *	tcp_cong.c, tcp_cubic.c, tcp_bbr*.c  congestion control
 *	tcp_rcv_bare.c	  an ACK without data, as it lies in the device's ring
 *	tcp_ipv4.c	  the IPv4 side: connect, receive, RST, listeners
 *	tcp_minisocks.c	  TIME_WAIT and half-open connections
 *
 * Variables are named as in the RFCs: snd_una, snd_nxt, rcv_nxt, rcv_wnd.
 * Times are ktime ns unless the name says otherwise.
 */
#pragma once

#include "lib/uapi/tcp.h"
#include "net/ipv4/inet_connection_sock.h"
#include "net/wire/tcp.h"

struct tcp_fastopen_cookie;
struct tcp_fastopen_request;
struct tcp_template;
struct tcp_timewait_sock;

#define TCP_MIN_MSS           88U
#define TCP_MIN_SND_MSS       48U
#define TCP_MSS_DEFAULT       536U
#define TCP_INIT_CWND         10U /* RFC 6928 */
#define TCP_INFINITE_SSTHRESH 0x7fffffffU
/* Receive memory in 256ths; at first half of it counts as payload. */
#define TCP_RMEM_TO_WIN_SCALE       8
#define TCP_DEFAULT_SCALING_RATIO   128
#define TCP_MAX_QUICKACKS           16U
#define TCP_RTO_MAX                 (120ULL * NSEC_PER_SEC)
#define TCP_RTO_MIN                 (200ULL * NSEC_PER_MSEC)
#define TCP_TIMEOUT_MIN             (2ULL * NSEC_PER_MSEC) /* of a timer set anew */
#define TCP_TIMEOUT_INIT            (1ULL * NSEC_PER_SEC) /* RFC 6298, section 2 */
#define TCP_TIMEOUT_FALLBACK        (3ULL * NSEC_PER_SEC)
#define TCP_DELACK_MIN              (40ULL * NSEC_PER_MSEC)
#define TCP_DELACK_MAX              (200ULL * NSEC_PER_MSEC)
#define TCP_ATO_MIN                 (40ULL * NSEC_PER_MSEC)
#define TCP_RESOURCE_PROBE_INTERVAL (500ULL * NSEC_PER_MSEC)
#define TCP_TIMEWAIT_LEN            (60ULL * NSEC_PER_SEC)
#define TCP_KEEPALIVE_TIME          (7200ULL * NSEC_PER_SEC)
#define TCP_KEEPALIVE_INTVL         (75ULL * NSEC_PER_SEC)
#define TCP_PAWS_24DAYS_S           (60ULL * 60 * 24 * 24)
#define TCP_PAWS_WINDOW             1
#define TCP_PAWS_MSL_S              60

/* tp->nonagle */
#define TCP_NAGLE_OFF  1
#define TCP_NAGLE_CORK 2
#define TCP_NAGLE_PUSH 4

/* tp->ecn_flags */
#define TCP_ECN_OK         1
#define TCP_ECN_QUEUE_CWR  2
#define TCP_ECN_DEMAND_CWR 4
#define TCP_ECN_SEEN       8

/* tp->urg_data: the byte and its state */
#define TCP_URG_VALID  0x0100
#define TCP_URG_NOTYET 0x0200
#define TCP_URG_READ   0x0400

struct rate_sample;

struct tcp_sack_block {
	u32 start_seq, end_seq;
};

/* The options of the last segment, and those agreed at the handshake. */
struct tcp_options_received {
	const u8 *sacks;          /* first SACK block of this segment, or NULL:
				   * pairs of 32-bit words in wire order */
	u64 ts_recent_stamp_s;    /* when ts_recent was taken, seconds */
	u32 ts_recent;            /* TSval to echo next */
	u32 rcv_tsval, rcv_tsecr; /* tsecr: tsoffset already taken off */
	u16 saw_tstamp : 1, tstamp_ok : 1, dsack : 1, wscale_ok : 1,
		sack_ok : 3, bad_options : 1;
	u8 snd_wscale, rcv_wscale;
	u8 nr_sacks;   /* blocks in this segment, at most 4 */
	u8 num_sacks;  /* blocks we will send */
	u16 user_mss;  /* TCP_MAXSEG */
	u16 mss_clamp; /* the peer's MSS option */
};
#define TCP_SACK_SEEN  1
#define TCP_DSACK_SEEN 4

/* The three samples of a sliding-window minimum of the RTT (Kathleen Nichols);
 * t_ms is tcp_mstamp_ns in ms, which may wrap, and 0 is no sample. */
struct minmax_sample {
	u32 t_ms;
	u32 v;
};
struct minmax {
	struct minmax_sample s[3];
};

/*
 * Grouped by who touches it: a write on its way down, in that order; an ACK;
 * data that arrives; recovery; then what only options, the handshake, TCP_INFO
 * and rare events need. 100,000 of these must fit (docs/SCALE.md): what few
 * connections use is allocated when they first use it.
 */
struct tcp_sock {
	struct inet_connection_sock inet_conn;

	/* tcp_sendmsg() */
	u32 write_seq;  /* end of what the program wrote */
	u32 pushed_seq; /* last PSH point */
	u32 max_window; /* largest ever seen */
	u32 mss_cache;  /* what fits now: path MTU, options */
	u32 notsent_lowat;
	u16 gso_segs;
	u8 nonagle; /* TCP_NAGLE_* */
	u8 ecn_flags;

	/* tcp_write_xmit(); in flight, in segments */
	u32 snd_una; /* first unacknowledged */
	u32 snd_nxt; /* next to send */
	u32 snd_sml; /* end of the last small segment sent (Minshall) */
	u32 snd_wnd; /* the peer's window, scaled */
	u32 snd_cwnd, snd_cwnd_cnt;
	u32 packets_out, retrans_out, sacked_out, lost_out;
	u32 max_packets_out, cwnd_usage_seq;
	bool is_cwnd_limited;
	bool urg_mode;
	bool repair;
	u8 chrono_type; /* what limited the sender, for tcp_info */
	u32 segs_out;
	u64 tcp_wstamp_ns; /* pacing: earliest departure of the next segment */
	u64 tcp_mstamp_ns; /* now, as of the event being processed */

	/* tcp_transmit_skb() */
	u32 tsoffset; /* random, for our TSval */
	u32 snd_up;
	u16 tcp_header_len; /* with the options of every segment */
	u16 advmss;         /* ours, in the SYN */
	u32 rcv_nxt;        /* next expected */
	u32 rcv_wup;        /* rcv_nxt when the window was last advertised */
	u32 rcv_wnd;        /* advertised then */
	u32 rcv_mwnd_seq;   /* the farthest right edge ever advertised */
	u32 data_segs_out;
	struct tcp_options_received rx_opt;
	/* Of tcp_output_fast.c; NULL: never had one. */
	struct tcp_template *template;
	u64 bytes_sent;
	u64 lsndtime_ns; /* last data sent */
	struct list_head tsq_node;
	struct list_head tsorted_sent_queue; /* by time of transmission */
	struct sk_buff *highest_sack;
	u64 first_tx_mstamp_ns, delivered_mstamp_ns;
	u32 delivered, app_limited;

	/* tcp_ack(). srtt is scaled by 8, mdev by 4, in us (RFC 6298). */
	u32 srtt_us, mdev_us, mdev_max_us, rttvar_us, rtt_seq;
	u32 snd_wl1; /* segment of the last window update */
	u32 snd_ssthresh, snd_cwnd_clamp, snd_cwnd_used;
	u32 tlp_high_seq;  /* snd_nxt when a loss probe went; 0: none */
	u64 rcv_tstamp_ns; /* last ACK */
	u64 bytes_acked;
	u64 snd_cwnd_stamp_ns;
	u64 chrono_start_ns, chrono_stat_ns[3];
	u64 rate_interval_us;
	u32 rate_delivered;
	u32 segs_in;
	struct minmax rtt_min;
	struct hrtimer pacing_timer;

	/* RACK (RFC 8985). */
	struct {
		u64 mstamp_ns; /* when the most recently delivered was sent */
		u32 rtt_us;
		u32 end_seq;
		u32 last_delivered;
		u8 reo_wnd_steps;
		u8 reo_wnd_persist;
		bool dsack_seen, advanced;
	} rack;

	/* Data that arrives; the receive buffer's auto-tuning. */
	u32 copied_seq; /* next that the program reads */
	u32 window_clamp, rcv_ssthresh;
	u32 data_segs_in;
	u64 bytes_received;
	struct rb_root out_of_order_queue;
	struct sk_buff *ooo_last_skb;
	struct tcp_comp_ack *comp_ack; /* NULL: never had a gap to speak of */
	u32 rcv_ooopack;
	u32 urg_seq;
	u16 urg_data;
	u8 recvmsg_inq;   /* TCP_INQ */
	u8 scaling_ratio; /* of receive memory, in 1/256, that is payload */
	u32 mtu_info;     /* ICMP's, deferred while owned */
	struct {
		u32 rtt_us, seq;
		u64 time_ns;
	} rcv_rtt_est;
	struct {
		u32 space, seq;
		u64 time_ns;
	} rcvq_space;

	/* Recovery. */
	u32 prior_cwnd, prior_ssthresh;
	u32 prr_delivered, prr_out; /* RFC 6937 */
	u32 high_seq;               /* snd_nxt when recovery began */
	u32 undo_marker;            /* snd_una then; 0: nothing to undo */
	int undo_retrans;           /* retransmissions not yet shown spurious */
	u32 total_retrans;
	u64 retrans_stamp_ns;
	u64 rto_stamp_ns; /* since when in RTO recovery; 0: in none */
	u64 bytes_retrans;
	u16 total_rto, total_rto_recoveries;
	u32 total_rto_time_ms; /* in the recoveries that have ended */
	u32 reordering, reord_seen;
	u32 dsack_dups;
	u32 delivered_ce, lost;
	bool is_sack_reneg, frto, tlp_retrans, rate_app_limited;
	struct sk_buff *retransmit_skb_hint;
	struct tcp_sack_block duplicate_sack[1];
	struct tcp_sack_block selective_acks[4];
	struct tcp_sack_block recv_sack_cache[4];

	/* Options of the program. */
	u32 keepalive_time_s, keepalive_intvl_s; /* 0: the sysctl's */
	int linger2;
	u8 keepalive_probes;
	u8 thin_lto;
	/* Fast Open. Our SYN had the option, the one of experiments; it tries
	 * again after a black hole; it had data; the peer took it, or its SYN
	 * had data that we took. TCP_FASTOPEN_CONNECT, _NO_COOKIE; connect()
	 * has put the SYN off; enum tcp_fastopen_client_fail. */
	u16 syn_fastopen : 1, syn_fastopen_exp : 1, syn_fastopen_ch : 1,
		syn_data : 1, syn_data_acked : 1, fastopen_connect : 1,
		fastopen_no_cookie : 1, defer_connect : 1,
		fastopen_client_fail : 2;
	union {
		/* Only while tcp_connect() runs. */
		struct tcp_fastopen_request *fastopen_req;
		/* A listener's child in SYN_RECV or FIN_WAIT1 whose handshake
		 * is not complete: that handshake, with a reference. */
		struct request_sock *fastopen_rsk;
	};

	/* PMTU probe. */
	struct {
		u32 probe_seq_start, probe_seq_end;
	} mtu_probe;
	u64 last_oow_ack_time_ns;
	u64 syn_stamp_ns; /* passive: when the SYN-ACK went; 0: it went twice */
};

/* As many as 21 in a slab of 32 KiB: look here before it grows. */
#ifndef __CHECKER__ /* sparse has another layout of its own */
static_assert(sizeof(struct tcp_sock) <= 1536, "docs/SCALE.md");
#endif

static inline struct tcp_sock *tcp_sk(const struct sock *sk)
{
	return container_of(inet_csk(sk), struct tcp_sock, inet_conn);
}

/* sk_tsq_flags bits: 0-3 are deferred to release_sock(), which clears no
 * other; THROTTLED and QUEUED are tcp_wfree()'s. */
#define TCP_TSQ_DEFERRED          BIT(0)
#define TCP_WRITE_TIMER_DEFERRED  BIT(1)
#define TCP_DELACK_TIMER_DEFERRED BIT(2)
#define TCP_MTU_REDUCED_DEFERRED  BIT(3)
#define TCP_TSQ_THROTTLED         BIT(4) /* waits for a TX completion */
#define TCP_TSQ_QUEUED            BIT(5) /* on the list that runs next */

/* In skb->cb while TCP holds the skb; 48 bytes at most. */
struct tcp_skb_cb {
	u32 seq, end_seq; /* SYN and FIN count one each */
	union {
		u32 ack_seq; /* received */
		__wsum csum; /* to be sent, if summed: of the payload */
	};
	u16 tcp_gso_segs, tcp_gso_size; /* segments it stands for; their MSS */
	u8 tcp_flags;                   /* TCPHDR_* */
	u8 sacked;                      /* TCPCB_* */
	u8 ip_dsfield;
	u8 txstamp_ack : 1, eor : 1, has_rxtstamp : 1, is_app_limited : 1,
		mtu_probe : 1, summed : 1;
	union {
		/* Received SYN that a TIME_WAIT let in: our number, or 0. */
		u32 tw_isn;
		u32 tx_in_flight; /* sent: segments out, itself included */
	};
	/* Counters at transmission, for the rate sample (tcp_rate.c). */
	u32 tx_delivered, tx_lost;
	u64 tx_first_mstamp_ns, tx_delivered_mstamp_ns;
};
static_assert(sizeof(struct tcp_skb_cb) <= 48, "sk_buff.cb");
#define TCP_SKB_CB(skb) ((struct tcp_skb_cb *)&((skb)->cb[0]))

#define TCPCB_SACKED_ACKED   0x01
#define TCPCB_SACKED_RETRANS 0x02
#define TCPCB_LOST           0x04
#define TCPCB_TAGBITS        0x07
#define TCPCB_EVER_RETRANS   0x80
#define TCPCB_RETRANS        (TCPCB_SACKED_RETRANS | TCPCB_EVER_RETRANS)

static inline struct tcphdr *tcp_hdr(const struct sk_buff *skb)
{
	return (struct tcphdr *)skb_transport_header(skb);
}

static inline u32 tcp_skb_pcount(const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->tcp_gso_segs;
}

static inline u32 tcp_skb_mss(const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->tcp_gso_size;
}

/* Is its last byte, or one in it, to be stamped on the way? */
static inline bool tcp_has_tx_tstamp(const struct sk_buff *skb)
{
	return TCP_SKB_CB(skb)->txstamp_ack ||
	       (skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP);
}

/* Sequence comparison modulo 2^32 (RFC 9293, section 3.4). */
static inline bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}
#define after(a, b) before(b, a)
static inline bool between(u32 v, u32 lo, u32 hi)
{
	return hi - lo >= v - lo;
}

static inline u32 tcp_packets_in_flight(const struct tcp_sock *tp)
{
	return tp->packets_out - (tp->sacked_out + tp->lost_out) +
	       tp->retrans_out;
}

static inline u32 tcp_wnd_end(const struct tcp_sock *tp)
{
	return tp->snd_una + tp->snd_wnd;
}

static inline bool tcp_in_slow_start(const struct tcp_sock *tp)
{
	return tp->snd_cwnd < tp->snd_ssthresh;
}

static inline bool tcp_is_sack(const struct tcp_sock *tp)
{
	return tp->rx_opt.sack_ok;
}

static inline void tcp_mstamp_refresh(struct tcp_sock *tp)
{
	tp->tcp_mstamp_ns = ktime_get_ns();
}

/* TSval: milliseconds, plus a random offset for each connection. */
static inline u32 tcp_time_stamp_ms(u64 ns)
{
	return (u32)(ns / NSEC_PER_MSEC);
}

/* Seconds for the age of ts_recent; never 0, which means "no stamp". */
static inline u64 tcp_now_s(void)
{
	return ktime_get_ns() / NSEC_PER_SEC + 1;
}

/* When the segment was last sent. */
static inline u64 tcp_skb_timestamp_ns(const struct sk_buff *skb)
{
	return skb->tstamp;
}

/* --- queues (tcp_queue.c) --- */
static inline struct sk_buff *tcp_send_head(const struct sock *sk)
{
	return skb_peek(&sk->sk_write_queue); /* all there is unsent */
}
struct sk_buff *tcp_rtx_queue_head(const struct sock *sk);
struct sk_buff *tcp_rtx_queue_tail(const struct sock *sk);
void tcp_rtx_queue_unlink_and_free(struct sk_buff *skb, struct sock *sk);
void tcp_write_queue_purge(struct sock *sk);
static inline bool tcp_rtx_queue_empty(const struct sock *sk)
{
	return RB_EMPTY_ROOT(&sk->tcp_rtx_queue);
}
static inline bool tcp_rtx_and_write_queues_empty(const struct sock *sk)
{
	return tcp_rtx_queue_empty(sk) && skb_queue_empty(&sk->sk_write_queue);
}
/* --- tcp.c --- */
extern struct proto tcp_prot;
void tcp_init(void);
void tcp_init_sock(struct sock *sk);
ssize_t tcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t size);
ssize_t tcp_send_fast(struct sock *sk, void __user *buf, size_t len, u32 flags,
		      const void __user *uaddr, int alen);
ssize_t tcp_recvmsg(struct sock *sk, struct msghdr *msg, size_t len, int flags);
u32 tcp_poll(struct file *f, struct socket *sock, struct poll_table *pt);
void tcp_close(struct sock *sk, u64 timeout_ns);
void tcp_shutdown(struct sock *sk, int how);
int tcp_disconnect(struct sock *sk, int flags);
void tcp_set_state(struct sock *sk, int state);
void tcp_done(struct sock *sk);
/* End it from outside: @err is what the program hears. 0 or -ENOENT. */
int tcp_abort(struct sock *sk, int err);
void tcp_reset(struct sock *sk, struct sk_buff *skb);
void tcp_get_info(struct sock *sk, struct tcp_info *info);
struct sk_buff *tcp_tstamp_stats(const struct sock *sk) __must_check;
int tcp_setsockopt(struct sock *sk, int level, int name, const void __user *val,
		   u32 len);
int tcp_getsockopt(struct sock *sk, int level, int name, void __user *val,
		   int __user *len);
/* A charged skb (sk_wmem_queued counts its truesize) from the fclone cache
 * with @size linear bytes after MAX_TCP_HEADER, CHECKSUM_PARTIAL, its
 * tcp_tsorted_anchor initialised; or NULL. */
struct sk_buff *tcp_stream_alloc_skb(struct sock *sk, u32 size, gfp_t gfp,
				     bool force);
/* The reverse: uncharge and free a skb that is on no queue any more. */
void tcp_wmem_free_skb(struct sock *sk, struct sk_buff *skb);
bool tcp_stream_memory_free(const struct sock *sk, u32 wake);
/* The program read: maybe tell the peer of the new window. */
void tcp_cleanup_rbuf(struct sock *sk, int copied);
bool tcp_check_oom(struct sock *sk, int shift);
void tcp_release_cb(struct sock *sk);
u32 tcp_fin_time_s(const struct sock *sk);
u64 keepalive_time_when_ns(const struct tcp_sock *tp);

/* --- tcp_output.c --- */
u32 tcp_current_mss(struct sock *sk);
/* MSS and, in *@size_goal, how many bytes an skb should collect. */
u32 tcp_send_mss(struct sock *sk, u32 *size_goal, int flags);
u32 tcp_sync_mss(struct sock *sk, u32 pmtu);
u32 tcp_mtu_to_mss(const struct sock *sk, u32 pmtu);
u32 tcp_mss_to_mtu(const struct sock *sk, u32 mss);
/* --- tcp_mtu_probe.c --- */
enum tcp_mtu_probe {
	TCP_MTU_PROBE_NONE,
	TCP_MTU_PROBE_WAIT,
	TCP_MTU_PROBE_SENT
};
enum tcp_mtu_probe tcp_mtu_probe(struct sock *sk, gfp_t gfp);
void tcp_mtup_init(struct sock *sk);
void tcp_mtu_black_hole(struct sock *sk);
void tcp_mtup_acked(struct sock *sk);
void tcp_mtup_probe_failed(struct sock *sk);
bool tcp_mtup_probe_lost(struct sock *sk);
/* --- tcp_output.c --- */
/* Send what the rules permit, now. */
void __tcp_push_pending_frames(struct sock *sk, u32 cur_mss, int nonagle);
void tcp_push_one(struct sock *sk, u32 mss_now);
static inline void tcp_push_pending_frames(struct sock *sk)
{
	if (tcp_send_head(sk))
		__tcp_push_pending_frames(sk, tcp_current_mss(sk),
					  tcp_sk(sk)->nonagle);
}
/* Split @skb (in its queue) at @len bytes; the rest follows it. */
int tcp_fragment(struct sock *sk, bool rtx_queue, struct sk_buff *skb, u32 len,
		 u32 mss_now, gfp_t gfp) __must_check;
/* 0, or errno: -EAGAIN, -EHOSTUNREACH, -ENOMEM: try again later. */
int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, int segs);
/* What the scoreboard says is lost, as cwnd permits. */
void tcp_xmit_retransmit_queue(struct sock *sk);
void tcp_simple_retransmit(struct sock *sk);
/* What is marked lost, when the loss is no sign of congestion. */
void tcp_non_congestion_loss_retransmit(struct sock *sk);
/* Build and send the SYN; @fo: with Fast Open, or NULL. */
int tcp_connect(struct sock *sk, struct tcp_fastopen_request *fo);
void tcp_send_fin(struct sock *sk);
void tcp_send_active_reset(struct sock *sk, gfp_t gfp);
int tcp_send_synack(struct sock *sk); /* simultaneous open */
void tcp_send_ack(struct sock *sk);
void tcp_send_delayed_ack(struct sock *sk);
void tcp_send_probe0(struct sock *sk);
int tcp_write_wakeup(struct sock *sk, enum snmp_mib mib);
bool tcp_schedule_loss_probe(struct sock *sk, bool advancing_rto);
void tcp_send_loss_probe(struct sock *sk);
u32 tcp_select_window(struct sock *sk);
u32 __tcp_select_window(struct sock *sk);
void tcp_select_initial_window(const struct sock *sk, u32 space, u32 mss,
			       u32 *rcv_wnd, u32 *window_clamp, bool wscale_ok,
			       u8 *rcv_wscale, u32 init_rcv_wnd);
/* SYN-ACK for a half-open connection, ready for ip_build_and_send_pkt(). */
struct sk_buff *tcp_make_synack(const struct sock *sk, struct dst_entry *dst,
				struct request_sock *req,
				const struct tcp_fastopen_cookie *foc);
void tcp_update_skb_after_send(struct sock *sk, struct sk_buff *skb,
			       u64 prior_wstamp_ns);
void tcp_cwnd_restart(struct sock *sk, u64 delta_ns);
void tcp_tsq_write(struct sock *sk);
/* TX completion of a clone: may release the small-queue limit (row T12). */
void tcp_wfree(struct sk_buff *skb);
void tcp_chrono_start(struct sock *sk, u8 type);
void tcp_chrono_stop(struct sock *sk, u8 type);
enum {
	TCP_CHRONO_UNSPEC,
	TCP_CHRONO_BUSY,
	TCP_CHRONO_RWND_LIMITED,
	TCP_CHRONO_SNDBUF_LIMITED
};
void tcp_update_pacing_rate(struct sock *sk);

/* --- tcp_input.c --- */
void tcp_rcv_established(struct sock *sk, struct sk_buff *skb);
/* 1: send a RST to the segment's sender; else it was dealt with. Consumes
 * unless 1. */
int tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb);
/* @foc: gets the Fast Open cookie; NULL: nobody wants it. */
void tcp_parse_options(const struct net *net, const struct sk_buff *skb,
		       struct tcp_options_received *opt, bool estab,
		       struct tcp_fastopen_cookie *foc);
void tcp_finish_connect(struct sock *sk, struct sk_buff *skb);
void tcp_fin(struct sock *sk);
void tcp_send_challenge_ack(struct sock *sk);
bool tcp_oow_rate_limited(struct net *net, const struct sk_buff *skb,
			  enum snmp_mib mib, u64 *last_ns);
void tcp_init_transfer(struct sock *sk);

/* --- tcp_ack.c --- */
#define FLAG_SLOWPATH         0x100
#define FLAG_UPDATE_TS_RECENT 0x4000
#define FLAG_NO_CHALLENGE_ACK 0x8000
/* 1: go on; 0: old ACK; < 0: drop with that -(drop reason). */
int tcp_ack(struct sock *sk, struct sk_buff *skb, int flag);
bool tcp_may_update_window(const struct tcp_sock *tp, u32 ack, u32 ack_seq,
			   u32 nwin);
void tcp_enter_loss(struct sock *sk);
void tcp_enter_cwr(struct sock *sk);
void tcp_rearm_rto(struct sock *sk);
bool tcp_mark_skb_resend(struct sock *sk, struct sk_buff *skb);
void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb);
void tcp_synack_rtt_meas(struct sock *sk, u64 sent_ns);
void tcp_set_rto(struct sock *sk);
u32 tcp_min_rtt(const struct tcp_sock *tp);
void tcp_init_metrics(struct sock *sk);
void tcp_dst_metrics(struct sock *sk, const struct dst_entry *dst);
void tcp_choose_rto_min(struct sock *sk, const struct dst_entry *dst);
void tcp_clear_retrans(struct tcp_sock *tp);
void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb);
void __tcp_rate_check_app_limited(struct sock *sk);
/* Before more is queued, an ACK is applied or a timer sends. */
static inline void tcp_rate_check_app_limited(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->write_seq - tp->snd_nxt < tp->mss_cache)
		__tcp_rate_check_app_limited(sk);
}

/* --- tcp_recovery.c --- */
bool tcp_rack_mark_lost(struct sock *sk);
void tcp_rack_advance(struct tcp_sock *tp, u8 sacked, u32 end_seq, u64 xmit_ns);
void tcp_rack_reo_timeout(struct sock *sk);
void tcp_rack_update_reo_wnd(struct sock *sk, const struct rate_sample *rs);

/* --- tcp_rcvqueue.c --- */
/* Payload (and FIN) of an acceptable segment; consumes @skb, which starts at
 * the TCP header: tcp_data_queue() takes that off. A segment with neither has
 * no effect. */
void tcp_data_queue(struct sock *sk, struct sk_buff *skb);
/* Delayed or immediate ACK, after the segment was processed. */
void tcp_ack_snd_check(struct sock *sk);
void tcp_data_snd_check(struct sock *sk);
void tcp_event_data_recv(struct sock *sk, struct sk_buff *skb);
void tcp_rcv_space_adjust(struct sock *sk);
void tcp_init_buffer_space(struct sock *sk);
void tcp_enter_quickack_mode(struct sock *sk, u32 max_quickacks);
void tcp_incr_quickack(struct sock *sk, u32 max_quickacks);
void tcp_initialize_rcv_mss(struct sock *sk);
void tcp_dsack_set(struct sock *sk, u32 seq, u32 end_seq);
void tcp_send_dupack(struct sock *sk, const struct sk_buff *skb);
u32 tcp_receive_window(const struct tcp_sock *tp);
u32 tcp_space(const struct sock *sk);
u32 tcp_full_space(const struct sock *sk);
u32 tcp_max_receive_window(const struct tcp_sock *tp);
void tcp_set_window_clamp(struct sock *sk, u32 val);
void tcp_urg(struct sock *sk, struct sk_buff *skb, const struct tcphdr *th);

/* --- tcp_timer.c --- */
void tcp_init_xmit_timers(struct sock *sk);
void tcp_clear_xmit_timers(struct sock *sk);
void tcp_write_timer_handler(struct sock *sk);
void tcp_delack_timer_handler(struct sock *sk);
void tcp_retransmit_timer(struct sock *sk);
void tcp_set_keepalive(struct sock *sk, int val);
u64 tcp_clamp_probe0_to_user_timeout(const struct sock *sk, u64 when_ns);
u64 tcp_probe0_when_ns(const struct sock *sk, u64 max_ns);

/* --- tcp_ipv4.c --- */
int tcp_v4_connect(struct sock *sk, struct sockaddr *addr, int len);
int tcp_v4_send_syn(struct sock *sk, struct tcp_fastopen_request *fo);
int tcp_v4_rcv(struct sk_buff *skb);
/* tcp_rcv_bare.c: a packet without data, before it has an skb. */
bool tcp_v4_rcv_bare(struct net_device *dev, const void *data, u32 len);
int tcp_v4_err(struct sk_buff *skb, u32 info);
int tcp_v4_do_rcv(struct sock *sk, struct sk_buff *skb);
void tcp_v4_send_reset(const struct sock *sk, struct sk_buff *skb);
void tcp_v4_send_check(struct sock *sk, struct sk_buff *skb);
void tcp_v4_mtu_reduced(struct sock *sk);
u32 secure_tcp_seq(struct net *net, __be32 saddr, __be32 daddr, __be16 sport,
		   __be16 dport);
u32 secure_tcp_ts_off(struct net *net, __be32 saddr, __be32 daddr);
int tcp_net_init(struct net *net) __must_check;
void tcp_net_exit(struct net *net);
void tcp_v4_timewait_ack(struct tcp_timewait_sock *tw, struct sk_buff *skb);
void tcp_v4_reqsk_ack(const struct sock *sk, const struct request_sock *req,
		      struct sk_buff *skb);

/* --- tcp_minisocks.c --- */
/* A connection whose handshake is not complete. */
struct request_sock {
	struct sock_common __req_common; /* in ehash, SK_REQUEST */
	struct sock *rsk_listener;
	struct sock *sk;              /* the child, until it is accepted */
	struct request_sock *dl_next; /* accept queue */
	struct timer_list rsk_timer;
	struct hlist_node rsk_node; /* the listener's syn_list */
	u32 rcv_isn, snt_isn, rcv_nxt;
	u16 mss;
	u8 num_timeout, num_retrans;
	u8 snd_wscale, rcv_wscale;
	bool tstamp_ok, sack_ok, wscale_ok, ecn_ok, acked, cookie_ts;
	bool no_cookie;    /* Fast Open needs none */
	bool tfo_listener; /* the child waits for the handshake's last ACK */
	u32 ts_recent, ts_off, rsk_rcv_wnd, rsk_window_clamp;
	u32 snt_tsval_first, snt_tsval_last; /* of our SYN-ACKs */
	u64 snt_synack_ns, timeout_ns;
	u64 last_oow_ack_time_ns;
	__be32 ir_loc_addr, ir_rmt_addr;
	__be16 ir_loc_port, ir_rmt_port;
	int ir_iif;
	u8 tos;
};
struct tcp_timewait_sock {
	struct sock_common __tw_common; /* in ehash, SK_TIMEWAIT */
	struct timer_list tw_timer;
	struct inet_bind_bucket *tw_tb;
	u8 tw_substate; /* TCP_FIN_WAIT2 or TCP_TIME_WAIT */
	u8 tw_rcv_wscale, tw_tos;
	bool tstamp_ok;
	u32 tw_rcv_nxt, tw_snd_nxt, tw_rcv_wnd, tw_ts_recent, tw_ts_offset;
	u32 tw_entry_ms; /* when its four-tuple began to rest */
	u64 tw_ts_recent_stamp_s;
	u64 tw_last_oow_ack_time_ns;
};
/* Drop a reference of a look-up, whatever kind it found. */
void tcp_gen_put(struct sock *sk);
/* May this connect() take the four-tuple of @tw over? Then @tw is gone. */
bool tcp_twsk_reuse(struct sock *sk, struct tcp_timewait_sock *tw);
enum tcp_tw_status {
	TCP_TW_SUCCESS,
	TCP_TW_RST,
	TCP_TW_ACK,
	TCP_TW_SYN
};
enum tcp_tw_status tcp_timewait_state_process(struct tcp_timewait_sock *tw,
					      struct sk_buff *skb,
					      const struct tcphdr *th);
void tcp_time_wait(struct sock *sk, int state, u64 timeo_ns);
void tcp_timewait_kill(struct tcp_timewait_sock *tw);
void tcp_timewait_purge(struct net *net);
void tcp_init_minisocks(void);
struct sock *tcp_check_req(struct sock *sk, struct sk_buff *skb,
			   struct request_sock *req);
bool tcp_fastopen_check_req(struct sock *sk, struct sk_buff *skb);
struct sock *tcp_create_openreq_child(const struct sock *sk,
				      struct request_sock *req,
				      struct sk_buff *skb);
int tcp_child_process(struct sock *parent, struct sock *child,
		      struct sk_buff *skb);

/* --- tcp_listen.c --- */
int tcp_conn_request(struct sock *sk, struct sk_buff *skb); /* SYN, LISTEN */
/* Unlink a half-open connection, stop its timer, drop it. */
void tcp_reqsk_drop(struct request_sock *req);
/* Every half-open connection of a listener that ends. */
void tcp_reqsk_purge(struct sock *listener);
int tcp_rtx_synack(const struct sock *sk, struct request_sock *req);
/* The child is complete: accept() may have it. */
void tcp_accept_queue_add(struct sock *sk, struct request_sock *req,
			  struct sock *child);
static inline bool sk_acceptq_is_full(const struct sock *sk)
{
	return sk->sk_ack_backlog > sk->sk_max_ack_backlog;
}
/* A child of Fast Open whose handshake is not complete. */
static inline bool tcp_passive_fastopen(const struct sock *sk)
{
	return (TCPF(sk->sk_state) &
		(TCPF(TCP_SYN_RECV) | TCPF(TCP_FIN_WAIT1))) &&
	       tcp_sk(sk)->fastopen_rsk;
}
/* tcp_syncookies.c: the child that a cookie's ACK stands for, the listener
 * itself if it is none, or NULL: dropped. */
struct sock *tcp_cookie_check(struct sock *sk, struct sk_buff *skb);
u32 tcp_cookie_isn(struct sock *sk, const struct sk_buff *skb, u16 *mss);
void tcp_cookie_encode_options(struct request_sock *req);
void tcp_init_listen(void);
void tcp_reqsk_put(struct request_sock *req);
struct sock *tcp_syn_recv_sock(struct sock *sk, struct sk_buff *skb,
			       struct request_sock *req);
struct request_sock *tcp_reqsk_from_ack(struct sock *sk,
					const struct sk_buff *skb) __must_check;
struct sock *tcp_reqsk_complete(struct sock *sk, struct sk_buff *skb,
				struct request_sock *req);

/* --- congestion control (tcp_cong.c) --- */
enum tcp_ca_event {
	CA_EVENT_TX_START,     /* first transmit with nothing in flight */
	CA_EVENT_CWND_RESTART, /* after idle */
	CA_EVENT_COMPLETE_CWR,
	CA_EVENT_LOSS,
	CA_EVENT_TLP_RECOVERY, /* a loss probe has repaired a loss */
	CA_EVENT_ECN_NO_CE,
	CA_EVENT_ECN_IS_CE,
};
struct ack_sample {
	u32 pkts_acked;
	s32 rtt_us;
	u32 in_flight;
};
struct rate_sample {
	u64 prior_mstamp_ns;
	u32 prior_delivered, prior_lost;
	s32 delivered; /* segments over interval; -1: invalid */
	s64 interval_us;
	s64 rtt_us;
	int losses;       /* segments that this ACK showed to be lost */
	u32 lost;         /* since the sampled packet was sent */
	u32 tx_in_flight; /* when it was sent, itself included */
	u32 acked_sacked;
	u32 prior_in_flight;
	u32 last_end_seq;
	bool is_app_limited, is_retrans, is_ack_delayed;
	bool is_ece; /* the ACK echoed a congestion mark */
};
#define TCP_CA_NAME_MAX    16
#define TCP_CONG_NEEDS_ECN BIT(1)
struct tcp_congestion_ops {
	const char *name;
	u32 flags;
	u32 key;       /* given at registration; 0 is none */
	u32 priv_size; /* bytes of inet_csk_ca(); 0: at most ICSK_CA_INLINE */
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	u32 (*undo_cwnd)(struct sock *sk);
	void (*init)(struct sock *sk);
	void (*release)(struct sock *sk);
	void (*set_state)(struct sock *sk, u8 new_state);
	void (*cwnd_event)(struct sock *sk, enum tcp_ca_event ev);
	void (*in_ack_event)(struct sock *sk, u32 flags);
	void (*pkts_acked)(struct sock *sk, const struct ack_sample *sample);
	/* @skb, which is queued still, or its last resend is lost. */
	void (*skb_marked_lost)(struct sock *sk, const struct sk_buff *skb);
	/* Replaces cwnd and pacing decisions altogether (BBR). */
	void (*cong_control)(struct sock *sk, const struct rate_sample *rs);
	u32 (*min_tso_segs)(struct sock *sk);
	u32 (*sndbuf_expand)(struct sock *sk);
	size_t (*get_info)(struct sock *sk, void *buf, size_t len);
	u16 info_attr; /* INET_DIAG_*, what get_info() gives */
	struct list_head list;
};
int tcp_register_congestion_control(struct tcp_congestion_ops *ca);
const struct tcp_congestion_ops *tcp_ca_find(const char *name);
u32 tcp_ca_get_key_by_name(const char *name);
const char *tcp_ca_get_name_by_key(u32 key);
void tcp_ca_dst_init(struct sock *sk, const struct dst_entry *dst);
int tcp_set_default_congestion_control(struct net *net,
				       const char *name) __must_check;
int tcp_set_allowed_congestion_control(struct net *net,
				       const char *names) __must_check;
int tcp_get_available_congestion_control(char *text, size_t size);
int tcp_get_allowed_congestion_control(const struct net *net, char *text,
				       size_t size);
void tcp_assign_congestion_control(struct sock *sk);
void tcp_init_congestion_control(struct sock *sk);
void tcp_cleanup_congestion_control(struct sock *sk);
int tcp_set_congestion_control(struct sock *sk, const char *name);
u32 tcp_slow_start(struct tcp_sock *tp, u32 acked);
void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked);
bool tcp_is_cwnd_limited(const struct sock *sk);
u32 tcp_init_cwnd(const struct tcp_sock *tp, const struct dst_entry *dst);
static inline void tcp_ca_event(struct sock *sk, enum tcp_ca_event ev)
{
	if (inet_csk(sk)->icsk_ca_ops->cwnd_event)
		inet_csk(sk)->icsk_ca_ops->cwnd_event(sk, ev);
}
void tcp_set_ca_state(struct sock *sk, u8 ca_state);
/* netns_ipv4.tcp_hystart_detect: Linux's bits, of which 1, trains of ACKs, has
 * no effect here; and RFC 9406's HyStart++, which goes before the others. */
#define TCP_HYSTART_DELAY     2
#define TCP_HYSTART_PLUS_PLUS 4
extern struct tcp_congestion_ops tcp_reno, cubictcp, tcp_bbr;

/* SPDX-License-Identifier: MIT */
/* DOC: TCP socket options and struct tcp_info (uAPI linux/tcp.h). */
#pragma once

#include "lib/types.h"

#define TCP_NODELAY              1
#define TCP_MAXSEG               2
#define TCP_CORK                 3
#define TCP_KEEPIDLE             4
#define TCP_KEEPINTVL            5
#define TCP_KEEPCNT              6
#define TCP_SYNCNT               7
#define TCP_LINGER2              8
#define TCP_DEFER_ACCEPT         9
#define TCP_WINDOW_CLAMP         10
#define TCP_INFO                 11
#define TCP_QUICKACK             12
#define TCP_CONGESTION           13
#define TCP_MD5SIG               14
#define TCP_THIN_LINEAR_TIMEOUTS 16
#define TCP_THIN_DUPACK          17
#define TCP_USER_TIMEOUT         18
#define TCP_REPAIR               19
#define TCP_FASTOPEN             23
#define TCP_TIMESTAMP            24
#define TCP_NOTSENT_LOWAT        25
#define TCP_CC_INFO              26
#define TCP_SAVE_SYN             27
#define TCP_SAVED_SYN            28
#define TCP_FASTOPEN_CONNECT     30
#define TCP_ULP                  31
#define TCP_FASTOPEN_KEY         33
#define TCP_FASTOPEN_NO_COOKIE   34
#define TCP_ZEROCOPY_RECEIVE     35
#define TCP_INQ                  36
#define TCP_TX_DELAY             37
#define TCP_RTO_MAX_MS           44
#define TCP_RTO_MIN_US           45
#define TCP_DELACK_MAX_US        46

enum tcp_state {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
	TCP_MAX_STATES,
};
#define TCPF(state) (1U << (state))

/* tcpi_options */
#define TCPI_OPT_TIMESTAMPS 1
#define TCPI_OPT_SACK       2
#define TCPI_OPT_WSCALE     4
#define TCPI_OPT_ECN        8
#define TCPI_OPT_ECN_SEEN   16
#define TCPI_OPT_SYN_DATA   32

/* SCM_TIMESTAMPING_OPT_STATS: types of its attributes. */
enum {
	TCP_NLA_BUSY = 1,
	TCP_NLA_RWND_LIMITED,
	TCP_NLA_SNDBUF_LIMITED,
	TCP_NLA_DATA_SEGS_OUT,
	TCP_NLA_TOTAL_RETRANS,
	TCP_NLA_PACING_RATE,
	TCP_NLA_DELIVERY_RATE,
	TCP_NLA_SND_CWND,
	TCP_NLA_REORDERING,
	TCP_NLA_MIN_RTT,
	TCP_NLA_RECUR_RETRANS,
	TCP_NLA_DELIVERY_RATE_APP_LMT,
	TCP_NLA_SNDQ_SIZE,
	TCP_NLA_CA_STATE,
	TCP_NLA_SND_SSTHRESH,
	TCP_NLA_DELIVERED,
	TCP_NLA_DELIVERED_CE,
	TCP_NLA_BYTES_SENT,
	TCP_NLA_BYTES_RETRANS,
	TCP_NLA_DSACK_DUPS,
	TCP_NLA_REORD_SEEN,
	TCP_NLA_SRTT,
	TCP_NLA_TIMEOUT_REHASH,
	TCP_NLA_BYTES_NOTSENT,
	TCP_NLA_EDT,
};

enum tcp_ca_state {
	TCP_CA_Open = 0,
	TCP_CA_Disorder = 1,
	TCP_CA_CWR = 2,
	TCP_CA_Recovery = 3,
	TCP_CA_Loss = 4,
};

struct tcp_info {
	u8 tcpi_state;
	u8 tcpi_ca_state;
	u8 tcpi_retransmits;
	u8 tcpi_probes;
	u8 tcpi_backoff;
	u8 tcpi_options;
	u8 tcpi_snd_wscale : 4, tcpi_rcv_wscale : 4;
	u8 tcpi_delivery_rate_app_limited : 1, tcpi_fastopen_client_fail : 2;
	u32 tcpi_rto; /* us */
	u32 tcpi_ato; /* us */
	u32 tcpi_snd_mss, tcpi_rcv_mss;
	u32 tcpi_unacked, tcpi_sacked, tcpi_lost, tcpi_retrans, tcpi_fackets;
	u32 tcpi_last_data_sent, tcpi_last_ack_sent; /* ms ago */
	u32 tcpi_last_data_recv, tcpi_last_ack_recv;
	u32 tcpi_pmtu, tcpi_rcv_ssthresh;
	u32 tcpi_rtt, tcpi_rttvar; /* us */
	u32 tcpi_snd_ssthresh, tcpi_snd_cwnd, tcpi_advmss, tcpi_reordering;
	u32 tcpi_rcv_rtt, tcpi_rcv_space, tcpi_total_retrans;
	u64 tcpi_pacing_rate, tcpi_max_pacing_rate; /* bytes/s */
	u64 tcpi_bytes_acked, tcpi_bytes_received;
	u32 tcpi_segs_out, tcpi_segs_in;
	u32 tcpi_notsent_bytes, tcpi_min_rtt;
	u32 tcpi_data_segs_in, tcpi_data_segs_out;
	u64 tcpi_delivery_rate;
	u64 tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited; /* us */
	u32 tcpi_delivered, tcpi_delivered_ce;
	u64 tcpi_bytes_sent, tcpi_bytes_retrans;
	u32 tcpi_dsack_dups, tcpi_reord_seen, tcpi_rcv_ooopack, tcpi_snd_wnd;
	u32 tcpi_rcv_wnd, tcpi_rehash;
	u16 tcpi_total_rto, tcpi_total_rto_recoveries;
	u32 tcpi_total_rto_time; /* ms */
	/* Of accurate ECN, which is never agreed on here: zero. */
	u32 tcpi_received_ce;
	u32 tcpi_delivered_e1_bytes, tcpi_delivered_e0_bytes;
	u32 tcpi_delivered_ce_bytes;
	u32 tcpi_received_e1_bytes, tcpi_received_e0_bytes;
	u32 tcpi_received_ce_bytes;
	u32 tcpi_ecn_mode : 2, tcpi_accecn_opt_seen : 2;
	u32 tcpi_accecn_fail_mode : 4, tcpi_options2 : 24;
};
static_assert(sizeof(struct tcp_info) == 280, "uAPI linux/tcp.h, 6.18");

/* TCP_CC_INFO of "bbr". */
struct tcp_bbr_info {
	u32 bbr_bw_lo, bbr_bw_hi;           /* bytes/s */
	u32 bbr_min_rtt;                    /* us */
	u32 bbr_pacing_gain, bbr_cwnd_gain; /* << 8 */
};
static_assert(sizeof(struct tcp_bbr_info) == 20, "uAPI linux/inet_diag.h");

// SPDX-License-Identifier: MIT
/*
 * DOC: TCP_INFO: a connection's state as programs and `ss` read it (uAPI
 * linux/tcp.h), and the part of it that comes with a transmit time stamp
 * (SOF_TIMESTAMPING_OPT_STATS). Nothing is changed here.
 */
#include "net/ipv4/tcp_int.h"

static u32 us_of(u64 ns)
{
	return (u32)(ns / NSEC_PER_USEC);
}

/* 0 for what never happened. */
static u32 ms_ago(u64 now, u64 then)
{
	return then ? (u32)((now - then) / NSEC_PER_MSEC) : 0;
}

static u8 info_options(const struct tcp_sock *tp)
{
	u8 o = 0;

	if (tp->rx_opt.tstamp_ok)
		o |= TCPI_OPT_TIMESTAMPS;
	if (tcp_is_sack(tp))
		o |= TCPI_OPT_SACK;
	if (tp->rx_opt.wscale_ok)
		o |= TCPI_OPT_WSCALE;
	if (tp->ecn_flags & TCP_ECN_OK)
		o |= TCPI_OPT_ECN;
	if (tp->ecn_flags & TCP_ECN_SEEN)
		o |= TCPI_OPT_ECN_SEEN;
	if (tp->syn_data_acked)
		o |= TCPI_OPT_SYN_DATA;
	return o;
}

/* How long something limited the sender, the running period included. */
static void info_chrono(const struct tcp_sock *tp, u64 now,
			struct tcp_info *info)
{
	u64 ns[3], total = 0;
	int i;

	for (i = 0; i < 3; i++) {
		ns[i] = tp->chrono_stat_ns[i];
		if (tp->chrono_type == i + TCP_CHRONO_BUSY)
			ns[i] += now - tp->chrono_start_ns;
		total += ns[i];
	}
	info->tcpi_busy_time = total / NSEC_PER_USEC;
	info->tcpi_rwnd_limited =
		ns[TCP_CHRONO_RWND_LIMITED - TCP_CHRONO_BUSY] / NSEC_PER_USEC;
	info->tcpi_sndbuf_limited =
		ns[TCP_CHRONO_SNDBUF_LIMITED - TCP_CHRONO_BUSY] / NSEC_PER_USEC;
}

static void info_timing(const struct sock *sk, u64 now, struct tcp_info *info)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	info->tcpi_rto = us_of(icsk->icsk_rto_ns);
	info->tcpi_ato = us_of(icsk->icsk_ack.ato_ns);
	info->tcpi_rtt = tp->srtt_us >> 3;
	info->tcpi_rttvar = tp->mdev_us >> 2;
	info->tcpi_min_rtt = tcp_min_rtt(tp);
	info->tcpi_rcv_rtt = tp->rcv_rtt_est.rtt_us >> 3;
	info->tcpi_last_data_sent = ms_ago(now, tp->lsndtime_ns);
	info->tcpi_last_data_recv = ms_ago(now, icsk->icsk_ack.lrcvtime_ns);
	info->tcpi_last_ack_recv = ms_ago(now, tp->rcv_tstamp_ns);
	info->tcpi_total_rto = tp->total_rto;
	info->tcpi_total_rto_recoveries = tp->total_rto_recoveries;
	info->tcpi_total_rto_time = tp->total_rto_time_ms;
	if (tp->rto_stamp_ns)
		info->tcpi_total_rto_time += ms_ago(now, tp->rto_stamp_ns);
	info_chrono(tp, now, info);
}

static void info_sending(const struct sock *sk, struct tcp_info *info)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	info->tcpi_retransmits = icsk->icsk_retransmits;
	info->tcpi_probes = icsk->icsk_probes_out;
	info->tcpi_backoff = icsk->icsk_backoff;
	info->tcpi_snd_mss = tp->mss_cache;
	info->tcpi_unacked = tp->packets_out;
	info->tcpi_sacked = tp->sacked_out;
	info->tcpi_lost = tp->lost_out;
	info->tcpi_retrans = tp->retrans_out;
	info->tcpi_pmtu = icsk->icsk_pmtu_cookie;
	info->tcpi_snd_ssthresh = tp->snd_ssthresh;
	info->tcpi_snd_cwnd = tp->snd_cwnd;
	info->tcpi_snd_wnd = tp->snd_wnd;
	info->tcpi_reordering = tp->reordering;
	info->tcpi_reord_seen = tp->reord_seen;
	info->tcpi_total_retrans = tp->total_retrans;
	info->tcpi_dsack_dups = tp->dsack_dups;
	info->tcpi_bytes_sent = tp->bytes_sent;
	info->tcpi_bytes_acked = tp->bytes_acked;
	info->tcpi_bytes_retrans = tp->bytes_retrans;
	info->tcpi_segs_out = tp->segs_out;
	info->tcpi_data_segs_out = tp->data_segs_out;
	info->tcpi_delivered = tp->delivered;
	info->tcpi_delivered_ce = tp->delivered_ce;
	if (after(tp->write_seq, tp->snd_nxt))
		info->tcpi_notsent_bytes = tp->write_seq - tp->snd_nxt;
}

static void info_rate(const struct tcp_sock *tp, struct tcp_info *info)
{
	info->tcpi_delivery_rate_app_limited = tp->rate_app_limited;
	if (tp->rate_delivered && tp->rate_interval_us)
		info->tcpi_delivery_rate = (u64)tp->rate_delivered *
					   tp->mss_cache * 1000000 /
					   tp->rate_interval_us;
}

static void info_receiving(const struct sock *sk, struct tcp_info *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	info->tcpi_rcv_mss = inet_csk(sk)->icsk_ack.rcv_mss;
	info->tcpi_advmss = tp->advmss;
	info->tcpi_rcv_ssthresh = tp->rcv_ssthresh;
	info->tcpi_rcv_space = tp->rcvq_space.space;
	info->tcpi_rcv_wnd = tp->rcv_wnd;
	info->tcpi_bytes_received = tp->bytes_received;
	info->tcpi_segs_in = tp->segs_in;
	info->tcpi_data_segs_in = tp->data_segs_in;
	info->tcpi_rcv_ooopack = tp->rcv_ooopack;
}

/**
 * tcp_get_info() - Fill in TCP_INFO.
 * @sk:   locked.
 * @info: filled; of a listener only the state, options and the accept queue
 *        (tcpi_unacked: waiting, tcpi_sacked: at most).
 */
void tcp_get_info(struct sock *sk, struct tcp_info *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	memset(info, 0, sizeof(*info));
	info->tcpi_state = sk->sk_state;
	info->tcpi_pacing_rate = sk->sk_pacing_rate;
	info->tcpi_max_pacing_rate = sk->sk_max_pacing_rate;
	info->tcpi_reordering = tp->reordering;
	info->tcpi_snd_cwnd = tp->snd_cwnd;
	if (sk->sk_state == TCP_LISTEN) {
		info->tcpi_unacked = sk->sk_ack_backlog;
		info->tcpi_sacked = sk->sk_max_ack_backlog;
		return;
	}
	info->tcpi_ca_state = inet_csk(sk)->icsk_ca_state;
	info->tcpi_options = info_options(tp);
	info->tcpi_fastopen_client_fail = tp->fastopen_client_fail & 3;
	info->tcpi_snd_wscale = tp->rx_opt.snd_wscale & 0xf;
	info->tcpi_rcv_wscale = tp->rx_opt.rcv_wscale & 0xf;
	info_timing(sk, ktime_get_ns(), info);
	info_sending(sk, info);
	info_rate(tp, info);
	info_receiving(sk, info);
}

/* uAPI linux/netlink.h, struct nlattr, before its payload; both are padded to
 * 4 bytes. */
struct stat_head {
	u16 len, type;
};

static void put_stat(struct sk_buff *skb, u16 type, const void *value, u32 n)
{
	struct stat_head h = { (u16)(sizeof(h) + n), type };
	u8 *p = skb_put(skb, (u32)sizeof(h) + ALIGN(n, 4U));

	memcpy(p, &h, sizeof(h));
	memset(p + sizeof(h), 0, ALIGN(n, 4U));
	memcpy(p + sizeof(h), value, n);
}

static void put_stat64(struct sk_buff *skb, u16 type, u64 v)
{
	put_stat(skb, type, &v, sizeof(v));
}

static void put_stat32(struct sk_buff *skb, u16 type, u32 v)
{
	put_stat(skb, type, &v, sizeof(v));
}

static void put_stat8(struct sk_buff *skb, u16 type, u8 v)
{
	put_stat(skb, type, &v, sizeof(v));
}

/* The order is that of Linux, by which programs may go. */
static void put_stats(struct sk_buff *skb, const struct sock *sk,
		      const struct tcp_info *info)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	put_stat64(skb, TCP_NLA_BUSY, info->tcpi_busy_time);
	put_stat64(skb, TCP_NLA_RWND_LIMITED, info->tcpi_rwnd_limited);
	put_stat64(skb, TCP_NLA_SNDBUF_LIMITED, info->tcpi_sndbuf_limited);
	put_stat64(skb, TCP_NLA_DATA_SEGS_OUT, tp->data_segs_out);
	put_stat64(skb, TCP_NLA_TOTAL_RETRANS, tp->total_retrans);
	put_stat64(skb, TCP_NLA_PACING_RATE, info->tcpi_pacing_rate);
	put_stat64(skb, TCP_NLA_DELIVERY_RATE, info->tcpi_delivery_rate);
	put_stat32(skb, TCP_NLA_SND_CWND, tp->snd_cwnd);
	put_stat32(skb, TCP_NLA_REORDERING, tp->reordering);
	put_stat32(skb, TCP_NLA_MIN_RTT, info->tcpi_min_rtt);
	put_stat8(skb, TCP_NLA_RECUR_RETRANS, info->tcpi_retransmits);
	put_stat8(skb, TCP_NLA_DELIVERY_RATE_APP_LMT, tp->rate_app_limited);
	put_stat32(skb, TCP_NLA_SND_SSTHRESH, tp->snd_ssthresh);
	put_stat32(skb, TCP_NLA_DELIVERED, tp->delivered);
	put_stat32(skb, TCP_NLA_DELIVERED_CE, tp->delivered_ce);
	put_stat32(skb, TCP_NLA_SNDQ_SIZE, tp->write_seq - tp->snd_una);
	put_stat8(skb, TCP_NLA_CA_STATE, info->tcpi_ca_state);
	put_stat64(skb, TCP_NLA_BYTES_SENT, tp->bytes_sent);
	put_stat64(skb, TCP_NLA_BYTES_RETRANS, tp->bytes_retrans);
	put_stat32(skb, TCP_NLA_DSACK_DUPS, tp->dsack_dups);
	put_stat32(skb, TCP_NLA_REORD_SEEN, tp->reord_seen);
	put_stat32(skb, TCP_NLA_SRTT, tp->srtt_us >> 3);
	put_stat32(skb, TCP_NLA_BYTES_NOTSENT, info->tcpi_notsent_bytes);
	put_stat64(skb, TCP_NLA_EDT, tp->tcp_wstamp_ns);
}

/* Room for put_stats(): 24 attributes of at most 12 bytes. */
#define STATS_ROOM (24U * 12U)

/**
 * tcp_tstamp_stats() - SCM_TIMESTAMPING_OPT_STATS (proto.tstamp_stats).
 * @sk: a connection.
 *
 * Ownership: the packet is the caller's; its linear bytes are the attributes.
 * Return:    it, or NULL without memory.
 */
struct sk_buff *tcp_tstamp_stats(const struct sock *sk)
{
	struct sk_buff *skb = alloc_skb(STATS_ROOM, GFP_ATOMIC);
	struct tcp_info info;

	if (!skb)
		return NULL;
	tcp_get_info((struct sock *)(uintptr_t)sk, &info);
	put_stats(skb, sk, &info);
	return skb;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: what TCP's sending and receiving files call of each other and nobody
 * else does.
 *
 *	tcp_queue.c	      the retransmit queue: order, search, splitting
 *	tcp_mss.c	      segment sizes and windows
 *	tcp_output_build.c    header and options; handing a segment to IP
 *	tcp_output_fast.c     the same and IP's work, by a template
 *	tcp_output.c	      what may leave now
 *	tcp_output_control.c  SYN, FIN, RST, pure ACKs, probes
 *	tcp_retransmit.c      what goes again; the loss probe
 *	tcp_ack_fast.c	      the ACK that was expected
 *	tcp_ack.c, tcp_sack.c, tcp_loss.c, tcp_rtt.c, tcp_rate.c  feedback
 *	tcp_rcvqueue.c, tcp_rcvbuf.c  data in; window and ACKs out
 */
#pragma once

#include "net/ipv4/tcp.h"

#define rb_to_skb(n) rb_entry_safe(n, struct sk_buff, rbnode)

/* Of sysctl_tcp_challenge_ack_limit: a common count is a side channel
 * (CVE-2016-5696), and each connection has a limit of its own. */
#define TCP_CHALLENGE_NO_LIMIT 0x7fffffffU

/* What one ACK did, and what is to be done about it. */
#define FLAG_DATA               0x01 /* it carried data */
#define FLAG_WIN_UPDATE         0x02
#define FLAG_DATA_ACKED         0x04 /* new data */
#define FLAG_RETRANS_DATA_ACKED 0x08 /* some of it retransmitted */
#define FLAG_SYN_ACKED          0x10
#define FLAG_DATA_SACKED        0x20 /* new SACK */
#define FLAG_ECE                0x40
#define FLAG_LOST_RETRANS       0x80  /* a retransmission was lost */
#define FLAG_ORIG_SACK_ACKED    0x200 /* data never resent was (S)ACKed */
#define FLAG_SND_UNA_ADVANCED   0x400
#define FLAG_DSACKING_ACK       0x800
#define FLAG_SET_XMIT_TIMER     0x1000 /* rearm RTO or loss probe */
#define FLAG_SACK_RENEGING      0x2000 /* snd_una is at a SACKed segment */
#define FLAG_ACK_MAYBE_DELAYED  0x10000
#define FLAG_DSACK_TLP          0x20000 /* the D-SACK is for the loss probe */
#define FLAG_ACKED              (FLAG_DATA_ACKED | FLAG_SYN_ACKED)
#define FLAG_NOT_DUP            (FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED)
#define FLAG_CA_ALERT           (FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK)
#define FLAG_FORWARD_PROGRESS   (FLAG_ACKED | FLAG_DATA_SACKED)

/* Collected while one ACK is applied to the retransmit queue. */
struct tcp_sacktag_state {
	u64 first_sackt_ns; /* transmission of the first newly SACKed */
	u64 last_sackt_ns;
	u32 reord;          /* lowest sequence that was (S)ACKed late */
	u32 sack_delivered; /* newly SACKed segments, for the sample */
	int flag;
	u32 mss_now;
	struct rate_sample *rate;
};

static inline struct netns_ipv4 *tcp_net(const struct sock *sk)
{
	return net_ipv4(sock_net(sk));
}

/* --- tcp_ack.c --- */
void tcp_rto_recovered(struct tcp_sock *tp);

/* --- tcp_ack_fast.c --- */
bool tcp_ack_fast(struct sock *sk, u32 seq, u32 ack);

/* --- tcp.c, tcp_close.c, tcp_offload.c --- */
bool tcp_memory_is_short(void);
void tcp_destroy_sock(struct sock *sk);
void tcp_offload_init(void);

/* How long ago, as of the event being processed. Packets of one event are
 * stamped one nanosecond apart, so the latest may lie a little ahead. */
static inline u64 tcp_age_ns(const struct tcp_sock *tp, u64 since_ns)
{
	s64 age = (s64)(tp->tcp_mstamp_ns - since_ns);

	return age > 0 ? (u64)age : 0;
}

/* Payload of one GSO packet: its headers must fit into 64 KiB, too. */
static inline u32 tcp_gso_max_size(const struct sock *sk)
{
	u32 max = sk->sk_gso_max_size;

	return max > MAX_TCP_HEADER + 1 ? max - MAX_TCP_HEADER - 1 : 0;
}

/*
 * For a device that cuts a packet only if its last segment is short (QEMU's
 * e1000): packets are cut so much before the end of a segment; and filled to so
 * much before, which is more than all cuts of one can take from its last.
 */
#define TCP_TSO_CUT_GAP  1U
#define TCP_TSO_FILL_GAP 64U
static inline bool tcp_tso_wants_short_last(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;

	return dst && dst->dev->tso_short_last &&
	       (dst->dev->features & NETIF_F_TSO);
}

/* No interval of a retransmission is longer. */
static inline u64 tcp_rto_max_ns(const struct sock *sk)
{
	u32 ms = inet_csk(sk)->icsk_rto_max_ms;

	return (u64)(ms ?: tcp_net(sk)->sysctl_tcp_rto_max_ms) * NSEC_PER_MSEC;
}

/* @mss, but not more than TCP_MAXSEG wants. */
static inline u32 tcp_mss_clamp(const struct tcp_sock *tp, u32 mss)
{
	return tp->rx_opt.user_mss ? min(mss, (u32)tp->rx_opt.user_mss) : mss;
}

/* --- tcp_queue.c --- */
static inline struct sk_buff *tcp_skb_rb_next(const struct sk_buff *skb)
{
	return rb_to_skb(rb_next(&skb->rbnode));
}
static inline struct sk_buff *tcp_skb_rb_prev(const struct sk_buff *skb)
{
	return rb_to_skb(rb_prev(&skb->rbnode));
}
/* The unacknowledged skb that holds @seq, else the first beyond it. */
struct sk_buff *tcp_rtx_find(const struct sock *sk, u32 seq);
void tcp_rtx_queue_insert(struct sock *sk, struct sk_buff *skb);
void tcp_set_skb_tso_segs(struct sk_buff *skb, u32 mss_now);
void tcp_adjust_pcount(struct sock *sk, const struct sk_buff *skb, int decr);
int tcp_skb_unclone(struct sock *sk, struct sk_buff *skb,
		    gfp_t gfp) __must_check;
bool tcp_skb_append(struct sock *sk, struct sk_buff *to,
		    const struct sk_buff *from, gfp_t gfp);
/* Drop the first @len bytes of an unacknowledged skb. */
int tcp_trim_head(struct sock *sk, struct sk_buff *skb, u32 len) __must_check;

static inline bool tcp_skb_is_last(const struct sock *sk,
				   const struct sk_buff *skb)
{
	return skb_queue_is_last(&sk->sk_write_queue, skb);
}

/* --- tcp_output_build.c --- */
int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb, bool clone,
		     gfp_t gfp);
/* Later than the one before it, if by a nanosecond: RACK goes by the order of
 * transmission. */
static inline void tcp_stamp_departure(struct tcp_sock *tp, struct sk_buff *skb)
{
	tp->tcp_wstamp_ns = max(tp->tcp_wstamp_ns + 1, tp->tcp_mstamp_ns);
	skb->tstamp = tp->tcp_wstamp_ns;
}
/* A header is made, the segment is on its way: what follows from that. */
void tcp_note_sent(struct sock *sk, const struct tcp_skb_cb *cb, u32 payload,
		   u32 segs);
/* Charge what goes below to the socket until the driver has freed it. */
void tcp_charge_in_flight(struct sock *sk, struct sk_buff *skb);
/* Bytes of options a segment of an established connection carries now. */
u32 tcp_established_options_size(const struct sock *sk);
void tcp_init_nondata_skb(struct sk_buff *skb, u32 seq, u8 flags);
bool tcp_fin_is_owed(const struct sock *sk); /* tcp_output_control.c */
/* A header-only skb outside of the send buffer's account. */
struct sk_buff *tcp_alloc_control_skb(gfp_t gfp);

/* --- tcp_output_fast.c --- */
bool tcp_fast_is_right(const struct sock *sk, u32 len);
bool tcp_fast_permits(const struct sock *sk, const struct sk_buff *skb);
int tcp_transmit_fast(struct sock *sk, struct sk_buff *skb, gfp_t gfp);
bool tcp_fast_sums(const struct sock *sk);
void tcp_fast_learn(struct sock *sk);
void tcp_fast_forget(struct sock *sk);

/* --- tcp_output.c --- */
bool tcp_write_xmit(struct sock *sk, u32 mss_now, int nonagle, int push_one,
		    gfp_t gfp);
bool tcp_may_send_at_once(const struct sock *sk, u32 len);
void tcp_send_at_once(struct sock *sk, struct sk_buff *skb);
bool tcp_snd_wnd_permits(const struct tcp_sock *tp, const struct sk_buff *skb,
			 u32 mss_now);
bool tcp_small_queue_check(struct sock *sk, const struct sk_buff *skb,
			   u32 factor);
bool tcp_pacing_check(struct sock *sk);
u32 tcp_tso_segs(struct sock *sk, u32 mss_now);
void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb);
void tcp_pace_kick(struct hrtimer *t);
/* A timer of @sk's ACKs: run the handler now or when the owner is done; drops
 * the timer's reference. */
void tcp_delack_fire(struct sock *sk);

/* tcp_comp_ack.c */
bool tcp_compress_ack(struct sock *sk);
void tcp_comp_ack_sent(struct sock *sk);
bool tcp_comp_ack_flush(struct sock *sk);
void tcp_comp_ack_free(struct sock *sk);

/* --- tcp_retransmit.c --- */

/* --- tcp_sack.c --- */
/* Apply the ACK's SACK option; flags in @state->flag. */
void tcp_sacktag_write_queue(struct sock *sk, const struct sk_buff *ack_skb,
			     u32 prior_snd_una,
			     struct tcp_sacktag_state *state);
void tcp_check_sack_reordering(struct sock *sk, u32 low_seq, bool ts);
void tcp_add_reno_sack(struct sock *sk, u32 num_dupack, bool ece);
void tcp_remove_reno_sacks(struct sock *sk, u32 acked, bool ece);
void tcp_reset_reno_sack(struct tcp_sock *tp);
void tcp_count_delivered(struct tcp_sock *tp, u32 delivered, bool ece);

/* The end of the highest SACKed data, else snd_una. */
u32 tcp_highest_sack_seq(const struct tcp_sock *tp);

/* --- tcp_loss.c --- */
/* @rexmit: what to resend: none, new data only, or what is marked lost. */
enum {
	REXMIT_NONE,
	REXMIT_LOST,
	REXMIT_NEW
};
void tcp_fastretrans_alert(struct sock *sk, u32 prior_snd_una, u32 num_dupack,
			   int *ack_flag, int *rexmit);
void tcp_cwnd_reduction(struct sock *sk, u32 newly_acked, u32 newly_lost,
			int flag);
void tcp_enter_recovery(struct sock *sk, bool ece_ack);
bool tcp_try_undo_recovery(struct sock *sk);
void tcp_retrans_stamp_cleanup(struct sock *sk);
void tcp_process_tlp_ack(struct sock *sk, u32 ack, int flag);
bool tcp_tsopt_ecr_before(const struct tcp_sock *tp, u32 when_ms);

static inline bool tcp_in_cwnd_reduction(const struct sock *sk)
{
	return BIT(inet_csk(sk)->icsk_ca_state) &
	       (BIT(TCP_CA_CWR) | BIT(TCP_CA_Recovery));
}

static inline u32 tcp_left_out(const struct tcp_sock *tp)
{
	return tp->sacked_out + tp->lost_out;
}

/* --- tcp_rtt.c --- */
void tcp_rtt_measured(struct sock *sk, u32 rtt_us, u32 min_us,
		      bool maybe_delayed);
bool tcp_ack_update_rtt(struct sock *sk, int flag, s64 seq_rtt_us,
			s64 sack_rtt_us, s64 ca_rtt_us, struct rate_sample *rs);
u64 tcp_rto_min_ns(const struct sock *sk);
u32 tcp_current_ssthresh(const struct sock *sk);

static inline u64 __tcp_set_rto(const struct tcp_sock *tp)
{
	return DIV_ROUND_UP((u64)(tp->srtt_us >> 3) + tp->rttvar_us, 1000ULL) *
	       NSEC_PER_MSEC;
}

/* --- tcp_rate.c --- */
void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb,
			    struct rate_sample *rs);
void tcp_rate_gen(struct sock *sk, u32 delivered, u32 lost, bool is_sack_reneg,
		  struct rate_sample *rs);

/* --- tcp_recovery.c --- */
bool tcp_rack_sent_after(u64 t1_ns, u64 t2_ns, u32 seq1, u32 seq2);
bool tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced);

/* --- tcp_rcvbuf.c --- */
void tcp_grow_window(struct sock *sk, const struct sk_buff *skb);
void tcp_clamp_window(struct sock *sk);
void tcp_measure_rcv_mss(struct sock *sk, const struct sk_buff *skb);
void tcp_rcvbuf_grow(struct sock *sk, u32 newval);

/* Pingpong: the connection answers requests, so ACKs may ride on data. */
#define TCP_PINGPONG_THRESH 1
/* A segment for this connection is here, or several in one packet. */
static inline void tcp_segs_in(struct tcp_sock *tp, const struct sk_buff *skb)
{
	u32 segs = skb_shinfo(skb)->gso_segs ?: 1;

	tp->segs_in += segs;
	if (skb->len > ((const struct tcphdr *)skb->data)->doff * 4U)
		tp->data_segs_in += segs;
}

static inline bool inet_csk_in_pingpong_mode(const struct sock *sk)
{
	return inet_csk(sk)->icsk_ack.pingpong >= TCP_PINGPONG_THRESH;
}

/* --- tcp_timer.c --- */

/* A packet on its way says what it stands for. */
static __force_inline void tcp_set_gso(struct sk_buff *skb,
				       const struct tcp_skb_cb *cb)
{
	struct skb_shared_info *si = skb_shinfo(skb);

	si->gso_segs = (u16)cb->tcp_gso_segs;
	si->gso_size = cb->tcp_gso_size;
	si->gso_type = cb->tcp_gso_size ? SKB_GSO_TCPV4 : 0;
}

/* The layer below has said @err of a packet that stands for @oskb; NULL: for
 * none. Returns 0 or a negative errno. */
static __force_inline int tcp_transmit_done(struct sock *sk,
					    struct sk_buff *oskb,
					    u64 prior_wstamp, int err)
{
	if (unlikely(err > 0)) {
		/* The queue below dropped it: congestion, not an error. */
		tcp_enter_cwr(sk);
		err = net_xmit_eval(err);
	}
	if (likely(!err) && oskb) {
		tcp_update_skb_after_send(sk, oskb, prior_wstamp);
		tcp_rate_skb_sent(sk, oskb);
	}
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: what TCP's connection files call of each other: options
 * (tcp_options.c), the synchronized states (tcp_input.c), every other state
 * (tcp_state.c). PAWS is here, since half-open connections and TIME_WAIT ask
 * the same question (RFC 7323, section 5).
 */
#pragma once

#include "net/ipv4/tcp_int.h"

static inline void tcp_store_ts_recent(struct tcp_sock *tp)
{
	tp->rx_opt.ts_recent = tp->rx_opt.rcv_tsval;
	tp->rx_opt.ts_recent_stamp_s = tcp_now_s();
}

/*
 * Header prediction (Van Jacobson, 1990): is this segment, with @flags, the one
 * that follows? Nothing but ACK and PSH, the same window, next in sequence, no
 * gap and no urgent data about; its options are looked at apart.
 */
static __force_inline bool tcp_is_predicted(const struct tcp_sock *tp,
					    const struct tcphdr *th, u8 flags)
{
	return (flags & (u8)~TCPHDR_PSH) == TCPHDR_ACK &&
	       th->doff * 4U == tp->tcp_header_len &&
	       ntohl(th->seq) == tp->rcv_nxt &&
	       !after(ntohl(th->ack_seq), tp->snd_nxt) &&
	       (u32)ntohs(th->window) << tp->rx_opt.snd_wscale == tp->snd_wnd &&
	       RB_EMPTY_ROOT(&tp->out_of_order_queue) && !tp->urg_data;
}

/* RFC 7323, section 4.3: the stamp of the segment at the left edge of what was
 * last acknowledged is the one to echo. */
static inline void tcp_predicted_ts_recent(struct tcp_sock *tp)
{
	if (tp->rx_opt.saw_tstamp && tp->rcv_nxt == tp->rcv_wup)
		tcp_store_ts_recent(tp);
}

/* RFC 7323, section 5.3, R1; a stamp older than 24 days is no evidence
 * (section 5.5). @slack: in units of the peer's clock. */
static inline bool tcp_paws_check(const struct tcp_options_received *opt,
				  s32 slack)
{
	if ((s32)(opt->ts_recent - opt->rcv_tsval) <= slack)
		return true;
	if (tcp_now_s() >= opt->ts_recent_stamp_s + TCP_PAWS_24DAYS_S)
		return true;
	/* Some peers send 0 in the SYN and begin their clock later. */
	return !opt->ts_recent;
}

/* For a peer whose clock is not to be trusted with its RSTs: after a minute of
 * silence a RST with an old stamp is believed. */
static inline bool tcp_paws_reject(const struct tcp_options_received *opt,
				   bool rst)
{
	if (tcp_paws_check(opt, 0))
		return false;
	return !(rst && tcp_now_s() >= opt->ts_recent_stamp_s + TCP_PAWS_MSL_S);
}

/* tcp_options.c: those of a segment of a connection; whether it has a time
 * stamp. */
bool tcp_fast_parse_options(struct sock *sk, const struct sk_buff *skb);

/* Whether the segment is signed; only a longer header can be. */
bool tcp_has_md5(const struct tcphdr *th);

/* tcp_input.c: the checks of RFC 9293, section 3.10.7.4, steps 1 to 4. False:
 * the segment was answered as needed, and consumed. */
bool tcp_validate_incoming(struct sock *sk, struct sk_buff *skb,
			   const struct tcphdr *th) __must_check;

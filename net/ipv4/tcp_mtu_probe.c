// SPDX-License-Identifier: MIT
/*
 * DOC: path MTU discovery without ICMP (RFC 4821; row T11). The path's MTU is
 * searched between search_low, which is known to pass and sets the segment
 * size, and search_high, by one segment at a time that is larger than the
 * others: a probe. An ACK of it raises search_low. Its loss, alone, lowers
 * search_high and says nothing about congestion.
 *
 *	tcp_mtu_probing	0 no; 1 after a black hole: time-outs, as routers that
 *			send no ICMP make them; 2 from the start
 *
 * tcp_write_xmit() asks for a probe before it sends anything else; tcp_ack.c,
 * tcp_loss.c and tcp_ipv4.c (ICMP) tell what became of it, tcp_timer.c of
 * time-outs. The socket is locked. A connection that does not probe pays for
 * one test of icsk_mtup_enabled.
 *
 * State: icsk_mtup (all sizes are bytes of IP packet) and mtu_probe, the
 * sequence numbers of the probe in flight. The probe is the packet at the head
 * of the write queue, made as long as it has to be; the queues own it as any
 * other.
 */
#include "net/ipv4/tcp_int.h"

/* A probe is as long as some segments: below this window it would leave too
 * little to show that nothing else is lost (RFC 4821, section 7.4). */
#define MTU_PROBE_MIN_CWND 11U

/* The largest packet that the peer takes. */
static u16 peer_mtu(const struct sock *sk)
{
	return (u16)min(tcp_sk(sk)->rx_opt.mss_clamp +
				(u32)sizeof(struct tcphdr) +
				(u32)sizeof(struct iphdr),
			IP_MAX_MTU);
}

/**
 * tcp_mtup_init() - Start the search of RFC 4821 from its defaults.
 * @sk: locked.
 */
void tcp_mtup_init(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);

	icsk->icsk_mtup_enabled = n->sysctl_tcp_mtu_probing > 1;
	icsk->icsk_mtup.search_high = peer_mtu(sk);
	icsk->icsk_mtup.search_low = (u16)min(
		tcp_mss_to_mtu(sk, n->sysctl_tcp_base_mss), IP_MAX_MTU);
	icsk->icsk_mtup.probe_size = 0;
	if (icsk->icsk_mtup_enabled)
		icsk->icsk_mtup.probe_timestamp_ns = ktime_get_ns();
}

/**
 * tcp_mtu_black_hole() - Time-outs, one after the other: perhaps what is too
 * large vanishes without a word (RFC 4821, section 7.7).
 * @sk: locked.
 *
 * At first segments of tcp_base_mss are tried, then half of that, down to
 * tcp_mtu_probe_floor.
 */
void tcp_mtu_black_hole(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct netns_ipv4 *n = tcp_net(sk);
	u32 mss;

	if (!n->sysctl_tcp_mtu_probing)
		return;
	if (!icsk->icsk_mtup_enabled) {
		icsk->icsk_mtup_enabled = true;
		icsk->icsk_mtup.probe_timestamp_ns = ktime_get_ns();
	} else {
		mss = tcp_mtu_to_mss(sk, icsk->icsk_mtup.search_low) >> 1;
		mss = min(n->sysctl_tcp_base_mss, mss);
		mss = max(mss, n->sysctl_tcp_mtu_probe_floor);
		mss = max(mss, n->sysctl_tcp_min_snd_mss);
		icsk->icsk_mtup.search_low = (u16)tcp_mss_to_mtu(sk, mss);
	}
	tcp_sync_mss(sk, icsk->icsk_pmtu_cookie);
}

/* --- the result --- */

/**
 * tcp_mtup_acked() - A packet that was a probe is acknowledged.
 * @sk: locked; snd_una is the new one. A probe that was resent meanwhile, in
 *      parts, is none any more.
 *
 * The segments become longer and cwnd fewer of them: as many bytes as before
 * (RFC 4821, section 10.1).
 */
void tcp_mtup_acked(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u64 bytes = (u64)tp->snd_cwnd * tcp_mss_to_mtu(sk, tp->mss_cache);

	if (!icsk->icsk_mtup.probe_size ||
	    after(tp->mtu_probe.probe_seq_end, tp->snd_una))
		return;
	tp->snd_cwnd = max((u32)(bytes / icsk->icsk_mtup.probe_size), 1U);
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp_ns = tp->tcp_mstamp_ns;
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	icsk->icsk_mtup.search_low = icsk->icsk_mtup.probe_size;
	icsk->icsk_mtup.probe_size = 0;
	tcp_sync_mss(sk, icsk->icsk_pmtu_cookie);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPMTUPSuccess);
}

/**
 * tcp_mtup_probe_failed() - The probe in flight was too large.
 * @sk: locked; probe_size is not 0. The caller has the probe resent.
 *
 * cwnd gets back what tcp_mtu_probe() took (RFC 4821, section 7.6.2).
 */
void tcp_mtup_probe_failed(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	icsk->icsk_mtup.search_high = icsk->icsk_mtup.probe_size - 1;
	icsk->icsk_mtup.probe_size = 0;
	tcp_sk(sk)->snd_cwnd++;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPMTUPFail);
}

/**
 * tcp_mtup_probe_lost() - Something is lost: is it the probe?
 * @sk: locked; in Open or Disorder.
 *
 * Only if all before it has arrived: else the loss may be congestion, and the
 * probe shows nothing (RFC 4821, section 7.6.4).
 *
 * Return: true: it is, and has failed.
 */
bool tcp_mtup_probe_lost(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!inet_csk(sk)->icsk_mtup.probe_size ||
	    tp->snd_una != tp->mtu_probe.probe_seq_start)
		return false;
	tcp_mtup_probe_failed(sk);
	return true;
}

/* --- the search --- */

/* A narrow link of ours, or what ICMP has taught, bounds it. */
static void bound_search_by_route(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct dst_entry *dst = __sk_dst_check(sk, 0);

	if (dst && icsk->icsk_mtup.search_high > dst_mtu(dst))
		icsk->icsk_mtup.search_high = (u16)dst_mtu(dst);
}

/* Paths change: some time after the last search, look for more again (RFC
 * 4821, section 7.3). */
static void search_again(struct sock *sk, u32 mss_now)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u64 now = ktime_get_ns();
	u64 interval = tcp_net(sk)->sysctl_tcp_probe_interval * NSEC_PER_SEC;

	if (now - icsk->icsk_mtup.probe_timestamp_ns < interval)
		return;
	icsk->icsk_mtup.search_high = peer_mtu(sk);
	icsk->icsk_mtup.search_low = (u16)tcp_mss_to_mtu(sk, mss_now);
	icsk->icsk_mtup.probe_timestamp_ns = now;
}

/* The payload of the next probe, half way; 0: the rest is not worth one. */
static u32 next_probe(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 high = icsk->icsk_mtup.search_high;
	u32 low = icsk->icsk_mtup.search_low;

	if (high <= low || high - low < tcp_net(sk)->sysctl_tcp_probe_threshold)
		return 0;
	return tcp_mtu_to_mss(sk, (high + low) >> 1);
}

/* Nothing is lost, or about to be, and a segment has the header that sizes
 * were computed with. Fragments would prove nothing: DF must be set (RFC 4821,
 * section 8). */
static bool may_probe(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u8 d = inet_sk(sk)->pmtudisc;

	return !icsk->icsk_mtup.probe_size &&
	       icsk->icsk_ca_state == TCP_CA_Open &&
	       tp->snd_cwnd >= MTU_PROBE_MIN_CWND && !tp->rx_opt.num_sacks &&
	       !tp->rx_opt.dsack && d >= IP_PMTUDISC_WANT &&
	       d <= IP_PMTUDISC_PROBE;
}

/*
 * Is there enough to send: the probe, and behind it as many segments as show
 * by their SACKs that it is lost, and not only late (RFC 4821, section 7.4)?
 */
static enum tcp_mtu_probe enough_to_send(const struct sock *sk, u32 size)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 needed = size + (tp->reordering + 1) * tp->mss_cache;
	u32 in_flight = tcp_packets_in_flight(tp);

	if (tp->write_seq - tp->snd_nxt < needed || tp->snd_wnd < needed)
		return TCP_MTU_PROBE_NONE;
	if (after(tp->snd_nxt + needed, tcp_wnd_end(tp)))
		return TCP_MTU_PROBE_WAIT;
	if (in_flight + 2 > tp->snd_cwnd)
		return in_flight ? TCP_MTU_PROBE_WAIT : TCP_MTU_PROBE_NONE;
	return TCP_MTU_PROBE_SENT;
}

/* --- the probe --- */

/* May the packets at the head of the write queue become one of @size bytes? A
 * record's end and a time stamp stay where they are. */
static bool may_join(const struct sock *sk, u32 size)
{
	const struct sk_buff *skb = tcp_send_head(sk);

	for (; skb->len < size; skb = skb->next) {
		if (TCP_SKB_CB(skb)->eor || tcp_has_tx_tstamp(skb) ||
		    tcp_skb_is_last(sk, skb))
			return false;
		size -= skb->len;
	}
	return true;
}

/* @skb takes over the first @len bytes of the packet behind it. */
static int join_next(struct sock *sk, struct sk_buff *skb, u32 len, u32 mss_now,
		     gfp_t gfp)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb), *ncb;
	struct sk_buff *next = skb->next;
	int err = 0;

	if (next->len > len)
		err = tcp_fragment(sk, false, next, len, mss_now, gfp);
	if (err)
		return err;
	if (!tcp_skb_append(sk, skb, next, gfp))
		return -ENOMEM;
	ncb = TCP_SKB_CB(next);
	cb->end_seq = ncb->end_seq;
	cb->tcp_flags |= ncb->tcp_flags;
	cb->eor = ncb->eor;
	cb->txstamp_ack = ncb->txstamp_ack;
	skb_shinfo(skb)->tx_flags |= skb_shinfo(next)->tx_flags;
	skb_shinfo(skb)->tskey = skb_shinfo(next)->tskey;
	__skb_unlink(next, &sk->sk_write_queue);
	tcp_wmem_free_skb(sk, next);
	return 0;
}

/*
 * Make the packet at the head of the write queue @size bytes long. Where memory
 * ends half way, what is joined stays so: the queue is as good as before.
 */
static struct sk_buff *make_probe(struct sock *sk, u32 size, u32 mss_now,
				  gfp_t gfp)
{
	struct sk_buff *skb = tcp_send_head(sk);

	if (!may_join(sk, size))
		return NULL;
	TCP_SKB_CB(skb)->tcp_gso_segs = 0; /* to be counted again */
	if (skb->len > size &&
	    tcp_fragment(sk, false, skb, size, mss_now, gfp) != 0)
		return NULL;
	while (skb->len < size)
		if (join_next(sk, skb, size - skb->len, mss_now, gfp) != 0)
			return NULL;
	return skb;
}

/* It is out; and it counts for two segments until its fate is known. */
static void probe_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	TCP_SKB_CB(skb)->mtu_probe = 1;
	tp->snd_cwnd--;
	tcp_event_new_data_sent(sk, skb);
	inet_csk(sk)->icsk_mtup.probe_size = (u16)tcp_mss_to_mtu(sk, skb->len);
	tp->mtu_probe.probe_seq_start = TCP_SKB_CB(skb)->seq;
	tp->mtu_probe.probe_seq_end = TCP_SKB_CB(skb)->end_seq;
}

/**
 * tcp_mtu_probe() - Send a probe, if one is due and everything is there for it.
 * @sk:  locked; icsk_mtup_enabled; its write queue is not empty.
 * @gfp: for the clone and for parts.
 *
 * Context: task or softirq.
 * Return:  TCP_MTU_PROBE_SENT; _NONE: go on without; _WAIT: there will be one
 *          when the next ACK has made room: send nothing else meanwhile.
 */
enum tcp_mtu_probe tcp_mtu_probe(struct sock *sk, gfp_t gfp)
{
	enum tcp_mtu_probe todo;
	struct sk_buff *skb;
	u32 size, mss_now;

	if (!may_probe(sk))
		return TCP_MTU_PROBE_NONE;
	mss_now = tcp_current_mss(sk);
	bound_search_by_route(sk);
	size = next_probe(sk);
	if (!size) {
		search_again(sk, mss_now);
		return TCP_MTU_PROBE_NONE;
	}
	todo = enough_to_send(sk, size);
	if (todo != TCP_MTU_PROBE_SENT)
		return todo;
	if (tcp_pacing_check(sk) ||
	    tcp_small_queue_check(sk, tcp_send_head(sk), 0))
		return TCP_MTU_PROBE_NONE;
	skb = make_probe(sk, size, mss_now, gfp);
	if (!skb)
		return TCP_MTU_PROBE_NONE;
	tcp_set_skb_tso_segs(skb, size);
	if (unlikely(tcp_transmit_skb(sk, skb, true, gfp))) {
		TCP_SKB_CB(skb)->tcp_gso_segs = 0;
		return TCP_MTU_PROBE_NONE;
	}
	probe_sent(sk, skb);
	return TCP_MTU_PROBE_SENT;
}

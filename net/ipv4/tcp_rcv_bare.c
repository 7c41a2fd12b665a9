// SPDX-License-Identifier: MIT
/*
 * DOC: an ACK without data, taken from the bytes of its packet: no skb, no walk
 * up the layers. It is one that each layer would have let through unchanged to
 * tcp_ack_fast(), and it counts where they would have counted it.
 *
 * It must be the next in sequence of a connection that no task owns, with both
 * checksums right, no IP options, no option but a time stamp in its usual
 * place, the window that is known (header prediction, Van Jacobson, 1990), and
 * inet_lookup_clear() must know the way to be clear. Anything else goes the
 * ordinary way from its beginning: all is looked at before anything is changed,
 * but for the time stamps of the segment and of now, which the ordinary way
 * sets again.
 *
 * Called by the device layer before a frame becomes an skb (packet_type.bare),
 * and by ip_rcv() for what came in one. Softirq. Nothing here can end the
 * connection, so no reference is held.
 */
#include "lib/checksum.h"
#include "net/ipv4/tcp_conn_int.h"

#define TS_WORDS 8U /* a header with time stamps alone; 5: with nothing */

/* 20 bytes, anywhere in memory, not folded. */
static __force_inline u64 sum20(const u8 *p, u64 sum)
{
	u32 last;

	memcpy(&last, p + 16, sizeof(last));
	sum = csum_add64(sum, csum_load64(p));
	return csum_add64(csum_add64(sum, csum_load64(p + 8)), last);
}

static __force_inline bool sum_is_right(u64 sum)
{
	return !(__force u16)csum_fold((__force __wsum)csum_fold64(sum));
}

/* IPv4 without options or fragments, TCP without data. */
static __force_inline bool is_bare(const struct iphdr *iph,
				   const struct tcphdr *th, u32 len)
{
	u32 hlen;

	if (len < sizeof(*iph) + sizeof(*th) || *(const u8 *)iph != 0x45 ||
	    iph->protocol != IPPROTO_TCP ||
	    (iph->frag_off & htons(IP_MF | IP_OFFSET)))
		return false;
	hlen = th->doff * 4U;
	return (th->doff == sizeof(*th) / 4 || th->doff == TS_WORDS) &&
	       iph->tot_len == htons((u16)(sizeof(*iph) + hlen)) &&
	       len >= sizeof(*iph) + hlen;
}

static __force_inline bool sums_are_right(const struct iphdr *iph,
					  const struct tcphdr *th)
{
	u64 sum = (u64)(__force u32)iph->saddr + (__force u32)iph->daddr +
		  (__force u16)htons(IPPROTO_TCP) +
		  (__force u16)htons((u16)(th->doff * 4U));

	if (!sum_is_right(sum20((const u8 *)iph, 0)))
		return false;
	sum = sum20((const u8 *)th, sum);
	if (th->doff == TS_WORDS) {
		u32 last;

		memcpy(&last, (const u8 *)th + 28, sizeof(last));
		sum = csum_add64(sum, csum_load64((const u8 *)th + 20));
		sum = csum_add64(sum, last);
	}
	return sum_is_right(sum);
}

/* The options into rx_opt; false: there are others, or the stamp is old. */
static __force_inline bool take_options(struct tcp_sock *tp,
					const struct tcphdr *th)
{
	struct tcp_options_received *opt = &tp->rx_opt;
	const u8 *w = (const u8 *)(th + 1);
	u32 tsval;

	opt->saw_tstamp = 0;
	opt->sacks = NULL;
	opt->nr_sacks = 0;
	if (th->doff != TS_WORDS)
		return true;
	tsval = get_unaligned_be32(w + 4);
	if (!opt->tstamp_ok ||
	    get_unaligned_be32(w) !=
		    (TCPOPT_NOP << 24 | TCPOPT_NOP << 16 |
		     TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP) ||
	    (s32)(tsval - opt->ts_recent) < 0)
		return false;
	opt->saw_tstamp = 1;
	opt->rcv_tsval = tsval;
	opt->rcv_tsecr = get_unaligned_be32(w + 8);
	if (opt->rcv_tsecr)
		opt->rcv_tsecr -= tp->tsoffset;
	return true;
}

static void count_received(struct net *net, struct tcp_sock *tp, u32 bytes)
{
	NET_INC_STATS(net, Ip_InReceives);
	NET_ADD_STATS(net, IpExt_InOctets, bytes);
	NET_INC_STATS(net, Ip_InDelivers);
	NET_INC_STATS(net, Tcp_InSegs);
	NET_INC_STATS(net, TcpExt_TCPHPAcks);
	tp->segs_in++;
}

/**
 * tcp_v4_rcv_bare() - Act on a packet that is the expected ACK.
 * @dev:  of arrival; the frame was to its address.
 * @data: the packet, from the IP header on.
 * @len:  bytes there, padding of the frame included.
 *
 * Ownership: the bytes stay the caller's.
 * Context:   softirq.
 * Return:    true: done; false: nothing has happened, it is another packet.
 */
bool tcp_v4_rcv_bare(struct net_device *dev, const void *data, u32 len)
{
	const struct iphdr *iph = data;
	const struct tcphdr *th = (const struct tcphdr *)(iph + 1);
	struct net *net = dev_net(dev);
	struct tcp_sock *tp;
	struct sock *sk;

	if (!is_bare(iph, th, len) || !net->ipv4)
		return false;
	sk = inet_lookup_clear(net, iph->saddr, th->source, iph->daddr,
			       th->dest, dev->ifindex);
	if (unlikely(!sk) || sk->sk_state != TCP_ESTABLISHED ||
	    sock_owned_by_user(sk))
		return false;
	tp = tcp_sk(sk);
	if (!tcp_is_predicted(tp, th, ((const u8 *)th)[13]) ||
	    !sums_are_right(iph, th) || !take_options(tp, th))
		return false;
	tcp_mstamp_refresh(tp);
	if (!tcp_ack_fast(sk, tp->rcv_nxt, ntohl(th->ack_seq)))
		return false;
	count_received(net, tp, len);
	tcp_predicted_ts_recent(tp);
	tcp_data_snd_check(sk);
	return true;
}

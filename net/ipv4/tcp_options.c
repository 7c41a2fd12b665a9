// SPDX-License-Identifier: MIT
/*
 * DOC: the options of a received segment (RFC 9293, section 3.1; RFC 7323,
 * 2018, 7413). The sender is not trusted: a length of 0 or 1, or one beyond
 * the header, ends the walk; a known kind with a wrong length is passed over,
 * a value that cannot be is mended. Each is counted as TCPBadOptions. Of an
 * option that comes twice the last one counts. The only state is when something
 * was last logged. Softirq or task.
 */
#include "lib/printk.h"
#include "net/ipv4/tcp_conn_int.h"
#include "net/ipv4/tcp_fastopen.h"

#define MAX_SACK_BLOCKS 4

/* When a bad window scale was last logged: strangers must not fill the log. */
#define LOG_INTERVAL_NS (60 * NSEC_PER_SEC)
static u64 wscale_logged_ns;

static u32 get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* Only in a SYN; an MSS of 0 says nothing (false). */
static bool take_mss(struct tcp_options_received *opt, const u8 *p)
{
	u16 mss = (u16)(p[0] << 8 | p[1]);

	if (!mss)
		return false;
	if (opt->user_mss && opt->user_mss < mss)
		mss = opt->user_mss;
	opt->mss_clamp = mss;
	return true;
}

/* RFC 7323, section 2.3: more than 14 is taken for 14, and logged (false). */
static bool take_wscale(struct tcp_options_received *opt, u8 shift)
{
	bool good = shift <= TCP_MAX_WSCALE;

	if (!good) {
		u64 now = ktime_get_ns();

		if (!wscale_logged_ns ||
		    now - wscale_logged_ns > LOG_INTERVAL_NS) {
			wscale_logged_ns = now;
			printk("<6>tcp: window scale %u received, %u used\n",
			       shift, TCP_MAX_WSCALE);
		}
		shift = TCP_MAX_WSCALE;
	}
	opt->wscale_ok = 1;
	opt->snd_wscale = shift;
	return good;
}

/* RFC 7413, section 4.1.1: a request, or 4 to 16 bytes, an even number. An odd
 * one is passed over, any other is no cookie. */
static bool take_cookie(struct tcp_fastopen_cookie *foc, const u8 *p, u32 len,
			bool exp)
{
	bool good = len == 0 || (len >= TCP_FASTOPEN_COOKIE_MIN &&
				 len <= TCP_FASTOPEN_COOKIE_MAX);

	if (len & 1)
		return false;
	foc->len = good ? (s8)len : -1;
	foc->exp = exp;
	if (good)
		memcpy(foc->val, p, len);
	return good;
}

/* One option that may only be in a SYN; false: its length or value is wrong. */
static bool take_syn_option(const struct netns_ipv4 *n,
			    struct tcp_options_received *opt, u8 kind,
			    const u8 *p, u32 len)
{
	switch (kind) {
	case TCPOPT_MSS:
		return len == TCPOLEN_MSS && take_mss(opt, p);
	case TCPOPT_WINDOW:
		if (len != TCPOLEN_WINDOW)
			return false;
		return !n->sysctl_tcp_window_scaling || take_wscale(opt, p[0]);
	case TCPOPT_SACK_PERM:
		if (len != TCPOLEN_SACK_PERM)
			return false;
		if (n->sysctl_tcp_sack)
			opt->sack_ok = TCP_SACK_SEEN;
		return true;
	default:
		return true;
	}
}

/* One option with its @len, kind and length included; false: malformed. */
static bool take_option(const struct netns_ipv4 *n,
			struct tcp_options_received *opt,
			struct tcp_fastopen_cookie *foc, bool syn, bool estab,
			u8 kind, const u8 *p, u32 len)
{
	switch (kind) {
	case TCPOPT_MSS:
	case TCPOPT_WINDOW:
	case TCPOPT_SACK_PERM:
		if (!syn || estab)
			return true;
		return take_syn_option(n, opt, kind, p, len);
	case TCPOPT_FASTOPEN:
		if (!syn || estab || !foc)
			return true;
		return take_cookie(foc, p, len - TCPOLEN_FASTOPEN_BASE, false);
	case TCPOPT_EXP:
		if (!syn || estab || !foc || len < TCPOLEN_EXP_FASTOPEN_BASE ||
		    get_unaligned_be16(p) != TCPOPT_FASTOPEN_MAGIC)
			return true; /* another experiment */
		return take_cookie(foc, p + 2, len - TCPOLEN_EXP_FASTOPEN_BASE,
				   true);
	case TCPOPT_TIMESTAMP:
		if (len != TCPOLEN_TIMESTAMP)
			return false;
		if (estab ? opt->tstamp_ok : n->sysctl_tcp_timestamps) {
			opt->saw_tstamp = 1;
			opt->rcv_tsval = get32(p);
			opt->rcv_tsecr = get32(p + 4);
		}
		return true;
	case TCPOPT_SACK:
		len -= TCPOLEN_SACK_BASE;
		if (len == 0 || len % TCPOLEN_SACK_PERBLOCK)
			return false;
		if (opt->sack_ok) {
			opt->sacks = p;
			opt->nr_sacks = (u8)min_t(u32, MAX_SACK_BLOCKS,
						  len / TCPOLEN_SACK_PERBLOCK);
		}
		return true;
	default:
		return true;
	}
}

/**
 * tcp_parse_options() - Read a segment's options.
 * @net:   the stack: its sysctls, its counter of bad options.
 * @skb:   the whole TCP header is linear, its length checked.
 * @opt:   what was agreed before is read; what is found is stored. Pointers
 *         into the header are valid as long as it is.
 * @estab: the connection exists: options of a SYN are passed over, and time
 *         stamps and SACK count only if they were agreed.
 * @foc:   of a SYN, set to its Fast Open cookie, the last one if there are
 *         several, and left alone if there is none; or NULL.
 */
void tcp_parse_options(const struct net *net, const struct sk_buff *skb,
		       struct tcp_options_received *opt, bool estab,
		       struct tcp_fastopen_cookie *foc)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const u8 *p = (const u8 *)(th + 1);
	u32 left = th->doff * 4U - (u32)sizeof(*th), len;
	bool bad = false;

	opt->saw_tstamp = 0;
	opt->bad_options = 0;
	opt->sacks = NULL;
	opt->nr_sacks = 0;
	while (left && p[0] != TCPOPT_EOL) {
		if (p[0] == TCPOPT_NOP) {
			p++;
			left--;
			continue;
		}
		len = left >= 2 ? p[1] : 0;
		if (len < 2 || len > left) {
			bad = true;
			break;
		}
		if (!take_option(net_ipv4(net), opt, foc, th->syn, estab, p[0],
				 p + 2, len))
			bad = true;
		p += len;
		left -= len;
	}
	if (unlikely(bad)) {
		opt->bad_options = 1;
		NET_INC_STATS((struct net *)(uintptr_t)net,
			      TcpExt_TCPBadOptions);
	}
}

/**
 * tcp_fast_parse_options() - The options of a connection's segment.
 * @sk:  the connection; rx_opt gets them, the offset of our own time stamps
 *       taken off.
 * @skb: the segment.
 *
 * Nothing, or a time stamp alone in its usual place, takes a short way.
 *
 * Context: softirq, or task (backlog).
 * Return:  whether there is a time stamp.
 */
bool tcp_fast_parse_options(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_options_received *opt = &tp->rx_opt;
	const struct tcphdr *th = tcp_hdr(skb);
	const u8 *p = (const u8 *)(th + 1);

	if (th->doff == sizeof(*th) / 4) {
		opt->saw_tstamp = 0;
		opt->sacks = NULL;
		opt->nr_sacks = 0;
		return false;
	}
	/* What nearly every segment has: NOP, NOP, time stamps. */
	if (opt->tstamp_ok &&
	    th->doff == (sizeof(*th) + TCPOLEN_TSTAMP_ALIGNED) / 4 &&
	    get32(p) == (TCPOPT_NOP << 24 | TCPOPT_NOP << 16 |
			 TCPOPT_TIMESTAMP << 8 | TCPOLEN_TIMESTAMP)) {
		opt->saw_tstamp = 1;
		opt->sacks = NULL;
		opt->nr_sacks = 0;
		opt->rcv_tsval = get32(p + 4);
		opt->rcv_tsecr = get32(p + 8);
	} else {
		tcp_parse_options(sock_net(sk), skb, opt, true, NULL);
	}
	if (opt->saw_tstamp && opt->rcv_tsecr)
		opt->rcv_tsecr -= tp->tsoffset;
	return opt->saw_tstamp;
}

/* The next option of a header, behind any NOPs, or NULL at the list's end. */
static const u8 *next_option(const u8 *p, u32 *left)
{
	while (*left && *p == TCPOPT_NOP) {
		p++;
		(*left)--;
	}
	if (*left < 2 || *p == TCPOPT_EOL || p[1] < 2 || p[1] > *left)
		return NULL;
	return p;
}

/**
 * tcp_has_md5() - Is the segment signed (RFC 2385)?
 * @th: its header, all of it linear.
 *
 * No connection here has a key, so that a signature cannot be right.
 *
 * Return: whether.
 */
bool tcp_has_md5(const struct tcphdr *th)
{
	u32 left = th->doff * 4U - (u32)sizeof(*th);
	const u8 *p = (const u8 *)(th + 1);

	while ((p = next_option(p, &left))) {
		if (p[0] == TCPOPT_MD5SIG && p[1] == TCPOLEN_MD5SIG)
			return true;
		left -= p[1];
		p += p[1];
	}
	return false;
}

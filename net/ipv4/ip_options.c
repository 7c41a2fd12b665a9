// SPDX-License-Identifier: MIT
/*
 * DOC: IP options (row I2; RFC 791, section 3.1; RFC 1122, section 3.2.1.8;
 * router alert: RFC 2113).
 *
 * One parser serves what a program sets, what a packet brings, and what is
 * quoted; it checks every length before it looks. Source routes of received
 * packets are not followed: a host that does can be used to get around
 * filters (RFC 6274, section 3.13.2.3).
 *
 * No state. Any context but hard interrupt.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/ipv4/ip.h"

#define TS_ONLY    0 /* flags of a timestamp option */
#define TS_ADDR    1
#define TS_PRESPEC 3
#define MS_PER_DAY 86400000ULL

/* Milliseconds since midnight UT (RFC 791, page 22). */
static u32 ip_timestamp(void)
{
	return (u32)(ktime_get_real_ns() / NSEC_PER_MSEC % MS_PER_DAY);
}

/* --- parsing --- */

/* Record route and source route: pointer and room for whole addresses. */
static bool opt_route_ok(const u8 *p)
{
	return p[1] >= 3 && p[2] >= 4 && p[2] <= p[1] + 1U &&
	       (p[1] - 3U) % 4 == 0 && (p[2] & 3) == 0;
}

static bool opt_ts_ok(const u8 *p)
{
	u32 flag, unit;

	if (p[1] < 4 || p[2] < 5 || p[2] > p[1] + 1U)
		return false;
	flag = p[3] & 0xf;
	unit = flag == TS_ONLY ? 4 : 8;
	if (flag != TS_ONLY && flag != TS_ADDR && flag != TS_PRESPEC)
		return false;
	return (p[2] - 5U) % 4 == 0 && (p[2] > p[1] || p[2] + unit - 1 <= p[1]);
}

/* One option with a length byte, at @p; false: malformed or doubled. */
static bool opt_parse_one(const u8 *p, u8 off, struct ip_options_cb *out)
{
	switch (p[0]) {
	case IPOPT_LSRR:
	case IPOPT_SSRR:
		if (out->srr || !opt_route_ok(p))
			return false;
		out->srr = off;
		out->is_strictroute = p[0] == IPOPT_SSRR;
		return true;
	case IPOPT_RR:
		if (out->rr || !opt_route_ok(p))
			return false;
		out->rr = off;
		return true;
	case IPOPT_TS:
		if (out->ts || !opt_ts_ok(p))
			return false;
		out->ts = off;
		return true;
	case IPOPT_RA:
		if (p[1] != 4)
			return false;
		out->router_alert = p[2] == 0 && p[3] == 0;
		return true;
	default:
		return true; /* RFC 1122: ignore what is not known */
	}
}

/**
 * ip_options_parse() - Check options and note where what is.
 * @data: their bytes. @len: how many, at most 40.
 * @out:  offsets into @data, plus 1 so that 0 means absent.
 * @bad:  offset of the fault.
 *
 * Return: 0 or -EINVAL.
 */
int ip_options_parse(const u8 *data, u32 len, struct ip_options_cb *out,
		     u32 *bad)
{
	u32 i = 0, optlen;

	memset(out, 0, sizeof(*out));
	out->optlen = (u8)len;
	while (i < len) {
		if (data[i] == IPOPT_END)
			return 0;
		if (data[i] == IPOPT_NOOP) {
			i++;
			continue;
		}
		*bad = i;
		if (len - i < 2)
			return -EINVAL;
		optlen = data[i + 1];
		if (optlen < 2 || optlen > len - i ||
		    (optlen < 4 &&
		     (data[i] == IPOPT_TS || data[i] == IPOPT_RA)) ||
		    (optlen < 3 &&
		     (data[i] == IPOPT_RR || data[i] == IPOPT_LSRR ||
		      data[i] == IPOPT_SSRR)))
			return -EINVAL;
		if (!opt_parse_one(data + i, (u8)(i + 1), out))
			return -EINVAL;
		i += optlen;
	}
	return 0;
}

/* --- filling in --- */

/* Put @addr into the next free place of the route option at @p. */
static void opt_record_route(u8 *p, __be32 addr)
{
	if (p[2] + 3U > p[1])
		return;
	memcpy(p + p[2] - 1, &addr, 4);
	p[2] = (u8)(p[2] + 4);
}

static void opt_record_time(u8 *p, __be32 addr)
{
	u32 flag = p[3] & 0xf, unit = flag == TS_ONLY ? 4 : 8;
	u8 *at = p + p[2] - 1;

	if (p[2] + unit - 1 >
	    p[1]) { /* full: count ourselves, if there is room */
		if ((p[3] >> 4) != 15)
			p[3] = (u8)(p[3] + 0x10);
		return;
	}
	if (flag == TS_PRESPEC && memcmp(at, &addr, 4) != 0)
		return;
	if (flag != TS_ONLY) {
		memcpy(at, &addr, 4);
		at += 4;
	}
	put_unaligned_be32(ip_timestamp(), at);
	p[2] = (u8)(p[2] + unit);
}

/**
 * ip_options_rcv() - Parse a received packet's options; record what they ask.
 * @skb: header complete and linear; route set. IPCB is filled.
 *
 * Context: softirq.
 * Return:  false: malformed, or source routed through us: drop it.
 */
bool ip_options_rcv(struct sk_buff *skb)
{
	u32 len = ip_hdrlen(skb) - (u32)sizeof(struct iphdr), bad;
	struct ip_options_cb *opt = &IPCB(skb)->opt;
	__be32 self = ip_hdr(skb)->daddr;
	const u8 *srr;
	u8 *data;

	if (skb_ensure_writable(skb,
				(u32)skb_network_offset(skb) + ip_hdrlen(skb)))
		return false;
	data = (u8 *)(ip_hdr(skb) + 1);
	if (ip_options_parse(data, len, opt, &bad)) {
		icmp_send(skb, ICMP_PARAMETERPROB, 0, htonl((20 + bad) << 24));
		return false;
	}
	if (opt->srr) {
		srr = data + opt->srr - 1;
		if (srr[2] <= srr[1]) /* we are not its end */
			return false;
	}
	if (opt->rr)
		opt_record_route(data + opt->rr - 1, self);
	if (opt->ts)
		opt_record_time(data + opt->ts - 1, self);
	if (opt->rr || opt->ts)
		ip_send_check(ip_hdr(skb));
	return true;
}

/* A source route's first stop becomes the destination; the rest moves up. */
static int opt_take_first_hop(struct ip_options *opt)
{
	u8 *p = opt->data + opt->srr - 1;

	if (p[1] < 7 || p[2] > 4)
		return -EINVAL;
	memcpy(&opt->faddr, p + 3, 4);
	memmove(p + 3, p + 7, p[1] - 7U);
	return 0;
}

/**
 * ip_options_get() - Options from a program.
 * @data: their bytes (kernel copy). @len: at most 40.
 *
 * Ownership: the result is the caller's, for kfree().
 * Return:    it; NULL for no options; ERR_PTR(-EINVAL), (-ENOBUFS).
 */
struct ip_options *ip_options_get(const void *data, u32 len)
{
	struct ip_options_cb cb;
	struct ip_options *opt;
	u32 bad;

	if (len > MAX_IPOPTLEN)
		return ERR_PTR(-EINVAL);
	if (!len)
		return NULL;
	opt = kzalloc(sizeof(*opt), GFP_KERNEL);
	if (!opt)
		return ERR_PTR(-ENOBUFS);
	memcpy(opt->data, data, len);
	opt->optlen = (u8)ALIGN(len, 4U); /* padded with END */
	if (ip_options_parse(opt->data, opt->optlen, &cb, &bad))
		goto invalid;
	opt->srr = cb.srr;
	opt->rr = cb.rr;
	opt->ts = cb.ts;
	opt->is_strictroute = cb.is_strictroute;
	opt->router_alert = cb.router_alert;
	if (opt->srr && opt_take_first_hop(opt))
		goto invalid;
	return opt;
invalid:
	kfree(opt);
	return ERR_PTR(-EINVAL);
}

/**
 * ip_options_build() - Write options behind the fixed header.
 * @skb:   network header set, ihl counts the options.
 * @opt:   the options.
 * @daddr: the final destination: a source route ends there.
 * @saddr: ours: recorded first.
 */
void ip_options_build(struct sk_buff *skb, const struct ip_options *opt,
		      __be32 daddr, __be32 saddr)
{
	u8 *data = (u8 *)(ip_hdr(skb) + 1), *p;

	memcpy(data, opt->data, opt->optlen);
	IPCB(skb)->opt = (struct ip_options_cb){
		opt->optlen,         opt->srr,          opt->rr, opt->ts,
		opt->is_strictroute, opt->router_alert,
	};
	if (opt->srr) {
		p = data + opt->srr - 1;
		memcpy(p + p[1] - 4, &daddr, 4);
	}
	if (opt->rr)
		opt_record_route(data + opt->rr - 1, saddr);
	if (opt->ts)
		opt_record_time(data + opt->ts - 1, saddr);
}

/**
 * ip_options_echo() - The options of the answer to a packet.
 * @dopt: filled; optlen 0 when there are none.
 * @data: the packet's option bytes.
 * @cb:   where in them what is.
 *
 * Recorded route and time are sent back as they came (RFC 1122, section
 * 3.2.2.6); source routes are not reversed, see above.
 */
void ip_options_echo(struct ip_options *dopt, const u8 *data,
		     const struct ip_options_cb *cb)
{
	const u8 *p;
	u32 n = 0;

	memset(dopt, 0, sizeof(*dopt));
	if (cb->rr) {
		p = data + cb->rr - 1;
		memcpy(dopt->data, p, p[1]);
		dopt->rr = 1;
		n = p[1];
	}
	if (cb->ts) {
		p = data + cb->ts - 1;
		memcpy(dopt->data + n, p, p[1]);
		dopt->ts = (u8)(n + 1);
		n += p[1];
	}
	dopt->optlen = (u8)ALIGN(n, 4U);
}

/**
 * ip_options_fragment() - Blank the options that only the first fragment has.
 * @opts: the option bytes of a header, parsed before. @len: how many.
 */
void ip_options_fragment(u8 *opts, u32 len)
{
	u32 i = 0, n;

	while (i < len && opts[i] != IPOPT_END) {
		if (opts[i] == IPOPT_NOOP) {
			i++;
			continue;
		}
		if (len - i < 2 || opts[i + 1] < 2 || opts[i + 1] > len - i)
			return;
		n = opts[i + 1];
		if (!(opts[i] & IPOPT_COPY))
			memset(opts + i, IPOPT_NOOP, n);
		i += n;
	}
}

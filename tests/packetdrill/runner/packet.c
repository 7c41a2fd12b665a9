// SPDX-License-Identifier: MIT
/*
 * DOC: packets of a script. Those to the stack are built, those of the stack
 * taken apart by hand; nothing here calls the stack's own TCP code. A script
 * counts our stack's sequence numbers and time stamps from values of its own:
 * the difference is learnt from the first packet that has one.
 */
#include <stdio.h>
#include <stdlib.h>
#include "tests/packetdrill/runner/pkt.h"
#include "lib/checksum.h"
#include "lib/siphash.h"
#include "net/ipv4/ip.h"
#include "net/wire/eth.h"
#include "net/wire/tcp.h"

#define PEER_PORT 8080

static u8 frame[ETH_HLEN + 65536];

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static u32 get16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static u32 get32(const u8 *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* --- connections --- */

static struct pkt_conn *conn_new(u16 lport, u16 rport)
{
	struct pkt_conn *c = calloc(1, sizeof(*c));

	pkt_check(c, "out of memory");
	c->lport = lport;
	c->rport = rport;
	c->next = pkt.conns;
	pkt.conns = c;
	pkt.cur = c;
	return c;
}

static struct pkt_conn *conn_find(u16 lport, u16 rport)
{
	struct pkt_conn *c;

	for (c = pkt.conns; c; c = c->next)
		if (c->rport == rport && (!lport || c->lport == lport))
			return c;
	return NULL;
}

/* The connection that @p, which goes to the stack, is of. */
static struct pkt_conn *conn_in(const struct pkt_packet *p)
{
	u16 lport = pkt.bound_port ? pkt.bound_port : pkt.local_port;
	struct pkt_conn *c = p->port ? conn_find(0, p->port) : pkt.cur;

	if (!c)
		c = conn_new(lport, p->port ? p->port : pkt.next_port++);
	if ((p->flags & (TCPHDR_SYN | TCPHDR_ACK)) == TCPHDR_SYN) {
		c->relearn = true;
		c->remote_isn = p->seq;
	}
	pkt.cur = c;
	return c;
}

/* --- to the stack --- */

static void put_ip(const struct pkt_packet *p, u8 protocol, u32 len)
{
	u8 *ip = frame + ETH_HLEN;
	__sum16 sum;

	memcpy(frame, pkt.local_mac, ETH_ALEN);
	memcpy(frame + ETH_ALEN, pkt.remote_mac, ETH_ALEN);
	put16(frame + 12, ETH_P_IP);
	memset(ip, 0, 20);
	ip[0] = 0x45;
	ip[1] = p->tos;
	put16(ip + 2, 20 + len);
	put16(ip + 6, 0x4000);
	ip[8] = p->ttl ? p->ttl : 64;
	ip[9] = protocol;
	memcpy(ip + 12, &pkt.remote_ip, 4);
	memcpy(ip + 16, &pkt.local_ip, 4);
	sum = ip_compute_csum(ip, 20);
	memcpy(ip + 10, &sum, 2);
}

/* What the stack knows as its time stamp @script. */
static u32 live_stamp(const struct pkt_conn *c, u32 script)
{
	u32 i, n = min(c->nr_ts, (u32)PKT_TS_SEEN);
	const struct pkt_stamp *s;

	for (i = 1; i <= n; i++) {
		s = &c->ts_seen[(c->nr_ts - i) % PKT_TS_SEEN];
		if (s->script == script)
			return s->live;
	}
	return script + c->ts_offset;
}

/* As the script has it, or what the stack makes for the peer: SipHash of both
 * addresses, that of the peer first. */
static const u8 *cookie_of(const struct pkt_option *opt)
{
	static u8 made[8];
	siphash_key_t key;
	u8 addresses[8];
	u64 hash;

	if (!opt->our_cookie)
		return opt->bytes;
	memcpy(&key, opt->bytes, sizeof(key));
	memcpy(addresses, &pkt.remote_ip, 4);
	memcpy(addresses + 4, &pkt.local_ip, 4);
	hash = siphash(addresses, sizeof(addresses), &key);
	memcpy(made, &hash, sizeof(made));
	return made;
}

static u8 *put_option(const struct pkt_conn *c, const struct pkt_option *opt,
		      u8 *o)
{
	u32 i;

	if (opt->kind == PKT_OPT_RAW) {
		memcpy(o, opt->bytes, opt->nr);
		return o + opt->nr;
	}
	*o++ = opt->kind;
	switch (opt->kind) {
	case TCPOPT_MSS:
		*o++ = 4;
		put16(o, opt->val);
		return o + 2;
	case TCPOPT_WINDOW:
		*o++ = 3;
		*o++ = (u8)opt->val;
		return o;
	case TCPOPT_SACK_PERM:
		*o++ = 2;
		return o;
	case TCPOPT_TIMESTAMP:
		*o++ = 10;
		put32(o, opt->val);
		put32(o + 4, opt->ecr ? live_stamp(c, opt->ecr) : 0);
		return o + 8;
	case TCPOPT_SACK:
		*o++ = (u8)(2 + opt->nr * 4);
		for (i = 0; i < opt->nr; i++, o += 4)
			put32(o, opt->edge[i] + c->seq_offset);
		return o;
	case TCPOPT_FASTOPEN:
		*o++ = (u8)(2 + opt->nr);
		memcpy(o, cookie_of(opt), opt->nr);
		return o + opt->nr;
	case TCPOPT_EXP:
		*o++ = (u8)(4 + opt->nr);
		put16(o, TCPOPT_FASTOPEN_MAGIC);
		memcpy(o + 2, cookie_of(opt), opt->nr);
		return o + 2 + opt->nr;
	default:
		return o;
	}
}

static u32 put_options(const struct pkt_conn *c, const struct pkt_packet *p,
		       u8 *start)
{
	u8 *o = start;
	u32 i;

	for (i = 0; i < p->nr_options; i++)
		o = put_option(c, &p->option[i], o);
	while ((o - start) % 4)
		*o++ = TCPOPT_EOL;
	pkt_check(o - start <= 40, "more than 40 bytes of TCP options");
	return (u32)(o - start);
}

static void put_pattern(u8 *data, u32 off, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		data[i] = pkt_byte(off + i);
}

static void deliver(u32 ip_len)
{
	pkt.backend->send(frame, ETH_HLEN + ip_len);
}

static void send_tcp(const struct pkt_packet *p)
{
	struct pkt_conn *c = conn_in(p);
	u8 *th = frame + ETH_HLEN + 20;
	u32 hlen;
	__sum16 sum;

	memset(th, 0, 20);
	put16(th, c->rport);
	put16(th + 2, c->lport);
	put32(th + 4, p->seq);
	if (p->has_ack)
		put32(th + 8, p->ack + c->seq_offset);
	if (p->has_ack && (p->flags & TCPHDR_SYN))
		c->remote_isn = p->seq;
	hlen = 20 + put_options(c, p, th + 20);
	th[12] = (u8)(hlen / 4 << 4);
	th[13] = p->flags;
	put16(th + 14, p->win);
	put16(th + 18, p->urg);
	pkt.no_pattern |= p->has_urg;
	put_pattern(th + hlen,
		    p->seq - c->remote_isn - !(p->flags & TCPHDR_SYN), p->len);
	put_ip(p, IPPROTO_TCP, hlen + p->len);
	sum = csum_tcpudp_magic(pkt.remote_ip, pkt.local_ip, hlen + p->len,
				IPPROTO_TCP,
				csum_partial(th, hlen + p->len, 0));
	memcpy(th + 16, &sum, 2);
	th[17] ^= p->bad_csum;
	deliver(20 + hlen + p->len);
}

static void send_udp(const struct pkt_packet *p)
{
	u8 *uh = frame + ETH_HLEN + 20;
	u32 len = 8 + p->len;
	__sum16 sum;

	put16(uh, p->port ? p->port : PEER_PORT);
	put16(uh + 2, pkt.udp_port ? pkt.udp_port : pkt.local_port);
	put16(uh + 4, len);
	put16(uh + 6, 0);
	put_pattern(uh + 8, 0, p->len);
	put_ip(p, IPPROTO_UDP, len);
	sum = csum_tcpudp_magic(pkt.remote_ip, pkt.local_ip, len, IPPROTO_UDP,
				csum_partial(uh, len, 0));
	memcpy(uh + 6, &sum, 2);
	uh[7] ^= p->bad_csum;
	deliver(20 + len);
}

/* An error quotes the header of what the stack sent and 8 bytes more. */
static void send_icmp(const struct pkt_packet *p)
{
	u8 *icmp = frame + ETH_HLEN + 20, *quoted = icmp + 8;
	const struct pkt_conn *c = pkt.cur;
	u32 len = 8;
	__sum16 sum;

	memset(icmp, 0, 8 + 28);
	icmp[0] = p->type;
	icmp[1] = p->code;
	put32(icmp + 4, p->id ? p->id << 16 : p->mtu);
	if (p->type != 8 && p->type != 0) {
		quoted[0] = 0x45;
		put16(quoted + 2, 40 + p->len);
		put16(quoted + 6, 0x4000);
		quoted[8] = 63;
		quoted[9] = p->quotes_udp ? IPPROTO_UDP : IPPROTO_TCP;
		memcpy(quoted + 12, &pkt.local_ip, 4);
		memcpy(quoted + 16, &pkt.remote_ip, 4);
		sum = ip_compute_csum(quoted, 20);
		memcpy(quoted + 10, &sum, 2);
		if (p->quotes_udp) {
			put16(quoted + 20, pkt.udp_port);
			put16(quoted + 22, PEER_PORT);
			put16(quoted + 24, 8 + p->len);
		} else {
			pkt_check(c, "ICMP about no connection");
			put16(quoted + 20, c->lport);
			put16(quoted + 22, c->rport);
			put32(quoted + 24, c->seq_offset + p->seq);
		}
		len += 28;
	}
	sum = ip_compute_csum(icmp, len);
	memcpy(icmp + 2, &sum, 2);
	put_ip(p, IPPROTO_ICMP, len);
	deliver(20 + len);
}

/**
 * pkt_send() - A packet of the script arrives at the stack.
 * @p: the packet.
 *
 * Context: any, while a call blocks too.
 */
void pkt_send(const struct pkt_packet *p)
{
	if (p->proto == PKT_TCP)
		send_tcp(p);
	else if (p->proto == PKT_UDP)
		send_udp(p);
	else
		send_icmp(p);
}

/* --- of the stack --- */

static void flag_letters(u8 flags, char *s)
{
	static const char letters[] = "FSRP.UEW";
	u32 i;

	for (i = 0; i < 8; i++)
		if (flags & 1U << i)
			*s++ = letters[i];
	*s = 0;
}

/* The packet at @ip as a script has it, for messages. */
static const char *describe(const u8 *ip, s64 at_ns)
{
	static char text[256];
	const u8 *th = ip + 20;
	u32 hlen = (u32)(th[12] >> 4) * 4, len = get16(ip + 2) - 20 - hlen;
	struct pkt_conn *c;
	char flags[9];
	u32 seq, n, i;

	n = (u32)snprintf(text, sizeof(text), "at %lld us: ", at_ns / 1000);
	if (ip[9] == IPPROTO_UDP)
		snprintf(text + n, sizeof(text) - n, "udp (%u)",
			 get16(th + 4) - 8);
	if (ip[9] == IPPROTO_ICMP)
		snprintf(text + n, sizeof(text) - n, "icmp type %u code %u",
			 th[0], th[1]);
	if (ip[9] != IPPROTO_TCP)
		return text;
	c = conn_find((u16)get16(th), (u16)get16(th + 2));
	flag_letters(th[13], flags);
	seq = get32(th + 4) - (c ? c->seq_offset : 0);
	n += (u32)snprintf(text + n, sizeof(text) - n,
			   "%s %u:%u(%u) ack %u win %u tos %u options", flags,
			   seq, seq + len, len, get32(th + 8), get16(th + 14),
			   ip[1]);
	for (i = 20; i < hlen && n < sizeof(text) - 4; i++)
		n += (u32)snprintf(text + n, sizeof(text) - n, " %02x", th[i]);
	return text;
}

#define differs(what, is, wanted)                                         \
	pkt_check((is) == (wanted), "%s is %u, not %u, in the packet %s", \
		  what, (u32)(is), (u32)(wanted), describe(ip, at_ns))

/* Its clock ticks once a millisecond: it may be off as time may. What the
 * script calls @want was @live on the wire: it comes back so. */
static void check_stamp(struct pkt_conn *c, u32 want, u32 live, const u8 *ip,
			s64 at_ns)
{
	s32 slack = (s32)(pkt.backend->tolerance_ns / NSEC_PER_MSEC);
	s32 off = (s32)(live - c->ts_offset - want);

	if (off > slack || off < -slack)
		differs("TS val", live - c->ts_offset, want);
	c->ts_seen[c->nr_ts++ % PKT_TS_SEEN] =
		(struct pkt_stamp){ .script = want, .live = live };
}

static void check_option(struct pkt_conn *c, const struct pkt_option *w,
			 const u8 *o, const u8 *ip, s64 at_ns)
{
	u32 i;

	differs("an option's kind", o[0], w->kind);
	switch (w->kind) {
	case TCPOPT_MSS:
		differs("mss", get16(o + 2), w->val);
		break;
	case TCPOPT_WINDOW:
		differs("wscale", o[2], w->val);
		break;
	case TCPOPT_TIMESTAMP:
		if (!w->any_val && !c->ts_known) {
			c->ts_known = true;
			c->ts_offset = get32(o + 2) - w->val;
		}
		if (!w->any_val)
			check_stamp(c, w->val, get32(o + 2), ip, at_ns);
		if (!w->any_ecr)
			differs("TS ecr", get32(o + 6), w->ecr);
		break;
	case TCPOPT_SACK:
		differs("the number of SACK edges", (o[1] - 2) / 4, w->nr);
		for (i = 0; i < w->nr; i++)
			differs("SACK edge", get32(o + 2 + 4 * i), w->edge[i]);
		break;
	case TCPOPT_FASTOPEN:
		if (w->any_val)
			break;
		differs("the length of the cookie", o[1] - 2, w->nr);
		for (i = 0; i < w->nr; i++)
			differs("cookie byte", o[2 + i], cookie_of(w)[i]);
		break;
	case TCPOPT_EXP:
		differs("the magic number", get16(o + 2),
			TCPOPT_FASTOPEN_MAGIC);
		if (w->any_val)
			break;
		differs("the length of the cookie", o[1] - 4, w->nr);
		for (i = 0; i < w->nr; i++)
			differs("cookie byte", o[4 + i], cookie_of(w)[i]);
		break;
	default:
		break;
	}
}

static void check_options(struct pkt_conn *c, const struct pkt_packet *p,
			  const u8 *ip, s64 at_ns)
{
	const u8 *th = ip + 20, *o = th + 20, *end = th + (th[12] >> 4) * 4;
	u32 i, len;

	if (p->any_options)
		return;
	for (i = 0; i < p->nr_options; i++, o += len) {
		pkt_check(o < end, "options are missing in the packet %s",
			  describe(ip, at_ns));
		len = *o == TCPOPT_NOP || *o == TCPOPT_EOL ? 1 : o[1];
		pkt_check(len && o + len <= end, "bad options in the packet %s",
			  describe(ip, at_ns));
		check_option(c, &p->option[i], o, ip, at_ns);
	}
	for (; o < end && *o == TCPOPT_EOL && p->nr_options; o++)
		;
	pkt_check(o == end, "more options than wanted in the packet %s",
		  describe(ip, at_ns));
}

static void check_data(const struct pkt_conn *c, const u8 *ip, const u8 *data,
		       u32 seq, u32 len, s64 at_ns)
{
	u32 i, off = seq - c->isn - 1;

	if (pkt.no_pattern)
		return;
	for (i = 0; i < len; i++)
		if (data[i] != pkt_byte(off + i))
			pkt_check(false,
				  "byte %u of the stream is wrong in the "
				  "packet %s",
				  off + i, describe(ip, at_ns));
}

static struct pkt_conn *conn_out(const struct pkt_packet *p, const u8 *ip,
				 s64 at_ns)
{
	const u8 *th = ip + 20;
	u16 lport = (u16)get16(th), rport = (u16)get16(th + 2);
	struct pkt_conn *c = conn_find(lport, rport);

	if (!c && (th[13] & (TCPHDR_SYN | TCPHDR_ACK)) == TCPHDR_SYN)
		c = conn_new(lport, rport);
	pkt_check(c, "no connection for the packet %s", describe(ip, at_ns));
	if (p->port)
		differs("the port", rport, p->port);
	if ((th[13] & TCPHDR_SYN) && (c->relearn || !c->seq_known)) {
		c->seq_known = true;
		c->relearn = false;
		c->isn = p->seq;
		c->seq_offset = get32(th + 4) - p->seq;
	}
	pkt.cur = c;
	return c;
}

/*
 * One packet on the wire may be a part of @p: scripts need not say where the
 * stack cuts. PSH is compared with the last part.
 */
static bool expect_tcp(struct pkt_packet *p, const u8 *ip, s64 at_ns)
{
	const u8 *th = ip + 20;
	u32 tot = get16(ip + 2), hlen = (u32)(th[12] >> 4) * 4;
	u32 len = tot - 20 - hlen, part = min(len, p->len);
	u8 flags = th[13], last = TCPHDR_PSH | TCPHDR_FIN;
	struct pkt_conn *c = conn_out(p, ip, at_ns);
	char want[9], have[9];
	bool whole = len == p->len || !len;

	pkt_check(csum_tcpudp_magic(pkt.local_ip, pkt.remote_ip, tot - 20,
				    IPPROTO_TCP,
				    csum_partial(th, tot - 20, 0)) == 0,
		  "bad checksum in the packet %s", describe(ip, at_ns));
	flag_letters(p->flags, want);
	flag_letters(flags, have);
	if (!whole) {
		pkt_check((flags & ~last) == (p->flags & ~last) &&
				  !(flags & TCPHDR_FIN),
			  "flags are %s, not %s, in the packet %s", have, want,
			  describe(ip, at_ns));
	} else {
		pkt_check(flags == p->flags,
			  "flags are %s, not %s, in the packet %s", have, want,
			  describe(ip, at_ns));
	}
	differs("seq", get32(th + 4) - c->seq_offset, p->seq);
	differs("the length", len, part);
	pkt_check(whole || len < p->len, "too long");
	if (!part && p->len)
		differs("the length", len, p->len);
	if (p->has_ack)
		differs("ack", get32(th + 8), p->ack);
	if (p->has_win)
		differs("win", get16(th + 14), p->win);
	if (p->has_urg)
		differs("urg", get16(th + 18), p->urg);
	check_options(c, p, ip, at_ns);
	check_data(c, ip, th + hlen, p->seq + !!(flags & TCPHDR_SYN), len,
		   at_ns);
	p->seq += part;
	p->len -= part;
	return !p->len;
}

static bool expect_udp(struct pkt_packet *p, const u8 *ip, s64 at_ns)
{
	const u8 *uh = ip + 20;

	pkt.udp_port = (u16)get16(uh);
	differs("the length", get16(uh + 4) - 8, p->len);
	if (p->port)
		differs("the port", get16(uh + 2), p->port);
	return true;
}

static bool expect_icmp(struct pkt_packet *p, const u8 *ip, s64 at_ns)
{
	const u8 *icmp = ip + 20;

	differs("type", icmp[0], p->type);
	differs("code", icmp[1], p->code);
	if (p->mtu)
		differs("mtu", get16(icmp + 6), p->mtu);
	return true;
}

/* The next IPv4 frame of the device, or NULL. */
static const struct pkt_frame *next_frame(void)
{
	const struct pkt_frame *fr;

	do {
		fr = pkt.backend->receive();
	} while (fr && get16(fr->data + 12) != ETH_P_IP);
	if (fr && pkt.trace)
		printf("    # > %s\n",
		       describe(fr->data + ETH_HLEN, fr->at_ns));
	return fr;
}

static void check_ip(const struct pkt_packet *p, const u8 *ip, s64 at_ns)
{
	static const u8 protocols[] = { IPPROTO_TCP, IPPROTO_UDP,
					IPPROTO_ICMP };

	pkt_check(ip_compute_csum(ip, 20) == 0, "bad IP checksum");
	differs("the protocol", ip[9], protocols[p->proto]);
	if (p->tos_given && p->any_ect)
		pkt_check((ip[1] & 3) == 1 || (ip[1] & 3) == 2,
			  "no ECT in the packet %s", describe(ip, at_ns));
	else if (p->tos_given)
		differs("tos", ip[1], p->tos);
	if (p->ttl)
		differs("ttl", ip[8], p->ttl);
}

bool pkt_expect(struct pkt_packet *p, s64 start_ns, s64 end_ns)
{
	s64 slack = pkt.backend->tolerance_ns;
	const struct pkt_frame *fr;
	const u8 *ip;
	bool whole;

	while ((fr = next_frame()) != NULL) {
		ip = fr->data + ETH_HLEN;
		pkt_check(fr->at_ns >= start_ns - slack &&
				  fr->at_ns - slack <= end_ns,
			  "a packet not at its time, %lld us: %s",
			  start_ns / 1000, describe(ip, fr->at_ns));
		check_ip(p, ip, fr->at_ns);
		whole = p->proto == PKT_UDP    ? expect_udp(p, ip, fr->at_ns)
			: p->proto == PKT_ICMP ? expect_icmp(p, ip, fr->at_ns)
					       : expect_tcp(p, ip, fr->at_ns);
		pkt.base_ns = fr->at_ns;
		if (whole)
			return true;
	}
	return false;
}

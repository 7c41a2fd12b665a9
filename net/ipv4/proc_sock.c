// SPDX-License-Identifier: MIT
/*
 * DOC: /proc/net/{tcp,udp,raw}: a line for each socket, in the columns of
 * Linux's (its Documentation/networking/proc_net_tcp), which netstat and
 * scripts read. Times are in hundredths of a second; the user is 0, and so is
 * the kernel's address of the socket, which is nobody's business. Called by
 * proc.c's table; softirqs are disabled for a line, and between lines sockets
 * may come and go.
 */
#include "lib/softirq.h"
#include "lib/vsprintf.h"
#include "net/ipv4/inet_diag.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/proc.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"
#include "net/ipv4/udp_int.h"

#define LINE_WIDTH  149 /* then the line's end */
#define NSEC_PER_CS (10 * NSEC_PER_MSEC)

/* A position: which table, chain, place in the chain, number of the line. */
#define POS_PLACE_SHIFT 24
#define POS_CHAIN_SHIFT 40
#define POS_TABLE_SHIFT 60
#define POS_LINE_MASK   0xffffffU

static u64 pos_of(u32 table, u32 chain, u32 place, u32 line)
{
	return (u64)table << POS_TABLE_SHIFT | (u64)chain << POS_CHAIN_SHIFT |
	       (u64)place << POS_PLACE_SHIFT | line;
}

/* The sock at @pos of a table, or the next one there is; NULL: none. */
static struct sock_common *sock_at(struct hlist_head *chains, u32 mask,
				   u64 *pos)
{
	u32 chain = (u32)(*pos >> POS_CHAIN_SHIFT) & 0xfffff;
	u32 skip = (u32)(*pos >> POS_PLACE_SHIFT) & 0xffff;
	u32 table = (u32)(*pos >> POS_TABLE_SHIFT);
	u32 line = (u32)*pos & POS_LINE_MASK, place;
	struct sock_common *c;

	for (; chain <= mask; chain++, skip = 0) {
		place = 0;
		hlist_for_each_entry (c, &chains[chain], skc_node) {
			if (place++ < skip)
				continue;
			*pos = pos_of(table, chain, place, line + 1);
			return c;
		}
	}
	return NULL;
}

/* Blanks up to the width that every line has, and the line's end. */
static size_t end_line(char *text, int len)
{
	while (len < LINE_WIDTH)
		text[len++] = ' ';
	text[len++] = '\n';
	return (size_t)len;
}

static u64 centiseconds(u64 ns)
{
	return ns / NSEC_PER_CS;
}

static u64 left_ns(u64 when)
{
	u64 now = ktime_get_ns();

	return when > now ? when - now : 0;
}

/* --- tcp --- */

static int tcp_ends(char *text, size_t size, u64 pos, __be32 laddr, u16 lport,
		    __be32 raddr, __be16 rport, u8 state)
{
	return scnprintf(text, size, "%4u: %08X:%04X %08X:%04X %02X ",
			 ((u32)pos & POS_LINE_MASK) - 1, (__force u32)laddr,
			 lport, (__force u32)raddr, ntohs(rport), state);
}

static int tcp_limit(const struct sock *sk)
{
	const struct request_sock_queue *q = inet_csk(sk)->icsk_accept_queue;
	const struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		return q ? (int)q->fastopenq.max_qlen : 0;
	return tp->snd_ssthresh >= TCP_INFINITE_SSTHRESH
		       ? -1
		       : (int)tp->snd_ssthresh;
}

static int tcp_sock_line(struct sock *sk, u64 pos, char *text, size_t size)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 unsent =
		sk->sk_state == TCP_LISTEN ? 0 : tp->write_seq - tp->snd_una;
	u64 when;
	u32 timer = tcp_diag_timer(sk, &when);
	int n = tcp_ends(text, size, pos, sk->sk_rcv_saddr, sk->sk_num,
			 sk->sk_daddr, sk->sk_dport, sk->sk_state);

	n += scnprintf(text + n, size - (size_t)n,
		       "%08X:%08X %02X:%08llX %08X %5u %8d %u %u %016x ",
		       unsent, tcp_diag_rqueue(sk), timer,
		       centiseconds(left_ns(when)), icsk->icsk_retransmits, 0U,
		       icsk->icsk_probes_out, sock_i_ino(sk), sk->sk_refcnt,
		       0U);
	return n + scnprintf(text + n, size - (size_t)n, "%llu %llu %u %u %d",
			     centiseconds(icsk->icsk_rto_ns),
			     centiseconds(icsk->icsk_ack.ato_ns),
			     (icsk->icsk_ack.quick << 1U) |
				     inet_csk_in_pingpong_mode(sk),
			     tp->snd_cwnd, tcp_limit(sk));
}

static int tcp_timewait_line(const struct tcp_timewait_sock *tw, u64 pos,
			     char *text, size_t size)
{
	const struct sock_common *c = &tw->__tw_common;
	int n = tcp_ends(text, size, pos, c->skc_rcv_saddr, c->skc_num,
			 c->skc_daddr, c->skc_dport, tw->tw_substate);

	return n +
	       scnprintf(text + n, size - (size_t)n,
			 "%08X:%08X %02X:%08llX %08X %5d %8d %d %u %016x", 0, 0,
			 3,
			 centiseconds(left_ns(timer_expires_ns(&tw->tw_timer))),
			 0, 0, 0, 0, c->skc_refcnt, 0);
}

static int tcp_request_line(const struct request_sock *req, u64 pos, char *text,
			    size_t size)
{
	const struct sock_common *c = &req->__req_common;
	int n = tcp_ends(text, size, pos, req->ir_loc_addr,
			 ntohs(req->ir_loc_port), req->ir_rmt_addr,
			 req->ir_rmt_port, TCP_SYN_RECV);

	return n + scnprintf(text + n, size - (size_t)n,
			     "%08X:%08X %02X:%08llX %08X %5u %8d %d %u %016x",
			     0, 0, 1,
			     centiseconds(left_ns(
				     timer_expires_ns(&req->rsk_timer))),
			     req->num_timeout, 0, 0, 0, c->skc_refcnt, 0);
}

static size_t tcp_line(struct sock_common *c, u64 pos, char *text, size_t size)
{
	int n;

	if (c->skc_kind == SK_TIMEWAIT)
		n = tcp_timewait_line(
			container_of(c, struct tcp_timewait_sock, __tw_common),
			pos, text, size);
	else if (c->skc_kind == SK_REQUEST)
		n = tcp_request_line(
			container_of(c, struct request_sock, __req_common), pos,
			text, size);
	else
		n = tcp_sock_line((struct sock *)c, pos, text, size);
	return end_line(text, n);
}

/**
 * proc_tcp_next() - /proc/net/tcp: listeners first, then the rest.
 * @net, @pos, @text, @size: as struct proc_net_file's next().
 *
 * Return: as that.
 */
size_t proc_tcp_next(struct net *net, u64 *pos, char *text, size_t size)
{
	const struct inet_hashinfo *h = net->ipv4->hashinfo;
	struct sock_common *c = NULL;
	size_t n = 0;

	if (!*pos) {
		*pos = pos_of(1, 0, 0, 0);
		return end_line(text, scnprintf(text, size,
						"  sl  local_address "
						"rem_address   st tx_queue "
						"rx_queue tr tm->when retrnsmt "
						"  uid  timeout inode"));
	}
	local_bh_disable();
	if (*pos >> POS_TABLE_SHIFT == 1) {
		c = sock_at(h->lhash, h->lhash_mask, pos);
		if (!c)
			*pos = pos_of(2, 0, 0, (u32)*pos & POS_LINE_MASK);
	}
	if (!c)
		c = sock_at(h->ehash, h->ehash_mask, pos);
	if (c)
		n = tcp_line(c, *pos, text, size);
	local_bh_enable();
	return n;
}

/* --- datagrams --- */

static size_t datagram_line(const struct sock_common *c, char *text,
			    size_t size)
{
	const struct sock *sk = (const struct sock *)c;
	int n = scnprintf(text, size, "%5u: %08X:%04X %08X:%04X %02X ",
			  sk->sk_num, (__force u32)sk->sk_rcv_saddr, sk->sk_num,
			  (__force u32)sk->sk_daddr, ntohs(sk->sk_dport),
			  sk->sk_state);

	n += scnprintf(text + n, size - (size_t)n,
		       "%08X:%08X %02X:%08X %08X %5u %8d %u %u %016x %u",
		       sk->sk_wmem_alloc, sk->sk_rmem_alloc, 0, 0, 0, 0, 0,
		       sock_i_ino(sk), sk->sk_refcnt, 0, sk->sk_drops);
	return end_line(text, n);
}

static size_t datagram_head(char *text, size_t size)
{
	return end_line(text, scnprintf(text, size,
					"  sl  local_address rem_address   st "
					"tx_queue rx_queue tr tm->when retrnsmt"
					"   uid  timeout inode ref pointer "
					"drops"));
}

static size_t datagram_next(struct hlist_head *chains, u32 nr, u64 *pos,
			    char *text, size_t size)
{
	struct sock_common *c;
	size_t n = 0;

	if (!*pos) {
		*pos = pos_of(1, 0, 0, 0);
		return datagram_head(text, size);
	}
	local_bh_disable();
	c = sock_at(chains, nr - 1, pos);
	if (c)
		n = datagram_line(c, text, size);
	local_bh_enable();
	return n;
}

/**
 * proc_udp_next() - /proc/net/udp.
 * @net, @pos, @text, @size: as struct proc_net_file's next().
 *
 * Return: as that.
 */
size_t proc_udp_next(struct net *net, u64 *pos, char *text, size_t size)
{
	struct udp_table *t = net->ipv4->udp_table;

	return datagram_next(t->port, ARRAY_SIZE(t->port), pos, text, size);
}

/**
 * proc_raw_next() - /proc/net/raw.
 * @net, @pos, @text, @size: as struct proc_net_file's next().
 *
 * Return: as that.
 */
size_t proc_raw_next(struct net *net, u64 *pos, char *text, size_t size)
{
	return datagram_next(&net->ipv4->raw_head, 1, pos, text, size);
}

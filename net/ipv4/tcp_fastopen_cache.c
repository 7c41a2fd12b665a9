// SPDX-License-Identifier: MIT
/*
 * DOC: what servers told us, for the next connection to them (RFC 7413,
 * section 4.1.3): the cookie, the MSS that bounds the data of the SYN, and
 * whether to ask in the option of experiments, by source and destination
 * address.
 *
 * A table of short chains, made with the first entry; where a chain is full
 * the entry that was written longest ago gives its place, so that a client of
 * ever new servers spends a bounded amount of memory. Without memory nothing
 * is remembered.
 *
 * Called by tcp_fastopen_client.c in task context and softirq, and by the end
 * of the stack; everything happens with softirqs off.
 */
#include "lib/hash.h"
#include "lib/slab.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"

#define CACHE_CHAINS 256U
#define CHAIN_MAX    4U

struct tcp_fastopen_cache_entry {
	struct tcp_fastopen_cache_entry *next; /* newest first */
	__be32 saddr, daddr;
	struct tcp_fastopen_cookie cookie;
	u16 mss;    /* 0: not known */
	u8 try_exp; /* 1: ask by the option of experiments next; 2: tried */
};

static struct tcp_fastopen_cache_entry **chain_of(const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	return &tcp_net(sk)
			->fastopen
			->cache[hash_2words((__force u32)inet->inet_saddr,
					    (__force u32)inet->inet_daddr,
					    sock_net(sk)->hash_seed) %
				CACHE_CHAINS];
}

/* The link to the entry of @sk's addresses, or to the end of its chain. */
static struct tcp_fastopen_cache_entry **find(const struct sock *sk)
{
	struct tcp_fastopen_cache_entry **link = chain_of(sk);

	for (; *link; link = &(*link)->next)
		if ((*link)->saddr == inet_sk(sk)->inet_saddr &&
		    (*link)->daddr == inet_sk(sk)->inet_daddr)
			break;
	return link;
}

/**
 * tcp_fastopen_cache_get() - What is known of the server.
 * @sk:     the connection, its addresses set.
 * @mss:    set, if it is known.
 * @cookie: set; length 0 if there is none: ask for one.
 *
 * Context: any but hard interrupt.
 */
void tcp_fastopen_cache_get(struct sock *sk, u16 *mss,
			    struct tcp_fastopen_cookie *cookie)
{
	const struct tcp_fastopen_cache_entry *e = NULL;

	memset(cookie, 0, sizeof(*cookie));
	local_bh_disable();
	if (tcp_net(sk)->fastopen->cache)
		e = *find(sk);
	if (e) {
		if (e->mss)
			*mss = e->mss;
		*cookie = e->cookie;
		if (!cookie->len && e->try_exp == 1)
			cookie->exp = true;
	}
	local_bh_enable();
}

/* The entry of @sk's addresses, new if need be, at the head of its chain. */
static struct tcp_fastopen_cache_entry *claim(struct sock *sk)
{
	struct tcp_fastopen_net *fn = tcp_net(sk)->fastopen;
	struct tcp_fastopen_cache_entry **head, **link, *e;
	u32 n = 0;

	if (!fn->cache)
		fn->cache = kcalloc(CACHE_CHAINS, sizeof(e), GFP_ATOMIC);
	if (!fn->cache)
		return NULL;
	head = chain_of(sk);
	link = find(sk);
	e = *link;
	if (e) {
		*link = e->next;
	} else {
		for (link = head; *link && ++n < CHAIN_MAX;)
			link = &(*link)->next;
		e = *link;
		*link = NULL;
		if (!e)
			e = kmalloc(sizeof(*e), GFP_ATOMIC);
		if (!e)
			return NULL;
		*e = (struct tcp_fastopen_cache_entry){
			.saddr = inet_sk(sk)->inet_saddr,
			.daddr = inet_sk(sk)->inet_daddr,
		};
	}
	e->next = *head;
	*head = e;
	return e;
}

/**
 * tcp_fastopen_cache_set() - Remember what the SYN-ACK said.
 * @sk:      the connection.
 * @mss:     its MSS option, or 0.
 * @cookie:  its cookie; one without a length changes nothing.
 * @try_exp: without a cookie: 1: ask by the option of experiments next time;
 *           2: that was tried, too. Never goes back to less.
 *
 * Context: any but hard interrupt.
 */
void tcp_fastopen_cache_set(struct sock *sk, u16 mss,
			    const struct tcp_fastopen_cookie *cookie,
			    u8 try_exp)
{
	struct tcp_fastopen_cache_entry *e;

	local_bh_disable();
	e = claim(sk);
	if (e) {
		if (mss)
			e->mss = mss;
		if (cookie->len > 0)
			e->cookie = *cookie;
		else if (try_exp > e->try_exp && !e->cookie.len)
			e->try_exp = try_exp;
	}
	local_bh_enable();
}

/**
 * tcp_fastopen_cache_flush() - Forget every server.
 * @net: the stack.
 *
 * Context: any but hard interrupt.
 */
void tcp_fastopen_cache_flush(struct net *net)
{
	struct tcp_fastopen_net *fn = net_ipv4(net)->fastopen;
	struct tcp_fastopen_cache_entry *e;
	u32 i;

	local_bh_disable();
	for (i = 0; fn->cache && i < CACHE_CHAINS; i++)
		while ((e = fn->cache[i])) {
			fn->cache[i] = e->next;
			kfree(e);
		}
	kfree(fn->cache);
	fn->cache = NULL;
	local_bh_enable();
}

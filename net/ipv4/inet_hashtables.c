// SPDX-License-Identifier: MIT
/*
 * DOC: how a connection is found and how a port is chosen.
 *
 * Three tables a stack, sized at boot from its memory: ehash by four-tuple
 * (connections, half-open ones and TIME_WAIT), lhash by port (listeners),
 * bhash by port (who is bound). ehash is keyed with SipHash, so that a
 * stranger cannot aim at one chain. Everything is changed with softirqs off.
 *
 * Ephemeral ports: RFC 6056, algorithm 4 (double hash) for connect(), a
 * random start for bind(). Even offsets are tried first by connect() and odd
 * ones by bind(), so that the two seldom meet.
 */
#include "net/ipv4/inet_connection_sock.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/siphash.h"
#include "lib/slab.h"
#include "net/ipv4/tcp.h"

#define PERTURB_BITS 8

static u32 table_perturb[1 << PERTURB_BITS];
static struct kmem_cache *bind_cache;

static struct inet_hashinfo *hashinfo(const struct net *net)
{
	return net_ipv4(net)->hashinfo;
}

static u32 ehashfn(const struct inet_hashinfo *h, __be32 laddr, u16 lport,
		   __be32 faddr, __be16 fport)
{
	const siphash_key_t key = { { h->key[0], h->key[1] } };

	return (u32)siphash_2u64((u64)(__force u32)laddr << 32 |
					 (__force u32)faddr,
				 (u64)lport << 16 | (__force u16)fport, &key);
}

static struct hlist_head *bucket_of_port(struct hlist_head *table, u32 mask,
					 u16 port)
{
	return &table[hash_mix32(port) & mask];
}

static struct hlist_head *table_alloc(u32 size)
{
	return kcalloc(size, sizeof(struct hlist_head), GFP_KERNEL);
}

/**
 * inet_hashinfo_init() - Make a stack's tables.
 * @net: its netns_ipv4 exists.
 *
 * ehash has a chain for every 8 KiB of memory, at least 256 and at most 512 Ki
 * chains: a connection takes 2 KiB, so that memory ends before a chain has more
 * than four of them on average.
 *
 * Return: 0 or -ENOMEM with nothing left allocated.
 */
int inet_hashinfo_init(struct net *net)
{
	u64 chains = roundup_pow_of_two(totalram_pages() / 2);
	struct inet_hashinfo *h = kzalloc(sizeof(*h), GFP_KERNEL);
	u32 i;

	if (!h)
		return -ENOMEM;
	h->ehash_mask = (u32)clamp_t(u64, chains, 256, 1U << 19) - 1;
	h->bhash_mask = min_t(u32, h->ehash_mask, 16383);
	h->lhash_mask = 255;
	h->ehash = table_alloc(h->ehash_mask + 1);
	h->bhash = table_alloc(h->bhash_mask + 1);
	h->lhash = table_alloc(h->lhash_mask + 1);
	net_ipv4(net)->hashinfo = h;
	if (!bind_cache)
		bind_cache = kmem_cache_create(
			"inet_bind_bucket", sizeof(struct inet_bind_bucket), 0);
	if (!h->ehash || !h->bhash || !h->lhash || !bind_cache) {
		inet_hashinfo_free(net);
		return -ENOMEM;
	}
	get_random_bytes(h->key, sizeof(h->key));
	if (!table_perturb[0])
		for (i = 0; i < ARRAY_SIZE(table_perturb); i++)
			get_random_bytes(&table_perturb[i], sizeof(u32));
	return 0;
}

/**
 * inet_hashinfo_free() - Free a stack's tables, which are empty.
 * @net: the stack.
 */
void inet_hashinfo_free(struct net *net)
{
	struct inet_hashinfo *h = hashinfo(net);

	if (!h)
		return;
	kfree(h->ehash);
	kfree(h->bhash);
	kfree(h->lhash);
	kfree(h);
	net_ipv4(net)->hashinfo = NULL;
}

/* --- finding --- */

static bool device_matches(const struct sock_common *c, int iif)
{
	return !c->skc_bound_dev_if || c->skc_bound_dev_if == iif;
}

/**
 * inet_lookup_established() - The connection of a four-tuple.
 * @net: the stack. @saddr, @sport: the peer. @daddr, @hnum: ours, @hnum in
 * host order. @iif: the device of arrival.
 *
 * Context: softirqs off.
 * Return:  a full sock, a TIME_WAIT or a half-open one (look at skc_kind),
 *          with a reference; NULL if there is none.
 */
struct sock *inet_lookup_established(struct net *net, __be32 saddr,
				     __be16 sport, __be32 daddr, u16 hnum,
				     int iif)
{
	struct inet_hashinfo *h = hashinfo(net);
	u32 hash = ehashfn(h, daddr, hnum, saddr, sport);
	struct sock_common *c;

	hlist_for_each_entry (c, &h->ehash[hash & h->ehash_mask], skc_node) {
		if (c->skc_hash != hash || c->skc_num != hnum ||
		    c->skc_dport != sport || c->skc_daddr != saddr ||
		    c->skc_rcv_saddr != daddr || !device_matches(c, iif))
			continue;
		c->skc_refcnt++;
		return (struct sock *)c;
	}
	return NULL;
}

/* How well a listener fits: -1 not at all; an address or device counts. */
static int listener_score(const struct sock *sk, __be32 daddr, u16 hnum,
			  int iif)
{
	int score = 0;

	if (sk->sk_num != hnum)
		return -1;
	if (sk->sk_rcv_saddr) {
		if (sk->sk_rcv_saddr != daddr)
			return -1;
		score += 2;
	}
	if (sk->sk_bound_dev_if) {
		if (sk->sk_bound_dev_if != iif)
			return -1;
		score += 1;
	}
	return score;
}

/* The best match without a reference. Of SO_REUSEPORT listeners that match
 * equally well, @flow, a hash of the peer, takes one: always the same as long
 * as they are the same. */
static struct sock *find_listener(struct net *net, __be32 daddr, u16 hnum,
				  int iif, u32 flow)
{
	struct inet_hashinfo *h = hashinfo(net);
	struct sock *sk, *best = NULL;
	int score, best_score = -1;
	u32 equal = 1;

	hlist_for_each_entry (sk, bucket_of_port(h->lhash, h->lhash_mask, hnum),
			      sk_node) {
		score = listener_score(sk, daddr, hnum, iif);
		if (score > best_score) {
			best_score = score;
			best = sk;
			equal = 1;
		} else if (score >= 0 && score == best_score &&
			   sk->sk_reuseport && best->sk_reuseport) {
			equal++;
			flow = hash_mix32(flow);
			if (reciprocal_scale(flow, equal) == 0)
				best = sk;
		}
	}
	return best;
}

/**
 * inet_lookup_listener() - A listener at an address.
 * @net: the stack. @daddr, @hnum: our side. @iif: the device of arrival.
 *
 * Context: softirqs off.
 * Return:  the best match with a reference, or NULL.
 */
struct sock *inet_lookup_listener(struct net *net, __be32 daddr, u16 hnum,
				  int iif)
{
	struct sock *sk = find_listener(net, daddr, hnum, iif, 0);

	if (sk)
		sock_hold(sk);
	return sk;
}

/**
 * __inet_lookup_skb() - Whose segment this is.
 * @net: the stack. @skb: network header set. @sport, @dport: its ports.
 * @iif: the device of arrival.
 *
 * Context: softirqs off.
 * Return:  as inet_lookup_established(), else a listener, else NULL.
 */
struct sock *__inet_lookup_skb(struct net *net, struct sk_buff *skb,
			       __be16 sport, __be16 dport, int iif)
{
	const struct iphdr *iph = ip_hdr(skb);
	u16 hnum = ntohs(dport);
	struct sock *sk;

	sk = inet_lookup_established(net, iph->saddr, sport, iph->daddr, hnum,
				     iif);
	if (sk)
		return sk;
	sk = find_listener(net, iph->daddr, hnum, iif,
			   hash_2words((__force u32)iph->saddr,
				       (__force u16)sport, net->hash_seed));
	if (sk)
		sock_hold(sk);
	return sk;
}

/* --- entering and leaving --- */

static void ehash_insert(struct inet_hashinfo *h, struct sock *sk)
{
	sk->sk_hash = ehashfn(h, sk->sk_rcv_saddr, sk->sk_num, sk->sk_daddr,
			      sk->sk_dport);
	hlist_add_head(&sk->sk_node, &h->ehash[sk->sk_hash & h->ehash_mask]);
	h->established++;
}

/**
 * inet_hash() - Make a socket findable, by its state.
 * @sk: a listener or a connection, its names set.
 *
 * Return: 0.
 */
int inet_hash(struct sock *sk)
{
	struct inet_hashinfo *h = hashinfo(sock_net(sk));

	local_bh_disable();
	if (sk->sk_state == TCP_LISTEN)
		hlist_add_head(
			&sk->sk_node,
			bucket_of_port(h->lhash, h->lhash_mask, sk->sk_num));
	else if (sk->sk_state != TCP_CLOSE)
		ehash_insert(h, sk);
	local_bh_enable();
	return 0;
}

/**
 * inet_hash_request() - Make a half-open connection findable.
 * @req: its names set.
 *
 * Context: softirqs off.
 */
void inet_hash_request(struct request_sock *req)
{
	struct sock_common *c = &req->__req_common;
	struct inet_hashinfo *h = hashinfo(c->skc_net);

	c->skc_hash = ehashfn(h, c->skc_rcv_saddr, c->skc_num, c->skc_daddr,
			      c->skc_dport);
	hlist_add_head(&c->skc_node, &h->ehash[c->skc_hash & h->ehash_mask]);
	h->established++;
}

/**
 * inet_unhash() - No segment finds this socket any more.
 * @sk: the socket; harmless if it was not findable.
 */
void inet_unhash(struct sock *sk)
{
	struct inet_hashinfo *h = hashinfo(sock_net(sk));

	local_bh_disable();
	if (!hlist_unhashed(&sk->sk_node)) {
		if (sk->sk_state != TCP_LISTEN)
			h->established--;
		hlist_del_init(&sk->sk_node);
	}
	local_bh_enable();
}

/* --- ports --- */

static struct inet_bind_bucket *bind_bucket_find(struct net *net, u16 port)
{
	struct inet_hashinfo *h = hashinfo(net);
	struct inet_bind_bucket *tb;

	hlist_for_each_entry (tb, bucket_of_port(h->bhash, h->bhash_mask, port),
			      node)
		if (tb->port == port)
			return tb;
	return NULL;
}

static struct inet_bind_bucket *bind_bucket_create(struct net *net, u16 port)
{
	struct inet_hashinfo *h = hashinfo(net);
	struct inet_bind_bucket *tb;

	tb = kmem_cache_alloc(bind_cache, GFP_ATOMIC | __GFP_ZERO);
	if (!tb)
		return NULL;
	tb->net = net;
	tb->port = port;
	hlist_add_head(&tb->node,
		       bucket_of_port(h->bhash, h->bhash_mask, port));
	return tb;
}

static void bind_bucket_put(struct inet_bind_bucket *tb)
{
	if (!hlist_empty(&tb->owners))
		return;
	hlist_del_init(&tb->node);
	kmem_cache_free(bind_cache, tb);
}

static void bind_hash(struct sock *sk, struct inet_bind_bucket *tb)
{
	inet_sk(sk)->inet_num = tb->port;
	hlist_add_head(&sk->sk_bind_node, &tb->owners);
	inet_csk(sk)->icsk_bind_hash = tb;
}

/**
 * inet_put_port() - Give the local port back.
 * @sk: the socket; harmless if it has none.
 */
void inet_put_port(struct sock *sk)
{
	struct inet_bind_bucket *tb;

	local_bh_disable();
	tb = inet_csk(sk)->icsk_bind_hash;
	if (tb) {
		hlist_del_init(&sk->sk_bind_node);
		inet_csk(sk)->icsk_bind_hash = NULL;
		inet_sk(sk)->inet_num = 0;
		bind_bucket_put(tb);
	}
	local_bh_enable();
}

/**
 * inet_bind_node_leave() - A TIME_WAIT gives its share of a port back.
 * @c:  its sock_common. @tb: the bucket.
 */
void inet_bind_node_leave(struct sock_common *c, struct inet_bind_bucket *tb)
{
	hlist_del_init(&c->skc_bind_node);
	bind_bucket_put(tb);
}

/**
 * inet_inherit_port() - A new connection shares its listener's port.
 * @sk:    the listener.
 * @child: the connection.
 *
 * Context: softirqs off.
 * Return:  0; -ENOENT: the listener has no port any more.
 */
int inet_inherit_port(const struct sock *sk, struct sock *child)
{
	struct inet_bind_bucket *tb = inet_csk(sk)->icsk_bind_hash;

	if (unlikely(!tb))
		return -ENOENT;
	bind_hash(child, tb);
	return 0;
}

/* Whether @sk may not share @tb with those who are bound to it. */
static bool bind_conflict(const struct sock *sk,
			  const struct inet_bind_bucket *tb)
{
	struct sock_common *c;

	hlist_for_each_entry (c, &tb->owners, skc_bind_node) {
		if ((const void *)c == sk)
			continue;
		if (sk->sk_bound_dev_if && c->skc_bound_dev_if &&
		    sk->sk_bound_dev_if != c->skc_bound_dev_if)
			continue;
		if (sk->sk_rcv_saddr && c->skc_rcv_saddr &&
		    sk->sk_rcv_saddr != c->skc_rcv_saddr)
			continue;
		if (sk->sk_reuse && c->skc_reuse && c->skc_state != TCP_LISTEN)
			continue;
		if (sk->sk_reuseport && c->skc_reuseport)
			continue;
		return true;
	}
	return false;
}

static int bind_to(struct sock *sk, u16 port)
{
	struct inet_bind_bucket *tb = bind_bucket_find(sock_net(sk), port);

	if (tb && bind_conflict(sk, tb))
		return -EADDRINUSE;
	if (!tb)
		tb = bind_bucket_create(sock_net(sk), port);
	if (!tb)
		return -ENOMEM;
	/* A port that was bound on purpose is not shared by connect(). */
	tb->fastreuse = -1;
	bind_hash(sk, tb);
	return 0;
}

/* The range of ephemeral ports: its first and how many. */
static u32 ephemeral_range(const struct net *net, u32 *low)
{
	*low = net_ipv4(net)->sysctl_ip_local_port_range[0];
	return net_ipv4(net)->sysctl_ip_local_port_range[1] - *low + 1;
}

static int bind_ephemeral(struct sock *sk)
{
	u32 low, range = ephemeral_range(sock_net(sk), &low);
	u32 start, i, offset;
	int err;

	get_random_bytes(&start, sizeof(start));
	start = reciprocal_scale(start, range);
	for (i = 0; i < range; i++) {
		/* Odd offsets in the first half of the walk. */
		offset = i < range / 2 ? 2 * i + 1 : 2 * (i - range / 2);
		err = bind_to(sk,
			      (u16)(low + ((start & ~1U) + offset) % range));
		if (err != -EADDRINUSE)
			return err;
	}
	return -EADDRINUSE;
}

/**
 * inet_csk_get_port() - Bind to a port (proto.get_port of TCP).
 * @sk:   the socket, without a port.
 * @snum: the port in host order; 0: choose one.
 *
 * Context: task, socket owned.
 * Return:  0, -EADDRINUSE, -ENOMEM.
 */
int inet_csk_get_port(struct sock *sk, u16 snum)
{
	int err;

	local_bh_disable();
	err = snum ? bind_to(sk, snum) : bind_ephemeral(sk);
	local_bh_enable();
	return err;
}

/* May a connection with this four-tuple begin? Takes over an old TIME_WAIT
 * that permits it (RFC 6191). */
static bool tuple_is_free(struct sock *sk, u16 port)
{
	struct net *net = sock_net(sk);
	struct sock *old;
	bool is_free = false;

	old = inet_lookup_established(net, sk->sk_daddr, sk->sk_dport,
				      sk->sk_rcv_saddr, port,
				      sk->sk_bound_dev_if);
	if (!old)
		return true;
	if (old->__sk_common.skc_kind == SK_TIMEWAIT)
		is_free = tcp_twsk_reuse(sk, (struct tcp_timewait_sock *)old);
	tcp_gen_put(old);
	return is_free;
}

static int connect_on(struct sock *sk, u16 port)
{
	struct inet_bind_bucket *tb = bind_bucket_find(sock_net(sk), port);

	if (tb && (tb->fastreuse < 0 || !tuple_is_free(sk, port)))
		return -EADDRINUSE;
	/* A TIME_WAIT that was taken over may have taken the bucket along. */
	tb = bind_bucket_find(sock_net(sk), port)
		     ?: bind_bucket_create(sock_net(sk), port);
	if (!tb)
		return -ENOMEM;
	bind_hash(sk, tb);
	inet_sk(sk)->inet_sport = htons(port);
	ehash_insert(hashinfo(sock_net(sk)), sk);
	return 0;
}

static int connect_ephemeral(struct sock *sk)
{
	struct netns_ipv4 *ipv4 = net_ipv4(sock_net(sk));
	const siphash_key_t key = { { ipv4->port_key[0], ipv4->port_key[1] } };
	u32 low, range = ephemeral_range(sock_net(sk), &low);
	u32 *perturb, start, i, offset;
	u64 flow;
	int err;

	flow = siphash_3u32((__force u32)sk->sk_rcv_saddr,
			    (__force u32)sk->sk_daddr,
			    (__force u16)sk->sk_dport, &key);
	perturb = &table_perturb[flow >> (64 - PERTURB_BITS)];
	start = reciprocal_scale((u32)flow + *perturb, range) & ~1U;
	for (i = 0; i < range; i++) {
		/* Even offsets in the first half of the walk. */
		offset = i < (range + 1) / 2 ? 2 * i
					     : 2 * (i - (range + 1) / 2) + 1;
		err = connect_on(sk, (u16)(low + (start + offset) % range));
		if (err == -EADDRINUSE)
			continue;
		*perturb += (offset + 2) & ~1U;
		return err;
	}
	return -EADDRNOTAVAIL;
}

/**
 * inet_hash_connect() - Settle the local port of a connect(), be findable.
 * @sk: names set, perhaps without a local port; state TCP_SYN_SENT.
 *
 * Context: task, socket owned.
 * Return:  0, -EADDRNOTAVAIL (four-tuple in use, or no port left), -ENOMEM.
 */
int inet_hash_connect(struct sock *sk)
{
	int err = 0;

	local_bh_disable();
	if (!inet_sk(sk)->inet_num)
		err = connect_ephemeral(sk);
	else if (tuple_is_free(sk, inet_sk(sk)->inet_num))
		ehash_insert(hashinfo(sock_net(sk)), sk);
	else
		err = -EADDRNOTAVAIL;
	local_bh_enable();
	return err;
}

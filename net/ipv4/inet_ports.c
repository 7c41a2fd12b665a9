// SPDX-License-Identifier: MIT
/*
 * DOC: local ports: who is bound to one, and how a free one is found.
 *
 * A bucket a port that is in use lists its owners. Ephemeral ports follow RFC
 * 6056: algorithm 4 (double hash) for connect(), a random start for bind(),
 * and a walk from there. Even offsets are tried first by connect() and odd
 * ones by bind(), so that the two seldom meet.
 *
 * A walk is long when most ports are taken. After PORT_WALK ports it goes on
 * in a bitmap, where the next free one is found in O(1): for bind() that of all
 * ports with a bucket, for connect() one that is made for this destination,
 * kept true by whatever enters and leaves ehash, and freed when few
 * connections are left. Such a map is a hint: the port that it offers is
 * checked like any other.
 *
 * State: bhash and the maps of struct inet_hashinfo, changed with softirqs
 * off; table_perturb, by tasks.
 */
#include "lib/errno.h"
#include "lib/siphash.h"
#include "lib/slab.h"
#include "net/ipv4/inet_connection_sock.h"
#include "net/ipv4/tcp.h"

#define PERTURB_BITS 8
#define NR_PORTS     65536
/* Ports to look at one by one before a map is asked. */
#define PORT_WALK 32
/* With fewer connections than this a map goes when one of them ends, or when
 * its place is needed. */
#define PORT_MAP_MIN 32

static u32 table_perturb[1 << PERTURB_BITS];
static struct kmem_cache *bind_cache;

static struct inet_hashinfo *hashinfo(const struct net *net)
{
	return net_ipv4(net)->hashinfo;
}

/* --- maps --- */

static int port_map_init(struct port_map *m)
{
	m->used = kzalloc(NR_PORTS / 8, GFP_ATOMIC);
	return m->used ? 0 : -ENOMEM;
}

static void port_map_set(struct port_map *m, u16 port)
{
	m->count += !test_bit(port, m->used);
	__set_bit_2(port, m->used, m->full);
}

static void port_map_clear(struct port_map *m, u16 port)
{
	m->count -= test_bit(port, m->used);
	__clear_bit_2(port, m->used, m->full);
}

/* The first port of [@port, @last] that @m does not have; else @last + 1. */
static u32 port_map_next(const struct port_map *m, u32 port, u32 last)
{
	return (u32)find_next_zero_bit_2(m->used, m->full, last + 1, port);
}

/**
 * inet_ports_init() - Make a stack's map of ports.
 * @h: its tables, zeroed.
 *
 * Return: 0 or -ENOMEM.
 */
int inet_ports_init(struct inet_hashinfo *h)
{
	if (!bind_cache)
		bind_cache = kmem_cache_create(
			"inet_bind_bucket", sizeof(struct inet_bind_bucket), 0);
	if (!bind_cache || port_map_init(&h->bound))
		return -ENOMEM;
	/* At most a five-hundredth of the memory. */
	h->max_port_maps = (u32)clamp_t(u64, totalram_pages() / 1024, 2, 1024);
	if (!table_perturb[0])
		get_random_bytes(table_perturb, sizeof(table_perturb));
	return 0;
}

static void port_map_free(struct inet_hashinfo *h, struct port_map *m)
{
	hlist_del_init(&m->node);
	h->nr_port_maps--;
	kfree(m->used);
	kfree(m);
}

/**
 * inet_ports_free() - Free the maps.
 * @h: the tables, which are empty.
 */
void inet_ports_free(struct inet_hashinfo *h)
{
	struct hlist_node *next;
	struct port_map *m;
	u32 i;

	for (i = 0; i < PORT_MAP_CHAINS; i++)
		hlist_for_each_entry_safe (m, next, &h->port_maps[i], node)
			port_map_free(h, m);
	kfree(h->bound.used);
}

static struct hlist_head *port_map_chain(struct inet_hashinfo *h, __be32 saddr,
					 __be32 daddr, __be16 dport)
{
	u32 hash = hash_3words((__force u32)saddr, (__force u32)daddr,
			       (__force u16)dport, (u32)h->key[0]);

	return &h->port_maps[hash % PORT_MAP_CHAINS];
}

static struct port_map *port_map_find(struct inet_hashinfo *h, __be32 saddr,
				      __be32 daddr, __be16 dport)
{
	struct port_map *m;

	hlist_for_each_entry (m, port_map_chain(h, saddr, daddr, dport), node)
		if (m->saddr == saddr && m->daddr == daddr && m->dport == dport)
			return m;
	return NULL;
}

static struct port_map *port_map_of(struct inet_hashinfo *h,
				    const struct sock *sk)
{
	if (likely(!h->nr_port_maps) || sk->sk_bound_dev_if)
		return NULL;
	return port_map_find(h, sk->sk_rcv_saddr, sk->sk_daddr, sk->sk_dport);
}

/**
 * __inet_port_note() - A four-tuple is in use, or not any more.
 * @h: the tables. @c: what has it. @used: which of the two.
 *
 * Context: softirqs off.
 */
void __inet_port_note(struct inet_hashinfo *h, const struct sock_common *c,
		      bool used)
{
	struct port_map *m =
		port_map_find(h, c->skc_rcv_saddr, c->skc_daddr, c->skc_dport);

	if (!m)
		return;
	if (used) {
		port_map_set(m, c->skc_num);
		return;
	}
	port_map_clear(m, c->skc_num);
	if (m->count < PORT_MAP_MIN)
		port_map_free(h, m);
}

/* Every port that has a connection of @sk's addresses and destination. */
static void port_map_fill(struct inet_hashinfo *h, struct port_map *m)
{
	struct sock_common *c;
	u32 i;

	for (i = 0; i <= h->ehash_mask; i++)
		hlist_for_each_entry (c, &h->ehash[i], skc_node)
			if (c->skc_daddr == m->daddr &&
			    c->skc_dport == m->dport &&
			    c->skc_rcv_saddr == m->saddr)
				port_map_set(m, c->skc_num);
}

/* There are as many maps as there may be: let one that hardly helps go. */
static void port_map_evict(struct inet_hashinfo *h)
{
	struct port_map *m;
	u32 i;

	for (i = 0; i < PORT_MAP_CHAINS; i++)
		hlist_for_each_entry (m, &h->port_maps[i], node)
			if (m->count < PORT_MAP_MIN) {
				port_map_free(h, m);
				return;
			}
}

/* A map of @sk's destination. NULL: too many have one, or no memory. */
static struct port_map *port_map_make(struct inet_hashinfo *h,
				      const struct sock *sk)
{
	struct port_map *m;

	if (h->nr_port_maps >= h->max_port_maps)
		port_map_evict(h);
	if (h->nr_port_maps >= h->max_port_maps)
		return NULL;
	m = kzalloc(sizeof(*m), GFP_ATOMIC);
	if (!m)
		return NULL;
	if (port_map_init(m)) {
		kfree(m);
		return NULL;
	}
	m->saddr = sk->sk_rcv_saddr;
	m->daddr = sk->sk_daddr;
	m->dport = sk->sk_dport;
	hlist_add_head(&m->node,
		       port_map_chain(h, m->saddr, m->daddr, m->dport));
	h->nr_port_maps++;
	port_map_fill(h, m);
	return m;
}

/* --- buckets --- */

static struct inet_bind_bucket *bind_bucket_find(struct net *net, u16 port)
{
	struct inet_hashinfo *h = hashinfo(net);
	struct inet_bind_bucket *tb;

	hlist_for_each_entry (
		tb, inet_port_chain(h->bhash, h->bhash_mask, port), node)
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
		       inet_port_chain(h->bhash, h->bhash_mask, port));
	port_map_set(&h->bound, port);
	return tb;
}

static void bind_bucket_put(struct inet_bind_bucket *tb)
{
	if (!hlist_empty(&tb->owners))
		return;
	port_map_clear(&hashinfo(tb->net)->bound, tb->port);
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

	hashinfo(sock_net(sk))->port_probes++;
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

/* A port of the range that is not in @m, the next from @port on and around;
 * 0: all of them are. */
static u32 next_around(const struct port_map *m, u32 port, u32 low, u32 range)
{
	u32 next = port_map_next(m, port, low + range - 1);

	if (next < low + range)
		return next;
	next = port_map_next(m, low, port);
	return next <= port ? next : 0;
}

static int bind_ephemeral(struct sock *sk)
{
	struct port_map *bound = &hashinfo(sock_net(sk))->bound;
	u32 low, range = ephemeral_range(sock_net(sk), &low);
	u32 few = bound->count < range / 2 ? PORT_WALK : 0;
	u32 start, i, offset, port;
	int err;

	get_random_bytes(&start, sizeof(start));
	start = reciprocal_scale(start, range);
	for (i = 0; i < range; i++) {
		/* One that nobody has, if there is one. */
		port = i == few ? next_around(bound, low + start, low, range)
				: 0;
		if (port)
			return bind_to(sk, (u16)port);
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

	hashinfo(sock_net(sk))->port_probes++;
	if (tb && (tb->fastreuse < 0 || !tuple_is_free(sk, port)))
		return -EADDRINUSE;
	/* A TIME_WAIT that was taken over may have taken the bucket along. */
	tb = bind_bucket_find(sock_net(sk), port)
		     ?: bind_bucket_create(sock_net(sk), port);
	if (!tb)
		return -ENOMEM;
	bind_hash(sk, tb);
	inet_sk(sk)->inet_sport = htons(port);
	return inet_hash(sk);
}

/* May a TIME_WAIT of this destination be taken over at all? */
static bool may_reuse_timewait(const struct sock *sk)
{
	const struct netns_ipv4 *n = net_ipv4(sock_net(sk));

	return n->tw_count && n->sysctl_tcp_tw_reuse &&
	       (n->sysctl_tcp_tw_reuse != 2 || ipv4_is_loopback(sk->sk_daddr));
}

/* A free port by the map of the destination, from @port on and around; it is
 * left in *@port. -EADDRINUSE: there is none. */
static int connect_by_map(struct sock *sk, const struct port_map *m, u32 *port,
			  u32 low, u32 range)
{
	u32 first = *port, last = low + range - 1;
	bool around = false;
	int err;

	for (;;) {
		*port = port_map_next(m, *port, last);
		if (*port > last) {
			if (around || first == low)
				return -EADDRINUSE;
			around = true;
			*port = low;
			last = first - 1;
			continue;
		}
		err = connect_on(sk, (u16)*port);
		if (err != -EADDRINUSE)
			return err;
		(*port)++; /* somebody is bound to it on purpose */
	}
}

/* The same one by one: steps [@i, @end) of the walk from offset @start. */
static int connect_walk(struct sock *sk, u32 i, u32 end, u32 start, u32 *port,
			u32 low, u32 range)
{
	u32 offset;
	int err;

	for (; i < end; i++) {
		/* Even offsets in the first half of the walk. */
		offset = i < (range + 1) / 2 ? 2 * i
					     : 2 * (i - (range + 1) / 2) + 1;
		*port = low + (start + offset) % range;
		err = connect_on(sk, (u16)*port);
		if (err != -EADDRINUSE)
			return err;
	}
	return -EADDRINUSE;
}

/* From offset @start: a few ports one by one, then by the map, if there may be
 * one (it knows nothing of devices), then all. */
static int connect_search(struct sock *sk, u32 start, u32 *port, u32 low,
			  u32 range)
{
	struct inet_hashinfo *h = hashinfo(sock_net(sk));
	struct port_map *m = port_map_of(h, sk);
	u32 few = min(range, (u32)PORT_WALK);
	int err = -EADDRINUSE;

	if (!m)
		err = connect_walk(sk, 0, few, start, port, low, range);
	if (err != -EADDRINUSE || few == range)
		return err;
	if (!m && !sk->sk_bound_dev_if)
		m = port_map_make(h, sk);
	if (m) {
		*port = low + start;
		err = connect_by_map(sk, m, port, low, range);
		if (err != -EADDRINUSE || !may_reuse_timewait(sk))
			return err;
	}
	return connect_walk(sk, m ? 0 : few, range, start, port, low, range);
}

static int connect_ephemeral(struct sock *sk)
{
	struct netns_ipv4 *ipv4 = net_ipv4(sock_net(sk));
	const siphash_key_t key = { { ipv4->port_key[0], ipv4->port_key[1] } };
	u32 low, range = ephemeral_range(sock_net(sk), &low);
	u32 *perturb, start, port;
	u64 flow;
	int err;

	flow = siphash_3u32((__force u32)sk->sk_rcv_saddr,
			    (__force u32)sk->sk_daddr,
			    (__force u16)sk->sk_dport, &key);
	perturb = &table_perturb[flow >> (64 - PERTURB_BITS)];
	/* Modulo: each connection moves the next one's start by a little. */
	start = ((u32)flow + *perturb) % range & ~1U;
	err = connect_search(sk, start, &port, low, range);
	if (err == -EADDRINUSE)
		return -EADDRNOTAVAIL;
	*perturb += ((port - low + range - start) % range + 2) & ~1U;
	return err;
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
		err = inet_hash(sk);
	else
		err = -EADDRNOTAVAIL;
	local_bh_enable();
	return err;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: how a connection is found.
 *
 * Three tables a stack, sized at boot from its memory: ehash by four-tuple
 * (connections, half-open ones and TIME_WAIT), lhash by port (listeners),
 * bhash by port (who is bound: inet_ports.c). ehash is keyed with SipHash, so
 * that a stranger cannot aim at one chain. Everything is changed with softirqs
 * off.
 *
 * Segments come in trains. Before the hash is computed, which costs more than
 * all the rest, a small table of who was found last is asked. What it holds is
 * compared as what a chain holds; whoever aims at one of its places takes
 * nothing from the others but this short cut.
 */
#include "net/ipv4/inet_connection_sock.h"
#include "lib/errno.h"
#include "lib/siphash.h"
#include "lib/slab.h"
#include "net/ipv4/tcp.h"

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

static struct hlist_head *table_alloc(u32 size)
{
	return kcalloc(size, sizeof(struct hlist_head), GFP_KERNEL);
}

/**
 * inet_hashinfo_init() - Make a stack's tables.
 * @net: its netns_ipv4 exists.
 *
 * ehash has a chain for every page of memory, at least 256 and at most 512 Ki
 * chains: a connection takes more than 1.5 KiB, so that memory ends before a
 * chain has more than three of them on average. That is 0.2 % of it.
 *
 * Return: 0 or -ENOMEM with nothing left allocated.
 */
int inet_hashinfo_init(struct net *net)
{
	u64 chains = roundup_pow_of_two(totalram_pages());
	struct inet_hashinfo *h = kzalloc(sizeof(*h), GFP_KERNEL);

	if (!h)
		return -ENOMEM;
	h->ehash_mask = (u32)clamp_t(u64, chains, 256, 1U << 19) - 1;
	h->bhash_mask = min_t(u32, h->ehash_mask, 16383);
	h->lhash_mask = 255;
	h->ehash = table_alloc(h->ehash_mask + 1);
	h->bhash = table_alloc(h->bhash_mask + 1);
	h->lhash = table_alloc(h->lhash_mask + 1);
	net_ipv4(net)->hashinfo = h;
	if (!h->ehash || !h->bhash || !h->lhash || inet_ports_init(h)) {
		inet_hashinfo_free(net);
		return -ENOMEM;
	}
	get_random_bytes(h->key, sizeof(h->key));
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
	inet_ports_free(h);
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

static struct inet_recent *recent_place(struct inet_hashinfo *h, u16 lport,
					__be16 fport)
{
	return &h->recent[(lport ^ ntohs(fport)) % INET_RECENT];
}

/* Whether @c is the connection of a four-tuple. */
static __force_inline bool four_tuple_is(const struct sock_common *c,
					 __be32 saddr, __be16 sport,
					 __be32 daddr, u16 hnum, int iif)
{
	return c->skc_num == hnum && c->skc_dport == sport &&
	       c->skc_daddr == saddr && c->skc_rcv_saddr == daddr &&
	       device_matches(c, iif);
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
	struct inet_recent *recent = recent_place(h, hnum, sport);
	struct sock_common *c = recent->sk;
	u32 hash;

	if (likely(c && four_tuple_is(c, saddr, sport, daddr, hnum, iif)))
		goto found;
	hash = ehashfn(h, daddr, hnum, saddr, sport);
	hlist_for_each_entry (c, &h->ehash[hash & h->ehash_mask], skc_node) {
		if (c->skc_hash == hash &&
		    four_tuple_is(c, saddr, sport, daddr, hnum, iif)) {
			recent->sk = c;
			recent->gen = 0;
			goto found;
		}
	}
	return NULL;
found:
	c->skc_refcnt++;
	return (struct sock *)c;
}

/**
 * inet_lookup_clear() - The connection of a four-tuple, if all that is between
 * the device and it has been seen to be clear.
 * @net: the stack. @saddr, @sport: the peer. @daddr, @dport: ours.
 * @iif: the device of arrival, to whose address the frame was.
 *
 * A packet without IP options of the one that got the last segment of these
 * ports: no hook of netfilter wants it, its route ends here, and neither has
 * changed (xmit_gen) since inet_note_clear(). A raw socket may want a copy.
 *
 * Context: softirqs off.
 * Return:  a full sock, without a reference; NULL: go the ordinary way.
 */
struct sock *inet_lookup_clear(struct net *net, __be32 saddr, __be16 sport,
			       __be32 daddr, __be16 dport, int iif)
{
	u16 hnum = ntohs(dport);
	const struct inet_recent *recent =
		recent_place(hashinfo(net), hnum, sport);

	if (!recent->sk || recent->gen != xmit_gen || recent->iif != iif ||
	    !four_tuple_is(recent->sk, saddr, sport, daddr, hnum, iif) ||
	    !hlist_empty(&net->ipv4->raw_head))
		return NULL;
	return (struct sock *)recent->sk;
}

/**
 * inet_note_clear() - A segment has come to its connection the ordinary way:
 * was nothing on it that could have stopped another one?
 * @net: the stack. @sk: just looked up, a full sock. @skb: the segment.
 *
 * Context: softirqs off.
 */
void inet_note_clear(struct net *net, const struct sock *sk,
		     const struct sk_buff *skb)
{
	struct inet_recent *recent =
		recent_place(hashinfo(net), sk->sk_num, sk->sk_dport);

	if (likely(recent->gen == xmit_gen && recent->iif == (int)skb->skb_iif))
		return;
	if (recent->sk != &sk->__sk_common || skb->pkt_type != PACKET_HOST ||
	    !skb_dst(skb) || skb_rtable(skb)->rt_type != RTN_LOCAL ||
	    skb_dst(skb)->obsolete || ip_hdr(skb)->ihl != 5 ||
	    net->nf_hooks_ipv4[NF_INET_PRE_ROUTING] ||
	    net->nf_hooks_ipv4[NF_INET_LOCAL_IN])
		return;
	recent->gen = xmit_gen;
	recent->iif = (int)skb->skb_iif;
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

	hlist_for_each_entry (
		sk, inet_port_chain(h->lhash, h->lhash_mask, hnum), sk_node) {
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

/**
 * inet_ehash_add() - Enter the table of connections.
 * @h: the tables. @c: skc_hash and the four-tuple are set.
 *
 * Context: softirqs off.
 */
void inet_ehash_add(struct inet_hashinfo *h, struct sock_common *c)
{
	hlist_add_head(&c->skc_node, &h->ehash[c->skc_hash & h->ehash_mask]);
	h->established++;
	inet_port_note(h, c, true);
}

/**
 * inet_ehash_del() - Leave it.
 * @h: the tables. @c: in them, its ports as they were when it entered.
 *
 * Context: softirqs off.
 */
void inet_ehash_del(struct inet_hashinfo *h, struct sock_common *c)
{
	struct inet_recent *recent = recent_place(h, c->skc_num, c->skc_dport);

	if (recent->sk == c)
		recent->sk = NULL;
	hlist_del_init(&c->skc_node);
	h->established--;
	inet_port_note(h, c, false);
}

static void ehash_insert(struct inet_hashinfo *h, struct sock_common *c)
{
	c->skc_hash = ehashfn(h, c->skc_rcv_saddr, c->skc_num, c->skc_daddr,
			      c->skc_dport);
	inet_ehash_add(h, c);
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
			inet_port_chain(h->lhash, h->lhash_mask, sk->sk_num));
	else if (sk->sk_state != TCP_CLOSE)
		ehash_insert(h, &sk->__sk_common);
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
	ehash_insert(hashinfo(req->__req_common.skc_net), &req->__req_common);
}

/**
 * inet_unhash() - No segment finds this socket any more.
 * @sk: the socket; harmless if it was not findable.
 */
void inet_unhash(struct sock *sk)
{
	struct inet_hashinfo *h = hashinfo(sock_net(sk));

	local_bh_disable();
	if (sk->sk_state == TCP_LISTEN)
		hlist_del_init(&sk->sk_node);
	else if (!hlist_unhashed(&sk->sk_node))
		inet_ehash_del(h, &sk->__sk_common);
	local_bh_enable();
}

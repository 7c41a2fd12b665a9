// SPDX-License-Identifier: MIT
/*
 * DOC: rtable, the answer to "where does this packet go" (rows I1, I6).
 *
 * An rtable belongs to one question: destination, source, device, mark, scope.
 * The last answers are kept in a direct-mapped cache, so that datagrams to the
 * same place look nothing up and allocate nothing; sockets keep theirs
 * (sk_dst_cache). Every change of routes or addresses makes all rtables there
 * are obsolete (dst_ops.check).
 *
 * What ICMP taught about a path's MTU (RFC 1191) is an exception: kept by
 * destination with an expiry, written into the live rtables at once and into
 * those made later.
 *
 * State: struct rt_state in netns_ipv4; used with softirqs off. Called by the
 * transports, ip_output.c and ip_input.c; calls fib.c, devinet.c, neighbour.c.
 */
#include "net/ipv4/route.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "lib/siphash.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/ipv4/ip.h"

#define RT_CACHE_BITS      8
#define RT_EXCEPTION_BITS  6
#define RT_EXCEPTION_DEPTH 5U /* a bucket's; then the oldest is replaced */
#define RT_IDENTS          1024
#define RT_MIN_ADVMSS      256
#define RT_HEADERS         40 /* IP and TCP without options */

/* A path narrower than its first link. */
struct rt_exception {
	struct hlist_node node;
	__be32 daddr;
	u32 pmtu;
	bool lock; /* it was less than may be believed */
	u64 expires_ns;
};

struct rt_state {
	struct rtable *cache[1 << RT_CACHE_BITS]; /* one reference each */
	struct hlist_head exceptions[1 << RT_EXCEPTION_BITS];
	struct list_head live; /* every rtable, by rt_list */
	u32 nr_live;
	u16 idents[RT_IDENTS];
	siphash_key_t key;
};

static struct kmem_cache *rt_slab;

/* --- exceptions --- */

static struct hlist_head *rt_exception_bucket(struct rt_state *st, __be32 daddr)
{
	u64 h = siphash_1u32((__force u32)daddr, &st->key);

	return &st->exceptions[h & ((1U << RT_EXCEPTION_BITS) - 1)];
}

static struct rt_exception *rt_exception_find(struct rt_state *st, __be32 daddr)
{
	struct rt_exception *e;

	hlist_for_each_entry (e, rt_exception_bucket(st, daddr), node) {
		if (e->daddr == daddr)
			return e;
	}
	return NULL;
}

/* A free or, in a full bucket, the soonest to expire; NULL: no memory. */
static struct rt_exception *rt_exception_make(struct rt_state *st, __be32 daddr)
{
	struct hlist_head *h = rt_exception_bucket(st, daddr);
	struct rt_exception *e, *oldest = NULL;
	u32 n = 0;

	hlist_for_each_entry (e, h, node) {
		n++;
		if (!oldest || e->expires_ns < oldest->expires_ns)
			oldest = e;
	}
	if (n >= RT_EXCEPTION_DEPTH) {
		oldest->daddr = daddr;
		return oldest;
	}
	e = kzalloc(sizeof(*e), GFP_ATOMIC);
	if (e) {
		e->daddr = daddr;
		hlist_add_head(&e->node, h);
	}
	return e;
}

static void rt_set_pmtu(struct rtable *rt, const struct rt_exception *e)
{
	xmit_gen_bump();
	rt->rt_plain_mtu = 0;
	rt->rt_pmtu = e->pmtu;
	rt->rt_pmtu_expires_ns = e->expires_ns;
	rt->rt_mtu_locked = e->lock || dst_metric_locked(&rt->dst, RTAX_MTU);
}

/* Remember, and tell every live route to the same destination. */
static void rt_learn_pmtu(struct net *net, __be32 daddr, u32 mtu, bool lock)
{
	struct rt_exception learnt = {
		.daddr = daddr,
		.pmtu = mtu,
		.lock = lock,
		.expires_ns = ktime_get_ns() +
			      net->ipv4->sysctl_mtu_expires * NSEC_PER_SEC,
	};
	struct rt_state *st = net->ipv4->rt;
	struct rt_exception *e = rt_exception_find(st, daddr);
	struct rtable *rt;

	if (!e)
		e = rt_exception_make(st, daddr);
	if (e) {
		learnt.node = e->node;
		*e = learnt;
	}
	list_for_each_entry (rt, &st->live, rt_list) {
		if (rt->rt_dst == daddr && !rt->rt_is_input &&
		    !dst_metric_locked(&rt->dst, RTAX_MTU))
			rt_set_pmtu(rt, &learnt);
	}
}

/**
 * rt_mtu_lock_holds() - The slow part of rt_sends_df(): what ICMP has locked is
 * so only until it is forgotten.
 * @rt: with rt_mtu_locked.
 */
bool rt_mtu_lock_holds(const struct rtable *rt)
{
	return dst_metric_locked(&rt->dst, RTAX_MTU) ||
	       ktime_get_ns() < rt->rt_pmtu_expires_ns;
}

/* --- dst_ops --- */

static struct dst_entry *ipv4_dst_check(struct dst_entry *dst, u32 cookie)
{
	return dst->obsolete ? NULL : dst;
}

static u32 ipv4_mtu(const struct dst_entry *dst)
{
	const struct rtable *rt = container_of(dst, struct rtable, dst);
	u32 mtu;

	if (rt->rt_pmtu && ktime_get_ns() < rt->rt_pmtu_expires_ns)
		return rt->rt_pmtu;
	mtu = dst->metrics[RTAX_MTU] ?: dst->dev->mtu;
	return min(mtu, IP_MAX_MTU);
}

static u32 ipv4_advmss(const struct dst_entry *dst)
{
	u32 mtu = ipv4_mtu(dst);

	return max_t(u32, mtu > RT_HEADERS ? mtu - RT_HEADERS : 0,
		     RT_MIN_ADVMSS);
}

/*
 * A forged message could ask for tiny packets: never below min_pmtu (RFC 5927,
 * section 7.2). A packet that needs to be even smaller may be fragmented. What
 * is known already lives longer; a larger MTU than that is no news (RFC 1191,
 * section 3).
 */
static void ipv4_dst_update_pmtu(struct dst_entry *dst, struct sock *sk,
				 u32 mtu)
{
	struct rtable *rt = dst_rtable(dst);
	u32 old = ipv4_mtu(dst);
	u32 floor = dst->net->ipv4->sysctl_min_pmtu;

	if (mtu > old || (mtu == old && !rt->rt_pmtu) || rt->rt_is_input ||
	    dst_metric_locked(dst, RTAX_MTU))
		return;
	rt_learn_pmtu(dst->net, rt->rt_dst, mtu < floor ? min(old, floor) : mtu,
		      mtu < floor);
}

static struct neighbour *ipv4_neigh_lookup(struct dst_entry *dst,
					   const void *daddr)
{
	return rt_neighbour(dst_rtable(dst));
}

static void ipv4_dst_destroy(struct dst_entry *dst)
{
	struct rtable *rt = dst_rtable(dst);

	list_del(&rt->rt_list);
	dst->net->ipv4->rt->nr_live--;
	if (rt->rt_neigh)
		neigh_release(rt->rt_neigh);
	kmem_cache_free(rt_slab, rt);
}

static const struct dst_ops ipv4_dst_ops = {
	.family = AF_INET,
	.check = ipv4_dst_check,
	.mtu = ipv4_mtu,
	.advmss = ipv4_advmss,
	.update_pmtu = ipv4_dst_update_pmtu,
	.neigh_lookup = ipv4_neigh_lookup,
	.destroy = ipv4_dst_destroy,
};

/**
 * rt_find_neighbour() - The neighbour that a route's packets go to.
 * @rt: an output route.
 *
 * Found once and kept in the route until it dies. A link that has no
 * addresses (loopback, point to point) has one neighbour for all.
 *
 * Ownership: no reference passes; the route's lasts as long as the route.
 * Context:   task or softirq.
 * Return:    the neighbour, or ERR_PTR(-ENOBUFS).
 */
struct neighbour *rt_find_neighbour(struct rtable *rt)
{
	struct net_device *dev = rt->dst.dev;
	__be32 key = rt->rt_gateway ?: rt->rt_dst;
	struct neighbour *n = rt->rt_neigh;

	if (n && !n->dead)
		return n;
	if (n)
		neigh_release(n);
	rt->rt_neigh = NULL;
	if (dev->flags & (IFF_LOOPBACK | IFF_POINTOPOINT))
		key = 0;
	n = neigh_lookup(&rt->dst.net->ipv4->arp_tbl, &key, dev);
	if (!IS_ERR(n))
		rt->rt_neigh = n;
	return n;
}

/* --- making and keeping --- */

static int rt_discard(struct sk_buff *skb)
{
	int err = skb_dst(skb)->error;

	kfree_skb_reason(skb, SKB_DROP_REASON_IP_INNOROUTES);
	return err;
}

/* Output of a route whose device was removed. */
static int rt_gone_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_REASON_DEV_READY);
	return -ENETDOWN;
}

static struct rtable *rt_alloc(struct net *net, struct net_device *dev, u8 type)
{
	struct rt_state *st = net->ipv4->rt;
	struct rtable *rt = kmem_cache_zalloc(rt_slab, GFP_ATOMIC);

	if (!rt)
		return NULL;
	rt->dst.dev = dev;
	rt->dst.ops = &ipv4_dst_ops;
	rt->dst.net = net;
	rt->dst.refcnt = 1;
	rt->dst.input = rt_discard;
	rt->dst.error = -EHOSTUNREACH;
	rt->dst.output = ip_output;
	rt->rt_type = type;
	list_add(&rt->rt_list, &st->live);
	st->nr_live++;
	return rt;
}

static u32 rt_hash(__be32 daddr, __be32 saddr, int ifindex)
{
	return hash_2words((__force u32)daddr, (__force u32)saddr,
			   (u32)ifindex) &
	       ((1U << RT_CACHE_BITS) - 1);
}

/* The new answer takes the place of the old one. */
static void rt_cache_put(struct net *net, u32 slot, struct rtable *rt)
{
	struct rtable **p = &net->ipv4->rt->cache[slot];

	dst_hold(&rt->dst);
	ip_rt_put(*p);
	*p = rt;
}

/**
 * rt_cache_flush() - Make every route that was handed out stale.
 * @net: the stack.
 *
 * Context: any but hard interrupt.
 */
void rt_cache_flush(struct net *net)
{
	struct rt_state *st = net->ipv4->rt;
	struct rtable *rt;
	u32 i;

	if (!st)
		return;
	local_bh_disable(); /* no packet may find what is being put */
	xmit_gen_bump();
	list_for_each_entry (rt, &st->live, rt_list)
		rt->dst.obsolete = true;
	for (i = 0; i < ARRAY_SIZE(st->cache); i++) {
		ip_rt_put(st->cache[i]);
		st->cache[i] = NULL;
	}
	local_bh_enable();
}

/* --- output --- */

/* What the steps below fill in. */
struct rt_answer {
	struct net_device *dev;
	u8 type;
	__be32 gateway, prefsrc;
	const u32 *metrics;
};

/* RFC 1122, section 3.2.1.3: what a source address may be. */
static int rt_check_source(struct net *net, struct flowi4 *fl4,
			   struct rt_answer *a)
{
	struct net_device *dev;

	if (ipv4_is_multicast(fl4->saddr) || ipv4_is_lbcast(fl4->saddr) ||
	    ipv4_is_zeronet(fl4->saddr))
		return -EINVAL;
	dev = inet_addr_owner(net, fl4->saddr);
	/* Whoever names an address and sends to everyone means its link. */
	if (dev && !fl4->flowi4_oif &&
	    (ipv4_is_multicast(fl4->daddr) || ipv4_is_lbcast(fl4->daddr)))
		a->dev = dev;
	if (!dev && !(fl4->flowi4_flags & FLOWI_FLAG_ANYSRC))
		return -EINVAL;
	return 0;
}

static int rt_check_oif(struct net *net, struct flowi4 *fl4,
			struct rt_answer *a)
{
	a->dev = dev_get_by_index(net, fl4->flowi4_oif);
	if (!a->dev)
		return -ENODEV;
	if (!netif_running(a->dev) || !in_dev_get(a->dev))
		return -ENETUNREACH;
	if (fl4->saddr)
		return 0;
	if (ipv4_is_multicast(fl4->daddr) || ipv4_is_lbcast(fl4->daddr) ||
	    fl4->flowi4_scope >= RT_SCOPE_LINK)
		fl4->saddr = inet_select_addr(a->dev, 0, RT_SCOPE_LINK);
	return 0;
}

static void rt_answer_local(struct net *net, struct flowi4 *fl4,
			    struct rt_answer *a)
{
	if (!fl4->saddr)
		fl4->saddr = a->prefsrc ?: fl4->daddr;
	a->dev = net->loopback_dev;
	a->type = RTN_LOCAL;
	a->gateway = 0;
}

/* Ask the table, and choose the source by what it says. */
static int rt_answer_fib(struct net *net, struct flowi4 *fl4,
			 struct rt_answer *a)
{
	struct fib_result res;
	int err = fib_lookup(net, fl4, &res);

	if (err == -ENETUNREACH && fl4->flowi4_oif && a->dev) {
		/* The program names the link: the destination is on it. */
		a->type = RTN_UNICAST;
		if (!fl4->saddr)
			fl4->saddr = inet_select_addr(a->dev, 0, RT_SCOPE_LINK);
		return 0;
	}
	if (err)
		return err;
	a->type = res.type;
	a->gateway = res.gateway;
	a->prefsrc = res.prefsrc;
	a->metrics = res.metrics;
	if (res.type == RTN_LOCAL) {
		rt_answer_local(net, fl4, a);
		return 0;
	}
	a->dev = res.dev;
	if (!fl4->saddr)
		fl4->saddr =
			res.prefsrc
				?: inet_select_addr(res.dev,
						    res.gateway ?: fl4->daddr,
						    RT_SCOPE_UNIVERSE);
	return 0;
}

/* Steps of RFC 1122, section 3.3.1, in order; fills @a and fl4->saddr. */
static int rt_resolve(struct net *net, struct flowi4 *fl4, struct rt_answer *a)
{
	int err;

	if (fl4->saddr) {
		err = rt_check_source(net, fl4, a);
		if (err)
			return err;
	}
	if (fl4->flowi4_oif) {
		err = rt_check_oif(net, fl4, a);
		if (err)
			return err;
	}
	if (!fl4->daddr) { /* this host: as BSD and Linux */
		fl4->daddr = fl4->saddr ?: INADDR_LOOPBACK;
		rt_answer_local(net, fl4, a);
		return 0;
	}
	if (a->dev &&
	    (ipv4_is_multicast(fl4->daddr) || ipv4_is_lbcast(fl4->daddr)))
		return 0;
	return rt_answer_fib(net, fl4, a);
}

/* The address alone says broadcast and multicast. */
static int rt_set_type(const struct flowi4 *fl4, struct rt_answer *a)
{
	if (ipv4_is_loopback(fl4->saddr) && !(a->dev->flags & IFF_LOOPBACK))
		return -EINVAL;
	if (ipv4_is_lbcast(fl4->daddr))
		a->type = RTN_BROADCAST;
	else if (ipv4_is_multicast(fl4->daddr))
		a->type = RTN_MULTICAST;
	else if (ipv4_is_zeronet(fl4->daddr))
		return -EINVAL;
	if (a->type == RTN_BROADCAST || a->type == RTN_MULTICAST)
		a->gateway = 0;
	return 0;
}

/* The MTU of a route about which no question is open; see struct rtable. */
static u32 rt_plain_mtu(const struct rtable *rt)
{
	u32 mtu = rt_mtu(rt);

	return rt->rt_type < RTN_BROADCAST && mtu >= IPV4_MIN_MTU &&
			       !rt->rt_mtu_locked
		       ? mtu
		       : 0;
}

static struct rtable *rt_make_output(struct net *net, const struct flowi4 *key,
				     struct flowi4 *fl4,
				     const struct rt_answer *a)
{
	struct rtable *rt = rt_alloc(net, a->dev, a->type);
	struct rt_exception *e;

	if (!rt)
		return ERR_PTR(-ENOBUFS);
	rt->rt_gateway = a->gateway;
	rt->rt_uses_gateway = a->gateway != 0;
	rt->rt_src = fl4->saddr;
	rt->rt_dst = fl4->daddr;
	rt->rt_key_src = key->saddr;
	rt->rt_key_if = key->flowi4_oif;
	rt->rt_key_scope = key->flowi4_scope;
	rt->rt_key_flags = key->flowi4_flags;
	rt->rt_mark = key->flowi4_mark;
	if (a->metrics)
		memcpy(rt->dst.metrics, a->metrics, sizeof(rt->dst.metrics));
	if (a->type == RTN_BROADCAST || a->type == RTN_MULTICAST)
		rt->dst.output = ip_mc_output;
	if (a->type == RTN_LOCAL || a->type == RTN_BROADCAST) {
		rt->dst.input = ip_local_deliver;
		rt->dst.error = 0;
	}
	rt->rt_mtu_locked = dst_metric_locked(&rt->dst, RTAX_MTU);
	rt->rt_plain_mtu = rt_plain_mtu(rt);
	e = rt_exception_find(net->ipv4->rt, fl4->daddr);
	if (e && a->type == RTN_UNICAST && !rt->rt_mtu_locked)
		rt_set_pmtu(rt, e);
	return rt;
}

static bool rt_answers(const struct rtable *rt, const struct flowi4 *fl4)
{
	return rt && !rt->rt_is_input && rt->rt_dst == fl4->daddr &&
	       rt->rt_key_src == fl4->saddr &&
	       rt->rt_key_if == fl4->flowi4_oif &&
	       rt->rt_mark == fl4->flowi4_mark &&
	       rt->rt_key_scope == fl4->flowi4_scope &&
	       rt->rt_key_flags == fl4->flowi4_flags && !rt->dst.obsolete;
}

static struct rtable *rt_output_slow(struct net *net, struct flowi4 *fl4,
				     u32 slot)
{
	struct flowi4 key = *fl4;
	struct rt_answer a = { .type = RTN_UNICAST };
	struct rtable *rt;
	int err;

	err = rt_resolve(net, fl4, &a);
	if (!err)
		err = rt_set_type(fl4, &a);
	if (err)
		return ERR_PTR(err);
	rt = rt_make_output(net, &key, fl4, &a);
	if (!IS_ERR(rt))
		rt_cache_put(net, slot, rt);
	return rt;
}

/**
 * ip_route_output_flow() - Find the way for a packet of ours.
 * @net: the stack.
 * @fl4: the flow; on success saddr, daddr (of 0) and flowi4_oif are filled in.
 * @sk:  the socket it is for; may be NULL.
 *
 * Context: task or softirq; turns softirqs off for itself.
 * Return:  one reference for the caller; ERR_PTR(): -ENETUNREACH,
 *          -EHOSTUNREACH, -EACCES, -ENODEV, -EINVAL (source not ours),
 * -ENOBUFS.
 */
struct rtable *ip_route_output_flow(struct net *net, struct flowi4 *fl4,
				    const struct sock *sk)
{
	u32 slot = rt_hash(fl4->daddr, fl4->saddr, fl4->flowi4_oif);
	struct rtable *rt;

	local_bh_disable();
	rt = net->ipv4->rt->cache[slot];
	if (likely(rt_answers(rt, fl4)))
		dst_hold(&rt->dst);
	else
		rt = rt_output_slow(net, fl4, slot);
	if (!IS_ERR(rt)) {
		fl4->saddr = rt->rt_src;
		fl4->flowi4_oif = rt->dst.dev->ifindex;
	}
	local_bh_enable();
	return rt;
}

/**
 * ip_route_connect() - Source address and way of a new connection.
 * @fl4:      filled in; the caller keeps it for the connection's first packet.
 * @dst:      the peer. @src: the bound address, 0: choose.
 * @oif:      the bound device, 0: any.
 * @protocol: IPPROTO_*. @sport, @dport: ports, 0: not known yet.
 * @sk:       the socket, for its mark and stack.
 *
 * Context: task.
 * Return:  as ip_route_output_flow().
 */
struct rtable *ip_route_connect(struct flowi4 *fl4, __be32 dst, __be32 src,
				int oif, u8 protocol, __be16 sport,
				__be16 dport, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	u8 scope = sock_flag(sk, SOCK_LOCALROUTE) ? RT_SCOPE_LINK
						  : RT_SCOPE_UNIVERSE;
	u8 flags = inet->freebind || inet->hdrincl ? FLOWI_FLAG_ANYSRC : 0;

	flowi4_init_output(fl4, oif, sk->sk_mark, inet->tos, scope, protocol,
			   flags, dst, src, dport, sport);
	return ip_route_output_flow(sock_net(sk), fl4, sk);
}

/* --- input --- */

/* Whether @saddr can be the source of a packet from outside. */
static bool rt_source_is_martian(struct net *net, __be32 saddr, __be32 daddr,
				 const struct net_device *dev)
{
	struct flowi4 fl4 = { .daddr = saddr };
	struct fib_result res;

	if (ipv4_is_multicast(saddr) || ipv4_is_lbcast(saddr))
		return true;
	if (dev->flags & IFF_LOOPBACK)
		return false;
	if (ipv4_is_loopback(saddr))
		return true;
	/* RFC 1122, section 3.2.1.3 (a): only a host that has no address yet,
	 * and it speaks to everyone. */
	if (ipv4_is_zeronet(saddr))
		return saddr ||
		       !(ipv4_is_lbcast(daddr) || ipv4_is_multicast(daddr));
	if (fib_lookup(net, &fl4, &res))
		return false;
	return res.type != RTN_UNICAST;
}

/* RTN_* of a destination as seen from @dev, or a negative errno. */
static int rt_input_type(struct net *net, __be32 daddr,
			 const struct net_device *dev)
{
	struct flowi4 fl4 = { .daddr = daddr };
	struct fib_result res;
	int err;

	if (ipv4_is_lbcast(daddr))
		return RTN_BROADCAST;
	if (ipv4_is_multicast(daddr))
		return daddr == htonl(0xe0000001U) ? RTN_MULTICAST : -ENOENT;
	if (ipv4_is_zeronet(daddr))
		return -EINVAL;
	if (ipv4_is_loopback(daddr) && !(dev->flags & IFF_LOOPBACK))
		return -EINVAL;
	err = fib_lookup(net, &fl4, &res);
	if (err)
		return err;
	if (res.type == RTN_LOCAL || res.type == RTN_BROADCAST)
		return res.type;
	return -EHOSTUNREACH; /* for another host: we do not forward */
}

static struct rtable *rt_make_input(struct net *net, __be32 daddr, __be32 saddr,
				    struct net_device *dev, u8 type)
{
	struct rtable *rt = rt_alloc(net, dev, type);

	if (!rt)
		return NULL;
	rt->rt_is_input = true;
	rt->rt_dst = daddr;
	rt->rt_key_src = saddr;
	rt->rt_key_if = dev->ifindex;
	rt->rt_src = daddr;
	rt->dst.input = ip_local_deliver;
	rt->dst.error = 0;
	return rt;
}

static int rt_input_slow(struct sk_buff *skb, __be32 daddr, __be32 saddr,
			 struct net_device *dev, u32 slot,
			 enum skb_drop_reason *reason)
{
	struct net *net = dev_net(dev);
	struct rtable *rt;
	int type;

	if (rt_source_is_martian(net, saddr, daddr, dev)) {
		*reason = SKB_DROP_REASON_IP_LOCAL_SOURCE;
		return -EINVAL;
	}
	type = rt_input_type(net, daddr, dev);
	if (type < 0) {
		*reason = type == -EHOSTUNREACH || type == -EINVAL
				  ? SKB_DROP_REASON_IP_INADDRERRORS
				  : SKB_DROP_REASON_IP_INNOROUTES;
		return type;
	}
	rt = rt_make_input(net, daddr, saddr, dev, (u8)type);
	if (!rt) {
		*reason = SKB_DROP_REASON_NOMEM;
		return -ENOBUFS;
	}
	rt_cache_put(net, slot, rt);
	skb_dst_set(skb, &rt->dst);
	return 0;
}

/**
 * ip_route_input() - Decide whether a received packet is for us.
 * @skb:    gets the route; its old one must be gone.
 * @daddr:  destination, @saddr: source, @tos: type of service; as received.
 * @dev:    device of arrival.
 * @reason: why not, when the answer is an error.
 *
 * A source that cannot be (ours, loopback, broadcast, multicast; RFC 1122,
 * section 3.2.1.3) is refused here, and so is what is for another host.
 *
 * Context: softirq.
 * Return:  0; -EINVAL: martian; -ENETUNREACH, -EHOSTUNREACH, -ENOENT (a group
 *          we are not in), -ENOBUFS.
 */
int ip_route_input(struct sk_buff *skb, __be32 daddr, __be32 saddr, u8 tos,
		   struct net_device *dev, enum skb_drop_reason *reason)
{
	struct net *net = dev_net(dev);
	u32 slot = rt_hash(daddr, saddr, ~dev->ifindex);
	struct rtable *rt = net->ipv4->rt->cache[slot];

	if (likely(rt && rt->rt_is_input && rt->rt_dst == daddr &&
		   rt->rt_key_src == saddr && rt->rt_key_if == dev->ifindex &&
		   !rt->dst.obsolete)) {
		dst_hold(&rt->dst);
		skb_dst_set(skb, &rt->dst);
		return 0;
	}
	return rt_input_slow(skb, daddr, saddr, dev, slot, reason);
}

/* --- path MTU --- */

/**
 * ipv4_update_pmtu() - A router said that a packet of ours was too big.
 * @skb:      data at the quoted IP header.
 * @net:      the stack.
 * @mtu:      what fits (bytes of IP packet).
 * @oif:      the socket's device, or 0.
 * @protocol: of the quoted packet.
 *
 * Context: softirq.
 */
void ipv4_update_pmtu(struct sk_buff *skb, struct net *net, u32 mtu, int oif,
		      u8 protocol)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, oif, 0, iph->tos, RT_SCOPE_UNIVERSE, protocol,
			   0, iph->daddr, iph->saddr, 0, 0);
	rt = ip_route_output_flow(net, &fl4, NULL);
	if (IS_ERR(rt))
		return;
	ipv4_dst_update_pmtu(&rt->dst, NULL, mtu);
	ip_rt_put(rt);
}

/**
 * ipv4_sk_update_pmtu() - The same, for the socket that sent the packet.
 * @skb: data at the quoted IP header.
 * @sk:  the socket.
 * @mtu: what fits.
 *
 * Its cached route learns at once, because exceptions reach live routes. With
 * IP_PMTUDISC_INTERFACE and _OMIT nothing is learnt: whoever uses these does
 * not want to be fooled by forged messages.
 *
 * Context: softirq; the socket is held.
 */
void ipv4_sk_update_pmtu(struct sk_buff *skb, struct sock *sk, u32 mtu)
{
	if (ip_sk_accept_pmtu(sk))
		ipv4_update_pmtu(skb, sock_net(sk), mtu, sk->sk_bound_dev_if,
				 sk->sk_protocol);
}

/* --- identification --- */

/**
 * ip_flow_ident() - Fill in the identification field of a possible fragment.
 * @net:  the stack.
 * @skb:  with its IP header.
 * @segs: how many packets this becomes (GSO).
 *
 * It takes the next number of its flow, whose start and step nobody outside
 * can know.
 *
 * Context: task or softirq.
 */
void ip_flow_ident(struct net *net, struct sk_buff *skb, int segs)
{
	struct rt_state *st = net->ipv4->rt;
	struct iphdr *iph = ip_hdr(skb);
	u16 *counter;
	u64 h;

	h = siphash_3u32((__force u32)iph->daddr, (__force u32)iph->saddr,
			 iph->protocol, &st->key);
	counter = &st->idents[h % RT_IDENTS];
	iph->id = htons((u16)(*counter + (u16)(h >> 48)));
	*counter = (u16)(*counter + segs);
}

/* --- a stack's life --- */

/**
 * ip_rt_net_init() - Make a stack's route cache.
 * @net: the stack.
 *
 * Context: task.
 * Return:  0 or -ENOMEM.
 */
int ip_rt_net_init(struct net *net)
{
	struct rt_state *st;

	if (!rt_slab)
		rt_slab = kmem_cache_create("ip_dst_cache",
					    sizeof(struct rtable), 64);
	if (!rt_slab)
		return -ENOMEM;
	st = kzalloc(sizeof(*st), GFP_KERNEL);
	if (!st)
		return -ENOMEM;
	INIT_LIST_HEAD(&st->live);
	get_random_bytes(&st->key, sizeof(st->key));
	get_random_bytes(st->idents, sizeof(st->idents));
	net->ipv4->rt = st;
	return 0;
}

/**
 * ip_rt_dev_gone() - Turn live routes away from a device that is removed.
 * @net: the stack.
 * @dev: the device.
 *
 * A socket may keep a stale route until its next packet: it then points at
 * loopback and leads nowhere.
 *
 * Context: task.
 */
void ip_rt_dev_gone(struct net *net, struct net_device *dev)
{
	struct rtable *rt;

	local_bh_disable();
	rt_cache_flush(net);
	list_for_each_entry (rt, &net->ipv4->rt->live, rt_list) {
		if (rt->dst.dev != dev)
			continue;
		if (rt->rt_neigh)
			neigh_release(rt->rt_neigh);
		rt->rt_neigh = NULL;
		rt->dst.dev = net->loopback_dev;
		rt->dst.obsolete = true;
		rt->dst.output = rt_gone_output;
		rt->dst.input = rt_discard;
	}
	local_bh_enable();
}

/**
 * ip_rt_net_exit() - Free a stack's route cache. No route is in use any more.
 * @net: the stack.
 *
 * Context: task.
 */
void ip_rt_net_exit(struct net *net)
{
	struct rt_state *st = net->ipv4->rt;
	struct rt_exception *e;
	struct hlist_node *tmp;
	u32 i;

	rt_cache_flush(net);
	for (i = 0; i < ARRAY_SIZE(st->exceptions); i++) {
		hlist_for_each_entry_safe (e, tmp, &st->exceptions[i], node) {
			hlist_del_init(&e->node);
			kfree(e);
		}
	}
	WARN_ON(st->nr_live != 0);
	kfree(st);
	net->ipv4->rt = NULL;
}

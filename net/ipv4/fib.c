// SPDX-License-Identifier: MIT
/*
 * DOC: the forwarding table (row I6): prefixes to next hops by longest match.
 *
 * A table is a binary trie without the nodes that have one child and no route
 * (path compression, D. R. Morrison, PATRICIA, J. ACM 15(4), 1968): n prefixes
 * cost at most 2n nodes, and a look-up or a change visits at most 33 of them,
 * whatever n is. A node keeps its routes in the order of preference, lowest
 * metric first. What routes share (next hop, device, metrics) is one fib_info,
 * counted, so that a full table through a few neighbours stays small.
 *
 * State: three tables a stack, asked in this order: local (what is ours), main,
 * default. Changed in task context with softirqs off, read anywhere. Each
 * change starts a new generation of cached routes. Called by route.c and
 * devinet.c.
 */
#include "lib/err.h"
#include "lib/hash.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/core/rtnl_hooks.h"
#include "net/ipv4/route.h"

#define FIB_INFO_HASH_BITS 6

/* What many routes share. */
struct fib_info {
	struct hlist_node node;
	u32 refcnt;
	u8 scope, protocol;
	__be32 gateway, prefsrc;
	struct net_device *dev;
	u32 metrics[RTAX_NR_];
};

/* One route of a prefix. */
struct fib_alias {
	struct fib_alias *next;
	struct fib_info *info;
	u32 metric;
	u8 type;
};

struct fib_node {
	u32 key; /* host order; bits beyond plen are zero */
	u8 plen;
	struct fib_node *child[2];
	struct fib_alias *aliases;
};

struct fib_table {
	u32 id;
	u32 routes;
	struct fib_node *root;
	struct hlist_head infos[1 << FIB_INFO_HASH_BITS];
};

static u32 fib_mask(u32 plen)
{
	return plen ? ~0U << (32 - plen) : 0;
}

static u32 fib_bit(u32 key, u32 plen)
{
	return (key >> (31 - plen)) & 1;
}

/* Bits that two keys have in common, at most @limit. */
static u32 fib_common(u32 a, u32 b, u32 limit)
{
	u32 diff = a ^ b;
	u32 n = diff ? (u32)__builtin_clz(diff) : 32;

	return min(n, limit);
}

/* --- fib_info --- */

static struct hlist_head *fib_info_bucket(struct fib_table *t,
					  const struct fib_config *cfg)
{
	u32 h = hash_3words((__force u32)cfg->gateway,
			    (__force u32)cfg->prefsrc,
			    cfg->dev ? (u32)cfg->dev->ifindex : 0, 0);

	return &t->infos[h & ((1U << FIB_INFO_HASH_BITS) - 1)];
}

static bool fib_info_is(const struct fib_info *fi, const struct fib_config *cfg)
{
	return fi->gateway == cfg->gateway && fi->prefsrc == cfg->prefsrc &&
	       fi->dev == cfg->dev && fi->scope == cfg->scope &&
	       fi->protocol == cfg->protocol &&
	       !memcmp(fi->metrics, cfg->metrics, sizeof(fi->metrics));
}

/* A reference to the info that says what @cfg says; NULL: no memory. */
static struct fib_info *fib_info_get(struct fib_table *t,
				     const struct fib_config *cfg)
{
	struct hlist_head *h = fib_info_bucket(t, cfg);
	struct fib_info *fi;

	hlist_for_each_entry (fi, h, node) {
		if (fib_info_is(fi, cfg)) {
			fi->refcnt++;
			return fi;
		}
	}
	fi = kzalloc(sizeof(*fi), GFP_KERNEL);
	if (!fi)
		return NULL;
	fi->refcnt = 1;
	fi->scope = cfg->scope;
	fi->protocol = cfg->protocol;
	fi->gateway = cfg->gateway;
	fi->prefsrc = cfg->prefsrc;
	fi->dev = cfg->dev;
	memcpy(fi->metrics, cfg->metrics, sizeof(fi->metrics));
	hlist_add_head(&fi->node, h);
	return fi;
}

static void fib_info_put(struct fib_info *fi)
{
	if (--fi->refcnt)
		return;
	hlist_del_init(&fi->node);
	kfree(fi);
}

/* --- the trie --- */

static struct fib_node *fib_node_new(u32 key, u32 plen)
{
	struct fib_node *n = kzalloc(sizeof(*n), GFP_KERNEL);

	if (n) {
		n->key = key & fib_mask(plen);
		n->plen = (u8)plen;
	}
	return n;
}

/* The node of exactly @key/@plen, and the link that points at it or would. */
static struct fib_node *fib_find(struct fib_table *t, u32 key, u32 plen)
{
	struct fib_node *n = t->root;

	while (n && n->plen <= plen && !((key ^ n->key) & fib_mask(n->plen))) {
		if (n->plen == plen)
			return n;
		n = n->child[fib_bit(key, n->plen)];
	}
	return NULL;
}

/* The node of @key/@plen, made if there is none; NULL: no memory. */
static struct fib_node *fib_find_or_add(struct fib_table *t, u32 key, u32 plen)
{
	struct fib_node **link = &t->root, *n, *fresh, *fork;
	u32 common;

	while ((n = *link) && n->plen <= plen &&
	       !((key ^ n->key) & fib_mask(n->plen))) {
		if (n->plen == plen)
			return n;
		link = &n->child[fib_bit(key, n->plen)];
	}
	fresh = fib_node_new(key, plen);
	if (!fresh || !n) {
		if (fresh)
			*link = fresh;
		return fresh;
	}
	common = fib_common(key, n->key, min_t(u32, plen, n->plen));
	if (common == plen) { /* the new prefix contains n's */
		fresh->child[fib_bit(n->key, plen)] = n;
		*link = fresh;
		return fresh;
	}
	fork = fib_node_new(key, common);
	if (!fork) {
		kfree(fresh);
		return NULL;
	}
	fork->child[fib_bit(key, common)] = fresh;
	fork->child[fib_bit(n->key, common)] = n;
	*link = fork;
	return fresh;
}

/* Take out the nodes on the way to @key that no longer serve a purpose. */
static void fib_prune(struct fib_table *t, u32 key)
{
	struct fib_node **path[34], **link = &t->root, *n;
	int depth = 0;

	while ((n = *link) && !((key ^ n->key) & fib_mask(n->plen))) {
		path[depth++] = link;
		if (n->plen == 32)
			break;
		link = &n->child[fib_bit(key, n->plen)];
	}
	while (depth > 0) {
		n = *path[--depth];
		if (n->aliases || (n->child[0] && n->child[1]))
			continue;
		*path[depth] = n->child[0] ?: n->child[1];
		kfree(n);
	}
}

/* --- tables --- */

static_assert(RT_TABLE_LOCAL - RT_TABLE_DEFAULT == FIB_TABLES - 1,
	      "fib_table_of()");

static struct fib_table *fib_table_of(struct net *net,
				      const struct fib_config *cfg)
{
	u32 i = RT_TABLE_LOCAL - (cfg->table ?: RT_TABLE_MAIN);

	return i < FIB_TABLES ? net->ipv4->fib[i] : NULL;
}

/* A next hop must itself be reached directly (as Linux: fib_check_nh). */
static int fib_check_gateway(struct net *net, struct fib_config *cfg)
{
	struct flowi4 fl4 = {
		.daddr = cfg->gateway,
		.flowi4_oif = cfg->dev ? cfg->dev->ifindex : 0,
		.flowi4_scope = (u8)(cfg->scope + 1),
	};
	struct fib_result res;
	int err;

	if (cfg->scope >= RT_SCOPE_LINK)
		return -EINVAL;
	if (fl4.flowi4_scope < RT_SCOPE_LINK)
		fl4.flowi4_scope = RT_SCOPE_LINK;
	err = fib_lookup(net, &fl4, &res);
	if (err)
		return -ENETUNREACH;
	if (res.type != RTN_UNICAST)
		return -EINVAL;
	if (!cfg->dev)
		cfg->dev = res.dev;
	return netif_running(cfg->dev) ? 0 : -ENETDOWN;
}

static bool fib_type_needs_dev(u8 type)
{
	return type != RTN_BLACKHOLE && type != RTN_UNREACHABLE &&
	       type != RTN_PROHIBIT;
}

/* No packet is longer than 64 KiB; and TTL is a byte. */
static void fib_bound_metrics(u32 *m)
{
	m[RTAX_MTU] = min(m[RTAX_MTU], 65535U - 15);
	m[RTAX_ADVMSS] = min(m[RTAX_ADVMSS], 65535U - 40);
	m[RTAX_HOPLIMIT] = min(m[RTAX_HOPLIMIT], 255U);
}

/* Complete and check @cfg; 0 or a negative errno. */
static int fib_check(struct net *net, struct fib_config *cfg)
{
	fib_bound_metrics(cfg->metrics);
	if (cfg->prefix_len > 32 ||
	    (cfg->dst & ~inet_make_mask(cfg->prefix_len)))
		return -EINVAL;
	if (cfg->type == RTN_UNSPEC || cfg->type > RTN_PROHIBIT)
		return -EINVAL;
	if (!fib_type_needs_dev(cfg->type))
		return cfg->gateway ? -EINVAL : 0;
	if (cfg->gateway)
		return fib_check_gateway(net, cfg);
	if (!cfg->dev)
		return -ENODEV;
	return netif_running(cfg->dev) ? 0 : -ENETDOWN;
}

static bool fib_alias_is(const struct fib_alias *fa,
			 const struct fib_config *cfg)
{
	return fa->type == cfg->type && fa->metric == cfg->metric &&
	       fa->info->gateway == cfg->gateway && fa->info->dev == cfg->dev;
}

static int fib_alias_add(struct fib_table *t, struct fib_node *n,
			 const struct fib_config *cfg)
{
	struct fib_alias **p = &n->aliases, *fa;

	for (fa = n->aliases; fa; fa = fa->next) {
		if (fib_alias_is(fa, cfg))
			return -EEXIST;
	}
	while (*p && (*p)->metric <= cfg->metric)
		p = &(*p)->next;
	fa = kmalloc(sizeof(*fa), GFP_KERNEL);
	if (!fa)
		return -ENOBUFS;
	fa->info = fib_info_get(t, cfg);
	if (!fa->info) {
		kfree(fa);
		return -ENOBUFS;
	}
	fa->type = cfg->type;
	fa->metric = cfg->metric;
	fa->next = *p;
	*p = fa;
	t->routes++;
	return 0;
}

/* Unlink and free the route that @p points at. */
static void fib_alias_del(struct fib_table *t, struct fib_alias **p)
{
	struct fib_alias *fa = *p;

	*p = fa->next;
	fib_info_put(fa->info);
	kfree(fa);
	t->routes--;
}

/**
 * fib_table_insert() - Add a route.
 * @net: the stack.
 * @cfg: the route; table 0 is main. A route of unicast type through a gateway
 *       may leave dev NULL: it becomes the gateway's.
 *
 * Context: task.
 * Return:  0; -EEXIST; -EINVAL (bits beyond the prefix, bad type, gateway that
 *          is not a neighbour); -ENODEV, -ENETDOWN, -ENETUNREACH; -ENOBUFS.
 */
int fib_table_insert(struct net *net, const struct fib_config *cfg)
{
	struct fib_table *t = fib_table_of(net, cfg);
	struct fib_config c = *cfg;
	struct fib_node *n;
	int err;

	if (!t)
		return -EINVAL;
	err = fib_check(net, &c);
	if (err)
		return err;
	local_bh_disable();
	n = fib_find_or_add(t, ntohl(c.dst), c.prefix_len);
	err = n ? fib_alias_add(t, n, &c) : -ENOBUFS;
	if (err)
		fib_prune(t, ntohl(c.dst));
	else
		rt_cache_flush(net);
	local_bh_enable();
	c.table = t->id;
	if (!err && rtnl_hooks)
		rtnl_hooks->route(net, &c, false);
	return err;
}

static void fib_to_config(const struct fib_table *t, const struct fib_node *n,
			  const struct fib_alias *fa, struct fib_config *cfg)
{
	const struct fib_info *fi = fa->info;

	*cfg = (struct fib_config){
		.dst = htonl(n->key),
		.prefix_len = n->plen,
		.type = fa->type,
		.scope = fi->scope,
		.protocol = fi->protocol,
		.table = t->id,
		.gateway = fi->gateway,
		.prefsrc = fi->prefsrc,
		.dev = fi->dev,
		.metric = fa->metric,
	};
	memcpy(cfg->metrics, fi->metrics, sizeof(cfg->metrics));
}

/* Whether @fa is what a deletion describes; what is zero does not matter. */
static bool fib_alias_matches(const struct fib_alias *fa,
			      const struct fib_config *cfg)
{
	const struct fib_info *fi = fa->info;

	return (!cfg->type || cfg->type == fa->type) &&
	       (!cfg->metric || cfg->metric == fa->metric) &&
	       (!cfg->gateway || cfg->gateway == fi->gateway) &&
	       (!cfg->dev || cfg->dev == fi->dev) &&
	       (!cfg->prefsrc || cfg->prefsrc == fi->prefsrc) &&
	       (!cfg->protocol || cfg->protocol == fi->protocol);
}

/**
 * fib_table_delete() - Remove the first route that fits a description.
 * @net: the stack.
 * @cfg: prefix and table, and of the rest what is not zero.
 *
 * Context: task.
 * Return:  0, -EINVAL or -ESRCH.
 */
int fib_table_delete(struct net *net, const struct fib_config *cfg)
{
	struct fib_table *t = fib_table_of(net, cfg);
	struct fib_config gone;
	struct fib_alias **p;
	struct fib_node *n;
	int err = -ESRCH;

	if (!t || cfg->prefix_len > 32)
		return -EINVAL;
	local_bh_disable();
	n = fib_find(t, ntohl(cfg->dst), cfg->prefix_len);
	for (p = n ? &n->aliases : NULL; p && *p; p = &(*p)->next) {
		if (!fib_alias_matches(*p, cfg))
			continue;
		fib_to_config(t, n, *p, &gone);
		fib_alias_del(t, p);
		fib_prune(t, ntohl(cfg->dst));
		rt_cache_flush(net);
		err = 0;
		break;
	}
	local_bh_enable();
	if (!err && rtnl_hooks)
		rtnl_hooks->route(net, &gone, true);
	return err;
}

/**
 * fib_table_find() - The route that fib_table_delete() would remove.
 * @net:   the stack.
 * @like:  destination and prefix length; what else is not 0 must agree.
 * @found: filled.
 *
 * Context: task or softirq.
 * Return:  false: there is none.
 */
bool fib_table_find(struct net *net, const struct fib_config *like,
		    struct fib_config *found)
{
	struct fib_table *t = fib_table_of(net, like);
	const struct fib_alias *fa;
	struct fib_node *n;

	if (!t || like->prefix_len > 32)
		return false;
	local_bh_disable();
	n = fib_find(t, ntohl(like->dst), like->prefix_len);
	fa = n ? n->aliases : NULL;
	while (fa && !fib_alias_matches(fa, like))
		fa = fa->next;
	if (fa)
		fib_to_config(t, n, fa, found);
	local_bh_enable();
	return fa != NULL;
}

/**
 * fib_table_replace() - Put a route in the place of another.
 * @net: the stack.
 * @old: as fib_table_find() tells it.
 * @new: to the same destination or not.
 *
 * Context: task or softirq; a packet in between finds neither.
 * Return:  0; as fib_table_delete() and fib_table_insert(), and @old is there
 *          still or, with -ENOBUFS alone, gone.
 */
int fib_table_replace(struct net *net, const struct fib_config *old,
		      const struct fib_config *new)
{
	int err = fib_table_delete(net, old);

	if (err)
		return err;
	err = fib_table_insert(net, new);
	if (err && fib_table_insert(net, old))
		return -ENOBUFS;
	return err;
}

/* --- look-up --- */

static int fib_type_errno(u8 type)
{
	switch (type) {
	case RTN_BLACKHOLE:
		return -EINVAL;
	case RTN_UNREACHABLE:
		return -EHOSTUNREACH;
	case RTN_PROHIBIT:
		return -EACCES;
	default:
		return 0;
	}
}

/* The best route of @n that @fl4 may take. */
static const struct fib_alias *fib_select(const struct fib_node *n,
					  const struct flowi4 *fl4)
{
	const struct fib_alias *fa;

	for (fa = n->aliases; fa; fa = fa->next) {
		if (fa->info->scope < fl4->flowi4_scope)
			continue;
		if (fl4->flowi4_oif && fa->info->dev &&
		    fa->info->dev->ifindex != fl4->flowi4_oif)
			continue;
		return fa;
	}
	return NULL;
}

/* 0, a negative errno that the route stands for, or -EAGAIN: no route here. */
static int fib_table_lookup(const struct fib_table *t, const struct flowi4 *fl4,
			    struct fib_result *res)
{
	const struct fib_node *match[33], *n = t->root;
	const struct fib_alias *fa;
	u32 key = ntohl(fl4->daddr);
	int depth = 0, err;

	while (n && !((key ^ n->key) & fib_mask(n->plen))) {
		if (n->aliases)
			match[depth++] = n;
		if (n->plen == 32)
			break;
		n = n->child[fib_bit(key, n->plen)];
	}
	while (depth--) {
		fa = fib_select(match[depth], fl4);
		if (!fa)
			continue;
		err = fib_type_errno(fa->type);
		if (err)
			return err;
		res->type = fa->type;
		res->scope = fa->info->scope;
		res->prefix_len = match[depth]->plen;
		res->gateway = fa->info->gateway;
		res->prefsrc = fa->info->prefsrc;
		res->dev = fa->info->dev;
		res->metrics = fa->info->metrics;
		return 0;
	}
	return -EAGAIN;
}

/**
 * fib_lookup() - Find the route for a destination.
 * @net: the stack.
 * @fl4: daddr; flowi4_oif (0: any) and flowi4_scope restrict the choice.
 * @res: the answer; metrics points into the table and lasts until it changes.
 *
 * The longest prefix of the first table that has one wins, then the lowest
 * metric.
 *
 * Context: any but hard interrupt.
 * Return:  0; -ENETUNREACH: none; -EINVAL, -EHOSTUNREACH, -EACCES: a
 *          blackhole, unreachable or prohibit route.
 */
int fib_lookup(struct net *net, const struct flowi4 *fl4,
	       struct fib_result *res)
{
	int err = -EAGAIN;
	u32 i;

	for (i = 0; i < FIB_TABLES && err == -EAGAIN; i++)
		err = fib_table_lookup(net->ipv4->fib[i], fl4, res);
	return err == -EAGAIN ? -ENETUNREACH : err;
}

/* --- walks: depth first, which is the order of prefixes --- */

/* The node after @n in order: children first, then along @stack. */
static struct fib_node *fib_next(struct fib_node *n, struct fib_node **stack,
				 int *depth)
{
	if (n->child[1])
		stack[(*depth)++] = n->child[1];
	if (n->child[0])
		return n->child[0];
	return *depth ? stack[--*depth] : NULL;
}

/* Whether all of @n's subtree, or with @alone @n itself, comes before @at. */
static bool fib_before(const struct fib_node *n, const struct fib_cursor *at,
		       bool alone)
{
	if (!alone)
		return (n->key | ~fib_mask(n->plen)) < at->key;
	return n->key < at->key || (n->key == at->key && n->plen < at->plen);
}

static int fib_table_walk(const struct fib_table *t, struct fib_cursor *at,
			  int (*fn)(const struct fib_config *, void *),
			  void *arg)
{
	struct fib_node *stack[34], *n = t->root;
	const struct fib_alias *fa;
	struct fib_config cfg;
	int depth = 0, ret;
	u32 i;

	while (n) {
		if (fib_before(n, at, false)) {
			n = depth ? stack[--depth] : NULL;
			continue;
		}
		i = 0;
		for (fa = n->aliases; fa && !fib_before(n, at, true);
		     fa = fa->next) {
			if (i++ < at->alias && n->key == at->key &&
			    n->plen == at->plen)
				continue;
			fib_to_config(t, n, fa, &cfg);
			ret = fn(&cfg, arg);
			if (!ret)
				continue;
			*at = (struct fib_cursor){ t->id, n->key, n->plen,
						   i - 1 };
			return ret;
		}
		n = fib_next(n, stack, &depth);
	}
	return 0;
}

/**
 * fib_walk_from() - Show the routes from a place on, the last table's first.
 * @net: the stack.
 * @at:  the place, 0 for all; when @fn stops the walk, that of the route it
 *       stopped at.
 * @fn:  called for each; non-zero stops. It must not change the tables.
 * @arg: passed to @fn.
 *
 * The place is a prefix, so that a walk can go on after the tables changed,
 * and costs what it shows, not what it has shown.
 *
 * Context: task.
 * Return:  what @fn returned last; 0: nothing is left.
 */
int fib_walk_from(struct net *net, struct fib_cursor *at,
		  int (*fn)(const struct fib_config *cfg, void *arg), void *arg)
{
	u32 i = at->table ? RT_TABLE_LOCAL - at->table + 1 : FIB_TABLES;
	int ret = 0;

	while (i-- && !ret) {
		ret = fib_table_walk(net->ipv4->fib[i], at, fn, arg);
		if (!ret)
			*at = (struct fib_cursor){ 0 };
	}
	return ret;
}

/**
 * fib_walk() - Show every route, the last table's first, in prefix order.
 * @net: the stack.
 * @fn:  called for each; non-zero stops. It must not change the tables.
 * @arg: passed to @fn.
 *
 * Context: task.
 * Return:  what @fn returned last, 0 for an empty table.
 */
int fib_walk(struct net *net,
	     int (*fn)(const struct fib_config *cfg, void *arg), void *arg)
{
	struct fib_cursor at = { 0 };

	return fib_walk_from(net, &at, fn, arg);
}

/* Whether @fi goes with @dev or with the address @src; without both: with all.
 */
static bool fib_info_goes(const struct fib_info *fi,
			  const struct net_device *dev, __be32 src)
{
	return dev ? fi->dev == dev : !src || fi->prefsrc == src;
}

/* Drop the routes of @t that go (fib_info_goes()), and the nodes left empty.
 * Children before parents, so that each node is looked at once. */
static u32 fib_subtree_flush(struct fib_table *t, struct fib_node **link,
			     const struct net_device *dev, __be32 src)
{
	struct fib_node *n = *link;
	struct fib_alias **p;
	u32 dropped = 0;

	if (!n)
		return 0;
	/* A node's prefix is longer than its parent's: at most 33 deep. */
	dropped += fib_subtree_flush(t, &n->child[0], dev, src);
	dropped += fib_subtree_flush(t, &n->child[1], dev, src);
	for (p = &n->aliases; *p;) {
		if (!fib_info_goes((*p)->info, dev, src)) {
			p = &(*p)->next;
			continue;
		}
		fib_alias_del(t, p);
		dropped++;
	}
	if (!n->aliases && !(n->child[0] && n->child[1])) {
		*link = n->child[0] ?: n->child[1];
		kfree(n);
	}
	return dropped;
}

static u32 fib_flush(struct net *net, const struct net_device *dev, __be32 src)
{
	struct fib_table *const *t = net->ipv4->fib;
	u32 i, n = 0;

	local_bh_disable();
	for (i = 0; i < FIB_TABLES; i++)
		n += fib_subtree_flush(t[i], &t[i]->root, dev, src);
	if (n)
		rt_cache_flush(net);
	local_bh_enable();
	return n;
}

/**
 * fib_flush_dev() - Forget the routes through a device that goes down, or has
 *                   no address any more.
 * @net: the stack.
 * @dev: the device.
 *
 * Context: task.
 * Return:  how many there were.
 */
u32 fib_flush_dev(struct net *net, const struct net_device *dev)
{
	return fib_flush(net, dev, 0);
}

/**
 * fib_flush_src() - Forget the routes that prefer an address that is gone.
 * @net: the stack.
 * @src: not 0.
 *
 * Context: task.
 * Return:  how many there were.
 */
u32 fib_flush_src(struct net *net, __be32 src)
{
	return fib_flush(net, NULL, src);
}

/**
 * fib_net_init() - Make a stack's empty tables.
 * @net: the stack.
 *
 * Context: task.
 * Return:  0 or -ENOMEM.
 */
int fib_net_init(struct net *net)
{
	struct fib_table *t = kcalloc(FIB_TABLES, sizeof(*t), GFP_KERNEL);
	u32 i;

	if (!t)
		return -ENOMEM;
	for (i = 0; i < FIB_TABLES; i++) {
		t[i].id = RT_TABLE_LOCAL - i;
		net->ipv4->fib[i] = &t[i];
	}
	return 0;
}

/**
 * fib_net_exit() - Free a stack's tables with all routes.
 * @net: the stack.
 *
 * Context: task.
 */
void fib_net_exit(struct net *net)
{
	fib_flush(net, NULL, 0);
	kfree(net->ipv4->fib[0]);
}

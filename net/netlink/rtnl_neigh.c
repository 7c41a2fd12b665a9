// SPDX-License-Identifier: MIT
/*
 * DOC: RTM_*NEIGH: the ARP cache, as `ip neigh` shows and sets it. Proxy
 * entries are not there.
 *
 * No state. Called by rtnetlink.c; calls net/core/neighbour.c.
 */
#include "lib/err.h"
#include "lib/softirq.h"
#include "net/netlink/rtnl_int.h"

static const struct nla_policy neigh_policy[NDA_MAX + 1] = {
	[NDA_DST] = { .kind = NLA_BINARY, .len = 16 },
	[NDA_LLADDR] = { .kind = NLA_BINARY, .len = MAX_ADDR_LEN },
	[NDA_CACHEINFO] = { .kind = NLA_ANY,
			    .len = sizeof(struct nda_cacheinfo) },
	[NDA_PROBES] = { .kind = NLA_U32 },
	[NDA_IFINDEX] = { .kind = NLA_U32 },
	[NDA_MASTER] = { .kind = NLA_U32 },
	[NDA_PROTOCOL] = { .kind = NLA_U8 },
};

static struct neigh_table *arp_tbl(const struct net *net)
{
	return &net_ipv4(net)->arp_tbl;
}

/* --- showing --- */

struct neigh_obj {
	const struct neighbour *n;
	u16 type;
};

static int put_neigh_attrs(struct sk_buff *skb, const struct neighbour *n)
{
	u64 now = ktime_get_ns();
	struct nda_cacheinfo ci = {
		.ndm_confirmed = ns_to_clock(now - n->confirmed_ns),
		.ndm_used = ns_to_clock(now - n->used_ns),
		.ndm_updated = ns_to_clock(now - n->updated_ns),
		.ndm_refcnt = n->refcnt - 1,
	};
	int err = nla_put(skb, NDA_DST, n->tbl->key_len, n->primary_key);

	if (n->nud_state & NUD_VALID)
		err = err ?: nla_put(skb, NDA_LLADDR, n->dev->addr_len, n->ha);
	err = err ?: nla_put_u32(skb, NDA_PROBES, n->probes);
	return err ?: nla_put(skb, NDA_CACHEINFO, sizeof(ci), &ci);
}

static int fill_neigh(const struct rtnl_out *o, const void *obj)
{
	const struct neigh_obj *e = obj;
	const struct neighbour *n = e->n;
	struct ndmsg *ndm;
	struct nlmsghdr *h;

	h = nlmsg_put(o->skb, o->portid, o->seq, e->type, sizeof(*ndm),
		      o->flags);
	if (!h)
		return -EMSGSIZE;
	ndm = nlmsg_data(h);
	ndm->ndm_family = AF_INET;
	ndm->ndm_ifindex = n->dev->ifindex;
	ndm->ndm_state = n->nud_state;
	ndm->ndm_type = (u8)inet_addr_type(dev_net(n->dev),
					   *(const __be32 *)n->primary_key);
	if (put_neigh_attrs(o->skb, n)) {
		nlmsg_cancel(o->skb, h);
		return -EMSGSIZE;
	}
	nlmsg_end(o->skb, h);
	return 0;
}

struct dump_arg {
	struct rtnl_out out;
	int only; /* ifindex; 0: all */
};

static int dump_neigh(const struct neighbour *n, void *arg)
{
	const struct dump_arg *d = arg;
	struct neigh_obj e = { n, RTM_NEWNEIGH };

	if (d->only && n->dev->ifindex != d->only)
		return 0;
	return fill_neigh(&d->out, &e) ? 1 : 0;
}

/**
 * rtnl_dump_neighs() - RTM_GETNEIGH, all of them or those of a device.
 * @skb: filled.
 * @cb:  args[0]: as for neigh_for_each().
 *
 * Return: 1: more to come; 0; -EINVAL and its like.
 */
int rtnl_dump_neighs(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *tb[NDA_MAX + 1];
	struct nl_request r = { .net = cb->net, .nlh = cb->nlh, .x = &cb->x };
	struct dump_arg d = { .out = rtnl_dump_out(skb, cb) };
	const struct ndmsg *ndm = nlmsg_data(cb->nlh);
	int err;

	/* An old program sends one byte of header. */
	if (cb->nlh->nlmsg_len >= NLMSG_HDRLEN + sizeof(*ndm)) {
		err = nlmsg_parse(&r, sizeof(*ndm), tb, NDA_MAX, neigh_policy);
		if (err)
			return err;
		if (ndm->ndm_flags & NTF_PROXY)
			return 0;
		if (tb[NDA_MASTER] && nla_get_u32(tb[NDA_MASTER]))
			return 0;
		if (tb[NDA_IFINDEX])
			d.only = (int)nla_get_u32(tb[NDA_IFINDEX]);
	}
	return neigh_for_each(arp_tbl(cb->net), &cb->args[0], dump_neigh, &d);
}

/**
 * rtnl_neigh_event() - News of a neighbour (rtnl_hooks).
 * @n:    the entry.
 * @gone: it is being removed.
 */
void rtnl_neigh_event(const struct neighbour *n, bool gone)
{
	struct neigh_obj e = { n, gone ? RTM_DELNEIGH : RTM_NEWNEIGH };

	rtnl_news(n->tbl->net, RTNLGRP_NEIGH, fill_neigh, &e);
}

/* --- setting --- */

/* What a request names. */
struct neigh_req {
	const struct ndmsg *ndm;
	const u8 *dst, *lladdr; /* lladdr NULL: none */
	struct net_device *dev;
};

static int parse_neigh(const struct nl_request *r, struct neigh_req *q)
{
	const struct nlattr *tb[NDA_MAX + 1];
	int err = nlmsg_parse(r, sizeof(*q->ndm), tb, NDA_MAX, neigh_policy);

	if (err)
		return err;
	q->ndm = nlmsg_data(r->nlh);
	if (!tb[NDA_DST])
		return nl_err(r->x, -EINVAL, "Network address not specified");
	if (nla_len(tb[NDA_DST]) < sizeof(__be32))
		return nl_err_attr(r->x, -EINVAL, tb[NDA_DST],
				   "Invalid network address");
	if (!q->ndm->ndm_ifindex)
		return nl_err(r->x, -EINVAL, "Device not specified");
	q->dev = rtnl_dev(r, q->ndm->ndm_ifindex, NULL);
	if (!q->dev)
		return -ENODEV;
	if (tb[NDA_LLADDR] && nla_len(tb[NDA_LLADDR]) < q->dev->addr_len)
		return nl_err_attr(r->x, -EINVAL, tb[NDA_LLADDR],
				   "Invalid link address");
	if (q->ndm->ndm_flags & NTF_PROXY)
		return nl_err(r->x, -EOPNOTSUPP, "There is no proxy ARP");
	q->dst = nla_data(tb[NDA_DST]);
	q->lladdr = tb[NDA_LLADDR] ? nla_data(tb[NDA_LLADDR]) : NULL;
	return 0;
}

/* One of the states; INCOMPLETE begins with a packet that wants to go. */
static bool settable(u16 state)
{
	return state <= 0xff && !(state & (state - 1)) &&
	       state != NUD_INCOMPLETE;
}

static int set_neigh(const struct nl_request *r, const struct neigh_req *q,
		     struct neighbour *n, u32 flags)
{
	int err;

	if (q->ndm->ndm_flags & NTF_USE) {
		(void)neigh_event_send(n, NULL);
		return 0;
	}
	if (!settable(q->ndm->ndm_state))
		return nl_err(r->x, -EINVAL, "This state cannot be set");
	err = neigh_update(n, q->lladdr, (u8)q->ndm->ndm_state, flags);
	if (err == -EINVAL)
		return nl_err(r->x, err, "No link layer address given");
	return err;
}

static int change_neigh(const struct nl_request *r, const struct neigh_req *q,
			struct neighbour *n)
{
	u32 flags = NEIGH_UPDATE_F_ADMIN;

	if (r->nlh->nlmsg_flags & NLM_F_EXCL)
		return -EEXIST;
	if (r->nlh->nlmsg_flags & NLM_F_REPLACE)
		flags |= NEIGH_UPDATE_F_OVERRIDE;
	return set_neigh(r, q, n, flags);
}

/* What cannot be leaves no entry. */
static int create_neigh(const struct nl_request *r, const struct neigh_req *q,
			struct neighbour *n)
{
	int err = set_neigh(r, q, n,
			    NEIGH_UPDATE_F_ADMIN | NEIGH_UPDATE_F_OVERRIDE);

	if (err)
		neigh_remove(n);
	return err;
}

/**
 * rtnl_newneigh() - RTM_NEWNEIGH: make an entry, or change one.
 * @r: the request.
 *
 * Return: 0; -ENODEV; -ENOENT, -EEXIST by its flags; -EINVAL; -ENOBUFS: the
 *         table is full.
 */
int rtnl_newneigh(const struct nl_request *r)
{
	struct neighbour *n;
	struct neigh_req q;
	bool create;
	int err = parse_neigh(r, &q);

	if (err)
		return err;
	n = neigh_find(arp_tbl(r->net), q.dst, q.dev);
	create = !n;
	if (create && !(r->nlh->nlmsg_flags & NLM_F_CREATE))
		return -ENOENT;
	if (create)
		n = neigh_lookup(arp_tbl(r->net), q.dst, q.dev);
	if (IS_ERR(n))
		return (int)PTR_ERR(n);
	err = create ? create_neigh(r, &q, n) : change_neigh(r, &q, n);
	neigh_release(n);
	return err;
}

/**
 * rtnl_delneigh() - RTM_DELNEIGH: forget an entry; what waits for it is
 * reported as unreachable.
 * @r: the request.
 *
 * Return: 0; -ENODEV; -ENOENT; -EINVAL.
 */
int rtnl_delneigh(const struct nl_request *r)
{
	struct neighbour *n;
	struct neigh_req q;
	int err = parse_neigh(r, &q);

	if (err)
		return err;
	n = neigh_find(arp_tbl(r->net), q.dst, q.dev);
	if (!n)
		return -ENOENT;
	err = neigh_delete(n);
	neigh_release(n);
	return err;
}

/**
 * rtnl_getneigh() - RTM_GETNEIGH, one of them.
 * @r: the request.
 *
 * Return: 0; -ENODEV; -ENOENT; -EINVAL.
 */
int rtnl_getneigh(const struct nl_request *r)
{
	struct neigh_obj e = { .type = RTM_NEWNEIGH };
	struct neighbour *n;
	struct neigh_req q;
	int err = parse_neigh(r, &q);

	if (err)
		return err;
	n = neigh_find(arp_tbl(r->net), q.dst, q.dev);
	if (!n)
		return nl_err(r->x, -ENOENT, "Neighbour entry not found");
	e.n = n;
	err = rtnl_answer(r, fill_neigh, &e);
	neigh_release(n);
	return err;
}

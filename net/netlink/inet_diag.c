// SPDX-License-Identifier: MIT
/*
 * DOC: NETLINK_SOCK_DIAG: what ss(8) asks about TCP, UDP and raw sockets: a
 * dump by states, ends and a filter (inet_diag_bc.c), one socket by its ends
 * and cookie, and its end by order (SOCK_DESTROY). IPv6's answers are empty;
 * what has no sockets here is refused with ENOENT, on which ss turns to /proc.
 *
 * A dump goes through the protocol's tables chain by chain, softirqs off for
 * one chain; sockets that come and go meanwhile may be missed or shown twice,
 * as on Linux. Its place: args[0] table, [1] chain, [2] place in the chain.
 *
 * State: none. Called by af_netlink.c; calls net/ipv4/inet_diag.c.
 */
#include "lib/err.h"
#include "lib/softirq.h"
#include "net/ipv4/tcp.h"
#include "net/netlink/inet_diag_int.h"

/* The longest that get_info() of a congestion control gives. */
#define CA_INFO_MAX 32

static const struct nla_policy req_policy[INET_DIAG_REQ_MAX + 1] = {
	[INET_DIAG_REQ_BYTECODE] = { .kind = NLA_ANY,
				     .len = sizeof(struct inet_diag_bc_op) },
	[INET_DIAG_REQ_PROTOCOL] = { .kind = NLA_U32 },
};

/* A request taken apart. */
struct diag {
	const struct inet_diag_req_v2 *req;
	const struct nlattr *bc; /* NULL: no filter */
	u32 protocol;
};

static int diag_parse(const struct nl_request *r, struct diag *d)
{
	const struct nlattr *tb[INET_DIAG_REQ_MAX + 1];
	int err = nlmsg_parse(r, sizeof(*d->req), tb, INET_DIAG_REQ_MAX,
			      req_policy);

	if (err)
		return err;
	d->req = nlmsg_data(r->nlh);
	d->bc = tb[INET_DIAG_REQ_BYTECODE];
	d->protocol = tb[INET_DIAG_REQ_PROTOCOL]
			      ? nla_get_u32(tb[INET_DIAG_REQ_PROTOCOL])
			      : d->req->sdiag_protocol;
	return 0;
}

/* --- one socket --- */

static bool asked(const struct inet_diag_req_v2 *req, u32 attr)
{
	return req->idiag_ext & (1U << (attr - 1));
}

static int put_options(struct sk_buff *skb, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool tcp = sk->sk_prot == &tcp_prot;
	struct inet_diag_sockopt o = {
		.recverr = inet->recverr,
		.is_icsk = tcp,
		.freebind = inet->freebind,
		.hdrincl = inet->hdrincl,
		.mc_loop = inet->mc_loop,
		.bind_address_no_port = inet->bind_address_no_port,
		.defer_connect = tcp && tcp_sk(sk)->defer_connect,
	};

	return nla_put(skb, INET_DIAG_SOCKOPT, sizeof(o), &o);
}

static int put_memory(struct sk_buff *skb, const struct sock *sk,
		      const struct inet_diag_req_v2 *req)
{
	struct inet_diag_meminfo m = { .idiag_rmem = sk->sk_rmem_alloc,
				       .idiag_wmem = sk->sk_wmem_queued,
				       .idiag_tmem = sk->sk_wmem_alloc };
	u32 all[SK_MEMINFO_VARS] = {
		[SK_MEMINFO_RMEM_ALLOC] = sk->sk_rmem_alloc,
		[SK_MEMINFO_RCVBUF] = sk->sk_rcvbuf,
		[SK_MEMINFO_WMEM_ALLOC] = sk->sk_wmem_alloc,
		[SK_MEMINFO_SNDBUF] = sk->sk_sndbuf,
		[SK_MEMINFO_WMEM_QUEUED] = sk->sk_wmem_queued,
		[SK_MEMINFO_BACKLOG] = sk->sk_backlog_len,
		[SK_MEMINFO_DROPS] = sk->sk_drops,
	};
	int err = 0;

	if (asked(req, INET_DIAG_MEMINFO))
		err = nla_put(skb, INET_DIAG_MEMINFO, sizeof(m), &m);
	if (asked(req, INET_DIAG_SKMEMINFO))
		err = err
			      ?: nla_put(skb, INET_DIAG_SKMEMINFO, sizeof(all),
					 all);
	return err;
}

/* What the congestion control tells of itself, under its own type. */
static int put_ca_info(struct sk_buff *skb, struct sock *sk)
{
	const struct tcp_congestion_ops *ca = inet_csk(sk)->icsk_ca_ops;
	u64 buf[CA_INFO_MAX / 8];
	size_t n;

	if (!ca->get_info)
		return 0;
	n = ca->get_info(sk, buf, sizeof(buf));
	return n ? nla_put(skb, ca->info_attr, (u32)n, buf) : 0;
}

static int put_tcp(struct sk_buff *skb, struct sock *sk,
		   const struct inet_diag_req_v2 *req)
{
	struct tcp_info info;
	int err = 0;

	if (asked(req, INET_DIAG_INFO)) {
		tcp_get_info(sk, &info);
		err = nla_put(skb, INET_DIAG_INFO, sizeof(info), &info);
	}
	if (asked(req, INET_DIAG_CONG))
		err = err
			      ?: nla_put_string(
					 skb, INET_DIAG_CONG,
					 inet_csk(sk)->icsk_ca_ops->name);
	if (asked(req, INET_DIAG_VEGASINFO))
		err = err ?: put_ca_info(skb, sk);
	return err;
}

static int put_attrs(struct sk_buff *skb, struct sock *sk,
		     const struct inet_diag_req_v2 *req)
{
	int err = nla_put_u8(skb, INET_DIAG_SHUTDOWN, sk->sk_shutdown);

	if (asked(req, INET_DIAG_TOS))
		err = err ?: nla_put_u8(skb, INET_DIAG_TOS, inet_sk(sk)->tos);
	if (asked(req, INET_DIAG_TCLASS))
		err = err
			      ?: nla_put_u32(skb, INET_DIAG_CLASS_ID,
					     sk->sk_priority);
	err = err ?: nla_put_u32(skb, INET_DIAG_MARK, sk->sk_mark);
	err = err ?: put_options(skb, sk);
	err = err ?: put_memory(skb, sk, req);
	if (sk->sk_prot == &tcp_prot)
		err = err ?: put_tcp(skb, sk, req);
	return err;
}

/* Where the messages of one answer or dump go. */
struct diag_out {
	struct sk_buff *skb;
	u32 portid, seq;
	u16 flags;
};

static int diag_fill(const struct diag_out *o, struct sock_common *c,
		     const struct inet_diag_req_v2 *req)
{
	struct nlmsghdr *h;

	h = nlmsg_put(o->skb, o->portid, o->seq, SOCK_DIAG_BY_FAMILY,
		      sizeof(struct inet_diag_msg), o->flags);
	if (!h)
		return -EMSGSIZE;
	inet_diag_describe(c, nlmsg_data(h));
	if (c->skc_kind == SK_FULL &&
	    put_attrs(o->skb, (struct sock *)c, req)) {
		nlmsg_cancel(o->skb, h);
		return -EMSGSIZE;
	}
	nlmsg_end(o->skb, h);
	return 0;
}

/* --- the dump --- */

static bool filter_matches(const struct nlattr *bc, const struct sock_common *c)
{
	const struct sock *sk = (const struct sock *)c;
	bool full = c->skc_kind == SK_FULL;
	struct inet_diag_entry e = {
		.saddr = c->skc_rcv_saddr,
		.daddr = c->skc_daddr,
		.sport = c->skc_num,
		.dport = ntohs(c->skc_dport),
		.ifindex = (u32)c->skc_bound_dev_if,
		.mark = full ? sk->sk_mark : 0,
		.bound_port = full && (sk->sk_userlocks & SOCK_BINDPORT_LOCK),
	};

	return inet_diag_bc_run(bc, &e);
}

static bool wanted(const struct diag *d, const struct sock_common *c)
{
	const struct inet_diag_sockid *id = &d->req->id;

	if (!(d->req->idiag_states & (1U << inet_diag_state(c))))
		return false;
	if (id->idiag_sport && id->idiag_sport != htons(c->skc_num))
		return false;
	if (id->idiag_dport && id->idiag_dport != c->skc_dport)
		return false;
	return !d->bc || filter_matches(d->bc, c);
}

/* What is left of one chain; 1: the packet is full. */
static int dump_chain(const struct diag_out *o, struct netlink_callback *cb,
		      const struct diag *d, struct hlist_head *chain)
{
	struct sock_common *c;
	int ret = 0;
	u64 i = 0;

	local_bh_disable();
	hlist_for_each_entry (c, chain, skc_node) {
		if (i++ < cb->args[2])
			continue;
		if (wanted(d, c) && diag_fill(o, c, d->req)) {
			ret = 1;
			break;
		}
		cb->args[2] = i;
	}
	local_bh_enable();
	return ret;
}

static int diag_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nl_request r = { .net = cb->net, .nlh = cb->nlh, .x = &cb->x };
	struct diag_out o = { skb, cb->portid, cb->seq, cb->flags };
	struct inet_diag_table t;
	struct diag d;
	int err = diag_parse(&r, &d);

	if (err)
		return err;
	for (; inet_diag_table(cb->net, (u8)d.protocol, (u32)cb->args[0], &t);
	     cb->args[0]++, cb->args[1] = 0)
		for (; cb->args[1] < t.nr; cb->args[1]++, cb->args[2] = 0)
			if (dump_chain(&o, cb, &d, &t.chains[cb->args[1]]))
				return 1;
	return 0;
}

static int dump_nothing(struct sk_buff *skb, struct netlink_callback *cb)
{
	return 0;
}

static int diag_dump_start(const struct nl_request *r, const struct diag *d)
{
	int err = d->bc ? inet_diag_bc_check(d->bc, r->x) : 0;

	if (err)
		return err;
	return netlink_dump_start(
		r, d->req->sdiag_family == AF_INET6 ? dump_nothing : diag_dump);
}

/* --- one by its name --- */

static struct sock_common *find(const struct nl_request *r,
				const struct diag *d)
{
	struct sock_common *c;

	if (d->req->sdiag_family != AF_INET)
		return ERR_PTR(-ENOENT);
	local_bh_disable();
	c = inet_diag_find(r->net, (u8)d->protocol, &d->req->id);
	local_bh_enable();
	return c;
}

static int diag_get(const struct nl_request *r, const struct diag *d)
{
	struct diag_out o = { .portid = r->portid, .seq = r->nlh->nlmsg_seq };
	struct sock_common *c = find(r, d);
	int err;

	if (IS_ERR(c))
		return (int)PTR_ERR(c);
	o.skb = nlmsg_new(GFP_KERNEL);
	local_bh_disable();
	err = o.skb ? diag_fill(&o, c, d->req) : -ENOBUFS;
	tcp_gen_put((struct sock *)c);
	local_bh_enable();
	if (err)
		kfree_skb(o.skb);
	else
		(void)netlink_reply(r, o.skb); /* or it hears ENOBUFS */
	return err;
}

static int diag_destroy(const struct nl_request *r, const struct diag *d)
{
	struct sock_common *c;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	c = find(r, d);
	return IS_ERR(c) ? (int)PTR_ERR(c)
			 : inet_diag_destroy((u8)d->protocol, c);
}

static int sock_diag_rcv(const struct nl_request *r)
{
	u16 type = r->nlh->nlmsg_type;
	struct inet_diag_table t;
	struct diag d;
	int err;

	if (type != SOCK_DIAG_BY_FAMILY && type != SOCK_DESTROY)
		return nl_err(r->x, -EINVAL, "Unknown message type");
	if (r->nlh->nlmsg_len < NLMSG_HDRLEN + 2)
		return nl_err(r->x, -EINVAL, "Invalid header length");
	d.req = nlmsg_data(r->nlh);
	if (d.req->sdiag_family != AF_INET && d.req->sdiag_family != AF_INET6)
		return -ENOENT;
	err = diag_parse(r, &d);
	if (err)
		return err;
	if (d.protocol > 255 || !inet_diag_table(r->net, (u8)d.protocol, 0, &t))
		return -ENOENT;
	if (type == SOCK_DESTROY)
		return diag_destroy(r, &d);
	return r->nlh->nlmsg_flags & NLM_F_DUMP ? diag_dump_start(r, &d)
						: diag_get(r, &d);
}

static const struct netlink_family sock_diag_family = {
	.protocol = NETLINK_SOCK_DIAG,
	.rcv = sock_diag_rcv,
};

/**
 * inet_diag_init() - Answer ss(8) from now on; once, at boot.
 */
void inet_diag_init(void)
{
	netlink_register(&sock_diag_family);
}

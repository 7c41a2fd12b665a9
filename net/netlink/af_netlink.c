// SPDX-License-Identifier: MIT
/*
 * DOC: AF_NETLINK sockets : requests to the kernel, its answers, dumps
 * and news. A request is copied in and handed to its protocol's family in the
 * sender's own call, so the answer waits when the call returns. A dump fills
 * one packet at a time, the next one when the program has read half of its
 * buffer, so that its memory is bounded whatever the table's size.
 *
 * State: struct netns_netlink, every netlink socket of a stack. Sockets and
 * their groups change in task context with softirqs off; news come from softirq
 * too. A reader whose buffer is full loses news and hears ENOBUFS.
 *
 * Ownership: an answer belongs to the receive queue, charged to the reader.
 * Called by net/socket.c through netlink_ops; calls the netlink_family.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/uapi/rtnetlink.h"
#include "lib/vsprintf.h"
#include "net/ipv4/inet_sock.h"
#include "net/netlink/netlink.h"

/* What a dump puts into one packet: as much as the program has had room for,
 * within these. */
#define DUMP_MIN 3776U
#define DUMP_MAX 16000U

struct netns_netlink {
	struct hlist_head socks; /* by sk_node */
	u32 gen;                 /* of links, addresses and routes */
};

struct netlink_sock {
	struct sock sk; /* sk_protocol: NETLINK_* */
	u32 portid;     /* 0: not bound */
	u32 dst_portid, dst_groups;
	u64 groups; /* bit n - 1: a member of group n */
	bool congested;
	bool pktinfo, broadcast_error, no_enobufs, cap_ack, ext_ack, strict;
	u32 max_recv; /* bytes, the longest room a reader has had */
	struct netlink_callback *cb; /* the dump that runs, or NULL */
};

struct netlink_skb_parms {
	u32 portid; /* of the sender */
	u32 group;
};

static const struct netlink_family *families[MAX_LINKS];

static struct netlink_sock *nlk_sk(const struct sock *sk)
{
	return container_of((struct sock *)(uintptr_t)sk, struct netlink_sock,
			    sk);
}

static struct netlink_skb_parms *nl_cb(struct sk_buff *skb)
{
	return (struct netlink_skb_parms *)skb->cb;
}

/**
 * netlink_register() - A protocol gets its kernel side.
 * @fam: static.
 *
 * Context: boot.
 */
void netlink_register(const struct netlink_family *fam)
{
	families[fam->protocol] = fam;
}

/* --- delivery --- */

static void netlink_overrun(struct netlink_sock *nlk)
{
	nlk->sk.sk_drops++;
	if (nlk->no_enobufs || nlk->congested)
		return;
	nlk->congested = true;
	nlk->sk.sk_err = ENOBUFS;
	nlk->sk.sk_error_report(&nlk->sk);
}

/* Takes @skb. 0 or -EAGAIN: no room, and the reader will hear of it. */
static int netlink_deliver(struct sock *sk, struct sk_buff *skb)
{
	struct netlink_sock *nlk = nlk_sk(sk);
	int err = -EAGAIN;

	local_bh_disable();
	if (!nlk->congested && sk->sk_rmem_alloc <= sk->sk_rcvbuf)
		err = sock_queue_rcv_skb(sk, skb);
	if (err == -EPERM) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_FILTER);
		err = 0;
	} else if (err) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_RCVBUFF);
		netlink_overrun(nlk);
	}
	local_bh_enable();
	return err ? -EAGAIN : 0;
}

/**
 * netlink_unicast() - An answer to one socket.
 * @sk:  the reader.
 * @skb: the message.
 *
 * Ownership: takes @skb.
 * Context:   task.
 * Return:    0; -EAGAIN: its buffer is full, which it is told.
 */
int netlink_unicast(struct sock *sk, struct sk_buff *skb)
{
	nl_cb(skb)->portid = 0;
	nl_cb(skb)->group = 0;
	return netlink_deliver(sk, skb);
}

/**
 * nlmsg_new() - An empty packet with room for one answer.
 * @gfp: GFP_KERNEL; GFP_ATOMIC in softirq.
 *
 * Return: it or NULL.
 */
struct sk_buff *nlmsg_new(gfp_t gfp)
{
	return alloc_skb(DUMP_MIN, gfp);
}

static bool is_member(const struct sock *sk, int protocol, u32 group)
{
	return sk->sk_protocol == protocol &&
	       (nlk_sk(sk)->groups & BIT(group - 1));
}

/**
 * netlink_has_listeners() - Whether news of a group have a reader.
 * @net:      the stack.
 * @protocol: NETLINK_*.
 * @group:    from 1.
 *
 * Return: it; cheap when there is no netlink socket at all.
 */
bool netlink_has_listeners(const struct net *net, int protocol, u32 group)
{
	struct sock *sk;

	if (!net->netlink)
		return false;
	hlist_for_each_entry (sk, &net->netlink->socks, sk_node)
		if (is_member(sk, protocol, group))
			return true;
	return false;
}

/**
 * netlink_broadcast() - News to a group.
 * @net:      the stack.
 * @protocol: NETLINK_*.
 * @group:    from 1.
 * @skb:      the message.
 * @except:   the port that caused it and hears otherwise; 0: nobody.
 *
 * Ownership: takes @skb.
 * Context:   task or softirq.
 */
void netlink_broadcast(struct net *net, int protocol, u32 group,
		       struct sk_buff *skb, u32 except)
{
	struct sk_buff *copy;
	struct sock *sk;

	nl_cb(skb)->portid = 0;
	nl_cb(skb)->group = group;
	local_bh_disable();
	hlist_for_each_entry (sk, &net->netlink->socks, sk_node) {
		if (!is_member(sk, protocol, group) ||
		    (except && nlk_sk(sk)->portid == except))
			continue;
		copy = skb_clone(skb, GFP_ATOMIC);
		if (copy)
			(void)netlink_deliver(sk, copy);
		else
			netlink_overrun(nlk_sk(sk));
	}
	local_bh_enable();
	consume_skb(skb);
}

/**
 * netlink_tables_changed() - Dumps that are under way are no longer exact.
 * @net: the stack.
 */
void netlink_tables_changed(struct net *net)
{
	if (net->netlink)
		net->netlink->gen++;
}

/* --- dumps --- */

static void netlink_dump_end(struct netlink_sock *nlk)
{
	kfree(nlk->cb);
	nlk->cb = NULL;
}

/* NLMSG_DONE with the dump's result; false: no room. */
static bool put_done(struct sk_buff *skb, const struct netlink_callback *cb,
		     bool ext_ack, int err)
{
	struct nlmsghdr *h = nlmsg_put(skb, cb->portid, cb->nlh->nlmsg_seq,
				       NLMSG_DONE, sizeof(int), cb->flags);

	if (!h)
		return false;
	memcpy(nlmsg_data(h), &err, sizeof(err));
	if (err && ext_ack && cb->x.msg &&
	    !nla_put_string(skb, NLMSGERR_ATTR_MSG, cb->x.msg)) {
		h->nlmsg_flags |= NLM_F_ACK_TLVS;
		nlmsg_end(skb, h);
	}
	return true;
}

/* Fill one packet and queue it. 0, or a negative errno: nothing was queued. */
static int netlink_dump(struct netlink_sock *nlk)
{
	u32 size = clamp_t(u32, nlk->max_recv, DUMP_MIN, DUMP_MAX);
	struct netlink_callback *cb = nlk->cb;
	struct sk_buff *skb;
	int ret;

	skb = alloc_skb(size, GFP_KERNEL);
	if (!skb && size > DUMP_MIN)
		skb = alloc_skb(DUMP_MIN, GFP_KERNEL);
	if (!skb)
		return -ENOBUFS;
	if (cb->gen != cb->net->netlink->gen)
		cb->flags |= NLM_F_DUMP_INTR;
	ret = cb->args[5] ? (int)cb->args[4] : cb->dump(skb, cb);
	if (ret <= 0 && !put_done(skb, cb, nlk->ext_ack, ret)) {
		cb->args[4] = (u64)ret; /* in the next one */
		cb->args[5] = 1;
		ret = 1;
	}
	if (ret <= 0)
		netlink_dump_end(nlk);
	return netlink_unicast(&nlk->sk, skb);
}

/**
 * netlink_dump_start() - Answer a request by a table.
 * @r:    the request, copied.
 * @dump: fills the packets.
 *
 * Context: task.
 * Return:  1; -EBUSY: the socket's last dump has not been read; -ENOBUFS.
 */
int netlink_dump_start(const struct nl_request *r,
		       int (*dump)(struct sk_buff *, struct netlink_callback *))
{
	struct netlink_sock *nlk = nlk_sk(r->sk);
	struct netlink_callback *cb;
	int err;

	if (nlk->cb)
		return -EBUSY;
	cb = kzalloc(sizeof(*cb) + r->nlh->nlmsg_len, GFP_KERNEL);
	if (!cb)
		return -ENOBUFS;
	cb->net = r->net;
	cb->sk = r->sk;
	cb->dump = dump;
	cb->portid = r->portid;
	cb->seq = r->nlh->nlmsg_seq;
	cb->gen = r->net->netlink->gen;
	cb->flags = NLM_F_MULTI;
	cb->strict = r->strict;
	cb->nlh = (struct nlmsghdr *)(cb + 1);
	memcpy(cb->nlh, r->nlh, r->nlh->nlmsg_len);
	nlk->cb = cb;
	err = netlink_dump(nlk);
	if (err && nlk->cb)
		netlink_dump_end(nlk);
	return err ? err : 1;
}

/* --- requests --- */

static int put_ext_ack(struct sk_buff *skb, const struct nl_request *r)
{
	const struct nlattr *a = r->x->bad_attr;

	if (r->x->msg && nla_put_string(skb, NLMSGERR_ATTR_MSG, r->x->msg))
		return -EMSGSIZE;
	return a ? nla_put_u32(skb, NLMSGERR_ATTR_OFFS,
			       (u32)((const u8 *)a - (const u8 *)r->nlh))
		 : 0;
}

/* NLMSG_ERROR: @err, the request (its header only for success or on request),
 * and why. Without memory the reader hears ENOBUFS. */
static void netlink_ack(const struct nl_request *r, int err)
{
	const struct netlink_sock *nlk = nlk_sk(r->sk);
	u32 body = err && !nlk->cap_ack ? r->nlh->nlmsg_len - NLMSG_HDRLEN : 0;
	struct sk_buff *skb;
	struct nlmsgerr *e;
	struct nlmsghdr *h;

	skb = alloc_skb(body + 512, GFP_KERNEL);
	if (!skb) {
		r->sk->sk_err = ENOBUFS;
		r->sk->sk_error_report(r->sk);
		return;
	}
	h = nlmsg_put(skb, r->portid, r->nlh->nlmsg_seq, NLMSG_ERROR,
		      (u32)sizeof(*e) + body, body ? 0 : NLM_F_CAPPED);
	e = nlmsg_data(h);
	e->error = err;
	memcpy(&e->msg, r->nlh, sizeof(e->msg) + body);
	if (nlk->ext_ack && (r->x->msg || r->x->bad_attr)) {
		h->nlmsg_flags |= NLM_F_ACK_TLVS;
		(void)put_ext_ack(skb, r);
	}
	nlmsg_end(skb, h);
	(void)netlink_unicast(r->sk, skb);
}

static void netlink_request(struct netlink_sock *nlk,
			    const struct nlmsghdr *nlh)
{
	const struct netlink_family *fam = families[nlk->sk.sk_protocol];
	struct netlink_ext_ack x = { NULL, NULL };
	struct nl_request r = {
		.net = sock_net(&nlk->sk),
		.sk = &nlk->sk,
		.portid = nlk->portid,
		.nlh = nlh,
		.strict = nlk->strict,
		.x = &x,
	};
	int err = 0;

	if (!(nlh->nlmsg_flags & NLM_F_REQUEST))
		return;
	if (nlh->nlmsg_type >= NLMSG_MIN_TYPE)
		err = fam->rcv(&r);
	if (err <= 0 && (err || (nlh->nlmsg_flags & NLM_F_ACK)))
		netlink_ack(&r, err);
}

/* Each whole message of @len bytes at @buf; a lie about a length ends it. */
static void netlink_requests(struct netlink_sock *nlk, const u8 *buf, u32 len)
{
	const struct nlmsghdr *h;
	u32 step;

	for (; len >= NLMSG_HDRLEN; buf += step, len -= step) {
		h = (const void *)buf;
		if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > len)
			return;
		netlink_request(nlk, h);
		step = min(NLMSG_ALIGN(h->nlmsg_len), len);
	}
}

/* --- ports --- */

static struct sock *netlink_lookup(struct net *net, int protocol, u32 portid)
{
	struct sock *sk;

	hlist_for_each_entry (sk, &net->netlink->socks, sk_node)
		if (sk->sk_protocol == protocol && nlk_sk(sk)->portid == portid)
			return sk;
	return NULL;
}

static int netlink_insert(struct netlink_sock *nlk, u32 portid)
{
	if (netlink_lookup(sock_net(&nlk->sk), nlk->sk.sk_protocol, portid))
		return -EADDRINUSE;
	nlk->portid = portid;
	return 0;
}

/* The program's own number, or one that no program's can be. */
static void netlink_autobind(struct netlink_sock *nlk)
{
	u32 portid = (u32)task_tgid();

	while (!portid || netlink_insert(nlk, portid)) {
		get_random_bytes(&portid, sizeof(portid));
		portid |= 0x80000000U;
	}
}

static u64 all_groups(const struct sock *sk)
{
	const struct netlink_family *fam = families[sk->sk_protocol];

	return BIT(fam->max_group) - 1;
}

static const struct sockaddr_nl *nl_addr(const void *addr, int len)
{
	const struct sockaddr_nl *nl = addr;

	return len >= (int)sizeof(*nl) && nl->nl_family == AF_NETLINK ? nl
								      : NULL;
}

static int netlink_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	const struct sockaddr_nl *nl = nl_addr(addr, len);
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	int err = 0;

	if (!nl)
		return -EINVAL;
	if (nlk->portid && nl->nl_pid != nlk->portid)
		return -EINVAL;
	if (!nlk->portid && nl->nl_pid)
		err = netlink_insert(nlk, nl->nl_pid);
	else if (!nlk->portid)
		netlink_autobind(nlk);
	if (err)
		return err;
	local_bh_disable();
	nlk->groups = (nlk->groups & ~0xffffffffULL) |
		      (nl->nl_groups & all_groups(sock->sk));
	local_bh_enable();
	return 0;
}

static int netlink_connect(struct socket *sock, struct sockaddr *addr, int len,
			   u32 file_flags)
{
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	const struct sockaddr_nl *nl;

	if (len < (int)sizeof(addr->sa_family))
		return -EINVAL;
	nlk->dst_portid = 0;
	nlk->dst_groups = 0;
	if (addr->sa_family == AF_UNSPEC)
		return 0;
	nl = nl_addr(addr, len);
	if (!nl)
		return -EINVAL;
	if (!nlk->portid)
		netlink_autobind(nlk);
	nlk->dst_portid = nl->nl_pid;
	nlk->dst_groups = nl->nl_groups;
	return 0;
}

static int netlink_getname(struct socket *sock, struct sockaddr_storage *addr,
			   int peer)
{
	const struct netlink_sock *nlk = nlk_sk(sock->sk);
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };

	nl.nl_pid = peer ? nlk->dst_portid : nlk->portid;
	nl.nl_groups = peer ? nlk->dst_groups : (u32)nlk->groups;
	memcpy(addr, &nl, sizeof(nl));
	return sizeof(nl);
}

/* --- sending and receiving --- */

/* From one program to another: the message as it is. */
static int netlink_to_program(struct netlink_sock *from, u32 portid,
			      const void *buf, u32 len)
{
	struct sock *to = netlink_lookup(sock_net(&from->sk),
					 from->sk.sk_protocol, portid);
	struct sk_buff *skb;

	if (!to)
		return -ECONNREFUSED;
	skb = alloc_skb(len, GFP_KERNEL);
	if (!skb)
		return -ENOBUFS;
	memcpy(skb_put(skb, len), buf, len);
	nl_cb(skb)->portid = from->portid;
	nl_cb(skb)->group = 0;
	return netlink_deliver(to, skb);
}

static int netlink_dest(const struct netlink_sock *nlk,
			const struct msghdr *msg, u32 *portid)
{
	const struct sockaddr_nl *nl;

	*portid = nlk->dst_portid;
	if (!msg->msg_namelen)
		return 0;
	nl = nl_addr(msg->msg_name, msg->msg_namelen);
	if (!nl)
		return -EINVAL;
	if (nl->nl_groups || nlk->dst_groups)
		return -EOPNOTSUPP; /* news are the kernel's */
	*portid = nl->nl_pid;
	return 0;
}

static ssize_t netlink_sendmsg(struct socket *sock, struct msghdr *msg,
			       size_t len)
{
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	u32 portid;
	void *buf;
	int err;

	if (msg->msg_flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (!len)
		return -ENODATA;
	err = netlink_dest(nlk, msg, &portid);
	if (err)
		return err;
	if (len > sock->sk->sk_sndbuf - 32)
		return -EMSGSIZE;
	if (!nlk->portid)
		netlink_autobind(nlk);
	buf = kmalloc(len, GFP_KERNEL);
	if (!buf)
		return -ENOBUFS;
	if (copy_from_iter(buf, len, &msg->msg_iter) != len)
		err = -EFAULT;
	else if (portid)
		err = netlink_to_program(nlk, portid, buf, (u32)len);
	else
		netlink_requests(nlk, buf, (u32)len);
	kfree(buf);
	return err ? err : (ssize_t)len;
}

/* There is room again: let the dump go on. */
static void netlink_read_on(struct netlink_sock *nlk)
{
	struct sock *sk = &nlk->sk;
	int err;

	if (skb_queue_empty(&sk->sk_receive_queue))
		nlk->congested = false;
	if (!nlk->cb || sk->sk_rmem_alloc > sk->sk_rcvbuf / 2)
		return;
	err = netlink_dump(nlk);
	if (err) {
		sk->sk_err = -err;
		sk->sk_error_report(sk);
	}
}

static void recv_names(const struct netlink_sock *nlk, struct msghdr *msg,
		       struct sk_buff *skb)
{
	struct netlink_skb_parms *p = nl_cb(skb);
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK,
				  .nl_pid = p->portid };

	if (p->group && p->group <= 32)
		nl.nl_groups = 1U << (p->group - 1);
	if (msg->msg_name) {
		memcpy(msg->msg_name, &nl, sizeof(nl));
		msg->msg_namelen = sizeof(nl);
	}
	if (nlk->pktinfo)
		(void)put_cmsg(msg, SOL_NETLINK, NETLINK_PKTINFO,
			       sizeof(p->group), &p->group);
}

static ssize_t netlink_recvmsg(struct socket *sock, struct msghdr *msg,
			       size_t len, int flags)
{
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	struct sk_buff *skb;
	u32 copied;
	ssize_t ret;
	int err;

	if (flags & (MSG_OOB | MSG_ERRQUEUE))
		return -EOPNOTSUPP;
	skb = skb_recv_datagram(sock->sk, flags, &err);
	if (!skb)
		return err;
	nlk->max_recv =
		max_t(u32, nlk->max_recv, (u32)min_t(size_t, len, DUMP_MAX));
	copied = (u32)min_t(size_t, len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	ret = skb_copy_datagram_iter(skb, 0, &msg->msg_iter, copied);
	if (!ret) {
		recv_names(nlk, msg, skb);
		ret = flags & MSG_TRUNC ? skb->len : copied;
	}
	skb_free_datagram(sock->sk, skb);
	netlink_read_on(nlk);
	return ret;
}

/* --- options --- */

static bool *option_flag(struct netlink_sock *nlk, int name)
{
	switch (name) {
	case NETLINK_PKTINFO:
		return &nlk->pktinfo;
	case NETLINK_BROADCAST_ERROR:
		return &nlk->broadcast_error;
	case NETLINK_NO_ENOBUFS:
		return &nlk->no_enobufs;
	case NETLINK_CAP_ACK:
		return &nlk->cap_ack;
	case NETLINK_EXT_ACK:
		return &nlk->ext_ack;
	case NETLINK_GET_STRICT_CHK:
		return &nlk->strict;
	default:
		return NULL;
	}
}

static int netlink_setsockopt(struct socket *sock, int level, int name,
			      const void __user *val, u32 len)
{
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	bool *flag = option_flag(nlk, name);
	int v = 0, err;

	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	err = copy_int_from_sockopt(val, len, &v);
	if (err)
		return err;
	if (flag) {
		*flag = v;
		return 0;
	}
	if (name != NETLINK_ADD_MEMBERSHIP && name != NETLINK_DROP_MEMBERSHIP)
		return -ENOPROTOOPT;
	if (v <= 0 || v > (int)families[sock->sk->sk_protocol]->max_group)
		return -EINVAL;
	if (!nlk->portid)
		netlink_autobind(nlk);
	local_bh_disable();
	if (name == NETLINK_ADD_MEMBERSHIP)
		nlk->groups |= BIT(v - 1);
	else
		nlk->groups &= ~BIT(v - 1);
	local_bh_enable();
	return 0;
}

static int netlink_getsockopt(struct socket *sock, int level, int name,
			      void __user *val, int __user *ulen)
{
	struct netlink_sock *nlk = nlk_sk(sock->sk);
	const bool *flag = option_flag(nlk, name);
	int v, room;

	if (level != SOL_NETLINK)
		return -ENOPROTOOPT;
	if (copy_from_user(&room, ulen, sizeof(room)))
		return -EFAULT;
	if (name == NETLINK_LIST_MEMBERSHIPS)
		return put_sockopt(val, ulen, &nlk->groups,
				   sizeof(nlk->groups));
	if (!flag)
		return -ENOPROTOOPT;
	if (room < (int)sizeof(v))
		return -EINVAL;
	v = *flag;
	return put_sockopt(val, ulen, &v, sizeof(v));
}

/* --- life --- */

static struct proto netlink_prot = {
	.name = "NETLINK",
	.obj_size = sizeof(struct netlink_sock),
};

static int netlink_release(struct socket *sock)
{
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	netlink_dump_end(nlk_sk(sk));
	local_bh_disable();
	hlist_del_init(&sk->sk_node);
	local_bh_enable();
	sock->sk = NULL;
	sock_orphan(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	sock_put(sk);
	return 0;
}

static const struct proto_ops netlink_ops = {
	.family = AF_NETLINK,
	.release = netlink_release,
	.bind = netlink_bind,
	.connect = netlink_connect,
	.accept = sock_no_accept,
	.getname = netlink_getname,
	.poll = datagram_poll,
	.ioctl = inet_ioctl,
	.listen = sock_no_listen,
	.shutdown = sock_no_shutdown,
	.setsockopt = netlink_setsockopt,
	.getsockopt = netlink_getsockopt,
	.sendmsg = netlink_sendmsg,
	.recvmsg = netlink_recvmsg,
};

static int netlink_create(struct net *net, struct socket *sock, int protocol)
{
	struct sock *sk;

	if (sock->type != SOCK_RAW && sock->type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol < 0 || protocol >= MAX_LINKS || !families[protocol])
		return -EPROTONOSUPPORT;
	sk = sk_alloc(net, AF_NETLINK, GFP_KERNEL, &netlink_prot);
	if (!sk)
		return -ENOMEM;
	sock->ops = &netlink_ops;
	sock_init_data(sock, sk);
	sk->sk_protocol = (u8)protocol;
	local_bh_disable();
	hlist_add_head(&sk->sk_node, &net->netlink->socks);
	local_bh_enable();
	return 0;
}

static const struct net_proto_family netlink_family_ops = {
	.family = AF_NETLINK,
	.create = netlink_create,
};

static int netlink_net_init(struct net *net)
{
	net->netlink = kzalloc(sizeof(*net->netlink), GFP_KERNEL);
	return net->netlink ? 0 : -ENOMEM;
}

/* --- /proc/net/netlink --- */

#define PROC_LINE_MAX 128U

static int proc_line(const struct sock *sk, char *text, size_t size)
{
	const struct netlink_sock *nlk = nlk_sk(sk);

	return scnprintf(text, size,
			 "%016x %-3u %-10u %08x %-8u %-8u %-5d %-8u %-8u "
			 "%-8u\n",
			 0, sk->sk_protocol, nlk->portid, (u32)nlk->groups,
			 sk->sk_rmem_alloc, sk->sk_wmem_alloc, nlk->cb != NULL,
			 sk->sk_refcnt, sk->sk_drops, sock_i_ino(sk));
}

/**
 * netlink_proc_next() - /proc/net/netlink, as many lines as there is room for.
 * @net, @pos, @text, @size: as struct proc_net_file's next(); *@pos is one
 * more than the sockets so far.
 *
 * Context: task.
 * Return:  as that.
 */
size_t netlink_proc_next(struct net *net, u64 *pos, char *text, size_t size)
{
	const struct sock *sk;
	u64 i = 1;
	int n = 0;

	if (!*pos)
		n = scnprintf(
			text, size,
			"sk               Eth Pid        Groups   Rmem     "
			"Wmem     Dump  Locks    Drops    Inode\n");
	*pos = max(*pos, 1ULL);
	hlist_for_each_entry (sk, &net->netlink->socks, sk_node) {
		if (i++ < *pos)
			continue;
		if (size - (size_t)n < PROC_LINE_MAX)
			break;
		n += proc_line(sk, text + n, size - (size_t)n);
		++*pos;
	}
	return (size_t)n;
}

static void netlink_net_exit(struct net *net)
{
	kfree(net->netlink);
	net->netlink = NULL;
}

static struct pernet_operations netlink_net_ops = {
	.name = "netlink",
	.init = netlink_net_init,
	.exit = netlink_net_exit,
};

/**
 * netlink_init() - Start netlink with all its protocols; a second call does
 * nothing.
 *
 * Context: boot, after inet_init() and before net_setup().
 */
void netlink_init(void)
{
	if (netlink_net_ops.list.next)
		return;
	if (proto_register(&netlink_prot) || sock_register(&netlink_family_ops))
		panic("netlink: no memory");
	register_pernet_ops(&netlink_net_ops);
	rtnetlink_init();
	inet_diag_init();
	genetlink_init();
}

// SPDX-License-Identifier: MIT
/*
 * DOC: raw sockets (row U5): IP packets of one protocol, with or without the
 * header in the program's hands.
 *
 * State: netns_ipv4.raw_head, changed in task context with softirqs off.
 * raw_local_deliver() and raw_icmp_error() run in softirq, called by
 * ip_input.c and icmp.c; the rest in task context.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/uapi/tcp.h"
#include "net/ipv4/udp.h"

#define ICMP_FILTER 1

struct raw_sock {
	struct inet_sock inet;
	u32 icmp_filter; /* bit n: ICMP type n is not wanted */
};

static struct raw_sock *raw_sk(struct sock *sk)
{
	return container_of(inet_sk(sk), struct raw_sock, inet);
}

/* --- receiving --- */

static bool raw_match(const struct sock *sk, u8 protocol, __be32 saddr,
		      __be32 daddr, int iif)
{
	return sk->sk_num == protocol &&
	       (!sk->sk_daddr || sk->sk_daddr == saddr) &&
	       (!sk->sk_rcv_saddr || sk->sk_rcv_saddr == daddr) &&
	       (!sk->sk_bound_dev_if || sk->sk_bound_dev_if == iif);
}

static bool raw_filtered(struct sock *sk, const struct sk_buff *skb)
{
	u8 type_buf;
	const u8 *type;

	if (sk->sk_num != IPPROTO_ICMP || !raw_sk(sk)->icmp_filter)
		return false;
	type = skb_header_pointer(skb, 0, 1, &type_buf);
	return !type ||
	       (*type < 32 && (raw_sk(sk)->icmp_filter & (1U << *type)));
}

/**
 * raw_local_deliver() - Give raw sockets a copy of a packet.
 * @skb:      starts behind the IP header, which is still in front.
 * @protocol: the packet's.
 *
 * Ownership: @skb stays the caller's.
 * Context:   softirq.
 * Return:    whether some socket listens to the protocol.
 */
bool raw_local_deliver(struct sk_buff *skb, u8 protocol)
{
	struct net *net = dev_net(skb->dev);
	const struct iphdr *iph = ip_hdr(skb);
	struct sk_buff *copy;
	bool found = false;
	struct sock *sk;
	int err;

	if (likely(hlist_empty(&net->ipv4->raw_head)))
		return false;
	hlist_for_each_entry (sk, &net->ipv4->raw_head, sk_node) {
		if (!raw_match(sk, protocol, iph->saddr, iph->daddr,
			       (int)skb->skb_iif))
			continue;
		found = true;
		if (raw_filtered(sk, skb))
			continue;
		copy = skb_clone(skb, GFP_ATOMIC);
		if (!copy)
			continue;
		skb_dst_drop(copy);
		skb_push(copy, (u32)-skb_network_offset(copy));
		err = sock_queue_rcv_skb(sk, copy);
		if (err)
			kfree_skb_reason(copy, sock_rcv_drop_reason(err));
	}
	return found;
}

static void raw_err(struct sock *sk, struct sk_buff *skb, u32 info)
{
	const struct icmphdr *icmph = icmp_hdr(skb);
	bool hard = false;
	int err = EHOSTUNREACH;

	if (icmph->type == ICMP_PARAMETERPROB) {
		err = EPROTO;
		hard = true;
	} else if (icmph->type == ICMP_DEST_UNREACH) {
		if (icmph->code > NR_ICMP_UNREACH)
			return;
		err = icmp_err_convert[icmph->code].error;
		hard = icmp_err_convert[icmph->code].fatal;
		if (icmph->code == ICMP_FRAG_NEEDED) {
			ipv4_sk_update_pmtu(skb, sk, info);
			hard = inet_sk(sk)->pmtudisc != IP_PMTUDISC_DONT;
		}
	}
	if (inet_sk(sk)->recverr)
		ip_icmp_error(
			sk, skb, err, 0, info,
			inet_sk(sk)->hdrincl
				? skb->data
				: skb->data + ((const struct iphdr *)skb->data)
							      ->ihl *
						      4U);
	else if (!hard || sk->sk_state != TCP_ESTABLISHED)
		return;
	sk->sk_err = err;
	sk->sk_error_report(sk);
}

/**
 * raw_icmp_error() - Tell raw sockets of an error about their packet.
 * @skb: data at the quoted IP header. @protocol: quoted. @info: the MTU.
 *
 * Context: softirq.
 */
void raw_icmp_error(struct sk_buff *skb, u8 protocol, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	struct net *net = dev_net(skb->dev);
	struct sock *sk;

	hlist_for_each_entry (sk, &net->ipv4->raw_head, sk_node) {
		if (raw_match(sk, protocol, iph->daddr, iph->saddr,
			      (int)skb->skb_iif))
			raw_err(sk, skb, info);
	}
}

static ssize_t raw_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
			   int flags)
{
	struct sockaddr_in *sin = msg->msg_name;
	struct sk_buff *skb;
	u32 copied;
	int err;

	if (flags & MSG_ERRQUEUE)
		return ip_recv_error(sk, msg, len);
	skb = skb_recv_datagram(sk, flags, &err);
	if (!skb)
		return err;
	copied = (u32)min_t(size_t, len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_iter(skb, 0, &msg->msg_iter, copied);
	if (!err && sin) {
		memset(sin, 0, sizeof(*sin));
		sin->sin_family = AF_INET;
		sin->sin_addr.s_addr = ip_hdr(skb)->saddr;
		msg->msg_namelen = sizeof(*sin);
	}
	if (!err && sk->sk_cmsg_flags)
		ip_recv_cmsgs(msg, sk, skb);
	if (!err)
		err = (int)(flags & MSG_TRUNC ? skb->len : copied);
	skb_free_datagram(sk, skb);
	return err;
}

/* --- sending --- */

static int raw_dest(struct sock *sk, const struct msghdr *msg, __be32 *daddr)
{
	const struct sockaddr_in *sin = msg->msg_name;

	if (!sin) {
		*daddr = inet_sk(sk)->inet_daddr;
		return sk->sk_state == TCP_ESTABLISHED ? 0 : -EDESTADDRREQ;
	}
	if (msg->msg_namelen < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET && sin->sin_family != AF_UNSPEC)
		return -EAFNOSUPPORT;
	*daddr = sin->sin_addr.s_addr;
	return 0;
}

/* A message of ICMP is one of ours, whoever wrote it. */
static void raw_count(struct net *net, u8 protocol, const struct sk_buff *skb)
{
	if (protocol == IPPROTO_ICMP &&
	    skb_headlen(skb) > (u32)skb_transport_offset(skb))
		icmp_out_count(net, *skb_transport_header(skb));
}

/* The program wrote the header: complete what it may leave open (raw(7)). */
static int raw_send_hdrinc(struct sock *sk, const struct flowi4 *fl4,
			   struct msghdr *msg, u32 len,
			   const struct ipcm_cookie *ipc, struct rtable **rtp,
			   u32 flags)
{
	u32 ll = LL_RESERVED_SPACE((*rtp)->dst.dev) + 16;
	struct net *net = sock_net(sk);
	struct sk_buff *skb;
	struct iphdr *iph;
	int err;

	if (len > (*rtp)->dst.dev->mtu) {
		ip_local_error(sk, EMSGSIZE, fl4->daddr, 0,
			       (*rtp)->dst.dev->mtu);
		return -EMSGSIZE;
	}
	if (len < sizeof(*iph))
		return -EINVAL;
	skb = sock_alloc_send_skb(sk, ll + len, msg->msg_flags & MSG_DONTWAIT,
				  &err);
	if (!skb)
		return err;
	skb_reserve(skb, ll);
	iph = skb_put(skb, len);
	skb_reset_network_header(skb);
	err = -EFAULT;
	if (copy_from_iter(iph, len, &msg->msg_iter) != len)
		goto drop;
	err = -EINVAL;
	if (iph->ihl < 5 || iph->ihl * 4U > len || iph->version != IPVERSION)
		goto drop;
	skb_set_transport_header(skb, (int)(iph->ihl * 4U));
	if (!iph->saddr)
		iph->saddr = fl4->saddr;
	skb->priority = ipc->priority;
	skb->mark = ipc->mark;
	ip_setup_tx_timestamp(skb, sk, ipc, flags);
	skb_dst_set(skb, &(*rtp)->dst);
	*rtp = NULL;
	if (!iph->id)
		ip_select_ident(net, skb, NULL, 1);
	raw_count(net, iph->protocol, skb);
	return ip_send_skb(net, skb);
drop:
	kfree_skb_reason(skb, SKB_DROP_REASON_SKB_UCOPY_FAULT);
	return err;
}

static int raw_send_plain(struct sock *sk, struct flowi4 *fl4,
			  struct msghdr *msg, u32 len, struct ipcm_cookie *ipc,
			  struct rtable **rtp, u32 flags)
{
	struct inet_cork cork;
	struct sk_buff *skb;

	skb = ip_make_skb(sk, fl4, ip_generic_getfrag, msg, len, 0, ipc, rtp,
			  &cork, flags & ~(u32)MSG_MORE);
	if (IS_ERR_OR_NULL(skb))
		return skb ? (int)PTR_ERR(skb) : 0;
	raw_count(sock_net(sk), fl4->flowi4_proto, skb);
	return ip_send_skb(sock_net(sk), skb);
}

static int raw_route(struct sock *sk, const struct msghdr *msg,
		     struct ipcm_cookie *ipc, struct flowi4 *fl4,
		     struct rtable **rtp)
{
	const struct inet_sock *inet = inet_sk(sk);
	bool onlink = sock_flag(sk, SOCK_LOCALROUTE) ||
		      (msg->msg_flags & MSG_DONTROUTE);

	if (ipv4_is_multicast(ipc->addr)) {
		ipc->oif = ipc->oif ?: inet->mc_index;
		ipc->saddr = ipc->saddr ?: inet->mc_addr;
	}
	flowi4_init_output(
		fl4, ipc->oif, ipc->mark, inet->tos,
		onlink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, sk->sk_protocol,
		inet->hdrincl || inet->freebind ? FLOWI_FLAG_ANYSRC : 0,
		ipc->addr, ipc->saddr, 0, 0);
	*rtp = ip_route_output_flow(sock_net(sk), fl4, sk);
	if (IS_ERR(*rtp)) {
		if (PTR_ERR(*rtp) == -ENETUNREACH)
			NET_INC_STATS(sock_net(sk), Ip_OutNoRoutes);
		return (int)PTR_ERR(*rtp);
	}
	if ((*rtp)->rt_type == RTN_BROADCAST &&
	    !sock_flag(sk, SOCK_BROADCAST)) {
		ip_rt_put(*rtp);
		return -EACCES;
	}
	return 0;
}

static ssize_t raw_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	u32 flags = msg->msg_flags | sk->sk_msg_flags;
	struct ipcm_cookie ipc;
	struct flowi4 fl4;
	struct rtable *rt;
	__be32 daddr;
	int err;

	if (len > 0xffff)
		return -EMSGSIZE;
	if (msg->msg_flags & MSG_OOB)
		return -EOPNOTSUPP;
	err = raw_dest(sk, msg, &daddr);
	if (err)
		return err;
	ipcm_init_sk(&ipc, inet_sk(sk));
	err = msg->msg_controllen ? ip_cmsg_send(sk, msg, &ipc, &flags) : 0;
	ipc.addr = daddr;
	if (!err)
		err = raw_route(sk, msg, &ipc, &fl4, &rt);
	if (!err) {
		err = inet_sk(sk)->hdrincl
			      ? raw_send_hdrinc(sk, &fl4, msg, (u32)len, &ipc,
						&rt, flags)
			      : raw_send_plain(sk, &fl4, msg, (u32)len, &ipc,
					       &rt, flags);
		ip_rt_put(rt);
	}
	kfree(ipc.opt);
	return err ? err : (ssize_t)len;
}

/* --- life --- */

static int raw_hash(struct sock *sk)
{
	local_bh_disable();
	hlist_add_head(&sk->sk_node, &sock_net(sk)->ipv4->raw_head);
	local_bh_enable();
	return 0;
}

static void raw_unhash(struct sock *sk)
{
	local_bh_disable();
	hlist_del_init(&sk->sk_node);
	local_bh_enable();
}

static int raw_bind(struct sock *sk, struct sockaddr *addr, int len)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;
	struct inet_sock *inet = inet_sk(sk);
	u8 type;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	type = inet_addr_type(sock_net(sk), sin->sin_addr.s_addr);
	if (sin->sin_addr.s_addr && !inet->freebind && type != RTN_LOCAL &&
	    type != RTN_MULTICAST && type != RTN_BROADCAST)
		return -EADDRNOTAVAIL;
	inet->inet_rcv_saddr = sin->sin_addr.s_addr;
	inet->inet_saddr = type == RTN_LOCAL ? sin->sin_addr.s_addr : 0;
	sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	sk_dst_reset(sk);
	return 0;
}

static int raw_setsockopt(struct sock *sk, int level, int name,
			  const void __user *val, u32 len)
{
	if (level != SOL_RAW)
		return ip_setsockopt(sk, level, name, val, len);
	if (name != ICMP_FILTER || sk->sk_num != IPPROTO_ICMP)
		return -ENOPROTOOPT;
	if (len < sizeof(u32))
		return -EINVAL;
	return copy_from_user(&raw_sk(sk)->icmp_filter, val, sizeof(u32))
		       ? -EFAULT
		       : 0;
}

static int raw_getsockopt(struct sock *sk, int level, int name,
			  void __user *val, int __user *len)
{
	if (level != SOL_RAW)
		return ip_getsockopt(sk, level, name, val, len);
	if (name != ICMP_FILTER || sk->sk_num != IPPROTO_ICMP)
		return -ENOPROTOOPT;
	return put_sockopt(val, len, &raw_sk(sk)->icmp_filter, sizeof(u32));
}

static struct proto raw_prot = {
	.name = "RAW",
	.obj_size = sizeof(struct raw_sock),
	.close = inet_dgram_close,
	.connect = udp_connect,
	.disconnect = udp_disconnect,
	.setsockopt = raw_setsockopt,
	.getsockopt = raw_getsockopt,
	.sendmsg = raw_sendmsg,
	.recvmsg = raw_recvmsg,
	.bind = raw_bind,
	.hash = raw_hash,
	.unhash = raw_unhash,
	.no_autobind = true,
};

static struct inet_protosw raw_protosw = {
	.type = SOCK_RAW,
	.protocol = IPPROTO_IP,
	.prot = &raw_prot,
	.ops = &inet_sockraw_ops,
	.needs_cap_net_raw = true,
};

/**
 * raw_init() - Make raw sockets available; once, at boot.
 */
void raw_init(void)
{
	if (proto_register(&raw_prot))
		panic("raw: no memory");
	inet_register_protosw(&raw_protosw);
}

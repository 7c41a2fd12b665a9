// SPDX-License-Identifier: MIT
/*
 * DOC: ping sockets (row U5): SOCK_DGRAM with IPPROTO_ICMP, which may send
 * echo requests and nothing else. The identifier is the socket's port, so that
 * several do not get each other's replies.
 *
 * State: netns_ipv4.ping_head, changed in task context with softirqs off.
 * ping_rcv() and ping_err() run in softirq, called by icmp.c.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/uapi/tcp.h"
#include "net/ipv4/udp.h"

static struct sock *ping_find(struct net *net, u16 ident, __be32 peer,
			      __be32 local, int iif)
{
	struct sock *sk;

	hlist_for_each_entry (sk, &net->ipv4->ping_head, sk_node) {
		if (sk->sk_num == ident &&
		    (!sk->sk_daddr || sk->sk_daddr == peer) &&
		    (!sk->sk_rcv_saddr || sk->sk_rcv_saddr == local) &&
		    (!sk->sk_bound_dev_if || sk->sk_bound_dev_if == iif))
			return sk;
	}
	return NULL;
}

/* --- receiving --- */

/**
 * ping_rcv() - An echo reply came.
 * @skb: starts at the ICMP header.
 *
 * Ownership: @skb stays the caller's; the socket gets a clone.
 * Context:   softirq.
 * Return:    whether a socket was found.
 */
bool ping_rcv(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct sk_buff *copy;
	struct sock *sk;
	int err;

	sk = ping_find(dev_net(skb->dev), ntohs(icmp_hdr(skb)->un.echo.id),
		       iph->saddr, iph->daddr, (int)skb->skb_iif);
	if (!sk)
		return false;
	copy = skb_clone(skb, GFP_ATOMIC);
	if (!copy)
		return true;
	skb_dst_drop(copy);
	err = sock_queue_rcv_skb(sk, copy);
	if (err)
		kfree_skb_reason(copy, sock_rcv_drop_reason(err));
	return true;
}

/**
 * ping_err() - An error about an echo request of ours.
 * @skb: data at the quoted IP header. @info: the MTU.
 *
 * Context: softirq.
 * Return:  whether a socket was found.
 */
bool ping_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct icmphdr *quoted =
		(const struct icmphdr *)(skb->data + iph->ihl * 4U);
	const struct icmphdr *icmph = icmp_hdr(skb);
	bool hard = false;
	int err = EHOSTUNREACH;
	struct sock *sk;

	if (quoted->type != ICMP_ECHO)
		return false;
	sk = ping_find(dev_net(skb->dev), ntohs(quoted->un.echo.id), iph->daddr,
		       iph->saddr, (int)skb->skb_iif);
	if (!sk)
		return false;
	if (icmph->type == ICMP_DEST_UNREACH &&
	    icmph->code == ICMP_FRAG_NEEDED) {
		ipv4_sk_update_pmtu(skb, sk, info);
		err = EMSGSIZE;
		hard = inet_sk(sk)->pmtudisc != IP_PMTUDISC_DONT;
	} else if (icmph->type == ICMP_DEST_UNREACH &&
		   icmph->code <= NR_ICMP_UNREACH) {
		err = icmp_err_convert[icmph->code].error;
		hard = icmp_err_convert[icmph->code].fatal;
	}
	if (inet_sk(sk)->recverr)
		ip_icmp_error(sk, skb, err, 0, info, (u8 *)(uintptr_t)quoted);
	else if (!hard || sk->sk_state != TCP_ESTABLISHED)
		return true;
	sk->sk_err = err;
	sk->sk_error_report(sk);
	return true;
}

static ssize_t ping_recvmsg(struct sock *sk, struct msghdr *msg, size_t len,
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
		err = (int)copied;
	skb_free_datagram(sk, skb);
	return err;
}

/* --- sending --- */

static int ping_dest(struct sock *sk, const struct msghdr *msg, __be32 *daddr)
{
	const struct sockaddr_in *sin = msg->msg_name;

	if (!sin) {
		*daddr = inet_sk(sk)->inet_daddr;
		return sk->sk_state == TCP_ESTABLISHED ? 0 : -EDESTADDRREQ;
	}
	if (msg->msg_namelen < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET)
		return -EAFNOSUPPORT;
	*daddr = sin->sin_addr.s_addr;
	return 0;
}

/* The sum over every piece, and the socket's identifier. */
static void ping_complete(struct sock *sk, struct sk_buff *skb,
			  struct icmphdr *icmph)
{
	const struct sk_buff *f;
	__wsum sum = skb->csum;

	for (f = skb_shinfo(skb)->frag_list; f; f = f->next)
		sum = csum_add(sum, f->csum);
	icmph->un.echo.id = inet_sk(sk)->inet_sport;
	icmph->checksum = 0;
	icmph->checksum = csum_fold(csum_partial(icmph, sizeof(*icmph), sum));
	memcpy(icmp_hdr(skb), icmph, sizeof(*icmph));
}

static int ping_send(struct sock *sk, struct msghdr *msg, u32 len,
		     struct icmphdr *icmph, struct ipcm_cookie *ipc, u32 flags)
{
	struct inet_cork cork;
	struct sk_buff *skb;
	struct flowi4 fl4;
	struct rtable *rt;
	int err;

	flowi4_init_output(&fl4, ipc->oif, ipc->mark, inet_sk(sk)->tos,
			   RT_SCOPE_UNIVERSE, IPPROTO_ICMP, 0, ipc->addr,
			   ipc->saddr, 0, 0);
	rt = ip_route_output_flow(sock_net(sk), &fl4, sk);
	if (IS_ERR(rt))
		return (int)PTR_ERR(rt);
	if (rt->rt_type == RTN_BROADCAST && !sock_flag(sk, SOCK_BROADCAST)) {
		ip_rt_put(rt);
		return -EACCES;
	}
	skb = ip_make_skb(sk, &fl4, ip_generic_getfrag, msg, len,
			  sizeof(*icmph), ipc, &rt, &cork,
			  flags & ~(u32)MSG_MORE);
	ip_rt_put(rt);
	if (IS_ERR_OR_NULL(skb))
		return skb ? (int)PTR_ERR(skb) : 0;
	ping_complete(sk, skb, icmph);
	icmp_out_count(sock_net(sk), ICMP_ECHO);
	err = ip_send_skb(sock_net(sk), skb);
	return err;
}

static ssize_t ping_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	u32 flags = msg->msg_flags | sk->sk_msg_flags;
	struct ipcm_cookie ipc;
	struct icmphdr icmph;
	__be32 daddr;
	int err;

	if (len > 0xffff)
		return -EMSGSIZE;
	if (len < sizeof(icmph))
		return -EINVAL;
	if (msg->msg_flags & MSG_OOB)
		return -EOPNOTSUPP;
	if (copy_from_iter(&icmph, sizeof(icmph), &msg->msg_iter) !=
	    sizeof(icmph))
		return -EFAULT;
	if (icmph.type != ICMP_ECHO || icmph.code)
		return -EINVAL;
	err = ping_dest(sk, msg, &daddr);
	if (err)
		return err;
	ipcm_init_sk(&ipc, inet_sk(sk));
	err = msg->msg_controllen ? ip_cmsg_send(sk, msg, &ipc, &flags) : 0;
	ipc.addr = daddr;
	if (!err)
		err = ping_send(sk, msg, (u32)len, &icmph, &ipc, flags);
	kfree(ipc.opt);
	return err ? err : (ssize_t)len;
}

/* --- life --- */

static bool ping_ident_free(struct net *net, u16 ident)
{
	struct sock *sk;

	hlist_for_each_entry (sk, &net->ipv4->ping_head, sk_node) {
		if (sk->sk_num == ident)
			return false;
	}
	return true;
}

/* The "port" is the identifier: as asked for, or a random free one. */
static int ping_get_port(struct sock *sk, u16 snum)
{
	struct net *net = sock_net(sk);
	int err = -EADDRINUSE, tries;

	local_bh_disable();
	for (tries = 0; !snum && tries < 64; tries++) {
		get_random_bytes(&snum, sizeof(snum));
		if (!ping_ident_free(net, snum))
			snum = 0;
	}
	if (snum && ping_ident_free(net, snum)) {
		sk->sk_num = snum;
		hlist_del_init(&sk->sk_node);
		hlist_add_head(&sk->sk_node, &net->ipv4->ping_head);
		err = 0;
	}
	local_bh_enable();
	return err;
}

static void ping_unhash(struct sock *sk)
{
	local_bh_disable();
	hlist_del_init(&sk->sk_node);
	sk->sk_num = 0;
	local_bh_enable();
}

static struct proto ping_prot = {
	.name = "PING",
	.obj_size = sizeof(struct inet_sock),
	.close = inet_dgram_close,
	.connect = udp_connect,
	.disconnect = udp_disconnect,
	.setsockopt = ip_setsockopt,
	.getsockopt = ip_getsockopt,
	.sendmsg = ping_sendmsg,
	.recvmsg = ping_recvmsg,
	.unhash = ping_unhash,
	.get_port = ping_get_port,
};

static struct inet_protosw ping_protosw = {
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_ICMP,
	.prot = &ping_prot,
	.ops = &inet_dgram_ops,
};

/**
 * ping_init() - Make ping sockets available; once, at boot.
 */
void ping_init(void)
{
	if (proto_register(&ping_prot))
		panic("ping: no memory");
	inet_register_protosw(&ping_protosw);
}

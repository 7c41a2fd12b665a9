// SPDX-License-Identifier: MIT
/*
 * DOC: what a program sets and asks at level SOL_IP (row S8), and the control
 * messages that carry the same for one datagram. The error queue's IPv4 half
 * is ip_error.c.
 *
 * State: fields of inet_sock, guarded by the owner lock. Task context. Called
 * by the protocols' setsockopt, sendmsg and recvmsg.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/uapi/tcp.h"
#include "net/ipv4/inet_connection_sock.h"
#include "net/ipv4/ip.h"

/* sock.sk_cmsg_flags */
#define IP_CMSG_PKTINFO  BIT(0)
#define IP_CMSG_TTL      BIT(1)
#define IP_CMSG_TOS      BIT(2)
#define IP_CMSG_RECVOPTS BIT(3)
#define IP_CMSG_RETOPTS  BIT(4)

/* --- control messages out --- */

/**
 * ipcm_init_sk() - Start a datagram's parameters from the socket's.
 * @ipc: filled. @inet: the socket.
 */
void ipcm_init_sk(struct ipcm_cookie *ipc, const struct inet_sock *inet)
{
	ipc->addr = 0;
	ipc->saddr = inet->inet_saddr;
	ipc->oif = inet->sk.sk_bound_dev_if;
	ipc->ttl = -1;
	ipc->tos = -1;
	ipc->mark = inet->sk.sk_mark;
	ipc->priority = inet->sk.sk_priority;
	ipc->gso_size = 0;
	ipc->opt = NULL;
}

static int ipcm_pktinfo(struct net *net, struct ipcm_cookie *ipc,
			const struct in_pktinfo *info)
{
	if (info->ipi_ifindex) {
		if (!dev_get_by_index(net, info->ipi_ifindex))
			return -ENODEV;
		ipc->oif = info->ipi_ifindex;
	}
	ipc->saddr = info->ipi_spec_dst.s_addr;
	return 0;
}

/* An int, or for IP_TOS a byte, in [lo, hi]. */
static int ipcm_int(const struct cmsghdr *c, int lo, int hi, s16 *res)
{
	size_t len = c->cmsg_len - sizeof(*c);
	int v;

	if (len == sizeof(int))
		memcpy(&v, CMSG_DATA(c), sizeof(v));
	else if (len == 1 && c->cmsg_type == IP_TOS)
		v = *(const u8 *)CMSG_DATA(c);
	else
		return -EINVAL;
	if (v < lo || v > hi)
		return -EINVAL;
	*res = (s16)v;
	return 0;
}

static int ipcm_one(struct sock *sk, struct cmsghdr *c, struct ipcm_cookie *ipc)
{
	u32 len = (u32)(c->cmsg_len - sizeof(*c));
	struct ip_options *opt;

	switch (c->cmsg_type) {
	case IP_PKTINFO:
		if (len != sizeof(struct in_pktinfo))
			return -EINVAL;
		return ipcm_pktinfo(sock_net(sk), ipc, CMSG_DATA(c));
	case IP_TTL:
		return ipcm_int(c, 1, 255, &ipc->ttl);
	case IP_TOS:
		return ipcm_int(c, 0, 255, &ipc->tos);
	case IP_RETOPTS:
		opt = ip_options_get(CMSG_DATA(c), len);
		if (IS_ERR(opt))
			return (int)PTR_ERR(opt);
		kfree(ipc->opt);
		ipc->opt = opt;
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * ip_cmsg_send() - Read the control messages of a send.
 * @sk: the socket. @msg: with control data. @ipc: started; changed.
 * @flags: MSG_* of the send; gets MSG_TX_CMSG in place of MSG_TX_STAMP.
 *
 * Ownership: ipc->opt, if set, is the caller's, for kfree(), also on failure.
 * Return:    0, -EINVAL, -ENODEV, -ENOBUFS, -EPERM.
 */
int ip_cmsg_send(struct sock *sk, struct msghdr *msg, struct ipcm_cookie *ipc,
		 u32 *flags)
{
	struct cmsghdr *c;
	int err;

	sockcm_init(&ipc->sockc, sk);
	*flags = (*flags & ~(u32)MSG_TX_STAMP) | MSG_TX_CMSG;
	for_each_cmsghdr(c, msg)
	{
		err = 0;
		if (c->cmsg_level == SOL_IP)
			err = ipcm_one(sk, c, ipc);
		else if (c->cmsg_level == SOL_SOCKET)
			err = sock_cmsg_one(sk, c, &ipc->sockc);
		if (err)
			return err;
	}
	ipc->mark = ipc->sockc.mark;
	ipc->priority = ipc->sockc.priority;
	return 0;
}

/* --- control messages in --- */

/* The options as they came, and as an answer would carry them back. */
static void ip_cmsg_recv_options(struct msghdr *msg, u8 flags,
				 const struct iphdr *iph)
{
	u32 len = iph->ihl * 4U - (u32)sizeof(*iph), bad;
	const u8 *data = (const u8 *)(iph + 1);
	struct ip_options_cb cb;
	struct ip_options opt;

	if (flags & IP_CMSG_RECVOPTS)
		put_cmsg(msg, SOL_IP, IP_RECVOPTS, (int)len, data);
	if (!(flags & IP_CMSG_RETOPTS) ||
	    ip_options_parse(data, len, &cb, &bad))
		return;
	ip_options_echo(&opt, data, &cb);
	put_cmsg(msg, SOL_IP, IP_RETOPTS, opt.optlen, opt.data);
}

/**
 * ip_cmsg_recv() - Add what the program asked IPv4 to tell of a datagram.
 * @msg: being received. @sk: the socket. @skb: network header set.
 */
void ip_cmsg_recv(struct msghdr *msg, struct sock *sk, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	u8 flags = sk->sk_cmsg_flags;
	struct in_pktinfo info;
	int v;

	if (flags & IP_CMSG_PKTINFO) {
		info.ipi_ifindex = (int)skb->skb_iif;
		info.ipi_addr.s_addr = iph->daddr;
		info.ipi_spec_dst.s_addr = iph->daddr;
		if (inet_addr_type(sock_net(sk), iph->daddr) != RTN_LOCAL)
			info.ipi_spec_dst.s_addr = 0;
		put_cmsg(msg, SOL_IP, IP_PKTINFO, sizeof(info), &info);
	}
	if (flags & IP_CMSG_TTL) {
		v = iph->ttl;
		put_cmsg(msg, SOL_IP, IP_TTL, sizeof(v), &v);
	}
	if (flags & IP_CMSG_TOS)
		put_cmsg(msg, SOL_IP, IP_TOS, sizeof(iph->tos), &iph->tos);
	if ((flags & (IP_CMSG_RECVOPTS | IP_CMSG_RETOPTS)) && iph->ihl > 5)
		ip_cmsg_recv_options(msg, flags, iph);
}

/**
 * ip_recv_cmsgs() - Add all that the program asked to know of a datagram.
 * @msg: being received. @sk: the socket. @skb: network header set.
 */
void ip_recv_cmsgs(struct msghdr *msg, struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_cmsg_flags & SK_CMSG_TIMESTAMP)
		sock_recv_timestamp(msg, sk, skb->tstamp);
	ip_cmsg_recv(msg, sk, skb);
}

/* --- setting --- */

/* The options of every packet from now on. */
static int ip_set_options(struct sock *sk, const void __user *val, u32 len)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ip_options *opt;
	u8 data[MAX_IPOPTLEN];

	if (len > MAX_IPOPTLEN)
		return -EINVAL;
	if (copy_from_user(data, val, len))
		return -EFAULT;
	opt = ip_options_get(data, len);
	if (IS_ERR(opt))
		return (int)PTR_ERR(opt);
	local_bh_disable();
	swap(opt, inet->inet_opt);
	local_bh_enable();
	if (inet->is_icsk)
		inet_csk(sk)->icsk_ext_hdr_len =
			inet->inet_opt ? inet->inet_opt->optlen : 0;
	sk_dst_reset(sk); /* a source route has another first hop */
	kfree(opt);
	return 0;
}

/* struct in_addr, ip_mreq (group, address) or ip_mreqn (…, ifindex). */
static int ip_set_mc_if(struct sock *sk, const void __user *val, u32 len)
{
	struct inet_sock *inet = inet_sk(sk);
	struct {
		struct in_addr group, addr;
		int ifindex;
	} mreq = { .ifindex = 0 };
	struct net_device *dev;
	void *to = len < 8 ? (void *)&mreq.addr : (void *)&mreq;

	if (len < sizeof(struct in_addr))
		return -EINVAL;
	len = len >= sizeof(mreq) ? sizeof(mreq) : len >= 8 ? 8 : 4;
	if (copy_from_user(to, val, len))
		return -EFAULT;
	if (!mreq.ifindex && mreq.addr.s_addr == INADDR_ANY) {
		inet->mc_index = 0;
		inet->mc_addr = 0;
		return 0;
	}
	dev = mreq.ifindex ? dev_get_by_index(sock_net(sk), mreq.ifindex)
			   : inet_addr_owner(sock_net(sk), mreq.addr.s_addr);
	if (!dev)
		return -EADDRNOTAVAIL;
	if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != dev->ifindex)
		return -EINVAL;
	inet->mc_index = dev->ifindex;
	inet->mc_addr = mreq.addr.s_addr;
	return 0;
}

/* The bit of an option that asks for a control message with each datagram;
 * 0 for any other. */
static u8 ip_cmsg_flag(int name)
{
	switch (name) {
	case IP_PKTINFO:
		return IP_CMSG_PKTINFO;
	case IP_RECVTTL:
		return IP_CMSG_TTL;
	case IP_RECVTOS:
		return IP_CMSG_TOS;
	case IP_RECVOPTS:
		return IP_CMSG_RECVOPTS;
	case IP_RETOPTS:
		return IP_CMSG_RETOPTS;
	default:
		return 0;
	}
}

static int ip_set_tos(struct sock *sk, int v)
{
	struct inet_sock *inet = inet_sk(sk);

	if (v < 0 || v > 255)
		return -EINVAL;
	/* TCP's ECN bits are TCP's (RFC 3168, section 6.1). */
	inet->tos = (u8)(sk->sk_type == SOCK_STREAM
				 ? (v & ~IPTOS_ECN_MASK) |
					   (inet->tos & IPTOS_ECN_MASK)
				 : v);
	sk_dst_reset(sk);
	return 0;
}

static int ip_set_ttl(struct inet_sock *inet, int v)
{
	if (v != -1 && (v < 1 || v > 255))
		return -EINVAL;
	inet->uc_ttl = (s16)v;
	return 0;
}

static int ip_set_mc_ttl(struct inet_sock *inet, int v)
{
	if (inet->sk.sk_type == SOCK_STREAM || v < -1 || v > 255)
		return -EINVAL;
	inet->mc_ttl = (s16)(v == -1 ? 1 : v);
	return 0;
}

static int ip_set_int(struct sock *sk, int name, int v)
{
	struct inet_sock *inet = inet_sk(sk);
	u8 flag = ip_cmsg_flag(name), was = sk->sk_cmsg_flags;

	if (flag) {
		sk->sk_cmsg_flags = (u8)(v ? was | flag : was & ~flag);
		return 0;
	}
	switch (name) {
	case IP_TOS:
		return ip_set_tos(sk, v);
	case IP_TTL:
		return ip_set_ttl(inet, v);
	case IP_HDRINCL:
		if (sk->sk_type != SOCK_RAW)
			return -ENOPROTOOPT;
		inet->hdrincl = v != 0;
		return 0;
	case IP_MTU_DISCOVER:
		if (v < IP_PMTUDISC_DONT || v > IP_PMTUDISC_OMIT)
			return -EINVAL;
		inet->pmtudisc = (u8)v;
		return 0;
	case IP_RECVERR:
		inet->recverr = v != 0;
		if (!v)
			skb_queue_purge(&sk->sk_error_queue);
		return 0;
	case IP_FREEBIND:
		inet->freebind = v != 0;
		return 0;
	case IP_BIND_ADDRESS_NO_PORT:
		inet->bind_address_no_port = v != 0;
		return 0;
	case IP_MULTICAST_TTL:
		return ip_set_mc_ttl(inet, v);
	case IP_MULTICAST_LOOP:
		inet->mc_loop = v != 0;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

/* An int or, as BSD has it for many of these, one byte. */
static int ip_get_user_int(const void __user *val, u32 len, int *v)
{
	u8 byte;

	*v = 0;
	if (len >= sizeof(*v))
		return copy_from_user(v, val, sizeof(*v)) ? -EFAULT : 0;
	if (len >= 1) {
		if (copy_from_user(&byte, val, 1))
			return -EFAULT;
		*v = byte;
	}
	return 0;
}

/**
 * ip_setsockopt() - Set an option of level SOL_IP.
 * @sk: the socket, not owned. @level, @name: which. @val, @len: user memory.
 *
 * Context: task.
 * Return:  0, -EINVAL, -EFAULT, -ENOPROTOOPT (also for another level).
 */
int ip_setsockopt(struct sock *sk, int level, int name, const void __user *val,
		  u32 len)
{
	int v, err;

	if (level != SOL_IP)
		return -ENOPROTOOPT;
	lock_sock(sk);
	sk->sk_xmit_gen = 0;
	if (name == IP_OPTIONS) {
		err = ip_set_options(sk, val, len);
	} else if (name == IP_MULTICAST_IF) {
		err = ip_set_mc_if(sk, val, len);
	} else {
		err = ip_get_user_int(val, len, &v);
		if (!err)
			err = ip_set_int(sk, name, v);
	}
	release_sock(sk);
	return err;
}

/* --- asking --- */

static int ip_get_mtu(struct sock *sk)
{
	struct dst_entry *dst = __sk_dst_check(sk, 0);

	return dst ? (int)dst_mtu(dst) : -ENOTCONN;
}

/* The value of @name; -ENOPROTOOPT. */
static int ip_get_int(struct sock *sk, int name, int *v)
{
	const struct inet_sock *inet = inet_sk(sk);
	u8 flag = ip_cmsg_flag(name);

	if (flag) {
		*v = !!(sk->sk_cmsg_flags & flag);
		return 0;
	}
	switch (name) {
	case IP_TOS:
		*v = inet->tos;
		return 0;
	case IP_TTL:
		*v = inet->uc_ttl >= 0
			     ? inet->uc_ttl
			     : sock_net(sk)->ipv4->sysctl_ip_default_ttl;
		return 0;
	case IP_HDRINCL:
		*v = inet->hdrincl;
		return 0;
	case IP_MTU_DISCOVER:
		*v = inet->pmtudisc;
		return 0;
	case IP_MTU:
		*v = ip_get_mtu(sk);
		return *v < 0 ? *v : 0;
	case IP_RECVERR:
		*v = inet->recverr;
		return 0;
	case IP_FREEBIND:
		*v = inet->freebind;
		return 0;
	case IP_BIND_ADDRESS_NO_PORT:
		*v = inet->bind_address_no_port;
		return 0;
	case IP_MULTICAST_TTL:
		*v = inet->mc_ttl;
		return 0;
	case IP_MULTICAST_LOOP:
		*v = inet->mc_loop;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

/* What a program would set to get the same again. */
static int ip_get_options(const struct inet_sock *inet, void __user *val,
			  int __user *len)
{
	const struct ip_options *opt = inet->inet_opt;
	u8 data[MAX_IPOPTLEN], *p;

	if (!opt)
		return put_sockopt(val, len, data, 0);
	memcpy(data, opt->data, opt->optlen);
	if (opt->srr) { /* the first hop back in its place */
		p = data + opt->srr - 1;
		memmove(p + 7, p + 3, p[1] - 7U);
		memcpy(p + 3, &opt->faddr, 4);
	}
	return put_sockopt(val, len, data, opt->optlen);
}

/**
 * ip_getsockopt() - Ask for an option of level SOL_IP.
 * @sk: the socket, not owned. @level, @name: which. @val, @len: user memory.
 *
 * Context: task.
 * Return:  0, -EFAULT, -EINVAL, -ENOPROTOOPT, -ENOTCONN (IP_MTU).
 */
int ip_getsockopt(struct sock *sk, int level, int name, void __user *val,
		  int __user *len)
{
	struct in_addr addr;
	int v, err;

	if (level != SOL_IP)
		return -ENOPROTOOPT;
	lock_sock(sk);
	if (name == IP_OPTIONS) {
		err = ip_get_options(inet_sk(sk), val, len);
	} else if (name == IP_MULTICAST_IF) {
		addr.s_addr = inet_sk(sk)->mc_addr;
		err = put_sockopt(val, len, &addr, sizeof(addr));
	} else {
		err = ip_get_int(sk, name, &v);
		if (!err)
			err = put_sockopt(val, len, &v, sizeof(v));
	}
	release_sock(sk);
	return err;
}

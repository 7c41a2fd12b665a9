// SPDX-License-Identifier: MIT
/*
 * DOC: UDP, sending (rows U1, U2; RFC 768, RFC 1122 section 4.1), and the life
 * of a UDP socket.
 *
 * A datagram from one call goes from udp_sendmsg() through ip_make_skb() to
 * udp_send_skb() without the owner lock; a corked one grows on the socket's
 * queue under it. A connected socket keeps its route.
 *
 * State: struct udp_sock. Task context; may sleep for send space. Called by
 * af_inet.c; calls ip_append.c, route.c, udp_table.c.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/uapi/tcp.h"
#include "net/core/zerocopy.h"
#include "net/ipv4/udp_int.h"

#define UDP_MAX_LEN 0xffffU

/* --- the header and its sum --- */

/* The sum over all pieces; each covers its payload, the first also what it
 * pulled over. @skb->csum and the list's are of payload only. */
static __wsum udp_payload_csum(const struct sk_buff *skb)
{
	const struct sk_buff *f;
	__wsum sum = skb->csum;

	if (likely(!skb_is_nonlinear(skb)))
		return sum;
	for (f = skb_shinfo(skb)->frag_list; f; f = f->next)
		sum = csum_add(sum, f->csum);
	return sum;
}

/* Add the header: two words of 32 bits. */
static __wsum udp_header_csum(const struct udphdr *uh, __wsum sum)
{
	__wsum w[2];

	static_assert(sizeof(*uh) == sizeof(w), "RFC 768");
	memcpy(w, uh, sizeof(w));
	return csum_add(csum_add(sum, w[0]), w[1]);
}

static void udp_set_csum(struct sk_buff *skb, const struct flowi4 *fl4, u32 len)
{
	struct udphdr *uh = udp_hdr(skb);
	__wsum sum;

	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		skb->csum_start = skb->transport_header;
		skb->csum_offset = offsetof(struct udphdr, check);
		sum = csum_tcpudp_nofold(fl4->saddr, fl4->daddr, len,
					 IPPROTO_UDP, 0);
		/* The device adds and inverts: it gets the sum itself. */
		uh->check = (__force __sum16)(u16) ~(__force u16)csum_fold(sum);
		return;
	}
	sum = udp_header_csum(uh, udp_payload_csum(skb));
	uh->check = csum_tcpudp_magic(fl4->saddr, fl4->daddr, len, IPPROTO_UDP,
				      sum);
	if (!uh->check) /* RFC 768: zero would mean "none" */
		uh->check = CSUM_MANGLED_0;
}

/* Complete and send; consumes @skb. */
static int udp_send_skb(struct sk_buff *skb, const struct flowi4 *fl4)
{
	u32 len = skb->len - (u32)skb_transport_offset(skb);
	struct udphdr *uh = udp_hdr(skb);
	struct sock *sk = skb->sk;
	struct net *net = sock_net(sk);
	bool recverr = inet_sk(sk)->recverr;
	int err;

	uh->source = inet_sk(sk)->inet_sport;
	uh->dest = fl4->fl4_dport;
	uh->len = htons((u16)len);
	uh->check = 0;
	if (unlikely(sk->sk_no_check_tx))
		skb->ip_summed = CHECKSUM_NONE;
	else
		udp_set_csum(skb, fl4, len);
	err = ip_send_skb(net, skb);
	if (err == -ENOBUFS && !recverr) {
		/* Full queues are the network's business, not the program's. */
		NET_INC_STATS(net, Udp_SndbufErrors);
		err = 0;
	}
	if (!err)
		NET_INC_STATS(net, Udp_OutDatagrams);
	return err;
}

/* --- one datagram from many calls --- */

static void udp_flush_pending_frames(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);

	if (!up->pending)
		return;
	up->pending = 0;
	up->len = 0;
	ip_flush_pending_frames(sk);
}

static int udp_push_pending_frames(struct sock *sk)
{
	struct udp_sock *up = udp_sk(sk);
	struct sk_buff *skb = ip_finish_skb(sk, &up->cork_fl4);

	up->pending = 0;
	up->len = 0;
	return skb ? udp_send_skb(skb, &up->cork_fl4) : 0;
}

/* Owned. Add the call's data; send unless more is to come (MSG_MORE). */
static int __udp_append(struct sock *sk, struct msghdr *msg, u32 ulen,
			struct ipcm_cookie *ipc, struct rtable **rtp, u32 flags)
{
	struct udp_sock *up = udp_sk(sk);
	bool more = flags & MSG_MORE;
	int err;

	err = ip_append_data(sk, &up->cork_fl4, ip_generic_getfrag, msg, ulen,
			     sizeof(struct udphdr), ipc, rtp, flags);
	if (err)
		udp_flush_pending_frames(sk);
	else if (!more)
		err = udp_push_pending_frames(sk);
	else if (skb_queue_empty(&sk->sk_write_queue))
		up->pending = 0;
	else
		up->len = (u16)inet_sk(sk)->cork->length;
	return err;
}

/* With MSG_ZEROCOPY, too: then it is copied, with a note that says so. */
static int udp_append(struct sock *sk, struct msghdr *msg, u32 ulen,
		      struct ipcm_cookie *ipc, struct rtable **rtp, u32 flags)
{
	struct zerocopy_send z;
	int err;

	if (likely(!(flags & MSG_ZEROCOPY)))
		return __udp_append(sk, msg, ulen, ipc, rtp, flags);
	err = zerocopy_begin(&z, sk, ulen, NULL);
	if (err) {
		udp_flush_pending_frames(sk);
		return err;
	}
	zerocopy_copied(&z);
	err = __udp_append(sk, msg, ulen, ipc, rtp, flags);
	zerocopy_end(&z, sk, !err);
	return err;
}

/* --- where to --- */

/* What one call to udp_sendmsg() finds out. */
struct udp_send {
	struct ipcm_cookie ipc;
	struct flowi4 fl4;
	struct rtable *rt; /* a reference, or NULL once it was handed on */
	__be32 daddr;
	__be16 dport;
	u32 flags;      /* MSG_* */
	bool connected; /* the socket's own route serves */
};

static int udp_send_name(struct sock *sk, const struct msghdr *msg,
			 struct udp_send *s)
{
	const struct sockaddr_in *sin = msg->msg_name;

	if (!sin) {
		if (sk->sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		s->daddr = inet_sk(sk)->inet_daddr;
		s->dport = inet_sk(sk)->inet_dport;
		s->connected = true;
		return 0;
	}
	if (msg->msg_namelen < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET && sin->sin_family != AF_UNSPEC)
		return -EAFNOSUPPORT;
	if (!sin->sin_port)
		return -EINVAL;
	s->daddr = sin->sin_addr.s_addr;
	s->dport = sin->sin_port;
	return 0;
}

/* Control messages, options and multicast settings. */
static int udp_send_params(struct sock *sk, struct msghdr *msg,
			   struct udp_send *s)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct ipcm_cookie *ipc = &s->ipc;
	int err;

	ipcm_init_sk(ipc, inet);
	if (unlikely(msg->msg_controllen)) {
		err = ip_cmsg_send(sk, msg, ipc, &s->flags);
		if (err)
			return err;
		s->connected = false;
	}
	ipc->addr = s->daddr;
	if (unlikely(!ipc->opt && inet->inet_opt)) {
		ipc->opt = kmalloc(sizeof(*ipc->opt), GFP_KERNEL);
		if (!ipc->opt)
			return -ENOBUFS;
		*ipc->opt = *inet->inet_opt;
	}
	if (unlikely(ipc->opt && ipc->opt->srr)) {
		if (!s->daddr)
			return -EINVAL;
		s->daddr = ipc->opt->faddr;
		s->connected = false;
	}
	if (unlikely(ipv4_is_multicast(s->daddr))) {
		ipc->oif = ipc->oif ?: inet->mc_index;
		ipc->saddr = ipc->saddr ?: inet->mc_addr;
		s->connected = false;
	} else if (!ipc->oif) {
		ipc->oif = inet->uc_index;
	}
	return 0;
}

/* The socket's kept route, one reference; NULL: look it up. */
static struct rtable *udp_kept_route(struct sock *sk)
{
	struct dst_entry *dst;

	local_bh_disable();
	dst = dst_clone(sk_rt_check(sk));
	local_bh_enable();
	return dst ? dst_rtable(dst) : NULL;
}

static int udp_send_route(struct sock *sk, const struct msghdr *msg,
			  struct udp_send *s)
{
	bool onlink = sock_flag(sk, SOCK_LOCALROUTE) ||
		      (msg->msg_flags & MSG_DONTROUTE) ||
		      (s->ipc.opt && s->ipc.opt->is_strictroute);
	struct rtable *rt;

	flowi4_init_output(
		&s->fl4, s->ipc.oif, s->ipc.mark,
		s->ipc.tos >= 0 ? (u8)s->ipc.tos : inet_sk(sk)->tos,
		onlink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE, IPPROTO_UDP,
		inet_sk(sk)->freebind ? FLOWI_FLAG_ANYSRC : 0, s->daddr,
		s->ipc.saddr, s->dport, inet_sk(sk)->inet_sport);
	if (likely(s->connected && !onlink)) {
		s->rt = udp_kept_route(sk);
		if (likely(s->rt)) {
			s->fl4.saddr = s->ipc.saddr ?: s->rt->rt_src;
			return 0;
		}
	}
	rt = ip_route_output_flow(sock_net(sk), &s->fl4, sk);
	if (IS_ERR(rt)) {
		if (PTR_ERR(rt) == -ENETUNREACH)
			NET_INC_STATS(sock_net(sk), Ip_OutNoRoutes);
		return (int)PTR_ERR(rt);
	}
	s->rt = rt;
	if (rt->rt_type == RTN_BROADCAST && !sock_flag(sk, SOCK_BROADCAST))
		return -EACCES;
	if (s->connected && !onlink) {
		local_bh_disable();
		sk_setup_caps(sk, dst_clone(&rt->dst));
		local_bh_enable();
	}
	return 0;
}

/* --- sending --- */

static __force_inline int udp_send_one(struct sock *sk, struct msghdr *msg,
				       u32 ulen, struct udp_send *s)
{
	struct inet_cork cork;
	struct sk_buff *skb;

	if (unlikely(s->flags & MSG_CONFIRM)) { /* the program heard of it */
		local_bh_disable();
		rt_confirm_neigh(s->rt);
		local_bh_enable();
	}
	skb = ip_make_skb(sk, &s->fl4, ip_generic_getfrag, msg, ulen,
			  sizeof(struct udphdr), &s->ipc, &s->rt, &cork,
			  s->flags);
	if (IS_ERR_OR_NULL(skb))
		return skb ? (int)PTR_ERR(skb) : 0;
	return udp_send_skb(skb, &s->fl4);
}

/* The program's pages become the packet's fragments. */
static int udp_append_pages(struct sock *sk, struct sk_buff *skb,
			    struct msghdr *msg, struct zerocopy_send *z)
{
	struct bio_vec piece;
	ssize_t n;
	u32 cost;

	while (msg_data_left(msg)) {
		n = zerocopy_get_piece(z, &msg->msg_iter, msg_data_left(msg),
				       &piece);
		if (n < 0)
			return (int)n;
		if (!skb_has_room_for(skb, &piece)) {
			put_page(piece.bv_page);
			return -EMSGSIZE;
		}
		cost = zerocopy_cost(&piece, skb_append_piece(skb, &piece));
		skb->truesize += cost;
		sk->sk_wmem_alloc += cost;
		NET_ADD_STATS(sock_net(sk), Doorbell_SentByReference, n);
	}
	return 0;
}

static int udp_send_pages(struct sock *sk, struct msghdr *msg,
			  struct udp_send *s, struct zerocopy_send *z)
{
	struct inet_cork cork;
	struct sk_buff *skb;
	int err;

	skb = ip_make_skb(sk, &s->fl4, ip_generic_getfrag, msg,
			  sizeof(struct udphdr), sizeof(struct udphdr), &s->ipc,
			  &s->rt, &cork, s->flags);
	if (IS_ERR(skb))
		return (int)PTR_ERR(skb);
	err = udp_append_pages(sk, skb, msg, z);
	if (err) {
		kfree_skb_reason(skb, SKB_DROP_REASON_SKB_UCOPY_FAULT);
		NET_INC_STATS(sock_net(sk), Ip_OutDiscards);
		return err;
	}
	return udp_send_skb(skb, &s->fl4);
}

/* MSG_ZEROCOPY: by reference if the datagram is one packet, for a device that
 * sums: a sum of ours would be wrong if the program wrote to the pages. */
static noinline int udp_send_zerocopy(struct sock *sk, struct msghdr *msg,
				      u32 ulen, struct udp_send *s)
{
	struct zerocopy_send z;
	int err;

	err = zerocopy_begin(&z, sk, ulen, NULL);
	if (err)
		return err;
	if (msg->msg_iter.user && ip_takes_pages(sk, s->rt, &s->ipc, ulen)) {
		err = udp_send_pages(sk, msg, s, &z);
	} else {
		zerocopy_copied(&z);
		err = udp_send_one(sk, msg, ulen, s);
	}
	zerocopy_end(&z, sk, !err);
	return err;
}

static int udp_send_corked(struct sock *sk, struct msghdr *msg, u32 ulen,
			   struct udp_send *s)
{
	struct udp_sock *up = udp_sk(sk);
	int err = -EINVAL;

	lock_sock(sk);
	sk->sk_xmit_gen = 0; /* a plain send adds to it now */
	if (!up->pending) {  /* else another thread corked meanwhile */
		up->cork_fl4 = s->fl4;
		up->pending = AF_INET;
		err = udp_append(sk, msg, ulen, &s->ipc, &s->rt, s->flags);
	}
	release_sock(sk);
	return err;
}

/* A datagram is under construction: the name and options were the first
 * call's. -EAGAIN: it was sent meanwhile. */
static int udp_send_more(struct sock *sk, struct msghdr *msg, u32 len,
			 u32 flags)
{
	bool more = flags & MSG_MORE;
	struct rtable *rt = NULL;
	int err = -EAGAIN;

	lock_sock(sk);
	if (udp_sk(sk)->pending)
		err = len    ? udp_append(sk, msg, len, NULL, &rt, flags)
		      : more ? 0
			     : udp_push_pending_frames(sk);
	release_sock(sk);
	return err;
}

static int udp_send_new(struct sock *sk, struct msghdr *msg, u32 len, u32 flags)
{
	u32 ulen = len + (u32)sizeof(struct udphdr);
	struct udp_send s;
	int err;

	s.flags = flags;
	s.rt = NULL;
	s.connected = false;
	s.ipc.opt = NULL;
	err = udp_send_name(sk, msg, &s);
	if (!err)
		err = udp_send_params(sk, msg, &s);
	if (!err)
		err = udp_send_route(sk, msg, &s);
	if (likely(!err && !(flags & ~(u32)MSG_FAST) && !msg->msg_controllen &&
		   !s.ipc.opt))
		udp_fast_learn(sk, msg, s.rt, s.fl4.saddr);
	if (!err)
		err = likely(!(flags & (MSG_MORE | MSG_ZEROCOPY)))
			      ? udp_send_one(sk, msg, ulen, &s)
		      : flags & MSG_MORE ? udp_send_corked(sk, msg, ulen, &s)
					 : udp_send_zerocopy(sk, msg, ulen, &s);
	ip_rt_put(s.rt);
	if (unlikely(s.ipc.opt))
		kfree(s.ipc.opt);
	return err;
}

/**
 * udp_sendmsg() - Send a datagram, or a part of one.
 * @sk:  the socket, bound. @msg: peer's name (unless connected), data,
 *       control messages; MSG_MORE: a part; MSG_ZEROCOPY: see
 *       net/core/zerocopy.c. @len: bytes of data.
 *
 * Context: task; may sleep for send space.
 * Return:  @len; -EMSGSIZE (more than 65,507 bytes, or than the path takes
 *          when fragments are forbidden), -EDESTADDRREQ, -EACCES (broadcast
 *          without SO_BROADCAST), -ENETUNREACH, ..., or the error that an
 *          earlier datagram met.
 */
ssize_t udp_sendmsg(struct sock *sk, struct msghdr *msg, size_t len)
{
	struct udp_sock *up = udp_sk(sk);
	u32 flags = msg->msg_flags | sk->sk_msg_flags;
	int err = -EAGAIN;

	if (len > UDP_MAX_LEN)
		return -EMSGSIZE;
	if (unlikely(flags & (MSG_OOB | MSG_ZEROCOPY))) {
		if (flags & MSG_OOB)
			return -EOPNOTSUPP;
		if (!len || !sock_flag(sk, SOCK_ZEROCOPY) ||
		    (flags & MSG_PROBE))
			flags &= ~MSG_ZEROCOPY; /* no note */
	}
	if (unlikely(up->pending))
		err = udp_send_more(sk, msg, (u32)len, flags);
	if (err == -EAGAIN && !up->pending)
		err = udp_send_new(sk, msg, (u32)len, flags);
	if (unlikely(err)) {
		if (err == -ENOBUFS)
			NET_INC_STATS(sock_net(sk), Udp_SndbufErrors);
		return err;
	}
	return (ssize_t)len;
}

/* --- association --- */

static int udp_connect_locked(struct sock *sk, const struct sockaddr_in *sin)
{
	struct inet_sock *inet = inet_sk(sk);
	__be32 saddr = inet->inet_saddr;
	int oif = sk->sk_bound_dev_if;
	struct flowi4 fl4;
	struct rtable *rt;

	sk_dst_reset(sk);
	if (ipv4_is_multicast(sin->sin_addr.s_addr)) {
		oif = oif ?: inet->mc_index;
		saddr = saddr ?: inet->mc_addr;
	}
	rt = ip_route_connect(&fl4, sin->sin_addr.s_addr, saddr, oif,
			      sk->sk_protocol, inet->inet_sport, sin->sin_port,
			      sk);
	if (IS_ERR(rt)) {
		if (PTR_ERR(rt) == -ENETUNREACH)
			NET_INC_STATS(sock_net(sk), Ip_OutNoRoutes);
		return (int)PTR_ERR(rt);
	}
	if (rt->rt_type == RTN_BROADCAST && !sock_flag(sk, SOCK_BROADCAST)) {
		ip_rt_put(rt);
		return -EACCES;
	}
	if (!inet->inet_saddr)
		inet->inet_saddr = fl4.saddr;
	if (!inet->inet_rcv_saddr)
		inet->inet_rcv_saddr = fl4.saddr;
	inet->inet_daddr = fl4.daddr;
	inet->inet_dport = sin->sin_port;
	sk->sk_state = TCP_ESTABLISHED;
	sk_setup_caps(sk, &rt->dst);
	udp_rehash_peer(sk);
	return 0;
}

/**
 * udp_connect() - Fix the peer: send() goes there, and only its datagrams and
 * errors come in.
 * @sk: the socket, bound, not owned. @addr: a sockaddr_in of @len bytes.
 *
 * Also for ping and raw sockets.
 *
 * Context: task.
 * Return:  0, -EINVAL, -EAFNOSUPPORT, -EACCES, or a routing error.
 */
int udp_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;
	int err;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET)
		return -EAFNOSUPPORT;
	lock_sock(sk);
	local_bh_disable();
	err = udp_connect_locked(sk, sin);
	local_bh_enable();
	release_sock(sk);
	return err;
}

/**
 * udp_disconnect() - Dissolve the association.
 * @sk: the socket, not owned. @flags: not used.
 *
 * What bind() fixed stays; what connect() and autobind chose goes.
 *
 * Return: 0.
 */
int udp_disconnect(struct sock *sk, int flags)
{
	struct inet_sock *inet = inet_sk(sk);

	lock_sock(sk);
	sk->sk_state = TCP_CLOSE;
	inet->inet_daddr = 0;
	inet->inet_dport = 0;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK)) {
		inet->inet_saddr = 0;
		inet->inet_rcv_saddr = 0;
	}
	udp_rehash_peer(sk);
	if (sk->sk_prot == &udp_prot &&
	    !(sk->sk_userlocks & SOCK_BINDPORT_LOCK)) {
		udp_unhash(sk);
		inet->inet_sport = 0;
	}
	sk_dst_reset(sk);
	release_sock(sk);
	return 0;
}

/**
 * udp_abort() - Dissolve the association, and tell the program.
 * @sk:  the socket, not owned.
 * @err: what the program hears next; a positive errno.
 *
 * Return: 0.
 */
int udp_abort(struct sock *sk, int err)
{
	lock_sock(sk);
	sk->sk_err = err;
	sk->sk_error_report(sk);
	release_sock(sk);
	return udp_disconnect(sk, 0);
}

/* --- options, ioctl, end --- */

static int udp_setsockopt(struct sock *sk, int level, int name,
			  const void __user *val, u32 len)
{
	struct udp_sock *up = udp_sk(sk);
	int v, err;

	sk->sk_xmit_gen = 0;
	if (level != SOL_UDP)
		return ip_setsockopt(sk, level, name, val, len);
	err = copy_int_from_sockopt(val, len, &v);
	if (err)
		return err;
	if (name != UDP_CORK)
		return -ENOPROTOOPT;
	lock_sock(sk);
	if (v)
		sk->sk_msg_flags |= MSG_MORE;
	else
		sk->sk_msg_flags &= ~(u32)MSG_MORE;
	if (!v && up->pending)
		err = udp_push_pending_frames(sk);
	release_sock(sk);
	return err;
}

static int udp_getsockopt(struct sock *sk, int level, int name,
			  void __user *val, int __user *len)
{
	int v;

	if (level != SOL_UDP)
		return ip_getsockopt(sk, level, name, val, len);
	if (name != UDP_CORK)
		return -ENOPROTOOPT;
	v = !!(sk->sk_msg_flags & MSG_MORE);
	return put_sockopt(val, len, &v, sizeof(v));
}

static int udp_ioctl(struct sock *sk, u32 cmd, int *val)
{
	return datagram_ioctl(sk, cmd, sizeof(struct udphdr), val);
}

static void udp_destroy_sock(struct sock *sk)
{
	lock_sock(sk);
	udp_flush_pending_frames(sk);
	release_sock(sk);
}

/**
 * inet_dgram_close() - The last descriptor of a socket without connections.
 * @sk: the socket; the descriptor's reference goes. @timeout_ns: not used.
 */
void inet_dgram_close(struct sock *sk, u64 timeout_ns)
{
	if (sk->sk_prot->destroy)
		sk->sk_prot->destroy(sk);
	if (sk->sk_prot->unhash)
		sk->sk_prot->unhash(sk);
	sock_orphan(sk);
	sock_put(sk);
}

struct proto udp_prot = {
	.name = "UDP",
	.obj_size = sizeof(struct udp_sock),
	.filter_cap = sizeof(struct udphdr),
	.close = inet_dgram_close,
	.connect = udp_connect,
	.disconnect = udp_disconnect,
	.ioctl = udp_ioctl,
	.destroy = udp_destroy_sock,
	.setsockopt = udp_setsockopt,
	.getsockopt = udp_getsockopt,
	.sendmsg = udp_sendmsg,
	.send_fast = udp_send_fast,
	.recvmsg = udp_recvmsg,
	.unhash = udp_unhash,
	.get_port = udp_get_port,
};

static struct inet_protosw udp_protosw = {
	.type = SOCK_DGRAM,
	.protocol = IPPROTO_UDP,
	.prot = &udp_prot,
	.ops = &inet_dgram_ops,
};

static const struct net_protocol udp_protocol = {
	.handler = udp_rcv,
	.err_handler = udp_err,
};

/**
 * udp_init() - Make UDP available; once, at boot.
 */
void udp_init(void)
{
	if (proto_register(&udp_prot))
		panic("udp: no memory");
	inet_register_protosw(&udp_protosw);
	inet_protos[IPPROTO_UDP] = &udp_protocol;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the address family AF_INET (rows S1, S3): creation by type and
 * protocol, bind, connect, accept, names, and the step from struct socket to
 * struct proto. inet_init() writes out the order in which IPv4 starts.
 *
 * State: the protosw lists and inet_protos[], written once at boot, and each
 * stack's netns_ipv4 with its sysctls. Task context; a socket's fields are
 * guarded by its owner lock. Called by net/socket.c; calls struct proto.
 */
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/uapi/tcp.h"
#include "net/ipv4/inet_connection_sock.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/udp.h"

#define PROT_SOCK 1024 /* ports below are for the privileged */

static struct list_head inetsw[SOCK_MAX];
const struct net_protocol *inet_protos[256];

/**
 * inet_register_protosw() - Make a kind of socket available.
 * @p: lives for ever. A wild one (protocol 0) must come after the exact ones
 *     of its type.
 *
 * Context: boot.
 */
void inet_register_protosw(struct inet_protosw *p)
{
	BUG_ON(p->type >= SOCK_MAX);
	if (!inetsw[p->type].next)
		INIT_LIST_HEAD(&inetsw[p->type]);
	list_add_tail(&p->list, &inetsw[p->type]);
}

/* --- creation and release --- */

/* The entry for @type and *@protocol (completed); ERR_PTR. */
static struct inet_protosw *inet_find_protosw(u16 type, int *protocol)
{
	struct inet_protosw *p;

	if (!inetsw[type].next)
		return ERR_PTR(-ESOCKTNOSUPPORT);
	list_for_each_entry (p, &inetsw[type], list) {
		if (*protocol == p->protocol && *protocol != IPPROTO_IP)
			return p;
		if (*protocol == IPPROTO_IP && p->protocol != IPPROTO_IP) {
			*protocol = p->protocol;
			return p;
		}
		if (p->protocol == IPPROTO_IP && *protocol != IPPROTO_IP)
			return p;
	}
	return ERR_PTR(-EPROTONOSUPPORT);
}

/**
 * inet_sock_destruct() - Free what an IPv4 socket holds, when it is freed.
 * @sk: no reference is left; its queues belong to nobody else.
 *
 * Context: any but hard interrupt.
 */
void inet_sock_destruct(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_error_queue);
	WARN_ON_ONCE(sk->sk_rmem_alloc != 0);
	kfree(inet->inet_opt);
	inet->inet_opt = NULL;
	kfree(inet->cork);
	inet->cork = NULL;
	if (sk->sk_dst_cache)
		dst_release(sk->sk_dst_cache);
	sk->sk_dst_cache = NULL;
}

static void inet_sock_defaults(struct net *net, struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	inet->uc_ttl = -1;
	inet->mc_loop = true;
	inet->mc_ttl = 1; /* RFC 1112, section 6.1 */
	inet->pmtudisc = net->ipv4->sysctl_ip_no_pmtu_disc ? IP_PMTUDISC_DONT
							   : IP_PMTUDISC_WANT;
	get_random_bytes(&inet->inet_id, sizeof(inet->inet_id));
}

/* Raw sockets are found by their protocol from the start. */
static int inet_sock_start(struct sock *sk, struct socket *sock)
{
	struct inet_sock *inet = inet_sk(sk);
	int err = 0;

	if (sock->type == SOCK_RAW) {
		inet->inet_num = sk->sk_protocol;
		inet->hdrincl = sk->sk_protocol == IPPROTO_RAW;
		inet->inet_sport = htons(inet->inet_num);
		err = sk->sk_prot->hash ? sk->sk_prot->hash(sk) : 0;
	}
	if (!err && sk->sk_prot->init)
		err = sk->sk_prot->init(sk);
	return err;
}

static int inet_create(struct net *net, struct socket *sock, int protocol)
{
	struct inet_protosw *p;
	struct sock *sk;
	int err;

	if (protocol < 0 || protocol >= IPPROTO_MAX)
		return -EINVAL;
	if (sock->type >= SOCK_MAX)
		return -ESOCKTNOSUPPORT;
	p = inet_find_protosw(sock->type, &protocol);
	if (IS_ERR(p))
		return (int)PTR_ERR(p);
	if (p->needs_cap_net_raw && !capable(CAP_NET_RAW))
		return -EPERM;

	sock->ops = p->ops;
	sk = sk_alloc(net, AF_INET, GFP_KERNEL, p->prot);
	if (!sk)
		return -ENOBUFS;
	sock_init_data(sock, sk);
	sk->sk_protocol = (u8)protocol;
	sk->sk_type = sock->type;
	sk->sk_destruct = inet_sock_destruct;
	sk->sk_state = TCP_CLOSE;
	inet_sock_defaults(net, sk);
	err = inet_sock_start(sk, sock);
	if (err) {
		inet_release(sock);
		return err;
	}
	return 0;
}

/**
 * inet_release() - The last descriptor of a socket is closed.
 * @sock: becomes empty.
 *
 * Context: task; may wait as long as SO_LINGER says.
 * Return:  0.
 */
int inet_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	u64 timeout_ns = 0;

	if (!sk)
		return 0;
	if (sock_flag(sk, SOCK_LINGER))
		timeout_ns = sk->sk_lingertime_ns;
	sock->sk = NULL;
	sk->sk_prot->close(sk, timeout_ns);
	return 0;
}

/* --- local names --- */

/**
 * inet_autobind() - Give a socket without a port an ephemeral one.
 * @sk: the socket.
 *
 * RFC 6056: the protocol's get_port chooses unpredictably.
 *
 * Context: task, socket not owned by the caller.
 * Return:  0; -EAGAIN: every port of the range is taken.
 */
int inet_autobind(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	int err = 0;

	lock_sock(sk);
	if (!inet->inet_num) {
		if (sk->sk_prot->get_port(sk, 0))
			err = -EAGAIN;
		else
			inet->inet_sport = htons(inet->inet_num);
	}
	release_sock(sk);
	return err;
}

/* Whether @addr may be a local address: ours, or anything when asked so. */
static bool inet_addr_bindable(const struct sock *sk, __be32 addr)
{
	const struct inet_sock *inet = inet_sk(sk);
	u8 type;

	if (inet->freebind || addr == INADDR_ANY)
		return true;
	type = inet_addr_type(sock_net(sk), addr);
	return type == RTN_LOCAL || type == RTN_MULTICAST ||
	       type == RTN_BROADCAST;
}

/* The port, unless it is to be chosen at connect(). */
static int inet_bind_port(struct sock *sk, u16 snum)
{
	struct inet_sock *inet = inet_sk(sk);

	if (!snum && inet->bind_address_no_port)
		return 0;
	if (sk->sk_prot->get_port && sk->sk_prot->get_port(sk, snum)) {
		inet->inet_saddr = 0;
		inet->inet_rcv_saddr = 0;
		return -EADDRINUSE;
	}
	return 0;
}

static int inet_bind_locked(struct sock *sk, __be32 addr, u16 snum)
{
	struct inet_sock *inet = inet_sk(sk);
	u8 type = inet_addr_type(sock_net(sk), addr);
	int err;

	if (sk->sk_state != TCP_CLOSE || inet->inet_num)
		return -EINVAL;
	inet->inet_rcv_saddr = addr;
	/* Nobody sends from a group or from everyone's address. */
	inet->inet_saddr =
		type == RTN_MULTICAST || type == RTN_BROADCAST ? 0 : addr;
	err = inet_bind_port(sk, snum);
	if (err)
		return err;
	if (inet->inet_rcv_saddr)
		sk->sk_userlocks |= SOCK_BINDADDR_LOCK;
	if (snum)
		sk->sk_userlocks |= SOCK_BINDPORT_LOCK;
	inet->inet_sport = htons(inet->inet_num);
	inet->inet_daddr = 0;
	inet->inet_dport = 0;
	sk_dst_reset(sk);
	return 0;
}

/**
 * __inet_bind() - bind() for every protocol that has ports.
 * @sk:   the socket, not owned by the caller.
 * @addr: a sockaddr_in of @len bytes. As in Linux, AF_UNSPEC serves for
 *        AF_INET with 0.0.0.0.
 *
 * Context: task.
 * Return:  0; -EINVAL (length, already bound), -EAFNOSUPPORT, -EACCES (port
 *          below 1024 without the capability), -EADDRNOTAVAIL, -EADDRINUSE.
 */
int __inet_bind(struct sock *sk, struct sockaddr *addr, int len)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)addr;
	u16 snum;
	int err;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	if (sin->sin_family != AF_INET &&
	    (sin->sin_family != AF_UNSPEC || sin->sin_addr.s_addr))
		return -EAFNOSUPPORT;
	if (!inet_addr_bindable(sk, sin->sin_addr.s_addr))
		return -EADDRNOTAVAIL;
	snum = ntohs(sin->sin_port);
	if (snum && snum < PROT_SOCK && !capable(CAP_NET_BIND_SERVICE))
		return -EACCES;
	lock_sock(sk);
	err = inet_bind_locked(sk, sin->sin_addr.s_addr, snum);
	release_sock(sk);
	return err;
}

/**
 * inet_bind() - proto_ops.bind.
 * @sock: the socket. @addr: the name. @len: its bytes.
 *
 * Context: task.
 * Return:  as __inet_bind(), or the protocol's own bind.
 */
int inet_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	struct sock *sk = sock->sk;

	if (sk->sk_prot->bind)
		return sk->sk_prot->bind(sk, addr, len);
	return __inet_bind(sk, addr, len);
}

/* --- connect --- */

static int inet_autobind_needed(struct sock *sk)
{
	if (inet_sk(sk)->inet_num || sk->sk_prot->no_autobind)
		return 0;
	return inet_autobind(sk);
}

/**
 * inet_dgram_connect() - connect() of datagram and raw sockets.
 * @sock: the socket. @addr: the peer; AF_UNSPEC ends the association.
 * @len:  bytes of @addr. @file_flags: O_NONBLOCK does not matter here.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int inet_dgram_connect(struct socket *sock, struct sockaddr *addr, int len,
		       u32 file_flags)
{
	struct sock *sk = sock->sk;
	int err;

	if (len < (int)sizeof(addr->sa_family))
		return -EINVAL;
	if (addr->sa_family == AF_UNSPEC)
		return sk->sk_prot->disconnect(sk, (int)file_flags);
	if (!sk->sk_prot->connect)
		return -EOPNOTSUPP;
	err = inet_autobind_needed(sk);
	return err ?: sk->sk_prot->connect(sk, addr, len);
}

/* Sleep until the handshake ends; socket owned, what is left comes back.
 * @more: there is data to send at once then. */
static u64 inet_wait_for_connect(struct sock *sk, u64 timeo_ns, bool more)
{
	struct wait_queue_entry wait;

	init_waitqueue_entry(&wait, task_current());
	sk->sk_write_pending += more;
	while (TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) {
		prepare_to_wait(sk->sk_wq, &wait);
		if (!timeo_ns || task_signal_pending())
			break;
		release_sock(sk);
		timeo_ns = schedule_timeout(timeo_ns);
		lock_sock(sk);
	}
	finish_wait(sk->sk_wq, &wait);
	sk->sk_write_pending -= more;
	return timeo_ns;
}

/**
 * inet_stream_start() - The first step of connect(): the SYN.
 * @sock: SS_UNCONNECTED, owned; becomes SS_CONNECTING.
 * @addr: the peer. @len: bytes of @addr.
 *
 * Context: task.
 * Return:  0, -EISCONN, what the protocol's connect says.
 */
int inet_stream_start(struct socket *sock, struct sockaddr *addr, int len)
{
	struct sock *sk = sock->sk;
	int err;

	if (sk->sk_state != TCP_CLOSE)
		return -EISCONN;
	err = sk->sk_prot->connect(sk, addr, len);
	if (err < 0)
		return err;
	sock->state = SS_CONNECTING;
	return 0;
}

/* The connection failed: leave the socket as it was before. */
static int inet_stream_failed(struct socket *sock)
{
	struct sock *sk = sock->sk;
	int err = sock_error(sk) ?: -ECONNABORTED;

	sock->state = SS_UNCONNECTED;
	if (sk->sk_prot->disconnect && sk->sk_prot->disconnect(sk, 0))
		sock->state = SS_DISCONNECTING;
	return err;
}

/**
 * inet_stream_finish() - The rest of connect(), once the SYN is out.
 * @sock:     SS_CONNECTING, owned; SS_CONNECTED in the end.
 * @first:    this call has sent the SYN.
 * @nonblock: do not wait.
 * @more:     the caller has data to send as soon as it is connected.
 *
 * Context: task; sleeps with the socket let go.
 * Return:  0: connected; -EISCONN: it was; else as inet_stream_connect().
 */
int inet_stream_finish(struct socket *sock, bool first, bool nonblock,
		       bool more)
{
	struct sock *sk = sock->sk;
	u64 timeo_ns = sock_sndtimeo(sk, nonblock);

	if (sock->state == SS_CONNECTED)
		return -EISCONN;
	if (sock->state != SS_CONNECTING)
		return -EINVAL;
	if (TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV))) {
		if (!timeo_ns)
			return first ? -EINPROGRESS : -EALREADY;
		timeo_ns = inet_wait_for_connect(sk, timeo_ns, more);
		if (TCPF(sk->sk_state) &
		    (TCPF(TCP_SYN_SENT) | TCPF(TCP_SYN_RECV)))
			return timeo_ns ? sock_intr_errno(timeo_ns)
					: -EINPROGRESS;
	}
	if (sk->sk_state == TCP_CLOSE)
		return inet_stream_failed(sock);
	sock->state = SS_CONNECTED;
	return 0;
}

static int inet_stream_connect_locked(struct socket *sock,
				      struct sockaddr *addr, int len,
				      bool nonblock)
{
	struct sock *sk = sock->sk;
	bool first = false;
	int err;

	if (addr->sa_family == AF_UNSPEC) {
		err = sk->sk_prot->disconnect(sk, 0);
		sock->state = err ? SS_DISCONNECTING : SS_UNCONNECTED;
		return err;
	}
	if (sock->state == SS_UNCONNECTED) {
		err = inet_stream_start(sock, addr, len);
		if (err)
			return err;
		first = true;
	}
	/* TCP_FASTOPEN_CONNECT: as good as connected; write() does it. */
	if (sk->sk_state == TCP_SYN_SENT && tcp_sk(sk)->defer_connect)
		return first ? 0 : -EISCONN;
	return inet_stream_finish(sock, first, nonblock, false);
}

/**
 * inet_stream_connect() - connect() of a stream socket.
 * @sock: the socket. @addr: the peer; AF_UNSPEC dissolves the connection.
 * @len:  bytes of @addr. @file_flags: O_NONBLOCK returns at once.
 *
 * Context: task; waits for the handshake, at most SO_SNDTIMEO.
 * Return:  0; -EINPROGRESS (started, or the timeout ran out), -EALREADY,
 *          -EISCONN, -EINVAL, -EINTR; what the handshake failed with.
 */
int inet_stream_connect(struct socket *sock, struct sockaddr *addr, int len,
			u32 file_flags)
{
	int err;

	if (len < (int)sizeof(addr->sa_family))
		return -EINVAL;
	lock_sock(sock->sk);
	err = inet_stream_connect_locked(sock, addr, len,
					 file_flags & SOCK_NONBLOCK);
	release_sock(sock->sk);
	return err;
}

/* --- listen, accept, shutdown --- */

/**
 * inet_listen() - Turn a stream socket into a listener.
 * @sock:    the socket; an unbound one gets a port.
 * @backlog: connections that may wait, at most somaxconn; may be changed
 *           later by another call.
 *
 * Context: task.
 * Return:  0, -EINVAL (state, type), -EADDRINUSE.
 */
int inet_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = -EINVAL;

	lock_sock(sk);
	if (sock->state != SS_UNCONNECTED || sock->type != SOCK_STREAM ||
	    !(TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN))))
		goto out;
	sk->sk_max_ack_backlog =
		min((u32)backlog, sock_net(sk)->sysctl_somaxconn);
	if (sk->sk_state != TCP_LISTEN)
		tcp_fastopen_listen(sk, sk->sk_max_ack_backlog);
	err = sk->sk_state == TCP_LISTEN ? 0 : inet_csk_listen_start(sk);
out:
	release_sock(sk);
	return err;
}

/**
 * inet_accept() - Take a finished connection from a listener.
 * @sock: the listener. @newsock: empty; gets the connection.
 * @file_flags: O_NONBLOCK: do not wait.
 *
 * Context: task.
 * Return:  0, -EAGAIN, -EINVAL (no listener), -EINTR.
 */
int inet_accept(struct socket *sock, struct socket *newsock, u32 file_flags)
{
	struct sock *sk = sock->sk, *child;
	int err = -EINVAL;

	if (!sk->sk_prot->accept)
		return -EOPNOTSUPP;
	child = sk->sk_prot->accept(sk, file_flags, &err);
	if (!child)
		return err;
	lock_sock(child);
	sock_graft(child, newsock);
	newsock->state = SS_CONNECTED;
	release_sock(child);
	return 0;
}

/**
 * inet_shutdown() - Close one direction or both.
 * @sock: the socket. @how: SHUT_RD, SHUT_WR or SHUT_RDWR.
 *
 * Context: task.
 * Return:  0, -EINVAL, -ENOTCONN.
 */
int inet_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk;
	int err = 0;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	how++; /* SHUT_* to the bits RCV_SHUTDOWN, SEND_SHUTDOWN */
	lock_sock(sk);
	if (sock->state == SS_CONNECTING)
		sock->state = TCPF(sk->sk_state) & (TCPF(TCP_SYN_SENT) |
						    TCPF(TCP_SYN_RECV) |
						    TCPF(TCP_CLOSE))
				      ? SS_DISCONNECTING
				      : SS_CONNECTED;
	switch (sk->sk_state) {
	case TCP_CLOSE:
		err = -ENOTCONN;
		/* A datagram socket's readers and pollers still hear of it. */
		fallthrough;
	default:
		sk->sk_xmit_gen = 0;
		sk->sk_shutdown |= (u8)how;
		if (sk->sk_prot->shutdown)
			sk->sk_prot->shutdown(sk, how);
		break;
	case TCP_LISTEN:
		if (!(how & RCV_SHUTDOWN))
			break;
		fallthrough;
	case TCP_SYN_SENT:
		err = sk->sk_prot->disconnect(sk, 0);
		sock->state = err ? SS_DISCONNECTING : SS_UNCONNECTED;
		break;
	}
	sk->sk_state_change(sk);
	release_sock(sk);
	return err;
}

/**
 * inet_getname() - The socket's own name or its peer's.
 * @sock: the socket. @addr: filled with a sockaddr_in. @peer: 0: its own; 1:
 * its peer's; 2: also when the connection has ended, as accept() may find it.
 *
 * Context: task.
 * Return:  its length, or -ENOTCONN.
 */
int inet_getname(struct socket *sock, struct sockaddr_storage *addr, int peer)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)addr;
	const struct sock *sk = sock->sk;
	const struct inet_sock *inet = inet_sk(sk);

	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	if (!peer) {
		sin->sin_port = inet->inet_sport;
		sin->sin_addr.s_addr = inet->inet_rcv_saddr ?: inet->inet_saddr;
		return sizeof(*sin);
	}
	if (!inet->inet_dport ||
	    (peer == 1 &&
	     (TCPF(sk->sk_state) & (TCPF(TCP_CLOSE) | TCPF(TCP_SYN_SENT)))))
		return -ENOTCONN;
	sin->sin_port = inet->inet_dport;
	sin->sin_addr.s_addr = inet->inet_daddr;
	return sizeof(*sin);
}

/* --- data, options, ioctl --- */

/**
 * inet_sendmsg() - proto_ops.sendmsg: bind if need be, then the protocol.
 * @sock: the socket. @msg: name, data, control. @size: bytes of data.
 *
 * Context: task.
 * Return:  bytes taken, or a negative errno.
 */
ssize_t inet_sendmsg(struct socket *sock, struct msghdr *msg, size_t size)
{
	struct sock *sk = sock->sk;
	int err = inet_autobind_needed(sk);

	return unlikely(err) ? err : sk->sk_prot->sendmsg(sk, msg, size);
}

/**
 * inet_recvmsg() - proto_ops.recvmsg.
 * @sock: the socket. @msg: filled. @size: room. @flags: MSG_*.
 *
 * Context: task.
 * Return:  bytes, or a negative errno.
 */
ssize_t inet_recvmsg(struct socket *sock, struct msghdr *msg, size_t size,
		     int flags)
{
	struct sock *sk = sock->sk;

	return sk->sk_prot->recvmsg(sk, msg, size, flags);
}

/**
 * sock_common_setsockopt() - proto_ops.setsockopt: the protocol decides, and
 * passes on what is another level's.
 * @sock: the socket. @level, @name: which. @val, @len: the user's value.
 *
 * Return: 0 or a negative errno.
 */
int sock_common_setsockopt(struct socket *sock, int level, int name,
			   const void __user *val, u32 len)
{
	struct sock *sk = sock->sk;

	return sk->sk_prot->setsockopt(sk, level, name, val, len);
}

/**
 * sock_common_getsockopt() - proto_ops.getsockopt.
 * @sock: the socket. @level, @name: which. @val, @len: where to.
 *
 * Return: 0 or a negative errno.
 */
int sock_common_getsockopt(struct socket *sock, int level, int name,
			   void __user *val, int __user *len)
{
	struct sock *sk = sock->sk;

	return sk->sk_prot->getsockopt(sk, level, name, val, len);
}

/**
 * inet_ioctl() - proto_ops.ioctl: the interface requests, else the protocol's.
 * @sock: the socket. @cmd: SIOC*. @arg: the user's pointer.
 *
 * Context: task.
 * Return:  0 or a negative errno; -ENOTTY for what nobody knows.
 */
int inet_ioctl(struct socket *sock, u32 cmd, unsigned long arg)
{
	struct sock *sk = sock->sk;
	int err, val = 0;

	err = devinet_ioctl(sock_net(sk), cmd, (void __user *)arg);
	if (err != -ENOIOCTLCMD)
		return err;
	if (!sk->sk_prot->ioctl)
		return -ENOTTY;
	err = sk->sk_prot->ioctl(sk, cmd, &val);
	if (err)
		return err == -ENOIOCTLCMD ? -ENOTTY : err;
	return copy_to_user((void __user *)arg, &val, sizeof(val)) ? -EFAULT
								   : 0;
}

const struct proto_ops inet_stream_ops = {
	.family = AF_INET,
	.release = inet_release,
	.bind = inet_bind,
	.connect = inet_stream_connect,
	.accept = inet_accept,
	.getname = inet_getname,
	.poll = tcp_poll,
	.ioctl = inet_ioctl,
	.listen = inet_listen,
	.shutdown = inet_shutdown,
	.setsockopt = sock_common_setsockopt,
	.getsockopt = sock_common_getsockopt,
	.sendmsg = inet_sendmsg,
	.recvmsg = inet_recvmsg,
};

const struct proto_ops inet_dgram_ops = {
	.family = AF_INET,
	.release = inet_release,
	.bind = inet_bind,
	.connect = inet_dgram_connect,
	.accept = sock_no_accept,
	.getname = inet_getname,
	.poll = datagram_poll,
	.ioctl = inet_ioctl,
	.listen = sock_no_listen,
	.shutdown = inet_shutdown,
	.setsockopt = sock_common_setsockopt,
	.getsockopt = sock_common_getsockopt,
	.sendmsg = inet_sendmsg,
	.recvmsg = inet_recvmsg,
};

const struct proto_ops inet_sockraw_ops = {
	.family = AF_INET,
	.release = inet_release,
	.bind = inet_bind,
	.connect = inet_dgram_connect,
	.accept = sock_no_accept,
	.getname = inet_getname,
	.poll = datagram_poll,
	.ioctl = inet_ioctl,
	.listen = sock_no_listen,
	.shutdown = inet_shutdown,
	.setsockopt = sock_common_setsockopt,
	.getsockopt = sock_common_getsockopt,
	.sendmsg = inet_sendmsg,
	.recvmsg = inet_recvmsg,
};

/* --- start --- */

static void inet_net_sysctls(struct netns_ipv4 *n)
{
	n->sysctl_ip_default_ttl = IPDEFTTL;
	n->sysctl_icmp_echo_ignore_broadcasts = true;
	n->sysctl_icmp_ratelimit = 1000;
	n->sysctl_icmp_ratemask = 0x1818; /* unreach, quench, exceeded, param */
	n->sysctl_icmp_msgs_per_sec = 1000;
	n->sysctl_icmp_msgs_burst = 50;
	n->sysctl_ip_local_port_range[0] = 32768;
	n->sysctl_ip_local_port_range[1] = 60999;
	n->sysctl_ipfrag_high_thresh = 4U << 20;
	n->sysctl_ipfrag_time = 30;
	n->sysctl_ipfrag_max_dist = 64;
	n->sysctl_min_pmtu = 552;
	n->sysctl_mtu_expires = 600;
	get_random_bytes(n->port_key, sizeof(n->port_key));
}

/* One part of a stack: made in this order, undone in reverse. */
static const struct inet_part {
	int (*init)(struct net *net);
	void (*exit)(struct net *net);
} inet_parts[] = {
	{ fib_net_init, fib_net_exit },
	{ arp_net_init, arp_net_exit },
	{ ip_rt_net_init, ip_rt_net_exit },
	{ ip_defrag_net_init, ip_defrag_net_exit },
	{ icmp_net_init, icmp_net_exit },
	{ udp_net_init, udp_net_exit },
	{ devinet_net_init, devinet_net_exit },
};

static void inet_net_undo(struct net *net, u32 done)
{
	while (done--)
		inet_parts[done].exit(net);
	kfree(net->ipv4);
	net->ipv4 = NULL;
}

static int inet_net_init(struct net *net)
{
	u32 i;
	int err;

	net->ipv4 = kzalloc(sizeof(*net->ipv4), GFP_KERNEL);
	if (!net->ipv4)
		return -ENOMEM;
	inet_net_sysctls(net->ipv4);
	for (i = 0; i < ARRAY_SIZE(inet_parts); i++) {
		err = inet_parts[i].init(net);
		if (err) {
			inet_net_undo(net, i);
			return err;
		}
	}
	return 0;
}

static void inet_net_exit(struct net *net)
{
	inet_net_undo(net, ARRAY_SIZE(inet_parts));
}

static struct pernet_operations inet_net_ops = {
	.name = "ipv4",
	.init = inet_net_init,
	.exit = inet_net_exit,
};

static const struct net_proto_family inet_family = {
	.family = AF_INET,
	.create = inet_create,
};

/**
 * inet_init() - Start IPv4: once, before the first stack is set up.
 *
 * Context: boot.
 */
void inet_init(void)
{
	if (sock_register(&inet_family))
		panic("ipv4: AF_INET is taken");
	arp_init();
	ip_init();
	icmp_init();
	devinet_init();
	register_pernet_ops(&inet_net_ops);
	tcp_init();
	udp_init();
	raw_init();
	ping_init();
}

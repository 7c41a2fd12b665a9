// SPDX-License-Identifier: MIT
/*
 * DOC: AF_UNIX: sockets between programs of this machine. This file: names,
 * connections, beginning and end; bytes are unix_io.c's, files that go along
 * scm.c's, sockets that only refer to each other garbage.c's.
 *
 * A name is a file of the tree, by unix_fs_ops, or abstract: bytes behind a
 * zero. Two connected sockets refer to each other (peer); a write puts an skb,
 * charged to the writer, on the peer's receive queue. connect() puts a whole
 * new sock on the listener's queue, as the sk of an empty skb, which can be
 * written to before accept() gives it a socket.
 *
 * State: unix_sockets, all that are not closed. Tasks only: unix_int.h.
 * POSIX.1-2017, XSH 2.10; errno values as Linux gives them.
 */
#include "net/unix/af_unix.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/tcp.h"
#include "lib/vsprintf.h"
#include "net/ipv4/inet_sock.h"
#include "net/unix/unix_int.h"

/* Datagrams that wait in one queue; Linux: net.unix.max_dgram_qlen. */
#define MAX_DGRAM_QLEN 10
#define NAME_OFFSET    2 /* of sun_path */

LIST_HEAD(unix_sockets);

static const struct unix_fs_ops *unix_fs;

static struct proto unix_prot = {
	.name = "UNIX",
	.obj_size = sizeof(struct unix_sock),
	.ioctl = unix_ioctl,
};

static const struct proto_ops unix_stream_ops, unix_dgram_ops,
	unix_seqpacket_ops;

/**
 * unix_set_fs() - Where names that are paths live.
 * @ops: static, or NULL.
 *
 * Return: what was set before.
 */
const struct unix_fs_ops *unix_set_fs(const struct unix_fs_ops *ops)
{
	const struct unix_fs_ops *old = unix_fs;

	unix_fs = ops;
	return old;
}

/* --- names --- */

static void address_put(struct unix_address *a)
{
	if (a && --a->refcount == 0)
		kfree(a);
}

/* @len: with the family. */
static struct unix_address *address_new(const char *path, int len)
{
	struct unix_address *a = kmalloc(sizeof(*a) + (size_t)len, GFP_KERNEL);

	if (!a)
		return NULL;
	a->refcount = 1;
	a->len = len;
	a->family = AF_UNIX;
	memcpy(a->path, path, (size_t)len - NAME_OFFSET);
	return a;
}

/**
 * unix_check_addr() - Whether a program's address is one with a name.
 * @addr: kernel memory, sockaddr_storage.
 * @len:  its length.
 *
 * Return: 0 or -EINVAL.
 */
int unix_check_addr(const void *addr, int len)
{
	const struct sockaddr_un *un = addr;

	return len > NAME_OFFSET && len <= (int)sizeof(*un) &&
			       un->sun_family == AF_UNIX
		       ? 0
		       : -EINVAL;
}

/* A path with its zero, which the program may have left out. */
static int copy_path(char path[UNIX_PATH_MAX + 1], const struct sockaddr_un *un,
		     int len)
{
	memcpy(path, un->sun_path, (size_t)len - NAME_OFFSET);
	path[len - NAME_OFFSET] = 0;
	return (int)strlen(path);
}

static struct sock *find_abstract(const struct net *net, const char *path,
				  int len)
{
	struct unix_sock *u;

	list_for_each_entry (u, &unix_sockets, link)
		if (u->bound && !u->file && sock_net(&u->sk) == net &&
		    u->addr->len == len &&
		    memcmp(u->addr->path, path, (size_t)len - NAME_OFFSET) == 0)
			return &u->sk;
	return NULL;
}

static struct sock *find_path(const struct sockaddr_un *un, int len)
{
	char path[UNIX_PATH_MAX + 1];
	struct unix_sock *u;
	void *file;
	int err;

	if (!unix_fs)
		return ERR_PTR(-ECONNREFUSED);
	copy_path(path, un, len);
	err = unix_fs->find(path, &file);
	if (err)
		return ERR_PTR(err);
	unix_fs->put(file);
	list_for_each_entry (u, &unix_sockets, link)
		if (u->bound && u->file == file)
			return &u->sk;
	return ERR_PTR(-ECONNREFUSED);
}

/**
 * unix_find_other() - Whom an address means.
 * @sk:   who asks; the types must be the same.
 * @addr: checked by unix_check_addr().
 * @len:  its length.
 *
 * Return: the sock with a reference for the caller; -ECONNREFUSED,
 *         -EPROTOTYPE, or what the path says, as an error pointer.
 */
struct sock *unix_find_other(struct sock *sk, const void *addr, int len)
{
	const struct sockaddr_un *un = addr;
	struct sock *other;

	if (un->sun_path[0])
		other = find_path(un, len);
	else
		other = find_abstract(sock_net(sk), un->sun_path, len);
	if (IS_ERR(other))
		return other;
	if (!other)
		return ERR_PTR(-ECONNREFUSED);
	if (other->sk_type != sk->sk_type)
		return ERR_PTR(-EPROTOTYPE);
	sock_hold(other);
	return other;
}

/* The name is the sock's own from now on. */
static void take_name(struct unix_sock *u, struct unix_address *a, void *file)
{
	u->addr = a;
	u->file = file;
	u->bound = true;
}

static int bind_path(struct unix_sock *u, const struct sockaddr_un *un, int len)
{
	char path[UNIX_PATH_MAX + 1];
	struct unix_address *a;
	void *file;
	int n, err;

	if (!unix_fs)
		return -EOPNOTSUPP;
	n = copy_path(path, un, len);
	a = address_new(path, NAME_OFFSET + n + 1);
	if (!a)
		return -ENOMEM;
	err = unix_fs->bind(path, &file);
	if (err)
		address_put(a);
	else
		take_name(u, a, file);
	return err;
}

static int bind_abstract(struct unix_sock *u, const char *path, int len)
{
	struct unix_address *a;

	if (find_abstract(sock_net(&u->sk), path, len))
		return -EADDRINUSE;
	a = address_new(path, len);
	if (!a)
		return -ENOMEM;
	take_name(u, a, NULL);
	return 0;
}

/**
 * unix_autobind() - An abstract name of five digits that nobody has.
 * @sk: a sock; nothing happens if it has a name.
 *
 * Return: 0; -ENOSPC: all are taken; -ENOMEM.
 */
int unix_autobind(struct sock *sk)
{
	char path[8] = { 0 };
	u32 n, tries;
	int err;

	if (unix_sk(sk)->addr)
		return 0;
	get_random_bytes(&n, sizeof(n));
	for (tries = 0; tries < 1U << 20; tries++, n++) {
		snprintf(path + 1, sizeof(path) - 1, "%05x", n & 0xfffff);
		err = bind_abstract(unix_sk(sk), path, NAME_OFFSET + 6);
		if (err != -EADDRINUSE)
			return err;
	}
	return -ENOSPC;
}

static int unix_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)addr;
	struct unix_sock *u = unix_sk(sock->sk);
	int err;

	if (len == NAME_OFFSET && un->sun_family == AF_UNIX)
		return unix_autobind(sock->sk);
	err = unix_check_addr(addr, len);
	if (err)
		return err;
	if (u->addr)
		return -EINVAL;
	return un->sun_path[0] ? bind_path(u, un, len)
			       : bind_abstract(u, un->sun_path, len);
}

static int unix_getname(struct socket *sock, struct sockaddr_storage *addr,
			int peer)
{
	const struct unix_sock *u = unix_sk(sock->sk);
	const struct unix_address *a;

	if (peer && !u->peer)
		return -ENOTCONN;
	a = peer ? unix_sk(u->peer)->addr : u->addr;
	memset(addr, 0, sizeof(*addr));
	addr->ss_family = AF_UNIX;
	if (!a)
		return NAME_OFFSET;
	memcpy(addr, &a->family, (size_t)a->len);
	return a->len;
}

/* --- peers --- */

/**
 * unix_set_peer() - To whom a socket is connected from now on.
 * @sk:   the sock.
 * @peer: the other, or NULL.
 */
void unix_set_peer(struct sock *sk, struct sock *peer)
{
	struct unix_sock *u = unix_sk(sk);
	struct sock *old = u->peer;

	if (peer)
		sock_hold(peer);
	u->peer = peer;
	list_del_init(&u->peer_entry);
	if (peer)
		list_add_tail(&u->peer_entry, &unix_sk(peer)->peers);
	if (old)
		sock_put(old);
}

/**
 * unix_queue_full() - Whether a sock has as much waiting as it may.
 * @sk: a listener or a datagram socket.
 */
bool unix_queue_full(const struct sock *sk)
{
	return skb_queue_len(&sk->sk_receive_queue) > sk->sk_max_ack_backlog;
}

/**
 * unix_room_again() - Something was taken out of a queue, or nothing will be
 * any more: who waits for room looks again.
 * @sk: the sock.
 */
void unix_room_again(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk), *from;

	wake_up(&u->peer_wait);
	list_for_each_entry (from, &u->peers, peer_entry)
		from->sk.sk_write_space(&from->sk);
}

/* --- life --- */

static void unix_destruct(struct sock *sk)
{
	WARN_ON(!skb_queue_empty(&sk->sk_receive_queue));
	address_put(unix_sk(sk)->addr);
}

/* @sock NULL: it gets one by accept(). */
static struct sock *unix_new_sock(struct net *net, struct socket *sock,
				  u16 type)
{
	struct sock *sk = sk_alloc(net, AF_UNIX, GFP_KERNEL, &unix_prot);
	struct unix_sock *u;

	if (!sk)
		return NULL;
	sock_init_data(sock, sk);
	sk->sk_type = type;
	sk->sk_max_ack_backlog = MAX_DGRAM_QLEN;
	sk->sk_destruct = unix_destruct;
	u = unix_sk(sk);
	INIT_LIST_HEAD(&u->peers);
	INIT_LIST_HEAD(&u->peer_entry);
	init_waitqueue_head(&u->peer_wait);
	list_add_tail(&u->link, &unix_sockets);
	return sk;
}

static void unix_close(struct sock *sk, bool unaccepted);

static void drop_queue(struct sock *sk, bool listener)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&sk->sk_receive_queue))) {
		struct sock *child = listener ? skb->sk : NULL;

		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_DESTROYED);
		if (child)
			unix_close(child, true);
	}
}

/* The other end of a connection: it is over, and bytes were lost if @lost. */
static void end_peer(struct sock *peer, bool lost)
{
	peer->sk_shutdown = SHUTDOWN_MASK;
	if (lost)
		peer->sk_err = ECONNRESET;
	peer->sk_state_change(peer);
}

static void unix_close(struct sock *sk, bool unaccepted)
{
	struct unix_sock *u = unix_sk(sk);
	bool listener = sk->sk_state == TCP_LISTEN;
	bool lost = unaccepted || !skb_queue_empty(&sk->sk_receive_queue);

	list_del_init(&u->link);
	if (u->file)
		unix_fs->put(u->file);
	u->file = NULL;
	sk->sk_shutdown = SHUTDOWN_MASK;
	sk->sk_state = TCP_CLOSE;
	sock_orphan(sk);
	unix_room_again(sk);
	if (u->peer && unix_has_connections(sk))
		end_peer(u->peer, lost);
	unix_set_peer(sk, NULL);
	drop_queue(sk, listener);
	sock_put(sk);
}

static int unix_release(struct socket *sock)
{
	struct sock *sk = sock->sk;

	if (!sk)
		return 0;
	sock->sk = NULL;
	unix_close(sk, false);
	if (unix_tot_inflight)
		unix_gc();
	return 0;
}

static const struct proto_ops *unix_ops_of(u16 type)
{
	switch (type) {
	case SOCK_STREAM:
		return &unix_stream_ops;
	case SOCK_SEQPACKET:
		return &unix_seqpacket_ops;
	case SOCK_DGRAM:
		return &unix_dgram_ops;
	default:
		return NULL;
	}
}

static int unix_create(struct net *net, struct socket *sock, int protocol)
{
	if (protocol && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (sock->type == SOCK_RAW)
		sock->type = SOCK_DGRAM;
	sock->ops = unix_ops_of(sock->type);
	if (!sock->ops)
		return -ESOCKTNOSUPPORT;
	return unix_new_sock(net, sock, sock->type) ? 0 : -ENOMEM;
}

/* --- connections --- */

static int unix_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;

	if (!unix_sk(sk)->addr)
		return -EINVAL;
	if (sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	if (backlog > (int)sk->sk_max_ack_backlog)
		unix_room_again(sk);
	sk->sk_max_ack_backlog = (u32)backlog;
	sk->sk_state = TCP_LISTEN;
	unix_sk(sk)->peer_pid = task_tgid();
	return 0;
}

static bool listens(const struct sock *sk)
{
	return sk->sk_state == TCP_LISTEN && !(sk->sk_shutdown & RCV_SHUTDOWN);
}

/* The listener, with room in its queue and a reference for the caller. */
static struct sock *find_listener(struct sock *sk, const void *addr, int len,
				  u64 timeo)
{
	struct sock *other;
	int err;

	for (;;) {
		other = unix_find_other(sk, addr, len);
		if (IS_ERR(other))
			return other;
		err = -ECONNREFUSED;
		if (listens(other) && !unix_queue_full(other))
			return other;
		if (listens(other))
			err = timeo ? wait_event_interruptible_timeout(
					      &unix_sk(other)->peer_wait,
					      !listens(other) ||
						      !unix_queue_full(other),
					      &timeo)
				    : -EAGAIN;
		sock_put(other);
		if (err == -ERESTARTSYS)
			err = sock_intr_errno(timeo);
		if (err)
			return ERR_PTR(err == -ETIME ? -EAGAIN : err);
	}
}

/* Each other's peer: @a and @b are new. */
static void join(struct sock *a, struct sock *b)
{
	unix_set_peer(a, b);
	unix_set_peer(b, a);
	a->sk_state = TCP_ESTABLISHED;
	b->sk_state = TCP_ESTABLISHED;
}

/* The other end of @sk waits in the listener's queue. */
static int queue_child(struct sock *sk, struct sock *listener)
{
	struct unix_address *a = unix_sk(listener)->addr;
	struct sk_buff *skb;
	struct sock *child;

	child = unix_new_sock(sock_net(sk), NULL, sk->sk_type);
	if (!child)
		return -ENOMEM;
	skb = sock_wmalloc(child, 1, true, GFP_KERNEL);
	if (!skb) {
		unix_close(child, true);
		return -ENOMEM;
	}
	a->refcount++;
	unix_sk(child)->addr = a;
	join(sk, child);
	unix_sk(child)->peer_pid = task_tgid();
	unix_sk(sk)->peer_pid = unix_sk(listener)->peer_pid;
	__skb_queue_tail(&listener->sk_receive_queue, skb);
	listener->sk_data_ready(listener);
	return 0;
}

static int unix_stream_connect(struct socket *sock, struct sockaddr *addr,
			       int len, u32 file_flags)
{
	struct sock *sk = sock->sk, *other;
	int err = unix_check_addr(addr, len);

	if (err)
		return err;
	other = find_listener(sk, addr, len,
			      sock_sndtimeo(sk, file_flags & O_NONBLOCK));
	if (IS_ERR(other))
		return (int)PTR_ERR(other);
	/* Only now: another thread may have connected it meanwhile. */
	if (sk->sk_state == TCP_ESTABLISHED)
		err = -EISCONN;
	else if (sk->sk_state != TCP_CLOSE || sk->sk_shutdown)
		err = -EINVAL;
	else
		err = queue_child(sk, other);
	sock_put(other);
	if (!err)
		sock->state = SS_CONNECTED;
	return err;
}

static int unix_dgram_connect(struct socket *sock, struct sockaddr *addr,
			      int len, u32 file_flags)
{
	struct sock *sk = sock->sk, *other, *back;
	int err;

	if (len >= NAME_OFFSET && addr->sa_family == AF_UNSPEC) {
		unix_set_peer(sk, NULL);
		sock->state = SS_UNCONNECTED;
		return 0;
	}
	err = unix_check_addr(addr, len);
	if (!err && sock_flag(sk, SOCK_PASSCRED))
		err = unix_autobind(sk);
	if (err)
		return err;
	other = unix_find_other(sk, addr, len);
	if (IS_ERR(other))
		return (int)PTR_ERR(other);
	back = unix_sk(other)->peer;
	if (back && back != sk) {
		err = -EPERM;
	} else {
		unix_set_peer(sk, other);
		sock->state = SS_CONNECTED;
	}
	sock_put(other);
	return err;
}

static int unix_socketpair(struct socket *a, struct socket *b)
{
	join(a->sk, b->sk);
	unix_sk(a->sk)->peer_pid = task_tgid();
	unix_sk(b->sk)->peer_pid = task_tgid();
	a->state = SS_CONNECTED;
	b->state = SS_CONNECTED;
	return 0;
}

/* Programs are root; a pair's or a connection's other end. */
static void unix_peercred(const struct socket *sock, struct ucred *cred)
{
	const struct unix_sock *u = unix_sk(sock->sk);

	if (u->peer_pid)
		*cred = (struct ucred){ .pid = (u32)u->peer_pid };
}

static int unix_accept(struct socket *sock, struct socket *newsock,
		       u32 file_flags)
{
	struct sock *sk = sock->sk, *child;
	struct sk_buff *skb;
	int err;

	if (sk->sk_state != TCP_LISTEN)
		return -EINVAL;
	skb = skb_recv_datagram(sk, file_flags & O_NONBLOCK ? MSG_DONTWAIT : 0,
				&err);
	if (!skb)
		return err ? err : -EINVAL; /* shut down */
	child = skb->sk;
	skb_free_datagram(sk, skb);
	unix_room_again(sk);
	sock_graft(child, newsock);
	newsock->state = SS_CONNECTED;
	return 0;
}

static int unix_shutdown(struct socket *sock, int how)
{
	struct sock *sk = sock->sk, *peer = unix_sk(sk)->peer;

	if (how < SHUT_RD || how > SHUT_RDWR)
		return -EINVAL;
	how++; /* RCV_SHUTDOWN, SEND_SHUTDOWN, SHUTDOWN_MASK */
	sk->sk_shutdown |= (u8)how;
	sk->sk_state_change(sk);
	unix_room_again(sk);
	if (!peer || !unix_has_connections(sk))
		return 0;
	if (how & RCV_SHUTDOWN)
		peer->sk_shutdown |= SEND_SHUTDOWN;
	if (how & SEND_SHUTDOWN)
		peer->sk_shutdown |= RCV_SHUTDOWN;
	peer->sk_state_change(peer);
	return 0;
}

#define UNIX_COMMON_OPS                                                  \
	.family = AF_UNIX, .release = unix_release, .bind = unix_bind,   \
	.socketpair = unix_socketpair, .peercred = unix_peercred,        \
	.getname = unix_getname, .poll = unix_poll, .ioctl = inet_ioctl, \
	.shutdown = unix_shutdown

static const struct proto_ops unix_stream_ops = {
	UNIX_COMMON_OPS,
	.connect = unix_stream_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.sendmsg = unix_stream_sendmsg,
	.recvmsg = unix_stream_recvmsg,
};

static const struct proto_ops unix_seqpacket_ops = {
	UNIX_COMMON_OPS,
	.connect = unix_stream_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.sendmsg = unix_dgram_sendmsg,
	.recvmsg = unix_dgram_recvmsg,
};

static const struct proto_ops unix_dgram_ops = {
	UNIX_COMMON_OPS,
	.connect = unix_dgram_connect,
	.listen = sock_no_listen,
	.accept = sock_no_accept,
	.sendmsg = unix_dgram_sendmsg,
	.recvmsg = unix_dgram_recvmsg,
};

static const struct net_proto_family unix_family_ops = {
	.family = AF_UNIX,
	.create = unix_create,
};

/**
 * unix_init() - Make the family known; a second call does nothing.
 *
 * Context: boot.
 */
void unix_init(void)
{
	if (unix_prot.slab)
		return;
	if (proto_register(&unix_prot) || sock_register(&unix_family_ops))
		panic("unix: no memory");
}

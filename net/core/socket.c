// SPDX-License-Identifier: MIT
/*
 * DOC: struct socket's life, the address families that can fill it, and what
 * families share: control messages on receive, and refusals. The system calls
 * are in net/socket.c, above every family.
 */
#include "net/core/socket.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "net/core/sock.h"

/* Set by security_set_sendmsg_hook(); NULL: nobody may refuse a send. */
int (*security_sendmsg_hook)(struct socket *sock, struct msghdr *msg,
			     size_t size);

/* By family; written during start-up only. */
static const struct net_proto_family *net_families[AF_MAX];

/**
 * sock_register() - Make an address family known.
 * @fam: the family; stays.
 *
 * Return: 0; -EINVAL: no such number; -EEXIST: it is taken.
 */
int sock_register(const struct net_proto_family *fam)
{
	if (fam->family < 0 || fam->family >= AF_MAX)
		return -EINVAL;
	if (net_families[fam->family])
		return -EEXIST;
	net_families[fam->family] = fam;
	return 0;
}

/**
 * sock_unregister() - Take an address family back.
 * @family: AF_*; no socket of it is left.
 */
void sock_unregister(int family)
{
	if (family >= 0 && family < AF_MAX)
		net_families[family] = NULL;
}

/**
 * sock_alloc() - An empty socket.
 * @net: its stack.
 *
 * Return: it, for sock_release(), or NULL: no memory.
 */
struct socket *sock_alloc(struct net *net)
{
	struct socket *sock = kzalloc(sizeof(*sock), GFP_KERNEL);

	if (!sock)
		return NULL;
	sock->state = SS_UNCONNECTED;
	sock->net = net;
	init_waitqueue_head(&sock->wq);
	return sock;
}

/**
 * sock_create() - A socket of a family.
 * @net:      its stack.
 * @family:   AF_*.
 * @type:     SOCK_*, without flags.
 * @protocol: the family's number; 0: its default.
 * @res:      the socket, for sock_release().
 *
 * Return: 0; -EAFNOSUPPORT: no such family; -EINVAL: no such type; or what
 *         the family says: -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM, ...
 */
int sock_create(struct net *net, int family, int type, int protocol,
		struct socket **res)
{
	struct socket *sock;
	int err;

	if (family < 0 || family >= AF_MAX)
		return -EAFNOSUPPORT;
	if (type < 0 || type >= SOCK_MAX)
		return -EINVAL;
	if (!net_families[family])
		return -EAFNOSUPPORT;
	sock = sock_alloc(net);
	if (!sock)
		return -ENOBUFS;
	sock->type = (u16)type;
	err = net_families[family]->create(net, sock, protocol);
	if (err) {
		sock_release(sock);
		return err;
	}
	*res = sock;
	return 0;
}

/**
 * sock_release() - Close and free a socket.
 * @sock: the socket.
 *
 * Context: task; may sleep (SO_LINGER).
 */
void sock_release(struct socket *sock)
{
	if (sock->ops && sock->ops->release)
		sock->ops->release(sock);
	WARN_ON(waitqueue_active(&sock->wq));
	kfree(sock);
}

/**
 * put_cmsg() - Append a control message on receive.
 * @msg:   msg_control and msg_controllen are the room that is left.
 * @level: its level.
 * @type:  its type.
 * @len:   bytes of data; what does not fit is cut, with MSG_CTRUNC.
 * @data:  the data.
 *
 * Return: 0.
 */
int put_cmsg(struct msghdr *msg, int level, int type, int len, const void *data)
{
	struct cmsghdr head = { .cmsg_len = CMSG_LEN((size_t)len),
				.cmsg_level = level,
				.cmsg_type = type };
	size_t space;

	if (!msg->msg_control || msg->msg_controllen < sizeof(head)) {
		msg->msg_flags |= MSG_CTRUNC;
		return 0;
	}
	if (msg->msg_controllen < head.cmsg_len) {
		msg->msg_flags |= MSG_CTRUNC;
		head.cmsg_len = msg->msg_controllen;
	}
	memcpy(msg->msg_control, &head, sizeof(head));
	memcpy(CMSG_DATA(msg->msg_control), data, head.cmsg_len - sizeof(head));
	space = min(CMSG_SPACE((size_t)len), msg->msg_controllen);
	msg->msg_control = (char *)msg->msg_control + space;
	msg->msg_controllen -= space;
	return 0;
}

/**
 * sock_send_plain() - A send without control messages, the ordinary way: for a
 * protocol whose short way (proto.send_fast) finds something not as usual.
 * @sk:    of a socket that a program has open.
 * @buf:   the data, in a program's memory. @len: bytes.
 * @flags: MSG_*.
 * @uaddr: NULL, or a sockaddr_in in a program's memory.
 *
 * Context: task.
 * Return:  as proto_ops.sendmsg; -EINVAL, -EFAULT.
 */
ssize_t sock_send_plain(struct sock *sk, void __user *buf, size_t len,
			u32 flags, const void __user *uaddr)
{
	struct socket *sock = sk->sk_socket;
	struct msghdr msg = { .msg_flags = flags };
	struct sockaddr_in sin;
	int err;

	if ((ssize_t)len < 0)
		return -EINVAL;
	len = min(len, MAX_RW_COUNT);
	if (uaddr) {
		if (copy_from_user(&sin, uaddr, sizeof(sin)))
			return -EFAULT;
		msg.msg_name = &sin;
		msg.msg_namelen = sizeof(sin);
	}
	if (sock->file->f_flags & O_NONBLOCK)
		msg.msg_flags |= MSG_DONTWAIT;
	iov_iter_ubuf(&msg.msg_iter, true, buf, len);
	err = security_socket_sendmsg(sock, &msg, len);
	return err ? err : sock->ops->sendmsg(sock, &msg, len);
}

/**
 * sock_no_listen() - listen() of a family that has none.
 * @sock, @backlog: not used.
 *
 * Return: -EOPNOTSUPP.
 */
int sock_no_listen(struct socket *sock, int backlog)
{
	return -EOPNOTSUPP;
}

/**
 * sock_no_accept() - accept() of a family that has none.
 * @sock, @newsock, @flags: not used.
 *
 * Return: -EOPNOTSUPP.
 */
int sock_no_accept(struct socket *sock, struct socket *newsock, u32 flags)
{
	return -EOPNOTSUPP;
}

/**
 * sock_no_shutdown() - shutdown() of a family that has none.
 * @sock, @how: not used.
 *
 * Return: -EOPNOTSUPP.
 */
int sock_no_shutdown(struct socket *sock, int how)
{
	return -EOPNOTSUPP;
}

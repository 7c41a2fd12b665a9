// SPDX-License-Identifier: MIT
/*
 * DOC: the socket system calls (S1) and the file behind a socket descriptor.
 * A call turns the descriptor into a socket, copies addresses and control
 * data in, checks them (S2), and calls the family through proto_ops. All that
 * is sent passes sock_sendmsg(), where the security hook may refuse (S3).
 * sendmsg() and recvmsg() with their arrays are in net/socket_msg.c.
 *
 * No state but the hook, which is set at start-up.
 */
#include "net/socket.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/stat.h"
#include "net/core/netdevice.h"
#include "net/core/sock.h"

/* What may stand in the flags of a send. */
#define SEND_FLAGS                                                          \
	(MSG_OOB | MSG_DONTROUTE | MSG_PROBE | MSG_DONTWAIT | MSG_EOR |     \
	 MSG_CONFIRM | MSG_NOSIGNAL | MSG_MORE | MSG_BATCH | MSG_ZEROCOPY | \
	 MSG_FASTOPEN | MSG_CMSG_CLOEXEC)
#define RECV_FLAGS                                                    \
	(MSG_OOB | MSG_PEEK | MSG_TRUNC | MSG_CTRUNC | MSG_DONTWAIT | \
	 MSG_WAITALL | MSG_ERRQUEUE | MSG_NOSIGNAL | MSG_WAITFORONE | \
	 MSG_CMSG_CLOEXEC)

/**
 * security_set_sendmsg_hook() - Who may refuse a send.
 * @hook: returns 0 or a negative errno, -EPERM or -EACCES; NULL: nobody.
 */
void security_set_sendmsg_hook(int (*hook)(struct socket *sock,
					   struct msghdr *msg, size_t size))
{
	security_sendmsg_hook = hook;
	xmit_gen_bump();
}

/**
 * sock_sendmsg() - Send a message.
 * @sock: the socket.
 * @msg:  address, control data and flags, in kernel memory; msg_iter.
 *
 * Context: task; may sleep unless MSG_DONTWAIT.
 * Return:  bytes taken, or a negative errno.
 */
ssize_t sock_sendmsg(struct socket *sock, struct msghdr *msg)
{
	size_t size = msg_data_left(msg);
	int err;

	if (msg->msg_flags & ~(u32)SEND_FLAGS)
		return -EOPNOTSUPP;
	err = security_socket_sendmsg(sock, msg, size);
	if (err)
		return err;
	return sock->ops->sendmsg(sock, msg, size);
}

/* sendfile(), splice(): with flags that are no program's. */
static noinline ssize_t sock_send_hinted(struct socket *sock,
					 struct msghdr *msg)
{
	size_t size = msg_data_left(msg);
	u8 hints = msg->msg_iter.hints;
	int err;

	err = security_socket_sendmsg(sock, msg, size);
	if (err)
		return err;
	if (hints & ITER_MORE)
		msg->msg_flags |= MSG_MORE;
	if (hints & ITER_PAGES)
		msg->msg_flags |= MSG_SPLICE_PAGES;
	return sock->ops->sendmsg(sock, msg, size);
}

/**
 * sock_recvmsg() - Receive a message.
 * @sock:  the socket.
 * @msg:   msg_iter; msg_name with room for a sockaddr_storage, or NULL;
 *         msg_control with msg_controllen of room.
 * @flags: MSG_*.
 *
 * Context: task; may sleep unless MSG_DONTWAIT.
 * Return:  bytes, 0 at the end, or a negative errno.
 */
ssize_t sock_recvmsg(struct socket *sock, struct msghdr *msg, int flags)
{
	if ((u32)flags & ~(u32)RECV_FLAGS)
		return -EOPNOTSUPP;
	return sock->ops->recvmsg(sock, msg, msg_data_left(msg), flags);
}

static u32 nonblock_flag(const struct file *f)
{
	return f->f_flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

static ssize_t sock_read_iter(struct file *f, struct iov_iter *to)
{
	struct msghdr msg = { .msg_iter = *to };
	ssize_t n;

	if (!iov_iter_count(to))
		return 0;
	n = sock_recvmsg(f->private_data, &msg, (int)nonblock_flag(f));
	*to = msg.msg_iter;
	return n;
}

static ssize_t sock_write_iter(struct file *f, struct iov_iter *from)
{
	struct msghdr msg;
	ssize_t n;

	msg.msg_name = NULL;
	msg.msg_namelen = 0;
	msg.msg_iter = *from;
	msg.msg_control = NULL;
	msg.msg_controllen = 0;
	msg.msg_flags = nonblock_flag(f);
	if (unlikely(from->hints))
		n = sock_send_hinted(f->private_data, &msg);
	else
		n = sock_sendmsg(f->private_data, &msg);
	*from = msg.msg_iter;
	return n;
}

/* write() of a plain buffer, by the socket's template if it has one. */
static ssize_t sock_write_buf(struct file *f, void __user *buf, size_t count)
{
	struct sock *sk = ((const struct socket *)f->private_data)->sk;
	struct iov_iter it;

	if (likely(sk->sk_xmit_gen))
		return sk->sk_prot->send_fast(sk, buf, count, 0, NULL, 0);
	if ((ssize_t)count < 0)
		return -EINVAL;
	iov_iter_ubuf(&it, true, buf, min(count, MAX_RW_COUNT));
	return sock_write_iter(f, &it);
}

/* Read for splice(): an urgent byte is not stepped over. */
static ssize_t sock_splice_read(struct file *f, struct iov_iter *to)
{
	struct socket *sock = f->private_data;
	struct msghdr msg = { .msg_iter = *to };
	ssize_t n;

	n = sock->ops->recvmsg(sock, &msg, iov_iter_count(to),
			       (int)(nonblock_flag(f) | MSG_SPLICE_PAGES));
	*to = msg.msg_iter;
	return n;
}

static u32 sock_poll(struct file *f, struct poll_table *pt)
{
	struct socket *sock = f->private_data;

	return sock->ops->poll ? sock->ops->poll(f, sock, pt) : 0;
}

static long sock_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	struct socket *sock = f->private_data;

	return sock->ops->ioctl ? sock->ops->ioctl(sock, cmd, arg)
				: -ENOIOCTLCMD;
}

static int sock_fstat(struct file *f, struct kstat *st)
{
	struct socket *sock = f->private_data;

	*st = (struct kstat){ .ino = anon_ino(&sock->ino),
			      .mode = S_IFSOCK | 0777,
			      .nlink = 1 };
	return 0;
}

static int sock_close(struct file *f)
{
	sock_release(f->private_data);
	return 0;
}

static int sock_mmap(struct file *f, u64 off, u64 len)
{
	struct socket *sock = f->private_data;

	return sock->ops->mmap ? sock->ops->mmap(sock, off, len) : -ENODEV;
}

static struct page *sock_mmap_page(struct file *f, u64 off)
{
	struct socket *sock = f->private_data;

	return sock->ops->mmap_page(sock, off);
}

static const struct file_operations socket_file_ops = {
	.name = "socket",
	.read_iter = sock_read_iter,
	.write_iter = sock_write_iter,
	.write_buf = sock_write_buf,
	.splice_read = sock_splice_read,
	.poll = sock_poll,
	.ioctl = sock_ioctl,
	.fstat = sock_fstat,
	.mmap = sock_mmap,
	.mmap_page = sock_mmap_page,
	.release = sock_close,
};

/**
 * sock_from_file() - The socket behind an open file.
 * @f:   the file.
 * @err: set to -ENOTSOCK if it is none.
 *
 * Return: the socket, which lives as long as the file, or NULL.
 */
struct socket *sock_from_file(struct file *f, int *err)
{
	if (f->f_op == &socket_file_ops)
		return f->private_data;
	*err = -ENOTSOCK;
	return NULL;
}

/**
 * sockfd_lookup() - The socket behind a descriptor.
 * @fd:  the descriptor.
 * @err: set to -EBADF or -ENOTSOCK.
 *
 * Return: the socket, for sockfd_put(), or NULL.
 */
struct socket *sockfd_lookup(int fd, int *err)
{
	struct file *f = fget(fd);
	struct socket *sock;

	*err = -EBADF;
	if (!f)
		return NULL;
	sock = sock_from_file(f, err);
	if (!sock)
		fput(f);
	return sock;
}

/**
 * sockfd_put() - The end of what sockfd_lookup() began.
 * @sock: the socket.
 */
void sockfd_put(struct socket *sock)
{
	fput(sock->file);
}

/* A file for @sock, which it owns from then on; O_* in @flags. */
static struct file *sock_alloc_file(struct socket *sock, u32 flags)
{
	struct file *f = file_alloc(&socket_file_ops, sock,
				    O_RDWR | (flags & O_NONBLOCK));

	if (f)
		sock->file = f;
	return f;
}

static long sock_map_fd(struct socket *sock, u32 flags)
{
	struct file *f = sock_alloc_file(sock, flags);
	int fd;

	if (!f) {
		sock_release(sock);
		return -ENOMEM;
	}
	fd = fd_install(task_files(), f, 0, flags & SOCK_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

/**
 * move_addr_to_kernel() - Copy a program's address in.
 * @uaddr: where.
 * @len:   how long.
 * @addr:  gets it; zeros behind.
 *
 * Context: task.
 * Return:  0, -EINVAL (length) or -EFAULT.
 */
int move_addr_to_kernel(const void __user *uaddr, int len,
			struct sockaddr_storage *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (len < 0 || (size_t)len > sizeof(*addr))
		return -EINVAL;
	return copy_from_user(addr, uaddr, (size_t)len) ? -EFAULT : 0;
}

/**
 * move_addr_to_user() - Copy an address out.
 * @addr:  the address.
 * @len:   its length.
 * @uaddr: where to; cut if there is less room.
 * @ulen:  in: room; out: the whole length.
 *
 * Context: task.
 * Return:  0, -EINVAL (negative room) or -EFAULT.
 */
int move_addr_to_user(const struct sockaddr_storage *addr, int len,
		      void __user *uaddr, int __user *ulen)
{
	int room;

	if (copy_from_user(&room, ulen, sizeof(room)))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	if (copy_to_user(uaddr, addr, (size_t)min(room, len)) ||
	    copy_to_user(ulen, &len, sizeof(len)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE3(socket, int, family, int, type, int, protocol)
{
	u32 flags = (u32)type & ~(u32)SOCK_TYPE_MASK;
	struct socket *sock;
	int err;

	if (flags & ~(u32)(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	err = sock_create(&init_net, family, type & SOCK_TYPE_MASK, protocol,
			  &sock);
	return err ? err : sock_map_fd(sock, flags);
}

static int create_pair(int family, int type, int protocol,
		       struct socket *pair[2])
{
	int err;

	err = sock_create(&init_net, family, type, protocol, &pair[0]);
	if (err)
		return err;
	err = sock_create(&init_net, family, type, protocol, &pair[1]);
	if (err) {
		sock_release(pair[0]);
		return err;
	}
	err = pair[0]->ops->socketpair
		      ? pair[0]->ops->socketpair(pair[0], pair[1])
		      : -EOPNOTSUPP;
	if (err) {
		sock_release(pair[0]);
		sock_release(pair[1]);
	}
	return err;
}

SYSCALL_DEFINE4(socketpair, int, family, int, type, int, protocol, int __user *,
		usockvec)
{
	u32 flags = (u32)type & ~(u32)SOCK_TYPE_MASK;
	struct socket *pair[2];
	long err;
	int fd[2];

	if (flags & ~(u32)(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	err = create_pair(family, type & SOCK_TYPE_MASK, protocol, pair);
	if (err)
		return err;
	fd[0] = (int)sock_map_fd(pair[0], flags);
	if (fd[0] < 0) {
		sock_release(pair[1]);
		return fd[0];
	}
	fd[1] = (int)sock_map_fd(pair[1], flags);
	err = fd[1] < 0 ? fd[1] : 0;
	if (!err && copy_to_user(usockvec, fd, sizeof(fd)))
		err = -EFAULT;
	if (err) {
		close_fd(task_files(), fd[0]);
		if (fd[1] >= 0)
			close_fd(task_files(), fd[1]);
	}
	return err;
}

SYSCALL_DEFINE3(bind, int, fd, void __user *, uaddr, int, len)
{
	struct sockaddr_storage addr;
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	err = move_addr_to_kernel(uaddr, len, &addr);
	if (!err)
		err = sock->ops->bind(sock, (struct sockaddr *)&addr, len);
	sockfd_put(sock);
	return err;
}

SYSCALL_DEFINE3(connect, int, fd, void __user *, uaddr, int, len)
{
	struct sockaddr_storage addr;
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	err = move_addr_to_kernel(uaddr, len, &addr);
	if (!err)
		err = sock->ops->connect(sock, (struct sockaddr *)&addr, len,
					 sock->file->f_flags);
	sockfd_put(sock);
	return err;
}

SYSCALL_DEFINE2(listen, int, fd, int, backlog)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	/* Unsigned: a negative backlog is the largest. */
	backlog = (int)min_t(u32, (u32)backlog, sock->net->sysctl_somaxconn);
	err = sock->ops->listen ? sock->ops->listen(sock, backlog)
				: -EOPNOTSUPP;
	sockfd_put(sock);
	return err;
}

/* The accepted connection as an open file, its address copied out. */
static int accept_file(struct socket *sock, struct file *newfile,
		       void __user *uaddr, int __user *ulen)
{
	struct socket *newsock = newfile->private_data;
	struct sockaddr_storage addr;
	int err, len;

	err = sock->ops->accept(sock, newsock, sock->file->f_flags);
	if (err || !uaddr)
		return err;
	len = newsock->ops->getname(newsock, &addr, 2);
	if (len < 0)
		return -ECONNABORTED;
	return move_addr_to_user(&addr, len, uaddr, ulen);
}

static long do_accept(struct socket *sock, void __user *uaddr, int __user *ulen,
		      u32 flags)
{
	struct socket *newsock;
	struct file *newfile;
	int err, fd;

	if (!sock->ops->accept)
		return -EOPNOTSUPP;
	/* Before a connection is taken and would be lost. */
	err = fd_probe(task_files());
	if (err)
		return err;
	newsock = sock_alloc(sock->net);
	if (!newsock)
		return -ENFILE;
	newsock->type = sock->type;
	newsock->ops = sock->ops;
	newfile = sock_alloc_file(newsock, flags);
	if (!newfile) {
		sock_release(newsock);
		return -ENFILE;
	}
	err = accept_file(sock, newfile, uaddr, ulen);
	if (err) {
		fput(newfile);
		return err;
	}
	fd = fd_install(task_files(), newfile, 0, flags & SOCK_CLOEXEC);
	if (fd < 0)
		fput(newfile);
	return fd;
}

static long accept_fd(int fd, void __user *uaddr, int __user *ulen, u32 flags)
{
	struct socket *sock;
	long ret;
	int err;

	if (flags & ~(u32)(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	ret = do_accept(sock, uaddr, ulen, flags);
	sockfd_put(sock);
	return ret;
}

SYSCALL_DEFINE4(accept4, int, fd, void __user *, uaddr, int __user *, ulen, u32,
		flags)
{
	return accept_fd(fd, uaddr, ulen, flags);
}

SYSCALL_DEFINE3(accept, int, fd, void __user *, uaddr, int __user *, ulen)
{
	return accept_fd(fd, uaddr, ulen, 0);
}

static long get_name(int fd, void __user *uaddr, int __user *ulen, bool peer)
{
	struct sockaddr_storage addr;
	struct socket *sock;
	int err, len;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	len = sock->ops->getname(sock, &addr, peer);
	sockfd_put(sock);
	return len < 0 ? len : move_addr_to_user(&addr, len, uaddr, ulen);
}

SYSCALL_DEFINE3(getsockname, int, fd, void __user *, uaddr, int __user *, ulen)
{
	return get_name(fd, uaddr, ulen, false);
}

SYSCALL_DEFINE3(getpeername, int, fd, void __user *, uaddr, int __user *, ulen)
{
	return get_name(fd, uaddr, ulen, true);
}

SYSCALL_DEFINE2(shutdown, int, fd, int, how)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	err = sock->ops->shutdown ? sock->ops->shutdown(sock, how)
				  : -EOPNOTSUPP;
	sockfd_put(sock);
	return err;
}

SYSCALL_DEFINE5(setsockopt, int, fd, int, level, int, name, void __user *, val,
		int, len)
{
	struct socket *sock;
	int err;

	if (len < 0)
		return -EINVAL;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	if (level == SOL_SOCKET)
		err = sock_setsockopt(sock, level, name, val, (u32)len);
	else if (sock->ops->setsockopt)
		err = sock->ops->setsockopt(sock, level, name, val, (u32)len);
	else
		err = -EOPNOTSUPP;
	sockfd_put(sock);
	return err;
}

SYSCALL_DEFINE5(getsockopt, int, fd, int, level, int, name, void __user *, val,
		int __user *, len)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	if (level == SOL_SOCKET)
		err = sock_getsockopt(sock, level, name, val, len);
	else if (sock->ops->getsockopt)
		err = sock->ops->getsockopt(sock, level, name, val, len);
	else
		err = -EOPNOTSUPP;
	sockfd_put(sock);
	return err;
}

/**
 * __sys_sendto() - The sendto() system call.
 * @fd:    a socket's descriptor.
 * @buf:   the bytes, in a program's memory.
 * @len:   how many; cut at MAX_RW_COUNT.
 * @flags: MSG_*.
 * @uaddr: where to, or NULL.
 * @alen:  its length.
 *
 * Context: task; may sleep.
 * Return:  bytes taken or a negative errno.
 */
ssize_t __sys_sendto(int fd, void __user *buf, size_t len, u32 flags,
		     const void __user *uaddr, int alen)
{
	struct sockaddr_storage addr;
	struct msghdr msg;
	struct socket *sock;
	ssize_t n;
	int err;

	if ((ssize_t)len < 0)
		return -EINVAL;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	msg.msg_name = NULL;
	msg.msg_namelen = 0;
	msg.msg_control = NULL;
	msg.msg_controllen = 0;
	if (uaddr) {
		n = move_addr_to_kernel(uaddr, alen, &addr);
		if (n < 0)
			goto out_put;
		msg.msg_name = &addr;
		msg.msg_namelen = alen;
	}
	iov_iter_ubuf(&msg.msg_iter, true, buf, min(len, MAX_RW_COUNT));
	msg.msg_flags = flags | nonblock_flag(sock->file);
	n = sock_sendmsg(sock, &msg);
out_put:
	sockfd_put(sock);
	return n;
}

/* A socket that has a template of its frames, without a reference. NULL: go the
 * ordinary way. */
static __force_inline struct sock *fast_sock(int fd)
{
	const struct file *f = fget_own(fd);
	struct sock *sk;

	if (unlikely(!f || f->f_op != &socket_file_ops))
		return NULL;
	sk = ((const struct socket *)f->private_data)->sk;
	return likely(sk->sk_xmit_gen) ? sk : NULL;
}

SYSCALL_DEFINE6(sendto, int, fd, void __user *, buf, size_t, len, u32, flags,
		void __user *, uaddr, int, alen)
{
	struct sock *sk = fast_sock(fd);

	if (likely(sk && !(flags & ~(u32)MSG_FAST) &&
		   (!uaddr || alen == sizeof(struct sockaddr_in))))
		return sk->sk_prot->send_fast(sk, buf, len, flags, uaddr, alen);
	return __sys_sendto(fd, buf, len, flags, uaddr, alen);
}

SYSCALL_DEFINE6(recvfrom, int, fd, void __user *, buf, size_t, len, u32, flags,
		void __user *, uaddr, int __user *, ulen)
{
	struct sockaddr_storage addr;
	struct msghdr msg = { 0 };
	struct socket *sock;
	ssize_t n;
	int err;

	if ((ssize_t)len < 0)
		return -EINVAL;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	if (uaddr)
		msg.msg_name = &addr;
	iov_iter_ubuf(&msg.msg_iter, false, buf, min(len, MAX_RW_COUNT));
	n = sock_recvmsg(sock, &msg, (int)(flags | nonblock_flag(sock->file)));
	sockfd_put(sock);
	if (n >= 0 && uaddr) {
		err = move_addr_to_user(&addr, msg.msg_namelen, uaddr, ulen);
		if (err)
			n = err;
	}
	return n;
}

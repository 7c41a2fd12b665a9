// SPDX-License-Identifier: MIT
/*
 * DOC: sendmsg(), recvmsg() and their arrays. A program's msghdr is copied
 * in once, then its address, ranges and control data; nothing of it is read
 * again afterwards, so that another thread cannot change what was checked.
 */
#include "lib/file.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/time.h"
#include "lib/uapi/un.h"
#include "net/core/sock.h"
#include "net/socket.h"

/* Room for all control messages that one received packet can cause; of AF_UNIX,
 * with the most descriptors and the sender. */
#define CTL_ROOM      512U
#define CTL_ROOM_UNIX 1088U
static_assert(CTL_ROOM_UNIX >= CMSG_SPACE(SCM_MAX_FD * sizeof(int)) +
				       CMSG_SPACE(sizeof(struct ucred)),
	      "lib/uapi/un.h");

static int import_name(const struct user_msghdr *um, struct msghdr *msg,
		       struct sockaddr_storage *addr)
{
	int len = um->msg_namelen;

	if (!um->msg_name)
		return 0;
	if (len < 0)
		return -EINVAL;
	len = min(len, (int)sizeof(*addr));
	if (len == 0)
		return 0;
	msg->msg_name = addr;
	msg->msg_namelen = len;
	return move_addr_to_kernel(um->msg_name, len, addr);
}

/* Every header inside the data, every length inside the rest. */
static bool control_valid(const struct msghdr *msg)
{
	const char *p = msg->msg_control;
	size_t left = msg->msg_controllen, step;
	struct cmsghdr c;

	while (left >= sizeof(c)) {
		memcpy(&c, p, sizeof(c));
		if (c.cmsg_len < sizeof(c) || c.cmsg_len > left)
			return false;
		step = CMSG_ALIGN(c.cmsg_len);
		if (step >= left)
			break;
		p += step;
		left -= step;
	}
	return true;
}

/* A kernel copy at msg->msg_control, for the caller to kfree(). */
static int import_control(const struct socket *sock,
			  const struct user_msghdr *um, struct msghdr *msg)
{
	if (!um->msg_control || !um->msg_controllen)
		return 0;
	if (um->msg_controllen > sock_net(sock->sk)->sysctl_optmem_max)
		return -ENOBUFS;
	msg->msg_control = kmalloc(um->msg_controllen, GFP_KERNEL);
	if (!msg->msg_control)
		return -ENOBUFS;
	msg->msg_controllen = um->msg_controllen;
	if (copy_from_user(msg->msg_control, um->msg_control,
			   um->msg_controllen))
		return -EFAULT;
	return control_valid(msg) ? 0 : -EINVAL;
}

/* What sendto() could say as well, on a socket that has a template of its
 * frames (udp_fast.c). */
static bool is_plain(const struct sock *sk, const struct user_msghdr *um,
		     u32 flags)
{
	return sk->sk_xmit_gen && um->msg_iovlen == 1 && !um->msg_controllen &&
	       !(flags & ~(u32)MSG_FAST) &&
	       (!um->msg_name ||
		um->msg_namelen == (int)sizeof(struct sockaddr_in));
}

static ssize_t send_plain(struct sock *sk, const struct user_msghdr *um,
			  u32 flags)
{
	struct iovec iov;

	if (copy_from_user(&iov, um->msg_iov, sizeof(iov)))
		return -EFAULT;
	return sk->sk_prot->send_fast(sk, iov.iov_base, iov.iov_len, flags,
				      um->msg_name, um->msg_namelen);
}

static ssize_t send_one(struct socket *sock, const struct user_msghdr __user *u,
			u32 flags)
{
	struct iovec fast[UIO_FASTIOV], *iov = fast;
	struct sockaddr_storage addr;
	struct msghdr msg;
	struct user_msghdr um;
	ssize_t n;

	if (copy_from_user(&um, u, sizeof(um)))
		return -EFAULT;
	if (likely(is_plain(sock->sk, &um, flags)))
		return send_plain(sock->sk, &um, flags);
	if (um.msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	memset(&msg, 0, sizeof(msg));
	n = import_name(&um, &msg, &addr);
	if (n < 0)
		return n;
	n = import_control(sock, &um, &msg);
	if (n < 0)
		goto out_free_control;
	n = import_iovec(true, um.msg_iov, um.msg_iovlen, fast, &iov,
			 &msg.msg_iter);
	if (n < 0)
		goto out_free_control;
	msg.msg_flags = flags;
	if (sock->file->f_flags & O_NONBLOCK)
		msg.msg_flags |= MSG_DONTWAIT;
	n = sock_sendmsg(sock, &msg);
	if (iov != fast)
		kfree(iov);
out_free_control:
	kfree(msg.msg_control);
	return n;
}

SYSCALL_DEFINE3(sendmsg, int, fd, struct user_msghdr __user *, umsg, u32, flags)
{
	struct socket *sock;
	ssize_t n;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	n = send_one(sock, umsg, flags);
	sockfd_put(sock);
	return n;
}

/* All of @vlen messages, or until one fails: then the count of those sent. */
SYSCALL_DEFINE4(sendmmsg, int, fd, struct mmsghdr __user *, vec, u32, vlen, u32,
		flags)
{
	struct socket *sock;
	ssize_t n = 0;
	u32 i, len;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	vlen = min_t(u32, vlen, UIO_MAXIOV);
	for (i = 0; i < vlen; i++) {
		n = send_one(sock, &vec[i].msg_hdr, flags);
		if (n < 0)
			break;
		len = (u32)n;
		n = -EFAULT;
		if (copy_to_user(&vec[i].msg_len, &len, sizeof(len)))
			break;
		n = 0;
	}
	sockfd_put(sock);
	return i ? (long)i : n;
}

/* What recvmsg() changes in the program's msghdr. */
static int export_msg(struct user_msghdr __user *u,
		      const struct user_msghdr *um, const struct msghdr *msg,
		      const void *control, size_t control_len)
{
	u32 flags = msg->msg_flags & ~(u32)MSG_CMSG_CLOEXEC;

	if (um->msg_name &&
	    move_addr_to_user(msg->msg_name, msg->msg_namelen, um->msg_name,
			      &u->msg_namelen) < 0)
		return -EFAULT;
	if (control_len && copy_to_user(um->msg_control, control, control_len))
		return -EFAULT;
	if (copy_to_user(&u->msg_controllen, &control_len,
			 sizeof(control_len)) ||
	    copy_to_user(&u->msg_flags, &flags, sizeof(flags)))
		return -EFAULT;
	return 0;
}

/* Where more than CTL_ROOM can come: zeroed room of its own, if there is
 * memory. */
static u8 *more_room(const struct socket *sock, size_t wanted, u8 *small,
		     size_t *room)
{
	u8 *p = NULL;

	if (sock->ops->family == AF_UNIX)
		p = kzalloc(CTL_ROOM_UNIX, GFP_KERNEL);
	if (!p)
		return small;
	*room = min_t(size_t, wanted, CTL_ROOM_UNIX);
	return p;
}

static ssize_t recv_one(struct socket *sock, struct user_msghdr __user *u,
			u32 flags)
{
	struct iovec fast[UIO_FASTIOV], *iov = fast;
	struct sockaddr_storage addr;
	struct msghdr msg = { 0 };
	u8 on_stack[CTL_ROOM] __aligned(8), *control = on_stack;
	struct user_msghdr um;
	size_t room;
	ssize_t n;
	int err;

	if (copy_from_user(&um, u, sizeof(um)))
		return -EFAULT;
	if (um.msg_iovlen > UIO_MAXIOV)
		return -EMSGSIZE;
	if (um.msg_name && um.msg_namelen < 0)
		return -EINVAL;
	n = import_iovec(false, um.msg_iov, um.msg_iovlen, fast, &iov,
			 &msg.msg_iter);
	if (n < 0)
		return n;
	memset(&addr, 0, sizeof(addr));
	memset(on_stack, 0, sizeof(on_stack));
	msg.msg_name = um.msg_name ? &addr : NULL;
	room = um.msg_control ? min_t(size_t, um.msg_controllen, CTL_ROOM) : 0;
	if (unlikely(room == CTL_ROOM))
		control = more_room(sock, um.msg_controllen, on_stack, &room);
	msg.msg_control = room ? control : NULL;
	msg.msg_controllen = room;
	if (sock->file->f_flags & O_NONBLOCK)
		flags |= MSG_DONTWAIT;
	n = sock_recvmsg(sock, &msg, (int)flags);
	if (n >= 0) {
		msg.msg_name = &addr;
		err = export_msg(u, &um, &msg, control,
				 room - msg.msg_controllen);
		if (err)
			n = err;
	}
	if (control != on_stack)
		kfree(control);
	if (iov != fast)
		kfree(iov);
	return n;
}

SYSCALL_DEFINE3(recvmsg, int, fd, struct user_msghdr __user *, umsg, u32, flags)
{
	struct socket *sock;
	ssize_t n;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	n = recv_one(sock, umsg, flags);
	sockfd_put(sock);
	return n;
}

/* When recvmmsg() stops: ~0 for no limit, or a negative errno in @err. */
static u64 recv_deadline(const struct timespec __user *timeout, int *err)
{
	struct timespec ts;
	u64 end;

	*err = 0;
	if (!timeout)
		return ~0ULL;
	if (copy_from_user(&ts, timeout, sizeof(ts)))
		*err = -EFAULT;
	else if (!timespec_valid(&ts))
		*err = -EINVAL;
	if (*err ||
	    __builtin_add_overflow(ktime_get_ns(), timespec_to_ns(&ts), &end))
		return ~0ULL;
	return end;
}

/* As in Linux the time is looked at between messages only. */
SYSCALL_DEFINE5(recvmmsg, int, fd, struct mmsghdr __user *, vec, u32, vlen, u32,
		flags, struct timespec __user *, timeout)
{
	struct socket *sock;
	ssize_t n = 0;
	u32 i, len;
	u64 end;
	int err;

	end = recv_deadline(timeout, &err);
	if (err)
		return err;
	sock = sockfd_lookup(fd, &err);
	if (!sock)
		return err;
	vlen = min_t(u32, vlen, UIO_MAXIOV);
	for (i = 0; i < vlen; i++) {
		n = recv_one(sock, &vec[i].msg_hdr,
			     flags & ~(u32)MSG_WAITFORONE);
		if (n < 0)
			break;
		len = (u32)n;
		n = -EFAULT;
		if (copy_to_user(&vec[i].msg_len, &len, sizeof(len)))
			break;
		n = 0;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (end != ~0ULL && ktime_get_ns() >= end) {
			i++;
			break;
		}
	}
	sockfd_put(sock);
	return i ? (long)i : n;
}

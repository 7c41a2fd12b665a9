// SPDX-License-Identifier: MIT
/*
 * DOC: the socket system calls with a family of one datagram protocol that
 * sends to itself.
 */
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/tcp.h"
#include "lib/uapi/time.h"
#include "net/core/sock.h"
#include "net/socket.h"
#include "tests/fixtures/net_fixture.h"
#include "tests/fixtures/socket_calls.h"

#define AF_ECHO (AF_MAX - 1)

static struct proto echo_prot = {
	.name = "ECHO",
	.obj_size = sizeof(struct sock),
};

static struct files_struct *files;
static struct net saved_net;
static s64 live;
static u32 last_flags;      /* MSG_* of the last send that arrived */
static size_t last_control; /* its control data */
static u16 last_port;

static int echo_release(struct socket *sock)
{
	if (sock->sk) {
		sock_orphan(sock->sk);
		sock_put(sock->sk);
	}
	return 0;
}

static int echo_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	const struct sockaddr_in *sin = (void *)addr;

	if (len < (int)sizeof(*sin))
		return -EINVAL;
	sock->sk->sk_num = ntohs(sin->sin_port);
	return 0;
}

static int echo_connect(struct socket *sock, struct sockaddr *addr, int len,
			u32 file_flags)
{
	return file_flags & O_NONBLOCK ? -EINPROGRESS : 0;
}

static int echo_accept(struct socket *sock, struct socket *newsock,
		       u32 file_flags)
{
	struct sock *sk = sk_alloc(sock->net, AF_ECHO, GFP_KERNEL, &echo_prot);

	if (!sk)
		return -ENOMEM;
	sock_init_data(newsock, sk);
	return 0;
}

static int echo_getname(struct socket *sock, struct sockaddr_storage *addr,
			int peer)
{
	struct sockaddr_in *sin = (void *)addr;

	if (peer && sock->sk->sk_num == 0)
		return -ENOTCONN;
	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_ECHO;
	sin->sin_port = htons(sock->sk->sk_num);
	return sizeof(*sin);
}

static int echo_listen(struct socket *sock, int backlog)
{
	sock->sk->sk_max_ack_backlog = (u32)backlog;
	return 0;
}

static ssize_t echo_sendmsg(struct socket *sock, struct msghdr *msg, size_t len)
{
	const struct sockaddr_in *sin = msg->msg_name;
	struct sk_buff *skb;
	struct cmsghdr *c;
	int err;

	if (len > 2000)
		return -EMSGSIZE;
	last_flags = msg->msg_flags;
	last_control = 0;
	for_each_cmsghdr(c, msg) last_control += c->cmsg_len;
	last_port = sin ? ntohs(sin->sin_port) : 0;
	skb = sock_alloc_send_skb(sock->sk, (u32)len,
				  msg->msg_flags & MSG_DONTWAIT, &err);
	if (!skb)
		return err;
	if (copy_from_iter(skb_put(skb, (u32)len), len, &msg->msg_iter) !=
	    len) {
		kfree_skb(skb);
		return -EFAULT;
	}
	if (sock_queue_rcv_skb(sock->sk, skb)) {
		kfree_skb(skb);
		return -ENOBUFS;
	}
	return (ssize_t)len;
}

static ssize_t echo_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			    int flags)
{
	struct sockaddr_in *sin = msg->msg_name;
	struct sk_buff *skb;
	size_t copied;
	int err, v = 0x11223344;

	skb = skb_recv_datagram(sock->sk, flags, &err);
	if (!skb)
		return err;
	copied = min_t(size_t, len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	err = skb_copy_datagram_iter(skb, 0, &msg->msg_iter, (u32)copied);
	if (sin) {
		echo_getname(sock, (void *)sin, false);
		msg->msg_namelen = sizeof(*sin);
	}
	put_cmsg(msg, SOL_IP, IP_TTL, sizeof(v), &v);
	skb_free_datagram(sock->sk, skb);
	return err ? err : (ssize_t)copied;
}

static const struct proto_ops echo_ops = {
	.family = AF_ECHO,
	.release = echo_release,
	.bind = echo_bind,
	.connect = echo_connect,
	.accept = echo_accept,
	.getname = echo_getname,
	.poll = datagram_poll,
	.listen = echo_listen,
	.shutdown = sock_no_shutdown,
	.sendmsg = echo_sendmsg,
	.recvmsg = echo_recvmsg,
};

static int echo_create(struct net *net, struct socket *sock, int protocol)
{
	struct sock *sk;

	if (sock->type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	if (protocol > 1)
		return -EPROTONOSUPPORT;
	sock->ops = &echo_ops;
	sk = sk_alloc(net, AF_ECHO, GFP_KERNEL, &echo_prot);
	if (!sk)
		return -ENOBUFS;
	sock_init_data(sock, sk);
	sk->sk_protocol = (u8)protocol;
	return 0;
}

static const struct net_proto_family echo_family = { AF_ECHO, echo_create };

static int socket_test_init(struct kunit *test)
{
	fixture_boot();
	saved_net = init_net;
	init_net.sysctl_wmem_max = 212992;
	init_net.sysctl_wmem_default = 212992;
	init_net.sysctl_rmem_max = 212992;
	init_net.sysctl_rmem_default = 212992;
	init_net.sysctl_somaxconn = 4096;
	live = test_live_allocations();
	files = files_alloc();
	test_set_files(files);
	return files ? sock_register(&echo_family) : -ENOMEM;
}

static void socket_test_exit(struct kunit *test)
{
	files_put(files);
	test_set_files(NULL);
	sock_unregister(AF_ECHO);
	init_net = saved_net;
	KUNIT_EXPECT_EQ(test, test_live_allocations(), live);
}

static int echo_open(u32 flags)
{
	return (int)sys_socket(AF_ECHO, (int)(SOCK_DGRAM | flags), 0);
}

static void socket_refuses_what_it_does_not_know(struct kunit *test)
{
	int v[2];

	KUNIT_EXPECT_EQ(test, sys_socket(AF_ECHO - 1, SOCK_DGRAM, 0),
			-EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, sys_socket(AF_MAX, SOCK_DGRAM, 0), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, sys_socket(-1, SOCK_DGRAM, 0), -EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, sys_socket(AF_ECHO, 12, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_socket(AF_ECHO, SOCK_DGRAM | 0x100, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_socket(AF_ECHO, SOCK_STREAM, 0),
			-ESOCKTNOSUPPORT);
	KUNIT_EXPECT_EQ(test, sys_socket(AF_ECHO, SOCK_DGRAM, 9),
			-EPROTONOSUPPORT);
	KUNIT_EXPECT_EQ(test, sys_socketpair(AF_ECHO, SOCK_DGRAM, 0, v),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sys_socketpair(AF_INET6, SOCK_DGRAM, 0, v),
			-EAFNOSUPPORT);
	KUNIT_EXPECT_EQ(test, sock_register(&echo_family), -EEXIST);
	KUNIT_EXPECT_EQ(test, sys_sendto(77, v, 1, 0, NULL, 0), -EBADF);
}

static void socket_flags_reach_the_descriptor(struct kunit *test)
{
	int fd;
	u8 c;

	fd = echo_open(SOCK_NONBLOCK | SOCK_CLOEXEC);
	KUNIT_EXPECT_EQ(test, sys_fcntl(fd, F_GETFL, 0), O_RDWR | O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, sys_fcntl(fd, F_GETFD, 0), FD_CLOEXEC);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(fd, &c, 1, 0, NULL, NULL), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_connect(fd, NULL, 0), -EINPROGRESS);
}

static void sendto_and_recvfrom_carry_bytes_and_addresses(struct kunit *test)
{
	struct sockaddr_in to = { .sin_family = AF_ECHO, .sin_port = htons(7) };
	struct pollfd p = { .events = POLLIN | POLLOUT };
	struct sockaddr_storage from;
	int fd, len = sizeof(from);
	char buf[8] = "";

	fd = echo_open(0);
	p.fd = fd;
	KUNIT_EXPECT_EQ(test, sys_bind(fd, &to, sizeof(to)), 0);
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, p.revents, POLLOUT);
	KUNIT_EXPECT_EQ(test,
			sys_sendto(fd, (void *)(uintptr_t) "hello", 5,
				   MSG_NOSIGNAL, &to, sizeof(to)),
			5);
	KUNIT_EXPECT_EQ(test, last_port, 7);
	KUNIT_EXPECT_EQ(test, last_flags, MSG_NOSIGNAL);
	KUNIT_EXPECT_EQ(test, sys_poll(&p, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, p.revents, POLLIN | POLLOUT);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(fd, buf, 8, MSG_PEEK, NULL, NULL),
			5);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(fd, buf, 8, 0, &from, &len), 5);
	KUNIT_EXPECT_STREQ(test, buf, "hello");
	KUNIT_EXPECT_EQ(test, len, sizeof(to));
	KUNIT_EXPECT_EQ(test, ((struct sockaddr_in *)&from)->sin_port,
			htons(7));
	KUNIT_EXPECT_EQ(test, sys_write(fd, buf, 3), 3);
	KUNIT_EXPECT_EQ(test, sys_read(fd, buf, 8), 3);
	/* A short buffer gets a part, and the whole length. */
	len = 2;
	KUNIT_EXPECT_EQ(test, sys_getsockname(fd, &from, &len), 0);
	KUNIT_EXPECT_EQ(test, len, sizeof(to));
}

static void addresses_are_checked(struct kunit *test)
{
	struct sockaddr_storage a = { .ss_family = AF_ECHO };
	int fd, len = -1;

	fd = echo_open(0);
	KUNIT_EXPECT_EQ(test, sys_bind(fd, &a, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_bind(fd, &a, 129), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_bind(fd, NULL, 16), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_connect(fd, &a, 1000), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, &a, 1, 0, &a, 129), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, &a, 1, 0, (void *)8, 16), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_getsockname(fd, &a, &len), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_getsockname(fd, &a, NULL), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_getpeername(fd, &a, &len), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, sys_shutdown(fd, 1), -EOPNOTSUPP);
}

static void sendto_checks_flags_lengths_and_memory(struct kunit *test)
{
	static u8 buf[4096];
	int fd;

	fd = echo_open(0);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, buf, 1, 0x80000, NULL, 0),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, buf, 1, MSG_ERRQUEUE, NULL, 0),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(fd, buf, 1, 0x80000, NULL, NULL),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, buf, (size_t)-1, 0, NULL, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, buf, 4096, 0, NULL, 0), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, NULL, 10, 0, NULL, 0), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, NULL, 0, 0, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(fd, buf, 5, 0, NULL, NULL), 0);
}

static int refuse(struct socket *sock, struct msghdr *msg, size_t size)
{
	return size == 13 ? -EPERM : 0;
}

/* S3: what the hook refuses does not reach the family. */
static void security_hook_refuses_a_send(struct kunit *test)
{
	struct user_msghdr um = { 0 };
	struct iovec v;
	u8 buf[16] = { 0 };
	int fd;

	fd = echo_open(0);
	v = (struct iovec){ buf, 13 };
	um.msg_iov = &v;
	um.msg_iovlen = 1;
	security_set_sendmsg_hook(refuse);
	last_flags = 0x5555;
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, buf, 13, 0, NULL, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, sys_write(fd, buf, 13), -EPERM);
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, last_flags, 0x5555);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, buf, 12, 0, NULL, 0), 12);
	security_set_sendmsg_hook(NULL);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd, buf, 13, 0, NULL, 0), 13);
}

static void sendmsg_checks_control_data(struct kunit *test)
{
	struct {
		struct cmsghdr h;
		int v[2];
		struct cmsghdr h2;
		int w[2];
	} ctl = { .h = { CMSG_LEN(4), 0, IP_TTL },
		  .h2 = { CMSG_LEN(8), 0, IP_PKTINFO } };
	struct iovec v = { &ctl, 4 };
	struct user_msghdr um = { .msg_iov = &v,
				  .msg_iovlen = 1,
				  .msg_control = &ctl,
				  .msg_controllen = sizeof(ctl) };
	int fd;

	fd = echo_open(0);
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), 4);
	KUNIT_EXPECT_EQ(test, last_control, CMSG_LEN(4) + CMSG_LEN(8));
	ctl.h2.cmsg_len = 15; /* shorter than its header */
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EINVAL);
	ctl.h2.cmsg_len = CMSG_LEN(9); /* longer than the data */
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EINVAL);
	ctl.h2.cmsg_len = ~0UL - 3;
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EINVAL);
	um.msg_controllen = 1U << 30;
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -ENOBUFS);
	um.msg_controllen = 32;
	um.msg_control = (void *)16;
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EFAULT);
	um.msg_control = NULL;
	um.msg_iovlen = UIO_MAXIOV + 1;
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EMSGSIZE);
	um.msg_iovlen = 1;
	um.msg_name = &ctl;
	um.msg_namelen = -1;
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, NULL, 0), -EFAULT);
}

static void recvmsg_returns_control_and_flags(struct kunit *test)
{
	u8 buf[4], ctl[32] __aligned(8) = { 0 };
	struct sockaddr_in name = { 0 };
	struct iovec v = { buf, 4 };
	struct user_msghdr um = { .msg_iov = &v,
				  .msg_iovlen = 1,
				  .msg_name = &name,
				  .msg_namelen = sizeof(name),
				  .msg_control = ctl,
				  .msg_controllen = sizeof(ctl) };
	struct cmsghdr *c = (void *)ctl;
	int fd;

	fd = echo_open(0);
	KUNIT_EXPECT_EQ(test, sys_write(fd, (void *)(uintptr_t) "sixsix", 6),
			6);
	KUNIT_EXPECT_EQ(test, sys_recvmsg(fd, &um, 0), 4);
	KUNIT_EXPECT_EQ(test, um.msg_flags, MSG_TRUNC);
	KUNIT_EXPECT_EQ(test, um.msg_controllen, CMSG_SPACE(4));
	KUNIT_EXPECT_EQ(test, c->cmsg_len, CMSG_LEN(4));
	KUNIT_EXPECT_EQ(test, *(int *)CMSG_DATA(c), 0x11223344);
	KUNIT_EXPECT_EQ(test, name.sin_family, AF_ECHO);
	/* No room for the control message. */
	um.msg_controllen = 8;
	KUNIT_EXPECT_EQ(test, sys_write(fd, (void *)(uintptr_t) "four", 4), 4);
	KUNIT_EXPECT_EQ(test, sys_recvmsg(fd, &um, 0), 4);
	KUNIT_EXPECT_EQ(test, um.msg_flags, MSG_CTRUNC);
	KUNIT_EXPECT_EQ(test, um.msg_controllen, 0);
}

static void sendmmsg_stops_at_the_first_failure(struct kunit *test)
{
	struct mmsghdr mm[4] = { 0 };
	struct timespec ts = { 0, 1 };
	struct iovec v[4];
	u8 buf[16] = { 0 };
	int fd, i;

	fd = echo_open(0);
	for (i = 0; i < 4; i++) {
		v[i] = (struct iovec){ buf, (size_t)i + 1 };
		mm[i].msg_hdr.msg_iov = &v[i];
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	v[2].iov_base = NULL;
	KUNIT_EXPECT_EQ(test, sys_sendmmsg(fd, mm, 4, 0), 2);
	KUNIT_EXPECT_EQ(test, mm[1].msg_len, 2);
	KUNIT_EXPECT_EQ(test, sys_sendmmsg(fd, mm + 2, 2, 0), -EFAULT);
	v[2].iov_base = buf;
	KUNIT_EXPECT_EQ(test, sys_recvmmsg(fd, mm, 4, MSG_DONTWAIT, NULL), 2);
	KUNIT_EXPECT_EQ(test, mm[0].msg_len, 1);
	KUNIT_EXPECT_EQ(test, sys_recvmmsg(fd, mm, 4, MSG_DONTWAIT, NULL),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_sendmmsg(fd, mm, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, sys_recvmmsg(fd, mm, 4, MSG_WAITFORONE, NULL), 1);
	ts.tv_nsec = -5;
	KUNIT_EXPECT_EQ(test, sys_recvmmsg(fd, mm, 4, 0, &ts), -EINVAL);
}

/* The short way of a socket with a template: what it was asked for. */
static ssize_t note_fast(struct sock *sk, void __user *buf, size_t len,
			 u32 flags, const void __user *uaddr, int alen)
{
	const struct sockaddr_in *sin = (const void *)uaddr;

	last_flags = flags | 0x80000000U;
	last_port = sin ? ntohs(sin->sin_port) : 0;
	return (ssize_t)len;
}

static bool goes_fast(int fd, struct user_msghdr *um, u32 flags)
{
	last_flags = 0;
	return sys_sendmsg(fd, um, flags) == 4 && (last_flags & 0x80000000U);
}

/* S2: sendmsg() and sendmmsg() take the same short way as sendto(), where they
 * say no more than it can. */
static void plain_messages_take_the_short_way(struct kunit *test)
{
	u8 buf[16] = { 0 };
	struct cmsghdr ctl = { CMSG_LEN(0), 0, IP_TTL };
	struct sockaddr_in sin = { .sin_family = AF_ECHO,
				   .sin_port = htons(7) };
	struct iovec v[2] = { { buf, 4 }, { buf, 0 } };
	const struct user_msghdr plain = { .msg_iov = v, .msg_iovlen = 1 };
	struct mmsghdr mm[2] = { { .msg_hdr = plain }, { .msg_hdr = plain } };
	struct user_msghdr um = plain;
	int fd = echo_open(0), err;
	struct socket *sock = sockfd_lookup(fd, &err);

	KUNIT_EXPECT_FALSE(test, goes_fast(fd, &um, 0));
	echo_prot.send_fast = note_fast;
	sock->sk->sk_xmit_gen = 1;
	KUNIT_EXPECT_TRUE(test, goes_fast(fd, &um, MSG_DONTWAIT));
	KUNIT_EXPECT_EQ(test, sys_sendmmsg(fd, mm, 2, 0), 2);
	KUNIT_EXPECT_EQ(test, mm[1].msg_len, 4);
	KUNIT_EXPECT_EQ(test, last_flags, 0x80000000U);
	um.msg_name = &sin;
	um.msg_namelen = sizeof(sin);
	KUNIT_EXPECT_TRUE(test, goes_fast(fd, &um, 0));
	KUNIT_EXPECT_EQ(test, last_port, 7);
	/* A name of another length, control data, flags, more ranges. */
	um.msg_namelen = sizeof(sin) - 1;
	KUNIT_EXPECT_FALSE(test, goes_fast(fd, &um, 0));
	um = plain;
	um.msg_control = &ctl;
	um.msg_controllen = sizeof(ctl);
	KUNIT_EXPECT_FALSE(test, goes_fast(fd, &um, 0));
	um = plain;
	KUNIT_EXPECT_FALSE(test, goes_fast(fd, &um, MSG_CONFIRM));
	um.msg_iovlen = 2;
	KUNIT_EXPECT_FALSE(test, goes_fast(fd, &um, 0));
	um = plain;
	um.msg_iov = (void *)16;
	KUNIT_EXPECT_EQ(test, sys_sendmsg(fd, &um, 0), -EFAULT);
	sockfd_put(sock);
	echo_prot.send_fast = NULL;
}

static void accept_makes_a_new_descriptor(struct kunit *test)
{
	struct sockaddr_storage a;
	int fd, fd2, len = sizeof(a);

	fd = echo_open(0);
	KUNIT_EXPECT_EQ(test, sys_listen(fd, -1), 0);
	fd2 = (int)sys_accept4(fd, NULL, NULL, SOCK_NONBLOCK);
	KUNIT_EXPECT_GT(test, fd2, fd);
	KUNIT_EXPECT_EQ(test, sys_fcntl(fd2, F_GETFL, 0), O_RDWR | O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, sys_accept4(fd, NULL, NULL, 1), -EINVAL);
	/* A peer that has gone already. */
	KUNIT_EXPECT_EQ(test, sys_accept4(fd, &a, &len, 0), -ECONNABORTED);
	files->rlimit_nofile = (u32)fd2 + 1;
	KUNIT_EXPECT_EQ(test, sys_accept4(fd, NULL, NULL, 0), -EMFILE);
	KUNIT_EXPECT_EQ(test, sys_accept4(99, NULL, NULL, 0), -EBADF);
}

static long set_int_opt(int fd, int name, int val)
{
	return sys_setsockopt(fd, SOL_SOCKET, name, &val, sizeof(val));
}

static long get_int_opt(int fd, int name)
{
	int val = -1, len = sizeof(val);
	long err = sys_getsockopt(fd, SOL_SOCKET, name, &val, &len);

	return err ? err : val;
}

static void sockopt_sizes_buffers_as_linux(struct kunit *test)
{
	int fd;

	fd = echo_open(0);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_SNDBUF), 212992);
	set_int_opt(fd, SO_SNDBUF, 50000);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_SNDBUF), 100000);
	set_int_opt(fd, SO_SNDBUF, 1);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_SNDBUF), 4608);
	set_int_opt(fd, SO_SNDBUF, 1 << 30);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_SNDBUF), 2 * 212992);
	set_int_opt(fd, SO_SNDBUFFORCE, 1 << 20);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_SNDBUF), 2 << 20);
	set_int_opt(fd, SO_RCVBUF, 1);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_RCVBUF), 2304);
}

static void sockopt_flags_read_back(struct kunit *test)
{
	static const int names[] = { SO_REUSEADDR, SO_REUSEPORT, SO_BROADCAST,
				     SO_KEEPALIVE, SO_OOBINLINE, SO_NO_CHECK,
				     SO_DONTROUTE, SO_TIMESTAMP, SO_DEBUG };
	u32 i;
	int fd;

	fd = echo_open(0);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_EQ(test, get_int_opt(fd, names[i]), 0);
		KUNIT_EXPECT_EQ(test, set_int_opt(fd, names[i], 7), 0);
		KUNIT_EXPECT_EQ(test, get_int_opt(fd, names[i]), 1);
	}
	KUNIT_EXPECT_EQ(test, set_int_opt(fd, SO_PRIORITY, 6), 0);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_PRIORITY), 6);
	KUNIT_EXPECT_EQ(test, set_int_opt(fd, SO_MARK, 99), 0);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_MARK), 99);
	KUNIT_EXPECT_EQ(test, set_int_opt(fd, SO_RCVLOWAT, 0), 0);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_RCVLOWAT), 1);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_TYPE), SOCK_DGRAM);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_DOMAIN), AF_ECHO);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_PROTOCOL), 0);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_ACCEPTCONN), 0);
	KUNIT_EXPECT_EQ(test, set_int_opt(fd, SO_TYPE, 1), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, set_int_opt(fd, SO_ZEROCOPY, 1), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, set_int_opt(fd, 9999, 1), -ENOPROTOOPT);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, 9999), -ENOPROTOOPT);
}

static void sockopt_takes_structs_and_checks_lengths(struct kunit *test)
{
	struct linger ling = { 1, 5 };
	struct timeval tv = { 2, 500000 };
	int fd, len = sizeof(tv), val = 1;
	u64 rate = 5000000000ULL;

	fd = echo_open(0);
	KUNIT_EXPECT_EQ(test,
			sys_setsockopt(fd, SOL_SOCKET, SO_LINGER, &ling, 7),
			-EINVAL);
	KUNIT_EXPECT_EQ(test,
			sys_setsockopt(fd, SOL_SOCKET, SO_LINGER, &ling, 8), 0);
	KUNIT_EXPECT_EQ(
		test, sys_setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, 16), 0);
	memset(&tv, 0, sizeof(tv));
	KUNIT_EXPECT_EQ(test,
			sys_getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &len),
			0);
	KUNIT_EXPECT_EQ(test, tv.tv_sec * 1000000 + tv.tv_usec, 2500000);
	tv.tv_usec = 1000000;
	KUNIT_EXPECT_EQ(test,
			sys_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, 16),
			-EDOM);
	KUNIT_EXPECT_EQ(
		test,
		sys_setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, 8),
		0);
	rate = 0;
	len = 8;
	KUNIT_EXPECT_EQ(
		test,
		sys_getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, &len),
		0);
	KUNIT_EXPECT_TRUE(test, rate == 5000000000ULL);
	KUNIT_EXPECT_EQ(test,
			sys_setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE,
				       (void *)(uintptr_t) "none9", 6),
			-ENODEV);
	KUNIT_EXPECT_EQ(test, sys_setsockopt(fd, SOL_SOCKET, SO_MARK, &val, 3),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_setsockopt(fd, SOL_SOCKET, SO_MARK, &val, -1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_setsockopt(fd, SOL_SOCKET, SO_MARK, NULL, 4),
			-EFAULT);
	len = -1;
	KUNIT_EXPECT_EQ(test,
			sys_getsockopt(fd, SOL_SOCKET, SO_MARK, &val, &len),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_setsockopt(fd, SOL_TCP, 1, &val, 4),
			-EOPNOTSUPP);
}

static void so_error_is_read_once(struct kunit *test)
{
	struct socket *sock;
	int fd, err;

	fd = echo_open(0);
	sock = sockfd_lookup(fd, &err);
	KUNIT_ASSERT_NOT_NULL(test, sock);
	sock->sk->sk_err = ECONNREFUSED;
	sockfd_put(sock);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_ERROR), ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, get_int_opt(fd, SO_ERROR), 0);
}

/* Each allocation of opening and sending fails in turn; nothing leaks. */
static void socket_and_send_survive_allocation_failure(struct kunit *test)
{
	u8 buf[8] = { 0 };
	u32 nth;
	long ret;
	int fd;

	for (nth = 1; nth < 10; nth++) {
		test_fail_nth_alloc(nth);
		fd = echo_open(0);
		ret = fd < 0 ? fd : sys_write(fd, buf, 8);
		if (!test_fail_fired())
			break;
		KUNIT_EXPECT_LT(test, ret, 0);
		if (fd >= 0)
			sys_close(fd);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, ret, 8);
	KUNIT_EXPECT_GT(test, nth, 4);
}

static const struct kunit_case socket_cases[] = {
	KUNIT_CASE(socket_refuses_what_it_does_not_know),
	KUNIT_CASE(socket_flags_reach_the_descriptor),
	KUNIT_CASE(sendto_and_recvfrom_carry_bytes_and_addresses),
	KUNIT_CASE(addresses_are_checked),
	KUNIT_CASE(sendto_checks_flags_lengths_and_memory),
	KUNIT_CASE(security_hook_refuses_a_send),
	KUNIT_CASE(sendmsg_checks_control_data),
	KUNIT_CASE(recvmsg_returns_control_and_flags),
	KUNIT_CASE(sendmmsg_stops_at_the_first_failure),
	KUNIT_CASE(plain_messages_take_the_short_way),
	KUNIT_CASE(accept_makes_a_new_descriptor),
	KUNIT_CASE(sockopt_sizes_buffers_as_linux),
	KUNIT_CASE(sockopt_flags_read_back),
	KUNIT_CASE(sockopt_takes_structs_and_checks_lengths),
	KUNIT_CASE(so_error_is_read_once),
	KUNIT_CASE(socket_and_send_survive_allocation_failure),
	{ 0 },
};

static const struct kunit_suite socket_suite = {
	.name = "socket",
	.init = socket_test_init,
	.exit = socket_test_exit,
	.test_cases = socket_cases,
};
kunit_test_suite(socket_suite);

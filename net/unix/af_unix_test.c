// SPDX-License-Identifier: MIT
/*
 * DOC: AF_UNIX through the system calls: streams, records and datagrams, names,
 * both ends of a connection's life, files that go along, and sockets that only
 * refer to each other. Names that are paths are a table of this suite's.
 * Expectations are Linux's, as its manual pages have them.
 */
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/tcp.h"
#include "lib/uapi/un.h"
#include "lib/uapi/filter.h"
#include "lib/uapi/stat.h"
#include "lib/vsprintf.h"
#include "net/core/sock.h"
#include "net/unix/af_unix.h"
#include "tests/fixtures/net_fixture.h"
#include "tests/fixtures/socket_calls.h"

#define PIPE_TEXT ((void *)(uintptr_t) "hello")

/* --- the world --- */

static char taken[4][UNIX_PATH_MAX + 1]; /* socket files */
static const struct unix_fs_ops *real_fs;
static struct files_struct *files;
static struct net saved_net;
static s64 live, live_skbs;

static int table_find(const char *path, void **key)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(taken); i++)
		if (strcmp(taken[i], path) == 0) {
			*key = taken[i];
			return 0;
		}
	return strcmp(path, "/etc/passwd") == 0 ? -ECONNREFUSED : -ENOENT;
}

static int table_bind(const char *path, void **key)
{
	u32 i;

	if (table_find(path, key) != -ENOENT)
		return -EADDRINUSE;
	for (i = 0; taken[i][0]; i++)
		BUG_ON(i == ARRAY_SIZE(taken) - 1);
	memcpy(taken[i], path, strlen(path) + 1);
	*key = taken[i];
	return 0;
}

static void table_put(void *key)
{
}

static const struct unix_fs_ops table_ops = { table_bind, table_find,
					      table_put };

static int unix_test_init(struct kunit *test)
{
	fixture_boot();
	saved_net = init_net;
	init_net.sysctl_wmem_max = 212992;
	init_net.sysctl_wmem_default = 212992;
	init_net.sysctl_rmem_max = 212992;
	init_net.sysctl_rmem_default = 212992;
	init_net.sysctl_somaxconn = 4096;
	init_net.sysctl_optmem_max = 20480;
	memset(taken, 0, sizeof(taken));
	real_fs = unix_set_fs(&table_ops);
	live = test_live_allocations();
	live_skbs = skb_live_count();
	files = files_alloc();
	test_set_files(files);
	return files ? 0 : -ENOMEM;
}

static void unix_test_exit(struct kunit *test)
{
	files_put(files);
	test_set_files(NULL);
	(void)unix_set_fs(real_fs);
	init_net = saved_net;
	KUNIT_EXPECT_EQ(test, skb_live_count(), live_skbs);
	KUNIT_EXPECT_EQ(test, test_live_allocations(), live);
}

/* --- short forms --- */

static int un(struct sockaddr_un *a, const char *path)
{
	size_t n = strlen(path);

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	memcpy(a->sun_path, path, n);
	if (path[0] == '@')
		a->sun_path[0] = 0;
	return (int)n + 2;
}

static long bind_to(int fd, const char *path)
{
	struct sockaddr_un a;
	int len = un(&a, path);

	return sys_bind(fd, &a, len);
}

static long connect_to(int fd, const char *path)
{
	struct sockaddr_un a;
	int len = un(&a, path);

	return sys_connect(fd, &a, len);
}

static long send_to(int fd, const char *path, const char *text)
{
	struct sockaddr_un a;
	int len = un(&a, path);

	return sys_sendto(fd, (void *)(uintptr_t)text, strlen(text),
			  MSG_DONTWAIT, &a, len);
}

static int open_sock(int type)
{
	return (int)sys_socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
}

static void pair(int type, int fd[2])
{
	BUG_ON(sys_socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fd));
}

static u32 poll_bits(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLRDHUP };

	(void)sys_poll(&p, 1, 0);
	return (u32)p.revents;
}

static int waiting(int fd)
{
	int n = -1;

	return sys_ioctl(fd, SIOCINQ, (unsigned long)(uintptr_t)&n) ? -1 : n;
}

/* Send one byte with these descriptors. */
static long send_files(int fd, const int *fds, u32 n)
{
	struct {
		struct cmsghdr h;
		int fds[SCM_MAX_FD + 1];
	} c = { { CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS }, { 0 } };
	struct iovec v = { PIPE_TEXT, 1 };
	struct user_msghdr um = { .msg_iov = &v,
				  .msg_iovlen = 1,
				  .msg_control = &c,
				  .msg_controllen = CMSG_SPACE(4 * (size_t)n) };

	memcpy(c.fds, fds, n * sizeof(int));
	return sys_sendmsg(fd, &um, 0);
}

/* Read up to @len bytes with room for @room descriptors; how many came. */
static int recv_files(int fd, size_t len, u32 room, int *fds, u32 *flags)
{
	struct {
		struct cmsghdr h;
		int fds[SCM_MAX_FD + 1];
	} c = { 0 };
	char buf[64];
	struct iovec v = { buf, len };
	struct user_msghdr um = { .msg_iov = &v,
				  .msg_iovlen = 1,
				  .msg_control = &c,
				  .msg_controllen =
					  CMSG_LEN(4 * (size_t)room) };
	long n = sys_recvmsg(fd, &um, 0);

	*flags = um.msg_flags;
	if (n < 0 || um.msg_controllen < sizeof(c.h))
		return n < 0 ? (int)n : 0;
	n = (long)((c.h.cmsg_len - sizeof(c.h)) / sizeof(int));
	memcpy(fds, c.fds, (size_t)n * sizeof(int));
	return (int)n;
}

/* --- streams --- */

static void stream_pair_carries_bytes_both_ways(struct kunit *test)
{
	char buf[16] = "";
	int fd[2];

	pair(SOCK_STREAM, fd);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 5), -EAGAIN);
	KUNIT_EXPECT_EQ(test, poll_bits(fd[1]), POLLOUT);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 5), 5);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 5), 5);
	KUNIT_EXPECT_EQ(test, waiting(fd[1]), 10);
	KUNIT_EXPECT_EQ(test, poll_bits(fd[1]), POLLIN | POLLOUT);
	/* A stream: what was two writes can be read across. */
	KUNIT_EXPECT_EQ(test, sys_recvfrom(fd[1], buf, 8, MSG_PEEK, NULL, NULL),
			8);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 7), 7);
	KUNIT_EXPECT_STREQ(test, buf, "hellohel");
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), 3);
	KUNIT_EXPECT_EQ(test, sys_write(fd[1], PIPE_TEXT, 2), 2);
	KUNIT_EXPECT_EQ(test, sys_read(fd[0], buf, 16), 2);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(fd[0], buf, 1, MSG_OOB, NULL, NULL),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, sys_sendto(fd[0], buf, 1, MSG_OOB, NULL, 0),
			-EOPNOTSUPP);
}

static void stream_end_and_broken_pipe(struct kunit *test)
{
	char buf[16];
	int fd[2];

	pair(SOCK_STREAM, fd);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 5), 5);
	KUNIT_EXPECT_EQ(test, sys_shutdown(fd[0], SHUT_WR), 0);
	KUNIT_EXPECT_EQ(test, sys_shutdown(fd[0], 3), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 5), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), SIGPIPE);
	KUNIT_EXPECT_EQ(test,
			sys_sendto(fd[0], PIPE_TEXT, 5, MSG_NOSIGNAL, NULL, 0),
			-EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), 0);
	KUNIT_EXPECT_EQ(test, poll_bits(fd[1]), POLLIN | POLLOUT | POLLRDHUP);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), 5);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), 0);
	KUNIT_EXPECT_EQ(test, sys_write(fd[1], PIPE_TEXT, 5), 5);
	sys_close(fd[1]);
	KUNIT_EXPECT_EQ(test, poll_bits(fd[0]),
			POLLIN | POLLOUT | POLLHUP | POLLRDHUP);
	KUNIT_EXPECT_EQ(test, sys_read(fd[0], buf, 16), 5);
	KUNIT_EXPECT_EQ(test, sys_read(fd[0], buf, 16), 0);
}

/* A close with bytes unread is a reset for the writer. */
static void close_with_bytes_unread_resets(struct kunit *test)
{
	char buf[16];
	int fd[2], err, len = sizeof(err);

	pair(SOCK_STREAM, fd);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 5), 5);
	KUNIT_EXPECT_EQ(test, sys_write(fd[1], PIPE_TEXT, 2), 2);
	sys_close(fd[1]);
	KUNIT_EXPECT_TRUE(test, poll_bits(fd[0]) & POLLERR);
	KUNIT_EXPECT_EQ(test, sys_read(fd[0], buf, 16), 2);
	KUNIT_EXPECT_EQ(test, sys_read(fd[0], buf, 16), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, sys_read(fd[0], buf, 16), 0);
	KUNIT_EXPECT_EQ(test,
			sys_getsockopt(fd[0], SOL_SOCKET, SO_ERROR, &err, &len),
			0);
	KUNIT_EXPECT_EQ(test, err, 0);
}

/* A writer's buffer bounds what waits; each read makes room. */
static void stream_writer_is_bounded(struct kunit *test)
{
	static u8 block[8192];
	size_t sent = 0, got = 0;
	int fd[2];
	long n;

	pair(SOCK_STREAM, fd);
	while ((n = sys_write(fd[0], block, sizeof(block))) > 0)
		sent += (size_t)n;
	KUNIT_EXPECT_EQ(test, n, -EAGAIN);
	KUNIT_EXPECT_GE(test, sent, 100000UL);
	KUNIT_EXPECT_LE(test, sent, 300000UL);
	KUNIT_EXPECT_EQ(test, poll_bits(fd[0]), 0);
	while ((n = sys_read(fd[1], block, sizeof(block))) > 0)
		got += (size_t)n;
	KUNIT_EXPECT_EQ(test, got, sent);
	KUNIT_EXPECT_EQ(test, poll_bits(fd[0]), POLLOUT);
	/* A large write is cut into packets and comes in order. */
	block[0] = 7;
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], block, 8192), 8192);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], block, 8192), 8192);
	KUNIT_EXPECT_EQ(test, block[0], 7);
}

/* --- names and connections --- */

static void listen_connect_accept(struct kunit *test)
{
	int l = open_sock(SOCK_STREAM), c = open_sock(SOCK_STREAM), s;
	struct sockaddr_un a;
	int len = sizeof(a);
	char buf[16];

	KUNIT_EXPECT_EQ(test, connect_to(c, "/s"), -ENOENT);
	KUNIT_EXPECT_EQ(test, connect_to(c, "/etc/passwd"), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, sys_listen(l, 1), -EINVAL); /* no name */
	KUNIT_EXPECT_EQ(test, bind_to(l, "/s"), 0);
	KUNIT_EXPECT_EQ(test, bind_to(l, "/t"), -EINVAL);
	KUNIT_EXPECT_EQ(test, bind_to(c, "/s"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, connect_to(c, "/s"), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, sys_listen(l, 1), 0);
	KUNIT_EXPECT_EQ(test, sys_accept(l, NULL, NULL), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_write(c, PIPE_TEXT, 1), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, sys_read(c, buf, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, connect_to(c, "/s"), 0);
	KUNIT_EXPECT_EQ(test, connect_to(c, "/s"), -EISCONN);
	KUNIT_EXPECT_EQ(test, poll_bits(l), POLLIN);
	/* Before accept() already. */
	KUNIT_EXPECT_EQ(test, sys_write(c, PIPE_TEXT, 5), 5);
	s = (int)sys_accept(l, &a, &len);
	KUNIT_EXPECT_GE(test, s, 0);
	KUNIT_EXPECT_EQ(test, len, 2); /* the client has no name */
	KUNIT_EXPECT_EQ(test, sys_read(s, buf, 16), 5);
	len = sizeof(a);
	KUNIT_EXPECT_EQ(test, sys_getpeername(c, &a, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 5);
	KUNIT_EXPECT_STREQ(test, a.sun_path, "/s");
	KUNIT_EXPECT_EQ(test, sys_getsockname(s, &a, &len), 0);
	KUNIT_EXPECT_STREQ(test, a.sun_path, "/s");
	KUNIT_EXPECT_EQ(test, sys_sendto(c, PIPE_TEXT, 1, 0, &a, len),
			-EISCONN);
	KUNIT_EXPECT_EQ(test, sys_connect(l, &a, 5), -EINVAL);
	/* The name outlives the listener: Linux leaves the file, too. */
	sys_close(l);
	KUNIT_EXPECT_EQ(test, connect_to(open_sock(SOCK_STREAM), "/s"),
			-ECONNREFUSED);
}

static void backlog_is_kept_and_a_closed_listener_resets(struct kunit *test)
{
	int l = open_sock(SOCK_STREAM), c[3], i;
	char buf[4];

	KUNIT_EXPECT_EQ(test, bind_to(l, "@x"), 0);
	KUNIT_EXPECT_EQ(test, sys_listen(l, 1), 0);
	for (i = 0; i < 3; i++)
		c[i] = open_sock(SOCK_STREAM);
	KUNIT_EXPECT_EQ(test, connect_to(c[0], "@x"), 0);
	KUNIT_EXPECT_EQ(test, connect_to(c[1], "@x"), 0);
	KUNIT_EXPECT_EQ(test, connect_to(c[2], "@x"), -EAGAIN);
	KUNIT_EXPECT_GE(test, sys_accept(l, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, connect_to(c[2], "@x"), 0);
	sys_close(l);
	KUNIT_EXPECT_EQ(test, sys_read(c[2], buf, 4), -ECONNRESET);
	KUNIT_EXPECT_EQ(test, sys_write(c[2], buf, 4), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), SIGPIPE);
}

static void abstract_names_and_automatic_ones(struct kunit *test)
{
	int a = open_sock(SOCK_DGRAM), b = open_sock(SOCK_DGRAM);
	union {
		struct sockaddr_un un;
		struct sockaddr_storage room;
	} n;
	int len = sizeof(n);

	KUNIT_EXPECT_EQ(test, bind_to(a, "@x"), 0);
	KUNIT_EXPECT_EQ(test, bind_to(b, "@x"), -EADDRINUSE);
	KUNIT_EXPECT_EQ(test, bind_to(b, "@xy"), 0); /* the length counts */
	KUNIT_EXPECT_EQ(test, sys_getsockname(a, &n, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 4);
	KUNIT_EXPECT_EQ(test, n.un.sun_path[0], 0);
	KUNIT_EXPECT_EQ(test, n.un.sun_path[1], 'x');
	sys_close(a);
	a = open_sock(SOCK_DGRAM);
	KUNIT_EXPECT_EQ(test, bind_to(a, "@x"), 0); /* free again */
	b = open_sock(SOCK_DGRAM);
	n.un.sun_family = AF_UNIX;
	KUNIT_EXPECT_EQ(test, sys_bind(b, &n, 2), 0);
	len = sizeof(n);
	KUNIT_EXPECT_EQ(test, sys_getsockname(b, &n, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 8);
	n.un.sun_family = AF_INET;
	KUNIT_EXPECT_EQ(test, sys_bind(open_sock(SOCK_DGRAM), &n, 8), -EINVAL);
	n.un.sun_family = AF_UNIX;
	KUNIT_EXPECT_EQ(test, sys_bind(open_sock(SOCK_DGRAM), &n, 111),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_socket(AF_UNIX, SOCK_RDM, 0),
			-ESOCKTNOSUPPORT);
	KUNIT_EXPECT_EQ(test, sys_socket(AF_UNIX, SOCK_DGRAM, 6),
			-EPROTONOSUPPORT);
}

/* --- datagrams and records --- */

static void datagrams_keep_their_bounds_and_names(struct kunit *test)
{
	int a = open_sock(SOCK_DGRAM), b = open_sock(SOCK_DGRAM);
	struct sockaddr_un from;
	int len = sizeof(from);
	char buf[16] = "";

	KUNIT_EXPECT_EQ(test, bind_to(a, "/a"), 0);
	KUNIT_EXPECT_EQ(test, send_to(b, "/b", "x"), -ENOENT);
	KUNIT_EXPECT_EQ(test, send_to(b, "@b", "x"), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, sys_write(b, buf, 1), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, connect_to(open_sock(SOCK_STREAM), "/a"),
			-EPROTOTYPE);
	KUNIT_EXPECT_EQ(test, send_to(b, "/a", "hello"), 5);
	KUNIT_EXPECT_EQ(test, send_to(b, "/a", ""), 0);
	KUNIT_EXPECT_EQ(test, bind_to(b, "/b"), 0);
	KUNIT_EXPECT_EQ(test, send_to(b, "/a", "you"), 3);
	KUNIT_EXPECT_EQ(test, waiting(a), 5);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(a, buf, 2, MSG_TRUNC, &from, &len),
			5);
	KUNIT_EXPECT_STREQ(test, buf, "he");
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, 16), 0);
	len = sizeof(from);
	KUNIT_EXPECT_EQ(test, sys_recvfrom(a, buf, 16, 0, &from, &len), 3);
	KUNIT_EXPECT_EQ(test, len, 5);
	KUNIT_EXPECT_STREQ(test, from.sun_path, "/b");
	/* Who is connected elsewhere takes nothing from others. */
	KUNIT_EXPECT_EQ(test, connect_to(a, "/b"), 0);
	KUNIT_EXPECT_EQ(test, send_to(open_sock(SOCK_DGRAM), "/a", "x"),
			-EPERM);
	KUNIT_EXPECT_EQ(test, sys_write(a, buf, 1), 1);
	sys_close(b);
	KUNIT_EXPECT_EQ(test, sys_write(a, buf, 1), -ECONNREFUSED);
	KUNIT_EXPECT_EQ(test, sys_write(a, buf, 1), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, sys_sendto(a, buf, 300000, 0, NULL, 0),
			-EMSGSIZE);
}

static void a_full_datagram_queue_stops_its_senders(struct kunit *test)
{
	int a = open_sock(SOCK_DGRAM), b = open_sock(SOCK_DGRAM), n = 0;
	char buf[4];

	KUNIT_EXPECT_EQ(test, bind_to(a, "@a"), 0);
	KUNIT_EXPECT_EQ(test, connect_to(b, "@a"), 0);
	while (n < 100 && sys_write(b, PIPE_TEXT, 1) == 1)
		n++;
	KUNIT_EXPECT_EQ(test, n, 11);
	KUNIT_EXPECT_EQ(test, sys_write(b, PIPE_TEXT, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, poll_bits(b), 0);
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, 4), 1);
	KUNIT_EXPECT_EQ(test, poll_bits(b), POLLOUT);
}

/* The one who could make room is the one who would wait. */
static void nobody_waits_for_room_in_his_own_queue(struct kunit *test)
{
	int a = open_sock(SOCK_DGRAM), n = 0;

	KUNIT_EXPECT_EQ(test, bind_to(a, "@a"), 0);
	while (n < 30 && send_to(a, "@a", "x") == 1)
		n++;
	KUNIT_EXPECT_EQ(test, n, 30);
}

static void a_filter_takes_datagrams_silently(struct kunit *test)
{
	struct sock_filter none = { BPF_RET | BPF_K, 0, 0, 0 };
	struct sock_fprog fprog = { .len = 1, .filter = &none };
	int a = open_sock(SOCK_DGRAM), b = open_sock(SOCK_DGRAM);
	char buf[4];

	KUNIT_EXPECT_EQ(test, bind_to(a, "@a"), 0);
	KUNIT_EXPECT_EQ(test, send_to(b, "@a", "one"), 3);
	KUNIT_EXPECT_EQ(test,
			sys_setsockopt(a, SOL_SOCKET, SO_ATTACH_FILTER, &fprog,
				       sizeof(fprog)),
			0);
	KUNIT_EXPECT_EQ(test, send_to(b, "@a", "two"), 3);
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, 4), 3);
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, 4), -EAGAIN);
}

static void seqpacket_is_a_connection_of_records(struct kunit *test)
{
	char buf[16];
	int fd[2];

	pair(SOCK_SEQPACKET, fd);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 5), 5);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 4), 4);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), 5);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 2), 2);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), -EAGAIN);
	sys_close(fd[0]);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), 0);
	KUNIT_EXPECT_EQ(test, sys_write(fd[1], buf, 1), -EPIPE);
	KUNIT_EXPECT_EQ(test, sys_read(open_sock(SOCK_SEQPACKET), buf, 1),
			-ENOTCONN);
}

/* --- what goes along --- */

static void rights_give_the_reader_the_same_file(struct kunit *test)
{
	int fd[2], other[2], got[4], bad = 99;
	char buf[16];
	u32 flags;

	pair(SOCK_STREAM, fd);
	pair(SOCK_STREAM, other);
	KUNIT_EXPECT_EQ(test, send_files(fd[0], &bad, 1), -EBADF);
	KUNIT_EXPECT_EQ(test, send_files(fd[0], other, 2), 1);
	sys_close(other[1]);
	/* Bytes behind it stay behind it. */
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 5), 5);
	KUNIT_EXPECT_EQ(test, recv_files(fd[1], 16, 4, got, &flags), 2);
	KUNIT_EXPECT_EQ(test, flags & MSG_CTRUNC, 0);
	KUNIT_EXPECT_EQ(test, waiting(fd[1]), 5);
	KUNIT_EXPECT_EQ(test, sys_write(got[1], PIPE_TEXT, 3), 3);
	KUNIT_EXPECT_EQ(test, sys_read(other[0], buf, 16), 3);
	KUNIT_EXPECT_EQ(test, sys_read(got[0], buf, 16), -EAGAIN);
	/* read() takes the byte and drops the files. */
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), 5);
	KUNIT_EXPECT_EQ(test, send_files(fd[0], other, 1), 1);
	KUNIT_EXPECT_EQ(test, sys_read(fd[1], buf, 16), 1);
}

static void rights_beyond_the_room_are_dropped(struct kunit *test)
{
	int fd[2], many[SCM_MAX_FD + 1], got[SCM_MAX_FD + 1], i;
	u32 flags;

	pair(SOCK_DGRAM, fd);
	for (i = 0; i <= SCM_MAX_FD; i++)
		many[i] = fd[0];
	KUNIT_EXPECT_EQ(test, send_files(fd[0], many, SCM_MAX_FD + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, send_files(fd[0], many, SCM_MAX_FD), 1);
	KUNIT_EXPECT_EQ(test, recv_files(fd[1], 1, SCM_MAX_FD, got, &flags),
			SCM_MAX_FD);
	KUNIT_EXPECT_EQ(test, flags & MSG_CTRUNC, 0);
	KUNIT_EXPECT_EQ(test, send_files(fd[0], many, 3), 1);
	KUNIT_EXPECT_EQ(test, recv_files(fd[1], 1, 2, got, &flags), 2);
	KUNIT_EXPECT_EQ(test, flags & MSG_CTRUNC, MSG_CTRUNC);
	KUNIT_EXPECT_EQ(test, send_files(fd[0], many, 3), 1);
	KUNIT_EXPECT_EQ(test, recv_files(fd[1], 1, 0, got, &flags), 0);
	KUNIT_EXPECT_EQ(test, flags & MSG_CTRUNC, MSG_CTRUNC);
}

static void credentials_say_who(struct kunit *test)
{
	struct {
		struct cmsghdr h;
		struct ucred v;
	} c = { 0 };
	char b;
	struct iovec v = { &b, 1 };
	struct user_msghdr um = { .msg_iov = &v,
				  .msg_iovlen = 1,
				  .msg_control = &c,
				  .msg_controllen = sizeof(c) };
	struct ucred who;
	int fd[2], on = 1, len = sizeof(who);

	pair(SOCK_STREAM, fd);
	KUNIT_EXPECT_EQ(
		test,
		sys_getsockopt(fd[0], SOL_SOCKET, SO_PEERCRED, &who, &len), 0);
	KUNIT_EXPECT_EQ(test, who.pid, (u32)task_tgid());
	KUNIT_EXPECT_EQ(
		test,
		sys_setsockopt(fd[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)),
		0);
	KUNIT_EXPECT_EQ(test, sys_write(fd[0], PIPE_TEXT, 1), 1);
	KUNIT_EXPECT_EQ(test, sys_recvmsg(fd[1], &um, 0), 1);
	KUNIT_EXPECT_EQ(test, um.msg_controllen, CMSG_SPACE(sizeof(who)));
	KUNIT_EXPECT_EQ(test, c.h.cmsg_type, SCM_CREDENTIALS);
	KUNIT_EXPECT_EQ(test, c.v.pid, (u32)task_tgid());
	KUNIT_EXPECT_EQ(test, c.v.uid, 0U);
}

/* A socket in its own queue, and two in each other's, are found and freed;
 * the suite's exit sees what is left. */
static void sockets_that_only_refer_to_each_other_go(struct kunit *test)
{
	int a[2], b[2], l;

	pair(SOCK_STREAM, a);
	KUNIT_EXPECT_EQ(test, send_files(a[0], &a[1], 1), 1);
	sys_close(a[0]);
	sys_close(a[1]);
	pair(SOCK_DGRAM, a);
	pair(SOCK_DGRAM, b);
	KUNIT_EXPECT_EQ(test, send_files(a[0], b, 2), 1);
	KUNIT_EXPECT_EQ(test, send_files(b[0], a, 2), 1);
	sys_close(a[0]);
	sys_close(a[1]);
	sys_close(b[0]);
	sys_close(b[1]);
	/* A listener in the queue of who waits for its accept(). */
	l = open_sock(SOCK_STREAM);
	KUNIT_EXPECT_EQ(test, bind_to(l, "@l"), 0);
	KUNIT_EXPECT_EQ(test, sys_listen(l, 4), 0);
	a[0] = open_sock(SOCK_STREAM);
	KUNIT_EXPECT_EQ(test, connect_to(a[0], "@l"), 0);
	KUNIT_EXPECT_EQ(test, send_files(a[0], &l, 1), 1);
	sys_close(l);
	KUNIT_EXPECT_EQ(test, connect_to(open_sock(SOCK_STREAM), "@l"), 0);
	sys_close(a[0]);
	/* The last reference to it was on its way to itself. */
	sys_close(open_sock(SOCK_STREAM));
	KUNIT_EXPECT_EQ(test, connect_to(open_sock(SOCK_STREAM), "@l"),
			-ECONNREFUSED);
}

/* One in the other's queue a thousand deep: closing is no recursion. */
static void a_long_chain_of_sockets_is_closed(struct kunit *test)
{
	int fd[2], outer[2], i;

	pair(SOCK_STREAM, fd);
	for (i = 0; i < 1000; i++) {
		pair(SOCK_STREAM, outer);
		KUNIT_EXPECT_EQ(test, send_files(outer[0], fd, 2), 1);
		sys_close(fd[0]);
		sys_close(fd[1]);
		fd[0] = outer[0];
		fd[1] = outer[1];
	}
	sys_close(fd[0]);
	sys_close(fd[1]);
	KUNIT_EXPECT_EQ(test, skb_live_count(), live_skbs);
}

/* Each allocation in turn fails: an errno, and nothing is left. */
static void every_allocation_may_fail(struct kunit *test)
{
	int l = open_sock(SOCK_STREAM), fd[2], c, s;
	u32 n;

	KUNIT_EXPECT_EQ(test, bind_to(l, "@f"), 0);
	KUNIT_EXPECT_EQ(test, sys_listen(l, 100), 0);
	for (n = 1; n < 40; n++) {
		test_fail_nth_alloc(n);
		if (sys_socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0) {
			(void)sys_write(fd[0], PIPE_TEXT, 5);
			(void)send_files(fd[0], fd, 2);
			sys_close(fd[0]);
			sys_close(fd[1]);
		}
		c = open_sock(SOCK_STREAM);
		if (c >= 0) {
			(void)bind_to(c, "@g");
			if (connect_to(c, "@f") == 0) {
				s = (int)sys_accept(l, NULL, NULL);
				if (s >= 0)
					sys_close(s);
			}
			sys_close(c);
		}
		test_fail_nth_alloc(0);
	}
	KUNIT_EXPECT_FALSE(test, test_fail_fired());
}

/* --- /proc/net/unix --- */

/* Of any number of sockets, with the longest names: all in turn, in pieces that
 * fit; an inode is what fstat() says. */
static void proc_shows_every_socket_in_pieces(struct kunit *test)
{
	char path[UNIX_PATH_MAX + 1], ino[32], *text;
	u32 i, lines = 0, mine = 0, fit = 0;
	struct kstat st;
	struct file *f;
	size_t n, k;
	u64 pos = 0;

	text = kmalloc(1024, GFP_KERNEL);
	memset(path, 'x', sizeof(path));
	path[0] = '@';
	path[UNIX_PATH_MAX] = 0;
	for (i = 0; i < 40; i++) {
		path[5] = (char)('0' + i);
		KUNIT_ASSERT_EQ(test, bind_to(open_sock(SOCK_DGRAM), path), 0);
	}
	f = fget(7);
	KUNIT_ASSERT_EQ(test, f->f_op->fstat(f, &st), 0);
	fput(f);
	snprintf(ino, sizeof(ino), " 0002 01 %5llu @x", st.ino);
	while ((n = unix_proc_next(&init_net, &pos, text, 1024)) > 0) {
		fit = max(fit, (u32)n);
		for (k = 0; k < n; k++) {
			lines += text[k] == '\n';
			mine += n - k > strlen(ino) &&
				strncmp(text + k, ino, strlen(ino)) == 0;
		}
	}
	KUNIT_EXPECT_EQ(test, lines, 41);
	KUNIT_EXPECT_EQ(test, mine, 1);
	KUNIT_EXPECT_GT(test, fit, 1024 - 2 * 200);
	kfree(text);
}

static const struct kunit_case unix_cases[] = {
	KUNIT_CASE(stream_pair_carries_bytes_both_ways),
	KUNIT_CASE(stream_end_and_broken_pipe),
	KUNIT_CASE(close_with_bytes_unread_resets),
	KUNIT_CASE(stream_writer_is_bounded),
	KUNIT_CASE(listen_connect_accept),
	KUNIT_CASE(backlog_is_kept_and_a_closed_listener_resets),
	KUNIT_CASE(abstract_names_and_automatic_ones),
	KUNIT_CASE(datagrams_keep_their_bounds_and_names),
	KUNIT_CASE(a_full_datagram_queue_stops_its_senders),
	KUNIT_CASE(nobody_waits_for_room_in_his_own_queue),
	KUNIT_CASE(a_filter_takes_datagrams_silently),
	KUNIT_CASE(seqpacket_is_a_connection_of_records),
	KUNIT_CASE(rights_give_the_reader_the_same_file),
	KUNIT_CASE(rights_beyond_the_room_are_dropped),
	KUNIT_CASE(credentials_say_who),
	KUNIT_CASE(sockets_that_only_refer_to_each_other_go),
	KUNIT_CASE(a_long_chain_of_sockets_is_closed),
	KUNIT_CASE(proc_shows_every_socket_in_pieces),
	KUNIT_CASE(every_allocation_may_fail),
	{}
};

static const struct kunit_suite unix_suite = {
	.name = "af_unix",
	.init = unix_test_init,
	.exit = unix_test_exit,
	.test_cases = unix_cases,
};
kunit_test_suite(unix_suite);

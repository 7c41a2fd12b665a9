// SPDX-License-Identifier: MIT
/*
 * DOC: the system calls of a script, made through sys_*() as a program makes
 * them. Data is a pattern of its place in the stream (pkt_byte()): what is
 * read is compared with it.
 */
#include "tests/packetdrill/runner/pkt.h"
#include "lib/errno.h"
#include "lib/file.h"
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/ioctls.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/socket.h"

long sys_socket(int family, int type, int protocol);
long sys_bind(int fd, void __user *addr, int len);
long sys_connect(int fd, void __user *addr, int len);
long sys_listen(int fd, int backlog);
long sys_accept4(int fd, void __user *addr, int __user *len, u32 flags);
long sys_shutdown(int fd, int how);
long sys_setsockopt(int fd, int level, int name, void __user *val, int len);
long sys_getsockopt(int fd, int level, int name, void __user *val,
		    int __user *len);
long sys_sendto(int fd, void __user *buf, size_t len, u32 flags,
		void __user *addr, int alen);
long sys_recvfrom(int fd, void __user *buf, size_t len, u32 flags,
		  void __user *addr, int __user *alen);
long sys_sendmsg(int fd, struct user_msghdr __user *msg, u32 flags);
long sys_recvmsg(int fd, struct user_msghdr __user *msg, u32 flags);
long sys_close(int fd);
long sys_fcntl(int fd, u32 cmd, u64 arg);
long sys_ioctl(int fd, u32 cmd, unsigned long arg);
long sys_read(int fd, void __user *buf, size_t n);
long sys_write(int fd, void __user *buf, size_t n);
long sys_readv(int fd, const struct iovec __user *vec, u64 nr);
long sys_writev(int fd, const struct iovec __user *vec, u64 nr);
long sys_poll(struct pollfd __user *fds, u32 n, int timeout_ms);
long sys_epoll_create(int size);
long sys_epoll_create1(u32 flags);
long sys_epoll_ctl(int epfd, int op, int fd, struct epoll_event __user *ev);
long sys_epoll_wait(int epfd, struct epoll_event __user *to, int max,
		    int timeout_ms);

#define MAX_FD   1024
#define MAX_IOV  16
#define NOT_OPEN 100000 /* a descriptor that no program has */

/* By the script's descriptor: ours plus one. By ours: the stream. */
static int live_fd[MAX_FD];
static struct {
	u32 read, written;
	bool datagram;
} stream[MAX_FD];

static struct pkt_expr *args;
static u32 nr_args;

static struct pkt_expr *arg(u32 i)
{
	struct pkt_expr *e = args;

	pkt_check(i < nr_args, "too few arguments");
	while (i--)
		e = e->next;
	return e;
}

static s64 num(u32 i)
{
	pkt_check(arg(i)->type == EX_INT, "argument %u is no number", i + 1);
	return arg(i)->num;
}

static int live(s64 script_fd)
{
	if (script_fd < 0 || script_fd >= MAX_FD || !live_fd[script_fd])
		return NOT_OPEN;
	return live_fd[script_fd] - 1;
}

static int fd(u32 i)
{
	return live(num(i));
}

static const struct pkt_expr *member(const struct pkt_expr *e, const char *name)
{
	for (e = e->child; e; e = e->next)
		if (e->name && strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

static s64 member_num(const struct pkt_expr *e, const char *name)
{
	const struct pkt_expr *m = member(e, name);

	return m ? m->num : 0;
}

static void *buffer(size_t n)
{
	void *p = kzalloc(n ? n : 1, GFP_KERNEL);

	pkt_check(p, "out of memory");
	return p;
}

/* --- new descriptors --- */

static long opened(const struct pkt_event *ev, long got, bool datagram)
{
	if (got < 0 || ev->any_result || ev->result < 0)
		return got;
	pkt_check(ev->result < MAX_FD, "descriptor %lld", ev->result);
	live_fd[ev->result] = (int)got + 1;
	stream[got].read = 0;
	stream[got].written = 0;
	stream[got].datagram = datagram;
	return ev->result;
}

static long do_socket(struct pkt_event *ev)
{
	/* `...` as the family is the one of the run. */
	int family = arg(0)->type == EX_INT ? (int)num(0) : AF_INET;
	long got = sys_socket(family, (int)num(1), (int)num(2));

	if (got >= 0 && pkt.info_fd < 0)
		pkt.info_fd = (int)got;
	return opened(ev, got, (num(1) & SOCK_TYPE_MASK) == SOCK_DGRAM);
}

static struct sockaddr_in address(u32 i, __be32 ip)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(8080) };
	const struct pkt_expr *e = arg(i);

	sin.sin_addr.s_addr = ip;
	if (e->type != EX_STRUCT)
		return sin;
	sin.sin_family = (u16)member_num(e, "sa_family");
	sin.sin_port = (__be16)member_num(e, "sin_port");
	sin.sin_addr.s_addr = (__be32)member_num(e, "sin_addr");
	return sin;
}

static long do_bind(struct pkt_event *ev)
{
	struct sockaddr_in sin = address(1, 0);

	pkt.bound_port = ntohs(sin.sin_port);
	pkt.udp_port = pkt.bound_port;
	return sys_bind(fd(0), &sin, sizeof(sin));
}

static long do_connect(struct pkt_event *ev)
{
	struct sockaddr_in sin = address(1, pkt.remote_ip);

	pkt.info_fd = fd(0);
	return sys_connect(fd(0), &sin, sizeof(sin));
}

static long accepted(struct pkt_event *ev, u32 flags)
{
	struct sockaddr_in sin;
	int len = sizeof(sin);
	long got = sys_accept4(fd(0), &sin, &len, flags);

	if (got >= 0)
		pkt.info_fd = (int)got;
	return opened(ev, got, false);
}

static long do_accept(struct pkt_event *ev)
{
	return accepted(ev, 0);
}

static long do_accept4(struct pkt_event *ev)
{
	return accepted(ev, (u32)num(3));
}

static long do_listen(struct pkt_event *ev)
{
	return sys_listen(fd(0), (int)num(1));
}

static long do_shutdown(struct pkt_event *ev)
{
	return sys_shutdown(fd(0), (int)num(1));
}

static long do_close(struct pkt_event *ev)
{
	return sys_close(fd(0));
}

/* --- data --- */

static void fill(u8 *buf, size_t n, int f)
{
	u32 off = f < MAX_FD && !stream[f].datagram ? stream[f].written : 0;
	size_t i;

	for (i = 0; i < n; i++)
		buf[i] = pkt_byte(off + (u32)i);
}

static long wrote(int f, void *buf, long n)
{
	kfree(buf);
	if (n > 0)
		stream[f].written += (u32)n;
	return n;
}

static long was_read(int f, u8 *buf, long n, u32 flags)
{
	u32 off;
	long i;

	if (n > 0 && !pkt.no_pattern && !(flags & (MSG_OOB | MSG_TRUNC))) {
		off = stream[f].datagram ? 0 : stream[f].read;
		for (i = 0; i < n; i++)
			pkt_check(buf[i] == pkt_byte(off + (u32)i),
				  "byte %ld of the %ld read is wrong", i, n);
	}
	kfree(buf);
	if (n > 0 && !(flags & MSG_PEEK))
		stream[f].read += (u32)n;
	return n;
}

static long do_write(struct pkt_event *ev)
{
	size_t n = (size_t)num(2);
	u8 *buf = buffer(n);

	fill(buf, n, fd(0));
	return wrote(fd(0), buf, sys_write(fd(0), buf, n));
}

static long do_send(struct pkt_event *ev)
{
	size_t n = (size_t)num(2);
	u8 *buf = buffer(n);

	pkt.no_pattern |= !!(num(3) & MSG_OOB);
	fill(buf, n, fd(0));
	return wrote(fd(0), buf,
		     sys_sendto(fd(0), buf, n, (u32)num(3), NULL, 0));
}

static long do_sendto(struct pkt_event *ev)
{
	struct sockaddr_in sin = address(4, pkt.remote_ip);
	size_t n = (size_t)num(2);
	u8 *buf = buffer(n);

	fill(buf, n, fd(0));
	return wrote(fd(0), buf,
		     sys_sendto(fd(0), buf, n, (u32)num(3), &sin, sizeof(sin)));
}

static long do_read(struct pkt_event *ev)
{
	size_t n = (size_t)num(2);
	int f = fd(0);
	u8 *buf = buffer(n);

	return was_read(f, buf, sys_read(f, buf, n), 0);
}

static long received(void)
{
	size_t n = (size_t)num(2);
	u32 flags = (u32)num(3);
	int f = fd(0);
	u8 *buf = buffer(n);

	return was_read(f, buf, sys_recvfrom(f, buf, n, flags, NULL, NULL),
			flags);
}

static long do_recv(struct pkt_event *ev)
{
	return received();
}

/* One buffer for all the parts of @list; vectors into it. */
static u8 *vectors(const struct pkt_expr *list, struct iovec *iov, u32 *nr,
		   size_t *total)
{
	const struct pkt_expr *e;
	u8 *buf;
	u32 i;

	*nr = 0;
	*total = 0;
	for (e = list->child; e; e = e->next) {
		pkt_check(*nr < MAX_IOV && e->child && e->child->next,
			  "a vector is {..., length}");
		iov[*nr].iov_len = (size_t)e->child->next->num;
		*total += iov[(*nr)++].iov_len;
	}
	buf = buffer(*total);
	for (i = 0, *total = 0; i < *nr; i++) {
		iov[i].iov_base = buf + *total;
		*total += iov[i].iov_len;
	}
	return buf;
}

static long do_writev(struct pkt_event *ev)
{
	struct iovec iov[MAX_IOV];
	size_t n;
	u32 nr;
	u8 *buf = vectors(arg(1), iov, &nr, &n);

	fill(buf, n, fd(0));
	return wrote(fd(0), buf, sys_writev(fd(0), iov, nr));
}

static long do_readv(struct pkt_event *ev)
{
	struct iovec iov[MAX_IOV];
	int f = fd(0);
	size_t n;
	u32 nr;
	u8 *buf = vectors(arg(1), iov, &nr, &n);

	return was_read(f, buf, sys_readv(f, iov, nr), 0);
}

static long do_sendmsg(struct pkt_event *ev)
{
	const struct pkt_expr *iovs = member(arg(1), "msg_iov");
	const struct pkt_expr *name = member(arg(1), "msg_name");
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(8080) };
	struct user_msghdr msg = { 0 };
	struct iovec iov[MAX_IOV];
	size_t n;
	u32 nr;
	u8 *buf;

	pkt_check(iovs, "sendmsg without msg_iov");
	sin.sin_addr.s_addr = pkt.remote_ip;
	if (name && stream[fd(0)].datagram) {
		msg.msg_name = &sin;
		msg.msg_namelen = sizeof(sin);
	}
	buf = vectors(iovs, iov, &nr, &n);
	msg.msg_iov = iov;
	msg.msg_iovlen = nr;
	fill(buf, n, fd(0));
	return wrote(fd(0), buf, sys_sendmsg(fd(0), &msg, (u32)num(2)));
}

static long do_recvmsg(struct pkt_event *ev)
{
	const struct pkt_expr *iovs = member(arg(1), "msg_iov");
	struct user_msghdr msg = { 0 };
	struct iovec iov[MAX_IOV];
	u32 flags = (u32)num(2), nr;
	int f = fd(0);
	size_t n;
	u8 *buf;
	long got;

	pkt_check(iovs, "recvmsg without msg_iov");
	buf = vectors(iovs, iov, &nr, &n);
	msg.msg_iov = iov;
	msg.msg_iovlen = nr;
	got = was_read(f, buf, sys_recvmsg(f, &msg, flags),
		       flags | (flags & MSG_ERRQUEUE ? MSG_OOB : 0));
	if (member(arg(1), "msg_flags"))
		pkt_check(msg.msg_flags == member_num(arg(1), "msg_flags"),
			  "msg_flags is 0x%x", msg.msg_flags);
	return got;
}

/* --- options and control --- */

static long do_setsockopt(struct pkt_event *ev)
{
	const struct pkt_expr *e = arg(3);
	struct linger linger;
	long tv[2];
	int v;

	if (e->type == EX_STRING)
		return sys_setsockopt(fd(0), (int)num(1), (int)num(2), e->str,
				      (int)strlen(e->str));
	if (e->type == EX_STRUCT && member(e, "onoff")) {
		linger.l_onoff = (int)member_num(e, "onoff");
		linger.l_linger = (int)member_num(e, "linger");
		return sys_setsockopt(fd(0), (int)num(1), (int)num(2), &linger,
				      sizeof(linger));
	}
	if (e->type == EX_STRUCT) {
		tv[0] = (long)member_num(e, "tv_sec");
		tv[1] = (long)member_num(e, "tv_usec");
		return sys_setsockopt(fd(0), (int)num(1), (int)num(2), tv,
				      sizeof(tv));
	}
	if (e->type == EX_ARRAY)
		e = e->child;
	pkt_check(e, "an option without a value");
	v = (int)e->num;
	return sys_setsockopt(fd(0), (int)num(1), (int)num(2), &v, (int)num(4));
}

static long do_getsockopt(struct pkt_event *ev)
{
	const struct pkt_expr *e = arg(3);
	struct linger linger;
	char buf[512] = "";
	int len = sizeof(buf), v;
	long got = sys_getsockopt(fd(0), (int)num(1), (int)num(2), buf, &len);

	if (got < 0 || e->type == EX_ELLIPSIS)
		return got;
	if (e->type == EX_STRING) {
		pkt_check(strcmp(buf, e->str) == 0, "the option is \"%s\"",
			  buf);
	} else if (e->type == EX_STRUCT) {
		memcpy(&linger, buf, sizeof(linger));
		pkt_check(linger.l_onoff == member_num(e, "onoff") &&
				  linger.l_linger == member_num(e, "linger"),
			  "linger is {onoff=%d, linger=%d}", linger.l_onoff,
			  linger.l_linger);
	} else {
		memcpy(&v, buf, sizeof(v));
		if (len == 1)
			v = (u8)buf[0];
		pkt_check(e->child && v == (int)e->child->num,
			  "the option is %d", v);
	}
	return got;
}

static long do_fcntl(struct pkt_event *ev)
{
	return sys_fcntl(fd(0), (u32)num(1), nr_args > 2 ? (u64)num(2) : 0);
}

static long do_ioctl(struct pkt_event *ev)
{
	const struct pkt_expr *e = nr_args > 2 ? arg(2) : NULL;
	int v = 0;
	long got;

	if (e && e->type == EX_ARRAY && e->child && num(1) == FIONBIO)
		v = (int)e->child->num;
	got = sys_ioctl(fd(0), (u32)num(1), (unsigned long)&v);
	if (got >= 0 && e && e->type == EX_ARRAY && e->child)
		pkt_check(v == (int)e->child->num, "it is %d", v);
	return got;
}

/* --- waiting --- */

static long do_poll(struct pkt_event *ev)
{
	struct pollfd fds[MAX_IOV];
	const struct pkt_expr *e;
	u32 n = 0, i = 0;
	long got;

	for (e = arg(0)->child; e && n < MAX_IOV; e = e->next, n++) {
		fds[n].fd = live(member_num(e, "fd"));
		fds[n].events = (s16)member_num(e, "events");
		fds[n].revents = 0;
	}
	got = sys_poll(fds, n, (int)num(2));
	for (e = arg(0)->child; e && i < n; e = e->next, i++)
		if (member(e, "revents"))
			pkt_check(fds[i].revents ==
					  (s16)member_num(e, "revents"),
				  "revents is 0x%x", fds[i].revents);
	return got;
}

static long do_epoll_create(struct pkt_event *ev)
{
	return opened(ev, sys_epoll_create((int)num(0)), false);
}

static long do_epoll_create1(struct pkt_event *ev)
{
	return opened(ev, sys_epoll_create1((u32)num(0)), false);
}

static long do_epoll_ctl(struct pkt_event *ev)
{
	struct epoll_event e = { 0 };

	if (nr_args > 3 && arg(3)->type == EX_STRUCT) {
		e.events = (u32)member_num(arg(3), "events");
		e.data = (u64)member_num(arg(3), "fd");
	}
	return sys_epoll_ctl(fd(0), (int)num(1), fd(2), &e);
}

static long do_epoll_wait(struct pkt_event *ev)
{
	struct epoll_event got[MAX_IOV];
	const struct pkt_expr *e = arg(1);
	int max = (int)min_t(s64, num(2), MAX_IOV);
	long n = sys_epoll_wait(fd(0), got, max, (int)num(3)), i;

	if (e->type == EX_ARRAY)
		e = e->child;
	for (i = 0; i < n && e && e->type == EX_STRUCT; i++, e = e->next) {
		pkt_check(got[i].events == (u32)member_num(e, "events"),
			  "events is 0x%x", got[i].events);
		if (member(e, "fd"))
			pkt_check((s64)got[i].data == member_num(e, "fd"),
				  "fd is %lld", (s64)got[i].data);
	}
	return n;
}

/* --- the table --- */

static const struct {
	const char *name;
	long (*run)(struct pkt_event *ev);
} calls[] = {
	{ "socket", do_socket },
	{ "bind", do_bind },
	{ "listen", do_listen },
	{ "accept", do_accept },
	{ "accept4", do_accept4 },
	{ "connect", do_connect },
	{ "read", do_read },
	{ "write", do_write },
	{ "readv", do_readv },
	{ "writev", do_writev },
	{ "send", do_send },
	{ "sendto", do_sendto },
	{ "sendmsg", do_sendmsg },
	{ "recv", do_recv },
	{ "recvfrom", do_recv },
	{ "recvmsg", do_recvmsg },
	{ "close", do_close },
	{ "shutdown", do_shutdown },
	{ "setsockopt", do_setsockopt },
	{ "getsockopt", do_getsockopt },
	{ "fcntl", do_fcntl },
	{ "ioctl", do_ioctl },
	{ "poll", do_poll },
	{ "epoll_create", do_epoll_create },
	{ "epoll_create1", do_epoll_create1 },
	{ "epoll_ctl", do_epoll_ctl },
	{ "epoll_wait", do_epoll_wait },
};

static void check_result(const struct pkt_event *ev, long got)
{
	s64 want = ev->result_errno ? -ev->result_errno : ev->result;

	if (ev->any_result || got == want)
		return;
	if (ev->result == -1 && !ev->result_errno && got < 0)
		return;
	if (got < 0)
		pkt_fail(ev->line, "%s() is -1 %s", ev->text,
			 pkt_errno_name((int)-got));
	pkt_fail(ev->line, "%s() is %ld", ev->text, got);
}

/**
 * pkt_call() - Make a system call and compare its result.
 * @ev: the event.
 *
 * Context: task; where it blocks, the script goes on in the idle hook.
 */
void pkt_call(struct pkt_event *ev)
{
	struct pkt_expr *e;
	u32 i;

	args = ev->args;
	nr_args = 0;
	for (e = args; e; e = e->next)
		nr_args++;
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (strcmp(calls[i].name, ev->text) == 0) {
			check_result(ev, calls[i].run(ev));
			return;
		}
	pkt_fail(ev->line, "unknown call %s()", ev->text);
}

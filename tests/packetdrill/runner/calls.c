// SPDX-License-Identifier: MIT
/*
 * DOC: the system calls of a script: its arguments become memory (memory.c)
 * and numbers, as a program would have them. Data is a pattern of its place in
 * the stream (pkt_byte()): what is read is compared with it.
 */
#include "tests/packetdrill/runner/pkt.h"
#include "lib/errno.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/ioctls.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/socket.h"
#include "lib/uapi/unistd.h"

#define MAX_FD      1024
#define MAX_IOV     16
#define OPTION_MAX  256  /* bytes of an option that is read */
#define CONTROL_MAX 1024 /* bytes of control messages of a call */
#define PEER_PORT   8080
#define NOT_OPEN    100000 /* a descriptor that no program has */

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

#define CALL_(nr, a, b, c, d, e, f, ...)                                   \
	pkt_syscall(__NR_##nr, (long)(a), (long)(b), (long)(c), (long)(d), \
		    (long)(e), (long)(f))
/* CALL(listen, fd, 1): missing arguments are 0. */
#define CALL(nr, ...) CALL_(nr, __VA_ARGS__, 0, 0, 0, 0, 0, 0)

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
	long got = CALL(socket, family, num(1), num(2));

	if (got >= 0 && pkt.info_fd < 0)
		pkt.info_fd = (int)got;
	return opened(ev, got, (num(1) & SOCK_TYPE_MASK) == SOCK_DGRAM);
}

/* Argument @i, or @ip and @port where the script leaves it open. */
static struct sockaddr_in *address(u32 i, __be32 ip, u16 port)
{
	struct sockaddr_in *sin = pkt_mem(sizeof(*sin));
	const struct pkt_expr *e = arg(i);

	sin->sin_family = AF_INET;
	sin->sin_port = htons(port);
	sin->sin_addr.s_addr = ip;
	if (e->type != EX_STRUCT)
		return sin;
	sin->sin_family = (u16)member_num(e, "sa_family");
	sin->sin_port = (__be16)member_num(e, "sin_port");
	sin->sin_addr.s_addr = (__be32)member_num(e, "sin_addr");
	return sin;
}

static long do_bind(struct pkt_event *ev)
{
	struct sockaddr_in *sin = address(1, 0, pkt.local_port);

	pkt.bound_port = ntohs(sin->sin_port);
	pkt.udp_port = pkt.bound_port;
	return CALL(bind, fd(0), sin, sizeof(*sin));
}

static long do_connect(struct pkt_event *ev)
{
	struct sockaddr_in *sin = address(1, pkt.remote_ip, PEER_PORT);

	pkt.info_fd = fd(0);
	return CALL(connect, fd(0), sin, sizeof(*sin));
}

static long accepted(struct pkt_event *ev, long got)
{
	if (got >= 0)
		pkt.info_fd = (int)got;
	return opened(ev, got, false);
}

static long do_accept(struct pkt_event *ev)
{
	struct sockaddr_in *sin = pkt_mem(sizeof(*sin));
	int *len = pkt_mem(sizeof(*len));

	*len = sizeof(*sin);
	return accepted(ev, CALL(accept, fd(0), sin, len));
}

static long do_accept4(struct pkt_event *ev)
{
	struct sockaddr_in *sin = pkt_mem(sizeof(*sin));
	int *len = pkt_mem(sizeof(*len));

	*len = sizeof(*sin);
	return accepted(ev, CALL(accept4, fd(0), sin, len, num(3)));
}

static long do_listen(struct pkt_event *ev)
{
	return CALL(listen, fd(0), num(1));
}

static long do_shutdown(struct pkt_event *ev)
{
	return CALL(shutdown, fd(0), num(1));
}

static long do_close(struct pkt_event *ev)
{
	return CALL(close, fd(0));
}

/* --- data --- */

static bool is_datagram(int f)
{
	return f < MAX_FD && stream[f].datagram;
}

/* Where in the stream the next byte written to @f is. */
static u32 write_offset(int f)
{
	return f < MAX_FD && !stream[f].datagram ? stream[f].written : 0;
}

/* What the next write to @f is to have. */
static u8 *payload(size_t n, int f)
{
	u8 *buf = pkt_buffer(n);

	pkt.backend->fill(buf, n, write_offset(f));
	return buf;
}

static long wrote(int f, long n)
{
	if (n > 0)
		stream[f].written += (u32)n;
	return n;
}

static long was_read(int f, const u8 *buf, long n, u32 flags)
{
	u32 off;
	s64 bad;

	if (n > 0 && !pkt.no_pattern && !(flags & (MSG_OOB | MSG_TRUNC))) {
		off = stream[f].datagram ? 0 : stream[f].read;
		bad = pkt.backend->differs(buf, (size_t)n, off);
		pkt_check(bad < 0, "byte %lld of the %ld read is wrong", bad,
			  n);
	}
	if (n > 0 && !(flags & MSG_PEEK))
		stream[f].read += (u32)n;
	return n;
}

static long do_write(struct pkt_event *ev)
{
	size_t n = (size_t)num(2);
	int f = fd(0);

	return wrote(f, CALL(write, f, payload(n, f), n));
}

/* The stack may refer to what it was given: see pkt_mem_keep(). */
static void keep_memory(u32 flags)
{
	if (flags & MSG_ZEROCOPY)
		pkt_mem_keep();
}

static long do_send(struct pkt_event *ev)
{
	size_t n = (size_t)num(2);
	int f = fd(0);

	u8 *buf = payload(n, f);

	pkt.no_pattern |= !!(num(3) & MSG_OOB);
	keep_memory((u32)num(3));
	return wrote(f, CALL(sendto, f, buf, n, num(3)));
}

static long do_sendto(struct pkt_event *ev)
{
	struct sockaddr_in *sin = address(4, pkt.remote_ip, PEER_PORT);
	size_t n = (size_t)num(2);
	int f = fd(0);
	u8 *buf;

	if (num(3) & MSG_FASTOPEN)
		pkt.info_fd = f;
	buf = payload(n, f);
	keep_memory((u32)num(3));
	return wrote(f, CALL(sendto, f, buf, n, num(3), sin, sizeof(*sin)));
}

static long do_read(struct pkt_event *ev)
{
	size_t n = (size_t)num(2);
	u8 *buf = pkt_buffer(n);
	int f = fd(0);

	return was_read(f, buf, CALL(read, f, buf, n), 0);
}

static long do_recv(struct pkt_event *ev)
{
	size_t n = (size_t)num(2);
	u8 *buf = pkt_buffer(n);
	int f = fd(0);

	return was_read(f, buf, CALL(recvfrom, f, buf, n, num(3)), (u32)num(3));
}

/* The vector of @list, with room for @total bytes in one piece at its first
 * place. */
static struct iovec *vectors(const struct pkt_expr *list, u32 *nr,
			     size_t *total)
{
	struct iovec *iov = pkt_mem(MAX_IOV * sizeof(*iov));
	const struct pkt_expr *e;
	size_t off = 0;
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
	buf = pkt_buffer(*total);
	iov[0].iov_base = buf;
	for (i = 0; i < *nr; i++) {
		iov[i].iov_base = buf + off;
		off += iov[i].iov_len;
	}
	return iov;
}

static void fill_vectors(struct iovec *iov, size_t n, int f)
{
	pkt.backend->fill(iov[0].iov_base, n, write_offset(f));
}

static long do_writev(struct pkt_event *ev)
{
	int f = fd(0);
	size_t n;
	u32 nr;
	struct iovec *iov = vectors(arg(1), &nr, &n);

	fill_vectors(iov, n, f);
	return wrote(f, CALL(writev, f, iov, nr));
}

static long do_readv(struct pkt_event *ev)
{
	int f = fd(0);
	size_t n;
	u32 nr;
	struct iovec *iov = vectors(arg(1), &nr, &n);

	return was_read(f, iov[0].iov_base, CALL(readv, f, iov, nr), 0);
}

static long do_sendmsg(struct pkt_event *ev)
{
	const struct pkt_expr *iovs = member(arg(1), "msg_iov");
	const struct pkt_expr *name = member(arg(1), "msg_name"), *control;
	struct sockaddr_in *sin = pkt_mem(sizeof(*sin));
	struct user_msghdr *msg = pkt_mem(sizeof(*msg));
	int f = fd(0);
	size_t n;
	u32 nr;

	pkt_check(iovs, "sendmsg without msg_iov");
	sin->sin_family = AF_INET;
	sin->sin_port = htons(PEER_PORT);
	sin->sin_addr.s_addr = pkt.remote_ip;
	if (name && (is_datagram(f) || (num(2) & MSG_FASTOPEN))) {
		msg->msg_name = sin;
		msg->msg_namelen = sizeof(*sin);
	}
	if (num(2) & MSG_FASTOPEN)
		pkt.info_fd = f;
	control = member(arg(1), "msg_control");
	if (control) {
		msg->msg_control = pkt_mem(CONTROL_MAX);
		msg->msg_controllen =
			pkt_cmsg_build(control, msg->msg_control, CONTROL_MAX);
	}
	msg->msg_iov = vectors(iovs, &nr, &n);
	msg->msg_iovlen = nr;
	fill_vectors(msg->msg_iov, n, f);
	keep_memory((u32)num(2));
	return wrote(f, CALL(sendmsg, f, msg, num(2)));
}

static long do_recvmsg(struct pkt_event *ev)
{
	const struct pkt_expr *iovs = member(arg(1), "msg_iov");
	const struct pkt_expr *control = member(arg(1), "msg_control");
	struct user_msghdr *msg = pkt_mem(sizeof(*msg));
	u32 flags = (u32)num(2), nr;
	struct iovec *iov;
	int f = fd(0);
	size_t n;
	long got;

	pkt_check(iovs, "recvmsg without msg_iov");
	if (control) {
		msg->msg_control = pkt_mem(CONTROL_MAX);
		msg->msg_controllen = CONTROL_MAX;
	}
	iov = vectors(iovs, &nr, &n);
	msg->msg_iov = iov;
	msg->msg_iovlen = nr;
	got = was_read(f, iov[0].iov_base, CALL(recvmsg, f, msg, flags),
		       flags | (flags & MSG_ERRQUEUE ? MSG_OOB : 0));
	if (member(arg(1), "msg_flags"))
		pkt_check(msg->msg_flags == member_num(arg(1), "msg_flags"),
			  "msg_flags is 0x%x", msg->msg_flags);
	if (got >= 0 && control)
		pkt_cmsg_check(control, msg->msg_control, msg->msg_controllen);
	return got;
}

/* pipe([5, 6]): both descriptors are the script's. */
static long do_pipe(struct pkt_event *ev)
{
	const struct pkt_expr *e = arg(0);
	int *fds = pkt_mem(2 * sizeof(*fds));
	long got = CALL(pipe, fds);
	u32 i;

	pkt_check(e->type == EX_ARRAY && e->child && e->child->next,
		  "pipe([in, out])");
	for (i = 0, e = e->child; got == 0 && i < 2; i++, e = e->next) {
		pkt_check(e->num >= 0 && e->num < MAX_FD && fds[i] < MAX_FD,
			  "descriptor %lld", e->num);
		live_fd[e->num] = fds[i] + 1;
		memset(&stream[fds[i]], 0, sizeof(stream[0]));
	}
	return got;
}

/* A number stands for a pointer to the offset; 0 is NULL. */
static loff_t *offset(u32 i)
{
	loff_t *off;

	if (!num(i))
		return NULL;
	off = pkt_mem(sizeof(*off));
	*off = num(i);
	return off;
}

static long do_splice(struct pkt_event *ev)
{
	int in = fd(0), out = fd(2);
	long n =
		CALL_(splice, in, offset(1), out, offset(3), num(4), num(5), 0);

	if (n > 0 && in < MAX_FD)
		stream[in].read += (u32)n;
	return wrote(out, n);
}

/* --- options and control --- */

/* The value of argument 3 in memory; *@len is that of argument 4, but for a
 * string and a structure, whose own it is. */
static void *option_value(int *len)
{
	const struct pkt_expr *e = arg(3);
	struct linger *linger;
	int *v;
	long *tv;

	if (e->type == EX_STRING) {
		*len = (int)strlen(e->str);
		return memcpy(pkt_mem(strlen(e->str) + 1), e->str,
			      strlen(e->str));
	}
	if (e->type == EX_STRUCT && member(e, "onoff")) {
		linger = pkt_mem(sizeof(*linger));
		linger->l_onoff = (int)member_num(e, "onoff");
		linger->l_linger = (int)member_num(e, "linger");
		*len = sizeof(*linger);
		return linger;
	}
	if (e->type == EX_STRUCT) {
		tv = pkt_mem(2 * sizeof(*tv));
		tv[0] = (long)member_num(e, "tv_sec");
		tv[1] = (long)member_num(e, "tv_usec");
		*len = 2 * sizeof(*tv);
		return tv;
	}
	if (e->type == EX_ARRAY)
		e = e->child;
	pkt_check(e, "an option without a value");
	*len = (int)num(4);
	v = pkt_mem((size_t)max(*len, (int)sizeof(*v)));
	*v = (int)e->num;
	return v;
}

static long do_setsockopt(struct pkt_event *ev)
{
	int len;
	void *v = option_value(&len);

	return CALL(setsockopt, fd(0), num(1), num(2), v, len);
}

static long do_getsockopt(struct pkt_event *ev)
{
	const struct pkt_expr *e = arg(3);
	char *buf = pkt_mem(OPTION_MAX);
	int *len = pkt_mem(sizeof(*len)), v;
	struct linger linger;
	long got;

	*len = OPTION_MAX;
	got = CALL(getsockopt, fd(0), num(1), num(2), buf, len);
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
		if (*len == 1)
			v = (u8)buf[0];
		pkt_check(e->child && v == (int)e->child->num,
			  "the option is %d", v);
	}
	return got;
}

static long do_fcntl(struct pkt_event *ev)
{
	return CALL(fcntl, fd(0), num(1), nr_args > 2 ? num(2) : 0);
}

static long do_ioctl(struct pkt_event *ev)
{
	const struct pkt_expr *e = nr_args > 2 ? arg(2) : NULL;
	int *v = pkt_mem(sizeof(*v));
	long got;

	if (e && e->type == EX_ARRAY && e->child && num(1) == FIONBIO)
		*v = (int)e->child->num;
	got = CALL(ioctl, fd(0), num(1), v);
	if (got >= 0 && e && e->type == EX_ARRAY && e->child)
		pkt_check(*v == (int)e->child->num, "it is %d", *v);
	return got;
}

/* --- waiting --- */

static long do_poll(struct pkt_event *ev)
{
	struct pollfd *fds = pkt_mem(MAX_IOV * sizeof(*fds));
	const struct pkt_expr *e;
	u32 n = 0, i = 0;
	long got;

	for (e = arg(0)->child; e && n < MAX_IOV; e = e->next, n++) {
		fds[n].fd = live(member_num(e, "fd"));
		fds[n].events = (s16)member_num(e, "events");
	}
	got = CALL(poll, fds, n, num(2));
	for (e = arg(0)->child; e && i < n; e = e->next, i++)
		if (member(e, "revents"))
			pkt_check(fds[i].revents ==
					  (s16)member_num(e, "revents"),
				  "revents is 0x%x", fds[i].revents);
	return got;
}

static long do_epoll_create(struct pkt_event *ev)
{
	return opened(ev, CALL(epoll_create, num(0)), false);
}

static long do_epoll_create1(struct pkt_event *ev)
{
	return opened(ev, CALL(epoll_create1, num(0)), false);
}

static long do_epoll_ctl(struct pkt_event *ev)
{
	struct epoll_event *e = pkt_mem(sizeof(*e));

	if (nr_args > 3 && arg(3)->type == EX_STRUCT) {
		e->events = (u32)member_num(arg(3), "events");
		e->data = (u64)member_num(arg(3), "fd");
	}
	return CALL(epoll_ctl, fd(0), num(1), fd(2), e);
}

static long do_epoll_wait(struct pkt_event *ev)
{
	struct epoll_event *got = pkt_mem(MAX_IOV * sizeof(*got));
	const struct pkt_expr *e = arg(1);
	int max = (int)min_t(s64, num(2), MAX_IOV);
	long n = CALL(epoll_wait, fd(0), got, max, num(3)), i;

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
	{ "pipe", do_pipe },
	{ "splice", do_splice },
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
 * Context: no other call of the script is being made.
 */
void pkt_call(struct pkt_event *ev)
{
	u32 i, outer = pkt_mem_begin();
	struct pkt_expr *e;

	args = ev->args;
	nr_args = 0;
	for (e = args; e; e = e->next)
		nr_args++;
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (strcmp(calls[i].name, ev->text) == 0) {
			check_result(ev, calls[i].run(ev));
			pkt_mem_end(outer);
			return;
		}
	pkt_fail(ev->line, "unknown call %s()", ev->text);
}

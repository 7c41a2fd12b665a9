// SPDX-License-Identifier: MIT
/*
 * DOC: packetdrill_interface_init(), the one symbol of the library that
 * packetdrill loads with --so_filename=. Each function of the table becomes a
 * system call of the stack in stack.c; structs and constants are Linux's on
 * both sides, so pointers pass through.
 *
 * With the preload library (preload/), scripts' sysctl commands arrive as
 * files in $DOORBELL_SYSCTL, read again after each command, and the calls
 * that packetdrill makes past the table come here too.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "tests/packetdrill/stack.h"
#include "tests/packetdrill/preload/preload.h"

#define EXPORT __attribute__((visibility("default")))

struct packetdrill_interface {
	void *userdata;
	void (*free)(void *u);
	int (*socket)(void *u, int domain, int type, int protocol);
	int (*bind)(void *u, int fd, const struct sockaddr *addr,
		    socklen_t len);
	int (*listen)(void *u, int fd, int backlog);
	int (*accept)(void *u, int fd, struct sockaddr *addr, socklen_t *len);
	int (*connect)(void *u, int fd, const struct sockaddr *addr,
		       socklen_t len);
	ssize_t (*read)(void *u, int fd, void *buf, size_t n);
	ssize_t (*readv)(void *u, int fd, const struct iovec *iov, int n);
	ssize_t (*recv)(void *u, int fd, void *buf, size_t n, int flags);
	ssize_t (*recvfrom)(void *u, int fd, void *buf, size_t n, int flags,
			    struct sockaddr *addr, socklen_t *len);
	ssize_t (*recvmsg)(void *u, int fd, struct msghdr *msg, int flags);
	ssize_t (*write)(void *u, int fd, const void *buf, size_t n);
	ssize_t (*writev)(void *u, int fd, const struct iovec *iov, int n);
	ssize_t (*send)(void *u, int fd, const void *buf, size_t n, int flags);
	ssize_t (*sendto)(void *u, int fd, const void *buf, size_t n, int flags,
			  const struct sockaddr *addr, socklen_t len);
	ssize_t (*sendmsg)(void *u, int fd, const struct msghdr *msg,
			   int flags);
	int (*fcntl)(void *u, int fd, int cmd, ...);
	int (*ioctl)(void *u, int fd, unsigned long request, ...);
	int (*close)(void *u, int fd);
	int (*shutdown)(void *u, int fd, int how);
	int (*getsockopt)(void *u, int fd, int level, int name, void *val,
			  socklen_t *len);
	int (*setsockopt)(void *u, int fd, int level, int name, const void *val,
			  socklen_t len);
	int (*poll)(void *u, struct pollfd *fds, nfds_t n, int timeout);
	int (*netdev_send)(void *u, const void *buf, size_t n);
	int (*netdev_receive)(void *u, void *buf, size_t *n,
			      long long *time_usecs);
	int (*usleep)(void *u, useconds_t usec);
	int (*gettimeofday)(void *u, struct timeval *tv, struct timezone *tz);
	int (*epoll_create)(void *u, int size);
	int (*epoll_ctl)(void *u, int epfd, int op, int fd,
			 struct epoll_event *event);
	int (*epoll_wait)(void *u, int epfd, struct epoll_event *events, int n,
			  int timeout);
	int (*pipe)(void *u, int fds[2]);
	int (*splice)(void *u, int fd_in, loff_t *off_in, int fd_out,
		      loff_t *off_out, size_t n, unsigned int flags);
};

EXPORT void packetdrill_interface_init(const char *flags,
				       struct packetdrill_interface *ifc);

/* --- system calls --- */

static long check(long ret)
{
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

#define CALL(nr, ...) check(stack_syscall(nr, (const long[6]){ __VA_ARGS__ }))

static int pd_socket(void *u, int domain, int type, int protocol)
{
	return (int)CALL(SYS_socket, domain, type, protocol);
}

static int pd_bind(void *u, int fd, const struct sockaddr *addr, socklen_t len)
{
	return (int)CALL(SYS_bind, fd, (long)addr, (int)len);
}

static int pd_listen(void *u, int fd, int backlog)
{
	return (int)CALL(SYS_listen, fd, backlog);
}

static int pd_accept(void *u, int fd, struct sockaddr *addr, socklen_t *len)
{
	return (int)CALL(SYS_accept, fd, (long)addr, (long)len);
}

static int pd_connect(void *u, int fd, const struct sockaddr *addr,
		      socklen_t len)
{
	return (int)CALL(SYS_connect, fd, (long)addr, (int)len);
}

static ssize_t pd_read(void *u, int fd, void *buf, size_t n)
{
	return CALL(SYS_read, fd, (long)buf, (long)n);
}

static ssize_t pd_readv(void *u, int fd, const struct iovec *iov, int n)
{
	return CALL(SYS_readv, fd, (long)iov, n);
}

static ssize_t pd_recvfrom(void *u, int fd, void *buf, size_t n, int flags,
			   struct sockaddr *addr, socklen_t *len)
{
	return CALL(SYS_recvfrom, fd, (long)buf, (long)n, flags, (long)addr,
		    (long)len);
}

static ssize_t pd_recv(void *u, int fd, void *buf, size_t n, int flags)
{
	return pd_recvfrom(u, fd, buf, n, flags, NULL, NULL);
}

static ssize_t pd_recvmsg(void *u, int fd, struct msghdr *msg, int flags)
{
	return CALL(SYS_recvmsg, fd, (long)msg, flags);
}

static ssize_t pd_write(void *u, int fd, const void *buf, size_t n)
{
	return CALL(SYS_write, fd, (long)buf, (long)n);
}

static ssize_t pd_writev(void *u, int fd, const struct iovec *iov, int n)
{
	return CALL(SYS_writev, fd, (long)iov, n);
}

static ssize_t pd_sendto(void *u, int fd, const void *buf, size_t n, int flags,
			 const struct sockaddr *addr, socklen_t len)
{
	return CALL(SYS_sendto, fd, (long)buf, (long)n, flags, (long)addr,
		    (int)len);
}

static ssize_t pd_send(void *u, int fd, const void *buf, size_t n, int flags)
{
	return pd_sendto(u, fd, buf, n, flags, NULL, 0);
}

static ssize_t pd_sendmsg(void *u, int fd, const struct msghdr *msg, int flags)
{
	return CALL(SYS_sendmsg, fd, (long)msg, flags);
}

static int pd_fcntl(void *u, int fd, int cmd, ...)
{
	va_list ap;
	long arg;

	va_start(ap, cmd);
	arg = va_arg(ap, long);
	va_end(ap);
	return (int)CALL(SYS_fcntl, fd, cmd, arg);
}

static int pd_ioctl(void *u, int fd, unsigned long request, ...)
{
	va_list ap;
	long arg;

	va_start(ap, request);
	arg = va_arg(ap, long);
	va_end(ap);
	return (int)CALL(SYS_ioctl, fd, (long)request, arg);
}

static int pd_close(void *u, int fd)
{
	return (int)CALL(SYS_close, fd);
}

static int pd_shutdown(void *u, int fd, int how)
{
	return (int)CALL(SYS_shutdown, fd, how);
}

static int pd_getsockopt(void *u, int fd, int level, int name, void *val,
			 socklen_t *len)
{
	return (int)CALL(SYS_getsockopt, fd, level, name, (long)val, (long)len);
}

static int pd_setsockopt(void *u, int fd, int level, int name, const void *val,
			 socklen_t len)
{
	return (int)CALL(SYS_setsockopt, fd, level, name, (long)val, (int)len);
}

static int pd_poll(void *u, struct pollfd *fds, nfds_t n, int timeout)
{
	return (int)CALL(SYS_poll, (long)fds, (long)n, timeout);
}

static int pd_epoll_create(void *u, int size)
{
	return (int)CALL(SYS_epoll_create, size);
}

static int pd_epoll_ctl(void *u, int epfd, int op, int fd,
			struct epoll_event *event)
{
	return (int)CALL(SYS_epoll_ctl, epfd, op, fd, (long)event);
}

static int pd_epoll_wait(void *u, int epfd, struct epoll_event *events, int n,
			 int timeout)
{
	return (int)CALL(SYS_epoll_wait, epfd, (long)events, n, timeout);
}

/* Of this machine's file @ctx. */
static long read_host_file(const void *ctx, void *to, unsigned long n,
			   long long off)
{
	return pread(*(const int *)ctx, to, n, off);
}

static ssize_t pd_sendfile(int out, int in, off_t *off, size_t n)
{
	if (stack_has_fd(in))
		return CALL(SYS_sendfile, out, in, (long)off, (long)n);
	return check(stack_send_host_file(out, read_host_file, &in, off, n));
}

static int pd_pipe(void *u, int fds[2])
{
	return (int)CALL(SYS_pipe, (long)fds);
}

/* A script has a number for the pointer, and packetdrill hands on the place of
 * that number. */
static long script_pointer(const loff_t *off)
{
	return off ? (long)*off : 0;
}

static int pd_splice(void *u, int fd_in, loff_t *off_in, int fd_out,
		     loff_t *off_out, size_t n, unsigned int flags)
{
	return (int)CALL(SYS_splice, fd_in, script_pointer(off_in), fd_out,
			 script_pointer(off_out), (long)n, (long)flags);
}

/* --- device and time --- */

static int pd_netdev_send(void *u, const void *buf, size_t n)
{
	return (int)check(stack_packet_in(buf, n));
}

/* packetdrill asks again for ever, so a silence that will last ends it. */
static int pd_netdev_receive(void *u, void *buf, size_t *n,
			     long long *time_usecs)
{
	long len = stack_packet_out(buf, *n, time_usecs);

	if (len < 0) {
		fflush(stdout);
		fprintf(stderr, "doorbell: no packet will ever leave\n");
		exit(EXIT_FAILURE);
	}
	*n = (size_t)len;
	return 0;
}

/* The thread of a call that has returned needs a moment of real time to tell
 * packetdrill of it, which it can do only while this one sleeps. */
static int pd_usleep(void *u, useconds_t usec)
{
	static const struct timespec moment = { 0, 3000000 };

	if (stack_woke_calls())
		nanosleep(&moment, NULL);
	stack_sleep_us(usec);
	return 0;
}

static int pd_gettimeofday(void *u, struct timeval *tv, struct timezone *tz)
{
	long long us = stack_time_us();

	tv->tv_sec = (time_t)(us / 1000000);
	tv->tv_usec = (suseconds_t)(us % 1000000);
	return 0;
}

/* --- sysctl files --- */

#define SYSCTL_TEXT 256

/* Path of knob @i; its folders are made on the way if @make. */
static void sysctl_path(unsigned int i, char path[PATH_MAX_], int make)
{
	const char *root = getenv(DOORBELL_SYSCTL);
	char *p;

	snprintf(path, PATH_MAX_, "%s/%s", root, stack_sysctl_name(i));
	if (!make)
		return;
	for (p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
}

static void sysctl_write_all(void)
{
	char path[PATH_MAX_], text[SYSCTL_TEXT];
	unsigned int i;
	FILE *f;

	for (i = 0; stack_sysctl_name(i); i++) {
		sysctl_path(i, path, 1);
		stack_sysctl_get(i, text, sizeof(text));
		f = fopen(path, "w");
		if (!f)
			continue;
		fputs(text, f);
		fclose(f);
	}
}

/* Before each command all files are made old, so that a file which is not was
 * written by it. */
static void file_age(const char *path)
{
	static const struct timespec old[2] = { { 1, 0 }, { 1, 0 } };

	utimensat(AT_FDCWD, path, old, 0);
}

static int file_is_new(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_mtime != 1;
}

static void sysctl_age_all(void)
{
	char path[PATH_MAX_];
	unsigned int i;

	for (i = 0; stack_sysctl_name(i); i++) {
		sysctl_path(i, path, 0);
		file_age(path);
	}
}

static void sysctl_read_new(void)
{
	char path[PATH_MAX_], text[SYSCTL_TEXT];
	unsigned int i;
	size_t n;
	FILE *f;

	for (i = 0; stack_sysctl_name(i); i++) {
		sysctl_path(i, path, 0);
		f = file_is_new(path) ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		n = fread(text, 1, sizeof(text) - 1, f);
		text[n] = '\0';
		fclose(f);
		if (n && stack_sysctl_set(i, text) != 0)
			fprintf(stderr, "doorbell: %s: not a value: %s",
				stack_sysctl_name(i), text);
	}
}

/* --- the commands of a script --- */

static void own_path(const char *name, char path[PATH_MAX_])
{
	snprintf(path, PATH_MAX_, "%s/%s", getenv(DOORBELL_SYSCTL), name);
}

static void before_command(void)
{
	char path[PATH_MAX_], name[64];
	unsigned long long value;
	unsigned int i;
	FILE *f;

	sysctl_age_all();
	own_path(DOORBELL_COUNTERS, path);
	f = fopen(path, "w");
	if (!f)
		return;
	for (i = 0; stack_counter(NULL, i, name, &value); i++)
		fprintf(f, "%s %llu\n", name, value);
	fclose(f);
}

/* What `ethtool -K` was told: with "tso off" segments leave one by one. */
static void follow_features(void)
{
	char path[PATH_MAX_], name[64], value[8];
	FILE *f;

	own_path(DOORBELL_FEATURES, path);
	f = fopen(path, "r");
	if (!f)
		return;
	while (fscanf(f, "%63s %7s", name, value) == 2)
		if (strcmp(name, "tso") == 0)
			stack_set_tso(strcmp(value, "on") == 0);
	fclose(f);
	unlink(path);
}

/* What `ip route` was told, line by line. */
static void follow_routes(void)
{
	char path[PATH_MAX_], line[256];
	FILE *f;

	own_path(DOORBELL_ROUTES, path);
	f = fopen(path, "r");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		int err = stack_ip_route(NULL, line);

		if (err)
			fprintf(stderr, "doorbell: ip route %s: %s\n",
				strtok(line, "\n"), strerror(-err));
	}
	fclose(f);
	unlink(path);
}

static void after_command(void)
{
	char path[PATH_MAX_];

	sysctl_read_new();
	follow_routes();
	own_path(DOORBELL_FLUSH, path);
	if (unlink(path) == 0)
		stack_tcp_metrics_flush(NULL);
	follow_features();
}

/* --- start --- */

static int owns_fd(int fd)
{
	return stack_has_fd(fd);
}

static int preloaded_close(int fd)
{
	return pd_close(NULL, fd);
}

static int preloaded_getsockopt(int fd, int level, int name, void *val,
				socklen_t *len)
{
	return pd_getsockopt(NULL, fd, level, name, val, len);
}

static const struct doorbell_preload_ops preload_ops = {
	.owns_fd = owns_fd,
	.close = preloaded_close,
	.getsockopt = preloaded_getsockopt,
	.sendfile = pd_sendfile,
	.before_command = before_command,
	.after_command = after_command,
};

static void join_preload(void)
{
	void (*join)(const struct doorbell_preload_ops *ops);

	join = (__typeof__(join))dlsym(RTLD_DEFAULT, DOORBELL_PRELOAD_JOIN);
	if (!join)
		return;
	if (getenv(DOORBELL_SYSCTL))
		sysctl_write_all();
	join(&preload_ops);
}

static void pd_free(void *u)
{
}

/* "local=192.168.0.1/16,mtu=1500", any of them left out. */
static void parse_flags(const char *flags, struct stack_config *config,
			char local[64])
{
	const char *p;

	strcpy(local, "192.168.0.1");
	config->local = local;
	config->prefix_len = 16;
	config->mtu = 1500;
	config->peer_mss = 0;
	if (!flags)
		return;
	p = strstr(flags, "local=");
	if (p)
		sscanf(p, "local=%63[0-9.]/%u", local, &config->prefix_len);
	p = strstr(flags, "mtu=");
	if (p)
		sscanf(p, "mtu=%u", &config->mtu);
	p = strstr(flags, "mss=");
	if (p)
		sscanf(p, "mss=%u", &config->peer_mss);
}

EXPORT void packetdrill_interface_init(const char *flags,
				       struct packetdrill_interface *ifc)
{
	struct stack_config config;
	char local[64];
	int err;

	parse_flags(flags, &config, local);
	err = stack_start(&config);
	if (err) {
		fprintf(stderr, "doorbell: the stack does not start: %s\n",
			strerror(-err));
		exit(EXIT_FAILURE);
	}
	*ifc = (struct packetdrill_interface){
		.free = pd_free,
		.socket = pd_socket,
		.bind = pd_bind,
		.listen = pd_listen,
		.accept = pd_accept,
		.connect = pd_connect,
		.read = pd_read,
		.readv = pd_readv,
		.recv = pd_recv,
		.recvfrom = pd_recvfrom,
		.recvmsg = pd_recvmsg,
		.write = pd_write,
		.writev = pd_writev,
		.send = pd_send,
		.sendto = pd_sendto,
		.sendmsg = pd_sendmsg,
		.fcntl = pd_fcntl,
		.ioctl = pd_ioctl,
		.close = pd_close,
		.shutdown = pd_shutdown,
		.getsockopt = pd_getsockopt,
		.setsockopt = pd_setsockopt,
		.poll = pd_poll,
		.netdev_send = pd_netdev_send,
		.netdev_receive = pd_netdev_receive,
		.usleep = pd_usleep,
		.gettimeofday = pd_gettimeofday,
		.epoll_create = pd_epoll_create,
		.epoll_ctl = pd_epoll_ctl,
		.epoll_wait = pd_epoll_wait,
		.pipe = pd_pipe,
		.splice = pd_splice,
	};
	join_preload();
}

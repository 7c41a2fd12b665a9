// SPDX-License-Identifier: MIT
/*
 * DOC: packetdrill_interface_init(), the one symbol of the library that
 * packetdrill loads with --so_filename=. Each function of the table becomes a
 * system call of the stack in stack.c; structs and constants are Linux's on
 * both sides, so pointers pass through.
 *
 * The calls that packetdrill makes past the table come here, too, by way of the
 * preload library (preload/) or of bypass.c; commands.c is what a script's
 * commands do to the stack.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "tests/packetdrill/bypass.h"
#include "tests/packetdrill/commands.h"
#include "tests/packetdrill/invocation.h"
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

/* --- a call that sleeps --- */

/* packetdrill waits, a second of real time, for a call to return: at the end
 * of the script, or before the next call. Only this thread moves the stack's
 * time: a second of that. @lock is what the call needs in order to return. */
static int wait_for_call(pthread_mutex_t *lock, const struct timespec *until)
{
	static const struct timespec moment = { 0, 1000000 };
	static struct timespec last;
	static long long end_us;
	struct timespec now;
	int more = 1;

	if (until->tv_sec != last.tv_sec || until->tv_nsec != last.tv_nsec) {
		last = *until;
		end_us = stack_time_us() + 1000000;
	}
	pthread_mutex_unlock(lock);
	if (stack_call_sleeps())
		more = stack_wait_call(end_us);
	nanosleep(&moment, NULL);
	pthread_mutex_lock(lock);
	clock_gettime(CLOCK_REALTIME, &now);
	if (more < 0) {
		fflush(stdout);
		fprintf(stderr, "doorbell: a call sleeps, and nothing will "
				"ever wake it\n");
	}
	if (more <= 0 || now.tv_sec > until->tv_sec ||
	    (now.tv_sec == until->tv_sec && now.tv_nsec > until->tv_nsec))
		return ETIMEDOUT;
	return 0;
}

static const struct doorbell_preload_ops preload_ops = {
	.owns_fd = owns_fd,
	.close = preloaded_close,
	.getsockopt = preloaded_getsockopt,
	.sendfile = pd_sendfile,
	.before_command = before_command,
	.after_command = after_command,
	.wait_for_call = wait_for_call,
};

/* The folder that this library is in, and @name in it. */
static const char *beside(const char *name, char path[PATH_MAX_])
{
	const char *slash;
	Dl_info info;

	if (!dladdr((void *)(uintptr_t)beside, &info))
		return NULL;
	slash = strrchr(info.dli_fname, '/');
	snprintf(path, PATH_MAX_, "%.*s/%s",
		 slash ? (int)(slash - info.dli_fname) : 1,
		 slash ? info.dli_fname : ".", name);
	return access(path, R_OK) == 0 ? path : NULL;
}

/* Commands get the preload library even if packetdrill did not. */
static void make_folder(const struct invocation *inv)
{
	char path[PATH_MAX_];
	const char *preload;
	int err;

	if (getenv(DOORBELL_FOLDER))
		return;
	preload = beside("libdoorbell-preload.so", path);
	if (!preload)
		fprintf(stderr, "doorbell: no libdoorbell-preload.so beside "
				"this library: commands of the script act on "
				"this machine\n");
	if (inv->init_scripts)
		fprintf(stderr, "doorbell: without LD_PRELOAD: the init "
				"scripts have acted on this machine\n");
	err = doorbell_folder_make(preload);
	if (err) {
		fprintf(stderr, "doorbell: no folder in /tmp: %s\n",
			strerror(err));
		exit(EXIT_FAILURE);
	}
	atexit(doorbell_folder_remove);
}

static void join(void)
{
	void (*tell)(const struct doorbell_preload_ops *ops);

	tell = (__typeof__(tell))dlsym(RTLD_DEFAULT, DOORBELL_PRELOAD_JOIN);
	if (tell)
		tell(&preload_ops);
	else if (bypass_join(&preload_ops) != 0)
		fprintf(stderr, "doorbell: asserts and sendfile() need "
				"LD_PRELOAD=libdoorbell-preload.so here\n");
}

static void pd_free(void *u)
{
}

static void start_stack(const struct invocation *inv)
{
	struct stack_config config = {
		.local = inv->local[0] ? inv->local : "192.168.0.1",
		.remote = inv->remote,
		.prefix_len = inv->prefix_len,
		.prefix_is_local = !inv->local[0] || inv->any_ip,
		.mtu = inv->mtu ? inv->mtu : 1500,
		.peer_mss = inv->mss,
	};
	int err;

	if (inv->wire) {
		fprintf(stderr, "doorbell: --so_filename= and --wire_...: the "
				"stack is in this process, there is no wire\n");
		exit(EXIT_FAILURE);
	}
	err = stack_start(&config);
	if (err) {
		fprintf(stderr,
			"doorbell: the stack does not start (local %s/%u, "
			"mtu %u): %s\n",
			config.local, config.prefix_len, config.mtu,
			strerror(-err));
		exit(EXIT_FAILURE);
	}
}

/* Which script of the command line this copy of the library is for. */
EXPORT int doorbell_packetdrill_script;
static int started;

/* The stack with its settings, for commands; the table may come later. */
static void start(const char *flags)
{
	struct invocation inv;

	if (started)
		return;
	started = 1;
	invocation_read(&inv, flags, doorbell_packetdrill_script);
	start_stack(&inv);
	make_folder(&inv);
	commands_start();
	join();
}

EXPORT void doorbell_packetdrill_prepare(void);
void doorbell_packetdrill_prepare(void)
{
	start(NULL);
}

/* --- several scripts in one process --- */

static int copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	static char text[65536];
	size_t n;
	int bad;

	while (in && out && (n = fread(text, 1, sizeof(text), in)) > 0)
		fwrite(text, 1, n, out);
	bad = !in || !out || ferror(in) || ferror(out);
	if (in)
		fclose(in);
	if (out)
		bad |= fclose(out) != 0;
	return bad;
}

/* packetdrill runs each script of its command line in turn and gives each a
 * new table; a stack that has run is not new. A copy of this library is. */
static void next_script(const char *flags, struct packetdrill_interface *ifc)
{
	static int scripts = 1;
	void (*init)(const char *f, struct packetdrill_interface *i) = NULL;
	char path[PATH_MAX_];
	void *handle = NULL;
	Dl_info info;
	int *nr = NULL;

	snprintf(path, sizeof(path), "%s/stack-%d.so", getenv(DOORBELL_FOLDER),
		 scripts);
	if (dladdr((void *)(uintptr_t)next_script, &info) &&
	    copy_file(info.dli_fname, path) == 0)
		handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	if (handle) {
		init = (__typeof__(init))dlsym(handle,
					       "packetdrill_interface_init");
		nr = dlsym(handle, "doorbell_packetdrill_script");
	}
	unlink(path);
	if (!init || !nr) {
		fprintf(stderr, "doorbell: no second stack: %s\n", dlerror());
		exit(EXIT_FAILURE);
	}
	*nr = scripts++;
	init(flags, ifc);
}

EXPORT void packetdrill_interface_init(const char *flags,
				       struct packetdrill_interface *ifc)
{
	static int given;

	if (given++) {
		next_script(flags, ifc);
		return;
	}
	start(flags);
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
}

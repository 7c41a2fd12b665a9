// SPDX-License-Identifier: MIT
/*
 * DOC: every request of ioctl() about sockets, devices, terminals and files, to
 * every kind of descriptor, with pointers to nothing. A line for each kind and
 * request: what came of each pointer; not where all of them are ENOTTY. The
 * memory that can be read but not written names a device.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "apps/sysfuzz/ioctls.h"

#define PAGE        4096
#define SIOCETHTOOL 0x8946 /* uAPI linux/sockios.h */

/* END: the last byte before a hole. */
enum {
	NOTHING,
	LOW,
	HOLE,
	END,
	KERNEL,
	BEYOND,
	TOP,
	READ_ONLY,
	POINTERS
};

static char *pointers[POINTERS];
static char *page; /* one that can be written, before the hole */

static void make_pointers(void)
{
	char *ro;

	page = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		perror("sysfuzz: mmap");
		exit(1);
	}
	munmap(page + PAGE, PAGE);
	ro = page + 2 * PAGE;
	strcpy(ro, "lo");
	mprotect(ro, PAGE, PROT_READ);
	pointers[LOW] = (char *)8;
	pointers[HOLE] = page + PAGE;
	pointers[END] = page + PAGE - 1;
	pointers[KERNEL] = (char *)0xffffffff80000000;
	pointers[BEYOND] = (char *)0x800000000000;
	pointers[TOP] = (char *)-8L;
	pointers[READ_ONLY] = ro;
}

static const char *outcome(int r)
{
	static const struct {
		int err;
		const char *name;
	} names[] = {
		{ EFAULT, "EFAULT" },
		{ ENOTTY, "ENOTTY" },
		{ EINVAL, "EINVAL" },
		{ ENODEV, "ENODEV" },
		{ EOPNOTSUPP, "EOPNOTSUPP" },
		{ EPERM, "EPERM" },
		{ ENOENT, "ENOENT" },
		{ ESRCH, "ESRCH" },
		{ EBADF, "EBADF" },
		{ ENXIO, "ENXIO" },
		{ EADDRNOTAVAIL, "EADDRNOTAVAIL" },
		{ EAFNOSUPPORT, "EAFNOSUPPORT" },
		{ ENOTCONN, "ENOTCONN" },
		{ ENOPKG, "ENOPKG" },
	};
	static char text[16];
	size_t i;

	if (r >= 0)
		return "ok";
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (errno == names[i].err)
			return names[i].name;
	snprintf(text, sizeof(text), "%d", errno);
	return text;
}

static void try_all(const char *kind, int fd, unsigned long request)
{
	char line[256];
	size_t n = 0;
	int i, known = 0;

	for (i = 0; i < POINTERS; i++) {
		int r = ioctl(fd, (int)request, pointers[i]);

		known += r >= 0 || errno != ENOTTY;
		n += (size_t)snprintf(line + n, sizeof(line) - n, " %s",
				      outcome(r));
	}
	if (known)
		printf("%s %lx:%s\n", kind, request, line);
}

/* What waits or changes the terminal without a look at the pointer: TCSBRK,
 * TIOCEXCL, TIOCSCTTY, TIOCNOTTY and the like are left out. */
static void try_requests(const char *kind, int fd)
{
	static const unsigned long others[] = {
		FIONBIO,  FIOASYNC,   FIONREAD,   TCGETS,     TCSETS,
		TCSETSW,  TCSETSF,    TIOCGPGRP,  TIOCSPGRP,  TIOCGSID,
		TIOCOUTQ, TIOCGWINSZ, TIOCSWINSZ, 0x80108906, 0x80108907,
	};
	unsigned long r;
	size_t i;

	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		try_all(kind, fd, others[i]);
	for (r = 0x8900; r < 0x8a00; r++)
		try_all(kind, fd, r);
}

/* Pointers inside of what a sound pointer leads to. */
static void try_inner(int fd)
{
	struct ifreq *ifr = (struct ifreq *)page;
	struct ifconf *conf = (struct ifconf *)page;
	struct rtentry *rt = (struct rtentry *)page;
	unsigned cmd;
	int i;

	for (i = 0; i < POINTERS; i++) {
		memset(page, 0, PAGE);
		conf->ifc_len = 4096;
		conf->ifc_buf = pointers[i];
		printf("SIOCGIFCONF %d: %s\n", i,
		       outcome(ioctl(fd, SIOCGIFCONF, page)));
		memset(page, 0, PAGE);
		rt->rt_dst.sa_family = AF_INET;
		((struct sockaddr_in *)&rt->rt_dst)->sin_addr.s_addr =
			htonl(0xc0000200);
		rt->rt_genmask.sa_family = AF_INET;
		((struct sockaddr_in *)&rt->rt_genmask)->sin_addr.s_addr =
			htonl(0xffffff00);
		rt->rt_flags = RTF_UP;
		rt->rt_dev = pointers[i];
		/* Without a device there is no route. */
		if (i != NOTHING && i != READ_ONLY)
			printf("SIOCADDRT %d: %s\n", i,
			       outcome(ioctl(fd, SIOCADDRT, page)));
		memset(page, 0, PAGE);
		strcpy(ifr->ifr_name, "lo");
		ifr->ifr_data = pointers[i];
		printf("SIOCETHTOOL %d: %s\n", i,
		       outcome(ioctl(fd, SIOCETHTOOL, page)));
	}
	/* The command can be read; what follows cannot. */
	for (cmd = 0; cmd < 128; cmd++) {
		memset(page, 0, PAGE);
		strcpy(ifr->ifr_name, "lo");
		memcpy(page + PAGE - 4, &cmd, 4);
		ifr->ifr_data = page + PAGE - 4;
		printf("ETHTOOL %u: %s\n", cmd,
		       outcome(ioctl(fd, SIOCETHTOOL, page)));
	}
}

static int listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)listen(fd, 1);
	return fd;
}

static int connected(int peer)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	const struct linger at_once = { 1, 0 };
	socklen_t size = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	getsockname(peer, (struct sockaddr *)&to, &size);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connect(fd, (struct sockaddr *)&to, sizeof(to));
	/* "lo" may be down in the end, and nobody waits then. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	return fd;
}

static int inet(int type, int protocol)
{
	return socket(AF_INET, type, protocol);
}

/* Prints; the caller's standard input is tried if it is a terminal. All are
 * open before the first request: some of these take "lo" down. */
void all_ioctls(void)
{
	int sig, fds[2], udp = inet(SOCK_DGRAM, 0), ln = listener();
	sigset_t none;
	size_t i;

	sigemptyset(&none);
	if (pipe(fds)) {
		perror("sysfuzz: pipe");
		exit(1);
	}
	const struct {
		const char *name;
		int fd;
	} kinds[] = {
		{ "file", open("ioctls.tmp", O_RDWR | O_CREAT, 0600) },
		{ "folder", open(".", O_RDONLY) },
		{ "null", open("/dev/null", O_RDWR) },
		{ "zero", open("/dev/zero", O_RDWR) },
		{ "reader", fds[0] },
		{ "writer", fds[1] },
		{ "tcp", inet(SOCK_STREAM, 0) },
		{ "listener", ln },
		{ "connected", connected(ln) },
		{ "udp", udp },
		{ "raw", inet(SOCK_RAW, 1) },
		{ "stream", socket(AF_UNIX, SOCK_STREAM, 0) },
		{ "dgram", socket(AF_UNIX, SOCK_DGRAM, 0) },
		{ "packet", socket(AF_PACKET, SOCK_RAW, 0) },
		{ "netlink", socket(AF_NETLINK, SOCK_RAW, 0) },
		{ "epoll", epoll_create1(0) },
		{ "eventfd", eventfd(0, 0) },
		{ "timerfd", timerfd_create(CLOCK_MONOTONIC, 0) },
		{ "signalfd", signalfd(-1, &none, 0) },
	};

	unlink("ioctls.tmp");
	for (sig = 1; sig < 32; sig++)
		signal(sig, SIG_IGN);
	make_pointers();
	try_inner(udp);
	if (isatty(0))
		try_requests("tty", 0);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		try_requests(kinds[i].name, kinds[i].fd);
}

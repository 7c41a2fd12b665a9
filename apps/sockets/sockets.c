// SPDX-License-Identifier: MIT
/*
 * sockets: what many sockets cost, seen from a program. An ordinary Linux
 * program: it runs in Doorbell and, unchanged, on Linux.
 *
 * Both ends of each connection are here, over the loopback. `name value unit`
 * lines: bytes by sysinfo(), everything included that the system allocated;
 * ticks of the TSC, which under QEMU's `-icount shift=0` are instructions, the
 * least of a few calls in a row so that no interrupt is in it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

static const char usage_text[] =
	"usage: sockets hold [CONNECTIONS]   idle connections: memory, costs\n"
	"       sockets exhaust              open until none is left, twice\n";

/* One destination has this many connections at most: 28,232 ephemeral ports
 * lead to it. */
#define PER_PORT   27000
#define FIRST_PORT 7000
#define ROUNDS     32 /* measured calls; the least counts */

static int *ends; /* 2n descriptors: connected, accepted, ... */
static int listeners[64];

static void die(const char *what)
{
	fprintf(stderr, "sockets: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static int64_t free_bytes(void)
{
	struct sysinfo si;

	if (sysinfo(&si))
		die("sysinfo");
	return (int64_t)si.freeram * si.mem_unit;
}

static void line(const char *name, double value, const char *unit)
{
	printf("%s %.0f %s\n", name, value, unit);
	fflush(stdout);
}

static void at(const char *name, size_t nth, uint64_t value)
{
	printf("ticks.%s.%zu %llu tick\n", name, nth,
	       (unsigned long long)value);
	fflush(stdout);
}

static void limit_files(rlim_t n)
{
	struct rlimit rl = { n, n };

	if (setrlimit(RLIMIT_NOFILE, &rl))
		die("setrlimit");
}

static struct sockaddr_in address(size_t i)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(FIRST_PORT + i)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* Without memory for its end a connection never comes to accept(). */
static const struct timeval patience = { 2, 0 };

static void listen_at(size_t i)
{
	struct sockaddr_in sin = address(i);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) || listen(fd, 16))
		die("listen");
	listeners[i] = fd;
}

/* A connection to the i-th listener, both ends; -1 and errno. */
static int open_pair(size_t i, int pair[2])
{
	static const struct linger abort_it = { 1, 0 };
	struct sockaddr_in sin = address(i);
	int err;

	pair[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (pair[0] < 0)
		return -1;
	setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience,
		   sizeof(patience));
	if (!connect(pair[0], (struct sockaddr *)&sin, sizeof(sin))) {
		pair[1] = accept(listeners[i], NULL, NULL);
		if (pair[1] >= 0)
			return 0;
	}
	err = errno;
	/* With a RST: no half of it is left to be accepted later. */
	setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	close(pair[0]);
	errno = err;
	return -1;
}

static void least(uint64_t *value, uint64_t since)
{
	uint64_t cost = ticks() - since;

	if (cost < *value)
		*value = cost;
}

/* What one more connection costs when there are n: from socket() to accept(),
 * and both close(). */
static void measure(size_t n)
{
	uint64_t t, opened = UINT64_MAX, closed = UINT64_MAX;
	int pair[2], i;

	for (i = 0; i < ROUNDS; i++) {
		t = ticks();
		if (open_pair(n / PER_PORT, pair))
			die("connect");
		least(&opened, t);
		t = ticks();
		close(pair[0]);
		close(pair[1]);
		least(&closed, t);
	}
	at("open", n + 1, opened);
	at("close", n + 1, closed);
}

/* A byte there and back on each connection, and nothing is left of it. */
static void talk(size_t n)
{
	uint64_t t, first = UINT64_MAX, last = UINT64_MAX;
	char c = 1;
	size_t i;
	int k;

	for (i = 0; i < n; i++)
		for (k = 0; k < 2; k++) {
			t = ticks();
			if (write(ends[2 * i + k], &c, 1) != 1 ||
			    read(ends[2 * i + !k], &c, 1) != 1)
				die("a byte");
			if (i < ROUNDS)
				least(&first, t);
			else if (i >= n - ROUNDS)
				least(&last, t);
		}
	at("byte", 1, first);
	if (n > ROUNDS)
		at("byte", n, last);
}

static void watch(size_t n)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	uint64_t t, first = UINT64_MAX, last = UINT64_MAX;
	uint64_t one = UINT64_MAX, all = UINT64_MAX;
	int ep = epoll_create1(0), on = 1, i;
	char c = 1;
	size_t k;

	/* Or the second byte waits for the first one's delayed ACK. */
	setsockopt(ends[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(ends[2 * (n / 2)], IPPROTO_TCP, TCP_NODELAY, &on,
		   sizeof(on));

	for (k = 0; k < 2 * n; k++) {
		t = ticks();
		ev.data.u64 = k;
		if (epoll_ctl(ep, EPOLL_CTL_ADD, ends[k], &ev))
			die("epoll_ctl");
		if (k < ROUNDS)
			least(&first, t);
		else if (k >= 2 * n - ROUNDS)
			least(&last, t);
		for (i = 0; k == 1 && i < ROUNDS; i++) {
			if (write(ends[0], &c, 1) != 1)
				die("write");
			t = ticks();
			if (epoll_wait(ep, &ev, 1, 0) != 1)
				die("epoll_wait");
			least(&one, t);
			if (read(ends[1], &c, 1) != 1)
				die("read");
			ev.events = EPOLLIN | EPOLLET;
		}
	}
	for (i = 0; i < ROUNDS; i++) {
		if (write(ends[2 * (n / 2)], &c, 1) != 1)
			die("write");
		t = ticks();
		if (epoll_wait(ep, &ev, 1, 0) != 1 ||
		    ev.data.u64 != 2 * (n / 2) + 1)
			die("epoll_wait");
		least(&all, t);
		if (read(ends[2 * (n / 2) + 1], &c, 1) != 1)
			die("read");
	}
	at("epoll_ctl", 1, first);
	at("epoll_ctl", 2 * n, last);
	at("epoll_wait", 2, one);
	at("epoll_wait", 2 * n, all);
}

/* Let what is on its way arrive, and TIME_WAIT end if asked. */
static void settle(time_t seconds)
{
	struct timespec ts = { seconds, 300000000 };

	nanosleep(&ts, NULL);
}

static double each(int64_t before, size_t sockets)
{
	return (double)(before - free_bytes()) / (double)sockets;
}

static void hold(size_t n)
{
	int64_t base, before;
	uint64_t t;
	size_t i;

	limit_files(2 * n + 256);
	ends = malloc(2 * n * sizeof(*ends));
	if (!ends || (n + ROUNDS) / PER_PORT >= 64)
		die("so many");
	memset(ends, 0xff, 2 * n * sizeof(*ends));
	for (i = 0; i <= n / PER_PORT; i++)
		listen_at(i);
	measure(0);
	settle(61);
	base = free_bytes();
	for (i = 0; i < n; i++) {
		if (i == 1000 || i == 10000)
			measure(i);
		if (open_pair(i / PER_PORT, &ends[2 * i]))
			die("connect");
	}
	settle(1);
	line("sockets.count", 2.0 * (double)n, "socket");
	line("sockets.memory.idle", each(base, 2 * n), "byte");
	measure(n);
	talk(n);
	settle(61);
	line("sockets.memory.used", each(base, 2 * n), "byte");
	before = free_bytes();
	watch(n);
	line("sockets.memory.epoll", each(before, 2 * n), "byte");
	line("sockets.memory.all", each(base, 2 * n), "byte");
	t = ticks();
	for (i = 0; i < 2 * n; i++)
		close(ends[i]);
	line("ticks.close.mean", (double)(ticks() - t) / (2.0 * (double)n),
	     "tick");
	settle(1);
	line("sockets.memory.time_wait", each(base, n), "byte");
	settle(61);
	line("sockets.memory.left", (double)(base - free_bytes()), "byte");
}

/* --- the end of memory --- */

static const char *name_of(int err)
{
	switch (err) {
	case EMFILE:
		return "EMFILE";
	case ENFILE:
		return "ENFILE";
	case ENOMEM:
		return "ENOMEM";
	case ENOBUFS:
		return "ENOBUFS";
	case EINPROGRESS: /* SO_SNDTIMEO: the SYN got no answer */
		return "EINPROGRESS";
	case EAGAIN: /* SO_RCVTIMEO: nothing to accept */
		return "EAGAIN";
	default:
		return strerror(err);
	}
}

static size_t open_sockets(size_t most)
{
	size_t n;

	for (n = 0; n < most; n++) {
		ends[n] = socket(AF_INET, SOCK_STREAM, 0);
		if (ends[n] < 0)
			break;
	}
	printf("exhaust.socket %zu %s\n", n, name_of(errno));
	return n;
}

static size_t open_pairs(size_t most)
{
	size_t n;

	for (n = 0; n < most / 2; n++)
		if (open_pair(n / PER_PORT, &ends[2 * n]))
			break;
	printf("exhaust.connect %zu %s\n", n, name_of(errno));
	return 2 * n;
}

static void close_all(size_t n)
{
	while (n)
		close(ends[--n]);
}

static void exhaust(void)
{
	size_t most = 400000, n, i;
	int64_t base = 0;
	int round;

	limit_files(most + 64);
	ends = malloc(most * sizeof(*ends));
	if (!ends)
		die("so many");
	memset(ends, 0xff, most * sizeof(*ends));
	for (i = 0; i < 8; i++)
		listen_at(i);
	/* The first round also fills what the system keeps for the next. */
	for (round = 0; round < 3; round++) {
		n = open_sockets(most);
		close_all(n);
		n = open_pairs(most);
		close_all(n);
		settle(61);
		if (!round)
			base = free_bytes();
	}
	line("exhaust.left", (double)(base - free_bytes()), "byte");
	limit_files(64);
	n = open_sockets(most);
	close_all(n);
	if (open_pair(0, ends))
		die("a connection in the end");
	talk(1);
	line("exhaust.alive", 1, "connection");
}

int main(int argc, char **argv)
{
	if (argc >= 2 && argc <= 3 && !strcmp(argv[1], "hold"))
		hold(argc > 2 ? strtoul(argv[2], NULL, 0) : 50000);
	else if (argc == 2 && !strcmp(argv[1], "exhaust"))
		exhaust();
	else {
		fputs(usage_text, stderr);
		return 2;
	}
	return 0;
}

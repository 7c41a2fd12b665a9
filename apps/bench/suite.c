// SPDX-License-Identifier: MIT
/*
 * The rates of the suite: each runs for a given time by the monotonic clock
 * and prints `name value unit`. Lines `begin NAME` and `end NAME BYTES` frame
 * what was timed, so that whoever reads the console can take QEMU's CPU time.
 */
#define _GNU_SOURCE
#include "apps/bench/bench.h"

#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BURST   32 /* messages of one sendmmsg */
#define WARM_NS 50000000ULL
#define DEAF_US 1200000 /* the card hears nothing in its first second */

/* linux/ethtool.h and linux/sockios.h, which musl does not have. */
#define SIOCETHTOOL     0x8946
#define ETHTOOL_STXCSUM 0x17
#define ETHTOOL_SSG     0x19
#define ETHTOOL_STSO    0x1f
#define ETHTOOL_SGSO    0x24
struct ethtool_value {
	uint32_t cmd, data;
};

struct test {
	const char *name;
	void (*run)(const struct test *t, char **argv, uint64_t ns);
	size_t size;
	int nodelay;
};

/* What was done between begin() and end(). */
struct lap {
	uint64_t start_ns, ns, calls, bytes;
};

static void begin(const struct test *t, struct lap *lap)
{
	printf("begin %s\n", t->name);
	fflush(stdout);
	memset(lap, 0, sizeof(*lap));
	lap->start_ns = now_ns();
}

static void end(const struct test *t, struct lap *lap)
{
	lap->ns = now_ns() - lap->start_ns;
	printf("end %s %llu\n", t->name, (unsigned long long)lap->bytes);
}

static void print_rate(const struct test *t, const struct lap *lap,
		       const char *unit)
{
	printf("rate.%s %.0f %s\n", t->name,
	       (double)lap->calls * 1e9 / (double)lap->ns, unit);
	fflush(stdout);
}

static void print_bytes(const struct test *t, const struct lap *lap)
{
	printf("rate.%s %.2f MB/s\n", t->name,
	       (double)lap->bytes * 1e3 / (double)lap->ns);
	fflush(stdout);
}

/* Until the time is over; the clock is asked every 16 calls. */
static int goes_on(const struct lap *lap, uint64_t ns)
{
	return (lap->calls & 15) || now_ns() - lap->start_ns < ns;
}

/* --- datagrams --- */

/* The neighbour must be known: its queue is shorter than a burst. */
static int open_udp(char **argv)
{
	int fd = open_socket(SOCK_DGRAM, argv);

	if (send(fd, "", 1, 0) < 0)
		die("send");
	usleep(DEAF_US);
	return fd;
}

static void udp_sendto(const struct test *t, char **argv, uint64_t ns)
{
	int fd = open_udp(argv);
	char *buf = payload(t->size);
	struct lap lap;

	begin(t, &lap);
	while (goes_on(&lap, ns)) {
		if (send(fd, buf, t->size, 0) < 0 && errno != ECONNREFUSED)
			die("send");
		lap.calls++;
		lap.bytes += t->size;
	}
	end(t, &lap);
	print_rate(t, &lap, "datagram/s");
	free(buf);
	close(fd);
}

static void udp_sendmmsg(const struct test *t, char **argv, uint64_t ns)
{
	int fd = open_udp(argv);
	char *buf = payload(t->size);
	struct iovec iov = { .iov_base = buf, .iov_len = t->size };
	struct mmsghdr msgs[BURST];
	struct lap lap;

	memset(msgs, 0, sizeof(msgs));
	for (int i = 0; i < BURST; i++) {
		msgs[i].msg_hdr.msg_iov = &iov;
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	begin(t, &lap);
	while (goes_on(&lap, ns)) {
		int n = sendmmsg(fd, msgs, BURST, 0);

		if (n < 0 && errno != ECONNREFUSED)
			die("sendmmsg");
		lap.calls += n > 0 ? (uint64_t)n : 0;
	}
	lap.bytes = lap.calls * t->size;
	end(t, &lap);
	print_rate(t, &lap, "datagram/s");
	free(buf);
	close(fd);
}

/* --- streams --- */

static int open_tcp(const struct test *t, char **argv)
{
	int fd = open_socket(SOCK_STREAM, argv);

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &t->nodelay,
		   sizeof(t->nodelay));
	return fd;
}

static void write_all(int fd, const char *buf, size_t size)
{
	while (size) {
		ssize_t n = write(fd, buf, size);

		if (n < 0)
			die("write");
		buf += n;
		size -= (size_t)n;
	}
}

static void write_for(const struct test *t, int fd, const char *buf,
		      uint64_t ns, struct lap *lap)
{
	while (goes_on(lap, ns)) {
		write_all(fd, buf, t->size);
		lap->calls++;
		lap->bytes += t->size;
	}
}

/* Delivered, not merely queued: the end is the peer's end. */
static void stream(const struct test *t, char **argv, uint64_t ns)
{
	int fd = open_tcp(t, argv);
	char *buf = payload(t->size);
	struct lap lap = { .start_ns = now_ns() };
	char c;

	/* Past slow start first. */
	write_for(t, fd, buf, WARM_NS, &lap);
	begin(t, &lap);
	write_for(t, fd, buf, ns, &lap);
	shutdown(fd, SHUT_WR);
	while (read(fd, &c, 1) > 0)
		;
	end(t, &lap);
	if (t->size >= 4096)
		print_bytes(t, &lap);
	else
		print_rate(t, &lap, "write/s");
	free(buf);
	close(fd);
}

/* One byte there and back, again and again. */
static void round_trips(const struct test *t, char **argv, uint64_t ns)
{
	char port[16], *echo[2] = { argv[0], port };
	struct lap lap;
	int fd;
	char c = 1;

	snprintf(port, sizeof(port), "%d", atoi(argv[1]) + 1);
	fd = open_tcp(t, echo);
	begin(t, &lap);
	while (goes_on(&lap, ns)) {
		if (write(fd, &c, 1) != 1 || read(fd, &c, 1) != 1)
			die("echo");
		lap.calls++;
	}
	lap.bytes = lap.calls;
	end(t, &lap);
	printf("latency.%s %.1f us\n", t->name,
	       (double)lap.ns / 1e3 / (double)lap.calls);
	close(fd);
}

/* connect(), then an end by RST: no TIME_WAIT is left on either side. */
static void connects(const struct test *t, char **argv, uint64_t ns)
{
	struct linger hard = { .l_onoff = 1 };
	struct lap lap;

	begin(t, &lap);
	while (goes_on(&lap, ns)) {
		int fd = open_socket(SOCK_STREAM, argv);

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd);
		lap.calls++;
	}
	end(t, &lap);
	print_rate(t, &lap, "connect/s");
}

static const struct test tests[] = {
	{ "udp.18.sendto", udp_sendto, 18, 0 },
	{ "udp.1472.sendto", udp_sendto, 1472, 0 },
	{ "udp.18.sendmmsg", udp_sendmmsg, 18, 0 },
	{ "udp.1472.sendmmsg", udp_sendmmsg, 1472, 0 },
	{ "tcp.bulk.65536", stream, 65536, 0 },
	{ "tcp.64.nodelay", stream, 64, 1 },
	{ "tcp.64.nagle", stream, 64, 0 },
	{ "tcp.rr.1", round_trips, 1, 1 },
	{ "tcp.connect", connects, 0, 0 },
};

void bench_suite(char **argv, unsigned int ms, const char *glob)
{
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (!fnmatch(glob, tests[i].name, 0))
			tests[i].run(&tests[i], argv, ms * 1000000ULL);
	}
}

/* --- Linux's device features --- */

void bench_offload(const char *ifname, int on)
{
	/* Off from above, on from below: each needs the one before. */
	static const uint32_t order[] = { ETHTOOL_STXCSUM, ETHTOOL_SSG,
					  ETHTOOL_STSO, ETHTOOL_SGSO };
	const int n = sizeof(order) / sizeof(order[0]);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ethtool_value value = { .data = (uint32_t)on };
	struct ifreq ifr = { .ifr_data = (char *)&value };

	if (fd < 0)
		die("socket");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	for (int i = 0; i < n; i++) {
		value.cmd = order[on ? i : n - 1 - i];
		if (ioctl(fd, SIOCETHTOOL, &ifr) < 0)
			die(ifname);
	}
	close(fd);
}

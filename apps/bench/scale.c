// SPDX-License-Identifier: MIT
/*
 * How the cost of a send grows with what is around it: sockets that are open,
 * flows that send at once, bytes of a write, descriptors of the ring. Lines
 * `scale.CURVE.X value unit`, where ticks are instructions under QEMU's
 * `-icount shift=0`.
 *
 * Of a datagram the call counts, and of many calls the least, so that no
 * interrupt is in it. Of a segment everything counts until its ACK has been
 * acted on: the program asks again and again what is unacknowledged, and what a
 * question took longer than the shortest one was work for the segment.
 */
#define _GNU_SOURCE
#include "apps/bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALLS    65 /* of each kind; odd: the median is one of them */
#define SEGMENT  1448
#define DATAGRAM 18
#define BURST    32
#define DEAF_US  1200000 /* the card hears nothing in its first second */
/* One destination has so many connections at most: ephemeral ports. */
#define PER_PORT   27000
#define FIRST_PORT 7000

/* linux/ethtool.h and linux/sockios.h, which musl does not have. */
#define SIOCETHTOOL        0x8946
#define SIOCOUTQ           0x5411
#define ETHTOOL_SRINGPARAM 0x11
struct ethtool_ringparam {
	uint32_t cmd, rx_max, rx_mini_max, rx_jumbo_max, tx_max;
	uint32_t rx, rx_mini, rx_jumbo, tx;
};

static uint64_t sample[CALLS];

static int ascending(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* Print a sample, the nth smallest, of @per things each. */
static void print_sample(const char *curve, size_t x, size_t nth, size_t per,
			 const char *unit)
{
	qsort(sample, CALLS, sizeof(sample[0]), ascending);
	printf("scale.%s.%zu %.1f %s\n", curve, x,
	       (double)sample[nth] / (double)per, unit);
	fflush(stdout);
}

/* Until all that was written has been acknowledged; the work that this was. */
static uint64_t drain(int fd)
{
	static uint64_t question = UINT64_MAX;
	uint64_t asked = 0, t = ticks(), start = t, now;
	int left = 1;

	while (left) {
		if (ioctl(fd, SIOCOUTQ, &left))
			die("SIOCOUTQ");
		now = ticks();
		if (now - t < question)
			question = now - t;
		t = now;
		asked++;
	}
	return t - start - asked * question;
}

static void send_one(int fd, const char *buf, size_t size)
{
	if (send(fd, buf, size, 0) != (ssize_t)size && errno != ECONNREFUSED)
		die("send");
}

/* A connection without Nagle to the sink. */
static int open_stream(char **argv)
{
	int fd = open_socket(SOCK_STREAM, argv), on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int open_datagram(char **argv)
{
	int fd = open_socket(SOCK_DGRAM, argv);

	send_one(fd, "", 1);
	usleep(DEAF_US); /* for the neighbour's answer */
	return fd;
}

/* What a datagram costs. */
static void datagrams(int fd, const char *buf, const char *curve, size_t x)
{
	for (int i = 0; i < CALLS; i++) {
		uint64_t t = ticks();

		send_one(fd, buf, DATAGRAM);
		sample[i] = ticks() - t;
	}
	print_sample(curve, x, 0, 1, "insn/datagram");
}

/* What a segment costs when each of n flows has written @size bytes: write,
 * completion, ACK. */
static void segments(const int *fds, size_t n, const char *buf, size_t size,
		     const char *curve, size_t x)
{
	size_t per = n * ((size + SEGMENT - 1) / SEGMENT);

	for (size_t s = 0; s < CALLS; s++) {
		uint64_t t = ticks(), cost;

		for (size_t i = 0; i < n; i++)
			send_one(fds[i], buf, size);
		cost = ticks() - t;
		for (size_t i = 0; i < n; i++)
			cost += drain(fds[i]);
		sample[s] = cost;
	}
	print_sample(curve, x, CALLS / 2, per, "insn/segment");
}

/* --- sockets that are open --- */

static struct sockaddr_in local(size_t i)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(FIRST_PORT + i)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int listen_at(size_t i)
{
	struct sockaddr_in sin = local(i);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    listen(fd, 16))
		die("listen");
	return fd;
}

/* Two more sockets: both ends of an idle connection over the loopback. */
static void open_pair(size_t nth)
{
	static int listener = -1;
	struct sockaddr_in sin = local(nth / PER_PORT);
	int fd;

	if (nth % PER_PORT == 0)
		listener = listen_at(nth / PER_PORT);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    accept(listener, NULL, NULL) < 0)
		die("connect");
}

static void raise_file_limit(rlim_t n)
{
	struct rlimit rl = { n, n };

	if (setrlimit(RLIMIT_NOFILE, &rl))
		die("setrlimit");
}

static void scale_sockets(char **argv, size_t most)
{
	int udp = open_datagram(argv), tcp = open_stream(argv);
	char *buf = payload(SEGMENT);
	size_t n = 1, pairs = 0;

	raise_file_limit(most + 256);
	for (; n <= most; n *= 10) {
		for (; 2 * pairs < n - 1; pairs++)
			open_pair(pairs);
		datagrams(udp, buf, "sockets.udp", n);
		segments(&tcp, 1, buf, SEGMENT, "sockets.tcp", n);
	}
	free(buf);
}

/* --- flows that send at once --- */

/* Each flow writes one segment, so that all are in flight together. */
static void scale_flows(char **argv, size_t most)
{
	static const size_t counts[] = { 1, 3, 10, 30, 100, 300, 1000 };
	int *fds = calloc(most, sizeof(*fds));
	char *buf = payload(SEGMENT);
	size_t n = 0, k;

	if (!fds)
		die("calloc");
	raise_file_limit(most + 256);
	for (k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		if (counts[k] > most)
			break;
		while (n < counts[k])
			fds[n++] = open_stream(argv);
		segments(fds, n, buf, SEGMENT, "flows", n);
	}
	free(fds);
	free(buf);
}

/* --- bytes of a write --- */

static void scale_writes(char **argv)
{
	int fd = open_stream(argv), space = 8 << 20;
	char *buf = payload(1 << 20);
	size_t size;

	/* A write must not wait for an ACK: idle time is no work. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &space, sizeof(space));
	/* The window opens first. */
	for (int i = 0; i < 8; i++) {
		send_one(fd, buf, 1 << 20);
		drain(fd);
	}
	for (size = 1; size <= 1 << 20; size *= 4)
		segments(&fd, 1, buf, size, "write", size);
	close(fd);
	free(buf);
}

/* --- descriptors of the ring --- */

static void set_ring(uint32_t size)
{
	struct ethtool_ringparam p = { .cmd = ETHTOOL_SRINGPARAM,
				       .rx = 256,
				       .tx = size };
	struct ifreq ifr = { .ifr_data = (char *)&p };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(ifr.ifr_name, "eth0");
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		die("ETHTOOL_SRINGPARAM");
	close(fd);
}

static void scale_rings(char **argv)
{
	int udp = open_datagram(argv), tcp = open_stream(argv);
	char *buf = payload(SEGMENT);
	struct iovec iov = { buf, DATAGRAM };
	struct mmsghdr msgs[BURST] = { { { 0 }, 0 } };

	for (int i = 0; i < BURST; i++) {
		msgs[i].msg_hdr.msg_iov = &iov;
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	for (uint32_t size = 64; size <= 4096; size *= 2) {
		set_ring(size);
		datagrams(udp, buf, "ring.udp", size);
		for (int i = 0; i < CALLS; i++) {
			uint64_t t = ticks();

			if (sendmmsg(udp, msgs, BURST, 0) != BURST)
				die("sendmmsg");
			sample[i] = ticks() - t;
		}
		print_sample("ring.udp_burst", size, 0, BURST, "insn/datagram");
		segments(&tcp, 1, buf, SEGMENT, "ring.tcp", size);
	}
	free(buf);
}

void bench_scale(char **argv, const char *curve, size_t most)
{
	if (!strcmp(curve, "sockets"))
		scale_sockets(argv, most ? most : 100000);
	else if (!strcmp(curve, "flows"))
		scale_flows(argv, most ? most : 1000);
	else if (!strcmp(curve, "writes"))
		scale_writes(argv);
	else if (!strcmp(curve, "rings"))
		scale_rings(argv);
	else {
		fprintf(stderr, "bench: no curve %s\n", curve);
		exit(2);
	}
}

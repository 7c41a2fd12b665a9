// SPDX-License-Identifier: MIT
/*
 * bench: what sending costs, seen from a program. An ordinary Linux program:
 * it runs in Doorbell and, unchanged, on Linux.
 *
 * Each test prints `name value unit` lines. Costs are TSC ticks from just
 * before a system call to just after it; under QEMU's `-icount shift=0` a
 * tick is one guest instruction, and the least of many calls is the call
 * without an interrupt in it. Rates are by the monotonic clock.
 */
#define _GNU_SOURCE
#include "apps/bench/bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if_arp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char usage_text[] =
	"usage: bench udp HOST PORT [COUNT [SIZE]]   datagrams by sendto\n"
	"       bench tcp HOST PORT [COUNT [SIZE]]   writes of SIZE, NODELAY\n"
	"       bench bulk HOST PORT [MIB [SIZE]]    one stream, 64 KiB "
	"writes\n"
	"       bench large HOST PORT [COUNT [SIZE]] writes by write(), with\n"
	"                                            MSG_ZEROCOPY, by "
	"sendfile();\n"
	"                                            after slow start, each "
	"when the\n"
	"                                            one before is "
	"acknowledged\n"
	"       bench null [COUNT]                   getppid(), the bare "
	"entry\n"
	"       bench cost HOST PORT                 short: a few of "
	"each\n"
	"       bench suite HOST PORT [MS [GLOB]]    every rate, MS each; "
	"PORT\n"
	"                                            discards, PORT+1 echoes\n"
	"       bench first HOST PORT                one datagram, at once: "
	"to a\n"
	"                                            neighbour that is set "
	"first\n"
	"       bench scale HOST PORT CURVE [MOST]   sockets, flows, writes, "
	"rings:\n"
	"                                            what a send costs "
	"there\n"
	"       bench memory HOST PORT               bytes of a packet in "
	"flight\n"
	"       bench offload IFNAME on|off          (Linux) checksum, "
	"scatter,\n"
	"                                            segmentation\n";

enum bench_way {
	BY_WRITE,
	BY_ZEROCOPY,
	BY_SENDFILE
};

/* Of single writes so many go first, as fast as they can: slow start. */
#define LARGE_FIRST 24
#define ACK_POLL_US 300

struct samples {
	uint64_t least, total, count;
	uint64_t start_ns;
};

void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void samples_start(struct samples *s)
{
	memset(s, 0, sizeof(*s));
	s->least = UINT64_MAX;
	s->start_ns = now_ns();
}

static void samples_add(struct samples *s, uint64_t cost)
{
	if (cost < s->least)
		s->least = cost;
	s->total += cost;
	s->count++;
}

static void samples_print(const struct samples *s, const char *name,
			  uint64_t bytes)
{
	uint64_t ns = now_ns() - s->start_ns;

	if (!ns)
		ns = 1;
	printf("ticks.%s.least %llu tick\n", name,
	       (unsigned long long)s->least);
	printf("ticks.%s.mean %llu tick\n", name,
	       (unsigned long long)(s->total / s->count));
	printf("rate.%s %llu call/s\n", name,
	       (unsigned long long)(s->count * 1000000000.0 / (double)ns));
	if (bytes)
		printf("rate.%s.bytes %.1f MB/s\n", name,
		       (double)bytes * 1000.0 / (double)ns);
}

int open_socket(int type, char **argv)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = type };
	struct addrinfo *ai;
	int fd, err;

	err = getaddrinfo(argv[0], argv[1], &hints, &ai);
	if (err) {
		fprintf(stderr, "bench: %s: %s\n", argv[0], gai_strerror(err));
		exit(1);
	}
	fd = socket(AF_INET, type, 0);
	if (fd < 0)
		die("socket");
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) < 0)
		die("connect");
	freeaddrinfo(ai);
	return fd;
}

static size_t number(int argc, char **argv, int i, size_t otherwise)
{
	char *end;
	unsigned long long v;

	if (i >= argc)
		return otherwise;
	v = strtoull(argv[i], &end, 0);
	if (*end || end == argv[i] || !v) {
		fprintf(stderr, "bench: not a number: %s\n", argv[i]);
		exit(2);
	}
	return v;
}

char *payload(size_t size)
{
	char *buf = malloc(size);

	if (!buf)
		die("malloc");
	for (size_t i = 0; i < size; i++)
		buf[i] = (char)(i * 7 + (i >> 8));
	return buf;
}

static void bench_null(size_t count)
{
	struct samples s;
	uint64_t t;

	samples_start(&s);
	while (count--) {
		t = ticks();
		getppid();
		samples_add(&s, ticks() - t);
	}
	samples_print(&s, "null", 0);
}

static void bench_udp(char **argv, size_t count, size_t size)
{
	int fd = open_socket(SOCK_DGRAM, argv);
	char *buf = payload(size);
	char name[32];
	struct samples s;
	uint64_t t;

	/* The neighbour must answer before a burst (its queue is short). */
	if (send(fd, buf, size, 0) < 0)
		die("send");
	usleep(1200000);
	samples_start(&s);
	for (size_t i = 0; i < count; i++) {
		t = ticks();
		if (send(fd, buf, size, 0) < 0 && errno != ECONNREFUSED)
			die("send");
		samples_add(&s, ticks() - t);
	}
	snprintf(name, sizeof(name), "udp.%zu", size);
	samples_print(&s, name, (uint64_t)count * size);
	free(buf);
	close(fd);
}

/* Send all of @buf; the ticks are those of the calls. */
static uint64_t send_whole(int fd, const char *buf, size_t size,
			   enum bench_way way, int file)
{
	size_t done = 0;
	uint64_t t = ticks();

	while (done < size) {
		off_t at = (off_t)done;
		ssize_t n;

		if (way == BY_WRITE)
			n = write(fd, buf + done, size - done);
		else if (way == BY_ZEROCOPY)
			n = send(fd, buf + done, size - done, MSG_ZEROCOPY);
		else
			n = sendfile(fd, file, &at, size - done);
		if (n <= 0)
			die(way == BY_WRITE ? "write" : "send");
		done += (size_t)n;
	}
	return ticks() - t;
}

/* Until the peer has acknowledged all: what is measured next shares its time
 * with no ACK. */
static void wait_acknowledged(int fd)
{
	int left;

	while (!ioctl(fd, TIOCOUTQ, &left) && left)
		usleep(ACK_POLL_US);
}

/* A file with these bytes, which has no name. */
static int file_of(const char *buf, size_t size)
{
	char name[] = "/tmp/bench-XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || write(fd, buf, size) != (ssize_t)size)
		die(name);
	unlink(name);
	return fd;
}

static void bench_tcp(char **argv, size_t count, size_t size, int nodelay,
		      enum bench_way way, const char *label)
{
	size_t first = strncmp(label, "large", 5) ? count : LARGE_FIRST;
	int fd = open_socket(SOCK_STREAM, argv), on = 1, file = -1;
	char *buf = payload(size);
	char name[32];
	struct samples s;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof(nodelay));
	/* Slow start is to go on until a write is one packet: no HyStart. */
	if (first != count)
		setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
	if (way == BY_ZEROCOPY &&
	    setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)) < 0)
		die("SO_ZEROCOPY");
	if (way == BY_SENDFILE)
		file = file_of(buf, size);
	samples_start(&s);
	for (size_t i = 0; i < count; i++) {
		samples_add(&s, send_whole(fd, buf, size, way, file));
		if (i >= first)
			wait_acknowledged(fd);
	}
	/* Delivered, not merely queued: wait for the peer's end. */
	shutdown(fd, SHUT_WR);
	while (read(fd, buf, size) > 0)
		;
	snprintf(name, sizeof(name), "%s.%zu", label, size);
	samples_print(&s, name, (uint64_t)count * size);
	free(buf);
	close(fd);
	if (file >= 0)
		close(file);
}

/* As soon as a program can: nobody has to answer, so nobody is waited for. */
static void bench_first(char **argv)
{
	struct arpreq neighbour = {
		.arp_ha.sa_data = "\x02\0\0\0\0\1",
		.arp_flags = ATF_COM | ATF_PERM,
		.arp_dev = "eth0",
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 0)),
		.sin_addr.s_addr = inet_addr(argv[0]),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memcpy(&neighbour.arp_pa, &to, sizeof(to));
	neighbour.arp_ha.sa_family = ARPHRD_ETHER;
	if (ioctl(fd, SIOCSARP, &neighbour) < 0)
		die("SIOCSARP");
	if (sendto(fd, "first", 5, 0, (struct sockaddr *)&to, sizeof(to)) != 5)
		die("sendto");
	close(fd);
}

/* Large writes, copied and not. */
static void bench_large(char **argv, size_t count, size_t size)
{
	bench_tcp(argv, count, size, 0, BY_WRITE, "large");
	bench_tcp(argv, count, size, 0, BY_ZEROCOPY, "large.zerocopy");
	bench_tcp(argv, count, size, 0, BY_SENDFILE, "large.sendfile");
}

/* What tools/bench_icount.py traces: it knows these tests and counts. */
static void bench_cost(char **argv)
{
	bench_null(16);
	bench_udp(argv, 32, 18);
	bench_udp(argv, 32, 64);
	bench_udp(argv, 32, 1472);
	bench_tcp(argv, 512, 1460, 1, BY_WRITE, "tcp");
}

int main(int argc, char **argv)
{
	const char *test = argc > 1 ? argv[1] : "";
	size_t size, count;

	if (!strcmp(test, "--help") || !strcmp(test, "-h")) {
		fputs(usage_text, stdout);
		return 0;
	}
	if (!strcmp(test, "null")) {
		bench_null(number(argc, argv, 2, 1000));
		return 0;
	}
	if (argc < 4) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (!strcmp(test, "first")) {
		bench_first(argv + 2);
		return 0;
	}
	if (!strcmp(test, "offload")) {
		bench_offload(argv[2], !strcmp(argv[3], "on"));
		return 0;
	}
	if (!strcmp(test, "suite")) {
		bench_suite(argv + 2, (unsigned int)number(argc, argv, 4, 1000),
			    argc > 5 ? argv[5] : "*");
		return 0;
	}
	if (!strcmp(test, "scale")) {
		bench_scale(argv + 2, argc > 4 ? argv[4] : "",
			    number(argc, argv, 5, 0));
		return 0;
	}
	if (!strcmp(test, "memory")) {
		bench_memory(argv + 2);
		return 0;
	}
	if (!strcmp(test, "cost")) {
		bench_cost(argv + 2);
		return 0;
	}
	count = number(argc, argv, 4, 1000);
	if (!strcmp(test, "udp")) {
		bench_udp(argv + 2, count, number(argc, argv, 5, 18));
	} else if (!strcmp(test, "tcp")) {
		bench_tcp(argv + 2, count, number(argc, argv, 5, 1460), 1,
			  BY_WRITE, "tcp");
	} else if (!strcmp(test, "bulk")) {
		size = number(argc, argv, 5, 65536);
		bench_tcp(argv + 2, (count << 20) / size, size, 0, BY_WRITE,
			  "bulk");
	} else if (!strcmp(test, "large")) {
		bench_large(argv + 2, number(argc, argv, 4, 64),
			    number(argc, argv, 5, 60000));
	} else {
		fputs(usage_text, stderr);
		return 2;
	}
	return 0;
}

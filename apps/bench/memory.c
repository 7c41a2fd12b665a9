// SPDX-License-Identifier: MIT
/*
 * What a packet in flight holds: `memory.packet.SIZE bytes bytes`, of a TCP
 * segment that has been sent and not acknowledged, its data and everything
 * about it, as the system charges it to the socket.
 */
#define _GNU_SOURCE
#include "apps/bench/bench.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEGMENTS 8 /* fewer than the first window */
#define TRIES    16

/* linux/sock_diag.h, which musl does not have. */
#define SO_MEMINFO             55
#define SK_MEMINFO_WMEM_QUEUED 5
#define SK_MEMINFO_VARS        9

/* Write so many segments; the bytes of those in flight. 0: the ACKs were too
 * quick. */
static uint32_t queued(int fd, const char *buf, size_t size)
{
	uint32_t mem[SK_MEMINFO_VARS];
	socklen_t mem_len = sizeof(mem);
	struct tcp_info info;
	socklen_t info_len = sizeof(info);

	memset(&info, 0, sizeof(info));
	for (int i = 0; i < SEGMENTS; i++)
		if (send(fd, buf, size, 0) != (ssize_t)size)
			die("send");
	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &mem_len) ||
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_len))
		die("getsockopt");
	if (info.tcpi_unacked != SEGMENTS)
		return 0;
	return mem[SK_MEMINFO_WMEM_QUEUED] / SEGMENTS;
}

void bench_memory(char **argv)
{
	static const size_t sizes[] = { 64, 1448 };
	char *buf = payload(1448);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t bytes = 0;

		for (int try = 0; try < TRIES && !bytes; try++) {
			int fd = open_socket(SOCK_STREAM, argv), on = 1;

			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
				   sizeof(on));
			bytes = queued(fd, buf, sizes[i]);
			close(fd);
		}
		if (!bytes) {
			fprintf(stderr, "bench: ACKs come too soon\n");
			exit(1);
		}
		printf("memory.packet.%zu %u bytes\n", sizes[i], bytes);
	}
	free(buf);
}

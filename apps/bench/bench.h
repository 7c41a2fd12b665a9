/* SPDX-License-Identifier: MIT */
/* What the files of bench share. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The TSC. */
static inline uint64_t ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

void die(const char *what);
uint64_t now_ns(void);
/* A connected socket of @type to argv[0] (host) argv[1] (port). */
int open_socket(int type, char **argv);
char *payload(size_t size);

/* Every rate, each for @ms milliseconds; only those that match @glob. */
void bench_suite(char **argv, unsigned int ms, const char *glob);
/* What a send costs as something around it grows: "sockets", "flows" (to @most;
 * 0: 100,000, 1,000), "writes", "rings". */
void bench_scale(char **argv, const char *curve, size_t most);
/* What a packet in flight holds. */
void bench_memory(char **argv);
/* Switch an interface's checksum, scatter and segmentation off or on. */
void bench_offload(const char *ifname, int on);

/* SPDX-License-Identifier: MIT */
/* What the files of bench share. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void die(const char *what);
uint64_t now_ns(void);
/* A connected socket of @type to argv[0] (host) argv[1] (port). */
int open_socket(int type, char **argv);
char *payload(size_t size);

/* Every rate, each for @ms milliseconds; only those that match @glob. */
void bench_suite(char **argv, unsigned int ms, const char *glob);
/* Switch an interface's checksum, scatter and segmentation off or on. */
void bench_offload(const char *ifname, int on);

/* SPDX-License-Identifier: MIT */
/* DOC: the settings of a stack by name: /proc/sys/net in the guest, `sysctl.`
 * words on the command line, scripts in the tests. */
#pragma once

#include "lib/types.h"

struct net;

struct ctl_table {
	/* Below /proc/sys: "net/ipv4/tcp_sack"; a whole path begins with "/".
	 */
	const char *procname;
	u16 offset;    /* in struct netns_ipv4, or in struct net */
	u8 in_net : 1; /* so */
	u8 read_only : 1;
	u8 ascends : 1; /* each number at least as great as the one before */
	u8 count, size; /* so many numbers of so many bytes */
	s32 min;        /* also says whether there is a sign */
	u32 max;
	/* Instead of numbers: text without a line's end. */
	int (*get)(const struct net *net, char *text, size_t size);
	int (*set)(struct net *net, const char *text);
};

/* The longest text that sysctl_get() makes, and that sysctl_set() is given. */
#define SYSCTL_TEXT_MAX 256

const struct ctl_table *sysctl_at(u32 i);
const struct ctl_table *sysctl_find(const char *name);
size_t sysctl_get(const struct net *net, const struct ctl_table *t, char *text,
		  size_t size);
int sysctl_set(struct net *net, const struct ctl_table *t,
	       const char *text) __must_check;

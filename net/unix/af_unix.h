/* SPDX-License-Identifier: MIT */
/* DOC: AF_UNIX as the start-up and the file tree see it. */
#pragma once

#include "lib/types.h"

/* The file tree, which lies above: a socket's name there. */
struct unix_fs_ops {
	/* Make a socket file; *@key is it, for put(). -EADDRINUSE: the name is
	 * taken; or what the path says. */
	int (*bind)(const char *path, void **key);
	/* The socket file of a name, for put(). -ECONNREFUSED: no socket. */
	int (*find)(const char *path, void **key);
	void (*put)(void *key);
};

/* Returns what was set before; NULL: names are abstract only. */
const struct unix_fs_ops *unix_set_fs(const struct unix_fs_ops *ops);
void unix_init(void);

struct net;
/* /proc/net/unix (proc.c) */
size_t unix_proc_next(struct net *net, u64 *pos, char *text, size_t size);

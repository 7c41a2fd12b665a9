/* SPDX-License-Identifier: MIT */
/* DOC: what the preload library and the packetdrill library agree on. */
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

/* Environment: the folder that stands for /proc/sys in scripts' commands. */
#define DOORBELL_SYSCTL "DOORBELL_SYSCTL"
/* The preload library's function, looked up by name: takes the ops. */
#define DOORBELL_PRELOAD_JOIN "doorbell_preload_join"
#define PATH_MAX_             4096
/* Files of that folder: the counters before the command, those that nstat
 * has shown, and the wish of `ip tcp_metrics flush`. */
#define DOORBELL_COUNTERS "counters"
#define DOORBELL_SHOWN    "counters.shown"
#define DOORBELL_FLUSH    "flush"
/* Lines of `ip route`: the words behind that. */
#define DOORBELL_ROUTES "routes"
/* Lines of `ethtool -K`: a feature and "on" or "off". */
#define DOORBELL_FEATURES "features"

struct doorbell_preload_ops {
	int (*owns_fd)(int fd);
	int (*close)(int fd);
	int (*getsockopt)(int fd, int level, int name, void *val,
			  socklen_t *len);
	/* @out is the stack's, @in perhaps a file of this machine. */
	ssize_t (*sendfile)(int out, int in, off_t *off, size_t n);
	/* A command of the script is about to run, or has run. */
	void (*before_command)(void);
	void (*after_command)(void);
};

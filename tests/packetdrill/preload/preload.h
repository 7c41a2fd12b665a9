/* SPDX-License-Identifier: MIT */
/* DOC: what the preload library and the packetdrill library agree on. */
#pragma once

#include <pthread.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

/* Environment: the folder that stands for /proc/sys in scripts' commands. */
#define DOORBELL_FOLDER "DOORBELL_FOLDER"
/* The preload library's function, looked up by name: takes the ops. */
#define DOORBELL_PRELOAD_JOIN "doorbell_preload_join"
/* The stack's, for commands that run before packetdrill has loaded it. */
#define DOORBELL_PREPARE "doorbell_packetdrill_prepare"
#define PATH_MAX_        4096
/* Files of that folder: the counters before the command, those that nstat has
 * shown, what tools were told to do (a line each, docs/PACKETDRILL.md), and
 * whether tun0 has a discipline of the script's. */
#define DOORBELL_COUNTERS "counters"
#define DOORBELL_SHOWN    "counters.shown"
#define DOORBELL_ORDERS   "orders"
#define DOORBELL_QDISC    "qdisc"
/* Below it: what stands for /proc/net. */
#define DOORBELL_PROC_NET "proc_net"

/* packetdrill's calls that go past the table. */
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
	/* packetdrill waits for a call that sleeps in the stack: @lock is held.
	 * 0: look again; ETIMEDOUT; -1: it does not, wait in the usual way. */
	int (*wait_for_call)(pthread_mutex_t *lock,
			     const struct timespec *until);
};

/* folder.c: the private folder, its name in the environment of the commands;
 * 0 or an errno. */
int doorbell_folder_make(const char *preload);
void doorbell_folder_remove(void);

/* SPDX-License-Identifier: MIT */
/* DOC: record locks of fcntl(): lib/locks.c. */
#pragma once

#include "lib/types.h"

struct file;

/* uAPI asm-generic/fcntl.h: struct flock. */
struct user_flock {
	s16 l_type, l_whence;
	loff_t l_start, l_len;
	s32 l_pid;
};
static_assert(sizeof(struct user_flock) == 32, "uAPI asm-generic/fcntl.h");

long fcntl_lock(struct file *f, int fd, u32 cmd, u64 arg);
void locks_remove(const struct file *f, const void *owner);

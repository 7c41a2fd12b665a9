/* SPDX-License-Identifier: MIT */
/* DOC: one question to one file, and how a call sleeps on many (select.c). */
#pragma once

#include "lib/file.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/time.h"

/* What a file without poll operation is always. */
#define DEFAULT_POLLMASK (EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM)

static inline u32 vfs_poll(struct file *f, struct poll_table *pt)
{
	return f->f_op->poll ? f->f_op->poll(f, pt) : DEFAULT_POLLMASK;
}

/* A program's time limit in ns; NULL is MAX_SCHEDULE_TIMEOUT. */
int timeout_from_user(const struct timespec __user *ts,
		      u64 *left_ns) __must_check;
/* Use a program's signal mask for this system call; NULL: none given. */
int sigmask_from_user(const u64 __user *mask, size_t size) __must_check;

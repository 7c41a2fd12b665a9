/* SPDX-License-Identifier: MIT */
/* DOC: reading and writing a file from inside the kernel. */
#pragma once

#include "lib/types.h"

struct file;
struct iov_iter;

/* The access mode is checked; flags and place are the file's. */
ssize_t file_read(struct file *f, struct iov_iter *to);
ssize_t file_write(struct file *f, struct iov_iter *from);

/* SPDX-License-Identifier: MIT */
/* DOC: reading and writing a file from inside the kernel. */
#pragma once

#include "lib/types.h"

struct bio_vec;
struct file;
struct iov_iter;

/* The access mode is checked; flags and place are the file's. */
ssize_t file_read(struct file *f, struct iov_iter *to);
ssize_t file_write(struct file *f, struct iov_iter *from);
/* A file's own memory, by reference; the file has get_piece. */
ssize_t file_get_pieces(struct file *in, loff_t pos, size_t len,
			struct bio_vec *pieces, u32 *nr) __must_check;

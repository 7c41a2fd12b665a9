/* SPDX-License-Identifier: MIT */
/*
 * DOC: pipes as splice() sees them: rings of references to pages. Task context
 * only.
 */
#pragma once

#include "lib/file.h"
#include "lib/page.h"

#define PIPE_BUFFERS 16U

struct pipe;

struct pipe *pipe_of_reader(const struct file *f);
struct pipe *pipe_of_writer(const struct file *f);
int pipe_wait_readable(struct pipe *p, bool noblock) __must_check;
int pipe_wait_free(struct pipe *p, bool noblock) __must_check;
void pipe_push(struct pipe *p, const struct bio_vec *piece);
size_t pipe_bytes(const struct pipe *p);
size_t pipe_peek(struct pipe *p, size_t len, struct bio_vec *pieces, u32 *nr);
void pipe_consume(struct pipe *p, size_t n);

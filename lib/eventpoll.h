/* SPDX-License-Identifier: MIT */
/* DOC: what the file layer must tell epoll (lib/eventpoll.c). */
#pragma once

#include "lib/file.h"

void eventpoll_release_file(struct file *f);

/* The last reference to @f is going: no epoll instance watches it further. */
static inline void eventpoll_release(struct file *f)
{
	if (!list_empty(&f->f_ep))
		eventpoll_release_file(f);
}

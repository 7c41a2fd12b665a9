/* SPDX-License-Identifier: MIT */
/*
 * DOC: poll(), select() and epoll as programs see them (uAPI
 * asm-generic/poll.h, linux/posix_types.h, linux/eventpoll.h). A file's poll
 * operation answers in EPOLL* bits, whose low ones are the POLL* bits.
 */
#pragma once

#include "lib/types.h"

#define POLLIN     0x0001
#define POLLPRI    0x0002
#define POLLOUT    0x0004
#define POLLERR    0x0008
#define POLLHUP    0x0010
#define POLLNVAL   0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080
#define POLLWRNORM 0x0100
#define POLLWRBAND 0x0200
#define POLLMSG    0x0400
#define POLLRDHUP  0x2000

#define EPOLLIN        0x00000001U
#define EPOLLPRI       0x00000002U
#define EPOLLOUT       0x00000004U
#define EPOLLERR       0x00000008U
#define EPOLLHUP       0x00000010U
#define EPOLLNVAL      0x00000020U
#define EPOLLRDNORM    0x00000040U
#define EPOLLRDBAND    0x00000080U
#define EPOLLWRNORM    0x00000100U
#define EPOLLWRBAND    0x00000200U
#define EPOLLMSG       0x00000400U
#define EPOLLRDHUP     0x00002000U
#define EPOLLEXCLUSIVE (1U << 28)
#define EPOLLWAKEUP    (1U << 29)
#define EPOLLONESHOT   (1U << 30)
#define EPOLLET        (1U << 31)

#define EPOLL_CLOEXEC 02000000
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

struct pollfd {
	int fd;
	s16 events;
	s16 revents;
};
static_assert(sizeof(struct pollfd) == 8, "uAPI asm-generic/poll.h");

struct epoll_event {
	u32 events;
	u64 data;
} __packed;
static_assert(sizeof(struct epoll_event) == 12, "uAPI, x86_64: packed");

#define FD_SETSIZE 1024

/* SPDX-License-Identifier: MIT */
/* DOC: addresses and control messages of AF_UNIX (uAPI linux/un.h,
 * linux/socket.h). */
#pragma once

#include "lib/types.h"

#define UNIX_PATH_MAX 108

struct sockaddr_un {
	u16 sun_family;
	char sun_path[UNIX_PATH_MAX];
};
static_assert(sizeof(struct sockaddr_un) == 110, "uAPI linux/un.h");

/* cmsg_type at SOL_SOCKET */
#define SCM_RIGHTS      1
#define SCM_CREDENTIALS 2
/* Descriptors in one message. */
#define SCM_MAX_FD 253

struct ucred {
	u32 pid, uid, gid;
};

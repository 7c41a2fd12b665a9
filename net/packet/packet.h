/* SPDX-License-Identifier: MIT */
/* DOC: AF_PACKET, for who starts the stack. */
#pragma once

#include "lib/types.h"

struct net;

void packet_init(void);
/* /proc/net/packet */
size_t packet_proc_next(struct net *net, u64 *pos, char *text, size_t size);

/* SPDX-License-Identifier: MIT */
/* DOC: the UDP header (RFC 768). */
#pragma once

#include "lib/byteorder.h"

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	__sum16 check;
} __packed __aligned(2);
static_assert(sizeof(struct udphdr) == 8, "RFC 768");

/* SPDX-License-Identifier: MIT */
/* DOC: seeding; the output is get_random_bytes() of lib/platform.h. */
#pragma once

#include "lib/types.h"

void random_init(void);
/* Stir @n bytes in: a MAC address, a packet's arrival. Any context. */
void add_device_randomness(const void *buf, size_t n);

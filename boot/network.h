/* SPDX-License-Identifier: MIT */
/* DOC: the network's part of start-up, for boot/main.c. */
#pragma once

void network_init(void);
void network_configure(void);

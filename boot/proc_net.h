/* SPDX-License-Identifier: MIT */
/* DOC: /proc/net. */
#pragma once

void proc_net_init(void);

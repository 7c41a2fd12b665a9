/* SPDX-License-Identifier: MIT */
/* DOC: the network's last words, before the machine ends. */
#pragma once

void drain_network(void);

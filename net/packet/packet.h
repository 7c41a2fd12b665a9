/* SPDX-License-Identifier: MIT */
/* DOC: AF_PACKET, for who starts the stack. */
#pragma once

void packet_init(void);

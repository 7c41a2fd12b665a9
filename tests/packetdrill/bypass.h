/* SPDX-License-Identifier: MIT */
/* DOC: packetdrill's calls past the table, without the preload library. */
#pragma once

struct doorbell_preload_ops;

/* 0, or -1: this program does not call them through a table of addresses. */
int bypass_join(const struct doorbell_preload_ops *ops);

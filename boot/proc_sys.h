/* SPDX-License-Identifier: MIT */
/* DOC: /proc/sys. */
#pragma once

void proc_sys_init(void);

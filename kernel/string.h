/* SPDX-License-Identifier: MIT */
/* DOC: mem* and str* are lib/platform.h's; this chooses their method. */
#pragma once

/* By CPUID, once; before it the portable loops are used. */
void string_init(void);

/* SPDX-License-Identifier: MIT */
/* DOC: between traps.c and the scheduler. */
#pragma once

#include "lib/types.h"

void tss_set_stack(u64 top);

/* SPDX-License-Identifier: MIT */
/* DOC: for suites of the guest that are about the clock itself. */
#pragma once

#include "lib/types.h"

/* The machine's clock from now on, or the virtual one; time goes on. */
void test_use_real_clock(bool on);

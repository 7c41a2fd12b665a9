/* SPDX-License-Identifier: MIT */
/* DOC: the idle CPU, apart so that the test image can put itself there. */
#pragma once

/* Interrupts off, on return too: wait for one interrupt and serve it. */
void cpu_idle(void);

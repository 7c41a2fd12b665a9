// SPDX-License-Identifier: MIT
/* DOC: what the CPU does when there is nothing to do. */
#include "kernel/sched_int.h"

/**
 * cpu_idle() - Halt until an interrupt has been served.
 *
 * STI holds interrupts off for one more instruction, so that none is lost
 * between the caller's look at the run queue and the halt.
 *
 * Context: interrupts off, on entry and on return.
 */
void cpu_idle(void)
{
	__asm__ volatile("sti\n\thlt\n\tcli" ::: "memory");
}

/* SPDX-License-Identifier: MIT */
/* DOC: vectors, and what traps.c and time.c need of irq.c. */
#pragma once

#include "lib/types.h"

#define VECTOR_IRQ_BASE 32 /* ISA lines 0-15 */
#define VECTOR_TIMER    48
#define VECTOR_SPURIOUS 63 /* low four bits set, as old APICs demand */

/* Local APIC registers (Intel SDM 3A, table 11-1). */
#define LAPIC_EOI       0x0b0
#define LAPIC_SVR       0x0f0
#define LAPIC_TPR       0x080
#define LAPIC_LVT_TIMER 0x320
#define LAPIC_LVT_LINT0 0x350
#define LAPIC_LVT_LINT1 0x360
#define LAPIC_LVT_ERROR 0x370
#define LAPIC_TIMER_ICR 0x380
#define LAPIC_TIMER_CCR 0x390
#define LAPIC_TIMER_DCR 0x3e0

u32 lapic_read(u32 reg);
void lapic_write(u32 reg, u32 v);
/* Handler of VECTOR_TIMER, hardirq context. */
void time_interrupt(void);
void irq_dispatch(u32 vector);

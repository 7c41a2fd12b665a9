/* SPDX-License-Identifier: MIT */
/* DOC: the clock's set-up; reading and arming it is lib/platform.h's. */
#pragma once

#include "lib/types.h"

/* Remember the start: ktime_get_ns() counts from here. */
void time_early_init(void);
/* Calibrate the TSC and the APIC timer; after irq_init(). */
void time_init(void);
u32 tsc_khz(void);
/* Of the time stamp counter. */
u64 cycles_to_ns(u64 cycles);
/* Clock interrupts taken since boot. */
u64 time_interrupts(void);
/* True under QEMU's translator: what is fast differs (docs in string.c). */
bool hypervisor_is_tcg(void);

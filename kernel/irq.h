/* SPDX-License-Identifier: MIT */
/*
 * DOC: hardware interrupts: ISA lines 0-15 through the PIC pair, shared and
 * level-triggered where PCI uses them; the local APIC carries the clock.
 */
#pragma once

#include "lib/types.h"

#define NR_IRQS 16

/*
 * Runs in hardirq context, interrupts off: read the cause, mask the device,
 * raise a softirq. False: not this device (the line is shared).
 */
typedef bool (*irq_handler_t)(void *arg);

void irq_init(void);
/* 0, -EINVAL (no such line) or -ENOMEM. Unmasks the line. */
int request_irq(u32 irq, irq_handler_t handler, void *arg,
		const char *name) __must_check;
void free_irq(u32 irq, void *arg);
/* Deliveries on @irq since boot, and those that no handler claimed. */
u64 irq_count(u32 irq);
u64 irq_spurious_count(void);
/*
 * The line that interrupt @pin (1: INTA) of the PCI device in @slot of bus 0
 * really reaches, from the PIIX3 router, or @line (the configuration
 * register's) when there is none. @slot, @pin as in configuration space.
 */
u32 irq_route_pci(u32 slot, u32 pin, u32 line);

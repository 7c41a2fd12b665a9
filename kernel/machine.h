/* SPDX-License-Identifier: MIT */
/*
 * DOC: the end of the machine. QEMU's isa-debug-exit device at port 0xf4
 * turns @status into its own exit status (status << 1) | 1, seven bits of it;
 * the whole is told on port 0xe9. Without the device the machine is powered
 * off through ACPI, else halted; it is never reset.
 */
#pragma once

#include "lib/types.h"

/* Status of a machine that ended by panic or an exception in the kernel. */
#define MACHINE_STATUS_PANIC 127

/* @status: 0 to 255. Interrupts off, never returns. */
void machine_exit(u32 status) __noreturn;

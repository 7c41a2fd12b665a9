// SPDX-License-Identifier: MIT
/*
 * DOC: how the machine ends. isa-debug-exit is tried first; then ACPI's soft
 * power-off through the PIIX4's power management function, whose I/O base is
 * in its configuration space (82371AB, section 7.2). It is never reset: a
 * machine that failed shall not start over unseen.
 */
#include "kernel/machine.h"
#include "kernel/io.h"
#include "lib/platform.h"
#include "lib/vsprintf.h"

#define DEBUG_PORT      0xe9
#define DEBUG_EXIT_PORT 0xf4
#define DEBUG_EXIT_MAX  127 /* QEMU's own status has seven bits for it */
#define PCI_ADDRESS     0xcf8
#define PCI_DATA        0xcfc
#define PIIX4_PM_ID     0x71138086
#define PIIX4_PMBASE    0x40
#define PM1_CNT         4
#define PM1_SLP_EN      BIT(13)

static u32 pm_config(u32 reg)
{
	/* Bus 0, device 1, function 3. */
	outl(PCI_ADDRESS, 1U << 31 | 1U << 11 | 3U << 8 | reg);
	return inl(PCI_DATA);
}

/* The whole status, for who listens: docs/LAUNCHER.md. */
static void tell_debug_port(u32 status)
{
	char line[32], *p = line;

	snprintf(line, sizeof(line), "doorbell-exit: %u\n", status);
	while (*p)
		outb(DEBUG_PORT, (u8)*p++);
}

/**
 * machine_exit() - End the machine.
 * @status: 0 to 255, for the host.
 *
 * Context: any.
 */
void machine_exit(u32 status)
{
	static const u8 s5_types[] = { 0, 5, 7 }; /* QEMU, VirtualBox, older */
	u16 base;
	u32 i;

	local_irq_disable();
	tell_debug_port(status);
	outb(DEBUG_EXIT_PORT, (u8)min_t(u32, status, DEBUG_EXIT_MAX));
	if (pm_config(0) == PIIX4_PM_ID) {
		base = pm_config(PIIX4_PMBASE) & 0xffc0;
		for (i = 0; base && i < sizeof(s5_types); i++)
			outw((u16)(base + PM1_CNT),
			     (u16)(PM1_SLP_EN | s5_types[i] << 10));
	}
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

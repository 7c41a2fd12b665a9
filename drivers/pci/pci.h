/* SPDX-License-Identifier: MIT */
/*
 * DOC: PCI devices: found by scanning, sized, given addresses where the
 * firmware gave none, and offered to the drivers in the `pci_drivers` linker
 * table. Configuration space by mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2).
 */
#pragma once

#include "lib/list.h"
#include "lib/platform.h"

#define PCI_STD_NUM_BARS 6

/* Configuration header, type 0 and 1 (PCI 3.0, section 6.1). */
#define PCI_VENDOR_ID       0x00
#define PCI_DEVICE_ID       0x02
#define PCI_COMMAND         0x04
#define PCI_CLASS_REVISION  0x08
#define PCI_HEADER_TYPE     0x0e
#define PCI_BASE_ADDRESS_0  0x10
#define PCI_PRIMARY_BUS     0x18
#define PCI_SECONDARY_BUS   0x19
#define PCI_SUBORDINATE_BUS 0x1a
#define PCI_MEMORY_BASE     0x20
#define PCI_MEMORY_LIMIT    0x22
#define PCI_INTERRUPT_LINE  0x3c
#define PCI_INTERRUPT_PIN   0x3d

#define PCI_COMMAND_IO           0x001
#define PCI_COMMAND_MEMORY       0x002
#define PCI_COMMAND_MASTER       0x004
#define PCI_COMMAND_INTX_DISABLE 0x400

#define PCI_HEADER_MULTI_FUNCTION 0x80
#define PCI_HEADER_TYPE_BRIDGE    0x01
#define PCI_CLASS_BRIDGE_PCI      0x0604

#define PCI_BAR_IO    0x1U
#define PCI_BAR_64BIT 0x4U

struct pci_device_id {
	u16 vendor, device;
};

struct pci_bar {
	u64 start; /* bus address; 0: not assigned */
	u64 size;  /* bytes, a power of two; 0: not implemented */
	bool io;   /* port space, else memory */
};

struct pci_dev {
	u8 bus, slot, func;
	u16 vendor, device;
	u16 class_id; /* base class and subclass */
	u8 pin;       /* 1: INTA .. 4: INTD; 0: no interrupt */
	u32 irq;      /* line of the interrupt controller */
	struct pci_bar bar[PCI_STD_NUM_BARS];
	const struct pci_driver *driver; /* the one that took it, or NULL */
	void *driver_data;
	struct list_head list;
};

struct pci_driver {
	const char *name;
	const struct pci_device_id *id_table; /* ends with vendor 0 */
	/* 0: the device is the driver's; a negative errno: it is not. */
	int (*probe)(struct pci_dev *pdev);
};

#define pci_register_driver(drv)                            \
	static const struct pci_driver *const pci_ptr_##drv \
		__attribute__((used, section("pci_drivers"))) = &(drv)

/* Every device found, by list, in order of bus, slot and function. */
extern struct list_head pci_devices;

void pci_init(void);
u32 pci_read_config(const struct pci_dev *pdev, u8 offset, u8 size);
void pci_write_config(const struct pci_dev *pdev, u8 offset, u8 size, u32 v);
int pci_enable_device(struct pci_dev *pdev) __must_check;
void pci_set_master(struct pci_dev *pdev);

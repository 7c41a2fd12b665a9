// SPDX-License-Identifier: MIT
/*
 * DOC: finds the PCI devices, also behind bridges, and probes drivers.
 *
 * Called once by boot/main.c, before any task runs. State: the device list,
 * written only here. A firmware that assigns no addresses (qboot leaves BARs
 * at zero) is completed: memory BARs get addresses from the window below the
 * I/O APIC. Interrupt lines come from the router (kernel/irq.h), with the pin
 * swizzled at each bridge (PCI-to-PCI Bridge 1.2, section 9.1).
 */
#include "drivers/pci/pci.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/errno.h"
#include "kernel/io.h"
#include "kernel/irq.h"

#define PCI_CONFIG_ADDRESS 0xcf8
#define PCI_CONFIG_DATA    0xcfc
#define PCI_CONFIG_ENABLE  0x80000000U
#define PCI_SLOTS          32
#define PCI_FUNCTIONS      8

/*
 * Where an unassigned memory BAR is put: above every RAM that a PC maps
 * below 4 GiB with at most 3 GiB there, below the I/O APIC at fec00000.
 */
#define PCI_MEM_WINDOW_START 0xfd000000ULL
#define PCI_MEM_WINDOW_END   0xfe800000ULL

extern const struct pci_driver *const __start_pci_drivers[];
extern const struct pci_driver *const __stop_pci_drivers[];

LIST_HEAD(pci_devices);

static u64 mem_window_next = PCI_MEM_WINDOW_START;
static u8 last_bus; /* highest bus number in use */

/* The path from bus 0 to the device: what its interrupt pin becomes there. */
struct bus_path {
	u8 bus;
	u8 root_slot; /* slot on bus 0 of the first bridge */
	u8 swizzle;   /* sum of the slots passed, bus 0's excluded */
};

static u32 config_select(u8 bus, u8 slot, u8 func, u8 offset)
{
	return PCI_CONFIG_ENABLE | (u32)bus << 16 | (u32)slot << 11 |
	       (u32)func << 8 | (offset & 0xfcU);
}

/**
 * pci_read_config() - Read a field of configuration space.
 * @pdev:   bus, slot and func are used.
 * @offset: bytes, naturally aligned.
 * @size:   1, 2 or 4 bytes.
 *
 * Context: boot or task; not reentrant (one index register).
 * Return:  the field; all ones if there is no device.
 */
u32 pci_read_config(const struct pci_dev *pdev, u8 offset, u8 size)
{
	outl(PCI_CONFIG_ADDRESS,
	     config_select(pdev->bus, pdev->slot, pdev->func, offset));
	if (size == 1)
		return inb((u16)(PCI_CONFIG_DATA + (offset & 3)));
	if (size == 2)
		return inw((u16)(PCI_CONFIG_DATA + (offset & 2)));
	return inl(PCI_CONFIG_DATA);
}

/**
 * pci_write_config() - Write a field of configuration space.
 * @pdev, @offset, @size: as pci_read_config().
 * @v: the value.
 *
 * Context: boot or task.
 */
void pci_write_config(const struct pci_dev *pdev, u8 offset, u8 size, u32 v)
{
	outl(PCI_CONFIG_ADDRESS,
	     config_select(pdev->bus, pdev->slot, pdev->func, offset));
	if (size == 1)
		outb((u16)(PCI_CONFIG_DATA + (offset & 3)), (u8)v);
	else if (size == 2)
		outw((u16)(PCI_CONFIG_DATA + (offset & 2)), (u16)v);
	else
		outl(PCI_CONFIG_DATA, v);
}

static void command_set(struct pci_dev *pdev, u16 bits)
{
	u32 cmd = pci_read_config(pdev, PCI_COMMAND, 2);

	if ((cmd & bits) != bits)
		pci_write_config(pdev, PCI_COMMAND, 2, cmd | bits);
}

/**
 * pci_set_master() - Let the device start transfers of its own (DMA).
 * @pdev: an enabled device.
 */
void pci_set_master(struct pci_dev *pdev)
{
	command_set(pdev, PCI_COMMAND_MASTER);
}

/* Size one BAR by writing all ones (PCI 3.0, section 6.2.5.1). */
static u32 size_bar(const struct pci_dev *pdev, u8 offset, u32 old)
{
	u32 mask;

	pci_write_config(pdev, offset, 4, ~0U);
	mask = pci_read_config(pdev, offset, 4);
	pci_write_config(pdev, offset, 4, old);
	return mask;
}

static void read_bars(struct pci_dev *pdev)
{
	u32 cmd = pci_read_config(pdev, PCI_COMMAND, 2);
	struct pci_bar *bar;
	u32 i, low, mask;
	u8 offset;

	/* No decoding while the registers hold all ones. */
	pci_write_config(pdev, PCI_COMMAND, 2,
			 cmd & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		bar = &pdev->bar[i];
		offset = (u8)(PCI_BASE_ADDRESS_0 + 4 * i);
		low = pci_read_config(pdev, offset, 4);
		mask = size_bar(pdev, offset, low);
		if (!mask || mask == ~0U)
			continue;
		bar->io = mask & PCI_BAR_IO;
		mask &= bar->io ? ~0x3U : ~0xfU;
		bar->start = low & (bar->io ? ~0x3U : ~0xfU);
		bar->size = bar->io ? (~mask & 0xffffU) + 1 : (u64)~mask + 1;
		if (!bar->io && (low & PCI_BAR_64BIT) &&
		    i + 1 < PCI_STD_NUM_BARS) {
			bar->start |= (u64)pci_read_config(pdev, offset + 4, 4)
				      << 32;
			i++; /* the upper half is not a BAR of its own */
		}
	}
	pci_write_config(pdev, PCI_COMMAND, 2, cmd);
}

static int assign_bar(struct pci_dev *pdev, u32 i)
{
	struct pci_bar *bar = &pdev->bar[i];
	u64 start = ALIGN(mem_window_next, max_t(u64, bar->size, PAGE_SIZE));

	if (pdev->bus != 0 || start + bar->size > PCI_MEM_WINDOW_END) {
		pr_warn("pci: %02x:%02x.%u: no address for BAR %u\n", pdev->bus,
			pdev->slot, pdev->func, i);
		return -ENOMEM;
	}
	mem_window_next = start + bar->size;
	bar->start = start;
	pci_write_config(pdev, (u8)(PCI_BASE_ADDRESS_0 + 4 * i), 4, (u32)start);
	return 0;
}

/**
 * pci_enable_device() - Give unassigned memory BARs addresses, decode them.
 * @pdev: the device to be used.
 *
 * Context: boot.
 * Return:  0, or -ENOMEM when no address space is left for a BAR.
 */
int pci_enable_device(struct pci_dev *pdev)
{
	int err;
	u32 i;

	for (i = 0; i < PCI_STD_NUM_BARS; i++) {
		if (!pdev->bar[i].size || pdev->bar[i].io || pdev->bar[i].start)
			continue;
		err = assign_bar(pdev, i);
		if (err)
			return err;
	}
	command_set(pdev, PCI_COMMAND_MEMORY);
	return 0;
}

static void probe_drivers(struct pci_dev *pdev)
{
	const struct pci_driver *const *drv;
	const struct pci_device_id *id;

	for (drv = __start_pci_drivers; drv < __stop_pci_drivers; drv++) {
		for (id = (*drv)->id_table; id->vendor; id++) {
			if (id->vendor != pdev->vendor ||
			    id->device != pdev->device)
				continue;
			if ((*drv)->probe(pdev) == 0) {
				pdev->driver = *drv;
				return;
			}
		}
	}
}

static void scan_bus(const struct bus_path *path);

static void scan_bridge(const struct pci_dev *bridge,
			const struct bus_path *path)
{
	u8 secondary = (u8)pci_read_config(bridge, PCI_SECONDARY_BUS, 1);
	struct bus_path below = {
		.bus = secondary,
		.root_slot = path->bus ? path->root_slot : bridge->slot,
		.swizzle = path->bus ? (u8)(path->swizzle + bridge->slot) : 0,
	};

	/* A bridge that the firmware left unnumbered hides its bus; a number
	 * not above the ones seen would be a loop. */
	if (secondary <= last_bus) {
		pr_warn("pci: bridge %02x:%02x.%u has no bus number\n",
			bridge->bus, bridge->slot, bridge->func);
		return;
	}
	last_bus = secondary;
	scan_bus(&below);
}

static void add_function(const struct bus_path *path, u8 slot, u8 func)
{
	struct pci_dev key = { .bus = path->bus, .slot = slot, .func = func };
	struct pci_dev *pdev;
	u8 type;

	key.vendor = (u16)pci_read_config(&key, PCI_VENDOR_ID, 2);
	if (key.vendor == 0xffff || key.vendor == 0)
		return;
	pdev = kmalloc(sizeof(*pdev), GFP_KERNEL);
	if (!pdev) {
		pr_err("pci: no memory for a device\n");
		return;
	}
	*pdev = key;
	pdev->device = (u16)pci_read_config(pdev, PCI_DEVICE_ID, 2);
	pdev->class_id =
		(u16)(pci_read_config(pdev, PCI_CLASS_REVISION, 4) >> 16);
	pdev->pin = (u8)pci_read_config(pdev, PCI_INTERRUPT_PIN, 1);
	list_add_tail(&pdev->list, &pci_devices);

	type = (u8)(pci_read_config(pdev, PCI_HEADER_TYPE, 1) &
		    ~(u32)PCI_HEADER_MULTI_FUNCTION);
	if (type == PCI_HEADER_TYPE_BRIDGE) {
		scan_bridge(pdev, path);
		return;
	}
	if (type != 0)
		return;
	read_bars(pdev);
	if (pdev->pin) {
		u32 line = pci_read_config(pdev, PCI_INTERRUPT_LINE, 1);
		u8 root_pin = pdev->pin;
		u8 root_slot = slot;

		if (path->bus) {
			root_pin = (u8)((pdev->pin - 1 + slot + path->swizzle) %
						4 +
					1);
			root_slot = path->root_slot;
		}
		pdev->irq = irq_route_pci(root_slot, root_pin, line);
	}
}

static void scan_bus(const struct bus_path *path)
{
	struct pci_dev key = { .bus = path->bus };
	u8 slot, func, functions;

	for (slot = 0; slot < PCI_SLOTS; slot++) {
		key.slot = slot;
		if (pci_read_config(&key, PCI_VENDOR_ID, 2) == 0xffff)
			continue;
		functions = pci_read_config(&key, PCI_HEADER_TYPE, 1) &
					    PCI_HEADER_MULTI_FUNCTION
				    ? PCI_FUNCTIONS
				    : 1;
		for (func = 0; func < functions; func++)
			add_function(path, slot, func);
	}
}

/**
 * pci_init() - Find every device and offer it to the drivers.
 *
 * Context: boot, once, after interrupts and memory work.
 */
void pci_init(void)
{
	struct bus_path root = { 0 };
	struct pci_dev *pdev;

	scan_bus(&root);
	list_for_each_entry (pdev, &pci_devices, list)
		probe_drivers(pdev);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: interrupt delivery. The two 8259s take the sixteen ISA lines, among
 * them the four PCI lines that the PIIX3 router steers; their output reaches
 * the CPU as ExtINT through the local APIC's LINT0, which the firmware may
 * have left masked (qboot does). The APIC itself raises only the clock's
 * interrupt. PCI lines are level-triggered and shared: a line's handlers are
 * all asked.
 *
 * State: the handler lists, changed with interrupts off.
 */
#include "kernel/irq.h"
#include "kernel/io.h"
#include "kernel/irq_int.h"
#include "kernel/paging.h"
#include "lib/bug.h"
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/softirq.h"

#define PIC1_CMD  0x20
#define PIC1_DATA 0x21
#define PIC2_CMD  0xa0
#define PIC2_DATA 0xa1
#define PIC_ICW1  0x11 /* cascade, edge, ICW4 follows */
#define PIC_EOI   0x20 /* OCW2: non-specific end of interrupt */
#define PIC_ISR   0x0b /* OCW3: next read gives the in-service bits */
#define ELCR1     0x4d0
#define ELCR2     0x4d1
#define CASCADE   2

#define PCI_ADDRESS 0xcf8
#define PCI_DATA    0xcfc

#define APIC_BASE_ENABLE BIT(11)
#define LVT_MASKED       0x10000
#define LVT_EXTINT       0x700
#define LVT_NMI          0x400
#define SVR_ENABLE       0x100

struct irq_action {
	struct irq_action *next;
	irq_handler_t handler;
	void *arg;
	const char *name;
};

static struct irq_action *actions[NR_IRQS];
static u64 counts[NR_IRQS], spurious;
static u16 pic_mask = 0xffff & ~(1U << CASCADE);
static u32 hardirq_depth;
static u8 __iomem *lapic;

/**
 * lapic_read() - Read a local APIC register.
 * @reg: its offset.
 *
 * Return: its value.
 */
u32 lapic_read(u32 reg)
{
	return readl(lapic + reg);
}

/**
 * lapic_write() - Write a local APIC register.
 * @reg: its offset.
 * @v:   the value.
 */
void lapic_write(u32 reg, u32 v)
{
	writel(v, lapic + reg);
}

/**
 * in_hardirq() - Whether an interrupt handler is running.
 *
 * Return: true between an interrupt's entry and its end.
 */
bool in_hardirq(void)
{
	return hardirq_depth != 0;
}

/**
 * local_irq_save() - Turn interrupts off.
 *
 * Return: what local_irq_restore() takes.
 */
unsigned long local_irq_save(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq\n\tpopq %0\n\tcli" : "=r"(flags)::"memory");
	return flags & 0x200;
}

/**
 * local_irq_restore() - Turn interrupts back to what they were.
 * @flags: from local_irq_save().
 */
void local_irq_restore(unsigned long flags)
{
	if (flags)
		local_irq_enable();
	else
		barrier();
}

static void pic_apply_mask(u32 irq)
{
	if (irq < 8)
		outb(PIC1_DATA, (u8)pic_mask);
	else
		outb(PIC2_DATA, (u8)(pic_mask >> 8));
}

static void pic_init(void)
{
	outb(PIC1_CMD, PIC_ICW1);
	outb(PIC1_DATA, VECTOR_IRQ_BASE);
	outb(PIC1_DATA, 1 << CASCADE);
	outb(PIC1_DATA, 1); /* 8086 mode */
	outb(PIC2_CMD, PIC_ICW1);
	outb(PIC2_DATA, VECTOR_IRQ_BASE + 8);
	outb(PIC2_DATA, CASCADE);
	outb(PIC2_DATA, 1);
	outb(PIC1_DATA, (u8)pic_mask);
	outb(PIC2_DATA, (u8)(pic_mask >> 8));
}

static bool pic_in_service(u32 irq)
{
	u16 port = irq < 8 ? PIC1_CMD : PIC2_CMD;

	outb(port, PIC_ISR);
	return inb(port) & 1U << (irq & 7);
}

static void pic_eoi(u32 irq)
{
	if (irq >= 8)
		outb(PIC2_CMD, PIC_EOI);
	outb(PIC1_CMD, PIC_EOI);
}

/**
 * irq_init() - Set up both PICs and the local APIC; every line masked.
 */
void irq_init(void)
{
	u64 base = rdmsr(MSR_APIC_BASE);

	pic_init();
	wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
	lapic = ioremap(base & PTE_ADDR, PAGE_SIZE);
	if (!lapic)
		panic("irq: no memory for the local APIC's page");
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
	lapic_write(LAPIC_LVT_ERROR, LVT_MASKED);
	lapic_write(LAPIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
	/* What the PICs raise, and the NMI pin. */
	lapic_write(LAPIC_LVT_LINT0, LVT_EXTINT);
	lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
}

static void handle_line(u32 irq)
{
	struct irq_action *a;
	bool claimed = false;

	/* A line that fell before it was served shows as 7 or 15, not in
	 * service; the master then still has the cascade in service. */
	if ((irq == 7 || irq == 15) && !pic_in_service(irq)) {
		spurious++;
		if (irq == 15)
			outb(PIC1_CMD, PIC_EOI);
		return;
	}
	counts[irq]++;
	for (a = actions[irq]; a; a = a->next)
		claimed |= a->handler(a->arg);
	if (!claimed)
		spurious++;
	pic_eoi(irq);
}

/**
 * irq_dispatch() - Serve one interrupt; then softirqs, if it was outermost.
 * @vector: VECTOR_IRQ_BASE and up.
 *
 * Context: interrupts off, on entry and on return.
 */
__hot void irq_dispatch(u32 vector)
{
	hardirq_depth++;
	if (vector == VECTOR_TIMER) {
		lapic_write(LAPIC_EOI, 0);
		time_interrupt();
	} else if (vector < VECTOR_IRQ_BASE + NR_IRQS) {
		handle_line(vector - VECTOR_IRQ_BASE);
	} else {
		spurious++;
	}
	hardirq_depth--;
	if (!softirq_pending_mask || softirq_disable_count)
		return;
	local_irq_enable();
	do_softirq();
	local_irq_disable();
}

/**
 * request_irq() - Call @handler on each interrupt of a line.
 * @irq:     0 to 15.
 * @handler: hardirq context.
 * @arg:     its argument, and the key for free_irq().
 * @name:    for reports, kept by reference.
 *
 * Context: task.
 * Return: 0, -EINVAL or -ENOMEM.
 */
int request_irq(u32 irq, irq_handler_t handler, void *arg, const char *name)
{
	struct irq_action *a;
	unsigned long flags;

	if (irq >= NR_IRQS || irq == CASCADE)
		return -EINVAL;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return -ENOMEM;
	a->handler = handler;
	a->arg = arg;
	a->name = name;
	flags = local_irq_save();
	a->next = actions[irq];
	actions[irq] = a;
	pic_mask &= (u16) ~(1U << irq);
	pic_apply_mask(irq);
	local_irq_restore(flags);
	return 0;
}

/**
 * free_irq() - Undo request_irq().
 * @irq, @arg: as given there.
 *
 * The line is masked when it was the last handler.
 */
void free_irq(u32 irq, void *arg)
{
	struct irq_action **p, *a;
	unsigned long flags = local_irq_save();

	for (p = &actions[irq]; (a = *p) != NULL; p = &a->next)
		if (a->arg == arg)
			break;
	if (a)
		*p = a->next;
	if (!actions[irq]) {
		pic_mask |= (u16)(1U << irq);
		pic_apply_mask(irq);
	}
	local_irq_restore(flags);
	WARN_ON(!a);
	kfree(a);
}

/**
 * irq_count() - How often a line was served.
 * @irq: 0 to 15.
 *
 * Return: deliveries since boot.
 */
u64 irq_count(u32 irq)
{
	return irq < NR_IRQS ? counts[irq] : 0;
}

/**
 * irq_spurious_count() - Interrupts that no handler claimed.
 *
 * Return: since boot.
 */
u64 irq_spurious_count(void)
{
	return spurious;
}

static u32 pci_config_read(u32 slot, u32 fn, u32 reg)
{
	outl(PCI_ADDRESS, 1U << 31 | slot << 11 | fn << 8 | (reg & 0xfc));
	return inl(PCI_DATA);
}

static void set_level_triggered(u32 irq)
{
	u16 port = irq < 8 ? ELCR1 : ELCR2;

	outb(port, inb(port) | (u8)(1U << (irq & 7)));
}

/**
 * irq_route_pci() - The line that a PCI interrupt pin reaches.
 * @slot: device number on bus 0.
 * @pin:  1 (INTA) to 4.
 * @line: what the interrupt line register says; used without a PIIX router.
 *
 * The firmware's register can be wrong (qboot's is one off); the router of
 * the PIIX3/PIIX4 south bridge (82371SB, section 2.2.11, PIRQRC) is what the
 * interrupt really goes through. Also makes the line level-triggered.
 *
 * Return: an ISA line for request_irq().
 */
u32 irq_route_pci(u32 slot, u32 pin, u32 line)
{
	u32 id = pci_config_read(1, 0, 0), route;

	/* 82371SB (PIIX3) and 82371AB (PIIX4). */
	if (pin >= 1 && pin <= 4 && (id == 0x70008086 || id == 0x71108086)) {
		route = pci_config_read(1, 0, 0x60);
		route = route >> 8 * ((slot - 1 + pin - 1) & 3) & 0xff;
		if (!(route & 0x80) && route < NR_IRQS)
			line = route;
	}
	if (line > 2 && line < NR_IRQS && line != 8 && line != 13)
		set_level_triggered(line);
	return line;
}

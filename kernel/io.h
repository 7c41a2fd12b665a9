/* SPDX-License-Identifier: MIT */
/*
 * DOC: ports, device registers and the barriers between memory that a device
 * reads and the register write that tells it to. On x86 stores to write-back
 * memory stay in order, so the DMA barriers only hold the compiler; a full
 * barrier is an instruction.
 */
#pragma once

#include "lib/types.h"

static inline void outb(u16 port, u8 v)
{
	__asm__ volatile("outb %0, %1" ::"a"(v), "Nd"(port) : "memory");
}
static inline void outw(u16 port, u16 v)
{
	__asm__ volatile("outw %0, %1" ::"a"(v), "Nd"(port) : "memory");
}
static inline void outl(u16 port, u32 v)
{
	__asm__ volatile("outl %0, %1" ::"a"(v), "Nd"(port) : "memory");
}
static inline u8 inb(u16 port)
{
	u8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline u16 inw(u16 port)
{
	u16 v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}
static inline u32 inl(u16 port)
{
	u32 v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

/* Little-endian registers, as PCI's are; ordered against other memory. */
static inline u32 readl(const volatile void __iomem *p)
{
	u32 v = *(const volatile __force u32 *)p;

	barrier();
	return v;
}
static inline void writel(u32 v, volatile void __iomem *p)
{
	barrier();
	*(volatile __force u32 *)p = v;
	barrier();
}

#define mb()      __asm__ volatile("mfence" ::: "memory")
#define rmb()     __asm__ volatile("lfence" ::: "memory")
#define wmb()     __asm__ volatile("sfence" ::: "memory")
#define dma_wmb() barrier()
#define dma_rmb() barrier()

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

static inline void local_irq_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
}
static inline void local_irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}
static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}
static inline void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" ::"c"(msr), "a"((u32)(v & ~0U)),
			 "d"((u32)(v >> 32))
			 : "memory");
}
static inline void cpuid(u32 leaf, u32 sub, u32 *a, u32 *b, u32 *c, u32 *d)
{
	__asm__ volatile("cpuid"
			 : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d)
			 : "a"(leaf), "c"(sub));
}

#define MSR_APIC_BASE    0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_EFER         0xc0000080
#define MSR_STAR         0xc0000081
#define MSR_LSTAR        0xc0000082
#define MSR_SFMASK       0xc0000084
#define MSR_FS_BASE      0xc0000100
#define MSR_GS_BASE      0xc0000101
#define EFER_SCE         0x001
#define EFER_NXE         0x800

/* Busy-wait; for device reset times below a tick. */
void udelay(u64 us);

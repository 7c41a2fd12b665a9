// SPDX-License-Identifier: MIT
/*
 * DOC: the clock. Time is the TSC, scaled by a 32.32 fixed-point factor; the
 * alarm is the local APIC's timer in TSC-deadline or one-shot mode, armed for
 * one moment, so that an idle machine takes no tick. The calendar comes from
 * the CMOS clock, when somebody first asks.
 *
 * Calibration: a hypervisor or CPU that tells its frequency is believed (CPUID
 * 0x40000010, 0x15). Under QEMU and KVM the APIC timer counts nanoseconds and
 * is the measure of the TSC: roughly at first, and again with 100 times the
 * distance when the alarm is first set. Elsewhere both counters are compared
 * with the 8254 for a quarter of a millisecond, from edge to edge of its count.
 */
#include "kernel/time.h"
#include "kernel/io.h"
#include "kernel/irq_int.h"
#include "kernel/time_int.h"
#include "lib/platform.h"
#include "lib/softirq.h"

#define PIT_HZ        1193182ULL
#define PIT_CH2       0x42
#define PIT_MODE      0x43
#define PIT_GATE      0x61
#define PIT_CAL_COUNT 300 /* 251 us */
#define APIC_CAL_NS   50000U

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

#define LVT_TSC_DEADLINE 0x40000
#define DCR_DIVIDE_BY_1  0x0b

u64 clock_tsc_base;
u64 clock_armed_ns = ~0ULL;
u64 clock_ns_per_tsc = 1ULL << 32; /* 1 GHz until calibrated */

static u64 tsc_per_ns, apic_per_ns; /* 32.32 */
static u64 cal_tsc;                 /* both counters when time_init() ran */
static u32 cal_apic;
static bool refine; /* measure again at the first alarm */
static bool tcg;
static u32 khz = 1000000;
static bool deadline_mode;
static u64 interrupts;
static u64 wall_base_ns;

/**
 * time_early_init() - Let the clock start at 0.
 */
void time_early_init(void)
{
	clock_tsc_base = rdtsc();
}

/**
 * ktime_get_ns() - Nanoseconds since boot.
 *
 * Context: any.
 * Return: never less than before.
 */
__hot u64 ktime_get_ns(void)
{
	return clock_scale(rdtsc() - clock_tsc_base, clock_ns_per_tsc);
}

/**
 * cycles_to_ns() - How long the TSC takes to count so far.
 * @cycles: a difference of two readings.
 *
 * Context: any.
 */
u64 cycles_to_ns(u64 cycles)
{
	return clock_scale(cycles, clock_ns_per_tsc);
}

/**
 * tsc_khz() - The TSC's frequency.
 *
 * Return: kHz.
 */
u32 tsc_khz(void)
{
	return khz;
}

/* Whether CPUID's hypervisor leaf carries these twelve characters. */
static bool hypervisor_is(const char *sign)
{
	u32 a, id[3], c, d;

	cpuid(1, 0, &a, &id[0], &c, &d);
	if (!(c & BIT(31)))
		return false;
	cpuid(0x40000000, 0, &a, &id[0], &id[1], &id[2]);
	return memcmp(id, sign, sizeof(id)) == 0;
}

/**
 * hypervisor_is_tcg() - Whether QEMU translates rather than a CPU runs us.
 *
 * Return: true if CPUID says so.
 */
bool hypervisor_is_tcg(void)
{
	return hypervisor_is("TCGTCGTCGTCG");
}

static bool hypervisor_is_kvm(void)
{
	return hypervisor_is("KVMKVMKVM\0\0");
}

/* TSC in kHz if the CPU or the hypervisor tells, else 0. */
static u32 told_tsc_khz(void)
{
	u32 a, b, c, d, max;

	cpuid(1, 0, &a, &b, &c, &d);
	if (c & BIT(31)) {
		cpuid(0x40000000, 0, &max, &b, &c, &d);
		if (max >= 0x40000010 && max < 0x40010000) {
			cpuid(0x40000010, 0, &a, &b, &c, &d);
			if (a)
				return a;
		}
	}
	cpuid(0, 0, &max, &b, &c, &d);
	if (max >= 0x15) {
		cpuid(0x15, 0, &a, &b, &c, &d);
		if (a && b && c)
			return (u32)((u64)c * b / a / 1000);
	}
	return 0;
}

static u16 pit_read(void)
{
	u8 lo;

	outb(PIT_MODE, 0x80); /* latch channel 2 */
	lo = inb(PIT_CH2);
	return (u16)(lo | inb(PIT_CH2) << 8);
}

/* Wait until the count just changed to @until or lower; the TSC then, with
 * the reading's own duration halved out. */
static u64 pit_edge(u16 until, u16 *count)
{
	u64 before, after;
	u16 last = pit_read(), now;

	for (;;) {
		before = rdtsc();
		now = pit_read();
		after = rdtsc();
		if (now != last && now <= until)
			break;
		last = now;
	}
	*count = now;
	return before + (after - before) / 2;
}

/* Ticks of both counters per second. */
static void calibrate(u64 *tsc_hz, u64 *apic_hz)
{
	u64 t0, t1;
	u32 a0, a1;
	u16 c0, c1, counted;

	/* Channel 2, gate on, speaker off, mode 0 down from 65535. */
	outb(PIT_GATE, (inb(PIT_GATE) & ~2) | 1);
	outb(PIT_MODE, 0xb0);
	outb(PIT_CH2, 0xff);
	outb(PIT_CH2, 0xff);
	t0 = pit_edge(0xfff0, &c0);
	a0 = lapic_read(LAPIC_TIMER_CCR);
	t1 = pit_edge((u16)(c0 - PIT_CAL_COUNT), &c1);
	a1 = lapic_read(LAPIC_TIMER_CCR);
	counted = (u16)(c0 - c1);
	*tsc_hz = (t1 - t0) * PIT_HZ / counted;
	*apic_hz = (u64)(a0 - a1) * PIT_HZ / counted;
}

/* Under TCG with -icount an instruction is 1 ns, and the TSC counts those:
 * remove what measuring added. */
static u64 snap_to_ghz(u64 hz)
{
	u64 off = hz > NSEC_PER_SEC ? hz - NSEC_PER_SEC : NSEC_PER_SEC - hz;

	return off < NSEC_PER_SEC / 100 ? NSEC_PER_SEC : hz;
}

/* Both counters at one moment. */
static noinline void read_both(u64 *tsc, u32 *apic)
{
	u64 before = rdtsc();

	*apic = lapic_read(LAPIC_TIMER_CCR);
	*tsc = before + (rdtsc() - before) / 2;
}

/* The TSC's frequency from the APIC timer's nanoseconds since time_init(). */
static u64 tsc_hz_by_apic(void)
{
	u64 tsc;
	u32 apic;

	do
		read_both(&tsc, &apic);
	while (cal_apic - apic < APIC_CAL_NS);
	return (tsc - cal_tsc) * NSEC_PER_MSEC / (cal_apic - apic) * 1000;
}

static void set_tsc_hz(u64 hz)
{
	if (tcg)
		hz = snap_to_ghz(hz);
	khz = (u32)(hz / 1000);
	clock_ns_per_tsc = (NSEC_PER_SEC << 32) / hz;
	tsc_per_ns = (hz << 32) / NSEC_PER_SEC;
}

/**
 * time_init() - Learn the counters' frequencies and set the alarm's mode.
 *
 * Context: boot, interrupts off, after irq_init().
 */
void time_init(void)
{
	u32 a, b, c, d;
	u64 tsc_hz = told_tsc_khz() * 1000ULL, apic_hz = NSEC_PER_SEC, measured;

	cpuid(1, 0, &a, &b, &c, &d);
	deadline_mode = c & BIT(24);
	tcg = hypervisor_is_tcg();
	lapic_write(LAPIC_TIMER_DCR, DCR_DIVIDE_BY_1);
	lapic_write(LAPIC_TIMER_ICR, ~0U);
	if (tcg || hypervisor_is_kvm()) {
		/* Twice: the first run of any code is slow here. */
		read_both(&cal_tsc, &cal_apic);
		read_both(&cal_tsc, &cal_apic);
		refine = !tsc_hz;
		tsc_hz = tsc_hz ? tsc_hz : tsc_hz_by_apic();
	} else if (!tsc_hz || !deadline_mode) {
		calibrate(&measured, &apic_hz);
		tsc_hz = tsc_hz ? tsc_hz : measured;
	}
	set_tsc_hz(tsc_hz);
	apic_per_ns = (apic_hz << 32) / NSEC_PER_SEC;
	lapic_write(LAPIC_LVT_TIMER,
		    VECTOR_TIMER | (deadline_mode ? LVT_TSC_DEADLINE : 0));
}

static void set_alarm(u64 now)
{
	u64 ticks =
		clock_armed_ns <= now
			? 0
			: clock_scale(
				  min(clock_armed_ns - now, 100 * NSEC_PER_SEC),
				  deadline_mode ? tsc_per_ns : apic_per_ns);

	if (deadline_mode) {
		wrmsr(MSR_TSC_DEADLINE, rdtsc() + ticks);
		return;
	}
	lapic_write(LAPIC_TIMER_ICR, (u32)clamp_t(u64, ticks, 1, ~0U));
}

/* The APIC timer has run since time_init(), for far longer than that took. */
static void refine_once(void)
{
	u64 tsc, now;

	if (likely(!refine))
		return;
	refine = false;
	/* Not if it ran out, after 4 s without any timer. */
	if (!lapic_read(LAPIC_TIMER_CCR))
		return;
	/* From this moment on: the clock neither jumps nor turns. */
	tsc = rdtsc();
	now = clock_scale(tsc - clock_tsc_base, clock_ns_per_tsc);
	set_tsc_hz(tsc_hz_by_apic());
	clock_tsc_base = tsc - clock_scale(now, tsc_per_ns);
}

/**
 * clock_arm() - Ask for one TIMER_SOFTIRQ at a moment.
 * @deadline_ns: of ktime_get_ns(); a past one comes at once, U64_MAX never.
 *
 * Context: any.
 */
void clock_arm(u64 deadline_ns)
{
	unsigned long flags = local_irq_save();

	if (deadline_ns != clock_armed_ns) {
		clock_armed_ns = deadline_ns;
		/* Disarming would cost as much as the interrupt it saves. */
		if (deadline_ns != ~0ULL) {
			refine_once();
			set_alarm(ktime_get_ns());
		}
	}
	local_irq_restore(flags);
}

/**
 * time_interrupt() - The alarm rang, maybe for a moment no longer wanted or
 * short of one that lies beyond the timer's range.
 *
 * Context: hardirq.
 */
void time_interrupt(void)
{
	u64 now;

	interrupts++;
	if (clock_armed_ns == ~0ULL)
		return;
	now = ktime_get_ns();
	if (now < clock_armed_ns) {
		set_alarm(now);
		return;
	}
	clock_armed_ns = ~0ULL;
	raise_softirq(TIMER_SOFTIRQ);
}

/**
 * time_interrupts() - Clock interrupts taken.
 *
 * Return: since boot.
 */
u64 time_interrupts(void)
{
	return interrupts;
}

/**
 * udelay() - Spin.
 * @us: microseconds.
 *
 * Context: any; for device reset times only.
 */
void udelay(u64 us)
{
	u64 end = ktime_get_ns() + us * NSEC_PER_USEC;

	while (ktime_get_ns() < end)
		cpu_relax();
}

static u8 cmos_read(u8 index)
{
	outb(CMOS_INDEX, index);
	return inb(CMOS_DATA);
}

/* Days from 1970-01-01 to the first of a month of the Gregorian calendar. */
static u64 days_before(u32 year, u32 month)
{
	static const u16 days[12] = { 0,   31,  59,  90,  120, 151,
				      181, 212, 243, 273, 304, 334 };
	u32 y = year - 1;
	u64 n = 365ULL * (year - 1970);

	n += (y / 4 - y / 100 + y / 400) - 477; /* leap days before 1970 */
	n += days[month - 1];
	if (month > 2 && year % 4 == 0 && (year % 100 || year % 400 == 0))
		n++;
	return n;
}

static void cmos_snapshot(u8 v[7])
{
	static const u8 regs[7] = { 0, 2, 4, 7, 8, 9, 0x32 };
	u32 i, spin;

	for (spin = 0; spin < 10000 && cmos_read(0x0a) & 0x80; spin++)
		cpu_relax();
	for (i = 0; i < 7; i++)
		v[i] = cmos_read(regs[i]);
}

/* MC146818A: BCD unless register B bit 2, 12 hours unless bit 1. */
static u64 cmos_seconds(void)
{
	u8 v[7], again[7], b = cmos_read(0x0b);
	bool pm;
	u32 i, year;

	do {
		cmos_snapshot(v);
		cmos_snapshot(again);
	} while (memcmp(v, again, sizeof(v)) != 0);
	pm = !(b & 2) && v[2] & 0x80;
	v[2] &= 0x7f;
	for (i = 0; i < 7 && !(b & 4); i++)
		v[i] = (u8)((v[i] & 15) + (v[i] >> 4) * 10);
	if (!(b & 2))
		v[2] = (u8)(v[2] % 12 + (pm ? 12 : 0));
	year = v[5] + (v[6] >= 19 && v[6] < 30 ? v[6] * 100U : 2000U);
	if (year < 1970 || v[4] < 1 || v[4] > 12 || v[3] < 1)
		return 0;
	return ((days_before(year, v[4]) + v[3] - 1) * 24 + v[2]) * 3600ULL +
	       v[1] * 60U + v[0];
}

/**
 * ktime_get_real_ns() - Nanoseconds since 1970-01-01 UTC.
 *
 * The first call reads the CMOS clock, to the second.
 *
 * Context: any but hardirq.
 * Return: the calendar's time.
 */
u64 ktime_get_real_ns(void)
{
	if (!wall_base_ns)
		wall_base_ns = cmos_seconds() * NSEC_PER_SEC - ktime_get_ns();
	return wall_base_ns + ktime_get_ns();
}

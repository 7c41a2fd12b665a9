// SPDX-License-Identifier: MIT
/*
 * DOC: the device's own limit: prebuilt frames and no stack. Every descriptor
 * of the ring points to one frame; the loop writes descriptors and rings the
 * doorbell, so what remains is the card, the netdev behind it and the host.
 *
 * `blaster=MAC,SOURCE,TARGET,PORT,MS` on the command line says where to (a
 * UDP port) and how long; it prints `rate.device.SIZE.bBURST N frame/s`.
 * Without it a few frames go to the experimental type of IEEE 802 and the
 * device's counter must agree.
 */
#include "drivers/net/e1000/e1000.h"
#include "kernel/cmdline.h"
#include "lib/byteorder.h"
#include "lib/checksum.h"
#include "lib/kunit.h"
#include "lib/softirq.h"
#include "lib/vsprintf.h"
#include "net/wire/eth.h"
#include "net/wire/ip.h"
#include "tests/guest/real_clock.h"

#define IP_AT       14U
#define UDP_AT      (IP_AT + 20U)
#define DATA_AT     (UDP_AT + 8U)
#define FRAME_MAX   1514U
#define TEST_LAPS   4U /* of the ring, without blaster= */
#define SOURCE_PORT 40000U

struct target {
	u8 mac[ETH_ALEN];
	u8 source[4], dest[4];
	u16 port;
	u64 ms;
};

/* --- blaster=MAC,SOURCE,TARGET,PORT,MS --- */

static u64 digits(const char **p, u32 base)
{
	u64 v = 0;

	for (;; (*p)++) {
		char c = **p;
		u32 d = c >= '0' && c <= '9'   ? (u32)(c - '0')
			: c >= 'a' && c <= 'f' ? (u32)(c - 'a' + 10)
					       : 99;

		if (d >= base)
			return v;
		v = v * base + d;
	}
}

/* @n numbers below 256 with one character between them, then one more. */
static void bytes(const char **p, u8 *to, u32 n, u32 base)
{
	while (n--) {
		*to++ = (u8)digits(p, base);
		if (**p)
			(*p)++;
	}
}

static bool parse(const char *text, struct target *t)
{
	if (!text)
		return false;
	bytes(&text, t->mac, ETH_ALEN, 16);
	bytes(&text, t->source, 4, 10);
	bytes(&text, t->dest, 4, 10);
	t->port = (u16)digits(&text, 10);
	if (*text++ != ',')
		return false;
	t->ms = digits(&text, 10);
	return t->ms != 0 && !*text;
}

/* --- the frame --- */

static void put16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

/* IPv4 (RFC 791) and UDP without a sum (RFC 768 allows it). */
static u32 build(u8 *f, const struct e1000_adapter *a, const struct target *t,
		 u32 size)
{
	struct iphdr *ip = (struct iphdr *)(f + IP_AT);

	memset(f, 0, FRAME_MAX);
	memcpy(f, t->mac, ETH_ALEN);
	memcpy(f + ETH_ALEN, a->netdev->dev_addr, ETH_ALEN);
	put16(f + 12, t->port ? 0x0800 : 0x88b5);
	f[IP_AT] = 0x45;
	put16(f + IP_AT + 2, (u16)(28 + size));
	f[IP_AT + 8] = 64;
	f[IP_AT + 9] = 17;
	memcpy(f + IP_AT + 12, t->source, 4);
	memcpy(f + IP_AT + 16, t->dest, 4);
	ip->check = ip_fast_csum(ip, 5);
	put16(f + UDP_AT, SOURCE_PORT);
	put16(f + UDP_AT + 2, t->port);
	put16(f + UDP_AT + 4, (u16)(8 + size));
	return DATA_AT + size;
}

/* --- the ring --- */

/* The next descriptor that the driver would use. */
static u32 ring_at(const struct e1000_adapter *a)
{
	return a->tx.next_to_use & a->tx.mask;
}

/* One descriptor a frame; the last of a burst reports. */
static void fill(struct e1000_adapter *a, dma_addr_t frame, u32 len, u32 burst)
{
	u32 i;

	for (i = 0; i <= a->tx.mask; i++) {
		struct e1000_tx_desc *d = &a->tx.desc[i];

		memset(d, 0, sizeof(*d));
		d->addr = cpu_to_le64(frame);
		d->length = cpu_to_le16((u16)len);
		d->cmd = E1000_TXD_CMD_EOP | E1000_TXD_CMD_IFCS;
		if ((i - ring_at(a)) % burst == burst - 1)
			d->cmd |= E1000_TXD_CMD_RS;
	}
}

/* Ring after ring for @ns, or @laps of them; the frames that went. It ends
 * where it began, so that the driver's own indices stay true. */
static u64 blast(struct e1000_adapter *a, u32 burst, u64 ns, u64 laps)
{
	u64 start = ktime_get_ns(), done = 0;
	u32 at = ring_at(a), n;

	do {
		for (n = 0; n <= a->tx.mask; n += burst) {
			u32 last = (at + burst - 1) & a->tx.mask;
			struct e1000_tx_desc *d = &a->tx.desc[last];

			d->status = 0;
			at = (at + burst) & a->tx.mask;
			dma_wmb();
			e1000_write(a, E1000_TDT, at);
			while (!(READ_ONCE(d->status) & E1000_TXD_STAT_DD))
				cpu_relax();
		}
		done++;
	} while (ns ? ktime_get_ns() - start < ns : done < laps);
	return done * (a->tx.mask + 1);
}

static void rate(struct e1000_adapter *a, const struct target *t, u32 size,
		 u32 burst)
{
	static u8 frame[FRAME_MAX] __aligned(2048);
	u64 start, frames;

	fill(a, dma_map(frame), build(frame, a, t, size), burst);
	start = ktime_get_ns();
	frames = blast(a, burst, t->ms * NSEC_PER_MSEC, 0);
	printk("rate.device.%u.b%u %llu frame/s\n", size, burst,
	       frames * NSEC_PER_SEC / (ktime_get_ns() - start));
}

static void device_takes_prebuilt_frames(struct kunit *test)
{
	static const u32 sizes[] = { 18, 1472 };
	struct net_device *dev = dev_get_by_name(&init_net, "eth0");
	struct target t = { .mac = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };
	const char *words = cmdline_get("blaster");
	struct e1000_adapter *a;
	u8 frame[FRAME_MAX];
	u32 i;

	if (!dev)
		kunit_skip(test, "no e1000 here");
	KUNIT_ASSERT_TRUE(test, !words || parse(words, &t));
	test_use_real_clock(true);
	KUNIT_ASSERT_EQ(test, dev_open(dev), 0);
	a = netdev_priv(dev);
	local_bh_disable();
	e1000_write(a, E1000_IMC, ~0U);
	if (words) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			rate(a, &t, sizes[i], 1);
			rate(a, &t, sizes[i], 32);
		}
	} else {
		(void)e1000_read(a, E1000_GPTC);
		fill(a, dma_map(frame), build(frame, a, &t, 18), 32);
		KUNIT_EXPECT_EQ(test, blast(a, 32, 0, TEST_LAPS),
				TEST_LAPS * (a->tx.mask + 1));
		KUNIT_EXPECT_EQ(test, e1000_read(a, E1000_GPTC),
				TEST_LAPS * (a->tx.mask + 1));
	}
	local_bh_enable();
	dev_close(dev);
	test_use_real_clock(false);
}

static const struct kunit_case blaster_cases[] = {
	KUNIT_CASE(device_takes_prebuilt_frames),
	{ 0 },
};

static const struct kunit_suite blaster_suite = {
	.name = "blaster",
	.test_cases = blaster_cases,
};
kunit_test_suite(blaster_suite);

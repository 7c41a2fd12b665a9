// SPDX-License-Identifier: MIT
/*
 * DOC: random numbers: ChaCha20 (RFC 8439, section 2.3) with the key replaced
 * by output after every refill, so that what was given out cannot be computed
 * back. The seed is RDSEED or RDRAND where the CPU has one, the TSC and the
 * command line; without the former, and with the instructions counted
 * (-icount), the same boot gives the same numbers, which measurements use.
 *
 * State: key and buffer, guarded against softirq by local_bh_disable().
 */
#include "kernel/random.h"
#include "kernel/cmdline.h"
#include "kernel/io.h"
#include "lib/platform.h"
#include "lib/softirq.h"

#define KEY_WORDS   8
#define BLOCK_WORDS 16
#define BUF_BLOCKS  4
#define BUF_BYTES   (BUF_BLOCKS * BLOCK_WORDS * 4)

static u32 key[KEY_WORDS];
static u32 buf[BUF_BLOCKS * BLOCK_WORDS];
static u32 left; /* unused bytes at the end of buf */
static u64 counter;

static inline u32 rol(u32 x, u32 n)
{
	return x << n | x >> (32 - n);
}

/* Not inlined: a translator pays for code, and this runs rarely. */
static noinline void quarter(u32 *x, u32 a, u32 b, u32 c, u32 d)
{
	x[a] += x[b];
	x[d] = rol(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rol(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rol(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rol(x[b] ^ x[c], 7);
}

static void chacha_block(u32 out[BLOCK_WORDS])
{
	u32 x[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	u32 start[BLOCK_WORDS];
	u32 i;

	memcpy(x + 4, key, sizeof(key));
	x[12] = (u32)counter;
	x[13] = (u32)(counter >> 32);
	counter++;
	memcpy(start, x, sizeof(x));
	for (i = 0; i < 10; i++) {
		quarter(x, 0, 4, 8, 12);
		quarter(x, 1, 5, 9, 13);
		quarter(x, 2, 6, 10, 14);
		quarter(x, 3, 7, 11, 15);
		quarter(x, 0, 5, 10, 15);
		quarter(x, 1, 6, 11, 12);
		quarter(x, 2, 7, 8, 13);
		quarter(x, 3, 4, 9, 14);
	}
	for (i = 0; i < BLOCK_WORDS; i++)
		out[i] = x[i] + start[i];
}

/* Fill the buffer; its first 32 bytes become the next key. */
static void refill(void)
{
	u32 i;

	for (i = 0; i < BUF_BLOCKS; i++)
		chacha_block(buf + i * BLOCK_WORDS);
	memcpy(key, buf, sizeof(key));
	memset(buf, 0, sizeof(key));
	left = BUF_BYTES - sizeof(key);
}

/**
 * add_device_randomness() - Stir bytes into the generator.
 * @p: anything; it need not be secret.
 * @n: how many.
 *
 * Context: task or softirq.
 */
void add_device_randomness(const void *p, size_t n)
{
	const u8 *s = p;
	size_t i;

	local_bh_disable();
	for (i = 0; i < n; i++)
		((u8 *)key)[i % sizeof(key)] ^= s[i];
	key[0] ^= (u32)rdtsc();
	refill();
	local_bh_enable();
}

static bool cpu_random(bool seed, u64 *v)
{
	u32 tries;
	u8 ok = 0;

	for (tries = 0; tries < 10 && !ok; tries++) {
		if (seed)
			__asm__ volatile("rdseed %0; setc %1"
					 : "=r"(*v), "=qm"(ok)::"cc");
		else
			__asm__ volatile("rdrand %0; setc %1"
					 : "=r"(*v), "=qm"(ok)::"cc");
	}
	return ok;
}

/**
 * random_init() - Seed the generator.
 *
 * Context: boot.
 */
void random_init(void)
{
	u32 a, b = 0, c, d, max, c1, i;
	u64 v;

	cpuid(0, 0, &max, &a, &c, &d);
	cpuid(1, 0, &a, &b, &c1, &d);
	b = 0;
	if (max >= 7)
		cpuid(7, 0, &a, &b, &c, &d);
	for (i = 0; i < KEY_WORDS; i += 2) {
		v = 0;
		if (((b & BIT(18)) && cpu_random(true, &v)) ||
		    ((c1 & BIT(30)) && cpu_random(false, &v))) {
			key[i] ^= (u32)v;
			key[i + 1] ^= (u32)(v >> 32);
		}
	}
	add_device_randomness(cmdline_text(), strlen(cmdline_text()));
}

/**
 * get_random_bytes() - Unpredictable bytes.
 * @out: filled.
 * @n:   how many.
 *
 * Context: task or softirq.
 */
void get_random_bytes(void *out, size_t n)
{
	u8 *d = out, *from;
	size_t part;

	local_bh_disable();
	while (n) {
		if (!left)
			refill();
		part = min_t(size_t, n, left);
		from = (u8 *)buf + BUF_BYTES - left;
		memcpy(d, from, part);
		memset(from, 0, part);
		left -= (u32)part;
		d += part;
		n -= part;
	}
	local_bh_enable();
}

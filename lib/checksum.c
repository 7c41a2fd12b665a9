// SPDX-License-Identifier: MIT
/*
 * DOC: the loops of the Internet checksum. Words of 64 bits are added with
 * end-around carry, which gives the same 16-bit sum (RFC 1071, section 2(C)),
 * and x86 loads them from any address. The inner loops are kept short and
 * aligned, because a loop that lies on two pages is slow under emulation.
 * No state, no locks.
 */
#include "lib/checksum.h"
#include "lib/platform.h"

/* The last 1 to 7 bytes, with zeros behind them (RFC 1071, section 1). */
static __force_inline u64 load_tail(const u8 *p, size_t len)
{
	u64 v = 0;
	u32 w;
	u16 h;

	/* From the last byte on, each piece below the ones before it. */
	if (len & 1)
		v = p[len & 6];
	if (len & 2) {
		memcpy(&h, p + (len & 4), sizeof(h));
		v = v << 16 | h;
	}
	if (len & 4) {
		memcpy(&w, p, sizeof(w));
		v = v << 32 | w;
	}
	return v;
}

/**
 * csum_partial() - Add some bytes to a sum.
 * @buf: the bytes; any alignment. They count from an even place.
 * @len: how many; only the last block of a message may be odd
 *       (else csum_block_add()).
 * @sum: what has been summed so far.
 *
 * Return: the new sum, not folded.
 */
__hot __aligned(128) __wsum
	csum_partial(const void *buf, size_t len, __wsum sum)
{
	u64 s = (__force u32)sum, carry = 0;
	const u8 *p = buf;
	int i;

	/* The carries of a block are counted apart: two instructions a word. */
	for (; len >= 64; len -= 64, p += 64)
#pragma GCC unroll 8
		for (i = 0; i < 64; i += 8)
			carry += __builtin_add_overflow(s, csum_load64(p + i),
							&s);
	for (; len >= 8; len -= 8, p += 8)
		carry += __builtin_add_overflow(s, csum_load64(p), &s);
	s = csum_add64(s, carry);
	if (len)
		s = csum_add64(s, load_tail(p, len));
	return (__force __wsum)csum_fold64(s);
}

/**
 * csum_partial_copy() - Copy and sum in one pass.
 * @src: from.
 * @dst: to; does not overlap.
 * @len: bytes.
 * @sum: what has been summed so far.
 *
 * Return: the new sum, not folded.
 */
__hot __aligned(128) __wsum
	csum_partial_copy(const void *src, void *dst, size_t len, __wsum sum)
{
	u64 s = (__force u32)sum, a, b;
	const u8 *p = src;
	u8 *d = dst;

	for (; len >= 16; len -= 16, p += 16, d += 16) {
		a = csum_load64(p);
		b = csum_load64(p + 8);
		memcpy(d, &a, 8);
		memcpy(d + 8, &b, 8);
		s = csum_add64(s, a);
		s = csum_add64(s, b);
	}
	if (len >= 8) {
		a = csum_load64(p);
		memcpy(d, &a, 8);
		s = csum_add64(s, a);
		len -= 8;
		p += 8;
		d += 8;
	}
	if (len) {
		memcpy(d, p, len);
		s = csum_add64(s, load_tail(p, len));
	}
	return (__force __wsum)csum_fold64(s);
}

/**
 * ip_options_csum() - Sum what an IPv4 header has beyond 20 bytes.
 * @iph: the header; any alignment.
 * @ihl: its length in 32-bit words, 6 to 15.
 *
 * Return: the sum, not folded.
 */
u64 ip_options_csum(const void *iph, unsigned int ihl)
{
	const u8 *p = (const u8 *)iph + 20;
	u64 s = 0;
	u32 w;

	for (; ihl > 5; ihl--, p += 4) {
		memcpy(&w, p, 4);
		s += w;
	}
	return s;
}

/**
 * csum_replace4() - A 32-bit field changed: update the checksum.
 * @sum:  the header's checksum.
 * @from: the field's old value.
 * @to:   its new one.
 *
 * RFC 1624, equation 3: HC' = ~(~HC + ~m + m').
 */
void csum_replace4(__sum16 *sum, __be32 from, __be32 to)
{
	u32 hc = (u16) ~(__force u16)*sum;
	__wsum s = csum_sub((__force __wsum)hc, (__force __wsum)from);

	*sum = csum_fold(csum_add(s, (__force __wsum)to));
}

/**
 * csum_replace2() - A 16-bit field changed: update the checksum.
 * @sum:  the header's checksum.
 * @from: the field's old value.
 * @to:   its new one.
 *
 * RFC 1624, equation 3.
 */
void csum_replace2(__sum16 *sum, __be16 from, __be16 to)
{
	u32 s = (u16) ~(__force u16)*sum;

	s += (u16) ~(__force u16)from;
	s += (__force u16)to;
	*sum = csum_fold((__force __wsum)s);
}

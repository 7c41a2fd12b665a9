/* SPDX-License-Identifier: MIT */
/*
 * DOC: the Internet checksum (RFC 1071) and its incremental update
 * (RFC 1624). A __wsum is a 32-bit ones' complement sum of 16-bit words as
 * they lie in memory, not yet folded nor inverted; a __sum16 is the field of
 * a header. Sums do not depend on byte order (RFC 1071, section 2(B)).
 */
#pragma once

#include "lib/types.h"
#include "lib/byteorder.h"

/* What a UDP checksum of 0 is sent as: the other zero (RFC 768). */
#define CSUM_MANGLED_0 ((__force __sum16)0xffff)

__wsum csum_partial(const void *buf, size_t len, __wsum sum);
__wsum csum_partial_copy(const void *src, void *dst, size_t len, __wsum sum);
u64 ip_options_csum(const void *iph, unsigned int ihl);
void csum_replace2(__sum16 *sum, __be16 from, __be16 to);
void csum_replace4(__sum16 *sum, __be32 from, __be32 to);

static __force_inline u64 csum_load64(const void *p)
{
	u64 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

/* With end-around carry; written so that it is two instructions. */
static __force_inline u64 csum_add64(u64 a, u64 b)
{
	u64 s, carry = __builtin_add_overflow(a, b, &s);

	return s + carry;
}

static __force_inline u32 csum_fold64(u64 s)
{
	u32 r, carry = __builtin_add_overflow((u32)s, (u32)(s >> 32), &r);

	return r + carry;
}

static inline __wsum csum_add(__wsum a, __wsum b)
{
	u32 r = (__force u32)a + (__force u32)b;

	return (__force __wsum)(r + (r < (__force u32)b));
}

static inline __wsum csum_sub(__wsum a, __wsum b)
{
	return csum_add(a, (__force __wsum) ~(__force u32)b);
}

/* The field that makes the whole sum come out as ones. */
static inline __sum16 csum_fold(__wsum sum)
{
	u32 s = (__force u32)sum;

	/* The upper half becomes both halves' sum, and the lower half's carry
	 * goes into it. */
	s += s << 16 | s >> 16;
	return (__force __sum16)(u16)(~s >> 16);
}

static inline __wsum csum_unfold(__sum16 sum)
{
	return (__force __wsum)(u32)(__force u16)sum;
}

/* A block's sum as it counts @offset bytes into the whole: at an odd place
 * its bytes are in the other half of the words (RFC 1071, section 2(B)). */
static inline __wsum csum_shift(__wsum sum, size_t offset)
{
	u32 s = (__force u32)sum;

	if (offset & 1)
		s = (s << 24) | (s >> 8);
	return (__force __wsum)s;
}

static inline __wsum csum_block_add(__wsum sum, __wsum block, size_t offset)
{
	return csum_add(sum, csum_shift(block, offset));
}

static inline __wsum csum_block_sub(__wsum sum, __wsum block, size_t offset)
{
	return csum_sub(sum, csum_shift(block, offset));
}

/* Add TCP's and UDP's pseudo-header (RFC 9293, section 3.1; RFC 768). */
static inline __wsum csum_tcpudp_nofold(__be32 saddr, __be32 daddr, u32 len,
					u8 proto, __wsum sum)
{
	u64 s = (__force u32)sum;

	s += (__force u32)saddr;
	s += (__force u32)daddr;
	s += (__force u32)htonl(len + proto);
	return (__force __wsum)csum_fold64(s);
}

static inline __sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, u32 len,
					u8 proto, __wsum sum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}

/* The checksum of a message that has no pseudo-header (ICMP). */
static inline __sum16 ip_compute_csum(const void *buf, size_t len)
{
	return csum_fold(csum_partial(buf, len, 0));
}

/*
 * The checksum of an IPv4 header of @ihl 32-bit words, 5 to 15; any alignment.
 * The field's value if it was zero in @iph; 0 for a right header.
 */
static __force_inline __sum16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	u64 s = csum_load64(iph);
	u32 w;

	__builtin_memcpy(&w, (const u8 *)iph + 16, sizeof(w));
	s = csum_add64(s, csum_load64((const u8 *)iph + 8));
	s = csum_add64(s, w);
	if (unlikely(ihl > 5))
		s = csum_add64(s, ip_options_csum(iph, ihl));
	return csum_fold((__force __wsum)csum_fold64(s));
}

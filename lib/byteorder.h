/* SPDX-License-Identifier: MIT */
/*
 * DOC: conversion between CPU order (x86: little endian) and wire or device
 * order. Convert at the edge of the struct, never in place.
 */
#pragma once

#include "lib/types.h"

#define ___const_swab16(x) ((u16)((((u16)(x)&0xffU) << 8) | ((u16)(x) >> 8)))
#define ___const_swab32(x)                                            \
	((u32)((((u32)(x)&0xffU) << 24) | (((u32)(x)&0xff00U) << 8) | \
	       (((u32)(x)&0xff0000U) >> 8) | ((u32)(x) >> 24)))

/* Constant expressions stay constant, so these also serve as initialisers. */
#define htons(x) ((__force __be16)___const_swab16(x))
#define ntohs(x) ((u16)___const_swab16((__force u16)(__be16)(x)))
#define htonl(x) ((__force __be32)___const_swab32(x))
#define ntohl(x) ((u32)___const_swab32((__force u32)(__be32)(x)))

#define cpu_to_le16(x) ((__force __le16)(u16)(x))
#define cpu_to_le32(x) ((__force __le32)(u32)(x))
#define cpu_to_le64(x) ((__force __le64)(u64)(x))
#define le16_to_cpu(x) ((__force u16)(__le16)(x))
#define le32_to_cpu(x) ((__force u32)(__le32)(x))
#define le64_to_cpu(x) ((__force u64)(__le64)(x))

/* Unaligned big-endian access to option bytes and the like. */
static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *b = p;

	return (u16)(b[0] * 256U + b[1]);
}

static inline u32 get_unaligned_be32(const void *p)
{
	const u8 *b = p;

	return (u32)get_unaligned_be16(b) * 65536U + get_unaligned_be16(b + 2);
}

static inline void put_unaligned_be16(u16 v, void *p)
{
	u8 *b = p;

	b[0] = (u8)(v >> 8);
	b[1] = (u8)(v & 0xff);
}

static inline void put_unaligned_be32(u32 v, void *p)
{
	put_unaligned_be16((u16)(v >> 16), p);
	put_unaligned_be16((u16)(v & 0xffff), (u8 *)p + 2);
}

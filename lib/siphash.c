// SPDX-License-Identifier: MIT
/*
 * DOC: SipHash-2-4, after J.-P. Aumasson and D. J. Bernstein, "SipHash: a
 * fast short-input PRF" (2012), sections 2.1 to 2.4. No state, no locks.
 * siphash_NuM(...) is siphash() of the same words laid out in memory.
 */
#include "lib/siphash.h"
#include "lib/platform.h"

struct sip {
	u64 v0, v1, v2, v3;
};

static __force_inline u64 rotl(u64 x, u32 n)
{
	return (x << n) | (x >> (64 - n));
}

static __force_inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 = rotl(s->v2, 32);
}

/* Section 2.2: the key, and the constants "somepseudorandomlygeneratedbytes".
 */
static __force_inline void sip_init(struct sip *s, const siphash_key_t *key)
{
	s->v0 = key->key[0] ^ 0x736f6d6570736575ULL;
	s->v1 = key->key[1] ^ 0x646f72616e646f6dULL;
	s->v2 = key->key[0] ^ 0x6c7967656e657261ULL;
	s->v3 = key->key[1] ^ 0x7465646279746573ULL;
}

static __force_inline void sip_word(struct sip *s, u64 m)
{
	s->v3 ^= m;
	sip_round(s);
	sip_round(s);
	s->v0 ^= m;
}

/* The last word: the length's low byte above the rest of the bytes. */
static __force_inline u64 sip_final(struct sip *s, u64 rest, size_t len)
{
	sip_word(s, rest | ((u64)len << 56));
	s->v2 ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/**
 * siphash() - Keyed hash of some bytes.
 * @data: the bytes; any alignment.
 * @len:  how many.
 * @key:  128 secret random bits.
 *
 * Return: 64 bits.
 */
u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	const u8 *p = data;
	size_t left = len;
	u64 m, rest = 0;
	struct sip s;

	sip_init(&s, key);
	for (; left >= 8; left -= 8, p += 8) {
		memcpy(&m, p,
		       8); /* x86 is little-endian, as the paper's words */
		sip_word(&s, m);
	}
	while (left) {
		left--;
		rest = (rest << 8) | p[left];
	}
	return sip_final(&s, rest, len);
}

/**
 * siphash_1u64() - Keyed hash of one 64-bit word.
 * @a:   the word.
 * @key: the key.
 *
 * Return: 64 bits.
 */
u64 siphash_1u64(u64 a, const siphash_key_t *key)
{
	struct sip s;

	sip_init(&s, key);
	sip_word(&s, a);
	return sip_final(&s, 0, 8);
}

/**
 * siphash_2u64() - Keyed hash of two 64-bit words.
 * @a, @b: the words.
 * @key:   the key.
 *
 * Return: 64 bits.
 */
u64 siphash_2u64(u64 a, u64 b, const siphash_key_t *key)
{
	struct sip s;

	sip_init(&s, key);
	sip_word(&s, a);
	sip_word(&s, b);
	return sip_final(&s, 0, 16);
}

/**
 * siphash_3u64() - Keyed hash of three 64-bit words.
 * @a, @b, @c: the words.
 * @key:       the key.
 *
 * Return: 64 bits.
 */
u64 siphash_3u64(u64 a, u64 b, u64 c, const siphash_key_t *key)
{
	struct sip s;

	sip_init(&s, key);
	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, c);
	return sip_final(&s, 0, 24);
}

/**
 * siphash_4u64() - Keyed hash of four 64-bit words.
 * @a, @b, @c, @d: the words.
 * @key:           the key.
 *
 * Return: 64 bits.
 */
u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const siphash_key_t *key)
{
	struct sip s;

	sip_init(&s, key);
	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, c);
	sip_word(&s, d);
	return sip_final(&s, 0, 32);
}

static __force_inline u64 pair(u32 low, u32 high)
{
	return low | ((u64)high << 32);
}

/**
 * siphash_1u32() - Keyed hash of one 32-bit word.
 * @a:   the word.
 * @key: the key.
 *
 * Return: 64 bits.
 */
u64 siphash_1u32(u32 a, const siphash_key_t *key)
{
	struct sip s;

	sip_init(&s, key);
	return sip_final(&s, a, 4);
}

/**
 * siphash_2u32() - Keyed hash of two 32-bit words.
 * @a, @b: the words.
 * @key:   the key.
 *
 * Return: 64 bits.
 */
u64 siphash_2u32(u32 a, u32 b, const siphash_key_t *key)
{
	return siphash_1u64(pair(a, b), key);
}

/**
 * siphash_3u32() - Keyed hash of three 32-bit words.
 * @a, @b, @c: the words.
 * @key:       the key.
 *
 * Return: 64 bits.
 */
u64 siphash_3u32(u32 a, u32 b, u32 c, const siphash_key_t *key)
{
	struct sip s;

	sip_init(&s, key);
	sip_word(&s, pair(a, b));
	return sip_final(&s, c, 12);
}

/**
 * siphash_4u32() - Keyed hash of four 32-bit words.
 * @a, @b, @c, @d: the words.
 * @key:           the key.
 *
 * Return: 64 bits.
 */
u64 siphash_4u32(u32 a, u32 b, u32 c, u32 d, const siphash_key_t *key)
{
	return siphash_2u64(pair(a, b), pair(c, d), key);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: sets of named bits in the family "ethtool": as a list, each bit with its
 * number and name, or compact, as words of value and mask. Without a mask a set
 * is the list of the bits that are set.
 *
 * No state. Called by ethnl_objects.c; names are those of net/core/ethtool.c.
 */
#include "lib/err.h"
#include "net/netlink/ethnl_int.h"

#define BITSET_MAX ETHTOOL_A_BITSET_MASK
#define BIT_MAX    ETHTOOL_A_BITSET_BIT_VALUE

static const struct nla_policy bitset_policy[BITSET_MAX + 1] = {
	[ETHTOOL_A_BITSET_NOMASK] = { .kind = NLA_FLAG },
	[ETHTOOL_A_BITSET_SIZE] = { .kind = NLA_U32 },
	[ETHTOOL_A_BITSET_BITS] = { .kind = NLA_NESTED },
	[ETHTOOL_A_BITSET_VALUE] = { .kind = NLA_BINARY },
	[ETHTOOL_A_BITSET_MASK] = { .kind = NLA_BINARY },
};
static const struct nla_policy bit_policy[BIT_MAX + 1] = {
	[ETHTOOL_A_BITSET_BIT_INDEX] = { .kind = NLA_U32 },
	[ETHTOOL_A_BITSET_BIT_NAME] = { .kind = NLA_NUL_STRING,
					.len = ETH_GSTRING_LEN - 1 },
	[ETHTOOL_A_BITSET_BIT_VALUE] = { .kind = NLA_FLAG },
};

/* --- out --- */

static int put_bit(struct sk_buff *skb, u32 i, const char *name, bool value)
{
	struct nlattr *bit =
		nla_nest_start(skb, ETHTOOL_A_BITSET_BITS_BIT | NLA_F_NESTED);

	if (!bit || nla_put_u32(skb, ETHTOOL_A_BITSET_BIT_INDEX, i) ||
	    nla_put_string(skb, ETHTOOL_A_BITSET_BIT_NAME, name) ||
	    (value && nla_put(skb, ETHTOOL_A_BITSET_BIT_VALUE, 0, "")))
		return -EMSGSIZE;
	return nla_nest_end(skb, bit);
}

static int put_list(struct sk_buff *skb, u32 value, const u32 *mask,
		    const char *name)
{
	struct nlattr *bits =
		nla_nest_start(skb, ETHTOOL_A_BITSET_BITS | NLA_F_NESTED);
	int err = bits ? 0 : -EMSGSIZE;
	u32 i;

	for (i = 0; *name && !err; i++, name += strlen(name) + 1)
		if ((mask ? *mask : value) >> i & 1)
			err = put_bit(skb, i, name, mask && value >> i & 1);
	return err ?: nla_nest_end(skb, bits);
}

/**
 * ethnl_put_bitset() - Append a set of bits.
 * @q:     the request, which says how it likes them.
 * @type:  the attribute.
 * @value: the bits.
 * @mask:  which are meant; NULL: those that are set.
 * @set:   ETH_SS_*: their names.
 *
 * Return: 0 or -EMSGSIZE.
 */
int ethnl_put_bitset(const struct ethnl_req *q, u16 type, u32 value,
		     const u32 *mask, u32 set)
{
	struct sk_buff *skb = q->skb;
	struct nlattr *nest = nla_nest_start(skb, type | NLA_F_NESTED);
	int err;

	if (!nest || (!mask && nla_put(skb, ETHTOOL_A_BITSET_NOMASK, 0, "")) ||
	    nla_put_u32(skb, ETHTOOL_A_BITSET_SIZE,
			ethtool_sset_count(NULL, set)))
		return -EMSGSIZE;
	if (q->flags & ETHTOOL_FLAG_COMPACT_BITSETS) {
		err = nla_put_u32(skb, ETHTOOL_A_BITSET_VALUE, value);
		if (mask)
			err = err
				      ?: nla_put_u32(skb, ETHTOOL_A_BITSET_MASK,
						     *mask);
	} else {
		err = put_list(skb, value, mask, ethtool_names(set));
	}
	return err ?: nla_nest_end(skb, nest);
}

/* --- in --- */

/* The number of a bit's name; 32: there is none. */
static u32 find_name(u32 set, const struct nlattr *a)
{
	char wanted[ETH_GSTRING_LEN];
	const char *s = ethtool_names(set);
	u32 i;

	if (nla_strscpy(wanted, a, sizeof(wanted)))
		return 32;
	for (i = 0; *s; i++, s += strlen(s) + 1)
		if (!strcmp(s, wanted))
			return i;
	return 32;
}

/* The number of a bit that has one, a name, or both; or a negative errno. */
static int parse_bit(const struct nlattr *bit, u32 set,
		     const struct nlattr **tb, struct netlink_ext_ack *x)
{
	const struct nlattr *index, *name;
	u32 i, named;
	int err = nla_parse_nested(tb, BIT_MAX, bit, bit_policy, NLA_EXACT, x);

	if (err)
		return err;
	index = tb[ETHTOOL_A_BITSET_BIT_INDEX];
	name = tb[ETHTOOL_A_BITSET_BIT_NAME];
	if (!index && !name)
		return nl_err_attr(x, -EINVAL, bit,
				   "neither bit index nor name specified");
	i = index ? nla_get_u32(index) : 0;
	if (i >= ethtool_sset_count(NULL, set))
		return nl_err_attr(x, -EOPNOTSUPP, index, "bit index too high");
	named = name ? find_name(set, name) : i;
	if (index && named != i)
		return nl_err_attr(x, -EINVAL, bit,
				   "bit index and name mismatch");
	if (named == 32)
		return nl_err_attr(x, -EOPNOTSUPP, name, "bit name not found");
	return (int)named;
}

/* A set on its way in: its names, what is found, and why it is refused. */
struct bits {
	u32 set, value, mask;
	struct netlink_ext_ack *x;
};

static int parse_list(const struct nlattr **tb, struct bits *b)
{
	const struct nlattr *bits = tb[ETHTOOL_A_BITSET_BITS], *a;
	bool list = tb[ETHTOOL_A_BITSET_NOMASK];
	const struct nlattr *btb[BIT_MAX + 1];
	u32 left = nla_len(bits);
	int i;

	if (tb[ETHTOOL_A_BITSET_VALUE])
		return nl_err_attr(b->x, -EINVAL, tb[ETHTOOL_A_BITSET_VALUE],
				   "value only allowed in compact bitset");
	if (tb[ETHTOOL_A_BITSET_MASK])
		return nl_err_attr(b->x, -EINVAL, tb[ETHTOOL_A_BITSET_MASK],
				   "mask only allowed in compact bitset");
	for (a = nla_data(bits); nla_ok(a, left); a = nla_next(a, &left)) {
		if ((a->nla_type & NLA_TYPE_MASK) != ETHTOOL_A_BITSET_BITS_BIT)
			continue;
		i = parse_bit(a, b->set, btb, b->x);
		if (i < 0)
			return i;
		b->mask |= 1U << i;
		if (list || btb[ETHTOOL_A_BITSET_BIT_VALUE])
			b->value |= 1U << i;
	}
	if (list)
		b->mask = UINT32_MAX;
	return 0;
}

/* The first of @a's words; what is beyond the set's bits must be 0. */
static int parse_word(const struct nlattr *a, const struct bits *b, u32 *word)
{
	const u8 *p = nla_data(a);
	u32 i;

	*word = nla_get_u32(a);
	for (i = 4; i < nla_len(a); i++)
		if (p[i])
			break;
	if (i < nla_len(a) || *word >> ethtool_sset_count(NULL, b->set))
		return nl_err_attr(
			b->x, -EINVAL, a,
			"cannot modify bits past kernel bitset size");
	return 0;
}

/* That words, value and mask, are there as they must be. */
static int check_words(const struct nlattr *a, const struct nlattr **tb,
		       struct netlink_ext_ack *x)
{
	const struct nlattr *v = tb[ETHTOOL_A_BITSET_VALUE];
	const struct nlattr *m = tb[ETHTOOL_A_BITSET_MASK];
	u32 bytes, size;

	if (!tb[ETHTOOL_A_BITSET_SIZE])
		return nl_err_attr(x, -EINVAL, a,
				   "missing size in compact bitset");
	if (!v)
		return nl_err_attr(x, -EINVAL, a,
				   "missing value in compact bitset");
	if (!m && !tb[ETHTOOL_A_BITSET_NOMASK])
		return nl_err_attr(x, -EINVAL, a,
				   "missing mask in compact nonlist bitset");
	if (m && tb[ETHTOOL_A_BITSET_NOMASK])
		return nl_err_attr(x, -EINVAL, m,
				   "mask not allowed in list bitset");
	size = nla_get_u32(tb[ETHTOOL_A_BITSET_SIZE]);
	bytes = (size / 32 + !!(size % 32)) * 4;
	if (nla_len(v) != bytes)
		return nl_err_attr(x, -EINVAL, v,
				   "bitset value length does not match size");
	if (m && nla_len(m) != bytes)
		return nl_err_attr(x, -EINVAL, m,
				   "bitset mask length does not match size");
	return 0;
}

static int parse_words(const struct nlattr *a, const struct nlattr **tb,
		       struct bits *b)
{
	const struct nlattr *v = tb[ETHTOOL_A_BITSET_VALUE];
	const struct nlattr *m = tb[ETHTOOL_A_BITSET_MASK];
	int err = check_words(a, tb, b->x);

	if (err)
		return err;
	if (!m) {
		b->mask = UINT32_MAX;
		return parse_word(v, b, &b->value);
	}
	err = parse_word(m, b, &b->mask);
	b->value = nla_get_u32(v) & b->mask;
	return err;
}

/**
 * ethnl_parse_bitset() - A set of bits in a request.
 * @a:     the attribute, a nest.
 * @set:   ETH_SS_*: the names; the bits are no more than these.
 * @value: gets the bits.
 * @mask:  gets which are meant; all of a list without a mask.
 * @x:     gets why and where.
 *
 * Return: 0, -EINVAL, -ERANGE, -EOPNOTSUPP: there is no such bit.
 */
int ethnl_parse_bitset(const struct nlattr *a, u32 set, u32 *value, u32 *mask,
		       struct netlink_ext_ack *x)
{
	const struct nlattr *tb[BITSET_MAX + 1];
	struct bits b = { .set = set, .x = x };
	int err = nla_parse_nested(tb, BITSET_MAX, a, bitset_policy, NLA_EXACT,
				   x);

	if (!err)
		err = tb[ETHTOOL_A_BITSET_BITS] ? parse_list(tb, &b)
						: parse_words(a, tb, &b);
	*value = b.value;
	*mask = b.mask & ((1U << ethtool_sset_count(NULL, set)) - 1);
	return err;
}

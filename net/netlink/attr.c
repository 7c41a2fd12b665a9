// SPDX-License-Identifier: MIT
/*
 * DOC: netlink messages and their attributes: checked when they come in, built
 * when they go out. An attribute is type, length, value, padded to four bytes;
 * some hold attributes themselves.
 *
 * What comes from a program is looked at through nla_parse() only: from there
 * on every attribute lies inside the message and is as long as its policy says.
 * What goes out is appended to an skb; without room the put functions say
 * -EMSGSIZE, and the message is taken back by nlmsg_cancel().
 */
#include "lib/err.h"
#include "net/netlink/netlink.h"

/* --- in --- */

/**
 * nla_ok() - Whether an attribute is all there.
 * @nla:       it.
 * @remaining: bytes from it to the end.
 *
 * Return: it.
 */
bool nla_ok(const struct nlattr *nla, u32 remaining)
{
	return remaining >= sizeof(*nla) && nla->nla_len >= sizeof(*nla) &&
	       nla->nla_len <= remaining;
}

/**
 * nla_next() - What follows an attribute.
 * @nla:       one that is nla_ok().
 * @remaining: bytes from it to the end; made less.
 *
 * Return: the next one, if nla_ok() says so.
 */
const struct nlattr *nla_next(const struct nlattr *nla, u32 *remaining)
{
	u32 step = min(NLMSG_ALIGN(nla->nla_len), *remaining);

	*remaining -= step;
	return (const void *)((const u8 *)nla + step);
}

static int nla_check_number(const struct nlattr *a, const struct nla_policy *p,
			    struct netlink_ext_ack *x)
{
	u32 v = nla_get_u32(a);

	if (p->max && (v < p->min || v > p->max))
		return nl_err_attr(x, -ERANGE, a, "integer out of range");
	return 0;
}

static int nla_check_string(const struct nlattr *a, const struct nla_policy *p,
			    struct netlink_ext_ack *x)
{
	bool nul = p->kind == NLA_NUL_STRING;
	const char *s = nla_data(a);
	u32 n = nla_len(a);

	if (n && !s[n - 1])
		n--;
	else if (nul)
		n = UINT32_MAX;
	if (!nla_len(a) || n > p->len)
		return nl_err_attr(x, nul ? -EINVAL : -ERANGE, a,
				   "Attribute failed policy validation");
	return 0;
}

static const u8 number_size[] = {
	[NLA_U8] = 1, [NLA_U16] = 2, [NLA_U32] = 4, [NLA_U64] = 8
};

static int nla_validate_exact(const struct nlattr *a,
			      const struct nla_policy *p,
			      struct netlink_ext_ack *x)
{
	if (p->kind == NLA_ANY && !p->len)
		return nl_err_attr(x, -EINVAL, a, "Unsupported attribute");
	if (p->kind == NLA_NESTED && !(a->nla_type & NLA_F_NESTED))
		return nl_err_attr(x, -EINVAL, a, "NLA_F_NESTED is missing");
	if (p->kind < ARRAY_SIZE(number_size) && number_size[p->kind] &&
	    nla_len(a) != number_size[p->kind])
		return nl_err_attr(x, -EINVAL, a, "invalid attribute length");
	return 0;
}

static int nla_validate(const struct nlattr *a, const struct nla_policy *p,
			struct netlink_ext_ack *x)
{
	bool fits = true;

	switch (p->kind) {
	case NLA_REJECT:
		return nl_err_attr(x, -EOPNOTSUPP, a, "Unsupported attribute");
	case NLA_STRING:
	case NLA_NUL_STRING:
		return nla_check_string(a, p, x);
	case NLA_BINARY:
		fits = !p->len || nla_len(a) <= p->len;
		break;
	case NLA_NESTED: /* an empty one is one */
		fits = !nla_len(a) || nla_len(a) >= NLA_HDRLEN;
		break;
	case NLA_FLAG:
		fits = !nla_len(a);
		break;
	case NLA_ANY:
		fits = nla_len(a) >= p->len;
		break;
	default:
		fits = nla_len(a) >= number_size[p->kind];
	}
	if (!fits)
		return nl_err_attr(x, -ERANGE, a,
				   "Attribute failed policy validation");
	return p->max ? nla_check_number(a, p, x) : 0;
}

/**
 * nla_parse() - Take a run of attributes apart.
 * @tb:     gets the last attribute of each type, or NULL; @max + 1 of them.
 * @max:    the largest type known.
 * @head:   the first attribute; aligned to 4.
 * @len:    bytes in all.
 * @policy: what each type must be like; @max + 1 of them.
 * @strict: refuse types beyond @max and bytes behind the last one, which are
 *          else passed over; and more, see enum nla_strict.
 * @x:      gets reason and place of a refusal.
 *
 * Return: 0, -EINVAL, -ERANGE, -EOPNOTSUPP.
 */
int nla_parse(const struct nlattr **tb, u32 max, const void *head, u32 len,
	      const struct nla_policy *policy, enum nla_strict strict,
	      struct netlink_ext_ack *x)
{
	const struct nlattr *a = head;
	int err = 0;
	u32 type;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	for (; nla_ok(a, len); a = nla_next(a, &len)) {
		type = a->nla_type & NLA_TYPE_MASK;
		if (!type || type > max) {
			if (strict)
				return nl_err_attr(x, -EINVAL, a,
						   "Unknown attribute type");
			continue;
		}
		if (strict == NLA_EXACT)
			err = nla_validate_exact(a, &policy[type], x);
		err = err ?: nla_validate(a, &policy[type], x);
		if (err)
			return err;
		tb[type] = a;
	}
	/* A lie about a length hides what follows it: never guess. */
	if (len >= sizeof(*a) || (len && strict))
		return nl_err_attr(x, -EINVAL, len >= sizeof(*a) ? a : NULL,
				   "bytes leftover after parsing attributes");
	return 0;
}

/**
 * nlmsg_parse() - The attributes of a request.
 * @r:      the request.
 * @hdrlen: bytes of its family's header.
 * @tb, @max, @policy: as for nla_parse().
 *
 * Return: 0; -EINVAL, too, when the header is not all there.
 */
int nlmsg_parse(const struct nl_request *r, u32 hdrlen,
		const struct nlattr **tb, u32 max,
		const struct nla_policy *policy)
{
	u32 start = NLMSG_HDRLEN + NLMSG_ALIGN(hdrlen);
	u32 len = r->nlh->nlmsg_len;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (len < NLMSG_HDRLEN + hdrlen)
		return nl_err(r->x, -EINVAL, "Invalid header length");
	if (len <= start)
		return 0;
	return nla_parse(tb, max, (const u8 *)r->nlh + start, len - start,
			 policy, r->strict ? NLA_STRICT : NLA_LIBERAL, r->x);
}

/**
 * nla_get_u32() - An attribute's number.
 * @a: of one to eight bytes; the lowest four count.
 *
 * Return: it.
 */
u32 nla_get_u32(const struct nlattr *a)
{
	u32 v = 0;

	memcpy(&v, nla_data(a), min_t(u32, nla_len(a), sizeof(v)));
	return v;
}

/**
 * nla_strscpy() - An attribute's text.
 * @dst:  gets it, with a zero at the end.
 * @a:    the attribute, which need not have one.
 * @size: room.
 *
 * Return: 0, or -E2BIG: it was cut.
 */
int nla_strscpy(char *dst, const struct nlattr *a, size_t size)
{
	size_t n = strnlen(nla_data(a), nla_len(a));
	size_t take = min(n, size - 1);

	memcpy(dst, nla_data(a), take);
	dst[take] = '\0';
	return take < n ? -E2BIG : 0;
}

/* --- out --- */

/**
 * nla_reserve() - Append an attribute to be filled.
 * @skb:  the message.
 * @type: its type.
 * @len:  bytes of value.
 *
 * Return: where the value goes, padding zeroed; NULL: no room.
 */
void *nla_reserve(struct sk_buff *skb, u16 type, u32 len)
{
	u32 all = NLMSG_ALIGN(NLA_HDRLEN + len);
	struct nlattr *a;

	if (skb_tailroom(skb) < all)
		return NULL;
	a = skb_put(skb, all);
	a->nla_type = type;
	a->nla_len = (u16)(NLA_HDRLEN + len);
	memset((u8 *)(a + 1) + len, 0, all - NLA_HDRLEN - len);
	return a + 1;
}

/**
 * nla_put() - Append an attribute.
 * @skb:  the message.
 * @type: its type.
 * @len:  bytes of value.
 * @data: the value.
 *
 * Return: 0 or -EMSGSIZE.
 */
int nla_put(struct sk_buff *skb, u16 type, u32 len, const void *data)
{
	void *p = nla_reserve(skb, type, len);

	if (!p)
		return -EMSGSIZE;
	memcpy(p, data, len);
	return 0;
}

/**
 * nla_put_u8() - Append a number. @skb, @type: as nla_put(). @v: it.
 *
 * Return: 0 or -EMSGSIZE.
 */
int nla_put_u8(struct sk_buff *skb, u16 type, u8 v)
{
	return nla_put(skb, type, sizeof(v), &v);
}

/**
 * nla_put_u16() - Append a number. @skb, @type: as nla_put(). @v: it.
 *
 * Return: 0 or -EMSGSIZE.
 */
int nla_put_u16(struct sk_buff *skb, u16 type, u16 v)
{
	return nla_put(skb, type, sizeof(v), &v);
}

/**
 * nla_put_u32() - Append a number. @skb, @type: as nla_put(). @v: it.
 *
 * Return: 0 or -EMSGSIZE.
 */
int nla_put_u32(struct sk_buff *skb, u16 type, u32 v)
{
	return nla_put(skb, type, sizeof(v), &v);
}

/**
 * nla_put_string() - Append text with its zero. @skb, @type: as nla_put().
 * @s: it.
 *
 * Return: 0 or -EMSGSIZE.
 */
int nla_put_string(struct sk_buff *skb, u16 type, const char *s)
{
	return nla_put(skb, type, (u32)strlen(s) + 1, s);
}

/**
 * nla_nest_start() - Begin an attribute that holds attributes.
 * @skb:  the message.
 * @type: its type, with NLA_F_NESTED where Linux has it.
 *
 * Return: for nla_nest_end(); NULL: no room.
 */
struct nlattr *nla_nest_start(struct sk_buff *skb, u16 type)
{
	struct nlattr *a = nla_reserve(skb, type, 0);

	return a ? a - 1 : NULL;
}

/**
 * nla_nest_end() - It holds all that was appended since.
 * @skb:  the message.
 * @nest: from nla_nest_start().
 *
 * Return: 0; -EMSGSIZE: too much for its length.
 */
int nla_nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	size_t n = (size_t)(skb->tail - (u8 *)nest);

	if (n > 0xffff)
		return -EMSGSIZE;
	nest->nla_len = (u16)n;
	return 0;
}

/**
 * nlmsg_put() - Append a message.
 * @skb:    where to.
 * @portid: of whom it is for, 0: everyone.
 * @seq:    the request's.
 * @type:   NLMSG_* or the family's.
 * @len:    bytes of the family's header, zeroed.
 * @flags:  NLM_F_*.
 *
 * Return: the message, for nlmsg_end(); NULL: no room.
 */
struct nlmsghdr *nlmsg_put(struct sk_buff *skb, u32 portid, u32 seq, u16 type,
			   u32 len, u16 flags)
{
	u32 all = NLMSG_HDRLEN + NLMSG_ALIGN(len);
	struct nlmsghdr *h;

	if (skb_tailroom(skb) < all)
		return NULL;
	h = skb_put(skb, all);
	memset(h, 0, all);
	h->nlmsg_len = all;
	h->nlmsg_type = type;
	h->nlmsg_flags = flags;
	h->nlmsg_seq = seq;
	h->nlmsg_pid = portid;
	return h;
}

/**
 * nlmsg_end() - The message is complete.
 * @skb: where it is the last one.
 * @h:   from nlmsg_put().
 */
void nlmsg_end(struct sk_buff *skb, struct nlmsghdr *h)
{
	h->nlmsg_len = (u32)(skb->tail - (u8 *)h);
}

/**
 * nlmsg_cancel() - Take a message back.
 * @skb: where it is the last one.
 * @h:   from nlmsg_put().
 */
void nlmsg_cancel(struct sk_buff *skb, struct nlmsghdr *h)
{
	skb->len -= (u32)(skb->tail - (u8 *)h);
	skb->tail = (u8 *)h;
}

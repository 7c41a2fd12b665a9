// SPDX-License-Identifier: MIT
/*
 * DOC: the bytes of an sk_buff, wherever they are: linear part, page
 * fragments, fragment list. Walking, copying, summing, pulling, trimming and
 * splitting. The life of the struct and its buffer is skbuff.c's.
 *
 * Everything that reads goes through skb_walk(), which hands out the packet's
 * contiguous pieces in order. What changes the layout first makes the shared
 * info private (pskb_expand_head()), because clones see it too.
 */
#include "net/core/skbuff.h"
#include "lib/checksum.h"
#include "lib/errno.h"
#include "lib/uio.h"
#include "net/wire/udp.h"

/* Called for each piece; a negative errno ends the walk. */
typedef int skb_walk_fn(void *arg, u8 *p, u32 n);

/* Clip the piece [@start, @start + @size) to the wanted range. */
static int walk_piece(u8 *p, u32 size, u32 start, u32 *offset, u32 *len,
		      skb_walk_fn *fn, void *arg)
{
	u32 skip = *offset - start, n;
	int err;

	if (!*len || skip >= size)
		return 0;
	n = min(size - skip, *len);
	err = fn(arg, p + skip, n);
	*offset += n;
	*len -= n;
	return err;
}

/* Every piece of bytes @offset .. @offset + @len; -EFAULT beyond the end. */
static int skb_walk(const struct sk_buff *skb, u32 offset, u32 len,
		    skb_walk_fn *fn, void *arg)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	u32 start = skb_headlen(skb), i, n;
	const struct sk_buff *frag;
	int err;

	if (offset > skb->len || len > skb->len - offset)
		return -EFAULT;
	err = walk_piece(skb->data, start, 0, &offset, &len, fn, arg);
	for (i = 0; !err && len && i < si->nr_frags; i++) {
		err = walk_piece(skb_frag_address(&si->frags[i]),
				 si->frags[i].size, start, &offset, &len, fn,
				 arg);
		start += si->frags[i].size;
	}
	for (frag = si->frag_list; !err && len && frag; frag = frag->next) {
		if (offset - start < frag->len) {
			n = min(frag->len - (offset - start), len);
			err = skb_walk(frag, offset - start, n, fn, arg);
			offset += n;
			len -= n;
		}
		start += frag->len;
	}
	return err;
}

static int piece_copy_out(void *arg, u8 *p, u32 n)
{
	u8 **to = arg;

	memcpy(*to, p, n);
	*to += n;
	return 0;
}

/**
 * skb_copy_bits() - Copy bytes out of a packet.
 * @skb:    any layout.
 * @offset: of the first byte, from data.
 * @to:     room for @len bytes.
 * @len:    bytes.
 *
 * Return: 0; -EFAULT, with nothing copied, if the packet is shorter.
 */
int skb_copy_bits(const struct sk_buff *skb, u32 offset, void *to, u32 len)
{
	u8 *p = to;

	return skb_walk(skb, offset, len, piece_copy_out, &p);
}

static int piece_copy_in(void *arg, u8 *p, u32 n)
{
	const u8 **from = arg;

	memcpy(p, *from, n);
	*from += n;
	return 0;
}

/**
 * skb_store_bits() - Copy bytes into a packet.
 * @skb:    any layout; the caller made the bytes writable.
 * @offset: of the first byte, from data.
 * @from:   @len bytes.
 * @len:    bytes.
 *
 * Return: 0; -EFAULT, with nothing copied, if the packet is shorter.
 */
int skb_store_bits(struct sk_buff *skb, u32 offset, const void *from, u32 len)
{
	const u8 *p = from;

	return skb_walk(skb, offset, len, piece_copy_in, &p);
}

/**
 * skb_header_pointer() - A header, contiguous, without changing the packet.
 * @skb:    any layout.
 * @offset: of the first byte, from data.
 * @len:    bytes.
 * @buffer: room for @len bytes, used if they are not linear.
 *
 * Return: the bytes, to be read only; NULL if the packet is shorter.
 */
const void *skb_header_pointer(const struct sk_buff *skb, u32 offset, u32 len,
			       void *buffer)
{
	u32 headlen = skb_headlen(skb);

	if (likely(offset <= headlen && len <= headlen - offset))
		return skb->data + offset;
	if (skb_copy_bits(skb, offset, buffer, len) != 0)
		return NULL;
	return buffer;
}

struct csum_walk {
	__wsum sum;
	u32 done; /* bytes summed so far: the parity of the next piece */
};

static int piece_checksum(void *arg, u8 *p, u32 n)
{
	struct csum_walk *w = arg;

	w->sum = csum_block_add(w->sum, csum_partial(p, n, 0), w->done);
	w->done += n;
	return 0;
}

/* A segment's way: all of the linear part and of the fragments. */
static __wsum csum_whole(const struct sk_buff *skb, __wsum csum)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	u32 done = skb_headlen(skb), i;

	csum = csum_partial(skb->data, done, csum);
	for (i = 0; i < si->nr_frags; i++) {
		csum = csum_block_add(
			csum,
			csum_partial(skb_frag_address(&si->frags[i]),
				     si->frags[i].size, 0),
			done);
		done += si->frags[i].size;
	}
	return csum;
}

/**
 * skb_checksum() - The Internet checksum (RFC 1071) of a part of a packet.
 * @skb:    any layout; it has the bytes.
 * @offset: of the first byte, from data.
 * @len:    bytes.
 * @csum:   added to the sum.
 *
 * Return: the sum, not folded.
 */
__wsum skb_checksum(const struct sk_buff *skb, u32 offset, u32 len, __wsum csum)
{
	struct csum_walk w = { csum, 0 };
	u32 headlen = skb_headlen(skb);

	if (likely(offset <= headlen && len <= headlen - offset))
		return csum_partial(skb->data + offset, len, csum);
	if (!offset && len == skb->len && !skb_shinfo(skb)->frag_list)
		return csum_whole(skb, csum);
	WARN_ON_ONCE(skb_walk(skb, offset, len, piece_checksum, &w) != 0);
	return w.sum;
}

/**
 * skb_checksum_help() - Do in software the checksum that was left to a device.
 * @skb: CHECKSUM_PARTIAL; the field holds the pseudo header's sum.
 *
 * Ownership: keeps @skb.
 * Context:   task or softirq.
 * Return:    0, and @skb is CHECKSUM_NONE; -ENOMEM; -EINVAL if csum_start and
 *            csum_offset point outside the packet.
 */
int skb_checksum_help(struct sk_buff *skb)
{
	int start = (int)skb->csum_start - (int)skb_headroom(skb);
	__sum16 sum;
	u32 field;

	if (WARN_ON_ONCE(start < 0 || start >= (int)skb->len))
		return -EINVAL;
	field = (u32)start + skb->csum_offset;
	if (WARN_ON_ONCE(field + sizeof(sum) > skb->len))
		return -EINVAL;
	if (skb_ensure_writable(skb, field + sizeof(sum)) != 0)
		return -ENOMEM;
	sum = csum_fold(
		skb_checksum(skb, (u32)start, skb->len - (u32)start, 0));
	/* RFC 768: zero would mean "no checksum" in a UDP header; both are
	 * zero in one's complement. TCP has no such exception. */
	if (!sum && skb->csum_offset == offsetof(struct udphdr, check))
		sum = (__force __sum16)0xffff;
	memcpy(skb->data + field, &sum, sizeof(sum));
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

static int piece_to_iter(void *arg, u8 *p, u32 n)
{
	return copy_to_iter(p, n, arg) == n ? 0 : -EFAULT;
}

/**
 * skb_copy_datagram_iter() - Copy payload to whoever reads.
 * @skb:    any layout.
 * @offset: of the first byte, from data.
 * @to:     advanced by what was copied.
 * @len:    bytes; @to has room for them.
 *
 * Context: task.
 * Return:  0; -EFAULT for bad user memory (@to is where it was) or a packet
 *          that is shorter.
 */
int skb_copy_datagram_iter(const struct sk_buff *skb, u32 offset,
			   struct iov_iter *to, u32 len)
{
	size_t before = iov_iter_count(to);
	int err = skb_walk(skb, offset, len, piece_to_iter, to);

	if (err)
		iov_iter_revert(to, before - iov_iter_count(to));
	return err;
}

/* --- layout --- */

/* Drop @n bytes from the front of frags[]. Return: bytes still to drop. */
static u32 eat_frags(struct skb_shared_info *si, u32 n)
{
	u32 i, k = 0;

	for (i = 0; i < si->nr_frags; i++) {
		skb_frag_t *f = &si->frags[i];

		if (f->size <= n) {
			n -= f->size;
			put_page(f->page);
			continue;
		}
		f->offset += n;
		f->size -= n;
		n = 0;
		si->frags[k++] = *f;
	}
	si->nr_frags = (u8)k;
	return n;
}

/*
 * Drop @n bytes from the front of the fragment list, whose members are this
 * shared info's alone; without memory nothing is dropped.
 */
static bool eat_list(struct skb_shared_info *si, u32 n)
{
	struct sk_buff *last = si->frag_list, *frag;
	u32 left = n;

	while (last && last->len <= left) {
		left -= last->len;
		last = last->next;
	}
	if (left) {
		if (!last || !pskb_may_pull(last, left))
			return false;
		skb_pull(last, left);
	}
	while ((frag = si->frag_list) != last) {
		si->frag_list = frag->next;
		frag->next = NULL;
		consume_skb(frag);
	}
	return true;
}

/**
 * pskb_pull_tail_() - Make the first bytes of a packet linear.
 * @skb: not shared.
 * @n:   bytes from data on; more than are linear, at most all.
 *
 * Context: task or softirq.
 * Return:  true; false without memory, and then the packet's bytes are the
 *          same as before.
 */
bool pskb_pull_tail_(struct sk_buff *skb, u32 n)
{
	u32 headlen = skb_headlen(skb), delta, room, left;

	if (n > skb->len)
		return false;
	if (n <= headlen)
		return true;
	delta = n - headlen;
	room = (u32)(skb->end - skb->tail);
	if ((room < delta || skb_cloned(skb)) &&
	    pskb_expand_head(skb, 0, room < delta ? delta - room : 0,
			     GFP_ATOMIC) != 0)
		return false;
	if (skb_copy_bits(skb, headlen, skb->tail, delta) != 0)
		return false;
	left = delta;
	if (skb_shinfo(skb)->frag_list) {
		u32 in_frags = 0, i;

		for (i = 0; i < skb_shinfo(skb)->nr_frags; i++)
			in_frags += skb_shinfo(skb)->frags[i].size;
		if (left > in_frags &&
		    !eat_list(skb_shinfo(skb), left - in_frags))
			return false;
		left = min(left, in_frags);
	}
	eat_frags(skb_shinfo(skb), left);
	skb->tail += delta;
	skb->data_len -= delta;
	return true;
}

/**
 * skb_linearize() - Make the whole packet linear.
 * @skb: not shared.
 *
 * Context: task or softirq.
 * Return:  0 or -ENOMEM.
 */
int skb_linearize(struct sk_buff *skb)
{
	if (!skb_is_nonlinear(skb))
		return 0;
	return pskb_pull_tail_(skb, skb->len) ? 0 : -ENOMEM;
}

/* Cut the fragment list to @len bytes; false without memory. */
static bool trim_list(struct skb_shared_info *si, u32 len)
{
	struct sk_buff **pp = &si->frag_list, *frag;

	for (; len && (frag = *pp) != NULL; pp = &frag->next) {
		if (frag->len <= len) {
			len -= frag->len;
			continue;
		}
		if (pskb_trim(frag, len) != 0)
			return false;
		len = 0;
	}
	kfree_skb_list_reason(*pp, SKB_DROP_REASON_NOT_SPECIFIED);
	*pp = NULL;
	return true;
}

/* Cut the fragments to @len bytes; the shared info is private. */
static int trim_nonlinear(struct sk_buff *skb, u32 len)
{
	struct skb_shared_info *si = skb_shinfo(skb);
	u32 left = len, i, keep = 0, cut = 0;

	for (i = 0; i < si->nr_frags && left; i++) {
		cut = min(left, si->frags[i].size);
		left -= cut;
		keep++;
	}
	if (si->frag_list && !trim_list(si, left))
		return -ENOMEM;
	for (i = keep; i < si->nr_frags; i++)
		put_page(si->frags[i].page);
	if (keep)
		si->frags[keep - 1].size = cut;
	si->nr_frags = (u8)keep;
	return 0;
}

/**
 * pskb_trim() - Cut a packet.
 * @skb: not shared.
 * @len: bytes to keep; a longer one changes nothing.
 *
 * truesize stays: the memory is still held or has been charged.
 *
 * Context: task or softirq.
 * Return:  0 or -ENOMEM, and then the packet is as it was.
 */
int pskb_trim(struct sk_buff *skb, u32 len)
{
	u32 headlen = skb_headlen(skb);
	int err;

	if (len >= skb->len)
		return 0;
	if (skb_is_nonlinear(skb)) {
		if (skb_cloned(skb)) {
			err = pskb_expand_head(skb, 0, 0, GFP_ATOMIC);
			if (err)
				return err;
		}
		err = trim_nonlinear(skb, len > headlen ? len - headlen : 0);
		if (err)
			return err;
	}
	if (len <= headlen) {
		skb->tail = skb->data + len;
		skb->data_len = 0;
	} else {
		skb->data_len = len - headlen;
	}
	skb->len = len;
	return 0;
}

/* Fragments from byte @pos of the fragments on go to @skb1. */
static void split_frags(struct sk_buff *skb, struct sk_buff *skb1, u32 pos)
{
	struct skb_shared_info *si = skb_shinfo(skb), *si1 = skb_shinfo(skb1);
	u32 n = si->nr_frags, i, k = 0;

	for (i = 0; i < n; i++) {
		skb_frag_t *f = &si->frags[i];

		if (f->size <= pos) { /* stays */
			pos -= f->size;
			continue;
		}
		si1->frags[k] = *f;
		if (pos) { /* both have a part of it */
			get_page(f->page);
			si1->frags[k].offset += pos;
			si1->frags[k].size -= pos;
			f->size = pos;
			pos = 0;
		} else {
			si->nr_frags--;
		}
		k++;
	}
	si1->nr_frags = (u8)k;
}

/**
 * skb_split() - Divide a packet in two.
 * @skb:  keeps the first @len bytes; its shared info is private, and it has
 *        no fragment list.
 * @skb1: empty, with tailroom for what is linear beyond @len; gets the rest.
 * @len:  less than the packet's.
 *
 * truesize is the caller's to move: only it knows whom the bytes are charged
 * to.
 *
 * Context: task or softirq.
 */
void skb_split(struct sk_buff *skb, struct sk_buff *skb1, u32 len)
{
	u32 headlen = skb_headlen(skb), moved = skb->len - len, linear = 0;

	BUG_ON(len > skb->len || skb_shinfo(skb)->frag_list);
	if (len < headlen) {
		linear = headlen - len;
		memcpy(skb_put(skb1, linear), skb->data + len, linear);
		skb->tail = skb->data + len;
		split_frags(skb, skb1, 0);
		skb->data_len = 0;
	} else {
		split_frags(skb, skb1, len - headlen);
		skb->data_len = len - headlen;
	}
	skb1->len = moved;
	skb1->data_len = moved - linear;
	skb->len = len;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: MSG_ZEROCOPY (row B4; Documentation of Linux: networking/msg_zerocopy).
 *
 *	program's pages <-- page_loan <-- fragments of packets, any number
 *	                        |
 *	                        +--> note: calls lo..hi, in the error queue once
 *	                             every loan of theirs has ended
 *
 * A fragment refers to a loan as to any page, so packets are cloned, cut,
 * merged and freed as always; the loan's last reference gives the pages back
 * and tells the note. A loan covers pages that lie together. The note is a
 * packet without data: it is made before the send, so that the report cannot
 * fail for want of memory. sk_zcnotes counts them until they are read: all
 * together are at most net.core.optmem_max bytes.
 *
 * Only skb_copy_loans() looks at a packet for loans: packets that may stay
 * for any time must not keep a program's pages.
 *
 * State: zerocopy_loans; of a note its cb. Softirqs off around what both task
 * and softirq change.
 */
#include "net/core/zerocopy.h"
#include "lib/count.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/uio.h"
#include "net/core/errqueue.h"

/* Calls are told by one note while their bytes, all together, are no more. */
#define NOTE_BYTES (512U * 1024)
#define NOTE_CALLS 65534U

/* In the cb of a note until it is sent. */
struct zerocopy_note {
	struct sock *sk; /* a reference */
	u32 refs;        /* loans, and calls that are being made */
	u32 id;          /* of the first call */
	u32 calls;
	u32 bytes;
	bool copied;
};
static_assert(sizeof(struct zerocopy_note) <= sizeof_field(struct sk_buff, cb),
	      "fits the control block");

struct zerocopy_loan {
	struct page_loan loan;
	struct sk_buff *note;
	struct page *first; /* of @nr that lie together, a reference on each */
	u32 nr;
};

u32 zerocopy_loans;

static struct zerocopy_note *note_of(const struct sk_buff *note)
{
	return (struct zerocopy_note *)(uintptr_t)note->cb;
}

/* --- the note --- */

/* Destructor of a note. */
static void note_free(struct sk_buff *note)
{
	note->sk->sk_zcnotes--;
}

/* The newest report says the same of the calls before: now of these, too. */
static bool extend_report(struct sk_buff *tail,
			  const struct sock_extended_err *more)
{
	struct sock_extended_err *ee = &SKB_EXT_ERR(tail)->ee;

	if (ee->ee_origin != more->ee_origin || ee->ee_code != more->ee_code ||
	    more->ee_info != ee->ee_data + 1 ||
	    more->ee_data == ee->ee_info - 1) /* 2^32 calls */
		return false;
	ee->ee_data = more->ee_data;
	return true;
}

/* Nothing refers to the pages any more: report. */
static void note_complete(struct sk_buff *note)
{
	struct zerocopy_note n = *note_of(note);
	struct sk_buff *tail;

	if (!n.calls || sock_flag(n.sk, SOCK_DEAD)) {
		consume_skb(note);
		sock_put(n.sk);
		return;
	}
	*SKB_EXT_ERR(note) = (struct sock_exterr_skb){
		.ee = { .ee_origin = SO_EE_ORIGIN_ZEROCOPY,
			.ee_code = n.copied ? SO_EE_CODE_ZEROCOPY_COPIED : 0,
			.ee_info = n.id,
			.ee_data = n.id + n.calls - 1 },
	};
	local_bh_disable();
	tail = skb_peek_tail(&n.sk->sk_error_queue);
	if (tail && extend_report(tail, &SKB_EXT_ERR(note)->ee))
		consume_skb(note);
	else
		__skb_queue_tail(&n.sk->sk_error_queue, note);
	n.sk->sk_error_report(n.sk);
	local_bh_enable();
	sock_put(n.sk);
}

static void note_put(struct sk_buff *note)
{
	if (count_fetch_sub(&note_of(note)->refs, 1) == 1)
		note_complete(note);
}

static struct sk_buff *note_alloc(struct sock *sk, size_t size)
{
	struct sk_buff *note = alloc_skb(0, GFP_KERNEL);
	u32 bytes = (u32)min_t(size_t, size, UINT32_MAX);

	if (!note)
		return NULL;
	if (sk->sk_zcnotes == UINT16_MAX ||
	    (u64)note->truesize * (sk->sk_zcnotes + 1) >
		    sock_net(sk)->sysctl_optmem_max) {
		consume_skb(note);
		return NULL;
	}
	note->sk = sk;
	note->destructor = note_free;
	sk->sk_zcnotes++;
	sock_hold(sk);
	*note_of(note) = (struct zerocopy_note){
		.sk = sk,
		.refs = 1,
		.id = sk->sk_zckey++,
		.calls = 1,
		.bytes = bytes,
	};
	return note;
}

/* --- loans --- */

static struct zerocopy_loan *to_loan(struct page_loan *loan)
{
	return container_of(loan, struct zerocopy_loan, loan);
}

/* page_loan.ended: the pages are the program's alone. */
static void loan_ended(struct page_loan *page_loan)
{
	struct zerocopy_loan *l = to_loan(page_loan);
	struct sk_buff *note = l->note;
	u32 i;

	for (i = 0; i < l->nr; i++)
		put_page(l->first + i);
	kfree(l);
	(void)count_fetch_sub(&zerocopy_loans, 1);
	note_put(note);
}

/* The note of a fragment's page; NULL: it is no loan of ours. */
static struct sk_buff *note_of_page(struct page *page)
{
	struct page_loan *loan = container_of(page, struct page_loan, page);

	if (page->flags != PG_LOAN || loan->ended != loan_ended)
		return NULL;
	return to_loan(loan)->note;
}

static struct sk_buff *note_of_packet(const struct sk_buff *skb)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	struct sk_buff *note;
	u32 i;

	for (i = si->nr_frags; i-- > 0;) {
		note = note_of_page(si->frags[i].page);
		if (note)
			return note;
	}
	return NULL;
}

static struct zerocopy_loan *loan_alloc(struct sk_buff *note, struct page *page)
{
	struct zerocopy_loan *l = kmalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return NULL;
	l->loan.page = (struct page){ .virt = page_address(page),
				      .refcount = 1,
				      .flags = PG_LOAN };
	l->loan.ended = loan_ended;
	l->note = note;
	l->first = page;
	l->nr = 1;
	(void)count_fetch_add(&note_of(note)->refs, 1);
	(void)count_fetch_add(&zerocopy_loans, 1);
	return l;
}

/* @page, whose reference is taken over, as a part of the loan made last. */
static bool loan_extend(struct zerocopy_loan *l, struct page *page)
{
	u8 *end = (u8 *)page_address(l->first) + l->nr * PAGE_SIZE;

	if (page == l->first + l->nr - 1) { /* the page again */
		put_page(page);
		return true;
	}
	if (page != l->first + l->nr || page_address(page) != end)
		return false;
	l->nr++;
	return true;
}

/* The loan that has @page, which it takes over; NULL: no memory. */
static struct zerocopy_loan *loan_page(struct zerocopy_send *z,
				       struct page *page)
{
	struct zerocopy_loan *l;

	if (z->last && loan_extend(to_loan(z->last), page))
		return to_loan(z->last);
	l = loan_alloc(z->note, page);
	if (!l) {
		put_page(page);
		return NULL;
	}
	if (z->last)
		put_page(&z->last->page);
	z->last = &l->loan;
	return l;
}

/* --- a send --- */

/* The calls that @note tells of may be one more. */
static bool note_extend(struct sk_buff *note, struct sock *sk, size_t size)
{
	struct zerocopy_note *n = note_of(note);

	if (n->calls >= NOTE_CALLS ||
	    size > NOTE_BYTES - min(n->bytes, NOTE_BYTES) ||
	    n->id + n->calls != sk->sk_zckey)
		return false;
	n->calls++;
	n->bytes += (u32)size;
	(void)count_fetch_add(&n->refs, 1);
	sk->sk_zckey++;
	return true;
}

/**
 * zerocopy_begin() - A send with MSG_ZEROCOPY begins.
 * @z:      filled.
 * @sk:     with SO_ZEROCOPY; owned, unless @queued is NULL.
 * @size:   bytes, not 0.
 * @queued: the packet that the send may go on in, or NULL.
 *
 * A send that goes on in a packet is told of together with the one before.
 *
 * Context: task.
 * Return:  0; -ENOBUFS: no memory, or too many notes (net.core.optmem_max).
 */
int zerocopy_begin(struct zerocopy_send *z, struct sock *sk, size_t size,
		   const struct sk_buff *queued)
{
	struct sk_buff *note = queued ? note_of_packet(queued) : NULL;

	z->last = NULL;
	if (!note || !note_extend(note, sk, size))
		note = note_alloc(sk, size);
	z->note = note;
	return note ? 0 : -ENOBUFS;
}

/**
 * zerocopy_may_append() - Whether a packet can take fragments of a send.
 * @z:   the send.
 * @skb: the packet.
 *
 * Return: false: it has some that another note tells of.
 */
bool zerocopy_may_append(const struct zerocopy_send *z,
			 const struct sk_buff *skb)
{
	struct sk_buff *note = note_of_packet(skb);

	return !note || note == z->note;
}

/**
 * zerocopy_get_piece() - Take the next bytes by reference.
 * @z:     the send.
 * @from:  user memory, not at its end; advances by what was taken.
 * @max:   bytes at most, not 0.
 * @piece: filled.
 *
 * Ownership: one reference on the piece's page, a loan, is the caller's.
 * Context:   task.
 * Return:    bytes, of one page; -EFAULT, -ENOMEM.
 */
ssize_t zerocopy_get_piece(struct zerocopy_send *z, struct iov_iter *from,
			   size_t max, struct bio_vec *piece)
{
	struct zerocopy_loan *l;
	struct page *page;
	u32 in_page;
	size_t n;
	u8 *at;

	at = (__force u8 *)iov_iter_user_addr(from, &n);
	in_page = (u32)((uintptr_t)at & ~PAGE_MASK);
	n = min_t(size_t, min(n, max), PAGE_SIZE - in_page);
	page = pin_user_page((__force void __user *)at);
	if (!page)
		return -EFAULT;
	at = (u8 *)page_address(page) + in_page;
	l = loan_page(z, page);
	if (!l)
		return -ENOMEM;
	piece->bv_page = &l->loan.page;
	piece->bv_offset = (u32)(at - (u8 *)page_address(&l->loan.page));
	piece->bv_len = (u32)n;
	get_page(piece->bv_page);
	iov_iter_advance(from, n);
	return (ssize_t)n;
}

/**
 * zerocopy_copied() - The note is to say that it was copied.
 * @z: the send.
 */
void zerocopy_copied(struct zerocopy_send *z)
{
	note_of(z->note)->copied = true;
}

/**
 * zerocopy_end() - A send with MSG_ZEROCOPY is over.
 * @z:    as zerocopy_begin() filled it.
 * @sk:   the sender.
 * @sent: bytes were taken. Else the call gives its number back, unless another
 *        thread's has the next one; then there is a note of this one, too.
 *
 * Context: task.
 */
void zerocopy_end(struct zerocopy_send *z, struct sock *sk, bool sent)
{
	struct zerocopy_note *n = note_of(z->note);

	if (z->last)
		put_page(&z->last->page);
	if (!sent && n->id + n->calls == sk->sk_zckey) {
		n->calls--;
		sk->sk_zckey--;
	}
	note_put(z->note);
}

/* --- copies --- */

/* A page of our own with the fragment's bytes; false: no memory. */
static bool copy_fragment(skb_frag_t *f, gfp_t gfp)
{
	struct zerocopy_note *n;
	struct page *page;
	u32 order = 0;

	while (PAGE_SIZE << order < f->size)
		order++;
	page = alloc_pages(gfp, order);
	if (!page)
		return false;
	memcpy(page_address(page), skb_frag_address(f), f->size);
	n = note_of(note_of_page(f->page));
	n->copied = true;
	NET_ADD_STATS(sock_net(n->sk), Doorbell_CopiedAfterAll, f->size);
	put_page(f->page);
	f->page = page;
	f->offset = 0;
	return true;
}

/**
 * skb_copy_loans() - Put copies in the place of programs' pages.
 * @skb: not shared; may be a clone: the original keeps its own.
 * @gfp: for the copies.
 *
 * Context: task or softirq.
 * Return:  0; -ENOMEM: some may have been copied already.
 */
int skb_copy_loans(struct sk_buff *skb, gfp_t gfp)
{
	struct skb_shared_info *si = skb_shinfo(skb);
	u32 i;

	if (!note_of_packet(skb))
		return 0;
	if (skb_cloned(skb)) {
		if (pskb_expand_head(skb, 0, 0, gfp))
			return -ENOMEM;
		si = skb_shinfo(skb);
	}
	for (i = 0; i < si->nr_frags; i++) {
		if (!note_of_page(si->frags[i].page))
			continue;
		if (!copy_fragment(&si->frags[i], gfp))
			return -ENOMEM;
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: MSG_ZEROCOPY (row B4): a program's pages as fragments of packets, and
 * the note that tells the program when they are its own again.
 */
#pragma once

#include "lib/page.h"
#include "net/core/sock.h"

/* One send with MSG_ZEROCOPY. */
struct zerocopy_send {
	struct sk_buff *note;   /* what the error queue will say; NULL: none */
	struct page_loan *last; /* of this send, with a reference; or NULL */
};

/* Begin: a note, or @queued's if the send goes on there. -ENOBUFS. */
int zerocopy_begin(struct zerocopy_send *z, struct sock *sk, size_t size,
		   const struct sk_buff *queued) __must_check;
/* Whether fragments of @z may stand in @skb: it has none of another note. */
bool zerocopy_may_append(const struct zerocopy_send *z,
			 const struct sk_buff *skb);
/* The next bytes of the program's memory, at most @max, as a piece: their
 * number; -EFAULT, -ENOMEM. */
ssize_t zerocopy_get_piece(struct zerocopy_send *z, struct iov_iter *from,
			   size_t max, struct bio_vec *piece) __must_check;
/* What a piece costs the sender: a page whole, once in a fragment. */
static inline u32 zerocopy_cost(const struct bio_vec *piece, bool joined)
{
	return joined && (piece->bv_offset & ~PAGE_MASK) ? 0 : PAGE_SIZE;
}
/* All was copied after all. */
void zerocopy_copied(struct zerocopy_send *z);
/* The send is over; @sent: bytes were taken, so there will be a note. */
void zerocopy_end(struct zerocopy_send *z, struct sock *sk, bool sent);

/* Programs' pages that packets hold now; 0: skb_orphan_frags_rx() is done. */
extern u32 zerocopy_loans;
int skb_copy_loans(struct sk_buff *skb, gfp_t gfp) __must_check;

/*
 * The packet goes where it may stay for any time (a local socket, a tap): it
 * gets copies in place of programs' pages. 0, or -ENOMEM: it is as it was.
 */
static inline int __must_check skb_orphan_frags_rx(struct sk_buff *skb,
						   gfp_t gfp)
{
	return likely(!zerocopy_loans) ? 0 : skb_copy_loans(skb, gfp);
}

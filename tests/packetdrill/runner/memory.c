// SPDX-License-Identifier: MIT
/*
 * DOC: the memory of the program that makes a script's calls, and the calls
 * themselves. Structures and buffers of one call live until it has ended, or
 * for ever if the stack refers to them (MSG_ZEROCOPY); asserts make calls while
 * another one blocks, so calls nest.
 */
#include "tests/packetdrill/runner/pkt.h"

#define MAX_PIECES 64
#define MAX_KEPT   256

static struct pkt_piece pieces[MAX_PIECES];
static u32 nr_pieces, first; /* of the innermost call */
static void *kept[MAX_KEPT];
static u32 nr_kept;

static void *piece(size_t n, bool stream)
{
	void *p = pkt.backend->alloc(n ? n : 1);

	pkt_check(p && nr_pieces < MAX_PIECES, "out of memory");
	pieces[nr_pieces++] =
		(struct pkt_piece){ .p = p, .n = n, .stream = stream };
	return p;
}

/**
 * pkt_mem() - A structure that a call reads or writes.
 * @n: its bytes.
 *
 * Context: between pkt_mem_begin() and pkt_mem_end().
 * Return:  it, zeroed; what stands in it at pkt_syscall() is what the call
 *          sees, and the other way round after it.
 */
void *pkt_mem(size_t n)
{
	return piece(n, false);
}

/**
 * pkt_buffer() - Room for payload.
 * @n: its bytes.
 *
 * Context: between pkt_mem_begin() and pkt_mem_end(). Written and compared by
 *          the backend's fill() and differs() alone.
 * Return:  it.
 */
u8 *pkt_buffer(size_t n)
{
	return piece(n, true);
}

/**
 * pkt_mem_begin() - The memory of one more call begins.
 *
 * Context: any.
 * Return:  what its pkt_mem_end() wants.
 */
u32 pkt_mem_begin(void)
{
	u32 outer = first;

	first = nr_pieces;
	return outer;
}

/**
 * pkt_mem_keep() - What this call has now is never given back.
 *
 * Context: between pkt_mem_begin() and pkt_mem_end().
 */
void pkt_mem_keep(void)
{
	u32 i;

	for (i = first; i < nr_pieces; i++) {
		pkt_check(nr_kept < MAX_KEPT, "too much memory to keep");
		kept[nr_kept++] = pieces[i].p;
		pieces[i].kept = true;
	}
}

/**
 * pkt_mem_end() - The call's memory is given back.
 * @outer: of its pkt_mem_begin().
 *
 * Context: any.
 */
void pkt_mem_end(u32 outer)
{
	while (nr_pieces > first)
		if (!pieces[--nr_pieces].kept)
			pkt.backend->free(pieces[nr_pieces].p);
	first = outer;
}

/**
 * pkt_syscall() - Make a system call.
 * @nr: Linux's number.
 * @a0: arguments; pointers are into pkt_mem() and pkt_buffer().
 * @a1: and so on.
 * @a2: .
 * @a3: .
 * @a4: .
 * @a5: .
 *
 * Context: any; where it blocks, pkt_blocked() runs the script on.
 * Return:  its result; a negative errno.
 */
long pkt_syscall(long nr, long a0, long a1, long a2, long a3, long a4, long a5)
{
	const long args[6] = { a0, a1, a2, a3, a4, a5 };

	return pkt.backend->call(nr, args, &pieces[first], nr_pieces - first);
}

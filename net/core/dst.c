// SPDX-License-Identifier: MIT
/*
 * DOC: the life of a dst_entry. Sockets, route caches and queued packets hold
 * counted references; the family that made it frees it.
 */
#include "net/core/dst.h"
#include "lib/count.h"
#include "lib/softirq.h"

/**
 * dst_release() - Drop one reference; the last one ends the route.
 * @dst: may be NULL.
 *
 * Context: task or softirq.
 */
void dst_release(struct dst_entry *dst)
{
	u32 was;

	if (!dst)
		return;
	was = count_fetch_sub(&dst->refcnt, 1);
	BUG_ON(was == 0);
	if (was != 1)
		return;
	/* The family's tables, which softirqs use, lose it. */
	local_bh_disable();
	dst->ops->destroy(dst);
	local_bh_enable();
}

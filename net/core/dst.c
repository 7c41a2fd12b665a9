// SPDX-License-Identifier: MIT
/*
 * DOC: the life of a dst_entry. Sockets, route caches and queued packets hold
 * counted references; the family that made it frees it.
 */
#include "net/core/dst.h"

/**
 * dst_release() - Drop one reference; the last one ends the route.
 * @dst: may be NULL.
 *
 * Context: task or softirq.
 */
void dst_release(struct dst_entry *dst)
{
	if (!dst)
		return;
	BUG_ON(dst->refcnt == 0);
	if (--dst->refcnt == 0)
		dst->ops->destroy(dst);
}

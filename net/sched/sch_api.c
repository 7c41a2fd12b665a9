// SPDX-License-Identifier: MIT
/*
 * DOC: which disciplines there are. The registry itself is the engine's
 * (net/core/sch_generic.c), which looks the default for several queues up.
 */
#include "net/core/sch_generic.h"

/**
 * net_sched_init() - Register every discipline; a second call does nothing.
 *
 * Context: boot.
 */
void net_sched_init(void)
{
	static struct Qdisc_ops *const all[] = {
		&pfifo_fast_ops, &pfifo_qdisc_ops, &bfifo_qdisc_ops,
		&mq_qdisc_ops,   &prio_qdisc_ops,
	};
	u32 i;

	if (qdisc_lookup_ops(pfifo_fast_ops.id))
		return;
	for (i = 0; i < ARRAY_SIZE(all); i++)
		register_qdisc(all[i]);
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: byte queue limits (row Q5): how many bytes a ring may hold, so that it
 * never runs dry and yet keeps the standing queue in the qdisc, where it can
 * be scheduled. What happens for every frame is here, the adaption in dql.c.
 */
#pragma once

#include "lib/types.h"

/* Bytes; no limit is above. */
#define DQL_MAX_LIMIT (1U << 30)
/* How long less must have done before the limit shrinks. */
#define DQL_SLACK_HOLD_NS NSEC_PER_SEC

struct dql {
	u64 num_queued, num_completed; /* bytes since dql_reset() */
	u32 limit;                     /* bytes */
	u32 last_obj_cnt;
	/* At the last completion, if there was a question then; see dql.c. */
	u64 prev_num_queued;
	u32 prev_ovlimit, prev_last_obj_cnt;
	u32 min_limit, max_limit;
	u32 lowest_slack;
	u64 slack_start_time;
};

void dql_init(struct dql *dql);
void dql_reset(struct dql *dql);
void dql_adapt(struct dql *dql, u32 bytes);

/* Bytes that may still be queued; negative when over the limit. */
static inline s64 dql_avail(const struct dql *dql)
{
	return (s64)(dql->limit + dql->num_completed - dql->num_queued);
}

/* @bytes, one frame's, went into the ring. */
static inline void dql_queued(struct dql *dql, u32 bytes)
{
	dql->last_obj_cnt = bytes;
	dql->num_queued += bytes;
}

/* The device has sent @bytes more. If that is all, and the limit never stood
 * in the way, now or before, then there is nothing to learn. */
static inline void dql_completed(struct dql *dql, u32 bytes)
{
	u64 completed = dql->num_completed + bytes;

	if (likely(completed == dql->num_queued && bytes <= dql->limit &&
		   !dql->prev_ovlimit))
		dql->num_completed = completed;
	else
		dql_adapt(dql, bytes);
}

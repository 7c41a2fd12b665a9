// SPDX-License-Identifier: MIT
/*
 * DOC: how a byte queue limit (dql.h) adapts. It grows when the ring ran empty
 * while more was waiting behind the limit, and shrinks by the slack that a
 * whole second of busy completions did not need.
 *
 * Called by netdev_tx_completed_queue(). State: struct dql, guarded by the
 * queue's xmit_lock or softirq.
 */
#include "net/core/dql.h"
#include "lib/bug.h"

/**
 * dql_init() - Start with no history.
 * @dql: the queue's.
 */
void dql_init(struct dql *dql)
{
	dql->min_limit = 0;
	dql->max_limit = DQL_MAX_LIMIT;
	dql_reset(dql);
}

/**
 * dql_reset() - Forget what is queued and what was learnt.
 * @dql: the queue's; its ring has been emptied without completions.
 */
void dql_reset(struct dql *dql)
{
	dql->limit = dql->min_limit;
	dql->num_queued = 0;
	dql->num_completed = 0;
	dql->last_obj_cnt = 0;
	dql->prev_num_queued = 0;
	dql->prev_last_obj_cnt = 0;
	dql->prev_ovlimit = 0;
	dql->lowest_slack = UINT32_MAX;
	dql->slack_start_time = ktime_get_ns();
}

static u32 over(u64 a, u64 b)
{
	return (s64)(a - b) > 0 ? (u32)(a - b) : 0;
}

/* The ring ran dry: what was completed beyond the plan had been missing. */
static void dql_grow(struct dql *dql, u32 missing)
{
	dql->limit += missing + dql->prev_ovlimit;
	dql->lowest_slack = UINT32_MAX;
	dql->slack_start_time = ktime_get_ns();
}

/* The ring stayed busy: remember how much less would have done. */
static void dql_note_slack(struct dql *dql, u64 completed)
{
	u64 now = ktime_get_ns();
	u32 slack, last = 0;

	slack = over((u64)dql->limit + dql->prev_ovlimit,
		     2 * (completed - dql->num_completed));
	if (dql->prev_ovlimit)
		last = over(dql->prev_last_obj_cnt, dql->prev_ovlimit);
	slack = max(slack, last);
	if (slack < dql->lowest_slack)
		dql->lowest_slack = slack;
	if (now - dql->slack_start_time > DQL_SLACK_HOLD_NS) {
		dql->limit = over(dql->limit, dql->lowest_slack);
		dql->lowest_slack = UINT32_MAX;
		dql->slack_start_time = now;
	}
}

/**
 * dql_adapt() - The device has sent bytes, and something may be learnt.
 * @dql:   the queue's.
 * @bytes: since the last completion; no more than are queued.
 */
void dql_adapt(struct dql *dql, u32 bytes)
{
	u64 completed = dql->num_completed + bytes;
	/* A completion that taught nothing left nothing queued, and did not
	 * write that down. */
	u64 prev = max(dql->prev_num_queued, dql->num_completed);
	u32 in_progress = (u32)(dql->num_queued - completed);
	u32 prev_in_progress = over(prev, dql->num_completed);
	u32 ovlimit = over(dql->num_queued - dql->num_completed, dql->limit);
	bool all_prev = (s64)(completed - prev) >= 0;
	u32 limit = dql->limit;

	WARN_ON_ONCE(bytes > dql->num_queued - dql->num_completed);
	if ((ovlimit && !in_progress) || (dql->prev_ovlimit && all_prev))
		dql_grow(dql, over(completed, prev));
	else if (in_progress && prev_in_progress && !all_prev)
		dql_note_slack(dql, completed);
	dql->limit = max(dql->limit, dql->min_limit);
	dql->limit = min(dql->limit, dql->max_limit);
	if (dql->limit != limit)
		ovlimit = 0;
	dql->prev_ovlimit = ovlimit;
	dql->prev_last_obj_cnt = dql->last_obj_cnt;
	dql->num_completed = completed;
	dql->prev_num_queued = dql->num_queued;
}

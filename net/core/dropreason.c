// SPDX-License-Identifier: MIT
/* DOC: the drop reasons' counters and names, made from one list (row O2). */
#include "net/core/dropreason.h"

u64 skb_drop_counts[NR_SKB_DROP_REASONS];

#define DROP_NAME_(r) #r,
const char *const skb_drop_names[NR_SKB_DROP_REASONS] = { SKB_DROP_REASON_LIST(
	DROP_NAME_) };

// SPDX-License-Identifier: MIT
/*
 * DOC: the timer wheel, the exact timers, and the clock they share.
 *
 * The wheel counts ticks of 1 ms and has LEVELS levels of 64 slots; level l
 * looks at bits 6l..6l+5 of a tick. A timer lies at the highest level where
 * its tick differs from base, the tick up to which the wheel has run. So all
 * of level l is due before anything of level l + 1, within a level the lowest
 * occupied slot is first, and a bitmap a level finds it. When base reaches
 * the start of a slot above level 0, its timers move down (cascade). Empty
 * stretches are stepped over, however long.
 *
 * Each slot keeps a lower bound of its ticks, so that the clock is armed for
 * the timer itself and not for the cascade. Stopping a timer does not touch
 * the clock: at worst one interrupt finds nothing to do.
 *
 * hrtimers lie in a red-black tree by expiry. lock guards all of it; it is
 * not held while a timer's function runs.
 */
#include "lib/timer.h"
#include "lib/spinlock.h"

#define LEVEL_BITS  6
#define LEVEL_SLOTS 64
#define LEVELS      8
/* The last tick that 64 bits of nanoseconds reach: 584 years, 45 bits. */
#define TICK_LAST (~0ULL / TIMER_TICK_NS)

struct wheel {
	u64 base;
	u64 run_tick; /* what wheel_run() last ran for */
	u32 pending;
	u64 occupied[LEVELS];
	struct hlist_head slot[LEVELS][LEVEL_SLOTS];
	u64 slot_min[LEVELS][LEVEL_SLOTS];
};

static DEFINE_SPINLOCK(lock);
static struct wheel wheel;
static struct rb_root hr_root;
static struct rb_node *hr_first;
/* While hrtimers run: the time they run for; else 0. */
static u64 hr_running_ns;
/* What the clock was last asked for. */
static u64 armed_ns = ~0ULL;

static void wheel_insert(struct timer_list *t)
{
	u64 tick = t->tick;
	u32 level = (fls_u64((tick ^ wheel.base) | 1) - 1) / LEVEL_BITS;
	u32 idx = (tick >> (level * LEVEL_BITS)) % LEVEL_SLOTS;
	u64 bit = 1ULL << idx;

	if (!(wheel.occupied[level] & bit) || tick < wheel.slot_min[level][idx])
		wheel.slot_min[level][idx] = tick;
	wheel.occupied[level] |= bit;
	hlist_add_head(&t->entry, &wheel.slot[level][idx]);
}

/* Unlink a pending timer, and mark its slot if that was the last in it. */
static void wheel_remove(struct timer_list *t)
{
	struct hlist_head *heads = &wheel.slot[0][0];
	struct hlist_head *head;
	size_t n;

	head = container_of(t->entry.pprev, struct hlist_head, first);
	hlist_del_init(&t->entry);
	wheel.pending--;
	/* In the middle of a slot, or on the list of those about to run. */
	if (head < heads || head >= heads + LEVELS * LEVEL_SLOTS)
		return;
	if (!hlist_empty(head))
		return;
	n = (size_t)(head - heads);
	wheel.occupied[n / LEVEL_SLOTS] &= ~(1ULL << (n % LEVEL_SLOTS));
}

/* The first occupied slot; false if there is none. */
static bool wheel_first(u32 *level, u32 *idx)
{
	for (*level = 0; *level < LEVELS; (*level)++) {
		if (!wheel.occupied[*level])
			continue;
		*idx = (u32)__builtin_ctzll(wheel.occupied[*level]);
		return true;
	}
	return false;
}

/* First tick of a slot: base's high bits, the slot's own, zeros below. */
static u64 slot_start(u32 level, u32 idx)
{
	u32 shift = level * LEVEL_BITS;
	u64 high = wheel.base >> (shift + LEVEL_BITS);

	return (high * LEVEL_SLOTS + idx) << shift;
}

/* Take a slot's timers off, oldest first. */
static void slot_detach(u32 level, u32 idx, struct hlist_head *to)
{
	struct hlist_head *head = &wheel.slot[level][idx];
	struct timer_list *t;
	struct hlist_node *n;

	to->first = NULL;
	hlist_for_each_entry_safe (t, n, head, entry) {
		hlist_del_init(&t->entry);
		hlist_add_head(&t->entry, to);
	}
	wheel.occupied[level] &= ~(1ULL << idx);
}

static void fire_list(struct hlist_head *due)
{
	struct timer_list *t;

	while (due->first) {
		t = container_of(due->first, struct timer_list, entry);
		hlist_del_init(&t->entry);
		wheel.pending--;
		spin_unlock(&lock);
		t->function(t); /* may set @t again, or free it */
		spin_lock(&lock);
	}
}

/* Move the timers of a slot above level 0 to where they belong from here;
 * those whose tick is the slot's first one go to @due. */
static void cascade(struct hlist_head *from, struct hlist_head *due)
{
	struct hlist_node **tail = &due->first;
	struct timer_list *t;
	struct hlist_node *n;

	due->first = NULL;
	hlist_for_each_entry_safe (t, n, from, entry) {
		hlist_del_init(&t->entry);
		if (t->tick > wheel.base) {
			wheel_insert(t);
			continue;
		}
		*tail = &t->entry;
		t->entry.pprev = tail;
		tail = &t->entry.next;
	}
}

static void wheel_run(u64 now_tick)
{
	struct hlist_head list, due;
	u32 level, idx;
	u64 start;

	wheel.run_tick = now_tick;
	while (wheel_first(&level, &idx)) {
		start = slot_start(level, idx);
		if (start > now_tick)
			break;
		slot_detach(level, idx, &list);
		wheel.base = start;
		if (level == 0) {
			fire_list(&list);
		} else {
			cascade(&list, &due);
			fire_list(&due);
		}
	}
	if (now_tick > wheel.base)
		wheel.base = now_tick;
}

static void hr_unlink(struct hrtimer *t)
{
	if (hr_first == &t->node)
		hr_first = rb_next(&t->node);
	rb_erase(&t->node, &hr_root);
	t->node.parent = &t->node;
}

static void hr_run(u64 now)
{
	struct hrtimer *t;

	hr_running_ns = now;
	while (hr_first) {
		t = rb_entry(hr_first, struct hrtimer, node);
		if (t->expires_ns > now)
			break;
		hr_unlink(t);
		spin_unlock(&lock);
		t->function(t);
		spin_lock(&lock);
	}
	hr_running_ns = 0;
}

static void clock_arm_if_earlier(u64 when)
{
	if (when >= armed_ns)
		return;
	armed_ns = when;
	clock_arm(when);
}

/* TIMER_SOFTIRQ's action. */
static void timers_run(void)
{
	u64 now = ktime_get_ns();

	spin_lock(&lock);
	/* Until all have run: whoever sets a timer need not set the clock. */
	armed_ns = 0;
	hr_run(now);
	wheel_run(now / TIMER_TICK_NS);
	armed_ns = timers_next_expiry();
	clock_arm(armed_ns);
	spin_unlock(&lock);
}

/**
 * timers_init() - Take over TIMER_SOFTIRQ; before any timer is set.
 */
void timers_init(void)
{
	open_softirq(TIMER_SOFTIRQ, timers_run);
}

/**
 * timer_setup() - Prepare a timer; it is not pending.
 * @t:  the timer.
 * @fn: runs in softirq context when it expires; may set or free @t.
 */
void timer_setup(struct timer_list *t, void (*fn)(struct timer_list *))
{
	INIT_HLIST_NODE(&t->entry);
	t->tick = 0;
	t->function = fn;
}

/**
 * mod_timer() - Set a timer, or move one that is pending.
 * @t:          the timer.
 * @expires_ns: of ktime_get_ns(); rounded up to the next tick, so a timer
 *              runs late by less than a tick and never early. What is past
 *              runs at the next tick.
 *
 * Context: task or softirq, interrupts on.
 * Return:  true if it was pending.
 */
bool mod_timer(struct timer_list *t, u64 expires_ns)
{
	u64 tick = expires_ns / TIMER_TICK_NS + !!(expires_ns % TIMER_TICK_NS);
	bool was_pending;

	spin_lock_bh(&lock);
	was_pending = timer_pending(t);
	/* TCP moves its timer for every ACK, mostly within a tick. */
	if (was_pending && t->tick == tick && tick > wheel.run_tick)
		goto out;
	if (was_pending)
		wheel_remove(t);
	/* An empty wheel has nothing to step over: catch up after idling. */
	if (!wheel.pending)
		wheel.base =
			max_t(u64, wheel.base, ktime_get_ns() / TIMER_TICK_NS);
	/* In a late run, what is set for the past waits for the next run. */
	t->tick = clamp_t(u64, tick, max(wheel.base, wheel.run_tick) + 1,
			  TICK_LAST);
	wheel_insert(t);
	wheel.pending++;
	clock_arm_if_earlier(timer_expires_ns(t));
out:
	spin_unlock_bh(&lock);
	return was_pending;
}

/**
 * del_timer() - Stop a timer.
 * @t: the timer; may be idle.
 *
 * With one CPU a timer's function never runs beside the caller, so it is not
 * running when this returns, except to the function itself.
 *
 * Context: task or softirq, interrupts on.
 * Return:  true if it was pending.
 */
bool del_timer(struct timer_list *t)
{
	bool was_pending;

	spin_lock_bh(&lock);
	was_pending = timer_pending(t);
	if (was_pending)
		wheel_remove(t);
	spin_unlock_bh(&lock);
	return was_pending;
}

/**
 * hrtimer_init() - Prepare an exact timer; it is not queued.
 * @t:  the timer.
 * @fn: runs in softirq context at its time; may start or free @t.
 */
void hrtimer_init(struct hrtimer *t, void (*fn)(struct hrtimer *))
{
	t->expires_ns = 0;
	t->node.parent = &t->node;
	t->function = fn;
}

/**
 * hrtimer_start() - Set an exact timer, or move one that is queued.
 * @t:          the timer.
 * @expires_ns: of ktime_get_ns(); what is past runs as soon as softirqs do.
 *
 * Context: task or softirq, interrupts on.
 */
void hrtimer_start(struct hrtimer *t, u64 expires_ns)
{
	struct rb_node **link = &hr_root.rb_node, *parent = NULL;
	bool leftmost = true;

	spin_lock_bh(&lock);
	if (hrtimer_is_queued(t))
		hr_unlink(t);
	/* One that sets itself for the past must not hold up the others. */
	if (hr_running_ns && expires_ns <= hr_running_ns)
		expires_ns = hr_running_ns + 1;
	t->expires_ns = expires_ns;
	while (*link) {
		parent = *link;
		if (expires_ns <
		    rb_entry(parent, struct hrtimer, node)->expires_ns) {
			link = &parent->left;
		} else {
			link = &parent->right;
			leftmost = false;
		}
	}
	rb_link_node(&t->node, parent, link);
	rb_insert_color(&t->node, &hr_root);
	if (leftmost)
		hr_first = &t->node;
	clock_arm_if_earlier(expires_ns);
	spin_unlock_bh(&lock);
}

/**
 * hrtimer_cancel() - Stop an exact timer.
 * @t: the timer; may be idle.
 *
 * Context: task or softirq, interrupts on.
 * Return:  true if it was queued.
 */
bool hrtimer_cancel(struct hrtimer *t)
{
	bool was_queued;

	spin_lock_bh(&lock);
	was_queued = hrtimer_is_queued(t);
	if (was_queued)
		hr_unlink(t);
	spin_unlock_bh(&lock);
	return was_queued;
}

/**
 * timers_next_expiry() - When the machine has to be awake again.
 *
 * It may be too early by what was stopped since, never too late.
 *
 * Context: any.
 * Return:  the earliest expiry in ns of ktime_get_ns(), or U64_MAX.
 */
u64 timers_next_expiry(void)
{
	u64 next = ~0ULL;
	u32 level, idx;

	if (wheel_first(&level, &idx))
		next = wheel.slot_min[level][idx] * TIMER_TICK_NS;
	if (hr_first)
		next = min_t(
			u64, next,
			rb_entry(hr_first, struct hrtimer, node)->expires_ns);
	return next;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: intrusive lists. list_head is a ring with the head as its sentinel;
 * hlist has a one-pointer head for hash tables. No locking of their own.
 */
#pragma once

#include "lib/types.h"

struct list_head {
	struct list_head *next, *prev;
};

/* clang-format off */
#define LIST_HEAD_INIT(n) { &(n), &(n) }
/* clang-format on */
#define LIST_HEAD(n) struct list_head n = LIST_HEAD_INIT(n)

static inline void INIT_LIST_HEAD(struct list_head *h)
{
	h->next = h;
	h->prev = h;
}

static inline void list_insert_between_(struct list_head *e,
					struct list_head *prev,
					struct list_head *next)
{
	e->prev = prev;
	e->next = next;
	prev->next = e;
	next->prev = e;
}

static inline void list_add(struct list_head *e, struct list_head *h)
{
	list_insert_between_(e, h, h->next);
}

static inline void list_add_tail(struct list_head *e, struct list_head *h)
{
	list_insert_between_(e, h->prev, h);
}

/* Unlink and leave @e poisoned, so that a second del faults at once. */
static inline void list_del(struct list_head *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	e->next = NULL;
	e->prev = NULL;
}

static inline void list_del_init(struct list_head *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	INIT_LIST_HEAD(e);
}

static inline bool list_empty(const struct list_head *h)
{
	return h->next == h;
}

static inline void list_move_tail(struct list_head *e, struct list_head *h)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	list_add_tail(e, h);
}

/* Append all of @list to @head and leave @list empty. */
static inline void list_splice_tail_init(struct list_head *list,
					 struct list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head->prev;
	head->prev->next = list->next;
	list->prev->next = head;
	head->prev = list->prev;
	INIT_LIST_HEAD(list);
}

#define list_entry(p, t, m)       container_of(p, t, m)
#define list_first_entry(h, t, m) list_entry((h)->next, t, m)
#define list_last_entry(h, t, m)  list_entry((h)->prev, t, m)
#define list_first_entry_or_null(h, t, m) \
	(list_empty(h) ? NULL : list_first_entry(h, t, m))
#define list_next_entry(e, m) list_entry((e)->m.next, __typeof__(*(e)), m)
#define list_prev_entry(e, m) list_entry((e)->m.prev, __typeof__(*(e)), m)
#define list_for_each_entry(e, h, m)                                   \
	for (e = list_first_entry(h, __typeof__(*e), m); &e->m != (h); \
	     e = list_next_entry(e, m))
#define list_for_each_entry_reverse(e, h, m)                          \
	for (e = list_last_entry(h, __typeof__(*e), m); &e->m != (h); \
	     e = list_prev_entry(e, m))
#define list_for_each_entry_safe(e, n, h, m)             \
	for (e = list_first_entry(h, __typeof__(*e), m), \
	    n = list_next_entry(e, m);                   \
	     &e->m != (h); e = n, n = list_next_entry(n, m))

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

static inline void INIT_HLIST_NODE(struct hlist_node *n)
{
	n->next = NULL;
	n->pprev = NULL;
}

static inline bool hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

static inline bool hlist_empty(const struct hlist_head *h)
{
	return !h->first;
}

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (h->first)
		h->first->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}

/* Unlink; harmless on a node that is on no list. */
static inline void hlist_del_init(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
	INIT_HLIST_NODE(n);
}

#define hlist_entry_safe_(p, t, m)                    \
	({                                            \
		struct hlist_node *he_ = (p);         \
		he_ ? container_of(he_, t, m) : NULL; \
	})
#define hlist_for_each_entry(e, h, m)                                 \
	for (e = hlist_entry_safe_((h)->first, __typeof__(*e), m); e; \
	     e = hlist_entry_safe_(e->m.next, __typeof__(*e), m))
#define hlist_for_each_entry_safe(e, n, h, m)                      \
	for (e = hlist_entry_safe_((h)->first, __typeof__(*e), m); \
	     e && ((n = e->m.next), 1);                            \
	     e = hlist_entry_safe_(n, __typeof__(*e), m))

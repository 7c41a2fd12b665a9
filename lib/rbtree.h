/* SPDX-License-Identifier: MIT */
/*
 * DOC: an intrusive balanced tree: ordered insertion, removal and neighbours
 * in O(log n). The caller descends with its own comparison and then links:
 *
 *	while (*link) { parent = *link; link = less ? &parent->left : ...; }
 *	rb_link_node(&x->node, parent, link);
 *	rb_insert_color(&x->node, root);
 */
#pragma once

#include "lib/types.h"

struct rb_node {
	struct rb_node *parent, *left, *right;
	bool red;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT           ((struct rb_root){ NULL })
#define rb_entry(p, t, m) container_of(p, t, m)
#define rb_entry_safe(p, t, m)                          \
	({                                              \
		struct rb_node *rbe_ = (p);             \
		rbe_ ? container_of(rbe_, t, m) : NULL; \
	})

static inline bool RB_EMPTY_ROOT(const struct rb_root *r)
{
	return !r->rb_node;
}

static inline void rb_link_node(struct rb_node *n, struct rb_node *parent,
				struct rb_node **link)
{
	n->parent = parent;
	n->left = NULL;
	n->right = NULL;
	n->red = true;
	*link = n;
}

void rb_insert_color(struct rb_node *n, struct rb_root *root);
void rb_erase(struct rb_node *n, struct rb_root *root);
/* @victim's place is taken by @new_, which must compare the same. */
void rb_replace_node(struct rb_node *victim, struct rb_node *new_,
		     struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *n);
struct rb_node *rb_prev(const struct rb_node *n);

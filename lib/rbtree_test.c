// SPDX-License-Identifier: MIT
/* DOC: order and balance after every insertion and removal. */
#include "lib/kunit.h"
#include "lib/rbtree.h"
#include "lib/slab.h"

#define NODES 1000U

struct item {
	struct rb_node node;
	u32 key;
	bool in;
};

static struct item items[NODES];

static u32 next_random(u32 *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static void item_insert(struct rb_root *root, struct item *it)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = it->key < rb_entry(parent, struct item, node)->key
			       ? &parent->left
			       : &parent->right;
	}
	rb_link_node(&it->node, parent, link);
	rb_insert_color(&it->node, root);
	it->in = true;
}

/* The number of black nodes on every path below, or -1 for a broken rule. */
static int black_height(const struct rb_node *n)
{
	int l, r;

	if (!n)
		return 0;
	if ((n->left && n->left->parent != n) ||
	    (n->right && n->right->parent != n))
		return -1;
	if (n->red &&
	    ((n->left && n->left->red) || (n->right && n->right->red)))
		return -1;
	l = black_height(n->left);
	r = black_height(n->right);
	if (l < 0 || l != r)
		return -1;
	return l + !n->red;
}

static void check_tree(struct kunit *test, const struct rb_root *root,
		       u32 expect)
{
	const struct rb_node *n, *last = NULL;
	u32 count = 0;

	KUNIT_EXPECT_GE(test, black_height(root->rb_node), 0);
	KUNIT_EXPECT_FALSE(test, root->rb_node && root->rb_node->red);
	for (n = rb_first(root); n; n = rb_next(n)) {
		if (last) {
			KUNIT_EXPECT_LE(test,
					rb_entry(last, struct item, node)->key,
					rb_entry(n, struct item, node)->key);
			KUNIT_EXPECT_PTR_EQ(test, rb_prev(n), last);
		}
		last = n;
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, expect);
	KUNIT_EXPECT_PTR_EQ(test, rb_last(root), last);
}

static void rb_tree_keeps_rules_under_random_use(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	u32 seed = 1, i, step, count = 0;

	memset(items, 0, sizeof(items));
	for (step = 0; step < 8 * NODES; step++) {
		i = next_random(&seed) % NODES;
		if (items[i].in) {
			rb_erase(&items[i].node, &root);
			items[i].in = false;
			count--;
		} else {
			items[i].key = next_random(&seed) % 500;
			item_insert(&root, &items[i]);
			count++;
		}
		if (step % 64 == 0 || count < 8)
			check_tree(test, &root, count);
	}
	for (i = 0; i < NODES; i++) {
		if (!items[i].in)
			continue;
		rb_erase(&items[i].node, &root);
		count--;
		if (i % 32 == 0)
			check_tree(test, &root, count);
	}
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
	KUNIT_EXPECT_NULL(test, rb_first(&root));
	KUNIT_EXPECT_NULL(test, rb_last(&root));
}

/* Ascending keys degrade an unbalanced tree to a list. */
static void rb_tree_is_shallow_for_sorted_keys(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	const struct rb_node *n;
	u32 i, depth, deepest = 0;

	for (i = 0; i < NODES; i++) {
		items[i].key = i;
		item_insert(&root, &items[i]);
	}
	check_tree(test, &root, NODES);
	for (i = 0; i < NODES; i++) {
		depth = 0;
		for (n = &items[i].node; n; n = n->parent)
			depth++;
		deepest = max(deepest, depth);
	}
	KUNIT_EXPECT_LE(test, deepest, 2 * 10); /* 2 log2(n + 1) */
}

static void rb_replace_node_keeps_place(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct item other = { .key = 50 };
	u32 i;

	for (i = 0; i < 100; i++) {
		items[i].key = i;
		item_insert(&root, &items[i]);
	}
	rb_replace_node(&items[50].node, &other.node, &root);
	check_tree(test, &root, 100);
	KUNIT_EXPECT_PTR_EQ(test, rb_next(&items[49].node), &other.node);
	rb_erase(&other.node, &root);
	check_tree(test, &root, 99);
}

static const struct kunit_case rbtree_cases[] = {
	KUNIT_CASE(rb_tree_keeps_rules_under_random_use),
	KUNIT_CASE(rb_tree_is_shallow_for_sorted_keys),
	KUNIT_CASE(rb_replace_node_keeps_place),
	{ 0 },
};

static const struct kunit_suite rbtree_suite = {
	.name = "rbtree",
	.test_cases = rbtree_cases,
};
kunit_test_suite(rbtree_suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: a red-black tree with parent pointers. Four rules keep every path
 * within twice the shortest: the root is black, a missing child counts as
 * black, a red node has black children, and each path from a node down meets
 * the same number of black nodes. Insertion and removal break at most one
 * rule at one place and move the break upwards until a rotation ends it
 * (Cormen et al., Introduction to Algorithms, chapter 13).
 */
#include "lib/rbtree.h"
#include "lib/bug.h"

static bool is_red(const struct rb_node *n)
{
	return n && n->red;
}

/* Hang @now where @was hung below @parent. */
static void change_child(struct rb_root *root, struct rb_node *parent,
			 const struct rb_node *was, struct rb_node *now)
{
	if (!parent)
		root->rb_node = now;
	else if (parent->left == was)
		parent->left = now;
	else
		parent->right = now;
}

static void rotate_left(struct rb_root *root, struct rb_node *n)
{
	struct rb_node *up = n->right;

	n->right = up->left;
	if (up->left)
		up->left->parent = n;
	up->parent = n->parent;
	change_child(root, n->parent, n, up);
	up->left = n;
	n->parent = up;
}

static void rotate_right(struct rb_root *root, struct rb_node *n)
{
	struct rb_node *up = n->left;

	n->left = up->right;
	if (up->right)
		up->right->parent = n;
	up->parent = n->parent;
	change_child(root, n->parent, n, up);
	up->right = n;
	n->parent = up;
}

/**
 * rb_insert_color() - Rebalance after rb_link_node().
 * @n:    the node just linked as a leaf.
 * @root: its tree.
 */
void rb_insert_color(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *parent, *grand, *uncle;

	while (is_red(parent = n->parent)) {
		grand = parent->parent; /* a red node is never the root */
		uncle = grand->left == parent ? grand->right : grand->left;
		if (is_red(uncle)) {
			parent->red = false;
			uncle->red = false;
			grand->red = true;
			n = grand;
			continue;
		}
		if (grand->left == parent) {
			if (parent->right == n) {
				rotate_left(root, parent);
				parent = n;
			}
			rotate_right(root, grand);
		} else {
			if (parent->left == n) {
				rotate_right(root, parent);
				parent = n;
			}
			rotate_left(root, grand);
		}
		parent->red = false;
		grand->red = true;
		break;
	}
	root->rb_node->red = false;
}

/*
 * The paths through @n (which may be missing, so its @parent comes along)
 * are one black node short.
 */
static void repair_short(struct rb_root *root, struct rb_node *n,
			 struct rb_node *parent)
{
	struct rb_node *sib;
	bool left;

	while (parent && !is_red(n)) {
		left = parent->left == n;
		sib = left ? parent->right : parent->left;
		BUG_ON(!sib); /* its side has a black node more */
		if (sib->red) {
			sib->red = false;
			parent->red = true;
			if (left)
				rotate_left(root, parent);
			else
				rotate_right(root, parent);
			sib = left ? parent->right : parent->left;
		}
		if (!is_red(sib->left) && !is_red(sib->right)) {
			sib->red = true;
			n = parent;
			parent = n->parent;
			continue;
		}
		if (left && !is_red(sib->right)) {
			sib->left->red = false;
			sib->red = true;
			rotate_right(root, sib);
			sib = parent->right;
		} else if (!left && !is_red(sib->left)) {
			sib->right->red = false;
			sib->red = true;
			rotate_left(root, sib);
			sib = parent->left;
		}
		sib->red = parent->red;
		parent->red = false;
		if (left) {
			sib->right->red = false;
			rotate_left(root, parent);
		} else {
			sib->left->red = false;
			rotate_right(root, parent);
		}
		return;
	}
	if (n)
		n->red = false;
}

/**
 * rb_erase() - Take a node out of its tree.
 * @n:    the node; its links mean nothing afterwards.
 * @root: its tree.
 */
void rb_erase(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *child, *parent, *next;
	bool removed_red = n->red;

	if (n->left && n->right) {
		/* The successor, which has no left child, moves into n's place
		 * with n's colour; what is missing is where it came from. */
		next = n->right;
		while (next->left)
			next = next->left;
		removed_red = next->red;
		child = next->right;
		parent = next->parent;
		if (parent == n) {
			parent = next;
		} else {
			parent->left = child;
			if (child)
				child->parent = parent;
			next->right = n->right;
			n->right->parent = next;
		}
		next->left = n->left;
		n->left->parent = next;
		next->parent = n->parent;
		next->red = n->red;
		change_child(root, n->parent, n, next);
	} else {
		child = n->left ? n->left : n->right;
		parent = n->parent;
		if (child)
			child->parent = parent;
		change_child(root, parent, n, child);
	}
	if (!removed_red)
		repair_short(root, child, parent);
}

/**
 * rb_replace_node() - Put another node in the place of one in the tree.
 * @victim: leaves the tree.
 * @new_:   takes its place; must compare the same.
 * @root:   the tree.
 */
void rb_replace_node(struct rb_node *victim, struct rb_node *new_,
		     struct rb_root *root)
{
	*new_ = *victim;
	if (new_->left)
		new_->left->parent = new_;
	if (new_->right)
		new_->right->parent = new_;
	change_child(root, victim->parent, victim, new_);
}

/**
 * rb_first() - The leftmost node.
 * @root: the tree.
 *
 * Return: it, or NULL if the tree is empty.
 */
struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->left)
		n = n->left;
	return n;
}

/**
 * rb_last() - The rightmost node.
 * @root: the tree.
 *
 * Return: it, or NULL if the tree is empty.
 */
struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->right)
		n = n->right;
	return n;
}

/**
 * rb_next() - The node after @n in order.
 * @n: a node in a tree.
 *
 * Return: it, or NULL at the end.
 */
struct rb_node *rb_next(const struct rb_node *n)
{
	const struct rb_node *parent;

	if (n->right) {
		n = n->right;
		while (n->left)
			n = n->left;
		return (struct rb_node *)(uintptr_t)n;
	}
	while ((parent = n->parent) && parent->right == n)
		n = parent;
	return n->parent;
}

/**
 * rb_prev() - The node before @n in order.
 * @n: a node in a tree.
 *
 * Return: it, or NULL at the beginning.
 */
struct rb_node *rb_prev(const struct rb_node *n)
{
	const struct rb_node *parent;

	if (n->left) {
		n = n->left;
		while (n->right)
			n = n->right;
		return (struct rb_node *)(uintptr_t)n;
	}
	while ((parent = n->parent) && parent->left == n)
		n = parent;
	return n->parent;
}

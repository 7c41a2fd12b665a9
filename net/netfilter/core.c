// SPDX-License-Identifier: MIT
/*
 * DOC: netfilter's hook lists (row F1): at each of the five places, functions
 * in order of priority, each giving a verdict. A place without functions is a
 * NULL pointer, tested inline by nf_hook().
 *
 * Called by IPv4 at its hook points. State: net->nf_hooks_ipv4[], replaced as
 * a whole in task context with softirqs disabled.
 */
#include "net/netfilter/netfilter.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/core/netdevice.h"

/* NF_REPEAT is one function's wish; this many in a row are a loop. */
#define NF_REPEAT_MAX 16

struct nf_hook_entries {
	u32 n;
	struct nf_hook_ops ops[];
};

static struct nf_hook_entries *entries_alloc(u32 n)
{
	struct nf_hook_entries *e;

	e = kmalloc(sizeof(*e) + n * sizeof(e->ops[0]), GFP_KERNEL);
	if (e)
		e->n = n;
	return e;
}

static void entries_replace(struct net *net, u8 hook, struct nf_hook_entries *e)
{
	struct nf_hook_entries *old = net->nf_hooks_ipv4[hook];

	local_bh_disable();
	net->nf_hooks_ipv4[hook] = e;
	xmit_gen_bump();
	local_bh_enable();
	kfree(old);
}

/**
 * nf_register_net_hook() - Add a function at a hook.
 * @net: the stack.
 * @ops: copied. Of equal priorities the first registered runs first.
 *
 * Context: task; not from a hook function.
 * Return:  0, -EINVAL for a hook that does not exist, -ENOMEM.
 */
int nf_register_net_hook(struct net *net, const struct nf_hook_ops *ops)
{
	struct nf_hook_entries *old, *e;
	u32 n, i = 0;

	if (ops->hooknum >= NF_INET_NUMHOOKS || !ops->hook)
		return -EINVAL;
	old = net->nf_hooks_ipv4[ops->hooknum];
	n = old ? old->n : 0;
	e = entries_alloc(n + 1);
	if (!e)
		return -ENOMEM;
	for (; i < n && old->ops[i].priority <= ops->priority; i++)
		e->ops[i] = old->ops[i];
	e->ops[i] = *ops;
	for (; i < n; i++)
		e->ops[i + 1] = old->ops[i];
	entries_replace(net, ops->hooknum, e);
	return 0;
}

/**
 * nf_unregister_net_hook() - Remove a function.
 * @net: the stack.
 * @ops: as registered (hook, priv and priority are compared); unknown is fine.
 *
 * Needs no memory: removing always succeeds.
 *
 * Context: task; not from a hook function.
 */
void nf_unregister_net_hook(struct net *net, const struct nf_hook_ops *ops)
{
	struct nf_hook_entries *e;
	u32 i;

	if (ops->hooknum >= NF_INET_NUMHOOKS)
		return;
	e = net->nf_hooks_ipv4[ops->hooknum];
	for (i = 0; e && i < e->n; i++)
		if (e->ops[i].hook == ops->hook &&
		    e->ops[i].priv == ops->priv &&
		    e->ops[i].priority == ops->priority)
			break;
	if (!e || i == e->n)
		return;
	if (e->n == 1) {
		entries_replace(net, ops->hooknum, NULL);
		return;
	}
	local_bh_disable();
	memmove(&e->ops[i], &e->ops[i + 1], (e->n - i - 1) * sizeof(e->ops[0]));
	e->n--;
	local_bh_enable();
}

/* One function, again as long as it asks for that. */
static u32 nf_call(const struct nf_hook_ops *ops, struct sk_buff *skb,
		   const struct nf_hook_state *state)
{
	u32 verdict, i;

	for (i = 0; i < NF_REPEAT_MAX; i++) {
		verdict = ops->hook(ops->priv, skb, state);
		if (verdict != NF_REPEAT)
			return verdict;
	}
	return NF_DROP;
}

/**
 * nf_hook_slow() - Ask every function of a hook.
 * @skb:   starts at the network header.
 * @state: where and for whom.
 * @e:     the hook's functions, at least one.
 *
 * A function may put an errno for the sender into the upper half of NF_DROP
 * (NF_DROP_ERR()). NF_QUEUE without a queue handler drops, as Linux does.
 *
 * Ownership: keeps @skb if 1 is returned; otherwise it is gone.
 * Context:   task or softirq.
 * Return:    1: go on; 0: stolen; -EPERM or the function's errno: dropped.
 */
int nf_hook_slow(struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct nf_hook_entries *e)
{
	u32 i, verdict;
	int err;

	for (i = 0; i < e->n; i++) {
		verdict = nf_call(&e->ops[i], skb, state);
		switch (verdict & NF_VERDICT_MASK) {
		case NF_ACCEPT:
			break;
		case NF_STOLEN:
			return 0;
		default: /* NF_DROP, NF_QUEUE */
			err = -(int)(verdict >> NF_VERDICT_BITS);
			kfree_skb_reason(skb, SKB_DROP_REASON_NETFILTER_DROP);
			return err && (verdict & NF_VERDICT_MASK) == NF_DROP
				       ? err
				       : -EPERM;
		}
	}
	return 1;
}

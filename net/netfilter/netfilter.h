/* SPDX-License-Identifier: MIT */
/*
 * DOC: the hook points of the packet path (row F1). A hook with nothing
 * registered is a NULL pointer: one load and one branch.
 */
#pragma once

#include "net/core/net_namespace.h"
#include "net/core/skbuff.h"

struct nf_hook_state {
	u8 hook; /* NF_INET_* */
	struct net_device *in, *out;
	struct sock *sk;
	struct net *net;
	int (*okfn)(struct net *net, struct sock *sk, struct sk_buff *skb);
};

typedef u32 nf_hookfn(void *priv, struct sk_buff *skb,
		      const struct nf_hook_state *state);

struct nf_hook_ops {
	nf_hookfn *hook;
	void *priv;
	u8 hooknum;
	int priority; /* lowest first */
};

int nf_register_net_hook(struct net *net,
			 const struct nf_hook_ops *ops) __must_check;
void nf_unregister_net_hook(struct net *net, const struct nf_hook_ops *ops);

/* 1: go on with @skb; else it is gone (0: stolen or queued, < 0: dropped). */
int nf_hook_slow(struct sk_buff *skb, const struct nf_hook_state *state,
		 const struct nf_hook_entries *e);

static inline int
nf_hook(u8 hook, struct net *net, struct sock *sk, struct sk_buff *skb,
	struct net_device *in, struct net_device *out,
	int (*okfn)(struct net *, struct sock *, struct sk_buff *))
{
	const struct nf_hook_entries *e = net->nf_hooks_ipv4[hook];
	struct nf_hook_state state;

	if (likely(!e))
		return 1;
	state = (struct nf_hook_state){ hook, in, out, sk, net, okfn };
	return nf_hook_slow(skb, &state, e);
}

/* Run the hook and, if the packet may go on, @okfn. Consumes @skb. */
static inline int
NF_HOOK(u8 hook, struct net *net, struct sock *sk, struct sk_buff *skb,
	struct net_device *in, struct net_device *out,
	int (*okfn)(struct net *, struct sock *, struct sk_buff *))
{
	int ret = nf_hook(hook, net, sk, skb, in, out, okfn);

	return ret == 1 ? okfn(net, sk, skb) : ret;
}

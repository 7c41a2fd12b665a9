// SPDX-License-Identifier: MIT
/* DOC: hook lists: order, verdicts, ownership (row F1). */
#include "lib/errno.h"
#include "net/netfilter/netfilter.h"
#include "tests/fixtures/net_fixture.h"

static u32 calls[8], ncalls, okfn_calls, repeats;
static u32 verdict_of[8];

static u32 test_hook(void *priv, struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	u32 id = (u32)(uintptr_t)priv;
	u32 verdict = verdict_of[id];

	calls[ncalls++ & 7] = id;
	if (verdict == NF_REPEAT && repeats) {
		if (--repeats == 0)
			verdict_of[id] = NF_ACCEPT;
	}
	if (verdict == NF_STOLEN)
		consume_skb(skb);
	return verdict;
}

static int test_okfn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	okfn_calls++;
	consume_skb(skb);
	return 7;
}

static struct nf_hook_ops ops_of(u32 id, int priority)
{
	return (struct nf_hook_ops){ .hook = test_hook,
				     .priv = (void *)(uintptr_t)id,
				     .hooknum = NF_INET_LOCAL_OUT,
				     .priority = priority };
}

static int run(struct net_fixture *f)
{
	ncalls = 0;
	okfn_calls = 0;
	return NF_HOOK(NF_INET_LOCAL_OUT, f->net, NULL, fixture_skb(f, 20),
		       NULL, f->eth0, test_okfn);
}

static void nf_hook_runs_by_priority(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct nf_hook_ops a = ops_of(1, 0), b = ops_of(2, -100),
			   c = ops_of(3, 0), bad = ops_of(4, 0);
	u32 i;

	for (i = 0; i < 8; i++)
		verdict_of[i] = NF_ACCEPT;
	KUNIT_EXPECT_EQ(test, run(f), 7); /* nothing registered */
	KUNIT_EXPECT_NULL(test, f->net->nf_hooks_ipv4[NF_INET_LOCAL_OUT]);
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &a), 0);
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &b), 0);
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &c), 0);
	bad.hooknum = NF_INET_NUMHOOKS;
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &bad), -EINVAL);
	KUNIT_EXPECT_EQ(test, run(f), 7);
	KUNIT_EXPECT_EQ(test, okfn_calls, 1);
	KUNIT_ASSERT_EQ(test, ncalls, 3);
	KUNIT_EXPECT_EQ(test, calls[0], 2);
	KUNIT_EXPECT_EQ(test, calls[1], 1);
	KUNIT_EXPECT_EQ(test, calls[2], 3);
	nf_unregister_net_hook(f->net, &a);
	nf_unregister_net_hook(f->net, &a); /* unknown now */
	run(f);
	KUNIT_EXPECT_EQ(test, ncalls, 2);
	nf_unregister_net_hook(f->net, &b);
	nf_unregister_net_hook(f->net, &c);
	KUNIT_EXPECT_NULL(test, f->net->nf_hooks_ipv4[NF_INET_LOCAL_OUT]);
}

static void nf_verdicts_end_or_go_on(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_NETFILTER_DROP];
	struct net_fixture *f = test->priv;
	struct nf_hook_ops a = ops_of(1, 0), b = ops_of(2, 1);
	u64 was = *drops;

	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &a), 0);
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &b), 0);
	verdict_of[2] = NF_ACCEPT;
	verdict_of[1] = NF_DROP;
	KUNIT_EXPECT_EQ(test, run(f), -EPERM);
	KUNIT_EXPECT_EQ(test, ncalls, 1);
	verdict_of[1] = NF_DROP_ERR(-EHOSTUNREACH);
	KUNIT_EXPECT_EQ(test, run(f), -EHOSTUNREACH);
	verdict_of[1] = NF_QUEUE;
	KUNIT_EXPECT_EQ(test, run(f), -EPERM);
	KUNIT_EXPECT_EQ(test, *drops - was, 3);
	verdict_of[1] = NF_STOLEN;
	KUNIT_EXPECT_EQ(test, run(f), 0);
	KUNIT_EXPECT_EQ(test, *drops - was, 3);
	KUNIT_EXPECT_EQ(test, okfn_calls, 0);
	verdict_of[1] = NF_REPEAT;
	repeats = 2;
	KUNIT_EXPECT_EQ(test, run(f), 7);
	KUNIT_EXPECT_EQ(test, ncalls, 4); /* twice again, then the other */
	verdict_of[1] = NF_REPEAT;
	repeats = 0;
	KUNIT_EXPECT_EQ(test, run(f), -EPERM); /* for ever: cut */
	nf_unregister_net_hook(f->net, &a);
	nf_unregister_net_hook(f->net, &b);
}

static void nf_register_without_memory_changes_nothing(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct nf_hook_ops a = ops_of(1, 0), b = ops_of(2, 0);

	verdict_of[1] = NF_ACCEPT;
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &a), 0);
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_EQ(test, nf_register_net_hook(f->net, &b), -ENOMEM);
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, run(f), 7);
	KUNIT_EXPECT_EQ(test, ncalls, 1);
	nf_unregister_net_hook(f->net, &a);
}

static const struct kunit_case nf_cases[] = {
	KUNIT_CASE(nf_hook_runs_by_priority),
	KUNIT_CASE(nf_verdicts_end_or_go_on),
	KUNIT_CASE(nf_register_without_memory_changes_nothing),
	{ 0 },
};

static const struct kunit_suite nf_suite = {
	.name = "netfilter",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = nf_cases,
};
kunit_test_suite(nf_suite);

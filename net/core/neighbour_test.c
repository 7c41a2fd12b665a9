// SPDX-License-Identifier: MIT
/* DOC: the neighbour cache: states, timers, waiting packets, ready headers,
   collection (rows N1-N4). */
#include "net/core/neighbour.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "tests/fixtures/net_fixture.h"

#define SEC NSEC_PER_SEC

static const u8 peer_mac[8] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
static const u8 other_mac[8] = { 0x52, 0x54, 0x00, 0xaa, 0xbb, 0xcc };

static struct neigh_table tbl;
static u32 solicits, unicast_solicits, reports;
static u64 last_report_ns;

static void test_solicit(struct neighbour *n, struct sk_buff *skb)
{
	solicits++;
	if (n->probes < n->tbl->parms.ucast_probes)
		unicast_solicits++;
}

static void test_report(struct neighbour *n, struct sk_buff *skb)
{
	reports++;
	last_report_ns = ktime_get_ns();
	kfree_skb_reason(skb, SKB_DROP_REASON_NEIGH_FAILED);
}

static const struct neigh_ops test_ops = {
	.solicit = test_solicit,
	.error_report = test_report,
};

static int test_constructor(struct neighbour *n)
{
	n->ops = &test_ops;
	return 0;
}

static int neigh_test_init(struct kunit *test)
{
	struct net_fixture *f;
	int err = net_fixture_init(test);

	if (err)
		return err;
	f = test->priv;
	memset(&tbl, 0, sizeof(tbl));
	tbl.family = 2;
	tbl.key_len = 4;
	tbl.protocol = htons(ETH_P_IP);
	tbl.constructor = test_constructor;
	solicits = 0;
	unicast_solicits = 0;
	reports = 0;
	return neigh_table_init(f->net, &tbl);
}

static void neigh_test_exit(struct kunit *test)
{
	neigh_table_clear(&tbl);
	net_fixture_exit(test);
}

static struct neighbour *fixture_neigh(struct net_fixture *f, const char *ip)
{
	__be32 key = fixture_ip(ip);

	return neigh_lookup(&tbl, &key, f->eth0);
}

/* RFC 1122, section 2.3.2.2: keep the latest packet until the reply. */
static void neigh_resolve_output_parks_until_reply(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");
	u8 expect[] = {
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* destination: peer */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, /* source: eth0 */
		0x08, 0x00,                         /* IPv4 */
	};
	u32 i;

	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, neigh_output(n, fixture_skb(f, 64 + i)),
				0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 0);
	KUNIT_EXPECT_EQ(test, solicits, 1);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_INCOMPLETE);

	KUNIT_EXPECT_EQ(test, neigh_update(n, peer_mac, NUD_REACHABLE, 0), 0);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 3);
	for (i = 0; i < 3; i++) { /* in order */
		KUNIT_EXPECT_EQ(test, f->tx[i].len, ETH_HLEN + 64 + i);
		KUNIT_EXPECT_MEMEQ(test, f->tx[i].data, expect, sizeof(expect));
	}
	neigh_release(n);
}

/* Row N2: three questions a second apart, then every packet is reported. */
static void neigh_fails_after_three_seconds(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");
	u64 start = ktime_get_ns();

	KUNIT_EXPECT_EQ(test, neigh_output(n, fixture_skb(f, 64)), 0);
	KUNIT_EXPECT_EQ(test, neigh_output(n, fixture_skb(f, 64)), 0);
	test_advance_ns(2900 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, solicits, 3);
	KUNIT_EXPECT_EQ(test, unicast_solicits, 0);
	KUNIT_EXPECT_EQ(test, reports, 0);
	test_advance_ns(200 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, reports, 2);
	KUNIT_EXPECT_EQ(test, solicits, 3);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_FAILED);
	KUNIT_EXPECT_GE(test, last_report_ns - start, 3 * SEC);
	KUNIT_EXPECT_LE(test, last_report_ns - start,
			3 * SEC + 10 * NSEC_PER_MSEC);
	/* The next packet starts anew. */
	KUNIT_EXPECT_EQ(test, neigh_output(n, fixture_skb(f, 64)), 0);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_INCOMPLETE);
	KUNIT_EXPECT_EQ(test, solicits, 4);
	neigh_release(n);
}

static void neigh_queue_drops_the_oldest(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_NEIGH_QUEUEFULL];
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");
	struct sk_buff *skb = fixture_skb(f, 64);
	u64 was = *drops;
	u32 i;

	tbl.parms.queue_len_bytes = 3 * skb->truesize;
	kfree_skb(skb);
	for (i = 0; i < 5; i++)
		neigh_output(n, fixture_skb(f, 64 + i));
	KUNIT_EXPECT_EQ(test, *drops - was, 2);
	KUNIT_EXPECT_EQ(test, tbl.stat_unres_discards, 2);
	neigh_update(n, peer_mac, NUD_REACHABLE, 0);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 3);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 66);
	KUNIT_EXPECT_EQ(test, f->tx[2].len, ETH_HLEN + 68);
	neigh_release(n);
}

/* Row N3: a connected neighbour's header is one copy, and the same bytes. */
static void neigh_output_uses_the_ready_header(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");

	neigh_update(n, peer_mac, NUD_REACHABLE, 0);
	KUNIT_EXPECT_EQ(test, n->hh.hh_len, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, neigh_output(n, fixture_skb(f, 64)), 0);
	KUNIT_EXPECT_EQ(test, neigh_connected_output(n, fixture_skb(f, 64)), 0);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 2);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 64);
	KUNIT_EXPECT_MEMEQ(test, f->tx[0].data, f->tx[1].data, ETH_HLEN + 64);
	/* A new address is in the next header at once. */
	neigh_update(n, other_mac, NUD_REACHABLE, NEIGH_UPDATE_F_OVERRIDE);
	neigh_output(n, fixture_skb(f, 64));
	KUNIT_EXPECT_MEMEQ(test, f->tx[2].data, other_mac, ETH_ALEN);
	neigh_release(n);
}

/* A packet with no room for the header gets room. */
static void neigh_output_makes_headroom(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");
	struct sk_buff *skb;

	neigh_update(n, peer_mac, NUD_REACHABLE, 0);
	skb = alloc_skb(100, GFP_KERNEL);
	skb_put(skb, 100);
	skb->dev = f->eth0;
	skb->protocol = htons(ETH_P_IP);
	KUNIT_EXPECT_EQ(test, neigh_output(n, skb), 0);
	KUNIT_ASSERT_EQ(test, f->tx_frames, 1);
	KUNIT_EXPECT_EQ(test, f->tx[0].len, ETH_HLEN + 100);
	neigh_release(n);
}

/* RFC 4861, section 7.3.3: REACHABLE, STALE, DELAY, PROBE, and failure. */
static void neigh_goes_through_the_states(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");

	neigh_update(n, peer_mac, NUD_REACHABLE, 0);
	KUNIT_EXPECT_GE(test, tbl.parms.reachable_time_ns, 15 * SEC);
	KUNIT_EXPECT_LE(test, tbl.parms.reachable_time_ns, 45 * SEC);
	test_advance_ns(14 * SEC);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_REACHABLE);
	test_advance_ns(32 * SEC);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_STALE);
	KUNIT_EXPECT_EQ(test, neigh_output(n, fixture_skb(f, 64)), 0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 1); /* sent, not parked */
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_DELAY);
	test_advance_ns(4900 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, solicits, 0);
	test_advance_ns(200 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_PROBE);
	KUNIT_EXPECT_EQ(test, solicits, 1);
	KUNIT_EXPECT_EQ(test, neigh_output(n, fixture_skb(f, 64)), 0);
	KUNIT_EXPECT_EQ(test, f->tx_frames, 2);
	test_advance_ns(3 * SEC);
	KUNIT_EXPECT_EQ(test, solicits, 3);
	KUNIT_EXPECT_EQ(test, unicast_solicits, 3);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_FAILED);
	neigh_release(n);
}

/* RFC 4861, section 7.3.1: the upper layer's progress is proof enough. */
static void neigh_confirm_saves_the_probe(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");
	u32 i;

	neigh_update(n, peer_mac, NUD_STALE, 0);
	neigh_output(n, fixture_skb(f, 64));
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_DELAY);
	test_advance_ns(SEC);
	neigh_confirm(n);
	test_advance_ns(4100 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_REACHABLE);
	for (i = 0; i < 20; i++) {
		test_advance_ns(10 * SEC);
		neigh_confirm(n);
	}
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_REACHABLE);
	KUNIT_EXPECT_EQ(test, solicits, 0);
	neigh_release(n);
}

/* Row N4: an unsolicited claim does not replace what is known. */
static void neigh_update_does_not_believe_everyone(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2");

	KUNIT_EXPECT_EQ(test, neigh_update(n, NULL, NUD_REACHABLE, 0), -EINVAL);
	neigh_update(n, peer_mac, NUD_REACHABLE, 0);
	neigh_update(n, other_mac, NUD_STALE, 0);
	KUNIT_EXPECT_MEMEQ(test, n->ha, peer_mac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_REACHABLE);
	neigh_update(n, other_mac, NUD_STALE, NEIGH_UPDATE_F_WEAK_OVERRIDE);
	KUNIT_EXPECT_MEMEQ(test, n->ha, peer_mac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, n->nud_state, NUD_STALE);
	neigh_update(n, other_mac, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
	KUNIT_EXPECT_MEMEQ(test, n->ha, other_mac, ETH_ALEN);
	neigh_update(n, peer_mac, NUD_PERMANENT,
		     NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	KUNIT_EXPECT_EQ(test,
			neigh_update(n, other_mac, NUD_REACHABLE,
				     NEIGH_UPDATE_F_OVERRIDE),
			-EPERM);
	KUNIT_EXPECT_MEMEQ(test, n->ha, peer_mac, ETH_ALEN);
	neigh_release(n);
}

static void neigh_table_grows_and_is_bounded(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n;
	u32 i, made = 0;
	__be32 key;

	for (i = 0; i < 1100; i++) {
		key = htonl(0x0a000000 + i);
		n = neigh_lookup(&tbl, &key, f->eth0);
		if (IS_ERR(n)) {
			KUNIT_EXPECT_EQ(test, PTR_ERR(n), -ENOBUFS);
			continue;
		}
		made++; /* and keep the reference: nothing to collect */
	}
	KUNIT_EXPECT_EQ(test, made, 1024);
	KUNIT_EXPECT_EQ(test, tbl.stat_table_fulls, 1100 - 1024);
	KUNIT_EXPECT_GE(test, 1U << tbl.hash_bits, 512);
	for (i = 0; i < made; i++) {
		key = htonl(0x0a000000 + i);
		n = neigh_find(&tbl, &key, f->eth0);
		KUNIT_ASSERT_NOT_NULL(test, n);
		neigh_release(n);
		neigh_release(n);
	}
	/* Idle ones make room. */
	key = htonl(0x0a000000 + 2000);
	n = neigh_lookup(&tbl, &key, f->eth0);
	KUNIT_ASSERT_EQ(test, IS_ERR(n), 0);
	neigh_release(n);
}

static void neigh_gc_collects_what_is_stale(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n, *kept;
	__be32 key;
	u32 i;

	kept = fixture_neigh(f, "10.9.9.9");
	for (i = 0; i < 200; i++) {
		key = htonl(0x0a000000 + i);
		n = neigh_lookup(&tbl, &key, f->eth0);
		neigh_update(n, peer_mac, NUD_STALE, 0);
		neigh_release(n);
	}
	KUNIT_EXPECT_EQ(test, tbl.entries, 201);
	test_advance_ns(100 * SEC);
	KUNIT_EXPECT_EQ(test, tbl.entries, 1);
	KUNIT_EXPECT_FALSE(test, timer_pending(&tbl.gc_timer));
	KUNIT_EXPECT_FALSE(test, kept->dead);
	neigh_release(kept);
}

/* In the first minute "confirmed long ago" is before the clock's zero. */
static void neigh_gc_keeps_what_is_new_soon_after_boot(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n;

	test_advance_ns(6 * SEC); /* a forced collection may run again */
	tbl.gc_thresh2 = 1;
	tbl.parms.base_reachable_time_ns = ktime_get_ns();
	n = fixture_neigh(f, "10.0.2.2");
	neigh_update(n, peer_mac, NUD_STALE, 0);
	neigh_release(n);
	neigh_release(fixture_neigh(f, "10.0.2.3"));
	KUNIT_EXPECT_EQ(test, tbl.stat_forced_gc_runs, 1);
	KUNIT_EXPECT_EQ(test, tbl.entries, 2);
}

static void neigh_ifdown_kills_but_does_not_free_held(struct kunit *test)
{
	u64 *drops = &skb_drop_counts[SKB_DROP_REASON_NEIGH_DEAD], was = *drops;
	struct net_fixture *f = test->priv;
	struct neighbour *n = fixture_neigh(f, "10.0.2.2"), *again;

	neigh_output(n, fixture_skb(f, 64));
	neigh_ifdown(&tbl, f->eth0);
	KUNIT_EXPECT_TRUE(test, n->dead);
	KUNIT_EXPECT_EQ(test, *drops - was, 1);
	neigh_output(n, fixture_skb(f, 64));
	KUNIT_EXPECT_EQ(test, *drops - was, 2);
	KUNIT_EXPECT_EQ(test, neigh_update(n, peer_mac, NUD_REACHABLE, 0),
			-EINVAL);
	again = fixture_neigh(f, "10.0.2.2");
	KUNIT_EXPECT_TRUE(test, again != n);
	neigh_release(again);
	neigh_release(n);
}

static void neigh_lookup_without_memory_is_enobufs(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct neighbour *n;

	test_fail_nth_alloc(1);
	n = fixture_neigh(f, "10.0.2.2");
	KUNIT_EXPECT_EQ(test, PTR_ERR(n), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, tbl.entries, 0);
}

static const struct kunit_case neigh_cases[] = {
	KUNIT_CASE(neigh_resolve_output_parks_until_reply),
	KUNIT_CASE(neigh_fails_after_three_seconds),
	KUNIT_CASE(neigh_queue_drops_the_oldest),
	KUNIT_CASE(neigh_output_uses_the_ready_header),
	KUNIT_CASE(neigh_output_makes_headroom),
	KUNIT_CASE(neigh_goes_through_the_states),
	KUNIT_CASE(neigh_confirm_saves_the_probe),
	KUNIT_CASE(neigh_update_does_not_believe_everyone),
	KUNIT_CASE(neigh_table_grows_and_is_bounded),
	KUNIT_CASE(neigh_gc_collects_what_is_stale),
	KUNIT_CASE(neigh_gc_keeps_what_is_new_soon_after_boot),
	KUNIT_CASE(neigh_ifdown_kills_but_does_not_free_held),
	KUNIT_CASE(neigh_lookup_without_memory_is_enobufs),
	{ 0 },
};

static const struct kunit_suite neigh_suite = {
	.name = "neighbour",
	.init = neigh_test_init,
	.exit = neigh_test_exit,
	.test_cases = neigh_cases,
};
kunit_test_suite(neigh_suite);

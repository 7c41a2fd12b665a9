// SPDX-License-Identifier: MIT
/*
 * DOC: between the last program's end and the machine's. A program that
 * closed its socket and ended has handed its bytes to the kernel; on a machine
 * that stays up they would be delivered in their time. So the machine waits
 * until no TCP connection without a program is left and no packet is under
 * way, for a bounded time. kernel/init.c calls it in the boot task.
 */
#include "boot/drain.h"
#include "lib/printk.h"
#include "lib/wait.h"
#include "net/core/net_namespace.h"
#include "net/core/skbuff.h"
#include "net/ipv4/ip.h"

/* A peer that is gone costs its connection's retransmissions: not all of
 * them are waited for. */
#define DRAIN_TCP_NS    (60 * NSEC_PER_SEC)
#define DRAIN_PACKET_NS (4 * NSEC_PER_SEC)
#define DRAIN_LOOK_NS   (200 * NSEC_PER_USEC)

static u32 orphans(void)
{
	const struct netns_ipv4 *v4 = net_ipv4(&init_net);

	return v4 ? v4->tcp_orphans : 0;
}

static bool tcp_is_done(void)
{
	return orphans() == 0;
}

static bool packets_are_gone(void)
{
	return skb_live_count() <= 0;
}

/* Look every now and then until @done or @limit_ns from now. */
static bool wait_until(bool (*done)(void), u64 limit_ns)
{
	u64 end = ktime_get_ns() + limit_ns, step = DRAIN_LOOK_NS;

	while (!done()) {
		if (ktime_get_ns() >= end)
			return false;
		task_prepare();
		(void)schedule_timeout(step);
		if (step < 10 * NSEC_PER_MSEC)
			step += step / 4;
	}
	return true;
}

/**
 * drain_network() - Give what programs left to the network its time.
 *
 * Context: boot task; sleeps.
 */
void drain_network(void)
{
	if (!wait_until(tcp_is_done, DRAIN_TCP_NS))
		pr_warn("network: %u TCP connections were not finished\n",
			orphans());
	/* What waits for the rest of its datagram waits for nobody now. */
	ip_defrag_flush(&init_net);
	(void)wait_until(packets_are_gone, DRAIN_PACKET_NS);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: `netsim tun FD FD LINK-OPTIONS` joins two TUN devices of the host by
 * the same link, in real time, so that what the host's own TCP makes of it can
 * stand beside ours (compare_linux.py opens the devices). The first descriptor
 * is the sender's side. The n-th frame meets the n-th chance, as in a
 * simulation.
 *
 * The virtual clock follows the real one; no stack runs here. Ends with the
 * program that started it.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "lib/bug.h"
#include "tests/host/host.h"
#include "tests/netsim/tun.h"

#define MTU_MAX 65536U
/* Asleep until so long before a frame is due, then awake: a sleep ends late. */
#define AWAKE_NS (100 * NSEC_PER_USEC)

static int tun_fd[2];
static u64 real_start_ns, virtual_start_ns;

static u64 real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * NSEC_PER_SEC + (u64)t.tv_nsec;
}

/* Virtual time becomes what real time is. */
static void follow(void)
{
	u64 now = real_ns() - real_start_ns + virtual_start_ns;

	if (now > ktime_get_ns())
		test_advance_ns(now - ktime_get_ns());
}

static void deliver(struct sim_event *e)
{
	u32 len = e->skb->len - ETH_HLEN;

	/* A device that does not take it drops it, and counts. */
	if (write(tun_fd[!e->link], e->skb->data + ETH_HLEN, len) >= 0)
		sim.link[e->link].stats->delivered++;
	consume_skb(e->skb);
}

/* All that the device of side @side has sent. */
static void read_all(u32 side)
{
	static u8 packet[MTU_MAX];
	struct sk_buff *skb;
	ssize_t n;

	while ((n = read(tun_fd[side], packet, sizeof(packet))) > 0) {
		skb = alloc_skb(ETH_HLEN + (u32)n, GFP_ATOMIC);
		BUG_ON(!skb);
		memset(skb_put(skb, ETH_HLEN), 0, ETH_HLEN);
		memcpy(skb_put(skb, (u32)n), packet, (size_t)n);
		follow();
		sim_link_send(&sim.link[side], skb, 0);
	}
}

static void wait_for_work(void)
{
	struct pollfd fds[2] = { { tun_fd[0], POLLIN, 0 },
				 { tun_fd[1], POLLIN, 0 } };
	struct timespec t = { 1, 0 };
	u64 next = sim_next_arrival(), now = ktime_get_ns();

	if (next != ~0ULL) {
		next = next > now + AWAKE_NS ? next - now - AWAKE_NS : 0;
		t.tv_sec = (time_t)(next / NSEC_PER_SEC);
		t.tv_nsec = (long)(next % NSEC_PER_SEC);
	}
	ppoll(fds, 2, &t, NULL);
}

void sim_tun_run(const struct sim_config *c, int fd_a, int fd_b)
{
	static struct sim_result r;
	pid_t parent = getppid();

	tun_fd[0] = fd_a;
	tun_fd[1] = fd_b;
	sim.c = c;
	sim.r = &r;
	sim_link_init(&sim.link[0], &c->link, &r.link, 0, c->seed);
	sim_link_init(&sim.link[1], &c->back, &r.back, 1, c->seed);
	real_start_ns = real_ns();
	virtual_start_ns = ktime_get_ns();
	while (getppid() == parent) {
		wait_for_work();
		follow();
		sim_deliver_due(deliver);
		read_all(0);
		read_all(1);
	}
	exit(0);
}

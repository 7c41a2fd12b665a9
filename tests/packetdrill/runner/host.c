// SPDX-License-Identifier: MIT
/*
 * DOC: the backend that is the host build, linked into this process (ASan,
 * UBSan). Each script has a process of its own, hence a stack of its own,
 * which is torn down at the end: a leak is a failure. Time is virtual and
 * moves from timer to timer and event to event, so every time is exact.
 */
#include <stdlib.h>
#include "tests/packetdrill/runner/pkt.h"
#include "lib/err.h"
#include "lib/file.h"
#include "lib/softirq.h"
#include "lib/syscalls.h"
#include "net/ipv4/route.h"
#include "tests/fixtures/net_fixture.h"
#include "tests/packetdrill/platform_threads.h"
#include "tests/packetdrill/stack.h"

#define LOCAL_IP  "192.168.0.1"
#define REMOTE_IP "192.0.2.1"
#define PREFIX    8 /* one network for both */

extern const struct syscall_def __start_syscalls[];
extern const struct syscall_def __stop_syscalls[];

static struct kunit test = { .name = "packetdrill" };
static struct net_fixture *f;
static struct files_struct *files;
static s64 start_ns; /* by ktime_get_ns() */
static u32 next_frame;

/* stack_sysctl.c wants a lock; one task alone is in the stack here. */
void platform_enter(void)
{
}

void platform_leave(void)
{
}

/* --- time --- */

static s64 host_now(void)
{
	return (s64)ktime_get_ns() - start_ns;
}

static u64 host_calendar(void)
{
	return ktime_get_real_ns() - (u64)host_now();
}

static s64 next_timer(void)
{
	u64 t = test_next_timer_ns();

	return t == ~0ULL ? INT64_MAX : (s64)t - start_ns;
}

static void advance_to(s64 t)
{
	test_advance_ns(t > host_now() ? (u64)(t - host_now()) : 0);
}

static bool host_wait(s64 until)
{
	s64 timer = next_timer();

	if (timer <= until && timer != INT64_MAX) {
		advance_to(timer);
		return true;
	}
	if (until != INT64_MAX)
		advance_to(until);
	return false;
}

/* The one task blocks. True: something was done; false: time may move to the
 * next timer. */
static bool while_blocked(void *arg)
{
	s64 until;

	if (pkt_blocked(&until))
		return true;
	if (next_timer() <= until)
		return false;
	if (host_now() >= until)
		pkt_overdue();
	advance_to(until);
	return true;
}

/* --- start and end --- */

static void add_peer(void)
{
	static const u8 peer_mac[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0x02 };
	struct neighbour *n;

	memcpy(pkt.remote_mac, peer_mac, ETH_ALEN);
	n = neigh_lookup(&f->net->ipv4->arp_tbl, &pkt.remote_ip, f->eth0);
	pkt_check(!IS_ERR(n) && neigh_update(n, peer_mac, NUD_PERMANENT,
					     NEIGH_UPDATE_F_OVERRIDE |
						     NEIGH_UPDATE_F_ADMIN) == 0,
		  "no neighbour");
	neigh_release(n);
}

static void host_start(const struct pkt_script *s)
{
	timers_init();
	pkt_check(net_fixture_init_machine(&test) == 0, "no stack");
	f = test.priv;
	f->eth0->features |= NETIF_F_SG; /* as the e1000 has it */
	files = files_alloc();
	pkt_check(files, "no descriptors");
	test_set_files(files);
	fixture_addr(f, LOCAL_IP, PREFIX);
	if (s->mtu)
		pkt_check(dev_set_mtu(f->eth0, s->mtu) == 0, "mtu %u", s->mtu);
	pkt.local_ip = fixture_ip(LOCAL_IP);
	pkt.remote_ip = fixture_ip(REMOTE_IP);
	pkt.local_port = 8080;
	memcpy(pkt.local_mac, f->eth0->dev_addr, ETH_ALEN);
	add_peer();
	test_set_idle_hook(while_blocked, NULL);
}

static void host_start_clock(void)
{
	start_ns = (s64)ktime_get_ns();
}

static void host_finish(void)
{
	test_set_idle_hook(NULL, NULL);
	test_set_files(NULL);
	files_put(files);
	net_fixture_exit(&test);
	pkt_check(!test.failed, "the end was not clean");
}

/* --- calls --- */

static long host_call(long nr, const long a[6], const struct pkt_piece *pieces,
		      u32 n)
{
	const struct syscall_def *def;

	for (def = __start_syscalls; def < __stop_syscalls; def++)
		if (def->nr == (u32)nr)
			return def->fn((u64)a[0], (u64)a[1], (u64)a[2],
				       (u64)a[3], (u64)a[4], (u64)a[5]);
	return -ENOSYS;
}

/* By the C library: ASan sees what goes beyond the end. */
static void *host_alloc(size_t n)
{
	return calloc(1, n);
}

static void host_free(void *p)
{
	free(p);
}

static void host_fill(u8 *p, size_t n, u32 off)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = pkt_byte(off + (u32)i);
}

static s64 host_differs(const u8 *p, size_t n, u32 off)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != pkt_byte(off + (u32)i))
			return (s64)i;
	return -1;
}

/* --- frames --- */

static void host_send(const u8 *frame, u32 len)
{
	fixture_rx(f, frame, len);
	test_advance_ns(0);
}

static const struct pkt_frame *host_receive(void)
{
	static struct pkt_frame frame;
	const struct fixture_frame *fr;

	pkt_check(f->tx_frames <= FIXTURE_MAX_FRAMES,
		  "more than %u packets at a time", FIXTURE_MAX_FRAMES);
	if (next_frame == f->tx_frames) {
		fixture_tx_reset(f);
		next_frame = 0;
		return NULL;
	}
	fr = &f->tx[next_frame++];
	frame.data = fr->data;
	frame.len = fr->len;
	frame.at_ns = (s64)fr->at_ns - start_ns;
	return &frame;
}

/* --- settings --- */

static int host_sysctl(const char *name, const char *value)
{
	return stack_sysctl_write(NULL, name, value);
}

static int host_ip_route(const char *words)
{
	return stack_ip_route(f->net, words);
}

static void host_flush_metrics(void)
{
	stack_tcp_metrics_flush(NULL);
}

static s64 host_counter(u32 mib)
{
	return (s64)f->net->mib.v[mib];
}

const struct pkt_backend pkt_host = {
	.name = "host",
	.start = host_start,
	.start_clock = host_start_clock,
	.finish = host_finish,
	.now = host_now,
	.calendar = host_calendar,
	.wait = host_wait,
	.call = host_call,
	.alloc = host_alloc,
	.free = host_free,
	.send = host_send,
	.receive = host_receive,
	.fill = host_fill,
	.differs = host_differs,
	.sysctl = host_sysctl,
	.ip_route = host_ip_route,
	.flush_metrics = host_flush_metrics,
	.counter = host_counter,
};

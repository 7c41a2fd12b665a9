// SPDX-License-Identifier: MIT
/*
 * DOC: start_kernel(): the whole order of initialisation, on one page. Every
 * step may use the ones above it. boot/multiboot.S calls it on the boot
 * stack, interrupts off; it becomes the first task.
 */
#include "boot/boot_info.h"
#include "boot/drain.h"
#include "drivers/pci/pci.h"
#include "kernel/cmdline.h"
#include "kernel/console.h"
#include "kernel/io.h"
#include "kernel/irq.h"
#include "kernel/machine.h"
#include "kernel/page_alloc.h"
#include "kernel/process.h"
#include "kernel/random.h"
#include "kernel/sched.h"
#include "kernel/slab.h"
#include "kernel/string.h"
#include "kernel/syscall.h"
#include "kernel/time.h"
#include "kernel/vfs.h"
#include "lib/kunit.h"
#include "lib/timer.h"
#include "net/core/net_namespace.h"
#include "net/core/netdevice.h"
#include "net/core/sch_generic.h"
#include "net/core/skbuff.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/udp.h"

void start_kernel(u32 magic, u64 info) __noreturn;

/* `kunit` or `kunit=GLOB`: run the linked suites and end the machine. */
static void run_suites_if_asked(void)
{
	const char *glob = cmdline_get("kunit");
	struct kunit_totals t;

	if (!glob)
		return;
	t = kunit_run_all(*glob ? glob : NULL);
	machine_exit(t.failed || !t.passed);
}

/* IPv4's files come one by one: it starts once all of them are linked. */
extern __typeof__(tcp_init) tcp_init __attribute__((weak));
extern __typeof__(udp_init) udp_init __attribute__((weak));
extern __typeof__(arp_init) arp_init __attribute__((weak));
extern __typeof__(ip_init) ip_init __attribute__((weak));
extern __typeof__(icmp_init) icmp_init __attribute__((weak));
extern __typeof__(raw_init) raw_init __attribute__((weak));
extern __typeof__(ip_auto_config) ip_auto_config __attribute__((weak));
static bool ipv4_is_linked;

static void start_ipv4(void)
{
	ipv4_is_linked = tcp_init && udp_init && arp_init && ip_init &&
			 icmp_init && raw_init && ip_auto_config;
	if (ipv4_is_linked)
		inet_init();
	else
		pr_warn("network: IPv4 is not linked\n");
}

/* ip=, as Linux has it. A machine without a network still runs programs. */
static void configure_network(void)
{
	const char *ip = cmdline_get("ip");
	int err;

	if (!ip || !ipv4_is_linked)
		return;
	err = ip_auto_config(&init_net, ip);
	if (err < 0)
		pr_err("network: ip=%s failed: %d\n", ip, err);
}

/**
 * start_kernel() - Bring the machine up and run the first program.
 * @magic: the boot protocol's number.
 * @info:  physical address of the boot loader's structure.
 */
void start_kernel(u32 magic, u64 info)
{
	/* Speech first, so that every later failure can be told. */
	time_early_init();
	string_init();
	console_early_init();
	traps_init();
	boot_info_init(magic, info);
	console_init();

	/* Memory. */
	page_alloc_init();
	paging_init();
	slab_init();

	/* The machine. */
	irq_init();
	time_init();
	random_init();
	sched_init();
	timers_init();
	local_irq_enable();
	pr_info("doorbell: %s, %llu KiB free of %llu, TSC %u MHz\n",
		boot_info.protocol, nr_free_pages() * 4,
		totalram_pages() * 4, tsc_khz() / 1000);

	/* The network, then its devices: a device's receiver takes time to
	 * listen, so it starts before the programs are unpacked. */
	skb_init();
	net_dev_init();
	net_sched_init();
	start_ipv4();
	if (net_setup(&init_net) < 0)
		panic("network: no memory for the first stack");
	pci_init();

	/* What programs need. */
	syscall_init();
	ramfs_init();
	initramfs_unpack();
	tty_init();

	run_suites_if_asked();
	configure_network();
	init_set_end_hook(drain_network);
	run_init_program();
}

// SPDX-License-Identifier: MIT
/*
 * DOC: start_kernel(): the whole order of initialisation, on one page. Every
 * step may use the ones above it. boot/multiboot.S calls it on the boot
 * stack, interrupts off; it becomes the first task.
 */
#include "boot/boot_info.h"
#include "boot/network.h"
#include "boot/drain.h"
#include "boot/proc.h"
#include "boot/unix_fs.h"
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

void start_kernel(u32 magic, u64 info) __noreturn;

extern char boot_stack_guard[], boot_stack_top[];

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
	sched_init((u64)boot_stack_guard, (u64)boot_stack_top);
	timers_init();
	local_irq_enable();
	pr_info("doorbell: %s, %llu KiB free of %llu, TSC %u MHz\n",
		boot_info.protocol, nr_free_pages() * 4, totalram_pages() * 4,
		tsc_khz() / 1000);

	/* The network, then its devices: a device's receiver takes time to
	 * listen, so it starts before the programs are unpacked. */
	network_init();

	/* What programs need. */
	syscall_init();
	ramfs_init();
	unix_fs_init();
	initramfs_unpack();
	proc_init();
	tty_init();

	run_suites_if_asked();
	network_configure();
	init_set_end_hook(drain_network);
	run_init_program();
}

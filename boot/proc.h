/* SPDX-License-Identifier: MIT */
/* DOC: /proc, and /sys: the files whose text the kernel makes. */
#pragma once

/* boot/proc.c: they appear when a program first looks. */
void proc_init(void);

/* boot/proc_net.c and boot/proc_sys.c: /proc/net; /proc/sys, /sys/module. */
void proc_net_fill(void);
void proc_sys_fill(void);
/* boot/proc_kernel.c: meminfo, uptime and the like. */
void proc_kernel_fill(void);
/* boot/sys_net.c: /sys/class/net. */
void sys_net_fill(void);

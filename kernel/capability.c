// SPDX-License-Identifier: MIT
/*
 * DOC: capabilities (capabilities(7)). Programs are root and begin with all of
 * them; a program may put some down, for good or until it takes them up again,
 * and what it then asks for is refused as on Linux. A child has its parent's;
 * exec gives root's back.
 *
 * State: process.caps, of the whole process; tasks only.
 */
#include "kernel/process.h"
#include "kernel/sched.h"
#include "kernel/uaccess.h"
#include "lib/syscalls.h"

/* uAPI linux/capability.h */
#define CAP_LAST_CAP  40
#define CAP_VERSION_1 0x19980330U
#define CAP_VERSION_2 0x20071026U
#define CAP_VERSION_3 0x20080522U

struct cap_header {
	u32 version;
	int pid;
};
struct cap_data {
	u32 effective, permitted, inheritable;
};

const struct cap_sets cap_full = {
	.effective = BIT(CAP_LAST_CAP + 1) - 1,
	.permitted = BIT(CAP_LAST_CAP + 1) - 1,
};

/**
 * capable() - Whether the current task may do what Linux reserves.
 * @cap: CAP_*.
 *
 * Context: any; what is no program's may all.
 */
bool capable(int cap)
{
	const struct process *p = current->process;

	return cap >= 0 && cap <= CAP_LAST_CAP &&
	       (!p || (p->caps.effective & BIT(cap)));
}

/* The header's words of 32 bits; 0: no such version, and the header says the
 * newest one; or a negative errno. */
static int get_header(struct cap_header __user *uhead, struct cap_header *h)
{
	const u32 newest = CAP_VERSION_3;

	if (copy_from_user(h, uhead, sizeof(*h)))
		return -EFAULT;
	switch (h->version) {
	case CAP_VERSION_1:
		return 1;
	case CAP_VERSION_2:
	case CAP_VERSION_3:
		return 2;
	default:
		return copy_to_user(uhead, &newest, sizeof(newest)) ? -EFAULT
								    : 0;
	}
}

SYSCALL_DEFINE2(capget, struct cap_header __user *, uhead,
		struct cap_data __user *, udata)
{
	const struct process *p = current->process;
	struct cap_header h;
	struct cap_data d[2];
	int i, n = get_header(uhead, &h);

	if (n < 0)
		return n;
	if (!udata || !n)
		return udata ? -EINVAL : 0;
	if (h.pid < 0)
		return -EINVAL;
	if (h.pid)
		p = process_find(h.pid);
	if (!p)
		return -ESRCH;
	for (i = 0; i < n; i++) {
		d[i].effective = (u32)(p->caps.effective >> (32 * i));
		d[i].permitted = (u32)(p->caps.permitted >> (32 * i));
		d[i].inheritable = (u32)(p->caps.inheritable >> (32 * i));
	}
	return copy_to_user(udata, d, (size_t)n * sizeof(d[0])) ? -EFAULT : 0;
}

SYSCALL_DEFINE2(capset, struct cap_header __user *, uhead,
		const struct cap_data __user *, udata)
{
	struct cap_sets *now = &current->process->caps, want = { 0 };
	struct cap_data d[2];
	struct cap_header h;
	int i, n = get_header(uhead, &h);

	if (n <= 0)
		return n ? n : -EINVAL;
	if (h.pid && h.pid != current->process->pid)
		return -EPERM;
	if (copy_from_user(d, udata, (size_t)n * sizeof(d[0])))
		return -EFAULT;
	for (i = 0; i < n; i++) {
		want.effective |= (u64)d[i].effective << (32 * i);
		want.permitted |= (u64)d[i].permitted << (32 * i);
		want.inheritable |= (u64)d[i].inheritable << (32 * i);
	}
	want.effective &= cap_full.permitted;
	want.permitted &= cap_full.permitted;
	want.inheritable &= cap_full.permitted;
	/* What is put down from the permitted set does not come back. */
	if ((want.permitted & ~now->permitted) ||
	    (want.effective & ~want.permitted) ||
	    (want.inheritable & ~(now->inheritable | now->permitted)))
		return -EPERM;
	*now = want;
	return 0;
}

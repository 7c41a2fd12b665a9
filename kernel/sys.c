// SPDX-License-Identifier: MIT
/*
 * DOC: small system calls that ask the machine about itself or set what only
 * the program itself sees: names, limits, identities, random bytes, TLS.
 * Programs are root; changing identity to root is allowed and anything else
 * is refused, so that no program believes it has dropped what it has not.
 */
#include "kernel/process.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/resource.h"
#include "lib/vsprintf.h"

#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

SYSCALL_DEFINE2(arch_prctl, int, code, u64, addr)
{
	struct task *t = current;

	switch (code) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (addr >= USER_SPACE_END)
			return -EPERM;
		if (code == ARCH_SET_FS)
			task_set_tls(addr, t->gs_base);
		else
			task_set_tls(t->fs_base, addr);
		return 0;
	case ARCH_GET_FS:
		return put_user(t->fs_base, (u64 __user *)addr);
	case ARCH_GET_GS:
		return put_user(t->gs_base, (u64 __user *)addr);
	default:
		return -EINVAL;
	}
}

/* What uname() tells, and /proc/sys/kernel. */
struct new_utsname uts = {
	.sysname = "Linux",
	.nodename = "doorbell",
	/* The interface spoken, so that C libraries agree to start. */
	.release = "6.1.0-doorbell",
	.version = "#1 Doorbell",
	.machine = "x86_64",
	.domainname = "(none)",
};

SYSCALL_DEFINE1(uname, struct new_utsname __user *, to)
{
	return copy_to_user(to, &uts, sizeof(uts)) ? -EFAULT : 0;
}

static long set_name(char *field, const char __user *name, int len)
{
	char copy[65] = { 0 };

	if (len < 0 || len > 64)
		return -EINVAL;
	if (copy_from_user(copy, name, (size_t)len))
		return -EFAULT;
	memcpy(field, copy, sizeof(copy));
	return 0;
}

SYSCALL_DEFINE2(sethostname, const char __user *, name, int, len)
{
	return set_name(uts.nodename, name, len);
}

SYSCALL_DEFINE2(setdomainname, const char __user *, name, int, len)
{
	return set_name(uts.domainname, name, len);
}

SYSCALL_DEFINE3(getrandom, u8 __user *, buf, size_t, n, u32, flags)
{
	size_t done = 0, piece;
	u8 bytes[256];

	if (flags & ~7U)
		return -EINVAL;
	n = min_t(size_t, n, 0x1ffffff);
	while (done < n) {
		piece = min(n - done, sizeof(bytes));
		get_random_bytes(bytes, piece);
		if (copy_to_user(buf + done, bytes, piece))
			return done ? (long)done : -EFAULT;
		done += piece;
		if (task_signal_pending())
			break;
	}
	return (long)done;
}

SYSCALL_DEFINE1(sysinfo, struct linux_sysinfo __user *, to)
{
	struct linux_sysinfo si = {
		.uptime = (s64)(ktime_get_ns() / NSEC_PER_SEC),
		.totalram = totalram_pages() * PAGE_SIZE,
		.freeram = nr_free_pages() * PAGE_SIZE,
		.mem_unit = 1,
	};
	struct process *p;

	list_for_each_entry (p, &process_list, all)
		si.procs++;
	return copy_to_user(to, &si, sizeof(si)) ? -EFAULT : 0;
}

/* --- limits and usage --- */

SYSCALL_DEFINE4(prlimit64, int, pid, u32, which, const struct rlimit64 __user *,
		new, struct rlimit64 __user *, old)
{
	struct process *p = pid ? process_find(pid) : current->process;
	struct rlimit64 lim;

	if (which >= RLIM_NLIMITS)
		return -EINVAL;
	if (!p)
		return -ESRCH;
	if (new) {
		if (copy_from_user(&lim, new, sizeof(lim)))
			return -EFAULT;
		if (lim.rlim_cur > lim.rlim_max)
			return -EINVAL;
		if (which == RLIMIT_NOFILE && lim.rlim_max > NR_OPEN_MAX)
			return -EPERM;
	}
	if (old && copy_to_user(old, &p->rlimit[which], sizeof(lim)))
		return -EFAULT;
	if (new) {
		p->rlimit[which] = lim;
		if (which == RLIMIT_NOFILE && p == current->process)
			current->files->rlimit_nofile = (u32)lim.rlim_cur;
	}
	return 0;
}

SYSCALL_DEFINE2(getrlimit, u32, which, struct rlimit64 __user *, to)
{
	return sys_prlimit64(0, which, NULL, to);
}

SYSCALL_DEFINE2(setrlimit, u32, which, const struct rlimit64 __user *, from)
{
	return sys_prlimit64(0, which, from, NULL);
}

SYSCALL_DEFINE2(getrusage, int, who, struct rusage __user *, to)
{
	const struct process *p = current->process;
	struct rusage u = { 0 };

	if (who < -1 || who > 1)
		return -EINVAL;
	u.ru_utime = ns_to_timeval(who < 0    ? p->child_ns
				   : who == 0 ? process_cpu_ns(p)
					      : task_cpu_ns(current));
	return copy_to_user(to, &u, sizeof(u)) ? -EFAULT : 0;
}

SYSCALL_DEFINE1(times, s64 __user *, to)
{
	s64 ticks = (s64)(ktime_get_ns() / NSEC_PER_TICK);
	const struct process *p = current->process;
	s64 t[4] = { (s64)(process_cpu_ns(p) / NSEC_PER_TICK), 0,
		     (s64)(p->child_ns / NSEC_PER_TICK), 0 };

	if (to && copy_to_user(to, t, sizeof(t)))
		return -EFAULT;
	return ticks;
}

/* --- identity --- */

SYSCALL_DEFINE0(getuid)
{
	return 0;
}

SYSCALL_DEFINE0(geteuid)
{
	return 0;
}

SYSCALL_DEFINE0(getgid)
{
	return 0;
}

SYSCALL_DEFINE0(getegid)
{
	return 0;
}

static long must_be_root(u32 id)
{
	return id == 0 || id == ~0U ? 0 : -EPERM;
}

SYSCALL_DEFINE1(setuid, u32, uid)
{
	return must_be_root(uid);
}

SYSCALL_DEFINE1(setgid, u32, gid)
{
	return must_be_root(gid);
}

SYSCALL_DEFINE3(setresuid, u32, r, u32, e, u32, s)
{
	return must_be_root(r) | must_be_root(e) | must_be_root(s);
}

SYSCALL_DEFINE3(setresgid, u32, r, u32, e, u32, s)
{
	return must_be_root(r) | must_be_root(e) | must_be_root(s);
}

static long put_three_roots(u32 __user *r, u32 __user *e, u32 __user *s)
{
	if (put_user(0, r) || put_user(0, e) || put_user(0, s))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE3(getresuid, u32 __user *, r, u32 __user *, e, u32 __user *, s)
{
	return put_three_roots(r, e, s);
}

SYSCALL_DEFINE3(getresgid, u32 __user *, r, u32 __user *, e, u32 __user *, s)
{
	return put_three_roots(r, e, s);
}

SYSCALL_DEFINE2(getgroups, int, n, u32 __user *, to)
{
	return n < 0 ? -EINVAL : 0;
}

SYSCALL_DEFINE2(setgroups, int, n, const u32 __user *, from)
{
	long err = 0;
	u32 id;
	int i;

	if (n < 0 || n > 65536)
		return -EINVAL;
	for (i = 0; i < n && !err; i++)
		err = copy_from_user(&id, from + i, sizeof(id))
			      ? -EFAULT
			      : must_be_root(id);
	return err;
}

/* --- the thread's own --- */

/* The list is the kernel's to walk when a thread dies holding a lock that
 * another process shares; futexes here are not shared between processes. */
SYSCALL_DEFINE2(set_robust_list, u64, head, size_t, len)
{
	return len == 24 ? 0 : -EINVAL;
}

/* C libraries ask for it at every start and go on without. Answered here so
 * that the console does not name it as missing each time. */
SYSCALL_DEFINE4(rseq, u64, area, u32, len, int, flags, u32, sig)
{
	return -ENOSYS;
}

#define PR_SET_KEEPCAPS 8
#define PR_SET_NAME     15
#define PR_GET_NAME     16
#define PR_CAPBSET_READ 23

SYSCALL_DEFINE5(prctl, int, op, u64, arg, u64, a3, u64, a4, u64, a5)
{
	char name[TASK_COMM_LEN] = { 0 };
	ssize_t n;

	switch (op) {
	case PR_SET_NAME:
		n = strncpy_from_user(name, (const char __user *)arg,
				      sizeof(name));
		if (n < 0)
			return n;
		name[sizeof(name) - 1] = 0;
		memcpy(current->name, name, sizeof(name));
		return 0;
	case PR_GET_NAME:
		return copy_to_user((void __user *)arg, current->name,
				    TASK_COMM_LEN)
			       ? -EFAULT
			       : 0;
	case PR_SET_KEEPCAPS: /* when the user changes, which it cannot */
		return arg <= 1 ? 0 : -EINVAL;
	case PR_CAPBSET_READ: /* nothing is ever taken out of it */
		return arg < 64 && (cap_full.permitted & BIT(arg)) ? 1
								   : -EINVAL;
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE0(sched_yield)
{
	task_yield();
	return 0;
}

SYSCALL_DEFINE3(sched_getaffinity, int, pid, size_t, len, u64 __user *, mask)
{
	if (len < 8 || (len & 7))
		return -EINVAL;
	return put_user(1, mask) ? -EFAULT : 8;
}

SYSCALL_DEFINE3(getcpu, u32 __user *, cpu, u32 __user *, node, void __user *,
		cache)
{
	if (cpu && put_user(0, cpu))
		return -EFAULT;
	if (node && put_user(0, node))
		return -EFAULT;
	return 0;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: wait4() and waitid(): what has become of a program's children, told once
 * (POSIX.1-2017, XSH, wait()). Tells of the ends that kernel/process.c brings
 * about, and of the stops of kernel/jobctl.c, which wake who sleeps here.
 * State: none of its own.
 */
#include "kernel/process.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"

#define WNOHANG       1
#define WUNTRACED     2
#define WEXITED       4
#define WCONTINUED    8
#define WNOWAIT       0x01000000
#define WAIT_ANY_BITS 0xe0000000U /* __WALL, __WCLONE, __WNOTHREAD */
/* As a number below: every child. -1 is group 1. */
#define EVERY_CHILD (-__INT_MAX__ - 1)

static bool wait_matches(const struct process *p, int pid)
{
	if (pid > 0)
		return p->pid == pid;
	if (pid == EVERY_CHILD)
		return true;
	return p->pgid == (pid == 0 ? current->process->pgid : -pid);
}

static bool has_news(const struct process *p, u32 options)
{
	if (p->zombie)
		return options & WEXITED;
	return (p->stop_news == CLD_STOPPED && (options & WUNTRACED)) ||
	       (p->stop_news == CLD_CONTINUED && (options & WCONTINUED));
}

/* A child that something is to be told of; NULL with *@any telling whether
 * there may be one yet. */
static struct process *find_news(int pid, u32 options, bool *any)
{
	struct process *p;

	*any = false;
	list_for_each_entry (p, &current->process->children, sibling) {
		if (!wait_matches(p, pid))
			continue;
		*any = true;
		if (has_news(p, options))
			return p;
	}
	return NULL;
}

/* As wait4() tells it. */
static int wait_status(const struct process *p)
{
	if (p->zombie)
		return p->exit_code;
	return p->stop_news == CLD_STOPPED ? p->stop_code << 8 | 0x7f : 0xffff;
}

/* The time that a child used. */
static struct rusage child_usage(const struct process *p)
{
	return (struct rusage){
		.ru_utime = ns_to_timeval(process_cpu_ns(p) + p->child_ns),
	};
}

/* It is told; a zombie's time is the parent's now. */
static void news_end(struct process *p)
{
	p->stop_news = 0;
	if (!p->zombie)
		return;
	current->process->child_ns += process_cpu_ns(p) + p->child_ns;
	process_reap(p);
}

/* 0 with *@child set, or NULL there for WNOHANG; or a negative errno. */
static int wait_for_child(int pid, u32 options, struct process **child)
{
	bool any;
	int err = wait_event_interruptible(
		&current->process->child_exit,
		(*child = find_news(pid, options, &any)) || !any ||
			(options & WNOHANG));

	if (*child)
		return 0;
	return any ? err : -ECHILD;
}

SYSCALL_DEFINE4(wait4, int, pid, int __user *, status, u32, options,
		struct rusage __user *, usage)
{
	struct process *p;
	struct rusage u;
	int err, said;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | WAIT_ANY_BITS))
		return -EINVAL;
	if (pid == EVERY_CHILD)
		return -ESRCH;
	err = wait_for_child(pid == -1 ? EVERY_CHILD : pid, options | WEXITED,
			     &p);
	if (err || !p)
		return err;
	pid = p->pid;
	said = wait_status(p);
	u = child_usage(p);
	news_end(p);
	if (status && put_user(said, status))
		return -EFAULT;
	if (usage && copy_to_user(usage, &u, sizeof(u)))
		return -EFAULT;
	return pid;
}

SYSCALL_DEFINE5(waitid, int, type, int, id, struct siginfo __user *, info, u32,
		options, struct rusage __user *, usage)
{
	struct siginfo si = { 0 };
	struct signal_source end;
	struct process *p;
	struct rusage u;
	int err;

	if (!(options & (WEXITED | WUNTRACED | WCONTINUED)) ||
	    (options & ~(WNOHANG | WUNTRACED | WEXITED | WCONTINUED | WNOWAIT |
			 WAIT_ANY_BITS)))
		return -EINVAL;
	if (type < 0 || type > 2 || (type == 1 && id <= 0) || id < 0)
		return -EINVAL;
	err = wait_for_child(type == 0   ? EVERY_CHILD
			     : type == 1 ? id
					 : -id,
			     options, &p);
	if (err)
		return err;
	if (p) {
		si.si_signo = SIGCHLD;
		end = process_news(p);
		si.si_code = end.code;
		si.si_child.pid = end.pid;
		si.si_child.status = end.status;
		u = child_usage(p);
		if (!(options & WNOWAIT))
			news_end(p);
		if (usage && copy_to_user(usage, &u, sizeof(u)))
			return -EFAULT;
	}
	if (info && copy_to_user(info, &si, sizeof(si)))
		return -EFAULT;
	return 0;
}

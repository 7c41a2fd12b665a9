// SPDX-License-Identifier: MIT
/*
 * DOC: programs that stop and go on (POSIX.1-2017, section 2.4.3). A program
 * stops when the signal is sent, by one CPU: none of its threads reaches ring 3
 * again. SIGSTOP's bit in each of them says so to user_signal_work(), which
 * waits here. A thread that sleeps in a system call sleeps on, and is not
 * interrupted; what it waits for may end the call before the program goes on.
 *
 * Called by kernel/signal.c, kernel/tty.c and kernel/process.c. State: the
 * stop_ fields of struct process, by tasks with softirqs off, and by softirqs.
 */
#include "kernel/process.h"

static void tell_parent(const struct process *p)
{
	struct process *parent = p->parent;
	const struct ksigaction *a;

	if (!parent)
		return;
	a = &parent->action[SIGCHLD - 1];
	if (a->handler != SIG_IGN && !(a->flags & SA_NOCLDSTOP))
		signal_send(parent, SIGCHLD, process_news(p));
	wake_up(&parent->child_exit);
}

/**
 * process_group_is_orphaned() - Whether nobody would let a group go on.
 * @pgid: the group.
 *
 * Context: any.
 * Return:  false if the parent of one in it is of another group of its session.
 */
bool process_group_is_orphaned(int pgid)
{
	const struct process *p;

	list_for_each_entry (p, &process_list, all)
		if (p->pgid == pgid && !p->zombie && p->parent &&
		    p->parent->pgid != pgid && p->parent->sid == p->sid)
			return false;
	return true;
}

/**
 * process_stop() - A program stops, and its parent is told.
 * @p:   it; the first one never stops, as there is nobody to let it go on.
 * @sig: by which signal; only SIGSTOP stops an orphaned group.
 *
 * Context: any.
 */
void process_stop(struct process *p, int sig)
{
	struct thread *th;

	if (p->pid == 1 || p->stop_signal || p->zombie)
		return;
	if (sig != SIGSTOP && process_group_is_orphaned(p->pgid))
		return;
	p->stop_signal = sig;
	p->stop_code = sig;
	p->stop_news = CLD_STOPPED;
	list_for_each_entry (th, &p->threads, entry)
		pending_add(&th->task->sigpending, SIGBIT(SIGSTOP));
	tell_parent(p);
}

/**
 * process_continue() - A program goes on, if it was stopped.
 * @p: it.
 *
 * Context: any.
 */
void process_continue(struct process *p)
{
	struct thread *th;

	if (!p->stop_signal)
		return;
	p->stop_news = CLD_CONTINUED;
	p->stop_signal = 0;
	list_for_each_entry (th, &p->threads, entry)
		task_wake(th->task);
	tell_parent(p);
}

/**
 * process_wait_stopped() - Where a thread of a stopped program is; of another,
 * it is nothing.
 *
 * Context: task of a program, on its way to ring 3; sleeps.
 */
void process_wait_stopped(void)
{
	struct task *t = current;

	while (t->process->stop_signal && !(t->sigpending & SIGBIT(SIGKILL))) {
		task_prepare();
		if (t->process->stop_signal)
			task_block();
	}
}

static bool group_has_stopped(int pgid)
{
	const struct process *p;

	list_for_each_entry (p, &process_list, all)
		if (p->pgid == pgid && p->stop_signal && !p->zombie)
			return true;
	return false;
}

/**
 * process_end_orphans() - A parent and child are that no more: if nobody else
 * would let the child's group go on, it hears so, and does.
 * @p:      the child, which has ended or has its new parent.
 * @parent: its parent until now.
 *
 * Context: task.
 */
void process_end_orphans(const struct process *p, const struct process *parent)
{
	int pgid = p->pgid;

	if (pgid == parent->pgid || p->sid != parent->sid ||
	    !process_group_is_orphaned(pgid) || !group_has_stopped(pgid))
		return;
	signal_send_group(pgid, SIGHUP, SIGNAL_FROM_KERNEL);
	signal_send_group(pgid, SIGCONT, SIGNAL_FROM_KERNEL);
}

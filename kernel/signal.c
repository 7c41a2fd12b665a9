// SPDX-License-Identifier: MIT
/*
 * DOC: signals. A signal is a bit of its task, or of its program while all its
 * threads block it; before ring 3 is entered again user_signal_work() takes the
 * lowest one that is not blocked and ends the program, ignores it, or lets its
 * handler run in a frame of kernel/sigframe.c's.
 *
 * Exceptions are kernel/fault.c's, stopping is kernel/jobctl.c's. Real-time
 * signals are not queued. Raised from any context; state is in struct task and
 * struct process, whose words one CPU writes atomically.
 */
#include "kernel/process.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "lib/printk.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/time.h"

#define STOPPING \
	(SIGBIT(SIGSTOP) | SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN) | SIGBIT(SIGTTOU))
#define UNBLOCKABLE (SIGBIT(SIGKILL) | SIGBIT(SIGSTOP))
static bool default_is_ignore(int sig)
{
	switch (sig) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
		return true;
	default:
		return false;
	}
}

/**
 * signal_is_ignored() - Would this signal do nothing?
 * @p:   the program.
 * @sig: 1 to NSIG.
 *
 * Context: any.
 * Return:  true for SIG_IGN, and for SIG_DFL where the default is nothing.
 */
bool signal_is_ignored(const struct process *p, int sig)
{
	u64 handler = p->action[sig - 1].handler;

	return handler == SIG_IGN ||
	       (handler == SIG_DFL && default_is_ignore(sig));
}

static bool stops(const struct process *p, int sig)
{
	return (SIGBIT(sig) & STOPPING) &&
	       p->action[sig - 1].handler == SIG_DFL;
}

/* These are not pending any more, for any thread. */
static void forget(struct process *p, u64 set)
{
	struct thread *th;

	pending_remove(&p->sigpending, set);
	list_for_each_entry (th, &p->threads, entry)
		pending_remove(&th->task->sigpending, set);
}

/* Stop and go on end each other, whatever the program does about them. */
static void undo_opposite(struct process *p, int sig)
{
	if (SIGBIT(sig) & STOPPING) {
		forget(p, SIGBIT(SIGCONT));
	} else if (sig == SIGCONT) {
		forget(p, STOPPING);
		process_continue(p);
	}
}

/**
 * signal_send_task() - Make a signal pending for one thread.
 * @t:    a task; a kernel task has no use for it.
 * @sig:  1 to NSIG.
 * @from: the sender; who was first is remembered.
 *
 * Context: any.
 */
void signal_send_task(struct task *t, int sig, struct signal_source from)
{
	bool blocked = t->sigblocked & SIGBIT(sig);

	if (!t->process)
		return;
	undo_opposite(t->process, sig);
	if (!blocked && signal_is_ignored(t->process, sig))
		return;
	if (!blocked && stops(t->process, sig)) {
		process_stop(t->process, sig);
		return;
	}
	if (!(t->sigpending & SIGBIT(sig)))
		t->thread->source[sig - 1] = from;
	pending_add(&t->sigpending, SIGBIT(sig));
	if (!blocked || (t->thread->sigwait & SIGBIT(sig)))
		task_wake(t);
	wake_up_poll(&signalfd_wait, EPOLLIN);
}

/* Nobody takes it now: it waits for a thread that lets it in. */
static void signal_keep(struct process *p, int sig, struct signal_source from)
{
	struct thread *th;

	if (!(p->sigpending & SIGBIT(sig)))
		p->source[sig - 1] = from;
	pending_add(&p->sigpending, SIGBIT(sig));
	list_for_each_entry (th, &p->threads, entry)
		if (th->sigwait & SIGBIT(sig))
			task_wake(th->task);
	wake_up_poll(&signalfd_wait, EPOLLIN);
}

/**
 * signal_send() - Make a signal pending for a program.
 * @p:    the program; the first thread that does not block it, and is not
 *        about to end, gets it.
 * @sig:  1 to NSIG.
 * @from: the sender.
 *
 * Context: any.
 */
void signal_send(struct process *p, int sig, struct signal_source from)
{
	struct thread *th;

	list_for_each_entry (th, &p->threads, entry) {
		if (!(th->task->sigblocked & SIGBIT(sig)) &&
		    !(th->task->sigpending & SIGBIT(SIGKILL))) {
			signal_send_task(th->task, sig, from);
			return;
		}
	}
	undo_opposite(p, sig);
	signal_keep(p, sig, from);
}

/**
 * signal_set_blocked() - Block these from now on, and no others.
 * @t:   the current task; what its program kept and this lets in comes here.
 * @set: bit n-1: signal n.
 *
 * Context: task of a program.
 */
void signal_set_blocked(struct task *t, u64 set)
{
	struct process *p = t->process;
	u64 came;
	int sig;

	t->sigblocked = set & ~UNBLOCKABLE;
	came = p->sigpending & ~t->sigblocked;
	while (came) {
		sig = __builtin_ctzll(came) + 1;
		came &= ~SIGBIT(sig);
		pending_remove(&p->sigpending, SIGBIT(sig));
		signal_send_task(t, sig, p->source[sig - 1]);
	}
}

/**
 * signal_hand_over() - What came for the program goes to its other threads.
 * @th: the thread that is about to end; nothing comes to it any more.
 *
 * Context: task.
 */
void signal_hand_over(struct thread *th)
{
	struct task *t = th->task;
	u64 left = t->sigpending & ~UNBLOCKABLE;
	int sig;

	t->sigblocked = ~0ULL;
	for (; left; left &= left - 1) {
		sig = __builtin_ctzll(left) + 1;
		if (th->source[sig - 1].code != SI_TKILL &&
		    th->fault_info.si_signo != sig)
			signal_send(th->process, sig, th->source[sig - 1]);
	}
}

/**
 * signal_send_group() - Make a signal pending for a process group.
 * @pgid: the group.
 * @sig:  1 to NSIG.
 * @from: the sender.
 *
 * Context: any.
 * Return:  the number of programs in the group.
 */
int signal_send_group(int pgid, int sig, struct signal_source from)
{
	struct process *p;
	int n = 0;

	list_for_each_entry (p, &process_list, all) {
		if (p->pgid != pgid || p->zombie)
			continue;
		signal_send(p, sig, from);
		n++;
	}
	return n;
}

/**
 * signal_reset_for_exec() - Handlers do not survive exec, SIG_IGN does.
 * @p: the program.
 *
 * Context: task.
 */
void signal_reset_for_exec(struct process *p)
{
	int i;

	for (i = 0; i < NSIG; i++) {
		if (p->action[i].handler != SIG_IGN)
			p->action[i].handler = SIG_DFL;
		p->action[i].flags = 0;
		p->action[i].restorer = 0;
		p->action[i].mask = 0;
	}
}

/* The current program sends a signal. */
static struct signal_source from_program(int code)
{
	return (struct signal_source){ .code = code, .pid = task_tgid() };
}

/**
 * task_raise_signal() - A signal to the current task, as SIGPIPE.
 * @sig: 1 to NSIG.
 *
 * Context: task.
 */
void task_raise_signal(int sig)
{
	signal_send_task(current, sig, from_program(SI_USER));
}

/**
 * force_signal() - A signal that the program cannot put off: it caused it.
 * @sig:  1 to NSIG.
 * @code: why, of siginfo's codes.
 * @addr: where.
 *
 * Context: task of a program.
 */
void force_signal(int sig, int code, u64 addr)
{
	struct task *t = current;
	struct ksigaction *a = &t->process->action[sig - 1];

	if (a->handler == SIG_IGN || (t->sigblocked & SIGBIT(sig)))
		a->handler = SIG_DFL;
	t->sigblocked &= ~SIGBIT(sig);
	t->thread->fault_info = (struct siginfo){
		.si_signo = sig,
		.si_code = code,
		.si_addr = addr,
	};
	pending_add(&t->sigpending, SIGBIT(sig));
}

/* --- delivery --- */

static void fill_info(struct siginfo *info, const struct signal_source *from,
		      int sig)
{
	from += sig - 1;
	*info = (struct siginfo){
		.si_signo = sig,
		.si_code = from->code,
		.si_child = { from->pid, 0, from->status },
	};
}

/* An interrupted system call: once more, or -EINTR for the handler to see. */
static void restart_syscall(struct pt_regs *regs, bool again)
{
	s64 res = (s64)regs->ax;

	if (!frame_is_syscall(regs) ||
	    (res != -ERESTARTSYS && res != -ERESTARTNOINTR))
		return;
	if (again || res == -ERESTARTNOINTR) {
		regs->ax = regs->orig_ax;
		regs->ip -= 2; /* the SYSCALL instruction */
	} else {
		regs->ax = (u64)-EINTR;
	}
	frame_was_changed(regs);
}

static int take_signal(struct task *t)
{
	u64 ready = t->sigpending & ~t->sigblocked;
	int sig;

	if (!ready)
		return 0;
	if (ready & SIGBIT(SIGKILL))
		return SIGKILL;
	sig = __builtin_ctzll(ready) + 1;
	pending_remove(&t->sigpending, SIGBIT(sig));
	return sig;
}

static void run_handler(struct pt_regs *regs, int sig, struct ksigaction *a)
{
	struct task *t = current;
	struct thread *th = t->thread;
	u64 mask = th->restore_blocked ? th->saved_blocked : t->sigblocked;
	struct siginfo info = th->fault_info;

	if (info.si_signo != sig)
		fill_info(&info, th->source, sig);
	th->fault_info.si_signo = 0;
	restart_syscall(regs, a->flags & SA_RESTART);
	if (a->handler >= USER_SPACE_END || !(a->flags & SA_RESTORER) ||
	    !signal_build_frame(regs, a, &info, mask)) {
		pr_err("%s[%d]: no stack for the handler of signal %d, sp "
		       "%llx\n",
		       t->name, t->pid, sig, regs->sp);
		process_exit_group(SIGSEGV);
	}
	th->restore_blocked = false;
	t->sigblocked |= a->mask & ~UNBLOCKABLE;
	if (!(a->flags & SA_NODEFER))
		t->sigblocked |= SIGBIT(sig) & ~UNBLOCKABLE;
	if (a->flags & SA_RESETHAND)
		a->handler = SIG_DFL;
	frame_was_changed(regs);
}

/**
 * task_set_temp_sigmask() - Use another signal mask until this call ends.
 * @mask: the mask, as of ppoll(), pselect6(), epoll_pwait(), rt_sigsuspend().
 *
 * A handler that runs meanwhile sees @mask; its return brings the old one.
 *
 * Context: task, in a system call.
 */
void task_set_temp_sigmask(u64 mask)
{
	struct task *t = current;

	if (!t->thread->restore_blocked)
		t->thread->saved_blocked = t->sigblocked;
	t->thread->restore_blocked = true;
	signal_set_blocked(t, mask);
	frame_exits_slowly(task_pt_regs(t));
}

/**
 * signal_restore_mask() - Undo task_set_temp_sigmask(), if nothing did yet.
 * @regs: the frame; not used.
 *
 * Context: on the way to ring 3; syscall_entry.S calls it too.
 */
void signal_restore_mask(struct pt_regs *regs)
{
	struct thread *th = current->thread;

	if (!th->restore_blocked)
		return;
	th->restore_blocked = false;
	signal_set_blocked(current, th->saved_blocked);
}

/**
 * user_signal_work() - Deliver what is pending, before ring 3.
 * @regs: the frame that ring 3 will be entered with.
 *
 * Context: task, interrupts on; may not return.
 */
void user_signal_work(struct pt_regs *regs)
{
	struct task *t = current;
	struct ksigaction *a;
	int sig;

	for (;;) {
		process_wait_stopped();
		sig = take_signal(t);
		if (!sig)
			break;
		if (t->process->group_exiting)
			process_exit_group(t->process->exit_code);
		a = &t->process->action[sig - 1];
		if (sig == SIGSTOP)
			continue; /* it only led here */
		/* It was blocked when it was sent. */
		if (stops(t->process, sig)) {
			process_stop(t->process, sig);
			continue;
		}
		if (sig == SIGKILL ||
		    (a->handler == SIG_DFL && !default_is_ignore(sig)))
			process_exit_group(sig);
		if (a->handler > SIG_IGN)
			run_handler(regs, sig, a);
	}
	restart_syscall(regs, true);
	signal_restore_mask(regs);
}

/* --- taken without a handler --- */

/**
 * signal_is_pending() - Whether the current thread has one of these.
 * @set: bit n-1: signal n.
 *
 * Context: task of a program.
 * Return:  true if signal_take() would find one.
 */
bool signal_is_pending(u64 set)
{
	return (current->sigpending | current->process->sigpending) & set;
}

/**
 * signal_take() - Take a pending signal, its handler unasked.
 * @set:  bit n-1: signal n.
 * @info: what is known of it.
 *
 * Context: task of a program.
 * Return:  its number; 0: none of @set is pending.
 */
int signal_take(u64 set, struct siginfo *info)
{
	struct task *t = current;
	bool own = t->sigpending & set;
	u64 *pending = own ? &t->sigpending : &t->process->sigpending;
	int sig;

	if (!(*pending & set))
		return 0;
	sig = __builtin_ctzll(*pending & set) + 1;
	pending_remove(pending, SIGBIT(sig));
	fill_info(info, own ? t->thread->source : t->process->source, sig);
	return sig;
}

/* --- system calls --- */

SYSCALL_DEFINE4(rt_sigaction, int, sig, const struct ksigaction __user *, act,
		struct ksigaction __user *, old, size_t, size)
{
	struct ksigaction *a, new, was;

	if (size != sizeof(u64) || sig < 1 || sig > NSIG)
		return -EINVAL;
	if (act && (sig == SIGKILL || sig == SIGSTOP))
		return -EINVAL;
	if (act && copy_from_user(&new, act, sizeof(new)))
		return -EFAULT;
	a = &current->process->action[sig - 1];
	was = *a;
	if (act) {
		*a = new;
		a->mask &= ~UNBLOCKABLE;
		if (signal_is_ignored(current->process, sig))
			forget(current->process, SIGBIT(sig));
	}
	if (old && copy_to_user(old, &was, sizeof(was)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE4(rt_sigprocmask, int, how, const u64 __user *, set, u64 __user *,
		old, size_t, size)
{
	struct task *t = current;
	u64 was = t->sigblocked, new;

	if (size != sizeof(u64))
		return -EINVAL;
	if (set) {
		if (copy_from_user(&new, set, sizeof(new)))
			return -EFAULT;
		if (how == SIG_BLOCK)
			signal_set_blocked(t, was | new);
		else if (how == SIG_UNBLOCK)
			signal_set_blocked(t, was & ~new);
		else if (how == SIG_SETMASK)
			signal_set_blocked(t, new);
		else
			return -EINVAL;
	}
	if (old && copy_to_user(old, &was, sizeof(was)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE2(rt_sigpending, u64 __user *, set, size_t, size)
{
	struct task *t = current;
	u64 pending = (t->sigpending | t->process->sigpending) & t->sigblocked;

	if (size != sizeof(u64))
		return -EINVAL;
	return copy_to_user(set, &pending, sizeof(pending)) ? -EFAULT : 0;
}

/* Sleep until a signal is there to be delivered. */
static void wait_for_signal(void)
{
	for (;;) {
		task_prepare();
		if (task_signal_pending())
			break;
		task_block();
	}
}

SYSCALL_DEFINE2(rt_sigsuspend, const u64 __user *, set, size_t, size)
{
	u64 mask;

	if (size != sizeof(u64))
		return -EINVAL;
	if (copy_from_user(&mask, set, sizeof(mask)))
		return -EFAULT;
	task_set_temp_sigmask(mask);
	wait_for_signal();
	return -EINTR;
}

SYSCALL_DEFINE0(pause)
{
	wait_for_signal();
	return -EINTR;
}

/* Wait until one of @set is pending, and take it without its handler. */
SYSCALL_DEFINE4(rt_sigtimedwait, const u64 __user *, set,
		struct siginfo __user *, info, const struct timespec __user *,
		timeout, size_t, size)
{
	struct thread *th = current->thread;
	u64 left = MAX_SCHEDULE_TIMEOUT, want;
	struct timespec ts;
	struct siginfo si;
	int sig;

	if (size != sizeof(u64))
		return -EINVAL;
	if (copy_from_user(&want, set, sizeof(want)))
		return -EFAULT;
	if (timeout) {
		if (copy_from_user(&ts, timeout, sizeof(ts)))
			return -EFAULT;
		if (!timespec_valid(&ts))
			return -EINVAL;
		left = timespec_to_ns(&ts);
	}
	want &= ~UNBLOCKABLE;
	th->sigwait = want;
	for (;;) {
		task_prepare();
		if (task_signal_pending() || signal_is_pending(want) ||
		    left == 0)
			break;
		left = schedule_timeout(left);
	}
	th->sigwait = 0;
	sig = signal_take(want, &si);
	if (!sig)
		return task_signal_pending() ? -EINTR : -EAGAIN;
	if (info && copy_to_user(info, &si, sizeof(si)))
		return -EFAULT;
	return sig;
}

static bool bad_signal(int sig)
{
	return sig < 0 || sig > NSIG;
}

static int kill_all(int sig)
{
	struct process *p;
	int n = 0;

	list_for_each_entry (p, &process_list, all) {
		if (p->pid == 1 || p == current->process || p->zombie)
			continue;
		if (sig)
			signal_send(p, sig, from_program(SI_USER));
		n++;
	}
	return n ? 0 : -ESRCH;
}

SYSCALL_DEFINE2(kill, int, pid, int, sig)
{
	struct process *p;

	if (bad_signal(sig))
		return -EINVAL;
	if (pid == -1)
		return kill_all(sig);
	if (pid <= 0) {
		if (pid == 0)
			pid = -current->process->pgid;
		if (pid == -__INT_MAX__ - 1)
			return -ESRCH;
		if (sig)
			return signal_send_group(-pid, sig,
						 from_program(SI_USER))
				       ? 0
				       : -ESRCH;
		list_for_each_entry (p, &process_list, all) {
			if (p->pgid == -pid)
				return 0;
		}
		return -ESRCH;
	}
	p = process_find(pid);
	if (!p)
		return -ESRCH;
	if (sig && !p->zombie)
		signal_send(p, sig, from_program(SI_USER));
	return 0;
}

/* A thread by its id; @tgid 0: of any program. */
static struct task *find_thread(int tgid, int tid)
{
	struct process *p;
	struct thread *th;

	list_for_each_entry (p, &process_list, all) {
		if (tgid && p->pid != tgid)
			continue;
		list_for_each_entry (th, &p->threads, entry) {
			if (th->task->pid == tid)
				return th->task;
		}
	}
	return NULL;
}

static long do_tkill(int tgid, int tid, int sig)
{
	struct task *t;

	if (bad_signal(sig) || tid <= 0)
		return -EINVAL;
	t = find_thread(tgid, tid);
	if (!t)
		return -ESRCH;
	if (sig)
		signal_send_task(t, sig, from_program(SI_TKILL));
	return 0;
}

SYSCALL_DEFINE3(tgkill, int, tgid, int, tid, int, sig)
{
	return tgid <= 0 ? -EINVAL : do_tkill(tgid, tid, sig);
}

SYSCALL_DEFINE2(tkill, int, tid, int, sig)
{
	return do_tkill(0, tid, sig);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the life of programs: fork, vfork, clone, threads, exit. Called by the
 * system calls below, by kernel/init.c for process 1 and by kernel/signal.c
 * when a signal ends a program; wait4() is kernel/wait4.c's.
 *
 * A process is in process_list from its creation until its parent has waited
 * for it; a zombie has no thread left. When a process ends, its children go to
 * process 1; when process 1 ends, so does the machine. The terminal and alarm()
 * walk process_list and the threads from softirq, so these change with softirqs
 * off; everything else belongs to tasks.
 */
#include "kernel/process.h"
#include "kernel/futex.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/timer.h"

#define CLONE_VM             0x00000100
#define CLONE_FS             0x00000200
#define CLONE_FILES          0x00000400
#define CLONE_SIGHAND        0x00000800
#define CLONE_VFORK          0x00004000
#define CLONE_THREAD         0x00010000
#define CLONE_NEWNS          0x00020000
#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_CHILD_SETTID   0x01000000
#define CLONE_NEW_MASK       0x7e020000 /* namespaces: there is one */

LIST_HEAD(process_list);

static int last_pid;

struct clone_request {
	u64 flags;
	int exit_signal;
	u64 stack; /* 0: as the parent's */
	u64 tls;
	int __user *parent_tid;
	int __user *child_tid;
};

/**
 * process_find() - Look a program up.
 * @pid: its number.
 *
 * Context: task.
 * Return:  it, zombie or not, without a reference; NULL.
 */
struct process *process_find(int pid)
{
	struct process *p;

	list_for_each_entry (p, &process_list, all) {
		if (p->pid == pid)
			return p;
	}
	return NULL;
}

static bool pid_is_used(int pid)
{
	struct process *p;
	struct thread *th;

	list_for_each_entry (p, &process_list, all) {
		if (p->pid == pid || p->pgid == pid || p->sid == pid)
			return true;
		list_for_each_entry (th, &p->threads, entry) {
			if (th->task->pid == pid)
				return true;
		}
	}
	return false;
}

/* A free number; -EAGAIN when zombies and their groups have all of them. */
static int alloc_pid(void)
{
	int tries;

	for (tries = 2; tries < PID_MAX; tries++) {
		last_pid = last_pid < PID_MAX - 1 ? last_pid + 1 : 2;
		if (!pid_is_used(last_pid))
			return last_pid;
	}
	return -EAGAIN;
}

/**
 * process_last_pid() - The number of the newest process or thread.
 *
 * Context: task.
 */
int process_last_pid(void)
{
	return last_pid;
}

/**
 * process_get() - Take a reference.
 * @p: it.
 *
 * Context: task.
 */
void process_get(struct process *p)
{
	p->refcount++;
}

/**
 * process_put() - Drop a reference; the last one frees.
 * @p: it.
 *
 * Context: task.
 */
void process_put(struct process *p)
{
	WARN_ON_ONCE(p->refcount == 0);
	if (--p->refcount)
		return;
	kfree(p);
}

/**
 * fs_put() - Drop a reference to a working directory and mask.
 * @fs: it.
 *
 * Context: task.
 */
void fs_put(struct fs_struct *fs)
{
	if (--fs->refcount)
		return;
	iput(fs->cwd);
	kfree(fs);
}

static struct fs_struct *fs_create(struct inode *cwd, u32 umask)
{
	struct fs_struct *fs = kmalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	fs->refcount = 1;
	fs->cwd = cwd;
	fs->umask = umask;
	iget(cwd);
	return fs;
}

/* A process with nothing in it; not yet in any list. */
static struct process *process_alloc(int pid)
{
	struct process *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int i;

	if (!p)
		return NULL;
	p->pid = pid;
	p->refcount = 1;
	p->exit_signal = SIGCHLD;
	p->start_ns = ktime_get_ns();
	INIT_LIST_HEAD(&p->children);
	INIT_LIST_HEAD(&p->sibling);
	INIT_LIST_HEAD(&p->threads);
	init_waitqueue_head(&p->child_exit);
	init_waitqueue_head(&p->vfork_done);
	for (i = 0; i < RLIM_NLIMITS; i++)
		p->rlimit[i] =
			(struct rlimit64){ RLIM_INFINITY, RLIM_INFINITY };
	p->rlimit[RLIMIT_STACK].rlim_cur = USER_STACK_SIZE;
	return p;
}

static struct thread *thread_alloc(struct process *p, struct task *t)
{
	struct thread *th = kzalloc(sizeof(*th), GFP_KERNEL);

	if (!th)
		return NULL;
	th->task = t;
	th->process = p;
	t->thread = th;
	t->process = p;
	local_bh_disable();
	list_add_tail(&th->entry, &p->threads);
	local_bh_enable();
	return th;
}

static void thread_free(struct thread *th)
{
	local_bh_disable();
	list_del(&th->entry);
	local_bh_enable();
	th->task->thread = NULL;
	th->task->process = NULL;
	kfree(th);
}

/**
 * process_create_init() - Make process 1 out of a new task.
 * @t:	   created, not started; its process, thread, files and fs are set.
 * @files: its descriptors; the reference becomes the task's.
 *
 * Context: boot task.
 * Return:  0 or -ENOMEM.
 */
int process_create_init(struct task *t, struct files_struct *files)
{
	int pid = alloc_pid();
	struct process *p = process_alloc(pid);

	if (!p)
		return -ENOMEM;
	p->fs = fs_create(root_inode, 0022);
	if (!p->fs || !thread_alloc(p, t))
		return -ENOMEM;
	p->pgid = pid;
	p->sid = pid;
	p->rlimit[RLIMIT_NOFILE] =
		(struct rlimit64){ files->rlimit_nofile, NR_OPEN_MAX };
	t->pid = pid;
	t->files = files;
	t->user = true;
	list_add_tail(&p->all, &process_list);
	return 0;
}

/* --- clone --- */

/* First code of a child: into ring 3 with its copy of the frame. */
static void child_starts(void *arg)
{
	struct pt_regs regs = *(struct pt_regs *)arg;
	struct task *t = current;
	struct thread *th = t->thread;

	kfree(arg);
	t->user_regs = (struct pt_regs *)t->kstack_top - 1;
	/* CLONE_CHILD_SETTID: in the child's own memory. */
	if (th->fault_info.si_addr) {
		(void)put_user(t->pid, (int __user *)th->fault_info.si_addr);
		th->fault_info.si_addr = 0;
	}
	return_to_user(&regs);
}

static int copy_files(struct task *t, u64 flags)
{
	struct files_struct *files = current->files;

	if (flags & CLONE_FILES) {
		files->refcount++;
		t->files = files;
		return 0;
	}
	t->files = files_dup(files);
	return t->files ? 0 : -ENOMEM;
}

static int copy_mm(struct task *t, u64 flags)
{
	if (flags & CLONE_VM) {
		mm_get(current->mm);
		t->mm = current->mm;
	} else {
		t->mm = mm_fork(current->mm);
	}
	if (!t->mm)
		return -ENOMEM;
	t->cr3 = t->mm->root;
	return 0;
}

/* What a new process takes from its parent. */
static struct process *process_fork(const struct clone_request *req, int pid)
{
	struct process *parent = current->process;
	struct process *p = process_alloc(pid);

	if (!p)
		return NULL;
	p->pgid = parent->pgid;
	p->sid = parent->sid;
	p->exit_signal = req->exit_signal;
	p->caps = parent->caps;
	memcpy(p->action, parent->action, sizeof(p->action));
	memcpy(p->rlimit, parent->rlimit, sizeof(p->rlimit));
	if (req->flags & CLONE_FS) {
		p->fs = parent->fs;
		p->fs->refcount++;
	} else {
		p->fs = fs_create(parent->fs->cwd, parent->fs->umask);
	}
	if (!p->fs) {
		process_put(p);
		return NULL;
	}
	p->parent = parent;
	list_add_tail(&p->sibling, &parent->children);
	local_bh_disable();
	list_add_tail(&p->all, &process_list);
	local_bh_enable();
	return p;
}

static void process_unlink(struct process *p)
{
	list_del_init(&p->sibling);
	local_bh_disable();
	list_del_init(&p->all);
	local_bh_enable();
	process_put(p);
}

/* The child's first frame: the parent's, with its own stack and result 0. */
static struct pt_regs *child_frame(const struct clone_request *req)
{
	struct pt_regs *regs = kmalloc(sizeof(*regs), GFP_KERNEL);

	if (!regs)
		return NULL;
	*regs = *task_pt_regs(current);
	regs->ax = 0;
	if (req->stack)
		regs->sp = req->stack;
	return regs;
}

/* Everything of the child but its start; ERR_PTR() without memory or number. */
static struct task *build_child(const struct clone_request *req)
{
	struct task *cur = current, *t;
	struct process *p = cur->process;
	int err = -ENOMEM, pid = alloc_pid();
	struct pt_regs *regs = pid < 0 ? NULL : child_frame(req);

	if (!regs)
		return ERR_PTR(err);
	t = task_create(cur->name, child_starts, regs);
	if (!t)
		goto out_regs;
	t->pid = pid;
	if (!(req->flags & CLONE_THREAD)) {
		p = process_fork(req, pid);
		if (!p)
			goto out_task;
	}
	if (!thread_alloc(p, t))
		goto out_process;
	if (copy_files(t, req->flags) != 0)
		goto out_thread;
	if (copy_mm(t, req->flags) != 0)
		goto out_files;
	t->user = true;
	t->fs_base = req->flags & CLONE_SETTLS ? req->tls : cur->fs_base;
	t->gs_base = cur->gs_base;
	t->sigblocked = cur->sigblocked;
	if (p->stop_signal)
		t->sigpending = SIGBIT(SIGSTOP);
	fpu_copy_to(t);
	if (!(req->flags & CLONE_VM) || (req->flags & CLONE_VFORK)) {
		t->thread->sas_sp = cur->thread->sas_sp;
		t->thread->sas_size = cur->thread->sas_size;
	}
	/* What came for the group so far may have missed the child: the
	 * parent takes it first, and then forks. */
	err = -ERESTARTNOINTR;
	if (!(req->flags & CLONE_THREAD) &&
	    (task_signal_pending() || cur->process->stop_signal))
		goto out_mm;
	return t;

out_mm:
	mm_put(t->mm);
out_files:
	files_put(t->files);
	t->files = NULL;
out_thread:
	thread_free(t->thread);
out_process:
	if (p != cur->process) {
		fs_put(p->fs);
		process_unlink(p);
	}
out_task:
	task_destroy(t);
out_regs:
	kfree(regs);
	return ERR_PTR(err);
}

/* vfork(): not before the child has another address space, or none. */
static void wait_for_vfork(struct process *child)
{
	struct wait_queue_entry w;

	init_waitqueue_entry(&w, current);
	for (;;) {
		prepare_to_wait(&child->vfork_done, &w);
		if (child->vfork_released)
			break;
		if (current->sigpending & SIGBIT(SIGKILL))
			break;
		task_block();
	}
	finish_wait(&child->vfork_done, &w);
}

/**
 * process_release_vfork() - Let a parent that waits in vfork() go on.
 * @p: the child.
 *
 * Context: task.
 */
void process_release_vfork(struct process *p)
{
	p->vfork_released = true;
	wake_up(&p->vfork_done);
}

static int check_clone_flags(u64 flags)
{
	if (flags & CLONE_NEW_MASK)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	return 0;
}

/* Whether another program has been killed and has not yet come to its end. */
static bool somebody_is_ending(void)
{
	const struct process *p;
	const struct thread *th;

	list_for_each_entry (p, &process_list, all) {
		if (p == current->process || list_empty(&p->threads))
			continue;
		th = list_first_entry(&p->threads, struct thread, entry);
		if (p->group_exiting ||
		    (th->task->sigpending & SIGBIT(SIGKILL)))
			return true;
	}
	return false;
}

/* Who was killed gives memory back as soon as it runs: for a while, that is no
 * lack of it. */
static struct task *build_child_patiently(const struct clone_request *req)
{
	struct task *t = build_child(req);
	int tries = 1000;

	while (t == ERR_PTR(-ENOMEM) && tries-- && !task_signal_pending() &&
	       somebody_is_ending()) {
		task_yield();
		t = build_child(req);
	}
	return t;
}

static long do_clone(const struct clone_request *req)
{
	struct process *child;
	struct task *t;
	int pid, err = check_clone_flags(req->flags);

	if (err)
		return err;
	if (req->stack >= USER_SPACE_END || req->tls >= USER_SPACE_END)
		return -EPERM;
	t = build_child_patiently(req);
	if (IS_ERR(t))
		return PTR_ERR(t);
	pid = t->pid;
	child = t->process;
	if (req->flags & CLONE_PARENT_SETTID)
		(void)put_user(pid, req->parent_tid);
	if (req->flags & CLONE_CHILD_CLEARTID)
		t->thread->clear_child_tid = (__force u64)req->child_tid;
	if (req->flags & CLONE_CHILD_SETTID)
		t->thread->fault_info.si_addr = (__force u64)req->child_tid;
	process_get(child);
	task_start(t);
	if (req->flags & CLONE_VFORK)
		wait_for_vfork(child);
	process_put(child);
	return pid;
}

SYSCALL_DEFINE5(clone, u64, flags, u64, stack, int __user *, parent_tid,
		int __user *, child_tid, u64, tls)
{
	struct clone_request req = {
		.flags = flags & ~0xffULL,
		.exit_signal = (int)(flags & 0xff),
		.stack = stack,
		.tls = tls,
		.parent_tid = parent_tid,
		.child_tid = child_tid,
	};

	if (req.exit_signal > NSIG)
		return -EINVAL;
	return do_clone(&req);
}

/* uAPI linux/sched.h, CLONE_ARGS_SIZE_VER0 */
struct clone_args {
	u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack;
	u64 stack_size, tls;
};

SYSCALL_DEFINE2(clone3, const struct clone_args __user *, uargs, size_t, size)
{
	struct clone_args a;
	struct clone_request req;

	if (size < sizeof(a) || size > PAGE_SIZE)
		return -EINVAL;
	if (copy_from_user(&a, uargs, sizeof(a)))
		return -EFAULT;
	if ((a.flags & 0xff) || a.exit_signal > NSIG ||
	    a.stack_size > USER_SPACE_END || a.stack > USER_SPACE_END)
		return -EINVAL;
	req = (struct clone_request){
		.flags = a.flags,
		.exit_signal = (int)a.exit_signal,
		.stack = a.stack ? a.stack + a.stack_size : 0,
		.tls = a.tls,
		.parent_tid = (int __user *)a.parent_tid,
		.child_tid = (int __user *)a.child_tid,
	};
	return do_clone(&req);
}

SYSCALL_DEFINE0(fork)
{
	struct clone_request req = { .exit_signal = SIGCHLD };

	return do_clone(&req);
}

SYSCALL_DEFINE0(vfork)
{
	struct clone_request req = { .flags = CLONE_VM | CLONE_VFORK,
				     .exit_signal = SIGCHLD };

	return do_clone(&req);
}

/* --- exit --- */

/**
 * process_cpu_ns() - How long the threads of a process have had the CPU.
 * @p: it; a zombie keeps the sum.
 *
 * Context: task.
 */
u64 process_cpu_ns(const struct process *p)
{
	const struct thread *th;
	u64 ns = p->ended_ns;

	list_for_each_entry (th, &p->threads, entry)
		ns += task_cpu_ns(th->task);
	return ns;
}

/**
 * process_reap() - Forget a zombie.
 * @p: it; freed, unless somebody looks at it.
 *
 * Context: task.
 */
void process_reap(struct process *p)
{
	process_unlink(p);
}

static bool parent_ignores(const struct process *parent)
{
	const struct ksigaction *a = &parent->action[SIGCHLD - 1];

	return a->handler == SIG_IGN || (a->flags & SA_NOCLDWAIT);
}

/**
 * process_news() - What siginfo tells of a child.
 * @p: it ended, or stopped, or goes on.
 *
 * Context: any.
 * Return:  one of CLD_*, its number, and the status or signal.
 */
struct signal_source process_news(const struct process *p)
{
	int sig = p->exit_code & 0x7f;

	if (!p->zombie)
		return (struct signal_source){ p->stop_news, p->pid,
					       p->stop_news == CLD_STOPPED
						       ? p->stop_code
						       : SIGCONT };
	return (struct signal_source){ sig ? CLD_KILLED : CLD_EXITED, p->pid,
				       sig ? sig : p->exit_code >> 8 };
}

/* Tell @parent of its child's end, or do away with the child. */
static void tell_parent(struct process *p, struct process *parent)
{
	if (p->exit_signal)
		signal_send(parent, p->exit_signal, process_news(p));
	if (p->exit_signal == SIGCHLD && parent_ignores(parent))
		process_reap(p);
	wake_up(&parent->child_exit);
}

static void give_children_to_init(struct process *p)
{
	struct process *init = process_find(1), *c, *n;

	list_for_each_entry_safe (c, n, &p->children, sibling) {
		c->parent = init;
		list_move_tail(&c->sibling, &init->children);
		c->exit_signal = SIGCHLD;
		if (c->zombie)
			tell_parent(c, init);
		else
			process_end_orphans(c, p);
	}
}

/* The last thread of @p is gone. */
static void process_ends(struct process *p)
{
	if (p->pid == 1)
		init_ended(p->exit_code);
	p->zombie = true;
	give_children_to_init(p);
	process_end_orphans(p, p->parent);
	if (p->alarm) {
		hrtimer_cancel(p->alarm);
		kfree(p->alarm);
		p->alarm = NULL;
	}
	fs_put(p->fs);
	p->fs = NULL;
	process_release_vfork(p);
	tell_parent(p, p->parent);
}

/* Drop what the thread holds of its program, then the thread. */
static void thread_exit(void) __noreturn;
static void thread_exit(void)
{
	struct task *t = current;
	struct process *p = t->process;
	struct mm *mm = t->mm;
	u64 tid_addr = t->thread->clear_child_tid;

	if (p->threads.next != p->threads.prev)
		signal_hand_over(t->thread);
	if (tid_addr && mm->refcount > 1) {
		(void)put_user(0, (int __user *)tid_addr);
		futex_wake(mm, tid_addr, 1, ~0U);
	}
	files_put(t->files);
	task_set_files(t, NULL);
	if (mm) {
		t->mm = NULL;
		task_set_cr3(kernel_root);
		mm_put(mm);
	}
	p->ended_ns += task_cpu_ns(t);
	memcpy(p->comm, t->name, sizeof(p->comm));
	thread_free(t->thread);
	if (list_empty(&p->threads))
		process_ends(p);
	task_exit();
}

static void kill_other_threads(struct process *p)
{
	struct thread *th;

	list_for_each_entry (th, &p->threads, entry) {
		if (th->task == current)
			continue;
		pending_add(&th->task->sigpending, SIGBIT(SIGKILL));
		task_wake(th->task);
	}
}

/**
 * process_exit_group() - End the current program.
 * @code: as wait4() tells it: status << 8, or the signal's number.
 *
 * Context: task of a program.
 */
void process_exit_group(int code)
{
	struct process *p = current->process;

	if (!p->group_exiting) {
		p->group_exiting = true;
		p->exit_code = code;
		kill_other_threads(p);
	}
	thread_exit();
}

/**
 * process_kill_other_threads() - Only the caller's thread remains: exec.
 *
 * Context: task of a program; sleeps until the others are gone.
 */
void process_kill_other_threads(void)
{
	struct process *p = current->process;

	/* They must leave by their own thread_exit(), not end the program. */
	kill_other_threads(p);
	p->group_exiting = true;
	while (p->threads.next != p->threads.prev)
		task_yield();
	p->group_exiting = false;
	current->pid = p->pid; /* the first thread may be gone already */
}

SYSCALL_DEFINE1(exit, int, status)
{
	struct process *p = current->process;

	if (p->threads.next == p->threads.prev)
		process_exit_group((status & 0xff) << 8);
	thread_exit();
}

SYSCALL_DEFINE1(exit_group, int, status)
{
	process_exit_group((status & 0xff) << 8);
}

/* --- identity --- */

/**
 * task_tgid() - The number of the program that runs.
 *
 * Context: task.
 * Return:  it; 0 for a task of the kernel's own.
 */
int task_tgid(void)
{
	return current->process ? current->process->pid : 0;
}

SYSCALL_DEFINE0(getpid)
{
	return current->process->pid;
}

SYSCALL_DEFINE0(gettid)
{
	return current->pid;
}

SYSCALL_DEFINE0(getppid)
{
	struct process *parent = current->process->parent;

	return parent ? parent->pid : 0;
}

SYSCALL_DEFINE1(set_tid_address, u64, addr)
{
	current->thread->clear_child_tid = addr;
	return current->pid;
}

static struct process *self_or(int pid)
{
	return pid ? process_find(pid) : current->process;
}

SYSCALL_DEFINE1(getpgid, int, pid)
{
	struct process *p = self_or(pid);

	return p ? p->pgid : -ESRCH;
}

SYSCALL_DEFINE0(getpgrp)
{
	return current->process->pgid;
}

SYSCALL_DEFINE1(getsid, int, pid)
{
	struct process *p = self_or(pid);

	return p ? p->sid : -ESRCH;
}

SYSCALL_DEFINE2(setpgid, int, pid, int, pgid)
{
	struct process *me = current->process, *p = self_or(pid), *q;

	if (pgid < 0)
		return -EINVAL;
	if (!p || (p != me && p->parent != me))
		return -ESRCH;
	if (p->sid != me->sid || p->pid == p->sid)
		return -EPERM;
	if (pgid == 0)
		pgid = p->pid;
	if (pgid == p->pid) {
		p->pgid = pgid;
		return 0;
	}
	list_for_each_entry (q, &process_list, all) {
		if (q->pgid == pgid && q->sid == me->sid) {
			p->pgid = pgid;
			return 0;
		}
	}
	return -EPERM;
}

SYSCALL_DEFINE0(setsid)
{
	struct process *p = current->process, *q;

	list_for_each_entry (q, &process_list, all) {
		if (q->pgid == p->pid)
			return -EPERM;
	}
	p->sid = p->pid;
	p->pgid = p->pid;
	return p->pid;
}

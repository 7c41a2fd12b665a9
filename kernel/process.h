/* SPDX-License-Identifier: MIT */
/*
 * DOC: programs. A process owns what its threads share: identity, children,
 * signal actions, working directory, limits. A thread is one task of it. The
 * address space and the descriptors hang on the task (kernel/sched.h) and are
 * counted, because vfork() shares them between processes.
 */
#pragma once

#include "kernel/mm.h"
#include "kernel/sched.h"
#include "kernel/vfs.h"
#include "lib/uapi/resource.h"
#include "lib/uapi/signal.h"
#include "lib/wait.h"

#define PID_MAX 32768
/* Of times(), and of times in /proc: AT_CLKTCK is 100. */
#define NSEC_PER_TICK (10 * NSEC_PER_MSEC)

struct fs_struct {
	u32 refcount;
	struct inode *cwd; /* a reference */
	u32 umask;
};

struct cap_sets {
	u64 effective, permitted, inheritable; /* bit n: CAP_ number n */
};
/* Root's. */
extern const struct cap_sets cap_full;

/* A signal in a set of them. */
#define SIGBIT(sig) BIT((sig)-1)

/* What siginfo tells of a pending signal. */
struct signal_source {
	s32 code, pid, status;
};
#define SIGNAL_FROM_KERNEL ((struct signal_source){ .code = SI_KERNEL })

struct process {
	int pid; /* also the tid of its first thread */
	int pgid, sid;
	u32 refcount; /* the table's, a vfork parent's, inodes' of /proc */
	struct process *parent; /* NULL: init, or parent gone with init */
	struct list_head children;
	struct list_head sibling; /* in parent->children */
	struct list_head all;     /* in process_list */
	struct list_head threads; /* of struct thread; empty: a zombie */
	struct wait_queue_head child_exit; /* wait4() of this process */
	struct wait_queue_head vfork_done;
	bool vfork_released; /* exec'd or ended: the parent may go on */
	bool zombie;
	bool group_exiting;
	int exit_signal; /* to the parent when it ends */
	int exit_code;   /* as wait4() tells it: status << 8 | signal */
	int stop_signal; /* it stands still because of this one; 0: it runs */
	int stop_code;   /* the last such */
	int stop_news;   /* for wait4(): CLD_STOPPED, CLD_CONTINUED; 0: none */
	struct fs_struct *fs;
	struct ksigaction action[NSIG];
	u64 sigpending; /* what came while every thread blocked it */
	struct signal_source source[NSIG]; /* of these */
	struct rlimit64 rlimit[RLIM_NLIMITS];
	struct hrtimer *alarm; /* ITIMER_REAL; NULL: never used */
	u64 start_ns;
	u64 ended_ns; /* CPU time of threads that have ended ... */
	u64 child_ns; /* ... and of children that were waited for */
	struct cap_sets caps;
	char comm[TASK_COMM_LEN]; /* of a zombie; else the tasks know */
};

struct thread {
	struct task *task;
	struct process *process;
	struct list_head entry; /* in process->threads */
	u64 clear_child_tid;    /* user address; 0: none */
	u64 sas_sp, sas_size;   /* alternate signal stack; size 0: none */
	u64 saved_blocked;      /* mask to put back after sigsuspend, ppoll */
	bool restore_blocked;
	u64 sigwait; /* rt_sigtimedwait() waits for one of these */
	struct siginfo fault_info;         /* of the last synchronous signal */
	struct signal_source source[NSIG]; /* of the pending ones */
};

extern struct list_head process_list;

/* Into a set of pending signals, and out of one: an instruction each, for a
 * softirq may come in between two. */
static inline void pending_add(u64 *pending, u64 set)
{
	__asm__("orq %1, %0" : "+m"(*pending) : "r"(set) : "cc");
}

static inline void pending_remove(u64 *pending, u64 set)
{
	__asm__("andq %1, %0" : "+m"(*pending) : "r"(~set) : "cc");
}

/* process.c */
/* Boot: make @t, created and not started, process 1. */
int process_create_init(struct task *t,
			struct files_struct *files) __must_check;
struct process *process_find(int pid);
void process_get(struct process *p);
void process_put(struct process *p);
/* A process that nobody knows any more, though somebody may look at it. */
static inline bool process_is_gone(const struct process *p)
{
	return list_empty(&p->all);
}
u64 process_cpu_ns(const struct process *p);
/* The number that was given last. */
int process_last_pid(void);
/* The calling thread's whole program ends, as if by wait status @code. */
void process_exit_group(int code) __noreturn;
/* Every other thread of the current process ends before exec goes on. */
void process_kill_other_threads(void);
/* A parent that waits in vfork() may go on. */
void process_release_vfork(struct process *p);
void fs_put(struct fs_struct *fs);
/* What siginfo tells of a child that ended, stopped or goes on. */
struct signal_source process_news(const struct process *p);

/* A zombie that nobody will wait for any more. */
void process_reap(struct process *p);

/* jobctl.c */
bool process_group_is_orphaned(int pgid);
void process_stop(struct process *p, int sig);
void process_continue(struct process *p);
void process_wait_stopped(void);
void process_end_orphans(const struct process *p, const struct process *parent);

/* init.c: run the first program; the boot task calls it last. */
void run_init_program(void) __noreturn;
/* @hook runs in the boot task once process 1 has ended, before the machine
 * does: what was handed to the network gets its time. May sleep. */
void init_set_end_hook(void (*hook)(void));
/* Called when process 1 has ended: the machine ends with it. */
void init_ended(int code) __noreturn;

/* exec.c */
struct exec_args {
	char **argv, **envp; /* kernel copies */
	u32 argc, envc;
	size_t bytes; /* of all strings with their zeros */
};
int exec_program(const char *path, const struct exec_args *args) __must_check;

/* sys.c */
extern struct new_utsname uts;

/* signal.c */
void signal_restore_mask(struct pt_regs *regs);
void signal_set_blocked(struct task *t, u64 set);
void signal_send(struct process *p, int sig, struct signal_source from);
void signal_send_task(struct task *t, int sig, struct signal_source from);
/* Before a thread ends, and others of its program do not. */
void signal_hand_over(struct thread *th);
/* To each process of the group; how many got it. */
int signal_send_group(int pgid, int sig, struct signal_source from);
/* Of the current thread and its program: whether a signal of the set (bit n-1:
 * signal n) is pending; and the lowest one, 0 if there is none, no longer
 * pending. */
bool signal_is_pending(u64 set);
int signal_take(u64 set, struct siginfo *info);
void force_signal(int sig, int code, u64 addr);
void signal_reset_for_exec(struct process *p);
bool signal_is_ignored(const struct process *p, int sig);

/* sigframe.c */
bool signal_build_frame(struct pt_regs *regs, const struct ksigaction *a,
			const struct siginfo *info, u64 mask) __must_check;

/* signalfd.c: woken whenever a signal becomes pending */
extern struct wait_queue_head signalfd_wait;

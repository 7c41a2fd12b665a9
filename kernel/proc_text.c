// SPDX-License-Identifier: MIT
/*
 * DOC: what /proc/PID tells of a process, and /proc/PID/task/TID of a thread:
 * the fields of proc(5), in its forms. What this machine has not is 0, as a
 * Linux without it says. Called by kernel/textfile.c; the argument is the
 * inode (kernel/procfs.c). State: none.
 */
#include "kernel/procfs_int.h"
#include "lib/uapi/mman.h"
#include "lib/vsprintf.h"

#define PAGE_KIB (PAGE_SIZE / 1024)
/* ttyS0, the only terminal. */
#define TTY_NR makedev(4, 64)
/* Where a name begins in a line of maps. */
#define MAPS_NAME 73

/* The process of a read; NULL: it has gone. @t: its thread; NULL: a zombie. */
static struct process *subject(const void *arg, struct task **t)
{
	const struct proc_inode *pi = arg;

	*t = proc_task(pi);
	if (process_is_gone(pi->process) || (pi->tid && !*t))
		return NULL;
	return pi->process;
}

static struct mm *subject_mm(const void *arg)
{
	const struct task *t = proc_task(arg);

	return t ? t->mm : NULL;
}

static const char *comm(const struct process *p, const struct task *t)
{
	return t ? t->name : p->comm;
}

/* "S (sleeping)", of which stat has the first letter. */
static const char *state(const struct process *p, const struct task *t)
{
	if (!t)
		return "Z (zombie)";
	if (p->stop_signal)
		return "T (stopped)";
	return t->state == TASK_RUNNING ? "R (running)" : "S (sleeping)";
}

static u32 nr_threads(const struct process *p)
{
	const struct thread *th;
	u32 n = 0;

	list_for_each_entry (th, &p->threads, entry)
		n++;
	return n;
}

/* Which signals have @handler; 1 (SIG_IGN), or 0 for handlers of its own. */
static u64 signals(const struct process *p, u64 handler)
{
	u64 set = 0, h;
	u32 i;

	for (i = 0; i < NSIG; i++) {
		h = p->action[i].handler;
		if (handler ? h == handler : h > SIG_IGN)
			set |= BIT(i);
	}
	return set;
}

/* Bytes of an address space, by what they are for. */
struct mm_sizes {
	u64 all, text, data, stack;
	u64 start_code, end_code;
};

static struct mm_sizes mm_sizes(const struct mm *mm)
{
	struct mm_sizes s = { 0 };
	const struct vm_area *a;
	u64 len;

	if (!mm)
		return s;
	list_for_each_entry (a, &mm->areas, entry) {
		len = a->end - a->start;
		s.all += len;
		if (a->end == USER_STACK_TOP) {
			s.stack += len;
		} else if ((a->prot & PROT_EXEC) && a->file) {
			if (a->file == mm->exe && !s.text) {
				s.start_code = a->start;
				s.end_code = a->end;
			}
			s.text += len;
		} else if ((a->prot & PROT_WRITE) && !a->shared) {
			s.data += len;
		}
	}
	return s;
}

/* --- stat, statm, status --- */

static ssize_t show_stat(const void *arg, char *text, size_t size)
{
	const struct proc_inode *pi = arg;
	struct task *t;
	const struct process *p = subject(arg, &t);
	const struct mm *mm = t ? t->mm : NULL;
	struct mm_sizes s = mm_sizes(mm);
	int n;

	if (!p)
		return -ESRCH;
	n = scnprintf(text, size, "%d (%s) %c %d %d %d %llu %d 4194560 ",
		      pi->tid ?: p->pid, comm(p, t), state(p, t)[0],
		      p->parent ? p->parent->pid : 0, p->pgid, p->sid, TTY_NR,
		      tty_foreground());
	n += scnprintf(text + n, size - (size_t)n,
		       "0 0 0 0 %llu 0 %llu 0 20 0 %u 0 %llu %llu %llu %llu ",
		       (pi->tid ? task_cpu_ns(t) : process_cpu_ns(p)) /
			       NSEC_PER_TICK,
		       p->child_ns / NSEC_PER_TICK, nr_threads(p),
		       p->start_ns / NSEC_PER_TICK, s.all,
		       mm ? mm->nr_pages : 0, RLIM_INFINITY);
	n += scnprintf(text + n, size - (size_t)n,
		       "%llu %llu 0 0 0 %llu %llu %llu %llu 0 0 0 %d 0 0 0 0 "
		       "0 0 0 0 ",
		       s.start_code, s.end_code, t ? t->sigpending : 0,
		       t ? t->sigblocked : 0, signals(p, SIG_IGN),
		       signals(p, 0), p->exit_signal);
	return n + scnprintf(text + n, size - (size_t)n,
			     "%llu %llu %llu %llu %llu %d\n",
			     mm ? mm->brk_start : 0, mm ? mm->arg_start : 0,
			     mm ? mm->env_start : 0, mm ? mm->env_start : 0,
			     mm ? mm->env_end : 0,
			     p->zombie ? p->exit_code : 0);
}

static ssize_t show_statm(const void *arg, char *text, size_t size)
{
	struct task *t;
	const struct process *p = subject(arg, &t);
	const struct mm *mm = t ? t->mm : NULL;
	struct mm_sizes s = mm_sizes(mm);

	if (!p)
		return -ESRCH;
	return scnprintf(text, size, "%llu %llu 0 %llu 0 %llu 0\n",
			 s.all / PAGE_SIZE, mm ? mm->nr_pages : 0,
			 s.text / PAGE_SIZE, (s.data + s.stack) / PAGE_SIZE);
}

static int put_memory(const struct mm *mm, char *text, size_t size)
{
	struct mm_sizes s = mm_sizes(mm);

	if (!mm)
		return 0;
	return scnprintf(text, size,
			 "VmSize:\t%8llu kB\n"
			 "VmRSS:\t%8llu kB\n"
			 "VmData:\t%8llu kB\n"
			 "VmStk:\t%8llu kB\n"
			 "VmExe:\t%8llu kB\n"
			 "VmLib:\t%8llu kB\n"
			 "VmSwap:\t%8u kB\n",
			 s.all / 1024, mm->nr_pages * PAGE_KIB, s.data / 1024,
			 s.stack / 1024, (s.end_code - s.start_code) / 1024,
			 (s.text - (s.end_code - s.start_code)) / 1024, 0U);
}

static int put_sets(const struct process *p, const struct task *t, char *text,
		    size_t size)
{
	return scnprintf(text, size,
			 "Threads:\t%u\n"
			 "SigPnd:\t%016llx\n"
			 "SigBlk:\t%016llx\n"
			 "SigIgn:\t%016llx\n"
			 "SigCgt:\t%016llx\n"
			 "CapInh:\t%016llx\n"
			 "CapPrm:\t%016llx\n"
			 "CapEff:\t%016llx\n"
			 "CapBnd:\t%016llx\n"
			 "CapAmb:\t%016x\n"
			 "NoNewPrivs:\t0\n"
			 "Seccomp:\t0\n"
			 "Cpus_allowed:\t1\n"
			 "Cpus_allowed_list:\t0\n",
			 nr_threads(p), t ? t->sigpending : 0,
			 t ? t->sigblocked : 0, signals(p, SIG_IGN),
			 signals(p, 0), p->caps.inheritable, p->caps.permitted,
			 p->caps.effective, cap_full.permitted, 0U);
}

static ssize_t show_status(const void *arg, char *text, size_t size)
{
	const struct proc_inode *pi = arg;
	struct task *t;
	const struct process *p = subject(arg, &t);
	int n;

	if (!p)
		return -ESRCH;
	n = scnprintf(text, size,
		      "Name:\t%s\n"
		      "Umask:\t%04o\n"
		      "State:\t%s\n"
		      "Tgid:\t%d\n"
		      "Ngid:\t0\n"
		      "Pid:\t%d\n"
		      "PPid:\t%d\n"
		      "TracerPid:\t0\n"
		      "Uid:\t0\t0\t0\t0\n"
		      "Gid:\t0\t0\t0\t0\n"
		      "FDSize:\t%u\n"
		      "Groups:\t \n",
		      comm(p, t), p->fs ? p->fs->umask : 0, state(p, t), p->pid,
		      pi->tid ?: p->pid, p->parent ? p->parent->pid : 0,
		      t && t->files ? t->files->max_fds : 0);
	n += put_memory(t ? t->mm : NULL, text + n, size - (size_t)n);
	return n + put_sets(p, t, text + n, size - (size_t)n);
}

/* --- names --- */

static ssize_t show_comm(const void *arg, char *text, size_t size)
{
	struct task *t;
	const struct process *p = subject(arg, &t);

	return p ? scnprintf(text, size, "%s\n", comm(p, t)) : -ESRCH;
}

static int store_comm(const void *arg, const char *text)
{
	struct task *t;
	const struct process *p = subject(arg, &t);

	if (!p || !t)
		return -ESRCH;
	if (p != current->process)
		return -EINVAL;
	strscpy(t->name, text, sizeof(t->name));
	return 0;
}

/* Memory of the process from *@pos on, up to @end. */
static ssize_t show_memory(struct mm *mm, u64 start, u64 end, u64 *pos,
			   char *text, size_t size)
{
	size_t n;

	if (!mm || *pos >= end - start)
		return 0;
	n = mm_read(mm, start + *pos, text,
		    min_t(u64, size, end - start - *pos));
	*pos += n;
	return (ssize_t)n;
}

static ssize_t next_cmdline(const void *arg, u64 *pos, char *text, size_t size)
{
	struct mm *mm = subject_mm(arg);

	return mm ? show_memory(mm, mm->arg_start, mm->env_start, pos, text,
				size)
		  : 0;
}

static ssize_t next_environ(const void *arg, u64 *pos, char *text, size_t size)
{
	struct mm *mm = subject_mm(arg);

	return mm ? show_memory(mm, mm->env_start, mm->env_end, pos, text, size)
		  : 0;
}

/* --- maps --- */

static ssize_t area_name(const struct mm *mm, const struct vm_area *a,
			 char *text, size_t size)
{
	if (a->file)
		return file_name(a->file, text, size);
	if (a->end == USER_STACK_TOP)
		return scnprintf(text, size, "[stack]");
	if (a->start < mm->brk && a->end > mm->brk_start)
		return scnprintf(text, size, "[heap]");
	return 0;
}

static ssize_t put_area(const struct mm *mm, const struct vm_area *a,
			char *text, size_t size)
{
	u64 ino = a->file && file_has_inode(a->file) ? file_inode(a->file)->ino
						     : 0;
	int n = scnprintf(
		text, size, "%08llx-%08llx %c%c%c%c %08llx 00:%02x %llu ",
		a->start, a->end, a->prot & PROT_READ ? 'r' : '-',
		a->prot & PROT_WRITE ? 'w' : '-',
		a->prot & PROT_EXEC ? 'x' : '-', a->shared ? 's' : 'p',
		a->file ? a->off : 0, a->file ? RAMFS_DEV : 0, ino);
	int blank = n;
	ssize_t len;

	while (n < MAPS_NAME)
		text[n++] = ' ';
	len = area_name(mm, a, text + n, size - (size_t)n - 1);
	n = len > 0 ? n + (int)len : blank;
	text[n++] = '\n';
	return n;
}

/* *@pos: the end of the last area. */
static ssize_t next_area(const void *arg, u64 *pos, char *text, size_t size)
{
	const struct mm *mm = subject_mm(arg);
	const struct vm_area *a;

	if (!mm)
		return 0;
	list_for_each_entry (a, &mm->areas, entry) {
		if (a->end <= *pos)
			continue;
		*pos = a->end;
		return put_area(mm, a, text, size);
	}
	return 0;
}

/* --- files --- */

static ssize_t show_mounts(const void *arg, char *text, size_t size)
{
	return scnprintf(text, size,
			 "rootfs / rootfs rw 0 0\n"
			 "proc /proc proc rw 0 0\n"
			 "sysfs /sys sysfs rw 0 0\n");
}

static ssize_t show_fdinfo(const void *arg, char *text, size_t size)
{
	const struct proc_inode *pi = arg;
	struct file *f = proc_fd_file(pi);
	struct kstat st;
	int err;

	if (!f)
		return -ENOENT;
	err = file_kstat(f, &st);
	if (err)
		return err;
	return scnprintf(text, size, "pos:\t%lld\nflags:\t0%o\nino:\t%llu\n",
			 f->f_pos,
			 f->f_flags | (fd_cloexec(proc_task(pi)->files, pi->fd)
					       ? O_CLOEXEC
					       : 0),
			 st.ino);
}

const struct text_ops proc_stat_text = { .show = show_stat };
const struct text_ops proc_statm_text = { .show = show_statm };
const struct text_ops proc_status_text = { .show = show_status };
const struct text_ops proc_comm_text = { .show = show_comm,
					 .store = store_comm };
const struct text_ops proc_cmdline_text = { .next = next_cmdline };
const struct text_ops proc_environ_text = { .next = next_environ };
const struct text_ops proc_maps_text = { .next = next_area };
const struct text_ops proc_mounts_text = { .show = show_mounts };
const struct text_ops proc_fdinfo_text = { .show = show_fdinfo };

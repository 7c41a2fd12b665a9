// SPDX-License-Identifier: MIT
/*
 * DOC: the part of /proc that comes and goes: a directory for each process
 * (proc(5)), "self" and "thread-self". Nothing of it is stored: an inode is
 * made when its name is looked up, by kernel/namei.c through the operations of
 * its directory, and goes with its last user. It holds its process's memory,
 * not its life: of one that has gone, reads say ESRCH and names are not there.
 * Inode numbers tell process, thread, entry and descriptor, so the same name
 * has the same number each time.
 *
 * The texts are in kernel/proc_text.c; what belongs to no process is
 * boot/proc.c's. State: none. Tasks only, and nothing here sleeps: no lock.
 */
#include "kernel/procfs_int.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/vsprintf.h"

/* Parts of an inode number. */
#define INO_KIND_SHIFT 20
#define INO_TID_SHIFT  25
#define INO_PID_SHIFT  40
#define INO_PROC       BIT(60)

/* Kinds that are no index of pid_entries. */
enum {
	KIND_SELF = 27,
	KIND_THREAD_SELF,
	KIND_DIR,
	KIND_FD,
	KIND_FDINFO,
};

static struct proc_inode *proc_i(const struct inode *inode)
{
	return container_of((struct inode *)(uintptr_t)inode, struct proc_inode,
			    inode);
}

static u64 ino_of(int pid, int tid, u32 kind, int fd)
{
	return INO_PROC | (u64)pid << INO_PID_SHIFT |
	       (u64)tid << INO_TID_SHIFT | kind << INO_KIND_SHIFT | (u32)fd;
}

/* inode_operations.release; the parent of a directory is iput()'s. */
static void proc_release(struct inode *inode)
{
	process_put(proc_i(inode)->process);
	if (!S_ISDIR(inode->mode))
		iput(inode->parent);
}

static const struct inode_operations text_inode_ops = {
	.release = proc_release,
};

/* What @like says, below @dir, with a reference for the caller. */
static struct inode *make(struct inode *dir, const struct proc_entry *e,
			  u32 kind, const struct proc_inode *like)
{
	struct proc_inode *pi = inode_create_in(sizeof(*pi), e->mode, 0);

	if (!pi)
		return ERR_PTR(-ENOMEM);
	pi->target = e->target;
	pi->process = like->process;
	pi->tid = like->tid;
	pi->fd = like->fd;
	process_get(pi->process);
	pi->inode.ino = ino_of(pi->process->pid, pi->tid, kind, pi->fd);
	pi->inode.nlink = 1;
	pi->inode.parent = dir;
	iget(dir);
	pi->inode.op = e->op ?: &text_inode_ops;
	pi->inode.text = e->text;
	if (e->text)
		pi->inode.txt.arg = pi;
	return &pi->inode;
}

/* A number as the kernel writes it; 0: it is none. */
static u32 number(const char *name)
{
	u32 n;

	if (name[0] < '1' || name[0] > '9' || kstrtou32(name, 10, &n))
		return 0;
	return n;
}

static bool emit_number(struct dir_context *ctx, u32 n, loff_t *pos,
			loff_t next, u64 ino, u32 mode)
{
	char name[12];

	snprintf(name, sizeof(name), "%u", n);
	return dir_emit(ctx, name, pos, next, ino, mode);
}

/**
 * proc_task() - The thread that an inode tells of.
 * @pi: it; of a process, its first thread.
 *
 * Context: task.
 * Return:  the task, which lives until the next sleep; NULL: it has ended.
 */
struct task *proc_task(const struct proc_inode *pi)
{
	struct thread *th;

	list_for_each_entry (th, &pi->process->threads, entry) {
		if (!pi->tid || th->task->pid == pi->tid)
			return th->task;
	}
	return NULL;
}

/* --- open files --- */

static struct files_struct *proc_files(const struct proc_inode *pi)
{
	const struct task *t = proc_task(pi);

	return t ? t->files : NULL;
}

/**
 * proc_fd_file() - The open file that an inode below fd or fdinfo tells of.
 * @pi: it.
 *
 * Context: task.
 * Return:  the file, without a reference; NULL: it was closed.
 */
struct file *proc_fd_file(const struct proc_inode *pi)
{
	const struct files_struct *files = proc_files(pi);

	return files && (u32)pi->fd < files->max_fds ? files->fd[pi->fd] : NULL;
}

static ssize_t path_text(struct inode *inode, char *buf, size_t size)
{
	int n = inode_path(inode, buf, size);

	if (n == -ENOENT)
		return scnprintf(buf, size, "%s (deleted)",
				 inode->old_path ?: "/");
	return n < 0 ? n : n - 1;
}

/**
 * file_name() - What the link to an open file says.
 * @f:    it.
 * @buf:  @size bytes.
 * @size: room.
 *
 * Context: task.
 * Return:  the length, without a zero; or a negative errno.
 */
ssize_t file_name(struct file *f, char *buf, size_t size)
{
	struct kstat st;
	int err;

	if (file_has_inode(f))
		return path_text(file_inode(f), buf, size);
	err = file_kstat(f, &st);
	if (err)
		return err;
	if (st.mode & S_IFMT)
		return scnprintf(buf, size, "%s:[%llu]", f->f_op->name, st.ino);
	return scnprintf(buf, size, "anon_inode:[%s]", f->f_op->name);
}

/* Stands for an open file that is none of the tree's. */
struct file_proxy {
	struct inode inode;
	struct file *file; /* a reference */
};

static struct file *proxied(struct inode *inode)
{
	return container_of(inode, struct file_proxy, inode)->file;
}

static struct file *proxy_open(struct inode *inode, u32 flags)
{
	struct file *f = proxied(inode);

	return f->f_op->reopen ? f->f_op->reopen(f, flags) : ERR_PTR(-ENXIO);
}

static int proxy_getattr(struct inode *inode, struct kstat *st)
{
	return file_kstat(proxied(inode), st);
}

static void proxy_release(struct inode *inode)
{
	fput(proxied(inode));
}

static const struct inode_operations proxy_ops = {
	.open = proxy_open,
	.getattr = proxy_getattr,
	.release = proxy_release,
};

static struct inode *inode_of_file(struct file *f)
{
	struct file_proxy *proxy;
	struct kstat st;
	int err;

	if (file_has_inode(f)) {
		iget(file_inode(f));
		return file_inode(f);
	}
	err = file_kstat(f, &st);
	if (err)
		return ERR_PTR(err);
	proxy = inode_create_in(sizeof(*proxy), st.mode, 0);
	if (!proxy)
		return ERR_PTR(-ENOMEM);
	get_file(f);
	proxy->file = f;
	proxy->inode.op = &proxy_ops;
	return &proxy->inode;
}

static ssize_t fd_readlink(struct inode *inode, char *buf, size_t size)
{
	struct file *f = proc_fd_file(proc_i(inode));

	return f ? file_name(f, buf, size) : -ENOENT;
}

static struct inode *fd_follow(struct inode *inode)
{
	struct file *f = proc_fd_file(proc_i(inode));

	return f ? inode_of_file(f) : ERR_PTR(-ENOENT);
}

static const struct inode_operations fd_link_ops = {
	.readlink = fd_readlink,
	.follow = fd_follow,
	.release = proc_release,
};

/* A link's permissions say what its file was opened for. */
static u32 fd_mode(const struct file *f)
{
	static const u32 mode[] = { 0500, 0300, 0700, 0700 };

	return S_IFLNK | mode[f->f_flags & O_ACCMODE];
}

static const struct proc_entry fdinfo_entry = { .mode = S_IFREG | 0444,
						.text = &proc_fdinfo_text };

static struct inode *fd_make(struct inode *dir, const char *name, bool link)
{
	struct proc_inode like = *proc_i(dir);
	struct proc_entry e = { .op = &fd_link_ops };
	struct file *f;
	u32 fd = number(name);

	if (!fd && strcmp(name, "0") != 0)
		return ERR_PTR(-ENOENT);
	like.fd = (int)fd;
	f = proc_fd_file(&like);
	if (!f)
		return ERR_PTR(-ENOENT);
	if (!link)
		return make(dir, &fdinfo_entry, KIND_FDINFO, &like);
	e.mode = fd_mode(f);
	return make(dir, &e, KIND_FD, &like);
}

static struct inode *fd_lookup(struct inode *dir, const char *name)
{
	return fd_make(dir, name, true);
}

static struct inode *fdinfo_lookup(struct inode *dir, const char *name)
{
	return fd_make(dir, name, false);
}

static void fds_iterate(struct inode *dir, loff_t *pos, struct dir_context *ctx,
			bool link)
{
	const struct proc_inode *pi = proc_i(dir);
	const struct files_struct *files = proc_files(pi);
	u32 fd = (u32)(*pos - DIR_OP_POS);

	for (; files && fd < files->max_fds; fd++) {
		if (!files->fd[fd])
			continue;
		if (!emit_number(ctx, fd, pos, DIR_OP_POS + fd + 1,
				 ino_of(pi->process->pid, pi->tid,
					link ? KIND_FD : KIND_FDINFO, (int)fd),
				 link ? S_IFLNK : S_IFREG))
			return;
	}
}

static void fd_iterate(struct inode *dir, loff_t *pos, struct dir_context *ctx)
{
	fds_iterate(dir, pos, ctx, true);
}

static void fdinfo_iterate(struct inode *dir, loff_t *pos,
			   struct dir_context *ctx)
{
	fds_iterate(dir, pos, ctx, false);
}

static const struct inode_operations fd_dir_ops = {
	.lookup = fd_lookup,
	.iterate = fd_iterate,
	.release = proc_release,
};

static const struct inode_operations fdinfo_dir_ops = {
	.lookup = fdinfo_lookup,
	.iterate = fdinfo_iterate,
	.release = proc_release,
};

/* --- exe, cwd, root --- */

/* Their inode, without a reference; NULL: the process has none any more. */
static struct inode *exe_inode(const struct proc_inode *pi)
{
	const struct task *t = proc_task(pi);

	return t && t->mm && t->mm->exe ? file_inode(t->mm->exe) : NULL;
}

static struct inode *cwd_inode(const struct proc_inode *pi)
{
	const struct fs_struct *fs = pi->process->fs;

	return fs ? fs->cwd : NULL;
}

static struct inode *the_root(const struct proc_inode *pi)
{
	return root_inode;
}

static ssize_t link_readlink(struct inode *link, char *buf, size_t size)
{
	struct inode *to = proc_i(link)->target(proc_i(link));

	return to ? path_text(to, buf, size) : -ENOENT;
}

static struct inode *link_follow(struct inode *link)
{
	struct inode *to = proc_i(link)->target(proc_i(link));

	if (!to)
		return ERR_PTR(-ENOENT);
	iget(to);
	return to;
}

static const struct inode_operations link_ops = {
	.readlink = link_readlink,
	.follow = link_follow,
	.release = proc_release,
};

/* --- a process's directory, and a thread's --- */

/* Its operations look up what is in it, threads too, which have the like. */
static const struct inode_operations pid_dir_ops;

static const struct proc_entry dir_entry = { .mode = S_IFDIR | 0555,
					     .op = &pid_dir_ops };

static struct inode *task_lookup(struct inode *dir, const char *name)
{
	struct proc_inode like = *proc_i(dir);

	like.tid = (int)number(name);
	return like.tid && proc_task(&like)
		       ? make(dir, &dir_entry, KIND_DIR, &like)
		       : ERR_PTR(-ENOENT);
}

/* The least number of a thread that is @from or above; 0: none. */
static int next_tid(const struct process *p, int from)
{
	const struct thread *th;
	int least = 0, tid;

	list_for_each_entry (th, &p->threads, entry) {
		tid = th->task->pid;
		if (tid >= from && (!least || tid < least))
			least = tid;
	}
	return least;
}

static void task_iterate(struct inode *dir, loff_t *pos,
			 struct dir_context *ctx)
{
	const struct process *p = proc_i(dir)->process;
	int tid;

	while ((tid = next_tid(p, (int)(*pos - DIR_OP_POS))) != 0) {
		if (!emit_number(ctx, (u32)tid, pos, DIR_OP_POS + tid + 1,
				 ino_of(p->pid, tid, KIND_DIR, 0), S_IFDIR))
			return;
	}
}

static const struct inode_operations task_dir_ops = {
	.lookup = task_lookup,
	.iterate = task_iterate,
	.release = proc_release,
};

#define TEXT(name_, perm, text_)                                       \
	{                                                              \
		.name = name_, .mode = S_IFREG | (perm), .text = text_ \
	}
#define LINK(name_, target_)                                            \
	{                                                               \
		.name = name_, .mode = S_IFLNK | 0777, .op = &link_ops, \
		.target = target_                                       \
	}
#define DIR(name_, perm, op_)                                      \
	{                                                          \
		.name = name_, .mode = S_IFDIR | (perm), .op = op_ \
	}

static const struct proc_entry pid_entries[] = {
	TEXT("cmdline", 0444, &proc_cmdline_text),
	TEXT("comm", 0644, &proc_comm_text),
	LINK("cwd", cwd_inode),
	TEXT("environ", 0400, &proc_environ_text),
	LINK("exe", exe_inode),
	DIR("fd", 0500, &fd_dir_ops),
	DIR("fdinfo", 0500, &fdinfo_dir_ops),
	TEXT("maps", 0444, &proc_maps_text),
	TEXT("mounts", 0444, &proc_mounts_text),
	LINK("root", the_root),
	TEXT("stat", 0444, &proc_stat_text),
	TEXT("statm", 0444, &proc_statm_text),
	TEXT("status", 0444, &proc_status_text),
	{ .name = "task",
	  .mode = S_IFDIR | 0555,
	  .op = &task_dir_ops,
	  .process_only = true },
};

static struct inode *pid_lookup(struct inode *dir, const char *name)
{
	const struct proc_inode *pi = proc_i(dir);
	u32 i;

	if (process_is_gone(pi->process) || (pi->tid && !proc_task(pi)))
		return ERR_PTR(-ENOENT);
	for (i = 0; i < ARRAY_SIZE(pid_entries); i++) {
		if (strcmp(pid_entries[i].name, name) == 0 &&
		    !(pi->tid && pid_entries[i].process_only))
			return make(dir, &pid_entries[i], i, pi);
	}
	return ERR_PTR(-ENOENT);
}

static void pid_iterate(struct inode *dir, loff_t *pos, struct dir_context *ctx)
{
	const struct proc_inode *pi = proc_i(dir);
	u32 i = (u32)(*pos - DIR_OP_POS);

	if (process_is_gone(pi->process))
		return;
	for (; i < ARRAY_SIZE(pid_entries); i++) {
		if (pi->tid && pid_entries[i].process_only)
			continue;
		if (!dir_emit(ctx, pid_entries[i].name, pos, DIR_OP_POS + i + 1,
			      ino_of(pi->process->pid, pi->tid, i, 0),
			      pid_entries[i].mode))
			return;
	}
}

static const struct inode_operations pid_dir_ops = {
	.lookup = pid_lookup,
	.iterate = pid_iterate,
	.release = proc_release,
};

/* --- /proc --- */

static struct inode *process_dir(struct inode *proc, struct process *p)
{
	struct proc_inode like = { .process = p };

	return p ? make(proc, &dir_entry, KIND_DIR, &like) : ERR_PTR(-ENOENT);
}

static ssize_t self_readlink(struct inode *link, char *buf, size_t size)
{
	return scnprintf(buf, size, "%d", task_tgid());
}

static struct inode *self_follow(struct inode *link)
{
	return process_dir(link->parent, current->process);
}

static ssize_t thread_self_readlink(struct inode *link, char *buf, size_t size)
{
	return scnprintf(buf, size, "%d/task/%d", task_tgid(), current->pid);
}

static struct inode *thread_self_follow(struct inode *link)
{
	struct inode *dir = self_follow(link), *task;
	char name[12];

	if (IS_ERR(dir))
		return dir;
	task = pid_lookup(dir, "task");
	iput(dir);
	if (IS_ERR(task))
		return task;
	snprintf(name, sizeof(name), "%d", current->pid);
	dir = task_lookup(task, name);
	iput(task);
	return dir;
}

static const struct inode_operations self_ops = {
	.readlink = self_readlink,
	.follow = self_follow,
	.release = proc_release,
};

static const struct inode_operations thread_self_ops = {
	.readlink = thread_self_readlink,
	.follow = thread_self_follow,
	.release = proc_release,
};

static const struct proc_entry selves[] = {
	{ .name = "self", .mode = S_IFLNK | 0777, .op = &self_ops },
	{ .name = "thread-self",
	  .mode = S_IFLNK | 0777,
	  .op = &thread_self_ops },
};

static struct inode *proc_lookup(struct inode *dir, const char *name)
{
	struct proc_inode like = { .process = current->process };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(selves) && like.process; i++) {
		if (strcmp(name, selves[i].name) == 0)
			return make(dir, &selves[i], KIND_SELF + i, &like);
	}
	i = number(name);
	return process_dir(dir, i && i < PID_MAX ? process_find((int)i) : NULL);
}

/* The least number of a process that is @from or above; 0: none. */
static int next_pid(int from)
{
	const struct process *p;
	int least = 0;

	list_for_each_entry (p, &process_list, all) {
		if (p->pid >= from && (!least || p->pid < least))
			least = p->pid;
	}
	return least;
}

static void proc_iterate(struct inode *dir, loff_t *pos,
			 struct dir_context *ctx)
{
	loff_t place = *pos - DIR_OP_POS, selves_nr = ARRAY_SIZE(selves);
	int pid;

	for (; place < selves_nr; place++) {
		if (!dir_emit(ctx, selves[place].name, pos,
			      DIR_OP_POS + place + 1,
			      ino_of(task_tgid(), 0, KIND_SELF + (u32)place, 0),
			      S_IFLNK))
			return;
	}
	while (place < selves_nr + PID_MAX &&
	       (pid = next_pid((int)(place - selves_nr))) != 0) {
		place = pid + 1 + selves_nr;
		if (!emit_number(ctx, (u32)pid, pos, DIR_OP_POS + place,
				 ino_of(pid, 0, KIND_DIR, 0), S_IFDIR))
			return;
	}
}

static const struct inode_operations proc_ops = {
	.lookup = proc_lookup,
	.iterate = proc_iterate,
};

/**
 * procfs_init() - Let /proc show the processes.
 *
 * No name can be added to it any more.
 *
 * Context: task, when all else is in it.
 * Return:  0 or a negative errno.
 */
int procfs_init(void)
{
	return dir_set_ops("/proc/", &proc_ops);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: execve(). The new program is built beside the old one: file found,
 * strings copied, address space filled; only when nothing can fail any more
 * does the task change over. Scripts ("#!") are resolved first. Called by
 * the system call and by kernel/init.c for the first program.
 */
#include "kernel/binfmt.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/vsprintf.h"

/* Arguments and environment together, strings and pointers (Linux: a quarter
 * of the stack limit), and how many. */
#define EXEC_MAX_BYTES (USER_STACK_SIZE / 4)
#define EXEC_MAX_ARGS  16384
/* "#!" line read (Linux: BINPRM_BUF_SIZE) and nesting allowed, as in Linux. */
#define SCRIPT_LINE  256
#define SCRIPT_DEPTH 5

static void free_strings(char **s, u32 n)
{
	u32 i;

	for (i = 0; s && i < n; i++)
		kfree(s[i]);
	kfree(s);
}

static void free_args(struct exec_args *args)
{
	free_strings(args->argv, args->argc);
	free_strings(args->envp, args->envc);
}

/* Length with its zero of a program's string, at most @max; or -errno. */
static ssize_t user_strlen(const char __user *s, size_t max)
{
	char piece[256];
	size_t done = 0;
	ssize_t n;

	while (done < max) {
		n = strncpy_from_user(piece, s + done, sizeof(piece));
		if (n < 0)
			return n;
		if (n < (ssize_t)sizeof(piece))
			return (ssize_t)done + n + 1;
		done += sizeof(piece);
	}
	return -E2BIG;
}

static char *copy_string(const char __user *s, size_t *bytes)
{
	ssize_t n = user_strlen(s, EXEC_MAX_BYTES - *bytes);
	char *copy;

	if (n < 0)
		return ERR_PTR(n);
	if ((size_t)n > EXEC_MAX_BYTES - *bytes)
		return ERR_PTR(-E2BIG);
	copy = kmalloc((size_t)n, GFP_KERNEL);
	if (!copy)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(copy, s, (size_t)n)) {
		kfree(copy);
		return ERR_PTR(-EFAULT);
	}
	copy[n - 1] = 0; /* another thread may have written meanwhile */
	*bytes += (size_t)n;
	return copy;
}

static int count_strings(const u64 __user *ptrs, u32 *count)
{
	u64 p;

	for (*count = 0; ptrs; (*count)++) {
		if (get_user(p, ptrs + *count))
			return -EFAULT;
		if (!p)
			break;
		if (*count == EXEC_MAX_ARGS)
			return -E2BIG;
	}
	return 0;
}

/* An array of strings, ended by NULL, into kernel memory. */
static int copy_strings(const u64 __user *ptrs, char ***res, u32 *count,
			size_t *bytes)
{
	u32 n, i;
	char **s;
	u64 p;
	int err = count_strings(ptrs, &n);

	if (err)
		return err;
	s = kcalloc((size_t)n + 1, sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (get_user(p, ptrs + i)) {
			err = -EFAULT;
			goto out_free;
		}
		s[i] = copy_string((const char __user *)p, bytes);
		if (IS_ERR(s[i])) {
			err = (int)PTR_ERR(s[i]);
			goto out_free;
		}
	}
	*res = s;
	*count = n;
	return 0;

out_free:
	free_strings(s, i);
	return err;
}

/**
 * open_exec() - Open a program, or a program's interpreter.
 * @path: of it.
 *
 * Context: task.
 * Return:  the file; what opening says; -EACCES for no executable file.
 */
struct file *open_exec(const char *path)
{
	struct file *file = vfs_open(AT_FDCWD, path, O_RDONLY, 0);

	/* A fifo, or a device that nobody drives. */
	if (file == ERR_PTR(-ENXIO))
		return ERR_PTR(-EACCES);
	if (IS_ERR(file))
		return file;
	if (!file_is_ramfs_regular(file) || !(file_inode(file)->mode & 0111)) {
		fput(file);
		return ERR_PTR(-EACCES);
	}
	return file;
}

static char *dup_string(const char *s, size_t len)
{
	char *copy = kmalloc(len + 1, GFP_KERNEL);

	if (!copy)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = 0;
	return copy;
}

/* One word of a "#!" line from *@p on; its length. */
static size_t script_word(const char **p)
{
	size_t n = 0;

	while (**p == ' ' || **p == '\t')
		(*p)++;
	while ((*p)[n] && (*p)[n] != ' ' && (*p)[n] != '\t')
		n++;
	return n;
}

/*
 * "#!INTERPRETER [ARG]": argv becomes INTERPRETER [ARG] PATH and the old
 * argv[1...]. Frees and replaces what @old holds; *@interp is argv[0]. What is
 * beyond the line's first bytes is not seen: of an argument that may lack, of
 * the interpreter's name it may not.
 */
static int script_args(struct file *file, const char *path,
		       struct exec_args *args, const char **interp)
{
	char line[SCRIPT_LINE] = { 0 }, *end, **argv;
	u64 n = inode_read(file_inode(file), line, SCRIPT_LINE, 0);
	const char *p = line + 2, *arg;
	bool cut;
	size_t len, arg_len;
	u32 extra, i;

	end = memchr(line, '\n', n);
	if (!end)
		end = line + SCRIPT_LINE - 1;
	cut = *end && !strchr("\n \t", *end);
	*end = 0;
	len = script_word(&p);
	if (p == end || (cut && p + len == end))
		return -ENOEXEC;
	if (!len)
		return -EACCES; /* no name: the directory, to Linux */
	arg = p + len;
	(void)script_word(&arg);
	arg_len = strlen(arg);
	while (arg_len && (arg[arg_len - 1] == ' ' || arg[arg_len - 1] == '\t'))
		arg_len--;
	extra = arg_len ? 2 : 1;
	argv = kcalloc((size_t)args->argc + extra + 2, sizeof(*argv),
		       GFP_KERNEL);
	if (!argv)
		return -ENOMEM;
	argv[0] = dup_string(p, len);
	if (arg_len)
		argv[1] = dup_string(arg, arg_len);
	argv[extra] = dup_string(path, strlen(path));
	for (i = 0; i <= extra; i++) {
		if (!argv[i]) {
			free_strings(argv, extra + 1);
			return -ENOMEM;
		}
		args->bytes += strlen(argv[i]) + 1;
	}
	if (args->argc)
		kfree(args->argv[0]);
	for (i = 1; i < args->argc; i++)
		argv[extra + i] = args->argv[i];
	kfree(args->argv);
	args->argc = extra + max(args->argc, 1U);
	args->argv = argv;
	*interp = argv[0];
	return 0;
}

/* Open @path, or the interpreter at the end of its "#!" lines. */
static struct file *open_program(const char **path, struct exec_args *args)
{
	struct file *file;
	char magic[2];
	int depth, err;

	for (depth = 0; depth <= SCRIPT_DEPTH; depth++) {
		file = open_exec(*path);
		if (IS_ERR(file))
			return file;
		if (inode_read(file_inode(file), magic, 2, 0) != 2 ||
		    magic[0] != '#' || magic[1] != '!')
			return file;
		err = script_args(file, *path, args, path);
		fput(file);
		if (err)
			return ERR_PTR(err);
	}
	return ERR_PTR(-ELOOP);
}

static void set_name(struct task *t, const char *path)
{
	const char *base = strrchr(path, '/');

	strscpy(t->name, base ? base + 1 : path, sizeof(t->name));
}

/* close-on-exec must not reach a process that shares the table. */
static int unshare_files(struct task *t)
{
	struct files_struct *copy;

	if (t->files->refcount == 1)
		return 0;
	copy = files_dup(t->files);
	if (!copy)
		return -ENOMEM;
	files_put(t->files);
	task_set_files(t, copy);
	return 0;
}

/* The point of no return: the task becomes the new program. */
static void change_over(struct binprm *b, u64 sp)
{
	struct task *t = current;
	struct pt_regs *regs = task_pt_regs(t);
	struct mm *old = t->mm;

	process_kill_other_threads();
	t->mm = b->mm;
	task_set_cr3(b->mm->root);
	if (old)
		mm_put(old);
	t->thread->clear_child_tid = 0;
	process_release_vfork(t->process);
	files_close_on_exec(t->files);
	signal_reset_for_exec(t->process);
	t->process->caps = cap_full;
	t->thread->sas_size = 0;
	fpu_reset();
	task_set_tls(0, 0);
	memset(regs, 0, sizeof(*regs));
	regs->ip = b->entry;
	regs->sp = sp;
	regs->cs = USER_CS;
	regs->ss = USER_DS;
	regs->flags = X86_FLAGS_IF;
	frame_was_changed(regs);
}

/* Build the new address space from the open program. */
static int build(struct binprm *b, const struct exec_args *args, u64 *sp)
{
	int err;

	b->mm = mm_create();
	if (!b->mm)
		return -ENOMEM;
	err = load_elf_binary(b);
	if (!err)
		err = create_start_stack(b, args, sp);
	if (!err && b->entry >= USER_SPACE_END)
		err = -ENOEXEC;
	if (err)
		mm_put(b->mm);
	return err;
}

static int exec_owned_args(const char *path, struct exec_args *args)
{
	struct binprm b = { .path = path };
	struct file *file;
	u64 sp;
	int err;

	file = open_program(&b.path, args);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	b.file = file;
	err = build(&b, args, &sp);
	fput(file);
	if (err)
		return err;
	err = unshare_files(current);
	if (err) {
		mm_put(b.mm);
		return err;
	}
	set_name(current, path);
	change_over(&b, sp);
	return 0;
}

static int dup_strings(char **from, u32 n, char ***res)
{
	char **s = kcalloc((size_t)n + 1, sizeof(*s), GFP_KERNEL);
	u32 i;

	if (!s)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		s[i] = dup_string(from[i], strlen(from[i]));
		if (!s[i]) {
			free_strings(s, i);
			return -ENOMEM;
		}
	}
	*res = s;
	return 0;
}

/**
 * exec_program() - Make the current task a program.
 * @path: of the program.
 * @from: its strings; they stay the caller's.
 *
 * Context: a task with process, thread, files and fs.
 * Return:  0 with the frame at task_pt_regs() ready for ring 3; or a negative
 *          errno, nothing changed.
 */
int exec_program(const char *path, const struct exec_args *from)
{
	struct exec_args args = { .argc = from->argc,
				  .envc = from->envc,
				  .bytes = from->bytes };
	int err;

	err = dup_strings(from->argv, from->argc, &args.argv);
	if (err)
		return err;
	err = dup_strings(from->envp, from->envc, &args.envp);
	if (err)
		free_strings(args.argv, args.argc);
	else {
		err = exec_owned_args(path, &args);
		free_args(&args);
	}
	return err;
}

SYSCALL_DEFINE3(execve, const char __user *, upath, const u64 __user *, uargv,
		const u64 __user *, uenvp)
{
	struct exec_args args = { 0 };
	char *path = getname(upath);
	int err;

	if (IS_ERR(path))
		return PTR_ERR(path);
	err = copy_strings(uargv, &args.argv, &args.argc, &args.bytes);
	if (!err)
		err = copy_strings(uenvp, &args.envp, &args.envc, &args.bytes);
	if (!err && args.argc == 0) {
		/* Linux since 5.18: a program always has an argv[0]. */
		args.argv[0] = dup_string("", 0);
		args.argc = 1;
		err = args.argv[0] ? 0 : -ENOMEM;
	}
	if (!err)
		err = exec_owned_args(path, &args);
	free_args(&args);
	kfree(path);
	return err;
}

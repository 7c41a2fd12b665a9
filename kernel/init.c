// SPDX-License-Identifier: MIT
/*
 * DOC: the first program, process 1. boot/main.c calls run_init_program()
 * last. The program is the command line's rdinit= (or init=), else /init,
 * /etc/rc, a script of the archive's, or /sbin/init, /etc/init, /bin/init,
 * /bin/sh as in Linux; its arguments are the words after `--`, its environment
 * HOME, TERM and the NAME=value words, its descriptors 0 to 2 the console. When
 * it ends the machine ends, with its status.
 */
#include "kernel/cmdline.h"
#include "kernel/machine.h"
#include "kernel/process.h"
#include "kernel/sched.h"
#include "kernel/stats.h"
#include "kernel/syscall.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/wait.h"

#define INIT_MAX_ENV (CMDLINE_MAX_ARGS + 4)

static void (*end_hook)(void);

/* What the boot task is told when process 1 has ended. */
static struct wait_queue_head init_over;
static bool init_is_over;
static u32 init_status;

/**
 * init_set_end_hook() - Have something done after the last program.
 * @hook: may sleep: what programs handed over is delivered, connections end.
 *
 * Context: boot task, before run_init_program().
 */
void init_set_end_hook(void (*hook)(void))
{
	end_hook = hook;
}

/**
 * init_ended() - Process 1 has ended; its last thread tells.
 * @code: as wait4() tells it.
 *
 * Context: task, no longer a program's.
 */
void init_ended(int code)
{
	int sig = code & 0x7f;

	init_status = sig ? 128 + (u32)sig : (u32)code >> 8;
	if (sig)
		pr_err("init was ended by signal %d\n", sig);
	init_is_over = true;
	wake_up(&init_over);
	task_exit();
}

static size_t fill_argv(const char **argv, const char *path, size_t max)
{
	const char *const *words;
	u32 n, i;

	words = cmdline_init_args(&n);
	argv[0] = path;
	for (i = 0; i < n && i + 1 < max; i++)
		argv[i + 1] = words[i];
	return i + 1;
}

static size_t fill_envp(const char **envp, size_t max)
{
	const char *const *words;
	bool home = false, term = false;
	size_t count = 0;
	u32 n, i;

	words = cmdline_init_env(&n);
	for (i = 0; i < n; i++) {
		home = home || strncmp(words[i], "HOME=", 5) == 0;
		term = term || strncmp(words[i], "TERM=", 5) == 0;
	}
	if (!home)
		envp[count++] = "HOME=/";
	if (!term)
		envp[count++] = "TERM=linux";
	for (i = 0; i < n && count < max; i++)
		envp[count++] = words[i];
	return count;
}

static int try_exec(const char *path)
{
	const char *argv[CMDLINE_MAX_ARGS + 1], *envp[INIT_MAX_ENV];
	struct exec_args args = {
		.argv = (char **)argv,
		.envp = (char **)envp,
	};
	u32 i;

	args.argc = (u32)fill_argv(argv, path, ARRAY_SIZE(argv));
	args.envc = (u32)fill_envp(envp, ARRAY_SIZE(envp));
	for (i = 0; i < args.argc; i++)
		args.bytes += strlen(argv[i]) + 1;
	for (i = 0; i < args.envc; i++)
		args.bytes += strlen(envp[i]) + 1;
	return exec_program(path, &args);
}

/* The program that the command line names, or the first of Linux's list, with
 * /etc/rc, a script, after its first. */
static int exec_init(void)
{
	static const char *const usual[] = { "/init",      "/etc/rc",
					     "/sbin/init", "/etc/init",
					     "/bin/init",  "/bin/sh" };
	const char *path = cmdline_get("rdinit");
	int err = -ENOENT;
	size_t i;

	if (!path)
		path = cmdline_get("init");
	if (path) {
		err = try_exec(path);
		if (err)
			pr_err("Failed to execute %s (error %d)\n", path, err);
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(usual); i++) {
		err = try_exec(usual[i]);
		if (!err)
			return 0;
		if (err != -ENOENT)
			pr_err("Failed to execute %s (error %d)\n", usual[i],
			       err);
	}
	pr_err("No init found. Tried /init, /etc/rc, /sbin/init, /etc/init, "
	       "/bin/init, /bin/sh. Name one: rdinit=/bin/PROG\n");
	return err;
}

/* Process 1's first steps, in the kernel. */
static void init_task(void *arg)
{
	struct pt_regs regs;

	current->user_regs = &regs;
	if (exec_init() != 0)
		process_exit_group(1 << 8);
	current->user_regs = (struct pt_regs *)current->kstack_top - 1;
	return_to_user(&regs);
}

/* A table with the console as 0, 1 and 2. */
static struct files_struct *console_files(void)
{
	struct files_struct *files = files_alloc();
	struct file *f = vfs_open(AT_FDCWD, "/dev/console", O_RDWR, 0);
	int i;

	if (!files || IS_ERR(f))
		panic("no /dev/console for the first program");
	for (i = 0; i < 3; i++) {
		get_file(f);
		if (fd_install(files, f, i, false) != i)
			panic("no memory for the first program");
	}
	fput(f);
	return files;
}

/**
 * run_init_program() - Run process 1; end the machine when it has ended.
 *
 * Context: boot task, last; does not return.
 */
void run_init_program(void)
{
	struct wait_queue_entry w;
	struct task *t;

	init_waitqueue_head(&init_over);
	t = task_create("init", init_task, NULL);
	if (!t || process_create_init(t, console_files()) != 0)
		panic("no memory for the first program");
	task_start(t);
	init_waitqueue_entry(&w, current);
	for (;;) {
		prepare_to_wait(&init_over, &w);
		if (init_is_over)
			break;
		task_block();
	}
	finish_wait(&init_over, &w);
	if (end_hook)
		end_hook();
	stats_report();
	machine_exit(init_status);
}

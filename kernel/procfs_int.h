/* SPDX-License-Identifier: MIT */
/* DOC: between the tree of /proc (procfs.c) and its texts (proc_text.c). */
#pragma once

#include "kernel/process.h"

struct proc_inode;

/* An entry of a process's directory, or of a thread's. */
struct proc_entry {
	const char *name;
	u32 mode;
	const struct text_ops *text;       /* S_IFREG; gets a proc_inode */
	const struct inode_operations *op; /* NULL: nothing but a text */
	/* Where a link of link_ops leads; no reference; NULL: nowhere. */
	struct inode *(*target)(const struct proc_inode *pi);
	bool process_only; /* not in task/TID */
};

struct proc_inode {
	struct inode inode;
	struct inode *(*target)(const struct proc_inode *pi); /* its entry's */
	struct process *process;                              /* a reference */
	int tid; /* of one thread; 0: the process */
	int fd;  /* below fd and fdinfo */
};

/* procfs.c */
struct task *proc_task(const struct proc_inode *pi);
struct file *proc_fd_file(const struct proc_inode *pi);
ssize_t file_name(struct file *f, char *buf, size_t size);

/* proc_text.c */
extern const struct text_ops proc_stat_text, proc_status_text, proc_statm_text,
	proc_comm_text, proc_cmdline_text, proc_environ_text, proc_maps_text,
	proc_mounts_text, proc_fdinfo_text;

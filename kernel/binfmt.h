/* SPDX-License-Identifier: MIT */
/* DOC: between exec (kernel/exec.c) and the program formats. */
#pragma once

#include "kernel/mm.h"
#include "kernel/process.h"

/* What a loader leaves for the start-up stack and the first instruction. */
struct binprm {
	struct mm *mm; /* being built, not loaded */
	struct file *file;
	const char *path;
	u64 entry; /* where ring 3 starts: program or interpreter */
	u64 start_code;
	u64 at_entry; /* AT_ENTRY: the program's own */
	u64 at_base;  /* AT_BASE: the interpreter's; 0: none */
	u64 at_phdr;
	u64 at_phnum;
};

/* 0; -ENOEXEC if it is no ELF program; another errno. */
int load_elf_binary(struct binprm *b) __must_check;
/* Build the stack in b->mm; *sp is where the program finds argc. */
int create_start_stack(struct binprm *b, const struct exec_args *args,
		       u64 *sp) __must_check;
struct file *open_exec(const char *path) __must_check;

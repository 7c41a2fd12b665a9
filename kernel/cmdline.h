/* SPDX-License-Identifier: MIT */
/*
 * DOC: the command line, in Linux's syntax: blanks separate, double quotes
 * keep blanks, `name=value` or `name`, and after `--` the words are the first
 * program's arguments.
 */
#pragma once

#include "lib/types.h"

#define CMDLINE_MAX      4096
#define CMDLINE_MAX_ARGS 64

/* @text is copied. */
void cmdline_init(const char *text);
/* The whole text as the boot loader gave it. */
const char *cmdline_text(void);
/* Value of the last `name=value` ("" for a bare `name`), NULL if absent. */
const char *cmdline_get(const char *name);
/* The @nth (from 0) occurrence, for options that repeat (console=). */
const char *cmdline_get_nth(const char *name, u32 nth);
/* What follows @prefix in each option that begins so, in order. */
void cmdline_for_each(const char *prefix,
		      void (*fn)(const char *rest, void *arg), void *arg);
/* `name`, `name=1`, `=y`, `=on`: true; otherwise false; absent: @dflt. */
bool cmdline_flag(const char *name, bool dflt);
u64 cmdline_u64(const char *name, u64 dflt);
/* Words after `--`, in order, ended by NULL; *@n is their number. */
const char *const *cmdline_init_args(u32 *n);
/* Words `NAME=value` that no dot or known option claims: Linux passes these
 * on as environment. Only those whose name is all upper case are. */
const char *const *cmdline_init_env(u32 *n);

/* SPDX-License-Identifier: MIT */
/*
 * DOC: the console: COM1 (or port 0xe9 with console=debugcon), shared by
 * printk and the programs' terminal.
 */
#pragma once

#include "lib/types.h"

/* Serial port set up and early messages possible; before the command line. */
void console_early_init(void);
/* console=, quiet, loglevel= from the command line. */
void console_init(void);
/* Bytes as they are, "\n" sent as "\r\n". Any context. */
void console_write(const char *s, size_t n);
/* Receive interrupt on: @rx is called in softirq-safe hardirq context with
 * each byte that arrives at COM1. 0 or a negative errno. */
int console_set_receiver(void (*rx)(u8 byte)) __must_check;

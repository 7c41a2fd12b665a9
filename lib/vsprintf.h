/* SPDX-License-Identifier: MIT */
/*
 * DOC: formatted text into a bounded buffer, and numbers out of text.
 *
 * Formats: %d %i %u %x %X %o %c %s %p %% with flags 0 - + space #, width and
 * precision (also *), sizes hh h l ll z; and Linux's %pI4 (a __be32's address
 * as 10.0.2.15), %pM (six bytes as 52:54:00:12:34:56), %pS (code address as
 * symbol+offset, plain hex where no symbols are linked).
 */
#pragma once

#include "lib/types.h"

/* As in C99: the length that the whole text needs; always terminated. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
/* As snprintf, but the length that was really written. */
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
/* Who knows the name of a code address, and how far behind it lies; NULL:
 * nobody does. Set once at boot, for %pS. */
typedef const char *symbol_lookup_fn(unsigned long addr, unsigned long *offset);
symbol_lookup_fn *vsprintf_set_symbols(symbol_lookup_fn *fn);
/* Copy with termination; -E2BIG when @src did not fit. */
ssize_t strscpy(char *dst, const char *src, size_t size);
/* All of @s as a number in @base (0: by prefix); -EINVAL or -ERANGE. */
int kstrtou64(const char *s, unsigned int base, u64 *res) __must_check;
int kstrtou32(const char *s, unsigned int base, u32 *res) __must_check;

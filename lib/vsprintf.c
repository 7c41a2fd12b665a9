// SPDX-License-Identifier: MIT
/*
 * DOC: the one formatter of both builds: on the host it takes the place of
 * the C library's. Each conversion is read into a spec, turned into text on
 * the stack, and put out with padding; what does not fit is only counted.
 * The guest's boot registers who knows the names of code addresses.
 */
#include "lib/vsprintf.h"
#include "lib/errno.h"
#include "lib/platform.h"

struct out {
	char *buf;
	size_t size;
	size_t len; /* of the whole text */
};

struct spec {
	bool left, plus, space, alt, zero, upper;
	int width;
	int precision; /* -1: none given */
	u32 base;
};

static symbol_lookup_fn *symbol_lookup;

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_many(struct out *o, char c, int n)
{
	for (; n > 0; n--)
		put(o, c);
}

static void put_text(struct out *o, const struct spec *sp, const char *s,
		     size_t n)
{
	int pad = sp->width > (int)n ? sp->width - (int)n : 0;

	if (!sp->left)
		put_many(o, ' ', pad);
	while (n--)
		put(o, *s++);
	if (sp->left)
		put_many(o, ' ', pad);
}

static void put_string(struct out *o, const struct spec *sp, const char *s)
{
	if (!s)
		s = "(null)";
	put_text(o, sp, s,
		 sp->precision < 0 ? strlen(s)
				   : strnlen(s, (size_t)sp->precision));
}

/* Digits of @v, the lowest first. */
static int digits(char *to, u64 v, u32 base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0;

	for (; v; v /= base)
		to[n++] = set[v % base];
	return n;
}

static void put_number(struct out *o, struct spec *sp, u64 v, bool negative)
{
	const char *prefix = "";
	char text[24]; /* 22 octal digits */
	int n, zeros, all;

	n = digits(text, v, sp->base, sp->upper);
	if (negative)
		prefix = "-";
	else if (sp->plus)
		prefix = "+";
	else if (sp->space)
		prefix = " ";
	else if (sp->alt && sp->base == 16 && v)
		prefix = sp->upper ? "0X" : "0x";
	zeros = max(sp->precision < 0 ? 1 : sp->precision, 0) - n;
	if (sp->alt && sp->base == 8 && zeros <= 0)
		zeros = 1;
	all = (int)strlen(prefix) + max(zeros, 0) + n;
	if (sp->zero && !sp->left && sp->precision < 0 && sp->width > all) {
		zeros = max(zeros, 0) + sp->width - all;
		all = sp->width;
	}
	if (!sp->left)
		put_many(o, ' ', sp->width - all);
	while (*prefix)
		put(o, *prefix++);
	put_many(o, '0', zeros);
	while (n)
		put(o, text[--n]);
	if (sp->left)
		put_many(o, ' ', sp->width - all);
}

static void put_ip4(struct out *o, const struct spec *sp, const u8 *p)
{
	char text[16], d[3];
	int n = 0, i, k;

	for (i = 0; i < 4; i++) {
		if (i)
			text[n++] = '.';
		k = digits(d, p[i], 10, false);
		if (!k)
			text[n++] = '0';
		while (k)
			text[n++] = d[--k];
	}
	put_text(o, sp, text, (size_t)n);
}

static void put_mac(struct out *o, const struct spec *sp, const u8 *p)
{
	static const char hex[] = "0123456789abcdef";
	char text[18];
	int n = 0, i;

	for (i = 0; i < 6; i++) {
		if (i)
			text[n++] = ':';
		text[n++] = hex[p[i] >> 4];
		text[n++] = hex[p[i] & 15];
	}
	put_text(o, sp, text, (size_t)n);
}

static void put_address(struct out *o, struct spec *sp, unsigned long addr)
{
	sp->base = 16;
	put(o, '0');
	put(o, 'x');
	sp->width -= 2;
	put_number(o, sp, addr, false);
}

static void put_symbol(struct out *o, struct spec *sp, unsigned long addr)
{
	struct spec plain = { .precision = -1 };
	unsigned long offset = 0;
	const char *name = NULL;

	if (symbol_lookup)
		name = symbol_lookup(addr, &offset);
	if (!name) {
		put_address(o, sp, addr);
		return;
	}
	put_string(o, sp, name);
	put(o, '+');
	put_address(o, &plain, offset);
}

/* %p and what may follow it; returns the rest of the format. */
static const char *put_pointer(struct out *o, struct spec *sp, const char *fmt,
			       const void *p)
{
	if (fmt[0] == 'I' && fmt[1] == '4') {
		if (p)
			put_ip4(o, sp, p);
		else
			put_string(o, sp, NULL);
		return fmt + 2;
	}
	if (fmt[0] == 'M') {
		if (p)
			put_mac(o, sp, p);
		else
			put_string(o, sp, NULL);
		return fmt + 1;
	}
	if (fmt[0] == 'S') {
		put_symbol(o, sp, (unsigned long)p);
		return fmt + 1;
	}
	put_address(o, sp, (unsigned long)p);
	return fmt;
}

static const char *read_flags(const char *fmt, struct spec *sp)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			sp->left = true;
			break;
		case '+':
			sp->plus = true;
			break;
		case ' ':
			sp->space = true;
			break;
		case '#':
			sp->alt = true;
			break;
		case '0':
			sp->zero = true;
			break;
		default:
			return fmt;
		}
	}
}

static const char *read_int(const char *fmt, int *n)
{
	for (*n = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
		if (*n < 1000000)
			*n = *n * 10 + (*fmt - '0');
	return fmt;
}

/* The size letters as a number of bytes. */
static const char *read_size(const char *fmt, u32 *bytes)
{
	*bytes = 4;
	if (fmt[0] == 'h') {
		*bytes = fmt[1] == 'h' ? 1 : 2;
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	}
	if (fmt[0] == 'l' || fmt[0] == 'z' || fmt[0] == 'j' || fmt[0] == 't') {
		*bytes = 8;
		return fmt + (fmt[0] == 'l' && fmt[1] == 'l' ? 2 : 1);
	}
	return fmt;
}

static u64 narrow(u64 v, u32 bytes)
{
	return bytes == 8 ? v : v & ((1ULL << (8 * bytes)) - 1);
}

static s64 narrow_signed(s64 v, u32 bytes)
{
	u32 shift = 64 - 8 * bytes;

	return (s64)((u64)v << shift) >> shift;
}

/**
 * vsnprintf() - Format into a buffer.
 * @buf:  where; may be NULL if @size is 0.
 * @size: its size; the text is cut to fit and always terminated.
 * @fmt:  the format; what it may hold stands in the header.
 * @ap:   the arguments.
 *
 * Context: any.
 * Return:  the length of the whole text, as if @buf were endless.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { buf, size, 0 };
	struct spec sp;
	u32 bytes;
	s64 sval;
	char c;

	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		sp = (struct spec){ .precision = -1, .base = 10 };
		fmt = read_flags(fmt + 1, &sp);
		if (*fmt == '*') {
			sp.width = va_arg(ap, int);
			if (sp.width < 0) {
				sp.left = true;
				sp.width = -sp.width;
			}
			fmt++;
		} else {
			fmt = read_int(fmt, &sp.width);
		}
		if (*fmt == '.') {
			if (fmt[1] == '*') {
				sp.precision = va_arg(ap, int);
				fmt += 2;
			} else {
				fmt = read_int(fmt + 1, &sp.precision);
			}
		}
		fmt = read_size(fmt, &bytes);
		switch (*fmt) {
		case 'd':
		case 'i':
			sval = bytes == 8 ? va_arg(ap, s64) : va_arg(ap, int);
			sval = narrow_signed(sval, bytes);
			put_number(&o, &sp,
				   sval < 0 ? 0 - (u64)sval : (u64)sval,
				   sval < 0);
			break;
		case 'X':
			sp.upper = true;
			fallthrough;
		case 'x':
		case 'o':
		case 'u':
			sp.base = *fmt == 'u' ? 10 : *fmt == 'o' ? 8 : 16;
			sp.plus = false;
			sp.space = false;
			put_number(&o, &sp,
				   narrow(bytes == 8 ? va_arg(ap, u64)
						     : va_arg(ap, u32),
					  bytes),
				   false);
			break;
		case 'c':
			c = (char)va_arg(ap, int);
			put_text(&o, &sp, &c, 1);
			break;
		case 's':
			put_string(&o, &sp, va_arg(ap, const char *));
			break;
		case 'p':
			fmt = put_pointer(&o, &sp, fmt + 1,
					  va_arg(ap, const void *)) -
			      1;
			break;
		case '%':
			put(&o, '%');
			break;
		case '\0':
			fmt--; /* a format that ends inside a conversion */
			break;
		default:
			put(&o, '%');
			put(&o, *fmt);
			break;
		}
	}
	if (size)
		buf[min(o.len, size - 1)] = '\0';
	return (int)o.len;
}

/**
 * snprintf() - Format into a buffer.
 * @buf, @size, @fmt: as for vsnprintf().
 *
 * Context: any.
 * Return:  the length of the whole text, as if @buf were endless.
 */
int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

/**
 * scnprintf() - Format into a buffer.
 * @buf, @size, @fmt: as for vsnprintf().
 *
 * Context: any.
 * Return:  the length of what was written, without the terminator.
 */
int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	if (!size)
		return 0;
	return (size_t)n < size ? n : (int)size - 1;
}

/**
 * vsprintf_set_symbols() - Tell %pS who knows the names.
 * @fn: the look-up; NULL for nobody.
 *
 * Return: who knew them before.
 */
symbol_lookup_fn *vsprintf_set_symbols(symbol_lookup_fn *fn)
{
	symbol_lookup_fn *old = symbol_lookup;

	symbol_lookup = fn;
	return old;
}

/**
 * strscpy() - Copy a string into a buffer.
 * @dst:  terminated afterwards, unless @size is 0.
 * @src:  the string.
 * @size: of @dst.
 *
 * Return: the length copied, or -E2BIG if it had to be cut.
 */
ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (n == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return -E2BIG;
	}
	memcpy(dst, src, n + 1);
	return (ssize_t)n;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 99;
}

/**
 * kstrtou64() - All of a string as a number.
 * @s:    digits, perhaps with one newline behind; no sign, no blanks.
 * @base: 2 to 16, or 0: 16 after "0x", 8 after "0", else 10.
 * @res:  the number.
 *
 * Return: 0; -EINVAL: not a number; -ERANGE: too large.
 */
int kstrtou64(const char *s, unsigned int base, u64 *res)
{
	u64 v = 0;
	u32 d;

	if (s[0] == '0' && (s[1] | 0x20) == 'x' && (base == 0 || base == 16)) {
		s += 2;
		base = 16;
	} else if (base == 0) {
		base = s[0] == '0' && s[1] ? 8 : 10;
	}
	d = (u32)digit_value(*s);
	if (d >= base)
		return -EINVAL;
	for (; (d = (u32)digit_value(*s)) < base; s++)
		if (__builtin_mul_overflow(v, (u64)base, &v) ||
		    __builtin_add_overflow(v, (u64)d, &v))
			return -ERANGE;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*res = v;
	return 0;
}

/**
 * kstrtou32() - All of a string as a 32-bit number.
 * @s, @base: as for kstrtou64().
 * @res:      the number.
 *
 * Return: 0; -EINVAL: not a number; -ERANGE: too large.
 */
int kstrtou32(const char *s, unsigned int base, u32 *res)
{
	u64 v;
	int err = kstrtou64(s, base, &v);

	if (err)
		return err;
	if (v > 0xffffffffU)
		return -ERANGE;
	*res = (u32)v;
	return 0;
}

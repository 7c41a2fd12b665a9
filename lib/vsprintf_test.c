// SPDX-License-Identifier: MIT
/* DOC: each conversion against its text; C99's rules for what does not fit. */
#include "lib/byteorder.h"
#include "lib/errno.h"
#include "lib/kunit.h"
#include "lib/vsprintf.h"

static char buf[128];

/* A format that the compiler cannot check, for what it would warn about. */
static int format(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
#pragma GCC diagnostic pop
	va_end(ap);
	return n;
}

#define EXPECT_TEXT(test, want, ...)                                           \
	do {                                                                   \
		KUNIT_EXPECT_EQ(test, format(__VA_ARGS__), (int)strlen(want)); \
		KUNIT_EXPECT_STREQ(test, buf, want);                           \
	} while (0)

static void vsnprintf_formats_integers(struct kunit *test)
{
	EXPECT_TEXT(test, "0 -1 4294967295", "%d %d %u", 0, -1, -1);
	EXPECT_TEXT(test, "-2147483648", "%d", (int)-2147483647 - 1);
	EXPECT_TEXT(test, "-9223372036854775808", "%lld",
		    -9223372036854775807LL - 1);
	EXPECT_TEXT(test, "18446744073709551615", "%llu", ~0ULL);
	EXPECT_TEXT(test, "deadBEEF", "%x%X", 0xdead, 0xbeef);
	EXPECT_TEXT(test, "1777777777777777777777", "%llo", ~0ULL);
	EXPECT_TEXT(test, "255 -1 65535 -2", "%hhu %hhd %hu %hd", 0x1ff, 0xff,
		    0x1ffff, 0xfffe);
	EXPECT_TEXT(test, "7 8 9", "%zu %ld %lu", (size_t)7, 8L, 9UL);
}

static void vsnprintf_pads_and_prefixes(struct kunit *test)
{
	EXPECT_TEXT(test, "|   42|42   |00042|", "|%5d|%-5d|%05d|", 42, 42, 42);
	EXPECT_TEXT(test, "|+42| 42|-0042|", "|%+d|% d|%05d|", 42, 42, -42);
	EXPECT_TEXT(test, "|0x2a|0X2A|052|0|", "|%#x|%#X|%#o|%#x|", 42, 42, 42,
		    0);
	EXPECT_TEXT(test, "|0x00002a|", "|%#08x|", 42);
	EXPECT_TEXT(test, "|   007|     ||", "|%6.3d|%5.0d|%.0d|", 7, 0, 0);
	EXPECT_TEXT(test, "|    9|9    |", "|%*d|%*d|", 5, 9, -5, 9);
}

static void vsnprintf_formats_text(struct kunit *test)
{
	EXPECT_TEXT(test, "|ab|  ab|ab  |a|", "|%s|%4s|%-4s|%.1s|", "ab", "ab",
		    "ab", "ab");
	EXPECT_TEXT(test, "|x|  x|%|", "|%c|%3c|%%|", 'x', 'x');
	EXPECT_TEXT(test, "(null)", "%s", NULL);
	EXPECT_TEXT(test, "ab", "%.*s", 2, "abcdef");
}

static const char *one_symbol(unsigned long addr, unsigned long *offset)
{
	*offset = addr - 0x1000;
	return addr >= 0x1000 && addr < 0x2000 ? "tcp_sendmsg" : NULL;
}

static void vsnprintf_formats_pointers(struct kunit *test)
{
	__be32 ip = htonl(0x0a00020fU);
	u8 mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 };
	symbol_lookup_fn *old;

	EXPECT_TEXT(test, "10.0.2.15:80", "%pI4:%d", &ip, 80);
	EXPECT_TEXT(test, "|10.0.2.15      |", "|%-15pI4|", &ip);
	EXPECT_TEXT(test, "52:54:00:12:34:56", "%pM", mac);
	EXPECT_TEXT(test, "0x1234 (null)", "%p %pM", (void *)0x1234, NULL);
	old = vsprintf_set_symbols(one_symbol);
	EXPECT_TEXT(test, "tcp_sendmsg+0x10 0x9", "%pS %pS", (void *)0x1010,
		    (void *)9);
	vsprintf_set_symbols(NULL);
	EXPECT_TEXT(test, "0x1010", "%pS", (void *)0x1010);
	vsprintf_set_symbols(old);
}

static void vsnprintf_cuts_and_terminates(struct kunit *test)
{
	char small[4] = "zzz";

	KUNIT_EXPECT_EQ(test, snprintf(NULL, 0, "%d", 12345), 5);
	KUNIT_EXPECT_EQ(test, scnprintf(small, 4, "%d", 12345), 3);
	KUNIT_EXPECT_STREQ(test, small, "123");
	KUNIT_EXPECT_EQ(test, scnprintf(small, 1, "%d", 1), 0);
	KUNIT_EXPECT_STREQ(test, small, "");
	KUNIT_EXPECT_EQ(test, scnprintf(small, 0, "%d", 1), 0);
	EXPECT_TEXT(test, "%k", "%k");
	EXPECT_TEXT(test, "a", "a%");
	EXPECT_TEXT(test, "a", "a%-5");
}

static void strscpy_reports_truncation(struct kunit *test)
{
	char small[4];

	KUNIT_EXPECT_EQ(test, strscpy(small, "abc", 4), 3);
	KUNIT_EXPECT_STREQ(test, small, "abc");
	KUNIT_EXPECT_EQ(test, strscpy(small, "abcd", 4), -E2BIG);
	KUNIT_EXPECT_STREQ(test, small, "abc");
	KUNIT_EXPECT_EQ(test, strscpy(small, "", 4), 0);
	KUNIT_EXPECT_EQ(test, strscpy(small, "x", 0), -E2BIG);
}

static void kstrtou64_takes_whole_numbers_only(struct kunit *test)
{
	u64 v = 1;
	u32 w = 1;

	KUNIT_EXPECT_EQ(test, kstrtou64("18446744073709551615", 10, &v), 0);
	KUNIT_EXPECT_TRUE(test, v == ~0ULL);
	KUNIT_EXPECT_EQ(test, kstrtou64("18446744073709551616", 10, &v),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou64("0xFf", 0, &v), 0);
	KUNIT_EXPECT_EQ(test, v, 255);
	KUNIT_EXPECT_EQ(test, kstrtou64("017", 0, &v), 0);
	KUNIT_EXPECT_EQ(test, v, 15);
	KUNIT_EXPECT_EQ(test, kstrtou64("0\n", 0, &v), 0);
	KUNIT_EXPECT_EQ(test, v, 0);
	KUNIT_EXPECT_EQ(test, kstrtou64("", 10, &v), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou64("-1", 10, &v), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou64("12 ", 10, &v), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou64("0x", 0, &v), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou64("9a", 10, &v), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtou32("4294967295", 10, &w), 0);
	KUNIT_EXPECT_EQ(test, kstrtou32("4294967296", 10, &w), -ERANGE);
}

static const struct kunit_case vsprintf_cases[] = {
	KUNIT_CASE(vsnprintf_formats_integers),
	KUNIT_CASE(vsnprintf_pads_and_prefixes),
	KUNIT_CASE(vsnprintf_formats_text),
	KUNIT_CASE(vsnprintf_formats_pointers),
	KUNIT_CASE(vsnprintf_cuts_and_terminates),
	KUNIT_CASE(strscpy_reports_truncation),
	KUNIT_CASE(kstrtou64_takes_whole_numbers_only),
	{ 0 },
};

static const struct kunit_suite vsprintf_suite = {
	.name = "vsprintf",
	.test_cases = vsprintf_cases,
};
kunit_test_suite(vsprintf_suite);

// SPDX-License-Identifier: MIT
/* DOC: cpio_next() on good, truncated, corrupt and hostile archives. */
#include "lib/cpio.h"
#include "lib/errno.h"
#include "lib/kunit.h"
#include "lib/slab.h"

#define ZEROS8 "00000000"
/* magic ino mode uid gid nlink mtime size devmaj devmin rmaj rmin name sum */
#define HEADER(mode, size, namesize)             \
	"070701"                                 \
	"0000002a" mode ZEROS8 ZEROS8 "00000001" \
	"5f5e1000" size "00000008"               \
	"00000001"                               \
	"00000005"                               \
	"00000001" namesize ZEROS8
#define FILE_A                                     \
	HEADER("000081a4", "00000005", "00000004") \
	"a/b\0"                                    \
	"\0\0"                                     \
	"hello\0\0\0"
#define LINK_L                                     \
	HEADER("0000a1ff", "00000003", "00000002") \
	"l\0"                                      \
	"a/b\0"
#define TRAILER                            \
	HEADER(ZEROS8, ZEROS8, "0000000b") \
	"TRAILER!!!\0"                     \
	"\0\0\0"

/* No final zero of the literal: sizes are exact. */
#define BYTES(s) (s), sizeof(s) - 1

static void cpio_next_reads_files_and_links(struct kunit *test)
{
	struct cpio_iter it;
	struct cpio_entry e;

	cpio_iter_init(&it, BYTES(FILE_A LINK_L TRAILER));
	KUNIT_ASSERT_EQ(test, cpio_next(&it, &e), 1);
	KUNIT_EXPECT_STREQ(test, e.name, "a/b");
	KUNIT_EXPECT_EQ(test, e.size, 5);
	KUNIT_EXPECT_MEMEQ(test, e.data, "hello", 5);
	KUNIT_EXPECT_EQ(test, e.mode, 0100644);
	KUNIT_EXPECT_EQ(test, e.ino, 42);
	KUNIT_EXPECT_EQ(test, e.rdev_major, 5);
	KUNIT_ASSERT_EQ(test, cpio_next(&it, &e), 1);
	KUNIT_EXPECT_STREQ(test, e.name, "l");
	KUNIT_EXPECT_MEMEQ(test, e.data, "a/b", 3);
	KUNIT_EXPECT_EQ(test, cpio_next(&it, &e), 0);
}

/* "initramfs buffer format": zero bytes and more archives may follow. */
static void cpio_next_crosses_archives(struct kunit *test)
{
	struct cpio_iter it;
	struct cpio_entry e;

	cpio_iter_init(&it,
		       BYTES(FILE_A TRAILER "\0\0\0\0\0\0\0\0" LINK_L TRAILER
					    "\0\0\0\0"));
	KUNIT_ASSERT_EQ(test, cpio_next(&it, &e), 1);
	KUNIT_EXPECT_TRUE(test, it.new_archive);
	KUNIT_ASSERT_EQ(test, cpio_next(&it, &e), 1);
	KUNIT_EXPECT_STREQ(test, e.name, "l");
	KUNIT_EXPECT_TRUE(test, it.new_archive);
	KUNIT_EXPECT_EQ(test, cpio_next(&it, &e), 0);
}

static void cpio_next_ends_on_nothing(struct kunit *test)
{
	struct cpio_iter it;
	struct cpio_entry e;

	cpio_iter_init(&it, "", 0);
	KUNIT_EXPECT_EQ(test, cpio_next(&it, &e), 0);
	cpio_iter_init(&it, BYTES("\0\0\0\0"));
	KUNIT_EXPECT_EQ(test, cpio_next(&it, &e), 0);
}

static void expect_refused(struct kunit *test, const char *bytes, size_t n,
			   int err)
{
	struct cpio_iter it;
	struct cpio_entry e;

	cpio_iter_init(&it, bytes, n);
	KUNIT_EXPECT_EQ(test, cpio_next(&it, &e), err);
	KUNIT_EXPECT_TRUE(test, it.error != NULL);
}

static void cpio_next_refuses_what_is_wrong(struct kunit *test)
{
	expect_refused(test, BYTES("\x1f\x8b\x08\0"), -EOPNOTSUPP);
	expect_refused(test,
		       BYTES("\xfd"
			     "7zXZ\0\0"),
		       -EOPNOTSUPP);
	expect_refused(test, BYTES("070707xxxxxxxxxxxxx"), -EINVAL);
	expect_refused(test, BYTES("garbage"), -EINVAL);
	/* A digit that is none. */
	expect_refused(test,
		       BYTES(HEADER("0000g1a4", ZEROS8, "00000002") "a\0"),
		       -EINVAL);
	/* No name, an endless one, one without its zero. */
	expect_refused(test, BYTES(HEADER("000081a4", ZEROS8, ZEROS8)),
		       -EINVAL);
	expect_refused(test,
		       BYTES(HEADER("000081a4", ZEROS8, "ffffffff") "a\0"),
		       -EINVAL);
	expect_refused(test, BYTES(HEADER("000081a4", ZEROS8, "00000002") "ab"),
		       -EINVAL);
	/* More data than there is. */
	expect_refused(test,
		       BYTES(HEADER("000081a4", "ffffffff", "00000002") "a\0"),
		       -EINVAL);
}

/* Each length of a good archive, from an exact-size heap copy: ASan proves
 * that no byte past the end is read. */
static void cpio_next_survives_every_truncation(struct kunit *test)
{
	static const char whole[] = FILE_A LINK_L TRAILER;
	struct cpio_entry e;
	struct cpio_iter it;
	size_t n;
	char *p;
	int r;

	for (n = 0; n < sizeof(whole); n++) {
		p = kmalloc(n ? n : 1, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		memcpy(p, whole, n);
		cpio_iter_init(&it, p, n);
		do {
			r = cpio_next(&it, &e);
		} while (r == 1);
		KUNIT_EXPECT_LE(test, r, 0);
		kfree(p);
	}
}

/* Every byte of a good archive set to values a mutator would choose. */
static void cpio_next_survives_every_corrupt_byte(struct kunit *test)
{
	static const char whole[] = FILE_A LINK_L TRAILER;
	static const char values[] = { 0, 'f', '0', '7', (char)0xff };
	struct cpio_entry e;
	struct cpio_iter it;
	u64 sum = 0;
	size_t i, j;
	char *p;

	p = kmalloc(sizeof(whole), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	for (i = 0; i < sizeof(whole); i++) {
		for (j = 0; j < sizeof(values); j++) {
			memcpy(p, whole, sizeof(whole));
			p[i] = values[j];
			cpio_iter_init(&it, p, sizeof(whole) - 1);
			while (cpio_next(&it, &e) == 1) {
				sum += strlen(e.name);
				if (e.size)
					sum += e.data[e.size - 1];
			}
		}
	}
	KUNIT_EXPECT_NE(test, sum, 0);
	kfree(p);
}

static const struct kunit_case cpio_cases[] = {
	KUNIT_CASE(cpio_next_reads_files_and_links),
	KUNIT_CASE(cpio_next_crosses_archives),
	KUNIT_CASE(cpio_next_ends_on_nothing),
	KUNIT_CASE(cpio_next_refuses_what_is_wrong),
	KUNIT_CASE(cpio_next_survives_every_truncation),
	KUNIT_CASE(cpio_next_survives_every_corrupt_byte),
	{ 0 },
};

static const struct kunit_suite cpio_suite = {
	.name = "cpio",
	.test_cases = cpio_cases,
};
kunit_test_suite(cpio_suite);

// SPDX-License-Identifier: MIT
/* DOC: files whose text the kernel makes: places, whole values, refusals. */
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/kunit.h"
#include "lib/uio.h"

static char value[16];

static ssize_t show(const void *arg, char *text, size_t size)
{
	memcpy(text, value, sizeof(value));
	return (ssize_t)strlen(value);
}

static int store(const void *arg, const char *text)
{
	if (strlen(text) >= sizeof(value))
		return -EINVAL;
	memcpy(value, text, strlen(text) + 1);
	return 0;
}

static const struct text_ops writable = { .show = show, .store = store };
static const struct text_ops read_only = { .show = show };

/* 100 records of 100 bytes, "NN" and dots; with @gone all of them are others.
 */
static bool gone;

static ssize_t next_record(const void *arg, u64 *pos, char *text, size_t size)
{
	if (*pos == 100)
		return 0;
	memset(text, '.', 99);
	text[0] = (char)('0' + *pos / 10);
	text[1] = (char)('0' + *pos % 10);
	memset(text + 2, gone ? '?' : '.', 97);
	text[99] = '\n';
	++*pos;
	return 100;
}

static const struct text_ops records = { .next = next_record };

static int text_init(struct kunit *test)
{
	memcpy(value, "hello\n", 7);
	return text_file_create("/kunit/a/rw", &writable, NULL)
		       ?: text_file_create("/kunit/a/ro", &read_only, NULL)
		       ?: text_file_create("/kunit/a/long", &records, NULL);
}

static void remove_name(struct inode *dir, const char *name)
{
	struct dentry *d = dir_lookup(dir, name);

	if (d)
		dir_remove(dir, d);
}

static void text_exit(struct kunit *test)
{
	struct inode *dir;

	if (path_lookup(AT_FDCWD, "/kunit/a", 0, &dir) == 0) {
		remove_name(dir, "rw");
		remove_name(dir, "ro");
		remove_name(dir, "long");
		remove_name(dir, "late");
		remove_name(dir->parent, "a");
		iput(dir);
	}
	remove_name(root_inode, "kunit");
}

static ssize_t io(struct file *f, bool source, void *p, size_t n)
{
	struct kvec v = { p, n };
	struct iov_iter i;

	iov_iter_kvec(&i, source, &v, 1, n);
	return source ? f->f_op->write_iter(f, &i) : f->f_op->read_iter(f, &i);
}

/* Read in parts, it is one text; its end is the end of the file. */
static void text_file_reads_from_its_place(struct kunit *test)
{
	struct file *f = vfs_open(AT_FDCWD, "/kunit/a/rw", O_RDWR, 0);
	char buf[16] = "";

	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_EQ(test, io(f, false, buf, 2), 2);
	KUNIT_EXPECT_MEMEQ(test, buf, "he", 2);
	KUNIT_EXPECT_EQ(test, io(f, false, buf, 16), 4);
	KUNIT_EXPECT_MEMEQ(test, buf, "llo\n", 4);
	KUNIT_EXPECT_EQ(test, io(f, false, buf, 16), 0);
	KUNIT_EXPECT_EQ(test, f->f_op->llseek(f, 1, SEEK_SET), 1);
	KUNIT_EXPECT_EQ(test, io(f, false, buf, 1), 1);
	KUNIT_EXPECT_EQ(test, buf[0], 'e');
	KUNIT_EXPECT_EQ(test, f->f_op->llseek(f, -3, SEEK_CUR), -EINVAL);
	KUNIT_EXPECT_EQ(test, f->f_op->llseek(f, 0, SEEK_END), -EINVAL);
	fput(f);
}

/* The shell truncates, then writes: a write is a whole value. */
static void text_file_takes_a_whole_value(struct kunit *test)
{
	struct file *f =
		vfs_open(AT_FDCWD, "/kunit/a/rw", O_WRONLY | O_TRUNC, 0);
	char text[] = "a", longer[32] = { [0 ... 30] = 'x' };

	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_STREQ(test, value, "hello\n");
	KUNIT_EXPECT_EQ(test, io(f, true, text, 1), 1);
	KUNIT_EXPECT_STREQ(test, value, "a");
	KUNIT_EXPECT_EQ(test, io(f, true, longer, sizeof(longer)), -EINVAL);
	KUNIT_EXPECT_STREQ(test, value, "a");
	KUNIT_EXPECT_EQ(test, io(f, true, longer, PAGE_SIZE), -EINVAL);
	fput(f);
}

static void text_file_without_store_opens_for_reading(struct kunit *test)
{
	struct file *f = vfs_open(AT_FDCWD, "/kunit/a/ro", O_RDONLY, 0);
	struct kstat st;

	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_EQ(test, f->f_op->fstat(f, &st), 0);
	KUNIT_EXPECT_EQ(test, st.mode, S_IFREG | 0444);
	KUNIT_EXPECT_EQ(test, st.size, 0);
	fput(f);
	KUNIT_EXPECT_EQ(test,
			PTR_ERR(vfs_open(AT_FDCWD, "/kunit/a/ro", O_WRONLY, 0)),
			-EACCES);
	KUNIT_EXPECT_EQ(test, text_file_create("/kunit/a/ro", &writable, NULL),
			-EEXIST);
}

/* Longer than any buffer, in pieces that end anywhere, by two readers. */
static void text_file_of_records_is_one_text(struct kunit *test)
{
	struct file *a = vfs_open(AT_FDCWD, "/kunit/a/long", O_RDONLY, 0);
	struct file *b = vfs_open(AT_FDCWD, "/kunit/a/long", O_RDONLY, 0);
	char buf[350];
	u32 at = 0;
	ssize_t n;

	KUNIT_ASSERT_TRUE(test, !IS_ERR(a) && !IS_ERR(b));
	while ((n = io(a, false, buf, 333)) > 0) {
		u32 first = (100 - at % 100) % 100;

		if (first + 1 < n)
			KUNIT_EXPECT_EQ(test, buf[first + 1],
					(char)('0' + (at + first) / 100 % 10));
		at += (u32)n;
		KUNIT_EXPECT_EQ(test, io(b, false, buf, 7), 7);
	}
	KUNIT_EXPECT_EQ(test, at, 10000);
	KUNIT_EXPECT_EQ(test, a->f_op->llseek(a, 9905, SEEK_SET), 9905);
	KUNIT_EXPECT_EQ(test, io(a, false, buf, 350), 95);
	KUNIT_EXPECT_EQ(test, io(a, false, buf, 350), 0);
	KUNIT_EXPECT_EQ(test, a->f_op->llseek(a, 100, SEEK_SET), 100);
	KUNIT_EXPECT_EQ(test, io(a, false, buf, 2), 2);
	KUNIT_EXPECT_MEMEQ(test, buf, "01", 2);
	fput(a);
	fput(b);
}

/* What comes and goes between two reads does not tear a record. */
static void a_record_that_is_read_in_part_stays(struct kunit *test)
{
	struct file *f = vfs_open(AT_FDCWD, "/kunit/a/long", O_RDONLY, 0);
	char buf[150];

	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_EQ(test, io(f, false, buf, 150), 150);
	gone = true;
	KUNIT_EXPECT_EQ(test, io(f, false, buf, 60), 60);
	KUNIT_EXPECT_EQ(test, buf[48], '.');
	KUNIT_EXPECT_EQ(test, buf[49], '\n');
	KUNIT_EXPECT_EQ(test, buf[59], '?');
	gone = false;
	/* Who begins again sees what is there now. */
	KUNIT_EXPECT_EQ(test, f->f_op->llseek(f, 200, SEEK_SET), 200);
	KUNIT_EXPECT_EQ(test, io(f, false, buf, 60), 60);
	KUNIT_EXPECT_EQ(test, buf[59], '.');
	fput(f);
}

static u32 filled;

static void fill(void)
{
	filled++;
	if (text_file_create("/kunit/a/late/file", &read_only, NULL))
		filled = 100;
}

static void a_directory_is_filled_when_somebody_looks(struct kunit *test)
{
	struct inode *dir, *inode;

	filled = 0;
	KUNIT_ASSERT_EQ(test, dir_fill_on_use("/kunit/a/late/", fill), 0);
	KUNIT_EXPECT_EQ(test, dir_fill_on_use("/kunit/a/ro", fill), -ENOTDIR);
	KUNIT_ASSERT_EQ(test, path_lookup(AT_FDCWD, "/kunit/a/late", 0, &dir),
			0);
	KUNIT_EXPECT_EQ(test, filled, 0);
	KUNIT_ASSERT_EQ(test,
			path_lookup(AT_FDCWD, "/kunit/a/late/file", 0, &inode),
			0);
	KUNIT_EXPECT_EQ(test, filled, 1);
	iput(inode);
	KUNIT_EXPECT_FALSE(test, dir_is_empty(dir));
	remove_name(dir, "file");
	KUNIT_EXPECT_TRUE(test, dir_is_empty(dir));
	KUNIT_EXPECT_EQ(test, filled, 1);
	iput(dir);
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(a_directory_is_filled_when_somebody_looks),
	KUNIT_CASE(text_file_reads_from_its_place),
	KUNIT_CASE(text_file_of_records_is_one_text),
	KUNIT_CASE(a_record_that_is_read_in_part_stays),
	KUNIT_CASE(text_file_takes_a_whole_value),
	KUNIT_CASE(text_file_without_store_opens_for_reading),
	{ 0 },
};

static const struct kunit_suite suite = {
	.name = "textfile",
	.init = text_init,
	.exit = text_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

// SPDX-License-Identifier: MIT
/*
 * DOC: splice() and sendfile() between pipes and files: bytes, places, errors;
 * and that what need not be copied is not (the page is the same one).
 */
#include "lib/kunit.h"
#include "lib/pipe.h"
#include "lib/slab.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/signal.h"
#include "lib/uio.h"
#include "tests/host/host.h"

long sys_read(int fd, void __user *buf, size_t count);
long sys_write(int fd, void __user *buf, size_t count);
long sys_lseek(int fd, loff_t off, int whence);
long sys_sendfile(int out, int in, loff_t __user *offset, size_t count);
long sys_splice(int fd_in, loff_t __user *off_in, int fd_out,
		loff_t __user *off_out, size_t len, u32 flags);
long sys_close(int fd);
long sys_pipe2(int __user *fds, u32 flags);

#define NONBLOCK 2U

static s64 live_before;
static struct page *pages[40]; /* of the file */
static size_t file_size;

/* A file whose page i holds bytes of i, and which has them in memory. */
static ssize_t piece_at(struct file *f, loff_t pos, size_t len,
			struct bio_vec *piece)
{
	u32 in_page = (u32)pos & ~PAGE_MASK;

	if (pos >= file_size)
		return 0;
	len = min_t(size_t, len, file_size - (size_t)pos);
	len = min_t(size_t, len, PAGE_SIZE - in_page);
	*piece = (struct bio_vec){ pages[(size_t)pos / PAGE_SIZE], (u32)len,
				   in_page };
	get_page(piece->bv_page);
	return (ssize_t)len;
}

static ssize_t read_any(struct file *f, struct iov_iter *to)
{
	struct bio_vec piece;
	ssize_t done = 0;

	while (iov_iter_count(to) &&
	       piece_at(f, f->f_pos, iov_iter_count(to), &piece) > 0) {
		done += (ssize_t)copy_to_iter(
			(u8 *)page_address(piece.bv_page) + piece.bv_offset,
			piece.bv_len, to);
		f->f_pos += piece.bv_len;
		put_page(piece.bv_page);
	}
	return done;
}

/* What is written must be there already. */
static ssize_t compare_write(struct file *f, struct iov_iter *from)
{
	size_t n = iov_iter_count(from), i;
	u8 c;

	for (i = 0; i < n; i++, f->f_pos++)
		if (copy_from_iter(&c, 1, from) != 1 ||
		    c != (u8)(f->f_pos / PAGE_SIZE))
			return -EIO;
	return (ssize_t)n;
}

static loff_t any_llseek(struct file *f, loff_t off, int whence)
{
	return f->f_pos = off;
}

static const struct file_operations paged_ops = {
	.name = "paged",
	.read_iter = read_any,
	.write_iter = compare_write,
	.llseek = any_llseek,
	.get_piece = piece_at,
};
static const struct file_operations plain_ops = {
	.name = "plain",
	.read_iter = read_any,
	.write_iter = compare_write,
	.llseek = any_llseek,
};

static int open_file(struct kunit *test, const struct file_operations *ops,
		     u32 flags)
{
	struct file *f = file_alloc(ops, NULL, flags);

	return f ? fd_install(test->priv, f, 0, false) : -ENOMEM;
}

static int splice_test_init(struct kunit *test)
{
	struct files_struct *files;
	u32 i;

	live_before = test_live_allocations();
	files = files_alloc();
	test->priv = files;
	test_set_files(files);
	test_take_signal();
	file_size = ARRAY_SIZE(pages) * PAGE_SIZE;
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		if (!pages[i])
			return -ENOMEM;
		memset(page_address(pages[i]), (int)i, PAGE_SIZE);
	}
	return files ? 0 : -ENOMEM;
}

static void splice_test_exit(struct kunit *test)
{
	u32 i;

	files_put(test->priv);
	test_set_files(NULL);
	for (i = 0; i < ARRAY_SIZE(pages); i++) {
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
		put_page(pages[i]);
	}
	KUNIT_EXPECT_EQ(test, test_live_allocations(), live_before);
}

static void splice_moves_references(struct kunit *test)
{
	int in = open_file(test, &paged_ops, O_RDONLY);
	int out = open_file(test, &plain_ops, O_WRONLY);
	loff_t off = 100;
	int p[2], q[2];

	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_pipe2(q, 0), 0);
	/* From a place of the program's: 16 buffers, the first one short. */
	KUNIT_EXPECT_EQ(test, sys_splice(in, &off, p[1], NULL, 1 << 20, 0),
			16 * PAGE_SIZE - 100);
	KUNIT_EXPECT_EQ(test, off, 16 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, sys_lseek(in, 0, SEEK_CUR), 0);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 2);
	KUNIT_EXPECT_EQ(test, page_count(pages[15]), 2);
	KUNIT_EXPECT_EQ(test, page_count(pages[16]), 1);
	KUNIT_EXPECT_EQ(test, sys_splice(in, &off, p[1], NULL, 1, 0), -EAGAIN);
	/* To another pipe, then out, at a place of the program's. */
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, q[1], NULL, 5000, 0),
			5000);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 2);
	KUNIT_EXPECT_EQ(test, page_count(pages[1]), 3); /* in both */
	off = 100;
	KUNIT_EXPECT_EQ(test, sys_splice(q[0], NULL, out, &off, 1 << 20, 0),
			5000);
	KUNIT_EXPECT_EQ(test, off, 5100);
	KUNIT_EXPECT_EQ(test, page_count(pages[0]), 1);
	KUNIT_EXPECT_EQ(test, page_count(pages[1]), 2);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, out, &off, 1 << 20, 0),
			16 * PAGE_SIZE - 5100);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, out, &off, 1, NONBLOCK),
			-EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_close(p[1]), 0);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, out, &off, 1, 0), 0);
}

/* The file's own place moves; its end is 0. */
static void splice_follows_the_file_position(struct kunit *test)
{
	int in = open_file(test, &paged_ops, O_RDONLY);
	int out = open_file(test, &plain_ops, O_WRONLY);
	int p[2];

	file_size = 3 * PAGE_SIZE + 7;
	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, p[1], NULL, PAGE_SIZE, 0),
			PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, p[1], NULL, 1 << 20, 0),
			2 * PAGE_SIZE + 7);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, p[1], NULL, 1 << 20, 0), 0);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, out, NULL, 5000, 0), 5000);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, out, NULL, 1 << 20, 0),
			3 * PAGE_SIZE + 7 - 5000);
}

/* A file without memory of its own is read into pages, as much as fits. */
static void splice_reads_what_has_no_pages(struct kunit *test)
{
	int in = open_file(test, &plain_ops, O_RDONLY);
	int out = open_file(test, &plain_ops, O_WRONLY);
	loff_t off = 4000;
	int p[2];
	long got;
	u32 n;

	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_splice(in, &off, p[1], NULL, 200, 0), 200);
	KUNIT_EXPECT_EQ(test, off, 4200);
	KUNIT_EXPECT_EQ(test, sys_lseek(in, 4200, SEEK_SET), 4200);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, p[1], NULL, 1 << 20, 0),
			15 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, sys_lseek(out, 4000, SEEK_SET), 4000);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, out, NULL, 1 << 20, 0),
			200 + 15 * PAGE_SIZE);
	/* Short of memory: fewer pages, or none. */
	for (n = 1; n < 8; n++) {
		test_fail_nth_alloc(n);
		got = sys_splice(in, NULL, p[1], NULL, 1 << 20, 0);
		test_fail_nth_alloc(0);
		KUNIT_EXPECT_TRUE(test, n == 1 ? got == -ENOMEM
					       : got == -ENOMEM || got > 0);
		if (got > 0)
			KUNIT_EXPECT_EQ(
				test,
				sys_splice(p[0], NULL, out, NULL, 1 << 20, 0),
				got);
	}
}

/* Bytes written go on behind bytes spliced, and do not change them. */
static void pipe_mixes_writes_and_references(struct kunit *test)
{
	int in = open_file(test, &paged_ops, O_RDONLY);
	u8 buf[64];
	int p[2];

	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], "abc", 3), 3);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], "def", 3), 3);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, p[1], NULL, 2, 0), 2);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], "ghi", 3), 3);
	KUNIT_EXPECT_EQ(test, *(u8 *)page_address(pages[0]), 0);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], buf, 4), 4);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], buf + 4, 60), 7);
	KUNIT_EXPECT_MEMEQ(test, buf, "abcdef\0\0ghi", 11);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], buf, 1), -EAGAIN);
}

static void sendfile_gives_references(struct kunit *test)
{
	int in = open_file(test, &paged_ops, O_RDONLY);
	int out = open_file(test, &plain_ops, O_WRONLY);
	int p[2];

	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_sendfile(p[1], in, NULL, 1 << 20),
			16 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, page_count(pages[15]), 2);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, out, NULL, 1 << 20, 0),
			16 * PAGE_SIZE);
	/* To a file that copies: all of it, in several rounds. */
	KUNIT_EXPECT_EQ(test, sys_lseek(in, 0, SEEK_SET), 0);
	KUNIT_EXPECT_EQ(test, sys_lseek(out, 0, SEEK_SET), 0);
	KUNIT_EXPECT_EQ(test, sys_sendfile(out, in, NULL, 1 << 20), file_size);
	KUNIT_EXPECT_EQ(test, sys_sendfile(out, in, NULL, 1 << 20), 0);
}

/* In the order in which Linux finds them. */
static void splice_refuses(struct kunit *test)
{
	int in = open_file(test, &paged_ops, O_RDONLY);
	int out = open_file(test, &plain_ops, O_WRONLY);
	int app = open_file(test, &plain_ops, O_WRONLY | O_APPEND);
	loff_t off = -1;
	int p[2];

	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_splice(99, NULL, 98, NULL, 0, 99), 0);
	KUNIT_EXPECT_EQ(test, sys_splice(99, NULL, 98, NULL, 1, 99), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, 98, NULL, 1, 0), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_splice(out, NULL, p[1], NULL, 1, 0), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, in, NULL, 1, 0), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, out, NULL, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, p[1], NULL, 1, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], &off, out, NULL, 1, 0), -ESPIPE);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, p[1], &off, 1, 0), -ESPIPE);
	KUNIT_EXPECT_EQ(test, sys_splice(in, &off, p[1], NULL, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_splice(p[0], NULL, app, NULL, 1, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_sendfile(app, in, NULL, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_close(p[0]), 0);
	KUNIT_EXPECT_EQ(test, sys_splice(in, NULL, p[1], NULL, 1, 0), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), SIGPIPE);
}

static const struct kunit_case splice_cases[] = {
	KUNIT_CASE(splice_moves_references),
	KUNIT_CASE(splice_follows_the_file_position),
	KUNIT_CASE(splice_reads_what_has_no_pages),
	KUNIT_CASE(pipe_mixes_writes_and_references),
	KUNIT_CASE(sendfile_gives_references),
	KUNIT_CASE(splice_refuses),
	{ 0 },
};

static const struct kunit_suite splice_suite = {
	.name = "splice",
	.init = splice_test_init,
	.exit = splice_test_exit,
	.test_cases = splice_cases,
};
kunit_test_suite(splice_suite);

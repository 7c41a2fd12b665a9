// SPDX-License-Identifier: MIT
/*
 * DOC: descriptors, read and write, fcntl and pipes through the system calls.
 */
#include "lib/file.h"
#include "lib/err.h"
#include "lib/kunit.h"
#include "lib/slab.h"
#include "lib/timer.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/ioctls.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/stat.h"
#include "lib/uio.h"
#include "tests/host/host.h"

long sys_read(int fd, void __user *buf, size_t count);
long sys_write(int fd, void __user *buf, size_t count);
long sys_readv(int fd, const struct iovec __user *vec, u64 nr);
long sys_writev(int fd, const struct iovec __user *vec, u64 nr);
long sys_pread64(int fd, void __user *buf, size_t count, loff_t pos);
long sys_lseek(int fd, loff_t off, int whence);
long sys_sendfile(int out, int in, loff_t __user *offset, size_t count);
long sys_close(int fd);
long sys_close_range(u32 first, u32 last, u32 flags);
long sys_dup(int fd);
long sys_dup2(int oldfd, int newfd);
long sys_dup3(int oldfd, int newfd, int flags);
long sys_fcntl(int fd, u32 cmd, u64 arg);
long sys_ioctl(int fd, u32 cmd, unsigned long arg);
long sys_pipe(int __user *fds);
long sys_pipe2(int __user *fds, u32 flags);

static s64 live_before;

static int file_test_init(struct kunit *test)
{
	struct files_struct *files;

	live_before = test_live_allocations();
	files = files_alloc();
	test->priv = files;
	test_set_files(files);
	test_take_signal();
	return files ? 0 : -ENOMEM;
}

static void file_test_exit(struct kunit *test)
{
	files_put(test->priv);
	test_set_files(NULL);
	KUNIT_EXPECT_EQ(test, test_live_allocations(), live_before);
}

/* A file of 256 KiB whose byte at n is a function of n. */
static u8 byte_at(loff_t n)
{
	return (u8)(n * 31 + n / 251);
}

#define MEM_SIZE 262144

static ssize_t mem_read(struct file *f, struct iov_iter *to)
{
	size_t done = 0;
	u8 c;

	while (f->f_pos < MEM_SIZE && iov_iter_count(to)) {
		c = byte_at(f->f_pos);
		if (copy_to_iter(&c, 1, to) != 1)
			return done ? (ssize_t)done : -EFAULT;
		f->f_pos++;
		done++;
	}
	return (ssize_t)done;
}

static loff_t mem_llseek(struct file *f, loff_t off, int whence)
{
	return f->f_pos = whence == SEEK_END ? MEM_SIZE + off : off;
}

static const struct file_operations mem_ops = {
	.name = "mem",
	.read_iter = mem_read,
	.llseek = mem_llseek,
};

static int mem_open(struct kunit *test)
{
	struct file *f = file_alloc(&mem_ops, NULL, O_RDONLY);

	return f ? fd_install(test->priv, f, 0, false) : -ENOMEM;
}

static void fd_install_gives_the_lowest(struct kunit *test)
{
	int fd, i;

	for (i = 0; i < 200; i++)
		KUNIT_EXPECT_EQ(test, mem_open(test), i);
	KUNIT_EXPECT_EQ(test, sys_close(70), 0);
	KUNIT_EXPECT_EQ(test, sys_close(70), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_close(-1), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_close(100000), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_dup(3), 70);
	KUNIT_EXPECT_EQ(test, sys_fcntl(3, F_DUPFD, 1000), 1000);
	KUNIT_EXPECT_EQ(test, sys_fcntl(3, F_DUPFD, 1024), -EINVAL);
	while ((fd = (int)sys_dup(0)) >= 0)
		;
	KUNIT_EXPECT_EQ(test, fd, -EMFILE);
	KUNIT_EXPECT_EQ(test, sys_close_range(10, ~0U, 0), 0);
	KUNIT_EXPECT_EQ(test, sys_dup(0), 10);
	KUNIT_EXPECT_EQ(test, sys_close_range(2, 1, 0), -EINVAL);
}

/* Whatever is closed and in whatever order: always the lowest that is free,
 * across words of the bitmaps and as the table grows. */
static void fd_install_is_lowest_in_any_order(struct kunit *test)
{
	struct files_struct *files = test->priv;
	u32 seed = 1, i, want, fd;

	files->rlimit_nofile = NR_OPEN_MAX;
	for (i = 0; i < 9000; i++)
		KUNIT_ASSERT_EQ(test, mem_open(test), i);
	for (i = 0; i < 3000; i++) {
		seed = seed * 1664525 + 1013904223;
		fd = seed % 9000;
		if (files->fd[fd])
			KUNIT_ASSERT_EQ(test, sys_close((int)fd), 0);
		if (seed >> 28) /* one in 16: two holes at once, or more */
			continue;
		for (want = 0; files->fd[want]; want++)
			;
		KUNIT_ASSERT_EQ(test, mem_open(test), want);
		for (want = 4097; files->fd[want]; want++)
			;
		KUNIT_ASSERT_EQ(test, sys_fcntl(0, F_DUPFD, 4097), want);
	}
	while ((fd = (u32)mem_open(test)) < 9000)
		;
	KUNIT_EXPECT_EQ(test, fd, 9000);
	KUNIT_EXPECT_EQ(test, sys_dup2(0, 9002), 9002);
	KUNIT_EXPECT_EQ(test, mem_open(test), 9001);
	KUNIT_EXPECT_EQ(test, mem_open(test), 9003);
}

static void fd_install_without_memory(struct kunit *test)
{
	struct files_struct *files = test->priv;
	struct file *f;
	int i, fd;

	for (i = 0; i < 64; i++)
		KUNIT_ASSERT_EQ(test, mem_open(test), i);
	f = file_alloc(&mem_ops, NULL, O_RDONLY);
	for (i = 1; i <= 2; i++) {
		test_fail_nth_alloc(i);
		fd = fd_install(files, f, 0, false);
		KUNIT_EXPECT_EQ(test, fd, -ENOMEM);
		test_fail_nth_alloc(0);
		KUNIT_EXPECT_EQ(test, files->max_fds, 64);
	}
	KUNIT_EXPECT_EQ(test, fd_install(files, f, 0, false), 64);
}

static void dup2_replaces_and_dup3_checks(struct kunit *test)
{
	int a;

	a = mem_open(test);
	KUNIT_EXPECT_EQ(test, sys_dup2(a, 7), 7);
	KUNIT_EXPECT_EQ(test, sys_dup2(a, 7), 7);
	KUNIT_EXPECT_EQ(test, sys_dup2(a, a), a);
	KUNIT_EXPECT_EQ(test, sys_dup2(55, 55), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_dup2(a, 1024), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_dup3(a, a, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_dup3(a, 8, O_NONBLOCK), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_dup3(a, 300, O_CLOEXEC), 300);
	KUNIT_EXPECT_EQ(test, sys_fcntl(300, F_GETFD, 0), FD_CLOEXEC);
	KUNIT_EXPECT_EQ(test, sys_fcntl(7, F_GETFD, 0), 0);
	files_close_on_exec(test->priv);
	KUNIT_EXPECT_EQ(test, sys_close(300), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_close(7), 0);
}

static void files_dup_shares_the_files(struct kunit *test)
{
	struct files_struct *copy;
	int a;
	u8 c;

	a = mem_open(test);
	copy = files_dup(test->priv);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, sys_read(a, &c, 1), 1);
	KUNIT_EXPECT_EQ(test, sys_close(a), 0);
	test_set_files(copy);
	KUNIT_EXPECT_EQ(test, sys_read(a, &c, 1), 1);
	KUNIT_EXPECT_EQ(test, c, byte_at(1)); /* one place for both */
	test_set_files(test->priv);
	files_put(copy);
}

static void read_checks_its_arguments(struct kunit *test)
{
	struct iovec v[2];
	u8 buf[8];
	int a, p[2];

	a = mem_open(test);
	KUNIT_EXPECT_EQ(test, sys_pipe(p), 0);
	KUNIT_EXPECT_EQ(test, sys_read(99, buf, 1), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_read(p[1], buf, 1), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_write(p[0], buf, 1), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_write(a, buf, 1), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, (size_t)-1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_read(a, NULL, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_pread64(a, buf, 1, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_pread64(p[0], buf, 1, 0), -ESPIPE);
	KUNIT_EXPECT_EQ(test, sys_lseek(p[0], 0, SEEK_SET), -ESPIPE);
	KUNIT_EXPECT_EQ(test, sys_pread64(a, buf, 2, 1000), 2);
	KUNIT_EXPECT_EQ(test, buf[1], byte_at(1001));
	v[0] = (struct iovec){ buf, 3 };
	v[1] = (struct iovec){ buf + 3, 5 };
	KUNIT_EXPECT_EQ(test, sys_readv(a, v, 2), 8);
	KUNIT_EXPECT_EQ(test, buf[7], byte_at(7)); /* pread moved nothing */
	KUNIT_EXPECT_EQ(test, sys_lseek(a, -2, SEEK_END), MEM_SIZE - 2);
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, 8), 2);
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, 8), 0);
}

static void fcntl_and_ioctl_set_nonblock(struct kunit *test)
{
	int p[2], on = 1, n = 0;
	u8 c = 5;

	KUNIT_EXPECT_EQ(test, sys_pipe2(p, 0x40), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK | O_CLOEXEC), 0);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[0], F_GETFL, 0), O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[1], F_GETFL, 0),
			O_NONBLOCK | O_WRONLY);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[0], F_GETFD, 0), 1);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], &c, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[1], F_SETFL, O_RDWR | O_APPEND), 0);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[1], F_GETFL, 0), O_WRONLY | O_APPEND);
	KUNIT_EXPECT_EQ(test, sys_ioctl(p[1], FIONBIO, (unsigned long)&on), 0);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[1], F_GETFL, 0),
			O_WRONLY | O_APPEND | O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, sys_ioctl(p[1], FIONBIO, 0), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_ioctl(p[0], FIONCLEX, 0), 0);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[0], F_GETFD, 0), 0);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], &c, 1), 1);
	KUNIT_EXPECT_EQ(test, sys_ioctl(p[0], FIONREAD, (unsigned long)&n), 0);
	KUNIT_EXPECT_EQ(test, n, 1);
	KUNIT_EXPECT_EQ(test, sys_ioctl(p[0], 0x5413, 0), -ENOTTY);
	KUNIT_EXPECT_EQ(test, sys_ioctl(77, 0x5413, 0), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_fcntl(p[0], 999, 0), -EINVAL);
}

static void pipe_carries_bytes_in_order(struct kunit *test)
{
	u8 *in, *out;
	u32 wrote = 0, got = 0;
	long n;
	int p[2];

	in = kmalloc(200000, GFP_KERNEL);
	out = kmalloc(200000, GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, in && out);
	get_random_bytes(in, 200000);
	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	while (got < 200000) {
		n = sys_write(p[1], in + wrote, min(60001U, 200000 - wrote));
		if (n > 0)
			wrote += (u32)n;
		n = sys_read(p[0], out + got, 33333);
		KUNIT_ASSERT_TRUE(test, n > 0);
		got += (u32)n;
	}
	KUNIT_EXPECT_EQ(test, wrote, 200000);
	KUNIT_EXPECT_MEMEQ(test, in, out, 200000);
	kfree(in);
	kfree(out);
}

/* What a name in /proc/PID/fd opens: one more end of either side; the pipe ends
 * when all of a side are closed. */
static void pipe_reopens_by_side(struct kunit *test)
{
	struct file *rd, *wr, *more;
	struct kstat a, b;
	char c = 0;
	int p[2];

	KUNIT_EXPECT_EQ(test, sys_pipe(p), 0);
	rd = fget(p[0]);
	wr = fget(p[1]);
	KUNIT_EXPECT_EQ(test, rd->f_op->fstat(rd, &a), 0);
	KUNIT_EXPECT_EQ(test, wr->f_op->fstat(wr, &b), 0);
	KUNIT_EXPECT_NE(test, a.ino, 0);
	KUNIT_EXPECT_EQ(test, a.ino, b.ino);
	more = rd->f_op->reopen(rd, O_RDWR);
	KUNIT_EXPECT_EQ(test, PTR_ERR(more), -ENXIO);
	more = rd->f_op->reopen(rd, O_WRONLY | O_NONBLOCK);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(more));
	KUNIT_EXPECT_EQ(test, more->f_flags, O_WRONLY | O_NONBLOCK);
	fput(rd);
	fput(wr);
	close_fd(task_files(), p[1]);
	p[1] = fd_install(task_files(), more, 0, false);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], "x", 1), 1);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], &c, 1), 1);
	KUNIT_EXPECT_EQ(test, c, 'x');
	close_fd(task_files(), p[1]);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], &c, 1), 0);
	close_fd(task_files(), p[0]);
}

/* POSIX: at most PIPE_BUF bytes go in whole or not at all. */
static void pipe_write_is_atomic_up_to_pipe_buf(struct kunit *test)
{
	static u8 buf[65536];
	int p[2];

	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], buf, 65536 - 100), 65536 - 100);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], buf, 101), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], buf, 5000), 100);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], buf, 5000), -EAGAIN);
}

static void pipe_ends_with_its_other_end(struct kunit *test)
{
	int p[2], q[2];
	u8 c = 1;

	KUNIT_EXPECT_EQ(test, sys_pipe(p), 0);
	KUNIT_EXPECT_EQ(test, sys_write(p[1], &c, 1), 1);
	KUNIT_EXPECT_EQ(test, sys_close(p[1]), 0);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], &c, 1), 1);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], &c, 1), 0);
	KUNIT_EXPECT_EQ(test, sys_pipe(q), 0);
	KUNIT_EXPECT_EQ(test, sys_close(q[0]), 0);
	KUNIT_EXPECT_EQ(test, sys_write(q[1], &c, 1), -EPIPE);
	KUNIT_EXPECT_EQ(test, test_take_signal(), SIGPIPE);
}

struct late_writer {
	struct timer_list timer;
	struct file *f;
};

static void late_write(struct timer_list *t)
{
	struct late_writer *w = from_timer(w, t, timer);
	struct kvec v = { (void *)(uintptr_t) "late", 4 };
	struct iov_iter it;

	iov_iter_kvec(&it, true, &v, 1, 4);
	w->f->f_op->write_iter(w->f, &it);
}

static void pipe_read_waits_and_is_interrupted(struct kunit *test)
{
	struct late_writer w;
	char buf[8] = "";
	int p[2];

	KUNIT_EXPECT_EQ(test, sys_pipe(p), 0);
	w.f = fget(p[1]);
	timer_setup(&w.timer, late_write);
	mod_timer(&w.timer, ktime_get_ns() + 5 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], buf, 8), 4);
	KUNIT_EXPECT_STREQ(test, buf, "late");
	fput(w.f);
	test_set_signal_pending(true);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], buf, 8), -ERESTARTSYS);
	test_set_signal_pending(false);
}

static void pipe_undoes_when_it_fails(struct kunit *test)
{
	int p[2], i;
	long err;

	for (i = 1; i < 20; i++) {
		test_fail_nth_alloc((u32)i);
		err = sys_pipe(p);
		if (!test_fail_fired())
			break;
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GT(test, i, 3);
	KUNIT_EXPECT_EQ(test, sys_pipe(NULL), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_pipe(p), 0);
	KUNIT_EXPECT_EQ(test, p[0], 2);
}

static void sendfile_copies_from_where_it_is_told(struct kunit *test)
{
	loff_t off = 100;
	int a, p[2];
	u8 buf[64];

	a = mem_open(test);
	KUNIT_EXPECT_EQ(test, sys_pipe2(p, O_NONBLOCK), 0);
	KUNIT_EXPECT_EQ(test, sys_sendfile(p[1], a, &off, 50), 50);
	KUNIT_EXPECT_EQ(test, off, 150);
	KUNIT_EXPECT_EQ(test, sys_read(p[0], buf, 64), 50);
	KUNIT_EXPECT_EQ(test, buf[49], byte_at(149));
	/* The pipe is full after 64 KiB: what was not taken is not skipped. */
	KUNIT_EXPECT_EQ(test, sys_sendfile(p[1], a, NULL, 200000), 65536);
	KUNIT_EXPECT_EQ(test, sys_lseek(a, 0, SEEK_SET), 0);
	KUNIT_EXPECT_EQ(test, sys_sendfile(p[1], a, NULL, 10), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_read(a, buf, 1), 1);
	KUNIT_EXPECT_EQ(test, buf[0], byte_at(0));
	KUNIT_EXPECT_EQ(test, sys_sendfile(p[1], p[0], NULL, 10), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_sendfile(p[1], 99, NULL, 10), -EBADF);
	KUNIT_EXPECT_EQ(test, sys_sendfile(a, a, NULL, 10), -EBADF);
	off = -1;
	KUNIT_EXPECT_EQ(test, sys_sendfile(p[1], a, &off, 10), -EINVAL);
}

static const struct kunit_case file_cases[] = {
	KUNIT_CASE(fd_install_gives_the_lowest),
	KUNIT_CASE(fd_install_is_lowest_in_any_order),
	KUNIT_CASE(fd_install_without_memory),
	KUNIT_CASE(dup2_replaces_and_dup3_checks),
	KUNIT_CASE(files_dup_shares_the_files),
	KUNIT_CASE(read_checks_its_arguments),
	KUNIT_CASE(fcntl_and_ioctl_set_nonblock),
	KUNIT_CASE(pipe_carries_bytes_in_order),
	KUNIT_CASE(pipe_reopens_by_side),
	KUNIT_CASE(pipe_write_is_atomic_up_to_pipe_buf),
	KUNIT_CASE(pipe_ends_with_its_other_end),
	KUNIT_CASE(pipe_read_waits_and_is_interrupted),
	KUNIT_CASE(pipe_undoes_when_it_fails),
	KUNIT_CASE(sendfile_copies_from_where_it_is_told),
	{ 0 },
};

static const struct kunit_suite file_suite = {
	.name = "file",
	.init = file_test_init,
	.exit = file_test_exit,
	.test_cases = file_cases,
};
kunit_test_suite(file_suite);

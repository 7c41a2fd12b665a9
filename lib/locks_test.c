// SPDX-License-Identifier: MIT
/*
 * DOC: record locks against a model that has an entry for each byte.
 */
#include "lib/locks.h"
#include "lib/file.h"
#include "lib/kunit.h"
#include "lib/uapi/fcntl.h"
#include "tests/host/host.h"

long sys_fcntl(int fd, u32 cmd, u64 arg);
long sys_close(int fd);
long sys_dup2(int oldfd, int newfd);

#define BYTES 48 /* the last stands for all that follow, to the end */

enum {
	PROGRAM,
	OPEN_FILE,
	OBSERVER,
	FILES
};

static s64 live_before;
static int identity; /* what the open files are of */

static const struct file_operations nothing_ops = { .name = "nothing" };

/* Descriptors 0 to 2: three times the same file, opened by itself. */
static int locks_test_init(struct kunit *test)
{
	struct file *f;
	int i;

	live_before = test_live_allocations();
	test->priv = files_alloc();
	test_set_files(test->priv);
	for (i = 0; test->priv && i < FILES; i++) {
		f = file_alloc(&nothing_ops, &identity, O_RDWR);
		if (!f || fd_install(test->priv, f, 0, false) != i)
			return -ENOMEM;
	}
	return test->priv ? 0 : -ENOMEM;
}

static void locks_test_exit(struct kunit *test)
{
	files_put(test->priv);
	test_set_files(NULL);
	KUNIT_EXPECT_EQ(test, test_live_allocations(), live_before);
}

static long lock(int who, u32 cmd, struct user_flock *l)
{
	if (who != PROGRAM)
		cmd += F_OFD_GETLK - F_GETLK;
	return sys_fcntl(who, cmd, (u64)(uintptr_t)l);
}

static long set(int who, int type, loff_t start, loff_t len)
{
	struct user_flock l = { .l_type = (s16)type,
				.l_start = start,
				.l_len = len };

	return lock(who, F_SETLK, &l);
}

/* Whether @who is refused @type there by @model of the others. */
static bool refused(const u8 model[FILES][BYTES], int who, int type, int start,
		    int end)
{
	int i, other = 1 - who;

	for (i = start; i <= end && type != F_UNLCK; i++)
		if (model[other][i] != F_UNLCK &&
		    (type == F_WRLCK || model[other][i] == F_WRLCK))
			return true;
	return false;
}

/* What @who is told of the byte at @at must be the other's whole run. */
static bool told_truly(const u8 model[FILES][BYTES], int who, int at)
{
	struct user_flock l = { F_WRLCK, SEEK_SET, at, 1, 0 };
	const u8 *other = model[1 - who];
	int from = at, to = at;

	if (lock(who, F_GETLK, &l))
		return false;
	if (other[at] == F_UNLCK)
		return l.l_type == F_UNLCK;
	while (from > 0 && other[from - 1] == other[at])
		from--;
	while (to < BYTES - 1 && other[to + 1] == other[at])
		to++;
	return l.l_type == other[at] && l.l_start == from &&
	       l.l_whence == SEEK_SET &&
	       l.l_len == (to == BYTES - 1 ? 0 : to - from + 1) &&
	       (l.l_pid == -1) == (who == PROGRAM);
}

static void locks_agree_with_a_model(struct kunit *test)
{
	u8 model[FILES][BYTES];
	u64 x = 88172645463325252ULL;
	int i;

	memset(model, F_UNLCK, sizeof(model));
	for (i = 0; i < 20000; i++) {
		int who, type, start, end;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		who = (int)(x >> 8) & 1;
		type = (int)((x >> 16) % 3);
		start = (int)((x >> 24) % BYTES);
		end = start + (int)((x >> 40) % (u64)(BYTES - start));
		KUNIT_ASSERT_EQ(test,
				set(who, type, start,
				    end == BYTES - 1 ? 0 : end - start + 1),
				refused(model, who, type, start, end) ? -EAGAIN
								      : 0);
		if (!refused(model, who, type, start, end))
			memset(model[who] + start, type,
			       (size_t)(end - start + 1));
		start = (int)((x >> 48) % BYTES);
		KUNIT_ASSERT_TRUE(test, told_truly(model, 0, start) &&
						told_truly(model, 1, start));
	}
}

static void closing_gives_locks_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, set(PROGRAM, F_WRLCK, 0, 10), 0);
	KUNIT_EXPECT_EQ(test, set(OPEN_FILE, F_WRLCK, 10, 10), 0);
	KUNIT_EXPECT_EQ(test, set(OBSERVER, F_WRLCK, 5, 1), -EAGAIN);
	/* Any descriptor of the file, but not of the open file itself. */
	KUNIT_EXPECT_EQ(test, sys_dup2(OPEN_FILE, 7), 7);
	KUNIT_EXPECT_EQ(test, sys_close(7), 0);
	KUNIT_EXPECT_EQ(test, set(OBSERVER, F_WRLCK, 5, 1), 0);
	KUNIT_EXPECT_EQ(test, set(OBSERVER, F_WRLCK, 15, 1), -EAGAIN);
	KUNIT_EXPECT_EQ(test, sys_close(OPEN_FILE), 0);
	KUNIT_EXPECT_EQ(test, set(OBSERVER, F_WRLCK, 15, 1), 0);
}

static void locks_refuse_nonsense(struct kunit *test)
{
	const loff_t last = 0x7fffffffffffffffLL;
	struct user_flock l = { F_WRLCK, SEEK_SET, 0, 1, 0 };

	KUNIT_EXPECT_EQ(test, set(0, 3, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(0, F_WRLCK, -1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(0, F_WRLCK, 1, -2), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(0, F_WRLCK, 5, -last - 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set(0, F_WRLCK, last, 2), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, set(0, F_WRLCK, last, 1), 0);
	KUNIT_EXPECT_EQ(test, set(0, F_RDLCK, 0, 0), 0);
	l.l_whence = 3;
	KUNIT_EXPECT_EQ(test, lock(0, F_SETLK, &l), -EINVAL);
	l.l_whence = SEEK_SET;
	l.l_type = F_UNLCK;
	KUNIT_EXPECT_EQ(test, lock(0, F_GETLK, &l), -EINVAL);
	l.l_type = F_RDLCK;
	l.l_pid = 1;
	KUNIT_EXPECT_EQ(test, lock(1, F_SETLK, &l), -EINVAL);
	KUNIT_EXPECT_EQ(test, sys_fcntl(0, F_SETLK, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, sys_fcntl(9, F_SETLK, 0), -EBADF);
}

static struct kunit_case locks_cases[] = {
	KUNIT_CASE(locks_agree_with_a_model),
	KUNIT_CASE(closing_gives_locks_up),
	KUNIT_CASE(locks_refuse_nonsense),
	{ 0 },
};

static const struct kunit_suite locks_suite = {
	.name = "locks",
	.init = locks_test_init,
	.exit = locks_test_exit,
	.test_cases = locks_cases,
};
kunit_test_suite(locks_suite);

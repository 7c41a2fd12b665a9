// SPDX-License-Identifier: MIT
/*
 * DOC: what programs ask about files: stat, statx, access, readlink, statfs.
 * One function gathers a struct kstat by path or by descriptor; the rest
 * turns it into the shape that each call wants.
 */
#include "kernel/process.h"
#include "kernel/uaccess.h"
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/syscalls.h"

/* st_ino of eventfd, epoll, timerfd. */
#define ANON_INO (1ULL << 32)
/* uAPI linux/magic.h */
#define RAMFS_MAGIC 0x858458f6

/**
 * file_kstat() - What fstat() tells.
 * @f:  any file; of one without a word of its own, what Linux says of all that
 *      only have a descriptor.
 * @st: filled in.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int file_kstat(struct file *f, struct kstat *st)
{
	if (f->f_op->fstat)
		return f->f_op->fstat(f, st);
	*st = (struct kstat){ .ino = ANON_INO, .mode = 0600, .nlink = 1 };
	return 0;
}

static int stat_fd(int fd, struct kstat *st)
{
	struct file *f = fget(fd);
	int err;

	if (!f)
		return -EBADF;
	err = file_kstat(f, st);
	fput(f);
	return err;
}

static int stat_path(int dfd, const char __user *upath, u32 flags,
		     struct kstat *st)
{
	struct inode *inode;
	char *path;
	int err;

	if (flags &
	    ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | 0x800 | 0x6000))
		return -EINVAL;
	path = getname(upath);
	if (IS_ERR(path))
		return (int)PTR_ERR(path);
	if (!path[0] && (flags & AT_EMPTY_PATH) && dfd != AT_FDCWD) {
		kfree(path);
		return stat_fd(dfd, st);
	}
	err = path_lookup(dfd, path[0] || !(flags & AT_EMPTY_PATH) ? path : ".",
			  flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW,
			  &inode);
	kfree(path);
	if (err)
		return err;
	err = inode_getattr(inode, st);
	iput(inode);
	return err;
}

static int put_stat(const struct kstat *st, struct linux_stat __user *to)
{
	struct linux_stat s = {
		.st_dev = st->dev ?: ANON_DEV,
		.st_ino = st->ino,
		.st_nlink = st->nlink,
		.st_mode = st->mode,
		.st_rdev = st->rdev,
		.st_size = (s64)st->size,
		.st_blksize = PAGE_SIZE,
		.st_blocks = (s64)DIV_ROUND_UP(st->size, 512),
		.st_mtime_sec = (s64)(st->mtime_ns / NSEC_PER_SEC),
		.st_mtime_nsec = (s64)(st->mtime_ns % NSEC_PER_SEC),
	};

	s.st_atime_sec = s.st_ctime_sec = s.st_mtime_sec;
	s.st_atime_nsec = s.st_ctime_nsec = s.st_mtime_nsec;
	return copy_to_user(to, &s, sizeof(s)) ? -EFAULT : 0;
}

SYSCALL_DEFINE4(newfstatat, int, dfd, const char __user *, path,
		struct linux_stat __user *, to, u32, flags)
{
	struct kstat st;
	int err = stat_path(dfd, path, flags, &st);

	return err ? err : put_stat(&st, to);
}

SYSCALL_DEFINE2(stat, const char __user *, path, struct linux_stat __user *, to)
{
	return sys_newfstatat(AT_FDCWD, path, to, 0);
}

SYSCALL_DEFINE2(lstat, const char __user *, path, struct linux_stat __user *,
		to)
{
	return sys_newfstatat(AT_FDCWD, path, to, AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE2(fstat, int, fd, struct linux_stat __user *, to)
{
	struct kstat st;
	int err = stat_fd(fd, &st);

	return err ? err : put_stat(&st, to);
}

static struct statx_timestamp statx_time(u64 ns)
{
	return (struct statx_timestamp){
		.tv_sec = (s64)(ns / NSEC_PER_SEC),
		.tv_nsec = (u32)(ns % NSEC_PER_SEC),
	};
}

SYSCALL_DEFINE5(statx, int, dfd, const char __user *, path, u32, flags, u32,
		mask, struct statx __user *, to)
{
	struct statx x = { 0 };
	struct kstat st;
	int err;

	if (mask & 0x80000000U)
		return -EINVAL;
	err = stat_path(dfd, path, flags, &st);
	if (err)
		return err;
	x.stx_mask = STATX_BASIC_STATS;
	x.stx_blksize = PAGE_SIZE;
	x.stx_nlink = st.nlink;
	x.stx_mode = (u16)st.mode;
	x.stx_ino = st.ino;
	x.stx_size = st.size;
	x.stx_blocks = DIV_ROUND_UP(st.size, 512);
	x.stx_mtime = statx_time(st.mtime_ns);
	x.stx_atime = x.stx_mtime;
	x.stx_ctime = x.stx_mtime;
	x.stx_rdev_major = (u32)(st.rdev >> 8) & 0xfff;
	x.stx_rdev_minor = (u32)((st.rdev & 0xff) | (st.rdev >> 12 & 0xffff00));
	x.stx_dev_minor = st.dev ?: ANON_DEV;
	return copy_to_user(to, &x, sizeof(x)) ? -EFAULT : 0;
}

/* Programs are root: reading and writing are allowed, executing wants a bit. */
static long do_access(int dfd, const char __user *path, u32 mode, u32 flags)
{
	struct kstat st;
	int err;

	if (mode & ~7U)
		return -EINVAL;
	err = stat_path(dfd, path, flags & ~(u32)AT_EACCESS, &st);
	if (err)
		return err;
	if ((mode & 1) && !S_ISDIR(st.mode) && !(st.mode & 0111))
		return -EACCES;
	return 0;
}

SYSCALL_DEFINE2(access, const char __user *, path, u32, mode)
{
	return do_access(AT_FDCWD, path, mode, 0);
}

SYSCALL_DEFINE3(faccessat, int, dfd, const char __user *, path, u32, mode)
{
	return do_access(dfd, path, mode, 0);
}

SYSCALL_DEFINE4(faccessat2, int, dfd, const char __user *, path, u32, mode, u32,
		flags)
{
	return do_access(dfd, path, mode, flags);
}

static long copy_link(struct inode *inode, char __user *buf, size_t size)
{
	long n = (long)inode->size;
	char *text = inode->link;

	if (inode->op) {
		text = kmalloc(PATH_MAX, GFP_KERNEL);
		n = text ? inode->op->readlink(inode, text, PATH_MAX) : -ENOMEM;
	}
	if (n > 0) {
		n = min_t(long, n, (long)size);
		if (copy_to_user(buf, text, (size_t)n))
			n = -EFAULT;
	}
	if (inode->op)
		kfree(text);
	return n;
}

SYSCALL_DEFINE4(readlinkat, int, dfd, const char __user *, upath, char __user *,
		buf, int, size)
{
	struct inode *inode;
	char *path;
	long ret;

	if (size <= 0)
		return -EINVAL;
	path = getname(upath);
	if (IS_ERR(path))
		return PTR_ERR(path);
	ret = path_lookup(dfd, path, 0, &inode);
	kfree(path);
	if (ret)
		return ret;
	ret = S_ISLNK(inode->mode) ? copy_link(inode, buf, (size_t)size)
				   : -EINVAL;
	iput(inode);
	return ret;
}

SYSCALL_DEFINE3(readlink, const char __user *, path, char __user *, buf, int,
		size)
{
	return sys_readlinkat(AT_FDCWD, path, buf, size);
}

/* uAPI asm-generic/statfs.h */
struct linux_statfs {
	s64 f_type, f_bsize;
	u64 f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	s32 f_fsid[2];
	s64 f_namelen, f_frsize, f_flags, f_spare[4];
};
static_assert(sizeof(struct linux_statfs) == 120, "uAPI statfs.h");

static int put_statfs(struct linux_statfs __user *to)
{
	struct linux_statfs s = {
		.f_type = RAMFS_MAGIC,
		.f_bsize = PAGE_SIZE,
		.f_blocks = totalram_pages(),
		.f_bfree = nr_free_pages(),
		.f_bavail = nr_free_pages(),
		.f_namelen = NAME_MAX,
		.f_frsize = PAGE_SIZE,
	};

	return copy_to_user(to, &s, sizeof(s)) ? -EFAULT : 0;
}

SYSCALL_DEFINE2(statfs, const char __user *, path, struct linux_statfs __user *,
		to)
{
	struct kstat st;
	int err = stat_path(AT_FDCWD, path, 0, &st);

	return err ? err : put_statfs(to);
}

SYSCALL_DEFINE2(fstatfs, int, fd, struct linux_statfs __user *, to)
{
	struct kstat st;
	int err = stat_fd(fd, &st);

	return err ? err : put_statfs(to);
}

// SPDX-License-Identifier: MIT
/*
 * DOC: system calls that take a path: open, names made and removed, working
 * directory, modes, lengths; and directory reading. Paths are resolved in
 * kernel/namei.c; what stat() shows is in kernel/stat.c. Semantics:
 * POSIX.1-2017, XSH; errno values as Linux gives them.
 */
#include "kernel/process.h"
#include "kernel/uaccess.h"
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/time.h"

static u32 apply_umask(u32 mode)
{
	return mode & 07777 & ~current->process->fs->umask;
}

static long do_open(int dfd, const char __user *upath, u32 flags, u32 mode)
{
	char *path = getname(upath);
	struct file *f;
	int fd;

	if (IS_ERR(path))
		return PTR_ERR(path);
	/* Linux says so of every file that a 64-bit program has opened. */
	f = vfs_open(dfd, path, flags | O_LARGEFILE, apply_umask(mode));
	kfree(path);
	if (IS_ERR(f))
		return PTR_ERR(f);
	fd = fd_install(task_files(), f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(f);
	return fd;
}

SYSCALL_DEFINE3(open, const char __user *, path, u32, flags, u32, mode)
{
	return do_open(AT_FDCWD, path, flags, mode);
}

SYSCALL_DEFINE4(openat, int, dfd, const char __user *, path, u32, flags, u32,
		mode)
{
	return do_open(dfd, path, flags, mode);
}

SYSCALL_DEFINE2(creat, const char __user *, path, u32, mode)
{
	return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* --- names --- */

/* A parent directory and last name, from a program's path. */
struct last_name {
	struct inode *dir;
	char name[NAME_MAX + 1];
	bool trailing;
};

static int get_last(int dfd, const char __user *upath, struct last_name *l)
{
	char *path = getname(upath);
	int err;

	if (IS_ERR(path))
		return (int)PTR_ERR(path);
	err = path_parent(dfd, path, &l->dir, l->name, &l->trailing);
	kfree(path);
	return err;
}

static bool name_is_dots(const struct last_name *l)
{
	return !l->name[0] || strcmp(l->name, ".") == 0 ||
	       strcmp(l->name, "..") == 0;
}

/* An entry that may be taken away; NULL: no_entry() says why not. */
static struct dentry *own_entry(const struct last_name *l)
{
	return l->dir->op ? NULL : dir_lookup(l->dir, l->name);
}

static int no_entry(const struct last_name *l)
{
	return name_is_taken(l->dir, l->name) ? -EPERM : -ENOENT;
}

/* Name @inode at @upath; consumes the caller's reference to @inode. */
static int add_new(int dfd, const char __user *upath, struct inode *inode)
{
	char *path;
	int err;

	if (!inode)
		return -ENOSPC;
	path = getname(upath);
	err = IS_ERR(path) ? (int)PTR_ERR(path) : path_add(dfd, path, inode);
	if (!IS_ERR(path))
		kfree(path);
	iput(inode);
	return err;
}

SYSCALL_DEFINE3(mkdirat, int, dfd, const char __user *, path, u32, mode)
{
	return add_new(dfd, path,
		       inode_create(S_IFDIR | (apply_umask(mode) & 01777), 0));
}

SYSCALL_DEFINE2(mkdir, const char __user *, path, u32, mode)
{
	return sys_mkdirat(AT_FDCWD, path, mode);
}

SYSCALL_DEFINE4(mknodat, int, dfd, const char __user *, path, u32, mode, u64,
		dev)
{
	u32 type = mode & S_IFMT;

	if (type == 0)
		type = S_IFREG;
	if (type == S_IFDIR)
		return -EPERM;
	if (type != S_IFREG && type != S_IFCHR && type != S_IFBLK &&
	    type != S_IFIFO && type != S_IFSOCK)
		return -EINVAL;
	return add_new(dfd, path, inode_create(type | apply_umask(mode), dev));
}

SYSCALL_DEFINE3(mknod, const char __user *, path, u32, mode, u64, dev)
{
	return sys_mknodat(AT_FDCWD, path, mode, dev);
}

SYSCALL_DEFINE3(symlinkat, const char __user *, utarget, int, dfd,
		const char __user *, path)
{
	char *target = getname(utarget);
	struct inode *inode;

	if (IS_ERR(target))
		return PTR_ERR(target);
	inode = target[0] ? inode_create(S_IFLNK | 0777, 0) : NULL;
	if (!inode) {
		int err = target[0] ? -ENOSPC : -ENOENT;

		kfree(target);
		return err;
	}
	inode->link = target;
	inode->size = strlen(target);
	return add_new(dfd, path, inode);
}

SYSCALL_DEFINE2(symlink, const char __user *, target, const char __user *, path)
{
	return sys_symlinkat(target, AT_FDCWD, path);
}

/* What the kernel shows belongs where it is; what has lost its last name, and
 * is still open, gets no other. */
static int may_link(const struct inode *inode)
{
	if (inode->op || inode->text)
		return -EXDEV;
	if (S_ISDIR(inode->mode))
		return -EPERM;
	return inode->nlink ? 0 : -ENOENT;
}

SYSCALL_DEFINE5(linkat, int, odfd, const char __user *, old, int, ndfd,
		const char __user *, new, u32, flags)
{
	struct inode *inode;
	char *path;
	int err;

	if (flags & ~(u32)AT_SYMLINK_FOLLOW)
		return -EINVAL;
	path = getname(old);
	if (IS_ERR(path))
		return PTR_ERR(path);
	err = path_lookup(odfd, path,
			  flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0,
			  &inode);
	kfree(path);
	if (err)
		return err;
	err = may_link(inode);
	if (err) {
		iput(inode);
		return err;
	}
	return add_new(ndfd, new, inode);
}

SYSCALL_DEFINE2(link, const char __user *, old, const char __user *, new)
{
	return sys_linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

static int remove_file(const struct last_name *l)
{
	struct dentry *d;

	if (name_is_dots(l))
		return -EISDIR;
	d = own_entry(l);
	if (!d)
		return no_entry(l);
	if (S_ISDIR(d->inode->mode))
		return -EISDIR;
	if (l->trailing)
		return -ENOTDIR;
	dir_remove(l->dir, d);
	return 0;
}

static int remove_dir(const struct last_name *l)
{
	struct dentry *d;

	if (!l->name[0])
		return -EBUSY; /* the root */
	if (strcmp(l->name, ".") == 0)
		return -EINVAL;
	if (strcmp(l->name, "..") == 0)
		return -ENOTEMPTY;
	d = own_entry(l);
	if (!d)
		return no_entry(l);
	if (!S_ISDIR(d->inode->mode))
		return -ENOTDIR;
	if (!dir_is_empty(d->inode))
		return d->inode->op ? -EPERM : -ENOTEMPTY;
	dir_remove(l->dir, d);
	return 0;
}

SYSCALL_DEFINE3(unlinkat, int, dfd, const char __user *, path, u32, flags)
{
	struct last_name l;
	int err;

	if (flags & ~(u32)AT_REMOVEDIR)
		return -EINVAL;
	err = get_last(dfd, path, &l);
	if (err)
		return err;
	err = flags & AT_REMOVEDIR ? remove_dir(&l) : remove_file(&l);
	iput(l.dir);
	return err;
}

SYSCALL_DEFINE1(unlink, const char __user *, path)
{
	return sys_unlinkat(AT_FDCWD, path, 0);
}

SYSCALL_DEFINE1(rmdir, const char __user *, path)
{
	return sys_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

/* Would @inode become its own ancestor in @dir? */
static bool is_ancestor(const struct inode *inode, const struct inode *dir)
{
	for (; dir; dir = dir->parent) {
		if (dir == inode)
			return true;
	}
	return false;
}

#define RENAME_NOREPLACE 1

/* May the entry @from (at @f) take the place of @to (at @t)? */
static int may_replace(const struct dentry *from, const struct dentry *to,
		       u32 flags)
{
	if (!to)
		return 0;
	if (flags & RENAME_NOREPLACE)
		return -EEXIST;
	if (S_ISDIR(from->inode->mode) && !S_ISDIR(to->inode->mode))
		return -ENOTDIR;
	if (!S_ISDIR(from->inode->mode) && S_ISDIR(to->inode->mode))
		return -EISDIR;
	if (S_ISDIR(to->inode->mode) && !dir_is_empty(to->inode))
		return -ENOTEMPTY;
	return 0;
}

static int do_rename(struct last_name *f, struct last_name *t, u32 flags)
{
	struct dentry *from, *to;
	struct inode *inode;
	int err;

	if (name_is_dots(f) || name_is_dots(t))
		return -EBUSY;
	from = own_entry(f);
	if (!from)
		return no_entry(f);
	if (t->dir->op)
		return -EXDEV;
	inode = from->inode;
	if ((f->trailing || t->trailing) && !S_ISDIR(inode->mode))
		return -ENOTDIR;
	if (S_ISDIR(inode->mode) && is_ancestor(inode, t->dir))
		return -EINVAL;
	to = dir_lookup(t->dir, t->name);
	if (to && to->inode == inode)
		return 0;
	err = may_replace(from, to, flags);
	if (err)
		return err;
	iget(inode);
	dir_remove(f->dir, from);
	if (to)
		dir_remove(t->dir, to);
	err = dir_add(t->dir, t->name, inode);
	iput(inode);
	return err;
}

SYSCALL_DEFINE5(renameat2, int, odfd, const char __user *, old, int, ndfd,
		const char __user *, new, u32, flags)
{
	struct last_name f, t;
	int err;

	if (flags & ~(u32)RENAME_NOREPLACE)
		return -EINVAL;
	err = get_last(odfd, old, &f);
	if (err)
		return err;
	err = get_last(ndfd, new, &t);
	if (!err) {
		err = do_rename(&f, &t, flags);
		iput(t.dir);
	}
	iput(f.dir);
	return err;
}

SYSCALL_DEFINE4(renameat, int, odfd, const char __user *, old, int, ndfd,
		const char __user *, new)
{
	return sys_renameat2(odfd, old, ndfd, new, 0);
}

SYSCALL_DEFINE2(rename, const char __user *, old, const char __user *, new)
{
	return sys_renameat2(AT_FDCWD, old, AT_FDCWD, new, 0);
}

/* --- working directory, mask --- */

static int set_cwd(struct inode *inode)
{
	struct fs_struct *fs = current->process->fs;

	if (!S_ISDIR(inode->mode))
		return -ENOTDIR;
	iget(inode);
	iput(fs->cwd);
	fs->cwd = inode;
	return 0;
}

static int lookup_user(int dfd, const char __user *upath, u32 flags,
		       struct inode **res)
{
	char *path = getname(upath);
	int err;

	if (IS_ERR(path))
		return (int)PTR_ERR(path);
	err = path_lookup(dfd, path, flags, res);
	kfree(path);
	return err;
}

SYSCALL_DEFINE1(chdir, const char __user *, path)
{
	struct inode *inode;
	int err = lookup_user(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	err = set_cwd(inode);
	iput(inode);
	return err;
}

SYSCALL_DEFINE1(fchdir, int, fd)
{
	struct file *f = fget(fd);
	int err = -ENOTDIR;

	if (!f)
		return -EBADF;
	if (file_has_inode(f))
		err = set_cwd(file_inode(f));
	fput(f);
	return err;
}

SYSCALL_DEFINE2(getcwd, char __user *, buf, size_t, size)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	int n;

	if (!path)
		return -ENOMEM;
	n = inode_path(current->process->fs->cwd, path, PATH_MAX);
	if (n > 0 && (size_t)n > size)
		n = -ERANGE;
	if (n > 0 && copy_to_user(buf, path, (size_t)n))
		n = -EFAULT;
	kfree(path);
	return n;
}

SYSCALL_DEFINE1(umask, u32, mask)
{
	struct fs_struct *fs = current->process->fs;
	u32 old = fs->umask;

	fs->umask = mask & 0777;
	return old;
}

/* --- mode, owner, times --- */

static int set_mode(struct inode *inode, u32 mode)
{
	if (S_ISLNK(inode->mode))
		return -EOPNOTSUPP;
	inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
	return 0;
}

SYSCALL_DEFINE3(fchmodat, int, dfd, const char __user *, path, u32, mode)
{
	struct inode *inode;
	int err = lookup_user(dfd, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	err = set_mode(inode, mode);
	iput(inode);
	return err;
}

SYSCALL_DEFINE2(chmod, const char __user *, path, u32, mode)
{
	return sys_fchmodat(AT_FDCWD, path, mode);
}

SYSCALL_DEFINE2(fchmod, int, fd, u32, mode)
{
	struct file *f = fget(fd);
	int err = -EINVAL;

	if (!f)
		return -EBADF;
	if (file_has_inode(f))
		err = set_mode(file_inode(f), mode);
	fput(f);
	return err;
}

static void set_owner(struct inode *inode, u32 uid, u32 gid)
{
	if (uid != ~0U)
		inode->uid = uid;
	if (gid != ~0U)
		inode->gid = gid;
}

SYSCALL_DEFINE5(fchownat, int, dfd, const char __user *, path, u32, uid, u32,
		gid, u32, flags)
{
	struct inode *inode;
	int err = lookup_user(dfd, path,
			      flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW,
			      &inode);

	if (err)
		return err;
	set_owner(inode, uid, gid);
	iput(inode);
	return 0;
}

SYSCALL_DEFINE3(chown, const char __user *, path, u32, uid, u32, gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, 0);
}

SYSCALL_DEFINE3(lchown, const char __user *, path, u32, uid, u32, gid)
{
	return sys_fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

SYSCALL_DEFINE3(fchown, int, fd, u32, uid, u32, gid)
{
	struct file *f = fget(fd);
	int err = -EINVAL;

	if (!f)
		return -EBADF;
	if (file_has_inode(f)) {
		set_owner(file_inode(f), uid, gid);
		err = 0;
	}
	fput(f);
	return err;
}

#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

SYSCALL_DEFINE4(utimensat, int, dfd, const char __user *, path,
		const struct timespec __user *, times, u32, flags)
{
	struct timespec ts[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	struct inode *inode;
	struct file *f;
	int err;

	if (times && copy_from_user(ts, times, sizeof(ts)))
		return -EFAULT;
	if (ts[1].tv_nsec != UTIME_NOW && ts[1].tv_nsec != UTIME_OMIT &&
	    !timespec_valid(&ts[1]))
		return -EINVAL;
	if (!path) {
		f = fget(dfd);
		if (!f)
			return -EBADF;
		if (!file_has_inode(f)) {
			fput(f);
			return -EINVAL;
		}
		inode = file_inode(f);
		iget(inode);
		fput(f);
	} else {
		err = lookup_user(dfd, path,
				  flags & AT_SYMLINK_NOFOLLOW ? 0
							      : LOOKUP_FOLLOW,
				  &inode);
		if (err)
			return err;
	}
	if (ts[1].tv_nsec == UTIME_NOW)
		inode->mtime_ns = ktime_get_real_ns();
	else if (ts[1].tv_nsec != UTIME_OMIT)
		inode->mtime_ns = timespec_to_ns(&ts[1]);
	iput(inode);
	return 0;
}

/* --- lengths --- */

SYSCALL_DEFINE2(ftruncate, int, fd, loff_t, size)
{
	struct file *f = fget(fd);
	int err = -EINVAL;

	if (!f)
		return -EBADF;
	if (size >= 0 && file_is_ramfs_regular(f) &&
	    (f->f_flags & O_ACCMODE) != O_RDONLY)
		err = inode_truncate(file_inode(f), (u64)size);
	fput(f);
	return err;
}

SYSCALL_DEFINE2(truncate, const char __user *, path, loff_t, size)
{
	struct inode *inode;
	int err;

	if (size < 0)
		return -EINVAL;
	err = lookup_user(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);
	if (err)
		return err;
	if (S_ISDIR(inode->mode))
		err = -EISDIR;
	else if (!S_ISREG(inode->mode))
		err = -EINVAL;
	else
		err = inode_truncate(inode, (u64)size);
	iput(inode);
	return err;
}

/* Memory has nothing to be written out to. */
SYSCALL_DEFINE1(fsync, int, fd)
{
	struct file *f = fget(fd);
	int err;

	if (!f)
		return -EBADF;
	err = file_has_inode(f) ? 0 : -EINVAL;
	fput(f);
	return err;
}

SYSCALL_DEFINE1(fdatasync, int, fd)
{
	return sys_fsync(fd);
}

SYSCALL_DEFINE0(sync)
{
	return 0;
}

SYSCALL_DEFINE4(fadvise64, int, fd, loff_t, off, loff_t, len, int, advice)
{
	struct file *f = fget(fd);
	int err;

	if (!f)
		return -EBADF;
	err = f->f_op->llseek ? 0 : -ESPIPE;
	if (advice < 0 || advice > 5 || len < 0)
		err = -EINVAL;
	fput(f);
	return err;
}

/* --- directories --- */

struct dirent_writer {
	struct dir_context ctx;
	u8 __user *buf;
	size_t left, done;
	int err;
};

static u8 dirent_type(u32 mode)
{
	return (u8)((mode & S_IFMT) >> 12);
}

static bool write_dirent(struct dir_context *ctx, const char *name, u64 pos,
			 u64 ino, u32 mode)
{
	struct dirent_writer *w = container_of(ctx, struct dirent_writer, ctx);
	size_t len = strlen(name) + 1;
	size_t rec =
		ALIGN(offsetof(struct linux_dirent64, d_name) + len, (size_t)8);
	struct linux_dirent64 d = {
		.d_ino = ino,
		.d_off = (s64)pos,
		.d_reclen = (u16)rec,
		.d_type = dirent_type(mode),
	};
	u8 __user *name_at = w->buf + offsetof(struct linux_dirent64, d_name);

	if (rec > w->left) {
		w->err = -EINVAL; /* seen only if nothing fitted */
		return false;
	}
	if (copy_to_user(w->buf, &d, offsetof(struct linux_dirent64, d_name)) ||
	    copy_to_user(name_at, name, len)) {
		w->err = -EFAULT;
		return false;
	}
	w->buf += rec;
	w->left -= rec;
	w->done += rec;
	return true;
}

SYSCALL_DEFINE3(getdents64, int, fd, void __user *, buf, u32, size)
{
	struct dirent_writer w = {
		.ctx.actor = write_dirent,
		.buf = buf,
		.left = size,
	};
	struct file *f = fget(fd);
	int err = -ENOTDIR;

	if (!f)
		return -EBADF;
	if (f->f_op->iterate)
		err = f->f_op->iterate(f, &w.ctx);
	fput(f);
	if (err)
		return err;
	return w.done ? (long)w.done : w.err;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: paths to inodes. The walk takes one name after the other, follows
 * symbolic links by walking their text from the directory that holds them,
 * and counts them, so that a circle ends in -ELOOP. Called by every system
 * call that takes a path (kernel/open.c, kernel/stat.c) and by exec.
 *
 * POSIX.1-2017, section 4.13, "Pathname Resolution". State: none of its own;
 * the working directory belongs to the process.
 */
#include "kernel/process.h"
#include "kernel/uaccess.h"
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/vsprintf.h"

struct walk {
	struct inode *dir; /* where we are; a reference */
	u32 links;         /* followed so far */
	/* The name at hand; at the end the final one, when asked to stop there.
	 * Here, because links within links must cost little stack. */
	char last[NAME_MAX + 1];
	bool trailing; /* ... and a slash behind it */
};

static void walk_to(struct walk *w, struct inode *inode)
{
	iget(inode);
	iput(w->dir);
	w->dir = inode;
}

/* Next name of @p into @name; its length, 0 at the end, or an error. */
static int next_name(const char **p, char *name)
{
	size_t n = 0;

	while (**p == '/')
		(*p)++;
	while ((*p)[n] && (*p)[n] != '/') {
		if (n == NAME_MAX)
			return -ENAMETOOLONG;
		name[n] = (*p)[n];
		n++;
	}
	name[n] = 0;
	*p += n;
	return (int)n;
}

static bool rest_is_slashes(const char *p)
{
	while (*p == '/')
		p++;
	return !*p;
}

static bool is_dot(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int walk_path(struct walk *w, const char *path, bool stop_at_last,
		     bool follow);

/* To where a link leads that lies in the present directory. */
static int walk_link(struct walk *w, struct inode *link, bool stop_at_last)
{
	struct inode *to;

	if (++w->links > MAXSYMLINKS)
		return -ELOOP;
	if (!link->op)
		return walk_path(w, link->link, stop_at_last, true);
	to = link->op->follow(link);
	if (IS_ERR(to))
		return (int)PTR_ERR(to);
	walk_to(w, to);
	iput(to);
	return 0;
}

/* Step into w->last of the present directory. */
static int walk_step(struct walk *w, bool follow)
{
	const char *name = w->last;
	struct inode *inode, *parent;
	int err = 0;

	if (!S_ISDIR(w->dir->mode))
		return -ENOTDIR;
	if (is_dot(name)) {
		parent = w->dir->parent;
		if (name[1] && parent)
			walk_to(w, parent);
		return 0;
	}
	inode = dir_find(w->dir, name);
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	if (S_ISLNK(inode->mode) && follow)
		err = walk_link(w, inode, false);
	else
		walk_to(w, inode);
	iput(inode);
	return err;
}

/* Walk all of @path, or all but its last name, which is left in w->last. */
static int walk_path(struct walk *w, const char *path, bool stop_at_last,
		     bool follow)
{
	bool last;
	int n;

	if (!*path)
		return -ENOENT;
	if (*path == '/')
		walk_to(w, root_inode);
	for (;;) {
		n = next_name(&path, w->last);
		if (n <= 0)
			return n;
		last = rest_is_slashes(path);
		if (last && stop_at_last) {
			if (!S_ISDIR(w->dir->mode))
				return -ENOTDIR;
			w->trailing = *path == '/';
			return 0;
		}
		n = walk_step(w, follow || !last || *path == '/');
		if (n)
			return n;
		if (*path == '/' && !S_ISDIR(w->dir->mode))
			return -ENOTDIR;
	}
}

/* Where a relative path starts. */
static int walk_start(struct walk *w, int dfd, const char *path)
{
	struct file *f;

	w->links = 0;
	w->trailing = false;
	w->last[0] = 0;
	w->dir = root_inode;
	if (*path == '/' || !current->process) {
		iget(w->dir);
		return 0;
	}
	if (dfd == AT_FDCWD) {
		w->dir = current->process->fs->cwd;
		iget(w->dir);
		return 0;
	}
	f = fget(dfd);
	if (!f)
		return -EBADF;
	if (!file_has_inode(f) || !S_ISDIR(file_inode(f)->mode)) {
		fput(f);
		return -ENOTDIR;
	}
	w->dir = file_inode(f);
	iget(w->dir);
	fput(f);
	return 0;
}

/**
 * file_has_inode() - Is this file one of this tree?
 * @f: any file.
 *
 * Context: any.
 * Return:  true if file_inode() may be asked.
 */
bool file_has_inode(const struct file *f)
{
	return f->f_op->release == inode_release;
}

/**
 * path_lookup() - Find what a path names.
 * @dfd:   directory of a relative path, or AT_FDCWD.
 * @path:  kernel memory.
 * @flags: LOOKUP_FOLLOW: a final symbolic link is followed.
 * @res:   the inode, with a reference for the caller.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int path_lookup(int dfd, const char *path, u32 flags, struct inode **res)
{
	struct walk w;
	int err = walk_start(&w, dfd, path);

	if (err)
		return err;
	err = walk_path(&w, path, false, flags & LOOKUP_FOLLOW);
	if (err) {
		iput(w.dir);
		return err;
	}
	*res = w.dir;
	return 0;
}

/**
 * path_parent() - Find the directory of a path's last name.
 * @dfd:      directory of a relative path, or AT_FDCWD.
 * @path:     kernel memory.
 * @dir:      the directory, with a reference for the caller.
 * @name:     the last name; "" if the path is only slashes.
 * @trailing: true if a slash follows the name.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int path_parent(int dfd, const char *path, struct inode **dir,
		char name[NAME_MAX + 1], bool *trailing)
{
	struct walk w;
	int err = walk_start(&w, dfd, path);

	if (err)
		return err;
	err = walk_path(&w, path, true, true);
	if (err) {
		iput(w.dir);
		return err;
	}
	memcpy(name, w.last, sizeof(w.last));
	*trailing = w.trailing;
	*dir = w.dir;
	return 0;
}

/* Make @name in @dir a directory unless it is one. */
static int ensure_dir(struct inode *dir, const char *name, u32 mode)
{
	struct inode *inode;
	int err;

	if (dir_lookup(dir, name))
		return 0;
	inode = inode_create(S_IFDIR | (mode & 07777), 0);
	if (!inode)
		return -ENOMEM;
	err = dir_add(dir, name, inode);
	iput(inode);
	return err;
}

/**
 * path_make_parents() - Make the directories on the way to a path.
 * @path: kernel memory; those that are there stay.
 *
 * Context: boot task.
 * Return:  0 or a negative errno.
 */
int path_make_parents(const char *path)
{
	char name[NAME_MAX + 1], *part;
	struct inode *dir;
	bool trailing;
	size_t i;
	int err;

	/* Most often all of them are there. */
	err = path_parent(AT_FDCWD, path, &dir, name, &trailing);
	if (!err) {
		iput(dir);
		if (!trailing)
			return 0;
	}
	err = 0;
	part = kmalloc(PATH_MAX + 1, GFP_KERNEL);
	if (!part)
		return -ENOMEM;
	for (i = 1; path[i] && !err; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = 0;
		err = path_parent(AT_FDCWD, part, &dir, name, &trailing);
		if (err)
			break;
		if (name[0] && strcmp(name, ".") != 0 &&
		    strcmp(name, "..") != 0)
			err = ensure_dir(dir, name, 0755);
		iput(dir);
	}
	kfree(part);
	return err;
}

/**
 * name_is_taken() - Whether a directory has a name.
 * @dir:  any directory.
 * @name: not "." or "..".
 *
 * Context: task.
 */
bool name_is_taken(struct inode *dir, const char *name)
{
	struct inode *inode = dir_find(dir, name);

	if (IS_ERR(inode))
		return false;
	iput(inode);
	return true;
}

/**
 * path_add() - Give an inode a name.
 * @dfd:   directory of a relative path, or AT_FDCWD.
 * @path:  kernel memory.
 * @inode: gets one name more; the caller's reference stays the caller's.
 *
 * Context: task.
 * Return:  0; -EEXIST: the name is taken, or is none; -ENOENT: no directory, or
 *          one that was removed; another negative errno.
 */
int path_add(int dfd, const char *path, struct inode *inode)
{
	char name[NAME_MAX + 1];
	struct inode *dir;
	bool trailing;
	int err = path_parent(dfd, path, &dir, name, &trailing);

	if (err)
		return err;
	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    name_is_taken(dir, name))
		err = -EEXIST;
	else if (trailing && !S_ISDIR(inode->mode))
		err = -ENOENT;
	else if (dir != root_inode && !dir->parent)
		err = -ENOENT; /* a directory that was removed */
	else
		err = dir_add(dir, name, inode);
	iput(dir);
	return err;
}

/**
 * symlink_create() - Make a symbolic link.
 * @path: absolute; its directory is there.
 * @to:   its text.
 *
 * Context: boot task.
 * Return:  0; -EEXIST: the name is taken; another negative errno.
 */
int symlink_create(const char *path, const char *to)
{
	struct inode *inode = inode_create(S_IFLNK | 0777, 0);
	size_t len = strlen(to);
	int err = -ENOMEM;

	if (!inode)
		return err;
	inode->link = kmalloc(len + 1, GFP_KERNEL);
	if (inode->link) {
		memcpy(inode->link, to, len + 1);
		inode->size = len;
		err = path_add(AT_FDCWD, path, inode);
	}
	iput(inode);
	return err;
}

/* The directory @path, which ends with a slash; made if it is not there. */
static int ensure_path(const char *path, struct inode **dir)
{
	int err = path_make_parents(path);

	if (!err)
		err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, dir);
	if (!err && !S_ISDIR((*dir)->mode)) {
		iput(*dir);
		err = -ENOTDIR;
	}
	return err;
}

/**
 * dir_fill_on_use() - Have a directory filled when somebody first looks into
 * it.
 * @path: absolute, with a slash at its end; made if it is not there.
 * @fill: makes what belongs into it; called once at most, by a task.
 *
 * Context: boot task.
 * Return:  0 or a negative errno.
 */
int dir_fill_on_use(const char *path, void (*fill)(void))
{
	struct inode *dir;
	int err = ensure_path(path, &dir);

	if (err)
		return err;
	dir->dir.fill = fill;
	iput(dir);
	return 0;
}

/**
 * dir_set_ops() - Give a directory names that come and go; none can be added
 * any more.
 * @path: absolute, with a slash at its end; made if it is not there.
 * @op:   lookup and iterate at least; static.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int dir_set_ops(const char *path, const struct inode_operations *op)
{
	struct inode *dir;
	int err = ensure_path(path, &dir);

	if (err)
		return err;
	dir->op = op;
	iput(dir);
	return 0;
}

/**
 * inode_open() - Make a file for an inode.
 * @inode: it; the file takes a reference of its own.
 * @flags: O_*.
 *
 * Context: task.
 * Return:  the file with one reference, or an error pointer.
 */
struct file *inode_open(struct inode *inode, u32 flags)
{
	const struct file_operations *ops = &ramfs_file_ops;
	struct file *f;

	if (inode->op && inode->op->open)
		return inode->op->open(inode, flags);
	switch (inode->mode & S_IFMT) {
	case S_IFDIR:
		if ((flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT))
			return ERR_PTR(-EISDIR);
		ops = &ramfs_dir_ops;
		break;
	case S_IFREG:
		if (!inode->text)
			break;
		if ((flags & O_ACCMODE) != O_RDONLY && !inode->text->store)
			return ERR_PTR(-EACCES);
		ops = &text_file_ops;
		break;
	case S_IFCHR:
		return chrdev_open(inode, flags);
	case S_IFLNK:
		return ERR_PTR(-ELOOP);
	default:
		return ERR_PTR(-ENXIO);
	}
	f = file_alloc(
		ops, inode,
		flags & ~(O_CREAT | O_EXCL | O_TRUNC | O_NOCTTY | O_CLOEXEC));
	if (!f)
		return ERR_PTR(-ENOMEM);
	iget(inode);
	return f;
}

/* Make @name in @dir a new regular file. */
static int create_regular(struct inode *dir, const char *name, u32 mode,
			  struct inode **res)
{
	struct inode *inode = inode_create(S_IFREG | (mode & 07777), 0);
	int err;

	if (!inode)
		return -ENOSPC;
	err = dir_add(dir, name, inode);
	if (err) {
		iput(inode);
		return err;
	}
	*res = inode;
	return 0;
}

/* The inode that open(O_CREAT) means, made if it was not there. A link at
 * the end is followed to the name that it gives. */
static int lookup_create(int dfd, const char *path, u32 flags, u32 mode,
			 struct inode **res)
{
	struct inode *inode;
	struct walk w;
	int err = walk_start(&w, dfd, path);
	bool there; /* the link leads to an inode, not to a name */

	if (err)
		return err;
	err = walk_path(&w, path, true, true);
	for (;;) {
		if (err)
			break;
		err = -EISDIR;
		if (!w.last[0] || w.trailing || is_dot(w.last))
			break;
		inode = dir_find(w.dir, w.last);
		err = (int)PTR_ERR(inode);
		if (IS_ERR(inode)) {
			if (err == -ENOENT)
				err = create_regular(w.dir, w.last, mode, res);
			break;
		}
		if (flags & O_EXCL) {
			iput(inode);
			err = -EEXIST;
			break;
		}
		if (!S_ISLNK(inode->mode) || (flags & O_NOFOLLOW)) {
			*res = inode;
			err = 0;
			break;
		}
		there = inode->op;
		err = walk_link(&w, inode, true);
		iput(inode);
		if (!err && there) {
			*res = w.dir;
			return 0;
		}
	}
	iput(w.dir);
	return err;
}

/**
 * vfs_open() - Open a path.
 * @dfd:   directory of a relative path, or AT_FDCWD.
 * @path:  kernel memory.
 * @flags: O_*.
 * @mode:  permissions of a file that O_CREAT makes, umask applied.
 *
 * Context: task.
 * Return:  the file with one reference, or an error pointer.
 */
struct file *vfs_open(int dfd, const char *path, u32 flags, u32 mode)
{
	struct inode *inode = NULL;
	struct file *f;
	int err;

	if ((flags & O_ACCMODE) == O_ACCMODE)
		return ERR_PTR(-EINVAL);
	if ((flags & O_CREAT) && (flags & O_DIRECTORY))
		return ERR_PTR(-EINVAL);
	if (flags & O_CREAT)
		err = lookup_create(dfd, path, flags, mode, &inode);
	else
		err = path_lookup(dfd, path,
				  flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW,
				  &inode);
	if (err)
		return ERR_PTR(err);
	if ((flags & O_DIRECTORY) && !S_ISDIR(inode->mode)) {
		iput(inode);
		return ERR_PTR(-ENOTDIR);
	}
	f = inode_open(inode, flags);
	if (!IS_ERR(f) && (flags & O_TRUNC) && S_ISREG(inode->mode) &&
	    (flags & O_ACCMODE) != O_RDONLY) {
		err = inode_truncate(inode, 0);
		if (err) {
			fput(f);
			f = ERR_PTR(err);
		}
	}
	iput(inode);
	return f;
}

struct name_of {
	struct dir_context ctx;
	u64 ino;
	char *name; /* NAME_MAX + 1 bytes */
	bool found;
};

static bool take_name(struct dir_context *ctx, const char *name, u64 pos,
		      u64 ino, u32 mode)
{
	struct name_of *n = container_of(ctx, struct name_of, ctx);

	if (ino != n->ino)
		return true;
	strscpy(n->name, name, NAME_MAX + 1);
	n->found = true;
	return false;
}

/* Name of @inode in its parent; false if it was removed. */
static bool inode_name(const struct inode *inode, char *name)
{
	struct name_of n = { { take_name }, inode->ino, name, false };
	struct inode *dir = inode->parent;
	loff_t pos = DIR_OP_POS;
	struct dentry *d;

	if (!dir)
		return false;
	list_for_each_entry (d, &dir->dir.entries, entry) {
		if (d->inode != inode)
			continue;
		memcpy(name, d->name, d->len + 1U);
		return true;
	}
	if (dir->op)
		dir->op->iterate(dir, &pos, &n.ctx);
	return n.found;
}

/**
 * inode_path() - The absolute path of an inode.
 * @inode: it.
 * @buf:   @size bytes.
 * @size:  room.
 *
 * Context: task.
 * Return:  length with the final zero; -ENOENT if it was removed, -ERANGE
 *          without room.
 */
int inode_path(struct inode *inode, char *buf, size_t size)
{
	char name[NAME_MAX + 1];
	size_t pos = size, len;

	if (size < 2)
		return -ERANGE;
	buf[--pos] = 0;
	while (inode != root_inode) {
		if (!inode_name(inode, name))
			return -ENOENT;
		len = strlen(name);
		if (len + 1 > pos)
			return -ERANGE;
		pos -= len;
		memcpy(buf + pos, name, len);
		buf[--pos] = '/';
		inode = inode->parent;
	}
	if (pos == size - 1)
		buf[--pos] = '/';
	memmove(buf, buf + pos, size - pos);
	return (int)(size - pos);
}

/**
 * getname() - Copy a program's path.
 * @upath: the program's address.
 *
 * Context: task.
 * Return:  zero-terminated, for the caller to kfree(); -EFAULT,
 *          -ENAMETOOLONG or -ENOMEM as an error pointer.
 */
char *getname(const char __user *upath)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	ssize_t n;

	if (!path)
		return ERR_PTR(-ENOMEM);
	n = strncpy_from_user(path, upath, PATH_MAX);
	if (n < 0 || n == PATH_MAX) {
		kfree(path);
		return ERR_PTR(n < 0 ? n : -ENAMETOOLONG);
	}
	return path;
}

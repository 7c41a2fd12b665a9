// SPDX-License-Identifier: MIT
/*
 * DOC: AF_UNIX's names in the file tree: bind() makes a socket file, connect()
 * finds one. So net/unix need not know the tree. Called by start_kernel().
 */
#include "boot/unix_fs.h"
#include "kernel/process.h"
#include "net/unix/af_unix.h"

static int make_in(struct inode *dir, const char *name, struct inode *inode)
{
	if (!name[0] || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    dir_lookup(dir, name))
		return -EADDRINUSE;
	return dir_add(dir, name, inode);
}

static int name_bind(const char *path, void **key)
{
	u32 mode = 0777 & ~current->process->fs->umask;
	char name[NAME_MAX + 1];
	struct inode *dir, *inode;
	bool trailing;
	int err = path_parent(AT_FDCWD, path, &dir, name, &trailing);

	if (err)
		return err;
	err = -ENOMEM;
	inode = inode_create(S_IFSOCK | mode, 0);
	if (inode) {
		err = trailing ? -ENOENT : make_in(dir, name, inode);
		if (err)
			iput(inode);
	}
	iput(dir);
	*key = inode;
	return err;
}

static int name_find(const char *path, void **key)
{
	struct inode *inode;
	int err = path_lookup(AT_FDCWD, path, LOOKUP_FOLLOW, &inode);

	if (err)
		return err;
	if (!S_ISSOCK(inode->mode)) {
		iput(inode);
		return -ECONNREFUSED;
	}
	*key = inode;
	return 0;
}

static void name_put(void *key)
{
	iput(key);
}

static const struct unix_fs_ops ops = { name_bind, name_find, name_put };

/**
 * unix_fs_init() - Sockets can have names in the file tree.
 *
 * Context: boot task, after ramfs_init().
 */
void unix_fs_init(void)
{
	(void)unix_set_fs(&ops);
}

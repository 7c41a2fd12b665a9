// SPDX-License-Identifier: MIT
/*
 * DOC: AF_UNIX's names in the file tree: bind() makes a socket file, connect()
 * finds one. So net/unix need not know the tree. Called by start_kernel().
 */
#include "boot/unix_fs.h"
#include "kernel/process.h"
#include "net/unix/af_unix.h"

static int name_bind(const char *path, void **key)
{
	u32 mode = 0777 & ~current->process->fs->umask;
	struct inode *inode = inode_create(S_IFSOCK | mode, 0);
	int err;

	if (!inode)
		return -ENOMEM;
	err = path_add(AT_FDCWD, path, inode);
	if (err)
		iput(inode);
	*key = inode;
	return err == -EEXIST ? -EADDRINUSE : err;
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

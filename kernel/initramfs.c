// SPDX-License-Identifier: MIT
/*
 * DOC: from the boot archive to the file tree. boot/main.c calls
 * initramfs_unpack() once; lib/cpio.c reads the archive. File bytes stay
 * where the boot loader put them (kernel/ramfs.c copies what is written), so
 * a large file costs no memory twice. A later archive replaces what an
 * earlier one brought. What is broken is said and skipped; the machine goes
 * on with what it has.
 */
#include "kernel/boot_info.h"
#include "kernel/vfs.h"
#include "lib/cpio.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/vsprintf.h"

/* Files with several names: cpio tells them by inode number. */
struct hard_link {
	struct list_head entry;
	u32 ino, dev_major, dev_minor;
	struct inode *inode;
};

static LIST_HEAD(hard_links);

static void forget_hard_links(void)
{
	struct hard_link *l, *n;

	list_for_each_entry_safe (l, n, &hard_links, entry) {
		list_del(&l->entry);
		iput(l->inode);
		kfree(l);
	}
}

static struct inode *find_hard_link(const struct cpio_entry *e)
{
	struct hard_link *l;

	list_for_each_entry (l, &hard_links, entry) {
		if (l->ino == e->ino && l->dev_major == e->dev_major &&
		    l->dev_minor == e->dev_minor)
			return l->inode;
	}
	return NULL;
}

static int remember_hard_link(const struct cpio_entry *e, struct inode *inode)
{
	struct hard_link *l = kmalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return -ENOMEM;
	*l = (struct hard_link){ .ino = e->ino,
				 .dev_major = e->dev_major,
				 .dev_minor = e->dev_minor,
				 .inode = inode };
	iget(inode);
	list_add(&l->entry, &hard_links);
	return 0;
}

/* The inode of an entry, one reference; NULL without memory. */
static struct inode *make_inode(const struct cpio_entry *e)
{
	struct inode *inode = NULL;
	char *link;

	if (S_ISREG(e->mode) && e->nlink > 1) {
		inode = find_hard_link(e);
		if (inode)
			iget(inode);
	}
	if (!inode)
		inode = inode_create(e->mode,
				     makedev(e->rdev_major, e->rdev_minor));
	if (!inode)
		return NULL;
	if (S_ISREG(e->mode)) {
		if (e->size)
			inode_set_blob(inode, e->data, e->size);
		if (e->nlink > 1 && !find_hard_link(e) &&
		    remember_hard_link(e, inode) != 0)
			goto out_put;
	} else if (S_ISLNK(e->mode)) {
		link = kmalloc(e->size + 1, GFP_KERNEL);
		if (!link)
			goto out_put;
		memcpy(link, e->data, e->size);
		link[e->size] = 0;
		inode->link = link;
		inode->size = strlen(link);
	}
	inode->mtime_ns = (u64)e->mtime * NSEC_PER_SEC;
	return inode;

out_put:
	iput(inode);
	return NULL;
}

/* Name the entry @name in @dir, replacing a file of an earlier archive. */
static int place(struct inode *dir, const char *name,
		 const struct cpio_entry *e)
{
	struct dentry *d = dir_lookup(dir, name);
	struct inode *inode;
	int err;

	if (d && S_ISDIR(d->inode->mode) && S_ISDIR(e->mode)) {
		d->inode->mode = e->mode;
		return 0;
	}
	if (d && S_ISDIR(d->inode->mode))
		return -EISDIR;
	inode = make_inode(e);
	if (!inode)
		return -ENOMEM;
	if (d)
		dir_remove(dir, d);
	err = dir_add(dir, name, inode);
	inode->mtime_ns = (u64)e->mtime * NSEC_PER_SEC;
	iput(inode);
	return err;
}

static int unpack_entry(const struct cpio_entry *e)
{
	char name[NAME_MAX + 1], *path;
	struct inode *dir;
	bool trailing;
	int err;

	switch (e->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	case S_IFLNK:
		if (e->size == 0 || e->size >= PATH_MAX)
			return -EINVAL;
		break;
	default:
		return -EINVAL;
	}
	path = kmalloc(PATH_MAX + 1, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	snprintf(path, PATH_MAX + 1, "/%s", e->name);
	err = path_parent(AT_FDCWD, path, &dir, name, &trailing);
	if (err == -ENOENT) {
		err = path_make_parents(path);
		if (!err)
			err = path_parent(AT_FDCWD, path, &dir, name,
					  &trailing);
	}
	kfree(path);
	if (err)
		return err;
	if (name[0] && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		err = place(dir, name, e);
	iput(dir);
	return err;
}

static void make_node(const char *dir_name_, const char *name, u32 mode,
		      u32 major, u32 minor)
{
	struct inode *dir, *inode;

	if (path_lookup(AT_FDCWD, dir_name_, LOOKUP_FOLLOW, &dir) != 0)
		return;
	if (S_ISDIR(dir->mode) && !dir_lookup(dir, name)) {
		inode = inode_create(mode, makedev(major, minor));
		if (!inode || dir_add(dir, name, inode) != 0)
			panic("no memory for /dev");
		iput(inode);
	}
	iput(dir);
}

/* What every program may expect, unless the archive brought its own. */
static void make_defaults(void)
{
	static const struct {
		const char *name;
		u32 mode, major, minor;
	} nodes[] = {
		{ "null", 0666, 1, 3 },    { "zero", 0666, 1, 5 },
		{ "full", 0666, 1, 7 },    { "random", 0666, 1, 8 },
		{ "urandom", 0666, 1, 9 }, { "tty", 0666, 5, 0 },
		{ "console", 0600, 5, 1 }, { "ttyS0", 0660, 4, 64 },
	};
	size_t i;

	make_node("/", "dev", S_IFDIR | 0755, 0, 0);
	make_node("/", "tmp", S_IFDIR | 01777, 0, 0);
	make_node("/", "run", S_IFDIR | 0755, 0, 0);
	make_node("/dev", "shm", S_IFDIR | 01777, 0, 0);
	for (i = 0; i < ARRAY_SIZE(nodes); i++)
		make_node("/dev", nodes[i].name, S_IFCHR | nodes[i].mode,
			  nodes[i].major, nodes[i].minor);
}

/**
 * initramfs_unpack() - Fill the file tree from the boot archive.
 *
 * Context: boot task, after ramfs_init().
 */
void initramfs_unpack(void)
{
	u32 files = 0, bad = 0;
	struct cpio_entry e;
	struct cpio_iter it;
	const void *start;
	size_t size = 0;
	int err;

	start = boot_initrd(&size);
	cpio_iter_init(&it, start, start ? size : 0);
	for (;;) {
		err = cpio_next(&it, &e);
		if (err <= 0)
			break;
		if (it.new_archive)
			forget_hard_links();
		files++;
		err = unpack_entry(&e);
		if (err && bad++ < 5)
			pr_warn("initramfs: %s: error %d\n", e.name, err);
	}
	forget_hard_links();
	if (err < 0)
		pr_err("initramfs: %s at byte %llu of %zu: what follows is "
		       "lost\n",
		       it.error, it.pos, size);
	make_defaults();
	pr_info("initramfs: %u entries, %zu KiB\n", files, size / 1024);
}

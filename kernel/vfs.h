/* SPDX-License-Identifier: MIT */
/*
 * DOC: the file tree: inodes in memory (kernel/ramfs.c), names to inodes
 * (kernel/namei.c), devices (kernel/chrdev.c), files whose text the kernel
 * makes (kernel/textfile.c). The tree starts as the
 * initramfs and everything in it may be changed; nothing outlives the
 * machine. Programs are root, so permission bits are kept and shown, and only
 * the execute bit is asked.
 */
#pragma once

#include "lib/file.h"
#include "lib/list.h"
#include "lib/platform.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/stat.h"

/* st_dev: of the tree; of what the kernel shows in it; of what has no name. */
#define RAMFS_DEV 1
#define PROC_DEV  2
#define ANON_DEV  3

#define PATH_MAX 4096
#define NAME_MAX 255
/* Links followed in one look-up before -ELOOP (Linux: MAXSYMLINKS). */
#define MAXSYMLINKS 40
/* The largest file; beyond is -EFBIG. */
#define RAMFS_MAX_SIZE (16ULL << 30)

struct page;
struct dir_context;

/* A file whose text is made when it is read (kernel/textfile.c). */
struct text_ops {
	/* The text of at most @size bytes; its length, or a negative errno. */
	ssize_t (*show)(const void *arg, char *text, size_t size);
	/* Or, of a text of any length, the record at *@pos, the first at 0,
	 * and move on; 0 past the last. */
	ssize_t (*next)(const void *arg, u64 *pos, char *text, size_t size);
	/* What was written, zero-terminated; 0 or a negative errno. NULL: it
	 * may not be. */
	int (*store)(const void *arg, const char *text);
};

/* What an inode does that is not the tree's own (kernel/procfs.c,
 * boot/sys_net.c): a directory's names come and go without dir_add(). NULL: as
 * in the tree. */
struct inode_operations {
	/* S_IFDIR: what a name that was not added names: an inode with a
	 * reference for the caller, or an error pointer. */
	struct inode *(*lookup)(struct inode *dir, const char *name);
	/* ... and all such names: each is handed over with dir_emit(); *@pos
	 * begins with DIR_OP_POS. */
	void (*iterate)(struct inode *dir, loff_t *pos,
			struct dir_context *ctx);
	/* S_IFLNK: the text, as many as @size bytes; its length or a negative
	 * errno. */
	ssize_t (*readlink)(struct inode *inode, char *buf, size_t size);
	/* ... and where it leads, whatever the text says; as lookup. */
	struct inode *(*follow)(struct inode *inode);
	struct file *(*open)(struct inode *inode, u32 flags);
	int (*getattr)(struct inode *inode, struct kstat *st);
	/* The last reference is gone. */
	void (*release)(struct inode *inode);
};

/* Where the last reader of records is: at @at in the file begins the record
 * @pos. One that it has read in part is kept: @len bytes of @text, then comes
 * the record @next. */
struct text_place {
	loff_t at;
	u64 pos, next;
	char *text; /* NULL: none is kept */
	size_t len;
};

struct inode {
	u32 refcount; /* names, open files, working directories */
	u32 mode;
	u32 nlink;
	u32 uid, gid;
	u64 ino;
	u64 rdev;
	u64 size;
	u64 mtime_ns;
	const struct text_ops *text;       /* NULL: an ordinary file */
	const struct inode_operations *op; /* NULL: the tree's own */
	/* A directory that names it, which for a directory is a reference. */
	struct inode *parent;
	char *old_path; /* of what lost its parent while in use; or NULL */
	union {
		struct {
			const void *arg; /* of the text's operations */
			struct text_place place;
		} txt;
		struct {
			/* Bytes of the boot archive, until a page is written.
			 */
			const u8 *blob;
			u64 blob_len;
			/* Pages that were: chunks of RAMFS_CHUNK pointers. */
			struct page ***chunks;
			u64 nr_chunks;
		} reg;
		struct {
			struct list_head entries; /* of struct dentry */
			void (*fill)(void);       /* before first use */
			u64 next_pos;
		} dir;
		char *link; /* S_IFLNK: zero-terminated target */
	};
};

struct dentry {
	struct list_head entry; /* in the directory, ascending @pos */
	struct inode *inode;    /* a reference */
	u64 pos;                /* for getdents: stable while others go */
	u8 len;                 /* of the name */
	char name[];
};

struct dir_context {
	/* False: no room, stop before this entry. */
	bool (*actor)(struct dir_context *ctx, const char *name, u64 pos,
		      u64 ino, u32 mode);
};

/* The place of the first name that a directory's operations give; names that
 * were added come before. */
#define DIR_OP_POS (1LL << 32)

/* The name at *@pos, and on to @next; false: no room. */
static inline bool dir_emit(struct dir_context *ctx, const char *name,
			    loff_t *pos, loff_t next, u64 ino, u32 mode)
{
	if (!ctx->actor(ctx, name, (u64)next, ino, mode))
		return false;
	*pos = next;
	return true;
}

extern struct inode *root_inode;

/* ramfs.c */
void ramfs_init(void);
struct inode *inode_create(u32 mode, u64 rdev) __must_check;
/* The same as the beginning of @size bytes. */
void *inode_create_in(size_t size, u32 mode, u64 rdev) __must_check;
void iget(struct inode *inode);
void iput(struct inode *inode);
struct dentry *dir_lookup(struct inode *dir, const char *name);
struct inode *dir_find(struct inode *dir, const char *name) __must_check;
int dir_add(struct inode *dir, const char *name,
	    struct inode *inode) __must_check;
void dir_remove(struct inode *dir, struct dentry *d);
bool dir_is_empty(struct inode *dir);
int dir_fill_on_use(const char *path, void (*fill)(void)) __must_check;
int dir_set_ops(const char *path,
		const struct inode_operations *op) __must_check;
int inode_truncate(struct inode *inode, u64 size) __must_check;
void inode_set_blob(struct inode *inode, const u8 *blob, u64 len);
u64 inode_read(const struct inode *inode, void *buf, u64 n, u64 off);
int inode_getattr(struct inode *inode, struct kstat *st);
/* The page at @off made the file's own, one reference for the caller. */
struct page *inode_get_page(struct inode *inode, u64 off) __must_check;
int inode_fstat(struct file *f, struct kstat *st);
int inode_release(struct file *f);
extern const struct file_operations ramfs_file_ops, ramfs_dir_ops;

/* namei.c */
enum {
	LOOKUP_FOLLOW = 1,
};
int path_lookup(int dfd, const char *path, u32 flags,
		struct inode **res) __must_check;
/* The directory that holds, or would hold, the last name of @path. */
int path_parent(int dfd, const char *path, struct inode **dir,
		char name[NAME_MAX + 1], bool *trailing) __must_check;
int path_make_parents(const char *path) __must_check;
bool name_is_taken(struct inode *dir, const char *name);
int path_add(int dfd, const char *path, struct inode *inode) __must_check;
int symlink_create(const char *path, const char *to) __must_check;
struct file *vfs_open(int dfd, const char *path, u32 flags,
		      u32 mode) __must_check;
struct file *inode_open(struct inode *inode, u32 flags) __must_check;
int inode_path(struct inode *inode, char *buf, size_t size) __must_check;
/* A kernel copy of a program's path (kfree it), or an error pointer. */
char *getname(const char __user *upath) __must_check;

/* flock.c */
void flock_release(const struct file *f);

/* chrdev.c */
struct file *chrdev_open(struct inode *inode, u32 flags) __must_check;
bool file_is_dev_zero(const struct file *f);

/* textfile.c */
int text_file_create(const char *path, const struct text_ops *ops,
		     const void *arg) __must_check;
extern const struct file_operations text_file_ops;

/* stat.c */
int file_kstat(struct file *f, struct kstat *st);

/* procfs.c */
int procfs_init(void) __must_check;

/* initramfs.c */
void initramfs_unpack(void);

/* tty.c */
void tty_init(void);
int tty_foreground(void);
extern const struct file_operations tty_ops;

static inline struct inode *file_inode(const struct file *f)
{
	return f->private_data;
}

/* True for what this tree opened: private_data is an inode. */
bool file_has_inode(const struct file *f);

static inline bool file_is_ramfs_regular(const struct file *f)
{
	return f->f_op == &ramfs_file_ops;
}

static inline u64 makedev(u32 major, u32 minor)
{
	return (minor & 0xff) | (u64)(major & 0xfff) << 8 |
	       (u64)(minor & ~0xffU) << 12;
}

/* SPDX-License-Identifier: MIT */
/*
 * DOC: open files and descriptor tables (lib/fdtable.c), and the operations
 * that a kind of file provides. Sockets, ramfs files, the console, pipes and
 * epoll are all files; read(), poll() and close() go through here.
 */
#pragma once

#include "lib/list.h"
#include "lib/platform.h"
#include "lib/wait.h"

struct bio_vec;
struct file;
struct iov_iter;
struct kstat;

/* Collects wait queues during one poll; NULL qproc: only look. */
struct poll_table {
	void (*qproc)(struct file *f, struct wait_queue_head *q,
		      struct poll_table *pt);
};

static inline void poll_wait(struct file *f, struct wait_queue_head *q,
			     struct poll_table *pt)
{
	if (pt && pt->qproc)
		pt->qproc(f, q, pt);
}

/* What stat() asks; filled by file_operations.fstat and by path look-up. */
struct kstat {
	u64 ino;
	u32 dev; /* whose number that is; 0: nobody's in the file tree */
	u32 mode, nlink;
	u64 rdev;
	u64 size;
	u64 mtime_ns;
};

struct dir_context;

/* A NULL operation gives the errno that Linux gives for such a file. */
struct file_operations {
	const char *name;
	ssize_t (*read_iter)(struct file *f, struct iov_iter *to);
	ssize_t (*write_iter)(struct file *f, struct iov_iter *from);
	/* write() of a plain buffer, with no reference but the table's; or
	 * NULL. Only for files that are always open for writing. */
	ssize_t (*write_buf)(struct file *f, void __user *buf, size_t count);
	u32 (*poll)(struct file *f, struct poll_table *pt); /* EPOLL* bits */
	long (*ioctl)(struct file *f, u32 cmd, unsigned long arg);
	loff_t (*llseek)(struct file *f, loff_t off, int whence);
	int (*fstat)(struct file *f, struct kstat *st);
	int (*iterate)(struct file *f, struct dir_context *ctx);
	/* read_iter for splice(), where that is not the same; or NULL. */
	ssize_t (*splice_read)(struct file *f, struct iov_iter *to);
	/* The file's own memory at @pos, at most @len bytes that lie in one
	 * place: their number, with a reference on the page for the caller;
	 * 0: the end; or a negative errno. NULL: it has none. */
	ssize_t (*get_piece)(struct file *f, loff_t pos, size_t len,
			     struct bio_vec *piece);
	/* Memory that programs may share, if not the file tree's: whether
	 * these bytes of it, and a page with a reference for the caller; NULL:
	 * beyond the end. */
	int (*mmap)(struct file *f, u64 off, u64 len);
	struct page *(*mmap_page)(struct file *f, u64 off);
	/* Another file of the same, opened by its name in /proc/PID/fd, with
	 * @flags; or an error pointer. NULL: -ENXIO. */
	struct file *(*reopen)(struct file *f, u32 flags);
	/* The last reference is gone. */
	int (*release)(struct file *f);
};

struct file {
	const struct file_operations *f_op;
	void *private_data;
	u32 f_flags; /* O_* as given to open or fcntl(F_SETFL) */
	u32 refcount;
	loff_t f_pos;
	/* epoll instances that watch this file: lib/eventpoll.c's. */
	struct list_head f_ep;
};

/*
 * One program's descriptors. Bitmaps find the lowest free number: fd_full has a
 * bit for each word of fd_open that has no zero left.
 */
struct files_struct {
	u32 refcount;
	u32 max_fds;       /* places in fd: 64 or more, a power of two */
	u32 rlimit_nofile; /* -EMFILE beyond */
	u32 next_fd;       /* no lower number is free */
	struct file **fd;
	unsigned long *fd_open, *fd_cloexec, *fd_full; /* one allocation */
};

/* A number for what has a descriptor and no name: a pipe, a socket. */
u32 anon_ino(u32 *ino);

/* As many as a table can ever have: the largest RLIMIT_NOFILE. */
#define NR_OPEN_MAX 524288U

/* One reference for the caller, f_ep empty; NULL: no memory. */
struct file *file_alloc(const struct file_operations *op, void *priv,
			u32 flags) __must_check;
void get_file(struct file *f);
/* Drop a reference; the last one calls release and frees. */
void fput(struct file *f);

struct files_struct *files_alloc(void) __must_check;
struct files_struct *files_dup(const struct files_struct *src) __must_check;
void files_put(struct files_struct *files);
void files_close_on_exec(struct files_struct *files);
/* Lowest free descriptor >= @from now is @f (takes over the caller's
 * reference); or a negative errno, the reference still the caller's. */
int fd_install(struct files_struct *files, struct file *f, int from,
	       bool cloexec) __must_check;
/* FD_CLOEXEC of an open descriptor. */
bool fd_cloexec(const struct files_struct *files, int fd);
void fd_set_cloexec(struct files_struct *files, int fd, bool on);
/* 0 if fd_install() from 0 would find a place now; else its errno. */
int fd_probe(struct files_struct *files) __must_check;
/* Descriptor @fd becomes @f (reference taken over); closes what it was. */
int fd_replace(struct files_struct *files, struct file *f, int fd,
	       bool cloexec) __must_check;
/* A counted reference (drop with fput), or NULL. */
struct file *fget(int fd) __must_check;
/* The file without a reference, where nobody but this task can close it; NULL:
 * there is none, or use fget(). */
static __force_inline struct file *fget_own(int fd)
{
	const struct files_struct *files = current_files;

	if (unlikely(!files || files->refcount != 1 ||
		     (u32)fd >= files->max_fds))
		return NULL;
	return files->fd[fd];
}
int close_fd(struct files_struct *files, int fd);

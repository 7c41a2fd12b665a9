// SPDX-License-Identifier: MIT
/*
 * DOC: open files and the tables that number them. A table starts with 64
 * places and doubles up to the program's limit. The lowest free number is
 * found through two levels of bitmaps, so that the 100,000th descriptor costs
 * what the first did. A file is counted: each table
 * place holds one reference, each system call at work one more, so a close
 * beside a sleeping read frees nothing that the read still uses.
 *
 * Only tasks come here, and they do not preempt each other: no lock.
 */
#include "lib/file.h"
#include "lib/bitmap.h"
#include "lib/bug.h"
#include "lib/eventpoll.h"
#include "lib/locks.h"
#include "lib/slab.h"

#define FDS_FIRST             64U
#define RLIMIT_NOFILE_DEFAULT 1024U

/**
 * file_alloc() - A new open file.
 * @op:    what it can do.
 * @priv:  its owner's state.
 * @flags: O_* flags.
 *
 * Return: the file with one reference, or NULL: no memory, and @priv is
 *         still the caller's.
 */
struct file *file_alloc(const struct file_operations *op, void *priv, u32 flags)
{
	struct file *f = kzalloc(sizeof(*f), GFP_KERNEL);

	if (!f)
		return NULL;
	f->f_op = op;
	f->private_data = priv;
	f->f_flags = flags;
	f->refcount = 1;
	INIT_LIST_HEAD(&f->f_ep);
	return f;
}

/**
 * get_file() - One more reference.
 * @f: the file.
 */
void get_file(struct file *f)
{
	f->refcount++;
}

/**
 * fput() - Drop a reference; the last one releases the file.
 * @f: the file.
 *
 * Context: task; release may sleep.
 */
void fput(struct file *f)
{
	BUG_ON(f->refcount == 0);
	if (--f->refcount)
		return;
	eventpoll_release(f);
	locks_remove(f, f);
	if (f->f_op->release)
		f->f_op->release(f);
	kfree(f);
}

/**
 * anon_ino() - The inode number of what has no name, as fstat() shows it.
 * @ino: where it is kept; 0: nobody has asked yet.
 *
 * Return: it; the same each time.
 */
u32 anon_ino(u32 *ino)
{
	static u32 last;

	while (!*ino)
		*ino = ++last;
	return *ino;
}

/* The arrays of a table with @max_fds places, zeroed; 0 or -ENOMEM. */
static int arrays_alloc(struct files_struct *files, u32 max_fds)
{
	u32 words = BITS_TO_LONGS(max_fds);
	struct file **fd;
	unsigned long *bits;

	fd = kcalloc(max_fds, sizeof(*fd), GFP_KERNEL);
	bits = kcalloc(2 * words + BITS_TO_LONGS(words), sizeof(*bits),
		       GFP_KERNEL);
	if (!fd || !bits) {
		kfree(fd);
		kfree(bits);
		return -ENOMEM;
	}
	files->max_fds = max_fds;
	files->fd = fd;
	files->fd_open = bits;
	files->fd_cloexec = bits + words;
	files->fd_full = bits + 2 * words;
	return 0;
}

static void arrays_free(struct files_struct *files)
{
	kfree(files->fd);
	kfree(files->fd_open);
}

/* What @from has, to @to, which has at least as many places. */
static void arrays_copy(struct files_struct *to,
			const struct files_struct *from)
{
	u32 words = BITS_TO_LONGS(from->max_fds);

	memcpy(to->fd, from->fd, from->max_fds * sizeof(*to->fd));
	memcpy(to->fd_open, from->fd_open, words * sizeof(long));
	memcpy(to->fd_cloexec, from->fd_cloexec, words * sizeof(long));
	memcpy(to->fd_full, from->fd_full, BITS_TO_LONGS(words) * sizeof(long));
}

static struct files_struct *table_alloc(u32 max_fds)
{
	struct files_struct *files = kzalloc(sizeof(*files), GFP_KERNEL);

	if (!files)
		return NULL;
	if (arrays_alloc(files, max_fds)) {
		kfree(files);
		return NULL;
	}
	files->refcount = 1;
	files->rlimit_nofile = RLIMIT_NOFILE_DEFAULT;
	return files;
}

/**
 * files_alloc() - An empty table.
 *
 * Return: it with one reference, or NULL: no memory.
 */
struct files_struct *files_alloc(void)
{
	return table_alloc(FDS_FIRST);
}

/**
 * files_dup() - A table with the same files, as for fork().
 * @src: the model.
 *
 * Return: it with one reference, or NULL: no memory.
 */
struct files_struct *files_dup(const struct files_struct *src)
{
	struct files_struct *files = table_alloc(src->max_fds);
	u32 fd;

	if (!files)
		return NULL;
	files->rlimit_nofile = src->rlimit_nofile;
	files->next_fd = src->next_fd;
	arrays_copy(files, src);
	for (fd = 0; fd < src->max_fds; fd++)
		if (files->fd[fd])
			get_file(files->fd[fd]);
	return files;
}

/**
 * files_put() - Drop a reference; the last one closes all.
 * @files: the table.
 *
 * Context: task.
 */
void files_put(struct files_struct *files)
{
	u32 fd;

	if (--files->refcount)
		return;
	for (fd = 0; fd < files->max_fds; fd++)
		if (files->fd[fd])
			close_fd(files, (int)fd);
	arrays_free(files);
	kfree(files);
}

/**
 * files_close_on_exec() - Close what a new program must not have.
 * @files: the table.
 *
 * Context: task.
 */
void files_close_on_exec(struct files_struct *files)
{
	u32 fd;

	for (fd = 0; fd < files->max_fds; fd++)
		if (files->fd[fd] && test_bit(fd, files->fd_cloexec))
			close_fd(files, (int)fd);
}

/* Room for descriptor @fd, which is below the limit. */
static int table_grow(struct files_struct *files, u32 fd)
{
	struct files_struct old = *files;
	u32 size = files->max_fds;

	while (size <= fd)
		size *= 2;
	if (size == files->max_fds)
		return 0;
	if (arrays_alloc(files, size))
		return -ENOMEM;
	arrays_copy(files, &old);
	arrays_free(&old);
	return 0;
}

/* The lowest free number from @fd on; beyond the table if need be. */
static u32 first_free(const struct files_struct *files, u32 fd)
{
	fd = max(fd, files->next_fd);
	if (fd >= files->max_fds)
		return fd;
	return (u32)find_next_zero_bit_2(files->fd_open, files->fd_full,
					 files->max_fds, fd);
}

/* @f has this free number from now on. */
static void fd_take(struct files_struct *files, u32 fd, struct file *f)
{
	files->fd[fd] = f;
	__set_bit_2(fd, files->fd_open, files->fd_full);
}

static void fd_give_back(struct files_struct *files, u32 fd)
{
	files->fd[fd] = NULL;
	__clear_bit_2(fd, files->fd_open, files->fd_full);
	__clear_bit(fd, files->fd_cloexec);
	files->next_fd = min(files->next_fd, fd);
}

/**
 * fd_cloexec() - Whether a descriptor is closed on exec.
 * @files: the table. @fd: open.
 */
bool fd_cloexec(const struct files_struct *files, int fd)
{
	return test_bit((u32)fd, files->fd_cloexec);
}

/**
 * fd_set_cloexec() - Say whether a descriptor is closed on exec.
 * @files: the table. @fd: open. @on: whether.
 */
void fd_set_cloexec(struct files_struct *files, int fd, bool on)
{
	if (on)
		__set_bit((u32)fd, files->fd_cloexec);
	else
		__clear_bit((u32)fd, files->fd_cloexec);
}

/**
 * fd_probe() - Whether there is a free number, before work that needs one.
 * @files: the table; grows if it must.
 *
 * Return: 0, -EMFILE or -ENOMEM.
 */
int fd_probe(struct files_struct *files)
{
	u32 fd = first_free(files, 0);

	return fd >= files->rlimit_nofile ? -EMFILE : table_grow(files, fd);
}

/**
 * fd_install() - Give a file the lowest free number.
 * @files:   the table.
 * @f:       the file; its reference is taken over on success.
 * @from:    the lowest number allowed.
 * @cloexec: close it on exec.
 *
 * Return: the descriptor; -EINVAL: @from is not below the limit; -EMFILE:
 *         all are taken; -ENOMEM.
 */
int fd_install(struct files_struct *files, struct file *f, int from,
	       bool cloexec)
{
	u32 fd;
	int err;

	if (from < 0 || (u32)from >= files->rlimit_nofile)
		return from <= 0 ? -EMFILE : -EINVAL;
	fd = first_free(files, (u32)from);
	if (fd >= files->rlimit_nofile)
		return -EMFILE;
	err = table_grow(files, fd);
	if (err)
		return err;
	fd_take(files, fd, f);
	fd_set_cloexec(files, (int)fd, cloexec);
	if ((u32)from <= files->next_fd)
		files->next_fd = fd + 1;
	return (int)fd;
}

/**
 * fd_replace() - Give a file a certain number, closing what had it.
 * @files:   the table.
 * @f:       the file; its reference is taken over on success.
 * @fd:      the number.
 * @cloexec: close it on exec.
 *
 * Return: @fd; -EBADF: beyond the limit; -ENOMEM.
 */
int fd_replace(struct files_struct *files, struct file *f, int fd, bool cloexec)
{
	struct file *old;
	int err;

	if (fd < 0 || (u32)fd >= files->rlimit_nofile)
		return -EBADF;
	err = table_grow(files, (u32)fd);
	if (err)
		return err;
	old = files->fd[fd];
	if (old)
		files->fd[fd] = f;
	else
		fd_take(files, (u32)fd, f);
	fd_set_cloexec(files, fd, cloexec);
	if (old) {
		locks_remove(old, files);
		fput(old);
	}
	return fd;
}

/**
 * fget() - The file behind a descriptor of the current task.
 * @fd: the descriptor.
 *
 * Return: a counted reference, or NULL.
 */
struct file *fget(int fd)
{
	struct files_struct *files = task_files();

	if (!files || fd < 0 || (u32)fd >= files->max_fds || !files->fd[fd])
		return NULL;
	get_file(files->fd[fd]);
	return files->fd[fd];
}

/**
 * close_fd() - Free a descriptor and drop its reference.
 * @files: the table.
 * @fd:    the descriptor.
 *
 * Context: task.
 * Return:  0 or -EBADF.
 */
int close_fd(struct files_struct *files, int fd)
{
	struct file *f;

	if (fd < 0 || (u32)fd >= files->max_fds || !files->fd[fd])
		return -EBADF;
	f = files->fd[fd];
	fd_give_back(files, (u32)fd);
	locks_remove(f, files);
	fput(f);
	return 0;
}

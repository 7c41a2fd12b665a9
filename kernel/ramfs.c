// SPDX-License-Identifier: MIT
/*
 * DOC: files in memory. A regular file begins as a window into the boot
 * archive and costs nothing; a page that is written, or mapped shared, is
 * copied out first. Directories are lists of names. Called by
 * kernel/initramfs.c at boot, kernel/namei.c for every path and by the
 * descriptor calls through ramfs_file_ops and ramfs_dir_ops.
 *
 * An inode lives while a name, an open file or a working directory refers to
 * it. One CPU, tasks only, nothing here sleeps: no locks.
 */
#include "kernel/vfs.h"
#include "kernel/paging.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/page.h"
#include "lib/slab.h"
#include "lib/uio.h"

#define RAMFS_CHUNK (PAGE_SIZE / sizeof(struct page *))

struct inode *root_inode;

static u64 next_ino = 1;

/* The page of @index that the file owns; NULL: blob or hole. */
static struct page *owned_page(const struct inode *inode, u64 index)
{
	u64 c = index / RAMFS_CHUNK;

	if (c >= inode->reg.nr_chunks || !inode->reg.chunks[c])
		return NULL;
	return inode->reg.chunks[c][index % RAMFS_CHUNK];
}

static int grow_chunks(struct inode *inode, u64 nr)
{
	struct page ***chunks = kcalloc(nr, sizeof(*chunks), GFP_KERNEL);

	if (!chunks)
		return -ENOMEM;
	if (inode->reg.chunks)
		memcpy(chunks, inode->reg.chunks,
		       inode->reg.nr_chunks * sizeof(*chunks));
	kfree(inode->reg.chunks);
	inode->reg.chunks = chunks;
	inode->reg.nr_chunks = nr;
	return 0;
}

/* Copy what the archive has of page @index; zero the rest. */
static void fill_from_blob(const struct inode *inode, u64 index, u8 *to)
{
	u64 off = index << PAGE_SHIFT, n = 0;

	if (off < inode->reg.blob_len)
		n = min_t(u64, PAGE_SIZE, inode->reg.blob_len - off);
	if (n)
		memcpy(to, inode->reg.blob + off, n);
	memset(to + n, 0, PAGE_SIZE - n);
}

/* Make page @index the file's own; NULL without memory. */
static struct page *own_page(struct inode *inode, u64 index)
{
	u64 c = index / RAMFS_CHUNK;
	struct page *page = owned_page(inode, index);

	if (page)
		return page;
	if (c >= inode->reg.nr_chunks &&
	    grow_chunks(inode, roundup_pow_of_two(c + 1)) != 0)
		return NULL;
	if (!inode->reg.chunks[c]) {
		inode->reg.chunks[c] = kzalloc(PAGE_SIZE, GFP_KERNEL);
		if (!inode->reg.chunks[c])
			return NULL;
	}
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return NULL;
	fill_from_blob(inode, index, page_address(page));
	inode->reg.chunks[c][index % RAMFS_CHUNK] = page;
	return page;
}

/* Drop owned pages from @first on. */
static void drop_pages(struct inode *inode, u64 first)
{
	u64 c, i;

	for (c = first / RAMFS_CHUNK; c < inode->reg.nr_chunks; c++) {
		struct page **chunk = inode->reg.chunks[c];

		for (i = 0; chunk && i < RAMFS_CHUNK; i++) {
			if (c * RAMFS_CHUNK + i < first || !chunk[i])
				continue;
			put_page(chunk[i]);
			chunk[i] = NULL;
		}
		if (c * RAMFS_CHUNK >= first) {
			kfree(chunk);
			inode->reg.chunks[c] = NULL;
		}
	}
	if (first == 0) {
		kfree(inode->reg.chunks);
		inode->reg.chunks = NULL;
		inode->reg.nr_chunks = 0;
	}
}

static void touch(struct inode *inode)
{
	inode->mtime_ns = ktime_get_real_ns();
}

/**
 * inode_create_in() - Make an inode that begins something larger.
 * @size: bytes of all; zeroed; freed with the inode.
 * @mode: type and permissions.
 * @rdev: device number for a device node.
 *
 * Context: task.
 * Return:  it, with one reference; NULL without memory.
 */
void *inode_create_in(size_t size, u32 mode, u64 rdev)
{
	struct inode *inode = kzalloc(size, GFP_KERNEL);

	if (!inode)
		return NULL;
	inode->refcount = 1;
	inode->mode = mode;
	inode->ino = next_ino++;
	inode->rdev = rdev;
	touch(inode);
	if (S_ISDIR(mode)) {
		INIT_LIST_HEAD(&inode->dir.entries);
		inode->dir.next_pos = 3; /* after "." and ".." */
		inode->nlink = 1;
	}
	return inode;
}

/**
 * inode_create() - Make an inode that no directory names yet.
 * @mode: type and permissions.
 * @rdev: device number for a device node.
 *
 * Context: task.
 * Return:  it, with one reference; NULL without memory.
 */
struct inode *inode_create(u32 mode, u64 rdev)
{
	return inode_create_in(sizeof(struct inode), mode, rdev);
}

/**
 * iget() - Take a reference.
 * @inode: it.
 *
 * Context: task.
 */
void iget(struct inode *inode)
{
	inode->refcount++;
}

/**
 * iput() - Drop a reference; the last one frees the data.
 * @inode: it.
 *
 * Context: task.
 */
void iput(struct inode *inode)
{
	struct inode *parent = NULL;

	WARN_ON_ONCE(inode->refcount == 0);
	if (--inode->refcount)
		return;
	if (inode->op && inode->op->release)
		inode->op->release(inode);
	if (S_ISREG(inode->mode) && !inode->text)
		drop_pages(inode, 0);
	else if (S_ISREG(inode->mode))
		kfree(inode->txt.place.text);
	else if (S_ISLNK(inode->mode))
		kfree(inode->link);
	else if (S_ISDIR(inode->mode))
		parent = inode->parent;
	kfree(inode->old_path);
	kfree(inode);
	if (parent)
		iput(parent);
}

/* Before anybody looks into @dir. */
static void dir_use(struct inode *dir)
{
	void (*fill)(void) = dir->dir.fill;

	if (likely(!fill))
		return;
	dir->dir.fill = NULL;
	fill();
}

/**
 * dir_lookup() - Find a name.
 * @dir:  a directory.
 * @name: not "." or "..".
 *
 * Context: task.
 * Return:  the entry, still the directory's; NULL if there is none.
 */
struct dentry *dir_lookup(struct inode *dir, const char *name)
{
	size_t len = strlen(name);
	struct dentry *d;

	dir_use(dir);
	list_for_each_entry (d, &dir->dir.entries, entry) {
		if (d->len == len && memcmp(d->name, name, len) == 0)
			return d;
	}
	return NULL;
}

/**
 * dir_find() - Find what a name names, in any directory.
 * @dir:  a directory.
 * @name: not "." or "..".
 *
 * Context: task.
 * Return:  the inode, a reference for the caller; -ENOENT, or what the
 *          directory's own look-up says, as an error pointer.
 */
struct inode *dir_find(struct inode *dir, const char *name)
{
	struct dentry *d = dir_lookup(dir, name);

	if (d) {
		iget(d->inode);
		return d->inode;
	}
	return dir->op ? dir->op->lookup(dir, name) : ERR_PTR(-ENOENT);
}

/**
 * dir_add() - Name an inode.
 * @dir:   a directory without that name.
 * @name:  at most NAME_MAX bytes.
 * @inode: takes a reference of its own and counts the link.
 *
 * Context: task.
 * Return:  0; -ENOSPC without memory; -ENOENT: names in @dir are not for
 *          programs to make.
 */
int dir_add(struct inode *dir, const char *name, struct inode *inode)
{
	size_t len = strlen(name) + 1;
	struct dentry *d;

	if (dir->op)
		return -ENOENT;
	d = kmalloc(sizeof(*d) + len, GFP_KERNEL);
	if (!d)
		return -ENOSPC;
	memcpy(d->name, name, len);
	d->len = (u8)(len - 1);
	d->inode = inode;
	d->pos = dir->dir.next_pos++;
	list_add_tail(&d->entry, &dir->dir.entries);
	iget(inode);
	inode->nlink++;
	if (S_ISDIR(inode->mode)) {
		WARN_ON_ONCE(inode->parent != NULL);
		iget(dir);
		dir->nlink++;
	}
	inode->parent = dir;
	kfree(inode->old_path);
	inode->old_path = NULL;
	touch(dir);
	return 0;
}

/* Whether @dir has another name for what @d names. */
static bool has_other_name(const struct inode *dir, const struct dentry *d)
{
	const struct dentry *other;

	if (S_ISDIR(d->inode->mode) || d->inode->nlink == 1)
		return false;
	list_for_each_entry (other, &dir->dir.entries, entry)
		if (other != d && other->inode == d->inode)
			return true;
	return false;
}

/* Remember the path of what is about to lose its last known name, for those who
 * have it open; without memory there is none. */
static void keep_path(struct inode *inode)
{
	char *path = kmalloc(PATH_MAX, GFP_KERNEL);
	int n = path ? inode_path(inode, path, PATH_MAX) : 0;

	if (n > 0) {
		inode->old_path = kmalloc((size_t)n, GFP_KERNEL);
		if (inode->old_path)
			memcpy(inode->old_path, path, (size_t)n);
	}
	kfree(path);
}

/**
 * dir_remove() - Take a name away.
 * @dir: the directory.
 * @d:   its entry; freed, and its inode's reference dropped.
 *
 * A directory that loses its name also loses its parent: ".." of it is itself.
 *
 * Context: task.
 */
void dir_remove(struct inode *dir, struct dentry *d)
{
	struct inode *inode = d->inode;
	bool last = inode->parent == dir && !has_other_name(dir, d);

	if (last && inode->refcount > 1)
		keep_path(inode);
	list_del(&d->entry);
	kfree(d);
	inode->nlink--;
	touch(dir);
	if (last)
		inode->parent = NULL;
	if (S_ISDIR(inode->mode)) {
		dir->nlink--;
		iput(dir);
	}
	iput(inode);
}

/**
 * dir_is_empty() - May this directory be removed?
 * @dir: a directory.
 *
 * Context: task.
 * Return:  true if nothing is in it.
 */
bool dir_is_empty(struct inode *dir)
{
	dir_use(dir);
	return !dir->op && list_empty(&dir->dir.entries);
}

/**
 * inode_set_blob() - Give a regular file its bytes in the boot archive.
 * @inode: a fresh regular file.
 * @blob:  bytes that stay for ever and never change.
 * @len:   how many.
 *
 * Context: boot.
 */
void inode_set_blob(struct inode *inode, const u8 *blob, u64 len)
{
	inode->reg.blob = blob;
	inode->reg.blob_len = len;
	inode->size = len;
}

/**
 * inode_truncate() - Change the length of a regular file.
 * @inode: it.
 * @size:  new length; what is new reads as zero.
 *
 * Context: task.
 * Return:  0, also for a text that the kernel makes, which stays as it is;
 *          -EFBIG, or -ENOSPC without memory.
 */
int inode_truncate(struct inode *inode, u64 size)
{
	u64 tail = size & ~PAGE_MASK;
	struct page *page;

	if (inode->text)
		return 0;
	if (size > RAMFS_MAX_SIZE)
		return -EFBIG;
	if (size < inode->size) {
		drop_pages(inode, DIV_ROUND_UP(size, PAGE_SIZE));
		inode->reg.blob_len = min(inode->reg.blob_len, size);
		page = owned_page(inode, size >> PAGE_SHIFT);
		if (tail && page)
			memset((u8 *)page_address(page) + tail, 0,
			       PAGE_SIZE - tail);
	}
	inode->size = size;
	touch(inode);
	return 0;
}

/* Memory that holds the bytes at @off; *n is cut to what is in one piece.
 * NULL: a hole. */
static const u8 *bytes_at(const struct inode *inode, u64 off, u64 *n)
{
	struct page *page = owned_page(inode, off >> PAGE_SHIFT);
	u64 in_page = off & ~PAGE_MASK;

	*n = min_t(u64, *n, PAGE_SIZE - in_page);
	if (page)
		return (const u8 *)page_address(page) + in_page;
	if (off >= inode->reg.blob_len)
		return NULL;
	*n = min_t(u64, *n, inode->reg.blob_len - off);
	return inode->reg.blob + off;
}

/* The archive's bytes at @off, as many of *@n as no page of the file's own can
 * lie before; NULL: look at each page. */
static const u8 *archive_run(const struct inode *inode, u64 off, u64 *n)
{
	if (inode->reg.nr_chunks || off >= inode->reg.blob_len)
		return NULL;
	*n = min(*n, inode->reg.blob_len - off);
	return inode->reg.blob + off;
}

/**
 * inode_read() - Read a regular file into kernel memory.
 * @inode: it.
 * @buf:   @n bytes.
 * @n:     wanted.
 * @off:   from where.
 *
 * Context: task.
 * Return:  bytes read; fewer than @n only at the end of the file.
 */
u64 inode_read(const struct inode *inode, void *buf, u64 n, u64 off)
{
	u64 done = 0, piece;
	const u8 *from;

	if (off >= inode->size)
		return 0;
	n = min(n, inode->size - off);
	while (done < n) {
		piece = n - done;
		from = bytes_at(inode, off + done, &piece);
		if (from)
			memcpy((u8 *)buf + done, from, piece);
		else
			memset((u8 *)buf + done, 0, piece);
		done += piece;
	}
	return n;
}

/**
 * inode_get_page() - The page of a shared mapping.
 * @inode: a regular file.
 * @off:   page-aligned.
 *
 * Context: task.
 * Return:  the page with a reference for the caller; -ENXIO beyond the end,
 *          -ENOMEM.
 */
struct page *inode_get_page(struct inode *inode, u64 off)
{
	struct page *page;

	if (off >= inode->size)
		return ERR_PTR(-ENXIO);
	page = own_page(inode, off >> PAGE_SHIFT);
	if (!page)
		return ERR_PTR(-ENOMEM);
	get_page(page);
	return page;
}

/**
 * inode_getattr() - What stat() tells.
 * @inode: any inode.
 * @st:    filled in.
 *
 * Context: task.
 * Return:  0, or a negative errno.
 */
int inode_getattr(struct inode *inode, struct kstat *st)
{
	if (inode->op && inode->op->getattr)
		return inode->op->getattr(inode, st);
	*st = (struct kstat){
		.ino = inode->ino,
		.dev = inode->op || inode->text ? PROC_DEV : RAMFS_DEV,
		.mode = inode->mode,
		.nlink = inode->nlink,
		.rdev = inode->rdev,
		.size = inode->size,
		.mtime_ns = inode->mtime_ns,
	};
	return 0;
}

/* --- file operations --- */

/* Not const: zeroes in .bss take no room in the image. */
static u8 zero_page[PAGE_SIZE] __aligned(16);

/*
 * Memory that stays for ever, for those who refer to pages: what a hole reads
 * as, and the boot archive, which the first 4 GiB of RAM hold. The count is
 * never given back.
 */
static struct page zero_ref = { .virt = zero_page, .refcount = 1 };
static struct page archive_ref = { .virt = (void *)DIRECT_MAP_BASE,
				   .refcount = 1 };

/* The @n bytes at @from, of the archive or of nothing, as a piece; false: out
 * of a piece's reach. */
static bool standing_piece(const u8 *from, u64 n, struct bio_vec *piece)
{
	u64 off = from ? (u64)from - DIRECT_MAP_BASE : 0;

	if (off + n > UINT32_MAX)
		return false;
	*piece = (struct bio_vec){ .bv_page = from ? &archive_ref : &zero_ref,
				   .bv_offset = (u32)off,
				   .bv_len = (u32)n };
	get_page(piece->bv_page);
	return true;
}

/* file_operations.get_piece */
static ssize_t ramfs_get_piece(struct file *f, loff_t pos, size_t len,
			       struct bio_vec *piece)
{
	struct inode *inode = file_inode(f);
	u64 off = (u64)pos, n;
	struct page *page;
	const u8 *from;

	if (pos < 0 || off >= inode->size)
		return 0;
	n = min_t(u64, len, inode->size - off);
	from = archive_run(inode, off, &n);
	if (from && standing_piece(from, n, piece))
		return (ssize_t)n;
	page = owned_page(inode, off >> PAGE_SHIFT);
	from = page ? NULL : bytes_at(inode, off, &n);
	if (!page && standing_piece(from, n, piece))
		return (ssize_t)n;
	if (!page) /* the archive, too far up: a copy of the file's own */
		page = own_page(inode, off >> PAGE_SHIFT);
	if (!page)
		return -ENOMEM;
	off &= ~PAGE_MASK;
	n = min_t(u64, n, PAGE_SIZE - off);
	*piece = (struct bio_vec){ page, (u32)n, (u32)off };
	get_page(page);
	return (ssize_t)n;
}

static ssize_t ramfs_read_iter(struct file *f, struct iov_iter *to)
{
	struct inode *inode = file_inode(f);
	u64 off = (u64)f->f_pos, piece;
	ssize_t done = 0;
	const u8 *from;
	size_t got;

	while (iov_iter_count(to) && off < inode->size) {
		piece = min_t(u64, iov_iter_count(to), inode->size - off);
		from = archive_run(inode, off, &piece);
		if (!from)
			from = bytes_at(inode, off, &piece);
		if (!from)
			from = zero_page;
		got = copy_to_iter(from, piece, to);
		off += got;
		done += (ssize_t)got;
		if (got < piece) {
			if (!done)
				return -EFAULT;
			break;
		}
	}
	f->f_pos = (loff_t)off;
	return done;
}

static ssize_t ramfs_write_iter(struct file *f, struct iov_iter *from)
{
	struct inode *inode = file_inode(f);
	u64 off = f->f_flags & O_APPEND ? inode->size : (u64)f->f_pos;
	size_t piece, got, in_page;
	struct page *page;
	ssize_t done = 0;

	while (iov_iter_count(from)) {
		if (off >= RAMFS_MAX_SIZE)
			return done ? done : -EFBIG;
		in_page = off & ~PAGE_MASK;
		piece = min_t(size_t, iov_iter_count(from),
			      PAGE_SIZE - in_page);
		page = own_page(inode, off >> PAGE_SHIFT);
		if (!page)
			return done ? done : -ENOSPC;
		got = copy_from_iter((u8 *)page_address(page) + in_page, piece,
				     from);
		off += got;
		done += (ssize_t)got;
		if (off > inode->size)
			inode->size = off;
		if (got < piece) {
			if (!done)
				return -EFAULT;
			break;
		}
	}
	f->f_pos = (loff_t)off;
	touch(inode);
	return done;
}

static loff_t ramfs_llseek(struct file *f, loff_t off, int whence)
{
	struct inode *inode = file_inode(f);
	loff_t base;

	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = f->f_pos;
		break;
	case SEEK_END:
		base = S_ISDIR(inode->mode) ? 0 : (loff_t)inode->size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, off, &off) || off < 0)
		return -EINVAL;
	f->f_pos = off;
	return off;
}

/**
 * inode_fstat() - file_operations.fstat of every file of this tree.
 * @f:  the file.
 * @st: filled in.
 *
 * Context: task.
 * Return:  as inode_getattr().
 */
int inode_fstat(struct file *f, struct kstat *st)
{
	return inode_getattr(file_inode(f), st);
}

/**
 * inode_release() - file_operations.release of every file of this tree.
 * @f: the file.
 *
 * Context: task.
 * Return:  0.
 */
int inode_release(struct file *f)
{
	flock_release(f);
	iput(file_inode(f));
	return 0;
}

/* "." and ".." at 0 and 1; a dentry's pos is the f_pos at which it comes; then
 * what the directory's operations name. */
static int ramfs_iterate(struct file *f, struct dir_context *ctx)
{
	struct inode *dir = file_inode(f), *parent = dir->parent;
	struct dentry *d;

	dir_use(dir);
	if (f->f_pos <= 0) {
		if (!ctx->actor(ctx, ".", 1, dir->ino, dir->mode))
			return 0;
		f->f_pos = 1;
	}
	if (f->f_pos == 1) {
		if (!ctx->actor(ctx, "..", 3, parent ? parent->ino : dir->ino,
				S_IFDIR))
			return 0;
		f->f_pos = 3;
	}
	list_for_each_entry (d, &dir->dir.entries, entry) {
		if ((loff_t)d->pos < f->f_pos)
			continue;
		if (!ctx->actor(ctx, d->name, d->pos + 1, d->inode->ino,
				d->inode->mode))
			return 0;
		f->f_pos = (loff_t)d->pos + 1;
	}
	if (dir->op) {
		f->f_pos = max(f->f_pos, DIR_OP_POS);
		dir->op->iterate(dir, &f->f_pos, ctx);
	}
	return 0;
}

const struct file_operations ramfs_file_ops = {
	.name = "file",
	.read_iter = ramfs_read_iter,
	.write_iter = ramfs_write_iter,
	.llseek = ramfs_llseek,
	.fstat = inode_fstat,
	.get_piece = ramfs_get_piece,
	.release = inode_release,
};

const struct file_operations ramfs_dir_ops = {
	.name = "directory",
	.llseek = ramfs_llseek,
	.fstat = inode_fstat,
	.iterate = ramfs_iterate,
	.release = inode_release,
};

/**
 * ramfs_init() - Make the root directory.
 *
 * Context: boot, once memory can be allocated.
 */
void ramfs_init(void)
{
	root_inode = inode_create(S_IFDIR | 0755, 0);
	if (!root_inode)
		panic("no memory for the root directory");
	root_inode->nlink = 2;
}

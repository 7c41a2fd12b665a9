// SPDX-License-Identifier: MIT
/* DOC: files in memory: blobs, holes, truncation, names, path walking. */
#include "kernel/vfs.h"
#include "lib/err.h"
#include "lib/kunit.h"
#include "lib/page.h"
#include "lib/slab.h"
#include "lib/uio.h"

static const u8 blob[3 * PAGE_SIZE / 2] = {
	[0] = 'a', [PAGE_SIZE] = 'b', [PAGE_SIZE + 1] = 'c'
};

struct fs_test {
	u64 free_pages;
	struct inode *dir; /* /kunit */
};

static struct fs_test fs;

static int fs_init(struct kunit *test)
{
	struct inode *dir = inode_create(S_IFDIR | 0755, 0);

	fs.free_pages = nr_free_pages();
	if (!dir || dir_add(root_inode, "kunit", dir) != 0)
		return -ENOMEM;
	fs.dir = dir; /* our reference besides the name's */
	return 0;
}

static void fs_exit(struct kunit *test)
{
	struct dentry *d;

	while (!list_empty(&fs.dir->dir.entries)) {
		d = list_first_entry(&fs.dir->dir.entries, struct dentry,
				     entry);
		dir_remove(fs.dir, d);
	}
	d = dir_lookup(root_inode, "kunit");
	if (d)
		dir_remove(root_inode, d);
	iput(fs.dir);
}

static ssize_t write_at(struct file *f, u64 off, const void *p, size_t n)
{
	struct kvec v = { (void *)(uintptr_t)p, n };
	struct iov_iter i;

	iov_iter_kvec(&i, true, &v, 1, n);
	f->f_pos = (loff_t)off;
	return f->f_op->write_iter(f, &i);
}

/* A page of the archive is copied when it is written, and only that one. */
static void ramfs_write_copies_the_blob(struct kunit *test)
{
	struct inode *inode = inode_create(S_IFREG | 0644, 0);
	u8 got[2] = { 0 };
	struct file *f;

	KUNIT_ASSERT_NOT_NULL(test, inode);
	inode_set_blob(inode, blob, sizeof(blob));
	f = inode_open(inode, O_RDWR);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_EQ(test, write_at(f, PAGE_SIZE, "X", 1), 1);
	KUNIT_EXPECT_EQ(test, inode_read(inode, got, 2, PAGE_SIZE), 2);
	KUNIT_EXPECT_EQ(test, got[0], 'X');
	KUNIT_EXPECT_EQ(test, got[1], 'c');
	KUNIT_EXPECT_EQ(test, blob[PAGE_SIZE], 'b');
	KUNIT_EXPECT_EQ(test, inode_read(inode, got, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, got[0], 'a');
	KUNIT_EXPECT_EQ(test, inode->size, sizeof(blob));
	fput(f);
	iput(inode);
}

/* sendfile() refers to pages of the file's own, to the archive, to zeroes. */
static void ramfs_get_piece_shares_the_memory(struct kunit *test)
{
	struct inode *inode = inode_create(S_IFREG | 0644, 0);
	struct bio_vec piece;
	struct file *f;
	u8 *p;

	KUNIT_ASSERT_NOT_NULL(test, inode);
	f = inode_open(inode, O_RDWR);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_EQ(test, f->f_op->get_piece(f, 0, 10, &piece), 0);
	KUNIT_EXPECT_EQ(test, write_at(f, PAGE_SIZE + 1, "hello", 5), 5);
	/* A hole, to the end of its page. */
	KUNIT_EXPECT_EQ(test, f->f_op->get_piece(f, 90, 1 << 20, &piece),
			PAGE_SIZE - 90);
	p = (u8 *)page_address(piece.bv_page) + piece.bv_offset;
	KUNIT_EXPECT_EQ(test, p[0] | p[PAGE_SIZE - 91], 0);
	put_page(piece.bv_page);
	KUNIT_EXPECT_EQ(
		test, f->f_op->get_piece(f, PAGE_SIZE + 2, 1 << 20, &piece), 4);
	p = (u8 *)page_address(piece.bv_page) + piece.bv_offset;
	KUNIT_EXPECT_MEMEQ(test, p, "ello", 4);
	/* The file is gone, the bytes are not. */
	fput(f);
	iput(inode);
	KUNIT_EXPECT_MEMEQ(test, p, "ello", 4);
	KUNIT_EXPECT_EQ(test, page_count(piece.bv_page), 1);
	put_page(piece.bv_page);

	/* The archive, in one piece, although no page of it is counted. */
	inode = inode_create(S_IFREG | 0644, 0);
	KUNIT_ASSERT_NOT_NULL(test, inode);
	p = kmalloc(3 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	inode_set_blob(inode, p, 3 * PAGE_SIZE);
	f = inode_open(inode, O_RDWR);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_EQ(test, f->f_op->get_piece(f, 5, 1 << 20, &piece),
			3 * PAGE_SIZE - 5);
	KUNIT_EXPECT_PTR_EQ(test,
			    (u8 *)page_address(piece.bv_page) + piece.bv_offset,
			    p + 5);
	put_page(piece.bv_page);
	fput(f);
	iput(inode);
	kfree(p);
}

/* POSIX ftruncate(): what is cut off and comes back reads as zero. */
static void inode_truncate_zeroes_what_was_cut(struct kunit *test)
{
	struct inode *inode = inode_create(S_IFREG | 0644, 0);
	u8 got = 1;

	KUNIT_ASSERT_NOT_NULL(test, inode);
	inode_set_blob(inode, blob, sizeof(blob));
	KUNIT_EXPECT_EQ(test, inode_truncate(inode, PAGE_SIZE + 1), 0);
	KUNIT_EXPECT_EQ(test, inode_truncate(inode, sizeof(blob)), 0);
	KUNIT_EXPECT_EQ(test, inode_read(inode, &got, 1, PAGE_SIZE + 1), 1);
	KUNIT_EXPECT_EQ(test, got, 0);
	KUNIT_EXPECT_EQ(test, inode_read(inode, &got, 1, PAGE_SIZE), 1);
	KUNIT_EXPECT_EQ(test, got, 'b');
	KUNIT_EXPECT_EQ(test, inode_truncate(inode, RAMFS_MAX_SIZE + 1),
			-EFBIG);
	iput(inode);
}

/* A write far beyond the end leaves a hole that costs nothing. */
static void ramfs_write_leaves_holes(struct kunit *test)
{
	struct inode *inode = inode_create(S_IFREG | 0644, 0);
	u8 got = 1;
	struct file *f;

	KUNIT_ASSERT_NOT_NULL(test, inode);
	f = inode_open(inode, O_RDWR);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_EQ(test, write_at(f, 1 << 30, "z", 1), 1);
	KUNIT_EXPECT_EQ(test, inode_read(inode, &got, 1, 12345), 1);
	KUNIT_EXPECT_EQ(test, got, 0);
	KUNIT_EXPECT_EQ(test, inode_read(inode, &got, 1, 1 << 30), 1);
	KUNIT_EXPECT_EQ(test, got, 'z');
	KUNIT_EXPECT_LT(test, fs.free_pages - nr_free_pages(), 64);
	fput(f);
	iput(inode);
}

static int make_link(const char *name, const char *target)
{
	struct inode *inode = inode_create(S_IFLNK | 0777, 0);
	size_t n = strlen(target) + 1;
	int err;

	inode->link = kmalloc(n, GFP_KERNEL);
	memcpy(inode->link, target, n);
	inode->size = n - 1;
	err = dir_add(fs.dir, name, inode);
	iput(inode);
	return err;
}

static int look(const char *path, u32 flags)
{
	struct inode *inode;
	int err = path_lookup(AT_FDCWD, path, flags, &inode);

	if (!err)
		iput(inode);
	return err;
}

/* POSIX.1-2017, section 4.13. */
static void path_lookup_follows_the_rules(struct kunit *test)
{
	struct file *f = vfs_open(AT_FDCWD, "/kunit/file",
				  O_CREAT | O_EXCL | O_WRONLY, 0600);

	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	fput(f);
	KUNIT_EXPECT_EQ(test, make_link("link", "../kunit/./file"), 0);
	KUNIT_EXPECT_EQ(test, make_link("loop", "loop"), 0);
	KUNIT_EXPECT_EQ(test, make_link("gone", "nowhere"), 0);
	KUNIT_EXPECT_EQ(test, look("/kunit/file", LOOKUP_FOLLOW), 0);
	KUNIT_EXPECT_EQ(test, look("//kunit/../kunit//file", 1), 0);
	KUNIT_EXPECT_EQ(test, look("/../../kunit/link", 1), 0);
	KUNIT_EXPECT_EQ(test, look("/kunit/file/", 1), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, look("/kunit/file/x", 1), -ENOTDIR);
	KUNIT_EXPECT_EQ(test, look("/kunit/loop", 1), -ELOOP);
	KUNIT_EXPECT_EQ(test, look("/kunit/loop", 0), 0);
	KUNIT_EXPECT_EQ(test, look("/kunit/gone", 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, look("", 1), -ENOENT);
	f = vfs_open(AT_FDCWD, "/kunit/file", O_CREAT | O_EXCL | O_RDWR, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(f), -EEXIST);
	f = vfs_open(AT_FDCWD, "/kunit", O_WRONLY, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(f), -EISDIR);
	f = vfs_open(AT_FDCWD, "/kunit/loop", O_CREAT | O_RDWR, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(f), -ELOOP);
}

/* A chain of MAXSYMLINKS links is followed on this stack; one more is not. */
static void path_lookup_counts_links(struct kunit *test)
{
	char name[8] = "l00", target[8] = "l01";
	u32 i;

	KUNIT_EXPECT_EQ(test, make_link("l00", "."), 0);
	for (i = 1; i <= MAXSYMLINKS; i++) {
		memcpy(target, name, sizeof(name));
		name[1] = (char)('0' + i / 10);
		name[2] = (char)('0' + i % 10);
		KUNIT_EXPECT_EQ(test, make_link(name, target), 0);
	}
	KUNIT_EXPECT_EQ(test, look("/kunit/l39", LOOKUP_FOLLOW), 0);
	KUNIT_EXPECT_EQ(test, look("/kunit/l40", LOOKUP_FOLLOW), -ELOOP);
}

/* open(O_CREAT) through a link makes the file that the link names. */
static void vfs_open_creates_through_a_link(struct kunit *test)
{
	struct file *f;

	KUNIT_EXPECT_EQ(test, make_link("to", "made"), 0);
	f = vfs_open(AT_FDCWD, "/kunit/to", O_CREAT | O_WRONLY, 0644);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	fput(f);
	KUNIT_EXPECT_EQ(test, look("/kunit/made", 0), 0);
}

/* A file without a name lives until it is closed. */
static void dir_remove_keeps_an_open_file(struct kunit *test)
{
	struct file *f = vfs_open(AT_FDCWD, "/kunit/tmp", O_CREAT | O_RDWR, 0);
	u8 got = 0;

	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	dir_remove(fs.dir, dir_lookup(fs.dir, "tmp"));
	KUNIT_EXPECT_EQ(test, look("/kunit/tmp", 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, write_at(f, 0, "q", 1), 1);
	KUNIT_EXPECT_EQ(test, inode_read(file_inode(f), &got, 1, 0), 1);
	KUNIT_EXPECT_EQ(test, got, 'q');
	fput(f);
}

static void inode_path_names_a_directory(struct kunit *test)
{
	char buf[32];

	KUNIT_EXPECT_EQ(test, inode_path(root_inode, buf, sizeof(buf)), 2);
	KUNIT_EXPECT_STREQ(test, buf, "/");
	KUNIT_EXPECT_EQ(test, inode_path(fs.dir, buf, sizeof(buf)), 7);
	KUNIT_EXPECT_STREQ(test, buf, "/kunit");
	KUNIT_EXPECT_EQ(test, inode_path(fs.dir, buf, 6), -ERANGE);
	dir_remove(root_inode, dir_lookup(root_inode, "kunit"));
	KUNIT_EXPECT_EQ(test, inode_path(fs.dir, buf, sizeof(buf)), -ENOENT);
}

/* A file with two names loses the newer one. */
static void inode_path_names_a_link_that_stays(struct kunit *test)
{
	struct inode *inode = inode_create(S_IFREG | 0644, 0);
	char buf[32];

	KUNIT_ASSERT_TRUE(test, inode != NULL);
	KUNIT_EXPECT_EQ(test, dir_add(fs.dir, "old", inode), 0);
	KUNIT_EXPECT_EQ(test, dir_add(fs.dir, "new", inode), 0);
	dir_remove(fs.dir, dir_lookup(fs.dir, "new"));
	KUNIT_EXPECT_EQ(test, inode_path(inode, buf, sizeof(buf)), 11);
	KUNIT_EXPECT_STREQ(test, buf, "/kunit/old");
	dir_remove(fs.dir, dir_lookup(fs.dir, "old"));
	KUNIT_EXPECT_EQ(test, inode_path(inode, buf, sizeof(buf)), -ENOENT);
	KUNIT_EXPECT_STREQ(test, inode->old_path, "/kunit/old");
	iput(inode);
}

/* --- a directory whose names are its operations' --- */

#define NR_NAMES 5

static u32 released;

static void op_release(struct inode *inode)
{
	released++;
	iput(inode->parent);
}

static struct inode *op_follow(struct inode *inode)
{
	iget(fs.dir);
	return fs.dir;
}

static const struct inode_operations op_link = { .follow = op_follow,
						 .release = op_release };

/* "0" to "4" are links to /kunit. */
static struct inode *op_lookup(struct inode *dir, const char *name)
{
	struct inode *inode;

	if (name[0] < '0' || name[0] >= '0' + NR_NAMES || name[1])
		return ERR_PTR(-ENOENT);
	inode = inode_create(S_IFLNK | 0777, 0);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->op = &op_link;
	inode->ino = BIT(40) + (u64)(name[0] - '0');
	inode->parent = dir;
	iget(dir);
	return inode;
}

static void op_iterate(struct inode *dir, loff_t *pos, struct dir_context *ctx)
{
	u64 i = (u64)(*pos - DIR_OP_POS);
	char name[2] = "";

	for (; i < NR_NAMES; i++) {
		name[0] = (char)('0' + i);
		if (!dir_emit(ctx, name, pos, DIR_OP_POS + (loff_t)i + 1,
			      BIT(40) + i, S_IFLNK))
			return;
	}
}

static const struct inode_operations op_dir = { .lookup = op_lookup,
						.iterate = op_iterate };

struct two_names {
	struct dir_context ctx;
	u32 room;
	char text[16];
};

static bool take_two(struct dir_context *ctx, const char *name, u64 pos,
		     u64 ino, u32 mode)
{
	struct two_names *t = container_of(ctx, struct two_names, ctx);

	if (!t->room)
		return false;
	t->room--;
	t->text[strlen(t->text)] = name[0];
	return true;
}

static struct inode *make_op_dir(void)
{
	struct inode *dir = inode_create(S_IFDIR | 0555, 0);

	if (dir && dir_add(fs.dir, "ops", dir) == 0)
		dir->op = &op_dir;
	return dir;
}

/* Names that nobody added are found, followed, opened and cannot be taken. */
static void dir_find_asks_the_operations(struct kunit *test)
{
	struct inode *dir = make_op_dir(), *link;
	char path[32];
	struct file *f;

	released = 0;
	KUNIT_EXPECT_EQ(test, look("/kunit/ops/4", LOOKUP_FOLLOW), 0);
	KUNIT_EXPECT_EQ(test, look("/kunit/ops/4/ops/0", 0), 0);
	KUNIT_EXPECT_EQ(test, look("/kunit/ops/5", 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, released, 3);
	KUNIT_EXPECT_EQ(test, dir_add(dir, "x", fs.dir), -ENOENT);
	f = vfs_open(AT_FDCWD, "/kunit/ops/x", O_CREAT | O_RDWR, 0600);
	KUNIT_EXPECT_EQ(test, PTR_ERR(f), -ENOENT);
	f = vfs_open(AT_FDCWD, "/kunit/ops/1", O_CREAT | O_EXCL | O_RDWR, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(f), -EEXIST);
	f = vfs_open(AT_FDCWD, "/kunit/ops/1", O_CREAT | O_RDWR, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(f), -EISDIR);
	f = vfs_open(AT_FDCWD, "/kunit/ops/1", O_NOFOLLOW, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(f), -ELOOP);
	f = vfs_open(AT_FDCWD, "/kunit/ops/1", O_RDONLY, 0);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	KUNIT_EXPECT_PTR_EQ(test, file_inode(f), fs.dir);
	fput(f);
	link = dir_find(dir, "3");
	KUNIT_ASSERT_TRUE(test, !IS_ERR(link));
	KUNIT_EXPECT_EQ(test, inode_path(link, path, sizeof(path)), 13);
	KUNIT_EXPECT_STREQ(test, path, "/kunit/ops/3");
	iput(link);
	iput(dir);
}

/* After what was added; a reader with little room goes on where he was. */
static void ramfs_iterate_goes_on_with_the_operations(struct kunit *test)
{
	struct two_names t = { .ctx.actor = take_two };
	struct inode *dir = make_op_dir(), *inode;
	struct file *f;
	u32 i;

	dir->op = NULL;
	inode = inode_create(S_IFREG | 0600, 0);
	KUNIT_ASSERT_EQ(test, dir_add(dir, "x", inode), 0);
	iput(inode);
	dir->op = &op_dir;
	f = inode_open(dir, O_RDONLY);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(f));
	for (i = 0; i < 5; i++) {
		t.room = 2;
		KUNIT_EXPECT_EQ(test, f->f_op->iterate(f, &t.ctx), 0);
	}
	KUNIT_EXPECT_STREQ(test, t.text, "..x01234");
	fput(f);
	dir_remove(dir, dir_lookup(dir, "x"));
	iput(dir);
}

static const struct kunit_case fs_cases[] = {
	KUNIT_CASE(dir_find_asks_the_operations),
	KUNIT_CASE(ramfs_iterate_goes_on_with_the_operations),
	KUNIT_CASE(ramfs_write_copies_the_blob),
	KUNIT_CASE(ramfs_get_piece_shares_the_memory),
	KUNIT_CASE(inode_truncate_zeroes_what_was_cut),
	KUNIT_CASE(ramfs_write_leaves_holes),
	KUNIT_CASE(path_lookup_follows_the_rules),
	KUNIT_CASE(path_lookup_counts_links),
	KUNIT_CASE(vfs_open_creates_through_a_link),
	KUNIT_CASE(dir_remove_keeps_an_open_file),
	KUNIT_CASE(inode_path_names_a_directory),
	KUNIT_CASE(inode_path_names_a_link_that_stays),
	{ 0 },
};

static const struct kunit_suite fs_suite = {
	.name = "ramfs",
	.init = fs_init,
	.exit = fs_exit,
	.test_cases = fs_cases,
};
kunit_test_suite(fs_suite);

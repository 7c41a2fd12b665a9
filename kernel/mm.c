// SPDX-License-Identifier: MIT
/*
 * DOC: program address spaces. exec builds one, mmap, munmap, mprotect and
 * brk change it, the page fault fills it, fork shares it copy-on-write, and
 * the last exit frees it. Called by kernel/binfmt_elf.c, kernel/process.c and
 * the page fault of a program (kernel/fault.c, user_trap()).
 *
 * Each mapped page is a counted run of order 0 and each page-table entry
 * holds one reference. An entry is writable only while its page has no other
 * user; a write to a page with more users copies it first. Areas are a list:
 * a static program has about ten. One CPU and no preemption: no locks.
 */
#include "kernel/mm.h"
#include "kernel/page_alloc.h"
#include "kernel/vfs.h"
#include "kernel/sched.h"
#include "kernel/trap.h"
#include "kernel/uaccess.h"
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/page.h"
#include "lib/slab.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/mman.h"

static struct page *pte_page(pte_t pte)
{
	return phys_to_page(pte & PTE_ADDR);
}

/* Forget the CPU's copy of a translation, if this space is the loaded one. */
static void mm_flush(const struct mm *mm, u64 addr)
{
	if ((read_cr3() & PTE_ADDR) == mm->root)
		flush_tlb_page(addr);
}

/* PROT_NONE keeps the page and hides it from kernel and program alike; so an
 * entry that is not zero holds a page, present or not. */
static u64 prot_flags(u32 prot)
{
	u64 flags = PTE_P | PTE_U | PTE_A;

	if (!(prot & (PROT_READ | PROT_WRITE | PROT_EXEC)))
		return PTE_SW1;
	if (!(prot & PROT_EXEC))
		flags |= PTE_NX;
	return flags;
}

static struct vm_area *find_area(const struct mm *mm, u64 addr)
{
	struct vm_area *a;

	list_for_each_entry (a, &mm->areas, entry) {
		if (addr < a->start)
			return NULL;
		if (addr < a->end)
			return a;
	}
	return NULL;
}

static struct vm_area *area_alloc(const struct vm_area *like)
{
	struct vm_area *a = kmalloc(sizeof(*a), GFP_KERNEL);

	if (!a)
		return NULL;
	*a = *like;
	if (a->file)
		get_file(a->file);
	return a;
}

static void area_free(struct vm_area *a)
{
	if (a->file)
		fput(a->file);
	kfree(a);
}

static void area_insert(struct mm *mm, struct vm_area *a)
{
	struct vm_area *next;

	list_for_each_entry (next, &mm->areas, entry) {
		if (next->start >= a->end)
			break;
	}
	list_add_tail(&a->entry, &next->entry);
}

/* Cut @a at @addr; the new area is the upper half, behind it in the list. */
static struct vm_area *area_split(struct vm_area *a, u64 addr)
{
	struct vm_area *upper = area_alloc(a);

	if (!upper)
		return NULL;
	upper->off += addr - a->start;
	upper->start = addr;
	a->end = addr;
	list_add(&upper->entry, &a->entry);
	return upper;
}

/* Step over a missing table: the next address worth a look. */
static u64 next_table(u64 addr)
{
	return (addr | ((1UL << 21) - 1)) + 1;
}

static void zap_range(struct mm *mm, u64 start, u64 end)
{
	u64 addr = start;
	pte_t *pte, old;

	while (addr < end) {
		pte = walk_page(mm->root, addr);
		if (!pte) {
			addr = next_table(addr);
			continue;
		}
		old = *pte;
		if (old) {
			*pte = 0;
			mm_flush(mm, addr);
			put_page(pte_page(old));
			mm->nr_pages--;
		}
		addr += PAGE_SIZE;
	}
}

/**
 * mm_create() - Make an empty address space.
 *
 * Context: task.
 * Return:  it, with one reference; NULL without memory.
 */
struct mm *mm_create(void)
{
	struct mm *mm = kzalloc(sizeof(*mm), GFP_KERNEL);

	if (!mm)
		return NULL;
	mm->root = alloc_page_table_root();
	if (!mm->root) {
		kfree(mm);
		return NULL;
	}
	mm->refcount = 1;
	INIT_LIST_HEAD(&mm->areas);
	return mm;
}

/**
 * mm_get() - Take a reference.
 * @mm: the space.
 *
 * Context: task.
 */
void mm_get(struct mm *mm)
{
	mm->refcount++;
}

/**
 * mm_put() - Drop a reference; the last one frees pages, tables and areas.
 * @mm: the space; must not be the loaded one if this is the last reference.
 *
 * Context: task; releases files.
 */
void mm_put(struct mm *mm)
{
	struct vm_area *a, *next;

	WARN_ON_ONCE(mm->refcount == 0);
	if (--mm->refcount)
		return;
	BUG_ON((read_cr3() & PTE_ADDR) == mm->root);
	list_for_each_entry_safe (a, next, &mm->areas, entry) {
		zap_range(mm, a->start, a->end);
		list_del(&a->entry);
		area_free(a);
	}
	WARN_ON_ONCE(mm->nr_pages != 0);
	if (mm->exe)
		fput(mm->exe);
	free_page_table_root(mm->root);
	kfree(mm);
}

/* Share the pages of one area with a child's space. */
static int fork_pages(struct mm *dst, struct mm *src, const struct vm_area *a)
{
	u64 addr = a->start;
	pte_t *from, *to;

	while (addr < a->end) {
		from = walk_page(src->root, addr);
		if (!from) {
			addr = next_table(addr);
			continue;
		}
		if (*from) {
			to = walk_page_alloc(dst->root, addr);
			if (!to)
				return -ENOMEM;
			if (!a->shared && (*from & PTE_W)) {
				*from &= ~PTE_W;
				mm_flush(src, addr);
			}
			get_page(pte_page(*from));
			*to = *from;
			dst->nr_pages++;
		}
		addr += PAGE_SIZE;
	}
	return 0;
}

/**
 * mm_fork() - Copy an address space for a child.
 * @src: the parent's, loaded.
 *
 * Private pages are shared until one side writes.
 *
 * Context: task.
 * Return:  the copy with one reference; NULL without memory.
 */
struct mm *mm_fork(struct mm *src)
{
	struct mm *mm = mm_create();
	struct vm_area *a, *copy;

	if (!mm)
		return NULL;
	mm->brk_start = src->brk_start;
	mm->brk = src->brk;
	mm->arg_start = src->arg_start;
	mm->env_start = src->env_start;
	mm->env_end = src->env_end;
	mm->exe = src->exe;
	if (mm->exe)
		get_file(mm->exe);
	list_for_each_entry (a, &src->areas, entry) {
		copy = area_alloc(a);
		if (!copy)
			goto out_put;
		list_add_tail(&copy->entry, &mm->areas);
		if (fork_pages(mm, src, a) != 0)
			goto out_put;
	}
	return mm;

out_put:
	mm_put(mm);
	return NULL;
}

/**
 * mm_unmap() - Remove whatever is mapped in a range.
 * @mm:   the space.
 * @addr: page-aligned.
 * @len:  page-aligned; @addr + @len is at most USER_SPACE_END.
 *
 * Context: task.
 * Return:  0, or -ENOMEM if cutting an area needed memory.
 */
int mm_unmap(struct mm *mm, u64 addr, u64 len)
{
	struct vm_area *a, *next;
	u64 end = addr + len;

	list_for_each_entry_safe (a, next, &mm->areas, entry) {
		if (a->start >= end)
			break;
		if (a->end <= addr)
			continue;
		if (a->start < addr) {
			next = area_split(a, addr);
			if (!next)
				return -ENOMEM;
			continue;
		}
		if (a->end > end && !area_split(a, end))
			return -ENOMEM;
		zap_range(mm, a->start, a->end);
		next = list_next_entry(a, entry);
		list_del(&a->entry);
		area_free(a);
	}
	return 0;
}

/**
 * mm_map() - Map a range, replacing what is there.
 * @mm:	      the space.
 * @addr:     page-aligned.
 * @len:      page-aligned, not 0; @addr + @len is at most USER_SPACE_END.
 * @prot:     PROT_* of every page.
 * @shared:   writes are seen by every mapper (and by the file).
 * @file:     where the bytes come from; NULL: zeroes. A reference is taken.
 * @off:      page-aligned offset of @addr in @file.
 * @file_end: offset from which the file is not used (a program's bss).
 *
 * Context: task.
 * Return:  0, or -ENOMEM.
 */
int mm_map(struct mm *mm, u64 addr, u64 len, u32 prot, bool shared,
	   struct file *file, u64 off, u64 file_end)
{
	struct vm_area like = {
		.start = addr,
		.end = addr + len,
		.prot = prot,
		.shared = shared,
		.file = file,
		.off = off,
		.file_end = file_end,
	};
	struct vm_area *a = area_alloc(&like);

	if (!a)
		return -ENOMEM;
	if (mm_unmap(mm, addr, len) != 0) {
		area_free(a);
		return -ENOMEM;
	}
	area_insert(mm, a);
	return 0;
}

/**
 * mm_find_gap() - Choose a place for a mapping.
 * @mm:  the space.
 * @len: page-aligned.
 *
 * Context: task.
 * Return:  the start of the highest gap of @len below USER_MMAP_TOP; 0: none.
 */
u64 mm_find_gap(const struct mm *mm, u64 len)
{
	u64 top = USER_MMAP_TOP;
	struct vm_area *a;

	list_for_each_entry_reverse (a, &mm->areas, entry) {
		if (a->start >= top)
			continue;
		if (a->end <= top && len <= top - a->end)
			return top - len;
		top = a->start;
	}
	if (top > USER_MMAP_LOW && len <= top - USER_MMAP_LOW)
		return top - len;
	return 0;
}

/* A private page's first contents. */
static struct page *fill_page(const struct vm_area *a, u64 addr,
			      enum mm_fault *why)
{
	u64 off = a->off + (addr - a->start);
	struct page *page;
	u64 n = 0;

	*why = MM_FAULT_OOM;
	if (!a->file || off >= a->file_end)
		return alloc_page(__GFP_ZERO);
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return NULL;
	n = inode_read(file_inode(a->file), page_address(page),
		       min_t(u64, PAGE_SIZE, a->file_end - off), off);
	if (n == 0 && a->file_end == ~0ULL) {
		*why = MM_FAULT_BUS;
		put_page(page);
		return NULL;
	}
	memset((u8 *)page_address(page) + n, 0, PAGE_SIZE - n);
	return page;
}

/* The page itself of a file that is mapped shared. */
static struct page *shared_page(const struct vm_area *a, u64 addr,
				enum mm_fault *why)
{
	const struct file_operations *op = a->file->f_op;
	struct page *page;

	if (op->mmap_page) {
		*why = MM_FAULT_BUS;
		return op->mmap_page(a->file, a->off + (addr - a->start));
	}
	page = inode_get_page(file_inode(a->file), a->off + (addr - a->start));
	if (IS_ERR(page)) {
		*why = PTR_ERR(page) == -ENOMEM ? MM_FAULT_OOM : MM_FAULT_BUS;
		return NULL;
	}
	return page;
}

/* Nothing is there yet. */
static enum mm_fault fault_missing(struct mm *mm, struct vm_area *a, u64 addr,
				   pte_t *pte)
{
	enum mm_fault why = MM_FAULT_OOM;
	struct page *page;

	if (a->shared && a->file)
		page = shared_page(a, addr, &why);
	else
		page = fill_page(a, addr, &why);
	if (!page)
		return why;
	*pte = virt_to_phys(page_address(page)) | prot_flags(a->prot);
	if (a->prot & PROT_WRITE)
		*pte |= PTE_W | PTE_D;
	mm->nr_pages++;
	return MM_FAULT_OK;
}

/* A write to a page that is mapped read-only in a writable area. */
static enum mm_fault fault_write(struct mm *mm, struct vm_area *a, u64 addr,
				 pte_t *pte)
{
	struct page *old = pte_page(*pte), *page;

	if (!a->shared && page_count(old) > 1) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return MM_FAULT_OOM;
		memcpy(page_address(page), page_address(old), PAGE_SIZE);
		*pte = virt_to_phys(page_address(page)) | prot_flags(a->prot);
		put_page(old);
	}
	*pte |= PTE_W | PTE_D;
	mm_flush(mm, addr);
	return MM_FAULT_OK;
}

/**
 * mm_handle_fault() - Bring in or make writable the page of an access.
 * @mm:   the space.
 * @addr: where.
 * @err:  PF_ERR_* bits of the access.
 *
 * Context: task; allocates.
 * Return:  MM_FAULT_OK if the access may be tried again.
 */
enum mm_fault mm_handle_fault(struct mm *mm, u64 addr, u64 err)
{
	struct vm_area *a = find_area(mm, addr);
	pte_t *pte;

	if (!a)
		return MM_FAULT_MAPERR;
	if (err & PF_ERR_RSVD)
		return MM_FAULT_ACCERR;
	if (!(a->prot & (PROT_READ | PROT_WRITE | PROT_EXEC)))
		return MM_FAULT_ACCERR;
	if ((err & PF_ERR_WRITE) && !(a->prot & PROT_WRITE))
		return MM_FAULT_ACCERR;
	if ((err & PF_ERR_FETCH) && !(a->prot & PROT_EXEC))
		return MM_FAULT_ACCERR;
	addr &= PAGE_MASK;
	pte = walk_page_alloc(mm->root, addr);
	if (!pte)
		return MM_FAULT_OOM;
	if (!*pte)
		return fault_missing(mm, a, addr, pte);
	if ((err & PF_ERR_WRITE) && !(*pte & PTE_W))
		return fault_write(mm, a, addr, pte);
	mm_flush(mm, addr);
	return MM_FAULT_OK;
}

/**
 * mm_get_page() - Hold a page of an address space.
 * @mm:   the space; need not be loaded.
 * @addr: where, in what is a program's to read.
 *
 * The page stays what the program sees there as long as the program neither
 * unmaps it nor writes to it after fork().
 *
 * Ownership: one reference is the caller's.
 * Context:   task; may allocate a page.
 * Return:    the page; NULL: the program cannot read there, or no memory.
 */
struct page *mm_get_page(struct mm *mm, u64 addr)
{
	pte_t *pte = walk_page(mm->root, addr);
	struct page *page;

	if (!pte || !(*pte & PTE_P)) {
		if (mm_handle_fault(mm, addr, 0) != MM_FAULT_OK)
			return NULL;
		pte = walk_page(mm->root, addr);
	}
	page = pte_page(*pte);
	get_page(page);
	return page;
}

/**
 * pin_user_page() - Hold a page of the current program: mm_get_page().
 * @addr: the program's address; anything may be in it.
 */
struct page *pin_user_page(const void __user *addr)
{
	if (!current->mm || !access_ok(addr, 1))
		return NULL;
	return mm_get_page(current->mm, (__force u64)addr);
}

/**
 * mm_write() - Write into an address space that need not be loaded.
 * @mm:   the space.
 * @addr: where; pages are brought in.
 * @from: kernel memory.
 * @n:    bytes.
 *
 * Context: task.
 * Return:  0, -EFAULT or -ENOMEM.
 */
int mm_write(struct mm *mm, u64 addr, const void *from, size_t n)
{
	enum mm_fault res;
	size_t chunk;
	pte_t *pte;

	while (n) {
		res = mm_handle_fault(mm, addr, PF_ERR_WRITE);
		if (res != MM_FAULT_OK)
			return res == MM_FAULT_OOM ? -ENOMEM : -EFAULT;
		pte = walk_page(mm->root, addr);
		chunk = min_t(size_t, n, PAGE_SIZE - (addr & ~PAGE_MASK));
		memcpy((u8 *)phys_to_virt(*pte & PTE_ADDR) +
			       (addr & ~PAGE_MASK),
		       from, chunk);
		from = (const u8 *)from + chunk;
		addr += chunk;
		n -= chunk;
	}
	return 0;
}

/**
 * mm_read() - Read from an address space that need not be loaded.
 * @mm:   the space.
 * @addr: where.
 * @to:   kernel memory.
 * @n:    bytes.
 *
 * Context: task; may allocate pages.
 * Return:  how many bytes the program could have read.
 */
size_t mm_read(struct mm *mm, u64 addr, void *to, size_t n)
{
	size_t done = 0, chunk;
	struct page *page;
	u64 in_page;

	while (done < n) {
		page = mm_get_page(mm, addr + done);
		if (!page)
			break;
		in_page = (addr + done) & ~PAGE_MASK;
		chunk = min_t(size_t, n - done, PAGE_SIZE - in_page);
		memcpy((u8 *)to + done, (u8 *)page_address(page) + in_page,
		       chunk);
		put_page(page);
		done += chunk;
	}
	return done;
}

/* --- system calls --- */

/* The range of a call, rounded to pages; false: not a program's. */
static bool user_range(u64 addr, u64 *len)
{
	if (*len > USER_SPACE_END)
		return false;
	*len = ALIGN(*len, PAGE_SIZE);
	return addr <= USER_SPACE_END - *len;
}

/* More than all memory can never be used: refuse at once (Linux's heuristic
 * overcommit refuses the obvious). */
static bool overcommits(u64 len)
{
	return (len >> PAGE_SHIFT) > totalram_pages();
}

/* The file of a mapping, or why it cannot be one. */
static struct file *mmap_file(int fd, u32 prot, bool shared, bool *zeroes)
{
	struct file *file = fget(fd);
	u32 acc;

	if (!file)
		return ERR_PTR(-EBADF);
	acc = file->f_flags & O_ACCMODE;
	if (acc == O_WRONLY ||
	    (shared && (prot & PROT_WRITE) && acc != O_RDWR)) {
		fput(file);
		return ERR_PTR(-EACCES);
	}
	*zeroes = file_is_dev_zero(file);
	if (!*zeroes && !file_is_ramfs_regular(file) && !file->f_op->mmap) {
		fput(file);
		return ERR_PTR(-ENODEV);
	}
	return file;
}

/* Whether a file that is none of the file tree's can be mapped so. */
static int may_map(struct file *file, bool shared, u64 off, u64 len)
{
	if (!file->f_op->mmap)
		return 0;
	return shared ? file->f_op->mmap(file, off, len) : -EINVAL;
}

/* Shared zeroes must exist before fork can share them, and memory of a socket
 * before it could change. */
static int populate(struct mm *mm, u64 addr, u64 len)
{
	u64 end = addr + len;

	for (; addr < end; addr += PAGE_SIZE) {
		if (mm_handle_fault(mm, addr, 0) != MM_FAULT_OK)
			return -ENOMEM;
	}
	return 0;
}

static long do_mmap(struct mm *mm, u64 addr, u64 len, u32 prot, u32 flags,
		    struct file *file, u64 off)
{
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
	bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
	struct vm_area *a;
	int err;

	if (!fixed) {
		addr = ALIGN_DOWN(addr, PAGE_SIZE);
		list_for_each_entry (a, &mm->areas, entry) {
			if (addr < a->end && addr + len > a->start)
				addr = 0;
		}
		if (addr < USER_MMAP_LOW || addr + len > USER_MMAP_TOP)
			addr = mm_find_gap(mm, len);
		if (!addr)
			return -ENOMEM;
	} else if (flags & MAP_FIXED_NOREPLACE) {
		list_for_each_entry (a, &mm->areas, entry) {
			if (addr < a->end && addr + len > a->start)
				return -EEXIST;
		}
	}
	err = mm_map(mm, addr, len, prot, shared, file, off, ~0ULL);
	if (err)
		return err;
	if (shared && (!file || file->f_op->mmap)) {
		err = populate(mm, addr, len);
		if (err) {
			(void)!mm_unmap(mm, addr, len);
			return err;
		}
	}
	return (long)addr;
}

SYSCALL_DEFINE6(mmap, u64, addr, u64, len, u32, prot, u32, flags, int, fd, u64,
		off)
{
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE, zeroes = false;
	struct file *file = NULL;
	long ret;

	if (off & ~PAGE_MASK)
		return -EINVAL;
	if ((flags & MAP_TYPE) == 0 ||
	    (flags & MAP_TYPE) > MAP_SHARED_VALIDATE || len == 0)
		return -EINVAL;
	if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) &&
	    ((addr & ~PAGE_MASK) || addr < USER_MMAP_LOW))
		return addr & ~PAGE_MASK ? -EINVAL : -EPERM;
	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) &&
	    addr > USER_SPACE_END - min_t(u64, len, USER_SPACE_END))
		addr = 0;
	if (!user_range(addr, &len) || overcommits(len))
		return -ENOMEM;
	if (!(flags & MAP_ANONYMOUS)) {
		file = mmap_file(fd, prot, shared, &zeroes);
		if (IS_ERR(file))
			return PTR_ERR(file);
		ret = off + len < off ? -EOVERFLOW
				      : may_map(file, shared, off, len);
		if (ret) {
			fput(file);
			return ret;
		}
	}
	ret = do_mmap(current->mm, addr, len, prot & 7, flags,
		      zeroes ? NULL : file, off);
	if (file)
		fput(file);
	return ret;
}

SYSCALL_DEFINE2(munmap, u64, addr, u64, len)
{
	if ((addr & ~PAGE_MASK) || len == 0 || !user_range(addr, &len))
		return -EINVAL;
	return mm_unmap(current->mm, addr, len);
}

/* Existing entries follow the area's new rights; a write right comes back by
 * the fault, which knows who else uses the page. */
static void protect_range(struct mm *mm, const struct vm_area *a)
{
	u64 addr = a->start;
	pte_t *pte;

	while (addr < a->end) {
		pte = walk_page(mm->root, addr);
		if (!pte) {
			addr = next_table(addr);
			continue;
		}
		if (*pte) {
			*pte = (*pte & PTE_ADDR) | prot_flags(a->prot);
			mm_flush(mm, addr);
		}
		addr += PAGE_SIZE;
	}
}

/* Is all of the range mapped? */
static bool range_is_mapped(const struct mm *mm, u64 addr, u64 end)
{
	struct vm_area *a;

	while (addr < end) {
		a = find_area(mm, addr);
		if (!a)
			return false;
		addr = a->end;
	}
	return true;
}

static int mm_protect(struct mm *mm, u64 addr, u64 len, u32 prot)
{
	u64 end = addr + len;
	struct vm_area *a;

	list_for_each_entry (a, &mm->areas, entry) {
		if (a->start >= end)
			break;
		if (a->end <= addr)
			continue;
		if (a->shared && a->file && (prot & PROT_WRITE) &&
		    (a->file->f_flags & O_ACCMODE) != O_RDWR)
			return -EACCES;
		if (a->start < addr) {
			if (!area_split(a, addr))
				return -ENOMEM;
			continue; /* the upper half is next */
		}
		if (a->end > end && !area_split(a, end))
			return -ENOMEM;
		a->prot = prot;
		protect_range(mm, a);
	}
	return 0;
}

SYSCALL_DEFINE3(mprotect, u64, addr, u64, len, u32, prot)
{
	if ((addr & ~PAGE_MASK) || (prot & ~7U))
		return -EINVAL;
	if (!user_range(addr, &len))
		return -ENOMEM;
	if (!range_is_mapped(current->mm, addr, addr + len))
		return -ENOMEM;
	return mm_protect(current->mm, addr, len, prot);
}

SYSCALL_DEFINE1(brk, u64, addr)
{
	struct mm *mm = current->mm;
	u64 old = ALIGN(mm->brk, PAGE_SIZE), new, len;
	struct vm_area *a;

	/* brk() answers the current end when it cannot do what it was asked. */
	if (addr < mm->brk_start || addr > USER_MMAP_TOP)
		return (long)mm->brk;
	new = ALIGN(addr, PAGE_SIZE);
	if (new < old && mm_unmap(mm, new, old - new) != 0)
		return (long)mm->brk;
	if (new > old) {
		len = new - old;
		list_for_each_entry (a, &mm->areas, entry) {
			if (old<a->end &&new> a->start)
				return (long)mm->brk;
		}
		a = old > mm->brk_start ? find_area(mm, old - 1) : NULL;
		if (overcommits(len))
			return (long)mm->brk;
		if (a && !a->file && !a->shared &&
		    a->prot == (PROT_READ | PROT_WRITE))
			a->end = new;
		else if (mm_map(mm, old, len, PROT_READ | PROT_WRITE, false,
				NULL, 0, 0) != 0)
			return (long)mm->brk;
	}
	mm->brk = addr;
	return (long)addr;
}

/* Carry the pages of a private area to their new addresses. */
static int move_pages(struct mm *mm, u64 from, u64 to, u64 len)
{
	u64 done = 0;
	pte_t *src, *dst;

	while (done < len) {
		src = walk_page(mm->root, from + done);
		if (src && *src) {
			dst = walk_page_alloc(mm->root, to + done);
			if (!dst)
				return -ENOMEM;
			*dst = *src;
			*src = 0;
			mm_flush(mm, from + done);
		}
		done += PAGE_SIZE;
	}
	return 0;
}

static long mremap_move(struct mm *mm, struct vm_area *a, u64 old, u64 old_len,
			u64 new_len)
{
	u64 to = mm_find_gap(mm, new_len);
	int err;

	if (!to)
		return -ENOMEM;
	err = mm_map(mm, to, new_len, a->prot, a->shared, a->file,
		     a->off + (old - a->start), a->file_end);
	if (err)
		return err;
	err = move_pages(mm, old, to, old_len);
	if (err) {
		/* Tables are missing at the new place only: go back. */
		(void)!move_pages(mm, to, old, old_len);
		(void)!mm_unmap(mm, to, new_len);
		return err;
	}
	err = mm_unmap(mm, old, old_len);
	return err ? err : (long)to;
}

SYSCALL_DEFINE4(mremap, u64, old, u64, old_len, u64, new_len, u32, flags)
{
	struct mm *mm = current->mm;
	struct vm_area *a, *next;

	/* MREMAP_FIXED and duplicating (old_len 0) are not offered. */
	if ((old & ~PAGE_MASK) || (flags & ~(u32)MREMAP_MAYMOVE) ||
	    new_len == 0 || old_len == 0)
		return -EINVAL;
	if (!user_range(old, &old_len))
		return -EINVAL;
	if (new_len > USER_SPACE_END || overcommits(new_len))
		return -ENOMEM;
	new_len = ALIGN(new_len, PAGE_SIZE);
	a = find_area(mm, old);
	if (!a || old_len > a->end - old)
		return -EFAULT;
	if (new_len <= old_len) {
		if (new_len < old_len &&
		    mm_unmap(mm, old + new_len, old_len - new_len) != 0)
			return -ENOMEM;
		return (long)old;
	}
	next = list_next_entry(a, entry);
	if (old + old_len == a->end && !(a->shared && !a->file) &&
	    old + new_len <= USER_MMAP_TOP &&
	    (&next->entry == &mm->areas || next->start >= old + new_len)) {
		a->end = old + new_len;
		return (long)old;
	}
	if (!(flags & MREMAP_MAYMOVE) || (a->shared && !a->file))
		return -ENOMEM;
	return mremap_move(mm, a, old, old_len, new_len);
}

SYSCALL_DEFINE3(madvise, u64, addr, u64, len, int, advice)
{
	struct mm *mm = current->mm;
	struct vm_area *a;
	u64 end;

	if ((addr & ~PAGE_MASK) || !user_range(addr, &len))
		return -EINVAL;
	end = addr + len;
	if (!range_is_mapped(mm, addr, end))
		return -ENOMEM;
	if (advice != MADV_DONTNEED)
		return advice < 0 ? -EINVAL : 0; /* the rest is only a hint */
	list_for_each_entry (a, &mm->areas, entry) {
		if (a->start < end && a->end > addr && !a->shared)
			zap_range(mm, max(a->start, addr), min(a->end, end));
	}
	return 0;
}

/* Nothing is written back: a shared page is the file's own. */
SYSCALL_DEFINE3(msync, u64, addr, u64, len, int, flags)
{
	if ((addr & ~PAGE_MASK) || (flags & ~7))
		return -EINVAL;
	if (!user_range(addr, &len) ||
	    !range_is_mapped(current->mm, addr, addr + len))
		return -ENOMEM;
	return 0;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the ELF loader. exec_program() hands it an open file and a fresh
 * address space; lib/elf.c has checked the headers when segments are mapped.
 * Segments are mapped from the file and come in page by page, with exactly the
 * rights of their p_flags. An interpreter (PT_INTERP) is loaded the same way,
 * above the program, and started instead of it. Then the start-up stack of
 * the System V ABI, AMD64 supplement, section 3.4.1, is written.
 */
#include "kernel/binfmt.h"
#include "kernel/io.h"
#include "lib/bug.h"
#include "lib/elf.h"
#include "lib/err.h"
#include "lib/page.h"
#include "lib/printk.h"
#include "lib/slab.h"
#include "lib/uapi/mman.h"

/* Where an interpreter goes. */
#define USER_INTERP_BASE 0x7ff000000000UL

#define AT_NULL     0
#define AT_PHDR     3
#define AT_PHENT    4
#define AT_PHNUM    5
#define AT_PAGESZ   6
#define AT_BASE     7
#define AT_FLAGS    8
#define AT_ENTRY    9
#define AT_UID      11
#define AT_EUID     12
#define AT_GID      13
#define AT_EGID     14
#define AT_PLATFORM 15
#define AT_HWCAP    16
#define AT_CLKTCK   17
#define AT_SECURE   23
#define AT_RANDOM   25
#define AT_EXECFN   31

static int read_phdrs(struct file *file, const struct elf64_hdr *h,
		      struct elf64_phdr **res)
{
	u64 n = h->e_phnum * sizeof(**res);
	struct elf64_phdr *ph = kmalloc(n, GFP_KERNEL);

	if (!ph)
		return -ENOMEM;
	if (inode_read(file_inode(file), ph, n, h->e_phoff) != n) {
		kfree(ph);
		return -ENOEXEC;
	}
	*res = ph;
	return 0;
}

static u32 segment_prot(u32 p_flags)
{
	return (p_flags & PF_R ? PROT_READ : 0) |
	       (p_flags & PF_W ? PROT_WRITE : 0) |
	       (p_flags & PF_X ? PROT_EXEC : 0);
}

static int map_segment(struct mm *mm, struct file *file,
		       const struct elf64_phdr *p, u64 bias)
{
	u64 skew = p->p_vaddr & ~PAGE_MASK;
	u64 start = bias + p->p_vaddr - skew;
	u64 end = ALIGN(bias + p->p_vaddr + p->p_memsz, PAGE_SIZE);

	if (p->p_memsz == 0)
		return 0;
	return mm_map(mm, start, end - start, segment_prot(p->p_flags), false,
		      file, p->p_offset - skew, p->p_offset + p->p_filesz);
}

/* Memory that the segments ask for, against what there is. */
static int check_fits(const struct binprm *b, const struct elf64_phdr *ph,
		      u32 n)
{
	u64 pages = 0, free = nr_free_pages();
	u32 i;

	for (i = 0; i < n; i++) {
		if (ph[i].p_type == PT_LOAD)
			pages += DIV_ROUND_UP(ph[i].p_memsz, PAGE_SIZE);
	}
	if (pages <= free)
		return 0;
	pr_err("%s: program needs %llu KiB of memory, %llu KiB are free\n",
	       b->path, pages * 4, free * 4);
	return -ENOMEM;
}

/* Map all of @file's segments; *bias is what was added to its addresses. */
static int load_image(struct binprm *b, struct file *file, u64 dyn_base,
		      struct elf_image *img, u64 *bias)
{
	struct inode *inode = file_inode(file);
	struct elf64_phdr *ph;
	struct elf64_hdr h;
	int err, i;

	if (inode_read(inode, &h, sizeof(h), 0) != sizeof(h))
		return -ENOEXEC;
	err = elf_check_header(&h, inode->size);
	if (err)
		return err;
	err = read_phdrs(file, &h, &ph);
	if (err)
		return err;
	err = elf_check_phdrs(&h, ph, inode->size, USER_MMAP_TOP, img);
	if (!err)
		err = check_fits(b, ph, h.e_phnum);
	if (err)
		goto out_free;
	*bias = 0;
	err = -ENOMEM;
	if (img->dyn) {
		*bias = ALIGN(dyn_base, img->align) - img->low;
		if (img->high - img->low > USER_MMAP_TOP - *bias - img->low)
			goto out_free;
	} else if (img->low < USER_MMAP_LOW) {
		err = -EPERM; /* Linux: vm.mmap_min_addr */
		goto out_free;
	}
	err = 0;
	for (i = 0; i < h.e_phnum && !err; i++) {
		if (ph[i].p_type == PT_LOAD)
			err = map_segment(b->mm, file, &ph[i], *bias);
	}
out_free:
	kfree(ph);
	return err;
}

static int load_interpreter(struct binprm *b, const struct elf_image *img)
{
	struct elf_image interp;
	struct file *file;
	char *path;
	u64 bias;
	int err;

	path = kmalloc(img->interp_len, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	err = -ENOEXEC;
	if (inode_read(file_inode(b->file), path, img->interp_len,
		       img->interp_offset) != img->interp_len ||
	    path[img->interp_len - 1] != 0)
		goto out_free;
	file = open_exec(path);
	if (IS_ERR(file)) {
		err = (int)PTR_ERR(file);
		if (err == -ENOENT)
			pr_err("%s: its interpreter %s is not in the "
			       "initramfs\n",
			       b->path, path);
		goto out_free;
	}
	err = load_image(b, file, USER_INTERP_BASE, &interp, &bias);
	if (err == -ENOEXEC)
		err = file_inode(file)->size < sizeof(struct elf64_hdr)
			      ? -EIO
			      : -ELIBBAD;
	if (err)
		goto out_put;
	b->entry = interp.entry + bias;
	b->at_base = interp.dyn ? bias : 0;
out_put:
	fput(file);
out_free:
	kfree(path);
	return err;
}

/**
 * load_elf_binary() - Map an ELF program.
 * @b: file, path and an empty address space; the rest is filled in.
 *
 * Context: task.
 * Return:  0; -ENOEXEC for no (good) ELF program; -ENOMEM, or what opening
 *          the interpreter said.
 */
int load_elf_binary(struct binprm *b)
{
	struct elf_image img;
	u64 bias;
	int err;

	err = load_image(b, b->file, USER_DYN_BASE, &img, &bias);
	if (err)
		return err;
	b->at_entry = img.entry + bias;
	b->entry = b->at_entry;
	b->at_base = 0;
	b->at_phdr = img.phdr_vaddr ? img.phdr_vaddr + bias : 0;
	b->at_phnum = img.phnum;
	b->mm->brk_start = img.high + bias;
	b->mm->brk = b->mm->brk_start;
	get_file(b->file);
	b->mm->exe = b->file;
	if (img.interp_len)
		return load_interpreter(b, &img);
	return 0;
}

/* Writes downwards from the stack's top, first error kept. */
struct stack_writer {
	struct mm *mm;
	u64 sp;
	int err;
};

static u64 push_bytes(struct stack_writer *w, const void *p, size_t n)
{
	w->sp -= n;
	if (!w->err)
		w->err = mm_write(w->mm, w->sp, p, n);
	return w->sp;
}

/* Strings in order at ascending addresses; the first one's address. */
static u64 push_strings(struct stack_writer *w, char **s, u32 n, u64 *where)
{
	u32 i;

	for (i = n; i-- > 0;)
		where[i] = push_bytes(w, s[i], strlen(s[i]) + 1);
	return w->sp;
}

/* CPUID.1:EDX, what AT_HWCAP is on x86. */
static u32 cpu_features(void)
{
	u32 eax, ebx, ecx, edx;

	cpuid(1, 0, &eax, &ebx, &ecx, &edx);
	return edx;
}

static u32 fill_auxv(const struct binprm *b, u64 *av, u64 random, u64 execfn,
		     u64 platform)
{
	/* AT_SYSINFO_EHDR is absent: there is no vDSO. */
	const u64 pairs[][2] = {
		{ AT_HWCAP, cpu_features() },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_CLKTCK, 100 },
		{ AT_PHDR, b->at_phdr },
		{ AT_PHENT, 56 },
		{ AT_PHNUM, b->at_phnum },
		{ AT_BASE, b->at_base },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, b->at_entry },
		{ AT_UID, 0 },
		{ AT_EUID, 0 },
		{ AT_GID, 0 },
		{ AT_EGID, 0 },
		{ AT_SECURE, 0 },
		{ AT_RANDOM, random },
		{ AT_EXECFN, execfn },
		{ AT_PLATFORM, platform },
		{ AT_NULL, 0 },
	};

	memcpy(av, pairs, sizeof(pairs));
	return ARRAY_SIZE(pairs) * 2;
}

/**
 * create_start_stack() - Write what a program finds on its stack.
 * @b:    a loaded program.
 * @args: its strings.
 * @sp:   set to the address of argc, 16-byte aligned.
 *
 * From the top: file name, environment, arguments, platform, random bytes;
 * below them auxv, envp, argv, argc.
 *
 * Context: task.
 * Return:  0, -E2BIG or -ENOMEM.
 */
int create_start_stack(struct binprm *b, const struct exec_args *args, u64 *sp)
{
	struct stack_writer w = { .mm = b->mm, .sp = USER_STACK_TOP - 8 };
	size_t words = (size_t)args->argc + args->envc + 3 + 40, n = 0;
	u64 *tab, execfn, random, platform;
	u8 bytes[16];
	int err;

	err = mm_map(b->mm, USER_STACK_TOP - USER_STACK_SIZE, USER_STACK_SIZE,
		     PROT_READ | PROT_WRITE, false, NULL, 0, 0);
	if (err)
		return err;
	/* Strings may take a quarter of the stack, as in Linux. */
	if (args->bytes + words * 8 > USER_STACK_SIZE / 4)
		return -E2BIG;
	tab = kcalloc(words, sizeof(*tab), GFP_KERNEL);
	if (!tab)
		return -ENOMEM;
	execfn = push_bytes(&w, b->path, strlen(b->path) + 1);
	tab[n++] = args->argc;
	b->mm->env_end = w.sp;
	b->mm->env_start =
		push_strings(&w, args->envp, args->envc, tab + 2 + args->argc);
	b->mm->arg_start = push_strings(&w, args->argv, args->argc, tab + 1);
	n += args->argc + 1 + args->envc + 1;
	platform = push_bytes(&w, "x86_64", 7);
	get_random_bytes(bytes, sizeof(bytes));
	random = push_bytes(&w, bytes, sizeof(bytes));
	n += fill_auxv(b, tab + n, random, execfn, platform);
	BUG_ON(n > words);
	w.sp = ALIGN_DOWN(w.sp - n * 8, 16) + n * 8;
	*sp = push_bytes(&w, tab, n * 8);
	kfree(tab);
	return w.err;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the checks between an untrusted file and the program loader. Called
 * by kernel/binfmt_elf.c with bytes that it read from the file, so that every
 * rule here is tested on the host. After both checks the loader may add and
 * subtract the plan's addresses freely: nothing wraps, every segment lies
 * below the user limit, segments ascend and share no page unless a later one
 * begins in the last page of an earlier one, and file ranges are in the file.
 *
 * System V ABI, chapters 4 and 5. Pure functions: no state, no locks.
 */
#include "lib/elf.h"
#include "lib/errno.h"
#include "lib/platform.h"

/* Widest interpreter path, with its zero (Linux: PATH_MAX). */
#define ELF_INTERP_MAX 4096

/**
 * elf_check_header() - Is this an x86-64 program that we can run?
 * @h:         the file's first 64 bytes.
 * @file_size: the file's bytes, at least 64.
 *
 * Context: any.
 * Return:  0, or -ENOEXEC.
 */
int elf_check_header(const struct elf64_hdr *h, u64 file_size)
{
	/* EI_MAG, EI_CLASS ELFCLASS64, EI_DATA little-endian, EI_VERSION. */
	static const u8 ident[] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	u64 table = (u64)h->e_phnum * sizeof(struct elf64_phdr);

	if (memcmp(h->e_ident, ident, sizeof(ident)) != 0)
		return -ENOEXEC;
	if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
		return -ENOEXEC;
	if (h->e_machine != EM_X86_64)
		return -ENOEXEC;
	if (h->e_phentsize != sizeof(struct elf64_phdr))
		return -ENOEXEC;
	if (h->e_phnum == 0 || h->e_phnum > ELF_MAX_PHNUM)
		return -ENOEXEC;
	if (h->e_phoff > file_size || table > file_size - h->e_phoff)
		return -ENOEXEC;
	return 0;
}

/* Ranges of one PT_LOAD, and its place after the previous one. */
static int elf_check_load(const struct elf64_phdr *p, u64 file_size,
			  u64 user_limit, struct elf_image *img)
{
	u64 end;

	if (p->p_filesz > p->p_memsz)
		return -ENOEXEC;
	if (p->p_offset > file_size || p->p_filesz > file_size - p->p_offset)
		return -ENOEXEC;
	if (p->p_memsz > user_limit || p->p_vaddr > user_limit - p->p_memsz)
		return -ENOMEM;
	if ((p->p_vaddr ^ p->p_offset) & (PAGE_SIZE - 1))
		return -ENOEXEC;
	if (p->p_align > PAGE_SIZE) {
		if (p->p_align & (p->p_align - 1))
			return -ENOEXEC;
		img->align = max(img->align, p->p_align);
	}
	if (p->p_memsz == 0)
		return 0;
	if (img->high &&
	    ALIGN_DOWN(p->p_vaddr, PAGE_SIZE) + PAGE_SIZE < img->high)
		return -ENOEXEC;
	end = ALIGN(p->p_vaddr + p->p_memsz, PAGE_SIZE);
	if (!img->high)
		img->low = ALIGN_DOWN(p->p_vaddr, PAGE_SIZE);
	img->high = max(img->high, end);
	return 0;
}

/* The interpreter's name; what cannot be read is no bad format, to Linux. */
static int elf_check_interp(const struct elf64_phdr *p, u64 file_size)
{
	if (p->p_filesz < 2 || p->p_filesz > ELF_INTERP_MAX)
		return -ENOEXEC;
	if (p->p_offset >> 63)
		return -EINVAL;
	if (p->p_offset > file_size || p->p_filesz > file_size - p->p_offset)
		return -EIO;
	return 0;
}

/* Where the program headers lie once loaded: AT_PHDR. */
static void elf_find_phdrs(const struct elf64_hdr *h,
			   const struct elf64_phdr *p, struct elf_image *img)
{
	u64 table = (u64)h->e_phnum * sizeof(*p);

	if (h->e_phoff < p->p_offset || img->phdr_vaddr)
		return;
	if (h->e_phoff - p->p_offset > p->p_filesz ||
	    table > p->p_filesz - (h->e_phoff - p->p_offset))
		return;
	img->phdr_vaddr = p->p_vaddr + (h->e_phoff - p->p_offset);
}

/**
 * elf_check_phdrs() - Check the program headers and make the loader's plan.
 * @h:          a header that elf_check_header() accepted.
 * @ph:         its e_phnum program headers.
 * @file_size:  the file's bytes.
 * @user_limit: first address a program cannot have; page-aligned.
 * @img:        filled in on success.
 *
 * Context: any.
 * Return:  0; -ENOEXEC for a malformed file; -ENOMEM for segments that no
 *          address space can hold; -EIO, -EINVAL for an interpreter's name
 *          outside the file.
 */
int elf_check_phdrs(const struct elf64_hdr *h, const struct elf64_phdr *ph,
		    u64 file_size, u64 user_limit, struct elf_image *img)
{
	int i, err;

	*img = (struct elf_image){
		.entry = h->e_entry,
		.phnum = h->e_phnum,
		.dyn = h->e_type == ET_DYN,
		.align = PAGE_SIZE,
	};
	for (i = 0; i < h->e_phnum; i++) {
		const struct elf64_phdr *p = &ph[i];

		if (p->p_type == PT_INTERP) {
			err = elf_check_interp(p, file_size);
			if (err)
				return err;
			img->interp_offset = p->p_offset;
			img->interp_len = (u32)p->p_filesz;
		}
		if (p->p_type != PT_LOAD)
			continue;
		err = elf_check_load(p, file_size, user_limit, img);
		if (err)
			return err;
		elf_find_phdrs(h, p, img);
	}
	if (!img->high || img->entry >= user_limit)
		return -ENOEXEC;
	if (img->align > user_limit / 4)
		return -ENOEXEC;
	return 0;
}

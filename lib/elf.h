/* SPDX-License-Identifier: MIT */
/*
 * DOC: the ELF64 program format (System V ABI, chapters 4 and 5; AMD64
 * supplement): layouts, and a checker that turns an untrusted file's headers
 * into a plan for the loader (kernel/binfmt_elf.c).
 */
#pragma once

#include "lib/types.h"

#define EI_NIDENT 16

struct elf64_hdr {
	u8 e_ident[EI_NIDENT];
	u16 e_type;
	u16 e_machine;
	u32 e_version;
	u64 e_entry;
	u64 e_phoff;
	u64 e_shoff;
	u32 e_flags;
	u16 e_ehsize;
	u16 e_phentsize;
	u16 e_phnum;
	u16 e_shentsize;
	u16 e_shnum;
	u16 e_shstrndx;
};

struct elf64_phdr {
	u32 p_type;
	u32 p_flags;
	u64 p_offset;
	u64 p_vaddr;
	u64 p_paddr;
	u64 p_filesz;
	u64 p_memsz;
	u64 p_align;
};

static_assert(sizeof(struct elf64_hdr) == 64, "System V ABI, figure 4-3");
static_assert(sizeof(struct elf64_phdr) == 56, "System V ABI, figure 5-1");

#define ET_EXEC   2
#define ET_DYN    3
#define EM_X86_64 62

#define PT_LOAD      1
#define PT_DYNAMIC   2
#define PT_INTERP    3
#define PT_PHDR      6
#define PT_TLS       7
#define PT_GNU_STACK 0x6474e551

#define PF_X 1
#define PF_W 2
#define PF_R 4

/* The most program headers taken: a page of them, and then some. */
#define ELF_MAX_PHNUM 128

/* What the loader needs to know, checked. Addresses are the file's own; a
 * position-independent image (@dyn) is moved by a bias of the loader's. */
struct elf_image {
	u64 entry;
	u64 phdr_vaddr;    /* of the program headers in memory; 0: not there */
	u64 low, high;     /* of all PT_LOAD, page-aligned */
	u64 align;         /* the largest p_align, at least a page */
	u64 interp_offset; /* PT_INTERP's path in the file ... */
	u32 interp_len;    /* ... with its zero; 0: none */
	u16 phnum;
	bool dyn;
};

int elf_check_header(const struct elf64_hdr *h, u64 file_size) __must_check;
int elf_check_phdrs(const struct elf64_hdr *h, const struct elf64_phdr *ph,
		    u64 file_size, u64 user_limit,
		    struct elf_image *img) __must_check;

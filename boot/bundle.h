/* SPDX-License-Identifier: MIT */
/*
 * DOC: how a program travels inside the image, as one self-contained file.
 *
 * The image has an anchor in .data, found by its 16 magic bytes. To add a
 * bundle to a copy of doorbell.elf, a tool
 *
 *  1. finds the anchor (magic at an 8-byte aligned file offset) and the
 *     multiboot 1 header (0x1badb002, 4-byte aligned, first 8 KiB; its words
 *     are magic, flags, checksum, header_addr, load_addr, load_end_addr,
 *     bss_end_addr, entry). With off = header's file offset - header_addr
 *     (negative), physical address p is at file offset p + off;
 *  2. truncates the file at load_end_addr + off, pads it with zeros up to
 *     anchor.image_end + off (that is the .bss), and appends the bundle, whose
 *     physical address so is anchor.image_end, a multiple of 4096;
 *  3. writes anchor.bundle_phys = anchor.image_end and anchor.bundle_size;
 *  4. writes load_end_addr = bss_end_addr = image_end + bundle_size;
 *  5. in the program headers, grows p_filesz of the writable PT_LOAD to its
 *     p_memsz, and turns the PT_NULL entry into PT_LOAD with p_offset =
 *     image_end + off, p_vaddr = p_paddr = image_end, p_filesz = p_memsz =
 *     bundle_size, p_flags = 4, p_align = 4096;
 *  6. clears e_shoff, e_shnum and e_shstrndx: section headers went with 2.
 *
 * The bundle is one page, struct bundle_header and the command line's text,
 * and from its second page on the cpio archive (newc).
 *
 * A boot loader's initrd takes precedence over the bundle's archive. The
 * loader's options come after the bundle's, so they win; its words after `--`
 * replace the bundle's.
 */
#pragma once

#include "lib/types.h"

#define BUNDLE_ANCHOR_MAGIC "DOORBELL-ANCHOR1" /* 16 bytes, no NUL */
#define BUNDLE_MAGIC        "DBBUNDL1"         /* 8 bytes, no NUL */
#define BUNDLE_HEADER_BYTES 4096

struct bundle_anchor {
	char magic[16];
	u64 image_end;   /* physical: where a bundle goes */
	u64 bundle_phys; /* 0 until a tool writes it */
	u64 bundle_size; /* header page and archive */
};

struct bundle_header {
	char magic[8];
	u32 cmdline_bytes; /* without NUL, at most 4096 - 24 */
	u32 reserved;      /* 0 */
	u64 cpio_bytes;
	char cmdline[];
};
static_assert(offsetof(struct bundle_header, cmdline) == 24, "documented");

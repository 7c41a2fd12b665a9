// SPDX-License-Identifier: MIT
/*
 * DOC: what the boot loader left, by protocol: Multiboot 0.6.96, Multiboot
 * 2.0, and the PVH start info of Xen's public headers. Each becomes a list of
 * usable RAM from which everything in use is cut: the zero page, the image,
 * the archive. Called once by start_kernel(); the structures are read through
 * the boot map, so all of them lie below 4 GiB.
 */
#include "boot/boot_info.h"
#include "boot/bundle.h"
#include "kernel/cmdline.h"
#include "lib/bug.h"
#include "lib/vsprintf.h"

#define MB1_BOOTED  0x2badb002
#define MB1_MEMORY  BIT(0)
#define MB1_CMDLINE BIT(2)
#define MB1_MODULES BIT(3)
#define MB1_MMAP    BIT(6)
#define MB1_LOADER  BIT(9)
#define MB2_BOOTED  0x36d76289
#define PVH_BOOTED  0x336ec578
#define RAM_USABLE  1

struct mb1_info {
	u32 flags, mem_lower_kib, mem_upper_kib, boot_device, cmdline;
	u32 mods_count, mods_addr, syms[4], mmap_length, mmap_addr;
	u32 drives_length, drives_addr, config_table, boot_loader_name;
};

struct mb1_module {
	u32 start, end, string, reserved;
};

struct mb1_mmap {
	u32 size; /* of the rest */
	u64 addr, len;
	u32 type;
} __packed;

struct mb2_tag {
	u32 type, size;
	union {
		char string[0];
		struct {
			u32 start, end;
		} module;
		struct {
			u32 entry_size, entry_version;
			u8 entries[];
		} mmap;
		u8 rsdp[0];
	};
};

struct mb2_mmap {
	u64 addr, len;
	u32 type, reserved;
};

struct pvh_info {
	u32 magic, version, flags, nr_modules;
	u64 modlist, cmdline, rsdp, memmap;
	u32 memmap_entries, reserved;
};

struct pvh_module {
	u64 paddr, size, cmdline, reserved;
};

extern char __image_start_phys[], __image_end_phys[];

/* Written by the tool that adds a bundle, so the compiler must not know it. */
static volatile const struct bundle_anchor anchor
	__attribute__((used, section(".data"), aligned(16))) = {
		.magic = BUNDLE_ANCHOR_MAGIC,
		.image_end = (u64)__image_end_phys,
	};

static void ram_insert(u32 at, phys_addr_t start, phys_addr_t end)
{
	struct boot_range *r = boot_info.ram;
	u32 i;

	if (start >= end || boot_info.nr_ranges == BOOT_MAX_RANGES)
		return;
	for (i = boot_info.nr_ranges++; i > at; i--)
		r[i] = r[i - 1];
	r[at] = (struct boot_range){ start, end };
}

static void ram_remove(phys_addr_t start, phys_addr_t end)
{
	struct boot_range r;
	u32 i = 0;

	start = ALIGN_DOWN(start, PAGE_SIZE);
	end = ALIGN(end, PAGE_SIZE);
	while (i < boot_info.nr_ranges) {
		r = boot_info.ram[i];
		if (r.end <= start || r.start >= end) {
			i++;
			continue;
		}
		memmove(&boot_info.ram[i], &boot_info.ram[i + 1],
			(--boot_info.nr_ranges - i) * sizeof(r));
		ram_insert(i, max(r.start, end), r.end);
		ram_insert(i, r.start, min(r.end, start));
	}
}

static void ram_add(u64 addr, u64 len, u32 type)
{
	phys_addr_t start = ALIGN(addr, PAGE_SIZE);
	phys_addr_t end = ALIGN_DOWN(addr + len, PAGE_SIZE);
	u32 at = 0;

	if (type != RAM_USABLE || addr + len < addr)
		return;
	/* A map with overlaps must not hand out a page twice. */
	ram_remove(start, end);
	while (at < boot_info.nr_ranges && boot_info.ram[at].start < start)
		at++;
	ram_insert(at, start, end);
}

static const char *parse_mb1(const struct mb1_info *mi)
{
	const struct mb1_module *mod;
	const struct mb1_mmap *m;
	const char *cmdline = "";
	u32 off;

	boot_info.protocol = "multiboot";
	if (mi->flags & MB1_LOADER)
		strscpy(boot_info.loader, phys_to_virt(mi->boot_loader_name),
			sizeof(boot_info.loader));
	if (mi->flags & MB1_CMDLINE)
		cmdline = phys_to_virt(mi->cmdline);
	if (mi->flags & MB1_MMAP) {
		for (off = 0; off < mi->mmap_length; off += m->size + 4) {
			m = phys_to_virt(mi->mmap_addr + off);
			ram_add(m->addr, m->len, m->type);
		}
	} else if (mi->flags & MB1_MEMORY) {
		ram_add(0, mi->mem_lower_kib * 1024ULL, RAM_USABLE);
		ram_add(0x100000, mi->mem_upper_kib * 1024ULL, RAM_USABLE);
	}
	if ((mi->flags & MB1_MODULES) && mi->mods_count) {
		mod = phys_to_virt(mi->mods_addr);
		boot_info.initrd_start = mod->start;
		boot_info.initrd_end = mod->end;
	}
	/* QEMU puts the image's file name first. */
	if (strcmp(boot_info.loader, "qemu") == 0) {
		while (*cmdline && *cmdline != ' ')
			cmdline++;
	}
	return cmdline;
}

static void parse_mb2_mmap(const struct mb2_tag *tag)
{
	const struct mb2_mmap *m;
	u32 off;

	for (off = 16; off + sizeof(*m) <= tag->size;
	     off += tag->mmap.entry_size) {
		m = (const void *)((const u8 *)tag + off);
		ram_add(m->addr, m->len, m->type);
	}
}

static const char *parse_mb2(const u8 *mi)
{
	const struct mb2_tag *tag;
	const char *cmdline = "";
	u32 off, total = *(const u32 *)mi;

	boot_info.protocol = "multiboot2";
	for (off = 8; off + 8 <= total; off += ALIGN(tag->size, 8U)) {
		tag = (const void *)(mi + off);
		if (tag->type == 0 || tag->size < 8)
			break;
		switch (tag->type) {
		case 1:
			cmdline = tag->string;
			break;
		case 2:
			strscpy(boot_info.loader, tag->string,
				sizeof(boot_info.loader));
			break;
		case 3:
			if (boot_info.initrd_end)
				break;
			boot_info.initrd_start = tag->module.start;
			boot_info.initrd_end = tag->module.end;
			break;
		case 6:
			parse_mb2_mmap(tag);
			break;
		}
	}
	return cmdline;
}

static const char *parse_pvh(const struct pvh_info *pi)
{
	const struct mb2_mmap *m = phys_to_virt(pi->memmap);
	const struct pvh_module *mod = phys_to_virt(pi->modlist);
	u32 i;

	boot_info.protocol = "pvh";
	if (pi->version >= 1)
		for (i = 0; i < pi->memmap_entries; i++)
			ram_add(m[i].addr, m[i].len, m[i].type);
	if (pi->nr_modules) {
		boot_info.initrd_start = mod->paddr;
		boot_info.initrd_end = mod->paddr + mod->size;
	}
	return pi->cmdline ? phys_to_virt(pi->cmdline) : "";
}

/* Where the words after a lone `--` begin, or the end of @s. */
static const char *find_args(const char *s)
{
	const char *p;

	for (p = s; (p = strstr(p, "--")) != NULL; p += 2)
		if ((p == s || p[-1] == ' ') && (!p[2] || p[2] == ' '))
			return p;
	return s + strlen(s);
}

static void set_cmdline(const char *bundled, const char *given)
{
	static char text[2 * CMDLINE_MAX];
	const char *bundled_args = find_args(bundled);
	const char *given_args = find_args(given);

	snprintf(text, sizeof(text), "%.*s %.*s %s",
		 (int)(bundled_args - bundled), bundled,
		 (int)(given_args - given), given,
		 *given_args ? given_args : bundled_args);
	cmdline_init(text);
}

/* The bundle's command line, NULL without a sound bundle. */
static const char *open_bundle(void)
{
	static char text[BUNDLE_HEADER_BYTES];
	const struct bundle_header *h;
	u64 size = anchor.bundle_size;

	if (size < BUNDLE_HEADER_BYTES)
		return NULL;
	h = phys_to_virt(anchor.bundle_phys);
	if (memcmp(h->magic, BUNDLE_MAGIC, sizeof(h->magic)) != 0 ||
	    h->cmdline_bytes > BUNDLE_HEADER_BYTES - sizeof(*h) ||
	    h->cpio_bytes > size - BUNDLE_HEADER_BYTES)
		return NULL;
	memcpy(text, h->cmdline, h->cmdline_bytes);
	if (boot_info.initrd_start == boot_info.initrd_end) {
		boot_info.initrd_start =
			anchor.bundle_phys + BUNDLE_HEADER_BYTES;
		boot_info.initrd_end = boot_info.initrd_start + h->cpio_bytes;
	}
	return text;
}

/**
 * boot_info_init() - Read the boot loader's structures.
 * @magic: which protocol.
 * @info:  physical address of its structure, below 4 GiB.
 *
 * Fills boot_info and the command line. What is in use is not in the RAM
 * list: page 0, the image, the archive.
 */
void boot_info_init(u32 magic, u64 info)
{
	const void *mi = phys_to_virt(info);
	const char *cmdline = "", *bundled;

	if (magic == PVH_BOOTED)
		cmdline = parse_pvh(mi);
	else if (magic == MB1_BOOTED)
		cmdline = parse_mb1(mi);
	else if (magic == MB2_BOOTED)
		cmdline = parse_mb2(mi);
	else
		panic("boot: no known boot loader (eax is %08x)", magic);
	bundled = open_bundle();
	set_cmdline(bundled ? bundled : "", cmdline);
	ram_remove(0, PAGE_SIZE);
	ram_remove((phys_addr_t)__image_start_phys,
		   (phys_addr_t)__image_end_phys);
	ram_remove(boot_info.initrd_start, boot_info.initrd_end);
}

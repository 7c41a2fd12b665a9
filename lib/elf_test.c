// SPDX-License-Identifier: MIT
/* DOC: elf_check_header() and elf_check_phdrs() on good and hostile files. */
#include "lib/elf.h"
#include "lib/errno.h"
#include "lib/kunit.h"

#define LIMIT     0x7ffffffff000ULL
#define FILE_SIZE 0x3000

static const struct elf64_hdr good_hdr = {
	.e_ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
	.e_type = ET_EXEC,
	.e_machine = EM_X86_64,
	.e_version = 1,
	.e_entry = 0x401000,
	.e_phoff = 64,
	.e_ehsize = 64,
	.e_phentsize = 56,
	.e_phnum = 3,
};

static const struct elf64_phdr good_ph[3] = {
	{ .p_type = PT_LOAD,
	  .p_flags = PF_R | PF_X,
	  .p_offset = 0,
	  .p_vaddr = 0x400000,
	  .p_filesz = 0x1800,
	  .p_memsz = 0x1800,
	  .p_align = 0x1000 },
	{ .p_type = PT_LOAD,
	  .p_flags = PF_R | PF_W,
	  .p_offset = 0x1e00,
	  .p_vaddr = 0x402e00,
	  .p_filesz = 0x200,
	  .p_memsz = 0x9000,
	  .p_align = 0x1000 },
	{ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W },
};

static int check(const struct elf64_hdr *h, const struct elf64_phdr *ph,
		 struct elf_image *img)
{
	int err = elf_check_header(h, FILE_SIZE);

	return err ? err : elf_check_phdrs(h, ph, FILE_SIZE, LIMIT, img);
}

static void elf_check_accepts_a_static_program(struct kunit *test)
{
	struct elf_image img;

	KUNIT_ASSERT_EQ(test, check(&good_hdr, good_ph, &img), 0);
	KUNIT_EXPECT_EQ(test, img.entry, 0x401000);
	KUNIT_EXPECT_EQ(test, img.phdr_vaddr, 0x400040);
	KUNIT_EXPECT_EQ(test, img.low, 0x400000);
	KUNIT_EXPECT_EQ(test, img.high, 0x40c000);
	KUNIT_EXPECT_EQ(test, img.interp_len, 0);
	KUNIT_EXPECT_FALSE(test, img.dyn);
}

static void elf_check_header_refuses_other_files(struct kunit *test)
{
	struct elf64_hdr h;

	h = good_hdr;
	h.e_ident[4] = 1; /* ELFCLASS32 */
	KUNIT_EXPECT_EQ(test, elf_check_header(&h, FILE_SIZE), -ENOEXEC);
	h = good_hdr;
	h.e_machine = 183; /* AArch64 */
	KUNIT_EXPECT_EQ(test, elf_check_header(&h, FILE_SIZE), -ENOEXEC);
	h = good_hdr;
	h.e_type = 1; /* ET_REL */
	KUNIT_EXPECT_EQ(test, elf_check_header(&h, FILE_SIZE), -ENOEXEC);
	h = good_hdr;
	h.e_phentsize = 32;
	KUNIT_EXPECT_EQ(test, elf_check_header(&h, FILE_SIZE), -ENOEXEC);
	h = good_hdr;
	h.e_phnum = 0xffff;
	KUNIT_EXPECT_EQ(test, elf_check_header(&h, FILE_SIZE), -ENOEXEC);
	h = good_hdr;
	h.e_phoff = ~0ULL - 8;
	KUNIT_EXPECT_EQ(test, elf_check_header(&h, FILE_SIZE), -ENOEXEC);
	h = good_hdr;
	h.e_phoff = FILE_SIZE - 100;
	KUNIT_EXPECT_EQ(test, elf_check_header(&h, FILE_SIZE), -ENOEXEC);
}

static void elf_check_phdrs_refuses_hostile_ranges(struct kunit *test)
{
	struct elf64_phdr ph[3];
	struct elf_image img;

	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_filesz = ph[1].p_memsz + 1;
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOEXEC);
	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_offset = ~0ULL - 0x1ff;
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOEXEC);
	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_filesz = FILE_SIZE;
	ph[1].p_memsz = FILE_SIZE;
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOEXEC);
	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_memsz = ~0ULL;
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOMEM);
	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_vaddr = LIMIT - 0x200;
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOMEM);
	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_vaddr = 0x402e01; /* not congruent with its offset */
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOEXEC);
	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_vaddr = 0x3ffe00; /* descending */
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOEXEC);
	memcpy(ph, good_ph, sizeof(ph));
	ph[1].p_align = 0x3000;
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOEXEC);
	memcpy(ph, good_ph, sizeof(ph));
	ph[0].p_type = PT_TLS;
	ph[1].p_type = PT_TLS; /* nothing to load */
	KUNIT_EXPECT_EQ(test, check(&good_hdr, ph, &img), -ENOEXEC);
}

static void elf_check_phdrs_finds_the_interpreter(struct kunit *test)
{
	struct elf64_phdr ph[3];
	struct elf64_hdr h = good_hdr;
	struct elf_image img;

	memcpy(ph, good_ph, sizeof(ph));
	h.e_type = ET_DYN;
	ph[2] = (struct elf64_phdr){ .p_type = PT_INTERP,
				     .p_offset = 0x318,
				     .p_filesz = 28,
				     .p_memsz = 28 };
	KUNIT_ASSERT_EQ(test, check(&h, ph, &img), 0);
	KUNIT_EXPECT_EQ(test, img.interp_offset, 0x318);
	KUNIT_EXPECT_EQ(test, img.interp_len, 28);
	KUNIT_EXPECT_TRUE(test, img.dyn);
	ph[2].p_offset = FILE_SIZE - 4;
	KUNIT_EXPECT_EQ(test, check(&h, ph, &img), -EIO);
	ph[2].p_offset = 1ULL << 63;
	KUNIT_EXPECT_EQ(test, check(&h, ph, &img), -EINVAL);
	ph[2].p_filesz = 1;
	KUNIT_EXPECT_EQ(test, check(&h, ph, &img), -ENOEXEC);
}

/* A seeded walk over random corruptions: the plan never wraps or leaves. */
static void elf_check_phdrs_plan_stays_in_bounds(struct kunit *test)
{
	struct elf64_phdr ph[3];
	struct elf_image img;
	u8 r[4];
	int i;

	for (i = 0; i < 20000; i++) {
		memcpy(ph, good_ph, sizeof(ph));
		get_random_bytes(r, sizeof(r));
		((u8 *)ph)[r[0] % sizeof(ph)] = r[1];
		((u8 *)ph)[(r[2] & 63) + 56] ^= (u8)(1 << (r[3] & 7));
		if (check(&good_hdr, ph, &img) != 0)
			continue;
		KUNIT_EXPECT_TRUE(test, img.low < img.high);
		KUNIT_EXPECT_TRUE(test, img.high <= LIMIT);
	}
}

static const struct kunit_case elf_cases[] = {
	KUNIT_CASE(elf_check_accepts_a_static_program),
	KUNIT_CASE(elf_check_header_refuses_other_files),
	KUNIT_CASE(elf_check_phdrs_refuses_hostile_ranges),
	KUNIT_CASE(elf_check_phdrs_finds_the_interpreter),
	KUNIT_CASE(elf_check_phdrs_plan_stays_in_bounds),
	{ 0 },
};

static const struct kunit_suite elf_suite = {
	.name = "elf",
	.test_cases = elf_cases,
};
kunit_test_suite(elf_suite);

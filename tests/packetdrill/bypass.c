// SPDX-License-Identifier: MIT
/*
 * DOC: what the preload library does in packetdrill itself, done without it,
 * when packetdrill was started without: the addresses through which the
 * program calls close(), getsockopt(), system() and the like (its global offset
 * table, System V ABI, AMD64 supplement, section 4.4.1) are replaced by those
 * of functions here.
 *
 * Called once, on the main thread, before the script begins.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>
#include "tests/packetdrill/bypass.h"
#include "tests/packetdrill/preload/preload.h"

static const struct doorbell_preload_ops *ops;

/* --- instead of the C library's --- */

static int own_close(int fd)
{
	return ops->owns_fd(fd) ? ops->close(fd) : close(fd);
}

static int own_getsockopt(int fd, int level, int name, void *val,
			  socklen_t *len)
{
	return ops->owns_fd(fd) ? ops->getsockopt(fd, level, name, val, len)
				: getsockopt(fd, level, name, val, len);
}

static ssize_t own_sendfile(int out, int in, off_t *off, size_t n)
{
	return ops->owns_fd(out) ? ops->sendfile(out, in, off, n)
				 : sendfile(out, in, off, n);
}

static int own_system(const char *command)
{
	int ret;

	ops->before_command();
	ret = system(command);
	ops->after_command();
	return ret;
}

static int own_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
			 const struct timespec *until)
{
	int ret = ops->wait_for_call(lock, until);

	return ret >= 0 ? ret : pthread_cond_timedwait(cond, lock, until);
}

static const struct {
	const char *name;
	void (*to)(void);
} own[] = {
	{ "close", (void (*)(void))own_close },
	{ "getsockopt", (void (*)(void))own_getsockopt },
	{ "sendfile", (void (*)(void))own_sendfile },
	{ "sendfile64", (void (*)(void))own_sendfile },
	{ "system", (void (*)(void))own_system },
	{ "pthread_cond_timedwait", (void (*)(void))own_timedwait },
};

/* --- the program's table --- */

struct dynamic {
	const Elf64_Sym *symbols;
	const char *names;
	const Elf64_Rela *tables[2]; /* of data, of calls */
	size_t sizes[2];             /* bytes */
};

/* The C library has relocated these already; others may not have. */
static const void *at(const struct dl_phdr_info *info, Elf64_Addr a)
{
	return (const void *)(a < info->dlpi_addr ? a + info->dlpi_addr : a);
}

static void read_dynamic(const struct dl_phdr_info *info, const Elf64_Dyn *d,
			 struct dynamic *dyn)
{
	for (; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			dyn->symbols = at(info, d->d_un.d_ptr);
		else if (d->d_tag == DT_STRTAB)
			dyn->names = at(info, d->d_un.d_ptr);
		else if (d->d_tag == DT_RELA)
			dyn->tables[0] = at(info, d->d_un.d_ptr);
		else if (d->d_tag == DT_RELASZ)
			dyn->sizes[0] = d->d_un.d_val;
		else if (d->d_tag == DT_JMPREL)
			dyn->tables[1] = at(info, d->d_un.d_ptr);
		else if (d->d_tag == DT_PLTRELSZ)
			dyn->sizes[1] = d->d_un.d_val;
	}
}

/* The page may have been made read-only once it was filled. */
static int put(void **slot, void (*to)(void))
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *base = (void *)((uintptr_t)slot & ~(page - 1));

	if (mprotect(base, page, PROT_READ | PROT_WRITE) != 0)
		return 0;
	*slot = (void *)(uintptr_t)to;
	return 1;
}

static int replace(const struct dl_phdr_info *info, const struct dynamic *dyn,
		   const Elf64_Rela *r)
{
	const Elf64_Sym *sym = &dyn->symbols[ELF64_R_SYM(r->r_info)];
	const char *name = dyn->names + sym->st_name;
	size_t i;

	if (ELF64_R_TYPE(r->r_info) != R_X86_64_JUMP_SLOT &&
	    ELF64_R_TYPE(r->r_info) != R_X86_64_GLOB_DAT)
		return 0;
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(name, own[i].name) == 0)
			return put((void **)(info->dlpi_addr + r->r_offset),
				   own[i].to);
	return 0;
}

/* The first object is the program. */
static int patch_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct dynamic dyn = { 0 };
	int *replaced = arg;
	size_t i, n;

	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			read_dynamic(
				info,
				(const Elf64_Dyn *)(info->dlpi_addr +
						    info->dlpi_phdr[i].p_vaddr),
				&dyn);
	for (i = 0; i < 2 && dyn.symbols && dyn.names; i++)
		for (n = 0; n < dyn.sizes[i] / sizeof(Elf64_Rela); n++)
			*replaced += replace(info, &dyn, &dyn.tables[i][n]);
	return 1;
}

int bypass_join(const struct doorbell_preload_ops *o)
{
	int replaced = 0;

	ops = o;
	dl_iterate_phdr(patch_program, &replaced);
	return replaced ? 0 : -1;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: the preload library for packetdrill --so_filename=. In packetdrill
 * itself it answers what bypasses the table: getsockopt() of an assert,
 * sendfile(), close() at the end, when the descriptor is the stack's; it tells
 * the stack when a command of the script has run, and lets it move time while
 * packetdrill waits for a call that sleeps.
 *
 * In those commands, which inherit it, a file below /proc/sys, /sys/module or
 * /proc/net is one of $DOORBELL_FOLDER instead, so that this machine's own
 * settings stay as they are; tools.c is what the tools do that would set up
 * the tun device.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/packetdrill/preload/preload.h"
#include "tests/packetdrill/preload/tools.h"

#define NEXT(f) ((__typeof__(&(f)))dlsym(RTLD_NEXT, #f))

void doorbell_preload_join(const struct doorbell_preload_ops *o);

static const struct doorbell_preload_ops *ops;

void doorbell_preload_join(const struct doorbell_preload_ops *o)
{
	ops = o;
}

/* --- packetdrill's own calls --- */

int close(int fd)
{
	if (ops && ops->owns_fd(fd))
		return ops->close(fd);
	return NEXT(close)(fd);
}

int getsockopt(int fd, int level, int name, void *val, socklen_t *len)
{
	if (ops && ops->owns_fd(fd))
		return ops->getsockopt(fd, level, name, val, len);
	return NEXT(getsockopt)(fd, level, name, val, len);
}

ssize_t sendfile(int out, int in, off_t *off, size_t n)
{
	if (ops && ops->owns_fd(out))
		return ops->sendfile(out, in, off, n);
	return NEXT(sendfile)(out, in, off, n);
}

ssize_t sendfile64(int out, int in, off64_t *off, size_t n)
{
	return sendfile(out, in, off, n);
}

int system(const char *command)
{
	int ret;

	if (ops)
		ops->before_command();
	ret = NEXT(system)(command);
	if (ops)
		ops->after_command();
	return ret;
}

/* The name has an older meaning, too: by its version. */
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
			   const struct timespec *until)
{
	int ret = ops ? ops->wait_for_call(lock, until) : -1;
	__typeof__(&pthread_cond_timedwait) next;

	if (ret >= 0)
		return ret;
	next = (__typeof__(next))dlvsym(RTLD_NEXT, "pthread_cond_timedwait",
					"GLIBC_2.3.2");
	if (!next)
		next = NEXT(pthread_cond_timedwait);
	return next(cond, lock, until);
}

/* --- the commands' files --- */

static const struct {
	const char *from, *to;
} places[] = {
	{ "/proc/sys/", "" },
	{ "/sys/module/", "sys/module/" },
	{ "/proc/net/", DOORBELL_PROC_NET "/" },
	{ "/proc/self/net/", DOORBELL_PROC_NET "/" },
};

/* @path, or where it stands now, in @to. */
static const char *redirect(const char *path, char to[PATH_MAX_])
{
	const char *root = getenv(DOORBELL_FOLDER);
	size_t i, n;

	if (!root || !path)
		return path;
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		n = strlen(places[i].from);
		if (strncmp(path, places[i].from, n) != 0)
			continue;
		snprintf(to, PATH_MAX_, "%s/%s%s", root, places[i].to,
			 path + n);
		return to;
	}
	return path;
}

/* A name that is not in the table is not made by writing to it. */
static int redirect_flags(const char *path, const char *to, int flags)
{
	return path == to ? flags : flags & ~O_CREAT;
}

#define OPEN_BODY(name, call, ...)                  \
	char to[PATH_MAX_];                         \
	const char *where = redirect(path, to);     \
	mode_t mode;                                \
	va_list ap;                                 \
	va_start(ap, flags);                        \
	mode = va_arg(ap, mode_t);                  \
	va_end(ap);                                 \
	flags = redirect_flags(path, where, flags); \
	return NEXT(name) call

int open(const char *path, int flags, ...)
{
	OPEN_BODY(open, (where, flags, mode));
}

int open64(const char *path, int flags, ...)
{
	OPEN_BODY(open64, (where, flags, mode));
}

int openat(int dir, const char *path, int flags, ...)
{
	OPEN_BODY(openat, (dir, where, flags, mode));
}

int openat64(int dir, const char *path, int flags, ...)
{
	OPEN_BODY(openat64, (dir, where, flags, mode));
}

/* What glibc's fortified headers call when there is no mode. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags);

int __open_2(const char *path, int flags)
{
	return open(path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return open64(path, flags, 0);
}

int __openat_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags, 0);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return openat64(dir, path, flags, 0);
}

/* "w" would make the file: only an existing one is opened. */
#define FOPEN_BODY(name)                               \
	char to[PATH_MAX_];                            \
	const char *where = redirect(path, to);        \
	if (where != path && access(where, F_OK) != 0) \
		return NULL;                           \
	return NEXT(name)(where, mode)

FILE *fopen(const char *path, const char *mode)
{
	FOPEN_BODY(fopen);
}

FILE *fopen64(const char *path, const char *mode)
{
	FOPEN_BODY(fopen64);
}

/* Programs look whether a name exists before they open it, and this machine
 * may lack what the stack has. */
#define PATH_BODY(name, call)                   \
	char to[PATH_MAX_];                     \
	const char *where = redirect(path, to); \
	return NEXT(name) call

int stat(const char *path, struct stat *st)
{
	PATH_BODY(stat, (where, st));
}

int stat64(const char *path, struct stat64 *st)
{
	PATH_BODY(stat64, (where, st));
}

int lstat(const char *path, struct stat *st)
{
	PATH_BODY(lstat, (where, st));
}

int lstat64(const char *path, struct stat64 *st)
{
	PATH_BODY(lstat64, (where, st));
}

int fstatat(int dir, const char *path, struct stat *st, int flags)
{
	PATH_BODY(fstatat, (dir, where, st, flags));
}

int fstatat64(int dir, const char *path, struct stat64 *st, int flags)
{
	PATH_BODY(fstatat64, (dir, where, st, flags));
}

int statx(int dir, const char *path, int flags, unsigned int mask,
	  struct statx *st)
{
	PATH_BODY(statx, (dir, where, flags, mask, st));
}

int access(const char *path, int mode)
{
	PATH_BODY(access, (where, mode));
}

int faccessat(int dir, const char *path, int mode, int flags)
{
	PATH_BODY(faccessat, (dir, where, mode, flags));
}

/* --- life --- */

/* The value of packetdrill's option @name, from this process's own arguments;
 * NULL: it has none. */
static const char *option(int argc, char **argv, const char *name)
{
	size_t n = strlen(name);
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], name, n) != 0)
			continue;
		if (argv[i][n] == '=')
			return argv[i] + n + 1;
		if (!argv[i][n] && i + 1 < argc)
			return argv[i + 1];
	}
	return NULL;
}

/* Init scripts run before packetdrill loads the stack, so it is loaded now, in
 * the way that packetdrill will. */
static void prepare_stack(const char *so)
{
	void *handle = dlopen(so, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE |
					  RTLD_DEEPBIND);
	void (*prepare)(void);

	if (!handle) {
		fprintf(stderr, "doorbell: %s\n", dlerror());
		exit(EXIT_FAILURE);
	}
	prepare = (__typeof__(prepare))dlsym(handle, DOORBELL_PREPARE);
	if (prepare)
		prepare();
}

__attribute__((constructor)) static void start(int argc, char **argv)
{
	const char *so;
	int err;

	if (getenv(DOORBELL_FOLDER)) {
		be_tool(argc, argv);
		return;
	}
	so = option(argc, argv, "--so_filename");
	if (!so)
		return;
	err = doorbell_folder_make(NULL);
	if (err) {
		fprintf(stderr, "doorbell: no folder in /tmp: %s\n",
			strerror(err));
		exit(EXIT_FAILURE);
	}
	if (option(argc, argv, "--init_scripts"))
		prepare_stack(so);
}

__attribute__((destructor)) static void end(void)
{
	ops = NULL;
	doorbell_folder_remove();
}

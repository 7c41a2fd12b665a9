// SPDX-License-Identifier: MIT
/*
 * DOC: the preload library for packetdrill --so_filename=. In packetdrill
 * itself it answers what bypasses the table: getsockopt() of an assert,
 * sendfile(), and close() at the end, when the descriptor is the stack's, and
 * it tells the stack when a command of the script has run.
 *
 * In those commands, which inherit it, a file below /proc/sys or /sys/module is
 * one of $DOORBELL_SYSCTL instead, so that this machine's own settings stay as
 * they are; the tools that would set up the tun device, which is the stack's
 * here, are found, installed or not, and end with success; `ethtool -K` and
 * `ip route` are noted for the stack; `nstat` shows the stack's counters, and
 * `ip tcp_metrics flush` is the stack's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/packetdrill/preload/preload.h"

#define PROC_SYS   "/proc/sys/"
#define SYS_MODULE "/sys/module/"
#define NEXT(f)    ((__typeof__(&(f)))dlsym(RTLD_NEXT, #f))

void doorbell_preload_join(const struct doorbell_preload_ops *o);

static const struct doorbell_preload_ops *ops;
static char own_folder[] = "/tmp/doorbell-sysctl-XXXXXX";
static pid_t owner;

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

/* --- the commands' files --- */

/* @path, or where it stands now, in @to. */
static const char *redirect(const char *path, char to[PATH_MAX_])
{
	const char *root = getenv(DOORBELL_SYSCTL);

	if (!root || !path)
		return path;
	if (strncmp(path, PROC_SYS, strlen(PROC_SYS)) == 0)
		path += strlen(PROC_SYS);
	else if (strncmp(path, SYS_MODULE, strlen(SYS_MODULE)) == 0)
		path++;
	else
		return path;
	snprintf(to, PATH_MAX_, "%s/%s", root, path);
	return to;
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

/* --- life --- */

static FILE *own_file(const char *name, const char *mode)
{
	char path[PATH_MAX_];

	snprintf(path, sizeof(path), "%s/%s", getenv(DOORBELL_SYSCTL), name);
	return NEXT(fopen)(path, mode);
}

/* nstat, as it is without options: what has been counted since the last time.
 * Both files have the same names in the same order. */
static void nstat(void)
{
	FILE *now = own_file(DOORBELL_COUNTERS, "r");
	FILE *shown = own_file(DOORBELL_SHOWN, "r");
	char name[64], text[65536] = "";
	unsigned long long value, before;
	size_t n = 0;

	printf("#kernel\n");
	while (now && fscanf(now, "%63s %llu", name, &value) == 2) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %llu\n",
				      name, value);
		if (!shown || fscanf(shown, "%*s %llu", &before) != 1)
			before = 0;
		if (value != before)
			printf("%-32s%-16llu0.0\n", name, value - before);
	}
	shown = own_file(DOORBELL_SHOWN, "w");
	if (shown) {
		fputs(text, shown);
		fclose(shown);
	}
	fflush(stdout);
}

/* ethtool -K DEVICE FEATURE on|off ...: noted, for the stack to follow. */
static void ethtool(int argc, char **argv)
{
	FILE *f = own_file(DOORBELL_FEATURES, "a");
	int i;

	for (i = 3; f && i + 1 < argc; i += 2)
		fprintf(f, "%s %s\n", argv[i], argv[i + 1]);
	if (f)
		fclose(f);
}

/* ip route WORDS: noted, for the stack to follow. */
static void ip_route(int argc, char **argv)
{
	FILE *f = own_file(DOORBELL_ROUTES, "a");
	int i;

	for (i = 2; f && i < argc; i++)
		fprintf(f, "%s%c", argv[i], i + 1 < argc ? ' ' : '\n');
	if (f)
		fclose(f);
}

/* Instead of the tool that this process is; not if it is some other. */
static void be_tool(int argc, char **argv)
{
	const char *name = program_invocation_short_name;
	FILE *f;

	if (strcmp(name, "nstat") == 0) {
		nstat();
		_exit(0);
	}
	if (strcmp(name, "ip") == 0 && argc > 2 &&
	    strcmp(argv[1], "tcp_metrics") == 0 &&
	    strcmp(argv[2], "flush") == 0) {
		f = own_file(DOORBELL_FLUSH, "w");
		if (f)
			fclose(f);
	}
	if (strcmp(name, "ip") == 0 && argc > 3 &&
	    strcmp(argv[1], "route") == 0)
		ip_route(argc, argv);
	if (strcmp(name, "ethtool") == 0 && argc > 3 &&
	    strcmp(argv[1], "-K") == 0)
		ethtool(argc, argv);
	if (strcmp(name, "ip") == 0 || strcmp(name, "tc") == 0 ||
	    strcmp(name, "ethtool") == 0)
		_exit(0);
}

/* The tools are found even where they are not installed: as names of a
 * program that ends with success, which be_tool() turns into them. */
static void add_tools_to_path(void)
{
	static const char *const names[] = { "ip", "tc", "ethtool", "nstat" };
	char path[PATH_MAX_], list[2 * PATH_MAX_];
	const char *old = getenv("PATH");
	size_t i;

	snprintf(path, sizeof(path), "%s/bin", own_folder);
	if (mkdir(path, 0700) != 0)
		return;
	snprintf(list, sizeof(list), "%s:%s", path,
		 old ? old : "/usr/bin:/bin");
	setenv("PATH", list, 1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/bin/%s", own_folder, names[i]);
		if (symlink("/bin/true", path) != 0)
			perror(path);
	}
}

static int remove_entry(const char *path, const struct stat *st, int kind,
			struct FTW *ftw)
{
	return remove(path);
}

__attribute__((constructor)) static void start(int argc, char **argv)
{
	if (getenv(DOORBELL_SYSCTL)) {
		be_tool(argc, argv);
		return;
	}
	if (strcmp(program_invocation_short_name, "packetdrill") != 0 ||
	    !mkdtemp(own_folder))
		return;
	owner = getpid();
	setenv(DOORBELL_SYSCTL, own_folder, 1);
	add_tools_to_path();
}

__attribute__((destructor)) static void end(void)
{
	ops = NULL;
	if (owner && owner == getpid())
		nftw(own_folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

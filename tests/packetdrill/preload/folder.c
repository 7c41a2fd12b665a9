// SPDX-License-Identifier: MIT
/*
 * DOC: the folder that a script's commands see in the place of /proc/sys,
 * /sys/module and /proc/net, with what makes those commands see it: the
 * environment that they inherit. Made by whichever comes first, the preload
 * library at packetdrill's start or else the packetdrill library when it is
 * loaded; removed at the end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/packetdrill/preload/preload.h"

static char folder[] = "/tmp/doorbell-packetdrill-XXXXXX";
static pid_t owner;

/* The tools are found even where they are not installed: as names of a
 * program that ends with success, which the preload library turns into them. */
static int add_tools_to_path(void)
{
	static const char *const names[] = { "ip", "tc", "ethtool", "nstat" };
	char path[PATH_MAX_], list[2 * PATH_MAX_];
	const char *old = getenv("PATH");
	size_t i;

	snprintf(path, sizeof(path), "%s/bin", folder);
	if (mkdir(path, 0700) != 0)
		return errno;
	snprintf(list, sizeof(list), "%s:%s", path,
		 old ? old : "/usr/bin:/bin");
	setenv("PATH", list, 1);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/bin/%s", folder, names[i]);
		if (symlink("/bin/true", path) != 0)
			return errno;
	}
	return 0;
}

static void add_preload(const char *preload)
{
	char list[2 * PATH_MAX_];
	const char *old = getenv("LD_PRELOAD");

	snprintf(list, sizeof(list), "%s%s%s", preload, old && *old ? ":" : "",
		 old ? old : "");
	setenv("LD_PRELOAD", list, 1);
}

/* @preload: the preload library's path, if the environment lacks it; or NULL.
 */
int doorbell_folder_make(const char *preload)
{
	if (!mkdtemp(folder))
		return errno;
	owner = getpid();
	setenv(DOORBELL_FOLDER, folder, 1);
	if (preload)
		add_preload(preload);
	return add_tools_to_path();
}

static int remove_entry(const char *path, const struct stat *st, int kind,
			struct FTW *ftw)
{
	return remove(path);
}

void doorbell_folder_remove(void)
{
	if (owner && owner == getpid())
		nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	owner = 0;
}

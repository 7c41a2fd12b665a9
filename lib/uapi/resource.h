/* SPDX-License-Identifier: MIT */
/* DOC: limits, usage, system facts (uAPI linux/resource.h, linux/sysinfo.h,
   linux/utsname.h). */
#pragma once

#include "lib/types.h"
#include "lib/uapi/time.h"

#define RLIMIT_STACK  3
#define RLIMIT_NOFILE 7
#define RLIM_NLIMITS  16
#define RLIM_INFINITY (~0ULL)

struct rlimit64 {
	u64 rlim_cur;
	u64 rlim_max;
};

struct rusage {
	struct timeval ru_utime;
	struct timeval ru_stime;
	s64 ru_rest[14]; /* ru_maxrss and on */
};
static_assert(sizeof(struct rusage) == 144, "uAPI linux/resource.h");

struct linux_sysinfo {
	s64 uptime;
	u64 loads[3];
	u64 totalram, freeram, sharedram, bufferram;
	u64 totalswap, freeswap;
	u16 procs;
	u16 pad_;
	u32 pad2_;
	u64 totalhigh, freehigh;
	u32 mem_unit;
	u32 pad3_;
};
static_assert(sizeof(struct linux_sysinfo) == 112, "uAPI linux/sysinfo.h");

struct new_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
	char domainname[65];
};

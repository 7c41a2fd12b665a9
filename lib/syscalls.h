/* SPDX-License-Identifier: MIT */
/*
 * DOC: how a file defines a system call. SYSCALL_DEFINE2(listen, int, fd,
 * int, backlog) defines `long sys_listen(int fd, int backlog)` and enters it
 * in the `syscalls` linker table under __NR_listen (lib/uapi/unistd.h). The
 * guest's entry code (kernel/syscall.c) builds its dispatch array from that
 * table; host tests call sys_*() directly.
 */
#pragma once

#include "lib/types.h"
#include "lib/uapi/unistd.h"

struct syscall_def {
	u32 nr;
	u32 nargs;
	const char *name;
	long (*fn)(u64 a0, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5);
};

#define SC_TABLE_(name, n)                                                 \
	static const struct syscall_def syscall_##name##_                  \
		__attribute__((used, section("syscalls"), aligned(8))) = { \
			__NR_##name, n, #name, se_sys_##name##_            \
		};
#define SC_HEAD_(name)                                        \
	static long se_sys_##name##_(                         \
		u64 a0 __maybe_unused, u64 a1 __maybe_unused, \
		u64 a2 __maybe_unused, u64 a3 __maybe_unused, \
		u64 a4 __maybe_unused, u64 a5 __maybe_unused)
#define SC_CAST_(t, a) ((__force t)(unsigned long)(a))

#define SYSCALL_DEFINE0(name)        \
	long sys_##name(void);       \
	SC_HEAD_(name)               \
	{                            \
		return sys_##name(); \
	}                            \
	SC_TABLE_(name, 0)           \
	long sys_##name(void)
#define SYSCALL_DEFINE1(name, t0, n0)                \
	long sys_##name(t0 n0);                      \
	SC_HEAD_(name)                               \
	{                                            \
		return sys_##name(SC_CAST_(t0, a0)); \
	}                                            \
	SC_TABLE_(name, 1)                           \
	long sys_##name(t0 n0)
#define SYSCALL_DEFINE2(name, t0, n0, t1, n1)                          \
	long sys_##name(t0 n0, t1 n1);                                 \
	SC_HEAD_(name)                                                 \
	{                                                              \
		return sys_##name(SC_CAST_(t0, a0), SC_CAST_(t1, a1)); \
	}                                                              \
	SC_TABLE_(name, 2)                                             \
	long sys_##name(t0 n0, t1 n1)
#define SYSCALL_DEFINE3(name, t0, n0, t1, n1, t2, n2)                 \
	long sys_##name(t0 n0, t1 n1, t2 n2);                         \
	SC_HEAD_(name)                                                \
	{                                                             \
		return sys_##name(SC_CAST_(t0, a0), SC_CAST_(t1, a1), \
				  SC_CAST_(t2, a2));                  \
	}                                                             \
	SC_TABLE_(name, 3)                                            \
	long sys_##name(t0 n0, t1 n1, t2 n2)
#define SYSCALL_DEFINE4(name, t0, n0, t1, n1, t2, n2, t3, n3)          \
	long sys_##name(t0 n0, t1 n1, t2 n2, t3 n3);                   \
	SC_HEAD_(name)                                                 \
	{                                                              \
		return sys_##name(SC_CAST_(t0, a0), SC_CAST_(t1, a1),  \
				  SC_CAST_(t2, a2), SC_CAST_(t3, a3)); \
	}                                                              \
	SC_TABLE_(name, 4)                                             \
	long sys_##name(t0 n0, t1 n1, t2 n2, t3 n3)
#define SYSCALL_DEFINE5(name, t0, n0, t1, n1, t2, n2, t3, n3, t4, n4) \
	long sys_##name(t0 n0, t1 n1, t2 n2, t3 n3, t4 n4);           \
	SC_HEAD_(name)                                                \
	{                                                             \
		return sys_##name(SC_CAST_(t0, a0), SC_CAST_(t1, a1), \
				  SC_CAST_(t2, a2), SC_CAST_(t3, a3), \
				  SC_CAST_(t4, a4));                  \
	}                                                             \
	SC_TABLE_(name, 5)                                            \
	long sys_##name(t0 n0, t1 n1, t2 n2, t3 n3, t4 n4)
#define SYSCALL_DEFINE6(name, t0, n0, t1, n1, t2, n2, t3, n3, t4, n4, t5, n5) \
	long sys_##name(t0 n0, t1 n1, t2 n2, t3 n3, t4 n4, t5 n5);            \
	SC_HEAD_(name)                                                        \
	{                                                                     \
		return sys_##name(SC_CAST_(t0, a0), SC_CAST_(t1, a1),         \
				  SC_CAST_(t2, a2), SC_CAST_(t3, a3),         \
				  SC_CAST_(t4, a4), SC_CAST_(t5, a5));        \
	}                                                                     \
	SC_TABLE_(name, 6)                                                    \
	long sys_##name(t0 n0, t1 n1, t2 n2, t3 n3, t4 n4, t5 n5)

/* SPDX-License-Identifier: MIT */
/* DOC: signals (uAPI asm/signal.h, asm/sigcontext.h, asm-generic/siginfo.h). */
#pragma once

#include "lib/types.h"

#define NSIG 64

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPWR    30
#define SIGSYS    31

#define SIG_DFL 0ULL
#define SIG_IGN 1ULL

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001U
#define SA_NOCLDWAIT 0x00000002U
#define SA_SIGINFO   0x00000004U
#define SA_RESTORER  0x04000000U
#define SA_ONSTACK   0x08000000U
#define SA_RESTART   0x10000000U
#define SA_NODEFER   0x40000000U
#define SA_RESETHAND 0x80000000U

#define SS_ONSTACK  1
#define SS_DISABLE  2
#define MINSIGSTKSZ 2048

#define SI_USER       0
#define SI_KERNEL     0x80
#define SI_TKILL      (-6)
#define SEGV_MAPERR   1
#define SEGV_ACCERR   2
#define FPE_INTDIV    1
#define ILL_ILLOPN    2
#define BUS_ADRERR    2
#define TRAP_BRKPT    1
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

/* What rt_sigaction() takes; not libc's struct sigaction. */
struct ksigaction {
	u64 handler;
	u64 flags;
	u64 restorer;
	u64 mask;
};

struct linux_stack_t {
	u64 ss_sp;
	s32 ss_flags;
	u32 pad_;
	u64 ss_size;
};

struct siginfo {
	s32 si_signo;
	s32 si_errno;
	s32 si_code;
	s32 pad0_;
	union {
		struct {
			s32 pid;
			u32 uid;
			s32 status;
		} si_child; /* also kill(): pid and uid */
		u64 si_addr;
		u8 pad1_[112];
	};
};
static_assert(sizeof(struct siginfo) == 128, "uAPI asm-generic/siginfo.h");

struct sigcontext {
	u64 r8, r9, r10, r11, r12, r13, r14, r15;
	u64 di, si, bp, bx, dx, ax, cx, sp, ip, flags;
	u16 cs, gs, fs, ss;
	u64 err, trapno, oldmask, cr2;
	u64 fpstate; /* user address of a 512-byte FXSAVE image */
	u64 reserved_[8];
};
static_assert(sizeof(struct sigcontext) == 256, "uAPI asm/sigcontext.h");

struct ucontext {
	u64 uc_flags;
	u64 uc_link;
	struct linux_stack_t uc_stack;
	struct sigcontext uc_mcontext;
	u64 uc_sigmask;
};

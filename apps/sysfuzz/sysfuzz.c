// SPDX-License-Identifier: MIT
/*
 * DOC: random system calls with hostile arguments, from a seed. The machine
 * must be alive at the end, and this program too: the calls are made by
 * children, which may fault, lose their memory or fall asleep; one that makes
 * no progress is killed and the next goes on. Prints how many calls were made
 * and how many different errno values came back.
 *
 *	sysfuzz [COUNT [SEED]]
 *	sysfuzz ioctls
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "apps/sysfuzz/ioctls.h"

#define NR_MAX    451
#define PER_CHILD 5000
#define AREA      65536
#define CALLS     256 /* of the shared counters: calls made */

static uint64_t state;
static unsigned char *area;

/* splitmix64 */
static uint64_t rnd(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* What would end this program, multiply it or reach its parent. */
static int left_out(long nr)
{
	static const short list[] = {
		SYS_exit,   SYS_exit_group,      SYS_fork,
		SYS_vfork,  SYS_clone,           SYS_clone3,
		SYS_kill,   SYS_tkill,           SYS_tgkill,
		SYS_reboot, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i] == nr)
			return 1;
	return 0;
}

static uint64_t argument(void)
{
	static const uint64_t special[] = {
		0,
		1,
		2,
		3,
		4,
		5,
		8,
		16,
		64,
		255,
		256,
		4095,
		4096,
		4097,
		65535,
		65536,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x7fffffffefff,
		0x7ffffffff000,
		0x800000000000,
		0xffff800000000000,
		0xffff888000000000,
		0xffffc90000000000,
		0xffffffff80000000,
		0xfffffffffffff000,
		0x7fffffffffffffff,
		0x8000000000000000,
		(uint64_t)-1,
		(uint64_t)-4096,
		(uint64_t)-100,
	};

	switch (rnd() % 8) {
	case 0:
	case 1:
		return special[rnd() % (sizeof(special) / sizeof(special[0]))];
	case 2:
		return rnd() % 32;
	case 3:
		return rnd();
	case 4:
		/* At the very end of mapped memory. */
		return (uintptr_t)area + AREA - rnd() % 64;
	default:
		return (uintptr_t)area + rnd() % AREA;
	}
}

static void fill_area(void)
{
	static const char *const paths[] = {
		"/tmp/a", "/tmp/b/c", "/dev/null", "/dev/zero", "/bin", ".", "x"
	};
	size_t i;

	for (i = 0; i < AREA; i += 8)
		*(uint64_t *)(area + i) = rnd() & 3 ? rnd() % 4096 : argument();
	for (i = 0; i < 64; i++)
		strcpy((char *)area + rnd() % (AREA - 16),
		       paths[rnd() % (sizeof(paths) / sizeof(paths[0]))]);
}

static void run_child(unsigned calls, volatile unsigned *seen)
{
	int sig, fd;

	for (sig = 1; sig < 32; sig++)
		signal(sig,
		       sig == SIGSEGV || sig == SIGBUS ? SIG_DFL : SIG_IGN);
	/* The console stays quiet: 0 to 2 are not what they seem. */
	fd = open("/dev/null", O_RDWR);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	area = mmap(NULL, AREA + 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(area + AREA, 4096, PROT_NONE);
	fill_area();
	while (calls) {
		long nr = (long)(rnd() % (NR_MAX + 8)), r;

		if ((rnd() & 1023) == 0)
			nr = (long)rnd();
		if (left_out(nr))
			continue;
		calls--;
		seen[CALLS]++;
		if ((rnd() & 255) == 0)
			fill_area();
		r = syscall(nr, argument(), argument(), argument(), argument(),
			    argument(), argument());
		if (r == -1 && errno > 0 && errno < 256)
			seen[errno]++;
		else
			seen[0]++;
	}
	_exit(0);
}

/* Wait for @pid as long as it makes calls; how it ended. */
static int watch(pid_t pid, const volatile unsigned *seen)
{
	struct timespec ms = { 0, 1000000 };
	unsigned last = seen[CALLS], idle = 0;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		nanosleep(&ms, NULL);
		idle = seen[CALLS] == last ? idle + 1 : 0;
		last = seen[CALLS];
		if (idle == 5)
			kill(pid, SIGKILL);
	}
	return status;
}

int main(int argc, char **argv)
{
	unsigned long total = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	unsigned long asleep = 0, faulted = 0, round = 0, kinds = 0, left, i;
	volatile unsigned *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	if (argc > 1 && strcmp(argv[1], "ioctls") == 0) {
		all_ioctls();
		return 0;
	}
	if (seen == MAP_FAILED) {
		perror("sysfuzz: mmap");
		return 1;
	}
	while (seen[CALLS] < total) {
		left = total - seen[CALLS];
		state = seed * 1000003 + ++round;
		pid = fork();
		if (pid < 0) {
			perror("sysfuzz: fork");
			return 1;
		}
		if (pid == 0)
			run_child(left < PER_CHILD ? (unsigned)left : PER_CHILD,
				  seen);
		status = watch(pid, seen);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			asleep++;
		else if (WIFSIGNALED(status))
			faulted++;
	}
	for (i = 0; i < 256; i++)
		kinds += seen[i] != 0;
	printf("sysfuzz: %u calls, seed %llu, %u results ok, %lu kinds of "
	       "result, %lu children faulted, %lu slept\n",
	       seen[CALLS], (unsigned long long)seed, seen[0], kinds, faulted,
	       asleep);
	return 0;
}

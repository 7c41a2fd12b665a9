// SPDX-License-Identifier: MIT
/*
 * DOC: deliberate faults, one by argument, for the tests: each must end this
 * program with the right signal and leave the machine alive.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int sink;
static unsigned char code_in_data[] = { 0xc3 }; /* ret */

static void null_read(void)
{
	sink = *(volatile int *)(uintptr_t)sink;
}

static void null_write(void)
{
	*(volatile int *)(uintptr_t)sink = 1;
}

static void jump_data(void)
{
	((void (*)(void))(uintptr_t)code_in_data)();
}

static void jump_null(void)
{
	((void (*)(void))(uintptr_t)sink)();
}

__attribute__((noinline)) static int recurse(int n)
{
	volatile char buf[4096];

	buf[n & 4095] = (char)n;
	if (sink)
		return n;
	return recurse(n + 1) + buf[(n + 1) & 4095];
}

static void stack(void)
{
	sink = recurse(0);
}

static void text_write(void)
{
	*(volatile unsigned char *)(uintptr_t)&text_write = 0x90;
}

static void kernel_read(void)
{
	sink = *(volatile int *)0xffffffff80100000UL;
}

static void kernel_write(void)
{
	*(volatile int *)0xffff888000100000UL = 1;
}

static void kernel_jump(void)
{
	((void (*)(void))0xffffffff80100000UL)();
}

static void non_canonical(void)
{
	sink = *(volatile int *)0x8000000000000000UL;
}

static void ud2(void)
{
	__asm__ volatile("ud2");
}

static void divide(void)
{
	__asm__ volatile(
		"xorl %%edx, %%edx\n\tmovl $1, %%eax\n\tdivl %0" ::"r"(sink)
		: "eax", "edx");
}

static void cli(void)
{
	__asm__ volatile("cli");
}

static void hlt(void)
{
	__asm__ volatile("hlt");
}

static void in_port(void)
{
	__asm__ volatile("outb %%al, $0xf4" ::"a"(0));
}

static void int3(void)
{
	__asm__ volatile("int3");
}

static void int80(void)
{
	__asm__ volatile("int $0x80" ::"a"(1), "b"(0));
}

static void protect(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 1;
	mprotect(p, 4096, PROT_READ);
	p[0] = 2;
}

static void syscall_pointers(void)
{
	/* Not a fault: each must be EFAULT, and the program goes on. */
	if (write(1, (void *)0xffff888000000000UL, 8) != -1 ||
	    write(1, (void *)8, 8) != -1 ||
	    read(open("/dev/zero", O_RDONLY), (void *)0x7ffffffff000UL, 8) !=
		    -1)
		_exit(2);
	printf("bad pointers were refused\n");
}

static void do_abort(void)
{
	abort();
}

/* The alternative stack and siginfo: must print and end with 3. */
static void on_segv(int sig, siginfo_t *info, void *ctx)
{
	char text[64];
	int n;

	(void)ctx;
	n = snprintf(text, sizeof(text), "caught %d at %p\n", sig,
		     info->si_addr);
	(void)!write(1, text, (size_t)n);
	_exit(3);
}

static void handled(void)
{
	static char alt[65536];
	stack_t ss = { .ss_sp = alt, .ss_size = sizeof(alt) };
	struct sigaction sa = { .sa_sigaction = on_segv,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	stack();
}

/* A handler returns, and the registers are as they were. */
static volatile sig_atomic_t got;

static void on_usr1(int sig)
{
	volatile double x = 3.0;

	x *= sig;
	got = sig;
}

static void signal_return(void)
{
	double x = 1.5;
	int i;

	signal(SIGUSR1, on_usr1);
	for (i = 0; i < 1000; i++) {
		raise(SIGUSR1);
		x += 1.0;
	}
	printf("signal %d, sum %.1f\n", (int)got, x);
	exit(got == SIGUSR1 && x == 1001.5 ? 0 : 1);
}

static const struct {
	const char *name;
	void (*fn)(void);
} faults[] = {
	{ "null-read", null_read },
	{ "null-write", null_write },
	{ "jump-data", jump_data },
	{ "jump-null", jump_null },
	{ "stack", stack },
	{ "text-write", text_write },
	{ "kernel-read", kernel_read },
	{ "kernel-write", kernel_write },
	{ "kernel-jump", kernel_jump },
	{ "non-canonical", non_canonical },
	{ "ud2", ud2 },
	{ "divide", divide },
	{ "cli", cli },
	{ "hlt", hlt },
	{ "port", in_port },
	{ "int3", int3 },
	{ "int80", int80 },
	{ "protect", protect },
	{ "bad-pointers", syscall_pointers },
	{ "abort", do_abort },
	{ "handled", handled },
	{ "signal-return", signal_return },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (argc != 2)
			printf("%s\n", faults[i].name);
		else if (strcmp(argv[1], faults[i].name) == 0) {
			faults[i].fn();
			return 0;
		}
	}
	if (argc != 2)
		return 0;
	fprintf(stderr, "faults: no fault \"%s\"\n", argv[1]);
	return 2;
}

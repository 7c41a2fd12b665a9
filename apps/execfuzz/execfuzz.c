// SPDX-License-Identifier: MIT
/*
 * DOC: execve() of what is no program. With `cases` each damage by itself, a
 * line each of what came of it, for comparison with Linux; with `random`
 * damages by a seed, and how many of them had which end. The files are made in
 * the working directory; the base of all is a program of 10 bytes of code that
 * ends with its argument count as status.
 *
 *	execfuzz cases
 *	execfuzz random [COUNT [SEED]]
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BASE      0x400000UL
#define PAGE      4096UL
#define SIZE      (2 * PAGE)
#define ENDED     256 /* of the results: exit status, signal from SIGNALLED on */
#define SIGNALLED 512

/* mov edi,[rsp]; mov eax,60; syscall */
static const unsigned char code[] = { 0x8b, 0x3c, 0x24, 0xb8, 60,
				      0,    0,    0,    0x0f, 0x05 };

/* A program: text and, in the second page, data and bss. */
static struct image {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[6];
	char interp[64];
	unsigned char text[64];
	unsigned char pad[SIZE - 528];
} img;
_Static_assert(sizeof(img) == SIZE, "two pages");

/* An address that nothing is at. */
static char *volatile nowhere = (char *)8;

enum {
	TEXT,
	DATA,
	STACK,
	INTERP
};

static Elf64_Phdr segment(uint32_t type, uint32_t flags, uint64_t at,
			  uint64_t size)
{
	return (Elf64_Phdr){
		.p_type = type,
		.p_flags = flags,
		.p_offset = at,
		.p_vaddr = BASE + at,
		.p_paddr = BASE + at,
		.p_filesz = size,
		.p_memsz = size,
		.p_align = type == PT_LOAD ? PAGE : 1,
	};
}

/* A sound one; @interp: what PT_INTERP says, or NULL. */
static void reset(const char *interp)
{
	uint64_t at = (uint64_t)((char *)img.interp - (char *)&img);

	memset(&img, 0, sizeof(img));
	memcpy(img.eh.e_ident, "\177ELF\2\1\1", 7);
	img.eh.e_type = ET_EXEC;
	img.eh.e_machine = EM_X86_64;
	img.eh.e_version = 1;
	img.eh.e_entry = BASE + at + sizeof(img.interp);
	img.eh.e_phoff = sizeof(img.eh);
	img.eh.e_ehsize = sizeof(img.eh);
	img.eh.e_phentsize = sizeof(img.ph[0]);
	img.eh.e_phnum = interp ? 4 : 3;
	img.ph[TEXT] = segment(PT_LOAD, PF_R | PF_X, 0, PAGE);
	img.ph[DATA] = segment(PT_LOAD, PF_R | PF_W, PAGE, PAGE);
	img.ph[DATA].p_memsz += PAGE;
	img.ph[STACK] = segment(PT_GNU_STACK, PF_R | PF_W, 0, 0);
	img.ph[STACK].p_vaddr = 0;
	if (interp) {
		strcpy(img.interp, interp);
		img.ph[INTERP] =
			segment(PT_INTERP, PF_R, at, strlen(interp) + 1);
	}
	memcpy(img.text, code, sizeof(code));
}

/* The same without an address of its own. */
static void reset_dyn(const char *interp)
{
	int i;

	reset(interp);
	img.eh.e_type = ET_DYN;
	img.eh.e_entry -= BASE;
	for (i = 0; i < 4; i++)
		if (img.ph[i].p_vaddr)
			img.ph[i].p_vaddr -= BASE;
	img.ph[TEXT].p_vaddr = 0;
}

static void put(const char *name, const void *data, size_t size)
{
	int fd;

	unlink(name);
	fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
		perror(name);
		exit(1);
	}
	close(fd);
}

static void put_image(const char *name)
{
	put(name, &img, sizeof(img));
}

static void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

/* Run it; an errno, or how it ended. */
static int run(const char *name, char *const argv[], char *const envp[])
{
	int fds[2], err = 0, status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC)) {
		perror("pipe");
		exit(1);
	}
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (pid == 0) {
		alarm(5); /* survives exec */
		execve(name, argv, envp);
		err = errno;
		(void)!write(fds[1], &err, sizeof(err));
		_exit(0);
	}
	close(fds[1]);
	(void)!read(fds[0], &err, sizeof(err));
	close(fds[0]);
	waitpid(pid, &status, 0);
	if (err)
		return err;
	return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status)
				   : ENDED + WEXITSTATUS(status);
}

static int run_plainly(const char *name)
{
	char *argv[] = { (char *)"f", NULL }, *envp[] = { NULL };

	return run(name, argv, envp);
}

static const char *result_name(int r)
{
	static char text[64];

	if (r < ENDED)
		return strerror(r);
	/* Which signal says little: the program is gone beyond repair. */
	if (r >= SIGNALLED)
		return "killed";
	snprintf(text, sizeof(text), "ran with %d arguments", r - ENDED);
	return text;
}

static void say(const char *what, int r)
{
	printf("%s: %s\n", what, result_name(r));
	fflush(stdout);
}

/* --- cases --- */

static void script(const char *what, const char *text)
{
	put_text("f", text);
	say(what, run_plainly("./f"));
}

/* A first line of @length bytes, its newline not counted, if it has one. */
static void long_script(const char *start, size_t length, const char *end)
{
	char text[1000], what[100];
	size_t n = strlen(start);

	memcpy(text, start, n);
	memset(text + n, 'x', length - n);
	strcpy(text + length, end);
	snprintf(what, sizeof(what), "%.12s, %zu bytes, %s", start, length,
		 *end ? "newline" : "no newline");
	script(what, text);
}

static void scripts(void)
{
	char name[16], text[32], what[32];
	size_t n;
	int i;

	reset(NULL);
	put_image("ok");
	mkdir("dir", 0755);
	script("script", "#!./ok\n");
	script("with an argument", "#!./ok  two words \t\n");
	script("blanks", "#! \t ./ok\t\n");
	script("no newline", "#!./ok");
	script("carriage return", "#!./ok\r\n");
	script("nothing after #!", "#!\n");
	script("blanks after #!", "#!  \t\n");
	script("#! only", "#!");
	script("# only", "#");
	script("empty", "");
	script("text", "echo hello\n");
	script("newline", "\n");
	script("missing interpreter", "#!/no/such\n");
	script("file as a folder", "#!./ok/no\n");
	script("folder as an interpreter", "#!./dir\n");
	script("device as an interpreter", "#!/dev/null\n");
	script("itself", "#!./f\n");
	put_text("bad", "nothing\n");
	script("text as an interpreter", "#!./bad\n");
	put_image("closed");
	chmod("closed", 0644);
	script("interpreter without x", "#!./closed\n");
	put("f", "#!./ok\0x\n", 9);
	say("zero in the line", run_plainly("./f"));
	put("f", "#!./ok\0", 7);
	say("zero at the end", run_plainly("./f"));
	put("f", "#!\0\n", 4);
	say("zero for a name", run_plainly("./f"));
	for (n = 253; n < 260; n++) {
		long_script("#!./ok ", n, "\n");
		long_script("#!./ok ", n, "");
		long_script("#!./", n, "\n");
		long_script("#!./", n, "");
	}
	long_script("#!./ok ", 900, "\n");
	put_text("s0", "#!./ok\n");
	for (i = 1; i < 8; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		snprintf(text, sizeof(text), "#!./s%d -%d\n", i - 1, i);
		put_text(name, text);
		snprintf(what, sizeof(what), "%d scripts in a row", i + 1);
		say(what, run_plainly(name));
	}
}

static void paths(void)
{
	static char name[5000];
	char *argv[] = { NULL }, *envp[] = { NULL };
	char *wrong[] = { nowhere, NULL };

	reset(NULL);
	put_image("ok");
	say("no arguments", run("./ok", argv, envp));
	say("bad argument", run("./ok", wrong, envp));
	say("bad environment", run("./ok", argv, wrong));
	say("bad array", run("./ok", (char **)nowhere, envp));
	say("bad name", run(nowhere, argv, envp));
	say("no name", run("", argv, envp));
	say("missing", run("./none", argv, envp));
	say("folder", run(".", argv, envp));
	say("file as a folder", run("./ok/x", argv, envp));
	say("slash behind", run("./ok/", argv, envp));
	say("without x", run("./closed", argv, envp));
	say("device", run("/dev/null", argv, envp));
	memset(name, 'x', sizeof(name) - 1);
	say("long name", run(name, argv, envp));
	name[300] = 0;
	say("long part of a name", run(name, argv, envp));
	unlink("loop");
	(void)!symlink("loop", "loop");
	say("link to itself", run("./loop", argv, envp));
	unlink("link");
	(void)!symlink("ok", "link");
	say("link", run("./link", argv, envp));
	unlink("gone");
	(void)!symlink("none", "gone");
	say("dangling link", run("./gone", argv, envp));
	unlink("fifo");
	(void)!mkfifo("fifo", 0755);
	say("fifo", run("./fifo", argv, envp));
}

static void image(const char *what)
{
	put_image("f");
	say(what, run_plainly("./f"));
	reset(NULL);
}

static void truncated(size_t size)
{
	char what[32];

	put("f", &img, size);
	snprintf(what, sizeof(what), "%zu bytes", size);
	say(what, run_plainly("./f"));
}

static void headers(void)
{
	reset(NULL);
	image("program");
	reset_dyn(NULL);
	image("without an address");
	img.eh.e_ident[0] = 'E';
	image("magic");
	img.eh.e_ident[3] = 0;
	image("magic's end");
	img.eh.e_type = ET_REL;
	image("object");
	img.eh.e_type = ET_CORE;
	image("core");
	img.eh.e_type = 0xffff;
	image("type");
	img.eh.e_machine = EM_ARM;
	image("machine");
	img.eh.e_machine = 0xffff;
	image("no machine");
	img.eh.e_version = 77;
	image("version");
	img.eh.e_phentsize = 55;
	image("size of a program header");
	img.eh.e_phentsize = 0;
	image("no size of a program header");
	img.eh.e_phnum = 0;
	image("no program header");
	img.eh.e_phnum = 0xffff;
	image("most program headers");
	img.eh.e_phoff = SIZE;
	image("program headers behind the end");
	img.eh.e_phoff = SIZE - 8;
	image("program headers across the end");
	img.eh.e_phoff = 1UL << 63;
	image("program headers below zero");
	img.eh.e_phoff = -8UL;
	image("program headers at the last bytes");
	img.eh.e_shoff = -1UL;
	img.eh.e_shnum = 0xffff;
	image("section headers");
	img.eh.e_entry = 0;
	image("entry at 0");
	img.eh.e_entry = -1UL;
	image("entry in the kernel");
	img.eh.e_entry = 0x800000000000;
	image("entry beyond");
	img.eh.e_entry = BASE + PAGE;
	image("entry in data");
	reset(NULL);
	truncated(1);
	truncated(3);
	truncated(4);
	truncated(63);
	truncated(64);
	truncated(64 + 55);
	truncated(64 + 56 * 3 - 1);
}

static void segments(void)
{
	reset(NULL);
	img.ph[TEXT].p_type = img.ph[DATA].p_type = PT_NULL;
	image("no segment");
	img.ph[TEXT].p_flags = PF_R | PF_W | PF_X;
	image("all rights");
	img.ph[TEXT].p_flags = PF_R;
	image("code without x");
	img.ph[TEXT].p_flags = 0;
	image("code without rights");
	img.ph[DATA].p_memsz = 1;
	image("more in the file than in memory");
	img.ph[DATA].p_memsz = 0;
	img.ph[DATA].p_filesz = 0;
	image("empty segment");
	img.ph[DATA].p_offset += 8;
	image("offset and address apart");
	img.ph[DATA].p_vaddr = 0x7ffffffff000;
	image("end of memory");
	img.ph[DATA].p_vaddr = 0x800000000000;
	image("beyond memory");
	img.ph[DATA].p_vaddr = 0xffffffff80000000;
	image("the kernel's memory");
	img.ph[DATA].p_memsz = 0x7fffffffffff;
	image("all memory");
	img.ph[DATA].p_memsz = -1UL;
	image("more than there is");
	img.ph[DATA].p_vaddr = 0;
	image("address 0");
	img.ph[DATA].p_align = 3;
	image("alignment 3");
	img.ph[STACK].p_flags = PF_R | PF_W | PF_X;
	image("stack with x");
	img.ph[STACK].p_memsz = -1UL;
	image("huge stack");
	img.ph[STACK] = img.ph[TEXT];
	image("the same segment twice");
	img.ph[STACK].p_type = 0x12345678;
	image("unknown header");
}

static void interpreters(void)
{
	reset_dyn(NULL);
	put_image("ld");
	reset("./ld");
	image("interpreter");
	reset_dyn("./ld");
	image("both without addresses");
	reset("./none");
	image("missing interpreter of ELF");
	reset("./dir");
	image("folder as an interpreter of ELF");
	reset("./bad");
	image("text as an interpreter of ELF");
	reset("./s0");
	image("script as an interpreter of ELF");
	reset("./closed");
	image("interpreter of ELF without x");
	reset("");
	image("no name");
	reset("./ld");
	img.ph[INTERP].p_filesz = 1;
	image("name of one byte");
	reset("./ld");
	img.ph[INTERP].p_filesz = 4;
	image("name without an end");
	reset("./ld");
	img.ph[INTERP].p_filesz = 5000;
	image("endless name");
	reset("./ld");
	img.ph[INTERP].p_filesz = -1UL;
	image("name longer than all");
	reset("./ld");
	img.ph[INTERP].p_offset = SIZE - 2;
	image("name across the end");
	reset("./ld");
	img.ph[INTERP].p_offset = 1UL << 63;
	image("name below zero");
	reset("./ld");
	img.ph[STACK] = img.ph[INTERP];
	image("two interpreters");
	reset("./f");
	image("itself as an interpreter");
	reset("./ld");
	img.eh.e_entry = 0;
	image("interpreter, entry at 0");
	reset_dyn(NULL);
	img.eh.e_machine = EM_ARM;
	put_image("ld");
	reset("./ld");
	image("interpreter of another machine");
	reset_dyn(NULL);
	img.eh.e_phnum = 0;
	put_image("ld");
	reset("./ld");
	image("interpreter without segments");
	put("ld", &img, 20);
	reset("./ld");
	image("short interpreter");
}

/* --- random --- */

static uint64_t state;

/* splitmix64 */
static uint64_t rnd(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t number(void)
{
	static const uint64_t special[] = {
		0,
		1,
		2,
		3,
		8,
		55,
		56,
		64,
		PAGE - 1,
		PAGE,
		PAGE + 1,
		SIZE,
		BASE,
		BASE + PAGE,
		0xffff,
		0x10000,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x7fffffffe000,
		0x7ffffffff000,
		0x800000000000,
		0xffff800000000000,
		0xffffffff80000000,
		0x7fffffffffffffff,
		0x8000000000000000,
		(uint64_t)-PAGE,
		(uint64_t)-1,
	};

	if (rnd() % 4)
		return special[rnd() % (sizeof(special) / sizeof(special[0]))];
	return rnd() >> rnd() % 64;
}

/* Spoil one field, or some bytes, of what is read before the text. */
static void spoil(void)
{
	unsigned char *at = (unsigned char *)&img;
	uint64_t n = number();
	int i = (int)(rnd() % 4);

	switch (rnd() % 5) {
	case 0:
		at[rnd() % 400] = (unsigned char)rnd();
		break;
	case 1:
		memcpy(at + 16 + rnd() % 48 / 2 * 2, &n, 2);
		break;
	case 2:
		/* p_offset to p_align */
		memcpy((char *)&img.ph[i] + 8 * (1 + rnd() % 6), &n, 8);
		break;
	case 3:
		img.ph[i] = img.ph[rnd() % 6];
		break;
	default:
		img.ph[i].p_type = (uint32_t)(rnd() % 8);
		img.ph[i].p_flags = (uint32_t)rnd() & 7;
	}
}

static void random_image(void)
{
	static const char *const interps[] = { NULL,  "./ld",  "./none",
					       "./f", "./bad", "./dir" };
	const char *interp =
		interps[rnd() % (sizeof(interps) / sizeof(interps[0]))];
	size_t size = sizeof(img);
	int n;

	if (rnd() & 1)
		reset(interp);
	else
		reset_dyn(interp);
	for (n = 1 + (int)(rnd() % 4); n > 0; n--)
		spoil();
	if (rnd() % 8 == 0)
		size = rnd() % sizeof(img);
	put(rnd() % 8 ? "f" : "ld", &img, size);
}

static void random_script(void)
{
	static const char *const words[] = {
		"#!",   "#!",    "#! ",  "\n",      "./f", "./s0",
		"./s3", "./s7",  "./ok", "/",       "/no", "./dir",
		"\t ",  "./bad", "x",    "\177ELF", "../", "./closed",
	};
	char text[700] = "#!";
	size_t n = rnd() & 7 ? 2 : 0, len;
	const char *word;
	int i;

	for (i = 1 + (int)(rnd() % 12); i > 0; i--) {
		word = words[rnd() % (sizeof(words) / sizeof(words[0]))];
		len = strlen(word);
		memcpy(text + n, word, len);
		n += len;
	}
	if (rnd() % 8 == 0) {
		len = rnd() % 400;
		memset(text + n, rnd() & 1 ? 'y' : ' ', len);
		n += len;
	}
	if (rnd() % 4 == 0)
		text[rnd() % n] = (char)rnd();
	put("f", text, n);
}

static void at_random(unsigned long count, unsigned long seed)
{
	unsigned long ran = 0, refused = 0, killed = 0, late = 0, kinds = 0, i;
	static unsigned long seen[SIGNALLED + 128];

	scripts();
	reset_dyn(NULL);
	put_image("ld");
	state = seed;
	for (i = 0; i < count; i++) {
		int r;

		if (rnd() % 4)
			random_image();
		else
			random_script();
		r = run_plainly("./f");
		kinds += !seen[r]++;
		ran += r >= ENDED && r < SIGNALLED;
		refused += r < ENDED;
		killed += r >= SIGNALLED;
		late += r == SIGNALLED + SIGALRM;
		if (rnd() % 16 == 0) {
			reset_dyn(NULL);
			put_image("ld");
		}
	}
	printf("execfuzz: %lu files, seed %lu: %lu ran, %lu refused, %lu "
	       "killed, %lu too late, %lu kinds of end\n",
	       count, seed, ran, refused, killed, late, kinds);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "random") == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			return 1;
		at_random(argc > 2 ? strtoul(argv[2], NULL, 0) : 2000,
			  argc > 3 ? strtoul(argv[3], NULL, 0) : 1);
		return 0;
	}
	if (argc != 2 || strcmp(argv[1], "cases") != 0) {
		fprintf(stderr, "usage: execfuzz cases | random [COUNT "
				"[SEED]]\n");
		return 2;
	}
	scripts();
	paths();
	headers();
	segments();
	interpreters();
	return 0;
}

// SPDX-License-Identifier: MIT
/*
 * DOC: makes system calls on order. It says "=b"; then whoever holds the other
 * end of the console writes lines; numbers are hexadecimal:
 *
 *	s                   begin: the orders up to q go to a process of their
 *	                    own, with no descriptor beyond 2 and zeroed memory
 *	                    at MEMORY; answer "=s PID"
 *	c NR ARG... PIECES  make the call in a thread that may block; answer,
 *	                    when it returns, "=c RESULT PIECES"
 *	n NR ARG... PIECES  make it now, although a c may be blocked; answer
 *	                    "=n RESULT PIECES"
 *	f PLACE LENGTH OFF  fill memory with the stream's bytes from OFF on
 *	v PLACE LENGTH OFF  compare; answer "=v INDEX" of the first wrong byte,
 *	                    or "=v -1"
 *	q                   the process ends, whatever it is doing; answer
 *	                    "=q STATUS" when it is gone
 *	e                   the end
 *
 * Arguments that are not there are 0. A PLACE counts from MEMORY; an argument
 * that is one has an m before it. A piece is "@PLACE+LENGTH:BYTES", memory
 * that the call reads and writes: set before it, shown after it; zeros at the
 * end are left out. So pointers, also those in memory, are plain numbers: the
 * other side keeps its copy of the memory at the same addresses.
 *
 * The end of the file ends the program, too; a line that is no order ends it
 * with status 2.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MEMORY      0x10000000UL
#define MEMORY_SIZE (8UL << 20)
#define LINE        4096
#define MAX_PIECES  32

struct piece {
	unsigned char *p;
	size_t n;
};

struct order {
	char kind;
	long nr, a[6];
	struct piece piece[MAX_PIECES];
	int nr_pieces;
};

static struct order blocking;
static sem_t given, taken;
static pthread_mutex_t console = PTHREAD_MUTEX_INITIALIZER;

static void stop(const char *why, const char *line)
{
	fprintf(stderr, "agent: %s: %s\n", why, line);
	_exit(2);
}

/* The next byte of the console, or -1. What is read ahead is for the process
 * that reads it: the orders for the next one come when it has answered. */
static int read_byte(void)
{
	static unsigned char ahead[LINE];
	static ssize_t used, given;

	if (given == used) {
		given = 0;
		used = read(0, ahead, sizeof(ahead));
		if (used <= 0) {
			used = 0;
			return -1;
		}
	}
	return ahead[given++];
}

/* One line; false at the end of the file. */
static int read_line(char *line)
{
	size_t n = 0;
	int c;

	while ((c = read_byte()) != '\n' && c != '\r') {
		if (c < 0)
			return 0;
		if (n == LINE - 1)
			stop("too long", "a line");
		line[n++] = (char)c;
	}
	line[n] = 0;
	return 1;
}

static void say(const char *line, size_t n)
{
	pthread_mutex_lock(&console);
	while (n) {
		ssize_t done = write(1, line, n);

		if (done <= 0)
			_exit(3);
		line += done;
		n -= (size_t)done;
	}
	pthread_mutex_unlock(&console);
}

static unsigned char *memory(unsigned long place, unsigned long n,
			     const char *line)
{
	if (n > MEMORY_SIZE || place > MEMORY_SIZE - n)
		stop("outside the memory", line);
	return (unsigned char *)(MEMORY + place);
}

static unsigned long number(char **p, const char *line)
{
	char *end;
	unsigned long v = strtoul(*p, &end, 16);

	if (end == *p)
		stop("a number is missing", line);
	*p = end;
	return v;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void take_piece(struct order *o, char **p, const char *line)
{
	unsigned long place, n, i;

	place = number(p, line);
	if (*(*p)++ != '+')
		stop("a piece has no length", line);
	n = number(p, line);
	if (o->nr_pieces == MAX_PIECES || *(*p)++ != ':')
		stop("a bad piece", line);
	o->piece[o->nr_pieces].p = memory(place, n, line);
	memset(o->piece[o->nr_pieces].p, 0, n);
	for (i = 0; i < n && hex_digit(**p) >= 0; i++, *p += 2)
		o->piece[o->nr_pieces].p[i] =
			(unsigned char)(hex_digit((*p)[0]) << 4 |
					hex_digit((*p)[1]));
	o->piece[o->nr_pieces++].n = n;
}

static void take_call(struct order *o, char *line)
{
	char *p = line + 1;
	int i;

	memset(o->a, 0, sizeof(o->a));
	o->kind = line[0];
	o->nr = (long)number(&p, line);
	for (i = 0; i < 6 && p[0] == ' ' && p[1] != '@'; i++) {
		unsigned long base = p[1] == 'm' ? MEMORY : 0;

		p += p[1] == 'm' ? 2 : 1;
		o->a[i] = (long)(base + number(&p, line));
	}
	o->nr_pieces = 0;
	while ((p = strchr(p, '@')) != NULL) {
		p++;
		take_piece(o, &p, line);
	}
}

/* Straight to the kernel: a library's call may be a cancellation point, or
 * know better. */
static long kernel(const struct order *o)
{
	register long r10 __asm__("r10");
	register long r8 __asm__("r8");
	register long r9 __asm__("r9");
	long ret;

	r10 = o->a[3];
	r8 = o->a[4];
	r9 = o->a[5];
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(o->nr), "D"(o->a[0]), "S"(o->a[1]), "d"(o->a[2]),
			   "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static void make_call(const struct order *o)
{
	static const char digits[] = "0123456789abcdef";
	char line[LINE];
	long ret = kernel(o);
	size_t n, i, used;
	int k;

	n = (size_t)sprintf(line, "=%c %ld", o->kind, ret);
	for (k = 0; k < o->nr_pieces; k++) {
		const struct piece *pc = &o->piece[k];

		for (used = pc->n; used && !pc->p[used - 1]; used--)
			;
		if (n + 2 * used + 64 > sizeof(line))
			stop("too long", "an answer");
		n += (size_t)sprintf(line + n, " @%lx+%zx:",
				     (unsigned long)pc->p - MEMORY, pc->n);
		for (i = 0; i < used; i++) {
			line[n++] = digits[pc->p[i] >> 4];
			line[n++] = digits[pc->p[i] & 15];
		}
	}
	line[n++] = '\n';
	say(line, n);
}

static void *caller(void *arg)
{
	static struct order mine;

	for (;;) {
		while (sem_wait(&given) != 0)
			;
		mine = blocking;
		sem_post(&taken);
		make_call(&mine);
	}
	return arg;
}

static unsigned char stream_byte(unsigned long off)
{
	unsigned int o = (unsigned int)off;

	return (unsigned char)(o * 167 + (o >> 8) * 3 + 1);
}

static void fill_or_compare(char *line)
{
	char *p = line + 1, answer[32];
	unsigned long place = number(&p, line), n = number(&p, line);
	unsigned long off = number(&p, line), i;
	unsigned char *at = memory(place, n, line);

	if (line[0] == 'f') {
		for (i = 0; i < n; i++)
			at[i] = stream_byte(off + i);
		return;
	}
	for (i = 0; i < n && at[i] == stream_byte(off + i); i++)
		;
	say(answer,
	    (size_t)sprintf(answer, "=v %ld\n", i == n ? -1L : (long)i));
}

/* The process of one script. */
static void serve(void)
{
	static struct order now;
	char line[LINE];
	pthread_t thread;

	if (mmap((void *)MEMORY, MEMORY_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) != (void *)MEMORY ||
	    sem_init(&given, 0, 0) != 0 || sem_init(&taken, 0, 0) != 0 ||
	    pthread_create(&thread, NULL, caller, NULL) != 0)
		stop("no memory or no thread", strerror(errno));
	say(line, (size_t)sprintf(line, "=s %d\n", (int)getpid()));
	while (read_line(line)) {
		if (line[0] == 'c') {
			take_call(&blocking, line);
			sem_post(&given);
			while (sem_wait(&taken) != 0)
				;
		} else if (line[0] == 'n') {
			take_call(&now, line);
			make_call(&now);
		} else if (line[0] == 'f' || line[0] == 'v') {
			fill_or_compare(line);
		} else if (line[0] == 'q') {
			_exit(0);
		} else {
			stop("no order", line);
		}
	}
	_exit(0);
}

/* Bytes as they come, no echo, no signal from a key. */
static void raw_console(void)
{
	struct termios t;

	if (tcgetattr(0, &t) != 0)
		return;
	t.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	tcsetattr(0, TCSANOW, &t);
}

int main(void)
{
	char line[LINE];
	int status;
	pid_t child;

	signal(SIGPIPE, SIG_IGN);
	raw_console();
	say("=b\n", 3);
	while (read_line(line)) {
		if (line[0] == 'q') { /* of a process that ended by itself */
			say("=q 0\n", 5);
			continue;
		}
		if (line[0] == 'e')
			break;
		if (line[0] != 's')
			stop("no order before s", line);
		child = fork();
		if (child == 0)
			serve();
		if (child < 0 || waitpid(child, &status, 0) != child)
			stop("no process", strerror(errno));
		say(line,
		    (size_t)sprintf(line, "=q %x\n", (unsigned int)status));
	}
	return 0;
}

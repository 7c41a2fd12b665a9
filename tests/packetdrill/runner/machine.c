// SPDX-License-Identifier: MIT
/*
 * DOC: starts QEMU and holds three ends of it: the serial port's (a stream of
 * lines), the card's (`-netdev socket`: each frame behind its length, so none
 * is lost and a slow reader only slows it), and port 0xe9's (kept for the
 * end). A process has at most one machine; a process forked from it may
 * use it in its place. QEMU dies with the process that booted it.
 *
 * Called by guest.c; one thread.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/packetdrill/runner/machine.h"

#define MAX_FRAME 70000
#define NS        1000000000LL

const char *machine_line;
const unsigned char *machine_frame;
unsigned int machine_frame_len;

static pid_t qemu = -1;
static int keyboard = -1, console = -1, wire = -1, debug = -1;

/* What has been read of a stream and not been given out yet. */
static struct stream {
	unsigned char data[4 * MAX_FRAME];
	size_t used, given;
} lines, frames;

/* Port 0xe9. */
static char said[16384];
static size_t nr_said;

long long machine_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS + t.tv_nsec;
}

/* --- start --- */

/* The machine of tools/doorbell, with the memory that full windows need. The
 * numbers are descriptors: the wire's, port 0xe9's. */
static const char arguments[] =
	"-nodefaults -no-user-config -no-reboot -display none "
	"-machine pc,hpet=off -accel tcg "
	"-cpu qemu64,+smep,+smap,+fsgsbase,+rdrand -m 256 "
	"-chardev stdio,id=con,signal=off -serial chardev:con "
	"-netdev socket,id=n0,fd=%d -device e1000,netdev=n0,romfile= "
	"-chardev socket,id=dbg,fd=%d "
	"-device isa-debugcon,iobase=0xe9,chardev=dbg "
	"-device isa-debug-exit,iobase=0xf4,iosize=4";

static void become_qemu(const struct machine_config *c, const int theirs[4])
{
	char text[sizeof(arguments) + 32], *word;
	const char *argv[64] = { c->qemu, "-kernel", c->image };
	int n = 3;

	snprintf(text, sizeof(text), arguments, theirs[2], theirs[3]);
	for (word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[n++] = word;
	dup2(theirs[0], 0);
	dup2(theirs[1], 1);
	execvp(c->qemu, (char **)argv);
	fprintf(stderr, "%s: %s\n", c->qemu, strerror(errno));
	_exit(127);
}

static void close_ours(void)
{
	close(keyboard);
	close(console);
	close(wire);
	close(debug);
}

static int start_qemu(const struct machine_config *c, const int theirs[4])
{
	pid_t parent = getpid();
	int i;

	/* Where we may: who keeps real time must not wait for a CPU. */
	setpriority(PRIO_PROCESS, 0, -15);
	qemu = fork();
	if (qemu == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		close_ours();
		become_qemu(c, theirs);
	}
	for (i = 0; i < 4; i++)
		close(theirs[i]);
	return qemu < 0 ? -1 : 0;
}

/*
 * The console's are pipes: QEMU writes byte by byte, which a pipe packs and a
 * socket does not; a full one makes the guest's serial port lose bytes.
 */
int machine_boot(const struct machine_config *c)
{
	int in[2], out[2], net[2], dbg[2];

	signal(SIGPIPE, SIG_IGN);
	memset(&lines, 0, sizeof(lines));
	memset(&frames, 0, sizeof(frames));
	nr_said = 0;
	if (pipe(in) != 0 || pipe(out) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, net) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, dbg) != 0) {
		perror("no pipes for QEMU");
		return -1;
	}
	keyboard = in[1];
	console = out[0];
	wire = net[0];
	debug = dbg[0];
	if (start_qemu(c, (int[4]){ in[0], out[1], net[1], dbg[1] }) != 0) {
		perror("QEMU does not start");
		return -1;
	}
	return 0;
}

/* --- from it --- */

/* The next line of what has been read; false: not yet a whole one. */
static bool next_line(void)
{
	char *from = (char *)lines.data + lines.given, *end;

	end = memchr(from, '\n', lines.used - lines.given);
	if (!end && lines.used - lines.given < sizeof(lines.data) - 1)
		return false;
	if (!end) /* noise without end: cut it */
		end = from + (lines.used - lines.given - 1);
	lines.given += (size_t)(end + 1 - from);
	*end = 0;
	if (end > from && end[-1] == '\r')
		end[-1] = 0;
	machine_line = from;
	return true;
}

static bool next_frame(void)
{
	size_t have = frames.used - frames.given;
	unsigned char *from = frames.data + frames.given;
	unsigned int len;

	if (have < 4)
		return false;
	memcpy(&len, from, 4);
	len = ntohl(len);
	if (have - 4 < len)
		return false;
	machine_frame = from + 4;
	machine_frame_len = len;
	frames.given += 4 + (size_t)len;
	return true;
}

/* More of the stream; false: it has ended. */
static bool read_more(int fd, struct stream *s)
{
	ssize_t n;

	memmove(s->data, s->data + s->given, s->used - s->given);
	s->used -= s->given;
	s->given = 0;
	n = read(fd, s->data + s->used, sizeof(s->data) - s->used);
	if (n > 0)
		s->used += (size_t)n;
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* A byte at a time fills a socket's buffer soon: read it always. What is too
 * much is lost. */
static void listen_to_debug(void)
{
	size_t room = sizeof(said) - 1 - nr_said;
	char bytes[512];
	ssize_t n = recv(debug, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n > 0 && (size_t)n <= room) {
		memcpy(said + nr_said, bytes, (size_t)n);
		nr_said += (size_t)n;
	}
}

/* Frames before lines: what a call has sent was sent before it returned. */
static enum machine_news next_news(void)
{
	if (next_frame())
		return MACHINE_FRAME;
	return next_line() ? MACHINE_LINE : MACHINE_QUIET;
}

enum machine_news machine_wait(long long until)
{
	struct pollfd p[3] = { { .fd = wire, .events = POLLIN },
			       { .fd = console, .events = POLLIN },
			       { .fd = debug, .events = POLLIN } };
	enum machine_news news;
	struct timespec t;
	long long left;

	for (;;) {
		news = next_news();
		if (news != MACHINE_QUIET)
			return news;
		left = until - machine_clock();
		left = left > 0 ? left : 0;
		t.tv_sec = left / NS;
		t.tv_nsec = left % NS;
		if (ppoll(p, 3, &t, NULL) == 0)
			return MACHINE_QUIET;
		if (p[2].revents & POLLIN)
			listen_to_debug();
		if (p[1].revents && !read_more(console, &lines))
			return MACHINE_GONE;
		/* Looked at last and read again: a frame that was sent before
		 * the line just read is here by now. */
		p[0].revents = 0;
		if (poll(p, 1, 0) == 1 && !read_more(wire, &frames))
			return MACHINE_GONE;
	}
}

/* --- to it --- */

static void write_all(int fd, struct iovec *v, int n)
{
	ssize_t done;

	while (n) {
		done = writev(fd, v, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return; /* machine_wait() will say so */
		while (n && (size_t)done >= v->iov_len) {
			done -= (ssize_t)v->iov_len;
			v++;
			n--;
		}
		if (n) {
			v->iov_base = (char *)v->iov_base + done;
			v->iov_len -= (size_t)done;
		}
	}
}

void machine_type(const char *text, size_t n)
{
	struct iovec v = { (void *)text, n };

	write_all(keyboard, &v, 1);
}

void machine_wire(const void *frame, unsigned int len)
{
	unsigned int wire_len = htonl(len);
	struct iovec v[2] = { { &wire_len, 4 }, { (void *)frame, len } };

	write_all(wire, v, 2);
}

/* --- end --- */

static void forget(void)
{
	qemu = -1;
	close_ours();
}

void machine_kill(void)
{
	if (qemu < 0)
		return;
	kill(qemu, SIGKILL);
	waitpid(qemu, NULL, 0);
	forget();
}

int machine_end(long long until, const char **log)
{
	int status = -1;

	while (waitpid(qemu, &status, WNOHANG) == 0) {
		if (machine_clock() >= until)
			kill(qemu, SIGKILL);
		listen_to_debug();
		usleep(1000);
	}
	listen_to_debug();
	said[nr_said] = 0;
	*log = said;
	forget();
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

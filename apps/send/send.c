// SPDX-License-Identifier: MIT
/*
 * DOC: send files over TCP or UDP, several at once, with ordinary Linux system
 * calls only. Each FILE URL pair is one transfer: a non-blocking socket, a
 * place in the file, a deadline by poll(). A TCP transfer has succeeded when
 * the peer has closed its side after our last byte, so a zero status means
 * that the peer took delivery; a UDP one when the last datagram was handed to
 * the kernel.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "apps/send/loans.h"

#define MAX_WRITE (16 << 20)
#define MAX_UDP   65507

enum state {
	CONNECTING,
	SENDING,
	DRAINING,
	REAPING, /* with --zerocopy: all is over but the last reports */
	DONE,
	FAILED
};

struct transfer {
	const char *file, *url;
	char host[256];
	char name[300]; /* HOST:PORT as given */
	struct sockaddr_in addr;
	int is_udp;
	int fd, sock;
	enum state state;
	unsigned char *buf;
	struct loans loans; /* with --zerocopy */
	int starved;        /* all of them are out */
	size_t have, at;    /* bytes in buf, and how many are sent */
	off_t size;         /* of the file; -1: a stream */
	off_t offset;       /* of sendfile */
	int eof;
	long rounds; /* still to be sent, with --repeat */
	uint64_t bytes, datagrams;
	struct timespec start;
	double seconds;
};

static struct {
	size_t write_size, udp_size;
	long repeat;
	double timeout, rate;
	int nodelay, fastopen, use_sendfile, zerocopy, no_wait, quiet;
	int sndbuf;
	const char *congestion;
} opt = { .write_size = 65536, .udp_size = 1472, .repeat = 1 };

static void say(const char *fmt, ...)
{
	va_list ap;

	fputs("send: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static void usage(FILE *to)
{
	fputs("usage: send [OPTIONS] FILE URL [FILE URL ...]\n"
	      "\n"
	      "Send FILE (- is standard input) to URL, several at once:\n"
	      "  tcp://HOST:PORT   a stream; ends when the peer has closed "
	      "too\n"
	      "  udp://HOST:PORT   datagrams of --udp-size bytes\n"
	      "HOST is an address (10.0.2.2) or a name in /etc/hosts.\n"
	      "\n"
	      "  --write-size N    bytes a write (default 65536)\n"
	      "  --udp-size N      bytes a datagram (default 1472)\n"
	      "  --sendfile        use sendfile() instead of read and write\n"
	      "  --zerocopy        send with MSG_ZEROCOPY, and check that "
	      "every "
	      "call is\n"
	      "                    told of before its memory is used again\n"
	      "  --nodelay         set TCP_NODELAY\n"
	      "  --fastopen        set TCP_FASTOPEN_CONNECT: with a cookie "
	      "of\n"
	      "                    the server's data goes with the SYN\n"
	      "  --sndbuf N        set SO_SNDBUF\n"
	      "  --congestion NAME set TCP_CONGESTION: reno, cubic, bbr\n"
	      "  --repeat N        send each file N times over its connection\n"
	      "  --rate N          at most N datagrams a second (UDP)\n"
	      "  --wait-close      wait for the peer's close (the default)\n"
	      "  --no-wait         do not\n"
	      "  --timeout SECONDS give up when nothing moves for so long\n"
	      "  --quiet           no summary\n"
	      "  --help            this\n"
	      "\n"
	      "The exit status is 0 if every file was sent, else 1 (2: "
	      "usage).\n",
	      to);
}

static double since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) +
	       (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

static long number(const char *text, const char *what, long low, long high)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 0);
	if (errno || end == text || *end || v < low || v > high) {
		say("%s: %s is not a number from %ld to %ld", what, text, low,
		    high);
		exit(2);
	}
	return v;
}

/* Address of @name from /etc/hosts; 0 if it is not there. */
static int lookup_hosts(const char *name, struct in_addr *addr)
{
	FILE *f = fopen("/etc/hosts", "r");
	char line[512], *word, *save;
	struct in_addr a;
	int found = 0;

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "#\n")] = 0;
		word = strtok_r(line, " \t", &save);
		if (!word || inet_pton(AF_INET, word, &a) != 1)
			continue;
		while (!found && (word = strtok_r(NULL, " \t", &save)))
			found = strcasecmp(word, name) == 0;
	}
	if (f)
		fclose(f);
	*addr = a;
	return found;
}

/* tcp://HOST:PORT or udp://HOST:PORT */
static int parse_url(struct transfer *t)
{
	const char *p = t->url, *colon;
	char *end;
	long port;

	if (strncmp(p, "udp://", 6) == 0)
		t->is_udp = 1;
	else if (strncmp(p, "tcp://", 6) != 0) {
		say("%s: a URL begins with tcp:// or udp://", t->url);
		return -1;
	}
	p += 6;
	colon = strrchr(p, ':');
	if (!colon || colon == p || (size_t)(colon - p) >= sizeof(t->host)) {
		say("%s: HOST:PORT is missing", t->url);
		return -1;
	}
	memcpy(t->host, p, (size_t)(colon - p));
	port = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || (*end && strcmp(end, "/") != 0) || port < 1 ||
	    port > 65535) {
		say("%s: the port is a number from 1 to 65535", t->url);
		return -1;
	}
	snprintf(t->name, sizeof(t->name), "%s:%ld", t->host, port);
	t->addr.sin_family = AF_INET;
	t->addr.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, t->host, &t->addr.sin_addr) == 1 ||
	    lookup_hosts(t->host, &t->addr.sin_addr))
		return 0;
	say("%s: unknown host (neither an address nor in /etc/hosts)", t->host);
	return -1;
}

static int open_file(struct transfer *t)
{
	struct stat st;

	t->fd = strcmp(t->file, "-") == 0 ? 0 : open(t->file, O_RDONLY);
	if (t->fd < 0 || fstat(t->fd, &st) < 0) {
		say("%s: %s", t->file, strerror(errno));
		return -1;
	}
	if (S_ISDIR(st.st_mode)) {
		say("%s: %s", t->file, strerror(EISDIR));
		return -1;
	}
	t->size = S_ISREG(st.st_mode) ? st.st_size : -1;
	if (t->size < 0 && (opt.repeat > 1 || opt.use_sendfile)) {
		say("%s: --repeat and --sendfile need a regular file", t->file);
		return -1;
	}
	return 0;
}

static int get_buffers(struct transfer *t)
{
	size_t size = t->is_udp ? opt.udp_size : opt.write_size;

	if (opt.zerocopy)
		return loans_init(&t->loans, size);
	t->buf = malloc(size);
	return t->buf ? 0 : -1;
}

static void failed(struct transfer *t, const char *what, int err)
{
	say("%s (%s): %s", what, t->name, strerror(err));
	t->state = FAILED;
	close(t->sock);
}

/* 0; -1: it does not go as was asked for. */
static int set_options(struct transfer *t)
{
	int on = 1;

	if (opt.sndbuf && setsockopt(t->sock, SOL_SOCKET, SO_SNDBUF,
				     &opt.sndbuf, sizeof(opt.sndbuf)) < 0)
		say("SO_SNDBUF: %s", strerror(errno));
	if (opt.zerocopy &&
	    setsockopt(t->sock, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)) < 0) {
		say("SO_ZEROCOPY: %s", strerror(errno));
		return -1;
	}
	if (t->is_udp)
		return 0;
	if (opt.nodelay &&
	    setsockopt(t->sock, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		say("TCP_NODELAY: %s", strerror(errno));
	/* Its SYN goes with the first byte: with no byte it never would. */
	if (opt.fastopen && t->size != 0 &&
	    setsockopt(t->sock, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on,
		       sizeof(on)) < 0) {
		say("TCP_FASTOPEN_CONNECT: %s", strerror(errno));
		return -1;
	}
	if (opt.congestion &&
	    setsockopt(t->sock, IPPROTO_TCP, TCP_CONGESTION, opt.congestion,
		       (socklen_t)strlen(opt.congestion)) < 0) {
		say("--congestion %s: %s", opt.congestion, strerror(errno));
		return -1;
	}
	return 0;
}

static void start(struct transfer *t)
{
	int type = (t->is_udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK |
		   SOCK_CLOEXEC;

	clock_gettime(CLOCK_MONOTONIC, &t->start);
	t->rounds = opt.repeat;
	t->sock = socket(AF_INET, type, 0);
	if (t->sock < 0) {
		say("socket: %s", strerror(errno));
		t->state = FAILED;
		return;
	}
	if (set_options(t) < 0) {
		t->state = FAILED;
		close(t->sock);
		return;
	}
	if (connect(t->sock, (struct sockaddr *)&t->addr, sizeof(t->addr)) == 0)
		t->state = SENDING;
	else if (errno == EINPROGRESS)
		t->state = CONNECTING;
	else
		failed(t, "connect to host", errno);
}

static void connected(struct transfer *t)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (getsockopt(t->sock, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err)
		failed(t, "connect to host", err);
	else
		t->state = SENDING;
}

static void finish(struct transfer *t)
{
	t->seconds = since(&t->start);
	t->state = DONE;
	close(t->sock);
	if (opt.quiet)
		return;
	printf("%s -> %s: %llu bytes in %.3f s, %.2f Mbit/s", t->file, t->url,
	       (unsigned long long)t->bytes, t->seconds,
	       t->seconds > 0 ? (double)t->bytes * 8 / t->seconds / 1e6 : 0);
	if (t->is_udp)
		printf(", %llu datagrams", (unsigned long long)t->datagrams);
	if (opt.zerocopy)
		printf(", %llu calls by reference, %llu copied",
		       (unsigned long long)t->loans.referred,
		       (unsigned long long)t->loans.copied);
	putchar('\n');
	fflush(stdout);
}

/* The end, unless the kernel still has memory of ours. */
static void delivered(struct transfer *t)
{
	if (t->loans.in_flight)
		t->state = REAPING;
	else
		finish(t);
}

/* All rounds are handed over: end our side. */
static void end_of_file(struct transfer *t)
{
	if (t->is_udp) {
		delivered(t);
		return;
	}
	if (shutdown(t->sock, SHUT_WR) < 0) {
		failed(t, "shutdown", errno);
		return;
	}
	if (opt.no_wait)
		finish(t);
	else
		t->state = DRAINING;
}

/* Another round, or the end; true if there is more to send. */
static int next_round(struct transfer *t)
{
	if (--t->rounds > 0) {
		t->eof = 0;
		t->offset = 0;
		if (t->fd && lseek(t->fd, 0, SEEK_SET) == 0)
			return 1;
	}
	end_of_file(t);
	return 0;
}

/* Fill the buffer; 0 at the end of the file, -1 on error. */
static int refill(struct transfer *t)
{
	size_t want = t->is_udp ? opt.udp_size : opt.write_size;
	ssize_t n;

	t->at = 0;
	t->have = 0;
	if (opt.zerocopy)
		t->buf = loans_buffer(&t->loans);
	while (t->have < want) {
		n = read(t->fd, t->buf + t->have, want - t->have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			say("%s: %s", t->file, strerror(errno));
			t->state = FAILED;
			close(t->sock);
			return -1;
		}
		if (n == 0)
			break;
		t->have += (size_t)n;
	}
	return t->have > 0;
}

/* True if the error only means "later". */
static int again(struct transfer *t, const char *what)
{
	struct timespec ms = { 0, 1000000 };

	if (errno == EAGAIN || errno == EINPROGRESS) /* Fast Open's SYN */
		return 1;
	if (errno == EINTR)
		return 1;
	if ((t->is_udp || t->loans.in_flight) && errno == ENOBUFS) {
		nanosleep(&ms, NULL); /* a full queue; reports not read */
		return 1;
	}
	failed(t, what, errno);
	return 0;
}

/* UDP with --rate: hold the next datagram back until its time. */
static void pace(const struct transfer *t)
{
	double due = (double)t->datagrams / opt.rate - since(&t->start);
	struct timespec ts;

	if (due <= 0)
		return;
	ts.tv_sec = (time_t)due;
	ts.tv_nsec = (long)((due - (double)ts.tv_sec) * 1e9);
	nanosleep(&ts, NULL);
}

static void send_file(struct transfer *t)
{
	ssize_t n;

	while (t->offset < t->size) {
		n = sendfile(t->sock, t->fd, &t->offset,
			     (size_t)(t->size - t->offset) < opt.write_size
				     ? (size_t)(t->size - t->offset)
				     : opt.write_size);
		if (n < 0) {
			again(t, "sendfile");
			return;
		}
		if (n == 0) {
			say("%s: shorter than it was", t->file);
			t->state = FAILED;
			close(t->sock);
			return;
		}
		t->bytes += (uint64_t)n;
	}
	next_round(t);
}

/* Nothing can be sent until the kernel has given memory back. */
static int no_loan(struct transfer *t)
{
	return !loans_may_send(&t->loans) ||
	       (t->at == t->have && !loans_buffer(&t->loans));
}

/* Send until the socket is full or the file is empty. */
static void send_some(struct transfer *t)
{
	int turns, r;
	ssize_t n;

	if (opt.use_sendfile && !t->is_udp) {
		send_file(t);
		return;
	}
	for (turns = 0; turns < 64; turns++) {
		if (opt.zerocopy && no_loan(t)) {
			t->starved = 1;
			return;
		}
		if (t->at == t->have) {
			r = refill(t);
			if (r < 0 || (r == 0 && !next_round(t)))
				return;
			if (r == 0)
				continue;
		}
		if (t->is_udp && opt.rate > 0)
			pace(t);
		n = send(t->sock, t->buf + t->at, t->have - t->at,
			 MSG_NOSIGNAL | (opt.zerocopy ? MSG_ZEROCOPY : 0));
		if (n < 0) {
			again(t, "send to host");
			return;
		}
		if (opt.zerocopy)
			loans_sent(&t->loans);
		t->at += (size_t)n;
		t->bytes += (uint64_t)n;
		t->datagrams++;
	}
}

/* After our FIN: whatever the peer says is read, its FIN ends it. */
static void drain(struct transfer *t)
{
	char sink[4096];
	ssize_t n;

	for (;;) {
		n = recv(t->sock, sink, sizeof(sink), 0);
		if (n > 0)
			continue;
		if (n == 0)
			delivered(t);
		else
			again(t, "waiting for the peer's close");
		return;
	}
}

/* POLLERR: reports of memory that is ours again, or an error. Returns whether
 * there were any. */
static int reap(struct transfer *t)
{
	int n = loans_reap(&t->loans, t->sock), err = 0;
	socklen_t len = sizeof(err);

	if (n < 0) {
		failed(t, "the error queue", EPROTO);
	} else if (n > 0) {
		t->starved = 0;
		if (t->state == REAPING)
			delivered(t);
	} else if (t->starved || t->state == REAPING) {
		getsockopt(t->sock, SOL_SOCKET, SO_ERROR, &err, &len);
		failed(t, "send to host", err ? err : EPIPE);
	}
	return n > 0;
}

static short wanted(const struct transfer *t)
{
	if (t->state == REAPING || t->starved)
		return 0; /* POLLERR comes unasked */
	return t->state == DRAINING ? POLLIN : POLLOUT;
}

static void step(struct transfer *t, short events)
{
	if (!events)
		return;
	if (opt.zerocopy && (events & POLLERR) && t->state != CONNECTING &&
	    reap(t) && events == POLLERR)
		return; /* that was all */
	if (t->state == CONNECTING)
		connected(t);
	if (t->state == SENDING)
		send_some(t);
	if (t->state == DRAINING)
		drain(t);
}

static int active(const struct transfer *t)
{
	return t->state < DONE;
}

/* Run all transfers to their ends. */
static void run(struct transfer *ts, struct pollfd *fds, int n)
{
	int i, left, r;

	for (i = 0; i < n; i++)
		start(&ts[i]);
	for (;;) {
		for (i = 0, left = 0; i < n; i++) {
			fds[i].fd = active(&ts[i]) ? ts[i].sock : -1;
			fds[i].events = wanted(&ts[i]);
			left += active(&ts[i]);
		}
		if (!left)
			return;
		r = poll(fds, (nfds_t)n,
			 opt.timeout > 0 ? (int)(opt.timeout * 1000) : -1);
		if (r < 0 && errno != EINTR) {
			say("poll: %s", strerror(errno));
			exit(1);
		}
		for (i = 0; i < n; i++) {
			if (!active(&ts[i]))
				continue;
			if (r == 0)
				failed(&ts[i], "no progress", ETIMEDOUT);
			else if (r > 0)
				step(&ts[i], fds[i].revents);
		}
	}
}

static void parse_options(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "write-size", 1, NULL, 'w' }, { "udp-size", 1, NULL, 'u' },
		{ "sendfile", 0, NULL, 'f' },   { "nodelay", 0, NULL, 'n' },
		{ "sndbuf", 1, NULL, 'b' },     { "congestion", 1, NULL, 'c' },
		{ "repeat", 1, NULL, 'r' },     { "rate", 1, NULL, 'R' },
		{ "wait-close", 0, NULL, 'W' }, { "no-wait", 0, NULL, 'N' },
		{ "timeout", 1, NULL, 't' },    { "quiet", 0, NULL, 'q' },
		{ "zerocopy", 0, NULL, 'z' },   { "fastopen", 0, NULL, 'F' },
		{ "help", 0, NULL, 'h' },       { NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		switch (c) {
		case 'w':
			opt.write_size = (size_t)number(optarg, "--write-size",
							1, MAX_WRITE);
			break;
		case 'u':
			opt.udp_size = (size_t)number(optarg, "--udp-size", 1,
						      MAX_UDP);
			break;
		case 'f':
			opt.use_sendfile = 1;
			break;
		case 'z':
			opt.zerocopy = 1;
			break;
		case 'n':
			opt.nodelay = 1;
			break;
		case 'F':
			opt.fastopen = 1;
			break;
		case 'b':
			opt.sndbuf =
				(int)number(optarg, "--sndbuf", 1, 0x7fffffff);
			break;
		case 'c':
			opt.congestion = optarg;
			break;
		case 'r':
			opt.repeat = number(optarg, "--repeat", 1, 1000000000);
			break;
		case 'R':
			opt.rate =
				(double)number(optarg, "--rate", 1, 100000000);
			break;
		case 'W':
			opt.no_wait = 0;
			break;
		case 'N':
			opt.no_wait = 1;
			break;
		case 't':
			opt.timeout =
				(double)number(optarg, "--timeout", 1, 1000000);
			break;
		case 'q':
			opt.quiet = 1;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct transfer *ts;
	struct pollfd *fds;
	int i, n, status = 0;

	parse_options(argc, argv);
	argc -= optind;
	argv += optind;
	if (argc < 2 || argc % 2) {
		say(argc % 2 && argc > 1 ? "FILE and URL come in pairs"
					 : "FILE and URL are missing");
		usage(stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	n = argc / 2;
	ts = calloc((size_t)n, sizeof(*ts));
	fds = calloc((size_t)n, sizeof(*fds));
	if (!ts || !fds) {
		say("%s", strerror(ENOMEM));
		return 1;
	}
	for (i = 0; i < n; i++) {
		ts[i].file = argv[2 * i];
		ts[i].url = argv[2 * i + 1];
		if (parse_url(&ts[i]) < 0)
			return 2;
		if (open_file(&ts[i]) < 0)
			return 1;
		if (get_buffers(&ts[i]) < 0) {
			say("%s", strerror(ENOMEM));
			return 1;
		}
	}
	run(ts, fds, n);
	for (i = 0; i < n; i++)
		if (ts[i].state == FAILED)
			status = 1;
	return status;
}

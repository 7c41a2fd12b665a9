// SPDX-License-Identifier: MIT
/*
 * DOC: the backend that is the booted image. A call goes to the program
 * apps/agent inside as a line on the serial port, with the memory that it
 * points to, and the answer comes back the same way, so the stack under test
 * carries nothing but the script's own packets. The program's memory is at the
 * same addresses here as there.
 *
 * Time is the host's, and so is the measure: what the stack does may be 100 ms
 * off. While a call blocks, its answer is waited for together with the
 * script's next event and the card's next frame.
 *
 * A host that is busy with other things makes the guest late, by any amount.
 * What never takes long is measured for this: an answer of the agent, an
 * answer to ARP, our own waking up.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "tests/packetdrill/runner/pkt.h"
#include "tests/packetdrill/runner/guest.h"
#include "tests/packetdrill/runner/machine.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/if.h"
#include "lib/uapi/socket.h"
#include "lib/uapi/unistd.h"

/* apps/agent/agent.c */
#define MEMORY      0x10000000UL
#define MEMORY_SIZE (8UL << 20)
#define ORDER_MAX   4096

#define TOLERANCE_NS  (100LL * NSEC_PER_MSEC)
#define LATE_NS       (10LL * NSEC_PER_MSEC) /* for what takes 1 ms */
#define BEAT_NS       (20LL * NSEC_PER_MSEC)
#define ANSWER_NS     (2LL * NSEC_PER_SEC)  /* of the agent, and of ARP */
#define BOOT_NS       (30LL * NSEC_PER_SEC) /* a busy host's */
#define END_NS        (20LL * NSEC_PER_SEC)
#define MAX_SETTINGS  16
#define MAX_COMPLAINT 4096

/* What a script changed for all, remembered by the worker. */
struct setting {
	char path[128];
	char before[128];
};
static struct shared {
	struct setting setting[MAX_SETTINGS];
	u32 nr_settings;
	u32 mtu_before; /* 0: not changed */
	/* What the console said that is no answer. */
	char complaint[MAX_COMPLAINT];
	u32 complaint_len;
} * shared;

static u32 script_nr;
static s64 start_ns; /* by machine_clock() */
static u8 *memory_end;
static s64 worst_ns;                /* of what should have taken no time */
static bool calling;                /* a `c` is not yet answered */
static char call_answer[ORDER_MAX]; /* to it */

/* --- news --- */

static void complain(const char *line)
{
	u32 room = MAX_COMPLAINT - shared->complaint_len;
	int n = snprintf(shared->complaint + shared->complaint_len, room,
			 "    # guest: %s\n", line);

	if (n > 0 && (u32)n < room)
		shared->complaint_len += (u32)n;
}

static void keep_answer(const char *line)
{
	snprintf(call_answer, sizeof(call_answer), "%s", line);
}

/* What should have taken no time began at @since. */
static void measure(s64 since)
{
	worst_ns = max(worst_ns, (s64)machine_clock() - since);
}

/* Take one piece of news, waiting until @until. True: there was one; a line
 * that begins with @want is in @answer. */
static bool news(long long until, const char *want, const char **answer)
{
	bool waits = until > machine_clock();

	*answer = NULL;
	switch (machine_wait(until)) {
	case MACHINE_QUIET:
		if (waits)
			measure(until);
		return false;
	case MACHINE_FRAME:
		wire_take(machine_frame, machine_frame_len, machine_clock());
		return true;
	case MACHINE_LINE:
		if (strncmp(machine_line, want, strlen(want)) == 0)
			*answer = machine_line;
		else if (strncmp(machine_line, "=c", 2) == 0)
			keep_answer(machine_line);
		else if (machine_line[0])
			complain(machine_line);
		return true;
	default:
		pkt_check(false, "the machine has ended");
		return false;
	}
}

/* The same, and see that the machine does not stand still meanwhile. */
static bool watchful_news(long long until, const char *want,
			  const char **answer)
{
	static s64 since;
	long long beat;

	do {
		beat = min(until, machine_clock() + (long long)BEAT_NS);
		if (news(beat, want, answer))
			return true;
		if (wire_is_asking()) {
			measure(since);
		} else if (beat < until) {
			since = machine_clock();
			wire_ask();
		}
	} while (beat < until);
	return false;
}

/* The line that begins with @want; NULL if it does not come in time. */
static const char *answer_within(const char *want, s64 ns)
{
	long long until = machine_clock() + ns;
	const char *answer;

	while (news(until, want, &answer))
		if (answer)
			return answer;
	return NULL;
}

static const char *answer_to(const char *want)
{
	s64 since = machine_clock();
	const char *answer = answer_within(want, ANSWER_NS);

	measure(since);
	pkt_check(answer, "the agent does not answer (%s)", want);
	return answer;
}

/* --- orders --- */

static void order(const char *text)
{
	machine_type(text, strlen(text));
}

static bool is_place(long arg)
{
	return arg >= (long)MEMORY && arg < (long)(MEMORY + MEMORY_SIZE);
}

static unsigned long place(long arg)
{
	return (unsigned long)arg - MEMORY;
}

static u32 put_bytes(char *to, const u8 *p, size_t n)
{
	u32 len = 0;
	size_t i;

	while (n && !p[n - 1])
		n--;
	for (i = 0; i < n; i++)
		len += (u32)sprintf(to + len, "%02x", p[i]);
	return len;
}

static void order_call(char kind, long nr, const long a[6],
		       const struct pkt_piece *piece, u32 n)
{
	char line[ORDER_MAX];
	u32 len, i, nargs = 6;

	while (nargs && !a[nargs - 1])
		nargs--;
	len = (u32)sprintf(line, "%c %lx", kind, nr);
	for (i = 0; i < nargs; i++)
		len += (u32)sprintf(line + len,
				    is_place(a[i]) ? " m%lx" : " %lx",
				    is_place(a[i]) ? place(a[i]) : a[i]);
	for (i = 0; i < n; i++) {
		if (piece[i].stream)
			continue;
		pkt_check(len + 2 * piece[i].n + 64 < sizeof(line),
			  "a call with too much memory");
		len += (u32)sprintf(line + len,
				    " @%lx+%zx:", place((long)piece[i].p),
				    piece[i].n);
		len += put_bytes(line + len, piece[i].p, piece[i].n);
	}
	strcpy(line + len, "\n");
	order(line);
}

static u8 *at(unsigned long place, unsigned long n)
{
	pkt_check(n <= MEMORY_SIZE && place <= MEMORY_SIZE - n,
		  "the agent answers with other memory");
	return (u8 *)(MEMORY + place);
}

/* "=c RESULT PIECES": the pieces go to their places. */
static long take_answer(const char *line)
{
	long ret = strtol(line + 2, NULL, 10);
	unsigned long where, n, i;
	char *p = (char *)line;
	unsigned int byte;
	u8 *to;

	while ((p = strchr(p, '@')) != NULL) {
		where = strtoul(p + 1, &p, 16);
		n = strtoul(p + 1, &p, 16);
		to = at(where, n);
		memset(to, 0, n);
		for (i = 0, p++;
		     i < n && sscanf(p, "%2x", &byte) == 1 && *p != ' ';
		     i++, p += 2)
			to[i] = (u8)byte;
	}
	return ret;
}

/* --- time --- */

static s64 guest_now(void)
{
	return machine_clock() - start_ns;
}

static bool guest_wait(s64 until)
{
	const char *line;

	if (until != INT64_MAX)
		until += start_ns;
	while (!wire_has_frame())
		if (!watchful_news(until, "=none", &line))
			return false;
	return true;
}

/* --- calls --- */

/* The script goes on until the call returns. */
static void wait_for_call(void)
{
	const char *answer;
	s64 until;

	while (!call_answer[0]) {
		if (news(0, "=c", &answer)) {
			if (answer)
				keep_answer(answer);
			continue;
		}
		if (pkt_blocked(&until))
			continue;
		/* The answer may have come while the script went on. */
		if (call_answer[0])
			return;
		if (guest_now() >= until)
			pkt_overdue();
		if (watchful_news(until + start_ns, "=c", &answer) && answer)
			keep_answer(answer);
	}
}

static long guest_call(long nr, const long a[6], const struct pkt_piece *piece,
		       u32 n)
{
	s64 since = machine_clock();
	long ret;

	if (calling || !pkt.event || pkt.event->type != EV_CALL) {
		order_call('n', nr, a, piece, n);
		return take_answer(answer_to("=n"));
	}
	calling = true;
	call_answer[0] = 0;
	order_call('c', nr, a, piece, n);
	wait_for_call();
	if (!pkt.event->blocks)
		measure(since);
	ret = take_answer(call_answer);
	calling = false;
	return ret;
}

/* Pieces are given back in the reverse order. */
static void *guest_alloc(size_t n)
{
	u8 *p = memory_end;

	n = (n + 15) & ~15UL;
	if (n > MEMORY + MEMORY_SIZE - (unsigned long)p)
		return NULL;
	memory_end += n;
	return memset(p, 0, n);
}

static void guest_free(void *p)
{
	memory_end = p;
}

static void guest_fill(u8 *p, size_t n, u32 off)
{
	char line[80];

	sprintf(line, "f %lx %zx %x\n", place((long)p), n, off);
	order(line);
}

static s64 guest_differs(const u8 *p, size_t n, u32 off)
{
	char line[80];

	sprintf(line, "v %lx %zx %x\n", place((long)p), n, off);
	order(line);
	return strtol(answer_to("=v") + 2, NULL, 10);
}

/* --- frames --- */

/* Ask and wait for the answer. 0, or -1. */
static int wait_for_arp(void)
{
	s64 since = machine_clock();
	long long until = since + ANSWER_NS;
	const char *line;

	wire_ask();
	while (wire_is_asking() && machine_clock() < until)
		news(until, "=none", &line);
	measure(since);
	return wire_is_asking() ? -1 : 0;
}

static void guest_send(const u8 *frame, u32 len)
{
	machine_wire(frame, len);
	pkt_check(wait_for_arp() == 0, "the guest does not take the packet in");
}

static const struct pkt_frame *guest_receive(void)
{
	static struct pkt_frame frame;
	const struct pkt_frame *fr = wire_next();

	if (!fr)
		return NULL;
	frame = *fr;
	frame.at_ns -= start_ns;
	return &frame;
}

/* --- settings --- */

/* Read or write a file; the bytes read, or a negative errno. */
static long file_io(const char *path, char *text, size_t n, bool write)
{
	u32 outer = pkt_mem_begin();
	char *name = pkt_mem(strlen(path) + 1), *buf = pkt_mem(n);
	long fd, ret;

	strcpy(name, path);
	fd = pkt_syscall(__NR_open, (long)name, write ? O_WRONLY : O_RDONLY, 0,
			 0, 0, 0);
	ret = fd;
	if (fd >= 0) {
		if (write)
			memcpy(buf, text, n);
		ret = pkt_syscall(write ? __NR_write : __NR_read, fd, (long)buf,
				  (long)n, 0, 0, 0);
		if (!write)
			memcpy(text, buf, n);
		pkt_syscall(__NR_close, fd, 0, 0, 0, 0, 0);
	}
	pkt_mem_end(outer);
	return ret;
}

static int guest_sysctl(const char *name, const char *value)
{
	struct setting *s = &shared->setting[shared->nr_settings];
	long n;
	char *p;

	pkt_check(shared->nr_settings < MAX_SETTINGS, "too many settings");
	snprintf(s->path, sizeof(s->path), "/proc/sys/%s", name);
	for (p = s->path; *p; p++)
		if (*p == '.')
			*p = '/';
	n = file_io(s->path, s->before, sizeof(s->before) - 1, false);
	if (n < 0)
		return n == -ENOENT ? -ESRCH : (int)n;
	s->before[n] = 0;
	shared->nr_settings++;
	n = file_io(s->path, (char *)value, strlen(value), true);
	return n < 0 ? (int)n : 0;
}

/* The MTU of eth0 before, having set it to @mtu. */
static u32 set_mtu(u32 mtu)
{
	u32 outer = pkt_mem_begin(), before;
	struct ifreq *ifr = pkt_mem(sizeof(*ifr));
	long fd = pkt_syscall(__NR_socket, AF_INET, SOCK_DGRAM, 0, 0, 0, 0);

	strcpy(ifr->ifr_name, "eth0");
	pkt_check(pkt_syscall(__NR_ioctl, fd, SIOCGIFMTU, (long)ifr, 0, 0, 0) ==
			  0,
		  "no mtu of eth0");
	before = (u32)ifr->u.ifru_ivalue;
	ifr->u.ifru_ivalue = (int)mtu;
	pkt_check(pkt_syscall(__NR_ioctl, fd, SIOCSIFMTU, (long)ifr, 0, 0, 0) ==
			  0,
		  "mtu %u", mtu);
	pkt_syscall(__NR_close, fd, 0, 0, 0, 0, 0);
	pkt_mem_end(outer);
	return before;
}

static void restore_settings(void)
{
	struct setting *s;

	while (shared->nr_settings) {
		s = &shared->setting[--shared->nr_settings];
		pkt_check(file_io(s->path, s->before, strlen(s->before), true) >
				  0,
			  "%s does not become %s again", s->path, s->before);
	}
	if (shared->mtu_before)
		set_mtu(shared->mtu_before);
	shared->mtu_before = 0;
}

/* --- a script's start and end --- */

static void begin_process(void)
{
	order("s\n");
	answer_to("=s");
	memory_end = (u8 *)MEMORY;
}

static void guest_start(const struct pkt_script *s)
{
	wire_start(script_nr);
	begin_process();
	if (s->mtu)
		shared->mtu_before = set_mtu(s->mtu);
	/* The neighbour is known from here on. */
	pkt_check(wait_for_arp() == 0, "the guest does not answer ARP");
}

/* What the stack's calendar says at the script's start. */
static u64 calendar_ns;

static void guest_start_clock(void)
{
	u32 outer = pkt_mem_begin();
	s64 *t = pkt_mem(2 * sizeof(*t)); /* a timespec of CLOCK_REALTIME */

	pkt_check(pkt_syscall(__NR_clock_gettime, 0, (long)t, 0, 0, 0, 0) == 0,
		  "no calendar");
	calendar_ns = (u64)(t[0] * (s64)NSEC_PER_SEC + t[1]);
	pkt_mem_end(outer);
	start_ns = machine_clock();
	worst_ns = 0;
}

static u64 guest_calendar(void)
{
	return calendar_ns;
}

/* One more call, in case one that never came back was the machine's fault. */
static bool guest_is_late(void)
{
	static const long none[6];

	if (!memory_end) /* no process to ask */
		return false;
	order_call('n', __NR_getpid, none, NULL, 0);
	answer_to("=n");
	return worst_ns > LATE_NS;
}

static void forget_complaints(void)
{
	shared->complaint_len = 0;
	shared->complaint[0] = 0;
}

/* Its complaints are shown by the worker. */
static void guest_finish(void)
{
	pkt_check(!shared->complaint_len, "the guest complains");
}

/* --- the worker --- */

/* The card is deaf for a second after its start: ask until it answers. */
static int wait_for_card(void)
{
	long long until = machine_clock() + BOOT_NS;
	const char *line;

	while (!wire_answers() && machine_clock() < until) {
		wire_ask();
		for (long long t = machine_clock() + BEAT_NS;
		     !wire_answers() && news(t, "=none", &line);)
			;
	}
	return wire_answers() ? 0 : -1;
}

int guest_boot(const struct machine_config *config)
{
	const int map = MAP_ANONYMOUS, prot = PROT_READ | PROT_WRITE;

	if (!shared) {
		shared = mmap(NULL, sizeof(*shared), prot, MAP_SHARED | map, -1,
			      0);
		if (shared == MAP_FAILED ||
		    mmap((void *)MEMORY, MEMORY_SIZE, prot,
			 MAP_PRIVATE | map | MAP_FIXED_NOREPLACE, -1,
			 0) != (void *)MEMORY) {
			perror("mmap");
			return -1;
		}
	}
	if (wire_init() != 0)
		return -1;
	memset(shared, 0, sizeof(*shared));
	pkt.backend = &pkt_guest;
	wire_start(0);
	if (machine_boot(config) != 0)
		return -1;
	if (!answer_within("=b", BOOT_NS) || wait_for_card() != 0) {
		printf("%s    # the machine does not start\n",
		       shared->complaint);
		machine_kill();
		return -1;
	}
	return 0;
}

void guest_prepare(u32 nr)
{
	script_nr = nr + 1;
	memory_end = NULL;
}

int guest_reset(int failed, int out)
{
	order("q\n");
	if (!answer_within("=q", ANSWER_NS))
		return -1;
	if (failed) { /* answers that it did not wait for, and why */
		dprintf(out, "%s", shared->complaint);
		forget_complaints();
	}
	wire_reset_flows();
	wire_start(0);
	if (shared->nr_settings || shared->mtu_before) {
		begin_process();
		restore_settings();
		order("q\n");
		answer_to("=q");
	}
	return 0;
}

/* Until the machine has ended, be a neighbour still: it waits for its last
 * connections. */
static void see_it_end(long long until)
{
	enum machine_news what = MACHINE_LINE;

	order("e\n");
	while (what != MACHINE_GONE && what != MACHINE_QUIET) {
		what = machine_wait(until);
		if (what == MACHINE_FRAME)
			wire_take(machine_frame, machine_frame_len, 0);
		else if (what == MACHINE_LINE && machine_line[0])
			complain(machine_line);
	}
}

int guest_end(void)
{
	long long until = machine_clock() + END_NS;
	const char *log;
	int status;

	see_it_end(until);
	status = machine_end(until, &log);
	if (status == 1 && strstr(log, "doorbell-exit: 0") &&
	    strstr(log, "stats: skb.live 0\n") && !shared->complaint_len)
		return 0;
	printf("%s    # the machine ended with status %d:\n%s\n",
	       shared->complaint, status, log);
	return -1;
}

const struct pkt_backend pkt_guest = {
	.name = "guest",
	.tolerance_ns = TOLERANCE_NS,
	.start = guest_start,
	.start_clock = guest_start_clock,
	.finish = guest_finish,
	.now = guest_now,
	.is_late = guest_is_late,
	.calendar = guest_calendar,
	.wait = guest_wait,
	.call = guest_call,
	.alloc = guest_alloc,
	.free = guest_free,
	.send = guest_send,
	.receive = guest_receive,
	.fill = guest_fill,
	.differs = guest_differs,
	.sysctl = guest_sysctl,
};

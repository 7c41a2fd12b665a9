/* SPDX-License-Identifier: MIT */
/*
 * DOC: an interpreter of the packetdrill language. A script becomes a list of
 * events (parse.c); run.c takes them at their time: system calls (calls.c),
 * packets to and from an Ethernet device (packet.c), asserts that read struct
 * tcp_info (assert.c). Which stack that is, backend.h hides. docs/PKT.md is
 * the language.
 */
#pragma once

#include "lib/types.h"
#include "lib/uapi/tcp.h"
#include "lib/errno.h"
#include "lib/platform.h"
#include "tests/packetdrill/runner/backend.h"

/* --- values in a script --- */

enum pkt_expr_type {
	EX_INT,
	EX_ELLIPSIS,
	EX_STRING,
	EX_ARRAY,
	EX_STRUCT,
};

struct pkt_expr {
	enum pkt_expr_type type;
	s64 num;
	char *str;
	char *name;             /* of a struct's member */
	struct pkt_expr *child; /* of arrays and structs */
	struct pkt_expr *next;
};

/* --- packets --- */

struct pkt_option {
	u8 kind; /* TCPOPT_*; PKT_OPT_RAW: bytes as they are */
	bool any_val, any_ecr;
	u32 val, ecr; /* mss, shift count, time stamps */
	u32 nr;       /* SACK blocks, or bytes */
	u32 edge[8];
	u8 bytes[40];
	bool our_cookie; /* bytes: the Fast Open key that makes it */
};
#define PKT_OPT_RAW 255

enum pkt_proto {
	PKT_TCP,
	PKT_UDP,
	PKT_ICMP
};

struct pkt_packet {
	bool inbound;
	enum pkt_proto proto;
	u8 tos;
	bool tos_given, any_ect;
	u8 ttl;   /* 0: not given */
	u16 port; /* of the remote end; 0: the current connection */
	u32 len;  /* payload */
	/* TCP; ICMP: seq and len of the quoted segment. */
	u8 flags;
	u32 seq, ack;
	bool has_ack, has_win, has_urg, any_options, bad_csum;
	u32 win;
	u32 urg;
	u32 nr_options;
	struct pkt_option option[20];
	/* ICMP */
	u8 type, code;
	u32 mtu, id;
	bool quotes_udp;
};

/* --- events --- */

enum pkt_event_type {
	EV_PACKET,
	EV_CALL,
	EV_SHELL,
	EV_CODE
};

struct pkt_event {
	u32 line;
	enum pkt_event_type type;
	bool relative, any_time;
	s64 start_ns, end_ns; /* when; end of the range */
	struct pkt_packet *packet;
	/* calls */
	char *text; /* function; shell or code text */
	struct pkt_expr *args;
	bool blocks;
	s64 until_ns; /* when a blocking call returns */
	bool any_result;
	s64 result;
	int result_errno;
	struct pkt_event *next;
};

struct pkt_script {
	struct pkt_event *events;
	u32 mtu;
};

struct pkt_script *pkt_parse(char *text);

/* --- the world of one script --- */

/* A time stamp of the stack, as the script has it and as it was. */
struct pkt_stamp {
	u32 script, live;
};
#define PKT_TS_SEEN 32

struct pkt_conn {
	u16 lport, rport;
	u32 seq_offset;      /* live minus script, of our stack's numbers */
	u32 isn, remote_isn; /* as the script has them */
	bool seq_known, relearn, ts_known, answered;
	u32 ts_offset;
	struct pkt_stamp ts_seen[PKT_TS_SEEN]; /* the newest */
	u32 nr_ts;
	struct pkt_conn *next;
};

struct pkt_world {
	const struct pkt_backend *backend;
	struct pkt_event *event; /* the one being run */
	bool trace;
	s64 base_ns; /* when the one before it was over */
	struct pkt_conn *conns, *cur;
	u16 bound_port, udp_port, next_port;
	int info_fd;     /* whose tcp_info asserts see */
	bool no_pattern; /* payload is not compared: urgent data, errors */
	/* The backend's, by its start(). */
	__be32 local_ip, remote_ip;
	u8 local_mac[6], remote_mac[6];
	u16 local_port; /* of bind(fd, ..., ...) */
};
extern struct pkt_world pkt;

/* The script is wrong or the stack is, or the machine was late: say where and
 * end this process with one of these. */
#define PKT_FAILED 1
#define PKT_LATE   2
void pkt_fail(u32 line, const char *fmt, ...) __printf(2, 3) __noreturn;
#define pkt_check(cond, ...)                                      \
	do {                                                      \
		if (!(cond))                                      \
			pkt_fail(pkt.event ? pkt.event->line : 0, \
				 __VA_ARGS__);                    \
	} while (0)

/* C constant or errno; false: there is none of this name. */
bool pkt_symbol(const char *name, s64 *value);
const char *pkt_errno_name(int err);
/* A call's memory, and the call (memory.c). */
u32 pkt_mem_begin(void);
void pkt_mem_keep(void);
void pkt_mem_end(u32 outer);
void *pkt_mem(size_t n);
u8 *pkt_buffer(size_t n);
long pkt_syscall(long nr, long a0, long a1, long a2, long a3, long a4, long a5);
/* "name=value" ... of a sysctl command line. */
void pkt_sysctl(const char *command);
void pkt_call(struct pkt_event *ev);
void pkt_cmsg_check(const struct pkt_expr *list, const u8 *control, size_t len);
size_t pkt_cmsg_build(const struct pkt_expr *list, u8 *to, size_t room);
void pkt_assert(const char *text);
void pkt_send(const struct pkt_packet *p);
/* The next packet of the stack is @p: true once @p is complete, with its time
 * in pkt.base_ns. False: there is no packet now. Anything else fails the
 * script. */
bool pkt_expect(struct pkt_packet *p, s64 start_ns, s64 end_ns);
/* Byte @off of a stream, in either direction. */
static inline u8 pkt_byte(u32 off)
{
	return (u8)(off * 167 + (off >> 8) * 3 + 1);
}
/* Run one script; a failure ends the process. */
void pkt_run(char *text, const struct pkt_backend *backend, bool trace);

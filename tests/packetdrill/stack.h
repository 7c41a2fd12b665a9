/* SPDX-License-Identifier: MIT */
/*
 * DOC: what the two halves of the packetdrill library say to each other: the
 * half that includes the C library's headers (interface.c) and the half that
 * includes the project's (stack.c, stack_sysctl.c). Plain C types only, so
 * that this file may stand beside either.
 */
#pragma once

struct stack_config {
	const char *local, *remote; /* dotted; the device's, and its peer's */
	unsigned int prefix_len;
	int prefix_is_local; /* every address of the prefix is the device's */
	unsigned int mtu;
	/* Of packets merged on their way here; 0: none. */
	unsigned int peer_mss;
};

/* 0 or a negative errno. */
int stack_start(const struct stack_config *config);
/* Linux's number and arguments; its result, errors as negative errno. */
long stack_syscall(unsigned int nr, const long args[6]);
/* sendfile() from what @read brings at an offset, to descriptor @out. */
typedef long stack_read(const void *ctx, void *to, unsigned long n,
			long long off);
long stack_send_host_file(int out, stack_read *read, const void *ctx,
			  long *offset, unsigned long n);
/* The device, as ethtool -K, tc and ip set it up. 0 or a negative errno.
 * @limit: packets or bytes; below 0: the discipline's own. */
int stack_set_feature(const char *name, int on);
int stack_set_qdisc(const char *kind, long limit);
int stack_set_mtu(unsigned int mtu);
int stack_set_queue(unsigned int packets);
int stack_set_link(int up);
/* Whether descriptor @fd is open. */
int stack_has_fd(int fd);
/* A bare IP packet comes in. 0 or a negative errno. */
int stack_packet_in(const void *packet, unsigned long len);
/* The next packet that left, cut to @size; its length, or -1: there will
 * never be one. The time is that of stack_time_us(). */
long stack_packet_out(void *packet, unsigned long size, long long *time_us);
/* Microseconds since 1970 in virtual time; each call moves it. */
long long stack_time_us(void);
/* Time moves on by @us, or to where a sleeping call is woken. */
void stack_sleep_us(unsigned long us);
/* Has one been woken since this was asked last? */
int stack_woke_calls(void);
/* Does a call of another thread sleep? */
int stack_call_sleeps(void);
/* Time moves on until one is woken (1) or it is @end_us (0); -1: no timer will
 * ever wake it. */
int stack_wait_call(long long end_us);

/* The knobs, by place: "net/ipv4/tcp_sack"; NULL past the end. */
const char *stack_sysctl_name(unsigned int i);
/* Its value as text. */
void stack_sysctl_get(unsigned int i, char *text, unsigned long size);
/* 0 or a negative errno. */
int stack_sysctl_set(unsigned int i, const char *text);
/* The same by name, with dots or slashes, in the stack @net; NULL: the
 * machine's. -ESRCH: there is no such knob. */
struct net;
int stack_sysctl_write(struct net *net, const char *name, const char *text);
/* `ip route` and these @words: "change 192.0.2.1 mtu lock 640". */
int stack_ip_route(struct net *net, const char *words);
/* `ip tcp_metrics flush all`: what @net remembers of other hosts. */
void stack_tcp_metrics_flush(struct net *net);
/* Counter @i of @net by nstat's name, "TcpExtTCPTimeouts"; NULL past the end.
 */
const char *stack_counter(struct net *net, unsigned int i, char name[64],
			  unsigned long long *value);
/* File @i of /proc/net; NULL past the last. Its next record, as
 * net/ipv4/proc.h has them: the length, 0 past the last. */
#define STACK_RECORD 4096
const char *stack_proc_name(unsigned int i);
unsigned long stack_proc_next(unsigned int i, unsigned long long *pos,
			      char text[STACK_RECORD]);

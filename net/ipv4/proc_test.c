// SPDX-License-Identifier: MIT
/*
 * DOC: /proc/net's files against sockets, routes and counters that the suite
 * has made: the columns are those of Linux's proc_net_tcp and its like.
 */
#include "lib/slab.h"
#include "lib/vsprintf.h"
#include "net/core/snmp.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/proc.h"
#include "tests/fixtures/tcp_peer.h"

#define TEXT_MAX 32768

/* All of file @name; kfree() it. */
static char *read_file(struct tcp_peer *p, const char *name)
{
	char *text = kzalloc(TEXT_MAX, GFP_KERNEL);
	const struct proc_net_file *file;
	size_t len = 0, n;
	u64 pos = 0;
	u32 i;

	for (i = 0; (file = proc_net_at(i)) != NULL; i++) {
		if (strcmp(file->name, name) != 0)
			continue;
		while ((n = file->next(p->f->net, &pos, text + len,
				       PROC_NET_RECORD)) > 0)
			len += n;
	}
	text[len] = '\0';
	return text;
}

/* Line @nr of @text, from 0, in @line. */
static const char *line_of(const char *text, u32 nr, char line[256])
{
	size_t n = 0;

	for (; nr && *text; text++)
		nr -= *text == '\n';
	for (; text[n] && text[n] != '\n' && n < 255; n++)
		line[n] = text[n];
	line[n] = '\0';
	return line;
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool holds(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++)
		if (strncmp(text, word, n) == 0)
			return true;
	return false;
}

/* A listener, a connection with bytes on the way, a half-open one. */
static void proc_tcp_shows_each_kind(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = peer_listener(p, 80, 5);
	struct socket *s = peer_connected(p, "mss=1000");
	char line[256], number[40], *text;

	KUNIT_ASSERT_EQ(test, peer_write(s, 0, 500, 0), 500);
	text = read_file(p, "tcp");
	KUNIT_EXPECT_TRUE(test, begins(line_of(text, 0, line),
				       "  sl  local_address rem_address   st"));
	KUNIT_EXPECT_EQ(test, strlen(line), 149);
	KUNIT_EXPECT_TRUE(test,
			  begins(line_of(text, 1, line),
				 "   0: 00000000:0050 00000000:0000 0A "
				 "00000000:00000000 00:00000000 00000000 "));
	KUNIT_EXPECT_EQ(test, strlen(line), 149);
	snprintf(number, sizeof(number), "     0        0 %u 1 ", l->ino);
	KUNIT_EXPECT_TRUE(test, l->ino && holds(line, number));
	line_of(text, 2, line);
	KUNIT_EXPECT_TRUE(test, begins(line, "   1: 0F02000A:"));
	/* 500 bytes not acknowledged, and a timer for them. */
	KUNIT_EXPECT_TRUE(test, holds(line, " 01 000001F4:00000000 01:"));
	KUNIT_EXPECT_EQ(test, strlen(line_of(text, 3, line)), 0);
	kfree(text);
	sock_release(s);
	sock_release(l);
}

/* The names of a group and its values are as many; a counter that was counted
 * is there. */
static void proc_snmp_pairs_names_and_values(struct kunit *test)
{
	static const char *const files[] = { "snmp", "netstat" };
	struct tcp_peer *p = test->priv;
	char *text;
	u32 f, i;

	p->f->net->mib.v[MIB_TcpExt_TCPTimeouts] = 4711;
	for (f = 0; f < 2; f++) {
		u32 blanks[2] = { 0 }, lines = 0;

		text = read_file(p, files[f]);
		for (i = 0; text[i]; i++) {
			blanks[lines & 1] += text[i] == ' ';
			lines += text[i] == '\n';
		}
		KUNIT_EXPECT_EQ(test, blanks[0], blanks[1]);
		KUNIT_EXPECT_EQ(test, lines & 1, 0);
		KUNIT_EXPECT_EQ(test, holds(text, " 4711 "), f == 1);
		KUNIT_EXPECT_EQ(test, holds(text, "Ip: Forwarding DefaultTTL"),
				f == 0);
		kfree(text);
	}
}

static void proc_shows_device_route_and_neighbour(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	char line[256], *text = read_file(p, "route");

	/* 10.0.2.0/24 on the link. */
	KUNIT_EXPECT_TRUE(test,
			  begins(line_of(text, 1, line),
				 "eth0\t0002000A\t00000000\t0001\t0\t0\t0\t"
				 "00FFFFFF\t0\t0\t0"));
	kfree(text);
	text = read_file(p, "dev");
	KUNIT_EXPECT_TRUE(test, holds(text, "\n    lo: ") &&
					holds(text, "\n  eth0: "));
	kfree(text);
	text = read_file(p, "arp");
	KUNIT_EXPECT_TRUE(test, begins(line_of(text, 1, line),
				       "10.0.2.2         0x1         0x"));
	kfree(text);
	text = read_file(p, "sockstat");
	KUNIT_EXPECT_TRUE(test, begins(text, "sockets: used 0\nTCP: inuse 0 "
					     "orphan 0 tw 0 alloc 0\n"));
	kfree(text);
}

static const struct kunit_case cases[] = {
	KUNIT_CASE(proc_tcp_shows_each_kind),
	KUNIT_CASE(proc_snmp_pairs_names_and_values),
	KUNIT_CASE(proc_shows_device_route_and_neighbour),
	{ 0 },
};

static const struct kunit_suite suite = {
	.name = "proc",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);

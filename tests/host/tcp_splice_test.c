// SPDX-License-Identifier: MIT
/*
 * DOC: splice() between a pipe and a connection by the system calls themselves
 * (rows S1, B4). They make their sockets in the machine's own stack, which the
 * fixture takes down: on the host only. In the booted image the scripts of
 * tests/packetdrill/scripts/splice do the same.
 */
#include "lib/file.h"
#include "lib/uapi/fcntl.h"
#include "net/core/sock.h"
#include "net/core/socket.h"
#include "net/ipv4/tcp.h"
#include "tests/fixtures/tcp_peer.h"

long sys_read(int fd, void __user *buf, size_t count);
long sys_write(int fd, void __user *buf, size_t count);
long sys_splice(int fd_in, loff_t __user *off_in, int fd_out,
		loff_t __user *off_out, size_t len, u32 flags);
long sys_pipe2(int __user *fds, u32 flags);
long sys_socket(int family, int type, int protocol);

static struct files_struct *files;

/* A connection's descriptor. */
static int connection(struct tcp_peer *p, struct socket **sock)
{
	int err, fd = (int)sys_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct file *f;

	f = fget(fd);
	BUG_ON(!f);
	*sock = sock_from_file(f, &err);
	fput(f);
	(void)peer_connect(p, *sock);
	peer_expect(p, "S", 0, 0, 0);
	peer_send(p, "S.", 0, 0, 1, 65535, "mss=1000");
	peer_expect(p, ".", 1, 0, 1);
	return fd;
}

static void splice_goes_to_and_from_a_connection(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s;
	int fd = connection(p, &s), pipe[2];
	u8 buf[200];
	u32 i;

	KUNIT_EXPECT_EQ(test, sys_pipe2(pipe, O_NONBLOCK), 0);
	for (i = 0; i < 200; i++)
		buf[i] = peer_byte(1 + i);
	KUNIT_EXPECT_EQ(test, sys_write(pipe[1], buf, 200), 200);
	KUNIT_EXPECT_EQ(test, sys_splice(pipe[0], NULL, fd, NULL, 1000, 0),
			200);
	peer_expect(p, "P.", 1, 200, 1);
	KUNIT_EXPECT_EQ(test, p->f->net->mib.v[MIB_Doorbell_SentByReference],
			200);
	/* What is written later goes behind the bytes that are in flight. */
	KUNIT_EXPECT_EQ(test, sys_write(pipe[1], "x", 1), 1);
	KUNIT_EXPECT_EQ(test, sys_read(pipe[0], buf, 10), 1);

	KUNIT_EXPECT_EQ(test, sys_splice(fd, NULL, pipe[1], NULL, 10, 0),
			-EAGAIN);
	peer_send(p, "P.", 1, 150, 201, 65535, NULL);
	KUNIT_EXPECT_EQ(test, sys_splice(fd, NULL, pipe[1], NULL, 100, 0), 100);
	KUNIT_EXPECT_EQ(test, sys_splice(fd, NULL, pipe[1], NULL, 100, 0), 50);
	KUNIT_EXPECT_EQ(test, sys_read(pipe[0], buf, 200), 150);
	for (i = 0; i < 150; i++)
		KUNIT_EXPECT_EQ(test, buf[i], peer_byte(1 + i));
	peer_send(p, "F.", 151, 0, 201, 65535, NULL);
	KUNIT_EXPECT_EQ(test, sys_splice(fd, NULL, pipe[1], NULL, 100, 0), 0);
	files_put(files);
	test_set_files(NULL);
	test_advance_ns(NSEC_PER_MSEC);
	peer_flush(p);
	peer_send(p, "R.", 152, 0, 202, 0, NULL);
	tcp_peer_free(p);
}

/* The urgent byte ends what splice() gets; it does not wait in front of it. */
static void splice_stops_at_the_urgent_byte(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s;
	int fd = connection(p, &s), pipe[2];

	KUNIT_EXPECT_EQ(test, sys_pipe2(pipe, O_NONBLOCK), 0);
	p->urg_ptr = 50;
	peer_send(p, "UP.", 1, 100, 1, 65535, NULL);
	KUNIT_EXPECT_EQ(test, sys_splice(fd, NULL, pipe[1], NULL, 100, 0), 49);
	KUNIT_EXPECT_EQ(test, sys_splice(fd, NULL, pipe[1], NULL, 100, 0), 0);
	peer_send(p, "R.", 101, 0, 1, 0, NULL);
	files_put(files);
	test_set_files(NULL);
	tcp_peer_free(p);
}

static int machine_init(struct kunit *test)
{
	int err = net_fixture_init_machine(test);

	files = files_alloc();
	test_set_files(files);
	return err ? err : files ? 0 : -ENOMEM;
}

static const struct kunit_case call_cases[] = {
	KUNIT_CASE(splice_goes_to_and_from_a_connection),
	KUNIT_CASE(splice_stops_at_the_urgent_byte),
	{}
};

static const struct kunit_suite call_suite = {
	.name = "tcp-splice",
	.init = machine_init,
	.exit = net_fixture_exit,
	.test_cases = call_cases,
};
kunit_test_suite(call_suite);

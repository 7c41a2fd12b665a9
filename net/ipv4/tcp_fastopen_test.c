// SPDX-License-Identifier: MIT
/*
 * DOC: Fast Open (RFC 7413) beyond what scripts show: keys as text and as
 * options, the cache's bound, every allocation failing in turn, bad memory,
 * signals and timeouts, sockets that end in the middle, segments at random;
 * and two stacks that open to each other over a bad wire.
 */
#include "lib/slab.h"
#include "lib/uapi/poll.h"
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_int.h"
#include "net/wire/icmp.h"
#include "tests/fixtures/inet_socket.h"
#include "tests/fixtures/tcp_peer.h"

#define MIB(p, name) ((p)->f->net->mib.v[MIB_##name])

/* SipHash-2-4 of 10.0.2.2, 10.0.2.15 under "0123456789abcdef", computed by an
 * implementation that is none of ours. */
#define KEY    "0123456789abcdef"
#define COOKIE "9636cad8be1d49a3"

static int set_key(struct socket *s, const char *key, u32 len)
{
	return s->ops->setsockopt(s, SOL_TCP, TCP_FASTOPEN_KEY,
				  (__force void __user *)(uintptr_t)key, len);
}

/* A listener on port 80 that lets @qlen Fast Opens be under way. */
static struct socket *fast_listener(struct tcp_peer *p, int qlen)
{
	struct socket *l;

	net_ipv4(p->f->net)->sysctl_tcp_fastopen =
		TFO_CLIENT_ENABLE | TFO_SERVER_ENABLE;
	l = peer_listener(p, 80, 5);
	KUNIT_EXPECT_EQ(p->test,
			peer_setsockopt(l, SOL_TCP, TCP_FASTOPEN, qlen), 0);
	KUNIT_EXPECT_EQ(p->test, set_key(l, KEY, 16), 0);
	return l;
}

#define SYN_FO "mss=1000 raw=220a" COOKIE

static u32 under_way(const struct socket *l)
{
	return inet_csk(l->sk)->icsk_accept_queue->fastopenq.qlen;
}

/* As tcp_peer_end(), but the peer goes on. */
static void end(struct socket *s)
{
	sock_set_flag(s->sk, SOCK_LINGER);
	s->sk->sk_lingertime_ns = 0;
	sock_release(s);
}

/* The stack knows a cookie of the peer, as after a first connection. */
static void know_cookie(struct tcp_peer *p)
{
	struct socket *s = peer_socket(p);

	KUNIT_EXPECT_EQ(p->test,
			test_sendto(s, "", 0, PEER_IP, PEER_PORT,
				    MSG_FASTOPEN | MSG_DONTWAIT),
			-EINPROGRESS);
	peer_expect(p, "S", 0, 0, 0);
	KUNIT_EXPECT_TRUE(p->test, p->got.has_fastopen && !p->got.cookie_len);
	peer_send(p, "S.", 0, 0, 1, 65535, "mss=1000 raw=220611223344");
	peer_expect(p, ".", 1, 0, 1);
	end(s);
}

/* --- keys --- */

static void tcp_fastopen_keys_by_text(struct kunit *test)
{
	static const char *const bad[] = {
		"",
		"1",
		"1-2-3",
		"1-2-3-4-5",
		"1-2-3-4,",
		"1-2-3-4,5-6-7",
		"1-2-3-4,1-2-3-4,1-2-3-4",
		"g-2-3-4",
		"123456789-2-3-4",
		"1--3-4",
		"-1-2-3-4",
		"1-2-3-4-",
		"1 2 3 4",
		"0x1-2-3-4",
	};
	struct tcp_peer *p = test->priv;
	char text[TCP_FASTOPEN_KEY_TEXT];
	u32 i;

	KUNIT_EXPECT_EQ(
		test,
		tcp_fastopen_parse_keys(p->f->net,
					"1-2-3-4,DEADBEEF-cafe-0-ffffffff\n"),
		0);
	tcp_fastopen_print_keys(p->f->net, text);
	KUNIT_EXPECT_STREQ(test, text,
			   "00000001-00000002-00000003-00000004,"
			   "deadbeef-0000cafe-00000000-ffffffff");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (tcp_fastopen_parse_keys(p->f->net, bad[i]) != -EINVAL)
			KUNIT_FAIL(test, "\"%s\" taken", bad[i]);
	tcp_fastopen_print_keys(p->f->net, text);
	KUNIT_EXPECT_STREQ(test, text + 36,
			   "deadbeef-0000cafe-00000000-ffffffff");
	KUNIT_EXPECT_EQ(test, tcp_fastopen_parse_keys(p->f->net, "a-b-c-d"), 0);
	tcp_fastopen_print_keys(p->f->net, text);
	KUNIT_EXPECT_STREQ(test, text, "0000000a-0000000b-0000000c-0000000d");
}

/* A socket's own keys; without any, the stack's; also before listen(). */
static void tcp_fastopen_keys_by_option(struct kunit *test)
{
	static const char two[] = "0123456789abcdefFEDCBA9876543210";
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	u8 got[40];
	int len = sizeof(got);
	void __user *uval = (__force void __user *)got;
	int __user *ulen = (__force int __user *)&len;

	KUNIT_EXPECT_EQ(test, tcp_fastopen_parse_keys(p->f->net, "1-2-3-4"), 0);
	KUNIT_EXPECT_EQ(
		test,
		s->ops->getsockopt(s, SOL_TCP, TCP_FASTOPEN_KEY, uval, ulen),
		0);
	KUNIT_EXPECT_EQ(test, len, 16);
	KUNIT_EXPECT_MEMEQ(test, got, "\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0", 16);
	KUNIT_EXPECT_EQ(test, set_key(s, two, 31), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_key(s, two, 0), -EINVAL);
	test_bad_user_range(two + 20, 1);
	KUNIT_EXPECT_EQ(test, set_key(s, two, 32), -EFAULT);
	test_bad_user_range(NULL, 0);
	KUNIT_EXPECT_EQ(test, set_key(s, two, 32), 0);
	len = 20; /* cut, as Linux */
	KUNIT_EXPECT_EQ(
		test,
		s->ops->getsockopt(s, SOL_TCP, TCP_FASTOPEN_KEY, uval, ulen),
		0);
	KUNIT_EXPECT_EQ(test, len, 20);
	KUNIT_EXPECT_MEMEQ(test, got, two, 20);
	KUNIT_EXPECT_EQ(test, inet_listen(s, 5), 0);
	len = sizeof(got);
	KUNIT_EXPECT_EQ(
		test,
		s->ops->getsockopt(s, SOL_TCP, TCP_FASTOPEN_KEY, uval, ulen),
		0);
	KUNIT_EXPECT_EQ(test, len, 32);
	KUNIT_EXPECT_MEMEQ(test, got, two, 32);
	sock_release(s);
}

/* --- the cache --- */

/* A socket that goes from 10.0.2.15 to 20.0.0.0 + @n. */
static void aim(struct socket *s, u32 n)
{
	inet_sk(s->sk)->inet_saddr = fixture_ip("10.0.2.15");
	inet_sk(s->sk)->inet_daddr = htonl(0x14000000U + n);
}

static struct tcp_fastopen_cookie cookie_of(u32 n)
{
	struct tcp_fastopen_cookie c = { .len = 4 };

	memcpy(c.val, &n, sizeof(n));
	return c;
}

/* What is known is right, no more than so many are, and the newest is. */
static void tcp_fastopen_cache_is_bounded(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	struct tcp_fastopen_cookie c;
	u32 n, known = 0, want;
	u16 mss;

	for (n = 0; n < 5000; n++) {
		aim(s, n);
		c = cookie_of(n);
		tcp_fastopen_cache_set(s->sk, (u16)(n + 1), &c, 0);
	}
	for (n = 0; n < 5000; n++) {
		aim(s, n);
		mss = 0;
		tcp_fastopen_cache_get(s->sk, &mss, &c);
		if (!c.len) {
			KUNIT_EXPECT_EQ(test, mss, 0);
			continue;
		}
		known++;
		memcpy(&want, c.val, sizeof(want));
		KUNIT_EXPECT_EQ(test, want, n);
		KUNIT_EXPECT_EQ(test, mss, n + 1);
	}
	KUNIT_EXPECT_TRUE(test, known >= 1000 && known <= 1024);
	aim(s, 4999);
	tcp_fastopen_cache_get(s->sk, &mss, &c);
	KUNIT_EXPECT_EQ(test, c.len, 4);
	tcp_fastopen_cache_flush(p->f->net);
	tcp_fastopen_cache_get(s->sk, &mss, &c);
	KUNIT_EXPECT_EQ(test, c.len, 0);
	aim(s, 0);
	inet_sk(s->sk)->inet_daddr = 0;
	sock_release(s);
}

/* RFC 7413, appendix B: the option of experiments is asked by once, and never
 * when there is a cookie. */
static void tcp_fastopen_cache_tries_exp_once(struct kunit *test)
{
	struct tcp_fastopen_cookie none = { .len = -1 }, c = cookie_of(7);
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);
	u16 mss;

	aim(s, 1);
	tcp_fastopen_cache_set(s->sk, 0, &none, 1);
	tcp_fastopen_cache_get(s->sk, &mss, &c);
	KUNIT_EXPECT_TRUE(test, !c.len && c.exp);
	tcp_fastopen_cache_set(s->sk, 0, &none, 2);
	tcp_fastopen_cache_set(s->sk, 0, &none, 1);
	tcp_fastopen_cache_get(s->sk, &mss, &c);
	KUNIT_EXPECT_TRUE(test, !c.len && !c.exp);
	aim(s, 2);
	c = cookie_of(7);
	tcp_fastopen_cache_set(s->sk, 0, &c, 0);
	tcp_fastopen_cache_set(s->sk, 0, &none, 1);
	tcp_fastopen_cache_get(s->sk, &mss, &c);
	KUNIT_EXPECT_TRUE(test, c.len == 4 && !c.exp);
	inet_sk(s->sk)->inet_daddr = 0;
	sock_release(s);
}

/* --- the listener's side --- */

static void tcp_fastopen_cookie_is_siphash(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = fast_listener(p, 5);
	u8 want[8];
	u32 i;

	for (i = 0; i < 8; i++) {
		const char *h = &COOKIE[2 * i];

		want[i] =
			(u8)((h[0] % 32 + 9) % 25 << 4 | (h[1] % 32 + 9) % 25);
	}
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000 raw=2202");
	peer_expect(p, "S.", 0, 0, 1);
	KUNIT_EXPECT_EQ(test, p->got.cookie_len, 8);
	KUNIT_EXPECT_MEMEQ(test, p->got.cookie, want, 8);
	peer_send(p, "R", 1, 0, 0, 0, NULL);
	sock_release(l);
}

/* Whatever allocation fails, the peer's next SYN opens, and nothing leaks. */
static void tcp_fastopen_survives_each_failed_allocation(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = fast_listener(p, 100), *s;
	bool fired = true;
	u16 port = 5000;
	u32 n;
	int err;

	for (n = 1; fired && n < 50; n++) {
		peer_reset(p, port++, 80);
		test_fail_nth_alloc(n);
		peer_send(p, "S", 0, 100, 0, 5000, SYN_FO);
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		peer_flush(p);
		/* What the SYN did not bring comes with an ACK. */
		peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
		peer_flush(p);
		peer_send(p, ".", 1, 100, 1, 5000, NULL);
		peer_send(p, ".", 101, 0, 1, 5000, NULL);
		s = peer_accept(l, &err);
		KUNIT_ASSERT_EQ(test, err, 0);
		KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_ESTABLISHED);
		KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 200, 0), 100);
		KUNIT_EXPECT_EQ(test, under_way(l), 0);
		peer_send(p, "R", 101, 0, 0, 0, NULL);
		sock_release(s);
		peer_flush(p);
	}
	KUNIT_EXPECT_TRUE(test, n > 3 && n < 50);
	sock_release(l);
}

/* The program dissolves a connection whose handshake is not complete. */
static void tcp_fastopen_disconnect_ends_the_handshake(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = fast_listener(p, 1), *s;
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int err;

	peer_send(p, "S", 0, 10, 0, 5000, SYN_FO);
	peer_expect(p, "S.", 0, 0, 11);
	s = peer_accept(l, &err);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, under_way(l), 1);
	KUNIT_EXPECT_EQ(test, s->ops->connect(s, &none, sizeof(none), 0), 0);
	peer_expect(p, "R.", 1, 0, 11);
	KUNIT_EXPECT_EQ(test, under_way(l), 0);
	test_advance_ns(10 * NSEC_PER_SEC);
	peer_expect_none(p);
	/* As good as new. */
	peer_reset(p, PEER_PORT, 0);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), -EINPROGRESS);
	peer_expect(p, "S", 0, 0, 0);
	sock_release(s);
	sock_release(l);
}

/* The listener goes before its child's handshake is complete, or is made one
 * anew; the child's end is counted where it began. */
static void tcp_fastopen_child_outlives_listener(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = fast_listener(p, 2), *s, *t;
	int err;

	peer_setsockopt(l, SOL_SOCKET, SO_REUSEADDR, 1);
	peer_send(p, "S", 0, 10, 0, 5000, SYN_FO);
	peer_expect(p, "S.", 0, 0, 11);
	s = peer_accept(l, &err);
	peer_reset(p, 5001, 80);
	peer_send(p, "S", 0, 10, 0, 5000, SYN_FO);
	peer_expect(p, "S.", 0, 0, 11);
	t = peer_accept(l, &err);
	KUNIT_EXPECT_EQ(test, under_way(l), 2);
	KUNIT_EXPECT_EQ(test, l->ops->shutdown(l, SHUT_RDWR), 0);
	/* A RST while nobody listens: nothing to hold against anyone. */
	peer_send(p, "R", 11, 0, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, under_way(l), 1);
	KUNIT_EXPECT_EQ(test, l->ops->listen(l, 5), 0);
	KUNIT_EXPECT_EQ(test, peer_getsockopt(l, SOL_TCP, TCP_FASTOPEN), 2);
	sock_release(l);
	peer_reset(p, PEER_PORT, 80);
	test_advance_ns(1100 * NSEC_PER_MSEC);
	peer_expect(p, "S.", 0, 0, 11);
	peer_send(p, ".", 11, 0, 1, 5000, NULL);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_ESTABLISHED);
	KUNIT_EXPECT_EQ(test, peer_read(test, s, 0, 20, 0), 10);
	peer_send(p, "R", 11, 0, 0, 0, NULL);
	sock_release(s);
	sock_release(t);
}

/* The same listener's queue when all that it holds have been reset. */
static void tcp_fastopen_listener_frees_the_reset(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = fast_listener(p, 3), *s;
	u16 port;
	int err;

	for (port = 5000; port < 5003; port++) {
		peer_reset(p, port, 80);
		peer_send(p, "S", 0, 10, 0, 5000, SYN_FO);
		peer_expect(p, "S.", 0, 0, 11);
		s = peer_accept(l, &err);
		peer_send(p, "R", 11, 0, 0, 0, NULL);
		sock_release(s);
	}
	KUNIT_EXPECT_EQ(test, under_way(l), 3);
	sock_release(l);
}

/* poll() of a listener and of what it made. */
static void tcp_fastopen_wakes_the_listener(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = fast_listener(p, 1), *s;
	int err;

	KUNIT_EXPECT_EQ(test, peer_poll(l), 0);
	peer_send(p, "S", 0, 10, 0, 5000, SYN_FO);
	KUNIT_EXPECT_TRUE(test, peer_poll(l) & EPOLLIN);
	s = peer_accept(l, &err);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & (EPOLLIN | EPOLLOUT | EPOLLHUP),
			EPOLLIN | EPOLLOUT);
	sock_release(s);
	sock_release(l);
}

static u32 seed;

static u32 pick(u32 n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* One segment of a peer who has read no RFC. */
static void random_segment(struct tcp_peer *p)
{
	static const char *const flags[] = { "S",  "S",  ".",  "P.", "R",
					     "R.", "F.", "SF", "S.", "" };
	static const char *const options[] = {
		SYN_FO,
		SYN_FO,
		"mss=1000 raw=2202",
		"raw=220411223344 mss=1000",
		"raw=22",
		"raw=2203aa",
		"raw=fe04f989",
		"raw=fe0cf989" COOKIE,
		NULL,
	};
	static const u32 seqs[] = { 0, 1, 11, 12, 65000, 0xfffffff0U };

	p->any_payload = true;
	peer_send(p, flags[pick(ARRAY_SIZE(flags))],
		  seqs[pick(ARRAY_SIZE(seqs))], pick(3) * 10, pick(3),
		  (u16)pick(65536), options[pick(ARRAY_SIZE(options))]);
}

/* Segments and calls in any order: the count of what is under way never goes
 * beyond its bound, and nothing is left. */
static void tcp_fastopen_random_segments(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *l = fast_listener(p, 3), *s[8] = { NULL };
	u32 i, j;
	int err;

	seed = 3;
	for (i = 0; i < 20000; i++) {
		j = pick(ARRAY_SIZE(s));
		if (pick(50) == 0)
			test_fail_nth_alloc(1 + pick(5));
		switch (pick(8)) {
		case 0:
			if (!s[j])
				s[j] = peer_accept(l, &err);
			break;
		case 1:
			if (s[j] && pick(3) == 0) {
				sock_release(s[j]);
				s[j] = NULL;
			}
			break;
		case 2:
			if (s[j])
				peer_write(s[j], 0, pick(3000), MSG_NOSIGNAL);
			break;
		case 3:
			if (s[j] && pick(4) == 0)
				s[j]->ops->shutdown(s[j], (int)pick(3));
			else
				test_advance_ns(pick(40) * 100 * NSEC_PER_MSEC);
			break;
		case 4:
			p->port = (u16)(5000 + pick(ARRAY_SIZE(s)));
			break;
		default:
			random_segment(p);
		}
		peer_flush(p);
		KUNIT_ASSERT_TRUE(test, under_way(l) <= 3);
	}
	test_fail_nth_alloc(0);
	KUNIT_EXPECT_GT(test, MIB(p, TcpExt_TCPFastOpenPassive), 100);
	KUNIT_EXPECT_GT(test, MIB(p, TcpExt_TCPFastOpenListenOverflow), 10);
	for (j = 0; j < ARRAY_SIZE(s); j++)
		if (s[j])
			sock_release(s[j]);
	sock_release(l);
	test_advance_ns(3600 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, net_ipv4(p->f->net)->tcp_orphans, 0);
}

/* --- the side that connects --- */

static ssize_t open_with(struct socket *s, u32 len, u32 flags)
{
	static u8 buf[4000];
	u32 i;

	for (i = 0; i < len; i++)
		buf[i] = peer_byte(1 + i);
	return test_sendto(s, buf, len, PEER_IP, PEER_PORT,
			   MSG_FASTOPEN | flags);
}

/* Each allocation fails in turn: the call may, but what it took arrives, and
 * nothing leaks. */
static void tcp_sendmsg_fastopen_survives_each_failed(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s;
	bool fired = true;
	ssize_t ret;
	u32 n, got;

	for (n = 1; fired && n < 60; n++) {
		tcp_fastopen_cache_flush(p->f->net);
		peer_reset(p, PEER_PORT, 0);
		know_cookie(p);
		peer_reset(p, PEER_PORT, 0);
		s = peer_socket(p);
		test_fail_nth_alloc(n);
		ret = open_with(s, 500, MSG_DONTWAIT);
		fired = test_fail_fired();
		test_fail_nth_alloc(0);
		if (ret != 500 && ret != -EINPROGRESS) {
			KUNIT_EXPECT_TRUE(test,
					  ret == -ENOMEM || ret == -ENOBUFS);
			KUNIT_EXPECT_EQ(test, s->state, SS_UNCONNECTED);
			sock_release(s);
			peer_flush(p);
			continue;
		}
		test_advance_ns(1500 * NSEC_PER_MSEC);
		for (got = 0; peer_next(p);)
			got = max(got, p->got.len);
		peer_send(p, "S.", 0, 0, 1, 65535, "mss=1000");
		if (ret == 500)
			peer_expect(p, "P.", 1, 500, 1);
		else
			peer_expect(p, ".", 1, 0, 1);
		end(s);
	}
	KUNIT_EXPECT_TRUE(test, n > 3 && n < 60);
}

/* A SYN-ACK's cookie that cannot be kept is no harm. */
static void tcp_fastopen_cache_survives_failed_allocation(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s;
	u32 n;

	for (n = 1; n <= 3; n++) {
		tcp_fastopen_cache_flush(p->f->net);
		peer_reset(p, PEER_PORT, 0);
		s = peer_socket(p);
		KUNIT_EXPECT_EQ(test, open_with(s, 0, MSG_DONTWAIT),
				-EINPROGRESS);
		peer_expect(p, "S", 0, 0, 0);
		test_fail_nth_alloc(n);
		peer_send(p, "S.", 0, 0, 1, 65535, "mss=1000 raw=220611223344");
		test_fail_nth_alloc(0);
		peer_send(p, "S.", 0, 0, 1, 65535, "mss=1000 raw=220611223344");
		KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_ESTABLISHED);
		peer_flush(p);
		end(s);
	}
}

/* A page that cannot be read ends the SYN's data there; the call then fails
 * at the same place as any write. */
static void tcp_send_syn_data_stops_at_bad_memory(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct sockaddr_in sin = test_sin(PEER_IP, PEER_PORT);
	struct msghdr msg = { .msg_name = &sin,
			      .msg_namelen = sizeof(sin),
			      .msg_flags = MSG_FASTOPEN | MSG_DONTWAIT };
	struct socket *s = peer_socket(p);
	static u8 data[1000];
	struct iovec iov[2] = {
		{ (__force void __user *)data, 300 },
		{ (__force void __user *)(data + 300), 700 },
	};
	u32 i;

	know_cookie(p);
	peer_reset(p, PEER_PORT, 0);
	for (i = 0; i < sizeof(data); i++)
		data[i] = peer_byte(1 + i);
	test_bad_user_range(data + 300, 700);
	iov_iter_init(&msg.msg_iter, true, iov, 2, 1000);
	KUNIT_EXPECT_EQ(test, sock_sendmsg(s, &msg), 300);
	peer_expect(p, "S", 0, 300, 0);
	peer_send(p, "S.", 0, 0, 301, 65535, "mss=1000");
	peer_expect(p, ".", 301, 0, 1);
	iov_iter_ubuf(&msg.msg_iter, true, (__force void __user *)(data + 300),
		      700);
	KUNIT_EXPECT_EQ(test, sock_sendmsg(s, &msg), -EFAULT);
	test_bad_user_range(NULL, 0);
	end(s);
	/* All of it bad: the cookie is asked for, and nothing is taken. */
	peer_reset(p, PEER_PORT, 0);
	s = peer_socket(p);
	test_bad_user_range(data, sizeof(data));
	iov_iter_ubuf(&msg.msg_iter, true, (__force void __user *)data, 1000);
	KUNIT_EXPECT_EQ(test, sock_sendmsg(s, &msg), -EINPROGRESS);
	test_bad_user_range(NULL, 0);
	peer_expect(p, "S", 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, p->got.has_fastopen && !p->got.cookie_len);
	sock_release(s);
}

/* A blocking call that a signal or SO_SNDTIMEO ends tells of what has gone, or
 * why nothing has. */
static void tcp_sendmsg_fastopen_is_interrupted(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	know_cookie(p);
	peer_reset(p, PEER_PORT, 0);
	s->sk->sk_sndtimeo_ns = 500 * NSEC_PER_MSEC;
	KUNIT_EXPECT_EQ(test, open_with(s, 2000, 0), 960);
	peer_expect(p, "S", 0, 960, 0);
	sock_release(s);

	tcp_fastopen_cache_flush(p->f->net);
	peer_reset(p, PEER_PORT, 0);
	s = peer_socket(p);
	s->sk->sk_sndtimeo_ns = 500 * NSEC_PER_MSEC;
	KUNIT_EXPECT_EQ(test, open_with(s, 2000, 0), -EINPROGRESS);
	sock_release(s);

	peer_reset(p, PEER_PORT, 0);
	s = peer_socket(p);
	test_set_signal_pending(true);
	KUNIT_EXPECT_EQ(test, open_with(s, 2000, 0), -ERESTARTSYS);
	test_set_signal_pending(false);
	KUNIT_EXPECT_EQ(test, s->sk->sk_write_pending, 0);
	sock_release(s);
	peer_flush(p);
}

/* Between connect() and the first write nothing was sent: what comes is for
 * nobody, and an ICMP error cannot hit. */
static void tcp_fastopen_deferred_hears_nothing(struct kunit *test)
{
	struct tcp_peer *p = test->priv;
	struct socket *s = peer_socket(p);

	know_cookie(p);
	peer_reset(p, PEER_PORT, 0);
	peer_setsockopt(s, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), 0);
	KUNIT_EXPECT_EQ(test, peer_poll(s) & (EPOLLIN | EPOLLOUT), EPOLLOUT);
	p->stack_port = s->sk->sk_num;
	p->stack_isn = 0;
	p->stack_isn_known = true;
	peer_send(p, "S", 0, 0, 0, 5000, "mss=1000");
	peer_expect_none(p);
	peer_send(p, "S.", 0, 0, 0, 5000, "mss=1000");
	peer_expect(p, "R", 0, 0, 0);
	peer_send(p, "R.", 0, 0, 0, 5000, NULL);
	peer_send(p, "R", 0, 0, 0, 5000, NULL);
	peer_icmp(p, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, 0, 0);
	peer_expect_none(p);
	test_advance_ns(10 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, s->sk->sk_state, TCP_SYN_SENT);
	KUNIT_EXPECT_EQ(test, s->sk->sk_err, 0);
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 50, 0), 50);
	peer_expect(p, "S", 0, 50, 0);
	sock_release(s);
}

/* Every way out of it before the first write. */
static void tcp_fastopen_deferred_ends(struct kunit *test)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct tcp_peer *p = test->priv;
	struct socket *s;
	int way;

	know_cookie(p);
	for (way = 0; way < 4; way++) {
		peer_reset(p, PEER_PORT, 0);
		s = peer_socket(p);
		peer_setsockopt(s, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
		KUNIT_EXPECT_EQ(test, peer_connect(p, s), 0);
		if (way == 1)
			KUNIT_EXPECT_EQ(
				test,
				s->ops->connect(s, &none, sizeof(none), 0), 0);
		if (way == 2)
			KUNIT_EXPECT_EQ(test, s->ops->shutdown(s, SHUT_RDWR),
					0);
		if (way == 3)
			KUNIT_EXPECT_EQ(
				test,
				peer_setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, 1),
				0);
		if (way == 1 || way == 2)
			KUNIT_EXPECT_EQ(test, peer_connect(p, s), 0);
		sock_release(s);
		peer_expect_none(p);
	}
	/* Switched off meanwhile: as Linux, until it is on again. */
	s = peer_socket(p);
	peer_setsockopt(s, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
	KUNIT_EXPECT_EQ(test, peer_connect(p, s), 0);
	net_ipv4(p->f->net)->sysctl_tcp_fastopen = 0;
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 50, 0), -EOPNOTSUPP);
	net_ipv4(p->f->net)->sysctl_tcp_fastopen = TFO_CLIENT_ENABLE;
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 50, 0), 50);
	peer_expect(p, "S", 0, 50, 0);
	sock_release(s);
}

static const struct kunit_case tcp_fastopen_cases[] = {
	KUNIT_CASE(tcp_fastopen_keys_by_text),
	KUNIT_CASE(tcp_fastopen_keys_by_option),
	KUNIT_CASE(tcp_fastopen_cache_is_bounded),
	KUNIT_CASE(tcp_fastopen_cache_tries_exp_once),
	KUNIT_CASE(tcp_fastopen_cookie_is_siphash),
	KUNIT_CASE(tcp_fastopen_survives_each_failed_allocation),
	KUNIT_CASE(tcp_fastopen_disconnect_ends_the_handshake),
	KUNIT_CASE(tcp_fastopen_child_outlives_listener),
	KUNIT_CASE(tcp_fastopen_listener_frees_the_reset),
	KUNIT_CASE(tcp_fastopen_wakes_the_listener),
	KUNIT_CASE(tcp_fastopen_random_segments),
	KUNIT_CASE(tcp_sendmsg_fastopen_survives_each_failed),
	KUNIT_CASE(tcp_fastopen_cache_survives_failed_allocation),
	KUNIT_CASE(tcp_send_syn_data_stops_at_bad_memory),
	KUNIT_CASE(tcp_sendmsg_fastopen_is_interrupted),
	KUNIT_CASE(tcp_fastopen_deferred_hears_nothing),
	KUNIT_CASE(tcp_fastopen_deferred_ends),
	{ 0 },
};

static const struct kunit_suite tcp_fastopen_suite = {
	.name = "tcp_fastopen",
	.init = tcp_peer_init,
	.exit = tcp_peer_exit,
	.test_cases = tcp_fastopen_cases,
};
kunit_test_suite(tcp_fastopen_suite);

/* --- two stacks --- */

static struct net_fixture *side(struct kunit *test, bool b)
{
	struct fixture_pair *pair = test->priv;

	return b ? pair->b : pair->a;
}

static struct socket *pair_listener(struct kunit *test)
{
	struct socket *l;

	net_ipv4(side(test, true)->net)->sysctl_tcp_fastopen =
		TFO_SERVER_ENABLE | TFO_SERVER_WO_SOCKOPT1;
	l = test_socket(side(test, true)->net, SOCK_STREAM, 0);
	KUNIT_EXPECT_EQ(test, test_bind(l, "10.0.0.2", 80), 0);
	KUNIT_EXPECT_EQ(test, l->ops->listen(l, 64), 0);
	return l;
}

static ssize_t pair_open(struct socket *s, u32 len)
{
	static u8 buf[20000];
	u32 i;

	for (i = 0; i < len; i++)
		buf[i] = peer_byte(1 + i);
	return test_sendto(s, buf, len, "10.0.0.2", 80, MSG_FASTOPEN);
}

/* Section 1: a question and its answer in one round trip, from the second
 * connection on. */
static void tcp_fastopen_saves_a_round_trip(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	struct socket *l = pair_listener(test), *c, *s;
	u64 took[2], start;
	int i, err;

	pair->a->wire.delay_ns = 50 * NSEC_PER_MSEC;
	pair->b->wire.delay_ns = 50 * NSEC_PER_MSEC;
	for (i = 0; i < 3; i++) {
		c = test_socket(pair->a->net, SOCK_STREAM, 0);
		start = ktime_get_ns();
		peer_setsockopt(c, SOL_TCP, TCP_FASTOPEN_CONNECT, 1);
		KUNIT_EXPECT_EQ(test, test_connect(c, "10.0.0.2", 80), 0);
		KUNIT_EXPECT_EQ(test, peer_write(c, 0, 100, 0), 100);
		s = NULL;
		while (!s || peer_read(test, s, 0, 100, 0) != 100) {
			test_advance_ns(NSEC_PER_MSEC);
			if (!s)
				s = peer_accept(l, &err);
		}
		KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, 0), 100);
		while (peer_read(test, c, 0, 100, 0) != 100)
			test_advance_ns(NSEC_PER_MSEC);
		took[i > 1] = ktime_get_ns() - start;
		sock_release(c);
		test_advance_ns(300 * NSEC_PER_MSEC);
		sock_release(s);
		test_advance_ns(300 * NSEC_PER_MSEC);
	}
	/* The last had no ARP to wait for either, nor had the second. */
	KUNIT_EXPECT_LT(test, took[1], 105 * NSEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, pair->a->net->mib.v[MIB_TcpExt_TCPFastOpenActive],
			2);
	KUNIT_EXPECT_EQ(test,
			pair->b->net->mib.v[MIB_TcpExt_TCPFastOpenPassive], 2);
	sock_release(l);
	test_advance_ns(200 * NSEC_PER_SEC);
}

/* Read @want bytes of the pattern; false: they did not come. */
static bool read_all(struct kunit *test, struct socket *s, u32 want)
{
	u32 got = 0, i;
	ssize_t n;

	for (i = 0; got < want && i < 2000; i++) {
		n = peer_read(test, s, got, min(want - got, 4000U), 0);
		if (n > 0)
			got += (u32)n;
		else
			test_advance_ns(100 * NSEC_PER_MSEC);
	}
	return got == want;
}

/* 40 connections over a wire that loses, doubles and reorders: every byte
 * arrives once, whatever became of SYN, SYN-ACK and cookie. */
static void tcp_fastopen_survives_a_bad_wire(struct kunit *test)
{
	struct fixture_pair *pair = test->priv;
	struct fixture_wire *w[2] = { &pair->a->wire, &pair->b->wire };
	struct socket *l = pair_listener(test), *c, *s;
	u32 i, n;
	int err;

	for (i = 0; i < 2; i++) {
		w[i]->delay_ns = 5 * NSEC_PER_MSEC;
		w[i]->loss_ppm = 150000;
		w[i]->dup_ppm = 50000;
		w[i]->reorder_ppm = 50000;
		w[i]->reorder_ns = 3 * NSEC_PER_MSEC;
		w[i]->seed = 7 + i;
	}
	for (i = 0; i < 40; i++) {
		n = i * 211 % 5000 + 1;
		c = test_socket(pair->a->net, SOCK_STREAM, 0);
		if (pair_open(c, n) != (ssize_t)n) {
			sock_release(c); /* six SYNs lost, or their answers */
			continue;
		}
		for (s = NULL; !s;) {
			test_advance_ns(100 * NSEC_PER_MSEC);
			s = peer_accept(l, &err);
		}
		KUNIT_EXPECT_TRUE(test, read_all(test, s, n));
		sock_release(c);
		sock_release(s);
		test_advance_ns(600 * NSEC_PER_SEC);
	}
	KUNIT_EXPECT_GT(test, pair->a->net->mib.v[MIB_TcpExt_TCPFastOpenActive],
			20);
	KUNIT_EXPECT_GT(
		test, pair->a->net->mib.v[MIB_TcpExt_TCPFastOpenActiveFail], 3);
	w[0]->loss_ppm = 0;
	w[1]->loss_ppm = 0;
	sock_release(l);
	test_advance_ns(3600 * NSEC_PER_SEC);
	KUNIT_EXPECT_EQ(test, net_ipv4(pair->a->net)->tcp_orphans, 0);
	KUNIT_EXPECT_EQ(test, net_ipv4(pair->b->net)->tcp_orphans, 0);
}

static const struct kunit_case tcp_fastopen_pair_cases[] = {
	KUNIT_CASE(tcp_fastopen_saves_a_round_trip),
	KUNIT_CASE(tcp_fastopen_survives_a_bad_wire),
	{ 0 },
};

static const struct kunit_suite tcp_fastopen_pair_suite = {
	.name = "tcp_fastopen_pair",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = tcp_fastopen_pair_cases,
};
kunit_test_suite(tcp_fastopen_pair_suite);

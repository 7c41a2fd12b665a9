// SPDX-License-Identifier: MIT
/*
 * DOC: the programs: for each flow a writer on a stack of its own, which fills
 * its send buffer whenever there is room, and a reader on the receiver, which
 * compares every byte. Neither ever blocks: a wait queue entry, as epoll has
 * one, says when to try again.
 */
#include "lib/bug.h"
#include "lib/uapi/fcntl.h"
#include "net/core/sock.h"
#include "net/ipv4/inet_sock.h"
#include "net/wire/ip.h"
#include "tests/netsim/sim.h"

#define CHUNK  65536U
#define PERIOD 65521U /* of the stream's bytes: prime */

static u8 pattern[PERIOD + CHUNK];
static u8 buffer[CHUNK];

static void pattern_init(void)
{
	u32 i, x = 1;

	if (pattern[0])
		return;
	for (i = 0; i < PERIOD + CHUNK; i++) {
		x = i % PERIOD ? x * 1664525 + 1013904223 : 1;
		pattern[i] = (u8)(x >> 24 | 1);
	}
}

/* Flows differ, so that a byte in the wrong one is found. */
static const u8 *pattern_at(const struct sim_flow *f, u64 offset)
{
	return pattern + (offset + f->index * 997ULL) % PERIOD;
}

struct sim_flow *sim_flow_of_port(u16 port)
{
	u32 i = (u32)port - SIM_PORT_BASE;

	return i < sim.c->nr_flows ? &sim.flow[i] : NULL;
}

static void flow_ready(struct sim_flow *f)
{
	if (list_empty(&f->ready))
		list_add_tail(&f->ready, &sim.ready);
}

static void wake_writer(struct wait_queue_entry *w, u32 key)
{
	flow_ready(container_of(w, struct sim_flow, wait_out));
}

static void wake_reader(struct wait_queue_entry *w, u32 key)
{
	flow_ready(container_of(w, struct sim_flow, wait_in));
}

static void wake_listener(struct wait_queue_entry *w, u32 key)
{
	sim.accept_ready = true;
}

static void watch(struct socket *sock, struct wait_queue_entry *w,
		  void (*func)(struct wait_queue_entry *, u32))
{
	init_waitqueue_entry(w, NULL);
	w->func = func;
	add_wait_queue(&sock->wq, w);
}

static void unwatch(struct socket *sock, struct wait_queue_entry *w)
{
	remove_wait_queue(&sock->wq, w);
	sock_release(sock);
}

/* --- the receiver --- */

int sim_flows_listen(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(SIM_PORT) };
	int err;

	pattern_init();
	err = sock_create(&sim.host[0].net, AF_INET, SOCK_STREAM, 0,
			  &sim.listener);
	if (err)
		return err;
	watch(sim.listener, &sim.wait_listener, wake_listener);
	err = sim.listener->ops->bind(sim.listener, (struct sockaddr *)&sin,
				      sizeof(sin));
	if (!err)
		err = sim.listener->ops->listen(sim.listener, SIM_MAX_FLOWS);
	return err;
}

/* One connection; false: none waits. */
static bool accept_one(void)
{
	struct socket *l = sim.listener, *s = sock_alloc(l->net);
	struct sockaddr_storage peer;
	struct sim_flow *f;

	if (!s)
		return false;
	s->type = l->type;
	s->ops = l->ops;
	if (l->ops->accept(l, s, O_NONBLOCK) != 0 ||
	    s->ops->getname(s, &peer, true) < 0) {
		sock_release(s);
		return false;
	}
	f = sim_flow_of_port(ntohs(((struct sockaddr_in *)&peer)->sin_port));
	BUG_ON(!f || f->in);
	f->in = s;
	watch(s, &f->wait_in, wake_reader);
	flow_ready(f);
	return true;
}

static void flow_finish(struct sim_flow *f, int err)
{
	if (f->finished)
		return;
	f->finished = true;
	f->r->err = err;
	f->r->done = !err;
	f->r->done_ns = sim_now();
	sim.unfinished--;
}

/* Read what has come, and compare. */
static void flow_read(struct sim_flow *f)
{
	struct kvec kv = { buffer, CHUNK };
	struct msghdr msg;
	ssize_t n;

	while (f->in && !f->finished) {
		msg = (struct msghdr){ 0 };
		iov_iter_kvec(&msg.msg_iter, false, &kv, 1, CHUNK);
		n = sock_recvmsg(f->in, &msg, MSG_DONTWAIT);
		if (n == -EAGAIN)
			return;
		if (n > 0 && memcmp(buffer, pattern_at(f, f->r->received),
				    (size_t)n) != 0)
			n = -EILSEQ;
		if (n > 0)
			f->r->received += (u64)n;
		else
			flow_finish(f, n == 0 && f->r->received != f->c->bytes
					       ? -EPIPE
					       : (int)n);
	}
}

/* --- the senders --- */

static int flow_connect(struct sim_flow *f)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons((u16)(SIM_PORT_BASE + f->index)),
	};
	struct socket *s = f->out;
	int err;

	if (f->c->cc) {
		err = s->ops->setsockopt(s, IPPROTO_TCP, TCP_CONGESTION,
					 f->c->cc, (u32)strlen(f->c->cc));
		if (err)
			return err;
	}
	err = s->ops->bind(s, (struct sockaddr *)&sin, sizeof(sin));
	if (err)
		return err;
	sin.sin_port = htons(SIM_PORT);
	sin.sin_addr.s_addr = sim_host_addr(0);
	err = s->ops->connect(s, (struct sockaddr *)&sin, sizeof(sin),
			      O_NONBLOCK);
	return err == -EINPROGRESS ? 0 : err;
}

int sim_flow_start(struct sim_flow *f)
{
	int err = sock_create(&f->host->net, AF_INET, SOCK_STREAM, 0, &f->out);

	if (err)
		return err;
	f->started = true;
	f->r->start_ns = sim_now();
	watch(f->out, &f->wait_out, wake_writer);
	err = flow_connect(f);
	if (err)
		flow_finish(f, err);
	return 0;
}

/* Fill the send buffer; after the last byte, the FIN. */
static void flow_write(struct sim_flow *f)
{
	struct msghdr msg;
	struct kvec kv;
	u64 left = CHUNK;
	ssize_t n;

	while (f->out && !f->shut && !f->finished) {
		if (f->c->bytes)
			left = min(f->c->bytes - f->sent, (u64)CHUNK);
		if (!left) {
			f->shut = !f->out->ops->shutdown(f->out, SHUT_WR);
			return;
		}
		msg = (struct msghdr){ .msg_flags =
					       MSG_DONTWAIT | MSG_NOSIGNAL };
		kv.iov_base = (void *)(uintptr_t)pattern_at(f, f->sent);
		kv.iov_len = left;
		iov_iter_kvec(&msg.msg_iter, true, &kv, 1, left);
		n = sock_sendmsg(f->out, &msg);
		if (n == -EAGAIN)
			return;
		if (n < 0) {
			flow_finish(f, (int)n);
			return;
		}
		f->sent += (u64)n;
	}
}

/* --- both --- */

void sim_flows_run(void)
{
	struct sim_flow *f;

	for (;;) {
		if (sim.accept_ready) {
			sim.accept_ready = false;
			while (accept_one())
				;
		}
		if (list_empty(&sim.ready))
			return;
		f = list_first_entry(&sim.ready, struct sim_flow, ready);
		list_del_init(&f->ready);
		flow_read(f);
		flow_write(f);
	}
}

void sim_flows_close(void)
{
	struct sim_flow *f;

	for (f = sim.flow; f < sim.flow + sim.c->nr_flows; f++) {
		if (f->out)
			unwatch(f->out, &f->wait_out);
		if (f->in)
			unwatch(f->in, &f->wait_in);
		f->out = NULL;
		f->in = NULL;
		list_del_init(&f->ready);
	}
	if (sim.listener)
		unwatch(sim.listener, &sim.wait_listener);
	sim.listener = NULL;
}

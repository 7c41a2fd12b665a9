// SPDX-License-Identifier: MIT
/*
 * DOC: congestion control: the registry of modules, the life of one on a
 * socket, and Reno (RFC 5681, with RFC 3465's byte counting in segments),
 * which is also what the others fall back on.
 *
 * Called by tcp_ack.c through inet_csk(sk)->icsk_ca_ops; a module keeps its
 * state where icsk_ca_priv points: in the socket if it is small (Reno, CUBIC),
 * else allocated while the socket uses the module. State here: the list of
 * modules, written at boot.
 *
 * Which module a socket has: what TCP_CONGESTION chose; else what the route
 * says (RTAX_CC_ALGO); else the stack's default. A route that locks its choice
 * goes before all.
 */
#include "lib/slab.h"
#include "lib/vsprintf.h"
#include "net/ipv4/tcp_int.h"
#include "lib/vsprintf.h"

static LIST_HEAD(tcp_cong_list);
static u32 tcp_cong_count;

/**
 * tcp_ca_find() - A module by name.
 * @name: as TCP_CONGESTION gives it.
 *
 * Return: it, or NULL.
 */
const struct tcp_congestion_ops *tcp_ca_find(const char *name)
{
	struct tcp_congestion_ops *ca;

	list_for_each_entry (ca, &tcp_cong_list, list)
		if (strcmp(ca->name, name) == 0)
			return ca;
	return NULL;
}

static const struct tcp_congestion_ops *ca_find_key(u32 key)
{
	struct tcp_congestion_ops *ca;

	list_for_each_entry (ca, &tcp_cong_list, list)
		if (ca->key == key)
			return ca;
	return NULL;
}

/**
 * tcp_ca_get_key_by_name() - How a route names a module.
 * @name: of the module.
 *
 * Return: the value of RTAX_CC_ALGO; 0: there is no such module.
 */
u32 tcp_ca_get_key_by_name(const char *name)
{
	const struct tcp_congestion_ops *ca = tcp_ca_find(name);

	return ca ? ca->key : 0;
}

/**
 * tcp_ca_get_name_by_key() - The reverse.
 * @key: a value of RTAX_CC_ALGO.
 *
 * Return: the module's name, which stays; NULL: there is none.
 */
const char *tcp_ca_get_name_by_key(u32 key)
{
	const struct tcp_congestion_ops *ca = ca_find_key(key);

	return ca ? ca->name : NULL;
}

/**
 * tcp_register_congestion_control() - Make a module known.
 * @ca: static.
 *
 * Return: 0; -EINVAL without the functions that every module must have;
 * -EEXIST.
 */
int tcp_register_congestion_control(struct tcp_congestion_ops *ca)
{
	if (!ca->ssthresh || !ca->undo_cwnd ||
	    !(ca->cong_avoid || ca->cong_control))
		return -EINVAL;
	if (tcp_ca_find(ca->name))
		return -EEXIST;
	if (!ca->key)
		ca->key = ++tcp_cong_count;
	list_add_tail(&ca->list, &tcp_cong_list);
	return 0;
}

/* --- which there are, and who may choose them --- */

/* The names of those that @mask has, with a blank between. */
static int ca_names(u32 mask, char *text, size_t size)
{
	const struct tcp_congestion_ops *ca;
	int len = 0;

	text[0] = '\0';
	list_for_each_entry (ca, &tcp_cong_list, list)
		if (mask & BIT(ca->key))
			len += scnprintf(text + len, size - (size_t)len,
					 len ? " %s" : "%s", ca->name);
	return len;
}

/**
 * tcp_get_available_congestion_control() - The names of all modules.
 * @text: for them, a blank between two, and a zero.
 * @size: its room; what does not fit is left out.
 *
 * Return: the text's length.
 */
int tcp_get_available_congestion_control(char *text, size_t size)
{
	return ca_names(~0U, text, size);
}

/**
 * tcp_get_allowed_congestion_control() - The names of those that a program
 * without CAP_NET_ADMIN may choose.
 * @net:  the stack.
 * @text: for them, a blank between two, and a zero.
 * @size: its room; what does not fit is left out.
 *
 * Return: the text's length.
 */
int tcp_get_allowed_congestion_control(const struct net *net, char *text,
				       size_t size)
{
	return ca_names(net_ipv4(net)->tcp_allowed_ca, text, size);
}

/* The next word at *@s, and after it; its length in @n. */
static const char *next_name(const char **s, size_t *n)
{
	const char *word;

	while (**s == ' ' || **s == '\n' || **s == '\t')
		(*s)++;
	word = *s;
	while (**s && **s != ' ' && **s != '\n' && **s != '\t')
		(*s)++;
	*n = (size_t)(*s - word);
	return *n ? word : NULL;
}

/* The module that the first word at *@s names, or NULL. */
static const struct tcp_congestion_ops *ca_parse(const char **s)
{
	char name[TCP_CA_NAME_MAX] = { 0 };
	const char *word;
	size_t n;

	word = next_name(s, &n);
	if (!word || n >= sizeof(name))
		return NULL;
	memcpy(name, word, n);
	return tcp_ca_find(name);
}

/**
 * tcp_set_default_congestion_control() - tcp_congestion_control.
 * @net:  the stack.
 * @name: of a module, which then every program may choose.
 *
 * Return: 0; -ENOENT.
 */
int tcp_set_default_congestion_control(struct net *net, const char *name)
{
	const struct tcp_congestion_ops *ca = tcp_ca_find(name);

	if (!ca)
		return -ENOENT;
	net_ipv4(net)->tcp_congestion_control = ca;
	net_ipv4(net)->tcp_allowed_ca |= BIT(ca->key);
	return 0;
}

/**
 * tcp_set_allowed_congestion_control() - tcp_allowed_congestion_control.
 * @net:   the stack.
 * @names: of modules, with blanks between; those that a program without
 *         CAP_NET_ADMIN may choose.
 *
 * Return: 0; -ENOENT: one does not exist, nothing has changed.
 */
int tcp_set_allowed_congestion_control(struct net *net, const char *names)
{
	const struct tcp_congestion_ops *ca;
	const char *rest = names;
	u32 mask = 0;
	size_t n;

	while (next_name(&rest, &n)) {
		ca = ca_parse(&names);
		if (!ca)
			return -ENOENT;
		mask |= BIT(ca->key);
	}
	net_ipv4(net)->tcp_allowed_ca = mask;
	return 0;
}

/* --- one on a socket --- */

/* Give the module's state back, if it was allocated. */
static void ca_detach(struct inet_connection_sock *icsk)
{
	if (icsk->icsk_ca_priv != icsk->icsk_ca_inline)
		kfree(icsk->icsk_ca_priv);
	icsk->icsk_ca_priv = icsk->icsk_ca_inline;
}

/* Room for the state of @ca on this socket; NULL: no memory. */
static void *ca_room(struct inet_connection_sock *icsk,
		     const struct tcp_congestion_ops *ca)
{
	if (ca->priv_size <= sizeof(icsk->icsk_ca_inline))
		return icsk->icsk_ca_inline;
	return kzalloc(ca->priv_size, GFP_ATOMIC);
}

static void ca_attach(struct inet_connection_sock *icsk,
		      const struct tcp_congestion_ops *ca, void *room)
{
	memset(icsk->icsk_ca_inline, 0, sizeof(icsk->icsk_ca_inline));
	icsk->icsk_ca_priv = room;
	icsk->icsk_ca_ops = ca;
}

/**
 * tcp_assign_congestion_control() - Give a socket without one a module.
 * @sk: new, or a copy of its listener, or disconnected; the module is
 *      initialised when the connection is established.
 *
 * What TCP_CONGESTION chose stays, for a child what it chose for the listener;
 * else it is the stack's default. Without memory for its state it is Reno,
 * which has none.
 */
void tcp_assign_congestion_control(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_congestion_ops *ca = icsk->icsk_ca_ops;
	void *room;

	if (!icsk->icsk_ca_setsockopt || !ca)
		ca = tcp_net(sk)->tcp_congestion_control ?: &tcp_reno;
	room = ca_room(icsk, ca);
	icsk->icsk_ca_initialized = false;
	icsk->icsk_ca_dst_locked = false;
	ca_attach(icsk, room ? ca : &tcp_reno, room ?: icsk->icsk_ca_inline);
}

/**
 * tcp_ca_dst_init() - The connection's route is known: does it choose?
 * @sk:  locked; not yet established.
 * @dst: the route.
 *
 * What TCP_CONGESTION chose goes before, unless the route locks its choice.
 * Without memory for its state the socket keeps the module that it has.
 */
void tcp_ca_dst_init(struct sock *sk, const struct dst_entry *dst)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_congestion_ops *ca;
	bool locked = dst_metric_locked(dst, RTAX_CC_ALGO);
	u32 key = dst_metric(dst, RTAX_CC_ALGO);
	void *room;

	if (likely(!key) || (icsk->icsk_ca_setsockopt && !locked))
		return;
	ca = ca_find_key(key);
	if (!ca)
		return;
	icsk->icsk_ca_dst_locked = locked;
	if (ca == icsk->icsk_ca_ops)
		return;
	room = ca_room(icsk, ca);
	if (!room)
		return;
	ca_detach(icsk);
	ca_attach(icsk, ca, room);
}

/**
 * tcp_init_congestion_control() - The connection is established: start.
 * @sk: locked.
 */
void tcp_init_congestion_control(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	tcp_sk(sk)->prior_ssthresh = 0;
	if (icsk->icsk_ca_ops->init)
		icsk->icsk_ca_ops->init(sk);
	if (icsk->icsk_ca_ops->flags & TCP_CONG_NEEDS_ECN)
		inet_sk(sk)->tos |= 2; /* ECT(0) on everything */
	icsk->icsk_ca_initialized = true;
}

/**
 * tcp_cleanup_congestion_control() - The connection has ended.
 * @sk: locked; to be used again it needs tcp_assign_congestion_control().
 */
void tcp_cleanup_congestion_control(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (icsk->icsk_ca_initialized && icsk->icsk_ca_ops->release)
		icsk->icsk_ca_ops->release(sk);
	icsk->icsk_ca_initialized = false;
	ca_detach(icsk);
}

/**
 * tcp_set_congestion_control() - TCP_CONGESTION.
 * @sk:   locked; may be connected.
 * @name: of a module.
 *
 * Return: 0; -ENOENT; -EPERM: the route has locked its choice, or the module
 * is not an allowed one and the program no administrator; -ENOMEM: the socket
 * keeps what it has.
 */
int tcp_set_congestion_control(struct sock *sk, const char *name)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_congestion_ops *ca = tcp_ca_find(name);
	void *room;

	if (icsk->icsk_ca_dst_locked)
		return -EPERM;
	if (!ca)
		return -ENOENT;
	if (ca == icsk->icsk_ca_ops) {
		icsk->icsk_ca_setsockopt = true;
		return 0;
	}
	if (!(tcp_net(sk)->tcp_allowed_ca & BIT(ca->key)) &&
	    !capable(CAP_NET_ADMIN))
		return -EPERM;
	room = ca_room(icsk, ca);
	if (!room)
		return -ENOMEM;
	tcp_cleanup_congestion_control(sk);
	ca_attach(icsk, ca, room);
	icsk->icsk_ca_setsockopt = true;
	if (!(TCPF(sk->sk_state) &
	      (TCPF(TCP_CLOSE) | TCPF(TCP_LISTEN) | TCPF(TCP_SYN_SENT))))
		tcp_init_congestion_control(sk);
	return 0;
}

/**
 * tcp_set_ca_state() - Enter a state of tcp_loss.c's machine.
 * @sk:       locked.
 * @ca_state: TCP_CA_*; the module is told first.
 */
void tcp_set_ca_state(struct sock *sk, u8 ca_state)
{
	struct inet_connection_sock *icsk = inet_csk(sk);

	if (icsk->icsk_ca_ops->set_state)
		icsk->icsk_ca_ops->set_state(sk, ca_state);
	icsk->icsk_ca_state = ca_state;
}

/**
 * tcp_init_cwnd() - The initial window in segments (RFC 6928).
 * @tp:  the connection.
 * @dst: its route, which may say otherwise; may be NULL.
 */
u32 tcp_init_cwnd(const struct tcp_sock *tp, const struct dst_entry *dst)
{
	u32 cwnd = dst ? dst_metric(dst, RTAX_INITCWND) : 0;

	return min(cwnd ?: TCP_INIT_CWND, tp->snd_cwnd_clamp ?: ~0U);
}

/**
 * tcp_is_cwnd_limited() - Was cwnd what limited the sender?
 * @sk: locked.
 *
 * In slow start a window more than half used counts: it doubles within the
 * round trip (RFC 7661, section 4.1).
 */
bool tcp_is_cwnd_limited(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->is_cwnd_limited)
		return true;
	return tcp_in_slow_start(tp) && tp->snd_cwnd < 2 * tp->max_packets_out;
}

/**
 * tcp_slow_start() - Grow by what was acknowledged, up to ssthresh.
 * @tp:    locked.
 * @acked: segments.
 *
 * Return: the segments left over for congestion avoidance.
 */
u32 tcp_slow_start(struct tcp_sock *tp, u32 acked)
{
	u32 cwnd = min(tp->snd_cwnd + acked, tp->snd_ssthresh);

	acked -= cwnd - tp->snd_cwnd;
	tp->snd_cwnd = min(cwnd, tp->snd_cwnd_clamp);
	return acked;
}

/**
 * tcp_cong_avoid_ai() - One segment more for each @w acknowledged.
 * @tp:    locked.
 * @w:     segments; cwnd itself for Reno's one per round trip.
 * @acked: segments acknowledged now.
 */
void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked)
{
	u32 delta;

	/* A larger @w earlier may have left more credit than is due now. */
	if (tp->snd_cwnd_cnt >= w) {
		tp->snd_cwnd_cnt = 0;
		tp->snd_cwnd++;
	}
	tp->snd_cwnd_cnt += acked;
	if (tp->snd_cwnd_cnt >= w) {
		delta = tp->snd_cwnd_cnt / w;
		tp->snd_cwnd_cnt -= delta * w;
		tp->snd_cwnd += delta;
	}
	tp->snd_cwnd = min(tp->snd_cwnd, tp->snd_cwnd_clamp);
}

/* --- Reno --- */

static void reno_cong_avoid(struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_cwnd_limited(sk))
		return;
	if (tcp_in_slow_start(tp)) {
		acked = tcp_slow_start(tp, acked);
		if (!acked)
			return;
	}
	tcp_cong_avoid_ai(tp, tp->snd_cwnd, acked);
}

/* RFC 5681, section 3.1, equation 4, by cwnd as RFC 7661 has it. */
static u32 reno_ssthresh(struct sock *sk)
{
	return max(tcp_sk(sk)->snd_cwnd >> 1, 2U);
}

static u32 reno_undo_cwnd(struct sock *sk)
{
	return max(tcp_sk(sk)->snd_cwnd, tcp_sk(sk)->prior_cwnd);
}

struct tcp_congestion_ops tcp_reno = {
	.name = "reno",
	.ssthresh = reno_ssthresh,
	.cong_avoid = reno_cong_avoid,
	.undo_cwnd = reno_undo_cwnd,
};

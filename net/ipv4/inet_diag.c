// SPDX-License-Identifier: MIT
/*
 * DOC: TCP, UDP and raw sockets seen from outside: which tables there are, a
 * socket's ends, state, timer and queues, how to find it again and how to end
 * it. Called by proc_sock.c and net/netlink/inet_diag.c.
 *
 * State: none. A socket in a table is looked at with softirqs off. It is named
 * by its ends and a cookie, a keyed hash of where it is in memory: no other
 * socket has the same one as long as it lives.
 */
#include "net/ipv4/inet_diag.h"
#include "lib/err.h"
#include "lib/siphash.h"
#include "lib/softirq.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/udp_int.h"

/**
 * inet_diag_table() - Where the sockets of a protocol are.
 * @net: the stack. @protocol: IPPROTO_TCP, IPPROTO_UDP, IPPROTO_RAW.
 * @i:   from 0; TCP's 0 has the listeners.
 * @t:   filled.
 *
 * Return: whether there is such a table.
 */
bool inet_diag_table(const struct net *net, u8 protocol, u32 i,
		     struct inet_diag_table *t)
{
	struct netns_ipv4 *n = net_ipv4(net);
	struct inet_hashinfo *h = n->hashinfo;

	if (protocol == IPPROTO_TCP && i == 0)
		*t = (struct inet_diag_table){ h->lhash, h->lhash_mask + 1 };
	else if (protocol == IPPROTO_TCP && i == 1)
		*t = (struct inet_diag_table){ h->ehash, h->ehash_mask + 1 };
	else if (protocol == IPPROTO_UDP && i == 0)
		*t = (struct inet_diag_table){ n->udp_table->port,
					       ARRAY_SIZE(n->udp_table->port) };
	else if (protocol == IPPROTO_RAW && i == 0)
		*t = (struct inet_diag_table){ &n->raw_head, 1 };
	else
		return false;
	return true;
}

/* --- what there is to see --- */

static const struct tcp_timewait_sock *timewait(const struct sock_common *c)
{
	return (const struct tcp_timewait_sock *)c;
}

static const struct request_sock *request(const struct sock_common *c)
{
	return (const struct request_sock *)c;
}

/**
 * inet_diag_state() - A socket's state.
 * @c: in a table, of any kind.
 *
 * Return: TCP_*.
 */
u8 inet_diag_state(const struct sock_common *c)
{
	if (c->skc_kind == SK_TIMEWAIT)
		return timewait(c)->tw_substate;
	return c->skc_kind == SK_REQUEST ? TCP_SYN_RECV : c->skc_state;
}

/**
 * tcp_diag_timer() - What a connection waits for.
 * @sk:      a full socket.
 * @when_ns: gets when that is due; now, if there is nothing.
 *
 * Return: 1: it resends, 2: keepalive, 4: it probes a closed window, 0.
 */
u8 tcp_diag_timer(const struct sock *sk, u64 *when_ns)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	*when_ns = icsk->icsk_timeout_ns;
	if (icsk->icsk_pending == ICSK_TIME_PROBE0)
		return 4;
	if (icsk->icsk_pending)
		return 1;
	*when_ns = timer_expires_ns(&sk->sk_timer);
	if (timer_pending(&sk->sk_timer))
		return 2;
	*when_ns = ktime_get_ns();
	return 0;
}

/**
 * tcp_diag_rqueue() - What waits for the program.
 * @sk: a full socket.
 *
 * Return: bytes to be read; a listener's connections to be accepted.
 */
u32 tcp_diag_rqueue(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		return sk->sk_ack_backlog;
	return after(tp->rcv_nxt, tp->copied_seq) ? tp->rcv_nxt - tp->copied_seq
						  : 0;
}

static u32 left_ms(u64 when_ns)
{
	u64 now = ktime_get_ns();

	return when_ns > now ? (u32)((when_ns - now) / NSEC_PER_MSEC) : 0;
}

static void describe_tcp(const struct sock *sk, struct inet_diag_msg *m)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u64 when;

	m->idiag_timer = tcp_diag_timer(sk, &when);
	if (m->idiag_timer)
		m->idiag_expires = left_ms(when);
	m->idiag_retrans = m->idiag_timer == 1 ? icsk->icsk_retransmits
			   : m->idiag_timer    ? icsk->icsk_probes_out
					       : 0;
	m->idiag_rqueue = tcp_diag_rqueue(sk);
	m->idiag_wqueue = sk->sk_state == TCP_LISTEN
				  ? sk->sk_max_ack_backlog
				  : tcp_sk(sk)->write_seq - tcp_sk(sk)->snd_una;
}

static void describe_kind(const struct sock_common *c, struct inet_diag_msg *m)
{
	const struct sock *sk = (const struct sock *)c;

	if (c->skc_kind == SK_TIMEWAIT) {
		m->idiag_timer = 3;
		m->idiag_expires =
			left_ms(timer_expires_ns(&timewait(c)->tw_timer));
	} else if (c->skc_kind == SK_REQUEST) {
		m->idiag_timer = 1;
		m->idiag_retrans = request(c)->num_retrans;
		m->idiag_expires =
			left_ms(timer_expires_ns(&request(c)->rsk_timer));
	} else if (sk->sk_prot == &tcp_prot) {
		describe_tcp(sk, m);
	} else {
		m->idiag_rqueue = sk->sk_rmem_alloc;
		m->idiag_wqueue = sk->sk_wmem_alloc;
	}
}

static u64 cookie_of(const struct sock_common *c)
{
	const u64 *key = net_ipv4(c->skc_net)->hashinfo->key;

	return siphash_1u64((u64)(uintptr_t)c, (const siphash_key_t *)key);
}

/**
 * inet_diag_describe() - A socket as ss(8) lists it.
 * @c: in a table, of any kind.
 * @m: filled; the user is 0.
 *
 * Context: softirqs off.
 */
void inet_diag_describe(const struct sock_common *c, struct inet_diag_msg *m)
{
	u64 cookie = cookie_of(c);

	memset(m, 0, sizeof(*m));
	m->idiag_family = (u8)c->skc_family;
	m->idiag_state = inet_diag_state(c);
	m->id.idiag_sport = htons(c->skc_num);
	m->id.idiag_dport = c->skc_dport;
	m->id.idiag_src[0] = c->skc_rcv_saddr;
	m->id.idiag_dst[0] = c->skc_daddr;
	m->id.idiag_if = (u32)c->skc_bound_dev_if;
	m->id.idiag_cookie[0] = (u32)cookie;
	m->id.idiag_cookie[1] = (u32)(cookie >> 32);
	if (c->skc_kind == SK_FULL)
		m->idiag_inode = sock_i_ino((const struct sock *)c);
	describe_kind(c, m);
}

/* --- finding it again --- */

static bool same_ends(const struct sock_common *c,
		      const struct inet_diag_sockid *id)
{
	return htons(c->skc_num) == id->idiag_sport &&
	       c->skc_dport == id->idiag_dport &&
	       c->skc_rcv_saddr == id->idiag_src[0] &&
	       c->skc_daddr == id->idiag_dst[0];
}

static bool same_cookie(const struct sock_common *c,
			const struct inet_diag_sockid *id)
{
	u64 cookie = cookie_of(c);

	if (id->idiag_cookie[0] == INET_DIAG_NOCOOKIE &&
	    id->idiag_cookie[1] == INET_DIAG_NOCOOKIE)
		return true;
	return id->idiag_cookie[0] == (u32)cookie &&
	       id->idiag_cookie[1] == (u32)(cookie >> 32);
}

static struct hlist_head *chain_of(struct net *net, u8 protocol, u16 port)
{
	const struct inet_hashinfo *h = net_ipv4(net)->hashinfo;

	if (protocol == IPPROTO_TCP)
		return inet_port_chain(h->lhash, h->lhash_mask, port);
	if (protocol == IPPROTO_UDP)
		return udp_port_chain(net, port);
	return &net_ipv4(net)->raw_head;
}

static struct sock_common *find_in_chain(struct hlist_head *chain,
					 const struct inet_diag_sockid *id)
{
	struct sock_common *c, *other = ERR_PTR(-ENOENT);

	hlist_for_each_entry (c, chain, skc_node) {
		if (!same_ends(c, id))
			continue;
		if (same_cookie(c, id)) {
			c->skc_refcnt++;
			return c;
		}
		other = ERR_PTR(-ESTALE);
	}
	return other;
}

/**
 * inet_diag_find() - The socket that a message of ours named.
 * @net: the stack. @protocol: as for inet_diag_table().
 * @id:  both ends, and the cookie unless that is INET_DIAG_NOCOOKIE.
 *
 * Context: softirqs off.
 * Return:  it, of any kind, with a reference for tcp_gen_put();
 *          ERR_PTR(-ENOENT); ERR_PTR(-ESTALE): another socket has its place.
 */
struct sock_common *inet_diag_find(struct net *net, u8 protocol,
				   const struct inet_diag_sockid *id)
{
	u16 port = ntohs(id->idiag_sport);
	struct sock *sk = NULL;

	if (protocol == IPPROTO_TCP)
		sk = inet_lookup_established(net, id->idiag_dst[0],
					     id->idiag_dport, id->idiag_src[0],
					     port, (int)id->idiag_if);
	if (!sk)
		return find_in_chain(chain_of(net, protocol, port), id);
	if (same_cookie(&sk->__sk_common, id))
		return &sk->__sk_common;
	tcp_gen_put(sk);
	return ERR_PTR(-ESTALE);
}

/**
 * inet_diag_destroy() - End a socket by order of the administrator.
 * @protocol: its protocol.
 * @c:        of any kind; the caller's reference is taken over.
 *
 * The program hears ECONNABORTED; a connection's peer gets a RST.
 *
 * Context: task.
 * Return:  0; -ENOENT: it had ended; -EOPNOTSUPP: a raw socket.
 */
int inet_diag_destroy(u8 protocol, struct sock_common *c)
{
	struct sock *sk = (struct sock *)c;
	int err = 0;

	local_bh_disable();
	if (c->skc_kind == SK_TIMEWAIT)
		tcp_timewait_kill((struct tcp_timewait_sock *)c);
	else if (c->skc_kind == SK_REQUEST)
		tcp_reqsk_drop((struct request_sock *)c);
	local_bh_enable();
	if (c->skc_kind == SK_FULL && protocol == IPPROTO_TCP)
		err = tcp_abort(sk, ECONNABORTED);
	else if (c->skc_kind == SK_FULL && protocol == IPPROTO_UDP)
		err = udp_abort(sk, ECONNABORTED);
	else if (c->skc_kind == SK_FULL)
		err = -EOPNOTSUPP;
	local_bh_disable();
	tcp_gen_put(sk);
	local_bh_enable();
	return err;
}

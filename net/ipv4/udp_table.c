// SPDX-License-Identifier: MIT
/*
 * DOC: which UDP socket has which port. Every bound socket is in a chain by
 * its local port; a connected one is also in a chain by both ends, so that the
 * reply to a client finds it at once, however many sockets share a port.
 *
 * State: struct udp_table in netns_ipv4; changed in task context with softirqs
 * off, read in softirq. Called by udp.c and udp_input.c.
 */
#include "lib/hash.h"
#include "lib/siphash.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/uapi/tcp.h"
#include "net/ipv4/udp_int.h"

#define UDP_CHAIN_MASK 255U

static struct udp_table *udp_table_of(const struct sock *sk)
{
	return sock_net(sk)->ipv4->udp_table;
}

/**
 * udp_port_chain() - The sockets that may have a local port.
 * @net: the stack. @num: the port, host order.
 *
 * Return: chain by sk_node.
 */
struct hlist_head *udp_port_chain(struct net *net, u16 num)
{
	return &net->ipv4->udp_table->port[num & UDP_CHAIN_MASK];
}

static struct hlist_head *udp_peer_chain(struct udp_table *t, __be32 laddr,
					 u16 lnum, __be32 faddr, __be16 fport)
{
	u32 ports = ((u32)lnum << 16) | (__force u16)fport;
	u64 h = siphash_3u32((__force u32)laddr, (__force u32)faddr, ports,
			     (const siphash_key_t *)t->key);

	return &t->peer[h & UDP_CHAIN_MASK];
}

/* --- ports --- */

/* Two sockets may share a port if their addresses or devices differ, or if
 * both agreed to it. */
static bool udp_conflict(const struct sock *sk, const struct sock *other)
{
	if (sk == other)
		return false;
	if (sk->sk_bound_dev_if && other->sk_bound_dev_if &&
	    sk->sk_bound_dev_if != other->sk_bound_dev_if)
		return false;
	if (sk->sk_rcv_saddr && other->sk_rcv_saddr &&
	    sk->sk_rcv_saddr != other->sk_rcv_saddr)
		return false;
	if (sk->sk_reuse && other->sk_reuse)
		return false;
	return !(sk->sk_reuseport && other->sk_reuseport);
}

static bool udp_port_free(struct sock *sk, u16 num)
{
	const struct sock *other;

	hlist_for_each_entry (other, udp_port_chain(sock_net(sk), num),
			      sk_node) {
		if (other->sk_num == num && udp_conflict(sk, other))
			return false;
	}
	return true;
}

/* RFC 6056, section 3.3.1: from a random port of the range on. */
static u16 udp_choose_port(struct sock *sk)
{
	const struct netns_ipv4 *n = sock_net(sk)->ipv4;
	u32 low = n->sysctl_ip_local_port_range[0];
	u32 count = n->sysctl_ip_local_port_range[1] - low + 1;
	u32 start, i;
	u16 num;

	get_random_bytes(&start, sizeof(start));
	start = reciprocal_scale(start, count);
	for (i = 0; i < count; i++) {
		num = (u16)(low + (start + i) % count);
		if (udp_port_free(sk, num))
			return num;
	}
	return 0;
}

/**
 * udp_get_port() - Bind to a port.
 * @sk:   the socket, owned. @snum: the port, 0: an ephemeral one.
 *
 * Context: task.
 * Return:  0 or -EADDRINUSE.
 */
int udp_get_port(struct sock *sk, u16 snum)
{
	int err = -EADDRINUSE;

	local_bh_disable();
	if (!snum)
		snum = udp_choose_port(sk);
	else if (!udp_port_free(sk, snum))
		snum = 0;
	if (snum) {
		sk->sk_num = snum;
		hlist_del_init(&sk->sk_node);
		hlist_add_head(&sk->sk_node,
			       udp_port_chain(sock_net(sk), snum));
		err = 0;
	}
	local_bh_enable();
	return err;
}

/**
 * udp_unhash() - Give up the port.
 * @sk: the socket.
 *
 * Context: task.
 */
void udp_unhash(struct sock *sk)
{
	local_bh_disable();
	hlist_del_init(&sk->sk_node);
	hlist_del_init(&sk->sk_bind_node);
	sk->sk_num = 0;
	local_bh_enable();
}

/**
 * udp_rehash_peer() - Follow a change of the socket's association.
 * @sk: the socket, owned.
 *
 * Context: task.
 */
void udp_rehash_peer(struct sock *sk)
{
	local_bh_disable();
	hlist_del_init(&sk->sk_bind_node);
	if (sk->sk_state == TCP_ESTABLISHED && sk->sk_prot == &udp_prot)
		hlist_add_head(&sk->sk_bind_node,
			       udp_peer_chain(udp_table_of(sk),
					      sk->sk_rcv_saddr, sk->sk_num,
					      sk->sk_daddr, sk->sk_dport));
	local_bh_enable();
}

/* --- look-up --- */

static bool udp_dev_match(const struct sock *sk, int iif)
{
	return !sk->sk_bound_dev_if || sk->sk_bound_dev_if == iif;
}

/* How well @sk fits; 0: not at all. An exact address beats any, a peer beats
 * no peer, a device beats no device. */
static int udp_score(const struct sock *sk, __be32 saddr, __be16 sport,
		     __be32 daddr, u16 dnum, int iif)
{
	int score = 1;

	if (sk->sk_num != dnum || !udp_dev_match(sk, iif))
		return 0;
	if (sk->sk_rcv_saddr) {
		if (sk->sk_rcv_saddr != daddr)
			return 0;
		score += 4;
	}
	if (sk->sk_state == TCP_ESTABLISHED) {
		if (sk->sk_daddr != saddr || sk->sk_dport != sport)
			return 0;
		score += 8;
	}
	return score + (sk->sk_bound_dev_if ? 2 : 0);
}

/**
 * udp_lookup() - Find the socket for a datagram to one host.
 * @net:   the stack.
 * @saddr: the other end's address. @sport: its port, network order.
 * @daddr: our address. @dnum: our port, host order. @iif: device of arrival.
 *
 * Context: softirq.
 * Return:  the socket (no reference), or NULL.
 */
struct sock *udp_lookup(struct net *net, __be32 saddr, __be16 sport,
			__be32 daddr, u16 dnum, int iif)
{
	struct udp_table *t = net->ipv4->udp_table;
	struct sock *sk, *best = NULL;
	int score, high = 0;

	hlist_for_each_entry (sk, udp_peer_chain(t, daddr, dnum, saddr, sport),
			      sk_bind_node) {
		if (sk->sk_rcv_saddr &&
		    udp_score(sk, saddr, sport, daddr, dnum, iif))
			return sk;
	}
	hlist_for_each_entry (sk, udp_port_chain(net, dnum), sk_node) {
		score = udp_score(sk, saddr, sport, daddr, dnum, iif);
		if (score > high) {
			high = score;
			best = sk;
		}
	}
	return best;
}

/**
 * udp_mcast_match() - Whether a socket hears a datagram to many.
 * @sk:    the socket.
 * @saddr: the other end's address. @sport: its port, network order.
 * @daddr: the group or broadcast address. @dnum: our port, host order.
 * @iif:   device of arrival.
 */
bool udp_mcast_match(const struct sock *sk, __be32 saddr, __be16 sport,
		     __be32 daddr, u16 dnum, int iif)
{
	return udp_score(sk, saddr, sport, daddr, dnum, iif) != 0;
}

/**
 * udp_net_init() - Make a stack's port table.
 * @net: the stack.
 *
 * Return: 0 or -ENOMEM.
 */
int udp_net_init(struct net *net)
{
	struct udp_table *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	get_random_bytes(t->key, sizeof(t->key));
	net->ipv4->udp_table = t;
	return 0;
}

/**
 * udp_net_exit() - Free it; its sockets are closed.
 * @net: the stack.
 */
void udp_net_exit(struct net *net)
{
	kfree(net->ipv4->udp_table);
}

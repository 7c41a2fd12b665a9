// SPDX-License-Identifier: MIT
/*
 * DOC: fewer ACKs while there is a gap: after the first three for one sequence
 * number, which the sender's fast retransmit may need (RFC 5681, section 3.2),
 * those of further packets wait, a twentieth of a round trip and 1 ms at most
 * (tcp_comp_sack_delay_ns), and one with all the SACK blocks goes. For SACK
 * connections only; none waits behind tcp_comp_sack_nr others, nor for long
 * enough to lose a block. 0, the default, is off: in the simulator those ACKs
 * that come late cost BBR a quarter of its rate at 5 % loss.
 *
 * Called by tcp_ack_snd_check() and tcp_rcvqueue.c; the socket is locked. The
 * state is allocated when a connection first has use for it: one that never
 * sees a gap pays a pointer.
 */
#include "lib/slab.h"
#include "net/ipv4/tcp_int.h"

#define FIRST_ACKS 3 /* Linux: TCP_FASTRETRANS_THRESH */

struct tcp_comp_ack {
	struct hrtimer timer; /* queued: it has a reference to sk */
	struct sock *sk;
	u32 rcv_nxt; /* that first_acks are for */
	u8 first_acks;
	u8 waiting; /* ACKs */
};

static void comp_ack_timer(struct hrtimer *t)
{
	struct tcp_comp_ack *c = from_timer(c, t, timer);

	tcp_delack_fire(c->sk);
}

/* NULL without memory. */
static struct tcp_comp_ack *comp_ack_of(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->comp_ack)
		return tp->comp_ack;
	tp->comp_ack = kzalloc(sizeof(*tp->comp_ack), GFP_ATOMIC);
	if (tp->comp_ack) {
		tp->comp_ack->sk = sk;
		hrtimer_init(&tp->comp_ack->timer, comp_ack_timer);
	}
	return tp->comp_ack;
}

/* Both round trips are scaled by 8; the shorter one counts. */
static u64 comp_ack_delay_ns(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 rtt_us8 = tp->rcv_rtt_est.rtt_us;

	if (tp->srtt_us && tp->srtt_us < rtt_us8)
		rtt_us8 = tp->srtt_us;
	return min_t(u64, rtt_us8 * (NSEC_PER_USEC / 8) / 20,
		     tcp_net(sk)->sysctl_tcp_comp_sack_delay_ns);
}

/**
 * tcp_compress_ack() - May the ACK of a packet beyond a gap wait?
 * @sk: locked; an ACK is scheduled.
 *
 * Return: true: it waits, and the timer will send it.
 */
bool tcp_compress_ack(struct sock *sk)
{
	const struct netns_ipv4 *n = tcp_net(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_comp_ack *c;
	u64 delay_ns;

	if (!tcp_is_sack(tp) || !n->sysctl_tcp_comp_sack_nr)
		return false;
	c = comp_ack_of(sk);
	if (!c || c->waiting >= n->sysctl_tcp_comp_sack_nr)
		return false;
	if (c->rcv_nxt != tp->rcv_nxt) {
		c->rcv_nxt = tp->rcv_nxt;
		c->first_acks = 0;
	}
	if (c->first_acks < FIRST_ACKS) {
		c->first_acks++;
		return false;
	}
	delay_ns = comp_ack_delay_ns(sk);
	if (!delay_ns)
		return false;
	c->waiting++;
	if (!hrtimer_is_queued(&c->timer)) {
		sock_hold(sk);
		hrtimer_start(&c->timer,
			      ktime_get_ns() + delay_ns +
				      n->sysctl_tcp_comp_sack_slack_ns);
	}
	return true;
}

/**
 * tcp_comp_ack_sent() - An ACK has left: those that waited are in it.
 * @sk: locked.
 */
void tcp_comp_ack_sent(struct sock *sk)
{
	struct tcp_comp_ack *c = tcp_sk(sk)->comp_ack;

	if (!c || !c->waiting)
		return;
	NET_ADD_STATS(sock_net(sk), TcpExt_TCPAckCompressed, c->waiting);
	c->waiting = 0;
	/* The caller's reference outlives the timer's. */
	if (hrtimer_cancel(&c->timer))
		sock_put(sk);
}

/**
 * tcp_comp_ack_flush() - What waits goes now.
 * @sk: locked.
 *
 * Return: false: nothing waited.
 */
bool tcp_comp_ack_flush(struct sock *sk)
{
	struct tcp_comp_ack *c = tcp_sk(sk)->comp_ack;

	if (!c || !c->waiting)
		return false;
	c->waiting--; /* it is not saved, it goes */
	tcp_send_ack(sk);
	return true;
}

/**
 * tcp_comp_ack_free() - The connection ends.
 * @sk: locked.
 */
void tcp_comp_ack_free(struct sock *sk)
{
	struct tcp_comp_ack *c = tcp_sk(sk)->comp_ack;

	if (!c)
		return;
	tcp_sk(sk)->comp_ack = NULL;
	if (hrtimer_cancel(&c->timer))
		sock_put(sk);
	kfree(c);
}

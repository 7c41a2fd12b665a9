// SPDX-License-Identifier: MIT
/*
 * DOC: Fast Open on the side that connects (RFC 7413, section 4.2): sendto()
 * with MSG_FASTOPEN, or connect() and write() with TCP_FASTOPEN_CONNECT, send
 * a SYN with data when the server's cookie is known, and one that asks for it
 * when it is not.
 *
 * The SYN and its data are two packets of the retransmit queue. They leave as
 * one segment; what goes again is the bare SYN, without any option of Fast
 * Open, and after the SYN-ACK the data that it did not acknowledge.
 *
 * Middleboxes swallow such SYNs, or everything after them: with
 * tcp_fastopen_blackhole_timeout_sec set, the stack does without for that
 * long after it has met one, and for twice as long each time it meets the
 * next, up to 64 times.
 *
 * State: the connection's bits, owned; the stack's count of black holes.
 * Called by tcp.c, tcp_ipv4.c, tcp_output_control.c, tcp_state.c, tcp_timer.c.
 */
#include "net/ipv4/tcp_fastopen.h"
#include "net/ipv4/tcp_conn_int.h"

/* --- black holes --- */

/* RFC 7413, section 4.1.3.1, without addresses: it is near us, as a rule. */
static void active_disable(struct sock *sk)
{
	struct tcp_fastopen_net *fn = tcp_net(sk)->fastopen;

	if (!tcp_net(sk)->sysctl_tcp_fastopen_blackhole_timeout_sec)
		return;
	fn->disable_stamp_ns = ktime_get_ns();
	fn->disable_times++;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPFastOpenBlackhole);
}

static bool active_should_disable(struct sock *sk)
{
	const struct tcp_fastopen_net *fn = tcp_net(sk)->fastopen;
	u64 timeout = tcp_net(sk)->sysctl_tcp_fastopen_blackhole_timeout_sec *
		      NSEC_PER_SEC;

	if (!timeout || !fn->disable_times)
		return false;
	timeout <<= min(fn->disable_times - 1, 6U);
	if (ktime_get_ns() - fn->disable_stamp_ns < timeout)
		return true;
	/* Time to try again: look whether it works. */
	tcp_sk(sk)->syn_fastopen_ch = 1;
	return false;
}

static bool over_loopback(const struct sock *sk)
{
	return sk->sk_dst_cache &&
	       (sk->sk_dst_cache->dev->flags & IFF_LOOPBACK);
}

/**
 * tcp_fastopen_active_disable_ofo_check() - A connection ends: was it one that
 * a middlebox broke?
 * @sk: still with its out-of-order queue.
 *
 * The sign is a FIN with nothing before it: whatever the peer sent was
 * swallowed. The first connection after a pause that did bring data ends the
 * suspicion.
 */
void tcp_fastopen_active_disable_ofo_check(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = rb_to_skb(rb_first(&tp->out_of_order_queue));

	if (!tp->syn_fastopen)
		return;
	if (!tp->bytes_received) {
		if (skb && !tcp_skb_rb_next(skb) && !skb->len &&
		    (TCP_SKB_CB(skb)->tcp_flags & TCPHDR_FIN))
			active_disable(sk);
	} else if (tp->syn_fastopen_ch && !over_loopback(sk)) {
		tcp_net(sk)->fastopen->disable_times = 0;
	}
}

/**
 * tcp_fastopen_active_detect_blackhole() - A retransmission is due.
 * @sk:      locked.
 * @expired: it is one too many: the connection ends.
 *
 * The third timeout in a row, or giving up before that, is taken for the work
 * of a middlebox if there was any Fast Open.
 */
void tcp_fastopen_active_detect_blackhole(struct sock *sk, bool expired)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 timeouts = inet_csk(sk)->icsk_retransmits;

	if (!tp->syn_fastopen && !tp->syn_data && !tp->syn_data_acked)
		return;
	if (timeouts == 2 || (timeouts < 2 && expired)) {
		active_disable(sk);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPFastOpenActiveFail);
	}
}

/* --- connecting --- */

static bool cookie_not_required(const struct sock *sk)
{
	return tcp_fastopen_no_cookie(sk, sk->sk_dst_cache,
				      TFO_CLIENT_NO_COOKIE);
}

/* May the SYN have data? @cookie becomes what it shows, or asks with; @mss
 * what the server offered last time. */
static bool cookie_check(struct sock *sk, u16 *mss,
			 struct tcp_fastopen_cookie *cookie)
{
	tcp_fastopen_cache_get(sk, mss, cookie);
	if (active_should_disable(sk)) {
		cookie->len = -1;
		return false;
	}
	if (cookie_not_required(sk)) {
		cookie->len = -1;
		return true;
	}
	if (cookie->len > 0)
		return true;
	tcp_sk(sk)->fastopen_client_fail = TFO_COOKIE_UNAVAILABLE;
	return false;
}

/**
 * tcp_fastopen_defer_connect() - TCP_FASTOPEN_CONNECT: connect() with nothing
 * to send yet.
 * @sk: owned, SYN_SENT, its addresses set.
 * @fo: zeroed; without a cookie, what the SYN is to ask with.
 *
 * Return: true: the SYN waits for the first write, or for who has set
 *         defer_connect; false: send it.
 */
bool tcp_fastopen_defer_connect(struct sock *sk,
				struct tcp_fastopen_request *fo)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u16 mss;

	if (!tp->defer_connect && tp->fastopen_connect &&
	    cookie_check(sk, &mss, &fo->cookie))
		tp->defer_connect = 1;
	if (!tp->defer_connect)
		return false;
	/* Until then no number is one of ours. */
	tp->snd_una = tp->write_seq;
	tp->snd_nxt = tp->write_seq;
	return true;
}

/* The SYN that connect() has put off. */
static int send_deferred_syn(struct sock *sk, struct tcp_fastopen_request *fo)
{
	tcp_sk(sk)->defer_connect = 0;
	return tcp_v4_send_syn(sk, fo);
}

/**
 * tcp_sendmsg_fastopen() - A write that connects: MSG_FASTOPEN, or the first
 * one after TCP_FASTOPEN_CONNECT.
 * @sk:     owned.
 * @msg:    the data; what the SYN takes is taken off its iterator.
 * @copied: set to how many bytes that is.
 *
 * Context: task; sleeps until the handshake is over, unless it need not.
 * Return:  0: connected; -EINPROGRESS: under way (with *@copied bytes sent);
 *          -EOPNOTSUPP: switched off, or no address; -EALREADY, -EISCONN; what
 *          connect() fails with.
 */
ssize_t tcp_sendmsg_fastopen(struct sock *sk, struct msghdr *msg,
			     size_t *copied)
{
	struct tcp_fastopen_request fo = { .data = msg,
					   .size = msg_data_left(msg) };
	const struct sockaddr *addr = msg->msg_name;
	struct socket *sock = sk->sk_socket;
	bool nonblock = msg->msg_flags & MSG_DONTWAIT, first = false;
	int err;

	*copied = 0;
	if (!(tcp_net(sk)->sysctl_tcp_fastopen & TFO_CLIENT_ENABLE) ||
	    (addr && msg->msg_namelen >= (int)sizeof(addr->sa_family) &&
	     addr->sa_family == AF_UNSPEC))
		return -EOPNOTSUPP;
	if (sock->state == SS_UNCONNECTED) {
		/* All but the SYN. */
		tcp_sk(sk)->defer_connect = 1;
		err = inet_stream_start(sock, msg->msg_name, msg->msg_namelen);
		if (err) {
			tcp_sk(sk)->defer_connect = 0;
			return err;
		}
	}
	if (tcp_sk(sk)->defer_connect) {
		err = send_deferred_syn(sk, &fo);
		if (err) {
			sock->state = SS_UNCONNECTED;
			return err;
		}
		first = true;
	}
	*copied = fo.copied;
	return inet_stream_finish(sock, first, nonblock,
				  fo.data && fo.size != 0);
}

/* --- the SYN --- */

/* Data that a SYN takes: a segment as the server last offered it, and as the
 * path does, with room left for all the options there may be: middleboxes add
 * some of their own. */
static size_t syn_data_room(struct sock *sk, u16 cached_mss)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss;

	tp->rx_opt.mss_clamp = cached_mss;
	if (tp->rx_opt.user_mss && tp->rx_opt.user_mss < cached_mss)
		tp->rx_opt.mss_clamp = tp->rx_opt.user_mss;
	tcp_sync_mss(sk, inet_csk(sk)->icsk_pmtu_cookie);
	mss = tcp_mtu_to_mss(sk, inet_csk(sk)->icsk_pmtu_cookie) +
	      tp->tcp_header_len - (u32)sizeof(struct tcphdr);
	return mss > MAX_TCP_OPTION_SPACE ? mss - MAX_TCP_OPTION_SPACE : 0;
}

/* A packet like @syn, with as much of the message as fits; NULL: none of it
 * can be had. */
static struct sk_buff *syn_data_alloc(struct sock *sk, struct sk_buff *syn,
				      struct tcp_fastopen_request *fo,
				      size_t room)
{
	size_t want = min(room, fo->size);
	struct sk_buff *skb =
		tcp_stream_alloc_skb(sk, (u32)want, GFP_KERNEL, false);

	if (!skb)
		return NULL;
	*TCP_SKB_CB(skb) = *TCP_SKB_CB(syn);
	fo->copied = copy_from_iter(skb->tail, want, &fo->data->msg_iter);
	skb_put(skb, (u32)fo->copied);
	if (!fo->copied) {
		tcp_wmem_free_skb(sk, skb);
		return NULL;
	}
	if (fo->copied == fo->size)
		fo->data = NULL;
	return skb;
}

/* Send it as a SYN; from then on it is the data behind @syn. */
static int syn_data_send(struct sock *sk, struct sk_buff *syn,
			 struct sk_buff *skb)
{
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct tcp_sock *tp = tcp_sk(sk);
	int err;

	cb->end_seq += skb->len;
	tp->write_seq = cb->end_seq;
	tp->packets_out += tcp_skb_pcount(skb);
	tcp_chrono_start(sk, TCP_CHRONO_BUSY);
	err = tcp_transmit_skb(sk, skb, true, GFP_KERNEL);
	syn->tstamp = skb->tstamp;
	cb->seq++;
	cb->tcp_flags = TCPHDR_ACK | TCPHDR_PSH;
	if (!err) {
		tp->syn_data = 1;
		tcp_rtx_queue_insert(sk, skb);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPOrigDataSent);
		return 0;
	}
	/* It did not leave: it waits for the handshake like any other. */
	__skb_queue_tail(&sk->sk_write_queue, skb);
	tp->packets_out -= tcp_skb_pcount(skb);
	return err;
}

/**
 * tcp_send_syn_data() - The first SYN of a connect() with Fast Open.
 * @sk:  owned, SYN_SENT; fastopen_req is @fo.
 * @syn: the SYN, queued and counted.
 * @fo:  the data; cookie and copied are set.
 *
 * Where the data cannot go along, the SYN shows the cookie or asks for one.
 *
 * Return: as tcp_transmit_skb().
 */
int tcp_send_syn_data(struct sock *sk, struct sk_buff *syn,
		      struct tcp_fastopen_request *fo)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = NULL;
	u16 mss = tp->advmss;
	size_t room;
	int err;

	if (cookie_check(sk, &mss, &fo->cookie)) {
		room = syn_data_room(sk, mss);
		if (room && fo->size)
			skb = syn_data_alloc(sk, syn, fo, room);
		/* Data that is there but cannot be had: leave the cookie for
		 * a connection that can use it. */
		if (!skb && fo->size && fo->cookie.len > 0)
			fo->cookie.len = 0;
	} else if (fo->cookie.len > 0) {
		fo->cookie.len = 0;
	}
	tp->syn_fastopen = fo->cookie.len >= 0;
	tp->syn_fastopen_exp = tp->syn_fastopen && fo->cookie.exp;
	err = skb ? syn_data_send(sk, syn, skb)
		  : tcp_transmit_skb(sk, syn, true, GFP_KERNEL);
	if (err && !skb)
		tp->syn_fastopen = 0;
	return err;
}

/* --- the SYN-ACK --- */

/* TCP_MAXSEG has bounded what the option was read as; the cache wants what it
 * says. */
static u16 synack_mss(const struct sock *sk, const struct sk_buff *synack)
{
	struct tcp_options_received opt = { 0 };
	const struct tcp_options_received *ours = &tcp_sk(sk)->rx_opt;

	if (!ours->user_mss || ours->mss_clamp != ours->user_mss)
		return ours->mss_clamp;
	tcp_parse_options(sock_net(sk), synack, &opt, false, NULL);
	return opt.mss_clamp;
}

/* The data of our SYN was not acknowledged, or not all of it: it goes again,
 * and not for congestion. */
static void resend_syn_data(struct sock *sk, struct sk_buff *data)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->fastopen_client_fail =
		tp->total_retrans ? TFO_SYN_RETRANSMITTED : TFO_DATA_NOT_ACKED;
	for (; data; data = tcp_skb_rb_next(data))
		tcp_mark_skb_resend(sk, data);
	tcp_non_congestion_loss_retransmit(sk);
	NET_INC_STATS(sock_net(sk), TcpExt_TCPFastOpenActiveFail);
}

/**
 * tcp_rcv_fastopen_synack() - The answer to a SYN with Fast Open.
 * @sk:     the connection, which is established now; the ACK is applied.
 * @synack: starts at the TCP header; stays the caller's.
 * @cookie: its cookie; -1: none.
 *
 * RFC 7413, section 4.2.1: cookie and MSS are remembered; the data of the
 * SYN-ACK is taken.
 *
 * Return: true: data of the SYN was not acknowledged, and has gone again.
 */
bool tcp_rcv_fastopen_synack(struct sock *sk, struct sk_buff *synack,
			     struct tcp_fastopen_cookie *cookie)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *data = tp->syn_data ? tcp_rtx_queue_head(sk) : NULL;
	u8 try_exp = 0;

	if (!tp->syn_fastopen)
		cookie->len = -1; /* nobody has asked for it */
	else if (!tp->total_retrans && cookie->len < 0 && !tp->syn_data)
		/* Asked for, and not got: perhaps the server knows only the
		 * option of experiments. Once. */
		try_exp = tp->syn_fastopen_exp ? 2 : 1;
	tcp_fastopen_cache_set(sk, synack_mss(sk, synack), cookie, try_exp);
	if (data) {
		resend_syn_data(sk, data);
		return true;
	}
	tp->syn_data_acked = tp->syn_data;
	if (tp->syn_data_acked) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPFastOpenActive);
		/* One segment, though it was two packets. */
		if (tp->delivered > 1)
			tp->delivered--;
	}
	tcp_fastopen_add_skb(sk, synack);
	return false;
}

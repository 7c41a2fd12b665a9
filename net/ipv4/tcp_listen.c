// SPDX-License-Identifier: MIT
/*
 * DOC: half-open connections: a SYN on a listener, the SYN-ACK and its
 * retransmission, the ACK that completes the handshake, the accept queue.
 *
 * A request_sock is in the stack's ehash and on its listener's list until it
 * is completed, reset or given up; its timer sends the SYN-ACK again. It holds
 * a reference on the listener. That of a Fast Open is in no table: its child
 * has it (tcp_fastopen.c). All of it runs with softirqs off.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/ipv4/tcp.h"
#include "net/ipv4/tcp_conn_int.h"
#include "net/ipv4/tcp_fastopen.h"

static struct kmem_cache *req_cache;

/**
 * tcp_init_listen() - Make the cache. Once, at boot.
 */
void tcp_init_listen(void)
{
	req_cache = kmem_cache_create("request_sock_TCP",
				      sizeof(struct request_sock), 0);
	if (!req_cache)
		panic("tcp: no memory for a cache");
}

/* --- life of a request --- */

static struct request_sock *reqsk_alloc(struct sock *listener)
{
	struct request_sock *req = kmem_cache_zalloc(req_cache, GFP_ATOMIC);

	if (!req)
		return NULL;
	req->__req_common.skc_kind = SK_REQUEST;
	req->__req_common.skc_state = TCP_NEW_SYN_RECV;
	req->__req_common.skc_family = AF_INET;
	req->__req_common.skc_net = sock_net(listener);
	req->__req_common.skc_bound_dev_if = listener->sk_bound_dev_if;
	req->__req_common.skc_refcnt = 1;
	req->rsk_listener = listener;
	sock_hold(listener);
	return req;
}

/**
 * tcp_reqsk_put() - Drop a reference.
 * @req: the request; the last one frees it, and ends its own on the listener.
 */
void tcp_reqsk_put(struct request_sock *req)
{
	if (--req->__req_common.skc_refcnt)
		return;
	sock_put(req->rsk_listener);
	kmem_cache_free(req_cache, req);
}

/* Off the table and the listener's list; the table's reference remains. */
static bool reqsk_unlink(struct request_sock *req)
{
	struct request_sock_queue *q =
		inet_csk(req->rsk_listener)->icsk_accept_queue;

	if (hlist_unhashed(&req->__req_common.skc_node))
		return false;
	inet_ehash_del(net_ipv4(req->__req_common.skc_net)->hashinfo,
		       &req->__req_common);
	hlist_del_init(&req->rsk_node);
	del_timer(&req->rsk_timer);
	q->qlen--;
	if (!req->num_timeout)
		q->young--;
	return true;
}

/**
 * tcp_reqsk_drop() - End a half-open connection.
 * @req: unlinked, timer stopped, the table's reference dropped.
 */
void tcp_reqsk_drop(struct request_sock *req)
{
	if (reqsk_unlink(req))
		tcp_reqsk_put(req);
}

/**
 * tcp_reqsk_purge() - End every half-open connection of a listener.
 * @listener: it stops listening.
 */
void tcp_reqsk_purge(struct sock *listener)
{
	struct request_sock_queue *q = inet_csk(listener)->icsk_accept_queue;
	struct request_sock *req;
	struct hlist_node *next;

	hlist_for_each_entry_safe (req, next, &q->syn_list, rsk_node)
		tcp_reqsk_drop(req);
}

/* --- the SYN-ACK --- */

static struct rtable *reqsk_route(const struct sock *sk,
				  const struct request_sock *req)
{
	struct flowi4 fl4 = { 0 };

	flowi4_init_output(&fl4, sk->sk_bound_dev_if, sk->sk_mark, req->tos, 0,
			   IPPROTO_TCP, FLOWI_FLAG_ANYSRC, req->ir_rmt_addr,
			   req->ir_loc_addr, req->ir_rmt_port,
			   req->ir_loc_port);
	return ip_route_output_flow(sock_net(sk), &fl4, sk);
}

static int send_synack(const struct sock *sk, struct request_sock *req,
		       const struct tcp_fastopen_cookie *foc)
{
	struct rtable *rt = reqsk_route(sk, req);
	struct sk_buff *skb;
	int err = -ENOMEM;

	if (IS_ERR(rt))
		return (int)PTR_ERR(rt);
	skb = tcp_make_synack(sk, &rt->dst, req, foc);
	if (skb)
		err = ip_build_and_send_pkt(skb, sk, rt, req->ir_loc_addr,
					    req->ir_rmt_addr,
					    inet_sk(sk)->inet_opt, req->tos);
	ip_rt_put(rt);
	return net_xmit_eval(err);
}

/**
 * tcp_rtx_synack() - Send the SYN-ACK again.
 * @sk: the listener, or the child of a Fast Open. @req: the half-open
 * connection.
 *
 * Without a Fast Open option: a middlebox may have dropped the first one for
 * it.
 *
 * Return: 0 or a negative errno.
 */
int tcp_rtx_synack(const struct sock *sk, struct request_sock *req)
{
	int err = send_synack(sk, req, NULL);

	if (!err) {
		NET_INC_STATS(sock_net(sk), Tcp_RetransSegs);
		NET_INC_STATS(sock_net(sk), TcpExt_TCPSynRetrans);
		req->num_retrans++;
	}
	return err;
}

/* How often the SYN-ACK may go again. While more than half of the queue is in
 * use, half of that half is kept for young requests: the more old ones there
 * are, the sooner they end, and a SYN flood ends itself (RFC 4987, section
 * 3.3). At least two go again. */
static u8 reqsk_retries(const struct sock *sk)
{
	const struct request_sock_queue *q = inet_csk(sk)->icsk_accept_queue;
	u8 most = inet_csk(sk)->icsk_syn_retries
			  ?: net_ipv4(sock_net(sk))->sysctl_tcp_synack_retries;
	u32 young = q->young << 1;

	if (q->qlen << 1 <= max(8U, sk->sk_max_ack_backlog))
		return most;
	for (; most > 2 && q->qlen >= young; young <<= 1)
		most--;
	return most;
}

/* With TCP_DEFER_ACCEPT one whose ACK has come has all of that time for its
 * data, and longer if its other retries take longer. */
static bool reqsk_expires(const struct sock *sk, const struct request_sock *req)
{
	u8 defer = inet_csk(sk)->icsk_defer_accept;

	return req->num_timeout >= reqsk_retries(sk) &&
	       !(defer && req->acked && req->num_timeout < defer);
}

/* Does the SYN-ACK go again? Not while data is awaited, but for the last time
 * (TCP_DEFER_ACCEPT): the peer's ACK completes the connection then. */
static bool reqsk_resends(const struct sock *sk, const struct request_sock *req)
{
	u8 defer = inet_csk(sk)->icsk_defer_accept;

	return !defer || !req->acked || req->num_timeout + 1 >= defer;
}

/* The peer is silent, or the accept queue was full when its ACK came: again
 * with back-off (RFC 6298, 5.5), or give up. */
static void reqsk_timer(struct timer_list *t)
{
	struct request_sock *req = from_timer(req, t, rsk_timer);
	struct sock *sk = req->rsk_listener;

	if (sk->sk_state != TCP_LISTEN) {
		tcp_reqsk_drop(req);
		return;
	}
	NET_INC_STATS(sock_net(sk), TcpExt_TCPTimeouts);
	/* What cannot be sent now, for want of a route, never will. */
	if (reqsk_expires(sk, req) ||
	    (reqsk_resends(sk, req) && tcp_rtx_synack(sk, req) &&
	     !req->acked)) {
		tcp_reqsk_drop(req);
		return;
	}
	if (!req->num_timeout)
		inet_csk(sk)->icsk_accept_queue->young--;
	req->num_timeout++;
	req->timeout_ns = min(req->timeout_ns * 2, tcp_rto_max_ns(sk));
	mod_timer(&req->rsk_timer, ktime_get_ns() + req->timeout_ns);
}

static void reqsk_queue(struct sock *sk, struct request_sock *req)
{
	struct request_sock_queue *q = inet_csk(sk)->icsk_accept_queue;

	inet_hash_request(req);
	hlist_add_head(&req->rsk_node, &q->syn_list);
	q->qlen++;
	q->young++;
	req->timeout_ns = min(TCP_TIMEOUT_INIT, tcp_rto_max_ns(sk));
	timer_setup(&req->rsk_timer, reqsk_timer);
	mod_timer(&req->rsk_timer, ktime_get_ns() + req->timeout_ns);
}

/* --- the accept queue --- */

/**
 * tcp_accept_queue_add() - accept() may have this connection.
 * @sk: the listener. @req: carries it through the queue. @child: it.
 *
 * The queue's entry stands for the child's own reference.
 */
void tcp_accept_queue_add(struct sock *sk, struct request_sock *req,
			  struct sock *child)
{
	struct request_sock_queue *q = inet_csk(sk)->icsk_accept_queue;

	req->sk = child;
	req->dl_next = NULL;
	if (q->rskq_accept_tail)
		q->rskq_accept_tail->dl_next = req;
	else
		q->rskq_accept_head = req;
	q->rskq_accept_tail = req;
	sk->sk_ack_backlog++;
}

/* --- a SYN --- */

static void reqsk_fill(struct sock *sk, struct request_sock *req,
		       const struct sk_buff *skb,
		       const struct tcp_options_received *opt)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const struct iphdr *iph = ip_hdr(skb);
	struct sock_common *c = &req->__req_common;

	req->ir_loc_addr = iph->daddr;
	req->ir_rmt_addr = iph->saddr;
	req->ir_loc_port = th->dest;
	req->ir_rmt_port = th->source;
	req->ir_iif = (int)skb->skb_iif;
	c->skc_rcv_saddr = iph->daddr;
	c->skc_daddr = iph->saddr;
	c->skc_num = ntohs(th->dest);
	c->skc_dport = th->source;
	req->rcv_isn = TCP_SKB_CB(skb)->seq;
	req->rcv_nxt = req->rcv_isn + 1;
	req->mss = opt->mss_clamp;
	req->tstamp_ok = opt->saw_tstamp;
	req->ts_recent = opt->saw_tstamp ? opt->rcv_tsval : 0;
	req->sack_ok = opt->sack_ok;
	req->wscale_ok = opt->wscale_ok;
	req->snd_wscale = opt->snd_wscale;
	req->tos = inet_sk(sk)->tos;
	req->ts_off = secure_tcp_ts_off(sock_net(sk), iph->daddr, iph->saddr);
}

/* What the route back may say otherwise than the settings. */
static void reqsk_route_choices(const struct sock *sk, struct request_sock *req,
				const struct tcphdr *th,
				const struct dst_entry *dst)
{
	bool ecn = net_ipv4(sock_net(sk))->sysctl_tcp_ecn ||
		   (dst_metric(dst, RTAX_FEATURES) & RTAX_FEATURE_ECN);

	/* RFC 3168, 6.1.1: both bits ask for ECN. */
	req->ecn_ok = ecn && th->ece && th->cwr;
	req->no_cookie =
		tcp_fastopen_no_cookie(sk, dst, TFO_SERVER_COOKIE_NOT_REQD);
}

/* The window to offer, and its scale. */
static void reqsk_window(const struct sock *sk, struct request_sock *req,
			 const struct dst_entry *dst)
{
	u32 mss = tcp_mss_clamp(tcp_sk(sk), dst_metric_advmss(dst));
	u32 space = tcp_full_space(sk);

	req->rsk_window_clamp =
		tcp_sk(sk)->window_clamp ?: dst_metric(dst, RTAX_WINDOW);
	if ((sk->sk_userlocks & SOCK_RCVBUF_LOCK) &&
	    (req->rsk_window_clamp > space || !req->rsk_window_clamp))
		req->rsk_window_clamp = space;
	tcp_select_initial_window(
		sk, space, mss - (req->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0),
		&req->rsk_rcv_wnd, &req->rsk_window_clamp, req->wscale_ok,
		&req->rcv_wscale, dst_metric(dst, RTAX_INITRWND));
}

static void syn_options(struct sock *sk, const struct sk_buff *skb,
			bool want_cookie, struct tcp_options_received *opt,
			struct tcp_fastopen_cookie *foc)
{
	memset(opt, 0, sizeof(*opt));
	foc->len = -1;
	foc->exp = false;
	opt->mss_clamp = TCP_MSS_DEFAULT;
	opt->user_mss = tcp_sk(sk)->rx_opt.user_mss;
	tcp_parse_options(sock_net(sk), skb, opt, false, foc);
	/* A cookie has room for the options only in the timestamp. */
	if (want_cookie && !opt->saw_tstamp) {
		opt->sack_ok = 0;
		opt->wscale_ok = 0;
		opt->snd_wscale = 0;
	}
}

static int request_start(struct sock *sk, struct request_sock *req,
			 struct sk_buff *skb, bool want_cookie)
{
	struct rtable *rt = reqsk_route(sk, req);

	if (IS_ERR(rt))
		return (int)PTR_ERR(rt);
	reqsk_window(sk, req, &rt->dst);
	reqsk_route_choices(sk, req, tcp_hdr(skb), &rt->dst);
	ip_rt_put(rt);
	req->snt_isn =
		want_cookie ? tcp_cookie_isn(sk, skb, &req->mss)
		: TCP_SKB_CB(skb)->tw_isn
			? TCP_SKB_CB(skb)->tw_isn
			: secure_tcp_seq(sock_net(sk), req->ir_loc_addr,
					 req->ir_rmt_addr, req->ir_loc_port,
					 req->ir_rmt_port);
	req->cookie_ts = want_cookie && req->tstamp_ok;
	req->snt_synack_ns = ktime_get_ns();
	if (req->cookie_ts)
		tcp_cookie_encode_options(req);
	return 0;
}

/* The answer to a SYN whose handshake is remembered; @req is not the caller's
 * any more. */
static void request_answer(struct sock *sk, struct request_sock *req,
			   struct sk_buff *skb, struct tcp_fastopen_cookie *foc)
{
	struct sock *child = tcp_try_fastopen(sk, skb, req, foc);

	if (child) {
		/* Lost: the child's timer sends it again. */
		send_synack(child, req, foc);
		tcp_accept_queue_add(sk, req, child);
		sk->sk_data_ready(sk);
		sock_put(child);
		return;
	}
	reqsk_queue(sk, req);
	send_synack(sk, req, foc); /* lost: the timer sends it again */
}

/* Without cookies the last quarter of tcp_max_syn_backlog is for peers that
 * are known to be there; no other peers are than those of a TIME_WAIT. */
static bool syn_backlog_is_full(const struct net *net,
				const struct request_sock_queue *q)
{
	u32 most = net_ipv4(net)->sysctl_tcp_max_syn_backlog;

	return (s32)(most - q->qlen) < (s32)(most >> 2);
}

/**
 * tcp_conn_request() - A SYN has arrived at a listener.
 * @sk:  the listener.
 * @skb: the SYN; stays the caller's.
 *
 * When the queue of half-open connections is full the SYN is answered with a
 * cookie and no memory is spent (RFC 4987, section 3.6); there is no Fast Open
 * then.
 *
 * Context: softirq.
 * Return:  0: done or dropped.
 */
int tcp_conn_request(struct sock *sk, struct sk_buff *skb)
{
	const struct request_sock_queue *q = inet_csk(sk)->icsk_accept_queue;
	struct net *net = sock_net(sk);
	u8 cookies = net_ipv4(net)->sysctl_tcp_syncookies;
	struct tcp_options_received opt;
	struct tcp_fastopen_cookie foc;
	struct request_sock *req;
	bool want_cookie;

	if (skb_dst(skb) && skb_rtable(skb)->rt_type != RTN_LOCAL)
		goto drop; /* RFC 1122, 4.2.3.10: no broadcast */
	/* Who comes from a TIME_WAIT is no forged address. */
	want_cookie = !TCP_SKB_CB(skb)->tw_isn &&
		      (cookies == 2 || q->qlen > sk->sk_max_ack_backlog);
	if (want_cookie && !cookies) {
		NET_INC_STATS(net, TcpExt_TCPReqQFullDrop);
		goto drop;
	}
	if (sk_acceptq_is_full(sk)) {
		NET_INC_STATS(net, TcpExt_ListenOverflows);
		goto drop;
	}
	if (!cookies && !TCP_SKB_CB(skb)->tw_isn && syn_backlog_is_full(net, q))
		goto drop;
	syn_options(sk, skb, want_cookie, &opt, &foc);
	req = reqsk_alloc(sk);
	if (!req)
		goto drop;
	reqsk_fill(sk, req, skb, &opt);
	if (request_start(sk, req, skb, want_cookie)) {
		tcp_reqsk_put(req);
		goto drop;
	}
	if (want_cookie) {
		NET_INC_STATS(net, TcpExt_TCPReqQFullDoCookies);
		NET_INC_STATS(net, TcpExt_SyncookiesSent);
		send_synack(sk, req, NULL);
		tcp_reqsk_put(req);
		return 0;
	}
	request_answer(sk, req, skb, &foc);
	return 0;

drop:
	NET_INC_STATS(net, TcpExt_ListenDrops);
	return 0;
}

/* --- the handshake's last ACK --- */

/* A child that could not be completed: both its references end. */
static void child_abort(struct sock *child)
{
	sock_orphan(child);
	net_ipv4(sock_net(child))->tcp_orphans++;
	tcp_done(child);
	sock_put(child);
}

/**
 * tcp_syn_recv_sock() - Child of a handshake, with route, MSS, port, table.
 * @sk: the listener. @skb: the last ACK. @req: the handshake.
 *
 * Context: softirq.
 * Return:  the child with two references, or NULL: queue full, no memory or
 *          no route.
 */
struct sock *tcp_syn_recv_sock(struct sock *sk, struct sk_buff *skb,
			       struct request_sock *req)
{
	struct net *net = sock_net(sk);
	struct sock *child;
	struct rtable *rt;

	if (sk_acceptq_is_full(sk)) {
		NET_INC_STATS(net, TcpExt_ListenOverflows);
		goto drop;
	}
	rt = reqsk_route(sk, req);
	if (IS_ERR(rt))
		goto drop;
	child = tcp_create_openreq_child(sk, req, skb);
	if (!child) {
		ip_rt_put(rt);
		goto drop;
	}
	child->sk_gso_type = SKB_GSO_TCPV4;
	inet_csk(child)->icsk_ext_hdr_len = 0;
	tcp_sk(child)->advmss =
		(u16)tcp_mss_clamp(tcp_sk(sk), dst_metric_advmss(&rt->dst));
	tcp_sync_mss(child, dst_mtu(&rt->dst));
	sk_setup_caps(child, &rt->dst);
	tcp_ca_dst_init(child, &rt->dst);
	tcp_dst_metrics(child, &rt->dst);
	tcp_initialize_rcv_mss(child);
	if (inet_inherit_port(sk, child)) {
		child_abort(child);
		goto drop;
	}
	inet_hash(child);
	return child;

drop:
	NET_INC_STATS(net, TcpExt_ListenDrops);
	return NULL;
}

static bool request_in_window(const struct request_sock *req, u32 seq,
			      u32 end_seq)
{
	u32 end = req->rcv_nxt + req->rsk_rcv_wnd;

	return seq == req->rcv_nxt ||
	       (after(end_seq, req->rcv_nxt) && before(seq, end)) ||
	       (seq == end && seq == end_seq);
}

/* The handshake ends with a RST: the peer's, or ours. */
static void request_reset(struct sock *sk, struct sk_buff *skb,
			  struct request_sock *req)
{
	NET_INC_STATS(sock_net(sk), TcpExt_EmbryonicRsts);
	if (!tcp_hdr(skb)->rst)
		tcp_v4_send_reset(sk, skb);
	tcp_reqsk_drop(req);
}

/* The same for the child of a Fast Open. A stray SYN does not end it: it may
 * be in use already. */
static void fastopen_reset(struct sock *child, struct sk_buff *skb)
{
	if (!tcp_hdr(skb)->rst) {
		tcp_v4_send_reset(child, skb);
		return;
	}
	tcp_fastopen_remove(child, true);
	tcp_reset(child, skb);
}

/* An ACK to what was not acceptable, at a limited rate. */
static void request_ack(struct sock *sk, struct sk_buff *skb,
			struct request_sock *req)
{
	if (!tcp_oow_rate_limited(sock_net(sk), skb,
				  MIB_TcpExt_TCPACKSkippedSynRecv,
				  &req->last_oow_ack_time_ns))
		tcp_v4_reqsk_ack(sk, req, skb);
}

/* RFC 7323, section 5.3, and RFC 6191: a stamp that is older than the SYN's.
 * And an echo of a stamp that we have not sent is forged (section 3.2); the
 * child of a Fast Open may have sent others. MIB_*, or -1 if it is good. */
static int request_judge_ts(const struct sock *sk,
			    const struct request_sock *req,
			    const struct tcp_options_received *seen)
{
	struct tcp_options_received opt = *seen;

	if (!opt.saw_tstamp || !req->tstamp_ok)
		return -1;
	opt.ts_recent = req->ts_recent;
	opt.ts_recent_stamp_s = tcp_now_s();
	if (!tcp_paws_check(&opt, 0))
		return MIB_TcpExt_PAWSEstab;
	if (sk->sk_state == TCP_LISTEN && opt.rcv_tsecr &&
	    !between(opt.rcv_tsecr, req->snt_tsval_first, req->snt_tsval_last))
		return MIB_TcpExt_TSEcrRejected;
	return -1;
}

/* Everything that is not the ACK we wait for. @sk is the listener, or the
 * child of a Fast Open. @ts_fault: of request_judge_ts(). True: it was dealt
 * with. */
static bool request_check(struct sock *sk, struct sk_buff *skb,
			  struct request_sock *req, int ts_fault)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	bool fastopen = sk->sk_state != TCP_LISTEN;

	/* The peer's SYN again: it did not get our SYN-ACK. */
	if (cb->seq == req->rcv_isn && th->syn && !th->ack && !th->rst &&
	    ts_fault != MIB_TcpExt_PAWSEstab) {
		if (!tcp_oow_rate_limited(sock_net(sk), skb,
					  MIB_TcpExt_TCPACKSkippedSynRecv,
					  &req->last_oow_ack_time_ns))
			tcp_rtx_synack(sk, req);
		return true;
	}
	/* RFC 9293, 3.10.7.4: an ACK of something we did not send. What the
	 * child of a Fast Open has sent, it knows itself. */
	if (th->ack && !fastopen && cb->ack_seq != req->snt_isn + 1) {
		tcp_v4_send_reset(sk, skb);
		return true;
	}
	if (ts_fault >= 0 || !request_in_window(req, cb->seq, cb->end_seq)) {
		if (!th->rst)
			request_ack(sk, skb, req);
		if (ts_fault >= 0)
			sock_net(sk)->mib.v[ts_fault]++;
		return true;
	}
	/* RFC 5961, section 3.2: in the window is not enough for a RST. */
	if (th->rst && cb->seq != req->rcv_nxt) {
		request_ack(sk, skb, req);
		return true;
	}
	if (th->rst || th->syn) { /* where the last ACK should be */
		NET_INC_STATS(sock_net(sk), Tcp_AttemptFails);
		if (fastopen)
			fastopen_reset(sk, skb);
		else
			request_reset(sk, skb, req);
		return true;
	}
	return !th->ack;
}

/* Options, then the rest. False: it was dealt with. */
static bool request_accepts(struct sock *sk, struct sk_buff *skb,
			    struct request_sock *req)
{
	struct tcp_options_received opt = { 0 };
	int ts_fault = -1;

	if (tcp_hdr(skb)->doff > sizeof(struct tcphdr) / 4) {
		opt.tstamp_ok = req->tstamp_ok;
		tcp_parse_options(sock_net(sk), skb, &opt, true, NULL);
		/* A RST is believed whatever its stamp (RFC 7323, 5.2). */
		if (!tcp_hdr(skb)->rst)
			ts_fault = request_judge_ts(sk, req, &opt);
	}
	if (request_check(sk, skb, req, ts_fault))
		return false;
	if (opt.saw_tstamp && !after(TCP_SKB_CB(skb)->seq, req->rcv_nxt))
		req->ts_recent = opt.rcv_tsval;
	return true;
}

/**
 * tcp_fastopen_check_req() - A segment for the child of a Fast Open whose
 * handshake is not complete.
 * @sk:  the child; may be in TCP_CLOSE afterwards.
 * @skb: the segment; stays the caller's.
 *
 * Context: softirq, or the owner working off the backlog.
 * Return:  true: it may be the handshake's last ACK: go on with it.
 */
bool tcp_fastopen_check_req(struct sock *sk, struct sk_buff *skb)
{
	return request_accepts(sk, skb, tcp_sk(sk)->fastopen_rsk);
}

/**
 * tcp_check_req() - A segment for a half-open connection.
 * @sk:  the listener.
 * @skb: the segment; stays the caller's.
 * @req: the half-open connection, with the caller's reference.
 *
 * RFC 9293, 3.10.7.4, SYN-RECEIVED.
 *
 * Context: softirq.
 * Return:  the new connection, already in the accept queue, with a reference
 *          for the caller; NULL: @skb was dealt with and can be dropped.
 */
struct sock *tcp_check_req(struct sock *sk, struct sk_buff *skb,
			   struct request_sock *req)
{
	struct sock *child;

	if (!request_accepts(sk, skb, req))
		return NULL;
	/* TCP_DEFER_ACCEPT: wait for data, for as many repeats as asked. */
	if (req->num_timeout < inet_csk(sk)->icsk_defer_accept &&
	    TCP_SKB_CB(skb)->end_seq == req->rcv_isn + 1) {
		req->acked = true;
		NET_INC_STATS(sock_net(sk), TcpExt_TCPDeferAcceptDrop);
		return NULL;
	}
	child = tcp_syn_recv_sock(sk, skb, req);
	if (!child) {
		/* Full: the peer will send again, and so shall we. */
		req->acked = true;
		if (net_ipv4(sock_net(sk))->sysctl_tcp_abort_on_overflow)
			request_reset(sk, skb, req);
		return NULL;
	}
	/* The handshake's round trip, if the SYN-ACK went only once. */
	tcp_sk(child)->syn_stamp_ns = req->num_retrans ? 0 : req->snt_synack_ns;
	reqsk_unlink(req);
	tcp_accept_queue_add(sk, req, child);
	return child;
}

/* --- cookies: a request out of the last ACK alone --- */

/**
 * tcp_reqsk_from_ack() - A request for a handshake that was not remembered.
 * @sk: the listener. @skb: the ACK.
 *
 * Return: the request, its names filled in; NULL: no memory.
 */
struct request_sock *tcp_reqsk_from_ack(struct sock *sk,
					const struct sk_buff *skb)
{
	const struct tcp_options_received none = { 0 };
	struct request_sock *req = reqsk_alloc(sk);

	if (req)
		reqsk_fill(sk, req, skb, &none);
	return req;
}

/**
 * tcp_reqsk_complete() - Make the child of such a request and queue it.
 * @sk: the listener. @skb: the ACK. @req: the request, options decoded.
 *
 * Return: the child with a reference for the caller (the request is the
 *         accept queue's then), or NULL.
 */
struct sock *tcp_reqsk_complete(struct sock *sk, struct sk_buff *skb,
				struct request_sock *req)
{
	struct rtable *rt = reqsk_route(sk, req);
	struct sock *child;

	if (IS_ERR(rt))
		return NULL;
	reqsk_window(sk, req, &rt->dst);
	ip_rt_put(rt);
	child = tcp_syn_recv_sock(sk, skb, req);
	if (child)
		tcp_accept_queue_add(sk, req, child);
	return child;
}

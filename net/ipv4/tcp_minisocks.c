// SPDX-License-Identifier: MIT
/*
 * DOC: TIME_WAIT, and the birth of a connection from a half-open one.
 *
 * A TIME_WAIT takes the place of its socket in the hash table with a fifth of
 * the memory; its one reference is shared by the table and its timer. A child
 * is made by tcp_check_req() when the handshake's last ACK arrives, in
 * softirq; from then on it is an ordinary socket.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/ipv4/tcp_conn_int.h"

static struct kmem_cache *tw_cache;

/* --- references of every kind of socket --- */

static void timewait_put(struct tcp_timewait_sock *tw)
{
	if (--tw->__tw_common.skc_refcnt == 0)
		kmem_cache_free(tw_cache, tw);
}

/**
 * tcp_gen_put() - Drop the reference of a look-up.
 * @sk: a full socket, a TIME_WAIT or a half-open connection.
 *
 * Context: softirq, or task with softirqs off.
 */
void tcp_gen_put(struct sock *sk)
{
	switch (sk->__sk_common.skc_kind) {
	case SK_TIMEWAIT:
		timewait_put((struct tcp_timewait_sock *)sk);
		break;
	case SK_REQUEST:
		tcp_reqsk_put((struct request_sock *)sk);
		break;
	default:
		sock_put(sk);
	}
}

/* --- TIME_WAIT --- */

/* What lasts no longer is counted apart, as on Linux. */
#define TW_SHORT (4 * NSEC_PER_SEC)

/**
 * tcp_timewait_kill() - End a TIME_WAIT now.
 * @tw: the caller holds a reference, unless it is the timer.
 *
 * Context: softirqs off.
 */
void tcp_timewait_kill(struct tcp_timewait_sock *tw)
{
	struct netns_ipv4 *ipv4 = net_ipv4(tw->__tw_common.skc_net);

	if (hlist_unhashed(&tw->__tw_common.skc_node))
		return;
	inet_ehash_del(ipv4->hashinfo, &tw->__tw_common);
	inet_bind_node_leave(&tw->__tw_common, tw->tw_tb);
	del_timer(&tw->tw_timer);
	ipv4->tw_count--;
	timewait_put(tw);
}

static void timewait_timer(struct timer_list *t)
{
	struct tcp_timewait_sock *tw = from_timer(tw, t, tw_timer);

	tcp_timewait_kill(tw);
}

static u32 now_ms(void)
{
	return (u32)(ktime_get_ns() / NSEC_PER_MSEC);
}

/* A connection's names, links and sequence state, in a fresh TIME_WAIT. */
static void timewait_fill(struct tcp_timewait_sock *tw, struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sock_common *c = &tw->__tw_common;

	*c = sk->__sk_common;
	INIT_HLIST_NODE(&c->skc_node);
	INIT_HLIST_NODE(&c->skc_bind_node);
	c->skc_kind = SK_TIMEWAIT;
	c->skc_state = TCP_TIME_WAIT;
	c->skc_refcnt = 1;
	tw->tw_tb = inet_csk(sk)->icsk_bind_hash;
	tw->tw_rcv_wscale = tp->rx_opt.rcv_wscale;
	tw->tw_tos = inet_sk(sk)->tos;
	tw->tstamp_ok = tp->rx_opt.tstamp_ok;
	tw->tw_rcv_nxt = tp->rcv_nxt;
	tw->tw_snd_nxt = tp->snd_nxt;
	tw->tw_rcv_wnd = tcp_receive_window(tp);
	tw->tw_ts_recent = tp->rx_opt.ts_recent;
	tw->tw_ts_recent_stamp_s = tp->rx_opt.ts_recent_stamp_s;
	tw->tw_ts_offset = tp->tsoffset;
	tw->tw_entry_ms = now_ms();
}

static struct tcp_timewait_sock *timewait_alloc(struct sock *sk)
{
	struct netns_ipv4 *ipv4 = net_ipv4(sock_net(sk));

	if (ipv4->tw_count >= ipv4->sysctl_tcp_max_tw_buckets) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPTimeWaitOverflow);
		return NULL;
	}
	return kmem_cache_zalloc(tw_cache, GFP_ATOMIC);
}

/**
 * tcp_time_wait() - Replace a connection by a TIME_WAIT, or end it at once.
 * @sk:       the connection, softirqs off or owned; it is done afterwards.
 * @state:    TCP_TIME_WAIT, or TCP_FIN_WAIT2 for an orphan.
 * @timeo_ns: how long FIN_WAIT2 lasts.
 *
 * Without memory, or with too many already, there is none: the only harm is
 * that a late segment of the old connection is answered with RST.
 */
void tcp_time_wait(struct sock *sk, int state, u64 timeo_ns)
{
	struct inet_hashinfo *h = net_ipv4(sock_net(sk))->hashinfo;
	struct tcp_timewait_sock *tw;

	local_bh_disable();
	tw = inet_csk(sk)->icsk_bind_hash ? timewait_alloc(sk) : NULL;
	if (tw) {
		timewait_fill(tw, sk);
		tw->tw_substate = (u8)state;
		inet_unhash(sk);
		inet_ehash_add(h, &tw->__tw_common);
		hlist_add_head(&tw->__tw_common.skc_bind_node,
			       &tw->tw_tb->owners);
		net_ipv4(sock_net(sk))->tw_count++;
		timer_setup(&tw->tw_timer, timewait_timer);
		if (state == TCP_TIME_WAIT)
			timeo_ns = TCP_TIMEWAIT_LEN;
		mod_timer(&tw->tw_timer, ktime_get_ns() + timeo_ns);
		if (timeo_ns <= TW_SHORT)
			NET_INC_STATS(sock_net(sk), TcpExt_TWKilled);
		else
			NET_INC_STATS(sock_net(sk), TcpExt_TW);
	}
	tcp_done(sk);
	local_bh_enable();
}

/**
 * tcp_twsk_reuse() - Let a connect() take a TIME_WAIT's four-tuple over.
 * @sk: the connecting socket; gets a sequence number beyond the old ones.
 * @tw: the TIME_WAIT; gone if the answer is true. The caller's reference
 *      stays.
 *
 * RFC 6191: safe when timestamps tell old segments from new ones, that is when
 * the peer's clock has ticked, however slow (tcp_tw_reuse_delay).
 * tcp_tw_reuse 2: only over loopback.
 *
 * Return: whether it may.
 */
bool tcp_twsk_reuse(struct sock *sk, struct tcp_timewait_sock *tw)
{
	const struct netns_ipv4 *ipv4 = net_ipv4(sock_net(sk));
	struct tcp_sock *tp = tcp_sk(sk);
	u8 reuse = ipv4->sysctl_tcp_tw_reuse;

	/* The peer has not closed: its data would meet the new connection. */
	if (tw->tw_substate == TCP_FIN_WAIT2)
		return false;
	if (reuse == 2)
		reuse = ipv4_is_loopback(tw->__tw_common.skc_daddr) ||
			ipv4_is_loopback(tw->__tw_common.skc_rcv_saddr);
	if (!reuse || !tw->tw_ts_recent_stamp_s ||
	    (s32)(now_ms() - tw->tw_entry_ms -
		  ipv4->sysctl_tcp_tw_reuse_delay) <= 0)
		return false;
	tp->write_seq = tw->tw_snd_nxt + 65535 + 2;
	if (!tp->write_seq)
		tp->write_seq = 1;
	tp->rx_opt.ts_recent = tw->tw_ts_recent;
	tp->rx_opt.ts_recent_stamp_s = tw->tw_ts_recent_stamp_s;
	NET_INC_STATS(sock_net(sk), TcpExt_TWRecycled);
	tcp_timewait_kill(tw);
	return true;
}

/**
 * tcp_timewait_purge() - End every TIME_WAIT of a stack that ends.
 * @net: the stack.
 */
void tcp_timewait_purge(struct net *net)
{
	struct inet_hashinfo *h = net_ipv4(net)->hashinfo;
	struct hlist_node *next;
	struct sock_common *c;
	u32 i;

	if (!h || !h->ehash)
		return;
	local_bh_disable();
	for (i = 0; i <= h->ehash_mask; i++)
		hlist_for_each_entry_safe (c, next, &h->ehash[i], skc_node)
			if (c->skc_kind == SK_TIMEWAIT)
				tcp_timewait_kill(
					(struct tcp_timewait_sock *)c);
	local_bh_enable();
}

static void timewait_restart(struct tcp_timewait_sock *tw)
{
	mod_timer(&tw->tw_timer, ktime_get_ns() + TCP_TIMEWAIT_LEN);
}

/* An ACK, unless one went out a moment ago: two TIME_WAITs must not talk to
 * each other for ever. */
static enum tcp_tw_status timewait_answer(struct tcp_timewait_sock *tw,
					  struct sk_buff *skb,
					  enum snmp_mib mib)
{
	if (tcp_oow_rate_limited(tw->__tw_common.skc_net, skb, mib,
				 &tw->tw_last_oow_ack_time_ns))
		return TCP_TW_SUCCESS;
	return TCP_TW_ACK;
}

static bool timewait_in_window(const struct tcp_timewait_sock *tw, u32 seq,
			       u32 end_seq)
{
	u32 end = tw->tw_rcv_nxt + tw->tw_rcv_wnd;

	if (seq == tw->tw_rcv_nxt)
		return true;
	if (after(end_seq, tw->tw_rcv_nxt) && before(seq, end))
		return true;
	return seq == end && seq == end_seq;
}

static void timewait_note_ts(struct tcp_timewait_sock *tw,
			     const struct tcp_options_received *opt)
{
	if (!opt->saw_tstamp)
		return;
	tw->tw_ts_recent = opt->rcv_tsval;
	tw->tw_ts_recent_stamp_s = tcp_now_s();
}

/* RFC 9293, 3.10.7.4 for FIN-WAIT-2 after close(): nobody reads any more. */
static enum tcp_tw_status
fin_wait2_process(struct tcp_timewait_sock *tw, struct sk_buff *skb,
		  const struct tcphdr *th,
		  const struct tcp_options_received *opt, bool paws_reject)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	if (paws_reject || !timewait_in_window(tw, cb->seq, cb->end_seq))
		return th->rst ? TCP_TW_SUCCESS
			       : timewait_answer(
					 tw, skb,
					 MIB_TcpExt_TCPACKSkippedFinWait2);
	if (th->rst) {
		tcp_timewait_kill(tw);
		return TCP_TW_SUCCESS;
	}
	if (th->syn && !before(cb->seq, tw->tw_rcv_nxt))
		return TCP_TW_RST;
	if (!th->ack || !after(cb->end_seq, tw->tw_rcv_nxt) ||
	    cb->end_seq == cb->seq)
		return TCP_TW_SUCCESS; /* an old one, or no data */
	if (!th->fin || cb->end_seq != tw->tw_rcv_nxt + 1) {
		NET_INC_STATS(tw->__tw_common.skc_net, TcpExt_TCPAbortOnData);
		return TCP_TW_RST; /* data that nobody will read */
	}
	tw->tw_substate = TCP_TIME_WAIT;
	tw->tw_entry_ms = now_ms();
	tw->tw_rcv_nxt = cb->end_seq;
	timewait_note_ts(tw, opt);
	timewait_restart(tw);
	return TCP_TW_ACK;
}

/**
 * tcp_timewait_state_process() - A segment for a TIME_WAIT.
 * @tw:  with the caller's reference.
 * @skb: the segment; stays the caller's.
 * @th:  its header.
 *
 * RFC 9293, 3.10.7.4 and 3.6.1; RFC 6191 for a new SYN; RFC 1337 for RST when
 * tcp_rfc1337 is set.
 *
 * Context: softirq.
 * Return:  what the caller is to answer with.
 */
enum tcp_tw_status tcp_timewait_state_process(struct tcp_timewait_sock *tw,
					      struct sk_buff *skb,
					      const struct tcphdr *th)
{
	struct net *net = tw->__tw_common.skc_net;
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct tcp_options_received opt = { 0 };
	bool paws_reject = false;

	if (th->doff > sizeof(*th) / 4 && tw->tw_ts_recent_stamp_s) {
		opt.tstamp_ok = tw->tstamp_ok;
		tcp_parse_options(net, skb, &opt, true, NULL);
		opt.ts_recent = tw->tw_ts_recent;
		opt.ts_recent_stamp_s = tw->tw_ts_recent_stamp_s;
		paws_reject =
			opt.saw_tstamp && !th->rst && !tcp_paws_check(&opt, 0);
	}
	if (tw->tw_substate == TCP_FIN_WAIT2)
		return fin_wait2_process(tw, skb, th, &opt, paws_reject);

	/* The peer's FIN again, or a bare ACK at the right place. */
	if (!paws_reject && cb->seq == tw->tw_rcv_nxt &&
	    (cb->seq == cb->end_seq || th->rst)) {
		if (th->rst && !net_ipv4(net)->sysctl_tcp_rfc1337) {
			tcp_timewait_kill(tw);
			return TCP_TW_SUCCESS;
		}
		timewait_restart(tw);
		timewait_note_ts(tw, &opt);
		return TCP_TW_SUCCESS;
	}
	if (th->syn && !th->rst && !th->ack && !paws_reject &&
	    (after(cb->seq, tw->tw_rcv_nxt) ||
	     (opt.saw_tstamp && (s32)(tw->tw_ts_recent - opt.rcv_tsval) < 0)))
		return TCP_TW_SYN;
	if (paws_reject)
		NET_INC_STATS(net, TcpExt_PAWSTimewait);
	if (th->rst)
		return TCP_TW_SUCCESS;
	if (paws_reject || th->ack)
		timewait_restart(tw);
	return timewait_answer(tw, skb, MIB_TcpExt_TCPACKSkippedTimeWait);
}

/* --- the birth of a connection --- */

static void child_rcv_state(struct tcp_sock *tp, const struct request_sock *req)
{
	u32 seq = req->rcv_isn + 1;

	tp->rcv_nxt = seq;
	tp->rcv_wup = seq;
	tp->copied_seq = seq;
	tp->snd_wl1 = req->rcv_isn;
	tp->rcv_wnd = req->rsk_rcv_wnd;
	tp->rcv_mwnd_seq = seq + tp->rcv_wnd;
	tp->rcv_ssthresh = req->rsk_rcv_wnd;
	tp->window_clamp = req->rsk_window_clamp;
	tp->segs_in = 1;
	tp->out_of_order_queue = RB_ROOT;
	tp->ooo_last_skb = NULL;
}

static void child_snd_state(struct tcp_sock *tp, const struct request_sock *req,
			    const struct sk_buff *skb)
{
	u32 seq = req->snt_isn + 1;
	u32 window = ntohs(tcp_hdr(skb)->window);
	/* RFC 7323, section 2.2: that of a SYN is not scaled. */
	u8 scale = tcp_hdr(skb)->syn ? 0 : req->snd_wscale;

	tp->snd_una = seq;
	tp->snd_nxt = seq;
	tp->snd_sml = seq;
	tp->snd_up = seq;
	tp->write_seq = seq;
	tp->pushed_seq = seq;
	tp->snd_wnd = window << scale;
	tp->max_window = tp->snd_wnd;
	tp->tsoffset = req->ts_off;
	tp->total_retrans = req->num_retrans;
	INIT_LIST_HEAD(&tp->tsq_node);
	INIT_LIST_HEAD(&tp->tsorted_sent_queue);
	tp->tcp_mstamp_ns = ktime_get_ns();
	tp->tcp_wstamp_ns = 0;
	tp->lsndtime_ns = tp->tcp_mstamp_ns;
	tp->snd_cwnd = TCP_INIT_CWND;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
}

static void child_options(struct sock *child, const struct request_sock *req)
{
	struct tcp_sock *tp = tcp_sk(child);
	struct tcp_options_received *o = &tp->rx_opt;

	o->tstamp_ok = req->tstamp_ok;
	o->sack_ok = req->sack_ok ? TCP_SACK_SEEN : 0;
	o->wscale_ok = req->wscale_ok;
	o->snd_wscale = req->wscale_ok ? req->snd_wscale : 0;
	o->rcv_wscale = req->wscale_ok ? req->rcv_wscale : 0;
	o->mss_clamp = req->mss;
	o->ts_recent = req->ts_recent;
	o->ts_recent_stamp_s = req->tstamp_ok ? tcp_now_s() : 0;
	o->num_sacks = 0;
	if (!o->wscale_ok)
		tp->window_clamp = min(tp->window_clamp, 65535U);
	tp->tcp_header_len = (u16)(sizeof(struct tcphdr) +
				   (o->tstamp_ok ? TCPOLEN_TSTAMP_ALIGNED : 0));
	tp->ecn_flags = req->ecn_ok ? TCP_ECN_OK : 0;
}

/**
 * tcp_create_openreq_child() - The socket of a complete handshake.
 * @sk:  the listener. @req: the handshake. @skb: its last ACK.
 *
 * Context: softirq.
 * Return:  the child with two references, TCP_SYN_RECV, on no table; NULL: no
 *          memory.
 */
struct sock *tcp_create_openreq_child(const struct sock *sk,
				      struct request_sock *req,
				      struct sk_buff *skb)
{
	struct sock *child = inet_csk_clone_lock(sk, req, GFP_ATOMIC);

	if (!child)
		return NULL;
	child_rcv_state(tcp_sk(child), req);
	child_snd_state(tcp_sk(child), req, skb);
	child_options(child, req);
	tcp_sk(child)->template = NULL;
	inet_csk(child)->icsk_rto_ns = TCP_TIMEOUT_INIT;
	tcp_init_xmit_timers(child);
	tcp_assign_congestion_control(child);
	if (sock_flag(child, SOCK_KEEPOPEN))
		inet_csk_reset_keepalive_timer(
			child, keepalive_time_when_ns(tcp_sk(child)));
	NET_INC_STATS(sock_net(sk), Tcp_PassiveOpens);
	return child;
}

/**
 * tcp_init_minisocks() - Make the cache. Once, at boot.
 */
void tcp_init_minisocks(void)
{
	tw_cache = kmem_cache_create("tcp_timewait_sock",
				     sizeof(struct tcp_timewait_sock), 0);
	if (!tw_cache)
		panic("tcp: no memory for a cache");
	tcp_init_listen();
}

/**
 * tcp_child_process() - The first segment of a new connection.
 * @parent: the listener, which is told. @child: the connection, with the
 *          caller's reference, which ends here.
 * @skb:    the segment.
 *
 * Ownership: consumes @skb.
 * Context:   softirq, or the listener's backlog.
 * Return:    0.
 */
int tcp_child_process(struct sock *parent, struct sock *child,
		      struct sk_buff *skb)
{
	int state = child->sk_state;

	tcp_segs_in(tcp_sk(child), skb);
	if (!sock_owned_by_user(child)) {
		if (tcp_rcv_state_process(child, skb) == 1) {
			tcp_v4_send_reset(child, skb);
			kfree_skb_reason(skb, SKB_DROP_REASON_TCP_RESET);
		}
		if (state == TCP_SYN_RECV && child->sk_state != state)
			parent->sk_data_ready(parent);
	} else if (sk_add_backlog(child, skb, child->sk_rcvbuf)) {
		NET_INC_STATS(sock_net(child), TcpExt_TCPBacklogDrop);
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_BACKLOG);
	}
	sock_put(child);
	return 0;
}

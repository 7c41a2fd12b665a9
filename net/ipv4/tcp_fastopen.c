// SPDX-License-Identifier: MIT
/*
 * DOC: Fast Open on the side of the listener (RFC 7413, section 4.2): a SYN
 * that shows the right cookie makes a connection at once. Its data can be
 * read, it can be accepted and answered before the handshake is complete.
 *
 * The cookie is SipHash of the two addresses under the stack's or the
 * listener's key; a second key, the one before, still opens, and the answer
 * then has a cookie of the new one. The handshake's request is in no table:
 * the child, in SYN_RECV or (closed early) in FIN_WAIT1, holds it as
 * fastopen_rsk, and the child's retransmit timer sends the SYN-ACK again.
 *
 * A listener lets max_qlen such children be under way. Against forged SYNs
 * (section 5.1) one that was accepted and then reset counts for a minute
 * longer.
 *
 * State: the stack's tcp_fastopen_net, the listener's fastopen_queue; softirqs
 * off. Called by tcp_listen.c for each SYN, by tcp_state.c and tcp_close.c
 * when the handshake ends, and by the options and sysctls.
 */
#include "net/ipv4/tcp_fastopen.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/vsprintf.h"
#include "net/ipv4/tcp_int.h"

#define RST_HOLD_NS (60 * NSEC_PER_SEC)

/* --- keys --- */

/* Little-endian, as Linux takes them. */
static u64 key_word(const u8 *raw)
{
	u64 v;

	memcpy(&v, raw, sizeof(v));
	return v;
}

static void keys_from_raw(struct tcp_fastopen_keys *keys, const u8 *raw,
			  u32 num)
{
	u32 i;

	keys->num = (u8)num;
	for (i = 0; i < num; i++, raw += TCP_FASTOPEN_KEY_LENGTH) {
		keys->key[i].key[0] = key_word(raw);
		keys->key[i].key[1] = key_word(raw + 8);
	}
}

/* The listener's own, else the stack's. */
static const struct tcp_fastopen_keys *keys_of(const struct net *net,
					       const struct sock *sk)
{
	const struct request_sock_queue *q =
		sk ? inet_csk(sk)->icsk_accept_queue : NULL;

	return q && q->fastopenq.keys.num ? &q->fastopenq.keys
					  : &net_ipv4(net)->fastopen->keys;
}

/**
 * tcp_fastopen_set_keys() - TCP_FASTOPEN_KEY, or the stack's.
 * @net: the stack.
 * @sk:  the socket whose keys they become, owned; NULL: the stack's.
 * @raw: @num times TCP_FASTOPEN_KEY_LENGTH bytes; the first is the active one.
 * @num: 1 or 2.
 *
 * Context: task.
 * Return:  0 or -ENOMEM.
 */
int tcp_fastopen_set_keys(struct net *net, struct sock *sk, const u8 *raw,
			  u32 num)
{
	struct tcp_fastopen_keys *keys = &net_ipv4(net)->fastopen->keys;

	if (sk) {
		struct request_sock_queue *q = inet_csk_queue_alloc(sk);

		if (!q)
			return -ENOMEM;
		keys = &q->fastopenq.keys;
	}
	local_bh_disable();
	keys_from_raw(keys, raw, num);
	local_bh_enable();
	return 0;
}

/**
 * tcp_fastopen_get_keys() - The reverse.
 * @net: the stack.
 * @sk:  whose keys: its own, else the stack's; NULL: the stack's.
 * @raw: gets them.
 *
 * Return: how many there are.
 */
u32 tcp_fastopen_get_keys(const struct net *net, const struct sock *sk,
			  u8 raw[TCP_FASTOPEN_KEY_BUF_LENGTH])
{
	const struct tcp_fastopen_keys *keys = keys_of(net, sk);

	memcpy(raw, keys->key, keys->num * sizeof(keys->key[0]));
	return keys->num;
}

/* "a1b2c3d4-...": four words in hexadecimal, up to @end. */
static bool parse_key(const char *s, const char *end, u8 *raw)
{
	u32 i, n, digit, v;

	for (i = 0; i < 4; i++) {
		for (v = 0, n = 0; s < end && *s != '-'; s++, n++) {
			digit = (u32)(*s | 0x20);
			digit = digit >= 'a' ? digit - 'a' + 10 : digit - '0';
			if (digit > 15 || n == 8)
				return false;
			v = v << 4 | digit;
		}
		if (!n || (i < 3 && s++ == end))
			return false;
		memcpy(raw + 4 * i, &v, sizeof(v));
	}
	return s == end;
}

/**
 * tcp_fastopen_parse_keys() - Set the stack's keys from the sysctl's text.
 * @net:  the stack.
 * @text: one key or, behind a comma, two: "a1b2c3d4-...-...-...[,...]". White
 *        space at the end is passed over.
 *
 * Return: 0; -EINVAL: nothing has changed.
 */
int tcp_fastopen_parse_keys(struct net *net, const char *text)
{
	u8 raw[TCP_FASTOPEN_KEY_BUF_LENGTH];
	const char *end, *comma;
	u32 num = 1;

	for (end = text; (u8)*end > ' '; end++)
		;
	for (comma = text; comma < end && *comma != ','; comma++)
		;
	if (!parse_key(text, comma, raw))
		return -EINVAL;
	if (comma < end) {
		if (!parse_key(comma + 1, end, raw + TCP_FASTOPEN_KEY_LENGTH))
			return -EINVAL;
		num = 2;
	}
	return tcp_fastopen_set_keys(net, NULL, raw, num);
}

/**
 * tcp_fastopen_print_keys() - The stack's keys as the sysctl shows them.
 * @net:  the stack.
 * @text: gets them.
 */
void tcp_fastopen_print_keys(const struct net *net,
			     char text[TCP_FASTOPEN_KEY_TEXT])
{
	u32 w[TCP_FASTOPEN_KEY_BUF_LENGTH / sizeof(u32)], i, len = 0;
	u32 num = tcp_fastopen_get_keys(net, NULL, (u8 *)w);

	for (i = 0; i < num; i++)
		len += (u32)snprintf(text + len, TCP_FASTOPEN_KEY_TEXT - len,
				     "%s%08x-%08x-%08x-%08x", i ? "," : "",
				     w[4 * i], w[4 * i + 1], w[4 * i + 2],
				     w[4 * i + 3]);
}

/* --- cookies --- */

/* Section 4.1.2: nobody else can make it, and it says where it may be used. */
static void cookie_make(const siphash_key_t *key,
			const struct request_sock *req,
			struct tcp_fastopen_cookie *foc)
{
	u64 hash = siphash_2u32((__force u32)req->ir_rmt_addr,
				(__force u32)req->ir_loc_addr, key);

	foc->len = TCP_FASTOPEN_COOKIE_SIZE;
	memcpy(foc->val, &hash, sizeof(hash));
}

/* By which key, counted from 1, @foc was made; 0: by none. @fresh becomes the
 * cookie of the active one. */
static u32 cookie_check(const struct tcp_fastopen_keys *keys,
			const struct request_sock *req,
			const struct tcp_fastopen_cookie *foc,
			struct tcp_fastopen_cookie *fresh)
{
	struct tcp_fastopen_cookie c = { .len = -1 };
	u32 i;

	for (i = 0; i < keys->num; i++) {
		cookie_make(&keys->key[i], req, &c);
		if (!i)
			*fresh = c;
		if (foc->len == c.len &&
		    memcmp(foc->val, c.val, (size_t)c.len) == 0)
			return i + 1;
	}
	return 0;
}

/* --- the listener's queue --- */

/**
 * tcp_fastopen_queue_tune() - TCP_FASTOPEN: how many may be under way.
 * @sk:       the socket, owned: a listener, or to become one.
 * @max_qlen: at most somaxconn; 0: none.
 *
 * Return: 0 or -ENOMEM.
 */
int tcp_fastopen_queue_tune(struct sock *sk, u32 max_qlen)
{
	struct request_sock_queue *q = inet_csk_queue_alloc(sk);

	if (!q)
		return -ENOMEM;
	q->fastopenq.max_qlen = min(max_qlen, sock_net(sk)->sysctl_somaxconn);
	return 0;
}

/**
 * tcp_fastopen_listen() - A socket begins to listen.
 * @sk:      the socket, owned.
 * @backlog: of listen().
 *
 * TFO_SERVER_WO_SOCKOPT1 gives the programs Fast Open that do not know of it.
 * Without memory they are as they were.
 */
void tcp_fastopen_listen(struct sock *sk, u32 backlog)
{
	const u32 both = TFO_SERVER_ENABLE | TFO_SERVER_WO_SOCKOPT1;
	const struct request_sock_queue *q = inet_csk(sk)->icsk_accept_queue;

	if ((tcp_net(sk)->sysctl_tcp_fastopen & both) == both &&
	    !(q && q->fastopenq.max_qlen))
		tcp_fastopen_queue_tune(sk, backlog);
}

static void forget_oldest_reset(struct fastopen_queue *q)
{
	struct request_sock *req = q->rst_head;

	q->rst_head = req->dl_next;
	if (!q->rst_head)
		q->rst_tail = NULL;
	q->qlen--;
	tcp_reqsk_put(req);
}

/**
 * tcp_fastopen_listen_stop() - A socket listens no more.
 * @sk: the listener; its children are dealt with already.
 *
 * Context: softirqs off.
 */
void tcp_fastopen_listen_stop(struct sock *sk)
{
	struct fastopen_queue *q = &inet_csk(sk)->icsk_accept_queue->fastopenq;

	while (q->rst_head)
		forget_oldest_reset(q);
}

/* Does the listener take Fast Opens, and one more now? */
static bool queue_has_room(struct sock *sk)
{
	struct fastopen_queue *q = &inet_csk(sk)->icsk_accept_queue->fastopenq;

	if (!q->max_qlen)
		return false;
	if (q->qlen < q->max_qlen)
		return true;
	if (!q->rst_head || q->rst_head->timeout_ns > ktime_get_ns()) {
		NET_INC_STATS(sock_net(sk), TcpExt_TCPFastOpenListenOverflow);
		return false;
	}
	forget_oldest_reset(q);
	return true;
}

/* --- a SYN --- */

/**
 * tcp_fastopen_add_skb() - The data of a SYN or SYN-ACK arrives.
 * @sk:  the connection; rcv_nxt is behind the SYN.
 * @skb: starts at the TCP header; stays the caller's.
 *
 * Without memory it is not taken: the peer will send it again.
 *
 * Context: softirq, or the owner working off the backlog.
 */
void tcp_fastopen_add_skb(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *n;

	if (TCP_SKB_CB(skb)->end_seq == tp->rcv_nxt)
		return;
	n = skb_clone(skb, GFP_ATOMIC);
	if (!n)
		return;
	skb_dst_drop(n);
	skb_pull(n, tcp_hdr(n)->doff * 4U);
	TCP_SKB_CB(n)->seq++;
	TCP_SKB_CB(n)->tcp_flags &= (u8)~TCPHDR_SYN;
	tp->rcv_nxt = TCP_SKB_CB(n)->end_seq;
	tp->bytes_received += n->len;
	tp->syn_data_acked = 1;
	__skb_queue_tail(&sk->sk_receive_queue, n);
	skb_set_owner_r(n, sk);
	if (TCP_SKB_CB(n)->tcp_flags & TCPHDR_FIN)
		tcp_fin(sk);
}

/* The connection of a SYN alone; NULL: no room or no memory. */
static struct sock *child_make(struct sock *sk, struct sk_buff *skb,
			       struct request_sock *req)
{
	struct sock *child = tcp_syn_recv_sock(sk, skb, req);
	struct tcp_sock *tp;

	if (!child)
		return NULL;
	tp = tcp_sk(child);
	inet_csk(sk)->icsk_accept_queue->fastopenq.qlen++;
	tp->fastopen_rsk = req;
	req->tfo_listener = true;
	req->__req_common.skc_refcnt++;
	req->timeout_ns = TCP_TIMEOUT_INIT;
	inet_csk_reset_xmit_timer(child, ICSK_TIME_RETRANS, TCP_TIMEOUT_INIT,
				  TCP_RTO_MAX);
	tcp_init_transfer(child);
	tcp_fastopen_add_skb(child, skb);
	req->rcv_nxt = tp->rcv_nxt;
	tp->rcv_wup = tp->rcv_nxt;
	return child;
}

/**
 * tcp_fastopen_no_cookie() - Is a SYN with data enough, without a cookie?
 * @sk:   that sends it, or the listener.
 * @dst:  the route to the peer, or NULL.
 * @flag: of sysctl_tcp_fastopen that says so.
 */
bool tcp_fastopen_no_cookie(const struct sock *sk, const struct dst_entry *dst,
			    u32 flag)
{
	return (tcp_net(sk)->sysctl_tcp_fastopen & flag) ||
	       tcp_sk(sk)->fastopen_no_cookie ||
	       (dst && dst_metric(dst, RTAX_FASTOPEN_NO_COOKIE));
}

/**
 * tcp_try_fastopen() - May this SYN open a connection at once?
 * @sk:  the listener.
 * @skb: the SYN; stays the caller's.
 * @req: the handshake, filled in but in no table. With a child it has one
 *       reference more, the child's.
 * @foc: in: the SYN's cookie; out: what the SYN-ACK is to carry.
 *
 * RFC 7413, section 4.2.2: a wrong cookie is answered with the right one, and
 * the data waits for the handshake.
 *
 * Context: softirq.
 * Return:  the child with two references, to be put into the accept queue;
 *          NULL: go on as without Fast Open.
 */
struct sock *tcp_try_fastopen(struct sock *sk, struct sk_buff *skb,
			      struct request_sock *req,
			      struct tcp_fastopen_cookie *foc)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	struct net *net = sock_net(sk);
	const struct tcp_fastopen_keys *keys = keys_of(net, sk);
	struct tcp_fastopen_cookie fresh = { .len = -1 };
	bool exp = foc->exp;
	struct sock *child;
	u32 which = 0;

	if (foc->len == 0)
		NET_INC_STATS(net, TcpExt_TCPFastOpenCookieReqd);
	if (!(net_ipv4(net)->sysctl_tcp_fastopen & TFO_SERVER_ENABLE) ||
	    (foc->len < 0 && cb->end_seq == cb->seq + 1) ||
	    !queue_has_room(sk)) {
		foc->len = -1;
		return NULL;
	}
	if (!req->no_cookie) {
		if (foc->len == 0)
			cookie_make(&keys->key[0], req, &fresh);
		else if (foc->len > 0)
			which = cookie_check(keys, req, foc, &fresh);
		if (foc->len > 0 && !which)
			NET_INC_STATS(net, TcpExt_TCPFastOpenPassiveFail);
		if (!which)
			goto out;
	}
	child = child_make(sk, skb, req);
	if (!child) {
		NET_INC_STATS(net, TcpExt_TCPFastOpenPassiveFail);
		goto out;
	}
	NET_INC_STATS(net, TcpExt_TCPFastOpenPassive);
	if (which == 2)
		NET_INC_STATS(net, TcpExt_TCPFastOpenPassiveAltKey);
	else
		fresh.len = -1;
	*foc = fresh;
	foc->exp = exp;
	return child;

out:
	*foc = fresh;
	foc->exp = exp;
	return NULL;
}

/* --- the end of the handshake --- */

/**
 * tcp_fastopen_remove() - The child's handshake is complete, or it has ended.
 * @sk:    the child; fastopen_rsk is set, and not afterwards.
 * @reset: the peer has sent a RST. Where the program has the connection
 *         already, the listener counts it for a minute longer: he who forges
 *         addresses shall not be quicker than that.
 *
 * Context: softirqs off, or the child is owned.
 */
void tcp_fastopen_remove(struct sock *sk, bool reset)
{
	struct request_sock *req = tcp_sk(sk)->fastopen_rsk;
	struct sock *listener = req->rsk_listener;
	struct fastopen_queue *q =
		&inet_csk(listener)->icsk_accept_queue->fastopenq;

	local_bh_disable();
	tcp_sk(sk)->fastopen_rsk = NULL;
	req->tfo_listener = false;
	if (reset && !req->sk && listener->sk_state == TCP_LISTEN) {
		req->timeout_ns = ktime_get_ns() + RST_HOLD_NS;
		req->dl_next = NULL;
		if (q->rst_tail)
			q->rst_tail->dl_next = req;
		else
			q->rst_head = req;
		q->rst_tail = req;
	} else {
		q->qlen--;
		tcp_reqsk_put(req);
	}
	local_bh_enable();
}

/* --- a stack's life --- */

/**
 * tcp_fastopen_net_init() - Fast Open's part of a new stack: a random key.
 * @net: the stack.
 *
 * Return: 0 or -ENOMEM.
 */
int tcp_fastopen_net_init(struct net *net)
{
	struct tcp_fastopen_net *fn = kzalloc(sizeof(*fn), GFP_KERNEL);

	if (!fn)
		return -ENOMEM;
	get_random_bytes(&fn->keys.key[0], sizeof(fn->keys.key[0]));
	fn->keys.num = 1;
	net_ipv4(net)->fastopen = fn;
	return 0;
}

/**
 * tcp_fastopen_net_exit() - Undo tcp_fastopen_net_init().
 * @net: the stack; no socket is left in it.
 */
void tcp_fastopen_net_exit(struct net *net)
{
	if (!net_ipv4(net)->fastopen)
		return;
	tcp_fastopen_cache_flush(net);
	kfree(net_ipv4(net)->fastopen);
	net_ipv4(net)->fastopen = NULL;
}

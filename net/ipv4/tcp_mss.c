// SPDX-License-Identifier: MIT
/*
 * DOC: segment sizes and the windows offered at the start of a connection.
 *
 * The size of a segment follows from the path MTU, the peer's MSS option and
 * the options that every segment carries (RFC 9293, section 3.7.1; RFC 6691);
 * mss_cache remembers it until one of them changes. tcp_send_mss() also tells
 * how much one skb should collect, so that the layers below are crossed once
 * for many segments (row T13).
 *
 * Called by tcp.c, tcp_output.c and tcp_ipv4.c with the socket locked.
 */
#include "net/ipv4/tcp_int.h"

/* What of the path MTU is payload when a segment has no TCP options. */
static u32 mtu_to_mss_plain(const struct sock *sk, u32 pmtu)
{
	const u32 fixed = sizeof(struct iphdr) + sizeof(struct tcphdr);
	u32 ext = inet_csk(sk)->icsk_ext_hdr_len;
	u32 mss = pmtu > fixed ? pmtu - fixed : 0;

	mss = min(mss, (u32)tcp_sk(sk)->rx_opt.mss_clamp);
	mss = mss > ext ? mss - ext : 0;
	/* A peer that offers next to nothing must not make us send a header
	 * for each few bytes (CVE-2019-11479). */
	return max(mss, tcp_net(sk)->sysctl_tcp_min_snd_mss);
}

/**
 * tcp_mtu_to_mss() - Payload bytes of a segment on a path.
 * @sk:   the connection; its peer's MSS and own options count.
 * @pmtu: bytes of IP packet that the path takes.
 *
 * Return: bytes.
 */
u32 tcp_mtu_to_mss(const struct sock *sk, u32 pmtu)
{
	return mtu_to_mss_plain(sk, pmtu) -
	       (tcp_sk(sk)->tcp_header_len - (u32)sizeof(struct tcphdr));
}

/**
 * tcp_mss_to_mtu() - The reverse: the IP packet that a full segment makes.
 * @sk:  the connection.
 * @mss: payload bytes.
 *
 * Return: bytes.
 */
u32 tcp_mss_to_mtu(const struct sock *sk, u32 mss)
{
	return mss + tcp_sk(sk)->tcp_header_len +
	       inet_csk(sk)->icsk_ext_hdr_len + (u32)sizeof(struct iphdr);
}

/*
 * More than half of the largest window seen at once would leave the peer no
 * room to open its window by full segments (SWS, RFC 9293, section
 * 3.8.6.2.1). A tiny window is used whole.
 */
static u32 bound_to_half_wnd(const struct tcp_sock *tp, u32 size)
{
	u32 cutoff = tp->max_window;

	if (cutoff > TCP_MSS_DEFAULT)
		cutoff >>= 1;
	if (cutoff && size > cutoff)
		return max(cutoff, 68U - tp->tcp_header_len);
	return size;
}

/**
 * tcp_sync_mss() - The path MTU is now @pmtu: recompute the segment size.
 * @sk:   locked.
 * @pmtu: bytes of IP packet.
 *
 * Return: the new mss_cache.
 */
u32 tcp_sync_mss(struct sock *sk, u32 pmtu)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss;

	if (icsk->icsk_mtup.search_high > pmtu)
		icsk->icsk_mtup.search_high = (u16)pmtu;
	mss = bound_to_half_wnd(tp, tcp_mtu_to_mss(sk, pmtu));
	icsk->icsk_pmtu_cookie = pmtu;
	if (icsk->icsk_mtup_enabled)
		mss = min(mss, tcp_mtu_to_mss(sk, icsk->icsk_mtup.search_low));
	tp->mss_cache = mss;
	return mss;
}

/**
 * tcp_current_mss() - Payload bytes of a full segment sent now.
 * @sk: locked; follows a change of the route's MTU.
 *
 * mss_cache allows for tcp_header_len; SACK blocks come on top of that for as
 * long as there are any to send.
 *
 * Return: bytes.
 */
u32 tcp_current_mss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;
	u32 mss = tp->mss_cache, header_len;

	if (dst) {
		u32 mtu = dst_mtu(dst);

		if (mtu != inet_csk(sk)->icsk_pmtu_cookie)
			mss = tcp_sync_mss(sk, mtu);
	}
	header_len =
		tcp_established_options_size(sk) + (u32)sizeof(struct tcphdr);
	return mss - (header_len - tp->tcp_header_len);
}

/**
 * tcp_send_mss() - Segment size, and how much an skb should collect.
 * @sk:        locked.
 * @size_goal: out: a multiple of the segment size, as much as one GSO packet
 *             may hold and half of the peer's window permits; a little less if
 *             the device wants the last segment short.
 * @flags:     of the send; MSG_OOB stops the collecting.
 *
 * Return: bytes of a segment.
 */
u32 tcp_send_mss(struct sock *sk, u32 *size_goal, int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tcp_current_mss(sk), bound, goal;

	*size_goal = mss;
	if (flags & MSG_OOB)
		return mss;
	bound = bound_to_half_wnd(tp, tcp_gso_max_size(sk));
	goal = tp->gso_segs * mss;
	/* Most calls find the division of the last one still right. */
	if (unlikely(bound < goal || bound >= goal + mss)) {
		BUG_ON(!mss); /* tcp_mtu_to_mss() has a floor */
		tp->gso_segs =
			(u16)min_t(u32, bound / mss, sk->sk_gso_max_segs);
		goal = tp->gso_segs * mss;
	}
	if (goal > mss && tcp_tso_wants_short_last(sk))
		goal -= TCP_TSO_FILL_GAP;
	*size_goal = max(goal, mss);
	return mss;
}

/**
 * tcp_select_initial_window() - What to offer in a SYN or SYN-ACK.
 * @sk:           names the stack; may be a listener.
 * @space:        bytes of receive buffer that a window may promise.
 * @mss:          segment size to round to.
 * @rcv_wnd:      out: the window, of which the segment shows 65,535 at most;
 *                the first one behind it, which is scaled, shows all.
 * @window_clamp: in: 0 or the program's limit; out: what @rcv_wscale reaches.
 * @wscale_ok:    scaling may be used.
 * @rcv_wscale:   out: the shift (RFC 7323, section 2.2), enough for the largest
 *                buffer that auto-tuning may reach.
 * @init_rcv_wnd: segments that the route allows at first; 0: no limit.
 */
void tcp_select_initial_window(const struct sock *sk, u32 space, u32 mss,
			       u32 *rcv_wnd, u32 *window_clamp, bool wscale_ok,
			       u8 *rcv_wscale, u32 init_rcv_wnd)
{
	const struct netns_ipv4 *n = tcp_net(sk);

	if (*window_clamp == 0)
		*window_clamp = 0xffffU << TCP_MAX_WSCALE;
	space = min(*window_clamp, space);
	if (mss && space > mss)
		space -= space % mss;

	*rcv_wnd = space;
	if (n->sysctl_tcp_workaround_signed_windows)
		*rcv_wnd = min(space, MAX_TCP_WINDOW);
	if (init_rcv_wnd)
		*rcv_wnd = min(*rcv_wnd, init_rcv_wnd * mss);

	*rcv_wscale = 0;
	if (wscale_ok) {
		space = max(space, n->sysctl_tcp_rmem[2]);
		space = max(space, sock_net(sk)->sysctl_rmem_max);
		space = min(space, *window_clamp);
		if (fls_u64(space) > 16)
			*rcv_wscale =
				(u8)min(fls_u64(space) - 16U, TCP_MAX_WSCALE);
	}
	*window_clamp = min(0xffffU << *rcv_wscale, *window_clamp);
	*rcv_wnd = min(*rcv_wnd, *window_clamp);
}

/* Taking back what was offered is better than to drop what comes, if the
 * program says so (sysctl_tcp_shrink_window; RFC 7323, section 2.4). */
static bool may_shrink(const struct sock *sk)
{
	return tcp_net(sk)->sysctl_tcp_shrink_window &&
	       tcp_sk(sk)->rx_opt.rcv_wscale;
}

/**
 * __tcp_select_window() - The window that the receive buffer allows.
 * @sk: locked.
 *
 * Silly window avoidance of the receiver (RFC 9293, section 3.8.6.2.2): the
 * right edge moves only by full segments or by a good part of the buffer, and
 * a nearly full buffer closes the window rather than opening it by crumbs.
 *
 * Return: bytes, before scaling, rounded to what the scale can say.
 */
u32 __tcp_select_window(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 unit = 1U << tp->rx_opt.rcv_wscale;
	u32 mss = icsk->icsk_ack.rcv_mss;
	u32 room = tcp_space(sk), allowed = tcp_full_space(sk);
	u32 full = min(tp->window_clamp, allowed), window;

	if (unlikely(mss > full)) {
		mss = full;
		if (mss == 0)
			return 0;
	}
	if (may_shrink(sk)) {
		room = ALIGN_DOWN(room, unit);
		if (room < full >> 1) {
			icsk->icsk_ack.quick = 0;
			if (room < allowed >> 4 || room < mss || room < unit)
				return 0;
		}
		return room > tp->rcv_ssthresh ? ALIGN(tp->rcv_ssthresh, unit)
					       : room;
	}
	if (room < full >> 1) {
		icsk->icsk_ack.quick = 0;
		room = ALIGN_DOWN(room, unit);
		if (room < allowed >> 4 || room < mss)
			return 0;
	}
	room = min(room, tp->rcv_ssthresh);
	if (tp->rx_opt.rcv_wscale)
		return ALIGN(room, unit);

	window = tp->rcv_wnd;
	if (window + mss <= room || window > room)
		window = mss ? room - room % mss : room;
	else if (mss == full && room > window + (full >> 1))
		window = room;
	return window;
}

/* What becomes of the window is counted when it closes and reopens. */
static void count_window_change(const struct sock *sk, u32 old_win, u32 new_win)
{
	if (new_win == 0 && old_win)
		NET_INC_STATS(sock_net(sk), TcpExt_TCPToZeroWindowAdv);
	else if (new_win && old_win == 0)
		NET_INC_STATS(sock_net(sk), TcpExt_TCPFromZeroWindowAdv);
}

/* The window as the field of a segment has it. */
static u32 window_field(const struct sock *sk, u32 win)
{
	u8 scale = tcp_sk(sk)->rx_opt.rcv_wscale;

	if (scale == 0 && tcp_net(sk)->sysctl_tcp_workaround_signed_windows)
		return min(win, MAX_TCP_WINDOW);
	return min(win, 0xffffU << scale) >> scale;
}

/*
 * A connection that only sends: nothing has come since the last segment,
 * nothing waits to be read, and what was offered is as much as may be. All of
 * the rules below then come out at the same window.
 */
static bool window_is_settled(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->rcv_nxt == tp->rcv_wup && tp->rcv_wnd >= tp->rcv_ssthresh &&
	       !(tp->rcv_wnd & ((1U << tp->rx_opt.rcv_wscale) - 1)) &&
	       !sk->sk_rmem_alloc && !sk->sk_backlog_len &&
	       !(inet_csk(sk)->icsk_ack.pending & ICSK_ACK_NOMEM) &&
	       !tcp_net(sk)->sysctl_tcp_shrink_window;
}

/**
 * tcp_select_window() - The window field of the segment being built.
 * @sk: locked; rcv_wnd and rcv_wup are updated: the segment must go out.
 *
 * A window once offered is not taken back (RFC 9293, section 3.8.6), unless
 * sysctl_tcp_shrink_window allows it or the last segment found no memory.
 *
 * Return: the field's value, scaled.
 */
u32 tcp_select_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 scale = tp->rx_opt.rcv_wscale;
	u32 old_win = tp->rcv_wnd, cur = tcp_receive_window(tp);
	u32 win;

	if (likely(window_is_settled(sk)))
		return window_field(sk, old_win);
	if (unlikely(inet_csk(sk)->icsk_ack.pending & ICSK_ACK_NOMEM)) {
		tp->rcv_wnd = 0;
		tp->rcv_wup = tp->rcv_nxt;
		return 0;
	}
	win = __tcp_select_window(sk);
	if (win < cur && !may_shrink(sk)) {
		if (win == 0)
			NET_INC_STATS(sock_net(sk),
				      TcpExt_TCPWantZeroWindowAdv);
		win = ALIGN(cur, 1U << scale);
	}
	tp->rcv_wnd = win;
	tp->rcv_wup = tp->rcv_nxt;
	if (after(tp->rcv_nxt + win, tp->rcv_mwnd_seq))
		tp->rcv_mwnd_seq = tp->rcv_nxt + win;
	win = window_field(sk, win);
	count_window_change(sk, old_win, win);
	return win;
}

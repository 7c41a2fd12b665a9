// SPDX-License-Identifier: MIT
/*
 * DOC: when a packet came and went (rows Q6, S8; Documentation of Linux:
 * networking/timestamping).
 *
 * A send that is to be stamped marks its packet (skb_shared_info.tx_flags,
 * tskey). Where the packet passes a point that somebody asked for, a report
 * goes to the socket's error queue: __skb_tstamp_tx(), called by the device
 * layer (SCHED), a driver (SND) and TCP (ACK). Without marks no clock is read.
 *
 * Received packets are stamped in netif_receive_skb() while any socket wants
 * it (netstamp_needed), and the stamp is reported by recvmsg().
 *
 * Stamps are of ktime_get_ns() until a program reads them: then they become
 * times of day.
 *
 * State: netstamp_needed, changed with softirqs off.
 */
#include "net/core/timestamping.h"
#include "lib/count.h"
#include "lib/errno.h"
#include "lib/softirq.h"
#include "lib/uapi/net_tstamp.h"
#include "net/core/errqueue.h"
#include "net/core/netdevice.h"
#include "net/core/zerocopy.h"

/* Sockets that want received packets stamped. */
u32 netstamp_needed;

/* --- asking for it --- */

/**
 * net_enable_timestamp() - One more socket wants packets stamped.
 *
 * Context: task or softirq.
 */
void net_enable_timestamp(void)
{
	local_bh_disable();
	netstamp_needed++;
	local_bh_enable();
}

/**
 * net_disable_timestamp() - One socket less.
 *
 * Context: task or softirq.
 */
void net_disable_timestamp(void)
{
	local_bh_disable();
	WARN_ON_ONCE(netstamp_needed == 0);
	netstamp_needed--;
	local_bh_enable();
}

/* @flag becomes @on; the sock counts once, whichever of the flags it has. */
static void stamp_flag(struct sock *sk, enum sock_flags flag, bool on)
{
	bool had = sk->sk_flags & SK_FLAGS_TIMESTAMP;

	if (on)
		sock_set_flag(sk, flag);
	else
		sock_reset_flag(sk, flag);
	if (!had && (sk->sk_flags & SK_FLAGS_TIMESTAMP))
		net_enable_timestamp();
	if (had && !(sk->sk_flags & SK_FLAGS_TIMESTAMP))
		net_disable_timestamp();
}

/* What sendmsg() and recvmsg() look at follows from the options. */
static void note_stamp_options(struct sock *sk)
{
	const u32 report =
		SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;

	sk->sk_cmsg_flags = (u8)(sk->sk_cmsg_flags & ~SK_CMSG_TIMESTAMP);
	if (sock_flag(sk, SOCK_RCVTSTAMP) || (sk->sk_tsflags & report))
		sk->sk_cmsg_flags |= SK_CMSG_TIMESTAMP;
	sk->sk_msg_flags &= ~(u32)MSG_TX_STAMP;
	if (sk->sk_tsflags & SOF_TIMESTAMPING_TX_RECORD_MASK)
		sk->sk_msg_flags |= MSG_TX_STAMP;
}

static bool is_new(int name)
{
	return name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW ||
	       name == SO_TIMESTAMPING_NEW;
}

static void set_new(struct sock *sk, int name)
{
	if (is_new(name))
		sock_set_flag(sk, SOCK_TSTAMP_NEW);
	else
		sock_reset_flag(sk, SOCK_TSTAMP_NEW);
}

static void set_timestamp(struct sock *sk, int name, bool on)
{
	bool ns = name == SO_TIMESTAMPNS || name == SO_TIMESTAMPNS_NEW;

	if (on)
		set_new(sk, name);
	if (on && ns)
		sock_set_flag(sk, SOCK_RCVTSTAMPNS);
	else
		sock_reset_flag(sk, SOCK_RCVTSTAMPNS);
	stamp_flag(sk, SOCK_RCVTSTAMP, on);
	note_stamp_options(sk);
}

/* OPT_ID begins: datagrams count from 0, streams by the byte from here. */
static int start_ids(struct sock *sk, u32 flags)
{
	if (!sk->sk_prot->stream_pos) {
		sk->sk_tskey = 0;
		return 0;
	}
	return sk->sk_prot->stream_pos(sk, flags & SOF_TIMESTAMPING_OPT_ID_TCP,
				       &sk->sk_tskey);
}

static int set_timestamping(struct sock *sk, int name,
			    const struct so_timestamping *v)
{
	u32 flags = (u32)v->flags, was = sk->sk_tsflags;
	int err;

	if (flags & ~(u32)SOF_TIMESTAMPING_MASK)
		return -EINVAL;
	if ((flags & SOF_TIMESTAMPING_OPT_ID_TCP) &&
	    !(flags & SOF_TIMESTAMPING_OPT_ID))
		return -EINVAL;
	if ((flags & SOF_TIMESTAMPING_OPT_ID) &&
	    !(was & SOF_TIMESTAMPING_OPT_ID)) {
		err = start_ids(sk, flags);
		if (err)
			return err;
	}
	if ((flags & SOF_TIMESTAMPING_OPT_STATS) &&
	    !(flags & SOF_TIMESTAMPING_OPT_TSONLY))
		return -EINVAL;
	/* A clock of a device: none of ours has one. */
	if (flags & SOF_TIMESTAMPING_BIND_PHC)
		return sk->sk_bound_dev_if ? -EINVAL : -EOPNOTSUPP;
	sk->sk_tsflags = flags;
	set_new(sk, name);
	stamp_flag(sk, SOCK_TIMESTAMPING_RX_SOFTWARE,
		   flags & SOF_TIMESTAMPING_RX_SOFTWARE);
	note_stamp_options(sk);
	return 0;
}

static int set_timestamping_user(struct sock *sk, int name,
				 const void __user *val, u32 len)
{
	struct so_timestamping v = { 0, 0 };

	if (len < sizeof(v.flags))
		return -EINVAL;
	if (copy_from_user(&v, val,
			   len == sizeof(v) ? sizeof(v) : sizeof(v.flags)))
		return -EFAULT;
	return set_timestamping(sk, name, &v);
}

static int set_txtime(struct sock *sk, const void __user *val, u32 len)
{
	struct sock_txtime t;

	if (len != sizeof(t))
		return -EINVAL;
	if (copy_from_user(&t, val, sizeof(t)))
		return -EFAULT;
	if (t.flags & ~(u32)SOF_TXTIME_FLAGS_MASK)
		return -EINVAL;
	/* By the monotonic clock anybody may be late; the others serve
	 * disciplines that drop what comes too late. */
	if (t.clockid != CLOCK_MONOTONIC && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (t.clockid != CLOCK_MONOTONIC && t.clockid != CLOCK_REALTIME &&
	    t.clockid != CLOCK_TAI)
		return -EINVAL;
	sock_set_flag(sk, SOCK_TXTIME);
	sk->sk_clockid = (u8)t.clockid;
	sk->sk_txtime_flags = (u8)t.flags;
	return 0;
}

/**
 * sock_set_timestamp_option() - setsockopt(SOL_SOCKET), time stamps.
 * @sk:   the sock, owned.
 * @name: SO_*.
 * @val:  the value, in a program's memory.
 * @len:  its length.
 *
 * Return: 0, -EINVAL, -EFAULT, -EPERM, -EOPNOTSUPP (a device's clock);
 *         -ENOPROTOOPT for any other option.
 */
int sock_set_timestamp_option(struct sock *sk, int name, const void __user *val,
			      u32 len)
{
	int v, err;

	switch (name) {
	case SO_TIMESTAMPING:
	case SO_TIMESTAMPING_NEW:
		return set_timestamping_user(sk, name, val, len);
	case SO_TXTIME:
		return set_txtime(sk, val, len);
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_NEW:
		err = copy_int_from_sockopt(val, len, &v);
		if (!err)
			set_timestamp(sk, name, v != 0);
		return err;
	default:
		return -ENOPROTOOPT;
	}
}

/* Set through this very name? */
static int timestamp_is_on(const struct sock *sk, int name)
{
	bool ns = name == SO_TIMESTAMPNS || name == SO_TIMESTAMPNS_NEW;

	return sock_flag(sk, SOCK_RCVTSTAMP) &&
	       sock_flag(sk, SOCK_TSTAMP_NEW) == is_new(name) &&
	       sock_flag(sk, SOCK_RCVTSTAMPNS) == ns;
}

/**
 * sock_get_timestamp_option() - getsockopt(SOL_SOCKET), time stamps.
 * @sk:   the sock.
 * @name: SO_*.
 * @val:  where to, in a program's memory.
 * @len:  in: room; out: length.
 *
 * Return: 0, -EINVAL, -EFAULT; -ENOPROTOOPT for any other option.
 */
int sock_get_timestamp_option(struct sock *sk, int name, void __user *val,
			      int __user *len)
{
	struct so_timestamping v = { 0, 0 };
	struct sock_txtime t;
	int on;

	switch (name) {
	case SO_TIMESTAMPING:
	case SO_TIMESTAMPING_NEW:
		/* The new name tells only what was set by it. */
		if (name == SO_TIMESTAMPING || sock_flag(sk, SOCK_TSTAMP_NEW))
			v.flags = (int)sk->sk_tsflags;
		return put_sockopt(val, len, &v, sizeof(v));
	case SO_TXTIME:
		t.clockid = sk->sk_clockid;
		t.flags = sk->sk_txtime_flags;
		return put_sockopt(val, len, &t, sizeof(t));
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_NEW:
		on = timestamp_is_on(sk, name);
		return put_sockopt(val, len, &on, sizeof(on));
	default:
		return -ENOPROTOOPT;
	}
}

/* --- control messages of a send --- */

/* An int of a control message. */
static int cmsg_u32(const struct cmsghdr *c, u32 *v)
{
	if (c->cmsg_len != CMSG_LEN(sizeof(*v)))
		return -EINVAL;
	memcpy(v, CMSG_DATA(c), sizeof(*v));
	return 0;
}

static int cmsg_tsflags(const struct cmsghdr *c, struct sockcm_cookie *sockc)
{
	u32 v;

	if (cmsg_u32(c, &v) || (v & ~(u32)SOF_TIMESTAMPING_TX_RECORD_MASK))
		return -EINVAL;
	sockc->tsflags &= ~(u32)SOF_TIMESTAMPING_TX_RECORD_MASK;
	sockc->tsflags |= v;
	return 0;
}

static int cmsg_ts_opt_id(const struct sock *sk, const struct cmsghdr *c,
			  struct sockcm_cookie *sockc)
{
	/* A stream's number is its byte. */
	if (sk->sk_prot->stream_pos ||
	    !(sk->sk_tsflags & SOF_TIMESTAMPING_OPT_ID) ||
	    cmsg_u32(c, &sockc->ts_opt_id))
		return -EINVAL;
	sockc->has_ts_opt_id = true;
	return 0;
}

/* A time of the socket's clock, as one of ktime_get_ns(). */
static u64 txtime_to_mono(const struct sock *sk, u64 ns)
{
	u64 offset = 0;

	if (sk->sk_clockid != CLOCK_MONOTONIC)
		offset = ktime_get_real_ns() - ktime_get_ns();
	return ns > offset ? ns - offset : 1;
}

static int cmsg_txtime(const struct sock *sk, const struct cmsghdr *c,
		       struct sockcm_cookie *sockc)
{
	u64 ns;

	if (!sock_flag(sk, SOCK_TXTIME) || c->cmsg_len != CMSG_LEN(sizeof(ns)))
		return -EINVAL;
	memcpy(&ns, CMSG_DATA(c), sizeof(ns));
	sockc->transmit_time_ns = ns ? txtime_to_mono(sk, ns) : 0;
	return 0;
}

/* uAPI linux/socket.h: what a datagram socket takes no notice of. */
#define SCM_RIGHTS      1
#define SCM_CREDENTIALS 2

/**
 * sock_cmsg_one() - Read one control message of level SOL_SOCKET.
 * @sk:    the sender.
 * @c:     checked to be whole.
 * @sockc: started by sockcm_init(); changed.
 *
 * Return: 0; -EINVAL: of no known type, or not as the type wants it; -EPERM.
 */
int sock_cmsg_one(struct sock *sk, const struct cmsghdr *c,
		  struct sockcm_cookie *sockc)
{
	switch (c->cmsg_type) {
	case SO_MARK:
		if (!capable(CAP_NET_RAW) && !capable(CAP_NET_ADMIN))
			return -EPERM;
		return cmsg_u32(c, &sockc->mark);
	case SO_PRIORITY:
		return cmsg_u32(c, &sockc->priority);
	case SO_TIMESTAMPING:
	case SO_TIMESTAMPING_NEW:
		return cmsg_tsflags(c, sockc);
	case SCM_TS_OPT_ID:
		return cmsg_ts_opt_id(sk, c, sockc);
	case SCM_TXTIME:
		return cmsg_txtime(sk, c, sockc);
	case SCM_RIGHTS:
	case SCM_CREDENTIALS:
		return 0;
	default:
		return -EINVAL;
	}
}

/**
 * sock_cmsg_send() - Read the SOL_SOCKET control messages of a send.
 * @sk:    the sender.
 * @msg:   with control data; net/socket_msg.c has checked its layout.
 * @sockc: started by sockcm_init(); changed.
 *
 * Return: 0, -EINVAL or -EPERM.
 */
int sock_cmsg_send(struct sock *sk, struct msghdr *msg,
		   struct sockcm_cookie *sockc)
{
	const struct cmsghdr *c;
	int err;

	for_each_cmsghdr(c, msg)
	{
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		err = sock_cmsg_one(sk, c, sockc);
		if (err)
			return err;
	}
	return 0;
}

/* --- transmit stamps --- */

/**
 * sock_tx_flags() - Which points of the way below the socket are stamped.
 * @tsflags: SOF_TIMESTAMPING_TX_*; hardware stamps: no device of ours has any.
 *
 * Return: SKBTX_*.
 */
u8 sock_tx_flags(u32 tsflags)
{
	u8 flags = 0;

	if (tsflags & SOF_TIMESTAMPING_TX_SOFTWARE)
		flags |= SKBTX_SW_TSTAMP;
	if (tsflags & SOF_TIMESTAMPING_TX_SCHED)
		flags |= SKBTX_SCHED_TSTAMP;
	return flags;
}

/**
 * skb_setup_tx_timestamp() - Mark a datagram for its stamps.
 * @skb:      complete; of several fragments the first.
 * @sk:       the sender.
 * @tx_flags: SKBTX_*; 0 does nothing.
 * @id:       the program's number for it, or NULL.
 *
 * Each marked datagram has a number of its own, if numbers are on.
 */
void skb_setup_tx_timestamp(struct sk_buff *skb, struct sock *sk, u8 tx_flags,
			    const u32 *id)
{
	struct skb_shared_info *si = skb_shinfo(skb);

	if (!tx_flags)
		return;
	si->tx_flags |= tx_flags;
	if (id)
		si->tskey = *id;
	else if (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_ID)
		si->tskey = count_fetch_add(&sk->sk_tskey, 1);
}

/* The packet that brings a report: what was sent, or nothing. */
static struct sk_buff *make_report(struct sk_buff *skb, struct sock *sk,
				   u32 type)
{
	if (!(sk->sk_tsflags & SOF_TIMESTAMPING_OPT_TSONLY))
		/* The clone of what TCP still has queued would be its pair's
		 * second half, and pass for a packet below. */
		return type == SCM_TSTAMP_ACK ? pskb_copy(skb, GFP_ATOMIC)
					      : skb_clone(skb, GFP_ATOMIC);
	if ((sk->sk_tsflags & SOF_TIMESTAMPING_OPT_STATS) &&
	    sk->sk_prot->tstamp_stats)
		return sk->sk_prot->tstamp_stats(sk);
	return alloc_skb(0, GFP_ATOMIC);
}

/**
 * __skb_tstamp_tx() - A marked packet passes a point: report the time.
 * @skb:  the packet, which stays the caller's.
 * @sk:   whose it is; NULL: nobody waits any more.
 * @type: SCM_TSTAMP_*.
 *
 * Without memory, or with a full receive buffer, there is no report.
 *
 * Context: task or softirq; perhaps with a driver's lock held.
 */
void __skb_tstamp_tx(struct sk_buff *skb, struct sock *sk, u32 type)
{
	struct sock_exterr_skb *serr;
	struct sk_buff *report;

	if (!sk || sock_flag(sk, SOCK_DEAD))
		return;
	report = make_report(skb, sk, type);
	if (report && skb_orphan_frags_rx(report, GFP_ATOMIC)) {
		consume_skb(report);
		report = NULL;
	}
	if (!report)
		return;
	skb_dst_drop(report);
	report->skb_iif = skb->dev ? (u32)skb->dev->ifindex : 0;
	report->dev = NULL;
	report->tstamp = ktime_get_ns();
	serr = SKB_EXT_ERR(report);
	*serr = (struct sock_exterr_skb){
		.ee = { .ee_errno = ENOMSG,
			.ee_origin = SO_EE_ORIGIN_TIMESTAMPING,
			.ee_info = type },
		.opt_stats = report->len &&
			     (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_TSONLY),
	};
	if (sk->sk_tsflags & SOF_TIMESTAMPING_OPT_ID) {
		serr->ee.ee_data = skb_shinfo(skb)->tskey;
		if (sk->sk_prot->stream_pos)
			serr->ee.ee_data -= sk->sk_tskey;
	}
	if (sock_queue_err_skb(sk, report))
		kfree_skb_reason(report, SKB_DROP_REASON_SOCKET_RCVBUFF);
}

/* --- reporting --- */

static struct timespec time_of_day(u64 tstamp_ns)
{
	return ns_to_timespec(ktime_get_real_ns() -
			      (ktime_get_ns() - tstamp_ns));
}

/* SO_TIMESTAMP and SO_TIMESTAMPNS. */
static void put_timestamp(struct msghdr *msg, const struct sock *sk,
			  struct timespec ts)
{
	bool new = sock_flag(sk, SOCK_TSTAMP_NEW);
	struct timeval tv = { ts.tv_sec, ts.tv_nsec / (s64)NSEC_PER_USEC };

	if (sock_flag(sk, SOCK_RCVTSTAMPNS))
		put_cmsg(msg, SOL_SOCKET,
			 new ? SO_TIMESTAMPNS_NEW : SO_TIMESTAMPNS, sizeof(ts),
			 &ts);
	else
		put_cmsg(msg, SOL_SOCKET, new ? SO_TIMESTAMP_NEW : SO_TIMESTAMP,
			 sizeof(tv), &tv);
}

static void put_timestamping(struct msghdr *msg, const struct sock *sk,
			     struct timespec ts)
{
	struct scm_timestamping tss = { .ts = { ts } };

	put_cmsg(msg, SOL_SOCKET,
		 sock_flag(sk, SOCK_TSTAMP_NEW) ? SO_TIMESTAMPING_NEW
						: SO_TIMESTAMPING,
		 sizeof(tss), &tss);
}

/* @wanted: SO_TIMESTAMPING asks for this one. SO_TIMESTAMP makes up for a
 * missing stamp by the time of reading. Return: one was reported by
 * SO_TIMESTAMPING. */
static bool report_stamp(struct msghdr *msg, const struct sock *sk,
			 u64 tstamp_ns, bool wanted)
{
	struct timespec ts;

	if (sock_flag(sk, SOCK_RCVTSTAMP) && !tstamp_ns)
		tstamp_ns = ktime_get_ns();
	if (!tstamp_ns)
		return false;
	ts = time_of_day(tstamp_ns);
	if (sock_flag(sk, SOCK_RCVTSTAMP))
		put_timestamp(msg, sk, ts);
	wanted &= !!(sk->sk_tsflags & SOF_TIMESTAMPING_SOFTWARE);
	if (wanted)
		put_timestamping(msg, sk, ts);
	return wanted;
}

/**
 * sock_recv_timestamp() - Tell a reader when its packet came.
 * @msg:       being received.
 * @sk:        with SK_CMSG_TIMESTAMP.
 * @tstamp_ns: of ktime_get_ns(); 0: it was not stamped, as it came before the
 *             program asked.
 */
void sock_recv_timestamp(struct msghdr *msg, struct sock *sk, u64 tstamp_ns)
{
	/* Stamped for another socket's sake: only RX_FILTER minds. */
	report_stamp(
		msg, sk, tstamp_ns,
		(sk->sk_tsflags & SOF_TIMESTAMPING_RX_SOFTWARE) ||
			!(sk->sk_tsflags & SOF_TIMESTAMPING_OPT_RX_FILTER));
}

/**
 * sock_recv_tx_timestamp() - Tell a reader of the error queue when it was.
 * @msg:    being received.
 * @sk:     with SK_CMSG_TIMESTAMP.
 * @report: off the error queue.
 */
void sock_recv_tx_timestamp(struct msghdr *msg, struct sock *sk,
			    const struct sk_buff *report)
{
	if (report_stamp(msg, sk, report->tstamp, true) &&
	    SKB_EXT_ERR(report)->opt_stats)
		put_cmsg(msg, SOL_SOCKET, SCM_TIMESTAMPING_OPT_STATS,
			 (int)report->len, report->data);
}

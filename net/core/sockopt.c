// SPDX-License-Identifier: MIT
/*
 * DOC: SOL_SOCKET: the options every socket has (S8). Values are checked as
 * Linux does. What has no effect here is refused, not swallowed. Time stamps
 * are timestamping.c's.
 */
#include "lib/uapi/tcp.h"
#include "lib/uapi/time.h"
#include "lib/uapi/un.h"
#include "lib/vsprintf.h"
#include "net/core/filter.h"
#include "net/core/netdevice.h"
#include "net/core/sock.h"
#include "net/core/timestamping.h"
#include "net/wire/ip.h"

/* An unprivileged program's highest priority. */
#define PRIORITY_MAX_PLAIN 6

/**
 * copy_int_from_sockopt() - An option's int out of a program's memory.
 * @val: where.
 * @len: the program's length; more than an int is allowed.
 * @res: the int.
 *
 * Context: task.
 * Return:  0, -EINVAL or -EFAULT.
 */
int copy_int_from_sockopt(const void __user *val, u32 len, int *res)
{
	if (len < sizeof(*res))
		return -EINVAL;
	return copy_from_user(res, val, sizeof(*res)) ? -EFAULT : 0;
}

/**
 * put_sockopt() - An option's value into a program's memory.
 * @val:  where.
 * @ulen: in: room; out: what was stored.
 * @src:  the value; cut if there is less room.
 * @len:  its length.
 *
 * Context: task.
 * Return:  0, -EINVAL or -EFAULT.
 */
int put_sockopt(void __user *val, int __user *ulen, const void *src, int len)
{
	int room;

	if (copy_from_user(&room, ulen, sizeof(room)))
		return -EFAULT;
	if (room < 0)
		return -EINVAL;
	len = min(len, room);
	if (copy_to_user(val, src, (size_t)len) ||
	    copy_to_user(ulen, &len, sizeof(len)))
		return -EFAULT;
	return 0;
}

static void set_flag(struct sock *sk, enum sock_flags flag, bool on)
{
	if (on)
		sock_set_flag(sk, flag);
	else
		sock_reset_flag(sk, flag);
}

/* Doubled, because the program counts bytes and we count truesize. */
static u32 buffer_size(u32 val, u32 most, u32 least)
{
	most = min(most, 0x3fffffffU);
	return max(2 * min(val, most), least);
}

static void set_sndbuf(struct sock *sk, u32 val, u32 most)
{
	sk->sk_userlocks |= SOCK_SNDBUF_LOCK;
	sk->sk_sndbuf = buffer_size(val, most, SOCK_MIN_SNDBUF);
	sk->sk_write_space(sk);
}

static void set_rcvbuf(struct sock *sk, u32 val, u32 most)
{
	sk->sk_userlocks |= SOCK_RCVBUF_LOCK;
	sk->sk_rcvbuf = buffer_size(val, most, SOCK_MIN_RCVBUF);
}

static int set_priority(struct sock *sk, int val)
{
	if ((val < 0 || val > PRIORITY_MAX_PLAIN) && !capable(CAP_NET_ADMIN))
		return -EPERM;
	sk->sk_priority = (u32)val;
	return 0;
}

static int set_mark(struct sock *sk, int val)
{
	if (!capable(CAP_NET_ADMIN) && !capable(CAP_NET_RAW))
		return -EPERM;
	if (sk->sk_mark != (u32)val) {
		sk->sk_mark = (u32)val;
		sk_dst_reset(sk); /* routes may go by mark */
	}
	return 0;
}

static int bind_to_index(struct sock *sk, int ifindex)
{
	if (sk->sk_bound_dev_if && !capable(CAP_NET_RAW))
		return -EPERM;
	if (ifindex < 0)
		return -EINVAL;
	if (ifindex && !dev_get_by_index(sock_net(sk), ifindex))
		return -ENODEV;
	sk->sk_bound_dev_if = ifindex;
	sk_dst_reset(sk);
	return 0;
}

static int bind_to_device(struct sock *sk, const void __user *val, u32 len)
{
	struct net_device *dev;
	char name[IFNAMSIZ];

	len = min_t(u32, len, IFNAMSIZ - 1);
	memset(name, 0, sizeof(name));
	if (copy_from_user(name, val, len))
		return -EFAULT;
	if (!name[0])
		return bind_to_index(sk, 0);
	dev = dev_get_by_name(sock_net(sk), name);
	return dev ? bind_to_index(sk, dev->ifindex) : -ENODEV;
}

static int set_linger(struct sock *sk, const void __user *val, u32 len)
{
	struct linger ling;

	if (len < sizeof(ling))
		return -EINVAL;
	if (copy_from_user(&ling, val, sizeof(ling)))
		return -EFAULT;
	set_flag(sk, SOCK_LINGER, ling.l_onoff);
	if (ling.l_onoff)
		sk->sk_lingertime_ns =
			ling.l_linger < 0 ? MAX_SCHEDULE_TIMEOUT
					  : (u64)ling.l_linger * NSEC_PER_SEC;
	return 0;
}

static int set_timeout(u64 *timeo_ns, const void __user *val, u32 len)
{
	struct timeval tv;

	if (len < sizeof(tv))
		return -EINVAL;
	if (copy_from_user(&tv, val, sizeof(tv)))
		return -EFAULT;
	if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
		return -EDOM;
	if (tv.tv_sec < 0)
		*timeo_ns = 0;
	else if ((!tv.tv_sec && !tv.tv_usec) || tv.tv_sec >= 9000000000LL)
		*timeo_ns = MAX_SCHEDULE_TIMEOUT;
	else
		*timeo_ns = (u64)tv.tv_sec * NSEC_PER_SEC +
			    (u64)tv.tv_usec * NSEC_PER_USEC;
	return 0;
}

/* 32 bits, of which all ones is no limit, or 64. */
static int set_pacing_rate(struct sock *sk, const void __user *val, u32 len)
{
	u64 rate = 0;

	if (copy_from_user(&rate, val, len >= 8 ? 8 : 4))
		return -EFAULT;
	if (len < 8 && rate == 0xffffffffU)
		rate = ~0ULL;
	if (rate != ~0ULL && sk->sk_pacing_status == SK_PACING_NONE)
		sk->sk_pacing_status = SK_PACING_NEEDED;
	sk->sk_max_pacing_rate = rate;
	sk->sk_pacing_rate = min(sk->sk_pacing_rate, rate);
	return 0;
}

/* Only TCP and UDP refer to a program's pages. */
static int set_zerocopy(struct sock *sk, int val)
{
	bool tcp = sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP;
	bool udp = sk->sk_type == SOCK_DGRAM && sk->sk_protocol == IPPROTO_UDP;

	if (!tcp && !udp)
		return -EOPNOTSUPP;
	if (val < 0 || val > 1)
		return -EINVAL;
	set_flag(sk, SOCK_ZEROCOPY, val);
	return 0;
}

/* The options whose value is an int. */
static int set_int(struct sock *sk, int name, int val,
		   const void __user *optval, u32 len)
{
	bool on = val != 0;

	switch (name) {
	case SO_DEBUG:
		if (on && !capable(CAP_NET_ADMIN))
			return -EACCES;
		set_flag(sk, SOCK_DBG, on);
		return 0;
	case SO_REUSEADDR:
		sk->sk_reuse = on;
		return 0;
	case SO_REUSEPORT:
		sk->sk_reuseport = on;
		return 0;
	case SO_DONTROUTE:
		set_flag(sk, SOCK_LOCALROUTE, on);
		sk_dst_reset(sk);
		return 0;
	case SO_BROADCAST:
		set_flag(sk, SOCK_BROADCAST, on);
		return 0;
	case SO_SNDBUF:
		set_sndbuf(sk, (u32)val, sock_net(sk)->sysctl_wmem_max);
		return 0;
	case SO_RCVBUF:
		set_rcvbuf(sk, (u32)val, sock_net(sk)->sysctl_rmem_max);
		return 0;
	case SO_SNDBUFFORCE:
	case SO_RCVBUFFORCE:
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		val = max(val, 0);
		if (name == SO_SNDBUFFORCE)
			set_sndbuf(sk, (u32)val, ~0U);
		else
			set_rcvbuf(sk, (u32)val, ~0U);
		return 0;
	case SO_KEEPALIVE:
		if (sk->sk_prot->keepalive)
			sk->sk_prot->keepalive(sk, on);
		set_flag(sk, SOCK_KEEPOPEN, on);
		return 0;
	case SO_OOBINLINE:
		set_flag(sk, SOCK_URGINLINE, on);
		return 0;
	case SO_NO_CHECK:
		sk->sk_no_check_tx = on;
		return 0;
	case SO_PRIORITY:
		return set_priority(sk, val);
	case SO_MARK:
		return set_mark(sk, val);
	case SO_RCVLOWAT:
		sk->sk_rcvlowat = val < 0 ? 0x7fffffff : (val ?: 1);
		return 0;
	case SO_DETACH_FILTER:
		return sk_detach_filter(sk);
	case SO_LOCK_FILTER:
		return sk_lock_filter(sk, on);
	case SO_PASSCRED:
		set_flag(sk, SOCK_PASSCRED, on);
		return 0;
	case SO_SELECT_ERR_QUEUE:
		set_flag(sk, SOCK_SELECT_ERR_QUEUE, on);
		return 0;
	case SO_BINDTOIFINDEX:
		return bind_to_index(sk, val);
	case SO_MAX_PACING_RATE:
		return set_pacing_rate(sk, optval, len);
	case SO_ZEROCOPY:
		return set_zerocopy(sk, val);
	default: /* also SO_TYPE, SO_ERROR and the like: only to be read */
		return sock_set_timestamp_option(sk, name, optval, len);
	}
}

/**
 * sock_setsockopt() - setsockopt(SOL_SOCKET).
 * @sock:  the socket.
 * @level: SOL_SOCKET.
 * @name:  SO_*.
 * @val:   the value, in a program's memory.
 * @len:   its length.
 *
 * Context: task; owns the sock meanwhile.
 * Return:  0 or a negative errno.
 */
int sock_setsockopt(struct socket *sock, int level, int name,
		    const void __user *val, u32 len)
{
	struct sock *sk = sock->sk;
	int ival = 0, err;

	lock_sock(sk);
	sk->sk_xmit_gen = 0;
	switch (name) {
	case SO_BINDTODEVICE:
		err = bind_to_device(sk, val, len);
		break;
	case SO_LINGER:
		err = set_linger(sk, val, len);
		break;
	case SO_ATTACH_FILTER:
		err = sk_attach_filter(sk, val, len);
		break;
	case SO_RCVTIMEO:
		err = set_timeout(&sk->sk_rcvtimeo_ns, val, len);
		break;
	case SO_SNDTIMEO:
		err = set_timeout(&sk->sk_sndtimeo_ns, val, len);
		break;
	default:
		err = copy_int_from_sockopt(val, len, &ival);
		if (!err)
			err = set_int(sk, name, ival, val, len);
		break;
	}
	release_sock(sk);
	return err;
}

static int take_error(struct sock *sk)
{
	int err = -sock_error(sk);

	if (!err) {
		err = sk->sk_err_soft;
		sk->sk_err_soft = 0;
	}
	return err;
}

/* The options whose value is an int; -ENOPROTOOPT for the others. */
static int get_int(struct sock *sk, int name, int *val)
{
	switch (name) {
	case SO_DEBUG:
		*val = sock_flag(sk, SOCK_DBG);
		return 0;
	case SO_REUSEADDR:
		*val = sk->sk_reuse;
		return 0;
	case SO_REUSEPORT:
		*val = sk->sk_reuseport;
		return 0;
	case SO_TYPE:
		*val = sk->sk_type;
		return 0;
	case SO_PROTOCOL:
		*val = sk->sk_protocol;
		return 0;
	case SO_DOMAIN:
		*val = sk->sk_family;
		return 0;
	case SO_ERROR:
		*val = take_error(sk);
		return 0;
	case SO_ACCEPTCONN:
		*val = sk->sk_state == TCP_LISTEN;
		return 0;
	case SO_DONTROUTE:
		*val = sock_flag(sk, SOCK_LOCALROUTE);
		return 0;
	case SO_BROADCAST:
		*val = sock_flag(sk, SOCK_BROADCAST);
		return 0;
	case SO_SNDBUF:
		*val = (int)sk->sk_sndbuf;
		return 0;
	case SO_RCVBUF:
		*val = (int)sk->sk_rcvbuf;
		return 0;
	case SO_KEEPALIVE:
		*val = sock_flag(sk, SOCK_KEEPOPEN);
		return 0;
	case SO_OOBINLINE:
		*val = sock_flag(sk, SOCK_URGINLINE);
		return 0;
	case SO_NO_CHECK:
		*val = sk->sk_no_check_tx;
		return 0;
	case SO_PRIORITY:
		*val = (int)sk->sk_priority;
		return 0;
	case SO_MARK:
		*val = (int)sk->sk_mark;
		return 0;
	case SO_RCVLOWAT:
		*val = sk->sk_rcvlowat;
		return 0;
	case SO_SNDLOWAT:
		*val = 1;
		return 0;
	case SO_LOCK_FILTER:
		*val = sock_flag(sk, SOCK_FILTER_LOCKED);
		return 0;
	case SO_BPF_EXTENSIONS:
		*val = SKF_AD_MAX;
		return 0;
	case SO_PASSCRED:
		*val = sock_flag(sk, SOCK_PASSCRED);
		return 0;
	case SO_SELECT_ERR_QUEUE:
		*val = sock_flag(sk, SOCK_SELECT_ERR_QUEUE);
		return 0;
	case SO_BINDTOIFINDEX:
		*val = sk->sk_bound_dev_if;
		return 0;
	case SO_ZEROCOPY:
		*val = sock_flag(sk, SOCK_ZEROCOPY);
		return 0;
	case SO_INCOMING_CPU:
		*val = 0;
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static struct timeval timeout_of(u64 timeo_ns)
{
	if (timeo_ns == MAX_SCHEDULE_TIMEOUT)
		return (struct timeval){ 0, 0 };
	return (struct timeval){ (s64)(timeo_ns / NSEC_PER_SEC),
				 (s64)(timeo_ns % NSEC_PER_SEC /
				       NSEC_PER_USEC) };
}

static int get_linger(struct sock *sk, void __user *val, int __user *len)
{
	struct linger ling = { .l_onoff = sock_flag(sk, SOCK_LINGER) };

	ling.l_linger = sk->sk_lingertime_ns == MAX_SCHEDULE_TIMEOUT
				? -1
				: (int)(sk->sk_lingertime_ns / NSEC_PER_SEC);
	return put_sockopt(val, len, &ling, sizeof(ling));
}

static int get_device(struct sock *sk, void __user *val, int __user *len)
{
	struct net_device *dev;
	int room, zero = 0;

	if (!sk->sk_bound_dev_if)
		return copy_to_user(len, &zero, sizeof(zero)) ? -EFAULT : 0;
	dev = dev_get_by_index(sock_net(sk), sk->sk_bound_dev_if);
	if (!dev)
		return -ENODEV;
	if (copy_from_user(&room, len, sizeof(room)))
		return -EFAULT;
	if (room < IFNAMSIZ)
		return -EINVAL;
	return put_sockopt(val, len, dev->name, (int)strlen(dev->name) + 1);
}

static int get_peercred(const struct socket *sock, void __user *val,
			int __user *len)
{
	struct ucred cred = { .uid = ~0U, .gid = ~0U };

	if (sock->ops->peercred)
		sock->ops->peercred(sock, &cred);
	return put_sockopt(val, len, &cred, sizeof(cred));
}

/* uAPI linux/sock_diag.h, enum of SK_MEMINFO_*. */
static int get_meminfo(struct sock *sk, void __user *val, int __user *len)
{
	u32 info[9] = { sk->sk_rmem_alloc,
			sk->sk_rcvbuf,
			sk->sk_wmem_alloc,
			sk->sk_sndbuf,
			0, /* nothing is reserved ahead */
			sk->sk_wmem_queued,
			0,
			sk->sk_backlog_len,
			sk->sk_drops };

	return put_sockopt(val, len, info, sizeof(info));
}

static int get_pacing_rate(struct sock *sk, void __user *val, int __user *len)
{
	u64 rate = sk->sk_max_pacing_rate;
	u32 low = (u32)min_t(u64, rate, 0xffffffffU);
	int room;

	if (copy_from_user(&room, len, sizeof(room)))
		return -EFAULT;
	if (room >= (int)sizeof(rate))
		return put_sockopt(val, len, &rate, sizeof(rate));
	return put_sockopt(val, len, &low, sizeof(low));
}

/**
 * sock_getsockopt() - getsockopt(SOL_SOCKET).
 * @sock:  the socket.
 * @level: SOL_SOCKET.
 * @name:  SO_*.
 * @val:   where to, in a program's memory.
 * @len:   in: room; out: length.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int sock_getsockopt(struct socket *sock, int level, int name, void __user *val,
		    int __user *len)
{
	struct sock *sk = sock->sk;
	struct timeval tv;
	int ival, err;

	switch (name) {
	case SO_LINGER:
		return get_linger(sk, val, len);
	case SO_RCVTIMEO:
		tv = timeout_of(sk->sk_rcvtimeo_ns);
		return put_sockopt(val, len, &tv, sizeof(tv));
	case SO_SNDTIMEO:
		tv = timeout_of(sk->sk_sndtimeo_ns);
		return put_sockopt(val, len, &tv, sizeof(tv));
	case SO_BINDTODEVICE:
		return get_device(sk, val, len);
	case SO_GET_FILTER:
		return sk_get_filter(sk, val, len);
	case SO_PEERCRED:
		return get_peercred(sock, val, len);
	case SO_MEMINFO:
		return get_meminfo(sk, val, len);
	case SO_MAX_PACING_RATE:
		return get_pacing_rate(sk, val, len);
	default:
		err = get_int(sk, name, &ival);
		if (err == -ENOPROTOOPT)
			return sock_get_timestamp_option(sk, name, val, len);
		return err ? err : put_sockopt(val, len, &ival, sizeof(ival));
	}
}

// SPDX-License-Identifier: MIT
/* DOC: the names of C that a script may use, and errno's names. */
#include "tests/packetdrill/runner/pkt.h"
#include "lib/errno.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/ioctls.h"
#include "lib/uapi/net_tstamp.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/socket.h"
#include "net/ipv4/ip.h"

struct symbol {
	const char *name;
	s64 value;
};

#define S(name)                    \
	{                          \
#name, (s64)(name) \
	}

static const struct symbol errnos[] = {
	S(ENOMSG),
	S(EPERM),
	S(ENOENT),
	S(EINTR),
	S(EIO),
	S(EBADF),
	S(EAGAIN),
	S(ENOMEM),
	S(EACCES),
	S(EFAULT),
	S(EBUSY),
	S(EEXIST),
	S(ENODEV),
	S(EINVAL),
	S(ENFILE),
	S(EMFILE),
	S(ENOTTY),
	S(ESPIPE),
	S(EPIPE),
	S(EDOM),
	S(ERANGE),
	S(ENOSYS),
	S(ENONET),
	S(EPROTO),
	S(EOVERFLOW),
	S(ENOTSOCK),
	S(EDESTADDRREQ),
	S(EMSGSIZE),
	S(EPROTOTYPE),
	S(ENOPROTOOPT),
	S(EPROTONOSUPPORT),
	S(ESOCKTNOSUPPORT),
	S(EOPNOTSUPP),
	S(EAFNOSUPPORT),
	S(EADDRINUSE),
	S(EADDRNOTAVAIL),
	S(ENETDOWN),
	S(ENETUNREACH),
	S(ENETRESET),
	S(ECONNABORTED),
	S(ECONNRESET),
	S(ENOBUFS),
	S(EISCONN),
	S(ENOTCONN),
	S(ESHUTDOWN),
	S(ETIMEDOUT),
	S(ECONNREFUSED),
	S(EHOSTDOWN),
	S(EHOSTUNREACH),
	S(EALREADY),
	S(EINPROGRESS),
	{ "EWOULDBLOCK", EAGAIN },
	{ "ENOTSUP", EOPNOTSUPP },
};

static const struct symbol constants[] = {
	S(AF_UNSPEC),
	S(AF_INET),
	S(AF_INET6),
	{ "PF_INET", AF_INET },
	S(SOCK_STREAM),
	S(SOCK_DGRAM),
	S(SOCK_RAW),
	S(SOCK_NONBLOCK),
	S(SOCK_CLOEXEC),
	S(IPPROTO_TCP),
	S(IPPROTO_UDP),
	S(IPPROTO_ICMP),
	S(IPPROTO_IP),
	S(SHUT_RD),
	S(SHUT_WR),
	S(SHUT_RDWR),
	{ "INADDR_ANY", 0 },
	S(MSG_OOB),
	S(MSG_PEEK),
	S(MSG_TRUNC),
	S(MSG_DONTWAIT),
	S(MSG_EOR),
	S(MSG_WAITALL),
	S(MSG_ERRQUEUE),
	S(MSG_NOSIGNAL),
	S(MSG_MORE),
	S(MSG_ZEROCOPY),
	S(MSG_FASTOPEN),
	S(SOL_SOCKET),
	S(SOL_IP),
	S(SOL_TCP),
	S(SOL_UDP),
	S(SO_REUSEADDR),
	S(SO_TYPE),
	S(SO_ERROR),
	S(SO_BROADCAST),
	S(SO_SNDBUF),
	S(SO_RCVBUF),
	S(SO_SNDBUFFORCE),
	S(SO_RCVBUFFORCE),
	S(SO_KEEPALIVE),
	S(SO_OOBINLINE),
	S(SO_PRIORITY),
	S(SO_LINGER),
	S(SO_REUSEPORT),
	S(SO_RCVLOWAT),
	S(SO_RCVTIMEO),
	S(SO_SNDTIMEO),
	S(SO_ACCEPTCONN),
	S(SO_PROTOCOL),
	S(SO_DOMAIN),
	S(SO_MARK),
	S(SO_MAX_PACING_RATE),
	S(SO_ZEROCOPY),
	S(SO_TIMESTAMP),
	S(SO_TIMESTAMPNS),
	S(SO_TIMESTAMPING),
	S(SO_TXTIME),
	S(SO_SELECT_ERR_QUEUE),
	S(SOF_TIMESTAMPING_TX_HARDWARE),
	S(SOF_TIMESTAMPING_TX_SOFTWARE),
	S(SOF_TIMESTAMPING_TX_SCHED),
	S(SOF_TIMESTAMPING_TX_ACK),
	S(SOF_TIMESTAMPING_RX_SOFTWARE),
	S(SOF_TIMESTAMPING_SOFTWARE),
	S(SOF_TIMESTAMPING_OPT_ID),
	S(SOF_TIMESTAMPING_OPT_ID_TCP),
	S(SOF_TIMESTAMPING_OPT_TSONLY),
	S(SOF_TIMESTAMPING_OPT_STATS),
	S(SCM_TIMESTAMPING),
	S(SCM_TSTAMP_SND),
	S(SCM_TSTAMP_SCHED),
	S(SCM_TSTAMP_ACK),
	S(SO_EE_ORIGIN_LOCAL),
	S(SO_EE_ORIGIN_ICMP),
	S(SO_EE_ORIGIN_TIMESTAMPING),
	S(SO_EE_ORIGIN_ZEROCOPY),
	S(SO_EE_CODE_ZEROCOPY_COPIED),
	{ "NULL", 0 },
	{ "SPLICE_F_NONBLOCK", 2 },
	{ "SPLICE_F_MORE", 4 },
	{ "CMSG_LEVEL_IP", SOL_IP },
	{ "CMSG_TYPE_RECVERR", IP_RECVERR },
	{ "TCP_CM_INQ", TCP_INQ },
	S(TCP_NODELAY),
	S(TCP_MAXSEG),
	S(TCP_CORK),
	S(TCP_KEEPIDLE),
	S(TCP_KEEPINTVL),
	S(TCP_KEEPCNT),
	S(TCP_SYNCNT),
	S(TCP_LINGER2),
	S(TCP_DEFER_ACCEPT),
	S(TCP_WINDOW_CLAMP),
	S(TCP_INFO),
	S(TCP_QUICKACK),
	S(TCP_CONGESTION),
	S(TCP_USER_TIMEOUT),
	S(TCP_FASTOPEN),
	S(TCP_FASTOPEN_CONNECT),
	S(TCP_FASTOPEN_KEY),
	S(TCP_FASTOPEN_NO_COOKIE),
	S(TCP_NOTSENT_LOWAT),
	S(TCP_INQ),
	S(TCP_SAVE_SYN),
	S(TCP_SAVED_SYN),
	S(TCP_THIN_LINEAR_TIMEOUTS),
	S(TCP_TIMESTAMP),
	S(TCP_TX_DELAY),
	S(IP_TOS),
	S(IP_TTL),
	S(IP_MTU),
	S(IP_RECVERR),
	S(IP_RECVTOS),
	S(IP_RECVTTL),
	S(IP_MTU_DISCOVER),
	S(IP_PMTUDISC_DONT),
	S(IP_PMTUDISC_WANT),
	S(IP_PMTUDISC_DO),
	S(IP_PMTUDISC_PROBE),
	S(O_RDONLY),
	S(O_WRONLY),
	S(O_RDWR),
	S(O_NONBLOCK),
	S(F_GETFL),
	S(F_SETFL),
	S(F_GETFD),
	S(F_SETFD),
	S(FD_CLOEXEC),
	S(SIOCINQ),
	S(SIOCOUTQ),
	S(SIOCOUTQNSD),
	S(SIOCATMARK),
	S(FIONREAD),
	S(FIONBIO),
	{ "TIOCINQ", SIOCINQ },
	{ "TIOCOUTQ", SIOCOUTQ },
	S(POLLIN),
	S(POLLPRI),
	S(POLLOUT),
	S(POLLERR),
	S(POLLHUP),
	S(POLLNVAL),
	S(POLLRDNORM),
	S(POLLWRNORM),
	S(POLLRDBAND),
	S(POLLRDHUP),
	S(EPOLLIN),
	S(EPOLLPRI),
	S(EPOLLOUT),
	S(EPOLLERR),
	S(EPOLLHUP),
	S(EPOLLRDNORM),
	S(EPOLLWRNORM),
	S(EPOLLRDHUP),
	S(EPOLLONESHOT),
	S(EPOLLET),
	S(EPOLLEXCLUSIVE),
	S(EPOLL_CTL_ADD),
	S(EPOLL_CTL_DEL),
	S(EPOLL_CTL_MOD),
	S(TCP_ESTABLISHED),
	S(TCP_SYN_SENT),
	S(TCP_SYN_RECV),
	S(TCP_FIN_WAIT1),
	S(TCP_FIN_WAIT2),
	S(TCP_TIME_WAIT),
	S(TCP_CLOSE),
	S(TCP_CLOSE_WAIT),
	S(TCP_LAST_ACK),
	S(TCP_LISTEN),
	S(TCP_CLOSING),
	S(TCP_CA_Open),
	S(TCP_CA_Disorder),
	S(TCP_CA_CWR),
	S(TCP_CA_Recovery),
	S(TCP_CA_Loss),
	S(TCPI_OPT_TIMESTAMPS),
	S(TCPI_OPT_SACK),
	S(TCPI_OPT_WSCALE),
	S(TCPI_OPT_ECN),
	S(TCPI_OPT_ECN_SEEN),
	S(TCPI_OPT_SYN_DATA),
};

/**
 * pkt_symbol() - The value of a name.
 * @name:  as C has it.
 * @value: where it goes.
 *
 * Context: any.
 * Return:  whether there is such a name.
 */
bool pkt_symbol(const char *name, s64 *value)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(constants); i++)
		if (strcmp(name, constants[i].name) == 0) {
			*value = constants[i].value;
			return true;
		}
	for (i = 0; i < ARRAY_SIZE(errnos); i++)
		if (strcmp(name, errnos[i].name) == 0) {
			*value = errnos[i].value;
			return true;
		}
	return false;
}

/**
 * pkt_errno_name() - The name of an error, for messages.
 * @err: positive.
 *
 * Context: any.
 * Return:  a name, "?" if none is known.
 */
const char *pkt_errno_name(int err)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(errnos); i++)
		if (errnos[i].value == err)
			return errnos[i].name;
	return "?";
}

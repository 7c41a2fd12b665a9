/* SPDX-License-Identifier: MIT */
/*
 * DOC: socket-level numbers and layouts that programs see (uAPI
 * linux/socket.h, asm-generic/socket.h, linux/in.h).
 */
#pragma once

#include "lib/byteorder.h"
#include "lib/uio.h"

#define AF_UNSPEC  0
#define AF_UNIX    1
#define AF_INET    2
#define AF_INET6   10
#define AF_NETLINK 16
#define AF_PACKET  17
#define AF_MAX     46

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_RDM       4
#define SOCK_SEQPACKET 5
#define SOCK_PACKET    10
#define SOCK_MAX       11
#define SOCK_TYPE_MASK 0xf
#define SOCK_CLOEXEC   02000000
#define SOCK_NONBLOCK  00004000

#define SHUT_RD   0
#define SHUT_WR   1
#define SHUT_RDWR 2

#define MSG_OOB          0x1
#define MSG_PEEK         0x2
#define MSG_DONTROUTE    0x4
#define MSG_CTRUNC       0x8
#define MSG_PROBE        0x10
#define MSG_TRUNC        0x20
#define MSG_DONTWAIT     0x40
#define MSG_EOR          0x80
#define MSG_WAITALL      0x100
#define MSG_FIN          0x200
#define MSG_SYN          0x400
#define MSG_CONFIRM      0x800
#define MSG_RST          0x1000
#define MSG_ERRQUEUE     0x2000
#define MSG_NOSIGNAL     0x4000
#define MSG_MORE         0x8000
#define MSG_WAITFORONE   0x10000
#define MSG_BATCH        0x40000
#define MSG_ZEROCOPY     0x4000000
#define MSG_FASTOPEN     0x20000000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SOL_SOCKET 1
#define SOL_IP     0
#define SOL_TCP    6
#define SOL_UDP    17
#define SOL_RAW    255
#define SOMAXCONN  4096

#define SO_DEBUG            1
#define SO_REUSEADDR        2
#define SO_TYPE             3
#define SO_ERROR            4
#define SO_DONTROUTE        5
#define SO_BROADCAST        6
#define SO_SNDBUF           7
#define SO_RCVBUF           8
#define SO_KEEPALIVE        9
#define SO_OOBINLINE        10
#define SO_NO_CHECK         11
#define SO_PRIORITY         12
#define SO_LINGER           13
#define SO_REUSEPORT        15
#define SO_PASSCRED         16
#define SO_PEERCRED         17
#define SO_RCVLOWAT         18
#define SO_SNDLOWAT         19
#define SO_RCVTIMEO         20
#define SO_SNDTIMEO         21
#define SO_BINDTODEVICE     25
#define SO_ATTACH_FILTER    26
#define SO_DETACH_FILTER    27
#define SO_GET_FILTER       SO_ATTACH_FILTER
#define SO_TIMESTAMP        29
#define SO_ACCEPTCONN       30
#define SO_SNDBUFFORCE      32
#define SO_RCVBUFFORCE      33
#define SO_TIMESTAMPNS      35
#define SO_MARK             36
#define SO_TIMESTAMPING     37
#define SO_PROTOCOL         38
#define SO_DOMAIN           39
#define SO_RXQ_OVFL         40
#define SO_LOCK_FILTER      44
#define SO_SELECT_ERR_QUEUE 45
#define SO_MAX_PACING_RATE  47
#define SO_BPF_EXTENSIONS   48
#define SO_MEMINFO          55
#define SO_INCOMING_CPU     49
#define SO_ZEROCOPY         60
#define SO_TXTIME           61
#define SO_BINDTOIFINDEX    62
#define SO_TIMESTAMP_NEW    63
#define SO_TIMESTAMPNS_NEW  64
#define SO_TIMESTAMPING_NEW 65

struct linger {
	int l_onoff;
	int l_linger; /* seconds */
};

struct sockaddr {
	u16 sa_family;
	u8 sa_data[14];
};

#define SOCKADDR_STORAGE_SIZE 128
struct sockaddr_storage {
	u16 ss_family;
	u8 ss_data_[SOCKADDR_STORAGE_SIZE - 2];
} __aligned(8);

struct in_addr {
	__be32 s_addr;
};

struct sockaddr_in {
	u16 sin_family;
	__be16 sin_port;
	struct in_addr sin_addr;
	u8 sin_zero[8];
};
static_assert(sizeof(struct sockaddr_in) == 16, "uAPI linux/in.h");

#define INADDR_ANY       htonl(0)
#define INADDR_BROADCAST htonl(0xffffffffU)
#define INADDR_LOOPBACK  htonl(0x7f000001U)

/* msghdr, mmsghdr and cmsghdr as a program lays them out. */
struct user_msghdr {
	void __user *msg_name;
	int msg_namelen;
	int pad0_;
	struct iovec __user *msg_iov;
	size_t msg_iovlen;
	void __user *msg_control;
	size_t msg_controllen;
	u32 msg_flags;
	u32 pad1_;
};
static_assert(sizeof(struct user_msghdr) == 56, "uAPI, x86_64");

struct mmsghdr {
	struct user_msghdr msg_hdr;
	u32 msg_len;
	u32 pad_;
};

struct cmsghdr {
	size_t cmsg_len;
	int cmsg_level;
	int cmsg_type;
};

#define CMSG_ALIGN(len) ALIGN(len, sizeof(long))
#define CMSG_DATA(c)    ((void *)((char *)(c) + sizeof(struct cmsghdr)))
#define CMSG_LEN(len)   (sizeof(struct cmsghdr) + (len))
#define CMSG_SPACE(len) (sizeof(struct cmsghdr) + CMSG_ALIGN(len))

#define SIOCINQ     0x541B
#define SIOCOUTQ    0x5411
#define SIOCOUTQNSD 0x894B
#define SIOCATMARK  0x8905

/* SOL_IP options (uAPI linux/in.h). */
#define IP_TOS                  1
#define IP_TTL                  2
#define IP_HDRINCL              3
#define IP_OPTIONS              4
#define IP_RECVOPTS             6
#define IP_RETOPTS              7
#define IP_PKTINFO              8
#define IP_MTU_DISCOVER         10
#define IP_RECVERR              11
#define IP_RECVTTL              12
#define IP_RECVTOS              13
#define IP_MTU                  14
#define IP_FREEBIND             15
#define IP_TRANSPARENT          19
#define IP_BIND_ADDRESS_NO_PORT 24
#define IP_MULTICAST_IF         32
#define IP_MULTICAST_TTL        33
#define IP_MULTICAST_LOOP       34
#define IP_PMTUDISC_DONT        0
#define IP_PMTUDISC_WANT        1
#define IP_PMTUDISC_DO          2
#define IP_PMTUDISC_PROBE       3
#define IP_PMTUDISC_INTERFACE   4
#define IP_PMTUDISC_OMIT        5

struct in_pktinfo {
	int ipi_ifindex;
	struct in_addr ipi_spec_dst;
	struct in_addr ipi_addr;
};

/* Error queue messages (uAPI linux/errqueue.h). */
struct sock_extended_err {
	u32 ee_errno;
	u8 ee_origin;
	u8 ee_type;
	u8 ee_code;
	u8 ee_pad;
	u32 ee_info;
	u32 ee_data;
};
#define SO_EE_ORIGIN_NONE         0
#define SO_EE_ORIGIN_LOCAL        1
#define SO_EE_ORIGIN_ICMP         2
#define SO_EE_ORIGIN_TIMESTAMPING 4
#define SO_EE_ORIGIN_ZEROCOPY     5

#define SO_EE_CODE_ZEROCOPY_COPIED 1

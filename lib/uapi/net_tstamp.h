/* SPDX-License-Identifier: MIT */
/*
 * DOC: time stamps of packets as programs ask for and get them (uAPI
 * linux/net_tstamp.h, linux/errqueue.h, asm-generic/socket.h).
 */
#pragma once

#include "lib/uapi/socket.h"
#include "lib/uapi/time.h"

/* Bits of SO_TIMESTAMPING: which to make ... */
#define SOF_TIMESTAMPING_TX_HARDWARE BIT(0)
#define SOF_TIMESTAMPING_TX_SOFTWARE BIT(1)
#define SOF_TIMESTAMPING_RX_HARDWARE BIT(2)
#define SOF_TIMESTAMPING_RX_SOFTWARE BIT(3)
#define SOF_TIMESTAMPING_TX_SCHED    BIT(8)
#define SOF_TIMESTAMPING_TX_ACK      BIT(9)
/* ... which to report ... */
#define SOF_TIMESTAMPING_SOFTWARE     BIT(4)
#define SOF_TIMESTAMPING_SYS_HARDWARE BIT(5)
#define SOF_TIMESTAMPING_RAW_HARDWARE BIT(6)
/* ... and how. */
#define SOF_TIMESTAMPING_OPT_ID        BIT(7)
#define SOF_TIMESTAMPING_OPT_CMSG      BIT(10)
#define SOF_TIMESTAMPING_OPT_TSONLY    BIT(11)
#define SOF_TIMESTAMPING_OPT_STATS     BIT(12)
#define SOF_TIMESTAMPING_OPT_PKTINFO   BIT(13)
#define SOF_TIMESTAMPING_OPT_TX_SWHW   BIT(14)
#define SOF_TIMESTAMPING_BIND_PHC      BIT(15)
#define SOF_TIMESTAMPING_OPT_ID_TCP    BIT(16)
#define SOF_TIMESTAMPING_OPT_RX_FILTER BIT(17)
#define SOF_TIMESTAMPING_MASK          (BIT(18) - 1)

/* What one call's control message may ask for. */
#define SOF_TIMESTAMPING_TX_RECORD_MASK                                \
	(SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_TX_SOFTWARE | \
	 SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_ACK)

struct so_timestamping {
	int flags;
	int bind_phc;
};

/* Control messages. */
#define SCM_TIMESTAMPING           SO_TIMESTAMPING
#define SCM_TIMESTAMPING_OPT_STATS 54
#define SCM_TXTIME                 SO_TXTIME
#define SCM_TS_OPT_ID              81

struct scm_timestamping {
	struct timespec ts[3]; /* software; not used; hardware */
};

/* ee_info of a report: where on its way the packet was. */
enum {
	SCM_TSTAMP_SND,   /* given to the device */
	SCM_TSTAMP_SCHED, /* given to the queueing discipline */
	SCM_TSTAMP_ACK,   /* acknowledged by the peer */
};

/* SO_TXTIME. */
#define SOF_TXTIME_DEADLINE_MODE BIT(0)
#define SOF_TXTIME_REPORT_ERRORS BIT(1)
#define SOF_TXTIME_FLAGS_MASK    (BIT(2) - 1)

struct sock_txtime {
	int clockid;
	u32 flags;
};

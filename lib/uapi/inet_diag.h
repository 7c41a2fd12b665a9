/* SPDX-License-Identifier: MIT */
/*
 * DOC: messages of NETLINK_SOCK_DIAG about IPv4 sockets, as ss(8) sends and
 * reads them (uAPI linux/sock_diag.h, linux/inet_diag.h).
 */
#pragma once

#include "lib/byteorder.h"
#include "lib/types.h"

#define SOCK_DIAG_BY_FAMILY 20
#define SOCK_DESTROY        21

struct inet_diag_sockid {
	__be16 idiag_sport, idiag_dport;
	__be32 idiag_src[4], idiag_dst[4];
	u32 idiag_if;
	u32 idiag_cookie[2];
};
#define INET_DIAG_NOCOOKIE (~0U)

struct inet_diag_req_v2 {
	u8 sdiag_family, sdiag_protocol;
	u8 idiag_ext; /* bit n - 1: attribute n */
	u8 pad;
	u32 idiag_states; /* bit n: state n */
	struct inet_diag_sockid id;
};
static_assert(sizeof(struct inet_diag_req_v2) == 56, "uAPI linux/inet_diag.h");

/* Attributes of a request. */
enum {
	INET_DIAG_REQ_NONE,
	INET_DIAG_REQ_BYTECODE,
	INET_DIAG_REQ_SK_BPF_STORAGES,
	INET_DIAG_REQ_PROTOCOL,
	INET_DIAG_REQ_MAX = INET_DIAG_REQ_PROTOCOL,
};

/* The filter: each operation says how far to go on if it holds, and if not. */
struct inet_diag_bc_op {
	u8 code, yes;
	u16 no;
};
enum {
	INET_DIAG_BC_NOP,
	INET_DIAG_BC_JMP,
	INET_DIAG_BC_S_GE, /* the port is the next op's no */
	INET_DIAG_BC_S_LE,
	INET_DIAG_BC_D_GE,
	INET_DIAG_BC_D_LE,
	INET_DIAG_BC_AUTO,
	INET_DIAG_BC_S_COND, /* followed by a hostcond */
	INET_DIAG_BC_D_COND,
	INET_DIAG_BC_DEV_COND,  /* followed by an ifindex */
	INET_DIAG_BC_MARK_COND, /* followed by mark and mask */
	INET_DIAG_BC_S_EQ,
	INET_DIAG_BC_D_EQ,
};
struct inet_diag_hostcond {
	u8 family, prefix_len;
	int port; /* -1: any */
	__be32 addr[];
};

struct inet_diag_msg {
	u8 idiag_family, idiag_state;
	u8 idiag_timer; /* 1: resends, 2: keepalive, 3: TIME_WAIT, 4: probes */
	u8 idiag_retrans;
	struct inet_diag_sockid id;
	u32 idiag_expires; /* ms */
	u32 idiag_rqueue, idiag_wqueue;
	u32 idiag_uid, idiag_inode;
};
static_assert(sizeof(struct inet_diag_msg) == 72, "uAPI linux/inet_diag.h");

/* Attributes of an answer. */
enum {
	INET_DIAG_NONE,
	INET_DIAG_MEMINFO,
	INET_DIAG_INFO,
	INET_DIAG_VEGASINFO,
	INET_DIAG_CONG,
	INET_DIAG_TOS,
	INET_DIAG_TCLASS,
	INET_DIAG_SKMEMINFO,
	INET_DIAG_SHUTDOWN,
	INET_DIAG_MARK = 15,
	INET_DIAG_BBRINFO,
	INET_DIAG_CLASS_ID,
	INET_DIAG_SOCKOPT = 22,
};
struct inet_diag_meminfo {
	u32 idiag_rmem, idiag_wmem, idiag_fmem, idiag_tmem;
};
/* Of INET_DIAG_SKMEMINFO, a u32 each. */
enum {
	SK_MEMINFO_RMEM_ALLOC,
	SK_MEMINFO_RCVBUF,
	SK_MEMINFO_WMEM_ALLOC,
	SK_MEMINFO_SNDBUF,
	SK_MEMINFO_FWD_ALLOC,
	SK_MEMINFO_WMEM_QUEUED,
	SK_MEMINFO_OPTMEM,
	SK_MEMINFO_BACKLOG,
	SK_MEMINFO_DROPS,
	SK_MEMINFO_VARS,
};
struct inet_diag_sockopt {
	u8 recverr : 1, is_icsk : 1, freebind : 1, hdrincl : 1, mc_loop : 1,
		transparent : 1, mc_all : 1, nodefrag : 1;
	u8 bind_address_no_port : 1, recverr_rfc4884 : 1, defer_connect : 1;
};

/* SPDX-License-Identifier: MIT */
/*
 * DOC: classic BPF as programs hand it in (uAPI linux/filter.h,
 * linux/bpf_common.h).
 */
#pragma once

#include "lib/types.h"

struct sock_filter {
	u16 code;
	u8 jt; /* instructions to step over when the condition holds ... */
	u8 jf; /* ... and when not */
	u32 k;
};
static_assert(sizeof(struct sock_filter) == 8, "uAPI linux/filter.h");

struct sock_fprog {
	u16 len;
	struct sock_filter __user *filter;
};

#define BPF_MAXINSNS 4096U
#define BPF_MEMWORDS 16U

/* The parts of a code. */
#define BPF_CLASS(code) ((code)&0x07U)
#define BPF_LD          0x00U
#define BPF_LDX         0x01U
#define BPF_ST          0x02U
#define BPF_STX         0x03U
#define BPF_ALU         0x04U
#define BPF_JMP         0x05U
#define BPF_RET         0x06U
#define BPF_MISC        0x07U

#define BPF_SIZE(code) ((code)&0x18U)
#define BPF_W          0x00U
#define BPF_H          0x08U
#define BPF_B          0x10U

#define BPF_MODE(code) ((code)&0xe0U)
#define BPF_IMM        0x00U
#define BPF_ABS        0x20U
#define BPF_IND        0x40U
#define BPF_MEM        0x60U
#define BPF_LEN        0x80U
#define BPF_MSH        0xa0U

#define BPF_OP(code) ((code)&0xf0U)
#define BPF_ADD      0x00U
#define BPF_SUB      0x10U
#define BPF_MUL      0x20U
#define BPF_DIV      0x30U
#define BPF_OR       0x40U
#define BPF_AND      0x50U
#define BPF_LSH      0x60U
#define BPF_RSH      0x70U
#define BPF_NEG      0x80U
#define BPF_MOD      0x90U
#define BPF_XOR      0xa0U

#define BPF_JA   0x00U
#define BPF_JEQ  0x10U
#define BPF_JGT  0x20U
#define BPF_JGE  0x30U
#define BPF_JSET 0x40U

#define BPF_SRC(code) ((code)&0x08U)
#define BPF_K         0x00U
#define BPF_X         0x08U
#define BPF_A         0x10U /* of BPF_RET */
#define BPF_TAX       0x00U
#define BPF_TXA       0x80U

/* Offsets that name no byte of the packet but something about it ... */
#define SKF_AD_OFF              0xfffff000U
#define SKF_AD_PROTOCOL         0U
#define SKF_AD_PKTTYPE          4U
#define SKF_AD_IFINDEX          8U
#define SKF_AD_MARK             20U
#define SKF_AD_QUEUE            24U
#define SKF_AD_HATYPE           28U
#define SKF_AD_RXHASH           32U
#define SKF_AD_CPU              36U
#define SKF_AD_ALU_XOR_X        40U
#define SKF_AD_VLAN_TAG         44U
#define SKF_AD_VLAN_TAG_PRESENT 48U
#define SKF_AD_RANDOM           56U
#define SKF_AD_VLAN_TPID        60U
#define SKF_AD_MAX              64U
/* ... or count from a header of it. */
#define SKF_NET_OFF 0xfff00000U
#define SKF_LL_OFF  0xffe00000U

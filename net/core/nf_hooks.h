/* SPDX-License-Identifier: MIT */
/* DOC: netfilter's hook numbers and verdicts (uAPI linux/netfilter.h). */
#pragma once

enum nf_inet_hooks {
	NF_INET_PRE_ROUTING,
	NF_INET_LOCAL_IN,
	NF_INET_FORWARD,
	NF_INET_LOCAL_OUT,
	NF_INET_POST_ROUTING,
	NF_INET_NUMHOOKS,
};

#define NF_DROP   0
#define NF_ACCEPT 1
#define NF_STOLEN 2
#define NF_QUEUE  3
#define NF_REPEAT 4
/* The upper half of a verdict: an errno for NF_DROP, a queue for NF_QUEUE. */
#define NF_VERDICT_MASK 0xffffU
#define NF_VERDICT_BITS 16
#define NF_DROP_ERR(e)  (((u32)(-(e)) << NF_VERDICT_BITS) | NF_DROP)

struct nf_hook_entries;

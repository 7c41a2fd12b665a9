/* SPDX-License-Identifier: MIT */
/* DOC: socket filters: classic BPF programs, checked and run by filter.c. */
#pragma once

#include "lib/uapi/filter.h"
#include "net/core/sock.h"

/* What sk->sk_filter points to: a program that has been checked. */
struct sk_filter {
	u32 len; /* instructions */
	struct sock_filter insns[];
};

/* NULL: none. The place is a stream's for something else. */
static inline struct sk_filter *sk_filter_of(const struct sock *sk)
{
	return sock_flag(sk, SOCK_FILTERED) ? sk->sk_filter : NULL;
}

/* 0: the program ends whatever the packet is, and reads and writes only what
 * it may. -EINVAL; -ENOMEM. */
int bpf_check_classic(const struct sock_filter *filter, u32 flen) __must_check;
/* Bytes of @skb to keep, from its data on; 0: none. */
u32 bpf_run_filter(const struct sk_filter *fp, const struct sk_buff *skb);
/* 0: @skb is let through, cut to what the filter said, but not below @cap. */
int sk_filter_trim_cap(struct sock *sk, struct sk_buff *skb,
		       u32 cap) __must_check;

/* SO_ATTACH_FILTER, SO_DETACH_FILTER, SO_LOCK_FILTER, SO_GET_FILTER; the sock
 * is owned. */
int sk_attach_filter(struct sock *sk, const void __user *val, u32 len);
int sk_detach_filter(struct sock *sk);
int sk_lock_filter(struct sock *sk, bool lock);
int sk_get_filter(struct sock *sk, void __user *val, int __user *len);

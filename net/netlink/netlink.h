/* SPDX-License-Identifier: MIT */
/*
 * DOC: what the families of netlink share: building messages and attributes
 * (attr.c), requests, answers, dumps and groups (af_netlink.c).
 */
#pragma once

#include "lib/uapi/netlink.h"
#include "net/core/net_namespace.h"
#include "net/core/sock.h"

/* Where and why a request was refused, for programs that ask. */
struct netlink_ext_ack {
	const char *msg;               /* NULL: none */
	const struct nlattr *bad_attr; /* inside the request; NULL: none */
};

/* Both give @err back, so that a refusal is one statement. */
static inline int nl_err(struct netlink_ext_ack *x, int err, const char *msg)
{
	x->msg = msg;
	return err;
}
static inline int nl_err_attr(struct netlink_ext_ack *x, int err,
			      const struct nlattr *a, const char *msg)
{
	x->bad_attr = a;
	return nl_err(x, err, msg);
}

/* --- attributes (attr.c) --- */
enum nla_kind {
	NLA_ANY, /* at least @len bytes */
	NLA_U8,
	NLA_U16,
	NLA_U32,
	NLA_U64,
	NLA_STRING,     /* at most @len characters, the zero not counted */
	NLA_NUL_STRING, /* the same, and the zero must be there */
	NLA_BINARY,     /* at most @len bytes; 0: any */
	NLA_NESTED,
	NLA_REJECT, /* known, and not possible here */
	NLA_FLAG,   /* says it by being there */
};
/* What a message's attribute of one type must be like. */
struct nla_policy {
	u8 kind;
	u16 len;
	u32 min, max; /* of a number; max 0: any */
};
/* How strictly a run of attributes is looked at. */
enum nla_strict {
	NLA_LIBERAL,
	NLA_STRICT, /* no unknown types, no bytes behind the last one */
	NLA_EXACT,  /* nor other lengths, nests without their flag, or types
		     * that have no policy */
};
int nla_parse(const struct nlattr **tb, u32 max, const void *head, u32 len,
	      const struct nla_policy *policy, enum nla_strict strict,
	      struct netlink_ext_ack *x) __must_check;
/* A run of attributes of the same type: nla_ok() before each one is read. */
bool nla_ok(const struct nlattr *nla, u32 remaining);
const struct nlattr *nla_next(const struct nlattr *nla, u32 *remaining);
static inline const void *nla_data(const struct nlattr *a)
{
	return a + 1;
}
static inline u32 nla_len(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}
u32 nla_get_u32(const struct nlattr *a); /* also shorter ones */
/* A bounded copy with its zero; -E2BIG when cut. */
int nla_strscpy(char *dst, const struct nlattr *a, size_t size);

void *nla_reserve(struct sk_buff *skb, u16 type, u32 len);
int nla_put(struct sk_buff *skb, u16 type, u32 len, const void *data);
int nla_put_u8(struct sk_buff *skb, u16 type, u8 v);
int nla_put_u16(struct sk_buff *skb, u16 type, u16 v);
int nla_put_u32(struct sk_buff *skb, u16 type, u32 v);
int nla_put_string(struct sk_buff *skb, u16 type, const char *s);
struct nlattr *nla_nest_start(struct sk_buff *skb, u16 type);
int nla_nest_end(struct sk_buff *skb, struct nlattr *nest);

/* --- messages --- */
static inline int nla_parse_nested(const struct nlattr **tb, u32 max,
				   const struct nlattr *nest,
				   const struct nla_policy *policy,
				   enum nla_strict strict,
				   struct netlink_ext_ack *x)
{
	return nla_parse(tb, max, nla_data(nest), nla_len(nest), policy, strict,
			 x);
}
static inline void *nlmsg_data(const struct nlmsghdr *h)
{
	return (void *)(uintptr_t)(h + 1);
}
/* Append a header with @len zeroed bytes of family header; NULL: no room. */
struct nlmsghdr *nlmsg_put(struct sk_buff *skb, u32 portid, u32 seq, u16 type,
			   u32 len, u16 flags);
void nlmsg_end(struct sk_buff *skb, struct nlmsghdr *h);
void nlmsg_cancel(struct sk_buff *skb, struct nlmsghdr *h);

/* --- requests --- */
struct nl_request {
	struct net *net;
	struct sock *sk; /* who asks */
	u32 portid;
	const struct nlmsghdr *nlh; /* complete, of nlmsg_len bytes */
	bool strict;                /* NETLINK_GET_STRICT_CHK */
	struct netlink_ext_ack *x;
};
/* The attributes of a request behind @hdrlen bytes; -EINVAL when shorter. */
int nlmsg_parse(const struct nl_request *r, u32 hdrlen,
		const struct nlattr **tb, u32 max,
		const struct nla_policy *policy) __must_check;

/*
 * A dump goes on as the program reads: @dump fills one packet and says 1 (more
 * to come), 0 (all done) or a negative errno. args and nlh, a copy of the
 * request, are its memory between calls.
 */
struct netlink_callback {
	struct net *net;
	struct sock *sk;
	int (*dump)(struct sk_buff *skb, struct netlink_callback *cb);
	u32 portid, seq;
	u32 gen;   /* of the tables, when the dump began */
	u16 flags; /* of each message */
	bool strict;
	struct netlink_ext_ack x;
	u64 args[6];
	struct nlmsghdr *nlh;
};
/* 1: the dump is the answer; or a negative errno. */
int netlink_dump_start(const struct nl_request *r,
		       int (*dump)(struct sk_buff *,
				   struct netlink_callback *)) __must_check;
/* Room for one answer. */
struct sk_buff *nlmsg_new(gfp_t gfp) __must_check;
/* Takes @skb. */
int netlink_unicast(struct sock *sk, struct sk_buff *skb);
/* To whoever asked; takes @skb. */
static inline int netlink_reply(const struct nl_request *r, struct sk_buff *skb)
{
	return netlink_unicast(r->sk, skb);
}
bool netlink_has_listeners(const struct net *net, int protocol, u32 group);
/* To everyone in the group but @except; takes @skb. Task or softirq. */
void netlink_broadcast(struct net *net, int protocol, u32 group,
		       struct sk_buff *skb, u32 except);
/* Tables have changed: a dump that is under way says so. */
void netlink_tables_changed(struct net *net);

/* A protocol's kernel side: called in task context, for each request. A
 * positive return value: no acknowledgement, the answer is a dump. */
struct netlink_family {
	int protocol;
	u32 max_group;
	int (*rcv)(const struct nl_request *r);
};
void netlink_register(const struct netlink_family *fam);

/* --- boot --- */
void netlink_init(void); /* everything; before net_setup() */
void rtnetlink_init(void);
void inet_diag_init(void);
void genetlink_init(void);

/* /proc/net/netlink */
size_t netlink_proc_next(struct net *net, u64 *pos, char *text, size_t size);

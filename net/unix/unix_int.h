/* SPDX-License-Identifier: MIT */
/*
 * DOC: what the files of AF_UNIX share. Only tasks touch any of it, which do
 * not preempt each other, and no copying sleeps: no lock. Who has slept looks
 * again at what he relied on.
 */
#pragma once

#include "lib/uapi/un.h"
#include "net/core/sock.h"

/* A name; several sockets can have one, as accept() gives the listener's. */
struct unix_address {
	u32 refcount;
	int len;
	u16 family; /* AF_UNIX, and the rest as in struct sockaddr_un */
	char path[];
};

struct unix_sock {
	struct sock sk;
	struct sock *peer; /* a reference; stays when the peer has closed */
	struct list_head peers;      /* sockets whose peer this is */
	struct list_head peer_entry; /* in the peer's list */
	struct unix_address *addr;   /* NULL: none */
	bool bound;                  /* addr is its own */
	void *file;                  /* of unix_fs_ops; NULL: no path */
	int peer_pid;                /* SO_PEERCRED; 0: nobody */
	struct list_head link;       /* in unix_sockets, until it is closed */
	/* Senders and connectors that wait for room in its queue. */
	struct wait_queue_head peer_wait;
	/* How many references to its file are on their way (SCM_RIGHTS). */
	u32 inflight;
	bool reached; /* garbage.c's */
	struct list_head gc_entry;
};

/* Files on their way. */
struct scm_fp_list {
	struct scm_fp_list *next; /* to be dropped after this one */
	u32 count;
	struct file *fp[];
};

/* What goes along with bytes. */
struct scm_cookie {
	struct scm_fp_list *fp; /* or NULL */
	struct ucred creds;     /* of the sender */
};

struct unix_skb_parms {
	u32 consumed; /* bytes already read: a stream's */
	struct scm_cookie scm;
};
static_assert(sizeof(struct unix_skb_parms) <= 48, "skb->cb");

extern struct list_head unix_sockets;

static inline struct unix_sock *unix_sk(const struct sock *sk)
{
	return container_of((struct sock *)(uintptr_t)sk, struct unix_sock, sk);
}

static inline struct unix_skb_parms *unix_cb(struct sk_buff *skb)
{
	return (struct unix_skb_parms *)skb->cb;
}

/* SOCK_STREAM, SOCK_SEQPACKET */
static inline bool unix_has_connections(const struct sock *sk)
{
	return sk->sk_type != SOCK_DGRAM;
}

/* af_unix.c */
struct sock *unix_find_other(struct sock *sk, const void *addr, int len);
int unix_check_addr(const void *addr, int len);
int unix_autobind(struct sock *sk);
void unix_set_peer(struct sock *sk, struct sock *peer);
bool unix_queue_full(const struct sock *sk);
void unix_room_again(struct sock *sk);

/* unix_io.c */
ssize_t unix_stream_sendmsg(struct socket *sock, struct msghdr *msg,
			    size_t len);
ssize_t unix_stream_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			    int flags);
ssize_t unix_dgram_sendmsg(struct socket *sock, struct msghdr *msg, size_t len);
ssize_t unix_dgram_recvmsg(struct socket *sock, struct msghdr *msg, size_t len,
			   int flags);
u32 unix_poll(struct file *f, struct socket *sock, struct poll_table *pt);
int unix_ioctl(struct sock *sk, u32 cmd, int *val);

/* scm.c */
int scm_send(const struct msghdr *msg, struct scm_cookie *scm);
void scm_attach(struct sk_buff *skb, struct scm_cookie *scm);
void scm_detach(struct sk_buff *skb, struct scm_cookie *scm, bool peek);
void scm_recv(const struct sock *sk, struct msghdr *msg, struct scm_cookie *scm,
	      int flags);
void scm_destroy(struct scm_cookie *scm);
struct sock *unix_sk_of_file(struct file *f);
extern u32 unix_tot_inflight;

/* garbage.c */
void unix_gc(void);

/* SPDX-License-Identifier: MIT */
/*
 * DOC: struct socket, what a descriptor refers to, and proto_ops, what an
 * address family does for it (rows S1, S3).
 */
#pragma once

#include "lib/file.h"
#include "lib/uapi/socket.h"
#include "lib/wait.h"
#include "net/core/net_namespace.h"

struct sock;
struct ucred;
struct socket;

/* A message in the kernel: addresses and control data are kernel copies. */
struct msghdr {
	void *msg_name;  /* kernel sockaddr, or NULL */
	int msg_namelen; /* its length; on receive: filled in */
	struct iov_iter msg_iter;
	void *msg_control;     /* kernel copy of the control messages */
	size_t msg_controllen; /* bytes of it; on receive: room left */
	u32 msg_flags;         /* MSG_*; on receive: result flags */
};

/* The stack's own, beside MSG_* of programs: stamp what is sent, as the
 * socket's options say; or do as this send's control messages say. */
#define MSG_TX_STAMP 0x1000000
#define MSG_TX_CMSG  0x2000000
/* Sending: msg_iter is of pages, which may be referred to instead of copied.
 * Receiving: for splice(). */
#define MSG_SPLICE_PAGES 0x8000000

static inline size_t msg_data_left(const struct msghdr *msg)
{
	return iov_iter_count(&msg->msg_iter);
}

static inline struct cmsghdr *cmsg_at_(const struct msghdr *msg, size_t off)
{
	if (msg->msg_controllen < sizeof(struct cmsghdr) ||
	    off > msg->msg_controllen - sizeof(struct cmsghdr))
		return NULL;
	return (struct cmsghdr *)((char *)msg->msg_control + off);
}
/* The control messages of a send; net/socket_msg.c has checked them all. */
#define for_each_cmsghdr(c, msg)                                             \
	for (c = cmsg_at_(msg, 0); c;                                        \
	     c = cmsg_at_(msg,                                               \
			  (size_t)((char *)c - (char *)(msg)->msg_control) + \
				  CMSG_ALIGN(c->cmsg_len)))
/* Append one control message on receive; sets MSG_CTRUNC when it is short. */
int put_cmsg(struct msghdr *msg, int level, int type, int len,
	     const void *data);

enum socket_state {
	SS_FREE,
	SS_UNCONNECTED,
	SS_CONNECTING,
	SS_CONNECTED,
	SS_DISCONNECTING,
};

/* socket.flags */
#define SOCK_NOSPACE       BIT(2) /* a writer waits or polled for space */
#define SOCK_ASYNC_NOSPACE BIT(0)

struct proto_ops {
	int family;
	int (*release)(struct socket *sock);
	int (*bind)(struct socket *sock, struct sockaddr *addr, int len);
	int (*connect)(struct socket *sock, struct sockaddr *addr, int len,
		       u32 file_flags);
	int (*accept)(struct socket *sock, struct socket *newsock,
		      u32 file_flags);
	/* Two new ones become each other's peers. NULL: -EOPNOTSUPP. */
	int (*socketpair)(struct socket *a, struct socket *b);
	/* Who is at the other end (SO_PEERCRED). NULL: nobody knows. */
	void (*peercred)(const struct socket *sock, struct ucred *cred);
	/* Length of the address written to @addr, or errno. @peer: 0: its own;
	 * 1: its peer's; 2: also when the connection has ended. */
	int (*getname)(struct socket *sock, struct sockaddr_storage *addr,
		       int peer);
	u32 (*poll)(struct file *f, struct socket *sock, struct poll_table *pt);
	int (*ioctl)(struct socket *sock, u32 cmd, unsigned long arg);
	int (*listen)(struct socket *sock, int backlog);
	int (*shutdown)(struct socket *sock, int how);
	int (*setsockopt)(struct socket *sock, int level, int name,
			  const void __user *val, u32 len);
	int (*getsockopt)(struct socket *sock, int level, int name,
			  void __user *val, int __user *len);
	ssize_t (*sendmsg)(struct socket *sock, struct msghdr *msg, size_t len);
	ssize_t (*recvmsg)(struct socket *sock, struct msghdr *msg, size_t len,
			   int flags);
	/* As file_operations'; both or none. */
	int (*mmap)(struct socket *sock, u64 off, u64 len);
	struct page *(*mmap_page)(struct socket *sock, u64 off);
};

struct socket {
	enum socket_state state;
	u16 type;  /* SOCK_* */
	u32 flags; /* SOCK_NOSPACE ... */
	u32 ino;   /* anon_ino() */
	struct sock *sk;
	const struct proto_ops *ops;
	struct file *file;
	struct wait_queue_head wq;
	struct net *net;
};

struct net_proto_family {
	int family;
	int (*create)(struct net *net, struct socket *sock, int protocol);
};
int sock_register(const struct net_proto_family *fam);
void sock_unregister(int family);

int sock_create(struct net *net, int family, int type, int protocol,
		struct socket **res) __must_check;
/* The empty socket that accept() fills: type, ops as @listener. */
struct socket *sock_alloc(struct net *net) __must_check;
void sock_release(struct socket *sock);
/* 0..n bytes or errno; runs the security hook first. */
ssize_t sock_sendmsg(struct socket *sock, struct msghdr *msg);
ssize_t sock_recvmsg(struct socket *sock, struct msghdr *msg, int flags);
/* May refuse a send: 0 or a negative errno. One hook; NULL unsets it. */
extern int (*security_sendmsg_hook)(struct socket *sock, struct msghdr *msg,
				    size_t size);
void security_set_sendmsg_hook(int (*hook)(struct socket *sock,
					   struct msghdr *msg, size_t size));
static inline int security_socket_sendmsg(struct socket *sock,
					  struct msghdr *msg, size_t size)
{
	return unlikely(security_sendmsg_hook)
		       ? security_sendmsg_hook(sock, msg, size)
		       : 0;
}
/* The socket of an open file, or NULL with *@err -ENOTSOCK. */
struct socket *sock_from_file(struct file *f, int *err);
